"""Books, blogs and theses full of marks: FictionBook, TEI, DocBook, WordPress, Blogger, feeds, LaTeX, RTF, flat office
files, and what Word and e-books do that few expect."""

from __future__ import annotations

import base64
import html
import io
import zipfile
from collections.abc import Iterator

from tests import corpus_files as made
from tests import corpus_texts as texts
from tests.corpus import Case
from tests.corpus_texts import PROSE

DECLARATION = '<?xml version="1.0" encoding="{}"?>\n'
COPLAS = texts.COPLAS.strip()
STANZAS = [stanza.split("\n") for stanza in COPLAS.split("\n\n")]


def markup_cases() -> Iterator[Case]:
    yield from books()
    yield from blogs()
    yield from latex()
    yield from rich()
    yield from flat()
    yield from word()
    yield from epubs()


def marked(
    name: str, content: str, rows: int | None = 5, shape: str = "prose", stored: str = "utf-8", **more: object
) -> Case:
    return Case(name, lambda: content.encode(stored), shape, rows, **more)  # type: ignore[arg-type]


def inside(tag: str, pieces: list[str]) -> str:
    return "".join(f"<{tag}>{piece}</{tag}>" for piece in pieces)


def fiction(encoding: str, more: str = "") -> str:
    picture = f'<binary id="a.jpg" content-type="image/jpeg">{base64.b64encode(bytes(900)).decode()}</binary>'
    sections = "".join(
        f"<section><title><p>Capítulo {i}</p><p>La llave</p></title>{inside('p', PROSE)}</section>" for i in (1, 2)
    )
    return (
        f'{DECLARATION.format(encoding)}<FictionBook xmlns="http://www.gribuser.ru/xml/fictionbook/2.0"><description>'
        f"<title-info><book-title>Libro</book-title></title-info></description><body><title><p>Libro</p></title>{sections}"
        f'{more}</body><body name="notes"><section><p>Una nota.</p></section></body>{picture}</FictionBook>'
    )


def books() -> Iterator[Case]:
    yield marked("libro.fb2", fiction("utf-8"), 10, documents=2, lacks="Una nota", notices=("footnotes",))
    yield marked("ruso.fb2", fiction("windows-1252"), 10, stored="cp1252", documents=2, has="Ángela")
    yield Case("libro.fb2.zip", lambda: made.zipped({"libro.fb2": fiction("utf-8")}), "prose", 10, documents=2)
    poem = "".join(f"<stanza>{inside('v', lines)}</stanza>" for lines in STANZAS)
    verse = f"<section><poem><title><p>La lluvia</p></title>{poem}</poem></section>"
    alone = fiction("utf-8").split("<section>")[0] + f"{verse}</body></FictionBook>"
    yield marked("poemas.fb2", alone, 4, "verse", has="una tarde\ncon la lluvia")
    note = '<p>Una palabra<a l:href="#n1" type="note">[1]</a> y otra.</p>'
    yield marked("notas.fb2", fiction("utf-8", f"<section>{note}</section>"), 11, has="palabra y otra", lacks="[1]")
    yield marked("cortado.fb2", fiction("utf-8")[:1_500], None, notices=("file_mended",))
    tei = (
        f"{DECLARATION.format('UTF-8')}<!DOCTYPE TEI.2 SYSTEM 'tei2.dtd'><TEI.2><teiHeader><title>Metadatos</title>"
        f"</teiHeader><text><body><div><head>La llave</head>{inside('p', PROSE)}<p>Fin &mdash; &eacute;l.<note>Al pie."
        "</note></p></div></body></text></TEI.2>"
    )
    yield marked("antiguo.tei.xml", tei, 6, has="Fin — él.", lacks="Metadatos", notices=("footnotes",))
    groups = "".join(f"<lg>{inside('l', lines)}</lg>" for lines in STANZAS)
    ns = 'xmlns="http://www.tei-c.org/ns/1.0"'
    yield marked("coplas.xml", f"<TEI {ns}><text><body><head>Coplas</head>{groups}</body></text></TEI>", 4, "verse",
                 has="una tarde\ncon la lluvia")  # fmt: skip
    inset = groups.replace("<l>", '<l rend="indent">', 1)
    yield marked("sangrado.tei.xml", f"<TEI {ns}><text><body>{inset}</body></text></TEI>", 4, "verse", has="    Me fui")
    said = "".join(
        f"<sp><speaker>{'AMALIA' if i % 2 else 'EL JEFE'}.</speaker><p>{texts.sentence(i)}</p></sp>" for i in range(12)
    )
    yield marked("teatro.xml", f"<TEI {ns}><text><body>{said}</body></text></TEI>", None, "dialogue", has="AMALIA: ")
    docbook = (
        f'{DECLARATION.format("UTF-8")}<book xmlns="http://docbook.org/ns/docbook"><info><title>Libro</title><author>X'
        f"</author></info><chapter><title>Uno</title>{inside('para', PROSE)}</chapter></book>"
    )
    yield marked("manual.dbk", docbook, lacks="X\n", documents=1)
    poems = "".join(f"<estrofa>{inside('verso', lines)}</estrofa>" for lines in STANZAS)
    yield marked("propio.xml", f"{DECLARATION.format('UTF-8')}<poema><titulo>La lluvia</titulo>{poems}</poema>", 4,
                 "verse", has="una tarde\ncon", notices=("xml_unknown",))  # fmt: skip


def wordpress(items: str) -> str:
    return (
        f"{DECLARATION.format('UTF-8')}<!-- This is a WordPress eXtended RSS file. -->\n<rss version='2.0' "
        'xmlns:excerpt="http://wordpress.org/export/1.2/excerpt/" '
        'xmlns:content="http://purl.org/rss/1.0/modules/content/" '
        'xmlns:wp="http://wordpress.org/export/1.2/"><channel><title>Blog</title><wp:author><wp:author_login>ana'
        f"</wp:author_login></wp:author>{items}</channel></rss>"
    )


def post(title: str, content: str, kind: str = "post", status: str = "publish", more: str = "") -> str:
    return (
        f"<item><title>{title}</title><content:encoded><![CDATA[{content}]]></content:encoded><excerpt:encoded><![CDATA[]]>"
        f"</excerpt:encoded><wp:status>{status}</wp:status><wp:post_type>{kind}</wp:post_type>{more}</item>"
    )


def blogs() -> Iterator[Case]:
    blocks = [f"<!-- wp:paragraph -->\n<p>{p}</p>\n<!-- /wp:paragraph -->" for p in PROSE]
    posts = "".join(post(f"Nota {i} &amp; más", block) for i, block in enumerate(blocks))
    yield marked("wordpress.xml", wordpress(posts), documents=5, lacks="wp:")
    extras = (
        post("foto", "", "attachment", "inherit")
        + post("", "x", "nav_menu_item")
        + post("Vieja", PROSE[0], status="trash")
    )
    yield marked("con menús.xml", wordpress(posts + extras), documents=5, notices=("blog_technical",))
    drafts = post("Página", f"<p>{PROSE[0]}</p>", "page") + post("Borrador", f"<p>{PROSE[1]}</p>", status="draft")
    yield marked("borradores.xml", wordpress(posts + drafts), 7, documents=7, notices=("blog_drafts",))
    classic = post("Coplas", COPLAS) + post("Prosa", "\n\n".join(PROSE))
    yield marked("clásico.xml", wordpress(classic), 9, documents=2, has="una tarde\ncon la lluvia", notices=("mixed",))
    codes = '[gallery ids="1,2"]\n\n[caption id="a" width="9"]La foto del patio[/caption]\n\n' + PROSE[0] + " [sic]"
    yield marked("códigos.xml", wordpress(post("Uno", codes) + posts), 7, has="[sic]", lacks="[caption",
                 notices=("blog_shortcodes",))  # fmt: skip
    said = "<wp:comment><wp:comment_content><![CDATA[¡Qué lindo!]]></wp:comment_content></wp:comment>"
    yield marked("comentarios.xml", wordpress(posts + post("Uno", PROSE[0], more=said)), 6, lacks="lindo",
                 notices=("blog_comments",))  # fmt: skip
    stray = wordpress(posts).replace("La señora", "La\x0b señora &nbsp;& ella,")
    yield marked("mal escrito.xml", stray, documents=5, has="& ella")
    kind = "http://schemas.google.com/g/2005#kind"
    entries = "".join(
        f"<entry><category scheme='{kind}' term='http://schemas.google.com/blogger/2008/kind#{what}'/><title "
        f"type='text'>T{i}</title><content type='html'>{html.escape(f'<p>{text}</p>')}</content></entry>"
        for i, (what, text) in enumerate([*(("post", p) for p in PROSE), ("comment", "¡Lindo!"), ("settings", "es")])
    )
    atom = f"{DECLARATION.format('UTF-8')}<feed xmlns='http://www.w3.org/2005/Atom'><title>Blog</title>{entries}</feed>"
    yield marked("blogger.xml", atom, documents=5, lacks="Lindo", notices=("blog_comments", "blog_technical"))
    new = "".join(
        f"<entry><blogger:type>{what}</blogger:type><blogger:status>{status}</blogger:status><title>T</title><content "
        f"type='html'>{html.escape(text)}</content></entry>"
        for what, status, text in [*(("POST", "LIVE", f"<p>{p}</p>") for p in PROSE), ("COMMENT", "LIVE", "¡Lindo!"),
                                   ("POST", "DRAFT", "<p>Sin terminar, todavía.</p>")]
    )  # fmt: skip
    takeout = (
        f"<feed xmlns='http://www.w3.org/2005/Atom' xmlns:blogger='http://schemas.google.com/blogger/2018'>{new}</feed>"
    )
    yield marked("takeout.atom", takeout, 6, documents=6, lacks="Lindo", notices=("blog_drafts",))
    rss = "".join(
        f"<item><title>T{i}</title><description>{html.escape(p)}</description></item>" for i, p in enumerate(PROSE)
    )
    yield marked("noticias.rss", f"<rss version='2.0'><channel>{rss}</channel></rss>", documents=5)


def latex() -> Iterator[Case]:
    begun = "\\documentclass[12pt]{book}\n\\usepackage[utf8]{inputenc}\n\\begin{document}\n"
    prose = "\n\n".join(PROSE).replace("«", "<<").replace("»", ">>")
    thesis = f"{begun}% versión vieja\n\\chapter{{La llave}}\\label{{c}}\n{prose} $\\frac{{1}}{{2}}$\n\\end{{document}}"
    yield marked("tesis.tex", thesis, has="«¿Usted", lacks="\\", notices=("latex_comments", "latex_math"))
    accents = thesis.replace("á", "\\'a").replace("ñ", "\\~{n}").replace("ó", "{\\'o}").replace("í", "\\'{\\i}")
    yield marked("acentos.tex", accents, has="mañana siguiente")
    lines = "\n\n".join(" \\\\\n".join(stanza) for stanza in STANZAS)
    poems = (
        f"{begun}\\poemtitle{{La lluvia}}\n\\begin{{verse}}[\\versewidth]\n{lines}\n\\end{{verse}}\n\\end{{document}}"
    )
    yield marked("poemario.tex", poems, 4, "verse", has="una tarde\ncon la lluvia", lacks="verse")
    spaced = poems.replace(" \\\\\n", "\\\\*\n").replace("\n\n", "\\\\[1em]\n")
    yield marked("con aire.tex", spaced, 4, "verse")
    obeyed = f"{begun}{{\\obeylines\n{COPLAS}\n}}\n\\end{{document}}"
    yield marked("obeylines.tex", obeyed, 4, "verse", has="una tarde\ncon la lluvia")
    yield marked("capítulo suelto.tex", f"\\section{{Uno}}\n{prose}", documents=1, lacks="\\section")
    calls = f"{begun}\\input{{cap1}}\n\\include{{cap2}}\n{prose}\\footnote{{Al pie.}}\n\\end{{document}}"
    yield marked("maestro.tex", calls, lacks="Al pie", notices=("latex_files", "footnotes"))
    old = thesis.replace("utf8", "latin1")
    yield marked("latin1.tex", old, stored="latin-1", encoding="latin-1", has="Ángela")


def coded(text: str) -> str:
    return "".join(c if ord(c) < 128 else f"\\'{c.encode('cp1252').hex()}" for c in text)


def rich() -> Iterator[Case]:
    begun = "{\\rtf1\\ansi\\ansicpg1252\\deff0{\\fonttbl{\\f0 Arial;}}{\\stylesheet{\\s0 Normal;}{\\s1 heading 1;}}\n"
    body = "".join(f"\\pard\\plain\\s0 {coded(p)}\\par\n" for p in PROSE)
    heads = f"\\pard\\s1 La llave\\par\n{body}\\pard\\s1 Otra\\par\n{body}"
    yield marked("word.rtf", f"{begun}{heads}}}", 10, documents=2, has="Ángela volvió", lacks="Arial")
    unicode_ = "".join(f"{''.join(c if ord(c) < 128 else f'{chr(92)}u{ord(c)}?' for c in p)}\\par\n" for p in PROSE)
    yield marked("libreoffice.rtf", f"{begun}{unicode_}}}", has="Ángela volvió", lacks="?volvió")
    mac = "{\\rtf1\\ansi\\ansicpg1252\\cocoartf2639\n\\f0\\fs24 \\cf0 " + coded("\\\n\\\n".join(PROSE)) + "}"
    yield marked("textedit.rtf", mac, has="Ángela volvió")
    verse = "".join("\\pard " + coded("\\line ".join(stanza)) + "\\par\n" for stanza in STANZAS)
    yield marked("coplas.rtf", f"{begun}{verse}}}", 4, "verse", has="una tarde\ncon la lluvia")
    inset = (
        f"{begun}\\pard uno que va\\par\\li720 y otro m\\'e1s\\par\\li1440 bien adentro\\par\\pard\\tab y otro\\par}}"
    )
    yield marked("sangrado.rtf", inset, 1, "verse", has="\n      y otro más\n")
    more = "{\\v oculto}{\\deleted borrado}{\\footnote Al pie.}{\\*\\generator X;}{\\pict\\wmetafile8 0102030405}\\par}"
    for lacks in ("oculto", "borrado", "Al pie", "01020"):
        yield marked(
            f"sin {lacks}.rtf", begun + body + more, lacks=lacks, notices=("hidden_text", "deleted_text", "footnotes")
        )
    rows = "".join(f"\\trowd\\intbl {coded(q)}\\cell {coded(a)}\\cell\\row\n" for q, a in
                   [("Pregunta", "Respuesta"), *texts.questions(10)])  # fmt: skip
    yield marked("preguntas.rtf", f"{begun}{rows}\\pard\\par}}", 10, "pairs")
    yield marked("carta.doc", f"{begun}{body}}}", has="Ángela volvió")


def flat() -> Iterator[Case]:
    office = "urn:oasis:names:tc:opendocument:xmlns:office:1.0"
    parts = made.ODT.replace("document-content", "document").format(
        inside("text:p", PROSE) + "<text:h text:outline-level='1'>Otro</text:h>" + inside("text:p", PROSE)
    )
    mime = parts.replace(
        ' office:version="1.2"', ' office:version="1.2" office:mimetype="application/vnd.oasis.opendocument.text"'
    )
    assert office in mime
    yield marked("cuentos.fodt", mime, 10, documents=2)
    yield Case(
        "planilla.fods", lambda: mime.replace('opendocument.text"', 'opendocument.spreadsheet"').encode(), error="*"
    )
    runs = "".join(f"<w:p><w:r><w:t>{p}</w:t></w:r></w:p>" for p in PROSE)
    old = (
        f"{DECLARATION.format('UTF-8')}<?mso-application progid='Word.Document'?><w:wordDocument "
        f"xmlns:w='http://schemas.microsoft.com/office/word/2003/wordml'><w:body>{runs}</w:body></w:wordDocument>"
    )
    yield marked("word2003.doc", old, has="Ángela volvió")
    package = (
        f"{DECLARATION.format('UTF-8')}<pkg:package xmlns:pkg='http://schemas.microsoft.com/office/2006/xmlPackage'><pkg:part"
        f" pkg:name='/word/document.xml'><pkg:xmlData><w:document xmlns:w='{made.W}'><w:body>{runs}</w:body>"
        "</w:document></pkg:xmlData></pkg:part></pkg:package>"
    )
    yield marked("plano.xml", package, has="Ángela volvió")


TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Override PartName="/{0}" ContentType='
    '"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
)
RELATED = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{}</Relationships>'


def docx(
    body: str, main: str = "word/document.xml", more: dict[str, bytes | str] | None = None, rels: str = ""
) -> bytes:
    """A document as its parts, which python-docx would not write so."""
    names = f'xmlns:w="{made.W}" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
    folder, _, file = main.rpartition("/")
    files: dict[str, bytes | str] = {
        "[Content_Types].xml": TYPES.format(main),
        "_rels/.rels": RELATED.format(f'<Relationship Id="r1" Type="http://x/officeDocument" Target="/{main}"/>'),
        main: f"<w:document {names}><w:body>{body}</w:body></w:document>",
        f"{folder}/_rels/{file}.rels": RELATED.format(rels),
    }
    return made.zipped(files | (more or {}))


def typed(text: str, properties: str = "") -> str:
    return f"<w:p><w:r>{properties}<w:t>{text}</w:t></w:r></w:p>"


def word() -> Iterator[Case]:
    body = "".join(map(typed, PROSE))
    yield Case("de la web.docx", lambda: docx(body, "word/document3.xml"), "prose", 5)
    yield Case("otra carpeta.docx", lambda: docx(body, "docs/main.xml"), "prose", 5)
    page = f"<html><body>{inside('p', PROSE)}</body></html>"
    for name, data in (("x.htm", b"\xef\xbb\xbf" + page.encode()), ("x.html", page.encode("utf-16")),
                       ("x.rtf", b"{\\rtf1\\ansi " + coded(PROSE[0]).encode() + b"\\par}"),
                       ("x.txt", "\n".join(PROSE).encode()), ("x.docx", docx(body))):  # fmt: skip
        chunk = f'<Relationship Id="r9" Type="http://x/aFChunk" Target="{name}"/>'
        made_of = docx('<w:altChunk r:id="r9"/>' + typed("Y eso fue todo."), more={f"word/{name}": data}, rels=chunk)
        yield Case(f"trozo {name}.docx", lambda made_of=made_of: made_of, "prose", None, has="Ángela volvió")  # type: ignore[misc]
    lost = docx(body + '<w:altChunk r:id="r9"/>')
    yield Case("trozo perdido.docx", lambda: lost, "prose", 5, notices=("word_chunk",))
    hidden = body + typed("Secreto.", "<w:rPr><w:vanish/></w:rPr>")
    yield Case("oculto.docx", lambda: docx(hidden), "prose", 5, lacks="Secreto", notices=("hidden_text",))
    shown = body + typed("No es secreto.", '<w:rPr><w:vanish w:val="0"/></w:rPr>')
    yield Case("no oculto.docx", lambda: docx(shown), "prose", 6, has="No es secreto")
    style = f'<w:styles xmlns:w="{made.W}"><w:style w:styleId="Oc"><w:rPr><w:vanish/></w:rPr></w:style></w:styles>'
    rel = '<Relationship Id="r2" Type="http://x/styles" Target="styles.xml"/>'
    by_style = docx(
        body + typed("Secreto.", '<w:rPr><w:rStyle w:val="Oc"/></w:rPr>'), more={"word/styles.xml": style}, rels=rel
    )
    yield Case("oculto por estilo.docx", lambda: by_style, "prose", 5, lacks="Secreto")
    deleted = (
        '<w:p><w:pPr><w:rPr><w:del w:id="1"/></w:rPr></w:pPr>'
        '<w:del w:id="2"><w:r><w:delText>fuera</w:delText></w:r></w:del></w:p>'
    )
    lines = [typed(line) for line in STANZAS[0]]
    struck = "".join([*lines[:2], deleted, *lines[2:], "<w:p/>", *map(typed, STANZAS[1])])
    yield Case("verso borrado.docx", lambda: docx(struck), "verse", 2, has=COPLAS.split("\n\n")[0], lacks="fuera",
               notices=("deleted_text",))  # fmt: skip
    notes = f'<w:footnotes xmlns:w="{made.W}"><w:footnote w:id="2">{typed("Al pie.")}</w:footnote></w:footnotes>'
    rel = '<Relationship Id="r3" Type="http://x/footnotes" Target="footnotes.xml"/>'
    noted = docx(body + '<w:p><w:r><w:t>Fin.</w:t><w:footnoteReference w:id="2"/></w:r></w:p>',
                 more={"word/footnotes.xml": notes}, rels=rel)  # fmt: skip
    yield Case("nota.docx", lambda: noted, "prose", 6, lacks="Al pie", notices=("footnotes",))


def remade(book: bytes, changed: dict[str, bytes | str | None]) -> bytes:
    """The same e-book with some of its files changed, or without those that are None."""
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        files: dict[str, bytes | str] = {name: archive.read(name) for name in archive.namelist()}
    for name, data in changed.items():
        if data is None:
            del files[name]
        else:
            files[name] = data
    return made.zipped(files, "mimetype")


def epubs() -> Iterator[Case]:
    chapters = [(f"Capítulo {i}", inside("p", PROSE)) for i in (1, 2)]
    book = made.epub(chapters)
    first = "OEBPS/texto/cap 0.xhtml"
    page = f"<html><head><title>x</title></head><body><h2>Capítulo 1</h2>{inside('p', PROSE)}</body></html>"
    for encoding in ("iso-8859-1", "windows-1252", "utf-16", "utf-8"):
        stored = (DECLARATION.format(encoding) + page).encode(encoding)
        yield Case(f"libro {encoding}.epub", lambda stored=stored: remade(book, {first: stored}), "prose", 10,  # type: ignore[misc]
                   documents=2, has="Ángela volvió", lacks="\ufffd")  # fmt: skip
    yield Case("sin declarar.epub", lambda: remade(book, {first: page.encode("cp1252")}), "prose", 10, lacks="\ufffd")
    moved = remade(book, {first: None, "OEBPS/Texto/CAP 0.XHTML": page})
    yield Case("mayúsculas.epub", lambda: moved, "prose", 10, documents=2)
    yield Case("falta uno.epub", lambda: remade(book, {first: None}), "prose", 5, notices=("epub_missing",))
    yield Case(
        "faltan todos.epub", lambda: remade(book, {first: None, "OEBPS/texto/cap 1.xhtml": None}), error="epub_broken"
    )
    yield Case("índice roto.epub", lambda: remade(book, {"OEBPS/nav.xhtml": "<nav><a href='x'>A & B"}), "prose", 10)
    yield Case("sin contenedor.epub", lambda: remade(book, {"META-INF/container.xml": None}), "prose", 10)
    marks = (
        f'<p>Una pala<span epub:type="pagebreak" title="12">12</span>bra<a epub:type="noteref" href="#n1">1</a> y otra'
        f'<a class="fnanchor" href="#n2">[2]</a>.</p>{inside("p", PROSE)}<aside epub:type="footnote" id="n1">'
        f'<p>Al pie.</p></aside><div class="footnotes"><p>Al fin.</p></div>'
    )
    noted = made.epub([("Uno", marks)])
    for lacks in ("12", "[2]", "Al pie", "Al fin"):
        yield Case(f"sin {lacks}.epub", lambda: noted, "prose", 6, has="Una palabra y otra.", lacks=lacks,
                   notices=("page_marks", "note_marks", "footnotes"))  # fmt: skip
    numbers = made.epub([("Uno", f'<p>Son 3<sup>2</sup> <a href="#x">12</a> pasos.</p>{inside("p", PROSE)}')])
    yield Case("números.epub", lambda: numbers, "prose", 6, has="Son 32 12 pasos.")
    fonts = '<encryption><CipherReference URI="OEBPS/fonts/letra.otf"/></encryption>'
    yield Case("letras cifradas.epub", lambda: remade(book, {"META-INF/encryption.xml": fonts}), "prose", 10)
    yield Case("kindle.azw3", lambda: b"Libro".ljust(60, b"\0") + b"BOOKMOBI" + bytes(500), error="kindle")
