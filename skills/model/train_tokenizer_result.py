"""How a tokenizer that was made is shown: its pieces, what it costs beside the model's, the learner's own words."""

from __future__ import annotations

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
from skills.contract import Result
from skills.model import piece_training
from skills.model.piece_tokenizer import Kind
from skills.model.piece_training import Join


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


def _seen(piece: str) -> str:
    return piece.replace("▁", "·").replace(" ", "·")
