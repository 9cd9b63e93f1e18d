"""How many hops a layer takes at most: between two parties with a dealer, who decide what is quick."""

from __future__ import annotations

import numpy as np

from mpc import learning
from protocols.suite import suite_of
from protocols.transformer.bert import encode_layer
from protocols.transformer.llama import decode_layer, places_of
from protocols.transformer.past import nothing_past
from tests.transformer.asked import DECODER, ENCODER, OWNER, asks, own, simulated

ENCODERS, DECODERS, EMBEDDING, TOKEN = 43, 43, 110, 100
"""Of a layer each; of a whole embedding by two layers, and of a token by two layers."""


async def _stream(ctx, shape):
    values = np.random.default_rng(0).normal(size=shape) * 2**16
    words = ctx.ring.from_signed(values.astype(np.int64))
    return await suite_of(ctx).input(ctx, OWNER, words if ctx.me == OWNER else None, shape)


def test_a_layer_of_an_encoder():
    async def program(ctx):
        standing = await learning.private_model(ctx, own(ctx, ENCODER))
        bert = standing.architecture
        c, before = await _stream(ctx, (1, 5, bert.width)), ctx.depth
        await encode_layer(ctx, standing.weights.layers[0], c, None, bert.heads, bert.epsilon)
        return ctx.depth - before

    assert simulated(program).result <= ENCODERS


def test_a_layer_of_a_decoder():
    async def program(ctx):
        standing = await learning.private_model(ctx, own(ctx, DECODER))
        llama = standing.architecture
        x, before = await _stream(ctx, (1, llama.width)), ctx.depth
        (past, _), places = nothing_past(ctx, llama, 8, "a text", 8), places_of(llama, 5, 1, 8)
        await decode_layer(ctx, standing.weights.layers[0], x, past, places, llama)
        return ctx.depth - before

    assert simulated(program).result <= DECODERS


def test_an_embedding_and_a_token():
    async def program(ctx):
        encoder = await learning.private_model(ctx, own(ctx, ENCODER))
        decoder = await learning.private_model(ctx, own(ctx, DECODER))
        begun = ctx.depth
        await learning.embed(ctx, encoder, asks(ctx, [[1, 2, 3]]))
        embedded = ctx.depth
        await learning.generate(ctx, decoder, asks(ctx, [5]), before=[], most=1)
        return embedded - begun, ctx.depth - embedded

    hops = simulated(program).result
    assert hops[0] <= EMBEDDING
    assert hops[1] <= TOKEN
