"""Ciphertexts that are sent with a proof of what they hold, and decryptions with a proof that they are right.

Malicious provers are caught, whatever they send. Keys must have been received by `receive_key`.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

import numpy as np
import numpy.typing as npt

from mpc.accounts.cost import cost
from mpc.algebra.bigint import RandomBytes, from_ints
from mpc.algebra.group import Points, Scalars
from mpc.algebra.ring import U64, Words
from mpc.context import Context, Spec
from protocols.homomorphic.encoding import encode
from protocols.homomorphic.scale import Scale
from protocols.paillier.ciphertexts import Ciphertexts
from protocols.paillier.keys import PrivateKey, PublicKey
from protocols.paillier.messages import check_ciphertexts
from protocols.paillier.plaintexts import from_messages
from protocols.proofs.decryption_cggmp21 import decrypts_to, prove_decryption
from protocols.proofs.encryption_cggmp21 import Encrypted, InRange, encrypt_to_prove, prove_in_range
from protocols.proofs.many_relations import verify_relations
from protocols.proofs.ring_pedersen_cggmp21 import RingPedersen
from protocols.proofs.transcript import Bytes, Setting


@cost(
    rounds=1,
    to_one=lambda to, key, values, parameters, *, bound, fractional_bits=0, commitments=None, blindings=None: _words(
        key, parameters, np.shape(values), scale_of(bound, fractional_bits), commitments
    ),
    call_name="encrypted",
    parties=2,
)
async def send_encrypted(
    ctx: Context,
    to: int,
    key: PublicKey,
    values: npt.ArrayLike,
    parameters: RingPedersen,
    *,
    bound: float,
    fractional_bits: int = 0,
    commitments: Points | None = None,
    blindings: Scalars | None = None,
) -> Encrypted:
    """Encrypt numbers of any shape, not empty, and prove by Pi^enc to party `to`, which calls `receive_encrypted`, that
    this party knows them and that they are in range.

    `parameters`: those of `to`, as `send_key` returned them. `bound`: the largest magnitude, public. `commitments`,
    which `to` has already, of the same shape: then also that these are to the same numbers (Pi^log*), whole ones as
    they are encrypted, modulo the order of ristretto255; with the secret blindings that open them. Returned with the
    secrets that further proofs of the ciphertexts take. LocalError as `PublicKey.encrypt`, and `wrong-witness`.
    """
    source = ctx.prg("an encryption that is proved").bytes
    encrypted = await ctx.in_thread(_encrypt, key, values, bound, fractional_bits, source)
    statement = InRange(encrypted.ciphertexts, parameters, commitments)
    proof = await ctx.in_thread(_prove_range, Setting.of(ctx, ctx.me), statement, encrypted, blindings, source)
    ctx.send(to, key.group.form.out_of(encrypted.ciphertexts.words))
    ctx.send(to, proof)
    return encrypted


@cost(
    rounds=1,
    to_one=lambda sender, key, own, shape, *, bound, fractional_bits=0, commitments=None: _words(
        key, own, shape, scale_of(bound, fractional_bits), commitments
    ),
    call_name="encrypted",
    parties=2,
)
async def receive_encrypted(
    ctx: Context,
    sender: int,
    key: PublicKey,
    own: RingPedersen,
    shape: Sequence[int],
    *,
    bound: float,
    fractional_bits: int = 0,
    commitments: Points | None = None,
) -> Ciphertexts:
    """Ciphertexts of `shape` under `key` from party `sender`, which is proved to know what they hold.

    Where there are `commitments` of the sender, of that shape, they are proved to be to the same numbers.

    **Their bound is the one that is proved**, some 2^231 times `bound`: what is computed with them reckons with it.
    `own`: this party's parameters, public. PeerError `paillier-range`, `paillier-not-unit`, `malformed-proof`,
    `proof-of-another-statement`, `proof-of-another-session`, Abort `proof-refused`; all name the sender.
    """
    group, scale = key.group, scale_of(bound, fractional_bits)
    numbers = await ctx.receive(sender, Spec((*shape, group.ciphertexts.limbs)))
    proof = await ctx.receive(sender, Spec((_proof_bytes(key, own, shape, scale, commitments),), np.uint8))
    check_ciphertexts(group, numbers, ctx.names[sender])
    words = group.form.into(numbers)
    statement = InRange(Ciphertexts(key.encryption, words, scale, fresh=False), own, commitments)
    await ctx.in_thread(verify_relations, [(Setting.of(ctx, sender), statement, proof)])
    return Ciphertexts(key.encryption, words, Scale(fractional_bits, statement.proved_bound), fresh=False)


@cost(
    rounds=1,
    to_one=lambda to, key, ciphertexts: _decrypted_words(key.public, ciphertexts),
    call_name="decrypted",
    parties=2,
)
async def send_decrypted(ctx: Context, to: int, key: PrivateKey, ciphertexts: Ciphertexts) -> npt.NDArray[Any]:
    """Decrypt, and prove to party `to`, which calls `receive_decrypted` with the same ciphertexts, what they hold.

    `to` learns the numbers, and nothing else. LocalError as `PrivateKey.decrypt`.
    """
    messages = await ctx.in_thread(key.decrypt_words, ciphertexts)
    flat = messages.reshape(ciphertexts.size, -1)
    source = ctx.prg("nonces of a decryption").bytes
    proof = await ctx.in_thread(prove_decryption, Setting.of(ctx, ctx.me), key, ciphertexts, flat, source)
    ctx.send(to, flat)
    ctx.send(to, proof)
    return from_messages(messages, ciphertexts.scale, ciphertexts.group)


@cost(
    rounds=1,
    to_one=lambda sender, key, ciphertexts: _decrypted_words(key, ciphertexts),
    call_name="decrypted",
    parties=2,
)
async def receive_decrypted(ctx: Context, sender: int, key: PublicKey, ciphertexts: Ciphertexts) -> npt.NDArray[Any]:
    """What the key's owner `sender` decrypts: numbers as `PrivateKey.decrypt` gives them, proved to be right.

    PeerError `malformed-proof`, `proof-of-another-statement`, `proof-of-another-session`, Abort `proof-refused`; all
    name the sender. LocalError `paillier-beyond-bound` where who encrypted declared too small a bound.
    """
    group, count = key.group, ciphertexts.size
    setting = Setting.of(ctx, sender)
    flat = await ctx.receive(sender, Spec((count, group.messages.limbs)))
    proof = await ctx.receive(sender, Spec((_decryption_bytes(key, ciphertexts),), np.uint8))
    if (group.messages.reduce(flat) != flat).any():
        raise setting.prover.malformed()
    await ctx.in_thread(_verify_decryption, setting, ciphertexts, flat, proof)
    return from_messages(flat.reshape(*ciphertexts.shape, -1), ciphertexts.scale, group)


def _encrypt(key: PublicKey, values: npt.ArrayLike, bound: float, f: int, source: RandomBytes) -> Encrypted:
    return encrypt_to_prove(key, values, fractional_bits=f, bound=bound, source=source)


def _prove_range(
    setting: Setting, statement: InRange, encrypted: Encrypted, blindings: Scalars | None, source: RandomBytes
) -> Bytes:
    return prove_in_range(setting, statement, encrypted, blindings, source)


def _verify_decryption(setting: Setting, ciphertexts: Ciphertexts, messages: Words, proof: Bytes) -> None:
    verify_relations([(setting, decrypts_to(ciphertexts, messages), proof)])


def scale_of(bound: float, fractional_bits: int = 0) -> Scale:
    """Of numbers that are declared so."""
    return encode(0.0, fractional_bits=fractional_bits, bound=bound).scale


def _proof_bytes(
    key: PublicKey, parameters: RingPedersen, shape: Sequence[int], scale: Scale, commitments: Points | None
) -> int:
    return InRange(ones(key, tuple(shape), scale), parameters, commitments).proof_bytes


def _words(
    key: PublicKey, parameters: RingPedersen, shape: Sequence[int], scale: Scale, commitments: Points | None
) -> int:
    return prod(shape) * key.group.ciphertexts.limbs + _proof_bytes(key, parameters, shape, scale, commitments) // 8


def _decryption_bytes(key: PublicKey, ciphertexts: Ciphertexts) -> int:
    zeros = np.zeros((ciphertexts.size, key.group.messages.limbs), U64)
    return decrypts_to(ciphertexts, zeros).proof_bytes


def _decrypted_words(key: PublicKey, ciphertexts: Ciphertexts) -> int:
    return ciphertexts.size * key.group.messages.limbs + _decryption_bytes(key, ciphertexts) // 8


def ones(key: PublicKey, shape: tuple[int, ...], scale: Scale) -> Ciphertexts:
    """Ciphertexts of zero that hide nothing, for the length of a proof about others."""
    one = key.group.form.into(from_ints([1], key.group.ciphertexts.limbs))[0]
    return Ciphertexts(key.encryption, np.broadcast_to(one, (*shape, len(one))).copy(), scale, fresh=False)
