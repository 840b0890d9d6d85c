"""Taking a tuned model elsewhere: the same model, nothing told of the texts, whole or gone."""

from __future__ import annotations

import errno
import json
import re
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
import yaml
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from skills import memory
from skills.blocks import Message
from skills.contract import Context, Ended
from skills.errors import DiskFull, RunUnusable, UserError, WrongBase
from skills.export import equivalence, gguf_file
from skills.export.errors import CannotConvert, ExportRoom, FormatNotYet, NotTheSame, TellsWhere
from skills.export.gguf_file import open_gguf, write_gguf
from skills.export.gguf_tokenizer import pre_tokenizer, same_tokenizer
from skills.export.kept import begun, delete_export, exports_folder, kept, no_places
from skills.export.merged import _to_bf16
from skills.export.ollama import CONVERSATIONS, read_turns
from skills.export.result import ExportResult
from skills.export_project import ExportInputs
from skills.export_project import run as export_project
from skills.fine_tune import run as fine_tune
from skills.model.base import config, open_base, peft_warnings
from skills.model.chat_template import ChatTemplate
from skills.training import budget
from skills.training.hyperparameters import FineTuneInputs
from skills.workspace import Workspace
from tests.test_fine_tune import add_dataset
from tests.tiny_model import TEMPLATE, make_tiny

SECRET = "la llave de Eulalia Quiroz está debajo de la maceta"
VERSES = [f"{a} {b}, {SECRET}" for a in ("Aquí me pongo", "Vengan santos", "Yo he visto") for b in "abcdefgh"]
EXPORTS = "adapter, merged, ollama"


pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, tiny_model: Path) -> Path:
    """A home with a short run on texts with a sentence, a name and a file name that nobody else has."""
    folder: Path = tmp_path_factory.mktemp("exporting") / "home-of-eulalia"
    torch.set_num_threads(1)
    workspace = Workspace(folder)
    add_dataset(workspace, VERSES, "cartas-de-eulalia")
    run_dir = workspace.runs / "run-1"
    run_dir.mkdir(parents=True)
    inputs = FineTuneInputs(max_steps=2, learning_rate=1e-2, rank=4, precision="fp32")
    fine_tune(inputs, Context(workspace=workspace, language="es", weights=tiny_model, run_dir=run_dir))
    adapter = run_dir / "adapter" / "adapter_model.safetensors"
    made = load_file(adapter)
    # two steps change little: an adapter with a strong effect, so that a copy without it would be noticed
    torch.manual_seed(0)
    save_file({name: torch.randn_like(weight) * 0.3 for name, weight in made.items()}, adapter)
    return folder


@pytest.fixture(autouse=True)
def one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(budget, "set_threads", lambda: torch.set_num_threads(1))


@pytest.fixture
def ctx(home: Path, tiny_model: Path) -> Context:
    return Context(workspace=Workspace(home), language="es", weights=tiny_model)


@pytest.fixture(scope="module")
def exported(home: Path, tiny_model: Path) -> tuple[ExportResult, Path]:
    """All of it, once, and where it is."""
    context = Context(workspace=Workspace(home), language="es", weights=tiny_model)
    result = export_project(ExportInputs(formats=EXPORTS, author="Ana Paz"), context)
    assert result.folder is not None
    return result, home / result.folder


def export(ctx: Context, formats: str = "adapter", **inputs: Any) -> ExportResult:
    return export_project(ExportInputs(formats=formats, **inputs), ctx)


def left(ctx: Context) -> list[str]:
    """What is in the folder of the exports besides the one that the other tests look at."""
    folder = exports_folder(ctx.workspace)
    return [path.name for path in folder.iterdir() if path.name != "run-1-1"] if folder.exists() else []


# --- the same model ---------------------------------------------------------------------------------------------------


def test_each_format_is_opened_again_and_answers_as_the_trained_model(exported: tuple[ExportResult, Path]) -> None:
    result, folder = exported
    assert [check.format for check in result.checks] == ["adapter", "ollama", "merged"]
    for check in result.checks:
        assert check.difference < 2e-3, check
        assert check.same == check.tokens if check.format == "adapter" else check.same >= 0.85 * check.tokens, check
        assert (folder / check.path).is_dir()
        assert check.bytes == sum(path.stat().st_size for path in (folder / check.path).iterdir())
    assert kept(Workspace(folder.parents[2]))[0].id == result.export == "run-1-1"


def test_the_adapter_has_an_effect_that_would_be_missed(exported: tuple[ExportResult, Path], tiny_model: Path) -> None:
    """The checks above mean something only if the base alone would fail them."""
    _, folder = exported
    ids = torch.arange(40)[None] * 7 % 300
    base, merged = (open_base(where, "fp32")(ids).logits for where in (tiny_model, folder / "merged"))
    assert float((base - merged).abs().max()) > 0.1


@pytest.mark.parametrize(
    "architecture",
    [
        "llama",
        "qwen2",
        pytest.param("mistral", marks=pytest.mark.slow),
        pytest.param("qwen3", marks=pytest.mark.slow),
    ],
)
@pytest.mark.parametrize("quantization", ["f16", pytest.param("q8_0", marks=pytest.mark.slow)])
def test_a_gguf_gives_the_same_logits(architecture: str, quantization: Any, tmp_path: Path) -> None:
    weights = make_tiny(architecture, tmp_path / "model")
    # not the norms: those of qwen3's queries and keys would sharpen its attention nine times, and all rounding with it
    tensors = {
        name: weight * 3 if weight.dim() > 1 else weight
        for name, weight in load_file(weights / "model.safetensors").items()
    }
    save_file(tensors, weights / "model.safetensors", metadata={"format": "pt"})
    source: Any = SimpleNamespace(weights=weights, config=config(weights))
    model, path = open_base(weights, "fp32"), tmp_path / "model.gguf"
    write_gguf(model, source, path, quantization, "a title")
    ids = torch.arange(60)[None] * 7 % 300
    expected, found = model(ids).logits, open_gguf(path, "fp32")(ids).logits
    close = 0.005 if quantization == "f16" else 0.15
    assert float((expected - found).abs().max()) < close * float(expected.abs().max())
    assert same_tokenizer(path, weights, source.config)


def test_rows_that_are_not_permuted_are_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    weights = make_tiny("llama", tmp_path / "model")
    tensors = {name: weight * 3 for name, weight in load_file(weights / "model.safetensors").items()}
    save_file(tensors, weights / "model.safetensors", metadata={"format": "pt"})
    monkeypatch.setitem(gguf_file.ARCHITECTURES, "llama", ("llama", False))
    model, path = open_base(weights, "fp32"), tmp_path / "model.gguf"
    write_gguf(model, SimpleNamespace(weights=weights, config=config(weights)), path, "f16", "")  # type: ignore[arg-type]
    ids = torch.arange(60)[None] * 7 % 300
    expected, found = model(ids).logits, open_gguf(path, "fp32")(ids).logits
    assert float((expected - found).abs().max()) > 0.02 * float(expected.abs().max())


def test_rounding_by_chance_keeps_what_rounding_to_the_nearest_loses() -> None:
    weight = torch.randn(400, 400, generator=torch.Generator().manual_seed(1)).to(torch.bfloat16).float()
    learnt = weight.abs() * 2**-9.5  # less than half a step of bf16, for every weight
    model = torch.nn.Linear(400, 400, bias=False)
    model.weight.data = (weight + learnt).half()
    _to_bf16(model)
    nearest = (weight + learnt).to(torch.bfloat16).float() - weight
    by_chance = model.weight.detach().float() - weight
    assert model.weight.dtype == torch.bfloat16
    assert float(nearest.sum() / learnt.sum()) < 0.1
    assert float(by_chance.sum() / learnt.sum()) == pytest.approx(1, abs=0.1)


def test_what_does_not_answer_alike_is_not_kept(ctx: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    from skills.export.merged import write_adapter as write

    def damaged(source: Any, folder: Path) -> None:
        write(source, folder)
        path = folder / "adapter_model.safetensors"
        save_file({name: torch.zeros_like(weight) for name, weight in load_file(path).items()}, path)

    monkeypatch.setattr(import_module("skills.export_project"), "write_adapter", damaged)
    with pytest.raises(NotTheSame) as refused:
        export(ctx)
    assert refused.value.values["format"] == "adapter"
    assert left(ctx) == []


def test_a_loss_that_is_no_number_is_not_the_same() -> None:
    measured = equivalence.Reference(((1, 2),), (((1,), (2,)),), 2.0)
    with pytest.raises(NotTheSame):
        equivalence.judge("merged", "merged", float("nan"), 1, measured)


# --- what it tells ----------------------------------------------------------------------------------------------------


def test_no_file_holds_a_word_of_the_texts_or_a_place_of_this_machine(
    exported: tuple[ExportResult, Path], home: Path, tiny_model: Path
) -> None:
    _, folder = exported
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert len(files) > 15
    for path in files:
        content = path.read_bytes().decode("utf-8", "ignore").casefold()
        for told in ("eulalia", "quiroz", "maceta", "cartas", "vengan santos", str(home), str(tiny_model.parent)):
            assert told.casefold() not in content, (path.name, told)


def test_a_place_of_this_machine_is_noticed(tmp_path: Path) -> None:
    (tmp_path / "export").mkdir()
    (tmp_path / "export" / "config.json").write_text(json.dumps({"path": str(tmp_path)}), "utf-8")
    with pytest.raises(TellsWhere):
        no_places(tmp_path / "export", (tmp_path,))


def test_a_card_says_where_the_model_comes_from(exported: tuple[ExportResult, Path], tiny_model: Path) -> None:
    _, folder = exported
    for form, relation in {"adapter": "adapter", "merged": "finetune", "ollama": "quantized"}.items():
        _, matter, body = (folder / form / "README.md").read_text("utf-8").split("---\n", 2)
        told = yaml.safe_load(matter)
        assert (told["base_model"], told["base_model_relation"]) == (tiny_model.name, relation)
        assert (told["license"], told["license_name"], told["language"]) == ("other", "all-rights-reserved", ["es"])
        assert "24 textos" in body
        assert "Ana Paz" in body
        assert "derechos reservados" in body
        assert json.loads((folder / "adapter" / "base.json").read_text("utf-8"))["digest"] in body
        assert (folder / form / "NOTICE").exists() == (form != "adapter")


def test_a_chosen_licence_and_language_are_on_the_card(ctx: Context) -> None:
    result = export(replace(ctx, language="en"), licence="cc-by-nc-4.0", title="Verses")
    assert result.folder is not None
    told = (ctx.workspace.home / result.folder / "adapter" / "README.md").read_text("utf-8")
    assert "license: cc-by-nc-4.0\n" in told
    assert "# Verses" in told
    assert "under the licence `cc-by-nc-4.0`" in told
    delete_export(ctx.workspace, str(result.export))
    assert left(ctx) == []


@pytest.mark.parametrize("form", ["adapter", "merged"])
def test_the_example_of_the_card_runs(
    form: str,
    exported: tuple[ExportResult, Path],
    tiny_model: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    _, folder = exported
    told = (folder / form / "README.md").read_text("utf-8")
    code = re.findall(r"```python\n(.*?)```\n", told, re.S)
    monkeypatch.chdir(folder / form)
    monkeypatch.setattr(sys, "argv", ["use.py", str(tiny_model)])
    with peft_warnings():
        exec(compile(code[0], "README.md", "exec"), {})
    assert "Había una vez" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("verdict", "copied", "said"),
    [
        ("learnt", 9, "some"), ("learnt", 3, "few"), ("barely", 0, "none"),
        ("by_heart", 30, "by_heart"), ("by_heart", 3, "by_heart_few"), (None, None, "unknown"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("language", ["es", "en"])
def test_what_may_come_out_is_said_first(
    exported: tuple[ExportResult, Path], verdict: Any, copied: int | None, said: str, language: Any
) -> None:
    from tutor.words import Words

    changes = {"verdict": verdict, "longest_copy": copied, "later": ("report",), "licence": "mit"}
    result, words = exported[0].model_copy(update=changes), Words(language)
    first, second, *_ = result.blocks()
    assert (first.kind, second.kind) == ("notice", "notice")
    assert first.message.id == f"export_project.copied.{said}"  # type: ignore[union-attr]
    for shown in (result, result.model_copy(update={"checks": ()})):
        for message in messages([block.model_dump() for block in shown.blocks()]):
            assert words(message)
        assert all(words(offer.label) for offer in shown.offers())


def messages(found: Any) -> list[Message]:
    if isinstance(found, Mapping):
        if set(found) == {"id", "values"}:
            return [Message(**found)]
        return [message for each in found.values() for message in messages(each)]
    if isinstance(found, list | tuple):
        return [message for each in found for message in messages(each)]
    return []


def test_without_a_format_it_says_what_can_be_had(ctx: Context) -> None:
    result = export(ctx, "")
    assert {choice.format: choice.bytes > 1000 for choice in result.choices} == dict.fromkeys(
        ("adapter", "merged", "ollama", "gguf"), True
    )
    assert [offer.inputs.get("formats", [None])[0] for offer in result.offers()] == [
        "adapter", "merged", "ollama", None,
    ]  # fmt: skip
    assert result.offers()[-1].skill == "scan_private_data"
    assert left(ctx) == []


# --- refused, and nothing left ----------------------------------------------------------------------------------------


def test_another_base_is_refused(ctx: Context, tmp_path: Path) -> None:
    other = make_tiny("llama", tmp_path / "other")
    with pytest.raises(WrongBase):
        export(replace(ctx, weights=other))
    with pytest.raises(RunUnusable):
        export(ctx, run="run-2")
    assert left(ctx) == []


def test_what_is_not_made_yet_is_said(ctx: Context) -> None:
    with pytest.raises(FormatNotYet) as refused:
        export(ctx, "report")
    assert refused.value.values["kind"] == "report"
    assert ExportInputs(formats=["adapter", "gguf"]).formats == ("adapter", "gguf")


def test_a_base_whose_conversion_was_never_verified_is_refused(tmp_path: Path) -> None:
    gemma = make_tiny("gemma3", tmp_path / "gemma3")
    with pytest.raises(CannotConvert):
        gguf_file.check_convertible(SimpleNamespace(weights=gemma, config=config(gemma)))  # type: ignore[arg-type]
    llama = make_tiny("llama", tmp_path / "llama")
    stretched = config(llama) | {"rope_parameters": {"rope_type": "llama3", "rope_theta": 1e4}}
    with pytest.raises(CannotConvert) as refused:
        gguf_file.check_convertible(SimpleNamespace(weights=llama, config=stretched))  # type: ignore[arg-type]
    assert refused.value.values["kind"] == "positions"
    tokenizer = json.loads((llama / "tokenizer.json").read_text("utf-8"))
    tokenizer["pre_tokenizer"] = {"type": "Metaspace"}
    (llama / "tokenizer.json").write_text(json.dumps(tokenizer), "utf-8")
    with pytest.raises(CannotConvert):
        pre_tokenizer(llama)


def test_too_little_room_is_said_before_anything_is_written(ctx: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(Workspace, "free_bytes", lambda self: 1000)
        with pytest.raises(ExportRoom) as refused:
            export(ctx)
        assert refused.value.values["kind"] == "disk"
    monkeypatch.setattr(memory, "free_memory", lambda: 1000)
    with pytest.raises(ExportRoom) as refused:
        export(ctx)
    assert refused.value.values["kind"] == "memory"
    assert left(ctx) == []


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, "No space left on device"),
        OSError("16384 requested and 12288 written"),  # numpy
        SafetensorError("Error while serializing: I/O error: No space left on device (os error 28)"),
    ],
)
def test_a_disk_that_fills_up_leaves_nothing(ctx: Context, monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def fails(source: Any, folder: Path) -> None:
        folder.mkdir()
        (folder / "half").write_bytes(b"half")
        raise error

    monkeypatch.setattr(import_module("skills.export_project"), "write_adapter", fails)
    with pytest.raises(DiskFull):
        export(ctx)
    assert left(ctx) == []


def test_a_stop_leaves_nothing_and_what_a_kill_left_is_cleared(ctx: Context) -> None:
    for asked, ended in {"stop": "stopped", "pause": "paused"}.items():
        with pytest.raises(Ended) as how:
            export(replace(ctx, requested=lambda asked=asked: asked))  # type: ignore[misc]
        assert (how.value.kind, how.value.kept) == (ended, False)
        assert left(ctx) == []
    half = exports_folder(ctx.workspace) / ".run-1-7.writing"
    (half / "adapter").mkdir(parents=True)
    shutil.copy(exports_folder(ctx.workspace) / "run-1-1" / "export.json", half)
    assert [card.id for card in kept(ctx.workspace)] == ["run-1-1"]
    with pytest.raises(UserError), begun(ctx.workspace, "run-1"):
        raise WrongBase(adapter="a", base="b")
    assert left(ctx) == []


# --- Ollama -----------------------------------------------------------------------------------------------------------

SMOLLM = (
    "{% for message in messages %}{% if loop.first and messages[0]['role'] != 'system' %}{{ '<|im_start|>system\n"
    "You are a helpful AI assistant<|im_end|>\n' }}{% endif %}{{'<|im_start|>' + message['role'] + '\n' + "
    "message['content'] + '<|im_end|>' + '\n'}}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
GEMMA = (
    "{{ bos_token }}{% for m in messages %}<start_of_turn>{{ 'model' if m.role == 'assistant' else m.role }}\n"
    "{{ m.content | trim }}<end_of_turn>\n{% endfor %}{% if add_generation_prompt %}<start_of_turn>model\n{% endif %}"
)


@pytest.mark.parametrize("source", [TEMPLATE, SMOLLM])
def test_the_template_for_ollama_writes_what_the_chat_template_writes(source: str) -> None:
    template = ChatTemplate(source, {})
    turns = read_turns(template)
    assert turns is not None
    for conversation in CONVERSATIONS:
        assert in_go(turns.go(), conversation) == template.render(conversation, True)


def test_a_template_that_changes_what_is_said_is_not_put_into_go() -> None:
    assert read_turns(ChatTemplate(GEMMA, {"bos_token": "<bos>"})) is None


def test_a_model_trained_on_texts_goes_on_with_them(exported: tuple[ExportResult, Path]) -> None:
    _, folder = exported
    told = (folder / "ollama" / "Modelfile").read_text("utf-8")
    (gguf,) = (folder / "ollama").glob("*.gguf")
    assert told.startswith(f'FROM ./{gguf.name}\nTEMPLATE """\n{{{{ .Prompt }}}}"""\n')
    assert 'PARAMETER stop "<|im_end|>"' in told
    chat = (folder / "ollama" / "Modelfile.chat").read_text("utf-8")
    go = chat.split('TEMPLATE """')[1].split('"""')[0]
    assert in_go(go, CONVERSATIONS[1]) == ChatTemplate(TEMPLATE, {}).render(CONVERSATIONS[1], True)


def in_go(template: str, turns: Sequence[Mapping[str, str]]) -> str:
    """As Go's text/template does it: the actions that these templates have, run on a conversation."""
    parts = re.split(r"\{\{ (.*?) \}\}", template)
    system = "\n\n".join(turn["content"] for turn in turns if turn["role"] == "system")

    def until(at: int, stops: tuple[str, ...]) -> int:
        depth = 0
        while depth or not parts[at].startswith(stops):
            depth += parts[at].startswith(("if ", "range ")) - (parts[at] == "end")
            at += 2
        return at

    def holds(test: str, turn: Mapping[str, str]) -> bool:
        if test == "not .System":
            return not system
        found = re.fullmatch(r'eq \.Role "(\w+)"', test)
        assert found, test
        return turn["role"] == found[1]

    def write(begin: int, end: int, turn: Mapping[str, str]) -> str:
        """The text parts[begin] and what follows, up to the action parts[end]."""
        said, at = parts[begin], begin + 1
        while at < end:
            action = parts[at]
            if action == ".Content":
                said, at = said + turn["content"], at + 2
            elif action == "range .Messages":
                close = until(at + 2, ("end",))
                said, at = said + "".join(write(at + 1, close, each) for each in turns), close + 2
            else:
                done = False
                while parts[at] != "end":
                    test = parts[at].removeprefix("else ").removeprefix("if ")
                    close = until(at + 2, ("else", "end"))
                    if not done and (test == "else" or holds(test, turn)):
                        said, done = said + write(at + 1, close, turn), True
                    at = close
                at += 2
            said += parts[at - 1]
        return said

    return write(0, len(parts), {})
