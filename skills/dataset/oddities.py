"""Characters that one would not expect in a text, counted and named."""

from __future__ import annotations

import string
import unicodedata
from collections import Counter
from collections.abc import Iterable

from skills.blocks import Frozen
from skills.texts.sentences import names

ORDINARY = frozenset(
    string.ascii_letters + string.digits + string.punctuation + " \n\t"
    "áéíóúüñÁÉÍÓÚÜÑ¿¡«»“”‘’„‚‹›–—―…·•°ºª€£¥¢§©®™×÷±¼½¾¹²³⁰⁴⁵⁶⁷⁸⁹←↑→↓−′″"
)
"""What Spanish and English are written with; letters of the Latin alphabet are added as they are met."""
NAMED = names(
    "00a0 00ad 200b 200c 200d 200e 200f 2009 202f 2003 2060 feff fffd 2028 2029 000b 000c 0085 fb00 fb01 fb02 2010 "
    "2011 00b4 02bc 0301 0303 0308 0300 00ac 00a6 25cf 25a0 f0b7 2217 00b6 2020 2021 2500 2502 fffc"
)
"""Code points that have a name of their own in the messages."""
SCRIPTS = ("cyrillic", "greek", "hebrew", "arabic", "cjk", "hiragana", "katakana", "hangul", "devanagari", "thai")
SCRIPT_SHARE = 0.01
"""A script with at least this share of the letters is what the text is written in, not an oddity."""


class Odd(Frozen):
    """`character` in `rows` rows, `times` in all. `key`: its code point if that has a name in the messages, else
    the kind of character; `name`: what Unicode calls it."""

    character: str
    code: str
    key: str
    name: str
    times: int
    rows: int

    @property
    def visible(self) -> bool:
        return self.character.isprintable() and not self.character.isspace() and self.key != "private"


def odd_characters(texts: Iterable[str]) -> tuple[Odd, ...]:
    """The odd characters, most frequent first."""
    ordinary = set(ORDINARY)
    times: Counter[str] = Counter()
    rows: Counter[str] = Counter()
    letters = 0
    for text in texts:
        letters += len(text)
        for c in set(text) - ordinary:
            if _latin(c):
                ordinary.add(c)
                continue
            times[c] += text.count(c)
            rows[c] += 1
    scripts = Counter[str]()
    for c, n in times.items():
        scripts[_key(c)] += n
    at_home = {script for script in SCRIPTS if scripts[script] >= SCRIPT_SHARE * letters}
    return tuple(
        Odd(character=c, code=f"U+{ord(c):04X}", key=_key(c), name=_name(c), times=n, rows=rows[c])
        for c, n in times.most_common()
        if _key(c) not in at_home and _key(c) != "emoji"
    )


def _latin(c: str) -> bool:
    return c.isalpha() and unicodedata.is_normalized("NFKC", c) and _name(c).startswith("LATIN ")


def _key(c: str) -> str:
    if (code := f"{ord(c):04x}") in NAMED:
        return code
    category = unicodedata.category(c)
    if category in ("Cc", "Cf"):
        return "control"
    if category == "Zs":
        return "space"
    if category in ("Co", "Cn", "Cs"):
        return "private"
    if category == "Mn":
        return "emoji" if c == "\ufe0f" else "mark"
    if category in ("So", "Sk") and (ord(c) >= 0x1F000 or 0x2600 <= ord(c) <= 0x27BF):
        return "emoji"
    script = _name(c).split(" ")[0].split("-")[0].casefold()
    if script in SCRIPTS:
        return script
    return "letter" if category.startswith("L") else "sign"


def _name(c: str) -> str:
    return unicodedata.name(c, "")
