"""Weights as one vector and back, and which of them travel."""

from __future__ import annotations

import numpy as np
import pytest

from mpc.errors import LocalError
from protocols.federated.layout import first_difference, layout_of

WEIGHTS = {
    "body.weight": np.arange(6, dtype=np.float32).reshape(2, 3),
    "norm.mean": np.ones(2),
    "norm.count": np.array(7),
    "head.weight": np.full((), 0.5),
}


def test_vectors_are_the_weights_in_their_order_and_back():
    layout = layout_of(WEIGHTS, statistics=["norm.mean"])
    assert [place.name for place in layout.places] == ["body.weight", "norm.mean", "head.weight"]
    vector = layout.flatten(WEIGHTS)
    assert vector.tolist() == [0, 1, 2, 3, 4, 5, 1, 1, 0.5]
    assert layout.running.tolist() == [False] * 6 + [True] * 2 + [False]
    back = layout.unflatten(vector)
    for name, array in back.items():
        assert array.dtype == WEIGHTS[name].dtype
        assert np.array_equal(array, WEIGHTS[name])
    back["body.weight"][:] = 9
    assert vector[0] == 0


def test_personal_weights_integers_and_kept_statistics_stay():
    layout = layout_of(WEIGHTS, personal=["head.*"], statistics=["norm.mean"], running="keep")
    assert [place.name for place in layout.places] == ["body.weight"]


@pytest.mark.parametrize(
    ("code", "weights", "options"),
    [
        ("no-weights", {"n": np.array([1])}, {}),
        ("no-weights", WEIGHTS, {"personal": ["*"]}),
        ("no-such-weights", WEIGHTS, {"personal": ["tail.*"]}),
        ("wrong-word", WEIGHTS, {"running": "sum"}),
    ],
)
def test_what_is_refused(code, weights, options):
    with pytest.raises(LocalError, match=code):
        layout_of(weights, **options)


def test_arrays_that_changed_are_refused():
    layout = layout_of(WEIGHTS)
    for changed in ({}, {"body.weight": np.zeros((3, 2))}):
        with pytest.raises(LocalError, match="wrong-shape"):
            layout.flatten({"norm.mean": np.ones(2), "head.weight": np.full((), 0.5), **changed})
    with pytest.raises(LocalError, match="wrong-dtype"):
        layout.flatten({**WEIGHTS, "norm.mean": np.ones(2, np.int64)})


def test_the_first_difference_is_said():
    mine, longer = layout_of(WEIGHTS).text, layout_of({**WEIGHTS, "more": np.ones(1)}).text
    other = layout_of({**WEIGHTS, "norm.mean": np.ones(3)}).text
    assert first_difference(mine, other) == "has norm.mean: float64[3], where this one's has norm.mean: float64[2]"
    assert first_difference(mine, longer) == "has 4 arrays, this one's 3"
