"""Writing into a secret in place: at public places, and wherever a secret condition holds.

What is read by a condition has as many elements as it selects, which would show. What is written by it shows nothing:
of every element the old one or the value is chosen, and the shape stays.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from mpc.errors import LocalError
from protocols.array.implementations import IN_FLOATS, implements
from protocols.array.lines import user_line
from protocols.array.missing import missing
from protocols.array.node import Shape
from protocols.array.secret import SecretArray
from protocols.array.shape import replaced

_ALL = slice(None)


@dataclass(frozen=True, slots=True)
class _Choice:
    """An index with a condition in it: the places that it chooses among, `places`, all along the axes of `condition`,
    which come after `lead` axes of what is there and before `rest`."""

    places: tuple[Any, ...]
    condition: Any
    lead: int
    rest: int

    def spread(self) -> Any:
        """The condition in a shape that broadcasts to the places."""
        return self.condition.reshape(*self.condition.shape, *(1,) * self.rest) if self.rest else self.condition

    def fitting(self, value: Any, there: Shape) -> Any:
        """The value as it broadcasts to what is there. LocalError `shape-mismatch` where numpy would refuse it whatever
        the condition selects, or could take it for certain numbers of elements alone."""
        axes, shape = self.condition.ndim, np.shape(value)
        apart = any(not isinstance(place, slice) for place in self.places) and len(there) > axes
        beyond = () if apart else there if axes <= 1 else there[self.lead + axes :]
        while shape != there and len(shape) > len(beyond) and shape[0] == 1:
            shape = shape[1:]
        alike = there[self.lead : self.lead + axes] == self.condition.shape
        if alike and (shape == there or _broadcasts(shape, beyond)):
            return np.reshape(value, shape) if shape != np.shape(value) else value
        raise LocalError(
            "shape-mismatch",
            f"values of shape {np.shape(value)} where a secret condition of shape {self.condition.shape} holds, in "
            f"places of shape {there}",
            "give a condition of the shape of what it chooses among, and a number or a value for every place: how many "
            "the condition selects is secret",
            line=user_line(),
        )


def _written_in_floats(array: Any, index: Any, value: Any) -> Any:
    """The same in the clear, where numpy takes no value for every place that a condition chooses among."""
    changed = np.array(array)
    try:
        changed[index] = value
    except (TypeError, ValueError):
        if not any(map(_is_condition, _parts(index))):
            raise
        choice = _taken_apart(changed.ndim, index)
        changed[choice.places] = np.where(choice.spread(), value, changed[choice.places])
    return changed


IN_FLOATS[SecretArray.__setitem__] = _written_in_floats


@implements(SecretArray.__setitem__)
def setitem(x: SecretArray, index: Any, value: Any) -> SecretArray:
    """What `x[index] = value` makes of x: local at a public index, one round where a secret condition holds.

    The condition stands alone or beside slices and whole numbers; the value, secret or public, is as for numpy, but has
    nowhere as many elements as the condition selects: it broadcasts to them, or has one for every place that they are
    taken from. Raises LocalError `secret-index`, `shape-mismatch`, `kind-change`.
    """
    secrets = [part for part in _parts(index) if isinstance(part, SecretArray)]
    if len(secrets) != 1 or not _is_condition(secrets[0]):
        return replaced(x, index, value)
    choice = _taken_apart(x.ndim, index)
    everywhere = all(place == _ALL for place in choice.places)
    there = x if everywhere else x[choice.places]
    new: Any = np.where(choice.spread(), choice.fitting(value, there.shape), there)
    return new if everywhere else replaced(x, choice.places, new)


def _taken_apart(ndim: int, index: Any) -> _Choice:
    """The index of an array of so many axes. LocalError `secret-index` for other parts than slices and numbers."""
    parts = _parts(index)
    at = next(i for i, part in enumerate(parts) if _is_condition(part))
    condition, others = parts[at], (*parts[:at], *parts[at + 1 :])
    if not all(part is Ellipsis or isinstance(part, slice) or _is_whole(part) for part in others):
        raise LocalError(
            "secret-index",
            "a secret condition beside an index that is neither a slice nor a whole number",
            "write where a condition of the shape of x holds, x[condition] = y; or x = np.where(condition, y, x)",
            line=user_line(),
        )
    spare = (_ALL,) * (ndim - condition.ndim - sum(part is not Ellipsis for part in others))
    before = _filled(parts[:at], spare)
    after = _filled(parts[at + 1 :] if Ellipsis in others else (*parts[at + 1 :], Ellipsis), spare)
    places = (*before, *(_ALL,) * condition.ndim, *after)
    return _Choice(places, condition, _slices(before), _slices(after))


def _parts(index: Any) -> tuple[Any, ...]:
    return index if isinstance(index, tuple) else (index,)


def _is_condition(part: Any) -> bool:
    if isinstance(part, SecretArray):
        return part.kind == "bit"
    return isinstance(part, np.ndarray) and part.dtype == np.bool_


def _is_whole(part: Any) -> bool:
    return isinstance(part, int | np.integer) and not isinstance(part, bool)


def _filled(parts: tuple[Any, ...], spare: tuple[slice, ...]) -> tuple[Any, ...]:
    """The parts with slices in the place of `...`."""
    return tuple(place for part in parts for place in (spare if part is Ellipsis else (part,)))


def _slices(places: tuple[Any, ...]) -> int:
    return sum(isinstance(place, slice) for place in places)


def _broadcasts(shape: Shape, to: Shape) -> bool:
    """Whether numpy broadcasts values of one shape to another."""
    sides = zip(reversed(shape), reversed(to), strict=False)
    return len(shape) <= len(to) and all(side in (1, other) for side, other in sides)


@implements(np.putmask)
def putmask(a: Any, mask: Any, values: Any) -> None:
    """Writes values where a mask holds, to every place the one of its own number, the values repeated to the size of a:
    one round where the mask is secret."""
    a = _secret("putmask", a)
    if np.shape(mask) != a.shape:
        raise LocalError(
            "shape-mismatch", f"a mask of shape {np.shape(mask)} of an array of shape {a.shape}",
            "give a mask of the array's shape", line=user_line(),
        )  # fmt: skip
    a.become(np.where(mask, np.resize(values, a.shape), a))


@implements(np.place)
def place(arr: Any, mask: Any, vals: Any) -> None:
    """Writes vals in order to the places where a mask holds; one value alone where the mask is secret, in one round."""
    arr = _secret("place", arr)
    if isinstance(mask, SecretArray):
        if np.size(vals) != 1:
            raise missing("np.place of several values by a secret mask", "x[mask] = value; np.where(mask, values, x)")
        arr[mask] = np.reshape(vals, ())
    else:
        arr[np.asarray(mask, bool)] = np.resize(vals, np.count_nonzero(mask))


@implements(np.copyto)
def copyto(dst: Any, src: Any, casting: str = "same_kind", where: Any = True) -> None:
    """Writes values into dst, where a condition holds: local for a public condition, one round for a secret one."""
    dst = _secret("copyto", dst)
    if where is True:
        dst[...] = src
    else:
        dst.become(np.where(where, src, dst))


def _secret(name: str, array: Any) -> SecretArray:
    """What is written into. LocalError `unsupported-operation` for a public array, which would become known."""
    if isinstance(array, SecretArray):
        return array
    raise missing(f"np.{name} into a public array", "x = np.where(condition, values, x), which is secret")
