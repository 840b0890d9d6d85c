"""Personal data: what is found and what is not; masking changes nothing else and can be undone."""

from __future__ import annotations

import itertools
import random
import re
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from benchmarks.private_data import cases, measure
from skills.blocks import Passages, Table
from skills.contract import Context
from skills.dataset.revise import revise
from skills.load_dataset import LoadInputs
from skills.load_dataset import run as load
from skills.pii.find import FIXED, KINDS, Kind
from skills.pii.identity import uruguayan
from skills.pii.mask import MASK, Masks, labels_for, masked, masked_row
from skills.pii.names import People, people_of
from skills.pii.scan import parts, scan
from skills.pii.scan_result import ScanResult
from skills.scan_private_data import NothingToUndo, ScanInputs
from skills.scan_private_data import run as scan_run
from skills.workspace import Row, Turn, Workspace
from tests.test_text_skills import say
from tutor.course.files import load_course
from tutor.course.model import Run

ROOT = Path(__file__).parent.parent

LETTER = """Querida Marta Ibarra:

Te escribo desde Belgrano 1234, 3º B. Juan Carlos Pérez, el vecino, nos prestó una escalera.
Mi correo es ana@correo.com.ar y el DNI que pedías es 30.123.456. Juan Carlos dice que en 1978 había una imprenta.

Llamame al 11 4862-3391. Marta, contestá. Otra vez: ana@correo.com.ar.
Ana"""


def found(text: str) -> list[tuple[str, str]]:
    return [(one.kind, one.text) for one in scan(text)]


# --- the labelled snippets --------------------------------------------------------------------------------------------


def test_the_labelled_set_is_what_it_says() -> None:
    every = [case for part in ("dev", "heldout") for case in cases(part)]
    assert len(every) >= 200
    assert sum(not case["finds"] for case in every) >= 60
    assert {find["kind"] for case in every for find in case["finds"]} == set(KINDS)
    assert {case["language"] for case in every} == {"es", "en"}
    for case in every:
        for find in case["finds"]:
            assert case["text"][find["start"] : find["end"]] == find["text"]


def test_kinds_with_a_fixed_form_are_found_in_the_held_out_half() -> None:
    figures = measure("heldout")
    for kind in FIXED:
        assert figures.precision(kind) >= 0.9, kind
        assert figures.recall(kind) >= 0.9, kind


# --- what is found ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "kind", "expected"),
    [
        ("mi correo: ana.paz@correo.com.ar.", "email", "ana.paz@correo.com.ar"),
        ("escribime a ana (arroba) correo punto com", "email", "ana (arroba) correo punto com"),
        ("el CUIT 20-12345678-6 figura", "identity", "20-12345678-6"),
        ("RUT 12.345.678-5", "identity", "12.345.678-5"),
        ("con DNI 12345678Z firmó", "identity", "12345678Z"),
        ("el DNI que me diste ayer es 30.123.456", "identity", "30.123.456"),
        ("tarjeta 4111 1111 1111 1111 vencida", "card", "4111 1111 1111 1111"),
        ("IBAN ES91 2100 0418 4502 0005 1332 DE LA CASA", "bank", "ES91 2100 0418 4502 0005 1332"),
        ("Fees go to sort code 20-45-77 by the tenth of 123456", "bank", "20-45-77"),
        ("depositá en la cuenta corriente n.º 123-456789/0, gracias", "bank", "123-456789/0"),
        ("desde la IP 200.45.6.7", "ip", "200.45.6.7"),
        ("patente AB 123 CD", "plate", "AB 123 CD"),
        ("nació el 3 de mayo de 1960 en Lobos", "birth", "3 de mayo de 1960"),
        ("vivo en Belgrano 1234, 3º B, arriba", "address", "Belgrano 1234, 3º B"),
        ("la Sra. Montaldo no vino", "name", "Montaldo"),
        ("ayer vino Evaristo Carriego a casa", "name", "Evaristo Carriego"),
        ("We said Susan Whitcombe's bread was best", "name", "Susan Whitcombe"),
        ("in a house on 48 Old Mill Road. My sister", "address", "48 Old Mill Road"),
        ("mirá @tato.curinao", "handle", "@tato.curinao"),
        ("https://instagram.com/ana.paz/", "url", "https://instagram.com/ana.paz/"),
    ],
)
def test_each_kind(text: str, kind: Kind, expected: str) -> None:
    assert (kind, expected) in found(text)


@pytest.mark.parametrize(
    "text",
    [
        "Entre 1872-1879 y 1.234.567 personas.",
        "ISBN 978-950-07-6543-2 y $ 12.500.000",
        "versos 1234-1240, ley 27.541, art. 14",
        "el 10-12-2024 a las 10:30-12:45",
        "Juan 3:16; Matthew 5:3",
        "En la cuenta de 1998 había 200000 personas; on account 2024-2025 of the events",
        "versión 10.2.33.1",
        "San Juan, Santa Rosa y Santiago del Estero",
        "4111 1111 1111 1112",
        "La luz del sol, la esperanza y la soledad. Rosa de los vientos.",
    ],
)
def test_what_only_looks_alike_is_left_alone(text: str) -> None:
    assert found(text) == []


def test_check_digits_decide() -> None:
    assert uruguayan("1.234.567-2")
    assert not uruguayan("1.234.567-3")
    assert found("1.234.567-2")
    assert not found("1.234.567-3")


def test_a_long_line_takes_its_length_and_no_more() -> None:
    for piece in ("1234 ", "a@", "Calle ", "Juan ", "(", "1.", "+54 9 ", "http://", "A. ", "nació ", "-1", "::"):
        assert isinstance(scan(piece * 4000), list)


# --- masking ----------------------------------------------------------------------------------------------------------


def test_the_same_person_has_the_same_label_however_named() -> None:
    text = (
        "Ana Paz Quiroga llegó. Ana saludó. «Quiroga», dijo la Sra. Quiroga. Beatriz Sosa y Beatriz Luna callan. "
        "Beatriz. Luna llena."
    )
    people = People()
    people.learn(text)
    masks = Masks(labels_for("es"), people)
    after = masked(text, scan(text, people), masks.label)
    assert after == (
        "[PERSONA_1] llegó. [PERSONA_1] saludó. «[PERSONA_1]», dijo la Sra. [PERSONA_1]. [PERSONA_2] y "
        "[PERSONA_3] callan. [PERSONA_4]. Luna llena."
    )


def test_the_same_number_written_in_two_ways_has_one_label() -> None:
    masks = Masks(labels_for("en"))
    row = masked_row(Row(text="DNI 30.123.456, call +54 11 4862-3391. DNI 30123456; tel. 011 4862 3391"), KINDS, masks)
    assert row.text == "DNI [ID_1], call [PHONE_1]. DNI [ID_1]; tel. [PHONE_1]"


SAFE = (
    "entonces",
    "el río",
    "—dijo",
    "\t",
    "\u00a0",
    "é\u0301",
    "🌊",
    "\n",
    "…",
    "1872",
    "la voz;",
    "[nota]",
    "\u200b",
)
PRIVATE = ("ana@correo.com", "DNI 30.123.456", "Martina Sosa", "tel. 11 4862-3391", "@tato_luna")


@pytest.mark.parametrize("seed", range(60))
def test_masking_keeps_everything_else_byte_for_byte(seed: int) -> None:
    rng = random.Random(seed)
    text = " ".join(rng.choice(SAFE if rng.random() < 0.8 else PRIVATE) for _ in range(60))
    finds = scan(text)
    masks = Masks(labels_for("es"))
    after = masked(text, finds, masks.label)
    around = [text[a:b] for a, b in itertools.pairwise([0, *(i for f in finds for i in (f.start, f.end)), len(text)])][
        ::2
    ]
    assert MASK.split(after)[::3] == around
    back = {label: key for key, label in masks.given.items()}
    assert len(back) == len(masks.given)
    assert not [one for one in scan(after) if one.kind in ("email", "identity", "phone", "handle")]


# --- the skill --------------------------------------------------------------------------------------------------------


def bring(workspace: Workspace, text: str = LETTER, name: str = "carta.txt") -> str:
    return load(LoadInputs(text=text, name=name), Context(workspace, "es")).dataset


def run(workspace: Workspace, **inputs: Any) -> ScanResult:
    return scan_run(ScanInputs(**inputs), Context(workspace, "es"))


def rows_bytes(workspace: Workspace, dataset: str) -> bytes:
    folder = workspace.inside("workspace", "datasets", dataset)
    return (folder / workspace.find(dataset).rows_file).read_bytes()


def test_finds_are_shown_in_their_sentence_and_counted(workspace: Workspace) -> None:
    bring(workspace)
    result = run(workspace)
    assert result.counts == {"name": 5, "email": 2, "identity": 1, "phone": 1, "address": 1}
    said = say(result)
    assert "encontré 10 datos que parecen personales" in said
    assert "un apodo" in said
    shown = [p.text for block in result.blocks() if isinstance(block, Passages) for p in block.passages]
    assert any("el DNI que pedías es [30.123.456]" in text for text in shown)
    texts = [dict(parts(row)) for row in workspace.rows(result.dataset or "")]
    for one in result.finds:
        assert texts[one.row - 1][one.part][one.start : one.end] == one.text


def test_masking_and_undoing_through_the_offers(workspace: Workspace) -> None:
    dataset = bring(workspace)
    before = rows_bytes(workspace, dataset)
    offers = {offer.label.id.rsplit(".", 1)[-1]: offer for offer in run(workspace).offers()}
    assert set(offers) == {"fixed", "name", "address", "all"}
    result = run(workspace, **offers["all"].inputs)
    assert result.masked == 10
    text = "\n".join(row.whole for row in workspace.rows(dataset))
    assert "ana@" not in text
    assert text.count("[EMAIL_1]") == 2
    assert "[PERSONA_1], contestá" in text
    assert text.count("[PERSONA_2]") == 2
    assert "1978" in text
    assert run(workspace).counts == {}
    assert [offer.label.id for offer in result.offers()] == ["scan_private_data.offers.undo"]
    undone = run(workspace, **result.offers()[-1].inputs)
    assert undone.undone
    assert rows_bytes(workspace, dataset) == before
    with pytest.raises(NothingToUndo):
        run(workspace, undo=True)


def test_what_else_was_changed_since_is_not_undone(workspace: Workspace) -> None:
    dataset = bring(workspace)
    run(workspace, mask=("email",))
    revise(workspace, dataset, "clean", 1, list(workspace.rows(dataset))[1:])
    with pytest.raises(NothingToUndo):
        run(workspace, undo=True)


def test_a_second_masking_goes_on_counting(workspace: Workspace) -> None:
    dataset = bring(workspace, "Escribile a ana@correo.com, a Martina Sosa y a Ramón Luna.\n\nMartina Sosa vino.")
    run(workspace, mask=("email",))
    run(workspace, mask=("name",))
    revise(workspace, dataset, "mask", 1, [*workspace.rows(dataset), Row(text="y a eva@correo.com")])
    run(workspace, mask=("email",))
    text = "\n".join(row.whole for row in workspace.rows(dataset))
    assert "Escribile a [EMAIL_1], a [PERSONA_1] y a [PERSONA_2]." in text
    assert text.endswith("y a [EMAIL_2]")


def conversation() -> Sequence[Row]:
    turns = (
        Turn(role="user", content="Soy Martina Sosa, mi mail es ana@correo.com"),
        Turn(role="assistant", content="Hola, Martina."),
    )
    return (
        Row(turns=turns, title="Charla con Martina Sosa", document=0),
        Row(prompt="¿DNI?", completion="DNI 30.123.456", title="Charla con Martina Sosa", document=0),
        Row(text="nada de eso", document=1),
    )


def test_titles_pairs_and_turns_are_masked_too(workspace: Workspace) -> None:
    dataset = bring(workspace)
    revise(workspace, dataset, "test", 3, conversation())
    result = run(workspace, mask=KINDS)
    assert result.changed == 2
    assert result.counts == {"name": 3, "email": 1, "identity": 1}
    first, second, third = workspace.rows(dataset)
    assert first.title == second.title == "Charla con [PERSONA_1]"
    assert first.turns is not None
    assert [turn.content for turn in first.turns] == ["Soy [PERSONA_1], mi mail es [EMAIL_1]", "Hola, [PERSONA_1]."]
    assert second.completion == "DNI [DOCUMENTO_1]"
    assert third == conversation()[2]


def test_a_pasted_text_is_only_looked_at(workspace: Workspace) -> None:
    result = run(workspace, text="mi mail es ana@correo.com")
    assert result.counts == {"email": 1}
    assert result.offers() == ()
    assert workspace.manifests() == []
    with pytest.raises(ValueError, match="only looked at"):
        ScanInputs(text="a", mask=("email",))


def test_nothing_found_still_says_what_cannot_be_seen(workspace: Workspace) -> None:
    bring(workspace, "La noche bajaba despacio y el río no dijo nada de nada.")
    said = say(run(workspace))
    assert "no encontré ninguno" in said
    assert "no puedo ver" in said


def test_more_finds_than_are_listed_are_all_counted_and_masked(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_module("skills.scan_private_data"), "LISTED", 10)
    dataset = bring(workspace, "\n\n".join(f"Escribime a ana{i}@correo.com, que soy yo." for i in range(40)))
    result = run(workspace, mask=("email",))
    assert (len(result.finds), result.counts["email"], result.masked) == (10, 40, 40)
    assert "los primeros 10" in say(result)
    assert not re.search("@", "".join(row.whole for row in workspace.rows(dataset)))


# --- what a lesson compares, what a person reads ----------------------------------------------------------------------


def test_the_lesson_sets_the_total_against_what_was_predicted(ctx: Context) -> None:
    lesson = load_course(ROOT / "curriculum").lessons["private-data"]
    steps = {step.id: step for step in lesson.steps if isinstance(step, Run)}
    for step in (steps["see"], steps["mine"]):
        assert step.against is not None
        assert step.against.field == "total"
    for letter in steps["see"].inputs["text"].values():
        result = scan_run(ScanInputs(text=letter), ctx)
        assert result.model_dump(mode="json")["total"] == sum(result.counts.values()) == 6


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Querida Nora: la Graciela Peralta se mudó a Los Tilos", "Querida Nora: la Graciela Peralta se…"),
        ("Una carta  breve,\nde nadie", "Una carta breve, de nadie"),
        ("Un texto de cuarenta caracteres y una co", "Un texto de cuarenta caracteres y una co"),
        ("a" * 50, "a" * 39 + "…"),
    ],
)
def test_a_pasted_text_is_named_by_whole_words(text: str, name: str, ctx: Context) -> None:
    assert scan_run(ScanInputs(text=text), ctx).name == name


# --- a name everywhere ------------------------------------------------------------------------------------------------


MARTA = """Vino Marta Gómez con mi prima Anahua Quispe Luna.
MARTA trajo el pan y marta_gomez82 lo anotó; a márta le gusta. Anahua cantó.
La señora GOMEZ, dijo gómez, es la madre. Marta's bread, says Quispe. El rio, la luna y la noche.
Vive en Rivadavia 4520, 1406 Flores. La clave: Mar4villa! y la contraseña era 'pan-y-vino'.
El legajo 88123 es de Zulmara; a Zulmara no la conozco."""


def test_a_name_that_was_found_once_is_found_everywhere(workspace: Workspace, ctx: Context) -> None:
    loaded = load(LoadInputs(text=MARTA, name="carta.txt"), ctx)
    result = scan_run(ScanInputs(file=loaded.dataset, mask=KINDS), ctx)
    after = "\n".join(row.whole for row in workspace.rows(loaded.dataset))
    for gone in ("marta", "márta", "gómez", "gomez", "anahua", "quispe", "1406", "mar4villa", "pan-y-vino", "4520"):
        assert gone not in after.casefold(), after
    assert "El rio, la luna y la noche" in after
    left = {one.text: (one.times, one.why) for one in result.left}
    assert left["Zulmara"] == (2, "capital")
    assert left["88123"] == (1, "number")
    assert left["luna"] == (1, "word")


def test_what_stayed_is_said_and_what_was_not_asked_for_is_among_it(workspace: Workspace, ctx: Context) -> None:
    loaded = load(LoadInputs(text=MARTA, name="carta.txt"), ctx)
    result = scan_run(ScanInputs(file=loaded.dataset, mask=("name",)), ctx)
    told = say(result)
    assert "Lo que quedó y parece personal" in told
    assert "no pediste taparlo" in told
    table = next(b for b in result.blocks() if isinstance(b, Table) and b.title.id == "scan_private_data.left.title")
    assert "Zulmara" in [row[0] for row in table.rows]


@pytest.mark.parametrize(
    "text",
    [
        "Vino Clara Ibáñez. La noche clara, el agua clara. Lo tomás o lo dejás, y una luz lucía lejos.",
        "Ayer vino Rosa Luna. La rosa, la luna. Rosas y lunas.",
        "Vino Pedro Herrero. El herrero, otro herrero, y un herrero más golpean. La calle Herrero está lejos.",
    ],
)
def test_a_word_in_small_letters_is_no_person(text: str) -> None:
    people = people_of(lambda: [text])
    assert [one.text for one in scan(text, people) if one.text.islower()] == []
    assert "calle Herrero" not in text or sum(one.text == "Herrero" for one in scan(text, people)) == 0
