"""The command line: its contract with people (words, exit status) and with programs (`--json`)."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from skills.workspace import Workspace
from tutor import cli
from tutor.processes.run_files import read_process
from tutor.settings import ROOT, HomeTaken, Settings, build_settings, child_env, home_lock
from tutor.words import catalogue


def tutor(home: Path, *words: str) -> int:
    return cli.main([*words, "--home", str(home), "--language", "es"], "tests.tiny_skills", "tests.tiny_engines")


def as_json(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(capsys.readouterr().out.splitlines()[-1])
    return told


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


def test_a_skill_runs_and_its_result_is_one_object(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert tutor(home, "run", "echo", "--set", "text=no", "--set", "times=2", "--json") == 0
    assert as_json(capsys) == {"ok": True, "result": {"text": "nono"}}


def test_a_skill_shows_its_blocks_in_words(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert tutor(home, "run", "echo", "--set", "text=hola") == 0
    assert capsys.readouterr().out == "párrafo hola\n\n"


@pytest.mark.parametrize(
    ("words", "code", "status", "told"),
    [
        (["run", "echo"], "bad_input", 2, "text"),
        (["run", "echo", "--set", "txt=a"], "bad_input", 2, "text, file, times"),
        (["run", "echo", "--set", "text=a", "--set", "times=12"], "bad_input", 2, "9 o menos"),
        (["run", "echo", "--set", "text"], "bad_input", 2, "nombre=valor"),
        (["run", "count", "nada.txt"], "bad_input", 2, "nada.txt"),
        (["run", "echo", "nada.txt"], "file_missing", 2, "nada.txt"),
        (["run", "sing"], "skill_missing", 2, "count, echo"),
        pytest.param(["run", "fail", "--set", "how=user"], "file_missing", 2, "x", marks=pytest.mark.slow),
        pytest.param(["run", "fail", "--set", "how=defect"], "defect", 70, "referencia", marks=pytest.mark.slow),
        (["runs", "show", "run-none"], "file_missing", 2, "run-none"),
        (["runs", "sing"], "bad_command", 2, "tutor runs"),
        (["run"], "bad_command", 2, "tutor run"),
        (["run", "echo", "--apply", "html,footnotes"], "bad_command", 2, "--set apply=…"),
        (["run", "echo", "--apply=html"], "bad_command", 2, "--set apply=html"),
        (["runs", "list", "--sing"], "bad_command", 2, "«--sing»"),
    ],
)
def test_what_goes_wrong_is_told_to_programs_and_to_people(
    home: Path, capsys: pytest.CaptureFixture[str], words: list[str], code: str, status: int, told: str
) -> None:
    assert tutor(home, *words, "--json") == status
    object_ = as_json(capsys)
    assert object_["ok"] is False
    assert set(object_["error"]) == {"code", "what", "why", "next"}
    assert object_["error"]["code"] == code
    assert told in " ".join(object_["error"].values())
    assert tutor(home, *words) == status
    said = capsys.readouterr()
    assert said.out == ""
    assert "Traceback" not in said.err
    assert object_["error"]["what"] in said.err


@pytest.mark.slow
def test_files_are_imported_first(home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    poem = tmp_path / "poema.txt"
    poem.write_text("verso", "utf-8")
    assert tutor(home, "run", "load_dataset", str(poem), "--json") == 0
    assert as_json(capsys)["result"] == {"text": "verso", "dataset": "set-poema"}
    assert tutor(home, "run", "echo", str(poem), "--set", "text=a", "--json") == 0
    assert as_json(capsys)["ok"]
    assert tutor(home, "run", "echo", str(poem), str(poem), "--set", "text=a", "--json") == 2
    assert as_json(capsys)["error"]["code"] == "bad_input"


def test_values_are_read_against_the_inputs() -> None:
    from tests.tiny_skills import skill
    from tutor.terminal.runs import read_values
    from tutor.words import Words

    words = Words("es")
    assert read_values(skill("echo"), ["text=no", "times=3"], words) == {"text": "no", "times": "3"}
    assert read_values(skill("echo"), ["text=a=b", "file=null"], words) == {"text": "a=b", "file": "null"}


def test_jobs_run_to_their_end_and_are_listed(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert tutor(home, "runs", "list") == 0
    assert "Todavía no hay" in capsys.readouterr().out
    assert tutor(home, "run", "weigh", "--set", "steps=2", "--json") == 0
    assert as_json(capsys) == {"ok": True, "result": {"counted": 2}}
    assert tutor(home, "runs", "list") == 0
    listed = capsys.readouterr().out
    assert "terminado" in listed
    assert "100 %" in listed
    assert tutor(home, "runs", "show", "--json") == 0
    status = as_json(capsys)["result"]
    assert (status["state"], status["skill"]) == ("done", "weigh")
    assert tutor(home, "runs", "resume", status["run"], "--json") == 2
    assert as_json(capsys)["error"]["code"] == "run_unusable"
    assert tutor(home, "runs", "delete", status["run"]) == 0
    capsys.readouterr()
    assert tutor(home, "runs", "list", "--json") == 0
    assert as_json(capsys) == {"ok": True, "result": {"runs": []}}


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="Ctrl-C cannot be sent to another process there")
def test_ctrl_c_stops_a_job_and_keeps_what_it_has(home: Path) -> None:
    # A shell that runs the tests in its background has them ignore Ctrl-C, and so would what they start.
    heed = "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler); "
    call = "from tutor.cli import main; sys.exit(main(None, 'tests.tiny_skills', 'tests.tiny_engines'))"
    process = subprocess.Popen(
        [
            sys.executable,
            "-c",
            heed + call,
            "run",
            "weigh",
            "--set",
            "steps=900",
            "--set",
            "wait=0.02",
            "--json",
            "--home",
            str(home),
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=ROOT,
        env=child_env(Settings(home=home)) | {"LANG": "es_AR.UTF-8", "LC_ALL": ""},
    )
    runs, end = Workspace(home).runs, time.monotonic() + 20
    while not any(b"progress" in path.read_bytes() for path in runs.glob("*/events.jsonl")):
        assert time.monotonic() < end
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    out, errors = process.communicate(timeout=20)
    assert process.returncode == 0, errors
    result = json.loads(out.splitlines()[-1])
    assert result["ok"]
    assert 0 < result["result"]["counted"] < 900
    assert b"guardo" in errors
    assert read_process(next(runs.iterdir()))


def test_the_program_is_friendly(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", "es_AR.UTF-8")
    assert cli.main([]) == 0
    said = capsys.readouterr().out
    assert "tutor serve" in said
    assert "uso:" in said
    assert "órdenes" in said
    with pytest.raises(SystemExit) as caught:
        cli.main(["run", "--help"])
    assert caught.value.code == 0
    helped = capsys.readouterr().out
    assert "fine_tune" in helped
    assert not {"usage:", "options:", "positional arguments:", "show this help"} & set(helped.split("\n"))
    assert cli.main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("tutor ")


@pytest.mark.parametrize(
    ("argv", "named", "language"),
    [
        ([], "es_AR.UTF-8", "es"),
        ([], "en_US.UTF-8", "en"),
        ([], "fr_FR.UTF-8", "en"),
        ([], "C", "es"),
        (["run", "--language", "en"], "es_AR.UTF-8", "en"),
        (["--language=es"], "en_US.UTF-8", "es"),
    ],
)
def test_the_language_is_the_one_asked_for_or_the_systems(
    monkeypatch: pytest.MonkeyPatch, argv: list[str], named: str, language: str
) -> None:
    monkeypatch.setenv("LC_ALL", named)
    assert cli.chosen_language(argv) == language


def test_one_server_owns_a_home(home: Path) -> None:
    settings = Settings(home=home)
    with home_lock(settings):
        hold = "from tutor.settings import *; import sys; from pathlib import Path\n"
        hold += "try:\n    with home_lock(Settings(home=Path(sys.argv[1]))): print('mine')\n"
        hold += "except HomeTaken as error: print(error.code)"
        second = subprocess.run(
            [sys.executable, "-c", hold, str(home)], capture_output=True, text=True, env=child_env(settings), check=True
        )
        assert second.stdout.strip() == HomeTaken.code
    with home_lock(settings):
        pass


def test_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TUTOR_HOME", str(tmp_path / "named"))
    assert build_settings().home == tmp_path / "named"
    settings = build_settings(tmp_path / "given", port=None, language="en", threads=2)
    assert (settings.home, settings.port, settings.language) == (tmp_path / "given", 8765, "en")
    assert Settings.from_json(settings.as_json()) == settings
    monkeypatch.delenv("TUTOR_HOME")
    assert "llms-for-poets" in str(build_settings().home)
    env = child_env(settings)
    assert (env["HF_HUB_OFFLINE"], env["PYTHONUTF8"], env["OMP_NUM_THREADS"]) == ("1", "1", "2")


def test_importing_the_command_line_loads_nothing_heavy() -> None:
    heavy = ("pydantic", "yaml", "babel", "torch", "asyncio")
    look = f"import sys, tutor.cli; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("area", ["cli", "runner"])
def test_both_languages_say_the_same(area: str) -> None:
    spanish, english = (
        {id: text for id, text in catalogue(language).items() if id.startswith(f"{area}.")} for language in ("es", "en")
    )
    assert spanish.keys() == english.keys()
    assert spanish
