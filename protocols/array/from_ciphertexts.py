"""Encrypted numbers become secrets: to compare them, say, which ciphertexts cannot."""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from weakref import finalize
from zlib import crc32

from mpc.context import Context
from mpc.errors import LocalError, PeerError
from protocols.array.bridge import given
from protocols.array.declared import declared_error
from protocols.array.lines import naming_line, user_line
from protocols.array.misuse import need_context
from protocols.array.node import Facts, Kind
from protocols.array.secret import SecretArray
from protocols.assurances import assure_holder
from protocols.encrypted.description import Description, described
from protocols.encrypted.masking import Masking, masking_for
from protocols.encrypted.to_shares import Conversion, to_shares
from protocols.outputs import check_range
from protocols.paillier.ciphertexts import Ciphertexts
from protocols.paillier.group import Group
from protocols.paillier.keys import PrivateKey
from protocols.paillier.packing import Packed, ciphertexts_of, fitting
from protocols.paillier.plaintexts import checked
from protocols.party_indices import party_index
from protocols.ranges import ERROR_BITS, NO_BOUND, ULP, Range


async def secret_from_ciphertexts(
    ctx: Context,
    ciphertexts: Ciphertexts | Packed | None = None,
    *,
    holder: int,
    owner: int,
    key: PrivateKey | None = None,
    error: float | None = None,
) -> SecretArray:
    """Numbers that party `holder` has encrypted under the key of party `owner`, as a secret of their shape.

    `ciphertexts` count at the holder, `key` at the owner; what the others pass is ignored. The holder tells all parties
    shape, fractional bits and bound, which are public of ciphertexts. The secret is `int` where there are no fractional
    bits, else `fixed`, shortened to the run's where there are more, at no cost; its range follows from the bound.
    `error`: by how much the encrypted numbers may be off, which you vouch for; without it whole numbers are exact, and
    of others no bound is known.

    Nobody learns any of them: the owner sees them under masks, within 2^-40 of random ones for all together, and
    nothing of how they were computed. Against semi-honest parties, any of them together but holder and owner.
    A round, and 512 bytes for 17 of a thousand numbers of 63 bits (2048-bit key). Packed numbers need 42 guard bits,
    and more for many. Source: `protocols.encrypted.to_shares`.
    LocalError `no-value`, `same-party`, `bad-error`, `range-exceeded` (a bound that the ring does not hold),
    `paillier-overflow`, `paillier-beyond-bound`; PeerError `public-values-differ` (another `error`),
    `paillier-malformed`, `paillier-other-key`, `paillier-range`, `paillier-not-unit`, `too-many-elements`.
    """
    need_context(ctx, "secret_from_ciphertexts")
    line = user_line()
    holder, owner = party_index(ctx.everyone, holder, line), party_index(ctx.everyone, owner, line)
    call = ctx.child("secret from ciphertexts", line=line)
    own = _own(call, holder, owner, ciphertexts, key)
    assure_holder(call, holder, owner)
    vouched = None if error is None else declared_error(error, ERROR_BITS)
    call.remark(crc32(repr((holder, owner, vouched)).encode()) or 1)
    with naming_line():
        told = await described(call, holder, own if isinstance(own, Ciphertexts | Packed) else None)
        shift = shift_of(told, ctx)
        facts = facts_of(told, shift, error)
        check_range(ctx.session, "secret_from_ciphertexts", facts.range, facts.scale, line)
        release = None if ctx.me == holder else _admitted(call, holder, told)
        masking, group = _masking(call, holder, own, told)
        share = await to_shares(call, Conversion(holder, owner, told.shape, shift, masking, group), own)
    ctx.join(call)
    x = given(ctx, share, facts)
    if release is not None:
        finalize(x.node.value, release).atexit = False
    return x


def _own(
    call: Context, holder: int, owner: int, ciphertexts: Ciphertexts | Packed | None, key: PrivateKey | None
) -> Ciphertexts | Packed | PrivateKey | None:
    """What this party has of the conversion. LocalError `same-party`, `no-value`."""
    if holder == owner:
        raise LocalError(
            "same-party",
            f"{call.names[owner]} holds both the ciphertexts and their key, so that it knows the numbers",
            "decrypt them there, and put them in: await mpc.secret(ctx, owner, key.decrypt(x))",
            line=call.line,
        )
    if call.me not in (holder, owner):
        return None
    own = ciphertexts if call.me == holder else key
    if not isinstance(own, Ciphertexts | Packed if call.me == holder else PrivateKey):
        what = "ciphertexts" if call.me == holder else "its private key"
        raise LocalError(
            "no-value",
            f"{call.names[call.me]} takes part with {what}, and passes a value of type {type(own).__name__}",
            "mpc.secret_from_ciphertexts(ctx, ciphertexts, holder=0, owner=1, key=key), each at the party that has it",
            line=call.line,
        )
    return own


def _admitted(call: Context, holder: int, told: Description) -> Callable[[], None]:
    what = f"ciphertexts of shape {told.shape}"
    return call.session.intake.admit(prod(told.shape), call.names[holder], what, call.line)


def _masking(
    call: Context, holder: int, own: Ciphertexts | Packed | PrivateKey | None, told: Description
) -> tuple[Masking | None, Group | None]:
    """How the numbers are masked, known to holder and owner. What the holder cannot have told is its PeerError."""
    if own is None:
        return None, None
    if not isinstance(own, PrivateKey):
        group = ciphertexts_of(own).group
        return masking_for(told.scale, told.shape, told.layout, group), group
    sender, group = call.names[holder], own.public.group
    if told.key != group.fingerprint:
        raise _refused(call, "paillier-other-key", sender, "ciphertexts under another key than this party owns")
    try:
        return masking_for(checked(told.scale, group), told.shape, fitting(told.layout, group), group), group
    except LocalError:
        raise _refused(call, "paillier-malformed", sender, "ciphertexts in which no mask has room") from None


def _refused(call: Context, code: str, sender: str, what: str) -> PeerError:
    remedy = "the same program everywhere, and the key with which they were encrypted; else do not trust what it sends"
    return PeerError(code, f"{sender} holds {what}", remedy, party=sender, path=call.path, line=call.line)


def shift_of(told: Description, ctx: Context) -> int:
    """By how many bits numbers are shortened: to the run's fractional bits, but not to nothing."""
    return max(0, min(told.scale.fractional_bits - ctx.fractional_bits, told.scale.bound.bit_length()))


def facts_of(told: Description, shift: int, error: float | None, *, parts: int = 1) -> Facts:
    """What is public of the secret. Shortened as so many `parts` beside a public one, it is off by less than as many
    units of the last place."""
    fractional_bits, bound = told.scale.fractional_bits, told.scale.bound
    kind: Kind = "fixed" if fractional_bits else "int"
    unvouched = NO_BOUND if fractional_bits else 0
    off_by = unvouched if error is None else declared_error(error, fractional_bits)
    short = Range(-bound, bound, off_by).truncate(shift)
    more = parts - 1 if shift else 0
    return Facts(told.shape, kind, fractional_bits - shift, Range(short.lo, short.hi + more, short.error + more * ULP))
