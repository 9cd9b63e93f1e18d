"""Whole numbers as floats and back, and rounding to whole floats: all of small formats exactly, hard ones by numpy."""

from __future__ import annotations

from fractions import Fraction
from math import ceil, copysign, floor, inf, isfinite, isnan, trunc

import numpy as np
import pytest
from circuit_cases import run
from hypothesis import given
from hypothesis import strategies as st

from protocols.circuits.function import circuit
from protocols.circuits.kinds import Float, Float32, Int, UInt

SMALL = [Float(3, 2), Float(2, 4), Float(4, 2), Float(3, 1), Float(2, 1), Float(5, 3)]
WHOLE = [UInt(1), UInt(3), UInt(6), UInt(10), Int(1), Int(2), Int(5), Int(9)]
EDGES = np.float32([
    0, 0.5, 1, 1.5, 2.5, 0.49999997, 0.99999994, 1.0000001, 8388607.5, 8388608, 8388609, 16777216, 4194304.5, 4194303.5,
    2**31, 2**31 - 128, 2**31 + 256, 2**32, 2**32 - 256, 2**63, 2**64, 3e38, np.inf, np.nan, 1e-45, 1.2e-38, 0.75, 3.5,
])  # fmt: skip
HARD = np.concatenate([EDGES, -EDGES])


def values_of(kind):
    """All patterns of a float, as what they stand for."""
    return [kind.decoded([pattern >> i & 1 for i in range(kind.width)]) for pattern in range(1 << kind.width)]


def same(x, y):
    return (isnan(x) and isnan(y)) or (x == y and copysign(1, x) == copysign(1, y))


def cut(value, kind):
    """Towards zero, then the nearest bound, 0 of NaN."""
    low, high = kind.bounds
    if not isfinite(value):
        return 0 if isnan(value) else high if value > 0 else low
    return min(max(trunc(value), low), high)


@pytest.mark.parametrize("kind", SMALL, ids=str)
@pytest.mark.parametrize("whole", WHOLE, ids=str)
def test_all_whole_numbers_become_the_nearest_float(kind, whole):
    every = list(range(whole.bounds[0], whole.bounds[1] + 1))
    found = run(circuit(x=whole)(lambda x: x.to(kind)), x=every)["result"]
    wrong = [(x, y) for x, y in zip(every, found, strict=True) if not same(y, kind.decoded(kind.encoded(Fraction(x))))]
    assert not wrong


@pytest.mark.parametrize("kind", SMALL, ids=str)
@pytest.mark.parametrize("whole", WHOLE, ids=str)
def test_all_floats_are_cut_to_whole_numbers(kind, whole):
    values = values_of(kind)
    found = run(circuit(x=kind)(lambda x: x.to(whole)), x=values)["result"]
    wrong = [(x, y) for x, y in zip(values, found, strict=True) if y != cut(x, whole)]
    assert not wrong


ROUNDINGS = {"floor": floor, "ceil": ceil, "trunc": trunc, "rint": round}


def rounded(x):
    return {"floor": x.floor(), "ceil": x.ceil(), "trunc": x.trunc(), "rint": x.rint()}


@pytest.mark.parametrize("kind", SMALL, ids=str)
def test_all_floats_lose_their_fraction(kind):
    values = values_of(kind)
    for name, found in run(circuit(x=kind)(rounded), x=values).items():
        whole = [copysign(float(ROUNDINGS[name](x)), x) if isfinite(x) else x for x in values]
        exact = [kind.decoded(kind.encoded(x)) for x in whole]
        wrong = [(x, y, z) for x, y, z in zip(values, found, exact, strict=True) if not same(y, z)]
        assert not wrong, name


def singles():
    rng = np.random.default_rng(9)
    patterns = rng.integers(0, 2**32, 600, np.uint64).astype(np.uint32)
    near = (rng.integers(110, 170, 600).astype(np.uint32) << np.uint32(23)) | patterns & np.uint32(0x807FFFFF)
    halves = (rng.integers(-(2**23), 2**23, 300) / 2).astype(np.float32)
    return np.concatenate([HARD, patterns.view(np.float32), near.view(np.float32), halves])


def test_rounding_of_single_precision():
    values = singles()
    for name, found in run(circuit(x=Float32)(rounded), x=values).items():
        with np.errstate(invalid="ignore"):
            expected = getattr(np, name)(values).tolist()
        wrong = [case for case in zip(values.tolist(), found, expected, strict=True) if not same(*case[1:])]
        assert not wrong, (name, wrong[:3])


@pytest.mark.parametrize("kind", [Int(32), UInt(32), Int(64), UInt(64), Int(8), UInt(200), Int(24)], ids=str)
def test_cutting_of_single_precision(kind):
    values = singles()
    found = run(circuit(x=Float32)(lambda x: x.to(kind)), x=values)["result"]
    wrong = [(x, y) for x, y in zip(values.tolist(), found, strict=True) if y != cut(x, kind)]
    assert not wrong, wrong[:3]


@pytest.mark.parametrize(
    ("kind", "dtype"), [(Int(32), np.int32), (UInt(32), np.uint32), (Int(64), np.int64), (UInt(64), np.uint64)]
)
def test_single_precision_of_whole_numbers(kind, dtype):
    rng = np.random.default_rng(7)
    low, high = kind.bounds
    numbers = [low, low + 1, high, high - 1, 0, 1, 2**24, 2**24 + 1, 2**24 + 2, 2**24 + 3, 2**25 + 2, 2**25 + 6]
    numbers += [
        int(v) >> int(s) for v, s in zip(rng.integers(low, high, 1000, dtype), rng.integers(0, 40, 1000), strict=True)
    ]
    numbers += [high >> s for s in range(kind.width - 1)]
    found = run(circuit(x=kind)(lambda x: x.to(Float32)), x=numbers)["result"]
    assert found == np.array(numbers, dtype).astype(np.float32).tolist()


@given(x=st.integers(0, 2**200 - 1), shift=st.integers(0, 199))
def test_what_is_too_large_is_infinite(x, shift):
    number = x >> shift
    (found,) = run(WIDE, x=number)["result"]
    exact = Fraction(number)
    assert found == (inf if exact >= 2**128 - 2**103 else Float32.decoded(Float32.encoded(exact)))


WIDE = circuit(x=UInt(200))(lambda x: x.to(Float32))


def test_there_and_back():
    made = circuit(x=Int(25))(lambda x: x.to(Float32).to(Int(25)))
    numbers = [*range(-(2**24), -(2**24) + 100), *range(-100, 100), *range(2**24 - 100, 2**24)]
    assert run(made, x=numbers)["result"] == numbers


def test_ands():
    counts = {
        circuit(x=Int(32))(lambda x: x.to(Float32)): 340, circuit(x=UInt(64))(lambda x: x.to(Float32)): 640,
        circuit(x=Float32)(lambda x: x.to(Int(32))): 310, circuit(x=Float32)(lambda x: x.rint()): 400,
    }  # fmt: skip
    for made, most in counts.items():
        assert made.ands <= most, made
