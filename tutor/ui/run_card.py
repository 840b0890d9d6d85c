"""A run's status -> everything its card shows, in words. The card polls this; it decides nothing itself."""

from __future__ import annotations

from typing import Any

from skills.training import curves, energy
from tutor.failures import raised
from tutor.processes.run_status import RunStatus
from tutor.ui.markdown import held, safe
from tutor.words import Words

SERIES = {curves.TRAIN_BITS: "train", curves.HELDOUT_BITS: "heldout"}
"""Metric names -> the role, which is the colour, the dash and the label of its curve."""
CONTROLS = {
    "running": ("pause", "stop", "discard"),
    "paused": ("resume", "stop", "discard"),
    "interrupted": ("resume", "stop", "discard"),
    "stopped": ("resume",),
    "failed": ("resume", "delete"),
    "done": (),
}
"""What can be asked of a run in each state; the first is the main button."""
WHOLE_OR_NOTHING = ("compare_models", "export_project", "rehearse_training")
"""Skills whose runs leave nothing when they are stopped half way: keeping would only seem to help."""
PAUSES = ("fine_tune",)
"""Those that go on where they were."""
SHOWN = 0.005
"""The smallest share that is not shown as 0 %."""
Points = list[tuple[float, float]]


def run_view(status: RunStatus, words: Words) -> dict[str, Any]:
    """Plain data, all text resolved: state, share done, time left, caption, curves, samples, buttons. What went
    wrong is one sentence: a message says the rest."""
    share = min(1.0, status.done / status.total) if status.total else 0.0
    share = 1.0 if status.state == "done" else share
    return {
        "run": status.run,
        "state": status.state,
        "state_label": words(f"run_card.state.{status.state}")
        if not status.asked
        else words(f"run_card.asked.{status.asked}"),
        "ended": status.state in ("done", "stopped", "failed"),
        "share": share,
        "preparing": _preparing(status),
        "share_label": words("run_card.preparing") if _preparing(status) else words("run_card.share", share=share),
        "time": _time(status, words),
        "caption": _caption(status, words),
        "facts": _facts(status, words),
        "end": status.steps,
        "curves": [
            {"role": role, "label": words(f"fine_tune.chart.{role}"), "points": points}
            for role, points in _curves(status).items()
        ],
        "samples": _samples(status, words),
        "notices": [{"level": n.level, "text": safe(words(n.message))} for n in status.notices],
        "controls": []
        if status.asked
        else [_control(what, i, status, words) for i, what in enumerate(_offered(status))],
    }


def running_view(status: RunStatus | None, words: Words) -> dict[str, Any] | None:
    """The run that goes on, in a line: what it is, how far, how long it still takes."""
    if status is None:
        return None
    what = words(f"chat.run_what.{status.skill}")
    share = min(1.0, status.done / status.total) if status.total else 0.0
    kind = "preparing" if _preparing(status) else "text"
    text = words(f"run_card.line.{kind}", what=what, share=share, seconds=status.seconds, left=_left(status, words))
    over = words("run_card.line.over", what=what)
    return {"run": status.run, "share": share, "text": text, "label": words("run_card.line.label"), "over": over}


def _curves(status: RunStatus) -> dict[str, Points]:
    found: dict[str, Points] = {}
    for metric in status.metrics:
        if metric.name in SERIES:
            found.setdefault(SERIES[metric.name], []).append((metric.step, metric.value))
    return {role: sorted(points) for role, points in sorted(found.items(), reverse=True)}


def _samples(status: RunStatus, words: Words) -> list[dict[str, Any]]:
    """Each beginning with how it was gone on with, and when."""
    found: dict[str, list[dict[str, str]]] = {}
    for sample in status.samples:
        kind = ("kept" if sample.share else "kept_before") if sample.kept else "at" if sample.share else "before"
        label = words(f"run_card.sample.{kind}", share=sample.share)
        found.setdefault(sample.prompt, []).append({"label": label, "text": sample.text.strip()})
    return [{"prompt": prompt, "texts": texts} for prompt, texts in found.items()]


def _caption(status: RunStatus, words: Words) -> str:
    """What the card means now, in a sentence."""
    if status.state == "paused" and not _learnt(status):
        return words("run_card.caption.paused_early")
    if status.error:
        return words.error(raised(status.error.code, status.error.values))["what"]
    if status.state in ("paused", "interrupted", "failed"):
        return words(f"run_card.caption.{status.state}")
    if _preparing(status) or (status.state == "running" and _trains(status) and not _learnt(status)):
        return _prepares(status, words)
    said = words(curves.caption(status.metrics)) if status.metrics else ""
    if status.state == "running" and status.doing and (not said or status.doing.id != "fine_tune.doing.training"):
        return words(status.doing)
    if status.state == "stopped" and not status.kept:
        return words("run_card.caption.stopped_empty")
    if status.state in ("done", "stopped"):
        return f"{words(f'run_card.caption.{status.state}')} {said}".strip()
    return said or words("run_card.caption.starting")


def _preparing(status: RunStatus) -> bool:
    """Whether no share of it can be told yet: a percentage would stand at nothing, and look as if it had stopped."""
    return status.state == "running" and (not status.total or status.done / status.total < SHOWN)


def _trains(status: RunStatus) -> bool:
    return status.doing is not None and status.doing.id == "fine_tune.doing.training"


def _prepares(status: RunStatus, words: Words) -> str:
    """What goes on before there is anything to show."""
    if status.doing is None:
        return words("run_card.caption.starting")
    return words("run_card.caption.first_step", n=status.steps) if _trains(status) else words(status.doing)


def _learnt(status: RunStatus) -> bool:
    """Whether a training has made a step: it saves what it has when it is paused."""
    return any(metric.name == curves.TRAIN for metric in status.metrics)


def _time(status: RunStatus, words: Words) -> str:
    if status.state == "running":
        return words("run_card.so_far", seconds=status.seconds, left=_left(status, words))
    seconds = (status.result or {}).get("seconds", status.seconds)  # a resumed one took longer than its last attempt
    return words("run_card.took", seconds=seconds) if status.state in ("done", "stopped") else ""


def _left(status: RunStatus, words: Words) -> str:
    return words("run_card.left", eta=status.eta) if status.eta is not None else words("run_card.left_unknown")


def _facts(status: RunStatus, words: Words) -> list[str]:
    """What it has taken so far: pace, memory, electricity, each as a sentence."""
    last = {metric.name: metric.value for metric in sorted(status.metrics, key=lambda metric: metric.step)}
    found = []
    if "tokens_per_second" in last and status.state == "running":
        found.append(words("run_card.pace", pace=last["tokens_per_second"]))
    if "memory_bytes" in last:
        found.append(words("run_card.memory", bytes=last["memory_bytes"]))
    for name in (energy.MEASURED, energy.ESTIMATED):
        if name in last:
            share = last[name] / energy.PHONE_WH
            found.append(words(f"run_card.{name}", wh=last[name], share=share, watts=energy.WATTS_A_CORE))
    return [held(fact) for fact in found]


def _offered(status: RunStatus) -> tuple[str, ...]:
    offered = CONTROLS[status.state]
    if status.state == "stopped" and not status.kept:
        offered = (*offered, "delete")
    if status.skill in WHOLE_OR_NOTHING:
        offered = tuple(what for what in offered if what != "stop")
    if status.skill not in PAUSES:
        offered = tuple(what for what in offered if what != "pause")
    if status.state == "running" and status.doing and status.doing.id == "fine_tune.doing.finishing":
        return tuple(what for what in offered if what != "stop")  # it has stopped, and is being saved
    if status.state == "running" and status.skill in PAUSES and not _learnt(status):
        return tuple(what for what in offered if what != "stop")  # there is nothing to keep yet
    return tuple(what for what in offered if what != "stop" or status.state == "running" or status.metrics)


def _control(what: str, place: int, status: RunStatus, words: Words) -> dict[str, Any]:
    state = status.state if f"run_card.control.{what}_{status.state}" in words else ""
    label = words(f"run_card.control.{what}_{state}" if state else f"run_card.control.{what}")
    intent = {"name": f"run_{what}", "args": {"run": status.run}}
    sure = words("run_card.sure") if what in ("discard", "delete") else ""
    return {"label": label, "intent": intent, "main": place == 0 and what == "resume", "sure": sure}
