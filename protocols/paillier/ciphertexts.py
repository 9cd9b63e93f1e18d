"""Arrays of ciphertexts that compute as numpy's do, of one key, one scale and any shape."""

from __future__ import annotations

import os
from collections.abc import Sequence
from math import prod
from operator import index
from typing import Any, NoReturn, TypeAlias

import numpy as np
import numpy.typing as npt

from mpc.algebra.bigint import RandomBytes, from_ints, to_ints
from mpc.algebra.ring import Words
from mpc.errors import LocalError
from protocols.paillier.encoding import Encoded, Scale, encode, to_messages
from protocols.paillier.encryption import Encryption
from protocols.paillier.group import Group
from protocols.paillier.matrices import product, product_var
from protocols.paillier.scaling import Public, scaled, scaled_var

Operand: TypeAlias = "Ciphertexts | Public | npt.ArrayLike"


class Sealed:
    """What has no truth value and does not compare, as nobody here knows it: LocalError `secret-truth`."""

    __slots__ = ()
    __hash__ = None  # type: ignore[assignment]

    def __bool__(self) -> NoReturn:
        raise LocalError(
            "secret-truth", "encrypted numbers have no truth value", "decrypt them where they may be known"
        )

    def __eq__(self, other: object) -> NoReturn:
        raise LocalError("secret-truth", "encrypted numbers do not compare", "decrypt them where they may be known")

    __ne__ = __lt__ = __le__ = __gt__ = __ge__ = __eq__


class Ciphertexts(Sealed):
    """Encrypted numbers of any shape; `+`, `-`, `*`, `@` with ciphertexts of the same key, numbers and `public` ones.

    Numbers count as secret: they are encoded as `PublicKey.encrypt` does, and multiplied in constant time. What was
    computed or chosen of others shows how, to whoever compares ciphertexts, until it is rerandomised; that happens by
    itself when it is sent (`to_bytes`). A bound that a plaintext cannot hold is refused before anything is computed:
    `paillier-overflow`. Any number of threads may use one.
    """

    __slots__ = ("_unsent", "encryption", "scale", "words")
    __array_ufunc__ = None

    def __init__(self, encryption: Encryption, words: Words, scale: Scale, *, fresh: bool) -> None:
        """words: (*shape, limbs) in the group's form. `fresh`: they were encrypted or rerandomised here, for this."""
        self.encryption, self.words = encryption, words
        self.scale = scale.checked(encryption.group)
        self._unsent = [True] if fresh else []

    @property
    def fresh(self) -> bool:
        """Whether they may leave as they are, once: nothing was computed with them, and nobody has them yet."""
        return bool(self._unsent)

    @property
    def group(self) -> Group:
        return self.encryption.group

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
    def T(self) -> Ciphertexts:
        """Its axes in reverse order."""
        return self._alike(self.words.transpose((*range(self.ndim)[::-1], self.ndim)), self.scale)

    def reshape(self, *shape: int | tuple[int, ...]) -> Ciphertexts:
        """The same in another shape, as numpy's."""
        sides = shape[0] if len(shape) == 1 and isinstance(shape[0], tuple) else shape
        wanted = np.empty(self.shape, np.bool_).reshape(sides).shape  # type: ignore[arg-type]
        return self._alike(self.words.reshape(*wanted, self.words.shape[-1]), self.scale)

    def __getitem__(self, key: Any) -> Ciphertexts:
        places = np.arange(self.size).reshape(self.shape)[key]
        # Which ones were chosen may be secret, and the others may have been sent.
        return self._computed(self.words.reshape(self.size, self.group.ciphertexts.limbs)[places], self.scale)

    def __len__(self) -> int:
        if not self.shape:
            raise LocalError("no-length", "a single ciphertext has no length", "use `x.reshape(-1)`")
        return self.shape[0]

    def __add__(self, other: Operand) -> Ciphertexts:
        if not isinstance(other, Ciphertexts):
            return self._plus_plain(self._plain(other), negative=False)
        self._same_key(other)
        f = max(self.fractional_bits, other.fractional_bits)
        x, y = self._finer(f), other._finer(f)
        scale = Scale(f, x.scale.bound + y.scale.bound).checked(self.group)
        _fitting(self.shape, other.shape)
        return x._with(y.encryption)._computed(self.group.form.mul(x.words, y.words), scale)

    __radd__ = __add__

    def __neg__(self) -> Ciphertexts:
        return self._computed(self.group.form.inverse(self.words), self.scale)

    def __sub__(self, other: Operand) -> Ciphertexts:
        return self + -other if isinstance(other, Ciphertexts) else self._plus_plain(self._plain(other), negative=True)

    def __rsub__(self, other: Operand) -> Ciphertexts:
        return -self + other

    def __mul__(self, other: Operand) -> Ciphertexts:
        """The products by numbers, elementwise, with the fractional bits of both."""
        factors = _factors(other)
        _fitting(self.shape, factors.shape)
        scale = self.scale.times(factors.scale).checked(self.group)
        raised = scaled_var if isinstance(other, Public) else scaled
        return self._computed(raised(self.group, self.words, factors), scale)

    __rmul__ = __mul__

    def __rmatmul__(self, other: Operand) -> Ciphertexts:
        """A matrix or a vector of numbers times these: (m, n) @ (n,) or (n, k), as numpy's."""
        return self._under(_factors(other), known=isinstance(other, Public))

    def __matmul__(self, other: Operand) -> Ciphertexts:
        return self.T._under(_factors(other).T, known=isinstance(other, Public)).T

    def _under(self, matrix: Encoded, *, known: bool) -> Ciphertexts:
        if len(matrix.shape) not in (1, 2) or self.ndim not in (1, 2) or matrix.shape[-1] != self.shape[0]:
            raise LocalError(
                "wrong-shape",
                f"shapes {matrix.shape} and {self.shape} do not fit",
                "give a matrix or vector whose last side is the first of the ciphertexts",
            )
        rows = _as_matrix(matrix)
        scale = self.scale.times(Scale(matrix.scale.fractional_bits, _row_bound(rows, known)))
        scale = scale.checked(self.group)
        multiply = product_var if known else product
        columns = self.words.reshape(self.shape[0], prod(self.shape[1:]), self.words.shape[-1])
        parts = [multiply(self.group, rows, columns[:, i]) for i in range(columns.shape[1])]
        stacked = np.stack(parts, axis=1) if parts else columns[:0].reshape(rows.shape[0], 0, columns.shape[-1])
        shape = (*matrix.shape[:-1], *self.shape[1:], self.words.shape[-1])
        return self._computed(stacked.reshape(shape), scale)

    def sum(self, axis: int | tuple[int, ...] | None = None) -> Ciphertexts:
        """The sum along axes, by default of all."""
        places = np.arange(self.size).reshape(self.shape)
        names = axes_of(axis, self.ndim)
        front = np.moveaxis(places, names, range(len(names)))
        rest = front.shape[len(names) :]
        count = prod(self.shape[a] for a in names)
        words = self.words.reshape(self.size, self.group.ciphertexts.limbs)[front.reshape(count, *rest)]
        scale = Scale(self.fractional_bits, self.scale.bound * max(count, 1)).checked(self.group)
        return self._computed(self.group.form.product(words), scale)

    def within(self, bound: float) -> Ciphertexts:
        """The same with a closer bound that the caller vouches for, in the values' own units."""
        return self._alike(self.words, encode(0, fractional_bits=self.fractional_bits, bound=bound).scale)

    def rerandomised(self, source: RandomBytes = os.urandom) -> Ciphertexts:
        """Other ciphertexts of the same numbers, which show nothing of how they were computed."""
        return Ciphertexts(self.encryption, self.encryption.rerandomise(self.words, source), self.scale, fresh=True)

    def leaving(self, source: RandomBytes = os.urandom) -> Ciphertexts:
        """What is sent of them: fresh ones as they are, once, in whatever thread; else other ciphertexts each time."""
        try:
            self._unsent.pop()
        except IndexError:
            return self.rerandomised(source)
        return self

    def require_key(self, group: Group) -> None:
        """LocalError `paillier-other-key` unless they are under the key of this group."""
        if self.group.fingerprint != group.fingerprint:
            raise LocalError(
                "paillier-other-key",
                "these ciphertexts are under another key",
                "decrypt them where the private half of their key is",
            )

    def integers(self) -> list[int]:
        """The ciphertexts as integers below N^(s+1), in C order; as they are, so not for whoever must not compare."""
        return to_ints(self.group.form.out_of(self.words))

    def _plain(self, other: Public | npt.ArrayLike) -> Encoded:
        if isinstance(other, Public):
            return other.encoded
        return encode(other)

    def _plus_plain(self, plain: Encoded, *, negative: bool) -> Ciphertexts:
        group = self.group
        f = max(self.fractional_bits, plain.scale.fractional_bits)
        x, finer = self._finer(f), plain.scale.finer(f)
        scale = Scale(f, x.scale.bound + finer.bound).checked(group)
        _fitting(self.shape, plain.shape)
        messages = to_messages(plain, group)
        if shift := f - plain.scale.fractional_bits:
            messages = group.messages.mul(messages, from_ints([1 << shift], group.messages.limbs)[0])
        return x.plus_messages(messages, scale, negative=negative)

    def plus_messages(self, messages: Words, scale: Scale, *, negative: bool = False) -> Ciphertexts:
        """With plaintexts (*shape, messages.limbs) added, or taken off, and the scale that this gives."""
        group = self.group
        if negative:
            messages = group.messages.sub(np.zeros_like(messages), messages)
        return self._computed(group.form.mul(self.words, group.powers_of_g(messages)), scale)

    def _finer(self, fractional_bits: int) -> Ciphertexts:
        """The same numbers with more fractional bits: a square for each."""
        scale, words = self.scale.finer(fractional_bits).checked(self.group), self.words
        for _ in range(fractional_bits - self.fractional_bits):
            words = self.group.form.square(words)
        return self._computed(words, scale) if words is not self.words else self

    def _same_key(self, other: Ciphertexts) -> None:
        if other.group.fingerprint != self.group.fingerprint:
            raise LocalError(
                "paillier-other-key",
                "ciphertexts of two keys do not compute together",
                "have one party encrypt again under the other's key",
            )

    def _computed(self, words: Words, scale: Scale) -> Ciphertexts:
        return Ciphertexts(self.encryption, words, scale, fresh=False)

    def _with(self, other: Encryption) -> Ciphertexts:
        """The same, rerandomised by the longer exponents of the two: who chose them may rely on them."""
        if self.encryption.randomisers.bits >= other.randomisers.bits:
            return self
        return Ciphertexts(other, self.words, self.scale, fresh=False)

    def _alike(self, words: Words, scale: Scale) -> Ciphertexts:
        """The same ciphertexts in another shape or with another scale: sent once between them."""
        alike = Ciphertexts(self.encryption, words, scale, fresh=False)
        alike._unsent = self._unsent
        return alike

    def __repr__(self) -> str:
        return f"Ciphertexts(shape {self.shape}, {self.fractional_bits} fractional bits, key {self.group.name})"


def concatenate(arrays: Sequence[Ciphertexts], axis: int = 0) -> Ciphertexts:
    """Arrays of one key behind each other along an axis, with the finest of their scales and the largest bound."""
    first = arrays[0]
    for array in arrays:
        first._same_key(array)
    f = max(array.fractional_bits for array in arrays)
    finer = [array._finer(f) for array in arrays]
    axis = axis % first.ndim if -first.ndim <= axis < first.ndim else _no_axis(axis, first.ndim)
    scale = Scale(f, max(array.scale.bound for array in finer))
    words = np.concatenate([array.words for array in finer], axis=axis)
    for array in arrays:
        first = first._with(array.encryption)
    return first._computed(words, scale)


def _factors(other: Operand) -> Encoded:
    if isinstance(other, Ciphertexts):
        raise LocalError(
            "paillier-product",
            "two ciphertexts cannot be multiplied: this cryptosystem adds",
            "multiply by numbers, or share the values and multiply the shares",
        )
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


def axes_of(axis: int | tuple[int, ...] | None, ndim: int) -> list[int]:
    """The axes that are meant, counted from 0, ascending; LocalError `wrong-shape` for others, or one named twice."""
    named = range(ndim) if axis is None else axis if isinstance(axis, tuple) else (axis,)
    try:
        given = [index(a) for a in named]
    except TypeError:
        raise LocalError("wrong-shape", "axes are whole numbers", "give one, or a tuple of them") from None
    names = sorted({a % ndim if -ndim <= a < ndim else _no_axis(a, ndim) for a in given})
    if len(names) < len(given):
        raise LocalError("wrong-shape", "an axis is named twice", "name each once")
    return names


def _fitting(x: tuple[int, ...], y: tuple[int, ...]) -> None:
    """LocalError `wrong-shape` unless shapes broadcast."""
    try:
        np.broadcast_shapes(x, y)
    except ValueError:
        raise LocalError("wrong-shape", f"shapes {x} and {y} do not fit", "give shapes that broadcast") from None


def _no_axis(axis: int, ndim: int) -> NoReturn:
    raise LocalError("wrong-shape", f"there is no axis {axis} of {ndim}", "count axes from 0")
