"""A key in shares of a modulus that the parties made together: each has an addend of phi(N), and nobody knows it.

Fouque, Poupard, Stern, "Sharing decryption in the context of voting or lotteries", Financial Cryptography 2000, section
4: the exponent is beta phi(N) for a random beta that nobody knows, and theta, its rest modulo N^s, is told to all. It
comes in addends over the whole numbers, and each party deals its own out by a polynomial (Rabin, "A simplified approach
to threshold and proactive RSA", CRYPTO 1998; Damgård and Thorbek, "Linear integer secret sharing and distributed
exponentiation", PKC 2006).

Among parties that follow the protocol, up to `threshold` of which compare notes.
"""

from __future__ import annotations

from typing import cast

import numpy as np

from mpc.accounts.cost import cost
from mpc.algebra.bigint import RandomBytes, from_ints, limbs_for, to_ints
from mpc.algebra.ring import Words
from mpc.context import Context, Spec
from protocols.assurances import FOLLOWED, KEYS, assure, assure_holders
from protocols.joint_keys.decryption_dj01 import require_consistent
from protocols.joint_keys.key import AdditiveShare, JointKey, KeyShare, check_parties, verification_of
from protocols.joint_keys.polynomials_shoup00 import SPARE_BITS, delta, whole_share_bits, whole_shares
from protocols.joint_keys.whole_products import Limbs, malformed, product_words, whole_product
from protocols.paillier.encryption import Encryption
from protocols.paillier.group import Group
from protocols.paillier.keys import PrivateKey, PublicKey
from protocols.paillier.messages import check_ciphertexts
from protocols.paillier.randomisers import Exponent
from protocols.proofs.whole_numbers import length_fits


def _limbs(made: AdditiveShare, s: int, own: PrivateKey | None) -> Limbs:
    bits = made.n.bit_length()
    return Limbs(s * bits + SPARE_BITS, bits + 1, bits if own is None else own.public.bits)


def _dealt_bits(made: AdditiveShare, parties: int, threshold: int, s: int, own: PrivateKey | None) -> int:
    """Of the point that one party deals to another."""
    return whole_share_bits(_limbs(made, s, own).addend_bits(parties), parties, threshold)


def _words(made: AdditiveShare, parties: int, threshold: int, s: int, own: PrivateKey | None) -> int:
    dealt = limbs_for(_dealt_bits(made, parties, threshold, s, own))
    group = [limbs_for(k * made.n.bit_length()) for k in (s, s + 1)]
    return product_words(_limbs(made, s, own)) + dealt + sum(group)


@cost(
    rounds=5,
    words=lambda made, *, parties, threshold, s=1, exponent="textbook", own=None: _words(
        made, parties, threshold, s, own
    ),
)
async def share_key(
    ctx: Context,
    made: AdditiveShare,
    *,
    parties: int,
    threshold: int,
    s: int = 1,
    exponent: Exponent = "textbook",
    own: PrivateKey | None = None,
) -> KeyShare:
    """This party's share of the key of a modulus that all `parties` made: any threshold + 1 of them decrypt.

    made: secret, an addend of phi(N) between -N and N, and N, which every party trusts to be a product of two primes
    that are 3 mod 4. parties: those of the run. `own`: a key pair of N's length for the products, by default a new one.
    LocalError `joint-key-parties`; PeerError as `whole_product`, and `joint-key-malformed`; Abort
    `joint-key-inconsistent` where the addends are not of phi(N), or a party went wrong.
    """
    check_parties(parties, threshold, ctx.n)
    assure(ctx, KEYS, FOLLOWED)
    assure_holders(ctx, parties, threshold)
    public = PublicKey(Encryption(Group(made.n, s), exponent))
    source = ctx.prg("a key for products").bytes
    pair = await ctx.in_thread(_new_pair, made.n.bit_length(), source) if own is None else own
    limbs = _limbs(made, s, pair)
    beta = int.from_bytes(ctx.prg("beta").bytes(-(-limbs.x_bits // 8)), "little") % (1 << limbs.x_bits)
    addend = await whole_product(ctx, beta, made.phi, limbs, pair)
    bits = _dealt_bits(made, parties, threshold, s, own)
    theta, share = await _dealt(ctx, public.group, addend, limbs.addend_bits(parties), bits, threshold)
    share_bits = bits + parties.bit_length()
    verification = await _told(ctx, public.group, share, share_bits)
    joint = JointKey(public, parties, threshold, theta, share_bits, verification, made.safe)
    await ctx.in_thread(require_consistent, joint)
    return KeyShare(joint, ctx.me, share)


def _new_pair(bits: int, source: RandomBytes) -> PrivateKey:
    return PrivateKey.generate(bits, source=source)


async def _dealt(
    ctx: Context, group: Group, addend: int, addend_bits: int, bits: int, threshold: int
) -> tuple[int, int]:
    """theta, and this party's share: the sum of the points that all parties deal to it, of `bits` bits each."""
    points = whole_shares(addend, addend_bits, ctx.n, threshold, ctx.prg("polynomial of a key").bytes)
    rest = from_ints([addend % group.messages.n], group.messages.limbs)
    for j in ctx.others:
        ctx.send(j, rest)
        ctx.send(j, from_ints([points[j]], limbs_for(bits)))
    theta, share = to_ints(rest)[0], points[ctx.me]
    for j in ctx.others:
        theta += to_ints(await ctx.receive(j, Spec(rest.shape)))[0]
        point = await ctx.receive(j, Spec((1, limbs_for(bits))))
        if not length_fits(point, bits):
            raise malformed(ctx, j)
        share += to_ints(point)[0]
    return delta(ctx.n) * theta % group.messages.n, share


async def _told(ctx: Context, group: Group, share: int, bits: int) -> Words:
    """v^(Delta s_i) of all parties (parties, limbs)."""
    words = from_ints([share], limbs_for(bits))
    mine = await ctx.in_thread(verification_of, group, delta(ctx.n), words, bits)
    told = (await ctx.exchange(mine))[0]
    for j in ctx.others:
        check_ciphertexts(group, told[j], ctx.names[j])
    return cast(Words, np.concatenate(told))
