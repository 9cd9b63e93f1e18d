"""Models of numpy: their gradients beside differences, and how a site trains."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from federated.federations import FRESH, SITES, model, rows

from mpc import federated
from mpc.errors import LocalError
from mpc.prg import Seed
from protocols.federated.models import Local, batches, rows_of

STREAM = Seed(bytes(32)).prg("test")


def perceptron():
    model = federated.perceptron((4, 5, 3), seed=bytes(31) + b"\1")
    model.load({name: array + 0.1 for name, array in model.weights().items()})
    return model


def test_gradients_are_differences_and_sums_of_those_of_rows():
    model, (x, y) = perceptron(), SITES[1]
    loss, gradients = model.gradient(model.arrays, x, y)
    each = model.gradients((x, y))
    for name, slope in gradients.items():
        assert np.allclose(each[name].mean(axis=0), slope)
        for place in list(np.ndindex(slope.shape))[:6]:
            moved = model.weights()
            moved[name][place] += 1e-6
            assert (model.gradient(moved, x, y)[0] - loss) / 1e-6 == pytest.approx(slope[place], abs=1e-4)


def test_gradients_row_by_row_are_those_in_one():
    model = perceptron()
    one_by_one = federated.ArrayModel(model.arrays, model.gradient)
    together, single = model.gradients(SITES[1]), one_by_one.gradients(SITES[1])
    assert all(np.allclose(together[name], single[name]) for name in together)


def test_training_learns_and_a_proximal_term_holds_back():
    free, held = perceptron(), perceptron()
    start = free.weights()
    before = free.evaluate(FRESH)
    free.fit(SITES[0], Local(epochs=20, rate=0.3), STREAM)
    held.fit(SITES[0], Local(epochs=20, rate=0.3, proximal=1.0), STREAM)
    assert free.evaluate(FRESH).loss < before.loss * 0.8
    assert free.evaluate(FRESH).correct > before.correct
    far = [sum(np.square(m.arrays[name] - start[name]).sum() for name in start) for m in (free, held)]
    assert far[1] < far[0] / 2


@pytest.mark.parametrize("batch", [1, 7, 13, 40, 100, None])
def test_every_row_is_in_one_batch_of_an_epoch(batch):
    found = batches(40, Local(epochs=3, batch=batch), STREAM)
    assert Counter(np.concatenate(found).tolist()) == dict.fromkeys(range(40), 3)
    assert max(map(len, found)) == min(batch or 40, 40) + (batch == 13)
    assert min(map(len, found)) > 1 or batch == 1
    assert batches(0, Local(), STREAM) == []


def test_without_rows_nothing_is_learnt():
    model = perceptron()
    empty = SITES[0][0][:0], SITES[0][1][:0]
    before = model.weights()
    assert model.fit(empty, Local(), STREAM) == federated.Fitted(0, 0.0, 0)
    assert model.evaluate(empty) == federated.Evaluated(0, 0.0, 0)
    assert all(np.array_equal(before[name], model.arrays[name]) for name in before)


@pytest.mark.parametrize("data", [None, 5, np.zeros((3, 2)), (np.zeros(3), np.zeros(4))])
def test_data_that_are_no_pairs_are_refused(data):
    with pytest.raises(LocalError, match="wrong-data"):
        rows_of(data)


@pytest.mark.parametrize("wrong", [{"epochs": 0}, {"batch": 0}, {"rate": 0.0}, {"rate": np.inf}, {"proximal": -1.0}])
def test_local_training_that_is_none_is_refused(wrong):
    with pytest.raises(LocalError, match=r"wrong-amount|amount-out-of-range"):
        Local(**wrong)


def test_layers_that_are_none_are_refused():
    with pytest.raises(LocalError, match="wrong-shape"):
        federated.perceptron((4,))


def test_adapters_are_all_that_travels():
    whole = perceptron()
    part = federated.adapters_of(whole, "layer1.*")
    assert list(part.weights()) == ["layer1.weight", "layer1.bias"]
    assert list(part.gradients(SITES[1])) == ["layer1.weight", "layer1.bias"]
    assert isinstance(part, federated.GradientModel)
    before = whole.weights()
    part.load({"layer1.bias": np.full(3, 9.0)})
    assert whole.arrays["layer1.bias"].tolist() == [9.0] * 3
    assert np.array_equal(whole.arrays["layer0.weight"], before["layer0.weight"])
    assert part.evaluate(FRESH) == whole.evaluate(FRESH)
    with pytest.raises(LocalError, match="no-such-weights"):
        federated.adapters_of(whole, "lora*")


class Labelled:
    """A column as pandas has it: whole numbers in brackets are labels, places are those of `iloc`."""

    def __init__(self, values, labels):
        self.iloc, self.labels = values, labels

    def __len__(self):
        return len(self.iloc)

    def __getitem__(self, wanted):
        return self.iloc[[int(np.flatnonzero(self.labels == label)[0]) for label in wanted]]

    def __array__(self, dtype=None, copy=None):
        return np.asarray(self.iloc, dtype)


def test_rows_are_taken_by_their_places_whatever_their_labels():
    x, y = rows(30, 4)
    shuffled = Labelled(y, np.random.default_rng(1).permutation(30))
    assert not np.array_equal(shuffled[np.arange(30)], y)
    found = []
    for data in ((x, y), (x, shuffled), (x.tolist(), y.tolist())):
        found.append(federated.simulate(model(), [data] * 2, rounds=2, held_out=[data, data], seed=bytes(32)))
    for other in found[1:]:
        assert all(np.array_equal(other.weights[name], array) for name, array in found[0].weights.items())
        assert other.held_out == found[0].held_out


@pytest.mark.parametrize("wrong", [(np.zeros((3, 4)),), (np.zeros((3, 4)), np.zeros(3), np.zeros(3)), None, ([1], [])])
def test_data_that_are_no_pair_are_refused(wrong):
    with pytest.raises(LocalError, match="wrong-data"):
        federated.simulate(model(), [wrong] * 2, rounds=1)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda y: np.where(y == 0, -1, y),
        lambda y: y + 1,
        lambda y: y + 0.5,
        lambda y: np.where(y == 0, np.nan, y),
        lambda y: y[:, None],
        lambda y: np.eye(3)[y],
        lambda y: y.astype(str),
    ],
)
def test_labels_that_are_no_classes_are_refused(wrong):
    x, y = rows(9, 7)
    assert set(y) == {0, 1, 2}
    for kind in (bool, np.uint8, float):
        assert perceptron().evaluate((x, (y > 0).astype(kind))).examples == 9
    for of in (perceptron().evaluate, perceptron().gradients):
        with pytest.raises(LocalError, match=r"(?s)wrong-data.*from 0 to 2"):
            of((x, wrong(y)))
    for other in (x[:, :3], x[:, 0], np.c_[x, x]):
        with pytest.raises(LocalError, match=r"(?s)wrong-shape.*\(rows, 4\)"):
            perceptron().evaluate((other, y))


@pytest.mark.parametrize("layers", [(784, 3), (200, 2), (64, 33, 10), (5, 1, 2)])
def test_gradients_of_a_row_are_the_same_to_the_bit_whatever_other_rows_there_are(layers):
    dice = np.random.default_rng(5)
    made = federated.perceptron(layers)
    made.load({name: dice.normal(size=array.shape) for name, array in made.weights().items()})
    x, y = dice.normal(size=(41, layers[0])), dice.integers(0, layers[-1], 41)
    whole = made.gradients((x, y))
    for chosen in (slice(1, 41), slice(0, 1), slice(0, 3), slice(None, None, -1)):
        part = made.gradients((x[chosen], y[chosen]))
        assert all(np.array_equal(whole[name][chosen], part[name]) for name in whole)


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"w": np.zeros(3)}, "unsuitable-model.*gives dict"),
        (({"w": np.zeros(3)}, 1.0), "unsuitable-model.*gives dict and float"),
        ((1.0, [np.zeros(3)]), "unsuitable-model.*gives float and list"),
        (None, "unsuitable-model.*gives NoneType"),
        ((1.0, {"w": np.zeros(1)}), r"wrong-shape.*'w' is of shape \(1,\)"),
        ((1.0, {"w": np.zeros((3, 1))}), "wrong-shape"),
        ((1.0, {"v": np.zeros(3)}), "wrong-shape.*'v'"),
    ],
)
def test_a_gradient_that_is_none_is_refused_and_not_stretched(told, said):
    with pytest.raises(LocalError, match=said):
        federated.ArrayModel({"w": np.zeros(3)}, lambda w, x, y: told).fit(SITES[0], Local(), STREAM)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (None, "missing"),
        (np.zeros((2, 3)), r"ndarray of shape \(2, 3\)"),
        (([1, 2], [1]), "tuple of 2 rows and 1 rows"),
    ],
)
def test_data_that_are_no_pair_are_named(data, said):
    with pytest.raises(LocalError, match=f"wrong-data.*{said}"):
        rows_of(data)
