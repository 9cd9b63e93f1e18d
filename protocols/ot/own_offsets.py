"""Correlated transfers under offsets of their own, from those of an extension, whose one offset stays with it.

Random transfers give the sender blocks r_0, r_1 and the receiver a bit c and r_c. For an offset d of its own choice,
fresh for each piece, the sender takes r_0 as label of 0 and sends r_0 ^ r_1 ^ d; with it the receiver has the label of
its bit, r_0 ^ c d. Who learns d, as everybody does of a piece that is opened for a check, has learned nothing of the
extension's offset or of another piece. Asharov, Lindell, Schneider, Zohner, CCS 2013, section 5.1, for a correlation of
blocks. As secure as the extension.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from mpc.accounts.cost import cost
from mpc.algebra.bits import pack, unpack
from mpc.algebra.ring import Words
from mpc.context import Context, Spec
from protocols.ot.correlated import CotReceiver, CotSender, bit_masks
from protocols.ot.transfers import random_receive, random_send


def _rounds(cot: CotSender | CotReceiver, counts: Sequence[int], *_: object) -> int:
    """The sender's message goes with what it sends last in an extension, if that is to the receiver."""
    extension = cot.rounds(sum(counts))
    return extension if extension and cot.last_to_receiver else extension + 1


def _words(cot: CotSender | CotReceiver, counts: Sequence[int], *_: object) -> int:
    return cot.words(sum(counts)) + 2 * sum(counts)


@cost(rounds=_rounds, to_one=_words, call_name="own_offsets", parties=2)
async def own_offsets_send(
    ctx: Context, cot: CotSender, counts: Sequence[int], offsets: Sequence[Words]
) -> list[Words]:  # fmt: skip
    """Labels of zero, (count, 2) for each count, under the offset (2,) that is given for it."""
    pairs = await random_send(ctx, cot, sum(counts))
    zeros = np.ascontiguousarray(pairs[:, 0])
    corrections = zeros ^ pairs[:, 1]
    for part, offset in zip(_parts(counts), offsets, strict=True):
        corrections[part] ^= offset
    ctx.send(cot.peer, corrections)
    return [zeros[part] for part in _parts(counts)]


@cost(rounds=_rounds, to_one=_words, call_name="own_offsets", parties=2)
async def own_offsets_receive(ctx: Context, cot: CotReceiver, counts: Sequence[int]) -> list[tuple[Words, Words]]:
    """Random bits, packed, and their labels (count, 2), for each count."""
    count = sum(counts)
    choices, labels = await random_receive(ctx, cot, count)
    corrections = await ctx.receive(cot.peer, Spec((count, 2)))
    labels ^= corrections & bit_masks(choices, count)[:, None]
    bits = unpack(choices, count)
    return [(pack(bits[part]), labels[part]) for part in _parts(counts)]


def _parts(counts: Sequence[int]) -> list[slice]:
    ends = [0, *np.cumsum(counts, dtype=np.int64).tolist()]
    return [slice(begin, end) for begin, end in pairwise(ends)]
