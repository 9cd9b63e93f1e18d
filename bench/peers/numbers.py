"""The operands of the arithmetic workloads, and what must come out, for peers' scripts. Needs numpy beside the peer."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from bench.peers.order import Order

Values = npt.NDArray[np.int64]
CHAINS = "chain_1000", "round_program"
"""For peers one and the same: their programs are written with `*`."""


def inputs(order: Order) -> tuple[Values, Values]:
    """The two operands, the same at every party: what is measured is the work, not who owns the numbers.

    Small enough for systems whose numbers have less than 64 bits, and for exact products in int64.
    """
    shapes: dict[str, tuple[int, ...]] = {"matmul_1000": (order.size, order.size), **dict.fromkeys(CHAINS, ())}
    shape = shapes.get(order.workload, (order.size,))
    rng = np.random.default_rng(1)
    return rng.integers(-(2**20), 2**20, shape), rng.integers(-(2**20), 2**20, shape)


def expected(order: Order) -> Values:
    """The result in the clear, modulo 2^64 as a signed number; comparisons as 0 and 1."""
    return CLEAR[order.workload](*inputs(order), order.size)


def _power(x: Values, y: Values, size: int) -> Values:
    return np.array((int(x) * int(y) ** size + 2**63) % 2**64 - 2**63, np.int64)


CLEAR: dict[str, Callable[[Values, Values, int], Values]] = {
    "mul_1m": lambda x, y, size: x * y,
    "cmp_100k": lambda x, y, size: np.asarray(x < y, np.int64),
    "matmul_1000": lambda x, y, size: x @ y,
    "max_1000": lambda x, y, size: np.asarray(x.max()),
    **dict.fromkeys(CHAINS, _power),
}
"""The workloads that peers do, and their results from the operands and the size."""


def same(result: object, order: Order) -> None:
    """ArithmeticError unless the opened result is the expected one."""
    if not np.array_equal(np.asarray(result, np.int64), expected(order)):
        raise ArithmeticError(f"{order.workload} gave a wrong result")
