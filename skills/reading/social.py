"""One's own posts as social networks let people download them (X, Instagram, Facebook, Threads, Mastodon)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from typing import Any

from skills.reading.broken_utf8 import spelt_once
from skills.reading.left_out import LeftOut
from skills.reading.tags import untagged

Record = dict[str, Any]
OF_OTHERS = re.compile(r"RT @\w{1,20}: ")
SHORT_LINK = re.compile(r"\s*\bhttps:/{2}t\.co/\w+\s*$")
"""What X puts at the end of a post in the place of its picture."""


def post(value: Record, left: LeftOut) -> Record | None:
    """The post that a record is, as a record with its text; {} if it has no words of its owner's; None for anything
    that is no post."""
    for found in (_tweet(value), _activity(value), _with_media(value), _facebook(value)):
        if found is None:
            continue
        said = list(dict.fromkeys(text.strip() for text in found if text.strip()))
        if not said:
            left.leave("posts_wordless", "")
            return {}
        text = "\n\n".join(said)
        if OF_OTHERS.match(text):
            left.leave("posts_of_others", text)
            return {}
        return {"text": text}
    return None


def _tweet(value: Record) -> list[str] | None:
    tweet = value.get("tweet", value)
    if not isinstance(tweet, dict) or not isinstance(tweet.get("full_text"), str) or "id_str" not in tweet:
        return None
    return [SHORT_LINK.sub("", unescape(tweet["full_text"]))]


def _activity(value: Record) -> list[str] | None:
    """Mastodon's: what was written is in the object of a `Create`; an `Announce` passes on what another wrote."""
    if value.get("type") not in ("Create", "Announce") or "actor" not in value or "object" not in value:
        return None
    written = value["object"]
    return [untagged(str(written.get("content") or ""))] if isinstance(written, dict) else [""]


def _with_media(value: Record) -> list[str] | None:
    """Instagram's and Threads': the words are the title of the post or of its first picture."""
    media = value.get("media")
    if not isinstance(media, list) or not media or not all(isinstance(each, dict) for each in media):
        return None
    if not all("creation_timestamp" in each for each in media):
        return None
    return [spelt_once(str(each.get("title") or "")) for each in (value, *media)]


def _facebook(value: Record) -> list[str] | None:
    data = value.get("data")
    if "timestamp" not in value or not isinstance(data, list) or not all(isinstance(each, dict) for each in data):
        return None
    if not any("post" in each for each in data) and "attachments" not in value:
        return None
    return [spelt_once(text) for each in data for text in _strings(each.get("post"))]


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
