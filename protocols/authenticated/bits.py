"""Authenticated bits: secrets of both parties, each party's share under the other's offset. Two correlations a bit.

A bit v = a ^ b, a party 0's and b party 1's. M_0[a] = K_1[a] ^ a D_1: party 0 has the MAC M_0, party 1 the key K_1; and
the other way round M_1[b] = K_0[b] ^ b D_0. That is what correlated transfers give. Kept are the two XOR sharings that
follow: `first` of v D_0 (K_0 ^ a D_0 and M_1) and `second` of v D_1 (M_0 and K_1 ^ b D_1). Their sum shares
v (D_0 ^ D_1), of which the lower word is enough for checks. All are linear in v, and XOR is local.

D_0 is odd and D_1 even, as the paper has it. Nobody has to be trusted for that: each party sets the lowest bit of its
own labels to what it must be under such offsets. So the lowest bit of a party's `first` is its share of v, that of
`second` is 0, and a MAC has the other 127 bits.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mpc.algebra.bits import pack, unpack
from mpc.algebra.ring import U64, Words
from protocols.authenticated.side import GARBLER, Side

ONE = np.uint64(1)
CLEARED = np.uint64(2**64 - 2)
"""All but the lowest bit."""
AT_ONCE = 1 << 12
"""Labels that are computed at once, which a near cache holds."""


@dataclass(frozen=True, slots=True, eq=False)
class Bits:
    """A party's part of authenticated bits: two labels (..., 2) of each."""

    first: Words
    second: Words

    def __repr__(self) -> str:
        return f"<{self.first.shape[:-1]} authenticated bits>"

    def __xor__(self, other: Bits) -> Bits:
        return Bits(self.first ^ other.first, self.second ^ other.second)

    def __getitem__(self, places: slice) -> Bits:
        return Bits(self.first[places], self.second[places])

    def __len__(self) -> int:
        return len(self.first)

    @property
    def both(self) -> Words:
        """The lower word of this party's share of v (D_0 ^ D_1); its lowest bit is that of v."""
        return self.first[..., 0] ^ self.second[..., 0]

    @property
    def own(self) -> Words:
        """This party's share of v, packed: (words,)."""
        return lowest(self.first)


def lowest(labels: Words) -> Words:
    """The lowest bits of labels (n, 2), packed."""
    return pack((labels[:, 0] & ONE).astype(np.uint8))


def masks(words: Words, count: int) -> Words:
    """For each of `count` packed bits a word of ones or zeros."""
    return np.uint64(0) - unpack(words, count).astype(U64)


def times(bits: Words, labels: Words) -> Words:
    """Masks (n,) times one label (2,), or times one each, (n, 2)."""
    made = np.empty((len(bits), 2), U64)
    for half in range(2):
        np.bitwise_and(bits, labels[..., half], out=made[:, half])
    return made


def add(labels: Words, bits: Words, others: Words) -> None:
    """labels (n, 2) ^= masks (n,) times one label (2,), or times one each."""
    for half in range(2):
        labels[:, half] ^= bits & others[..., half]


def own_sharing(side: Side, bits: Bits) -> Words:
    """Of the two sharings the one under this party's own offset, whose keys it has; a public 1 is added there."""
    return bits.first if side.role == GARBLER else bits.second
