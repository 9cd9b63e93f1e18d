"""Writes docs/protocols/costs.md: the `@cost` declarations of the Beaver suite, runs of other suites on shapes.

python docs/cost_table.py
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import trio

from mpc.algebra.bits import words_for
from mpc.algebra.packed_bits import PACKED
from mpc.algebra.ring import Z64
from mpc.algebra.shapes_only import ShapesOfRing
from mpc.context import Context
from mpc.planning import CountingSupply
from mpc.simulation import Setting, run_in_memory
from protocols.beaver import SUITE as BEAVER
from protocols.beaver import BeaverSuite
from protocols.beaver.convert import ROUTES
from protocols.one_array import OneArray, OneArrayBits
from protocols.replicated3 import SUITE as REPLICATED3
from protocols.suite import Factory
from protocols.yao import SUITE as YAO

PAGE = Path(__file__).parent / "protocols" / "costs.md"
COUNTS = (1, 10_000)

HEAD = """# Costs

This page is generated from the `@cost` declarations beside the protocols (`python docs/cost_table.py`); a test fails
when it is stale. `mpc.simulate(..., check_costs=True)` holds every declaration against what is counted.

All amounts are for the ring Z_2^64 and, unless said otherwise, the Beaver suite. *Bytes* is what one party sends to
**each** other party: contents of arrays, without the framing of each message (some 30 to 60 bytes). Material is counted
in elements of its kind. An `and_triple` is one AND of two bits; the bits of up to 64 values share a word, so that one
value alone pays for 64.
"""

ROUTES_HEAD = """## From numbers to bits, by route

The tables above have these four operations with edaBits, as they are where a dealer makes the material or more than
two parties make it. Two parties without a dealer read tables of each other
([comparison](comparison.md#two-parties-without-a-dealer)); with one they ask [keys](function_sharing.md) about few
numbers, up to 1,149 of 64 bits. What all parties send together:
"""
BY_ROUTE = (
    ("tables", 2, COUNTS[-1], "Two parties without a dealer: tables"),
    ("points", 2, 1000, "Two parties with a dealer, few numbers: keys"),
    ("masks", 2, COUNTS[-1], "Two parties with a dealer: edaBits"),
    ("masks", 3, COUNTS[-1], "Three parties, with a dealer or without: edaBits"),
)


def values(count: int) -> OneArray:
    """A share of `count` values."""
    return OneArray(np.zeros(count, np.uint64), Z64)


def matrix(side: int) -> OneArray:
    """A share of a square matrix."""
    return OneArray(np.zeros((side, side), np.uint64), Z64)


def bits(count: int, planes: int | None = None) -> OneArrayBits:
    """A share of `count` values, each of one bit or of `planes` bits."""
    words = words_for(count)
    return OneArrayBits(np.zeros(words if planes is None else (planes, words), np.uint64), (count,), PACKED)


def elementwise(n: int) -> dict[str, tuple[Any, tuple[Any, ...]]]:
    """What each operation on n values is called, the function, and its arguments."""
    x, c = values(n), values(n)
    return {
        "input": (BeaverSuite.input, (0, None, (n,))),
        "open": (BeaverSuite.open, (x,)),
        "open to one party (each other party sends)": (BeaverSuite.open_to, (0, x)),
        "random value": (BeaverSuite.random, ((n,),)),
        "product": (BeaverSuite.mul, (x, x)),
        "square": (BeaverSuite.square, (x,)),
        "inner product (of two vectors)": (BeaverSuite.inner, (x, x)),
        "AND, OR of bits": (BeaverSuite.and_, (bits(n), bits(n))),
        **to_bits(n, "masks"),
        "bits to ring, one bit each": (BeaverSuite.bits_to_ring, (bits(n),)),
        "bit planes to ring, 64 planes": (BeaverSuite.b2a, (bits(n, 64),)),
        "select": (BeaverSuite.select, (c, x, x)),
        "truncate by 16 bits": (BeaverSuite.truncate, (x, 16)),
    }


def to_bits(n: int, route: str) -> dict[str, tuple[Any, tuple[Any, ...]]]:
    """What has several routes, by one of them."""
    x, way = values(n), ROUTES[route]
    return {
        "most significant bit (comparison)": (way.msb, (x,)),
        "below 8 public thresholds": (way.below, (x, np.zeros(8, np.uint64))),
        "is zero (equality)": (way.is_zero, (x,)),
        "ring to bits, 64 planes": (way.a2b, (x, 64)),
    }


def total_row(name: str, function: Any, arguments: tuple[Any, ...], n: int) -> str:
    """One line of a table of what n parties send together."""
    cost = function.declared(*arguments)
    sent = 8 * (n - 1) * (n * cost.words + cost.to_one)
    material = ", ".join(f"{count:,} {kind}" for kind, count in sorted(cost.material.items()))
    return f"| {name} | {cost.rounds} | {sent:,} | {material} |"


def row(name: str, function: Any, arguments: tuple[Any, ...]) -> str:
    """One line of a table."""
    cost = function.declared(*arguments)
    material = ", ".join(f"{count:,} {kind}" for kind, count in sorted(cost.material.items())) or "none"
    return f"| {name} | {cost.rounds} | {8 * (cost.words + cost.to_one):,} | {material} |"


def lines() -> Iterator[str]:
    """The page, line by line."""
    yield HEAD
    for n in COUNTS:
        yield f"## For {n:,} value{'s' if n > 1 else ''}\n"
        yield "| operation | rounds | bytes | material |\n|---|---:|---:|---|"
        for name, (function, arguments) in elementwise(n).items():
            yield row(name, function, arguments)
        yield ""
    yield ROUTES_HEAD
    for route, n, count, title in BY_ROUTE:
        yield f"### {title}\n"
        yield f"| operation on {count:,} values | rounds | bytes of all parties | material |\n|---|---:|---:|---|"
        for name, (function, arguments) in to_bits(count, route).items():
            yield total_row(name, function, arguments, n)
        yield ""
    yield "## For matrices\n"
    yield "| operation | rounds | bytes | material |\n|---|---:|---:|---|"
    for side in (10, 1000):
        yield row(f"product of {side:,} x {side:,} matrices", BeaverSuite.matmul, (matrix(side), matrix(side)))
    yield YAO_HEAD
    for name, operation in operations(COUNTS[-1]).items():
        yield yao_row(name, operation)
    yield HEAD_OF_THREE
    for n in COUNTS:
        yield f"\n### {n:,} value{'s' if n > 1 else ''} among three\n"
        yield "| operation | rounds | party 0 | party 1 | party 2 | all | beaver: rounds | all |"
        yield "|---|---:|---:|---:|---:|---:|---:|---:|"
        for name, operation in of_three(n).items():
            yield row_of_three(name, operation)


HEAD_OF_THREE = """
## The suite replicated3

Of [the suite replicated3](replicated3.md): contents of the arrays that each of the three parties sends, online, which
is all: there is no material. Beside it what three parties of the suite beaver send online; material comes on top."""

YAO_HEAD = """
## The suite yao

Of [the suite yao](yao_suite.md), for 10,000 values: contents of the arrays that party 0, the garbler, and party 1
send, and correlated transfers.

| operation | rounds | bytes of party 0 | bytes of party 1 | labels |
|---|---:|---:|---:|---:|"""


def operations(n: int) -> dict[str, Callable[[Context], Any]]:
    """What each operation on n values of a suite is called, and a call of it."""

    def numbers(ctx: Context) -> Any:
        return ctx.suite.constant(ctx, ctx.ring.zeros((n,)))

    def truths(ctx: Context) -> Any:
        return ctx.suite.constant_bits(ctx, ctx.bits.zeros((words_for(n),)), (n,))

    return {
        "product": lambda ctx: ctx.suite.mul(ctx, numbers(ctx), numbers(ctx)),
        "square": lambda ctx: ctx.suite.square(ctx, numbers(ctx)),
        "AND, OR of bits": lambda ctx: ctx.suite.and_(ctx, truths(ctx), truths(ctx)),
        "most significant bit (comparison)": lambda ctx: ctx.suite.msb(ctx, numbers(ctx)),
        "is zero (equality)": lambda ctx: ctx.suite.is_zero(ctx, numbers(ctx)),
        "ring to bits, 64 planes": lambda ctx: ctx.suite.a2b(ctx, numbers(ctx), 64),
        "bits to ring, one bit each": lambda ctx: ctx.suite.bits_to_ring(ctx, truths(ctx)),
        "select": lambda ctx: ctx.suite.select(ctx, numbers(ctx), numbers(ctx), numbers(ctx)),
        "truncate by 16 bits": lambda ctx: ctx.suite.truncate(ctx, numbers(ctx), 16),
    }


def of_three(n: int) -> dict[str, Callable[[Context], Any]]:
    """The same with what suites of three differ in."""

    def numbers(ctx: Context) -> Any:
        return ctx.suite.constant(ctx, ctx.ring.zeros((n,)))

    def thresholds(ctx: Context) -> Any:
        return ctx.suite.below(ctx, numbers(ctx), ctx.ring.zeros((8,)))

    def planes(ctx: Context) -> Any:
        return ctx.suite.constant_bits(ctx, ctx.bits.zeros((64, words_for(n))), (n,))

    def square_matrix(ctx: Context) -> Any:
        return ctx.suite.constant(ctx, ctx.ring.zeros((100, 100)))

    return {
        "input": lambda ctx: ctx.suite.input(ctx, 0, ctx.ring.zeros((n,)) if ctx.me == 0 else None, (n,)),
        "open": lambda ctx: ctx.suite.open(ctx, numbers(ctx)),
        "open to one party": lambda ctx: ctx.suite.open_to(ctx, 0, numbers(ctx)),
        "random value": lambda ctx: ctx.suite.random(ctx, (n,)),
        "inner product (of two vectors)": lambda ctx: ctx.suite.inner(ctx, numbers(ctx), numbers(ctx)),
        **operations(n),
        "below 8 public thresholds": thresholds,
        "bit planes to ring, 64 planes": lambda ctx: ctx.suite.b2a(ctx, planes(ctx)),
        "shuffle": lambda ctx: ctx.suite.shuffle(ctx, numbers(ctx)),
        "product of 100 x 100 matrices": lambda ctx: ctx.suite.matmul(ctx, square_matrix(ctx), square_matrix(ctx)),
    }


class Counted(NamedTuple):
    """What a call took of one party: its depth, bytes of arrays that it sent, correlated transfers."""

    rounds: int
    sent: int
    labels: int


def counted(suite: Factory, n: int, operation: Callable[[Context], Any], *, dealt: bool) -> list[Counted]:
    """One call run on shapes by n parties: each party's account."""

    async def main(ctx: Context, mine: None) -> Counted:
        call = ctx.child("operation")
        await operation(call)
        return Counted(call.depth, call.payload, call.material.get("labels", 0))

    setting, supplies = Setting(suite, ring=ShapesOfRing(Z64)), [CountingSupply(dealt=dealt) for _ in range(n)]
    return [run.result for run in trio.run(run_in_memory, main, [None] * n, supplies, setting)]


def yao_row(name: str, operation: Callable[[Context], Any]) -> str:
    """One line of the table of the suite yao."""
    garbler, evaluator = counted(YAO, 2, operation, dealt=False)
    rounds = max(garbler.rounds, evaluator.rounds)
    return f"| {name} | {rounds} | {garbler.sent:,} | {evaluator.sent:,} | {garbler.labels:,} |"


def row_of_three(name: str, operation: Callable[[Context], Any]) -> str:
    """One line of the tables of replicated3: its parties, and all parties of beaver."""
    own = counted(REPLICATED3, 3, operation, dealt=False)
    other = counted(BEAVER, 3, operation, dealt=True)
    by_party = " | ".join(f"{party.sent:,}" for party in own)
    rounds, others = (max(party.rounds for party in parties) for parties in (own, other))
    total, of_beaver = (sum(party.sent for party in parties) for parties in (own, other))
    return f"| {name} | {rounds} | {by_party} | {total:,} | {others} | {of_beaver:,} |"


def page() -> str:
    """The whole page."""
    return "\n".join(lines()) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
