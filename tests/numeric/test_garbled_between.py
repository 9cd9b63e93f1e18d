"""What stands between garbled functions is exact: products of every two numbers of small ranges, and of wide ones."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from mpc.algebra.bits import pack, unpack
from protocols.circuits.plain import evaluate
from protocols.numeric import garbled, garbled_between
from protocols.ranges import Range

SMALL = [Range(0, 6), Range(-5, 4), Range(-9, -2), Range(3, 3), Range(0, 1), Range(-1, 0)]
WIDE = [Range(0, (1 << 21) - 1), Range(-(1 << 24), 1 << 24), Range(-(1 << 30), -1)]


def in_the_clear(function: garbled.Function, ranges: list[Range], *numbers: Any) -> Any:
    """What a function's circuit gives: the garbler's shares are the numbers, the evaluator's are zero."""
    steps, kinds = garbled.alone(function, tuple(garbled.kind_of(r) for r in ranges))
    joint = garbled.joint_of(steps, kinds)
    rows = [x >> i & 1 for x, kind in zip(numbers, kinds, strict=True) for i in range(kind.width)]
    rows += [np.zeros_like(row) for row in rows]
    found = evaluate(joint.circuit, np.stack([pack(row.astype(np.uint8)) for row in rows]))
    (port,) = joint.circuit.outputs
    weights = [1 << i for i in range(port.width)]
    weights[-1] *= -1 if port.kind.bounds[0] < 0 else 1
    return sum(unpack(row, numbers[0].size).astype(object) * w for row, w in zip(found, weights, strict=True))


@pytest.mark.parametrize("ry", SMALL, ids=str)
@pytest.mark.parametrize("rx", SMALL, ids=str)
def test_every_product_of_small_ranges(rx: Range, ry: Range) -> None:
    x, y = (v.reshape(-1) for v in np.meshgrid(np.arange(rx.lo, rx.hi + 1), np.arange(ry.lo, ry.hi + 1)))
    np.testing.assert_array_equal(in_the_clear(garbled_between.times(rx, ry), [rx, ry], x, y), x * y)


@pytest.mark.parametrize("r", [*SMALL, *WIDE], ids=str)
def test_squares(r: Range) -> None:
    x = np.unique(np.linspace(r.lo, r.hi, 200).astype(np.int64))
    np.testing.assert_array_equal(in_the_clear(garbled_between.squared(r), [r], x), x.astype(object) ** 2)


@pytest.mark.parametrize("ry", WIDE, ids=str)
@pytest.mark.parametrize("rx", WIDE, ids=str)
def test_products_of_wide_ranges(rx: Range, ry: Range) -> None:
    x, y = (v.reshape(-1) for v in np.meshgrid(*(np.linspace(r.lo, r.hi, 12).astype(np.int64) for r in (rx, ry))))
    found = in_the_clear(garbled_between.times(rx, ry), [rx, ry], x, y)
    np.testing.assert_array_equal(found, x.astype(object) * y.astype(object))
