"""Logistic regression on columns of several owners: features here and there, labels with whoever has them.

Each step takes a batch of rows S. With p = sigmoid(sum of X_i[S] w_i + b), the residuals p - y are shared, and
w_i loses rate (X_i[S]^T (p - y) / |S| + ridge w_i). Both products are of a matrix that one party knows with a shared
vector, by Paillier (`protocols.encrypted.products`): the features never leave their owner, in whatever form. Chen et
al., "When homomorphic encryption marries secret sharing" (CAESAR), KDD 2021, algorithm 2; sigmoid, labels and sums are
those of the array tier.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf
from typing import Any

import numpy as np

from mpc.context import Context, together
from mpc.errors import LocalError
from protocols.array.functions import sigmoid
from protocols.array.known_arrays import KnownArray, known_matmul, require_known
from protocols.array.lines import user_line
from protocols.array.misuse import need_context
from protocols.array.revealing import checked
from protocols.array.secret import SecretArray
from protocols.learning.truth_labels import require_truths


@dataclass(frozen=True, slots=True)
class LogisticModel:
    """Log odds that are linear in features: a secret weight for each column, by owner, and a secret intercept."""

    weights: tuple[SecretArray, ...]
    intercept: SecretArray

    async def scores(self, ctx: Context, features: Sequence[KnownArray]) -> SecretArray:
        """The log odds of rows, whose features are in the hands, columns and order that the model was trained on."""
        if len(features) != len(self.weights):
            raise LocalError(
                "wrong-shape",
                f"features of {len(features)} owners for the weights of {len(self.weights)}",
                "give as many as the model was trained on, in their order",
                line=user_line(),
            )
        pairs = zip(features, self.weights, strict=True)
        parts: list[Any] = await together(ctx, *((known_matmul, x, w) for x, w in pairs))
        total: SecretArray = sum(parts, self.intercept)
        return total


async def logistic_regression(
    ctx: Context,
    features: Sequence[KnownArray],
    labels: SecretArray,
    *,
    batches: int = 8,
    epochs: int = 4,
    rate: float = 1.0,
    ridge: float = 0.01,
) -> LogisticModel:
    """A model of truth values `labels` (rows,) by matrices `features` (rows, columns), each known to one party.

    Trained by `epochs` passes over the rows, each of so many `batches`: the k-th has every row whose number leaves k,
    which is public. `rate` is the length of a step, `ridge` what keeps weights small. Bring columns to about the same
    size first, say to deviations from their mean in units of their deviation; ranges count in those of the weights.

    Nobody learns anything, neither of the data nor of a model on the way; reveal weights to whom they are for,
    `await mpc.reveal(ctx, model.weights[0], to=0)`. Against semi-honest parties, as many of whom may collude as the
    suite allows. Weights are those of the same steps in the clear but for rounding, a few units of the last place a
    step, and the sigmoid, which is off by 1.1e-4: a step by as much times `rate` and the size of features.
    A step has two products by Paillier side by side for each owner, and a sigmoid of the batch.
    LocalError `wrong-shape`, `wrong-number` (labels that may be other than 0 and 1, too), and as `mpc.known_matmul`.
    """
    need_context(ctx, "learning.logistic_regression")
    _check(features, checked(ctx, labels, user_line()))
    _check_steps(len(labels), batches, epochs, rate, ridge)
    model: LogisticModel | None = None
    for step in range(epochs * batches):
        rows = slice(step % batches, None, batches)
        model = await _improved(ctx, model, [x[rows] for x in features], labels[rows], rate, ridge)
    assert model is not None
    return model


async def _improved(
    ctx: Context,
    model: LogisticModel | None,
    features: Sequence[KnownArray],
    labels: SecretArray,
    rate: float,
    ridge: float,
) -> LogisticModel:
    """The model after a step along the gradient; the first step starts at zero."""
    expected = 0.5 if model is None else sigmoid(await model.scores(ctx, features))
    residuals = expected - labels.astype(int)
    gradients: list[Any] = await together(ctx, *((known_matmul, x.T, residuals) for x in features))
    length = rate / len(labels)
    steps = [-length * gradient for gradient in gradients]
    level = -length * residuals.sum()
    if model is None:
        return LogisticModel(tuple(steps), level)
    kept = 1 - rate * ridge
    weights = tuple(kept * w + step for w, step in zip(model.weights, steps, strict=True))
    return LogisticModel(weights, model.intercept + level)


def _check(features: Sequence[KnownArray], labels: SecretArray) -> None:
    """LocalError `wrong-shape`, `not-known`, `wrong-number`."""
    line = user_line()
    shapes = [require_known(x, line).shape for x in features]
    if not shapes or any(len(shape) != 2 or (shape[0],) != labels.shape for shape in shapes):
        raise LocalError(
            "wrong-shape",
            f"features of shapes {', '.join(map(str, shapes))} beside labels of shape {labels.shape}",
            "give matrices with a row for each label: mpc.known(ctx, owner, table)",
            line=line,
        )
    require_truths(labels)


def _check_steps(rows: int, batches: Any, epochs: Any, rate: Any, ridge: Any) -> None:
    """LocalError `wrong-number`."""
    line = user_line()
    if any(type(count) is not int for count in (batches, epochs)) or not 1 <= batches <= rows or epochs < 1:
        raise LocalError(
            "wrong-number",
            f"{epochs} passes over {rows} rows in {batches} batches",
            "take at least one pass, and batches that have rows",
            line=line,
        )
    sizes = [size.item() if isinstance(size, np.generic) else size for size in (rate, ridge)]
    if any(type(size) not in (int, float) or not 0 <= size < inf for size in sizes) or not sizes[0]:
        raise LocalError(
            "wrong-number",
            f"steps of length {rate!r} with a ridge of {ridge!r}",
            "give numbers: rate= above 0, ridge= from 0 on",
            line=line,
        )
