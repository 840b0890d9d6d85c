"""Makes a tokenizer of the learner's own text, looks into its vocabulary, and compares it with the model's."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from pydantic import Field

from skills.contract import Context, Inputs, Skill
from skills.errors import TooLittleText
from skills.model import piece_training
from skills.model.piece_tokenizer import Kind, PieceTokenizer, keep, tokenizers_folder
from skills.model.piece_training import first_joins, longest_pieces
from skills.model.tokenizer import ModelTokenizer
from skills.model.tokenizers import count_word, cut_word, words_in
from skills.model.train_tokenizer_result import OwnWord, Swapped, TokenCost, TrainTokenizerResult
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


def run(inputs: TrainTokenizerInputs, ctx: Context) -> TrainTokenizerResult:
    """Raises FileMissing, TooLittleText, DiskFull."""
    manifest = ctx.workspace.find(inputs.file)
    sampled = piece_training.sample(row.whole for row in ctx.workspace.rows(manifest.id))
    lines, heldout = sampled.lines, sampled.heldout
    have = sum(len(words(line)) for line in lines)
    if have < FEWEST_WORDS:
        raise TooLittleText(name=manifest.name, have=have, need=FEWEST_WORDS, kind="tokenizer")
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


SKILL = Skill("train_tokenizer", TrainTokenizerInputs, run, where="sandbox", needs=frozenset({"tokenizers"}))
