"""What came of a run: the best adapter, measured, saved, and judged by rules that anyone can read."""

from __future__ import annotations

from skills.contract import Context
from skills.metrics.copying import longest_copy
from skills.model.ngram import CharacterNgram
from skills.training import budget, checkpoint, curves
from skills.training.adapter import BaseCard, reset, save_adapter
from skills.training.curves import KNOWN, Ending
from skills.training.data import TrainingTexts
from skills.training.examples import Example, examples
from skills.training.hyperparameters import FineTuneInputs
from skills.training.loop import Training
from skills.training.loss import bits_a_nat, evenly
from skills.training.result import FineTuneResult
from skills.training.units import in_one_line, shuffled_words
from skills.training.verdict import Numbers, judge
from skills.training.work import SHUFFLED_TOKENS
from skills.training.writing import frozen_prompts, prompt_ids, prompt_text
from skills.workspace import folder_bytes

LEAST_WORDS = 5
"""Words a text needs for their order to matter."""


def finish(
    inputs: FineTuneInputs, training: Training, texts: TrainingTexts, ctx: Context, ending: Ending
) -> FineTuneResult:
    """Choose the best, measure it, save it, judge it."""
    assert ctx.run_dir is not None
    if (
        ending in ("stop", "time")
        and curves.points(training.state.metrics, curves.HELDOUT)[-1][0] != training.state.step
    ):
        training.evaluate()
    last = _as_it_ended(training)
    _keep_best(training)
    known = training.measure(training.material.known).loss
    shuffled, straight = _without_order(training, texts)
    training.sample(kept=True)
    copy = longest_copy(_recitals(training, texts), [unit.text for unit in texts.split.train])
    card = BaseCard(digest=training.plan.base_digest, name=training.plan.base_name)
    folder = save_adapter(training.model, ctx.run_dir, card, training.material.heldout[:2], training.settings.length)
    state = training.state
    base_loss = curves.points(state.metrics, curves.HELDOUT)[0][1]
    tuned_loss = state.best_loss if state.best_loss is not None else base_loss
    bits = bits_a_nat(training.material.heldout)
    ngram = CharacterNgram([unit.text for unit in texts.split.train])
    numbers = Numbers(
        base=base_loss,
        tuned=tuned_loss,
        train_before=curves.points(state.metrics, KNOWN)[0][1],
        train_after=known,
        order=straight / shuffled if shuffled and straight else None,
        tuned_bpc=tuned_loss * bits,
        ngram_bpc=ngram.bits_per_character([unit.text for unit in texts.heldout]),
        longest_copy=copy.words,
        heldout_documents=len(texts.heldout),
        train_last=last[0] if last else None,
        heldout_last=last[1] if last else None,
        broke=state.broke,
    )
    verdict, reasons = judge(numbers)
    return FineTuneResult(
        run=ctx.run_dir.name,
        base=training.plan.base_name,
        dataset=texts.manifest.name,
        settings=inputs.model_dump(mode="json"),
        documents=len(texts.split.train) + len(texts.split.heldout),
        heldout_documents=len(texts.heldout),
        tokens=state.tokens,
        steps=state.step,
        seconds=training.clock.seconds,
        planned_steps=training.plan.steps,
        precision=training.plan.precision,
        peak_bytes=budget.peak_memory(),
        base_loss=base_loss,
        tuned_loss=tuned_loss,
        base_bpc=base_loss * bits,
        tuned_bpc=numbers.tuned_bpc,
        ngram_bpc=numbers.ngram_bpc,
        train_loss=known,
        shuffled_loss=shuffled,
        best_step=state.best_step,
        longest_copy=copy.words,
        copy_example=copy.text,
        ending=ending,
        verdict=verdict,
        reasons=reasons,
        adapter=folder.relative_to(ctx.workspace.home).as_posix(),
        adapter_bytes=folder_bytes(folder),
        metrics=state.metrics,
        samples=state.samples,
        passes=state.step * training.plan.step_tokens / texts.train_tokens,
    )


def _as_it_ended(training: Training) -> tuple[float, float] | None:
    """Loss on training texts and on held-out ones by the last adapter; None where it is the one that will be kept."""
    state = training.state
    if state.broke or state.best_step == state.step:
        return None
    heldout = curves.points(state.metrics, curves.HELDOUT)[-1][1]
    return training.measure(training.material.known).loss, heldout


def _keep_best(training: Training) -> None:
    """Put the best adapter into the model; one without effect if training broke before there was any."""
    state = training.state
    if state.best_step == 0:
        reset(training.model)
    elif state.best_step != state.step or state.broke:
        training.load(checkpoint.read_adapter(checkpoint.best_folder(training.run_dir, state.best_step)))


def _without_order(training: Training, texts: TrainingTexts) -> tuple[float | None, float | None]:
    """Loss on held-out texts with their words shuffled, and in order: alike in everything else."""
    long_enough = [unit for unit in texts.heldout if len(unit.text.split()) >= LEAST_WORDS]
    if not long_enough:
        return None, None
    length, seed = training.settings.length, training.settings.seed
    losses = []
    for change in (lambda unit: shuffled_words(unit, seed), in_one_line):
        made: list[Example] = evenly(examples(map(change, long_enough), texts.tokenizer, length), SHUFFLED_TOKENS)
        losses.append(training.measure(made).loss)
    return losses[0], losses[1]


def _recitals(training: Training, texts: TrainingTexts) -> list[str]:
    """What the model writes from the frozen prompts, and greedily from the openings of two training texts, where it
    would recite if anywhere."""
    known = [
        prompt_ids(prompt_text(unit), unit.prompt is not None, texts.tokenizer)
        for unit in frozen_prompts(texts.split.train, 2)
    ]
    written = training.write(known, temperature=0.0)
    return [*(text for text, _ in written), *(sample.text for sample in training.state.samples if sample.kept)]
