"""exp, log, sigmoid, tanh and sines of fixed-point numbers in circuits: off by at most a unit, by decimals.

All numbers of small widths; of wide ones edges, powers of two and random ones of every size.
"""

from __future__ import annotations

from decimal import Decimal, localcontext
from functools import cache
from itertools import pairwise

import numpy as np
import pytest
from circuit_cases import run

from mpc.errors import LocalError
from protocols.circuits.function import circuit
from protocols.circuits.kinds import Bits, Int, UInt
from protocols.circuits.library import fixed_point as fp
from protocols.circuits.library.fixed_point.functions import (
    LOG_OF_ONE_PLUS,
    PI,
    POWER_OF_TWO,
    cosine,
    half_sigmoid,
    hyperbolic_tangent,
    quarter_sine,
)
from protocols.circuits.library.fixed_point.pieces import polynomials

FORMATS = [
    (Int(9), 4),
    (Int(11), 8),
    (UInt(9), 7),
    (Int(6), 0),
    (Int(5), 9),
    (UInt(3), 5),
    (Int(1), 3),
    (Int(1), 0),
    (UInt(1), 0),
    (Int(2), 2),
    (UInt(2), 0),
    (Int(32), 16),
    (Int(50), 30),
]
FAR = 1000
"""From here on sigmoid and tanh are 0 and 1 to all digits that are asked for."""


def some(kind):
    """All numbers of a narrow kind, of a wide one some of each size."""
    low, high = kind.bounds
    if kind.width <= 11:
        return list(range(low, high + 1))
    rng = np.random.default_rng(kind.width)
    numbers = [low, high, 0, 1, -1, low + 1]
    for bits in range(1, kind.width):
        numbers += [1 << bits - 1, (1 << bits) - 1, -(1 << bits - 1), -(1 << bits) + 1]
        numbers += [int(v) for v in rng.integers(-(1 << bits - 1), 1 << bits - 1, 4)]
    return [number for number in numbers if low <= number <= high]


def sigmoid(x):
    return 1 / (1 + (-x).exp()) if abs(x) < FAR else Decimal(x > 0)


def tanh(x):
    return 2 * sigmoid(2 * x) - 1


def cos(x):
    x = abs(x) % (2 * PI)
    return cosine(x) if x <= PI else -cosine(x - PI)


def sin(x):
    return cos(x - PI / 2)


def of_one(function, kind, places):
    return circuit(x=kind)(lambda x: function(x, places))


def largest_error(function, exact, kind, places, chosen):
    found = run(of_one(function, kind, places), x=chosen)["result"]
    with localcontext(prec=60):
        return max(
            (abs(Decimal(y) - exact(Decimal(x) / 2**places) * 2**places) for x, y in zip(chosen, found, strict=True)),
            default=0,
        )


@pytest.mark.parametrize(("kind", "places"), FORMATS, ids=str)
@pytest.mark.parametrize(
    ("function", "exact"), [(fp.sigmoid, sigmoid), (fp.tanh, tanh), (fp.sine, sin), (fp.cosine, cos)],
    ids=["sigmoid", "tanh", "sine", "cosine"],
)  # fmt: skip
def test_functions_of_any_number(function, exact, kind, places):
    assert largest_error(function, exact, kind, places, some(kind)) <= 1


@pytest.mark.parametrize(("kind", "places"), FORMATS, ids=str)
@pytest.mark.parametrize("room", [2, 7, 20])
def test_exponentials(kind, places, room):
    result = UInt(max(places + room - 5, 1)) if room % 2 else Int(max(places + room - 5, 1) + 1)
    with localcontext(prec=60):
        limit = (Decimal(result.bounds[1]) / 2**places).ln() * 2**places if result.bounds[1] else 0
    chosen = [x for x in some(kind) if x < limit]
    if chosen:
        assert largest_error(lambda x, f: fp.exp(x, f, result), Decimal.exp, kind, places, chosen) <= 1


@pytest.mark.parametrize(("kind", "places"), FORMATS, ids=str)
def test_logarithms(kind, places):
    result = Int(places + 7)
    chosen = [x for x in some(kind) if x > 0]
    assert largest_error(lambda x, f: fp.log(x, f, result), Decimal.ln, kind, places, chosen) <= 1


def test_ands_of_functions():
    """Of 32 bits, 16 of them a fraction."""
    counts = {
        fp.sigmoid: 850, fp.tanh: 920, fp.sine: 1020, fp.cosine: 1020,
        lambda x, f: fp.exp(x, f, UInt(31)): 3150, lambda x, f: fp.log(x, f, Int(32)): 920,
    }  # fmt: skip
    for function, most in counts.items():
        assert of_one(function, Int(32), 16).ands <= most


@cache
def derivatives(function, order):
    """|F^(n)| / n! at some places, by divided differences, which are that somewhere in between."""
    step = Decimal(2) ** -20
    found = Decimal(0)
    with localcontext(prec=200):
        for place in range(17):
            at = min(Decimal(place) / 16, 1 - order * step)
            values = [function.at(at + i * step) for i in range(order + 1)]
            for n in range(1, order + 1):
                values = [(y - x) / (n * step) for x, y in pairwise(values)]
            found = max(found, abs(values[0]))
    return found


@pytest.mark.parametrize("order", range(1, 8))
def test_bounds_of_derivatives(order):
    functions = [POWER_OF_TWO, LOG_OF_ONE_PLUS, quarter_sine(9)]
    functions += [half_sigmoid(places) for places in (-2, 0, 4)] + [hyperbolic_tangent(places) for places in (-2, 0, 3)]
    for function in functions:
        assert derivatives(function, order) <= Decimal(float(function.bound(order))) * Decimal("1.0000001")


def test_polynomials_are_the_same_every_time():
    """Both parties have to garble the same circuit: coefficients come from decimals, never from floats."""
    made = polynomials(POWER_OF_TWO, 20, 16)
    polynomials.cache_clear()
    assert polynomials(POWER_OF_TWO, 20, 16) == made
    exact = circuit(x=Int(32))(lambda x: {"a": fp.sine(x, 16), "b": fp.exp(x, 16, UInt(30)), "c": fp.tanh(x, 16)})
    assert exact.digest == KNOWN


KNOWN = "3d4d558323924c4788bea63a636a2f501901334384d602135e338191c6155aae"

REFUSED = {
    "bad-operand": [
        lambda x: fp.sine(x[0:3], 3), lambda x: fp.exp(x, 3, Bits(8)), lambda x: fp.log(5, 3, Int(8)),
    ],
    "bad-width": [lambda x: fp.sine(x, -1), lambda x: fp.tanh(x, 65), lambda x: fp.exp(x, 2.0, Int(8))],
}  # fmt: skip


@pytest.mark.parametrize(("code", "function"), [(code, f) for code, fs in REFUSED.items() for f in fs])
def test_refused(code, function):
    with pytest.raises(LocalError) as caught:
        circuit(x=Int(8))(function)
    assert caught.value.code == code
