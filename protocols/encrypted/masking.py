"""Masks over the integers: what hides a number from whoever decrypts it, although nothing wraps.

x of at most B in magnitude is added to a uniformly random r below 2^b. What is decrypted, x + r, is distributed as r
but for a distance of at most B / 2^b, whatever x is. b is chosen so that all numbers of a call together are within
2^-STATISTICAL. Masked numbers stand side by side in the slots of a plaintext.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import cast

import numpy as np

from mpc.algebra.bigint import RandomBytes, limbs_for
from mpc.algebra.interface import Z2k
from mpc.algebra.ring import U64, Words
from mpc.context import Context
from protocols.homomorphic.encoded import Encoded
from protocols.homomorphic.scale import Scale
from protocols.paillier.ciphertexts import Ciphertexts
from protocols.paillier.encryption import Encryption
from protocols.paillier.group import Group
from protocols.paillier.packing import (
    Layout,
    Packed,
    ciphertexts_of,
    layout_for,
    pack,
    pack_messages,
    raised_fields,
)
from protocols.paillier.slots import bits_at
from protocols.shares import Shape

STATISTICAL = 40


def slack(count: int) -> int:
    """How many bits longer than its number each of so many masks is, for all of them to be within 2^-STATISTICAL."""
    return STATISTICAL + count.bit_length()


@dataclass(frozen=True, slots=True)
class Masking:
    """How numbers (*front, layout.length) are masked: public, and the same at both parties.

    `bits`: those of a mask.
    """

    layout: Layout
    bits: int
    front: Shape

    @property
    def numbers(self) -> Shape:
        return (*self.front, self.layout.length)

    @property
    def groups(self) -> Shape:
        """The shape of the ciphertexts that are sent."""
        return (*self.front, self.layout.groups)

    def draw(self, source: RandomBytes) -> Words:
        """Masks (*numbers, words)."""
        words = limbs_for(self.bits)
        drawn = np.frombuffer(source(8 * words * prod(self.numbers)), U64).reshape(*self.numbers, words)
        return bits_at(drawn, 0, self.bits)

    def hide(self, held: Ciphertexts | Packed, masks: Words, source: RandomBytes) -> Words:
        """Ciphertexts (*groups, limbs) of numbers plus masks (*numbers, words), which show their reader nothing else.

        They are rerandomised by uniformly random N^s-th powers, since the reader has the key: shorter exponents hide
        from it only as well as discrete logarithms modulo its primes do.
        """
        packed, group = self.packed(held), ciphertexts_of(held).group
        added = group.form.mul(packed.words, self.powers(masks, group))
        return Encryption(group, "textbook").rerandomise(added, source)

    def packed(self, held: Ciphertexts | Packed) -> Ciphertexts:
        """Ciphertexts (*groups,) of the numbers, in the layout."""
        if isinstance(held, Packed):
            return held.ciphertexts
        return pack(held.reshape(-1), guard_bits=self.layout.width - 1 - held.scale.bound.bit_length()).ciphertexts

    def powers(self, masks: Words, group: Group) -> Words:
        """What adds masks (*numbers, words) to ciphertexts (*groups, limbs): (1 + N)^masks, which hides nothing."""
        plain = Encoded(masks, np.zeros(self.numbers, U64), Scale(0, (1 << self.bits) - 1), signed=False)
        return group.powers_of_g(pack_messages(plain, self.layout, group))

    def mask_part(self, ring: Z2k, masks: Words, shift: int) -> Words:
        """The share of who masked: -(r / 2^shift), rounded down, as ring elements of shape `numbers`."""
        return ring.neg(elements_of(ring, masks, shift))

    def masked_part(self, ring: Z2k, messages: Words, group: Group, shift: int) -> Words:
        """The share of who decrypted plaintexts (*groups, limbs): (x + r) / 2^shift, rounded down.

        Both shares together are x / 2^shift, rounded to one of its neighbours. shift is at most `bits`.
        """
        fields = raised_fields(messages, self.layout, group)
        offset = ring.from_ints([-1 << self.layout.width - 1 - shift])
        return ring.add(elements_of(ring, fields, shift), offset)


def masking_for(scale: Scale, shape: Shape, layout: Layout | None, group: Group, *, masks: int = 1) -> Masking:
    """The masking of numbers of a shape and scale, in ciphertexts of their own, or packed as `layout` says.

    `masks`: how many are added to each number. LocalError `paillier-overflow` where a plaintext, or a slot of the
    layout, has no room for them.
    """
    count = prod(shape)
    if layout is None:
        spare = masks.bit_length()
        layout = layout_for(scale, count, slack(count) + spare, group)
        return Masking(layout, layout.width - 1 - spare, ())
    bits = scale.bound.bit_length() + slack(count)
    layout.checked(Scale(scale.fractional_bits, scale.bound + masks * ((1 << bits) - 1)))
    return Masking(layout, bits, shape[:-1])


def ring_of_integers(ctx: Context) -> Z2k:
    """The session's ring, which suites start on only if it is Z_2^k."""
    return cast(Z2k, ctx.ring)


def elements_of(ring: Z2k, numbers: Words, shift: int = 0) -> Words:
    """Numbers (..., words) divided by 2^shift, rounded down, as ring elements."""
    low = bits_at(numbers, shift, 64 * ring.words)
    return ring.reduce(np.ascontiguousarray(low if ring.words > 1 else low[..., 0]))
