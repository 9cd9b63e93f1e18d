"""Llama's decoder on shares: rows of tokens to logits, with keys and values of what came before.

Touvron et al., arXiv 2302.13971. Norms come before each part, so the stream x itself goes past them: with
r = 1 / sqrt(mean square of x) a part computes (r x) W = r (x W), the norm's gain and 1 / sqrt(head) folded into W.
Queries and keys are turned by their positions before they are shortened.

Hops of a layer: those of two norms' roots, softmax and SiLU, and 14.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from mpc.context import Context, together
from protocols.models.architectures import Llama
from protocols.models.clear_llama import Past as ClearPast
from protocols.numeric.activations_in_pieces import silu
from protocols.shares import ArithmeticShare, concatenate
from protocols.suite import suite_of
from protocols.transformer.fractions import (
    ACTIVATION,
    DECODERS_SCORES,
    DECODERS_SQUARES,
    INVERSE,
    LAST_SQUARES,
    ROOT,
    SILU,
    STREAM,
    TURN,
    WEIGHT,
)
from protocols.transformer.layers import attend, from_heads, of_scores, root_of, shortened_product, to_heads
from protocols.transformer.past import Fresh, Past, extended, fresh_columns
from protocols.transformer.rotary import Signed, tables, turned_by_place
from protocols.transformer.weights import Reals, share_row, stand_matrix
from protocols.weights.matrix import StandingMatrix
from protocols.weights.product import product

Weights = Mapping[str, Any]


class Layer(NamedTuple):
    """One layer's matrices, each with what comes before it folded in."""

    attention: StandingMatrix
    output: StandingMatrix
    gate_and_up: StandingMatrix
    down: StandingMatrix


class Decoder(NamedTuple):
    """All weights as they take part. `output` is `tokens` where the model is tied, to be used transposed."""

    tokens: StandingMatrix
    layers: tuple[Layer, ...]
    gain: ArithmeticShare
    output: StandingMatrix


class Places(NamedTuple):
    """What is public of where rows stand: cosines and sines of their angles, which columns of the past become theirs,
    and what each row of a group looks at. What a step of one row takes follows from its shapes; of
    several also from `begin`, the place of the first, None for one: they compute only the columns they look at."""

    cosines: Signed
    sines: Signed
    fresh: Fresh
    shown: npt.NDArray[np.bool_]
    begin: int | None


async def stand_decoder(ctx: Context, name: str, owner: int, llama: Llama, weights: Weights | None) -> Decoder:
    """The owner's weights, by the names of `Llama.shapes`; None at the others. Made once under a name, for any number
    of texts.

    The other parties learn the architecture, which they are given. LocalError `weights-range`.
    """

    def give(name: str) -> Reals | None:
        return None if weights is None else weights[name]

    vocabulary, width = llama.vocabulary, llama.width
    tokens = await stand_matrix(ctx, f"{name}: tokens", owner, give("embedding.tokens"), (vocabulary, width))
    layers = [await _stand_layer(ctx, name, owner, llama, weights, i) for i in range(llama.layers)]
    gain = await share_row(ctx, owner, give("norm.gain"), (width,), WEIGHT)
    output = tokens
    if not llama.tied:
        output = await stand_matrix(ctx, f"{name}: output", owner, give("output.weight"), (width, vocabulary))
    return Decoder(tokens, tuple(layers), gain, output)


async def _stand_layer(ctx: Context, model: str, owner: int, llama: Llama, weights: Weights | None, i: int) -> Layer:
    at, width, inner = f"layers.{i}", llama.width, llama.feed_forward
    queries, keys = llama.heads * llama.head, llama.key_value_heads * llama.head

    async def joined(norm: str, *parts: str, columns: int, first: float = 1.0) -> StandingMatrix:
        matrix = None
        if weights is not None:
            each = [weights[f"{at}.{part}.weight"].astype(np.float64) for part in parts]
            matrix = weights[f"{at}.{norm}.gain"][:, None] * np.concatenate([each[0] * first, *each[1:]], 1)
        return await stand_matrix(ctx, f"{model}: {at}.{parts[0]}", owner, matrix, (width, columns))

    async def single(part: str, rows: int) -> StandingMatrix:
        matrix = None if weights is None else weights[f"{at}.{part}.weight"]
        return await stand_matrix(ctx, f"{model}: {at}.{part}", owner, matrix, (rows, width))

    heads = [f"attention.{part}" for part in ("query", "key", "value")]
    return Layer(
        await joined("attention.norm", *heads, columns=queries + 2 * keys, first=of_scores(llama.head)),
        await single("attention.output", queries),
        await joined("feed_forward.norm", "feed_forward.gate", "feed_forward.up", columns=2 * inner),
        await single("feed_forward.down", inner),
    )


async def decode(
    ctx: Context, decoder: Decoder, one_hot: ArithmeticShare, past: tuple[Past, ...], places: Places, llama: Llama
) -> tuple[ArithmeticShare, tuple[Past, ...]]:
    """[the stream after all layers] for rows of further tokens, and what is past with them.

    `one_hot`: integers 0 and 1, (tokens, vocabulary). Nobody learns anything. Adversary: the suite's.
    """
    x = (await product(ctx, one_hot, decoder.tokens)).scale(1 << (STREAM - WEIGHT))
    now = []
    for layer, before in zip(decoder.layers, past, strict=True):
        x, after = await decode_layer(ctx, layer, x, before, places, llama)
        now.append(after)
    return x, tuple(now)


async def logits_in_order(ctx: Context, decoder: Decoder, x: ArithmeticShare, llama: Llama) -> ArithmeticShare:
    """[logits] of the stream's rows, with STREAM fractional bits, (.., vocabulary), each row times its own root mean
    square, which is not computed: they are in the order of the logits. Four hops."""
    suite = suite_of(ctx)
    z = await suite.truncate(ctx, await suite.mul(ctx, x, decoder.gain), WEIGHT)
    z = await product(ctx, z, decoder.output, transposed=llama.tied)
    return await suite.truncate(ctx, z, WEIGHT)


async def logits(ctx: Context, decoder: Decoder, x: ArithmeticShare, llama: Llama) -> ArithmeticShare:
    """[logits] of the stream's rows, with STREAM fractional bits, (.., vocabulary): two hops more than the root's."""
    root, z = await together(ctx, (root_of, x, llama.epsilon, LAST_SQUARES), (logits_in_order, decoder, x, llama))
    suite = suite_of(ctx)
    return await suite.truncate(ctx, await suite.mul(ctx, z, root), ROOT)


async def decode_layer(
    ctx: Context, layer: Layer, x: ArithmeticShare, past: Past, places: Places, llama: Llama
) -> tuple[ArithmeticShare, Past]:
    """[x] after a layer, for (tokens, width) of it before, and what is past with these tokens."""
    suite = suite_of(ctx)
    q, past = await _heads(ctx, layer, x, past, places, llama)
    mixed = await attend(ctx, q, *past, places.shown, DECODERS_SCORES, alike=places.begin is None)
    mixed = from_heads(mixed.reshape((llama.heads, x.shape[0], llama.head)))
    above = ACTIVATION + INVERSE + WEIGHT - STREAM
    z = await product(ctx, mixed, layer.output)
    x = await suite.truncate(ctx, z + x.scale(1 << above), above)

    z = await _times_root(ctx, x, layer.gate_and_up, llama)
    z = await suite.truncate(ctx, z, STREAM + ROOT - ACTIVATION)
    gate, up = z[..., : llama.feed_forward], z[..., llama.feed_forward :]
    z = await product(ctx, await suite.mul(ctx, await silu(ctx, gate, ACTIVATION, SILU), up), layer.down)
    above = 2 * ACTIVATION + WEIGHT - STREAM
    return await suite.truncate(ctx, z + x.scale(1 << above), above), past


async def _heads(
    ctx: Context, layer: Layer, x: ArithmeticShare, past: Past, places: Places, llama: Llama
) -> tuple[ArithmeticShare, Past]:
    """Queries of the rows, those of one key-value head together, and keys and values of all that is past."""
    heads, few = llama.heads, llama.key_value_heads
    z = to_heads(await _times_root(ctx, x, layer.attention, llama), heads + 2 * few)
    turned = turned_by_place(ctx, z[: heads + few], places.cosines, places.sines)
    z = concatenate([turned, z[heads + few :].scale(1 << TURN)])
    z = await suite_of(ctx).truncate(ctx, z, STREAM + ROOT + TURN - ACTIVATION)
    q, k, v = z[:heads], z[heads : heads + few], z[heads + few :]
    now = await extended(ctx, past, k, v, places.fresh)
    return q.reshape((few, -1, llama.head)), now


async def _times_root(ctx: Context, x: ArithmeticShare, w: StandingMatrix, llama: Llama) -> ArithmeticShare:
    """[n W] with STREAM + ROOT bits, n being x divided by its root mean square."""
    root, z = await together(ctx, (root_of, x, llama.epsilon, DECODERS_SQUARES), (shortened_product, x, w))
    return await suite_of(ctx).mul(ctx, z, root)


async def past_of_owner(
    ctx: Context, owner: int, llama: Llama, count: int, clear: ClearPast | None, past: tuple[Past, ...]
) -> tuple[Past, ...]:
    """What is past with keys and values of so many public tokens at the beginning, which the owner has computed in the
    clear; None at the others. At the suite's cost of an input, and a hop where they are kept."""
    fresh = fresh_columns(0, count, past[0].keys.shape[1])
    shape, calls = (llama.key_value_heads, count, llama.head), []
    for i, layer in enumerate(past):
        own = (None, None) if clear is None else (clear.keys[i], clear.values[i])
        rows = [await share_row(ctx, owner, values, shape, ACTIVATION) for values in own]
        calls.append((extended, layer, *rows, fresh))
    return tuple(await together(ctx, *calls))


def places_of(llama: Llama, first: int, rows: int, columns: int) -> Places:
    """Rows of tokens that stand from place `first` on, where there is room for `columns`. Each looks at what is before
    it and at itself; rows of a group's heads stand one after the other."""
    cosines, sines = tables(first, rows, llama.head // 2, llama.rope_base)
    shown = np.arange(columns) <= np.arange(first, first + rows)[:, None]
    group = llama.heads // llama.key_value_heads
    fresh, tiled = fresh_columns(first, rows, columns), np.tile(shown, (group, 1))
    return Places(cosines, sines, fresh, tiled, first if rows > 1 else None)
