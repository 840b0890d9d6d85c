"""A run's status -> everything its card shows, in words. The card polls this; it decides nothing itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tutor.replay import RunStatus
from tutor.ui.markdown import safe
from tutor.words import Words

SERIES = {"train": "train", "train_loss": "train", "heldout": "heldout", "heldout_loss": "heldout"}
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
FLAT = 0.01
"""A curve that changed by less than this share is level."""

Points = list[tuple[float, float]]


def run_view(status: RunStatus, words: Words) -> dict[str, Any]:
    """Plain data, all text resolved: state, share done, time left, caption, curves, samples, buttons, error."""
    curves = _curves(status)
    share = min(1.0, status.done / status.total) if status.total else 0.0
    share = 1.0 if status.state == "done" else share
    return {
        "run": status.run,
        "state": status.state,
        "state_label": words(f"run_card.state.{status.state}") if not status.asked else words(f"run_card.asked.{status.asked}"),
        "ended": status.state in ("done", "stopped", "failed"),
        "share": share,
        "share_label": words("run_card.share", share=share),
        "time": _time(status, words),
        "caption": words(f"run_card.caption.{caption_of(status, curves)}"),
        "curves": [
            {"role": role, "label": words(f"run_card.curve.{role}"), "points": points} for role, points in curves.items()
        ],
        "samples": [
            {"label": words("run_card.sample", share=s.share), "prompt": s.prompt, "text": s.text} for s in status.samples
        ],
        "notices": [{"level": n.level, "text": safe(words(n.message))} for n in status.notices],
        "controls": [] if status.asked else [_control(what, i, status, words) for i, what in enumerate(_offered(status))],
        "error": _error(status, words),
    }


def _curves(status: RunStatus) -> dict[str, Points]:
    curves: dict[str, Points] = {}
    for metric in status.metrics:
        if metric.name in SERIES:
            curves.setdefault(SERIES[metric.name], []).append((metric.step, metric.value))
    return {role: sorted(points) for role, points in sorted(curves.items(), reverse=True)}


def caption_of(status: RunStatus, curves: dict[str, Points]) -> str:
    """What the two curves say now, as the name of a sentence."""
    if status.state in ("paused", "interrupted", "failed"):
        return status.state
    ended = "done_" if status.state in ("done", "stopped") else ""
    train, heldout = trend(curves.get("train", [])), trend(curves.get("heldout", []))
    if train is None and heldout is None:
        return "done_plain" if ended else "starting"
    if heldout == "rising" and train != "rising":
        return f"{ended}memorising"
    if heldout == "level" and train == "falling":
        return f"{ended}enough"
    if "falling" in (train, heldout):
        return f"{ended}learning" if heldout == "falling" and train == "falling" else f"{ended}learning_one"
    return f"{ended}level"


def trend(points: Sequence[tuple[float, float]]) -> str | None:
    """Where a curve is going over its last third (at least two points): falling, level, rising; None: not known."""
    if len(points) < 2:
        return None
    recent = points[-max(2, len(points) // 3) :]
    first, last = recent[0][1], recent[-1][1]
    change = (last - first) / abs(first) if first else last - first
    return "falling" if change < -FLAT else "rising" if change > FLAT else "level"


def _time(status: RunStatus, words: Words) -> str:
    if status.state == "running":
        return words("run_card.left", eta=status.eta) if status.eta is not None else words("run_card.left_unknown")
    return words("run_card.took", seconds=status.seconds) if status.state in ("done", "stopped") else ""


def _offered(status: RunStatus) -> tuple[str, ...]:
    offered = CONTROLS[status.state]
    return tuple(what for what in offered if what != "stop" or status.state == "running" or status.metrics)


def _control(what: str, place: int, status: RunStatus, words: Words) -> dict[str, Any]:
    state = status.state if f"run_card.control.{what}_{status.state}" in words else ""
    label = words(f"run_card.control.{what}_{state}" if state else f"run_card.control.{what}")
    intent = {"name": f"run_{what}", "args": {"run": status.run}}
    sure = words("run_card.sure") if what in ("discard", "delete") else ""
    return {"label": label, "intent": intent, "main": place == 0 and what == "resume", "sure": sure}


def _error(status: RunStatus, words: Words) -> dict[str, str] | None:
    if status.error is None:
        return None
    code = status.error.code if f"errors.{status.error.code}.what" in words else "unknown"
    return {part: words(f"errors.{code}.{part}", **status.error.values) for part in ("what", "why", "next")}
