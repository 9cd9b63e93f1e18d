"""[A X] of a matrix that one party knows and a shared one, by Paillier: few bytes, however large A is.

With r_j of every other party j, uniform mod 2^k, its owner P learns x = X - sum of r_j mod 2^k, which is uniform too.
Party j sends Enc_j(r_j); P computes Enc_j(A r_j) over the integers, of which by a masked decryption both get shares.
[A X] is A x, which P puts in, plus all of these. Only the shared matrix travels, and the product. Chen, Zhou, Wang, Wu,
Fang, Tan, Wang, Liu, Wang, Hong, "When homomorphic encryption marries secret sharing" (CAESAR), KDD 2021, section 4.2,
for two parties; here for any number.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

import numpy as np

from mpc.accounts.cost import cost
from mpc.algebra.bigint import RandomBytes
from mpc.algebra.interface import Z2k
from mpc.algebra.ring import U64
from mpc.algebra.shapes_only import ShapesOfRing, blank
from mpc.algebra.words import Words
from mpc.context import Context, together
from protocols.encrypted.masking import elements_of, masking_for, ring_of_integers
from protocols.encrypted.receiving import blank_ciphertexts, receive_ciphertexts
from protocols.encrypted.session_keys import SessionKeys, session_keys
from protocols.encrypted.to_shares import Conversion, to_shares
from protocols.homomorphic.encoded import Encoded
from protocols.homomorphic.scale import Scale
from protocols.known import Known, known, open_known, share_known
from protocols.paillier.ciphertexts import Ciphertexts
from protocols.paillier.keys import PublicKey
from protocols.paillier.plaintexts import to_messages
from protocols.shares import ArithmeticShare, Shape
from protocols.suite import suite_of


@dataclass(frozen=True, slots=True)
class Factor:
    """The matrix A (m, d), known to `owner`; the others have its shape and scale without content."""

    owner: int
    encoded: Encoded

    def elements(self, ring: Z2k) -> Words:
        """A as ring elements, in constant time."""
        if isinstance(ring, ShapesOfRing):
            return ring.zeros(self.encoded.shape)
        positive = elements_of(ring, self.encoded.magnitudes)
        mask = self.encoded.negative if ring.words == 1 else self.encoded.negative[..., None]
        return positive ^ ((positive ^ ring.neg(positive)) & mask)

    def scale_of_products(self, ring: Z2k) -> Scale:
        """What A times numbers below 2^k takes."""
        return Scale(0, self.encoded.scale.bound * max(self.encoded.shape[1], 1) * ((1 << ring.bits) - 1))


async def known_product(ctx: Context, factor: Factor, x: ArithmeticShare) -> ArithmeticShare:
    """[A X] mod 2^k for A (m, d) known to its owner and X (d, c) shared: (m, c).

    Nobody learns anything. Against semi-honest parties, as many of whom may collude as the suite allows; masked
    products are within 2^-40 of random for all elements together. Two rounds beside inputs of the suite: X is opened
    under masks, beside ciphertexts of these from each other party to the owner; then masked products back, many in a
    ciphertext. The owner multiplies in constant time. The first call of a session has keys exchanged, a round at its
    start. PeerError as `session_keys` and `to_shares`, `paillier-range`, `paillier-not-unit`.
    """
    keys, ring = await session_keys(ctx), ring_of_integers(ctx)
    others = [j for j in ctx.everyone if j != factor.owner]
    own = ring.draw(ctx.prg("masks of a factor"), x.shape) if ctx.me in others else None
    masks = [known(ctx, j, own if ctx.me == j else None, x.shape) for j in others]
    hidden = x
    for mask in await together(ctx, *((share_known, mask) for mask in masks)):
        hidden = hidden - mask
    rest, asked = await together(ctx, (open_known, factor.owner, hidden), (ask, keys, factor.owner, own, x.shape))
    first, *parts = await together(
        ctx, (_put_in, factor, rest), *((_of_masks, keys, factor, j, asked.get(j), x.shape[1]) for j in others)
    )
    for part in parts:
        first = first + part
    total: ArithmeticShare = first
    return total


@cost(rounds=1, to_one=lambda keys, owner, own, shape: prod(shape) * int(keys.public[0].group.ciphertexts.limbs))
async def ask(ctx: Context, keys: SessionKeys, owner: int, own: Words | None, shape: Shape) -> dict[int, Ciphertexts]:
    """Each other party sends party `owner` its masks `own` under its own key; there, all of them by party."""
    ring = ring_of_integers(ctx)
    scale = Scale(0, (1 << ring.bits) - 1)
    if own is None:
        received = {}
        for j in ctx.others:
            key = keys.public[j]
            words = await receive_ciphertexts(ctx, j, key.group, shape)
            received[j] = Ciphertexts(key.encryption, words, scale, fresh=False)
        return received
    key = keys.public[ctx.me]
    if ctx.planning:
        ctx.send(owner, blank((*shape, key.group.ciphertexts.limbs)))
    else:
        numbers = own.reshape(*shape, ring.words)
        plain = Encoded(numbers, np.zeros(shape, U64), scale, signed=False)
        source = ctx.prg("randomisers of a factor").bytes
        ctx.send(owner, await ctx.in_thread(_encrypted, key, plain, source))
    return {}


async def _put_in(ctx: Context, factor: Factor, rest: Known) -> ArithmeticShare:
    """[A x] for the part x of X that the owner has."""
    ring, shape = ring_of_integers(ctx), (factor.encoded.shape[0], rest.shape[1])
    product = None
    if ctx.me == factor.owner:
        work = prod(factor.encoded.shape) * shape[1]
        product = await ctx.off_loop(work, ring.matmul, factor.elements(ring), rest.value(ctx))
    share: ArithmeticShare = await suite_of(ctx).input(ctx, factor.owner, product, shape)
    return share


async def _of_masks(
    ctx: Context, keys: SessionKeys, factor: Factor, other: int, asked: Ciphertexts | None, columns: int
) -> ArithmeticShare:
    """[A r] of the masks r that party `other` has encrypted."""
    group, shape = keys.public[other].group, (factor.encoded.shape[0], columns)
    if ctx.me not in (factor.owner, other):
        return await to_shares(ctx, Conversion(factor.owner, other, shape), None)
    scale = factor.scale_of_products(ring_of_integers(ctx))
    conversion = Conversion(factor.owner, other, shape, 0, masking_for(scale, shape, None, group), group)
    if asked is None:
        return await to_shares(ctx, conversion, keys.own)
    if ctx.planning:
        return await to_shares(ctx, conversion, blank_ciphertexts(keys.public[other], scale, shape))
    return await to_shares(ctx, conversion, await ctx.in_thread(asked.__rmatmul__, factor.encoded))


def _encrypted(key: PublicKey, plain: Encoded, source: RandomBytes) -> Words:
    return key.group.form.out_of(key.encryption.encrypt(to_messages(plain, key.group), source))
