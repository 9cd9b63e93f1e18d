"""Random one-of-many transfers for tables of bits, from correlated ones: Naor, Pinkas, STOC 1999.

A place of d bits takes d correlations. Entry v of the sender's table is the sum, over the levels j, of a part of the
hash of label q_j, or q_j ^ delta where bit j of v is 1; every v has a part of its own. The receiver knows one label a
level, and with them all parts of one entry alone. One hash a label serves all entries. As secure as the extension.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache

import numpy as np

from mpc.accounts.cost import cost
from mpc.algebra import bits
from mpc.algebra.bit_tables import look_up
from mpc.algebra.ring import U64, Words
from mpc.context import Context
from protocols.ot.correlated import CotReceiver, CotSender
from protocols.ot.pads import pads

_HASH_BITS = 128
_HASH_WORDS = 2
_LABEL_WORK = 50
"""What a label takes, in the multiply-adds of `Context.off_loop`."""


@cost(
    rounds=lambda cot, words, depth, width: cot.rounds(64 * words * depth),
    to_one=lambda cot, words, depth, width: cot.words(64 * words * depth),
    call_name="one_of_many", parties=2,
)  # fmt: skip
async def tables_send(ctx: Context, cot: CotSender, words: int, depth: int, width: int) -> Words:
    """Random tables, 64 a word: (2^depth, width, words) as in `mpc.algebra.bit_tables`."""
    first = cot.made
    labels = await cot.extend(ctx, 64 * words * depth)
    work = len(labels) * _LABEL_WORK
    return await ctx.off_loop(work, _tables, labels, cot.delta, first, cot.start, (depth, width))


@cost(
    rounds=lambda cot, words, depth, width: cot.rounds(64 * words * depth),
    to_one=lambda cot, words, depth, width: cot.words(64 * words * depth),
    call_name="one_of_many", parties=2,
)  # fmt: skip
async def tables_receive(ctx: Context, cot: CotReceiver, words: int, depth: int, width: int) -> tuple[Words, Words]:
    """Random places (depth, words), and the tables' entries there, (width, words)."""
    first = cot.made
    choices, labels = await cot.extend(ctx, 64 * words * depth)
    places = choices.reshape(depth, words)
    known = await ctx.off_loop(len(labels) * _LABEL_WORK, _tables, labels, None, first, cot.start, (depth, width))
    return places, look_up(known, places)


def _tables(labels: Words, delta: Words | None, first: int, start: Words, form: tuple[int, int]) -> Words:
    """The sums of hashes, as planes; without a delta those of the labels alone, right in one entry."""
    depth, width = form
    words = len(labels) // (64 * depth)
    rows = labels.reshape(depth, 64 * words, 2)
    making = _Making(first, 64 * words, start, form, delta)
    out = np.empty((width << depth, words), U64)
    for at in range(0, words, _TILE_WORDS):
        end = min(words, at + _TILE_WORDS)
        out[:, at:end] = making.planes(rows[:, 64 * at : 64 * end], 64 * at)
    return out.reshape(1 << depth, width, words)


_TILE_WORDS = 128
"""Words of tables made at a time: what is in work stays in the processor's second cache."""


@dataclass(frozen=True, slots=True)
class _Making:
    """What the tables of one call have in common; the labels of a level are a run, `count` after the last one's."""

    first: int
    count: int
    start: Words
    form: tuple[int, int]
    delta: Words | None = field(repr=False)

    def planes(self, rows: Words, lane: int) -> Words:
        """The tables of the lanes from `lane` on, whose labels are `rows` (depth, lanes, 2): (2^depth width, words).

        Rows of one label are repeated for all lanes, since numpy is slow where the last axis is short.
        """
        depth, width = self.form
        size, lanes = width << depth, rows.shape[1]
        planes, blocks = [], -(-size // _HASH_BITS)
        for block in range(blocks):
            total = np.zeros((lanes, 2), U64)
            for level in range(depth):
                run = (self.start, self.first + level * self.count, _HASH_WORDS * blocks)
                part = (lane, _HASH_WORDS * block, _HASH_WORDS)
                hashed = pads(rows[level], None, *run, part)
                total ^= hashed
                if self.delta is not None:
                    hashed ^= pads(rows[level], self.delta, *run, part)
                    hashed &= np.tile(_mask(block, level, self.form), (lanes, 1))
                    total ^= hashed
            wanted = np.clip(size - _HASH_BITS * block - np.array([0, 64]), 0, 64)
            planes += [bits.planes(half.copy(), int(count)) for half, count in zip(total.T, wanted, strict=True)]
        return np.concatenate(planes)


@cache
def _mask(block: int, level: int, form: tuple[int, int]) -> Words:
    """Ones where a block of hashes holds entries v with a 1 in bit `level`: (2,)."""
    depth, width = form
    places = block * _HASH_BITS + np.arange(_HASH_BITS)
    entries = np.minimum(places // width, (1 << depth) - 1)
    return bits.pack((entries >> level & 1).astype(np.uint8))
