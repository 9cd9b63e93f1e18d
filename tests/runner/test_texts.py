"""Columns of texts (`--text`): read as they are, beside the numbers, to match by; in files, tables, plans and runs."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mpc.errors import LocalError
from party_runner import csv_quick, csv_table
from party_runner.arguments import shapes_by_party
from party_runner.columns import Reading
from party_runner.csv_table import ROWS_AT_A_TIME, read_csv
from party_runner.inputs import load_input
from party_runner.text_columns import require_text_columns
from protocols.runs.input_shapes import describe
from protocols.runs.table import MixedTable

from .processes import call, parley, write

SHOP = "email,spent,share\nanna@x.org,120,0.5\n Ben@Y.org ,30,0.25\nüsa@z.org,7,1\n"
ADDRESSES = ["anna@x.org", "Ben@Y.org", "üsa@z.org"]
EMAIL = Reading(texts=("email",))


def read(folder: Path, text: str, reading: Reading = EMAIL) -> Any:
    path = folder / "a.csv"
    path.write_bytes(text.encode())
    return read_csv(path, reading)


def refused(folder: Path, text: str, reading: Reading = EMAIL) -> LocalError:
    with pytest.raises(LocalError) as caught:
        read(folder, text, reading)
    return caught.value


@pytest.mark.parametrize("reader", ["quick", "numpy's", "cell by cell"])
def test_texts_stand_beside_the_numbers(tmp_path: Path, reader: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if reader == "cell by cell":
        monkeypatch.setattr(csv_table, "quick_table", lambda *_: None)
    elif reader == "numpy's":
        monkeypatch.setattr(csv_quick, "_by_pyarrow", lambda *_: None)
    table = read(tmp_path, SHOP.replace("ü", "u") if reader != "cell by cell" else SHOP)
    addresses = ADDRESSES if reader == "cell by cell" else [*ADDRESSES[:2], "usa@z.org"]
    assert (table.columns, table.shape, [*table.texts]) == (("spent", "share"), (3, 2), ["email"])
    assert table["email"].tolist() == addresses
    assert all(type(text) is str for text in table["email"])
    assert table["spent"].tolist() == [120, 30, 7]
    assert table["spent"].dtype == np.int64
    np.testing.assert_array_equal(table, [[120, 0.5], [30, 0.25], [7, 1]])
    with pytest.raises(ValueError, match="read-only"):
        table["email"][0] = ""


def test_the_quick_reader_takes_texts_in_ascii(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And leaves a zero byte, which numpy's texts lose, to the other one."""
    assert read(tmp_path, "email\na\0\n")["email"].tolist() == ["a\0"]
    monkeypatch.setattr(csv_table, "_join", None)
    assert read(tmp_path, "email,x\na,1\nb,2\n")["email"].tolist() == ["a", "b"]


@settings(max_examples=60)
@given(
    rows=st.lists(
        st.tuples(st.text(" !#'+-.0:;@_abxX\t", min_size=1, max_size=6).filter(str.strip), st.integers(-9, 9)),
        min_size=1, max_size=5,
    )
)  # fmt: skip
def test_all_readers_read_texts_alike(tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, int]]) -> None:
    """Signs of comments, quotes of one kind, what numbers are written with, blanks within and around."""
    folder = tmp_path_factory.mktemp("csv")
    content = "email,x\n" + "".join(f"{text},{number}\n" for text, number in rows)
    quick = read(folder, content)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(csv_table, "quick_table", lambda *_: None)
        slow = read(folder, content)
    assert quick["email"].tolist() == slow["email"].tolist() == [text.strip() for text, _ in rows]
    assert quick["x"].tolist() == slow["x"].tolist() == [number for _, number in rows]


def test_texts_in_many_blocks_of_rows(tmp_path: Path) -> None:
    """Among decimals and whole numbers of over 53 bits, whose types they must not touch."""
    many, key = ROWS_AT_A_TIME + 2, 2**59 + 1
    table = read(tmp_path, "email,key,x\n" + "".join(f'"é{row}",{key + row},0.5\n' for row in range(many)))
    assert isinstance(table, MixedTable)
    assert table["email"].tolist() == [f"é{row}" for row in range(many)]
    assert table["key"].tolist() == [key + row for row in range(many)]
    assert table["x"].dtype == np.float64
    assert table.blank()["email"].tolist() == [""] * many


@pytest.mark.parametrize("index", [slice(1, 3), slice(None, None, -1), [2, 0], np.array([True, False, True])])
def test_rows_keep_their_texts(tmp_path: Path, index: Any) -> None:
    table = read(tmp_path, SHOP)[index]
    assert table["email"].tolist() == np.array(ADDRESSES, object)[index].tolist()
    assert table.copy()["email"].tolist() == table["email"].tolist()
    assert table["spent"].tolist() == np.array([120, 30, 7])[index].tolist()


def test_texts_go_where_they_are_named_and_nowhere_else(tmp_path: Path) -> None:
    table = read(tmp_path, SHOP)
    chosen = table[["share", "email"]]
    assert (chosen.columns, [*chosen.texts], chosen.shape) == (("share",), ["email"], (3, 1))
    assert table[["email"]].shape == (3, 0)
    assert table[["spent"]].texts == {}
    assert type(table * 2) is np.ndarray
    with pytest.raises(AttributeError, match='write mine\\["email"\\]'):
        _ = table.email
    with pytest.raises(LocalError, match="its columns are spent, share, email"):
        table["Email"]
    table.sort(axis=0)
    assert table.texts == {}


def test_a_file_of_texts_alone(tmp_path: Path) -> None:
    table = read(tmp_path, "email\na\nb\n")
    assert (table.shape, table["email"].tolist()) == ((2, 0), ["a", "b"])
    assert describe(table)["email"].tolist() == ["", ""]


def test_without_a_header_a_text_is_called_by_its_place(tmp_path: Path) -> None:
    table = read(tmp_path, "a@x,1\nb@y,2.5\n", Reading(header=False, texts=("1",)))
    assert table["1"].tolist() == ["a@x", "b@y"]
    np.testing.assert_array_equal(table, [[1], [2.5]])


def test_columns_say_what_is_read_and_text_how(tmp_path: Path) -> None:
    assert read(tmp_path, SHOP, Reading(("spent",), texts=("email",))).texts == {}
    assert read(tmp_path, SHOP, Reading(("email",), texts=("email",)))["email"].tolist() == ADDRESSES
    assert read(tmp_path, "spent\n1\n").columns == ("spent",)


@pytest.mark.parametrize(
    ("text", "reading", "code", "says", "remedy"),
    [
        (SHOP, Reading(), "input-not-numeric", "line 2, column 1 ('email') is not a number", "--text email;"),
        ("a@x,1\n", Reading(header=False), "input-not-numeric", "line 1, column 1 is not a number", "--text 1;"),
        ("email,x\na,1\n ,2\n", EMAIL, "input-no-text", "line 3, column 1 ('email') is empty", "Drop the row"),
        ('email,x\na,1\n"",2\n', EMAIL, "input-no-text", "line 3, column 1 ('email') is empty", "Drop the row"),
        ("E-Mail,x\na,1\n", Reading(texts=("e-mail",)), "no-such-column", "'E-Mail'", "Write --text E-Mail."),
        ("email,email\na,b\n", EMAIL, "no-such-column", "has 2 columns of that name", "name of its own"),
        ("email,x\na,1\nb,c\n", EMAIL, "input-not-numeric", "line 3, column 2 ('x') is not a number", "--text x;"),
    ],
)
def test_what_is_refused(tmp_path: Path, text: str, reading: Reading, code: str, says: str, remedy: str) -> None:
    error = refused(tmp_path, text, reading)
    assert error.code == code
    assert says in error.cause
    assert remedy in error.remedy


def test_typed_columns_of_texts(tmp_path: Path) -> None:
    """Of Parquet files and queries; numbers there are no texts, in whose place a file of text might have some."""
    arrow, path = pytest.importorskip("pyarrow"), tmp_path / "a.parquet"
    pytest.importorskip("pyarrow.parquet").write_table(arrow.table({"email": ADDRESSES, "spent": [1, 2, 3]}), path)
    assert load_input(path, EMAIL)["email"].tolist() == ADDRESSES
    assert load_input(path, EMAIL).columns == ("spent",)
    with pytest.raises(LocalError, match="input-not-numeric") as caught:
        load_input(path)
    assert "--text" in caught.value.remedy
    with pytest.raises(LocalError, match="input-no-text"):
        load_input(path, Reading(texts=("email", "spent")))


def test_the_shape_of_a_table_with_texts() -> None:
    mine = shapes_by_party(["0=50x2,email:text,age:int64"], 2)[0]
    assert (mine.shape, mine["email"].tolist(), mine["age"].dtype) == ((50, 2), [""] * 50, np.int64)
    assert mine[:3]["email"].tolist() == [""] * 3
    assert mine[["email", "x"]].shape == (50, 1)
    assert call("plan", "none.py", "-n", "2", "--shape", "0=50,email:text")[0] == 2


PROGRAM = """
import mpc

async def main(ctx, mine):
    found = await mpc.matching.common(ctx, [address.lower() for address in mine["email"]])
    return {"both": len(found.ids)}
"""


def test_a_plan_on_files_and_shapes_of_texts(tmp_path: Path) -> None:
    program, shop = write(tmp_path, "both.py", PROGRAM), write(tmp_path, "shop.csv", SHOP)
    inputs = ["--input", f"0={shop}", "--shape", "1=9x0,email:text"]
    code, told = call("plan", program, "-n", "2", "--text", "email", *inputs)
    assert code == 0, told
    assert "both.py:5" in told


def test_columns_of_texts_are_in_some_file(tmp_path: Path) -> None:
    """Not which party's; what cannot be known before it is read is left to reading it."""
    shop, bank = Path(write(tmp_path, "shop.csv", SHOP)), Path(write(tmp_path, "bank.csv", "1,2\n3,4\n"))
    mixed, nothing = Path(write(tmp_path, "mixed.csv", "a,2\n3,4\n")), tmp_path / "none.csv"
    np.save(array := tmp_path / "a.npy", np.ones(2))
    for texts in ((), ("email",), ("Email ", "spent"), ("2",)):
        require_text_columns([shop, None, {"claims": bank}], Reading(texts=texts))
    os.mkfifo(tmp_path / "pipe.csv")
    (tmp_path / "latin.csv").write_bytes("stra\u00dfe,x\n".encode("latin-1"))
    (tmp_path / "a.txt").write_text("1\n")
    files = [tmp_path / name for name in ("pipe.csv", "latin.csv", "a.txt")]
    for unknown in (mixed, nothing, "sqlite:///a.db?query=select", *files):
        require_text_columns([bank, unknown], Reading(texts=("email",)))
    require_text_columns([None], Reading(texts=("email",)))
    for inputs, reading, have in [
        ([shop], Reading(texts=("mail",)), "shop.csv has email, spent, share"),
        ([shop, bank], Reading(texts=("email", "3")), "bank.csv has 1, 2"),
        ([shop], Reading(header=False, texts=("email",)), "shop.csv has 1, 2, 3"),
        ([bank], Reading(texts=("anna",)), "bank.csv has 1, 2"),
        ([array], Reading(texts=("email",)), "a.npy has none with a name"),
    ]:
        with pytest.raises(LocalError, match=f"no-such-column.*--text {reading.texts[-1]}") as caught:
            require_text_columns(inputs, reading)
        assert have in caught.value.remedy


def test_columns_of_a_parquet_file(tmp_path: Path) -> None:
    arrow, path = pytest.importorskip("pyarrow"), tmp_path / "a.parquet"
    pytest.importorskip("pyarrow.parquet").write_table(arrow.table({"email": ADDRESSES, "spent": [1, 2, 3]}), path)
    require_text_columns([path], EMAIL)
    with pytest.raises(LocalError, match="no-such-column"):
        require_text_columns([path], Reading(texts=("mail",)))
    path.write_bytes(b"no such file")
    require_text_columns([path], Reading(texts=("mail",)))


@pytest.mark.parametrize("command", ["run", "plan"])
def test_a_column_of_texts_that_nobody_has_ends_a_command(tmp_path: Path, command: str) -> None:
    program, shop = write(tmp_path, "both.py", PROGRAM), write(tmp_path, "shop.csv", SHOP)
    code, told = call(command, program, "-n", "2", "--text", "mail", "--input", f"0={shop}", "--input", f"1={shop}")
    assert code == 2
    assert "--text mail: no input has such a column  [no-such-column]" in told


@pytest.mark.slow
def test_a_run_by_addresses(tmp_path: Path) -> None:
    program = write(tmp_path, "both.py", PROGRAM.replace('"email"', "min(mine.texts)"))
    shop, bank = write(tmp_path, "shop.csv", SHOP), write(tmp_path, "bank.csv", "mail\nben@y.org\ncarl@w.org\n")
    inputs = ["--input", f"0={shop}", "--input", f"1={bank}"]
    done = parley("run", program, "-n", "2", "--text", "email", "--text", "mail", *inputs)
    assert done.returncode == 0, done.stderr
    assert "both" in done.stdout
    assert "ben" not in (done.stdout + done.stderr).lower()
