"""What is encrypted under a joint key becomes known: one round, in which every party sends its partial decryptions.

Receivers learn the numbers; up to `threshold` parties, together with what they receive, learn nothing else of the key
or of other ciphertexts. Decrypted is what the parties agree on: a party that lets others choose what is decrypted lets
them read whatever they can have put in its place.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from zlib import crc32

import numpy as np
import numpy.typing as npt

from mpc.accounts.cost import cost
from mpc.algebra.bigint import RandomBytes
from mpc.algebra.ring import Words
from mpc.context import Context, Spec
from mpc.errors import LocalError, PeerError
from protocols.joint_keys.decryption_dj01 import combined, partial
from protocols.joint_keys.key import JointKey, KeyShare
from protocols.joint_keys.partial_proofs_shoup00 import (
    Assumption,
    proof_bytes,
    prove_partials,
    require_provable,
    verify_partials,
)
from protocols.outputs import Output, released_by
from protocols.paillier.ciphertexts import Ciphertexts
from protocols.paillier.messages import check_ciphertexts
from protocols.paillier.packing import Packed, ciphertexts_of, numbers_in
from protocols.proofs.transcript import Bytes, Setting
from protocols.ranges import Range

Array = Ciphertexts | Packed
Receivers = int | Sequence[int] | None
_LARGEST = 1 << 1000
"""Bounds beyond it are told as this one, since floats end soon after."""
_UNPROVED = "is right where all parties follow the protocol"
_ASSUMED = "is right if nobody finds a number of small order modulo the key's N"


def _words(share: KeyShare, array: Array, to: Receivers, proved: bool) -> int:
    joint, ciphertexts = share.joint, ciphertexts_of(array)
    if not ciphertexts.size:
        return 0
    proof = proof_bytes(joint) // 8 if proved else 0
    return len(_receivers(range(joint.parties), to)) * (ciphertexts.size * joint.group.ciphertexts.limbs + proof)


@cost(
    rounds=lambda share, array, **_: int(ciphertexts_of(array).size > 0),
    to_one=lambda share, array, *, to=None, proved=True, assuming=None: _words(share, array, to, proved),
)
async def reveal(
    ctx: Context,
    share: KeyShare,
    array: Array,
    *,
    to: Receivers = None,
    proved: bool = True,
    assuming: Assumption | None = None,
) -> npt.NDArray[Any] | None:
    """The numbers of ciphertexts that all parties have, packed or not: as `PrivateKey.decrypt` gives them, to everybody
    or to the party indices `to`; None elsewhere.

    Each party proves that its part is right; a wrong one is refused, and the error names the party. That holds against
    up to `threshold` malicious parties. `assuming="low order"` must be said for keys of primes that are not known to be
    safe (docs/protocols/threshold_paillier.md). proved=False: without proofs, among parties that follow the protocol.

    LocalError `joint-key-place`, `paillier-other-key`, `weak-proof`, `no-such-party`, `paillier-beyond-bound`,
    `out-of-range`. PeerError `paillier-range`, `paillier-not-unit`, `malformed-proof`, `proof-of-another-statement`,
    `proof-of-another-session`, `public-values-differ`, Abort `proof-refused`; without proofs
    `partial-decryptions-differ`, which names nobody. Source: Damgård and Jurik, PKC 2001, section 4.1.
    """
    numbers, refused = await _revealed(ctx, share, array, to, proved, assuming)
    if refused:
        raise refused[0]
    return numbers


@cost(
    rounds=lambda share, array, **_: int(ciphertexts_of(array).size > 0),
    to_one=lambda share, array, *, to=None, assuming=None: _words(share, array, to, True),
)
async def reveal_despite(
    ctx: Context, share: KeyShare, array: Array, *, to: Receivers = None, assuming: Assumption | None = None
) -> tuple[npt.NDArray[Any] | None, list[PeerError]]:
    """As `reveal`, with proofs; the numbers come out as long as threshold + 1 parts are right, as they are where there
    are 2 threshold + 1 parties or more. Returned with the errors that refuse the others, each of which names its party.

    Errors as of `reveal`; of PeerErrors the first, where fewer than threshold + 1 parts are right.
    """
    return await _revealed(ctx, share, array, to, True, assuming)


async def _revealed(
    ctx: Context, share: KeyShare, array: Array, to: Receivers, proved: bool, assuming: Assumption | None
) -> tuple[npt.NDArray[Any] | None, list[PeerError]]:
    ciphertexts, receivers = ciphertexts_of(array), _receivers(ctx.everyone, to)
    ciphertexts.require_key(share.joint.group)
    _require_place(ctx, share)
    if proved:
        require_provable(share.joint, assuming)
    if not (proved and share.joint.safe):
        ctx.session.ledger.decrypted[ctx.line] = _ASSUMED if proved else _UNPROVED
    ctx.remark(_mark(share.joint, array, receivers))
    refused: list[PeerError] = []

    async def open_() -> list[Words | None]:
        return [await _opened(ctx, share, ciphertexts, receivers, proved, refused)]

    (messages,) = await released_by(ctx, [_output(ctx, array, receivers)], open_)
    return None if messages is None else numbers_in(array, messages, array.scale), refused


async def _opened(
    ctx: Context,
    share: KeyShare,
    ciphertexts: Ciphertexts,
    receivers: Sequence[int],
    proved: bool,
    refused: list[PeerError],
) -> Words | None:
    """The messages (*shape, limbs) at receivers; `refused` has why parts of others were not taken."""
    joint = share.joint
    flat = ciphertexts.words.reshape(-1, joint.group.ciphertexts.limbs)
    good: dict[int, Words] = {}
    if len(flat):
        source = ctx.prg("nonces of partial decryptions").bytes if proved else None
        setting = Setting.of(ctx, ctx.me) if proved else None
        good[ctx.me], sent = await ctx.in_thread(_own_part, setting, share, flat, source)
        for receiver in receivers:
            for message in sent if receiver != ctx.me else ():
                ctx.send(receiver, message)
    if ctx.me not in receivers:
        return None
    for sender in ctx.others if len(flat) else ():
        try:
            good[sender] = await _part_of(ctx, sender, joint, flat, proved)
        except PeerError as error:
            refused.append(error)
    return await _combined(ctx, joint, ciphertexts, good, refused)


async def _combined(
    ctx: Context, joint: JointKey, ciphertexts: Ciphertexts, good: dict[int, Words], refused: Sequence[PeerError]
) -> Words:
    group, shape = joint.group, ciphertexts.shape
    if not ciphertexts.size:
        return np.zeros((*shape, group.messages.limbs), np.uint64)
    places = sorted(good)[: joint.threshold + 1]
    if len(places) <= joint.threshold:
        raise refused[0]
    messages = await ctx.in_thread(combined, joint, places, [good[place] for place in places])
    return messages.reshape(*shape, group.messages.limbs)


def _own_part(
    setting: Setting | None, share: KeyShare, flat: Words, source: RandomBytes | None
) -> tuple[Words, list[npt.NDArray[Any]]]:
    """This party's part in the form, and the messages that tell it to others."""
    part = partial(share, flat)
    sent: list[npt.NDArray[Any]] = [share.joint.group.form.out_of(part)]
    if setting is not None and source is not None:
        sent.append(prove_partials(setting, share, flat, part, source))
    return part, sent


async def _part_of(ctx: Context, sender: int, joint: JointKey, flat: Words, proved: bool) -> Words:
    """Another party's part in the form. PeerError where it is none."""
    numbers = await ctx.receive(sender, Spec(flat.shape))
    proof = await ctx.receive(sender, Spec((proof_bytes(joint),), np.uint8)) if proved else None
    check_ciphertexts(joint.group, numbers, ctx.names[sender])
    part = joint.group.form.into(numbers)
    if proof is not None:
        await ctx.in_thread(_verify, Setting.of(ctx, sender), joint, sender, flat, part, proof)
    return part


def _verify(setting: Setting, joint: JointKey, place: int, flat: Words, part: Words, proof: Bytes) -> None:
    verify_partials(setting, joint, place, flat, part, proof)


def _receivers(everyone: range, to: Receivers) -> tuple[int, ...]:
    if to is None:
        return tuple(everyone)
    return (to,) if isinstance(to, int) else tuple(dict.fromkeys(to))


def _require_place(ctx: Context, share: KeyShare) -> None:
    if share.joint.parties != ctx.n or share.place != ctx.me:
        raise LocalError(
            "joint-key-place",
            f"this share is that of party {share.place} of {share.joint.parties}; here it is party {ctx.me} of {ctx.n}",
            "give each party its own share, in a run of as many parties as the key was made for",
            line=ctx.line or None,
        )


def _mark(joint: JointKey, array: Array, receivers: Sequence[int]) -> int:
    """Of the key, the ciphertexts and how they are read: another at a party that would decrypt something else."""
    layout = array.layout if isinstance(array, Packed) else None
    said = joint.fingerprint, layout, array.shape, array.scale, receivers
    return crc32(repr(said).encode(), crc32(np.ascontiguousarray(ciphertexts_of(array).words).tobytes())) or 1


def _output(ctx: Context, array: Array, receivers: tuple[int, ...]) -> Output:
    bound, f = min(array.scale.bound, _LARGEST), array.scale.fractional_bits
    return Output(array.shape, "fixed" if f else "int", receivers, ctx.line, Range(-bound, bound), f)
