"""Transcripts of calls and interviews: who speaks and when, as Zoom, Teams, Meet, Otter and others write them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import pairwise

from skills.reading.chats.program import Reader
from skills.reading.left_out import LeftOut
from skills.reading.said import Said
from skills.reading.stamps import is_day, seconds_of

TIME = r"\d{1,2}:\d{1,2}(?::\d{1,2})?(?:[.,]\d{1,3})?(?:\s?[AaPp]\.?\s?[Mm]\b\.?)?"
NAME = r"[^\W\d_](?:[^\n:\[\]()<>]{0,48}?[^\s:\[\]()<>])??(?: \([^()\n]{1,30}\))?"
CUE = re.compile(rf"(?P<time>{TIME})\s+-->\s+{TIME}")
VOICE = re.compile(r"<v(?:\.[\w.]{1,40})?\s+(?P<who>[^<>\n]{1,60})>(?P<text>)")
TAG = re.compile(r"</?[a-zA-Z\d][^<>\n]{0,60}>")
SPOKEN = re.compile(rf"\s*(?:-\s)?(?:\*\*)?\[?(?P<who>{NAME})\]?:(?:\*\*)?\s+(?P<text>\S.*)")
ALONE = re.compile(rf"\s*(?:#{{1,6}}\s)?[\[(]?(?P<time>{TIME})[\])]?\s*$")
TURNS = (
    re.compile(rf"\s*[\[(]?(?P<time>{TIME})[\])]?\s*[-–—|]?\s*(?:(?:From|De|Desde|Von|Da)\s+)?(?P<who>{NAME})"
               rf"(?:\s+(?:to|To|a|para|Para|an|à|À)\s+[^:\n]{{1,60}}?)?\s?:(?:\s+|$)(?P<text>.*)"),
    re.compile(rf"\s*(?P<who>{NAME})\s*[\[(](?P<time>{TIME})[\])]\s?:?\s*(?P<text>.*)"),
    re.compile(rf"\s*\[(?P<who>{NAME})\]\s+(?P<time>{TIME})(?P<text>)$"),
    re.compile(rf"\s*(?P<who>{NAME})\s{{1,8}}(?:[-–|·]\s)?(?P<time>{TIME})(?P<text>)\s*$"),
)  # fmt: skip
"""How a turn begins: 09:01 Nora: ..., Nora (09:01): ..., [Nora] 09:01, Nora  09:01."""
FRAME = re.compile(
    r"\W*(?:(?:(?:meeting|transcription|recording) (?:ended|started)|la (?:reunión|transcripción)"
    r" (?:finalizó|terminó|comenzó)|transcribed by|transcrito por|this editable transcript|esta transcripción editable)"
    r"\b.*|.{0,100}[-–] (?:transcript|transcripción|transcrição)|transcript|transcripción|transcrição)\W*$",
    re.IGNORECASE,
)
"""What these programs say of themselves."""
LABEL = re.compile(
    r"\W*(?:attendees|speakers|summary keywords|asistentes|participantes|hablantes|palabras clave)\W*$", re.IGNORECASE
)
"""Above a line that is the program's too."""
DAY = 86_400

Turn = tuple[str | None, float | None, str]
Turns = Callable[[Iterable[str], LeftOut], Iterator[Turn]]


def reader(head: Sequence[str]) -> Reader | None:
    """How to read the transcript of a call in which two or more speak, each with a name; None if this is none."""
    filled = [line for line in head if line.strip()][:400]
    if sum(CUE.match(line.strip()) is not None for line in filled) >= 3:
        return _reader(_cues, head, cut=True)
    if sum(ALONE.match(line) is not None for line in filled) >= 2 and (found := _reader(_blocks, head)) is not None:
        return found
    for turn in TURNS:
        begun = sum(turn.match(line) is not None for line in filled)
        if begun >= 3 and (found := _reader(partial(_begun, turn), head)) is not None:
            return found
    return None


def _reader(turns: Turns, head: Sequence[str], cut: bool = False) -> Reader | None:
    """What reads these turns, if their beginning is a conversation: most have a name, and the names take turns.

    `cut`: by the program, wherever a line was full.
    """
    seen = [(who, text) for who, _, text in turns(head, LeftOut())]
    named = [who for who, text in seen if who and text]
    counts = Counter(named)
    changes = sum(a != b for a, b in pairwise(named))
    lively = len(counts) >= 2 and len(named) >= 1.5 * len(counts) and changes >= 0.2 * len(named)
    if len(named) < 3 or len(named) < 0.4 * len(seen) or not lively:
        return None
    return lambda lines, left: _joined(turns(lines, left), cut)


def _joined(turns: Iterable[Turn], cut: bool) -> Iterator[Said]:
    """Each turn; what goes on without a name, or was cut, is one with that before it."""
    who: str | None = None
    begun: float | None = None
    text: list[str] = []
    for speaker, at, words in turns:
        goes_on = who is not None and (speaker is None or (cut and speaker == who))
        if text and not goes_on:
            yield Said(who, " ".join(text), begun)
            text = []
        if not text:
            who, begun = speaker, at
        text.append(words)
    if text:
        yield Said(who, " ".join(text), begun)


def _cues(lines: Iterable[str], left: LeftOut) -> Iterator[Turn]:
    """The cues of subtitles, .vtt or .srt, in which a tag or a colon names who speaks; Teams has the name on a line."""
    at: float | None = None
    cue: list[str] = []
    apart, blank, aside = False, True, False
    for line in lines:
        bare = line.strip("\ufeff \t")
        aside = bool(bare) and (aside or (blank and bare.startswith(("NOTE", "STYLE", "REGION"))))
        if (found := CUE.match(bare)) is not None:
            called = cue.pop() if cue and apart else ""  # the number or the name of a cue, alone above its times
            yield from _voices(cue, at) if at is not None else ()
            for frame in cue if at is None else ():
                left.leave("chat_notices", frame)
            left.leave("chat_stamps", f"{called} {bare}")
            at, cue = seconds_of(found["time"]), []
        elif aside:
            left.leave("chat_notices", bare)
        elif bare:
            cue.append(bare)
        apart = bool(bare) and blank
        blank = not bare
    yield from _voices(cue, at)


def _voices(cue: Sequence[str], at: float | None) -> Iterator[Turn]:
    """Who speaks in a cue and what: «<v Nora>Hola», «Nora: Hola», or the name alone on the first line."""
    who: str | None = None
    text: list[str] = []
    for place, line in enumerate(cue):
        found = VOICE.match(line) or SPOKEN.match(line)
        if found is not None:
            if text:
                yield who, at, " ".join(text)
            who, text = found["who"].strip(), [line[found.start("text") :]]
        elif place == 0 and len(cue) > 1 and re.fullmatch(NAME, line) and line.istitle() and len(line.split()) <= 4:
            who = line
        else:
            text.append(line)
        text = [TAG.sub("", piece).strip() for piece in text]
    if text:
        yield who, at, " ".join(text)


def _blocks(lines: Iterable[str], left: LeftOut) -> Iterator[Turn]:
    """Meet: a time alone on its line now and then, and turns that begin with a name and a colon."""
    at: float | None = None
    for line in _said(lines, left):
        if (found := ALONE.match(line)) is not None:
            left.leave("chat_stamps", line)
            at = seconds_of(found["time"])
        elif line.strip():
            spoken = SPOKEN.match(line)
            yield (spoken["who"], at, spoken["text"].strip()) if spoken else (None, at, line.strip())


def _begun(turn: re.Pattern[str], lines: Iterable[str], left: LeftOut) -> Iterator[Turn]:
    """Turns that begin with a name and a time in the way of `turn`; what follows without one goes on, until a day."""
    who: str | None = None
    at: float | None = None
    text: list[str] = []
    days = 0
    for line in _said(lines, left):
        found = turn.match(line)
        day = found is None and is_day(line)
        if found is None and not day:
            text.append(line.strip())
            continue
        if said := "\n".join(text).strip():
            yield who, at, said
        left.leave("chat_stamps", found["time"] if found else line)
        days += day
        who, text = None, []
        if found is not None:
            who, at, text = found["who"].strip(), days * DAY + seconds_of(found["time"]), [found["text"].strip()]
    if said := "\n".join(text).strip():
        yield who, at, said


def _said(lines: Iterable[str], left: LeftOut) -> Iterator[str]:
    """The lines, without those that are the program's."""
    labelled = False
    for line in lines:
        if line.strip() and (labelled or LABEL.match(line) or FRAME.match(line)):
            left.leave("chat_notices", line)
            labelled = not labelled and LABEL.match(line) is not None
        else:
            yield line
