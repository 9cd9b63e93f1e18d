"""Whatever a program returns becomes JSON, keeps its numbers, and says what is kept as a text only."""

import datetime
import json
from collections import OrderedDict, deque, namedtuple
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum, IntEnum
from fractions import Fraction
from pathlib import PurePosixPath

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mpc.accounts.plain import plain, with_notes


@dataclass
class Point:
    x: object
    y: object = None


class Colour(Enum):
    RED = "red"


class Size(IntEnum):
    LARGE = 3


class Silent:
    def __repr__(self):
        raise RuntimeError("no")


Pair = namedtuple("Pair", "a b")
A_DAY = datetime.date(2024, 1, 1)
DAYS = np.array(["2024-01-01", "NaT"], dtype="M8[ns]")

KNOWN = [
    (np.datetime64("2024-01-01"), "2024-01-01"),
    (np.datetime64("NaT"), None),
    (DAYS, ["2024-01-01T00:00:00.000000000", None]),
    (np.timedelta64(3, "D"), "3 days"),
    (np.array([3], "m8[h]"), ["3 hours"]),
    (A_DAY, "2024-01-01"),
    (datetime.datetime(2024, 1, 1, 12), "2024-01-01T12:00:00"),
    (datetime.time(1, 2), "01:02:00"),
    (datetime.timedelta(days=1), "1 day, 0:00:00"),
    (1 + 2j, "(1+2j)"),
    (np.complex64(1j), "1j"),
    (np.array([1j, 2]), ["1j", "(2+0j)"]),
    (np.longdouble(1.5), 1.5),
    (np.array([1.5, 2.5], np.longdouble), [1.5, 2.5]),
    (np.array([[1.5]], ">f8"), [[1.5]]),
    (np.float16(1.5), 1.5),
    (np.bool_(True), True),
    (b"a\xff", "b'a\\xff'"),
    (bytearray(b"a"), "b'a'"),
    (np.bytes_(b"a"), "b'a'"),
    (np.array([b"a"]), ["b'a'"]),
    (np.array([["a", "b"]]), [["a", "b"]]),
    (np.array("a"), "a"),
    (np.array(1.5), 1.5),
    (np.array([None, "a", A_DAY], object), [None, "a", "2024-01-01"]),
    (np.array([(1, 2.0)], [("a", int), ("b", float)]), [{"a": 1, "b": 2.0}]),
    (np.void(b"ab"), "b'ab'"),
    (np.ma.array([1.0, 2.0], mask=[False, True]), [1.0, None]),
    (np.ma.array([1, 2], np.longdouble, mask=[False, True]), [1.0, None]),
    (np.ma.masked, None),
    ({1, 3, 2}, [1, 2, 3]),
    (range(3), [0, 1, 2]),
    (deque([1]), [1]),
    ({"a": 1}.values(), [1]),
    (Pair(1, 2), [1, 2]),
    (OrderedDict(a=1), {"a": 1}),
    ({1: 2, (1, 2): 3, np.int64(5): 4}, {"1": 2, "(1, 2)": 3, "5": 4}),
    ({1: "number", "1": "text"}, {"1": "number", "'1'": "text"}),
    (Decimal("1.50"), "1.50"),
    (Fraction(1, 3), "1/3"),
    (PurePosixPath("a/b"), "a/b"),
    (Point(1.5, np.arange(2)), {"x": 1.5, "y": [0, 1]}),
    (Colour.RED, "red"),
    (Size.LARGE, 3),
    (10**40, 10**40),
    (10**5000, hex(10**5000)),
    ("\ud800", "\\ud800"),
    ({"\ud800": "é"}, {"\\ud800": "é"}),
]


@pytest.mark.parametrize(
    ("value", "expected"), KNOWN, ids=[f"{i} {type(v).__name__}" for i, (v, _) in enumerate(KNOWN)]
)
@pytest.mark.parametrize(
    "inside", [lambda v: v, lambda v: {"odd": [v]}, lambda v: Point(v)], ids=["bare", "held", "record"]
)
def test_what_is_known_keeps_its_content(value, expected, inside):
    made, notes = with_notes(inside(value))
    wanted = inside(expected) if not isinstance(inside(expected), Point) else {"x": expected, "y": None}
    assert made == wanted
    assert json.loads(json.dumps(made)) == wanted
    assert not notes


def holds_itself():
    value = {"total": 3.5}
    value["again"] = [value]
    return value


def deep():
    value = [3.5]
    for _ in range(100_000):
        value = [value]
    return value


UNKNOWN = [Silent(), object(), (i for i in range(3)), lambda: 1, int, np.random.default_rng(0), holds_itself(), deep()]


@pytest.mark.parametrize("value", UNKNOWN, ids=lambda value: type(value).__name__)
def test_what_is_not_known_leaves_the_rest_and_a_note(value):
    made, notes = with_notes({"total": 3.5, "odd": value})
    assert made["total"] == 3.5
    json.dumps(made)
    assert len(notes) == 1
    assert "return arrays, tables" in notes[0]
    assert ("holds itself" in notes[0]) == isinstance(value, dict)


def test_one_thing_in_two_places_is_no_circle():
    row = [1, 2]
    assert with_notes([row, row, {"row": row}]) == ([[1, 2], [1, 2], {"row": [1, 2]}], [])


def test_numbers_that_are_not_finite_stay_numbers():
    assert str(plain([np.nan, np.inf, np.float32(-np.inf)])) == "[nan, inf, -inf]"
    assert plain(np.longdouble(10) ** 400) in ("1e+400", float("inf"))


LEAVES = st.one_of(
    st.integers(0, len(KNOWN) - 1).map(lambda place: KNOWN[place][0]),
    st.floats(),
    st.integers(),
    st.text(),
    st.binary(),
    st.none(),
)


@given(st.recursive(LEAVES, lambda part: st.one_of(st.lists(part), st.dictionaries(st.text(), part), st.tuples(part))))
def test_any_result_is_json(value):
    made, notes = with_notes(value)
    json.dumps(made).encode()
    assert not notes


class TestTables:
    """Of pandas, polars and Arrow: every column whole, with the labels of rows where they say something."""

    def test_frames_of_pandas(self):
        pandas = pytest.importorskip("pandas")
        long = pandas.DataFrame({"value": np.arange(500.0)})
        assert with_notes(long) == ({"value": list(np.arange(500.0))}, [])
        mixed = {
            "n": pandas.array([1, None], dtype="Int64"),
            "day": pandas.to_datetime(["2024-01-01", None]),
            "s": ["a", "b"],
        }
        frame = pandas.DataFrame(mixed, index=pandas.Index(["x", "y"], name="who"))
        days = ["2024-01-01T00:00:00", None]
        assert with_notes(frame) == ({"who": ["x", "y"], "n": [1, None], "day": days, "s": ["a", "b"]}, [])

    def test_series_of_pandas(self):
        pandas = pytest.importorskip("pandas")
        assert plain({"odd": pandas.Series([1.0] * 100)}) == {"odd": [1.0] * 100}
        assert plain(pandas.Series([1, 2], index=["a", "b"])) == {"a": 1, "b": 2}
        assert plain(pandas.Series([1, 2], index=["a", "a"])) == {"index": ["a", "a"], "values": [1, 2]}
        assert plain(pandas.Categorical(["a", "b"])) == ["a", "b"]
        assert plain(pandas.Index([1, 2])) == [1, 2]
        assert plain([pandas.NA, pandas.NaT, pandas.Timestamp("2024-01-01")]) == [None, None, "2024-01-01T00:00:00"]

    def test_polars(self):
        polars = pytest.importorskip("polars")
        assert with_notes(polars.DataFrame({"a": [1.5, None], "b": ["x", "y"]})) == (
            {"a": [1.5, None], "b": ["x", "y"]},
            [],
        )
        assert plain(polars.Series("a", [A_DAY])) == ["2024-01-01"]

    def test_arrow(self):
        pyarrow = pytest.importorskip("pyarrow")
        table = pyarrow.table({"a": [1.5, None], "b": ["x", "y"], "c": [Decimal("1.5"), None]})
        assert with_notes(table) == ({"a": [1.5, None], "b": ["x", "y"], "c": ["1.5", None]}, [])
        assert plain(pyarrow.chunked_array([[1], [2]])) == [1, 2]
        assert plain(pyarrow.scalar(1.5)) == 1.5

    def test_sparse_matrices(self):
        sparse = pytest.importorskip("scipy.sparse")
        assert with_notes(sparse.eye(3).tocsr()) == (np.eye(3).tolist(), [])
