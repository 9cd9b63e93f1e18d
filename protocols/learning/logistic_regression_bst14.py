"""Logistic regression with differential privacy: steps along noisy gradients, each of all rows.

Song, Chaudhuri, Sarwate, "Stochastic gradient descent with differentially private updates", GlobalSIP 2013; Bassily,
Smith, Thakurta, FOCS 2014, algorithm 1, with all rows in each step. The weights follow from noisy sums alone, so that
they are public, and only rows and labels are secret. With rows x clipped to length 1 once, the gradient
(sigmoid(w x) - y) x of a row is no longer than x at any weights, since the factor lies from -1 to 1: no step clips.

No batch is sampled, and no amplification claimed: what a step costs is what its noise costs.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, inf, sqrt
from typing import Any

import numpy as np
import numpy.typing as npt

from mpc.context import Context
from mpc.errors import LocalError
from protocols.array.functions import sigmoid
from protocols.array.lines import user_line
from protocols.array.logic import clip
from protocols.array.misuse import need_context
from protocols.array.secret import SecretArray
from protocols.learning.noisy_sums import NoisySums, noisy_sums, require_gaussian
from protocols.learning.private_rows import Examples, Parts, bound_of, examples_of, squared_sum_moved
from protocols.learning.truth_labels import require_truths
from protocols.privacy.amounts import count_of
from protocols.privacy.joint_noise import Gaussian
from protocols.privacy.ledger.charges import Price
from protocols.privacy.neighbours import Neighbours
from protocols.ranges import Range

Floats = npt.NDArray[np.float64]

LONGEST = 32.0
"""No weights are longer, in units of the bound of a row: at such log odds labels are certain."""

_CURVATURE = 0.5
"""Rows with a constant are at most sqrt(2) long, so that the mean log loss bends by at most 2 / 4."""


@dataclass(frozen=True, slots=True)
class PrivateLogisticModel:
    """Log odds that are linear in features: `weights` (columns,) and `intercept`, in the data's own units.

    All of it may be shown to anybody. `expected_loss`: noise makes the mean log loss of any rows within the bound
    larger by at most this on average, compared with the same steps without noise.
    """

    weights: Floats
    intercept: float
    steps: int
    expected_loss: float
    price: Price
    neighbours: Neighbours

    def scores(self, features: npt.ArrayLike) -> Floats:
        """The log odds of rows in the clear, (rows, columns)."""
        return np.asarray(np.asarray(features, np.float64) @ self.weights + self.intercept)

    def predict(self, features: npt.ArrayLike) -> npt.NDArray[np.bool_]:
        """The likelier label of rows in the clear."""
        return np.asarray(self.scores(features) > 0)

    def __str__(self) -> str:
        shown = ", ".join(f"{one:.4g}" for one in self.weights)
        return f"weights {shown}; intercept {self.intercept:.4g}; {self.price}, {self.neighbours}"


async def private_logistic_regression(
    ctx: Context,
    features: Parts,
    labels: Parts,
    *,
    row_bound: float,
    privacy: Gaussian,
    steps: int = 8,
    rate: float | None = None,
    ridge: float = 0.0,
    intercept: bool = True,
) -> PrivateLogisticModel:
    """A model of truth values `labels` (rows,) by `features` (rows, columns), each one secret or a list of parts of
    them, one below the other; columns of several owners side by side: `np.concatenate([a, b], axis=1)`.

    Rows longer than `row_bound` (L2) are shortened to it, on secrets. It is public and must not be taken from the
    data; bring features to about the same size first, and around 0. `steps` from 0 along the gradient of the mean log
    loss and ridge |w|^2 / 2, in units of the bound, each of length `rate`: at most, and by default, 4 / (1 + 2 ridge).
    Weights stay within LONGEST / `row_bound`. More steps come nearer to the optimum with more noise: few for few rows.

    Everybody learns the noisy gradients, from which the weights of each step follow, and how many rows there are. All
    steps together are what `privacy` says (`mpc.Gaussian`) for one row in the place of another, whole rows of all
    owners where these hold columns: against everybody who sees them and all other rows, the parties among them, as long
    as they follow the protocol and no more collude than the suite allows. All is charged before the first step, which
    has a sigmoid of each row, a product of a matrix by a vector, and the noise.

    LocalError `wrong-shape`, `wrong-number` (of labels that may be other than 0 and 1, too), `wrong-privacy`,
    `sensitivity-unknown` (whose records are in which rows), `not-bounded`, `noise-out-of-range`; as `mpc.reveal`.
    """
    need_context(ctx, "learning.private_logistic_regression")
    require_gaussian(privacy)
    longest, count = bound_of(row_bound, "row_bound"), count_of(steps, "the steps")
    length = _rate(rate, ridge)
    examples = examples_of(ctx, features, labels, longest, privacy.neighbours)
    require_truths(examples.targets)
    x = examples.with_ones(intercept)
    moved = _moved(ctx, examples, x.shape[1], intercept)
    async with noisy_sums(ctx, privacy, count, x.shape[1], moved, like=_widest(x, examples.targets)) as sums:
        w = await _descended(ctx, sums, x, examples.targets, count, length, float(ridge))
    loss = _expected_loss(sums.deviation, x.shape, count, length, intercept=intercept)
    weights, level = (w[:-1], float(w[-1])) if intercept else (w, 0.0)
    return PrivateLogisticModel(weights / longest, level, count, loss, sums.price, privacy.neighbours)


async def _descended(
    ctx: Context, sums: NoisySums, x: SecretArray, y: SecretArray, steps: int, rate: float, ridge: float
) -> Floats:
    """w after so many steps w - rate (gradient / rows + ridge w), no longer than LONGEST, in units of the bound."""
    w = np.zeros(x.shape[1])
    for step in range(steps):
        apart = residuals(x, y, w) if step else 0.5 - y
        gradient = await sums.reveal(ctx, x.T @ apart)
        w = w - rate * (gradient / len(y) + ridge * w)
        w = w * min(1.0, LONGEST / float(np.linalg.norm(w)))
    return w


def residuals(x: SecretArray, y: SecretArray, w: Floats) -> SecretArray:
    """sigmoid(w x) - y, at most 1 in size, whatever w is. What it costs does not depend on w, if that is no longer than
    LONGEST and elements of x are up to 1: all are given the range that such may have."""
    odds = x @ w
    most = ceil(LONGEST * (sqrt(x.shape[1]) + 1)) << odds.scale
    apart = sigmoid(odds.in_range(odds.range | Range(-most, most))) - y
    return apart if apart.range.magnitude <= 1 << apart.scale else clip(apart, -1, 1)


def _widest(x: SecretArray, y: SecretArray) -> SecretArray:
    """A gradient of residuals of any weights, as far as its range goes."""
    apart = 0.5 - y
    gradient: SecretArray = x.T @ apart.in_range(Range(-1 << apart.scale, 1 << apart.scale))
    return gradient


def _moved(ctx: Context, examples: Examples, size: int, intercept: bool) -> int:
    f = ctx.fractional_bits
    one = moved_by_a_row(examples.rows.longest, intercept << f, 1 << f)
    return squared_sum_moved(examples.moved, one, size, f)


def moved_by_a_row(x: int, one: int, residual: int) -> int:
    """How far one row in the place of another moves a gradient, in squared L2: of features no longer than x, with a
    constant `one` beside them (0 without), and a residual of at most so much. Each of the two is at most residual
    |(x, one)| long. A row that is left out, or zero, moves it by no more."""
    return 4 * residual**2 * (x**2 + one**2)


def _expected_loss(deviation: float, shape: tuple[int, ...], steps: int, rate: float, *, intercept: bool) -> float:
    """A step of a length up to 2 divided by the curvature brings no two weights further apart, nor does keeping them
    short, and its noise is independent of them: so the squared distance from the same steps without noise grows by that
    of the noise, on average. The log loss of a row changes by no more than the row is long, times that distance."""
    rows, p = shape
    distance = rate * deviation / rows * sqrt(p * steps)
    return sqrt(1 + intercept) * distance


def _rate(rate: Any, ridge: Any) -> float:
    """The length of a step. LocalError `wrong-number`."""
    sizes = [size.item() if isinstance(size, np.generic) else size for size in (rate, ridge)]
    known = all(type(size) in (int, float) for size in sizes if size is not None)
    if known and sizes[1] is not None and 0 <= sizes[1] < inf:
        longest = 2 / (_CURVATURE + sizes[1])
        length = longest if sizes[0] is None else float(sizes[0])
        if 0 < length <= longest:
            return length
    raise LocalError(
        "wrong-number",
        f"steps of length {rate!r} with a ridge of {ridge!r}",
        "ridge= from 0 on, rate= above 0 and at most 4 / (1 + 2 ridge)",
        line=user_line(),
    )
