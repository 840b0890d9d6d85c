"""What people say and what they mean by it: all that hearing is learnt from, from the files of the course."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import yaml

from skills.contract import Language
from tutor.course.model import SHOWN, Choice, Course, Item, Order
from tutor.course.model import Open as OpenItem
from tutor.nlu.arguments import ACCEPTS, Situation, State
from tutor.nlu.profiles import read_introductions
from tutor.settings import CURRICULUM
from tutor.words import LANGUAGES

UTTERANCES = CURRICULUM / "utterances"
BY_HAND, EDITS = "by_hand.jsonl", "edit_entries"
"""The utterances about single pieces of a text, each with what is to be done to them, and their intent."""
PROFILE = "profile"
INTRODUCED: tuple[State, ...] = ("greeting", "route")
"""Who introduces themselves, and where that is what is asked, or has just been."""
ANSWER = "answer"
"""What a message is that answers the question which is open: a class of its own beside the intents."""
LEARNT = 2
"""Ways of asking of each answer of the bank that are learnt as questions. Without them 31 % of the questions of
tests/eval/dev are taken for one at once, with one of each 74 %, with two 85 %; requests suffer: from 87.8 to 85.9 and
85.4 %, and more on the indirect ones of tests/eval/routing.yaml."""
POINTED = 2
"""Of each answer about what is in sight, ways of asking that are learnt as questions there."""
REPEATED = 3
"""Every third utterance is learnt a second time as said while a question is open: a request is one there, too."""
ANYWHERE: tuple[State, ...] = ("greeting", "text", "running", "trained", "result", "result", "result", "result")
"""Where every third utterance is learnt a third time, in turn, after a result of each skill in turn: what was just
shown makes a request to change it likelier, and leaves all others as likely as they were."""
NOWHERE = Situation()
"""Nothing is open, and nothing was just shown."""


def what_people_say(
    utterances: Mapping[Language, Mapping[str, Sequence[str]]] | None = None,
    course: Course | None = None,
    situated: Sequence[Said] | None = None,
) -> list[Said]:
    """Everything; `utterances`, `situated`: instead of those of the files."""
    utterances = utterances or read_utterances()
    pairs = [(line, intent) for by in utterances.values() for intent, lines in by.items() for line in lines]
    asked = [
        (ask, "question")
        for answer in (course.answers if course else ())
        for language in LANGUAGES
        for ask in answer.asks[language][:LEARNT]
        if not answer.topic.startswith(SHOWN)
    ]
    return [
        *(Said(line, intent, NOWHERE) for line, intent in (*pairs, *asked)),
        *(read_situated() if situated is None else situated),
        *_at_a_question(pairs, course),
        *_anywhere(pairs),
        *_introduced(asked),
        *_pointed(course),
    ]


def read_utterances(folder: Path = UTTERANCES) -> dict[Language, dict[str, tuple[str, ...]]]:
    """language -> intent -> utterances, from `<language>.yaml`, and from `by_hand.jsonl` those of `edit_entries`."""
    texts = {language: yaml.safe_load((folder / f"{language}.yaml").read_text("utf-8")) for language in LANGUAGES}
    found = {
        language: {
            intent: tuple(line for line in block.splitlines() if line.strip()) for intent, block in by_intent.items()
        }
        for language, by_intent in texts.items()
    }
    for language in LANGUAGES if (folder / BY_HAND).exists() else ():
        found[language][EDITS] = tuple(one.text for one in read_edits(folder / BY_HAND) if one.language == language)
    return found


class Edit(NamedTuple):
    """What somebody said to change the pieces of a text by hand, and the action of `edit_entries` that it is."""

    text: str
    action: str
    language: Language


@lru_cache
def read_edits(path: Path = UTTERANCES / BY_HAND) -> tuple[Edit, ...]:
    """One object a line: `text`, `action`, `lang`."""
    lines = (json.loads(line) for line in path.read_text("utf-8").splitlines())
    return tuple(Edit(line["text"], line["action"], line["lang"]) for line in lines)


class Said(NamedTuple):
    """What somebody wrote, with what they meant by it where they were: the name of an intent, or one of the router's
    other outcomes."""

    text: str
    intent: str
    situation: Situation


def read_situated(path: Path = UTTERANCES / "situated.jsonl") -> tuple[Said, ...]:
    """One object a line: `text`, `intent`, `lang` and where it is said: `state`, and `before`, the skill that was used
    last."""
    lines = (json.loads(line) for line in path.read_text("utf-8").splitlines())
    return tuple(
        Said(line["text"], line["intent"], Situation(state=line["state"], before=line.get("before", "")))
        for line in lines
    )


class OwnWords(NamedTuple):
    """An answer to a question of the course, in the words of who gave it, with the options that it means, if any."""

    item: str
    language: Language
    text: str
    options: tuple[str, ...]


@lru_cache
def read_own_words(path: Path = UTTERANCES / "own_words.jsonl") -> tuple[OwnWords, ...]:
    """One object a line: `item`, `text`, `lang` and, where the question has options, the `option` that is meant, or a
    list of several; right ones and wrong ones."""
    lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()] if path.exists() else []
    meant = ((line, line.get("option", [])) for line in lines)
    return tuple(
        OwnWords(line["item"], line["lang"], line["text"], tuple([option] if isinstance(option, str) else option))
        for line, option in meant
    )


@lru_cache
def read_graded(path: Path = CURRICULUM / "grading" / "answers.jsonl") -> tuple[str, ...]:
    """Answers to open questions, right and wrong ones, in the words of many."""
    return tuple(str(json.loads(line)["text"]) for line in path.read_text("utf-8").splitlines())


def _anywhere(pairs: Sequence[tuple[str, str]]) -> Iterator[Said]:
    """What is said in the middle of something and has nothing to do with it."""
    skills = sorted({intent for _, intent in pairs if intent in ACCEPTS and "_" in intent} | {"summarize", "quiz"})
    for place, (line, intent) in enumerate(pairs[1 :: 2 * REPEATED]):
        state = ANYWHERE[place % len(ANYWHERE)]
        before = skills[place % len(skills)] if state == "result" else ""
        if intent != before:
            yield Said(line, intent, Situation(state=state, before=before))


def _pointed(course: Course | None) -> Iterator[Said]:
    """Questions about what a skill has just shown."""
    for answer in course.answers if course else ():
        if not answer.topic.startswith(SHOWN):
            continue
        skill = answer.topic.removeprefix(SHOWN)
        here = Situation(state="running") if skill == "running" else Situation(state="result", before=skill)
        for language in LANGUAGES:
            for ask in answer.asks[language][:POINTED]:
                yield Said(ask, "question", here)


def _introduced(asked: Sequence[tuple[str, str]]) -> Iterator[Said]:
    """How people introduce themselves, and what they ask before they do; what fits no profile is small talk."""
    for place, (text, intent) in enumerate(asked[::REPEATED]):
        yield Said(text, intent, Situation(state=INTRODUCED[place % 2]))
    for place, one in enumerate(read_introductions()):
        state: State = "route" if place % 4 == 0 else "greeting"
        yield Said(one.text, PROFILE if one.profiles else "small_talk", Situation(state=state))


def _at_a_question(pairs: Sequence[tuple[str, str]], course: Course | None) -> Iterator[Said]:
    """What is said while a question is open: answers, which are those that the course's authors expect or expect to be
    wrong, those that were graded and those in people's own words, and requests."""
    if course is None:
        return
    here = Situation(open="open_item", state="item")
    for text in (*read_graded(), *(one.text for one in read_own_words() if one.item in course.items)):
        yield Said(text, ANSWER, here)
    for item in course.items.values():
        for text in _answers_to(item):
            yield Said(text, ANSWER, here)
    for line, intent in pairs[::REPEATED]:
        if intent != "next":
            yield Said(line, intent, here)


def _answers_to(item: Item) -> Iterator[str]:
    for language in LANGUAGES:
        for expectation in item.expectations if isinstance(item, OpenItem) else ():
            yield from (*expectation.accept.get(language, ()), *expectation.reject.get(language, ()))
        for option in item.options if isinstance(item, Choice | Order) else ():
            if option.text:
                yield option.text[language]
