"""Reading PDFs of many programs against what was printed: `python -m benchmarks.pdf FOLDER [--held | --tuned]`.

Each layout of benchmarks/printed_texts.py is printed by each program of benchmarks/printers.py that is there (kept in
FOLDER for the next time), read, and held against its text. Characters: 1 - Levenshtein distance / length of the text,
blanks as one. Paragraphs: the share of the text's paragraphs (in verse, stanzas) that were found exactly. Verses: the
longest common subsequence of the lines / the number of lines. `--each` prints every file, `--show` what is wrong in
it, `--only NAME` chooses. `--long`: a book of forty pages in each format of an office, as LibreOffice writes it, and
printed by it and by Chromium.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from rapidfuzz.distance import LCSseq, Levenshtein

from benchmarks.printed_texts import Layout, bare, chapters, layouts
from benchmarks.printers import (
    PRINTERS,
    AbsentError,
    UnableError,
    chromium,
    converted,
    flat_odt,
    libreoffice,
)
from skills.errors import FileUnreadable
from skills.reading.formats import pdf
from skills.reading.formats.readers import opened
from skills.reading.understand import Wanted, understand


class Figures(NamedTuple):
    """Of one file; `verses` is None for prose."""

    program: str
    layout: Layout
    characters: float
    paragraphs: float
    verses: float | None
    shape: str
    seconds: float


def printed(folder: Path, chosen: Callable[[str, Layout], bool]) -> Iterator[tuple[str, Layout, Path]]:
    """(program, layout as it spells it, file) of all that can be printed here."""
    folder.mkdir(parents=True, exist_ok=True)
    for program, (make, spelled) in PRINTERS.items():
        for layout in map(spelled, layouts()):
            path = folder / f"{program}__{layout.name}.pdf"
            if not chosen(path.stem, layout):
                continue
            try:
                if not path.exists():
                    path.write_bytes(make(layout))
            except UnableError:
                continue
            except AbsentError:
                print(f"{program} is not here: left out")
                break
            yield program, layout, path


def measured(program: str, layout: Layout, path: Path) -> tuple[Figures, list[str], list[str]]:
    """The figures, and the blocks of the text as they were printed and as they were read."""
    with tempfile.TemporaryDirectory() as name:
        began = time.perf_counter()
        part = pdf.read(path, path.name, Path(name))[0]
        seconds = time.perf_counter() - began
        shape = understand(part, Wanted()).shape
        text = part.source.path.read_text("utf-8")
    read = ["\n".join(line.lstrip("# ") for line in block.split("\n")) for block in text.split("\n\n") if block.strip()]
    wanted = [" ".join(bare(b.text).split()) if b.kind != "v" else b.text for b in layout.blocks]
    whole, got = (" ".join(" ".join(blocks).split()) for blocks in (wanted, read))
    characters = 1 - Levenshtein.distance(whole, got) / len(whole)
    kind = "v" if layout.verse else "p"
    blocks = Counter(" ".join(bare(b.text).split()) if kind == "p" else b.text for b in layout.blocks if b.kind == kind)
    found = sum((blocks & Counter(block.strip() for block in read)).values()) / blocks.total()
    lines = [line for b in layout.blocks if b.kind == "v" for line in b.text.split("\n")]
    verses = None
    if lines:
        verses = LCSseq.similarity(lines, [line for block in read for line in block.split("\n")]) / len(lines)
    return Figures(program, layout, characters, found, verses, shape, seconds), wanted, read


def differences(wanted: Sequence[str], read: Sequence[str], around: int = 4) -> Iterator[str]:
    """What is not as it was printed, with the words around it: `/` ends a line, `¶` a paragraph."""
    one, other = (" ¶ ".join(blocks).replace("\n", " / ").split() for blocks in (wanted, read))
    for kind, a, b, c, d in Levenshtein.opcodes(one, other):
        if kind != "equal":
            gone, came = " ".join(one[a:b][:30]), " ".join(other[c:d][:30])
            yield f"    {' '.join(one[max(a - around, 0) : a])} [-{gone}-]{{+{came}+}} {' '.join(one[b : b + around])}"


def mean(values: Iterable[float | None]) -> str:
    known = [value for value in values if value is not None]
    return f"{sum(known) / len(known):8.2%}" if known else "       -"


def table(title: str, figures: Sequence[Figures], by: Callable[[Figures], str]) -> None:
    groups: defaultdict[str, list[Figures]] = defaultdict(list)
    for each in figures:
        groups[by(each)].append(each)
    print(f"\n{title:34} files  chars    parag.   verses")
    for name, group in [*groups.items(), ("all", list(figures))]:
        chars, paragraphs = mean(f.characters for f in group), mean(f.paragraphs for f in group)
        print(f"  {name:32} {len(group):4} {chars} {paragraphs} {mean(f.verses for f in group)}")


def long_documents(folder: Path) -> None:
    """A book of some forty pages in each format of an office, and printed: read whole and in order?"""
    book = Layout("book", chapters(90, 8, 24), held=False, indent=True, page="a4", size=12)
    flat = flat_odt(book)
    made = {"pdf of LibreOffice": ("pdf", libreoffice(book)), "pdf of Chromium": ("pdf", chromium(book))}
    made |= {ending: (ending, converted(flat, "fodt", ending)) for ending in ("odt", "docx", "rtf")}
    wanted = [" ".join(block.text.split()) for block in book.blocks]
    for name, (ending, data) in made.items():
        with tempfile.TemporaryDirectory(dir=folder) as temporary:
            path, parts = Path(temporary) / f"libro.{ending}", Path(temporary) / "parts"
            path.write_bytes(data)
            parts.mkdir()
            try:
                (part,) = opened(path, path.name, parts)
            except FileUnreadable as error:
                print(f"  {name:20} is not read: {error.values['kind']}")
                continue
            text = part.source.path.read_text("utf-8")
        read = [line.lstrip("# ") for line in text.split("\n") if line.strip()]
        whole, got = " ".join(wanted), " ".join(read)
        characters = 1 - Levenshtein.distance(whole, got) / len(whole)
        found = LCSseq.similarity(wanted, read)
        print(f"  {name:20} characters {characters:.2%}, blocks in order {found} of {len(wanted)}")


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--held", action="store_true")
    parser.add_argument("--tuned", action="store_true")
    parser.add_argument("--each", action="store_true")
    parser.add_argument("--only", default="")
    parser.add_argument("--show", action="store_true")
    parser.add_argument("--long", action="store_true")
    options = parser.parse_args(arguments)
    if options.long:
        long_documents(options.folder)
        return
    figures = []

    def chosen(name: str, layout: Layout) -> bool:
        return options.only in name and not (options.held and not layout.held) and not (options.tuned and layout.held)

    for program, layout, path in printed(options.folder, chosen):
        found, wanted, read = measured(program, layout, path)
        figures.append(found)
        if options.each:
            verses = "" if found.verses is None else f"{found.verses:.3f}"
            each = f"{found.characters:.4f} {found.paragraphs:.3f} {verses:5} {found.shape:6} {found.seconds:.2f} s"
            print(f"{path.stem:52} {each}")
        if options.show:
            print(*differences(wanted, read), sep="\n")
    table("by program", figures, lambda f: f.program)
    table("by layout", figures, lambda f: f.layout.name)
    wrong = [
        f"{f.program}, {f.layout.name}: {f.shape}"
        for f in figures
        if f.shape != ("verse" if f.layout.verse else "prose")
    ]
    print(f"\nshapes: {len(figures) - len(wrong)} of {len(figures)}", *wrong, sep="\n  ")


if __name__ == "__main__":
    main(sys.argv[1:])
