"""A party's matrix of weights comes to stand in a session: under a mask at the other party, or shared.

Masked, for two parties whose material is dealt: A is random, expanded from a seed that the owner and the dealer have;
the owner sends F = W - A, once. It is the one message that a standing mask may hide: a second one under the same A, of
other weights, would give away their difference. So a name stands once in a session, and A is of the session.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from hashlib import sha256
from math import prod
from typing import Any, cast

import numpy as np

from mpc.accounts.cost import cost
from mpc.algebra.interface import Z2k
from mpc.algebra.ring import U64
from mpc.algebra.weights import masked_weights
from mpc.algebra.words import Words
from mpc.context import Context, Spec
from mpc.correlation import Material
from mpc.errors import LocalError, PeerError
from mpc.standing import Standing
from protocols.known import known, share_known
from protocols.preprocessing.expanding import matrix_stream, row_blocks
from protocols.preprocessing.kinds.weight_mask import WeightMask
from protocols.preprocessing.kinds.weight_product import WeightProduct
from protocols.shares import Shape
from protocols.suite import suite_of
from protocols.weights.halves import worked_out
from protocols.weights.matrix import Integers, StandingMatrix, checked

_DIGEST_WORDS = 4
_STANDING = "weights that stand"


async def stand(
    ctx: Context, name: str, owner: int, weights: Any, shape: Shape, *, fraction: int = 0
) -> StandingMatrix:
    """Let W (inputs, outputs) stand under this name: integers of at most 16 bits that `owner` passes, the others None.

    All parties call it alike, once for a name; `fraction`: the public scale 2^-fraction of all weights, for callers.
    With two parties whose material is dealt, in a ring of up to 64 bits, W stays with its owner and the other party
    gets F = W - A, which is uniformly random to it: 8 bytes a weight. Else W is shared, at the suite's cost. Nobody
    learns anything of W but its shape. Semi-honest; whoever made A and the user together know W.
    LocalError `weights-stand`, `wrong-shape`, `weights-not-integers`, `weights-range`; PeerError `weights-differ`.
    """
    _announce(ctx, name, owner, shape)
    own = checked(weights, shape, name) if ctx.me == owner and not ctx.planning else None
    ring = ring_of(ctx)
    if not masks(ctx):
        words = ring.from_signed(own.astype(np.int64)) if own is not None else None
        share = await share_known(ctx, known(ctx, owner, words, shape))
        return StandingMatrix(name, owner, shape, fraction, share=share)
    mask = Standing(f"mask of weights {name}", WeightMask(ring, shape, owner))
    seed = await ctx.standing(mask)
    masked = await send_masked(ctx, name, owner, shape, own, seed)
    held = StandingMatrix(name, owner, shape, fraction, mask, own, masked)
    if masked is not None:
        _work_ahead(ctx, held)
    return held


def ring_of(ctx: Context) -> Z2k:
    """The session's ring, which every suite takes to be one of integers."""
    return cast(Z2k, ctx.ring)


def masks(ctx: Context) -> bool:
    """Whether weights are masked here: between two parties, in a suite that has a way, with material that is dealt."""
    way = suite_of(ctx).times_masked
    return way is not None and ctx.n == 2 and ctx.session.supply.dealt and ctx.ring.words == 1


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


@cost(rounds=1, to_one=lambda name, owner, shape, own, seed: prod(shape) + _DIGEST_WORDS)
async def send_masked(
    ctx: Context, name: str, owner: int, shape: Shape, own: Integers | None, seed: Material
) -> Words | None:
    """F = W - A at the other party; None at the owner, who has `own` W and the `seed` of A. In blocks of rows."""
    ring = ring_of(ctx)
    if ctx.me != owner:
        return await _receive(ctx, name, owner, shape, ring)
    (to,), digest = ctx.others, sha256()
    for block in _masked_blocks(ring, own, seed[0], shape):
        ctx.send(to, block)
        if not ctx.planning:
            await ctx.in_thread(digest.update, block)
            await ctx.drained(to)
    ctx.send(to, np.frombuffer(digest.digest(), U64))
    return None


def _masked_blocks(ring: Z2k, own: Integers | None, seed: Words, shape: Shape) -> Iterator[Words]:
    """The rows of F, a block at a time; without content where W is not known, in a plan."""
    if own is None:
        return (ring.zeros((block.stop - block.start, shape[1])) for block in row_blocks(shape))
    a = matrix_stream(ring, seed, shape)
    return (ring.reduce(masked_weights(own[block], a)) for block in row_blocks(shape))


async def _receive(ctx: Context, name: str, owner: int, shape: Shape, ring: Z2k) -> Words:
    """F, whose digest is what its sender says. PeerError `weights-differ`."""
    masked, digest = ring.zeros(shape), sha256()
    for block in row_blocks(shape):
        received = await ctx.receive(owner, Spec((block.stop - block.start, shape[1])))
        if not ctx.planning:
            await ctx.in_thread(digest.update, np.ascontiguousarray(received))
            masked[block] = ring.reduce(received)
    told = await ctx.receive(owner, Spec((_DIGEST_WORDS,)))
    if not ctx.planning and told.tobytes() != digest.digest():
        raise PeerError(
            "weights-differ",
            f"the masked weights {name!r} that {ctx.names[owner]} sent are not those that it says it has",
            "run the same version of Parley everywhere; if it comes again, look for damaged memory",
            party=ctx.names[owner], path=ctx.path,
        )  # fmt: skip
    return masked


def _work_ahead(ctx: Context, w: StandingMatrix) -> None:
    """Have the user's part of each product worked out when its material is made: z1 = B F - R."""

    async def work(kinds: Sequence[WeightProduct], materials: Sequence[Material]) -> list[Material]:
        return await ctx.in_thread(worked_out, w, kinds, materials)

    where, _ = w.use(0, False).stands_on
    ctx.session.supply.when_made(where, work)
