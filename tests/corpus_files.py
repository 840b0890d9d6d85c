"""Files as the programs that people use write them: Word, LibreOffice, Excel, e-books, PDF, zip; as bytes."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Iterable, Sequence
from xml.sax.saxutils import escape

from tests.corpus_texts import wrapped

ODT = (
    '<?xml version="1.0" encoding="UTF-8"?><office:document-content '
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" office:version="1.2">'
    "<office:body><office:text>{}</office:text></office:body></office:document-content>"
)
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def zipped(files: dict[str, bytes | str], first: str | None = None) -> bytes:
    """`first`: a file that must stand first and uncompressed, as e-books and LibreOffice want it."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        if first:
            archive.writestr(zipfile.ZipInfo(first), files[first])
        for name, data in files.items():
            if name != first:
                archive.writestr(name, data)
    return out.getvalue()


def table(rows: Iterable[Sequence[object]], delimiter: str = ",", end: str = "\r\n") -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator=end).writerows(rows)
    return out.getvalue()


def json_lines(records: Iterable[object]) -> str:
    return "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)


# --- word processors --------------------------------------------------------------------------------------------------


def docx(parts: Sequence[tuple[str, str]], tables: Sequence[Sequence[Sequence[str]]] = (), notes: int = 0) -> bytes:
    """`parts`: (style, text) with the style Heading 1, Title or Normal; tables come last; `notes` footnote marks."""
    import docx as python_docx
    from docx.oxml.ns import qn
    from docx.oxml.parser import OxmlElement

    document = python_docx.Document()
    for style, text in parts:
        paragraph = document.add_paragraph(text, style=style)
        if notes and style == "Normal" and text:
            notes -= 1
            mark = OxmlElement("w:footnoteReference")
            mark.set(qn("w:id"), str(notes + 1))
            paragraph.add_run()._r.append(mark)
    for rows in tables:
        grid = document.add_table(len(rows), len(rows[0]))
        for i, row in enumerate(rows):
            for j, cell in enumerate(row):
                grid.cell(i, j).text = cell
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def tracked_docx(inserted: str, deleted: str) -> bytes:
    """A document with changes that nobody has accepted yet: python-docx cannot write one."""
    body = (
        f'<w:p><w:ins w:id="1" w:author="x"><w:r><w:t>{escape(inserted)}</w:t></w:r></w:ins>'
        f'<w:del w:id="2" w:author="x"><w:r><w:delText>{escape(deleted)}</w:delText></w:r></w:del></w:p>'
    )
    return zipped({"word/document.xml": f'<w:document xmlns:w="{W}"><w:body>{body}</w:body></w:document>'})


def odt(parts: Sequence[tuple[str, str]]) -> bytes:
    """`parts`: (h or p, text); line ends inside are the author's."""
    level = {"h": ' text:outline-level="1"', "p": ""}
    body = "".join(
        f"<text:{tag}{level[tag]}>{escape(text).replace(chr(10), '<text:line-break/>')}</text:{tag}>"
        for tag, text in parts
    )
    mime = "application/vnd.oasis.opendocument.text"
    return zipped({"mimetype": mime, "content.xml": ODT.format(body), "META-INF/manifest.xml": "<m/>"}, "mimetype")


def xlsx(sheets: dict[str, Sequence[Sequence[object]]]) -> bytes:
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(list(row))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


# --- books and pages --------------------------------------------------------------------------------------------------


def epub(chapters: Sequence[tuple[str, str]], headings: bool = True) -> bytes:
    """`chapters`: (title, the inside of the body as XHTML)."""
    page = (
        '<?xml version="1.0" encoding="utf-8"?><!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.1//EN" '
        '"http://www.w3.org/TR/xhtml11/DTD/xhtml11.dtd"><html xmlns="http://www.w3.org/1999/xhtml"><head><title>{t}'
        "</title></head><body>{h}{b}</body></html>"
    )
    files: dict[str, bytes | str] = {"mimetype": "application/epub+zip"}
    files["META-INF/container.xml"] = (
        '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container" version="1.0"><rootfiles><rootfile '
        'full-path="OEBPS/libro.opf" media-type="application/oebps-package+xml"/></rootfiles></container>'
    )
    items, spine, toc = "", "", ""
    for i, (title, body) in enumerate(chapters):
        heading = f"<h2>{escape(title)}</h2>" if headings else ""
        files[f"OEBPS/texto/cap%20{i}.xhtml".replace("%20", " ")] = page.format(t=escape(title), h=heading, b=body)
        items += f'<item id="c{i}" href="texto/cap%20{i}.xhtml" media-type="application/xhtml+xml"/>'
        spine += f'<itemref idref="c{i}"/>'
        toc += f'<li><a href="texto/cap%20{i}.xhtml#x">{escape(title)}</a></li>'
    files["OEBPS/nav.xhtml"] = page.format(t="Índice", h="", b=f"<nav><ol>{toc}</ol></nav>")
    files["OEBPS/libro.opf"] = (
        '<package xmlns="http://www.idpf.org/2007/opf" version="3.0"><manifest><item id="nav" href="nav.xhtml" '
        f'media-type="application/xhtml+xml" properties="nav"/>{items}</manifest><spine><itemref idref="nav"/>{spine}'
        "</spine></package>"
    )
    return zipped(files, "mimetype")


def html(body: str, charset: str = "utf-8") -> bytes:
    menu = "<nav><a href='/'>Inicio</a> <a href='/blog'>Blog</a></nav><script>var a = '<p>no</p>';</script>"
    return (
        f"<!doctype html>\n<html lang='es'><head><meta charset='{charset}'><title>Blog</title>"
        f"<style>p {{color: red}}</style></head><body>{menu}{body}<footer>Todos los derechos</footer></body></html>"
    ).encode(charset)


# --- pdf --------------------------------------------------------------------------------------------------------------


def pdf(
    texts: Sequence[str], header: str | None = None, numbered: bool = False, verse: bool = False, password: str = ""
) -> bytes:
    """Paragraphs or stanzas on A5 pages, with a header and numbers on every page if wanted."""
    from fpdf import FPDF
    from fpdf.enums import EncryptionMethod

    class Book(FPDF):
        def header(self) -> None:
            if header:
                self.set_font("Times", size=8)
                self.cell(0, 8, header, align="C", new_x="LMARGIN", new_y="NEXT")

        def footer(self) -> None:
            if numbered:
                self.set_y(-15)
                self.set_font("Times", size=8)
                self.cell(0, 8, str(self.page_no()), align="C")

    book = Book(format=(148, 210))
    if password:
        book.set_encryption("owner", password, encryption_method=EncryptionMethod.RC4)
    book.add_page()
    for text in texts:
        book.set_font("Times", size=11)
        if verse:
            for line in text.split("\n"):
                book.cell(0, 5, line, new_x="LMARGIN", new_y="NEXT")
        else:
            book.multi_cell(0, 5, text, align="J", new_x="LMARGIN", new_y="NEXT")
        book.ln(5)
    return bytes(book.output())


def two_column_pdf(texts: Sequence[str]) -> bytes:
    """Set line by line across both columns, the order in which a careless program stores them."""
    from fpdf import FPDF

    lines = [line for text in texts for line in (*wrapped(text, 38).split("\n"), "")]
    book = FPDF(format="A4")
    book.set_font("Times", size=11)
    height = 45
    for start in range(0, len(lines), 2 * height):
        book.add_page()
        page = lines[start : start + 2 * height]
        half = min(height, (len(page) + 1) // 2)
        for i in range(half):
            for column, line in ((0, page[i]), (1, page[i + half] if i + half < len(page) else "")):
                if line:
                    book.text(20 + column * 90, 25 + 5.5 * i, line)
    return bytes(book.output())


def scanned_pdf(pages: int = 3) -> bytes:
    """Pages that are nothing but a picture."""
    from fpdf import FPDF
    from PIL import Image

    book = FPDF(format=(148, 210))
    picture = Image.new("L", (200, 300), 128)
    for _ in range(pages):
        book.add_page()
        book.image(picture, x=5, y=5, w=130)
    return bytes(book.output())
