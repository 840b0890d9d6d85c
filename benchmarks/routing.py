"""How well free text is routed, by the way it takes in the chat: `python -m benchmarks.routing`
(tests/eval/routing.yaml). `--errors` lists the misses
of the dev part, `--thresholds` sweeps them in cross-validation, `--model FOLDER` asks whether a model's opinion helps.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

from skills.contract import Language
from tutor.dialogue.free_text import as_button
from tutor.nlu.arguments import ACCEPTS, Situation, accepted
from tutor.nlu.router import (
    CANDIDATES,
    MARGIN,
    PROMPTS,
    SHARPNESS,
    SURE,
    WEIGHED,
    Router,
    classifier,
    disguise,
    read_utterances,
)
from tutor.turn import Button, Intent
from tutor.words import LANGUAGES, Words

EVALUATION = Path(__file__).parent.parent / "tests" / "eval" / "routing.yaml"
BUTTONS: dict[Language, tuple[str, ...]] = {
    "es": ("Media hora", "El curso entero", "Ya sé algo: probame"),
    "en": ("Half an hour", "The whole course", "I know a bit: test me"),
}
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
        return (
            f"routed {self.routed:.1%} of {total} (at once {self.right / total:.1%}, asked {self.asked / total:.1%}), "
            f"arguments exact {self.exact / self.read:.1%} of {self.read}, "
            f"outside refused {self.refused / self.outside:.1%} of {self.outside}"
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


def opinion(model: Path, sample: int) -> None:
    """Where the classifier hesitates, is the model's order better? `model` holds `model.gguf` and `transformers`."""
    from scipy.special import softmax

    from skills.contract import Profile
    from tutor.lm.hardware import physical_cores
    from tutor.lm.llama_cpp import LlamaCpp
    from tutor.lm.llama_server import LlamaServer
    from tutor.lm.text import Texts

    none = {"parameters": 0, "disk_bytes": 0, "memory_bytes": 0, "context": 4096, "licence": "", "digest": ""}
    profile = Profile.model_validate({"name": model.name, "writes": ("es", "en"), **none})
    engine = LlamaCpp(LlamaServer(model / "model.gguf", physical_cores()), Texts(model / "transformers"), profile)
    found = out_of_fold()
    probabilities = softmax(SHARPNESS * found.distances, 1)
    doubtful = np.flatnonzero(probabilities.max(1) < SURE)
    weights, right, began = (0.0, 0.5, 1.0, 2.0, 3.0), Counter[float](), time.perf_counter()
    for row in np.random.default_rng(1).choice(doubtful, min(sample, len(doubtful)), replace=False):
        words, language = Words(found.languages[row]), found.languages[row]
        best = np.argsort(-probabilities[row])[:WEIGHED]
        labels = [f" {words(f'intents.{found.names[k]}.about')}" for k in best]
        prompt = (PROMPTS / f"route.{language}.md").read_text("utf-8").rstrip()
        said, free = (engine.score(prompt.replace("{text}", t), labels) for t in (found.texts[row], "…"))
        gain = np.array([(s.logprob - f.logprob) / s.tokens for s, f in zip(said, free, strict=True)])
        for weight in weights:
            right[weight] += best[np.argmax(np.log(probabilities[row][best]) + weight * gain)] == found.truth[row]
    print(f"{(time.perf_counter() - began) / sample:.1f} s each (prior included)")
    for weight in weights:
        print(f"weight {weight}: first right {right[weight] / sample:.1%} of {sample} doubtful")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--errors", action="store_true")
    parser.add_argument("--thresholds", action="store_true")
    parser.add_argument("--model", type=Path)
    parser.add_argument("--sample", type=int, default=160)
    options = parser.parse_args()
    if options.model:
        opinion(options.model, options.sample)
        return
    if options.thresholds:
        thresholds()
        return
    began = time.perf_counter()
    router = Router()
    print(f"built in {time.perf_counter() - began:.1f} s")
    for part in ("dev", "heldout"):
        for language in LANGUAGES:
            print(part, language, measure(router, part, language, options.errors and part == "dev"))
    began = time.perf_counter()
    count = 0
    for case in cases("dev", "es"):
        router.route(case.text, "es", case.situation)
        count += 1
    print(f"{(time.perf_counter() - began) / count * 1000:.1f} ms a message")


if __name__ == "__main__":
    main()
