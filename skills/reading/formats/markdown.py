"""Markdown as it is read and not as it is typed: notes' properties, code and what is not shown are left out."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path, PurePath
from typing import NamedTuple

from skills.reading.left_out import LeftOut
from skills.reading.part import Part, rewritten
from skills.reading.read import head_text, lines
from skills.texts.normalize import fold
from skills.texts.sentences import names

SUFFIXES = (".md", ".markdown", ".mdown", ".mkd", ".mkdn", ".mdx", ".qmd", ".rmd")
LONGEST_FRONT = 400
"""Lines that the properties of a note have at most."""
KEYS = names(
    "title titulo author autor autora autores authors date fecha tags etiquetas categories categorias category "
    "categoria keywords layout permalink slug aliases alias created creado creada modified modificado updated "
    "actualizado published publicado draft description descripcion lang language idioma id uid zettel type tipo status "
    "estado cssclass cssclasses bibliography identifier source subtitle lastmod weight comments toc url "
    "created_at updated_at created_time last_edited_time"
)
"""What properties are called by the programs that write them."""
KEY = re.compile(r"^[\"']?([^\W_](?:[\w .-]{0,38}\w)?)[\"']?\s*[:=](?:\s|$)")
GOES_ON = re.compile(r"^(?:\s+\S|\s*-\s|\s*[\]})]|\s*#|\s*$)")
"""A line of a list, of a longer value or of a comment, under a property."""
SECTION = re.compile(r"^\[[\w.\"'\[\] -]+\]\s*$")
"""A table of TOML."""
TITLE = re.compile(r"^[\"']?(?:title|t[ií]tulo)[\"']?\s*[:=](.*)$", re.IGNORECASE)
FENCE = re.compile(r"^\s{0,3}(`{3,}(?!.*`)|~{3,})\s*(?:\{\s*\.?)?([\w+#.-]*)")
WRITTEN = names("text txt plain plaintext poem poema verse verso versos poetry quote cita markdown md ad-quote")
"""What is called so after a fence is a text and no code."""
CODE = re.compile(r"^\s*(?:#|//|/\*|<[a-z!/]|import |def |function |var |let |const |\$ )|[{};]\s*$|\w\(.*\)\s*$")
LONGEST_FENCE = 2_000
TAGS = re.compile(r"^\s*(?:#(?=\w*[^\W\d_])[\w/-]+[\s,]*)+$")
ONLY_CODE = re.compile(r"^\s*(?:\{%.*%\}|\{\{[<%].*[%>]\}\}|\[[^\]]+\]:\s*<?data:.*)\s*$")
"""Marks that a program replaces by something (Jekyll, Hugo), and pictures written out."""
COMMENTS = (("<!--", "-->"), ("%%", "%%"))
EMBED = re.compile(r" ?!\[(?:\[[^\[\]\n]{1,300}\]\]|[^\[\]\n]{0,300}\](?:\([^()\n]{0,500}\)|\[[^\[\]\n]{0,100}\]))")
"""A picture, a file or another note that is shown in its place."""
WIKI = re.compile(r"\[\[([^\[\]|\n]{1,300})(?:\\?\|([^\[\]\n]{1,300}))?\]\]")
BLOCK_NAME = re.compile(r"\s\^[A-Za-z\d-]{1,40}$")
BREAK = re.compile(r"(?<!\\)(?:\\\\)*\\$")
ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
MARKED = re.compile(r"^(#{1,6}\s+)(\*\*|__|\*|_)(.+)\2\s*$")
HEADED = re.compile(r"^\s{0,3}#{1,6}\s+\S")


class Front(NamedTuple):
    """The properties of a note: how many lines they take, and the title among them."""

    lines: int
    title: str


def shown(part: Part, folder: Path) -> Part:
    """The part as its readers see it, if it is Markdown by its name or by what it begins with. Raises FileEmpty."""
    head = head_text(part.source).lstrip("\ufeff").split("\n")
    named = PurePath(part.name).suffix.casefold() in SUFFIXES
    front = front_of(head, named)
    fences = sum(bool(FENCE.match(line)) for line in head)
    breaks = sum(bool(BREAK.search(line)) for line in head)
    if not (named or front or fences >= 2 or breaks >= 3):
        return part
    return rewritten(part, bare(lines(part.source), front, part.left), folder)


# --- the properties of a note -----------------------------------------------------------------------------------------


def front_of(head: Sequence[str], named: bool) -> Front | None:
    """The properties with which a note begins, in YAML, TOML, JSON or as typed; `named`: its name says Markdown."""
    start = next((i for i, line in enumerate(head) if line.strip()), 0)
    first = head[start].rstrip() if head else ""
    for opens, closes in (("---", ("---", "...")), ("+++", ("+++",))):
        if first == opens:
            return _fenced(head, start, closes, named)
    if first.startswith("% ") and named:
        count = next((i for i, line in enumerate(head[start:]) if not line.startswith("%")), 1)
        return Front(start + count, first[2:].strip())
    if first.startswith("{") and named:
        return _json(head)
    return _typed(head, start, named)


def _fenced(head: Sequence[str], start: int, closes: tuple[str, ...], named: bool) -> Front | None:
    block = head[start + 1 : start + 1 + LONGEST_FRONT]
    end = next((i for i, line in enumerate(block) if line.rstrip() in closes), None)
    if end is None or not _properties(block[:end], named):
        return None
    return Front(start + end + 2, _title(block[:end]))


def _properties(block: Sequence[str], named: bool) -> bool:
    """Is it a list of properties? Where the name does not say Markdown, one must be of those that programs write."""
    keys = [match[1] for line in block if (match := KEY.match(line))]
    others = [line for line in block if not KEY.match(line) and not SECTION.match(line)]
    tidy = all(GOES_ON.match(line) for line in others) or 2 * len(others) <= len(keys)
    known = any(fold(key).replace(" ", "_") in KEYS for key in keys)
    return bool(keys) and tidy and (known or (named and all(len(key.split()) <= 3 for key in keys)))


def _title(block: Iterable[str]) -> str:
    found = next((match[1] for line in block if (match := TITLE.match(line))), "").strip()
    quoted = len(found) > 1 and found[0] == found[-1] and found[0] in "\"'"
    return (found[1:-1] if quoted else found).replace('\\"', '"').strip()


def _json(head: Sequence[str]) -> Front | None:
    text = "\n".join(head)
    start = text.index("{")
    try:
        found, length = json.JSONDecoder().raw_decode(text[start:])
    except (ValueError, RecursionError):
        return None
    rest = text[start + length :]
    if not isinstance(found, dict) or not rest.strip() or rest.lstrip()[0] in "{,]" or "\n" not in rest:
        return None
    title = found.get("title") or found.get("titulo") or found.get("título")
    return Front(text[: start + length].count("\n") + 1, title if isinstance(title, str) else "")


def _typed(head: Sequence[str], start: int, named: bool) -> Front | None:
    """Properties without a fence: two that programs write at least, then an empty line or a rule (Hexo, Denote)."""
    count = next((i for i, line in enumerate(head[start:]) if not line.strip() or line.startswith("---")), 0)
    block = head[start : start + count]
    keys = [match[1] for line in block if (match := KEY.match(line))]
    ruled = start + count < len(head) and head[start + count].startswith("---" if named else "-----")
    known = len(keys) >= 2 and all(fold(key) in KEYS for key in keys)
    if not (named or ruled) or not known or not all(KEY.match(line) or GOES_ON.match(line) for line in block):
        return None
    return Front(start + count + ruled, _title(block))


# --- the text ---------------------------------------------------------------------------------------------------------


def bare(source: Iterable[str], front: Front | None, left: LeftOut) -> Iterator[str]:
    """The lines of a text in Markdown as they are shown; headings keep their `#`."""
    stream = iter(source)
    if front is not None:
        left.leave("front_matter", "\n".join(itertools.islice(stream, front.lines)))
    body = _uncommented(_unfenced(stream, left), left)
    first = next((line for line in body if line.strip()), "")
    if front and front.title and not HEADED.match(first):
        yield from (f"# {front.title}", "")
    titled = bool(HEADED.match(first))
    yield _line(first, left)
    yield from (_line(line, left) for line in (_unlisted(body, left) if titled else body))


def _unlisted(body: Iterator[str], left: LeftOut) -> Iterator[str]:
    """Without the properties under the title, as Notion writes them."""
    block: list[str] = []
    for line in body:
        if line.strip():
            block.append(line)
        if len(block) == LONGEST_FRONT or (block and not line.strip()):
            break
    if block and all((key := KEY.match(line)) and fold(key[1]).replace(" ", "_") in KEYS for line in block):
        left.leave("front_matter", "\n".join(block))
        block = []
    yield from ("", *block, "")
    yield from body


def _unfenced(source: Iterator[str], left: LeftOut) -> Iterator[str]:
    """Without blocks of code; a text between fences, which keep its line ends, stays."""
    for line in source:
        fence = FENCE.match(line)
        if not fence:
            yield line
            continue
        block, closed = [line], False
        for inner in source:
            block.append(inner)
            closed = inner.strip().startswith(fence[1]) and not inner.strip().strip(fence[1][0])
            if closed or len(block) > LONGEST_FENCE:
                break
        text = block[1:-1] if closed else block[1:]
        if closed and _is_code(text, fence[2]):
            left.leave("code", "\n".join(block))
        else:
            yield from ("", *text, "")


def _is_code(text: Sequence[str], called: str) -> bool:
    if called:
        return fold(called) not in WRITTEN
    # A line with # would be taken for a heading, and a text between fences has none.
    return any(line.startswith("#") for line in text) or sum(bool(CODE.search(line)) for line in text) > len(text) / 2


def _uncommented(source: Iterator[str], left: LeftOut) -> Iterator[str]:
    """Without what is not shown: comments, on one line or several."""
    closes = ""
    held: list[str] = []
    for line in source:
        if closes:
            held.append(line)
            if closes in line:
                left.leave("comments", "\n".join(held))
                closes = ""
            elif len(held) > LONGEST_FRONT:  # it was none
                yield from held
                closes = ""
            continue
        opened = next(((a, b) for a, b in COMMENTS if a in line), None)
        if opened is None:
            yield line
            continue
        start, (opens, closes) = line.index(opened[0]), opened
        end = line.find(closes, start + len(opens))
        if end >= 0:
            left.leave("comments", line[start : end + len(closes)])
            kept = line[:start] + line[end + len(closes) :]
            closes = ""
            if kept.strip():
                yield kept
        elif line.strip().startswith(opens):
            held = [line]
        else:
            closes = ""
            yield line
    if closes:
        yield from held


def _linked(found: re.Match[str]) -> str:
    """What a link to another note shows: its own words, or the name of the note and of the part."""
    return (found[2] or found[1].replace("#", " > ").removeprefix(" > ")).strip()


def _line(line: str, left: LeftOut) -> str:
    if "![" in line or "[[" in line:
        for embed in EMBED.findall(line):
            left.leave("images", embed)
        line = WIKI.sub(_linked, EMBED.sub("", line))
    if "#" in line and TAGS.match(line):
        left.leave("tags", line)
        return ""
    if ("{" in line or "[" in line) and ONLY_CODE.match(line):
        left.leave("code", line)
        return ""
    if "^" in line:
        line = BLOCK_NAME.sub("", line)
    if "\\" in line:
        line = BREAK.sub("", line)
        line = line if line.lstrip().startswith("\\#") else ESCAPED.sub(r"\1", line)
    if line.startswith("|") and line.count("|") == 1:  # a verse, whose line end is kept so
        line = line[2:]
    if line.startswith("#") and (marked := MARKED.match(line)):
        line = marked[1] + marked[3]
    return line
