"""A run's events -> how it stands: a pure replay."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

from skills.blocks import Block, Frozen, Message, Offer
from skills.contract import (
    Advanced,
    Done,
    Event,
    Failed,
    Metric,
    Noticed,
    Paused,
    Request,
    Sample,
    Shown,
    Started,
    Stopped,
)
from tutor.processes.run_files import Spec

State = Literal["running", "paused", "stopped", "done", "failed", "interrupted"]


class RunStatus(Frozen):
    """A run as it stands: the replay of its events. `seconds` and `eta` are of the attempt that is the last."""

    run: str
    skill: str
    state: State
    attempt: int = 0
    done: float = 0.0
    total: float = 0.0
    eta: float | None = None
    doing: Message | None = None
    metrics: tuple[Metric, ...] = ()
    samples: tuple[Sample, ...] = ()
    notices: tuple[Noticed, ...] = ()
    blocks: tuple[Block, ...] = ()
    offers: tuple[Offer, ...] = ()
    result: dict[str, Any] | None = None
    kept: bool = False
    """There is something to use: the run is done, or was stopped with what it had."""
    inputs: dict[str, Any] = {}
    """What it was begun with."""
    error: Failed | None = None
    """Why it failed, or what is known of why it was interrupted."""
    seconds: float = 0.0
    created: float = 0.0
    steps: int = 0
    """Of a training, how many it planned to make; 0 where nothing is planned."""
    asked: Request | None = None
    """What was asked of it and has not happened yet: stop or pause."""


def replay(run: str, spec: Spec, events: Iterable[Event], running: bool, last_change: float) -> RunStatus:
    """The status that `events` add up to; pure. `running`: its process is alive; `last_change`: time of the last event.

    A resumed run starts its curve, samples and notices anew only where they overlap: what an earlier attempt measured
    at a later step than the one it is resumed from is measured again.
    """
    at: dict[str, Any] = {"state": "running" if running else "interrupted"}
    metrics: dict[tuple[str, float], Metric] = {}
    samples: dict[tuple[bool, float, str], Sample] = {}
    notices: list[Noticed] = []
    blocks: list[Block] = []
    began = 0.0
    for event in events:
        match event:
            case Started():
                began, at = event.at, {"state": at["state"], "attempt": event.attempt} | _progress(at)
                at["state"] = "running" if running else "interrupted"
                notices, blocks = [], []
            case Advanced():
                at |= {"done": event.done, "total": event.total, "eta": event.eta, "doing": event.doing}
            case Metric():
                metrics[event.name, event.step] = event
            case Sample():
                samples[event.kept, event.share, event.prompt] = event
            case Noticed():
                notices.append(event)
            case Shown():
                blocks.append(event.block)
            case Done():
                blocks += event.blocks
                done = {"state": "done", "result": event.result, "offers": event.offers}
                at |= done | {"kept": True, "eta": 0.0}
            case Stopped():
                blocks += event.blocks
                at |= {"state": "stopped", "result": event.result, "kept": event.kept, "eta": None}
            case Paused():
                at |= {"state": "paused", "eta": None}
            case Failed():
                at |= {"state": "failed", "error": event, "eta": None}
    return RunStatus(
        run=run,
        skill=spec.skill,
        inputs=spec.inputs,
        created=spec.created,
        metrics=tuple(sorted(metrics.values(), key=lambda metric: (metric.name, metric.step))),
        samples=tuple(sorted(samples.values(), key=lambda sample: (sample.kept, sample.share))),
        notices=tuple(notices),
        blocks=tuple(blocks),
        seconds=max(0.0, last_change - began) if began else 0.0,
        **at,
    )


def _progress(at: dict[str, Any]) -> dict[str, Any]:
    return {key: at[key] for key in ("done", "total") if key in at}
