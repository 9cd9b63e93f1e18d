"""Which columns of an input are read, by what name, and what they hold: numbers, dates, truth values, categories."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mpc.errors import LocalError
from party_runner import csv_quick, csv_table
from party_runner.columns import Reading
from party_runner.csv_table import ROWS_AT_A_TIME, read_csv
from party_runner.inputs import load_input, load_inputs

PEOPLE = "age,sex,born,smokes\n30,f,1970-01-02,true\n41,m,1969-12-31,FALSE\n52, f ,2000-02-29,True\n"
SEX = Reading(categories={"sex": ("f", "m")})


def write(folder: Path, text: str, name: str = "a.csv") -> Path:
    path = folder / name
    path.write_bytes(text.encode())
    return path


READERS = ["pyarrows reader", "numpys reader", "cell by cell"]


def choose(reader: str, patch: pytest.MonkeyPatch) -> None:
    """Let this reader read what it can."""
    if reader == "cell by cell":
        patch.setattr(csv_table, "quick_table", lambda *_: None)
    if reader == "numpys reader":
        patch.setattr(csv_quick, "_by_pyarrow", lambda *_: None)


@pytest.fixture(params=READERS)
def reader(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """All readers; the quick ones must not leave what these files hold to the slow one."""
    choose(request.param, monkeypatch)
    if request.param != "cell by cell":
        monkeypatch.setattr(csv_table, "_join", None)


@pytest.mark.usefixtures("reader")
def test_a_header_names_the_columns(tmp_path: Path) -> None:
    table: Any = load_input(write(tmp_path, PEOPLE), SEX)
    assert table.columns == ("age", "sex", "born", "smokes")
    np.testing.assert_array_equal(table, [[30, 0, 1, 1], [41, 1, -1, 0], [52, 0, 11016, 1]])
    assert table.dtype == np.int64
    np.testing.assert_array_equal(table["born"], [1, -1, 11016])


@pytest.mark.usefixtures("reader")
@pytest.mark.parametrize("end", ["\n", "\r\n", ""])
def test_columns_are_read_in_the_order_that_is_asked_for(tmp_path: Path, end: str) -> None:
    path = write(tmp_path, f"a,b,c\n1,x,2.5\n3,y,4.5{end}".replace("\n", end or "\n"))
    table: Any = load_input(path, Reading(columns=("c", "a")))
    assert table.columns == ("c", "a")
    np.testing.assert_array_equal(table, [[2.5, 1], [4.5, 3]])
    whole: Any = load_input(path, Reading(columns=("a",)))
    assert (whole.dtype, whole.shape) == (np.int64, (2, 1))


@pytest.mark.usefixtures("reader")
def test_categories_by_place_where_there_is_no_header(tmp_path: Path) -> None:
    table: Any = load_input(write(tmp_path, "f,1.5\nm,2.5\n"), Reading(header=False, categories={"1": ("m", "f")}))
    assert table.columns == ()
    np.testing.assert_array_equal(table, [[1, 1.5], [0, 2.5]])


NUMBERS = st.integers(-(2**53), 2**53).map(str) | st.floats(-1e300, 1e300).map(repr)


@given(
    rows=st.lists(st.tuples(NUMBERS, st.sampled_from(["f", "m"]), st.dates().map(str), NUMBERS), min_size=1),
    columns=st.lists(st.sampled_from(["a", "sex", "day", "b"]), unique=True),
)
def test_all_readers_read_alike(tmp_path_factory: pytest.TempPathFactory, rows: Any, columns: list[str]) -> None:
    path = write(tmp_path_factory.mktemp("csv"), "\n".join(["a,sex,day,b", *map(",".join, rows)]))
    reading = Reading(tuple(columns), categories=SEX.categories)
    quickest, quick, slow = (_read_by(reader, path, reading) for reader in READERS)
    for table in (quickest, quick):
        assert (table.dtype, table.columns) == (slow.dtype, slow.columns)
        assert [table[name].dtype for name in table.columns] == [slow[name].dtype for name in table.columns]
        np.testing.assert_array_equal(table, slow)


def _read_by(reader: str, path: Path, reading: Reading) -> Any:
    with pytest.MonkeyPatch.context() as patch:
        choose(reader, patch)
        return read_csv(path, reading)


SPELLINGS = [
    "0", "-0", "007", "1.", ".5", "-.25", "1e3", "1E-3", "1e+05", "+1", "+1.5", "1e308", "1e400", "0x10", "nan", "inf",
    "1_000", "12345678901234567890", "0.1", "1f", "--1", "123456789.123456789", "9007199254740993", "", " 5 ", "\t2",
]  # fmt: skip
WRITTEN = st.integers(-(2**53), 2**53).map(str) | st.sampled_from(SPELLINGS)


@settings(max_examples=150)
@given(rows=st.lists(st.tuples(WRITTEN, WRITTEN), min_size=1, max_size=4), header=st.booleans(), end=st.booleans())
def test_a_file_of_numbers_in_any_spelling_is_read_or_refused_alike(
    tmp_path_factory: pytest.TempPathFactory, rows: Any, header: bool, end: bool
) -> None:
    text = "\n".join([*(["a,b"] if header else []), *map(",".join, rows)]) + "\n" * end
    path = write(tmp_path_factory.mktemp("csv"), text)
    found = []
    for reader in READERS:
        try:
            table = _read_by(reader, path, Reading(header=header))
            types = [table[name].dtype for name in table.columns]
            found.append((table.dtype, types, table.shape, np.asarray(table).tolist()))
        except LocalError as error:
            found.append((error.code, error.cause))
    assert found[0] == found[1] == found[2]


@pytest.mark.parametrize(
    ("text", "code", "says"),
    [
        ("sex\nf\nd\n", "input-not-numeric", "line 3, column 1 ('sex') is none of the categories"),
        ("sex\nf\n\"\"\n", "input-not-numeric", "line 3, column 1 ('sex') is empty"),
        ("x,sex\n1,f\n2,F\n", "input-not-numeric", "line 3, column 2 ('sex')"),
        ("day\n2020-01-01\n2020-02-30\n", "input-not-numeric", "line 3, column 1 ('day') is no date"),
        ("day\n2020-01-01\n2020-01\n", "input-not-numeric", "line 3, column 1 ('day') is no date"),
        ("day\n2020-01-01\n2020-01-01T10\n", "input-not-numeric", "line 3"),
        ("smokes\ntrue\nno\n", "input-not-numeric", "line 3, column 1 ('smokes') is neither true nor false"),
        ("a,b\n1,2\n3\n", "input-ragged", "line 3"),
        ("a,b\n1,2\n3,4,5\n6\n", "input-ragged", "line 3"),
        ("a,b\n1,2\n \n", "input-ragged", "line 3"),
        ("a,b\n" + "1,2\n" * ROWS_AT_A_TIME + "1,x\n", "input-not-numeric", f"line {ROWS_AT_A_TIME + 2}, column 2"),
        ("a,b,c\n1,x,2\n", "input-not-numeric", "line 2, column 2 ('b') is not a number"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_named_by_the_line_of_the_file(tmp_path: Path, text: str, code: str, says: str) -> None:
    with pytest.raises(LocalError, match=code) as caught:
        load_input(write(tmp_path, text), SEX)
    assert says in caught.value.cause
    assert caught.value.remedy


def test_a_column_of_no_name(tmp_path: Path) -> None:
    path = write(tmp_path, "a,b,b\n1,2,3\n")
    for columns, says in ((("c",), "no column called 'c'"), (("b",), "2 columns called 'b'")):
        with pytest.raises(LocalError, match="no-such-column") as caught:
            load_input(path, Reading(columns))
        assert says in caught.value.cause
    np.save(tmp_path / "a.npy", np.zeros((2, 2)))
    with pytest.raises(LocalError, match="no-such-column"):
        load_input(tmp_path / "a.npy", Reading(("a",)))


def test_a_header_of_numbers(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(tmp_path, "2021,2022,2023\n1.5,2.5,3.5\n")
    assert load_input(path).shape == (2, 3)
    assert "line 1 is taken as data and looks like a header of numbers" in capsys.readouterr().err
    table: Any = load_input(path, Reading(header=True))
    assert (table.shape, table.columns) == ((1, 3), ("2021", "2022", "2023"))
    assert "--no-header" in capsys.readouterr().err
    assert load_input(path, Reading(header=False)).shape == (2, 3)
    assert load_input(write(tmp_path, "2021,2025\n1,2\n")).shape == (2, 2)
    assert capsys.readouterr().err == ""


def test_a_first_line_of_both_is_what_the_user_says(tmp_path: Path) -> None:
    path = write(tmp_path, "id,3\n1,2\n")
    table: Any = load_input(path, Reading(header=True))
    assert table.columns == ("id", "3")
    with pytest.raises(LocalError, match="line 1, column 1 is not a number"):
        load_input(path, Reading(header=False))
    with pytest.raises(LocalError, match="--header or --no-header"):
        load_input(path)


def test_parquet_has_names_days_and_categories(tmp_path: Path) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    columns = {
        "age": [30, 41],
        "sex": pyarrow.array(["m", "f"]).dictionary_encode(),
        "born": np.array(["1970-01-02", "1969-12-31"], dtype="datetime64[D]"),
        "smokes": [True, False],
    }
    path = tmp_path / "a.parquet"
    pytest.importorskip("pyarrow.parquet").write_table(pyarrow.table(columns), path)
    table: Any = load_input(path, SEX)
    assert table.columns == tuple(columns)
    np.testing.assert_array_equal(table, [[30, 1, 1, 1], [41, 0, -1, 0]])
    chosen: Any = load_input(path, Reading(("born",)))
    np.testing.assert_array_equal(chosen, [[1], [-1]])
    with pytest.raises(LocalError, match="column 'sex' holds texts, not numbers"):
        load_input(path)
    with pytest.raises(LocalError, match="column 'sex', row 2 is none of the categories"):
        load_input(path, Reading(categories={"sex": ("m",)}))


def test_several_files_by_name(tmp_path: Path) -> None:
    mine = load_inputs({"claims": write(tmp_path, "a\n1\n"), "people": write(tmp_path, PEOPLE, "b.csv")}, SEX)
    assert mine.claims.columns == ("a",)
    assert mine["people"].shape == (3, 4)
    assert load_inputs(None) is None


@pytest.mark.parametrize("kept", [(), ("age",)], ids=["all columns", "one column"])
@pytest.mark.parametrize("header", ["age", "age,salary", "age,salary,debts,house"])
@pytest.mark.parametrize("more", ["", "4,7,9\n"], ids=["one row", "two rows"])
def test_a_header_of_another_width_than_the_rows_is_refused(
    tmp_path: Path, header: str, kept: tuple[str, ...], more: str
) -> None:
    """R's write.table gives the column of row names no name: every other name would stand one column too far left."""
    with pytest.raises(LocalError, match="input-ragged") as caught:
        read_csv(write(tmp_path, f"{header}\n1,30,500\n{more}"), Reading(columns=kept))
    assert f"line 2 has 3 columns; the first line has {header.count(',') + 1}" in str(caught.value)


@pytest.mark.parametrize("blank", ["\v", "\f", "\x1c", "\x1d", "\x1e", "\x1f", "\x00", "\x7f", "\x08"])
def test_a_number_beside_a_control_character_is_none(tmp_path: Path, blank: str) -> None:
    with pytest.raises(LocalError, match="input-not-numeric") as caught:
        read_csv(write(tmp_path, f"a,b\n1,2\n3,{blank}7\n"), Reading())
    assert "line 3, column 2" in str(caught.value)


def test_a_text_says_what_to_do_with_it(tmp_path: Path) -> None:
    path = write(tmp_path, "age,sex\n30,f\n")
    with pytest.raises(LocalError, match="column 2 \\('sex'\\) is not a number") as caught:
        read_csv(path, Reading())
    assert "--category" in caught.value.remedy
    assert "YYYY-MM-DD" in caught.value.remedy
    with pytest.raises(LocalError, match="input-not-numeric") as caught:
        read_csv(path, Reading(categories={"sexx": ("f", "m")}))
    assert "those of sexx are named" in caught.value.remedy


@pytest.mark.parametrize("name", ["Sex", "sex ", "SEX"])
@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_categories_of_a_column_that_is_spelt_otherwise_are_refused(tmp_path: Path, name: str, kind: str) -> None:
    """Also where it is not asked for, or holds numbers. Other names may be of columns that other parties have."""
    path = write(tmp_path, "age,sex\n30,1\n")
    if kind == "parquet":
        path = tmp_path / "a.parquet"
        arrow = pytest.importorskip("pyarrow")
        pytest.importorskip("pyarrow.parquet").write_table(arrow.table({"age": [30], "sex": [1]}), path)
    with pytest.raises(LocalError, match="no-such-column") as caught:
        load_input(path, Reading(columns=("age",), categories={name: ("f", "m")}))
    assert "--category sex=..." in caught.value.remedy
    load_input(path, Reading(categories={"place": ("a", "b")}))
