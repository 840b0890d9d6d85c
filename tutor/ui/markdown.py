"""Text on its way into Chainlit's Markdown: what the renderer would eat or fetch is made harmless."""

from __future__ import annotations

import re

_DIRECTIVE = re.compile(r"(?<!\\):(?=:*[A-Za-z])")
"""`:word` is taken for a directive and vanishes ("user:hello" is shown as "user")."""
_IMAGE = re.compile(r"!(?=\[)")
"""`![...](address)` would make the browser ask that address for an image."""
_ALERT = re.compile(r"\[!(?=[A-Za-z-]+\])")
_UNIT = re.compile(r"(?<=\d) (?=%|(?:[KMG]?B|s|min|h)\b)")


def held(text: str) -> str:
    """A figure and its unit stay on one line."""
    return _UNIT.sub("\N{NO-BREAK SPACE}", text)


def safe(text: str) -> str:
    """Authored Markdown stays as it is meant; nothing in it is lost, and nothing is fetched."""
    parts = re.split(r"(```.*?(?:```|\Z)|`[^`\n]*`)", text, flags=re.DOTALL)
    return "".join(part if part.startswith("`") else _mend(part) for part in parts)


def _mend(text: str) -> str:
    return held(_ALERT.sub(r"[\\!", _IMAGE.sub(r"\\!", _DIRECTIVE.sub(r"\\:", text))))


def piece(text: str, before: str) -> str:
    """The same as it would follow `before`: a hyphen leads one that goes on a word («-ito» after «perr»)."""
    return f"-{visible(text)}" if text[:1].isalnum() and before[-1:].isalnum() else visible(text)


def visible(text: str) -> str:
    """A token as something that can be seen: without its leading space, and with a sign where there is nothing else."""
    return text.strip() or ("↵" if "\n" in text else "␣")
