"""python-paillier (phe) with gmpy2: one value at a time."""

from __future__ import annotations

import random
from typing import Any

import phe
from phe import paillier

from bench.peers.order import Order, answer

KEY_BITS = 2048


class Paillier:
    """One operation on `size` values; the workload's name says which."""

    version = phe.__version__

    def __init__(self, order: Order) -> None:
        self.size = order.size
        self.operation = order.workload.partition(".")[2].partition("_")[0]
        self.public, self.private = paillier.generate_paillier_keypair(n_length=KEY_BITS)
        draw = random.Random(1)
        self.values = [draw.getrandbits(30) for _ in range(self.size)]
        self.factors = [draw.getrandbits(64) | 1 << 63 for _ in range(self.size)]
        made_before = 0 if self.operation in ("keygen", "encrypt") else self.size
        some = [self.public.encrypt(value) for value in self.values[: min(made_before, 32)]]
        self.values = (self.values[: len(some)] * self.size)[: self.size] if some else self.values
        self.encrypted = [some[i % len(some)] for i in range(made_before)]

    def barrier(self) -> None:
        """There is nobody to wait for."""

    def run(self) -> Any:
        """The operation on all values."""
        if self.operation == "keygen":
            return [paillier.generate_paillier_keypair(n_length=KEY_BITS) for _ in range(self.size)]
        if self.operation == "encrypt":
            return [self.public.encrypt(value) for value in self.values]
        if self.operation == "decrypt":
            return [self.private.decrypt(value) for value in self.encrypted]
        if self.operation == "add":
            return [value + value for value in self.encrypted]
        return [value * factor for value, factor in zip(self.encrypted, self.factors, strict=True)]

    def check(self, result: Any) -> None:
        """What decrypts must be the same operation on the values."""
        if self.operation == "keygen":
            return
        opened = result if self.operation == "decrypt" else [self.private.decrypt(value) for value in result]
        if opened != self._expected():
            raise ArithmeticError(f"{self.operation} gave a wrong result")

    def _expected(self) -> list[int]:
        if self.operation == "add":
            return [2 * value for value in self.values]
        if self.operation == "scale":
            return [value * factor for value, factor in zip(self.values, self.factors, strict=True)]
        return self.values


if __name__ == "__main__":
    answer(Paillier)
