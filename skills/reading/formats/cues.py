"""Subtitles of every kind as cues: who says what, from when to when, without the signs of their format."""

from __future__ import annotations

import html
import itertools
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import PurePath
from typing import NamedTuple

from skills.reading.left_out import LeftOut
from skills.texts.sentences import names, words

CLOCK = r"(?:\d{1,2} ?: ?)?\d{1,3} ?: ?\d{2}(?: ?[.,:] ?\d{1,3})?"
TIMING = re.compile(rf"^\s*(\[?)({CLOCK})\s*(?:[-–—]{{1,3}}>|→)\s*({CLOCK})(?![\d:])\]?(.*)$")
"""The times of a cue in SubRip and WebVTT."""
SETTINGS = re.compile(r"^[\s,]*(?:[\w-]+:\S+(?:\s+|$))*$")
"""Where a cue is shown: not what it says, which Whisper writes on the line of the times."""
SBV = re.compile(r"^\s*()(\d{1,2}:\d{2}:\d{2}[.,]\d{2,3})\s*,\s*(\d{1,2}:\d{2}:\d{2}[.,]\d{2,3})()\s*$")
"""Those of YouTube's own format and of SubViewer."""
FRAMES = re.compile(r"^\s*()\{(\d+)\}\{(\d*)\}(.*)$")
TENTHS = re.compile(r"^\s*()\[(\d+)\]\[(\d*)\](.*)$")
"""MicroDVD counts pictures, MPL2 tenths of a second; `|` ends a line."""
TIME = re.compile(r"\d+:\d\d:\d\d(?:\.\d+)?")
DIALOGUE = re.compile(r"^\s*Dialogue:\s*(.*)$")
DRAWING = re.compile(r"\{[^{}]{0,200}\\p[1-9]")
STAMP = rf"[\[(]?(?:({CLOCK})(?:\s*[-–—]\s*{CLOCK})?)[\])]?"
ALONE = re.compile(rf"^\s*{STAMP}\s*:?\s*$")
LEADING = re.compile(rf"^\s*(?:{STAMP}(?:\s*[-–—|:]\s+|\s+)|[\[(]({CLOCK})[\])])(?=\S)(.*)$")
PARTICLES = names("de del la las los da do dos van von der y e")
NAMED = re.compile(rf"^\s*((?![\d\W])[^:\n]{{1,40}}?)[,:]?\s+{STAMP}\s*:?\s*$")
"""A line of a transcript: a time alone, before what is said, or after the name of who says it."""
VERSE_NUMBER = re.compile(r"^\s*\d{1,3}:\d\s", re.MULTILINE)
"""«1:3», as the verses of the Bible are numbered: no time of day or of a video is written so."""
UNIT = r"\d+ (?:hora|minuto|segundo|hour|minute|second)s?"
IN_WORDS = re.compile(rf"^{UNIT}(?:(?:,| y| and)? {UNIT})*$")
"""A time in words, as the page of a video gives it to screen readers."""
LYRIC = re.compile(r"^\s*((?:\[\d{1,3}:\d{2}(?:[.:]\d{1,3})?\]\s*)+)(.*)$")
LYRIC_TIME = re.compile(r"\[(\d{1,3}:\d{2}(?:[.:]\d{1,3})?)\]")
SONG_TAG = re.compile(r"^\s*\[(ti|ar|al|au|by|re|ve|la|lr|length|offset|tool|#)\s*:(.*)\]\s*$", re.IGNORECASE)
HEADER = re.compile(r"^(?:\ufeff?WEBVTT|Kind:|Language:|X-TIMESTAMP-MAP|\[|##)")
NOTES = re.compile(r"^(?:NOTE|STYLE|REGION)\b")
VOICE = re.compile(r"<v(?:\.[\w.-]+)?\s+([^<>]{1,80})>")
TAG = re.compile(r"</?[A-Za-z][^<>]{0,200}>|<\d[\d:.]{3,14}>|\{[\\yYcCfFsSpP][^{}]{0,200}\}")
HEARD = "risa|aplauso|m[úu]sica|silencio|suspir|tose|llora|music|applause|laugh|sigh|cough|silence"
SOUND = re.compile(rf"\[[^\[\]]{{1,80}}\]|^\s*[-–—]?\s*\((?:[^()a-záéíóúñü]{{2,60}}|(?i:{HEARD})[^()]{{0,40}})\)")
"""What is heard and not said: «[Música]», «(APLAUSOS)», «(risas)»."""
NOTE_SIGNS = str.maketrans("", "", "♪♫♩♬")
TOGETHER = 50_000
"""Cues that are put in order together."""
BEGINS = 180
"""Seconds after which somebody has begun to speak."""
LONG = 120
"""Characters of a line that is no time alone, nor a name with one."""
MARGIN = 400
"""Lines of the beginning that are looked at to tell a transcript."""


class Cue(NamedTuple):
    """What is said, line by line, and its time in seconds; `end` is None where the format does not tell it."""

    start: float
    end: float | None
    lines: tuple[str, ...]
    speaker: str | None = None


Parser = Callable[[Iterable[str], LeftOut], Iterator[Cue]]


def parser_for(head: str, name: str) -> Parser | None:
    """How to read the cues of a text that begins so; None if it has none. Its name is believed only of a song."""
    lines = head.split("\n")
    filled = [line for line in lines if line.strip()]
    if not filled:
        return None
    for pattern in (TIMING, SBV):
        if _mostly(pattern, filled, head, 0.1):
            return partial(_timed, pattern=pattern)
    if re.search(r"^Dialogue:\s*[^,\n]*,\d+:\d\d:\d\d\.\d\d,", head, re.MULTILINE):
        return _ordered(_styled)
    for pattern, unit in ((FRAMES, 1 / 25), (TENTHS, 0.1)):
        if _mostly(pattern, filled, head, 0.8):
            return partial(_inline, pattern=pattern, unit=unit)
    if is_song(filled, name):
        return _ordered(_song)
    return partial(_transcript, called=_called(filled)) if _is_transcript(filled, head) else None


def _ordered(parser: Parser) -> Parser:
    """The cues in the order of their times, as far as they fit in memory together."""

    def parse(lines: Iterable[str], left: LeftOut) -> Iterator[Cue]:
        found = parser(lines, left)
        while some := list(itertools.islice(found, TOGETHER)):
            yield from sorted(some, key=lambda cue: cue.start)

    return parse


def is_song(lines: list[str], name: str) -> bool:
    """Lyrics with times; what a program heard and wrote in their format is speech."""
    tagged = sum(bool(LYRIC.match(line)) for line in lines)
    tags = [found for line in lines[:20] if (found := SONG_TAG.match(line))]
    heard = any("whisper" in tag[0].casefold() for tag in tags)
    named = bool(tags) or PurePath(name).suffix.casefold() == ".lrc"
    return named and not heard and tagged >= max(1, 0.5 * (len(lines) - len(tags)))


def _mostly(pattern: re.Pattern[str], lines: list[str], head: str, share: float) -> bool:
    """Two times at least, a good part of the lines; or one, at the beginning of a short text."""
    if pattern is TIMING and not re.search(r"[-–—]>|→", head):
        return False
    found = sum(bool(pattern.match(line)) for line in lines)
    first = any(pattern.match(line) for line in lines[:4])
    return found >= share * len(lines) and (found >= 2 or (found == 1 and first and len(lines) <= 12))


def _is_transcript(lines: list[str], head: str) -> bool:
    """Lines with times that rise as fast as one speaks."""
    stamped = [(i, time) for i, line in enumerate(lines[:MARGIN]) if (time := _stamped(line)) is not None]
    lines = lines[:MARGIN]
    if len(stamped) < 3 or len(stamped) < 0.2 * len(lines) or VERSE_NUMBER.search(head):
        return False
    times = [seconds(time) for _, time in stamped]
    rising = sum(a <= b for a, b in itertools.pairwise(times)) >= 0.9 * (len(times) - 1)
    said = sum(len(words(_said_after(line))) for line in lines[stamped[0][0] : stamped[-1][0]])
    pace = said / max(1.0, times[-1] - times[0])
    # A recording begins at nought, a chat or a programme at some hour of the day.
    return rising and 0.4 <= pace <= 8 and times[0] <= BEGINS


def _stamped(line: str) -> str | None:
    found = _alone(line) or LEADING.match(line)
    if found:
        return found[1] or found[2]
    named = _named(line)
    return named[2] if named else None


def _alone(line: str) -> re.Match[str] | None:
    return ALONE.match(line) if len(line) <= LONG else None


def _named(line: str) -> re.Match[str] | None:
    """A name and a time: «Nora de la Cruz  0:03», «Speaker 2 (00:01:10)»; not a sentence that ends with an hour."""
    found = NAMED.match(line) if len(line) <= LONG else None
    return found if found and _is_name(found[1]) else None


def _is_name(text: str) -> bool:
    parts = text.split()
    proper = all(not word[0].islower() or word in PARTICLES for word in parts)
    return proper and 1 <= len(parts) <= 5 and text[-1].isalnum()


def _called(lines: list[str]) -> frozenset[str]:
    """Names that stand after times, alone, more than once: who speaks in what follows."""
    after = Counter(found[3].strip() for line in lines if (found := LEADING.match(line)) and len(line) <= LONG)
    return frozenset(name for name, times in after.items() if times > 1 and _is_name(name))


def _said_after(line: str) -> str:
    if _alone(line) or _named(line):
        return ""
    found = LEADING.match(line)
    return found[3] if found else line


def seconds(clock: str) -> float:
    """«1:02:03,5» -> 3723.5"""
    *rest, last = re.sub(r"[\s]", "", clock).replace(",", ".").split(":")
    if len(rest) == 3:  # a colon before the fraction
        rest, last = rest[:2], f"{rest[2]}.{last}"
    whole = 0.0
    for part in rest:
        whole = 60 * whole + int(part)
    return 60 * whole + float(last)


# --- the formats ------------------------------------------------------------------------------------------------------


def _timed(lines: Iterable[str], left: LeftOut, pattern: re.Pattern[str]) -> Iterator[Cue]:
    """SubRip, WebVTT, SBV: times on a line, what is said below, perhaps a number above."""
    time: re.Match[str] | None = None
    held: list[str] = []
    vtt = noting = False
    for i, line in enumerate(lines):
        vtt = vtt or (i == 0 and "WEBVTT" in line)
        found = pattern.match(line)
        noting = not found and ((noting and bool(line.strip())) or (vtt and bool(NOTES.match(line))))
        if noting or (time is None and not found and HEADER.match(line)):
            left.leave("cues", line)
        elif found:
            yield from _cue(time, _unnumbered(held, vtt), left)
            time, held = found, [] if SETTINGS.match(found[4]) else [found[4]]
        else:
            held.append(line)
    yield from _cue(time, held, left)


def _unnumbered(held: list[str], vtt: bool) -> list[str]:
    """Without the number, or in WebVTT the name, of the cue that follows."""
    if held and (held[-1].strip().isdigit() or (vtt and held[-1].strip() and held[-2:-1] and not held[-2].strip())):
        return held[:-1]
    if len(held) > 1 and not held[-1].strip() and held[-2].strip().isdigit() and not "".join(held[-3:-2]).strip():
        return held[:-2]  # a blank line between the number and the times
    return held


def _cue(time: re.Match[str] | None, held: list[str], left: LeftOut) -> Iterator[Cue]:
    if time is not None:
        left.leave("cues", time[0] if SETTINGS.match(time[4]) else time[0][: time.start(4)])
    pieces = tuple(piece for line in held for piece in re.split(r"\[br\]", line) if piece.strip())
    if pieces:
        yield Cue(seconds(time[2]), seconds(time[3]), pieces) if time else Cue(0.0, 0.0, pieces)


def _inline(lines: Iterable[str], left: LeftOut, pattern: re.Pattern[str], unit: float) -> Iterator[Cue]:
    for line in lines:
        found = pattern.match(line)
        if found:
            left.leave("cues", line[: found.start(4)])
            start = int(found[2]) * unit
            rate = re.fullmatch(r"\d\d(?:\.\d+)?", found[4].strip())  # MicroDVD's first line: pictures a second
            if not rate:
                pieces = tuple(piece.lstrip("/") for piece in found[4].split("|"))
                yield Cue(start, int(found[3] or found[2]) * unit, pieces)
        elif line.strip():
            yield Cue(0.0, None, (line,))


def _styled(lines: Iterable[str], left: LeftOut) -> Iterator[Cue]:
    """Advanced SubStation: a table of events, of which those called Dialogue are said."""
    fields = ["layer", "start", "end", "style", "name", "l", "r", "v", "effect", "text"]
    events = False
    for line in lines:
        events = line.strip().casefold() == "[events]" or (events and not line.startswith("["))
        if events and line.casefold().startswith("format:"):
            fields = [field.strip().casefold() for field in line.partition(":")[2].split(",")]
        spoken = DIALOGUE.match(line)
        cells = dict(zip(fields, spoken[1].split(",", len(fields) - 1), strict=False)) if spoken else {}
        text = cells.get("text", "")
        times = [cells.get(field, "").strip() for field in ("start", "end")]
        if line.strip():
            left.leave("cues", line[: len(line) - len(text)])
        if all(map(TIME.fullmatch, times)) and not DRAWING.search(text):
            pieces = tuple(re.split(r"\\[Nn]", text.replace(r"\h", " ")))
            yield Cue(seconds(times[0]), seconds(times[1]), pieces, cells.get("name", "").strip() or None)


def _transcript(lines: Iterable[str], left: LeftOut, called: frozenset[str]) -> Iterator[Cue]:
    """What the page of a video or a dictation shows: a time, and below or beside it what was said, or who says it."""
    time, speaker = 0.0, None
    held: list[str] = []

    def spoken() -> Iterator[Cue]:
        if held:
            yield Cue(time, None, tuple(held), speaker)

    for line in lines:
        stamp = _stamped(line)
        if stamp is None:
            if IN_WORDS.match(line.strip()):
                left.leave("cues", line)
            elif line.strip():
                held.append(line)
            continue
        yield from spoken()
        left.leave("cues", stamp)
        alone, named = _alone(line), _named(line)
        time = seconds(stamp)
        speaker = named[1].strip() if named and not alone else speaker if alone else None
        after = _said_after(line).strip()
        speaker = after if after in called else speaker
        held = [after] if after and after not in called else []
    yield from spoken()


def _song(lines: Iterable[str], left: LeftOut) -> Iterator[Cue]:
    """Lyrics, in the order in which they are sung; a line that comes back may be written once, with all its times."""
    last = 0.0
    for line in lines:
        sung, tag = LYRIC.match(line), SONG_TAG.match(line)
        if tag:
            left.leave("song_times", line)
        elif sung:
            left.leave("song_times", sung[1])
            times = list(map(seconds, LYRIC_TIME.findall(sung[1])))
            yield from (Cue(time, None, (sung[2],)) for time in times)
            last = times[-1]
        elif line.strip():
            yield Cue(last, None, (line,))


# --- the words of a cue -----------------------------------------------------------------------------------------------


def bare(cue: Cue, left: LeftOut) -> Iterator[Cue]:
    """The cue without tags, signs of music and what is only heard; one for each voice that it names."""
    speaker = cue.speaker
    lines: list[str] = []
    for line in cue.lines:
        for i, piece in enumerate(VOICE.split(line)):
            if i % 2:
                if lines:
                    yield cue._replace(lines=tuple(lines), speaker=speaker)
                speaker, lines = " ".join(html.unescape(piece).split()), []
            elif text := plain(piece, left):
                lines.append(text)
    if lines:
        yield cue._replace(lines=tuple(lines), speaker=speaker)


def plain(line: str, left: LeftOut) -> str:
    """A line without what is not said."""
    text = html.unescape(TAG.sub("", line)).translate(NOTE_SIGNS)
    if "[" in text or "(" in text:
        named = re.match(r"^\s*\[([^\[\]]{1,40})\]\s?:\s", text)
        text = f"{named[1]}: {text[named.end() :]}" if named else text
        for sound in SOUND.findall(text):
            left.leave("sounds", sound)
        text = SOUND.sub(" ", text)
    return " ".join(text.split())
