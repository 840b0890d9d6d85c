"""Marks that data sets write into a text to say whose turn it is or where it ends: made turns, or taken off."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from skills.texts.normalize import fold_word

BEGINNING = 600
"""Characters within which the first mark stands: before it is what the system is told, if anything."""
SHARE = 0.8
"""Share of the texts that end in the same mark, for it to be one."""
FEWEST = 3
TOKENS = re.compile(
    r"<s>|</s>|<\|(?:begin_of_text|end_of_text|endoftext|eot_id|eom_id|im_end|end|im_sep)\|>|<bos>|<eos>|<end_of_turn>"
)
"""What a tokenizer puts at the ends of texts and turns."""
STYLES = (
    ("<|im_start|>", re.compile(r"<\|im_start\|>[ \t]*(\w+)(?:<\|im_sep\|>)?[ \t]*\n?")),
    ("<|start_header_id|>", re.compile(r"<\|start_header_id\|>\s*(\w+)\s*<\|end_header_id\|>\s*")),
    ("<start_of_turn>", re.compile(r"<start_of_turn>\s*(\w+)[ \t]*\n?")),
    ("[INST]", re.compile(r"(\[/?INST\]|<</?SYS>>)")),
    ("<|user|>", re.compile(r"<\|(system|user|assistant)\|>[ \t]*\n?")),
    ("###", re.compile(r"#{3} ?(Human|Assistant|System|User|Instruction|Input|Response|Instrucción|Entrada|"
                       r"Respuesta|Usuario|Asistente) ?: ?\n?")),
    ("Human:", re.compile(r"(?:^|\n)\n?(Human|Assistant|System): ?")),
    ("ASSISTANT:", re.compile(r"(?:^|\s|(?<=</s>))(USER|ASSISTANT|SYSTEM|FUNCTION RESPONSE): ?")),
)  # fmt: skip
"""Ways to mark turns: what stands in each text that is marked so, and the mark, with who speaks."""
ROLES = {
    "system": "system", "<<sys>>": "system", "user": "user", "human": "user", "instruction": "user", "usuario": "user",
    "instruccion": "user", "input": "input", "entrada": "input", "[inst]": "user", "<</sys>>": "user",
    "assistant": "assistant", "model": "assistant", "asistente": "assistant", "response": "assistant",
    "respuesta": "assistant", "[/inst]": "assistant", "tool": "tool", "ipython": "tool",
    "function response": "tool",
}  # fmt: skip
END = re.compile(
    r"(?:(?P<mark>#{2,}|[-=]+>|={2,}|-{3,}|\*{3,}|>{2,}|~{2,}|\|+|<\|\w{1,30}\|>|</s>|[\[<](?:END|STOP|FIN|EOS)[\]>])"
    r"|(?P<word>(?<=\s)(?:END|STOP|FIN))|(?P<label>(?<=\n)[^\W\d_][\w ]{0,30}:))\s*\Z"
)
"""What ends a request or an answer for the machine's sake: a rule, an arrow, a word in capitals, a label to go on."""


class Marked(NamedTuple):
    """A turn that a mark introduces: `role` is system, user, input (what a request is about), assistant or tool."""

    role: str
    text: str


def marked_turns(text: str) -> tuple[list[Marked], str]:
    """The turns that marks in a text tell apart, and the first mark; none if it has no marks."""
    for sign, mark in STYLES:
        if sign not in text:
            continue
        first = mark.search(text)
        if first is None or first.start() > BEGINNING:
            continue
        before, *rest = mark.split(text)
        turns = [Marked("system", bare(before))] if bare(before) else []
        said = zip(rest[::2], rest[1::2], strict=True)
        turns += [Marked(ROLES.get(fold_word(who), "user"), bare(words)) for who, words in said]
        return turns, first[0].strip()
    return [], ""


def bare(text: str) -> str:
    """A text without the tokens of its ends."""
    return TOKENS.sub("", text).strip()


def common_end(texts: Iterable[str]) -> str:
    """The mark that nearly all texts end in, "" if there is none."""
    found = [match[0].strip() if (match := END.search(text[-60:])) else "" for text in texts if text.strip()]
    if len(found) < FEWEST:
        return ""
    mark, times = Counter(found).most_common(1)[0]
    return mark if times >= SHARE * len(found) else ""
