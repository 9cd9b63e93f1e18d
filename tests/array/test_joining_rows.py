"""Sums over rows stand within a garbled circuit where rounds are dear: each row is one instance of it then."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import mpc

X = np.array([[0.6, 1.0, 1.4], [1.9, 0.5, 0.8]])
Y = np.array([[1.5, 0.7, 1.0], [1.2, 2.0, 0.9]])
OF_THE_REST = 2
"""Rounds of a program beside its circuits: an input and an opening."""


def softmax(x: Any, y: Any) -> Any:
    """Powers, their sum, and what part of it each has."""
    e = np.exp(-x / y)
    return e / e.sum(-1, keepdims=True)


def norm(x: Any, y: Any) -> Any:
    """The root of a sum, where rows have no axis any more; and a factor of its own for each row."""
    return np.sqrt((x / y).sum(-1)) / x[:, 0]


def mean(x: Any, y: Any) -> Any:
    """Rows about their means, with a number for each column."""
    z = x / y
    return np.sqrt(abs(z - z.mean(axis=-1, keepdims=True)) + 0.25) / y[0]


def chosen(x: Any, y: Any) -> Any:
    """Truth values of whole rows, by what is the same in all of a row."""
    z = x / y
    return 1 / np.where(z < 1 / z.sum(-1, keepdims=True) + 0.5, z + 0.25, x)


def larger(x: Any, y: Any) -> Any:
    """A truth value for each element of a row."""
    z = np.sqrt(x)
    return z / y < z.sum(-1, keepdims=True) * 0.25


def twice(x: Any, y: Any) -> Any:
    """Two sums of one row, one after the other."""
    z = x / (x / y).sum(-1, keepdims=True)
    return 1 / (z + 0.5).sum(axis=-1)


def run(program: Any, inputs: Any = (X, Y), **options: Any) -> Any:
    """A run whose plan says the same."""

    async def main(ctx: Any, mine: Any) -> Any:
        x = await mpc.secret(ctx, owner=0, value=mine, range=(0.5, 2))
        y = await mpc.secret(ctx, owner=1, value=mine, range=(0.5, 2))
        return await mpc.reveal(ctx, program(x, y))

    done = mpc.simulate(main, list(inputs), check_costs=True, **options)
    planned = mpc.plan(main, list(inputs), **options).report
    assert (planned.rounds, planned.bytes_sent) == (done.report.rounds, done.report.bytes_sent)
    assert (planned.material, planned.ways) == (done.report.material, done.report.ways)
    return done


@pytest.mark.parametrize("options", [{}, {"garbling": "ahead"}, {"suite": "yao"}], ids=str)
@pytest.mark.parametrize("program", [softmax, norm, mean, chosen, larger, twice], ids=lambda each: each.__name__)
def test_what_sums_rows_is_one_circuit(program: Any, options: Any) -> None:
    done = run(program, network="wan", **options)
    assert done.report.rounds == OF_THE_REST + 2
    assert np.abs(done.result * 1.0 - program(X, Y) * 1.0).max() <= done.report.reveals[0].error


def test_sums_end_circuits_where_nothing_is_weighed() -> None:
    assert run(norm, numeric="yao", compare="yao").report.rounds == OF_THE_REST + 4


def test_sums_over_other_axes_and_of_long_rows_end_a_circuit() -> None:
    def columns(x: Any, y: Any) -> Any:
        return np.sqrt((x / y).sum(0))

    done = run(columns, network="wan")
    assert done.report.rounds == OF_THE_REST + 4
    assert np.abs(done.result - columns(X, Y)).max() <= done.report.reveals[0].error
    long = (np.resize(X, (2, 80)), np.resize(Y, (2, 80)))
    assert run(norm, long, network="wan").report.rounds > OF_THE_REST + 2


def test_what_is_broadcast_otherwise_than_by_rows_is_apart() -> None:
    """A sum for each row, as a number for each column of a square."""
    square = (np.resize(X, (3, 3)), np.resize(Y, (3, 3)))

    def turned(x: Any, y: Any) -> Any:
        return 1 / (np.sqrt((x / y).sum(-1)) + x)

    done = run(turned, square, network="wan")
    assert np.abs(done.result - turned(*square)).max() <= done.report.reveals[0].error


@pytest.mark.parametrize("garbling", ["online", "ahead"])
def test_rows_whose_circuit_would_be_too_large_are_apart(monkeypatch: pytest.MonkeyPatch, garbling: str) -> None:
    monkeypatch.setattr("protocols.array.joining.MOST_ANDS", 3000)
    done = run(norm, network="wan", garbling=garbling)
    assert done.report.rounds == OF_THE_REST + 2
    done = run(softmax, network="wan", garbling=garbling)
    assert done.report.rounds == OF_THE_REST + 4
    assert np.abs(done.result - softmax(X, Y)).max() <= done.report.reveals[0].error


STEPS = [
    lambda a, b: a / (b + 0.5),
    lambda a, b: np.sqrt(a + 0.25),
    lambda a, b: a * b + 0.125,
    lambda a, b: np.maximum(a, b),
    lambda a, b: a / a.sum(-1, keepdims=True),
    lambda a, b: np.where(a < b.mean(axis=-1, keepdims=True), a, b),
    lambda a, b: b + a.sum(-1, keepdims=True) * 0.25,
]


@pytest.mark.parametrize("network", ["wan", "lan"])
@pytest.mark.parametrize("seed", range(3))
def test_random_expressions_of_rows_are_within_their_bounds(seed: int, network: str) -> None:
    rng = np.random.default_rng(seed)
    drawn = [(rng.integers(len(STEPS)), *rng.integers(0, 2 + i, 2)) for i in range(5)]

    def program(x: Any, y: Any) -> Any:
        values = [x, y]
        for step, a, b in drawn:
            made = STEPS[step](values[-1 - a], values[-1 - b])
            values.append(made.within(0.05, 40) if isinstance(made, mpc.SecretArray) else made)
        return np.sqrt(values[-1].sum(-1))

    for options in ({"network": network}, {}):
        done = run(program, **options)
        assert np.abs(done.result - program(X, Y)).max() <= done.report.reveals[0].error
