"""One clock for a whole run, from the first text read to the last check: how far it is, and how long it still takes."""

from __future__ import annotations

import time
from typing import Literal

from skills.blocks import Message, Scalar, msg
from skills.contract import Advanced, Context, Ended, Request
from skills.training.work import Rates, Work

Kind = Literal["step", "measured", "texts"]
OFTEN = 1.0
"""Seconds between two words on how far it is, at least: each is a line of the run's log."""
LASTS: dict[Kind, float] = {"step": 0.9, "measured": 0.9995, "texts": 0.6}
"""How much of what was measured still counts a unit later: a machine that others use is soon faster or slower."""
COLD = 2.0
"""How many times what was expected something may take, for that to be believed of what is measured first."""
NEARLY = 0.99
"""What is shown at most before the run has ended."""


class Clock:
    """Counts down what is left of a run. What is done sets how long the rest of its kind takes; the share never falls.

    It is told of every batch and every token, so this is also where a run that has nothing to keep yet, or is only
    looking back at what it did, hears that it should stop: then it raises Ended.
    """

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self._begun = self._mark = time.monotonic()
        self._said = -OFTEN
        self._doing: Message | None = None
        self._expected: float | None = None
        self._rates: Rates | None = None
        self._now, self._after, self._spared = Work(), Work(), Work()
        self._ends: float | None = None
        self._training = True
        self._seconds: dict[Kind, float] = {"step": 0.0, "measured": 0.0, "texts": 0.0}
        self._units, self._done = dict(self._seconds), dict(self._seconds)
        self._warm = False
        self._cold: dict[Kind, float] = {}
        """Seconds a unit that was measured before the first step: the model was just opened, and is slower than it
        will be."""
        self.share = 0.0
        self.hears: tuple[Request, ...] = ("pause", "stop")
        """What of the learner's requests the clock answers itself: all of them, until there is something to keep."""
        self._earlier = 0.0
        """Seconds of the attempts before this one."""

    # --- what there is to do -----------------------------------------------------------------------------------------

    def doing(self, what: str, **values: Scalar) -> None:
        """A stage of the run begins."""
        self._doing = msg(f"fine_tune.doing.{what}", **values)
        self._mark = time.monotonic()
        self.tell(at_once=True)

    def expect(self, seconds: float | None) -> None:
        """Before there is a plan: what the whole run is thought to take, None where nothing was measured yet."""
        self._expected = seconds

    def plan(self, rates: Rates, now: Work, after: Work, most: float | None) -> None:
        """What is left: `now`, for at most `most` seconds, and `after` it. `rates` hold until something is measured."""
        self._rates, self._now, self._after = rates, now, after
        self._ends = None if most is None else time.monotonic() + most
        self._mark = time.monotonic()

    def spare(self, work: Work) -> None:
        """So much of what there is now will not be done, as far as can be seen."""
        self._spared = work if self._training else Work()

    def resume(self, share: float, spent: float) -> None:
        """An earlier attempt had come as far as `share`, in `spent` seconds."""
        self.share, self._earlier = max(self.share, share), spent

    def warm(self) -> None:
        """The training begins: what is measured from now on is what the rest will take."""
        self._cold = {kind: self._seconds[kind] / self._units[kind] for kind in self._known()}
        self._seconds = dict.fromkeys(self._seconds, 0.0)
        self._units, self._done = dict(self._seconds), dict(self._seconds)
        self._warm = True
        self.doing("training")

    def finishing(self) -> None:
        """The training is over, whatever was left of it: a stop changes nothing any more."""
        self.hears = ("pause",)
        self._training = False
        self._now, self._after, self._spared, self._ends = self._after, Work(), Work(), None
        self.doing("finishing")

    # --- what was done -----------------------------------------------------------------------------------------------

    def begin(self) -> None:
        """What is told next began now."""
        self._mark = time.monotonic()

    def did(self, kind: Kind, units: float) -> None:
        """So much of what there was to do is done; it took since the last word."""
        now, lasts = time.monotonic(), LASTS[kind] ** units
        self._seconds[kind] = lasts * self._seconds[kind] + now - self._mark
        self._units[kind] = lasts * self._units[kind] + units
        self._done[kind] += units
        self._mark = now
        self._now = _less(self._now, kind, units)
        self.heed()
        self.tell()

    def heed(self) -> None:
        """Raises Ended if something was asked for that `hears` names."""
        asked = self._ctx.requested() if self.hears else None
        if asked in self.hears:
            raise Ended("paused") if asked == "pause" else Ended("stopped", kept=False)

    # --- what is told ------------------------------------------------------------------------------------------------

    def rates(self) -> Rates | None:
        """As measured, where something was; None before there is a plan."""
        if self._rates is None:
            return None
        measured = {kind: self._seconds[kind] / self._units[kind] for kind in self._known()}
        cold = self._cold if self._warm else measured
        expected = self._rates.model_dump()
        found: dict[str, float] = {kind: _near(expected[kind], seconds) for kind, seconds in cold.items()}
        return self._rates.model_copy(update=found | (measured if self._warm else {}))

    def _known(self) -> list[Kind]:
        """What was measured over a whole unit at least."""
        return [kind for kind, units in self._done.items() if units > 0.999]

    def left(self) -> float | None:
        """Seconds until the run has ended; None where nothing is known."""
        rates = self.rates()
        if rates is None:
            return None if self._expected is None else max(1.0, self._expected - self.seconds)
        now = max(0.0, rates.seconds(self._now) - rates.seconds(self._spared))
        if self._ends is not None:
            now = min(now, max(0.0, self._ends - time.monotonic()) + rates.step / 2)
        return now + rates.seconds(self._after)

    def tell(self, at_once: bool = False) -> None:
        now = time.monotonic()
        if not at_once and now - self._said < OFTEN:
            return
        self._said, left = now, self.left()
        if left is not None:
            self.share = max(self.share, min(NEARLY, self.seconds / max(self.seconds + left, 1e-9)))
        self._ctx.emit(Advanced(done=self.share, total=1.0, eta=left, doing=self._doing))

    @property
    def seconds(self) -> float:
        """That the run has taken so far, all attempts together."""
        return self._earlier + time.monotonic() - self._begun


def _near(expected: float, found: float) -> float:
    """What was found, if it is about what was expected."""
    return min(max(found, expected / COLD), expected * COLD)


def _less(work: Work, kind: Kind, units: float) -> Work:
    match kind:
        case "step":
            return work._replace(steps=max(0.0, work.steps - units))
        case "measured":
            return work._replace(measured=max(0.0, work.measured - units))
        case "texts":
            return work._replace(texts=max(0.0, work.texts - units))
