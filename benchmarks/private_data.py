"""How well personal data is found: `python -m benchmarks.private_data` (tests/eval/private_data.jsonl, precision and
recall of each kind, and what was found in the snippets that hold none). `--errors` lists the misses of the dev part,
`--speed MB` how long a text of that size takes.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from skills.pii.find import FIXED, KINDS, Find, Kind
from skills.pii.names import People, people_of
from skills.pii.scan import forms, scan

ROOT = Path(__file__).parent.parent
EVALUATION = ROOT / "tests" / "eval" / "private_data.jsonl"


@dataclass
class Figures:
    """By kind: finds that are right, that are not, and what was missed. `alarms`: finds in snippets that hold none."""

    right: Counter[str] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)
    missed: Counter[str] = field(default_factory=Counter)
    alarms: int = 0
    errors: list[str] = field(default_factory=list)

    def precision(self, *kinds: Kind) -> float:
        right, wrong = (sum(c[kind] for kind in kinds) for c in (self.right, self.wrong))
        return right / (right + wrong) if right + wrong else 1.0

    def recall(self, *kinds: Kind) -> float:
        right, missed = (sum(c[kind] for kind in kinds) for c in (self.right, self.missed))
        return right / (right + missed) if right + missed else 1.0


def cases(part: str) -> list[dict[str, Any]]:
    lines = EVALUATION.read_text("utf-8").splitlines()
    return [case for case in map(json.loads, lines) if case["part"] == part]


def alike(one: Find, told: dict[str, Any]) -> bool:
    """The same kind, and at least half of all the characters that either covers are covered by both."""
    both = min(one.end, told["end"]) - max(one.start, told["start"])
    either = max(one.end, told["end"]) - min(one.start, told["start"])
    return bool(one.kind == told["kind"] and both >= either / 2)


def measure(part: str) -> Figures:
    figures = Figures()
    for case in cases(part):
        people = people_of(lambda text=case["text"]: [text])  # type: ignore[misc]
        found, told = scan(case["text"], people), list(case["finds"])
        figures.alarms += len(found) if not told else 0
        for one in found:
            match = next((t for t in told if alike(one, t)), None)
            if match is None:
                figures.wrong[one.kind] += 1
                figures.errors.append(f"not {one.kind}: «{one.text}» in «{case['text']}»")
            else:
                figures.right[one.kind] += 1
                told.remove(match)
        for missing in told:
            figures.missed[missing["kind"]] += 1
            figures.errors.append(f"missed {missing['kind']}: «{missing['text']}» in «{case['text']}»")
    return figures


def report(part: str) -> None:
    figures = measure(part)
    print(f"{part}: {len(cases(part))} snippets, {figures.alarms} finds in those that hold none")
    for kind in KINDS:
        there = figures.right[kind] + figures.missed[kind]
        print(f"  {kind:9} {there:3} precision {figures.precision(kind):.2f}  recall {figures.recall(kind):.2f}")
    print(f"  fixed form    precision {figures.precision(*FIXED):.2f}  recall {figures.recall(*FIXED):.2f}")


def speed(megabytes: float) -> None:
    """Time for the samples, repeated up to this size, as paragraphs; and for the labelled snippets, which hold
    something in every other sentence."""
    texts = [path.read_text("utf-8") for path in sorted((ROOT / "curriculum" / "samples").glob("*.txt"))]
    prose = [paragraph for text in texts for paragraph in text.split("\n\n")]
    snippets = [case["text"] for part in ("dev", "heldout") for case in cases(part)]
    work: tuple[tuple[str, Callable[[str], object]], ...] = (
        ("forms", lambda text: list(forms(text))), ("whole names", People().learn), ("scan", scan),
    )  # fmt: skip
    for kind, paragraphs in (("prose", prose), ("full of data", snippets)):
        size = sum(len(paragraph.encode()) for paragraph in paragraphs)
        rows = paragraphs * max(1, round(megabytes * 1e6 / size))
        for name, do in work:
            begun = time.process_time()
            for row in rows:
                do(row)
            seconds = time.process_time() - begun
            print(f"{kind:13} {name:12} {megabytes / seconds:5.1f} MB/s: 100 MB in {100 * seconds / megabytes:.0f} s")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--errors", action="store_true")
    parser.add_argument("--speed", type=float, metavar="MB")
    asked = parser.parse_args()
    if asked.errors:
        print("\n".join(measure("dev").errors))
    elif asked.speed:
        speed(asked.speed)
    else:
        for part in ("dev", "heldout"):
            report(part)


if __name__ == "__main__":
    main()
