"""The public faces, `from skills import ...` and `from tutor import ...`: light, typed, and as the pages show them."""

from __future__ import annotations

import ast
import asyncio
import doctest
import inspect
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest
from pydantic import ValidationError

import skills
from skills import functions
from skills.contract import Context, Skill
from skills.errors import FileMissing, ModelMissing
from skills.functions import Function
from skills.workspace import Workspace
from tests.conftest import FakeProbe
from tutor import open_home
from tutor.settings import HomeTaken, build_settings, home_lock

ROOT = Path(__file__).parent.parent
STORY = (ROOT / "curriculum" / "samples" / "lighthouse.txt").read_text("utf-8")


@pytest.fixture(autouse=True)
def beside_a_story(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The folder that the examples are run in, and a temporary home of the test's own."""
    (tmp_path / "story.txt").write_text(STORY, "utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(functions, "_temporary_folder", lambda: tmp_path / "temporary")


def python_of(script: str) -> str:
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_importing_a_face_loads_nothing() -> None:
    script = "import sys, skills, tutor; print(*sys.modules, sep='\\n')"
    loaded = {
        name for name in python_of(script).split() if name.split(".")[0] in ("skills", "tutor", "pydantic", "yaml")
    }
    assert loaded == {"skills", "tutor", "tutor.version"}


@pytest.mark.parametrize(
    "before", ["", "import skills.summarize", "from skills.summarize import run", "skills.skill('quiz')"]
)
def test_a_skills_name_is_its_function_whatever_was_imported_before(before: str) -> None:
    script = f"import skills; {before or 'pass'}; from skills import quiz, summarize; print(quiz, summarize)"
    assert python_of(script).strip() == "<skill quiz> <skill summarize>"


def test_every_skill_is_a_function_of_the_declared_type() -> None:
    """What mypy and an editor are told in skills/__init__.py is what the skill takes and gives."""
    tree = ast.parse((ROOT / "skills" / "__init__.py").read_text("utf-8"))
    told = {
        node.targets[0].id: ast.unparse(node.value)  # type: ignore[attr-defined]
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and ast.unparse(node.value).startswith("typed(")
    }
    for name in skills.NAMES:
        function = getattr(skills, name)
        assert isinstance(function, Function)
        assert function.skill is skills.skill(name)
        given = function.skill.run.__annotations__["return"]
        assert told.pop(name, None) == f"typed({function.skill.Inputs.__name__}, {given})", name
    assert not told


@pytest.mark.slow
def test_a_misspelt_input_is_a_type_error(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        "from skills import summarize\nreveal_type(summarize('story.txt', sentences=2))\nsummarize(sentencs=2)\n"
    )
    command = [sys.executable, "-m", "mypy", "--strict", str(script)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    said = [line.split(":", 1)[1] for line in done.stdout.splitlines() if "script.py:" in line]
    assert 'Revealed type is "skills.summarize.SummarizeResult"' in said[0]
    assert 'Unexpected keyword argument "sentencs"' in said[1]


def test_there_is_no_other_name() -> None:
    with pytest.raises(AttributeError, match="sumarize"):
        skills.sumarize  # type: ignore[attr-defined]  # noqa: B018


def test_an_editor_is_shown_the_inputs() -> None:
    shown = inspect.signature(skills.summarize)
    assert list(shown.parameters) == ["file", *(n for n in skills.summarize.skill.Inputs.model_fields if n != "file")]
    assert shown.parameters["sentences"].default == 3
    assert inspect.getdoc(skills.summarize) == import_module("skills.summarize").__doc__
    assert set(skills.NAMES) <= set(dir(skills))


def test_a_file_is_brought_in_or_found_by_its_name(tmp_path: Path) -> None:
    from skills import load_dataset, summarize

    loaded = load_dataset("story.txt")
    assert not loaded.known
    assert load_dataset(tmp_path / "story.txt").known
    texts = {summarize(file, sentences=2).summary for file in ("story.txt", tmp_path / "story.txt", loaded.dataset)}
    texts |= {summarize(file="story.txt", sentences=2).summary, summarize(sentences=2).summary}
    assert len(texts) == 1
    with pytest.raises(FileMissing):
        summarize("no-such-story.txt")
    with pytest.raises(ValidationError, match="sentences"):
        summarize("story.txt", sentences=0)


def test_a_home_gives_its_texts_and_models(tmp_path: Path) -> None:
    from skills import load_dataset, predict_next

    def home(skill: Skill) -> Context:
        return Context(workspace=Workspace(tmp_path / "mine"), language="en", probe=FakeProbe({"a": {"b": 0.9}}))

    dataset = load_dataset.using(home)("story.txt").dataset
    assert (tmp_path / "mine" / "workspace" / "datasets" / dataset / "manifest.json").exists()
    assert predict_next.using(home)(prompt="a").options[0].text == "b"
    with pytest.raises(ModelMissing):
        predict_next(prompt="a")


def test_a_job_has_a_run_folder(tmp_path: Path, tiny_model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    from skills import fine_tune

    monkeypatch.setattr("skills.training.budget.set_threads", lambda: torch.set_num_threads(1))
    (tmp_path / "verse.txt").write_text("\n".join(f"verse {n} of the sea" for n in range(12)), "utf-8")

    def home(skill: Skill) -> Context:
        return Context(workspace=Workspace(tmp_path / "mine"), language="en", weights=tiny_model)

    result = fine_tune.using(home)("verse.txt", max_steps=1, rank=4, precision="fp32")
    assert (tmp_path / "mine" / result.adapter).is_dir()


def test_an_opened_home_is_a_folder(tmp_path: Path) -> None:
    from skills import load_dataset, tokenize_text

    home = open_home(tmp_path / "poems")
    assert load_dataset.using(home)("story.txt").dataset
    assert len(list((tmp_path / "poems" / "workspace" / "datasets").glob("*/manifest.json"))) == 1
    with pytest.raises(ModelMissing):
        tokenize_text.using(home)(text="a")


def test_a_home_that_a_tutor_has_open_is_refused(tmp_path: Path) -> None:
    from tutor import open_session

    with home_lock(build_settings(tmp_path / "mine")), pytest.raises(HomeTaken):
        open_session(tmp_path / "mine")


def test_the_examples_of_the_functions_hold() -> None:
    done = doctest.testmod(import_module("skills.functions"))
    assert done.attempted > 3
    assert not done.failed


@pytest.mark.parametrize("page", ["README.md", "README.es.md", "docs/architecture.md"])
def test_the_examples_of_the_pages_run(page: str, capsys: pytest.CaptureFixture[str]) -> None:
    """As in a notebook: what is awaited is awaited at the top."""
    examples = re.findall(r"```python\n(.*?)```", (ROOT / page).read_text("utf-8"), re.S)
    assert examples

    async def run() -> None:
        for example in examples:
            code = compile(example, page, "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
            names = {"__name__": "__main__"}
            if awaited := eval(code, names):
                await awaited

    asyncio.run(run())
    assert len(capsys.readouterr().out.split()) > 20
