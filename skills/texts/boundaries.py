"""Where sentences end in Spanish and English: by the punctuation, the word before it and what comes after it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from skills.texts import abbreviations as known
from skills.texts.normalize import fold

CLOSERS, OPENERS = r"\"'»”’)\]*_", r"¿¡«“‘\"'(\[—–\-*_#•"
EMOJI = "[\U0001f1e6-\U0001faff\u2600-\u27bf\u2b50\ufe0f\u200d]"
CAPITAL, SMALL = "[¿¡]?[A-ZÀ-Þ]", "[a-zß-ÿ]"
BREAK = re.compile(
    rf"(?<![.!?…])(?P<mark>[.!?…]++)(?P<close>[{CLOSERS}]*+)(?P<dash>[-–—]?+)"
    rf"(?:(?:\s*+{EMOJI})*+(?=\s)|(?<=[-–—])(?={CAPITAL})|(?<=[a-zß-ÿ ][.!?])(?={CAPITAL}{SMALL}+(?:[\s,;:.!?]|$)))"
    rf"|(?<!{EMOJI}){EMOJI}++(?=\s)|\n"
)
"""After punctuation, also where the space after it was forgotten; after emoji; and the end of a line."""
NEXT = re.compile(
    rf"(?P<space>\s*+)(?P<opens>(?:(?:\.{{3}}|…)(?=\S)|[{OPENERS}]\s?+)*+)(?P<word>[^\W_]{{0,30}}+)"
    r"(?P<after>\W?)\s?(?P<then>\w?)"
)
WORD = re.compile(r"[^\W_]")
EDGES = "(¿¡«“\"'[—–-*_/"
INSIDE = re.compile(r"[(¿¡«“\"\[—–*_/]|(?<!\w)['‘’]|(?<=\.)-|^-")
ENUMERATOR = re.compile(r"[\s(*_#]*+(?:\d{1,3}(?:\.\d{1,3})*+|[IVXLC]{1,6}|[a-zA-Z])")
ROMAN = re.compile(r"[IVXLC]{2,}|[VX]")
DOTTED = re.compile(r"(?:[^\W\d_]{1,3}\.)+[^\W\d_]{1,3}")
LISTED = re.compile(
    rf"[ \t]*(?:[-*•▪‣◦·] |[—–][ ]?[«“]?{CAPITAL}|\(?[\da-zA-Z]{{1,3}}\) |\d{{1,3}}(?:\.\d{{1,2}})+ |\d{{1,3}}\. "
    r"|\[?\d{1,2}[:/.]\d\d?\b)"
)
"""How a line begins that is one of several: items, turns of a dialogue, messages with their time."""
LABELLED = re.compile(r"[A-ZÀ-Þ][^\n:.!?,;]{0,30}: |\d{1,4} [^\W\d_]")
"""How lines begin that come in a row: with who speaks, or how much of something."""
SAID = re.compile(rf"\s+(?:[A-ZÀ-Þ][\w.]*\s+){{1,2}}(?:{known.SAYING.replace(' ', '|')})\b")
FIRST_LETTER = re.compile(r"[\W\d_]{0,20}([^\W\d_])")
GOES_ON = frozenset("=<>%,;:/&+.!?…)]}»”|")
WHOLE = re.compile(r".*['’].*|[^\W\d_]{4,}[aeiouáéíóúy]|[^\W\d_]{4,}[aeiouáéíóú][nsrlzd]")
"""Words that are too long to be abbreviations, by their end."""
REACH = 40
"""Characters before a full stop in which the words before it are looked for; and of a heading or a speaker's name."""


def ends(text: str) -> Iterator[int]:
    """The places after the sentences of a paragraph, but for the last."""
    start = seen = 0
    worded = False
    for match in BREAK.finditer(text):
        worded = worded or WORD.search(text, seen, match.start()) is not None
        seen = match.start()
        if worded and _ends(text, start, match):
            start, worded = match.end(), False
            yield start


def _ends(text: str, start: int, match: re.Match[str]) -> bool:
    """Does the sentence that began at `start` end here, given what is around?"""
    if match[0] == "\n":
        return _line_ends(text, match.start())
    follows = NEXT.match(text, match.end())
    assert follows is not None
    mark, word = match["mark"] or "", follows["word"]
    if not word:
        return follows["after"] not in GOES_ON
    small = word[0].islower()
    if mark == ".":
        return _stop_ends(text, start, match, follows)
    if mark.strip("!?"):  # an ellipsis; «I... I don't know»
        return not small and re.split(r"\W+", text[max(start, match.start() - REACH) : match.start()])[-1] != word
    if not small:
        return not (mark and match["close"] and SAID.match(text, match.end()))
    return bool(mark) and (len(mark) > 1 or follows["opens"][:1] in ("¿", "¡") or _begins_small(text, start))


def _stop_ends(text: str, start: int, match: re.Match[str], follows: re.Match[str]) -> bool:
    """Does the sentence end with this full stop?"""
    stop, small = match.start(), follows["word"][0].islower()
    if ENUMERATOR.fullmatch(text, start, stop) or _is_label(text, start, match, follows):
        return False
    words = text[max(start, stop - REACH) : stop].split()
    last = INSIDE.split(words[-1])[-1] if words and not text[stop - 1].isspace() else ""
    previous = words[-2].strip(EDGES).casefold() if len(words) > 1 else ""
    if match["dash"] and len(last) > 1 and last.isupper():
        return False  # «MARTA.—¿Quién anda?»
    if last and _goes_on(last, previous, follows):
        return False
    if not small:
        return True
    if match["close"] or not last:
        return False
    sure = last in known.WORDS_TOO or WHOLE.fullmatch(last) or follows["word"] in known.PRONOUNS
    return bool(sure) or _begins_small(text, start)


def _goes_on(last: str, previous: str, follows: re.Match[str]) -> bool:
    """Is `last`, the word before a full stop, an abbreviation or an initial, and does the sentence go on after it?"""
    word, low = follows["word"], last.casefold()
    if low in known.ALWAYS or (len(last) == 1 and len(word) == 1 and follows["after"] == "."):  # «a. C.», «q. e. p. d.»
        return True
    measure = low in known.UNITS and previous[-1:].isdigit()
    if word[0].islower():
        return measure or (last not in known.WORDS_TOO and _is_short(last, low))
    if len(last) == 1 and last.isupper():
        return not (_is_letter_after(previous) or _begins(follows))
    if DOTTED.fullmatch(last):
        return last.isupper() and low not in known.EITHER and not _begins(follows)
    if measure:
        return word[0].isdigit()
    if _is_number(low, follows):
        return low in known.TITLES or low in known.NUMBERED
    return low in known.TITLES and not _begins(follows)


def _is_short(last: str, low: str) -> bool:
    listed = low in known.TITLES or low in known.NUMBERED or low in known.EITHER
    return listed or len(last) == 1 or DOTTED.fullmatch(last) is not None


def _is_letter_after(previous: str) -> bool:
    """Is a single capital after this word a letter («sala B», «3.º B», «a. C.»), and no initial?"""
    number = previous[-1:].isdigit() or previous.endswith(("º", "ª", "°"))
    return number or previous.rstrip(".") in known.LETTERED or previous in ("a.", "d.")


def _is_number(low: str, follows: re.Match[str]) -> bool:
    """Is what follows the abbreviation `low` a number, or a letter that stands for one («dto. B,»)?"""
    word = follows["word"]
    letter = len(word) == 1 and follows["after"] in (".", ",", ")", ";")
    roman = ROMAN.fullmatch(word) is not None or (word == "I" and low in known.VOLUMES)
    return word[0].isdigit() or roman or letter or word.casefold() in known.NUMBER_WORDS


def _begins(follows: re.Match[str]) -> bool:
    """Does what follows begin a sentence, by its words?"""
    if set(follows["opens"]) & set("¿¡—–"):
        return True
    word = fold(follows["word"])
    if word in known.NAMES_TOO:
        return False
    return follows["then"].islower() if word in known.PARTICLES else word in known.BEGINNERS


def _begins_small(text: str, start: int) -> bool:
    """Did the sentence begin with a small letter, as people write on a telephone?"""
    first = FIRST_LETTER.match(text, start)
    return first is not None and first[1].islower()


def _is_label(text: str, start: int, match: re.Match[str], follows: re.Match[str]) -> bool:
    """Is what begins the line the name of who speaks, or of an article («JACINTO. —¿Quién?», «Art. 14.- Todos»)?"""
    if match.start() - start > REACH or "\n" in follows["space"]:
        return False
    body = text[start : match.start()]
    name = body.strip(" \n\t*_")
    if (start and "\n" not in body[: len(body) - len(body.lstrip())]) or len(name.split()) > 3 or name[0] in EDGES:
        return False
    if match["dash"]:
        return True
    word = follows["word"]
    return name.isupper() and sum(map(str.isalpha, name)) > 2 and not (word.isupper() and len(word) > 1)


def _line_ends(text: str, at: int) -> bool:
    """Does a sentence end with the line though it has no full stop: a heading, an item, a message, «Dear Ana:»?"""
    after = text.find("\n", at + 1)
    line, following = text[text.rfind("\n", 0, at) + 1 : at], text[at + 1 : after if after >= 0 else None]
    if not following.strip() or LISTED.match(following):
        return True
    if LABELLED.match(following) and LABELLED.match(line):
        return True
    heading = line.isupper() and sum(map(str.isalpha, line)) > 2 and not following.isupper()
    first = following.lstrip(f" \t{OPENERS}")[:1]
    if not first.isupper():
        return heading and first.isdigit()
    addressed = line.rstrip().endswith(":")
    return heading or addressed or LISTED.match(line) is not None
