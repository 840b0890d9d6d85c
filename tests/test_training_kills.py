"""A training that is killed again and again at random moments: it goes on each time, and ends as if it had not been."""

from __future__ import annotations

import asyncio
import json
import os
import random
import time
from pathlib import Path

import psutil
import pytest

from skills.training import checkpoint
from skills.training.budget import RunPlan
from skills.workspace import Workspace
from tests.test_fine_tune import VERSES, add_dataset, assert_same, weights
from tutor.processes.jobs import Jobs
from tutor.processes.run_files import read_process
from tutor.settings import Settings

KILLS = int(os.environ.get("TUTOR_TEST_KILLS", "4"))
INPUTS = {"epochs": 40, "learning_rate": 3e-3, "rank": 4, "precision": "fp32"}
DIGEST = "0" * 64

pytestmark = pytest.mark.slow


async def wait(jobs: Jobs, run: str, states: set[str], seconds: float) -> str:
    """Until the run is in one of `states`, or the time is over; returns its state."""
    end = time.monotonic() + seconds
    while (state := jobs.status(run).state) not in states and time.monotonic() < end:
        await asyncio.sleep(0.02)
    return state


def assert_whole(folder: Path) -> None:
    """Whatever has its final name is complete."""
    for each in (folder / checkpoint.FOLDER).glob("[!.]*"):
        assert checkpoint.whole(each), each
    if (folder / checkpoint.PLAN).exists():
        RunPlan.model_validate_json((folder / checkpoint.PLAN).read_text("utf-8"))
    for name in ("prompts.json", "result.json", "adapter/base.json"):
        if (folder / name).exists():
            json.loads((folder / name).read_text("utf-8"))


async def test_a_run_killed_again_and_again_ends_as_one_that_was_not(workspace: Workspace, tiny_model: Path) -> None:
    add_dataset(workspace, VERSES)
    jobs = Jobs(workspace, Settings(home=workspace.home, threads=1))
    whole = await jobs.start("fine_tune", INPUTS, "es", tiny_model, "tiny", DIGEST)
    begun = time.monotonic()
    assert await wait(jobs, whole, {"done", "failed"}, 400) == "done", jobs.status(whole).error
    takes = time.monotonic() - begun
    run, dice, kills = await jobs.start("fine_tune", INPUTS, "es", tiny_model, "tiny", DIGEST), random.Random(4), 0
    folder = workspace.runs / run
    while kills < KILLS:
        if await wait(jobs, run, {"done", "failed"}, dice.uniform(0.1, 0.9) * takes) != "running":
            break
        process = read_process(folder)
        if process is None or not psutil.pid_exists(process.pid):
            continue
        psutil.Process(process.pid).kill()
        kills += 1
        assert await wait(jobs, run, {"interrupted"}, 10) == "interrupted"
        assert_whole(folder)
        jobs.resume(run)
    assert await wait(jobs, run, {"done", "failed"}, 400) == "done", jobs.status(run).error
    assert kills >= min(KILLS, 3), "it was over before it could be killed"
    assert_whole(folder)
    found, expected = jobs.status(run).result, jobs.status(whole).result
    assert found is not None
    assert expected is not None
    assert found["verdict"] == expected["verdict"]
    assert found["tuned_loss"] == pytest.approx(expected["tuned_loss"], rel=1e-3)
    assert_same(weights(workspace, whole), weights(workspace, run))
