"""The tokenizer inside a GGUF file: the pieces in their order, how they were joined, what each is, how text is cut."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from skills.export.errors import CannotConvert
from skills.model.chat_template import token_text
from skills.workspace import read_json

QWEN = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"

FILLER = re.compile(r"\[PAD\d+\]")
"""How llama.cpp calls ids without a piece; a tokenizer that once came out of a GGUF still has them."""


def pre_tokenizer(weights: Path) -> str:
    """The name that llama.cpp gives to how this tokenizer cuts text before it joins pieces. Raises CannotConvert.

    Only byte-level BPE with one of three ways to cut: those of GPT-2, SmolLM and Qwen (llama.cpp's
    conversion/base.py, get_vocab_base_pre).
    """
    tokenizer = read_json(weights / "tokenizer.json")
    if tokenizer["model"]["type"] != "BPE" or tokenizer["model"].get("byte_fallback"):
        raise CannotConvert(kind="tokenizer", what=tokenizer["model"]["type"])
    steps = tokenizer.get("pre_tokenizer") or {}
    found = [_step(step) for step in steps.get("pretokenizers", [steps])]
    known = {
        ("bytes and words",): "gpt-2",
        ("digits", "bytes and words"): "smollm",
        ("qwen", "bytes"): "qwen2",
    }
    if tuple(found) not in known:
        raise CannotConvert(kind="tokenizer", what=", ".join(found))
    return known[tuple(found)]


def _step(step: dict[str, Any]) -> str:
    kind = str(step.get("type"))
    if kind == "ByteLevel" and not step.get("add_prefix_space"):
        return "bytes and words" if step.get("use_regex", True) else "bytes"
    if kind == "Digits" and step.get("individual_digits"):
        return "digits"
    if kind == "Split" and step["pattern"].get("Regex") == QWEN and step.get("behavior") == "Isolated":
        return "qwen"
    return kind


def add_tokenizer(writer: Any, weights: Path, config: dict[str, Any]) -> None:
    """Put the tokenizer of the folder `weights` into the file. Raises CannotConvert."""
    from gguf import TokenType
    from tokenizers import Tokenizer

    tokenizer = read_json(weights / "tokenizer.json")
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre(pre_tokenizer(weights))
    pieces, kinds = _pieces(tokenizer, config["vocab_size"])
    writer.add_token_list(pieces)
    writer.add_token_types([int(kind) for kind in kinds])
    writer.add_token_merges(
        [pair if isinstance(pair, str) else " ".join(pair) for pair in tokenizer["model"]["merges"]]
    )
    settings = read_json(weights / "tokenizer_config.json")
    ids = {piece: id for id, piece in enumerate(pieces) if kinds[id] != TokenType.UNUSED}
    for name, add in {
        "bos": writer.add_bos_token_id,
        "eos": writer.add_eos_token_id,
        "unk": writer.add_unk_token_id,
        "pad": writer.add_pad_token_id,
    }.items():
        if (piece := token_text(settings.get(f"{name}_token"))) in ids:
            add(ids[piece])
    opened = Tokenizer.from_file(str(weights / "tokenizer.json")).encode("a").ids
    writer.add_add_bos_token(len(opened) > 1 and opened[0] == ids.get(token_text(settings.get("bos_token"))))
    writer.add_add_space_prefix(False)
    if template := template_source(weights):
        writer.add_chat_template(template)


def _pieces(tokenizer: dict[str, Any], size: int) -> tuple[list[str], list[Any]]:
    """Every id of the model's `size` with its piece and its kind; ids that no piece has are unused."""
    from gguf import TokenType

    pieces = [f"[PAD{id}]" for id in range(size)]
    kinds: list[Any] = [TokenType.UNUSED] * size
    for piece, id in tokenizer["model"]["vocab"].items():
        pieces[id], kinds[id] = piece, TokenType.UNUSED if FILLER.fullmatch(piece) else TokenType.NORMAL
    for added in tokenizer["added_tokens"]:
        pieces[added["id"]] = added["content"]
        kinds[added["id"]] = TokenType.CONTROL if added["special"] else TokenType.USER_DEFINED
    return pieces, kinds


def template_source(weights: Path) -> str | None:
    """The chat template as it stands in the model's folder."""
    path = weights / "chat_template.jinja"
    if path.is_file():
        return path.read_text("utf-8")
    found = read_json(weights / "tokenizer_config.json").get("chat_template")
    return found if isinstance(found, str) else None


def same_tokenizer(path: Path, weights: Path, config: dict[str, Any]) -> bool:
    """Whether the file holds the pieces, kinds, joins and template that `weights` has."""
    from gguf import GGUFReader

    fields = GGUFReader(path)

    def held(key: str) -> Any:
        field = fields.get_field(f"tokenizer.{key}")
        return field.contents() if field else None

    tokenizer = read_json(weights / "tokenizer.json")
    pieces, kinds = _pieces(tokenizer, config["vocab_size"])
    joins = [pair if isinstance(pair, str) else " ".join(pair) for pair in tokenizer["model"]["merges"]]
    return bool(
        held("ggml.tokens") == pieces
        and held("ggml.token_type") == [int(kind) for kind in kinds]
        and held("ggml.merges") == joins
        and held("chat_template") == template_source(weights)
    )
