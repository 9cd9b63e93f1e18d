"""A suite whose shares are two arrays: replicated sharing among three parties, for whole numbers.

Araki, Furukawa, Lindell, Nof, Ohara, CCS 2016, in its replicated form. x = x_0 + x_1 + x_2 in a ring or field, and
party i holds x_i and x_{i+1}, indices modulo 3. Any two parties hold all of x, one alone learns nothing: semi-honest,
honest majority. It shows that nothing above a suite knows what a share is made of; it has no bits.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import prod

import numpy as np

from mpc.accounts.cost import cost
from mpc.algebra.interface import Algebra
from mpc.algebra.words import Words
from mpc.context import Context, Spec
from mpc.errors import LocalError
from protocols.derived import Derived
from protocols.linear import Linear
from protocols.shares import Shape
from protocols.suite import REVEALED


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class TwoArrays(Linear):
    """[x]: x_i and x_{i+1} at party i."""

    first: Words
    second: Words
    ring: Algebra

    @property
    def shape(self) -> Shape:
        return self.ring.shape(self.first)

    def each(self, function: Callable[..., Words], *others: TwoArrays) -> TwoArrays:
        first = function(self.first, *(other.first for other in others))
        return TwoArrays(first, function(self.second, *(other.second for other in others)), self.ring)


def _next(ctx: Context) -> int:
    return (ctx.me + 1) % 3


def _previous(ctx: Context) -> int:
    return (ctx.me + 2) % 3


def _from_party(ctx: Context, party: int, shape: Shape, usage: str) -> Words:
    return ctx.ring.draw(ctx.pairwise_prg(party, usage), shape)


def constant(ctx: Context, words: Words) -> TwoArrays:
    """x_0 = c, the others zero."""
    zeros, c = ctx.ring.zeros(ctx.ring.shape(words)), ctx.ring.reduce(words)
    return TwoArrays(c if ctx.me == 0 else zeros, c if ctx.me == 2 else zeros, ctx.ring)


async def input_(ctx: Context, owner: int, words: Words | None, shape: Shape) -> TwoArrays:
    """x_o from the stream that the owner o has in common with party o - 1, x_{o+1} = x - x_o sent to party o + 1."""
    zeros = ctx.ring.zeros(shape)
    if ctx.me == owner:
        first = _from_party(ctx, _previous(ctx), shape, "input")
        second = ctx.ring.sub(zeros if words is None else ctx.ring.reduce(words), first)
        ctx.send(_next(ctx), second)
        return TwoArrays(first, second, ctx.ring)
    if _next(ctx) == owner:
        return TwoArrays(zeros, _from_party(ctx, owner, shape, "input"), ctx.ring)
    return TwoArrays(ctx.ring.reduce(await ctx.receive(owner, Spec(zeros.shape))), zeros, ctx.ring)


def _product_words(x: TwoArrays, y: TwoArrays) -> int:
    return x.ring.words * prod(np.broadcast_shapes(x.shape, y.shape))


def _matrix_words(x: TwoArrays, y: TwoArrays) -> int:
    return x.ring.words * prod(np.broadcast_shapes(x.shape[:-2], y.shape[:-2])) * x.shape[-2] * y.shape[-1]


def _inner_words(x: TwoArrays, y: TwoArrays) -> int:
    return x.ring.words * prod(np.broadcast_shapes(x.shape, y.shape)[:-1])


@cost(rounds=1, to_next=lambda *shares: sum(x.first.size for x in shares))
async def open_(ctx: Context, *shares: TwoArrays) -> list[Words]:
    """Party i sends x_i to party i + 1, which lacks it."""
    for x in shares:
        ctx.send(_next(ctx), x.first)
    missing = [await ctx.receive(_previous(ctx), Spec(x.first.shape)) for x in shares]
    return [_opened(x, words) for x, words in zip(shares, missing, strict=True)]


async def open_to(ctx: Context, to: int, x: TwoArrays) -> Words | None:
    """Party to - 1 sends the summand that party `to` lacks, which follows from what that one holds and x."""
    if _next(ctx) == to:
        ctx.send(to, x.first)
    return _opened(x, await ctx.receive(_previous(ctx), Spec(x.first.shape))) if ctx.me == to else None


def _opened(x: TwoArrays, missing: Words) -> Words:
    return x.ring.add(x.ring.add(x.first, x.second), x.ring.reduce(missing))


@cost(rounds=0)
async def random(ctx: Context, shape: Shape) -> TwoArrays:
    """Each r_i from the stream of the two parties that hold it."""
    first = _from_party(ctx, _previous(ctx), shape, "random")
    return TwoArrays(first, _from_party(ctx, _next(ctx), shape, "random"), ctx.ring)


async def _product(ctx: Context, times: Callable[[Words, Words], Words], x: TwoArrays, y: TwoArrays) -> TwoArrays:
    """z_i = x_i y_i + x_i y_{i+1} + x_{i+1} y_i + a_i for a fresh sharing a of zero; party i sends z_i to i - 1."""
    ring = x.ring
    z = ring.add(times(x.first, ring.add(y.first, y.second)), times(x.second, y.first))
    shape = ring.shape(z)
    z = ring.add(z, _from_party(ctx, _next(ctx), shape, "zero"))
    z = ring.sub(z, _from_party(ctx, _previous(ctx), shape, "zero"))
    ctx.send(_previous(ctx), z)
    return TwoArrays(z, ring.reduce(await ctx.receive(_next(ctx), Spec(z.shape))), ring)


@cost(rounds=1, to_next=_product_words)
async def mul(ctx: Context, x: TwoArrays, y: TwoArrays) -> TwoArrays:
    """[x * y], elementwise."""
    return await _product(ctx, x.ring.mul, x, y)


@cost(rounds=1, to_next=_matrix_words)
async def matmul(ctx: Context, x: TwoArrays, y: TwoArrays) -> TwoArrays:
    """[x @ y]; as much is sent as the result has elements."""
    return await _product(ctx, x.ring.matmul, x, y)


@cost(rounds=1, to_next=_inner_words)
async def inner(ctx: Context, x: TwoArrays, y: TwoArrays) -> TwoArrays:
    """[sum of x * y over the last axis]: summed before it is sent."""
    return await _product(ctx, lambda a, b: x.ring.sum(x.ring.mul(a, b), -1), x, y)


class ReplicatedSuite(Derived):
    """Arithmetic and openings of `protocols.suite.Suite`."""

    constant = staticmethod(constant)
    input = staticmethod(input_)
    open = staticmethod(open_)
    open_to = staticmethod(open_to)
    random = staticmethod(random)
    mul = staticmethod(mul)
    matmul = staticmethod(matmul)
    inner = staticmethod(inner)


class Replicated:
    """The factory of the suite."""

    name = "replicated"
    simulation_only = True
    remembers = False

    async def start(self, ctx: Context) -> ReplicatedSuite:
        """A suite for three parties and any ring or field."""
        if ctx.n != 3:
            raise LocalError("unfit-session", f"replicated sharing is among three parties, not {ctx.n}")
        return ReplicatedSuite()

    def security(self, n: int, learnt: str = REVEALED) -> str:
        """The sentence that goes with every result."""
        return f"Semi-honest security with honest majority: no party alone learns anything beyond {learnt}"


REPLICATED = Replicated()
