"""What a fine-tune found, as data, and the blocks that show it."""

from __future__ import annotations

import math
from typing import Any

from skills.blocks import (
    Artefact,
    Block,
    Chart,
    Compare,
    CompareColumn,
    Measure,
    Measures,
    Notice,
    Offer,
    Role,
    Scalar,
    Series,
    Text,
    msg,
)
from skills.contract import Metric, Result, Sample
from skills.training import budget, curves
from skills.training.budget import Preset
from skills.training.curves import Ending
from skills.training.hyperparameters import RATE
from skills.training.verdict import Verdict

ENOUGH_TEXTS = 30
"""Below this there is too little to learn from without learning it by heart: more text is what helps."""


class FineTuneResult(Result):
    """Losses: nats a token; `*_bpc`: bits per character; all on held-out text, `tuned_*` by the adapter that is kept.

    `train_loss`: its loss on training texts; `shuffled_loss`: on held-out texts with their words shuffled.
    `settings`: the inputs of the run. `adapter`: path relative to the home folder.
    """

    run: str
    base: str
    dataset: str
    settings: dict[str, Scalar]
    documents: int
    heldout_documents: int
    tokens: int
    steps: int
    seconds: float
    precision: str
    peak_bytes: int
    base_loss: float
    tuned_loss: float
    base_bpc: float
    tuned_bpc: float
    ngram_bpc: float
    train_loss: float
    shuffled_loss: float | None
    best_step: int
    longest_copy: int
    copy_example: str
    planned_steps: int = 0
    """0 in a result of an earlier version: not known."""
    ending: Ending
    verdict: Verdict
    reasons: tuple[str, ...]
    adapter: str
    adapter_bytes: int
    metrics: tuple[Metric, ...]
    samples: tuple[Sample, ...]
    passes: float = 0.0
    """How often each text was read."""

    def blocks(self) -> tuple[Block, ...]:
        """The verdict, the three figures it rests on, what to do now; then the rest."""
        return (
            Text(message=msg(f"fine_tune.verdict.{self.verdict}", **self._values())),
            self._measures(),
            *self._ended(),
            Text(message=msg(f"fine_tune.next.{self._next()[0]}", **self._values())),
            *(Notice(message=msg(f"fine_tune.reason.{code}", **self._values())) for code in self.reasons),
            Text(
                message=msg(
                    "fine_tune.copying.some" if self.longest_copy > 1 else "fine_tune.copying.none", **self._values()
                )
            ),
            Text(message=msg("fine_tune.summary", **self._values())),
            self._chart(),
            *self._samples(),
            Artefact(title=msg("fine_tune.artefact", base=self.base), path=self.adapter, bytes=self.adapter_bytes),
        )

    def offers(self) -> tuple[Offer, ...]:
        """The one thing to try next, and what can be done with the model."""
        what, changes = self._next()
        known = {key: value for key, value in self.settings.items() if value is not None and key != "file"}
        offers = []
        if changes:
            again = {**_given(known), "file": self.settings.get("file") or self.dataset, **changes}
            offers.append(
                Offer(
                    label=msg(f"fine_tune.offer.{what}", n=changes.get("epochs"), **changes),
                    skill="fine_tune",
                    inputs=again,
                )
            )
        if self.verdict != "broke":
            uses: dict[str, dict[str, Any]] = {
                "compare_models": {"blind": True},
                "evaluate_model": {},
                "generate_text": {},
                "export_project": {"formats": ["adapter"]},
            }
            offers += [
                Offer(label=msg(f"fine_tune.offer.{skill}"), skill=skill, inputs={"run": self.run, **inputs})
                for skill, inputs in uses.items()
            ]
        return tuple(offers)

    def _ended(self) -> tuple[Notice, ...]:
        """That it ended by itself before its plan was fulfilled, and why."""
        preset: Preset = self.settings.get("preset", "normal")  # type: ignore[assignment]
        allowed = budget.MOST * budget.SECONDS[preset]
        said = curves.ended_early(self.ending, self.steps, self.planned_steps, allowed) if self.planned_steps else None
        return (Notice(message=said),) if said else ()

    def _next(self) -> tuple[str, dict[str, Any]]:
        """What to try next, one thing: its words, and the settings that change. None where more training won't help."""
        rate = float(self.settings.get("learning_rate") or RATE)
        match self.verdict:
            case "broke":
                return "slower", {"learning_rate": float(f"{rate / 10:.1g}")}
            case "by_heart" if self.documents < ENOUGH_TEXTS or self.passes < 2:
                return "more_text", {}
            case "by_heart":
                return "fewer", {"epochs": max(1, round(self.passes / 2))}
            case "nothing" if "no_order" in self.reasons:
                return "no_order", {}
            case "barely" | "nothing" if self.settings.get("preset") != "thorough":
                return "thorough", {"preset": "thorough"}
            case "barely" | "nothing":
                return "more_text", {}
        return "judge", {}

    def _values(self) -> dict[str, Any]:
        fields = (
            "seconds",
            "base_bpc",
            "tuned_bpc",
            "ngram_bpc",
            "longest_copy",
            "copy_example",
            "best_step",
            "dataset",
        )
        return {name: getattr(self, name) for name in fields} | {
            "n": self.longest_copy,
            "held": self.heldout_documents,
            "gain": 1 - self.tuned_bpc / self.base_bpc,
        }

    def _measures(self) -> Measures:
        hands: tuple[tuple[Role, str, float], ...] = (
            ("base", "base", self.base_bpc),
            ("tuned", "tuned", self.tuned_bpc),
            ("baseline", "counter", self.ngram_bpc),
        )
        bars = tuple(
            Measure(
                role=role, label=msg(f"fine_tune.measures.{who}"), value=bits, told=msg("fine_tune.bits", bits=bits)
            )
            for role, who, bits in hands
            if math.isfinite(bits)
        )
        caption = msg("fine_tune.measures.caption", n=self.heldout_documents)
        return Measures(title=msg("fine_tune.measures.title"), measures=bars, caption=caption)

    def _chart(self) -> Chart:
        series = [
            Series(role="train", label=msg("fine_tune.chart.train"), points=_points(self.metrics, curves.TRAIN_BITS)),
            Series(
                role="heldout", label=msg("fine_tune.chart.heldout"), points=_points(self.metrics, curves.HELDOUT_BITS)
            ),
        ]
        return Chart(
            title=msg("fine_tune.chart.title"),
            form="line",
            x=msg("fine_tune.chart.x"),
            y=msg("fine_tune.chart.y"),
            series=tuple(series),
            caption=curves.caption(self.metrics),
        )

    def _samples(self) -> list[Compare]:
        before = {sample.prompt: sample.text for sample in self.samples if sample.share == 0 and not sample.kept}
        after = {sample.prompt: sample.text for sample in self.samples if sample.kept}
        return [
            Compare(
                title=msg("fine_tune.samples.title"),
                prompt=prompt,
                columns=(
                    CompareColumn(role="base", label=msg("fine_tune.samples.before"), text=before[prompt]),
                    CompareColumn(role="tuned", label=msg("fine_tune.samples.after"), text=text),
                ),
                caption=msg("fine_tune.samples.caption"),
            )
            for prompt, text in after.items()
            if prompt in before
        ]


def _given(known: dict[str, Any]) -> dict[str, Any]:
    """The settings to repeat; the passes follow from the time where that is what changes."""
    return {key: value for key, value in known.items() if key not in ("epochs", "max_steps")}


def _points(metrics: tuple[Metric, ...], name: str) -> tuple[tuple[float, float], ...]:
    return tuple(curves.points(metrics, name))
