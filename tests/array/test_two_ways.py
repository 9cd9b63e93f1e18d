"""The way of a numerical function or a comparison: as the session says, or by what is quicker on its network."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import mpc
from mpc.errors import LocalError
from mpc.planning import NETWORKS
from protocols.garbled import ahead

X, Y = np.array([-90.0, -1.5, 0.0, 3.25, 77.0]), np.array([0.5, 1.5, 2.0, 19.0, 7.0])
EXACT = (X / Y, 1 / Y, np.sqrt(Y), 1 / np.sqrt(Y), X < Y, X == 0, np.maximum(X, Y))


async def main(ctx: Any, mine: Any) -> Any:
    x = await mpc.secret(ctx, owner=0, value=mine, range=(-100, 100))
    y = await mpc.secret(ctx, owner=1, value=mine, range=(0.5, 20))
    return await mpc.reveal(ctx, x / y, 1 / y, np.sqrt(y), mpc.inverse_sqrt(y), x < y, x == 0, np.maximum(x, y))


def simulated(values: Any = (X, Y), **options: Any) -> Any:
    return mpc.simulate(main, list(values), check_costs=True, **options)


BY_YAO = {"numeric": "yao", "compare": "yao"}


@pytest.mark.parametrize("suite", ["beaver", "yao"])
@pytest.mark.parametrize("options", [{}, BY_YAO, {"numeric": "yao"}, {"compare": "yao"}, {"network": "wan"}], ids=str)
@pytest.mark.parametrize("ring", [64, 128])
def test_results_are_within_the_same_bounds_and_plans_count_the_same(suite: str, options: Any, ring: int) -> None:
    run = simulated(suite=suite, ring=ring, **options)
    for found, exact, reveal in zip(run.result, EXACT, run.report.reveals, strict=True):
        assert np.abs(found * 1.0 - exact * 1.0).max() <= reveal.error
    planned = mpc.plan(main, [X, Y], suite=suite, ring=ring, **options).report
    assert (planned.rounds, planned.bytes_sent) == (run.report.rounds, run.report.bytes_sent)
    assert (planned.material, planned.ways) == (run.report.material, run.report.ways)
    bounds = [reveal.error for reveal in run.report.reveals]
    assert bounds == [reveal.error for reveal in simulated(suite=suite, ring=ring).report.reveals]


@pytest.mark.parametrize("preprocessing", ["ot", "silent"])
def test_material_of_the_parties_own(preprocessing: str) -> None:
    run = simulated(preprocessing=preprocessing, **BY_YAO)
    for found, exact, reveal in zip(run.result, EXACT, run.report.reveals, strict=True):
        assert np.abs(found * 1.0 - exact * 1.0).max() <= reveal.error


def taken(report: Any) -> dict[str, str]:
    return {way.operation: way.way for way in report.ways}


def test_without_a_network_what_is_not_asked_for_is_arithmetic() -> None:
    assert taken(simulated().report) == {}
    assert taken(simulated(numeric="yao").report) == dict.fromkeys(("/", "reciprocal", "sqrt", "inverse_sqrt"), "yao")
    assert taken(simulated(compare="yao").report) == {"<": "yao", "==": "yao"}
    assert taken(simulated(network="wan", numeric="arithmetic", compare="arithmetic").report) == {}


def test_on_a_network_the_quicker_way_is_taken_and_both_are_told() -> None:
    few, many = [X, Y], [np.ones(20_000), np.ones(20_000)]
    ways = taken(mpc.plan(main, few, network="wan").report)
    assert ways.pop("==") == "arithmetic", "whether few numbers are equal takes one round"
    assert set(ways.values()) == {"yao"}
    assert taken(mpc.plan(main, many, network="wan").report)["/"] == "arithmetic"
    for way in mpc.plan(main, many, network="lan").report.ways:
        assert (way.way == "yao") == (way.yao < way.arithmetic)
        assert way.arithmetic > 0 < way.yao


@pytest.mark.parametrize("ring", [64, 128])
def test_numbers_as_large_as_the_ring_takes_are_compared(ring: int) -> None:
    most = 2 ** (ring - 2) - 1 if ring == 64 else 2**62
    x = np.array([most, -most, most, -most, 0, most])
    y = np.array([-most, most, most, -most, most, most - 1])

    async def program(ctx: Any, mine: Any) -> Any:
        a = await mpc.secret(ctx, owner=0, value=mine, range=(-most, most))
        b = await mpc.secret(ctx, owner=1, value=mine, range=(-most, most))
        return await mpc.reveal(ctx, a < b, a == b, a > b)

    for way in ("yao", "arithmetic"):
        found = mpc.simulate(program, [x, y], compare=way, ring=ring).result
        for mine, theirs in zip(found, (x < y, x == y, x > y), strict=True):
            np.testing.assert_array_equal(mine, theirs)


async def quotient(ctx: Any, mine: Any) -> Any:
    x = await mpc.secret(ctx, owner=0, value=mine, range=(1, 100))
    y = await mpc.secret(ctx, owner=1, value=mine, range=(0.5, 20))
    return await mpc.reveal(ctx, x / y)


def test_what_is_told_is_what_the_plan_of_either_way_says() -> None:
    values = [np.ones(40), np.ones(40)]
    (way,) = mpc.plan(quotient, values, network="wan").report.ways
    network = NETWORKS["wan"]
    reveal_alone = {"arithmetic": way.arithmetic, "yao": way.yao}
    for numeric, told in reveal_alone.items():
        planned = mpc.plan(quotient, values, numeric=numeric).report
        whole = network.seconds(planned.rounds, max(planned.bytes_sent))
        assert told < whole < told + 3.1 * network.delay


@pytest.mark.parametrize("options", [{"numeric": "yao"}, {"compare": "yao"}])
def test_three_parties_and_the_clear_do_not_garble(options: Any) -> None:
    for values, suite in (([X, Y, None], "beaver"), ([X, Y], "ideal")):
        with pytest.raises(LocalError, match="unfit-session"):
            mpc.simulate(main, values, suite=suite, **options)
        with pytest.raises(LocalError, match="unfit-session"):
            mpc.plan(main, values, suite=suite, **options)


def test_three_parties_compute_arithmetically_on_any_network() -> None:
    report = mpc.simulate(main, [X, Y, None], network="wan").report
    assert report.ways == ()
    assert report.rounds > 10


def test_names_that_mean_nothing_are_refused() -> None:
    with pytest.raises(LocalError, match="unknown-network"):
        mpc.simulate(main, [X, Y], network="moon")
    with pytest.raises(LocalError, match="unknown-way"):
        mpc.plan(main, [X, Y], numeric="best")
    with pytest.raises(LocalError, match="unknown-way"):
        mpc.plan(main, [X, Y], compare="gmw")


def test_a_report_shows_the_ways() -> None:
    shown = repr(mpc.plan(main, [X, Y], network="wan"))
    assert "Ways" in shown
    assert " s " in shown[shown.index("Ways") :]


@pytest.mark.parametrize(
    "options", [{"numeric": "yao"}, {"suite": "yao", "numeric": "yao"}, {"network": "wan"}], ids=str
)
def test_a_logarithm_of_more_bits_than_a_word(options: Any) -> None:
    """What arithmetic takes in a ring of 128 bits a circuit takes too, and so does weighing both."""

    async def program(ctx: Any, mine: Any) -> Any:
        x = await mpc.secret(ctx, owner=0, value=mine, range=(1, 4e11))
        return await mpc.reveal(ctx, np.log(x))

    values = np.array([1e11, 3.0, 1.0])
    run = mpc.simulate(program, [values, None], ring=128, fractional_bits=32, check_costs=True, **options)
    (told,) = run.report.reveals
    assert np.abs(run.result - np.log(values)).max() <= told.error
    assert [way.way for way in run.report.ways] == ["yao"]


AHEAD = {"garbling": "ahead", "network": "wan"}


def test_weighing_knows_by_which_scheme_and_when_circuits_are_garbled() -> None:
    """Of numbers of quotients for which they decide; what is told of either way is what it then sends."""
    count = 600
    values = [np.ones(count), np.ones(count)]
    for ways, quicker in (
        ({"scheme": "half-gates"}, "arithmetic"),
        ({"scheme": "three-halves"}, "yao"),
        ({"garbling": "ahead"}, "yao"),
    ):
        run, planned = (how(quotient, values, network="wan", **ways).report for how in (mpc.simulate, mpc.plan))
        assert taken(planned) == taken(run) == {"/": quicker}
        assert (planned.rounds, planned.bytes_sent) == (run.rounds, run.bytes_sent)
        garbled = mpc.plan(quotient, values, numeric="yao", **ways).report
        network, revealed = NETWORKS["wan"], 16 * count
        whole = network.seconds(garbled.rounds, max(garbled.bytes_sent))
        assert whole - 2.1 * network.delay - network.seconds(0, revealed) < planned.ways[0].yao < whole


@pytest.mark.parametrize("suite", ["beaver", "yao"])
def test_tables_too_large_to_be_made_ahead_are_no_way(suite: str) -> None:
    """What is only weighed ends no run; who asks for it is told."""
    many = [np.ones(130_000), np.ones(130_000)]
    (way,) = mpc.plan(quotient, many, suite=suite, **AHEAD).report.ways
    assert (way.way, way.yao) == ("arithmetic", 0)
    assert way.arithmetic > 0
    with pytest.raises(LocalError, match="garbling-too-large"):
        mpc.plan(quotient, many, suite=suite, numeric="yao", **AHEAD)


@pytest.mark.parametrize("suite", ["beaver", "yao"])
@pytest.mark.parametrize("numeric", ["auto", "yao"])
def test_circuits_that_are_too_large_together_are_apart(monkeypatch: Any, suite: str, numeric: str) -> None:
    async def chain(ctx: Any, mine: Any) -> Any:
        x = await mpc.secret(ctx, owner=0, value=mine, range=(1, 100))
        y = await mpc.secret(ctx, owner=1, value=mine, range=(0.5, 20))
        return await mpc.reveal(ctx, 1 / (1 + x / y))

    values = [np.array([3.0, 70.0]), np.array([0.5, 19.0])]
    one = mpc.plan(chain, values, suite=suite, numeric=numeric, **AHEAD).report
    monkeypatch.setattr(ahead, "MOST_WORDS", 2 * 4 * 900)
    apart = mpc.simulate(chain, values, suite=suite, numeric=numeric, check_costs=True, **AHEAD)
    assert apart.report.rounds == one.rounds + 2
    np.testing.assert_allclose(apart.result, 1 / (1 + values[0] / values[1]), atol=2**-14)
