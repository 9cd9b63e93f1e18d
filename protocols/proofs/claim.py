"""What a party claims of data that it alone has, as a circuit; and how both parties go through that, part by part."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from mpc.algebra.bits import words_for
from mpc.algebra.ring import U64, Words
from mpc.errors import LocalError
from protocols.circuits.circuit import Circuit
from protocols.garbled.walk import Execution, Piece
from protocols.ot.correlated import LABEL_BITS

Bytes = npt.NDArray[np.uint8]
AT_ONCE = 1 << 19
"""ANDs, of all instances together, whose labels a party holds at a time: some 40 MB."""
_NO_START: Words = np.zeros(2, U64)


@dataclass(frozen=True, slots=True)
class Part:
    """Pieces whose ANDs share one message of bits and one challenge. With the first go `inputs` secret bits and the
    mask, with the last `outputs` bits, which are told where `shown`."""

    pieces: tuple[Piece, ...] = field(repr=False)
    inputs: int
    outputs: int
    shown: bool
    first: bool
    last: bool

    @property
    def ands(self) -> int:
        """Of all instances together."""
        return sum(piece.ands for piece in self.pieces)

    @property
    def before(self) -> int:
        """Transfers before those of the ANDs: whole words of them."""
        return LABEL_BITS + 64 * words_for(self.inputs) if self.first else 0

    @property
    def transfers(self) -> int:
        """How many are used up."""
        return self.before + self.ands

    @property
    def told(self) -> tuple[int, int, int]:
        """How many bits of inputs, ANDs and outputs the prover tells."""
        return self.inputs, self.ands, self.outputs if self.shown else 0

    @property
    def words(self) -> int:
        """Of the prover's message."""
        return sum(map(words_for, self.told))


@dataclass(frozen=True, slots=True, eq=False)
class Claim:
    """That the prover knows bits for the `secret` inputs of a circuit with which it gives `claimed`; public.

    secret: (bits,) truth values, for each bit of input. public: (bits, instances), the others' bits, and zeros.
    claimed: (bits of output, instances); None: the outputs are told, and proved to be these. LocalError
    `wrong-statement`. shared: (bits,) truth values, for the secret bits that are one for all instances.
    """

    circuit: Circuit
    instances: int
    secret: npt.NDArray[np.bool_]
    public: Bytes
    claimed: Bytes | None
    shared: npt.NDArray[np.bool_] | None = None

    def __post_init__(self) -> None:
        inputs, outputs = self.circuit.first_gate - 1, len(self.circuit.ends)
        _need(self.instances > 0, "it has at least one instance")
        _need(self.secret.shape == (inputs,) and self.secret.dtype == np.bool_, "each bit of input is secret or public")
        shared = self.shared
        _need(
            shared is None or (shared.shape == (inputs,) and bool((shared <= self.secret).all())),
            "shared bits are secret",
        )
        _need_bits(self.public, (inputs, self.instances), "public inputs")
        _need(not self.public[self.secret].any(), "what is secret is no public number")
        if self.claimed is not None:
            _need_bits(self.claimed, (outputs, self.instances), "claimed outputs")

    @property
    def execution(self) -> Execution:
        """How both go through the circuit."""
        return Execution(self.circuit, self.instances, _NO_START)

    @property
    def secret_bits(self) -> int:
        """Of all instances together."""
        own, shared = self._rows()
        return int(own.sum()) * self.instances + int(shared.sum())

    def secrets(self, inputs: Bytes) -> Bytes:
        """The secret bits, flat, of inputs (bits, instances); those that instances share by the first of them."""
        own, shared = self._rows()
        return np.concatenate([inputs[own].reshape(-1), inputs[shared, 0]])

    def place(self, rows: Words, labels: Words) -> None:
        """Put labels of `secrets`, (bits, 2), into those of all inputs, (bits, instances, 2)."""
        own, shared = self._rows()
        apart = int(own.sum()) * self.instances
        rows[own] = labels[:apart].reshape(-1, self.instances, 2)
        rows[shared] = labels[apart:, None]

    def _rows(self) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
        """Secret bits of each instance, and of all."""
        shared = np.zeros_like(self.secret) if self.shared is None else self.shared
        return self.secret & ~shared, shared

    @property
    def output_bits(self) -> int:
        """Of all instances together."""
        return len(self.circuit.ends) * self.instances

    def parts(self) -> Iterator[Part]:
        """In the order in which both go."""
        groups = list(_groups(self.execution))
        for number, pieces in enumerate(groups):
            first, last = number == 0, number + 1 == len(groups)
            inputs, outputs = self.secret_bits if first else 0, self.output_bits if last else 0
            yield Part(pieces, inputs, outputs, self.claimed is None, first, last)


def _groups(execution: Execution) -> Iterator[tuple[Piece, ...]]:
    some, ands = list[Piece](), 0
    for piece in execution.pieces():
        if some and ands + piece.ands > AT_ONCE:
            yield tuple(some)
            some, ands = [], 0
        some.append(piece)
        ands += piece.ands
    yield tuple(some)


def _need(holds: bool, what: str) -> None:
    if not holds:
        raise LocalError("wrong-statement", f"a claim does not hold together: {what}", "state what both parties know")


def _need_bits(bits: Bytes, shape: tuple[int, int], what: str) -> None:
    _need(bits.shape == shape and bits.dtype == np.uint8 and not (bits > 1).any(), f"{what} are bits {shape}")
