"""`tutor models list|get|use|remove|add`: what there is, what suits this computer, and getting it, in words."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import IO, Any

from skills.blocks import Message, Scalar
from skills.errors import ModelMissing
from tutor.lm.adding import add_folder, slug
from tutor.lm.catalogue import ROLES, load_catalogue
from tutor.lm.choose import choose
from tutor.lm.fetch import get
from tutor.lm.hardware import measure
from tutor.lm.installed import Installed, find, installed, remove, use
from tutor.words import Words

COMMANDS = ("list", "get", "use", "remove", "add")
EVERY = 0.5, 10.0
"""Seconds between two reports of progress: on a terminal, and where each is a line of its own."""


def add_parser(subparsers: Any, words: Words | None = None, parents: Sequence[argparse.ArgumentParser] = ()) -> None:
    """Add `models` to the program's commands; `parents` bring the options that all commands share."""
    words = words or Words("es")
    text = words("models.command.about")
    parser = subparsers.add_parser("models", parents=list(parents), help=text, description=text)
    parser.add_argument("what", choices=COMMANDS, metavar="|".join(COMMANDS), help=words("models.command.what"))
    parser.add_argument("name", nargs="?", metavar="NAME", help=words("models.command.name"))
    parser.add_argument("--role", choices=ROLES, help=words("models.command.role"))
    parser.add_argument("--if-missing", action="store_true", help=words("models.command.if_missing"))


def run(args: argparse.Namespace, words: Words, home: Path) -> int:
    """Do what the parsed arguments ask and return the exit status. Raises UserError."""
    say: Callable[[str], None] = partial(print, flush=True)
    if args.what != "list" and args.name is None and args.what != "get":
        raise ModelMissing(model="")
    if args.what == "list":
        for line in listing(home, words):
            say(line)
    elif args.what == "get":
        get_model(args.name, args.if_missing, words, home, say)
    elif args.what == "add":
        with Meter(words, sys.stdout) as meter:
            added = add_folder(home, Path(args.name), meter.report)
        say(words("models.command.added", name=added.name, size=added.bytes))
    elif args.what == "remove":
        say(words("models.command.removed", name=args.name, size=remove(home, args.name)))
    else:
        for role in (args.role,) if args.role else ROLES:
            use(home, role, args.name)
            say(words(f"models.command.plays_{role}", name=args.name))
    return 0


def get_model(name: str | None, if_missing: bool, words: Words, home: Path, say: Callable[[str], None]) -> Installed:
    """Install the model called `name`, a path, or the one that suits this computer, and let it play both roles."""
    ready = installed(home)
    if if_missing and ready and name is None:
        return find(home, None)
    path = Path(name).expanduser() if name and name not in load_catalogue() else None
    local = path is not None and path.exists()
    called = slug(path.stem if path.is_file() else path.name) if path and local else name
    if if_missing and any(model.name == called for model in ready):
        model = find(home, called)
        for role in model.manifest.roles:
            use(home, role, model.name)
        return model
    if name and path and local:
        with Meter(words, sys.stdout) as meter:
            model = add_folder(home, path, meter.report)
    else:
        if name is None:
            choice = choose(load_catalogue(), measure(home), words.language)
            name = choice.entry.name
            say(words("models.command.chosen", label=choice.entry.label, size=choice.entry.download))
            for reason in choice.reasons:
                say(f"  · {words(reason)}")
        with Meter(words, sys.stdout) as meter:
            model = get(name, home, meter.report)
    if model.name != name and name in load_catalogue():
        say(words("models.command.instead", asked=load_catalogue()[name].label, got=model.manifest.label))
    for role in model.manifest.roles if not ready or if_missing else ():
        use(home, role, model.name)
    say(words("models.command.ready", label=model.manifest.label, size=model.bytes))
    return model


def listing(home: Path, words: Words) -> list[str]:
    """What is installed with its size and role, then what can be had, one a line."""
    ready = installed(home)
    lines = [words("models.list.installed" if ready else "models.list.none")]
    for model in ready:
        roles = ", ".join(words(f"models.role.{role}") for role in model.plays) or words("models.role.none")
        lines.append("  " + words("models.list.one", name=model.name, size=model.bytes, roles=roles))
    others = [entry for entry in load_catalogue() if entry.name not in {model.name for model in ready}]
    if others:
        lines += ["", words("models.list.others")]
    for entry in others:
        spoken = ", ".join(words(f"models.language.{language}") for language in entry.writes)
        values: dict[str, Scalar] = {
            "name": entry.name,
            "size": entry.download,
            "memory": entry.memory.chat,
            "licence": entry.licence,
        }
        about = words(entry.good_for, label=entry.label)
        lines.append("  " + words("models.list.other", about=about, spoken=spoken, **values))
    return lines
