"""Moduli of continuity hold: no two operands that are so far apart have results that are further apart."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
import pytest

from protocols.numeric import continuity
from protocols.numeric.exponential import largest_exp
from protocols.ranges import NO_BOUND, ULP, Range

F = 16
UNIT = 2.0**-F
Bound = Callable[[Range], int]


def through_exp(r: Range) -> int:
    return continuity.through_exp(r, F, largest_exp(r, F))


POSITIVE = [Range(1 << 14, 1 << 20), Range(700, 1 << 30), Range(1 << 20, 1 << 20)]
ANY = [Range(-5 << 16, 4 << 16), Range(0, 10 << 16), Range(-(1 << 22), -1000)]
FUNCTIONS: list[tuple[Callable[..., np.longdouble], Bound, list[Range]]] = [
    (lambda x: 1 / x, partial(continuity.through_reciprocal, f=F), [*POSITIVE, Range(-(1 << 22), -1000)]),
    (np.sqrt, partial(continuity.through_sqrt, f=F), [*POSITIVE, Range(0, 1 << 20)]),
    (lambda x: 1 / np.sqrt(x), partial(continuity.through_inverse_sqrt, f=F), POSITIVE),
    (np.exp, through_exp, ANY[:2]),
    (np.log, partial(continuity.through_log, f=F), POSITIVE),
    (lambda x: 1 / (1 + np.exp(-x)), partial(continuity.through_sigmoid, f=F), ANY),
    (np.tanh, partial(continuity.through_tanh, f=F), ANY),
    (np.sin, partial(continuity.through_sine, f=F), ANY),
]


@pytest.mark.parametrize("error", [1, 12345, ULP // 2, ULP, 300 * ULP])
@pytest.mark.parametrize("which", range(len(FUNCTIONS)))
def test_results_are_no_further_apart_and_the_bound_is_no_larger_than_needed(which: int, error: int) -> None:
    function, bound, ranges = FUNCTIONS[which]
    for r in ranges:
        said = bound(r.off_by(error)) / ULP * UNIT
        x = np.linspace(r.lo, r.hi, 2001).astype(np.longdouble) * UNIT
        off = np.longdouble(error / ULP * UNIT)
        sides = (x + off, np.maximum(x - off, 0) if r.lo >= 0 else x - off)
        worst = max(np.abs(function(side) - function(x)).max() for side in sides)
        assert worst <= said
        assert said <= 4 * worst + 2 * UNIT / ULP or function(x).max() < 1e-2


@pytest.mark.parametrize("error", [1, ULP, 300 * ULP])
def test_quotients(error: int) -> None:
    rx, ry = Range(-(1 << 24), 1 << 22, error), Range(1 << 16, 1 << 20, error // 2)
    said = continuity.through_quotient(rx, ry, F) / ULP
    x, y = (np.linspace(r.lo, r.hi, 401).astype(np.longdouble) for r in (rx, ry))
    x, y = np.meshgrid(x, y)
    e, d = np.longdouble(error) / ULP, np.longdouble(error // 2) / ULP
    worst = max(np.abs((x + a * e) / (y + b * d) - x / y).max() * 2**F for a in (-1, 1) for b in (-1, 1))
    assert worst <= said <= 2 * worst + 1e-6


@pytest.mark.parametrize("error", [0, 1, 12345, ULP, 300 * ULP])
def test_the_error_function_is_steepest_at_zero(error: int) -> None:
    said = continuity.through_erf(Range(-10, 10, error), F)
    assert error * 2 / np.sqrt(np.pi) <= said <= 1.001 * error * 2 / np.sqrt(np.pi) + 1


def test_exact_operands_have_exact_results_and_what_may_leave_the_domain_has_no_bound() -> None:
    r = Range(0, 100)
    assert continuity.through_sqrt(r, F) == continuity.through_exp(r, F, 1) == 0
    near = Range(10, 100, 10 * ULP)
    assert continuity.through_reciprocal(near, F) >= NO_BOUND
    assert continuity.through_log(near, F) >= NO_BOUND
    assert continuity.through_inverse_sqrt(near, F) >= NO_BOUND
    assert continuity.through_quotient(r, near, F) >= NO_BOUND
    assert continuity.through_sqrt(near, F) < NO_BOUND
    assert continuity.through_exp(r.off_by(ULP << 30), F, 1) >= NO_BOUND
