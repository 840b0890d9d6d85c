"""Puts the words of es.md and en.md into the steps, items and concepts that the YAML names."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from tutor.course.markdown import Document, Part

Both = dict[str, Any]
PROSE = {
    *("text", "labels", "after", "match", "differ", "came"),
    *("stem", "hints", "lesson", "model", "done", "not_done", "if_right", "if_wrong", "if_low", "if_high"),
    *("name", "definition", "simpler", "example", "examples", "asks", "source"),
}
"""What steps, items and concepts get from the Markdown files: in the YAML it would be lost."""


@dataclass
class Pair:
    """The same words in two languages. What is asked for and not there is a mistake, and so is what nobody asks for."""

    es: Document
    en: Document
    es_file: str
    en_file: str
    mistake: Callable[..., None]
    used: set[tuple[str, str | None]] = field(default_factory=set)

    @property
    def documents(self) -> tuple[tuple[Literal["es", "en"], str, Document], ...]:
        return ("es", self.es_file, self.es), ("en", self.en_file, self.en)

    def title(self) -> Both:
        for _, file, document in self.documents:
            if not document.title:
                self.mistake(file, 1, "course.words.no_title")
        return {"es": self.es.title, "en": self.en.title}

    def part(self, language: str, section: str, part: str | None = None) -> Part | None:
        """The lines of a section, or of a part of it."""
        found = (self.es if language == "es" else self.en).sections.get(section)
        return None if found is None else found.body if part is None else found.parts.get(part)

    def line(self, language: str, section: str, part: str | None = None) -> int:
        """Where a part is, or at least its section."""
        found = self.part(language, section, part) or self.part(language, section)
        return found.line if found else 1

    def take(
        self,
        section: str,
        part: str | None = None,
        pick: Callable[[Part], str] = lambda part: part.words,
        need: bool = True,
    ) -> Both | None:
        """The words of a section or part, chosen by `pick`. None if neither language has them and they may miss."""
        self.used.add((section, part))
        found = {language: self.part(language, section, part) for language, _, _ in self.documents}
        words: Both = {language: pick(lines) if lines else "" for language, lines in found.items()}
        if not any(words.values()) and not need:
            return None
        for language, file, _ in self.documents:
            if not words[language]:
                name = f"{section} / {part}" if part else section
                self.mistake(file, self.line(language, section, part), "course.words.missing", name=name)
        return words

    def take_list(self, section: str, part: str, mark: str, least: int = 0) -> dict[str, tuple[str, ...]]:
        """The `- mark:` lines of a part, by language."""
        self.used.add((section, part))
        lists: dict[str, tuple[str, ...]] = {}
        for language, file, _ in self.documents:
            lines = self.part(language, section, part)
            entries = [] if lines is None else lines.bullets if mark == "asks" else lines.entries(mark)
            lists[language] = tuple(text for _, text in entries if text)
            if lines is not None and len(lists[language]) < least:
                name = f"{section} / {part}"
                self.mistake(file, lines.line, "course.words.few", name=name, mark=mark, least=least)
        return lists

    def parts(self, section: str) -> list[str]:
        """The names of the parts of a section in either language, in order."""
        names: dict[str, None] = {}
        for _, _, document in self.documents:
            if section in document.sections:
                names |= dict.fromkeys(document.sections[section].parts)
        return list(names)

    def report_unused(self) -> None:
        for _, file, document in self.documents:
            for section in document.sections.values():
                if (section.id, None) not in self.used:
                    self.mistake(file, section.line, "course.words.unused", name=section.id)
                    continue
                for name, part in section.parts.items():
                    if (section.id, name) not in self.used:
                        self.mistake(file, part.line, "course.words.unused", name=f"{section.id} / {name}")


def _markdown(part: Part) -> str:
    return part.markdown


def _why(part: Part) -> str:
    return part.why


# --- steps ------------------------------------------------------------------------------------------------------------


def step_words(pair: Pair, raw: dict[str, Any]) -> Both:
    """What the Markdown says of a step: its text, its labels, and what is said after its result."""
    id, kind = str(raw.get("id", "")), raw.get("kind")
    words: Both = {"text": pair.take(id, pick=_markdown, need=kind in ("say", "predict", "try", "bring", "close"))}
    if kind == "predict" and raw.get("format") == "choice":
        words["labels"] = {name: pair.take(id, name, _markdown) for name in pair.parts(id)}
    elif kind == "try" and isinstance(raw.get("choices"), dict):
        words["labels"] = {name: pair.take(id, name, _markdown) for name in raw["choices"]}
    if raw.get("bet"):
        words["came"] = pair.take(f"{id}:came", need=False)
    if kind == "run":
        against = isinstance(raw.get("against"), dict)
        for role in ("match", "differ") if against else ("after",):
            words[role] = pair.take(f"{id}:{role}", pick=_markdown, need=against)
        if against:
            words["after"] = pair.take(f"{id}:after", pick=_markdown, need=False)
    elif kind in ("try", "wait", "bring"):
        words["after"] = pair.take(f"{id}:after", pick=_markdown, need=False)
    return words


# --- items ------------------------------------------------------------------------------------------------------------

HINTS = ("hint", "hint 2", "hint 3")
"""The rungs of an item's ladder, from where to look to the last before the answer."""


def item_words(pair: Pair, raw: dict[str, Any]) -> Both:
    """An item as `tutor/course/model.py` wants it: the YAML's shape with its words from the Markdown."""
    section = f"item {raw.get('id', '')}"
    item = raw | {"stem": pair.take(section, pick=_markdown)}
    item["hints"] = [rung for name in HINTS if (rung := pair.take(section, name, need=False))]
    match raw.get("format"):
        case "single" | "multiple":
            item["options"] = _options(pair, section, raw.get("options"))
        case "true_false":
            item = _true_false(pair, section, item)
        case "number":
            for side in ("right", "low", "high"):
                item[f"if_{side}"] = pair.take(section, side)
        case "order":
            order = [str(name) for name in raw.get("order") or ()]
            shown = [name for name in pair.parts(section) if name in order] or order
            item["options"] = [_option(pair, section, name, None, why=False) for name in shown]
            item |= {f"if_{side}": pair.take(section, side) for side in ("right", "wrong")}
        case "open":
            item |= _open(pair, section, raw)
        case "do":
            item |= {"done": pair.take(section, "done"), "not_done": pair.take(section, "not-done")}
    return item


def _options(pair: Pair, section: str, options: object) -> object:
    if not isinstance(options, dict):
        return options  # pydantic says what is wrong with it
    return [_option(pair, section, str(id), None if key == "right" else key) for id, key in options.items()]


def _option(pair: Pair, section: str, id: str, misconception: str | None, why: bool = True) -> Both:
    text = pair.take(section, id, lambda part: part.text)
    explanation = pair.take(section, id, _why, need=why) or {"es": "", "en": ""}
    return {"id": id, "text": text, "why": explanation, "misconception": misconception}


def _true_false(pair: Pair, section: str, item: Both) -> Both:
    """`answer` says which of the two options is right, `misconception` what the other one comes from."""
    answer, misconception = item.pop("answer", None), item.pop("misconception", "")
    if not isinstance(answer, bool):
        return item | {"answer": answer, "options": ()}
    item["options"] = [
        {
            "id": id,
            "text": {"es": "", "en": ""},
            "why": pair.take(section, id, _why),
            "misconception": None if (id == "true") is answer else misconception,
        }
        for id in ("true", "false")
    ]
    return item


def _open(pair: Pair, section: str, raw: dict[str, Any]) -> Both:
    expectations = [
        {
            "id": id,
            "assertion": pair.take(section, id),
            "accept": pair.take_list(section, id, "accept", least=3),
            "reject": pair.take_list(section, id, "reject", least=1),
            "cues": pair.take_list(section, id, "cue"),
        }
        for id in map(str, raw.get("expectations") or ())
    ]
    misconceptions = [
        {"id": id, "repair": pair.take(section, id), "cues": pair.take_list(section, id, "cue", least=1)}
        for id in map(str, raw.get("misconceptions") or ())
    ]
    return {"expectations": expectations, "misconceptions": misconceptions, "model": pair.take(section, "model")}


# --- concepts ---------------------------------------------------------------------------------------------------------


def concept_words(pair: Pair, id: str) -> Both:
    """Name, definition, the simpler one, an example, ways of asking and the source of a concept."""
    names = {}
    for language, file, document in pair.documents:
        section = document.sections.get(id)
        names[language] = section.title if section else ""
        if section and not section.title:
            pair.mistake(file, section.line, "course.words.no_title")
    return {
        "name": names,
        "definition": pair.take(id, pick=_markdown),
        "simpler": pair.take(id, "simpler", _markdown),
        "example": pair.take(id, "example", _markdown),
        "asks": pair.take_list(id, "asks", "asks", least=3),
        "source": pair.take(id, "source", _markdown, need=False),
    }
