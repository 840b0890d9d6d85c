"""Conversations in the layouts of the field: who says what, and what is the machine's own and nobody's words."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from skills.reading import chat_marks
from skills.reading.left_out import LeftOut
from skills.reading.tables import cell_text
from skills.texts.normalize import fold_word
from skills.texts.sentences import names
from skills.workspace import Row, Turn

Role = Literal["system", "user", "assistant"]
SYSTEM = names("system sistema developer context")
USER = names("user human usuario usuaria humano persona prompter")
ASSISTANT = names("assistant gpt bot model asistente ai chatgpt bard chatbot")
MACHINE = names(
    "tool tools function functions observation function_call function_response tool_call tool_calls tool_response "
    "tool_result ipython environment code_interpreter api"
)
"""Who is neither person nor model: a program that the model calls, and the call."""
FORMS = (
    ("role", "content"), ("from", "value"), ("role", "value"), ("from", "content"), ("role", "parts"),
    ("author", "content"), ("role", "text"),
)  # fmt: skip
SPEAKERS = frozenset(who for who, _ in FORMS)
KEYS = ("messages", "conversations", "conversation", "turns", "contents", "dialog", "dialogue", "dialogo", "chat")
SYSTEM_KEYS = ("system", "system_prompt", "systemInstruction", "system_instruction", "sistema")
TOOL_KEYS = ("tools", "functions", "tool_calls", "function_call")
THOUGHT_KEYS = ("reasoning_content", "reasoning", "thinking")
PROMPT_KEYS = ("prompt", "instruction", "question", "query", "input")
INPUT_KEYS = ("input", "context")
ANSWER_KEYS = ("completion", "chosen", "output", "response", "answer", "preferred_output")
WORSE_KEYS = ("rejected", "non_preferred_output")
NESTED = frozenset((list, dict))
SPECIAL = frozenset((*KEYS, *SYSTEM_KEYS, *TOOL_KEYS, *WORSE_KEYS, "history", "label", "kto_tag"))
"""Names that make a record with nothing but plain cells more than a row of a table."""
CALLS = re.compile(r"<(tool_call|tool_response|function_call|functioncall|tools)>.*?(?:</\1>|\Z)\s*", re.DOTALL)
PICTURES = names("image image_url input_image video audio input_audio file document inline_data file_data")
CALLED = names(
    "tool_use tool_result tool_call function_call function_call_output function_response server_tool_use reasoning"
)


# --- recognising ------------------------------------------------------------------------------------------------------


def is_message(value: Any, sure: bool) -> bool:
    """Is it one message? `sure`: only if it is said by one of the usual two, the system or a machine."""
    if (
        not isinstance(value, dict)
        or value.keys().isdisjoint(SPEAKERS)
        or not any(who in value and what in value for who, what in FORMS)
    ):
        return False
    return not sure or role_of(value) in ("system", "user", "assistant", "machine")


def role_of(message: Mapping[str, Any]) -> str:
    """Who says a message: system, user, assistant, machine, or else the name (folded)."""
    if message.get("type") in CALLED and "role" not in message:
        return "machine"
    who = next((message[who] for who, what in FORMS if who in message and what in message), "")
    return _role(str(who))


def _role(who: str) -> str:
    who = who.strip().casefold()
    for role, known in (("system", SYSTEM), ("user", USER), ("assistant", ASSISTANT), ("machine", MACHINE)):
        if who in known:
            return role
    return who


def said(turns: Any) -> bool:
    """Is it a list of messages?"""
    return isinstance(turns, list) and bool(turns) and any(
        any(isinstance(turn, dict) and who in turn and what in turn for turn in turns)
        and all(isinstance(turn, dict) and (who in turn or turn.get("type") in CALLED) for turn in turns)
        for who, what in FORMS
    )  # fmt: skip


def is_conversation(record: Mapping[str, Any]) -> bool:
    """Does a record hold a conversation, an exchange of messages, or a request to a system?"""
    return _key_of_talk(record) is not None or _exchange(record) is not None


def _key_of_talk(record: Mapping[str, Any]) -> str | None:
    """Under which name a record has a conversation: messages, or turns without names, one after the other."""
    for key in KEYS:
        if said(record.get(key)) or (_texts(record.get(key)) and len(record[key]) > 1):
            return key
    exchanged = (*PROMPT_KEYS, *ANSWER_KEYS, *WORSE_KEYS, "history")
    talks = (key for key, cell in record.items() if key not in exchanged and said(cell) and is_message(cell[0], True))
    return next(talks, None)


def _texts(cells: Any) -> bool:
    return isinstance(cells, list) and bool(cells) and all(isinstance(cell, str) for cell in cells)


# --- a record of a known layout, made plain ---------------------------------------------------------------------------


def plain(record: dict[str, Any], left: LeftOut) -> dict[str, Any] | None:
    """A record of the field's layouts as one with `messages` (turns) or a prompt and an answer; others as they are.

    None for an answer that is there to be avoided. What only a machine says or needs, and the worse answers of
    comparisons, go to `left`.
    """
    if is_flat(record) and record.keys().isdisjoint(SPECIAL):
        turns = _unmarked(record, left)
        return record if not turns else _as_turns(record, turns)
    record = _better(record, left)
    judged = record.get("completion") or record.get("messages") or record.get("output")
    if judged and (record.get("kto_tag") is False or ("completion" in record and record.get("label") is False)):
        left.leave("rejected", _content(judged[-1] if isinstance(judged, list) else judged, LeftOut()))
        return None
    turns = _conversation(record, left) or _told(record) or _unmarked(record, left)
    if not turns:
        return record
    if turns[0].role != "system" and (system := _system(record)):
        turns = (Turn(role="system", content=system), *turns)
    return _as_turns(record, turns)


def is_flat(record: Mapping[str, Any]) -> bool:
    """Is every cell a plain one?"""
    return NESTED.isdisjoint(map(type, record.values()))


def _as_turns(record: dict[str, Any], turns: tuple[Turn, ...]) -> dict[str, Any]:
    """A record with the turns that were found in it; one request with its answer is a pair, if it was written so."""
    talk = _key_of_talk(record)
    used = {talk, "chosen"} if talk else {*PROMPT_KEYS, *INPUT_KEYS, *ANSWER_KEYS, "history", "text", "chat"}
    others = {name: cell for name, cell in record.items() if name not in {*used, *SYSTEM_KEYS, *TOOL_KEYS}}
    if not talk and [turn.role for turn in turns] == ["user", "assistant"]:
        return others | {"prompt": turns[0].content, "completion": turns[1].content}
    return others | {"messages": turns}


def chat_row(record: Mapping[str, Any]) -> Row | None:
    """A conversation as a row, every turn with who said it; None if fewer than two were said besides the system's."""
    turns = record.get("messages")
    if not isinstance(turns, tuple) or sum(turn.role != "system" for turn in turns) < 2:
        return None
    title = next((cell_text(record[key]).strip() for key in record if fold_word(key) in ("title", "titulo")), "")
    return Row(turns=turns, title=title or None)


def as_pair(turns: Sequence[Turn]) -> tuple[str, str]:
    """A conversation as what was asked last, after all that was said before it, and the last answer."""
    last = max((i for i, turn in enumerate(turns) if turn.role == "assistant"), default=len(turns) - 1)
    return "\n".join(turn.content for turn in turns[:last]), turns[last].content


def _better(record: dict[str, Any], left: LeftOut) -> dict[str, Any]:
    """Of two answers that are compared, the better one."""
    for key in WORSE_KEYS:
        if record.get(key) and any(better in record for better in ANSWER_KEYS):
            messages = record[key] if isinstance(record[key], list) else [record[key]]
            left.leave("rejected", _content(messages[-1], LeftOut()))
    for key in ANSWER_KEYS:
        if _texts(record.get(key)) and any(asked in record for asked in PROMPT_KEYS):
            for other in record[key][1:]:
                left.leave("other_answers", other)
            record = record | {key: record[key][0]}
    if record.get("rejected") and "chosen" in record and not any(key in record for key in (*PROMPT_KEYS, *KEYS)):
        return {name: cell for name, cell in record.items() if name != "rejected"}
    return record


def _conversation(record: Mapping[str, Any], left: LeftOut) -> tuple[Turn, ...]:
    key = _key_of_talk(record)
    messages = _exchange(record) if key is None else record[key]
    if messages is None:
        return ()
    if key is not None and isinstance(record.get("chosen"), dict):
        messages = [*messages, record["chosen"]]
    for key in TOOL_KEYS:
        if record.get(key):
            left.leave("tools", _content(record[key], left))
    return tuple(_turns(messages, left))


def _exchange(record: Mapping[str, Any]) -> list[Any] | None:
    """The messages of a request and of its answer, where one of the two is written as messages; None if none is.

    A comparison may repeat the request before each answer.
    """
    answer = next((record[key] for key in ("completion", "chosen", "preferred_output") if record.get(key)), None)
    prompt = record.get("prompt") or record.get("input")
    prompt = prompt.get("messages") if isinstance(prompt, dict) else prompt
    answer = [answer] if isinstance(answer, dict) else answer
    if not (said(prompt) or said(answer)):
        return None
    before, after = _messages(prompt, "user"), _messages(answer, "assistant")
    repeats = any(role_of(message) == "user" for message in after)
    told = [message for message in before if role_of(message) == "system"]
    return [*(told if repeats else before), *after]


def _messages(given: Any, role: str) -> list[Any]:
    """Messages, also where there is but one and it is written as a text."""
    return given if said(given) else [{"role": role, "content": given}] if isinstance(given, str) else []


def _told(record: Mapping[str, Any]) -> tuple[Turn, ...]:
    """A request and its answer with what the system was told or what was said before (Alpaca with `history`)."""
    history, system = record.get("history"), _system(record)
    prompt = next((record[key] for key in PROMPT_KEYS if isinstance(record.get(key), str)), "")
    answer = next((record[key] for key in ANSWER_KEYS if isinstance(record.get(key), str)), "")
    if not (history or system) or not prompt.strip() or not answer.strip():
        return ()
    about = next((record[key] for key in INPUT_KEYS if isinstance(record.get(key), str)), "")
    asked = prompt if about == prompt else "\n".join(part.strip() for part in (prompt, about) if part.strip())
    before = [message for exchange in history for message in _history(exchange)] if isinstance(history, list) else []
    messages = [{"role": "system", "content": system}, *before, {"role": "user", "content": asked}]
    return tuple(_turns([*messages, {"role": "assistant", "content": answer}], LeftOut()))


def _history(exchange: Any) -> list[Any]:
    """The messages of an exchange that came before: one, or what was asked and answered."""
    if is_message(exchange, sure=False):
        return [exchange]
    said = list(exchange.values()) if isinstance(exchange, dict) else exchange if isinstance(exchange, list) else []
    pair = zip(("user", "assistant"), said, strict=False)
    return [{"role": role, "content": words} for role, words in pair if isinstance(words, str)]


def _unmarked(record: Mapping[str, Any], left: LeftOut) -> tuple[Turn, ...]:
    """The turns of a text, or of a request and its answer, that has the marks of a template in it."""
    prompt = record.get("prompt") or record.get("text") or record.get("chosen") or record.get("chat")
    marked, mark = chat_marks.marked_turns(prompt) if isinstance(prompt, str) else ([], "")
    if not marked:
        return ()
    answer = record.get("completion") or record.get("response")
    if isinstance(answer, str) and "prompt" in record:
        if marked[-1].role == "assistant":
            marked[-1] = chat_marks.Marked("assistant", chat_marks.bare(f"{marked[-1].text}{answer}"))
        else:
            marked.append(chat_marks.Marked("assistant", chat_marks.bare(answer)))
    if not {"user", "assistant"} <= {turn.role for turn in marked}:
        return ()
    left.leave("turn_marks", mark)
    messages: list[dict[str, str]] = []
    for role, text in marked:
        if role == "input" and messages:
            messages[-1]["content"] = f"{messages[-1]['content']}\n{text}".strip()
        else:
            messages.append({"role": "user" if role == "input" else role, "content": text})
    return tuple(_turns(messages, left))


# --- messages ---------------------------------------------------------------------------------------------------------


def _turns(messages: Sequence[Any], left: LeftOut) -> list[Turn]:
    """The turns of people and model. Somebody who is neither is taken for whoever's turn it is.

    What a model says before and after a program that it called is one turn.
    """
    turns: list[Turn] = []
    called = False
    for message in messages:
        if isinstance(message, str):
            message = {"role": "", "content": message}
        who, what = role_of(message), _words(message, left)
        if who == "machine":
            left.leave("tools", what)
        if who == "machine" or not what.strip():
            called = True
            continue
        before = turns[-1].role if turns else "assistant"
        role: Role = "assistant" if before == "user" else "user"
        role = "system" if who == "system" else "user" if who == "user" else "assistant" if who == "assistant" else role
        if called and role == before == "assistant" and turns:
            turns[-1] = Turn(role=role, content=f"{turns[-1].content}\n\n{what.strip()}")
        else:
            turns.append(Turn(role=role, content=what.strip()))
        called = False
    return turns


def _words(message: Mapping[str, Any], left: LeftOut) -> str:
    """What is said in a message, without calls of programs, their answers, and what the model only thought."""
    called = message.get("type") in CALLED and "role" not in message
    what = next((message.get(what) for who, what in FORMS if who in message and what in message), None)
    text = cell_text(message) if called else _content(what, left)
    for key in TOOL_KEYS:
        if message.get(key):
            left.leave("tools", _content(message[key], left))
    for key in THOUGHT_KEYS:
        if isinstance(message.get(key), str) and message[key].strip():
            left.leave("thoughts", message[key])
    for call in CALLS.finditer(text) if "<t" in text or "<f" in text else ():
        left.leave("tools", call[0])
    return CALLS.sub("", text) if "<t" in text or "<f" in text else text


def _content(content: Any, left: LeftOut) -> str:
    """The words in the content of a message, also where it is a list of pieces with a type."""
    if isinstance(content, list):
        return "\n".join(filter(None, (_piece(piece, left) for piece in content)))
    if isinstance(content, dict):
        return _piece(content, left) or cell_text(content)
    return cell_text(content)


def _piece(piece: Any, left: LeftOut) -> str:
    if isinstance(piece, str):
        return piece
    if not isinstance(piece, dict):
        return ""
    kind = str(piece.get("type", ""))
    if kind in CALLED or any(key in piece for key in ("functionCall", "functionResponse", "toolUse", "toolResult")):
        left.leave("tools", cell_text(piece))
        return ""
    if kind in PICTURES or any(key in piece for key in ("inlineData", "fileData", "image", "image_url")):
        left.leave("attachments", kind or "image")
        return ""
    if kind in ("thinking", "reasoning"):
        left.leave("thoughts", str(piece.get("thinking") or piece.get("text") or ""))
        return ""
    return next((piece[key] for key in ("text", "content", "value") if isinstance(piece.get(key), str)), "")


def _system(record: Mapping[str, Any]) -> str:
    """What the system was told, beside the conversation."""
    told = next((record[key] for key in SYSTEM_KEYS if record.get(key)), None)
    if isinstance(told, dict):
        told = told.get("parts") or told.get("content") or told.get("text")
    return _content(told, LeftOut()).strip()
