"""How long numbers are while two parties share a key although one may deviate, and the parts in which beta comes.

Party i has w_i and beta_i, and both have m = A - w_0 - w_1, phi(N) / 4. An addend of d = (beta_0 + beta_1) m is longer
than a plaintext: beta_i comes in parts of `part_bits` bits, and so do all products with it. What is proved of a number
is that it has at most epsilon bits more than it should; every length allows for that, so no sum is reduced modulo a
party's own key, and no honest party fails by numbers that the other one chose too long.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from protocols.joint_keys.lengths_flop18 import Lengths
from protocols.joint_keys.polynomials_shoup00 import SPARE_BITS
from protocols.proofs.strength import STANDARD


@dataclass(frozen=True, slots=True)
class AddendLengths:
    """`of_factors`: lengths of N and its factors' shares. s: N^s is what plaintexts are modulo. key_bits: of the key of
    party 0 by which both multiply, long enough for parts of a bit at least: all that `Lengths` names are."""

    of_factors: Lengths
    s: int
    key_bits: int

    @property
    def w_bits(self) -> int:
        """Of w_i."""
        return self.of_factors.share_bits + 1

    @property
    def parts(self) -> int:
        """Of beta_i, which is longer than N^s by `SPARE_BITS` at least, so that theta is uniform."""
        return -(-self._beta_bits // self._widest)

    @property
    def part_bits(self) -> int:
        """Of a part of beta_i."""
        return -(-self._beta_bits // self.parts)

    @property
    def beta_bits(self) -> int:
        """Of all parts."""
        return self.parts * self.part_bits

    @property
    def mask_bits(self) -> int:
        """Of a part of y: two products, of which one factor each is only proved to be so long, and the spare."""
        return self.part_bits + self.w_bits + STANDARD.epsilon + 1 + SPARE_BITS

    @property
    def shift(self) -> int:
        """What is added to each answer, larger than all that it may hold in magnitude: no answer is negative."""
        return 1 << self.mask_bits + STANDARD.epsilon + 1

    @property
    def answer_bits(self) -> int:
        """Of what party 0 decrypts. With epsilon and a sign it is no longer than a plaintext."""
        return self.mask_bits + STANDARD.epsilon + 2

    def term_bits(self, place: int) -> int:
        """Of a part of what is added to beta_i (A - w_i) at a place: an answer, or a mask."""
        return self.mask_bits if place else self.answer_bits

    @property
    def reach(self) -> int:
        """R, larger than an addend of d in magnitude."""
        products = (self.parts - 1) * self.part_bits + self.answer_bits
        return 1 << max(self.beta_bits + self.of_factors.bits, products) + 1

    @property
    def share_bits(self) -> int:
        """Of a share of the key, 2 (R - d_1) at most."""
        return self.reach.bit_length() + 1

    def joined(self, parts: Sequence[int]) -> int:
        """The number of parts of any length."""
        return sum(part << place * self.part_bits for place, part in enumerate(parts))

    @property
    def _beta_bits(self) -> int:
        return self.s * self.of_factors.bits + SPARE_BITS

    @property
    def _widest(self) -> int:
        """Such that answer_bits + epsilon + 1 is below key_bits."""
        return self.key_bits - self.w_bits - 3 * STANDARD.epsilon - SPARE_BITS - 5
