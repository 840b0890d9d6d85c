"""Deleting so that it is true: what goes with a text, what gives it away elsewhere, and what is left in the end."""

from __future__ import annotations

import json
import mmap
import re
import shutil
from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from skills.errors import FileMissing
from skills.export.kept import ExportCard, delete_export, exports_folder
from skills.export.kept import kept as exported
from skills.model.piece_tokenizer import PieceCard, delete_kept, tokenizers_folder
from skills.model.piece_tokenizer import kept as tokenizers
from skills.texts.quoting import SHORTEST
from skills.texts.traces import Traces, traces
from skills.training.runs import given
from skills.workspace import Manifest, Workspace
from tutor.dialogue.about import dataset_and_runs
from tutor.dialogue.context import Dialogue
from tutor.dialogue.my_text import forget_words
from tutor.dialogue.written import fields_by_runs, written_by
from tutor.failures import black_out
from tutor.learner.events import DataDeleted, Dropped, Queued, TalkLeft, TextDeleted
from tutor.learner.memory import recall
from tutor.settings import CURRICULUM
from tutor.words import MESSAGES

NOT_TEXT = (".safetensors", ".gguf", ".pt", ".bin", ".model")
"""Files of numbers, and of pieces of words: no passage is found in them, and they are large."""
ASKS = re.compile(r"asks: \|\n(?: {6}.*\n)+")
"""The ways of asking in a file of answers."""
LARGEST = 20_000_000
"""Bytes of an original that is read for its words; of a larger one, and of what is no plain text, the rows say them."""


@dataclass(frozen=True)
class Goes:
    """What goes with a text: the ids of the runs that learnt or were shown it, of what was saved of them to take away,
    and of its tokenizers."""

    runs: tuple[str, ...] = ()
    exports: tuple[ExportCard, ...] = ()
    tokenizers: tuple[PieceCard, ...] = ()


def goes_with(dialogue: Dialogue, dataset: str) -> Goes:
    """What was made of a text and holds passages of it, or pieces."""
    workspace = dialogue.workspace
    of_it = {run for run, (of, _) in _asked(dialogue).items() if of == dataset}
    runs = about_runs(dialogue, of_it)
    return Goes(
        runs=tuple(sorted(runs)),
        exports=tuple(card for card in exported(workspace) if card.run in runs),
        tokenizers=tuple(card for card in tokenizers(workspace) if card.dataset == dataset),
    )


def about_runs(dialogue: Dialogue, runs: set[str]) -> set[str]:
    """These runs and those that show what they wrote: comparisons, exams."""
    asked, found = _asked(dialogue), set(runs)
    while more := {run for run, (_, about) in asked.items() if about & found} - found:
        found |= more
    return found


def _asked(dialogue: Dialogue) -> dict[str, tuple[str | None, set[str]]]:
    """Every run, with the data set and the runs that it is about."""
    workspace = dialogue.workspace
    by_hand = (path.parent.name for path in workspace.runs.glob("*/plan.json"))  # or by the command
    runs = dict.fromkeys((*(status.run for status in dialogue.jobs.list()), *by_hand))
    return {run: dataset_and_runs(workspace, run) for run in runs}


# --- what gives a text away -------------------------------------------------------------------------------------------


def traces_of(
    workspace: Workspace, gone: Iterable[Manifest], wrote: Iterable[str] = (), called: Iterable[str] = ()
) -> Traces:
    """Of the texts that go, and of what models `wrote` that go, as against the texts that stay. A text is known by its
    name unless another has the same, and a model by what the learner `called` it."""
    ids = {manifest.id for manifest in gone}
    going = [manifest for manifest in workspace.manifests() if manifest.id in ids]
    stay = [manifest for manifest in workspace.manifests() if manifest.id not in ids]
    names = {manifest.name for manifest in going if not manifest.sample} - {manifest.name for manifest in stay}
    texts = (text for manifest in going for text in _texts(workspace, manifest))
    kept = (text for manifest in stay for text in _texts(workspace, manifest))
    told = {name for name in (*names, *called) if not _ours(name)}
    return traces((*texts, *wrote), (*programs_own(), *kept), told)


@dataclass(frozen=True)
class RunGoes:
    """What goes with a run: `runs`, itself and those that show what it wrote, and all that has `traces` of that. The
    `copies` of it that were made to take away stay."""

    runs: frozenset[str]
    traces: Traces
    copies: tuple[ExportCard, ...]


def goes_with_run(dialogue: Dialogue, run: str) -> RunGoes:
    """Read what is to be forgotten with a run. Raises FileMissing."""
    workspace = dialogue.workspace
    if run not in _asked(dialogue):
        raise FileMissing(name=run, known="")
    runs = about_runs(dialogue, {run})
    wrote = written_by(workspace, dialogue.store.events(), runs)
    called = [name for each in runs if (name := given(workspace.runs / each))]
    return RunGoes(
        runs=frozenset(runs),
        traces=traces_of(workspace, [], wrote, called) if wrote or called else Traces(),
        copies=tuple(card for card in exported(workspace) if card.run in runs),
    )


def _texts(workspace: Workspace, manifest: Manifest) -> Iterator[str]:
    """All that a data set ever held, a file after the other, as far as it is text."""
    folder = workspace.datasets / manifest.id
    for path in folder.glob("rows*.jsonl"):
        for line in path.read_text("utf-8").splitlines():
            yield "\n".join(_leaves(json.loads(line)))
    for path in (folder / "original").glob("*"):
        with suppress(OSError, UnicodeDecodeError):
            if path.stat().st_size <= LARGEST:
                yield path.read_text("utf-8")


def _leaves(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _leaves(each)


WHAT_PEOPLE_SAY = ("utterances", "grading", "examples", "questions", "reading", "hearing")
"""Folders of the course that have what people say and write, and not the program; scenes from their lives, told in as
many words as theirs; and weights."""


@lru_cache(maxsize=1)
def programs_own() -> tuple[str, ...]:
    """All that the program and its course say themselves: who finds it somewhere has found nobody's text. (What people
    may say, utterances, answers and ways of asking, is not the program's.)"""
    files = [*MESSAGES.rglob("*.yaml"), *(p for p in CURRICULUM.rglob("*.*") if p.parent.name not in WHAT_PEOPLE_SAY)]
    texts = []
    for path in files:
        with suppress(UnicodeDecodeError):
            texts.append(ASKS.sub("", path.read_text("utf-8")))
    return tuple(texts)


def _ours(name: str) -> bool:
    """Whether the program gave the name itself, as to what is pasted; or it is too short to tell anything."""
    return len(name) < SHORTEST or any(name in text for text in programs_own())


# --- deleting ---------------------------------------------------------------------------------------------------------


def forget_what_quotes(dialogue: Dialogue, dataset: str, given_away: Traces, goes: Goes) -> None:
    """Delete what was made of a text, and black out what is said of it in the log and in the program's logs. The text
    itself goes last (`forget_text`): whoever is cut off before that can ask for it again, and all of it is found.

    Raises FileMissing, or OSError where something could not be deleted.
    """
    workspace = dialogue.workspace
    workspace.one(workspace.datasets, dataset)
    for export in goes.exports:
        delete_export(workspace, export.id)
    for card in goes.tokenizers:
        delete_kept(workspace, card.id)
    _drop_gaps(dialogue, given_away)
    forget_runs(dialogue, set(goes.runs), given_away, {dataset})


def forget_runs(dialogue: Dialogue, runs: Collection[str], given_away: Traces, texts: Collection[str] = ()) -> None:
    """Delete runs, and black out what their models wrote, and the names of `texts`, in the log and in the program's
    logs. Raises OSError where something could not be deleted."""
    if (talk := dialogue.memory.talk) and talk.run in runs:
        dialogue.record(TalkLeft())
    for run in runs:
        delete_run(dialogue, run)
    dialogue.store.black_out(given_away, texts, fields_by_runs(dialogue.store.events(), runs))
    dialogue.memory = recall(dialogue.store.events())
    dialogue.buttons = ()
    black_out(dialogue.workspace.home, given_away.in_text)


def forget_text(dialogue: Dialogue, dataset: str) -> None:
    """Delete the text itself, which is the current one no more. Raises FileMissing, OSError."""
    dialogue.record(TextDeleted(dataset=dataset))
    dialogue.workspace.delete_dataset(dataset)
    dialogue.marked = None
    forget_words()


def delete_run(dialogue: Dialogue, run: str) -> None:
    """A run that the jobs know, or a folder that was made without them."""
    with suppress(FileMissing):
        dialogue.jobs.delete(run)
    with suppress(FileMissing):
        dialogue.workspace.delete_run(run)


def _drop_gaps(dialogue: Dialogue, given_away: Traces) -> None:
    """Questions made of the text are asked no more."""
    memory = dialogue.memory
    if (asked := memory.open_item) and asked.gap and given_away.in_text(asked.gap.source):
        dialogue.record(Dropped(submission=asked.submission))
    left = tuple(each for each in memory.queue if not (each.gap and given_away.in_text(each.gap.source)))
    if left != memory.queue:
        dialogue.record(Queued(items=left))


def forget_everything(dialogue: Dialogue) -> None:
    """Delete all of the learner's and made of it; the models stay. Raises OSError where something could not be."""
    workspace = dialogue.workspace
    for status in dialogue.jobs.list():
        dialogue.jobs.delete(status.run)
    folders = (workspace.datasets, tokenizers_folder(workspace), exports_folder(workspace), workspace.runs)
    for folder in folders:
        if folder.exists():
            shutil.rmtree(folder)  # «I deleted everything» is said only if this worked
    dialogue.store.clear()
    dialogue.record(DataDeleted(language=dialogue.memory.language, version=dialogue.memory.version))
    dialogue.buttons = ()
    black_out(workspace.home, lambda line: True)


# --- what is left -----------------------------------------------------------------------------------------------------


def left_of(home: Path, given_away: Traces, kept: Iterable[Path] = ()) -> tuple[int, tuple[str, ...]]:
    """How many files of the home were searched, and which of them still have a line of the text, or its name; what is
    under the folders `kept` is meant to stay."""
    wanted = [form for line in (*given_away.lines, *given_away.names) for form in _written(line)]
    searched, found = 0, []
    for path in sorted(home.rglob("*")):
        under = [*path.parents, path]
        if home / "models" in under or path.suffix in NOT_TEXT or not path.is_file() or not set(kept).isdisjoint(under):
            continue
        with suppress(OSError):
            if not (size := path.stat().st_size):
                continue
            searched += 1
            with path.open("rb") as file, mmap.mmap(file.fileno(), size, access=mmap.ACCESS_READ) as content:
                if any(content.find(line) >= 0 for line in wanted):
                    found.append(path.relative_to(home).as_posix())
    return searched, tuple(found)


def _written(line: str) -> set[bytes]:
    """A line as it may stand in a file: as it is, and inside JSON."""
    return {line.encode(), json.dumps(line)[1:-1].encode(), json.dumps(line, ensure_ascii=False)[1:-1].encode()}


def known(workspace: Workspace, dataset: str) -> Manifest:
    """The data set with this id. Raises FileMissing."""
    workspace.one(workspace.datasets, dataset)
    found = next((manifest for manifest in workspace.manifests() if manifest.id == dataset), None)
    if found is None:
        raise FileMissing(name=dataset, known="")
    return found
