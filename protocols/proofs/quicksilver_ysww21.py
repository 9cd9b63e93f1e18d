"""QuickSilver for Boolean circuits: what prover and verifier compute, each on its own.

Yang, Sarkar, Weng, Wang, CCS 2021 (eprint 2021/076). A bit w is authenticated by M = K ^ w Delta: the prover has w and
M, the verifier K and Delta, as correlated transfers give them. Delta is odd and all K are made even, so that w is the
lowest bit of M. docs/protocols/circuit_proofs.md has the protocol and why it is sound.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from mpc.algebra.binary_field import GF2_128
from mpc.algebra.bits import pack, unpack, words_for
from mpc.algebra.ring import U64, Words
from mpc.garbling_authenticated import mark, spread
from mpc.proving import LOWEST, prove_ands
from protocols.garbled.walk import Piece, Side
from protocols.ot.correlated import LABEL_BITS, padded
from protocols.proofs.claim import Claim, Part

Bytes = npt.NDArray[np.uint8]
_X: Words = GF2_128.element(2)


@dataclass(slots=True, eq=False)
class Terms:
    """The prover's, of one part: A_0 and A_1 of each AND, and A_1 of each output, whose A_0 is 0."""

    products: Words = field(repr=False)
    cross: Words = field(repr=False)
    ends: Words = field(repr=False)


class Wires(Side):
    """Labels of the wires of the instances that are gone through."""

    def enter(self, piece: Piece) -> None:
        """Before the gates of a piece."""
        self._begin(piece)

    def leave(self, piece: Piece, offset: Words) -> None:
        """After them; a negated output is shifted by the offset."""
        self._end(piece, offset)


class Proving:
    """The prover on its way. `inputs`: (bits, instances), its own bits and the public ones. `own`: labels of the secret
    bits, once they are told."""

    def __init__(self, claim: Claim, inputs: Bytes) -> None:
        self.claim, self.inputs = claim, inputs
        self.wires = Wires(claim.execution, _of_inputs(claim, LOWEST))
        self.sums = np.zeros((2, 2), U64)
        self.own = np.empty((0, 2), U64)

    def __repr__(self) -> str:
        return f"<proving {self.claim.circuit.name}>"

    def told(self, part: Part, choices: Words, labels: Words) -> tuple[Words, Terms]:
        """The message of a part, and what its challenge will weigh, by fresh transfers."""
        inputs = self._take_inputs(part, choices, labels) if part.first else np.empty(0, U64)
        results = labels[part.before :]
        mark(results, choices[part.before // 64 :], LOWEST)
        products, cross, told = np.empty_like(results), np.empty_like(results), np.empty(part.ands, np.uint8)
        at = 0
        for piece in part.pieces:
            here = slice(at, at + piece.ands)
            self.wires.enter(piece)
            left, right, told[here] = prove_ands(self.wires.slots, piece.gates, results[here], cross[here])
            products[here] = GF2_128.mul(left, right)
            self.wires.leave(piece, LOWEST)
            at += piece.ands
        ends = self.wires.outputs.reshape(-1, 2)[: part.outputs]
        outputs = pack(lowest(ends)) if part.shown else np.empty(0, U64)
        return np.concatenate([inputs, pack(told), outputs]), Terms(products, cross, ends)

    def weigh(self, terms: Terms, challenge: Words) -> None:
        """Add up a part's terms, each times a power of its challenge."""
        weights, ands = _weights(challenge, len(terms.cross) + len(terms.ends)), len(terms.cross)
        self.sums[0] ^= GF2_128.inner(weights[:ands], terms.products)
        self.sums[1] ^= GF2_128.inner(weights[:ands], terms.cross) ^ GF2_128.inner(weights[ands:], terms.ends)

    def weigh_zeros(self, labels: Words, challenge: Words) -> None:
        """The same for bits that are claimed to be 0, of labels (count, 2)."""
        self.sums[1] ^= _weighed(labels, challenge)

    def outputs(self) -> Bytes:
        """What the circuit gives, (bits, instances)."""
        return lowest(self.wires.outputs)

    def _take_inputs(self, part: Part, choices: Words, labels: Words) -> Words:
        """The mask of the sums, A*_0 and A*_1; labels of the secret bits, and what is told of them."""
        mask, own = labels[:LABEL_BITS], labels[LABEL_BITS : LABEL_BITS + part.inputs]
        mark(mask, choices[:2], LOWEST)
        self.sums[0] ^= _combined(mask)
        self.sums[1] ^= choices[:2]
        bits = pack(self.claim.secrets(self.inputs))
        mark(own, bits, LOWEST)
        self.own = own
        self.claim.place(self.wires.labels, own)
        return padded(bits ^ choices[2 : 2 + len(bits)], part.inputs) if len(bits) else bits


class Verifying:
    """The verifier on its way. `own`: keys of the secret bits, once these are told."""

    def __init__(self, claim: Claim, delta: Words) -> None:
        self.claim, self.delta, self.offset = claim, delta, delta ^ LOWEST
        self.wires = Wires(claim.execution, _of_inputs(claim, self.offset))
        self.sum = np.zeros(2, U64)
        self.own = np.empty((0, 2), U64)
        self.shown: Bytes | None = claim.claimed

    def __repr__(self) -> str:
        return f"<verifying {self.claim.circuit.name}>"

    def take(self, part: Part, keys: Words, message: Words, challenge: Words) -> None:
        """Add up B of a part's ANDs and outputs, each times a power of its challenge."""
        inputs, ands, outputs = np.split(message, np.cumsum([*map(words_for, part.told)])[:2])
        if part.first:
            self._take_inputs(part, keys, inputs)
        weights, results = _weights(challenge, part.ands + part.outputs), keys[part.before :]
        mark(results, ands, self.offset)
        at = 0
        for piece in part.pieces:
            here = slice(at, at + piece.ands)
            operands = np.empty((piece.ands, 2), U64), np.empty((piece.ands, 2), U64)
            self.wires.enter(piece)
            spread(self.wires.slots, piece.gates, results[here], operands, self.offset)
            self.sum ^= GF2_128.inner(weights[here], GF2_128.mul(*operands))
            self.wires.leave(piece, self.offset)
            at += piece.ands
        linear = GF2_128.inner(weights[: part.ands], results)
        if part.last:
            linear ^= GF2_128.inner(weights[part.ands :], self._ends(part, outputs))
        self.sum ^= GF2_128.mul(linear, self.delta)

    def take_zeros(self, keys: Words, challenge: Words) -> None:
        """Add up B of bits that are claimed to be 0, whose keys these are, (count, 2)."""
        self.sum ^= GF2_128.mul(_weighed(keys, challenge), self.delta)

    def holds(self, sums: Words) -> bool:
        """Whether B = A_0 ^ A_1 Delta, of what the prover says of its sums."""
        return not (self.sum ^ sums[0] ^ GF2_128.mul(sums[1], self.delta)).any()

    def _take_inputs(self, part: Part, keys: Words, told: Words) -> None:
        mask, own = keys[:LABEL_BITS], keys[LABEL_BITS : LABEL_BITS + part.inputs]
        mark(mask, np.zeros(2, U64), self.offset)
        self.sum ^= _combined(mask)
        mark(own, told, self.offset)
        self.own = own
        self.claim.place(self.wires.labels, own)

    def _ends(self, part: Part, told: Words) -> Words:
        """K ^ y Delta of the outputs, where they are said to be y."""
        if self.shown is None:
            self.shown = unpack(told, part.outputs).reshape(-1, self.claim.instances)
        keys = self.wires.outputs.reshape(-1, 2).copy()
        keys[self.shown.reshape(-1) == 1] ^= self.delta
        return keys


def _of_inputs(claim: Claim, offset: Words) -> Words:
    """Labels of all inputs, (bits, instances, 2): of the public bits, and zeros."""
    labels = np.zeros((claim.public.size, 2), U64)
    mark(labels, pack(claim.public.reshape(-1)), offset)
    return labels.reshape(*claim.public.shape, 2)


def _combined(labels: Words) -> Words:
    """128 labels as one: that of the element whose bits they stand for."""
    return GF2_128.inner(labels, GF2_128.powers(_X, LABEL_BITS))


def _weights(challenge: Words, count: int) -> Words:
    return GF2_128.powers(challenge, count + 1)[1:]


def _weighed(labels: Words, challenge: Words) -> Words:
    """The sum of labels, each times a power of the challenge."""
    return GF2_128.inner(_weights(challenge, len(labels)), labels)


def lowest(labels: Words) -> Bytes:
    """The bits that a prover's labels (..., 2) stand for."""
    return (labels[..., 0] & np.uint64(1)).astype(np.uint8)
