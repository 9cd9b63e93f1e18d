"""Knowledge of scalars that linear maps take to given elements: Y_i = sum over j of w_j B_ij.

Schnorr's protocol, CRYPTO 1989, for homomorphisms (Cramer, Damgard, CRYPTO 1998; Maurer, AFRICACRYPT 2009): the prover
sends A = B r, gets e and answers z = r + e w; the verifier checks B z = A + e Y. One base and one scalar are Schnorr's
protocol, two rows with one scalar Chaum and Pedersen's, one row with two Okamoto's; rows that share a scalar say that
it is the same in both.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from mpc.algebra.group import Bases, Flags, Group, Points, Scalars, dot
from mpc.errors import LocalError
from protocols.arguments import instance_of, sequence_of
from protocols.proofs.refusals import broadcasts, require_one_shape, unfit
from protocols.proofs.statement import Equation
from protocols.proofs.transcript import Transcript

ELEMENTS = "elements of a group, `mpc.proofs.Points`"

_TABLES_FROM = 16
"""Rows for which tables of common bases are worth making."""


class Linear:
    """Bases (..., m, k) and images (..., m): for each of the leading places its own k scalars. Bases broadcast.

    A base must not be the neutral element, with which a prover would prove anything: LocalError `neutral-base`. Where a
    scalar has no part in a row, `there` (m, k) is False and the base does not count. A statement of no row or no scalar
    is LocalError `wrong-statement`, and so are shapes that do not fit.
    """

    def __init__(self, bases: Points, images: Points, there: Flags | None = None) -> None:
        instance_of(bases, "bases", Points, ELEMENTS)
        instance_of(images, "images", Points, ELEMENTS)
        if len(bases.shape) < 2 or not images.size or not bases.size or bases.group is not images.group:
            raise unfit("a statement needs bases (..., m, k) and images (..., m), none of them empty", "give both")
        rows, columns = bases.shape[-2:]
        self.there = np.ones((rows, columns), bool) if there is None else np.asarray(there, bool)
        if self.there.shape != (rows, columns) or not self.there.any(0).all():
            raise unfit("every scalar has a part in a row", "leave out those without")
        self.lead = images.shape[:-1]
        if images.shape[-1:] != (rows,) or not broadcasts(bases.shape[:-2], self.lead):
            raise unfit(f"images {images.shape} do not fit to bases {bases.shape}", "one image for each row of bases")
        neutral = Points.neutral(bases.group, bases.shape)
        if (bases.is_neutral() & self.there).any():
            raise neutral_base()
        self.bases = Points(bases.group, np.where(self.there[..., None], bases.words, neutral.words))
        self.images = images

    @property
    def group(self) -> Group:
        """The group of bases and images."""
        return self.images.group

    @property
    def witnesses(self) -> int:
        """k for each leading place."""
        return math.prod(self.lead) * self.bases.shape[-1]

    nonces = responses = witnesses

    @property
    def commitments(self) -> int:
        """One for each image."""
        return self.images.size

    def absorb(self, transcript: Transcript) -> None:
        """Which scalars have a part where, all bases and all images."""
        there = self.there.astype(np.uint8).tobytes()
        transcript.absorb("linear", self.there.shape, there, self.bases, self.images)

    def commit(self, nonces: Scalars, witness: Scalars) -> Points:
        """A = B r."""
        return self._mapped(nonces).reshape(-1)

    def respond(self, nonces: Scalars, witness: Scalars, challenge: Scalars) -> Scalars:
        """z = r + e w."""
        return nonces + challenge * witness

    def simulate(self, challenge: Scalars, randomness: Scalars) -> tuple[Points, Scalars]:
        """z uniform, A = B z - e Y."""
        return (self._mapped(randomness) - self.images * challenge).reshape(-1), randomness

    def weigh(
        self, equation: Equation, challenge: Scalars, commitments: Points, responses: Scalars, weights: Scalars
    ) -> None:
        """Weights times B z - e Y - A: a base that serves many places counts once, times the sum of what it takes."""
        rows, columns = self.bases.shape[-2:]
        z, rho = responses.reshape(*self.lead, 1, columns), weights.reshape(*self.lead, rows, 1)
        factors = rho * z
        shared = len(self.lead) + 2 - len(self.bases.shape)
        for _ in range(shared):
            factors = factors.sum(0)
        equation.add(self.bases, _summed_to(factors, self.bases.shape))
        equation.add(self.images, -(weights * challenge))
        equation.add(commitments, -weights)

    def _mapped(self, scalars: Scalars) -> Points:
        """B s, for the k scalars of every leading place."""
        rows, columns = self.bases.shape[-2:]
        s = scalars.reshape(*self.lead, columns)
        if math.prod(self.bases.shape[:-2]) == 1 < _TABLES_FROM <= math.prod(self.lead):
            bases = self.bases.reshape(rows, columns)
            images = [Bases(bases[row]).dot(s) for row in range(rows)]
            return Points(self.group, np.stack([image.words for image in images], axis=-2))
        return dot(self.bases, s.reshape(*self.lead, 1, columns))


def knows_logarithm(base: Points, images: Points) -> Linear:
    """Schnorr: x_i with Y_i = x_i B, for images of any shape."""
    instance_of(base, "base", Points, ELEMENTS)
    instance_of(images, "images", Points, ELEMENTS)
    return Linear(base.reshape(*base.shape, 1, 1), images.reshape(*images.shape, 1))


def same_logarithm(bases: Sequence[Points], images: Sequence[Points]) -> Linear:
    """Chaum and Pedersen, CRYPTO 1992: x_i with Y_ij = x_i B_j for every j; images of one shape."""
    for each in (*sequence_of(bases, "bases"), *sequence_of(images, "images")):
        instance_of(each, "bases or images", Points, ELEMENTS)
    require_one_shape([image.shape for image in images])
    shape = images[0].shape
    wide = shape if any(base.shape for base in bases) else ()
    if not bases or not all(broadcasts(base.shape, wide) for base in bases):
        raise unfit(f"bases {[base.shape for base in bases]} do not fit to images {shape}", "one base for each list")
    column = np.stack([base.broadcast(wide).words for base in bases], axis=-2)
    matrix = Points(bases[0].group, column[..., None, :])
    return Linear(matrix, Points(bases[0].group, np.stack([image.words for image in images], axis=-2)))


def neutral_base() -> LocalError:
    """A base that makes a proof worth nothing."""
    return LocalError(
        "neutral-base",
        "a base of the statement is the neutral element, for which anything could be proved",
        "find out who gave it, and refuse it",
    )


def _summed_to(x: Scalars, shape: tuple[int, ...]) -> Scalars:
    """The sum along every axis that has length 1 in `shape`."""
    for axis, side in enumerate(shape):
        if side == 1 < x.shape[axis]:
            total = x.sum(axis)
            x = total.reshape(*x.shape[:axis], 1, *x.shape[axis + 1 :])
    return x
