"""A column becomes a set of identifiers: what is equal, what is refused, and the way back to rows."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mpc.errors import LocalError
from protocols.matching.ids import Ids, decoded, ids_of

pandas = pytest.importorskip("pandas")

WHOLE = st.integers(-(2**127), 2**127 - 1)
COLUMNS = st.one_of(st.lists(WHOLE), st.lists(st.text(max_size=6)), st.lists(st.binary(max_size=6)))


def both(ids: Ids) -> tuple[list[bytes], list[int]]:
    return ids.encoded, ids.place.tolist()


@given(COLUMNS)
def test_each_is_there_once_and_rows_lead_to_it(column: list[Any]) -> None:
    ids = ids_of(column, None)
    values = decoded(ids.encoded).tolist()
    assert len(set(values)) == len(values) == len(ids)
    assert ids.encoded == sorted(ids.encoded)
    normal = decoded(ids_of(column, None).encoded)[ids.place].tolist() if column else []
    if all(not isinstance(value, str) for value in column):
        assert normal == column
        assert values == sorted(set(column))
        assert [column[row] for row in ids.first_rows()] == values
    assert ids.first_rows().tolist() == [ids.place.tolist().index(i) for i in range(len(ids))]


@pytest.mark.parametrize("dtype", ["int8", "int64", "uint64", "uint8"])
def test_numbers_are_equal_whatever_type_holds_them(dtype: str) -> None:
    info = np.iinfo(dtype)
    values = sorted({info.min, info.max, 0, 1, min(100, info.max)})
    column = np.array([*values, values[0]], dtype)
    assert both(ids_of(column, None)) == both(ids_of([*values, values[0]], None))
    assert ids_of(pandas.Series(column), None).encoded == ids_of(values, None).encoded


def test_texts_are_equal_by_their_normal_form_alone() -> None:
    composed, typed = "caf\u00e9", "cafe\u0301"
    assert ids_of([composed], None).encoded == ids_of([typed], None).encoded
    assert decoded(ids_of([typed], None).encoded).tolist() == [composed]
    others = [composed, "Caf\u00e9", " caf\u00e9", "cafe", "\u0441af\u00e9", "caf\u00e9\0", "", "\ud800"]
    assert len(ids_of(others, None)) == len(others)
    assert ids_of(np.array(["a", "bc"]), None).encoded == ids_of(pandas.Series(["bc", "a"]), None).encoded


def test_bytes_of_one_length_are_the_same_in_an_array_and_in_a_list() -> None:
    """Of those that end in a zero byte numpy hands on less: one hash in 256 would silently match nothing."""
    column = [bytes([i, 255 - i, 1]) for i in range(5)]
    assert ids_of(np.array(column), None).encoded == ids_of(column, None).encoded
    with pytest.raises(LocalError, match="zero bytes"):
        ids_of(np.array([*column, b"xy\0"]), None)


def test_kinds_never_meet() -> None:
    assert not set(ids_of([7], None).encoded) & set(ids_of(["7"], None).encoded)
    assert not set(ids_of([b"7"], None).encoded) & set(ids_of(["7"], None).encoded)
    assert [ids_of(one, None).kind for one in ([7], ["7"], [b"7"], [])] == [0, 1, 2, None]


@pytest.mark.parametrize(
    ("column", "what"),
    [
        ("text", "one value"),
        (7, "one value"),
        (np.zeros((2, 2), int), "shape"),
        ([1.0, 2.0], "neither"),
        (np.array([1.0, np.nan]), "fractions"),
        ([1, None, 3, None], "rows 1, 3"),
        (["a", float("nan")], "row 1"),
        ([True, False], "rows 0, 1"),
        (np.array([True]), "dtype bool"),
        (["a", 1], "in one column"),
        ([2**127], "row 0"),
        (["a" * 65535], "too long"),
        (np.array(["2020-01-01"], "datetime64[D]"), "dtype"),
        (pandas.Series([1, None], dtype="Int64"), "fractions"),
        (pandas.Series(["a", None]), "row 1"),
        (np.ma.masked_array([1, 2], [False, True]), "masked"),
        (np.array([b"ab", b"a\0"]), "zero bytes"),
    ],
)
def test_what_is_no_column_of_identifiers_is_refused(column: Any, what: str) -> None:
    with pytest.raises(LocalError, match=what) as caught:
        ids_of(column, "here.py:1")
    assert caught.value.code == "wrong-ids"
    assert caught.value.line == "here.py:1"


def test_a_refusal_says_nothing_of_what_stands_in_the_rows() -> None:
    with pytest.raises(LocalError) as caught:
        ids_of(["secret-a", 12345678], None)
    assert "secret" not in str(caught.value)
    assert "12345678" not in str(caught.value)
    assert "secret" not in repr(ids_of(["secret-a"], None))
