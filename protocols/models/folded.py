"""How large weights are as they take part: a norm's gain is folded into the matrix behind it, the mean of a row is
taken away where a matrix adds to an encoder's stream. Their range is declared for all models, as that of values is.

The matrices are those of `protocols.transformer.bert` and `llama`; a test holds these numbers against what they stand.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from protocols.models.architectures import Architecture, Bert
from protocols.models.tensors import FloatArray

Weights = Mapping[str, FloatArray]


def largest_weights(architecture: Architecture, tensors: Weights) -> dict[str, float]:
    """The largest size in each matrix, by the name of its weights; without what queries are multiplied by for scores.

    Matrices are read one at a time.
    """
    found = _of_encoder(architecture, tensors) if isinstance(architecture, Bert) else _of_decoder(architecture, tensors)
    return {name: float(np.abs(matrix).max()) for name, matrix in found}


def _of_encoder(bert: Architecture, w: Weights) -> Iterator[tuple[str, FloatArray]]:
    yield "embedding.tokens", _centred(w["embedding.tokens"])
    before = "embedding.norm"
    for at in (f"layers.{i}" for i in range(bert.layers)):
        for part in ("query", "key", "value"):
            yield _folded(w, before, f"{at}.attention.{part}.weight")
        yield f"{at}.attention.output.weight", _centred(w[f"{at}.attention.output.weight"])
        yield _folded(w, f"{at}.attention.norm", f"{at}.feed_forward.up.weight")
        yield f"{at}.feed_forward.down.weight", _centred(w[f"{at}.feed_forward.down.weight"])
        before = f"{at}.feed_forward.norm"


def _of_decoder(llama: Architecture, w: Weights) -> Iterator[tuple[str, FloatArray]]:
    for name in ("embedding.tokens", "output.weight"):
        if name in llama.shapes():
            yield name, w[name]
    for at in (f"layers.{i}" for i in range(llama.layers)):
        for part in ("query", "key", "value"):
            yield _folded(w, f"{at}.attention.norm", f"{at}.attention.{part}.weight")
        for part in ("gate", "up"):
            yield _folded(w, f"{at}.feed_forward.norm", f"{at}.feed_forward.{part}.weight")
        for name in (f"{at}.attention.output.weight", f"{at}.feed_forward.down.weight"):
            yield name, w[name]


def _folded(w: Weights, norm: str, name: str) -> tuple[str, FloatArray]:
    gain: FloatArray = w[f"{norm}.gain"]
    return name, gain[:, None].astype(np.float64) * w[name]


def _centred(matrix: FloatArray) -> FloatArray:
    wide: FloatArray = matrix.astype(np.float64)
    centred: FloatArray = wide - wide.mean(-1, keepdims=True)
    return centred
