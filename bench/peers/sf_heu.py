"""HEU (SecretFlow): arrays of values under one of its Paillier schemes, named by the variant. It uses all cores."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

import numpy as np
from heu import numpy as heu_numpy
from heu import phe

from bench.peers.order import Order, answer

KEY_BITS = 2048


class Paillier:
    """One operation on an array of `size` values; the workload's name says which."""

    version = version("sf-heu")

    def __init__(self, order: Order) -> None:
        self.size = order.size
        self.operation = order.workload.partition(".")[2].partition("_")[0]
        self.scheme = getattr(phe.SchemaType, order.variant)
        self.kit = heu_numpy.setup(self.scheme, KEY_BITS)
        schema = self.kit.get_schema()
        self.encoder = phe.BigintEncoder(schema) if self.operation == "scale" else phe.IntegerEncoder(schema, 1)
        rng = np.random.default_rng(1)
        self.values = rng.integers(0, 2**30, self.size)
        self.factors = rng.integers(2**62, 2**63 - 1, self.size)
        self.clear = self._encoded(self.values)
        self.scalars = self._encoded(self.factors)
        self.encrypted = self.kit.encryptor().encrypt(self.clear)

    def _encoded(self, values: Any) -> Any:
        return self.kit.array(values, self.encoder)

    def barrier(self) -> None:
        """There is nobody to wait for."""

    def run(self) -> Any:
        """The operation on all values."""
        if self.operation == "keygen":
            return [heu_numpy.setup(self.scheme, KEY_BITS) for _ in range(self.size)]
        if self.operation == "encrypt":
            return self.kit.encryptor().encrypt(self.clear)
        if self.operation == "decrypt":
            return self.kit.decryptor().decrypt(self.encrypted)
        if self.operation == "add":
            return self.kit.evaluator().add(self.encrypted, self.encrypted)
        return self.kit.evaluator().mul(self.encrypted, self.scalars)

    def check(self, result: Any) -> None:
        """What decrypts must be the same operation on the values."""
        if self.operation == "keygen":
            return
        opened = result if self.operation == "decrypt" else self.kit.decryptor().decrypt(result)
        values = [int(value) for value in self.values]
        expected = {
            "add": [2 * value for value in values],
            "scale": [value * int(factor) for value, factor in zip(values, self.factors, strict=True)],
        }.get(self.operation, values)
        if [int(value) for value in opened.to_numpy(self.encoder)] != expected:
            raise ArithmeticError(f"{self.operation} gave a wrong result")


if __name__ == "__main__":
    answer(Paillier)
