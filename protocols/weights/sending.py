"""F = W - A comes to the user: sent by the owner, or found on the user's disk."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from math import prod
from pathlib import Path

import numpy as np

from mpc.accounts.cost import cost
from mpc.algebra.ring import U64
from mpc.algebra.weights import masked_weights
from mpc.algebra.words import Words
from mpc.context import Context, Spec
from mpc.errors import PeerError
from mpc.prg import Seed
from protocols.preprocessing.expanding import matrix_stream, row_blocks
from protocols.weights.files import (
    DIGEST_BYTES,
    KeptMask,
    keep,
    mapped,
    mask_file,
    masked_file,
    recall,
    refuse_both,
    written,
)
from protocols.weights.matrix import StandingMatrix

_DIGEST_WORDS = DIGEST_BYTES // 8
_NONE = bytes(DIGEST_BYTES)


async def half_anew(ctx: Context, w: StandingMatrix) -> Words | None:
    """F in the user's memory, under a mask of the session; None at the owner."""
    seed = await w.seed(ctx)
    masked = None if ctx.me == w.owner else w.ring.zeros(w.shape)
    await send_masked(ctx, w, seed, masked)
    return masked


async def half_kept(ctx: Context, w: StandingMatrix, folder: Path) -> Words | None:
    """F mapped from a file of the user, sent only if it has none of this mask; the owner keeps the mask in a file."""
    if not prod(w.shape):
        return await half_anew(ctx, w)
    if ctx.planning:
        await offer(ctx, w, _NONE, folder)
        return await half_anew(ctx, w)
    if ctx.me == w.owner:
        await _owner_keeps(ctx, w, folder)
        return None
    return await _user_keeps(ctx, w, folder)


async def _owner_keeps(ctx: Context, w: StandingMatrix, folder: Path) -> None:
    """The mask of these weights, or a new one where there is none, comes to stand."""
    assert w.integers is not None
    file = await ctx.in_thread(mask_file, folder, w.ring, w.name, w.integers)
    kept = recall(file)
    secret = (Seed.fresh() if kept is None else kept.seed).secret
    ctx.session.supply.bring(w.where, np.frombuffer(secret, U64))
    seed = await w.seed(ctx)
    has, _ = await offer(ctx, w, _NONE if kept is None else kept.digest, folder)
    if not has:
        digest = await send_masked(ctx, w, seed, None)
        if kept is None:
            await ctx.in_thread(keep, file, KeptMask(Seed(secret), digest))
            await ctx.in_thread(refuse_both, folder, digest, file)


async def _user_keeps(ctx: Context, w: StandingMatrix, folder: Path) -> Words:
    """F from its file, or received into one."""
    nothing = await w.seed(ctx)
    _, masked = await offer(ctx, w, _NONE, folder)
    if masked is None:
        with written(folder, w.shape) as (room, finish):
            digest = await send_masked(ctx, w, nothing, room)
            masked = await ctx.in_thread(finish, digest)
        await ctx.in_thread(refuse_both, folder, digest, masked_file(folder, digest))
    return masked


@cost(rounds=2, in_all=_DIGEST_WORDS + 1)
async def offer(ctx: Context, w: StandingMatrix, digest: bytes, folder: Path) -> tuple[bool, Words | None]:
    """Whether the user has F of the owner's `digest` in its folder, which it then gets. The owner says zeros for none.

    The hash of F tells the user nothing that F does not. PeerError `malformed-message`.
    """
    if ctx.me == w.owner:
        ctx.send(w.user, np.frombuffer(digest, U64))
        (has,) = (await ctx.receive(w.user, Spec((1,)))).tolist()
        if has not in (0, 1) or (has and digest == _NONE):
            raise _misled(ctx, w, "malformed-message", "says that it has masked weights that there are none of")
        return bool(has), None
    told = (await ctx.receive(w.owner, Spec((_DIGEST_WORDS,)))).tobytes()
    masked = None if told == _NONE else await ctx.in_thread(mapped, masked_file(folder, told), w.shape, told)
    ctx.send(w.owner, np.array([masked is not None], U64))
    return masked is not None, masked


@cost(rounds=1, to_one=lambda w, seed, room: prod(w.shape) + _DIGEST_WORDS)
async def send_masked(ctx: Context, w: StandingMatrix, seed: Words, room: Words | None) -> bytes:
    """F, a block of rows at a time, into the user's `room`; its hash, at both. PeerError `weights-differ`."""
    digest = sha256()
    if ctx.me == w.owner:
        for block in _masked_blocks(ctx, w, seed):
            ctx.send(w.user, block)
            if not ctx.planning:
                await ctx.in_thread(digest.update, block)
                await ctx.drained(w.user)
        ctx.send(w.user, np.frombuffer(digest.digest(), U64))
        return digest.digest()
    for rows in row_blocks(w.shape):
        received = await ctx.receive(w.owner, Spec((rows.stop - rows.start, w.shape[1])))
        if room is not None and not ctx.planning:
            await ctx.in_thread(digest.update, np.ascontiguousarray(received))
            room[rows] = w.ring.reduce(received)
    told = (await ctx.receive(w.owner, Spec((_DIGEST_WORDS,)))).tobytes()
    if not ctx.planning and told != digest.digest():
        raise _misled(ctx, w, "weights-differ", "sent other masked weights than it says it has")
    return digest.digest()


def _masked_blocks(ctx: Context, w: StandingMatrix, seed: Words) -> Iterator[Words]:
    """The rows of F, a block at a time; without content in a plan."""
    if w.integers is None:
        return (w.ring.zeros((rows.stop - rows.start, w.shape[1])) for rows in row_blocks(w.shape))
    integers, a = w.integers, matrix_stream(w.ring, seed, w.shape)
    return (w.ring.reduce(masked_weights(integers[rows], a)) for rows in row_blocks(w.shape))


def _misled(ctx: Context, w: StandingMatrix, code: str, what: str) -> PeerError:
    name = ctx.names[1 - ctx.me]
    return PeerError(
        code, f"{name} {what} ({w.name!r})",
        "run the same version of Parley everywhere; if it comes again, look for damaged memory",
        party=name, path=ctx.path,
    )  # fmt: skip
