"""That committed numbers satisfy a circuit: the statement of Bulletproofs for arithmetic circuits, and its messages.

Buenz, Bootle, Boneh, Poelstra, Wuille, Maxwell, IEEE S&P 2018 (eprint 2017/1066), section 5.2, with its letters;
constraints are written as sums that are zero: z W_V v + z W_1 + z W_L a_L + z W_R a_R + z W_O a_O = 0. A proof of n
gates is 2 log2 n + 8 elements and 5 scalars long.
"""

from __future__ import annotations

from dataclasses import dataclass

from mpc.algebra.bigint import Modulus
from mpc.algebra.group import Group, Points, Scalars
from protocols.proofs.constraints import Circuit
from protocols.proofs.hashed_bases import bulletproof_bases
from protocols.proofs.inner_product_bbbpwm18 import InnerProduct
from protocols.proofs.pedersen import Pedersen
from protocols.proofs.reading import length_of
from protocols.proofs.refusals import unfit
from protocols.proofs.transcript import Setting, Transcript

MOST_GATES = 1 << 20
VECTORS, COEFFICIENTS, SCALARS = 3, (1, 3, 4, 5, 6), 3
"""A_I, A_O, S; the powers of x that T_i belong to; tau_x, mu, t."""


class Satisfies:
    """That `commitments` (values,) are to numbers that satisfy a circuit. LocalError `wrong-statement` for others."""

    def __init__(self, pedersen: Pedersen, commitments: Points, circuit: Circuit) -> None:
        if commitments.shape != (circuit.values,) or not 1 <= circuit.gates <= MOST_GATES:
            raise unfit(
                f"commitments {commitments.shape} for a circuit of {circuit.values} values and {circuit.gates} gates",
                f"commit to as many numbers as it has, and let it have 1 to {MOST_GATES} gates",
            )
        self.pedersen, self.commitments, self.circuit = pedersen, commitments, circuit
        self.length = 1 << (circuit.gates - 1).bit_length()
        self.rounds = self.length.bit_length() - 1

    @property
    def group(self) -> Group:
        """That of the commitments."""
        return self.pedersen.group

    @property
    def order(self) -> Modulus:
        """Of the group."""
        return self.group.order

    @property
    def points(self) -> int:
        """Elements of a proof."""
        return VECTORS + len(COEFFICIENTS) + 2 * self.rounds

    @property
    def proof_bytes(self) -> int:
        """The length of every proof."""
        return length_of(self.group, self.points, SCALARS + 2)

    def bases(self) -> tuple[Points, Points, Points]:
        """G and H (length,), and the base of inner products ()."""
        return bulletproof_bases(self.group, self.length)

    def begun(self, setting: Setting) -> Transcript:
        """The setting and all of the statement, absorbed."""
        transcript = setting.transcript()
        transcript.absorb("circuit", self.group.name, self.circuit.digest(), self.length)
        transcript.absorb("commitments", self.pedersen.g, self.pedersen.h, self.commitments)
        return transcript


@dataclass(frozen=True, slots=True)
class CircuitProof:
    """What the prover sends: A_I, A_O, S (3,), T_i (5,), tau_x, mu, t (3,), and an inner product."""

    vectors: Points
    coefficients: Points
    scalars: Scalars
    inner: InnerProduct


@dataclass(frozen=True, slots=True)
class Weights:
    """The constraints weighed by z, padded to the length: of a_L, a_R, a_O; of the committed numbers; and of 1."""

    left: Scalars
    right: Scalars
    out: Scalars
    values: Scalars
    one: Scalars

    @classmethod
    def of(cls, statement: Satisfies, z: Scalars) -> Weights:
        """What z makes of the statement's circuit."""
        one, values, *of_gates = statement.circuit.weighed(z)
        left, right, out = (padded(weights, statement.length) for weights in of_gates)
        return cls(left, right, out, values, one[0])


def padded(x: Scalars, length: int) -> Scalars:
    """With zeros up to the length."""
    words = x.words
    whole = Scalars.of(x.order, [0] * length)
    whole.words[: len(words)] = words
    return whole


def after_vectors(transcript: Transcript, vectors: Points, order: Modulus) -> tuple[Scalars, Scalars]:
    """y and z."""
    transcript.absorb("A_I, A_O, S", vectors)
    return transcript.challenge("y", order), transcript.challenge("z", order)


def after_coefficients(transcript: Transcript, coefficients: Points, order: Modulus) -> Scalars:
    """x."""
    transcript.absorb("T_1, T_3 to T_6", coefficients)
    return transcript.challenge("x", order)


def after_scalars(transcript: Transcript, scalars: Scalars, order: Modulus) -> Scalars:
    """w, for the inner product's base."""
    transcript.absorb("tau_x, mu, t", scalars)
    return transcript.challenge("w", order)
