"""Products modulo many small numbers from correlated transfers: of what the sender has by what the receiver has.

Gilboa, CRYPTO 1999, section 4.1, modulo each of many small coprime numbers, so that large numbers are multiplied by
their residues at a few bits for each bit: Chen, Doerner, Kondi, Lee, Rosefield, shelat, CRYPTO 2020, section 6.1.
A correction is hidden by pads within 2^-74 of uniform. As secure as the extension.
"""

from __future__ import annotations

import numpy as np

from mpc.accounts.cost import cost
from mpc.algebra import bits
from mpc.algebra.bits import words_for
from mpc.algebra.residues import Residues
from mpc.algebra.ring import U64, Words
from mpc.context import Context, Spec
from mpc.errors import PeerError
from protocols.ot.correlated import CotReceiver, CotSender, bit_masks, take
from protocols.ot.pads import pads
from protocols.ot.products_alsz13 import Received, Sent, given_choices_receive, given_choices_send

_WORK = 200
"""What a transfer takes, in the multiply-adds of `Context.off_loop`."""

_PAD_WORDS = 2


def correction_words(modulo: Residues, size: int) -> int:
    """Words of the corrections of `size` products."""
    return modulo.bits * modulo.bits * words_for(size)


async def small_product_send(ctx: Context, cot: CotSender, modulo: Residues, x: Words) -> Words:
    """Shares of x y mod m, elementwise, for residues y of the receiver, which calls `small_product_receive`.

    x: residues (..., len(moduli)). The two ends' shares, of this shape, add up to the products; each end's alone is
    uniform. Nobody learns more. A transfer for each bit of a modulus and each product; an extension's rounds and two.
    """
    held = await given_choices_send(ctx, cot, modulo.bits * x.size)
    return await _send(ctx, cot, held, modulo, x)


async def small_product_receive(ctx: Context, cot: CotReceiver, modulo: Residues, y: Words) -> Words:
    """The receiver's shares. PeerError `malformed-residues` where a correction is no residue."""
    places = np.arange(modulo.bits, dtype=U64)[:, None]
    choices = bits.pack(((y.reshape(1, -1) >> places) & np.uint64(1)).astype(np.uint8))
    held = await given_choices_receive(ctx, cot, choices, modulo.bits * y.size)
    return await _receive(ctx, cot, held, modulo, y.shape)


@cost(
    rounds=1,
    to_one=lambda cot, held, modulo, x: correction_words(modulo, x.size),
    call_name="small products",
    parties=2,
)
async def _send(ctx: Context, cot: CotSender, held: Sent, modulo: Residues, x: Words) -> Words:
    corrections, shares = await ctx.off_loop(_WORK * len(held.labels), _sender_products, cot, held, modulo, x)
    ctx.send(cot.peer, corrections)
    return shares


@cost(
    rounds=1,
    to_one=lambda cot, held, modulo, shape: correction_words(modulo, int(np.prod(shape))),
    call_name="small products",
    parties=2,
)
async def _receive(ctx: Context, cot: CotReceiver, held: Received, modulo: Residues, shape: tuple[int, ...]) -> Words:
    size = int(np.prod(shape))
    sent = await ctx.receive(cot.peer, Spec((modulo.bits, modulo.bits, words_for(size))))
    shares, fit = await ctx.off_loop(_WORK * len(held.labels), _receiver_products, cot, held, modulo, sent, shape)
    if not fit:
        raise malformed_residues(ctx, cot.peer)
    return shares


def _sender_products(cot: CotSender, held: Sent, modulo: Residues, x: Words) -> tuple[Words, Words]:
    """For bit i the correction 2^i x + p - q with the pads p and q of choices 0 and 1; the shares are the -p's sums."""
    corrections = np.empty((modulo.bits, modulo.bits, words_for(x.size)), U64)
    shares, count = np.zeros(x.shape, U64), len(held.labels)
    turns = np.zeros(count, U64) if held.turns is None else bit_masks(held.turns, count)
    for i in range(modulo.bits):
        rows = slice(i * x.size, (i + 1) * x.size)
        p, q = (_pads(cot, held, modulo, i, x.shape, offset) for offset in (None, cot.delta))
        turned = turns[rows].reshape(x.shape)
        p, q = take(turned, q, p), take(turned, p, q)
        corrections[i] = bits.planes(modulo.add(x, modulo.sub(p, q)), modulo.bits)
        shares = modulo.sub(shares, p)
        x = modulo.add(x, x)
    return corrections, shares


def _receiver_products(
    cot: CotReceiver, held: Received, modulo: Residues, sent: Words, shape: tuple[int, ...]
) -> tuple[Words, bool]:
    """The pads, and the corrections where a bit of y is 1; whether all corrections are residues."""
    size, shares, fit = int(np.prod(shape)), np.zeros(shape, U64), True
    choices = bit_masks(held.choices, len(held.labels))
    for i in range(modulo.bits):
        corrections = bits.from_planes(sent[i], size).reshape(shape)
        fit &= modulo.fits(corrections)
        chosen = choices[i * size : (i + 1) * size].reshape(shape)
        own = _pads(cot, held, modulo, i, shape, None)
        shares = modulo.add(shares, modulo.add(own, corrections & chosen))
    return shares, fit


def _pads(
    cot: CotSender | CotReceiver, held: Sent | Received, modulo: Residues, i: int, shape: tuple[int, ...],
    offset: Words | None,
) -> Words:  # fmt: skip
    """Residues of the pads of bit i's labels."""
    size = int(np.prod(shape))
    labels = held.labels[i * size : (i + 1) * size]
    drawn = pads(labels, offset, cot.start, held.first, _PAD_WORDS, (i * size, 0, _PAD_WORDS))
    return modulo.uniform(drawn.reshape(*shape, _PAD_WORDS))


def malformed_residues(ctx: Context, peer: int) -> PeerError:
    """The error for numbers of a peer that are not below what they are to be below."""
    name = ctx.names[peer]
    return PeerError(
        "malformed-residues",
        f"{name} sent numbers that are no residues modulo what was agreed ({ctx.name})",
        "the same version everywhere; else that party is not to be trusted",
        party=name,
        path=ctx.path,
        line=ctx.counted_at or None,
    )
