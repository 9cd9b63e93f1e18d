"""Batcher's network: it sorts whatever lies in its places, and its size is known without making it."""

from itertools import product

import numpy as np
import pytest

from protocols.sorting_network import comparators, size


@pytest.mark.parametrize("count", range(12))
def test_a_network_sorts_all_zeros_and_ones(count):
    """Then it sorts whatever can be compared (Knuth, The Art of Computer Programming 3, 5.3.4, theorem Z)."""
    rows = np.array(list(product([0, 1], repeat=count)), np.int64).reshape(1 << count, count)
    for low, step in comparators(count):
        assert len({*low.tolist(), *(low + step).tolist()}) == 2 * low.size
        less, more = np.minimum(rows[:, low], rows[:, low + step]), np.maximum(rows[:, low], rows[:, low + step])
        rows[:, low], rows[:, low + step] = less, more
    assert (np.diff(rows, axis=1) >= 0).all()


def test_sizes_are_those_of_the_layers():
    for count in (*range(70), 255, 256, 257, 1000):
        layers = [low.size for low, _ in comparators(count)]
        assert size(count) == (len(layers), sum(layers))
        assert all(layers)
