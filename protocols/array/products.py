"""Products of arrays: inner, outer, over named axes, and of Kronecker. Every one is one matrix product, or one
elementwise product where nothing is summed: 1 round for two secrets, none with a public whole array, and one more where
the result must be shortened.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from math import prod
from string import ascii_letters
from typing import Any

import numpy as np

from mpc.errors import LocalError
from protocols.array.arithmetic import sum_
from protocols.array.implementations import implements
from protocols.array.lines import user_line
from protocols.array.logic import times
from protocols.array.matrices import matmul
from protocols.array.public import own_number, public, wholes
from protocols.array.secret import SecretArray


@implements(np.outer)
def outer(a: Any, b: Any) -> SecretArray:
    """All products of an element of a and one of b."""
    return times(np.reshape(a, (-1, 1)), np.reshape(b, -1))


@implements(np.inner)
def inner(a: Any, b: Any) -> SecretArray:
    """Sums of products over the last axes of both."""
    return times(a, b) if min(np.ndim(a), np.ndim(b)) == 0 else tensordot(a, b, (-1, -1))


@implements(np.vdot)
def vdot(a: Any, b: Any) -> SecretArray:
    """The sum of all products of elements of the same place."""
    return matmul(np.reshape(a, -1), np.reshape(b, -1))


@implements(np.kron)
def kron(a: Any, b: Any) -> SecretArray:
    """Kronecker's product."""
    ndim = max(np.ndim(a), np.ndim(b))
    left, right = (np.reshape(v, (1,) * (ndim - np.ndim(v)) + np.shape(v)) for v in (a, b))
    spread = times(
        np.expand_dims(left, tuple(range(1, 2 * ndim, 2))), np.expand_dims(right, tuple(range(0, 2 * ndim, 2)))
    )
    return spread.reshape(*(m * n for m, n in zip(left.shape, right.shape, strict=True)))


@implements(np.tensordot)
def tensordot(a: Any, b: Any, axes: Any = 2) -> SecretArray:
    """The sum of products over these axes: the last `axes` of a and the first of b, or a pair of axes or lists of
    them."""
    over_a, over_b = _axes_of_pair(np.ndim(a), axes)
    left = [ascii_letters[i] for i in range(np.ndim(a))]
    right = [ascii_letters[np.ndim(a) + i] for i in range(np.ndim(b))]
    for i, j in zip(over_a, over_b, strict=True):
        right[j] = left[i]
    kept = [letter for letter in (*left, *right) if not (letter in left and letter in right)]
    return einsum(f"{''.join(left)},{''.join(right)}->{''.join(kept)}", a, b)


@implements(np.einsum)
def einsum(subscripts: Any, *operands: Any) -> SecretArray:
    """Sums of products over named axes, by numpy's rules; `...` is not taken.

    Two operands at a time, from the left: each pair is one matrix product. Raises LocalError `bad-subscripts`.
    """
    names, result = _parsed(subscripts, [np.shape(operand) for operand in operands])
    left = list(zip(names, _without_overflow(operands), strict=True))
    while len(left) > 1:
        (x_names, x), (y_names, y), *others = left
        wanted = set(result).union(*(own for own, _ in others))
        kept = "".join(dict.fromkeys(c for c in x_names + y_names if c in wanted))
        left = [(kept, _product_of_two((x_names, x), (y_names, y), kept)), *others]
    own, found = _alone(*left[0], result)
    return found.transpose([own.index(c) for c in result]) if result else found  # type: ignore[no-any-return]


Named = tuple[str, Any]
"""An array, and a letter for each of its axes."""


def _product_of_two(x: Named, y: Named, kept: str) -> Any:
    """The sum of products over all letters but those kept, with its axes in the order of these."""
    x_names, left = _alone(*x, kept + y[0])
    y_names, right = _alone(*y, kept + x_names)
    both = [c for c in x_names if c in y_names and c in kept]
    summed = [c for c in x_names if c in y_names and c not in kept]
    of_x = [c for c in x_names if c not in y_names]
    of_y = [c for c in y_names if c not in x_names]
    sides = dict(zip(x_names + y_names, left.shape + right.shape, strict=True))
    lead, m, k, n = ([sides[c] for c in letters] for letters in (both, of_x, summed, of_y))
    left = np.transpose(left, [x_names.index(c) for c in (*both, *of_x, *summed)])
    right = np.transpose(right, [y_names.index(c) for c in (*both, *summed, *of_y)])
    columns, rows = np.reshape(left, (*lead, prod(m), prod(k))), np.reshape(right, (*lead, prod(k), prod(n)))
    product: Callable[[Any, Any], Any] = matmul if summed else times
    found = np.reshape(_any_product(product, columns, rows), (*lead, *m, *n))
    order = [*both, *of_x, *of_y]
    return np.transpose(found, [order.index(c) for c in kept]) if kept else found


def _without_overflow(operands: Sequence[Any]) -> Sequence[Any]:
    """Several public operands as floats or Python's integers: products of these, and their sums, do not wrap."""
    values = [operand if isinstance(operand, SecretArray) else public(operand) for operand in operands]
    if sum(not isinstance(value, SecretArray) for value in values) < 2:
        return values
    return [wholes(v) if not isinstance(v, SecretArray) and v.dtype.kind in "iO" else v for v in values]


def _any_product(product: Callable[[Any, Any], Any], x: Any, y: Any) -> Any:
    """A product of which both parts may be public."""
    if isinstance(x, SecretArray) or isinstance(y, SecretArray):
        return product(x, y)
    return np.matmul(x, y) if product is matmul else np.multiply(x, y)


def _alone(names: str, x: Any, wanted: str) -> Named:
    """x on the diagonal of the letters that it has twice, summed over those that nobody wants."""
    for letter in dict.fromkeys(c for c in names if names.count(c) > 1):
        while names.count(letter) > 1:
            i, j = names.index(letter), names.rindex(letter)
            x = np.diagonal(x, 0, i, j)
            names = "".join(c for k, c in enumerate(names) if k not in (i, j)) + letter
    axes = tuple(i for i, letter in enumerate(names) if letter not in wanted)
    if axes:
        x = sum_(x, axes) if isinstance(x, SecretArray) else np.sum(x, axes)
    return "".join(c for c in names if c in wanted), x


def _parsed(subscripts: Any, shapes: Sequence[tuple[int, ...]]) -> tuple[list[str], str]:
    text = subscripts.replace(" ", "") if isinstance(subscripts, str) else ""
    operands, arrow, result = text.partition("->")
    names = operands.split(",")
    if not arrow:
        result = "".join(sorted(c for c in set(operands) - {","} if operands.count(c) == 1))
    try:
        np.einsum_path(f"{operands}->{result}", *(np.empty(shape) for shape in shapes))
    except (ValueError, IndexError, TypeError) as error:
        raise _bad_subscripts(subscripts, str(error)) from None
    if "." in text or not text:
        raise _bad_subscripts(subscripts, "a letter for each axis is needed")
    return names, result


def _bad_subscripts(subscripts: Any, why: str) -> LocalError:
    shown = subscripts if isinstance(subscripts, str) else type(subscripts).__name__
    return LocalError(
        "bad-subscripts", f"einsum by {shown!r}: {why}", "write it as 'ij,jk->ik', a letter an axis", line=user_line()
    )


def _axes_of_pair(ndim: int, axes: Any) -> tuple[list[int], list[int]]:
    if not np.iterable(axes):
        count = int(own_number(axes) or 0)  # type: ignore[arg-type]
        return list(range(ndim - count, ndim)), list(range(count))
    first, second = (own_number(part) for part in axes)
    return tuple([part] if isinstance(part, int) else list(part or ()) for part in (first, second))  # type: ignore[return-value]


@implements(np.linalg.multi_dot)
def multi_dot(arrays: Sequence[Any]) -> SecretArray:
    """The matrix product of several, from the left."""
    product: SecretArray = reduce(np.matmul, arrays)
    return product
