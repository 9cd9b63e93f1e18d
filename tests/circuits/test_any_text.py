"""Any text is a circuit or refused with `bad-circuit-file`: words of the format, good files with changes, and noise."""

from __future__ import annotations

import string
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mpc.errors import LocalError
from protocols.circuits.bristol import parse_bristol, read_bristol, write_bristol
from protocols.circuits.circuit import Circuit
from protocols.circuits.function import circuit
from protocols.circuits.kinds import UInt

GOOD = [
    "3 7\n2 3 1\n1 2\n\n2 1 0 3 4 XOR\n2 1 4 1 5 AND\n1 1 2 6 INV\n",
    "2 5\n2 1 1\n2 1 0 1 3 XOR\n2 1 3 2 4 AND\n",
    "4 9\n1 4\n1 3\n4 2 0 1 2 3 4 5 MAND\n1 1 1 6 EQ\n2 1 4 5 7 XOR\n1 1 7 8 EQW\n",
    write_bristol(circuit(x=UInt(3), y=UInt(2))(lambda x, y: {"a": x * 3 + 1, "b": ~y})),
]
WORDS = st.sampled_from(["XOR", "AND", "INV", "NOT", "EQ", "EQW", "MAND", "xor", "-1", "1.0", "99999999999", "\u0663"])
NUMBERS = st.integers(0, 9).map(str)
LINES = st.lists(st.lists(NUMBERS | WORDS, max_size=7).map(" ".join), max_size=9).map("\n".join)


def read(text: str) -> Circuit | None:
    """The circuit, or None where it is refused."""
    try:
        made = parse_bristol(text)
    except LocalError as error:
        refused = error
    else:
        refused = None
    if refused is not None:
        assert refused.code == "bad-circuit-file"
        return None
    again = parse_bristol(write_bristol(made))
    assert (again.ands, [port.width for port in again.inputs]) == (made.ands, [port.width for port in made.inputs])
    return made


@given(text=st.text() | st.text(string.digits + " \n") | LINES)
def test_any_text(text: str) -> None:
    read(text)


@given(good=st.sampled_from(GOOD), data=st.data())
def test_good_files_with_changes(good: str, data: st.DataObject) -> None:
    words = good.replace("\n", " \n ").split(" ")
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(0, len(words) - 1))
        words[place : place + data.draw(st.integers(0, 2))] = data.draw(
            st.lists(NUMBERS | WORDS | st.just("\n"), max_size=2)
        )
    read(" ".join(words))


@given(good=st.sampled_from(GOOD), start=st.integers(0, 80), end=st.integers(0, 80))
def test_parts_of_good_files(good: str, start: int, end: int) -> None:
    read(good[:start] + good[end:])


def test_a_line_is_named_where_one_is_at_fault() -> None:
    for good in GOOD:
        lines = good.splitlines()
        for number, line in enumerate(lines, 1):
            if line:
                broken = [*lines[: number - 1], f"{line} 7", *lines[number:]]
                with pytest.raises(LocalError, match=f"line {number}:"):
                    parse_bristol("\n".join(broken))


@given(content=st.binary(max_size=60))
def test_any_file(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "any.txt"
    path.write_bytes(content)
    with pytest.raises(LocalError, match="bad-circuit-file") if not content.isascii() else suppress(LocalError):
        read_bristol(path)
