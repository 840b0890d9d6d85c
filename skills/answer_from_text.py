"""A question put to a text: up to three places that may answer it, with the words lit; or that it seems not to say."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from pydantic import Field, model_validator

from skills.blocks import Block, Mark, Notice, Passage, Passages, Scalar, msg
from skills.contract import Advanced, Context, Encoder, Inputs, Reader, Result, Skill
from skills.errors import TooLittleText
from skills.reading.shape import blocks_of, shape_of
from skills.texts.answering import Found, Meant, find, find_by_reading, passages, windows
from skills.texts.meanings import keep, kept_at, load, work_out
from skills.texts.parts import part_of
from skills.texts.sentences import Sentence, split, words
from skills.workspace import Row, Shape

if TYPE_CHECKING:
    import numpy as np

NEED = 12
"""Words below which there is nothing to ask."""
AROUND = 1
"""Sentences shown before and after the one that is lit, within its paragraph or stanza."""


class AnswerInputs(Inputs):
    """A data set (`file`) or a `text`; without either, the newest data set."""

    question: str = Field(min_length=2, description="answer_from_text.fields.question")
    file: str | None = Field(None, description="answer_from_text.fields.file")
    text: str | None = Field(None, description="answer_from_text.fields.text")
    part: str | None = Field(None, description="answer_from_text.fields.part")

    @model_validator(mode="after")
    def _one_text(self) -> AnswerInputs:
        if self.file is not None and self.text is not None:
            raise ValueError("give `file` or `text`, not both")
        return self


class AnswerPlace(NamedTuple):
    """`text` with its surroundings; from `start` to `end` (characters) of it are the words that may answer.
    `paragraph`: of which paragraph or stanza, from 1."""

    text: str
    start: int
    end: int
    paragraph: int


class AnswerResult(Result):
    """`found`: whether the text seems to say it; the places are none where it does not."""

    name: str
    question: str
    shape: Shape
    found: bool
    places: tuple[AnswerPlace, ...]
    by_meaning: bool
    sentences: int

    def blocks(self) -> tuple[Block, ...]:
        values: dict[str, Scalar] = {"question": self.question, "name": self.name, "n": self.sentences}
        if not self.found:
            return (Notice(message=msg("answer_from_text.not_said", **values)),)
        unit = "stanza" if self.shape == "verse" else "paragraph"
        passages = tuple(
            Passage(
                text=place.text,
                source=self.name or None,
                location=msg(f"summarize.places.quoted_{unit}", number=place.paragraph),
                marks=(Mark(start=place.start, end=place.end),),
            )
            for place in self.places
        )
        how = "meaning" if self.by_meaning else "words"
        title, caption = msg("answer_from_text.title", **values), msg(f"answer_from_text.how.{how}", **values)
        return (Passages(title=title, passages=passages, caption=caption),)


def run(inputs: AnswerInputs, ctx: Context) -> AnswerResult:
    """Look for what answers the question. Raises FileMissing, PartMissing, and TooLittleText (in
    words)."""
    dataset = None
    if inputs.text is not None:
        name, shape = "", shape_of(inputs.text)
        paragraphs = ["\n".join(block) for block in blocks_of(inputs.text)]
    else:
        manifest = ctx.workspace.find(inputs.file)
        dataset, name, shape = manifest.id, manifest.name, manifest.shape
        rows: Iterable[Row] = ctx.workspace.rows(manifest.id)
        if inputs.part is not None:
            rows, dataset = part_of(list(rows), inputs.part, name), None  # what is kept is of the whole
        paragraphs = [row.whole for row in rows]
    sentences = split(paragraphs)
    size = sum(len(words(sentence.text)) for sentence in sentences)
    if size < NEED:
        raise TooLittleText(name=name, have=size, need=NEED, kind="question")
    if ctx.reader:
        found, by_meaning = _read(inputs.question, sentences, dataset, ctx.reader, ctx), True
    else:
        meant = _meant(inputs.question, sentences, dataset, ctx)
        found, by_meaning = find(inputs.question, sentences, meant), meant is not None
    places = tuple(_place(sentences, at) for at in found.places) if found.said else ()
    return AnswerResult(
        name=name,
        question=inputs.question,
        shape=shape,
        found=found.said,
        places=places,
        by_meaning=by_meaning,
        sentences=len(sentences),
    )


def _read(question: str, sentences: list[Sentence], dataset: str | None, reader: Reader, ctx: Context) -> Found:
    """What a reader finds."""
    texts = passages(sentences)
    vectors = _vectors(texts, "passages", reader, reader.digest, dataset, ctx)
    near = vectors @ reader.embed([question], "query")[0]
    return find_by_reading(
        question, sentences, near, lambda places: reader.answers(question, [texts[place] for place in places])
    )


def _meant(question: str, sentences: list[Sentence], dataset: str | None, ctx: Context) -> Meant | None:
    """What the question and the sentences mean, by the encoder; the sentences' vectors are kept with the data set."""
    encoder = ctx.encoder
    if encoder is None:
        return None
    texts = [*(sentence.text for sentence in sentences), *windows(sentences)]
    vectors = _vectors(texts, "meanings", encoder, encoder.profile.digest, dataset, ctx)
    return Meant(encoder.embed([question], "query")[0], vectors[: len(sentences)], vectors[len(sentences) :])


def _vectors(
    texts: Sequence[str], name: str, encoder: Encoder | Reader, digest: str, dataset: str | None, ctx: Context
) -> np.ndarray:
    """What the texts mean, worked out once and kept with the data set."""
    folder = ctx.workspace.one(ctx.workspace.datasets, dataset) if dataset else None  # they go with the data set
    path = kept_at(folder, name, digest, texts) if folder else None
    vectors = load(path, len(texts)) if path else None
    if vectors is None:
        doing = msg("answer_from_text.doing.reading")
        vectors = work_out(texts, encoder, lambda n: ctx.emit(Advanced(done=n, total=len(texts), doing=doing)))
        if path:
            keep(path, vectors)
    return vectors


def _place(sentences: list[Sentence], at: int) -> AnswerPlace:
    """A sentence with its neighbours of the same paragraph."""
    lit = sentences[at]
    near = sentences[max(0, at - AROUND) : at + AROUND + 1]
    shown = [sentence.text for sentence in near if sentence.paragraph == lit.paragraph]
    before = [s.text for s in near if s.paragraph == lit.paragraph and s.position < lit.position]
    start = len(" ".join((*before, ""))) if before else 0
    return AnswerPlace(" ".join(shown), start, start + len(lit.text), lit.paragraph + 1)


SKILL = Skill(name="answer_from_text", Inputs=AnswerInputs, run=run, needs=frozenset({"encoder", "reader"}))
