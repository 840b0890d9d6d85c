"""Free text -> intent: exact words first, then a classifier; where it hesitates, what it hesitates between."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from rapidfuzz import fuzz, process

from skills.contract import Language
from skills.texts.normalize import fold_in_place
from tutor.course.model import Course
from tutor.nlu.arguments import Situation, read_arguments
from tutor.nlu.by_hand import Actions, read_edit
from tutor.nlu.ears import Ears
from tutor.nlu.features import classifier, disguise, in_words, placed
from tutor.nlu.languages import foreign
from tutor.nlu.mentions import pieces
from tutor.nlu.utterances import (
    ANSWER,
    EDITS,
    INTRODUCED,
    NOWHERE,
    PROFILE,
    UTTERANCES,
    Said,
    read_utterances,
    what_people_say,
)
from tutor.turn import Intent

SURE = 0.5
MARGIN = 0.1
"""Below this probability of the best intent, or this distance to the second, the learner is asked: what is heard can be
undone, and a question back costs a turn. On tests/eval/dev, from 0.6 to 0.5 two requests more in a hundred are heard
right, two more wrong, and four fewer asked about; from there to 0.4 it is one, one and two."""
HARMLESS = 0.35
"""The same of small talk, which is answered in a line."""
KNOWN = 0.35
"""The share of a message's word features that must have been seen in training; less is refused as not understood."""
CARE, CARE_SURE = "care", 0.5
"""Somebody is in distress or danger, and the probability from which that is taken for so. Of 1,352 other messages of
tests/eval/dev two reach it («llamá a mi hija por favor» is one), of its fifteen of that kind all but four, which are
said after or are told of others."""
DESPAIR = re.compile(
    r"\bno quiero (?:seguir )?(?:viviendo|vivir|existir)|\b(?:quitarme la vida|suicidarme|hacerme dano|cortarme "
    r"las venas)\b"
    r"|\bquiero (?:morir(?:me)?|desaparecer)\b|\b(?:kill(?:ing)?|hurt(?:ing)?|cutting) myself\b|\b(?:end|take) my "
    r"(?:own )?life\b"
    r"|\bno le (?:veo|encuentro) (?:el |ningun )?sentido a (?:seguir|vivir|la vida)\b"
    r"|\b(?:can'?t|cannot|don'?t|do not) see (?:the|any|much) (?:point|reason) (?:in|of|to) "
    r"(?:going on|go on|liv|carry)"
    r"|\b(?:don'?t|do not|dont) want to (?:live|be alive|exist|go on living)\b|\bi(?: want to| wanna|'d rather) "
    r"die\b|\bsuicidal\b"
)
"""What is distress whatever a classifier says; what is quoted is a text."""
INTERRUPTS, INTERRUPTS_ASKING = 0.75, 0.6
"""While a question is open, the probability from which a request is one and no answer to it, and the same of what has a
question mark. Of 160 answers by another hand than the course's (tests/eval/dev/answers.jsonl) one goes astray then,
which is none of the right ones, and of 145 requests 77 % are heard."""
WISHES = 0.9
"""While a bet or a text is awaited, the probability from which a wish for help with it is none."""
ASKS = 0.4
"""The same, of both, for what has a question mark."""
PLAINLY = 0.95
"""The probability of what a message is, where it is said, from which it is no distress, whatever it is elsewhere."""
OBEYED = 0.6
"""While somebody talks to their model, the probability from which what they say is meant for the tutor."""
NO_GUESS = 0.55
"""While a bet is awaited, the probability from which a message is none."""
TO_ANYBODY = frozenset({"next", "small_talk", "repeat", "generate_text", "off_topic", "hint", "help"})
"""What is said in words that a model can be told as well: «go on», «hello»."""
HARDLY_A_GUESS, A_GUESS = 0.2, 3
"""The probability of a guess below which a longer message than so many words is none, whatever else it may be."""
TALKS = 0.95
"""While the beginning of a text is awaited, the probability from which what is said is small talk."""
ELSEWHERE = frozenset({"go_to", "back", "stop", "route", "progress", "privacy", "my_things", "no_questions"})
"""Where somebody wants to go instead of giving the beginning of a text, if what they mean is heard;"""
SURELY = 0.97
"""the probability from which they do: «I want to go back to the house where» has 0.92."""
NEAR = 80
"""Likeness (rapidfuzz's ratio, 0 to 100) to an utterance from which a message is that command, to the letter."""
SHARPNESS = 6.0
"""Turns the classifier's distances into probabilities (softmax): the value with the least cross-entropy in four-fold
cross-validation on the utterances."""
LISTENS, UNHEARD, CALM = 1.0, -12.0, 0.7
"""The weight of the ears' log-probabilities beside the words', what stands for an intent that they do not know, and
what makes of both together a probability that is kept (tests/eval/dev)."""
CANDIDATES = 3
"""How many intents the learner is asked about at most: more buttons than that are a menu, and no question."""


def _awaited(situation: Situation) -> bool:
    """Whether a message may be the answer to what is open: to a question, a bet, or said to one's model."""
    return situation.open in ("open_item", "talk") or (situation.open == "text" and situation.state == "bet")


def words_of(text: str) -> str:
    """The words compared for exact commands: folded, no punctuation, single spaces."""
    return " ".join(re.findall(r"[\w%/.,<>\[\]-]*\w+", fold_in_place(text)))


@lru_cache
def read_topics(path: Path = UTTERANCES / "topics.yaml") -> Mapping[str, str]:
    """folded name -> concept id."""
    concepts: dict[str, str] = yaml.safe_load(path.read_text("utf-8"))
    return {fold_in_place(name.strip()): concept for concept, names in concepts.items() for name in names.split(",")}


class Router:
    """Built once, from the authored utterances (under three seconds); then a message takes some milliseconds."""

    def __init__(
        self,
        utterances: Mapping[Language, Mapping[str, Sequence[str]]] | None = None,
        course: Course | None = None,
        situated: Sequence[Said] | None = None,
    ) -> None:
        utterances = utterances or read_utterances()
        self._course = course
        self._topics = dict(read_topics())
        for concept in course.concepts.values() if course else ():
            for name in (concept.name.es, concept.name.en):
                self._topics.setdefault(fold_in_place(name), concept.id)
        self._exact = {
            words_of(line): intent for by in utterances.values() for intent, lines in by.items() for line in lines
        }
        self._commands = {re.sub(r"\d+", "0", words): intent for words, intent in self._exact.items()}
        learnt = what_people_say(utterances, course, situated)
        lines = [placed(one.text, one.situation) for one in learnt]
        self._model = classifier()
        self._model.fit(lines, [one.intent for one in learnt])
        classes = self._model.named_steps["classes"]
        classes.coef_ = classes.coef_.astype("float32")  # half the size, kept on the disk and in memory
        self._seen = set(self._model.named_steps["features"].transformer_list[0][1].vocabulary_)
        self._actions = Actions()
        self.ears: Ears | None = None
        """The sentence encoder that listens too, where there is one."""

    def __getstate__(self) -> dict[str, Any]:
        """What is kept of it: the ears come from elsewhere."""
        return self.__dict__ | {"ears": None}

    def command(self, text: str) -> str | None:
        """The intent that has these very words among its utterances, whatever the numbers in them, if any has."""
        return self._commands.get(re.sub(r"\d+", "0", words_of(text)))

    def alternatives(self, text: str, situation: Situation = NOWHERE) -> list[tuple[str, float]]:
        """Every intent with its probability, most probable first; `answer` among them where a question is open."""
        import numpy as np
        from scipy.special import log_softmax, softmax

        distances = SHARPNESS * self._model.decision_function([placed(text, situation)])[0]
        if self.ears:
            heard = self.ears.intents(in_words(text, situation))
            both = log_softmax(distances) + LISTENS * np.array(
                [heard.get(name, UNHEARD) for name in self._model.classes_]
            )
            distances = CALM * both
        if not _awaited(situation):
            distances[self._model.classes_ == ANSWER] = -math.inf
        if situation.state not in INTRODUCED:
            distances[self._model.classes_ == PROFILE] = -math.inf
        pairs = zip(map(str, self._model.classes_), map(float, softmax(distances)), strict=True)
        return sorted((pair for pair in pairs if pair[1]), key=lambda pair: -pair[1])

    def route(self, text: str, language: Language, situation: Situation) -> Intent:
        """What `text` asks for. Besides the intents that can be said (docs/vocabulary.md): `answer` {text}, the answer
        to what is open; `unsure` {candidates}, two or more intents to ask about, the likeliest first; `foreign`
        {language}, a message in a language that is not spoken here.
        """
        exact = self._exact.get(words_of(text))
        a_guess = situation.open == "text" and situation.state == "bet" and exact == "small_talk"  # «morning»
        if exact and not a_guess and (situation.open != "talk" or exact not in TO_ANYBODY):
            return self._intent(exact, text, situation, 1.0)
        ranked = self.alternatives(text, situation)
        distress = dict(ranked).get(CARE, 0.0)
        if situation.open not in ("open_item", "talk") and ranked[0][1] < PLAINLY:
            # wherever it is said; an answer, and a verse, may speak of dark things
            distress = max(distress, dict(self.alternatives(text)).get(CARE, 0.0))
        despairs = situation.open != "talk" and DESPAIR.search(fold_in_place(pieces(text).frame))
        if distress >= CARE_SURE or despairs:
            return Intent(name=CARE, confidence=distress)
        if spoken := foreign(text, self.novelty(text)):
            return Intent(name="foreign", args={"language": spoken}, confidence=1.0)
        if situation.open != "none" and not self._interrupts(text, ranked, situation):
            return Intent(name=ANSWER, args={"text": text.strip()}, confidence=1 - ranked[0][1])
        if self.novelty(text) > 1 - KNOWN and ranked[0][1] < SURE:
            return Intent(name="off_topic", confidence=0.0)
        needed = HARMLESS if ranked[0][0] == "small_talk" else SURE
        if ranked[0][1] < needed or ranked[0][1] - ranked[1][1] < MARGIN:
            return Intent(
                name="unsure", args={"candidates": [name for name, _ in ranked[:CANDIDATES]]}, confidence=ranked[0][1]
            )
        return self._intent(ranked[0][0], text, situation, ranked[0][1])

    def _interrupts(self, text: str, ranked: Sequence[tuple[str, float]], situation: Situation) -> bool:
        """True where a message that could be an answer plainly asks for something else."""
        best, probability = ranked[0]
        if best == ANSWER or (best in ("off_topic", "small_talk", "next") and not self.ears):
            return False
        if situation.open == "open_item":
            return probability >= (INTERRUPTS_ASKING if "?" in text else INTERRUPTS)
        if situation.open == "talk":
            return probability >= OBEYED
        if situation.state == "bet" and self.ears:
            hardly = dict(ranked).get(ANSWER, 0.0) < HARDLY_A_GUESS and len(text.split()) > A_GUESS
            return probability >= NO_GUESS or hardly
        if best == "small_talk" and self.ears:
            return probability >= TALKS
        if best in ("off_topic", "small_talk", "next"):
            return False
        if "?" in text:
            return probability >= ASKS
        if best in ("hint", "explain_again"):
            return probability >= WISHES
        if self.ears and best in ELSEWHERE and probability >= SURELY:
            return True
        return process.extractOne(words_of(text), self._exact.keys(), scorer=fuzz.ratio, score_cutoff=NEAR) is not None

    def novelty(self, text: str) -> float:
        """The share of the message's words that no utterance has, from 0 (all known) to 1."""
        words = set(re.findall(r"\w+", disguise(text)))
        return len(words - self._seen) / len(words) if words else 1.0

    def arguments(self, text: str, intent: str, situation: Situation) -> dict[str, Any]:
        """What `text` says under the names that `intent` accepts, see tutor/nlu/arguments.py."""
        if intent == EDITS:
            edit = read_edit(text, self._actions.of(text, self.ears), situation.shown, situation.pieces)
            return read_arguments(text, "inspect_dataset", situation) | edit  # the file, if it is named
        return read_arguments(text, intent, situation, self._course, self._topics)

    def _intent(self, name: str, text: str, situation: Situation, confidence: float) -> Intent:
        return Intent(name=name, args=self.arguments(text, name, situation), confidence=confidence)
