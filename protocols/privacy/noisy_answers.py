"""Which of many figures is largest, and which is the first above a threshold: only that is told, not the figures.

Both add discrete Laplace noise to whole scores. Their proofs shift the noise of one figure, or of the threshold, by a
whole number, and so hold on integers: Dwork, Roth, "The algorithmic foundations of differential privacy", 2014, claim
3.9 and theorem 3.23. Of equal noisy scores the first one is taken.
"""

from __future__ import annotations

from typing import Any

import numpy.typing as npt

from mpc.errors import LocalError
from protocols.privacy.amounts import AnyNumber, count_of, positive
from protocols.privacy.discrete_laplace_dkmmn06 import discrete_laplace
from protocols.privacy.events import PureEvent
from protocols.privacy.mechanisms import drawn
from protocols.privacy.neighbours import Neighbours
from protocols.privacy.selection_ms20 import Chosen, whole_scores


def report_noisy_max(scores: npt.NDArray[Any], sensitivity: int, epsilon: AnyNumber, neighbours: Neighbours) -> Chosen:
    """The place of the largest score after noise of scale 2 sensitivity / epsilon: (epsilon, 0).

    Scores and `sensitivity` as of `permute_and_flip`, which is better at the same cost; errors too.
    """
    exact = positive(epsilon, "epsilon")
    noise = discrete_laplace(2 * count_of(sensitivity, "the sensitivity of scores") / exact)
    noisy = whole_scores(scores) + drawn(noise, len(scores))
    return Chosen(int(noisy.argmax()), PureEvent(exact, neighbours))


class AboveThreshold:
    """Tells of one whole score after another whether it is about above a public threshold, until the first that is.

    All of it is (epsilon, 0)-private, however many scores were below: AboveThreshold of the sparse vector technique.
    Noise of the threshold has scale 2 sensitivity / epsilon and is drawn once, that of a score has twice the scale. The
    scores may depend on the answers before. It answers nothing after the first that is above.
    """

    def __init__(self, threshold: int, sensitivity: int, epsilon: AnyNumber, neighbours: Neighbours) -> None:
        exact, moved = positive(epsilon, "epsilon"), count_of(sensitivity, "the sensitivity of scores")
        self.event = PureEvent(exact, neighbours)
        """What all answers together cost, from the first on."""
        self._noise = discrete_laplace(4 * moved / exact)
        self._threshold: int | None = int(
            whole_scores([threshold])[0] + drawn(discrete_laplace(2 * moved / exact), 1)[0]
        )

    def is_above(self, score: int) -> bool:
        """Whether the score is about above. Raises LocalError `answers-spent` after the first that was."""
        if self._threshold is None:
            raise LocalError("answers-spent", "the one answer above the threshold was given", "a new one, which costs")
        above = int(whole_scores([score])[0] + drawn(self._noise, 1)[0]) >= self._threshold
        if above:
            self._threshold = None
        return above
