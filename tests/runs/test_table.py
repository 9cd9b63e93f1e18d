"""A party's data know the names of their columns, and are numpy arrays in all else."""

from __future__ import annotations

import copy
import re

import numpy as np
import pytest

import mpc
from mpc.errors import LocalError
from protocols.runs.input_shapes import describe
from protocols.runs.simulating import simulate
from protocols.runs.table import Table, Tables

VALUES = np.array([[30.0, 1.0, 0.5], [40.0, 0.0, 0.25], [50.0, 1.0, 0.125]])


def table() -> Table:
    return Table(VALUES.copy(), ["age", "sex", "dose"])


def test_a_column_by_name():
    assert table().columns == ("age", "sex", "dose")
    np.testing.assert_array_equal(table()["sex"], VALUES[:, 1])
    assert type(table()["sex"]) is np.ndarray
    chosen = table()[["dose", "age"]]
    assert chosen.columns == ("dose", "age")
    np.testing.assert_array_equal(chosen, VALUES[:, [2, 0]])


@pytest.mark.parametrize(
    "index",
    [0, -1, (0, 1), slice(0, 2), slice(None, None, -1), [2, 0], (slice(None), 1), (slice(None), [2, 0]), ..., None,
     (slice(None), slice(None, None, -1)), VALUES[:, 1] > 0, VALUES > 1],
)  # fmt: skip
def test_indexing_is_numpys_and_names_stay_with_whole_rows_only(index):
    found = table()[index]
    np.testing.assert_array_equal(found, VALUES[index])
    rows = isinstance(index, slice | list) or (isinstance(index, np.ndarray) and index.ndim == 1)
    assert isinstance(found, Table) == rows
    if rows:
        np.testing.assert_array_equal(found["dose"], VALUES[index][:, 2])


@pytest.mark.parametrize(
    "compute",
    [
        lambda x: x / 2, lambda x: -x, lambda x: x > 1, lambda x: x @ x.T, lambda x: x.sum(axis=0), lambda x: x.sum(),
        lambda x: x.mean(), np.sqrt, lambda x: np.concatenate([x, x]), lambda x: x.reshape(-1), lambda x: x.T,
        lambda x: np.flip(x, 1), lambda x: np.roll(x, 1, axis=1), np.asarray, lambda x: x[:, 0].max(), np.sort,
        lambda x: np.partition(x, 1),
        lambda x: x.tolist(), lambda x: np.stack([x, x]), lambda x: np.where(x > 1, x, 0), len, lambda x: x.dtype,
    ],
)  # fmt: skip
def test_what_numpy_computes_of_it_is_as_of_an_array_and_has_no_names(compute):
    found = compute(table())
    np.testing.assert_array_equal(found, compute(VALUES))
    assert not getattr(found, "columns", ())


def test_copies_keep_the_names():
    for copied in (table().copy(), copy.copy(table()), copy.deepcopy(table()), table().astype(np.int64)):
        np.testing.assert_array_equal(copied["age"], [30, 40, 50])


def test_assignment_in_place():
    x = table()
    x[0, 0] = 7.0
    x[x > 45] = 0.0
    np.testing.assert_array_equal(x["age"], [7, 40, 0])


@pytest.mark.parametrize(
    ("columns", "says"), [(["age", "sex", "sex"], "2 columns"), ([], "no names"), (["a", "b", "c"], "a, b, c")]
)
def test_a_name_that_there_is_not(columns, says):
    with pytest.raises(mpc.LocalError, match="no-such-column") as caught:
        Table(VALUES, columns)["sex"]
    assert says in str(caught.value)
    assert caught.value.line.startswith("test_table.py:")


def test_several_by_name():
    mine = Tables({"claims": table(), "keys": np.arange(2)})
    assert mine.claims is mine["claims"]
    assert list(mine) == ["claims", "keys"]
    assert "claims" in mine
    np.testing.assert_array_equal(mine["keys"], [0, 1])
    with pytest.raises(mpc.LocalError, match="no-such-input"):
        mine.premiums  # noqa: B018
    assert not hasattr(mine, "_private")


async def by_name(ctx, mine):
    age = await mpc.secret(ctx, 0, mine["age"] if ctx.me == 0 else None, range=(0, 100))
    dose = await mpc.secret(ctx, 1, mine.doses["dose"] if ctx.me == 1 else None)
    return await mpc.reveal(ctx, (age * dose).sum())


def test_programs_use_names_and_so_do_plans():
    inputs = [table(), Tables({"doses": table()})]
    assert abs(mpc.simulate(by_name, inputs).result - 31.25) < 0.01
    assert mpc.plan(by_name, inputs).report.rounds > 0
    unknown = [Table(VALUES, None), Tables({"doses": Table(VALUES, None)})]
    assert mpc.plan(by_name, unknown).demand == mpc.plan(by_name, inputs).demand


def test_what_is_told_of_data_are_shapes():
    told = describe(table())
    assert (told.shape, told.columns, told.any()) == ((3, 3), table().columns, False)


@pytest.mark.parametrize("values", [VALUES, VALUES[:, 0], VALUES.astype(int)])
def test_the_owner_is_told_which_rows_are_out_of_range(values):
    async def main(ctx, mine):
        await mpc.secret(ctx, 0, mine, range=(0, 35))

    with pytest.raises(mpc.LocalError, match="out-of-range") as caught:
        mpc.simulate(main, [values, None])
    assert "in rows 1, 2, counted from 0" in caught.value.cause
    assert "40" not in caught.value.cause


def test_of_many_rows_out_of_range_the_first_are_named():
    async def main(ctx, mine):
        await mpc.secret(ctx, 0, mine, range=(0, 1))

    with pytest.raises(mpc.LocalError, match="in rows 1, 2, 3, 4, 5, 6, 7, 8 and 91 more, counted from 0"):
        mpc.simulate(main, [np.arange(100) * 2, None])


def test_a_column_is_no_attribute():
    table = Table(np.zeros((2, 2)), ("cost", "sum"))
    with pytest.raises(LocalError, match="no-such-column") as caught:
        table.cost  # noqa: B018
    assert caught.value.remedy == 'write mine["cost"]'
    assert not hasattr(table, "cost")
    assert not hasattr(table, "other")
    assert table.sum() == 0


def test_a_series_is_one_column_of_its_name():
    column = Table(np.arange(3), ("cost",))
    np.testing.assert_array_equal(column["cost"], [0, 1, 2])
    np.testing.assert_array_equal(column[1:], [1, 2])
    with pytest.raises(LocalError, match="has no column called 'other'"):
        column["other"]


WITHOUT = {
    "a column": lambda mine: mine["cost"],
    "an attribute": lambda mine: mine.columns,
    "its length": lambda mine: [0] * len(mine),
    "arithmetic": lambda mine: mine * 2,
    "an inner function": lambda mine: (lambda: mine[0])(),
}


@pytest.mark.parametrize("use", WITHOUT.values(), ids=WITHOUT.keys())
def test_data_that_a_party_does_not_bring_are_said_to_be_missing(use):
    async def main(ctx, mine):
        return await mpc.reveal(ctx, await mpc.secret(ctx, owner=0, value=use(mine), range=(0, 9)))

    with pytest.raises(LocalError, match="no-own-data") as caught:
        simulate(main, [None, None])
    assert caught.value.line.startswith("test_table.py:")
    assert re.search(r"--input [01]=FILE", caught.value.remedy)
    assert "None if mine is None else" in caught.value.remedy


def test_another_nothing_is_left_as_it_is():
    async def main(ctx, mine):
        learnt = await mpc.reveal(ctx, await mpc.secret(ctx, owner=0, value=mine, range=(0, 9)), to=0)
        return learnt + 1

    with pytest.raises(TypeError, match="NoneType"):
        simulate(main, [2.0, None])
