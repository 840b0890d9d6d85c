"""What a message says besides its intent: numbers in words, files, quoted text, shares, languages, topics."""

from __future__ import annotations

from typing import Any

import pytest

from skills.texts.normalize import fold_in_place
from skills.texts.quantities import digits, number
from tutor.nlu.arguments import Situation, read_arguments, read_shares
from tutor.nlu.mentions import read_file, read_language
from tutor.nlu.router import read_topics

FILES = ("cuentos.txt", "Martín Fierro.docx", "informe 2024.pdf")


@pytest.mark.parametrize(
    ("words", "in_digits"),
    [
        ("tres frases", "3 frases"),
        ("treinta y cinco versos", "35 versos"),
        ("doscientas cincuenta palabras", "250 palabras"),
        ("mil quinientas piezas", "1500 piezas"),
        ("dos mil", "2000"),
        ("twenty-five lines", "25 lines"),
        ("two hundred words", "200 words"),
        ("a thousand pieces", "1000 pieces"),
        ("diez por ciento", "10 %"),
        ("una vez un rey", "una vez un rey"),
    ],
)
def test_number_words(words: str, in_digits: str) -> None:
    assert digits(words) == in_digits


def test_numbers_are_read_as_each_language_writes_them() -> None:
    assert [number(n) for n in ("0,8", "0.8", "1.500", "1,500", "3", "0.001")] == [0.8, 0.8, 1500, 1500, 3, 0.001]


def test_folding_keeps_positions() -> None:
    text = "Ñandú, «İ» ﬁn"
    assert len(fold_in_place(text)) == len(text)
    assert fold_in_place("Ñandú") == "nandu"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("resumí cuentos.txt", "cuentos.txt"),
        ("resumí CUENTOS", "cuentos.txt"),
        ("de qué va martin fierro", "Martín Fierro.docx"),
        ("el informe de este año", "informe 2024.pdf"),
        ("leé cuentoss.txt", "cuentos.txt"),
        ("leé otra_cosa.csv", "otra_cosa.csv"),
        ("contame algo", None),
    ],
)
def test_files(text: str, name: str | None) -> None:
    assert read_file(text, FILES) == name


@pytest.mark.parametrize(
    ("text", "shares"),
    [
        ("80/10/10", {"train": 0.8, "validation": 0.1, "test": 0.1}),
        ("90/10", {"train": 0.9, "test": 0.1}),
        ("90/20", {}),
        ("80 % para entrenar y 20 % para probar", {"train": 0.8, "test": 0.2}),
        ("set aside 15% for testing", {"test": 0.15}),
        ("que la prueba sea el 15 %", {"test": 0.15}),
        ("la mitad para entrenar", {"train": 0.5, "test": 0.5}),
    ],
)
def test_shares(text: str, shares: dict[str, float]) -> None:
    assert read_shares(text) == shares


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("del espanol al ingles", "en"),
        ("en castellano", "es"),
        ("no se ingles", "es"),
        ("into english", "en"),
        ("", None),
    ],
)
def test_languages(text: str, language: str | None) -> None:
    assert read_language(text) == language


@pytest.mark.parametrize(
    ("text", "intent", "args"),
    [
        ("resumí cuentos.txt en tres frases", "summarize", {"file": "cuentos.txt", "sentences": 3}),
        ("con temperatura 0,8 y top-k 40", "generate_text", {"temperature": 0.8, "top_k": 40}),
        ("cómo sigue «Más vale pájaro en»", "predict_next", {"prompt": "Más vale pájaro en"}),
        ("compará a ciegas con «Aquí me pongo»", "compare_models", {"blind": True, "prompts": ["Aquí me pongo"]}),
        ("I guess compare them", "compare_models", {}),
        ("compare them: cover the names", "compare_models", {"blind": True}),
        ('compare them with "guess who came"', "compare_models", {"prompts": ["guess who came"]}),
        ("llevame a la lección 1.3", "go_to", {"lesson": "1.3"}),
        ("explicame de nuevo lo del sobrajuste", "explain_again", {"topic": "overfitting"}),
        ("quiero el adaptador y el cuaderno", "export_project", {"formats": ["adapter", "notebook"]}),
        ("guardame el modelo entero", "export_project", {"formats": ["merged"]}),
        ("hablame en inglés", "change_language", {"language": "en"}),
        ("split by document 80/20", "split_dataset", {"train": 0.8, "test": 0.2, "by": "document"}),
        ("contame algo", "progress", {}),
    ],
)
def test_arguments(text: str, intent: str, args: dict[str, Any]) -> None:
    assert read_arguments(text, intent, Situation(files=FILES), topics=read_topics()) == args


def test_only_what_the_skill_takes_is_read() -> None:
    """«tres frases» means nothing to `inspect_dataset`."""
    assert read_arguments("mirá cuentos.txt, tres frases", "inspect_dataset", Situation(files=FILES)) == {
        "file": "cuentos.txt"
    }
