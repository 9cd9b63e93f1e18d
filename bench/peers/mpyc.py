"""MPyC: Shamir shares in a prime field over its own asyncio TCP, one process a party, honest majority.

Products are those of its secure prime field just above 64 bits; comparisons, sorting and the largest of many, those of
its 64-bit secure integers; functions of reals, those of its secure fixed-point numbers with 16 fractional bits, of 64
bits, or of its default of 32 for the reciprocal, which is zero with 64.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from bench.peers import functions
from bench.peers.numbers import CHAINS, expected, inputs, same
from bench.peers.order import Order, answer

ORDERED = "cmp_100k", "max_1000"
WHOLE = *ORDERED, "sort_1k", "argmax_1000"


def _runtime(order: Order) -> Any:
    """MPyC reads the roster off the command line when it is first imported."""
    addresses = [part for port in order.ports for part in ("-P", f"127.0.0.1:{port}")]
    sys.argv = [sys.argv[0], *addresses, "-I", str(order.party), "--no-log"]
    from mpyc.runtime import mpc

    mpc.run(mpc.start())
    return mpc


class Party:
    """One party; every result is a sharing."""

    def __init__(self, order: Order) -> None:
        self.order = order
        self.mpc = _runtime(order)
        self.version = __import__("mpyc").__version__
        self.is_function = order.workload in functions.FUNCTIONS
        self.kind = self._kind()
        self.x, *others = map(self._shared, functions.inputs(order) if self.is_function else inputs(order))
        self.y = others[0] if others else self.x

    def _kind(self) -> Any:
        if self.order.workload in WHOLE:
            return self.mpc.SecInt(64)
        bits = 32 if self.order.workload == "reciprocal_10k" else 64
        return self.mpc.SecFxp(bits, 16) if self.is_function else self.mpc.SecFld(min_order=2**64)

    def _shared(self, value: Any) -> Any:
        if self.order.workload in CHAINS:
            return self.mpc.input(self.kind(int(value)), senders=0)
        if self.is_function and self.order.workload not in WHOLE:
            return self.mpc.input(self.kind.array(np.asarray(value, np.float64)), senders=0)
        flat = np.asarray(value).astype(object)
        return self.mpc.input(self.kind.array(flat), senders=0)

    def barrier(self) -> None:
        """The runtime's own, once the shares of the inputs are here."""
        self.mpc.run(self._gathered(self.x))
        self.mpc.run(self._gathered(self.y))
        self.mpc.run(self.mpc.barrier())

    def run(self) -> Any:
        """Waits for the shares of the result: its operators only promise them."""
        return self.mpc.run(self._gathered(self._result()))

    def _result(self) -> Any:
        return self._works()[self.order.workload]()

    def _works(self) -> dict[str, Callable[[], Any]]:
        return {
            "mul_1m": lambda: self.x * self.y,
            "cmp_100k": lambda: self.x < self.y,
            "matmul_1000": lambda: self.x @ self.y,
            "max_1000": lambda: self.mpc.np_amax(self.x),
            **dict.fromkeys(CHAINS, self._chain),
            "sort_1k": lambda: self.mpc.np_sort(self.x),
            "argmax_1000": lambda: self.mpc.np_argmax(self.x),
            "reciprocal_10k": lambda: 1 / self.x,
            "var_100k": self._variance,
        }

    def _variance(self) -> Any:
        apart = self.x - self.x.sum() / self.order.size
        return (apart * apart).sum() / self.order.size

    def _chain(self) -> Any:
        product = self.x
        for _ in range(self.order.size):
            product = product * self.y
        return product

    async def _gathered(self, shares: Any) -> Any:
        await self.mpc.gather(shares)
        return shares

    def check(self, result: Any) -> float | None:
        """All parties open the result; products are compared in the field."""
        opened = self.mpc.run(self.mpc.output(result))
        if self.is_function:
            numbers = np.asarray(getattr(opened, "value", opened), np.float64)
            return functions.distance(numbers, self.order.workload, self.order.size)
        values = np.asarray(getattr(opened, "value", opened), object).reshape(-1)
        if self.order.workload in ORDERED:
            same(values.astype(np.int64).reshape(expected(self.order).shape), self.order)
        elif [int(value) for value in values] != self._in_field():
            raise ArithmeticError(f"{self.order.workload} gave a wrong result")
        return None

    def _in_field(self) -> list[int]:
        """The result in the clear, modulo the field's order."""
        if self.order.workload in CHAINS:
            x, y = (int(value) for value in inputs(self.order))
            return [x * pow(y, self.order.size, self.kind.field.modulus) % self.kind.field.modulus]
        return [int(value) % self.kind.field.modulus for value in expected(self.order).reshape(-1)]


if __name__ == "__main__":
    answer(Party)
