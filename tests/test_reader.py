"""The reader: trained on texts and questions, kept, read; and what it changes of the answers to questions to a text."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from skills.answer_from_text import SKILL, AnswerInputs
from skills.contract import Context, TextKind
from skills.errors import ModelMissing
from skills.texts.answering import find_by_reading, passages
from skills.texts.normalize import fold
from skills.texts.sentences import split
from tests.test_answer_from_text import TEXT
from tests.test_ears import home as _home
from tutor.authoring.reader import Asked, Texts, answering, read_texts, train
from tutor.lm.reader import FILE, open_reader

home = _home
FACTS = (("el río", "the sea"), ("un modelo", "lenguaje"), ("the wide road", "a model"))


def texts() -> Texts:
    """Two texts of three sentences; the question is one of its own words, or is not answered."""
    sentences = split([f"{a}. {b}." for a, b in FACTS])
    shown = passages(sentences)
    asked = [Asked(0, sentence.text, frozenset({place})) for place, sentence in enumerate(sentences)]
    return Texts([shown], [sentences], [*asked, *asked, Asked(0, "nada", frozenset())])


@pytest.mark.slow
def test_it_is_trained_kept_and_opened_for_its_encoder_only(home: Path, tmp_path: Path) -> None:
    told: list[str] = []
    file = tmp_path / "reader.npz"
    train(home, told.append, file, texts(), epochs=12)
    assert told
    reader = open_reader(home, file, threads=1)
    shown = texts().passages[0]
    fits = reader.answers("el río.", shown)
    assert fits.shape == (len(shown),)
    assert np.isfinite(fits).all()
    assert reader.embed(["el río"], "query").shape[0] == 1
    with np.load(file) as found:
        kept = dict(found)
    np.savez(tmp_path / "other.npz", **kept | {"encoder": np.array("another")})
    for missing in (tmp_path / "other.npz", tmp_path / "none.npz"):
        with pytest.raises(ModelMissing):
            open_reader(home, missing)


def test_a_span_is_found_in_the_sentences_that_have_its_words() -> None:
    sentences = split([TEXT])
    span = "Ganó el albañil Benítez por nueve votos contra cinco."
    assert [sentences[place].text for place in answering(sentences, span)] == [span]
    half = "por nueve votos contra cinco"
    assert answering(sentences, half) == answering(sentences, span)
    assert answering(sentences, "nada de esto") == frozenset()


def test_the_texts_of_the_course_have_every_span_and_questions_without_one() -> None:
    found = read_texts()
    assert len(found.asked) >= 1000
    without = sum(not asked.answered for asked in found.asked)
    assert 0.3 < without / len(found.asked) < 0.5


class Knows:
    """A reader that knows which passage answers: the one with a word."""

    digest = "knows"

    def __init__(self, word: str) -> None:
        self.word = word

    def embed(self, texts: Sequence[str], kind: TextKind) -> np.ndarray:
        return np.ones((len(texts), 2), np.float32) / np.sqrt(2)

    def answers(self, question: str, passages: Sequence[str]) -> np.ndarray:
        return np.array([5.0 if self.word in fold(passage.partition(" [")[0]) else -5.0 for passage in passages])


@pytest.mark.parametrize(("word", "found"), [("benitez", True), ("zzz", False)])
def test_what_a_reader_finds_is_shown_and_else_that_the_text_does_not_say(
    workspace: object, tmp_path: Path, word: str, found: bool
) -> None:
    ctx = Context(workspace=workspace, language="es", reader=Knows(word))  # type: ignore[arg-type]
    result = SKILL.run(AnswerInputs(question="¿Quién arregla el techo?", text=TEXT), ctx)
    assert result.found is found  # type: ignore[attr-defined]
    if found:
        place = result.places[0]  # type: ignore[attr-defined]
        assert "Benítez" in place.text[place.start : place.end]
    else:
        assert not result.places  # type: ignore[attr-defined]
        assert [block.kind for block in result.blocks()] == ["notice"]


def test_only_the_likeliest_places_are_read_with_the_question() -> None:
    sentences = split([f"La frase número {n} habla de otra cosa." for n in range(60)])
    read: list[int] = []

    def reading(places: Sequence[int]) -> np.ndarray:
        read.extend(places)
        return np.full(len(places), -3.0)

    near = np.linspace(0, 1, len(sentences))
    found = find_by_reading("¿qué dice?", sentences, near, reading)
    assert len(read) == 16
    assert max(read) == len(sentences) - 1
    assert not found.said


@pytest.mark.skipif(not FILE.exists(), reason="the course brings none")
def test_the_reader_of_the_course_can_be_read() -> None:
    with np.load(FILE) as kept:
        assert {"encoder", "weights", "bias"} <= set(kept.files)
        assert any(name.startswith("up.l11") for name in kept.files)
