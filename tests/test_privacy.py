"""Nothing leaves the machine: who may name a host, connect, start a process; and what really runs is watched."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from tests.parsed import tree_of
from tests.ui_server import ROOT, serving
from tutor.lm.installed import installed
from tutor.settings import Settings, child_env

HOSTS = {
    "www.w3.org",  # the name of a drawing's format, never fetched
    "download.pytorch.org",  # start.py, for PyTorch's build without CUDA
    "www.idpf.org",  # the name of a format of e-books, never fetched
    "10.0.0.5",  # an example in a docstring
}
NETWORK = {"httpx", "urllib.request", "requests", "aiohttp", "socket", "http.client", "huggingface_hub", "websockets"}
FETCHES = {"tutor/lm/fetch.py", "tutor/lm/download.py", "tutor/lm/openai_server.py", "tutor/setup/environment.py"}
SERVES = "tutor/ui/serve.py"
FETCHING_PROCESSES = {"tutor/lm/fetch.py", "tutor/lm/parts.py", "tutor/setup", "start.py"}

WATCH = """
import os, sys
def watch(event, args):
    if event == "socket.connect" and isinstance(args[1], tuple):
        told = str(args[1][0])
    elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
        told = str(args[0])
    else:
        return
    with open(os.environ["WATCHED"], "a") as file:
        file.write(told + "\\n")
sys.addaudithook(watch)
with open(os.environ["WATCHED"], "a") as file:
    file.write("process " + " ".join(sys.orig_argv[1:4]).replace("\\n", " ") + "\\n")
"""
LOOPBACK = {"127.0.0.1", "::1", "localhost", "None", "0.0.0.0", ""}
Watched = Callable[[], tuple[set[str], list[str]]]


@pytest.fixture
def watched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Watched:
    """From here on every Python process that is started notes itself and the hosts it looks up or connects to."""
    folder = tmp_path / "watch"
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(WATCH, "utf-8")
    monkeypatch.setenv("WATCHED", str(folder / "seen"))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(folder), os.environ.get("PYTHONPATH", "")]))

    def seen() -> tuple[set[str], list[str]]:
        lines = (folder / "seen").read_text("utf-8").splitlines()
        return {line for line in lines if not line.startswith("process ")}, [
            line for line in lines if line.startswith("process ")
        ]

    return seen


def shipped() -> list[Path]:
    kinds = {".py", ".js", ".jsx", ".css", ".json", ".yaml", ".toml", ".svg", ".md"}
    folders = [path for name in ("tutor", "skills", "curriculum") for path in (ROOT / name).rglob("*")]
    return [ROOT / "start.py", *(path for path in folders if path.suffix in kinds and path.is_file())]


def test_no_other_host_is_named() -> None:
    for path in shipped():
        if path.is_relative_to(ROOT / "curriculum"):  # lessons cite their sources; the page links, and fetches nothing
            continue
        found = set(re.findall(r"(?:https?|wss?)://([\w.-]+)", path.read_text("utf-8")))
        assert found <= HOSTS | LOOPBACK, (path, found)


def test_only_fetching_and_serving_know_the_network() -> None:
    for path in shipped():
        name = path.relative_to(ROOT).as_posix()
        if path.suffix != ".py" or name in FETCHES | {SERVES}:
            continue
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.Import):
                modules = {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                modules = {node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names)}
            else:
                continue
            assert not modules & NETWORK, (name, modules)


FILE_MANAGER = "tutor/dialogue/my_data.py"
"""Asks the computer's own file manager to show a folder: a program of the owner's, not one of ours."""
HARDWARE = "tutor/lm/hardware.py"
"""Asks the system what the processor is called."""


def test_every_process_is_started_offline() -> None:
    started = 0
    for path in shipped():
        name = path.relative_to(ROOT).as_posix()
        if path.suffix != ".py" or any(name == free or name.startswith(f"{free}/") for free in FETCHING_PROCESSES):
            continue
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.Call) and re.search(
                r"subprocess\.(Popen|run|call)|subprocess_exec", ast.unparse(node.func)
            ):
                given = {word.arg: ast.unparse(word.value) for word in node.keywords}
                if name in (FILE_MANAGER, HARDWARE):
                    continue
                assert given.get("env", "").startswith("child_env("), f"{name}:{node.lineno}"
                started += 1
    assert started >= 2


def test_what_offline_means(tmp_path: Path) -> None:
    env = child_env(Settings(home=tmp_path))
    told = "import huggingface_hub.constants as c; print(c.HF_HUB_OFFLINE, c.HF_HUB_DISABLE_TELEMETRY)"
    done = subprocess.run([sys.executable, "-c", told], env=env, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", "True"]
    assert (env["TRANSFORMERS_OFFLINE"], env["HF_DATASETS_OFFLINE"], env["DO_NOT_TRACK"]) == ("1", "1", "1")


def test_the_server_contacts_nobody(watched: Watched, tmp_path: Path) -> None:
    with serving(tmp_path / "home") as server:
        for path in ("/", "/project/translations?language=es", "/project/settings?language=es", "/api/health"):
            headers = {"accept": "text/html", "cookie": server.cookie()}
            assert httpx.get(server.address + path, headers=headers, timeout=20, trust_env=False).status_code == 200
    hosts, processes = watched()
    assert any("tests.scripted_session" in process for process in processes)
    assert hosts <= LOOPBACK


def test_the_watch_sees_what_it_should(watched: Watched) -> None:
    call = "import socket\ntry: socket.create_connection(('192.0.2.1', 9), timeout=0.01)\nexcept OSError: pass"
    subprocess.run([sys.executable, "-c", call], check=True)
    assert "192.0.2.1" in watched()[0]


# --- the skills of the express route, with real weights ---------------------------------------------------------------

ROUTE = [
    ("load_dataset", []),
    ("inspect_dataset", []),
    ("clean_dataset", []),
    ("scan_private_data", []),
    ("split_dataset", []),
    ("tokenize_text", ["text=La noche bajaba despacio", "tokenizers=all"]),
    ("train_tokenizer", []),
    ("preview_examples", []),
    ("predict_next", ["prompt=The night came"]),
    ("generate_text", ["prompt=The night", "max_tokens=8", "seed=1"]),
    ("summarize", ["sentences=2", "method=quote"]),
    ("plan_training", ["goal=style"]),
    ("rehearse_training", ["length=64", "rank=4"]),
    ("fine_tune", ["max_steps=2", "length=64", "rank=4"]),
    ("evaluate_model", []),
    ("compare_models", ["max_tokens=8"]),
    ("export_project", ["formats=adapter, merged, ollama"]),
    ("quiz", ["questions=2"]),
    ("decide", []),
]


ONE_AFTER_ANOTHER = """
import json, sys
from tutor.cli import main
for command in json.load(sys.stdin):
    main(command)
    print(flush=True)
"""
"""Commands of the program, in one process: each of its own would import PyTorch anew."""


def without_network() -> list[str]:
    """A prefix that runs a command where there is no network at all, if this system permits it."""
    prefix = ["unshare", "--net", "--map-root-user"]
    try:
        allowed = subprocess.run([*prefix, "true"], capture_output=True, check=False, timeout=10).returncode == 0
    except OSError:
        return []
    return prefix if allowed else []


@pytest.mark.slow
def test_the_route_runs_with_the_cable_pulled(watched: Watched, tmp_path: Path) -> None:
    models = Path(os.environ.get("TUTOR_TEST_HOME", "")) / "models"
    able = [model for model in installed(models.parent) if "workbench" in model.manifest.roles]
    if not os.environ.get("TUTOR_TEST_HOME") or not able:
        pytest.skip("no models: set TUTOR_TEST_HOME")
    home = tmp_path / "home"
    (home / "models").mkdir(parents=True)
    smallest = min(able, key=lambda model: model.profile.parameters)
    (home / "models" / smallest.name).symlink_to(smallest.folder.resolve(), target_is_directory=True)
    poems = tmp_path / "versos.txt"
    coplas = (ROOT / "curriculum" / "samples" / "coplas.txt").read_text("utf-8").split("\n\n")
    poems.write_text("\n\n".join(coplas[:20]), "utf-8")
    env = {**child_env(Settings(home=home)), "PYTHONPATH": os.environ["PYTHONPATH"]}
    commands = [
        ["run", skill, *([str(poems)] if skill == "load_dataset" else []), "--json", "--home", str(home)]
        + [word for value in values for word in ("--set", value)]
        for skill, values in ROUTE
    ]
    done = subprocess.run(
        [*without_network(), sys.executable, "-c", ONE_AFTER_ANOTHER],
        input=json.dumps(commands), cwd=ROOT, env=env, capture_output=True, text=True, timeout=900, check=False,
    )  # fmt: skip
    results = [json.loads(line) for line in done.stdout.splitlines() if line.startswith('{"ok"')]
    for (skill, _), result in zip(ROUTE, results, strict=False):
        assert result["ok"], (skill, result, done.stderr[-2000:])
    assert len(results) == len(ROUTE), (done.stdout[-2000:], done.stderr[-2000:])
    hosts, processes = watched()
    assert sum("tutor.processes.job_main" in process for process in processes) >= 1, (
        "the fine-tune ran in a process of its own"
    )
    assert hosts <= LOOPBACK
