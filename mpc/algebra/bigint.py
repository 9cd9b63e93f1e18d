"""Arithmetic modulo odd numbers of up to 8192 bits, on arrays of numbers.

A number is `limbs` words, the lowest first: arrays of numbers are uint64 of shape (..., limbs), their bytes are the
numbers' little-endian bytes. Everything that works on such arrays takes a time that depends on shapes and bit lengths
alone, whatever the numbers, exponents and the modulus are; names ending in `_var` take public exponents.

Python's integers are not like that: their operations take longer for larger values. They come in where a modulus is
made (once a key), in `from_ints` and `to_ints`, and in `inverse`, which blinds what it hands to them.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Sequence

import numpy as np

from mpc.algebra.accelerator import accelerator
from mpc.algebra.cores import in_parts
from mpc.algebra.ring import U64, Words, as_words, contiguous, pointer
from mpc.errors import LocalError
from native import lib

MOST_LIMBS = 128
"""The words of the largest modulus."""
_LANES = 8
_WORTH_SENDING = 64
"""Bits of a public exponent from which on a device is asked: whatever it is, it makes 16 powers of each base first."""
_SPARE_WORDS = 2
"""A number this much longer than the modulus, reduced, is within 2^-128 of uniform."""

RandomBytes = Callable[[int], bytes]
"""So many uniformly random bytes."""


def limbs_for(bits: int) -> int:
    """How many words a number of `bits` bits takes; at least one."""
    return max(1, (bits + 63) // 64)


def from_ints(values: Sequence[int], limbs: int) -> Words:
    """(len(values), limbs). A value that is negative or does not fit raises LocalError `wrong-number`."""
    try:
        data = b"".join(value.to_bytes(8 * limbs, "little") for value in values)
    except OverflowError:
        raise wrong_number(f"of at most {64 * limbs} bits") from None
    return np.frombuffer(data, U64).reshape(len(values), limbs).copy()


def to_ints(x: Words) -> list[int]:
    """The numbers of an array of any shape (..., limbs), in C order."""
    x = contiguous(as_words(x))
    return [int.from_bytes(number.tobytes(), "little") for number in x.reshape(-1, x.shape[-1])]


def jacobi_var(a: int, n: int) -> int:
    """The Jacobi symbol (a / n) for a positive odd n: 1, -1, or 0 where they share a factor. Both are public.

    Cohen, A Course in Computational Algebraic Number Theory, algorithm 1.4.10.
    """
    if n < 1 or n % 2 == 0:
        raise LocalError("wrong-modulus", "a Jacobi symbol needs a positive odd modulus", "give it one")
    a, sign = a % n, 1
    while a:
        twos = (a & -a).bit_length() - 1
        a >>= twos
        if twos % 2 and n % 8 in (3, 5):
            sign = -sign
        if a % 4 == n % 4 == 3:
            sign = -sign
        a, n = n % a, a
    return sign if n == 1 else 0


class Modulus:
    """An odd modulus and its Montgomery constants; the operations on arrays of numbers (..., limbs) modulo it.

    Factors of products and bases of powers may be any numbers of `limbs` words; all results are below n. Operands of
    different shapes broadcast by numpy's rules on all but the last dimension. An array of another dtype or width raises
    LocalError `wrong-dtype` or `wrong-shape`. Shows nothing of n, which may be a secret prime.
    """

    __slots__ = ("bits", "limbs", "n", "root_limbs", "row")

    def __init__(self, n: int, *, limbs: int | None = None) -> None:
        """n: odd, 3 or more, of at most 64 * `limbs` bits; `limbs` is at most 128, by default what n takes.

        Divides Python integers by n: for a secret n, once, when its key is made. Anything else raises LocalError
        `wrong-modulus`.
        """
        needed = limbs_for(n.bit_length())
        self.limbs = needed if limbs is None else limbs
        if n < 3 or n % 2 == 0 or not needed <= self.limbs <= MOST_LIMBS:
            raise LocalError(
                "wrong-modulus",
                f"a modulus is odd, 3 or more, of at most {64 * (limbs or MOST_LIMBS)} bits",
                "give an odd modulus, and enough limbs for it, 128 at most",
            )
        self.n = n
        self.bits = n.bit_length()
        self.root_limbs = 0
        """The words of the root, where kernels are told that n is a square: mpc.algebra.square_modulus."""
        squares = [pow(2, 2 * 64 * self.limbs, n), pow(2, 2 * 52 * lib.parley_bignum_digits(self.limbs), n)]
        inverse = np.array([-pow(n, -1, 2**64) % 2**64], U64)
        self.row = np.concatenate([from_ints([n, *squares], self.limbs).ravel(), inverse])
        """What kernels take for a modulus: n, the constants of radix 2^64 and 2^52, -1/n mod 2^64."""

    def from_ints(self, values: Sequence[int]) -> Words:
        """(len(values), limbs) of integers 0 <= value < n; another raises LocalError `wrong-number`."""
        if any(not 0 <= value < self.n for value in values):
            raise wrong_number("below the modulus")
        return from_ints(values, self.limbs)

    def reduce(self, x: Words) -> Words:
        """x mod n for numbers of any width (..., words): (..., limbs)."""
        x = as_words(x)
        if not x.ndim:
            raise wrong_width(self.limbs, x)
        parts = max(1, -(-x.shape[-1] // self.limbs))
        padded = np.zeros((*x.shape[:-1], parts * self.limbs), U64)
        padded[..., : x.shape[-1]] = x
        padded = padded.reshape(*x.shape[:-1], parts, self.limbs)
        shift = from_ints([pow(2, 64 * self.limbs, self.n)], self.limbs)[0]
        one = from_ints([1], self.limbs)[0]
        total = self.mul(padded[..., -1, :], one)
        for i in range(parts - 2, -1, -1):
            total = self.add(self.mul(total, shift), self.mul(padded[..., i, :], one))
        return total

    def mul(self, x: Words, y: Words) -> Words:
        """x * y mod n, elementwise."""
        x, y = self._pair(x, y)
        out = np.empty(x.shape, U64)
        count, space = x.size // self.limbs, workspace(self.limbs)
        row = pointer(self.row)
        lib.parley_bignum_mul(pointer(out), pointer(x), pointer(y), row, 0, self.limbs, count, pointer(space))
        return out

    def square(self, x: Words) -> Words:
        """x^2 mod n, elementwise."""
        return self.mul(x, x)

    def add(self, x: Words, y: Words) -> Words:
        """x + y mod n, elementwise, for x, y < n."""
        return self._sum(lib.parley_bignum_add, x, y)

    def sub(self, x: Words, y: Words) -> Words:
        """x - y mod n, elementwise, for x, y < n."""
        return self._sum(lib.parley_bignum_sub, x, y)

    def product(self, x: Words) -> Words:
        """The product mod n along the first dimension: (count, ..., limbs) becomes (..., limbs); 1 where count is 0."""
        x = self._numbers(x)
        if x.ndim < 2:
            raise wrong_width(self.limbs, x)
        if not len(x):
            return np.broadcast_to(from_ints([1], self.limbs)[0], x.shape[1:]).copy()
        x = self.reduce(x) if len(x) == 1 else x
        while len(x) > 1:
            half = len(x) // 2
            x = np.concatenate([self.mul(x[:half], x[half : 2 * half]), x[2 * half :]])
        result: Words = x[0]
        return result

    def power(self, bases: Words, exponents: Words, *, bits: int | None = None) -> Words:
        """bases^exponents mod n, elementwise; exponents (..., words) are secret, their length `bits` is public.

        `bits`, by default all bits of the words, says how many count; words must be as many as these bits take.
        """
        bases, exponents = self._numbers(bases), as_exponents(exponents)
        shape = _common_shape(bases.shape[:-1], exponents.shape[:-1])
        flat_bases, flat_exponents = (
            np.broadcast_to(v, (*shape, v.shape[-1])).reshape(math.prod(shape), v.shape[-1]) for v in (bases, exponents)
        )
        out = montgomery_exponentiate(flat_bases, flat_exponents, self, bits=bits)
        return out.reshape(*shape, self.limbs)

    def power_var(self, bases: Words, exponent: int) -> Words:
        """bases^exponent mod n for one public exponent of 0 or more; the bases may be secret."""
        if exponent < 0:
            raise wrong_number("of 0 or more as exponents")
        bases = self._numbers(bases)
        bits, words = exponent.bit_length(), from_ints([exponent], limbs_for(exponent.bit_length()))
        flat = bases.reshape(-1, self.limbs)
        powers = _by_device(flat, words, self.row[: self.limbs], bits) if bits >= _WORTH_SENDING else None
        if powers is not None:
            return powers.reshape(bases.shape)

        def run(out: Words, x: Words, _: slice) -> None:
            space = workspace(self.limbs)
            lib.parley_bignum_power_var(
                pointer(out), pointer(x), pointer(words), bits, pointer(self.row), 0, self.limbs, self.root_limbs,
                len(x), pointer(space),
            )  # fmt: skip

        return in_lanes(run, flat).reshape(bases.shape)

    def inverse(self, x: Words) -> Words:
        """1 / x mod n, elementwise; LocalError `not-invertible` if any of the numbers has none.

        One inverse and three products a number: pairs are multiplied up to a single number, Montgomery, Math. Comp.
        1987, section 10.3.1. That number goes to Python's integers multiplied by a random unit, so that they see a
        uniformly random unit whatever x is. A modulus that is secret is not hidden from their timing.
        """
        numbers = self._numbers(x)
        flat = numbers.reshape(-1, self.limbs)
        return (self._inverses(flat) if len(flat) else flat).reshape(numbers.shape)

    def random(self, count: int, source: RandomBytes = os.urandom) -> Words:
        """(count, limbs) independent numbers below n, within 2^-128 of uniform."""
        words = self.limbs + _SPARE_WORDS
        return self.reduce(np.frombuffer(source(8 * words * count), U64).reshape(count, words))

    def random_units(self, count: int, source: RandomBytes = os.urandom) -> Words:
        """(count, limbs) independent uniformly random numbers that have an inverse mod n.

        Of the numbers only the product with one more, which is discarded, meets Python's integers, to see that it is a
        unit. Where it is not, n has small factors, and the numbers are tried one by one.
        """
        units = self.random(count + 1, source)
        while math.gcd(to_ints(self.product(units))[0], self.n) != 1:
            good = np.array([math.gcd(value, self.n) == 1 for value in to_ints(units)])
            units[~good] = self.random(int((~good).sum()), source)
        return units[:count]

    def _inverses(self, x: Words) -> Words:
        if len(x) == 1:
            return self._blinded_inverse(x)
        half = len(x) // 2
        left, right = x[:half], x[half : 2 * half]
        pairs = self._inverses(np.concatenate([self.mul(left, right), x[2 * half :]]))
        return np.concatenate([self.mul(pairs[:half], right), self.mul(pairs[:half], left), pairs[half:]])

    def _blinded_inverse(self, x: Words) -> Words:
        blind = self.random_units(1)
        try:
            inverse = pow(to_ints(self.mul(x, blind))[0], -1, self.n)
        except ValueError:
            raise LocalError(
                "not-invertible", "a number shares a factor with the modulus", "invert units only"
            ) from None
        return self.mul(from_ints([inverse], self.limbs), blind)

    def _sum(self, kernel: Callable[..., None], x: Words, y: Words) -> Words:
        x, y = self._pair(x, y)
        out = np.empty(x.shape, U64)
        kernel(pointer(out), pointer(x), pointer(y), pointer(self.row), 0, self.limbs, x.size // self.limbs)
        return out

    def _pair(self, x: Words, y: Words) -> tuple[Words, Words]:
        x, y = self._numbers(x), self._numbers(y)
        if x.shape == y.shape:
            return contiguous(x), contiguous(y)
        shape = (*_common_shape(x.shape[:-1], y.shape[:-1]), self.limbs)
        return contiguous(np.broadcast_to(x, shape)), contiguous(np.broadcast_to(y, shape))

    def _numbers(self, x: Words) -> Words:
        x = as_words(x)
        if not x.ndim or x.shape[-1] != self.limbs:
            raise wrong_width(self.limbs, x)
        return x

    def __repr__(self) -> str:
        return f"Modulus(... of {self.bits} bits)"


def montgomery_exponentiate(
    bases: Words, exponents: Words, modulus: Modulus | Sequence[Modulus], *, bits: int | None = None
) -> Words:
    """bases^exponents: (count, limbs) of (count, limbs) and (count, words), modulo one number or one for each base.

    Bases, exponents and moduli may be secret; the length `bits` of the exponents is public, by default all bits of
    their words. All moduli have the same number of limbs; all are squares or none is. This is the one place where
    powers of secret exponents are computed.
    """
    bases, exponents = as_words(bases), contiguous(as_exponents(exponents))
    moduli = [modulus] if isinstance(modulus, Modulus) else list(modulus)
    bits = 64 * exponents.shape[-1] if bits is None else bits
    check_exponents(exponents, bits)
    one = isinstance(modulus, Modulus)
    count, limbs = bases.shape if bases.ndim == 2 else (-1, 0)
    roots = {m.root_limbs for m in moduli} or {0}
    fit = len(roots) == 1 and not {m.limbs for m in moduli} - {limbs}
    if exponents.shape[:-1] != (count,) or len(moduli) != (1 if one else count) or not fit:
        raise LocalError(
            "wrong-shape",
            f"bases of shape {bases.shape}, exponents of shape {exponents.shape} and {len(moduli)} moduli do not fit",
            "give (count, limbs), (count, words), and one modulus or `count` of one kind and number of limbs",
        )
    rows, root = np.stack([m.row for m in moduli]) if moduli else np.empty((0, 3 * limbs + 1), U64), roots.pop()
    powers = _by_device(bases, exponents, rows[:, :limbs], bits)
    if powers is not None:
        return powers

    def run(out: Words, x: Words, part: slice) -> None:
        mine = rows if one else rows[part]
        lib.parley_bignum_power(
            pointer(out), pointer(x), pointer(exponents[part]), bits, pointer(mine), 0 if one else rows.shape[1],
            limbs, root, len(x), pointer(workspace(limbs)),
        )  # fmt: skip

    return in_lanes(run, bases)


def _by_device(bases: Words, exponents: Words, moduli: Words, bits: int) -> Words | None:
    """The powers from the device in use; None where there is none, or where it leaves them to the processor."""
    device = accelerator() if len(bases) else None
    return None if device is None else device.montgomery_exponentiate(bases, exponents, moduli, bits=bits)


def in_lanes(run: Callable[[Words, Words, slice], None], x: Words) -> Words:
    """What `run` makes of all numbers of x (count, limbs), called with parts of the result and of x, and their range.

    The parts are shared by the cores that this party may use (mpc.algebra.cores).
    """
    x = contiguous(as_words(x))
    out = np.empty(x.shape, U64)

    def run_part(start: int, end: int) -> None:
        part = slice(start, end)
        run(out[part], x[part], part)

    in_parts(len(x), run_part, step=_LANES, smallest=_LANES)
    return out


def workspace(limbs: int) -> Words:
    """What a kernel needs for numbers of `limbs` words, for one call at a time."""
    return np.empty(lib.parley_bignum_workspace(limbs), U64)


def check_exponents(exponents: Words, bits: int) -> None:
    """LocalError `wrong-shape` unless exponents (..., words) have the words that `bits` bits take."""
    words = (bits + 63) // 64
    if exponents.shape[-1] != words:
        raise LocalError(
            "wrong-shape",
            f"exponents of {bits} bits take {words} words, not {exponents.shape[-1]}",
            "give the number of bits that the words are for",
        )


def as_exponents(x: Words) -> Words:
    """x as an array of exponents (..., words)."""
    x = as_words(x)
    if not x.ndim:
        raise LocalError("wrong-shape", "exponents are arrays of words, not single ones", "give shape (words,) or more")
    return x


def _common_shape(x: tuple[int, ...], y: tuple[int, ...]) -> tuple[int, ...]:
    try:
        return np.broadcast_shapes(x, y)
    except ValueError:
        raise LocalError(
            "wrong-shape", f"numbers of shapes {x} and {y} do not fit together", "give shapes that broadcast"
        ) from None


def wrong_width(limbs: int, x: Words) -> LocalError:
    """The error for an array that holds no numbers of `limbs` words."""
    return LocalError(
        "wrong-shape", f"expected numbers of {limbs} words, got an array of shape {x.shape}", "use the modulus's limbs"
    )


def wrong_number(allowed: str) -> LocalError:
    """The error for an integer that is not what is allowed."""
    return LocalError("wrong-number", f"numbers must be {allowed}", "reduce them first")
