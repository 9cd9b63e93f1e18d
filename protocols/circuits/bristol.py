"""Circuits in files: Bristol Fashion read and written, the older Bristol format read.

A file says how many gates and wires there are, how wide each input and each output is, and then one gate a line: the
number of wires in and out, those wires, and the gate. Inputs are the first wires, outputs the last ones. The older
format has one line of widths, two inputs and an output, right before its gates. Here the first wire of an input is its
least significant bit, as in the public files of arithmetic; what a file means by its wires its author says.
https://nigelsmart.github.io/MPC-Circuits/
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NoReturn

from mpc.errors import LocalError
from protocols.circuits.builder import Builder
from protocols.circuits.circuit import FALSE, TRUE, Circuit, Port
from protocols.circuits.kinds import WIDEST, Bits

MOST_GATES = 1 << 28
"""A file that names more is refused before it is read on."""
MOST_BITS_IN = 1 << 22
"""Inputs have no lines of their own, so that a short file may name many."""
_ARITY = {"XOR": (2, 1), "AND": (2, 1), "INV": (1, 1), "NOT": (1, 1), "EQ": (1, 1), "EQW": (1, 1)}

Line = tuple[int, list[str]]
"""Its number in the file, and its words."""


def read_bristol(path: str | Path) -> Circuit:
    """The circuit of a Bristol file, Fashion or older; inputs are `input0`, `input1`..., outputs `output0`...

    Gates XOR, AND, INV (or NOT), EQ, EQW and MAND. Each wire is written once, before it is read; counts, widths and
    arities must agree. What does not is refused with its line: LocalError `bad-circuit-file`.
    """
    path = Path(path)
    try:
        text = path.read_text(encoding="ascii")
    except (OSError, ValueError) as cause:
        raise LocalError("bad-circuit-file", f"{path} cannot be read: {cause}", "give a Bristol Fashion file") from None
    return parse_bristol(text, path.stem, str(path))


def parse_bristol(text: str, name: str = "circuit", source: str = "the text") -> Circuit:
    """`read_bristol` of a text."""
    return _Reader(source).circuit(list(_lines(text)), name)


def write_bristol(circuit: Circuit) -> str:
    """The circuit as a Bristol Fashion file, of XOR, AND, INV, EQ and EQW."""
    lines: list[str] = []
    first = circuit.first_gate - 1
    wires = _Numbering(first, lines)
    gates = zip(circuit.is_and.tolist(), circuit.left.tolist(), circuit.right.tolist(), strict=True)
    for wire, (is_and, left, right) in enumerate(gates, circuit.first_gate):
        operands = f"{wires.of(left)} {wires.of(right)}"
        wires.new(2 * wire, f"2 1 {operands}", "AND" if is_and else "XOR")
    for end in [wires.of(literal) for literal in circuit.ends.tolist()]:
        wires.copy(end)
    header = [
        f"{len(lines)} {wires.count}",
        " ".join(map(str, [len(circuit.inputs), *(port.width for port in circuit.inputs)])),
        " ".join(map(str, [len(circuit.outputs), *(port.width for port in circuit.outputs)])),
    ]
    return "\n".join([*header, "", *lines, ""])


class _Numbering:
    """The wires of a file while it is written: literals that have one, and lines that make the next."""

    def __init__(self, inputs: int, lines: list[str]) -> None:
        self.count = inputs
        self.known = {2 * (i + 1): i for i in range(inputs)}
        self.lines = lines

    def of(self, literal: int) -> int:
        """The wire of a literal; constants and negations get one when they are first read."""
        if literal not in self.known:
            if literal in (FALSE, TRUE):
                self.new(literal, f"1 1 {literal}", "EQ")
            else:
                self.new(literal, f"1 1 {self.known[literal ^ 1]}", "INV")
        return self.known[literal]

    def new(self, literal: int, gate: str, kind: str) -> None:
        """One more wire, which is this literal."""
        self.known[literal] = self.count
        self._write(gate, kind)

    def copy(self, wire: int) -> None:
        """One more wire of the same value, for an output."""
        self._write(f"1 1 {wire}", "EQW")

    def _write(self, gate: str, kind: str) -> None:
        self.lines.append(f"{gate} {self.count} {kind}")
        self.count += 1


class _Reader:
    """One file being read."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.builder = Builder()
        self.wires: list[int | None] = []

    def circuit(self, lines: list[Line], name: str) -> Circuit:
        """The circuit of all lines."""
        number, (gates, wires) = self._counts(lines)
        older = len(lines) < 3 or not lines[2][1][-1].isdecimal()
        inputs, outputs = self._older_ports(lines) if older else self._ports(lines)
        taken, given = (sum(port.width for port in ports) for ports in (inputs, outputs))
        if wires < max(taken, given):
            self._refuse(number, f"{wires} wires cannot hold {taken} bits in and {given} bits out")
        if taken > MOST_BITS_IN:
            self._refuse(number, f"{taken} bits of input; at most {MOST_BITS_IN} are read")
        if wires - taken > sum(len(words) for _, words in lines):
            self._refuse(number, f"{wires} wires, which is more than the lines below can write")
        for port in inputs:
            self.wires += self.builder.input(port.name, port.kind)
        self.wires += [None] * (wires - taken)
        self._gates(lines[2 if older else 3 :], gates)
        return self._ended(outputs, name)

    def _counts(self, lines: list[Line]) -> tuple[int, list[int]]:
        number, counts = self._numbers_at(lines, 0, "the numbers of gates and wires")
        if len(counts) != 2:
            self._refuse(number, f"{len(counts)} numbers where those of gates and of wires belong")
        if max(counts) > MOST_GATES:
            self._refuse(number, f"{max(counts)} gates or wires; at most {MOST_GATES} are read")
        return number, counts

    def _ports(self, lines: list[Line]) -> tuple[list[Port], list[Port]]:
        found = []
        for place, role in ((1, "input"), (2, "output")):
            number, (count, *widths) = self._numbers_at(lines, place, f"the widths of the {role}s")
            if count != len(widths):
                self._refuse(number, f"{count} {role}s are announced and {len(widths)} widths given")
            found.append(self._named(number, role, widths))
        return found[0], found[1]

    def _older_ports(self, lines: list[Line]) -> tuple[list[Port], list[Port]]:
        """Two inputs, of which the second may have no wire, and one output."""
        number, widths = self._numbers_at(lines, 1, "the widths of inputs and outputs")
        if len(widths) != 3:
            self._refuse(number, "the older format names the widths of two inputs and one output here")
        return self._named(number, "input", widths[: 2 if widths[1] else 1]), self._named(number, "output", widths[2:])

    def _named(self, number: int, role: str, widths: list[int]) -> list[Port]:
        if not all(1 <= width <= WIDEST for width in widths):
            self._refuse(number, f"the width of an {role} is a whole number from 1 to {WIDEST}")
        return [Port(f"{role}{i}", Bits(width)) for i, width in enumerate(widths)]

    def _gates(self, lines: list[Line], announced: int) -> None:
        for number, words in lines[:announced]:
            self._gate(number, words)
        if len(lines) != announced:
            place = lines[announced][0] if len(lines) > announced else None
            self._refuse(place, f"{len(lines)} gates, the first line announces {announced}")

    def _gate(self, number: int, words: list[str]) -> None:
        kind = words[-1]
        counts = self._numbers(number, words[:-1])
        if len(counts) < 2 or len(counts) != 2 + counts[0] + counts[1]:
            self._refuse(number, "a gate is its numbers of wires in and out, these wires, and its name")
        arity, operands = tuple(counts[:2]), counts[2:]
        read, written = operands[: arity[0]], operands[arity[0] :]
        if kind == "MAND":
            self._need_arity(number, kind, arity, (2 * arity[1], arity[1]))
            values = [self._and(number, u, v) for u, v in zip(read[: arity[1]], read[arity[1] :], strict=True)]
        else:
            self._need_arity(number, kind, arity, _ARITY.get(kind))
            values = [self._value(number, kind, read)]
        for wire, value in zip(written, values, strict=True):
            self._write(number, wire, value)

    def _value(self, number: int, kind: str, read: list[int]) -> int:
        if kind == "EQ":
            if read[0] not in (0, 1):
                self._refuse(number, f"EQ takes the constant 0 or 1, not {read[0]}")
            return TRUE if read[0] else FALSE
        values = [self._read(number, wire) for wire in read]
        gates: dict[str, Callable[..., int]] = {"XOR": self.builder.xor, "AND": self.builder.and_}
        return gates[kind](*values) if kind in gates else values[0] ^ (kind != "EQW")

    def _and(self, number: int, u: int, v: int) -> int:
        return self.builder.and_(self._read(number, u), self._read(number, v))

    def _need_arity(self, number: int, kind: str, arity: tuple[int, ...], wanted: tuple[int, int] | None) -> None:
        if wanted is None:
            self._refuse(number, f"a gate `{kind}`; known are {', '.join(_ARITY)} and MAND")
        if arity != wanted:
            self._refuse(number, f"{kind} of {arity[0]} wires in and {arity[1]} out")

    def _read(self, number: int, wire: int) -> int:
        if wire >= len(self.wires):
            self._refuse(number, f"wire {wire} of {len(self.wires)}")
        value = self.wires[wire]
        if value is None:
            self._refuse(number, f"wire {wire} is read before it is written")
        return value

    def _write(self, number: int, wire: int, value: int) -> None:
        if wire >= len(self.wires):
            self._refuse(number, f"wire {wire} of {len(self.wires)}")
        if self.wires[wire] is not None:
            self._refuse(number, f"wire {wire} is written twice")
        self.wires[wire] = value

    def _ended(self, outputs: Sequence[Port], name: str) -> Circuit:
        place = len(self.wires) - sum(port.width for port in outputs)
        ends: dict[Port, list[int]] = {}
        for port in outputs:
            literals = self.wires[place : place + port.width]
            if None in literals:
                self._refuse(None, f"wire {place + literals.index(None)} of `{port.name}` is never written")
            ends[port] = [literal for literal in literals if literal is not None]
            place += port.width
        return self.builder.circuit(ends, name)

    def _numbers_at(self, lines: list[Line], place: int, what: str) -> tuple[int, list[int]]:
        if place >= len(lines):
            self._refuse(None, f"it ends before {what}")
        number, words = lines[place]
        return number, self._numbers(number, words)

    def _numbers(self, number: int, words: list[str]) -> list[int]:
        if not all(word.isdecimal() and len(word) < 12 for word in words):
            self._refuse(number, f"`{' '.join(words)[:60]}` where whole numbers belong")
        return [int(word) for word in words]

    def _refuse(self, number: int | None, what: str) -> NoReturn:
        place = self.source if number is None else f"{self.source}, line {number}"
        raise LocalError("bad-circuit-file", f"{place}: {what}", "give a Bristol Fashion file as its author wrote it")


def _lines(text: str) -> Iterator[Line]:
    """The lines that are not empty."""
    for number, line in enumerate(text.splitlines(), 1):
        if words := line.split():
            yield number, words
