"""Posts as blogs keep them in exports, made pages again: paragraphs by blank lines, commands in brackets left out."""

from __future__ import annotations

import itertools
import re

from skills.reading.left_out import LeftOut
from skills.texts.sentences import names

SHORTCODE = re.compile(r"\[(/?)([a-zA-Z][\w-]{1,40})(\s[^\[\]]{0,2000})?\]")
KNOWN = names(
    "gallery caption embed audio video playlist youtube vimeo more toc contact-form contact-form-7 google-map "
    "soundcloud instagram twitter slideshow sitemap archives polldaddy recent-posts sharing likes subscribe"
)
ADDRESSES = re.compile(
    r"\[(embed|youtube|vimeo|audio|video|soundcloud|instagram|twitter)\b[^\]]{0,300}\][^\[<]{0,500}\[/\1\]"
)
"""Commands around nothing but an address."""
LAID_OUT = re.compile(r"<!--\s*wp:|<p[\s>]", re.IGNORECASE)
DRAWN = re.compile(r"(<pre\b.*?</pre>)", re.IGNORECASE | re.DOTALL)
BLANK = re.compile(r"\n[ \t\u00a0]*\n\s*")
BLOCK_ENDS = re.compile(
    r"</?(?:p|div|section|article|h[1-6]|ul|ol|li|dl|dt|dd|blockquote|figure|figcaption|table|thead|tbody|tr|td|th|hr|center"
    r"|pre|form|iframe|script|style|br)(?:\s[^<>]{0,500})?/?>$",
    re.IGNORECASE,
)
BLOCK_BEGINS = re.compile(
    r"\s*<(?:/?(?:p|div|section|article|h[1-6]|[uo]l|li|blockquote|figure|table|tr|td|hr|pre)\b|!--)", re.I
)


def as_page(text: str, left: LeftOut) -> str:
    """The post as a page would show it."""
    text = without_shortcodes(text.replace("\r\n", "\n").replace("\r", "\n"), left)
    if "\n" not in text or LAID_OUT.search(text):
        return text
    return "".join(piece if i % 2 else _paragraphs(piece) for i, piece in enumerate(DRAWN.split(text)))


def without_shortcodes(text: str, left: LeftOut) -> str:
    """Without the commands that a blog's programs read: `[gallery ids="1,2"]`. What they enclose stays, and so do
    brackets of the author's: `[sic]`."""

    def gone(match: re.Match[str]) -> str:
        left.leave("blog_shortcodes", match[0])
        return ""

    text = ADDRESSES.sub(gone, text)
    closed = {name.casefold() for closing, name, _ in SHORTCODE.findall(text) if closing}

    def without(match: re.Match[str]) -> str:
        closing, name, rest = match[1], match[2].casefold(), match[3] or ""
        if not (closing or name in closed or name in KNOWN or "=" in rest):
            return match[0]
        return "" if closing else gone(match)

    return SHORTCODE.sub(without, text)


def _paragraphs(text: str) -> str:
    """What WordPress does with a post typed without paragraphs: blank lines part them, other line ends are kept."""
    shown = []
    for paragraph in BLANK.split(text):
        lines = paragraph.split("\n")
        pieces = lines[:1]
        for before, line in itertools.pairwise(lines):
            apart = BLOCK_ENDS.search(before.rstrip()[-600:]) or BLOCK_BEGINS.match(line)
            pieces += ["\n" if apart else "<br>", line]
        shown.append("".join(pieces))
    return "\n<p>".join(shown)
