"""Skills as functions, for a script or a notebook: `from skills import summarize`. No server, no other process.

>>> from skills import inspect_dataset, summarize
>>> result = summarize("story.txt", sentences=2)
>>> [line.kind for line in result.sentences]
['quoted', 'quoted']
>>> [block.kind for block in result.blocks()]
['passages', 'text', 'notice']
>>> inspect_dataset("story.txt").shape
'prose'
"""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from inspect import Parameter, Signature, getdoc, getmodule, signature
from pathlib import Path
from typing import Any, Generic, ParamSpec, TypeVar

from skills.contract import Context, Inputs, Result, Skill
from skills.workspace import Workspace, new_id

P = ParamSpec("P")
R = TypeVar("R", bound=Result)
Home = Callable[[Skill], Context]
"""What each skill may touch: the texts of a home and, where it has them, its models (`tutor.open_home`)."""


class Function(Generic[P, R]):
    """A skill that is called with its inputs and returns its result.

    `file`, first or by its name, is a file on disk, brought in as `load_dataset` does, or a data set of the home by
    its name. Raises what the skill raises (`UserError`), and pydantic's ValidationError for inputs it does not take.
    It runs in this process, without the sandbox's limits on memory and time: for files that one trusts.
    """

    def __init__(self, skill: Skill, home: Home | None = None) -> None:
        self.skill = skill
        self.__doc__ = getdoc(getmodule(skill.run))
        self._home = home or temporary_home

    def __repr__(self) -> str:
        return f"<skill {self.skill.name}>"

    @property
    def __signature__(self) -> Signature:
        """The inputs of the skill, for whoever asks what it takes (`help`, an editor)."""
        given = signature(self.skill.Inputs).parameters.values()
        file = Parameter("file", Parameter.POSITIONAL_ONLY, default=None, annotation="str | Path | None")
        return Signature([file, *(each for each in given if each.name != file.name)])

    def using(self, home: Home) -> Function[P, R]:
        """The same function on the texts and models of a home; without it, on a temporary one that has no models."""
        return Function(self.skill, home)

    def __call__(self, file: str | Path | None = None, /, *args: P.args, **inputs: P.kwargs) -> R:
        given: dict[str, Any] = dict(inputs) if file is None else {**inputs, "file": file}
        if given.get("file") is not None:
            given |= self._brought(given.pop("file"))
        ctx = self._home(self.skill)
        if self.skill.where == "job" and ctx.run_dir is None:
            ctx = replace(ctx, run_dir=ctx.workspace.runs / new_id("run"))
        result: Any = self.skill.run(self.skill.Inputs(**given), ctx)
        found: R = result
        return found

    def _brought(self, file: str | Path) -> dict[str, Any]:
        """`file` as an input of the skill."""
        path = Path(file).expanduser()
        if not path.is_file():
            return {"file": str(file)}
        if self.skill.name == "load_dataset":
            return {"path": path}
        from skills.load_dataset import SKILL, LoadInputs
        from skills.reading.load_result import LoadResult

        loaded = SKILL.run(LoadInputs(path=path), self._home(SKILL))
        assert isinstance(loaded, LoadResult)
        return {"file": loaded.dataset}


def temporary_home(skill: Skill) -> Context:
    """What a skill may touch where no home is given: a temporary one, without models."""
    return Context(workspace=Workspace(_temporary_folder()), language="es")


@cache
def _temporary_folder() -> Path:
    """One for the whole process, so that a text that was loaded is there for the next skill; deleted at its end."""
    folder = tempfile.mkdtemp(prefix="llms-for-poets-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return Path(folder)


def typed(inputs: Callable[P, Inputs], result: type[R]) -> Function[P, R]:
    """The type of a skill's function, as skills/__init__.py declares it."""
    raise NotImplementedError
