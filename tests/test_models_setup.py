"""The set-up brings what is missing, says what before it begins, and goes on without what can't be had."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.test_models_choice import DESKTOP, QUICK, put
from tutor.lm.catalogue import Role, load_catalogue
from tutor.lm.download import NoNetwork
from tutor.lm.hardware import Machine
from tutor.lm.installed import Installed, find, installed
from tutor.lm.llama_check import Verdict
from tutor.lm.speed import Speed
from tutor.setup.system import models_ready
from tutor.terminal import first_models, models
from tutor.terminal.first_models import bring_missing
from tutor.words import LANGUAGES, Words

BENCH, TUTOR, ENCODER = "qwen2.5-0.5b-instruct", "qwen3-1.7b", "multilingual-e5-small"


class Shop:
    """Stands in for fetching: `away` are the models that nobody has, `asked` those that were wanted, in order."""

    def __init__(self, away: tuple[str, ...] = (), instead: dict[str, str] | None = None) -> None:
        self.away, self.instead = away, instead or {}
        self.asked: list[str] = []

    def __call__(self, name: str, home: Path, report: Callable[..., None]) -> Installed:
        self.asked.append(name)
        name = self.instead.get(name, name)
        if name in self.away:
            raise NoNetwork(model=name)
        if all(model.name != name for model in installed(home)):
            put(home, name, roles=load_catalogue()[name].roles)
        return find(home, name)


@pytest.fixture
def shop(monkeypatch: pytest.MonkeyPatch) -> Shop:
    held = Shop()
    monkeypatch.setattr(first_models, "get", held)
    monkeypatch.setattr(models, "get", held)
    on(monkeypatch, DESKTOP, None)
    return held


def on(monkeypatch: pytest.MonkeyPatch, machine: Machine, speed: Speed | None) -> None:
    """On such a computer, where every model that can be measured is so fast."""
    monkeypatch.setattr(first_models, "measure", lambda home: machine)
    monkeypatch.setattr(first_models, "check", lambda home: Verdict(wheel="1", processor="Zen 5", reason=None))
    monkeypatch.setattr(first_models, "known_speed", lambda model, settings: speed if model.gguf else None)


def bring(home: Path, light: bool = False, language: str = "es") -> list[str]:
    said: list[str] = []
    bring_missing(home, Words("es" if language == "es" else "en"), said.append, light=light)
    return said


def names(home: Path) -> set[str]:
    return {model.name for model in installed(home)}


def test_all_sizes_are_said_before_anything_comes(tmp_path: Path, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []

    def watched(name: str, home: Path, report: Callable[..., None]) -> Installed:
        assert "hasta 4 GB para bajar" in said[0]  # 1 + 0.5 + 2.5
        assert [line for line in said if line.startswith("Para ")][2].startswith("Para conversar: Qwen3 4B")
        return shop(name, home, report)

    monkeypatch.setattr(first_models, "get", watched)
    bring_missing(tmp_path, Words("es"), said.append)
    assert shop.asked == [BENCH, ENCODER, "qwen3-4b-instruct-2507"]
    assert any("Qwen/Qwen2.5-0.5B-Instruct" in line and "Apache-2.0" in line for line in said)
    assert said[-1] == Words("es")("models.setup.done")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_role_is_filled_and_then_nothing_is_to_do(tmp_path: Path, shop: Shop, language: str) -> None:
    assert not models_ready(tmp_path)
    bring(tmp_path, language=language)
    for role, name in (("workbench", BENCH), ("encoder", ENCODER), ("tutor", "qwen3-4b-instruct-2507")):
        assert find(tmp_path, None, role).name == name  # type: ignore[arg-type]
    assert models_ready(tmp_path)
    shop.asked.clear()
    assert bring(tmp_path, language=language) == [Words(language)("models.setup.nothing")]  # type: ignore[arg-type]
    assert shop.asked == []


def test_light_does_without_the_tutor_and_is_ready(tmp_path: Path, shop: Shop) -> None:
    said = bring(tmp_path, light=True)
    assert names(tmp_path) == {BENCH, ENCODER}
    assert any("como pediste" in line for line in said)
    assert models_ready(tmp_path)
    assert find(tmp_path, None, "tutor").name == BENCH


def test_a_home_of_the_version_before_gets_what_it_lacks(tmp_path: Path, shop: Shop) -> None:
    put(tmp_path, "qwen2.5-coder-0.5b-instruct")
    (tmp_path / "models" / "chosen.json").write_text('{"tutor": "qwen2.5-coder-0.5b-instruct"}')
    assert not models_ready(tmp_path)
    bring(tmp_path)
    assert shop.asked == [ENCODER, "qwen3-4b-instruct-2507"]
    assert find(tmp_path, None, "tutor").name == "qwen3-4b-instruct-2507"
    assert find(tmp_path, None, "workbench").name == "qwen2.5-coder-0.5b-instruct"


def test_the_tutor_is_chosen_again_once_there_is_something_to_measure_with(
    tmp_path: Path, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.instead = {BENCH: "qwen2.5-coder-0.5b-instruct"}

    def brought(name: str, home: Path, report: Callable[..., None]) -> Installed:
        model = shop(name, home, report)
        if model.name == "qwen2.5-coder-0.5b-instruct":
            (model.folder / "model.gguf").write_bytes(b"x")
        return model

    monkeypatch.setattr(first_models, "get", brought)
    on(monkeypatch, DESKTOP, QUICK)
    said = bring(tmp_path)
    assert shop.asked == [BENCH, ENCODER, TUTOR]
    assert any(line.startswith("Para conversar: Qwen3 1.7B") for line in said)
    assert any("No pude llegar adonde está Qwen2.5 0.5B" in line for line in said)
    on(monkeypatch, DESKTOP, Speed(5, QUICK.weights))
    shop.asked.clear()
    said = bring(tmp_path / "slow")
    assert len(shop.asked) == 2
    assert said[-2] == Words("es")("models.alone.workbench")


def test_a_tutor_that_turns_out_slow_is_kept_and_a_smaller_one_proposed(
    tmp_path: Path, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    on(monkeypatch, DESKTOP, Speed(7, 2_497_281_120))
    said = bring(tmp_path)
    assert any("tutor models get qwen3-1.7b" in line for line in said)
    assert find(tmp_path, None, "tutor").name == "qwen3-4b-instruct-2507"
    on(monkeypatch, DESKTOP, Speed(1, 2_497_281_120))
    said = []
    first_models.tell_speed(find(tmp_path, None, "tutor"), tmp_path, Words("es"), said.append)
    assert f"tutor models use {BENCH}" in said[-1]


def test_a_larger_one_is_named_where_it_would_run_as_well(
    tmp_path: Path, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path, "qwen2.5-coder-1.5b-instruct", roles=("tutor",))
    for tokens, larger in ((35.2, "qwen3-4b-instruct-2507"), (16, "qwen3-1.7b"), (14, None)):
        said: list[str] = []
        on(monkeypatch, DESKTOP, Speed(tokens, 1_117_320_768))
        first_models.tell_speed(find(tmp_path, None), tmp_path, Words("es"), said.append)
        assert [line.rpartition(" ")[2] for line in said[1:]] == ([larger] if larger else [])


@pytest.mark.parametrize(
    ("speed", "told"),
    [
        (Speed(30, 2_497_281_120), "unas 19 palabras por segundo"),
        (Speed(30, 2_497_281_120, quiet=False), "por lo menos 19 palabras por segundo"),
        (Speed(3, 2_497_281_120, quiet=False), "No pude medir"),
        (None, None),
    ],
)
def test_what_was_measured_is_told_as_what_it_is(
    tmp_path: Path, shop: Shop, monkeypatch: pytest.MonkeyPatch, speed: Speed | None, told: str | None
) -> None:
    put(tmp_path, "qwen3-4b-instruct-2507", roles=("tutor",))
    on(monkeypatch, DESKTOP, speed)
    said: list[str] = []
    first_models.tell_speed(find(tmp_path, None), tmp_path, Words("es"), said.append)
    assert len(said) == (told is not None)
    assert told is None or told in said[0]


@pytest.mark.parametrize("reason", ["instructions", "library"])
def test_no_tutor_comes_where_it_could_not_be_opened(
    tmp_path: Path, shop: Shop, monkeypatch: pytest.MonkeyPatch, reason: str
) -> None:
    verdict = Verdict(wheel="1", processor="Celeron", reason=reason)  # type: ignore[arg-type]
    monkeypatch.setattr(first_models, "check", lambda home: verdict)
    said = bring(tmp_path)
    assert names(tmp_path) == {BENCH, ENCODER}
    assert Words("es")(f"models.llama.{reason}") in said
    assert models_ready(tmp_path)


@pytest.mark.parametrize(("away", "role"), [(ENCODER, "encoder"), ("qwen3-4b-instruct-2507", "tutor")])
def test_without_the_encoder_or_the_tutor_it_goes_on(tmp_path: Path, shop: Shop, away: str, role: Role) -> None:
    shop.away = (away,)
    said = bring(tmp_path)
    assert len(names(tmp_path)) == 2
    assert any(line.startswith(f"No pude traer {load_catalogue()[away].label}") for line in said)
    assert json.loads((tmp_path / "models" / "setup.json").read_text()) == {"missing": [role], "tries": 1}
    assert [models_ready(tmp_path), bring(tmp_path), models_ready(tmp_path)][::2] == [False, False]
    bring(tmp_path)
    assert models_ready(tmp_path)  # three times is enough: without internet, no start should wait for it
    shop.away = ()
    bring(tmp_path)
    assert len(names(tmp_path)) == 3


def test_without_the_workbench_it_stops_and_the_next_start_tries_again(tmp_path: Path, shop: Shop) -> None:
    shop.away = (BENCH,)
    for _ in range(4):
        with pytest.raises(NoNetwork):
            bring(tmp_path)
    assert not models_ready(tmp_path)


def test_a_named_model_comes_and_plays_what_it_is_for(tmp_path: Path, shop: Shop) -> None:
    said: list[str] = []
    bring(tmp_path)
    for name, role in (
        (TUTOR, "tutor"),
        ("smollm2-135m-instruct", "workbench"),
        (ENCODER, "encoder"),
        ("qwen3-4b-instruct-2507", "tutor"),
    ):
        models.get_model(name, Words("es"), tmp_path, said.append)
        assert find(tmp_path, None, role).name == name  # type: ignore[arg-type]
    assert find(tmp_path, None, "tutor").name == "qwen3-4b-instruct-2507"  # a workbench does not take its place
    assert sum(line.startswith("Qwen3 1.7B:") for line in said) == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_list_says_what_each_is_for_and_where_it_comes_from(tmp_path: Path, language: str) -> None:
    words = Words("es" if language == "es" else "en")
    put(tmp_path, "qwen2.5-coder-1.5b-instruct", roles=("tutor",))
    put(tmp_path, ENCODER, roles=("encoder",))
    text = "\n".join(models.listing(tmp_path, words))
    assert words("models.role.tutor") in text
    assert words("models.role.encoder") in text
    assert all(entry.name in text for entry in load_catalogue())
    assert all(words(f"models.list.for_{role}") in text for role in ("tutor", "workbench"))
    assert words("models.list.for_encoder") not in text  # it is here
    for told in ("unsloth/Qwen3-4B-Instruct-2507-GGUF", "Unsloth", "Alibaba", "Apache-2.0", "a06e946"):
        assert told in text
    assert "models." not in text.replace("models get", "")
