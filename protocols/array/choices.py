"""Of public numbers the one that secret weights choose."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from operator import or_
from typing import Any

import numpy as np

from protocols.array.arithmetic import ADD_PUBLIC, SCALE, SUM
from protocols.array.public import Constant, Public, encoded, is_integral, public, whole_units
from protocols.array.recording import record
from protocols.array.secret import SecretArray
from protocols.array.thresholds import clamped
from protocols.ranges import Range


def chosen(weights: SecretArray, choices: Sequence[Any]) -> SecretArray:
    """Of public numbers, elementwise, the one whose weight is 1 where the others' are 0; the last axis of `weights` has
    those of all but the last number. Local.

    It is the last number and the sum of the weighted differences from it, which are taken in whole units: no float
    rounds them, and in the ring it does not matter how large they are.
    """
    context = weights.context
    values = [public(choice) for choice in choices]
    scale = 0 if all(is_integral(value) for value in values) else context.fractional_bits
    around = reduce(or_, (encoded(context, value, scale).range for value in values))
    *others, last = np.broadcast_arrays(*(whole_units(value, scale) for value in values))
    apart = np.stack([other - last for other in others], -1) if others else np.zeros((*last.shape, 0), np.int64)
    weighted = record(SCALE, weights, constant=_constant(weights, apart, around), scale=scale, range_=around)
    total = record(SUM, weighted, axes=(weighted.ndim - 1,), keepdims=False, range_=around)
    return record(ADD_PUBLIC, total, constant=_constant(weights, last, around), range_=around)


def _constant(x: SecretArray, whole: Public, range_: Range) -> Constant:
    ring = x.context.ring
    elements = ring.from_signed(whole) if whole.dtype == np.int64 else ring.from_ints(whole)
    return Constant(elements, clamped(range_, x.context), whole.shape)
