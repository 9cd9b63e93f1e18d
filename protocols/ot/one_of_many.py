"""Random one-of-many transfers for tables of bits, from correlated ones: Naor, Pinkas, STOC 1999.

A place of d bits takes d correlations. Entry v of the sender's table is the sum, over the levels j, of a part of the
hash of label q_j, or q_j ^ delta where bit j of v is 1; every v has a part of its own. The receiver knows one label a
level, and with them all parts of one entry alone. One hash a label serves all entries. As secure as the extension.
"""

from __future__ import annotations

from hashlib import shake_256

import numpy as np

from mpc import bits
from mpc.bit_tables import look_up
from mpc.context import Context
from mpc.costs import cost
from mpc.label_hash import hash_tccr
from mpc.prg import encode_domain
from mpc.ring import U64, Words
from protocols.ot.correlated import CotReceiver, CotSender

_HASH_BITS = 128
_TWEAK_BITS = 48
_LABEL_WORK = 50
"""What a label takes, in the multiply-adds of `Context.off_loop`."""


@cost(
    rounds=lambda cot, words, depth, width: cot.rounds(64 * words * depth),
    to_one=lambda cot, words, depth, width: cot.words(64 * words * depth),
    call_name="one_of_many", parties=2,
)  # fmt: skip
async def tables_send(ctx: Context, cot: CotSender, words: int, depth: int, width: int) -> Words:
    """Random tables, 64 a word: (2^depth, width, words) as in `mpc.bit_tables`."""
    first, key = cot.made, _key(ctx)
    labels = await cot.extend(ctx, 64 * words * depth)
    work = len(labels) * _LABEL_WORK
    return await ctx.off_loop(work, _tables, labels, cot.delta, first, key, (depth, width))


@cost(
    rounds=lambda cot, words, depth, width: cot.rounds(64 * words * depth),
    to_one=lambda cot, words, depth, width: cot.words(64 * words * depth),
    call_name="one_of_many", parties=2,
)  # fmt: skip
async def tables_receive(ctx: Context, cot: CotReceiver, words: int, depth: int, width: int) -> tuple[Words, Words]:
    """Random places (depth, words), and the tables' entries there, (width, words)."""
    first, key = cot.made, _key(ctx)
    choices, labels = await cot.extend(ctx, 64 * words * depth)
    places = choices.reshape(depth, words)
    known = await ctx.off_loop(len(labels) * _LABEL_WORK, _tables, labels, None, first, key, (depth, width))
    return places, look_up(known, places)


def _key(ctx: Context) -> bytes:
    return shake_256(encode_domain(("one of many", ctx.session.agreement.session))).digest(16)


def _tables(labels: Words, delta: Words | None, first: int, key: bytes, form: tuple[int, int]) -> Words:
    """The sums of hashes, as planes; without a delta those of the labels alone, right in one entry."""
    depth, width = form
    size = width << depth
    count = len(labels) // depth
    rows = [labels[level * count : (level + 1) * count] for level in range(depth)]
    planes = []
    for block in range(-(-size // _HASH_BITS)):
        total = np.zeros((count, 2), U64)
        for level, row in enumerate(rows):
            tweak = first + level * count | block << _TWEAK_BITS
            hashed = hash_tccr(row, tweak, key)
            total ^= hashed
            if delta is not None:
                total ^= (hashed ^ hash_tccr(row ^ delta, tweak, key)) & _mask(block, level, form)
        for half in range(2):
            wanted = min(64, size - block * _HASH_BITS - 64 * half)
            if wanted > 0:
                planes.append(bits.planes(np.ascontiguousarray(total[:, half]), wanted))
    return np.concatenate(planes).reshape(1 << depth, width, -1)


def _mask(block: int, level: int, form: tuple[int, int]) -> Words:
    """Ones where a block of hashes holds entries v with a 1 in bit `level`: (2,)."""
    depth, width = form
    places = block * _HASH_BITS + np.arange(_HASH_BITS)
    entries = np.minimum(places // width, (1 << depth) - 1)
    return bits.pack((entries >> level & 1).astype(np.uint8))
