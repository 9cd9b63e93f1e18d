"""BERT's encoder on shares: from one-hot rows of tokens to one vector a text. Devlin et al., NAACL 2019.

Normalisation comes after each sum, so that the stream is what a norm leaves: n g + b, n = r c, where c is the sum less
its row's mean and r = 1 / sqrt(mean square of c). Between norms only c is kept. Every matrix that adds to the stream
has its rows' means taken away by the owner, so that c is what the products give; g and b before a matrix are folded
into it; what goes past it, n g, is computed beside.

Hops of a layer: those of two norms' roots, softmax and GELU, and 17.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from mpc.context import Context, together
from protocols.models.architectures import Bert
from protocols.numeric.activations_in_pieces import gelu
from protocols.shares import ArithmeticShare, concatenate
from protocols.suite import suite_of
from protocols.transformer.fractions import (
    ACTIVATION,
    ENCODERS_SCORES,
    ENCODERS_SQUARES,
    GELU,
    INVERSE,
    LENGTH,
    ROOT,
    STREAM,
    WEIGHT,
)
from protocols.transformer.layers import (
    Shown,
    attend,
    from_heads,
    of_scores,
    root_of,
    shortened_product,
    times_gain,
    to_heads,
)
from protocols.transformer.weights import Reals, share_row, stand_matrix
from protocols.weights.matrix import StandingMatrix
from protocols.weights.product import product

Weights = Mapping[str, Any]
KEPT = STREAM + ROOT - ACTIVATION
"""What a product by the root is shortened by."""


class Normed(NamedTuple):
    """A norm's gain, and what follows it: a matrix into which the gain is folded, and the shifts of both."""

    matrix: StandingMatrix
    gain: ArithmeticShare
    shift: ArithmeticShare


class Onto(NamedTuple):
    """A matrix whose product is added to the stream, and its shift, with the bits that the sum has."""

    matrix: StandingMatrix
    shift: ArithmeticShare


class Layer(NamedTuple):
    """One layer's weights, in the order in which they take part."""

    attention: Normed
    output: Onto
    up: Normed
    down: Onto


class Encoder(NamedTuple):
    """All weights as they take part."""

    tokens: StandingMatrix
    places: ArithmeticShare
    layers: tuple[Layer, ...]
    gain: ArithmeticShare
    shift: ArithmeticShare


async def stand_encoder(ctx: Context, name: str, owner: int, bert: Bert, weights: Weights | None) -> Encoder:
    """The owner's weights, by the names of `Bert.shapes`; None at the others. Made once under a name, for any number of
    texts.

    The other parties learn the architecture, which they are given. LocalError `weights-range`.
    """
    give = partial(_given, weights)
    width, last = bert.width, f"layers.{bert.layers - 1}.feed_forward.norm"
    tokens = await stand_matrix(
        ctx, f"{name}: tokens", owner, give(lambda w: _centred(w["embedding.tokens"])), (bert.vocabulary, width)
    )
    at_places = give(lambda w: _centred(w["embedding.positions"] + w["embedding.types"][0]))
    places = await share_row(ctx, owner, at_places, (bert.positions, width), STREAM)
    layers = [await _stand_layer(ctx, name, owner, bert, weights, i) for i in range(bert.layers)]
    gain = await share_row(ctx, owner, give(lambda w: w[f"{last}.gain"]), (width,), WEIGHT)
    shift = await share_row(ctx, owner, give(lambda w: w[f"{last}.shift"]), (width,), STREAM + WEIGHT)
    return Encoder(tokens, places, tuple(layers), gain, shift)


async def _stand_layer(ctx: Context, model: str, owner: int, bert: Bert, weights: Weights | None, i: int) -> Layer:
    at, before = f"layers.{i}", "embedding.norm" if i == 0 else f"layers.{i - 1}.feed_forward.norm"
    heads = [f"{at}.attention.{part}" for part in ("query", "key", "value")]
    root = of_scores(bert.head)

    def joined(w: Weights) -> tuple[Reals, Reals]:
        matrix = [w[f"{name}.weight"].astype(np.float64) for name in heads]
        shift = [w[f"{name}.shift"].astype(np.float64) for name in heads]
        return (
            np.concatenate([matrix[0] * root, *matrix[1:]], 1),
            np.concatenate([shift[0] * root, *shift[1:]]),
        )

    def up(w: Weights) -> tuple[Reals, Reals]:
        return w[f"{at}.feed_forward.up.weight"], w[f"{at}.feed_forward.up.shift"]

    normed = partial(_stand_normed, ctx, model, owner, weights)
    onto = partial(_stand_onto, ctx, model, owner, weights)
    width, inner = bert.width, bert.feed_forward
    return Layer(
        await normed(before, joined, (width, 3 * width), f"{at}.attention"),
        await onto(f"{at}.attention.output", (width, width), ACTIVATION + INVERSE + WEIGHT),
        await normed(f"{at}.attention.norm", up, (width, inner), f"{at}.up"),
        await onto(f"{at}.feed_forward.down", (inner, width), ACTIVATION + WEIGHT),
    )


async def _stand_normed(
    ctx: Context, model: str, owner: int, weights: Weights | None, norm: str, of: Any, shape: tuple[int, int], name: str
) -> Normed:
    """(n g + b) W + s = n (diag(g) W) + (b W + s); and beside it n g + b less its mean."""
    if weights is None:
        matrix = shift = gain = None
    else:
        g, b = weights[f"{norm}.gain"].astype(np.float64), weights[f"{norm}.shift"].astype(np.float64)
        w, s = of(weights)
        matrix, gain, shift = g[:, None] * w, g, np.concatenate([b @ w + s, b - b.mean()])
    return Normed(
        await stand_matrix(ctx, f"{model}: {name}", owner, matrix, shape),
        await share_row(ctx, owner, gain, shape[:1], WEIGHT),
        await share_row(ctx, owner, shift, (shape[0] + shape[1],), STREAM + ROOT),
    )


async def _stand_onto(
    ctx: Context, model: str, owner: int, weights: Weights | None, name: str, shape: tuple[int, int], fraction: int
) -> Onto:
    matrix = _given(weights, lambda w: _centred(w[f"{name}.weight"]))
    shift = _given(weights, lambda w: _centred(w[f"{name}.shift"]))
    return Onto(
        await stand_matrix(ctx, f"{model}: {name}", owner, matrix, shape),
        await share_row(ctx, owner, shift, shape[1:], fraction),
    )


def _given(weights: Weights | None, of: Any) -> Any:
    return None if weights is None else of(weights)


def _centred(x: Reals) -> Reals:
    wide: npt.NDArray[np.float64] = x.astype(np.float64)
    centred: Reals = wide - wide.mean(-1, keepdims=True)
    return centred


async def encode(
    ctx: Context, encoder: Encoder, one_hot: ArithmeticShare, lengths: Sequence[int], bert: Bert
) -> ArithmeticShare:
    """[vector of each text], of length 1 with STREAM fractional bits: shape (texts, width).

    `one_hot`: integers 0 and 1, (texts, tokens, vocabulary); of each text the first `lengths` tokens count, public.
    Nobody learns anything. Adversary: the suite's.
    """
    longest = one_hot.shape[1]
    c = (await product(ctx, one_hot, encoder.tokens)).scale(1 << (STREAM - WEIGHT)) + encoder.places[:longest]
    counts = np.arange(longest) < np.array(lengths)[:, None]
    shown = None if counts.all() else counts[:, None, None, :]
    for layer in encoder.layers:
        c = await encode_layer(ctx, layer, c, shown, bert.heads, bert.epsilon)
    return await _pooled(ctx, encoder, c, counts, bert.epsilon)


async def encode_layer(
    ctx: Context, layer: Layer, c: ArithmeticShare, shown: Shown | None, heads: int, epsilon: float
) -> ArithmeticShare:
    """[c] after a layer, for (texts, tokens, width) of it before."""
    suite, width = suite_of(ctx), c.shape[-1]
    shortened, kept = await _normed(ctx, layer.attention, c, epsilon)
    q, k, v = [to_heads(shortened[..., i * width : (i + 1) * width], heads) for i in range(3)]
    mixed = from_heads(await attend(ctx, q, k, v, shown, ENCODERS_SCORES))
    z = await product(ctx, mixed, layer.output.matrix)
    above = ACTIVATION + INVERSE + WEIGHT - STREAM
    c = await suite.truncate(ctx, z + layer.output.shift + kept.scale(1 << above), above)

    shortened, kept = await _normed(ctx, layer.up, c, epsilon)
    z = await product(ctx, await gelu(ctx, shortened, ACTIVATION, GELU), layer.down.matrix)
    above = ACTIVATION + WEIGHT - STREAM
    return await suite.truncate(ctx, z + layer.down.shift + kept.scale(1 << above), above)


async def _normed(
    ctx: Context, normed: Normed, c: ArithmeticShare, epsilon: float
) -> tuple[ArithmeticShare, ArithmeticShare]:
    """What follows a norm with ACTIVATION bits, and what goes past it with STREAM bits."""
    root, product_, weighed = await together(
        ctx,
        (root_of, c, epsilon, ENCODERS_SQUARES),
        (shortened_product, c, normed.matrix),
        (times_gain, c, normed.gain),
    )
    columns = product_.shape[-1]
    z = await suite_of(ctx).mul(ctx, concatenate([product_, weighed], -1), root) + normed.shift
    past = z[..., columns:].scale(1 << (STREAM - ACTIVATION))
    z = await suite_of(ctx).truncate(ctx, concatenate([z[..., :columns], past], -1), KEPT)
    return z[..., :columns], z[..., columns:]


async def _pooled(ctx: Context, encoder: Encoder, c: ArithmeticShare, counts: Shown, epsilon: float) -> ArithmeticShare:
    """[the mean of n g + b over a text's tokens, divided by its length]; factors of the mean fall out."""
    suite = suite_of(ctx)
    root = await root_of(ctx, c, epsilon, ENCODERS_SQUARES)
    root = root.scale(counts.astype(np.uint64)[..., None])
    total = await suite.matmul(ctx, turned_rows(root), c)
    texts, _, width = total.shape
    mean = total.reshape((texts, width)).scale(np.rint(2.0**WEIGHT / counts.sum(1)).astype(np.uint64)[:, None])
    mean = await suite.truncate(ctx, mean, ROOT + WEIGHT)
    z = await suite.truncate(ctx, await suite.mul(ctx, mean, encoder.gain) + encoder.shift, WEIGHT)
    root = await root_of(ctx, z, 0.0, ENCODERS_SQUARES)
    z = (await suite.mul(ctx, z, root)).scale(round(2**LENGTH * width**-0.5))
    return await suite.truncate(ctx, z, ROOT + LENGTH)


def turned_rows(x: ArithmeticShare) -> ArithmeticShare:
    """(texts, tokens, 1) as (texts, 1, tokens). Local."""
    return x.transpose((0, 2, 1))
