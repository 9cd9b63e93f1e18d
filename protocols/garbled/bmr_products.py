"""Products of what several garblers hold, from correlated transfers: bits with bits, and bits with offsets. Local.

Both ends of a transfer of the kind `labels`: the sender has q and an odd offset, the receiver a random bit c and
t = q ^ c offset. Beaver, CRYPTO 1995, and Asharov, Lindell, Schneider, Zohner, CCS 2013, for the bits; Ben-Efraim,
Lindell, Omri, CCS 2016, section 3, for what they are for.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from mpc.algebra.bits import pack, unpack
from mpc.algebra.ring import Words
from mpc.garbling import shifted
from mpc.label_hash import hash_rekeyed
from protocols.garbled.bmr_masks import Bytes

AT_ONCE = 1 << 14
"""Labels that are hashed or shifted at once, which a near cache holds."""
_LOW = np.uint64(1)


@dataclass(frozen=True, slots=True)
class Sent:
    """The sender's end of products of bits, packed: pads r of its labels and random bits x."""

    pads: Words = field(repr=False)
    random: Words = field(repr=False)

    def opened(self, bits: Words) -> Words:
        """What tells the receiver where its own bits are, and nothing else."""
        return bits ^ self.random

    def share(self, d: Words) -> Words:
        """Of the product, by the receiver's opened d: r ^ d x."""
        return self.pads ^ d & self.random


@dataclass(frozen=True, slots=True)
class Received:
    """The receiver's end: pads r ^ c x and choices c."""

    pads: Words = field(repr=False)
    choices: Words = field(repr=False)

    def opened(self, bits: Words) -> Words:
        """What tells the sender where this party's bits are."""
        return bits ^ self.choices

    def share(self, bits: Words, e: Words) -> Words:
        """Of the product (c ^ d) (x ^ e), by the sender's opened e: r ^ c x ^ c e ^ d e."""
        return self.pads ^ bits & e


def sent(zeros: Words, offset: Words, start: Words, first: int) -> Sent:
    """From labels (count, 2) numbered from `first`; `start` is public, and for this use alone."""
    zero, one = np.empty(len(zeros), np.uint8), np.empty(len(zeros), np.uint8)
    for begin in range(0, len(zeros), AT_ONCE):
        some = slice(begin, begin + AT_ONCE)
        both = np.stack([zeros[some], zeros[some] ^ offset], axis=1)
        hashed = hash_rekeyed(both, start, first + begin)[..., 0] & _LOW
        zero[some], one[some] = hashed.T
    return Sent(pack(zero), pack(zero ^ one))


def received(bits: Words, labels: Words, start: Words, first: int) -> Received:
    """From labels and choices of as many transfers."""
    pads = np.empty(len(labels), np.uint8)
    for begin in range(0, len(labels), AT_ONCE):
        some = slice(begin, begin + AT_ONCE)
        pads[some] = hash_rekeyed(labels[some], start, first + begin)[:, 0] & _LOW
    return Received(pack(pads), bits)


def bound_at_sender(shares: Words, zeros: Words, turns: Bytes, delta: Words) -> None:
    """The sender's share of the receiver's bits times delta: q, shifted where its `turns` say so; into `shares`."""
    shifted(shares[None], zeros[None], turns[None], delta)


def bound_at_receiver(shares: Words, choices: Words, labels: Words, apart: Words) -> None:
    """The receiver's: t, shifted by what the transfer's offset and delta are `apart`, where c is one; into `shares`."""
    shifted(shares[None], labels[None], unpack(choices, len(labels))[None], apart)
