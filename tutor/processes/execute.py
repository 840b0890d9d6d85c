"""Runs one skill so that its events end with exactly one ending, whatever happens inside."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from skills.contract import (
    ENDINGS,
    Context,
    Done,
    Ended,
    Event,
    Inputs,
    Language,
    Paused,
    Request,
    Result,
    Skill,
    Stopped,
)
from skills.errors import BadInput, UserError
from tutor.data_card import keep_cards
from tutor.failures import failed

if TYPE_CHECKING:
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


def read_inputs(skill: Skill, given: Mapping[str, Any], language: Language) -> Inputs:
    """`given` as the skill's Inputs. Raises BadInput for the first wrong one, in words, with the names there are."""
    try:
        return skill.Inputs.model_validate(dict(given))
    except ValidationError as error:
        from tutor.words import Words

        first = error.errors(include_url=False)[0]
        name = ".".join(str(part) for part in first["loc"] if isinstance(part, str)) or skill.name
        known = ", ".join(skill.Inputs.model_fields)
        raise BadInput(
            name=name, problem=_problem(first["type"], first.get("ctx", {}), known, Words(language))
        ) from error


def _problem(kind: str, limits: Mapping[str, Any], known: str, words: Words) -> str:
    """What is wrong with a value, from pydantic's error type; its own sentences are in English and for programmers."""
    id = f"runner.problem.{kind}"
    fields = {key: value for key, value in limits.items() if isinstance(value, str | int | float)}
    fields["n"] = limits.get("min_length", limits.get("max_length"))
    if "expected" in limits:
        fields["expected"] = str(limits["expected"]).replace(" or ", ", ").replace("'", "")
    return words(id if id in words else "runner.problem.other", known=known, **fields)


def execute(skill: Skill, given: Mapping[str, Any], ctx: Context, emit: Callable[[Event], None]) -> Event:
    """Run `skill`, pass its events to `emit`, and emit and return the one ending.

    A skill that heeds a request raises `Ended`; if it just returns after having seen one, the request tells which
    ending it is. `ctx.emit` is not used: it is replaced by one that lets no second ending through.
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
        if isinstance(event, ENDINGS):
            ended.append(event)
        elif not ended:
            emit(event)

    inner = dataclasses.replace(ctx, emit=guarded, requested=requested)
    try:
        ending = _run(skill, given, inner, seen)
    except Exception as error:
        ending = failed(error, ctx.workspace.home)
    keep_cards(ctx.workspace, ctx.language)
    ending = ended[0] if ended else ending
    emit(ending)
    return ending


def _run(skill: Skill, given: Mapping[str, Any], ctx: Context, seen: list[Request]) -> Event:
    try:
        result = skill.run(read_inputs(skill, given, ctx.language), ctx)
    except Ended as early:
        return Paused() if early.kind == "paused" else _stopped(early.kept, early.result)
    if not seen:
        return Done(result=result.model_dump(mode="json"), blocks=result.blocks(), offers=result.offers())
    if seen[-1] == "pause":
        return Paused()
    return _stopped(seen[-1] == "stop", result)


def _stopped(kept: bool, result: Result | None) -> Stopped:
    if result is None or not kept:
        return Stopped(kept=kept)
    return Stopped(kept=True, result=result.model_dump(mode="json"), blocks=result.blocks())
