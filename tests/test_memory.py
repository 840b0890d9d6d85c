"""What memory is free: the computer's, and what control groups leave of it; a tutor that does not fit does not talk."""

from __future__ import annotations

import shutil
from pathlib import Path

import psutil
import pytest

from skills import memory
from skills.contract import Profile
from tests.tiny_model import make_tiny
from tutor.lm import engines
from tutor.lm.convert import convert
from tutor.lm.installed import Manifest, use, write_manifest

GB = 1_000_000_000


def group(folder: Path, names: tuple[str, str, str], limit: str, used: int, files: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / names[0]).write_text(f"{limit}\n")
    (folder / names[1]).write_text(f"{used}\n")
    (folder / "memory.stat").write_text(f"cache 17\n{names[2]} {files}\n")


@pytest.fixture
def groups(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(memory, "GROUPS", tmp_path / "groups")
    monkeypatch.setattr(memory, "MINE", tmp_path / "mine")
    monkeypatch.setattr(psutil, "virtual_memory", lambda: type("M", (), {"available": 8 * GB}))
    return tmp_path


def test_without_groups_it_is_what_the_computer_has(groups: Path) -> None:
    assert memory.free_memory() == 8 * GB
    (groups / "mine").write_text("0::/\n")
    assert memory.free_memory() == 8 * GB


def test_the_narrowest_group_counts_and_files_in_memory_do_not(groups: Path) -> None:
    (groups / "mine").write_text("0::/outer/inner\n")
    group(groups / "groups" / "outer", memory.V2, str(3 * GB), 2 * GB, GB)
    group(groups / "groups" / "outer" / "inner", memory.V2, "max", GB, 0)
    assert memory.free_memory() == 2 * GB
    group(groups / "groups" / "outer" / "inner", memory.V2, str(GB), 2 * GB, 0)
    assert memory.free_memory() == 0


def test_groups_of_the_older_kind(groups: Path) -> None:
    (groups / "mine").write_text("9:name=systemd:/x\n4:memory:/box\n0::/\n")
    group(groups / "groups" / "memory" / "box", memory.V1, str(3 * GB), GB, 0)
    assert memory.free_memory() == 2 * GB


def test_a_tutor_that_does_not_fit_is_spoken_for_by_the_workbench(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    convert(make_tiny("qwen2", tmp_path / "source" / "tiny"), tmp_path / "models" / "bench")
    shutil.copytree(tmp_path / "models" / "bench", tmp_path / "models" / "large")
    for name, size in (("bench", GB), ("large", 4 * GB)):
        profile = Profile(
            name=name, writes=(), context=64, parameters=0, disk_bytes=0, memory_bytes=size, licence="MIT", digest=""
        )
        write_manifest(tmp_path, Manifest(profile=profile, label=name))
    use(tmp_path, "tutor", "large")
    use(tmp_path, "workbench", "bench")
    monkeypatch.setattr(engines, "free_memory", lambda: 4 * GB)
    assert engines.open_chat(tmp_path, threads=1).profile.name == "large"
    monkeypatch.setattr(engines, "free_memory", lambda: 3 * GB)
    assert engines.open_chat(tmp_path, threads=1).profile.name == "bench"
