"""Products of what the evaluator knows and what the garbler knows, by labels of the evaluator's bits alone.

Each bit of the evaluator's x has a label by a correlated transfer, and is projected to additive shares of the garbler's
2^i y (`projection.py`); their sum is x y. Gilboa, "Two Party RSA Key Generation", CRYPTO 1999, section 4.1.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import prod
from typing import cast

import numpy as np

from mpc.accounts.cost import cost
from mpc.algebra.bits import pack, unpack, words_for
from mpc.algebra.interface import Z2k
from mpc.algebra.ring import Words
from mpc.algebra.shapes import broadcast
from mpc.context import Context, Spec
from protocols.garbled.projection import WORK_OF_LABEL, project, project_zeros
from protocols.garbled.walk import Bytes
from protocols.garbled.yao import EVALUATOR, GARBLER
from protocols.preprocessing.kinds.labels import ODD, Labels

AT_ONCE = 1 << 17
"""Elements that are sent at once."""

Shape = tuple[int, ...]


def _count(ring: Z2k, x: Shape) -> int:
    return ring.bits * prod(x)


def _words(ring: Z2k, x: Shape, y: Shape) -> int:
    """The evaluator's corrections, and an element for each bit of x and each y that it meets."""
    return words_for(_count(ring, x)) + ring.words * ring.bits * prod(broadcast(x, y))


@cost(
    rounds=2,
    to_one=lambda ring, x, y, own: _words(ring, x, y),
    labels=lambda ring, x, y, own: _count(ring, x),
    parties=2,
)
async def mixed_product(ctx: Context, ring: Z2k, x: Shape, y: Shape, own: Words) -> Words:
    """This party's additive shares of x y, broadcasting, of the evaluator's x and the garbler's y of these shapes.

    own: the elements that this party knows. Two rounds, one at the garbler. Semi-honest: the transfers' random bits
    hide those of x, and the hashes of labels that the evaluator does not have hide y.
    """
    material = await ctx.take(Labels(cast(Z2k, ctx.ring), _count(ring, x), GARBLER, EVALUATOR))
    corrections = (words_for(_count(ring, x)),)
    if ctx.me == GARBLER:
        turned = await ctx.receive(EVALUATOR, Spec(corrections))
        if ctx.planning:
            return await _rehearse(ctx, ring, broadcast(x, y))
        return await _garble(ctx, ring, x, own, turned, *material[:2])
    if ctx.planning:
        ctx.send(GARBLER, ctx.bits.zeros(corrections))
        return await _rehearse(ctx, ring, broadcast(x, y))
    bits, labels = material[2:]
    ctx.send(GARBLER, pack(_bits_of(ring, own)) ^ bits)
    return await _evaluate(ctx, ring, x, broadcast(x, y), labels)


async def _garble(ctx: Context, ring: Z2k, x: Shape, y: Words, turned: Words, offset: Words, zeros: Words) -> Words:
    delta, start = offset | ODD, ctx.hash("projected").words(2)
    masks = np.uint64(0) - unpack(turned, _count(ring, x)).astype(np.uint64)
    labels = (zeros ^ masks[:, None] & delta).reshape(ring.bits, *x, 2)
    shape = broadcast(x, ring.shape(y))
    total, first = ring.zeros(shape), 0
    for some in _groups(ring, shape):
        wide = _spread(labels[some], shape)
        shifted = [ring.shift_left(y, i) for i in range(some.start, some.stop)]
        weights = ring.moved(lambda *rows: np.stack([np.broadcast_to(row, shape) for row in rows]), *shifted)
        args = wide, delta, weights, ring, start, first
        share, sent = await ctx.off_loop(WORK_OF_LABEL * wide.size, project_zeros, *args)
        ctx.send(EVALUATOR, sent)
        total = ring.add(total, ring.sum(share, 0))
        first += wide.size // 2
    return total


async def _evaluate(ctx: Context, ring: Z2k, x: Shape, shape: Shape, labels: Words) -> Words:
    start = ctx.hash("projected").words(2)
    labels = labels.reshape(ring.bits, *x, 2)
    total, first = ring.zeros(shape), 0
    for some in _groups(ring, shape):
        wide = _spread(labels[some], shape)
        sent = await ctx.receive(GARBLER, Spec(_sent(ring, some, shape)))
        share = await ctx.off_loop(WORK_OF_LABEL * wide.size, project, wide, sent, ring, start, first)
        total = ring.add(total, ring.sum(share, 0))
        first += wide.size // 2
    return total


async def _rehearse(ctx: Context, ring: Z2k, shape: Shape) -> Words:
    for some in _groups(ring, shape):
        sent = _sent(ring, some, shape)
        if ctx.me == GARBLER:
            ctx.send(EVALUATOR, ctx.bits.zeros(sent))
        else:
            await ctx.receive(GARBLER, Spec(sent))
    return ring.zeros(shape)


def _groups(ring: Z2k, shape: Shape) -> Iterator[slice]:
    """Bits that are projected at a time."""
    step = max(1, AT_ONCE // max(prod(shape), 1))
    yield from (slice(at, min(at + step, ring.bits)) for at in range(0, ring.bits, step))


def _sent(ring: Z2k, some: slice, shape: Shape) -> Shape:
    """The words of a message."""
    return (some.stop - some.start, *shape, *(() if ring.words == 1 else (ring.words,)))


def _spread(labels: Words, shape: Shape) -> Words:
    """Labels (bits, *x, 2) as (bits, *shape, 2)."""
    bits, *x, _ = labels.shape
    lone = (1,) * (len(shape) - len(x))
    return np.broadcast_to(labels.reshape(bits, *lone, *x, 2), (bits, *shape, 2))


def _bits_of(ring: Z2k, x: Words) -> Bytes:
    """The bits of elements, bit by bit, (bits x size)."""
    size = prod(ring.shape(x))
    return np.concatenate([unpack(row, size) for row in ring.planes(x, ring.bits)])
