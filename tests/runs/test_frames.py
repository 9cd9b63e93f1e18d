"""Frames of pandas, polars and Arrow as inputs."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

import mpc
from protocols.runs.frames import as_input
from protocols.runs.table import Table, Tables

PEOPLE = {
    "age": [30, 41],
    "dose": [0.5, 1.25],
    "smokes": [True, False],
    "born": [date(1970, 1, 2), date(1969, 12, 31)],
}
EXPECTED = [[30, 0.5, 1, 1], [41, 1.25, 0, -1]]


def arrow(columns: dict[str, Any]) -> Any:
    return pytest.importorskip("pyarrow").table(columns)


def polars(columns: dict[str, Any]) -> Any:
    return pytest.importorskip("polars").DataFrame(columns)


def pandas(columns: dict[str, Any]) -> Any:
    frame = pytest.importorskip("pandas").DataFrame(columns)
    return frame.assign(born=frame["born"].astype("datetime64[ns]")) if "born" in frame else frame


frames = pytest.mark.parametrize("frame", [arrow, polars, pandas])


@frames
def test_a_frame_is_a_table(frame):
    table = as_input(frame(PEOPLE))
    assert table.columns == tuple(PEOPLE)
    np.testing.assert_array_equal(table, EXPECTED)
    assert as_input(frame({"a": [1, 2**60], "b": [True, False]})).dtype == np.int64
    long = as_input(frame({"a": np.array([1, 2**64 - 1], np.uint64), "b": [-1, 2]}))
    assert long.tolist() == [[1, -1], [2**64 - 1, 2]]


@frames
@pytest.mark.parametrize(
    ("columns", "code", "says"),
    [
        ({"a": [1, None, 3]}, "input-not-numeric", "column 'a' of an input, row 1"),
        ({"a": [1.5, 2.5, None]}, "input-not-numeric", "row 2"),
        ({"a": [1.5, float("nan")]}, "input-not-numeric", "row 1"),
        ({"sex": ["f", "m"]}, "input-not-numeric", "column 'sex'"),
        ({"a": []}, "input-empty", "no data"),
    ],
)
def test_what_is_no_table_of_numbers(frame, columns, code, says):
    with pytest.raises(mpc.LocalError, match=code) as caught:
        as_input(frame(columns))
    assert says in caught.value.cause
    assert caught.value.remedy


@frames
def test_programs_take_them(frame):
    async def main(ctx, mine):
        age = await mpc.secret(ctx, 0, mine["age"] if ctx.me == 0 else None)
        dose = await mpc.secret(ctx, 1, mine.doses["dose"] if ctx.me == 1 else None)
        return await mpc.reveal(ctx, (age * dose).sum())

    inputs = [frame(PEOPLE), {"doses": frame(PEOPLE)}]
    assert abs(mpc.simulate(main, inputs).result - 66.25) < 0.01
    assert mpc.plan(main, inputs).report.rounds


def test_a_frame_is_not_called_as_a_method_of_what_holds_it():
    with pytest.raises(mpc.LocalError, match="bad-input-name") as caught:
        as_input({"values": pandas(PEOPLE)})
    assert "values_" in caught.value.remedy


def test_a_column_of_each():
    series = [
        pytest.importorskip("pyarrow").chunked_array([[1.5], [2.5]]),
        pytest.importorskip("polars").Series([1.5, 2.5]),
        pytest.importorskip("pandas").Series([1.5, 2.5]),
    ]
    for column in series:
        np.testing.assert_array_equal(as_input(column), [1.5, 2.5])


def test_anything_else_is_left_as_it_is():
    for value in (None, 3, [1, 2], np.arange(3), {"a": 1}, Table(np.zeros((1, 1)), "a"), Tables({})):
        assert as_input(value) is value


def test_decimal_numbers_and_names_of_series():
    values = [Decimal("1.25"), Decimal("-3.5")]
    table = as_input(arrow({"a": values}))
    np.testing.assert_array_equal(table["a"], [1.25, -3.5])
    pandas_series = pytest.importorskip("pandas").Series([1.5, 2.0], name="cost")
    np.testing.assert_array_equal(as_input(pandas_series)["cost"], [1.5, 2.0])
    assert not isinstance(as_input(pandas_series.rename(None)), Table)
