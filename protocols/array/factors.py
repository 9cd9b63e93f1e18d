"""Public factors of secrets: with how many fractional bits, and in how many parts.

A factor gets as many bits as leave the product's error at half a unit in the last place. Where the ring has no room for
them beside the secret, the secret is first shortened by bits that the factor makes insignificant; then what one part
leaves of the factor goes into another, smaller by as many bits, so that it may have more of them. The parts' products
are shortened side by side and added.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from math import ceil, floor, frexp, ldexp
from typing import NamedTuple

import numpy as np

from mpc.algebra.encoding import extremes
from mpc.errors import LocalError
from protocols.array.lines import user_line
from protocols.array.losses import check_loss
from protocols.array.public import Constant, Public, as_integers, encoded, is_integral
from protocols.array.scales import at_scale, fixed, ring_form
from protocols.array.secret import SecretArray
from protocols.outputs import check_range
from protocols.ranges import ERROR_BITS, Range, shifted_up

MOST_PARTS = 8
MOST_EXACT = 23
"""Fractional bits up to which a factor is looked at for being exact."""

FLOAT_BITS = 53
HALF = 0.5


class Part(NamedTuple):
    """A part of a public factor, and its fractional bits."""

    constant: Constant
    scale: int


class Factor(NamedTuple):
    """A secret and the parts of the public numbers that it is multiplied by."""

    x: SecretArray
    parts: list[Part]

    @property
    def loss(self) -> int:
        """What the parts leave out of a product, in units of an error at the product's first scale."""
        last = self.parts[-1]
        return shifted_up(self.x.range.magnitude * last.constant.range.error, last.scale - self.parts[0].scale)


def factor_of(
    name: str, x: SecretArray, values: Public, *, terms: int = 1, rounded: bool = False, finest: bool = False
) -> Factor:
    """How to multiply x by public numbers, `terms` of whose products are added up; `rounded` if those are the nearest
    floats to what is meant. `finest`: not with enough fractional bits, but with all that floats have and there is room
    for, so that the product is off by its last truncation alone.

    Raises LocalError `range-exceeded` for an x that the ring does not hold, `loses-too-much` where even several parts
    leave too much out.
    """
    x = ring_form(x)
    largest = float(np.max(np.abs(values), initial=0))
    if is_integral(values) or not largest:
        whole = values if values.dtype.kind in "iO" else as_integers(values)
        x = _with_room(x, whole, terms)
        return Factor(x, [Part(encoded(x.context, whole, 0), 0)])
    x, wanted = _shortened(x, values, terms)
    if finest:
        wanted = max(wanted, min(_room(x, _bits(largest), terms), FLOAT_BITS - _bits(largest)))
    factor = Factor(x, list(_parts(x, values, wanted, terms, rounded)))
    check_range(x.context.session, name, x.range, x.scale, user_line())
    first = factor.parts[0]
    top = ceil(ldexp(largest, x.context.ring.bits))
    product = Range(0, shifted_up(x.range.magnitude * terms * top << first.scale, x.context.ring.bits))
    check_loss(name, factor.loss, product, x.scale + first.scale, x.context.fractional_bits)
    return factor


def reciprocals(divisors: Public) -> tuple[Public, bool]:
    """1 / d in float64, and whether some are only the nearest to it: those of all but powers of two.

    Raises LocalError `out-of-range` for divisors so small that float64 has no inverse of them.
    """
    with np.errstate(over="ignore"):
        found = 1.0 / divisors.astype(np.float64)
    if not np.isfinite(found).all():
        raise LocalError(
            "out-of-range",
            "division by a number so small that float64 does not hold its inverse",
            "scale the data, or divide by a larger number",
            line=user_line(),
        )
    return found, bool(np.any(np.abs(np.frexp(found)[0]) != HALF))


def added(products: list[SecretArray]) -> SecretArray:
    """The sum of the parts' products: one as it is, several with the run's number of fractional bits."""
    if len(products) == 1:
        return products[0]
    total, *others = (fixed(product) for product in products)
    for other in others:
        total = total + other
    return total


def range_of_product(factor: Factor, values: Public) -> Range:
    """Where the sum of several parts' products lies, with the run's number of fractional bits: x times a value, but for
    what the parts leave out and a unit that each loses when it is shortened. The parts' own ranges say less, since the
    second may be of either sign."""
    x, f = factor.x, factor.x.context.fractional_bits
    lift = f - x.scale - factor.parts[0].scale
    lost = factor.loss << lift if lift >= 0 else shifted_up(factor.loss, -lift)
    slack = shifted_up(lost, ERROR_BITS) + len(factor.parts)
    units = [Fraction(value) * 2**f / 2**x.scale for value in extremes(values)]
    ends = [end * unit for end in (x.range.lo, x.range.hi) for unit in units]
    return Range(floor(min(ends)) - slack, ceil(max(ends)) + slack)


def _with_room(x: SecretArray, whole: Public, terms: int) -> SecretArray:
    """x, with the run's number of fractional bits if it has more and the product would not fit."""
    largest = int(np.max(np.abs(whole), initial=0))
    fits = x.range.times(largest * terms).fits(x.context.ring.bits)
    return x if fits or x.scale <= x.context.fractional_bits else fixed(x)


def _shortened(x: SecretArray, values: Public, terms: int) -> tuple[SecretArray, int]:
    """x, without bits that the factor makes insignificant if room is short, and the fractional bits for the factor."""
    f = x.context.fractional_bits
    largest = _bits(float(np.abs(values).max()))
    of_x = max(x.range.magnitude.bit_length() - x.scale, 0)
    wanted = min(f + of_x, _exact_scale(values, x.context.ring.bits))
    missing = wanted - _room(x, largest, terms)
    spare = min(x.scale, max(x.scale - f - largest - 1, 0))
    shift = min(missing, spare)
    return (at_scale(x, x.scale - shift) if shift > 0 else x), wanted


def _parts(x: SecretArray, values: Public, wanted: int, terms: int, rounded: bool) -> Iterator[Part]:
    rest, scale = values, -1
    for left in reversed(range(MOST_PARTS)):
        largest = float(np.abs(rest).max())
        if not largest or scale >= wanted:
            return
        scale = max(min(wanted, _room(x, _bits(largest), terms)), scale + 1)
        constant = encoded(x.context, rest, scale)
        nearest = np.ldexp(np.rint(np.ldexp(rest, scale)), -scale)
        more = left > 0 and scale < wanted and bool(np.any(nearest != rest))
        yield Part(_known(constant, values, scale, exact=more, rounded=rounded), scale)
        rest = rest - nearest
        if not more:
            return


def _known(constant: Constant, values: Public, scale: int, *, exact: bool, rounded: bool) -> Constant:
    """A part's constant with its error: none where another part follows, and that of values which were rounded."""
    error = 0 if exact else constant.range.error
    if rounded and not exact:
        largest = _bits(float(np.abs(values).max()))
        error += 1 << max(largest + scale + ERROR_BITS - FLOAT_BITS, 0)
    return replace(constant, range=constant.range.off_by(error))


def _room(x: SecretArray, factor_bits: int, terms: int) -> int:
    return x.context.ring.bits - 3 - (x.range.magnitude * terms).bit_length() - factor_bits


def _bits(size: float) -> int:
    """The least e with size <= 2^e."""
    mantissa, exponent = frexp(size)
    return exponent - (mantissa == 0.5)


def _exact_scale(factor: Public, most: int) -> int:
    """Fractional bits that represent the public factor exactly, `most` if few do not."""
    if not _is_exact(factor, MOST_EXACT):
        return most
    return next(scale for scale in range(MOST_EXACT + 1) if _is_exact(factor, scale))


def _is_exact(factor: Public, scale: int) -> bool:
    shifted = np.ldexp(factor, scale)
    return bool(np.all(shifted == np.rint(shifted)))
