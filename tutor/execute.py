"""Runs one skill so that its events end with exactly one ending, whatever happens inside."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

from pydantic import ValidationError

from skills.contract import (
    ENDINGS,
    BadInput,
    Context,
    Done,
    Event,
    Inputs,
    Paused,
    Request,
    Result,
    Skill,
    Stopped,
    UserError,
)
from tutor.failures import failed
from tutor.words import Words


class SkillMissing(UserError):
    """There is no such skill: `name`, `known`."""

    code = "skill_missing"


def find_skill(name: str, source: str = "skills") -> Skill:
    """The skill `name` of the module `source`, which has `NAMES` and `skill(name)`. Raises SkillMissing."""
    module = import_module(source)
    try:
        found: Skill = module.skill(name)
    except KeyError:
        raise SkillMissing(name=name, known=", ".join(module.NAMES)) from None
    return found


def read_inputs(skill: Skill, given: Mapping[str, Any], words: Words) -> Inputs:
    """`given` as the skill's Inputs. Raises BadInput for the first wrong one, in words, with the names there are."""
    try:
        return skill.Inputs.model_validate(dict(given))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        name = ".".join(str(part) for part in first["loc"] if isinstance(part, str)) or skill.name
        known = ", ".join(skill.Inputs.model_fields)
        raise BadInput(name=name, problem=_problem(first["type"], first.get("ctx", {}), known, words)) from error


def _problem(kind: str, limits: Mapping[str, Any], known: str, words: Words) -> str:
    """What is wrong with a value, from pydantic's error type; its own sentences are in English and for programmers."""
    id = f"runner.problem.{kind}"
    fields = {key: value for key, value in limits.items() if isinstance(value, str | int | float)}
    return words(id if id in words else "runner.problem.other", known=known, **fields)


def execute(skill: Skill, given: Mapping[str, Any], ctx: Context, emit: Callable[[Event], None]) -> Event:
    """Run `skill`, pass its events to `emit`, and emit and return the one ending.

    A skill may emit its own ending (`Paused`, `Stopped`); if it just returns after having seen a request, the request
    tells which ending it is. `ctx.emit` is not used: it is replaced by one that lets no second ending through.
    Nothing is raised but what `emit` raises for the ending itself.
    """
    seen: list[Request] = []
    ended: list[Event] = []

    def requested() -> Request | None:
        asked = ctx.requested()
        if asked:
            seen.append(asked)
        return asked

    def guarded(event: Event) -> None:
        if ended:
            return
        if isinstance(event, ENDINGS):
            ended.append(event)
        else:
            emit(event)

    inner = dataclasses.replace(ctx, emit=guarded, requested=requested)
    try:
        result = skill.run(read_inputs(skill, given, Words(ctx.language)), inner)
        ending = ended[0] if ended else _ending(result, seen[-1] if seen else None)
    except Exception as error:
        ending = ended[0] if ended else failed(error, ctx.workspace.home)
    emit(ending)
    return ending


def _ending(result: Result, asked: Request | None) -> Event:
    if asked == "pause":
        return Paused()
    if asked == "discard":
        return Stopped(kept=False)
    data, blocks = result.model_dump(mode="json"), result.blocks()
    if asked == "stop":
        return Stopped(kept=True, result=data, blocks=blocks)
    return Done(result=data, blocks=blocks)
