"""Fitted estimators of scikit-learn as predictors. The library itself is not imported here: names and arrays are read.

Linear models, trees and their ensembles, perceptrons of several layers, k-means and principal components, and
pipelines of scalers before them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from protocols.models.predictor import Activation, Floats, Layer, Link, Part, Predictor, joined
from protocols.models.refusals import unsupported
from protocols.models.sklearn_trees import Nodes, nodes_of, nodes_of_histograms, trees_of

_Made = tuple[list[Part], Link]

LINEAR = (
    "LinearRegression", "Ridge", "RidgeCV", "Lasso", "LassoCV", "ElasticNet", "ElasticNetCV", "LinearSVR",
    "SGDRegressor", "HuberRegressor", "BayesianRidge", "ARDRegression", "Lars", "LassoLars", "TheilSenRegressor",
)  # fmt: skip
LINEAR_CLASSES = (
    "LogisticRegression", "LogisticRegressionCV", "SGDClassifier", "LinearSVC", "RidgeClassifier", "RidgeClassifierCV",
    "Perceptron", "PassiveAggressiveClassifier", "LinearDiscriminantAnalysis",
)  # fmt: skip
_WITH_ODDS = ("LogisticRegression", "LogisticRegressionCV", "LinearDiscriminantAnalysis")
TREES = ("DecisionTreeClassifier", "DecisionTreeRegressor", "ExtraTreeClassifier", "ExtraTreeRegressor")
FORESTS = ("RandomForestClassifier", "RandomForestRegressor", "ExtraTreesClassifier", "ExtraTreesRegressor")
BOOSTED = ("GradientBoostingClassifier", "GradientBoostingRegressor")
HISTOGRAMS = ("HistGradientBoostingClassifier", "HistGradientBoostingRegressor")
PERCEPTRONS = ("MLPClassifier", "MLPRegressor")
SCALERS = ("StandardScaler", "MinMaxScaler", "MaxAbsScaler", "RobustScaler")
OTHERS = ("KMeans", "MiniBatchKMeans", "PCA", "TruncatedSVD")
SUPPORTED = (*LINEAR, *LINEAR_CLASSES, *TREES, *FORESTS, *BOOSTED, *HISTOGRAMS, *PERCEPTRONS, *SCALERS, *OTHERS)
_NEAREST = {
    "SVC": "LinearSVC or LogisticRegression", "NuSVC": "LinearSVC or LogisticRegression", "SVR": "LinearSVR or Ridge",
    "KNeighborsClassifier": "RandomForestClassifier", "GaussianNB": "LinearDiscriminantAnalysis",
    "AdaBoostClassifier": "GradientBoostingClassifier", "OneHotEncoder": "columns of 0 and 1 as inputs",
    "ColumnTransformer": "columns that are scaled alike, or scaled before they come",
    **dict.fromkeys(
        ("GridSearchCV", "RandomizedSearchCV", "HalvingGridSearchCV", "HalvingRandomSearchCV"),
        "what it found, once it is fitted: its best_estimator_",
    ),
}  # fmt: skip


def is_estimator(source: Any) -> bool:
    """Whether it looks like an estimator of scikit-learn."""
    return hasattr(source, "get_params") and (hasattr(source, "predict") or hasattr(source, "transform"))


def predictor_of(estimator: Any) -> Predictor:
    """A fitted estimator as a predictor. LocalError `unsupported-model` with what is in the way, all of a pipeline's
    steps together, and the nearest estimator that is taken."""
    steps = [step for _, step in estimator.steps] if type(estimator).__name__ == "Pipeline" else [estimator]
    steps = [step for step in steps if step is not None and step != "passthrough"]
    _refuse(steps)
    parts: list[Part] = []
    link: Link = "values"
    for step in steps:
        made, link = _made(step)
        parts += made
    classes = getattr(steps[-1], "classes_", None)
    labels = () if classes is None or link == "values" else tuple(np.asarray(classes).tolist())
    if link == "scores" and classes is None:
        labels = tuple(range(len(parts[-1].shift))) if isinstance(parts[-1], Layer) else ()
    return Predictor(joined(parts), link, labels)


def _refuse(steps: list[Any]) -> None:
    """LocalError `unsupported-model` for steps that are none here, that are not fitted, or that do not come last."""
    what, nearest = [], []
    for place, step in enumerate(steps):
        name = type(step).__name__
        if name not in SUPPORTED:
            what.append(name)
            nearest.append(_NEAREST.get(name, "a linear model, trees or a perceptron"))
        elif not hasattr(step, "n_features_in_"):
            what.append(f"a {name} that is not fitted")
            nearest.append(f"{name}().fit(...)")
        elif place < len(steps) - 1 and name not in (*SCALERS, "PCA", "TruncatedSVD"):
            what.append(f"a {name} before the last step")
            nearest.append("scalers and PCA before one estimator")
    if not steps:
        what, nearest = ["no step at all"], ["one estimator or more"]
    if what:
        raise unsupported("the estimator", ", ".join(what), "; ".join(dict.fromkeys(nearest)))


def _made(step: Any) -> _Made:
    name = type(step).__name__
    rules: tuple[tuple[tuple[str, ...], Callable[[Any], _Made]], ...] = (
        (LINEAR + LINEAR_CLASSES, _linear), (TREES, _tree), (FORESTS, _forest), (BOOSTED, _boosted),
        (HISTOGRAMS, _boosted_by_histograms),
        (PERCEPTRONS, _perceptron), (SCALERS, _scaler), (OTHERS[:2], _clusters), (OTHERS[2:], _components),
    )  # fmt: skip
    return next(rule(step) for names, rule in rules if name in names)


def _linear(step: Any) -> _Made:
    if str(getattr(getattr(step, "_label_binarizer", None), "y_type_", "")).startswith("multilabel"):
        raise unsupported("the estimator", "several labels of one row", "one estimator for each label")
    coef = step.coef_.toarray() if hasattr(step.coef_, "toarray") else step.coef_
    weight = np.atleast_2d(np.asarray(coef, np.float64)).T
    shift = np.broadcast_to(np.asarray(step.intercept_, np.float64), weight.shape[1:]).copy()
    name = type(step).__name__
    if name in LINEAR:
        return [Layer(weight, shift)], "values"
    if weight.shape[1] == 1:
        odds = name in _WITH_ODDS or (name == "SGDClassifier" and step.loss == "log_loss")
        return [Layer(weight, shift)], "sigmoid" if odds else "sign"
    together = name in _WITH_ODDS and getattr(step, "multi_class", "") != "ovr"
    return [Layer(weight, shift)], "softmax" if together else "scores"


def _tree(step: Any) -> _Made:
    return _averaged(step, [step])


def _forest(step: Any) -> _Made:
    return _averaged(step, step.estimators_)


def _averaged(step: Any, trees: Any) -> _Made:
    if getattr(step, "n_outputs_", 1) != 1:
        raise unsupported("the estimator", f"{step.n_outputs_} outputs of one tree", "one estimator for each output")
    classes, nodes = hasattr(step, "classes_"), []
    for tree in trees:
        value = np.asarray(tree.tree_.value, np.float64)[:, 0, :]
        share = value / value.sum(axis=1, keepdims=True) if classes else value
        nodes.append(nodes_of(tree, share / len(trees)))
    start = np.zeros(nodes[0].values.shape[1])
    return [trees_of(nodes, start, step.n_features_in_)], "shares" if classes else "values"


def _boosted(step: Any) -> _Made:
    if hasattr(step, "classes_") and step.loss != "log_loss":
        raise unsupported("the estimator", f"loss={step.loss!r}", "loss='log_loss'")
    outputs, nodes = step.estimators_.shape[1], []
    for number, tree in enumerate(step.estimators_.reshape(-1)):
        value = np.zeros((tree.tree_.node_count, outputs))
        value[:, number % outputs] = step.learning_rate * tree.tree_.value[:, 0, 0]
        nodes.append(nodes_of(tree, value))
    return _added(step, nodes, outputs)


def _boosted_by_histograms(step: Any) -> _Made:
    if step.loss in ("poisson", "gamma"):
        raise unsupported("the estimator", f"loss={step.loss!r}", "loss='squared_error'")
    stages = step._predictors
    outputs = len(stages[0])
    nodes = [nodes_of_histograms(tree, place, outputs) for stage in stages for place, tree in enumerate(stage)]
    return _added(step, nodes, outputs)


def _added(step: Any, nodes: list[Nodes], outputs: int) -> _Made:
    """Where boosting starts follows from what the estimator says of one row, less what its trees say: of two, if it is
    the same everywhere."""
    found = trees_of(nodes, np.zeros(outputs), step.n_features_in_)
    rows = np.stack([np.zeros(step.n_features_in_), np.ones(step.n_features_in_)])
    classes = hasattr(step, "classes_")
    told = step.decision_function(rows) if classes else step.predict(rows)
    start: Floats = np.asarray(told, np.float64).reshape(2, outputs) - found(rows)
    if not np.allclose(start[0], start[1], rtol=1e-6, atol=1e-6):
        raise unsupported("the estimator", "an init= that differs from row to row", "init=None or 'zero'")
    link: Link = "values" if not classes else "sigmoid" if outputs == 1 else "softmax"
    return [replace(found, start=start[0])], link


def _perceptron(step: Any) -> _Made:
    hidden: Activation = step.activation
    layers: list[Part] = []
    for place, (weight, shift) in enumerate(zip(step.coefs_, step.intercepts_, strict=True)):
        last = place == len(step.coefs_) - 1
        layers.append(
            Layer(np.asarray(weight, np.float64), np.asarray(shift, np.float64), "identity" if last else hidden)
        )
    link: dict[str, Link] = {"identity": "values", "logistic": "sigmoid", "softmax": "softmax"}
    if step.out_activation_ == "logistic" and step.n_outputs_ > 1:
        raise unsupported("the estimator", "several labels of one row", "one estimator for each label")
    return layers, link[step.out_activation_]


def _scaler(step: Any) -> _Made:
    """As one matrix with numbers on its diagonal, which the next layer takes in."""
    features, name = step.n_features_in_, type(step).__name__
    if name == "MinMaxScaler":
        if step.clip:
            raise unsupported("the estimator", "a MinMaxScaler with clip=True", "clip=False")
        factor, shift = step.scale_, step.min_
    else:
        scale = getattr(step, "scale_", None)
        centre = getattr(step, "center_" if name == "RobustScaler" else "mean_", None)
        factor = np.ones(features) if scale is None else 1 / np.asarray(scale)
        shift = np.zeros(features) if centre is None or _uncentred(step) else -np.asarray(centre) * factor
    return [Layer(np.diag(np.asarray(factor, np.float64)), np.asarray(shift, np.float64))], "values"


def _uncentred(step: Any) -> bool:
    return not getattr(step, "with_mean", True) or not getattr(step, "with_centering", True)


def _clusters(step: Any) -> _Made:
    """x c - |c|^2 / 2 is largest where the distance of x and c is least."""
    centres = np.asarray(step.cluster_centers_, np.float64)
    return [Layer(centres.T, -np.square(centres).sum(axis=1) / 2)], "scores"


def _components(step: Any) -> _Made:
    components = np.asarray(step.components_, np.float64)
    mean = np.asarray(getattr(step, "mean_", np.zeros(components.shape[1])), np.float64)
    if getattr(step, "whiten", False):
        components = components / np.sqrt(np.maximum(step.explained_variance_, 1e-12))[:, None]
    return [Layer(components.T, -mean @ components.T)], "values"
