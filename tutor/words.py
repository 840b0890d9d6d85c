"""The program's words: message ids and values -> a sentence in the learner's language.

Each language has a folder of YAML files in `tutor/messages/<language>/`. The key `verdict.learnt` in
`fine_tune.yaml` is the message `fine_tune.verdict.learnt`. A value is a text, or a mapping `{one: ..., other: ...}`
that is chosen by the field `n`. Fields are `{name}` or `{name:style}`, with the styles of `_styled`.
"""

from __future__ import annotations

import string
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from babel.core import Locale
from babel.dates import format_skeleton
from babel.numbers import format_decimal, format_percent

from skills.blocks import Cell, Message, Scalar
from skills.contract import Language
from skills.errors import UserError

MESSAGES = Path(__file__).parent / "messages"
CATALOGUE = Path(__file__).parent / "lm" / "catalogue.yaml"
LANGUAGES: tuple[Language, ...] = ("es", "en")
LOCALES = {"es": Locale("es", "AR"), "en": Locale("en", "US")}


class Words:
    """Looks messages up in one language. A missing message or field is a defect: KeyError."""

    def __init__(self, language: Language) -> None:
        self.language = language
        self._texts = catalogue(language)
        self._format = _Fields(language)

    def __call__(self, message: Message | str, **values: Scalar) -> str:
        id, values = (message.id, {**message.values, **values}) if isinstance(message, Message) else (message, values)
        text = self._texts[id]
        if not isinstance(text, str):
            one = LOCALES[self.language].plural_form(values["n"]) == "one"  # type: ignore[arg-type]
            text = text["one" if one and "one" in text else "other"]
        return self.fill(text, {k: self.cell(v) if isinstance(v, Message) else v for k, v in values.items()})

    def fill(self, text: str, values: Mapping[str, Any]) -> str:
        """`text` with its fields filled in, numbers in the language's way."""
        return self._format.vformat(text, (), values)

    def __contains__(self, id: str) -> bool:
        return id in self._texts

    def cell(self, cell: Cell) -> str:
        """A table cell or a bare value as text, numbers in the language's way."""
        return self(cell) if isinstance(cell, Message) else self._format.format_field(cell, "")

    def error(self, error: UserError) -> dict[str, str]:
        """What happened, why, and what to do next; `errors.<code>.<kind>` is taken where a `kind` has its own words."""
        id = error.code if f"errors.{error.code}.what" in self else "unknown"
        if f"errors.{id}.{error.values.get('kind')}.what" in self:
            id = f"{id}.{error.values['kind']}"
        return {part: self(f"errors.{id}.{part}", **error.values) for part in ("what", "why", "next")}


class _Fields(string.Formatter):
    def __init__(self, language: Language) -> None:
        self._locale = LOCALES[language]
        self._language = language

    def format_field(self, value: Any, style: str) -> str:
        return _styled(value, style, self._locale, self._language)


def _styled(value: Any, style: str, locale: Locale, language: Language) -> str:
    """`1` decimals, `exact` (up to six), `plain` (it names), `percent`, `size` (bytes), `time` (seconds),
    `date` (seconds since 1970), `called` (a model); bare numbers get at most two decimals."""
    if style == "called":
        return called(str(value))
    if isinstance(value, bool) or not isinstance(value, int | float):
        return "–" if value is None else str(value)
    if style.isdigit():
        return format_decimal(value, f"#,##0.{'0' * int(style)}" if style != "0" else "#,##0", locale=locale)
    if style == "plain":
        return str(value)
    if style == "exact":
        return format_decimal(value, "#,##0.######", locale=locale)
    if style == "percent":
        figure = "#,##0" if 0.01 <= value <= 0.99 or value in (0, 1) else "#,##0.0"
        return format_percent(value, figure + (" %" if language == "es" else "%"), locale=locale)
    if style == "size":
        unit, power = next((u, p) for u, p in (("GB", 1e9), ("MB", 1e6), ("KB", 1e3), ("B", 1)) if value >= p or p == 1)
        return f"{format_decimal(value / power, '#,##0.#' if power >= 1e9 else '#,##0', locale=locale)} {unit}"
    if style == "time":
        return _duration(value, language)
    if style == "date":
        return format_skeleton("MMMMd", datetime.fromtimestamp(value), locale=locale)
    return format_decimal(value, "#,##0.##", locale=locale)


def _duration(seconds: float, language: Language) -> str:
    seconds = round(seconds)
    if seconds < 90:
        return f"{seconds} s"
    hours, minutes = divmod(round(seconds / 60), 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"


def called(model: str) -> str:
    """A model by the name that people know it under; any other name as it is."""
    return _labels().get(model, model)


@lru_cache
def _labels() -> Mapping[str, str]:
    """The catalogue's models (tutor/lm/catalogue.yaml): name -> label."""
    return {entry["name"]: entry["label"] for entry in yaml.safe_load(CATALOGUE.read_text("utf-8"))}


@lru_cache
def catalogue(language: Language) -> Mapping[str, str | dict[str, str]]:
    """All messages of a language, by id. Raises ValueError for a message that is defined twice."""
    found: dict[str, str | dict[str, str]] = {}
    for path in sorted((MESSAGES / language).glob("*.yaml")):
        for id, text in _flatten(path.stem, yaml.safe_load(path.read_text("utf-8")) or {}):
            if id in found:
                raise ValueError(f"{path}: {id} is defined twice")
            found[id] = text
    return found


def _flatten(prefix: str, tree: Mapping[str, Any]) -> list[tuple[str, str | dict[str, str]]]:
    flat: list[tuple[str, str | dict[str, str]]] = []
    for key, value in tree.items():
        id = f"{prefix}.{key}"
        if isinstance(value, Mapping) and not set(value) <= {"one", "other"}:
            flat += _flatten(id, value)
        else:
            flat.append((id, dict(value) if isinstance(value, Mapping) else str(value).strip()))
    return flat
