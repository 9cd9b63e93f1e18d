"""What a party has for the making of a modulus with another: a Paillier key of its own, and what was proved of both.

The key is made for one modulus, and forgotten with it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import gcd

from mpc.context import Context
from protocols.joint_keys.draws_flop18 import deviates
from protocols.joint_keys.lengths_flop18 import Lengths
from protocols.ot.extension_softspoken_roy22 import SoftSpokenReceiver, SoftSpokenSender, receive_setup, send_setup
from protocols.paillier.keys import PrivateKey, PublicKey
from protocols.proofs.key_sending import receive_key, send_key
from protocols.proofs.ring_pedersen_cggmp21 import RingPedersen, RingPedersenKey


@dataclass(frozen=True, slots=True)
class Ends:
    """`own` key and the peer's, `theirs`; `own_parameters`, by which the peer commits, and `their_parameters`."""

    lengths: Lengths
    own: PrivateKey = field(repr=False)
    theirs: PublicKey
    own_parameters: RingPedersen
    their_parameters: RingPedersen
    cot: SoftSpokenSender | SoftSpokenReceiver = field(repr=False)


async def meet(ctx: Context, lengths: Lengths) -> Ends:
    """New keys and parameters of both parties, each received with its proofs, and malicious correlated transfers.

    Errors as of `send_key`, `receive_key` and of the transfers' setup; Abort `joint-key-own-key` for a peer whose key
    has a factor of this party's, or another s than 1.
    """
    bits, peer = lengths.key_bits, 1 - ctx.me
    own = await ctx.in_thread(PrivateKey.generate, bits)
    parameters = await ctx.in_thread(RingPedersenKey.generate, bits)
    if ctx.me == 0:
        to = await send_key(ctx, peer, own)
        received = await receive_key(ctx, peer, parameters, bits=bits)
    else:
        received = await receive_key(ctx, peer, parameters, bits=bits)
        to = await send_key(ctx, peer, own)
    if received.key.s != 1 or gcd(own.public.group.n, received.key.group.n) != 1:
        raise deviates(ctx, "joint-key-own-key", "sent a key with s > 1, or with a factor of this party's own")
    return Ends(lengths, own, received.key, parameters.public, to, await transfers(ctx))


async def transfers(ctx: Context) -> SoftSpokenSender | SoftSpokenReceiver:
    """From party 0 to party 1, secure although either may deviate."""
    peer = 1 - ctx.me
    setup = send_setup(ctx, peer, malicious=True) if ctx.me == 0 else receive_setup(ctx, peer, malicious=True)
    return await setup
