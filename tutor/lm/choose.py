"""Which models suit this computer and this learner, with the reasons in words. Pure.

The set-up brings three: the workbench, which is looked into and trained; the encoder; and, where memory, disk and speed
allow, a tutor that words things better than the workbench would.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from skills.blocks import Message, msg
from skills.contract import Language
from skills.errors import UserError
from tutor.lm.catalogue import SLACK, Catalogue, Entry, Role
from tutor.lm.hardware import Machine
from tutor.lm.speed import LEAST_WORDS, Speed

RESERVE = 700_000_000
"""Bytes that the rest of the program needs beside the models: the server, the worker, a browser tab."""


class TooLittleMemory(UserError):
    """Not even the smallest model fits: `need` and `free`, in bytes."""

    code = "too_little_memory"


@dataclass(frozen=True)
class Choice:
    """`reasons`: why this one, the most important first. `larger`: names of others that this computer could run."""

    entry: Entry
    reasons: tuple[Message, ...]
    larger: tuple[str, ...] = ()


@dataclass(frozen=True)
class Plan:
    """What is to be brought, in that order; `alone`: why there is no tutor among it, so that the workbench talks."""

    choices: tuple[Choice, ...]
    alone: tuple[Message, ...] = ()

    @property
    def download(self) -> int:
        return sum(choice.entry.download for choice in self.choices)

    @property
    def disk(self) -> int:
        return sum(choice.entry.disk for choice in self.choices)


def plan(
    catalogue: Catalogue,
    machine: Machine,
    language: Language,
    have: Collection[Role] = (),
    light: bool = False,
    speed: Speed | None = None,
) -> Plan:
    """What is still to be brought where somebody has the roles `have`: without a tutor if it is to be `light`.

    `speed` is what was measured with a model that is here, None if there is none yet. Raises TooLittleMemory.
    """
    wanted = [] if "workbench" in have else [choose(catalogue, machine, language)]
    encoder = next((entry for entry in catalogue if "encoder" in entry.roles), None)
    if encoder and "encoder" not in have:
        wanted.append(Choice(encoder, (msg(encoder.good_for, label=encoder.label),)))
    if light or "tutor" in have:
        return Plan(tuple(wanted), (msg("models.alone.light"),) if light and "tutor" not in have else ())
    spoken_for = sum(choice.entry.room for choice in wanted)
    found, why = choose_tutor(catalogue, machine, language, beside(catalogue, wanted), spoken_for, speed)
    return Plan((*wanted, found), ()) if found else Plan(tuple(wanted), why)


def choose(catalogue: Catalogue, machine: Machine, language: Language) -> Choice:
    """The first workbench of the catalogue that fits the memory that is free now and writes the learner's language.

    If none both fits and writes it, the first that fits: the lessons' own texts do not need a model. A model is gated
    by bytes in memory and cores, never by its number of parameters. Raises TooLittleMemory.
    """
    benches = [entry for entry in catalogue if "workbench" in entry.roles]
    fitting = [entry for entry in benches if needed(entry) <= machine.free_memory]
    if not fitting:
        raise TooLittleMemory(need=min(map(needed, benches)), free=machine.free_memory)
    fluent = [entry for entry in fitting if language in entry.writes]
    entry = (fluent or fitting)[0]
    spoken = msg(f"models.reason.{'writes' if fluent else 'cannot_write'}.{language}", label=entry.label)
    reasons = [msg(entry.good_for, label=entry.label), _memory(entry, needed(entry), machine), spoken]
    if machine.cores < entry.cores:
        reasons.append(msg("models.reason.few_cores", n=machine.cores, label=entry.label))
    larger = tuple(e.name for e in fitting if e.parameters > entry.parameters and machine.cores >= e.cores)
    if larger:
        reasons.append(msg("models.reason.larger", names=", ".join(larger)))
    return Choice(entry, tuple(reasons), larger)


def choose_tutor(
    catalogue: Catalogue, machine: Machine, language: Language, beside: int, spoken_for: int, speed: Speed | None
) -> tuple[Choice | None, tuple[Message, ...]]:
    """The first tutor of the catalogue that this computer can run at reading speed, or None and why.

    `beside`: bytes of memory of the models that are held at the same time; `spoken_for`: bytes of disk that others will
    take. Where nothing could be measured, the number of cores decides, and the probe follows once the tutor is here.
    """
    refused: list[Message] = []
    for entry in catalogue:
        if entry.roles != ("tutor",) or language not in entry.writes:
            continue
        problem = _problem(entry, machine, language, beside, spoken_for, speed)
        if problem is None:
            words = round(speed.words(entry.weights, language)) if speed else 0
            told = msg("models.reason.words" if words >= LEAST_WORDS else "models.reason.measured_later", n=words)
            memory = _memory(entry, needed(entry) + beside, machine)
            return Choice(entry, (msg(entry.good_for, label=entry.label), memory, told, *refused[:1])), ()
        refused.append(problem)
    return None, (*refused[-1:], msg("models.alone.workbench"))


def too_slow(speed: Speed, language: Language) -> bool:
    """Whether the model that was measured certainly writes more slowly than it should."""
    return speed.quiet and speed.words(speed.weights, language) < LEAST_WORDS


def _problem(
    entry: Entry, machine: Machine, language: Language, beside: int, spoken_for: int, speed: Speed | None
) -> Message | None:
    """Why this tutor will not do here, None if it will."""
    need = needed(entry) + beside
    if need > machine.free_memory:
        return msg("models.refused.memory", label=entry.label, need=need, free=machine.free_memory)
    room = entry.room + spoken_for + SLACK
    if room > machine.free_disk:
        return msg("models.refused.disk", label=entry.label, need=room, free=machine.free_disk)
    words = speed.words(entry.weights, language) if speed else 0.0
    if words >= LEAST_WORDS:
        return None
    if speed and speed.quiet:
        return msg("models.refused.speed", label=entry.label, n=round(words))
    return msg("models.refused.cores", label=entry.label, n=machine.cores) if machine.cores < entry.cores else None


def beside(catalogue: Catalogue, wanted: Collection[Choice]) -> int:
    """Bytes of memory of the workbench and the encoder, which are held while the tutor talks."""
    bench = next((c.entry for c in wanted if "workbench" in c.entry.roles), None) or next(
        entry for entry in catalogue if "workbench" in entry.roles
    )
    return bench.memory.chat + sum(entry.memory.chat for entry in catalogue if "encoder" in entry.roles)


def needed(entry: Entry) -> int:
    """Bytes of memory to talk with this model while the rest of the program runs."""
    return entry.memory.chat + RESERVE


def _memory(entry: Entry, need: int, machine: Machine) -> Message:
    kind = "models.reason.memory_beside" if entry.roles == ("tutor",) else "models.reason.memory"
    return msg(kind, label=entry.label, need=need, free=machine.free_memory, total=machine.memory)
