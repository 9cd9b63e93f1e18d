"""What ElGamal's plaintexts hold: numbers whose logarithms can be found, so that no result is out of reach."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from mpc.algebra.group import Group, Points, Scalars
from mpc.errors import LocalError
from protocols.elgamal.logarithms import logarithms
from protocols.elgamal.refusals import REFUSALS
from protocols.homomorphic.encoded import Encoded, modulo
from protocols.homomorphic.scale import Scale

FRACTIONAL_BITS = 16
"""Of numbers with a fraction, unless others are named."""

LARGEST = 2**40
"""The largest magnitude, as a whole number: to decrypt one that may be that large takes seconds."""

_MOST_FRACTIONAL_BITS = 1000
"""Of what is less than one by more, float64 would make 0."""


def checked(scale: Scale, group: Group) -> Scale:
    """A scale whose numbers are found again; else LocalError `elgamal-overflow`."""
    most = min(LARGEST, (group.order.n - 1) // 2)
    if scale.bound > most or scale.fractional_bits > _MOST_FRACTIONAL_BITS:
        raise LocalError(
            "elgamal-overflow",
            f"a result may take {scale.bound.bit_length()} bits and a sign, {scale.fractional_bits} of them a "
            f"fraction; what can be decrypted takes {most.bit_length() - 1}, a bound of {most:,} in units of the last "
            "place",
            "declare close bounds where values are encrypted (`bound=`), use fewer fractional bits, and put "
            "`public(...)` or numbers of a short type beside ciphertexts; Paillier's plaintexts are longer",
        )
    return scale


def to_scalars(encoded: Encoded, group: Group) -> Scalars:
    """Numbers as messages, in a time that depends on the shape alone."""
    checked(encoded.scale, group)
    return Scalars(group.order, modulo(encoded, group.order))


def from_points(points: Points, scale: Scale) -> npt.NDArray[Any]:
    """The numbers for which elements m G stand: int64, float64 where there are fractional bits.

    LocalError `elgamal-beyond-bound` where one is larger than its bound.
    """
    found, there = logarithms(points.reshape(-1), scale.bound)
    if not there.all():
        raise REFUSALS.of_a_number_beyond()
    wholes = found.reshape(points.shape)
    return np.ldexp(wholes.astype(np.float64), -scale.fractional_bits) if scale.fractional_bits else wholes
