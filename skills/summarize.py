"""A short version of a text, each sentence with the place that supports it: quoted, or written and checked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

from pydantic import Field, model_validator

from skills.blocks import Block, Message, Notice, Passage, Passages, Scalar, Text, msg
from skills.contract import Advanced, Context, Inputs, Language, Result, Skill
from skills.errors import TooLittleText
from skills.reading.shape import blocks_of, shape_of
from skills.texts.compose import draft
from skills.texts.faithful import Evidence, Problem, Support
from skills.texts.language import language_of
from skills.texts.normalize import fold_word
from skills.texts.parts import part_of
from skills.texts.rank import choose
from skills.texts.sentences import Sentence, split, words
from skills.workspace import Row, Shape, Workspace

NEED = 12
"""Words below which there is nothing to sum up."""
A_PARAGRAPH = 3
"""Sentences of a paragraph of the summary."""
MOST = 12
AUTO: Literal["quote", "write"] = "quote"
"""What `auto` does. `python benchmarks/summaries.py`: on the six Spanish texts the sentences of Qwen2.5-Coder-0.5B keep
28 % of the facts (as many words by lot: 45 %), mostly by copying the beginning; quoted ones 72 % (55 %). Until a model
beats that, this stays `quote`."""

Kind = Literal["written", "quoted"]
WhyQuoted = Literal["asked", "default", "no_model", "language", "too_short", "nothing_kept"]


class SummarizeInputs(Inputs):
    """A data set (`file`) or a `text`; without either, the newest data set. One of the lengths is enough."""

    file: str | None = Field(None, description="summarize.fields.file")
    text: str | None = Field(None, description="summarize.fields.text")
    part: str | None = Field(None, description="summarize.fields.part")
    sentences: int = Field(3, ge=1, le=10, description="summarize.fields.sentences")
    words: int | None = Field(None, ge=10, le=400, description="summarize.fields.words")
    paragraphs: int | None = Field(None, ge=1, le=4, description="summarize.fields.paragraphs")
    bullets: int | None = Field(None, ge=1, le=10, description="summarize.fields.bullets")
    method: Literal["auto", "quote", "write"] = Field("auto", description="summarize.fields.method")
    minutes: float = Field(3, gt=0, le=60, description="summarize.fields.minutes")

    @model_validator(mode="after")
    def _one_text(self) -> SummarizeInputs:
        if self.file is not None and self.text is not None:
            raise ValueError("give `file` or `text`, not both")
        return self


class SummaryLine(NamedTuple):
    """A sentence of the summary. `passage` is the sentence of the text that supports it, in paragraph or stanza
    `paragraph` (from 1), at `position` among all its sentences (from 1). `support`: share of its meaning words found
    there. `refused` and `problem`: the model's sentence that it replaces, and why, if it does."""

    text: str
    kind: Kind
    passage: str
    paragraph: int
    position: int
    support: float = 1.0
    refused: str | None = None
    problem: Problem | None = None


class SummarizeResult(Result):
    """`kept` and `replaced` count the model's own sentences; `quoted` those taken from the text. `parts_read` of
    `parts`: how much the model read (choosing quotations always reads everything)."""

    name: str
    shape: Shape
    language: str
    summary: str
    sentences: tuple[SummaryLine, ...]
    method: Literal["quote", "write"]
    why_quoted: WhyQuoted | None
    kept: int
    replaced: int
    quoted: int
    parts_read: int
    parts: int
    words: int
    source_words: int
    source_sentences: int
    model: str | None

    def blocks(self) -> tuple[Block, ...]:
        values: dict[str, Scalar] = {
            "n": len(self.sentences), "words": self.words, "source_words": self.source_words, "kept": self.kept,
            "source_sentences": self.source_sentences, "replaced": self.replaced, "quoted": self.quoted,
            "parts": self.parts, "parts_read": self.parts_read, "name": self.name,
        }  # fmt: skip
        how = Text(message=msg(f"summarize.how.{self.method}", **values))
        notices: list[Message] = []
        if self.why_quoted not in (None, "asked"):
            notices.append(msg(f"summarize.why.{self.why_quoted}", **values))
        if self.method == "write" and self.parts > 1:
            whole = "all" if self.parts_read == self.parts else "some"
            notices.append(msg(f"summarize.read.{whole}", **values))
        if self.replaced:
            notices.append(msg("summarize.replaced", **(values | {"n": self.replaced})))
        return (self._passages(), how, *(Notice(message=notice) for notice in notices), *self._sources())

    def _place(self, line: SummaryLine, said: str) -> Message:
        unit = "stanza" if self.shape == "verse" else "paragraph"
        return msg(f"summarize.places.{said}_{unit}", number=line.paragraph)

    def _passages(self) -> Passages:
        return Passages(
            title=msg("summarize.title", name=self.name) if self.name else msg("summarize.title_pasted"),
            passages=tuple(
                Passage(text=line.text, source=self.name, location=self._place(line, "quoted"))
                if line.kind == "quoted"
                else Passage(text=line.text, source=self.model, location=self._place(line, "written"), role="base")
                for line in self.sentences
            ),
        )

    def _sources(self) -> tuple[Passages, ...]:
        """What the text itself says where the model wrote in its own words."""
        written = [line for line in self.sentences if line.kind == "written"]
        if not written:
            return ()
        passages = tuple(
            Passage(text=line.passage, source=self.name, location=self._place(line, "quoted")) for line in written
        )
        return (Passages(title=msg("summarize.sources"), passages=passages),)


class Given(NamedTuple):
    """The text to sum up: its paragraphs or stanzas, and what they are."""

    name: str
    paragraphs: list[str]
    shape: Shape
    language: str


def run(inputs: SummarizeInputs, ctx: Context) -> SummarizeResult:
    """Sum the text up. Raises FileMissing, PartMissing, and TooLittleText (in words)."""
    text = _text(inputs, ctx.workspace, ctx.language)
    sentences = split(text.paragraphs)
    size = sum(len(words(s.text)) for s in sentences)
    if size < NEED:
        raise TooLittleText(name=text.name, have=size, need=NEED, kind="words")
    ctx.emit(Advanced(done=0, total=1, doing=msg("summarize.doing.choosing")))
    count = _count(inputs, sentences, size)
    extracted = choose(sentences, min(len(sentences), 2 * count + 2))
    best = choose(sentences, count)
    spare = [*best, *(i for i in extracted if i not in best)]
    why = _why_quoted(inputs, ctx, text, len(sentences), count)
    source = Evidence(sentences)
    parts_read = parts = 1
    lines: list[SummaryLine] = []
    if why is None:
        language: Language = "es" if text.language == "es" else "en"
        written = draft(sentences, source, count, language, ctx, inputs.minutes)
        parts_read, parts = written.parts_read, written.parts
        lines = _checked(written.sentences, source, spare, count)
        if not any(line.kind == "written" for line in lines):
            why = "nothing_kept"
    if not lines:
        lines = [_quote(sentences[i]) for i in best]
    own = [line for line in lines if line.kind == "written"]
    summary = _joined(lines, inputs, text.shape)
    return SummarizeResult(
        name=text.name, shape=text.shape, language=text.language, summary=summary, sentences=tuple(lines),
        method="write" if own else "quote", why_quoted=why, kept=len(own),
        replaced=sum(line.refused is not None for line in lines), quoted=len(lines) - len(own),
        parts_read=parts_read, parts=parts, words=len(words(summary)), source_words=size,
        source_sentences=len(sentences), model=ctx.chat.profile.name if own and ctx.chat else None,
    )  # fmt: skip


def _text(inputs: SummarizeInputs, workspace: Workspace, spoken: Language) -> Given:
    if inputs.text is not None:
        shape = shape_of(inputs.text)
        paragraphs = ["\n".join(block) for block in blocks_of(inputs.text)]
        if shape != "verse":
            paragraphs = [line for p in paragraphs for line in (p.split("\n") if len(paragraphs) == 1 else [p])]
        return Given("", paragraphs, shape, language_of(inputs.text, spoken))
    manifest = workspace.find(inputs.file)
    rows: Iterable[Row] = workspace.rows(manifest.id)
    if inputs.part is not None:
        rows = part_of(list(rows), inputs.part, manifest.name)
    return Given(manifest.name, [row.whole for row in rows], manifest.shape, manifest.language)


def _count(inputs: SummarizeInputs, sentences: Sequence[Sentence], size: int) -> int:
    """How many sentences make the length asked for."""
    if inputs.words is not None:
        return max(1, min(MOST, round(inputs.words * len(sentences) / size)))
    return inputs.bullets or (inputs.paragraphs or 0) * A_PARAGRAPH or inputs.sentences


def _why_quoted(inputs: SummarizeInputs, ctx: Context, text: Given, sentences: int, count: int) -> WhyQuoted | None:
    """Why the summary will only quote; None if the model may write."""
    if inputs.method == "quote":
        return "asked"
    if inputs.method == "auto" and AUTO == "quote":
        return "default"
    if ctx.chat is None:
        return "no_model"
    if text.language not in ctx.chat.profile.writes or text.language not in ("es", "en"):
        return "language"
    return "too_short" if sentences <= count else None


def _checked(written: Sequence[str], source: Evidence, spare: Sequence[int], count: int) -> list[SummaryLine]:
    """The model's sentences that the text supports; in the place of each other one, a sentence of the text."""
    sentences = source.sentences
    checks = [(said, source.check(said)) for said in written]
    used = {support.source for _, support in checks if support.problem is None}
    verbatim = {" ".join(map(fold_word, words(s.text))): i for i, s in enumerate(sentences)}
    lines: list[SummaryLine] = []
    for said, support in checks:
        same = verbatim.get(" ".join(map(fold_word, words(said))))
        if same is not None:
            lines.append(_quote(sentences[same]))
            used.add(same)
        elif support.problem is None:
            lines.append(_written(said, sentences, support))
        elif (instead := _instead(support, spare, used)) is not None:
            used.add(instead)
            lines.append(_quote(sentences[instead])._replace(refused=said, problem=support.problem))
    for index in spare:
        if len(lines) >= count:
            break
        if index not in used:
            used.add(index)
            lines.append(_quote(sentences[index]))
    return list({line.text: line for line in lines}.values())


def _instead(support: Support, spare: Sequence[int], used: set[int]) -> int | None:
    """The sentence of the text that the refused one meant, if that is clear; else the best one not yet there."""
    if support.share >= 0.5 and support.source not in used:
        return support.source
    return next((index for index in spare if index not in used), None)


def _quote(sentence: Sentence) -> SummaryLine:
    return SummaryLine(sentence.text, "quoted", sentence.text, sentence.paragraph + 1, sentence.position + 1)


def _written(said: str, sentences: Sequence[Sentence], support: Support) -> SummaryLine:
    at = sentences[support.source]
    return SummaryLine(said, "written", at.text, at.paragraph + 1, at.position + 1, round(support.share, 3))


def _joined(lines: Sequence[SummaryLine], inputs: SummarizeInputs, shape: Shape) -> str:
    """The summary as one text, in the form that was asked for."""
    texts = [line.text for line in lines]
    if inputs.bullets is not None:
        return "\n".join(f"- {' '.join(text.split())}" for text in texts)
    if inputs.paragraphs is not None:
        return "\n\n".join(" ".join(texts[i : i + A_PARAGRAPH]) for i in range(0, len(texts), A_PARAGRAPH))
    return ("\n\n" if shape == "verse" else " ").join(texts)


SKILL = Skill(name="summarize", Inputs=SummarizeInputs, run=run, needs=frozenset({"chat"}))
