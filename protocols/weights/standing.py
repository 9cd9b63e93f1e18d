"""A party's matrix of weights comes to stand in a session: under a mask at the other party, or shared.

Masked, for two parties whose material is dealt: A is random, expanded from a seed that the owner and the dealer have;
the owner sends F = W - A, once. It is the one message that a standing mask may hide: a second one under the same A, of
other weights, would give away their difference. So a name stands once in a session, and A is of the session.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import numpy as np

from mpc.algebra.interface import Z2k
from mpc.context import Context
from mpc.correlation import Material
from mpc.errors import LocalError
from protocols.arguments import file_path
from protocols.known import known, share_known
from protocols.preprocessing.kinds.weight_product import WeightProduct
from protocols.shares import Shape
from protocols.suite import suite_of
from protocols.weights.halves import worked_out
from protocols.weights.matrix import StandingMatrix, checked
from protocols.weights.sending import half_anew, half_kept

_STANDING = "weights that stand"
_folder: ContextVar[str | Path | None] = ContextVar("where weights are kept", default=None)


async def stand(
    ctx: Context,
    name: str,
    owner: int,
    weights: Any,
    shape: Shape,
    *,
    fraction: int = 0,
    folder: str | Path | None = None,
) -> StandingMatrix:
    """Let W (inputs, outputs) stand under this name: integers of at most 16 bits that `owner` passes, the others None.

    All parties call it alike, once for a name; `fraction`: the public scale 2^-fraction of all weights, for callers.
    With two parties and a dealer in the session, in a ring of up to 64 bits, W stays with its owner and the other party
    gets F = W - A, which is uniformly random to it: 8 bytes a weight. Else W is shared, at the suite's cost. Nobody
    learns anything of W but its shape. Semi-honest; whoever made A and the user together know W.
    `folder`: where a party keeps its half for sessions to come, of which each has its own: in these F is sent no more,
    and it is mapped from the disk, not held in memory. Each party gives one of its own,
    or none does; it may come by `kept_in`.
    LocalError `weights-stand`, `wrong-shape`, `weights-not-integers`, `weights-range`, and for a folder `unwritable`,
    `key-exposed`, `weights-damaged`; PeerError `weights-differ`.
    """
    _announce(ctx, name, owner, shape)
    folder = _folder.get() if folder is None else folder
    own = checked(weights, shape, name) if ctx.me == owner and not ctx.planning else None
    ring, session = cast(Z2k, ctx.ring), ctx.session.agreement.session
    if not masks(ctx):
        words = ring.from_signed(own.astype(np.int64)) if own is not None else None
        share = await share_known(ctx, known(ctx, owner, words, shape))
        return StandingMatrix(name, owner, shape, fraction, share=share, session=session)
    held = replace(StandingMatrix.masked_in(ring, name, owner, shape, fraction), integers=own, session=session)
    masked = await (half_anew(ctx, held) if folder is None else half_kept(ctx, held, file_path(folder, "folder")))
    if masked is not None:
        held = replace(held, masked=masked)
        _work_ahead(ctx, held)
    return held


def let_go(ctx: Context, w: StandingMatrix) -> None:
    """Forget what this party's session holds of W, after the last product by it. Local; its name stays burned."""
    if w.mask is not None:
        ctx.let_go(w.mask)


@contextmanager
def kept_in(folder: str | Path | None) -> Iterator[None]:
    """Weights that come to stand within a block, by calls between as well, have this `folder` unless told otherwise:
    for the many matrices of a model."""
    token = _folder.set(folder)
    try:
        yield
    finally:
        _folder.reset(token)


def masks(ctx: Context) -> bool:
    """Whether weights are masked here: between two parties, in a suite that has a way, with a dealer in the session."""
    way = suite_of(ctx).times_masked
    return way is not None and ctx.n == 2 and ctx.session.supply.deals_standing and ctx.ring.words == 1


def _announce(ctx: Context, name: str, owner: int, shape: Shape) -> None:
    """Burn the name. LocalError `weights-stand`, `no-such-party`, `wrong-shape`."""
    if owner not in ctx.everyone:
        raise LocalError("no-such-party", f"weights {name!r} of party {owner} among {ctx.n}", "count parties from 0")
    if len(shape) != 2:
        raise LocalError("wrong-shape", f"weights {name!r} of shape {shape}", "a matrix: inputs and outputs")
    names: set[str] = ctx.session.kept.setdefault(_STANDING, set())
    if name in names and not ctx.planning:
        raise LocalError(
            "weights-stand", f"weights {name!r} stand in this session already",
            "use those, or give the new ones another name: one mask never hides two matrices",
        )  # fmt: skip
    names.add(name)


def _work_ahead(ctx: Context, w: StandingMatrix) -> None:
    """Have the user's part of each product worked out when its material is made: z1 = B F - R."""

    async def work(kinds: Sequence[WeightProduct], materials: Sequence[Material]) -> list[Material]:
        return await ctx.in_thread(worked_out, w, kinds, materials)

    where, _ = w.use(0, False).stands_on
    ctx.session.supply.when_made(where, work)
