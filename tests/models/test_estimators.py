"""Estimators of scikit-learn as predictors in the clear: the same answers, and what cannot be taken is said whole."""

import importlib

import numpy as np
import pytest
from models.estimators import FEATURES, NAMES, NUMBERS, ROWS, THREE, TWO, fitted, wanted

from mpc.errors import LocalError
from protocols.models.loading import load
from protocols.models.predictor import Layer, joined
from protocols.models.sklearn_estimators import LINEAR, SUPPORTED

svm = pytest.importorskip("sklearn.svm")
import threadpoolctl  # noqa: E402
from sklearn import dummy, ensemble, linear_model, neural_network, tree  # noqa: E402
from sklearn import preprocessing as scaling  # noqa: E402
from sklearn.pipeline import make_pipeline  # noqa: E402


@pytest.mark.parametrize("name", NAMES)
def test_a_predictor_says_what_the_estimator_says(name):
    estimator, predictor = fitted(name), load(fitted(name))
    found, want = predictor.predict(ROWS), wanted(estimator, predictor.classes, ROWS)
    assert found.shape == want.shape
    assert np.allclose(found, want, atol=1e-9) if predictor.link == "values" else np.array_equal(found, want)
    assert not any(char.isdigit() for char in repr(predictor).split(";")[0])
    assert not any("array" in repr(part) for part in predictor.parts)


def test_scalers_and_layers_before_a_layer_are_taken_into_it():
    assert len(load(fitted("scalers before a line")).parts) == 1
    assert len(load(fitted("a scaler before clusters")).parts) == 1
    assert [type(part).__name__ for part in load(fitted("components before trees")).parts] == ["Layer", "Trees"]
    assert [part.activation for part in load(fitted("MLPClassifier of three")).parts] == ["relu", "relu", "identity"]


def test_every_leaf_of_a_padded_table_is_reached_by_what_the_tree_sends_there():
    """Each row reaches one leaf of each tree, and that one whose number the tree tells."""
    forest = fitted("RandomForestClassifier")
    (trees,) = load(forest).parts
    above = np.moveaxis(ROWS[:, trees.features] > trees.thresholds, 0, 1).astype(int)
    reached = above @ trees.paths == trees.rights[:, None]
    assert (reached.sum(axis=2) == 1).all()
    assert (above @ trees.paths <= trees.rights[:, None]).all()
    assert (trees.rights[:, None] - above @ trees.paths <= trees.depth).all()
    assert trees.depth == max(each.get_depth() for each in forest.estimators_)


@pytest.mark.parametrize(
    ("estimator", "said"),
    [
        (lambda: svm.SVC().fit(ROWS, TWO), ("SVC", "LinearSVC")),
        (lambda: linear_model.Ridge(), ("a Ridge that is not fitted", "fit(...)")),
        (lambda: make_pipeline(scaling.OneHotEncoder(), linear_model.Ridge(), svm.SVC()),
         ("OneHotEncoder", "a Ridge that is not fitted", "SVC", "columns of 0 and 1")),
        (lambda: scaling.MinMaxScaler(clip=True).fit(ROWS), ("clip=True", "clip=False")),
        (lambda: tree.DecisionTreeRegressor(max_depth=2).fit(ROWS, np.stack([NUMBERS, NUMBERS], axis=1)),
         ("2 outputs", "one estimator for each")),
        (lambda: neural_network.MLPClassifier((2,), max_iter=5).fit(ROWS, np.stack([TWO == "yes"] * 2, axis=1)),
         ("several labels", "one estimator for each")),
        (lambda: ensemble.GradientBoostingClassifier(n_estimators=2, loss="exponential").fit(ROWS, TWO),
         ("exponential", "log_loss")),
        (lambda: ensemble.GradientBoostingRegressor(n_estimators=2, init=linear_model.Ridge()).fit(ROWS, NUMBERS),
         ("differs from row to row", "init=None")),
        (lambda: ensemble.HistGradientBoostingRegressor(max_iter=1, loss="poisson").fit(ROWS, np.exp(NUMBERS / 9)),
         ("poisson", "squared_error")),
        (lambda: ensemble.HistGradientBoostingRegressor(
            max_iter=1, categorical_features=[0], min_samples_leaf=3
        ).fit(np.abs(ROWS).round(), ROWS[:, 0].round() % 2), ("categories", "columns of 0 and 1")),
        (lambda: ensemble.HistGradientBoostingRegressor(max_iter=1, min_samples_leaf=3).fit(
            np.where(ROWS[:, :1] > 0, np.nan, 0.0), ROWS[:, 0] > 0
        ), ("missing values", "without gaps")),
        (lambda: linear_model.RidgeClassifier().fit(ROWS, np.stack([TWO == "yes", THREE > 10], axis=1).astype(int)),
         ("several labels", "one estimator for each")),
        (lambda: make_pipeline("passthrough").fit(ROWS), ("no step at all", "one estimator")),
        (lambda: dummy.DummyClassifier().fit(ROWS, THREE), ("DummyClassifier", "linear model")),
    ],
)  # fmt: skip
@pytest.mark.filterwarnings("ignore")
def test_what_cannot_be_taken_is_said_with_what_comes_nearest(estimator, said):
    with pytest.raises(LocalError) as caught:
        load(estimator())
    assert caught.value.code == "unsupported-model"
    assert all(each in str(caught.value) for each in said), str(caught.value)


def test_a_step_that_only_ends_a_pipeline_is_refused_before_another():
    line = make_pipeline(scaling.StandardScaler(), linear_model.Ridge()).fit(ROWS, NUMBERS)
    line.steps.insert(1, ("early", linear_model.Ridge().fit(ROWS, NUMBERS)))
    with pytest.raises(LocalError, match="a Ridge before the last step"):
        load(line)


def test_layers_are_joined_as_matrices():
    random = np.random.default_rng(3)
    first, second = (Layer(random.normal(size=(FEATURES, FEATURES)), random.normal(size=FEATURES)) for _ in range(2))
    (one,) = joined([first, second])
    assert np.allclose(one(ROWS), second(first(ROWS)))
    kept = joined([Layer(first.weight, first.shift, "relu"), second])
    assert len(kept) == 2


@pytest.mark.parametrize("name", SUPPORTED)
@pytest.mark.filterwarnings("ignore")
def test_each_estimator_that_is_named_is_taken_as_it_comes(name):
    """With its own defaults, on rows that it tells apart, or numbers."""
    modules = ("linear_model", "svm", "tree", "ensemble", "neural_network", "discriminant_analysis", "preprocessing")
    places = [importlib.import_module(f"sklearn.{module}") for module in (*modules, "cluster", "decomposition")]
    kinds = [getattr(place, name) for place in places if hasattr(place, name)]
    if not kinds:
        pytest.skip(f"this scikit-learn has no {name}")
    estimator = kinds[0]()
    few = {"n_estimators": 2, "max_iter": 20, "n_clusters": 3, "n_init": 1, "random_state": 0}
    estimator.set_params(**{key: value for key, value in few.items() if key in estimator.get_params()})
    with threadpoolctl.threadpool_limits(1):
        estimator.fit(ROWS, NUMBERS if name.endswith("Regressor") or name in LINEAR else THREE)
    predictor = load(estimator)
    found, want = predictor.predict(ROWS), wanted(estimator, predictor.classes, ROWS)
    assert np.allclose(found.reshape(want.shape), want, atol=1e-9)


def test_a_search_is_sent_to_what_it_found():
    search = pytest.importorskip("sklearn.model_selection")
    linear = pytest.importorskip("sklearn.linear_model")
    with pytest.raises(LocalError, match="best_estimator_"):
        load(search.GridSearchCV(linear.Ridge(), {"alpha": [1, 2]}))
