"""From ciphertexts under a key that parties hold in shares: every party masks, all decrypt, nobody learns.

Everybody has the same ciphertexts of x. Each party i adds a mask r_i that is statistically longer than x, encrypted;
x + sum of r_i is decrypted to everybody, and is public. [x] is that less all r_i, which their parties put in: the
protocol ASS of Cramer, Damgard and Nielsen, EUROCRYPT 2001, in any suite.
"""

from __future__ import annotations

from math import prod

import numpy as np

from mpc.accounts.cost import cost
from mpc.algebra.bigint import RandomBytes
from mpc.algebra.shapes_only import blank
from mpc.algebra.words import Words
from mpc.context import Context, together
from protocols.encrypted.description import Description
from protocols.encrypted.masking import Masking, ring_of_integers
from protocols.encrypted.receiving import receive_ciphertexts
from protocols.encrypted.to_shares import in_shape
from protocols.homomorphic.scale import Scale
from protocols.joint_decryption import compared_words, require_same
from protocols.joint_keys.key import JointKey, KeyShare
from protocols.joint_keys.revealing import open_messages
from protocols.paillier.ciphertexts import Ciphertexts
from protocols.paillier.packing import Packed, ciphertexts_of
from protocols.shares import ArithmeticShare, Shape
from protocols.suite import suite_of


async def to_shares_jointly(
    ctx: Context, share: KeyShare, held: Ciphertexts | Packed, masking: Masking, shape: Shape, shift: int
) -> ArithmeticShare:
    """[x / 2^shift] of numbers that all parties have the same ciphertexts of: its floor, or up to n above it.

    Nobody learns anything: what is decrypted is within 2^-40 of independent of all x together. Against semi-honest
    parties, as many as must not decrypt. Two rounds, beside inputs of the suite. PeerError `public-values-differ`,
    `paillier-range`, `paillier-not-unit`, `partial-decryptions-differ`; LocalError `paillier-beyond-bound`.
    """
    joint, ring, suite = share.joint, ring_of_integers(ctx), suite_of(ctx)
    masks = blank(masking.numbers) if ctx.planning else masking.draw(ctx.prg("masks of ciphertexts").bytes)
    added, _ = await together(ctx, (add_masks, joint, masking, masks), (_compared, joint, held))
    opened = await _decrypted(ctx, share, held, masking, added)
    public, own = ring.zeros(shape), ring.zeros(shape)
    if not ctx.planning:
        public = in_shape(ctx, shape, masking.masked_part(ring, opened, joint.group, shift))
        own = in_shape(ctx, shape, masking.mask_part(ring, masks, shift))
    total: ArithmeticShare = suite.constant(ctx, public)
    for part in await together(ctx, *((suite.input, j, own if ctx.me == j else None, shape) for j in ctx.everyone)):
        total = total + part
    return total


def _words(joint: JointKey, masking: Masking) -> int:
    return prod(masking.groups) * int(joint.group.ciphertexts.limbs)


@cost(rounds=1, words=lambda joint, masking, masks: _words(joint, masking))
async def add_masks(ctx: Context, joint: JointKey, masking: Masking, masks: Words) -> Words:
    """Ciphertexts (*groups, limbs) of all parties' masks added up, in the layout: the same at all."""
    group = joint.group
    if ctx.planning:
        own = blank((*masking.groups, group.ciphertexts.limbs))
    else:
        source = ctx.prg("randomisers of ciphertexts").bytes
        own = await ctx.in_thread(_encrypted, joint, masking, masks, source)
    for j in ctx.others:
        ctx.send(j, own if ctx.planning else group.form.out_of(own))
    for j in ctx.others:
        words = await receive_ciphertexts(ctx, j, group, masking.groups)
        own = words if ctx.planning else group.form.mul(own, words)
    return own


def _compared_words(joint: JointKey, held: Ciphertexts | Packed) -> int:
    return compared_words(joint.parties, joint.threshold)


@cost(rounds=lambda joint, held: int(_compared_words(joint, held) > 0), words=_compared_words)
async def _compared(ctx: Context, joint: JointKey, held: Ciphertexts | Packed) -> None:
    """PeerError `public-values-differ` unless all have the same ciphertexts, where some parts are enough: whoever gave
    parties different ones would learn by how much the numbers in them differ, as the masks are the same."""
    if not _compared_words(joint, held):
        return
    said = ctx.hash("what becomes a secret")
    if not ctx.planning:
        said.absorb(joint.fingerprint, Description.of(held).message)
        await ctx.in_thread(said.absorb, ciphertexts_of(held).words)
    await require_same(ctx, said)


@cost(rounds=1, words=lambda share, held, masking, added: _words(share.joint, masking))
async def _decrypted(
    ctx: Context, share: KeyShare, held: Ciphertexts | Packed, masking: Masking, added: Words
) -> Words:
    """The plaintexts (*groups, limbs) of the masked numbers, at everybody."""
    group = share.joint.group
    if ctx.planning:
        await ctx.exchange(blank((8 * _words(share.joint, masking),), np.uint8))
        return added
    packed = await ctx.in_thread(masking.packed, held)
    words = group.form.mul(packed.words, added)
    masked = Ciphertexts(packed.encryption, words, Scale(0, 0), fresh=False)
    everyone = tuple(ctx.everyone)
    messages = await open_messages(ctx, share, masked, everyone, everyone, False, [])
    assert messages is not None
    return messages


def _encrypted(joint: JointKey, masking: Masking, masks: Words, source: RandomBytes) -> Words:
    """This party's masks with a fresh random power."""
    return joint.public.encryption.rerandomise(masking.powers(masks, joint.group), source)
