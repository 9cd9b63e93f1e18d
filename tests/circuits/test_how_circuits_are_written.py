"""Circuits as people write them: numbers on either side, numpy's too; what makes no sense has a code."""

import re

import numpy as np
import pytest

from mpc.errors import LocalError
from protocols.circuits import (
    Bits,
    Float,
    Float32,
    Int,
    UInt,
    bits_of,
    bytes_of_bits,
    circuit,
    joined,
    looked_up,
    maximum,
    minimum,
    mux,
    numbers_of,
    parse_bristol,
    population_count,
    read_bristol,
    square_root,
    wide_product,
)
from protocols.circuits.binding import inputs_of, outputs_of, to_bytes
from protocols.circuits.plain import evaluate

U = UInt(32)


def computed(made, **values):
    planes, count = inputs_of(made, values)
    return outputs_of(made, evaluate(made, planes), count)["result"]


NUMBERS = {
    "a choice of a number first": (lambda x, y: mux(x < y, 0, y), lambda x, y: 0 if x < y else y),
    "a choice of a number last": (lambda x, y: mux(x < y, x, 7), lambda x, y: x if x < y else 7),
    "a maximum with a number": (lambda x, y: maximum(5, x) + minimum(y, 5), lambda x, y: max(5, x) + min(y, 5)),
    "a numpy weight": (lambda x, y: np.int64(3) * x + np.uint8(2) * y, lambda x, y: 3 * x + 2 * y),
    "a numpy number compared": (lambda x, y: (np.uint32(4) == x).to(U) + y, lambda x, y: (x == 4) + y),
    "a number shifted": (lambda x, y: (1 << (x & 7)) + (64 >> (y & 7)), lambda x, y: (1 << (x & 7)) + (64 >> (y & 7))),
    "a long product": (lambda x, y: wide_product(x, 3).to(U), lambda x, y: 3 * x),
    "a numpy table": (lambda x, y: looked_up(x & 3, np.array([9, 8, 7, 6]), U), lambda x, y: 9 - (x & 3)),
}


@pytest.mark.parametrize("name", NUMBERS)
def test_public_numbers_stand_on_either_side(name):
    written, right = NUMBERS[name]
    xs, ys = [0, 4, 5, 9, 200], [3, 4, 8, 1, 70]
    found = computed(circuit(x=U, y=U)(written), x=xs, y=ys)
    assert found == [right(x, y) for x, y in zip(xs, ys, strict=True)]


def test_floats_beside_numpys():
    made = circuit(x=Float32)(lambda x: np.float32(1.5) * x + looked_up(x < 0, [0.5, -2.0], Float32))
    assert computed(made, x=[2.0, -4.0]) == [3.5, -8.0]


REFUSED = {
    "joined with a number": (lambda x: joined(x, 1), "bad-operand"),
    "joined with nothing": (lambda x: joined(), "bad-operand"),
    "a width for a kind": (lambda x: x.to(8), "bad-operand"),
    "a choice of two numbers": (lambda x: mux(x[0], 1, 0), "bad-operand"),
    "a choice by a number": (lambda x: mux(1, x, x), "bad-operand"),
    "a choice by a word": (lambda x: mux(x, x, x), "bad-width"),
    "an output without a name": (lambda x: {0: x}, "bad-circuit"),
    "a number for an output": (lambda x: {"a": 3}, "bad-circuit"),
    "a bit that is not there": (lambda x: x[32], "bad-operand"),
    "a bit by name": (lambda x: x["low"], "bad-operand"),
    "a power": (lambda x: x**2, "bad-operand"),
    "a fraction": (lambda x: x / 2, "bad-operand"),
    "a sum of bits": (lambda x: x[0:4] + x[4:8], "bad-operand"),
    "a table's index of a list": (lambda x: [1, 2, 3][x], "secret-truth"),
    "a public index": (lambda x: looked_up(3, [1, 2], U), "bad-operand"),
    "a signed index": (lambda x: looked_up(x.to(Int(8)), [1, 2], U), "bad-operand"),
    "a table of no kind": (lambda x: looked_up(x, [1, 2], 8), "bad-operand"),
    "no table": (lambda x: looked_up(x, None, U), "bad-operand"),
    "a signed shift": (lambda x: x << x.to(Int(8)), "bad-operand"),
    "a rotation by half": (lambda x: x.rotated(1.5), "bad-operand"),
    "ones of a number": (lambda x: population_count(3), "bad-operand"),
    "a long product of numbers": (lambda x: wide_product(3, x), "bad-operand"),
    "an order of bits": (lambda x: x[0:4] < x[4:8], "bad-operand"),
    "numpy's where": (lambda x: np.where(x > 1, x, 0), "secret-truth"),
    "a float of a pattern of another width": (lambda x: x[0:8].to(Float32), "bad-operand"),
    "a root of a signed number": (lambda x: square_root(x.to(Int(32))), "bad-operand"),
    "a long product of signed numbers": (lambda x: wide_product(x.to(Int(32)), -1), "bad-operand"),
    "a table that does not fit": (lambda x: looked_up(x, [1 << 40], U), "out-of-range"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_makes_no_sense_has_a_code(name):
    written, code = REFUSED[name]
    with pytest.raises(LocalError, match=code):
        circuit(x=U)(written)


@pytest.mark.parametrize(
    ("x", "y", "way"),
    [
        (UInt(8), UInt(9), r"y\.to\(UInt\(9\)\)"),
        (UInt(9), UInt(8), r"y\.to\(UInt\(9\)\)"),
        (UInt(8), Int(8), r"x\.to\(Int\(9\)\)"),
        (Int(16), UInt(8), r"x\.to\(Int\(16\)\)"),
        (UInt(8), Float32, r"x\.to\(Float32\)"),
        (Float32, UInt(8), r"x\.to\(Int\(32\)\)"),
    ],
    ids=str,
)
def test_kinds_come_together_without_a_loss(x, y, way):
    with pytest.raises(LocalError, match="bad-operand") as refusal:
        circuit(x=x, y=y)(lambda x, y: x + y)
    assert re.search(way, refusal.value.remedy)


def test_a_float_is_no_pattern_of_bits_by_accident():
    made = circuit(x=Float32)(lambda x: x.to(Bits(32)).to(Float32) + 1)
    assert computed(made, x=[2.5]) == [3.5]
    for kind in (Float(5, 10), Bits(8), Bits(33)):
        with pytest.raises(LocalError, match="no circuit makes"):

            @circuit(x=Float32)
            def converted(x):
                return x.to(kind)  # noqa: B023


def test_functions_that_are_no_circuits():
    for written in (lambda *x: x[0], lambda x, /: x, lambda **x: x["x"]):
        with pytest.raises(LocalError, match="bad-circuit"):
            circuit(x=U)(written)
    with pytest.raises(LocalError, match="bad-circuit"):
        circuit(lambda x: x)
    with pytest.raises(LocalError, match="bad-circuit"):
        circuit(x=U)(3)


def test_what_is_no_bit_is_no_number():
    for bits in ([2] * 8, [-1] * 8, [0.5] * 8, [None] * 8, "aaaaaaaa", b"", [[0], [1, 0]]):
        for read in (lambda bits: numbers_of(UInt(8), bits), bytes_of_bits):
            with pytest.raises(LocalError):
                read(bits)
    assert numbers_of(UInt(3), [1, 0, True]) == 5
    with pytest.raises(LocalError):
        bits_of(U, [1, [2, 3]])


def test_whole_numbers_are_rounded_once_to_floats_that_numpy_lacks():
    kind = Float(8, 30)
    numbers = np.array([2**60 + 2**29 + 1, 2**60 + 2**29, 5])
    assert numbers_of(kind, bits_of(kind, numbers)).tolist() == [2.0**60 + 2**30, 2.0**60, 5.0]


def test_values_are_joined_from_lists_and_read_bit_by_bit():
    made = circuit(x=U, y=U)(lambda x, y: joined([x, y])[16:48].to(U) + joined(*list(x)[:4]).to(U))
    assert computed(made, x=[0x12345678], y=[0x9ABCDEF0]) == [0xDEF01234 + 8]


def test_a_number_that_no_float_holds():
    with pytest.raises(LocalError, match="bad-operand"):
        circuit(x=Float32)(lambda x: x + 10**400)


def test_values_of_another_circuit_are_refused_wherever_they_stand():
    kept = []
    circuit(x=U, y=U)(lambda x, y: kept.append((x ^ y)[0]) or x)
    (bit,) = kept
    for written in (
        lambda x: mux(bit, x, 0), lambda x: x << bit, lambda x: bit, lambda x: joined(x, bit), lambda x: x + bit,
        lambda x: wide_product(x, bit), lambda x: {"a": x, "b": bit},
    ):  # fmt: skip
        with pytest.raises(LocalError, match="a value of another circuit"):
            circuit(x=U)(written)


class Series:
    """What other libraries hold numbers in: no sequence, but numpy takes it."""

    def __init__(self, *numbers):
        self.numbers = numbers

    def __array__(self, dtype=None, copy=None):
        return np.array(self.numbers, dtype)


def test_whatever_numpy_takes_for_an_array_has_instances():
    made = circuit(x=U, y=U)(lambda x, y: x + y)
    assert computed(made, x=Series(1, 2, 3), y=(4, 5, 6)) == [5, 7, 9]
    assert computed(made, x=Series(*range(100)), y=np.arange(100)) == [2 * i for i in range(100)]
    for ragged in ([[1], [2, 3]], ["a", "b"], "ab", b"ab", np.zeros((2, 3, 4))):
        with pytest.raises(LocalError, match=r"bad-operand|bad-input"):
            computed(made, x=ragged, y=[1, 2])


def test_bytes_that_a_number_does_not_fit():
    assert to_bytes(258, 16) == b"\x01\x02"
    for number, width, code in ((256, 8, "out-of-range"), (-1, 8, "out-of-range"), (1, 7, "bad-width")):
        with pytest.raises(LocalError, match=code):
            to_bytes(number, width)


def test_a_short_file_does_not_name_more_inputs_than_memory_holds():
    with pytest.raises(LocalError, match="bits of input"):
        parse_bristol(f"0 {64 << 20}\n64 {' '.join(['1048576'] * 64)}\n1 1\n")
    with pytest.raises(LocalError, match="bad-circuit-file"):
        read_bristol("a\0b")


def test_a_file_without_outputs():
    silent = parse_bristol("0 4\n1 4\n0\n")
    planes, count = inputs_of(silent, {"input0": 3})
    assert outputs_of(silent, evaluate(silent, planes), count) == {}
