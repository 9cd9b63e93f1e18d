"""Models of scikit-learn: linear ones by stochastic gradient descent, and perceptrons, trained a batch at a time.

`SGDClassifier`, `SGDRegressor`, `MLPClassifier` and `MLPRegressor` have `partial_fit`, which takes a batch. Their own
learning rates hold, not that of `Local`. Weights are coefficients and intercepts; what their optimisers remember stays
with a site.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from mpc.errors import LocalError
from mpc.prg import Prg
from protocols.federated.layout import Weights
from protocols.federated.models import Data, Evaluated, Fitted, Local, batches, pair_of

_LINEAR = ("SGDClassifier", "SGDRegressor")
_LAYERED = ("MLPClassifier", "MLPRegressor")


@dataclass(slots=True)
class SklearnModel:
    """An estimator whose arrays exist. Made by `sklearn_model`."""

    estimator: Any
    classes: npt.NDArray[Any] | None
    statistics: Sequence[str] = field(default=())

    def weights(self) -> dict[str, npt.NDArray[Any]]:
        """Copies: `coef`, `intercept`; of a perceptron `coef0`, `intercept0`, and so on."""
        if type(self.estimator).__name__ in _LINEAR:
            return {"coef": self.estimator.coef_.copy(), "intercept": np.array(self.estimator.intercept_, np.float64)}
        found = {}
        for number, (coef, intercept) in enumerate(zip(self.estimator.coefs_, self.estimator.intercepts_, strict=True)):
            found[f"coef{number}"], found[f"intercept{number}"] = coef.copy(), intercept.copy()
        return found

    def load(self, weights: Weights) -> None:
        """As of `Model`: into the estimator's own arrays."""
        arrays = self._arrays()
        for name, array in weights.items():
            arrays[name][...] = array

    def fit(self, data: Data, local: Local, stream: Prg) -> Fitted:
        """As of `Model`; after each batch the weights are pulled back by `rate proximal` of how far they went."""
        x, y = pair_of(data)
        rows, start, losses = len(x), self.weights(), []
        for batch in batches(rows, local, stream):
            losses.append(self._loss(x[batch], y[batch]) * len(batch))
            self._partial_fit(x[batch], y[batch])
            if local.proximal:
                pulled = min(local.rate * local.proximal, 1.0)
                self.load({name: w - pulled * (w - start[name]) for name, w in self.weights().items()})
        return Fitted(rows, float(sum(losses)) / max(rows * local.epochs, 1))

    def evaluate(self, data: Data) -> Evaluated:
        """As of `Model`: log loss of labels (hinge-like ones have no other that all share), squares of numbers."""
        x, y = pair_of(data)
        rows = len(x)
        if not rows:
            return Evaluated(0, 0.0, None if self.classes is None else 0)
        correct = None if self.classes is None else int((self.estimator.predict(x) == y).sum())
        return Evaluated(rows, self._loss(x, y), correct)

    def _loss(self, x: npt.NDArray[Any], y: npt.NDArray[Any]) -> float:
        if self.classes is None:
            return float(np.square(self.estimator.predict(x) - y).mean())
        logits = self._logits(x)
        largest = logits.max(axis=1, keepdims=True)
        total = largest[:, 0] + np.log(np.exp(logits - largest).sum(axis=1))
        return float((total - logits[np.arange(len(y)), self._places(y)]).mean())

    def _places(self, y: npt.NDArray[Any]) -> npt.NDArray[np.int64]:
        """Of the labels among the classes."""
        assert self.classes is not None
        places = np.searchsorted(self.classes, y).clip(max=len(self.classes) - 1)
        if not np.array_equal(self.classes[places], y):
            raise LocalError(
                "wrong-data", f"labels of {len(y)} rows are not all of classes=", "every label that any site may have"
            )
        return np.asarray(places, np.int64)

    def _logits(self, x: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """(rows, classes)."""
        if type(self.estimator).__name__ in _LINEAR:
            found = np.asarray(self.estimator.decision_function(x))
        else:
            found = np.log(np.maximum(self.estimator.predict_proba(x), 1e-12))
        return found if found.ndim == 2 else np.stack([np.zeros_like(found), found], axis=1)

    def _partial_fit(self, x: npt.NDArray[Any], y: npt.NDArray[Any]) -> None:
        if self.classes is None:
            self.estimator.partial_fit(x, y)
        else:
            self.estimator.partial_fit(x, y, classes=self.classes)

    def _arrays(self) -> dict[str, npt.NDArray[Any]]:
        estimator = self.estimator
        if type(estimator).__name__ in _LINEAR:
            return {"coef": estimator.coef_, "intercept": estimator.intercept_}
        coefs = {f"coef{i}": array for i, array in enumerate(estimator.coefs_)}
        return coefs | {f"intercept{i}": array for i, array in enumerate(estimator.intercepts_)}


def sklearn_model(estimator: Any, *, features: int, classes: Sequence[Any] | None = None) -> SklearnModel:
    """An `SGDClassifier`, `SGDRegressor`, `MLPClassifier` or `MLPRegressor` as a model, with all its arrays.

    `features`: columns of x. `classes`: all labels that any site may have, the same at all; none for regressors. Linear
    models begin with zeros; perceptrons as `random_state` says, and party 0's are taken where sites differ. Shuffling
    is ours. LocalError `unsuitable-model` for other estimators, classes that are missing or none,
    and options that go on from more than the weights: `average`, `early_stopping`, lbfgs, balanced classes.
    """
    kind = type(estimator).__name__
    is_classifier = kind.endswith("Classifier")
    if kind not in _LINEAR + _LAYERED or is_classifier != (classes is not None):
        raise LocalError(
            "unsuitable-model",
            f"a {kind} with {'no' if classes is None else 'given'} classes cannot be trained batch by batch",
            "SGDClassifier or MLPClassifier with classes=, SGDRegressor or MLPRegressor without",
        )
    options = estimator.get_params()
    own = "average" if options.get("average") else "early_stopping" if options.get("early_stopping") else ""
    if own or options.get("solver") == "lbfgs" or options.get("class_weight") == "balanced":
        raise LocalError(
            "unsuitable-model",
            f"a {kind} with {own or options.get('solver') or 'balanced weights'} has more than its weights to go on "
            "from, or takes all rows at once",
            "no average=, early_stopping=, class_weight='balanced'; solver='sgd' or 'adam'",
        )
    labels = None if classes is None else np.unique(np.asarray(classes))
    made = SklearnModel(estimator, labels)
    rows = 1 if labels is None else len(labels)
    made._partial_fit(np.zeros((rows, features)), np.zeros(rows) if labels is None else labels)
    if kind in _LINEAR:
        made.load({name: np.zeros_like(array) for name, array in made.weights().items()})
    return made
