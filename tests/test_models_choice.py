"""The catalogue holds together; the choice follows memory, disk, speed and language; models play their roles."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from skills.contract import Language, Profile
from skills.errors import ModelMissing
from tests.tiny_model import make_tiny
from tutor.lm import speed as speed_module
from tutor.lm.catalogue import Hub, Package, Role, load_catalogue
from tutor.lm.choose import TooLittleMemory, choose, needed, plan, too_slow
from tutor.lm.hardware import Machine, measure
from tutor.lm.installed import (
    Manifest,
    RoleUnfit,
    find,
    held,
    installed,
    models_folder,
    remove,
    tokenizers,
    use,
    write_manifest,
)
from tutor.lm.origin import came_from, origins
from tutor.lm.speed import Speed, fastest, known_speed, measure_speed
from tutor.settings import build_settings
from tutor.words import LANGUAGES, Words, called

GB = 10**9
DIGEST = "0" * 64
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
    assert small == large == ("qwen3-0.6b",)
    assert choose(load_catalogue(), replace(LAPTOP, cores=2), "es").larger == ()


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
        bench = "workbench" in entry.roles
        assert (needed(entry) < entry.memory.train) == bench
        # a workbench has bf16 for training and a GGUF to talk from; the others are kept as they came
        assert entry.disk > (entry.parameters * 2.5 if bench else entry.weights)
        assert all(entry.good_for in Words(language) for language in LANGUAGES)
        assert all("{" not in origins(entry, words) for words in map(Words, LANGUAGES))
        for source in entry.sources:
            if isinstance(source, Hub):
                assert set(source.sha256) <= set(source.files)
                one = len(source.files) == 1 and source.files[0].endswith(".gguf")
                assert one == (entry.roles == ("tutor",))
                assert one or "config.json" in source.files
            elif isinstance(source, Package):
                assert len({part.package for part in source.parts}) == len(source.parts)
    tutors = [entry for entry in catalogue if entry.roles == ("tutor",)]
    assert all(1.5e9 < entry.parameters < 4.1e9 and "es" in entry.writes for entry in tutors)
    assert all(source.download for entry in tutors for source in entry.sources)
    assert {entry.roles for entry in catalogue} == {("workbench", "tutor"), ("tutor",), ("encoder",)}
    with pytest.raises(ModelMissing):
        catalogue["gpt-9"]


def test_this_computer_can_be_measured(tmp_path: Path) -> None:
    machine = measure(tmp_path / "not" / "yet")
    assert machine.cores >= 1
    assert 0 < machine.free_memory <= machine.memory
    assert machine.free_disk > 0


# --- the plan of the set-up ------------------------------------------------------------------------------------------

DESKTOP = Machine(cores=8, memory=16 * GB, free_memory=12 * GB, free_disk=50 * GB)
QUICK = Speed(tokens=60, weights=491_400_064)
"""Of the 0.5B on 2 cores of a Zen 5: 9 words a second are to be expected of the 4B."""


def names(machine: Machine, have: tuple[Role, ...] = (), light: bool = False, speed: Speed | None = None) -> list[str]:
    return [choice.entry.name for choice in plan(load_catalogue(), machine, "es", have, light, speed).choices]


BENCH, ENCODER = "qwen2.5-0.5b-instruct", "multilingual-e5-small"


@pytest.mark.parametrize(
    ("free", "disk", "cores", "speed", "tutor"),
    [
        (12, 50, 8, None, "qwen3-4b-instruct-2507"),
        (12, 50, 4, None, "qwen3-1.7b"),  # nothing measured: cores
        (12, 50, 2, QUICK, "qwen3-1.7b"),  # 7.5 words a second of the 4B
        (12, 50, 2, replace(QUICK, tokens=70), "qwen3-4b-instruct-2507"),
        (12, 50, 2, replace(QUICK, tokens=31), "qwen2.5-1.5b-instruct"),
        (12, 50, 8, replace(QUICK, tokens=20), None),
        (12, 50, 8, replace(QUICK, tokens=4, quiet=False), "qwen3-4b-instruct-2507"),  # disturbed: cores
        (4.5, 50, 8, QUICK, "qwen3-1.7b"),
        (3.5, 50, 8, QUICK, "qwen2.5-1.5b-instruct"),
        (3, 50, 8, QUICK, None),
        (12, 8.5, 8, replace(QUICK, tokens=90), "qwen3-1.7b"),  # the workbench and the encoder have their room first
        (12, 4, 8, QUICK, None),
    ],
)
def test_the_tutor_follows_memory_disk_and_speed(
    free: float, disk: float, cores: int, speed: Speed | None, tutor: str | None
) -> None:
    machine = replace(DESKTOP, cores=cores, free_memory=int(free * GB), free_disk=int(disk * GB))
    made = plan(load_catalogue(), machine, "es", speed=speed)
    assert [choice.entry.name for choice in made.choices] == [BENCH, ENCODER, *([tutor] if tutor else [])]
    assert bool(made.alone) == (tutor is None)
    for words in map(Words, LANGUAGES):
        assert all(words(reason) for choice in made.choices for reason in choice.reasons)
        assert all(words(reason) for reason in made.alone)


def test_what_is_here_is_not_brought_again_and_light_does_without_the_tutor() -> None:
    assert names(DESKTOP, light=True) == [BENCH, ENCODER]
    assert names(DESKTOP, ("workbench",), speed=QUICK) == [ENCODER, "qwen3-1.7b"]
    assert names(DESKTOP, ("workbench", "encoder", "tutor")) == []
    assert names(DESKTOP, ("workbench", "encoder"), light=True) == []
    made = plan(load_catalogue(), DESKTOP, "es")
    assert made.download == sum(choice.entry.download for choice in made.choices) > 3 * GB
    assert [reason.id for reason in plan(load_catalogue(), DESKTOP, "es", light=True).alone] == ["models.alone.light"]


def test_the_reasons_say_why_not_the_better_one() -> None:
    chosen = plan(load_catalogue(), DESKTOP, "es", speed=QUICK).choices[-1]
    ids = [reason.id for reason in chosen.reasons]
    assert ids[1:] == ["models.reason.memory_beside", "models.reason.words", "models.refused.speed"]
    told = Words("es")(chosen.reasons[-1])
    assert "Qwen3 4B" in told
    assert "8 palabras por segundo" in told


def test_words_a_second() -> None:
    assert QUICK.words(QUICK.weights, "es") == pytest.approx(60 / 1.57)
    assert QUICK.words(2 * QUICK.weights, "en") == pytest.approx(30 / 1.24)
    assert too_slow(Speed(12, 10**9), "es")
    assert not too_slow(Speed(13, 10**9), "es")
    assert not too_slow(Speed(12, 10**9), "en")
    assert not too_slow(Speed(1, 10**9, quiet=False), "es")  # nobody knows


def test_a_speed_is_measured_once_on_each_processor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings, asked = build_settings(tmp_path), list[str]()
    put(tmp_path, "talker", roles=("tutor",))
    model = find(tmp_path, "talker")

    def measure(answer: Speed | None) -> speed_module.Measure:
        def act(gguf: Path, settings: object) -> Speed | None:
            asked.append(gguf.parent.name)
            return answer

        return act

    monkeypatch.setattr(speed_module, "processor_name", lambda: "Zen 5")
    assert known_speed(model, settings, measure(None)) is None
    disturbed = Speed(3, 1000, quiet=False)
    assert known_speed(model, settings, measure(disturbed)) == disturbed
    assert known_speed(model, settings, measure(Speed(60, 1000))) == Speed(60, 1000)
    assert known_speed(model, settings, measure(None)) == Speed(60, 1000)
    assert len(asked) == 3
    monkeypatch.setattr(speed_module, "processor_name", lambda: "Celeron")
    assert known_speed(model, settings, measure(Speed(6, 1000))) == Speed(6, 1000)
    put(tmp_path, "bench")
    assert known_speed(find(tmp_path, "bench"), settings, measure(Speed(6, 1000))) is None  # no GGUF
    assert len(asked) == 4


def test_the_fastest_stretch_counts() -> None:
    slow, quick = [i * 1.0 for i in range(20)], [20 + i * 0.1 for i in range(30)]
    assert fastest([*slow, *quick, 40.0]) == pytest.approx(10)
    assert fastest([3.0, 3.5]) == 2
    with pytest.raises(ValueError, match="nothing"):
        fastest([1.0])


def test_a_probe_that_dies_is_no_speed(tmp_path: Path) -> None:
    (tmp_path / "broken.gguf").write_bytes(b"GGUF, but not really")
    assert measure_speed(tmp_path / "broken.gguf", build_settings(tmp_path)) is None


# --- what is installed -----------------------------------------------------------------------------------------------


def put(home: Path, name: str, roles: tuple[Role, ...] = ("tutor", "workbench")) -> None:
    """A model of an earlier version, by its files; with other roles, one of this."""
    folder = models_folder(home) / name
    place = "transformers" if "workbench" in roles else "tokenizer" if "tutor" in roles else "encoder"
    (folder / place).mkdir(parents=True)
    (folder / place / "model.safetensors").write_bytes(b"x" * 1000)
    if roles == ("tutor",):
        (folder / "model.gguf").write_bytes(b"x" * 1000)
    catalogue = load_catalogue()
    size = catalogue[name].parameters if name in catalogue else 1
    profile = Profile(
        name=name, writes=("es",), context=512, parameters=size, disk_bytes=1, memory_bytes=1, licence="", digest=DIGEST
    )
    write_manifest(home, Manifest(profile=profile, label=name, roles=roles))


def test_each_role_is_played_by_who_is_best_at_it(tmp_path: Path) -> None:
    put(tmp_path, "smollm2-135m-instruct")  # as the version before wrote it
    assert held(tmp_path) == {"workbench"}
    assert find(tmp_path, None, "tutor").name == "smollm2-135m-instruct"
    with pytest.raises(ModelMissing):
        find(tmp_path, None, "encoder")
    put(tmp_path, "qwen2.5-coder-1.5b-instruct", roles=("tutor",))
    put(tmp_path, "multilingual-e5-small", roles=("encoder",))
    assert held(tmp_path) == {"workbench", "tutor", "encoder"}
    voice, bench, encoder = (find(tmp_path, None, role) for role in ("tutor", "workbench", "encoder"))  # type: ignore[arg-type]
    assert [model.name for model in (voice, bench, encoder)] == [
        "qwen2.5-coder-1.5b-instruct", "smollm2-135m-instruct", "multilingual-e5-small"
    ]  # fmt: skip
    assert voice.gguf == voice.folder / "model.gguf"
    assert bench.gguf is None
    assert (voice.tokenizer, bench.tokenizer) == (voice.folder / "tokenizer", bench.weights)
    assert (encoder.tokenizer, encoder.encoder.is_dir()) == (None, True)
    assert list(tokenizers(tmp_path)) == ["smollm2-135m-instruct", "qwen2.5-coder-1.5b-instruct"]
    for role, name in (("workbench", voice.name), ("tutor", encoder.name), ("encoder", bench.name)):
        with pytest.raises(RoleUnfit) as raised:
            use(tmp_path, role, name)  # type: ignore[arg-type]
        assert all(called(name) in Words(language).error(raised.value)["what"] for language in LANGUAGES)
    use(tmp_path, "tutor", bench.name)
    assert find(tmp_path, None, "tutor").name == bench.name
    remove(tmp_path, voice.name)
    assert held(tmp_path) == {"workbench", "encoder"}


def test_where_a_model_came_from() -> None:
    profile = Profile(
        name="a", writes=(), context=1, parameters=1, disk_bytes=1, memory_bytes=1, licence="", digest=DIGEST
    )
    manifest = Manifest(profile=profile, label="a", source=f"hub Qwen/A {'ab' * 20}")
    for words in map(Words, LANGUAGES):
        assert "Qwen/A" in words(came_from(manifest))
        assert "abababa" in words(came_from(manifest))
        assert words(came_from(manifest.model_copy(update={"source": "package"})))
        assert words(came_from(manifest.model_copy(update={"source": "local"})))


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
