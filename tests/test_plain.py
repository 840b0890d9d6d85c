"""What stands around and between an author's words in plain text, piece by piece."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from skills import skill
from skills.contract import Context
from skills.errors import FileUnreadable, TooLittleText
from skills.load_dataset import LoadInputs, run
from skills.reading.broken_utf8 import codec_for, slips
from skills.reading.formats.cues import bare as bare_cue
from skills.reading.formats.cues import parser_for, seconds
from skills.reading.formats.gutenberg import books
from skills.reading.formats.line_numbers import Numbering, numbering
from skills.reading.formats.markdown import Front, bare, front_of
from skills.reading.formats.paged import furniture
from skills.reading.formats.subtitles import paragraphs
from skills.reading.left_out import LeftOut, read_left_out
from skills.reading.load_result import LoadResult
from skills.reading.no_text import no_text
from skills.reading.rows import unwrap
from skills.reading.shape import shape_of
from skills.texts.hyphens import belongs
from skills.workspace import Row
from tests import corpus_texts as texts
from tests.corpus_plain import SAID, WRAPPED, cues, cut, plain_cases
from tests.datasets import bring
from tutor.words import Words

MORNING = "La niña miró el camión que salía de la estación.\n"


def load(ctx: Context, folder: Path, name: str, content: str | bytes) -> tuple[LoadResult, list[Row]]:
    path = folder / "x"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    result = run(LoadInputs(path=path, name=name), ctx)
    return result, list(ctx.workspace.rows(result.dataset))


# --- bytes ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "codec"),
    [
        (MORNING.encode(), None),
        (MORNING.encode("latin-1"), None),
        (MORNING.encode("mac_roman"), None),
        ("今天天气很好我们去公园吧。\n".encode("gbk") * 20, None),
        ("今日は天気がいいですね。\n".encode("shift-jis") * 20, None),
        ("Привет, как дела у тебя?\n".encode("cp866") * 20, None),
        (MORNING.encode() + b"Fin de la estaci\xf3n", "utf_8_with_cp1252"),
        (MORNING.encode() + MORNING.encode("mac_roman") * 3, "utf_8_with_mac_roman"),
        (MORNING.encode() * 3 + MORNING.encode("cp850"), "utf_8_with_cp850"),
        (MORNING.encode() * 9 + b"\x81\xff", "utf_8_with_ascii"),
        (b"Hola, ma\xc3", "utf_8_with_ascii"),
    ],
)
def test_wrong_bytes_are_told_from_another_encoding(tmp_path: Path, data: bytes, codec: str | None) -> None:
    path = tmp_path / "x"
    path.write_bytes(data)
    assert codec_for(path) == codec


def test_it_is_told_how_many_bytes_were_wrong_and_where(tmp_path: Path) -> None:
    path = tmp_path / "x"
    wrong = b"pas\xf3\n" + MORNING.encode() + b"y \x81 no\n" + b"\xf3s\xed\n" + b"fin \xe2\x82"
    path.write_bytes(MORNING.encode() * 6 + wrong)
    told = slips(path, "utf_8_with_cp1252")
    assert (told["old_letters"], told["old_letters_names"]) == (3, "7, 10")
    assert (told["unread_bytes"], told["unread_bytes_names"]) == (1, "9")
    assert told["cut_character"] == 1
    assert slips(path, "utf-8") == {}
    assert path.read_text("utf_8_with_cp1252").split("\n")[6:] == [
        "pasó", MORNING.strip(), "y \ufffd no", "ósí", "fin "
    ]  # fmt: skip


def test_many_wrong_lines_are_told_shortly(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(MORNING.encode() * 300 + MORNING.encode("latin-1") * 300)
    told = slips(path, codec_for(path) or "")
    assert told["old_letters"] == 300 * sum(c in "ñóíó" for c in MORNING)
    assert told["old_letters_names"] == "301, 302, 303, 304, 305 …"


def test_wrong_bytes_far_into_a_file_are_found(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(MORNING.encode() * 50_000 + b"pas\xf3\n" + MORNING.encode())
    assert slips(path, codec_for(path) or "") == {"old_letters": 1, "old_letters_names": "50001"}


# --- cut words --------------------------------------------------------------------------------------------------------


def test_a_hyphen_that_belongs_to_a_word_stays() -> None:
    known = frozenset({"político-social", "noche", "sociología"})
    assert belongs("político", "social", known)
    assert belongs("franco", "argentina", frozenset())
    assert not belongs("no", "che", frozenset())
    assert not belongs("socio", "logía", frozenset())
    assert not belongs("cora", "zón", frozenset())
    assert unwrap(["una charla político-", "social de no-", "che en Sáenz-", "Peña, cora\u00ad", "zón"], known) == (
        "una charla político-social de noche en Sáenz-Peña, corazón"
    )
    assert unwrap(["de 1914-", "1918, CAPÍ-", "TULO"]) == "de 1914-1918, CAPÍTULO"


def test_a_narrow_column_with_cut_words_is_prose() -> None:
    assert shape_of("\n".join(cut(" ".join(texts.PROSE), 24))) == "prose"
    assert shape_of(texts.COPLAS) == "verse"
    broken = texts.COPLAS.replace("pantalón", "panta-\nlón")
    assert shape_of(broken) == "verse"


# --- titles -----------------------------------------------------------------------------------------------------------


def test_a_title_alone_is_a_text_also_when_it_is_pasted(ctx: Context) -> None:
    result = run(LoadInputs(text="La tarde no termina de irse"), ctx)
    (row,) = ctx.workspace.rows(result.dataset)
    assert (row.text, row.title) == ("La tarde no termina de irse", None)


@pytest.mark.parametrize(
    ("name", "content", "title"),
    [
        ("hugo.md", "+++\ntitle = 'El patio'\n+++\n", "El patio"),
        ("jekyll.md", '---\nlayout: post\ntitle:  "El patio: \\"uno\\""\n---\n', 'El patio: "uno"'),
        ("json.md", '{"title": "El patio", "tags": []}\n\n', "El patio"),
        ("encima.md", "---\ntitle: Otro\n---\n# El patio\n\n", "El patio"),
        ("negrita.md", "# **El patio**\n\n", "El patio"),
        ("raya.md", "El patio\n---\n\n", "El patio"),
        ("raya.txt", "EL PATIO\n********\n\n", "EL PATIO"),
        ("entre.txt", "########\nEl patio\n########\n\n", "El patio"),
    ],
)
def test_the_title_is_the_title(ctx: Context, tmp_path: Path, name: str, content: str, title: str) -> None:
    _, rows = load(ctx, tmp_path, name, f"{content}{texts.PROSE[0]}\n\n{texts.PROSE[1]}\n")
    assert [(row.title, row.text) for row in rows] == [(title, texts.PROSE[0]), (title, texts.PROSE[1])]


# --- Markdown ---------------------------------------------------------------------------------------------------------


def shown(content: str, front: Front | None = None) -> tuple[str, LeftOut]:
    left = LeftOut()
    return "\n".join(line for line in bare(content.split("\n"), front, left) if line), left


def test_properties_are_told_from_a_text() -> None:
    assert front_of(["---", "tags: [a]", "---", "Hola"], named=False) == Front(3, "")
    assert front_of(["", "", "---", "Cualquiera: a", "---", "Hola"], named=True) == Front(5, "")
    for content in ("---\nANA: hola\n---\nHola", "---\nHola\n---\n", "---\ntitle: x\n\nHola", "", "Nota: x\n\nHola"):
        assert front_of(content.split("\n"), named=False) is None
    assert front_of(['{"a": 1}', '{"a": 2}'], named=True) is None
    assert front_of(["Title: x", "", "Hola"], named=True) is None


def test_markdown_is_shown_as_it_is_read() -> None:
    linked = "Vi [[A|al tren]] y [[B#C]] y [[#D]]. ![[x.png]] ![y](z.png)"
    text, left = shown(f"a\\\n\n{linked}\n\\# no, 1\\.\n1\\. \\*sí\\*\n#a #b/c\n#1\nfin ^q2")
    assert text == "a\nVi al tren y B > C y D.\n\\# no, 1\\.\n1. *sí*\n#1\nfin"
    assert dict(left) == {"images": 2, "tags": 1}
    text, left = shown("a <!-- b --> c\n<!-- d\ne -->\n%%f%%\n%%\ng\n%%\n{% h %}\n{{< i >}}\n<!-- abierto")
    assert text == "a  c\n<!-- abierto"
    assert dict(left) == {"comments": 4, "code": 2}


def test_a_fence_may_hold_a_poem_or_a_program() -> None:
    assert shown("```\nverso\nverso\n```")[0] == "verso\nverso"
    assert shown("~~~poem\nverso\n# verso\n~~~")[0] == "verso\n# verso"
    assert shown("````\n```\nverso\n````")[0] == "```\nverso"
    for block in ("```js\nlet a\n```", "```\n# abre\n```", "~~~ {.r}\nx\n~~~", "```dataview\nlist\n```"):
        text, left = shown(f"antes\n{block}\ndespués")
        assert (text, dict(left)) == ("antes\ndespués", {"code": 1})
    assert shown("```js\nnunca cierra")[0] == "nunca cierra"
    assert shown("```dijo``` y calló\n# sí")[0] == "```dijo``` y calló\n# sí"


# --- editions and pages -----------------------------------------------------------------------------------------------


def test_a_book_is_what_stands_in_the_frame() -> None:
    left = LeftOut()
    frame = ["Header", "", "*** START OF THE PROJECT GUTENBERG EBOOK X, O DE", "CÓMO ***", "", "Produced by Nadie", ""]
    note = ["", "[Nota del transcriptor: algo", "", "más]", ""]
    after = [*note, "*** END OF THE PROJECT GUTENBERG EBOOK X ***", "", "License"]
    found = list(books([*frame, *WRAPPED.split("\n"), *after], 1, left))
    assert "\n".join(found).strip() == WRAPPED
    assert dict(left) == {"gutenberg": 4, "transcriber": 2}
    assert ("gutenberg", frame[2] + "\n" + frame[3]) in left.pieces


def test_the_frame_is_kept_where_it_can_be_seen(ctx: Context, tmp_path: Path) -> None:
    marks = ("*** START OF THE PROJECT GUTENBERG EBOOK X ***", "*** END OF THE PROJECT GUTENBERG EBOOK X ***")
    content = f"The Project Gutenberg eBook of X\n\n{marks[0]}\n\n{WRAPPED}\n\n{marks[1]}\n"
    result, _ = load(ctx, tmp_path, "x.txt", content)
    kept = read_left_out(ctx.workspace.datasets / result.dataset)
    assert [kind for kind, _ in kept] == ["gutenberg"] * 3
    assert result.facts["gutenberg"] == 3


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        (["uno", "dos", "tres", "cuatro", "cinco    5", "seis", "siete", "ocho", "nueve", "diez    10"], ("right", 5)),
        (["uno", "dos", "3 tres", "cuatro", "cinco", "6 seis"], ("beside", 3)),
        (["título", "", "uno", "dos", "tres    3", "cuatro", "cinco", "seis    6"], ("right", 3)),
        (["uno", "dos    5", "tres", "cuatro    10"], None),
        (["Pan    5", "Leche    10", "Miel    15"], None),
        ([f"{i}\t{word}" for i, word in enumerate(texts.NAMES * 2, start=1)], None),
        ([f"{i}. {word}" for i, word in enumerate(texts.NAMES * 2, start=1)], None),
    ],
)
def test_numbers_that_count_lines_are_told_from_others(lines: list[str], found: tuple[str, int] | None) -> None:
    how = numbering(lines)
    assert (how and (how.place, how.step)) == found
    assert how is None or isinstance(how, Numbering)


def test_heads_of_pages_are_told_from_chapters() -> None:
    def pages(heads: list[str], ended: bool = True) -> frozenset[str]:
        body = "Se fue." if ended else "Se fue sin"
        return furniture([line for head in heads for line in ("volvió", body, "", head, "")])

    assert pages(["EL PATIO 7", "8 NADIE", "EL PATIO 9", "10 NADIE"]) == {"el patio #", "# nadie"}
    assert pages(["Página 7", "Página 8", "Página 9"]) == {"page"}
    assert pages(["7 de 90", "8 de 90", "9 de 90"]) == {"page"}
    assert pages(["— 7 —", "— 8 —", "— 9 —"], ended=False) == {"#"}
    assert pages(["7", "8", "9"], ended=False) == {"#"}
    assert pages(["EL PATIO 7", "EL PATIO 9", "EL PATIO 11"]) == {"el patio #"}
    for heads in (
        ["1", "2", "3"], ["— 1 —", "— 2 —", "— 3 —"], ["12/3", "13/3", "14/3"], ["SONETO 3", "SONETO 17", "SONETO 29"],
        ["Capítulo 1", "Capítulo 2", "Capítulo 3"], ["ENERO 1999", "ENERO 2001", "ENERO 2003"],
    ):  # fmt: skip
        assert pages(heads) == frozenset()


# --- subtitles --------------------------------------------------------------------------------------------------------


def said(content: str, name: str = "x.srt", **more: frozenset[str]) -> list[str]:
    parser = parser_for(content, name)
    assert parser is not None
    left = LeftOut()
    return list(paragraphs((part for cue in parser(content.split("\n"), left) for part in bare_cue(cue, left)), **more))


def test_clocks() -> None:
    for clock, second in (("0:03", 3), ("01:02:03,500", 3723.5), ("1:02.25", 62.25), ("00: 00: 04, 5", 4.5)):
        assert seconds(clock) == second


def test_pauses_and_length_end_a_paragraph() -> None:
    silent = cues(words=SAID[:3]) + "\n\n4\n00:00:30,000 --> 00:00:31,000\nOtra cosa."
    assert said(silent) == [" ".join(SAID[:3]), "Otra cosa."]
    unmarked = cues(words=["uno", "dos"]) + "\n\n3\n00:00:09,000 --> 00:00:10,000\ntres"
    assert said(unmarked) == ["uno dos", "tres"]
    midway = cues(words=["Uno.", "Y dos, que"]) + "\n\n3\n00:00:09,000 --> 00:00:10,000\nsigue."
    assert said(midway) == ["Uno. Y dos, que sigue."]
    long = said(cues(words=["Una palabra tras otra y otra más."] * 60))
    assert len(long) > 2
    assert all(len(text.split()) <= 110 and text.endswith(".") for text in long)
    endless = said(cues(words=["una palabra tras otra y otra más"] * 90))
    assert len(endless) > 2


def test_speakers_and_dashes_end_a_paragraph() -> None:
    talk = cues(words=["- ¿Venís?\n- No.", ">> Entonces voy yo.", "NORA: Y yo.", "También."])
    assert said(talk, names=frozenset({"NORA"})) == ["¿Venís?", "No.", "Entonces voy yo.", "NORA: Y yo. También."]


def test_who_speaks_stands_before_what_is_said() -> None:
    talk = ["Nora Paz: Uno.", "Nora Paz: Dos.", "Beto: Tres."]
    together = ["Nora Paz: Uno. Dos.", "Beto: Tres."]
    voices = [f"<v {line.replace(': ', '>')}</v>" for line in talk]
    assert said(f"WEBVTT\n\n{cues('.', words=voices)}") == together
    assert said(cues(words=talk), names=frozenset({"Nora Paz", "Beto"})) == together
    below = "".join(f"{line.split(':')[0]}  0:{i:02}\n{line.split(': ')[1]}\n\n" for i, line in enumerate(talk))
    assert said(below, "x.txt") == together
    beside = "".join(f"00:00:0{i} {line.split(':')[0]}\n{line.split(': ')[1]}\n" for i, line in enumerate(talk * 2))
    assert said(beside, "x.txt") == [*together, *together]


def test_the_first_words_of_captions_are_no_title(ctx: Context, tmp_path: Path) -> None:
    spoken = cues(words=["hola a todas", "bienvenidas"]) + "\n\n3\n00:00:30,000 --> 00:00:31,000\nempezamos ya"
    _, rows = load(ctx, tmp_path, "x.srt", spoken)
    assert [(row.title, row.text) for row in rows] == [(None, "hola a todas bienvenidas empezamos ya")]


def test_signs_of_subtitles_are_left_out(ctx: Context, tmp_path: Path) -> None:
    (case,) = (case for case in plain_cases() if case.name == "etiquetas.srt")
    result, rows = load(ctx, tmp_path, case.name, case.make())
    assert [row.text for row in rows] == [
        "Buenas tardes y gracias.", "Se oye algo ¿Quién sigue?", "¿Vos?", "Yo no, gracias."
    ]  # fmt: skip
    assert result.facts["sounds"] == 3
    assert result.facts["cues"] == 5


def test_what_only_looks_like_times_is_no_transcript() -> None:
    for content in ("9:00 Mate\n9:05 Tostadas\n9:10 Diario\n9:15 Silencio", "Uno --> dos\ntres --> cuatro",
                    "\n".join(f"[08:{12 + i}] Nora: {line}" for i, line in enumerate(SAID)),
                    "1:10 Y fue.\n1:11 Y vino.\n1:12 Y dijo.\n1:3 No.", "[00:01] a"):  # fmt: skip
        assert parser_for(content, "x.txt") is None


def test_broken_events_are_left_out() -> None:
    event = "Dialogue: 0,0:00:01.00,0:00:02.00,Default,,0,0,0,,{}"
    broken = ["Dialogue:", "Dialogue: 0,x,y,z", event.format("{\\p1}m 0 0"), "[Fonts]"]
    assert said("\n".join([event.format("Uno\\Ndos."), *broken]), "x.ass") == ["Uno dos."]


def test_a_long_transcript_ends_in_time() -> None:
    hostile = ["0:00" + " " * 200_000 + "x", "x 5" + " " * 200_000 + "x", "[" * 200_000, "#" * 200_000]
    assert parser_for("\n".join(hostile * 4), "x.txt") is None
    assert numbering(hostile) is None
    assert said(f"{cues()}\n\n7\n00:00:30 --> 00:00:31 {'a:' * 100_000} !\n{'[(' * 9_000}")


# --- what is no text --------------------------------------------------------------------------------------------------


def test_a_link_says_what_to_bring(ctx: Context, tmp_path: Path) -> None:
    for name, content, es, en in (
        ("a.gdoc", '{"url": "https://docs.google.com/open?id=1"}', ".docx", "Word"),
        ("a.gsheet", "{}", "CSV", "CSV"),
        ("a.url", "[InternetShortcut]\nURL=https://youtu.be/x", "transcripción", "transcript"),
        ("a.vcf", "BEGIN:VCARD\nEND:VCARD", "archivo", "file"),
    ):
        with pytest.raises(FileUnreadable) as refused:
            load(ctx, tmp_path, name, content)
        for language, wanted in (("es", es), ("en", en)):
            assert wanted in Words(language).error(refused.value)["next"]  # type: ignore[arg-type]


def test_data_with_an_address_is_no_link() -> None:
    for content in (b'{"url": "https://a.example", "texto": "hola"}', b"[1]", b"{", b"https://a.example y m\xc3\xa1s",
                    b'{"url": 3}', b"[InternetShortcuts]", b"BEGIN: VCARD"):  # fmt: skip
        assert no_text(content, "x.txt") is None


def test_too_little_text_is_told_of_what_was_asked(ctx: Context) -> None:
    bring(ctx.workspace, "corto.txt", [Row(text="una sola línea")])
    asked: tuple[tuple[str, dict[str, Any], str], ...] = (
        ("train_tokenizer", {}, "tokenizador"), ("answer_from_text", {"question": "¿qué?"}, "respuestas"),
        ("summarize", {}, "resumir"),
    )  # fmt: skip
    for name, inputs, what in asked:
        wanted = skill(name)
        with pytest.raises(TooLittleText) as refused:
            wanted.run(wanted.Inputs.model_validate({"file": "corto.txt", **inputs}), ctx)
        assert what in Words("es").error(refused.value)["what"]
