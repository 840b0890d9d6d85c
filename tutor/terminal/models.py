"""`tutor models list|get|use|remove|add`: what there is, what suits this computer, and getting it, in words."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from skills.blocks import Scalar
from skills.errors import ModelMissing
from tutor.lm.adding import add_folder, slug
from tutor.lm.catalogue import ROLES, Entry, load_catalogue
from tutor.lm.fetch import get
from tutor.lm.installed import Installed, find, installed, remove, use
from tutor.lm.origin import came_from, origins
from tutor.setup.ending import ASKED, endings
from tutor.terminal.first_models import bring_missing, learn_to_hear, tell_speed
from tutor.terminal.meter import Meter
from tutor.words import Words

COMMANDS = ("list", "get", "use", "remove", "add")
Say = Callable[[str], None]


def add_parser(subparsers: Any, words: Words | None = None, parents: Sequence[argparse.ArgumentParser] = ()) -> None:
    """Add `models` to the program's commands; `parents` bring the options that all commands share."""
    words = words or Words("es")
    text = words("models.command.about")
    parser = subparsers.add_parser("models", parents=list(parents), help=text, description=text)
    parser.add_argument("what", choices=COMMANDS, metavar="|".join(COMMANDS), help=words("models.command.what"))
    parser.add_argument("name", nargs="?", metavar="NAME", help=words("models.command.name"))
    parser.add_argument("--role", choices=ROLES, help=words("models.command.role"))
    parser.add_argument("--light", action="store_true", help=words("models.command.light"))


def run(args: argparse.Namespace, words: Words, home: Path) -> int:
    """Do what the parsed arguments ask and return the exit status. Raises UserError.

    Asked to end, it ends what it has started (pip, a conversion) as well; what has arrived is kept.
    """
    with endings(ASKED):
        _do(args, words, home, partial(print, flush=True))
    return 0


def _do(args: argparse.Namespace, words: Words, home: Path, say: Say) -> None:
    if args.what == "list":
        for line in listing(home, words):
            say(line)
    elif args.what == "get" and args.name is None:
        bring_missing(home, words, say, light=args.light)
        learn_to_hear(home, words, say)
    elif args.name is None:
        raise ModelMissing(model="")
    elif args.what == "get":
        get_model(args.name, words, home, say)
    elif args.what == "add":
        with Meter(words, sys.stdout) as meter:
            added = add_folder(home, Path(args.name), meter.report, args.role)
        say(words("models.command.added", name=added.name, size=added.bytes))
    elif args.what == "remove":
        say(words("models.command.removed", name=args.name, size=remove(home, args.name)))
    else:
        for role in (args.role,) if args.role else find(home, args.name).manifest.roles:
            use(home, role, args.name)
            say(words(f"models.command.plays_{role}", name=args.name))


def get_model(name: str, words: Words, home: Path, say: Say) -> Installed:
    """Install the model called `name`, or the one at that path, unless it is here; from now on it plays what it is for:
    all its roles if it is the owner's own, the first of them if it is the catalogue's."""
    path, with_meter = Path(name).expanduser(), Meter(words, sys.stdout)
    own = name not in load_catalogue() and path.exists()
    called = slug(path.stem if path.is_file() else path.name) if own else name
    model = next((model for model in installed(home) if model.name == called), None)
    if model is None:
        if not own:
            say(words("models.command.getting", **_about(load_catalogue()[name], words)))
        with with_meter as meter:
            model = add_folder(home, path, meter.report) if own else get(name, home, meter.report)
        if not own and model.name != name:
            say(words("models.command.instead", asked=load_catalogue()[name].label, got=model.manifest.label))
        say(words("models.command.ready", label=model.manifest.label, size=model.bytes))
    for role in model.manifest.roles if own else model.manifest.roles[:1]:
        use(home, role, model.name)
        say(words(f"models.command.plays_{role}", name=model.name))
    if "tutor" in model.manifest.roles:
        tell_speed(model, home, words, say)
    return model


def listing(home: Path, words: Words) -> list[str]:
    """What is installed with its size, its roles and where it came from; then what can be had, by what it is for."""
    ready = installed(home)
    lines = [words("models.list.installed" if ready else "models.list.none")]
    for model in ready:
        roles = ", ".join(words(f"models.role.{role}") for role in model.plays) or words("models.role.none")
        lines.append("  " + words("models.list.one", name=model.name, size=model.bytes, roles=roles))
        lines.append("    " + words("models.list.from", places=words(came_from(model.manifest))))
    others = [entry for entry in load_catalogue() if entry.name not in {model.name for model in ready}]
    if others:
        lines += ["", words("models.list.others")]
    for role in ("tutor", "workbench", "encoder"):
        mine = [entry for entry in others if entry.roles[0] == role]
        lines += [words(f"models.list.for_{role}")] if mine else []
        for entry in mine:
            values = _about(entry, words)
            lines.append("  " + words("models.list.other", about=words(entry.good_for, label=entry.label), **values))
            lines.append("    " + words("models.list.made", maker=entry.maker, **values))
    return lines


def _about(entry: Entry, words: Words) -> dict[str, Scalar]:
    spoken = ", ".join(words(f"models.language.{language}") for language in entry.writes)
    return {
        "name": entry.name,
        "label": entry.label,
        "size": entry.download,
        "memory": entry.memory.chat,
        "licence": entry.licence,
        "spoken": spoken or words("models.language.none"),
        "places": origins(entry, words),
    }
