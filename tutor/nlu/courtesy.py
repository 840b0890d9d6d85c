"""The frame of a message: the courtesy that it begins with, and whether it asks something in so many words."""

from __future__ import annotations

import re
from typing import Literal

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


Courtesy = Literal["well", "wait", "bye", "thanks", "hello", "laugh", "other"]
_KINDS: tuple[tuple[Courtesy, str], ...] = (
    (
        "wait",
        r"ya (?:vuelvo|vengo|regreso)|ahora (?:vuelvo|vengo)|esper[aeá]\w*|un (?:segund\w+|moment\w+|rat\w+|minuto)"
        r"|me (?:est[aá]n |ha |han )?llam\w+|tocan? (?:el )?timbre|en un rato|dsps|brb|(?:be|back) (?:right|in a)"
        r"|one (?:sec|second|minute|moment)|hang on|hold on|just a (?:sec|minute|moment)|wait|the door|phone'?s? "
        r"|gotta (?:take|get)|call bell",
    ),
    (
        "bye",
        r"chau\w*|chao|adi[oó]s|hasta (?:luego|ma[nñ]ana|pronto|la|otra|el)|nos vemos|me voy|buenas noches"
        r"|bye\w*|good ?night|see (?:you|ya)|so long|cheerio|off to bed|done for (?:today|now)|speak tomorrow|ttyl",
    ),
    ("thanks", r"gracias|grac?x|grax|agradec\w+|dios (?:te|le) pague|thank\w*|thx|cheers|ta\b[.!,]?|much obliged"),
    ("well", r"c[oó]mo (?:and[aá]s|est[aá]s?|te va|va)|qu[eé] tal|how are (?:you|things)|how'?s it going|you ok\?"),
    (
        "hello",
        r"hol[ai]s?|holaa+|wenas?|buenas|buen[oa]s? (?:d[ií]as?|tardes)|qu[eé] onda|volv[ií]|ac[aá] estoy|hi+|hiya|hey"
        r"|yo\b|sup\b|hello+|morning|evening|back\b",
    ),
    ("laugh", r"(?:ja|je|ji|ha|he|js){2,}\w*|lol|lmao|xd|ha!|funny|gracioso|me r[ei]\w+|laugh\w*"),
)
_KIND = tuple((kind, re.compile(rf"\b(?:{words})", re.IGNORECASE)) for kind, words in _KINDS)


def courtesy(text: str) -> Courtesy:
    """What kind of small talk it is: who asks how one is, has to go for a moment, takes leave, thanks, greets."""
    return next((kind for kind, words in _KIND if words.search(text)), "other")


_AND = r"(?:y|pero|and|but|so|o sea|che|entonces|then|also|adem[aá]s|otra cosa|fine|vale|igual)"
"""What a question may begin with, after a greeting."""
_ASKING = re.compile(
    rf"(?:{_AND}[ ,:.]+)*(?:(?:qu[eé]|c[oó]mo|cu[aá]l(?:es)?|qui[eé]n(?:es)?|d[oó]nde)"
    r" (?:es|son|significa|pasa|pasar[ií]a|hago|hace|hay|tiene|quiere|sería|era|se)|qué|cómo|cuál(?:es)?"
    r"|quién(?:es)?|dónde"
    r"|cuándo|cuánt[oa]s?|por ?qu[eé]|xq|pq|what(?:'?s)?|how|why|which|whose?|where|when|(?:do|did) (?:you|i|they"
    r"|we|people)"
    r"|does|is|are|has|was|were|should|(?:can|could|will|would) (?:it|they|i|we|this|that|one|he|she|ai|the|a|my)"
    r"|se puede|es (?:cierto|verdad)|nos va)\b",
    re.IGNORECASE,
)


def asks_something(text: str) -> bool:
    """Whether a message has a question mark, or begins as a question does."""
    return "?" in text or begins_asking(text)


def begins_asking(text: str) -> bool:
    """Whether a message begins as a question does: «how long is ...», «¿cuál ...»."""
    return _ASKING.match(without_greeting(text).lstrip(" ¿¡")) is not None
