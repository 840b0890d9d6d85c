"""Splitting: sides disjoint and complete, copies on one side, a seed that repeats, and training that keeps to it."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from skills.contract import Context, Noticed
from skills.dataset.duplicates import repeats
from skills.dataset.revise import revise, undo
from skills.dataset.split import By, Group, draw, part
from skills.dataset.split_leakage import RUN, leakage
from skills.dataset.split_result import SplitResult
from skills.dataset.split_saved import fits, saved
from skills.errors import TooLittleText
from skills.load_dataset import LoadInputs
from skills.load_dataset import run as load
from skills.split_dataset import BadShares, NoAuthors, SplitInputs, shares_of
from skills.split_dataset import run as split_run
from skills.training.data import read_texts
from skills.training.units import split, split_as_saved, units
from skills.workspace import Row, Workspace
from tests.test_text_skills import say
from tests.tiny_model import make_tiny
from tutor.words import Words

WORDS = [
    a + b
    for a in ("mar", "luz", "rio", "pan", "sol", "cal", "voz", "tren", "miel", "paz")
    for b in ("", "es", "ito", "al", "oso")
]


def sentence(rng: random.Random, length: int = 14) -> str:
    return " ".join(rng.choice(WORDS) + str(rng.randrange(60)) for _ in range(length))


def nearly(text: str, rng: random.Random) -> str:
    """The same text with one word changed: a near duplicate."""
    words = text.split()
    words[rng.randrange(len(words))] = "cambio"
    return " ".join(words)


def data(rng: random.Random) -> tuple[list[str], list[int]]:
    """A random data set of 5 to 120 rows in up to 15 documents, a part of them repeated or nearly repeated."""
    texts: list[str] = []
    for _ in range(rng.randrange(5, 120)):
        draw = rng.random()
        if texts and draw < 0.1:
            texts.append(rng.choice(texts))
        elif texts and draw < 0.2:
            texts.append(nearly(rng.choice(texts), rng))
        else:
            texts.append(sentence(rng, rng.randrange(6, 30)))
    documents = sorted(rng.randrange(rng.randrange(1, 15)) for _ in texts)
    return texts, documents


SHARES = {"train": 0.8, "validation": 0.1, "test": 0.1}
BYS: tuple[By, ...] = ("document", "block", "row")


@pytest.mark.parametrize("seed", range(60))
def test_every_row_is_on_one_side_and_no_copy_crosses(seed: int) -> None:
    rng = random.Random(seed)
    texts, documents = data(rng)
    by = BYS[seed % 3]
    parts = part(texts, documents, by, SHARES, seed)  # type: ignore[arg-type]
    assert len(parts.sides) == len(texts)
    assert set(parts.sides) <= {"train", "validation", "test", "aside"}
    found = repeats(texts)
    for row, like in (found.exact | found.near).items():
        assert len({parts.sides[row], parts.sides[like]} - {"aside"}) <= 1, (texts[row], texts[like])
    if by == "document":
        for document in set(documents):
            its = {side for side, d in zip(parts.sides, documents, strict=True) if d == document}
            assert len(its - {"aside"}) <= 1


@pytest.mark.parametrize("seed", range(20))
def test_the_same_seed_gives_the_same_split_in_any_order(seed: int) -> None:
    rng = random.Random(seed)
    texts = [sentence(rng) for _ in range(50)]
    sides = dict(zip(texts, part(texts, range(50), "row", SHARES, seed).sides, strict=True))  # type: ignore[arg-type]
    mixed = texts[:]
    rng.shuffle(mixed)
    again = dict(zip(mixed, part(mixed, range(50), "row", SHARES, seed).sides, strict=True))  # type: ignore[arg-type]
    assert sides == again
    other = dict(zip(texts, part(texts, range(50), "row", SHARES, seed + 1).sides, strict=True))  # type: ignore[arg-type]
    assert sides != other


def test_the_shares_are_met_as_nearly_as_whole_groups_allow() -> None:
    rng = random.Random(1)
    texts = [sentence(rng) for _ in range(200)]
    sides = part(texts, range(200), "row", {"validation": 0.1, "test": 0.2}, 3).sides
    assert (sides.count("validation"), sides.count("test")) == (20, 40)


def test_another_share_of_validation_leaves_the_test_part_alone() -> None:
    groups = [Group((i,), 1.0, str(i)) for i in range(50)]
    tests = [
        [i for i, side in enumerate(draw(groups, {"test": 5, "validation": v}, 7)) if side == "test"]
        for v in (0, 5, 12)
    ]
    assert tests[0] == tests[1] == tests[2]


def test_one_huge_document_goes_to_training() -> None:
    groups = [Group((0,), 1000.0, "novel"), *(Group((i,), 10.0, f"poem {i}") for i in range(1, 10))]
    for seed in range(10):
        sides = draw(groups, {"validation": 100, "test": 100}, seed)
        assert sides[0] == "train"
        assert {"validation", "test"} <= set(sides)
        assert sides.count("train") >= 6


def test_neighbours_of_a_held_out_block_are_put_aside() -> None:
    rng = random.Random(0)
    texts = [sentence(rng) for _ in range(200)]
    parts = part(texts, [0] * 200, "block", SHARES, 5)  # type: ignore[arg-type]
    assert parts.gap > 0
    for a, b in zip(parts.sides, parts.sides[1:], strict=False):
        assert {a, b} != {"train", "validation"}
        assert {a, b} != {"train", "test"}


def test_a_refrain_does_not_glue_all_poems_together() -> None:
    rng = random.Random(2)
    refrain = "ay de mi llorona llorona de azul celeste"
    texts, documents = [], []
    for poem in range(20):
        texts += [sentence(rng), sentence(rng), refrain, sentence(rng)]
        documents += [poem] * 4
    parts = part(texts, documents, "document", SHARES, 0)  # type: ignore[arg-type]
    assert parts.joined == 0
    assert parts.copies == 4
    assert parts.sides.count("test") == parts.sides.count("validation") == 6


def test_two_nearly_equal_poems_are_one_group() -> None:
    rng = random.Random(3)
    texts = [sentence(rng) for _ in range(40)]
    documents = [i // 2 for i in range(40)]
    texts += [nearly(texts[0], rng), nearly(texts[1], rng)]
    documents += [20, 20]
    for seed in range(8):
        parts = part(texts, documents, "document", SHARES, seed)  # type: ignore[arg-type]
        assert parts.joined == 1
        assert parts.sides[0] == parts.sides[1] == parts.sides[40] == parts.sides[41]


# --- shares -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, (0.8, 0.1, 0.1)),
        ({"test": 0.2}, (0.7, 0.1, 0.2)),
        ({"train": 0.8, "test": 0.2}, (0.8, 0.0, 0.2)),
        ({"train": 0.9}, (0.9, 0.05, 0.05)),
        ({"train": 0.7, "validation": 0.15, "test": 0.15}, (0.7, 0.15, 0.15)),
        ({"validation": 0.2, "test": 0.0}, (0.8, 0.2, 0.0)),
    ],
)
def test_shares_not_given_are_filled_in(given: dict[str, float], expected: tuple[float, ...]) -> None:
    assert tuple(shares_of(SplitInputs(**given)).values()) == pytest.approx(expected)


@pytest.mark.parametrize(
    "given",
    [{"train": 0.8, "validation": 0.3}, {"train": 0.5, "validation": 0.1, "test": 0.1}, {"train": 1.0}, {"test": 0.95}],
)
def test_shares_that_are_no_whole_are_refused(given: dict[str, float]) -> None:
    with pytest.raises(BadShares):
        shares_of(SplitInputs(**given))


# --- the skill --------------------------------------------------------------------------------------------------------


def put(workspace: Workspace, rows: Sequence[Row], shape: Any = "prose") -> str:
    """A data set with exactly these rows."""
    text = "\n\n".join(f"Un párrafo cualquiera, el número {i}, para empezar con algo." for i in range(30))
    found = load(LoadInputs(text=text, name="libro.txt", shape=shape), Context(workspace, "es"))
    revise(workspace, found.dataset, "test", 0, rows)
    return found.dataset


def book(chapters: int, rows: int, seed: int = 0) -> list[Row]:
    rng = random.Random(seed)
    return [Row(text=sentence(rng), document=c) for c in range(chapters) for _ in range(rows)]


def run(workspace: Workspace, **inputs: Any) -> SplitResult:
    return split_run(SplitInputs(**inputs), Context(workspace, "es"))


def test_a_book_of_chapters_is_split_by_chapter_and_says_so(workspace: Workspace) -> None:
    put(workspace, book(20, 6))
    result = run(workspace, seed=1)
    assert (result.by, result.why, result.groups) == ("document", "documents", 20)
    assert {count.side: count.rows for count in result.sides} == {"train": 96, "validation": 12, "test": 12}
    said = say(result)
    assert "textos enteros: son 20" in said
    assert "se parecen demasiado" in said
    offers = result.offers()
    assert len(offers) <= 7
    assert [offer.skill for offer in offers].count("fine_tune") == 1
    for offer in offers:
        if offer.skill == "split_dataset":
            assert run(workspace, **offer.inputs).dataset == result.dataset


def test_three_documents_have_no_test_part(workspace: Workspace) -> None:
    put(workspace, book(3, 30))
    asked = run(workspace, by="document")
    assert asked.without_test
    assert {count.side for count in asked.sides} == {"train", "validation"}
    assert "no hay parte de prueba que merezca el nombre" in say(asked)
    assert "block" in [offer.inputs.get("by") for offer in asked.offers()]
    own = run(workspace)
    assert (own.by, own.why) == ("block", "few_texts")
    assert {"train", "validation", "test", "aside"} == {count.side for count in own.sides}


def test_one_document_cannot_be_split_by_document(workspace: Workspace) -> None:
    put(workspace, book(1, 30))
    with pytest.raises(TooLittleText):
        run(workspace, by="document")
    assert run(workspace).why == "one_text"


def test_too_few_rows_are_refused(workspace: Workspace) -> None:
    put(workspace, book(1, 3))
    with pytest.raises(TooLittleText):
        run(workspace)


def test_a_table_of_records_is_split_by_row(workspace: Workspace) -> None:
    dataset = put(
        workspace, [Row(prompt=f"¿{t.text}?", completion=t.text, document=i) for i, t in enumerate(book(1, 60))]
    )
    manifest = workspace.find(dataset)
    path = workspace.inside("workspace", "datasets", dataset, "manifest.json")
    path.write_text(manifest.model_copy(update={"shape": "pairs"}).model_dump_json(), "utf-8")
    assert run(workspace).why == "records"


def test_leakage_is_counted_and_shown(workspace: Workspace) -> None:
    rows = book(20, 6)
    formula = "y vivieron felices y comieron perdices hasta el fin de sus días"
    rows = [
        row.model_copy(update={"text": f"{row.text} {formula}"}) if i % 6 == 5 else row for i, row in enumerate(rows)
    ]
    put(workspace, rows)
    result = run(workspace)
    assert result.leaking == 4
    assert formula == result.leaks[0].text
    assert "De las 24 piezas reservadas, 4 comparten 8 palabras seguidas" in say(result)


def test_leakage_finds_runs_of_eight_words_and_not_of_seven() -> None:
    run_of = [f"w{i}" for i in range(RUN)]
    texts = ["a b c " + " ".join(run_of), "x " + " ".join(run_of).upper() + " y", "z " + " ".join(run_of[:-1]) + " q"]
    found = leakage(texts, [0], [1, 2])
    assert (found.rows, found.held) == (1, 2)
    assert (found.shown[0].held, found.shown[0].train, found.shown[0].words) == (2, 1, RUN)


# --- the split that is kept -------------------------------------------------------------------------------------------


def test_the_split_is_kept_and_holds_until_the_rows_change(workspace: Workspace) -> None:
    dataset = put(workspace, book(20, 6))
    run(workspace)
    kept = saved(workspace, workspace.find(dataset))
    assert kept is not None
    assert sorted([*kept.train, *kept.validation, *kept.test, *kept.aside]) == list(range(1, 121))
    assert fits(workspace, workspace.find(dataset), kept)
    revise(workspace, dataset, "clean", 1, list(workspace.rows(dataset))[1:])
    assert not fits(workspace, workspace.find(dataset), kept)
    undo(workspace, dataset)
    assert fits(workspace, workspace.find(dataset), kept)


def test_training_learns_from_the_training_side_only(workspace: Workspace, tmp_path: Path) -> None:
    dataset = put(workspace, book(20, 6))
    weights = make_tiny("llama", tmp_path / "tiny")
    told: list[Noticed] = []
    ctx = Context(workspace, "es", emit=lambda event: told.append(event) if isinstance(event, Noticed) else None)
    plain = read_texts(ctx, weights, dataset, 256)
    assert plain.saved is None
    assert plain.split.test == ()
    run(workspace)
    kept = saved(workspace, workspace.find(dataset))
    assert kept is not None
    texts = [row.text for row in workspace.rows(dataset)]
    own = read_texts(ctx, weights, dataset, 256)
    assert [unit.text for unit in own.split.train] == [texts[row - 1] for row in kept.train]
    assert [unit.text for unit in own.split.heldout] == [texts[row - 1] for row in kept.validation]
    assert [unit.text for unit in own.split.test] == [texts[row - 1] for row in kept.test]
    assert own.digest != plain.digest
    assert told[-1].message.id == "fine_tune.split_used"
    run(workspace, seed=9)
    assert read_texts(ctx, weights, dataset, 256).digest != own.digest
    revise(workspace, dataset, "clean", 1, list(workspace.rows(dataset))[1:])
    assert read_texts(ctx, weights, dataset, 256).saved is None
    assert "fine_tune.split_stale" in [notice.message.id for notice in told]


def test_without_a_validation_part_one_is_taken_from_training() -> None:
    found = units(book(1, 40))
    sides = {row: "test" if row <= 8 else "train" for row in range(1, 41)}
    parts = split_as_saved(found, sides)  # type: ignore[arg-type]
    assert len(parts.test) == 8
    assert len(parts.heldout) == 3
    assert not {unit.key for unit in parts.test} & {unit.key for unit in (*parts.train, *parts.heldout)}


@pytest.mark.parametrize("count", [4, 8, 15, 25, 30, 35, 45, 395])
def test_without_a_saved_split_the_held_out_texts_are_evenly_spaced(count: int) -> None:
    found = units([Row(text=f"línea {i}") for i in range(count)])
    held = max(2, round(count * 0.1))
    expected = [f"línea {(i + 1) * count // held - 1}" for i in range(held)]
    assert [unit.text for unit in split(found).heldout] == expected


@pytest.mark.parametrize("documents", [1, 3])
def test_only_splits_that_can_be_made_are_offered(documents: int, workspace: Workspace) -> None:
    put(workspace, book(documents, 12))
    result = run(workspace, by="row")
    offered = {offer.inputs["by"] for offer in result.offers() if offer.skill == "split_dataset"} - {"row"}
    assert offered == ({"block"} if documents == 1 else {"block", "document"})
    for by in offered:
        assert run(workspace, by=by).by == by


def test_by_author_is_answered_with_what_can_be_chosen(workspace: Workspace) -> None:
    put(workspace, book(3, 12))
    with pytest.raises(NoAuthors) as raised:
        run(workspace, by="author")
    assert "textos enteros" in Words("es").error(raised.value)["next"]
    assert "whole texts" in Words("en").error(raised.value)["next"]
