"""Tokenizers side by side, and one made of the learner's own text: what they find, show and keep."""

from __future__ import annotations

import shutil
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from skills import skill
from skills.blocks import Message, Notice, Passages, Table, Tokens
from skills.contract import Context
from skills.errors import BadInput, FileMissing, TooLittleText
from skills.model import piece_training
from skills.model.piece_tokenizer import PieceTokenizer, delete_kept, kept, open_kept
from skills.model.piece_training import LINE_BYTES, first_joins, least, sample, train
from skills.model.tokenizer import ModelTokenizer
from skills.workspace import Row, Workspace
from tests.datasets import bring
from tutor.words import LANGUAGES, Words

VERSES = [
    f"{who} {what} {where}"
    for who in ("la guitarra vieja", "el gaucho matrero", "una calandria sola", "mi compadre Cruz")
    for what in ("canta y desvela", "anda sin consuelo", "vuelve despacio", "no olvida la pampa")
    for where in ("en la frontera", "por el camino", "cuando aclara el día")
]
TRICKY = "  Dos  espacios\n\n«¿ñandú?» 🦋 👩‍🌾 \u2028 x▁y\t<|im_end|>\n"


def call(name: str, ctx: Context, **inputs: Any) -> Any:
    found = skill(name)
    return found.run(found.Inputs.model_validate(inputs), ctx)


def said(language: Any, value: Any) -> list[str]:
    """Every message in a result's blocks, in words: a missing one is an error."""
    words = Words(language)
    if isinstance(value, Message):
        return [words(value)]
    if isinstance(value, list | tuple):
        return [text for each in value for text in said(language, each)]
    return (
        [text for each in vars(value).values() for text in said(language, each)] if hasattr(value, "__dict__") else []
    )


@pytest.fixture
def several(ctx: Context, tiny_model: Path) -> Context:
    """The scripted model and, of another, only the tokenizer."""
    bring(ctx.workspace, "versos.txt", [Row(text=verse) for verse in VERSES])
    return replace(ctx, tokenizers={"tiny": tiny_model})


# --- side by side -----------------------------------------------------------------------------------------------------


def test_tokenizers_are_compared_between_letters_and_words(several: Context, tiny_model: Path) -> None:
    result = call("tokenize_text", several, text="Aquí me pongo a cantar", tokenizers="all")
    (measured,) = result.compared
    assert [cut.tokenizer for cut in measured.cuts] == ["scripted", "tiny"]
    assert measured.cuts[1].count == ModelTokenizer(tiny_model).count("Aquí me pongo a cantar")
    assert "".join(token.text for token in measured.cuts[1].tokens) == "Aquí me pongo a cantar"
    drawn = [block for block in result.blocks() if isinstance(block, Tokens)]
    cost = next(block for block in result.blocks() if isinstance(block, Table))
    assert [block.tokenizer for block in drawn] == ["scripted", "tiny"]
    assert cost.rows[0][1:4] == (22, 4.4, 1.0)
    assert cost.rows[-1][1:4] == (5, 1.0, 4.4)
    assert cost.rows[1][1:3] == (5, 1.0)
    assert [row[4] is None for row in cost.rows] == [True, False, False, True]
    for language in LANGUAGES:
        assert said(language, result.blocks())


def test_two_texts_are_set_beside_each_other(several: Context) -> None:
    result = call("tokenize_text", several, text="uno dos tres cuatro", beside="one two", tokenizers=("scripted",))
    table = next(block for block in result.blocks() if isinstance(block, Table))
    assert table.rows[0] == ("scripted", 4, 2, 2.0)
    assert len([block for block in result.blocks() if isinstance(block, Tokens)]) == 2


def test_without_a_model_what_was_made_here_is_shown(several: Context) -> None:
    call("train_tokenizer", several, file="versos.txt")
    alone = replace(several, probe=None, tokenizers={})
    result = call("tokenize_text", alone, text="la guitarra 🦋")
    assert result.tokenizer == kept(alone.workspace)[0].name
    assert result.context is None
    assert said("es", result.blocks())


def test_the_words_that_are_cut_most_come_first(several: Context) -> None:
    text = "el otorrinolaringólogo y la calandria"
    result = call("tokenize_text", several, text=text, tokenizers=("tiny", "scripted"))
    assert result.dearest[0].word == "otorrinolaringólogo"
    assert len(result.dearest[0].pieces) == result.dearest[0].count > 5
    assert result.dearest[0].other == 1, "the scripted model has words for tokens"
    assert result.weighed == "scripted"


def test_an_unknown_tokenizer_is_refused_with_those_there_are(several: Context) -> None:
    with pytest.raises(BadInput) as refused:
        call("tokenize_text", several, text="a", tokenizers=("gpt",))
    for language in LANGUAGES:
        assert "scripted, tiny" in Words(language).error(refused.value)["why"]


def test_what_can_be_done_next_can_be_called(several: Context) -> None:
    for result in (call("tokenize_text", several, text="hola"), call("tokenize_text", several, file="versos.txt")):
        offers = result.offers()
        assert 3 <= len(offers) <= 4
        for offer in offers:
            skill(offer.skill).Inputs.model_validate(offer.inputs)
            assert all(offer.label.id in Words(language) for language in LANGUAGES)
            if offer.skill == "tokenize_text":
                assert call(offer.skill, several, **offer.inputs).compared


# --- a tokenizer of one's own -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["bpe", "unigram"])
def test_nothing_is_lost_in_own_pieces(kind: Any) -> None:
    own = PieceTokenizer(train(VERSES, kind, least(VERSES) + 150))
    for text in (*VERSES[:5], "\n".join(VERSES[:3]), "日本 🦋", TRICKY.replace("▁", "")):
        assert own.decode(own.ids(text)) == text
        assert len(own.tokens(text)) == own.count(text)
    shown = "".join(token.text for token in own.tokens("la guitarra\nvuelve"))
    assert [line.strip() for line in shown.split("\n")] == ["la guitarra", "vuelve"]
    assert own.count(VERSES[0]) < len(VERSES[0])


def test_the_first_joins_are_the_commonest_pairs() -> None:
    own = PieceTokenizer(train(["abab abab abab ab"] * 3 + ["cd"], "bpe", 300))
    first = first_joins(own, 3)
    assert (first[0].left, first[0].right, first[0].piece) == ("a", "b", "ab")
    assert all(join.left + join.right == join.piece for join in first)


@pytest.mark.parametrize("kind", ["bpe", "unigram"])
@pytest.mark.parametrize(("asked", "said_so"), [(30_000, "fewer"), (100, "more"), (None, None)])
def test_the_vocabulary_is_as_large_as_the_text_allows(
    several: Context, kind: str, asked: int | None, said_so: str | None
) -> None:
    result = call("train_tokenizer", several, file="versos.txt", kind=kind, vocab_size=asked)
    assert result.least <= result.size <= max(asked or 8000, result.least)
    notices = [block.message.id for block in result.blocks() if isinstance(block, Notice)]
    assert notices == ([f"train_tokenizer.notices.{said_so}"] if said_so else [])
    for language in LANGUAGES:
        assert said(language, result.blocks())
        assert said(language, result.offers())


def test_it_is_compared_on_lines_it_did_not_see(several: Context) -> None:
    result = call("train_tokenizer", several, file="versos.txt")
    sampled = sample(VERSES)
    assert (result.lines, result.heldout) == (len(sampled.lines), len(sampled.heldout)) == (44, 4)
    assert not set(sampled.lines) & set(sampled.heldout)
    costs = {cost.text: cost for cost in result.costs}
    assert set(costs) == {"learnt", "heldout", "strange_es", "strange_en"}
    assert costs["learnt"].own < costs["strange_es"].own
    words = sum(len(line.split()) for line in sampled.heldout)
    model = ModelTokenizer(several.tokenizers["tiny"])
    assert costs["heldout"].model == round(sum(model.count(line) for line in sampled.heldout) / words, 2)


def test_its_numbers_mean_something_else_to_the_model(several: Context) -> None:
    result = call("train_tokenizer", several, file="versos.txt")
    model = ModelTokenizer(several.tokenizers["tiny"])
    own = open_kept(several.workspace, result.tokenizer)
    assert own.decode(result.swapped.ids) == result.swapped.line
    read = "".join(model.piece(id) for id in result.swapped.ids)
    assert result.swapped.read_by_model == read != result.swapped.line
    passages = next(block for block in result.blocks() if isinstance(block, Passages))
    assert [passage.text for passage in passages.passages][1:] == [result.swapped.line, read]


def test_own_words_are_one_piece_here_and_several_for_the_model(several: Context) -> None:
    result = call("train_tokenizer", several, file="versos.txt")
    assert {"guitarra", "gaucho"} & {own.word for own in result.own_words}
    for own in result.own_words:
        assert len(own.model) > 1
        assert own.times == sum(verse.split().count(own.word) for verse in VERSES if verse in sample(VERSES).lines)


def test_it_is_kept_listed_opened_and_deleted(several: Context) -> None:
    made = [call("train_tokenizer", several, file="versos.txt", kind=kind) for kind in ("bpe", "unigram")]
    cards = kept(several.workspace)
    assert sorted(card.id for card in cards) == sorted(result.tokenizer for result in made)
    assert all((several.workspace.home / result.path / "card.json").is_file() for result in made)
    (several.workspace.home / made[0].path / "card.json").write_text("{")  # half written: unfinished
    assert [card.id for card in kept(several.workspace)] == [made[1].tokenizer]
    delete_kept(several.workspace, made[1].tokenizer)
    assert kept(several.workspace) == []
    with pytest.raises(FileMissing):
        open_kept(several.workspace, made[1].tokenizer)
    with pytest.raises(FileMissing):
        delete_kept(several.workspace, "../../../..")


def test_too_little_text_is_refused(several: Context) -> None:
    bring(several.workspace, "corto.txt", [Row(text="una sola línea")])
    with pytest.raises(TooLittleText):
        call("train_tokenizer", several, file="corto.txt")


def test_a_line_without_end_is_cut_and_a_long_text_sampled(monkeypatch: pytest.MonkeyPatch) -> None:
    long = "ñandú " * 3000 + "x" * 9000
    assert [len(line.encode()) <= LINE_BYTES for line in piece_training._short([long])].count(False) == 0
    assert "".join(piece_training._short([long])).replace(" ", "") == long.replace(" ", "")
    monkeypatch.setattr(piece_training, "MOST_CHARACTERS", 1000)
    sampled = sample(VERSES)
    assert sampled.share == 1 / 3
    assert len(sampled.lines) + len(sampled.heldout) == len(VERSES) / 3


@pytest.mark.slow
def test_it_runs_apart_with_only_the_tokenizers(workspace: Workspace, tiny_model: Path) -> None:
    """In the sandbox, as the chat and the command line run it: no model is opened, the vocabulary is at hand."""
    import asyncio

    from skills.contract import Done, Event, Profile
    from tutor.lm.installed import Manifest, write_manifest
    from tutor.processes.sandbox import sandboxed
    from tutor.settings import build_settings

    folder = workspace.home / "models" / "tiny"
    shutil.copytree(tiny_model, folder / "transformers")
    profile = Profile(
        name="tiny", writes=(), context=512, parameters=0, disk_bytes=0, memory_bytes=0, licence="MIT", digest="0" * 64
    )
    write_manifest(workspace.home, Manifest(profile=profile, label="tiny"))
    bring(workspace, "versos.txt", [Row(text=verse) for verse in VERSES])

    async def events() -> list[Event]:
        stream = sandboxed("train_tokenizer", {"file": "versos.txt"}, "es", build_settings(workspace.home))
        return [event async for event in stream]

    *_, ending = asyncio.run(events())
    assert isinstance(ending, Done), ending
    assert ending.result["model"] == "tiny"
    assert kept(workspace)[0].id == ending.result["tokenizer"]


def test_of_a_very_long_text_an_even_part_is_compared(several: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = call("tokenize_text", several, file="versos.txt", tokenizers="all")
    monkeypatch.setattr(import_module("skills.tokenize_text"), "MOST_COMPARED", sum(map(len, VERSES)) // 2)
    part = call("tokenize_text", several, file="versos.txt", tokenizers="all")
    assert part.part == 3
    assert part.count == sum(len(verse.split()) for verse in VERSES[::3]) < whole.count
    assert [block for block in part.blocks() if isinstance(block, Notice)]
    assert not [block for block in whole.blocks() if isinstance(block, Notice)]
    assert call("tokenize_text", several, file="versos.txt").count == whole.count, "of one tokenizer it is whole"


def test_a_sample_is_no_stranger_to_itself(several: Context) -> None:
    text = (Path(__file__).parent.parent / "curriculum" / "samples" / "lighthouse.txt").read_text("utf-8")
    bring(several.workspace, "faro.txt", [Row(text=line) for line in text.split("\n\n")])
    costs = {cost.text for cost in call("train_tokenizer", several, file="faro.txt").costs}
    assert costs == {"learnt", "heldout", "strange_es"}
