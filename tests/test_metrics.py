"""The metrics against values worked out by hand, on accents, punctuation and nothing; offline, leaving no file."""

from __future__ import annotations

import math
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import evaluate
import pytest

from skills.metrics.answer_f1 import AnswerF1, f1
from skills.metrics.diversity import Diversity, distinct, first_words, repeated_lines, repetition
from skills.metrics.exact_match import ExactMatch, exact
from skills.metrics.labels import Labels
from skills.metrics.normal import answer_words, words
from skills.metrics.perplexity import Perplexity
from skills.metrics.rouge import Rouge, longest_common, rouge
from skills.metrics.verbatim import Verbatim

ROOT = Path(__file__).parent.parent
ALL: tuple[tuple[type[evaluate.Metric], dict[str, Any]], ...] = (
    (ExactMatch, {"predictions": ["a"], "references": ["a"]}),
    (AnswerF1, {"predictions": ["a"], "references": ["a"]}),
    (Rouge, {"predictions": ["a"], "references": ["a"]}),
    (Labels, {"predictions": ["a"], "references": ["a"]}),
    (Perplexity, {"nats": [1.0], "tokens": [1], "characters": [1]}),
    (Verbatim, {"predictions": ["a"], "training": ["a"]}),
    (Diversity, {"predictions": ["a"]}),
)


def test_spanish_words_stay_whole() -> None:
    assert words("¡La acción, el pingüino y el ñandú!") == ["la", "acción", "el", "pingüino", "y", "el", "ñandú"]
    assert words("accio\u0301n") == ["acción"], "a decomposed accent does not cut the word"
    assert rouge("la acción", "la accion")["rouge1"] == 0.5, "another spelling is another word, not two halves"
    assert rouge("la acción", "la sección")["rouge1"] == 0.5, "no half of a word is shared"


def test_answers_lose_articles_of_their_own_language_only() -> None:
    assert answer_words("¡La  Casa del árbol!", "es") == ["casa", "del", "árbol"]
    assert answer_words("a la plaza", "es") == ["a", "plaza"]
    assert answer_words("The tree-house.", "en") == ["tree", "house"]
    assert answer_words("A", "en") == ["a"], "a label that is an article stays"
    assert answer_words("«…»", "es") == []


@pytest.mark.parametrize(
    ("said", "right", "language", "same"),
    [
        ("El sol.", "sol", "es", 1.0),
        ("sí", "si", "es", 0.0),
        ("¿Córdoba?", "CÓRDOBA", "es", 1.0),
        ("the end", "End", "en", 1.0),
        ("", "", "es", 1.0),
        ("", "algo", "es", 0.0),
    ],
)
def test_exact_match(said: str, right: str, language: Any, same: float) -> None:
    assert exact(said, right, language) == same


def test_f1_of_words() -> None:
    # {casa, roja} against {casa}: precision 1/2, recall 1
    assert f1("una casa roja", "la casa", "es") == pytest.approx(2 / 3)
    assert f1("no no no", "no", "es") == pytest.approx(0.5), "a repeated word counts as often as in both"
    assert (f1("", "", "es"), f1("algo", "", "es"), f1("uno", "otro", "es")) == (1.0, 0.0, 0.0)


@pytest.mark.parametrize(
    ("said", "right", "expected"),
    [  # fmeasure of rouge-score 0.1.2, without stemming, on texts that its tokenizer reads as ours does
        ("The cat sat on the mat.", "The cat is on the mat", (0.833333, 0.6, 0.833333)),
        ("police killed the gunman", "the gunman police killed", (1.0, 0.666667, 0.5)),
        (
            "It's a well-known fact: nobody reads the manual, nobody at all.",
            "Nobody reads manuals; that is a well known fact.",
            (0.545455, 0.4, 0.363636),
        ),
        ("", "nothing", (0.0, 0.0, 0.0)),
        ("one", "one", (1.0, 0.0, 1.0)),
    ],
)
def test_rouge_agrees_with_rouge_score_on_english(said: str, right: str, expected: tuple[float, ...]) -> None:
    assert tuple(rouge(said, right).values()) == pytest.approx(expected, abs=1e-6)


def test_longest_common_sequence() -> None:
    assert longest_common(["a", "b", "c", "d"], ["x", "b", "y", "d"]) == 2
    assert longest_common([], ["a"]) == 0


def test_labels_weigh_the_rare_ones_alike() -> None:
    found = Labels().compute(predictions=["sí"] * 4, references=["Sí.", "sí", "sí", "no"], language="es")
    assert found["accuracy"] == 0.75
    # F1 of «sí»: 2*3/(4+3); of «no»: 0
    assert found["macro_f1"] == pytest.approx((6 / 7 + 0) / 2)
    assert found["each"] == [1, 1, 1, 0]


def test_surprise_weighs_texts_by_their_length() -> None:
    found = Perplexity().compute(nats=[2 * math.log(2), 2 * math.log(2)], tokens=[1, 3], characters=[2, 6])
    assert found["loss"] == pytest.approx(math.log(2))
    assert found["perplexity"] == pytest.approx(2)
    assert found["bits_per_character"] == pytest.approx(0.5)


def test_verbatim_finds_the_run_as_it_was_written() -> None:
    found = Verbatim().compute(
        predictions=["Nada.", "¡Que el HOMBRE que lo desvela!"], training=["que el hombre que lo"]
    )
    assert found == {"longest": 5, "example": "Que el HOMBRE que lo"}
    assert Verbatim().compute(predictions=[""], training=["a"])["longest"] == 0


def test_diversity() -> None:
    texts = [["la", "noche", "la", "noche"], ["la"]]
    assert distinct(texts, 1) == 2 / 5
    assert distinct(texts, 2) == 2 / 3  # la noche, noche la, la noche; none across texts
    assert distinct([["uno"]], 2) == 0
    assert repetition([["a", "b", "c", "d", "a", "b", "c", "d"]]) == 1 / 5
    assert repetition([["uno"]]) == 0
    assert repeated_lines(["Vuelve el río.\nvuelve el RÍO", "y el río\n\nsolo"]) == 1 / 3
    assert first_words(["uno dos tres", "cuatro cinco"], 4) == [["uno", "dos", "tres"], ["cuatro"]]
    assert Diversity().compute(predictions=["uno dos uno dos"], count=2)["distinct_1"] == 1


@pytest.mark.parametrize(("metric", "given"), ALL)
def test_each_computes_in_memory_and_refuses_nothing_at_all(
    metric: type[evaluate.Metric], given: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evaluate.config, "HF_METRICS_CACHE", tmp_path / "cache")
    assert isinstance(metric(), evaluate.Metric)
    assert metric().compute(**given)
    assert not list(tmp_path.iterdir()), "a metric wrote outside the home folder"
    with pytest.raises(ValueError, match="at least one item"):
        metric().compute(**{name: [] for name in given})


def test_texts_and_references_that_do_not_pair_up_are_refused() -> None:
    with pytest.raises(ValueError, match="one length"):
        Rouge().compute(predictions=["a", "b"], references=["a"])


@pytest.mark.slow
def test_nothing_is_left_in_an_empty_home(tmp_path: Path) -> None:
    script = (
        "import socket; socket.socket.connect = None\n"
        "from tests.test_metrics import ALL\n"
        "for metric, given in ALL: metric().compute(**given)"
    )
    homes = {"HOME": str(tmp_path), "USERPROFILE": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    subprocess.run([sys.executable, "-c", script], cwd=ROOT, env={**os.environ, **homes}, check=True)
    assert not list(tmp_path.iterdir())
