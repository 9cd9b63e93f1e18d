"""That <a, b> = c for vectors under P = <a, G> + <b, H> + c Q, in 2 log2 n elements.

Buenz, Bootle, Boneh, Poelstra, Wuille, Maxwell, IEEE S&P 2018 (eprint 2017/1066), protocol 2, with its letters. Not
hiding by itself.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mpc.algebra.bigint import Modulus
from mpc.algebra.group import Points, Scalars, concatenate_points, concatenate_scalars, dot, dot_var
from protocols.proofs.transcript import Transcript


@dataclass(frozen=True, slots=True)
class InnerProduct:
    """What the prover sends: L and R of every round (rounds,), and the last a and b (2,)."""

    left: Points
    right: Points
    last: Scalars


def prove_inner_product(
    transcript: Transcript, g: Points, h: Points, q: Points, a: Scalars, b: Scalars
) -> InnerProduct:
    """For secret a and b of a length that is a power of two, as are the bases; q is ()."""
    left, right = [], []
    while len(a) > 1:
        half = len(a) // 2
        a_lo, a_hi, b_lo, b_hi = a[:half], a[half:], b[:half], b[half:]
        left.append(_cross(g[half:], h[:half], q, a_lo, b_hi))
        right.append(_cross(g[:half], h[half:], q, a_hi, b_lo))
        u = _challenge(transcript, left[-1], right[-1], a.order)
        inverse = u.inverse()
        a, b = u * a_lo + inverse * a_hi, inverse * b_lo + u * b_hi
        g, h = _folded(g, inverse, u), _folded(h, u, inverse)
    none = Points.neutral(q.group, (0,))
    joined = [concatenate_points([none, *(point.reshape(1) for point in points)]) for points in (left, right)]
    return InnerProduct(joined[0], joined[1], concatenate_scalars([a, b]))


def _cross(g: Points, h: Points, q: Points, a: Scalars, b: Scalars) -> Points:
    """<a, G> + <b, H> + <a, b> Q."""
    scalars = concatenate_scalars([a, b, (a * b).sum().reshape(1)])
    return dot(concatenate_points([g, h, q.reshape(1)]), scalars)


def _folded(bases: Points, low: Scalars, high: Scalars) -> Points:
    """Each base of the lower half and its partner of the upper one, times public scalars."""
    pairs = Points(bases.group, np.moveaxis(bases.words.reshape(2, len(bases) // 2, -1), 0, 1))
    return dot_var(pairs, concatenate_scalars([low.reshape(1), high.reshape(1)]))


def _challenge(transcript: Transcript, left: Points, right: Points, order: Modulus) -> Scalars:
    transcript.absorb("L, R", left, right)
    return transcript.challenge("u", order)


def challenges(transcript: Transcript, proof: InnerProduct) -> Scalars:
    """u of every round, as the prover got them: (rounds,)."""
    order = proof.last.order
    found = [_challenge(transcript, proof.left[i], proof.right[i], order).reshape(1) for i in range(len(proof.left))]
    return concatenate_scalars([Scalars.of(order, []), *found])


def factors(u: Scalars, inverses: Scalars) -> Scalars:
    """s (2^rounds,): what the last base is made of; section 3.1. The first challenge belongs to the highest bit.

    In reverse order they are their inverses.
    """
    s = Scalars.of(u.order, [1])
    for i in reversed(range(len(u))):
        s = concatenate_scalars([s * inverses[i], s * u[i]])
    return s
