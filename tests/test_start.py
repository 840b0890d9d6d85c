"""The set-up: words for every problem, steps that are done once, kills, two starts at once; pip is a scripted fake."""

from __future__ import annotations

import errno
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import pytest

import start
from tests.ui_server import wait_for
from tutor.setup import ending, environment, system, words
from tutor.setup.environment import Environment, locked
from tutor.setup.pip import Pip, Told, problem
from tutor.setup.words import Stop

ROOT = Path(__file__).parent.parent
posix = pytest.mark.skipif(os.name != "posix", reason="the fake Python is a script")

FAKE = """
import json, os, pathlib, sys, time
here = pathlib.Path(os.environ["FAKE"])
args = sys.argv[1:]
if args[:1] == ["-c"]:
    print("%d.%d" % sys.version_info[:2] if "version_info" in args[1] else "")
    sys.exit()
with (here / "calls").open("a") as calls:
    calls.write(json.dumps(args) + "\\n")
script = here / "script"
lines = script.read_text().splitlines() if script.exists() else []
said, rest = (lines[0], lines[1:]) if lines else ("0", [])
script.write_text("\\n".join(rest))
status, _, text = said.partition(" ")
print(text)
if status == "sleep":
    (here / "asleep").touch()
    time.sleep(float(text))
    (here / "awake").touch()
    status = "0"
sys.exit(int(status))
"""


@pytest.fixture(autouse=True)
def spanish(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(sys, "argv", ["start.py", "--language", "es"])
    words.language.cache_clear()
    yield
    words.language.cache_clear()


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout with a short lock; Python there plays the lines of `script`: a status and what is said."""
    (tmp_path / "requirements.lock").write_text("# made by\na==1\ntorch==2.13.0\nnvidia-x==3\nb==2 ; x\n    # note\n")
    (tmp_path / "requirements-test.lock").write_text("c==3\n")
    monkeypatch.setenv("FAKE", str(tmp_path))
    monkeypatch.setattr(environment, "answers", lambda address: False)
    import venv

    monkeypatch.setattr(venv.EnvBuilder, "create", lambda self, folder: fake_python(Path(folder)))
    return tmp_path


def fake_python(folder: Path) -> Path:
    python = folder / "bin" / "python"
    python.parent.mkdir(parents=True, exist_ok=True)
    play = folder / "play.py"
    play.write_text(FAKE, "utf-8")
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{play}" "$@"\n', "utf-8")  # both may have spaces
    python.chmod(0o755)
    return python


def installs(folder: Path) -> list[str]:
    """What each call of pip was about: the last of its words."""
    calls = folder / "calls"
    made = [json.loads(line) for line in calls.read_text().splitlines()] if calls.exists() else []
    return [call[-1].rpartition("/")[2] for call in made if call[:2] == ["-m", "pip"]]


# --- words ------------------------------------------------------------------------------------------------------------


def test_every_stop_has_words_in_both_languages() -> None:
    sources = [ROOT / "start.py", *(ROOT / "tutor" / "setup").glob("*.py")]
    code = "\n".join(path.read_text("utf-8") for path in sources)
    ids = set(re.findall(r'Stop\(\s*"(\w+)"', code)) | {"disk_filled", "corrupted", "network", "long_path"}
    ids |= {"not_working", "not_working_windows"}
    said = set(re.findall(r'(?:say|words|_line)\(\s*"([\w.]+)"', code)) | {"hello", "resume"}
    for language in ("es", "en"):
        texts = json.loads((words.MESSAGES / language / "start.json").read_text("utf-8"))
        assert {f"stop.{id}" for id in ids} == {id for id in texts if id.startswith("stop.")}
        assert said == {id for id in texts if not id.startswith("stop.")}
        way_out = "Qué hacer:" if language == "es" else "What to do:"
        assert all(way_out in text for id, text in texts.items() if id.startswith("stop.") and id != "stop.disk_filled")


@pytest.mark.parametrize(
    ("said", "id"),
    [
        ("OSError: [Errno 28] No space left on device", "disk_filled"),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES", "corrupted"),
        ("pip._vendor.urllib3.exceptions.IncompleteRead: 12 bytes read", "corrupted"),
        ("NewConnectionError: Name or service not known\nERROR: No matching distribution found for a", "network"),
        ("ReadTimeoutError: Read timed out.", "network"),
        ("HINT: This error might have occurred since this system does not have Windows Long Path support", "long_path"),
        ("ERROR: No matching distribution found for torch==2.13.0", "no_build"),
        ("ERROR: something else", "pip"),
    ],
)  # fmt: skip
def test_what_pip_says_becomes_words(said: str, id: str, tmp_path: Path) -> None:
    stop = problem(said, tmp_path / "log.txt")
    assert stop.id == id
    assert "Qué hacer" in words.words(f"stop.{id}", **stop.values)


def test_progress_names_the_piece_and_what_is_still_to_come() -> None:
    told = Told("Piezas", count=9, mb=100)
    assert told.read("Collecting numpy==2.1 (from -r wanted.txt)") == "Piezas: 1 de 9 (numpy), faltan unos 100 MB"
    assert told.read("Progress 10000000 of 40000000") == "Piezas: 1 de 9 (numpy, 10 de 40 MB), faltan unos 90 MB"
    told.read("Progress 40000000 of 40000000")
    told.read("  Using cached b-1.whl (500 kB)")
    wheel = "Processing /a b/torch-2.13.0+cpu-cp311-cp311-manylinux_2_28_x86_64.whl"
    assert told.read(wheel.replace("a b", "a")) == "Piezas: 2 de 9 (torch), faltan unos 60 MB"
    assert "acomodo" in told.read("Installing collected packages: numpy, torch")
    assert told.read("anything else") == ""
    assert Told("", 0, 0).read("Collecting numpy==2.1") == ""


@pytest.mark.parametrize(
    ("argv", "named", "language"),
    [
        (["start.py"], "es_AR.UTF-8", "es"),
        (["start.py"], "en_GB.UTF-8", "en"),
        (["start.py"], "C.UTF-8", "es"),
        (["start.py", "--language=en"], "es_AR.UTF-8", "en"),
        (["start.py", "--language", "es"], "en_US", "es"),
    ],
)
@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="the system says it in another way there")
def test_the_language(monkeypatch: pytest.MonkeyPatch, argv: list[str], named: str, language: str) -> None:
    monkeypatch.setattr(sys, "argv", argv)
    monkeypatch.setenv("LC_ALL", named)
    words.language.cache_clear()
    assert words.language() == language


# --- the computer -----------------------------------------------------------------------------------------------------


def stopped(act: Callable[[], Any]) -> Stop:
    with pytest.raises(Stop) as caught:
        act()
    return caught.value


@pytest.mark.parametrize("version", [(3, 9, 18), (3, 10, 2), (3, 14, 0)])
def test_a_python_that_will_not_do(monkeypatch: pytest.MonkeyPatch, version: tuple[int, ...]) -> None:
    monkeypatch.setattr(system.sys, "version_info", version)
    monkeypatch.setattr(system, "other_pythons", lambda: iter([]))
    stop = stopped(lambda: system.check_python(ROOT / "start.py", []))
    assert (stop.id, stop.values["have"]) == ("python", f"{version[0]}.{version[1]}")


def test_another_python_of_the_machine_takes_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system.sys, "version_info", (3, 9, 1))
    monkeypatch.setattr(system, "other_pythons", lambda: iter([["broken-python"], [sys.executable]]))
    called: list[list[str]] = []

    def instead(file: str, command: list[str]) -> None:
        assert file == sys.executable
        called.append(command)
        raise SystemExit(7)

    monkeypatch.setattr(system.os, "execvp", instead)
    with pytest.raises(SystemExit):
        system.check_python(Path("start.py"), ["--port", "1"])
    assert called == [[sys.executable, "start.py", "--port", "1"]]


def test_a_32_bit_python(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system.struct, "calcsize", lambda what: 4)
    monkeypatch.setattr(system, "other_pythons", lambda: iter([]))
    assert stopped(lambda: system.check_python(ROOT / "start.py", [])).id == "bits"


def test_a_python_without_its_venv_part(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ensurepip", None)
    stop = stopped(system.check_venv)
    assert "apt install python3." in words.words(f"stop.{stop.id}", **stop.values)


def test_too_little_disk_is_said_before_anything_is_done(fake: Path, capsys: pytest.CaptureFixture[str]) -> None:
    stop = stopped(lambda: system.check_disk(fake, 1e9))
    assert stop.values["need"] == "1000000,0"
    assert not (fake / ".venv").exists()


@pytest.mark.parametrize(
    ("number", "words_"),
    [(errno.ENOSPC, "El disco se llenó"), (errno.EROFS, "No puedo escribir"), (errno.EACCES, "No puedo escribir")],
)  # fmt: skip
def test_what_the_system_refuses(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], number: int, words_: str
) -> None:
    def refuse() -> Path:
        raise OSError(number, "no", "/somewhere")

    monkeypatch.setattr(start, "scratch", refuse)
    assert start.main([]) == 2
    said = capsys.readouterr().out
    assert words_ in said
    assert "Traceback" not in said


def test_what_nobody_foresaw_is_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(start, "scratch", lambda: (_ for _ in ()).throw(OSError(errno.EIO, "broken")))
    with pytest.raises(OSError, match="broken"):
        start.main([])


def test_arguments(capsys: pytest.CaptureFixture[str]) -> None:
    options, rest = start.parse(["test", "--all", "-k", "name", "-x"])
    assert options.all
    assert rest == ["-k", "name", "-x"]
    assert start.main(["--prot=80"]) == 2
    assert "No entiendo esto: --prot" in capsys.readouterr().out
    assert start.main(["--port", "x"]) == 2
    assert start.model_named("qwen3-0.6b") == "qwen3-0.6b"
    assert Path(start.model_named(".")).is_absolute()


@pytest.mark.parametrize(
    ("codes", "one"), [([0], 0), ([0, 5, 5], 0), ([5, 5, 5], 5), ([0, 1, 2], 1), ([5, 0, 3], 3), ([1], 1)]
)
def test_one_status_of_several_runs(codes: list[int], one: int) -> None:
    assert start.outcome(codes) == one


def test_the_home_is_the_tutors(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from tutor import settings

    monkeypatch.delenv("TUTOR_HOME", raising=False)
    assert system.default_home() == settings.default_home()
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert system.default_home() == settings.default_home()
    monkeypatch.setenv("TUTOR_HOME", str(tmp_path / "mine"))
    assert system.default_home() == settings.default_home() == tmp_path / "mine"


@posix
@pytest.mark.parametrize(("status", "opens"), [(0, True), (2, True), (70, True), (130, False)])
def test_the_tutor_opens_with_or_without_models(
    fake: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], status: int, opens: bool
) -> None:
    called: list[tuple[str, ...]] = []

    def tutor(*arguments: str, held: Any = ()) -> int:
        called.append(arguments)
        return status if arguments[0] == "models" else 0

    monkeypatch.setattr(start, "ROOT", fake)
    monkeypatch.setattr(start, "tutor", tutor)
    home = fake / "a home"
    assert start.main(["--home", str(home), "--port", "81", "--no-browser"]) == (0 if opens else 130)
    assert called[0] == ("models", "get", "--home", str(home), "--language", "es")
    assert called[1:] == ([("serve", "--home", str(home), "--port", "81", "--no-browser")] if opens else [])
    assert ("Sigo sin modelo" in capsys.readouterr().out) == (status in (2, 70))


@posix
def test_what_start_asks_for(fake: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    called: list[tuple[str, ...]] = []
    monkeypatch.setattr(start, "ROOT", fake)
    monkeypatch.setattr(start, "tutor", lambda *arguments, held=(): called.append(arguments) or 0)
    home = fake / "home"

    def asked(*given: str) -> list[tuple[str, ...]]:
        called.clear()
        assert start.main(["--home", str(home), *given]) == 0
        assert called.pop() == ("serve", "--home", str(home))
        return [call[: call.index("--home")] for call in called]

    assert asked("--light") == [("models", "get", "--light")]
    (home / "models" / "x").mkdir(parents=True)
    (home / "models" / "x" / "model.json").touch()
    assert asked() == [("models", "get")]  # as the version before left it
    note = home / "models" / "setup.json"
    note.write_text('{"missing": ["encoder"], "tries": 2}')
    assert asked() == [("models", "get")]
    for told in ('{"missing": ["encoder"], "tries": 3}', '{"missing": [], "tries": 1}'):
        note.write_text(told)
        assert asked() == []
    assert asked("--model", str(fake)) == [("models", "get", str(fake))]
    note.write_text("not json")
    assert asked("--model", "qwen3-1.7b") == [("models", "get", "qwen3-1.7b"), ("models", "get")]


def test_a_model_of_ones_own_can_be_asked_for_at_every_start(tmp_path: Path) -> None:
    from tutor.authoring.eval.scripted import PROFILE
    from tutor.lm.installed import Manifest, find, write_manifest
    from tutor.terminal.models import get_model
    from tutor.words import Words

    home, mine = tmp_path / "home", tmp_path / "Mi Modelo"
    mine.mkdir()
    for name in ("another", "mi-modelo"):
        (home / "models" / name).mkdir(parents=True)
        profile = PROFILE.model_copy(update={"name": name})
        write_manifest(home, Manifest(profile=profile, label=name, source="local"))
    assert find(home, None).name == "another"
    for _ in range(2):
        assert get_model(str(mine), Words("es"), home, print).name == "mi-modelo"
        assert [find(home, None, role).name for role in ("tutor", "workbench")] == ["mi-modelo"] * 2


# --- the environment --------------------------------------------------------------------------------------------------


@posix
def test_steps_are_done_once_and_torch_first(fake: Path) -> None:
    assert Environment(fake).set_up(test=False, models=True) is True
    assert installs(fake) == ["pip==26.3", "torch==2.13.0", "wanted.txt"]
    assert (fake / ".venv" / "wanted.txt").read_text() == "a==1\nb==2 ; x\n"
    assert Environment(fake).set_up(test=False, models=True) is False
    assert len(installs(fake)) == 3
    Environment(fake).set_up(test=True, models=False)
    assert (fake / ".venv" / "wanted.txt").read_text() == "c==3\n"
    assert len(installs(fake)) == 4
    assert not (fake / ".setup" / "cache").exists()


@posix
def test_an_updated_lock_installs_only_what_it_changed(fake: Path) -> None:
    Environment(fake).set_up(test=False, models=True)
    (fake / "requirements.lock").write_text("a==2\ntorch==2.13.0\nnvidia-x==3\n")
    Environment(fake).set_up(test=False, models=True)
    assert installs(fake)[3:] == ["wanted.txt"]


@posix
@pytest.mark.parametrize("harm", ["deleted", "dead", "older", "garbled"])
def test_a_broken_environment_is_made_anew(fake: Path, harm: str) -> None:
    Environment(fake).set_up(test=False, models=True)
    python, done = fake / ".venv" / "bin" / "python", fake / ".venv" / "done.json"
    if harm == "deleted":
        python.unlink()
    elif harm == "dead":
        python.write_text("#!/nowhere/python\n")
    elif harm == "older":
        python.write_text("#!/bin/sh\necho 3.10\n")
    else:
        done.write_text("{")
    Environment(fake).set_up(test=False, models=True)
    assert installs(fake) == ["pip==26.3", "torch==2.13.0", "wanted.txt"] * 2


@posix
def test_a_stop_in_the_middle_is_taken_up_there(fake: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (fake / "script").write_text("0\n0\n0\n1 ConnectTimeoutError")  # ensurepip, pip, torch; the rest does not come
    assert stopped(lambda: Environment(fake).set_up(test=False, models=True)).id == "network"
    Environment(fake).set_up(test=False, models=True)
    assert installs(fake) == ["pip==26.3", "torch==2.13.0", "wanted.txt", "wanted.txt"]
    assert "Sigo desde donde quedó" in capsys.readouterr().out


@posix
def test_a_damaged_download_is_fetched_once_more_without_the_cache(fake: Path) -> None:
    pip = Pip(fake_python(fake / ".venv"), fake / ".setup")
    (fake / ".setup").mkdir()
    (fake / "script").write_text("1 DO NOT MATCH THE HASHES\n0")
    pip.install("a", text="x")
    calls = [json.loads(line) for line in (fake / "calls").read_text().splitlines()]
    assert ["--no-cache-dir" in call for call in calls] == [False, True]
    (fake / "script").write_text("1 DO NOT MATCH\n1 DO NOT MATCH")
    assert stopped(lambda: pip.install("a", text="x")).id == "corrupted"


@posix
def test_the_cpu_index_may_lack_the_build(fake: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environment, "answers", lambda address: True)
    monkeypatch.setattr(environment, "has_nvidia", lambda: False)
    monkeypatch.setattr(environment.sys, "platform", "linux")
    (fake / "script").write_text("0\n0\n1 No matching distribution found for torch==2.13.0\n0")
    Environment(fake).set_up(test=False, models=True)
    calls = [json.loads(line) for line in (fake / "calls").read_text().splitlines()]
    assert ["--index-url" in call for call in calls if call[-1].startswith("torch")] == [True, False]


def test_packages_left_half_unpacked_are_forgotten(fake: Path) -> None:
    site = fake / ".venv" / "lib" / "python3.11" / "site-packages"
    for name, record in (("whole-1.dist-info", True), ("half-1.dist-info", False)):
        (site / name).mkdir(parents=True)
        (site / name / "METADATA").write_text("Name: x")
        if record:
            (site / name / "RECORD").write_text("")
    Environment(fake)._mend()
    assert [path.name for path in site.iterdir()] == ["whole-1.dist-info"]


def test_the_locks_of_the_program_have_torch_and_the_cuda_parts_apart() -> None:
    lines = locked(ROOT / "requirements.lock")
    assert sum(line.startswith("torch==") for line in lines) == 1
    cuda = [line for line in lines if environment.CUDA.match(line)]
    assert 10 < len(cuda) < 40
    assert all("linux" in line for line in cuda)
    assert all("==" in line for line in lines + locked(ROOT / "requirements-test.lock"))


# --- kills, and two at once -------------------------------------------------------------------------------------------

HOLD = """
import sys; sys.path.insert(0, {root!r})
from pathlib import Path
from tutor.setup.system import only_one
from tutor.setup.pip import Pip
folder = Path({folder!r})
with only_one(folder / "lock") as lock:
    print("held", flush=True)
    Pip(folder / ".venv" / "bin" / "python", folder / ".setup", [lock]).install("a", text="x")
"""


@posix
@pytest.mark.slow
def test_after_a_kill_the_next_start_waits_for_the_pip_that_was_left(fake: Path) -> None:
    fake_python(fake / ".venv")
    (fake / ".setup").mkdir()
    (fake / "script").write_text("sleep 1.5\n0")
    command = [sys.executable, "-c", HOLD.format(root=str(ROOT), folder=str(fake))]
    first = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    until = time.monotonic() + 15
    while not (fake / "asleep").exists():
        assert time.monotonic() < until
        time.sleep(0.02)
    first.send_signal(signal.SIGKILL)
    first.wait()
    second = subprocess.run(command, capture_output=True, text=True, check=True, timeout=30)
    assert (fake / "awake").exists()
    assert "espero" in second.stdout.lower()
    assert installs(fake) == ["a", "a"]


def test_one_after_the_other_without_a_word(fake: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for _ in range(2):
        with system.only_one(fake / "lock"):
            pass
    assert capsys.readouterr().out == ""


# --- asked to end -----------------------------------------------------------------------------------------------------

OUTER = """
import signal  # whoever runs the tests may have set these aside: `nohup`, a shell's background
for number in (signal.SIGTERM, signal.SIGHUP):
    signal.signal(number, signal.SIG_DFL)
signal.signal(signal.SIGINT, signal.default_int_handler)
import sys; sys.path.insert(0, {root!r})
import os
from pathlib import Path
from tutor.setup.ending import Ended, endings, run
with endings():
    print("ready", flush=True)
    try:
        sys.exit(run({command!r}, Path({root!r}), os.environ))
    except Ended as ended:
        sys.exit(128 + ended.number)
"""
STUBBORN = """
import pathlib, signal, sys, time
for name in {deaf!r}:
    signal.signal(getattr(signal, name), signal.SIG_IGN)
pathlib.Path({note!r}).touch()
time.sleep(60)
"""


def begun(command: list[str], **given: Any) -> subprocess.Popen[bytes]:
    """A program that runs `command` as start.py does, in a session of its own, as in a terminal window."""
    outer = OUTER.format(root=str(ROOT), command=command)
    return subprocess.Popen([sys.executable, "-c", outer], start_new_session=True, **given)


def until(true: Callable[[], Any], seconds: float = 30.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.05)


@posix
@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP", "SIGINT"])
def test_asked_to_end_it_ends_its_child_first(tmp_path: Path, name: str) -> None:
    number = getattr(signal, name)
    note = tmp_path / "note"
    child = STUBBORN.format(deaf=[], note=str(note))
    process = begun([sys.executable, "-c", child], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    until(note.exists)
    children = psutil.Process(process.pid).children(recursive=True)
    assert len(children) == 1
    os.killpg(process.pid, number) if name == "SIGINT" else process.send_signal(number)  # Ctrl-C reaches the child too
    # a Ctrl-C that comes while the interpreter takes the child's status leaves it unknown, which reads as 0
    assert process.wait(timeout=20) in ((128 + number, 0) if name == "SIGINT" else (128 + number,))
    assert not any(one.is_running() for one in children)


@posix
def test_a_child_that_does_not_listen_is_ended_and_impatience_helps(tmp_path: Path) -> None:
    note = tmp_path / "note"
    process = begun([sys.executable, "-c", STUBBORN.format(deaf=["SIGTERM", "SIGINT"], note=str(note))])
    until(note.exists)
    (child,) = psutil.Process(process.pid).children(recursive=True)
    began = time.monotonic()
    for _ in range(3):  # asks, asks again, makes it
        process.send_signal(signal.SIGTERM)
        time.sleep(0.3)
    assert process.wait(timeout=10) == 128 + signal.SIGTERM
    assert time.monotonic() - began < ending.PATIENCE
    assert not child.is_running()


@posix
def test_what_nohup_wants_ignored_stays_ignored() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with ending.endings():
            assert signal.getsignal(signal.SIGHUP) == signal.SIG_IGN
            with pytest.raises(ending.Ended):
                signal.raise_signal(signal.SIGTERM)
        assert signal.getsignal(signal.SIGHUP) == signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)


@posix
@pytest.mark.slow
@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP", "SIGINT"])
def test_the_server_and_its_worker_end_and_the_next_start_works_at_once(tmp_path: Path, name: str) -> None:
    home = tmp_path / "home"
    command = [sys.executable, "-m", "tutor", "serve", "--home", str(home), "--no-browser", "--port", "8990"]
    for _ in range(2):
        process = begun(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            wait_for(home, process)
            until(lambda: len(psutil.Process(process.pid).children(recursive=True)) >= 2)  # noqa: B023  the worker
            children = psutil.Process(process.pid).children(recursive=True)
            process.send_signal(getattr(signal, name))
            process.wait(timeout=30)
            _, left = psutil.wait_procs(children, timeout=3)
            assert not left
            assert not (home / "server.json").exists()
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
