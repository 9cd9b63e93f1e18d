"""Quotients and roots of fixed-point numbers in circuits: all of small widths by exact rationals, random wide ones."""

from __future__ import annotations

from fractions import Fraction
from math import isqrt

import pytest
from circuit_cases import agree, of_two, run
from hypothesis import given
from hypothesis import strategies as st

from mpc.errors import LocalError
from protocols.circuits.function import circuit
from protocols.circuits.kinds import Bits, Int, UInt
from protocols.circuits.library import fixed_point as fp


def nearest(value, up=True):
    """The whole number next to an exact value; of two the greater one, or the smaller one."""
    half = Fraction(1, 2)
    return (value + half).__floor__() if up else (value - half).__ceil__()


def quotient_of(places):
    return lambda x, y: nearest(Fraction(x << places, y), up=y > 0)


def fits(kind, value):
    return kind.bounds[0] <= value <= kind.bounds[1]


def every(kind):
    return range(kind.bounds[0], kind.bounds[1] + 1)


QUOTIENTS = [
    (Int(4), Int(4), 0, Int(5)), (Int(4), Int(4), 3, Int(4)), (Int(5), Int(3), 2, Int(8)), (Int(3), Int(6), 1, Int(3)),
    (UInt(4), UInt(4), 2, UInt(6)), (UInt(5), UInt(3), 0, UInt(3)), (UInt(4), Int(4), 4, Int(9)),
    (Int(6), UInt(3), 1, Int(5)),
    (UInt(1), UInt(1), 0, UInt(1)), (Int(4), Int(4), 3, Int(1)), (UInt(4), Int(4), 0, Int(1)),
    (Int(1), Int(1), 0, Int(2)), (Int(2), Int(7), 5, Int(4)),
]  # fmt: skip


@pytest.mark.parametrize(("kx", "ky", "places", "kind"), QUOTIENTS, ids=str)
def test_every_quotient_that_fits_is_the_nearest(kx, ky, places, kind):
    exact = quotient_of(places)
    pairs = [(x, y) for x in every(kx) for y in every(ky) if y and fits(kind, exact(x, y))]
    made = of_two(lambda x, y: {"q": fp.quotient(x, y, places, kind)}, kx, ky)
    agree(made, *zip(*pairs, strict=True), {"q": exact})


WIDE = {
    (kind, places, result): of_two(lambda x, y, p=places, r=result: {"q": fp.quotient(x, y, p, r)}, kind)
    for kind, places, result in [(Int(32), 16, Int(40)), (UInt(48), 20, UInt(33)), (Int(64), 8, Int(64))]
}


@pytest.mark.parametrize("case", WIDE, ids=str)
@given(data=st.data())
def test_wide_quotients(case, data):
    kind, places, result = case
    low, high = kind.bounds
    numbers = st.integers(low, high) | st.sampled_from([low, high, 0, 1, high - 1])
    pairs = [(data.draw(numbers), data.draw(numbers) or 1) for _ in range(8)]
    pairs = [(x, y) for x, y in pairs if fits(result, quotient_of(places)(x, y))]
    if pairs:
        agree(WIDE[case], *zip(*pairs, strict=True), {"q": quotient_of(places)})


def test_a_quotient_takes_one_addition_a_bit():
    made = of_two(lambda x, y: fp.quotient(x, y, 16, Int(32)), Int(32))
    assert made.ands <= 33 * 32
    assert of_two(lambda x, y: fp.quotient(x, y, 16, Int(20)), Int(32), UInt(10)).ands <= 21 * 11


@pytest.mark.parametrize("places", [0, 3, 6])
@pytest.mark.parametrize("kind", [Int(7), UInt(6)], ids=str)
def test_reciprocals_and_public_operands(kind, places):
    result = Int(2 * places + 3)
    made = circuit(x=kind)(
        lambda x: {"over": fp.reciprocal(x, places, result), "by": fp.quotient(x, -3, places, Int(16))}
    )
    xs = [x for x in every(kind) if x]
    found = run(made, x=xs)
    assert found["over"] == [nearest(Fraction(1 << 2 * places, x), up=x > 0) for x in xs]
    assert found["by"] == [nearest(Fraction(x << places, -3), up=False) for x in xs]


@pytest.mark.parametrize("places", [0, 1, 4, 5])
@pytest.mark.parametrize("width", [1, 2, 7, 8])
def test_every_root_is_the_nearest(width, places):
    made = circuit(x=UInt(width))(lambda x: fp.root(x, places))
    roots = run(made, x=list(every(UInt(width))))["result"]
    for x, found in enumerate(roots):
        assert abs(found * found - (x << places)) <= found or found * found == x << places
        assert found == (isqrt(x << places + 2) + 1) // 2


def test_the_root_of_a_negative_number_is_none():
    made = circuit(x=Int(6))(lambda x: fp.root(x, 4))
    found = run(made, x=list(every(Int(6))))["result"]
    assert found == [0] * 32 + [(isqrt(x << 6) + 1) // 2 for x in range(32)]


@pytest.mark.parametrize(("kind", "places"), [(UInt(8), 4), (Int(8), 5), (UInt(5), 3), (UInt(4), 0)], ids=str)
def test_every_inverse_root_is_the_nearest(kind, places):
    result = UInt(-(-3 * places // 2) + 1)
    made = circuit(x=kind)(lambda x: fp.inverse_root(x, places, result))
    xs = list(range(1, kind.bounds[1] + 1))
    for x, found in zip(xs, run(made, x=xs)["result"], strict=True):
        exact = Fraction(1 << 3 * places, x)
        assert max(2 * found - 1, 0) ** 2 <= 4 * exact <= (2 * found + 1) ** 2, x


@given(x=st.lists(st.integers(1, 2**32 - 1), min_size=8, max_size=8))
def test_wide_roots(x):
    found = run(ROOTS, x=x)
    for number, root, inverse in zip(x, found["root"], found["inverse"], strict=True):
        assert (2 * root - 1) ** 2 < number << 18 < (2 * root + 1) ** 2
        assert max(2 * inverse - 1, 0) ** 2 <= Fraction(1 << 50, number) <= (2 * inverse + 1) ** 2


ROOTS = circuit(x=UInt(32))(lambda x: {"root": fp.root(x, 16), "inverse": fp.inverse_root(x, 16, UInt(25))})


@pytest.mark.parametrize(
    ("kx", "ky", "places", "kind"),
    [
        (Int(4), Int(4), 0, Int(8)), (Int(4), Int(4), 3, Int(5)), (Int(5), Int(2), 2, Int(6)),
        (UInt(4), Int(4), 2, Int(7)),
        (UInt(4), UInt(3), 1, UInt(7)), (Int(1), Int(4), 0, Int(5)),
        (Int(1), Int(1), 0, Int(2)), (Int(3), Int(6), 4, Int(4)),
    ],
    ids=str,
)  # fmt: skip
def test_every_product_is_the_nearest(kx, ky, places, kind):
    def exact(x, y):
        return nearest(Fraction(x * y, 1 << places))

    pairs = [(x, y) for x in every(kx) for y in every(ky) if fits(kind, exact(x, y))]
    agree(of_two(lambda x, y: {"p": fp.product(x, y, places, kind)}, kx, ky), *zip(*pairs, strict=True), {"p": exact})


@pytest.mark.parametrize("places", [0, 1, 3, 6, 9])
def test_numbers_are_rounded(places):
    for kind in (Int(6), UInt(5)):
        made = circuit(x=kind)(lambda x: fp.rounded(x, places, Int(8)))
        xs = list(every(kind))
        assert run(made, x=xs)["result"] == [nearest(Fraction(x, 1 << places)) for x in xs]


REFUSED = {
    "bad-operand": [
        lambda x: fp.quotient(x, x[0], 3, Int(8)), lambda x: fp.quotient(1, 2, 3, Int(8)), lambda x: fp.root(x[0:4], 3),
        lambda x: fp.quotient(x, x, 3, Bits(8)), lambda x: fp.rounded(5, 3, Int(8)),
    ],
    "bad-width": [lambda x: fp.root(x, -1), lambda x: fp.reciprocal(x, 1.5, Int(8)), lambda x: fp.root(x, True)],
}  # fmt: skip


@pytest.mark.parametrize(("code", "function"), [(code, f) for code, fs in REFUSED.items() for f in fs])
def test_refused(code, function):
    with pytest.raises(LocalError) as caught:
        circuit(x=Int(8))(function)
    assert caught.value.code == code
