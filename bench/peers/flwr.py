"""Flower's secure aggregation (SecAgg+): what a client computes on its vector, and Shamir's shares, by its functions.

A client's masking is what `flwr.client.mod.secure_aggregation` does in its stage of masked vectors, without quantising.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import flwr
import numpy as np
from flwr.common.secure_aggregation.crypto.shamir import combine_shares, create_shares
from flwr.common.secure_aggregation.crypto.symmetric_encryption import generate_shared_key
from flwr.common.secure_aggregation.ndarrays_arithmetic import (
    parameters_addition,
    parameters_mod,
    parameters_subtraction,
)
from flwr.common.secure_aggregation.secaggplus_utils import pseudo_rand_gen
from flwr.supercore.primitives.asymmetric import generate_key_pairs

from bench.peers.flwr_round import FlowerRound
from bench.peers.order import Order, answer

NEIGHBOURS, RANGE = 10, 1 << 32
THRESHOLD, HOLDERS = 51, 100


class Client:
    """One operation; the workload's name says which."""

    def __init__(self, order: Order) -> None:
        name = order.workload.partition(".")[2]
        works: dict[str, Callable[[], Any]] = {
            "client_1m_10": self.masked, "shamir_split_51_100": self.split, "shamir_join_51_100": self.joined,
        }  # fmt: skip
        self.version = flwr.__version__
        if name.startswith("round"):
            self.run = part_of_round(name, order.size)
            return
        self.run = works[name]
        self.shape = [(order.size,)]
        self.vector = [np.arange(order.size, dtype=np.int64)]
        self.secret = os.urandom(32)
        self.own, _ = generate_key_pairs()
        self.others = [generate_key_pairs()[1] for _ in range(NEIGHBOURS)]
        self.shares = create_shares(self.secret, THRESHOLD, HOLDERS)[:THRESHOLD] if name.startswith("shamir") else []

    def barrier(self) -> None:
        """There is nobody to wait for."""

    def masked(self) -> Any:
        """The vector under its own mask and one for each neighbour."""
        vector = parameters_addition(self.vector, pseudo_rand_gen(self.secret, RANGE, self.shape))
        for i, other in enumerate(self.others):
            mask = pseudo_rand_gen(generate_shared_key(self.own, other), RANGE, self.shape)
            vector = (parameters_addition if i % 2 else parameters_subtraction)(vector, mask)
        return parameters_mod(vector, RANGE)

    def split(self) -> Any:
        """Shares of one secret."""
        return create_shares(self.secret, THRESHOLD, HOLDERS)

    def joined(self) -> Any:
        """The secret of as many shares as it takes."""
        return combine_shares(self.shares)

    def check(self, result: Any) -> None:
        """Nothing is opened here."""


def part_of_round(name: str, length: int) -> Callable[[], Any]:
    """The work of `round_100_100k_30_server`: of the server of a round whose clients lost 30%; or of a client."""
    *front, part = name.split("_")
    gone = int(front[3]) if len(front) > 3 else 0
    whole = FlowerRound(length, gone)
    return whole.server if part == "server" else whole.client


if __name__ == "__main__":
    answer(Client)
