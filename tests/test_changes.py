"""What a message changes of the last call, and when it is about that call at all."""

from __future__ import annotations

from typing import Any

import pytest

from tutor.nlu.arguments import Situation, read_arguments
from tutor.nlu.changes import changed, is_change, merged, plainly, same_family

SUMMARY = {"file": "ds-1", "sentences": 6}
WRITTEN = {"prompt": "El mar, esta mañana", "temperature": 0.7, "seed": 7}
TRAINED = {"file": "ds-1", "preset": "quick", "epochs": 2}


def new(text: str, skill: str, inputs: dict[str, Any]) -> dict[str, Any]:
    return changed(text, skill, inputs, read_arguments(text, skill, Situation()))


@pytest.mark.parametrize(
    ("text", "skill", "inputs", "wanted"),
    [
        ("otra vez con cinco", "summarize", SUMMARY, {"sentences": 5}),
        ("more like four please", "summarize", {"file": "x", "bullets": 6}, {"bullets": 4}),
        ("más corto", "summarize", SUMMARY, {"sentences": 3}),
        ("demasiado largo", "summarize", {"file": "x", "words": 80}, {"words": 40}),
        ("as bullet points, four", "summarize", SUMMARY, {"bullets": 4}),
        ("again with two paragraphs instead", "summarize", SUMMARY, {"paragraphs": 2}),
        ("un poco más osado", "generate_text", WRITTEN, {"temperature": 1.0}),
        ("a bit bolder", "generate_text", WRITTEN, {"temperature": 1.0}),
        ("más tranquilo", "generate_text", WRITTEN, {"temperature": 0.4}),
        ("same again but at temperature zero", "generate_text", WRITTEN, {"temperature": 0}),
        ("lo mismo con 0,2", "generate_text", WRITTEN, {"temperature": 0.2}),
        ("con otra suerte, la 21", "generate_text", WRITTEN, {"seed": 21}),
        ("otra vez", "generate_text", WRITTEN, {"seed": 8}),
        ("y con «la noche está»", "predict_next", {"prompt": "el día está"}, {"prompt": "la noche está"}),
        ("ponele más vueltas", "fine_tune", TRAINED, {"epochs": 4}),
        ("con cinco vueltas", "fine_tune", TRAINED, {"epochs": 5}),
        ("ahora con la mitad: mil", "train_tokenizer", {"file": "x", "vocab_size": 2000}, {"vocab_size": 1000}),
        ("dejalo como estaba", "clean_dataset", {"file": "x"}, {"undo": True}),
        ("ahora con los nombres a la vista", "compare_models", {"blind": True}, {"blind": False}),
    ],
)
def test_what_is_new(text: str, skill: str, inputs: dict[str, Any], wanted: dict[str, Any]) -> None:
    assert new(text, skill, inputs) == wanted


def test_nothing_new_is_nothing() -> None:
    assert new("muchas gracias", "summarize", SUMMARY) == {}


def test_what_is_new_takes_the_place_of_what_it_stands_for() -> None:
    assert merged(SUMMARY, {"words": 50}) == {"file": "ds-1", "words": 50}
    assert merged({"text": "x", "sentences": 2}, {"file": "ds-2"}) == {"sentences": 2, "file": "ds-2"}
    assert merged(WRITTEN, {"seed": 8}) == WRITTEN | {"seed": 8}


def test_a_request_with_an_object_of_its_own_is_a_new_one() -> None:
    asked = "¿me podrías resumir el archivo de las cartas que traje ayer?"
    assert not is_change(asked, {"file": "cartas.txt"}, {"file": "cartas.txt"})
    assert is_change("lo mismo con las cartas", {"file": "cartas.txt"}, {"file": "cartas.txt"})
    assert is_change("más corto", {}, {"sentences": 3})
    assert not is_change("La luna", {}, {})


def test_a_short_message_that_only_changes_something_is_plainly_that() -> None:
    assert plainly("más corto", "summarize", SUMMARY, {})
    assert plainly("otra vez con cinco", "summarize", SUMMARY, {})
    assert not plainly("¿qué es la temperatura y por qué es 0,7?", "generate_text", WRITTEN, {})
    assert not plainly("gracias", "summarize", SUMMARY, {})


def test_a_training_its_plan_and_its_rehearsal_take_the_same() -> None:
    assert same_family("fine_tune", "plan_training")
    assert not same_family("fine_tune", "summarize")
