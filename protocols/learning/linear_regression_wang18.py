"""Linear regression with differential privacy: noisy sums of products of rows, solved in the clear.

With features x clipped to length 1 and targets t clipped to 1, in units of public bounds, the sums of x x^T and of x t
are all that least squares need. They leave once, as one vector with Gaussian noise (Dwork, Talwar, Thakurta, Zhang,
"Analyze Gauss", STOC 2014, algorithm 1, with the sums of x t beside). What follows is computed from it alone: the ridge
is that of Wang, "Revisiting differentially private linear regression", UAI 2018, algorithm 2 (AdaSSP), but that the
smallest eigenvalue is bounded from the noisy matrix itself, which costs nothing, and not by a third of the budget.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log, sqrt

import numpy as np
import numpy.typing as npt

from mpc.context import Context
from protocols.array.logic import clip
from protocols.array.misuse import need_context
from protocols.array.scales import fixed
from protocols.array.secret import SecretArray
from protocols.array.shape import concatenate
from protocols.learning.noisy_sums import NoisySums, noisy_sums, require_gaussian
from protocols.learning.private_rows import Bounded, Parts, bound_of, examples_of, squared_sum_moved
from protocols.privacy.joint_noise import Gaussian
from protocols.privacy.ledger.charges import Price
from protocols.privacy.neighbours import Neighbours

Floats = npt.NDArray[np.float64]

_MISSED = 0.05
"""How often the bound on the noise's largest eigenvalue may fail: it decides how good the model is, not how private."""


@dataclass(frozen=True, slots=True)
class PrivateLinearModel:
    """A target that is linear in features: `coefficients` (columns,) and `intercept`, in the data's own units.

    All of it may be shown to anybody. `deviations` are the standard deviations that the noise gives the coefficients,
    to first order: not how far these are from those of a larger population, which is more. `ridge` was added to the
    diagonal, in squared bounds of a row.
    """

    coefficients: Floats
    intercept: float
    deviations: Floats
    ridge: float
    price: Price
    neighbours: Neighbours

    def predict(self, features: npt.ArrayLike) -> Floats:
        """The targets of rows in the clear, (rows, columns)."""
        return np.asarray(np.asarray(features, np.float64) @ self.coefficients + self.intercept)

    def __str__(self) -> str:
        shown = ", ".join(
            f"{one:.4g} (noise {off:.2g})" for one, off in zip(self.coefficients, self.deviations, strict=True)
        )
        return f"coefficients {shown}; intercept {self.intercept:.4g}; {self.price}, {self.neighbours}"


async def private_linear_regression(
    ctx: Context,
    features: Parts,
    targets: Parts,
    *,
    row_bound: float,
    target_bound: float,
    privacy: Gaussian,
    intercept: bool = True,
) -> PrivateLinearModel:
    """Ridge regression of `targets` (rows,) on `features` (rows, columns), each one secret or a list of parts of them,
    one below the other; columns of several owners side by side: `np.concatenate([a, b], axis=1)`.

    Rows longer than `row_bound` (L2) are shortened to it, targets clipped to +-`target_bound`, on secrets. Both bounds
    are public and must not be taken from the data. Bring features to about the same size first, and both around 0.

    Everybody learns the model, which follows from sums with noise that nobody knows, and how many rows there are. It is
    what `privacy` says (`mpc.Gaussian`) for one row in the place of another, whole rows of all owners where these hold
    columns: against everybody who sees the model and all other rows, the parties among them, as long as they follow the
    protocol and no more collude than the suite allows. One vector of (columns + 1)(columns + 2) / 2 + columns numbers
    is opened, or less. One product of matrices, a norm of each row where their ranges do not bound it, and the noise; 4
    rounds more than these to agree on what it costs, spent before anything is computed.

    LocalError `wrong-shape`, `wrong-number`, `wrong-privacy`, `sensitivity-unknown` (rows that an owner's records are
    not known to be in), `not-bounded`, `noise-out-of-range`, and as `mpc.reveal` with `privacy`.
    """
    need_context(ctx, "learning.private_linear_regression")
    require_gaussian(privacy)
    longest, largest = bound_of(row_bound, "row_bound"), bound_of(target_bound, "target_bound")
    examples = examples_of(ctx, features, targets, longest, privacy.neighbours)
    t = unit_targets(examples.targets, largest)
    layout = _Layout(examples.rows.values.shape[1], intercept)
    one = moved_by_a_row(examples.rows.longest, intercept << ctx.fractional_bits, t.longest)
    size = len(layout.places)
    moved = squared_sum_moved(examples.moved, one, size, ctx.fractional_bits)
    products = layout.products(examples.with_ones(intercept), t.values)
    async with noisy_sums(ctx, privacy, 1, size, moved, like=products) as sums:
        opened = await sums.reveal(ctx, products)
    solution = _Solution.of(layout, opened, len(t.values), sums.deviation)
    return solution.model(layout, longest, largest, sums)


def unit_targets(y: SecretArray, bound: float) -> Bounded:
    """Numbers divided by `bound` and clipped to +-1."""
    clipped = fixed(clip(fixed(y * (1 / bound)), -1, 1))
    return Bounded(clipped, clipped.range.magnitude)


def moved_by_a_row(x: int, one: int, t: int) -> int:
    """How far one row in the place of another moves the products, in squared L2: of features no longer than x, with a
    constant `one` beside them (0 without), and a target of at most t in size.

    Of a row v = (x_i x_j for i <= j, c x_i, t x_i, c t). Its squared length is at most L = a^4 + c^2 a^2 + t^2 (a^2 +
    c^2), for |x| <= a. With s = x x' and z = s + c^2, v v' >= s^2 / 2 + c^2 s + t t' z, as the sum over i <= j is half
    of s^2 and of a sum of squares. So |v - v'|^2 <= 2 L - s^2 - 2 c^2 s + 2 t^2 |z| = 2 L + c^4 - z^2 + 2 t^2 |z|, and
    -z^2 + 2 t^2 |z| <= t^4. A row that is left out, or zero, moves it by at most L, which is less.
    """
    a, c, b = x**2, one**2, t**2
    return 2 * (a * a + c * a + b * (a + c)) + c * c + b * b


@dataclass(frozen=True, slots=True)
class _Layout:
    """Which sums are opened: those of products of p features, a constant among them if there is an intercept, and of
    features and target, each once, and not the sum of ones, which is how many rows there are."""

    columns: int
    intercept: bool

    @property
    def p(self) -> int:
        return self.columns + self.intercept

    @property
    def places(self) -> npt.NDArray[np.int64]:
        """Where they stand in the products, (p, p + 1)."""
        i, j = np.triu_indices(self.p, k=0, m=self.p + 1)
        new = (i != self.columns) | (j != self.columns)
        return np.asarray((i * (self.p + 1) + j)[new], np.int64)

    def products(self, x: SecretArray, t: SecretArray) -> SecretArray:
        """What is opened, before its noise, of features with their constant (rows, p), and targets."""
        products: SecretArray = x.T @ concatenate([x, t.reshape(-1, 1)], axis=1)
        return products.reshape(-1)[self.places]

    def matrices(self, opened: Floats, rows: int) -> tuple[Floats, Floats]:
        """The sums of products of features (p, p), and with targets (p,)."""
        found = np.zeros(self.p * (self.p + 1))
        found[self.places] = opened
        upper = found.reshape(self.p, self.p + 1)
        if self.intercept:
            upper[-1, self.columns] = rows
        square = np.triu(upper[:, : self.p])
        return square + np.triu(square, 1).T, upper[:, self.p]

    def noise(self, theta: Floats) -> Floats:
        """The covariance (p, p) of what noise of variance 1 on all that is opened does to the equations, at theta."""
        found = np.outer(theta, theta)
        np.fill_diagonal(found, 1 + theta @ theta)
        if self.intercept:
            found[-1, -1] -= theta[-1] ** 2
        return found


@dataclass(frozen=True, slots=True)
class _Solution:
    """Of equations in units of the bounds: weights (p,), what noise does to them, and the ridge."""

    theta: Floats
    deviations: Floats
    ridge: float

    @staticmethod
    def of(layout: _Layout, opened: Floats, rows: int, sigma: float) -> _Solution:
        """AdaSSP: a ridge that keeps the matrix positive definite, and goes as its eigenvalues grow."""
        gram, moments = layout.matrices(opened, rows)
        noise = sigma * sqrt(layout.p * log(2 * layout.p**2 / _MISSED))
        smallest = max(float(np.linalg.eigvalsh(gram)[0]) - noise, 0.0)
        ridge = max(noise - smallest, 0.0)
        inverse = np.linalg.pinv(gram + ridge * np.eye(layout.p), hermitian=True)
        theta = inverse @ moments
        spread = sigma**2 * inverse @ layout.noise(theta) @ inverse
        return _Solution(theta, np.sqrt(np.diag(spread).clip(min=0)), ridge)

    def model(self, layout: _Layout, row_bound: float, target_bound: float, sums: NoisySums) -> PrivateLinearModel:
        """In the data's own units."""
        unit = target_bound / row_bound
        level = float(self.theta[-1]) * target_bound if layout.intercept else 0.0
        columns = slice(layout.columns)
        return PrivateLinearModel(
            unit * self.theta[columns],
            level,
            unit * self.deviations[columns],
            self.ridge,
            sums.price,
            sums.noise.neighbours,
        )
