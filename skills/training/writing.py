"""Frozen prompts continued by a model: all prompts at once, the same dice every time."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from skills.model.tokenizer import ModelTokenizer
from skills.training.units import Unit


class Written(NamedTuple):
    """What a model wrote, and whether it ended there by itself; else it was cut, perhaps within a word."""

    text: str
    ended: bool


def opening(unit: Unit) -> str:
    """The first words of a text, a third of it and at most seven: a prompt whose rest is known.

    It ends at a word in the middle of a line: «calma,» and the line break after it are one token to most models, and
    after a prompt that ends in the comma the break could never come.
    """
    words = unit.text.splitlines()[0].split() or unit.text.split()
    count = max(1, min(7, len(unit.text.split()) // 3, len(words) - 1))
    while count > 1 and not words[count - 1][-1].isalnum():
        count -= 1
    return " ".join(words[:count])


def rest(unit: Unit) -> str:
    """How a text goes on after what it is prompted with: the answer, or what follows the opening."""
    if unit.turns is not None and unit.prompt is not None:
        return next(turn.content for turn in unit.turns if turn.role == "assistant")
    if unit.prompt is not None:
        return unit.text
    skipped = len(opening(unit).split())
    parts = unit.text.split(maxsplit=skipped)
    return parts[skipped] if len(parts) > skipped else ""


def frozen_prompts(found: Sequence[Unit], count: int) -> list[Unit]:
    """Units whose openings are prompts: `count` of them, evenly spaced, so that every run asks the same."""
    count = min(count, len(found))
    return [found[i * len(found) // count] for i in range(count)]


def prompt_text(unit: Unit) -> str:
    return unit.prompt if unit.prompt is not None else opening(unit)


def prompt_ids(prompt: str, asked: bool, tokenizer: ModelTokenizer) -> list[int]:
    """A prompt as in training: a question in the chat form (`asked`), or the beginning of a text."""
    if asked and tokenizer.chats:
        return tokenizer.conversation([{"role": "user", "content": prompt}], answering=True).ids
    return [tokenizer.start, *tokenizer.ids(f"{prompt}\n" if asked else prompt)]


def write(
    model: Any,
    tokenizer: ModelTokenizer,
    prompts: Sequence[Sequence[int]],
    max_tokens: int,
    seed: int,
    temperature: float = 0.8,
    did: Callable[[int], None] = lambda tokens: None,
) -> list[Written]:
    """The continuation of each prompt (token ids). `temperature` 0 is greedy, otherwise top-p 0.9 with `seed`. `did`
    is told how many tokens there are, after each.

    Prompts are padded on the left, the padding masked and left out of the positions, so that a text does not depend
    on its neighbours.
    """
    import torch

    stops = stop_ids(model, tokenizer)
    pad = stops[0]
    longest = max(len(prompt) for prompt in prompts)
    ids = torch.tensor([[pad] * (longest - len(prompt)) + list(prompt) for prompt in prompts])
    mask = torch.tensor([[0] * (longest - len(prompt)) + [1] * len(prompt) for prompt in prompts])
    dice = (
        {"do_sample": True, "temperature": temperature, "top_p": 0.9, "top_k": 0}
        if temperature
        else {"do_sample": False}
    )

    def told(ids: Any, scores: Any, **_: Any) -> Any:
        did(ids.shape[1] - longest)
        return torch.zeros(len(ids), dtype=torch.bool, device=ids.device)

    with torch.random.fork_rng(), torch.inference_mode():
        torch.manual_seed(seed)
        written = model.generate(
            input_ids=ids.to(model.device),
            attention_mask=mask.to(model.device),
            max_new_tokens=max_tokens,
            eos_token_id=stops,
            pad_token_id=pad,
            use_cache=True,
            repetition_penalty=1.0,
            stopping_criteria=[told],
            **dice,
        )
    rows = [row.tolist() for row in written[:, longest:].cpu()]
    return [Written(tokenizer.decode(row).rstrip(), not set(stops).isdisjoint(row)) for row in rows]


def stop_ids(model: Any, tokenizer: ModelTokenizer) -> list[int]:
    """The tokens that end a text: the tokenizer's, the model's own, and the one that separates documents."""
    own = model.generation_config.eos_token_id
    ids = [tokenizer.end, *(own if isinstance(own, list) else [own]), tokenizer.separator]
    return list(dict.fromkeys(id for id in ids if id is not None))


CLOSE = re.compile(r"[.!?…]+[»”\"')\]]*(?=\s)|\n")
"""Where a sentence or a line ends."""
COMPLETE = re.compile(r"[.!?…][»”\"')\]]*$|^$")
LATE = 0.5
"""A close before this share of the text would throw away too much of it."""


def to_a_close(text: str) -> str:
    """`text` without the sentence or line that was left unfinished at its end, or else as `to_a_word`."""
    text = text.rstrip()
    if COMPLETE.search(text):
        return text
    closes = [match.end() for match in CLOSE.finditer(text) if match.end() >= LATE * len(text)]
    if closes:
        return text[: closes[-1]].rstrip()
    return to_a_word(text)


def to_a_word(text: str) -> str:
    """`text` without the word that may have been left unfinished at its end, and an ellipsis that says so."""
    text = text.rstrip()
    if COMPLETE.search(text):
        return text
    words = re.match(r"(.*\S)\s+\S*$", text, re.S)
    return f"{words[1].rstrip(',;:-—') if words else text}…"
