"""The programs that print a layout as a PDF for benchmarks/pdf.py: browser, word processor, typesetters, libraries.

A program that is not installed, or a layout that it cannot set, is left out: `Absent`, `Unable`. reportlab, weasyprint
and typst are looked for here and in the environments that TUTOR_PRINTERS names (`python -m venv`, then pip).
"""

# ruff: noqa: E501 (the sources of other programs)

from __future__ import annotations

import html
import io
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from xml.sax.saxutils import escape

from benchmarks.printed_texts import NOTE, Layout

AUTHOR = "Elvira Prado"
FIXED = "Antología de la estación"
PAPER = {"a5": (148, 210), "a4": (210, 297), "letter": (215.9, 279.4)}
MARGIN = 20


class AbsentError(Exception):
    """The program is not on this machine."""


class UnableError(Exception):
    """The program cannot set this layout, or this way of calling it cannot."""


def ran(command: list[str], given: bytes = b"", folder: Path | None = None) -> bytes:
    if shutil.which(command[0]) is None:
        raise AbsentError
    try:
        done = subprocess.run(command, input=given, cwd=folder, capture_output=True, timeout=120, check=False)
    except subprocess.TimeoutExpired as error:
        raise UnableError from error
    if done.returncode:
        raise RuntimeError(f"{command[0]}: {(done.stderr or done.stdout)[-600:].decode(errors='replace')}")
    return done.stdout


@cache
def lender(modules: str) -> str:
    """The Python that has these libraries. Raises AbsentError."""
    folders = filter(None, os.environ.get("TUTOR_PRINTERS", "").split(os.pathsep))
    for python in (sys.executable, *(f"{folder}/bin/python" for folder in folders)):
        if not subprocess.run([python, "-c", f"import {modules}"], capture_output=True, check=False).returncode:
            return python
    raise AbsentError


def borrowed(modules: str, script: str, given: bytes) -> bytes:
    """What a script of ours says in the environment that has the libraries."""
    return ran([lender(modules), "-c", script], given)


def sides(layout: Layout) -> tuple[float, float]:
    """Width and height of the page in mm."""
    width, height = PAPER[layout.page]
    return (height, width) if layout.sideways else (width, height)


# --- from HTML --------------------------------------------------------------------------------------------------------


def sheet(layout: Layout, strings: bool) -> str:
    """The style sheet. `strings`: the program knows the chapter's title in a head."""
    width, height = sides(layout)
    number = "counter(page)"
    boxes = f"@bottom-center {{ content: {number}; font-size: 9pt }}" if layout.numbers and not layout.heads else ""
    if layout.heads == "fixed":
        boxes = f"@top-center {{ content: '{FIXED}'; font-size: 9pt }} @bottom-center {{ content: {number} }}"
    left = f"@top-left {{ content: {number} '  {AUTHOR}'; font-size: 9pt; font-style: italic }}"
    right = f"@top-right {{ content: string(chapter) '  ' {number}; font-size: 9pt }}" if strings else ""
    turned = f"@page :left {{ {left} }} @page :right {{ {right} }}" if layout.heads == "chapter" else ""
    par = "margin: 0; text-indent: 1.3em" if layout.indent else "margin: 0 0 0.8em 0"
    return f"""@page {{ size: {width}mm {height}mm; margin: {MARGIN}mm; {boxes} }} {turned}
    body {{ font: {layout.size}pt/1.35 serif; margin: 0; hyphens: auto; column-count: {layout.columns}; column-gap: 8mm;
      text-align: {"justify" if layout.justify and not layout.verse else "left"} }}
    h1 {{ font-size: 1.4em; string-set: chapter content(); {"break-before: page" if layout.paged else ""} }}
    h1:first-child {{ break-before: auto }} h2 {{ font-size: 1.15em }}
    p {{ {par}; orphans: 2; widows: 2 }}
    .v {{ margin: 0 0 1.2em 0; text-align: {"center" if layout.centered else "left"}; padding-left: 2em;
      hyphens: none; position: relative }}
    .v div {{ position: relative; text-indent: -2em }}
    .n {{ position: absolute; right: 0; text-indent: 0; font-size: 9pt }}
    .note {{ float: footnote; font-size: 8pt }}
    .d::first-letter {{ float: left; font-size: 3.2em; line-height: 0.8; padding-right: 0.05em }}"""


def web_page(layout: Layout, strings: bool) -> bytes:
    body, number, after = [], 0, False
    for kind, text in layout.blocks:
        if kind == "v":
            said = ""
            for one in text.split("\n"):
                number += 1
                shown = layout.lines_numbered and number % layout.lines_numbered == 0
                said += f"<div>{html.escape(one)}{f'<span class=n>{number}</span>' if shown else ''}</div>"
            body.append(f"<div class=v>{said}</div>")
        elif kind == "p":
            first = " class=d" if layout.dropped and after else ""
            noted = NOTE.sub(r"<span class=note>\1</span>", html.escape(text))
            body.append(f"<p{first}>{noted}</p>")
        else:
            number = 0
            body.append(f"<{kind}>{html.escape(text)}</{kind}>")
        after = kind == "h1"
    style = "body { font: 12pt sans-serif }" if layout.plain else sheet(layout, strings)
    way = "rtl" if layout.language == "he" else "ltr"
    return (
        f"<!doctype html><html lang={layout.language} dir={way}><meta charset=utf-8><title>{FIXED}</title>"
        f"<style>{style}</style><body>{''.join(body)}</body></html>"
    ).encode()


def chromium(layout: Layout) -> bytes:
    if layout.heads == "chapter" or any("^[" in block.text for block in layout.blocks):
        raise UnableError
    with tempfile.TemporaryDirectory() as name:
        page, out = Path(name) / "pagina.html", Path(name) / "out.pdf"
        page.write_bytes(web_page(layout, strings=False))
        bare = [] if layout.plain else ["--no-pdf-header-footer"]
        ran([
            "chromium", "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={name}/profile", *bare,
            f"--print-to-pdf={out}", page.as_uri(),
        ])  # fmt: skip
        return out.read_bytes()


WEASYPRINT = (
    "import sys, weasyprint; sys.stdout.buffer.write("
    "weasyprint.HTML(string=sys.stdin.buffer.read().decode()).write_pdf())"
)


def weasyprint(layout: Layout) -> bytes:
    if layout.dropped:
        raise UnableError
    return borrowed("weasyprint, pydyf", WEASYPRINT, web_page(layout, strings=True))


def cairo(layout: Layout) -> bytes:
    """WeasyPrint as it was until version 52, which drew with Cairo and Pango."""
    if layout.dropped or layout.paged or layout.columns > 1 or any("^[" in block.text for block in layout.blocks):
        raise UnableError
    return borrowed("weasyprint, cairocffi", WEASYPRINT, web_page(layout, strings=True))


# --- typesetters ------------------------------------------------------------------------------------------------------


def tex(text: str) -> str:
    text = re.sub(r"([&%$#_{}])", r"\\\1", text.replace("^[", "\0").replace("]", "\1"))
    return text.replace("\0", r"\footnote{").replace("\1", "}").replace("«", r"\guillemotleft{}").replace("»", r"\guillemotright{}").replace("—", "---")  # fmt: skip


def source_of_tex(layout: Layout, encoding: str) -> str:
    if layout.language == "he" or layout.dropped or layout.columns > 3:
        raise UnableError
    width, height = sides(layout)
    language = {"es": "spanish", "en": "english"}[layout.language]
    paper = (
        f"paperwidth={width}mm,paperheight={height}mm"
        if not layout.sideways
        else f"paperwidth={height}mm,paperheight={width}mm"
    )
    head = rf"""\documentclass[{round(layout.size)}pt,twoside]{{article}}\usepackage[utf8]{{inputenc}}{encoding}
\usepackage[{paper},margin={MARGIN}mm]{{geometry}}\usepackage{{multicol,fancyhdr}}\usepackage[{language}]{{babel}}
\pagestyle{{fancy}}\fancyhf{{}}\renewcommand{{\headrulewidth}}{{0pt}}\setlength{{\headheight}}{{15pt}}
\setlength{{\parindent}}{{{"1.3em" if layout.indent else "0pt"}}}\setlength{{\parskip}}{{{"0pt" if layout.indent else "6pt plus 1pt"}}}
"""
    if layout.heads == "chapter":
        head += rf"\fancyhead[LE]{{\thepage\quad \textit{{{AUTHOR}}}}}\fancyhead[RO]{{\small\leftmark\quad\thepage}}"
    elif layout.heads == "fixed":
        head += rf"\fancyhead[C]{{\small {FIXED}}}\fancyfoot[C]{{\thepage}}"
    elif layout.numbers:
        head += r"\fancyfoot[C]{\thepage}"
    if layout.sideways:
        head += r"\usepackage{pdflscape}"
    ragged = "" if layout.justify else r"\raggedright "
    return head + r"\begin{document}" + ragged + body_of_tex(layout) + r"\end{document}"


def body_of_tex(layout: Layout) -> str:
    parts, number, first = [], 0, True
    for kind, text in layout.blocks:
        if kind == "v":
            said = []
            for one in text.split("\n"):
                number += 1
                shown = layout.lines_numbered and number % layout.lines_numbered == 0
                said.append(tex(one) + (rf"\hspace*{{\fill}}{{\small {number}}}" if shown else ""))
            where = r"\centering" if layout.centered else r"\raggedright\hangindent=2em"
            parts.append(rf"{{\setlength{{\parindent}}{{0pt}}{where} " + "\\\\\n".join(said) + "\n\n}\\medskip\n")
        elif kind == "p":
            parts.append(tex(text) + "\n\n")
        else:
            number = 0
            turn = r"\newpage" if layout.paged and not first else ""
            command = {"h1": "section", "h2": "subsection"}[kind]
            parts.append(rf"{turn}\{command}*{{{tex(text)}}}\markboth{{{tex(text)}}}{{{tex(text)}}}" + "\n")
            first = False
    body = "".join(parts)
    if layout.columns > 1:
        body = rf"\begin{{multicols}}{{{layout.columns}}}{body}\end{{multicols}}"
    return rf"\begin{{landscape}}{body}\end{{landscape}}" if layout.sideways else body


def latex(layout: Layout, encoding: str = r"\usepackage[T1]{fontenc}\usepackage{lmodern}") -> bytes:
    with tempfile.TemporaryDirectory() as name:
        (Path(name) / "x.tex").write_text(source_of_tex(layout, encoding), "utf-8")
        ran(["pdflatex", "-interaction=batchmode", "-halt-on-error", "x.tex"], folder=Path(name))
        return (Path(name) / "x.pdf").read_bytes()


def old_latex(layout: Layout) -> bytes:
    """With the fonts of 1986, whose accents are characters of their own."""
    if any(mark in block.text for block in layout.blocks for mark in "«"):
        layout = spelled(layout, str.maketrans({"«": "", "»": ""}))
    return latex(layout, "")


def spelled(layout: Layout, table: dict[int, str]) -> Layout:
    from dataclasses import replace

    return replace(layout, blocks=tuple(block._replace(text=block.text.translate(table)) for block in layout.blocks))


def typst(layout: Layout) -> bytes:
    if layout.dropped:
        raise UnableError
    width, height = sides(layout)
    quoted = lambda text: '#"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'  # noqa: E731
    head = "none"
    if layout.heads == "fixed":
        head = f"align(center, text(8pt)[{FIXED}])"
    elif layout.heads == "chapter":
        head = (
            "context { let hs = query(heading.where(level: 1)).filter(h => h.location().page() <= here().page()); "
            "let n = counter(page).display(); if calc.odd(here().page()) [#h(1fr) #if hs.len() > 0 { hs.last().body } "
            f"#h(1em) #n] else [#n #h(1em) _{AUTHOR}_] }}"
        )
    numbers = '"1"' if layout.numbers and layout.heads != "chapter" else "none"
    out = [
        f"#set page(width: {width}mm, height: {height}mm, margin: {MARGIN}mm, numbering: {numbers}, columns: "
        f'{layout.columns}, header: {head})\n#set text(lang: "{layout.language}", size: {layout.size}pt)\n'
        f"#set par(justify: {str(layout.justify and not layout.verse).lower()}, first-line-indent: (amount: "
        f"{'1.3em' if layout.indent else '0pt'}, all: true), spacing: {'0.65em' if layout.indent else '1.2em'})\n"
    ]
    number, first = 0, True
    for kind, text in layout.blocks:
        if kind == "v":
            said = []
            for one in text.split("\n"):
                number += 1
                shown = layout.lines_numbered and number % layout.lines_numbered == 0
                said.append(quoted(one) + (f"#h(1fr)#text(8pt)[{number}]" if shown else ""))
            where = "center" if layout.centered else "start"
            out.append(
                f"#block(spacing: 1.4em, align({where}, par(first-line-indent: 0pt, hanging-indent: 2em)["
                + " \\\n".join(said)
                + "]))"
            )
        elif kind == "p":
            pieces = NOTE.split(text)
            out.append("".join(quoted(p) if i % 2 == 0 else f"#footnote[{quoted(p)}]" for i, p in enumerate(pieces)))
        else:
            number = 0
            out.append(
                ("#pagebreak()\n" if layout.paged and not first else "") + f"{'=' * int(kind[1])} {quoted(text)}"
            )
            first = False
    script = (
        "import sys, typst, tempfile, os; d = tempfile.mkdtemp(); p = os.path.join(d, 'x.typ'); "
        "open(p, 'wb').write(sys.stdin.buffer.read()); sys.stdout.buffer.write(typst.compile(p))"
    )
    return borrowed("typst", script, "\n\n".join(out).encode())


def source_of_groff(layout: Layout) -> bytes:
    if layout.sideways or layout.dropped or layout.language == "he" or layout.lines_numbered or layout.columns > 2:
        raise UnableError
    if any(len(line) > 60 for block in layout.blocks if block.kind == "v" for line in block.text.split("\n")):
        raise UnableError
    width, _ = sides(layout)
    safe = lambda text: re.sub(r"^([.'])", r"\\&\1", text.replace("\\", r"\e"), flags=re.MULTILINE)  # noqa: E731
    out = [
        f".nr PS {round(layout.size)}\n.nr VS {round(layout.size * 1.25)}\n.nr PO {MARGIN}m\n.nr LL {width - 2 * MARGIN}m",
        f".nr PD {'0' if layout.indent else '6p'}\n.nr FL {width - 2 * MARGIN}m\n.nr HM 20m\n.nr FM 20m".replace(
            "20m", "2c"
        ),
        ".nr PO 2c\n" + f".nr LL {(width - 2 * MARGIN) / 10}c\n.nr FL {(width - 2 * MARGIN) / 10}c",
        ".ds CH\n" + (f".ds CH {FIXED}" if layout.heads == "fixed" else ""),
        ".ds CF \\\\n[PN]" if layout.numbers and layout.heads != "chapter" else ".ds CF",
        *([".na"] if not layout.justify else []),
        *([".2C"] if layout.columns == 2 else []),
    ]
    first = True
    for kind, text in layout.blocks:
        if kind == "v":
            where = [".ce 100"] if layout.centered else []
            out += [".LP", *where, ".nf", safe(text), *([".ce 0"] if layout.centered else []), ".fi", ".sp 0.6"]
        elif kind == "p":
            pieces = NOTE.split(safe(text))
            said = pieces[0]
            for note, after in zip(pieces[1::2], pieces[2::2], strict=True):
                said += f"\\**\n.FS\n{note}\n.FE\n{after.lstrip()}"
            out += [".PP" if layout.indent else ".LP", said]
        else:
            out += [".bp"] if layout.paged and not first else []
            out += [f".ds RH {text}"] if layout.heads == "chapter" else []
            out += [".SH", f"\\s+3{safe(text)}\\s-3" if kind == "h1" else safe(text)]
            first = False
    return ("\n".join(out) + "\n").encode()


def groff(layout: Layout) -> bytes:
    return ran(["groff", "-k", "-ms", "-Tpdf", f"-dpaper={layout.page}", f"-P-p{layout.page}"], source_of_groff(layout))


def ghostscript(layout: Layout) -> bytes:
    """PostScript of groff's, distilled."""
    printed = ran(
        ["groff", "-k", "-ms", "-Tps", f"-dpaper={layout.page}", f"-P-p{layout.page}"], source_of_groff(layout)
    )
    width, height = (round(side * 72 / 25.4) for side in sides(layout))
    return ran(["ps2pdf", f"-dDEVICEWIDTHPOINTS={width}", f"-dDEVICEHEIGHTPOINTS={height}", "-", "-"], printed)


# --- word processor ---------------------------------------------------------------------------------------------------


def flat_odt(layout: Layout) -> bytes:
    if layout.dropped:
        raise UnableError
    width, height = sides(layout)
    he = layout.language == "he"
    align = "justify" if layout.justify and not layout.verse else "start"
    par = 'fo:text-indent="5mm" fo:margin-bottom="0mm"' if layout.indent else 'fo:margin-bottom="3mm"'
    way = ' style:writing-mode="rl-tb"' if he else ""
    turn = ' fo:break-before="page"' if layout.paged else ""
    country = {"es": "AR", "en": "GB", "he": "IL"}[layout.language]
    face = 'style:font-name-complex="Noto Sans Hebrew" style:font-size-complex="11pt" ' if he else ""
    styles = f"""<office:styles>
<style:style style:name="P" style:family="paragraph"><style:paragraph-properties fo:text-align="{align}" {par}{way}/>
<style:text-properties style:font-name="S" fo:font-size="{layout.size}pt" {face}fo:language="{layout.language}" fo:country="{country}"/></style:style>
<style:style style:name="V" style:family="paragraph"><style:paragraph-properties fo:margin-bottom="5mm"
 fo:margin-left="8mm" fo:text-indent="-8mm" fo:text-align="{"center" if layout.centered else "start"}" text:number-lines="true"/>
<style:text-properties style:font-name="S" fo:font-size="{layout.size}pt"/></style:style>
<style:style style:name="H1" style:family="paragraph"><style:paragraph-properties fo:margin-top="6mm" fo:margin-bottom="3mm"
 fo:keep-with-next="always"{turn}/><style:text-properties style:font-name="S" fo:font-size="{layout.size * 1.4}pt" fo:font-weight="bold"/></style:style>
<style:style style:name="H2" style:family="paragraph"><style:paragraph-properties fo:margin-top="4mm" fo:margin-bottom="2mm"
 fo:keep-with-next="always"/><style:text-properties style:font-name="S" fo:font-size="{layout.size * 1.15}pt" fo:font-weight="bold"/></style:style>
<style:style style:name="Head" style:family="paragraph"><style:paragraph-properties fo:text-align="center"/>
<style:text-properties style:font-name="S" fo:font-size="9pt"/></style:style>
<style:style style:name="Note" style:family="paragraph"><style:text-properties style:font-name="S" fo:font-size="8.5pt"/></style:style>
<text:linenumbering-configuration text:number-lines="{"true" if layout.lines_numbered else "false"}" text:offset="5mm"
 style:num-format="1" text:number-position="left" text:increment="{layout.lines_numbered or 5}"/></office:styles>"""
    band = (
        '<style:{0}-style><style:header-footer-properties fo:min-height="6mm" fo:margin-{1}="4mm"/></style:{0}-style>'
    )
    has_head, has_foot = bool(layout.heads), layout.numbers and layout.heads != "chapter"
    page = f"""<office:automatic-styles><style:page-layout style:name="L"><style:page-layout-properties
 fo:page-width="{width}mm" fo:page-height="{height}mm" fo:margin="{MARGIN}mm"{way}><style:columns
 fo:column-count="{layout.columns}" fo:column-gap="8mm"/></style:page-layout-properties>
{band.format("header", "bottom") if has_head else ""}{band.format("footer", "top") if has_foot else ""}</style:page-layout></office:automatic-styles>"""
    number = '<text:page-number text:select-page="current">1</text:page-number>'
    head = foot = ""
    if layout.heads == "fixed":
        head = f'<style:header><text:p text:style-name="Head">{FIXED}</text:p></style:header>'
    elif layout.heads == "chapter":
        chapter = '<text:chapter text:display="name" text:outline-level="1"/>'
        head = (
            f'<style:header><text:p text:style-name="Head">{chapter} {number}</text:p></style:header>'
            f'<style:header-left><text:p text:style-name="Head">{number} {AUTHOR}</text:p></style:header-left>'
        )
    if has_foot:
        foot = f'<style:footer><text:p text:style-name="Head">{number}</text:p></style:footer>'
    names = "office style text fo".split()  # noqa: SIM905
    spaces = " ".join(
        f'xmlns:{n}="urn:oasis:names:tc:opendocument:xmlns:{"xsl-fo-compatible" if n == "fo" else n}:1.0"'
        for n in names
    )
    return f"""<?xml version="1.0" encoding="UTF-8"?><office:document {spaces}
 xmlns:svg="urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0" office:version="1.2"
 office:mimetype="application/vnd.oasis.opendocument.text"><office:font-face-decls><style:font-face style:name="S"
 svg:font-family="'Liberation Serif'"/></office:font-face-decls>{styles}{page}<office:master-styles><style:master-page
 style:name="Standard" style:page-layout-name="L">{head}{foot}</style:master-page></office:master-styles>
<office:body><office:text>{body_of_odt(layout)}</office:text></office:body></office:document>""".encode()


def body_of_odt(layout: Layout) -> str:
    out, notes = [], 0
    for kind, text in layout.blocks:
        said = escape(text)
        if kind == "v":
            out.append(f'<text:p text:style-name="V">{said.replace(chr(10), "<text:line-break/>")}</text:p>')
        elif kind == "p":
            pieces = NOTE.split(said)
            said = pieces[0]
            for note, after in zip(pieces[1::2], pieces[2::2], strict=True):
                notes += 1
                said += (
                    f'<text:note text:id="n{notes}" text:note-class="footnote"><text:note-citation>{notes}'
                    f'</text:note-citation><text:note-body><text:p text:style-name="Note">{note}</text:p></text:note-body></text:note>{after}'
                )
            out.append(f'<text:p text:style-name="P">{said}</text:p>')
        else:
            out.append(f'<text:h text:style-name="{kind.upper()}" text:outline-level="{kind[1]}">{said}</text:h>')
    return "".join(out)


def converted(data: bytes, ending: str, into: str = "pdf") -> bytes:
    """What LibreOffice makes of a file."""
    if shutil.which("soffice") is None:
        raise AbsentError
    with tempfile.TemporaryDirectory() as name:
        (Path(name) / f"x.{ending}").write_bytes(data)
        profile = f"-env:UserInstallation=file://{tempfile.gettempdir()}/tutor-soffice-{os.getuid()}"
        ran(["soffice", profile, "--headless", "--convert-to", into, "--outdir", name, f"{name}/x.{ending}"])
        return (Path(name) / f"x.{into}").read_bytes()


def libreoffice(layout: Layout) -> bytes:
    return converted(flat_odt(layout), "fodt")


def word(layout: Layout) -> bytes:
    """Word's file with Word's own defaults, printed by LibreOffice."""
    if (
        layout.dropped
        or layout.lines_numbered
        or layout.language == "he"
        or layout.sideways
        or layout.heads == "chapter"
    ):
        raise UnableError
    if any("^[" in block.text for block in layout.blocks):
        raise UnableError
    import docx
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.oxml.ns import qn
    from docx.oxml.parser import OxmlElement
    from docx.shared import Mm, Pt

    document = docx.Document()
    section = document.sections[0]
    section.page_width, section.page_height = (Mm(side) for side in sides(layout))
    section.left_margin = section.right_margin = Mm(MARGIN)
    columns = section._sectPr.find(qn("w:cols"))
    columns.set(qn("w:num"), str(layout.columns))
    if layout.heads == "fixed":
        section.header.paragraphs[0].text = FIXED
    if layout.numbers:
        run = section.footer.paragraphs[0].add_run()
        for kind, said in (("begin", None), (None, "PAGE"), ("end", None)):
            node = OxmlElement("w:fldChar" if kind else "w:instrText")
            if kind:
                node.set(qn("w:fldCharType"), kind)
            else:
                node.text = said
            run._r.append(node)
    first = True
    for kind, text in layout.blocks:
        if kind == "v":
            # As people type: a paragraph a line, an empty one between stanzas.
            for one in [*text.split("\n"), ""]:
                paragraph = document.add_paragraph(one)
                paragraph.paragraph_format.space_after = Pt(0)
                if layout.centered:
                    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        elif kind == "p":
            paragraph = document.add_paragraph(text)
            if layout.justify:
                paragraph.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
            if layout.indent:
                paragraph.paragraph_format.first_line_indent = Mm(5)
                paragraph.paragraph_format.space_after = Pt(0)
        else:
            if layout.paged and not first:
                document.add_page_break()
            document.add_heading(text, int(kind[1]))
            first = False
    out = io.BytesIO()
    document.save(out)
    return converted(out.getvalue(), "docx")


# --- libraries --------------------------------------------------------------------------------------------------------

REPORTLAB = """
import json, sys
from reportlab.platypus import BaseDocTemplate, Frame, PageTemplate, Paragraph, Spacer, PageBreak, XPreformatted
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
d = json.load(sys.stdin)
w, h, m, s = d['width'] * mm, d['height'] * mm, d['margin'] * mm, d['size']
n, gap = d['columns'], 8 * mm
each = (w - 2 * m - (n - 1) * gap) / n
frames = [Frame(m + i * (each + gap), m, each, h - 2 * m, leftPadding=0, rightPadding=0) for i in range(n)]
chapter = ['']
def edges(canvas, doc):
    canvas.setFont('Times-Roman', 8)
    if d['heads'] == 'fixed':
        canvas.drawCentredString(w / 2, h - 12 * mm, d['fixed'])
    if d['heads'] == 'chapter':
        if doc.page % 2: canvas.drawRightString(w - m, h - 12 * mm, f'{chapter[0]}  {doc.page}')
        else: canvas.drawString(m, h - 12 * mm, f"{doc.page}  {d['author']}")
    elif d['numbers']:
        canvas.drawCentredString(w / 2, 10 * mm, str(doc.page))
class Doc(BaseDocTemplate):
    def afterFlowable(self, f):
        if getattr(f, 'style', None) and f.style.name == 'h1': chapter[0] = f.getPlainText()
out = sys.stdout.buffer
doc = Doc(out, pagesize=(w, h)); doc.addPageTemplates([PageTemplate(frames=frames, onPageEnd=edges)])
base = dict(fontName='Times-Roman', fontSize=s, leading=s * 1.25)
p = ParagraphStyle('p', alignment=4 if d['justify'] else 0, firstLineIndent=14 if d['indent'] else 0, spaceAfter=0 if d['indent'] else 7, **base)
v = ParagraphStyle('v', alignment=1 if d['centered'] else 0, spaceAfter=12, leftIndent=20, firstLineIndent=-20, **base)
hs = {k: ParagraphStyle(k, fontName='Times-Bold', fontSize=s * r, leading=s * r * 1.3, spaceBefore=10, spaceAfter=6, keepWithNext=1) for k, r in (('h1', 1.4), ('h2', 1.15))}
story = []
for kind, text in d['blocks']:
    text = text.replace('&', '&amp;').replace('<', '&lt;')
    if kind == 'v':
        lines = text.split('\\n')
        story += [Paragraph(l, ParagraphStyle('l', parent=v, spaceAfter=12 if i == len(lines) - 1 else 0)) for i, l in enumerate(lines)]
    elif kind == 'p': story.append(Paragraph(text, p))
    else:
        if d['paged'] and story: story.append(PageBreak())
        story.append(Paragraph(text, hs[kind]))
doc.build(story)
"""


def reportlab(layout: Layout) -> bytes:
    import json

    if layout.dropped or layout.lines_numbered or layout.language == "he" or any("^[" in b.text for b in layout.blocks):
        raise UnableError
    width, height = sides(layout)
    facts = {
        "width": width, "height": height, "margin": MARGIN, "size": layout.size, "columns": layout.columns,
        "heads": layout.heads, "fixed": FIXED, "author": AUTHOR, "numbers": layout.numbers, "paged": layout.paged,
        "justify": layout.justify and not layout.verse, "indent": layout.indent, "centered": layout.centered,
        "blocks": layout.blocks,
    }  # fmt: skip
    return borrowed("reportlab", REPORTLAB, json.dumps(facts).encode())


def fpdf2(layout: Layout) -> bytes:
    """Two columns line by line across the page, as a careless program stores them; verse numbers at the right."""
    if layout.language == "he" or layout.columns > 1 or layout.dropped or any("^[" in b.text for b in layout.blocks):
        raise UnableError
    from fpdf import FPDF

    width, height = sides(layout)
    chapter = [""]

    class Book(FPDF):
        def header(self) -> None:
            self.set_font("Times", size=8)
            odd = self.page_no() % 2
            heads = {
                "fixed": FIXED,
                "chapter": f"{chapter[0]}  {self.page_no()}" if odd else f"{self.page_no()}  {AUTHOR}",
            }
            if layout.heads:
                where = {"fixed": "C", "chapter": "R" if odd else "L"}[layout.heads]
                self.cell(0, 8, heads[layout.heads], align=where, new_x="LMARGIN", new_y="NEXT")  # type: ignore[arg-type]

        def footer(self) -> None:
            if layout.numbers and layout.heads != "chapter":
                self.set_y(-15)
                self.set_font("Times", size=9)
                self.cell(0, 8, str(self.page_no()), align="C")

    book = Book(format=(width, height))
    book.set_margins(MARGIN, MARGIN)
    book.set_auto_page_break(True, MARGIN)
    step, number, first = layout.size * 0.45, 0, True
    book.add_page()
    for kind, text in layout.blocks:
        if kind in ("h1", "h2"):
            chapter[0] = text
            number = 0
            if layout.paged and not first:
                book.add_page()
            book.set_font("Times", "B", layout.size * (1.4 if kind == "h1" else 1.15))
            book.multi_cell(0, step * 1.6, text, align="L", new_x="LMARGIN", new_y="NEXT")
            book.ln(step / 2)
            first = False
            continue
        book.set_font("Times", size=layout.size)
        if kind == "v":
            for one in text.split("\n"):
                number += 1
                if layout.lines_numbered and number % layout.lines_numbered == 0:
                    book.cell(width - 2 * MARGIN, step, str(number), align="R", new_x="LMARGIN", new_y="TOP")
                book.multi_cell(0, step, one, align="C" if layout.centered else "L", new_x="LMARGIN", new_y="NEXT")
            book.ln(step)
        else:
            said = f"    {text}" if layout.indent else text
            book.multi_cell(0, step, said, align="J" if layout.justify else "L", new_x="LMARGIN", new_y="NEXT")
            book.ln(0 if layout.indent else step * 0.6)
    return bytes(book.output())


def latin(layout: Layout) -> Layout:
    """In the characters that the fonts built into every reader have."""
    return spelled(layout, str.maketrans({"—": "-"}))


def as_is(layout: Layout) -> Layout:
    return layout


def no_quotes(layout: Layout) -> Layout:
    return spelled(layout, str.maketrans({"«": "", "»": ""}))


PRINTERS: dict[str, tuple[Callable[[Layout], bytes], Callable[[Layout], Layout]]] = {
    "chromium": (chromium, as_is),
    "weasyprint": (weasyprint, as_is),
    "libreoffice (odt)": (libreoffice, as_is),
    "libreoffice (docx)": (word, as_is),
    "latex": (latex, as_is),
    "latex, old fonts": (old_latex, no_quotes),
    "typst": (typst, as_is),
    "groff": (groff, as_is),
    "groff, ghostscript": (ghostscript, as_is),
    "cairo and pango": (cairo, as_is),
    "reportlab": (reportlab, latin),
    "fpdf2": (fpdf2, latin),
}
"""Name -> how it prints, and how the text is spelled before."""
