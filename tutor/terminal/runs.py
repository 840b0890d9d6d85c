"""Skills and runs from the terminal: the same inputs, events and blocks as the chat."""

from __future__ import annotations

import argparse
import asyncio
from contextlib import aclosing
from pathlib import Path
from typing import Any

import yaml
from pydantic import TypeAdapter, ValidationError

from skills.blocks import Column, Message, Table, msg
from skills.contract import Done, Event, Failed, Inputs, Skill
from skills.errors import BadInput, FileMissing, UserError
from skills.workspace import Workspace
from tutor.failures import raised
from tutor.processes.execute import find_skill, read_inputs
from tutor.processes.jobs import Jobs
from tutor.processes.run_status import RunStatus
from tutor.processes.sandbox import sandboxed
from tutor.processes.worker import Worker
from tutor.settings import Settings, build_settings
from tutor.terminal.output import Terminal, tell_result
from tutor.terminal.render import draw
from tutor.words import Words

RUN_COMMANDS = ("list", "show", "pause", "stop", "resume", "delete")


class BadCommand(UserError):
    """The command line was not understood: `command` is the one whose help to read, `problem` the parser's words."""

    code = "bad_command"


def run_skill(args: argparse.Namespace, words: Words) -> int:
    """`tutor run SKILL [FILE...]`. Raises UserError, Defect."""
    settings = build_settings(getattr(args, "home", None), language=words.language)
    skill = find_skill(args.skill, args.source)
    terminal = Terminal(words, quiet=args.json)
    inputs = read_values(skill, args.values, words)
    inputs |= bring_files(skill, args, settings, words)
    read_inputs(skill, inputs, words.language)
    if skill.where == "job":
        jobs = Jobs(Workspace(settings.home), settings, source=args.source, engines=args.engines)
        run = asyncio.run(jobs.start(skill.name, inputs, words.language))
        terminal.say(words("cli.job_started", run=run), error=True)
        return finish(follow_job(jobs, run, terminal, words), args.json, words)
    return finish(asyncio.run(_call(skill, inputs, settings, args, terminal)), args.json, words)


def read_values(skill: Skill, given: list[str], words: Words) -> dict[str, Any]:
    """`key=value` texts as inputs of the skill. Raises BadInput for a name there is not, with those there are."""
    inputs: dict[str, Any] = {}
    known = ", ".join(skill.Inputs.model_fields)
    for pair in given:
        key, equals, value = pair.partition("=")
        if not equals:
            raise BadInput(name=pair, problem=words("cli.no_equals"))
        if key not in skill.Inputs.model_fields:
            raise BadInput(name=key, problem=words("runner.problem.extra_forbidden", known=known))
        inputs[key] = _value(skill.Inputs, key, value)
    return inputs


def _value(kind: type[Inputs], key: str, value: str) -> Any:
    """The text itself where the input takes it as it is (so that `no` stays a word), else what YAML reads in it."""
    if _takes(kind, key, value):
        return value
    try:
        return yaml.safe_load(value)
    except yaml.YAMLError:
        return value


def _takes(kind: type[Inputs], key: str, value: Any) -> bool:
    """Whether the input is of a type that takes this value, limits aside."""
    annotation: Any = kind.model_fields[key].annotation
    try:
        TypeAdapter(annotation).validate_python(value)
    except ValidationError:
        return False
    return True


def bring_files(skill: Skill, args: argparse.Namespace, settings: Settings, words: Words) -> dict[str, Any]:
    """The FILE arguments as an input: each one imported, or found by name if it was imported before."""
    if not args.files:
        return {}
    fields = skill.Inputs.model_fields
    if skill.name == "load_dataset":
        paths = [str(Path(file).expanduser().absolute()) for file in args.files]
        return {"path": paths[0]} if len(paths) == 1 else {"paths": paths}
    if "file" not in fields:
        raise BadInput(name=args.files[0], problem=words("cli.no_file"))
    ids = [_import(name, args, settings) for name in args.files]
    if len(ids) == 1:
        return {"file": ids[0]}
    if not _takes(skill.Inputs, "file", ids):
        raise BadInput(name=args.files[1], problem=words("cli.one_file"))
    return {"file": ids}


def _import(name: str, args: argparse.Namespace, settings: Settings) -> str:
    """The id of the data set made from a file, or of one that was made before and has this name."""
    path = Path(name).expanduser().absolute()
    if not path.exists():
        return Workspace(settings.home).find(name).id
    skill = find_skill("load_dataset", args.source)
    silent = Terminal(Words(settings.language or "es"), quiet=True)
    ending = asyncio.run(_call(skill, {"path": str(path)}, settings, args, silent))
    if isinstance(ending, Failed):
        raise raised(ending.code, ending.values)
    if not isinstance(ending, Done):
        raise FileMissing(name=name, known="")
    return str(ending.result["dataset"])


async def _call(
    skill: Skill, inputs: dict[str, Any], settings: Settings, args: argparse.Namespace, terminal: Terminal
) -> Event:
    """Run a quick skill where it belongs, telling its events; returns the ending."""
    language = settings.language or "es"
    worker = Worker(settings, source=args.source, engines=args.engines)
    events = (
        sandboxed(skill.name, inputs, language, settings, source=args.source)
        if skill.where == "sandbox"
        else worker.run(skill.name, inputs, language)
    )
    event: Event | None = None
    try:
        async with aclosing(events) as stream:
            async for event in stream:
                terminal.tell(event)
    finally:
        await worker.stop()
    assert event is not None
    return event


def follow_job(jobs: Jobs, run: str, terminal: Terminal, words: Words, since: int = 0) -> RunStatus:
    """Tell the events of a run until it ends. The first Ctrl-C has it stop and keep what it has; at the second it is
    left alone: it goes on without us."""
    asked = False

    async def follow() -> None:
        nonlocal since
        async for event in jobs.follow(run, since):
            since += 1
            terminal.tell(event)

    while True:
        try:
            asyncio.run(follow())
            return jobs.status(run)
        except KeyboardInterrupt:
            if asked:
                terminal.say(words("cli.left_running", run=run), error=True)
                raise
            asked = True
            jobs.request(run, "stop")
            terminal.say(words("cli.stopping"), error=True)


def finish(ending: Event | RunStatus, as_json: bool, words: Words) -> int:
    """What is left to say of how it ended. Raises UserError or Defect if it failed."""
    error = ending.error if isinstance(ending, RunStatus) else ending
    if isinstance(error, Failed):
        raise raised(error.code, error.values)
    if isinstance(ending, RunStatus) and ending.state == "interrupted":
        raise raised("killed", {})
    if as_json:
        result = getattr(ending, "result", None) or {}
        tell_result(result)
    return 0


def run_command(args: argparse.Namespace, words: Words) -> int:
    """`tutor runs list|show|pause|stop|resume|delete [RUN]`; without RUN, the last one. Raises UserError."""
    settings = build_settings(getattr(args, "home", None), language=words.language)
    jobs = Jobs(Workspace(settings.home), settings, source=args.source, engines=args.engines)
    terminal = Terminal(words, quiet=args.json)
    runs = jobs.list()
    if args.what == "list":
        if args.json:
            told = [run.model_dump(mode="json", include={"run", "skill", "state", "created"}) for run in runs]
            tell_result({"runs": told})
        else:
            terminal.say(draw(_listed(runs), words) if runs else words("cli.no_runs"))
        return 0
    if args.run is None and not runs:
        raise FileMissing(name="", known="")
    run = args.run or runs[-1].run
    status = jobs.status(run)
    if args.what == "show":
        return _show(status, terminal, args.json, words)
    if args.what == "delete":
        jobs.delete(run)
        terminal.say(words("cli.deleted", run=run))
        return finish(Done(result={"run": run}), args.json, words)
    since = jobs.count_events(run)
    if args.what == "resume":
        jobs.resume(run)
    else:
        jobs.request(run, args.what)
    return finish(follow_job(jobs, run, terminal, words, since), args.json, words)


def _listed(runs: tuple[RunStatus, ...]) -> Table:
    rows: list[tuple[str | float | Message | None, ...]] = [
        (run.run, run.skill, msg(f"cli.state.{run.state}"), msg("cli.done_share", share=_share(run))) for run in runs
    ]
    labels = ("run", "skill", "state", "done")
    columns = tuple(Column(label=msg(f"cli.column.{label}"), numeric=label == "done") for label in labels)
    return Table(title=msg("cli.runs_title"), columns=columns, rows=tuple(rows))


def _share(run: RunStatus) -> float:
    return 1.0 if run.state == "done" else run.done / run.total if run.total else 0.0


def _show(status: RunStatus, terminal: Terminal, as_json: bool, words: Words) -> int:
    if as_json:
        tell_result(status.model_dump(mode="json"))
        return 0
    terminal.say(draw(_listed((status,)), words))
    for block in status.blocks:
        terminal.say(draw(block, words))
    if status.error:
        terminal.say("\n".join(words.error(raised(status.error.code, status.error.values)).values()))
    return 0
