"""JSON is read value by value wherever the window ends; what is broken is named by its line and the rest is read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from skills.contract import Context
from skills.errors import FileTooLarge, FileUnreadable
from skills.load_dataset import LoadInputs, run
from skills.reading import json_text
from skills.reading.chat_marks import common_end
from skills.reading.left_out import LeftOut
from skills.reading.lenient import Unfinished, Wrong, mended
from skills.reading.read import TextSource
from tests.corpus_notes import arrow, parquet
from tutor.words import Words

RECORD = '{"texto": "la casa \\"chica\\"", "n": 12}'


def read(text: str, tmp_path: Path) -> tuple[list[tuple[Any, int]], LeftOut]:
    path = tmp_path / "x.json"
    path.write_text(text, "utf-8")
    left = LeftOut()
    source = TextSource(path, path.stat().st_size, "utf-8", "utf-8", ())
    return [(value, within) for value, within in json_text.values(source, "x.json", left)], left


LAYOUTS = {
    "lines": f"{RECORD}\n" * 4,
    "pretty": json.dumps([json.loads(RECORD)] * 4, indent=3),
    "comments": f"// uno\n[ {RECORD}, /* dos */ {RECORD}\n# tres\n,]\n",
    "one after the other": RECORD * 3,
    "python": "{'texto': 'la casa \"chica\"', 'n': 12, 'x': None}\n" * 3,
    "broken": f'{RECORD}\n{{"texto": "la "casa", "n": 12}}\n{RECORD}\n',
    "cut": f"[{RECORD}, {RECORD}, {RECORD[:-5]}",
    "numbers": "[[1, 22, 333], [4444, 55555, 666666]]",
    "texts": '["uno", "dos", "tres"]',
    "wrapped and broken": f'{{"v": 1, "d": [{RECORD}, {{"texto": "la "casa"}}, {RECORD}], "fin": true}}',
}


@pytest.mark.parametrize("size", [1, 2, 3, 7, 16, 40])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_it_makes_no_difference_where_the_window_ends(
    layout: str, size: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, left = read(LAYOUTS[layout], tmp_path)
    assert whole
    monkeypatch.setattr(json_text, "CHUNK", size)
    pieces, left_too = read(LAYOUTS[layout], tmp_path)
    assert pieces == whole
    assert {kind: left[kind] for kind in ("json_lines", "json_cut", "json_mended", "json_comments")} == {
        kind: left_too[kind] for kind in ("json_lines", "json_cut", "json_mended", "json_comments")
    }
    assert left.noted == left_too.noted


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_broken_values_are_named_by_their_lines(tmp_path: Path, ends: str) -> None:
    lines = [RECORD] * 12
    for number in (3, 7, 8):
        lines[number - 1] = '{"texto": "dijo "hola" y nada más"}'
    values, left = read(ends.join(lines), tmp_path)
    assert len(values) == 9
    assert (left["json_lines"], left.noted["json_lines_names"]) == (3, "3, 7, 8")
    assert "line 3 column" in str(left.noted["json_lines_error"])
    assert [text for _, text in left.pieces] == ['{"texto": "dijo "hola" y nada más"}'] * 3


def test_in_objects_over_several_lines_the_line_is_that_of_the_fault(tmp_path: Path) -> None:
    pretty = json.dumps([json.loads(RECORD)] * 3, indent=2).replace('"n": 12', '"n": doce', 1)
    values, left = read(pretty, tmp_path)
    assert len(values) == 2
    assert left.noted["json_lines_names"] == "4"


def test_only_the_first_lines_are_named(tmp_path: Path) -> None:
    _, left = read(f'{RECORD}\n{{"texto": "la "casa"}}\n' * 9, tmp_path)
    assert left.noted["json_lines_names"] == "2, 4, 6, 8, 10 …"


@pytest.mark.parametrize(
    ("text", "line"), [('{"a": ', 1), ('\n\n{"a" 1}', 3), ("[" * 100_000, 1), ('{"a" 1}\n' * 40 + RECORD, 1)]
)
def test_what_is_more_broken_than_not_is_refused_with_its_line(text: str, line: int, tmp_path: Path) -> None:
    with pytest.raises(FileUnreadable) as refused:
        read(text, tmp_path)
    assert (refused.value.values["kind"], refused.value.values["line"]) == ("json_broken", line)
    assert f"line {line}" in Words("en").error(refused.value)["why"]


def test_a_value_without_end_is_not_awaited_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_text, "CHUNK", 100)
    monkeypatch.setattr(json_text, "JSON_LIMIT", 5_000)
    with pytest.raises(FileTooLarge):
        read('{"a": "' + "b" * 20_000, tmp_path)
    values, _ = read("[" + ", ".join([RECORD] * 1_000) + "]", tmp_path)
    assert len(values) == 1_000


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("{'a': 'it\\'s \"so\"', b: None, \"c\": [1, 2.5,],}", {"a": 'it\'s "so"', "b": None, "c": [1, 2.5]}),
        ("{a: true, // no\n b: False /* x */, # y\n}", {"a": True, "b": False}),
        ("('a', 'b\\ny')", ["a", "b\ny"]), ("{'a': NaN}", {"a": None}), ("[{'a': 1} {'a': 2}]", [{"a": 1}, {"a": 2}]),
    ],
)  # fmt: skip
def test_what_is_meant_is_understood(text: str, value: Any) -> None:
    assert mended(text, 0) == (value, len(text))


@pytest.mark.parametrize("text", ["{hola mundo}", "[uno dos]", "{'a': b}", "{'a' 'b'}", "[" * 99, "{'a': 1 'b': 2}"])
def test_what_would_be_a_guess_is_not(text: str) -> None:
    with pytest.raises((Wrong, Unfinished)):
        mended(text, 0)


def test_an_end_is_common_to_nearly_all() -> None:
    assert common_end([f"pregunta {i} ->" for i in range(5)]) == "->"
    assert common_end([f"¿pregunta {i}?" for i in range(5)]) == ""
    assert common_end([f"pregunta {i}\nRespuesta:" for i in range(5)]) == "Respuesta:"
    assert common_end([f"Fue el {i}. END" for i in range(4)] + ["otra cosa"]) == "END"
    assert common_end(["uno END", "dos", "tres", "cuatro"]) == ""
    assert common_end(["uno END", "dos END"]) == ""


# --- folders ----------------------------------------------------------------------------------------------------------


def test_a_folder_with_a_data_set_is_brought_in_whole(ctx: Context, tmp_path: Path) -> None:
    folder = tmp_path / "mis preguntas"
    rows = [{"prompt": f"¿Qué es {i}?", "completion": f"Es el número {i}."} for i in range(8)]
    (folder / "train").mkdir(parents=True)
    (folder / "train" / "data-00000-of-00001.arrow").write_bytes(arrow(rows[:5], stream=True))
    (folder / "train" / "cache-01.arrow").write_bytes(arrow(rows[:1], stream=True))
    (folder / "dataset_dict.json").write_text("{}")
    (folder / "más.parquet").write_bytes(parquet(rows[5:]))
    result = run(LoadInputs(path=folder), ctx)
    assert (result.name, result.shape, result.rows) == ("mis preguntas", "pairs", 8)
    with pytest.raises(FileUnreadable):
        run(LoadInputs(path=tmp_path / "home"), ctx)
