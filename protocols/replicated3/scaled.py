"""Products that are shortened: of fixed-point numbers, what the next step takes.

A product is a sum of three summands before it is shared anew (`arithmetic`). Shortening wants it as u - w, u of a pair
and w of the teller (`truncate`): the teller's summand is -w as it stands, and the two others tell each other theirs. So
the teller does not wait for the product, and it is never shared as such.
"""

from __future__ import annotations

from math import prod

from mpc.accounts.cost import cost
from mpc.algebra.interface import Z2k
from mpc.algebra.masked import masked
from mpc.algebra.shapes import broadcast
from mpc.algebra.words import Words
from mpc.context import Context, Spec
from mpc.errors import LocalError
from mpc.prg import Prg
from protocols.replicated3.arithmetic import own_product
from protocols.replicated3.reading import LEFT, RIGHT, TELLER, reading_words
from protocols.replicated3.share import ZERO, following, preceding
from protocols.replicated3.truncate import check_shift, shortened
from protocols.replicated3.two_arrays import TwoArrays
from protocols.shares import Shape


def _result(x: TwoArrays, y: TwoArrays, summed: bool) -> Shape:
    return broadcast(x.shape, y.shape)[int(summed) :]


def _words(x: TwoArrays, y: TwoArrays, shift: int, plus: TwoArrays | None = None, summed: bool = False) -> int:
    size = x.ring.words * prod(_result(x, y, summed))
    return 2 * size + reading_words(2 * size, size)


@cost(rounds=2, in_all=_words)
async def mul_truncate(
    ctx: Context, x: TwoArrays, y: TwoArrays, shift: int, plus: TwoArrays | None = None, summed: bool = False
) -> TwoArrays:
    """[(x y + plus) / 2^shift], elementwise, with the rounding and the range of `truncate`; 0 < shift < k - 1.

    `summed`: over the first axis, once x and y are broadcast. LocalError `wrong-shape` for a `plus` that does not
    broadcast to the shape of the product.

    What each of the pair tells the other one is masked by a stream of its own with the teller, who takes both off.
    """
    ring = x.ring
    check_shift(ring, shift)
    _check_addend(_result(x, y, summed), plus)

    def own() -> Words:
        if summed:
            return masked(ring, ring.sum(own_product(ring, ring.mul, x, y), 0), _masks(ctx))
        return ring.masked_product((x.first, x.second), (y.first, y.second), _masks(ctx))

    z = await ctx.off_loop(x.size, own)
    z = z if plus is None else ring.add(z, plus.first)
    return await shortened(ctx, ring, await _difference(ctx, ring, z), shift)


def _matrix_words(x: TwoArrays, y: TwoArrays, shift: int) -> int:
    size = x.ring.words * prod(broadcast(x.shape[:-2], y.shape[:-2])) * x.shape[-2] * y.shape[-1]
    return 2 * size + reading_words(2 * size, size)


@cost(rounds=2, in_all=_matrix_words)
async def matmul_truncate(ctx: Context, x: TwoArrays, y: TwoArrays, shift: int) -> TwoArrays:
    """[x @ y / 2^shift] for matrices or stacks of them, as `mul_truncate`."""
    ring = x.ring
    check_shift(ring, shift)

    def own() -> Words:
        return masked(ring, own_product(ring, ring.matmul, x, y), _masks(ctx))

    z = await ctx.off_loop(x.size * y.shape[-1], own)
    return await shortened(ctx, ring, await _difference(ctx, ring, z), shift)


def _check_addend(shape: Shape, plus: TwoArrays | None) -> None:
    """What is added has the shape of the product, or a smaller one: else masks would be for fewer numbers than are
    told."""
    sides = () if plus is None else plus.shape
    fits = len(sides) <= len(shape) and all(a in (1, b) for a, b in zip(sides[::-1], shape[::-1], strict=False))
    if plus is not None and not fits:
        raise LocalError(
            "wrong-shape",
            f"mul_truncate: {plus.shape} is to be added to a product of shape {shape}",
            "broadcast the factors to the shape of what is added",
        )


async def _difference(ctx: Context, ring: Z2k, z: Words) -> Words:
    """Of the sum of what all three have, masked, w at the teller and u at the pair. One round of the pair."""
    if ctx.me == TELLER:
        return ring.neg(z)
    other = LEFT if ctx.me == RIGHT else RIGHT
    ctx.send(other, z)
    return ring.add(z, ring.reduce(await ctx.receive(other, Spec(z.shape))))


def _masks(ctx: Context) -> tuple[Prg | None, Prg | None]:
    """Those of a share of zero but for that which the pair has in common: each of them takes it for its own."""
    before = None if ctx.me == RIGHT else ctx.pairwise_prg(preceding(ctx), ZERO)
    return before, None if ctx.me == LEFT else ctx.pairwise_prg(following(ctx), ZERO)
