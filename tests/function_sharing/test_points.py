"""Keys of points, dealt and asked: every point and place of small domains, and what one key alone says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from itertools import product

import numpy as np
import pytest
from point_pairs import labels, pair

from mpc.algebra.bits import unpack
from mpc.algebra.cores import using_cores
from mpc.errors import LocalError
from mpc.label_hash import hash_ccr
from protocols.function_sharing import points_gywzxlz23 as points
from protocols.function_sharing.points_gywzxlz23 import PointKeys, corrections_shape, deal, labels_of_key

RNG = np.random.default_rng(6)


def answers(keys, places):
    both = [(key.at_most(places), key.same(places)) for key in keys]
    return [unpack(left ^ right, len(places)) for left, right in zip(*both, strict=True)]


@pytest.mark.parametrize("width", [0, 1, 4, 7, 8])
def test_every_point_is_found_at_every_place(width):
    every = np.arange(1 << width, dtype=np.uint64)
    values, places = np.repeat(every, len(every)), np.tile(every, len(every))
    at_most, same = answers(pair(values, width), places)
    np.testing.assert_array_equal(at_most, values <= places)
    np.testing.assert_array_equal(same, values == places)


def test_one_key_answers_at_many_places():
    """All of them together: the leaves of a tree add up to the point alone."""
    keys = pair(np.array([300], np.uint64), 9)
    found = [answers(keys, np.array([place], np.uint64)) for place in range(512)]
    assert [int(at_most[0]) for at_most, _ in found] == [int(place >= 300) for place in range(512)]
    assert [int(same[0]) for _, same in found] == [int(place == 300) for place in range(512)]


def test_rows_of_places_are_asked_together():
    keys = pair(np.arange(70, dtype=np.uint64), 9)
    places = np.arange(210, dtype=np.uint64).reshape(3, 70)[:, ::-1]
    both = [key.at_most(places) for key in keys]
    found = np.stack([unpack(row, 70) for row in both[0] ^ both[1]])
    np.testing.assert_array_equal(found, np.arange(70) <= places)


def test_keys_split_over_cores_are_the_same(monkeypatch):
    monkeypatch.setattr(points, "_FEWEST_KEYS", 64)
    values, places = RNG.integers(0, 2**64, (2, 300), np.uint64)
    places[::3] = values[::3]
    with using_cores(3):
        at_most, same = answers(pair(values, 63), places)
    low = np.uint64(2**63 - 1)
    np.testing.assert_array_equal(at_most, (values & low) <= (places & low))
    np.testing.assert_array_equal(same, (values & low) == (places & low))


def test_arrays_that_are_parts_of_others_are_taken():
    """Material is cut from columns: rows with a step between them."""
    keys = pair(np.arange(6, dtype=np.uint64), 9)
    wide = np.zeros((*corrections_shape(9, 6)[:2], 4), np.uint64)
    wide[..., :2] = keys[1].corrections
    parted = PointKeys(1, 9, keys[1].roots, keys[1].start, wide[..., :2])
    at_most, _ = answers([keys[0], parted], np.full(6, 3, np.uint64))
    assert at_most.tolist() == [1, 1, 1, 1, 0, 0]


def model(point: int, width: int, own: Callable[[int], int], other: list[int], label: int, root: int, delta: int):
    """What a party's key is where its own labels hash by `own` and the other party's path by fresh values.

    Labels of `label` bits, a leaf of as many places as that; one value of `other` a level, and one for the leaf.
    """
    leaf = label.bit_length() - 1
    s, corrections = root, []
    for level in range(width - leaf):
        side = point >> (width - 1 - level) & 1
        corrections.append(own(s) ^ other[level] ^ (0 if side else delta))
        s = own(s) ^ (s & 1) * corrections[-1] ^ side * s
    return root, *corrections, own(s) ^ other[-1] ^ 1 << point % (1 << leaf)


@pytest.mark.parametrize("party", [0, 1])
def test_a_key_is_distributed_alike_for_all_points(party):
    """Exactly, for labels of four bits: over all roots, offsets and hashes of the other party's path.

    That these hashes are as good as random to whoever does not know delta is what is assumed of the hash (circular
    correlation robustness); the rest of the argument is counted here. One's own hash may be any function.
    """
    label, width = 4, 4
    own = [int(v) for v in RNG.integers(0, 1 << label, 1 << label)].__getitem__
    roots = [root for root in range(1 << label) if root % 2 == party]
    seen = []
    for point in (0, 5, 15):
        views = Counter(
            model(point, width, own, list(other), label, root, delta)
            for root in roots
            for delta in (1, 7, 13)
            for other in product(range(1 << label), repeat=3)
        )
        seen.append(views)
    assert seen[0] == seen[1] == seen[2]
    assert len(seen[0]) == len(roots) << 3 * label, "every key is equally likely"
    assert len(set(seen[0].values())) == 1


def test_the_model_is_what_is_dealt():
    """With the kernels' own hashes of both paths in the model's place, it gives the kernels' corrections."""
    width, point = 8, 200
    roots, start = (labels(1), labels(1)), labels(1)[0]
    corrections = deal(np.array([point], np.uint64), roots, start, width)
    assert corrections.shape == (labels_of_key(width), 1, 2) == (2, 1, 2)
    hashed = hashes_under(start)
    sides = [whole(roots[party][0]) & ~1 | party for party in range(2)]
    delta, side = sides[0] ^ sides[1], point >> 7
    first = hashed(sides[0]) ^ hashed(sides[1]) ^ (0 if side else delta)
    below = [hashed(s) ^ (s & 1) * first ^ side * s for s in sides]
    expected = model(point, width, hashed, [hashed(sides[1]), hashed(below[1])], 128, sides[0], delta)
    assert [whole(corrections[level, 0]) for level in range(2)] == list(expected[1:])


def whole(label):
    return int(label[0]) | int(label[1]) << 64


def hashes_under(start):
    def hashed(label):
        words = np.array([[label % 2**64, label >> 64]], np.uint64)
        return whole(hash_ccr(words, start.tobytes())[0])

    return hashed


@pytest.mark.parametrize("width", [-1, 65])
def test_widths_without_keys_are_refused(width):
    with pytest.raises(LocalError, match="wrong-parameter"):
        deal(np.zeros(1, np.uint64), (labels(1), labels(1)), labels(1)[0], width)


def test_arrays_that_do_not_fit_are_refused():
    keys = pair(np.zeros(3, np.uint64), 9)
    with pytest.raises(LocalError, match="wrong-shape"):
        keys[0].at_most(np.zeros(2, np.uint64))
    with pytest.raises(LocalError, match="wrong-shape"):
        deal(np.zeros(3, np.uint64), (labels(3), labels(2)), labels(1)[0], 9)
    with pytest.raises(LocalError, match="wrong-shape"):
        PointKeys(0, 10, keys[0].roots, keys[0].start, keys[0].corrections)


def test_keys_say_nothing_of_themselves_in_messages():
    keys = pair(np.array([77], np.uint64), 9)
    assert str(int(keys[0].roots[0, 0])) not in repr(keys[0])
    assert str(int(keys[0].corrections[0, 0, 0])) not in repr(keys[0])
