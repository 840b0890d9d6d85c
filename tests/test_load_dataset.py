"""Every file lands as its author would expect, or is refused with words that say what to do."""

from __future__ import annotations

import csv
import io
import json
import random
import time
import zipfile
from pathlib import Path

import pytest

from skills.contract import Context
from skills.dataset.revise import revise
from skills.errors import BadInput, FileEmpty, FileMissing, FileTooLarge, FileUnreadable, UserError
from skills.load_dataset import LoadInputs, run
from skills.reading.load_result import LoadResult
from skills.reading.read import OLE
from skills.reading.rows import margin_in, pieces
from skills.reading.shape import shape_of
from skills.texts.sentences import WORD, count_words
from skills.workspace import RUN_ID, new_id
from tests.corpus_texts import COPLAS, ENGLISH, paragraphs, wrapped
from tests.corpus_texts import PROSE as PARAGRAPHS
from tutor.words import Words

VERSE = "\n\n".join(COPLAS.split("\n\n")[:2]) + "\n"
PROSE = """La señora Ángela volvió a la mañana. «¿Usted quién es?», le preguntó el niño, y ella no contestó nada.

Después se sentó en el umbral a esperar que pasara el camión. Había olvidado la llave otra vez y no quería llamar.
"""


def load(ctx: Context, tmp_path: Path, name: str, data: bytes | str, **more: object) -> LoadResult:
    path = tmp_path / name
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return run(LoadInputs(path=path, **more), ctx)  # type: ignore[arg-type]


def table(rows: list[list[str]], delimiter: str = ",") -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows(rows)
    return out.getvalue()


def zipped(*names: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return out.getvalue()


# --- shapes -----------------------------------------------------------------------------------------------------------


def test_ids_of_one_second_differ() -> None:
    ids = [new_id("run") for _ in range(2_000)]
    assert len(set(ids)) == len(ids)
    assert all(RUN_ID.fullmatch(id) for id in (*ids, "run-20260131-174501-3fa9", "run-20260131-174501-3fa9-1"))


def test_verse_keeps_its_lines_and_stanzas(ctx: Context, tmp_path: Path) -> None:
    result = load(ctx, tmp_path, "coplas.txt", VERSE)
    assert (result.shape, result.language, result.rows) == ("verse", "es", 2)
    assert result.examples[0].text == VERSE.split("\n\n")[0]


def test_samples_are_understood(ctx: Context) -> None:
    samples = Path(__file__).parent.parent / "curriculum" / "samples"
    found = {}
    for path in sorted(samples.glob("*.txt")):
        result = run(LoadInputs(path=path, sample=True), ctx)
        found[path.stem] = (result.shape, result.language)
        assert result.rows > 10
        assert ctx.workspace.find(result.dataset).sample
    assert found == {
        "almacen": ("prose", "es"), "ballad": ("verse", "en"), "coplas": ("verse", "es"), "lighthouse": ("prose", "en"),
    }  # fmt: skip


def test_wrapped_prose_is_made_whole(ctx: Context, tmp_path: Path) -> None:
    words, lines = (PROSE.replace("\n\n", " ") * 4).split(), [""]
    for word in words:
        if len(lines[-1]) + len(word) > 58:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    result = load(ctx, tmp_path, "carta", "\n".join(lines))
    assert (result.shape, result.rows) == ("prose", 1)
    assert "unwrapped" in result.notices
    assert "\n" not in next(iter(ctx.workspace.rows(result.dataset))).whole


REFRAIN = "Que llueva, que llueva,\nla vieja está en la cueva"


def set_in(text: str, width: int) -> str:
    """A paragraph whose first line is set in, cut at a margin."""
    return wrapped("...." + text, width).replace("....", "    ", 1)


def hyphenated(text: str, width: int) -> str:
    """A paragraph cut at a margin, long words in two."""
    lines = [""]
    for word in text.split():
        room = width - len(lines[-1]) - 1
        if 6 <= room < len(word) and word.isalpha() and len(word) - room >= 2:
            lines[-1] = f"{lines[-1]} {word[: room - 1]}-"
            lines.append(word[room - 1 :])
            continue
        if len(word) > room:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return "\n".join(lines)


@pytest.mark.parametrize("width", [58, 66, 72, 80])
@pytest.mark.parametrize("kind", ["blank", "close", "set_in", "hyphens", "refrain", "heads", "address"])
def test_prose_cut_at_a_margin_is_known_however_it_came(kind: str, width: int) -> None:
    told = [*PARAGRAPHS * 2, *ENGLISH, *paragraphs(6)]
    cut_ = [wrapped(text, width) for text in told]
    lines = "\n".join(cut_).split("\n")
    pages = [[*lines[i : i + 9], f"EL FAROL DEL SUR   {i}"] for i in range(0, len(lines), 9)]
    text = {
        "blank": "\n\n".join(cut_),
        "close": "\n".join(cut_),
        "set_in": "\n".join(set_in(text, width) for text in told),
        "hyphens": "\n\n".join(hyphenated(text, width) for text in told),
        "refrain": "\n\n".join(f"{one}\n\n{REFRAIN}" for one in cut_),
        "heads": "\n".join(line for page in pages for line in page),
        "address": "\n".join([*lines[:20], f"https://example.com/{'a' * 90}", *lines[20:]]),
    }[kind]
    assert shape_of(text) == "prose"
    rows = [piece.row.whole for piece in pieces(text.split("\n"), margin_in(text))]
    kept = [one for one in rows if one != REFRAIN.replace("\n", " ")]
    if kind in ("blank", "hyphens", "refrain", "set_in"):
        assert kept == told
    else:  # a last line as full as the margin leaves nothing to tell the end of its paragraph by
        assert 0.75 * len(told) <= len(kept) <= 1.2 * len(told)


@pytest.mark.parametrize("mean", [30, 42, 54])
@pytest.mark.parametrize("spread", [1.5, 3, 6])
@pytest.mark.parametrize("stanza", [4, 14, 60])
def test_lines_of_even_length_are_not_taken_for_a_margin(mean: int, spread: float, stanza: int) -> None:
    rng = random.Random(mean)
    words = " ".join(PARAGRAPHS).split()

    def line() -> str:
        wanted, said = rng.gauss(mean, spread), ""
        while len(said) < wanted:
            said = f"{said} {rng.choice(words)}".strip()
        return said

    poem = "\n\n".join("\n".join(line() for _ in range(stanza)) for _ in range(60 // stanza))
    assert margin_in(poem) == 0


def test_headings_make_documents_and_titles(ctx: Context, tmp_path: Path) -> None:
    result = load(ctx, tmp_path, "cuentos.md", f"# El puente\n\n{PROSE}\n# La llave\n\n{PROSE}")
    assert (result.documents, result.rows) == (2, 4)
    assert [row.title for row in ctx.workspace.rows(result.dataset)] == ["El puente"] * 2 + ["La llave"] * 2


def test_dialogue_chat_and_pairs(ctx: Context, tmp_path: Path) -> None:
    play = "\n".join(f"{who}: algo que dice {i}" for i in range(10) for who in ("ANA", "BETO"))
    assert load(ctx, tmp_path, "obra.txt", play).shape == "dialogue"
    phone = "\n".join(f"[12/3/24, 10:{i:02}] {'Ana' if i % 2 else 'Beto'}: mensaje {i}" for i in range(20))
    assert load(ctx, tmp_path, "chat.txt", phone).shape == "chat"
    asked = "\n".join(f"P: ¿qué es {i}?\nR: el número {i}" for i in range(5))
    pairs = load(ctx, tmp_path, "faq.txt", asked)
    assert (pairs.shape, pairs.rows) == ("pairs", 5)
    assert pairs.examples[1][:2] == ("¿qué es 1?", "el número 1")


def test_json_lines_lists_and_conversations(ctx: Context, tmp_path: Path) -> None:
    lines = "\n".join(json.dumps({"text": f"Había una vez un zorro número {i} que no dormía."}) for i in range(5))
    assert load(ctx, tmp_path, "a.jsonl", lines).rows == 5
    pairs = [{"question": f"¿Cuánto es {i}?", "answer": f"Es {i}, exactamente."} for i in range(4)]
    found = load(ctx, tmp_path, "b.json", json.dumps(pairs, indent=2))
    assert (found.shape, found.rows, found.examples[0].completion) == ("pairs", 4, "Es 0, exactamente.")
    talk = {"messages": [{"role": "user", "content": "hola"}, {"role": "assistant", "content": "buenas"}]}
    assert load(ctx, tmp_path, "c.txt", "\n".join([json.dumps(talk)] * 3)).shape == "chat"


# --- tables -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiters_quotes_and_newlines_in_cells(ctx: Context, tmp_path: Path, delimiter: str) -> None:
    rows = [["id", "texto"]]
    rows += [[str(i), f'Dijo «no, gracias»; y\nagregó: "tal vez" | el día {i}'] for i in range(6)]
    result = load(ctx, tmp_path, "notas.csv", table(rows, delimiter))
    assert (result.delimiter, result.text_column, result.rows) == (delimiter, "texto", 6)
    assert [row.text for row in ctx.workspace.rows(result.dataset)] == [row[1] for row in rows[1:]]


def test_one_column_of_stanzas_is_verse(ctx: Context, tmp_path: Path) -> None:
    stanza = (
        "Aquí me siento a contar, La historia que me contaron, De unos que al mar se lanzaron Sin aprender a nadar {}."
    )
    result = load(ctx, tmp_path, "v.csv", table([["samples"], *([stanza.format(i)] for i in range(30))]))
    assert (result.shape, result.rows, result.text_column) == ("verse", 30, "samples")


def test_one_column_without_quotes_or_header(ctx: Context, tmp_path: Path) -> None:
    result = load(ctx, tmp_path, "v.csv", "\n".join(["uno", "dos", "tres", "cuatro"]))
    assert "uno" in " ".join(row.whole for row in ctx.workspace.rows(result.dataset))


def test_columns_of_pairs_and_of_data(ctx: Context, tmp_path: Path) -> None:
    pairs = table([["pregunta", "respuesta"], *([f"¿Qué es {i}?", f"Un número, el {i}."] for i in range(5))])
    assert load(ctx, tmp_path, "p.csv", pairs).shape == "pairs"
    data = table([["fecha", "litros", "sede"], *([f"2024-01-{i:02}", str(i), "Sur"] for i in range(10, 20))])
    result = load(ctx, tmp_path, "d.csv", data)
    assert (result.shape, result.rows, result.notices[0]) == ("table", 10, "no_text_column")
    chosen = load(ctx, tmp_path, "d.csv", data, text_column="Sede")
    assert (chosen.text_column, chosen.known) == ("sede", False)
    with pytest.raises(BadInput):
        load(ctx, tmp_path, "d.csv", data, text_column="nada")


def test_prose_named_csv_is_prose(ctx: Context, tmp_path: Path) -> None:
    assert load(ctx, tmp_path, "x.csv", PROSE * 3).shape == "prose"


# --- encodings and names ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("encoding", "named"),
    [
        ("utf-8", "utf-8"), ("utf-8-sig", "utf-8"), ("latin-1", "latin-1"), ("cp1252", "cp1252"), ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16"), ("utf-16-be", "utf-16"), ("mac_roman", "mac_roman"), ("cp850", "cp850"),
    ],
)  # fmt: skip
def test_encodings(ctx: Context, tmp_path: Path, encoding: str, named: str) -> None:
    text = PROSE.replace("«", "“").replace("»", "”") if encoding == "cp1252" else PROSE
    result = load(ctx, tmp_path, "x.txt", (text * 3).encode(encoding))
    assert result.encoding == named
    assert next(iter(ctx.workspace.rows(result.dataset))).text == text.split("\n\n")[0]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends(ctx: Context, tmp_path: Path, end: str) -> None:
    result = load(ctx, tmp_path, "x.txt", VERSE.replace("\n", end))
    assert (result.rows, result.examples[0].text) == (2, VERSE.split("\n\n")[0])


@pytest.mark.parametrize("name", ["Canción de cuna 🌙.txt", "sin extensión", "../../mal.txt", "a" * 200 + ".txt"])
def test_names(ctx: Context, tmp_path: Path, name: str) -> None:
    path = tmp_path / "x"
    path.write_text(PROSE, "utf-8")
    result = run(LoadInputs(path=path, name=name), ctx)
    folder = ctx.workspace.datasets / result.dataset
    (original,) = (folder / "original").iterdir()
    assert original.read_bytes() == path.read_bytes()
    assert {p.name for p in ctx.workspace.home.parent.iterdir()} == {"x", "home"}


def test_pasted_text_is_named_by_its_words(ctx: Context) -> None:
    result = run(LoadInputs(text=PROSE), ctx)
    assert (result.name, result.rows) == ("La señora Ángela volvió.txt", 2)


def test_nul_bytes_are_skipped(ctx: Context, tmp_path: Path) -> None:
    result = load(ctx, tmp_path, "x.txt", PROSE.encode().replace(b"camion", b"ca\0mion").replace(b"que", b"q\0ue"))
    assert "nul_bytes" in result.notices
    assert "\0" not in "".join(row.whole for row in ctx.workspace.rows(result.dataset))


# --- again, and refused -----------------------------------------------------------------------------------------------


def test_the_same_file_is_the_same_data_set(ctx: Context, tmp_path: Path) -> None:
    first = load(ctx, tmp_path, "a.txt", VERSE)
    again = load(ctx, tmp_path, "b.txt", VERSE)
    other = load(ctx, tmp_path, "a.txt", VERSE, shape="prose")
    assert (again.dataset, again.known, first.known) == (first.dataset, True, False)
    assert (other.dataset != first.dataset, other.shape) == (True, "prose")


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"\x89PNG\r\n\x1a\n" + bytes(200), "image"), (b"\xff\xd8\xff\xe0" + bytes(200), "image"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 " + bytes(99), "image"),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3" + bytes(99), "pdf_broken"),
        (zipped("word/document.xml"), "word_broken"), (zipped("xl/workbook.xml"), "sheet_broken"),
        (zipped("Index/Document.iwa"), "pages"), (zipped("ppt/presentation.xml"), "slides"),
        (zipped("META-INF/container.xml"), "epub_broken"), (b"7z\xbc\xaf" + bytes(200), "archive"),
        (OLE + bytes(99), "word_old"), (OLE + bytes(99) + "Workbook".encode("utf-16-le"), "sheet_old"),
        (OLE + bytes(99) + "EncryptedPackage".encode("utf-16-le"), "office_locked"),
        (OLE + bytes(99) + "__properties_version1.0".encode("utf-16-le"), "mail_outlook"),
        (b"Libro".ljust(60, b"\0") + b"BOOKMOBI" + bytes(99), "kindle"), (bytes(range(256)) * 20, "binary"),
        (b"[" * 100_000, "json_broken"), (b'[{"text": "a"', "json_broken"),
    ],
)  # fmt: skip
def test_what_is_not_text_is_told_apart(ctx: Context, tmp_path: Path, data: bytes, kind: str) -> None:
    with pytest.raises(FileUnreadable) as refused:
        load(ctx, tmp_path, "x.json" if "json" in kind else "x.txt", data)
    assert refused.value.values["kind"] == kind
    for language in ("es", "en"):
        said = Words(language).error(refused.value)  # type: ignore[arg-type]
        assert "x." in said["what"]
        if kind != "binary":
            assert said["next"] != Words(language).error(FileUnreadable(name="x", kind="?"))["next"]  # type: ignore[arg-type]


@pytest.mark.parametrize("data", [b"", b" \n\t \r\n", b"\xef\xbb\xbf", b"\xff\xfe", b"[]", b"a,b\n"])
def test_empty(ctx: Context, tmp_path: Path, data: bytes) -> None:
    with pytest.raises(FileEmpty):
        load(ctx, tmp_path, "x.csv" if b"," in data else "x.json" if b"[" in data else "x.txt", data)


def test_too_large_is_refused_unread(ctx: Context, tmp_path: Path) -> None:
    path = tmp_path / "enorme.txt"
    with path.open("wb") as file:
        file.truncate(500_000_000)
    began = time.perf_counter()
    with pytest.raises(FileTooLarge):
        run(LoadInputs(path=path), ctx)
    assert time.perf_counter() - began < 1


def test_missing_and_folder(ctx: Context, tmp_path: Path) -> None:
    with pytest.raises(FileMissing):
        run(LoadInputs(path=tmp_path / "no.txt"), ctx)
    with pytest.raises(FileUnreadable):
        run(LoadInputs(path=tmp_path), ctx)


def test_nothing_is_left_of_a_refused_import(ctx: Context, tmp_path: Path) -> None:
    for name, data in (("x.csv", b"a,b\n"), ("x.json", b'{"text": ')):
        with pytest.raises(UserError):
            load(ctx, tmp_path, name, data)
    assert not ctx.workspace.datasets.exists() or not list(ctx.workspace.datasets.iterdir())


# --- size -------------------------------------------------------------------------------------------------------------


def test_one_line_of_two_megabytes(ctx: Context, tmp_path: Path) -> None:
    result = load(ctx, tmp_path, "x.txt", "una palabra tras otra " * 100_000)
    assert (result.rows, result.words, result.shape) == (1, 400_000, "prose")
    assert len(result.examples[0].text) < 700


@pytest.mark.slow
def test_sixty_thousand_rows(ctx: Context, tmp_path: Path) -> None:
    rows = [
        ["id", "comentario"],
        *([str(i), f"El vino número {i} es frutado, con final largo y algo seco."] for i in range(60_000)),
    ]
    began = time.perf_counter()
    result = load(ctx, tmp_path, "vinos.csv", table(rows))
    assert (result.rows, result.text_column) == (60_000, "comentario")
    assert time.perf_counter() - began < 20  # a few seconds; the bound is for a busy machine


def test_words_are_counted_as_they_are_found() -> None:
    pieces = [
        "",
        "a",
        "'",
        "-",
        "l'eau d’or",
        "tren-bala--x",
        "él_y_ella",
        "1.000 años",
        "ñ\u0301 é",
        "中文 字",
        "🌙 luna",
        "'a' -b- c-",
    ]
    chance = random.Random(3)
    letters = "abñ '’-_.\n1é\u0301"
    pieces += ["".join(chance.choice(letters) for _ in range(chance.randrange(12))) for _ in range(500)]
    for text in pieces:
        assert count_words(text) == len(WORD.findall(text)), text


# --- read again, several files ----------------------------------------------------------------------------------------


def test_read_again_makes_the_same_data_set_anew(ctx: Context, tmp_path: Path) -> None:
    first = load(ctx, tmp_path, "a.txt", VERSE)
    offered = {offer.inputs["shape"]: offer.inputs for offer in first.offers()}
    assert offered["prose"] == {"file": first.dataset, "shape": "prose"}
    revise(ctx.workspace, first.dataset, "blanks", 1, list(ctx.workspace.rows(first.dataset))[:1])
    again = run(LoadInputs(**offered["prose"]), ctx)
    assert (again.dataset, again.shape, again.rows, again.known) == (first.dataset, "prose", 8, False)
    (manifest,) = ctx.workspace.manifests()
    assert (manifest.choices, manifest.changes) == ({"shape": "prose"}, ())
    assert "read_again_changes" in again.notices
    folder = ctx.workspace.datasets / first.dataset
    assert {path.name for path in folder.iterdir()} == {"README.md", "manifest.json", "original", manifest.rows_file}
    back = run(LoadInputs(file="a.txt", shape="verse"), ctx)
    assert (back.rows, [row.text for row in ctx.workspace.rows(back.dataset)]) == (2, VERSE.strip().split("\n\n"))
    assert run(LoadInputs(file=first.dataset), ctx).known
    with pytest.raises(FileMissing):
        run(LoadInputs(file="otro.txt", shape="verse"), ctx)


def test_a_reading_that_fails_leaves_the_one_there_was(ctx: Context, tmp_path: Path) -> None:
    first = load(ctx, tmp_path, "a.csv", table([["a", "b"], *([f"uno {i}", f"dos {i}"] for i in range(5))]))
    before = list(ctx.workspace.rows(first.dataset))
    with pytest.raises(BadInput):
        run(LoadInputs(file=first.dataset, text_column="no está"), ctx)
    assert list(ctx.workspace.rows(first.dataset)) == before


def test_columns_are_mapped_by_a_click(ctx: Context, tmp_path: Path) -> None:
    rows = [["sede", "carta", "contestación"]]
    rows += [["Sur", f"Escribo por la nota número {i}, que no llegó.", f"La nota {i} va en camino."] for i in range(9)]
    first = load(ctx, tmp_path, "cartas.csv", table(rows))
    choices = [{key: value for key, value in offer.inputs.items() if key != "file"} for offer in first.offers()]
    assert {"text_column": "contestación"} in choices
    pair = {"prompt_column": "carta", "completion_column": "contestación"}
    assert pair in choices
    found = run(LoadInputs(file=first.dataset, **pair), ctx)
    assert (found.shape, found.prompt_column, found.completion_column) == ("pairs", "carta", "contestación")
    assert next(iter(ctx.workspace.rows(first.dataset))).completion == "La nota 0 va en camino."
    whole = run(LoadInputs(file=first.dataset, shape="table"), ctx)
    assert "sede: Sur" in whole.examples[0].text
    with pytest.raises(ValueError, match="both or none"):
        LoadInputs(file="x", prompt_column="carta")


def test_several_files_are_one_data_set(ctx: Context, tmp_path: Path) -> None:
    paths = [tmp_path / name for name in ("b.txt", "a.md", "foto.jpg")]
    paths[0].write_text(VERSE, "utf-8")
    paths[1].write_text(f"# Uno\n\n{VERSE}\n# Dos\n\n{VERSE.upper()}", "utf-8")
    paths[2].write_bytes(b"\xff\xd8\xff\xe0" + bytes(99))
    found = run(LoadInputs(paths=tuple(paths)), ctx)
    assert (found.name, found.documents, found.rows) == ("b.txt + 2", 2, 6)
    assert (found.facts["left_out"], found.facts["left_out_names"]) == (1, "foto.jpg")
    rows = list(ctx.workspace.rows(found.dataset))
    assert [(row.document, row.title) for row in rows[1:3]] == [(0, "b"), (1, "Uno")]
    again = run(LoadInputs(file=found.dataset, shape="prose"), ctx)
    assert (again.documents, next(iter(ctx.workspace.rows(found.dataset))).title) == (2, "b")
    assert run(LoadInputs(paths=tuple(paths)), ctx).known
    with pytest.raises(FileUnreadable):
        run(LoadInputs(paths=(paths[2], paths[2])), ctx)
    with pytest.raises(FileUnreadable):
        run(LoadInputs(paths=(paths[0], tmp_path)), ctx)


def test_conversations_keep_their_turns(ctx: Context, tmp_path: Path) -> None:
    said = [("system", "Sos breve."), ("human", "hola"), ("gpt", "buenas"), ("human", "¿y?"), ("gpt", "nada")]
    record = {"conversations": [{"from": who, "value": what} for who, what in said]}
    pieces = {"messages": [{"role": "user", "content": [{"type": "text", "text": "hola"}]},
                           {"role": "assistant", "content": "buenas"}]}  # fmt: skip
    found = load(ctx, tmp_path, "a.jsonl", json.dumps(record) + "\n" + json.dumps(pieces))
    first, second = ctx.workspace.rows(found.dataset)
    assert first.turns is not None
    assert [turn.role for turn in first.turns] == ["system", "user", "assistant", "user", "assistant"]
    assert second.whole == "hola\nbuenas"
    assert (found.shape, found.documents, found.examples[0][:2]) == ("chat", 2, ("hola", "buenas"))
    bare = [[{"role": "user", "content": "hola"}, {"role": "assistant", "content": "buenas"}]] * 3
    assert load(ctx, tmp_path, "b.json", json.dumps(bare)).shape == "chat"


def test_an_interview_can_be_read_as_pairs(ctx: Context, tmp_path: Path) -> None:
    talk = "\n\n".join(f"Periodista: ¿Cómo fue el año {i}?\n\nMarta: Fue largo, el {i}.\nMuy largo." for i in range(6))
    found = load(ctx, tmp_path, "e.txt", talk)
    assert found.shape == "dialogue"
    pairs = run(LoadInputs(file=found.dataset, shape="pairs"), ctx)
    assert (pairs.rows, pairs.examples[2][:2]) == (6, ("¿Cómo fue el año 2?", "Fue largo, el 2.\nMuy largo."))


def test_the_name_of_a_pasted_text_is_whole_words(ctx: Context) -> None:
    said = "Desafortunadamente contrarrevolucionarios internacionalmente desproporcionados"
    assert run(LoadInputs(text=f"{said} y más."), ctx).name == f"{said}.txt"
