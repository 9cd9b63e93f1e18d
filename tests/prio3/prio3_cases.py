"""Every type of Prio3 at a small size, measurements, their plain sum, and what a client that cheats would write."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from mpc.algebra.field import FIELD64
from mpc.prg import Seed
from protocols.prio3 import (
    Prio3,
    Prio3BoundedL2,
    Prio3Count,
    Prio3Histogram,
    Prio3L1BoundSum,
    Prio3MultihotCountVec,
    Prio3Sum,
    Prio3SumVec,
    Prio3SumVecWithMultiproof,
)

CTX = b"tests"
KEY = bytes(range(32))


@dataclass(frozen=True)
class Case:
    """make(shares); measurements; what they add up to; elements (meas_len,) that are no valid measurement."""

    make: Callable[[int], Prio3[Any, Any]]
    measurements: tuple[Any, ...]
    total: Any
    cheats: tuple[tuple[int, ...], ...]


CASES = {
    "count": Case(Prio3Count, (1, 0, 1, 1), 3, ((2,), (-1,), (7,))),
    "sum": Case(lambda n: Prio3Sum(n, 5), (0, 5, 3, 4), 12, ((2, 0, 0), (0, 0, -1), (0, 5, 0))),
    "sum_vec": Case(
        lambda n: Prio3SumVec(n, 3, 5, 2),
        ([0, 1, 2], [5, 4, 3], [5, 5, 5]),
        [10, 10, 10],
        ((0, 0, 0, 0, 0, 0, 0, 0, 2), (-1, 0, 0, 1, 1, 1, 0, 0, 0)),
    ),
    "histogram": Case(
        lambda n: Prio3Histogram(n, 4, 3), (0, 3, 3, 1), [1, 1, 0, 2], ((0, 0, 0, 0), (1, 1, 0, 0), (2, -1, 0, 0))
    ),
    "multihot": Case(
        lambda n: Prio3MultihotCountVec(n, 4, 2, 3),
        ([0, 1, 1, 0], [True, False, False, False], [0, 0, 0, 0]),
        [1, 1, 1, 0],
        ((1, 1, 1, 0, 1, 1), (1, 1, 0, 0, 1, 0), (2, 0, 0, 0, 0, 1)),
    ),
    "l1": Case(
        lambda n: Prio3L1BoundSum(n, 3, 5, 4),
        ([1, 2, 2], [5, 0, 0], [0, 0, 0]),
        [6, 2, 2],
        ((1, 0, 1, 1, 0, 0, 0, 0, 0, 1, 0, 1), (2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0)),
    ),
    "multiproof": Case(
        lambda n: Prio3SumVecWithMultiproof(n, FIELD64, 3, 3, 3, 2),
        ([0, 1, 2], [3, 3, 3]),
        [3, 4, 5],
        ((0, 0, 0, 0, 0, 2), (-1, 1, 0, 0, 0, 0)),
    ),
    "l2": Case(
        lambda n: Prio3BoundedL2(n, 3, 4, 5),
        ([7, 0, -3], [-4, 4, 4], [0, -7, 0]),
        [3, -3, 1],
        (
            (1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 1, 0, 1, 0, 0, 0, 1),
            (0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0),
            (2, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0),
        ),
    ),
}


def stream(name: str):
    """Bytes that are the same in every run."""
    return Seed(bytes(32)).prg(name)


def nonce(i: int) -> bytes:
    return i.to_bytes(16, "big")


def verified(vdaf: Prio3[Any, Any], report, name: bytes, key: bytes = KEY):
    """The output shares of all aggregators; the error if the report is refused."""
    public, inputs = report
    begun = [vdaf.verify_init(key, CTX, i, name, public, share) for i, share in enumerate(inputs)]
    message = vdaf.verifier_shares_to_message(CTX, [share for _, share in begun])
    return [vdaf.verify_next(CTX, state, message) for state, _ in begun]


class Cheating:
    """The circuit of a client who writes what it likes; all else as it is."""

    def __init__(self, circuit, elements) -> None:
        self._circuit = circuit
        self._elements = elements

    def __getattr__(self, name: str):
        return getattr(self._circuit, name)

    def encode(self, measurement):
        return self._circuit.field.from_ints(np.array(self._elements, object))


def cheated(case: Case, elements, shares: int = 2):
    """A report that its client made of other elements, with as good a proof as there is."""
    vdaf = case.make(shares)
    vdaf.circuit = Cheating(vdaf.circuit, elements)
    return vdaf.shard(CTX, None, nonce(0), stream("cheat").bytes(vdaf.rand_size))
