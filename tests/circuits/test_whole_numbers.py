"""Whole numbers in circuits: every pair of small widths, edges and random pairs of wide ones, by Python's integers."""

from __future__ import annotations

from functools import cache
from math import isqrt

import pytest
from circuit_cases import agree, all_operations, meaning, of_two, run
from hypothesis import given
from hypothesis import strategies as st

from mpc.errors import LocalError
from protocols.circuits.choosing import (
    argmax,
    argmin,
    joined,
    looked_up,
    population_count,
    sorted_values,
    square_root,
    sum_of,
    wide_product,
)
from protocols.circuits.function import circuit
from protocols.circuits.kinds import Bits, Int, UInt
from protocols.circuits.values import mux

WIDTHS = [1, 2, 3, 4, 5]


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("kind", [UInt, Int])
def test_all_pairs(kind, width):
    low, high = kind(width).bounds
    pairs = [(x, y) for x in range(low, high + 1) for y in range(low, high + 1)]
    xs, ys = zip(*pairs, strict=True)
    agree(of_two(all_operations, kind(width)), xs, ys, meaning(kind(width)))


@cache
def wide(kind):
    return of_two(all_operations, kind)


@pytest.mark.parametrize("kind", [UInt(64), Int(64), UInt(33)], ids=str)
@given(data=st.data())
def test_wide_numbers(kind, data):
    low, high = kind.bounds
    edges = st.sampled_from([low, low + 1, high - 1, high, 0, 1, high // 2])
    numbers = st.lists(st.integers(low, high) | edges, min_size=8, max_size=8)
    agree(wide(kind), data.draw(numbers), data.draw(numbers), meaning(kind))


@cache
def product(j, k):
    return of_two(lambda x, y: {"product": wide_product(x, y)}, UInt(j), UInt(k))


@pytest.mark.parametrize("widths", [(1, 1), (5, 3), (20, 20), (41, 41), (64, 64), (30, 70), (100, 21)], ids=str)
@given(data=st.data())
def test_products_keep_all_bits(widths, data):
    xs, ys = ([data.draw(st.integers(0, 2**k - 1)), 2**k - 1, 0] for k in widths)
    agree(product(*widths), xs, ys, {"product": lambda x, y: x * y})


def shifts(x, y):
    return {"left": x << y, "right": x >> y}


@pytest.mark.parametrize("kind", [UInt(1), UInt(5), UInt(8), Int(5), Int(8)], ids=str)
def test_shifts_by_secret_amounts(kind):
    low, high = kind.bounds
    pairs = [(x, y) for x in range(low, high + 1) for y in range(16)]
    xs, ys = zip(*pairs, strict=True)
    wrap = meaning(kind)["add"]
    expected = {"left": lambda x, y: wrap(x << y, 0), "right": lambda x, y: x >> y}
    agree(of_two(shifts, kind, UInt(4)), xs, ys, expected)


def test_shifts_and_rotations_by_public_amounts():
    made = circuit(x=UInt(8))(lambda x: {"left": x << 3, "right": x >> 3, "far": x << 9, "rotated": x.rotated(-3)})
    assert made.ands == 0
    x = list(range(256))
    found = run(made, x=x)
    assert found["left"] == [v << 3 & 255 for v in x]
    assert found["right"] == [v >> 3 for v in x]
    assert found["far"] == [0] * 256
    assert found["rotated"] == [(v >> 3 | v << 5) & 255 for v in x]


@pytest.mark.parametrize("width", range(1, 10))
def test_roots_and_counts(width):
    made = circuit(x=UInt(width))(lambda x: {"root": square_root(x), "ones": population_count(x)})
    x = list(range(2**width))
    found = run(made, x=x)
    assert found["root"] == [isqrt(v) for v in x]
    assert found["ones"] == [v.bit_count() for v in x]


@pytest.mark.parametrize("length", [1, 2, 3, 5, 8, 13])
@pytest.mark.parametrize("width", [1, 5, 40])
def test_tables(length, width):
    table = [(7 * i * i + 3) ** 9 % 2**width for i in range(length)]
    made = circuit(x=UInt(4))(lambda x: looked_up(x, table, UInt(width)))
    assert run(made, x=list(range(16)))["result"] == [table[min(i, length - 1)] for i in range(16)]


@pytest.mark.parametrize("width", [1, 2, 3])
def test_tables_that_are_longer_than_the_index(width):
    table = [(5 * i + 1) % 16 for i in range(9)]
    made = circuit(x=UInt(width))(lambda x: looked_up(x, table, UInt(4)))
    assert run(made, x=list(range(1 << width)))["result"] == [table[min(i, 8)] for i in range(1 << width)]


def test_tables_share_products_of_the_index():
    squares = [i * i for i in range(256)]
    assert circuit(x=UInt(8))(lambda x: looked_up(x, squares, UInt(16))).ands <= 130
    assert circuit(x=UInt(8))(lambda x: looked_up(x, squares, UInt(16))[4:5]).ands <= 38


@pytest.mark.parametrize("count", range(1, 8))
def test_networks_sort_all_zeros_and_ones(count):
    """The zero-one principle: a network that sorts these sorts everything."""
    made = circuit(x=UInt(2 * count))(
        lambda x: joined(*sorted_values([x[2 * i : 2 * i + 2].to(UInt(2)) for i in range(count)]))
    )
    for pattern in range(2**count):
        bits = [pattern >> i & 1 for i in range(count)]
        found = run(made, x=sum(bit << 2 * i for i, bit in enumerate(bits)))["result"][0]
        assert [found >> 2 * i & 3 for i in range(count)] == sorted(bits)


@pytest.mark.parametrize("count", range(1, 7))
def test_the_first_extreme_is_found(count):
    made = circuit(x=UInt(2 * count))(
        lambda x: (*argmax(parts := [x[2 * i : 2 * i + 2].to(Int(2)) for i in range(count)]), *argmin(parts))
    )
    every = list(range(4**count))
    found = run(made, x=every)
    for x, *answers in zip(every, *found.values(), strict=True):
        values = [((x >> 2 * i & 3) ^ 2) - 2 for i in range(count)]
        high, low = max(values), min(values)
        assert answers == [values.index(high), high, values.index(low), low]


def test_sums_of_several():
    made = circuit(x=UInt(4), y=UInt(4))(lambda x, y: sum_of([x, y, 3, x, x ^ y]))
    pairs = [(x, y) for x in range(16) for y in range(16)]
    xs, ys = zip(*pairs, strict=True)
    agree(made, xs, ys, {"result": lambda x, y: (2 * x + y + 3 + (x ^ y)) % 16})


def test_public_numbers_fold_away():
    assert circuit(x=UInt(32))(lambda x: x * 8).ands == 0
    assert circuit(x=UInt(32))(lambda x: x + 0).gates == 0
    assert circuit(x=UInt(32))(lambda x: (x & 0) | 5).gates == 0
    assert run(circuit(x=UInt(8))(lambda x: 5 - x), x=[3, 200])["result"] == [2, (5 - 200) % 256]
    assert run(circuit(x=Int(8))(lambda x: 7 // x + 7 % x), x=[3, -2])["result"] == [3, -5]


def test_ands_are_counted_by_the_book():
    counts = {"add": 31, "sub": 31, "lt": 32, "eq": 31, "mux": 64, "min": 64}
    for name, ands in counts.items():
        assert of_two(lambda x, y, name=name: all_operations(x, y)[name], UInt(32)).ands == ands, name
    assert of_two(lambda x, y: x * y, UInt(64)).ands <= 3746
    assert of_two(lambda x, y: x == y, UInt(64)).and_depth == 6


def test_conversions():
    made = circuit(x=Int(4))(lambda x: {"wide": x.to(Int(8)), "low": x.to(UInt(2)), "bits": x.to(Bits(6))})
    found = run(made, x=[-8, -1, 7])
    assert found == {"wide": [-8, -1, 7], "low": [0, 3, 3], "bits": [0b111000, 0b111111, 7]}


REFUSED = {
    "bad-operand": [
        lambda x: x + x.to(Int(8)), lambda x: x + 1.5, lambda x: x.to(UInt(9)) * x, lambda x: looked_up(x, [], UInt(2)),
        lambda x: argmax([]), lambda x: sum_of([5]),
    ],
    "out-of-range": [lambda x: x + 256, lambda x: x - -1, lambda x: looked_up(x, [4], UInt(2))],
    "secret-truth": [lambda x: x if x > 3 else -x],
    "bad-width": [lambda x: mux(x, x, x), lambda x: x.to(UInt(0)), lambda x: x.to(UInt(True))],
    "bad-circuit": [lambda x: 5, lambda x: None, lambda x: {}, lambda x: (x, 3)],
}  # fmt: skip


@pytest.mark.parametrize(("code", "function"), [(code, f) for code, fs in REFUSED.items() for f in fs])
def test_refused(code, function):
    with pytest.raises(LocalError) as caught:
        circuit(x=UInt(8))(function)
    assert caught.value.code == code
