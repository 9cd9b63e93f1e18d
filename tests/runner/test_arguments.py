"""The words of the command line."""

from __future__ import annotations

from pathlib import Path

import click
import numpy as np
import pytest

from party_runner.arguments import (
    by_party,
    inputs_by_party,
    own_inputs,
    party_names,
    shadows_by_party,
    shapes_by_party,
)


def test_values_by_party() -> None:
    assert by_party("--input", ["1=b=c.csv", "0=a.csv"], 2) == {0: "a.csv", 1: "b=c.csv"}
    assert inputs_by_party(["0=a.csv"], 2) == {0: Path.cwd() / "a.csv"}


@pytest.mark.parametrize("given", [["a.csv"], ["0="], ["-1=a"], ["x=a"], ["2=a"], ["0=a", "0=b"]])
def test_values_that_name_no_party(given: list[str]) -> None:
    with pytest.raises(click.UsageError, match="--input"):
        by_party("--input", given, 2)


def test_names() -> None:
    assert party_names(["1=south"], 3) == ("party0", "south", "party2")


@pytest.mark.parametrize("given", [["0=dealer"], ["0=a b"], ["0=../a"], ['0=a"'], ["0=party1"], ["0=" + "a" * 64]])
def test_names_that_will_not_do(given: list[str]) -> None:
    with pytest.raises(click.UsageError):
        party_names(given, 2)


def test_shapes() -> None:
    arrays = shapes_by_party(["0=190x30", "2=5:int64"], 3)
    assert (arrays[0].shape, arrays[0].dtype) == ((190, 30), np.float64)
    assert (arrays[2].shape, arrays[2].dtype) == ((5,), np.int64)
    assert not arrays[0].any()


def test_shapes_of_named_inputs_and_of_columns_with_a_type() -> None:
    mine = shapes_by_party(["1:staff=190x3,dept:int64,age:int64", "1:hashed=5x2:int64,spend:float64"], 2)[1]
    types = [mine.staff[name].dtype for name in ("dept", "age", "salary")]
    assert [mine.staff.dtype, *types] == [np.float64, np.int64, np.int64, np.float64]
    assert [mine.hashed[name].dtype for name in ("key", "spend")] == [np.int64, np.float64]


@pytest.mark.parametrize(
    "text", ["0=", "0=x", "0=3x", "0=-3", "0=3:float32", "3=1", "0=3x2,age", "0=3x2,age:str", "0=3,:int64"]
)
def test_shapes_that_are_none(text: str) -> None:
    with pytest.raises(click.UsageError):
        shapes_by_party([text], 3)


def test_shadows_are_the_parties_in_order_or_by_index_and_name() -> None:
    here = Path.cwd()
    assert shadows_by_party(["a.csv", "b=c.csv"], 2) == {0: here / "a.csv", 1: here / "b=c.csv"}
    named = ["0:staff=a.csv", "0:keyed=b.csv", "1=c.csv"]
    assert shadows_by_party(named, 2) == inputs_by_party(named, 2) == {
        0: {"staff": here / "a.csv", "keyed": here / "b.csv"}, 1: here / "c.csv",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        (["a.csv", "b.csv", "c.csv"], "--shadow c.csv"),
        (["0:staff=a.csv", "2:staff=a.csv"], "2:staff=a.csv"),
        (["0:=a.csv"], "0:=a.csv"),
    ],
)
def test_shadows_that_are_no_partys(given: list[str], shown: str) -> None:
    with pytest.raises(click.UsageError) as caught:
        shadows_by_party(given, 2)
    assert shown in str(caught.value)


@pytest.mark.parametrize("name", ["values", "keys", "items", "get"])
def test_an_input_is_not_called_as_a_method_of_what_holds_it(name: str) -> None:
    for option, read in (("--input", inputs_by_party), ("--shape", shapes_by_party), ("--shadow", shadows_by_party)):
        with pytest.raises(click.UsageError, match=f"{option}.*mine.{name} is a method"):
            read([f"0:{name}=3x1"], 2)
    with pytest.raises(click.UsageError, match=f"mine.{name} is a method"):
        own_inputs([f"{name}=a.csv"])
