"""What a sigma protocol is here: a prover's first message, a challenge, a response, and equations that must hold.

Messages are flat: elements in the first one, scalars in the response; so is the witness. What is composed of statements
(protocols/proofs/composed.py) lays theirs side by side.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from mpc.algebra.group import Group, Points, Scalars, concatenate_points, concatenate_scalars, dot_var
from protocols.proofs.transcript import Transcript


@dataclass(slots=True)
class Equation:
    """A sum of elements times public scalars, which is neutral if what it stands for holds."""

    points: list[Points] = field(default_factory=list)
    scalars: list[Scalars] = field(default_factory=list)

    def add(self, points: Points, scalars: Scalars) -> None:
        """Add products of elements and scalars of one shape."""
        self.points.append(points.reshape(-1))
        self.scalars.append(scalars.reshape(-1))

    def holds(self) -> bool:
        """Whether the sum is neutral: one sum of many products."""
        total = dot_var(concatenate_points(self.points), concatenate_scalars(self.scalars))
        return bool(total.is_neutral())


class Statement(Protocol):
    """Public: that the prover knows a witness for which all equations hold.

    Two accepting transcripts with one first message and two challenges give a witness (special soundness), and for a
    given challenge transcripts can be made without one, distributed as the real ones (honest-verifier zero knowledge).
    What `commit`, `respond` and `simulate` take is secret.
    """

    @property
    def group(self) -> Group:
        """The group of all elements."""

    @property
    def witnesses(self) -> int:
        """Scalars of a witness."""

    @property
    def nonces(self) -> int:
        """Uniform scalars that a prover draws."""

    @property
    def commitments(self) -> int:
        """Elements of the first message."""

    @property
    def responses(self) -> int:
        """Scalars of a response."""

    def absorb(self, transcript: Transcript) -> None:
        """All of the statement, with all its lengths."""

    def commit(self, nonces: Scalars, witness: Scalars) -> Points:
        """The first message (commitments,)."""

    def respond(self, nonces: Scalars, witness: Scalars, challenge: Scalars) -> Scalars:
        """The response (responses,) to a challenge ()."""

    def simulate(self, challenge: Scalars, randomness: Scalars) -> tuple[Points, Scalars]:
        """First message and response for a challenge, without a witness, from uniform scalars (responses,)."""

    def weigh(
        self, equation: Equation, challenge: Scalars, commitments: Points, responses: Scalars, weights: Scalars
    ) -> None:
        """Add each of the statement's equations, times its weight (commitments,), to one."""


def parts(flat: Scalars, sizes: Sequence[int]) -> list[Scalars]:
    """Scalars one after the other, taken apart."""
    found, start = [], 0
    for size in sizes:
        found.append(flat[start : start + size])
        start += size
    return found


def point_parts(flat: Points, sizes: Sequence[int]) -> list[Points]:
    """Elements one after the other, taken apart."""
    found, start = [], 0
    for size in sizes:
        found.append(flat[start : start + size])
        start += size
    return found
