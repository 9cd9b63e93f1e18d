"""Products of what different parties hold, each direction under the key of the party whose numbers are encrypted.

`protocols.paillier.products_dsz15` has what is computed; here it goes between parties, piece by piece. Whoever encrypts
sends the next piece before it waits for the replies to this one, so that neither waits for the network while there is
work. Semi-honest; what comes is checked to be units below N^2.
"""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from mpc.algebra.interface import Z2k
from mpc.algebra.ring import Words
from mpc.context import Context, Spec
from protocols.paillier.group import Group
from protocols.paillier.key_exchange import Keys
from protocols.paillier.keys import PrivateKey, PublicKey
from protocols.paillier.messages import check_ciphertexts
from protocols.paillier.product_form import Form, Piece, pieces
from protocols.paillier.products_dsz15 import decrypted, encrypted, entries, masks, multiplied
from protocols.preprocessing.pairs import between_pairs
from protocols.preprocessing.tools import Pair, Rows
from protocols.preprocessing.transfers import Products


async def cross_products(
    ctx: Context, keys: Keys, ring: Z2k, shapes: Products, a: Words, b: Rows, pairs: Collection[Pair] | None = None
) -> tuple[Words, Words]:
    """As `Tools.cross_products`, of an a that is given; `shapes` are those of a and b."""
    rows, terms, length = b.shape
    form, turned = shapes.form(keys.bits)
    choices = ring.moved(lambda x: x.reshape(form.groups, b.each, terms), a)
    total = ring.zeros((rows, length))

    def add(shares: Words) -> None:
        nonlocal total
        total = ring.add(total, ring.moved(lambda x: _turned(x, turned).reshape(rows, length), shares))

    async def send(own: Context, receiver: int) -> None:
        if turned:
            factors = ring.moved(lambda x: x.swapaxes(1, 2), b.values)
            add(await answer(own, receiver, keys.others[receiver], ring, form, factors))
        else:
            add(await ask(own, receiver, keys.own, ring, form, b.values))

    async def receive(own: Context, sender: int) -> None:
        if turned:
            numbers = ring.moved(lambda x: x.swapaxes(1, 2), choices)
            add(await ask(own, sender, keys.own, ring, form, numbers))
        else:
            add(await answer(own, sender, keys.others[sender], ring, form, choices))

    if total.size and terms:
        await between_pairs(ctx, send, receive, pairs)
    return a, total


async def ask(ctx: Context, of: int, key: PrivateKey, ring: Z2k, form: Form, numbers: Words) -> Words:
    """A share (groups, rows, columns) of the products of numbers (groups, terms, columns) and what party `of` has.

    Which calls `answer`. PeerError `paillier-range`, `paillier-not-unit`.
    """
    total = ring.zeros((form.groups, form.rows, form.columns))
    stream, encryption = ctx.prg("encryption"), key.public.encryption

    async def take(piece: Piece) -> None:
        for rows, part in piece.answers():
            replies = await _received(ctx, of, key.public.group, part.answered)
            _add(ring, total, piece, rows, entries(part, await ctx.in_thread(decrypted, key, part, replies)))

    before: Piece | None = None
    for piece in pieces(form):
        own = _words(ring, numbers[piece.groups, piece.terms, piece.columns])
        ctx.send(of, await ctx.in_thread(encrypted, encryption, piece.form, own, stream.bytes))
        if before is not None:
            await take(before)
        before = piece
    if before is not None:
        await take(before)
    return total


async def answer(ctx: Context, to: int, key: PublicKey, ring: Z2k, form: Form, factors: Words) -> Words:
    """A share of the products of factors (groups, rows, terms) and what party `to`, whose key it is, asks for."""
    total = ring.zeros((form.groups, form.rows, form.columns))
    stream, fresh = ctx.prg("masks"), ctx.prg("replies")
    for piece in pieces(form):
        asked = await _received(ctx, to, key.group, piece.form.asked)
        for rows, part in piece.answers():
            own, hidden_by = _words(ring, factors[piece.groups, rows, piece.terms]), masks(part, stream)
            ctx.send(to, await ctx.in_thread(multiplied, key.group, part, own, asked, hidden_by, fresh.bytes))
            _add(ring, total, piece, rows, entries(part, hidden_by))
    return ring.neg(total)


async def _received(ctx: Context, sender: int, group: Group, count: int) -> Words:
    numbers = await ctx.receive(sender, Spec((count, group.ciphertexts.limbs)))
    await ctx.in_thread(check_ciphertexts, group, numbers, ctx.names[sender])
    return numbers


def _add(ring: Z2k, total: Words, piece: Piece, rows: slice, some: Words) -> None:
    """Numbers of any length, modulo 2^bits, in their place."""
    words = np.ascontiguousarray(some[..., : ring.words] if ring.words > 1 else some[..., 0])
    place = piece.groups, rows, piece.columns
    total[place] = ring.add(total[place], ring.reduce(words))


def _words(ring: Z2k, x: Words) -> Words:
    """Elements with their words along a last axis."""
    return x if ring.words > 1 else x[..., None]


def _turned(x: Words, turned: bool) -> Words:
    return x.swapaxes(1, 2) if turned else x
