"""exp and log of floats: less than a unit of the last place off, special values as numpy has them.

All numbers of formats of up to 16 bits; of float32 hard ones and some of each size. `every_float.py` goes through all.
"""

from __future__ import annotations

from decimal import Decimal, localcontext
from functools import cache
from typing import Any

import numpy as np
import pytest

import mpc
from mpc.algebra.bits import pack, unpack
from mpc.errors import LocalError
from protocols.circuits import arithmetic
from protocols.circuits.circuit import Circuit
from protocols.circuits.function import circuit
from protocols.circuits.kinds import Float, Float32, Int, UInt
from protocols.circuits.library import floating_point as fp
from protocols.circuits.library.fixed_point import constants
from protocols.circuits.plain import evaluate
from protocols.circuits.values import value_of

SMALL = [Float(2, 1), Float(3, 2), Float(2, 4), Float(4, 3), Float(5, 2), Float(6, 1), Float(3, 7)]
HALF, BRAIN = Float(5, 10), Float(8, 7)
FUNCTIONS = {"exp": (fp.exp, np.exp), "log": (fp.log, np.log)}
BLOCK = 1 << 13


@cache
def made(name: str, kind: Float) -> Circuit:
    return circuit(x=kind)(FUNCTIONS[name][0])


def found(name: str, kind: Float, numbers: Any) -> Any:
    """The bits of results, of bits, as numbers."""
    results = []
    for start in range(0, len(numbers), BLOCK):
        some = numbers[start : start + BLOCK]
        planes = np.stack([pack((some >> np.uint64(i) & np.uint64(1)).astype(np.uint8)) for i in range(kind.width)])
        rows = [unpack(row, len(some)).astype(np.uint64) for row in evaluate(made(name, kind), planes)]
        results.append(sum(row << np.uint64(i) for i, row in enumerate(rows)))
    return np.concatenate(results)


def values_of(kind: Float, numbers: Any) -> Any:
    """What bits stand for, in double precision; infinity as the power of two that it begins at."""
    fraction = (numbers & np.uint64((1 << kind.fraction) - 1)).astype(float)
    field = (numbers >> np.uint64(kind.fraction) & np.uint64((1 << kind.exponent) - 1)).astype(int)
    significand = fraction + np.where(field > 0, 1 << kind.fraction, 0)
    size = np.ldexp(significand, np.maximum(field, 1) - kind.bias - kind.fraction)
    signed = np.where(numbers >> np.uint64(kind.width - 1) & np.uint64(1), -size, size)
    return np.where((numbers & np.uint64((1 << kind.width - 1) - 1)) > kind.infinity, np.nan, signed)


def hold(name: str, kind: Float, numbers: Any) -> float:
    """The largest error in units, in formats of which double precision has all."""
    results = found(name, kind, numbers)
    x, y = values_of(kind, numbers), values_of(kind, results)
    top = 2.0 ** (kind.bias + 1)
    with np.errstate(all="ignore"):
        exact = FUNCTIONS[name][1](np.where(np.abs(x) == top, np.copysign(np.inf, x), x))
    exact = np.clip(exact, -top, top)
    np.testing.assert_array_equal(np.isnan(y), np.isnan(exact))
    assert (results[np.isnan(y)] == kind.nan).all()
    power = np.frexp(np.where(exact == top, np.nextafter(top, 0), exact))[1] - 1
    unit = np.ldexp(1.0, np.maximum(power, 1 - kind.bias) - kind.fraction)
    off = np.where(np.isnan(exact), 0, np.abs(y - exact) / unit)
    worst = off.argmax()
    assert off[worst] < 1, (name, kind, x[worst], y[worst], exact[worst])
    assert not np.signbit(y[exact == 0]).any()
    return float(off[worst])


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize("kind", SMALL, ids=str)
def test_all_numbers_of_small_formats(name: str, kind: Float) -> None:
    hold(name, kind, np.arange(1 << kind.width, dtype=np.uint64))


@pytest.mark.slow
@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize("kind", [HALF, BRAIN], ids=str)
def test_all_numbers_of_sixteen_bits(name: str, kind: Float) -> None:
    hold(name, kind, np.arange(1 << 16, dtype=np.uint64))


def singles(name: str) -> Any:
    """Zeros, subnormals, both ends, infinities, NaN; where results overflow, vanish or cancel; of each size some."""
    hard = [0, 1, 2, (1 << 23) - 1, 1 << 23, (255 << 23) - 1, 255 << 23, (255 << 23) + 1, Float32.nan]
    bits = np.array([number | sign << 31 for number in hard for sign in (0, 1)], np.uint32)
    near = np.float32([1, 0.75, 1.5, 2, 0.5] if name == "log" else [88.72284, -103.97208, -87.33655, 0.6931472, 1e-7])
    close = near.view(np.uint32)[:, None] + np.arange(-40, 41, dtype=np.int32).astype(np.uint32)
    rng = np.random.default_rng(7)
    sizes = np.repeat(np.arange(512, dtype=np.uint32) << np.uint32(23), 12)
    of_each = sizes | rng.integers(0, 1 << 23, sizes.size, np.uint32)
    some = rng.uniform(*((0.25, 4) if name == "log" else (-104, 89)), 1 << 14).astype(np.float32).view(np.uint32)
    return np.concatenate([bits, close.reshape(-1), of_each, some])


@pytest.mark.slow
@pytest.mark.parametrize("name", FUNCTIONS)
def test_single_precision(name: str) -> None:
    """Where numpy has 0, infinity or NaN, so has the circuit."""
    bits = singles(name)
    assert hold(name, Float32, bits.astype(np.uint64)) < 0.8
    y = found(name, Float32, bits.astype(np.uint64)).astype(np.uint32).view(np.float32)
    with np.errstate(all="ignore"):
        expected = FUNCTIONS[name][1](bits.view(np.float32))
    np.testing.assert_array_equal(np.isnan(y), np.isnan(expected))
    special = np.isinf(expected) | np.isinf(y) | (expected == 0) | (y == 0)
    np.testing.assert_array_equal(y[special], expected[special])


@pytest.mark.slow
@pytest.mark.parametrize("name", FUNCTIONS)
def test_double_precision(name: str) -> None:
    rng = np.random.default_rng(11)
    x = np.concatenate([rng.uniform(-740, 709, 40), 1 + rng.uniform(-0.3, 0.6, 40) * 2.0 ** -rng.integers(0, 50, 40)])
    x = np.abs(x) if name == "log" else x
    y = found(name, Float(11, 52), x.view(np.uint64)).view(np.float64)
    with localcontext(prec=60):
        exact = [getattr(Decimal(float(each)), "exp" if name == "exp" else "ln")() for each in x]
        off = [
            abs(Decimal(float(a)) - b) / Decimal(float(np.spacing(abs(float(b)))))
            for a, b in zip(y, exact, strict=True)
        ]
    assert max(off) < 1


@pytest.mark.parametrize(
    ("width", "other", "skipped"), [(5, 4, 0), (5, 4, 3), (4, 5, 3), (6, 3, 5), (1, 1, 0), (3, 3, 2)]
)
def test_products_without_their_lowest_columns(width: int, other: int, skipped: int) -> None:
    x, y = (grid.reshape(-1) for grid in np.meshgrid(np.arange(1 << width), np.arange(1 << other)))
    cut = circuit(x=UInt(width), y=UInt(other))(
        lambda x, y: value_of(x.builder, arithmetic.multiply_cut(x.builder, x.literals, y.literals, skipped))
    )
    below = x * y / (1 << skipped) - of_bits(mpc.circuits.computed(cut, x=x, y=y))
    assert below.min() >= 0
    assert below.max() <= skipped


@pytest.mark.parametrize("factor", [1, 2, 3, 7, 11, 46, 55, 119, 1477])
@pytest.mark.parametrize("skipped", [0, 1, 4])
def test_products_with_constants_without_their_lowest_columns(factor: int, skipped: int) -> None:
    x = np.arange(1 << 6)
    cut = circuit(x=UInt(6))(
        lambda x: value_of(
            x.builder, constants.times_cut(x.builder, x.literals, factor, min(skipped, factor.bit_length()))
        )
    )
    skipped = min(skipped, factor.bit_length())
    found = of_bits(mpc.circuits.computed(cut, x=x))
    size = 1 << 6 + factor.bit_length() - skipped
    off = ((found - factor * x / (1 << skipped)) + size / 2) % size - size / 2
    digits = [digit for place, digit in constants.signed_digits(factor) if place < skipped]
    assert off.max() <= digits.count(-1)
    assert off.min() >= -digits.count(1)


def of_bits(bits: Any) -> Any:
    return (np.asarray(bits).astype(np.int64) << np.arange(np.shape(bits)[-1])).sum(axis=-1)


def test_of_the_factor_of_exp_few_digits_are_cut() -> None:
    """Its bound of the error counts ten of either sign."""
    most = 0
    for fraction in range(1, 53):
        for exponent in range(2, 12):
            kind = Float(exponent, fraction)
            digits = [
                digit for place, digit in constants.signed_digits(fp.factor_of_exp(kind)[0]) if place < fraction - 1
            ]
            most = max(most, digits.count(1), digits.count(-1))
    assert most <= 10


def test_values_that_are_known() -> None:
    assert mpc.circuits.computed(made("exp", Float32), x=[0.0, -0.0, 1e-30, -1e-9]).tolist() == [1, 1, 1, 1]
    assert mpc.circuits.computed(made("log", Float32), x=[1.0]).tolist() == [0]
    assert mpc.circuits.computed(made("log", Float32), x=[2.0]).tolist() == [np.float32(np.log(2))]
    assert mpc.circuits.floating_point is fp


def test_ands_of_single_precision() -> None:
    assert made("exp", Float32).ands <= 1921
    assert made("log", Float32).ands <= 2913


@pytest.mark.parametrize("function", [fp.exp, fp.log])
def test_refused(function: Any) -> None:
    with pytest.raises(LocalError, match="bad-operand"):
        circuit(x=Int(8))(lambda x: function(x))
    with pytest.raises(LocalError, match="bad-operand"):
        circuit(x=Float32)(lambda x: function(1.0))
