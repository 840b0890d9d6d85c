"""A summary in the model's own words: one prompt for a short text; for a long one, part by part, then the whole."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from skills.blocks import msg
from skills.contract import Advanced, Chat, ChatMessage, Context, Language, Options
from skills.texts.faithful import Evidence
from skills.texts.rank import choose, scores
from skills.texts.sentences import Sentence, split_text, words

PROMPTS = Path(__file__).parent.parent / "prompts"
PART_TOKENS = 900
"""Tokens of the text in one prompt: half a minute of reading on a slow machine, and small models lose the thread of
more."""
SENTENCE_TOKENS = 60
MARK = re.compile(r"^\s*(?:[-*•]|\d{1,2}[.)]|#+)\s+|\*\*", re.MULTILINE)


class Draft(NamedTuple):
    """What the model wrote, not yet checked, and how many of the text's parts it read."""

    sentences: list[str]
    parts_read: int
    parts: int


def draft(
    sentences: Sequence[Sentence], source: Evidence, count: int, language: Language, ctx: Context, minutes: float
) -> Draft:
    """`count` sentences about the text, in its `language`; a long text is read by parts for at most `minutes`.

    When time is up or the learner asks to stop, the parts read so far are what is summed up. The parts that carry
    most are read first.
    """
    chat = ctx.chat
    assert chat is not None
    parts = cut_parts(sentences, chat, _room(chat, count))
    if len(parts) == 1:
        ctx.emit(Advanced(done=0, total=1, doing=msg("summarize.doing.writing")))
        return Draft(_ask(ctx, f"summarize.{language}", " ".join(s.text for s in parts[0]), count), 1, 1)
    notes, read = _read_parts(parts, source, language, ctx, time.monotonic() + 60 * minutes)
    if len(notes) <= count or ctx.requested() is not None:
        return Draft([note.text for note in notes], read, len(parts))
    # What does not fit one prompt is chosen like sentences of a text, never cut.
    keep = len(notes)
    while keep > count and len(cut_parts([notes[i] for i in choose(notes, keep)], chat, _room(chat, count))) > 1:
        keep -= max(1, keep // 10)
    chosen = " ".join(notes[i].text for i in choose(notes, keep))
    ctx.emit(Advanced(done=read, total=len(parts), doing=msg("summarize.doing.writing")))
    return Draft(_ask(ctx, f"summarize.{language}", chosen, count), read, len(parts))


def _room(chat: Chat, count: int) -> int:
    """Tokens of text that fit one prompt, with room for the answer and the template around it."""
    return max(64, min(PART_TOKENS, chat.profile.context - SENTENCE_TOKENS * count - 160))


def cut_parts(sentences: Sequence[Sentence], chat: Chat, room: int) -> list[list[Sentence]]:
    """Whole sentences packed in order into parts of at most `room` tokens; a longer sentence is divided at spaces."""
    parts: list[list[Sentence]] = [[]]
    used = 0
    for sentence in sentences:
        for piece in _divided(sentence, chat, room):
            tokens = chat.count_tokens(piece.text) + 1
            if parts[-1] and used + tokens > room:
                parts.append([])
                used = 0
            parts[-1].append(piece)
            used += tokens
    return parts


def _divided(sentence: Sentence, chat: Chat, room: int) -> list[Sentence]:
    tokens = chat.count_tokens(sentence.text)
    if tokens <= room:
        return [sentence]
    tokenised = sentence.text.split()
    step = max(1, len(tokenised) * room // (2 * tokens))
    pieces = [" ".join(tokenised[i : i + step]) for i in range(0, len(tokenised), step)]
    # A «word» longer than the room (no spaces at all) is divided by characters.
    width = max(1, len(sentence.text) * room // (2 * tokens))
    return [
        sentence._replace(text=piece[i : i + width * 4]) for piece in pieces for i in range(0, len(piece), width * 4)
    ]


def _read_parts(
    parts: Sequence[Sequence[Sentence]], source: Evidence, language: Language, ctx: Context, deadline: float
) -> tuple[list[Sentence], int]:
    """A checked note for each part that there was time for, in the order of the text; and how many were read."""
    value = scores([sentence for part in parts for sentence in part])
    best: list[tuple[float, int, str]] = []
    at = 0
    for number, part in enumerate(parts):
        scored = value[at : at + len(part)]
        at += len(part)
        best.append((float(scored.max()), number, part[int(scored.argmax())].text))
    notes: dict[int, Sentence] = {}
    began = time.monotonic()
    for _, number, extracted in sorted(best, reverse=True):
        now = time.monotonic()
        if notes and (now > deadline or ctx.requested() is not None):
            break
        eta = (now - began) / len(notes) * (len(parts) - len(notes)) if notes else None
        left = min(eta, deadline - now) if eta is not None else None
        ctx.emit(Advanced(done=len(notes), total=len(parts), eta=left, doing=msg("summarize.doing.reading")))
        said = next(iter(_ask(ctx, f"summarize_part.{language}", " ".join(s.text for s in parts[number]), 1)), "")
        faithful = source.check(said).problem is None
        notes[number] = Sentence(said if faithful else extracted, parts[number][0].paragraph, number)
    return [notes[number] for number in sorted(notes)], len(notes)


def _ask(ctx: Context, prompt: str, text: str, count: int) -> list[str]:
    """The model's sentences, at most `count`; one that was not finished is left out, and so are repeated ones."""
    assert ctx.chat is not None
    asked = (PROMPTS / f"{prompt}.md").read_text("utf-8").replace("{n}", str(count))
    message = ChatMessage(role="user", content=asked.replace("{text}", text).strip())
    written = ""
    stream = ctx.chat.stream([message], Options(max_tokens=SENTENCE_TOKENS * count, repetition_penalty=1.05))
    for piece in stream:
        written += piece
        if ctx.requested() is not None:
            break
    said = [s for line in MARK.sub("", written).splitlines() for s in split_text(line)]
    whole = [s for s in said if s.rstrip("\"'»”’) ")[-1:] in (".", "!", "?", "…") and len(words(s)) > 2]
    return list(dict.fromkeys(whole))[:count]
