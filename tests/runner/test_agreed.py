"""What the command line says to all parties alike reaches the program, and a difference is named by the handshake."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click
import pytest

from mpc.errors import LocalError
from party_runner.agreed import Agreed, agreed_of
from party_runner.arguments import input_words, inputs_by_party, own_inputs, shapes_by_party
from party_runner.options import reading_of, reading_words
from party_runner.program import load_program
from protocols.runs.table import Tables

from .processes import call, parley, write
from .test_join import Club, club, ends

__all__ = ["club"]

STUDY = """
import mpc

async def main(ctx, mine, *, factor, shift=0.0, name="x"):
    women = await mpc.secret(ctx, owner=0, value=1.0 - mine.people["sex"] if ctx.me == 0 else None, range=(0, 1))
    doses = await mpc.secret(ctx, owner=1, value=mine["dose"] if ctx.me == 1 else None)
    return {name: await mpc.reveal(ctx, (women * doses).sum() * factor + shift)}
"""


def said(**options: Any) -> Agreed:
    return agreed_of({"arguments": (), "categories": (), "digested": ()} | options)


def test_what_is_written_as_a_number_is_one() -> None:
    texts = ("a=3", "b=-0.5", "c=1e3", "d=true", "e=False", "f=ridge", "g=x=y", "h=")
    expected = {"a": 3, "b": -0.5, "c": 1000.0, "d": True, "e": False, "f": "ridge", "g": "x=y", "h": ""}
    found = said(arguments=texts).arguments
    assert found == expected
    assert [type(value) for value in found.values()] == [type(value) for value in expected.values()]


def test_words_say_the_same_again() -> None:
    agreed = said(arguments=("a=0.1", "b=true", "c=text"), categories=("sex=f, m", "x=1,2"), digested=(Path("/a"),))
    words = agreed.words()
    pairs = list(zip(words[::2], words[1::2], strict=True))
    options = {key: tuple(value for option, value in pairs if option == word) for key, word in OPTIONS.items()}
    options["digested"] = tuple(Path(path) for path in options["digested"])
    assert said(**options) == agreed
    assert agreed.categories == {"sex": ("f", "m"), "x": ("1", "2")}


OPTIONS = {"arguments": "--arg", "categories": "--category", "digested": "--digest"}


@pytest.mark.parametrize(
    "options",
    [
        {"arguments": ("a",)}, {"arguments": ("=3",)}, {"arguments": ("a b=3",)}, {"arguments": ("a=1", "a=2")},
        {"categories": ("sex",)}, {"categories": ("sex=",)}, {"categories": ("sex=f,f",)}, {"categories": ("sex=f,",)},
        {"categories": ("sex=f", "sex=m")}, {"arguments": tuple(f"a{i}=1" for i in range(101))},
    ],
)  # fmt: skip
def test_what_says_nothing(options: Any) -> None:
    with pytest.raises(click.UsageError):
        said(**options)


def test_terms_tell_values_and_their_order_apart() -> None:
    one = said(arguments=("a=1",), categories=("sex=f,m",)).terms()
    assert one == {"argument a": "1", "category sex": "f,m"}
    assert one != said(arguments=("a=1.0",), categories=("sex=f,m",)).terms()
    assert one != said(arguments=("a=1",), categories=("sex=m,f",)).terms()


def test_inputs_by_name() -> None:
    found = inputs_by_party(["0:claims=a.csv", "1=b.csv", "0:people=sqlite:///x?query=SELECT 1"], 2)
    assert found == {
        0: {"claims": Path.cwd() / "a.csv", "people": "sqlite:///x?query=SELECT 1"},
        1: Path.cwd() / "b.csv",
    }
    for given in found.values():
        assert own_inputs(input_words(given)[1::2]) == given
    assert own_inputs([]) is None
    assert isinstance(shapes_by_party(["0:claims=2x3"], 1)[0], Tables)


@pytest.mark.parametrize(
    "given", [["0:a=x", "0:a=y"], ["0=x", "0:a=y"], ["0:a=x", "0=y"], ["0:a b=x"], ["0:=x"], ["2:a=x"]]
)
def test_inputs_that_go_against_each_other(given: list[str]) -> None:
    with pytest.raises(click.UsageError, match="--input"):
        inputs_by_party(given, 2)


@pytest.mark.parametrize("given", [["a.csv", "b.csv"], ["a=a.csv", "b.csv"], ["a=a.csv", "a=b.csv"]])
def test_own_inputs_that_go_against_each_other(given: list[str]) -> None:
    with pytest.raises(click.UsageError, match="--input"):
        own_inputs(given)


def test_a_file_may_have_an_equals_sign(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, "a=1.csv", "1\n")
    assert own_inputs(["a=1.csv"]) == tmp_path / "a=1.csv"


def test_how_inputs_are_read_goes_to_every_party() -> None:
    agreed = said(categories=("a=x,y",))
    words = ["--columns", "a,b", "--text", "c", "--text", "d", "--no-header"]
    assert reading_words("a,b", False, ("c", "d"), agreed) == words
    assert reading_words(None, None, (), agreed) == []
    reading = reading_of("a, b", True, ("b",), agreed)
    assert (reading.columns, reading.header, reading.categories) == (("a", "b"), True, {"a": ("x", "y")})
    assert reading.texts == ("b",)
    with pytest.raises(click.UsageError, match="--text a: --category"):
        reading_words(None, None, ("a",), agreed)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((), "missing a required"),
        (("factor=1", "other=2"), "unexpected keyword argument 'other'"),
        (("mine=1",), "mine"),
    ],
)
def test_arguments_that_main_does_not_take(tmp_path: Path, arguments: tuple[str, ...], says: str) -> None:
    with pytest.raises(LocalError, match="program-main-parameters") as caught:
        load_program(Path(write(tmp_path, "study.py", STUDY)), said(arguments=arguments))
    assert says in caught.value.cause
    assert "--arg NAME=VALUE" in caught.value.remedy


def study_of(folder: Path) -> list[str]:
    people = write(folder, "people.csv", "id,sex,born\na,f,1970-01-01\nb,m,1980-01-01\nc,f,1990-01-01\n")
    doses = write(folder, "doses.csv", "dose,note\n0.5,x\n2,y\n4,z\n")
    inputs = ["--input", f"0:people={people}", "--input", f"1={doses}"]
    return [write(folder, "study.py", STUDY), "-n", "2", *inputs, "--category", "sex=f,m", "--category", "note=x,y,z"]


@pytest.mark.slow
def test_a_program_gets_all_of_it(tmp_path: Path) -> None:
    more = ["--category", "id=a,b,c", "--arg", "factor=2", "--arg", "shift=0.25", "--arg", "name=women"]
    done = parley("run", *study_of(tmp_path), *more, "--json", "-")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["result"] == {"women": pytest.approx(9.25, abs=1e-3)}


def test_a_plan_takes_it_too(tmp_path: Path) -> None:
    program, *rest = study_of(tmp_path)
    code, printed = call("plan", program, *rest, "--category", "id=a,b,c", "--arg", "factor=2")
    assert (code, "rounds" in printed) == (0, True), printed
    shapes = ["-n", "2", "--shape", "0:people=3x3", "--shape", "1=3x2", "--arg", "factor=2"]
    code, printed = call("plan", program, *shapes)
    assert (code, "rounds" in printed) == (0, True), printed


@pytest.mark.slow
@pytest.mark.parametrize(
    ("one", "other", "named"),
    [
        (("--arg", "factor=1"), ("--arg", "factor=2"), "argument factor: '2' there, '1' here"),
        (("--category", "sex=f,m"), ("--category", "sex=m,f"), "category sex: 'm,f' there, 'f,m' here"),
    ],
)
def test_parties_that_say_other_things_are_named(
    club: Club,
    one: tuple[str, ...],
    other: tuple[str, ...],
    named: str,
) -> None:
    if one[0] == "--arg":
        write(club.folder, "product.py", Path(club.program).read_text().replace("mine)", "mine, factor)", 1))
    outcomes = ends(club.join("north", *one), club.join("south", *other))
    assert [code for code, _, _ in outcomes] == [3, 3]
    assert f"south has another {named}" in outcomes[0][2]
    assert "[different-parameters]" in outcomes[0][2]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("3", 3), ("-0.5", -0.5), ("1e3", 1000.0), ("true", True), ("False", False),
        ("nan", "nan"), ("inf", "inf"), ("-Infinity", "-Infinity"), ("1e999", "1e999"), ("1_000", "1_000"),
        ("\u0663", "\u0663"), ("", ""), ("0x10", "0x10"),
    ],
)  # fmt: skip
def test_an_argument_is_a_number_where_it_is_written_as_one(text: str, value: Any) -> None:
    (argument,) = said(arguments=(f"a={text}",)).arguments.values()
    assert (type(argument), argument) == (type(value), value)
