"""Numbers to encrypt: whole numbers and fixed point, signed, with a public scale.

x stands as the whole number round(x 2^f). f and a bound on the magnitude are public, and every operation says what
becomes of them. Neither is taken from secret values.
"""

from __future__ import annotations

from math import isfinite
from numbers import Rational, Real

import numpy as np
import numpy.typing as npt

from mpc.algebra.bigint import from_ints
from mpc.algebra.named_rows import named_rows
from mpc.algebra.ring import U64, Words
from mpc.errors import LocalError
from protocols.homomorphic.encoded import Encoded, all_ones
from protocols.homomorphic.given_numbers import Array, given_numbers, most_of
from protocols.homomorphic.scale import Scale

FRACTIONAL_BITS = 32
"""Of secret numbers with a fraction, unless others are named."""

BOUND_OF_REALS = 2**31
"""Their bound, unless another is named: with it they fill 63 bits."""

MOST_FRACTIONAL_BITS = 1 << 14
"""That may be named, and that a result may have."""

_WORD = 2**63


def encode(
    values: npt.ArrayLike,
    *,
    fractional_bits: int | None = None,
    bound: float | None = None,
    reals: int = FRACTIONAL_BITS,
) -> Encoded:
    """Numbers of any shape as secret whole numbers; those of up to 63 bits in a time that depends on the shape alone.

    Whole numbers and truth values are exact, with 0 fractional bits unless more are named; the bound is by default what
    their type holds, 2^63 for Python's. Others are rounded to the nearest multiple of 2^-fractional_bits, `reals` by
    default, and their bound is 2^31 by default. `bound` is in the values' own units. Python's whole numbers may have
    any size if `bound` says so. LocalError `not-a-number` for NaN, infinities and what is no real number,
    `out-of-range` for values beyond the bound, `wrong-number` for a bound or fractional bits that cannot be.
    """
    array = given_numbers(values)
    whole = array.dtype.kind in "biuO"
    f = (0 if whole else reals) if fractional_bits is None else fractional_bits
    _check_fractional_bits(f)
    most = (most_of(array) if whole else BOUND_OF_REALS) if bound is None else bound
    scale = Scale(f, _scaled_bound(most, f))
    signed = array.dtype.kind not in "bu"
    of = _of_type(whole) if bound is None else "as `bound=` says"
    if array.dtype.kind != "O" and scale.bound < (_WORD + 1 if array.dtype.kind == "f" else 2 * _WORD):
        return _encoded_word(array, scale, signed, of)
    return _encoded_long([_whole(value, f) for value in array.ravel().tolist()], array.shape, scale, signed, of)


def exactly(values: npt.ArrayLike) -> Encoded:
    """Public numbers as they are: as few fractional bits as hold all of them exactly, and the bound that they have."""
    array = given_numbers(values)
    if array.dtype.kind in "biu":
        return _exact_words(array)
    ratios = [value.as_integer_ratio() for value in array.ravel().tolist()]
    f = max((ratio[1].bit_length() - 1 for ratio in ratios), default=0)
    wholes = [a * (1 << f) // b for a, b in ratios]
    scale = Scale(f, max(map(abs, wholes), default=0))
    return _encoded_long(wholes, array.shape, scale, any(whole < 0 for whole in wholes))


def _exact_words(array: Array) -> Encoded:
    sizes = array.astype(U64) if array.dtype.kind in "bu" else _magnitudes(array.astype(np.int64))
    negative = array < 0
    scale = Scale(0, int(sizes.max(initial=0)))
    return Encoded(np.asarray(sizes, order="C")[..., None], all_ones(negative), scale, bool(negative.any()))


def rounded(values: npt.ArrayLike, fractional_bits: int) -> Encoded:
    """Public numbers with so many fractional bits, and the bound that they have. LocalError `wrong-number` where these
    cannot be."""
    _check_fractional_bits(fractional_bits)
    array = given_numbers(values)
    wholes = [_whole(value, fractional_bits) for value in array.ravel().tolist()]
    scale = Scale(fractional_bits, max(map(abs, wholes), default=0))
    return _encoded_long(wholes, array.shape, scale, any(whole < 0 for whole in wholes))


def numbers_of(wholes: list[int], shape: tuple[int, ...], scale: Scale) -> Array:
    """The numbers for which whole numbers of a scale stand: float64 where there are fractional bits, else int64
    where all fit, else Python's. A number too large for a float raises LocalError `out-of-range`.
    """
    if scale.fractional_bits:
        return np.array([_quotient(whole, scale.fractional_bits) for whole in wholes], np.float64).reshape(shape)
    if all(-_WORD <= whole < _WORD for whole in wholes):
        return np.array(wholes, np.int64).reshape(shape)
    out = np.empty(len(wholes), object)
    out[:] = wholes
    return out.reshape(shape)


def _of_type(whole: bool) -> str:
    """Whose bound it is where none is declared: only of these two can it be too small."""
    return f"that of {'Python whole numbers' if whole else 'numbers with a fraction'} unless `bound=` says another"


def _encoded_word(array: Array, scale: Scale, signed: bool, of: str) -> Encoded:
    """Magnitudes of one word, of numbers that numpy holds; `of`: where their bound is from."""
    f = scale.fractional_bits
    if array.dtype.kind == "f":
        with np.errstate(over="ignore"):
            whole = np.rint(np.ldexp(array.astype(np.float64), f))
        beyond = np.abs(whole) > float(scale.bound)
        sizes = np.where(beyond, 0, np.abs(whole)).astype(U64)
        negative = all_ones(whole < 0)
    else:
        sizes = array.astype(U64) if array.dtype.kind in "bu" else _magnitudes(array.astype(np.int64))
        negative = all_ones(array < 0)
        beyond = sizes > np.uint64(scale.bound >> f)
        sizes = sizes << np.uint64(min(f, 63))
    beyond = np.asarray(beyond | (sizes > np.uint64(scale.bound)))
    if beyond.any():
        raise _out_of_range(scale, of, beyond)
    return Encoded(np.asarray(sizes, order="C")[..., None], negative, scale, signed)


def _magnitudes(x: npt.NDArray[np.int64]) -> Words:
    """|x| for all of int64, the lowest number too."""
    mask = x >> np.int64(63)
    return (x ^ mask).view(U64) + (mask & np.int64(1)).view(U64)


def _encoded_long(wholes: list[int], shape: tuple[int, ...], scale: Scale, signed: bool, of: str = "") -> Encoded:
    beyond = [abs(whole) > scale.bound for whole in wholes]
    if any(beyond):
        raise _out_of_range(scale, of, np.reshape(beyond, shape))
    magnitudes = from_ints([abs(whole) for whole in wholes], scale.words).reshape(*shape, scale.words)
    negative = np.array([whole < 0 for whole in wholes], np.bool_).reshape(shape)
    return Encoded(magnitudes, all_ones(negative), scale, signed)


def _check_fractional_bits(f: object) -> None:
    if type(f) is not int or not 0 <= f <= MOST_FRACTIONAL_BITS:
        raise LocalError("wrong-number", f"{f!r:.40} fractional bits cannot be", f"name 0 to {MOST_FRACTIONAL_BITS}")


def _scaled_bound(bound: object, f: int) -> int:
    a, b = -1, 1
    if isinstance(bound, Rational):
        a, b = int(bound.numerator), int(bound.denominator)
    elif isinstance(bound, Real) and isfinite(float(bound)):
        a, b = float(bound).as_integer_ratio()
    if a < 0 or isinstance(bound, bool):
        raise LocalError("wrong-number", "a bound is a number of 0 or more", "name the largest magnitude of the values")
    return -((-a << f) // b)


def _whole(value: float, f: int) -> int:
    """value * 2^f to the nearest whole number, ties to even."""
    a, b = value.as_integer_ratio()
    quotient, rest = divmod(a << f, b)
    return quotient + (2 * rest > b or (2 * rest == b and quotient % 2 == 1))


def _quotient(long: int, f: int) -> float:
    try:
        return long / (1 << f)
    except OverflowError:
        raise LocalError(
            "out-of-range",
            "a decrypted number is too large for a float",
            "`decrypt_exact` gives whole numbers and their fractional bits",
        ) from None


def _out_of_range(scale: Scale, of: str, beyond: npt.NDArray[np.bool_]) -> LocalError:
    return LocalError(
        "out-of-range",
        f"a value is larger than its bound of {scale.largest}, {of}{named_rows(beyond)}",
        "declare a larger `bound=` where it is encrypted: it is public, and must not depend on the secret values; a "
        "number that everybody may know multiplies as `public(...)`",
    )
