"""Ring-Pedersen parameters are sent with their proof, and received only with it.

Whoever is to be convinced of something about ciphertexts sends its own ones first. A malicious owner is caught,
whatever it sends: commitments under what `receive_parameters` returns hide.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from mpc.accounts.cost import cost
from mpc.algebra.bigint import Modulus, from_ints
from mpc.algebra.ring import Words
from mpc.context import Context, Spec
from protocols.proofs.ring_pedersen_cggmp21 import (
    PowerOf,
    RingPedersen,
    RingPedersenKey,
    parameters_from,
    verify_ring_pedersen,
)
from protocols.proofs.strength import STANDARD
from protocols.proofs.transcript import Bytes, Setting


def parameter_words(bits: int) -> int:
    """Words of parameters and their proof."""
    return sum(_lengths(bits))


@cost(
    rounds=1,
    to_one=lambda to, own: parameter_words(own.public.modulus.bits),
    call_name="ring-pedersen parameters",
    parties=2,
)
async def send_parameters(ctx: Context, to: int, own: RingPedersenKey) -> None:
    """Send this party's parameters to party `to`, which calls `receive_parameters`, with Pi^prm. It learns nothing of
    their secrets."""
    proof = await ctx.in_thread(own.prove, Setting.of(ctx, ctx.me), STANDARD, ctx.prg("nonces of parameters").bytes)
    ctx.send(to, own.public.to_words().reshape(-1))
    ctx.send(to, proof)


@cost(
    rounds=1,
    to_one=lambda sender, *, bits=2048: parameter_words(bits),
    call_name="ring-pedersen parameters",
    parties=2,
)
async def receive_parameters(ctx: Context, sender: int, *, bits: int = 2048) -> RingPedersen:
    """Parameters of `bits` bits that party `sender` sends by `send_parameters`, if their proof holds.

    PeerError `bad-ring-pedersen`, `malformed-proof`, `proof-of-another-statement`, `proof-of-another-session`, Abort
    `proof-refused`; all name the sender.
    """
    of_numbers, of_proof = _lengths(bits)
    numbers = await ctx.receive(sender, Spec((of_numbers,)))
    proof = await ctx.receive(sender, Spec((8 * of_proof,), np.uint8))
    return await ctx.in_thread(_checked, Setting.of(ctx, sender), numbers.reshape(3, -1), proof)


def _checked(setting: Setting, numbers: Words, proof: Bytes) -> RingPedersen:
    parameters = parameters_from(setting.prover, numbers)
    verify_ring_pedersen(setting, PowerOf(parameters), proof)
    return parameters


@lru_cache(maxsize=8)
def _lengths(bits: int) -> tuple[int, int]:
    modulus = Modulus((1 << bits) - 1)
    two = from_ints([2], modulus.limbs)[0]
    return 3 * modulus.limbs, PowerOf(RingPedersen(modulus, two, two)).proof_bytes // 8
