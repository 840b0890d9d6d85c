"""docs/vocabulary.md against the code and the course: every name that is used is there, and what is there is used."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import yaml

import skills
from tutor.dialogue.intents import BARE, HANDLERS
from tutor.nlu import arguments
from tutor.nlu.arguments import ACCEPTS, accepted
from tutor.nlu.router import read_topics
from tutor.nlu.utterances import read_utterances

ROOT = Path(__file__).parent.parent
NAME = re.compile(r"`([a-z][a-z0-9_-]*)`")
IN_THE_CONVERSATION = {"quiz"}
"""Skills that a handler of their own begins, since what they ask is asked by the tutor."""


def parts() -> dict[str, str]:
    """Heading -> what stands under it; `X / Not yet` for a `### Not yet` under `## X`."""
    found, above = {}, ""
    for level, heading, text in re.findall(
        r"^(##+) (.+)\n((?:(?!##).*\n)*)", (ROOT / "docs" / "vocabulary.md").read_text("utf-8"), re.M
    ):
        above = above if level == "###" else heading
        found[f"{above} / {heading}" if level == "###" else heading] = text
    return found


def rows(part: str) -> dict[str, str]:
    """First column -> second column of the table of a part."""
    lines = (line.strip("| ").split(" | ", 1) for line in parts()[part].splitlines() if line.startswith("| "))
    return {first.strip("`"): rest[0] for first, *rest in lines if first.startswith("`")}


def listed(part: str) -> set[str]:
    return set(NAME.findall(parts()[part]))


def test_the_page_is_read() -> None:
    assert parts().keys() == {
        *("What can be said", "What only a click says", "Skills", "Skills / Not yet"),
        *("Arguments", "Arguments / Not yet", "Concepts", "Concepts / Not yet"),
    }


def test_skills() -> None:
    there, coming = rows("Skills").keys(), rows("Skills / Not yet").keys()
    assert there == set(skills.NAMES)
    assert not coming & set(skills.NAMES), "no longer to come"


def test_what_can_be_said() -> None:
    said, coming = rows("What can be said").keys(), rows("Skills / Not yet").keys()
    for by_intent in read_utterances().values():
        assert by_intent.keys() - skills.NAMES - coming == said
    assert said <= BARE.keys() | HANDLERS.keys(), "said, and nothing is done about it"


def test_what_only_a_click_says() -> None:
    handled = BARE.keys() | HANDLERS.keys()
    assert listed("What only a click says") == handled - rows("What can be said").keys() - set(skills.NAMES)
    assert handled & set(skills.NAMES) == IN_THE_CONVERSATION


def test_every_argument_that_is_read_is_there_and_goes_somewhere() -> None:
    known = rows("Arguments").keys()
    for intent, names in ACCEPTS.items():
        assert set(names) <= known, intent
        if intent in skills.NAMES:
            assert accepted(intent).keys() == set(names), f"{intent} has no such input"
        else:
            assert intent in HANDLERS, f"nothing is done with the arguments of {intent}"


def test_every_argument_is_read_or_shared() -> None:
    fields = Counter(name for skill in skills.NAMES for name in skills.skill(skill).Inputs.model_fields)
    read = {name for names in ACCEPTS.values() for name in names}
    shared = {name for name, times in fields.items() if times > 1}
    assert rows("Arguments").keys() == read | shared
    assert not listed("Arguments / Not yet") & (read | set(fields)), "no longer to come"


def test_the_values_of_an_argument() -> None:
    read = {name: set(values) for name, values in arguments.WORDED.items()}
    read |= {"by": set(arguments.BY), "formats": set(arguments.FORMATS), "language": {"es", "en"}}
    told = {name: set(NAME.findall(meaning)) for name, meaning in rows("Arguments").items()}
    for name, values in read.items():
        assert told[name] - set(skills.NAMES) == values, name


def test_concepts() -> None:
    course = {each["id"] for each in yaml.safe_load((ROOT / "curriculum" / "concepts.yaml").read_text("utf-8"))}
    assert listed("Concepts") == course
    assert set(read_topics().values()) == course, "every concept can be named, and nothing else"
    assert not listed("Concepts / Not yet") & course, "no longer to come"
