"""Rings of every size, shifts up to the last, arrays of nothing and of any number of words, in both ways of reading."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from given_shares import MOST, TWO_ROUNDS
from sharing import computed, packed, signed

from mpc.algebra.wide_ring import ring_of_bits
from mpc.errors import LocalError
from protocols.replicated3 import by_points, reading

in_both_ways = pytest.mark.parametrize("at_once", [MOST, TWO_ROUNDS], ids=["at once", "in two rounds"])


@pytest.fixture(autouse=True)
def _way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if "at_once" in request.fixturenames:
        monkeypatch.setattr(reading, "AT_ONCE", request.getfixturevalue("at_once"))


def of(function: str, *arguments: Any) -> Any:
    async def call(ctx: Any, x: Any) -> Any:
        return await getattr(ctx.suite, function)(ctx, x, *arguments)

    return call


def edges(bits: int) -> Any:
    """Signed numbers of so many bits where signs and carries change."""
    top = 1 << bits - 1
    near = {0, 1, 2, -1, top - 1, -top, top // 2, top // 2 - 1, -(top // 2), 0x5555 % top}
    return np.array(sorted(v for v in near if -top <= v < top), object)


def planes_of(x: Any, width: int) -> Any:
    return np.array([[(int(v) >> i) & 1 for v in x] for i in range(width)], np.uint8).reshape(width, len(x))


@in_both_ways
@pytest.mark.parametrize("bits", [1, 2, 3, 5, 31, 63, 64, 65, 127, 128])
def test_signs_zeros_and_bits_at_the_edges_of_every_ring(
    bits: int, at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By tables; few numbers take keys otherwise."""
    monkeypatch.setattr(by_points, "MOST_LABELS", 0)
    ring, x = ring_of_bits(bits), edges(bits)
    elements = ring.from_ints(x)
    for function, expected in [("msb", x < 0), ("is_zero", x == 0)]:
        np.testing.assert_array_equal(computed(of(function), elements, ring=ring, suite="replicated3"), expected)
    for width in {1, (bits + 1) // 2, bits}:
        found = computed(of("a2b", width), elements, ring=ring, suite="replicated3")
        np.testing.assert_array_equal(found, planes_of(x, width))


@in_both_ways
@pytest.mark.parametrize("bits", [3, 4, 5, 63, 64, 65, 128])
def test_every_shift_up_to_the_last_gives_a_neighbour(bits: int, at_once: int) -> None:
    ring, limit = ring_of_bits(bits), 1 << bits - 2
    x = np.array([v for v in edges(bits) if -limit <= v < limit] * 5, object)
    shifts = range(bits - 1) if bits < 6 else (1, bits // 2, bits - 3, bits - 2)
    for shift in shifts:
        y = signed(computed(of("truncate", shift), ring.from_ints(x), ring=ring, suite="replicated3"), ring)
        assert all(found - (exact >> shift) in (0, 1) for found, exact in zip(y, x, strict=True))
        assert all(found << shift == exact for found, exact in zip(y, x, strict=True) if exact % (1 << shift) == 0)


@pytest.mark.parametrize("bits", [1, 2])
def test_a_ring_without_a_spare_bit_is_not_truncated(bits: int) -> None:
    ring = ring_of_bits(bits)
    with pytest.raises(LocalError, match="bad-shift"):
        computed(of("truncate", bits - 1), ring.from_ints([0]), ring=ring, suite="replicated3")


@in_both_ways
@pytest.mark.parametrize("bits", [1, 2, 3, 64, 128])
def test_bits_come_into_every_ring(bits: int, at_once: int) -> None:
    """Planes above those of the ring are lost."""
    ring = ring_of_bits(bits)
    rows = np.array([[0, 1, 1], [1, 0, 1], [1, 1, 1]], np.uint8)
    public = np.stack([packed(row)[0] for row in rows])

    async def both(ctx: Any, x: Any) -> Any:
        planes = x ^ ctx.suite.constant_bits(ctx, public, (3,))
        none = planes.plane(slice(0, 0))
        return [await ctx.suite.b2a(ctx, planes), await ctx.suite.bits_to_ring(ctx, planes),
                await ctx.suite.bits_to_ring(ctx, none)]  # fmt: skip

    number, each, none = computed(both, packed(np.zeros(3, np.uint8)), ring=ring, suite="replicated3")
    values = (rows.astype(object) * [[1], [2], [4]]).sum(0) % (1 << bits)
    np.testing.assert_array_equal(signed(number, ring) % (1 << bits), values)
    np.testing.assert_array_equal(signed(each, ring) % (1 << bits), rows)
    assert ring.shape(none) == (0, 3)


@in_both_ways
@pytest.mark.parametrize("size", [0, 1, 63, 64, 65, 200])
def test_arrays_of_any_number_of_words(size: int, at_once: int) -> None:
    """Of 200 elements the last word is a part of one."""
    ring, x = ring_of_bits(16), np.array([(i * 7919) % 4000 - 2000 for i in range(size)], object)

    async def several(ctx: Any, a: Any) -> Any:
        suite = ctx.suite
        below = await suite.below(ctx, a, ring.from_ints([-100, 0, 50]))
        planes = await suite.a2b(ctx, a, 16)
        return [
            below,
            planes,
            await suite.b2a(ctx, planes),
            await suite.is_zero(ctx, a),
            await suite.mul(ctx, a, a[:1]),
        ]

    below, planes, back, zeros, product = computed(several, ring.from_ints(x), ring=ring, suite="replicated3")
    np.testing.assert_array_equal(below, [x < t for t in (-100, 0, 50)])
    np.testing.assert_array_equal(planes, planes_of(x, 16))
    np.testing.assert_array_equal(signed(back, ring), x)
    np.testing.assert_array_equal(zeros, x == 0)
    np.testing.assert_array_equal(signed(product, ring), (x * x[:1] + (1 << 15)) % (1 << 16) - (1 << 15))


@pytest.mark.parametrize("over", [0, 1])
def test_one_entry_more_than_are_sent_twice_takes_another_round_and_half_the_bytes(over: int) -> None:
    """The declared cost follows where it changes; `computed` audits it."""
    size = reading.AT_ONCE // 2 + over
    x = np.arange(size, dtype=np.uint64)
    y = computed(of("truncate", 1), x, suite="replicated3")
    assert set((y - (x >> np.uint64(1))).tolist()) <= {0, 1}
    assert reading.reading_rounds(2 * size) == 1 + over


async def spread(ctx: Any, x: Any, y: Any) -> Any:
    return await ctx.suite.mul(ctx, x, y)


def test_a_number_meets_many_and_many_meet_many() -> None:
    x, y = np.arange(300, dtype=np.uint64)[:, None], np.arange(500, dtype=np.uint64)[None]
    np.testing.assert_array_equal(computed(spread, x, y, suite="replicated3"), x * y)
    scalar = np.array(7, np.uint64)
    np.testing.assert_array_equal(computed(spread, scalar, y, suite="replicated3"), scalar * y)
