"""Scripted conversations, played turn by turn against the session; each turn is judged by itself."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from skills.texts.normalize import fold
from tutor.authoring.eval.heard import acts, arguments, asked_between, candidates, fits, found, mentions, saids, told
from tutor.authoring.eval.sets import Figures, same, short
from tutor.authoring.eval.stage import START, Stage
from tutor.dialogue.open_step import standing
from tutor.learner.events import Answered, LessonDone, StepDone
from tutor.turn import Button, Intent, Shown

Turn = dict[str, Any]
NO_SKILL = frozenset({"asked", "refused", "unknown", "pick", "confirm", "answer", "care", "profile"})
"""Acts that are no intents."""


class Played(NamedTuple):
    """A turn: what it was, what went wrong with it, and what it was taken for."""

    conversation: str
    lang: str
    turn: Turn
    faults: tuple[str, ...]
    came: str
    said: str


async def play(stage: Stage, conversation: dict[str, Any]) -> AsyncIterator[Played]:
    """Play a conversation `{id, lang, start, turns}`; docs/quality.md has the format of a turn."""
    start = str(conversation["start"])
    if start not in START:
        raise ValueError(f"{conversation['id']}: no such start: {start}")
    await stage.begin(start)
    for turn in conversation["turns"]:
        before = _open(stage)
        shown, faults = await _do(stage, turn)
        faults += _faults(stage, turn, shown, before)
        came = ", ".join(f"{intent.name} {short(intent.args)}".strip() for intent in stage.session.heard)
        answer = found(stage)
        said = told(stage, shown)
        yield Played(
            conversation["id"], conversation["lang"], turn, tuple(faults),
            f"{came} -> {answer.key}" if answer else came, said,
        )  # fmt: skip


async def _do(stage: Stage, turn: Turn) -> tuple[list[Shown], list[str]]:
    if "click" in turn:
        button = _button(stage, turn["click"])
        if button is None:
            return [], [f"no button {turn['click']!r} among {[one.label for one in stage.dialogue.buttons]}"]
        return await stage.does(intent=button.intent), []
    files = [_file(stage, str(name)) for name in _listed(turn.get("upload"))]
    return await stage.does(text=str(turn.get("say", "")), files=files), []


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _button(stage: Stage, label: str) -> Button | None:
    wanted = fold(label).strip(" .…")
    there = (*stage.dialogue.buttons, *standing(stage.dialogue))  # those of the step are still on the page
    return next((one for one in there if fold(one.label).startswith(wanted)), None)


def _file(stage: Stage, name: str) -> Path:
    """A sample of the course, or what no text can be read of: an image, nothing, a book without text."""
    desk = stage.home / "desk"
    desk.mkdir(exist_ok=True)
    if name.endswith(".jpg"):
        (desk / name).write_bytes(bytes.fromhex("ffd8ffe000104a46494600010100000100010000ffd9"))
    elif name.startswith(("vacio", "empty")):
        (desk / name).write_bytes(b"")
    elif name.endswith(".pdf"):
        _blank_pdf(desk / name)
    else:
        return stage.sample(name)
    return desk / name


def _blank_pdf(path: Path) -> None:
    parts = ["%PDF-1.4\n"]
    objects = ["<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
               "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 300] >>"]  # fmt: skip
    places = []
    for number, body in enumerate(objects, start=1):
        places.append(sum(map(len, parts)))
        parts.append(f"{number} 0 obj\n{body}\nendobj\n")
    table = sum(map(len, parts))
    rows = "".join(f"{place:010d} 00000 n \n" for place in places)
    parts.append(
        f"xref\n0 4\n0000000000 65535 f \n{rows}trailer\n<< /Size 4 /Root 1 0 R >>\nstartxref\n{table}\n%%EOF\n"
    )
    path.write_bytes("".join(parts).encode())


def _open(stage: Stage) -> tuple[Any, ...]:
    """What is open: the place in the course, the question, whom one talks to."""
    memory = stage.dialogue.memory
    asked = memory.open_item
    return memory.lesson, memory.step, asked.submission if asked else None, memory.talk is not None


def _faults(stage: Stage, turn: Turn, shown: Sequence[Shown], before: tuple[Any, ...]) -> list[str]:
    names, heard, said = acts(stage, shown), stage.session.heard, told(stage, shown)
    wanted = set(turn.get("act", ()))
    faults = []
    if wanted and not _did(stage, wanted, names, heard):
        faults.append(f"act: {sorted(wanted)}, not {sorted(names)}")
    elif wanted and "question" in names and turn.get("concept") and not names & (wanted - {"question"}):
        answer = found(stage)
        if answer and not fits(answer, turn["concept"]):
            faults.append(f"concept: {turn['concept']}, not {answer.key}")
    if turn.get("args"):
        read = [arguments(intent) for intent in heard if intent.name in wanted]
        if not any(all(same(args.get(name), value) for name, value in turn["args"].items()) for args in read):
            faults.append(f"args: {turn['args']}, not {read}")
    if turn.get("says") and not mentions(said, turn["says"]):
        faults.append(f"does not say {turn['says']}")
    faults += [f"says {word!r}" for word in turn.get("never", ()) if mentions(said, [[word]])]
    if turn.get("keeps") and not _kept(stage, shown, before):
        faults.append(f"what was open is not: {before}, now {_open(stage)}")
    counted = any(
        isinstance(event, StepDone | LessonDone) or (isinstance(event, Answered) and event.outcome == "correct")
        for event in stage.events
    )
    if "progress" in turn and turn["progress"] != counted:
        faults.append("progress was counted" if counted else "no progress was counted")
    if not (stage.dialogue.buttons or any(one.item for one in saids(shown))):
        faults.append("no way on")
    return faults


def _did(stage: Stage, wanted: set[str], names: set[str], heard: Sequence[Intent]) -> bool:
    """Whether one of the acts was done; a question back is one only with one of them among its buttons."""
    if names & (wanted - {"asked"}):
        return True
    if "asked" not in wanted or "asked" not in names:
        return False
    real = wanted - NO_SKILL
    offered = candidates(heard) or {button.intent.name for button in stage.dialogue.buttons}
    return not real or bool(offered & real) or ("question" in real and bool(asked_between(stage)))


def _kept(stage: Stage, shown: Sequence[Shown], before: tuple[Any, ...]) -> bool:
    """Whether what was open still is, and can be gone on with from what was shown."""
    now = _open(stage)
    return now[:3] == before[:3] or (before[3] and now[3])


def figures(played: Sequence[Played]) -> Figures:
    """`turns` that hold, and conversations in which all do."""
    languages = sorted({one.lang for one in played})
    by = {language: _shares([one for one in played if one.lang == language]) for language in languages}
    return Figures(whole=_shares(played), by_language=by, lines=len(played))


def _shares(played: Sequence[Played]) -> dict[str, float]:
    turns = [not one.faults for one in played]
    conversations: dict[str, list[bool]] = {}
    for one in played:
        conversations.setdefault(one.conversation, []).append(not one.faults)
    whole = [all(held) for held in conversations.values()]
    return {"turns": sum(turns) / len(turns), "whole": sum(whole) / len(whole)}
