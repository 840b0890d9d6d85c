"""The catalogue holds together; the choice follows memory, cores and language; installed models play their roles."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from skills.contract import Language, Profile
from skills.errors import ModelMissing
from tests.tiny_model import make_tiny
from tutor.lm.catalogue import Hub, Package, load_catalogue
from tutor.lm.choose import TooLittleMemory, choose, needed
from tutor.lm.hardware import Machine, measure
from tutor.lm.installed import Manifest, find, installed, models_folder, remove, use, write_manifest
from tutor.words import LANGUAGES, Words

GB = 10**9
LAPTOP = Machine(cores=4, memory=8 * GB, free_memory=4 * GB, free_disk=50 * GB)


@pytest.mark.parametrize(
    ("cores", "free", "language", "name", "reasons"),
    [
        (4, 4.0, "es", "qwen2.5-0.5b-instruct", {"memory", "writes.es", "larger"}),
        (4, 1.7, "es", "qwen2.5-0.5b-instruct", {"memory", "writes.es"}),
        (1, 1.7, "es", "qwen2.5-0.5b-instruct", {"memory", "writes.es", "few_cores"}),
        (4, 1.5, "es", "smollm2-135m-instruct", {"memory", "cannot_write.es"}),
        (4, 1.5, "en", "smollm2-135m-instruct", {"memory", "writes.en"}),
        (16, 60.0, "es", "qwen2.5-0.5b-instruct", {"memory", "writes.es", "larger"}),
    ],
)
def test_the_choice(cores: int, free: float, language: Language, name: str, reasons: set[str]) -> None:
    choice = choose(load_catalogue(), replace(LAPTOP, cores=cores, free_memory=int(free * GB)), language)
    assert choice.entry.name == name
    assert {reason.id.removeprefix("models.reason.") for reason in choice.reasons[1:]} == reasons
    for words in map(Words, LANGUAGES):
        assert all(words(reason) for reason in choice.reasons)


def test_larger_ones_are_named_where_memory_and_cores_allow() -> None:
    small = choose(load_catalogue(), LAPTOP, "es").larger
    large = choose(load_catalogue(), replace(LAPTOP, cores=8, free_memory=12 * GB), "es").larger
    assert small == ("qwen3-0.6b",)
    assert set(large) == {"qwen3-0.6b", "qwen3-1.7b", "qwen2.5-coder-1.5b-instruct"}


def test_too_little_memory_says_how_much() -> None:
    with pytest.raises(TooLittleMemory) as raised:
        choose(load_catalogue(), replace(LAPTOP, free_memory=GB), "es")
    assert raised.value.values == {"need": 1_050_000_000, "free": GB}
    assert "1,1 GB" in Words("es").error(raised.value)["why"] or "1 GB" in Words("es").error(raised.value)["why"]


def test_the_catalogue_holds_together() -> None:
    catalogue = load_catalogue()
    for entry in catalogue:
        assert entry.sources
        assert entry.instead is None or catalogue[entry.instead].sources
        assert needed(entry) < entry.memory.train
        assert entry.disk > entry.parameters * 3 - 10**6  # bf16 and int8 side by side
        assert all(entry.good_for in Words(language) for language in LANGUAGES)
        for source in entry.sources:
            if isinstance(source, Hub):
                assert {"config.json", "tokenizer.json"} <= set(source.files)
                assert set(source.sha256) <= set(source.files)
            elif isinstance(source, Package):
                assert len({part.package for part in source.parts}) == len(source.parts)
    with pytest.raises(ModelMissing):
        catalogue["gpt-9"]


def test_this_computer_can_be_measured(tmp_path: Path) -> None:
    machine = measure(tmp_path / "not" / "yet")
    assert machine.cores >= 1
    assert 0 < machine.free_memory <= machine.memory
    assert machine.free_disk > 0


def put(home: Path, name: str) -> None:
    folder = models_folder(home) / name
    (folder / "transformers").mkdir(parents=True)
    (folder / "transformers" / "model.safetensors").write_bytes(b"x" * 1000)
    profile = Profile(
        name=name, writes=("es",), context=512, parameters=1, disk_bytes=1, memory_bytes=1, licence="", digest="0" * 64
    )
    write_manifest(home, Manifest(profile=profile, label=name))


def test_roles_are_kept_and_fall_back(tmp_path: Path) -> None:
    with pytest.raises(ModelMissing):
        find(tmp_path, None)
    put(tmp_path, "zeta")
    put(tmp_path, "smollm2-135m-instruct")
    assert [model.name for model in installed(tmp_path)] == ["smollm2-135m-instruct", "zeta"]
    assert find(tmp_path, None, "workbench").name == "smollm2-135m-instruct"
    use(tmp_path, "workbench", "zeta")
    assert find(tmp_path, None, "workbench").name == "zeta"
    assert find(tmp_path, None, "tutor").name == "smollm2-135m-instruct"
    with pytest.raises(ModelMissing):
        use(tmp_path, "tutor", "nobody")
    assert remove(tmp_path, "zeta") > 1000
    assert find(tmp_path, None, "workbench").name == "smollm2-135m-instruct"
    for name in ("zeta", "../x", ".fetch", ""):
        with pytest.raises(ModelMissing):
            remove(tmp_path, name)


def test_a_model_without_its_manifest_is_not_there_yet(tmp_path: Path) -> None:
    make_tiny("llama", models_folder(tmp_path) / "half" / "transformers")
    (models_folder(tmp_path) / "chosen.json").write_text("not json")
    assert installed(tmp_path) == []
    assert remove(tmp_path, "half") > 1000
