"""Llama in the clear, on numpy: a text in one pass, or token by token upon what was computed before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import sqrt

import numpy as np
import numpy.typing as npt

from protocols.models.architectures import Llama
from protocols.models.clear_numbers import Watch, root_mean_square_norm, silu, softmax, turned
from protocols.models.tensors import FloatArray


@dataclass(slots=True, eq=False)
class Past:
    """Keys and values of the tokens before, by layer, each (key_value_heads, tokens, head); keys are turned already."""

    keys: list[FloatArray] = field(default_factory=list, repr=False)
    values: list[FloatArray] = field(default_factory=list, repr=False)

    def __len__(self) -> int:
        """How many tokens there are."""
        return self.keys[0].shape[1] if self.keys else 0

    def extended(self, layer: int, keys: FloatArray, values: FloatArray) -> tuple[FloatArray, FloatArray]:
        """All keys and values of a layer, with these of new tokens at their end."""
        if layer == len(self.keys):
            self.keys.append(keys)
            self.values.append(values)
        else:
            self.keys[layer] = np.concatenate([self.keys[layer], keys], axis=1)
            self.values[layer] = np.concatenate([self.values[layer], values], axis=1)
        return self.keys[layer], self.values[layer]

    def copy(self) -> Past:
        """Another one, which may be extended otherwise."""
        return Past(list(self.keys), list(self.values))


def hidden_rows(
    architecture: Llama,
    tensors: Mapping[str, FloatArray],
    tokens: npt.NDArray[np.int64],
    past: Past,
    watch: Watch,
    dtype: type[np.floating] = np.float32,
) -> FloatArray:
    """The rows (tokens, width) of these tokens after the last norm; `past` is extended by them."""
    positions = len(past) + np.arange(len(tokens))
    x = watch.kept("embedding.tokens", tensors["embedding.tokens"][tokens].astype(dtype))
    for i in range(architecture.layers):
        name = f"layers.{i}"
        normed = _normed(architecture, tensors, x, watch, f"{name}.attention.norm")
        attended = _attention(architecture, tensors, normed, positions, past, i, watch)
        x = watch.kept(f"{name}.attention.sum", x + attended)
        normed = _normed(architecture, tensors, x, watch, f"{name}.feed_forward.norm")
        x = watch.kept(f"{name}.feed_forward.sum", x + _feed_forward(tensors, normed, watch, f"{name}.feed_forward"))
    return _normed(architecture, tensors, x, watch, "norm")


def logits_of(architecture: Llama, tensors: Mapping[str, FloatArray], rows: FloatArray, watch: Watch) -> FloatArray:
    """(tokens, vocabulary) of rows after the last norm."""
    output = tensors["embedding.tokens"].T if architecture.tied else tensors["output.weight"]
    return watch.kept("logits", rows @ output)


def _attention(
    architecture: Llama,
    tensors: Mapping[str, FloatArray],
    x: FloatArray,
    positions: npt.NDArray[np.int64],
    past: Past,
    layer: int,
    watch: Watch,
) -> FloatArray:
    """Causal, of grouped heads: several heads of queries ask one of keys and values."""
    name, groups = f"layers.{layer}.attention", architecture.key_value_heads
    query = _by_head(_product(tensors, x, watch, f"{name}.query"), architecture.heads)
    key, value = (_by_head(_product(tensors, x, watch, f"{name}.{part}"), groups) for part in ("key", "value"))
    query, key = (turned(part, positions, architecture.rope_base) for part in (query, key))
    query = watch.kept(f"{name}.query.turned", query)
    keys, values = past.extended(layer, watch.kept(f"{name}.key.turned", key), value)
    grouped = query.reshape(groups, -1, *query.shape[1:])
    scores = watch.kept(f"{name}.scores", grouped @ keys[:, None].swapaxes(-1, -2) / sqrt(architecture.head))
    later = np.arange(keys.shape[1]) > positions[:, None]
    weights = watch.kept(f"{name}.weights", softmax(np.where(later, scores.dtype.type(-np.inf), scores)))
    mixed = watch.kept(f"{name}.mixed", weights @ values[:, None]).reshape(query.shape)
    return _product(tensors, mixed.swapaxes(0, 1).reshape(len(x), -1), watch, f"{name}.output")


def _feed_forward(tensors: Mapping[str, FloatArray], x: FloatArray, watch: Watch, name: str) -> FloatArray:
    """Gated: Shazeer, arXiv 2002.05202."""
    gate = watch.kept(f"{name}.silu", silu(_product(tensors, x, watch, f"{name}.gate")))
    gated = watch.kept(f"{name}.gated", gate * _product(tensors, x, watch, f"{name}.up"))
    return _product(tensors, gated, watch, f"{name}.down")


def _by_head(x: FloatArray, heads: int) -> FloatArray:
    """(heads, tokens, head) of (tokens, heads * head)."""
    return x.reshape(len(x), heads, -1).swapaxes(0, 1)


def _product(tensors: Mapping[str, FloatArray], x: FloatArray, watch: Watch, name: str) -> FloatArray:
    return watch.kept(name, x @ tensors[f"{name}.weight"])


def _normed(
    architecture: Llama, tensors: Mapping[str, FloatArray], x: FloatArray, watch: Watch, name: str
) -> FloatArray:
    return root_mean_square_norm(x, tensors[f"{name}.gain"], architecture.epsilon, watch, name)
