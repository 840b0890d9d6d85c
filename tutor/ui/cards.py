"""The cards that are no blocks: buttons, lines that open, questions and their verdicts, the course map."""

from __future__ import annotations

from typing import Any

from tutor.turn import Button, CourseMap, Fold, ItemView, MapLesson, Verdict
from tutor.ui.markdown import safe
from tutor.ui.render import Card, block_card
from tutor.words import Words


def choices_card(buttons: tuple[Button, ...], words: Words, numbered: bool) -> Card:
    """The buttons of a message. `chosen` is the index of the one that was used, `open` whether they still work."""
    shown = [{"label": b.label, "intent": b.intent.model_dump(), "main": b.main} for b in buttons]
    labels = {"group": words("ui.choices"), "chosen": words("ui.chosen")}
    return Card("Choices", {"buttons": shown, "chosen": None, "open": True, "numbered": numbered, "words": labels})


def folds_card(folds: tuple[Fold, ...], words: Words) -> Card:
    """The lines of a message that open, each with its cards."""
    lines = [
        {"label": fold.label, "open": False, "cards": [block_card(block, words)._asdict() for block in fold.blocks]}
        for fold in folds
    ]
    return Card("Folds", {"lines": lines, "words": {"title": words("chat.see_also.title")}})


def question_card(item: ItemView, words: Words, hint_elsewhere: bool) -> Card:
    """A question. Its key is not among the props: `verdict` comes when it was graded."""
    keys = ("answer", "up", "down", "hint", "yours", "right", "number", "open", "several", "model", "right_order")
    labels = {key: words(f"ui.question.{key}") for key in keys}
    props = item.model_dump(include={"item", "submission", "format", "stem"}) | {
        "stem": safe(item.stem),
        "options": [
            {"id": id, "text": text, "place": words("ui.question.place", n=n, total=len(item.options))}
            for n, (id, text) in enumerate(item.options, 1)
        ],
        "hint": item.hint and not hint_elsewhere,
        "verdict": None,
        "words": labels,
    }
    return Card("Question", props)


def verdict_props(verdict: Verdict, words: Words) -> dict[str, Any]:
    chosen = list(verdict.chosen) if isinstance(verdict.chosen, tuple) else str(verdict.chosen)
    if isinstance(verdict.chosen, float):
        chosen = words.cell(verdict.chosen)
    return {
        "outcome": verdict.outcome,
        "label": words(f"ui.outcome.{verdict.outcome}"),
        "chosen": chosen,
        "right": list(verdict.right),
        "feedback": safe(verdict.feedback),
        "model": safe(verdict.model),
    }


def map_card(course: CourseMap, words: Words) -> Card:
    return Card(
        words("ui.map.title"),
        course.model_dump()
        | {
            "route": words(route) if (route := f"ui.map.route.{course.route}") in words else "",
            "share": course.done / course.total if course.total else 0,
            "words": {
                "states": {x.id: _standing(x, words) for m in course.modules for x in m.lessons},
                "title": words("ui.map.title"),
                "done": words("ui.map.done", done=course.done, total=course.total),
                "evidence": words("ui.map.evidence"),
                "route": words("ui.map.change_route"),
                "go": {x.id: words("ui.map.go", lesson=x.title) for m in course.modules for x in m.lessons},
                "private": words("ui.map.private"),
                "mine": words("ui.map.mine"),
                "none": words("ui.map.nothing"),
                "on": [
                    [words("ui.map.act", what=b.label, name=thing.name) for b in thing.buttons]
                    for thing in course.things
                ],
            },
        },
    )


def _standing(lesson: MapLesson, words: Words) -> str:
    """How a lesson stands, in words: what its sign on the map means, and the minutes of those that are ahead."""
    gone = words("ui.map.going") if lesson.going else words(f"ui.map.{lesson.state}", n=lesson.pending)
    through = lesson.state in ("walked", "passed", "review")
    parts = [words("ui.map.here")] if lesson.current else []
    parts += [gone] if through or not lesson.current else []
    parts += [] if through else [words("ui.map.minutes", n=lesson.minutes)]
    return " · ".join(parts)
