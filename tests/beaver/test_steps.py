"""Which steps a number reaches, from one opened mask: results, and what a coalition sees."""

import numpy as np
import pytest
from beaver.test_views_of_beaver import put_in
from numpy.testing import assert_array_equal

from mpc.algebra.ring import Ring
from mpc.algebra.step_tables import step_table, steps
from mpc.context import Context
from mpc.errors import LocalError
from mpc.testing import assert_same_distribution, exact_view, sampled_view
from protocols.beaver import SUITE
from protocols.preprocessing.kinds.step_mask import StepMask


@pytest.mark.parametrize(("cell_bits", "place_bits"), [(0, 0), (0, 11), (60, 5)])
def test_a_table_that_does_not_fit_is_refused(cell_bits, place_bits):
    with pytest.raises(LocalError, match="wrong-parameter"):
        StepMask(Ring(64), 1, cell_bits, place_bits)


@pytest.mark.parametrize("size", [2, 4, 32, 64, 128])
def test_every_number_at_every_place(size):
    """Two shares of the table, read each for itself, give [(p - a) mod size >= t] for all a, p and t."""
    a, p = (grid.reshape(-1).astype(np.uint64) for grid in np.meshgrid(*[np.arange(size)] * 2))
    table = step_table(a, size)
    mask = np.random.default_rng(5).integers(0, 2**64, table.shape, dtype=np.uint64)
    both = steps(table ^ mask, p, size, whole=True) ^ steps(mask, p, size, whole=False)
    t = np.arange(64 * len(table))[:, None]
    found = (both[t[:, 0] // 64] >> (t % 64).astype(np.uint64)) & np.uint64(1)
    assert_array_equal(found, ((p - a) % np.uint64(size) >= t) & (t < size))


def reached(cell_bits, place_bits):
    async def protocol(ctx, mine, lanes):
        x = await put_in(ctx, 0, mine, lanes)
        return await ctx.suite.steps(ctx, x.reshape((1, lanes)), cell_bits, place_bits)

    return protocol


def between(protocol, ring, observer):
    def view(theirs):
        inputs = [[1], [theirs]] if observer == 0 else [[theirs], [1]]
        return exact_view(protocol, inputs, suite=SUITE, observers=observer, ring=ring)

    return view


@pytest.mark.parametrize(("bits", "cell_bits", "place_bits"), [(2, 0, 1), (2, 1, 1), (3, 2, 1), (3, 0, 1)])
def test_steps_show_nothing(bits, cell_bits, place_bits):
    view = between(reached(cell_bits, place_bits), Ring(bits), 1)
    reference = view(0)
    for theirs in range(1, 1 << bits):
        assert_same_distribution(reference, view(theirs))


def test_steps_on_the_64_bit_ring_look_the_same():
    views = [sampled_view(reached(12, 6), [[x], [5]], suite=SUITE, observers=1, lanes=4096) for x in (0, 31 << 12)]
    assert_same_distribution(*views)


def test_what_is_not_masked_is_noticed(monkeypatch):
    async def nothing_random(ctx, kind):
        return tuple(np.zeros(part.shape, np.uint64) for part in kind.parts())

    monkeypatch.setattr(Context, "take", nothing_random)
    view = between(reached(0, 1), Ring(2), 1)
    with pytest.raises(AssertionError):
        assert_same_distribution(view(0), view(1))
