"""What is the learner's, each thing with a name for people: texts, models made of them, tokenizers, saved copies."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any, Literal

from skills.blocks import Frozen
from skills.errors import FileMissing
from skills.export.kept import kept as exported
from skills.model.piece_tokenizer import kept as tokenizers
from skills.model.piece_tokenizer import rename_kept, tokenizers_folder
from skills.training.runs import given, known_runs, rename_run
from skills.workspace import folder_bytes
from tutor.data_card import keep_cards
from tutor.dialogue.about import dataset_and_runs
from tutor.dialogue.context import Dialogue
from tutor.processes.run_status import RunStatus
from tutor.turn import Button

What = Literal["text", "run", "tokenizer", "export"]
Act = Literal["open", "use", "rename", "delete"]


class Thing(Frozen):
    """`kind`: what it is, in words (a run may be a model, or a test of one); `source`: the name of the text that it was
    made of, empty for a text; `at` in seconds since 1970; `current`: the text, or the model, that is in hand."""

    what: What
    id: str
    name: str
    kind: str
    source: str
    at: float
    bytes: int
    current: bool = False
    does: tuple[Act, ...] = ("open", "use", "rename", "delete")


def things(dialogue: Dialogue) -> tuple[Thing, ...]:
    """Everything, the newest of each sort first: texts, then what was made of them."""
    found = (*_texts(dialogue), *_runs(dialogue), *_tokenizers(dialogue), *_exports(dialogue))
    return tuple(found)


def find_thing(dialogue: Dialogue, what: str, id: str) -> Thing:
    """Raises FileMissing."""
    for thing in things(dialogue):
        if (thing.what, thing.id) == (what, id):
            return thing
    raise FileMissing(name=id, known="")


def rename(dialogue: Dialogue, thing: Thing, name: str) -> str:
    """Call it otherwise; the name as it is kept. Raises BadInput, FileMissing."""
    workspace = dialogue.workspace
    if thing.what == "text":
        named = workspace.rename(thing.id, name).name
        keep_cards(workspace, dialogue.words.language)
        return named
    if thing.what == "tokenizer":
        return rename_kept(workspace, thing.id, name)
    return rename_run(workspace, thing.id, name)


def _texts(dialogue: Dialogue) -> list[Thing]:
    workspace = dialogue.workspace
    return [
        Thing(
            what="text",
            id=text.id,
            name=text.name,
            kind=dialogue.words("chat.kind.sample" if text.sample else "chat.kind.text"),
            source="",
            at=text.created,
            bytes=folder_bytes(workspace.datasets / text.id),
            current=text.id == dialogue.memory.dataset,
        )
        for text in reversed(workspace.manifests())
    ]


def _runs(dialogue: Dialogue) -> list[Thing]:
    """Models, whether the jobs know their runs or not, and the tests that were made of them."""
    statuses = {status.run: status for status in dialogue.jobs.list()}
    trained = {known.run: known for known in known_runs(dialogue.workspace)}
    in_hand = model_in_hand(dialogue)
    found = []
    for run in dict.fromkeys([*reversed(statuses), *trained]):
        status, known = statuses.get(run), trained.get(run)
        kind = "model" if known else _test(status)
        at = known.at if known else status.created if status else 0.0
        source = (known.dataset if known else None) or _source(dialogue, run)
        found.append(
            Thing(
                what="run",
                id=run,
                name=_run_name(dialogue, run, known.called if known else dialogue.words(f"chat.kind.{kind}"), at),
                kind=dialogue.words(f"chat.kind.{kind}"),
                source=source,
                at=at,
                bytes=folder_bytes(dialogue.workspace.runs / run),
                current=run == in_hand,
                does=("open", "use", "rename", "delete") if known else ("open", "rename", "delete"),
            )
        )
    return found


def _test(status: RunStatus | None) -> Literal["unfinished", "test"]:
    return "unfinished" if status is None or status.skill == "fine_tune" else "test"


def _run_name(dialogue: Dialogue, run: str, text: str, at: float) -> str:
    """What the learner calls it, else what it speaks under, with its day: «Martín Fierro, 29 de noviembre»."""
    named = given(dialogue.workspace.runs / run)
    return named or dialogue.words("chat.thing.of", text=f"{text[:1].upper()}{text[1:]}", at=at)


def spoken(name: str) -> str:
    """The name of a file as one would say it: «martin_fierro.txt» -> «Martin fierro»."""
    stem = Path(name).stem if Path(name).suffix[1:].isalnum() else name
    plain = " ".join(stem.replace("_", " ").split()) or name
    return plain[:1].upper() + plain[1:]


def _source(dialogue: Dialogue, run: str, depth: int = 3) -> str:
    """The name of the text that a run was made of, or the model that it is about was."""
    dataset, about = dataset_and_runs(dialogue.workspace, run)
    with suppress(FileMissing):
        if dataset:
            return dialogue.workspace.find(dataset).name
    return next((name for other in sorted(about) if depth and (name := _source(dialogue, other, depth - 1))), "")


def _tokenizers(dialogue: Dialogue) -> list[Thing]:
    folder = tokenizers_folder(dialogue.workspace)
    return [
        Thing(
            what="tokenizer",
            id=card.id,
            name=card.name,
            kind=dialogue.words("chat.kind.tokenizer"),
            source=_name_of(dialogue, card.dataset),
            at=card.created,
            bytes=folder_bytes(folder / card.id),
            does=("open", "rename", "delete"),
        )
        for card in reversed(tokenizers(dialogue.workspace))
    ]


def _exports(dialogue: Dialogue) -> list[Thing]:
    found = []
    for card in reversed(exported(dialogue.workspace)):
        source = _source(dialogue, card.run)
        named = given(dialogue.workspace.runs / card.run)
        text = named or (spoken(source) if source else dialogue.words("chat.thing.based", base=card.base))
        found.append(
            Thing(
                what="export",
                id=card.id,
                name=dialogue.words("chat.thing.export", text=text, at=card.created),
                kind=dialogue.words("chat.kind.export"),
                source=source,
                at=card.created,
                bytes=card.bytes,
                does=("open", "delete"),
            )
        )
    return found


def _name_of(dialogue: Dialogue, dataset: str) -> str:
    with suppress(FileMissing):
        return dialogue.workspace.find(dataset).name
    return ""


def made(dialogue: Dialogue, thing: Thing) -> str:
    """Of which text, and when: «de Martín Fierro, el 29 de noviembre»."""
    if thing.source:
        return dialogue.words("chat.thing.made_of", text=spoken(thing.source), at=thing.at)
    return dialogue.words("chat.thing.made", at=thing.at)


def model_in_hand(dialogue: Dialogue) -> str | None:
    """The run whose model is meant when none is named: the one that was chosen, or the newest."""
    runs = [known.run for known in known_runs(dialogue.workspace)]
    return dialogue.memory.model if dialogue.memory.model in runs else runs[0] if runs else None


def button(dialogue: Dialogue, thing: Thing, act: Act, main: bool = False) -> Button:
    """What can be done with a thing, as a button. Names are in the label only where the buttons of several stand
    together."""
    label, intent, args = _doing(thing, act)
    return dialogue.button(f"chat.thing.{label}", intent, main=main, args=args)


def _doing(thing: Thing, act: Act) -> tuple[str, str, dict[str, Any]]:
    named = {"what": thing.what, "id": thing.id}
    match act, thing.what:
        case "use", "text":
            return "use_text", "choose", {"dataset": thing.id}
        case "use", _:
            return "use_model", "use", named
        case "open", "text":
            return "open", "inspect_dataset", {"file": thing.id}
        case "open", "tokenizer":
            return "open", "tokenize_text", {"tokenizers": [thing.name]}
        case "open", "export":
            return "open_folder", "show_folder", {"path": f"workspace/exports/{thing.id}"}
        case "open", _:
            return "open", "open_run", named
        case "rename", _:
            return "rename", "rename", named
    return "delete", "delete", named | {"name": thing.name}
