"""A BERT encoder in numpy (inference): lists of token ids in, the mean of the last layer's vectors out.

Devlin et al. 2019, with the norm after each half of a layer. Nothing is padded: all tokens of a batch go through the
products in one matrix, and attention is computed for texts of one length at a time, so that no text's vector depends
on the others beyond rounding.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple, Protocol

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float32]


STEP = 4
"""Rows that OpenBLAS multiplies at a time: 15 take a fourth longer than 16."""


@dataclass(frozen=True)
class Shape:
    """`width` of a token's vector, `inner` of the layer between; `vocabulary` and `positions` count rows."""

    width: int
    layers: int
    heads: int
    inner: int
    vocabulary: int
    positions: int
    epsilon: float


class Tensors(Protocol):
    """Where the weights come from (tutor/lm/encoder_files.py). Matrices are (out, in), as torch keeps them."""

    shape: Shape

    def words(self, ids: Sequence[int]) -> Array:
        """Rows of the table of embeddings, (len(ids), width)."""

    def tensor(self, name: str) -> Array:
        """A tensor by its short name: `emb.pos`, `l0.q.w`."""


class Product(NamedTuple):
    """`x @ weight + bias`; the weight is (in, out)."""

    weight: Array
    bias: Array

    def __call__(self, x: Array) -> Array:
        y: Array = x @ self.weight
        y += self.bias
        return y


class Norm(NamedTuple):
    """Layer normalisation over the last axis, in place."""

    weight: Array
    bias: Array
    epsilon: float

    def __call__(self, x: Array) -> Array:
        x -= x.mean(axis=-1, keepdims=True)
        variance = np.einsum("ij,ij->i", x, x) / np.float32(x.shape[-1])
        x *= (1 / np.sqrt(variance + np.float32(self.epsilon)))[:, None]
        x *= self.weight
        x += self.bias
        return x


class Layer(NamedTuple):
    attend: Product
    """Queries, keys and values side by side, the queries already divided by the root of a head's width."""
    out: Product
    attended: Norm
    up: Product
    down: Product
    done: Norm


class Run(NamedTuple):
    """`texts` of `length` tokens each, whose rows begin at `start`."""

    start: int
    texts: int
    length: int


class Bert:
    """Not for sequences longer than `shape.positions`; whoever calls has cut them (tutor/lm/encoder.py)."""

    def __init__(self, tensors: Tensors) -> None:
        self.shape = tensors.shape
        self._words = tensors.words
        self._places = tensors.tensor("emb.pos") + tensors.tensor("emb.type")[0]
        self._first = _norm(tensors, "emb.ln")
        self._layers = [_layer(tensors, f"l{i}") for i in range(self.shape.layers)]

    def means(self, texts: Sequence[Sequence[int]]) -> Array:
        """The mean of the last layer over the tokens of each text, (len(texts), width), float32.

        Quickest where texts of one length stand together. None may be empty.
        """
        runs: list[Run] = []
        for length, group in groupby(texts, key=len):
            start = runs[-1].start + runs[-1].texts * runs[-1].length if runs else 0
            runs.append(Run(start, len(list(group)), length))
        x = self._first(self._embeddings(texts))
        for layer in self._layers:
            x += layer.out(self._attention(layer.attend(x), runs))
            layer.attended(x)
            x += layer.down(gelu(layer.up(x)))
            layer.done(x)
        return np.concatenate([_of(x, run).mean(axis=1) for run in runs])

    def _embeddings(self, texts: Sequence[Sequence[int]]) -> Array:
        """What goes into the first layer, (tokens, width), with rows of nothing up to a full step of the products."""
        ids = [id for text in texts for id in text]
        x = np.zeros((-(-len(ids) // STEP) * STEP, self.shape.width), np.float32)
        x[: len(ids)] = self._words(ids)
        x[: len(ids)] += self._places[[place for text in texts for place in range(len(text))]]
        return x

    def _attention(self, qkv: Array, runs: Sequence[Run]) -> Array:
        """Scaled dot-product attention within each text; `qkv` (tokens, 3 * width) -> (tokens, width)."""
        found = np.zeros((len(qkv), self.shape.width), np.float32)
        heads = (self.shape.heads, self.shape.width // self.shape.heads)
        for run in runs:
            q, k, v = _of(qkv, run).reshape(run.texts, run.length, 3, *heads).transpose(2, 0, 3, 1, 4)
            weights = q @ k.swapaxes(-1, -2)
            weights -= weights.max(axis=-1, keepdims=True)
            np.exp(weights, out=weights)
            weights /= weights.sum(axis=-1, keepdims=True)
            into = _of(found, run).reshape(run.texts, run.length, *heads).transpose(0, 2, 1, 3)
            np.matmul(weights, v, out=into)
        return found


def gelu(x: Array) -> Array:
    """x times the normal distribution function of x, in place.

    The error function by Abramowitz and Stegun (1964), 7.1.26, whose error is below 1.5e-7; numpy has none.
    """
    size = np.abs(x)
    t = size * np.float32(0.3275911 / np.sqrt(2))
    t += 1
    np.reciprocal(t, out=t)
    tail = t * np.float32(1.061405429 / 2)
    for coefficient in (-1.453152027, 1.421413741, -0.284496736, 0.254829592):
        tail += np.float32(coefficient / 2)
        tail *= t
    np.multiply(size, size, out=t)
    t *= np.float32(-0.5)
    tail *= np.exp(t, out=t)
    tail *= size
    np.maximum(x, 0, out=x)
    x -= tail
    return x


def _of(x: Array, run: Run) -> Array:
    """The rows of a run, a text at a time: (texts, length, ...); a view."""
    return x[run.start : run.start + run.texts * run.length].reshape(run.texts, run.length, -1)


def _layer(tensors: Tensors, name: str) -> Layer:
    scale = np.float32(1 / np.sqrt(tensors.shape.width / tensors.shape.heads))
    weights = [tensors.tensor(f"{name}.{part}.w").T for part in "qkv"]
    biases = [tensors.tensor(f"{name}.{part}.b") for part in "qkv"]
    attend = Product(
        np.concatenate([weights[0] * scale, *weights[1:]], axis=1),
        np.concatenate([biases[0] * scale, *biases[1:]]),
    )
    out, up, down = (_product(tensors, f"{name}.{part}") for part in ("ao", "fi", "fo"))
    return Layer(attend, out, _norm(tensors, f"{name}.aln"), up, down, _norm(tensors, f"{name}.oln"))


def _product(tensors: Tensors, name: str) -> Product:
    return Product(np.ascontiguousarray(tensors.tensor(f"{name}.w").T), tensors.tensor(f"{name}.b"))


def _norm(tensors: Tensors, name: str) -> Norm:
    return Norm(tensors.tensor(f"{name}.w"), tensors.tensor(f"{name}.b"), tensors.shape.epsilon)
