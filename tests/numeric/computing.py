"""Runs a numerical function on plain integers among simulated parties."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import trio

from mpc.algebra.interface import Z2k
from mpc.algebra.ring import Z64, Words
from mpc.context import Context
from mpc.errors import LocalError
from mpc.simulation import PartyRun, Setting, run_in_memory
from protocols import beaver, ideal, replicated3
from protocols.preprocessing.dealer import local_supplies
from protocols.ranges import Range
from protocols.shares import ArithmeticShare

Integers = npt.NDArray[np.int64]
Function = Callable[[Context, ArithmeticShare, Range, int], Awaitable[ArithmeticShare]]
Computed = Callable[..., "Outcome"]

SUITES: dict[str, Any] = {"beaver": beaver.SUITE, "ideal": ideal.SUITE, "replicated3": replicated3.SUITE}
AMONG = {"replicated3": 3}
"""Parties of suites that are not for two."""


@dataclass(frozen=True)
class Outcome:
    """What came out, as signed integers, and the rounds that the function took."""

    values: Integers
    rounds: int


def run(
    function: Function,
    integers: npt.ArrayLike,
    r: Range,
    f: int,
    suite: Any = beaver.SUITE,
    n: int = 2,
    *,
    ring: Z2k = Z64,
    collect: bool = False,
) -> list[PartyRun]:
    """All parties' runs of function(ctx, x, r, f); the result is opened. Every call of the suite is audited."""
    words = ring.from_signed(np.asarray(integers, np.int64 if ring.words == 1 else object))

    async def main(ctx: Context, mine: Words | None) -> tuple[Integers, int]:
        x = await ctx.suite.input(ctx, 0, mine, ring.shape(words))
        before = ctx.depth
        y = await function(ctx, x, r, f)
        rounds = ctx.depth - before
        (opened,) = await ctx.suite.open(ctx, y)
        return ring.to_signed(opened), rounds

    inputs = [words] + [None] * (n - 1)
    setting = Setting(suite, fractional_bits=f, ring=ring, audit=True, collect_errors=collect)
    return trio.run(run_in_memory, main, inputs, local_supplies(n), setting)


def compute(
    function: Function,
    integers: npt.ArrayLike,
    r: Range,
    f: int = 16,
    suite: str = "beaver",
    n: int = 0,
    ring: Z2k = Z64,
) -> Outcome:
    """What every party gets; all get the same."""
    runs = run(function, integers, r, f, SUITES[suite], n or AMONG.get(suite, 2), ring=ring)
    first = runs[0].result[0]
    assert all(np.array_equal(first, other.result[0]) for other in runs)
    return Outcome(first, max(other.result[1] for other in runs))


def refused(function: Function, r: Range, f: int) -> LocalError:
    """The error with which every party refuses this range before anything is sent."""
    runs = run(function, [1], r, f, collect=True)
    assert all(party.session.ledger.bytes_sent == 0 for party in runs)
    errors = [party.error for party in runs if isinstance(party.error, LocalError)]
    assert len({error.code for error in errors}) == 1
    assert len(errors) == len(runs)
    return errors[0]


def levels(positions: int) -> int:
    """ceil(log2)."""
    return max(positions - 1, 0).bit_length()


def spread(r: Range, count: int = 1500) -> Integers:
    """Integers all over a range, dense near its small end and at powers of two, with both ends."""
    near = [r.lo, r.lo + 1, r.hi - 1, r.hi]
    powers = [p + d for i in range(62) for p in (1 << i, -(1 << i)) for d in (-1, 0, 1)]
    geometric = np.geomspace(1, max(abs(r.lo), abs(r.hi), 2), count).astype(np.int64)
    linear = np.linspace(r.lo, r.hi, count)
    every = [*near, *powers, *geometric.tolist(), *(-geometric).tolist(), *(int(v) for v in linear)]
    return np.array(sorted({v for v in every if r.lo <= v <= r.hi}), np.int64)
