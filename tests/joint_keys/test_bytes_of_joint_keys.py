"""What parties send while they share a key and reveal numbers is what it was, from fixed randomness."""

from __future__ import annotations

from typing import Any

import pytest
import trio
from joint_keys.shared_keys import TINY, full_key

from mpc.algebra.bigint import from_ints
from mpc.context import Context
from mpc.simulation import Setting, run_in_memory
from mpc.testing import insecure_agreements, insecure_seed, recording_network, transcript_digest
from protocols.beaver import SUITE
from protocols.homomorphic.scale import Scale
from protocols.joint_keys import AdditiveShare, reveal, share_key
from protocols.paillier.ciphertexts import Ciphertexts
from protocols.preprocessing.dealer import local_supplies

DIGESTS = {
    2: "3180029ab4a5c072008f1cae371562aec29a7aefa2ce124ec4e0d8cceb51b221",
    3: "341666843e63ac9c2cb699c76da27d6ff94a394850f19f33d406a21c1a2666d4",
}


@pytest.mark.parametrize("n", DIGESTS)
def test_a_key_is_shared_and_numbers_revealed_under_it(n: int) -> None:
    """Of two parties both are needed to decrypt, of three two are enough."""
    p, q = TINY

    async def program(ctx: Context, mine: int) -> list[int]:
        made = AdditiveShare(p * q, mine)
        share = await share_key(ctx, made, parties=n, threshold=1, own=full_key())
        encryption = share.public.encryption
        words = encryption.encrypt(from_ints([3, 2], 1), insecure_seed("encrypted").prg("r").bytes)
        numbers = await reveal(
            ctx, share, Ciphertexts(encryption, words, Scale(0, 5), fresh=True), assuming="low order"
        )
        return [] if numbers is None else numbers.tolist()

    transports, record = recording_network(n)

    async def run() -> list[Any]:
        return await run_in_memory(
            program, [12345, (p - 1) * (q - 1) - 12345, 0][:n],
            local_supplies(n, [insecure_seed("dealt", i) for i in range(n)]),
            Setting(SUITE), agreements=insecure_agreements(n, "joint keys"),
            private=[insecure_seed("joint keys", i) for i in range(n)], transports=transports,
        )  # fmt: skip

    assert [ended.result for ended in trio.run(run)] == [[3, 2]] * n
    assert transcript_digest(record) == DIGESTS[n]
