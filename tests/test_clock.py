"""The clock of a run: what is left, from what was measured; a share that never falls; what it hears."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from skills.contract import Advanced, Context, Ended
from skills.training import clock as clocks
from skills.training.clock import Clock
from skills.training.work import Rates, Work, finishing_work, training_work
from skills.workspace import Workspace

RATES = Rates(step=10.0, measured=0.01, texts=5.0)


class Bench:
    """A clock whose time is `now`, what it told, and what is asked of it."""

    def __init__(self, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now, self.events, self.asked = 1000.0, [], None  # type: tuple[float, list[Event], str | None]
        monkeypatch.setattr(clocks, "time", SimpleNamespace(monotonic=lambda: self.now))
        ctx = Context(Workspace(home), "es", self.events.append, requested=lambda: self.asked)  # type: ignore[arg-type, return-value]
        self.clock = Clock(ctx)

    def did(self, kind: clocks.Kind, units: float, seconds: float) -> None:
        self.clock.begin()
        self.now += seconds
        self.clock.did(kind, units)

    @property
    def told(self) -> list[Advanced]:
        return [event for event in self.events if isinstance(event, Advanced)]


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    return Bench(tmp_path, monkeypatch)


def test_the_work_of_a_run_is_counted_to_the_last_token() -> None:
    work = training_work(0, 10, 3, heldout=100, known=90)
    assert work == Work(10, 100 * (1 + 4) + 90, 4), "before, at 3, 6, 9 and 10; samples at 0, 3, 6 and 9"
    assert training_work(6, 10, 3, 100, 90, quarter=0.5) == Work(4, 200, 1)
    assert finishing_work(100, 90) == Work(0, 380, 2)
    assert finishing_work(9000, 90).measured == 180 + 3000


def test_what_is_left_follows_from_what_was_measured(bench: Bench) -> None:
    bench.clock.expect(None)
    assert bench.clock.left() is None
    bench.clock.plan(RATES, Work(4, 1000, 1), Work(0, 500, 2), None)
    assert bench.clock.left() == pytest.approx(40 + 10 + 5 + 5 + 10)
    bench.clock.warm()
    bench.did("measured", 200, 4.0)
    assert bench.clock.left() == pytest.approx(40 + 0.02 * 800 + 5 + 0.02 * 500 + 10)
    bench.did("step", 1, 20.0)
    assert bench.clock.left() == pytest.approx(3 * 20 + 16 + 5 + 10 + 10)
    bench.clock.finishing()
    assert bench.clock.left() == pytest.approx(0.02 * 500 + 10)


def test_what_is_measured_first_is_not_believed_to_the_letter(bench: Bench) -> None:
    """The first text that a model writes after it was opened was seen to take twenty times as long as the next."""
    bench.clock.plan(RATES, Work(4, 0, 5), Work(), None)
    bench.did("texts", 1, 100.0)
    assert bench.clock.left() == pytest.approx(40 + 4 * 10)
    bench.clock.warm()
    assert bench.clock.left() == pytest.approx(40 + 4 * 10)
    bench.did("texts", 1, 6.0)
    assert bench.clock.left() == pytest.approx(40 + 3 * 6)


def test_a_run_that_time_will_stop_is_not_said_to_take_longer(bench: Bench) -> None:
    bench.clock.plan(RATES, Work(100, 0, 0), Work(0, 500, 0), most=60)
    assert bench.clock.left() == pytest.approx(60 + 5 + 5)
    bench.now += 50
    assert bench.clock.left() == pytest.approx(10 + 5 + 5)


def test_what_was_measured_last_counts_most(bench: Bench) -> None:
    bench.clock.plan(RATES, Work(30, 0, 0), Work(), None)
    bench.clock.warm()
    for _ in range(10):
        bench.did("step", 1, 20.0)
    for _ in range(10):
        bench.did("step", 1, 10.0)
    assert 10 * 10 < bench.clock.left() < 13 * 10  # type: ignore[operator]


def test_a_run_that_will_end_by_itself_is_not_said_to_go_on(bench: Bench) -> None:
    bench.clock.plan(RATES, Work(10, 1000, 0), Work(0, 100, 0), None)
    bench.clock.spare(Work(6, 600))
    assert bench.clock.left() == pytest.approx(40 + 4 + 1)
    bench.clock.spare(Work())
    assert bench.clock.left() == pytest.approx(100 + 10 + 1)


def test_the_share_never_falls_even_where_the_rest_grows(bench: Bench) -> None:
    bench.clock.plan(RATES, Work(10, 0, 0), Work(), None)
    bench.clock.warm()
    bench.events.clear()
    for _ in range(3):
        bench.did("step", 1, 10)
    bench.clock.plan(RATES, Work(12, 0, 0), Work(), None)
    for _ in range(5):
        bench.did("step", 1, 10)
    shares = [event.done for event in bench.told]
    assert shares == sorted(shares)
    assert shares[2] == shares[3] == pytest.approx(0.3), "it waits until that much is true again"
    assert shares[-1] == pytest.approx(8 / 15)


def test_a_resumed_run_goes_on_where_it_was(bench: Bench) -> None:
    bench.clock.resume(0.4, 40.0)
    bench.clock.doing("opening")
    assert bench.told[-1].done == 0.4
    bench.clock.plan(RATES, Work(5, 0, 0), Work(), None)
    bench.did("step", 1, 10.0)
    assert bench.told[-1].done == pytest.approx(50 / 90)


def test_it_hears_what_is_asked_until_there_is_something_to_keep(bench: Bench) -> None:
    bench.clock.plan(RATES, Work(5, 0, 0), Work(), None)
    bench.asked = "stop"
    with pytest.raises(Ended) as ended:
        bench.did("step", 0.5, 1.0)
    assert (ended.value.kind, ended.value.kept) == ("stopped", False)
    bench.clock.hears = ()
    bench.did("step", 0.5, 1.0)
    bench.clock.finishing()
    bench.did("texts", 0.5, 1.0)
    bench.asked = "pause"
    with pytest.raises(Ended) as ended:
        bench.did("texts", 0.5, 1.0)
    assert ended.value.kind == "paused"
