"""What parties send while they make a key and reveal numbers, from fixed randomness, is what it was: a change shows."""

from __future__ import annotations

from typing import Any

import trio

from mpc.context import Context
from mpc.simulation import Setting, run_in_memory
from mpc.testing import insecure_agreements, insecure_seed, recording_network, transcript_digest
from protocols import elgamal
from protocols.beaver import SUITE
from protocols.elgamal.plaintexts import to_scalars
from protocols.homomorphic.encoding import encode
from protocols.preprocessing.dealer import local_supplies

PARTIES = 3
DIGEST = "d4385e3382c3c13edadd647f0b657d989b5dfeaa2e3a5f81e03cc9b274e41407"


def test_a_key_and_what_is_revealed_under_it() -> None:
    async def program(ctx: Context, mine: Any) -> list[int]:
        share = await elgamal.generate_together(ctx, 1)
        encoded, encryption = encode([3, -2], bound=5), share.public.encryption
        words = encryption.encrypt(to_scalars(encoded, encryption.group), insecure_seed("encrypted").prg("r").bytes)
        c = elgamal.Ciphertexts(encryption, words, encoded.scale, fresh=True)
        numbers = await elgamal.reveal(ctx, share, c)
        return [] if numbers is None else numbers.tolist()

    transports, record = recording_network(PARTIES)

    async def run() -> list[Any]:
        return await run_in_memory(
            program, [None] * PARTIES, local_supplies(PARTIES, [insecure_seed("dealt", i) for i in range(PARTIES)]),
            Setting(SUITE), agreements=insecure_agreements(PARTIES, "elgamal"),
            private=[insecure_seed("elgamal", i) for i in range(PARTIES)], transports=transports,
        )  # fmt: skip

    assert [ended.result for ended in trio.run(run)] == [[3, -2]] * PARTIES
    assert transcript_digest(record) == DIGEST
