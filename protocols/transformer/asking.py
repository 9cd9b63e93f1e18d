"""What the user brings: tokens, as rows with a single one in them, that nobody else sees.

The numbers of texts and of their tokens are public. A token is looked up by a product of its row with the table of
embeddings, which its owner has: neither learns what the other one put in.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from mpc.context import Context, Spec
from mpc.errors import LocalError, PeerError
from protocols.known import Known, known
from protocols.models.refusals import too_long

MOST_TEXTS = 1 << 12
"""At a time."""

Tokens = npt.NDArray[np.int64]


async def announced(ctx: Context, user: int, own: Sequence[Tokens] | None, window: int) -> list[int]:
    """How many tokens each of the user's texts has: he tells the others. One hop.

    LocalError `no-value`, `wrong-argument`, `text-too-long`; PeerError `malformed-message` for counts that cannot be.
    """
    if ctx.me == user:
        return await _told(ctx, own, window)
    counts = await ctx.receive(user, Spec(None, np.uint64, MOST_TEXTS))
    if not counts.size or int(counts.min()) < 1 or int(counts.max()) > window:
        raise PeerError(
            "malformed-message",
            f"{ctx.names[user]} announced texts of lengths that the model does not take",
            "run the same program and version of Parley everywhere, with the same model",
            party=ctx.names[user], path=ctx.path,
        )  # fmt: skip
    return [int(count) for count in counts]


async def _told(ctx: Context, own: Sequence[Tokens] | None, window: int) -> list[int]:
    if own is None and ctx.planning:
        raise LocalError(
            "no-value", "a plan of a model that is asked follows from how long texts are, and none is passed",
            "stand-ins of those lengths while ctx.planning, as texts=[[0] * 20] of one text of 20 tokens, or question="
            "[0] * 20: what the tokens are makes no difference",
        )  # fmt: skip
    if own is None:
        raise LocalError(
            "no-value", f"{ctx.names[ctx.me]} asks but passes no text", "pass texts, or tokens, where the user runs"
        )
    counts = [len(tokens) for tokens in own]
    if not 0 < len(counts) <= MOST_TEXTS or min(counts) < 1:
        raise LocalError(
            "wrong-argument", f"{len(counts)} texts, or one of no tokens",
            f"ask about 1 to {MOST_TEXTS:,} texts of a token or more at a time",
        )  # fmt: skip
    if max(counts) > window:
        raise too_long(max(counts), window)
    for to in ctx.others:
        ctx.send(to, np.array(counts, np.uint64))
    return counts


def one_hot_rows(
    ctx: Context, user: int, own: Sequence[Tokens] | None, counts: Sequence[int], vocabulary: int
) -> Known:
    """1 where a token is, 0 elsewhere, of the user's texts, (texts, longest, vocabulary), which the user alone knows;
    rows past a text's end are zero. Local."""
    shape = len(counts), max(counts), vocabulary
    words: Any = None
    if ctx.me == user and own is not None and not ctx.planning:
        words = ctx.ring.zeros(shape)
        for row, tokens in zip(words, own, strict=True):
            row[np.arange(len(tokens)), tokens] = 1
    elif ctx.me != user:
        ctx.session.intake.admit(len(counts) * max(counts) * vocabulary, ctx.names[user], "tokens of texts")()
    return known(ctx, user, words, shape)
