"""Random orders are uniform, and permutation networks bring about every one of them."""

from itertools import permutations

import numpy as np
import pytest

from protocols.preprocessing.orders import distances, order_of, reordered, routed, switch, wires


def through(order):
    """What the network's wires carry after its switches, where each wire carries its number."""
    rows, count = order.shape
    numbers = np.broadcast_to(np.arange(wires(count), dtype=np.uint64)[:, None], (rows, wires(count), 1)).copy()
    layers = routed(order)
    assert layers.size == len(distances(count)) * rows * wires(count) // 2
    for distance, layer in zip(distances(count), layers, strict=True):
        switch(numbers, distance, layer)
    return numbers[:, :count, 0]


@pytest.mark.parametrize("count", range(1, 7))
def test_every_order_of_few_records_is_routed(count):
    every = np.array(list(permutations(range(count))))
    np.testing.assert_array_equal(through(every), every)


@pytest.mark.parametrize("count", [8, 33, 1000])
def test_random_orders_of_many_records_are_routed(count):
    orders = np.stack([np.random.default_rng(seed).permutation(count) for seed in range(3)])
    np.testing.assert_array_equal(through(orders), orders)


def test_no_records_need_no_switches():
    assert distances(0) == distances(1) == ()
    assert routed(np.zeros((3, 1), np.int64)).shape == (0, 3, 0)
    assert routed(np.zeros((0, 5), np.int64)).shape[1] == 0


def test_an_order_sorts_its_keys_and_the_second_word_decides_between_equal_ones():
    keys = np.array([[[5, 1], [3, 9], [5, 0], [2**64 - 1, 0]]], np.uint64)
    assert order_of(keys).tolist() == [[1, 2, 0, 3]]
    assert order_of(keys[:, [0, 1, 3]]).tolist() == [[1, 0, 2]]


def test_records_move_as_whole_rows():
    records = np.arange(12, dtype=np.uint64).reshape(2, 3, 2)
    moved = reordered(records, np.array([[2, 0, 1], [0, 2, 1]]))
    assert moved[..., 0].tolist() == [[4, 0, 2], [6, 10, 8]]
    np.testing.assert_array_equal(moved[..., 1], moved[..., 0] + 1)
