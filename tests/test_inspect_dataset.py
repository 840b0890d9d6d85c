"""What an inspection tells: with and without a model, of many rows, of odd characters, of what a text is enough for."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

import skills
from benchmarks.private_data import cases
from skills.blocks import Chart, Notice, Offer, Passages, Table
from skills.contract import Context
from skills.dataset import fit as fit_module
from skills.dataset.duplicates import near, refrains, repeats
from skills.dataset.inspection import InspectResult
from skills.dataset.measure import emails, phones
from skills.dataset.oddities import odd_characters
from skills.dataset.readiness import (
    FORM_ENOUGH,
    FORM_LEAST,
    STYLE_ENOUGH,
    STYLE_LEAST,
    TASK_ENOUGH,
    TASK_LEAST,
    Stock,
    readiness,
)
from skills.errors import FileEmpty
from skills.inspect_dataset import InspectInputs, run
from skills.pii import phones as phone_numbers
from skills.pii.find import without_overlaps
from skills.pii.scan import forms
from skills.workspace import Row, Turn
from tests.test_clean_dataset import bring, message_of
from tutor.words import LANGUAGES, Words

LONG = "la casa del río tenía puertas verdes y nadie dormía cuando el viento sur cruzaba los álamos altos"
WORDS = LONG.split()


def inspect(ctx: Context) -> InspectResult:
    result = run(InspectInputs(), ctx)
    for language in LANGUAGES:
        words = Words(language)
        for block in result.blocks():
            for message in message_of(block):
                assert "{" not in words(message)
        assert all(words(offer.label) for offer in result.offers())
    return result


def sentences(count: int, seed: int = 0) -> list[str]:
    rng = random.Random(seed)
    return [" ".join(rng.choices(WORDS, k=rng.randint(8, 30))) + "." for _ in range(count)]


# --- the model's tokens -----------------------------------------------------------------------------------------------


def test_without_a_model_lengths_are_in_words_and_it_is_said(ctx: Context) -> None:
    bring(ctx.workspace, sentences(12))
    result = inspect(replace(ctx, probe=None))
    assert result.tokens is None
    assert any(isinstance(b, Notice) and b.message.id.endswith("no_model") for b in result.blocks())
    assert "preview_examples" not in [offer.skill for offer in result.offers()]


def test_tokens_of_the_workbench_model(ctx: Context, tiny_model: Path) -> None:
    """The tiny model's tokens are bytes: a row's length is known."""
    rows = ["a" * 100, "b" * 254, "c" * 255, "d" * 511]
    bring(ctx.workspace, rows)
    tokens = inspect(replace(ctx, probe=None, weights=tiny_model)).tokens
    assert tokens is not None
    assert (tokens.shortest, tokens.longest, tokens.total) == (102, 513, 1120)
    assert (tokens.within_256, tokens.within_512, tokens.over) == (0.5, 0.75, 2)
    assert (tokens.model, tokens.sampled) == (tiny_model.name, False)


def test_what_does_not_fit_is_a_picture(ctx: Context) -> None:
    bring(ctx.workspace, [*sentences(10), "palabra " * 300])
    charts = [b for b in inspect(ctx).blocks() if isinstance(b, Chart)]
    assert [chart.title.id for chart in charts] == ["inspect_dataset.chart.title", "inspect_dataset.fit.title"]
    assert "91 %" in Words("es")(charts[1].caption)  # ten of eleven


def test_of_many_rows_an_even_sample_is_cut_into_tokens(ctx: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fit_module, "SAMPLE_ROWS", 50)
    rows = [f"{'largo ' * (1 + i // 10)}fin." for i in range(1000)]
    bring(ctx.workspace, rows)
    tokens = inspect(ctx).tokens
    assert tokens is not None
    assert (tokens.measured, tokens.sampled) == (50, True)
    exact = sum(len(row.split()) for row in rows)
    assert abs(tokens.total - exact) < 0.02 * exact
    assert abs(tokens.lengths["p50"] - 53.5) < 3


# --- repetitions ------------------------------------------------------------------------------------------------------


def test_near_repetitions_are_found_and_chance_likeness_is_not() -> None:
    base = sentences(400)
    changed = [text.replace("la ", "una ", 1).replace(".", ",") for text in base[:100] if " la " in text]
    likes = near([*base, *changed])
    found = {row: like for row, like in likes.items() if row >= len(base)}
    assert len(found) >= 0.97 * len(changed)
    assert sum(row < len(base) for row in likes) == 0


def test_repetitions_differ_in_spaces_and_capitals_only() -> None:
    found = repeats(["Uno dos  tres", "uno DOS tres ", "otra cosa", "UNO\ndos tres"])
    assert (found.exact, found.near) == ({1: 0, 3: 0}, {})


def test_what_comes_back_at_once_or_elsewhere_is_no_refrain() -> None:
    assert refrains({2: 0}, [0, 0, 0]) == {2}
    assert refrains({1: 0}, [0, 0, 0]) == set()
    assert refrains({2: 0}, [0, 0, 1]) == set()
    assert refrains({2: 0}, [None, None, None]) == set()


# --- odd characters ---------------------------------------------------------------------------------------------------


def test_odd_characters_are_named_and_a_script_at_home_is_not_odd() -> None:
    found = {
        odd.character: odd
        for odd in odd_characters(["El año\u200b pasó «así» — ¿no?…\u00a0", f"una ж sola ⁂ {LONG}", "👍"])
    }
    assert set(found) == {"\u200b", "\u00a0", "ж", "⁂"}
    assert (found["ж"].key, found["\u200b"].key, found["⁂"].name) == (
        "cyrillic",
        "200b",
        "ASTERISM",
    )
    assert not odd_characters(["Привет мир, как дела", "ñandú Łódź"])


# --- what it is enough for --------------------------------------------------------------------------------------------


def stock(shape: str = "prose", **more: object) -> Stock:
    facts = {"words": 20_000, "pieces": 400, "dirty": 0, "repeated": 0, "private": 0, "foreign": 0.0, **more}
    return Stock(shape=shape, **facts)  # type: ignore[arg-type]


def verdicts(found: Stock) -> dict[str, str]:
    return {goal.goal: goal.verdict for goal in readiness(found).goals}


@pytest.mark.parametrize(
    ("words", "verdict"),
    [(STYLE_ENOUGH, "enough"), (STYLE_ENOUGH - 1, "little"), (STYLE_LEAST, "little"), (STYLE_LEAST - 1, "too_little")],
)
def test_a_style_needs_words(words: int, verdict: str) -> None:
    assert verdicts(stock(words=words))["style"] == verdict


@pytest.mark.parametrize("shape", ["verse", "pairs", "chat", "dialogue"])
def test_a_form_needs_examples_and_a_task_pairs(shape: str) -> None:
    for pieces, verdict in ((FORM_ENOUGH, "enough"), (FORM_LEAST, "little"), (FORM_LEAST - 1, "too_little")):
        assert verdicts(stock(shape, pieces=pieces))["form"] == verdict
    paired = shape in ("pairs", "chat")
    for pieces, verdict in ((TASK_ENOUGH, "enough"), (TASK_LEAST, "little"), (TASK_LEAST - 1, "too_little")):
        assert verdicts(stock(shape, pieces=pieces))["task"] == (verdict if paired else "none")


def test_facts_are_never_for_fine_tuning_and_a_short_text_can_be_pasted() -> None:
    def instead(**more: object) -> str | None:
        (facts,) = (goal for goal in readiness(stock(**more)).goals if goal.goal == "facts")
        assert facts.verdict == "wrong_tool"
        return facts.instead

    assert instead() == "quote"
    assert instead(tokens=900, context=2000) == "paste"
    assert instead(tokens=1100, context=2000) == "quote"


def test_what_to_mend_comes_in_order_of_harm_and_is_not_a_long_list() -> None:
    assert readiness(stock()).mend == ()
    bad = stock(words=500, pieces=5, dirty=3, repeated=4, private=2, foreign=0.3, over=5)
    assert [item.code for item in readiness(bad).mend] == ["private", "repeated", "dirty", "foreign"]
    assert [item.code for item in readiness(stock(words=500, pieces=5)).mend] == ["few", "short"]


# --- the whole --------------------------------------------------------------------------------------------------------


def test_what_matters_comes_first_and_what_can_be_done_is_offered(ctx: Context) -> None:
    rows = [
        *sentences(30),
        "El jardÃ­n de la seÃ±ora[1] y el pozo.",
        "Escribime a ana@ejemplo.com cuando llegues, por favor.",
    ]
    bring(ctx.workspace, rows)
    result = inspect(ctx)
    kinds = [type(block).__name__ for block in result.blocks()]
    assert kinds[0] == "Text"
    assert kinds.index("Notice") < kinds.index("Chart") < kinds.index("Table") < kinds.index("Passages")
    assert {(p.kind, p.rows) for p in result.residue} == {("mojibake", 1), ("footnotes", 1)}
    offered = [offer.skill for offer in result.offers()]
    assert set(offered) <= set(skills.NAMES)
    assert offered[:2] == ["clean_dataset", "scan_private_data"]
    assert all(isinstance(offer, Offer) and offer.inputs == {"file": "text-1"} for offer in result.offers())
    assert "ana@" not in " ".join(str(block) for block in result.blocks() if isinstance(block, Notice | Table))


def test_pairs_and_verse_are_inspected_too(ctx: Context) -> None:
    bring(ctx.workspace, [Row(prompt=f"¿Qué es {i}?", completion="Un número.", document=i) for i in range(60)], "pairs")
    goals = {goal.goal: goal.verdict for goal in inspect(ctx).readiness.goals}
    assert goals == {"style": "too_little", "form": "little", "task": "little", "facts": "wrong_tool"}
    bring(ctx.workspace, ["Llevaba pan en la bolsa,\ndos camisas y un jabón"], "verse")
    assert inspect(ctx).readiness.mend[0].code == "few"


def test_a_data_set_without_a_word_is_empty(ctx: Context) -> None:
    bring(ctx.workspace, ["***", "---"])
    with pytest.raises(FileEmpty):
        inspect(ctx)


# --- personal data ----------------------------------------------------------------------------------------------------


def test_what_is_counted_is_what_the_search_would_find() -> None:
    for case in [case for part in ("dev", "heldout") for case in cases(part)]:
        found = Counter(one.kind for one in without_overlaps(forms(case["text"])))
        assert (emails(case["text"]), phones(case["text"])) == (found["email"], found["phone"]), case["text"]


def test_a_table_of_figures_is_counted_without_the_dear_searches(monkeypatch: pytest.MonkeyPatch) -> None:
    searched: list[str] = []

    class Watched:
        def search(self, text: str) -> None:
            searched.append(text)

    rng = random.Random(7)
    rows = [";".join(str(rng.randrange(10 ** rng.randrange(1, 9))) for _ in range(12)) for _ in range(500)]
    monkeypatch.setattr(phone_numbers, "CUE", Watched())
    monkeypatch.setattr(phone_numbers, "OTHER", Watched())
    before = sum(len(phone_numbers.NUMBER.findall(row)) for row in rows)
    sum(map(phones, rows))
    assert before > 1000
    assert len(searched) < before / 20


@pytest.mark.parametrize("kind", ["pairs", "turns"])
def test_pairs_and_conversations_are_shown_with_their_text(kind: str, ctx: Context) -> None:
    asked = sentences(12)
    rows = [
        Row(prompt=f"¿Qué pasó {i}?", completion=text)
        if kind == "pairs"
        else Row(turns=(Turn(role="user", content=f"¿Qué pasó {i}?"), Turn(role="assistant", content=text)))
        for i, text in enumerate(asked)
    ]
    bring(ctx.workspace, rows, "pairs" if kind == "pairs" else "chat")
    shown = [block for block in inspect(replace(ctx, probe=None)).blocks() if isinstance(block, Passages)]
    passages = [passage.text for block in shown for passage in block.passages]
    assert len(passages) >= 3
    assert all("¿Qué pasó" in text and any(one in text for one in asked) for text in passages)
