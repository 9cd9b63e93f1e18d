"""Arrays of ciphertexts that compute as numpy's do, whatever adds them up: what cryptosystems that add have in common.

A cryptosystem says what becomes of its words: how ciphertexts are added, negated, multiplied by numbers and made anew,
and what a plaintext can hold. Shapes, scales, bounds and what may leave as it is are here.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from math import prod
from typing import Any, ClassVar, Generic, NoReturn, Protocol, Self, TypeAlias, TypeVar

import numpy as np
import numpy.typing as npt

from mpc.algebra.bigint import RandomBytes
from mpc.algebra.numpy_operators import NumpyOperators
from mpc.algebra.ring import Words
from mpc.errors import LocalError
from protocols.homomorphic.axes import axes_of, axis_of, require_fitting, reshaped
from protocols.homomorphic.encoded import Encoded
from protocols.homomorphic.encoding import encode
from protocols.homomorphic.public_factors import Public
from protocols.homomorphic.refusals import Refusals
from protocols.homomorphic.scale import Scale
from protocols.homomorphic.sealed import Sealed, unsupported

Operand: TypeAlias = "EncryptedArray[Any] | Public | Encoded | npt.ArrayLike"
"""`Encoded` numbers are secret ones whose bound is known."""


class Keyed(Protocol):
    """What knows its key by a hash: another for every other key, and for every other cryptosystem."""

    @property
    def fingerprint(self) -> bytes: ...


class Rerandomising(Keyed, Protocol):
    """What a cryptosystem knows of one public key. `name`, for people to see."""

    @property
    def name(self) -> str: ...

    def rerandomise(self, ciphertexts: Words, source: RandomBytes = os.urandom) -> Words:
        """Other ciphertexts of the same messages, which show nothing of how they came about."""
        ...


Encryption = TypeVar("Encryption", bound=Rerandomising)


class EncryptedArray(Sealed, NumpyOperators, Generic[Encryption]):
    """Encrypted numbers of any shape; `+`, `-`, `*`, `@` with ciphertexts of the same key, numbers and `public` ones.

    Numbers count as secret: they are encoded as encryption does, and multiplied in constant time. What was computed or
    chosen of others shows how, to whoever compares ciphertexts, until it is rerandomised; that happens by itself when
    it is sent (`to_bytes`). A bound that a plaintext cannot hold is refused before anything is computed. Any number of
    threads may use one.
    """

    __slots__ = ("_unsent", "encryption", "scale", "words")
    refusals: ClassVar[Refusals]

    def __init__(self, encryption: Encryption, words: Words, scale: Scale, *, fresh: bool) -> None:
        """words: (*shape, words of a ciphertext). `fresh`: they were encrypted or rerandomised here, for this."""
        self.encryption = encryption
        self.words, self.scale = words, self._checked(scale)
        self._unsent = [True] if fresh else []

    # what a cryptosystem does

    def _checked(self, scale: Scale) -> Scale:
        """A scale that plaintexts hold; else LocalError."""
        raise NotImplementedError

    def _added(self, x: Words, y: Words) -> Words:
        """Ciphertexts of sums; shapes broadcast."""
        raise NotImplementedError

    def _negated(self) -> Words:
        """Ciphertexts of these numbers, negated."""
        raise NotImplementedError

    def _total(self, words: Words) -> Words:
        """Ciphertexts of the sums along the first axis, which may be empty."""
        raise NotImplementedError

    def _times(self, factors: Encoded, *, known: bool) -> Words:
        """Ciphertexts of products by factors, `known` to everybody or secret; shapes broadcast."""
        raise NotImplementedError

    def _products(self, matrix: Encoded, columns: Words, *, known: bool) -> Words:
        """(m, k, words of a ciphertext), of a matrix (m, n) and ciphertexts (n, k)."""
        raise NotImplementedError

    def _shifted(self, plain: Encoded, scale: Scale, *, negative: bool) -> Self:
        """With plain numbers added or taken off, at the fractional bits of `scale`, which these have already."""
        raise NotImplementedError

    def _with(self, other: Self) -> Self:
        """The same, rerandomised as the more careful of the two says."""
        return self

    # what all have

    @property
    def fingerprint(self) -> bytes:
        """Of the key: another for every other one, and for every other cryptosystem."""
        return self.encryption.fingerprint

    def require_key(self, key: Keyed) -> None:
        """LocalError `...-other-key` unless they are under this key."""
        if self.fingerprint != key.fingerprint:
            raise self.refusals.of_another_key()

    def rerandomised(self, source: RandomBytes = os.urandom) -> Self:
        """Other ciphertexts of the same numbers, which show nothing of how they were computed."""
        return type(self)(self.encryption, self.encryption.rerandomise(self.words, source), self.scale, fresh=True)

    @property
    def fresh(self) -> bool:
        """Whether they may leave as they are, once: nothing was computed with them, and nobody has them yet."""
        return bool(self._unsent)

    @property
    def shape(self) -> tuple[int, ...]:
        return self.words.shape[:-1]

    @property
    def ndim(self) -> int:
        return self.words.ndim - 1

    @property
    def size(self) -> int:
        return prod(self.shape)

    @property
    def fractional_bits(self) -> int:
        return self.scale.fractional_bits

    @property
    def T(self) -> Self:
        """Its axes in reverse order."""
        return self._alike(self.words.transpose((*range(self.ndim)[::-1], self.ndim)), self.scale)

    def reshape(self, *shape: int | tuple[int, ...]) -> Self:
        """The same in another shape, as numpy's."""
        sides = shape[0] if len(shape) == 1 and isinstance(shape[0], tuple) else shape
        wanted = reshaped(self.shape, sides)
        return self._alike(self.words.reshape(*wanted, self.words.shape[-1]), self.scale)

    def __getitem__(self, key: Any) -> Self:
        places = np.arange(self.size).reshape(self.shape)[key]
        # Which ones were chosen may be secret, and the others may have been sent.
        return self._like(self._flat()[places], self.scale)

    def __len__(self) -> int:
        if not self.shape:
            raise LocalError("no-length", "a single ciphertext has no length", "use `x.reshape(-1)`")
        return self.shape[0]

    def __add__(self, other: Operand) -> Self:
        if not isinstance(other, EncryptedArray):
            return self._plus_plain(_plain(other), negative=False)
        f = max(self.fractional_bits, other.fractional_bits)
        x, y = self._finer(f), self._of_this_key(other)._finer(f)
        scale = self._checked(Scale(f, x.scale.bound + y.scale.bound))
        require_fitting(self.shape, other.shape)
        return x._with(y)._like(self._added(x.words, y.words), scale)

    __radd__ = __add__

    def __neg__(self) -> Self:
        return self._like(self._negated(), self.scale)

    def __sub__(self, other: Operand) -> Self:
        return self + -other if isinstance(other, EncryptedArray) else self._plus_plain(_plain(other), negative=True)

    def __rsub__(self, other: Operand) -> Self:
        return -self + other

    def __mul__(self, other: Operand) -> Self:
        """The products by numbers, elementwise, with the fractional bits of both."""
        factors = self._factors(other)
        require_fitting(self.shape, factors.shape)
        scale = self._checked(self.scale.times(factors.scale))
        return self._like(self._times(factors, known=isinstance(other, Public)), scale)

    __rmul__ = __mul__

    def __rmatmul__(self, other: Operand) -> Self:
        """A matrix or a vector of numbers times these: (m, n) @ (n,) or (n, k), as numpy's."""
        return self._under(self._factors(other), known=isinstance(other, Public))

    def __matmul__(self, other: Operand) -> Self:
        return self.T._under(self._factors(other).T, known=isinstance(other, Public)).T

    def _under(self, matrix: Encoded, *, known: bool) -> Self:
        if len(matrix.shape) not in (1, 2) or self.ndim not in (1, 2) or matrix.shape[-1] != self.shape[0]:
            raise LocalError(
                "wrong-shape",
                f"shapes {matrix.shape} and {self.shape} do not fit",
                "give a matrix or vector whose last side is the first of the ciphertexts",
            )
        rows = _as_matrix(matrix)
        scale = self.scale.times(Scale(matrix.scale.fractional_bits, _row_bound(rows, known)))
        scale = self._checked(scale)
        columns = self.words.reshape(self.shape[0], prod(self.shape[1:]), self.words.shape[-1])
        shape = (*matrix.shape[:-1], *self.shape[1:], self.words.shape[-1])
        return self._like(self._products(rows, columns, known=known).reshape(shape), scale)

    def sum(self, axis: int | tuple[int, ...] | None = None, dtype: None = None, out: None = None) -> Self:
        """The sum along axes, by default of all; `np.sum` comes here, with the two words that it always gives."""
        if dtype is not None or out is not None:
            raise unsupported("a sum of another type, or into an array,")
        places = np.arange(self.size).reshape(self.shape)
        names = axes_of(axis, self.ndim)
        front = np.moveaxis(places, names, range(len(names)))
        rest = front.shape[len(names) :]
        count = prod(self.shape[a] for a in names)
        scale = self._checked(Scale(self.fractional_bits, self.scale.bound * max(count, 1)))
        return self._like(self._total(self._flat()[front.reshape(count, *rest)]), scale)

    def _of_numpy(self, name: str) -> LocalError:
        return unsupported(f"np.{name}")

    def __truediv__(self, other: object) -> NoReturn:
        raise unsupported("a quotient", "multiply by what is public: `x * 0.5`; or share the numbers and divide them")

    __rtruediv__ = __floordiv__ = __rfloordiv__ = __mod__ = __rmod__ = __divmod__ = __rdivmod__ = __truediv__

    def __pow__(self, other: object) -> NoReturn:
        raise unsupported("a power")

    __rpow__ = __pow__

    def __float__(self) -> NoReturn:
        raise unsupported("a number in the clear", "decrypt it where it may be known")

    __int__ = __index__ = __complex__ = __float__

    def __reduce__(self) -> NoReturn:
        raise unsupported("pickling", "`to_bytes` gives what may be kept or sent")

    def within(self, bound: float) -> Self:
        """The same with a closer bound that the caller vouches for, in the values' own units."""
        return self._alike(self.words, encode(0, fractional_bits=self.fractional_bits, bound=bound).scale)

    def leaving(self, source: RandomBytes = os.urandom) -> Self:
        """What is sent of them: fresh ones as they are, once, in whatever thread; else other ciphertexts each time."""
        try:
            self._unsent.pop()
        except IndexError:
            return self.rerandomised(source)
        return self

    def __repr__(self) -> str:
        return (
            f"{type(self).__name__}(shape {self.shape}, {self.fractional_bits} fractional bits, "
            f"key {self.encryption.name})"
        )

    def _like(self, words: Words, scale: Scale) -> Self:
        """Ciphertexts of the same key, which have not become fresh."""
        return type(self)(self.encryption, words, scale, fresh=False)

    def _flat(self) -> Words:
        return self.words.reshape(self.size, self.words.shape[-1])

    def _plus_plain(self, plain: Encoded, *, negative: bool) -> Self:
        f = max(self.fractional_bits, plain.scale.fractional_bits)
        x, finer = self._finer(f), plain.scale.finer(f)
        scale = self._checked(Scale(f, x.scale.bound + finer.bound))
        require_fitting(self.shape, plain.shape)
        return x._shifted(plain, scale, negative=negative)

    def _finer(self, fractional_bits: int) -> Self:
        """The same numbers with more fractional bits: a doubling for each."""
        scale, words = self._checked(self.scale.finer(fractional_bits)), self.words
        for _ in range(fractional_bits - self.fractional_bits):
            words = self._added(words, words)
        return self._like(words, scale) if words is not self.words else self

    def _factors(self, other: Operand) -> Encoded:
        if isinstance(other, EncryptedArray):
            raise self.refusals.of_a_product()
        return _plain(other)

    def _of_this_key(self, other: EncryptedArray[Any]) -> Self:
        """The other array, which must be of the same key."""
        if not isinstance(other, type(self)):
            raise self.refusals.of_two_systems()
        if other.fingerprint != self.fingerprint:
            raise self.refusals.of_two_keys()
        return other

    def _alike(self, words: Words, scale: Scale) -> Self:
        """The same ciphertexts in another shape or with another scale: sent once between them."""
        alike = self._like(words, scale)
        alike._unsent = self._unsent
        return alike


Array = TypeVar("Array", bound=EncryptedArray[Any])


def concatenate(arrays: Sequence[Array], axis: int = 0) -> Array:
    """Arrays of one key behind each other along an axis, with the finest of their scales and the largest bound."""
    first, *others = _some(arrays)
    same = [first, *(first._of_this_key(other) for other in others)]
    f = max(array.fractional_bits for array in same)
    finer = [array._finer(f) for array in same]
    place = axis_of(axis, first.ndim)
    _require_alike_but(place, [array.shape for array in same])
    scale = Scale(f, max(array.scale.bound for array in finer))
    careful = first
    for other in others:
        careful = careful._with(other)
    return careful._like(np.concatenate([array.words for array in finer], axis=place), scale)


def of_system(array: object, kind: type[Array], whose: str) -> Array:
    """An array of this cryptosystem; LocalError `no-ciphertexts` for anything else."""
    if isinstance(array, kind):
        return array
    raise LocalError(
        "no-ciphertexts",
        f"{type(array).__name__} stands where ciphertexts of {whose} belong",
        "`key.public.encrypt` makes them of numbers, `key.public.ciphertexts_from` of what a party sent",
    )


def _some(arrays: Sequence[Array]) -> Sequence[Array]:
    if not isinstance(arrays, list | tuple) or not arrays or not all(isinstance(a, EncryptedArray) for a in arrays):
        raise LocalError("no-ciphertexts", "no arrays of ciphertexts are given", "give a list of one or more")
    return arrays


def _require_alike_but(place: int, shapes: list[tuple[int, ...]]) -> None:
    if len({shape[:place] + shape[place + 1 :] for shape in shapes}) > 1 or len({len(shape) for shape in shapes}) > 1:
        raise LocalError(
            "wrong-shape",
            f"shapes {', '.join(map(str, shapes))} do not go behind each other along axis {place}",
            "all sides but that one must be alike",
        )


def _plain(other: Public | Encoded | npt.ArrayLike) -> Encoded:
    if isinstance(other, Encoded):
        return other
    return other.encoded if isinstance(other, Public) else encode(other)


def _as_matrix(e: Encoded) -> Encoded:
    if len(e.shape) == 2:
        return e
    return Encoded(e.magnitudes[None], e.negative[None], e.scale, e.signed)


def _row_bound(matrix: Encoded, known: bool) -> int:
    """The most that a row can add up to, for vectors of magnitude 1."""
    if not known:
        return matrix.scale.bound * max(matrix.shape[1], 1)
    totals = [0] * matrix.shape[0]
    for word in range(matrix.magnitudes.shape[-1]):
        part = matrix.magnitudes[..., word]
        upper, lower = ((part >> np.uint64(32)).sum(axis=1), (part & np.uint64(2**32 - 1)).sum(axis=1))
        sums = [(u << 32) + v for u, v in zip(upper.tolist(), lower.tolist(), strict=True)]
        totals = [total + (each << 64 * word) for total, each in zip(totals, sums, strict=True)]
    return max(totals, default=0)
