"""The parts of training: examples, packing, loss, n-gram baseline, copying, verdict, budget."""

from __future__ import annotations

import math
import weakref
from pathlib import Path
from typing import Any

import pytest
import torch

from skills.contract import Metric
from skills.errors import TooLittleText
from skills.metrics.copying import longest_copy
from skills.model.base import open_base, open_tokenizer, plain_adapter, with_adapter
from skills.model.ngram import CharacterNgram
from skills.training import budget, curves
from skills.training.examples import END, READ, TEXT, Example, examples
from skills.training.loss import CHUNK, batch_losses, cost, token_losses
from skills.training.packing import IGNORED, batch, pack, steps
from skills.training.rehearsal import fits
from skills.training.units import Unit, split, units
from skills.training.verdict import Numbers, judge
from skills.training.writing import prompt_ids, write
from skills.workspace import Row

LINES = [f"la {a} canta {b} en el camino" for a in ("guitarra", "mujer", "tarde", "calandria") for b in "abcde"]


@pytest.fixture(scope="module")
def tokenizer(tiny_model: Path) -> Any:
    return open_tokenizer(tiny_model)


@pytest.fixture(scope="module")
def tuned(tiny_model: Path) -> Any:
    """The tiny model with an adapter that has an effect."""
    model = with_adapter(open_base(tiny_model, "fp32"), 4, 0)
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if "lora_B" in name:
                weight.normal_(std=0.1)
    return model


# --- examples ---------------------------------------------------------------------------------------------------------


def test_a_text_is_graded_from_its_first_token_to_its_end(tokenizer: Any) -> None:
    (example,) = examples([Unit("Aquí me pongo a cantar")], tokenizer, 256)
    assert example.ids[0] == tokenizer.start
    assert example.ids[-1] == tokenizer.end
    assert example.kinds == (READ, *[TEXT] * (len(example) - 2), END)
    assert example.characters == len("Aquí me pongo a cantar")


def test_a_long_text_is_cut_at_line_ends_and_nothing_is_lost(tokenizer: Any) -> None:
    text = "\n".join(LINES)
    made = examples([Unit(text)], tokenizer, 40)
    assert len(made) > 5
    assert all(len(example) <= 40 for example in made)
    ids = [id for example in made for id in example.ids][1:-1]
    assert ids == tokenizer.ids(text)
    assert [END in example.kinds for example in made] == [False] * (len(made) - 1) + [True]
    assert all(example.kinds[0] == READ for example in made)


def test_of_a_pair_only_the_answer_is_graded(tokenizer: Any) -> None:
    (example,) = examples([Unit("Buenos Aires", prompt="¿Capital?")], tokenizer, 256)
    supervised = [id for id, kind in zip(example.ids, example.kinds, strict=True) if kind == TEXT]
    assert tokenizer.decode(supervised) == "Buenos Aires"
    assert example.kinds[-1] == END
    assert tokenizer.decode(example.ids[: example.kinds.count(READ)]).endswith("assistant\n")


def test_every_tenth_is_held_out_and_copies_stay_on_one_side() -> None:
    parts = split([Unit(f"texto {i}") for i in range(1, 31)])
    assert [unit.text for unit in parts.heldout] == ["texto 10", "texto 20", "texto 30"]
    doubled = split([Unit(f"texto {i // 2}") for i in range(40)] + [Unit("TEXTO  19 ")])
    assert not {unit.key for unit in doubled.train} & {unit.key for unit in doubled.heldout}
    assert len({unit.key for unit in doubled.heldout}) == len(doubled.heldout)


def test_few_documents_are_cut_so_that_some_can_be_held_out() -> None:
    assert len(units([Row(text="\n".join(LINES))])) == len(LINES)
    assert len(split(units([Row(text="\n".join(LINES[:12]))])).heldout) == 2
    with pytest.raises(TooLittleText):
        units([Row(text="una línea"), Row(text=" "), Row(text="una  LÍNEA")])


# --- packing ----------------------------------------------------------------------------------------------------------


def test_packing_wastes_little_and_loses_nothing() -> None:
    made = [Example((1,) * n, (0,) + (1,) * (n - 1), n) for n in (60, 60, 70, 30, 30, 98, 20, 128)]
    rows = pack(made, 128)
    assert sorted(len(e) for row in rows for e in row) == sorted(map(len, made))
    assert all(sum(map(len, row)) <= 128 for row in rows)
    assert len(rows) == 4


@pytest.mark.parametrize("architecture", ["qwen2", "gemma3"])
def test_packed_texts_do_not_see_each_other(architecture: str, tmp_path: Path) -> None:
    from tests.tiny_model import make_tiny

    folder = make_tiny(architecture, tmp_path / "model")
    model, tokenizer = with_adapter(open_base(folder, "fp32"), 4, 0), open_tokenizer(folder)
    made = examples([Unit(line) for line in LINES[:5]], tokenizer, 256)
    alone = torch.cat([batch_losses(model, batch([(example,)])) for example in made])
    together = batch_losses(model, batch([tuple(made[:3]), tuple(made[3:])]))
    torch.testing.assert_close(together, alone)
    hidden = torch.cat([_plain_losses(model, example) for example in made])
    torch.testing.assert_close(together, hidden)


def _plain_losses(model: Any, example: Example) -> Any:
    ids = torch.tensor([example.ids])
    with torch.no_grad():
        logits = model(input_ids=ids).logits[0, :-1]
    return torch.nn.functional.cross_entropy(logits, ids[0, 1:], reduction="none")


def test_the_last_token_of_an_example_is_followed_by_nothing(tokenizer: Any) -> None:
    made = examples([Unit(LINES[0]), Unit("corto")], tokenizer, 256)
    each = batch([(made[0],), (made[1],)])
    assert each.lengths == (len(made[0]), len(made[1]))
    assert each.labels[0, len(made[0]) - 1] == each.labels[0, -1] == IGNORED
    assert each.supervised == len(made[0]) + len(made[1]) - 2
    assert each.positions[0].tolist() == [*range(len(made[0])), *range(len(made[1]))]


# --- fused layers -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("window", [None, 6])
@pytest.mark.parametrize("long", [4, 1024])
def test_each_example_attends_to_itself_as_torchs_own_attention_has_it(
    window: int | None, long: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    from types import SimpleNamespace

    from skills.model import attention

    monkeypatch.setattr(attention, "LONG", long)
    torch.manual_seed(0)
    lengths = (7, 1, 12, 3, 11, 30)
    q, k, v = (torch.randn(1, heads, sum(lengths), 8, requires_grad=True) for heads in (6, 2, 2))
    settings = {"scaling": 0.3, "sliding_window": window}
    found, _ = attention.attend(SimpleNamespace(), q, k, v, None, lengths=lengths, **settings)
    number = torch.repeat_interleave(torch.arange(len(lengths)), torch.tensor(lengths))
    back = torch.arange(sum(lengths))[:, None] - torch.arange(sum(lengths))[None]
    mask = (number[:, None] == number[None]) & (back >= 0) & (back < (window or 99))
    plain = torch.nn.functional.scaled_dot_product_attention(q, k, v, mask, scale=0.3, enable_gqa=True).transpose(1, 2)
    torch.testing.assert_close(found, plain)
    weight = torch.randn_like(plain)
    expected = torch.autograd.grad((plain * weight).sum(), (q, k, v))
    for gradient, wanted in zip(torch.autograd.grad((found * weight).sum(), (q, k, v)), expected, strict=True):
        torch.testing.assert_close(gradient, wanted, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(
    "architecture",
    ["llama", "qwen2", *(pytest.param(a, marks=pytest.mark.slow) for a in ("qwen3", "gemma3", "mistral"))],
)
def test_lean_layers_compute_what_pefts_own_do(architecture: str, tmp_path: Path) -> None:
    from tests.tiny_model import make_tiny

    folder = make_tiny(architecture, tmp_path / "model")
    plain, fused = (made(open_base(folder, "fp32"), 4, 0) for made in (plain_adapter, with_adapter))
    for model in (plain, fused):  # an adapter that has an effect
        torch.manual_seed(1)
        for name, weight in model.named_parameters():
            if "lora_B" in name:
                torch.nn.init.normal_(weight, std=0.2)
    ids = torch.tensor([examples([Unit(" ".join(LINES))], open_tokenizer(folder), 256)[0].ids])
    for model in (plain, fused):
        model(input_ids=ids, labels=ids).loss.backward()
    gradients = {name: weight.grad for name, weight in plain.named_parameters() if weight.grad is not None}
    assert gradients
    for name, weight in fused.named_parameters():
        if weight.requires_grad:
            torch.testing.assert_close(weight.grad, gradients[name], rtol=1e-3, atol=1e-6)
    with torch.no_grad():
        with plain.disable_adapter(), fused.disable_adapter():
            torch.testing.assert_close(fused(input_ids=ids).logits, plain(input_ids=ids).logits)
        expected = plain(input_ids=ids).logits
        moved, merged = fused.to(torch.float64)(input_ids=ids).logits, fused.merge_and_unload()(input_ids=ids).logits
        torch.testing.assert_close(moved.float(), expected, rtol=1e-3, atol=1e-4)
        torch.testing.assert_close(merged.float(), expected, rtol=1e-3, atol=1e-4)


def test_steps_are_the_same_again_and_differ_by_epoch() -> None:
    made = [Example((i,) * 10, (1,) * 10, 10) for i in range(12)]
    first, again = steps(made, 30, 60, seed=1), steps(made, 30, 60, seed=1)
    a = [next(first) for _ in range(6)]
    assert a == [next(again) for _ in range(6)]
    assert sorted(e.ids[0] for step in a[:2] for row in step for e in row) == list(range(12))
    assert a[:2] != a[2:4]


# --- loss -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("n", [1, CHUNK, 2 * CHUNK + 3])
def test_chunked_loss_and_gradient_equal_the_plain_ones(n: int) -> None:
    torch.manual_seed(n)
    hidden, weight = torch.randn(n, 16, requires_grad=True), torch.randn(50, 16)
    labels = torch.randint(50, (n,))
    plain = torch.nn.functional.cross_entropy(hidden @ weight.T, labels, reduction="none")
    plain.sum().backward()
    losses, gradient = token_losses(hidden.detach(), weight, labels, gradient=True)
    torch.testing.assert_close(losses, plain.detach())
    torch.testing.assert_close(gradient, hidden.grad)


def test_the_gradient_reaches_the_adapter_as_with_the_plain_loss(tuned: Any, tokenizer: Any) -> None:
    each = batch([tuple(examples([Unit(LINES[0])], tokenizer, 256))])
    tuned.zero_grad()
    logits = tuned(input_ids=each.ids).logits
    torch.nn.functional.cross_entropy(logits[0], each.labels[0], ignore_index=IGNORED).backward()
    plain = {name: w.grad.clone() for name, w in tuned.named_parameters() if w.grad is not None}
    tuned.zero_grad()
    batch_losses(tuned, each, scale=1 / each.supervised)
    found = {name: w.grad for name, w in tuned.named_parameters() if w.grad is not None}
    assert plain.keys() == found.keys()
    for name in plain:
        torch.testing.assert_close(found[name], plain[name], rtol=1e-4, atol=1e-7)


def test_bits_per_character_do_not_depend_on_the_packing(tuned: Any, tokenizer: Any) -> None:
    made = examples([Unit(line) for line in LINES], tokenizer, 256)
    wide, narrow = cost(tuned, made, 256, 4), cost(tuned, made, 30, 1)
    assert wide.loss == pytest.approx(narrow.loss, rel=1e-5)
    assert wide.bits_per_character == pytest.approx(wide.nats / math.log(2) / sum(map(len, LINES)), rel=1e-6)


@pytest.mark.slow
def test_a_model_that_is_let_go_leaves_nothing_behind(tiny_model: Path, tokenizer: Any) -> None:
    model = with_adapter(open_base(tiny_model, "fp32"), 4, 0)
    (packed,) = pack(examples([Unit(LINES[0])], tokenizer, 256), 256)
    batch_losses(model, batch([packed]), scale=1.0)
    weights = [weakref.ref(weight) for weight in model.parameters()]
    del model
    budget.let_go()
    assert [weight for weight in weights if weight() is not None] == []


def test_a_continuation_does_not_depend_on_its_neighbours(tuned: Any, tokenizer: Any) -> None:
    prompts = [prompt_ids(text, False, tokenizer) for text in ("Aquí", "la guitarra canta en el camino y no se")]
    together = write(tuned, tokenizer, prompts, 12, seed=0, temperature=0.0)
    alone = [write(tuned, tokenizer, [ids], 12, seed=0, temperature=0.0)[0] for ids in prompts]
    assert together == alone
    assert write(tuned, tokenizer, prompts, 12, seed=3) == write(tuned, tokenizer, prompts, 12, seed=3)


def test_what_is_written_says_whether_it_ended_by_itself(
    tuned: Any, tokenizer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    prompt = [prompt_ids("la guitarra", False, tokenizer)]
    (cut,) = write(tuned, tokenizer, prompt, 3, seed=0, temperature=0.0)
    assert not cut.ended
    monkeypatch.setattr(tuned.generation_config, "eos_token_id", list(range(tuned.config.vocab_size)))
    assert write(tuned, tokenizer, prompt, 3, seed=0, temperature=0.0)[0].ended


# --- baselines and verdict --------------------------------------------------------------------------------------------


def test_ngram_probabilities_sum_to_one() -> None:
    model = CharacterNgram(["banana", "ananá"], order=3)
    seen = "ban\u00e1\x03?"  # "?" stands for every character never seen
    for history in ("\x02\x02", "an", "na", "zz"):
        assert sum(model.probability(c, history) for c in seen) == pytest.approx(1)


def test_ngram_follows_witten_and_bell() -> None:
    model = CharacterNgram(["ab", "ac"], order=2)
    # unigrams: a2 b1 c1 end2, 4 types; alphabet 4 + 1. P(b) = (1 + 4/5) / (6 + 4); after "a": b1 c1, 2 types
    unigram = (1 + 4 * (1 / 5)) / (6 + 4)
    assert model.probability("b", "a") == pytest.approx((1 + 2 * unigram) / (2 + 2))


def test_ngram_knows_its_own_texts_better() -> None:
    model = CharacterNgram(LINES[:16])
    assert model.bits_per_character(LINES[16:]) < 2 < model.bits_per_character(["zxw qkj vvv 123 987 ggg"])


def test_longest_copy_counts_words_whatever_their_dress() -> None:
    training = ["Aquí me pongo a cantar, al compás de la vigüela", "que el hombre que lo desvela"]
    found = longest_copy(["dijo: AL COMPÁS de la\nvigüela que el hombre", "nada que ver"], training)
    assert (found.words, found.text) == (5, "AL COMPÁS de la\nvigüela")
    assert longest_copy([], training).words == 0
    assert longest_copy(["la la la la"], ["la la"]).words == 2


GOOD = Numbers(
    base=6.0,
    tuned=4.5,
    train_before=6.0,
    train_after=4.3,
    order=0.8,
    tuned_bpc=1.9,
    ngram_bpc=2.5,
    longest_copy=4,
    heldout_documents=40,
)


@pytest.mark.parametrize(
    ("changes", "verdict", "reasons"),
    [
        ({}, "learnt", ("clear_gain", "beats_ngram")),
        ({"longest_copy": 14}, "learnt", ("clear_gain", "beats_ngram", "recites")),
        ({"tuned": 5.8}, "barely", ("small_gain",)),
        ({"tuned_bpc": 2.6}, "barely", ("ngram_as_good",)),
        ({"train_after": 1.0, "heldout_documents": 2}, "by_heart", ("train_far_below", "few_heldout")),
        ({"tuned": 6.1, "train_after": 4.0}, "by_heart", ("only_train_fell",)),
        ({"tuned": 0.02, "train_after": 0.01, "tuned_bpc": 0.01}, "learnt", ("clear_gain", "beats_ngram")),
        (
            {"heldout_documents": 2, "train_last": 1.0, "heldout_last": 5.0},
            "by_heart",
            ("train_far_below", "kept_before", "few_heldout"),
        ),
        ({"train_last": 1.0, "heldout_last": 5.0}, "learnt", ("clear_gain", "beats_ngram", "kept_before")),
        ({"order": 0.99}, "nothing", ("no_order",)),
        ({"order": None}, "learnt", ("clear_gain", "beats_ngram")),
        ({"tuned": 5.95, "train_after": 5.9}, "nothing", ("no_gain",)),
        ({"broke": True}, "broke", ("ran_away",)),
        ({"tuned": math.nan}, "broke", ("ran_away",)),
    ],
)
def test_the_verdict_follows_the_numbers(changes: dict[str, Any], verdict: str, reasons: tuple[str, ...]) -> None:
    assert judge(GOOD.model_copy(update=changes)) == (verdict, reasons)


def _curve(train: list[float], heldout: list[float]) -> list[Metric]:
    return [
        *(Metric(step=i + 1, name=curves.TRAIN, value=v) for i, v in enumerate(train)),
        *(Metric(step=4 * i, name=curves.HELDOUT, value=v) for i, v in enumerate(heldout)),
    ]


@pytest.mark.parametrize(
    ("train", "heldout", "says"),
    [
        ([5.0], [6.0], "early"),
        ([6, 5.8, 5.5, 5.2, 5, 4.9, 4.8, 4.7], [6, 5.5, 5.0], "learning"),
        ([6, 5.8, 5.7, 5.7, 5.7, 5.6, 5.6, 5.6], [6, 5.8, 5.79], "slowly"),
        ([6, 5, 4, 3, 2.5, 2, 1.8, 1.5, 1, 1, 1, 1], [6, 5.0, 5.1, 5.6], "memorising"),
        ([6, 5.8, 5.5, 5.2, 5, 4.9, 4.8, 4.7], [6, 5.1, 5.09], "settled"),
        ([6, 6, 6, 6, 6, 6, 6, 5.99], [6, 6, 6, 6], "nothing"),
        ([3, 30, 20, 45, 20, 12, 9, 8], [3, 8], "broke"),
        ([6, 7, 9, 12, 14, 15, 15, 15], [6, 14], "broke"),
    ],
)
def test_the_caption_says_what_the_curves_mean(train: list[float], heldout: list[float], says: str) -> None:
    found = curves.caption(_curve(train, heldout))
    assert found.id == f"fine_tune.caption.{says}"
    assert found.values == ({"step": 4} if says == "memorising" else {})


# --- budget -----------------------------------------------------------------------------------------------------------


def test_steps_fit_the_time_and_asked_for_epochs_are_obeyed() -> None:
    tokens = 15_000
    assert budget.step_count(tokens, 8.0, 240, None, None) == 22
    assert budget.step_count(tokens, 0.1, 240, None, None) == math.ceil(4 * tokens / 1024)
    assert budget.step_count(tokens, 8.0, 240, 10, None) == math.ceil(10 * tokens / 1024)
    assert budget.step_count(tokens, 8.0, 240, None, 5) == 5
    assert budget.step_count(tokens, 100.0, 240, None, None) == 15, "each text once, however slow the rehearsal was"
    assert budget.step_tokens(150) == 64


def test_learning_rate_warms_up_and_comes_down() -> None:
    rates = [budget.learning_rate(step, 100, 1.0) for step in range(100)]
    assert rates[0] == pytest.approx(0.2)
    assert rates[4] == rates[5] == pytest.approx(1.0)
    assert rates[5:] == sorted(rates[5:], reverse=True)
    assert 0.1 <= rates[-1] < 0.11


def test_what_does_not_fit_is_refused_with_what_would(tiny_model: Path) -> None:
    assert {fit.precision for fit in fits(tiny_model, 256, 4, 8 * 10**9)} == {"bf16", "fp32"}
    with pytest.raises(budget.DoesNotFit) as refused:
        fits(tiny_model, 256, 4, 500_000_000)
    assert refused.value.values["need"] > refused.value.values["free"]


@pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="only Linux can forget a peak")
def test_what_was_freed_before_is_no_part_of_the_peak() -> None:
    much = bytearray(600_000_000)
    assert budget.peak_memory() > len(much)
    before = budget.peak_memory()
    del much
    budget.forget_peak()
    assert budget.peak_memory() < before - 400_000_000
