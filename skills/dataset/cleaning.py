"""Mending a text: each kind of residue has one pure function text -> text, which leaves good text as it is."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Callable, Iterable
from html.entities import html5
from typing import NamedTuple

from skills.texts.hyphens import belongs

# --- mojibake: UTF-8 that was read as another encoding ----------------------------------------------------------------

MOJIBAKE = frozenset("ÃÂâÅÄðï√├┬Ô")
DOS = re.compile("[├┬].|ÔÇ.", re.DOTALL)
"""What UTF-8 looks like when it was read as code page 850 (a Windows console): ftfy does not know that one."""

LONE = re.compile(r"((?<![^\W\d_])Ã(?=\s))")


def mend_mojibake(text: str) -> str:
    """«MartÃ­n» -> «Martín». A lone «Ã » is left alone: in these languages it is a letter more often than an à."""
    from ftfy import fix_encoding

    pieces = LONE.split(DOS.sub(_from_dos, text))
    return "".join(piece if LONE.fullmatch(piece) else fix_encoding(piece) for piece in pieces)


def _from_dos(found: re.Match[str]) -> str:
    try:
        return found[0].encode("cp850").decode("utf-8")
    except UnicodeError:
        return found[0]


# --- characters that nobody sees --------------------------------------------------------------------------------------

LEADS = ("Ã", "Â", "Ä", "Å", "â", "€")
JOINERS = "\u200c\u200d"
DIRECTIONS = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
INVISIBLE = "\u200b\u2060\u2061\u2062\u2063\u2064\u180e\ufeff\ufff9\ufffa\ufffb\ufffc"
CONTROL = frozenset(
    [*map(chr, (*range(9), *range(14, 32), *range(127, 133), *range(134, 160))), *INVISIBLE, *JOINERS, *DIRECTIONS]
)


def drop_controls(text: str) -> str:
    """Without control and zero-width characters, but for those that scripts and emoji are made with."""
    written_leftwards = any(unicodedata.bidirectional(c) in ("R", "AL") for c in text)
    kept = []
    for i, c in enumerate(text):
        joins = c in JOINERS and _joined(text, i)
        turns = c in DIRECTIONS and written_leftwards
        broken = "\x80" <= c <= "\x9f" and text[i - 1 : i] in LEADS  # half of a letter that can still be mended
        if c not in CONTROL or joins or turns or broken:
            kept.append(c)
    return "".join(kept)


def _joined(text: str, i: int) -> bool:
    """Is the joiner at `i` part of an emoji (👩‍🌾) or of a word in a script that uses it (Persian, Hindi)?"""
    before, after = text[i - 1 : i], text[i + 1 : i + 2]
    return bool(before and after) and all(
        (unicodedata.category(c)[0] in "LMS" and ord(c) > 0x24F) or c == "\ufe0f" for c in (before, after)
    )


# --- Unicode and spaces -----------------------------------------------------------------------------------------------

SPACES = "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
LINE_ENDS = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
LIGATURES = {chr(0xFB00 + i): letters for i, letters in enumerate(("ff", "fi", "fl", "ffi", "ffl", "st", "st"))}
TRAILING = re.compile(r"[ \t]+$", re.MULTILINE)
UNTIDY = re.compile(
    rf"[\r\x0b\x0c\x85\u2028\u2029{SPACES}{''.join(LIGATURES)}]|[ \t]$|[^\x00-\u02ff\u2010-\u205e]",
    re.MULTILINE,
)
"""Where there may be something to put right; what NFC changes is all past U+02FF, and none of it
is among the dashes and quotation marks of a text."""
PLAIN = str.maketrans({**dict.fromkeys(SPACES, " "), **LIGATURES})


def normalise(text: str) -> str:
    """One way of writing each letter (NFC), plain spaces, `\\n` line ends, none at the end of a line.

    Spaces inside a line and before it stay as many as they were: in a poem they may be meant.
    """
    plain = LINE_ENDS.sub("\n", unicodedata.normalize("NFC", text)).translate(PLAIN)
    return TRAILING.sub("", plain)


# --- HTML -------------------------------------------------------------------------------------------------------------

BLOCK_TAGS = "p|br|div|li|tr|h[1-6]|hr|ul|ol|table|blockquote|section|article|header|footer|figure|pre|dt|dd|dl"
INLINE_TAGS = (
    "a|abbr|b|big|body|center|cite|code|del|em|figcaption|font|head|html|i|img|ins|link|mark|meta|nav|q|s|small|span|"
    "strong|sub|sup|tbody|td|th|thead|title|u"
)
HIDDEN = re.compile(r"<(script|style)\b[^<>]*>.*?</\1\s*>|<!--.*?-->", re.IGNORECASE | re.DOTALL)
BREAKS = re.compile(rf"[ \t]*</?(?:{BLOCK_TAGS})(?:\s[^<>]*)?/?>[ \t]*", re.IGNORECASE)
TAGS = re.compile(rf"</?(?:{INLINE_TAGS})(?:\s[^<>]*)?/?>", re.IGNORECASE)
ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][\da-fA-F]{1,6}|[A-Za-z][A-Za-z\d]{1,31});")


def drop_html(text: str) -> str:
    """Without HTML tags and comments, entities written out. «<3», «a < b» and `<name>` are no tags."""
    bare = HIDDEN.sub("", text)
    bare = TAGS.sub("", BREAKS.sub("\n", bare))
    if bare != text:
        bare = re.sub(r"\n{3,}", "\n\n", bare).strip("\n")
    return ENTITY.sub(_character, bare)


def _character(found: re.Match[str]) -> str:
    if found[0][1] != "#" and found[0][1:] not in html5:
        return found[0]
    return html.unescape(found[0]).replace("\u00a0", " ")


# --- broken words -----------------------------------------------------------------------------------------------------

SOFT = re.compile("(?<![ÃÂ])\u00ad+(?:[ \t]*\n[ \t]*([^\\W\\d_]+[^\\s]*)[ \t]*)?")
HYPHENATED = re.compile(r"(?<![\w-])([^\W\d_]{2,})[-\u2010]\n[ \t]*([^\W\d_]+)(\S*)(?:[ \t]+|(\n)|$)")


def drop_soft_hyphens(text: str) -> str:
    """«cora\u00adzón» -> «corazón»; at the end of a line the rest of the word is brought up, the line break kept."""

    def one(found: re.Match[str]) -> str:
        if not found[1]:
            return ""
        return found[1] if found.end() == len(text) else f"{found[1]}\n"

    return SOFT.sub(one, text)


def joiner(known: frozenset[str]) -> Callable[[str], str]:
    """A function that makes words cut at the end of a line whole: «corres-\\npondencia» -> «correspondencia\\n».

    The hyphen stays where the word is a compound: written so elsewhere (`known`, in lower case), or by its first half.
    """

    def join(text: str) -> str:
        return HYPHENATED.sub(one, text)

    def one(found: re.Match[str]) -> str:
        first, rest, tail = found[1], found[2], found[3]
        if not rest[0].islower():
            return found[0]
        hyphen = "-" if belongs(first, rest, known) else ""
        return f"{first}{hyphen}{rest}{tail}" + ("" if found.end() == len(found.string) else "\n")

    return join


# --- footnote marks ---------------------------------------------------------------------------------------------------

SUPERSCRIPT = "⁰¹²³⁴⁵⁶⁷⁸⁹"
RAISED = re.compile(rf"(?:(?<=[^\W\d_]{{3}})|(?<=[.,;:!?…»”\"')\]]))[{SUPERSCRIPT}]{{1,3}}(?![{SUPERSCRIPT}⁻⁺\d])")
NOTE = r"\[(?:[1-9]\d{0,2}|\*{1,3}|nota?\s\d{1,3}|note\s\d{1,3})\]"
ATTACHED = re.compile(rf"(?:(?<=[^\W_]{{2}})|(?<=[.,;:!?…»”\"')]))(?:{NOTE})+(?!\s*=|[(\[]|\.\w)")
APART = re.compile(rf"(?<=\S)[ \t]+(?:{NOTE})+(?=[.,;:!?…»”)]|[ \t]*$)", re.MULTILINE)
ANGLED = re.compile(r"[ \t]?<<\s*\d{1,3}\s*>>")
CITATION = re.compile(r"[ \t]?\[(?:cita requerida|citation needed)\]", re.IGNORECASE)


def drop_footnote_marks(text: str) -> str:
    """«alma[12]», «alma.³», «alma <<4>>» -> «alma». Years, [0], powers (m²) and numbers that begin a line stay."""
    for pattern in (RAISED, ATTACHED, APART, ANGLED, CITATION):
        text = pattern.sub("", text)
    return text


# --- addresses and marks ----------------------------------------------------------------------------------------------

URL = re.compile(r"[ \t]?[<(\[]?\b(?:https?://|www\.)[^\s<>\"«»“”]*[^\s<>\"«»“”.,;:!?)\]][>)\]]?", re.IGNORECASE)
LINK = re.compile(r"!?\[([^\[\]\n]*)\]\((?:https?://|www\.|/|#|mailto:)[^()\s]*\)")
HEADING = re.compile(r"^#{1,6}[ \t]+(?=\S)", re.MULTILINE)
FENCE = re.compile(r"^```[\w+-]*[ \t]*\n?", re.MULTILINE)
BOLD = re.compile(r"(\*\*|__)(?=\S)([^*_\n]+?)(?<=\S)\1")
ITALIC = re.compile(r"(?<![\w*_])([*_])(?=[^\s*_])([^*_\n]+?)(?<=[^\s*_])\1(?![\w*_])")


def drop_urls(text: str) -> str:
    return URL.sub("", text)


def drop_markdown(text: str) -> str:
    """Without the marks of Markdown for headings, emphasis, links and code; lists and quotations stay."""
    bare = FENCE.sub("", HEADING.sub("", LINK.sub(r"\1", text)))
    return ITALIC.sub(r"\2", BOLD.sub(r"\2", bare))


# --- the kinds --------------------------------------------------------------------------------------------------------


class Mend(NamedTuple):
    """`fix` changes nothing in a text where `hint` finds nothing: most texts need not be looked at closely."""

    hint: re.Pattern[str]
    fix: Callable[[str], str]

    def __call__(self, text: str) -> str:
        return self.fix(text) if self.hint.search(text) else text


def any_of(characters: Iterable[str]) -> re.Pattern[str]:
    return re.compile(f"[{re.escape(''.join(sorted(characters)))}]")


def settled(fix: Callable[[str], str]) -> Callable[[str], str]:
    """`fix`, again and again until nothing changes: what it uncovers is mended too, and twice is the same as once.

    Every fix here shortens what it changes, so it ends.
    """

    def until(text: str) -> str:
        while (after := fix(text)) != text:
            text = after
        return text

    return until


MENDS: dict[str, Mend] = {
    "mojibake": Mend(any_of(MOJIBAKE), settled(mend_mojibake)),
    "html": Mend(any_of("<&"), settled(drop_html)),
    "control": Mend(any_of(CONTROL), settled(drop_controls)),
    "unicode": Mend(UNTIDY, settled(normalise)),
    "soft_hyphens": Mend(any_of("\u00ad"), settled(drop_soft_hyphens)),
    "footnotes": Mend(any_of(f"[<{SUPERSCRIPT}"), settled(drop_footnote_marks)),
    "urls": Mend(re.compile(r"://|www\.", re.IGNORECASE), settled(drop_urls)),
    "markdown": Mend(any_of("#*_`["), settled(drop_markdown)),
}
"""In the order in which they are applied: what one uncovers, the next may mend."""

SUSPECTS = re.compile(
    any_of(
        {*MOJIBAKE, *CONTROL, *SPACES, *LIGATURES, *SUPERSCRIPT, *"<&\u00ad[#*_`\r\x0b\x0c\x85\u2028\u2029/"}
    ).pattern
    + r"|[^\x00-\u02ff\u2010-\u205e]"
)


def suspicious(text: str) -> bool:
    """Could any of MENDS change it? Much quicker than asking each."""
    trailing = text.endswith((" ", "\t")) or " \n" in text or "\t\n" in text
    return trailing or "www." in text.lower() or SUSPECTS.search(text) is not None
