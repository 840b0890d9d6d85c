"""How one model reads: text to token ids and back. Its control tokens are never taken from the text itself."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from tokenizers import AddedToken, Tokenizer

from skills.blocks import Token
from skills.model.chat_template import ChatTurn, chat_template, token_text

PLACE = "\ue000{}\ue001"
"""Stands for what turn number {} says while the template is filled in."""
MARKUP = re.compile(r"[<\[].+[>\]]", re.S)


class Encoded(NamedTuple):
    """Token ids, and from which character of the text to which each goes."""

    ids: list[int]
    offsets: list[tuple[int, int]]


class EncodedConversation(NamedTuple):
    """Token ids of a conversation. `turns`: in what turn's words each token is, None for what the template wrote;
    `control`: whether it is a control token, such as the one that ends a turn."""

    ids: list[int]
    turns: list[int | None]
    control: list[bool]


class ModelTokenizer:
    """The tokenizer in `folder` (tokenizer.json and what lies beside it); torch and transformers are not needed.

    A control token tells the model that a turn or a text begins or ends. Tokenizers recognise its name wherever it
    is written; a learner's text that contains «<|im_end|>» would end the turn in the middle. So all text is encoded
    as ordinary characters, and control tokens come only from where a chat template or this program puts them.
    `start` opens a text and `end` ends it; `separator` is what pretraining puts between documents, if anything.
    """

    def __init__(self, folder: Path) -> None:
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        config = read_config(folder / "tokenizer_config.json")
        self._template = chat_template(folder, config)
        self._control = self._make_inert()
        names = sorted(self._control, key=len, reverse=True)
        self._borders = re.compile("(" + "|".join([*map(re.escape, names), PLACE.format(r"\d+")]) + ")")
        self._bos, self._eos = (self._named(config.get(name)) for name in ("bos_token", "eos_token"))
        self.separator = self._named("<|endoftext|>")
        self.anchor = int(self._tokenizer.encode("a", add_special_tokens=False).ids[-1])
        """A token that is a character of its own."""

    def _make_inert(self) -> dict[str, int]:
        """From now on the names of control tokens are ordinary text to the tokenizer. Returns their ids.

        They are those that the tokenizer calls special, and markup that the chat template writes.
        """
        added = self._tokenizer.get_added_tokens_decoder()
        written = self._template.source if self._template else ""
        control = {
            token.content: id
            for id, token in added.items()
            if token.special or (MARKUP.fullmatch(token.content) and token.content in written)
        }
        self._tokenizer.add_special_tokens([AddedToken(name, special=True) for name in control])
        self._tokenizer.encode_special_tokens = True
        return control

    def _named(self, token: Any) -> int | None:
        found: int | None = self._tokenizer.token_to_id(token_text(token)) if token else None
        return found

    @property
    def chats(self) -> bool:
        return self._template is not None

    @property
    def start(self) -> int:
        """The token before the first of a text, so that the first can be supervised too.

        The one that the tokenizer itself puts there, for models that have one; else a line break. `<|endoftext|>`,
        which separates documents in pretraining, will not do: after it a text costs the 0.5B Qwen Coder 1.0 to 1.2
        nats a token more than after a line break or nothing, and what is learnt first would be to get over that
        (benchmarks/README.md). The beginning-of-sequence token of some chat models (SmolLM2) opens a chat turn.
        """
        if self._bos is not None and self._bos in self._tokenizer.encode("a").ids:
            return self._bos
        line = self.ids("\n")
        return line[0] if len(line) == 1 else self.end

    @property
    def end(self) -> int:
        return next((id for id in (self._eos, self.separator, self._bos) if id is not None), 0)

    @property
    def size(self) -> int:
        """How many tokens there are in the vocabulary."""
        return int(self._tokenizer.get_vocab_size())

    def encode(self, text: str) -> Encoded:
        """A text, nothing put before or after it."""
        coded = self._tokenizer.encode(text, add_special_tokens=False)
        return Encoded(coded.ids, coded.offsets)

    def ids(self, text: str) -> list[int]:
        return self.encode(text).ids

    def count(self, text: str) -> int:
        return len(self.ids(text))

    def decode(self, ids: Sequence[int]) -> str:
        """The text of `ids` without control tokens."""
        return str(self._tokenizer.decode(list(ids), skip_special_tokens=True))

    def piece(self, id: int) -> str:
        """The text that one more token would add in the middle of a line."""
        anchor = self._tokenizer.decode([self.anchor], skip_special_tokens=False)
        both: str = self._tokenizer.decode([self.anchor, id], skip_special_tokens=False)
        return both.removeprefix(anchor)

    def tokens(self, text: str) -> list[Token]:
        """How `text` is cut; a token that covers part of a character shows � for it."""
        found = []
        for id, (start, end) in zip(*self.encode(text), strict=True):
            covered, alone = text[start:end], self._tokenizer.decode([id], skip_special_tokens=False)
            partial = "\ufffd" in alone and "\ufffd" not in covered
            found.append(Token(text=alone if partial else covered, id=id))
        return found

    def render(self, turns: Sequence[ChatTurn], answering: bool = True) -> str:
        """A conversation as the template writes it. Raises jinja2's TemplateError."""
        assert self._template is not None, "only of a model that chats"
        return self._template.render(turns, answering)

    def conversation(self, turns: Sequence[ChatTurn], answering: bool) -> EncodedConversation:
        """The ids of a conversation; up to where the assistant begins to speak if `answering`.

        The template is filled in with places for what is said, and is cut at the control tokens that it wrote; the
        words are put into their places after that, so that none of them can be taken for a control token.
        Raises jinja2's TemplateError.
        """
        said = [turn["content"] for turn in turns]
        places = [{**turn, "content": _place(i, turn["content"])} for i, turn in enumerate(turns)]
        made = EncodedConversation([], [], [])
        words, spans = "", list[tuple[int, int, int]]()
        for part in self._borders.split(self.render(places, answering)):
            if part in self._control:
                self._write(made, words, spans)
                words, spans = "", []
                _add(made, self._control[part], None, True)
            elif part[:1] == PLACE[0] and part[-1:] == PLACE[-1]:
                turn = int(part[1:-1])
                content = said[turn].strip()
                spans.append((len(words), len(words) + len(content), turn))
                words += content
            else:
                words += part
        self._write(made, words, spans)
        return made

    def _write(self, made: EncodedConversation, words: str, spans: Sequence[tuple[int, int, int]]) -> None:
        """Add the tokens of `words`; one that touches a span (first character, last, turn) belongs to that turn."""
        for id, (begin, end) in zip(*self.encode(words), strict=True):
            turn = next((turn for first, last, turn in spans if begin < last and end > first), None)
            _add(made, id, turn, False)


def _add(made: EncodedConversation, id: int, turn: int | None, control: bool) -> None:
    made.ids.append(id)
    made.turns.append(turn)
    made.control.append(control)


def _place(number: int, content: str) -> str:
    """The place of a turn's words, with the white space around them, which some templates trim."""
    words = content.strip()
    before, _, after = content.partition(words) if words else ("", "", content)
    return before + (PLACE.format(number) if words else "") + after


def read_config(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text("utf-8")) if path.is_file() else {}
    return found
