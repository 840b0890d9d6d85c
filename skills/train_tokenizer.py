"""Makes a tokenizer of the learner's own text, looks into its vocabulary, and compares it with the model's."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from pydantic import Field

from skills.blocks import (
    Artefact,
    Block,
    Cell,
    Column,
    Frozen,
    Notice,
    Offer,
    Passage,
    Passages,
    Table,
    Text,
    Token,
    Tokens,
    msg,
)
from skills.contract import Context, Inputs, Result, Skill
from skills.errors import TooLittleText
from skills.model import piece_training
from skills.model.piece_tokenizer import Kind, PieceTokenizer, keep, tokenizers_folder
from skills.model.piece_training import Join, first_joins, longest_pieces
from skills.model.tokenizer import ModelTokenizer
from skills.model.tokenizers import count_word, cut_word, words_in
from skills.texts.sentences import words
from skills.workspace import folder_bytes

FEWEST_WORDS = 100
LISTED = 10
LONG_WORD = 4
"""Letters from which on a word of the learner's is worth telling."""
STRANGERS = Path(__file__).parent.parent / "curriculum" / "samples"
STRANGE = {"es": "almacen.txt", "en": "lighthouse.txt"}
"""Prose that the program brings along, to try a tokenizer on what it was not made of."""
STRANGE_CHARACTERS = 4000
EXAMPLE_WORDS = 14


class TrainTokenizerInputs(Inputs):
    """`vocab_size`: pieces wanted, of which 256 are single bytes; chosen from the length of the text if None."""

    file: str | None = Field(None, description="train_tokenizer.fields.file")
    vocab_size: int | None = Field(None, ge=100, le=32_000, description="train_tokenizer.fields.vocab_size")
    kind: Kind = Field("bpe", description="train_tokenizer.fields.kind")


class TokenCost(Frozen):
    """Tokens per word of a text, with the new tokenizer and with the model's (None: there is no model)."""

    text: str
    words: int
    own: float
    model: float | None


class OwnWord(Frozen):
    """A word that is one piece of the new vocabulary, how often the text has it, and how the model cuts it."""

    word: str
    times: int
    model: tuple[str, ...]


class Swapped(Frozen):
    """A line of the learner's, its ids in the new vocabulary, and what the model's vocabulary has under these ids."""

    line: str
    ids: tuple[int, ...]
    own: tuple[Token, ...]
    model: tuple[Token, ...]
    read_by_model: str


class TrainTokenizerResult(Result):
    """`size`: pieces there are, `asked` for (None: nobody said), `least`: that there must be; `share`: how much of the
    text was learnt from; `lines`, `heldout`: lines learnt from, and kept apart to compare on."""

    tokenizer: str
    name: str
    dataset: str
    source: str
    kind: Kind
    size: int
    asked: int | None
    least: int
    lines: int
    heldout: int
    share: float
    bytes: int
    path: str
    model: str | None
    model_size: int | None
    joins: tuple[Join, ...]
    common: tuple[str, ...]
    longest: tuple[str, ...]
    own_words: tuple[OwnWord, ...]
    costs: tuple[TokenCost, ...]
    swapped: Swapped | None

    def blocks(self) -> tuple[Block, ...]:
        made = msg(
            f"train_tokenizer.made.{self.kind}", n=self.lines, source=self.source, size=self.size,
            learnt=self.size - piece_training.BYTES - piece_training.MARKS,
        )  # fmt: skip
        return (
            Text(message=made),
            *self._notices(),
            self._costs(),
            *self._own_words(),
            self._pieces(),
            *self._swap(),
            Artefact(
                title=msg("train_tokenizer.kept", name=self.name), path=self.path, bytes=self.bytes,
                caption=msg("train_tokenizer.private"),
            ),
        )  # fmt: skip

    def _notices(self) -> tuple[Notice, ...]:
        found = []
        if self.asked is not None and self.size < self.asked:
            found.append(msg("train_tokenizer.notices.fewer", asked=self.asked, size=self.size))
        if self.asked is not None and self.size > self.asked:
            found.append(msg("train_tokenizer.notices.more", asked=self.asked, size=self.size, least=self.least))
        if self.share < 1:
            found.append(msg("train_tokenizer.notices.sampled", share=self.share))
        if self.model is None:
            found.append(msg("train_tokenizer.notices.no_model"))
        return tuple(Notice(message=message) for message in found)

    def _costs(self) -> Table:
        columns = [
            Column(label=msg("train_tokenizer.costs.text")),
            Column(label=msg("train_tokenizer.costs.own"), numeric=True),
        ]
        if self.model is not None:
            columns.append(Column(label=msg("train_tokenizer.costs.model", model=self.model), numeric=True))
        rows: list[tuple[Cell, ...]] = []
        for cost in self.costs:
            label = msg(f"train_tokenizer.costs.of.{cost.text}", source=self.source)
            rows.append((label, cost.own) if self.model is None else (label, cost.own, cost.model))
        caption = None
        if self.model is not None and self.model_size is not None:
            caption = msg("train_tokenizer.costs.caption", size=self.size, model=self.model, other=self.model_size)
        return Table(
            title=msg("train_tokenizer.costs.title"), columns=tuple(columns), rows=tuple(rows), caption=caption
        )

    def _own_words(self) -> tuple[Table, ...]:
        if not self.own_words or self.model is None:
            return ()
        return (
            Table(
                title=msg("train_tokenizer.words.title"),
                columns=(
                    Column(label=msg("train_tokenizer.words.word")),
                    Column(label=msg("train_tokenizer.words.times"), numeric=True),
                    Column(label=msg("train_tokenizer.words.model", model=self.model)),
                ),
                rows=tuple((own.word, own.times, "|".join(own.model)) for own in self.own_words),
                caption=msg("train_tokenizer.words.caption"),
            ),
        )

    def _pieces(self) -> Table:
        firsts = [f"{_seen(join.left)} + {_seen(join.right)} → {_seen(join.piece)}" for join in self.joins]
        left = firsts if self.kind == "bpe" else [_seen(piece) for piece in self.common]
        right = [_seen(piece) for piece in self.longest]
        rows = tuple((i + 1, *pair) for i, pair in enumerate(zip(left, right, strict=False)))
        return Table(
            title=msg("train_tokenizer.pieces.title"),
            columns=(
                Column(label=msg("train_tokenizer.pieces.number"), numeric=True),
                Column(label=msg(f"train_tokenizer.pieces.{self.kind}")),
                Column(label=msg("train_tokenizer.pieces.longest")),
            ),
            rows=rows,
            caption=msg(f"train_tokenizer.pieces.caption_{self.kind}"),
        )

    def _swap(self) -> tuple[Block, ...]:
        if self.swapped is None or self.model is None:
            return ()
        line, own, model = self.swapped.line, self.swapped.own, self.swapped.model
        numbers = " ".join(map(str, self.swapped.ids))
        by_model = msg("train_tokenizer.swap.by_model", model=self.model)
        return (
            Tokens(title=msg("train_tokenizer.swap.own"), tokenizer=self.name, tokens=own),
            Tokens(title=msg("train_tokenizer.swap.model", model=self.model), tokenizer=self.model, tokens=model),
            Text(message=msg("train_tokenizer.swap.why")),
            Passages(
                title=msg("train_tokenizer.swap.title"),
                passages=(
                    Passage(text=numbers, location=msg("train_tokenizer.swap.numbers"), role="plain"),
                    Passage(text=line, location=msg("train_tokenizer.swap.by_own")),
                    Passage(text=self.swapped.read_by_model, location=by_model, role="base"),
                ),
                caption=msg("train_tokenizer.swap.caption", model=self.model),
            ),
        )

    def offers(self) -> tuple[Offer, ...]:
        other: Kind = "unigram" if self.kind == "bpe" else "bpe"
        again = {"file": self.dataset, "vocab_size": self.asked}
        compared = {"file": self.dataset, "tokenizers": [self.tokenizer, *([self.model] if self.model else [])]}
        half = max(self.least, self.size // 2)
        return (
            Offer(label=msg("train_tokenizer.offer.see"), skill="tokenize_text", inputs=compared),
            Offer(label=msg(f"train_tokenizer.offer.{other}"), skill="train_tokenizer", inputs=again | {"kind": other}),
            Offer(
                label=msg("train_tokenizer.offer.smaller", size=half),
                skill="train_tokenizer",
                inputs={"file": self.dataset, "kind": self.kind, "vocab_size": half},
            ),
        )


def run(inputs: TrainTokenizerInputs, ctx: Context) -> TrainTokenizerResult:
    """Raises FileMissing, TooLittleText, DiskFull."""
    manifest = ctx.workspace.find(inputs.file)
    sampled = piece_training.sample(row.whole for row in ctx.workspace.rows(manifest.id))
    lines, heldout = sampled.lines, sampled.heldout
    have = sum(len(words(line)) for line in lines)
    if have < FEWEST_WORDS:
        raise TooLittleText(name=manifest.name, have=have, need=FEWEST_WORDS, kind="words")
    least = piece_training.least(lines)
    wanted = max(least, inputs.vocab_size or piece_training.default_size(lines))
    card = keep(
        ctx.workspace, manifest.id, manifest.name, inputs.kind, piece_training.train(lines, inputs.kind, wanted)
    )
    folder = tokenizers_folder(ctx.workspace) / card.id
    own = PieceTokenizer((folder / "tokenizer.model").read_bytes())
    model_name, model = next(((name, ModelTokenizer(path)) for name, path in ctx.tokenizers.items()), (None, None))
    return TrainTokenizerResult(
        tokenizer=card.id,
        name=card.name,
        dataset=manifest.id,
        source=manifest.name,
        kind=inputs.kind,
        size=card.size,
        asked=inputs.vocab_size,
        least=least,
        lines=len(lines),
        heldout=len(heldout),
        share=sampled.share,
        bytes=folder_bytes(folder),
        path=folder.relative_to(ctx.workspace.home).as_posix(),
        model=model_name,
        model_size=model.size if model else None,
        joins=tuple(first_joins(own, LISTED)) if inputs.kind == "bpe" else (),
        common=tuple(own.shown(id) for id in own.learnt()[:LISTED]),
        longest=tuple(longest_pieces(own, LISTED)),
        own_words=tuple(_own_words(lines, own, model)) if model else (),
        costs=tuple(_costs(lines, heldout, own, model)),
        swapped=_swapped(heldout or lines, own, model) if model else None,
    )


def _costs(
    lines: Sequence[str], heldout: Sequence[str], own: PieceTokenizer, model: ModelTokenizer | None
) -> list[TokenCost]:
    """Tokens per word: on the lines it was made of, on new ones of the same text, and on other people's texts."""
    texts = [("learnt", lines[: max(len(heldout), 50)]), ("heldout", heldout)]
    strangers = {f"strange_{language}": _strange(name) for language, name in STRANGE.items()}
    texts += [(name, some) for name, some in strangers.items() if not set(some) & set(lines)]
    found = []
    for name, some in texts:
        count = sum(len(words(line)) for line in some)
        if count:
            cost = [sum(each.count(line) for line in some) / count for each in (own, model) if each is not None]
            found.append(
                TokenCost(text=name, words=count, own=round(cost[0], 2), model=round(cost[1], 2) if model else None)
            )
    return found


def _strange(name: str) -> list[str]:
    path = STRANGERS / name
    text = path.read_text("utf-8")[:STRANGE_CHARACTERS] if path.is_file() else ""
    return [line for line in text.split("\n") if line.strip()]


def _own_words(lines: Sequence[str], own: PieceTokenizer, model: ModelTokenizer) -> list[OwnWord]:
    """Words of the text that are one piece here and several for the model; first what saves most."""
    times = Counter(word for line in lines for word in words_in(line) if len(word) >= LONG_WORD and word.isalpha())
    whole = [word for word in times if count_word(own, word) == 1]
    saved = sorted(whole, key=lambda word: (-times[word] * (count_word(model, word) - 1), word))[:LISTED]
    return [
        OwnWord(word=word, times=times[word], model=tuple(cut_word(model, word)))
        for word in saved
        if count_word(model, word) > 1
    ]


def _swapped(lines: Sequence[str], own: PieceTokenizer, model: ModelTokenizer) -> Swapped:
    """A line of middle length, coded here and decoded by the model's tokenizer."""
    line = sorted(lines, key=lambda line: abs(len(line.split()) - EXAMPLE_WORDS))[0]
    line = " ".join(line.split()[: 2 * EXAMPLE_WORDS])
    ids = own.ids(line)
    return Swapped(
        line=line,
        ids=tuple(ids),
        own=tuple(own.tokens(line)),
        model=tuple(model.tokens(line)),
        read_by_model="".join(model.piece(id) for id in ids),
    )


def _seen(piece: str) -> str:
    return piece.replace("▁", "·").replace(" ", "·")


SKILL = Skill("train_tokenizer", TrainTokenizerInputs, run, where="sandbox", needs=frozenset({"tokenizers"}))
