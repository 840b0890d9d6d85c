"""The electricity a run has used: from the processor's own counter where it can be read, else an honest estimate."""

from __future__ import annotations

import time
from collections.abc import Iterable
from pathlib import Path

from skills.contract import Metric
from skills.training import curves

MEASURED, ESTIMATED = "energy_measured_wh", "energy_estimated_wh"
"""Watt-hours since the run began. Measured: the processor and its memory, without screen, disk or charger."""
WATTS_A_CORE = 5.0
"""Of a busy core, where there is no counter: laptop processors of 15 to 28 W have four to six cores (Intel Core U and
P, AMD Ryzen U), which is 3 to 7 W each. A desktop or a server may take three times as much."""
PHONE_WH = 15.0
"""A full charge of a telephone: batteries of 4,000 mAh at 3.85 V."""
COUNTERS = Path("/sys/class/powercap")


class EnergyMeter:
    """Counts from when it is made. `total` adds what the run had used before it was resumed."""

    def __init__(self, counters: Path = COUNTERS) -> None:
        self._counters = [path for path in sorted(counters.glob("intel-rapl:*")) if path.name.count(":") == 1]
        self._last = _read(self._counters)
        self._joules = 0.0
        self._began = time.process_time()
        self._earlier: float | None = None

    def total(self, metrics: Iterable[Metric]) -> tuple[str, float]:
        """The metric's name and its value now. `metrics`: those of the run so far."""
        if self._earlier is None:  # asked for once, before anything of this attempt is among them
            told = [*curves.points(metrics, MEASURED), *curves.points(metrics, ESTIMATED)]
            self._earlier = max((value for _, value in told), default=0.0)
        name = MEASURED if self._last is not None else ESTIMATED
        return name, self._earlier + self._since() / 3600

    def _since(self) -> float:
        """Joules since the meter was made."""
        if self._last is None:
            return (time.process_time() - self._began) * WATTS_A_CORE
        now = _read(self._counters)
        if now is not None:
            for path, value in now.items():
                # the counter begins again at its largest value
                step = value - self._last[path]
                self._joules += (step if step >= 0 else step + _number(path / "max_energy_range_uj")) / 1e6
            self._last = now
        return self._joules


def _read(counters: list[Path]) -> dict[Path, float] | None:
    """Microjoules of each processor; None where there is no counter, or only the system's owner may read it."""
    try:
        return {path: _number(path / "energy_uj") for path in counters} or None
    except (OSError, ValueError):
        return None


def _number(path: Path) -> float:
    return float(path.read_text("ascii"))
