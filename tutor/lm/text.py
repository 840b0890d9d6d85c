"""Text to token ids and back, as one model does it: tokenizer, chat template, stop tokens; without torch."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from tokenizers import Tokenizer
from tokenizers.decoders import DecodeStream

from skills.blocks import Token
from skills.contract import ChatMessage, UserError
from tutor.lm.layout import ENDS


class NotChat(UserError):
    """The model has no chat template: it can be looked into and trained, not talked to: `model`."""

    code = "model_not_chat"


class Texts:
    """The tokenizer in `folder` and all that goes with it. `ends`: ids that end a turn."""

    def __init__(self, folder: Path) -> None:
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        self._config = _json(folder / "tokenizer_config.json")
        self._template = _template(folder, self._config)
        self._folder = folder
        declared = _json(folder / "generation_config.json").get("eos_token_id")
        ids = declared if isinstance(declared, list) else [] if declared is None else [declared]
        known = [self._tokenizer.token_to_id(end) for end in ENDS]
        self.ends = frozenset([*ids, *(id for id in known if id is not None)])
        self._anchor = self._tokenizer.encode("a", add_special_tokens=False).ids[-1]

    def encode(self, text: str) -> list[int]:
        """The ids of a bare text, as the model expects a document to begin; never empty."""
        ids: list[int] = self._tokenizer.encode(text).ids
        return ids or [self._start()]

    def encode_chat(self, messages: Sequence[ChatMessage]) -> list[int]:
        """The ids of a conversation up to where the assistant begins to speak. Raises NotChat."""
        ids: list[int] = self._tokenizer.encode(self.render(messages), add_special_tokens=False).ids
        return ids

    def encode_pair(self, prompt: str, continuation: str) -> tuple[list[int], int]:
        """The ids of prompt and continuation in one piece, and how many of the first belong to the prompt alone.

        Where a token covers the seam, it counts for the continuation.
        """
        before, whole = self.encode(prompt), self._tokenizer.encode(prompt + continuation).ids
        if not prompt:
            before = [self._start()]
            whole = whole if whole[:1] == before else before + whole
        shared = next((i for i, (a, b) in enumerate(zip(before, whole, strict=False)) if a != b), len(before))
        return whole, max(1, min(shared, len(whole) - 1))

    def count(self, text: str) -> int:
        return len(self._tokenizer.encode(text, add_special_tokens=False))

    def tokens(self, text: str) -> list[Token]:
        """How `text` is cut; a token that covers part of a character shows � for it."""
        encoded = self._tokenizer.encode(text, add_special_tokens=False)
        found = []
        for id, (start, end) in zip(encoded.ids, encoded.offsets, strict=True):
            covered, alone = text[start:end], self._tokenizer.decode([id], skip_special_tokens=False)
            partial = "\ufffd" in alone and "\ufffd" not in covered
            found.append(Token(text=alone if partial else covered, id=id))
        return found

    def piece(self, id: int) -> str:
        """The text that one more token would add in the middle of a line."""
        anchor = self._tokenizer.decode([self._anchor], skip_special_tokens=False)
        both: str = self._tokenizer.decode([self._anchor, id], skip_special_tokens=False)
        return both.removeprefix(anchor)

    def ids(self, texts: Sequence[str]) -> list[list[int]]:
        return [e.ids for e in self._tokenizer.encode_batch(list(texts), add_special_tokens=False)]

    def names(self, ids: Sequence[int]) -> list[str]:
        """Ids as the tokenizer's own strings, which is how CTranslate2 wants them."""
        return [str(self._tokenizer.id_to_token(id)) for id in ids]

    def write(self, ids: Iterable[int], after: Sequence[int]) -> Iterator[str]:
        """Ids as text, as soon as whole characters are there, up to a stop token; `after` is what came before."""
        stream = DecodeStream(ids=list(after), skip_special_tokens=True)
        for id in ids:
            if id in self.ends:
                return
            text = stream.step(self._tokenizer, id)
            if text:
                yield text

    def render(self, messages: Sequence[ChatMessage]) -> str:
        """The conversation in the model's own form. A template without a system role gets it before the first turn."""
        from jinja2 import TemplateError

        if self._template is None:
            raise NotChat(model=self._folder.parent.name)
        turns = [m.model_dump() for m in messages]
        known: dict[str, Any] = {
            k: _content(self._config.get(k)) for k in ("bos_token", "eos_token", "pad_token", "unk_token")
        }
        known |= {"add_generation_prompt": True, "enable_thinking": False, "tools": None}
        try:
            return self._template.render(messages=turns, **known)  # type: ignore[no-any-return]
        except TemplateError:
            if turns[0]["role"] != "system" or len(turns) < 2:
                raise
            first = {"role": "user", "content": f"{turns[0]['content']}\n\n{turns[1]['content']}"}
            return self._template.render(messages=[first, *turns[2:]], **known)  # type: ignore[no-any-return]

    def _start(self) -> int:
        """What a document begins with: the token for it where there is one, else the token between documents."""
        names = (_content(self._config.get("bos_token")), "<|endoftext|>", _content(self._config.get("eos_token")))
        ids = (self._tokenizer.token_to_id(name) for name in names if name)
        return next((id for id in ids if id is not None), min(self.ends, default=0))


def _template(folder: Path, config: dict[str, Any]) -> Any:
    """The chat template, compiled in a sandbox with what templates of the hub use; None if there is none."""
    from jinja2.exceptions import TemplateError
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    def refuse(message: str) -> None:
        raise TemplateError(message)

    path = folder / "chat_template.jinja"
    source = path.read_text("utf-8") if path.is_file() else config.get("chat_template")
    if not isinstance(source, str):
        return None
    place = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True, extensions=["jinja2.ext.loopcontrols"])
    place.filters["tojson"] = lambda value, **style: json.dumps(value, ensure_ascii=False, **style)
    place.globals |= {"raise_exception": refuse, "strftime_now": lambda style: datetime.now().strftime(style)}
    return place.from_string(source)


def _json(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text("utf-8")) if path.is_file() else {}
    return found


def _content(token: Any) -> str:
    """A special token's text: tokenizers of the hub write it bare or with its options."""
    return token.get("content", "") if isinstance(token, dict) else token or ""
