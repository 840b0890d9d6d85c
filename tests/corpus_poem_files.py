"""Poems as word processors, pages and e-books store them: paragraphs with their styles, as the programs write them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Sequence
from typing import Any
from xml.sax.saxutils import escape

from tests.corpus import Case
from tests.corpus_files import ODT, W, epub, html, zipped
from tests.corpus_poems import HARBOUR, PATIO, stanzas
from tests.corpus_texts import paragraphs as told
from tests.corpus_texts import sentence

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
        f'<w:style w:type="paragraph" w:default="{int(id == "Normal")}" w:styleId="{id}">'
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
    """`paragraphs`: (how far in, and whether a stanza ends, as «in1last0», text); spaces are stored as tags."""
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


LINES = [(verse, i, i == len(stanza) - 1) for stanza in stanzas(PATIO) for i, verse in enumerate(stanza)]
"""Each verse, its place in the stanza, and whether it is the last."""
_AS_USUAL: dict[str, Any] = {"shape": "verse", "rows": 3, "has": "calor\nde lo que"}
GUTENBERG = ".poem span.i0 {display: block; margin-left: 0em} .poem span.i2 {display:block;margin-left:2em;}"
SHEET = "p.v {margin: 0; text-indent: 0} p.in {margin: 0 0 0 3em} .last { margin-bottom: 1em }"


def stored_poems() -> Iterator[Case]:
    yield from pages()
    yield from set_in_pages()
    yield from books()
    yield from word_processors()


def each(line: str, between: str = "", around: str = "{}") -> str:
    """PATIO with each verse in `line`, each stanza in `around`, and something between stanzas."""
    return between.join(around.format("".join(line.format(v) for v in stanza)) for stanza in stanzas(PATIO))


def _page(name: str, body: str, **more: Any) -> Case:
    return Case(name, lambda: html(body), **(_AS_USUAL | more))


def pages() -> Iterator[Case]:
    mail = each("<div>{}</div>", "<div><br></div>")
    yield _page("gmail.html", f'<div dir="ltr">{mail}</div>')
    yield _page(
        "gmail sin primer div.html", f'<div dir="ltr">{mail.replace("<div>", "", 1).replace("</div>", "", 1)}</div>'
    )
    yield _page("outlook.html", each('<p class="MsoNormal">{}</p>', '<p class="MsoNormal"><o:p>&nbsp;</o:p></p>'))
    yield _page("google docs.html", each('<p class="c1"><span>{}</span></p>', '<p class="c2"><span></span></p>'))
    kept = '<p style="line-height:1.38"><span style="white-space:pre-wrap">{}</span></p>'
    yield _page("pegado de docs.html", each(kept, "<br>"))
    yield _page("wordpress.html", each("{}<br />\n", "", "<p>{}</p>\n"))
    yield _page("blogger.html", each("{}<br />", "<br />"))
    yield _page("notion.html", each('<p id="a" class="">{}</p>', '<p id="b" class="">\n</p>'))
    yield _page("estrofas.html", each('<div class="verse">{}</div>\n', "\n", '<div class="stanza">\n{}</div>'))
    single = each("<p>{}</p>", "", "<div class=e>{}</div>") + "<div class=e><p>Nadie cerró.</p></div>"
    yield _page("estrofa de un verso.html", f'<div class="poem">{single}</div>', rows=4)
    margin = "".join(f'<p style="margin:0 0 {12 * last}pt">{v}</p>' for v, _, last in LINES)
    yield _page("margen.html", margin)
    doubled = "".join(f"<p>{v or '&nbsp;'}</p><p>&nbsp;</p>" for v in PATIO.split("\n"))
    yield _page("doble.html", doubled, notices=("double_spaced",))
    framed = PATIO.replace("\n", "<br>")
    yield _page("marco.html", f"<table><tr><td>{framed}</td></tr></table>")
    facing = f"<table><tr><td>{framed}</td><td>{HARBOUR.replace(chr(10), '<br>')}</td></tr></table>"
    yield _page("bilingüe en tabla.html", facing, rows=6, language=None)
    prose = "".join(f"<div>{sentence(i)} {sentence(i + 40)}</div>" for i in range(12))
    yield _page("prosa en div.html", prose, shape="prose", rows=12, has=None)


def set_in_pages() -> Iterator[Case]:
    def lines(odd: str, even: str = "{}") -> str:
        broken = ("<br>\n".join((odd if i % 2 else even).format(v) for i, v in enumerate(s)) for s in stanzas(PATIO))
        return "".join(f"<p>{stanza}</p>" for stanza in broken)

    yield _page("espacios duros.html", lines("&nbsp; &nbsp; {}"), has="calor\n    de lo que")
    yield _page("cuadratines.html", lines("&emsp;{}"), has="calor\n  de lo que")
    yield _page("wikisource.html", lines('<span style="margin-left: 2em">{}</span>'), has="calor\n    de lo que")
    spans = lines('<span class="i2">{}<br></span>', '<span class="i0">{}<br></span>').replace("<br>\n", "")
    poem = f'<style>{GUTENBERG}</style><div class="poem">{spans}</div>'
    yield _page(
        "gutenberg.html", poem.replace("<p>", '<div class="stanza">').replace("</p>", "</div>"), has="calor\n    de lo"
    )
    further = "".join(f'<p style="margin:0;text-indent:{36 * (i % 2)}pt">{v}</p>' for v, i, _ in LINES)
    yield _page("sangría declarada.html", further, rows=1, has="calor\n      de lo que")
    nested = "<dl><dd>{}<dl><dd>{}</dd></dl></dd><dd>{}</dd><dd>{}</dd></dl>"
    yield _page("dd.html", "".join(nested.format(*s) for s in stanzas(PATIO)), rows=None, has="calor\n     de lo que")
    typed = PATIO.replace("de lo", "    de lo")
    yield _page("preformateado.html", f'<div style="white-space: pre-wrap">{typed}</div>', has="calor\n    de lo que")
    yield _page("bloque de verso.html", f'<pre class="wp-block-verse">{typed}</pre>', has="calor\n    de lo que")


def books() -> Iterator[Case]:
    body = each('<div class="verse">{}</div>', "", '<div class="stanza">{}</div>')
    both = [("El patio", body), ("Otro", body)]
    yield Case("poemas en div.epub", lambda: epub(both), "verse", 6, documents=2, has="calor\nde lo que")
    lines = "".join(f'<p class="{"in" if i % 2 else "v"}{" last" * last}">{v}</p>' for v, i, last in LINES)
    styled = [("El patio", lines)]
    yield Case("con estilo.epub", lambda: styled_epub(styled, SHEET), "verse", 3, has="calor\n      de lo que")


def word_processors() -> Iterator[Case]:
    def word(name: str, paragraphs: Sequence[tuple[str, str]], **more: Any) -> Case:
        return Case(name, lambda: docx(paragraphs), **(_AS_USUAL | more))

    def room(after: bool) -> str:
        return f'<w:spacing w:after="{240 * after}"/>'

    yield word("estilos.docx", [(f'<w:pStyle w:val="{"Final" if last else "Verso"}"/>', v) for v, _, last in LINES])
    yield word("antes.docx", [(f'<w:spacing w:before="{200 * (not i)}" w:after="0"/>', v) for v, i, _ in LINES])
    further = [(f'{room(last)}<w:ind w:left="{720 * (i % 2)}"/>', v) for v, i, last in LINES]
    yield word("sangrado.docx", further, has="calor\n      de lo que")
    hanging = [(f'{room(last)}<w:ind w:left="600" w:hanging="{600 * (i % 2 == 0)}"/>', v) for v, i, last in LINES]
    yield word("francesa.docx", hanging, has="calor\n     de lo que")
    yield word("tabulado.docx", [(room(last), "\t" * (i % 2) + v) for v, i, last in LINES], has="calor\n\tde lo que")
    yield word("centrado.docx", [('<w:jc w:val="center"/>', v) for v in PATIO.split("\n")])
    doubled = [("", v) for s in stanzas(PATIO) for v in (*(x for verse in s for x in (verse, "")), "")]
    yield word("doble.docx", doubled, notices=("double_spaced",))
    yield word("mayúscula y enter.docx", [("", s) for s in PATIO.split("\n\n")])
    yield word("título y estrofas.docx", [("", "El patio"), *(("", s) for s in PATIO.split("\n\n"))], lacks="El patio")
    yield word("contexto.docx", [(f'<w:pStyle w:val="{"Junto" if v else "Otro"}"/>', v) for v in PATIO.split("\n")])
    prose = [('<w:spacing w:after="160"/><w:ind w:firstLine="708"/>', one) for one in told(6)]
    yield word("prosa sangrada.docx", prose, shape="prose", rows=6, has=None, lacks="  ")
    named = [(f"in{i % 2}last{last:d}", v) for v, i, last in LINES]
    yield Case("sangrado.odt", lambda: odt(named), "verse", 3, has="calor\n      de lo que")
    typed = [("", f"{'    ' * (i % 2)}{v}") for s in stanzas(PATIO) for i, v in enumerate([*s, ""])]
    yield Case("espacios.odt", lambda: odt(typed), "verse", 3, has="calor\n    de lo que")
