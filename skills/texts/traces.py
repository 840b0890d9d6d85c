"""What gives a text away wherever it is quoted: names, numbers and words that nothing else has, and words together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from skills.texts.capitals import WORD, Common, Word, root, unmarked, words_of
from skills.texts.quoting import DIGITS, HANDLE, SHORTEST, full_names, joined, numbers, pairs, runs, says
from skills.texts.stopwords import word_set

NEAR, NEAR_SAID = 5, 8
"""How far apart two words stand in the text, and in what is said, to be taken for a quotation of it."""
SEVERAL, SHARE, PART = 3, 2, 50
"""Words far apart in the text are a list of its words if there are so many, at least one in `SHARE` of all that is said
and one in `PART` of those that the text has: fewer, of a long text, are chance."""
KEPT = 2_000_000
"""Runs that are kept at most: of a longer text every second, fourth, ... one, which still finds a quoted sentence."""
LINES = 60
"""Lines, evenly spread, that are looked for to the letter; of a text without any, words."""
LINE = 12
"""Characters of the shortest of them."""
SHORT = 300
"""Characters of a text that is searched for as a whole, too: its lines may be single words."""
RAISED = 0.3
"""The share of common words with a capital in the middle of a line from which on capitals tell no name."""
NAME = 3
"""Letters of the shortest name."""
CALENDAR = word_set(
    "monday tuesday wednesday thursday friday saturday sunday january february march april may june july august "
    "september october november december"
)
QUOTED = (*zip("«“\"'‘`*_", "»”\"'’`*_", strict=True), ("«", " ·"))
"""What stands around the name of a text where it is told from words, as «Otoño». A conversation: «Otoño · 1 nov»."""


@dataclass(frozen=True)
class Traces:
    """Of one text or several, as far as no other text has it.

    alone: words each of which tells: numbers, names, words that are none of the language's
    raised: names that are common words too: they tell where they have a capital that is not asked for
    common: all other words; pairs (hashes) of those are near one another in the text
    runs: hashes of words in a row, of those among them that say something, and of names in a row
    numbers: telephones, documents, addresses, without what stands between their parts
    lines: what is searched for in files, to the letter
    names: what the text is called; titles: where common words are its name, which tell only in quotation marks
    """

    alone: frozenset[str] = frozenset()
    raised: frozenset[str] = frozenset()
    common: frozenset[str] = frozenset()
    pairs: frozenset[int] = frozenset()
    runs: frozenset[int] = frozenset()
    numbers: frozenset[str] = frozenset()
    lines: tuple[str, ...] = ()
    names: frozenset[str] = frozenset()
    titles: frozenset[str] = frozenset()

    def in_text(self, text: str) -> bool:
        """Whether `text` quotes it, or calls it by its name."""
        return self._called(text) or self.quoted_in(text) or self._listed(list(words_of(text)))

    def in_value(self, value: Any) -> bool:
        """Whether a text in `value` quotes it, or all of them taken together do: JSON, such as the props of a card."""
        texts = list(leaves(value))
        return any(map(self.in_text, texts)) or (len(texts) > 1 and self.in_text("\n".join(texts)))

    def touches(self, text: str) -> bool:
        """Whether `text` has a word that is the text's and nobody else's, which alone may say nothing."""
        return not (self.alone | self.common | self.raised).isdisjoint(word.text for word in words_of(text))

    def quoted_in(self, text: str) -> bool:
        """Whether something of it stands in `text` as it does in the text."""
        said = list(words_of(text))
        found = [word.text for word in said]
        if not self.alone.isdisjoint(found) or any(word.raised and word.text in self.raised for word in said):
            return True
        if self.numbers and not self.numbers.isdisjoint((*joined(found), *HANDLE.findall(unmarked(text).casefold()))):
            return True
        if not self.runs.isdisjoint(runs(said)) or not self.runs.isdisjoint(full_names(said)):
            return True
        return not self.pairs.isdisjoint(pairs(found, self.common, NEAR_SAID))

    def _listed(self, said: list[Word]) -> bool:
        """Whether it is mostly a list of words of the text, from anywhere in it."""
        found = {word.text for word in said} & self.common
        telling = sum(says(word.text) for word in said)
        return len(found) >= max(SEVERAL, telling / SHARE, len(self.common) / PART)

    def _called(self, text: str) -> bool:
        bare = text.replace("\\", "")  # Markdown may have one before a sign
        if any(name.replace("\\", "") in bare for name in self.names):
            return True
        bare = f"«{bare}»"  # a text that is nothing else tells as well
        return any(f"{mark}{title}{end}" in bare for title in self.titles for mark, end in QUOTED)


def leaves(value: Any) -> Iterator[str]:
    """The texts in JSON; pieces of words, one after the other, as the word that they make, too."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from leaves(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from leaves(each)
        if pieces := "".join(x["text"] for x in value if isinstance(x, dict) and isinstance(x.get("text"), str)):
            yield pieces


def traces(texts: Iterable[str], others: Iterable[str], names: Iterable[str] = ()) -> Traces:
    """What `texts` have and `others` have not: the texts that stay, and everything that the program itself says."""
    read = _Read()
    for text in texts:
        read.add(text)
    for other in others:
        read.take_out(other)
    return read.traces(frozenset(names))


@dataclass
class _Read:
    """What was read of the texts so far, less what others have."""

    words: set[str] = field(default_factory=set)
    runs: set[int] = field(default_factory=set)
    full_names: set[int] = field(default_factory=set)
    numbers: set[str] = field(default_factory=set)
    lines: dict[str, None] = field(default_factory=dict)
    orders: list[list[str]] = field(default_factory=list)
    raised: Counter[str] = field(default_factory=Counter)
    plain: Counter[str] = field(default_factory=Counter)
    elsewhere: set[str] = field(default_factory=set)
    """The stems of what others say."""
    every: int = 1

    def add(self, text: str) -> None:
        said = list(words_of(text))
        self.orders.append([word.text for word in said])
        self.words.update(self.orders[-1])
        self.raised.update(word.text for word in said if word.raised)
        self.plain.update(WORD.findall(unmarked(text)))
        self.numbers.update(numbers(text))
        self.full_names.update(full_names(said))
        self.runs.update(run for run in runs(said) if run % self.every == 0)
        while len(self.runs) > KEPT:
            self.every *= 2
            self.runs = {run for run in self.runs if run % self.every == 0}
        lines = list(_long_lines(text))
        self.lines.update(dict.fromkeys(lines[:: max(1, len(lines) // (4 * LINES))]))

    def take_out(self, other: str) -> None:
        said = list(words_of(other))
        found = {word.text for word in said}
        self.words -= found
        self.elsewhere.update(map(root, found))
        self.runs.difference_update(runs(said))
        self.full_names.difference_update(full_names(said))
        self.numbers.difference_update(numbers(other))
        for line in [line for line in self.lines if line in other]:
            del self.lines[line]

    def traces(self, names: frozenset[str]) -> Traces:
        known = Common()
        alone = {word for word in self.words if self._tells(word, known)}
        names_told = self._tells_names(known)
        raised = self._names() - alone if names_told else set()
        common = {w for w in self.words - alone if says(w) and len(w) >= SHORTEST - 1 and root(w) not in self.elsewhere}
        titles = {name for name in names if _is_common(name, known)}
        found = Traces(
            alone=frozenset(alone),
            raised=frozenset(raised),
            common=frozenset(common),
            pairs=frozenset(pair for order in self.orders for pair in pairs(order, common, NEAR)),
            runs=frozenset(self.runs | self.full_names if names_told else self.runs),
            numbers=frozenset(self.numbers),
        )
        lines = [line for line in self.lines if found.quoted_in(line)]
        searched = lines[:: max(1, len(lines) // LINES)] or sorted(alone)[:LINES]
        return replace(found, lines=tuple(searched), names=names - titles, titles=frozenset(titles))

    def _tells(self, word: str, known: Common) -> bool:
        figures = sum(map(str.isdigit, word))
        if figures:
            return len(word) >= (DIGITS if figures == len(word) else SHORTEST)
        return len(word) >= SHORTEST and word not in known and root(word) not in self.elsewhere

    def _tells_names(self, known: Common) -> bool:
        """Whether capitals tell names, and do not stand in the middle of lines before common words as well."""
        common = [word for word in self.raised.keys() | self.plain.keys() if len(word) >= SHORTEST and word in known]
        high, low = sum(self.raised[word] for word in common), sum(self.plain[word] for word in common)
        return high <= RAISED * (high + low)

    def _names(self) -> set[str]:
        """Words that are never without a capital and have it where none is asked for."""
        never = {word for word in self.raised if not self.plain[word] and len(word) >= NAME}
        return (never & self.words) - CALENDAR


def _long_lines(text: str) -> Iterator[str]:
    """The lines of a text, short ones with those that follow until they are long enough; and a short text as it is."""
    if len(text) < SHORT:
        yield text.strip()
    begun = ""
    for line in text.splitlines():
        begun = f"{begun}\n{line.rstrip()}" if begun else line.strip()
        if len(begun) >= LINE:
            yield begun
            begun = ""


def _is_common(name: str, known: Common) -> bool:
    """Whether a text is called by words that anybody says: «Otoño», not «otoño.txt»."""
    words = [word.text for word in words_of(name)]
    return "." not in name and all(len(word) < SHORTEST or word in known for word in words)
