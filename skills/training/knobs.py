"""The settings of a run as knobs with their words, and what they would take: one block, made anew at each move."""

from __future__ import annotations

from typing import Any, get_args

from skills import blocks
from skills.blocks import Knob, Message, Notice, Scalar, Stop, Way, msg
from skills.dataset.readiness import FORM_LEAST, TASK_LEAST, Goal
from skills.training.budget import Preset
from skills.training.estimate import Estimate, TrainingFacts, TrainingMachine, estimate
from skills.training.hyperparameters import Hyperparameters

NONE, AUTO = "none", "auto"
"""Nothing chosen."""
STOPS: dict[str, tuple[Scalar, ...]] = {
    "goal": (NONE, *get_args(Goal)),
    "epochs": (1, 2, 3, 4, 6, 8, 12, 20, 40),
    "learning_rate": (0.00001, 0.00003, 0.0001, 0.0002, 0.0003, 0.0005, 0.001, 0.003, 0.01, 0.1, 1.0),
    "batch_tokens": (64, 128, 256, 512, 1024, 2048, 4096),
    "rank": (1, 2, 4, 8, 16, 32, 64, 128),
    "length": (32, 64, 128, 256, 512, 1024),
    "warmup": (0.0, 0.03, 0.05, 0.1, 0.2, 0.3),
    "graded": ("answers", "everything"),
    "precision": (AUTO, "bf16", "fp32"),
}
CHOICES = ("goal", "graded", "precision")
FIRST = "goal"
PRESETS: tuple[Preset, ...] = get_args(Preset)


def settings_block(facts: TrainingFacts, given: Hyperparameters, machine: TrainingMachine) -> blocks.Settings:
    """The card of a run with the settings that were `given`. Pure."""
    now = estimate(given, facts, machine)
    inputs = given.model_dump(mode="json", exclude_unset=True, exclude_none=True)
    moved = frozenset(inputs.keys() & STOPS.keys() - {FIRST})
    return blocks.Settings(
        title=msg("plan_training.title", name=facts.name, model=facts.base),
        told=told(now),
        notices=tuple(_notices(facts, given, now)),
        ways=tuple(_way(preset, facts, given, machine) for preset in PRESETS),
        way=None if moved else given.preset,
        knobs=tuple(_knob(name, now, name in moved) for name in STOPS if name != "graded" or facts.talks),
        skill="fine_tune",
        inputs={"file": facts.dataset, "preset": given.preset, **inputs},
        facts=facts.model_dump(mode="json"),
        caption=msg(f"plan_training.goal.{given.goal}") if given.goal else None,
    )


def told(now: Estimate, id: str = "plan_training.told") -> Message:
    """Time, memory, passes and corrections; as a guess where nothing was measured here."""
    return msg(
        id if now.measured else f"{id}_guess",
        n=now.steps,
        seconds=now.seconds,
        memory=now.memory_bytes,
        free=now.free_bytes,
        passes=round(now.passes, 1),
        entries=now.entries,
    )


def _way(preset: Preset, facts: TrainingFacts, given: Hyperparameters, machine: TrainingMachine) -> Way:
    there = estimate(Hyperparameters(preset=preset, goal=given.goal), facts, machine)
    return Way(
        name=preset,
        label=msg(f"plan_training.preset.{preset}.label"),
        about=msg(f"plan_training.preset.{preset}.about"),
        told=msg("plan_training.way" if there.measured else "plan_training.way_guess", seconds=there.seconds),
    )


def _knob(name: str, now: Estimate, moved: bool) -> Knob:
    value = _value(name, now)
    stops = STOPS[name]
    if value not in stops:
        stops = tuple(sorted((*stops, value), key=float))  # type: ignore[arg-type]
    return Knob(
        name=name,
        label=msg(f"plan_training.knob.{name}.label"),
        does=msg(f"plan_training.knob.{name}.does"),
        much=None if name == FIRST else msg(f"plan_training.knob.{name}.much"),
        value=value,
        stops=tuple(Stop(value=stop, label=_said(name, stop, now)) for stop in stops),
        slides=name not in CHOICES,
        moved=moved,
        first=name == FIRST,
    )


def _value(name: str, now: Estimate) -> Scalar:
    """Where a knob stands; the passes are those that the time allows until somebody asks for others."""
    if name == "epochs":
        return now.settings.epochs or round(now.passes, 1)
    value: Scalar = getattr(now.settings, name)
    return value if value is not None else NONE if name == FIRST else AUTO


def _said(name: str, value: Scalar, now: Estimate) -> Message:
    if name in CHOICES:
        used = f"_{now.precision}" if value == AUTO and now.measured else ""
        return msg(f"plan_training.value.{name}.{value}{used}")
    entry = max(1.0, now.train_tokens / max(1, now.entries))
    assert isinstance(value, int | float)
    return msg(f"plan_training.value.{name}", n=value, entries=max(1, round(value / entry)))


def _notices(facts: TrainingFacts, given: Hyperparameters, now: Estimate) -> list[Notice]:
    """What keeps it from working, before it is begun."""
    values: dict[str, Any] = {
        "need": now.memory_bytes, "free": now.free_bytes, "disk": now.disk_bytes, "n": now.longer,
        "of": sum(facts.sizes.values()), "length": given.length, "held": facts.heldout,
    }  # fmt: skip
    found = (
        [Notice(level="warning", message=msg(f"plan_training.problem.{now.problem}", **values))] if now.problem else []
    )
    if given.goal == "facts":
        found.append(Notice(level="warning", message=msg("plan_training.advice.facts")))
    if given.goal in ("form", "task") and values["of"] < (FORM_LEAST if given.goal == "form" else TASK_LEAST):
        found.append(Notice(level="warning", message=msg("plan_training.advice.few", n=values["of"])))
    if given.goal == "task" and not facts.talks:
        found.append(Notice(level="warning", message=msg("plan_training.advice.no_pairs")))
    if facts.talks and not facts.template:
        found.append(Notice(message=msg("fine_tune.no_template")))
    if now.longer:
        found.append(Notice(message=msg("plan_training.longer", **values)))
    if now.settings.precision not in (None, now.precision):
        found.append(Notice(level="warning", message=msg("fine_tune.only_16_bits")))
    if now.gradient_checkpointing and not now.problem:
        found.append(Notice(message=msg("plan_training.tight", **values)))
    if not now.measured:
        found.append(Notice(message=msg("plan_training.guess")))
    return found
