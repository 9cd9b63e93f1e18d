"""CrypTen: arithmetic shares of integers (precision 0), or of reals with its own 16 fractional bits for functions of
numpy, over torch's gloo on loopback, one process a party."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

import torch
import torch.onnx

from bench.peers import functions, numbers
from bench.peers.order import Order, answer

# CrypTen asks torch for a registry of ONNX operators, which torch no longer has and nothing here uses.
_REGISTRY = "torch.onnx._internal.registration"
try:
    __import__(_REGISTRY)
except ModuleNotFoundError:
    sys.modules[_REGISTRY] = ModuleType(_REGISTRY)
    vars(sys.modules[_REGISTRY])["registry"] = None

import crypten  # noqa: E402
from crypten.mpc import MPCTensor  # noqa: E402


class Party:
    """One party; every result is a sharing."""

    version = f"{crypten.__version__}, torch {torch.__version__}"

    def __init__(self, order: Order) -> None:
        self.order = order
        os.environ.update(
            RANK=str(order.party), WORLD_SIZE=str(len(order.ports)), DISTRIBUTED_BACKEND="gloo",
            RENDEZVOUS=f"tcp://127.0.0.1:{order.ports[0]}", GLOO_SOCKET_IFNAME="lo",
        )  # fmt: skip
        torch.set_num_threads(1)
        crypten.init()
        self.work = self._works()[order.workload]
        function = functions.FUNCTIONS.get(order.workload)
        values = functions.inputs(order) if function else numbers.inputs(order)
        precision = None if function and function.precision else 0
        self.x, *others = (MPCTensor(torch.as_tensor(value), precision=precision, src=0) for value in values)
        self.y = others[0] if others else self.x

    def _works(self) -> dict[str, Callable[[], Any]]:
        return {
            "mul_1m": lambda: self.x._tensor * self.y._tensor,
            "cmp_100k": lambda: self.x < self.y,
            "matmul_1000": lambda: self.x._tensor.matmul(self.y._tensor),
            "max_1000": lambda: self.x.max(),
            **dict.fromkeys(numbers.CHAINS, self._chain),
            "argmax_1000": lambda: self.x.argmax(one_hot=False),
            "softmax_128": lambda: self.x.softmax(-1),
            "sigmoid_10k": lambda: self.x.sigmoid(),
            "exp_10k": lambda: self.x.exp(),
            "reciprocal_10k": lambda: self.x.reciprocal(),
            "log_10k": lambda: self.x.log(),
            "sqrt_10k": lambda: self.x.sqrt(),
            "var_100k": lambda: self.x.var(unbiased=False),
        }

    def _chain(self) -> Any:
        product = self.x._tensor
        for _ in range(self.order.size):
            product = product * self.y._tensor
        return product

    def barrier(self) -> None:
        """The communicator's own."""
        crypten.comm.get().barrier()

    def run(self) -> Any:
        """Products on the arithmetic shares themselves: nothing is encoded, nothing truncated."""
        return self.work()

    def check(self, result: Any) -> float | None:
        """All parties open the result."""
        opened = result.get_plain_text() if isinstance(result, MPCTensor) else result.reveal()
        if self.order.workload in functions.FUNCTIONS:
            return functions.distance(opened.numpy(), self.order.workload, self.order.size)
        numbers.same(opened.numpy(), self.order)
        return None


if __name__ == "__main__":
    answer(Party)
