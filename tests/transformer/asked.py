"""Models of two layers asked privately, and what became of it."""

from __future__ import annotations

import numpy as np

import mpc
from protocols.models.model import Model
from tests.models.tiny_models import BERT, LLAMA, weights

ENCODER, DECODER = Model(BERT, weights(BERT)), Model(LLAMA, weights(LLAMA))
SUITES = [("beaver", 2), ("beaver", 3), ("ideal", 2), ("replicated3", 3)]
OWNER, USER = 0, 1


def own(ctx, model):
    """What a party has of a model."""
    return model if ctx.me == OWNER else model.public


def asks(ctx, what):
    """What a party has of the user's."""
    return what if ctx.me == USER else None


def simulated(program, suite="beaver", n=2, **options):
    """`program(ctx)` at all parties."""

    async def main(ctx, mine):
        return await program(ctx)

    return mpc.simulate(main, [None] * n, suite=suite, **options)


def cosine(x, y):
    """Of two vectors."""
    return float(x @ y / np.linalg.norm(x) / np.linalg.norm(y))
