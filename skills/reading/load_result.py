"""How a text that was brought in is shown: what it was taken for, examples, and other ways to read it."""

from __future__ import annotations

from typing import NamedTuple

from skills.blocks import Block, Message, Notice, Offer, Passage, Passages, Scalar, Text, msg
from skills.contract import Result
from skills.texts.excerpt import first_words
from skills.workspace import Shape

EXAMPLES = 3
"""Rows that are shown."""
OFFERS = 6
"""Other ways to read it that are offered."""
NAMED = ("es", "en", "pt", "fr", "it", "ca", "gl", "de", "und")
"""Languages that have a sentence of their own in the messages."""
WARNINGS = ("short_text", "odd_characters", "no_text_column", "formulas", "fixed_width", "json_lines", "json_cut")


class RowExample(NamedTuple):
    """A row as it was understood; `completion` only for pairs and chats. Cut to 600 characters."""

    text: str
    completion: str | None = None
    title: str | None = None


class LoadResult(Result):
    """`path` of the imported rows (JSON lines, relative to the home folder); `known`: it had been loaded before."""

    dataset: str
    name: str
    shape: Shape
    language: str
    documents: int
    rows: int
    characters: int
    words: int
    encoding: str
    delimiter: str | None
    columns: tuple[str, ...]
    text_column: str | None
    prompt_column: str | None
    completion_column: str | None
    me: str | None
    choices: dict[str, str]
    alternatives: tuple[dict[str, str], ...]
    notices: tuple[str, ...]
    facts: dict[str, Scalar]
    path: str
    known: bool
    examples: tuple[RowExample, ...]
    left_out: bool = False
    """Whether something was left out in reading that can be seen."""

    def blocks(self) -> tuple[Block, ...]:
        counts: dict[str, Scalar] = {"name": self.name, "n": self.rows, "words": about(self.words), "me": self.me}
        kind = "prose_rows" if self.shape == "prose" and self.columns else "chat_me" if self.me else self.shape
        read = Text(message=msg(f"load_dataset.read.{kind}", **counts))
        language = Text(message=msg(f"load_dataset.language.{self.language if self.language in NAMED else 'other'}"))
        parts = (Text(message=msg("load_dataset.documents", n=self.documents)),) if self._divided else ()
        caption = "rows" if self.columns and self.alternatives else "other" if self.alternatives else "only"
        shown = Passages(
            title=msg("load_dataset.examples.title", n=len(self.examples)),
            passages=tuple(self._passage(i, example) for i, example in enumerate(self.examples, start=1)),
            caption=msg(f"load_dataset.examples.caption_{caption}"),
        )
        told = [*(["known"] if self.known else []), *self.notices]
        return (read, *parts, language, *(self._notice(code) for code in told), shown)

    @property
    def _divided(self) -> bool:
        """Worth telling: neither one document nor one a row."""
        return 1 < self.documents < self.rows

    def _passage(self, number: int, example: RowExample) -> Passage:
        text = example.text if example.completion is None else f"{example.text}\n→ {example.completion}"
        source = f"{self.name}, {example.title}" if example.title else self.name
        return Passage(text=text, source=source, location=msg(f"load_dataset.examples.{self.shape}", number=number))

    def _notice(self, code: str) -> Notice:
        values: dict[str, Scalar] = {
            "name": self.name, "encoding": self.encoding, "column": self.text_column, "words": self.words,
            "columns": ", ".join(self.columns), "prompt": self.prompt_column, "completion": self.completion_column,
            "n": self.facts.get(code), "names": self.facts.get(f"{code}_names"),
        }  # fmt: skip
        return Notice(
            level="warning" if code in WARNINGS else "info", message=msg(f"load_dataset.notices.{code}", **values)
        )

    def offers(self) -> tuple[Offer, ...]:
        """Read it again in another way, with one click; or see what was left out."""
        again = (
            Offer(label=_label(choice), skill="load_dataset", inputs={"file": self.dataset, **choice})
            for choice in self.alternatives[:OFFERS]
        )
        seen = Offer(
            label=msg("load_dataset.offers.left_out"), skill="edit_entries",
            inputs={"file": self.dataset, "action": "aside"},
        )  # fmt: skip
        return (*again, *((seen,) if self.left_out else ()))


def _label(choice: dict[str, str]) -> Message:
    """The words of a button; a column that is called by a whole question is known by how it begins."""
    if "prompt_column" in choice:
        prompt, completion = (first_words(choice[name]) for name in ("prompt_column", "completion_column"))
        return msg("load_dataset.offers.pairs", prompt=prompt, completion=completion)
    if "me" in choice:
        return msg("load_dataset.offers.me", name=choice["me"])
    if choice.get("shape") == "pairs":
        return msg("load_dataset.offers.asked")
    if "shape" in choice:
        return msg(f"load_dataset.offers.{choice['shape']}")
    return msg("load_dataset.offers.column", column=first_words(choice["text_column"]))


def about(number: int) -> int:
    """A count to say aloud: two significant figures from a thousand on."""
    if number < 1000:
        return number
    unit = int(10 ** (len(str(number)) - 2))
    return round(number / unit) * unit
