"""That committed values lie in [0, 2^n): the statement of Bulletproofs, for one value or for many, and its messages.

Buenz, Bootle, Boneh, Poelstra, Wuille, Maxwell, IEEE S&P 2018 (eprint 2017/1066), section 4.2, with its letters, made
non-interactive as in its section 4.4, over everything that was absorbed. Commitments are Pedersen's: V = v G + gamma H.
A proof of m values of n bits is 2 log2(n m) + 4 elements and 5 scalars long.
"""

from __future__ import annotations

from dataclasses import dataclass

from mpc.algebra.bigint import Modulus
from mpc.algebra.group import Group, Points, Scalars
from protocols.proofs.hashed_bases import bulletproof_bases
from protocols.proofs.inner_product_bbbpwm18 import InnerProduct
from protocols.proofs.pedersen import Pedersen
from protocols.proofs.reading import length_of
from protocols.proofs.refusals import unfit
from protocols.proofs.transcript import Setting, Transcript

BITS = (8, 16, 32, 64)
MOST_VALUES = 1 << 10
SINGLE_POINTS, SINGLE_SCALARS = 4, 3
"""A, S, T_1, T_2; tau_x, mu, t."""


class Range:
    """That each of `commitments` (m,) is to a value below 2^bits.

    bits is 8, 16, 32 or 64; m from 1 to 1024, made a power of two with commitments to zero that everybody knows.
    Anything else is LocalError `wrong-statement`.
    """

    def __init__(self, pedersen: Pedersen, commitments: Points, bits: int) -> None:
        if bits not in BITS or len(commitments.shape) != 1 or not 1 <= len(commitments) <= MOST_VALUES:
            raise unfit(
                f"a range proof is of 1 to {MOST_VALUES} values of {BITS} bits, not {commitments.shape} of {bits}",
                "commit to a flat array of them",
            )
        self.pedersen, self.commitments, self.bits = pedersen, commitments, bits
        self.values = 1 << (len(commitments) - 1).bit_length()
        self.length = self.values * bits
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
        return SINGLE_POINTS + 2 * self.rounds

    @property
    def proof_bytes(self) -> int:
        """The length of every proof."""
        return length_of(self.group, self.points, SINGLE_SCALARS + 2)

    def bases(self) -> tuple[Points, Points, Points]:
        """G and H (length,), and the base of inner products ()."""
        return bulletproof_bases(self.group, self.length)

    def begun(self, setting: Setting) -> Transcript:
        """The setting and all of the statement, absorbed."""
        transcript = setting.transcript()
        sizes = (self.bits, self.values, len(self.commitments))
        transcript.absorb("range", self.group.name, sizes, self.pedersen.g, self.pedersen.h, self.commitments)
        return transcript


@dataclass(frozen=True, slots=True)
class RangeProof:
    """What the prover sends: (4,) elements, (3,) scalars, and an inner product."""

    points: Points
    scalars: Scalars
    inner: InnerProduct


def after_vectors(transcript: Transcript, big_a_s: Points, order: Modulus) -> tuple[Scalars, Scalars]:
    """y and z."""
    transcript.absorb("A, S", big_a_s)
    return transcript.challenge("y", order), transcript.challenge("z", order)


def after_coefficients(transcript: Transcript, big_t: Points, order: Modulus) -> Scalars:
    """x."""
    transcript.absorb("T", big_t)
    return transcript.challenge("x", order)


def after_scalars(transcript: Transcript, scalars: Scalars, order: Modulus) -> Scalars:
    """w, for the inner product's base."""
    transcript.absorb("tau_x, mu, t", scalars)
    return transcript.challenge("w", order)


def weights(statement: Range, z: Scalars) -> Scalars:
    """z^(1 + j) 2^i for bit i of value j = 1, 2, ...: (length,)."""
    twos = Scalars.of(statement.order, 2).powers(statement.bits).reshape(1, statement.bits)
    return (z.powers(statement.values + 2)[2:].reshape(statement.values, 1) * twos).reshape(-1)
