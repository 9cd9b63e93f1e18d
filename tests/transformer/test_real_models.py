"""Models that people use, asked privately, where they were fetched: `python -m examples.pretrained`."""

from __future__ import annotations

import numpy as np
import pytest

import mpc
from examples.pretrained import PRETRAINED
from mpc import learning
from tests.transformer.asked import USER, asks, cosine, own, simulated

SENTENCES = ("How do I get my money back?", "A train was late.")


def loaded(name):
    """The model, or a skip that says how to have it."""
    if not PRETRAINED[name].here:
        pytest.skip(f"{name} was not fetched: python -m examples.pretrained {name}")
    pytest.importorskip("tokenizers")
    return learning.load(PRETRAINED[name].folder)


@pytest.mark.slow
def test_embeddings_of_minilm():
    """Of two sentences of different lengths; single ones were measured at 0.99998."""
    pytest.importorskip("safetensors")
    model = loaded("minilm")

    async def program(ctx):
        vectors = await learning.embed(ctx, own(ctx, model), asks(ctx, SENTENCES))
        return await mpc.reveal(ctx, vectors, to=USER)

    run = simulated(program)
    assert min(map(cosine, run.results[USER], model.clear.embed(SENTENCES))) > 0.9995
    assert run.report.rounds < 330


@pytest.mark.slow
def test_two_tokens_of_smollm2():
    """The question leads to a token that is likelier than the next one by far."""
    pytest.importorskip("gguf")
    model = loaded("smollm2")
    question = "What is the capital of France?"

    async def program(ctx):
        return await learning.generate(ctx, own(ctx, model), asks(ctx, question), most=2)

    run = simulated(program)
    assert run.results[USER].text == model.clear.answer(question, 2)
    assert run.report.rounds < 3000
    assert np.all([answer.count == 2 for answer in run.results])
