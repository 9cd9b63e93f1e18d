"""The result of a run in a file of its own, in each of the formats, or a refusal that says what the format takes."""

from __future__ import annotations

import json
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mpc.errors import LocalError
from party_runner.inputs import load_input
from party_runner.result_file import check_result_file, result_files

TABLE = [[1.5, 2.0], [0.1, -4.0], [3.0, 1e-300]]


def written(target: Path, result: Any, **more: Any) -> Path:
    check_result_file(target)
    for write in result_files({"parties": ["north", "south"], "result": result} | more, target):
        write()
    return target


@pytest.mark.parametrize("result", [TABLE, [1, 2**62], [True, False], 0.1, ["nan", 1.0]])
def test_an_array(tmp_path: Path, result: Any) -> None:
    loaded = np.load(written(tmp_path / "a.npy", result), allow_pickle=False)
    np.testing.assert_array_equal(loaded, np.array([np.nan, 1.0]) if result == ["nan", 1.0] else result)


def test_any_result_as_json(tmp_path: Path) -> None:
    result = {"mean": 0.5, "all": TABLE, "who": None}
    assert json.loads(written(tmp_path / "a.json", result).read_text()) == result


@pytest.mark.parametrize(
    ("result", "columns"),
    [
        (TABLE, {"result0": [1.5, 0.1, 3.0], "result1": [2.0, -4.0, 1e-300]}),
        ([7, 8], {"result": [7, 8]}),
        (7, {"result": [7]}),
        ({"mean": 62.75, "count": 2}, {"mean": [62.75], "count": [2]}),
        ({"a, b": [1, 2], "c": [0.1, 0.2]}, {"a, b": [1, 2], "c": [0.1, 0.2]}),
        ([[1, 2], ["nan", 1.0]], {"result0": [1, np.nan], "result1": [2, 1.0]}),
    ],
)
@pytest.mark.parametrize("ending", [".csv", ".parquet"])
def test_columns(tmp_path: Path, ending: str, result: Any, columns: dict[str, list[float]]) -> None:
    target = written(tmp_path / f"a{ending}", result)
    if ending == ".csv":
        header, *rows = target.read_text().splitlines()
        assert header == ",".join(f'"{name}"' if "," in name else name for name in columns)
        np.testing.assert_array_equal(
            [[float(v) for v in row.split(",")] for row in rows], np.transpose([*columns.values()])
        )
    elif not any(np.isnan(column).any() for column in columns.values()):
        np.testing.assert_array_equal(load_input(target), np.transpose([*columns.values()]))


LONG = [2**63, -(2**70), 5]


def test_whole_numbers_beyond_64_bits(tmp_path: Path) -> None:
    assert json.loads(written(tmp_path / "a.json", LONG).read_text()) == LONG
    assert written(tmp_path / "a.csv", LONG).read_text().splitlines() == ["result", *map(str, LONG)]
    pytest.importorskip("pyarrow")
    parquet = import_module("pyarrow.parquet").read_table(written(tmp_path / "a.parquet", {"x": LONG, "y": [1, 2, 3]}))
    assert [int(value) for value in parquet["x"].to_pylist()] == LONG
    with pytest.raises(LocalError, match="output-shape") as caught:
        written(tmp_path / "a.npy", LONG)
    assert ".csv" in caught.value.remedy
    assert not (tmp_path / "a.npy").exists()


def test_truth_values_beside_numbers_are_columns_of_their_own(tmp_path: Path) -> None:
    target = written(tmp_path / "a.csv", [[1.5, 0.0], [True, False]])
    assert target.read_text() == "result0,result1\n1.5,True\n0.0,False\n"


@pytest.mark.parametrize(
    ("name", "result"),
    [
        ("a.npy", {"mean": 1}),
        ("a.npy", None),
        ("a.npy", "text"),
        ("a.npy", [[1.5, 0.0], [True, False]]),
        ("a.csv", {"mean": 1.0, "all": [1, 2]}),
        ("a.csv", [[[1]]]),
        ("a.csv", {}),
        ("a.csv", {"who": None}),
        ("a.parquet", {"table": TABLE}),
    ],
)
def test_a_result_of_another_shape(tmp_path: Path, name: str, result: Any) -> None:
    with pytest.raises(LocalError, match="output-shape") as caught:
        written(tmp_path / name, result)
    assert ".json" in caught.value.remedy
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("ending", [".csv", ".parquet"])
def test_columns_of_texts(tmp_path: Path, ending: str) -> None:
    """As a table of pandas has them, which becomes lists by the names of its columns."""
    target = written(tmp_path / f"a{ending}", {"name": ["x, y", "é"], "mean": [1.5, 2.0]})
    if ending == ".csv":
        assert target.read_text() == 'name,mean\n"x, y",1.5\né,2.0\n'
    else:
        pyarrow = pytest.importorskip("pyarrow.parquet")
        assert pyarrow.read_table(target).to_pydict() == {"name": ["x, y", "é"], "mean": [1.5, 2.0]}


def test_results_that_differ_have_a_file_each(tmp_path: Path) -> None:
    written(tmp_path / "a.npy", 1, results=[1, 2])
    assert [int(np.load(tmp_path / f"a.{name}.npy")) for name in ("north", "south")] == [1, 2]
    written(tmp_path / "b.npy", None, results=[None, 2])
    assert [path.name for path in tmp_path.glob("b*")] == ["b.south.npy"]


def test_only_its_owner_may_read_it(tmp_path: Path) -> None:
    assert written(tmp_path / "a.json", 1).stat().st_mode & 0o777 == 0o600


def test_what_cannot_be_written_is_refused_before_the_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    check_result_file(None)
    check_result_file(tmp_path / "a.NPY")
    for target, code in ((tmp_path / "a.xlsx", "output-format"), (tmp_path / "none" / "a.npy", "summary-unwritable")):
        with pytest.raises(LocalError, match=code):
            check_result_file(target)
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(LocalError, match="extra-missing") as caught:
        check_result_file(tmp_path / "a.parquet")
    assert "parley-mpc[data]" in caught.value.remedy


def test_a_folder_that_vanished_is_said_when_the_result_is_known(tmp_path: Path) -> None:
    (write,) = result_files({"result": 1, "parties": []}, tmp_path / "vanished" / "a.npy")
    with pytest.raises(LocalError, match="summary-unwritable") as caught:
        write()
    assert "stands above" in caught.value.remedy
