"""What people and programs that answer said to each other: ChatGPT, Claude, DeepSeek, Open WebUI, Grok."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from skills.reading.chats.program import JsonProgram, string
from skills.reading.left_out import LeftOut
from skills.reading.said import ASSISTANT, SYSTEM, USER, Said, Talk

ROLES = {
    "user": USER, "human": USER, "request": USER,
    "assistant": ASSISTANT, "ai": ASSISTANT, "response": ASSISTANT, "system": SYSTEM,
}  # fmt: skip
WORDS = ("text", "multimodal_text")
"""What a message of ChatGPT's may be, where it is said to somebody; all else is how the machine got there."""
CITED = re.compile("\ue200[^\ue201]{0,400}\ue201|【[^【】\n]{1,60}†[^【】\n]{0,60}】")
"""Where an answer was found, for the program's eyes."""


class Node(NamedTuple):
    """A message of a conversation that was tried in several ways: `parent` is the one that it follows."""

    parent: str | None
    message: Any


def knows(data: Any) -> bool:
    return any(_nodes(conversation) is not None for conversation in _listed(data)[:50])


def talks(files: Sequence[Any], left: LeftOut, title: str | None) -> Iterator[Talk]:
    for data in files:
        for conversation in _listed(data):
            if (found := _nodes(conversation)) is not None:
                nodes, last = found
                way = _way(nodes, last)
                for id, node in nodes.items():
                    for said in _said(node.message, LeftOut()) if id not in way else ():
                        left.leave("chat_branches", said.text)
                yield Talk(_titled(conversation) or title, [s for id in way for s in _said(nodes[id].message, left)])


PROGRAM = JsonProgram(("mapping", "chat_messages", "currentId", "responses"), knows, talks, roles=True)


def _listed(data: Any) -> list[Any]:
    """The conversations of an export: a list, one alone, or a list under the name it has."""
    if isinstance(data, dict):
        listed = data.get("conversations")
        return listed if isinstance(listed, list) else [data]
    return data if isinstance(data, list) else []


def _titled(conversation: Mapping[str, Any]) -> str | None:
    inner = conversation.get("conversation")
    holders = (conversation, inner if isinstance(inner, dict) else {})
    return next((name for holder in holders for key in ("title", "name") if (name := string(holder.get(key)))), None)


def _nodes(conversation: Any) -> tuple[dict[str, Node], str | None] | None:
    """The messages of a conversation by their ids, and the last; None if this is no conversation."""
    if not isinstance(conversation, dict):
        return None
    if isinstance(mapping := conversation.get("mapping"), dict):  # ChatGPT, DeepSeek
        return _linked(mapping, "parent", "message"), string(conversation.get("current_node"))
    chat = conversation.get("chat")
    history = chat.get("history") if isinstance(chat, dict) else None
    if isinstance(history, dict) and isinstance(messages := history.get("messages"), dict):  # Open WebUI
        return _linked(messages, "parentId"), string(history.get("currentId"))
    if isinstance(messages := conversation.get("chat_messages"), list):  # Claude
        return _in_row(messages, "parent_message_uuid")
    if isinstance(messages := conversation.get("responses"), list):  # Grok
        return _in_row([entry.get("response") for entry in messages if isinstance(entry, dict)], "parent_response_id")
    return None


def _linked(messages: Mapping[str, Any], parent: str, inner: str | None = None) -> dict[str, Node]:
    found = {id: node for id, node in messages.items() if isinstance(node, dict)}
    return {id: Node(string(node.get(parent)), node.get(inner) if inner else node) for id, node in found.items()}


def _in_row(messages: Sequence[Any], parent: str) -> tuple[dict[str, Node], str | None]:
    """Messages that follow each other, unless each says which it follows."""
    found = [message for message in messages if isinstance(message, dict)]
    ids = [str(message.get("uuid") or message.get("_id") or place) for place, message in enumerate(found)]
    told = [string(message.get(parent)) for message in found]
    before = told if any(id in ids for id in told) else [None, *ids][: len(ids)]
    nodes = {id: Node(above, message) for id, above, message in zip(ids, before, found, strict=True)}
    return nodes, ids[-1] if ids else None


def _way(nodes: Mapping[str, Node], last: str | None) -> dict[str, None]:
    """The ids from the first message to the last one that was seen; of several ways the one that was taken."""
    if last not in nodes:
        above = {node.parent for node in nodes.values()}
        last = next((id for id in list(nodes)[::-1] if id not in above), None)
    way: dict[str, None] = {}
    while last is not None and last in nodes and last not in way:
        way[last] = None
        last = nodes[last].parent
    return dict.fromkeys(list(way)[::-1])


def _said(message: Any, left: LeftOut) -> Iterator[Said]:
    if not isinstance(message, dict):
        return
    if isinstance(fragments := message.get("fragments"), list):
        for fragment in filter(_is_object, fragments):  # DeepSeek: what was asked, thought, and answered
            yield from _one(str(fragment.get("type", "")), fragment.get("content"), False, left)
        return
    author = message.get("author")
    role = author.get("role") if isinstance(author, dict) else message.get("role") or message.get("sender")
    yield from _one(str(role or ""), _content(message), _aside(message), left)


def _is_object(value: Any) -> bool:
    return isinstance(value, dict)


def _one(role: str, content: Any, aside: bool, left: LeftOut) -> Iterator[Said]:
    """What was said; what the machine wrote to itself or to its tools is left out."""
    text = CITED.sub("", "\n".join(_pieces(content, left))).strip()
    who = ROLES.get(role.casefold())
    if not text:
        return
    if who is None or aside:
        left.leave("chat_tools", text)
    else:
        yield Said(who, text)


def _content(message: Mapping[str, Any]) -> Any:
    content = message.get("content", message.get("message", message.get("text")))
    if isinstance(content, dict):
        return content.get("parts") or content.get("text") or content.get("result")
    return content or message.get("text")


def _aside(message: Mapping[str, Any]) -> bool:
    """Was a message not for the eyes of whoever talked?"""
    content = message.get("content")
    kind = content.get("content_type", "text") if isinstance(content, dict) else "text"
    metadata = message.get("metadata")
    hidden = isinstance(metadata, dict) and metadata.get("is_visually_hidden_from_conversation")
    tool = message.get("recipient", "all") != "all"
    return kind not in WORDS or bool(hidden) or tool


def _pieces(content: Any, left: LeftOut) -> Iterator[str]:
    """The words of a message: a text, or pieces of which some are images, files or calls of a tool."""
    if isinstance(content, str):
        yield content
    for piece in content if isinstance(content, list) else ():
        if isinstance(piece, str):
            yield piece
        elif isinstance(piece, dict):
            kind = str(piece.get("type") or piece.get("content_type") or "")
            words = piece.get("text") if kind in ("", "text", "audio_transcription", "voice_note") else None
            if isinstance(words, str):
                yield words
            else:
                machine = piece.get("thinking") or piece.get("input") or piece.get("content")
                left.leave("chat_tools" if machine else "chat_media", str(machine or kind))
