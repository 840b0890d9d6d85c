"""The bank of authored answers: a question -> the answers that may be meant, the likeliest first.

Four witnesses, each a number for every answer, are added up: how near the question is to the nearest way of asking, by
words and by letters; how many of its words the answer and its ways of asking have; which topic a classifier takes it
for; and, where there are ears (tutor/nlu/ears.py), how near it is by what it means.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from skills.contract import Language
from skills.texts.normalize import fold
from skills.texts.stems import stem
from tutor.course.model import SHOWN, Answer, Course
from tutor.nlu.wording import words

if TYPE_CHECKING:
    import numpy as np

    Rows = np.ndarray

FOLLOWS = "…"
"""A way of asking that begins with this is only understood while its topic is what was talked of, or the lesson's."""
DEFINITION = "definition"
"""The id of what is answered to whoever asks what something is."""
FEWEST = 3
"""Topics from which they are told apart."""
TOPIC = 0.15
"""The weight of the logarithm of a topic's probability beside the other witnesses, which are 0 to 1 each."""
SHARPNESS = 6.0
"""Turns the topic classifier's distances into probabilities (softmax), as in router.py."""
HEARD = 3.0
"""The weight of the ears' cosine beside the other witnesses (tests/eval/dev)."""
APART, APART_BY_WORDS, FARTHEST = 0.31, 0.55, 1.5
"""How much of the distance to the next topic's best answer, `FARTHEST` at most, counts beside the score: by logistic
regression of whether the first is right (tests/eval/dev)."""
SURE, LIKELY = 2.4, 2.1
"""Confidence from which an answer is given, and from which it is asked about: of tests/eval/dev 97 and 99 % of the
questions whose answer is found first, 30 and 38 % of what is none of its business, which is mostly not taken for a
question."""
SURE_BY_WORDS, LIKELY_BY_WORDS = 1.75, 1.5
"""The same where nothing tells what the question means."""
ASKED, ASKED_BY_WORDS = 3.0, 2.2
"""Confidence from which a message that asks something, and may be a request as well, is a question."""
PLAIN, PLAIN_BY_WORDS = 3.5, 2.65
"""The same of any message of which nobody knows what it wants: one in ten requests reaches it, and 70 % of the
questions."""
HERE = 0.15
"""What an answer on the topic of the lesson, or of the answer before, has beside the other witnesses."""
IN_SIGHT = 0.75
"""What an answer about what is in sight has beside the other witnesses, in the place of its topic's."""
CLOSE = 0.4
"""What is no farther than this from the answer given is offered beside it."""
ALSO = 2
"""How many others are offered at most."""


class Near(NamedTuple):
    answer: Answer
    score: float
    """About 0 for an answer to something else, 4 and more for one that was asked for nearly to the letter."""


class Reading(NamedTuple):
    """What a question was understood as: an answer, with what else may be meant; a choice of `ALSO` + 1 at most, to
    ask about; or nothing of the bank."""

    kind: Literal["answer", "choice", "unknown"]
    answers: tuple[Answer, ...] = ()


def confidence(near: Sequence[Near], by_meaning: bool) -> float:
    """How sure it is that the first of the ranked answers is the one: its score, and how far the next topic is.
    `by_meaning`: whether what the question means was weighed as well."""
    if not near:
        return 0.0
    first = near[0]
    second = next((one.score for one in near if one.answer.topic != first.answer.topic), 0.0)
    apart = APART if by_meaning else APART_BY_WORDS
    return first.score + apart * min(FARTHEST, first.score - second)


def read(near: Sequence[Near], by_meaning: bool) -> Reading:
    """What to say of the ranked answers."""
    sure, likely = (SURE, LIKELY) if by_meaning else (SURE_BY_WORDS, LIKELY_BY_WORDS)
    certain = confidence(near, by_meaning)
    if certain < likely:
        return Reading("unknown")
    if certain < sure:
        return Reading("choice", tuple(one.answer for one in near[: ALSO + 1]))
    also = (one.answer for one in near[1 : ALSO + 1] if one.score > near[0].score - CLOSE)
    return Reading("answer", (near[0].answer, *also))


def bank_of(course: Course, language: Language) -> Bank:
    """The course's answers, its definitions among them."""
    defined = (
        Answer(topic=concept.id, id=DEFINITION, title=concept.name, asks=concept.asks, text=concept.definition)
        for concept in course.concepts.values()
    )
    return Bank((*defined, *course.answers), language)


class Bank:
    """The answers of one language, indexed in about three seconds; then a question takes some milliseconds."""

    def __init__(self, answers: Sequence[Answer], language: Language) -> None:
        self.answers, self.language = tuple(answers), language
        asks = [(place, ask) for place, answer in enumerate(self.answers) for ask in answer.asks[language]]
        self.asks = [ask.removeprefix(FOLLOWS).strip() for _, ask in asks]
        self.texts = [answer.text[language] for answer in self.answers]
        self._owners = [place for place, _ in asks]
        self._follows = [self.answers[place].topic if ask.startswith(FOLLOWS) else None for place, ask in asks]
        self._index()

    def _index(self) -> None:
        from scipy.sparse import hstack
        from sklearn.svm import LinearSVC

        vectorizers = self._vectorizers
        self._words, self._letters = vectorizers[0].fit_transform(self.asks), vectorizers[1].fit_transform(self.asks)
        self._bags = vectorizers[2].fit_transform(self._all_of_each())
        self._topics = None
        self._shown = [answer.topic if answer.topic.startswith(SHOWN) else "" for answer in self.answers]
        topics = [answer.topic for answer in self.answers]
        if len(set(topics)) < FEWEST:
            return
        lines = [*self.asks, *self.texts]
        of_lines = [*(topics[owner] for owner in self._owners), *topics]
        told = [place for place, topic in enumerate(of_lines) if not topic.startswith(SHOWN)]
        lines, of_lines = [lines[place] for place in told], [of_lines[place] for place in told]
        self._topics = LinearSVC(C=0.5, tol=0.1)
        self._topics.fit(hstack([vectorizer.transform(lines) for vectorizer in vectorizers[:2]]).tocsr(), of_lines)
        column = {topic: place for place, topic in enumerate(self._topics.classes_)}
        self._columns = [column.get(topic, -1) for topic in topics]

    @cached_property
    def _vectorizers(self) -> tuple[Any, Any, Any]:
        """Words and pairs of them; letters in runs of three to five; words alone, for whole answers."""
        from sklearn.feature_extraction.text import TfidfVectorizer

        return (
            TfidfVectorizer(analyzer=_stems_and_pairs, sublinear_tf=True),
            TfidfVectorizer(preprocessor=fold, analyzer="char_wb", ngram_range=(3, 5), sublinear_tf=True),
            TfidfVectorizer(analyzer=_stems, sublinear_tf=True),
        )

    def _all_of_each(self) -> list[str]:
        spoken = ("\n".join(answer.asks[self.language]) for answer in self.answers)
        named = (answer.topic.replace("-", " ") for answer in self.answers)
        return ["\n".join(parts) for parts in zip(spoken, self.texts, named, strict=True)]

    def near(
        self,
        question: str,
        heard: Mapping[str, float] | None = None,
        topic: str | None = None,
        shown: Set[str] = frozenset(),
        here: Set[str] = frozenset(),
    ) -> list[Near]:
        """All answers, the likeliest first. `heard`: how near each is, by its key, to what the question means; `topic`:
        what was talked of before; `shown`: the topics of what is in sight, whose answers count as being on the topic,
        and no others of their kind; `here`: the topics of the lesson."""
        import numpy as np

        near = here | ({topic} if topic else set())
        scores = self._by_words(question, near)
        scores += HERE * np.array([bool(near & {answer.topic, *answer.also}) for answer in self.answers])
        if heard:
            scores += HEARD * np.array([heard.get(answer.key, 0.0) for answer in self.answers])
        scores += np.array([0.0 if not own else IN_SIGHT if own in shown else -np.inf for own in self._shown])
        order = scores.argsort()[::-1]
        return [Near(self.answers[place], float(scores[place])) for place in order]

    def _by_words(self, question: str, topics: Set[str]) -> Rows:
        import numpy as np
        from scipy.sparse import hstack
        from scipy.special import log_softmax

        words, letters, bag = (vectorizer.transform([question]) for vectorizer in self._vectorizers)
        heard = np.array([follows is None or follows in topics for follows in self._follows])
        nearest = self._nearest((words @ self._words.T).toarray()[0] * heard)
        nearest += self._nearest((letters @ self._letters.T).toarray()[0] * heard)
        found: Rows = nearest + (bag @ self._bags.T).toarray()[0]
        if self._topics is None:
            return found
        distances = self._topics.decision_function(hstack([words, letters]).tocsr())[0]
        of_topics = np.append(np.maximum(log_softmax(SHARPNESS * distances), np.log(1e-3)), np.log(1e-3))
        probable = of_topics[self._columns] - np.log(1e-3)
        found += TOPIC * probable
        return found

    def _nearest(self, of_asks: Rows) -> Rows:
        """The best of each answer's ways of asking."""
        import numpy as np

        found = np.zeros(len(self.answers))
        np.maximum.at(found, self._owners, of_asks)
        return found


def _stems(text: str) -> list[str]:
    return [stem(word) for word in words(text)]


def _stems_and_pairs(text: str) -> list[str]:
    found = _stems(text)
    return [*found, *(" ".join(pair) for pair in pairwise(found))]
