"""What a turn did, in the names of the evaluation sets: acts, arguments, answers, and everything that was said."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from skills.texts.normalize import fold
from tutor.authoring.eval.stage import Stage
from tutor.course.model import SHOWN, Answer
from tutor.dialogue.context import Dialogue
from tutor.learner.events import Answered, Wondered
from tutor.nlu.arguments import accepted
from tutor.terminal.render import draw
from tutor.turn import Chosen, Graded, Intent, Said, Shown

SAME = {
    "back_to_lesson": ("back", "next"), "delete": ("delete_data",), "enough": ("stop",), "models": ("my_things",),
    "open_run": ("my_things",), "profile": ("answer",), "quit": ("stop",), "restart": ("back",), "review": ("quiz",),
    "run_discard": ("stop",), "run_pause": ("stop",), "run_stop": ("stop",), "show_folder": ("my_things",),
    "start_lesson": ("go_to",), "talk_again": ("generate_text", "repeat"), "talk_leave": ("back", "stop", "next"),
    "talk_on": ("talk",), "talk_say": ("talk", "answer"), "thing": ("my_things",), "use": ("my_things",),
    "use_model": ("my_things",), "choose": ("answer",), "vote": ("answer",),
}  # fmt: skip
"""What can only be clicked, under the names of what can be said that do the same."""
DELETES = frozenset({"delete_data", "delete"})


def acts(stage: Stage, shown: Sequence[Shown]) -> set[str]:
    """Every name of what was done in the turn: intents and skills; `answer`, `asked`, `refused`, `care`, `pick`,
    `confirm`, `unknown`."""
    heard = stage.session.heard
    names = {name for intent in heard for name in (intent.name, *SAME.get(intent.name, ()))} - {"unsure"}
    if any(isinstance(one, Chosen) for one in shown):
        names.add("pick")
    if any(isinstance(event, Answered) for event in stage.events):
        names.add("answer")
    if names & {"off_topic", "foreign"}:
        names.add("refused")
    if question := wondered(stage):
        names.add("unknown" if question.found is None and not asked_between(stage) else "question")
    if asked_between(stage) or any(intent.name == "unsure" for intent in heard):
        names.add("asked")
    if names & DELETES or any(block.kind == "settings" for said in saids(shown) for block in said.whole):
        names.add("confirm")
    return names


def saids(shown: Iterable[Shown]) -> list[Said]:
    return [one for one in shown if isinstance(one, Said)]


def wondered(stage: Stage) -> Wondered | None:
    """The question that was looked up in the turn."""
    return next((event for event in stage.events if isinstance(event, Wondered)), None)


def found(stage: Stage) -> Answer | None:
    """The answer that was given to it."""
    question = wondered(stage)
    return _answer(stage.dialogue, question.found) if question and question.found else None


def _answer(dialogue: Dialogue, key: str) -> Answer | None:
    bank = dialogue.answers.indexed(dialogue.language)
    return next((one for one in bank.answers if one.key == key), None) if bank else None


def asked_between(stage: Stage) -> tuple[Answer, ...]:
    """The questions that the learner was asked about, where a question was not clear."""
    question = wondered(stage)
    return offered(stage) if question and question.found is None else ()


def offered(stage: Stage) -> tuple[Answer, ...]:
    """The questions of the bank that have a button."""
    keys = [button.intent.args["answer"] for button in stage.dialogue.buttons if button.intent.args.get("answer")]
    return tuple(answer for key in keys if isinstance(key, str) and (answer := _answer(stage.dialogue, key)))


def candidates(heard: Iterable[Intent]) -> set[str]:
    """What the learner was asked about, where a message was not clear."""
    return {name for intent in heard if intent.name == "unsure" for name in intent.args["candidates"]}


def arguments(intent: Intent) -> dict[str, Any]:
    """Those that a message can give, under the names of the vocabulary."""
    names = {field: name for name, field in accepted(intent.name).items()}
    values = {names.get(key, key): value for key, value in intent.args.items() if key != "said"}
    plural = {name for name in values if names.get(f"{name}s") == name}
    return {name: value[0] if name in plural and isinstance(value, list) else value for name, value in values.items()}


def fits(answer: Answer, concepts: Iterable[str]) -> bool:
    """Whether an answer is on one of these; `tutor` and `worry` are several topics. What is said of something that is
    in sight is on whatever topic it is: what it has to say is told apart."""
    if answer.topic.startswith(SHOWN):
        return True
    topics = {answer.topic, *answer.also}
    return bool((topics | {topic.partition("-")[0] for topic in topics}) & set(concepts))


def told(stage: Stage, shown: Sequence[Shown]) -> str:
    """Everything that was said in the turn, but the question that is open and the words on buttons."""
    words = stage.dialogue.words
    parts: list[str] = []
    for one in shown:
        match one:
            case Said():
                parts += [one.text, one.source, *(draw(block, words) for block in one.whole)]
            case Graded():
                parts += [one.verdict.feedback, one.verdict.model]
    return "\n".join(part for part in parts if part)


def mentions(text: str, wanted: Iterable[str | Sequence[str]]) -> bool:
    """Whether the text has one of each list of alternatives, case and accents aside."""
    plain = " ".join(fold(text).split())
    lists = ([one] if isinstance(one, str) else one for one in wanted)
    return all(any(" ".join(fold(word).split()) in plain for word in words) for words in lists)
