"""What Bulletproofs of ranges and of circuits have in common: bases, lengths, and the challenges of their rounds.

Buenz, Bootle, Boneh, Poelstra, Wuille, Maxwell, IEEE S&P 2018 (eprint 2017/1066). Commitments are Pedersen's,
V = v G + gamma H.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

from mpc.algebra.bigint import Modulus
from mpc.algebra.group import Group, Points, Scalars
from protocols.proofs.hashed_bases import hashed_bases
from protocols.proofs.inner_product_bbbpwm18 import InnerProduct, challenges
from protocols.proofs.pedersen import Pedersen
from protocols.proofs.reading import as_bytes, from_bytes, length_of
from protocols.proofs.transcript import Bytes, Proof, Setting, Transcript

SCALARS = 3
"""tau_x, mu, t."""


@dataclass(frozen=True, slots=True)
class Challenges:
    """All that a verifier asks; u of every round."""

    y: Scalars
    z: Scalars
    x: Scalars
    w: Scalars
    u: Scalars


@dataclass(frozen=True, slots=True)
class Public:
    """What everybody knows of t(x), l(x) and r(x).

    t(x) is `constant`, and `of_commitments` times the committed values, and `of_coefficients` times t_i. l(x) and r(x)
    (length,) are `left` and `right`, and `of_vectors` times what the vectors hold.
    """

    constant: Scalars
    of_commitments: Scalars
    of_coefficients: Scalars
    of_vectors: Scalars
    left: Scalars
    right: Scalars


class Bulletproof(ABC):
    """A statement about commitments that ends in an inner product of `length` terms, a power of two."""

    vectors: ClassVar[int]
    """Commitments to vectors,"""
    coefficients: ClassVar[int]
    """and to coefficients of t(X); the elements of a proof beside those of the inner product."""

    def __init__(self, pedersen: Pedersen, commitments: Points, length: int) -> None:
        self.pedersen, self.commitments, self.length = pedersen, commitments, length
        self.rounds = length.bit_length() - 1

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
        return self.vectors + self.coefficients + 2 * self.rounds

    @property
    def proof_bytes(self) -> int:
        """The length of every proof."""
        return length_of(self.group, self.points, SCALARS + 2)

    def bases(self) -> tuple[Points, Points, Points]:
        """G and H (length,), and the base of inner products ()."""
        g, h = (hashed_bases(self.group, name, self.length) for name in ("Bulletproofs' G", "Bulletproofs' H"))
        return g, h, hashed_bases(self.group, "Bulletproofs' inner product", 1)[0]

    @abstractmethod
    def begun(self, setting: Setting) -> Transcript:
        """The setting and all of the statement, absorbed."""

    @abstractmethod
    def public(self, challenge: Challenges) -> Public:
        """What the challenges make of the statement."""


@dataclass(frozen=True, slots=True)
class Messages:
    """What the prover sends: commitments to vectors and coefficients, tau_x, mu and t (3,), and an inner product."""

    vectors: Points
    coefficients: Points
    scalars: Scalars
    inner: InnerProduct

    def to_bytes(self, header: bytes) -> Bytes:
        """The proof: elements, then scalars."""
        inner = self.inner
        return as_bytes(
            header, self.vectors, self.coefficients, inner.left, inner.right, self.scalars, inner.last
        )  # fmt: skip


def read(setting: Setting, statement: Bulletproof, proof: Proof) -> tuple[Messages, Challenges]:
    """What any bytes whatever say; errors as in `protocols.proofs.reading.from_bytes`."""
    transcript, order = statement.begun(setting), statement.order
    points, scalars = from_bytes(setting, statement.group, transcript, proof, statement.points, SCALARS + 2)
    ends = statement.vectors, statement.vectors + statement.coefficients
    left, right = points[ends[1] : ends[1] + statement.rounds], points[ends[1] + statement.rounds :]
    inner = InnerProduct(left, right, scalars[SCALARS:])
    found = Messages(points[: ends[0]], points[ends[0] : ends[1]], scalars[:SCALARS], inner)
    y, z = after_vectors(transcript, found.vectors, order)
    x = after_coefficients(transcript, found.coefficients, order)
    w = after_scalars(transcript, found.scalars, order)
    return found, Challenges(y, z, x, w, challenges(transcript, inner))


def after_vectors(transcript: Transcript, vectors: Points, order: Modulus) -> tuple[Scalars, Scalars]:
    """y and z, once all vectors are committed to."""
    transcript.absorb("vectors", vectors)
    return transcript.challenge("y", order), transcript.challenge("z", order)


def after_coefficients(transcript: Transcript, coefficients: Points, order: Modulus) -> Scalars:
    """x, once the coefficients of t(X) are."""
    transcript.absorb("coefficients", coefficients)
    return transcript.challenge("x", order)


def after_scalars(transcript: Transcript, scalars: Scalars, order: Modulus) -> Scalars:
    """w, for the inner product's base."""
    transcript.absorb("tau_x, mu, t", scalars)
    return transcript.challenge("w", order)
