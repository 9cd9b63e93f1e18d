"""Every function takes arrays of any shape, keeps its intermediate values in range, and costs what it costs."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from mpc.algebra.ring import Z64
from mpc.context import Context
from protocols.derived import square
from protocols.ideal import Ideal, IdealSuite, arithmetic, truncate
from protocols.numeric.error_function import erf
from protocols.numeric.exponential import exp
from protocols.numeric.logarithm import log
from protocols.numeric.reciprocal import reciprocal
from protocols.numeric.sigmoid import sigmoid, tanh
from protocols.numeric.sine import cos, sin
from protocols.numeric.square_root import inverse_sqrt, sqrt
from protocols.one_array import OneArray
from protocols.ranges import Range

from .computing import SUITES, Computed, Function, compute, run, spread

FUNCTIONS = [reciprocal, sqrt, inverse_sqrt, log, exp, sigmoid, tanh, sin, cos, erf]
POSITIVE = Range(1 << 10, 15 << 16)


@pytest.mark.parametrize("function", FUNCTIONS)
@pytest.mark.parametrize("shape", [(), (1,), (0,), (2, 3), (1, 0, 4), (65,)])
def test_shapes(computed: Computed, function: Function, shape: tuple[int, ...]) -> None:
    x = (np.arange(int(np.prod(shape))) * 4321 + 70000).reshape(shape)
    y = computed(function, x, POSITIVE).values
    assert y.shape == shape
    one_by_one = [compute(function, v, POSITIVE, suite="ideal").values for v in x.reshape(-1)[:3]]
    apart = np.abs(y.reshape(-1)[:3] - np.array(one_by_one).reshape(-1)).max(initial=0)
    assert apart <= (
        18 if function in (sigmoid, tanh) else 4
    )  # a spline is off by 7 units, or 14 of tanh, a series by 1


class Watching(Ideal):
    """A factory of the suite below."""

    async def start(self, ctx: Context) -> WatchingSuite:
        return WatchingSuite()


class WatchingSuite(IdealSuite):
    """The ideal suite, that fails where a product or a truncation leaves the 62 bits they are planned for."""

    @staticmethod
    async def mul(ctx: Context, x: OneArray, y: OneArray) -> OneArray:
        _check(np.multiply(_reals(x), _reals(y)))
        return await arithmetic.mul(ctx, x, y)

    @staticmethod
    async def square(ctx: Context, x: OneArray) -> OneArray:
        _check(_reals(x) ** 2)
        return await square(ctx, x)

    @staticmethod
    async def truncate(ctx: Context, x: OneArray, shift: int) -> OneArray:
        _check(_reals(x))
        return await truncate.truncate(ctx, x, shift)


def _reals(x: OneArray) -> npt.NDArray[np.float64]:
    return Z64.to_signed(x.words).astype(float)


def _check(values: npt.NDArray[np.float64]) -> None:
    assert np.abs(values).max(initial=0) < 2.0**62


WIDE = Range(1, (1 << 61) - 1)


@pytest.mark.parametrize(
    ("function", "r", "f"),
    [
        *((function, WIDE, f) for f in (0, 8, 16, 18) for function in (reciprocal, sqrt, inverse_sqrt, log)),
        *((function, Range(1 << 20, WIDE.hi), 24) for function in (reciprocal, sqrt, inverse_sqrt, log)),
        *((function, POSITIVE, 16) for function in FUNCTIONS),
        *((exp, Range(-(17 << f), int((61 - f) * 0.693 * 2**f)), f) for f in (0, 8, 16, 24)),
        *((exp, Range(-(4 << f), 4 << f), f) for f in (8, 16, 24)),
        *((sigmoid, Range(-(7 << f), 7 << f), f) for f in (0, 8, 16, 24)),
    ],
)
def test_no_intermediate_value_leaves_62_bits(
    monkeypatch: pytest.MonkeyPatch, function: Function, r: Range, f: int
) -> None:
    monkeypatch.setitem(SUITES, "watching", Watching())
    x = spread(r)
    if function is exp:
        x = x[x > -(f + 1) * 0.693 * 2**f]
    compute(function, x, r, f, suite="watching")


MATERIAL: dict[Function, tuple[int, dict[str, int]]] = {
    reciprocal: (9, {"triple": 8, "truncation_pair": 7}),
    sqrt: (9, {"triple": 6, "square_pair": 1, "truncation_pair": 6}),
    inverse_sqrt: (9, {"triple": 6, "square_pair": 1, "truncation_pair": 6}),
    log: (9, {"triple": 5, "square_pair": 1, "truncation_pair": 6}),
    exp: (4, {"triple": 8, "square_pair": 1, "truncation_pair": 8}),
    sigmoid: (1, {"point_key": 1, "triple": 10, "square_pair": 1, "truncation_pair": 6}),
    sin: (0, {"triple": 4, "truncation_pair": 3}),
}


@pytest.mark.parametrize("function", MATERIAL)
def test_material_is_that_of_the_docstring(function: Function) -> None:
    r = Range.of_reals(1, 7, 16) if function in (exp, sigmoid) else Range.of_reals(1, 1000, 16)
    (party, _) = run(function, np.full(64, r.lo), r, 16)
    dabits, material = MATERIAL[function]
    counted = {kind: count / 64 for kind, count in party.session.ledger.material.items() if kind != "and_triple"}
    of_bits = {"dabit": dabits} if "point_key" in material else {"edabit": 1, "dabit": dabits}
    assert counted == (of_bits if dabits else {}) | material
