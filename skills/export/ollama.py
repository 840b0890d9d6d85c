"""What Ollama needs beside a GGUF: a Modelfile whose template says, in Go's language, what the chat template says.

Ollama fills in `.System` (the system's words, if any) and `.Messages` (all turns, the system's among them, in their
order) and does not run the Jinja template that the GGUF carries (ollama/ollama, template/template.go). A template
without `.Messages` gets `.Prompt`, and the answer is put after it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from jinja2.exceptions import TemplateError

from skills.export.source import ExportSource
from skills.model.chat_template import ChatTemplate, ChatTurn, chat_template
from skills.workspace import read_json

TEMPERATURE, TOP_P = 0.8, 0.9
"""As the samples of a run are written (skills/training/writing.py)."""
SAID = ("\ue000one\ue001", "\ue000two\ue001", "\ue000three\ue001", "\ue000four\ue001")


@dataclass(frozen=True)
class Turns:
    """A chat template as what stands around what is said: before the words of each role, and `after` all of them.

    `unasked` is said first where there are no words of the system; `answer` invites the model to speak.
    """

    system: str
    user: str
    assistant: str
    after: str
    unasked: str
    answer: str

    def render(self, turns: Sequence[ChatTurn]) -> str:
        """A conversation up to where the model speaks, as the Go template writes it."""
        before = {"system": self.system, "user": self.user, "assistant": self.assistant}
        begin = "" if any(turn["role"] == "system" for turn in turns) else self.unasked
        return begin + "".join(before[t["role"]] + t["content"] + self.after for t in turns) + self.answer

    def go(self) -> str:
        """The same in the language of Go's text/template."""
        begin = f"{{{{ if not .System }}}}{self.unasked}{{{{ end }}}}" if self.unasked else ""
        roles = (
            f'{{{{ if eq .Role "system" }}}}{self.system}'
            f'{{{{ else if eq .Role "user" }}}}{self.user}'
            f"{{{{ else }}}}{self.assistant}{{{{ end }}}}"
        )
        return f"{begin}{{{{ range .Messages }}}}{roles}{{{{ .Content }}}}{self.after}{{{{ end }}}}{self.answer}"


def read_turns(template: ChatTemplate) -> Turns | None:
    """The template taken apart by filling it in; None for one that does more than stand around what is said."""
    try:
        found = _taken_apart(template)
        same = found is not None and all(found.render(each) == template.render(each, True) for each in CONVERSATIONS)
    except (TemplateError, ValueError):
        return None
    if found is None or not same or "{{" in "".join(vars(found).values()):
        return None
    return found


def _taken_apart(template: ChatTemplate) -> Turns | None:
    roles = ("system", "user", "assistant", "user")
    turns = [{"role": role, "content": words} for role, words in zip(roles, SAID, strict=True)]
    told = template.render(turns, False)
    pieces = []
    for words in SAID:
        before, told = told.split(words)
        pieces.append(before)
    after = told
    asked = [{"role": "user", "content": SAID[0]}]
    bare, end = template.render(asked, False).split(SAID[0])
    if end != after or not all(piece.startswith(after) for piece in pieces[1:]):
        return None
    user, assistant = pieces[1].removeprefix(after), pieces[2].removeprefix(after)
    answer = template.render(asked, True).removeprefix(bare + SAID[0] + after)
    if not bare.endswith(user):
        return None
    return Turns(pieces[0], user, assistant, after, bare.removesuffix(user), answer)


def _conversation(*said: str) -> list[dict[str, str]]:
    return [{"role": role, "content": words} for role, words in (each.split(":", 1) for each in said)]


CONVERSATIONS = (
    _conversation("user:¿Cómo sigue?"),
    _conversation("system:Respondé en verso.", "user:¿Cómo sigue?"),
    _conversation("user:One", "assistant:Two\nlines", "user:Three"),
    _conversation("system:S", "user:One", "assistant:Two", "user:  Three  ", "assistant:Four", "user:{{ five }}"),
)
"""On which both templates must write the same, to the letter."""


def write_modelfiles(source: ExportSource, folder: Path, gguf: str, licence: str) -> tuple[str, ...]:
    """Write `Modelfile`, which does what the model was trained for: go on with a text, or converse. A model trained to
    go on gets a second one, `Modelfile.chat`, where its base can converse. Returns their names."""
    template = chat_template(source.weights, read_json(source.weights / "tokenizer_config.json"))
    turns = read_turns(template) if template else None
    modes = {"Modelfile": source.start + "{{ .Prompt }}"}
    if turns is not None:
        modes = {"Modelfile": turns.go()} if source.asked else {**modes, "Modelfile.chat": turns.go()}
    for name, go in modes.items():
        (folder / name).write_text(_modelfile(gguf, go, source.stops, licence), "utf-8", newline="\n")
    return tuple(modes)


def _modelfile(gguf: str, template: str, stops: Sequence[str], licence: str) -> str:
    lines = [
        f"FROM ./{gguf}",
        f'TEMPLATE """{template}"""',
        f"PARAMETER temperature {TEMPERATURE}",
        f"PARAMETER top_p {TOP_P}",
        *(f'PARAMETER stop "{stop}"' for stop in stops),
        f'LICENSE """{licence}"""',
    ]
    return "\n".join(lines) + "\n"
