"""What files full of marks are told by, what LaTeX and RTF print, titles of posts and pages, careless markup."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from lxml import html

from skills.contract import Context
from skills.errors import FileUnreadable
from skills.load_dataset import LoadInputs, run
from skills.reading.formats import latex, rtf
from skills.reading.formats.careless import careless_xml, decoded, mended
from skills.reading.formats.furniture import furniture
from skills.reading.formats.marks import mark
from skills.reading.formats.posts import as_page
from skills.reading.left_out import LeftOut
from skills.reading.markup import markup_of
from skills.reading.part import Document
from tests.corpus_markup import blogs
from tests.corpus_texts import PROSE

ATOM = "<feed xmlns='http://www.w3.org/2005/Atom'>"


@pytest.mark.parametrize(
    ("head", "name", "kind"),
    [
        ("From: a@x\nTo: b@x\nMessage-ID: <1>\n\nhola", "x", "mail"), ("Subject: x\n\nhola", "x.eml", "mail"),
        ("From: a\nTo: b\nSubject: c\n\nhola", "carta.txt", None), ("Ana: hola\nBeto: chau\n", "x.txt", None),
        ("Date: hoy\nContent-Type: x\n", "notas.txt", None), ("312\nFrom: a@x\n\nhola", "x.emlx", "mail"),
        ("From - Tue Mar 12 09:00:00 2024\nFrom: a@x\n", "x", "mailbox"),
        ("From here to Tuesday at 10:00 in 2024\nAll was: well", "x.txt", None),
        ("From the window she saw it.\nNothing: else.", "x.txt", None),
        ("From: <Saved by Blink>\nMIME-Version: 1.0\nContent-Type: multipart/related\n", "x", "saved_page"),
        ("MIME-Version: 1.0\nContent-Type: multipart/related\n\n", "x.doc", "saved_page"),
        ("MIME-Version: 1.0\nTo: b@x\nMessage-ID: 1\nContent-Type: multipart/related\n\n", "x", "mail"),
        ("<?xml version='1.0'?><!-- a -->\n<!DOCTYPE x [<!ENTITY a 'b'>]><FictionBook>", "x", "xml_book"),
        ("<rss version='2.0'>", "x.xml", "feed"), (f"<?xml version='1.0'?>{ATOM}", "x", "feed"),
        ("<feed>", "x", None), ("<b>hola</b>", "x.txt", None), ("<TEI xmlns='x'>", "x", "xml_book"),
        ("<?xml version='1.0'?><svg>", "x.svg", None), ("<?xml version='1.0'?><poema>", "x.xml", "xml_book"),
        ("<book>", "x", None), ("<book xmlns='http://docbook.org/ns/docbook'>", "x", "xml_book"),
        ("\\documentclass{article}", "x.txt", "latex"), ("% nota\n\n\\documentclass{article}", "x", "latex"),
        ("Usá \\documentclass para empezar", "x.md", None),
        ("\\section{Uno}", "x.tex", "latex"), ("Hola", "x.tex", None),
        ("<?xml version='1.0'?><html>", "x", "html"),
    ],
)  # fmt: skip
def test_what_a_file_full_of_marks_is(head: str, name: str, kind: str | None) -> None:
    assert markup_of(head.encode(), name) == kind
    assert markup_of(head.replace("\n", "\r\n").encode(), name) == kind
    assert markup_of(b"\xef\xbb\xbf" + head.encode(), name) == kind
    if head.startswith("<"):
        assert markup_of(head.encode("utf-16"), name) == kind


@pytest.mark.parametrize(
    "head", ["<!--" * 5_000, "<?xml " * 5_000, "<!DOCTYPE x [" + "]" * 16_000, "<" + "a" * 16_000, "a: " * 5_000 + "\n"]
)
def test_a_head_made_to_be_slow_is_not(head: str) -> None:
    began = time.perf_counter()
    markup_of(head.encode(), "x")
    assert time.perf_counter() - began < 0.5


# --- careless markup --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "said", "found"),
    [
        ("mañana".encode(), None, "utf-8"), ("mañana".encode("cp1252"), None, "cp1252"),
        ("<?xml version='1.0' encoding='iso-8859-1'?>mañana".encode("latin-1"), None, "latin-1"),
        ("<meta charset=windows-1252>mañana “sí”".encode("cp1252"), None, "cp1252"),
        ("<meta charset='iso-8859-1'>mañana “sí”".encode("cp1252"), None, "latin-1"),
        ("<?xml version='1.0' encoding='utf-16'?>mañana".encode("utf-16"), None, "utf-16"),
        ("<p>mañana</p>".encode("utf-16-le"), None, "utf-16"), ("mañana".encode("mac_roman"), "macintosh", "mac-roman"),
        (("mañana " * 30).encode() + b"\xc3", "utf-8", "utf-8"), ("<meta charset=nada>mañana".encode(), None, "utf-8"),
    ],
)  # fmt: skip
def test_the_encoding_of_careless_markup(data: bytes, said: str | None, found: str) -> None:
    text, encoding = decoded(data, said)
    assert "mañana" in text
    assert encoding == found


def test_what_xml_does_not_know_is_mended() -> None:
    assert (
        mended(b"A & B &eacute; &amp; &#243; &nada; \x0b&nbsp") == b"A &amp; B &#233; &amp; &#243; &amp;nada; &amp;nbsp"
    )
    root, whole = careless_xml("<a>Uno & dos&nbsp;más</a>".encode(), "x", "xml_broken")
    assert (root.text, whole) == ("Uno & dos\u00a0más", True)
    root, whole = careless_xml(b"<a><b>uno</b><b>dos", "x", "xml_broken")
    assert ([b.text for b in root], whole) == (["uno", "dos"], False)


@pytest.mark.parametrize(
    "data", [b"", b"nada", b"<!DOCTYPE a [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><a>&e;</a>", b"\xff\xfe<\0"]
)
def test_what_nothing_can_be_made_of_is_refused(data: bytes) -> None:
    with pytest.raises(FileUnreadable):
        careless_xml(data, "x", "xml_broken")


# --- LaTeX and RTF ----------------------------------------------------------------------------------------------------


def printed(document: Document) -> list[str]:
    return [paragraph.text for paragraph in document.paragraphs if paragraph.text]


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        (r"El and\'en, la ni\~na y el ping\"{u}ino \c{c}a", "El andén, la niña y el pingüino ça"),
        (r"\'{\i}ndice, ma\~{n}ana, \oe uvre", "índice, mañana, œuvre"), ("?`Qu\\'e? <<sí>> ``no''", "¿Qué? «sí» “no”"),
        (r"uno --- dos -- tres~cuatro\,5\%", "uno — dos – tres cuatro 5%"),
        (r"\textbf{uno \emph{dos}} tres", "uno dos tres"),
        (r"\href{http://x}{uno} \textcolor{red}{dos} \parbox{3cm}{tres}", "uno dos tres"),
        (r"uno\footnote{al pie} dos\label{a} \cite[p.~3]{b}tres", "uno dos tres"),
        (r"vale $5$ o $n$ pesos", "vale 5 o n pesos"),
        (r"uno $\alpha + 1$ dos \( x^2 \) tres", "uno dos tres"), ("cuesta 5\\$ y nada más", "cuesta 5$ y nada más"),
        ("uno % dos\ntres", "uno tres"), ("uno\\verb|%x|", "uno%x"),
        (r"\noindent [Una voz] \emph{x} [sic]", "[Una voz] x [sic]"),
        (r"\newcommand{\yo}[1]{otra #1}\def\x#1{nada}uno", "uno"), (r"\enquote{uno} \LaTeX{} dos", "“uno” LaTeX dos"),
        ("un precio de $5 y otro\n\ny más", "un precio de 5 y otro"),
    ],
)  # fmt: skip
def test_what_latex_prints(typed: str, read: str) -> None:
    assert printed(latex.document_of(typed))[0] == read


def test_lines_of_latex_end_where_the_author_ended_them() -> None:
    verse = "\\begin{verse}\nuno \\\\\n\\vin dos \\\\*\ntres\n\ncuatro \\\\!\ncinco\n\\end{verse}\n"
    verse += "\\begin{itemize}\\item[seis] siete\\end{itemize}"
    assert printed(latex.document_of(verse)) == ["uno\ndos\ntres", "cuatro\ncinco", "- seis siete"]
    assert printed(latex.document_of("{\\obeylines uno\ndos\n}\ntres\ncuatro")) == ["uno\ndos\ntres cuatro"]


@pytest.mark.parametrize(
    "piece", ["{", "}", "\\[", "$a", "\\footnote{", "\\section{", "\\'{", "\\begin{figure}", "\\def", "%"]
)
def test_latex_made_to_be_slow_is_not(piece: str) -> None:
    began = time.perf_counter()
    latex.document_of(piece * 5_000)
    assert time.perf_counter() - began < 2


@pytest.mark.parametrize(
    ("body", "read"),
    [
        (r"\'c1ngela \'96 ma\u241?ana\u8212\'97 s\u237\'ed", "Ángela – mañana— sí"),
        (r"{\uc2\u233??}l \u-10179?\u-8704?", "él 😀"),
        (r"{\f1\'cf\'f0}\'e1", "Прá"),
        (r"uno\line dos\tab tres\~cuatro\_cinco\-seis \{siete\}", "uno\ndos\ttres cuatro-cincoseis {siete}"),
        (r"{\field{\*\fldinst HYPERLINK x}{\fldrslt uno}} {\*\nada dos}tres", "uno tres"),
        (r"{\v uno}{\deleted dos}tres", "tres"),
        (r"{\pict 0102}{\*\shppict{\pict 03}}uno\bin3 }}}dos", "unodos"), (r"{\listtext\pard\plain 1.\tab}uno", "uno"),
    ],
)  # fmt: skip
def test_what_rtf_says(body: str, read: str) -> None:
    begun = r"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0 A;}{\f1\fcharset204 B;}}"
    assert printed(rtf.document_of(f"{begun}\\pard {body}\\par}}".encode())) == [read]


@pytest.mark.parametrize(
    "data",
    [b"{\\rtf1", b"{\\rtf1 " + b"{" * 20_000, b"{\\rtf1 " + b"}" * 20_000, b"{\\rtf1 \\bin-5 a\\", b"\\u99999999999"],
)
def test_damaged_rtf_is_inert(data: bytes) -> None:
    began = time.perf_counter()
    rtf.document_of(data)
    assert time.perf_counter() - began < 2


# --- blogs and pages --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "page"),
    [
        ("uno\ndos\n\ntres", "uno<br>dos\n<p>tres"), ("<p>uno</p>\n<p>dos</p>", "<p>uno</p>\n<p>dos</p>"),
        ("<h2>uno</h2>\ndos", "<h2>uno</h2>\ndos"), ("<pre>a\n\nb</pre>", "<pre>a\n\nb</pre>"),
        ("[gallery ids='1']uno [sic] [...] [1]", "uno [sic] [...] [1]"), ("[color]uno[/color]", "uno"),
        ("[embed]http://x[/embed]uno", "uno"), ("[caption id='a']uno[/caption]", "uno"), ("[poema]", "[poema]"),
    ],
)  # fmt: skip
def test_posts_are_pages_again(typed: str, page: str) -> None:
    assert as_page(typed, LeftOut()) == page


def test_posts_have_their_titles(ctx: Context, tmp_path: Path) -> None:
    (case,) = [case for case in blogs() if case.name == "wordpress.xml"]
    path = tmp_path / "a.xml"
    path.write_bytes(case.make())
    rows = ctx.workspace.rows(run(LoadInputs(path=path), ctx).dataset)
    assert [row.title for row in rows] == [f"Nota {i} & más" for i in range(5)]


@pytest.mark.parametrize(
    ("head", "body", "title"),
    [
        ("<title>La llave - Diario</title><meta property='og:title' content='La llave'>", "", "La llave"),
        ("<title>La llave</title>", "<div class='cookie-banner'>Usamos cookies</div>", "La llave"),
        ("<title>Blog</title>", "<h1>La llave</h1>", "La llave"),
        ("<title>Blog</title>", "<p>La llave</p>", "La llave"),
        ("", "<header><h1>El blog</h1></header><main><h2>La llave</h2></main>", "La llave"),
        ("", "<header><h1>La llave</h1></header>", "La llave"), ("", "", None),
    ],
)  # fmt: skip
def test_the_title_of_a_page_is_that_of_its_article(
    ctx: Context, tmp_path: Path, head: str, body: str, title: str
) -> None:
    path = tmp_path / "a.html"
    text = "".join(f"<p>{p}</p>" for p in PROSE)
    path.write_text(f"<!doctype html><html><head>{head}</head><body>{body}{text}</body></html>", "utf-8")
    rows = list(ctx.workspace.rows(run(LoadInputs(path=path), ctx).dataset))
    assert {row.title for row in rows} == {title}
    assert len(rows) == 5


@pytest.mark.parametrize(
    ("element", "kind"),
    [
        ("<div class='share-buttons'>x</div>", "web_furniture"),
        ("<div id='CookieConsent-banner'>x</div>", "web_furniture"),
        ("<div role='dialog'>x</div>", "web_furniture"), ("<div style='display:none'>x</div>", "hidden_text"),
        ("<div class='content'>x</div>", None), ("<div class='post category-social'>x</div>", None),
        ("<p>Compartir en Facebook</p>", "web_furniture"), ("<p>Compartir el pan con vos</p>", None),
        ("<p>Usamos cookies. ¿Aceptás nuestra política?</p>", "web_furniture"), ("<p>Hizo cookies de limón.</p>", None),
        ("<div class='comments-open'>x</div>", None), ("<div class='comments-area'>x</div>", "web_furniture"),
        ("<p class='share'>x</p>", None), ("<div class='menu'><h1>x</h1></div>", None),
        ("<article class='menu'>x</article>", None),
        ("<div class='poema compartido'>x</div>", None),
        ("<section id='comments'><article>x</article></section>", "web_furniture"),
    ],
)  # fmt: skip
def test_the_furniture_of_a_page(element: str, kind: str | None) -> None:
    body = html.document_fromstring(f"<html><body>{element}<div>{PROSE[0]}</div></body></html>").find("body")
    assert body is not None
    assert furniture(body[0]) == kind


@pytest.mark.parametrize(
    ("element", "kind"),
    [
        ("<span class='pagenum'>[Pág. 12]</span>", "page_marks"), ("<a id='p1' class='page'>xii</a>", None),
        ("<span class='pagenum'>no es</span>", None), ("<span role='doc-pagebreak'>12</span>", "page_marks"),
        ("<a href='#n1'><sup>1</sup></a>", "note_marks"), ("<sup><a href='#fn1'>*</a></sup>", "note_marks"),
        ("<a href='#_ftn1'>[1]</a>", "note_marks"), ("<a href='#cap1'>1</a>", None), ("<sup>2</sup>", None),
        ("<a href='#n1'><sup>una palabra</sup></a>", None), ("<p><a href='#_ftnref1'>[1]</a> Al pie.</p>", "footnotes"),
        ("<span>[Pág. 12]</span>", "page_marks"), ("<span>[12]</span>", None), ("<a href='x#y'>[12]</a>", "note_marks"),
        ("<div class='footnotes'>Al pie.</div>", "footnotes"), ("<p class='nota'>Texto.</p>", None),
    ],
)  # fmt: skip
def test_marks_of_pages_and_notes(element: str, kind: str | None) -> None:
    assert mark(html.fragment_fromstring(element)) == kind


@pytest.mark.parametrize(
    ("written", "kind"),
    [
        ("saberlo.<sup>1</sup>", "note_marks"), ("la estación<sup>12</sup> y", "note_marks"),
        ("«sí»<sup>*</sup>", "note_marks"),
        ("son 3<sup>2</sup>", None), ("x<sup>2</sup>", None), ("20 km<sup>2</sup>", None),
        ("el 1<sup>o</sup> de mayo", None),
        ("saberlo<a href='n.xhtml#n1'>1</a>", "note_marks"), ("véase <a href='#cap1'>1</a>", None),
    ],
)  # fmt: skip
def test_a_raised_number_is_a_note_or_a_power(written: str, kind: str | None) -> None:
    paragraph = html.fragment_fromstring(f"<p>{written}</p>")
    assert mark(paragraph[0]) == kind
