"""Runs a numerical function on plain integers among simulated parties."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
import trio

from mpc.ring import Z64
from mpc.simulation import PartyRun, Setting, run_in_memory
from protocols import beaver, ideal
from protocols.preprocessing.dealer import local_supplies

SUITES = {"beaver": beaver.SUITE, "ideal": ideal.SUITE}


@dataclass(frozen=True)
class Outcome:
    """What came out, as signed integers, and the rounds that the function took."""

    values: np.ndarray
    rounds: int


def run(function, integers, r, f, suite=beaver.SUITE, n=2, collect=False) -> list[PartyRun]:
    """All parties' runs of function(ctx, x, r, f); the result is opened. Every call of the suite is audited."""
    words = Z64.from_signed(np.asarray(integers, np.int64))

    async def main(ctx, mine):
        x = await ctx.suite.input(ctx, 0, mine, words.shape)
        before = ctx.depth
        y = await function(ctx, x, r, f)
        rounds = ctx.depth - before
        (opened,) = await ctx.suite.open(ctx, y)
        return Z64.to_signed(opened), rounds

    inputs = [words] + [None] * (n - 1)
    setting = Setting(suite, fractional_bits=f, audit=True, collect_errors=collect)
    return trio.run(run_in_memory, main, inputs, local_supplies(n), setting)


def compute(function, integers, r, f=16, suite="beaver", n=2) -> Outcome:
    """What every party gets; all get the same."""
    runs = run(function, integers, r, f, SUITES[suite], n)
    first = runs[0].result[0]
    assert all(np.array_equal(first, other.result[0]) for other in runs)
    return Outcome(first, max(other.result[1] for other in runs))


@pytest.fixture(params=[("beaver", 2), ("beaver", 3), ("ideal", 2)], ids=["beaver-2", "beaver-3", "ideal-2"])
def computed(request):
    """`compute` with each suite and number of parties."""
    suite, n = request.param
    return lambda function, integers, r, f=16: compute(function, integers, r, f, suite, n)


def levels(positions):
    """ceil(log2)."""
    return max(positions - 1, 0).bit_length()


def spread(r, count=1500):
    """Integers all over a range, dense near its small end and at powers of two, with both ends."""
    near = [r.lo, r.lo + 1, r.hi - 1, r.hi]
    powers = [p + d for i in range(62) for p in (1 << i, -(1 << i)) for d in (-1, 0, 1)]
    geometric = np.geomspace(1, max(abs(r.lo), abs(r.hi), 2), count).astype(np.int64)
    linear = np.linspace(r.lo, r.hi, count)
    every = [*near, *powers, *geometric.tolist(), *(-geometric).tolist(), *(int(v) for v in linear)]
    return np.array(sorted({v for v in every if r.lo <= v <= r.hi}), np.int64)
