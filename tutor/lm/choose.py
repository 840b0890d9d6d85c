"""Which model suits this computer and this learner, with the reasons in words. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from skills.blocks import Message, msg
from skills.contract import Language
from skills.errors import UserError
from tutor.lm.catalogue import Catalogue, Entry
from tutor.lm.hardware import Machine

RESERVE = 700_000_000
"""Bytes that the rest of the program needs beside the model: the server, the worker, a browser tab."""


class TooLittleMemory(UserError):
    """Not even the smallest model fits: `need` and `free`, in bytes."""

    code = "too_little_memory"


@dataclass(frozen=True)
class Choice:
    """`reasons`: why this one, the most important first. `larger`: names of others that this computer could run."""

    entry: Entry
    reasons: tuple[Message, ...]
    larger: tuple[str, ...] = ()


def choose(catalogue: Catalogue, machine: Machine, language: Language) -> Choice:
    """The first entry of the catalogue that fits the memory that is free now and writes the learner's language.

    If none both fits and writes it, the first that fits: the lessons' own texts do not need a model. A model is gated
    by bytes in memory and cores, never by its number of parameters. Raises TooLittleMemory.
    """
    fitting = [entry for entry in catalogue if fits(entry, machine)]
    if not fitting:
        raise TooLittleMemory(need=min(needed(entry) for entry in catalogue), free=machine.free_memory)
    fluent = [entry for entry in fitting if language in entry.writes]
    entry = (fluent or fitting)[0]
    memory = msg(
        "models.reason.memory", label=entry.label, need=needed(entry), free=machine.free_memory, total=machine.memory
    )
    spoken = msg(f"models.reason.{'writes' if fluent else 'cannot_write'}.{language}", label=entry.label)
    reasons = [msg(entry.good_for, label=entry.label), memory, spoken]
    if machine.cores < entry.cores:
        reasons.append(msg("models.reason.few_cores", n=machine.cores, label=entry.label))
    larger = tuple(e.name for e in fitting if e.parameters > entry.parameters and machine.cores >= e.cores)
    if larger:
        reasons.append(msg("models.reason.larger", names=", ".join(larger)))
    return Choice(entry, tuple(reasons), larger)


def fits(entry: Entry, machine: Machine) -> bool:
    return needed(entry) <= machine.free_memory


def needed(entry: Entry) -> int:
    """Bytes of memory to talk with this model while the rest of the program runs."""
    return entry.memory.chat + RESERVE
