"""The set-up's part that brings models: the workbench and the encoder first, then a tutor where this computer can.

It says what comes and how large it is before it begins, and can be stopped anywhere: what is here is not brought again.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from skills.blocks import Message, msg
from skills.errors import UserError
from skills.workspace import read_json, write_atomic
from tutor.lm.catalogue import Role, load_catalogue
from tutor.lm.choose import Choice, Plan, plan, too_slow
from tutor.lm.fetch import get
from tutor.lm.hardware import measure
from tutor.lm.installed import Installed, held, installed, models_folder, use
from tutor.lm.llama_check import check
from tutor.lm.origin import origins
from tutor.lm.speed import LEAST_WORDS, Speed, known_speed
from tutor.settings import CURRICULUM, build_settings
from tutor.terminal.meter import Meter
from tutor.words import LANGUAGES, Words

NOTE = "setup.json"
"""In the models' folder: {"missing": roles that could not be brought, "tries": how often}; tutor/setup/system.py reads
it."""
Say = Callable[[str], None]


def bring_missing(home: Path, words: Words, say: Say, light: bool = False) -> None:
    """Bring what no model of this home does yet; `light`: without a tutor, which is the largest.

    Without a workbench it raises what went wrong (NoNetwork, DiskFull, TooLittleMemory, ...); without one of the others
    the course goes on, so that is only told.
    """
    wanted = _plan(home, words, light)
    announce(wanted, words, say)
    missing: list[Role] = []
    for announced in wanted.choices:
        role = announced.entry.roles[0]
        choice = _again(announced, home, words, say) if role == "tutor" else announced
        if choice is None:
            continue
        try:
            _bring(choice, home, words, say)
        except UserError as error:
            if role == "workbench":
                raise
            missing.append(role)
            told = words.error(error)
            say(words(f"models.setup.without_{role}", label=choice.entry.label, what=told["what"], why=told["why"]))
    _note(home, missing)
    if wanted.choices:
        say(words("models.setup.done"))


def learn_to_hear(home: Path, words: Words, say: Say) -> None:
    """Train what hears what is typed, and index what answers it, so that the first message does not wait for them."""
    from tutor.course.files import load_course
    from tutor.nlu.trained import HEARING, indexed_bank, trained_router

    say(words("models.setup.hearing"))
    course = load_course(CURRICULUM)
    trained_router(course, home / HEARING)
    for language in LANGUAGES:
        indexed_bank(course, language, home / HEARING)


def announce(wanted: Plan, words: Words, say: Say) -> None:
    """What is going to come, from where, how large each is and all together, and why these."""
    if not wanted.choices:
        say(words("models.setup.nothing"))
    elif len(wanted.choices) > 1:
        say(words("models.setup.all", n=len(wanted.choices), download=wanted.download, disk=wanted.disk))
    for choice in wanted.choices:
        entry = choice.entry
        say(words(f"models.setup.{entry.roles[0]}", label=entry.label, size=entry.download, disk=entry.disk))
        made = words("models.list.made", maker=entry.maker, licence=entry.licence, places=origins(entry, words))
        say(f"  · {made}")
        for reason in choice.reasons:
            say(f"  · {words(reason)}")
    for reason in wanted.alone:
        say(words(reason))


def tell_speed(model: Installed, home: Path, words: Words, say: Say) -> None:
    """Measure how fast a model talks here, and where it is slower than people read, say which one would not be."""
    speed = known_speed(model, build_settings(home))
    if speed is None:
        if model.gguf and (problem := _cannot_run(home)):
            say(words(problem))
        return
    n = speed.words(speed.weights, words.language)
    kind = "measured" if speed.quiet else "at_least" if n >= LEAST_WORDS else "disturbed"
    say(words(f"models.speed.{kind}", label=model.manifest.label, n=round(n)))
    advice = _advice(model, home, speed, words)
    if advice:
        say(words(f"models.speed.{advice[0]}", name=advice[1]))


def _plan(home: Path, words: Words, light: bool) -> Plan:
    """As tutor/lm/choose.py has it; without a tutor where it could not be opened."""
    problem, here, have = _cannot_run(home), measure(home), held(home)
    made = plan(load_catalogue(), here, words.language, have, light or problem is not None, _any_speed(home))
    return replace(made, alone=(problem,)) if problem and made.alone and not light else made


def _cannot_run(home: Path) -> Message | None:
    """Why llama.cpp, which a tutor needs, does not run on this computer; None if it does, or may at another time."""
    reason = check(home).reason
    return msg(f"models.llama.{reason}") if reason in ("instructions", "library") else None


def _again(announced: Choice, home: Path, words: Words, say: Say) -> Choice | None:
    """The tutor chosen once more, now that there is a model here to measure with; what is different is told."""
    now = _plan(home, words, light=False)
    choice = next((choice for choice in now.choices if choice.entry.roles == ("tutor",)), None)
    if choice is None:
        for reason in now.alone:
            say(words(reason))
    elif choice.entry.name != announced.entry.name:
        announce(Plan((choice,)), words, say)
    return choice


def _bring(choice: Choice, home: Path, words: Words, say: Say) -> None:
    with Meter(words, sys.stdout) as meter:
        model = get(choice.entry.name, home, meter.report)
    if model.name != choice.entry.name:
        say(words("models.command.instead", asked=choice.entry.label, got=model.manifest.label))
    use(home, choice.entry.roles[0], model.name)
    say(words("models.command.ready", label=model.manifest.label, size=model.bytes))
    if model.manifest.roles == ("tutor",):
        tell_speed(model, home, words, say)


def _any_speed(home: Path) -> Speed | None:
    """What a model that is here says of this computer; the one that talks, if it can be measured."""
    ready = sorted(installed(home), key=lambda model: "tutor" not in model.plays)
    model = next((model for model in ready if model.gguf), None)
    return known_speed(model, build_settings(home)) if model else None


def _advice(model: Installed, home: Path, speed: Speed, words: Words) -> tuple[str, str] | None:
    """Which model would suit this computer better than the one measured, after the message that says so: if that is too
    slow, `get` another or `use` a smaller one that is here (`none` if there is none); else perhaps a `larger` one."""
    others = plan(load_catalogue(), measure(home), words.language, ("workbench", "encoder"), speed=speed).choices
    other = others[0].entry if others else None
    if not too_slow(speed, words.language):
        larger = other and speed.quiet and other.parameters > model.profile.parameters
        return ("larger", other.name) if other and larger else None
    if other:
        return "get", other.name
    talk = [one for one in installed(home) if "tutor" in one.manifest.roles]
    smaller = [one.name for one in talk if one.profile.parameters < model.profile.parameters]
    return ("use", smaller[0]) if smaller else ("none", "")


def _note(home: Path, missing: list[Role]) -> None:
    note = models_folder(home) / NOTE
    try:
        tries = int(read_json(note)["tries"]) + 1
    except (OSError, ValueError, LookupError, TypeError):
        tries = 1
    write_atomic(note, json.dumps({"missing": missing, "tries": tries}))
