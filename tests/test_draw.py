"""Blocks in the terminal: every kind is drawn, within its columns, and nothing in them is obeyed by the terminal."""

from __future__ import annotations

from typing import Any, get_args

import pytest
from rich.cells import cell_len

from skills.blocks import (
    Artefact,
    Bet,
    Block,
    Chart,
    Column,
    Compare,
    CompareColumn,
    Knob,
    Measure,
    Measures,
    Notice,
    Option,
    Passage,
    Passages,
    Probabilities,
    Progress,
    Series,
    Settings,
    Stop,
    Table,
    Text,
    Token,
    Tokens,
    Way,
    msg,
)
from tutor.terminal.render import bar, draw
from tutor.words import LANGUAGES, Words


def said(text: str) -> Any:
    """A message whose words are exactly «párrafo <text>»."""
    return msg("load_dataset.examples.prose", number=text)


BLOCKS: dict[str, Block] = {
    "text": Text(message=said("larga " * 20)),
    "notice": Notice(level="warning", message=said("rara")),
    "table": Table(
        title=said("tabla"),
        columns=(Column(label=said("palabra")), Column(label=said("veces"), numeric=True)),
        rows=(("canción", 1234.5), ("日本", None)),
        caption=said("pie"),
    ),
    "chart": Chart(
        title=said("barras"),
        form="bars",
        x=said("largo"),
        y=said("textos"),
        series=(Series(role="yours", label=said("tus textos"), points=((0, 4), (10, 2), (20, 0))),),
    ),
    "tokens": Tokens(
        title=said("fichas"), tokenizer="qwen", tokens=(Token(text="ferro", id=12345), Token(text=" carril", id=7))
    ),
    "probabilities": Probabilities(
        title=said("sigue"),
        prompt="Más vale pájaro en",
        options=(Option(text=" mano", probability=0.75), Option(text="\n", probability=0.125)),
        rest=0.125,
    ),
    "measures": Measures(
        title=said("sorpresa"),
        measures=(
            Measure(role="base", label=said("antes"), value=2.0, told=said("2,00")),
            Measure(role="tuned", label=said("ahora"), value=1.0, told=said("1,00")),
        ),
    ),
    "bet": Bet(yours="párrafo", came=24),
    "compare": Compare(
        title=said("a ciegas"),
        prompt="Aquí me pongo",
        columns=(
            CompareColumn(role="base", label=said("antes"), text="a cantar"),
            CompareColumn(role="tuned", label=said("después"), text="a cantar al compás de la vigüela " * 3),
        ),
    ),
    "passages": Passages(
        title=said("ejemplos"),
        passages=(
            Passage(text="Aquí me pongo\na cantar", source="fierro.txt", location=said("1")),
            Passage(text="solo"),
        ),
    ),
    "artefact": Artefact(title=said("tu modelo"), path="runs/1/adapter", bytes=8_700_000),
    "progress": Progress(title=said("entrenar"), run="run-1"),
    "settings": Settings(
        title=said("entrenar"),
        told=said("dos minutos"),
        notices=(Notice(level="warning", message=said("justa")),),
        ways=(Way(name="quick", label=said("vistazo"), about=said("poco"), told=said("2 min")),),
        way=None,
        knobs=(
            Knob(
                name="rank",
                label=said("rango"),
                does=said("cuánto cabe"),
                value=8,
                stops=(Stop(value=4, label=said("cuatro")), Stop(value=8, label=said("ocho"))),
            ),
        ),
        skill="fine_tune",
        inputs={"rank": 8},
        facts={},
    ),
}

DRAWN = {
    "text": "\n".join(["párrafo " + "larga " * 12, "larga " * 8]).replace(" \n", "\n").rstrip(),
    "notice": "! párrafo rara",
    "table": """\
párrafo tabla

párrafo palabra   párrafo veces
───────────────────────────────
canción                 1.234,5
日本                          –

párrafo pie""",
    "chart": """\
párrafo barras

párrafo tus textos: párrafo largo | párrafo textos
 0  4  ██████████████████████████████
10  2  ███████████████
20  0""",
    "tokens": """\
párrafo fichas

│ferro│·carril│
 12345 7

2 pedacitos, con el tokenizador qwen""",
    "probabilities": """\
párrafo sigue

│ Más vale pájaro en

 mano          75 %  ██████████████████████▌
↵              12 %  ███▊
todo lo demás  12 %  ███▊""",
    "measures": """\
párrafo sorpresa

párrafo antes  párrafo 2,00  ██████████████████████████████
párrafo ahora  párrafo 1,00  ███████████████""",
    "bet": "Apostaste: párrafo. Salió: 24.",
    "passages": """\
párrafo ejemplos

│ Aquí me pongo
│ a cantar
— fierro.txt, párrafo 1

│ solo""",
    "artefact": """\
párrafo tu modelo

Está en runs/1/adapter (9 MB).""",
    "settings": """\
párrafo entrenar

párrafo dos minutos

! párrafo justa

○ quick  párrafo vistazo  párrafo 2 min

rank  párrafo ocho  párrafo cuánto cabe""",
    "progress": "párrafo entrenar: sigue en marcha. Para ver cómo va: tutor runs show run-1",
}


def test_every_kind_of_block_has_an_example() -> None:
    union = get_args(get_args(Block)[0])
    assert {kind.model_fields["kind"].default for kind in union} == set(BLOCKS)


@pytest.mark.parametrize("kind", sorted(BLOCKS))
@pytest.mark.parametrize("width", [80, 40])
def test_every_block_is_drawn_within_its_columns(kind: str, width: int) -> None:
    drawn = draw(BLOCKS[kind], Words("es"), width)
    assert "párrafo" in drawn
    assert all(cell_len(line) <= width for line in drawn.split("\n"))
    assert draw(BLOCKS[kind], Words("en"), width) != drawn


@pytest.mark.parametrize("kind", sorted(DRAWN))
def test_a_block_looks_as_it_should(kind: str) -> None:
    assert draw(BLOCKS[kind], Words("es")) == DRAWN[kind]


def test_a_comparison_is_side_by_side() -> None:
    drawn = draw(BLOCKS["compare"], Words("es")).split("\n")
    heads = next(line for line in drawn if "antes" in line)
    assert "párrafo después" in heads
    first = drawn[drawn.index(heads) + 2]
    assert first.split() == ["a", "cantar", "a", "cantar", "al", "compás", "de", "la", "vigüela", "a"]


def test_a_curve_shows_both_series_on_one_scale() -> None:
    points = tuple((float(i), 3.0 - i / 20) for i in range(41))
    chart = Chart(
        title=said("curva"),
        form="line",
        x=said("paso"),
        y=said("error"),
        series=(
            Series(role="train", label=said("aprende"), points=points),
            Series(role="heldout", label=said("aparte"), points=((0.0, 3.0), (40.0, 2.0))),
        ),
    )
    lines = draw(chart, Words("es")).split("\n")
    assert lines[2].split()[:3] == ["párrafo", "aprende", "3"]
    assert lines[2].endswith(" 1")
    course = next(word for word in lines[2].split() if "█" in word)
    assert (course[0], course[-1], len(course)) == ("█", "▁", 40)
    assert "█▅" in lines[3]
    assert "de 0 a 40" in lines[4]
    empty = chart.model_copy(update={"series": ()})
    assert "curva" in draw(empty, Words("es"))


def test_text_cannot_command_the_terminal() -> None:
    block = Passages(title=said("\x1b[31mrojo"), passages=(Passage(text="a\x1b]0;título\x07b\x9b2J[bold]c[/bold]"),))
    drawn = draw(block, Words("es"))
    assert not {"\x1b", "\x07", "\x9b"} & set(drawn)
    assert "[bold]c[/bold]" in drawn


def test_many_tokens_are_laid_out_in_rows() -> None:
    tokens = tuple(Token(text=" palabra", id=i) for i in range(30))
    block = Tokens(title=said("x"), tokenizer="t", tokens=tokens)
    rows = [line for line in draw(block, Words("es"), 40).split("\n") if line.startswith("│")]
    assert sum(row.count("·palabra") for row in rows) == 30
    assert all(cell_len(row) <= 40 for row in rows)


@pytest.mark.parametrize(("share", "drawn"), [(0, ""), (1, "████"), (0.5, "██"), (1 / 32, "▏"), (7, "████"), (-1, "")])
def test_a_bar_has_eighths(share: float, drawn: str) -> None:
    assert bar(share, 4) == drawn


def test_what_is_graded_is_told_by_a_line_and_in_words() -> None:
    tokens = (Token(text="¿Qué?", id=7, graded=False), Token(text="Nada", id=123456, graded=True))
    for language in LANGUAGES:
        words = Words(language)
        drawn = draw(Tokens(title=said("x"), tokenizer="t", tokens=tokens), words)
        cut, line, ids = drawn.split("\n")[2:5]
        assert line.index("═") == cut.index("Nada")
        assert line.count("═") == len("123456")
        assert ids.split() == ["7", "123456"]
        assert words("cli.draw.graded", mark="═") in drawn
    plain = draw(Tokens(title=said("x"), tokenizer="t", tokens=tokens[1:2]), Words("es"))
    assert "═" in plain
    assert "═" not in draw(Tokens(title=said("x"), tokenizer="t", tokens=(Token(text="a", id=1),)), Words("es"))
