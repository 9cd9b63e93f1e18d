"""The words of the command line."""

from __future__ import annotations

from pathlib import Path

import click
import numpy as np
import pytest

from party_runner.arguments import by_party, inputs_by_party, party_names, shapes_by_party


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


@pytest.mark.parametrize("text", ["0=", "0=x", "0=3x", "0=-3", "0=3:float32", "3=1"])
def test_shapes_that_are_none(text: str) -> None:
    with pytest.raises(click.UsageError):
        shapes_by_party([text], 3)
