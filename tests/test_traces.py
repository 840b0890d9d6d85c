"""What quotes a text that is deleted goes, and nothing else that the learner said: sentences in both languages."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml

from skills.texts.capitals import Common, words_of
from skills.texts.traces import Traces, traces
from tutor.dialogue.forgetting import programs_own

pytestmark = pytest.mark.slow
CASES: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "eval" / "quotations.yaml").read_text("utf-8"))


@pytest.fixture(scope="module")
def given_away() -> dict[str, Traces]:
    """Of each text, as against all that the program says itself."""
    return {id: traces([text["text"]], programs_own(), {text["name"]}) for id, text in CASES["texts"].items()}


def _wrong(given_away: dict[str, Traces], quotes: bool) -> list[Any]:
    of_it = [case for case in CASES["messages"] if case["quotes"] is quotes]
    assert len(of_it) > 30
    return [c["said"] for c in of_it if given_away[c["text"]].in_value(c["said"]) is (quotes is bool(c.get("missed")))]


def test_what_does_not_quote_stays(given_away: dict[str, Traces]) -> None:
    assert _wrong(given_away, quotes=False) == []


def test_what_quotes_goes(given_away: dict[str, Traces]) -> None:
    """Those that are known to be `missed` are: one that is not any more is to be told so in the file."""
    assert _wrong(given_away, quotes=True) == []


def test_half_of_the_cases_are_made_to_be_mistaken() -> None:
    cases = CASES["messages"]
    assert sum("hard" in case for case in cases) >= len(cases) / 2
    assert sum("missed" in case for case in cases) <= 2


def test_what_is_searched_for_in_files_is_what_goes_from_the_conversation(given_away: dict[str, Traces]) -> None:
    """A line that may stay where it was said is not told to be left somewhere."""
    for found in given_away.values():
        assert found.lines
        assert all(found.in_text(f"le dije: {line}.") for line in found.lines)


def test_the_name_of_a_text_is_told_from_the_word_that_it_is() -> None:
    found = traces(["la escarcha del membrillo zurcido"], [], {"Otoño"})
    assert found.in_text("En `Otoño` no encontré nada que limpiar.")
    assert found.in_text("Otoño · 29 nov")
    assert found.in_text("Otoño")
    assert not found.in_text("Otoño es la estación que más me gusta.")


def test_words_of_a_long_text_that_meet_by_chance_are_no_quotation() -> None:
    words = sorted(_common_words())
    text = "\n".join(f"hay {first} y dicen que nunca jamás volvió aquel {second}" for first, second in pairwise(words))
    found = traces([text], [], ())
    assert len(found.common) > 150
    assert not found.in_text(f"el {words[0]}, que era mío, y mi {words[90]}; {words[150]}")
    assert found.in_text(f"mi {words[0]} y aquel {words[1]}")


def _common_words() -> set[str]:
    own = {word.text for text in programs_own() for word in words_of(text) if len(word.text) > 4}
    common = Common()
    return {word for word in sorted(own)[::25] if word in common}


def test_capitals_that_no_place_asks_for() -> None:
    said = words_of("Dijo el Dr. Paz: «Venga». Y Rosa,Flores no vino.\n  Llegó Ana")
    assert [word.text for word in said if word.raised] == ["dr", "paz", "rosa", "ana"]
