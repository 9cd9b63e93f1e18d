"""Arrays of field elements that a relation computes with: linear steps are local, products are a side's business.

What a party has of an array stands in `parts`, arrays (instances, *shape) or (1, *shape) where it is one for all
instances: the prover x and M, the verifier K, and nothing but shapes where products are counted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from math import prod
from types import EllipsisType, NoneType
from typing import Any, NoReturn, Protocol, TypeAlias

import numpy as np

from mpc.algebra.field import PrimeField
from mpc.algebra.numpy_operators import NumpyOperators
from mpc.algebra.ring import Words
from mpc.errors import LocalError

Shape: TypeAlias = tuple[int, ...]

_BASIC = (int, np.integer, slice, EllipsisType, NoneType)
"""Indices that are no arrays."""

Bilinear = Callable[[PrimeField, Words, Words], Words]
"""A product of arrays with instances in front, linear in both."""


class Side(Protocol):
    """What a party does where a relation multiplies, decomposes or compares."""

    @property
    def prime(self) -> PrimeField:
        """The field."""

    def constant(self, values: Words) -> tuple[Words, ...]:
        """The parts of public elements (instances, *shape)."""

    def product(self, multiply: Bilinear, x: Elements, y: Elements) -> Elements:
        """A product, with a fresh authenticated element for each of its elements."""

    def bits(self, x: Elements, count: int) -> Elements:
        """The lowest `count` bits, fresh authenticated elements along a new last axis; nothing is said of them yet."""

    def require(self, multiply: Bilinear, x: Elements, y: Elements, z: Elements) -> None:
        """Claim that z is the product."""

    def zero(self, x: Elements) -> None:
        """Claim that all elements are zero."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Elements(NumpyOperators):
    """An array of authenticated elements, as numpy's arrays but for what would depend on their values.

    +, - and products with public whole numbers are free; `*` and `@` of two arrays take one element of proof for each
    element of the result, however long a sum `@` adds up. `x == y` claims that they are equal. Shapes broadcast.
    LocalError `bad-relation` for anything else.
    """

    side: Side = field(repr=False)
    parts: tuple[Words, ...] = field(repr=False)

    __hash__ = None  # type: ignore[assignment]

    @property
    def shape(self) -> Shape:
        """That of one instance."""
        return self.parts[0].shape[1:]

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return self.parts[0].ndim - 1

    def __len__(self) -> int:
        if not self.ndim:
            raise _unfit("an element has no length", "give the input an axis: x=3")
        return self.shape[0]

    def __iter__(self) -> Iterator[Elements]:
        return (self[i] for i in range(len(self)))

    def __add__(self, other: Any) -> Elements:
        return self._with(self.side.prime.add, other)

    __radd__ = __add__

    def __sub__(self, other: Any) -> Elements:
        return self._with(self.side.prime.sub, other)

    def __rsub__(self, other: Any) -> Elements:
        return (-self).__add__(other)

    def __neg__(self) -> Elements:
        return self._moved(self.side.prime.neg)

    def __mul__(self, other: Any) -> Elements:
        if isinstance(other, Elements):
            return self.side.product(PrimeField.mul, *aligned(self, other))
        values = self._public(other)
        ndim = max(self.ndim, values.ndim)
        return self._moved(lambda part: self.side.prime.mul(_spread(part, ndim), values))

    __rmul__ = __mul__

    def __pow__(self, exponent: Any) -> Elements:
        if not isinstance(exponent, int) or exponent < 1:
            raise _unfit(f"a power of {exponent!r}", "exponents are whole numbers from 1")
        half = self if exponent < 2 else self ** (exponent // 2)
        whole = half if exponent < 2 else half * half
        return whole * self if exponent > 1 and exponent % 2 else whole

    def __rpow__(self, other: object) -> NoReturn:
        raise _unfit("a power with elements in its exponent", "multiply by its factors, chosen by bits of the exponent")

    def __matmul__(self, other: Any) -> Elements:
        if isinstance(other, Elements):
            return self.side.product(matrix_product, self, other)
        values = self._public(other)[None]
        return self._moved(lambda part: matrix_product(self.side.prime, part, values))

    def __rmatmul__(self, other: Any) -> Elements:
        values = self._public(other)[None]
        return self._moved(lambda part: matrix_product(self.side.prime, values, part))

    def __getitem__(self, key: Any) -> Elements:
        places = key if isinstance(key, tuple) else (key,)
        with _numpy_s_rules("see the shapes of the relation's inputs"):
            if all(isinstance(place, _BASIC) and not isinstance(place, bool) for place in places):
                return self._moved(lambda x: np.ascontiguousarray(x[(slice(None), *places)]))
            # Where indices are arrays, numpy may put their axes in front of that of the instances.
            chosen = np.arange(prod(self.shape)).reshape(self.shape)[places]
            return self._moved(lambda x: x.reshape(len(x), -1)[:, chosen])

    def reshape(self, *shape: int) -> Elements:
        """As numpy's."""
        with _numpy_s_rules("keep the number of elements"):
            return self._moved(lambda x: x.reshape(len(x), *np.empty(self.shape, np.void).reshape(*shape).shape))

    def sum(self, axis: int | None = None) -> Elements:
        """Of all elements, or along an axis."""
        with _numpy_s_rules("name one axis, or none for all elements"):
            axes = tuple(range(1, self.ndim + 1)) if axis is None else (range(self.ndim)[axis] + 1,)
        return self._moved(lambda x: self.side.prime.sum(x, axes))

    def bits(self, count: int) -> Elements:
        """Claims that all elements are below 2^count, and gives their bits along a new last axis, the lowest first.

        An element of proof for each bit. A number that is not in the range makes the whole claim false.
        """
        limit = self.side.prime.bits - 1
        if isinstance(count, bool) or not isinstance(count, int) or not 1 <= count <= limit:
            raise _unfit(f"{count!r} bits of an element", f"elements have 1 to {limit} bits that are unique")
        bits = self.side.bits(self, count)
        bits.are_bits()
        self.side.zero(bits @ [1 << i for i in range(count)] - self)
        return bits

    def are_bits(self) -> None:
        """Claims that all elements are 0 or 1."""
        self.side.require(PrimeField.mul, self, self - 1, self * 0)

    def __eq__(self, other: object) -> Equation:  # type: ignore[override]
        self.side.zero(self - other)
        return Equation()

    def __ne__(self, other: object) -> NoReturn:
        raise _unfit("!= between elements", "prove an inverse: y is not 0 where y * inverse == 1")

    def __lt__(self, other: object) -> NoReturn:
        raise _uncompared("<", "(y - x - 1).bits(n) claims x < y")

    def __le__(self, other: object) -> NoReturn:
        raise _uncompared("<=", "(y - x).bits(n) claims x <= y")

    def __gt__(self, other: object) -> NoReturn:
        raise _uncompared(">", "(x - y - 1).bits(n) claims x > y")

    def __ge__(self, other: object) -> NoReturn:
        raise _uncompared(">=", "(x - y).bits(n) claims x >= y")

    def __truediv__(self, other: object) -> NoReturn:
        raise _unfit("a quotient of elements", "prove it: q is x / y where q * y == x")

    __rtruediv__ = __truediv__

    def __mod__(self, other: object) -> NoReturn:
        raise _unfit("//, % or divmod of elements", "prove both: x == q * m + r, r.bits(k) for m = 2^k")

    __rmod__ = __floordiv__ = __rfloordiv__ = __divmod__ = __rdivmod__ = __mod__

    def __abs__(self) -> NoReturn:
        raise _unfit("abs of elements", "give the sign s as an input: s * s == 1, and (s * x).bits(n) is of abs(x)")

    def __bool__(self) -> NoReturn:
        raise _unfit("a branch on an element", "a relation is one for all values: choose by c * (x - y) + y")

    def _of_numpy(self, name: str) -> LocalError:
        return _unfit(f"np.{name} of elements", "compute with +, -, *, @, `sum`, `bits`, indices and `reshape`")

    def __repr__(self) -> str:
        return f"<elements {self.shape}>"

    def _with(self, step: Callable[[Words, Words], Words], other: Any) -> Elements:
        x, y = aligned(self, other if isinstance(other, Elements) else self._constant(other))
        return Elements(self.side, tuple(step(a, b) for a, b in zip(x.parts, y.parts, strict=True)))

    def _moved(self, step: Callable[[Words], Words]) -> Elements:
        return Elements(self.side, tuple(step(x) for x in self.parts))

    def _constant(self, values: Any) -> Elements:
        return Elements(self.side, self.side.constant(self._public(values)[None]))

    def _public(self, values: Any) -> Words:
        return public_elements(self.side.prime, values)


class Equation:
    """That two arrays of elements are equal: claimed where it is written, so that none is forgotten."""

    __slots__ = ()

    def __bool__(self) -> NoReturn:
        raise _unfit("a branch on an equation", "return it: return x == y, or several of them")


def public_elements(prime: PrimeField, values: Any) -> Words:
    """Whole numbers as elements, negative ones too. LocalError `bad-relation` for others and for |x| > (p - 1) / 2."""
    with _numpy_s_rules("give whole numbers in an array"):
        array = np.asarray(values)
    if array.dtype.kind not in "iub" and not (array.dtype.kind == "O" and all(isinstance(x, int) for x in array.flat)):
        raise _unfit(f"a {type(values).__name__} of {array.dtype} among elements", "elements are whole numbers")
    if array.size and max(int(array.max()), -int(array.min())) > prime.p // 2:
        raise _unfit(f"a number beyond {prime.p // 2}", "numbers that differ by p would be the same element")
    return prime.from_ints(array)


def aligned(x: Elements, y: Elements) -> tuple[Elements, Elements]:
    """With as many axes, by numpy's rules. LocalError `bad-relation`."""
    try:
        ndim = len(np.broadcast_shapes(x.shape, y.shape))
    except ValueError:
        raise _unfit(f"elements of shapes {x.shape} and {y.shape} together", "see numpy's rules of shapes") from None
    return tuple(Elements(e.side, tuple(_spread(part, ndim) for part in e.parts)) for e in (x, y))  # type: ignore[return-value]


def matrix_product(prime: PrimeField, x: Words, y: Words) -> Words:
    """x @ y with numpy's rules for vectors and matrices in each instance."""
    if x.ndim < 2 or y.ndim < 2:
        raise _unfit("@ with a single element", "use *")
    left = x[:, None] if x.ndim == 2 else x
    right = y[..., None] if y.ndim == 2 else y
    ndim = max(left.ndim, right.ndim) - 1
    z = prime.matmul(_spread(left, ndim), _spread(right, ndim))
    shape = z.shape[:-2] + z.shape[-2:-1] * (x.ndim > 2) + z.shape[-1:] * (y.ndim > 2)
    return z.reshape(shape)


def _spread(part: Words, ndim: int) -> Words:
    """With axes of length 1 between the instances and the others."""
    return part.reshape(len(part), *(1,) * (ndim + 1 - part.ndim), *part.shape[1:])


@contextmanager
def _numpy_s_rules(remedy: str) -> Iterator[None]:
    """What numpy refuses is `bad-relation`."""
    try:
        yield
    except (IndexError, TypeError, ValueError) as error:
        raise _unfit(str(error), remedy) from None


def _uncompared(operator: str, instead: str) -> LocalError:
    return _unfit(f"{operator} between elements", f"{instead}, of differences below 2^n")


def _unfit(cause: str, remedy: str) -> LocalError:
    return LocalError("bad-relation", cause, remedy)
