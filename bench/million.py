"""What a secure sum of a million clients takes, worked out: counts from plans, seconds from unit costs.

No machine here holds a million clients, so nothing is run at that size. How many holders, secrets, agreements, streams
and bytes there are follows from the plan that such a round would have; what one of each takes is measured in this
run, on one core; the rest is multiplication. More clients than one sum takes are several sums, each by its own plan.

python -m bench.million
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from math import ceil
from statistics import median

import numpy as np

from mpc.algebra.cores import using_cores
from protocols import aggregation
from protocols.aggregation import AggregationPlan, Step, plan, step_bytes
from protocols.aggregation.agreement import KeyPair
from protocols.aggregation.masks import add_masks, in_blocks, packed, unpack

MOST_IN_A_SUM = 62_500
IDLE_BYTES = 55_000
"""Of a client's line at the server, measured by `star.idle` of `python -m bench federated`."""
BITS, WEIGHT_BYTES = 32, 4
_SMALL = 120
"""Clients of the round in which messages and secrets are measured."""

SIZES = (1_000, 10_000, 62_500, 250_000, 1_000_000)
LENGTH, DROPOUTS = 100_000, 10


@dataclass(frozen=True, slots=True)
class Fleet:
    """A round: so many clients, of whom `dropouts` in 100 vanish after they gave shares of their secrets, and vectors
    of so many elements of 32 bits; a fifth may be corrupted, with a server that follows the protocol."""

    clients: int
    length: int = LENGTH
    dropouts: int = DROPOUTS

    @property
    def sums(self) -> int:
        """Into how many the clients are split, all of one size."""
        return ceil(self.clients / MOST_IN_A_SUM)

    @property
    def plan(self) -> AggregationPlan:
        """Of each sum."""
        return _planned(ceil(self.clients / self.sums), self.length, self.dropouts)

    @property
    def gone(self) -> int:
        """Clients who vanish."""
        return self.clients * self.dropouts // 100

    @property
    def holders(self) -> int:
        """Of a client's shares."""
        return self.plan.holders_among(self.plan.clients)

    @property
    def agreements(self) -> int:
        """Keys that the server agrees on again: of each client that is gone, with its holders that stayed."""
        return round(self.gone * self.holders * (1 - self.dropouts / 100))

    @property
    def streams(self) -> int:
        """Of masks that the server takes off: these, and one of each client that stayed."""
        return self.agreements + self.clients - self.gone

    @property
    def client_sends(self) -> int:
        """Bytes of a client that stays."""
        return sum(step.sent for step in step_bytes(self.plan))

    @property
    def client_gets(self) -> int:
        """Bytes, with the weights that the round begins with."""
        return sum(step.answered for step in step_bytes(self.plan)) + WEIGHT_BYTES * self.length

    @property
    def server_bytes(self) -> int:
        """That come and go, as if nobody vanished: never fewer than there are."""
        return self.clients * (self.client_sends + self.client_gets)

    @property
    def memory(self) -> int:
        """Of all servers: lines, shares until they are handed on, and the sums; vectors are added as they come."""
        shares = next(step.sent for step in step_bytes(self.plan) if step.step == Step.SHARE_KEYS)
        return self.clients * (IDLE_BYTES + shares) + self.sums * 8 * self.length


@dataclass(frozen=True, slots=True)
class Units:
    """Seconds on one core: of a client's and the server's messages and secrets for each holder, of an agreement, of a
    stream of the length, and of packing a vector, or unpacking it and adding it to the sum."""

    client_holder: float
    server_holder: float
    agreement: float
    stream: float
    pack: float
    add: float

    def client(self, fleet: Fleet) -> float:
        """Of a client that stays, all steps."""
        return fleet.holders * (self.client_holder + self.stream) + self.stream + self.pack

    def server(self, fleet: Fleet) -> float:
        """Of all servers together."""
        unmasking = fleet.agreements * self.agreement + fleet.streams * self.stream
        return fleet.clients * (fleet.holders * self.server_holder + self.add) + unmasking


def measured(length: int = LENGTH) -> Units:
    """In this run, medians."""
    with using_cores(1):
        small = _planned(_SMALL, 16, DROPOUTS)
        done = [aggregation.simulate(np.zeros((_SMALL, 16), np.uint32), small) for _ in range(5)]
        holders = small.holders_among(_SMALL)
        vector, keys = in_blocks(length, np.dtype(np.uint32)), [bytes([i] * 32) for i in range(16)]
        sent = bytes(packed(vector, BITS))
        total, other = np.zeros(length, np.uint32), KeyPair(bytes([9] * 32)).public

        def add() -> None:
            np.add(total, unpack(sent, length, BITS, total.dtype), out=total)

        return Units(
            median(d.client_seconds for d in done) / holders,
            median(d.server_seconds for d in done) / _SMALL / holders,
            _seconds(partial(KeyPair(bytes([7] * 32)).agreed, other, "c")),
            _seconds(partial(add_masks, vector, keys, [True] * len(keys))) / len(keys),
            _seconds(partial(packed, vector, BITS)),
            _seconds(add),
        )


def ran(fleet: Fleet) -> tuple[float, float]:
    """Seconds of a client that stays, and of the server, in a round that is run, medians of three."""
    with using_cores(1):
        vectors = np.broadcast_to(np.arange(fleet.length, dtype=np.uint32), (fleet.clients, fleet.length))
        gone = {Step.MASKED_INPUT: range(fleet.gone)}
        done = [aggregation.simulate(vectors, fleet.plan, vanish=gone) for _ in range(3)]
    return median(d.client_seconds for d in done), median(d.server_seconds for d in done)


@cache
def _planned(clients: int, length: int, dropouts: int) -> AggregationPlan:
    return plan(clients, length, bits=BITS, dropouts=dropouts / 100)


def _seconds(work: Callable[[], object]) -> float:
    times = []
    for _ in range(9):
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return median(times)


def counted_rows(sizes: tuple[int, ...] = SIZES) -> list[str]:
    """A table of what follows from plans alone."""
    rows = [
        "| clients | sums | holders, needed | client sends | client gets | servers' traffic | agreements | streams | "
        "servers' memory |",
        "|---:|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for fleet in map(Fleet, sizes):
        rows.append(
            f"| {fleet.clients:,} | {fleet.sums} | {fleet.holders}, {fleet.plan.threshold} | "
            f"{fleet.client_sends / 1e3:,.0f} kB | {fleet.client_gets / 1e3:,.0f} kB | "
            f"{fleet.server_bytes / 1e9:,.1f} GB | {fleet.agreements:,} | {fleet.streams:,} | "
            f"{fleet.memory / 1e9:,.2f} GB |"
        )
    return rows


def timed_rows(units: Units, sizes: tuple[int, ...] = SIZES) -> list[str]:
    """A table of seconds by these units."""
    rows = ["| clients | a client, one core | servers, core-hours | one server of 64 cores |", "|---:|---:|---:|---:|"]
    for fleet in map(Fleet, sizes):
        work = units.server(fleet)
        rows.append(
            f"| {fleet.clients:,} | {units.client(fleet) * 1e3:,.0f} ms | {work / 3600:.2g} | {work / 64:.2g} s |"
        )
    return rows


def checked_rows(units: Units, clients: int = 150) -> list[str]:
    """A table of a round that is run, beside what is worked out for it."""
    fleet = Fleet(clients)
    client, server = ran(fleet)
    return [
        f"| {clients} clients | worked out | run |",
        "|---|---:|---:|",
        f"| a client | {units.client(fleet) * 1e3:,.0f} ms | {client * 1e3:,.0f} ms |",
        f"| the server | {units.server(fleet):,.2f} s | {server:,.2f} s |",
    ]


if __name__ == "__main__":
    units = measured()
    print("\n".join([*counted_rows(), "", *timed_rows(units), "", *checked_rows(units)]))
