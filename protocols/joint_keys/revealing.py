"""What is encrypted under a joint key becomes known: every party sends its partial decryptions, in one round.

Where fewer parties than all are enough, all compare a hash of the ciphertexts before, in a round of its own.

Receivers learn the numbers; up to `threshold` parties, together with what they receive, learn nothing else of the key
or of other ciphertexts. Decrypted is what the parties agree on: a party that lets others choose what is decrypted lets
them read whatever they can have put in its place.
"""

from __future__ import annotations

from collections.abc import Awaitable, Sequence
from typing import Any
from zlib import crc32

import numpy as np
import numpy.typing as npt

from mpc.accounts.cost import cost
from mpc.algebra.bigint import RandomBytes
from mpc.algebra.ring import U64, Words
from mpc.context import Context, Spec
from mpc.domain_hash import DomainHash
from mpc.errors import LocalError, PeerError
from protocols.assurances import DECRYPTED, assure, assure_holders, assure_makers
from protocols.homomorphic.scale import Scale
from protocols.joint_decryption import Receivers, compared_words, output_of, require_place, require_same, right_parts
from protocols.joint_keys.decryption_dj01 import combined, partial
from protocols.joint_keys.key import JointKey, KeyShare
from protocols.joint_keys.partial_proofs_shoup00 import (
    Assumption,
    proof_bytes,
    prove_partials,
    require_provable,
    verify_partials,
)
from protocols.outputs import released_by
from protocols.paillier.ciphertexts import Ciphertexts
from protocols.paillier.messages import check_ciphertexts
from protocols.paillier.packing import Packed, ciphertexts_of, numbers_in
from protocols.party_indices import receivers_of
from protocols.proofs.transcript import Bytes, Setting

Array = Ciphertexts | Packed
_UNPROVED = "is right where all parties follow the protocol"
_ASSUMED = "is right if nobody finds a number of small order modulo the key's N"


def _rounds(share: KeyShare, array: Array, **_: object) -> int:
    return int(ciphertexts_of(array).size > 0) + int(_compared_words(share, array) > 0)


def _compared_words(share: KeyShare, array: Array, **_: object) -> int:
    return compared_words(share.joint.parties, share.joint.threshold) * int(ciphertexts_of(array).size > 0)


def _words(share: KeyShare, array: Array, to: Receivers, places: Sequence[int] | None, proved: bool) -> int:
    joint, ciphertexts = share.joint, ciphertexts_of(array)
    if not ciphertexts.size:
        return 0
    proof = proof_bytes(joint) // 8 if proved else 0
    parties = range(joint.parties if places is None else len(places))
    return len(receivers_of(parties, to)) * (ciphertexts.size * joint.group.ciphertexts.limbs + proof)


@cost(
    rounds=_rounds,
    words=_compared_words,
    to_one=lambda share, array, *, to=None, places=None, exact=False, proved=True, assuming=None: _words(
        share, array, to, places, proved
    ),
)
async def reveal(
    ctx: Context,
    share: KeyShare,
    array: Array,
    *,
    to: Receivers = None,
    places: Sequence[int] | None = None,
    exact: bool = False,
    proved: bool = True,
    assuming: Assumption | None = None,
) -> npt.NDArray[Any] | None:
    """The numbers of ciphertexts that all parties have, packed or not: as `PrivateKey.decrypt` gives them, to everybody
    or to the party indices `to`; None elsewhere. places: in a run of some of the key's parties, threshold + 1 or more,
    which of them they are, by the run's indices. exact: whole numbers, without the scale's fractional bits.

    Each party proves that its part is right; a wrong one is refused, and the error names the party. That holds against
    up to `threshold` malicious parties. `assuming="low order"` must be said for keys of primes that are not known to be
    safe (docs/protocols/threshold_paillier.md). proved=False: without proofs, among parties that follow the protocol.

    LocalError `joint-key-place`, `joint-key-parties`, `paillier-other-key`, `weak-proof`, `no-such-party`, `bad-party`,
    `paillier-beyond-bound`, `out-of-range`. PeerError `paillier-range`, `paillier-not-unit`, `malformed-proof`,
    `proof-of-another-statement`, `proof-of-another-session`, `public-values-differ`, Abort `proof-refused`; without
    proofs `partial-decryptions-differ`, which names nobody. Source: Damgård and Jurik, PKC 2001, section 4.1.
    """
    messages, refused = await _revealed(ctx, share, array, to, places, proved, assuming)
    if refused:
        raise refused[0]
    return _numbers(array, messages, exact=exact)


@cost(
    rounds=_rounds,
    words=_compared_words,
    to_one=lambda share, array, *, to=None, places=None, assuming=None: _words(share, array, to, places, True),
)
async def reveal_despite(
    ctx: Context,
    share: KeyShare,
    array: Array,
    *,
    to: Receivers = None,
    places: Sequence[int] | None = None,
    assuming: Assumption | None = None,
) -> tuple[npt.NDArray[Any] | None, list[PeerError]]:
    """As `reveal`, with proofs; the numbers come out as long as threshold + 1 parts are right, as they are where 2
    threshold + 1 parties or more send one. Returned with the errors that refuse the others, each of which names its
    party. A party that sends none ends the run for all.

    Errors as of `reveal`; of PeerErrors the first, where fewer than threshold + 1 parts are right.
    """
    messages, refused = await _revealed(ctx, share, array, to, places, True, assuming)
    return _numbers(array, messages), refused


async def _revealed(
    ctx: Context,
    share: KeyShare,
    array: Array,
    to: Receivers,
    places: Sequence[int] | None,
    proved: bool,
    assuming: Assumption | None,
) -> tuple[Words | None, list[PeerError]]:
    """The messages (*shape, limbs) at receivers, and why parts of others were not taken."""
    ciphertexts, receivers = ciphertexts_of(array), receivers_of(ctx.everyone, to)
    ciphertexts.require_key(share.joint.group)
    held = require_place(ctx, share.place, share.joint.parties, places)
    _require_enough(share.joint, held)
    if proved:
        require_provable(share.joint, assuming)
    assure_holders(ctx, share.joint.parties, share.joint.threshold)
    assure_makers(ctx)
    if not (proved and share.joint.safe):
        assure(ctx, DECRYPTED, _ASSUMED if proved else _UNPROVED)
    if not _compared_words(share, array):
        ctx.remark(await ctx.in_thread(_mark, share.joint, array, receivers, held))
    refused: list[PeerError] = []

    async def open_() -> list[Words | None]:
        if not ciphertexts.size:
            nothing = np.zeros((*ciphertexts.shape, share.joint.group.messages.limbs), U64)
            return [nothing if ctx.me in receivers else None]
        if _compared_words(share, array):
            await require_same(ctx, await ctx.in_thread(_said, ctx, share.joint, array, receivers, held))
        return [await open_messages(ctx, share, ciphertexts, receivers, held, proved, refused)]

    output = output_of(ctx, array.shape, array.scale.bound, array.scale.fractional_bits, receivers)
    (messages,) = await released_by(ctx, [output], open_)
    return messages, refused


def _numbers(array: Array, messages: Words | None, *, exact: bool = False) -> npt.NDArray[Any] | None:
    scale = Scale(0, array.scale.bound) if exact else array.scale
    return None if messages is None else numbers_in(array, messages, scale)


async def open_messages(
    ctx: Context,
    share: KeyShare,
    ciphertexts: Ciphertexts,
    receivers: Sequence[int],
    held: Sequence[int],
    proved: bool,
    refused: list[PeerError],
) -> Words | None:
    """The messages (*shape, limbs) at receivers; `refused` has why parts of others were not taken.

    For protocols, of what they have masked: what a program lets a party know is an output (`reveal`). Where some parts
    are enough, all have compared it before.
    """
    joint = share.joint
    flat = ciphertexts.words.reshape(-1, joint.group.ciphertexts.limbs)
    setting = Setting.of(ctx, ctx.me) if proved else None
    source = ctx.prg("nonces of partial decryptions").bytes
    own = await ctx.in_thread(_own_part, setting, share, flat, source)

    def part_from(sender: int) -> Awaitable[Words]:
        return _part_from(ctx, sender, joint, held[sender], flat, proved)

    right = await right_parts(ctx, receivers, joint.threshold, own, part_from, refused)
    if right is None:
        return None
    messages = await ctx.in_thread(combined, joint, [held[party] for party in right], list(right.values()))
    return messages.reshape(*ciphertexts.shape, joint.group.messages.limbs)


def _own_part(setting: Setting | None, share: KeyShare, flat: Words, source: RandomBytes) -> tuple[Words, Bytes]:
    """This party's part in the form, and the message that tells it to others: numbers, and the proof behind them."""
    part = partial(share, flat)
    numbers = np.ascontiguousarray(share.joint.group.form.out_of(part)).view(np.uint8).ravel()
    if setting is None:
        return part, numbers
    return part, np.concatenate([numbers, prove_partials(setting, share, flat, part, source)])


async def _part_from(ctx: Context, sender: int, joint: JointKey, place: int, flat: Words, proved: bool) -> Words:
    """Another party's part in the form. PeerError where it is none."""
    proof = proof_bytes(joint) if proved else 0
    sent = await ctx.receive(sender, Spec((flat.nbytes + proof,), np.uint8))
    numbers = np.frombuffer(sent[: flat.nbytes].tobytes(), U64).reshape(flat.shape)
    check_ciphertexts(joint.group, numbers, ctx.names[sender])
    part = joint.group.form.into(numbers)
    if proved:
        await ctx.in_thread(_verify, Setting.of(ctx, sender), joint, place, flat, part, sent[flat.nbytes :])
    return part


def _verify(setting: Setting, joint: JointKey, place: int, flat: Words, part: Words, proof: Bytes) -> None:
    verify_partials(setting, joint, place, flat, part, proof)


def _require_enough(joint: JointKey, held: Sequence[int]) -> None:
    if len(held) <= joint.threshold:
        raise LocalError(
            "joint-key-parties",
            f"{len(held)} parties cannot decrypt under a key of which {joint.threshold + 1} can",
            "let more of the key's parties take part in the run",
        )


def _said(ctx: Context, joint: JointKey, array: Array, receivers: Sequence[int], held: Sequence[int]) -> DomainHash:
    """Of what is decrypted, how it is read, by whom, and with whose parts."""
    said = ctx.hash("what is revealed").absorb(joint.fingerprint, tuple(receivers), tuple(int(place) for place in held))
    said.absorb(array.shape, array.scale.fractional_bits, array.scale.bound)
    if isinstance(array, Packed):
        said.absorb(array.layout.width, array.layout.slots)
    return said.absorb(ciphertexts_of(array).words)


def _mark(joint: JointKey, array: Array, receivers: Sequence[int], held: Sequence[int]) -> int:
    """Of the key, the ciphertexts and how they are read: another at a party that would decrypt something else."""
    layout = array.layout if isinstance(array, Packed) else None
    said = joint.fingerprint, layout, array.shape, array.scale, receivers, held
    return crc32(repr(said).encode(), crc32(np.ascontiguousarray(ciphertexts_of(array).words).tobytes())) or 1
