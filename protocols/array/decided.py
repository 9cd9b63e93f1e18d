"""What a comparison with public numbers says of the secret that was compared, where it is what `np.where` takes.

Of np.where(s == 0, 1, s) the second number is not zero wherever it is taken, so the result divides. That follows from
what is written alone: ranges, thresholds and which value is compared are public.
"""

from __future__ import annotations

from typing import NamedTuple

from protocols.array.node import Value
from protocols.array.secret import SecretArray
from protocols.array.thresholds import Units
from protocols.ranges import Range


class Decided(NamedTuple):
    """Where a truth value holds, elements of `value`, encoded with `scale`, lie in `true`; elsewhere in `false`."""

    value: Value
    scale: int
    true: Range
    false: Range

    @property
    def turned(self) -> Decided:
        """Of the truth value's negation."""
        return self._replace(true=self.false, false=self.true)


def said_of_order(x: SecretArray, units: Units) -> Decided | None:
    """Of x < t: below the largest t where it holds, not below the smallest one elsewhere."""
    if not units.values.size:
        return None
    least, most = int(units.values.min()), int(units.values.max())
    return _decided(x, (x.range.lo, most - 1), (least, x.range.hi))


def said_of_equality(x: SecretArray, units: Units) -> Decided | None:
    """Of x == t: between the smallest and the largest t; elsewhere not the end of its range, if that is t."""
    if not units.values.size:
        return None
    least, most = int(units.values.min()), int(units.values.max())
    apart = [int(least == most == end) for end in (x.range.lo, x.range.hi)]
    return _decided(x, (least, most), (x.range.lo + apart[0], x.range.hi - apart[1]))


def where_it(condition: SecretArray, x: SecretArray, *, holds: bool) -> SecretArray:
    """x where the condition holds, or where it does not: an alias with the range that follows."""
    known = condition.together
    if not isinstance(known, Decided) or known.value is not x.node.value or known.scale != x.scale:
        return x
    part = known.true if holds else known.false
    lo, hi = max(x.range.lo, part.lo), min(x.range.hi, part.hi)
    return x.narrowed(lo, hi) if lo <= hi else x


def _decided(x: SecretArray, true: tuple[int, int], false: tuple[int, int]) -> Decided:
    """A part of the range that holds nothing is the whole of it: it is never taken."""
    whole = x.range.off_by(0)
    parts = [Range(*ends) if ends[0] <= ends[1] else whole for ends in (true, false)]
    return Decided(x.node.value, x.scale, *parts)
