"""What of a message its author wrote, how mailboxes are cut, headers and parts in every state of repair."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from skills.contract import Context
from skills.load_dataset import LoadInputs, run
from skills.reading.formats.headers import words_of
from skills.reading.formats.mime import content, parsed, text, walk
from skills.reading.formats.quoted import own_lines
from skills.reading.left_out import LeftOut, read_left_out
from tests.corpus_mail import GMAIL, mailbox, message
from tests.corpus_texts import COPLAS, PROSE, paragraphs, wrapped

OWN = "Te mando el cuento."


def own(written: str, forwarded: bool = False, cited: bool = False) -> tuple[str, LeftOut]:
    left = LeftOut()
    return "\n".join(own_lines(written.split("\n"), forwarded, cited, left)), left


# --- whose words they are ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "said",
    [
        GMAIL, "On Tue, Mar 12, 2024 at 9:00 AM Inés <ines@x.example> wrote:", "El 12/3/24 a las 9:00, Inés escribió:",
        "Le 12 mars 2024 à 09:00, Inés <ines@x.example> a écrit :", "Am 12.03.2024 um 09:00 schrieb Inés:",
        "Em ter., 12 de mar. de 2024 às 09:00, Inés <ines@x.example> escreveu:", "Inés <ines@x.example> wrote:",
        "El martes, 12 de marzo de 2024, 09:00:00 GMT-3,\nInés <ines@x.example> escribió:",
    ],
)  # fmt: skip
def test_what_is_answered_goes_with_the_line_that_says_whose_it_is(said: str) -> None:
    assert own(f"{OWN}\n\n{said}\n\n> Mandame el cuento.\n> Inés")[0] == OWN
    assert own(f"{said}\n> Mandame el cuento.\n\n{OWN}")[0] == f"\n{OWN}".strip("\n") or OWN
    kept, left = own(f"{said}\n\n{OWN}", cited=True)
    assert kept.strip() == OWN
    assert left == {"mail_quoted": 1}


@pytest.mark.parametrize(
    "block",
    [
        "-----Original Message-----\nFrom: Inés\nSent: Tuesday\nTo: Hugo\nSubject: Cuento",
        "-----Mensaje original-----\nDe: Inés\nEnviado el: martes\nPara: Hugo\nAsunto: Cuento",
        "________________________________\nFrom: Inés\nSent: Tuesday\nTo: Hugo\nSubject: Cuento",
        "De: Inés\n\nFecha: martes\n\nPara: Hugo\n\nAsunto: Cuento", "*From:* Inés\n*Date:* Tuesday\n*To:* Hugo",
    ],
)  # fmt: skip
def test_the_headers_of_what_is_answered_end_what_the_author_wrote(block: str) -> None:
    assert own(f"{OWN}\n\n{block}\n\nMandame el cuento.")[0] == OWN
    kept, left = own(f"{OWN}\n\n{block}\n\nMandame el cuento.", forwarded=True)
    assert "Mandame" in kept
    assert "Inés" not in kept
    assert left == {"mail_forwarded": 1}


@pytest.mark.parametrize(
    "signature",
    ["-- \nHugo\nTaller", "--\nHugo", "Enviado desde mi iPhone", "Sent from my iPad",
     "Enviado desde Outlook para Android", "Get Outlook for iOS", "Libre de virus. www.antivirus.example",
     "AVISO DE CONFIDENCIALIDAD: este mensaje es privado.",
     "This email and any attachments are confidential.\n\nSent from my iPhone",
     "_______________________________________________\nlista mailing list\nlista@x.example"],
)  # fmt: skip
def test_a_signature_is_left_out(signature: str) -> None:
    kept, left = own(f"{OWN}\n\n{signature}")
    assert kept == OWN
    assert left["mail_signature"] >= 1


@pytest.mark.parametrize(
    "written",
    [
        "En 1940 el poeta escribió:\n\nNada queda.", "Uno\n\n--\n\nDos\n\n--\n\nTres",
        "A las 10:30 Marta escribió:\n\nVení.",
        "De: la abuela\nPara: vos", "Enviado por Juan a su madre", "—Vení —dijo.\n—No.", COPLAS.strip(),
        "Sent with love, and nothing else.",
    ],
)  # fmt: skip
def test_what_only_looks_like_it_stays(written: str) -> None:
    kept, left = own(written)
    assert kept == written
    assert not left


def test_paragraphs_cut_at_the_margin_of_mail_are_whole_again() -> None:
    for width in (66, 72, 76):
        assert own("\n\n".join(wrapped(p, width) for p in PROSE))[0] == "\n\n".join(PROSE)
    assert own(COPLAS.strip())[0] == COPLAS.strip()


# --- headers and parts ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        ("=?utf-8?Q?Amalia_Rold=C3=A1n?= <a@x.example>", "Amalia Roldán <a@x.example>"),
        ("=?UTF-8?B?RWwgYW5kw6luLA==?=\r\n =?UTF-8?B?IGRvcw==?=", "El andén, dos"),
        ("=?utf-8?B?YW5kw6==?= =?utf-8?B?qW4=?=", "andén"), ("=?utf-8?Q?El=20and=C3=A9n?", "El andén"),
        ("=?iso-8859-1?q?ma=F1ana?=", "mañana"), ("Nota sin código", "Nota sin código"),
        ("ma\udcc3\udcb1ana", "mañana"), ("ma\udcf1ana", "mañana"), ("=?nada?Q?ma=C3=B1ana?=", "mañana"),
    ],
)  # fmt: skip
def test_the_words_of_a_header(raw: str, said: str) -> None:
    assert words_of(raw) == said


def test_parts_within_parts() -> None:
    data = (
        b"Content-Type: multipart/mixed; boundary=a\n\npreface\n--a\n"
        b"Content-Type: multipart/alternative; boundary=ab\n\n"
        b"--ab\nContent-Type: text/plain\n\nuno\n--ab\nContent-Type: text/html\n\n<p>uno</p>\n--ab--\n"
        b"\n--a\n\ndos\n--a--\nend"
    )
    leaves = [(piece.kind, content(piece).strip()) for piece in walk(parsed(data)) if not piece.inside]
    assert leaves == [("text/plain", b"uno"), ("text/html", b"<p>uno</p>"), ("text/plain", b"dos")]


@pytest.mark.parametrize(
    ("headers", "body", "said"),
    [
        ("Content-Transfer-Encoding: base64", b"bWHxYW5h", "mañana"),
        ("Content-Transfer-Encoding: BASE64", b"bWHD\r\nsWFu\r\nYQ", "mañana"),
        ("Content-Transfer-Encoding: quoted-printable", b"ma=C3=B1=\nana", "mañana"),
        ("Content-Type: text/plain; charset=unknown-8bit", "mañana".encode("cp1252"), "mañana"),
        ("Content-Type: text/plain; charset=\"utf-8", "mañana".encode(), "mañana"),
    ],
)  # fmt: skip
def test_the_words_of_a_part(headers: str, body: bytes, said: str) -> None:
    assert text(parsed(headers.encode() + b"\n\n" + body)).text == said


@pytest.mark.parametrize(
    "data",
    [
        b"", b"\n", b"\n\n\n", b"From", b"Content-Type: multipart/mixed; boundary=\n\nx",
        b"Content-Type: multipart/mixed\n\nx",
        b"Content-Type: multipart/mixed; boundary=a\n\n--a", b"Content-Type: message/rfc822\n\n" * 500,
        b"Content-Type: multipart/mixed; boundary=a\n\n--a\n" * 500, b"\xff\xfe\x00: \x00\n\n\x00", b":" * 100_000,
        b"Content-Type: text/plain; charset*=utf-8'%FF\n\nx", b"Subject: " + b"=?utf-8?Q?" * 2_000 + b"\n\nx",
    ],
    ids=range(13),
)  # fmt: skip
def test_damaged_messages_are_inert(data: bytes) -> None:
    began = time.perf_counter()
    for piece in walk(parsed(data)):
        text(piece)
        words_of(str(piece.headers.get("Subject") or ""))
    assert time.perf_counter() - began < 1


# --- whole files ------------------------------------------------------------------------------------------------------


def load(ctx: Context, folder: Path, name: str, data: bytes) -> tuple[list[str | None], list[tuple[str, str]]]:
    """The titles of the rows, and what was left out."""
    path = folder / name
    path.write_bytes(data)
    result = run(LoadInputs(path=path), ctx)
    titles = [row.title for row in ctx.workspace.rows(result.dataset)]
    return titles, read_left_out(ctx.workspace.datasets / result.dataset)


def test_a_message_has_its_subject_for_a_title(ctx: Context, tmp_path: Path) -> None:
    titles, left = load(ctx, tmp_path, "a.eml", message(f"Hola Inés\n\n{PROSE[0]}").as_bytes())
    assert titles == ["El cuento de la llave"] * 2
    assert left == [
        ("mail_headers", "From: Hugo Ríos <hugo@correo.example>; To: ines@correo.example; "
                         "Date: Tue, 12 Mar 2024 09:00:00 -0300"),
    ]  # fmt: skip


def test_messages_of_a_mailbox_have_theirs(ctx: Context, tmp_path: Path) -> None:
    titles, left = load(ctx, tmp_path, "a.mbox", mailbox(PROSE, "thunderbird").encode())
    assert titles == [f"Carta {i}" for i in range(5)]
    assert [kind for kind, _ in left] == ["mail_headers"] * 5


def test_a_large_mailbox_is_read_in_time(ctx: Context, tmp_path: Path) -> None:
    bodies = [f"{p}\n\n{GMAIL}\n> {PROSE[0]}" for p in paragraphs(600, 3)]
    began = time.perf_counter()
    titles, _ = load(ctx, tmp_path, "a.mbox", mailbox(bodies, "gmail").encode())
    assert len(titles) == 600
    assert time.perf_counter() - began < 5
