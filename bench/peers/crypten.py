"""CrypTen: arithmetic shares of integers (precision 0) over torch's gloo on loopback, one process a party."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

import torch
import torch.onnx

from bench.peers.numbers import CHAINS, inputs, same
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
        self.x, self.y = (MPCTensor(torch.as_tensor(value), precision=0, src=0) for value in inputs(order))

    def _works(self) -> dict[str, Callable[[], Any]]:
        return {
            "mul_1m": lambda: self.x._tensor * self.y._tensor,
            "cmp_100k": lambda: self.x < self.y,
            "matmul_1000": lambda: self.x._tensor.matmul(self.y._tensor),
            "max_1000": lambda: self.x.max(),
            **dict.fromkeys(CHAINS, self._chain),
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

    def check(self, result: Any) -> None:
        """All parties open the result."""
        opened = result.get_plain_text() if isinstance(result, MPCTensor) else result.reveal()
        same(opened.numpy(), self.order)


if __name__ == "__main__":
    answer(Party)
