"""Among three parties the network says which way a circuit goes, and by GMW which circuit: seconds of both are told."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import mpc
from mpc.algebra.bits import words_for
from mpc.planning import NETWORKS
from protocols.array.circuit_ways import ROUNDS_OF_BMR
from protocols.circuits import UInt, circuit, shallow
from protocols.circuits.circuit import Circuit

WIDTH = 16


@circuit(x=UInt(WIDTH), y=UInt(WIDTH))
def product(x: Any, y: Any) -> Any:
    """x y, of few ANDs but many of them one after another."""
    return x * y


with shallow():
    SHALLOW = circuit(x=UInt(WIDTH), y=UInt(WIDTH))(lambda x, y: x * y)


def program(made: Circuit, by: Any, *, reveal: bool = False) -> Any:
    async def main(ctx: Any, mine: Any) -> Any:
        x, y = (mpc.private(owner, mine if ctx.me == owner else None) for owner in (0, 1))
        found = await mpc.garbled(ctx, made, x=x, y=y, by=by)
        return await (mpc.reveal if reveal else mpc.compute)(ctx, found)

    return main


def planned(made: Circuit, by: Any, instances: int, network: str = "wan", suite: str = "beaver") -> Any:
    inputs = [np.arange(instances), np.arange(instances), None]
    return mpc.plan(program(made, by), inputs, network=network, suite=suite)


def test_by_gmw_a_shallow_circuit_is_taken_where_rounds_are_dear() -> None:
    (few,) = planned(product, "gmw", 10).report.circuits
    assert few.ands == SHALLOW.ands > product.ands
    (many,) = planned(product, "gmw", 200_000).report.circuits
    (unknown,) = planned(product, "gmw", 10, network="").report.circuits
    assert many.ands == unknown.ands == product.ands
    (garbled,) = planned(product, "bmr", 10).report.circuits
    assert garbled.ands == product.ands


@pytest.mark.parametrize("instances", [10, 20_000])
def test_seconds_of_both_are_those_of_what_is_then_sent(instances: int) -> None:
    """But for inputs, and that a number is made of the bits. The last party receives all tables of the others."""
    wan = NETWORKS["wan"]
    (told,) = planned(product, None, instances).report.circuits
    assert told.by == ("bmr" if told.bmr < told.gmw else "gmw")
    for by, seconds, most in (("gmw", told.gmw, max), ("bmr", told.bmr, sum)):
        report = planned(product, by, instances).report
        whole = wan.seconds(report.rounds, most(report.bytes_sent))
        assert 0.5 * whole < seconds < whole
        (other,) = report.circuits
        assert (other.gmw, other.bmr) == (told.gmw, told.bmr)
    assert told.bmr > ROUNDS_OF_BMR * wan.delay


@pytest.mark.parametrize("instances", [10, 50_000])
def test_seconds_by_gmw_are_of_what_the_suite_sends(instances: int) -> None:
    """On replicated3 a word for the ANDs of a word, to one party."""
    (told,) = planned(product, "gmw", instances, suite="replicated3").report.circuits
    made = {product.ands: product, SHALLOW.ands: SHALLOW}[told.ands]
    assert told.gmw == NETWORKS["wan"].seconds(made.and_depth, 8 * made.ands * words_for(instances))
    assert told.bmr == 0


def test_reports_show_both_where_they_were_weighed() -> None:
    shown = repr(planned(product, None, 10))
    assert "gmw" in shown
    assert "bmr" in shown
    assert "on the network wan" in shown
    (told,) = planned(product, None, 10, network="").report.circuits
    assert (told.gmw, told.bmr) == (0, 0)


def test_what_the_shallow_circuit_gives_is_right_and_planned() -> None:
    x, y = np.array([0, 1, 65535, 300]), np.array([7, 65535, 65535, 211])
    run = mpc.simulate(program(product, "gmw", reveal=True), [x, y, None], network="wan", check_costs=True)
    np.testing.assert_array_equal(run.result, x * y % 2**WIDTH)
    plan = mpc.plan(program(product, "gmw", reveal=True), [x, y, None], network="wan").report
    assert (plan.rounds, plan.bytes_sent) == (run.report.rounds, run.report.bytes_sent)
    assert run.report.circuits == plan.circuits
    assert run.report.circuits[0].ands == SHALLOW.ands


def test_a_function_that_has_changed_since_is_not_made_again() -> None:
    """What it refers to is another number by now: the circuit stays what it was written as."""
    factor = 3

    @circuit(x=UInt(WIDTH), y=UInt(WIDTH))
    def scaled(x: Any, y: Any) -> Any:
        return x * y * factor

    as_written = scaled.digest
    factor = 5
    assert scaled.shallower.and_depth >= scaled.and_depth
    (run,) = planned(scaled, "gmw", 10).report.circuits
    assert run.ands == scaled.ands
    assert scaled.digest == as_written


def test_a_circuit_that_was_written_shallow_stays() -> None:
    assert SHALLOW.shallower is SHALLOW
    assert product.shallower.digest == SHALLOW.digest
