"""Choosing one of many candidates by how good each is: permute-and-flip, and the exponential mechanism.

Scores are whole numbers, of which one unit moves each by `sensitivity` at most. Candidate i gets a coin of probability
exp(-epsilon (s* - s_i) / (2 sensitivity)), s* the best score, exactly: coins of the digits of s* - s_i.

Permute-and-flip (McKenna, Sheldon, "Permute-and-flip", NeurIPS 2020, algorithm 1) goes through the candidates in random
order and takes the first whose coin falls on one. The coins have nothing to do with the order, so that is a uniform
choice among all whose coins did; of the best one it always does. The exponential mechanism (McSherry, Talwar, FOCS
2007) takes candidate i with probability in proportion to that of its coin: by rejection, one uniformly drawn candidate
after another. Both are (epsilon, 0)-differentially private, and permute-and-flip is never worse (theorem 2 there).
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from mpc.algebra.bits import planes, unpack
from mpc.algebra.words import Words
from mpc.errors import LocalError
from mpc.prg import Prg, Seed
from protocols.privacy.amounts import AnyNumber, count_of, positive
from protocols.privacy.events import PureEvent
from protocols.privacy.exponential_coins import ExponentialCoins
from protocols.privacy.grid import Whole, unmasked
from protocols.privacy.neighbours import Neighbours

MOST_SCORE = 1 << 61
_DIGITS = 63
"""Of the largest distance between two scores, and always, so that no time tells of the scores."""

_TRIALS = 45
"""Times the number of candidates: of so many uniform trials none is accepted with probability below exp(-45), 2^-64."""

_AT_ONCE = 1 << 14


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which candidate, by its place, and what the choice cost."""

    place: int
    event: PureEvent


def permute_and_flip(scores: npt.NDArray[Any], sensitivity: int, epsilon: AnyNumber, neighbours: Neighbours) -> Chosen:
    """One of the candidates, better ones more likely: scores (candidates,) of integers from -2^61 to 2^61.

    `sensitivity`: how far one unit moves any score, a whole number from 1 on. Time depends on how many candidates there
    are, and on how many coins fall on one.

    Raises LocalError: `wrong-scores`; as `amounts.positive` and `amounts.count_of`.
    """
    behind, coins, event = _prepared(scores, sensitivity, epsilon, neighbours)
    stream = Seed.fresh().prg("permute and flip")
    fell = np.flatnonzero(_fall(behind, coins, stream))
    return Chosen(int(fell[_uniform(fell.size, (), stream)]), event)


def exponential_mechanism(
    scores: npt.NDArray[Any], sensitivity: int, epsilon: AnyNumber, neighbours: Neighbours
) -> Chosen:
    """As `permute_and_flip`, with probability exactly in proportion to exp(epsilon score / (2 sensitivity)).

    It makes 45 trials for each candidate, whatever comes of them, and is slower by that.
    """
    behind, coins, event = _prepared(scores, sensitivity, epsilon, neighbours)
    stream = Seed.fresh().prg("exponential mechanism")
    while True:
        tried = _uniform(behind.size, (_TRIALS * behind.size,), stream)
        accepted = _fall(behind[tried], coins, stream)
        if accepted.any():
            return Chosen(int(tried[accepted.argmax()]), event)


def _prepared(
    scores: npt.NDArray[Any], sensitivity: int, epsilon: AnyNumber, neighbours: Neighbours
) -> tuple[Words, ExponentialCoins, PureEvent]:
    """How far each score is behind the best, the coins that say what that means, and what a choice costs."""
    exact = positive(epsilon, "epsilon")
    coins = _coins(exact / (2 * count_of(sensitivity, "the sensitivity of scores")))
    whole = whole_scores(scores)
    return (whole.max() - whole).view(np.uint64), coins, PureEvent(exact, neighbours)


def whole_scores(scores: npt.ArrayLike) -> Whole:
    """Scores as they are taken: (candidates,) of int64. Raises LocalError `wrong-scores`."""
    scores = unmasked(scores)
    if scores.dtype.kind not in "iu" or scores.ndim != 1 or not scores.size or not _small(scores):
        raise LocalError(
            "wrong-scores",
            f"scores of type {scores.dtype} and shape {scores.shape}, or beyond 2^61",
            "an integer for each of one or more candidates: round them to a grid first, and their sensitivity up",
        )
    return scores.astype(np.int64)


def _small(scores: npt.NDArray[Any]) -> bool:
    return int(scores.min()) >= -MOST_SCORE and int(scores.max()) <= MOST_SCORE


def _fall(behind: Words, coins: ExponentialCoins, stream: Prg) -> npt.NDArray[np.bool_]:
    """For each distance from the best score, whether its coin falls on one."""
    out = np.empty(behind.size, np.bool_)
    for start in range(0, behind.size, _AT_ONCE):
        some = behind[start : start + _AT_ONCE]
        row = coins.toss(planes(some, _DIGITS), stream)
        out[start : start + _AT_ONCE] = unpack(row, some.size).view(np.bool_)
    return out


def _uniform(below: int, shape: tuple[int, ...], stream: Prg) -> Words:
    """Uniform whole numbers below a number from 1 on."""
    return stream.elements(below, shape) if below > 1 else np.zeros(shape, np.uint64)


@lru_cache(maxsize=64)
def _coins(unit: Fraction) -> ExponentialCoins:
    return ExponentialCoins(unit, _DIGITS)
