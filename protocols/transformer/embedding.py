"""Private embeddings of texts, and what is found by them: the nearest document, a class."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from mpc.context import Context
from mpc.errors import LocalError
from protocols.arguments import whole_number
from protocols.array.bridge import given, secret_from, share_of
from protocols.array.lines import user_line
from protocols.array.misuse import need_context
from protocols.array.node import Facts
from protocols.array.secret import SecretArray
from protocols.models.architectures import Bert
from protocols.models.clear_model import checked_tokens, several_texts
from protocols.models.model import Model
from protocols.models.refusals import unsupported
from protocols.numeric.arg_maximum import arg_maximum
from protocols.party_indices import party_index
from protocols.prepared import prepared
from protocols.ranges import NO_BOUND, Range
from protocols.shares import ArithmeticShare
from protocols.transformer.asking import Tokens, announced, one_hot_rows
from protocols.transformer.bert import encode
from protocols.transformer.fractions import STREAM, WEIGHT
from protocols.transformer.private_model import PrivateModel, private_model
from protocols.transformer.weights import (
    MOST,
    OF_LENGTH_ONE,
    SMALLER,
    integers,
    need_ring,
    own_reals,
    share_row,
)
from protocols.weights.product import product
from protocols.weights.standing import let_go, stand

LARGEST = Range.of_reals(-1.01, 1.01, STREAM)
"""Of a vector of length 1 a number is at most 1, and what is computed is off by far less than a hundredth."""


MOST_SHIFT = 1 << 16
"""Shifts of classes are smaller."""

MOST_CLASSES = 1 << 24


async def embed(
    ctx: Context,
    model: Model | PrivateModel,
    texts: Sequence[str | npt.ArrayLike] | None = None,
    *,
    owner: int | None = None,
    user: int = 1,
) -> SecretArray:
    """[embeddings] (texts, width), each of length 1, of texts that `user` has by a model that `owner` has, party 0
    unless it stands already.

    `texts`, strings or rows of tokens, are the user's, and None at the others. All parties learn how many texts there
    are and how many tokens each has, nobody anything else; reveal the result to whom it is for, say `to=1`. Adversary
    and threshold are the suite's. Off by rounding alone, of which no bound is proved: of MiniLM's embeddings the cosine
    to those in the clear is above 0.9995.

    LocalError `unsupported-model` for what is no encoder, `no-value`, `text-too-long`, `wrong-text`, `wrong-token`, and
    as of `private_model`; PeerError `malformed-message`, `public-values-differ`.
    """
    need_context(ctx, "learning.embed")
    user = party_index(ctx.everyone, user, user_line())
    standing = await private_model(ctx, model, owner)
    bert = standing.architecture
    if not isinstance(bert, Bert):
        raise unsupported(f"a {type(bert).__name__}", "embeddings of texts", "an encoder, such as Bert")
    own = None if ctx.me != user or texts is None else [_tokens(standing.model, text) for text in several_texts(texts)]
    call = ctx.child("embed", line=user_line(), mark=standing.mark)
    counts = await announced(call, user, own, bert.window)
    rows = one_hot_rows(call, user, own, counts, bert.vocabulary)
    ctx.join(call)
    share = await prepared(ctx, encode, standing.weights, rows, tuple(counts), bert)
    return given(ctx, share, Facts(share.shape, "fixed", STREAM, LARGEST.off_by(NO_BOUND)))


def _tokens(model: Model, text: Any) -> Tokens:
    return model.encode(text) if isinstance(text, str) else checked_tokens(model.architecture, text)


async def nearest(
    ctx: Context, embeddings: SecretArray, documents: npt.NDArray[Any] | None, *, owner: int = 0, count: int
) -> SecretArray:
    """[index] of the nearest of the owner's documents to each embedding (texts, width), by the largest inner product:
    of several the lowest. (texts,)

    `documents` (count, width) are embeddings that `owner` has, None at the others; their number is public. Nobody
    learns anything: reveal the index to whom it is for. LocalError `no-value`, `wrong-shape`, `weights-range`.
    """
    need_context(ctx, "learning.nearest")
    owner, turned = party_index(ctx.everyone, owner, user_line()), None
    x = await _rows(ctx, embeddings)
    if ctx.me == owner and not ctx.planning:
        how = "a row for each of `count` documents, as wide as embeddings are"
        own = own_reals(ctx, "documents", documents, (count, x.shape[1]), how)
        integers("documents", own, remedy=OF_LENGTH_ONE)
        turned = own.T
    return await classify(ctx, embeddings, turned, None, owner=owner, classes=count)


async def classify(
    ctx: Context,
    embeddings: SecretArray,
    weights: npt.NDArray[Any] | None,
    shift: npt.NDArray[Any] | None = None,
    *,
    owner: int = 0,
    classes: int,
) -> SecretArray:
    """[index] of the class with the largest x W + b for each embedding x: weights (width, classes) and shift (classes,)
    of `owner`, None at the others. Nobody learns anything: reveal the index to whom it is for. Weights are rounded to
    12 fractional bits and below 8, and shifts below 65,536: scale both alike where they are larger. LocalError
    `no-value`, `weights-range`, `wrong-shape`, `wrong-argument`, `wrong-ring`; `range-exceeded` where scores may not
    fit into the ring."""
    need_context(ctx, "learning.classify")
    need_ring(ctx)
    owner = party_index(ctx.everyone, owner, user_line())
    if not 1 <= whole_number(classes, "classes") <= MOST_CLASSES:
        raise LocalError("wrong-argument", f"{classes} classes, or documents", f"1 to {MOST_CLASSES:,} of them")
    own = ctx.me == owner and not ctx.planning
    if own and shift is not None:
        shift = own_reals(ctx, "shift", shift, (classes,), "a number for each of `classes`")
        _check_shift(shift)
    x = await _rows(ctx, embeddings)
    fraction = ctx.fractional_bits if embeddings.kind == "fixed" else 0
    limit = _scores(embeddings, fraction, ctx.ring.bits)
    call = ctx.child("classify", line=user_line())
    name = f"classes {'.'.join(map(str, call.path))}"
    shape = (x.shape[1], classes)
    how = "a column for each of `classes`, as high as embeddings are wide: of scikit-learn model.coef_.T"
    reals = own_reals(ctx, "weights", weights, shape, how) if own else None
    whole = None if reals is None else integers("classes", reals, remedy=SMALLER)
    w = await stand(call, name, owner, whole, shape, fraction=WEIGHT)
    b = await share_row(call, owner, shift if own else None, (classes,), fraction + WEIGHT)
    ctx.join(call)
    place = await prepared(ctx, _largest, x, w, b, limit)
    let_go(ctx, w)
    return secret_from(ctx, place, kind="int", range=(0, classes - 1))


async def _rows(ctx: Context, embeddings: SecretArray) -> ArithmeticShare:
    x = await share_of(ctx, embeddings)
    if not isinstance(x, ArithmeticShare) or len(x.shape) != 2:
        raise LocalError("wrong-shape", f"embeddings of shape {x.shape}", "one row a text, as mpc.learning.embed gives")
    return x


def _check_shift(shift: npt.NDArray[Any] | None) -> None:
    """LocalError `weights-range`; it says nothing of what the shift is."""
    if shift is not None and not np.abs(np.asarray(shift, np.float64)).max(initial=0) < MOST_SHIFT:
        raise LocalError(
            "weights-range", "a shift of a class that is no number, or too large",
            f"shifts below {MOST_SHIFT:,}: scale weights and shift by the same factor, which leaves the order as it is",
        )  # fmt: skip


def _scores(x: SecretArray, fraction: int, ring_bits: int) -> Range:
    """What scores lie in, with the fractional bits of both: follows from what is public of x. LocalError
    `range-exceeded`."""
    largest = max(map(abs, Range(x.range.lo, x.range.hi).reals(x.scale)))
    each = Range.of_reals(-largest, largest, fraction)
    limit = (each * Range(-MOST, MOST)).times(x.shape[-1]) + Range(-MOST_SHIFT, MOST_SHIFT).shift_left(
        fraction + WEIGHT
    )
    if not (limit - limit).fits(ring_bits):
        raise LocalError(
            "range-exceeded",
            f"scores of {x.shape[-1]} numbers up to {largest:g} with {fraction} fractional bits, compared in a ring of "
            f"{ring_bits} bits",
            "fewer fractional_bits, or say what the embeddings lie in: x.within(-1, 1)",
        )
    return limit


async def _largest(ctx: Context, x: ArithmeticShare, w: Any, b: ArithmeticShare, limit: Range) -> ArithmeticShare:
    _, place = await arg_maximum(ctx, await product(ctx, x, w) + b, limit)
    return place
