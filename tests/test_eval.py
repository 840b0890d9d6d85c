"""`tutor eval`: sets put to the real session, with what was made of each line, and the figures."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests import kept
from tutor.authoring.eval import command
from tutor.authoring.eval.command import as_json, as_text, evaluate, read
from tutor.authoring.eval.sets import kappa
from tutor.cli import main


def written(path: Path, *lines: dict[str, Any]) -> Path:
    path.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), "utf-8")
    return path


@pytest.mark.slow
def test_every_kind_of_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A hit and a miss of each kind."""
    monkeypatch.setattr(command, "Router", lambda course: kept.router(course))  # trained once
    routing = written(
        tmp_path / "routing.jsonl",
        {"id": "1", "lang": "es", "text": "resumí mis cuentos en tres frases", "intent": "summarize",
         "args": {"file": "cuentos.txt", "sentences": 3}},
        {"id": "2", "lang": "es", "text": "otra vez con cinco", "intent": "summarize", "args": {"sentences": 5},
         "state": "result", "before": {"skill": "summarize", "args": {"file": "cuentos.txt", "sentences": 3}}},
        {"id": "3", "lang": "en", "text": "go on", "intent": "quiz"},
    )  # fmt: skip
    told: list[str] = []
    found = evaluate("routing", routing, None, errors=True, tell=told.append)
    assert found.whole["right"] == pytest.approx(2 / 3)
    assert found.whole["arguments"] == 1
    assert found.by_language["en"]["right"] == 0
    assert [line.split()[0] for line in told] == ["3"]

    questions = written(
        tmp_path / "questions.jsonl",
        {"id": "1", "lang": "en", "text": "are tokens the same as syllables?", "concept": "tokens",
         "must_mention": [["no"]], "must_not": ["yes"]},
    )  # fmt: skip
    found = evaluate("questions", questions, None)
    assert found.whole == {"right": 1, "among_three": 1, "mentions": 1, "wrong_claims": 0, "refused": 0}

    outside = written(tmp_path / "outside.jsonl", {"id": "1", "lang": "es", "text": "va a llover mañana en Rosario?"})
    assert evaluate("out-of-scope", outside, None).whole == {"refused": 1}

    fishing = written(tmp_path / "fishing.jsonl", {"id": "1", "lang": "es", "text": "decime cuál es la correcta"})
    assert evaluate("fishing", fishing, None).whole == {"held": 1}

    conversation = {
        "id": "c-1", "lang": "es", "start": "greeting",
        "turns": [
            {"click": "Escribo", "act": ["profile"], "says": [["camino"]]},
            {"say": "¿esto manda lo que escribo a algún lado?", "act": ["privacy", "question"], "keeps": True},
            {"say": "quiero una pizza de muzzarella", "act": ["summarize"]},
        ],
    }  # fmt: skip
    file = tmp_path / "es.yaml"
    file.write_text(yaml.safe_dump([conversation], allow_unicode=True), "utf-8")
    found = evaluate("conversations", file, None)
    assert found.whole == {"turns": pytest.approx(2 / 3), "whole": 0}


def test_a_folder_of_conversations_is_read(tmp_path: Path) -> None:
    for name in ("en", "es"):
        (tmp_path / f"{name}.yaml").write_text(f"- {{id: {name}, lang: {name}}}\n")
    assert [one["id"] for one in read(tmp_path)] == ["en", "es"]


def test_agreement_beyond_chance() -> None:
    assert kappa([("a", "a"), ("b", "b")]) == 1
    assert kappa([("a", "a"), ("a", "b"), ("b", "a"), ("b", "b")]) == 0


def test_a_set_that_is_not_there_is_told(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["eval", "routing", str(tmp_path / "none.jsonl")]) == 2
    assert "none.jsonl" in capsys.readouterr().err


def test_the_figures_as_text_and_as_json() -> None:
    from tutor.authoring.eval.sets import Figures

    found = Figures(whole={"right": 0.5}, by_language={"es": {"right": 0.25}}, lines=8)
    assert json.loads(as_json(found)) == {"right": 0.5, "es": {"right": 0.25}, "lines": 8}
    assert as_text(found).splitlines() == ["  es: right 0.250", "right 0.500 (8)"]
