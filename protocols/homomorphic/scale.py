"""Where the point of encrypted numbers stands, and how large they are at most: public of all of an array alike."""

from __future__ import annotations

from dataclasses import dataclass

from mpc.algebra.bigint import limbs_for


@dataclass(frozen=True, slots=True)
class Scale:
    """A value stands as a whole number of at most `bound` in magnitude, which is the value times 2^fractional_bits."""

    fractional_bits: int
    bound: int

    @property
    def largest(self) -> str:
        """The bound in the values' own units, for people to read."""
        whole, fraction = divmod(self.bound, 1 << self.fractional_bits)
        if whole >> 64:
            return f"2^{whole.bit_length() - 1} or more"
        return f"{self.bound / (1 << self.fractional_bits):,.15g}" if fraction else f"{whole:,}"

    @property
    def words(self) -> int:
        """Words that a magnitude takes."""
        return limbs_for(self.bound.bit_length())

    def times(self, other: Scale) -> Scale:
        return Scale(self.fractional_bits + other.fractional_bits, self.bound * other.bound)

    def finer(self, fractional_bits: int) -> Scale:
        """The same values with so many fractional bits, no fewer than before."""
        return Scale(fractional_bits, self.bound << fractional_bits - self.fractional_bits)
