"""Looking inside a text, summing it up, and deciding: what they find, and that every message has its words."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from skills.blocks import Message
from skills.contract import Context, Result
from skills.dataset.measure import phones
from skills.decide import DecideInputs
from skills.decide import run as decide
from skills.errors import FileMissing, TooLittleText
from skills.evaluation.suitability import RULES
from skills.inspect_dataset import InspectInputs
from skills.inspect_dataset import run as inspect
from skills.load_dataset import LoadInputs
from skills.load_dataset import run as load
from skills.summarize import SummarizeInputs
from skills.summarize import run as summarize
from skills.texts.faithful import Evidence
from skills.texts.sentences import split, split_text
from tests.conftest import FakeChat
from tutor.words import Words

TEXT = """La biblioteca del barrio abrió en 1954. La fundaron doce vecinos que juntaron libros casa por casa. \
Hoy tiene 18.000 libros y una sala para chicos.

En marzo, una tormenta rompió el techo. Se mojaron dos mil libros. Los vecinos los secaron al sol durante una semana.

La comisión pidió ayuda al municipio, que todavía no contestó. Mientras tanto, la sala para chicos sigue cerrada."""


def messages(thing: Any) -> Iterator[Message]:
    if isinstance(thing, Message):
        yield thing
    elif isinstance(thing, tuple | list):
        for part in thing:
            yield from messages(part)
    elif hasattr(type(thing), "model_fields"):
        for name in type(thing).model_fields:
            yield from messages(getattr(thing, name))


def say(result: Result) -> str:
    """All the words of the result's blocks, in Spanish; they must be there in English too."""
    found = list(messages(result.blocks()))
    assert all(Words("en")(message) for message in found)
    return "\n".join(Words("es")(message) for message in found)


# --- sentences --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("El Dr. Pérez llegó a las 3.30. ¿Vino J. L. Borges? ¡Sí!", 3),
        ('Mr. Smith paid 3.5 pounds, i.e. nothing. "Really?" she said. He left.', 3),
        ("Dijo: «No.» Después… nada más", 2),
        ("Una sola, sin punto", 1),
        ("¿Qué? — No. … Sí.", 3),
    ],
)
def test_sentences(text: str, expected: int) -> None:
    found = split_text(text)
    assert len(found) == expected, found
    assert "".join(found).replace(" ", "") == text.replace(" ", "")


# --- inspect ----------------------------------------------------------------------------------------------------------


def test_inspect_counts_repetitions_and_personal_data(ctx: Context) -> None:
    base = "El tren de la tarde pasó sin parar por la estación vacía del pueblo número {}."
    rows = [
        "Hola Marta, escribime a marta@ejemplo.com o al +54 11 4555-1234.",
        "Otra cosa bien distinta que dice poco.",
    ]
    rows += ["Otra cosa bien   distinta que dice poco.", base.format("uno"), base.format("unos"), "Entre 1914-1918 no."]
    load(LoadInputs(text="\n".join(json.dumps({"text": row}) for row in rows), name="a.jsonl"), ctx)
    result = inspect(InspectInputs(), ctx)
    assert (result.rows, result.exact, result.near, result.emails, result.phones) == (6, 1, 1, 1, 1)
    assert (result.exact_pairs, result.near_pairs) == (((2, 3),), ((4, 5),))
    assert sum(count for _, count in result.histogram) == 6
    assert result.median_words == result.lengths["p50"]
    assert "marta@" not in say(result)


@pytest.mark.parametrize(
    ("text", "count"),
    [("11 4555-1234", 1), ("+34 612 345 678", 1), ("1914-1918", 0), ("2024-01-31", 0), ("1.200.000", 0), ("18.000", 0)],
)
def test_phones(text: str, count: int) -> None:
    assert phones(f"dice {text} y sigue") == count


def test_inspect_without_a_text(ctx: Context) -> None:
    with pytest.raises(FileMissing):
        inspect(InspectInputs(file="nada.txt"), ctx)


# --- summarize --------------------------------------------------------------------------------------------------------


def test_quotes_are_of_the_text_and_say_where(ctx: Context) -> None:
    result = summarize(SummarizeInputs(text=TEXT, sentences=3, method="quote"), ctx)
    assert (len(result.sentences), result.kept, result.replaced, result.quoted) == (3, 0, 0, 3)
    paragraphs = TEXT.split("\n\n")
    for line in result.sentences:
        assert line.text in paragraphs[line.paragraph - 1]
    assert say(result)


def test_written_sentences_are_checked(ctx: Context) -> None:
    said = (
        "La biblioteca abrió en 1954 gracias a doce vecinos. En abril de 1999 una tormenta rompió el techo. "
        "Los vecinos secaron los libros al sol."
    )
    asked = Context(workspace=ctx.workspace, language="es", chat=FakeChat([said]))
    result = summarize(SummarizeInputs(text=TEXT, method="write"), asked)
    assert (result.method, result.kept, result.replaced) == ("write", 2, 1)
    refused = next(line for line in result.sentences if line.refused)
    assert (refused.kind, refused.problem, refused.text) == (
        "quoted",
        "number",
        "En marzo, una tormenta rompió el techo.",
    )
    assert "reemplacé" in say(result)


@pytest.mark.parametrize(
    ("sentence", "problem"),
    [
        ("La biblioteca del barrio tiene 18000 libros.", None), ("Doce vecinos fundaron la biblioteca.", None),
        ("La biblioteca tiene 19.000 libros.", "number"), ("Una tormenta rompió el techo en Rosario.", "name"),
        ("El intendente inauguró una pileta cubierta.", "unsupported"), ("La tormenta rompió el techo y", "fragment"),
        ("Los vecinos no secaron los libros al sol.", "unsupported"),
    ],
)  # fmt: skip
def test_faithfulness(sentence: str, problem: str | None) -> None:
    assert Evidence(split(TEXT.split("\n\n"))).check(sentence).problem == problem


def test_a_long_text_is_read_by_parts_and_says_how_much(ctx: Context, events: list[Any]) -> None:
    text = "\n\n".join(
        f"En el capítulo {i} el viajero {i} cruza el río y pierde un zapato en la orilla." for i in range(90)
    )
    chat = FakeChat(["El viajero cruza el río."] * 40)
    asked = Context(workspace=ctx.workspace, language="es", emit=events.append, chat=chat)
    result = summarize(SummarizeInputs(text=text, method="write"), asked)
    assert result.parts == result.parts_read > 3
    everything = " ".join(message.content for asked_ in chat.asked[: result.parts] for message in asked_)
    assert all(f"viajero {i} " in everything for i in range(90))
    stopped = Context(workspace=ctx.workspace, language="es", chat=FakeChat(["El viajero."]), requested=lambda: "stop")
    part = summarize(SummarizeInputs(text=text, method="write"), stopped)
    assert (part.parts_read, part.parts) == (1, result.parts)
    assert len(part.sentences) == 3


def test_model_that_does_not_write_the_language_only_quotes(ctx: Context) -> None:
    class English(FakeChat):
        profile = FakeChat.profile.model_copy(update={"writes": ("en",)})

    chat = English(["Nunca se pide."])
    result = summarize(SummarizeInputs(text=TEXT, method="write"), Context(ctx.workspace, "es", chat=chat))
    assert (result.why_quoted, result.method, chat.asked) == ("language", "quote", [])


@pytest.mark.parametrize(
    ("asked", "sentences"),
    [({"sentences": 1}, 1), ({"bullets": 4}, 4), ({"paragraphs": 1}, 3), ({"words": 20}, 2), ({"sentences": 10}, 8)],
)
def test_lengths(ctx: Context, asked: dict[str, int], sentences: int) -> None:
    assert len(summarize(SummarizeInputs(text=TEXT, **asked), ctx).sentences) == sentences  # type: ignore[arg-type]


def test_verse_and_too_little(ctx: Context) -> None:
    verse = (
        "Me fui de casa una tarde\ncon la lluvia por detrás;\nel perro vino hasta el puente\ny no quiso venir más.\n\n"
    )
    result = summarize(SummarizeInputs(text=verse * 3, sentences=1), ctx)
    assert (result.shape, result.sentences[0].text) == ("verse", verse.strip())
    with pytest.raises(TooLittleText):
        summarize(SummarizeInputs(text="Hola."), ctx)


# --- decide -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("case", "words", "answer", "tool"),
    [
        ({"goal": "voice"}, 0, "not_yet", "fine_tune"), ({"goal": "voice"}, 1_000, "not_yet", "fine_tune"),
        ({"goal": "voice"}, 6_000, "yes", "fine_tune"), ({"goal": "voice", "often": "once"}, 6_000, "yes", "prompt"),
        ({"goal": "voice", "rights": "unclear"}, 6_000, "not_yet", "fine_tune"),
        ({"goal": "format", "often": "once"}, 0, "no", "plain"),
        ({"goal": "format", "often": "daily"}, 0, "yes", "prompt"),
        ({"goal": "task", "often": "daily"}, 6_000, "yes", "fine_tune"), ({"goal": "facts"}, 0, "not_yet", "quote"),
        ({"goal": "facts"}, 500, "yes", "quote"), ({"goal": "facts", "often": "once"}, 0, "no", "plain"),
        ({"goal": "summary", "stakes": "high"}, 500, "yes", "quote"), ({"goal": "other"}, 0, "not_yet", "none"),
        ({"goal": "summary", "stakes": "high", "checking": False}, 500, "not_yet", "quote"),
    ],
)  # fmt: skip
def test_decide(ctx: Context, case: dict[str, Any], words: int, answer: str, tool: str) -> None:
    file = None
    if words:
        rows = [
            json.dumps({"text": " ".join(["una palabra cualquiera y otra"] * 4) + f" {i}"}) for i in range(words // 20)
        ]
        file = load(LoadInputs(text="\n".join(rows), name="mio.jsonl"), ctx).dataset
    result = decide(DecideInputs(**case, file=file), ctx)
    assert (result.answer, result.tool) == (answer, tool)
    assert result.reasons
    assert result.steps
    assert say(result)


def test_every_rule_and_step_has_words_in_both_languages() -> None:
    for language in ("es", "en"):
        words = Words(language)  # type: ignore[arg-type]
        assert all(f"decide.reasons.{rule.id}" in words for rule in RULES)
        assert all(f"decide.steps.{rule.step}" in words for rule in RULES if rule.step)
