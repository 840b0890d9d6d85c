"""Plain text as programs and hands leave it: mixed encodings, subtitles, Markdown, editions, pages, links."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from tests import corpus_texts as texts
from tests.corpus import Case, text

PROSE = "\n\n".join(texts.PROSE)
WRAPPED = "\n\n".join(map(texts.wrapped, texts.PROSE))
SAID = [
    "Buenas tardes y gracias por venir al patio.", "Hoy se leen cartas que nadie mandó,",
    "porque el correo estaba de paro.", "¿Quién quiere empezar con la suya?",
    "Yo, si me dejan sentarme.", "Esta la escribí en un colectivo vacío.",
]  # fmt: skip
JOINED = "Hoy se leen cartas que nadie mandó, porque el correo estaba de paro."
CARD = "BEGIN:VCARD\r\nVERSION:4.0\r\nFN:Nadie Inventada\r\nEND:VCARD\r\n"
EVENT = "BEGIN:VCALENDAR\nVERSION:2.0\nBEGIN:VEVENT\nSUMMARY:Lectura\nEND:VEVENT\nEND:VCALENDAR\n"


def plain_cases() -> Iterator[Case]:
    yield from slipped()
    yield from titled()
    yield from noted()
    yield from marked_down()
    yield from underlined()
    yield from published()
    yield from numbered()
    yield from printed()
    yield from captioned()
    yield from transcribed()
    yield from sung()
    yield from elsewhere()


def stored(name: str, data: bytes, shape: str | None, rows: int | None, **more: Any) -> Case:
    return Case(name, lambda: data, shape, rows, **more)


def running(name: str, content: str, shape: str | None, **more: Any) -> Case:
    """A text of which it does not matter in how many rows it is cut or, if `shape` is None, what it is taken for."""
    return stored(name, content.encode(), shape, None, **more)


def refused(name: str, content: str | bytes, error: str) -> Case:
    data = content.encode() if isinstance(content, str) else content
    return Case(name, lambda: data, error=error)


# --- encodings --------------------------------------------------------------------------------------------------------


def slipped() -> Iterator[Case]:
    """One wrong byte changes nothing of the others; two halves are each read as they were stored."""
    whole = PROSE.encode()
    more: dict[str, Any] = {"has": "La señora Ángela volvió"}
    one = whole.replace("había".encode(), b"hab\xeda", 1)
    yield stored("una letra vieja.txt", one, "prose", 5, notices=("old_letters",), lacks="\ufffd", **more)
    yield stored("un byte roto.txt", whole + b"\n\nFin\xff.", "prose", 6, notices=("unread_bytes",), **more)
    marked = b"\xef\xbb\xbf" + whole + "\n\nAdiós.".encode("cp1252")
    yield stored(
        "con marca y una letra vieja.txt", marked, "prose", 6, notices=("old_letters",), lacks="\ufeff", **more
    )
    yield stored("cortado.txt", whole + "\n\nChau 🌙".encode()[:-2], "prose", 6, notices=("cut_character",), **more)
    last = b"\n\nY as\xed pas\xf3"
    yield stored(
        "termina en letra vieja.txt", whole + last, "prose", 6, notices=("old_letters",), **more | {"has": "pasó"}
    )
    for old in ("latin-1", "mac_roman", "cp850"):
        halves = (PROSE + "\n\n").encode() + PROSE.replace("“", "«").encode(old)
        yield stored(f"mitad {old}.txt", halves, "prose", 10, notices=("old_letters",), lacks="\ufffd", **more)
        turned = (PROSE + "\n\n").encode(old) + PROSE.encode()
        yield stored(f"primera mitad {old}.txt", turned, "prose", 10, notices=("old_letters",), lacks="\ufffd", **more)
    quotes = PROSE.encode() + b"\n\nDijo \x93hola\x94 y se fue \x97 sin apuro."
    yield stored("comillas de windows.txt", quotes, "prose", 6, has="“hola” y se fue — sin")
    russian = "Она открыла окно и увидела, что улицы больше нет.\n\nНа том берегу кто-то развешивал простыни.".encode()
    yield stored("ruso con un byte roto.txt", russian + b"\n\n\xff.", "prose", 3, language="ru", has="увидела")
    yield stored("ruso viejo.txt", russian.decode().encode("cp1251"), "prose", 2, language="ru", encoding="cp1251")
    marks = ("\ufeff# Uno\n\n" + texts.PROSE[0] + "\n").encode() + ("\ufeff# Dos\n\n" + texts.PROSE[1]).encode()
    yield stored("dos con marca.txt", marks, "prose", 2, documents=2, lacks="\ufeff")
    page = (
        b"<html><body><p>La ma\xf1ana</p><p>"
        + "Volvió la señora, ¿y qué pasó después?".encode()
        + b"</p></body></html>"
    )
    yield stored("pagina.html", page, "prose", 2, has="La mañana", notices=("old_letters",))


# --- titles and notes -------------------------------------------------------------------------------------------------


def titled() -> Iterator[Case]:
    """Where there is nothing but titles, they are the text."""
    any_language: dict[str, Any] = {"language": None}
    yield text("un verso.txt", "La tarde no termina de irse", "prose", 1, has="La tarde no termina de irse")
    yield text("indice.md", "# Cartas\n\n## Del puerto\n\n## Del tren\n", "prose", 3, has="Del tren", **any_language)
    yield text("capitulos.txt", "Capítulo I\n\nCapítulo II\n\n***\n", "prose", 2, has="Capítulo II", **any_language)
    yield text("solo ficha.md", "---\ntitle: La tarde larga\ntags: [a]\n---\n", "prose", 1, has="La tarde larga")
    yield refused("solo rayas.txt", "***\n\n---\n", "file_empty")
    yield refused("ficha sin nada.md", "---\ntags: [a]\n---\n", "file_empty")


def noted() -> Iterator[Case]:
    """Properties of notes, by many programs: left out, with the title as title."""
    out: dict[str, Any] = {"notices": ("front_matter",), "has": texts.PROSE[0][:40]}
    fences = {
        "obsidian.md": "---\naliases: [patio]\ntags:\n  - cuento\ncreated: 2023-01-02\n---\n",
        "jekyll.markdown": '---\nlayout: post\ntitle:  "El patio"\ndate:   2023-01-02 10:00:00 -0300\n---\n',
        "hugo.md": '+++\ntitle = "El patio"\ndraft = true\n[params]\n  tono = "seco"\n+++\n',
        "hugo json.md": '{\n  "title": "El patio",\n  "created": 2023\n}\n',
        "zettlr.md": '---\ntitle: "El patio: uno"\nid: 20230102\nkeywords:\n- created\n...\n',
        "pandoc.md": "% El patio\n% created\n% 2023\n",
        "multimarkdown.md": "Title: El patio\nAuthor: created\nDate: 2023\n",
        "denote.txt": "title:      El patio\ndate:       [2023-01-02]\nidentifier: created\n-----------------\n",
        "copiada.txt": "---\ntitle: El patio\ncreated: 2023\n---\n",
        "mal escrita.md": "---\ntitle: El patio: otra: vez\ntags: [a, b\ncreated: x\n---\n",
        "hexo.md": 'title: "El patio"\ndate: 2023-01-02\ntags:\n- created\n---\n',
        "notion.md": "# El patio\n\nCreated: January 2, 2023\nTags: created\n",
        "con marca.md": "\ufeff---\r\ntitle: El patio\r\ncreated: x\r\n---\r\n",
    }
    for name, front in fences.items():
        yield text(name, f"{front}\n{PROSE}", "prose", 5, **out, lacks="created" if "created" in front else "Created")
    rule = "---\nQuerida Ana: te escribo tarde\n---\n\n"
    yield text("una carta.txt", rule + PROSE, "prose", 6, has="Querida Ana")
    yield text("sin cerrar.md", f"---\ntitle: El patio\n\n{PROSE}", "prose", 6, has=texts.PROSE[0][:40])
    yield text("empieza con raya.md", f"---\n\n{PROSE}\n\n---\n\n{PROSE}", "prose", 10, documents=2)


def marked_down() -> Iterator[Case]:
    """Markdown as it is read."""
    lines = texts.COPLAS.strip()
    ends = re.sub(r"(?<=\S)\n(?=\S)", r"\\\n", lines)
    yield text("barras.md", f"# Coplas\n\n{ends}\n", "verse", 4, lacks="\\", has="tarde\ncon la lluvia")
    yield text("barras.txt", ends, "verse", 4, lacks="\\")
    yield text("dos espacios.md", f"# Coplas\n\n{lines.replace(chr(10), '  ' + chr(10))}", "verse", 4)
    block = "\n".join(f"| {line}".rstrip() for line in lines.split("\n"))
    yield text("versos con barra.md", f"# Coplas\n\n{block}\n", "verse", 4, lacks="|", has="tarde\ncon la lluvia")
    code = "```python\n# abre\nprint(1)\n```"
    yield text("codigo.md", f"# Taller\n\n{PROSE}\n\n{code}\n\n{PROSE}", "prose", 10, documents=1, lacks="print",
               notices=("code",))  # fmt: skip
    yield text("codigo con virgulillas.md", f"{PROSE}\n\n~~~ {{.js}}\n# no\nlet a = 1;\n~~~\n", "prose", 5, lacks="let")
    yield text("poema entre cercas.md", f"# Coplas\n\n```\n{lines}\n```\n", "verse", 4, lacks="```")
    yield text("cerca abierta.md", f"# Coplas\n\n```\n{lines}\n", "verse", 4)
    vault = "Vi a [[Amalia Paz|la señora]] en [[Patio#Fondo]] y en [[Plaza]]. ![[foto.png]] Era tarde. ^a1b2\n\n"
    hidden = "%% no se ve %%\n\n<!-- ni\nesto tampoco -->\n\n![[otra nota]]\n\n#cuento #noche/fría\n\n"
    yield text("bóveda.md", f"# Patio\n\n{vault}{hidden}{PROSE}", "prose", 6, lacks="no se ve",
               has="Vi a la señora en Patio > Fondo y en Plaza. Era tarde.",
               notices=("images", "comments", "tags"))  # fmt: skip
    picture = "![][image1]\n\n[image1]: <data:image/png;base64,iVBORw0KGgo>\n\n"
    yield text("de google.md", f"# **El patio**\n\nEra tarde\\. Dijo: \\- no\\!\n\n{picture}{PROSE}", "prose", 6,
               has="Era tarde. Dijo: - no!", lacks="base64")  # fmt: skip


def underlined() -> Iterator[Case]:
    both = "El patio\n========\n\n{0}\n\nLa llave\n{1}\n\n{0}\n"
    yield text("subrayado.md", both.format(PROSE, "---"), "prose", 10, documents=2, lacks="La llave")
    yield text("subrayado.txt", both.format(PROSE, "~~~~~~~~"), "prose", 10, documents=2, lacks="El patio")
    over = f"========\nEl patio\n========\n\n{PROSE}"
    yield text("entre rayas.txt", over, "prose", 5, lacks="El patio")
    verse = f"EL PATIO\n--------\n\n{texts.COPLAS}\nLA LLAVE\n--------\n\n{texts.COPLAS}"
    yield text("poemas subrayados.txt", verse, "verse", 8, documents=2, lacks="LA LLAVE")
    ended = f"{texts.COPLAS}\nY nada más.\n---\n\n{texts.COPLAS}"
    yield text("raya tras un verso.txt", ended, "verse", 9, has="Y nada más.")


# --- editions and pages -----------------------------------------------------------------------------------------------

HEADER = "The Project Gutenberg EBook of El patio, by Nadie\n\nThis eBook is for anyone.\n\nTitle: El patio\n\n"
OLD = (
    "**The Project Gutenberg Etext of El patio**\n\n***START**THE SMALL PRINT!**FOR PUBLIC DOMAIN ETEXTS**START***\n"
    "Why is this here?\n\n*END*THE SMALL PRINT! FOR PUBLIC DOMAIN ETEXTS*Ver.04.29.93*END*\n\n"
)


def published() -> Iterator[Case]:
    """Project Gutenberg's frame, from 1993 on, in several languages."""
    start, end = "*** START OF THE PROJECT GUTENBERG EBOOK EL PATIO ***", "*** END OF THE PROJECT GUTENBERG EBOOK ***"
    frames = {
        "2024": (f"{HEADER}{start}\n\n", f"{end}\n\nUpdated editions will replace the previous one.\n"),
        "2008": (f"{HEADER}{start.replace('THE PROJECT', 'THIS PROJECT')}\n\n\nProduced by Nadie at the Online\n"
                 "Distributed Proofreading Team\n\n\n\n", "End of the Project Gutenberg EBook of El patio\n\nBye.\n"),
        "1994": (OLD, "End of Project Gutenberg's El patio, by Nadie\n"),
        "2002": (f"{HEADER}{start}\n\nMore of the header.\n\n*END THE SMALL PRINT! FOR EBOOKS*Ver.02/11/02*END*\n\n",
                 f"{end}\n"),
        "titulo largo": (f"{HEADER}{start[:-4]}, O DE CÓMO SE\nCERRÓ UNA TARDE ***\n\n", f"{end}\n\nLicense.\n"),
        "en francés": (f"{HEADER}{start}\n\n", "Fin de Project Gutenberg: El patio\n\nLicense.\n"),
        "en alemán": (f"{HEADER}{start}\n\n", "Ende dieses Projekt Gutenberg Etextes\n\nLicense.\n"),
        "sin comienzo": (HEADER, "End of Project Gutenberg's El patio\n\nLicense.\n"),
    }  # fmt: skip
    for name, (before, after) in frames.items():
        yield text(f"gutenberg {name}.txt", f"{before}{WRAPPED}\n\n{after}", "prose", 5, lacks="utenberg",
                   has=texts.PROSE[4], notices=("gutenberg",))  # fmt: skip
    notes = {
        "corchetes": ("[Nota del transcriptor: se respetó\nla ortografía.\n\nLas erratas no.]\n\n", ""),
        "final": ("", "\n\n\nTranscriber's Notes\n\nErratas corrected.\n\nMore erratas.\n\n"),
        "francés": ("Notes du transcripteur:\n\nLas erratas.\n\n\n\n", ""),
        "portugués": ("Nota de transcrição: las erratas.\n\n", ""),
    }
    for name, (before, after) in notes.items():
        book = f"{HEADER}{start}\n\n{before}{WRAPPED}{after}\n\n{end}\n"
        yield text(f"notas {name}.txt", book, "prose", 5, lacks="erratas", notices=("transcriber",))
    pictured = f"{HEADER}{start}\n\n{WRAPPED}\n\n[Ilustración]\n\n{WRAPPED}\n\n{end}\n"
    yield text("con lugares de láminas.txt", pictured, "prose", 10, lacks="Ilustra", notices=("images",))
    two = f"{HEADER}{start}\n\n{WRAPPED}\n\n{end}\n\nLicense.\n\n" * 2
    yield text("dos libros.txt", two, "prose", 10, documents=2, lacks="icense")
    page = f"<p>The Project Gutenberg eBook</p><div>{start}</div><p>{texts.PROSE[0]}</p><div>{end}</div><p>x</p>"
    yield text("gutenberg.html", f"<html><body>{page}</body></html>", "prose", 1, lacks="GUTENBERG")
    essay = f"El Proyecto Gutenberg nació tarde.\n\nFin de la historia: Gutenberg murió pobre.\n\n{PROSE}"
    yield text("sobre gutenberg.txt", essay, "prose", 7, has="Fin de la historia")
    yield refused("marco vacio.txt", f"{HEADER}{start}\n\n{end}\n", "file_empty")


def counted(form: Callable[[str, int | None], str], every: int = 5) -> str:
    """The coplas with the numbers of their lines."""
    out, number = [], 0
    for line in texts.COPLAS.strip().split("\n"):
        number += bool(line)
        out.append(form(line, number if number % every == 0 else None) if line else "")
    return "\n".join(out)


def numbered() -> Iterator[Case]:
    """Numbers of verses in the margin are of the edition."""
    forms: dict[str, Callable[[str, int | None], str]] = {
        "derecha": lambda line, n: f"{line:<44}{n}" if n else line,
        "tabulador": lambda line, n: f"{line}\t{n}" if n else line,
        "corchetes": lambda line, n: f"{line:<40}[{n}]" if n else line,
        "punta": lambda line, n: f"{line} {n}" if n else line,
        "izquierda": lambda line, n: f"{n:>3}  {line}" if n else f"     {line}",
        "pegado": lambda line, n: f"{n} {line}" if n else line,
        "debajo": lambda line, n: f"{line}\n{n}" if n else line,
        "encima": lambda line, n: f"{n}\n{line}" if n else line,
    }
    more: dict[str, Any] = {"notices": ("line_numbers",), "has": "Llevaba pan en la bolsa,\ndos camisas y un jabón,"}
    for name, form in forms.items():
        yield text(f"numeros a la {name}.txt", counted(form), "verse", 4, lacks="5", **more)
    titled = f"COPLAS\n\n{counted(forms['derecha'])}"
    yield text("numeros con titulo.txt", titled, "verse", 4, lacks="15", **more)
    every = counted(lambda line, n: f"{n:>3}  {line}", every=1)
    yield text("todas numeradas.txt", every, "verse", 4, lacks="12", **more)
    index = "\n".join(f"Carta {i}, {word:<30}{page}" for i, (word, page) in enumerate(
        zip(["patio", "puerto", "tren", "farol", "llave"], [5, 9, 16, 20, 31], strict=True)))  # fmt: skip
    yield running("indice de libro.txt", index, None, has="16")
    recipe = "5 huevos grandes\n10 cucharadas de harina\n3 tazas de leche\n15 nueces partidas\n20 pasas de uva"
    yield running("ingredientes.txt", recipe, None, has="10 cucharadas")


def cut(content: str, width: int = 34) -> list[str]:
    """Lines as a narrow column is set: words are cut where they end."""
    lines, line = [], ""
    for word in content.split():
        room = width - len(line) - 2
        if len(line) + 1 + len(word) <= width:
            line = f"{line} {word}".strip()
        elif len(word) > 5 and room >= 2 and word.isalpha():
            lines.append(f"{line} {word[:room]}-".strip())
            line = word[room:]
        else:
            lines.append(line)
            line = word
    return [*lines, line]


def paged(form: Callable[[int], str], feed: str = "\n") -> str:
    """Pages of eleven lines, with what stands between them."""
    lines = cut(" ".join(texts.PROSE))
    pages = [lines[i : i + 11] for i in range(0, len(lines), 11)]
    return feed.join("\n".join([*page, "", form(12 + i), ""]) for i, page in enumerate(pages))


def printed() -> Iterator[Case]:
    """What a scanner read: words cut, heads and numbers of pages."""
    column = "\n\n".join("\n".join(cut(paragraph)) for paragraph in texts.PROSE)
    yield text("columna.txt", column, "prose", 5, has=texts.PROSE[2], notices=("unwrapped",))
    for name, mark in (("blando", "\u00ad"), ("negado", "¬"), ("unicode", "\u2010")):
        yield text(f"corte {name}.txt", column.replace("-\n", f"{mark}\n"), "prose", 5, has=texts.PROSE[2], lacks=mark)
    more: dict[str, Any] = {"notices": ("page_furniture",)}
    heads: dict[str, Callable[[int], str]] = {
        "numeros": str, "rayas": lambda n: f"— {n} —", "paginas": lambda n: f"Página {n} de 99",
        "dos lados": lambda n: f"EL PATIO {n}" if n % 2 else f"{n} NADIE INVENTADA",
        "uno": lambda n: f"El patio   {n}",
    }  # fmt: skip
    for name, form in heads.items():
        yield running(f"cabezas {name}.txt", paged(form), "prose", lacks=form(13), **more)
    fed = paged(lambda n: f"EL PATIO {n}", "\f")
    yield running("saltos de pagina.txt", fed, "prose", lacks="EL PATIO 13", **more)
    chapters = "\n\n".join(f"Capítulo {i}\n\n{WRAPPED}" for i in range(1, 5))
    yield text("capitulos numerados.txt", chapters, "prose", 20, documents=4)
    parts = "\n\n".join(f"{i}\n\n{texts.COPLAS.strip()}" for i in range(1, 6))
    yield text("partes numeradas.txt", parts, "verse", 20, documents=5)
    compound = (
        "Era una charla político-social de las de antes, y en la\nmesa del fondo alguien pidió silencio. "
        "La charla político-\nsocial siguió hasta la noche, franco-\nargentina y larga, con su café, y nadie "
        "quiso irse por la\n"
        "puerta de adelante. Había una luz de noche, una luz de no-\nche que no alumbraba nada, pero estaba.\n"
    )
    yield running("con guion propio.txt", compound * 2, "prose", has="charla político-social siguió")
    yield running("con guion de origen.txt", compound * 2, "prose", has="franco-argentina")
    yield running("con guion de corte.txt", compound * 2, "prose", lacks="no-che")


# --- subtitles --------------------------------------------------------------------------------------------------------


def clock(second: float, mark: str = ",") -> str:
    return f"00:{int(second) // 60:02}:{int(second) % 60:02}{mark}{int(second * 1000) % 1000:03}"


def cues(mark: str = ",", number: Callable[[int], str] = "{}\n".format, words: list[str] | None = None) -> str:
    said = words or SAID
    return "\n\n".join(
        f"{number(i + 1)}{clock(3 * i, mark)} --> {clock(3 * i + 2.5, mark)}\n{line}" for i, line in enumerate(said)
    )


def captioned() -> Iterator[Case]:
    """SubRip, WebVTT and the other formats of subtitles, under any name."""
    more: dict[str, Any] = {"has": JOINED, "lacks": "00:", "notices": ("cues",)}
    srt = cues()
    vtt = f"WEBVTT\nKind: captions\nLanguage: es\n\n{cues('.', lambda _: '')}"
    notes = "NOTE 00: nadie\nlo dice\n\nSTYLE\n::cue { color: red }\n\n"
    forms = {
        "lectura.srt": srt, "lectura.txt": srt, "windows.srt": "\ufeff" + srt.replace("\n", "\r\n"),
        "sin numeros.srt": cues(number=lambda _: ""), "sin aire.srt": srt.replace("\n\n", "\n"),
        "con mucho aire.srt": re.sub(r"(?<=\d)\n", "\n\n", srt), "flecha.txt": srt.replace("-->", "→"),
        "traducido.srt": srt.replace("-->", "->").replace(":", ": "), "pegado.md": srt,
        "lectura.vtt": vtt, "con notas.vtt": vtt.replace("\n\n", f"\n\n{notes}", 1),
        "con nombres.vtt": vtt.replace("\n\n00", "\n\ncue-x/12-0\n00"),
        "con lugar.vtt": re.sub(r"(-->.*)", r"\1 align:start position:0%", vtt),
        "lectura.sbv": re.sub(r"(?m)^(.*) --> (.*)$", r"\1,\2", cues(".", lambda _: "")),
        "whisper.txt": "\n".join(f"[{clock(3 * i, '.')} --> {clock(3 * i + 2, '.')}]  {x}" for i, x in enumerate(SAID)),
        "micro.sub": "{1}{1}25.000\n" + "\n".join(f"{{{75 * i}}}{{{75 * i + 60}}}{x}" for i, x in enumerate(SAID)),
        "mpl.txt": "\n".join(f"[{30 * i}][{30 * i + 25}]{x}" for i, x in enumerate(SAID)),
    }  # fmt: skip
    for name, content in forms.items():
        yield text(name, content, "prose", 1, **more)
    broken = [line.replace(" y ", "\\Ny ") for line in SAID]
    events = "\n".join(
        f"Dialogue: 0,0:00:{3 * i:02}.00,0:00:{3 * i + 2:02}.50,Default,,0,0,0,,{{\\an8}}{line}"
        for i, line in enumerate(broken)
    )
    ass = f"[Script Info]\nTitle: x\n\n[Events]\nComment: 0,0:00:00.00,0:00:01.00,Default,,0,0,0,,nadie\n{events}\n"
    for name in ("lectura.ass", "copiado.txt"):
        yield text(name, ass, "prose", 1, has="Buenas tardes y gracias", lacks="an8", notices=("cues",))
    tagged = ["<i>Buenas</i> tardes y <font color='red'>gracias</font>.", "[Aplausos]", "{\\an8}♪ Se oye algo ♪",
              "(RISAS)\n¿Quién sigue?", "- ¿Vos?\n- Yo no, [tose] gracias."]  # fmt: skip
    yield running("etiquetas.srt", cues(words=tagged), "prose", lacks="<i>",
               has="Buenas tardes y gracias.", notices=("sounds",))  # fmt: skip
    yield from rolling()


def rolling() -> Iterator[Case]:
    """Captions that a program wrote while somebody spoke: each line is shown twice, without a full stop."""
    said = ["buenas tardes a todas", "hoy vamos a leer", "unas cartas que nadie", "mandó nunca a nadie"]
    parts, before = [], " "
    for i, line in enumerate(said):
        first, *rest = line.split()
        timed = first + "".join(f"<{clock(3 * i + j / 10, '.')}><c> {word}</c>" for j, word in enumerate(rest))
        parts.append(f"{clock(3 * i, '.')} --> {clock(3 * i + 2.99, '.')} align:start position:0%\n{before}\n{timed}")
        parts.append(f"{clock(3 * i + 2.99, '.')} --> {clock(3 * i + 3, '.')} align:start position:0%\n{line}\n ")
        before = line
    vtt = "WEBVTT\nKind: captions\nLanguage: es\n\n" + "\n\n".join(parts)
    more: dict[str, Any] = {"has": " ".join(said), "lacks": "<c>", "notices": ("repeated_captions",)}
    yield text("de youtube.vtt", vtt, "prose", 1, **more)
    bare = re.sub(r"<[^>]*>", "", vtt.split("\n\n", 1)[1])
    yield text("de youtube.srt", bare, "prose", 1, **more)
    growing = cues(words=[" ".join(said[0].split()[:n]) for n in range(1, 5)])
    yield text("en vivo.srt", growing, "prose", 1, **more | {"has": said[0], "lacks": "buenas buenas"})
    again = cues(words=["Sí.", "Sí.", "No.", "Dije que sí, pero después.", "Cada vez más tarde."])
    yield text("repite de verdad.srt", again, "prose", 1, has="Sí. Sí. No.", notices=("cues",))


def transcribed() -> Iterator[Case]:
    """Transcripts: times alone, beside what is said, or after who says it."""
    more: dict[str, Any] = {"lacks": "0:0", "notices": ("cues",)}
    forms: dict[str, Callable[[int, str], str]] = {
        "tiempo y renglon": lambda i, line: f"0:{3 * i:02}\n{line}\n",
        "tiempo en palabras": lambda i, line: f"0:{3 * i:02}\n{3 * i} segundos\n{line}\n",
        "al lado": lambda i, line: f"0:{3 * i:02} {line}\n",
        "entre parentesis": lambda i, line: f"(00:{3 * i:02}) {line}\n",
        "con horas": lambda i, line: f"[00:00:{3 * i:02}]\n\n{line}\n\n",
        "de a tramos": lambda i, line: f"00:00:{3 * i:02} - 00:00:{3 * i + 3:02}\n{line}\n",
    }
    for name, form in forms.items():
        content = "".join(form(i, line) for i, line in enumerate(SAID))
        yield text(f"transcripción, {name}.txt", content, "prose", 1, has=JOINED, **more)
    more = {"lacks": "0:0"}
    names = ["Nora de la Paz", "Hablante 2"]
    spoken: dict[str, Callable[[int, str], str]] = {
        "otter": lambda i, line: f"{names[i % 2]}  0:{3 * i:02}  \n{line}\n\n",
        "rev": lambda i, line: f"{names[i % 2]} (00:{3 * i:02}):\n{line}\n\n",
        "word": lambda i, line: f"00:00:{3 * i:02} {names[i % 2]}\n{line}\n",
        "meet": lambda i, line: f"00:00:{3 * i:02}\n\n**{names[i % 2]}:** {line}\n\n",
        "descript": lambda i, line: f"[00:00:{3 * i:02}] {names[i % 2]}: {line}\n\n",
    }
    voices = [f"{names[i % 2]}: {line}" for i, line in enumerate(SAID)]
    tags = [f"<v {names[i % 2]}>{line}</v>" for i, line in enumerate(SAID)]
    called = {f"transcripción de {name}.txt": "".join(map(form, range(6), SAID)) for name, form in spoken.items()}
    called |= {
        f"de {name}.vtt": f"WEBVTT\n\n{cues('.', words=said)}" for name, said in (("zoom", voices), ("teams", tags))
    }
    for name, content in called.items():
        yield running(name, content, None, has="porque el correo estaba de paro.", lacks="0:0")
    agenda = "10:00 Apertura de la feria del libro\n10:30 Mesa de poesía del sur\n11:15 Lectura abierta\n12:00 Almuerzo"
    yield running("agenda.txt", agenda, None, has="10:30 Mesa")
    nights = "00:15\nNo duermo.\n\n01:30\nLa heladera canta sola.\n\n03:45\nEl gallo se equivocó.\n\n05:10\nAmanece."
    yield running("diario de insomnio.txt", nights, None, has="01:30\nLa heladera")
    verses = "\n".join(f"1:{i} Y pasó el día número {i}, que fue largo y fue bueno." for i in range(1, 24))
    yield running("versiculos numerados.txt", verses, None, has="1:12 Y pasó")


def sung() -> Iterator[Case]:
    """Lyrics with their times are verse, however short."""
    lines = [line for line in texts.COPLAS.split("\n") if line]
    tags = "[ti:La lluvia]\n[ar:Nadie]\n[length:01:00]\n"
    lrc = tags + "\n".join(f"[00:{3 * i:02}.10]{line}" for i, line in enumerate(lines))
    more: dict[str, Any] = {"lacks": "[", "notices": ("song_times",)}
    yield text("cancion.lrc", lrc, "verse", 1, has="tarde\ncon la lluvia por detrás;", **more)
    yield text("cancion.txt", lrc, "verse", 1, has="tarde\ncon la lluvia por detrás;", **more)
    apart = lrc.replace("[00:12", "[00:11.00]\n[00:12")
    yield text("con estrofas.lrc", apart, "verse", 2, **more)
    short = (
        "[00:01.00][00:21.00]Cae la lluvia\n[00:04.00][00:24.00]sobre el <00:05.00>techo\n[00:08.00]\n[00:10.00]y ya"
    )
    yield text("con estribillo.lrc", short, "verse", 3, has="Cae la lluvia\nsobre el techo", **more)
    heard = "[by:whisper.cpp]\n" + "\n".join(f"[00:{3 * i:02}.00] {line}" for i, line in enumerate(SAID))
    yield text("oido.lrc", heard, "prose", 1, has=JOINED)


# --- what is no text --------------------------------------------------------------------------------------------------


def elsewhere() -> Iterator[Case]:
    """Links, shortcuts, contacts, calendars: refused in words, whatever they are called."""
    drive = '{"url":"https://docs.google.com/open?id=1x","doc_id":"1x","email":"n@correo.example"}'
    yield refused("cuento.gdoc", drive, "link_document")
    yield refused("cuento.txt", drive, "link_document")
    yield refused("nuevo.txt", '{"":"WARNING! DO NOT EDIT","doc_id":"1x","resource_key":"","email":"n"}', "link")
    yield refused("notas.gsheet", drive.replace("open", "spreadsheets"), "link_sheet")
    yield refused("charla.gslides", drive, "link")
    yield refused("charla.url", "[InternetShortcut]\r\nURL=https://ejemplo.example/charla\r\n", "link")
    yield refused("video.url", "[InternetShortcut]\nURL=https://www.youtube.com/watch?v=x\n", "link_video")
    plist = '<?xml version="1.0"?><plist version="1.0"><dict><key>URL</key><string>{}</string></dict></plist>'
    yield refused("doc.webloc", plist.format("https://docs.google.com/document/d/1x/edit"), "link_document")
    yield refused("binario.webloc", b"bplist00\xd1\x01\x02SURL_\x10\x18https://ejemplo.example\x08\x0b\x0f", "link")
    yield refused("pagina.desktop", "[Desktop Entry]\nType=Link\nURL=https://ejemplo.example\n", "link")
    yield refused("editor.desktop", "[Desktop Entry]\nType=Application\nExec=editor\n", "shortcut")
    yield refused("cuento.lnk", b"L\x00\x00\x00\x01\x14\x02\x00" + bytes(200), "shortcut")
    yield refused("direccion.txt", "https://docs.google.com/document/d/1x/edit\n", "link_document")
    yield refused("contactos.vcf", CARD * 3, "contacts")
    yield refused("contactos.txt", CARD.lower().replace("begin", "BEGIN") * 3, "contacts")
    yield refused("agenda.ics", "\ufeff" + EVENT, "calendar")
    yield text("con una direccion.txt", f"Mirá https://ejemplo.example y contame.\n\n{PROSE}", "prose", 6)
    record = '{"url": "https://ejemplo.example", "texto": "' + texts.sentence(3) + '"}'
    yield text("registro.json", record, "prose", 1, has=texts.sentence(3))
