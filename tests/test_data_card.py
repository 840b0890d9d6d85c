"""Every data set opens with `datasets.load_dataset(folder)`, before and after changes, with a card that is true."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from skills import skill
from skills.contract import Context
from skills.dataset.revise import revise, undo
from skills.load_dataset import LoadInputs, run
from skills.reading.card import CARD, fields_of, front_matter
from skills.workspace import Row, write_atomic
from tests import corpus_texts as texts
from tests.corpus_files import json_lines, zipped
from tests.datasets import bring
from tutor.data_card import keep_cards
from tutor.processes.execute import execute

MASK = [Row(prompt="¿Quién?", completion=f"Nadie, {i}.", document=i) for i in range(3)]
SAID = [
    {"messages": [{"role": "user", "content": q}, {"role": "assistant", "content": a}], "title": f"Charla {i}"}
    for i, (q, a) in enumerate(texts.questions(6))
]
BAD = '{"prompt": "¿Y el "otro" cajón?", "completion": "Vacío."}\n'
PAIRS = json_lines({"prompt": q, "completion": a} for q, a in texts.questions(6))


def load(ctx: Context, tmp_path: Path, name: str, data: str | bytes, **more: Any) -> Path:
    """The folder of the data set that a file became."""
    path = tmp_path / name
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return ctx.workspace.datasets / run(LoadInputs(path=path, **more), ctx).dataset


def opened(folder: Path, tmp_path: Path) -> list[dict[str, Any]]:
    """The rows as `datasets` gives them, without what is not there."""
    import datasets

    datasets.disable_progress_bars()
    found = datasets.load_dataset(str(folder), split="train", cache_dir=str(tmp_path / "cache"))
    return [{name: cell for name, cell in row.items() if cell is not None} for row in found]


def kept(ctx: Context, folder: Path) -> list[dict[str, Any]]:
    return [json.loads(row.model_dump_json(exclude_none=True)) for row in ctx.workspace.rows(folder.name)]


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("pares.jsonl", PAIRS), ("charlas.jsonl", json_lines(SAID)), ("cuento.txt", "\n\n".join(texts.PROSE)),
        ("coplas.txt", f"LA LLUVIA\n\n{texts.COPLAS}"),
        ("todo.zip", zipped({"a.jsonl": PAIRS, "b.jsonl": json_lines(SAID), "c.txt": texts.COPLAS})),
    ],
)  # fmt: skip
def test_a_data_set_opens_in_a_notebook(ctx: Context, tmp_path: Path, name: str, data: str | bytes) -> None:
    folder = load(ctx, tmp_path, name, data)
    rows = opened(folder, tmp_path)
    assert rows == kept(ctx, folder)
    assert len(rows) >= 4


def test_it_opens_as_it_is_after_each_change(ctx: Context, tmp_path: Path) -> None:
    folder = load(ctx, tmp_path, "pares.jsonl", PAIRS)
    before = kept(ctx, folder)
    revise(ctx.workspace, folder.name, "mask", 3, MASK)
    assert (
        opened(folder, tmp_path)
        == kept(ctx, folder)
        == [json.loads(r.model_dump_json(exclude_none=True)) for r in MASK]
    )
    undo(ctx.workspace, folder.name)
    assert opened(folder, tmp_path) == before
    run(LoadInputs(file=folder.name, shape="table"), ctx)
    after = opened(folder, tmp_path)
    assert after == kept(ctx, folder)
    assert after[0].keys() == {"text", "document"}


@pytest.mark.slow
def test_fields_that_come_late_are_opened_as_well(ctx: Context, tmp_path: Path) -> None:
    """`datasets` looks at the beginning of a file for its columns: 10 MB."""
    long = "una palabra tras otra " * 500
    rows = [{"text": f"{long} {i}", "title": ""} for i in range(1_000)] + [{"text": "el fin de esto", "title": "Fin"}]
    folder = load(ctx, tmp_path, "largo.jsonl", json_lines(rows))
    assert opened(folder, tmp_path)[-1]["title"] == "Fin"


def test_a_data_set_of_before_opens_once_it_has_a_card(ctx: Context, tmp_path: Path) -> None:
    manifest = bring(ctx.workspace, "viejo.txt", [Row(text=text, document=0) for text in texts.PROSE])
    keep_cards(ctx.workspace, "es")
    folder = ctx.workspace.datasets / manifest.id
    assert fields_of(manifest) == ("text", "title", "document")
    assert opened(folder, tmp_path) == kept(ctx, folder)


# --- what the card says -----------------------------------------------------------------------------------------------


def card(folder: Path) -> tuple[dict[str, Any], str]:
    """The front matter and the body."""
    _, matter, body = (folder / CARD).read_text("utf-8").split("---\n", 2)
    return yaml.safe_load(matter), body


def work(ctx: Context, name: str, **given: Any) -> None:
    execute(skill(name), given, ctx, lambda event: None)


def test_the_card_tells_how_it_was_read_and_what_was_left_out(ctx: Context, tmp_path: Path) -> None:
    path = tmp_path / "pares.jsonl"
    path.write_text(PAIRS + BAD, "utf-8")
    work(ctx, "load_dataset", path=str(path))
    (manifest,) = ctx.workspace.manifests()
    folder = ctx.workspace.datasets / manifest.id
    matter, body = card(folder)
    assert (matter["language"], matter["pretty_name"], matter["size_categories"]) == (["es"], "pares.jsonl", ["n<1K"])
    assert [field["name"] for field in matter["dataset_info"]["features"]] == ["prompt", "completion", "document"]
    assert "Filas: 6" in body
    assert "mirá el renglón 7" in body
    assert "`left_out.jsonl`" in body
    assert "cambió después" not in body
    assert texts.questions(6)[0][1] not in body


def test_the_card_is_true_after_a_change_and_under_a_new_name(ctx: Context, tmp_path: Path) -> None:
    path = tmp_path / "cuento.txt"
    path.write_text("\n\n".join([*texts.PROSE, texts.PROSE[0]]), "utf-8")
    work(ctx, "load_dataset", path=str(path))
    (manifest,) = ctx.workspace.manifests()
    folder = ctx.workspace.datasets / manifest.id
    assert "Filas: 6" in card(folder)[1]
    work(ctx, "clean_dataset", apply=["duplicates"])
    matter, body = card(folder)
    assert "Filas: 5" in body
    assert ": una fila." in body.split("cambió después")[1]
    assert matter["configs"][0]["data_files"][0]["path"] == ctx.workspace.find(manifest.id).rows_file
    ctx.workspace.rename(manifest.id, "Mi cuento")
    keep_cards(ctx.workspace, "en")
    matter, body = card(folder)
    assert matter["pretty_name"] == "Mi cuento"
    assert "What was changed since" in body


def test_a_card_that_is_as_new_as_its_text_is_not_written_again(ctx: Context, tmp_path: Path) -> None:
    folder = load(ctx, tmp_path, "pares.jsonl", PAIRS)
    assert (folder / CARD).read_text("utf-8") == front_matter(ctx.workspace.find(None))
    keep_cards(ctx.workspace, "es")
    written = (folder / CARD).stat().st_mtime_ns
    keep_cards(ctx.workspace, "es")
    assert (folder / CARD).stat().st_mtime_ns == written
    write_atomic(folder / "manifest.json", (folder / "manifest.json").read_bytes())
    keep_cards(ctx.workspace, "es")
    assert (folder / CARD).stat().st_mtime_ns > written
