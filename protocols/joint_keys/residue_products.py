"""Numbers in additive shares modulo many small ones: products between all parties, and openings.

Each two parties multiply what they have by transfers, the one with the lower index as their sender. Secure against
semi-honest parties, all but one of whom may be corrupted: each sees uniform shares.
"""

from __future__ import annotations

from collections.abc import Callable, Collection

import numpy as np

from mpc.accounts.cost import cost
from mpc.algebra.residues import Residues
from mpc.algebra.ring import U64, Words
from mpc.context import Context
from protocols.ot.small_products import malformed_residues, small_product_receive, small_product_send
from protocols.preprocessing.pairs import SILENT, Extension, Pairs, between_pairs

Pair = tuple[int, int]

_IN_A_WORD = 4
"""Residues that travel in a word."""


async def ends_of(ctx: Context, extension: Extension = SILENT) -> Pairs:
    """Transfers between each two parties, of which the one with the lower index sends. Semi-honest security."""
    made = await between_pairs(ctx, extension.send_setup, extension.receive_setup, all_pairs(ctx.n))
    return Pairs(*made)


def all_pairs(n: int) -> list[Pair]:
    """Each two of n parties, the lower index first."""
    return [(i, j) for j in range(n) for i in range(j)]


async def shared_product(ctx: Context, ends: Pairs, modulo: Residues, x: Words, y: Words) -> Words:
    """Shares of the product of the numbers of which x and y (..., len(moduli)) are this party's shares, elementwise.

    The sum of x_i y_j over all i and j: each two parties have x_i y_j + y_i x_j from each other.
    """
    sent, received = await _between(ctx, ends, modulo, all_pairs(ctx.n), np.stack([x, y]), np.stack([y, x]))
    total = modulo.mul(x, y)
    for crossed in (*sent.values(), *received.values()):
        total = modulo.add(total, modulo.add(crossed[0], crossed[1]))
    return total


async def sum_of_factors(ctx: Context, ends: Pairs, modulo: Residues, a: Words) -> Words:
    """Shares x_i that add up to the product of all parties' factors a_i (..., len(moduli)), elementwise.

    Malkin, Wu and Boneh, "Experimenting with shared generation of RSA keys", NDSS 1999, section 3.1, with transfers in
    place of its sharing: the shares of the first k parties' product, times a_k, are shared with party k. n rounds,
    and an extension's.
    """
    x = a
    for k in range(1, ctx.n):
        pairs = [(i, k) for i in range(k)]
        sent, received = await _between(ctx, ends, modulo, pairs, x, a)
        if ctx.me < k:
            x = sent[k]
        elif ctx.me == k:
            x = np.zeros_like(a)
            for share in received.values():
                x = modulo.add(x, share)
    return x


async def _between(
    ctx: Context, ends: Pairs, modulo: Residues, pairs: Collection[Pair], x: Words, y: Words
) -> tuple[dict[int, Words], dict[int, Words]]:
    """Shares of x_i y_j for each of these pairs, which all run side by side, by the other's index."""

    async def send(call: Context, to: int) -> Words:
        return await small_product_send(call, ends.senders[to], modulo, x)

    async def receive(call: Context, sender: int) -> Words:
        return await small_product_receive(call, ends.receivers[sender], modulo, y)

    return await between_pairs(ctx, send, receive, pairs)


def packed_words(*sizes: int) -> int:
    """Words that so many residues travel in."""
    return sum(-(-size // _IN_A_WORD) for size in sizes)


@cost(rounds=1, words=lambda *parts: packed_words(*(x.size for _, x, _ in parts)))
async def open_residues(ctx: Context, *parts: tuple[Residues, Words, Callable[[Words, Words], Words]]) -> list[Words]:
    """For each part (modulo, x, combined) the residues x of all parties, put together; everybody learns them all.

    PeerError `malformed-residues`, which names who sent what is no residue.
    """
    opened = await ctx.exchange(*(_packed(x) for _, x, _ in parts))
    totals = []
    for (modulo, x, combined), everyones in zip(parts, opened, strict=True):
        total = x
        for j in ctx.others:
            theirs = _unpacked(everyones[j], x.shape)
            if not modulo.fits(theirs):
                raise malformed_residues(ctx, j)
            total = combined(total, theirs)
        totals.append(total)
    return totals


def _packed(x: Words) -> Words:
    padded = np.zeros(_IN_A_WORD * packed_words(x.size), "<u2")
    padded[: x.size] = x.reshape(-1)
    return padded.view(U64)


def _unpacked(words: Words, shape: tuple[int, ...]) -> Words:
    return words.view("<u2")[: int(np.prod(shape))].astype(U64).reshape(shape)
