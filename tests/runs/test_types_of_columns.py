"""Columns of a table keep their own type, whatever stands beside them, in files and frames, in plans and in runs."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from real_runs import run_parties

import mpc
from mpc.accounts.plain import plain
from party_runner.columns import Reading
from party_runner.inputs import load_input, load_inputs
from protocols.runs.frames import as_input
from protocols.runs.input_shapes import describe
from protocols.runs.sources import DEALER, Source
from protocols.runs.table import MixedTable, Table, stacked

KEY = 2**59 + 1
COLUMNS: dict[str, list[Any]] = {
    "key": [KEY, -KEY, 3],
    "dept": ["it", "hr", "it"],
    "month": [12, 1, 2],
    "born": [date(1970, 1, 2), date(1969, 12, 31), date(2000, 2, 29)],
    "smokes": [True, False, True],
    "salary": [1.5, 2.0, 4.25],
}
WHOLE = {"key": [KEY, -KEY, 3], "dept": [1, 0, 1], "month": [12, 1, 2], "born": [1, -1, 11016], "smokes": [1, 0, 1]}
DEPT = {"dept": ("hr", "it")}


def in_csv(folder: Path) -> Path:
    rows = zip(*COLUMNS.values(), strict=True)
    path = folder / "a.csv"
    path.write_text("\n".join([",".join(COLUMNS), *(",".join(map(str, row)) for row in rows)]) + "\n")
    return path


def in_parquet(folder: Path) -> Path:
    path = folder / "a.parquet"
    table = pytest.importorskip("pyarrow").table(COLUMNS)
    pytest.importorskip("pyarrow.parquet").write_table(table, path)
    return path


@pytest.mark.parametrize("write", [in_csv, in_parquet])
@pytest.mark.parametrize("names", [(), ("salary", "key", "dept"), ("salary", "born"), ("key", "month")])
def test_of_a_file(tmp_path, write, names):
    file, reading = write(tmp_path), Reading(names, categories=DEPT)
    for table in (load_input(file, reading), load_inputs({"staff": file}, reading).staff):
        for name in names or COLUMNS:
            expected = WHOLE.get(name, COLUMNS[name])
            assert (table[name].dtype, table[name].tolist()) == (np.asarray(expected).dtype, expected)
        assert isinstance(table, MixedTable) == ({"key", "salary"} <= {*(names or COLUMNS)})


def pandas() -> Any:
    return pytest.importorskip("pandas").DataFrame(COLUMNS).drop(columns=["dept", "born"])


def polars() -> Any:
    return pytest.importorskip("polars").DataFrame(COLUMNS).drop("dept")


def arrow() -> Any:
    return pytest.importorskip("pyarrow").table(COLUMNS).drop_columns(["dept"])


@pytest.mark.parametrize("frame", [pandas, polars, arrow])
def test_of_a_frame(frame):
    table = as_input(frame())
    for name in table.columns:
        expected = WHOLE.get(name, COLUMNS[name])
        assert (table[name].dtype, table[name].tolist()) == (np.asarray(expected).dtype, expected)


def test_without_a_header_an_integer_has_no_type_of_its_own_to_keep(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text(f"0.5,7\n1.5,{KEY}\n")
    with pytest.raises(mpc.LocalError, match="input-inexact-integer") as caught:
        load_input(path)
    assert "line 2, column 2" in caught.value.cause
    assert "header" in caught.value.remedy
    path.write_text("0.5,7\n1.5,8\n")
    assert load_input(path).dtype == np.float64


def staff() -> Table:
    return stacked("", ("dept", "salary"), [np.array([2, 0, 1]), np.array([1.5, 2.0, 4.0])])


def keyed() -> Table:
    return stacked("", ("key", "dept", "salary"), [np.array([KEY, 2]), np.array([1, 0]), np.array([0.5, 1.0])])


def test_rows_and_copies_keep_the_types():
    for table in (staff()[:2], staff()[[0, 1]], staff()[np.array([True, True, False])], staff().copy()[:2]):
        assert (table.dtype, table["dept"].dtype, table["dept"].tolist()) == (np.float64, np.int64, [2, 0])
    assert keyed()[:1]["key"].tolist() == [KEY]
    assert keyed()[["dept", "key"]].dtype == np.int64
    assert keyed()[["salary", "dept"]].dtype == np.float64
    assert staff()[["dept"]].dtype == np.int64
    assert staff().astype(np.float64)["dept"].dtype == np.float64


def test_what_was_written_into_the_array_is_never_lost():
    table = staff()
    table[0, 0] = 7
    assert table["dept"].tolist() == [7, 0, 1]
    with pytest.raises(ValueError, match="read-only"):
        table["dept"][0] = 8
    table["salary"][0] = 3.5
    assert table[0, 1] == 3.5
    for value in (0.5, 1e300, np.nan, np.inf):
        table[0, 0] = value
        np.testing.assert_array_equal(table["dept"], [value, 0, 1])


@pytest.mark.parametrize("long", [KEY, 2**70])
def test_integers_of_any_size_beside_decimals(long):
    table = stacked("", ("a", "b", "c"), [np.array([long], object), np.array([0.5]), np.array([1])])
    assert [table[name].tolist() for name in "abc"] == [[long], [0.5], [1]]
    assert type(table["a"][0]) is int


@pytest.mark.parametrize(
    "use",
    [lambda x: x * 2, lambda x: 2 - x, np.sqrt, lambda x: x.sum(), lambda x: x.mean(axis=0), lambda x: x[:, 0],
     lambda x: x[0], lambda x: np.concatenate([x, x]), lambda x: x.astype(float), lambda x: np.stack([x])],
)  # fmt: skip
def test_where_float64_does_not_hold_all_they_are_no_one_array(use):
    with pytest.raises(mpc.LocalError, match="input-inexact-integer") as caught:
        use(keyed())
    assert "column 'key'" in caught.value.cause
    assert 'mine["key"]' in caught.value.remedy
    assert caught.value.line.startswith("test_types_of_columns.py:")
    assert (keyed().shape, np.shape(keyed()), len(keyed())) == ((2, 3), (2, 3), 2)
    assert np.asarray(keyed())[0, 0] == KEY
    assert str(KEY) in repr(keyed())


def test_what_a_program_returns_of_it_is_kept():
    expected = [[KEY, 1, 0.5], [2, 0, 1.0]]
    assert plain({"all": keyed(), "rows": keyed()[:1]}) == {"all": expected, "rows": expected[:1]}


async def whole(ctx, mine):
    return await mpc.reveal(ctx, await mpc.secret(ctx, owner=0, value=mine, range=(0, 9)))


def test_nor_one_secret_and_plans_say_so_too():
    for attempt in (mpc.simulate, mpc.plan):
        with pytest.raises(mpc.LocalError, match="input-inexact-integer"):
            attempt(whole, [keyed(), None])


async def by_department(ctx, mine):
    """Counts of categories, whose kind is that of their column at every party, and in every plan."""
    dept = await mpc.secret(ctx, owner=0, value=None if mine is None else mine["dept"], range=(0, 2))
    salary = await mpc.secret(ctx, owner=0, value=None if mine is None else mine["salary"], range=(0, 9))
    counts = np.bincount(dept, minlength=3)
    return (await mpc.reveal(ctx, counts, (salary * (dept == 0)).sum()))[0], dept.kind, salary.kind


def test_categories_are_counted_exactly():
    run = mpc.simulate(by_department, [staff(), None])
    assert (run.result[0].tolist(), run.result[1:]) == ([1, 1, 1], ("int", "fixed"))
    assert run.report.reveals[0].error == 0
    assert not run.report.decisions
    assert mpc.plan(by_department, [describe(staff()), None]).demand == mpc.plan(by_department, [staff(), None]).demand


@pytest.mark.parametrize("mine", [staff(), keyed()], ids=["in floats", "mixed"])
def test_who_plans_for_another_party_knows_its_columns_by_their_names(mine):
    outcomes = run_parties(by_department, [mine, None], Source(DEALER, planned=True))
    assert all(outcome.result[1:] == ("int", "fixed") for outcome in outcomes)
    assert not any(outcome.report.warnings for outcome in outcomes)


def test_bins_of_reals_are_told_to_be_whole():
    async def main(ctx, mine):
        return np.bincount(await mpc.secret(ctx, owner=0, value=mine, range=(1, 12)), minlength=13)

    with pytest.raises(mpc.LocalError, match="bad-bins") as caught:
        mpc.simulate(main, [np.array([1.0, 2.0]), None])
    assert 'kind="int"' in caught.value.remedy
    assert ".astype(int)" in caught.value.remedy


async def both(ctx, mine):
    return len((await mpc.matching.common(ctx, [address.lower() for address in mine["email"]])).ids)


def test_of_texts_in_a_run_that_is_planned_first():
    """A program that works on texts finds such at parties, too, of whose tables it only knows the shapes."""
    shop = Table([[120, 0.5], [30, 0.25]], ["spent", "share"], texts={"email": np.array(["a@x", "B@y"], object)})
    bank = Table(np.zeros((2, 0)), texts={"email": np.array(["b@y", "c@z"], object)})
    outcomes = run_parties(both, [shop, bank], Source(DEALER, planned=True))
    assert [outcome.result for outcome in outcomes] == [1, 1]
