"""Free text -> intent: exact words first, then a classifier, then (where it hesitates) the model's opinion."""

from __future__ import annotations

import math
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from rapidfuzz import fuzz, process

from skills.contract import Language, Score
from skills.texts.normalize import fold_in_place
from tutor.course.model import Course
from tutor.nlu.arguments import Situation, read_arguments
from tutor.nlu.mentions import FILE_NAME, pieces
from tutor.settings import CURRICULUM, PROMPTS
from tutor.turn import Intent
from tutor.words import LANGUAGES, Words

UTTERANCES = CURRICULUM / "utterances"

SURE = 0.6
MARGIN = 0.1
"""Below this probability of the best intent, or this distance to the second, the learner is asked. Chosen by
cross-validation on the utterances (`python -m benchmarks.routing --thresholds`), where every phrasing is new: from 0.34
to 0.6 fifteen more questions in a hundred save seven wrong turns, from there to 0.7 seven more save only two."""
KNOWN = 0.35
"""The share of a message's word features that must have been seen in training; less is refused as not understood."""
INTERRUPTS = 0.9
"""While an answer is awaited, the probability from which a wish for help with it is no answer. An answer taken for a
command loses what the learner wrote, a command taken for an answer is easily said again: with the classifier alone, 86
of the 479 authored answers went astray, since people answer with the very words of the course."""
ASKS = 0.4
"""The same for what has a question mark."""
NEAR = 80
"""Likeness (rapidfuzz's ratio, 0 to 100) to an utterance from which a message is that command, to the letter."""
SHARPNESS = 6.0
"""Turns the classifier's distances into probabilities (softmax): the value with the least cross-entropy in four-fold
cross-validation on the utterances."""
CANDIDATES = 6
"""How many intents the learner is asked about at most: with five, one in a hundred of the held-out English messages has
none that fits since a list of what is the learner's, and names, can be asked for."""
WEIGHED = 5
"""How many intents the model is asked about: five labels take it about half a second on two cores."""
WEIGHT = 2.0
"""What the model's opinion counts for beside the classifier's: the best of 0, 0.5, 1, 2, 3 in benchmarks/routing.py."""

ScoreLabels = Callable[[str, Sequence[str]], Awaitable[list[Score]]]
"""`score(prompt, continuations)`: the log-probability the tutor's model gives to each continuation."""


def words_of(text: str) -> str:
    """The words compared for exact commands: folded, no punctuation, single spaces."""
    return " ".join(re.findall(r"[\w%/.,<>\[\]-]*\w+", fold_in_place(text)))


def read_utterances(folder: Path = UTTERANCES) -> dict[Language, dict[str, tuple[str, ...]]]:
    """language -> intent -> utterances, from `<language>.yaml`."""
    texts = {language: yaml.safe_load((folder / f"{language}.yaml").read_text("utf-8")) for language in LANGUAGES}
    return {
        language: {
            intent: tuple(line for line in block.splitlines() if line.strip()) for intent, block in by_intent.items()
        }
        for language, by_intent in texts.items()
    }


@lru_cache
def read_topics(path: Path = UTTERANCES / "topics.yaml") -> Mapping[str, str]:
    """folded name -> concept id."""
    concepts: dict[str, str] = yaml.safe_load(path.read_text("utf-8"))
    return {fold_in_place(name.strip()): concept for concept, names in concepts.items() for name in names.split(",")}


def disguise(text: str) -> str:
    """What the classifier sees: the request, with the learner's own material, file names and numbers replaced by
    marks, so that «resumí cuentos.txt» and «resumí acta.pdf» are the same request."""
    found = pieces(text)
    frame = FILE_NAME.sub(" xfile ", found.frame)
    frame = re.sub(r"\d+(?:[.,/]\d+)*", " xnum ", frame)
    return frame + (" xmaterial" if found.material else "")


def classifier() -> Any:
    """Words and pairs of words, letters in runs of two to five, and a linear classifier over both.

    One for both languages: in cross-validation on the utterances it is right more often than one for each (65 %
    against 60 %), and a linear SVM as often as logistic regression in a tenth of the time (benchmarks/routing.py).
    """
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.pipeline import FeatureUnion, Pipeline
    from sklearn.svm import LinearSVC

    words = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, token_pattern=r"(?u)\b\w+\b")  # noqa: S106
    letters = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True, min_df=2)
    return Pipeline(
        [("features", FeatureUnion([("words", words), ("letters", letters)])), ("classes", LinearSVC(C=0.5))]
    )


class Router:
    """Built once, from the authored utterances (under three seconds); then a message takes some milliseconds."""

    def __init__(
        self, utterances: Mapping[Language, Mapping[str, Sequence[str]]] | None = None, course: Course | None = None
    ) -> None:
        utterances = utterances or read_utterances()
        pairs = [(line, intent) for by in utterances.values() for intent, lines in by.items() for line in lines]
        self._course = course
        self._free: dict[tuple[Language, str], float] = {}
        self._topics = dict(read_topics())
        for concept in course.concepts.values() if course else ():
            for name in (concept.name.es, concept.name.en):
                self._topics.setdefault(fold_in_place(name), concept.id)
        self._exact = {words_of(line): intent for line, intent in pairs}
        self._commands = {re.sub(r"\d+", "0", words): intent for words, intent in self._exact.items()}
        self._model = classifier()
        self._model.fit([disguise(line) for line, _ in pairs], [intent for _, intent in pairs])
        self._seen = set(self._model.named_steps["features"].transformer_list[0][1].vocabulary_)

    def command(self, text: str) -> str | None:
        """The intent that has these very words among its utterances, whatever the numbers in them, if any has."""
        return self._commands.get(re.sub(r"\d+", "0", words_of(text)))

    def alternatives(self, text: str) -> list[tuple[str, float]]:
        """Every intent with its probability, most probable first."""
        from scipy.special import softmax

        probabilities = softmax(SHARPNESS * self._model.decision_function([disguise(text)])[0])
        return sorted(
            zip(map(str, self._model.classes_), map(float, probabilities), strict=True), key=lambda pair: -pair[1]
        )

    def route(self, text: str, language: Language, situation: Situation) -> Intent:
        """What `text` asks for. Besides the intents that can be said (docs/vocabulary.md): `answer` {text}, the answer
        to what is open; `unsure` {candidates}, two or more intents to ask about, the likeliest first.
        """
        if exact := self._exact.get(words_of(text)):
            return self._intent(exact, text, situation, 1.0)
        ranked = self.alternatives(text)
        if situation.open in ("open_item", "text") and not self._interrupts(text, ranked):
            return Intent(name="answer", args={"text": text.strip()}, confidence=1 - ranked[0][1])
        if self.novelty(text) > 1 - KNOWN:
            return Intent(name="off_topic", confidence=0.0)
        if ranked[0][1] < SURE or ranked[0][1] - ranked[1][1] < MARGIN:
            return Intent(
                name="unsure", args={"candidates": [name for name, _ in ranked[:CANDIDATES]]}, confidence=ranked[0][1]
            )
        return self._intent(ranked[0][0], text, situation, ranked[0][1])

    def _interrupts(self, text: str, ranked: Sequence[tuple[str, float]]) -> bool:
        """True where a message that could be an answer plainly asks for something else."""
        best, probability = ranked[0]
        if best in ("off_topic", "small_talk", "next"):
            return False
        if "?" in text:
            return probability >= ASKS
        if best in ("hint", "explain_again"):
            return probability >= INTERRUPTS
        return process.extractOne(words_of(text), self._exact.keys(), scorer=fuzz.ratio, score_cutoff=NEAR) is not None

    def needs_second_opinion(self, intent: Intent) -> bool:
        """True where the classifier hesitated between intents."""
        return intent.name == "unsure"

    def novelty(self, text: str) -> float:
        """The share of the message's words that no utterance has, from 0 (all known) to 1."""
        words = set(re.findall(r"\w+", disguise(text)))
        return len(words - self._seen) / len(words) if words else 1.0

    def arguments(self, text: str, intent: str, situation: Situation) -> dict[str, Any]:
        """What `text` says under the names that `intent` accepts, see tutor/nlu/arguments.py."""
        return read_arguments(text, intent, situation, self._course, self._topics)

    def _intent(self, name: str, text: str, situation: Situation, confidence: float) -> Intent:
        return Intent(name=name, args=self.arguments(text, name, situation), confidence=confidence)

    async def second_opinion(self, text: str, language: Language, intent: Intent, score: ScoreLabels) -> Intent:
        """The same `unsure` intent, its candidates in the order that the classifier and the model give together.

        The model scores the text of each label after the message: the mean log-probability of a token, less that of
        the same label after an empty message (labels differ in how likely they are by themselves). On the utterances
        where the classifier hesitates it orders better but does not decide well enough to act (benchmarks/README.md):
        so the learner is still asked, with a better list.
        """
        ranked = dict(self.alternatives(text)[:WEIGHED])
        words = Words(language)
        labels = [f" {words(f'intents.{name}.about')}" for name in ranked]
        prompt = (PROMPTS / f"route.{language}.md").read_text("utf-8").rstrip()
        scores = await score(prompt.replace("{text}", text.strip()), labels)
        missing = [label for label in labels if (language, label) not in self._free]
        if missing:
            free = await score(prompt.replace("{text}", "…"), missing)
            self._free.update({(language, label): s.logprob / s.tokens for label, s in zip(missing, free, strict=True)})
        together = {
            name: math.log(ranked[name]) + WEIGHT * (s.logprob / s.tokens - self._free[language, label])
            for name, label, s in zip(ranked, labels, scores, strict=True)
        }
        best = sorted(together, key=lambda name: -together[name])[:CANDIDATES]
        return intent.model_copy(update={"args": intent.args | {"candidates": best}})
