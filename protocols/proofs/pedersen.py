"""Commitments to scalars: C = v G + r H, where nobody knows the logarithm of H to the base G.

Pedersen, CRYPTO 1991. Perfectly hiding: for every v there is an r. Binding while logarithms are hard: two openings of
one commitment give that of H. Commitments add up to commitments to sums.
"""

from __future__ import annotations

import os
from functools import lru_cache

import numpy as np

from mpc.algebra.bigint import RandomBytes
from mpc.algebra.group import Bases, Flags, Group, Points, Scalars
from mpc.algebra.ristretto import RISTRETTO
from protocols.proofs.hashed_bases import hashed_bases
from protocols.proofs.linear import Linear
from protocols.proofs.refusals import broadcasts, require_one_shape, unfit


class Pedersen:
    """Commitments over a group: G is its generator, H is hashed."""

    def __init__(self, group: Group = RISTRETTO) -> None:
        self.group = group
        self.g = Points(group, group.generator())
        self.h = hashed_bases(group, "Pedersen's second base", 1)[0]
        self._bases = Bases(Points(group, np.stack([self.g.words, self.h.words])))

    def commit(self, values: Scalars, source: RandomBytes = os.urandom) -> tuple[Points, Scalars]:
        """Commitments to secret values of any shape, and the secret blindings that open them."""
        blindings = Scalars.random(self.group.order, values.shape, source)
        return self.committed(values, blindings), blindings

    def committed(self, values: Scalars, blindings: Scalars) -> Points:
        """v G + r H; both secret, of one shape."""
        require_one_shape([values.shape, blindings.shape])
        return self._bases.dot(Scalars(values.order, np.stack([values.words, blindings.words], axis=-2)))

    def opens(self, commitments: Points, values: Scalars, blindings: Scalars) -> Flags:
        """Which commitments these open."""
        return self.committed(values, blindings).equals(commitments)

    def opening(self, commitments: Points) -> Linear:
        """That the prover can open them. A witness: `opening_witness`."""
        return Linear(self._bases.points.reshape(1, 2), commitments.reshape(*commitments.shape, 1))

    def same_value(self, first: Points, second: Points) -> Linear:
        """That commitments of one shape are, place by place, to the same values: witness v, r, s."""
        require_one_shape([first.shape, second.shape])
        return Linear(
            self._rows([[0, 1, None], [0, None, 1]]),
            Points(self.group, np.stack([first.words, second.words], axis=-2)),
            np.array([[True, True, False], [True, False, True]]),
        )

    def is_public(self, commitments: Points, values: Scalars) -> Linear:
        """That commitments are to these public values: witness r, the logarithm of C - v G to the base H."""
        if not broadcasts(values.shape, commitments.shape):
            raise unfit(f"values {values.shape} for commitments {commitments.shape}", "one for each, or one for all")
        left = commitments - self.g * values
        return Linear(self._rows([[1]]), left.reshape(*left.shape, 1))

    def _rows(self, rows: list[list[int | None]]) -> Points:
        bases = self._bases.points.words
        return Points(self.group, np.stack([np.stack([bases[place or 0] for place in row]) for row in rows]))


@lru_cache(maxsize=1)
def pedersen() -> Pedersen:
    """Commitments over ristretto255; the tables are made once."""
    return Pedersen()


def opening_witness(*secrets: Scalars) -> Scalars:
    """The witness of a statement of places with several secrets each: what is given, side by side for every place."""
    require_one_shape([part.shape for part in secrets])
    return Scalars(secrets[0].order, np.stack([part.words for part in secrets], axis=-2)).reshape(-1)
