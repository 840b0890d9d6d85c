"""A file of another kind that stands inside a document for the text in it: a page, a saved page, RTF, plain text."""

from __future__ import annotations

from skills.reading.formats import rtf
from skills.reading.formats.careless import decoded
from skills.reading.formats.saved_page import page_of
from skills.reading.formats.web import page
from skills.reading.part import Document, Paragraph


def document_of(data: bytes, kind: str | None, inner: str, name: str) -> Document | None:
    """What the file called `inner` holds, which is of this kind (None: plain text, or a page without its head); None
    if it is not read. Raises FileUnreadable."""
    if kind == "rtf":
        return rtf.document_of(data)
    if kind == "saved_page":
        return page_of(data, name)
    if kind == "html" or (kind in (None, "xml_book") and inner.casefold().endswith((".html", ".htm", ".xhtml"))):
        return page(decoded(data).text, name)
    if kind is None:
        return Document([Paragraph(line) for line in decoded(data).text.splitlines()])
    return None
