"""Tables read with whole trees: every point and place of small domains, and entries of wide ones."""

import numpy as np
import pytest
from point_pairs import pair

from mpc.algebra.bits import unpack
from mpc.errors import LocalError
from protocols.function_sharing import tables

RNG = np.random.default_rng(6)


def entries(keys, places, table, bits):
    left, right = (tables.read(key, places, table, bits) for key in keys)
    planes = np.stack([unpack(plane, len(places)) for plane in left ^ right]).astype(np.uint64)
    return (planes << np.arange(bits, dtype=np.uint64)[:, None]).sum(0)


@pytest.mark.parametrize("width", [1, 5, 6, 7, 8])
def test_every_entry_is_read_at_every_place(width):
    every = np.arange(1 << width, dtype=np.uint64)
    values, places = np.repeat(every, len(every)), np.tile(every, len(every))
    keys, table = pair(values, width), RNG.integers(0, 2**11, 1 << width, np.uint64)
    if width == 8:
        chosen = np.sort(RNG.choice(len(values), 2000, replace=False))
        keys, places, values = pair(values[chosen], width), places[chosen], values[chosen]
    expected = table[(places - values) & np.uint64((1 << width) - 1)]
    np.testing.assert_array_equal(entries(keys, places, table, 11), expected)


@pytest.mark.parametrize(("width", "bits"), [(9, 1), (12, 64), (16, 17)])
def test_long_tables(width, bits):
    points, places = RNG.integers(0, 1 << width, (2, 9), np.uint64)
    points[:2], places[:2] = (0, (1 << width) - 1), ((1 << width) - 1, 0)
    table = RNG.integers(0, 1 << bits if bits < 64 else 2**64, 1 << width, np.uint64)
    expected = table[(places - points) & np.uint64((1 << width) - 1)]
    np.testing.assert_array_equal(entries(pair(points, width), places, table, bits), expected)


@pytest.mark.parametrize("width", [3, 7, 10])
def test_leaves_add_up_to_the_point(width, monkeypatch):
    """Of every point, in parts as they are made."""
    points = np.arange(1 << width, dtype=np.uint64)
    keys = pair(points, width)
    rows = tables.leaves(keys[0], 0, 5), tables.leaves(keys[0], 5, len(points))
    found = np.concatenate(rows) ^ tables.leaves(keys[1], 0, len(points))
    bits = np.unpackbits(found.view(np.uint8), axis=1, bitorder="little")
    assert bits.shape[1] == max(1 << width, 128)
    np.testing.assert_array_equal(bits[:, : 1 << width], np.eye(1 << width, dtype=np.uint8))
    assert not bits[:, 1 << width :].any()


def test_what_does_not_fit_is_refused():
    keys = pair(np.zeros(1, np.uint64), 17)[0]
    with pytest.raises(LocalError, match="wrong-parameter"):
        tables.read(keys, np.zeros(1, np.uint64), np.zeros(1 << 17, np.uint64), 3)
    keys = pair(np.zeros(1, np.uint64), 3)[0]
    for table, bits, code in [(7, 3, "wrong-shape"), (8, 0, "wrong-parameter"), (8, 65, "wrong-parameter")]:
        with pytest.raises(LocalError, match=code):
            tables.read(keys, np.zeros(1, np.uint64), np.zeros(table, np.uint64), bits)
