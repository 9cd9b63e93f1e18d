"""The last of shuffled elements by opened comparisons: right whatever the order, and by a fixed schedule."""

from itertools import permutations

import numpy as np
import pytest
import trio

from protocols.numeric import opened_last
from protocols.numeric.arg_maximum import arg_maximum
from protocols.numeric.opened_last import KEPT, Pace, Sample, sampled
from protocols.numeric.opened_order import LEVEL, LEVEL_MADE
from protocols.ranges import Range

from .computing import compute

PACE = Pace(LEVEL)


def found(keys, pace=PACE):
    """Where the last of each row of keys stands, and how many levels of comparisons, and comparisons, that took."""
    rows, count = keys.shape
    flat, sizes = keys.reshape(-1), []

    async def before(left, right):
        sizes.append(np.broadcast(left, right).size)
        return flat[left] < flat[right]

    starts = np.arange(rows)[:, None] * count
    places = trio.run(opened_last._last, before, starts + np.arange(count), pace) - starts[:, 0]
    return places, (len(sizes), sum(sizes))


@pytest.mark.parametrize("pace", [Pace(1), PACE, Pace(LEVEL, 100)])
@pytest.mark.parametrize("count", range(1, 7))
def test_every_order_of_few_elements(count, pace):
    every = np.array(list(permutations(range(count))))
    np.testing.assert_array_equal(found(every, pace)[0], every.argmax(1))


@pytest.mark.parametrize("order", ["ascending", "descending", "random", "last in the middle"])
@pytest.mark.parametrize(("rows", "count", "kept"), [(1, 500, 20), (3, 120, 104), (2, 101, 1)])
def test_samples_of_any_order(monkeypatch, order, rows, count, kept):
    """However many come after the sample's last: all of them, where elements ascend."""
    monkeypatch.setattr(opened_last, "sampled", lambda rows, left, pace: Sample(16, kept) if left == count else None)
    keys = np.tile(np.arange(count), (rows, 1))
    if order == "descending":
        keys = keys[:, ::-1]
    elif order == "random":
        keys = np.stack([np.random.default_rng(i).permutation(count) for i in range(rows)])
    elif order == "last in the middle":
        keys[:, count // 2] = count
    np.testing.assert_array_equal(found(keys.copy(), Pace(64))[0], keys.argmax(1))


def test_a_vocabulary_takes_six_levels_and_little_more_than_a_comparison_each():
    assert sampled(1, 49_152, PACE) == Sample(2048, KEPT * 49_152 // 2048)
    keys = np.random.default_rng(2).permutation(49_152)[None]
    places, (levels, comparisons) = found(keys)
    assert places == keys.argmax()
    assert levels == 6
    assert comparisons == opened_last._least(1, 49_152, PACE) - 6 * LEVEL < 1.25 * 49_152


@pytest.mark.parametrize(("count", "size"), [(49_152, 2048), (10_000, 256), (100_000, 64)])
def test_more_than_are_kept_come_after_a_sample_with_less_than_two_to_the_minus_40(count, size):
    """That is the chance that the last `kept` of all are none of the sample."""
    kept = -(-KEPT * count // size)
    assert sum(np.log2(1 - kept / (count - i)) for i in range(min(size, count - kept))) < -40


def test_where_few_are_compared_at_once_levels_are_so_small():
    """All but that of the sample's last."""
    pace = Pace(LEVEL, 2000)
    keys = np.random.default_rng(3).permutation(49_152)[None]
    sizes = []

    async def before(left, right):
        sizes.append(np.broadcast(left, right).size)
        return keys[0][left] < keys[0][right]

    assert trio.run(opened_last._last, before, np.arange(49_152)[None], pace) == keys.argmax()
    assert sorted(sizes)[-2] <= 2000 < max(sizes) < 49_152
    assert len(sizes) <= 9


def test_few_elements_are_no_sample():
    assert sampled(1, 10_000, PACE) is None
    assert sampled(384, 32, Pace(LEVEL_MADE)) is None


@pytest.mark.parametrize("suite", ["beaver", "replicated3"])
def test_equal_elements_of_many(suite):
    """The first of the largest, also where that is in the sample, or where many are as large."""
    x = np.random.default_rng(4).integers(-3, 4, (1, 6000))

    async def function(ctx, x, r, f):
        return (await arg_maximum(ctx, x, r))[1]

    assert compute(function, x, Range(-3, 3), 0, suite).values == x.argmax()


def test_a_vocabulary_takes_24_rounds_of_two_parties():
    async def function(ctx, x, r, f):
        return (await arg_maximum(ctx, x, r))[1]

    x = np.random.default_rng(5).integers(-60 << 12, 60 << 12, (1, 49_152))
    outcome = compute(function, x, Range(-64 << 12, 64 << 12), 12)
    assert outcome.values == x.argmax()
    assert outcome.rounds == 24
