"""Poems as word processors and e-books store them: paragraphs with their styles, and nothing that a library adds."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from xml.sax.saxutils import escape

from tests.corpus_files import ODT, W, epub, zipped

STYLES = {
    "Normal": '<w:pPr><w:spacing w:after="0"/></w:pPr>',
    "Verso": '<w:basedOn w:val="Normal"/><w:pPr/>',
    "Final": '<w:basedOn w:val="Verso"/><w:pPr><w:spacing w:after="240"/></w:pPr>',
    "Junto": '<w:pPr><w:spacing w:after="200" w:before="200"/><w:contextualSpacing/></w:pPr>',
}
ODT_STYLES = (
    '<office:automatic-styles xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0" '
    'xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0">{}</office:automatic-styles><office:body>'
)


def docx(paragraphs: Sequence[tuple[str, str]]) -> bytes:
    """`paragraphs`: (properties, text); tabs and line ends inside are the author's."""
    body = ""
    for properties, text in paragraphs:
        inside = escape(text).replace("\n", "</w:t><w:br/><w:t>").replace("\t", "</w:t><w:tab/><w:t>")
        body += f'<w:p><w:pPr>{properties}</w:pPr><w:r><w:t xml:space="preserve">{inside}</w:t></w:r></w:p>'
    styles = "".join(
        f'<w:style w:type="paragraph" w:styleId="{id}"{" w:default=" + chr(34) + "1" + chr(34) if id == "Normal" else ""}>'
        f'<w:name w:val="{id.lower()}"/>{inside}</w:style>'
        for id, inside in STYLES.items()
    )
    return zipped(
        {
            "word/document.xml": f'<w:document xmlns:w="{W}"><w:body>{body}</w:body></w:document>',
            "word/styles.xml": f'<w:styles xmlns:w="{W}">{styles}</w:styles>',
        }
    )


def odt(paragraphs: Sequence[tuple[str, str]]) -> bytes:
    """`paragraphs`: (how far in and whether a stanza ends, as «in1last0», text); spaces are stored as LibreOffice does."""
    styles = "".join(
        f'<style:style style:name="in{i}last{last}" style:family="paragraph"><style:paragraph-properties '
        f'fo:margin-left="{0.5 * i}in" fo:margin-bottom="{0.4 * last}cm"/></style:style>'
        for i in (0, 1)
        for last in (0, 1)
    )
    body = ""
    for name, text in paragraphs:
        bare = text.lstrip(" ")
        before = f'<text:s text:c="{len(text) - len(bare)}"/>' if bare != text else ""
        body += f'<text:p text:style-name="{name}">{before}{escape(bare)}</text:p>'
    content = ODT.format(body).replace("<office:body>", ODT_STYLES.format(styles))
    mime = "application/vnd.oasis.opendocument.text"
    return zipped({"mimetype": mime, "content.xml": content, "META-INF/manifest.xml": "<m/>"}, "mimetype")


def styled_epub(chapters: Sequence[tuple[str, str]], sheet: str) -> bytes:
    """An e-book with a style sheet of its own."""
    with zipfile.ZipFile(io.BytesIO(epub(chapters))) as archive:
        files: dict[str, bytes | str] = {name: archive.read(name) for name in archive.namelist()}
    return zipped(files | {"OEBPS/estilo.css": sheet}, "mimetype")
