"""What leaves the ranges that a private pass declares is named, layer by layer, before anybody asks."""

from dataclasses import replace

import numpy as np
import pytest
from models.tiny_models import BERT, LLAMA, weights

import mpc
from mpc.errors import LocalError
from protocols.models.model import Model
from protocols.transformer.layers import of_scores
from protocols.transformer.weights import stand_matrix

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


@pytest.mark.parametrize("architecture", [BERT, LLAMA, replace(LLAMA, tied=False)])
def test_weights_are_measured_as_they_take_part(architecture, monkeypatch):
    """Of each matrix that stands the largest number: queries, keys and values are one, gate and up are another."""
    stood = []

    async def recorded(ctx, name, owner, matrix, shape, fraction=12):
        if matrix is not None:
            stood.append(float(np.abs(matrix).max()))
        return await stand_matrix(ctx, name, owner, matrix, shape, fraction)

    monkeypatch.setattr("protocols.transformer.bert.stand_matrix", recorded)
    monkeypatch.setattr("protocols.transformer.llama.stand_matrix", recorded)
    model = Model(architecture, weights(architecture))

    async def main(ctx, mine):
        await mpc.learning.private_model(ctx, model if ctx.me == 0 else model.public)

    mpc.simulate(main, [None, None])
    sizes = {}
    for name, size in mpc.learning.calibrate(model, TEXTS).weights.items():
        matrix = name.replace("key", "query").replace("value", "query").replace("gate", "up")
        factor = of_scores(architecture.head) if "query" in name else 1
        sizes[matrix] = max(sizes.get(matrix, 0), size * factor)
    assert np.allclose(sorted(sizes.values()), sorted(stood), rtol=1e-6)


@pytest.mark.parametrize(
    ("architecture", "weight"), [(BERT, "embedding__tokens"), (LLAMA, "layers__1__attention__norm__gain")]
)
def test_weights_that_are_too_large_to_take_part_are_named(architecture, weight):
    found = measured(architecture, **{weight: 20})
    named = [line for line in mpc.learning.beyond_ranges(found) if "a weight of" in line]
    prefix = "embedding.tokens" if architecture is BERT else "layers.1.attention."
    assert named
    assert all(line.startswith(prefix) for line in named)


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
