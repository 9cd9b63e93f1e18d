"""Numbers to encrypt: whole numbers and fixed point, signed, with a public scale.

x stands as the whole number round(x 2^f). f and a bound on the magnitude are public, and every operation says what
becomes of them. Neither is taken from secret values.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import isfinite
from numbers import Rational, Real
from typing import Any

import numpy as np
import numpy.typing as npt

from mpc.algebra.bigint import Modulus, from_ints, limbs_for, to_ints
from mpc.algebra.encoding import as_numbers
from mpc.algebra.ring import U64, Words
from mpc.errors import LocalError

FRACTIONAL_BITS = 32
"""Of secret numbers with a fraction, unless others are named."""

BOUND_OF_REALS = 2**31
"""Their bound, unless another is named: with it they fill 63 bits."""

MOST_FRACTIONAL_BITS = 1 << 14

_WORD = 2**63
_ONES = np.uint64(2**64 - 1)

Array = npt.NDArray[Any]


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
    array = _numbers(values)
    whole = array.dtype.kind in "biuO"
    f = (0 if whole else reals) if fractional_bits is None else fractional_bits
    if type(f) is not int or not 0 <= f <= MOST_FRACTIONAL_BITS:
        raise LocalError("wrong-number", f"{f} fractional bits cannot be", f"name 0 to {MOST_FRACTIONAL_BITS}")
    most = (_most_of(array) if whole else BOUND_OF_REALS) if bound is None else bound
    scale = Scale(f, _scaled_bound(most, f))
    signed = array.dtype.kind not in "bu"
    if array.dtype.kind != "O" and scale.bound < (_WORD + 1 if array.dtype.kind == "f" else 2 * _WORD):
        return _encoded_word(array, scale, signed)
    return _encoded_long([_whole(value, f) for value in array.ravel().tolist()], array.shape, scale, signed)


def exactly(values: npt.ArrayLike) -> Encoded:
    """Public numbers as they are: as few fractional bits as hold all of them exactly, and the bound that they have."""
    array = _numbers(values)
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
    """Public numbers with so many fractional bits, and the bound that they have."""
    array = _numbers(values)
    wholes = [_whole(value, fractional_bits) for value in array.ravel().tolist()]
    scale = Scale(fractional_bits, max(map(abs, wholes), default=0))
    return _encoded_long(wholes, array.shape, scale, any(whole < 0 for whole in wholes))


def modulo(encoded: Encoded, modulus: Modulus) -> Words:
    """Numbers whose magnitudes are below a modulus as numbers modulo it, (*shape, limbs), in constant time."""
    positive = widened(encoded.magnitudes, modulus.limbs)
    return chosen(encoded.negative, modulus.sub(np.zeros_like(positive), positive), positive)


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


def _encoded_word(array: Array, scale: Scale, signed: bool) -> Encoded:
    """Magnitudes of one word, of numbers that numpy holds."""
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
    if (beyond | (sizes > np.uint64(scale.bound))).any():
        raise _out_of_range(scale)
    return Encoded(np.asarray(sizes, order="C")[..., None], negative, scale, signed)


def _magnitudes(x: npt.NDArray[np.int64]) -> Words:
    """|x| for all of int64, the lowest number too."""
    mask = x >> np.int64(63)
    return (x ^ mask).view(U64) + (mask & np.int64(1)).view(U64)


def _encoded_long(wholes: list[int], shape: tuple[int, ...], scale: Scale, signed: bool) -> Encoded:
    if any(abs(whole) > scale.bound for whole in wholes):
        raise _out_of_range(scale)
    magnitudes = from_ints([abs(whole) for whole in wholes], scale.words).reshape(*shape, scale.words)
    negative = np.array([whole < 0 for whole in wholes], np.bool_).reshape(shape)
    return Encoded(magnitudes, all_ones(negative), scale, signed)


def _numbers(values: npt.ArrayLike) -> Array:
    """An array of bool, integers, floats, or Python's integers; LocalError `not-a-number` for all else."""
    if isinstance(values, np.ma.MaskedArray):
        raise LocalError("masked-array", "a mask would be dropped", "use `values.filled(0)`, and its mask by itself")
    try:
        array = as_numbers(values)
    except ValueError:
        raise LocalError("not-a-number", "rows of different lengths are no array", "make all equally long") from None
    if not hasattr(values, "dtype") and array.dtype.kind in "fu":
        array = _of_python(values, array)
    if array.dtype.kind == "O":
        return _python_integers(array)
    if array.dtype.kind not in "biuf":
        raise LocalError(
            "not-a-number", f"cannot encrypt or multiply by dtype {array.dtype}", "give real numbers or integers"
        )
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        raise LocalError("not-a-number", "there is a NaN or an infinity", "remove or replace it first")
    if array.dtype.kind == "f" and array.dtype.itemsize > 8:
        return array.astype(np.float64)
    return array


def _of_python(values: npt.ArrayLike, array: Array) -> Array:
    """Lists whose type numpy takes from their values: whole numbers above int64 stay Python's, none is rounded."""
    exact = np.asarray(values, object)
    if array.dtype.kind == "u":
        return exact
    if any(isinstance(item, int) and int(float(item)) != item for item in exact.ravel().tolist()):
        raise LocalError(
            "not-a-number",
            "a whole number that float64 cannot hold stands beside numbers with a fraction",
            "encrypt whole numbers and others as arrays of their own",
        )
    return array


def _python_integers(array: Array) -> Array:
    items = array.ravel().tolist()
    if any(isinstance(item, float | np.floating) and not isfinite(item) for item in items):
        raise LocalError("not-a-number", "there is a NaN or an infinity", "remove or replace it first")
    if not all(isinstance(item, int | np.integer | np.bool_) for item in items):
        raise LocalError(
            "not-a-number",
            f"{_first_other(items)} is no number that can be encrypted",
            "give whole numbers beside each other, and numbers with a fraction as float64, `np.asarray(x, float)`",
        )
    wholes = np.empty(len(items), object)
    wholes[:] = [int(item) for item in items]
    return wholes.reshape(array.shape)


def _first_other(items: list[object]) -> str:
    """What stands among whole numbers, by its type: the value may be secret."""
    name = next(type(item).__name__ for item in items if not isinstance(item, int | np.integer | np.bool_))
    return "None" if name == "NoneType" else f"a {name} among whole numbers" if len(items) > 1 else f"a {name}"


def _most_of(array: Array) -> int:
    """The largest magnitude that the type holds: 2^63 for Python's integers."""
    if array.dtype.kind == "b":
        return 1
    if array.dtype.kind == "O":
        return _WORD
    info = np.iinfo(array.dtype)
    return max(-int(info.min), int(info.max))


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


def _out_of_range(scale: Scale) -> LocalError:
    return LocalError(
        "out-of-range",
        f"a value is larger than its bound of {scale.largest}, which is declared by `bound=`, or else that of its type",
        "declare a larger `bound=`: it is public, and must not depend on the secret values",
    )
