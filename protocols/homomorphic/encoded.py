"""Numbers as words: magnitudes and signs of one scale, and what they are modulo a number. In constant time."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from mpc.algebra.bigint import Modulus, from_ints, to_ints
from mpc.algebra.ring import U64, Words
from mpc.errors import LocalError
from protocols.homomorphic.scale import Scale

_ONES = np.uint64(2**64 - 1)


@dataclass(frozen=True, slots=True)
class Encoded:
    """Numbers of one scale: magnitudes (*shape, scale.words), and `negative` (*shape), all ones where they are.

    `signed` tells whether the type that they came in has negative numbers at all, which is public.
    """

    magnitudes: Words = field(repr=False)
    negative: Words = field(repr=False)
    scale: Scale
    signed: bool

    @property
    def shape(self) -> tuple[int, ...]:
        return self.negative.shape

    @property
    def bits(self) -> int:
        """The length of a magnitude."""
        return max(1, self.scale.bound.bit_length())

    @property
    def T(self) -> Encoded:
        """Its transpose."""
        axes = (*range(len(self.shape))[::-1], len(self.shape))
        return Encoded(self.magnitudes.transpose(axes), self.negative.T, self.scale, self.signed)

    def broadcast(self, shape: tuple[int, ...]) -> Encoded:
        """The same in a larger shape, by numpy's rules; LocalError `wrong-shape` where it does not fit."""
        try:
            negative = np.broadcast_to(self.negative, shape)
        except ValueError:
            raise LocalError(
                "wrong-shape", f"shape {self.shape} does not fit into {shape}", "give a shape that does"
            ) from None
        magnitudes = np.broadcast_to(self.magnitudes, (*shape, self.magnitudes.shape[-1]))
        return Encoded(magnitudes, negative, self.scale, self.signed)

    def finer(self, fractional_bits: int) -> Encoded:
        """The same numbers with more fractional bits, of public numbers; with fewer LocalError `wrong-number`."""
        more = fractional_bits - self.scale.fractional_bits
        if more == 0:
            return self
        if more < 0:
            raise LocalError("wrong-number", "numbers are finer than what they are added to", "round them before")
        scale = self.scale.finer(fractional_bits)
        wholes = [size << more for size in to_ints(self.magnitudes)]
        magnitudes = from_ints(wholes, scale.words).reshape(*self.shape, scale.words)
        return Encoded(magnitudes, self.negative, scale, self.signed)


def modulo(encoded: Encoded, modulus: Modulus) -> Words:
    """Numbers whose magnitudes are below a modulus as numbers modulo it, (*shape, limbs), in constant time."""
    positive = widened(encoded.magnitudes, modulus.limbs)
    return chosen(encoded.negative, modulus.sub(np.zeros_like(positive), positive), positive)


def widened(x: Words, limbs: int) -> Words:
    """Numbers (..., words) as numbers of `limbs` words, no fewer."""
    out = np.zeros((*x.shape[:-1], limbs), U64)
    out[..., : x.shape[-1]] = x
    return out


def chosen(mask: Words, where_set: Words, otherwise: Words) -> Words:
    """One of two arrays (*shape, words) at every place of a mask (*shape), in constant time."""
    return otherwise ^ ((where_set ^ otherwise) & mask[..., None])


def all_ones(x: npt.NDArray[np.bool_]) -> Words:
    """All ones where x is true."""
    return np.asarray(x, U64) * _ONES
