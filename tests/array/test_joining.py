"""Garbled operations that feed one another are one circuit: two rounds, and the numbers that they give one by one."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import mpc

X, Y = np.array([0.6, 1.0, 1.4, 1.9]), np.array([1.5, 0.7, 1.0, 1.2])
OF_THE_REST = 2
"""Rounds of a program beside its circuits: an input and an opening."""


async def inputs(ctx: Any, mine: Any) -> tuple[Any, Any]:
    x = await mpc.secret(ctx, owner=0, value=mine, range=(0.5, 2))
    y = await mpc.secret(ctx, owner=1, value=mine, range=(0.5, 2))
    return x, y


def run(program: Any, values: Any = (X, Y), **options: Any) -> Any:
    """A run whose plan says the same."""

    async def main(ctx: Any, mine: Any) -> Any:
        return await program(ctx, *await inputs(ctx, mine))

    options = {"numeric": "yao", "compare": "yao", **options}
    done = mpc.simulate(main, list(values), check_costs=True, **options)
    planned = mpc.plan(main, list(values), **options).report
    counted = done.report
    assert (planned.rounds, planned.bytes_sent) == (counted.rounds, counted.bytes_sent)
    assert (planned.material, planned.ways) == (counted.material, counted.ways)
    return done


def circuits(done: Any) -> int:
    """How many circuits there were one after another."""
    assert (done.report.rounds - OF_THE_REST) % 2 == 0
    return (done.report.rounds - OF_THE_REST) // 2


def circuits_of(values: Any, program: Any, **options: Any) -> Any:
    """The same of a plan on a LAN, where bytes are what is dear: no whole number where there is more than circuits."""

    async def main(ctx: Any, mine: Any) -> Any:
        return await program(ctx, *await inputs(ctx, mine))

    options = {"numeric": "yao", "compare": "yao", **options, "network": "lan"}
    return (mpc.plan(main, values, **options).report.rounds - OF_THE_REST) / 2


def chain(steps: int, *, stepwise: bool) -> Any:
    async def program(ctx: Any, x: Any, y: Any) -> Any:
        for _ in range(steps):
            x = (y / x).within(0.2, 4)
            if stepwise:
                await mpc.compute(ctx, x)
        return await mpc.reveal(ctx, x)

    return program


@pytest.mark.parametrize("suite", ["beaver", "yao"])
def test_a_chain_takes_two_rounds_and_gives_what_its_steps_give(suite: str) -> None:
    at_once, one_by_one = (run(chain(6, stepwise=stepwise), suite=suite) for stepwise in (False, True))
    assert circuits(at_once) == 1
    assert circuits(one_by_one) == 6
    np.testing.assert_array_equal(at_once.result, one_by_one.result)
    (way,) = at_once.report.ways
    assert (way.operation, way.values, way.way) == ("/", 6 * X.size, "yao")


def test_no_more_than_so_many_steps_are_joined(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("protocols.array.grouping.MOST_STEPS", 4)
    done = run(chain(6, stepwise=False))
    assert circuits(done) == 2
    np.testing.assert_array_equal(done.result, run(chain(6, stepwise=True)).result)


async def tree(ctx: Any, x: Any, y: Any) -> Any:
    """Both ways from x / y lead to one quotient."""
    z = x / y
    return await mpc.reveal(ctx, np.sqrt(z) / (1 / z))


async def fork(ctx: Any, x: Any, y: Any) -> Any:
    """x / y is wanted by two circuits, which are computed side by side after it."""
    z = x / y
    return await mpc.reveal(ctx, np.sqrt(z), 1 / z)


async def wanted(ctx: Any, x: Any, y: Any) -> Any:
    """x / y is revealed itself."""
    z = x / y
    return await mpc.reveal(ctx, z, np.sqrt(z))


async def broad(ctx: Any, x: Any, y: Any) -> Any:
    """A root of four values in a quotient of sixteen is a circuit of its own."""
    return await mpc.reveal(ctx, x.reshape(4, 1) / np.sqrt(y))


async def sums(ctx: Any, x: Any, y: Any) -> Any:
    """Sums, differences, public factors and their rounding stand between the circuits."""
    return await mpc.reveal(ctx, np.sqrt(0.3 * (x / y - y / x) - (-(x / y)) + 1.25))


async def choices(ctx: Any, x: Any, y: Any) -> Any:
    """So do comparisons, their logic, and what is chosen by them."""
    z, w = x / y, y / x
    return await mpc.reveal(ctx, np.log(np.where((z < w) & ~(x < z) | (z < x) ^ (w < y), z, w)))


async def largest(ctx: Any, x: Any, y: Any) -> Any:
    """The larger of two quotients, and whether it is less than a root."""
    return await mpc.reveal(ctx, np.maximum(x / y, y / x) < np.sqrt(x))


async def thresholds(ctx: Any, x: Any, y: Any) -> Any:
    """Comparisons with public numbers too, and what is made of them: absolute values, clipping, signs."""
    z = x / y
    return await mpc.reveal(ctx, np.where((z > 1.25) | (z == 0.4), np.clip(np.sqrt(z), 0.7, 1.2), abs(z - 1)))


async def limits(ctx: Any, x: Any, y: Any) -> Any:
    """Several thresholds, one for each element, end a circuit."""
    return await mpc.reveal(ctx, np.sqrt(np.where(x / y > np.arange(4), x, y)))


async def product(ctx: Any, x: Any, y: Any) -> Any:
    """A product of secrets ends a circuit."""
    return await mpc.reveal(ctx, np.sqrt((x / y) * y))


async def ends(ctx: Any, x: Any, y: Any) -> Any:
    """What only follows a circuit is computed on shares."""
    return await mpc.reveal(ctx, x / y + 1, -(1 / x))


async def smooth(ctx: Any, x: Any, y: Any) -> Any:
    """Functions of every sort."""
    return await mpc.reveal(ctx, np.exp(np.sin(np.log(x / y))), mpc.sigmoid(np.tanh(1 / x)))


async def branches(ctx: Any, x: Any, y: Any) -> Any:
    """A chain of choices that ends in one: what is chosen by a comparison may be the end of its circuit."""
    z = x
    for _ in range(4):
        z = np.where(z > y, z - y, y - z)
    return await mpc.reveal(ctx, z, np.maximum(z, x) + 1)


def after_branches() -> Any:
    z = X
    for _ in range(4):
        z = np.where(z > Y, z - Y, Y - z)
    return z


Z = X / Y
CASES = [
    (tree, 1, [Z**1.5]),
    (fork, 2, [np.sqrt(Z), 1 / Z]),
    (wanted, 2, [Z, np.sqrt(Z)]),
    (broad, 2, [X[:, None] / np.sqrt(Y)]),
    (sums, 1, [np.sqrt(0.3 * (Z - 1 / Z) + Z + 1.25)]),
    (choices, 1, [np.log(np.where(((Z < 1 / Z) & ~(X < Z)) | ((Z < X) ^ (1 / Z < Y)), Z, 1 / Z))]),
    (largest, 1, [np.maximum(Z, 1 / Z) < np.sqrt(X)]),
    (thresholds, 1, [np.where(Z > 1.25, np.clip(np.sqrt(Z), 0.7, 1.2), np.abs(Z - 1))]),
    (limits, 2, [np.sqrt(np.where(np.arange(4) < Z, X, Y))]),
    (branches, 2, [after_branches(), np.maximum(after_branches(), X) + 1]),
    (ends, 1, [Z + 1, -1 / X]),
    (smooth, 1, [np.exp(np.sin(np.log(Z))), 1 / (1 + np.exp(-np.tanh(1 / X)))]),
]


@pytest.mark.parametrize(("program", "count", "exact"), CASES, ids=[case[0].__name__ for case in CASES])
@pytest.mark.parametrize("options", [{}, {"network": "wan", "numeric": "auto", "compare": "auto"}], ids=["yao", "auto"])
def test_what_is_joined_and_what_is_not(program: Any, count: int, exact: Any, options: Any) -> None:
    done = run(program, **options)
    assert circuits(done) == count
    results = done.result if isinstance(done.result, tuple | list) else [done.result]
    for found, value, reveal in zip(results, exact, done.report.reveals, strict=True):
        assert np.abs(found * 1.0 - value * 1.0).max() <= reveal.error


def test_a_product_ends_a_circuit_where_nothing_is_weighed() -> None:
    done = run(product)
    assert done.report.rounds > OF_THE_REST + 4
    np.testing.assert_allclose(done.result, np.sqrt(X), atol=2**-13)


async def products(ctx: Any, x: Any, y: Any) -> Any:
    """Products and squares of secrets of both signs, between quotients and roots."""
    z = x / y - y / x
    return await mpc.reveal(ctx, np.exp(-np.square(z) * 0.125) / ((z * np.log(x + 1) * z).within(0, 20) + 0.5))


@pytest.mark.parametrize("options", [{}, {"numeric": "auto", "compare": "auto"}], ids=["yao", "auto"])
def test_products_do_not_end_a_circuit_where_rounds_are_dear(options: Any) -> None:
    done = run(products, network="wan", **options)
    assert circuits(done) == 1
    z = Z - 1 / Z
    exact = np.exp(-(z**2) / 8) / (z**2 * np.log(X + 1) + 0.5)
    assert np.abs(done.result - exact).max() <= done.report.reveals[0].error
    many = [np.resize(X, 4000), np.resize(Y, 4000)]
    assert circuits_of(many, products, **options) > 1


def test_what_was_taken_into_a_circuit_is_there_when_it_is_asked_for() -> None:
    async def program(ctx: Any, x: Any, y: Any) -> Any:
        z = x / y
        root = await mpc.reveal(ctx, np.sqrt(z))
        return root, await mpc.reveal(ctx, z), await mpc.reveal(ctx, z)

    root, quotient, again = run(program).result
    np.testing.assert_allclose(quotient, Z, atol=2**-15)
    np.testing.assert_array_equal(quotient, again)
    np.testing.assert_allclose(root, np.sqrt(quotient), atol=2**-16)


def test_several_reveals_side_by_side_join_nothing() -> None:
    async def program(ctx: Any, x: Any, y: Any) -> Any:
        z = x / y
        return await mpc.together(ctx, (mpc.reveal, np.sqrt(z)), (mpc.reveal, 1 / z), (mpc.reveal, z))

    root, inverse, quotient = run(program).result
    np.testing.assert_allclose(root, np.sqrt(Z), atol=2**-14)
    np.testing.assert_allclose(inverse, 1 / Z, atol=2**-12)
    np.testing.assert_allclose(quotient, Z, atol=2**-15)


def test_three_parties_join_nothing() -> None:
    async def main(ctx: Any, mine: Any) -> Any:
        return await chain(2, stepwise=False)(ctx, *await inputs(ctx, mine))

    report = mpc.simulate(main, [X, Y, None], network="wan").report
    assert report.ways == ()


def test_no_result_depends_on_who_supplies() -> None:
    first, second = (run(tree, preprocessing=supplier).result for supplier in ("dealer", "ot"))
    np.testing.assert_array_equal(first, second)


STEPS = [
    lambda a, b: a / (a + b + 0.25),
    lambda a, b: np.sqrt(a + 0.25),
    lambda a, b: np.exp(-(a + b) * 0.5),
    lambda a, b: np.log(a + 1.5) + b,
    lambda a, b: np.where(a < b, a, b * 0.75) + 0.25,
    lambda a, b: np.maximum(a, b) - np.minimum(a, b) + 0.5,
    lambda a, b: 1 / (a + 0.5),
    lambda a, b: a * b - np.square(b) + 1700,
    lambda a, b: np.where((a > 0.75) & (b != 1), abs(a - b), np.clip(b, 0.5, 3)),
    lambda a, b: np.where((a - b < 0.125) ^ (b < a), np.tanh(a), 2 - np.cos(b)),
]


@pytest.mark.parametrize("options", [{}, {"network": "wan"}, {"network": "lan"}], ids=str)
@pytest.mark.parametrize("seed", range(4))
def test_random_expressions_are_within_their_bounds(seed: int, options: Any) -> None:
    """Of which nothing but the end is wanted, so that most of them is joined; and step by step, where nothing is."""
    rng = np.random.default_rng(seed)
    drawn = [(rng.integers(len(STEPS)), *rng.integers(0, 2 + i, 2)) for i in range(6)]

    def computed(x: Any, y: Any) -> list[Any]:
        values = [x, y]
        for step, a, b in drawn:
            made = STEPS[step](values[-1 - a], values[-1 - b])
            values.append(made.within(0, 3400) if isinstance(made, mpc.SecretArray) else made)
        return values

    async def program(ctx: Any, x: Any, y: Any) -> Any:
        return await mpc.reveal(ctx, computed(x, y)[-1])

    async def one_by_one(ctx: Any, x: Any, y: Any) -> Any:
        for value in (values := computed(x, y)):
            await mpc.compute(ctx, value)
        return await mpc.reveal(ctx, values[-1])

    exact = computed(X, Y)[-1]
    for each in (program, one_by_one):
        done = run(each, **options)
        assert np.abs(done.result - exact).max() <= done.report.reveals[0].error
