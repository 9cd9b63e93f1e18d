"""Functions in pieces on Beaver's suite: exact on whole tiny rings, and what a coalition sees says nothing of x."""

import numpy as np
import pytest
import trio

from mpc.algebra.ring import Ring
from mpc.context import Context
from mpc.simulation import Setting, run_in_memory
from mpc.testing import assert_same_distribution, exact_view, sampled_view
from protocols.beaver import SUITE
from protocols.piecewise import Grid, Pieces
from protocols.preprocessing.dealer import local_supplies

LINES = Pieces(Grid(0, 2), (1,), ((1, 2), (0, 3)), 0, 0)
CURVE = Pieces(Grid(1, 1), (0,), ((1, 2, 1), (0, 3, 2)), 0, 0)
STEP = Pieces(Grid(0, 1), (0,), ((0, 1), (1, 0)), 0, 0)


async def put_in(ctx, owner, mine, lanes):
    return await ctx.suite.input(ctx, owner, mine[0] if ctx.me == owner else None, (lanes,))


def of_party(owner, table, within=None, times=False):
    async def protocol(ctx, mine, lanes):
        x = await put_in(ctx, owner, mine, lanes)
        y = await put_in(ctx, owner, mine, lanes) if times else None
        return await ctx.suite.by_pieces(ctx, x, (table,), within, y)

    return protocol


@pytest.mark.parametrize("n", [2, 3])
@pytest.mark.parametrize("grid", [Grid(0, 3), Grid(2, 3), Grid(1, 2)], ids=str)
def test_every_number_of_the_grid_comes_out_of_one_of_two_pieces(grid, n):
    """Each 40 times: of the numbers in the cells below a threshold both pieces come."""
    half, modulus = 1 << (grid.place_bits - 1), 1 << 8
    table = Pieces(grid, (1 - half, 0, half - 1), ((3, 1), (0, 5, 1), (7, 0, 2, 3), (1,)), 0, 0)
    other = Pieces(grid, (0,), ((0,), (1,)), 0, 0)
    every = np.tile(np.arange(grid.lowest, grid.highest + 1), 40)
    words = Ring(8).from_signed(every)

    async def main(ctx, mine):
        x = await ctx.suite.input(ctx, 0, words if ctx.me == 0 else None, words.shape)
        (p, q), outside = await ctx.suite.by_pieces(ctx, x, (table, other), (1 - half, half - 1), x)
        return *await ctx.suite.open(ctx, p, q), await ctx.suite.open_bits(ctx, outside)

    setting = Setting(SUITE, ring=Ring(8), audit=True)
    runs = trio.run(run_in_memory, main, [None] * n, local_supplies(n), setting)
    p, q, outside = runs[0].result
    flags = np.unpackbits(outside.view(np.uint8), bitorder="little")[: every.size]
    for x, of_p, of_q, flag in zip(every.tolist(), p.tolist(), q.tolist(), flags.tolist(), strict=True):
        fits = [
            (
                table.at(x, late=late) * x % modulus,
                other.at(x, late=late) * x % modulus,
                not 1 - half <= cell < half - 1,
            )
            for late in (False, True)
            for cell in [(x >> grid.cell_bits) + late]
        ]
        assert (of_p, of_q, bool(flag)) in fits


@pytest.mark.parametrize(("table", "bits"), [(LINES, 2), (CURVE, 2), (STEP, 2), (STEP, 1)])
@pytest.mark.parametrize("observer", [0, 1])
def test_one_of_two_parties_learns_nothing(table, bits, observer):
    """All randomness there is, of the dealer and of both parties."""

    def view(theirs):
        inputs = [[1], [theirs]] if observer == 0 else [[theirs], [1]]
        protocol = of_party(1 - observer, table, (-1, 1) if table is LINES else None)
        return exact_view(protocol, inputs, suite=SUITE, observers=observer, ring=Ring(bits))

    reference = view(0)
    for theirs in range(1, 1 << bits):
        assert_same_distribution(reference, view(theirs))


@pytest.mark.parametrize("observers", [(0, 1), (0, 2), (1, 2)])
def test_two_of_three_parties_learn_nothing(observers):
    (owner,) = {0, 1, 2} - set(observers)

    def view(theirs):
        inputs = [[theirs] if i == owner else [1] for i in range(3)]
        return exact_view(of_party(owner, STEP), inputs, suite=SUITE, observers=observers, ring=Ring(1))

    assert_same_distribution(view(0), view(1))


@pytest.mark.parametrize("observer", [0, 1])
def test_nothing_is_learnt_of_what_the_result_is_multiplied_by(observer):
    def view(theirs):
        inputs = [[1], [theirs]] if observer == 0 else [[theirs], [1]]
        protocol = of_party(1 - observer, STEP, times=True)
        return exact_view(protocol, inputs, suite=SUITE, observers=observer, ring=Ring(1))

    assert_same_distribution(view(0), view(1))


@pytest.mark.parametrize("part", [0, 1, 2], ids=["without r", "without the bits", "without g"])
def test_a_mask_that_is_missing_is_noticed(monkeypatch, part):
    """With r = 0 the opened number is x; without s_i what is opened is the comparison; without g it is the factor."""
    take = Context.take

    async def with_a_zero(ctx, kind):
        material = list(await take(ctx, kind))
        material[part] = np.zeros_like(material[part])
        return tuple(material)

    monkeypatch.setattr(Context, "take", with_a_zero)
    views = [
        exact_view(
            of_party(1, STEP, times=part == 2), [[1], [x]], suite=SUITE, observers=0, ring=Ring(1 if part == 2 else 2)
        )
        for x in (0, 1)
    ]
    with pytest.raises(AssertionError):
        assert_same_distribution(*views)


def test_views_on_the_64_bit_ring_look_the_same():
    table = Pieces(Grid(8, 6), (-8, 8), ((0,), (1, 2, 3), (4, 5, 6)), 0, 0)
    views = [sampled_view(of_party(0, table), [[x], [5]], suite=SUITE, observers=1, lanes=4096) for x in (0, 8000)]
    names = list(views[0].columns)
    for view in views:
        view.columns = {name: view.columns[name] for name in names[:3] + names[-12:]}
    assert_same_distribution(*views)
