"""What the model of a run talks from: like the trained one, kept in the run's folder, made anew for another adapter."""

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
from tutor.lm import engines, tuned
from tutor.lm.convert import convert
from tutor.lm.engines import open_llama
from tutor.lm.installed import Manifest, find, write_manifest
from tutor.lm.llama_check import Verdict
from tutor.lm.voices import Voices
from tutor.settings import Settings

NOT_HERE = Verdict(wheel="", processor="", reason="instructions")
MADE = (tuned.ADAPTER, tuned.CARD)


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


def test_what_talks_answers_as_what_was_trained(made: Path) -> None:
    import torch

    model, run = find(made, "tiny"), made / "runs" / "run-1"
    stages: list[str] = []
    card = tuned.make(model.folder, run, model.profile.digest, stages.append)
    assert stages == ["adapter", "check"]
    assert tuned.ready(run) == card
    assert card.nats_talking == pytest.approx(card.nats, rel=tuned.TOLERANCE)
    trained = open_tuned(model.weights, run / "adapter").merge_and_unload()
    ids = [5, 6, 7, 8, 9, 10]
    with torch.inference_mode():
        logits = trained(input_ids=torch.tensor([ids])).logits[0, :-1].log_softmax(-1)
    wanted = logits.gather(-1, torch.tensor(ids[1:])[:, None])[:, 0].numpy()
    found = open_llama(model, 1, run / tuned.ADAPTER).weigh(ids)
    base = open_llama(model, 1).weigh(ids)
    np.testing.assert_allclose(found, wanted, atol=0.1)
    assert np.abs(base - wanted).max() > 3 * np.abs(found - wanted).max()  # the adapter is in it
    assert not list(run.glob(".*.part"))


def test_a_voice_is_the_runs_own_and_repeats_with_its_seed(made: Path) -> None:
    model, run = find(made, "tiny"), made / "runs" / "run-1"
    if tuned.ready(run) is None:
        tuned.make(model.folder, run, model.profile.digest)
    hands = Voices(settings(made))
    options = Options(max_tokens=12, temperature=0.8, top_p=0.9, seed=3)
    mine = hands.tuned(run)
    first = "".join(mine.generate("Aquí me", options))
    assert first == "".join(hands.tuned(run).generate("Aquí me", options))
    assert first != "".join(hands.base(run).generate("Aquí me", options))
    assert not mine.ended or first


def test_what_cannot_be_made_ready_is_said(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = made / "runs" / "run-2"
    shutil.copytree(made / "runs" / "run-1", run, ignore=shutil.ignore_patterns(*MADE))
    hands = Voices(settings(made))
    usage = shutil.disk_usage(run)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage._replace(free=10))
    with pytest.raises(DiskFull):
        hands.tuned(run)
    monkeypatch.undo()
    model = find(made, "tiny")
    (run / "adapter" / "base.json").write_text(json.dumps({"digest": "0" * 64, "name": "tiny"}))
    with pytest.raises(WrongBase):
        tuned.make(model.folder, run, model.profile.digest)
    (run / "adapter" / "base.json").write_text(json.dumps({"digest": "0" * 64, "name": "gone"}))
    with pytest.raises(ModelMissing):
        hands.tuned(run)
    (run / "adapter" / "base.json").unlink()
    with pytest.raises(RunUnusable):
        hands.tuned(run)
    assert not [name for name in MADE if (run / name).exists()]
    shutil.rmtree(run)


@pytest.mark.slow
def test_it_is_made_ready_in_a_process_of_its_own_and_anew_for_another_adapter(made: Path) -> None:
    from safetensors.torch import load_file, save_file

    run = made / "runs" / "run-3"
    shutil.copytree(made / "runs" / "run-1", run, ignore=shutil.ignore_patterns(*MADE))
    find(made, "tiny").folder.joinpath("model.gguf").unlink(missing_ok=True)
    hands, stages = Voices(settings(made)), list[str]()
    hands.tuned(run, stages.append)
    assert stages == ["gguf", "adapter", "check"]
    hands.tuned(run, stages.append)
    assert len(stages) == 3
    options = Options(max_tokens=12, temperature=0.8, seed=3)
    written = "".join(hands.tuned(run).generate("Aquí me", options))
    file = run / "adapter" / "adapter_model.safetensors"
    save_file({name: weight * 3 for name, weight in load_file(file).items()}, file, metadata={"format": "pt"})
    other = hands.tuned(run, stages.append)
    assert stages[3:] == ["adapter", "check"]  # the base is there already
    assert "".join(other.generate("Aquí me", options)) != written
    shutil.rmtree(run)


def test_where_llama_does_not_run_the_voices_are_the_other_engines(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "check", lambda home: NOT_HERE)
    run, hands = made / "runs" / "run-1", Voices(settings(made))
    options = Options(max_tokens=6, seed=1, temperature=0.8)
    mine, base = hands.tuned(run), hands.base(run)
    assert "".join(mine.generate("Aquí me", options)) != "".join(base.generate("Aquí me", options))
