"""The form in which a model was taught to converse: its chat template, run in a sandbox."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

ChatTurn = Mapping[str, str]
"""One turn: its `role` (system, user, assistant) and `content`."""


class ChatTemplate:
    """`source` is Jinja as the models of the hub bring it; `names` the special tokens that it may write."""

    def __init__(self, source: str, names: Mapping[str, str]) -> None:
        from jinja2.exceptions import TemplateError
        from jinja2.sandbox import ImmutableSandboxedEnvironment

        def refuse(message: str) -> None:
            raise TemplateError(message)

        place = ImmutableSandboxedEnvironment(
            trim_blocks=True, lstrip_blocks=True, extensions=["jinja2.ext.loopcontrols"]
        )
        place.filters["tojson"] = lambda value, **style: json.dumps(value, ensure_ascii=False, **style)
        place.globals |= {"raise_exception": refuse, "strftime_now": lambda style: datetime.now().strftime(style)}
        self.source = source
        self._template = place.from_string(source)
        self._known: dict[str, Any] = {**names, "enable_thinking": False, "tools": None}

    def render(self, turns: Sequence[ChatTurn], answering: bool) -> str:
        """The conversation; up to where the assistant begins to speak if `answering`.

        A template without a system role gets the system's words before the first turn. Raises jinja2's TemplateError
        for an order of turns that the model does not know.
        """
        from jinja2.exceptions import TemplateError

        known = self._known | {"add_generation_prompt": answering}
        try:
            return self._template.render(messages=[dict(turn) for turn in turns], **known)
        except TemplateError:
            if len(turns) < 2 or turns[0]["role"] != "system":
                raise
            first = {"role": "user", "content": f"{turns[0]['content']}\n\n{turns[1]['content']}"}
            return self._template.render(messages=[first, *(dict(turn) for turn in turns[2:])], **known)


def chat_template(folder: Path, config: Mapping[str, Any]) -> ChatTemplate | None:
    """The chat template of a model's folder, whose tokenizer_config.json is `config`; None if it has none."""
    path = folder / "chat_template.jinja"
    source = path.read_text("utf-8") if path.is_file() else config.get("chat_template")
    if not isinstance(source, str):
        return None
    names = ("bos_token", "eos_token", "pad_token", "unk_token")
    return ChatTemplate(source, {name: token_text(config.get(name)) for name in names})


def token_text(token: Any) -> str:
    """A special token's text: tokenizers of the hub write it bare or with its options."""
    return str(token.get("content", "")) if isinstance(token, dict) else str(token or "")
