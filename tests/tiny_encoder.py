"""Writes a random sentence encoder in both formats, and computes what it should say: textbook formulas in float64."""

from __future__ import annotations

import io
import json
import math
import struct
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

WIDTH, LAYERS, HEADS, INNER, POSITIONS, SPARE = 64, 2, 4, 96, 40, 5
"""SPARE: rows of the vocabulary that no piece has, as the real one has 35."""
EPSILON = 1e-12
NORMAL = {9: " ", 10: " ", 0xA0: " ", 7: "", 0x2026: "...", 0xFB01: "fi", 0xBD: "1⁄2"}
"""What becomes of some characters; SentencePiece has it all, the packed file a table of it."""
TEXT = """Aquí me pongo a cantar al compás de la vigüela, que el hombre que lo desvela una pena estraordinaria
como la ave solitaria con el cantar se consuela. The wide road went down to the river and the river went down to the
sea. Había una vez una guerrera que escribía cartas... ¿Qué es un modelo de lenguaje? What is a language model? 1⁄2"""
Array = Any


def make_encoder(folder: Path, seed: int = 0) -> tuple[Path, Path, dict[str, Array]]:
    """The packed file and the hub's folder with the same weights, and these weights by the packed file's names."""
    pieces = train_pieces()
    weights = random_weights(np.random.default_rng(seed), vocabulary=pieces.get_piece_size() + 2 + SPARE)
    blocks = {name: to_blocks(weights[name]) for name in in_blocks()}
    weights |= {name: from_blocks(raw).reshape(weights[name].shape) for name, raw in blocks.items()}
    folder.mkdir(parents=True, exist_ok=True)
    write_packed(folder / "e5-small-q4.bin", weights, blocks, pieces)
    write_hub(folder / "hub", weights, pieces)
    return folder / "e5-small-q4.bin", folder / "hub", weights


def train_pieces() -> Any:
    """A unigram model as XLM-RoBERTa's was made: <unk>, <s>, </s>, then what was learnt."""
    import sentencepiece

    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(TEXT.split("\n") * 3),
        model_writer=model,
        model_type="unigram",
        vocab_size=120,
        hard_vocab_limit=False,
        normalization_rule_name="nmt_nfkc",
        unk_id=0,
        bos_id=1,
        eos_id=2,
        pad_id=-1,
        minloglevel=2,
    )
    return sentencepiece.SentencePieceProcessor(model_proto=model.getvalue())


def in_blocks() -> set[str]:
    return {"emb.word"} | {f"l{i}.{part}.w" for i in range(LAYERS) for part in ("q", "k", "v", "ao", "fi", "fo")}


def random_weights(dice: np.random.Generator, vocabulary: int) -> dict[str, Array]:
    sizes: dict[str, tuple[int, ...]] = {"emb.word": (vocabulary, WIDTH), "emb.pos": (POSITIONS, WIDTH)}
    sizes |= {"emb.type": (2, WIDTH), "emb.ln.w": (WIDTH,), "emb.ln.b": (WIDTH,)}
    for i in range(LAYERS):
        for part in ("q", "k", "v", "ao", "fi", "fo"):
            out, inside = {"fi": (INNER, WIDTH), "fo": (WIDTH, INNER)}.get(part, (WIDTH, WIDTH))
            sizes |= {f"l{i}.{part}.w": (out, inside), f"l{i}.{part}.b": (out,)}
        for part in ("aln", "oln"):
            sizes |= {f"l{i}.{part}.w": (WIDTH,), f"l{i}.{part}.b": (WIDTH,)}
    near_one = {name for name in sizes if name.endswith("ln.w")}
    return {
        name: (dice.normal(1.0 if name in near_one else 0.0, 0.2, size)).astype(np.float32)
        for name, size in sizes.items()
    }


def to_blocks(values: Array) -> bytes:
    """Q4_0: 32 numbers share a scale (half precision); each is one of 16 steps, the eighth of them nought."""
    packed = bytearray()
    for block in values.reshape(-1, 32):
        scale = np.float16(np.abs(block).max() / 7)
        steps = [int(step) for step in np.clip(np.round(block / np.float32(scale)) + 8, 0, 15)]
        packed += scale.tobytes() + bytes(steps[j] | steps[j + 16] << 4 for j in range(16))
    return bytes(packed)


def from_blocks(packed: bytes) -> Array:
    """The numbers that blocks stand for, one after the other."""
    found: list[float] = []
    for start in range(0, len(packed), 18):
        (scale,) = struct.unpack_from("<e", packed, start)
        halves = packed[start + 2 : start + 18]
        found += [scale * ((byte & 15) - 8) for byte in halves] + [scale * ((byte >> 4) - 8) for byte in halves]
    return np.array(found, np.float32)


def write_packed(path: Path, weights: dict[str, Array], blocks: dict[str, bytes], pieces: Any) -> None:
    learnt = [(pieces.id_to_piece(i), pieces.get_score(i)) for i in range(3, pieces.get_piece_size())]
    entries = [("<s>", 0.0), ("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0), *learnt, ("<mask>", 0.0)]
    words = [piece.encode() for piece, _ in entries]
    sizes = (WIDTH, LAYERS, HEADS, INNER, len(weights["emb.word"]), POSITIONS, 2)
    head = b"E5S1" + struct.pack("<I7ifi", 1, *sizes, EPSILON, 32)
    head += struct.pack("<5iQ", len(words), 0, 2, 1, 3, sum(map(len, words)))
    head += struct.pack(f"<{len(words) + 1}I", *np.cumsum([0, *map(len, words)]).tolist())
    head += struct.pack(f"<{len(words)}f", *(score for _, score in entries)) + b"".join(words)
    table = b"".join(
        struct.pack(f"<IB{len(into)}I", character, len(into), *map(ord, into)) for character, into in NORMAL.items()
    )
    head += struct.pack("<iI", len(NORMAL), len(table)) + table
    data = {name: blocks.get(name) or value.astype("<f4").tobytes() for name, value in weights.items()}
    start = len(head) + 4 + sum(2 + len(name) + 21 for name in data)
    directory = struct.pack("<i", len(data))
    for name, raw in data.items():
        directory += struct.pack("<H", len(name)) + name.encode()
        directory += struct.pack("<BIQQ", name in blocks, weights[name].size, start, len(raw))
        start += len(raw)
    path.write_bytes(head + directory + b"".join(data.values()))


def write_hub(folder: Path, weights: dict[str, Array], pieces: Any, kind: str = "float32") -> None:
    from safetensors.numpy import save_file

    folder.mkdir(exist_ok=True)
    vocabulary = len(weights["emb.word"])
    tensors = {hub_name(name): value.astype(kind) for name, value in weights.items()}
    tensors["embeddings.position_ids"] = np.arange(POSITIONS, dtype=np.int64)[None]
    tensors["pooler.dense.weight"] = np.zeros((WIDTH, WIDTH), kind)
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
    config = {"architectures": ["BertModel"], "model_type": "bert", "hidden_act": "gelu", "hidden_size": WIDTH}
    config |= {"num_hidden_layers": LAYERS, "num_attention_heads": HEADS, "intermediate_size": INNER}
    config |= {"vocab_size": vocabulary, "max_position_embeddings": POSITIONS, "type_vocab_size": 2}
    (folder / "config.json").write_text(json.dumps(config | {"layer_norm_eps": EPSILON}))
    (folder / "sentencepiece.bpe.model").write_bytes(pieces.serialized_model_proto())


def hub_name(name: str) -> str:
    whole = {
        "emb.word": "word_embeddings.weight",
        "emb.pos": "position_embeddings.weight",
        "emb.type": "token_type_embeddings.weight",
        "emb.ln.w": "LayerNorm.weight",
        "emb.ln.b": "LayerNorm.bias",
    }
    if name in whole:
        return f"embeddings.{whole[name]}"
    layer, part, kind = name.split(".")
    middle = {"q": "attention.self.query", "k": "attention.self.key", "v": "attention.self.value"}
    middle |= {"ao": "attention.output.dense", "aln": "attention.output.LayerNorm"}
    middle |= {"fi": "intermediate.dense", "fo": "output.dense", "oln": "output.LayerNorm"}
    return f"encoder.layer.{layer[1:]}.{middle[part]}.{'weight' if kind == 'w' else 'bias'}"


def expected(weight: Callable[[str], Array], ids: Sequence[int], layers: int, heads: int) -> Array:
    """The vector of `ids`, of length 1."""
    mean = mean_of(weight, ids, layers, heads)
    return mean / np.linalg.norm(mean)


def mean_of(weight: Callable[[str], Array], ids: Sequence[int], layers: int, heads: int) -> Array:
    """The mean of the last layer by the formulas of Vaswani et al. 2017 and Devlin et al. 2019, in float64."""

    def norm(x: Array, name: str) -> Array:
        centred = x - x.mean(axis=1, keepdims=True)
        spread = np.sqrt((centred**2).mean(axis=1, keepdims=True) + EPSILON)
        return centred / spread * weight(f"{name}.w") + weight(f"{name}.b")

    def dense(x: Array, name: str) -> Array:
        return x @ weight(f"{name}.w").T + weight(f"{name}.b")

    erf = np.vectorize(math.erf)
    x = weight("emb.word")[list(ids)] + weight("emb.pos")[: len(ids)] + weight("emb.type")[0]
    x = norm(x, "emb.ln")
    wide = x.shape[1] // heads
    for i in range(layers):
        q, k, v = (dense(x, f"l{i}.{part}") for part in "qkv")
        mixed = np.zeros_like(x)
        for head in range(heads):
            part = slice(head * wide, (head + 1) * wide)
            scores = np.exp(q[:, part] @ k[:, part].T / math.sqrt(wide))
            mixed[:, part] = scores / scores.sum(axis=1, keepdims=True) @ v[:, part]
        x = norm(x + dense(mixed, f"l{i}.ao"), f"l{i}.aln")
        inner = dense(x, f"l{i}.fi")
        x = norm(x + dense(inner * (1 + erf(inner / math.sqrt(2))) / 2, f"l{i}.fo"), f"l{i}.oln")
    return x.mean(axis=0)
