"""Products of words by 16-bit weights and by matrices that are streams: a few rows, bound by memory, and many.

The weights of one row have more bytes than a cache holds and are bound by reading them; those of 32 rows are as many as
a layer of a small model and are bound by products. A stream's limit is AES, half a block for each word of the matrix.
numpy's products are of weights that stand as words, which it can't multiply otherwise.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from bench.kernels.operands import random_words
from bench.kernels.workload import KernelWorkload
from mpc.algebra.cores import using_cores
from mpc.algebra.ring import U64, Words
from mpc.algebra.weights import Weights, masked_weights, stream_product, weight_product
from mpc.prg import Prg

LONG = (4096, 8192)
LAYER = (576, 1536)
LANES = 8
"""Products of a 512-bit instruction."""
KEY = bytes(range(16))


def workloads() -> list[KernelWorkload]:
    """A product counts one multiplication and addition of a word and a weight; a mask, one weight."""
    long, layer = _weights(LONG), _weights(LAYER)
    row, turned = random_words((1, LONG[0]), 1), random_words((1, LONG[1]), 2)
    masks = np.empty(LAYER, U64)
    return [
        _product("weights.row", row, long, "read", 2),
        _product("weights.row_transposed", turned, long.T, "read", 2),
        *(_of_layer(rows, layer) for rows in (8, 32, 128)),
        *(_by_stream(rows) for rows in (1, 8, 32)),
        KernelWorkload(
            "weights.masked", "weights", layer.size, _alone(lambda: masked_weights(layer, Prg(KEY), masks)), "aes", 0.5
        ),
    ]


def _weights(shape: tuple[int, int]) -> Weights:
    return np.random.default_rng(shape).integers(-(2**15), 2**15, shape, np.int16)


def _product(name: str, x: Words, weights: Weights, limit: str, use: float) -> KernelWorkload:
    run = _alone(lambda: weight_product(x, weights))
    return KernelWorkload(name, "products", len(x) * weights.size, run, limit, use)


def _of_layer(rows: int, layer: Weights) -> KernelWorkload:
    x, wide = random_words((rows, len(layer)), rows), layer.astype(U64)
    ours = _product(f"weights.rows_{rows}", x, layer, "vpmullq", 1 / LANES)
    return replace(ours, peers={"numpy": lambda: np.matmul(x, wide)})


def _by_stream(rows: int) -> KernelWorkload:
    """Of few rows, drawing the matrix takes longer than the products; of many, the products."""
    x = random_words((rows, LAYER[0]), rows)
    limit, use = ("aes", 0.5) if rows < LANES else ("vpmullq", rows / LANES)
    run = _alone(lambda: stream_product(x, Prg(KEY), LAYER))
    return KernelWorkload(f"weights.by_stream_{rows}", "words", LAYER[0] * LAYER[1], run, limit, use)


def _alone(work: Callable[[], object]) -> Callable[[], object]:
    """The work on one core, of which the ceilings are."""

    def run() -> object:
        with using_cores(1):
            return work()

    return run
