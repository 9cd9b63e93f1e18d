"""Running expressions on secrets in tests: put values in, reveal the result of a function of the secrets."""

from typing import Any

import numpy as np

import mpc
from protocols.runs.simulating import Simulation, simulate


def revealed(
    function: Any,
    *values: Any,
    n: int = 2,
    kinds: Any = None,
    ranges: Any = None,
    suite: str = "beaver",
    check_costs: bool = True,
) -> Any:
    """`function(*secrets)` revealed to everybody, the secrets being `values`, each put in by the next party in turn."""
    return revealing(function, *values, n=n, kinds=kinds, ranges=ranges, suite=suite, check_costs=check_costs).result


def revealing(
    function: Any,
    *values: Any,
    n: int = 2,
    kinds: Any = None,
    ranges: Any = None,
    suite: str = "beaver",
    check_costs: bool = True,
) -> Simulation:
    """As `revealed`, with the whole account. All parties must learn the same."""

    async def main(ctx: Any, mine: Any) -> Any:
        secrets = [
            await mpc.secret(
                ctx, i % n, value if ctx.me == i % n else None, kind=kinds[i] if kinds else None,
                range=ranges[i] if ranges else None,
            )
            for i, value in enumerate(values)
        ]  # fmt: skip
        outcome = function(*secrets)
        results = await mpc.reveal(ctx, *(outcome if isinstance(outcome, tuple) else (outcome,)))
        return results

    simulation = simulate(main, [None] * n, suite=suite, check_costs=check_costs)
    for other in simulation.results[1:]:
        np.testing.assert_equal(simulation.results[0], other)
    return simulation


UNIT = 2.0**-16


def agrees(function: Any, *values: Any, units: float = 0.0, **options: Any) -> None:
    """`function` of secrets gives what it gives of the values themselves, in shape, kind of number and value.

    `units` is how far reals may be off, in units of the last place. Lists and tuples of results are compared each.
    """
    expected = function(*(np.asarray(value) for value in values))
    listed = [*expected] if isinstance(expected, list | tuple) else [expected]
    found = revealed(lambda *secrets: _as_tuple(function(*secrets)), *values, **options)
    for one, other in zip([found] if len(listed) == 1 else found, listed, strict=True):
        assert np.shape(one) == np.shape(other)
        assert np.asarray(one).dtype.kind == np.asarray(other).dtype.kind.replace("u", "i")
        np.testing.assert_allclose(
            np.asarray(one).astype(float), np.asarray(other).astype(float), rtol=0, atol=units * UNIT
        )


def _as_tuple(outcome: Any) -> tuple[Any, ...]:
    return tuple(outcome) if isinstance(outcome, list | tuple) else (outcome,)
