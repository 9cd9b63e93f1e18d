"""BERT in the clear, on numpy: what the owner computes to compare with, and what calibrating looks at."""

from __future__ import annotations

from collections.abc import Mapping
from math import sqrt

import numpy as np
import numpy.typing as npt

from protocols.models.architectures import Bert
from protocols.models.clear_numbers import Watch, gelu, layer_norm, softmax
from protocols.models.tensors import FloatArray


def hidden_rows(
    architecture: Bert,
    tensors: Mapping[str, FloatArray],
    tokens: npt.NDArray[np.int64],
    watch: Watch,
    dtype: type[np.floating] = np.float32,
) -> FloatArray:
    """The rows (tokens, width) of one text after the last layer, computed in `dtype`."""
    places = tensors["embedding.positions"][: len(tokens)] + tensors["embedding.types"][0]
    found = watch.kept("embedding.sum", tensors["embedding.tokens"][tokens].astype(dtype) + places)
    x: FloatArray = _normed(architecture, tensors, found, watch, "embedding.norm")
    for i in range(architecture.layers):
        x = _layer(architecture, tensors, x, watch, f"layers.{i}")
    return x


def pooled(rows: FloatArray) -> FloatArray:
    """The embedding (width,) of a text: the mean of its rows, of length 1."""
    mean: FloatArray = rows.mean(axis=0)
    length = max(float(np.linalg.norm(mean)), 1e-12)
    return mean / mean.dtype.type(length)


def _layer(architecture: Bert, tensors: Mapping[str, FloatArray], x: FloatArray, watch: Watch, name: str) -> FloatArray:
    attended = _attention(architecture, tensors, x, watch, f"{name}.attention")
    x = watch.kept(f"{name}.attention.sum", x + attended)
    x = _normed(architecture, tensors, x, watch, f"{name}.attention.norm")
    up = _dense(tensors, x, watch, f"{name}.feed_forward.up")
    down = _dense(tensors, watch.kept(f"{name}.feed_forward.gelu", gelu(up)), watch, f"{name}.feed_forward.down")
    x = watch.kept(f"{name}.feed_forward.sum", x + down)
    return _normed(architecture, tensors, x, watch, f"{name}.feed_forward.norm")


def _attention(
    architecture: Bert, tensors: Mapping[str, FloatArray], x: FloatArray, watch: Watch, name: str
) -> FloatArray:
    """Vaswani et al., NeurIPS 2017, section 3.2: heads side by side, and a product of what they give."""
    parts = (_dense(tensors, x, watch, f"{name}.{part}") for part in ("query", "key", "value"))
    query, key, value = (_by_head(part, architecture.heads) for part in parts)
    scores = watch.kept(f"{name}.scores", query @ key.swapaxes(-1, -2) / sqrt(architecture.head))
    weights = watch.kept(f"{name}.weights", softmax(scores))
    mixed = watch.kept(f"{name}.mixed", weights @ value)
    return _dense(tensors, mixed.swapaxes(0, 1).reshape(x.shape), watch, f"{name}.output")


def _by_head(x: FloatArray, heads: int) -> FloatArray:
    """(heads, tokens, head) of (tokens, width)."""
    return x.reshape(len(x), heads, -1).swapaxes(0, 1)


def _dense(tensors: Mapping[str, FloatArray], x: FloatArray, watch: Watch, name: str) -> FloatArray:
    return watch.kept(name, x @ tensors[f"{name}.weight"] + tensors[f"{name}.shift"])


def _normed(
    architecture: Bert, tensors: Mapping[str, FloatArray], x: FloatArray, watch: Watch, name: str
) -> FloatArray:
    gain, shift = tensors[f"{name}.gain"], tensors[f"{name}.shift"]
    normed: FloatArray = layer_norm(x, gain, shift, architecture.epsilon, watch, name)
    return normed
