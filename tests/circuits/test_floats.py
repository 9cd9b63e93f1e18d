"""IEEE 754 in circuits, bit for bit: all pairs of small formats by exact rounding, hard pairs of float32 by numpy."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from circuit_cases import of_two, run
from hypothesis import given
from hypothesis import strategies as st

from mpc.algebra.bits import unpack
from mpc.errors import LocalError
from protocols.circuits.binding import inputs_of
from protocols.circuits.choosing import maximum, minimum, sorted_values
from protocols.circuits.circuit import Port
from protocols.circuits.function import circuit
from protocols.circuits.kinds import Float, Float32
from protocols.circuits.plain import evaluate

SMALL = [Float(3, 2), Float(2, 4), Float(4, 2), Float(3, 1), Float(2, 1)]
HARD = [
    0.0, -0.0, 1.0, -1.0, np.inf, -np.inf, np.nan, 1e-45, -1e-45, 1.1754944e-38, 1.1754942e-38, 3.4028235e38,
    -3.4028235e38, 2.0, 0.5, 1 / 3, 1e-20, 1e20, 16777216.0, 16777217.0, 1.0000001, 5.877472e-39,
]  # fmt: skip


def arithmetic(x, y):
    return {"add": x + y, "sub": x - y, "mul": x * y, "div": x / y, "sqrt": x.sqrt(), "neg": -x, "abs": abs(x)}


def comparisons(x, y):
    return {"lt": x < y, "le": x <= y, "gt": x > y, "ge": x >= y, "eq": x == y, "ne": x != y}


def by_numpy(x, y):
    with np.errstate(all="ignore"):
        return {
            "add": x + y, "sub": x - y, "mul": x * y, "div": x / y, "sqrt": np.sqrt(x), "neg": -x, "abs": np.abs(x),
            "lt": x < y, "le": x <= y, "gt": x > y, "ge": x >= y, "eq": x == y, "ne": x != y,
        }  # fmt: skip


def as_bits(numbers, width):
    """(instances, width) of 0 and 1."""
    return (np.asarray(numbers, np.uint64)[:, None] >> np.arange(width, dtype=np.uint64) & np.uint64(1)).astype(
        np.uint8
    )


def results(made, x, y):
    """Each output as unsigned numbers, for bits of x and y."""
    planes, count = inputs_of(made, {"x": x, "y": y})
    out = evaluate(made, planes)
    found, place = {}, 0
    for port in made.outputs:
        rows = np.stack([unpack(plane, count) for plane in out[place : place + port.width]], axis=1).astype(np.uint64)
        found[port.name] = (rows << np.arange(port.width, dtype=np.uint64)).sum(axis=1)
        place += port.width
    return found


def number(kind, value):
    return sum(bit << i for i, bit in enumerate(kind.encoded(value)))


@pytest.mark.parametrize("kind", SMALL, ids=str)
def test_all_pairs_of_small_formats(kind):
    """float64 holds sums, products and differences exactly, and rounds quotients and roots far below the format."""
    every = np.arange(2**kind.width)
    values = np.array([kind.decoded(row) for row in as_bits(every, kind.width).tolist()])
    xs, ys = (grid.reshape(-1) for grid in np.meshgrid(every, every))
    expected = by_numpy(values[xs], values[ys])
    bits = as_bits(xs, kind.width), as_bits(ys, kind.width)
    for name, found in results(of_two(arithmetic, kind), *bits).items():
        rounded = [number(kind, value) for value in expected[name]]
        signs = kind.nan | 1 << kind.width - 1  # minus NaN is a NaN whose sign is set
        wrong = [(i, j, f, r) for i, j, f, r in zip(xs, ys, found, rounded, strict=True) if f != r]
        if name in ("neg", "abs"):
            wrong = [case for case in wrong if not np.isnan(values[case[0]])]
        assert not wrong, (name, wrong[:3], signs)
    for name, found in results(of_two(comparisons, kind), *bits).items():
        np.testing.assert_array_equal(found, expected[name], err_msg=name)


SINGLE = of_two(lambda x, y: {**arithmetic(x, y), **comparisons(x, y)}, Float32)


def hold(x, y):
    """All operations on float32 arrays are numpy's; every NaN is the one of circuits."""
    found = results(SINGLE, *(as_bits(v.view(np.uint32), 32) for v in (x, y)))
    for name, expected in by_numpy(x, y).items():
        if name in ("neg", "abs"):
            continue
        wanted = expected if expected.dtype == bool else expected.view(np.uint32).copy()
        wanted = wanted if expected.dtype == bool else np.where(np.isnan(expected), Float32.nan, wanted)
        wrong = np.flatnonzero(found[name] != wanted)
        assert not wrong.size, (name, [(x[i], y[i], hex(found[name][i])) for i in wrong[:3]])


def test_hard_pairs_of_single_precision():
    x, y = (grid.reshape(-1) for grid in np.meshgrid(np.float32(HARD), np.float32(HARD)))
    hold(x, y)


@pytest.mark.parametrize("near", ["anywhere", "close", "subnormal", "exponents"])
def test_random_pairs_of_single_precision(near):
    rng = np.random.default_rng(5)
    a, b = rng.integers(0, 2**32, (2, 4096), np.uint64).astype(np.uint32)
    if near == "close":
        b = (a + rng.integers(-8, 9, 4096)).astype(np.uint32) ^ rng.integers(0, 2, 4096).astype(np.uint32) << np.uint32(
            31
        )
    if near == "subnormal":
        a, b = a & np.uint32(0x80FFFFFF), b & np.uint32(0x81FFFFFF)
    if near == "exponents":
        b = a & np.uint32(0xFF800000) | b & np.uint32(0x00FFFFFF)
    hold(a.view(np.float32), b.view(np.float32))


@given(value=st.floats(width=32))
def test_numbers_are_encoded_and_decoded(value):
    bits = Float32.encoded(value)
    again = Float32.decoded(bits)
    assert (np.isnan(value) and np.isnan(again)) or (again == value and np.signbit(again) == np.signbit(value))


@given(value=st.floats())
def test_numbers_are_rounded_as_numpy_does(value):
    with np.errstate(all="ignore"):
        expected = np.float32(value)
    found = np.float32(Float32.decoded(Float32.encoded(value)))
    np.testing.assert_array_equal(found, expected)


def test_public_numbers():
    made = circuit(x=Float32)(lambda x: {"affine": 2 * x + 1, "from": 1 - x, "over": 1 / x, "small": x < 0.5})
    found = run(made, x=[0.25, -3.0])
    assert found == {
        "affine": [1.5, -5.0],
        "from": [0.75, 4.0],
        "over": [4.0, float(np.float32(-1 / 3))],
        "small": [1, 1],
    }


def test_ands_of_single_precision():
    counts = {"add": 798, "mul": 1818, "div": 1481, "sqrt": 940}
    for name, ands in counts.items():
        assert of_two(lambda x, y, name=name: arithmetic(x, y)[name], Float32).ands <= ands
    assert of_two(lambda x, y: x < y, Float32).ands <= 138
    assert Port("x", Float32).width == 32


def test_public_numbers_are_rounded_once():
    middle = 2**60 + 2**36  # between two singles
    for number, nearest in ((middle - 1, 2**60), (middle, 2**60), (middle + 1, 2**60 + 2**37)):
        assert Float32.decoded(Float32.encoded(number)) == nearest
        assert Float32.decoded(Float32.encoded(Fraction(number, 3))) == np.float32(number / 3)
    assert Float32.decoded(Float32.encoded(np.int64(middle + 1))) == 2**60 + 2**37
    for nothing in ("1.5", b"1", None, 10**400):
        with pytest.raises(LocalError, match="bad-operand"):
            Float32.encoded(nothing)


def test_the_extremes_of_nan_are_what_the_page_says():
    """The second of two; among several the others in some order, and none is lost."""
    values = [3.0, -1.5, np.nan, 0.25, -np.inf]

    def extremes(x, y):
        return {"least": minimum(x, y), "most": maximum(x, y), "odd": x != x}

    found = run(circuit(x=Float32, y=Float32)(extremes), x=np.array([np.nan, 1.0, 2.0]), y=np.array([1.0, np.nan, 1.0]))
    np.testing.assert_array_equal(found["least"], [1.0, np.nan, 1.0])
    np.testing.assert_array_equal(found["most"], [1.0, np.nan, 2.0])
    np.testing.assert_array_equal(found["odd"], [1, 0, 0])
    for turn in range(len(values)):
        rolled = dict(zip("abcde", np.roll(values, turn), strict=True))
        names = dict.fromkeys(rolled, Float32)

        def in_order(a, b, c, d, e):
            return dict(zip("vwxyz", sorted_values([a, b, c, d, e]), strict=True))

        made = run(circuit(**names)(in_order), **rolled)
        np.testing.assert_array_equal(np.sort(np.ravel([*made.values()])), np.sort(values))
