"""The suite yao as a whole: two parties, its sentence, its warnings, two rounds for each operation."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import mpc
from mpc.errors import LocalError


async def product(ctx: Any, mine: Any) -> Any:
    x = await mpc.secret(ctx, owner=0, value=mine)
    y = await mpc.secret(ctx, owner=1, value=mine)
    return await mpc.reveal(ctx, x @ y)


def test_it_is_for_two_parties() -> None:
    with pytest.raises(LocalError, match="the suite yao among 3 parties"):
        mpc.simulate(product, [np.eye(2), np.eye(2), None], suite="yao")


def test_it_says_against_what_it_is_secure() -> None:
    run = mpc.simulate(product, [np.eye(2), np.eye(2)], suite="yao", preprocessing="ot")
    assert run.report.security.startswith("Semi-honest security between two parties by garbled circuits")
    assert run.report.security.endswith("the parties make the preprocessed material themselves")
    assert set(run.report.material) == {"labels"}
    np.testing.assert_allclose(run.result, np.eye(2), atol=2**-14)


def test_plans_warn_where_it_is_dear() -> None:
    small, large = [np.eye(3)] * 2, [np.ones((30, 30)), np.ones((30, 30))]
    assert mpc.plan(product, small, suite="yao").report.warnings == ()
    (warning,) = mpc.plan(product, large, suite="yao").report.warnings
    assert "test_yao_suite.py" in warning
    assert "suite beaver" in warning
    assert mpc.plan(product, large).report.warnings == ()


def test_every_operation_takes_two_rounds() -> None:
    async def main(ctx: Any, mine: Any) -> Any:
        suite, deep = ctx.suite, {}
        x = await suite.input(ctx, 0, np.arange(3, dtype=np.uint64) if ctx.me == 0 else None, (3,))
        bits = await suite.a2b(ctx, x, 4)
        for name, arguments in {
            "mul": (x, x), "square": (x,), "inner": (x, x), "and_": (bits, bits), "or_": (bits, bits), "msb": (x,),
            "is_zero": (x,), "a2b": (x, 9), "bits_to_ring": (bits,), "b2a": (bits,), "truncate": (x, 16),
            "select": (x, x, x), "below": (x, np.arange(2, dtype=np.uint64)),
        }.items():  # fmt: skip
            call = ctx.child(name, depth=0)
            await getattr(suite, name)(call, *arguments)
            deep[name] = call.depth
        return deep

    garbler, evaluator = mpc.simulate(main, [None, None], suite="yao", check_costs=True).results
    assert set(garbler.values()) == {1}
    assert set(evaluator.values()) == {2}


def test_a_plan_of_more_than_peers_may_hold_says_what_it_sends() -> None:
    """Messages of a plan have no content, however many wait side by side."""

    async def main(ctx: Any, mine: Any) -> Any:
        x = await mpc.secret(ctx, owner=0, value=mine, range=(0, 100))
        return await mpc.reveal(ctx, (x * x[::-1]).sum())

    report = mpc.plan(main, [np.ones(2_200_000, int), None], suite="yao").report
    assert report.bytes_sent[0] > 2**31
    assert any("sends 2," in warning for warning in report.warnings)
