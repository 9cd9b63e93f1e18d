"""A table that one party knows, read at a place that another one knows: the entry as XOR shares.

One-of-many transfer of bits with material made beforehand: Naor, Pinkas, STOC 1999; Beaver, CRYPTO 1995 (choices
turned online). Tables and places as in `mpc.algebra.bit_tables`. Semi-honest: the places are hidden by random ones,
every entry but the one read by a pad that the reader does not know.
"""

from __future__ import annotations

import numpy as np

from mpc.accounts.cost import cost
from mpc.algebra.interface import Bits
from mpc.algebra.words import Words
from mpc.context import Context, Spec
from protocols.one_array import ring_of
from protocols.preprocessing.kinds.one_of_many import OneOfMany

_WORD_WORK = 8
"""What a word of a table takes, in the multiply-adds of `Context.off_loop`."""


def reading_words(depth: int, width: int, lanes: int) -> int:
    """What holder and reader send together: a place, and each entry but the first."""
    return (depth + ((1 << depth) - 1) * width) * lanes


@cost(
    rounds=2,
    to_one=lambda reader, table: reading_words(len(table).bit_length() - 1, *table.shape[1:]),
    one_of_many=lambda reader, table: 64 * table.shape[2],
    call_name="read_table",
    parties=2,
)
async def hold(ctx: Context, reader: int, table: Words) -> Words:
    """The holder's share of what party `reader` reads in its table (2^depth, width, words): (width, words).

    The share is what makes the first masked entry zero, so that this one is not sent.
    """
    entries, width, words = table.shape
    depth = entries.bit_length() - 1
    pads, _, _ = await ctx.take(OneOfMany(ring_of(ctx), words, depth, width, ctx.me, reader))
    turn = await ctx.receive(reader, Spec((depth, words)))
    share, sent = await ctx.off_loop(table.size * _WORD_WORK, _masked, ctx.bits, table, pads, turn)
    ctx.send(reader, sent)
    return share


def _masked(bits: Bits, table: Words, pads: Words, turn: Words) -> tuple[Words, Words]:
    """The holder's share, and the entries from the second on, masked."""
    masked = bits.turned(pads, turn)
    bits.xor(masked, table, out=masked)
    share = bits.moved(np.copy, masked[0])
    return share, bits.xor(masked[1:], share, out=masked[1:])


@cost(
    rounds=2,
    to_one=lambda holder, places, width: reading_words(len(places), width, places.shape[1]),
    one_of_many=lambda holder, places, width: 64 * places.shape[1],
    call_name="read_table",
    parties=2,
)
async def read(ctx: Context, holder: int, places: Words, width: int) -> Words:
    """The reader's share of the entries of `width` bits at its places (depth, words) in the table of `holder`."""
    depth, words = places.shape
    _, chosen, pad = await ctx.take(OneOfMany(ring_of(ctx), words, depth, width, holder, ctx.me))
    ctx.send(holder, ctx.bits.add(places, chosen))
    sent = await ctx.receive(holder, Spec(((1 << depth) - 1, width, words)))
    return await ctx.off_loop(sent.size * _WORD_WORK, _entry, ctx.bits, sent, places, pad)


def _entry(bits: Bits, sent: Words, places: Words, pad: Words) -> Words:
    masked = bits.moved(lambda *entries: np.concatenate(entries), bits.zeros((1, *sent.shape[1:])), sent)
    return bits.add(bits.look_up(masked, places), pad)
