"""How well free text is routed, by the way it takes in the chat: `python -m benchmarks.routing`
(tests/eval/routing.yaml, and tests/eval/*/routing.jsonl with the situation). `--errors` lists the misses
of the dev part, `--thresholds` sweeps them in cross-validation.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

from skills.contract import Language
from tutor.course.files import load_course
from tutor.dialogue.free_text import as_button
from tutor.nlu.arguments import ACCEPTS, Situation, accepted
from tutor.nlu.router import (
    CANDIDATES,
    MARGIN,
    SHARPNESS,
    Router,
    classifier,
    disguise,
    read_utterances,
)
from tutor.settings import CURRICULUM
from tutor.turn import Button, Intent
from tutor.words import LANGUAGES

EVALUATION = Path(__file__).parent.parent / "tests" / "eval" / "routing.yaml"
BUTTONS: dict[Language, tuple[str, ...]] = {
    "es": ("Media hora", "El curso entero", "Ya sé algo: probame"),
    "en": ("Half an hour", "The whole course", "I know a bit: test me"),
}
FILES = ("cuentos.txt", "poemas.csv", "Martín Fierro.docx", "informe 2024.pdf", "letters.txt", "field notes.docx")
"""What the learner of tests/eval/*/routing.jsonl has brought."""
REFUSED = ("off_topic", "small_talk", "unsure")


@dataclass(frozen=True)
class Case:
    text: str
    language: Language
    intents: tuple[str, ...]
    args: dict[str, Any]
    situation: Situation
    buttons: tuple[Button, ...]


@dataclass
class Figures:
    """Counts: `right` at once, `asked` with the right intent among the buttons, `wrong` (asked without it included);
    `exact` of `read` messages, those for an intent that takes arguments, have every one right; `refused` of
    `outside`."""

    right: int = 0
    asked: int = 0
    wrong: int = 0
    exact: int = 0
    read: int = 0
    refused: int = 0
    outside: int = 0

    @property
    def routed(self) -> float:
        return (self.right + self.asked) / (self.right + self.asked + self.wrong)

    def __str__(self) -> str:
        total = self.right + self.asked + self.wrong
        told = f"routed {self.routed:.1%} of {total} (at once {self.right / total:.1%}, asked {self.asked / total:.1%})"
        return (
            told
            if not self.read
            else (
                f"{told}, arguments exact {self.exact / self.read:.1%} of {self.read}, "
                f"outside refused {self.refused / self.outside:.1%} of {self.outside}"
            )
        )


def cases(part: str, language: Language) -> Iterator[Case]:
    data = yaml.safe_load(EVALUATION.read_text("utf-8"))
    for text, intents, *rest in data[part][language]:
        args, open_ = (*rest, *({}, "none")[len(rest) :])
        labels = BUTTONS[language] if open_ == "choice" else ()
        buttons = tuple(Button(label=x, intent=Intent(name="choose", args={"choice": i})) for i, x in enumerate(labels))
        situation = Situation("none" if labels else open_, tuple(data["situation"]["files"]))
        yield Case(
            text, language, tuple(intents) if isinstance(intents, list) else (intents,), args, situation, buttons
        )


def in_situation(part: str, language: Language) -> Iterator[Case]:
    """The messages of tests/eval/<part>/routing.jsonl, with where they are written, but for answers to what is open."""
    for line in (EVALUATION.parent / part / "routing.jsonl").read_text("utf-8").splitlines():
        one = json.loads(line)
        if one["lang"] != language or one["intent"] == "answer":
            continue
        state = one.get("state")
        open_ = {"item": "open_item", "bet": "text"}.get(state, "none")
        before = (one.get("before") or {}).get("skill", "")
        situation = Situation(open_, FILES, state, before)  # type: ignore[arg-type]
        intents = (one["intent"], *one.get("also", ()))
        yield Case(one["text"], language, intents, one.get("args", {}), situation, ())


def outside(part: str, language: Language) -> list[str]:
    found: list[str] = yaml.safe_load(EVALUATION.read_text("utf-8"))["outside"][part][language]
    return found


def expected(case: Case) -> dict[str, Any]:
    """The case's arguments under the names that the skill has today."""
    names = accepted(case.intents[0])
    return {names[n]: v if names[n] == n else [v] for n, v in case.args.items() if n in names}


def taken(router: Router, case: Case) -> Intent:
    """What a message is taken for: as in tutor/dialogue/free_text.py, for an open button before anything else."""
    button = as_button(case.buttons, case.text, numbered=True)
    return button.intent if button else router.route(case.text, case.language, case.situation)


def measure_in_situation(router: Router, part: str, language: Language, errors: bool = False) -> Figures:
    """Like `measure`, without arguments, which these messages have in words that are read with what was done before."""
    figures = Figures()
    for case in in_situation(part, language):
        intent = router.route(case.text, case.language, case.situation)
        asked = intent.name == "unsure" and bool(set(intent.args["candidates"]) & set(case.intents))
        right = intent.name in case.intents
        figures.right, figures.asked = figures.right + right, figures.asked + asked
        figures.wrong += not (right or asked)
        if errors and not right:
            where = f"{case.situation.state or ''} {case.situation.before}".strip()
            print(f"  {case.text!r} ({where}): {case.intents}, not {intent.name} {intent.args.get('candidates', '')}")
    return figures


def measure(router: Router, part: str, language: Language, errors: bool = False) -> Figures:
    figures = Figures()
    for case in cases(part, language):
        intent = taken(router, case)
        asked = intent.name == "unsure" and bool(set(intent.args["candidates"]) & set(case.intents))
        right = intent.args == case.args if intent.name == "choose" else intent.name in case.intents
        figures.right += right
        figures.asked += asked
        figures.wrong += not (right or asked)
        if errors and not (right or asked):
            print(f"  {case.text!r}: {case.intents}, not {intent.name} {intent.args.get('candidates', '')}")
        if case.intents[0] not in ACCEPTS:
            continue
        got = router.arguments(case.text, case.intents[0], case.situation)
        figures.read += 1
        figures.exact += got == expected(case)
        if errors and got != expected(case):
            print(f"  {case.text!r}: {expected(case)}, read {got}")
    for text in outside(part, language):
        figures.outside += 1
        figures.refused += (refused := router.route(text, language, Situation()).name in REFUSED)
        if errors and not refused:
            print(f"  {text!r} was not refused")
    return figures


@dataclass(frozen=True)
class OutOfFold:
    """Each utterance with the distances (utterances x intents) of a classifier that has not seen it: phrasings that
    no other utterance repeats, so the figures are lower than in use."""

    texts: list[str]
    languages: list[Language]
    truth: NDArray[np.int64]
    names: NDArray[np.str_]
    distances: NDArray[np.float64]


def out_of_fold() -> OutOfFold:
    from sklearn.model_selection import StratifiedKFold

    lines = [(t, i, language) for language, by in read_utterances().items() for i, ts in by.items() for t in ts]
    seen = np.array([disguise(text) for text, _, _ in lines], dtype=object)
    intents = np.array([intent for _, intent, _ in lines])
    names = np.unique(intents)
    distances = np.zeros((len(lines), len(names)))
    for train, test in StratifiedKFold(5, shuffle=True, random_state=0).split(seen, intents):
        distances[test] = classifier().fit(seen[train], intents[train]).decision_function(seen[test])
    return OutOfFold(
        [t for t, _, _ in lines], [lang for *_, lang in lines], np.searchsorted(names, intents), names, distances
    )


def thresholds() -> None:
    """What asking costs and saves at each pair of thresholds, and the sharpness that makes true probabilities."""
    from scipy.special import log_softmax, softmax

    found = out_of_fold()
    truth, rows = found.truth, np.arange(len(found.truth))
    print(f"first right {(found.distances.argmax(1) == truth).mean():.1%} of {len(truth)}")
    for sharpness in (4, 5, 6, 7, 8):
        loss = -log_softmax(sharpness * found.distances, 1)[rows, truth].mean()
        print(f"sharpness {sharpness}: cross-entropy {loss:.3f}")
    probabilities = softmax(SHARPNESS * found.distances, 1)
    order = np.argsort(-probabilities, 1)
    first, second = (np.take_along_axis(probabilities, order[:, [k]], 1)[:, 0] for k in (0, 1))
    listed, right = (order[:, :CANDIDATES] == truth[:, None]).any(1), order[:, 0] == truth
    for sure in (0.34, 0.4, 0.5, 0.6, 0.7):
        ask = (first < sure) | (first - second < MARGIN)
        print(
            f"sure {sure}: asked {ask.mean():.1%}, right or listed {((right & ~ask) | (listed & ask)).mean():.1%}, "
            f"wrong unasked {(~right & ~ask).mean():.1%}"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--errors", action="store_true")
    parser.add_argument("--thresholds", action="store_true")
    options = parser.parse_args()
    if options.thresholds:
        thresholds()
        return
    began = time.perf_counter()
    router = Router(course=load_course(CURRICULUM))
    print(f"built in {time.perf_counter() - began:.1f} s")
    for part in ("dev", "heldout"):
        for language in LANGUAGES:
            errors = options.errors and part == "dev"
            print(part, language, measure(router, part, language, errors))
            print(part, language, "in their situation:", measure_in_situation(router, part, language, errors))
    began = time.perf_counter()
    count = 0
    for case in cases("dev", "es"):
        router.route(case.text, "es", case.situation)
        count += 1
    print(f"{(time.perf_counter() - began) / count * 1000:.1f} ms a message")


if __name__ == "__main__":
    main()
