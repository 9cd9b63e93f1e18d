"""What a secret whole number is proved to be an exponent of: rows of bases, images and a unit, in groups of any kind.

protocols/proofs/hidden_order.py has the protocol.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from mpc.algebra.bigint import Modulus, from_ints
from mpc.algebra.group import Points, Scalars
from mpc.algebra.ring import Words
from protocols.paillier.group import Group as PaillierGroup
from protocols.proofs.transcript import Transcript
from protocols.proofs.whole_numbers import Field, absorb_modulus, absorb_numbers, are_units, resized


class Base(Protocol):
    """What is raised to a secret number."""

    def power(self, modulus: Modulus, exponents: Words, bits: int) -> Words:
        """Powers (count, limbs) for exponents (count, words) of `bits` bits, in constant time."""

    def absorb(self, transcript: Transcript) -> None:
        """Take it in."""


@dataclass(frozen=True, slots=True)
class Number:
    """One base (limbs,) for all places, or one (count, limbs) for each."""

    words: Words

    def power(self, modulus: Modulus, exponents: Words, bits: int) -> Words:
        """By the general algorithm."""
        return modulus.power(self.words, exponents, bits=bits)

    def absorb(self, transcript: Transcript) -> None:
        absorb_numbers(transcript, "base", self.words)


@dataclass(frozen=True, slots=True)
class OnePlus:
    """1 + N modulo N^2, whose power x is 1 + x N."""

    n: Modulus

    def power(self, modulus: Modulus, exponents: Words, bits: int) -> Words:
        """One product."""
        reduced = resized(self.n.reduce(exponents), modulus.limbs)
        n, one = from_ints([self.n.n, 1], modulus.limbs)
        return modulus.add(modulus.mul(reduced, n), one)

    def absorb(self, transcript: Transcript) -> None:
        absorb_modulus(transcript, "1 + N", self.n.n)


@dataclass(frozen=True, slots=True)
class OnePlusOf:
    """1 + N modulo N^(s + 1), whose power x is a sum of s + 1 terms (Damgard, Jurik, PKC 2001, section 3)."""

    group: PaillierGroup

    def power(self, modulus: Modulus, exponents: Words, bits: int) -> Words:
        """Some products for each term."""
        return self.group.form.out_of(self.group.powers_of_g(self.group.messages.reduce(exponents)))

    def absorb(self, transcript: Transcript) -> None:
        absorb_modulus(transcript, "1 + N", self.group.n)
        transcript.absorb("s", self.group.s)


def one_plus(group: PaillierGroup) -> OnePlus | OnePlusOf:
    """1 + N among the ciphertexts of a key."""
    return OnePlus(group.messages) if group.s == 1 else OnePlusOf(group)


class Row(Protocol):
    """A part of a relation. What it is in the bytes of a proof, its elements are as words (count, width)."""

    @property
    def columns(self) -> frozenset[int]:
        """Which secret numbers it has."""

    @property
    def unit(self) -> int | None:
        """Which secret unit it has."""

    @property
    def image(self) -> Words:
        """(count, width), public."""

    def field(self, count: int) -> Field:
        """Its first message in a proof."""

    def good(self) -> bool:
        """Whether all images are elements."""

    def mapped(self, numbers: Sequence[Words], bits: Sequence[int], power: Words | None) -> Words:
        """The image of numbers of these bits, and of a unit raised to N."""

    def combined(self, first: Words, e: int) -> Words:
        """first * image^e, for a first message that is good."""

    def absorb(self, transcript: Transcript) -> None:
        """All of it."""


@dataclass(frozen=True, slots=True)
class Powers:
    """image (count, limbs): bases to the secret numbers that they name, times the N^s-th power of a secret unit.

    s is 1, and the modulus N^2, or what the modulus says it is: N^(s + 1).
    """

    modulus: Modulus
    image: Words
    powers: Sequence[tuple[Base, int]]
    unit: int | None = None

    @property
    def columns(self) -> frozenset[int]:
        return frozenset(column for _, column in self.powers)

    def field(self, count: int) -> Field:
        return Field.units(self.modulus, count)

    def good(self) -> bool:
        return self.image.shape[1:] == (self.modulus.limbs,) and are_units(self.modulus, self.image)

    def mapped(self, numbers: Sequence[Words], bits: Sequence[int], power: Words | None) -> Words:
        factors = [base.power(self.modulus, numbers[j], bits[j]) for base, j in self.powers]
        if power is not None:
            factors.append(power)
        return self.modulus.product(np.stack(factors))

    def combined(self, first: Words, e: int) -> Words:
        return self.modulus.mul(first, self.modulus.power_var(self.image, e))

    def absorb(self, transcript: Transcript) -> None:
        absorb_modulus(transcript, "modulus", self.modulus.n)
        absorb_numbers(transcript, "image", self.image)
        transcript.absorb("unit of row", -1 if self.unit is None else self.unit, len(self.powers))
        for base, column in self.powers:
            transcript.absorb("number", column)
            base.absorb(transcript)


@dataclass(frozen=True, slots=True)
class Multiples:
    """points (count,): the sum of bases (columns,), each times the secret number it names, modulo the group's order."""

    points: Points
    bases: Points
    numbers: tuple[int, ...]
    unit: None = None

    @property
    def columns(self) -> frozenset[int]:
        return frozenset(self.numbers)

    @property
    def image(self) -> Words:
        return self._words(self.points)

    def field(self, count: int) -> Field:
        return Field.points(self.points.group, count)

    def good(self) -> bool:
        return len(self.bases) == len(self.numbers) and not bool(self.bases.is_neutral().any())

    def mapped(self, numbers: Sequence[Words], bits: Sequence[int], power: Words | None) -> Words:
        order = self.points.group.order
        scalars = [Scalars(order, order.reduce(numbers[j])) for j in self.numbers]
        return self._words((self.bases * Scalars(order, np.stack([x.words for x in scalars], axis=-2))).sum(-1))

    def combined(self, first: Words, e: int) -> Words:
        group = self.points.group
        sent, _ = Points.from_bytes(group, first.view(np.uint8).reshape(len(first), group.encoding_bytes))
        return self._words(sent + self.points * Scalars.of(group.order, e % group.order.n))

    def absorb(self, transcript: Transcript) -> None:
        transcript.absorb("multiples", self.numbers, self.points, self.bases)

    def _words(self, points: Points) -> Words:
        encoded = np.ascontiguousarray(points.to_bytes())
        return encoded.view(np.uint64).reshape(*points.shape, -1)
