"""Canaries of an audit: units that are in the data by coins, and guesses of which, from what a run released."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import numpy.typing as npt

from mpc.errors import LocalError
from mpc.prg import Seed
from protocols.privacy.amounts import count_of
from protocols.privacy.coins import coins_of
from protocols.privacy.one_run_snj23 import Guessed
from protocols.privacy.probabilities import rational

Truths = npt.NDArray[np.bool_]


def canaries(count: int) -> Truths:
    """Which of so many canaries go into the data: each by a fair coin of its own, (count,), from the operating system's
    randomness. Keep it from whoever guesses. Raises LocalError as `count_of`."""
    tossed = coins_of(rational(Fraction(1, 2)), count_of(count, "the canaries"), Seed.fresh().prg("canaries"))
    return np.asarray(tossed, np.bool_)


def guess(scores: npt.ArrayLike, included: Truths, guesses: int | None = None) -> Guessed:
    """Guess that the canaries of the highest scores are in, and those of the lowest are not; the others are left out.

    `scores`: what the run released says for each canary, (canaries,), higher where it is rather in. `guesses`: how many
    are made, half of them of each kind; all by default. Choose it before scores are seen. Few sure ones show more where
    delta is 0 and the claim is large, many where it is small. Of equal scores the later one counts as higher.

    Raises LocalError `wrong-shape` where there is not one score for each, `infinite-amount` for NaN; as `Guessed`.
    """
    marks = np.asarray(scores, np.float64)
    if marks.shape != included.shape or marks.ndim != 1:
        raise LocalError("wrong-shape", "there is not one score for each canary", "scores of shape (canaries,)")
    if np.isnan(marks).any():
        raise LocalError("infinite-amount", "a score is NaN", "the median for a canary of which nothing is known")
    made = len(marks) if guesses is None else guesses
    low, order = made // 2, np.argsort(marks, kind="stable")
    right = int((~included[order[:low]]).sum()) + int(included[order[len(marks) - (made - low) :]].sum())
    return Guessed(len(marks), made, right)
