"""Files made to harm or to confuse a reader: each must be refused in words or be inert, within 20 s and 1 GB."""

from __future__ import annotations

import io
import random
import struct
import zipfile
from collections.abc import Iterator

from tests import corpus_files as made
from tests import corpus_texts as texts
from tests.corpus import Case

LAUGHS = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 12))
DOCTYPE = f'<!DOCTYPE x [<!ENTITY l0 "jajajajaja">{LAUGHS}]>'
PROSE = "\n\n".join(texts.PROSE)


def hostile() -> Iterator[Case]:
    yield from bombs()
    yield from names()
    yield from broken()
    yield from locked()
    yield from inert()


def refused(name: str, data: bytes, error: str, slow: bool = False) -> Case:
    return Case(name, lambda: data, error=error, slow=slow)


def zeros(member: str, megabytes: int, lie: bool = False, more: dict[str, bytes | str] | None = None) -> bytes:
    """A zip with a member of zeros; with `lie` its headers claim ten bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in (more or {}).items():
            archive.writestr(name, data)
        with archive.open(member, "w", force_zip64=True) as file:
            for _ in range(megabytes):
                file.write(bytes(1_000_000))
    data = out.getvalue()
    size = struct.pack("<L", megabytes * 1_000_000)
    return data.replace(size, struct.pack("<L", 10)) if lie else data


def bombs() -> Iterator[Case]:
    yield Case("bomba.zip", lambda: zeros("a.txt", 600), error="inflated")
    yield Case("bomba mentirosa.zip", lambda: zeros("a.txt", 600, lie=True), error="*")
    content: dict[str, bytes | str] = {"[Content_Types].xml": "<x/>"}
    yield Case("bomba.docx", lambda: zeros("word/document.xml", 600, more=content), error="inflated")
    book: dict[str, bytes | str] = {"xl/workbook.xml": "<x/>"}
    yield Case("bomba.xlsx", lambda: zeros("xl/worksheets/sheet1.xml", 600, more=book), error="inflated")
    mime: dict[str, bytes | str] = {"mimetype": "application/vnd.oasis.opendocument.text"}
    yield Case("bomba.odt", lambda: zeros("content.xml", 600, more=mime), error="inflated")
    inner = made.zipped({"b.zip": made.zipped({"c.zip": zeros("a.txt", 5)})})
    yield refused("zip en zip.zip", made.zipped({"a.zip": inner, "b.zip": inner}), "archive")
    many = made.zipped({f"{i}.txt": "hola" for i in range(6_000)})
    yield refused("seis mil.zip", many, "inflated")
    laughing = f'<?xml version="1.0"?>{DOCTYPE}'
    body = f'<w:document xmlns:w="{made.W}"><w:body><w:p><w:r><w:t>&l11;</w:t></w:r></w:p></w:body></w:document>'
    yield refused("risas.docx", made.zipped({"word/document.xml": laughing + body}), "word_broken")
    odt = made.zipped({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": laughing + "<x>&l11;</x>"})
    yield refused("risas.odt", odt, "word_broken")
    outside = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
    yield refused("entidad de afuera.docx", made.zipped({"word/document.xml": outside + body.replace("l11", "e")}),
                  "word_broken")  # fmt: skip
    deep = f'<w:document xmlns:w="{made.W}"><w:body>' + "<w:sdt>" * 100_000
    yield refused("hondo.docx", made.zipped({"word/document.xml": deep}), "word_broken")
    yield refused("hondo.json", b"[" * 100_000 + b"]" * 100_000, "json_broken")
    yield refused("hondo.jsonl", b'{"a":' * 100_000 + b"1" + b"}" * 100_000, "json_broken")
    far = made.xlsx({"Hoja": [["texto"], ["hola"]]})
    with zipfile.ZipFile(io.BytesIO(far)) as archive:
        files: dict[str, bytes | str] = {n: archive.read(n) for n in archive.namelist()}
    sheet = files["xl/worksheets/sheet1.xml"]
    assert isinstance(sheet, bytes)
    files["xl/worksheets/sheet1.xml"] = sheet.replace(b'r="2"', b'r="1048576"').replace(b'"A2"', b'"XFD1048576"')
    yield Case("celda lejana.xlsx", lambda: made.zipped(files), error="*")


def names() -> Iterator[Case]:
    files: dict[str, bytes | str] = {f"{'../' * 8}tmp/mal{i}.txt": text for i, text in enumerate(texts.PROSE)}
    files |= {"/etc/mal.txt": PROSE, "C:\\Windows\\mal.txt": PROSE, "con\0nulo.txt": PROSE}
    yield Case("afuera.zip", lambda: made.zipped(files), "prose", None, documents=8)


def broken() -> Iterator[Case]:
    docx = made.docx([("Normal", p) for p in texts.PROSE])
    for name, whole, kind in (
        ("cortado.docx", docx, "word_broken"), ("cortado.zip", made.zipped({"a.txt": PROSE * 9}), "archive"),
        ("cortado.epub", made.epub([("Uno", PROSE)]), "epub_broken"),
        ("cortado.odt", made.odt([("p", PROSE)]), "word_broken"),
        ("cortado.xlsx", made.xlsx({"a": [["hola", "chau"]] * 99}), "sheet_broken"),
    ):  # fmt: skip
        yield refused(name, whole[: len(whole) * 2 // 3], kind)
    yield refused("cortado.pdf", made.pdf(texts.PROSE)[:700], "pdf_broken")
    lines = made.json_lines({"text": p} for p in texts.PROSE).encode()
    cut = lines[:-40].decode("utf-8", "ignore").encode()
    yield Case("cortado.jsonl", lambda: cut, "prose", 4, notices=("json_cut",))
    noise = random.Random(7).randbytes(200_000)
    yield refused("ruido.txt", noise, "binary")
    yield refused("ruido.docx", b"PK\x03\x04" + noise, "word_broken")
    yield refused("ruido.pdf", b"%PDF-1.7\n" + noise, "pdf_broken")
    yield refused("ruido.csv", noise[:4_000], "binary")
    yield refused("vacio.txt", b"", "file_empty")
    yield refused("sin texto.docx", made.docx([("Normal", "")]), "file_empty")
    yield refused("zip vacio.zip", made.zipped({"__MACOSX/x": "a"}), "file_empty")
    yield refused("escaneado.pdf", made.scanned_pdf(), "pdf_scanned")


def locked() -> Iterator[Case]:
    secret = bytearray(made.zipped({"a.txt": PROSE}))
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        secret[secret.index(mark) + place] |= 1  # the flag of a member with a password
    yield refused("con clave.zip", bytes(secret), "zip_locked")
    yield refused("con clave.pdf", made.pdf(texts.PROSE, password="abrite"), "pdf_locked")
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
    yield refused("con clave.docx", ole + "EncryptedPackage".encode("utf-16-le") + bytes(600), "office_locked")
    yield refused("viejo.doc", ole + "WordDocument".encode("utf-16-le") + bytes(600), "word_old")
    yield refused("viejo.xls", ole + "Workbook".encode("utf-16-le") + bytes(600), "sheet_old")
    yield refused("de mac.pages", made.zipped({"Index/Document.iwa": b"\0", "preview.jpg": b"\xff\xd8"}), "pages")
    yield refused("laminas.pptx", made.zipped({"ppt/presentation.xml": "<x/>"}), "slides")
    sheet = {"mimetype": "application/vnd.oasis.opendocument.spreadsheet"}
    yield refused("planilla.ods", made.zipped(sheet), "sheet_broken")
    drm = made.epub([("Uno", "<p>x</p>")])
    with zipfile.ZipFile(io.BytesIO(drm)) as archive:
        files: dict[str, bytes | str] = {n: archive.read(n) for n in archive.namelist()}
    files["META-INF/encryption.xml"] = '<encryption><CipherReference URI="OEBPS/texto/cap 0.xhtml"/></encryption>'
    yield refused("protegido.epub", made.zipped(files, "mimetype"), "epub_locked")


def inert() -> Iterator[Case]:
    yield Case("pagina honda.html", lambda: made.html("<div>" * 100_000 + PROSE), error="*")
    wide = "a," * 500_000
    yield Case("ancha.csv", lambda: f"{wide}\n{wide}".encode(), error="*")
    yield Case("comillas.csv", lambda: b'texto\n"' + b"sin cerrar " * 400_000, error="*")
    script = made.html(f"<p>{PROSE}</p><script>fetch('http://x')</script><img src=x onerror=alert(1)>")
    yield Case("programa.html", lambda: script, "prose", None, lacks="fetch")
    yield Case("marcado.txt", lambda: b"<b>**hola**</b> [x](javascript:alert(1))\n\n" + PROSE.encode(), "prose", 5)
    yield Case("saltos.txt", lambda: b"\n" * 3_000_000 + PROSE.encode(), "prose", 5)
    yield Case("guiones.txt", lambda: ("-\n" * 300_000 + PROSE).encode(), error="*")
