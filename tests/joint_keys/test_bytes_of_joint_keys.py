"""What parties send while they share a key and reveal numbers is what it was, from fixed randomness."""

from __future__ import annotations

from typing import Any

import trio
from joint_keys.shared_keys import TINY, full_key

from mpc.algebra.bigint import from_ints
from mpc.context import Context
from mpc.simulation import Setting, run_in_memory
from mpc.testing import insecure_agreements, insecure_seed, recording_network, transcript_digest
from protocols.beaver import SUITE
from protocols.joint_keys import AdditiveShare, reveal, share_key
from protocols.paillier.ciphertexts import Ciphertexts
from protocols.paillier.encoding import Scale
from protocols.preprocessing.dealer import local_supplies

PARTIES = 2
DIGEST = "3180029ab4a5c072008f1cae371562aec29a7aefa2ce124ec4e0d8cceb51b221"


def test_a_key_is_shared_and_numbers_revealed_under_it() -> None:
    p, q = TINY

    async def program(ctx: Context, mine: int) -> list[int]:
        made = AdditiveShare(p * q, mine)
        share = await share_key(ctx, made, parties=PARTIES, threshold=1, own=full_key())
        encryption = share.public.encryption
        words = encryption.encrypt(from_ints([3, 2], 1), insecure_seed("encrypted").prg("r").bytes)
        numbers = await reveal(
            ctx, share, Ciphertexts(encryption, words, Scale(0, 5), fresh=True), assuming="low order"
        )
        return [] if numbers is None else numbers.tolist()

    transports, record = recording_network(PARTIES)

    async def run() -> list[Any]:
        return await run_in_memory(
            program, [12345, (p - 1) * (q - 1) - 12345],
            local_supplies(PARTIES, [insecure_seed("dealt", i) for i in range(PARTIES)]),
            Setting(SUITE), agreements=insecure_agreements(PARTIES, "joint keys"),
            private=[insecure_seed("joint keys", i) for i in range(PARTIES)], transports=transports,
        )  # fmt: skip

    assert [ended.result for ended in trio.run(run)] == [[3, 2]] * PARTIES
    assert transcript_digest(record) == DIGEST
