"""Running one suite function in a simulation: values in, shares through the function, everything opened again."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import numpy as np
import trio
from numpy.testing import assert_equal

from mpc.algebra import bits
from mpc.algebra.interface import Z2k
from mpc.algebra.ring import Z64, Ring, Words
from mpc.context import Context
from mpc.simulation import Setting, run_in_memory
from protocols.beaver import SUITE, Beaver, BeaverSuite
from protocols.derived import OPERATIONS, Derived
from protocols.preprocessing.dealer import local_supplies
from protocols.runs.simulating import simulate
from protocols.runs.suites import SUITES
from protocols.shares import ArithmeticShare, BooleanShare
from protocols.suite import Required


class RequiredOnly(Beaver):
    """Beaver's suite with nothing of its own but what a suite must offer; the rest is derived."""

    name = "beaver, derived"

    async def start(self, ctx: Context) -> Any:
        required = {name: staticmethod(getattr(BeaverSuite, name)) for name in vars(Required) if name in OPERATIONS}
        return type("RequiredOnlySuite", (Derived,), required)()


DERIVED = RequiredOnly.name
SUITES[DERIVED] = RequiredOnly()
PARTIES = {"replicated3": 3, "yao": 2}
"""Suites for one number of parties only."""
MADE = "beaver without a dealer"
Value = Words | tuple[Words, tuple[int, ...]]
"""Ring elements, or packed bits with the shape of the array they belong to."""


def words(values: Any, ring: Ring = Z64) -> Words:
    """Signed Python integers or numpy integers as reduced ring elements."""
    array = np.asarray(values, dtype=object)
    return np.array([int(v) % (1 << ring.bits) for v in array.reshape(-1)], np.uint64).reshape(array.shape)


def packed(values: Any) -> tuple[Words, tuple[int, ...]]:
    """Bits as a value for `computed`."""
    array = np.asarray(values, np.uint8)
    return bits.pack(array), array.shape


def computed(
    function: Callable[..., Awaitable[Any]],
    *values: Value,
    n: int = 2,
    ring: Z2k = Z64,
    suite: str = "beaver",
) -> Any:
    """What `function(ctx, *shares)` computes from values that the parties put in in turn, opened to all parties.

    The suite MADE is Beaver's with the routes of material that no dealer makes, and the material of a dealer.
    Costs are audited; all parties must learn the same. Results: words of an arithmetic share; for a Boolean one the
    bits, (planes..., *shape). A list of shares gives a list.
    """

    async def main(ctx: Context, mine: Any) -> Any:
        shares = [await _put_in(ctx, i % n, value) for i, value in enumerate(values)]
        return await _opened(ctx, await function(ctx, *shares))

    n = PARTIES.get(suite, n)
    if suite == MADE:
        results = _on_made_material(main, n, ring)
    else:
        results = simulate(main, [None] * n, suite=suite, ring=ring, check_costs=True).results
    for other in results[1:]:
        assert_equal(results[0], other)
    return results[0]


def _on_made_material(main: Callable[..., Awaitable[Any]], n: int, ring: Z2k) -> list[Any]:
    supplies = local_supplies(n)
    for supply in supplies:
        supply.dealt = False
    setting = Setting(SUITE, ring=ring, audit=True)
    return [run.result for run in trio.run(lambda: run_in_memory(main, [None] * n, supplies, setting))]


async def _put_in(ctx: Context, owner: int, value: Value) -> ArithmeticShare | BooleanShare:
    mine = ctx.me == owner
    if isinstance(value, tuple):
        return await ctx.suite.input_bits(ctx, owner, value[0] if mine else None, value[1])
    return await ctx.suite.input(ctx, owner, value if mine else None, ctx.ring.shape(value))


async def _opened(ctx: Context, share: Any) -> Any:
    if isinstance(share, list):
        return [await _opened(ctx, one) for one in share]
    if not isinstance(share, BooleanShare):
        (opened,) = await ctx.suite.open(ctx, share)
        return opened
    rows = await ctx.suite.open_bits(ctx, share)
    flat = [bits.unpack(row, share.size) for row in rows.reshape(share.planes, rows.shape[-1])]
    shape = (*rows.shape[:-1], *share.shape)
    return np.stack(flat).reshape(shape) if flat else np.zeros(shape, np.uint8)


def signed(array: Words, ring: Z2k = Z64) -> Any:
    """Ring elements as Python integers."""
    return ring.to_signed(array).astype(object)
