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


def test_labels_of_no_class_are_refused():
    model, (x, y) = made("SGDClassifier"), SITES[0]
    for wrong in (y + 1, y - 1, y + 0.5):
        with pytest.raises(LocalError, match="wrong-data"):
            model.fit((x, wrong), Local(), Seed(bytes(32)).prg("x"))
