"""A sealed tender of several lots: the lowest bid wins each lot, and nobody can change
a bid once all are in, whatever it does.

Each bidder's file has a bid for each lot, in whole euros. First all commit to their
bids, and prove that they know them. Then the parties compute who is lowest, and the
winner's price is opened, proved to be what the winner had committed to. Every other
bidder proves that its own bid is no lower, and tells nothing else of it.

    parley run sealed_tender.py -n 3 --columns bid \
        --input 0=brick.csv --input 1=stone.csv --input 2=timber.csv
"""

from __future__ import annotations

from typing import Any

import numpy as np

import mpc
from mpc import proofs
from mpc.context import Spec

BITS = 32


async def main(ctx: Any, mine: Any) -> dict[str, Any]:
    """The tender; `mine` is this bidder's table, a lot a row."""
    bids = whole(mine["bid"])
    sealed = await seal(ctx, bids)
    # The deadline: from here on a bid is what was committed to.
    winner = await lowest(ctx, bids)
    return {"winner": winner, "price": await award(ctx, bids, sealed, winner)}


def whole(column: Any) -> Any:
    """Bids as whole numbers; what would be another bid then is not sealed at all."""
    with np.errstate(invalid="ignore"):
        bids = np.asarray(column).astype(np.uint64)
    if not np.array_equal(bids, column):
        raise ValueError("bids are whole euros, from 0 up")
    return bids


async def seal(ctx: Any, bids: Any) -> list[Any]:
    """Each bidder's commitments with the blindings, which are None of others."""

    async def of(call: Any, bidder: int) -> Any:
        if call.me != bidder:
            points = await proofs.receive_points_with_all(call, bidder, bids.shape)
            await shown(call, bidder, below_limit(points))
            return points, None
        points, blindings = proofs.pedersen().commit(proofs.scalars(bids))
        await proofs.send_points_to_all(call, points)
        await shown(call, bidder, below_limit(points), bids, blindings)
        return points, blindings

    return await mpc.together(ctx, *((of, bidder) for bidder in range(ctx.n)))


async def lowest(ctx: Any, bids: Any) -> Any:
    """Who bids least for each lot; of those who bid alike the first."""
    limit = 2**BITS - 1
    each = [await mpc.secret(ctx, i, bids, range=(0, limit)) for i in range(ctx.n)]
    return await mpc.reveal(ctx, np.argmin(np.stack(each), axis=0))


async def award(ctx: Any, bids: Any, sealed: list[Any], winner: Any) -> Any:
    """The winners' bids, if they are what was sealed, and all other bids no lower."""
    price = np.zeros(bids.shape, np.uint64)

    async def opened(call: Any, bidder: int) -> None:
        won = np.flatnonzero(winner == bidder)
        if not len(won):
            return
        if call.me == bidder:
            price[won] = bids[won]
            for other in call.others:
                call.send(other, price[won])
        else:
            price[won] = await call.receive(bidder, Spec(won.shape))
        points, blindings = sealed[bidder]
        statement = proofs.pedersen().is_public(points[won], proofs.scalars(price[won]))
        await shown(call, bidder, statement, *own(blindings, won))

    async def no_lower(call: Any, bidder: int) -> None:
        lost = np.flatnonzero(winner != bidder)
        if not len(lost):
            return
        points, blindings = sealed[bidder]
        above = points[lost] - proofs.generator() * proofs.scalars(price[lost])
        witness = own(blindings, lost)
        if witness:
            witness = bids[lost] - price[lost], *witness
        await shown(call, bidder, below_limit(above), *witness)

    for step in (opened, no_lower):
        await mpc.together(ctx, *((step, bidder) for bidder in range(ctx.n)))
    return price


def below_limit(points: Any) -> Any:
    """That commitments are to numbers from 0 to 2^32 - 1."""
    return proofs.Range(proofs.pedersen(), points, BITS)


def own(blindings: Any, lots: Any) -> tuple[Any, ...]:
    """The blindings of these lots, if they are this bidder's."""
    return () if blindings is None else (blindings[lots],)


async def shown(ctx: Any, bidder: int, statement: Any, *witness: Any) -> None:
    """The bidder proves a statement to all others, and they verify it."""
    if ctx.me == bidder:
        await proofs.prove_to_all(ctx, statement, *witness)
    else:
        await proofs.verify_with_all(ctx, bidder, statement)
