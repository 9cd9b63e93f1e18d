"""Bristol files: public ones compute what they are called, what is written reads as the same, faults are refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from circuit_cases import run
from Crypto.Cipher import AES

from mpc.errors import LocalError
from protocols.circuits.binding import from_bytes
from protocols.circuits.bristol import parse_bristol, read_bristol, write_bristol
from protocols.circuits.function import circuit
from protocols.circuits.kinds import Float32, Int, UInt
from protocols.circuits.library import aes

PUBLIC = Path(__file__).resolve().parents[3] / "shared" / "circuits"
GOOD = """\
3 7
2 3 1
1 2

2 1 0 3 4 XOR
2 1 4 1 5 AND
1 1 2 6 INV
"""


def public(name):
    path = PUBLIC / f"{name}.txt"
    if not path.exists():
        pytest.skip("no public circuits here")
    return read_bristol(path)


@pytest.mark.parametrize(
    ("name", "inputs", "result"),
    [
        ("adder64", (2**64 - 3, 17), 14),
        ("mult64", (0x123456789ABCDEF1, 0xFEDCBA987654321F), 0x123456789ABCDEF1 * 0xFEDCBA987654321F % 2**64),
        ("zero_equal", (0,), 1),
        ("zero_equal", (1 << 63,), 0),
        ("aes_128", (2**127 + 5, 77), None),
    ],
)
def test_public_files(name, inputs, result):
    if name == "aes_128":
        key, block = (number.to_bytes(16, "big") for number in inputs)
        result = from_bytes(AES.new(key, AES.MODE_ECB).encrypt(block))
    made = public(name)
    assert run(made, **{f"input{i}": number for i, number in enumerate(inputs)})["output0"] == [result]
    assert (parse_bristol(write_bristol(made)).ands, made.name) == (made.ands, name)


def test_a_small_file():
    made = parse_bristol(GOOD)
    assert [(port.name, port.width) for port in (*made.inputs, *made.outputs)] == [
        ("input0", 3), ("input1", 1), ("output0", 2),
    ]  # fmt: skip
    for x in range(8):
        for y in range(2):
            low = (x & 1 ^ y) & x >> 1 & 1
            assert run(made, input0=x, input1=y)["output0"] == [low | (1 - (x >> 2)) << 1]


def test_the_older_format():
    older = "2 5\n2 1 1\n2 1 0 1 3 XOR\n2 1 3 2 4 AND\n"
    made = parse_bristol(older)
    assert [run(made, input0=x, input1=y)["output0"][0] for x in range(4) for y in range(2)] == [0, 0, 0, 1, 0, 1, 0, 0]
    assert [port.width for port in parse_bristol("1 4\n3 0 1\n1 1 2 3 INV\n").inputs] == [3]


def test_gates_of_the_fashion():
    text = "3 9\n1 4\n1 3\n4 2 0 1 2 3 4 5 MAND\n1 1 1 6 EQ\n2 1 4 5 7 XOR\n"
    with pytest.raises(LocalError, match="wire 8"):
        parse_bristol(text)
    made = parse_bristol(text.replace("3 9", "4 9") + "1 1 7 8 EQW\n")
    found = run(made, input0=list(range(16)))["output0"]
    both = [(x & 1 & x >> 2) ^ (x >> 1 & 1 & x >> 3) for x in range(16)]
    assert found == [1 | bit << 1 | bit << 2 for bit in both]


@pytest.mark.parametrize(
    "made",
    [
        circuit(x=Int(9), y=UInt(4))(lambda x, y: {"a": x * x, "b": ~y, "c": x < 3, "d": (y & 0) + 5}),
        circuit(x=Float32)(lambda x: x * x + 1.5),
        aes(),
    ],
    ids=lambda made: made.name,
)
def test_what_is_written_reads_as_the_same(made):
    again = parse_bristol(write_bristol(made))
    assert (again.ands, again.gates) == (made.ands, made.gates)
    assert write_bristol(again) == write_bristol(made)
    assert [port.width for port in again.outputs] == [port.width for port in made.outputs]


BROKEN = {
    "": "ends before",
    "3\n": "line 1: 1 numbers",
    GOOD.replace("2 3 1", "3 3 1"): "line 2: 3 inputs are announced and 2 widths",
    GOOD.replace("1 2\n\n", "1 0\n\n"): "line 3: the width",
    GOOD.replace("1 2\n\n", "1 9\n\n"): "cannot hold",
    GOOD.replace("3 7", "4 7"): "3 gates, the first line announces 4",
    GOOD.replace("3 7", "2 7"): "line 7: 3 gates",
    GOOD.replace("3 7", "3 999999999"): "are read",
    GOOD.replace("3 7", "3 200000000"): "line 1: 200000000 wires, which is more",
    GOOD.replace("2 1 0 3 4 XOR", "2 1 0 5 4 XOR"): "line 5: wire 5 is read before",
    GOOD.replace("2 1 0 3 4 XOR", "2 1 0 9 4 XOR"): "line 5: wire 9 of 7",
    GOOD.replace("2 1 4 1 5 AND", "2 1 4 1 4 AND"): "line 6: wire 4 is written twice",
    GOOD.replace("2 1 4 1 5 AND", "2 1 4 1 2 AND"): "line 6: wire 2 is written twice",
    GOOD.replace("2 1 4 1 5 AND", "1 1 4 5 AND"): "line 6: AND of 1 wires in",
    GOOD.replace("2 1 4 1 5 AND", "2 1 4 1 5 NAND"): "line 6: a gate `NAND`",
    GOOD.replace("2 1 4 1 5 AND", "2 1 4 1 5 6 AND"): "line 6: a gate is",
    GOOD.replace("2 1 4 1 5 AND", "2 1 4 -1 5 AND"): "whole numbers belong",
    GOOD.replace("2 1 4 1 5 AND", "1 1 2 5 EQ"): "line 6: EQ takes",
    GOOD.replace("1 1 2 6 INV", "1 1 2 7 INV"): "line 7: wire 7 of 7",
    GOOD.replace("3 7", "3 8"): "wire 7 of `output0` is never written",
    GOOD + "trailing\n": "4 gates",
    GOOD.replace("XOR", "XOR 4"): "line 5",
}


@pytest.mark.parametrize(("text", "message"), BROKEN.items(), ids=range(len(BROKEN)))
def test_broken_files(text, message):
    with pytest.raises(LocalError, match="bad-circuit-file|" + message) as caught:
        parse_bristol(text)
    assert caught.value.code == "bad-circuit-file"
    assert message in str(caught.value)


def test_a_file_that_is_none(tmp_path):
    path = tmp_path / "picture.png"
    path.write_bytes(b"\x89PNG\xff\xfe")
    for missing in (path, tmp_path / "nothing.txt", tmp_path):
        with pytest.raises(LocalError, match="cannot be read"):
            read_bristol(missing)
