"""Personal data in the spellings of people and programs: small letters, spaces, dots, other hyphens, words between."""

from __future__ import annotations

import time

import pytest

from skills.pii.find import Kind
from skills.pii.identity import spanish_insured
from skills.pii.scan import scan


def found(text: str) -> list[tuple[str, str]]:
    return [(one.kind, one.text) for one in scan(text)]


@pytest.mark.parametrize(
    ("text", "kind", "expected"),
    [
        ("DNI:\n33918274", "identity", "33918274"),
        ("d.n.i.: 33.918.274", "identity", "33.918.274"),
        ("el documento único 33.918.274, de la tutora", "identity", "33.918.274"),
        ("DNI de la tutora: 33918274", "identity", "33918274"),
        ("DNI 33918274 y vive acá", "identity", "33918274"),
        ("DNI 33918274 11 4555-1234", "identity", "33918274"),
        ("nif 33918274-j", "identity", "33918274-j"),
        ("Residente y1183047x desde 2010", "identity", "y1183047x"),
        ("nie: y1183047x", "identity", "y1183047x"),
        ("C.I.F.: A-58818501", "identity", "A-58818501"),
        ("Facturar a 27 18273645 2 mañana", "identity", "27 18273645 2"),
        ("cuil 27–18273645–2", "identity", "27–18273645–2"),
        ("7.839.204 – 5, sin palabra", "identity", "7.839.204 – 5"),
        ("curp: pegm780214hdfrnn00", "identity", "pegm780214hdfrnn00"),
        ("rfc pegm-780214-kl3", "identity", "pegm-780214-kl3"),
        ("Seguridad Social: 41/10293847/36", "identity", "41/10293847/36"),
        ("Nº 41 10293847 36", "identity", "41 10293847 36"),
        ("pasaporte chileno P12345678", "identity", "P12345678"),
        ("NI number: jk 48 29 13 d", "identity", "jk 48 29 13 d"),
        ("ssn 219 48 3746", "identity", "219 48 3746"),
        ("iban: gb82 west 1234 5698 7654 32 de Londres", "bank", "gb82 west 1234 5698 7654 32"),
        ("Depositar en PT50-0002-0123-1234-5678-9015-4.", "bank", "PT50-0002-0123-1234-5678-9015-4"),
        ("irma.sol @ papel.com.ar", "email", "irma.sol @ papel.com.ar"),
        ("IRMA @ PAPEL . COM . AR", "email", "IRMA @ PAPEL . COM . AR"),
        ("Móvil: 655.482.913", "phone", "655.482.913"),
        ("Tfno. 91.482.73.65", "phone", "91.482.73.65"),
        ("Higinia Terrazas, DNI 33.918.274", "name", "Higinia Terrazas"),
        ("Lo firmó Higinia Terrazas.", "name", "Higinia Terrazas"),
    ],
)
def test_every_spelling_is_found(text: str, kind: Kind, expected: str) -> None:
    assert (kind, expected) in found(text)


@pytest.mark.parametrize(
    "text",
    [
        "El documento es de 1810-1816 y de 12/10/1820.",
        "Documento que trata de 123456 ejemplares.",
        "Ni 12345678 ni 87654321 eran capicúas.",
        "La seguridad social gastó 12.345.678 pesos.",
        "Le conté 123456 pasos; el run 123456 terminó.",
        "verso 12345678 a, 20 12345678 1, 28 12345678 41",
        "es20 de los que vinieron ayer tarde a comer",
        "Nos vemos @ casa. Com o sin pan.",
        "Lucas 12, 34; Juan 3, 16",
        "ISBN 84 376 0494 X, EAN 7798104523917",
        "Firma: La comisión directiva",
    ],
)
def test_what_only_looks_alike_is_left_alone(text: str) -> None:
    assert found(text) == []


def test_the_check_digits_of_social_security_decide() -> None:
    assert spanish_insured("411029384736")
    assert not spanish_insured("411029384737")


@pytest.mark.parametrize(
    "piece",
    ["DNI ", "dni a b c d: ", "D N I ", "DNI 12", "es91 2100 ", "a @ ", "firmó ", "Ana Paz, DNI ", "x-1", "rfc abcd "],
)
def test_a_long_line_takes_its_length_and_no_more(piece: str) -> None:
    def seconds(size: int) -> float:
        begun = time.process_time()
        scan(piece * (size // len(piece)))
        return time.process_time() - begun

    assert seconds(40_000) < 8 * max(seconds(10_000), 0.05)
