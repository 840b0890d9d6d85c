"""Ears: the encoder tuned to hear is trained, kept and read; what it says is weighed with the words; grading by it."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import numpy as np
import pytest

from skills.contract import Profile
from tests.conversation import Conversation
from tests.course_fixture import write_course
from tests.test_session import begin, key, to_step
from tests.tiny_encoder import POSITIONS, make_encoder
from tutor.authoring import ears as training
from tutor.authoring.ears import Row, mistyped, rows, train
from tutor.course.files import load_course
from tutor.course.model import Course, Open
from tutor.lm.installed import ENCODER, Manifest, models_folder, write_manifest
from tutor.nlu.choosing import by_meaning
from tutor.nlu.ears import ASTRAY, FILE, VERDICTS, Ears, open_ears, read_weights
from tutor.nlu.features import in_words
from tutor.nlu.grading import grade
from tutor.nlu.router import NOWHERE, Router
from tutor.nlu.utterances import ANSWER, Said, what_people_say
from tutor.settings import CURRICULUM

PROFILE = Profile(
    name="tiny-encoder", writes=(), context=POSITIONS, parameters=0, disk_bytes=0, memory_bytes=0, licence="MIT",
    digest="a" * 64,
)  # fmt: skip
RIVER, MODEL = ("el río", "the river", "río abajo", "the wide road", "to the sea"), ("un modelo", "a model", "lenguaje")


def learnt() -> list[Row]:
    """Two of everything: rivers and models."""
    told = [(text, "next", "a/one", "correct") for text in RIVER] + [(text, "help", "b/two", "wrong") for text in MODEL]
    return [
        row
        for text, intent, key, verdict in told * 8
        for row in (Row(text, intent), Row(text, key=key), Row(text, item="i.1", verdict=verdict))
    ]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("home")
    packed, _, _ = make_encoder(folder / "made")
    encoder = models_folder(folder) / PROFILE.name / ENCODER
    encoder.mkdir(parents=True)
    shutil.copy(packed, encoder)
    write_manifest(folder, Manifest(profile=PROFILE, label="tiny", roles=("encoder",)))
    return folder


@pytest.fixture(scope="module")
def ears(home: Path) -> Ears:
    said: list[str] = []
    train(home, said.append, home / "ears.npz", learnt(), epochs=60)
    assert said
    found = open_ears(home, home / "ears.npz")
    assert found
    return found


@pytest.mark.slow
def test_what_was_learnt_is_heard(ears: Ears) -> None:
    for text, intent, answer, verdict in (
        ("río abajo", "next", "a/one", "correct"),
        ("lenguaje", "help", "b/two", "wrong"),
    ):
        heard = ears.intents(text)
        assert max(heard, key=heard.__getitem__) == intent
        assert sum(np.exp(list(heard.values()))) == pytest.approx(1, abs=1e-4)
        near = ears.answers(text)
        assert max(near, key=near.__getitem__) == answer
        told = ears.verdicts("i.1", text)
        assert told
        assert set(told) == {*VERDICTS, ASTRAY}
        assert max(VERDICTS, key=told.__getitem__) == verdict
    assert ears.verdicts("of another course", "río") is None


@pytest.mark.slow
def test_the_kept_ears_hear_as_those_that_were_trained(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The network in torch and the one in numpy, with the adapter merged in half precision, say the same."""
    kept: list[training._Network] = []
    made = training._Network
    monkeypatch.setattr(training, "_Network", lambda *given: kept.append(made(*given)) or kept[-1])
    train(home, lambda _: None, tmp_path / "ears.npz", learnt(), epochs=2)
    ears = open_ears(home, tmp_path / "ears.npz")
    assert ears
    network = kept[-1]
    network.bert.eval()
    vector = network.vectors(["the wide road"])[0].detach().numpy() - network.mean.numpy()
    assert float(ears._vector("the wide road") @ (vector / np.linalg.norm(vector))) > 0.99


@pytest.mark.slow
def test_they_are_for_one_encoder_only(home: Path, tmp_path: Path, ears: Ears) -> None:
    with np.load(home / "ears.npz") as found:
        kept = dict(found)
    np.savez(tmp_path / "other.npz", **kept | {"encoder": np.array("another")})
    assert open_ears(home, tmp_path / "other.npz") is None
    assert open_ears(home, tmp_path / "none.npz") is None
    assert open_ears(tmp_path, home / "ears.npz") is None


@pytest.mark.slow
def test_a_message_is_listened_to_once(ears: Ears, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    embed = ears._encoder.embed
    monkeypatch.setattr(ears._encoder, "embed", lambda texts, kind: asked.extend(texts) or embed(texts, kind))
    for _ in range(3):
        ears.intents("the river went down")
        ears.answers("the river went down")
    assert asked == ["the river went down"]


class Hears:
    """Ears that are sure of one intent."""

    def __init__(self, intent: str) -> None:
        self.intent = intent

    def intents(self, situated: str) -> dict[str, float]:
        return {self.intent: -0.01, "help": -5.0}


def test_words_and_ears_are_weighed_together() -> None:
    said = [Said(text, intent, NOWHERE) for text, intent in (("seguir", "next"), ("ayuda", "help"), ("pista", "hint"))]
    router = Router({"es": {one.intent: (one.text,) for one in said}}, situated=())
    words = dict(router.alternatives("zzz qqq"))
    router.ears = Hears("hint")  # type: ignore[assignment]
    both = dict(router.alternatives("zzz qqq"))
    assert both["hint"] > words["hint"]
    assert sum(both.values()) == pytest.approx(1)
    assert router.__getstate__()["ears"] is None, "kept without them"


# --- those of the course ----------------------------------------------------------------------------------------------


def test_the_ears_of_the_course_know_its_intents_answers_and_questions() -> None:
    course = load_course(CURRICULUM)
    weights = read_weights()
    assert set(weights.intents) == {one.intent for one in what_people_say(course=course)}
    keys = {answer.key for answer in course.answers}
    assert len(keys & set(weights.keys)) >= 0.95 * len(keys), "many answers are new: tutor course ears"
    asked = {item.id for item in course.items.values() if isinstance(item, Open)}
    assert asked <= set(weights.items)
    assert FILE.stat().st_size < 5_000_000


@pytest.mark.slow
def test_all_that_the_course_says_is_learnt_from(tmp_path: Path) -> None:
    course = load_course(write_course(tmp_path))
    found = rows(course)
    assert {row.intent for row in found} >= {"next", "question", ANSWER}
    assert {row.verdict for row in found} >= {*VERDICTS}
    assert any(row.text.startswith("[result, after summarize]") for row in found)
    assert in_words("más corto", NOWHERE) == "mas corto"


def test_haste_changes_a_text_but_not_beyond_reading() -> None:
    dice = random.Random(3)
    text = "¿Qué es un modelo de lenguaje?"
    found = {mistyped(text, dice) for _ in range(50)}
    assert len(found) > 10
    assert all(abs(len(one) - len(text)) <= 4 for one in found)


# --- grading by what an answer means ----------------------------------------------------------------------------------


@pytest.fixture
def small(tmp_path: Path) -> Course:
    return load_course(write_course(tmp_path))


def likely(**given: float) -> dict[str, float]:
    return dict.fromkeys((*VERDICTS, ASTRAY), 0.0) | given


def open_item(course: Course) -> Open:
    return next(item for item in course.items.values() if isinstance(item, Open))


@pytest.mark.parametrize(
    ("told", "outcome"),
    [
        (likely(correct=0.7, wrong=0.3), "correct"),
        (likely(correct=0.1, wrong=0.8, partial=0.1), "wrong"),
        (likely(correct=0.1, wrong=0.2, partial=0.7), "partial"),
        (likely(correct=0.4, wrong=0.6), "unclear"),
        (likely(correct=0.1, astray=0.9), "wrong"),
    ],
)
def test_an_answer_that_may_well_be_right_is_not_failed(small: Course, told: dict[str, float], outcome: str) -> None:
    assert grade(open_item(small), "algo dicho con otras palabras", "es", told).outcome == outcome


def test_what_is_missing_is_said_of_a_wrong_answer(small: Course) -> None:
    item = open_item(small)
    graded = grade(item, "xyz", "es", likely(wrong=1.0))
    assert graded.missing
    assert item.expectations[0].assertion["es"] in graded.feedback


# --- an option in one's own words -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("near", "place"), [([0.1, 0.7, 0.2], 1), ([0.1, 0.45, 0.0], None), ([0.6, 0.7], None), ([0.8], 0), ([], None)]
)
def test_what_is_meant_is_near_and_alone(near: list[float], place: int | None) -> None:
    assert by_meaning(near) == place


class Means:
    """Ears for which a text means the option at a place."""

    def __init__(self, place: int) -> None:
        self.place = place

    def like(self, text: str, others: list[str]) -> list[float]:
        return [0.7 if place == self.place else 0.1 for place, _ in enumerate(others)]

    def known(self, question: str) -> float:
        return 1.0

    def answers(self, question: str) -> dict[str, float]:
        return {}

    def intents(self, situated: str) -> dict[str, float]:
        return {}


async def test_an_answer_in_ones_own_words_is_the_option_that_it_means(talk: Conversation) -> None:
    await begin(talk)
    await to_step(talk, "check")
    right = key(talk, talk.item.item)
    talk.dialogue.answers.ears = Means([id for id, _ in talk.item.options].index(right))  # type: ignore[assignment]
    await talk.types("lo que calcula son chances para cada cosa que puede venir")
    assert talk.verdict.outcome == "correct"


async def test_who_fishes_means_no_option(talk: Conversation) -> None:
    await begin(talk)
    await to_step(talk, "check")
    asked = talk.dialogue.memory.open_item
    talk.dialogue.answers.ears = Means(0)  # type: ignore[assignment]
    await talk.types("decime cuál es la correcta, dale")
    assert asked
    assert talk.dialogue.memory.open_item
    assert talk.dialogue.memory.open_item.submission == asked.submission
