"""A dealer of a run makes a key and sends each party its share.

Protects against up to `threshold` other parties, which may deviate; the dealer knows all, and must be trusted to forget
it. A wrong share is noticed at once. Where no party is to be trusted so far, the parties make a key together.
"""

from __future__ import annotations

from mpc.accounts.cost import cost
from mpc.algebra.bigint import RandomBytes, from_ints, limbs_for, to_ints
from mpc.algebra.ring import Words
from mpc.context import Context, Spec
from protocols.assurances import assure_dealer, assure_holders
from protocols.joint_keys.dealing_dj01 import deal, share_bits
from protocols.joint_keys.decryption_dj01 import require_consistent
from protocols.joint_keys.key import JointKey, KeyShare, check_parties
from protocols.joint_keys.whole_products import malformed
from protocols.paillier.keys import PublicKey
from protocols.paillier.messages import check_ciphertexts
from protocols.paillier.randomisers import Exponent
from protocols.party_indices import party_index
from protocols.proofs.whole_numbers import length_fits


def _words(parties: int, bits: int, s: int) -> int:
    return limbs_for(bits) + parties * limbs_for((s + 1) * bits) + limbs_for(share_bits(bits, s))


@cost(
    rounds=1,
    to_one=lambda dealer, *, parties, threshold, bits=2048, s=1, exponent="half": _words(parties, bits, s),
)
async def dealt(
    ctx: Context,
    dealer: int,
    *,
    parties: int,
    threshold: int,
    bits: int = 2048,
    s: int = 1,
    exponent: Exponent = "half",
) -> KeyShare:
    """This party's share of a new key that party `dealer` makes, of safe primes: any threshold + 1 parties decrypt.

    parties: those of the run. bits: 2048, 3072 or 4096. Its exponents are chosen by each holder for itself.

    LocalError `joint-key-parties`, `no-such-party`, `bad-party`, `paillier-key-size`; PeerError `joint-key-malformed`,
    `paillier-range`, `paillier-not-unit`, and what `check_modulus` says; Abort `joint-key-inconsistent`.
    """
    check_parties(parties, threshold, ctx.n)
    dealer = party_index(ctx.everyone, dealer)
    assure_dealer(ctx, dealer)
    assure_holders(ctx, parties, threshold)
    if ctx.me == dealer:
        shares = await ctx.in_thread(_new_shares, parties, threshold, bits, s, exponent, ctx.prg("a dealt key").bytes)
        for j in ctx.others:
            for message in _messages(shares[j]):
                ctx.send(j, message)
        return shares[dealer]
    specs = limbs_for(bits), (parties, limbs_for((s + 1) * bits)), limbs_for(share_bits(bits, s))
    n, verification, share = [
        await ctx.receive(dealer, Spec(shape if isinstance(shape, tuple) else (shape,))) for shape in specs
    ]
    key = await ctx.in_thread(_public, to_ints(n)[0], s, ctx.names[dealer], exponent)
    check_ciphertexts(key.group, verification, ctx.names[dealer])
    if key.bits != bits or not length_fits(share, share_bits(bits, s)):
        raise malformed(ctx, dealer)
    joint = JointKey(key, parties, threshold, 1, share_bits(bits, s), verification, safe=True)
    received = KeyShare(joint, ctx.me, to_ints(share)[0])
    if not await ctx.in_thread(received.fits):
        raise malformed(ctx, dealer)
    await ctx.in_thread(require_consistent, joint)
    return received


def _messages(share: KeyShare) -> list[Words]:
    """N, what is told of all shares, and one of them."""
    joint = share.joint
    return [from_ints([joint.group.n], limbs_for(joint.public.bits))[0], joint.verification, share.secret_words]


def _new_shares(
    parties: int, threshold: int, bits: int, s: int, exponent: Exponent, source: RandomBytes
) -> list[KeyShare]:
    return deal(parties, threshold, bits=bits, s=s, exponent=exponent, source=source)


def _public(n: int, s: int, sender: str, exponent: Exponent) -> PublicKey:
    return PublicKey.received(n, s, sender, exponent=exponent)
