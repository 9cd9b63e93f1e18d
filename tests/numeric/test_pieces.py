"""Functions in pieces on every suite: exactly one of the two pieces that a number may have, at the declared cost."""

import numpy as np
import pytest
from sharing import computed, words

import mpc
from mpc.algebra.ring import Z64
from mpc.algebra.wide_ring import Z128
from mpc.errors import LocalError
from protocols.numeric.pieces import Grid, Pieces, by_pieces, by_pieces_within
from protocols.piecewise import joined

GRID = Grid(8, 6)
CURVE = Pieces(GRID, (-16, -3, 5, 16), ((0,), (1, 2, 3), (7, -1, 2, -5), (3, 1, 1), (0, 1)), 12, 12)
LINE = Pieces(GRID, (15,), ((0,), (0, 1)), 12, 12)
LOW, HIGH = -20 << 8, 20 << 8
SUITES = [("beaver", 2), ("beaver", 3), ("ideal", 2), ("replicated3", 3), ("yao", 2), ("beaver without a dealer", 2)]


def numbers(count=150):
    """All over the grid, with its ends and what lies around each threshold."""
    around = [(t << 8) + d for t in (*CURVE.thresholds, *LINE.thresholds) for d in (-257, -256, -255, -1, 0, 1)]
    ends = [GRID.lowest, GRID.lowest + 1, GRID.highest, GRID.highest - 1]
    return np.array([*around, *ends, *np.linspace(GRID.lowest, GRID.highest, count).astype(int)])


async def both(ctx, x):
    (curve, line), outside = await by_pieces_within(ctx, x, LOW, HIGH, CURVE, LINE)
    return [curve, line, outside]


@pytest.mark.parametrize(("suite", "n"), SUITES)
@pytest.mark.parametrize("bits", [64, 128])
def test_each_number_has_one_of_its_two_pieces_in_every_table(suite, n, bits):
    if suite == "yao" and bits > 64:
        pytest.skip("products of 128 bits by circuits take long")
    x = numbers(20 if suite == "yao" else 150)
    ring = Z128 if bits == 128 else Z64
    values = ring.from_signed(x if bits == 64 else x.astype(object))
    *found, outside = computed(both, values, n=n, ring=ring, suite=suite)
    curve, line = (ring.to_signed(y).tolist() for y in found)
    for i, v in enumerate(x.tolist()):
        expected = [(CURVE.at(v, late=late), LINE.at(v, late=late)) for late in (False, True)]
        assert (curve[i], line[i]) in expected
        assert not outside[i] if LOW <= v < HIGH - 256 else outside[i] or v >= HIGH - 256 or LOW - 256 <= v < LOW


@pytest.mark.parametrize("shape", [(), (0,), (2, 3), (3, 0, 2)])
@pytest.mark.parametrize("suite", ["beaver", "ideal"])
def test_shapes_are_kept(shape, suite):
    x = np.full(shape, 2**9 + 3)
    found = computed(both, words(x), suite=suite)
    assert [y.shape for y in found] == [shape] * 3
    assert all((y == expected).all() for y, expected in zip(found, (CURVE.at(2**9 + 3) % 2**64, 0, 0), strict=True))


def run(table, **options):
    async def main(ctx, mine):
        x = await ctx.suite.input(ctx, 0, mine, (70,))
        before = ctx.depth
        (y,) = await by_pieces(ctx, x, table)
        return ctx.depth - before, await ctx.suite.open(ctx, y)

    return mpc.simulate(main, [words(np.arange(70)), None], check_costs=True, **options)


@pytest.mark.parametrize("offset", [-40, -16, 15, 16, 1000])
@pytest.mark.parametrize("suite", ["beaver", "ideal"])
def test_a_grid_may_lie_anywhere(offset, suite):
    """Its first number and its last one, and the whole of one cell between."""
    grid = Grid(4, 5, offset)
    table = Pieces(grid, (offset - 15, offset + 3, offset + 15), ((5, 1), (1, 1), (0, 1), (9,)), 0, 0)
    every = np.arange(grid.lowest, grid.highest + 1)
    assert (every[0] >> 4, every[-1] >> 4) == (grid.lowest_cell, grid.lowest_cell + 30)
    (y,) = computed(lambda ctx, x: by_pieces(ctx, x, table), words(every), suite=suite)
    for x, found in zip(every.tolist(), y.view(np.int64).tolist(), strict=True):
        assert found in (table.at(x), table.at(x, late=True))


@pytest.mark.parametrize(("suite", "n"), SUITES)
@pytest.mark.parametrize("count", [5, 70])
def test_results_may_be_multiplied(suite, n, count):
    """On a few numbers, whose places lie in rows, and on more."""
    x = np.linspace(GRID.lowest, GRID.highest, count).astype(int)
    y = np.arange(count) - 2
    found = computed(lambda ctx, x, y: by_pieces(ctx, x, CURVE, LINE, times=y), words(x), words(y), n=n, suite=suite)
    for i, v in enumerate(x.tolist()):
        expected = [[table.at(v, late=late) * (i - 2) for table in (CURVE, LINE)] for late in (False, True)]
        assert [int(z[i]) for z in signed_all(found)] in expected


def signed_all(found):
    return [z.view(np.int64) for z in found]


def test_two_rounds_and_one_mask_a_number():
    result = run(CURVE)
    assert result.results[0][0] == 2
    assert result.report.material == {"piece_mask": 70}


def test_tables_on_different_grids_and_on_none_are_refused():
    other = Pieces(Grid(7, 6), (0,), ((0,), (1,)), 0, 0)
    for tables in ((CURVE, other), ()):
        with pytest.raises(LocalError, match="wrong-parameter"):
            joined(tables)


@pytest.mark.parametrize(
    ("thresholds", "pieces"), [((), 1), ((0,), 1), ((0,), 3), ((1, 1), 3), ((2, 1), 3), ((-32,), 2), ((32,), 2)]
)
def test_thresholds_rise_inside_of_the_grid(thresholds, pieces):
    with pytest.raises(LocalError, match="wrong-parameter"):
        Pieces(GRID, thresholds, ((0,),) * pieces, 0, 0)


@pytest.mark.parametrize(("low", "high"), [(-5, 256), (0, 257), (256, 256), (512, 256), (-32 << 8, 0), (0, 32 << 8)])
def test_a_range_that_is_not_looked_after_is_refused(low, high):
    with pytest.raises(LocalError, match="wrong-parameter"):
        computed(lambda ctx, x: by_pieces_within(ctx, x, low, high, CURVE), words([1]))


def test_a_grid_without_room_in_the_ring_is_refused():
    table = Pieces(Grid(58, 5), (0,), ((0,), (1,)), 0, 0)
    with pytest.raises(LocalError, match="wrong-parameter"):
        computed(lambda ctx, x: by_pieces(ctx, x, table), words([1]))
