"""The language of short texts (tests/data/short_texts.jsonl): the learner's, unless it is clearly another."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from skills.contract import Context, Language
from skills.load_dataset import LoadInputs
from skills.load_dataset import run as load
from skills.texts.language import SPOKEN, language_of
from skills.workspace import Workspace

SHORT = Path(__file__).parent / "data" / "short_texts.jsonl"


def told() -> list[tuple[str, str]]:
    return [(one["lang"], one["text"]) for one in map(json.loads, SHORT.read_text("utf-8").splitlines())]


@pytest.mark.parametrize("own", SPOKEN)
def test_short_texts_in_the_learners_language_are_in_no_other(own: str) -> None:
    texts = [text for language, text in told() if language == own]
    assert len(texts) > 50
    assert [text for text in texts if language_of(text, own) != own] == []


@pytest.mark.parametrize("own", SPOKEN)
def test_what_is_in_another_language_is_not_given_to_the_learners(own: str) -> None:
    others = [(language, text) for language, text in told() if language not in SPOKEN]
    assert len(others) > 40
    assert [text for language, text in others if language_of(text, own) != language] == []


def test_sentences_in_the_other_language_that_is_spoken_here_are_told_from_it() -> None:
    long = [(language, text) for language, text in told() if language in SPOKEN and len(text) > 40 and "\n" not in text]
    assert len(long) > 10
    for language, text in long:
        assert language_of(text, "en" if language == "es" else "es") == language, text


@pytest.mark.parametrize(
    ("text", "language"), [("Привет всем", "ru"), ("Добрый вечер, друзья", "ru"), ("12/3 - 45", "und"), ("", "und")]
)
def test_other_letters_and_none(text: str, language: str) -> None:
    assert language_of(text, "es") == language


@pytest.mark.parametrize("own", SPOKEN)
def test_a_slangy_chat_is_loaded_in_the_learners_language(workspace: Workspace, own: Language) -> None:
    said = (
        ("jajaj q risa", "kien viene?", "toy en ksa", "lol", "ok bss") if own == "es" else ("lol", "wyd", "nm u?", "k")
    )
    chat = "\n".join(f"4/7/23, 20:{10 + n} - {'Pili' if n % 2 else 'Tano'}: {one}" for n, one in enumerate(said * 2))
    context = Context(workspace, own)
    dataset = load(LoadInputs(text=chat, name="chat.txt"), context).dataset
    assert workspace.find(dataset).language == own
