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
from protocols.privacy.amounts import count_of

_LINEAR = ("SGDClassifier", "SGDRegressor")
_LAYERED = ("MLPClassifier", "MLPRegressor")

_AUTO = 200
"""Rows of a perceptron's batch where `batch_size` is "auto"."""


@dataclass(slots=True)
class SklearnModel:
    """An estimator whose arrays exist. Made by `sklearn_model`."""

    estimator: Any
    classes: npt.NDArray[Any] | None
    features: int
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
        x, y = self._checked(data)
        rows, start, losses = len(x), self.weights(), []
        taken = batches(rows, local, stream)
        for batch in taken:
            losses.append(self._loss(x[batch], y[batch]) * len(batch))
            self._partial_fit(x[batch], y[batch])
            if local.proximal:
                pulled = min(local.rate * local.proximal, 1.0)
                self.load({name: w - pulled * (w - start[name]) for name, w in self.weights().items()})
        return Fitted(rows, float(sum(losses)) / max(rows * local.epochs, 1), sum(map(self._steps, taken)))

    def evaluate(self, data: Data) -> Evaluated:
        """As of `Model`: log loss of labels (hinge-like ones have no other that all share), squares of numbers."""
        x, y = self._checked(data)
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
        return np.searchsorted(self.classes, y)

    def _checked(self, data: Data) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
        """x (rows, features) of finite numbers, and y (rows,): labels that are all classes, or finite numbers.

        LocalError `wrong-shape`, `wrong-data`, before scikit-learn sees anything of it; none quotes a value.
        """
        x, y = (np.asarray(part) for part in pair_of(data))
        if len(x) and (x.ndim != 2 or x.shape[1] != self.features):
            raise LocalError(
                "wrong-shape",
                f"x is of shape {x.shape}, and the model was made for rows of {self.features} features",
                f"an array of shape (rows, {self.features}), or sklearn_model(features=...) as x has columns",
            )
        if y.ndim != 1:
            raise LocalError("wrong-shape", f"y is of shape {y.shape}", "one value for each row, as y.reshape(-1)")
        x = _numbers(x, "x")
        return (x, _numbers(y, "y")) if self.classes is None else (x, _labels(y, self.classes))

    def _logits(self, x: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """(rows, classes)."""
        if type(self.estimator).__name__ in _LINEAR:
            found = np.asarray(self.estimator.decision_function(x))
        else:
            found = np.log(np.maximum(self.estimator.predict_proba(x), 1e-12))
        return found if found.ndim == 2 else np.stack([np.zeros_like(found), found], axis=1)

    def _steps(self, batch: npt.NDArray[np.int64]) -> int:
        """How many the estimator takes in a batch: linear ones one for each row, perceptrons one for each of theirs."""
        if type(self.estimator).__name__ in _LINEAR:
            return len(batch)
        size = self.estimator.get_params()["batch_size"]
        return -(-len(batch) // (_AUTO if size == "auto" else int(size)))

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


def _numbers(array: npt.NDArray[Any], name: str) -> npt.NDArray[Any]:
    """LocalError `wrong-data` for what are not finite numbers; it names the first such row, not what stands there."""
    if array.dtype.kind not in "biuf":
        raise LocalError(
            "wrong-data", f"{name} holds {_kind(array)}, not numbers",
            "numbers: for texts one column of 0 and 1 for each category, or a number for each",
        )  # fmt: skip
    finite = np.isfinite(array)
    if not finite.all():
        rows = np.flatnonzero(~finite.reshape(len(array), -1).all(axis=1))
        raise LocalError(
            "wrong-data", f"{name} holds NaN or infinities in {len(rows):,} rows, the first row {rows[0]} from 0",
            "leave those rows out, or put a public number in their place",
        )  # fmt: skip
    return array


def _labels(y: npt.NDArray[Any], classes: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """The labels in the type of the classes. LocalError `wrong-data`: how many are none, and the first such row."""
    texts = classes.dtype.kind == "U"
    fits = y.dtype.kind == "U" or {*map(type, y.tolist())} <= {str} if texts else y.dtype.kind in "biuf"
    if not fits:
        raise LocalError(
            "wrong-data",
            f"the labels are {_kind(y)}, and classes= are {_kind(classes)}",
            "labels as the classes are, of one type at all sites: classes=np.unique(labels) of public labels, or "
            "np.searchsorted(classes, labels) with classes=range(...)",
        )
    labels = y.astype(np.str_) if texts else y
    strange = np.flatnonzero(~np.isin(labels, classes))
    if len(strange):
        signs = {*np.unique(y).tolist()} <= {-1, 1} and {*classes.tolist()} == {0, 1}
        raise LocalError(
            "wrong-data",
            f"{len(strange):,} of {len(y):,} labels are none of the {len(classes)} classes=, the first in row "
            f"{strange[0]} from 0",
            "labels that are -1 and 1 are of classes=(-1, 1); or (y > 0).astype(int)" if signs else
            "classes= with every label that any site may have, the same at all; NaN is none: leave those rows out",
        )  # fmt: skip
    return labels if texts else labels.astype(classes.dtype)


def _kind(array: npt.NDArray[Any]) -> str:
    kinds = {
        "U": "texts",
        "S": "bytes",
        "M": "dates",
        "b": "truth values",
        "i": "numbers",
        "u": "numbers",
        "f": "numbers",
    }
    if array.dtype.kind == "O":
        return " and ".join(sorted({f"values of type {type(value).__name__}" for value in array.reshape(-1).tolist()}))
    return kinds.get(array.dtype.kind, f"values of dtype {array.dtype}")


def _classes(classes: Sequence[Any]) -> npt.NDArray[Any]:
    """Each once, ascending. LocalError `unsuitable-model` for fewer than two, or what cannot be compared."""
    array = np.asarray([*classes])
    if array.ndim != 1 or array.dtype.kind not in "biufU" or (array.dtype.kind == "f" and not np.isfinite(array).all()):
        raise LocalError(
            "unsuitable-model", f"classes= of shape {array.shape} holds {_kind(array)}",
            "whole numbers or texts, as range(10) or ('no', 'yes'): all labels that any site may have",
        )  # fmt: skip
    if {str} < {*map(type, classes)}:
        raise LocalError("unsuitable-model", "classes= are texts and numbers", "labels of one type")
    found = np.unique(array)
    if len(found) < 2:
        raise LocalError(
            "unsuitable-model", f"classes= has {len(found)} label, and there is nothing to tell apart",
            "all labels that any site may have, not those of this site alone",
        )  # fmt: skip
    return found


def sklearn_model(estimator: Any, *, features: int, classes: Sequence[Any] | None = None) -> SklearnModel:
    """An `SGDClassifier`, `SGDRegressor`, `MLPClassifier` or `MLPRegressor` as a model, with all its arrays.

    `features`: columns of x. `classes`: all labels that any site may have, the same at all; none for regressors. Linear
    models begin with zeros; perceptrons as `random_state` says, and party 0's are taken where sites differ. Shuffling
    is ours. A site that lacks some of the classes learns as well.

    LocalError `unsuitable-model` for other estimators, classes that are missing, none, or one alone, options that
    scikit-learn refuses, and options that go on from more than the weights: `average`, `early_stopping`, lbfgs,
    balanced classes. Training and judging raise `wrong-shape` for other columns than `features`, and `wrong-data` for
    labels that are no classes, texts, NaN and infinities.
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
    labels = None if classes is None else _classes(classes)
    made = SklearnModel(estimator, labels, count_of(features, "the features"))
    rows = 1 if labels is None else len(labels)
    try:
        made._partial_fit(np.zeros((rows, features)), np.zeros(rows) if labels is None else labels)
    except ValueError as error:
        remedy = f"the options that scikit-learn's page of {kind} names"
        raise LocalError("unsuitable-model", f"scikit-learn refuses this {kind}: {error}", remedy) from None
    if kind in _LINEAR:
        made.load({name: np.zeros_like(array) for name, array in made.weights().items()})
    return made
