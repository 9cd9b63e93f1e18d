"""Which of one party's identifiers another has, too, as secret bits that nobody sees.

Pinkas, Schneider, Tkachenko, Yanai, "Efficient circuit-based PSI with linear communication", EUROCRYPT 2019, with the
programmed function of `programmed_kmprt17`: the holder throws its identifiers into bins, one in each at most; the other
party draws a number for each bin, and programs it for all of its identifiers that could lie there. The holder reads the
bin's number where its identifier is among them, else a random one: whether both have the same number is then for the
run's own protocols to compare, on secrets. The function is evaluated on an identifier and its bin, where theirs has a
key for each bin.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mpc.algebra.group import Bytes, Points, Scalars
from mpc.algebra.ring import Words
from mpc.algebra.ristretto import ORDER
from mpc.algebra.shapes_only import blank
from mpc.context import Context
from mpc.prg import Prg
from protocols.matching.cuckoo_pr04 import FUNCTIONS, Bins, bins_for, choices, placed
from protocols.matching.elements import ENCODING, send_elements, take_elements
from protocols.matching.hint_sending import give_hint, take_hint
from protocols.matching.oprf_rfc9497 import blinded, evaluated, padded, part, tag_of, unblinded
from protocols.matching.programmed_kmprt17 import FIELD, MASK, PLACE, Layout, Places, programmed, read

NUMBER_BITS = 60
"""Of a bin's number: an identifier that is not there looks as if it were with a chance of 2^-60."""

_NUMBERS = np.uint64((1 << NUMBER_BITS) - 1)


@dataclass(frozen=True, slots=True)
class Sides:
    """Public: how many identifiers holder and other party have, padding included."""

    held: int
    offered: int

    @property
    def bins(self) -> int:
        return bins_for(self.held)

    @property
    def layout(self) -> Layout:
        return Layout.of(FUNCTIONS * self.offered)


async def hold(ctx: Context, other: int, sides: Sides, own: Sequence[bytes]) -> tuple[Words, Bins]:
    """The holder's half: a number for each bin (bins,), and the bin of each of `own` (encodings, ascending).

    Learns nothing; nor does party `other`, which calls `offer_numbers`. Semi-honest. Two rounds. PeerError
    `bad-element`, `repeated-elements`, `malformed-message`.
    """
    messages = padded(own, sides.held, ctx.prg("padding of identifiers").bytes)
    if ctx.planning:
        await send_elements(ctx, other, blank((sides.held, ENCODING), np.uint8))
        await take_hint(ctx, other, sides.held, sides.layout)
        return np.zeros(sides.bins, np.uint64), np.arange(len(own))
    tag = tag_of(ctx)
    where = await ctx.in_thread(lambda: placed(choices(messages, sides.bins, tag), sides.bins))
    asked = in_bins(messages, where[:, None])
    questions, blinds = await ctx.in_thread(blinded, asked, tag, ctx.prg("blinds of identifiers").bytes)
    await send_elements(ctx, other, await ctx.in_thread(questions.to_bytes))
    answers, hint = await take_hint(ctx, other, sides.held, sides.layout)
    outputs = await ctx.in_thread(unblinded, asked, blinds, answers)
    numbers = ctx.prg("numbers of empty bins").words((sides.bins,))
    places = Places.of(sides.layout, part(outputs, 0, PLACE + MASK))
    numbers[where] = (await ctx.in_thread(read, sides.layout, hint, places))[:, 0]
    return numbers & _NUMBERS, where[: len(own)]


async def offer_numbers(ctx: Context, holder: int, sides: Sides, own: Sequence[bytes]) -> Words:
    """The other party's half: a number for each bin (bins,). Learns nothing."""
    messages = padded(own, sides.offered, ctx.prg("padding of identifiers").bytes)
    numbers = ctx.prg("numbers of bins").words((sides.bins,)) & _NUMBERS
    asked, _ = await take_elements(ctx, holder, sides.held)
    if ctx.planning:
        await give_hint(ctx, holder, blank((sides.held, ENCODING), np.uint8), blank(sides.layout.shape))
        return np.zeros(sides.bins, np.uint64)
    key = Scalars.random(ORDER, (), ctx.prg("key of a matching").bytes)
    made = (messages, numbers, sides, tag_of(ctx), key, asked, ctx.prg("filling of a hint"))
    answers, hint = await ctx.in_thread(_programmed, *made)
    await give_hint(ctx, holder, answers, hint)
    return numbers


def in_bins(messages: Sequence[bytes], options: Bins) -> list[bytes]:
    """What the function is evaluated on: each identifier for each of its bins (identifiers, k), one after the other.

    The bin is a part of it, so that the holder, which asks about one bin for each identifier, knows the function for no
    other. Could it read another bin's number there, it would see whether that is what it read for the bin's own
    identifier, and so that both are common.
    """
    return [
        message + where.to_bytes(8, "little")
        for message, bins in zip(messages, options.tolist(), strict=True)
        for where in bins
    ]


def _programmed(
    messages: Sequence[bytes], numbers: Words, sides: Sides, tag: bytes, key: Scalars, asked: Points, prg: Prg
) -> tuple[Bytes, Words]:
    options = choices(messages, sides.bins, tag)
    outputs = evaluated(in_bins(messages, options), tag, key)
    targets = FIELD.draw(prg, (options.size,))
    targets[:, 0] = targets[:, 0] & ~_NUMBERS | numbers[options.reshape(-1)]
    places = Places.of(sides.layout, part(outputs, 0, PLACE + MASK))
    return (asked * key).to_bytes(), programmed(sides.layout, places, targets, prg)
