"""What every suite can do with the little that it must offer: plain functions, written on the session's suite.

A suite takes them over as they are by `Derived`, and puts its own in their place where that is cheaper. They declare no
cost: theirs is that of the calls they make, which are declared and audited.
"""

from __future__ import annotations

from math import prod
from typing import Any, ClassVar, NoReturn, cast

import numpy as np

from mpc.accounts.cost import cost
from mpc.algebra.bits import words_for
from mpc.algebra.interface import Z2k
from mpc.algebra.words import Words
from mpc.context import Context, together
from mpc.errors import LocalError
from protocols.prefix import all_ones
from protocols.shares import A, ArithmeticShare, B, Shape, stack_planes
from protocols.suite import Suite


@cost(rounds=0)
async def settle(ctx: Context) -> None:
    """Nothing was opened that is not checked yet: every party is taken to follow the protocol."""


async def square(ctx: Context, x: A) -> A:
    """[x * x], elementwise."""
    z: A = await ctx.suite.mul(ctx, x, x)
    return z


async def inner(ctx: Context, x: A, y: A) -> A:
    """[sum of x * y over the last axis], as products of one row by one column."""
    rows = x.reshape((*x.shape[:-1], 1, x.shape[-1]))
    columns = y.reshape((*y.shape[:-1], y.shape[-1], 1))
    z: A = await ctx.suite.matmul(ctx, rows, columns)
    return z.reshape(z.shape[:-2])


async def or_(ctx: Context, x: B, y: B) -> B:
    """<x | y> = <x ^ y ^ (x & y)>."""
    z: B = await ctx.suite.and_(ctx, x, y)
    return x ^ y ^ z


async def random_bits(ctx: Context, shape: Shape, planes: Shape = ()) -> B:
    """<r> for uniformly random bits that nobody knows: the XOR of random bits that each party puts in."""
    first, *others = await together(ctx, *[(_random_plane, shape)] * prod(planes))
    whole: B = first.join_planes(lambda each: np.stack(each).reshape((*planes, -1)), *others)
    return whole


async def _random_plane(ctx: Context, shape: Shape) -> B:
    own = ctx.bits.draw(ctx.prg("random bits"), (words_for(prod(shape)),))
    bits = [(ctx.suite.input_bits, j, own if ctx.me == j else None, shape) for j in ctx.everyone]
    first, *others = await together(ctx, *bits)
    total: B = first
    for other in others:
        total = total ^ other
    return total


async def b2a(ctx: Context, x: B) -> Any:
    """[x] from its bit planes, least significant first: the sum of 2^i [x_i]. Wraps modulo 2^k."""
    each = await ctx.suite.bits_to_ring(ctx, x)
    if not x.lead:
        return each
    weights = each.ring.from_ints([1 << i for i in range(x.planes)])
    return each.scale(each.ring.moved(lambda w: w.reshape(-1, *[1] * len(x.shape)), weights)).sum(0)


async def msb(ctx: Context, x: ArithmeticShare) -> Any:
    """<x < 0>, elementwise: the highest of all bits."""
    planes = await ctx.suite.a2b(ctx, x, x.ring.bits)
    return planes.plane(-1)


async def below(ctx: Context, x: ArithmeticShare, thresholds: Words) -> Any:
    """<x < t> for each of m public thresholds t, as planes (m, words); |x - t| < 2^(k-1).

    The k bits are those of the ring of x and of the thresholds, which may be smaller than the session's.
    """
    ring, whole = cast(Z2k, x.ring), cast(Z2k, ctx.ring)
    values = whole.from_signed(ring.to_signed(thresholds))
    differences = [x - ctx.suite.constant(ctx, t).modulo(ring.bits) for t in values]
    return stack_planes(await together(ctx, *((ctx.suite.msb, d) for d in differences)))


async def is_zero(ctx: Context, x: ArithmeticShare) -> Any:
    """<x == 0>, elementwise: no bit is set."""
    planes = await ctx.suite.a2b(ctx, x, x.ring.bits)
    return await all_ones(ctx, ctx.suite.not_(ctx, planes))


async def select(ctx: Context, c: A, x: A, y: A) -> A:
    """[x where c = 1, y where c = 0], elementwise: y + c (x - y); c holds 0 and 1 only."""
    z: A = await ctx.suite.mul(ctx, c, x - y)
    return y + z


OPERATIONS = frozenset(name for name in dir(Suite) if not name.startswith("_"))


class Derived:
    """The base of a suite: everything that need not be its own. A suite overrides with the types of its shares."""

    def __getattr__(self, name: str) -> NoReturn:
        """A suite may lack an operation; who calls it learns which."""
        if name not in OPERATIONS:
            raise AttributeError(name)
        raise LocalError(
            "not-offered", f"the suite {type(self).__name__} has no {name}", "use a suite that has it, as beaver"
        )

    shuffle: ClassVar[Any] = None
    """The suite's own way to bring rows into a random order that nobody knows, `async (ctx, *columns)`, if it has one.
    Where it is None, sorting takes networks, and what needs a random order is refused (`not-offered`)."""

    garbled: ClassVar[Any] = None
    """The suite's own way to run a circuit on shared bits in constant rounds between two parties, `async (ctx, circuit,
    inputs, scheme)`, if it has one; the scheme of garbling is the session's where it is not given."""

    garblers_bits: ClassVar[Any] = None
    """How bits that party 0 alone has become a share for `garbled` and nothing else, `(ctx, words, planes, shape)`, if
    it then costs less: `garbled` takes, after `inputs`, as `of_garbler` which planes are such, or public."""

    garbled_by_several: ClassVar[Any] = None
    """As `garbled`, among any number of parties."""
    garbled_numbers: ClassVar[Any] = None
    """The suite's own way to run a circuit on shared numbers and bits in constant rounds between two parties,
    `async (ctx, joint, shares)` (`protocols/garbled/joint.py`), if it has one."""

    mul_truncate: ClassVar[Any] = None
    """The suite's own way to shorten a product at once, if that is cheaper than one after the other: `async (ctx, x, y,
    shift, plus, summed)` gives [(x y + plus) / 2^shift] as `truncate` would, `summed` over the first axis. With it
    comes `matmul_truncate`, `async (ctx, x, y, shift)`."""

    matmul_truncate: ClassVar[Any] = None

    choose: ClassVar[Any] = None
    """The suite's own way to multiply numbers by shared bits, if that is cheaper than `bits_to_ring` and a product:
    `async (ctx, b, x)` gives [b x] for one plane <b> in the shape of x."""

    weighted_bits: ClassVar[Any] = None
    """The suite's own way to add up bits with public weights, if that is cheaper than `bits_to_ring`: `async (ctx, x,
    weights)` gives the sum of weights_ki x_i over the planes of <x> for each row k, shape (rows, *x.shape)."""

    by_summands: ClassVar[Any] = None
    """The suite's own way to compute a sum of products of something of u and something of w, elementwise, where it
    shares x as a difference u - w in the ring of which one side knows u and another one w: `async (ctx, x, rows, told,
    factors, work)`, `told(w)` and `factors(u)` being elements (rows, x.size) of (x.size,), worked out in about `work`
    elementary operations. Factors must be the same to the bit wherever they are worked out."""

    by_pieces: ClassVar[Any] = None
    """The suite's own way to compute functions in pieces, where a dealer makes the material: `async (ctx, x, tables,
    within, times)` gives [P(x)] for each table of `protocols.piecewise`, times a share unless that is None, and <x
    outside of two cells> unless `within` is. x lies on the grid, in a ring of one word."""

    look_up: ClassVar[Any] = None
    """The suite's own way to read a public table, between two parties whose material is dealt: `async (ctx, x, table,
    bits)` gives the low `bits` of table[x], planes first, for x in a ring of 2^w elements and a table of as many, w up
    to 16."""

    and_many: ClassVar[Any] = None
    """The suite's own way to have the AND of several bits in the rounds of one: `async (ctx, x)` gives that of the 2 to
    6 planes of <x> along the first axis. For sessions whose material is dealt (`Supply.dealt`); `protocols.many_ands`
    asks for it."""

    reached: ClassVar[Any] = None
    """The suite's own way to say coarsely how large the largest of a row is: `async (ctx, x, cell_bits, place_bits,
    shown)` gives, for x of shape (rows, n), n <= 255, bits <x' >= t - D/2 for some x' that is shown> of shape (rows, D)
    for t < D = 2^place_bits, where x' is floor(x / 2^cell_bits) or one more. For sessions whose material is dealt."""

    times_masked: ClassVar[Any] = None
    """The suite's own way to multiply by a matrix that one of two parties has, where it stands at the other one under a
    mask: `async (ctx, x, w, transposed)` gives [x @ W] for rows x (`protocols/weights`). It takes material that is
    dealt. Where it is None, weights are shared."""

    compared_at_once: ClassVar[Any] = None
    """Up to how many comparisons the suite does in one round, if it does more of them in several: `(ctx, bits)`, for a
    ring of so many bits. Local."""

    keep_rows: ClassVar[Any] = None
    """The suite's own way to keep rows for many products: `async (ctx, x, standing, first)` opens x (heads, rows,
    numbers) less rows of a mask that stands. With it comes `times_past`, `async (ctx, x, past, turned)`: [x K^T], or
    [x K], for a `protocols.kept_past.KeptPast`. They take material that is dealt, in a ring of one word."""

    times_past: ClassVar[Any] = None

    settle: ClassVar[Any] = staticmethod(settle)
    square: ClassVar[Any] = staticmethod(square)
    inner: ClassVar[Any] = staticmethod(inner)
    or_: ClassVar[Any] = staticmethod(or_)
    random_bits: ClassVar[Any] = staticmethod(random_bits)
    b2a: ClassVar[Any] = staticmethod(b2a)
    msb: ClassVar[Any] = staticmethod(msb)
    below: ClassVar[Any] = staticmethod(below)
    is_zero: ClassVar[Any] = staticmethod(is_zero)
    select: ClassVar[Any] = staticmethod(select)
