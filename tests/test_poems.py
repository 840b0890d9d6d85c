"""How lines are set, who speaks, where poems begin; and that what an author sets in stays so to the end."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from lxml import html

from skills.blocks import Notice
from skills.contract import Context
from skills.dataset.cleaning import MENDS
from skills.load_dataset import LoadInputs, run
from skills.reading import theatre, verse
from skills.reading.chords import chords_on, has_chords
from skills.reading.formats.styles import Sheet, length_of, points
from skills.reading.indents import dedented, edge_of, is_centred
from skills.reading.left_out import LeftOut, read_left_out
from skills.reading.listed import is_listed
from skills.reading.setting import PLAIN, setting_of
from skills.reading.shape import shape_of
from skills.reading.speakers import manner_of
from skills.training.units import units
from skills.workspace import Row
from tests.corpus_plays import MANNERS, SPEECHES, WHOLE
from tests.corpus_poems import CHORDS, HARBOUR, LATIN, PATIO, TREE
from tests.corpus_texts import COPLAS, ENGLISH, PROSE, paragraphs, wrapped
from tutor.words import LANGUAGES, Words

STEPS = "\n".join("   " * (i % 3) + line for i, line in enumerate(PATIO.split("\n")) if line)


def load(ctx: Context, **inputs: object) -> list[Row]:
    return list(ctx.workspace.rows(run(LoadInputs(**inputs), ctx).dataset))  # type: ignore[arg-type]


# --- how lines are set ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [PATIO, HARBOUR, COPLAS, STEPS, TREE, "\n\n".join(PROSE), "\n\n".join(ENGLISH), wrapped(" ".join(PROSE), 60),
     "\n".join(paragraphs(9)), "—Yo.\n\n—No.\n\n" * 9, "Pan.\n\nVino.\n\nY nada más.", "x", ""],
)  # fmt: skip
def test_what_is_set_plainly_is_left_as_it_is(text: str) -> None:
    assert setting_of(text) == PLAIN


def test_a_layout_is_undone() -> None:
    doubled = PATIO.replace("\n", "\n\n").replace("\n\n\n\n", "\n\n\n")
    assert setting_of(doubled).text(doubled) == PATIO
    turned = "\n".join(wrapped(line, 60).replace("\n", "\n  ") for line in PROSE)
    assert setting_of(turned).text(turned) == "\n".join(PROSE)
    quoted = PATIO.replace("\n\n", " // ").replace("\n", " / ")
    assert setting_of(quoted).text(quoted).strip() == PATIO


def test_what_is_left_of_a_song_is_its_words() -> None:
    song = "\n".join(f"{CHORDS[i % 4]}\n{line}" for i, line in enumerate(HARBOUR.split("\n")) if line)
    left = LeftOut()
    kept = list(setting_of(song).lines(lambda: song.split("\n"), left))
    assert kept == [line for line in HARBOUR.split("\n") if line]
    assert left["chords"] == 12
    assert left.pieces[0] == ("chords", CHORDS[0].strip())


@pytest.mark.parametrize("line", [*CHORDS, *LATIN, "Am", "| C | G/B | x2", "D7  (Em)  F#m7b5", "e|--0--2--3--|", "Sol"])
def test_chords_are_known(line: str) -> None:
    assert chords_on(line)


@pytest.mark.parametrize(
    "line", ["", "La casa", "A mi madre", "Si vuelve", "Do you", "Sol y sombra", "Fa la la la", "A"[:0]]
)
def test_words_are_no_chords(line: str) -> None:
    assert not chords_on(line)


def test_a_poem_with_short_verses_is_no_song() -> None:
    assert not has_chords(["Sol", "que entra", "por la ventana", "La", "que no vuelve", "Si", "acaso", "vuelve"])


def test_edges() -> None:
    assert (edge_of(["  a", "", "    b"]), edge_of(["\ta", "\t  b"]), edge_of([]), edge_of(["a", "  b"])) == (
        "  ",
        "\t",
        "",
        "",
    )
    assert dedented(["    a  ", "", "      b"]) == ["a", "", "  b"]
    assert is_centred([line.center(50).rstrip() for line in PATIO.split("\n") if line])
    assert not is_centred([f"   {line}" for line in PATIO.split("\n") if line])
    assert not is_centred([line for line in STEPS.split("\n") if line])


@pytest.mark.parametrize("text", [PATIO, HARBOUR, COPLAS, STEPS, TREE])
def test_verse_is_no_list(text: str) -> None:
    assert not is_listed([line for line in text.split("\n") if line])


# --- where poems begin ------------------------------------------------------------------------------------------------


def titles(text: str) -> list[tuple[int, str | None, str]]:
    return [(p.document, p.row.title, p.row.whole.split("\n")[0]) for p in verse.pieces(text.split("\n"), text)]


def test_a_line_alone_is_a_title_or_a_stanza() -> None:
    first, second, third = PATIO.split("\n\n")
    assert titles(f"El patio\n\n{first}\n\nNadie cerró\n\nLa casa\n\n{second}\n\nY nadie abrió") == [
        (0, "El patio", "La higuera guarda el calor"), (0, "El patio", "Nadie cerró"),
        (1, "La casa", "Un balde cuelga del pozo,"), (1, "La casa", "Y nadie abrió"),
    ]  # fmt: skip
    book = f"EL PATIO\n\n{first}\n\nNadie cerró\n\n{second}\n\nLA CASA\n\n{third}\n\nLA SAL\n\n{first}"
    assert [title for _, title, _ in titles(book)] == [
        "EL PATIO", "EL PATIO", "EL PATIO", "LA CASA", "LA SAL",
    ]  # fmt: skip
    assert [title for _, title, _ in titles(f"El patio\n\nPara Elvira\n\n{first}\n\n2. La casa\n\n{second}")] == [
        "El patio", "El patio", "2. La casa",
    ]  # fmt: skip


def test_each_poem_has_its_own_left_edge() -> None:
    poem = f"          EL PATIO\n\n    Uno\n      dos\n\n    tres\n    cuatro\n\nLA CASA\n\n{STEPS}"
    rows = [piece.row.whole for piece in verse.pieces(poem.split("\n"), poem)]
    assert rows == ["Uno\n  dos", "tres\ncuatro", STEPS]


def test_a_poem_without_an_end_is_held_in_part_only() -> None:
    lines = [line for i in range(3_000) for line in (f"  verso {i}", "    y otro", "")]
    found = [piece.row.whole for piece in verse.pieces(lines, "\n".join(lines[:300]))]
    assert found == [f"verso {i}\n  y otro" for i in range(3_000)]


# --- who speaks -------------------------------------------------------------------------------------------------------


def test_every_manner_names_the_same_people() -> None:
    for form in (form for form in MANNERS if form != "{t}: {s}"):  # that one is told by its share of the lines
        lines = [form.format(n=n, t=n.title(), s=s) for n, s in SPEECHES]
        manner = manner_of(lines)
        assert manner is not None, form
        assert [turn[0] for line in lines if (turn := manner.turn(line))] == [n.casefold() for n, _ in SPEECHES], form


@pytest.mark.parametrize(
    "lines",
    [
        ["Después —dijo Ana— me fui.", "Ana —dijo él— no vino.", "Después —dijo Ana— me fui.", "Ana —dijo él— no."] * 3,
        ["DÍA. Lunes.", "HORA. Las tres.", "LUGAR. La plaza (norte)."] * 4,
        ["No. Nunca.", "Sí. ¡Claro!", "No. ¿Y vos?", "Sí. Yo también."] * 4,
        ["Dr. Juan Paz (médico)", "Sra. Ana Gil", "Dr. Luis Sol", "Sra. Eva Luz", "Dr. Leo Paz", "Sra. Mía Gil"] * 2,
        ["CORO", "Ay, ay", "ESTRIBILLO", "¡Ay!", "CORO", "Ay, ay", "ESTRIBILLO", "¡Ay!", "CORO", "¡Ay!"],
        ["II", "Uno", "III", "¿Dos?", "II", "tres", "III", "cuatro", "II"],
        ["A. Sí", "B. No (quizás)", "C. Nunca"] * 5,
    ],
)  # fmt: skip
def test_nobody_speaks(lines: list[str]) -> None:
    assert manner_of(lines) is None


def test_acts_and_scenes_are_titles() -> None:
    play = WHOLE.format(said="\n".join(f"{n}. {s}" for n, s in SPEECHES))
    found = [(p.document, p.row.title) for p in theatre.pieces(play.split("\n"), play)]
    assert list(dict.fromkeys(found)) == [
        (0, "LA LLAVE"), (1, "ACTO PRIMERO, Escena primera"), (2, "ACTO PRIMERO, Escena segunda"), (3, "ACTO SEGUNDO"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "part",
    ["Acto segundo, escena primera", "ACT I. SCENE II. A street.", "Primer acto", "INT. PATIO - NOCHE", "Prólogo"],
)
def test_parts_of_plays_are_known(part: str) -> None:
    play = "\n".join(f"{n}: {s}" for n, s in SPEECHES) + f"\n\n{part}\n\nELVIRA: ¿Y ahora?"
    (*_, last) = theatre.pieces(play.split("\n"), play)
    assert (last.row.title, last.row.whole) == (part, "ELVIRA: ¿Y ahora?")


# --- styles -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("length", "value"),
    [("1.5em", 18), ("0.5in", 36), ("0", 0), (".5cm", 14.175), ("auto", None), ("", None), ("-1em", -12)],
)
def test_lengths(length: str, value: float | None) -> None:
    assert points(length) == pytest.approx(value)


def test_style_sheets() -> None:
    sheet = Sheet(
        [
            "/* x */ p, .a {margin: 0 2em} @media print { .poem > p.b{ padding-left : 1em !important } }"
            "#c .d:hover {margin: 9em}"
        ]
    )
    node = html.fromstring('<p class="a b d" style="text-indent: 6pt">x</p>')
    style = sheet.style_of(node)
    assert length_of(style, "margin-left", "padding-left", "text-indent") == 24 + 12 + 6
    assert "margin-right" not in style


# --- to the end -------------------------------------------------------------------------------------------------------


def test_what_is_set_in_stays_until_it_is_learnt(ctx: Context, tmp_path: Path) -> None:
    rows = load(ctx, text=f"{TREE}\n\n{TREE}\n\n{TREE}")
    drawing = "\n".join(dedented(TREE.split("\n")))
    assert rows[0].text is not None
    assert rows[0].whole == drawing
    assert rows[0].whole.startswith("      o\n     oh")
    assert all(mend(row.whole) == row.whole for row in rows for mend in MENDS.values())
    learnt = units(row.model_copy(update={"text": f"{row.text}\n{i}"}) for i, row in enumerate(rows * 3))
    assert learnt[0].text == f"{drawing}\n0"


def test_a_poem_in_a_cell_stays_as_far_in(ctx: Context, tmp_path: Path) -> None:
    path = tmp_path / "poemas.csv"
    path.write_text("poema\n" + f'"  {STEPS}\n"\n' * 4, "utf-8")
    assert load(ctx, path=path)[0].whole.split("\n")[1] == "   de lo que no se ha contado;"


def test_a_pasted_poem_is_read_as_it_was_typed(ctx: Context) -> None:
    doubled = PATIO.replace("\n", "\n\n").replace("\n\n\n\n", "\n\n\n")
    assert [row.whole for row in load(ctx, text=doubled)] == PATIO.split("\n\n")
    assert load(ctx, text=doubled, shape="prose")[0].whole == "de lo que no se ha contado;"


def test_whatever_is_done_with_a_layout_is_told(ctx: Context) -> None:
    song = "\n".join(f"{CHORDS[i % 4]}\n{line}" for i, line in enumerate(HARBOUR.split("\n")) if line)
    result = run(LoadInputs(text=song), ctx)
    assert result.facts["chords"] == 12
    assert read_left_out(ctx.workspace.datasets / result.dataset)[1] == ("chords", CHORDS[1].strip())
    quoted = run(LoadInputs(text=PATIO.replace("\n\n", " // ").replace("\n", " / ")), ctx)
    for shown, code in ((result, "chords"), (quoted, "slashes")):
        said = [block.message for block in shown.blocks() if isinstance(block, Notice) and code in block.message.id]
        assert said
        assert all(Words(language)(message) for language in LANGUAGES for message in said)


HOSTILE = [
    "Name" + " " * 8_000 + "x", "A a" * 4_000, "(" * 8_000, "NAME (" + "a" * 8_000, "[Am" * 4_000, "a / " * 4_000,
    " " * 8_000 + "/", "A - " * 4_000, "**" * 4_000, "Am " * 4_000, "\t" * 8_000 + "a", "I" * 8_000, "_a" * 4_000,
    "\xa0" * 8_000 + "a", "A. " * 4_000, "x: " * 4_000, "- " * 4_000, "{" * 8_000, "e|" + "-" * 8_000 + "x",
]  # fmt: skip


def test_time_grows_with_the_text_and_no_faster() -> None:
    began = time.process_time()
    for line in HOSTILE:
        text = "\n".join([line] * 6)
        setting_of(text)
        shape_of(f"{text}\n\n{text}")
        list(verse.pieces(text.split("\n"), text))
        list(theatre.pieces(text.split("\n"), text))
        Sheet([line])
    assert time.process_time() - began < 6  # a second or two; the bound is for a busy machine
