"""Every operation of the suite on shares that are given, and what one party sees of it beyond the arrays it holds.

A value is a triple (x_0, x_1, x_2) of elements, or of bits; party i is given x_i and x_{i+1}. What it holds is fixed,
the third array takes every value: if its view is the same for all of them, it learns nothing of any value, whatever
the distribution of the shares was.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, cast

import numpy as np

from mpc.algebra import bits
from mpc.algebra.interface import Z2k
from mpc.algebra.ring import Ring, Words
from mpc.context import Context
from mpc.testing import View, exact_view
from protocols.replicated3 import SUITE
from protocols.replicated3.shuffle import permute
from protocols.replicated3.two_arrays import TwoArrayBits, TwoArrays
from protocols.shares import stack, stack_planes

Triple = tuple[int, int, int]
Given = list[Words]
TWO_ROUNDS, MOST = -1, 1 << 40
"""As `reading.AT_ONCE`: no entries are few enough to be sent twice, or all are."""


def number(ctx: Context, mine: Given, k: int = 0) -> TwoArrays:
    """[x] of the k-th triple."""
    return TwoArrays(mine[2 * k], mine[2 * k + 1], ctx.ring)


def plane(ctx: Context, mine: Given, k: int = 0) -> TwoArrayBits:
    """<x> of the k-th triple, of bits."""
    first, second = (bits.pack(words.astype(np.uint8)) for words in mine[2 * k : 2 * k + 2])
    return TwoArrayBits(first, second, mine[2 * k].shape, ctx.bits)


async def mul(ctx: Context, mine: Given, lanes: int) -> Any:
    return await ctx.suite.mul(ctx, number(ctx, mine), number(ctx, mine, 1))


async def square(ctx: Context, mine: Given, lanes: int) -> Any:
    return await ctx.suite.square(ctx, number(ctx, mine))


async def matmul(ctx: Context, mine: Given, lanes: int) -> Any:
    x, y = number(ctx, mine), number(ctx, mine, 1)
    return await ctx.suite.matmul(ctx, x[:2].reshape((1, 2)), stack([y, x]))


async def inner(ctx: Context, mine: Given, lanes: int) -> Any:
    x, y = number(ctx, mine), number(ctx, mine, 1)
    return await ctx.suite.inner(ctx, stack([x, y], -1), stack([y, x], -1))


async def select(ctx: Context, mine: Given, lanes: int) -> Any:
    x, y = number(ctx, mine), number(ctx, mine, 1)
    return await ctx.suite.select(ctx, x, x, y)


async def and_(ctx: Context, mine: Given, lanes: int) -> Any:
    return await ctx.suite.and_(ctx, plane(ctx, mine), plane(ctx, mine, 1))


async def or_(ctx: Context, mine: Given, lanes: int) -> Any:
    return await ctx.suite.or_(ctx, plane(ctx, mine), plane(ctx, mine, 1))


async def msb(ctx: Context, mine: Given, lanes: int) -> Any:
    return await ctx.suite.msb(ctx, number(ctx, mine))


async def below(ctx: Context, mine: Given, lanes: int) -> Any:
    return await ctx.suite.below(ctx, number(ctx, mine), ctx.ring.from_ints([0, 1]))


async def is_zero(ctx: Context, mine: Given, lanes: int) -> Any:
    return await ctx.suite.is_zero(ctx, number(ctx, mine))


async def a2b(ctx: Context, mine: Given, lanes: int) -> Any:
    return await ctx.suite.a2b(ctx, number(ctx, mine), ctx.ring.bits)


async def bits_to_ring(ctx: Context, mine: Given, lanes: int) -> Any:
    return await ctx.suite.bits_to_ring(ctx, plane(ctx, mine))


async def b2a(ctx: Context, mine: Given, lanes: int) -> Any:
    return await ctx.suite.b2a(ctx, stack_planes([plane(ctx, mine), plane(ctx, mine, 1)]))


async def weighted_bits(ctx: Context, mine: Given, lanes: int) -> Any:
    planes = stack_planes([plane(ctx, mine), plane(ctx, mine, 1)])
    return await ctx.suite.weighted_bits(ctx, planes, ctx.ring.from_ints([[1, 2], [3, 1]]))


async def truncate(ctx: Context, mine: Given, lanes: int) -> Any:
    return await ctx.suite.truncate(ctx, number(ctx, mine), 1)


async def mul_truncate(ctx: Context, mine: Given, lanes: int) -> Any:
    x, y = number(ctx, mine), number(ctx, mine, 1)
    return await ctx.suite.mul_truncate(ctx, x, y, 1, y)


async def matmul_truncate(ctx: Context, mine: Given, lanes: int) -> Any:
    x, y = number(ctx, mine), number(ctx, mine, 1)
    return await ctx.suite.matmul_truncate(ctx, x[:1].reshape((1, 1)), y.reshape((1, lanes)), 1)


async def choose(ctx: Context, mine: Given, lanes: int) -> Any:
    return await ctx.suite.choose(ctx, plane(ctx, mine), number(ctx, mine, 1))


async def by_summands(ctx: Context, mine: Given, lanes: int) -> Any:
    """u w + 3 w^2 of x = u - w: two products of what one party tells and two others multiply."""
    ring: Z2k = cast(Z2k, ctx.ring)

    def told(w: Words) -> Words:
        return np.stack([w, ring.mul(w, w)])

    def factors(u: Words) -> Words:
        return np.stack([u, np.full(u.shape, 3 % (1 << ring.bits), np.uint64)])

    return await ctx.suite.by_summands(ctx, number(ctx, mine), 2, told, factors, 4)


async def permuted(ctx: Context, mine: Given, lanes: int) -> Any:
    """Two records, brought into an order that parties 0 and 1 know, with the lanes as their columns."""
    records = stack([number(ctx, mine), number(ctx, mine, 1)]).reshape((1, 2, lanes))
    return await permute(ctx, 0, records)


Operation = Callable[[Context, Given, int], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Examined:
    """An operation, the bits of the ring, and how it is read: entries sent once or twice, bits of a digit."""

    operation: Operation
    values: int
    ring: int
    at_once: bool | None = None
    digit: int = 4
    of_bits: bool = False

    def __str__(self) -> str:
        way = {None: "", True: ", at once", False: ", in two rounds"}[self.at_once]
        return f"{self.operation.__name__} modulo 2^{self.ring}{way}, digits of {self.digit}"

    @property
    def top(self) -> int:
        """How many values each of a triple can take."""
        return 2 if self.of_bits else 1 << self.ring

    def ready(self, monkeypatch: Any) -> None:
        """Sets the way it is read."""
        if self.at_once is not None:
            monkeypatch.setattr("protocols.replicated3.reading.AT_ONCE", MOST if self.at_once else TWO_ROUNDS)
        for most in ("DIGIT_BITS", "DIGIT_BITS_AT_ONCE"):
            monkeypatch.setattr(f"protocols.replicated3.convert.{most}", self.digit)
        if self.operation is permuted:
            _swap(monkeypatch)

    def view(self, observer: int, triples: Sequence[Triple], operation: Operation | None = None) -> View:
        """All that the observer sees, over all randomness; by default of this operation."""
        return exact_view(
            operation or self.operation, held(triples), suite=SUITE, observers=observer, ring=Ring(self.ring)
        )


def _swap(monkeypatch: Any) -> None:
    """Two records change their places: an order is drawn by words of 64 bits, which are not enumerated."""
    drawn = Context.pairwise_prg
    keys = SimpleNamespace(words=lambda shape: np.array([[[1, 0], [0, 0]]], np.uint64))

    def other(ctx: Context, peer: int, use: str) -> Any:
        return keys if use == "order" else drawn(ctx, peer, use)

    monkeypatch.setattr(Context, "pairwise_prg", other)


def held(triples: Sequence[Triple]) -> list[list[int]]:
    """What each party is given of some values."""
    return [[x[j % 3] for x in triples for j in (i, i + 1)] for i in range(3)]


def completed(observer: int, holds: Sequence[tuple[int, int]], third: Sequence[int]) -> list[Triple]:
    """Values of which the observer holds this, and whose third arrays are these."""
    triples = []
    for (first, second), missing in zip(holds, third, strict=True):
        x = [0, 0, 0]
        x[observer], x[(observer + 1) % 3], x[(observer + 2) % 3] = first, second, missing
        triples.append((x[0], x[1], x[2]))
    return triples


EXAMINED = [
    Examined(mul, 2, 1),
    Examined(mul, 2, 2),
    Examined(square, 1, 2),
    Examined(matmul, 2, 2),
    Examined(inner, 2, 2),
    Examined(select, 2, 2),
    Examined(and_, 2, 1, of_bits=True),
    Examined(or_, 2, 1, of_bits=True),
    Examined(permuted, 2, 2),
    Examined(msb, 1, 1),
    Examined(msb, 1, 2, at_once=True),
    Examined(msb, 1, 3, at_once=True),
    Examined(msb, 1, 3, at_once=False),
    Examined(msb, 1, 3, at_once=False, digit=1),
    Examined(msb, 1, 4, at_once=False),
    Examined(below, 1, 2, at_once=True),
    Examined(below, 1, 2, at_once=False),
    Examined(is_zero, 1, 2, at_once=True),
    Examined(is_zero, 1, 2, at_once=True, digit=1),
    Examined(is_zero, 1, 2, at_once=False, digit=1),
    Examined(is_zero, 1, 3, at_once=False),
    Examined(a2b, 1, 1),
    Examined(a2b, 1, 2, at_once=True),
    Examined(a2b, 1, 2, at_once=False),
    Examined(bits_to_ring, 1, 2, at_once=True, of_bits=True),
    Examined(bits_to_ring, 1, 3, at_once=False, of_bits=True),
    Examined(b2a, 2, 2, at_once=True, of_bits=True),
    Examined(b2a, 2, 2, at_once=False, of_bits=True),
    Examined(weighted_bits, 2, 2, at_once=False, of_bits=True),
    Examined(truncate, 1, 3, at_once=False),
    Examined(choose, 2, 1, at_once=True, of_bits=True),
    Examined(choose, 2, 1, at_once=False, of_bits=True),
    Examined(by_summands, 1, 2, at_once=True),
    Examined(by_summands, 1, 3, at_once=False),
]
LARGE = [
    Examined(truncate, 1, 3, at_once=True),
    Examined(msb, 1, 3, at_once=True, digit=1),
    Examined(a2b, 1, 3, at_once=False),
    Examined(mul_truncate, 2, 3, at_once=False),
    Examined(matmul_truncate, 2, 3, at_once=False),
]
"""Those of 2^17 outcomes and more."""
