"""How good summaries are: facts kept, sentences the text does not support, against as many words taken blindly.

    python benchmarks/summaries.py [--home HOME] [--model NAME] [--split dev|heldout|all] [--sentences 3]

Texts and their key facts: tests/eval/summaries/ (six in Spanish, six in English, half of each held out: what is
tuned is tuned on `dev`). A fact is kept when each of its parts is in the summary (`a|b`: either). Baselines have as
many words as the summary they stand beside: the first sentences (lead), and sentences by lot (random, mean of 50).
Without a model of the home folder only the quoted summaries are measured.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import mean
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import yaml

from skills.contract import Chat, Context, Language
from skills.errors import UserError
from skills.summarize import SummarizeInputs, SummarizeResult, run
from skills.texts.compose import draft
from skills.texts.faithful import Evidence
from skills.texts.normalize import fold_word
from skills.texts.sentences import Sentence, split, words
from skills.workspace import Workspace

TEXTS = Path(__file__).parent.parent / "tests" / "eval" / "summaries"
DRAWS = 50


class Case(NamedTuple):
    name: str
    language: Language
    text: str
    facts: list[list[str]]

    @property
    def sentences(self) -> list[Sentence]:
        return split(self.text.split("\n\n"))


def cases(part: str) -> list[Case]:
    """The texts of `dev`, `heldout` or `all`."""
    found = []
    for path in sorted(TEXTS.glob("*.yaml")):
        data: dict[str, Any] = yaml.safe_load(path.read_text("utf-8"))
        if part in ("all", data["split"]):
            found.append(Case(path.stem, data["language"], data["text"].strip(), data["facts"]))
    return found


def coverage(summary: str, facts: Sequence[Sequence[str]]) -> float:
    """Share of the facts whose every part is in the summary, accents and case aside."""
    plain = fold_word(summary)
    return mean(all(any(fold_word(way) in plain for way in part.split("|")) for part in fact) for fact in facts)


def lead(case: Case, size: int) -> str:
    return _until([s.text for s in case.sentences], size)


def by_lot(case: Case, size: int, seed: int) -> str:
    drawn = [s.text for s in case.sentences]
    random.Random(seed).shuffle(drawn)
    return _until(drawn, size)


def _until(texts: Sequence[str], size: int) -> str:
    """Whole sentences up to `size` words, the last one if that comes nearer than leaving it out."""
    taken: list[str] = []
    used = 0
    for text in texts:
        length = len(words(text))
        if used + length / 2 > size:
            break
        taken.append(text)
        used += length
    return " ".join(taken or texts[:1])


def row(label: str, found: Sequence[tuple[Case, str]], unsupported: float | None, seconds: float | None) -> str:
    sizes = [(case, text, len(words(text))) for case, text in found]
    kept = mean(coverage(text, case.facts) for case, text in found)
    first = mean(coverage(lead(case, size), case.facts) for case, _, size in sizes)
    lot = mean(coverage(by_lot(case, size, i), case.facts) for case, _, size in sizes for i in range(DRAWS))
    return (
        f"{label:<28}{kept:>7.2f}{first:>7.2f}{lot:>8.2f}{mean(size for *_, size in sizes):>7.0f}"
        f"{'' if unsupported is None else f'{unsupported:.2f}':>13}{'' if seconds is None else f'{seconds:.1f}':>8}"
    )


def context(folder: str, language: Language, chat: Chat | None) -> Context:
    return Context(workspace=Workspace(Path(folder)), language=language, chat=chat)


def measure(chosen: Sequence[Case], chat: Chat | None, sentences: int, folder: str, show: bool) -> list[str]:
    """A line of the table for each way of summing up."""
    quoted = []
    for case in chosen:
        asked = SummarizeInputs(text=case.text, sentences=sentences, method="quote")
        quoted.append((case, run(asked, context(folder, case.language, None))))
    lines = [row("quoted", [(c, r.summary) for c, r in quoted], None, None)]
    if chat is None:
        return lines
    raw: list[tuple[Case, str]] = []
    refused: list[bool] = []
    checked: list[tuple[Case, SummarizeResult]] = []
    began = time.perf_counter()
    for case in chosen:
        source = Evidence(case.sentences)
        ctx = context(folder, case.language, chat)
        said = draft(case.sentences, source, sentences, case.language, ctx, 3).sentences
        raw.append((case, " ".join(said)))
        refused += [source.check(sentence).problem is not None for sentence in said]
    seconds = (time.perf_counter() - began) / len(chosen)
    for case in chosen:
        asked = SummarizeInputs(text=case.text, sentences=sentences, method="write")
        checked.append((case, run(asked, context(folder, case.language, chat))))
        if show:
            for line in checked[-1][1].sentences:
                print(f"  [{case.name}] {line.kind} {line.problem or ''} | {line.text} | {line.refused or ''}")
    own = sum(r.kept for _, r in checked)
    lines.append(row("written, as it came", raw, mean(refused) if refused else 0.0, seconds))
    lines.append(row("written, checked", [(c, r.summary) for c, r in checked], 0.0, None))
    lines.append(f"of {sum(len(r.sentences) for _, r in checked)} sentences {own} are the model's own words, "
                 f"{sum(r.replaced for _, r in checked)} were replaced")  # fmt: skip
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else None)
    parser.add_argument("--home", type=Path)
    parser.add_argument("--model")
    parser.add_argument("--split", choices=("dev", "heldout", "all"), default="all")
    parser.add_argument("--sentences", type=int, default=3)
    parser.add_argument("--show", action="store_true", help="print the sentences too")
    options = parser.parse_args()
    chat: Chat | None = None
    if options.home is not None:
        from tutor.lm import open_chat

        try:
            chat = open_chat(options.home, options.model)
        except UserError as error:
            raise SystemExit(f"no model: {error}") from error
    chosen = cases(options.split)
    model = chat.profile.name if chat else "no model"
    print(f"{len(chosen)} texts ({options.split}), {options.sentences} sentences, {model}")
    print(f"{'':<28}{'facts':>7}{'lead':>7}{'random':>8}{'words':>7}{'unsupported':>13}{'s/text':>8}")
    with TemporaryDirectory() as folder:
        languages: tuple[Language, ...] = ("es", "en")
        for language in languages:
            print(language)
            for line in measure(
                [c for c in chosen if c.language == language], chat, options.sentences, folder, options.show
            ):
                print(line)


if __name__ == "__main__":
    main()
