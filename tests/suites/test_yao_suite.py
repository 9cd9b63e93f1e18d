"""The suite yao as a whole: two parties, its sentence, its warnings, two rounds for each operation."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import mpc
from mpc.algebra.ring import Z64
from mpc.algebra.wide_ring import Z128
from mpc.errors import LocalError
from protocols.garbled import ahead


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


OPERATIONS: dict[str, Any] = {
    "and": lambda x, y, p, q: p & q, "product": lambda x, y, p, q: x * y,
    "choice": lambda x, y, p, q: np.where(p, x, y), "comparison": lambda x, y, p, q: x < y,
    "equality": lambda x, y, p, q: x == y,
}  # fmt: skip
AND, PRODUCT, CHOICE, COMPARISON, EQUALITY = OPERATIONS
WAYS = [{"garbling": g, "scheme": s} for g in ("online", "ahead") for s in ("half-gates", "three-halves")]


def of_operation(name: str) -> Any:
    async def main(ctx: Any, mine: Any) -> Any:
        x = await mpc.secret(ctx, 0, mine, range=(0, 100))
        y = await mpc.secret(ctx, 1, mine, range=(0, 100))
        p = await mpc.secret(ctx, 0, mine > 3 if mine is not None else None)
        q = await mpc.secret(ctx, 1, mine > 5 if mine is not None else None)
        return await mpc.reveal(ctx, OPERATIONS[name](x, y, p, q))

    return main


@pytest.mark.parametrize("name", OPERATIONS)
@pytest.mark.parametrize("ring", [64, 128])
def test_when_and_how_an_operation_is_garbled(name: str, ring: int) -> None:
    """The scheme counts wherever there are ANDs; tables are made ahead where fewer bytes are left by that."""
    x, y = np.arange(128) / 4, np.arange(128)[::-1] / 4
    exact, sent, material = OPERATIONS[name](x, y, x > 3, y > 5), {}, {}
    for ways in WAYS:
        run = mpc.simulate(of_operation(name), [x, y], suite="yao", ring=ring, check_costs=True, **ways)
        planned = mpc.plan(of_operation(name), [x, y], suite="yao", ring=ring, **ways).report
        np.testing.assert_allclose(run.result, exact, atol=2**-14)
        assert (planned.bytes_sent, planned.material) == (run.report.bytes_sent, run.report.material)
        sent[tuple(ways.values())], material[tuple(ways.values())] = run.report.bytes_sent[0], run.report.material
    online, thrifty = sent["online", "half-gates"], sent["online", "three-halves"]
    assert (thrifty < online) == (name != CHOICE)
    assert (sent["ahead", "half-gates"] < online) == (name not in (AND, CHOICE))
    assert ("garbling" in material["ahead", "half-gates"]) == (name not in (AND, CHOICE))
    assert sent["ahead", "three-halves"] == (thrifty if name == AND else sent["ahead", "half-gates"])


@pytest.mark.parametrize("ring", [Z64, Z128], ids=str)
@pytest.mark.parametrize("scheme", ["half-gates", "three-halves"])
def test_truncation_garbled_ahead(ring: Any, scheme: str) -> None:
    """As online: one of the neighbours, at the ends of the range too, in an array of several axes."""
    half = 1 << ring.bits - 2
    x = np.array([0, 1, -1, 2**15, -(2**15), 2**16 - 1, half - 1, 1 - half, half >> 1, -half >> 1, 77, -78], object)

    async def main(ctx: Any, mine: Any) -> Any:
        words = ring.from_ints(x.reshape(3, 4)) if ctx.me == 1 else None
        share = await ctx.suite.input(ctx, 1, words, (3, 4))
        shifts = (1, 16, 33, ring.bits - 2)
        return [(await ctx.suite.open(ctx, await ctx.suite.truncate(ctx, share, s)))[0] for s in shifts]

    ways = {"garbling": "ahead", "scheme": scheme}
    first, second = mpc.simulate(main, [None, None], suite="yao", ring=ring.bits, check_costs=True, **ways).results
    for shift, found, same in zip((1, 16, 33, ring.bits - 2), first, second, strict=True):
        np.testing.assert_array_equal(found, same)
        assert set((ring.to_signed(found).astype(object).reshape(-1) - (x >> shift)).tolist()) <= {0, 1}


def test_what_is_too_large_to_be_garbled_ahead_travels(monkeypatch: Any) -> None:
    x = np.arange(40) / 4
    for name in (PRODUCT, COMPARISON):
        monkeypatch.setattr(ahead, "MOST_WORDS", 4 * 400)
        run = mpc.simulate(of_operation(name), [x, x[::-1]], suite="yao", garbling="ahead", check_costs=True)
        np.testing.assert_allclose(run.result, OPERATIONS[name](x, x[::-1], 0, 0), atol=2**-14)
        assert "garbling" not in run.report.material


def test_a_plan_of_more_than_peers_may_hold_says_what_it_sends() -> None:
    """Messages of a plan have no content, however many wait side by side."""

    async def main(ctx: Any, mine: Any) -> Any:
        x = await mpc.secret(ctx, owner=0, value=mine, range=(0, 100))
        return await mpc.reveal(ctx, (x * x[::-1]).sum())

    report = mpc.plan(main, [np.ones(2_200_000, int), None], suite="yao").report
    assert report.bytes_sent[0] > 2**31
    assert any("sends 2," in warning for warning in report.warnings)
