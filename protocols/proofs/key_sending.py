"""A Paillier key is sent with its proofs, and received only with both of them.

Malicious owners of keys are caught, whatever they send: the key that `receive_key` returns is a product of two primes,
both 3 mod 4 and of more than 790 bits. Malicious receivers learn nothing of its factors.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from mpc.accounts.cost import cost
from mpc.algebra.bigint import Modulus, RandomBytes, from_ints, limbs_for, to_ints
from mpc.context import Context, Spec
from protocols.paillier.key_checks import check_length
from protocols.paillier.keys import PrivateKey, PublicKey
from protocols.proofs.factors_cggmp21 import NoSmallFactor, prove_no_small_factor, verify_no_small_factor
from protocols.proofs.modulus_cggmp21 import BlumModulus, prove_modulus, verify_modulus
from protocols.proofs.parameter_sending import parameter_words, receive_parameters, send_parameters
from protocols.proofs.refusals import unfit
from protocols.proofs.ring_pedersen_cggmp21 import RingPedersen, RingPedersenKey
from protocols.proofs.transcript import Bytes, Setting


@dataclass(frozen=True, slots=True)
class ReceivedKey:
    """`key`, both of whose proofs hold, and `to`: the parameters by which its owner proves further things."""

    key: PublicKey
    to: RingPedersenKey


def key_words(bits: int) -> int:
    """Words that both parties send together for a key of so many bits."""
    return parameter_words(bits) + sum(_lengths(bits)) // 8


@cost(rounds=2, to_one=lambda to, key: key_words(key.public.bits), call_name="paillier key", parties=2)
async def send_key(ctx: Context, to: int, key: PrivateKey) -> RingPedersen:
    """Send the public half of a key, and prove to party `to`, which calls `receive_key`, that it is well formed.

    Proves Pi^mod, and Pi^fac by ring-Pedersen parameters of the receiver, which are returned: whatever is proved to it
    of what is encrypted takes them. LocalError `wrong-witness` where the key is not of primes that are 3 mod 4;
    PeerError as `receive_parameters`. What a malicious receiver sends shows it nothing of the key.
    """
    public = key.public
    parameters = await receive_parameters(ctx, to, bits=public.bits)
    proofs = await ctx.in_thread(_prove, Setting.of(ctx, ctx.me), key, parameters, ctx.prg("proofs about a key").bytes)
    ctx.send(to, from_ints([public.group.n | public.s << public.bits], limbs_for(public.bits) + 1)[0])
    for made in proofs:
        ctx.send(to, made)
    return parameters


@cost(
    rounds=2,
    to_one=lambda sender, own=None, *, bits=2048: key_words(bits),
    call_name="paillier key",
    parties=2,
)
async def receive_key(
    ctx: Context, sender: int, own: RingPedersenKey | None = None, *, bits: int = 2048
) -> ReceivedKey:
    """The key that party `sender` sends by `send_key`, of 2048, 3072 or 4096 bits; only if both of its proofs hold.

    N is then a product of two primes, both 3 mod 4, none below 2^(bits / 2 - 230). `own`: this party's ring-Pedersen
    parameters, of the same length and perhaps used with others before; by default new ones, which take a second.
    PeerError `paillier-key-size` and the others of `check_modulus`, `paillier-malformed`, `proof-of-another-statement`,
    `proof-of-another-session`, `malformed-proof`, Abort `proof-refused`; all name the sender.
    """
    own = await ctx.in_thread(RingPedersenKey.generate, bits) if own is None else own
    if own.public.modulus.bits != bits:
        raise unfit("ring-Pedersen parameters and key have different lengths", "make parameters of the key's length")
    of_key, of_modulus, of_factors = _lengths(bits)
    await send_parameters(ctx, sender, own)
    numbers = await ctx.receive(sender, Spec((of_key // 8,)))
    proofs = [await ctx.receive(sender, Spec((length,), np.uint8)) for length in (of_modulus, of_factors)]
    key = await ctx.in_thread(_key, to_ints(numbers)[0], bits, ctx.names[sender])
    await ctx.in_thread(_verify, Setting.of(ctx, sender), Modulus(key.group.n), own.public, *proofs)
    return ReceivedKey(key, own)


def _prove(setting: Setting, key: PrivateKey, parameters: RingPedersen, source: RandomBytes) -> tuple[Bytes, Bytes]:
    """Pi^mod and Pi^fac."""
    n, factors = Modulus(key.public.group.n), key.secret_factors
    return (
        prove_modulus(setting, BlumModulus(n), *factors, source),
        prove_no_small_factor(setting, NoSmallFactor(n, parameters), *factors, source),
    )


def _key(number: int, bits: int, sender: str) -> PublicKey:
    n, s = number & (1 << bits) - 1, number >> bits
    check_length(n, bits, sender)
    return PublicKey.received(n, s, sender)


def _verify(setting: Setting, n: Modulus, own: RingPedersen, of_modulus: Bytes, of_factors: Bytes) -> None:
    verify_modulus(setting, BlumModulus(n), of_modulus)
    verify_no_small_factor(setting, NoSmallFactor(n, own), of_factors)


@lru_cache(maxsize=8)
def _lengths(bits: int) -> tuple[int, ...]:
    """Bytes of a key, and of its two proofs."""
    modulus = Modulus((1 << bits) - 1)
    two = from_ints([2], modulus.limbs)[0]
    parameters = RingPedersen(modulus, two, two)
    proofs = BlumModulus(modulus), NoSmallFactor(modulus, parameters)
    return 8 * modulus.limbs + 8, *(proof.proof_bytes for proof in proofs)
