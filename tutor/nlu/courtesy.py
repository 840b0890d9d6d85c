"""The frame of a message: the courtesy that it begins with, and whether it asks something in so many words."""

from __future__ import annotations

import re

_WORDS = (
    r"(?:muy )?buen[oa]s?(?: d[ií]as?| tardes?| noches?)?|hol[ai]s?|holaa+|qu[eé] tal|c[oó]mo (?:va|and[aá]s"
    r"|est[aá]s?)|che"
    r"|hey|hi|hiya|hello+|hullo|good (?:morning|afternoon|evening|day)|morning|evening|g'?day|namaste|dear musa|musa"
    r"|(?:muchas |mil )?gracias|many thanks|thanks(?: a lot| so much)?|thank you(?: so much)?|cheers|ta"
    r"|(?:ja|je|ji|ha|he)(?:ja|je|ji|ha|he)+\w*|lol|ok(?:ay|ey|i)?|bueno|bien|genial|perfecto|joya|dale|listo|vale|great"
    r"|lovely|perfect|nice|right|well|so|ah+|oh+|uh+|mm+|uy|ay|perd[oó]n(?:ame)?|disculp[ae]\w*|sorry|excuse me|a ver"
)
_GREETING = re.compile(rf"\s*[¡¿]?(?:{_WORDS})(?:[ ,]+(?:{_WORDS}))*\s*[,.;:!?…\n)]+\s*", re.IGNORECASE)
FEWEST = 2
"""Words that have to be left for the rest to be what is meant."""


def without_greeting(text: str) -> str:
    """The message without the greetings, thanks and laughs that it begins with; whole where it is nothing else."""
    rest = text
    while found := _GREETING.match(rest):
        rest = rest[found.end() :]
    return rest if len(re.findall(r"\w+", rest)) >= FEWEST else text


_ASKING = re.compile(
    r"(?:(?:y|pero|and|but|so|o sea|che|entonces|then)[ ,]+)*(?:(?:qu[eé]|c[oó]mo|cu[aá]l(?:es)?|qui[eé]n(?:es)?"
    r"|d[oó]nde)"
    r" (?:es|son|significa|pasa|pasar[ií]a|hago|hace|hay|tiene|quiere|sería|era|se)|qué|cómo|cuál(?:es)?"
    r"|quién(?:es)?|dónde"
    r"|cuándo|cuánt[oa]s?|por ?qu[eé]|xq|pq|what(?:'?s)?|how|why|which|whose?|where|when|(?:do|did) (?:you|i|they"
    r"|we|people)"
    r"|does|is|are|has|was|were|should|(?:can|could|will|would) (?:it|they|i|we|this|that|one|he|she))\b",
    re.IGNORECASE,
)


def asks_something(text: str) -> bool:
    """Whether a message has a question mark, or begins as a question does."""
    return "?" in text or _ASKING.match(without_greeting(text).lstrip(" ¿¡")) is not None
