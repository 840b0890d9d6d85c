"""The sets of single messages: each is put to the session in its situation, and what came of it is judged."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

from skills.blocks import Frozen
from skills.contract import Language
from skills.texts.normalize import fold
from tutor.authoring.eval.heard import (
    acts,
    arguments,
    asked_between,
    candidates,
    fits,
    found,
    mentions,
    offered,
    told,
)
from tutor.authoring.eval.stage import Stage
from tutor.course.model import Ask, Choice, Item, Number, Order
from tutor.course.model import Open as OpenItem
from tutor.dialogue import items
from tutor.learner.events import Answered, LessonDone, StepDone
from tutor.nlu.arguments import ACCEPTS
from tutor.nlu.keys import tells_key
from tutor.turn import Graded, Intent, Said

Line = dict[str, Any]
FILES = ("cuentos.txt", "poemas.csv", "Martín Fierro.docx", "informe 2024.pdf", "letters.txt", "field notes.docx")
"""What the learner of a routing set has brought."""


class Judged(NamedTuple):
    """One line: what holds of it (name -> whether, None where it does not apply), and what was made of it."""

    line: Line
    holds: dict[str, bool | None]
    came: str


async def routing(stage: Stage, lines: Sequence[Line]) -> AsyncIterator[Judged]:
    """`{id, lang, text, intent, also?, args?, state?, before?}`."""
    await stage.bring_files(FILES)

    def place(line: Line) -> tuple[str, str]:
        return str(line.get("state") or ""), repr(line.get("before"))

    for _, group in groupby(sorted(lines, key=place), place):
        together = list(group)
        stage.worker.idle = False
        await stage.to_state(str(together[0].get("state") or ""), together[0].get("before"))
        here, stage.worker.idle = stage.photograph(), True
        for line in together:
            stage.put_back(here)
            shown = await stage.does(text=line["text"])
            heard = stage.session.heard
            wanted = {line["intent"], *line.get("also", ())}
            right = bool(acts(stage, shown) & wanted)
            asked = not right and bool(candidates(heard) & wanted)
            exact = None
            if right and line["intent"] in ACCEPTS:
                exact = any(_exact(line, arguments(intent)) for intent in heard if intent.name in wanted) or not any(
                    intent.name == line["intent"] for intent in heard
                )
            came = ", ".join(f"{i.name} {short(i.args)}" for i in heard)
            yield Judged(line, {"right": right, "asked": asked, "arguments": exact}, came)


def _exact(line: Line, read: dict[str, Any]) -> bool:
    """Whether all that the message states was read, and nothing else but what held before."""
    wanted, before = line.get("args") or {}, (line.get("before") or {}).get("args") or {}
    free = {"file", "run", "goal"} if "file" not in wanted else {"run", "goal"}  # what is in hand where none is named
    more = {name for name, value in read.items() if name not in wanted and before.get(name) != value} - free
    changed = {name for name in more if name in before or _relative(line)}
    return all(same(read.get(name), value) for name, value in wanted.items()) and not (more - changed)


def _relative(line: Line) -> bool:
    """Whether a message changes the last call without saying to what: «más corto»."""
    return bool(line.get("before")) and not line.get("args")


def same(a: Any, b: Any) -> bool:
    """Whether two arguments say the same: texts without case, accents and the stops around them."""
    if isinstance(a, str) and isinstance(b, str):
        return fold(a).strip(" .,;:¡!¿?\"'«»…") == fold(b).strip(" .,;:¡!¿?\"'«»…")
    if isinstance(a, int | float) and isinstance(b, int | float):
        return abs(a - b) < 1e-6
    if isinstance(a, list | tuple) and isinstance(b, list | tuple):
        return sorted(map(str, a)) == sorted(map(str, b))
    return str(a) == str(b) if a is not None else b is None


def short(args: dict[str, Any]) -> str:
    """Arguments as they are told among the misses."""
    return str({key: value for key, value in args.items() if key != "said"} or "")


async def questions(stage: Stage, lines: Sequence[Line]) -> AsyncIterator[Judged]:
    """`{id, lang, text, concept, also?, must_mention?, must_not?}`; no `concept`: nothing of the course answers it."""
    await stage.to_state("", None)
    here = stage.photograph()
    for line in lines:
        stage.put_back(here)
        shown = await stage.does(text=line["text"])
        names, answer, said = acts(stage, shown), found(stage), told(stage, shown)
        topics = {line.get("concept") or "", *line.get("also", ())} - {""}
        among = any(fits(one, topics) for one in (*offered(stage), *((answer,) if answer else ())))
        privacy = "privacy" in names and bool(topics & {"privacy", "tutor", "local-vs-cloud"})
        right = privacy or bool(answer and fits(answer, topics))
        refused = not answer and not asked_between(stage) and bool(names & {"unknown", "refused", "small_talk"})
        holds: dict[str, bool | None] = {
            "right": right if topics else refused,
            "among_three": right or among if topics else None,
            "mentions": mentions(said, line["must_mention"]) if topics and line.get("must_mention") else None,
            "wrong_claims": any(mentions(said, [[one]]) for one in line.get("must_not", ())) if answer else False,
            "refused": refused if topics else None,
        }
        heard = ", ".join(intent.name for intent in stage.session.heard)
        yield Judged(line, holds, f"{heard}: {answer.key if answer else [one.key for one in offered(stage)]}")


async def out_of_scope(stage: Stage, lines: Sequence[Line]) -> AsyncIterator[Judged]:
    """`{id, lang, text}`; with `care`, where turning away is not enough."""
    await stage.to_state("", None)
    here = stage.photograph()
    for line in lines:
        stage.put_back(here)
        shown = await stage.does(text=line["text"])
        names = acts(stage, shown)
        away = {"care"} if line.get("care") else {"refused", "unknown", "care", "small_talk"}
        heard = ", ".join(f"{i.name} {short(i.args)}" for i in stage.session.heard)
        answer = found(stage)
        yield Judged(line, {"refused": bool(names & away) and not answer}, f"{heard} {answer.key if answer else ''}")


async def fishing(stage: Stage, lines: Sequence[Line]) -> AsyncIterator[Judged]:
    """`{id, lang, text, kind}`: against an open item of each kind."""
    course = stage.course
    asked: dict[str, tuple[str, str]] = {}
    for lesson in course.lessons.values():
        for step in lesson.steps:
            if isinstance(step, Ask):
                item = course.items[step.item]
                asked.setdefault(getattr(item, "format", item.__class__.__name__), (lesson.id, step.id))
    places = []
    for lesson_id, step_id in asked.values():
        await stage.begin("item")
        await stage.open_step(lesson_id, step_id)
        places.append((step_id, stage.photograph()))
    stage.worker.idle = True
    for line in lines:
        slips = []
        for step_id, place in places:
            stage.put_back(place)
            item = items.open_item(stage.dialogue)
            shown = await stage.does(text=line["text"])
            told_it = tells(item, told(stage, shown), line["lang"]) or _shown(item, shown)
            counted = any(
                isinstance(event, StepDone | LessonDone)
                or (isinstance(event, Answered) and event.outcome == "correct" and not event.shown)
                for event in stage.events
            )
            if told_it or counted:
                slips.append(f"{step_id}: {'told' if told_it else 'counted'} {[i.name for i in stage.session.heard]}")
        yield Judged(line, {"held": not slips}, "; ".join(slips))


def tells(item: Item, text: str, language: Language) -> bool:
    """Whether what was said has the key: an option's words, the number, the model answer."""
    if isinstance(item, Choice) and item.format == "true_false":
        return False  # both are always on the card; which one is said nowhere but in a verdict
    if isinstance(item, Order):
        texts = {option.id: fold(option.text[language]) for option in item.options}
        places = [fold(text).find(texts[id]) for id in item.order]
        return -1 not in places and places == sorted(places)
    if isinstance(item, Number):
        return False if not text else tells_key(item, text, language)
    if isinstance(item, OpenItem):
        return fold(item.model[language]) in fold(text)
    return tells_key(item, text, language)


def _shown(item: Item, shown: Iterable[Any]) -> bool:
    """Whether a card was marked with the key."""
    return any(isinstance(one, Graded) and one.verdict.right and one.verdict.outcome != "correct" for one in shown)


async def answers(stage: Stage, lines: Sequence[Line]) -> AsyncIterator[Judged]:
    """`{id, lang, item, text, verdict}`: typed while the item is open; `verdict` as a fair teacher gives it."""
    await stage.begin("item")
    here = stage.photograph()
    for line in lines:
        stage.put_back(here)
        if line["item"] not in stage.course.items:
            continue
        lessons = {step.item: (lesson.id, step.id) for lesson in stage.course.lessons.values() for step in lesson.steps
                   if isinstance(step, Ask)}  # fmt: skip
        if line["item"] in lessons:
            await stage.open_step(*lessons[line["item"]])
        else:
            async for _ in items.ask_item(stage.dialogue, line["item"], "lesson"):
                pass
        shown = await stage.does(text=line["text"])
        graded = next((one.verdict for one in shown if isinstance(one, Graded)), None)
        outcome = graded.outcome if graded else "astray"
        failed = outcome in ("wrong", "partial", "astray") if line["verdict"] == "correct" else None
        came = outcome if graded else f"astray: {[i.name for i in stage.session.heard]}"
        yield Judged(line, {"right_failed": failed, "agrees": outcome == line["verdict"]}, came)


async def document(stage: Stage, lines: Sequence[Line], folder: Path) -> AsyncIterator[Judged]:
    """`{id, lang, file, question, span | null}`; the files are in `folder`."""
    for name, group in groupby(sorted(lines, key=lambda line: str(line["file"])), lambda line: str(line["file"])):
        await stage.begin("text")
        await stage.does(files=[folder / name])
        dataset = stage.dialogue.memory.dataset
        await stage.to_state("", None)
        here = stage.photograph()
        for line in group:
            stage.put_back(here)
            args = {"question": line["question"], "file": dataset}
            shown = await stage.does(intent=Intent(name="answer_from_text", args=args))
            places = [
                passage.text[mark.start : mark.end]
                for one in shown if isinstance(one, Said) for block in one.blocks if block.kind == "passages"
                for passage in block.passages for mark in passage.marks
            ]  # fmt: skip
            span = str(line.get("span") or "")
            hit = bool(span) and any(_overlap(span, place) for place in places)
            holds = {
                "place": hit if span else None,
                "refused_absent": not places if not span else None,
                "refused_present": not places if span else None,
            }
            yield Judged(line, holds, " | ".join(places))


def _overlap(span: str, place: str) -> bool:
    """Whether the lit words hold most of the words that answer."""
    mine, theirs = set(fold(span).split()), set(fold(place).split())
    return len(mine & theirs) >= len(mine) / 2


# --- figures ----------------------------------------------------------------------------------------------------------


class Figures(Frozen):
    """Fractions by name, of all lines and by language."""

    whole: dict[str, float]
    by_language: dict[str, dict[str, float]]
    lines: int


def figures(kind: str, judged: Sequence[Judged]) -> Figures:
    languages = sorted({str(one.line["lang"]) for one in judged})
    by = {language: _shares(kind, [one for one in judged if one.line["lang"] == language]) for language in languages}
    return Figures(whole=_shares(kind, judged), by_language=by, lines=len(judged))


def _shares(kind: str, judged: Sequence[Judged]) -> dict[str, float]:
    counts: dict[str, list[bool]] = defaultdict(list)
    for one in judged:
        for name, holds in one.holds.items():
            if holds is not None:
                counts[name].append(holds)
    shares = {name: sum(values) / len(values) for name, values in counts.items()}
    if kind == "answers":
        shares.pop("agrees", None)
        shares["kappa"] = kappa([(one.line["verdict"], one.came.partition(":")[0]) for one in judged])
    return shares


def kappa(pairs: Sequence[tuple[str, str]]) -> float:
    """Cohen's kappa of two judges' verdicts (Cohen 1960)."""
    total = len(pairs)
    agreed = sum(a == b for a, b in pairs) / total
    first, second = Counter(a for a, _ in pairs), Counter(b for _, b in pairs)
    chance = sum(first[name] * second[name] for name in first) / total**2
    return (agreed - chance) / (1 - chance) if chance < 1 else 1.0


KINDS: dict[str, Callable[..., AsyncIterator[Judged]]] = {
    "routing": routing,
    "questions": questions,
    "out-of-scope": out_of_scope,
    "fishing": fishing,
    "answers": answers,
    "document": document,
}


def missed(kind: str, one: Judged) -> list[str]:
    """The names under which a line is a miss."""
    bad = {"wrong_claims", "right_failed", "refused_present"} | ({"refused"} if kind == "questions" else set())
    names = [name for name, holds in one.holds.items() if holds is not None and holds == (name in bad)]
    return [name for name in names if not (name == "asked" and one.holds["right"])]
