"""What leaves the ranges that a private pass declares is named, layer by layer, before anybody asks."""

import numpy as np
import pytest
from models.tiny_models import BERT, LLAMA, weights

import mpc
from mpc.errors import LocalError
from protocols.models.model import Model

TEXTS = [np.array([3, 17, 0, 39, 8]), np.array([5, 5, 30])]


def measured(architecture, **changed):
    """The calibration of random weights, some of them times a factor."""
    own = weights(architecture)
    for name, factor in changed.items():
        own[name.replace("__", ".")] *= np.float32(factor)
    return mpc.learning.calibrate(Model(architecture, own), TEXTS)


@pytest.mark.parametrize("architecture", [BERT, LLAMA])
def test_ranges_that_are_kept_name_nothing(architecture):
    assert mpc.learning.beyond_ranges(measured(architecture)) == []


@pytest.mark.parametrize(
    ("architecture", "weight", "factor", "named"),
    [
        (BERT, "layers__1__attention__query__weight", 100, "layers.1.attention.scores"),
        (BERT, "layers__0__feed_forward__up__weight", 100, "layers.0.feed_forward.up"),
        (BERT, "layers__1__feed_forward__down__weight", 1000, "layers.1.feed_forward.norm.variance"),
        (LLAMA, "layers__0__feed_forward__gate__weight", 1000, "layers.0.feed_forward.gate"),
        (LLAMA, "layers__1__feed_forward__down__weight", 1000, "norm.mean_square"),
        (LLAMA, "embedding__tokens", 0.01, "layers.0.attention.norm.mean_square"),
    ],
)
def test_what_leaves_its_range_is_named_with_its_layer(architecture, weight, factor, named):
    found = mpc.learning.beyond_ranges(measured(architecture, **{weight: factor}))
    assert any(line.startswith(f"{named}: ") for line in found), found


def test_a_margin_leaves_room():
    found = measured(BERT)
    room = 63 / found.largest("attention.scores")
    assert not [line for line in mpc.learning.beyond_ranges(found, margin=0.99 * room) if "scores" in line]
    assert [line for line in mpc.learning.beyond_ranges(found, margin=1.01 * room) if "scores" in line]


def test_misuses_are_said():
    found = measured(BERT)
    for of, margin in ((3, 1.0), (found, 0.5), (found, "2"), (found, np.nan), (found, True)):
        with pytest.raises(LocalError) as caught:
            mpc.learning.beyond_ranges(of, margin=margin)
        assert caught.value.code == "wrong-argument"
