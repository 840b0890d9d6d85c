"""Printed pages: words and accents by their places, heads and numbers told from verses, lines put together again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from skills.errors import FileUnreadable
from skills.reading.formats import pdf
from skills.reading.formats.printed.lines import Line, Run, borders_of, lines_of
from skills.reading.formats.printed.margins import PAGED, Sheet, body_of, leave_furniture, leave_line_numbers, value
from skills.reading.formats.printed.notes import leave_contents, leave_notes
from skills.reading.formats.printed.paragraphs import text_of
from skills.reading.formats.printed.words import LOWERED, RAISED
from skills.reading.left_out import LeftOut
from tests import corpus_pdf as made
from tests import corpus_texts as texts

WIDTH, HEIGHT, STEP = 420.0, 595.0, 14.0


def run(text: str, left: float, base: float, size: float = 11.0, right: float | None = None) -> Run:
    width = 5.0 * len(text) if right is None else right - left
    return Run(text, left, left + width, base, size, False, 5.0 * len(text.split()[0]))


def line(text: str, base: float, right: float, size: float = 11.0) -> Line:
    return Line(text, 50.0, right, base, size, False, 50.0, 350.0, False, 5.0 * len(text.split()[0]))


def page(texts: Sequence[str], top: float = 540.0, size: float = 11.0) -> list[Line]:
    """Lines as long as their letters are many, one under the other."""
    lines = [line(text, top - STEP * i, 50.0 + 5.0 * len(text), size) for i, text in enumerate(texts)]
    return [each._replace(fresh=i == 0) for i, each in enumerate(lines)]


def wrapped(text: str) -> list[str]:
    return texts.wrapped(text, 60).split("\n")


def read(path: Path, folder: Path) -> str:
    return pdf.read(path, "x.pdf", folder)[0].source.path.read_text("utf-8")


@pytest.fixture
def drawn(tmp_path: Path) -> Callable[[Callable[[Any], None]], str]:
    """The text that is read of a page on which something is drawn."""

    def text_on(draw: Callable[[Any], None]) -> str:
        book = made.book()
        book.add_page()
        draw(book)
        path, folder = tmp_path / "x.pdf", tmp_path / "parts"
        path.write_bytes(made.done(book))
        folder.mkdir()
        return read(path, folder).strip()

    return text_on


# --- words ------------------------------------------------------------------------------------------------------------


def test_an_accent_that_is_a_character_of_its_own_goes_on_its_letter(drawn: Any) -> None:
    def draw(book: Any) -> None:
        x = 20.0
        for char in "canci´on":
            book.text(x, 30, char)
            x += 0.1 if char == "´" else book.get_string_width(char)

    assert drawn(draw) == "canción"


def test_an_accent_beside_a_word_stays(drawn: Any) -> None:
    assert drawn(lambda book: book.text(20, 30, "fuimos los d´entonces")) == "fuimos los d´entonces"


def test_words_without_a_space_between_are_parted_by_their_room(drawn: Any) -> None:
    def draw(book: Any) -> None:
        x = 20.0
        for word in "el tren que no llega nunca a la otra estación".split():  # noqa: SIM905
            book.text(x, 30, word)
            x += book.get_string_width(word) + 0.75

    assert drawn(draw) == "el tren que no llega nunca a la otra estación"


def test_letters_set_wide_apart_are_a_word_as_it_is_stored(drawn: Any) -> None:
    def draw(book: Any) -> None:
        book.set_char_spacing(2.2)
        book.text(20, 30, "CANCIONERO")

    assert drawn(draw).replace(" ", "") == "CANCIONERO"


def test_a_mark_of_a_note_is_told_from_a_power(drawn: Any) -> None:
    def draw(book: Any) -> None:
        for i in range(4):
            book.write(6, f"La casa tiene {i + 40} m")
            book.char_vpos = "SUP"
            book.write(6, "2")
            book.char_vpos = "LINE"
            book.write(6, " y un patio chico.\n")

    assert "tiene 41 m2 y un patio" in drawn(draw)


# --- columns ----------------------------------------------------------------------------------------------------------


def columns(lefts: Sequence[float], lines: int) -> list[Run]:
    """Stored line by line across the page."""
    return [
        run(f"palabras de la columna {i} en su renglón {j}", left, 540 - STEP * j, right=left + 100)
        for j in range(lines)
        for i, left in enumerate(lefts)
    ]


def test_columns_are_read_one_after_the_other() -> None:
    runs = columns((30, 150, 270), 12)
    assert len(borders_of(runs)) == 2
    lines, beside = lines_of(runs, WIDTH, [])
    assert beside == 3
    assert [line.text[23] for line in lines] == ["0"] * 12 + ["1"] * 12 + ["2"] * 12


def test_a_short_page_has_the_columns_of_the_others() -> None:
    runs = columns((30, 220), 2)
    assert borders_of(runs) == []
    assert [line.text[23] for line in lines_of(runs, WIDTH, [219.0])[0]] == ["0", "0", "1", "1"]


def test_a_heading_across_the_columns_parts_what_is_over_it() -> None:
    runs = [*columns((30, 220), 12), run("Un título que va de lado a lado de la página entera", 30, 545 - 12 * STEP)]
    runs += [part._replace(base=part.base - 13 * STEP) for part in columns((30, 220), 12)]
    said = [line.text for line in lines_of(runs, WIDTH, [])[0]]
    assert said.index("Un título que va de lado a lado de la página entera") == 24


def test_who_speaks_stays_beside_what_is_said() -> None:
    runs: list[Run] = []
    for i in range(12):
        base = 540 - STEP * i
        runs += [run("JUANA:" if i % 2 else "PEDRO:", 30, base), run(f"esto es lo que digo la vez {i}", 90, base)]
    assert lines_of(runs, WIDTH, [])[0][3].text == "JUANA: esto es lo que digo la vez 3"


# --- margins ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "number", ["12", "- 12 -", "Página 12", "Page 12 of 30", "12/30", "xii", "[12]", "12 | P a g e", "Pág. 12"]
)
def test_the_number_of_a_page_is_told(number: str) -> None:
    found = PAGED.fullmatch(number)
    assert found
    assert value(found[1]) == 12


def sheets(count: int, at: Callable[[int], list[Run]], lines: int = 20) -> list[Sheet]:
    """Pages with the same number of lines, none of which is as that of another, and what stands `at` their edges."""
    words = texts.wrapped(" ".join(texts.PROSE), 34).split("\n")
    body = [[run(words[(7 * i + j) % len(words)], 50, 500 - STEP * j) for j in range(lines)] for i in range(count)]
    return [Sheet(WIDTH, HEIGHT, [*at(i), *body[i]]) for i in range(count)]


def left_of(pages: list[Sheet]) -> LeftOut:
    left = LeftOut()
    leave_furniture(pages, body_of(pages), left)
    leave_line_numbers(pages, left)
    return left


def test_heads_in_turn_and_the_number_of_a_lone_chapter_are_left_out() -> None:
    heads = ["Celia Barrientos", "La mudanza", "Celia Barrientos", "El río", "Celia Barrientos", "Un cartero"]
    pages = sheets(6, lambda i: [run(heads[i], 50, 560, 8), run(str(i + 41), 200, 20, 8)])
    assert [text for _, text in left_of(pages).pieces][:4] == ["Celia Barrientos", "41", "La mudanza", "42"]
    assert all(len(sheet.runs) == 20 for sheet in pages)


def test_the_head_of_a_chapter_of_one_page_is_its_title() -> None:
    names = ["La mudanza", "El río", "Un cartero", "La sal"]
    pages = sheets(4, lambda i: [run(names[i], 50, 560), run(names[i], 50, 530, 15)])
    assert [text for _, text in left_of(pages).pieces] == names


@pytest.mark.parametrize("size", [11.0, 14.0])
def test_a_title_with_a_number_is_no_head(size: float) -> None:
    assert not left_of(sheets(6, lambda i: [run(f"Soneto {i + 1}", 50, 540, size)]))


def test_the_end_of_a_sentence_with_a_number_is_no_foot() -> None:
    pages = sheets(5, lambda i: [run(f"y así pasaron los años hasta el {i + 1}.", 50, 480 - 20 * STEP)])
    assert not left_of(pages)


def test_numbers_that_do_not_count_stay() -> None:
    prices = (120, 35, 40, 990, 15, 70)
    pages = sheets(1, lambda i: [run(str(price), 350, 500 - STEP * j) for j, price in enumerate(prices)])
    assert not left_of(pages)
    counted = sheets(1, lambda i: [run(str(5 * j), 350, 500 - STEP * (5 * j - 1)) for j in (1, 2, 3, 4)])
    assert left_of(counted) == {"margin_numbers": 4}


# --- notes ------------------------------------------------------------------------------------------------------------


def test_a_note_that_goes_on_on_the_next_page_is_one() -> None:
    called = f"El patio{RAISED}1{LOWERED} era grande y estaba lleno de macetas rotas."
    pages = [
        [*page([called] * 3), *page([f"{RAISED}1{LOWERED} Así lo cuenta el cartero"], 90, 8.0)],
        [*page(["Y nadie volvió a entrar."] * 3), *page(["en una carta que se perdió."], 90, 8.0)],
    ]
    for lines in pages:
        lines[3] = lines[3]._replace(fresh=False)
    left = LeftOut()
    leave_notes(pages, 11.0, left)
    assert left.pieces == [("footnotes", "1 Así lo cuenta el cartero en una carta que se perdió.")]
    assert [line.text for line in pages[0]] == ["El patio era grande y estaba lleno de macetas rotas."] * 3


def test_a_table_of_contents_is_left_out_and_forms_stay() -> None:
    named = [f"{name} . . . . . . . . {i}" for i, name in enumerate(("Uno", "Dos", "Tres"))]
    pages, left = [page([*named, "Nombre: ........"])], LeftOut()
    leave_contents(pages, left)
    assert left == {"contents_lines": 3}
    assert [line.text for line in pages[0]] == ["Nombre: ........"]


# --- paragraphs -------------------------------------------------------------------------------------------------------


def test_a_word_cut_at_the_end_of_a_page_is_joined() -> None:
    first = wrapped(" ".join(texts.PROSE))
    last = f"{first[-1]} y todos los pe"
    pages = [page([*first[:-1], f"{last}{'r' * 0}-"]), page(["rros del barrio ladraban a la vez.", *first])]
    assert "y todos los perros del barrio" in " ".join(text_of(pages, 11.0))


def test_dashes_stay_close_to_the_words_that_they_enclose() -> None:
    said = [
        "El cartero —dijo— no vino, y ella —la vecina— lo esperaba —",
        "sin decirlo— desde la mañana hasta que se hizo de noche ahí",
        "— según contó después— y volvió a entrar en la casa chica y",
        "oscura —la de siempre— con las manos metidas en los bolsos.",
    ]
    assert "esperaba —sin decirlo— desde" in " ".join(text_of([page(said * 3)], 11.0))


QUATRAIN = [f"{begins} la canasta en el patio" for begins in ("Vuelve", "Duerme", "Canta", "Calla")]


@pytest.mark.parametrize("cut", [1, 2, 3, 4])
def test_the_turn_of_a_page_ends_a_stanza_only_where_it_does(cut: int) -> None:
    """Quatrains with room between them; the page turns after `cut` lines of the third."""
    placed = [line(text, 540 - STEP * (i + i // 4), right=190.0) for i, text in enumerate(QUATRAIN * 6)]
    first, second = placed[: 8 + cut], placed[8 + cut :]
    down = 540 - second[0].base
    second = [each._replace(base=each.base + down, fresh=i == 0) for i, each in enumerate(second)]
    blocks = "\n".join(text_of([first, second], 11.0)).strip().split("\n\n")
    assert blocks == ["\n".join(QUATRAIN)] * 6


# --- files ------------------------------------------------------------------------------------------------------------


def test_a_page_of_too_many_letters_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "CHARACTERS", 900)
    path, folder = tmp_path / "x.pdf", tmp_path / "parts"
    path.write_bytes(made.set_in())
    folder.mkdir()
    with pytest.raises(FileUnreadable):
        pdf.read(path, "x.pdf", folder)
    path.write_bytes(made.with_contents())
    assert pdf.read(path, "x.pdf", folder)[0].facts["unread_pages"] == 3


def test_which_pages_are_pictures_is_said(tmp_path: Path) -> None:
    path, folder = tmp_path / "x.pdf", tmp_path / "parts"
    path.write_bytes(made.partly_scanned())
    folder.mkdir()
    facts = pdf.read(path, "x.pdf", folder)[0].facts
    assert (facts["scanned_pages"], facts["scanned_pages_names"]) == (1, "3")
