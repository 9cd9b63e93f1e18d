"""Rows of several parties come side by side as secrets, in one order, for what is trained on them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import mpc
from mpc import matching
from mpc.context import Context
from mpc.errors import LocalError, PeerError
from protocols.matching.common_ids import Common


@pytest.mark.parametrize("n", [2, 3])
def test_rows_are_about_the_same_identifiers(n: int) -> None:
    generator = np.random.default_rng(n)
    ids = [generator.permutation(np.arange(40))[:30] for _ in range(n)]
    tables = [np.stack([i * 10 + j, i], axis=1) for j, i in enumerate(ids)]

    async def main(ctx: Context, mine: Any) -> Any:
        aligned = await matching.align(ctx, *mine, ranges=[(0, 1000)] * n)
        return await mpc.reveal(ctx, np.concatenate(aligned, axis=1))

    rows = mpc.simulate(main, inputs=list(zip(ids, tables, strict=True))).result
    common = sorted(set(ids[0].tolist()).intersection(*(i.tolist() for i in ids[1:])))
    wanted = [[value for j in range(n) for value in (10 * one + j, one)] for one in common]
    assert rows.tolist() == wanted


def test_two_of_three_and_repeated_rows() -> None:
    async def main(ctx: Context, mine: Any) -> Any:
        ids, column = mine
        a, b = await matching.align(ctx, ids, column, among=(0, 2), kinds=("int", "fixed"))
        return await mpc.reveal(ctx, a, b)

    inputs = [(["x", "y", "x"], [1, 2, 3]), (None, None), (["y", "x"], [0.5, 0.25])]
    for a, b in mpc.simulate(main, inputs=inputs).results:
        assert (a.tolist(), b.tolist()) == ([1, 2], [0.25, 0.5])


@pytest.mark.parametrize("kinds", [None, [["int", None], "fixed"]])
def test_a_range_for_each_column_gives_a_secret_for_each(kinds: Any) -> None:
    """So that what is computed of one is not sized by the others' ranges, and each is held to its own."""
    tables = [np.array([[1, 3, 450], [2, 7, 20], [3, 1, 5]]), np.array([[2, 0.5], [3, 0.25], [4, 1.0]])]

    async def main(ctx: Context, mine: Any) -> Any:
        visits, cost, share = await matching.align(
            ctx, mine[:, 0].astype(int), mine[:, 1:], ranges=[[(0, 10), (0, 500)], (0, 1)], kinds=kinds, planned=2
        )
        assert (visits.shape, cost.shape, share.shape) == ((2,), (2,), (2, 1))
        assert [x.dtype for x in (visits, cost, share)] == [np.int64, np.int64, np.float64]
        assert all(said in repr(x) for x, said in ((visits, "[0, 10]"), (cost, "[0, 500]"), (share, "[0, 1]")))
        return await mpc.reveal(ctx, visits, cost, share)

    run, plan = mpc.simulate(main, inputs=tables), mpc.plan(main, inputs=tables)
    assert [x.ravel().tolist() for x in run.result] == [[7, 1], [20, 5], [0.5, 0.25]]
    assert (plan.report.rounds, plan.report.bytes_sent) == (run.report.rounds, run.report.bytes_sent)
    tables[0][1, 1:] = 20, 7
    with pytest.raises(LocalError, match="out-of-range"):
        mpc.simulate(main, inputs=tables)


def test_ranges_and_kinds_of_columns_are_as_many_as_columns() -> None:
    table = np.arange(6).reshape(3, 2)
    each: list[tuple[Any, Any, str]] = [
        ([[(0, 9)], None], None, "wrong-columns"),
        ([[(0, 9)] * 3, None], None, "wrong-columns"),
        (None, [["int"] * 3, "int"], "wrong-columns"),
        ([[(0, 9)] * 2, None], [["int"], None], "wrong-number"),
        (None, [[], None], "wrong-number"),
    ]
    for ranges, kinds, code in each:
        assert refused(lambda ctx, mine, r=ranges, k=kinds: matching.align(ctx, mine, table, ranges=r, kinds=k)) == code


def test_plans_know_how_many_rows_to_expect() -> None:
    async def main(ctx: Context, mine: Any) -> Any:
        a, b = await matching.align(ctx, mine, mine, ranges=[(0, 99)] * 2, planned=3)
        return await mpc.reveal(ctx, (a * b).sum())

    columns = [np.array([1, 2, 3, 4]), np.array([2, 3, 4, 5])]
    plan, run = mpc.plan(main, inputs=columns), mpc.simulate(main, inputs=columns)
    assert int(run.result) == 4 + 9 + 16
    assert (plan.report.rounds, plan.report.bytes_sent) == (run.report.rounds, run.report.bytes_sent)


@pytest.mark.parametrize("columns", [None, 5, [1, 2], [[1], [2, 3], [4]]])
def test_columns_go_with_identifiers(columns: Any) -> None:
    async def main(ctx: Context, mine: Any) -> Any:
        return await matching.align(ctx, mine, columns)

    with pytest.raises(LocalError, match="wrong-columns"):
        mpc.simulate(main, inputs=[[1, 2, 3], [3, 4, 5]])


def refused(call: Any) -> str:
    with pytest.raises(LocalError) as caught:
        mpc.simulate(call, inputs=[[1, 2, 3], [3, 4, 5]])
    return caught.value.code


def test_what_goes_with_nothing_is_refused_in_words() -> None:
    one = np.ones(3)
    masked = np.ma.masked_array(one, [False, False, True])
    assert refused(lambda ctx, mine: matching.align(ctx, None, one)) == "wrong-ids"
    assert refused(lambda ctx, mine: matching.align(ctx, 3, one)) == "wrong-ids"
    assert refused(lambda ctx, mine: matching.align(ctx, mine, masked)) == "masked-array"
    assert refused(lambda ctx, mine: matching.common_sum(ctx, mine, masked, holder=0)) == "masked-array"
    for each in ([(0, 9)], "int", [(0, 9)] * 3):
        assert refused(lambda ctx, mine, each=each: matching.align(ctx, mine, one, ranges=each)) == "wrong-number"
        assert refused(lambda ctx, mine, each=each: matching.align(ctx, mine, one, kinds=each)) == "wrong-number"


def test_identifiers_may_come_one_by_one() -> None:
    async def main(ctx: Context, mine: Any) -> Any:
        return await mpc.reveal(ctx, *await matching.align(ctx, iter(mine), np.array(mine) * 2))

    assert [x.tolist() for x in mpc.simulate(main, inputs=[[1, 2, 3], [3, 4, 5]]).result] == [[6], [6]]


def test_who_brings_other_rows_than_are_common_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows one after the other would be about other people each."""

    async def main(ctx: Context, mine: Any) -> Any:
        return await matching.align(ctx, mine, mine)

    def fewer(own: Any, found: Any) -> Common:
        return Common(own.values(found), own.first_rows()[found][: -1 if len(own) == 4 else None], found[own.place])

    monkeypatch.setattr(Common, "of", staticmethod(fewer))
    with pytest.raises(PeerError, match="unexpected-message") as caught:
        mpc.simulate(main, inputs=[[1, 2, 3], [3, 4, 5, 1]])
    assert caught.value.party == "party1"
