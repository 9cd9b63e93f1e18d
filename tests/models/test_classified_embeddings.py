"""An estimator of scikit-learn on embeddings that nobody sees: two models of one owner, one after the other."""

import numpy as np
import pytest
from models.tiny_models import BERT, weights

import mpc
from protocols.models.loading import load
from protocols.models.model import Model

linear_model = pytest.importorskip("sklearn.linear_model", reason="scikit-learn is not installed")
TEXTS = [np.array([3, 17, 0, 39, 8]), np.array([5, 5, 30]), np.array([1, 2, 3, 4])]


def test_a_private_text_gets_the_class_that_it_has_in_the_clear():
    model = Model(BERT, weights(BERT))
    random = np.random.default_rng(4)
    rows = np.stack([model.clear.embed_tokens(random.integers(0, 40, 6)) for _ in range(40)])
    along = rows @ random.normal(size=BERT.width)
    estimator = linear_model.LogisticRegression(C=100).fit(rows, along > np.median(along))
    classifier = load(estimator)
    embeddings = np.stack([model.clear.embed_tokens(text) for text in TEXTS])
    assert np.abs(classifier.decision(embeddings)).min() > 0.2, "no text is near the border"

    async def main(ctx, mine):
        owned = ctx.me == 0
        known = await mpc.learning.secret_model(ctx, 0, classifier if owned else None)
        found = await mpc.learning.embed(ctx, model if owned else model.public, TEXTS if ctx.me == 1 else None)
        return await mpc.reveal(ctx, known.predict(found), known.probabilities(found), to=1)

    run = mpc.simulate(main, [None, None])
    places, odds = run.results[1]
    assert run.results[0] == (None, None)
    assert np.array_equal(places, classifier.predict(embeddings))
    assert np.allclose(odds, estimator.predict_proba(embeddings)[:, 1], atol=0.05)
