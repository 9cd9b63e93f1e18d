"""Fitted estimators of scikit-learn on small made-up data, whose numbers are multiples of 2^-8 and no threshold."""

import warnings
from functools import cache

import numpy as np
import pytest

pytest.importorskip("sklearn", reason="scikit-learn is not installed")

import threadpoolctl
from sklearn import cluster, decomposition, discriminant_analysis, ensemble, linear_model, neural_network, svm, tree
from sklearn import preprocessing as scaling
from sklearn.pipeline import make_pipeline

FEATURES = 5
_RANDOM = np.random.default_rng(7)
ROWS = np.round(_RANDOM.normal(0, 1, (90, FEATURES)).clip(-4, 4) * 256) / 256
NUMBERS = ROWS @ np.array([1.0, -2.0, 0.5, 0.0, 3.0]) + ROWS[:, 0] * ROWS[:, 1]
THREE = np.digitize(NUMBERS, [-2, 2]) + 10
TWO = np.where(NUMBERS > 0, "yes", "no")

_ESTIMATORS = {
    "LinearRegression": lambda: linear_model.LinearRegression().fit(ROWS, NUMBERS),
    "Ridge of two numbers": lambda: linear_model.Ridge().fit(ROWS, np.stack([NUMBERS, -NUMBERS], axis=1)),
    "ElasticNet": lambda: linear_model.ElasticNet(alpha=0.1).fit(ROWS, NUMBERS),
    "LogisticRegression of two": lambda: linear_model.LogisticRegression().fit(ROWS, TWO),
    "LogisticRegression of three": lambda: linear_model.LogisticRegression().fit(ROWS, THREE),
    "SGDClassifier": lambda: linear_model.SGDClassifier(loss="log_loss", random_state=0).fit(ROWS, TWO),
    "sparse weights": lambda: linear_model.SGDClassifier(loss="hinge", random_state=0).fit(ROWS, THREE).sparsify(),
    "LinearSVC of three": lambda: svm.LinearSVC(random_state=0).fit(ROWS, THREE),
    "RidgeClassifier": lambda: linear_model.RidgeClassifier().fit(ROWS, TWO),
    "LinearDiscriminantAnalysis": lambda: discriminant_analysis.LinearDiscriminantAnalysis().fit(ROWS, THREE),
    "DecisionTreeClassifier": lambda: tree.DecisionTreeClassifier(max_depth=4, random_state=0).fit(ROWS, THREE),
    "DecisionTreeRegressor": lambda: tree.DecisionTreeRegressor(max_leaf_nodes=9, random_state=0).fit(ROWS, NUMBERS),
    "a tree of one class": lambda: tree.DecisionTreeClassifier().fit(ROWS, np.full(90, 3)),
    "a tree of one leaf": lambda: tree.DecisionTreeRegressor().fit(ROWS, np.full(90, 2.5)),
    "RandomForestClassifier": lambda: ensemble.RandomForestClassifier(3, max_depth=3, random_state=0).fit(ROWS, THREE),
    "ExtraTreesRegressor": lambda: ensemble.ExtraTreesRegressor(3, max_depth=3, random_state=0).fit(ROWS, NUMBERS),
    "GradientBoostingClassifier of two": lambda: ensemble.GradientBoostingClassifier(
        n_estimators=4, max_depth=2, random_state=0
    ).fit(ROWS, TWO),
    "GradientBoostingClassifier of three": lambda: ensemble.GradientBoostingClassifier(
        n_estimators=3, max_depth=2, random_state=0
    ).fit(ROWS, THREE),
    "GradientBoostingRegressor": lambda: ensemble.GradientBoostingRegressor(
        n_estimators=5, max_depth=2, random_state=0
    ).fit(ROWS, NUMBERS),
    "HistGradientBoostingClassifier": lambda: ensemble.HistGradientBoostingClassifier(
        max_iter=3, max_depth=3, min_samples_leaf=5
    ).fit(ROWS, THREE),
    "HistGradientBoostingRegressor": lambda: ensemble.HistGradientBoostingRegressor(
        max_iter=3, max_leaf_nodes=7, min_samples_leaf=5
    ).fit(ROWS, NUMBERS),
    "MLPClassifier of three": lambda: neural_network.MLPClassifier(
        (4, 3), max_iter=30, random_state=0
    ).fit(ROWS, THREE),
    "MLPClassifier of two": lambda: neural_network.MLPClassifier(
        (4,), activation="tanh", max_iter=30, random_state=0
    ).fit(ROWS, TWO),
    "MLPRegressor": lambda: neural_network.MLPRegressor(
        hidden_layer_sizes=(4,), activation="logistic", max_iter=30, random_state=0
    ).fit(ROWS, NUMBERS),
    "KMeans": lambda: cluster.KMeans(3, n_init=1, random_state=0).fit(ROWS),
    "PCA": lambda: decomposition.PCA(2, whiten=True).fit(ROWS),
    "StandardScaler": lambda: scaling.StandardScaler().fit(ROWS),
    "scalers before a line": lambda: make_pipeline(
        scaling.StandardScaler(), scaling.MinMaxScaler((-1, 1)), linear_model.LogisticRegression()
    ).fit(ROWS, THREE),
    "components before trees": lambda: make_pipeline(
        scaling.RobustScaler(), decomposition.PCA(3), tree.DecisionTreeClassifier(max_depth=2, random_state=0)
    ).fit(ROWS, TWO),
    "a scaler before clusters": lambda: make_pipeline(
        scaling.MaxAbsScaler(), cluster.KMeans(3, n_init=1, random_state=0)
    ).fit(ROWS),
}  # fmt: skip
NAMES = tuple(_ESTIMATORS)


@cache
def fitted(name):
    """One of them; each is fitted once."""
    # Some would go on learning, and say so; threads that wait for one another are slow where others run as well.
    with warnings.catch_warnings(action="ignore"), threadpoolctl.threadpool_limits(1):
        return _ESTIMATORS[name]()


def wanted(estimator, classes, rows):
    """What scikit-learn says of rows: places of classes, or numbers."""
    if not hasattr(estimator, "predict"):
        return estimator.transform(rows)
    found = estimator.predict(rows)
    return np.searchsorted(np.array(classes), found) if classes else found
