"""Correlated transfers, what every extension makes: the two ends of one interface.

Sender and receiver hold, for each correlation i, labels of 128 bits: q_i and t_i with q_i = t_i ^ c_i delta, where the
choice bit c_i is random and the receiver's, and delta is the sender's and stays the same. Labels are arrays of shape
(count, 2), lower word first.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np

from mpc.algebra.bits import unpack, words_for
from mpc.algebra.ring import Words
from mpc.context import Context
from mpc.errors import Abort, LocalError

LABEL_BITS = 128
_LOW = np.uint64(1)


class CotSender(Protocol):
    """The sender's end, for one peer.

    `made` counts the correlations handed out so far, so that each has a number; both ends count the same.
    """

    @property
    def peer(self) -> int:
        """The receiver's index."""

    @property
    def start(self) -> Words:
        """What the keys of pads of these correlations begin with, and of no others: (2,) words, public."""

    @property
    def delta(self) -> Words:
        """The secret offset: (2,) words."""

    @property
    def made(self) -> int:
        """The number of the next correlation."""

    @property
    def last_to_receiver(self) -> bool:
        """Whether the last message of an extension goes to the receiver."""

    def rounds(self, count: int) -> int:
        """The rounds of an extension by `count` if it came next, for `@cost`."""

    def words(self, count: int) -> int:
        """The 64-bit words that both parties send in it together."""

    async def extend(self, ctx: Context, count: int) -> Words:
        """The sender's labels q of `count` fresh correlations: (count, 2).

        Both parties call `extend` at the same place of the program, and their calls on the same two ends follow one
        another in the same order.
        """


class CotReceiver(Protocol):
    """The receiver's end, for one peer; as `CotSender`."""

    @property
    def peer(self) -> int:
        """The sender's index."""

    @property
    def start(self) -> Words:
        """As the sender's."""

    @property
    def made(self) -> int:
        """The number of the next correlation."""

    @property
    def last_to_receiver(self) -> bool:
        """As the sender's."""

    def rounds(self, count: int) -> int:
        """As the sender's."""

    def words(self, count: int) -> int:
        """As the sender's."""

    async def extend(self, ctx: Context, count: int) -> tuple[Words, Words]:
        """The choice bits, packed, and the receiver's labels t: (words_for(count),) and (count, 2)."""


def pad_start(ctx: Context, sender: int, receiver: int) -> Words:
    """`start` of the ends that are set up in this call."""
    return ctx.hash("ot hash", sender, receiver).words(2)


def bit_masks(words: Words, count: int) -> Words:
    """For each of the first `count` packed bits, a word of ones or zeros: (count,). The same time for all bits."""
    places = np.arange(count, dtype=np.uint64)
    bits = (words[(places >> np.uint64(6)).astype(np.intp)] >> (places & np.uint64(63))) & np.uint64(1)
    return np.uint64(0) - bits


def take(masks: Words, if_ones: Words, if_zeros: Words) -> Words:
    """Row i of `if_ones` where mask i is ones, of `if_zeros` where it is zeros. The same time for all masks."""
    spread = masks.reshape(masks.shape + (1,) * (if_ones.ndim - masks.ndim))
    return if_zeros ^ (spread & (if_ones ^ if_zeros))


def padded(packed: Words, count: int) -> Words:
    """The words of `count` packed bits, padding cleared."""
    kept = packed[: words_for(count)].copy()
    if count % 64:
        kept[-1] &= np.uint64(2 ** (count % 64) - 1)
    return kept


def check_choices(choices: Words, count: int) -> None:
    """LocalError `wrong-choices` if these are not `count` packed bits."""
    padding = int(choices[-1]) >> count % 64 if count % 64 and choices.shape == (words_for(count),) else 0
    if choices.shape != (words_for(count),) or choices.dtype != np.uint64 or padding:
        raise LocalError(
            "wrong-choices", f"expected {count} packed choice bits, got an array of shape {choices.shape}",
            "pack them with mpc.algebra.bits.pack; padding is zero",
        )  # fmt: skip


async def coloured_sender(ctx: Context, cot: CotSender, count: int) -> Words:
    """Fresh labels q with lowest bit 0; delta is odd. Labels so have 127 secret bits."""
    return await cot.extend(ctx, count) & np.array([2**64 - 2, 2**64 - 1], np.uint64)


async def coloured_receiver(ctx: Context, cot: CotReceiver, count: int) -> Words:
    """Fresh labels t whose lowest bit is the receiver's choice."""
    choices, labels = await cot.extend(ctx, count)
    labels[:, 0] = (labels[:, 0] & ~_LOW) | unpack(choices, len(labels))
    return labels


class Failing(Protocol):
    """An end of an extension that remembers the check that it failed."""

    failed: Abort | None


def need_unbroken(end: Failing) -> None:
    """A failed check is final for an end: what it tells of the offset must not be asked for twice. Raises it again."""
    if end.failed is not None:
        raise end.failed


def check_failed(ctx: Context, peer: int, what: str) -> Abort:
    """The error of a check that only a party that deviates from the protocol fails."""
    name = ctx.names[peer]
    return Abort(
        "ot-check-failed",
        f"{what} that {name} sent for oblivious transfers are not consistent ({ctx.name})",
        "that party does not follow the protocol, or the line to it is broken; trust nothing of this run",
        party=name,
        path=ctx.path,
        line=ctx.line or None,
    )
