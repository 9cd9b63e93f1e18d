"""Numbers that are encrypted under a key which all parties hold in shares become secrets."""

from __future__ import annotations

from zlib import crc32

import numpy as np

from mpc.context import Context
from protocols.array.bridge import given
from protocols.array.from_ciphertexts import facts_of, shift_of
from protocols.array.lines import naming_line, user_line
from protocols.array.misuse import need_context
from protocols.array.secret import SecretArray
from protocols.assurances import assure_holders, assure_makers
from protocols.encrypted.description import Description
from protocols.encrypted.masking import masking_for
from protocols.encrypted.to_shares_jointly import to_shares_jointly
from protocols.joint_decryption import compared_words, require_place
from protocols.joint_keys.key import KeyShare
from protocols.outputs import check_range
from protocols.paillier.ciphertexts import Ciphertexts
from protocols.paillier.packing import Packed, ciphertexts_of


async def secret_from_joint(
    ctx: Context, share: KeyShare, ciphertexts: Ciphertexts | Packed, *, error: float | None = None
) -> SecretArray:
    """Numbers that are encrypted under a key of which each party has a share (`mpc.joint_keys`), as a secret.

    All parties pass the same ciphertexts, packed or not. Kind, range and `error` as of `mpc.secret_from_ciphertexts`;
    numbers that are shortened to the run's fractional bits are off by up to n units of the last place.

    Nobody learns anything. Against semi-honest parties, as many together as the key's threshold says; more could
    decrypt. Two rounds, and from each party to each other two ciphertexts for as many numbers as
    `mpc.secret_from_ciphertexts` has in one, with a hash of 32 bytes where not all parties need to decrypt. Source:
    `protocols.encrypted.to_shares_jointly`.
    LocalError `joint-key-place`, `paillier-other-key`, `range-exceeded`, `paillier-overflow`, `paillier-beyond-bound`;
    PeerError `public-values-differ` (a party has other ciphertexts), `paillier-range`, `paillier-not-unit`,
    `partial-decryptions-differ`.
    """
    need_context(ctx, "secret_from_joint")
    line = user_line()
    call = ctx.child("secret from joint", line=line)
    held = ciphertexts_of(ciphertexts)
    with naming_line():
        held.require_key(share.joint.group)
        require_place(call, share.place, share.joint.parties)
        assure_holders(call, share.joint.parties, share.joint.threshold)
        assure_makers(call)
        described = Description.of(ciphertexts)
        shift = shift_of(described, ctx)
        facts = facts_of(described, shift, error, parts=ctx.n)
        check_range(ctx.session, "secret_from_joint", facts.range, facts.scale, line)
        masking = masking_for(described.scale, described.shape, described.layout, held.group, masks=ctx.n)
        if not (ctx.planning or compared_words(share.joint.parties, share.joint.threshold)):
            seen = crc32(np.ascontiguousarray(held.words).tobytes(), crc32(repr(described).encode()))
            call.remark(seen or 1)
        found = await to_shares_jointly(call, share, ciphertexts, masking, described.shape, shift)
    ctx.join(call)
    return given(ctx, found, facts)
