"""Newton's steps b + H^-1 g on secrets, for sums over deaths that are divided by their number.

To H a multiple DAMPING of the identity is added where it is inverted: so all eigenvalues are above that, whatever the
data, steps are a little short, and where they end g is zero all the same. Of the inverse, which errors are told from,
that is taken off by two steps of Newton's iteration for inverses.
"""

from __future__ import annotations

import numpy as np

from protocols.array.positive_definite import solve
from protocols.array.secret import SecretArray
from protocols.array.shape import concatenate

LONGEST = 6.0
"""|z b| is no larger, z being between -1 and 1: hazards of two patients differ by e^12 at most."""

DAMPING = 1 / 256
SETTLED = 1 / 128
"""The last step is shorter in every coordinate, or the estimates are none."""


def step(information: SecretArray, gradient: SecretArray) -> tuple[SecretArray, SecretArray]:
    """The inverse of H + DAMPING (columns, columns), and its product with g (columns,)."""
    one = np.eye(len(gradient))
    right = concatenate([one, gradient.reshape(-1, 1)], axis=1)
    solved = solve(information + DAMPING * one, right, least=DAMPING)
    return solved[:, :-1], solved[:, -1]


def undamped(inverse: SecretArray, information: SecretArray) -> SecretArray:
    """X <- X (2 - H X), twice, whose elements are at most twice as large each time; those of H X at most 1, as all
    eigenvalues of H X lie between 0 and 1."""
    most = 1 / DAMPING
    for _ in range(2):
        product, most = (information @ inverse).within(-1.1, 1.1), 2 * most
        inverse = (inverse @ (2 * np.eye(len(information)) - product)).within(-most, most)
    return inverse
