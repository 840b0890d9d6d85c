"""From the lines of printed pages to headings, paragraphs, stanzas and rows of tables, as their author wrote them."""

from __future__ import annotations

import itertools
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from skills.reading.formats.printed.lines import Line
from skills.reading.formats.printed.notes import columns_of

ENDED = re.compile(r"[.!?…:؟۔][\"'”’»)\]]*$")
SAID = re.compile(r"[\"'“‘«¿¡(\[]*\s*[^\W_]|[—–-]")
SAYS = re.compile(r"[—–-]\s?\S")
"""How a turn of dialogue begins."""
DASHED = re.compile(r"(?:^|\s)[—–]\n|\n[—–](?:[\s,.;:!?)]|$)")
"""The end of a line between a dash and the word that it stands close to."""
ITEM = re.compile(r"(?:[•‣◦▪●○■□✓·*]|\d{1,3}[.)]|[a-z][.)])\s")
WRAPPED = 0.85
"""Share of the lines' ends that the margin must explain for a text to be prose."""
STANZA = 1.25
"""Distance of lines, beside the usual, that begins a paragraph or stanza."""
SET_IN = 0.6
"""How much further from the margin, in sizes of its letters, a line begins that is set in."""
HEADING = 160
"""Most characters of a heading."""


@dataclass
class Block:
    """Lines between which there is no more room than usual. `turned`: it begins a page or a column."""

    lines: list[Line]
    turned: bool
    level: int = 0

    @property
    def table(self) -> bool:
        return bool(self.lines[0].cells)


@dataclass(frozen=True)
class Usual:
    """What is usual in a text: size of the letters, distance of the lines of each size, how far paragraphs are set in.

    `hang`: how far lines that go on from a full one are set in, 0 if they are not. `capitals`: all others begin with
    one. `attached`: dashes stand close to the words that they enclose.
    """

    size: float
    steps: dict[int, float]
    set_in: float
    hang: float
    capitals: bool
    attached: bool


def body_size(pages: Sequence[Sequence[Line]]) -> float:
    sizes: Counter[float] = Counter()
    for page in pages:
        for line in page:
            sizes[round(line.size, 1)] += len(line.text)
    return sizes.most_common(1)[0][0] if sizes else 10.0


def text_of(pages: Sequence[Sequence[Line]], size: float) -> Iterator[str]:
    """Lines of plain text: `#` before headings, blank lines between paragraphs and between stanzas."""
    pages = _typed(_same_width([[line for line in page if line.text.strip()] for page in pages]))
    steps = _steps(pages)
    blocks = [block for page in pages for block in _blocks(page, steps)]
    _find_headings(blocks, size)
    running = [block.lines for block in blocks if not block.level and not block.table]
    usual = Usual(size, steps, _set_in(running), _hang(running), _capitals(running), _attached(running))
    closed = [
        a.lines for a, b in itertools.pairwise(blocks) if not (a.level or a.table or b.turned) and len(a.lines) > 1
    ]
    write = _paragraphs if _is_prose(running, closed, usual) else _stanzas
    for lines in write(blocks, usual):
        yield from (*lines, "")


def _same_width(pages: Sequence[Sequence[Line]]) -> list[list[Line]]:
    """A column with few lines is as wide as most that begin with it: its lines may all be short."""
    columns = [column for page in pages for column in columns_of(page)]
    widths = Counter[int]()
    for column in columns:
        widths[round(column[0].limit - column[0].start)] += len(column)
    usual = widths.most_common(1)[0][0] if widths else 0
    found = []
    for page in pages:
        changed: list[Line] = []
        for column in columns_of(page):
            width = column[0].limit - column[0].start
            wide = usual if len(column) < 8 and width < usual and len(list(columns_of(page))) == 1 else width
            changed += [line._replace(limit=line.start + wide) for line in column]
        found.append(changed)
    return found


def _typed(pages: list[list[Line]]) -> list[list[Line]]:
    """Lines that were cut at a number of characters, as on a typewriter, with the places that they had there."""
    pairs = [(a, b) for page in pages for a, b in itertools.pairwise(page) if b.text and not b.fresh]
    lengths = sorted(len(line.text) for page in pages for line in page)
    if len(pairs) < 8:
        return pages
    most = lengths[int(0.98 * (len(lengths) - 1))]
    going = [(a, b) for a, b in pairs if not ENDED.search(a.text)]
    cut = sum(len(a.text) + 1 + len(b.text.split()[0]) > most for a, b in going)
    if cut < 0.95 * len(going) or sum(_full(a, b) for a, b in going) > 0.8 * len(going):
        return pages
    return [[_as_typed(line, most) for line in page] for page in pages]


def _as_typed(line: Line, most: int) -> Line:
    pitch = 0.5 * line.size
    first = len(line.text.split()[0]) * pitch
    return line._replace(
        right=line.left + len(line.text) * pitch, limit=line.start + most * pitch, first=first, justified=False
    )


def _steps(pages: Sequence[Sequence[Line]]) -> dict[int, float]:
    """Size of the letters -> the usual distance of lines of that size, the least of those that are not rare."""
    found: defaultdict[int, list[float]] = defaultdict(list)
    for page in pages:
        for a, b in itertools.pairwise(page):
            if not b.fresh and round(a.size) == round(b.size) and a.base - b.base > 0.8 * a.size:
                found[round(b.size)].append(a.base - b.base)
    return {size: sorted(steps)[len(steps) // 5] for size, steps in found.items()}


def _blocks(page: Sequence[Line], steps: dict[int, float]) -> Iterator[Block]:
    """The lines of a page by the room between them, the size of their letters, and whether they are of a table."""
    block: list[Line] = []
    for line in page:
        if block and _parted(block[-1], line, steps):
            yield Block(block, turned=block[0].fresh)
            block = []
        block.append(line)
    if block:
        yield Block(block, turned=block[0].fresh)


def _parted(before: Line, line: Line, steps: dict[int, float]) -> bool:
    if line.fresh or bool(before.cells) != bool(line.cells):
        return True
    if not 0.94 < line.size / before.size < 1.06:
        return True
    if before.bold != line.bold and min(len(before.text), len(line.text)) > 1:
        heading = before if before.bold else line
        if heading.right < heading.limit - 0.1 * (heading.limit - heading.start):
            return True
    return before.base - line.base > STANZA * steps.get(round(line.size), 1.2 * line.size) + 0.5


# --- headings ---------------------------------------------------------------------------------------------------------


def _find_headings(blocks: Sequence[Block], size: float) -> None:
    """Give each heading its level, by the size and weight of its letters."""
    whole = sum(len(line.text) for block in blocks for line in block.lines)
    weights: Counter[tuple[float, bool]] = Counter()
    for block in blocks:
        for line in block.lines:
            weights[_face(line, size)] += len(line.text)
    rare = {face for face, weight in weights.items() if weight < 0.3 * whole}
    headings = [block for block in blocks if _is_heading(block, size) and _face(block.lines[0], size) in rare]
    faces = sorted({_face(block.lines[0], size) for block in headings}, reverse=True)
    for block in headings:
        block.level = min(faces.index(_face(block.lines[0], size)) + 1, 6)


def _face(line: Line, size: float) -> tuple[float, bool]:
    return round(line.size / size, 1), line.bold


def _is_heading(block: Block, size: float) -> bool:
    """Larger than the text, or as heavy as no other line of it, short, and no sentence."""
    text = " ".join(line.text for line in block.lines)
    first = block.lines[0]
    if block.table or len(block.lines) > 4 or not 1 < len(text) <= HEADING or not any(map(str.isalnum, text)):
        return False
    if first.size >= 1.17 * size:
        return True
    if len(text) > 100 or text.endswith((".", ",", ";", ":")) or SAYS.match(text) or len(block.lines) > 2:
        return False
    return first.size > 1.06 * size or (all(line.bold for line in block.lines) and first.size > 0.94 * size)


# --- prose or verse ---------------------------------------------------------------------------------------------------


def _is_prose(blocks: Sequence[Sequence[Line]], closed: Sequence[Sequence[Line]], usual: Usual) -> bool:
    """Did the margin end the lines? What may be the end of a paragraph is no sign of either.

    `closed`: blocks that no page cuts. The last lines of paragraphs are of any length; those of stanzas are as long
    as the others.
    """
    breaks = _breaks(blocks)
    full = breaks["full"] + breaks["going"]
    if full > 10 and full >= 0.95 * (full + breaks["cut"]) and breaks["going"] >= 0.5 * full:
        return True
    last = [_filled(block[-1]) / max(map(_filled, block)) for block in closed]
    whole = sum(map(len, blocks))
    even = len(last) >= 5 and sum(map(len, closed)) > 0.5 * whole and median(last) > 0.8
    tight = sum(line.right > line.limit - 0.02 * (line.limit - line.start) for block in blocks for line in block[:-1])
    if even and tight < 0.4 * breaks.total():
        return False
    if usual.hang and _are_long_verses(blocks, usual):
        return False
    rest = [part for block in blocks for part in _apart(block) if not _is_verse(part)]
    lines = [line for block in rest for line in block]
    if len(lines) < 0.4 * whole:
        return False
    breaks = _breaks(rest)
    full = breaks["full"] + breaks["going"]
    if not breaks:
        return True
    wrapped = full >= WRAPPED * (full + breaks["cut"])
    if sum(bool(SAYS.match(line.text)) for line in lines) >= 0.3 * len(lines):
        return wrapped
    return wrapped and full >= 0.15 * (full + breaks["free"]) and breaks["going"] >= 0.35 * full


def _is_filled(lines: Sequence[Line]) -> bool:
    """Do all lines go to the margin, but for a shorter last one?"""
    filled = [_filled(line) / max(line.limit - line.start, 1.0) for line in lines]
    return len(lines) > 2 and min(filled[:-1]) > 0.88 and filled[-1] < 0.88


def _breaks(blocks: Sequence[Sequence[Line]]) -> Counter[str]:
    return Counter(_break(a, b) for block in blocks for a, b in itertools.pairwise(block))


def _break(a: Line, b: Line) -> str:
    """Why a line ends: it is full (and the sentence is `going` on), `free` to end as a paragraph may, or `cut`."""
    if _full(a, b):
        return "full" if b.text[:1].isupper() or SAYS.match(b.text) else "going"
    return "free" if ENDED.search(a.text) and SAID.match(b.text) else "cut"


def _are_long_verses(blocks: Sequence[Sequence[Line]], usual: Usual) -> bool:
    """Where what goes on is set in: do those that begin further out come after no end of a sentence?"""
    pairs = [(a, b, block) for block in blocks for a, b in itertools.pairwise(block)]
    ends = [bool(ENDED.search(a.text)) for a, b, block in pairs if not _hangs(b, block, usual)]
    return len(ends) >= 3 and sum(ends) < 0.6 * len(ends)


def _hangs(line: Line, block: Sequence[Line], usual: Usual) -> bool:
    """Is the line set in as those are that go on from another?"""
    return bool(usual.hang) and abs(line.left - min(other.left for other in block) - usual.hang) < 2


def _filled(line: Line) -> float:
    return max(line.right - line.start, 1.0)


def _full(a: Line, b: Line, limit: float | None = None) -> bool:
    """Had the first word of the next line no room on this one?"""
    return _spare(a, b, limit) < 0.15 * a.size or (a.text.endswith("-") and b.text[:1].islower() and len(a.text) > 12)


def _spare(a: Line, b: Line, limit: float | None = None) -> float:
    """The room that is left on a line after the first word of the next."""
    return (a.limit if limit is None else limit) - a.right - b.first - 0.2 * a.size


def _set_in(blocks: Sequence[Sequence[Line]]) -> float:
    """How far the first lines of paragraphs are set in: 0 if they are not."""
    found: Counter[int] = Counter()
    lines = 0
    for block in blocks:
        lines += len(block)
        for a, b in itertools.pairwise([block[0], *block]):
            room = b.left - b.start
            if SET_IN * b.size < room < 0.4 * (b.limit - b.start) and (a is b or a.left - a.start < SET_IN * a.size):
                found[round(room)] += 1
    if not found or found.most_common(1)[0][1] < 0.02 * lines:
        return 0.0
    return float(found.most_common(1)[0][0])


def _hang(blocks: Sequence[Sequence[Line]]) -> float:
    """How far the lines that go on from a full one are set in, as in long verse and lists of books."""
    further: Counter[int] = Counter()
    same = 0
    for block in blocks:
        for a, b in itertools.pairwise(block):
            if _full(a, b) and not ENDED.search(a.text):
                same += abs(b.left - a.left) < 0.3 * b.size
                if b.left - a.left > SET_IN * b.size:
                    further[round(b.left - a.left)] += 1
    often, usual = max(((further[place] + further[place + 1], place) for place in further), default=(0, 0))
    return float(usual) if often > 3 and often > 2 * same and often > 0.6 * further.total() else 0.0


def _capitals(blocks: Sequence[Sequence[Line]]) -> bool:
    begins = [b.text for block in blocks for a, b in itertools.pairwise(block) if not _full(a, b)]
    return len(begins) >= 5 and sum(text.lstrip('«“"¿¡—(')[:1].isupper() for text in begins) > 0.95 * len(begins)


def _attached(blocks: Sequence[Sequence[Line]]) -> bool:
    lines = [line.text for block in blocks for line in block]
    close = sum(len(re.findall(r"\s[—–][^\W_¿¡]|\w[—–][\s,.;:]", line)) for line in lines)
    return close > sum(len(re.findall(r"\s[—–]\s", line)) for line in lines)


# --- prose ------------------------------------------------------------------------------------------------------------


def _paragraphs(blocks: Sequence[Block], usual: Usual) -> Iterator[list[str]]:
    """Each paragraph on a line; headings, rows of tables and quoted verse as they are."""
    open_: list[Line] = []
    for block in _with_verse_apart(blocks):
        whole = _whole(block, usual)
        if open_:
            yield [_joined(open_, usual)]
            open_ = []
        if whole is not None:
            yield whole
            continue
        limits = _limits(block.lines, usual)
        for i, line in enumerate(block.lines):
            if open_ and _begins(open_, line, usual, limits[i - 1]):
                yield [_joined(open_, usual)]
                open_ = []
            open_.append(line)
    if open_:
        yield [_joined(open_, usual)]


def _with_verse_apart(blocks: Sequence[Block]) -> Iterator[Block]:
    """The blocks, whole again where a page or column cuts them; verse that stands close to prose apart from it."""
    whole: list[Block] = []
    for block in blocks:
        before = whole[-1] if whole else None
        if before and block.turned and not (before.level or before.table or block.level or block.table):
            before.lines = [*before.lines, *block.lines]
        else:
            whole.append(Block(list(block.lines), block.turned, block.level))
    for block in whole:
        parts = [block.lines] if block.level or block.table else _apart(block.lines)
        yield from (Block(part, False, block.level) for part in parts)


def _whole(block: Block, usual: Usual) -> list[str] | None:
    """The lines of a block that is no running prose."""
    if block.level:
        return [_heading(block, usual)]
    if block.table or _is_verse(block.lines):
        return [line.text for line in block.lines]
    return None


def _heading(block: Block, usual: Usual) -> str:
    return f"{'#' * block.level} {_joined(block.lines, usual).lstrip('# ')}"


def _is_verse(lines: Sequence[Line]) -> bool:
    """Lines among prose that had room for more, and did not end with a sentence."""
    pairs = list(itertools.pairwise(lines))
    room = [_is_roomy(a, b) for a, b in pairs]
    cut = [not (ENDED.search(a.text) and SAID.match(b.text)) for a, b in pairs]
    says = any(SAYS.match(line.text) for line in lines)
    return len(pairs) >= 2 and all(room) and sum(cut) >= 0.5 * len(pairs) and not says


def _apart(lines: Sequence[Line]) -> list[list[Line]]:
    """The lines with those of verse apart that follow a paragraph, or go before one, without room between."""
    parts: list[list[Line]] = [[]]
    roomy = [_is_roomy(a, b) for a, b in itertools.pairwise(lines)]
    start = 0
    for free, group in itertools.groupby(roomy):
        end = start + len(list(group))
        if free:
            # The first may be the last line of a paragraph, which is as short, and the last begin the next one.
            first = start + bool(start and ENDED.search(lines[start].text))
            last = end - bool(end < len(lines) - 1 and ENDED.search(lines[end - 1].text))
            verse = list(lines[first : last + 1])
            if _is_verse(verse):
                parts[-1] += lines[len(list(itertools.chain(*parts))) : first]
                parts += [verse, []]
        start = end
    parts[-1] += lines[len(list(itertools.chain(*parts))) :]
    return [part for part in parts if part]


def _is_roomy(a: Line, b: Line) -> bool:
    return not _full(a, b) and _spare(a, b) > 0.1 * (a.limit - a.start)


def _limits(lines: Sequence[Line], usual: Usual) -> list[float]:
    """Where each line's stretch ends: beside a picture, or set in as a quotation, it may be before the others."""
    limits: list[float] = []
    for _, group in itertools.groupby(lines, key=lambda line: round(line.left - line.start) // 2):
        stretch = list(group)
        room = stretch[0].left - stretch[0].start
        quoted = len(stretch) > 2 and room > SET_IN * stretch[0].size and abs(room - usual.set_in) > 4
        limits += [max(line.right for line in stretch) if quoted else line.limit for line in stretch]
    for i, (a, b) in enumerate(itertools.pairwise(lines)):
        if abs(a.right - b.right) < 0.7 and not ENDED.search(a.text):
            limits[i] = min(limits[i], a.right)
            limits[i + 1] = min(limits[i + 1], b.right)
    return limits


def _begins(open_: Sequence[Line], line: Line, usual: Usual, limit: float) -> bool:
    """Does a paragraph begin with this line, which no room parts from those before? `limit`: where the last may end."""
    before = open_[-1]
    ended, says = bool(ENDED.search(before.text)), bool(SAYS.match(line.text))
    spare = _spare(before, line, limit)
    justified = before.justified and all(other.right > other.limit - 1.5 for other in open_[:-1])
    if justified and before.right < limit - 0.4 * before.size and (spare > 0.15 * before.size or ended):
        return True
    room, earlier = line.left - line.start, before.left - before.start
    if usual.hang:
        return line.left < before.left - SET_IN * line.size or (line.left < before.left + 1 and spare > 0)
    if room > SET_IN * line.size:
        if abs(room - usual.set_in) < 1.6:
            return earlier < SET_IN * line.size or ended or not line.text[:1].islower()
        if room - earlier > SET_IN * line.size:
            return spare > 0 or ended
    elif room < -SET_IN * line.size and earlier > -SET_IN * line.size:
        return True
    if (says and ended) or (ITEM.match(line.text) and (spare > 0 or ended)):
        return True
    if spare > 0.15 * line.size and ended and (says or not line.text[:1].islower()):
        return True
    return spare > 0.25 * (line.limit - line.start) and not line.text[:1].islower()


def _joined(lines: Sequence[Line], usual: Usual) -> str:
    """One line of the lines of a paragraph; a word cut by a hyphen is joined."""
    text = ""
    for line in lines:
        said = " ".join(line.text.split())
        if re.search(r"[^\W\d_]-$", text) and _is_open(text):
            text = f"{text} {said}"
        elif re.search(r"[^\W\d_]-$", text) and said[:1].islower():
            text = text[:-1] + said
        elif (re.search(r"\w-$", text) and said[:1].isalnum()) or (usual.attached and DASHED.search(f"{text}\n{said}")):
            text += said
        else:
            text = f"{text} {said}" if text else said
    return text


def _is_open(text: str) -> bool:
    """Does the hyphen at the end close what another opened, as typewriters wrote dashes?"""
    return len(re.findall(r"\s-[^\W\d_]", text)) > len(re.findall(r"[^\W\d_][.,]?-(?=[\s.,;:])", text))


# --- verse ------------------------------------------------------------------------------------------------------------


def _stanzas(blocks: Sequence[Block], usual: Usual) -> Iterator[list[str]]:
    """The lines of each stanza; over the turn of a page it goes on unless it is known to end there."""
    lengths = Counter(
        len(_unbent(a.lines, usual))
        for a, b in itertools.pairwise(blocks)
        if not a.level and not a.table and not a.turned and not b.turned
    )
    bottoms = _bottoms(blocks)
    open_: list[Line] = []
    for block in blocks:
        if block.level or block.table or _is_paragraph(block.lines):
            if open_:
                yield _unbent(open_, usual)
                open_ = []
            if block.level or block.table:
                yield _whole(block, usual) or []
            else:
                yield from _paragraphs([block], usual)
            continue
        if open_ and not (block.turned and _goes_on(open_, block.lines, lengths, bottoms, usual)):
            yield _unbent(open_, usual)
            open_ = []
        open_ = [*open_, *block.lines]
    if open_:
        yield _unbent(open_, usual)


def _bottoms(blocks: Sequence[Block]) -> float:
    """How low the lines of a full page come."""
    lows = sorted(a.lines[-1].base for a, b in itertools.pairwise(blocks) if b.turned)
    return lows[len(lows) // 4] if lows else 0.0


def _goes_on(open_: Sequence[Line], lines: Sequence[Line], lengths: Counter[int], low: float, usual: Usual) -> bool:
    """Does the stanza that a page ends with go on in the next? By the length of the others, and by its last words."""
    before, after = len(_unbent(open_, usual)), len(_unbent(lines, usual))
    step = usual.steps.get(round(usual.size), 1.2 * usual.size)
    going = not ENDED.search(open_[-1].text) or lines[0].text[:1].islower()
    if open_[-1].base > low + 3 * step and not going:
        return False
    if lengths and lengths.most_common(1)[0][1] >= 0.6 * lengths.total() and lengths.total() >= 3:
        usually = lengths.most_common(1)[0][0]
        if before + after == usually:
            return True
        if before in lengths and (after in lengths or not going):
            return False
    return going


def _unbent(lines: Sequence[Line], usual: Usual) -> list[str]:
    """The verses: one that did not fit goes on in another line, set in or without a capital, and is joined with it."""
    verses: list[list[Line]] = []
    for line in lines:
        if verses and _bent(verses[-1][-1], line, lines, usual):
            verses[-1].append(line)
        else:
            verses.append([line])
    return [_joined(verse, usual) for verse in verses]


def _bent(before: Line, line: Line, stanza: Sequence[Line], usual: Usual) -> bool:
    if _hangs(line, stanza, usual) and _filled(before) > 0.6 * (before.limit - before.start):
        return True
    small = usual.capitals and line.text[:1].islower() and not ENDED.search(before.text)
    return small and _full(before, line)


def _is_paragraph(lines: Sequence[Line]) -> bool:
    """Prose among verse: lines that the margin ended, but for those that may end a paragraph."""
    breaks = _breaks([lines])
    full = breaks["full"] + breaks["going"]
    if breaks["cut"] or not full:
        return False
    if any(re.search(r"[^\W\d_]-$", a.text) and b.text[:1].islower() for a, b in itertools.pairwise(lines)):
        return True
    return full >= 2 and full >= 2 * breaks["free"] and 2 * breaks["going"] >= full and _is_filled(lines)
