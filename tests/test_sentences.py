"""Sentences as a reader sees them: passages cut by hand (tests/data/sentences_*.jsonl), and where they stand."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

from skills.texts.sentences import split, split_text

DATA = Path(__file__).parent / "data"


def passages(part: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (DATA / f"sentences_{part}.jsonl").read_text("utf-8").splitlines()]


@pytest.mark.parametrize(("part", "enough"), [("dev", 0.99), ("heldout", 0.97)])
def test_passages_are_cut_as_a_reader_would(part: str, enough: float) -> None:
    """A passage is right when all of its sentences are."""
    right = [split_text(one["text"]) == one["sentences"] for one in passages(part)]
    assert len(right) >= 200
    assert sum(right) / len(right) >= enough


def test_the_passages_are_what_they_say() -> None:
    for one in (*passages("dev"), *passages("heldout")):
        assert "".join("".join(one["sentences"]).split()) == "".join(one["text"].split()), one
    texts = [[one["text"] for one in passages(part)] for part in ("dev", "heldout")]
    assert not set(texts[0]) & set(texts[1])


@pytest.mark.parametrize(
    "sentences",
    [
        ["El Mcal. Ortiz Rey durmió en Pto. Lobos.", "Nadie lo supo."],
        ["Trabaja en una coop. de trabajo con la Cdora. Elsa Paz.", "Cobra poco."],
        ["¿Le gustó, Sra.?", "Llévelo."],
        ["—Ya voy —dijo Nina—.", "Esperame en la esq. de Lavalle."],
        ["El plano está en el anexo C.", "Falta la firma."],
        ["Pasó por Mr. Bell's at 10 a.m. on Friday.", "Nobody was in."],
        ["The flat is on Fern Rd. near St. Ann's.", "It is damp."],
        ["no me llames.", "estoy en clase.", "después te escribo"],
        ["«¿Y la llave?», preguntó.", "«En el mar.»", "Se rió."],
        ["1.ª sesión, 2.º punto, art. 7.º bis.", "Aprobado."],
    ],
)
def test_siblings(sentences: list[str]) -> None:
    assert split_text(" ".join(sentences)) == sentences


def test_lines_of_a_list_a_dialogue_and_a_chat_part_and_those_of_a_stanza_do_not() -> None:
    assert split_text("Traer:\n- mate\n- yerba") == ["Traer:", "- mate", "- yerba"]
    assert split_text("EL PATIO\nTenía un aljibe") == ["EL PATIO", "Tenía un aljibe"]
    assert split_text("—¿Vos\n—Yo") == ["—¿Vos", "—Yo"]
    assert split_text("Ana: hola\nLuz: qué tal") == ["Ana: hola", "Luz: qué tal"]
    assert split_text("La tarde se apaga\nsobre los techos. Un perro\nladra.") == [
        "La tarde se apaga\nsobre los techos.", "Un perro\nladra.",
    ]  # fmt: skip


def test_each_sentence_stands_in_the_text_as_it_was() -> None:
    paragraphs = [one["text"] for part in ("dev", "heldout") for one in passages(part)]
    found = split(paragraphs)
    assert [sentence.position for sentence in found] == list(range(len(found)))
    at = dict.fromkeys(range(len(paragraphs)), 0)
    for sentence in found:
        place = paragraphs[sentence.paragraph].find(sentence.text, at[sentence.paragraph])
        assert place >= 0, sentence
        at[sentence.paragraph] = place + len(sentence.text)


@pytest.mark.parametrize("piece", ["Sr. ", ". ", "...", "¿", "a.B", "A\n", "- \n", "😀 ", "!) ", "x", " \n", "1. "])
def test_a_long_paragraph_takes_its_length_and_no_more(piece: str) -> None:
    def seconds(times: int) -> float:
        begun = time.process_time()
        split_text(piece * times)
        return time.process_time() - begun

    assert seconds(16_000) < 8 * max(seconds(4_000), 0.02)
