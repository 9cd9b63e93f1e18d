"""Products of what different parties hold, and bits moved from XOR to additive sharing: all of it from transfers.

A product of two sums is the sum of all products of a share of one with a share of the other. Those within a party
are local; of the others each is a product of two parties' words, bit by bit: Gilboa, CRYPTO 1999. The holder of a is
the receiver and chooses with bit i of a; the sender's word b counts 2^i times, so that only k - i bits of it matter.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

import numpy as np

from mpc import bits
from mpc.context import Context
from mpc.ring import U64, Ring, Words
from protocols.ot.transfers import product_receive, product_send
from protocols.preprocessing.pairs import Pair, Pairs, between_pairs

CHUNK_WORDS = 1 << 19
"""Words of messages in one call of the transfers: bounds the memory, which is some 20 times as much."""


async def cross_products(
    ctx: Context, ends: Pairs, ring: Ring, a: Words, b: Words, pairs: Collection[Pair] | None = None
) -> Words:
    """This party's share of the sum, over ordered pairs of parties, of the receiver's a times the sender's b.

    a: (q, s) and b: (q, s, l); the products a[q, s] b[q, s, :] are summed over s: (q, l). `pairs`: all ordered ones.
    """

    widths = [ring.bits - i for i in range(ring.bits)]

    async def send(child: Context, receiver: int) -> Words:
        out = np.zeros((len(b), b.shape[2]), U64)
        for rows, terms, columns in _chunks(ring, b.shape):
            x = np.tile(b[rows, terms, columns].reshape(-1, columns.stop - columns.start), (len(widths), 1))
            shares = await product_send(child, ends.senders[receiver], x, widths)
            out[rows, columns] += _weighed(shares, ring, terms)
        return out

    async def receive(child: Context, sender: int) -> Words:
        out = np.zeros((len(b), b.shape[2]), U64)
        for rows, terms, columns in _chunks(ring, b.shape):
            choices, count = _flat_planes(a[rows, terms], ring.bits), ring.bits * a[rows, terms].size
            length = columns.stop - columns.start
            shares = await product_receive(child, ends.receivers[sender], choices, count, length, widths)
            out[rows, columns] += _weighed(shares, ring, terms)
        return out

    sent, received = await between_pairs(ctx, send, receive, pairs)
    total = np.zeros((len(b), b.shape[2]), U64)
    for share in (*sent.values(), *received.values()):
        total += share
    return ring.reduce(total)


async def bits_to_ring(ctx: Context, ends: Pairs, planes: Words, widths: Sequence[int]) -> Words:
    """Shares of XOR-shared bits as additive shares: packed planes (p, words) become words (p, 64 words).

    Plane i becomes shares modulo 2^widths[i], 1 <= widths[i] <= 64. Bits are added party by party,
    x ^ b = x + b - 2 x b: party j is the receiver of all before it, which share x. n - 1 products in a row.
    """
    count = 64 * planes.shape[1]
    own = np.stack([bits.unpack(plane, count) for plane in planes]).astype(U64)
    wide = [i for i, width in enumerate(widths) if width > 1]
    narrowed = [widths[i] - 1 for i in wide]
    shares = own if ctx.me == 0 else np.zeros_like(own)
    for j in range(1, ctx.n):
        steps = {(i, j) for i in range(j)}
        products = await _products_of_bits(ctx, ends, own[wide], shares[wide], narrowed, steps)
        shares = (own if ctx.me == j else shares).copy()
        shares[wide] -= products << np.uint64(1)
    masks = np.array([2**width - 1 for width in widths], U64)
    return shares & masks[:, None]


async def _products_of_bits(
    ctx: Context, ends: Pairs, choices: Words, x: Words, widths: Sequence[int], pairs: Collection[Pair]
) -> Words:
    """Shares of the receiver's bits times the senders' words, (p, count), modulo 2^widths[i] in plane i."""
    out = np.zeros(x.shape, U64)
    columns = max(64, CHUNK_WORDS // max(1, len(widths)))
    starts = range(0, x.shape[1], columns) if widths else ()

    async def send(child: Context, receiver: int) -> None:
        for start in starts:
            part = x[:, start : start + columns]
            shares = await product_send(child, ends.senders[receiver], part.reshape(-1, 1), widths)
            out[:, start : start + columns] += shares.reshape(part.shape)

    async def receive(child: Context, sender: int) -> None:
        for start in starts:
            part = choices[:, start : start + columns]
            packed = bits.pack(part.astype(np.uint8))
            end = ends.receivers[sender]
            shares = await product_receive(child, end, packed, part.size, 1, widths)
            out[:, start : start + columns] += shares.reshape(part.shape)

    await between_pairs(ctx, send, receive, pairs)
    return out


def _weighed(shares: Words, ring: Ring, terms: slice) -> Words:
    """The sum of 2^i times group i, and over the terms: (k q s, l) becomes (q, l)."""
    length = terms.stop - terms.start
    grouped = shares.reshape(ring.bits, -1, length, shares.shape[1])
    weights = np.arange(ring.bits, dtype=U64)[:, None, None, None]
    total: Words = np.left_shift(grouped, weights).sum(axis=(0, 2), dtype=U64)
    return total


def _flat_planes(a: Words, k: int) -> Words:
    """Bit 0 of all elements, then bit 1 of all, packed without gaps."""
    planes = bits.planes(a, k)
    if a.size % 64 == 0:
        return planes.reshape(-1)
    return bits.pack(np.stack([bits.unpack(plane, a.size) for plane in planes]))


def _chunks(ring: Ring, shape: tuple[int, ...]) -> Iterator[tuple[slice, slice, slice]]:
    """Rows, terms and columns of the calls: whole rows, or parts of a row, or of a term. None for an empty array."""
    rows, terms, length = shape
    if not rows * terms * length:
        return
    across = max(1, min(length, CHUNK_WORDS // ring.bits))
    inside = max(1, min(terms, CHUNK_WORDS // (ring.bits * across)))
    down = max(1, CHUNK_WORDS // (ring.bits * across * inside)) if inside == terms else 1
    for row in _cuts(rows, down):
        for term in _cuts(terms, inside):
            for column in _cuts(length, across):
                yield row, term, column


def _cuts(length: int, step: int) -> Iterator[slice]:
    for start in range(0, length, step):
        yield slice(start, min(length, start + step))
