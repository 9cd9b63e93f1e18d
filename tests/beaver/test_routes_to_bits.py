"""Comparison without a dealer, through programs and on material that the parties make of transfers."""

import numpy as np
import pytest

import mpc
from mpc.algebra.ring import Z64, Ring
from protocols.beaver import by_masks, by_tables
from protocols.one_array import OneArray
from protocols.runs.planning import plan
from protocols.runs.simulating import simulate

X = np.array([-3.5, 0.0, 0.25, 7.0, -100.0, 99.9])
Y = np.array([-3.25, 0.0, 0.5, -7.0, 100.0, 99.9])


async def program(ctx, mine):
    """Comparisons of every sort, the place of the largest, and functions that compare on the way."""
    x = await mpc.secret(ctx, owner=0, value=mine, range=(-128, 128))
    y = await mpc.secret(ctx, owner=1, value=mine, range=(-128, 128))
    largest = x.max(), x == x.max()
    return await mpc.reveal(
        ctx, *largest, x < y, x == y, np.maximum(x, y), mpc.sigmoid(x), abs(y), np.exp(y.clip(-4, 4))
    )


def check(result):
    largest, where, less, same, maximum, sigmoid, magnitude, exponential = result
    assert largest == pytest.approx(X.max(), abs=1e-4)
    assert np.argmax(where) == X.argmax()
    np.testing.assert_array_equal(less, X < Y)
    np.testing.assert_array_equal(same, X == Y)
    np.testing.assert_allclose(maximum, np.maximum(X, Y), atol=1e-4)
    np.testing.assert_allclose(sigmoid, 1 / (1 + np.exp(-X)), atol=2e-3)
    np.testing.assert_allclose(magnitude, abs(Y), atol=1e-4)
    np.testing.assert_allclose(exponential, np.exp(Y.clip(-4, 4)), rtol=2e-3, atol=2e-3)


@pytest.mark.parametrize("n", [2, 3])
def test_a_program_that_compares_needs_no_dealer(n):
    inputs = [X, Y, None][:n]
    simulation = simulate(program, inputs, preprocessing="ot", check_costs=True)
    for result in simulation.results:
        check(result)
    kinds = simulation.report.material
    assert ("one_of_many" in kinds, "edabit" in kinds) == (n == 2, n == 3)


def test_a_plan_foresees_the_route():
    """The same material, bytes and rounds; a dealer's keys take fewer of these."""
    zeros = [np.zeros(6), np.zeros(6)]
    planned = plan(program, zeros, preprocessing="ot")
    run = simulate(program, [X, Y], preprocessing="ot")
    assert planned.report.material == run.report.material
    assert planned.report.bytes_sent == run.report.bytes_sent
    assert planned.report.rounds == run.report.rounds > plan(program, zeros).report.rounds


def shares(size, ring):
    return OneArray(np.zeros(size, np.uint64), ring)


@pytest.mark.parametrize("bits", [1, 2, 5, 9, 33, 64])
def test_tables_take_fewer_ands_than_masks(bits):
    x = shares(1000, Ring(bits))
    for function, arguments in (("msb", ()), ("is_zero", ()), ("a2b", (bits,)), ("below", (np.zeros(3, np.uint64),))):
        tables, masks = (getattr(way, function).declared(x, *arguments) for way in (by_tables, by_masks))
        assert tables.material.get("and_triple", 0) <= masks.material.get("and_triple", 0)
        assert tables.rounds <= max(masks.rounds, 2)
        assert tables.parties == masks.parties == 0


def test_a_comparison_is_68_bytes_and_29_ands():
    declared = by_tables.msb.declared(shares(64, Z64))
    assert (declared.rounds, 8 * declared.to_one) == (6, 68 * 64)
    assert declared.material == {"one_of_many": 16 * 64, "and_triple": 29 * 64}
