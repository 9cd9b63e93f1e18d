"""The operands of the arithmetic workloads, and what must come out, for peers' scripts. Needs numpy beside the peer."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from bench.peers.order import Order

Values = npt.NDArray[np.int64]


def inputs(order: Order) -> tuple[Values, Values]:
    """The two operands, the same at every party: what is measured is the work, not who owns the numbers.

    Small enough for systems whose numbers have less than 64 bits, and for exact products in int64.
    """
    shapes = {"matmul_1000": (order.size, order.size), "chain_1000": ()}
    shape = shapes.get(order.workload, (order.size,))
    rng = np.random.default_rng(1)
    return rng.integers(-(2**20), 2**20, shape), rng.integers(-(2**20), 2**20, shape)


def expected(order: Order) -> Values:
    """The result in the clear, modulo 2^64 as a signed number; comparisons as 0 and 1."""
    x, y = inputs(order)
    if order.workload == "cmp_100k":
        return np.asarray(x < y, np.int64)
    if order.workload == "matmul_1000":
        return x @ y
    if order.workload == "chain_1000":
        return np.array((int(x) * int(y) ** order.size + 2**63) % 2**64 - 2**63, np.int64)
    return x * y


def same(result: object, order: Order) -> None:
    """ArithmeticError unless the opened result is the expected one."""
    if not np.array_equal(np.asarray(result, np.int64), expected(order)):
        raise ArithmeticError(f"{order.workload} gave a wrong result")
