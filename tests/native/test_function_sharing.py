"""Kernels of point functions in shares: all points and places of small domains, and the tree by its definition."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pytest
from kernel_cases import at_every, with_kernels_of_their_own

import native
from native import BYTES, WORDS, BrokenContract, Pointer, ffi, lib

Words = npt.NDArray[np.uint64]

START, FIRST = np.array([2**64 - 6, 5], np.uint64), 7
LEAF_BITS = 7
FASTEST = native.implementations()[0]


@pytest.fixture(params=with_kernels_of_their_own("function_sharing"), autouse=True)
def implementation(request: pytest.FixtureRequest) -> Iterator[str]:
    with native.using(request.param):
        yield request.param


def p(x: npt.NDArray[np.generic]) -> Pointer:
    return ffi.from_buffer(WORDS if x.dtype == np.uint64 else BYTES, x)


def random(seed: int, *shape: int) -> Words:
    return np.random.default_rng([seed, *shape]).integers(0, 2**64, shape, np.uint64)


def levels_of(width: int) -> int:
    return max(width - LEAF_BITS, 0)


def dealt(points: Words, roots: list[Words], width: int, first: int = FIRST) -> Words:
    corrections = np.full((levels_of(width) + 1, len(points), 2), 3, np.uint64)
    lib.parley_point_deal(
        p(corrections), len(points), p(points), p(roots[0]), p(roots[1]), p(START), first, width, len(points)
    )
    return corrections


def read(
    corrections: Words, roots: Words, party: int, places: Words, width: int, first: int = FIRST
) -> tuple[Words, Words]:
    """Both answers, packed."""
    n = len(places)
    at_most, same = np.full((2, -(-n // 64)), 2**64 - 1, np.uint64)
    lib.parley_point_read(p(at_most), p(same), p(corrections), n, p(roots), party, p(places), p(START), first, width, n)
    return at_most, same


def bits(packed: Words) -> npt.NDArray[np.uint8]:
    return np.unpackbits(packed.view(np.uint8), bitorder="little")


def roots_of(n: int) -> list[Words]:
    return [random(5 + party, n, 2) for party in range(2)]


@pytest.mark.parametrize("width", [1, 2, 3, 5, 7, 8])
def test_every_point_is_found_at_every_place(width: int, implementation: str) -> None:
    """Of up to 8 bits all pairs; the plain reference, which takes a millisecond a pair, all points at some places."""
    every = np.arange(1 << width, dtype=np.uint64)
    roots, n = roots_of(len(every)), len(every)
    corrections = dealt(every, roots, width)
    for turn in range(0, n, 1 if implementation != "portable" or width < 5 else n // 8):
        places = np.roll(every, turn)
        left, right = (read(corrections, roots[party], party, places, width) for party in range(2))
        at_most, same = (bits(a ^ b) for a, b in zip(left, right, strict=True))
        np.testing.assert_array_equal(at_most[:n], every <= places)
        np.testing.assert_array_equal(same[:n], every == places)


@at_every("n", [0, 1, 3, 4, 5, 15, 17, 63, 65])
@pytest.mark.parametrize("width", [0, 6, 9, 33, 64])
def test_wide_points_and_any_number_of_keys(width: int, n: int, implementation: str) -> None:
    """Near the place, at both ends, and what is above the width is not looked at; padding is cleared."""
    n = min(n, 5) if implementation == "portable" else n
    places, roots = random(1, n), roots_of(n)
    near = (np.arange(n, dtype=np.uint64) % np.uint64(5)) - np.uint64(2)
    ends = np.resize(np.array([0, 2**64 - 1], np.uint64), n)
    places[::4] = ends[::4]
    points = places + near
    points[::3] = ends[::3]
    corrections = dealt(points, roots, width)
    left, right = (read(corrections, roots[party], party, places, width) for party in range(2))
    at_most, same = (bits(a ^ b) for a, b in zip(left, right, strict=True))
    low = np.uint64((1 << width) - 1)
    np.testing.assert_array_equal(at_most[:n], (points & low) <= (places & low))
    np.testing.assert_array_equal(same[:n], (points & low) == (places & low))
    assert not bits(np.concatenate([*left, *right])).reshape(4, -1)[:, n:].any()


def hashed(label: int, key: int) -> int:
    """pi(sigma(x)) ^ sigma(x) under the keys of this key."""
    schedule, out = np.empty(176, np.uint8), np.empty(2, np.uint64)
    start = START ^ np.array([key, 0], np.uint64)
    lib.parley_aes_expand_key(p(schedule), ffi.from_buffer(BYTES, start))
    lib.parley_hash_ccr(p(out), p(np.array([label % 2**64, label >> 64], np.uint64)), p(schedule), 1)
    return int(out[0]) | int(out[1]) << 64


def number(label: Words) -> int:
    return int(label[0]) | int(label[1]) << 64


def test_corrections_are_those_of_the_paper() -> None:
    """All nodes of both parties' trees: off the path they are the same, on it they differ by delta, the leaves by one
    place. With Python's integers."""
    width, points = 9, np.array([0, 2**9 - 1, 300], np.uint64)
    roots = roots_of(len(points))
    corrections = dealt(points, roots, width)
    for i, point in enumerate(points.tolist()):
        nodes = [{0: number(roots[party][i]) & ~1 | party} for party in range(2)]
        delta = nodes[0][0] ^ nodes[1][0]
        for level in range(levels_of(width)):
            cw, below = number(corrections[level, i]), [{}, {}]
            for old, new in zip(nodes, below, strict=True):
                for place, s in old.items():
                    h = hashed(s, FIRST + i)
                    new[2 * place] = h ^ (s & 1) * cw
                    new[2 * place + 1] = h ^ s ^ (s & 1) * cw
            nodes = below
            path = point >> (width - 1 - level)
            assert {place: nodes[0][place] ^ nodes[1][place] for place in nodes[0]} == {
                place: delta if place == path else 0 for place in nodes[0]
            }
        last = number(corrections[-1, i])
        leaves = [{place: hashed(s, FIRST + i) ^ (s & 1) * last for place, s in side.items()} for side in nodes]
        for place in leaves[0]:
            expected = 1 << point % 128 if place == point >> LEAF_BITS else 0
            assert leaves[0][place] ^ leaves[1][place] == expected


def test_a_key_hashes_under_a_number_of_its_own() -> None:
    """The same roots and points give other corrections under other numbers; a part of the keys is what it is alone."""
    points, roots = np.full(5, 77, np.uint64), [np.tile(random(9 + party, 1, 2), (5, 1)) for party in range(2)]
    corrections = dealt(points, roots, 9)
    assert len({corrections[:, i].tobytes() for i in range(5)}) == 5
    part = dealt(points[2:4], [r[2:4] for r in roots], 9, FIRST + 2)
    np.testing.assert_array_equal(part, corrections[:, 2:4])


def test_keys_of_a_longer_row_are_read_where_they_stand() -> None:
    points, roots, width = random(2, 10), roots_of(10), 12
    corrections = dealt(points, roots, width)
    at_most = np.zeros((2, 1), np.uint64)
    for party in range(2):
        lib.parley_point_read(
            p(at_most[party]), ffi.NULL, p(corrections.reshape(-1, 2)[3:]), 10, p(roots[party][3:]), party,
            p(points[3:]), p(START), FIRST + 3, width, 4,
        )  # fmt: skip
    assert int((at_most[0] ^ at_most[1])[0]) == 0b1111


def test_all_implementations_deal_the_same_corrections() -> None:
    points, roots = random(3, 21), roots_of(21)
    ours = dealt(points, roots, 10)
    with native.using(FASTEST):
        np.testing.assert_array_equal(ours, dealt(points, roots, 10))


def test_what_the_contracts_exclude_is_refused() -> None:
    x = np.zeros(256, np.uint64)
    label = p(x[200:])
    refused = [
        lambda: lib.parley_point_deal(p(x), 4, p(x[64:]), label, label, p(x[240:]), 0, 65, 4),
        lambda: lib.parley_point_deal(p(x), 3, p(x[64:]), label, label, p(x[240:]), 0, 8, 4),
        lambda: lib.parley_point_deal(p(x), 4, p(x[15:]), label, label, p(x[240:]), 0, 8, 4),
        lambda: lib.parley_point_deal(p(x), 4, p(x[64:]), label, label, p(x[240:]), 2**64 - 3, 8, 4),
        lambda: lib.parley_point_read(p(x), p(x), p(x[8:]), 4, label, 0, p(x[64:]), p(x[240:]), 0, 8, 4),
        lambda: lib.parley_point_read(p(x), ffi.NULL, p(x[8:]), 4, label, 2, p(x[64:]), p(x[240:]), 0, 8, 4),
        lambda: lib.parley_point_read(p(x[65:]), ffi.NULL, p(x[8:]), 4, label, 1, p(x[64:]), p(x[240:]), 0, 8, 4),
        lambda: lib.parley_point_read(p(x), ffi.NULL, ffi.NULL, 4, label, 1, p(x[64:]), p(x[240:]), 0, 8, 4),
    ]
    for call in refused:
        with pytest.raises(BrokenContract):
            call()
    assert not x.any()
