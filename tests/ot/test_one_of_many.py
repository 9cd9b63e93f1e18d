"""Random tables, and places in them, made of correlations: what is read is what stands there, and nothing else is."""

import numpy as np
import pytest
from correlations import masks
from pairs import results
from test_transfers import EXTENSIONS, IDEAL, every_extension, over

from mpc.algebra.bit_tables import look_up
from protocols.ot import one_of_many
from protocols.ot.one_of_many import tables_receive, tables_send
from protocols.ot.pads import pads

FORMS = [(0, 4, 2), (1, 1, 1), (3, 4, 2), (2, 3, 21), (2, 4, 8), (1, 4, 9), (1, 8, 1)]


def made(setups, words, depth, width, **options):
    return results(
        *over(
            setups,
            lambda ctx, cot: tables_send(ctx, cot, words, depth, width),
            lambda ctx, cot: tables_receive(ctx, cot, words, depth, width),
        ),
        **options,
    )


@every_extension
@pytest.mark.parametrize("form", FORMS, ids=str)
def test_what_is_read_stands_there(setups, form):
    words, depth, width = form
    tables, (places, entries) = made(setups, *form, audit=True)
    assert (tables.shape, places.shape) == ((1 << depth, width, words), (depth, words))
    np.testing.assert_array_equal(entries, look_up(tables, places))


@pytest.mark.parametrize("tile", [1, 2, 128])
@pytest.mark.parametrize(("words", "depth", "width"), [(3, 2, 3), (2, 3, 21)])
def test_entries_are_sums_of_the_labels_hashes(monkeypatch, tile, words, depth, width):
    """By definition: of entry v, bits v width and following of the hashes of the labels that the bits of v choose."""
    monkeypatch.setattr(one_of_many, "_TILE_WORDS", tile)
    start, count, first = np.array([7, 2**63], np.uint64), 64 * words, 1000
    blocks = -(-(width << depth) // 128)
    random = np.random.default_rng(3)
    labels, delta = random.integers(0, 2**64, (depth * count, 2), np.uint64), random.integers(0, 2**64, 2, np.uint64)
    made = one_of_many._tables(labels, delta, first, start, (depth, width))
    for lane in range(0, count, 7):
        for v in range(1 << depth):
            entry = 0
            for level in range(depth):
                place = level * count + lane
                label = labels[place] ^ delta if v >> level & 1 else labels[place]
                row = pads(label[None], None, start, first + level * count, 2 * blocks, (lane, 0, 2 * blocks))[0]
                entry ^= sum(int(word) << 64 * i for i, word in enumerate(row)) >> v * width
            found = sum((int(made[v, f, lane // 64]) >> lane % 64 & 1) << f for f in range(width))
            assert found == entry % 2**width


def test_places_are_random_and_other_entries_agree_half_of_the_time():
    words = 64
    tables, (places, _) = made(EXTENSIONS["softspoken"], words, 2, 2)
    count = 64 * words
    numbers = sum((masks(row, count) & np.uint64(1)) << np.uint64(i) for i, row in enumerate(places))
    assert abs(np.bincount(numbers.astype(int), minlength=4) - count / 4).max() < 5 * (count * 3 / 16) ** 0.5
    for turn in range(1, 4):
        other = places ^ np.array([[0 - (turn & 1)], [0 - (turn >> 1)]]).astype(np.uint64)
        for row, here in zip(look_up(tables, other), look_up(tables, places), strict=True):
            assert abs(int(np.bitwise_count(row ^ here).sum()) - count / 2) < 2.5 * count**0.5


def test_calls_on_one_extension_give_different_tables():
    async def send(ctx, cot):
        return [await tables_send(ctx, cot, 1, 2, 1) for _ in range(2)]

    async def receive(ctx, cot):
        return [await tables_receive(ctx, cot, 1, 2, 1) for _ in range(2)]

    (first, second), received = results(*over(IDEAL, send, receive))
    assert (first != second).any()
    for tables, (places, entries) in zip((first, second), received, strict=True):
        np.testing.assert_array_equal(entries, look_up(tables, places))
