"""The model of a run in 8 bits: like the merged one, kept in the run's folder, made anew when its adapter changes."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from skills.contract import Options, Profile
from skills.errors import DiskFull, ModelMissing, RunUnusable, WrongBase
from skills.model.base import base_digest, open_base, plain_adapter
from skills.training.adapter import open_tuned
from skills.workspace import sha256
from tests.tiny_model import make_tiny
from tutor.lm import tuned
from tutor.lm.convert import convert
from tutor.lm.ct2 import Ct2
from tutor.lm.installed import CT2, Manifest, find, write_manifest
from tutor.lm.voices import Voices
from tutor.settings import Settings


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with a tiny model and a run with a random adapter, not made ready yet."""
    import torch

    home = tmp_path_factory.mktemp("home")
    convert(make_tiny("qwen2", home / "source" / "tiny"), home / "models" / "tiny")
    weights = home / "models" / "tiny" / "transformers"
    digest = sha256(weights / "model.safetensors")
    profile = Profile(
        name="tiny", writes=(), context=128, parameters=0, disk_bytes=0, memory_bytes=0, licence="MIT", digest=digest
    )
    write_manifest(home, Manifest(profile=profile, label="tiny"))
    run = home / "runs" / "run-1"
    model = plain_adapter(open_base(weights, "fp32"), 4, 0)
    for name, weight in model.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(weight, std=0.1)
    model.save_pretrained(run / "adapter")
    (run / "adapter" / "base.json").write_text(json.dumps({"digest": base_digest(weights), "name": "tiny"}))
    prompts = [{"prompt": "Aquí me pongo", "asked": False, "reference": "a cantar al compás de la vigüela"}]
    (run / "prompts.json").write_text(json.dumps(prompts), "utf-8")
    return home


def settings(home: Path) -> Settings:
    return Settings(home=home, threads=1)


@pytest.mark.slow
def test_in_8_bits_it_answers_like_the_merged_one(made: Path) -> None:
    import torch

    model, run = find(made, "tiny"), made / "runs" / "run-1"
    stages: list[str] = []
    card = tuned.make(model.weights, run, model.profile.digest, stages.append)
    assert stages == ["merge", "int8", "check"]
    assert tuned.ready(run) == card
    assert card.nats_int8 == pytest.approx(card.nats, rel=tuned.TOLERANCE)
    merged = open_tuned(model.weights, run / "adapter").merge_and_unload()
    ids = [5, 6, 7, 8]
    with torch.inference_mode():
        wanted = merged(input_ids=torch.tensor([ids])).logits[0, -1].numpy()
    found = Ct2(run / CT2, model.weights, model.profile, 1).expect(ids)
    base = Ct2(model.fast, model.weights, model.profile, 1).expect(ids)
    np.testing.assert_allclose(found, wanted, atol=0.1)
    assert np.abs(base - wanted).max() > 3 * np.abs(found - wanted).max()  # the adapter is in it
    assert not list(run.glob(".*.part"))


def test_a_voice_is_the_runs_own_and_repeats_with_its_seed(made: Path) -> None:
    model, run = find(made, "tiny"), made / "runs" / "run-1"
    if tuned.ready(run) is None:
        tuned.make(model.weights, run, model.profile.digest)
    hands = Voices(settings(made))
    options = Options(max_tokens=12, temperature=0.8, top_p=0.9, seed=3)
    mine = hands.tuned(run)
    first = "".join(mine.generate("Aquí me", options))
    assert first == "".join(hands.tuned(run).generate("Aquí me", options))
    assert first != "".join(hands.base(run).generate("Aquí me", options))
    assert not mine.ended or first


def test_what_cannot_be_made_ready_is_said(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = made / "runs" / "run-2"
    shutil.copytree(made / "runs" / "run-1", run, ignore=shutil.ignore_patterns(CT2))
    hands = Voices(settings(made))
    usage = shutil.disk_usage(run)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage._replace(free=10))
    with pytest.raises(DiskFull):
        hands.tuned(run)
    monkeypatch.undo()
    model = find(made, "tiny")
    (run / "adapter" / "base.json").write_text(json.dumps({"digest": "0" * 64, "name": "tiny"}))
    with pytest.raises(WrongBase):
        tuned.make(model.weights, run, model.profile.digest)
    (run / "adapter" / "base.json").write_text(json.dumps({"digest": "0" * 64, "name": "gone"}))
    with pytest.raises(ModelMissing):
        hands.tuned(run)
    (run / "adapter" / "base.json").unlink()
    with pytest.raises(RunUnusable):
        hands.tuned(run)
    assert not (run / CT2).exists()
    shutil.rmtree(run)


@pytest.mark.slow
def test_it_is_made_ready_in_a_process_of_its_own_and_anew_for_another_adapter(made: Path) -> None:
    from safetensors.torch import load_file, save_file

    run = made / "runs" / "run-3"
    shutil.copytree(made / "runs" / "run-1", run, ignore=shutil.ignore_patterns(CT2))
    hands, stages = Voices(settings(made)), list[str]()
    hands.tuned(run, stages.append)
    assert stages == ["merge", "int8", "check"]
    hands.tuned(run, stages.append)
    assert len(stages) == 3
    file = run / "adapter" / "adapter_model.safetensors"
    save_file({name: weight * 0.5 for name, weight in load_file(file).items()}, file, metadata={"format": "pt"})
    hands.tuned(run, stages.append)
    assert len(stages) == 6
    shutil.rmtree(run)
