"""Estimators of scikit-learn as models: the same learning as alone, through weights that travel."""

from __future__ import annotations

import numpy as np
import pytest
from federated.federations import FRESH, SITES

from mpc import federated
from mpc.errors import LocalError
from mpc.prg import Seed
from protocols.federated.models import Local

linear = pytest.importorskip("sklearn.linear_model", reason="scikit-learn is not installed")
layered = pytest.importorskip("sklearn.neural_network")

ESTIMATORS = {
    "SGDClassifier": lambda: linear.SGDClassifier(loss="log_loss", learning_rate="constant", eta0=0.1),
    "MLPClassifier": lambda: layered.MLPClassifier(
        hidden_layer_sizes=(6,), learning_rate_init=0.05, solver="sgd", random_state=1
    ),
    "SGDRegressor": lambda: linear.SGDRegressor(),
    "MLPRegressor": lambda: layered.MLPRegressor(hidden_layer_sizes=(6,), random_state=1),
}


def made(name):
    return federated.sklearn_model(
        ESTIMATORS[name](), features=4, classes=range(3) if name.endswith("Classifier") else None
    )


@pytest.mark.parametrize("name", ESTIMATORS)
def test_weights_come_out_and_go_back(name):
    model, other = made(name), made(name)
    model.fit(SITES[0], Local(epochs=2), Seed(bytes(32)).prg("test"))
    weights = model.weights()
    other.load(weights)
    assert all(np.array_equal(weights[k], other.weights()[k]) for k in weights)
    assert np.array_equal(model.estimator.predict(FRESH[0]), other.estimator.predict(FRESH[0]))
    weights["coef" if "coef" in weights else "coef0"][:] = 0
    assert model.weights().keys() == weights.keys()
    assert any(array.any() for array in model.weights().values())


@pytest.mark.parametrize("name", ["SGDClassifier", "MLPClassifier"])
def test_sites_learn_together_though_some_lack_a_class(name):
    sites = [(x[y != k], y[y != k]) for k, (x, y) in enumerate(SITES)]
    model = made(name)
    found = federated.simulate(
        model, sites, rounds=12, strategy=federated.FedAvg(local=Local(epochs=3, batch=8)), held_out=[FRESH, None, None]
    )
    assert found.held_out.accuracy > 0.6
    assert model.evaluate(FRESH).correct == round(found.held_out.accuracy * 200)


def test_two_classes_and_numbers_have_losses():
    x, y = SITES[0]
    two = federated.sklearn_model(ESTIMATORS["SGDClassifier"](), features=4, classes=(0, 1))
    assert two.evaluate((x, y % 2)).loss == pytest.approx(np.log(2))
    numbers = made("SGDRegressor")
    assert numbers.evaluate((x, y)).correct is None
    assert numbers.fit((x, y.astype(float)), Local(), Seed(bytes(32)).prg("x")).examples == 40


def test_others_are_refused():
    for estimator, classes in ((linear.Ridge(), None), (linear.SGDRegressor(), (0, 1)), (linear.SGDClassifier(), None)):
        with pytest.raises(LocalError, match="unsuitable-model"):
            federated.sklearn_model(estimator, features=4, classes=classes)


@pytest.mark.parametrize(
    "estimator",
    [
        lambda: linear.SGDClassifier(average=True),
        lambda: linear.SGDClassifier(average=10),
        lambda: linear.SGDClassifier(early_stopping=True),
        lambda: linear.SGDClassifier(class_weight="balanced"),
        lambda: layered.MLPClassifier(solver="lbfgs"),
        lambda: layered.MLPClassifier(early_stopping=True),
    ],
)
def test_options_that_go_on_from_more_than_the_weights_are_refused(estimator):
    """With an average, the common weights were loaded into it, and training went on from the site's own."""
    with pytest.raises(LocalError, match="unsuitable-model"):
        federated.sklearn_model(estimator(), features=4, classes=range(3))


X, Y = SITES[0]
TEXTS = np.array(["a", "b", "c"])


def with_one(array, value):
    changed = np.array(array, float if isinstance(value, float) else array.dtype)
    changed[(3,) + (1,) * (changed.ndim - 1)] = value
    return changed


@pytest.mark.parametrize("step", ["fit", "evaluate"])
@pytest.mark.parametrize("name", ESTIMATORS)
@pytest.mark.parametrize(
    ("x", "y", "code", "says", "remedy"),
    [
        (X[:, :3], Y, "wrong-shape", "x is of shape (40, 3), and the model was made for rows of 4", "(rows, 4)"),
        (X[:, 0], Y, "wrong-shape", "x is of shape (40,)", "(rows, 4)"),
        (X, Y.reshape(-1, 1), "wrong-shape", "y is of shape (40, 1)", "y.reshape(-1)"),
        (with_one(X, np.nan), Y, "wrong-data", "x holds NaN or infinities in 1 rows, the first row 3 from 0", "leave"),
        (with_one(X, np.inf), Y, "wrong-data", "x holds NaN", "leave"),
        (X.astype(str), Y, "wrong-data", "x holds texts, not numbers", "category"),
        (X.astype(object), Y, "wrong-data", "x holds values of type float, not numbers", "category"),
    ],
)
def test_data_that_scikit_learn_would_refuse_are_refused_in_our_words(name, step, x, y, code, says, remedy):
    model = made(name)
    with pytest.raises(LocalError, match=code) as caught:
        model.fit((x, y), Local(), Seed(bytes(32)).prg("x")) if step == "fit" else model.evaluate((x, y))
    assert says in caught.value.cause
    assert remedy in caught.value.remedy


@pytest.mark.parametrize("name", ["SGDClassifier", "MLPClassifier"])
@pytest.mark.parametrize(
    ("classes", "labels", "says", "remedy"),
    [
        (range(3), Y + 1, "of 40 labels are none of the 3 classes=, the first in row ", "every label that any site"),
        (range(3), Y - 1, "of 40 labels are none of the 3 classes=", "every label that any site"),
        (range(3), with_one(Y, 0.5), "1 of 40 labels are none of the 3 classes=, the first in row 3", "every label"),
        (range(3), with_one(Y, np.nan), "1 of 40 labels are none of the 3 classes=, the first in row 3", "NaN is none"),
        (range(3), TEXTS[Y], "the labels are texts, and classes= are numbers", "np.searchsorted(classes, labels)"),
        (range(3), TEXTS[Y].astype(object), "the labels are values of type str, and classes=", "np.searchsorted"),
        ("abc", Y, "the labels are numbers, and classes= are texts", "np.unique(labels)"),
        (
            "abc",
            np.array([*TEXTS[Y][:-1], None], object),
            "values of type NoneType and values of type str",
            "labels as",
        ),
        ("ab", TEXTS[Y], "labels are none of the 2 classes=", "every label"),
        ((0, 1), np.where(Y > 0, 1, -1), "labels are none of the 2 classes=", "classes=(-1, 1); or (y > 0)"),
    ],
)
def test_labels_of_no_class_are_refused(name, classes, labels, says, remedy):
    """Without a word of what they are: labels are data."""
    model = federated.sklearn_model(ESTIMATORS[name](), features=4, classes=[*classes])
    for step in (
        lambda: model.fit((X, labels), Local(), Seed(bytes(32)).prg("x")),
        lambda: model.evaluate((X, labels)),
    ):
        with pytest.raises(LocalError, match="wrong-data") as caught:
            step()
        assert says in caught.value.cause
        assert remedy in caught.value.remedy


@pytest.mark.parametrize("name", ["SGDClassifier", "MLPClassifier"])
@pytest.mark.parametrize(
    ("classes", "labels"),
    [
        (range(3), Y), (range(3), Y.astype(float)), (range(3), np.zeros(40, int)), ((0, 1), Y > 0),
        ((False, True), Y > 0), ((-1, 1), np.where(Y > 0, 1, -1)), ("abc", TEXTS[Y]), ("abc", TEXTS[Y].astype(object)),
        (("no", "yes"), np.full(40, "no")), ((0.0, 1.0, 2.0), Y),
    ],
)  # fmt: skip
def test_labels_of_any_type_and_sites_of_one_class_learn(name, classes, labels):
    model = federated.sklearn_model(ESTIMATORS[name](), features=4, classes=[*classes])
    before = model.evaluate((X, labels))
    model.fit((X, labels), Local(epochs=5), Seed(bytes(32)).prg("x"))
    after = model.evaluate((X, labels))
    assert after.loss < before.loss
    assert 0 <= after.correct <= 40
    assert model.evaluate((X[:0], labels[:0])).examples == 0


@pytest.mark.parametrize(
    ("classes", "says"),
    [
        ((0,), "has 1 label"), ((1, 1), "has 1 label"), ((), "has 0 label"), (("a", 1), "texts and numbers"),
        (((0, 1), (1, 0)), "of shape (2, 2)"), ((0, np.nan), "holds numbers"), ((None, "a"), "values of type"),
    ],
)  # fmt: skip
def test_classes_that_are_none_are_refused(classes, says):
    with pytest.raises(LocalError, match="unsuitable-model") as caught:
        federated.sklearn_model(linear.SGDClassifier(), features=4, classes=classes)
    assert says in caught.value.cause


def test_what_scikit_learn_refuses_is_an_error_of_the_house():
    with pytest.raises(LocalError, match=r"(?s)unsuitable-model.*scikit-learn refuses this SGDClassifier.*loss"):
        federated.sklearn_model(linear.SGDClassifier(loss="none such"), features=4, classes=(0, 1))
    with pytest.raises(LocalError, match="the features"):
        federated.sklearn_model(linear.SGDClassifier(), features=0, classes=(0, 1))


def test_the_site_whose_data_are_wrong_is_named():
    sites = [*SITES[:2], (SITES[2][0], SITES[2][1] + 5)]
    with pytest.raises(LocalError, match="wrong-data") as caught:
        federated.simulate(made("SGDClassifier"), sites, rounds=1)
    assert caught.value.party == "client 2"


@pytest.mark.parametrize(
    ("name", "options", "steps"),
    [("SGDClassifier", {}, 80), ("MLPClassifier", {}, 8), ("MLPRegressor", {"batch_size": 4}, 24)],
)
def test_steps_are_counted_as_the_estimator_takes_them(name, options, steps):
    """Linear ones step at each row. Perceptrons have batches of their own in the batches that they are given."""
    model = made(name)
    model.estimator.set_params(**options)
    assert model.fit(SITES[0], Local(epochs=2, batch=10), Seed(bytes(32)).prg("x")).steps == steps
    if name == "SGDClassifier":
        assert model.estimator.t_ - 1 >= steps
    else:
        assert model.estimator.t_ == 2 * 40 + (3 if name == "MLPClassifier" else 1)
