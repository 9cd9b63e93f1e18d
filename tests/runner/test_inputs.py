"""Every way an input file can be wrong ends in a LocalError that says where, before anything else happens."""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from mpc.errors import LocalError
from party_runner.columns import Reading
from party_runner.csv_table import ROWS_AT_A_TIME
from party_runner.inputs import AS_IT_IS, load_input


def write(folder: Path, text: str | bytes, name: str = "a.csv") -> Path:
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def refusal(path: Path, reading: Reading = AS_IT_IS) -> LocalError:
    with pytest.raises(LocalError) as caught:
        load_input(path, reading)
    assert str(path) in caught.value.cause
    return caught.value


# CSV that is right


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1,2\n3,4\n", np.array([[1, 2], [3, 4]])),
        ("1,2\n3,4", np.array([[1, 2], [3, 4]])),
        ("a,b\r\n1,2\r\n", np.array([[1, 2]])),
        ("\ufeffradius_mean,größe\n1,2\n", np.array([[1, 2]])),
        ("1.5,2\n3,-4e2\n", np.array([[1.5, 2.0], [3.0, -400.0]])),
        ("age\n30\n40\n\n\n", np.array([[30], [40]])),
        ('"a","b, or c"\n"1", 2\n', np.array([[1, 2]])),
        (f"{2**63 - 1}\n{-(2**63)}\n", np.array([[2**63 - 1], [-(2**63)]])),
        (f"0.5,{2**60}\n", np.array([[0.5, 2.0**60]])),
    ],
)
def test_csv_is_read(tmp_path: Path, text: str, expected: np.ndarray[Any, Any]) -> None:
    table = load_input(write(tmp_path, text))
    assert table.dtype == expected.dtype
    np.testing.assert_array_equal(table, expected)


def test_a_late_decimal_point_makes_the_whole_table_float(tmp_path: Path) -> None:
    table = load_input(write(tmp_path, "7\n" * ROWS_AT_A_TIME + "0.5\n"))
    assert table.dtype == np.float64
    assert table.shape == (ROWS_AT_A_TIME + 1, 1)
    assert table.sum() == 7 * ROWS_AT_A_TIME + 0.5


@settings(max_examples=40, deadline=None)
@given(table=hnp.arrays(np.float64, hnp.array_shapes(min_dims=2, max_dims=2), elements=st.floats(-1e300, 1e300)))
def test_csv_gives_back_every_float(tmp_path_factory: pytest.TempPathFactory, table: Any) -> None:
    text = "\n".join(",".join(repr(float(v)) for v in row) for row in table)
    np.testing.assert_array_equal(load_input(write(tmp_path_factory.mktemp("csv"), text)), table)


# CSV that is wrong


@pytest.mark.parametrize(
    ("text", "code", "says"),
    [
        ("", "input-empty", "no data"),
        ("a,b\n", "input-empty", "only a header"),
        ("1,2\n3\n", "input-ragged", "line 2 has 1 columns; the first line has 2"),
        ("a,b\n1,2\n3,4,5\n", "input-ragged", "line 3 has 3 columns"),
        ("a,radius\n1,2\n3,x\n", "input-not-numeric", "line 3, column 2 ('radius') is not a number"),
        ("a,b\n1,\n", "input-not-numeric", "line 2, column 2 ('b') is empty"),
        ("1,2\n1,1_000\n", "input-not-numeric", "line 2, column 2 is not a number"),
        ("1,2\n1,٣\n", "input-not-numeric", "line 2, column 2 is not a number"),
        ("id,M,3\n1,2,3\n", "input-not-numeric", "neither a header nor data: column 1"),
        ("1,2\n3,nan\n", "input-not-finite", "line 2, column 2 is NaN"),
        ("a,b\n3,-inf\n", "input-not-finite", "line 2, column 2 ('b') is infinite"),
        ("1,1e999\n", "input-not-finite", "line 1, column 2 is infinite"),
        ("\n1,2\n", "input-malformed", "line 1 is blank"),
        ("1\n\n2\n", "input-malformed", "line 2 is blank"),
        ("a;b\n1;2\n", "input-malformed", "another separator"),
        ('1,2\n"3,4\n', "input-malformed", "line"),
        (b"a,b\n\xff\xfe,2\n", "input-malformed", "not UTF-8"),
        (b"PK\x03\x04\xff\x00\x00", "input-malformed", "not UTF-8"),
        (f"0.5,{2**53 + 1}\n", "input-inexact-integer", "line 1, column 2"),
        (f"{2**64 + 1}\n0.5\n", "input-inexact-integer", "line 1, column 1"),
        (f"{2**64 + 1},0.5\n", "input-inexact-integer", "line 1, column 1"),
        (f"1\n{2**127}\n", "input-inexact-integer", "line 2, column 1"),
        (f"{2**53 + 1}\n" + "7\n" * ROWS_AT_A_TIME + "0.5\n", "input-inexact-integer", "line 1, column 1"),
        ("1\n" * ROWS_AT_A_TIME + "x\n", "input-not-numeric", f"line {ROWS_AT_A_TIME + 1}, column 1"),
        ('a,b\n"1\n",2\n3,x\n', "input-not-numeric", "line 4, column 2"),
    ],
)
def test_csv_is_refused(tmp_path: Path, text: str | bytes, code: str, says: str) -> None:
    error = refusal(write(tmp_path, text))
    assert error.code == code
    assert says in error.cause
    assert error.remedy


def test_whole_numbers_beyond_64_bits_are_pythons(tmp_path: Path) -> None:
    long = [[2**64 + 1, -3], [2**63, -(2**126)]]
    table = load_input(write(tmp_path, "a,b\n" + "\n".join(f"{x},{y}" for x, y in long) + "\n"))
    assert table.dtype == object
    assert table.tolist() == long
    np.save(tmp_path / "a.npy", np.array([2**64 - 1], np.uint64))
    assert load_input(tmp_path / "a.npy").tolist() == [2**64 - 1]


def test_no_cell_is_quoted(tmp_path: Path) -> None:
    error = refusal(write(tmp_path, "name,age\n30,sensitive\n"))
    assert "sensitive" not in str(error)


@settings(max_examples=150, deadline=None)
@given(content=st.binary(max_size=60) | st.text('0123.,\n"-exna ', max_size=60).map(str.encode))
def test_any_bytes_are_read_or_refused(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = write(tmp_path_factory.mktemp("csv"), content)
    try:
        table = load_input(path)
    except LocalError:
        return
    assert table.ndim == 2
    assert np.isfinite(table).all()


# The file itself


def test_a_missing_file(tmp_path: Path) -> None:
    assert refusal(tmp_path / "none.csv").code == "input-missing"


def test_a_folder(tmp_path: Path) -> None:
    (tmp_path / "a.csv").mkdir()
    assert "is a folder" in refusal(tmp_path / "a.csv").cause


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.csv")
    assert refusal(tmp_path / "a.csv").code == "input-unreadable"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_a_file_without_permission(tmp_path: Path) -> None:
    path = write(tmp_path, "1\n")
    path.chmod(0)
    assert refusal(path).code == "input-unreadable"


def test_a_path_through_a_file(tmp_path: Path) -> None:
    write(tmp_path, "1\n")
    assert refusal(tmp_path / "a.csv" / "b.csv").code == "input-unreadable"


def test_an_unknown_ending(tmp_path: Path) -> None:
    assert refusal(write(tmp_path, "1\n", "a.xlsx")).code == "input-format"


# .npy


def save(folder: Path, array: Any, *, allow_pickle: bool = False) -> Path:
    path = folder / "a.npy"
    np.save(path, array, allow_pickle=allow_pickle)
    return path


@pytest.mark.parametrize(
    ("array", "dtype"),
    [
        (np.arange(6.0).reshape(2, 3), np.float64),
        (np.arange(6, dtype=">i2").reshape(2, 3), np.int64),
        (np.asfortranarray(np.arange(6, dtype=np.float32).reshape(2, 3)), np.float64),
        (np.array([True, False]), np.int64),
        (np.array(5, dtype=np.uint64), np.int64),
        (np.zeros((2, 1, 3)), np.float64),
    ],
)
def test_npy_is_read(tmp_path: Path, array: Any, dtype: Any) -> None:
    loaded = load_input(save(tmp_path, array))
    assert loaded.dtype == dtype
    assert loaded.flags.c_contiguous
    assert loaded.shape == array.shape
    np.testing.assert_array_equal(loaded, array)


@pytest.mark.parametrize(
    ("array", "code"),
    [
        (np.zeros((0, 3)), "input-empty"),
        (np.array([[1.0, np.nan]]), "input-not-finite"),
        (np.array([np.inf], dtype=np.float32), "input-not-finite"),
        (np.array([1j]), "input-not-numeric"),
        (np.array(["a"]), "input-not-numeric"),
        (np.array(["2020-01-01"], dtype="datetime64[D]"), "input-not-numeric"),
        (np.zeros(2, dtype=[("a", "f8")]), "input-not-numeric"),
    ],
)
def test_npy_is_refused(tmp_path: Path, array: Any, code: str) -> None:
    assert refusal(save(tmp_path, array)).code == code


def test_a_pickled_npy_is_never_loaded(tmp_path: Path) -> None:
    error = refusal(save(tmp_path, np.array([{}], dtype=object), allow_pickle=True))
    assert error.code == "input-not-numeric"


@pytest.mark.parametrize("cut", [0, 4, 20, 130])
def test_a_cut_npy(tmp_path: Path, cut: int) -> None:
    path = save(tmp_path, np.arange(6.0))
    path.write_bytes(path.read_bytes()[:cut])
    assert refusal(path).code == "input-malformed"


def npy_with_header(header: str) -> bytes:
    return b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header.encode()


@pytest.mark.parametrize(
    "header",
    [
        "{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000000,)}\n",
        "{'descr': '<f8', 'fortran_order': False, 'shape': (-1,)}\n",
        "{'descr': '<f8', 'fortran_order': False, 'shape': (" + "1," * 10_000 + ")}\n",
        "[" * 9_000 + "\n",
        "{'descr': '<f8'}\n",
    ],
)
def test_a_lying_npy_header(tmp_path: Path, header: str) -> None:
    assert refusal(write(tmp_path, npy_with_header(header), "a.npy")).code == "input-malformed"


@settings(max_examples=150, deadline=None)
@given(content=st.binary(max_size=200), place=st.integers(0, 140), byte=st.integers(0, 255))
def test_any_npy_bytes_are_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, place: int, byte: int
) -> None:
    path = save(tmp_path_factory.mktemp("npy"), np.arange(6.0))
    changed = bytearray(path.read_bytes())
    changed[place] = byte
    for candidate in (content, b"\x93NUMPY\x01\x00" + content, bytes(changed)):
        path.write_bytes(candidate)
        try:
            load_input(path)
        except LocalError:
            continue


# Parquet


def parquet(folder: Path, columns: dict[str, Any]) -> Path:
    pyarrow = pytest.importorskip("pyarrow")
    path = folder / "a.parquet"
    pytest.importorskip("pyarrow.parquet").write_table(pyarrow.table(columns), path)
    return path


def test_parquet_is_read(tmp_path: Path) -> None:
    ints = load_input(parquet(tmp_path, {"a": [1, 2], "b": [True, False]}))
    assert ints.dtype == np.int64
    np.testing.assert_array_equal(ints, [[1, 1], [2, 0]])
    mixed = load_input(parquet(tmp_path, {"a": [1, 2], "b": np.array([0.5, 1.5], dtype=np.float32)}))
    assert mixed.dtype == np.float64
    np.testing.assert_array_equal(mixed, [[1, 0.5], [2, 1.5]])


@pytest.mark.parametrize(
    ("columns", "code", "says"),
    [
        ({"a": [1.0, 2.0], "name": ["x", "y"]}, "input-not-numeric", "column 'name' holds texts"),
        ({"a": [1.0, None]}, "input-not-numeric", "column 'a', row 2 is empty"),
        ({"a": [1.0, float("nan")]}, "input-not-finite", "column 'a'"),
        ({"a": []}, "input-empty", "no data"),
        ({}, "input-empty", "no data"),
    ],
)
def test_parquet_is_refused(tmp_path: Path, columns: dict[str, Any], code: str, says: str) -> None:
    error = refusal(parquet(tmp_path, columns))
    assert error.code == code
    assert says in error.cause


DAY = datetime(2024, 1, 2)
ARROW: dict[str, tuple[Any, list[float]]] = {
    "int8": ([1, 2], [1, 2]),
    "uint64": ([1, 2], [1, 2]),
    "float16": (np.array([0.5, 1.5], np.float16), [0.5, 1.5]),
    "bool": ([True, False], [1, 0]),
    "date32": ([DAY.date()] * 2, [19724, 19724]),
    "date64": ([DAY.date()] * 2, [19724, 19724]),
    "timestamp(s)": ([DAY] * 2, [19724, 19724]),
    "timestamp(us)": ([DAY] * 2, [19724, 19724]),
    "timestamp(ns, UTC)": ([DAY.replace(tzinfo=UTC)] * 2, [19724, 19724]),
    "decimal128(20, 2)": ([Decimal("1.25"), Decimal("-3.50")], [1.25, -3.5]),
    "decimal128(20, 0)": ([Decimal(2**60), Decimal(-3)], [2**60, -3]),
    "decimal256(50, 4)": ([Decimal("1.25"), Decimal("0")], [1.25, 0]),
    "string": (["m", "f"], [1, 0]),
    "large_string": (["m", "f"], [1, 0]),
    "string_view": (["m", "f"], [1, 0]),
    "dictionary": (["m", "f"], [1, 0]),
}


def of_type(name: str, values: Any) -> Any:
    pyarrow = pytest.importorskip("pyarrow")
    if name == "dictionary":
        return pyarrow.array(values, pyarrow.large_string()).dictionary_encode()
    kind, _, inside = name.rstrip(")").partition("(")
    given = [int(text) if text.strip().isdecimal() else text.strip() for text in inside.split(",") if text]
    return pyarrow.array(values, getattr(pyarrow, f"{kind}_" if kind == "bool" else kind)(*given))


@pytest.mark.parametrize("kind", ARROW)
def test_every_type_of_parquet_that_holds_numbers_days_or_texts(tmp_path: Path, kind: str) -> None:
    values, expected = ARROW[kind]
    path = parquet(tmp_path, {"x": of_type(kind, values)})
    table = load_input(path, Reading(categories={"x": ("f", "m")}))
    assert table.dtype == (np.float64 if "float" in kind or kind in ("decimal128(20, 2)", "decimal256(50, 4)") else int)
    np.testing.assert_array_equal(table[:, 0], expected)


@pytest.mark.parametrize(
    ("kind", "values", "says"),
    [
        ("timestamp(us)", [DAY, DAY.replace(hour=3)], "row 2 is a time within a day"),
        ("decimal128(38, 0)", [Decimal(2**70)], "integer of 64 bits or more"),
        ("binary", [b"a"], "holds binary"),
        ("duration(s)", [1], "holds duration"),
        ("time32(s)", [1], "holds time32"),
        ("list", [[1]], "holds list"),
        ("null", [None], "row 1 is empty"),
        ("string", ["f", "x"], "row 2 is none of the categories"),
    ],
)
def test_other_types_of_parquet_are_refused_where_they_are_asked_for(
    tmp_path: Path, kind: str, values: Any, says: str
) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    column = pyarrow.array(values) if kind in ("list", "null") else of_type(kind, values)
    path = parquet(tmp_path, {"age": [30] * len(values), "x": column})
    error = refusal(path, Reading(categories={"x": ("f", "m")}))
    assert says in error.cause
    assert "column 'x'" in error.cause
    np.testing.assert_array_equal(load_input(path, Reading(columns=("age",))), [[30]] * len(values))


def test_parquet_as_pandas_writes_it(tmp_path: Path) -> None:
    """Its texts are large ones, its times are fine ones, and labels of rows are a column of their own."""
    pandas = pytest.importorskip("pandas")
    columns = {"age": [30, 41], "sex": ["f", "m"], "day": pandas.to_datetime(["2024-01-02", "2024-01-03"])}
    path = tmp_path / "a.parquet"
    pandas.DataFrame(columns | {"group": pandas.Categorical(["a", "b"])}, index=["x", "y"]).to_parquet(path)
    table: Any = load_input(path, Reading(categories={"sex": ("f", "m"), "group": ("a", "b")}))
    assert table.columns == ("age", "sex", "day", "group")
    np.testing.assert_array_equal(table, [[30, 0, 19724, 0], [41, 1, 19725, 1]])
    labels = Reading(columns=("__index_level_0__",), categories={"__index_level_0__": ("x", "y")})
    np.testing.assert_array_equal(load_input(path, labels), [[0], [1]])


def test_a_file_that_is_not_parquet(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    assert refusal(write(tmp_path, "1,2\n", "a.parquet")).code == "input-malformed"


def test_parquet_without_pyarrow_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path, b"PAR1", "a.parquet")
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    error = refusal(path)
    assert error.code == "extra-missing"
    assert "parley-mpc[data]" in error.remedy
