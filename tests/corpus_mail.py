"""Mail and saved pages as programs write them: single messages, mailboxes, pages in one file, pages with furniture."""

from __future__ import annotations

import base64
import plistlib
import quopri
from collections.abc import Iterator, Sequence
from email.message import EmailMessage

from tests import corpus_texts as texts
from tests.corpus import Case
from tests.corpus_texts import PROSE

BODY = "\n\n".join(PROSE)
GMAIL = "El mar, 12 mar 2024 a las 9:00, Inés (<ines@correo.example>) escribió:"
THEIRS = "Mandame el cuento cuando puedas, aunque no esté terminado."
OUTLOOK = (
    "________________________________\nDe: Inés <ines@correo.example>\nEnviado: martes, 12 de marzo de 2024 9:00\n"
    f"Para: Hugo <hugo@correo.example>\nAsunto: RE: El cuento\n\n{THEIRS}\n"
)
ENVELOPES = {
    "thunderbird": "From - Tue Mar 12 09:00:00 2024",
    "gmail": "From 1793308911111111111@xxx Tue Mar 12 12:00:00 +0000 2024",
    "unix": "From hugo@correo.example Tue Mar 12 09:00:00 2024",
}
BOUNDARY = "----MultipartBoundary--x1"


def mail_cases() -> Iterator[Case]:
    yield from single()
    yield from answers()
    yield from mailboxes()
    yield from pages()


def message(body: str, subject: str = "El cuento de la llave", page: str = "", charset: str = "utf-8") -> EmailMessage:
    found = EmailMessage()
    found["From"] = "Hugo Ríos <hugo@correo.example>"
    found["To"] = "ines@correo.example"
    found["Subject"] = subject
    found["Date"] = "Tue, 12 Mar 2024 09:00:00 -0300"
    found["Message-ID"] = "<1@correo.example>"
    if body:
        found.set_content(body, charset=charset)
        if page:
            found.add_alternative(page, subtype="html")
    else:
        found.set_content(page, subtype="html", charset=charset)
    return found


def mail(
    name: str, made: EmailMessage | bytes | str, rows: int | None = 5, shape: str = "prose", **more: object
) -> Case:
    data = made if isinstance(made, bytes) else made.encode() if isinstance(made, str) else made.as_bytes()
    return Case(name, lambda: data, shape, rows, **more)  # type: ignore[arg-type]


def single() -> Iterator[Case]:
    yield mail("cuento.eml", message(BODY), has="Ángela volvió", lacks="Subject", notices=("mail_headers",))
    yield mail("sin ending", message(BODY), has="Ángela volvió", lacks="hugo@")
    yield mail("latin1.eml", message(BODY, charset="iso-8859-1"), has="Ángela volvió", lacks="=E1")
    yield mail(
        "solo html.eml", message("", page="".join(f"<p>{p}</p>" for p in PROSE)), has="Ángela volvió", lacks="<p>"
    )
    excuse = message("Este mensaje se ve en HTML.", page="".join(f"<p>{p}</p>" for p in PROSE))
    yield mail("excusa.eml", excuse, lacks="se ve en HTML")
    pictures = message(BODY)
    pictures.add_attachment(bytes(900), maintype="image", subtype="jpeg", filename="patio.jpg")
    yield mail("con foto.eml", pictures, notices=("mail_attachment",), lacks="patio.jpg")
    yield mail("poema.eml", message(texts.COPLAS), 4, "verse", has="una tarde\ncon la lluvia")
    wrapped = "\n\n".join(texts.wrapped(paragraph, 74) for paragraph in PROSE[:2])
    yield mail("cortado.eml", message(wrapped), 2, has=PROSE[0])
    flowed = "\n\n".join(texts.wrapped(paragraph, 70).replace("\n", " \n") for paragraph in PROSE)
    soft = message(flowed, charset="utf-8")
    soft.replace_header("Content-Type", 'text/plain; charset="utf-8"; format=flowed')
    yield mail("flowed.eml", soft, has=PROSE[1])
    apple = message(BODY).as_bytes()
    note = b'<?xml version="1.0"?><plist><dict><key>flags</key></dict></plist>'
    yield mail("apple.emlx", f"{len(apple)}\n".encode() + apple + note, lacks="plist")
    wrong = (
        b"From: a@x.example\r\nSubject: Carta\r\nMIME-Version: 1.0\r\n"
        b"Content-Type: text/plain; charset=us-ascii\r\n\r\n"
    )
    yield mail("mal declarado.eml", wrong + BODY.encode("cp1252"), has="Ángela volvió")
    coded = base64.encodebytes(BODY.encode())
    inside = wrong.replace(b"us-ascii", b"utf-8\r\nContent-Transfer-Encoding: base64") + coded
    yield mail("base64.eml", inside, has="Ángela volvió")
    typed = f"De: la abuela\nPara: Hugo\nFecha: un martes\n\n{BODY}"
    yield mail("carta escrita a mano.txt", typed, None, has="De: la abuela")
    yield Case("mensaje.msg", lambda: outlook(), error="mail_outlook")
    yield Case("sin señas.msg", lambda: outlook()[:500], error="mail_outlook")


def outlook() -> bytes:
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "__properties_version1.0".encode("utf-16-le") + bytes(99)


def answers() -> Iterator[Case]:
    """What others wrote, and what programs add, is left out."""
    quote = f"\n\n{GMAIL}\n\n> {THEIRS}\n>\n> Inés\n"
    yield mail("respuesta.eml", message(BODY + quote), notices=("mail_quoted",), lacks="Mandame")
    cut = GMAIL.replace(" (<", "\n(<")
    yield mail("atribución cortada.eml", message(BODY + quote.replace(GMAIL, cut)), lacks="escribió:")
    english = f"\n\nOn Tue, Mar 12, 2024 at 9:00 AM Inés <ines@correo.example> wrote:\n> {THEIRS}\n"
    yield mail("reply.eml", message("\n\n".join(texts.ENGLISH) + english), 4, language="en", lacks="wrote:")
    yield mail("outlook.eml", message(f"{BODY}\n\n{OUTLOOK}"), notices=("mail_quoted",), lacks="Enviado:")
    inline = f"> {THEIRS}\n\n{PROSE[0]}\n\n> ¿Y el final?\n\n{PROSE[1]}"
    yield mail("intercalada.eml", message(inline), 2, lacks="final")
    signed = f"{BODY}\n\n-- \nHugo Ríos\nTaller de los martes\nTel. 555-0101"
    yield mail("firmada.eml", message(signed), notices=("mail_signature",), lacks="Taller")
    yield mail(
        "teléfono.eml", message(f"{BODY}\n\nEnviado desde mi iPhone"), notices=("mail_signature",), lacks="iPhone"
    )
    forwarded = (
        "Mirá esto.\n\n---------- Forwarded message ---------\nDe: Inés <ines@correo.example>\n"
        f"Date: mar, 12 mar 2024 a las 9:00\nSubject: Cuento\nTo: <hugo@correo.example>\n\n{BODY}"
    )
    yield mail("reenviada.eml", message(forwarded, "Fwd: Cuento"), 6, has="Ángela volvió", lacks="Forwarded")
    own = "".join(f"<div>{p}</div><div><br></div>" for p in PROSE)
    quoted = f'<div class="gmail_quote"><div class="gmail_attr">{GMAIL}</div><blockquote>{THEIRS}</blockquote></div>'
    yield mail("gmail.eml", message("", page=own + quoted), notices=("mail_quoted",), lacks="Mandame")
    story = f"{PROSE[0]}\n\nEn 1940 el poeta escribió:\n\n{PROSE[1]}\n\nFue todo lo que dejó."
    yield mail("cita literaria.eml", message(story), 4, has="el poeta escribió:")
    parted = f"{PROSE[0]}\n\n--\n\n{PROSE[1]}\n\n--\n\n{PROSE[2]}"
    yield mail("partes con guiones.eml", message(parted), None, has="A las once apareció")


def mailbox(bodies: Sequence[str], envelope: str, more: str = "") -> str:
    """Each a message in plain text, as its author's program keeps it."""
    return "".join(
        f"{ENVELOPES[envelope]}\n{more}From: Hugo <hugo@correo.example>\nTo: ines@correo.example\nSubject: Carta {i}\n"
        f"Message-ID: <{i}@correo.example>\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n"
        f"Content-Transfer-Encoding: quoted-printable\n\n{quopri.encodestring(body.encode()).decode()}\n\n"
        for i, body in enumerate(bodies)
    )


def mailboxes() -> Iterator[Case]:
    for program in ENVELOPES:
        yield mail(f"{program}.mbox", mailbox(PROSE, program), documents=5, lacks="Message-ID")
    yield mail("windows.mbox", mailbox(PROSE, "gmail").replace("\n", "\r\n"), documents=5, lacks="\r")
    yield mail("sin ending de correo", mailbox(PROSE, "unix"), documents=5)
    escaped = [*PROSE[:4], f"{PROSE[4]}\n\n>From the window she saw it.\n\nFrom the other one, nothing."]
    yield mail("from adentro.mbox", mailbox(escaped, "unix"), 7, documents=5, has="From the window")
    mixed = [*PROSE[:2], texts.COPLAS, *PROSE[2:4]]
    yield mail("prosa y coplas.mbox", mailbox(mixed, "gmail"), 8, documents=5, has="una tarde\ncon", notices=("mixed",))
    gone = mailbox(PROSE[:2], "thunderbird", "X-Mozilla-Status: 0009\n") + mailbox(PROSE[2:], "thunderbird")
    yield mail("borrados.mbox", gone, 3, documents=3, notices=("mail_deleted",))
    empty = mailbox([*PROSE, f"{GMAIL}\n> {THEIRS}"], "gmail")
    yield mail("uno vacío.mbox", empty, documents=5, notices=("mail_empty",))


def mhtml(page: str, start: str, charset: str = "utf-8") -> bytes:
    coded = quopri.encodestring(page.encode(charset)).decode()
    picture = base64.encodebytes(bytes(2_000)).decode()
    return (
        f'{start}MIME-Version: 1.0\r\nContent-Type: multipart/related;\r\n\ttype="text/html";\r\n\tboundary="'
        f'{BOUNDARY}"\r\n\r\n\r\n--{BOUNDARY}\r\n'
        "Content-Type: text/html\r\nContent-Transfer-Encoding: quoted-printable\r\n"
        f"Content-Location: https://blog.example/x\r\n\r\n{coded}\r\n--{BOUNDARY}\r\nContent-Type: image/png\r\n"
        f"Content-Transfer-Encoding: base64\r\n\r\n{picture}\r\n--{BOUNDARY}--\r\n"
    ).encode()


def pages() -> Iterator[Case]:
    body = "".join(f"<p>{p}</p>" for p in PROSE)
    page = f"<!DOCTYPE html><html><head><meta charset='utf-8'><title>La llave</title></head><body>{body}</body></html>"
    chrome = "From: <Saved by Blink>\r\nSnapshot-Content-Location: https://blog.example/x\r\nSubject: La llave\r\n"
    explorer = 'From: "Saved by Internet Explorer 11"\r\nSubject: La llave\r\nDate: Tue, 12 Mar 2024 09:00:00 -0300\r\n'
    yield mail("chrome.mhtml", mhtml(page, chrome), has="Ángela volvió", lacks="=C3")
    latin = page.replace("utf-8", "iso-8859-1")
    yield mail("explorer.mht", mhtml(latin, explorer, "iso-8859-1"), has="Ángela volvió", encoding="latin-1")
    yield mail("de word.doc", mhtml(page, ""), has="Ángela volvió")
    archived = {"WebMainResource": {"WebResourceData": page.encode("utf-16"), "WebResourceTextEncodingName": "UTF-16"}}
    yield mail("safari.webarchive", plistlib.dumps(archived, fmt=plistlib.FMT_BINARY), encoding="utf-16", has="Ángela")
    yield Case("otra.plist", lambda: plistlib.dumps({"a": 1}, fmt=plistlib.FMT_BINARY), error="binary")
    banner = "<div id='onetrust-banner-sdk'><p>Usamos cookies propias y ajenas. ¿Aceptás?</p></div>"
    share = "<ul class='post-share-buttons'><li>Facebook</li><li>Compartir</li></ul>"
    comments = "<div id='comments' class='comments-area'><ol><li><article><p>¡Qué lindo!</p></article></li></ol></div>"
    blog = (
        f"<!doctype html><html><head><title>La llave | Mi blog</title></head>"
        f"<body class='home has-sidebar comments-open'>"
        f"{banner}<header class='site-header'><p>Mi blog</p></header><main><article class='post category-social'>"
        f"<h1>La llave</h1>{body}{share}</article></main>{comments}<aside>Archivo</aside></body></html>"
    )
    for lacks in ("cookies", "Compartir", "lindo", "Mi blog"):
        yield mail(f"blog sin {lacks}.html", blog, lacks=lacks, notices=("web_furniture",))
    plain = (
        f"<html><body><div class='content with-sidebar'>{body}</div><div class='sidebar'>Archivo</div></body></html>"
    )
    yield mail("envuelto.html", plain, has="Ángela volvió", lacks="Archivo")
    unnamed = (
        "<div><p>Este sitio usa cookies para mejorar tu experiencia de navegación.</p></div>"
        f"{body}<p>Compartir en Facebook</p><ul><li>Twitter</li><li>WhatsApp</li></ul>"
    )
    for lacks in ("cookies", "Facebook", "Twitter"):
        yield mail(f"sin nombre, sin {lacks}.html", f"<html><body>{unnamed}</body></html>", lacks=lacks)
    hidden = f"<html><body><p style='display: none'>Contraseña</p>{body}</body></html>"
    yield mail("oculto.html", hidden, lacks="Contraseña", notices=("hidden_text",))
    wiki = body.replace("</p>", '<sup class="reference"><a href="#cite_note-1">[1]</a></sup></p>', 1)
    notes = "<ol class='references'><li>Archivo del barrio.</li></ol>"
    yield mail("enciclopedia.html", f"<html><body>{wiki}{notes}</body></html>", lacks="[1]", notices=("note_marks",))
