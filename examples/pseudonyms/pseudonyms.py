"""Pseudonyms under a key that its holder shows to nobody: AES of one party's blocks
under another party's key.

The office's file has a key, 16 bytes in one line; the clinic's file has the numbers of
its patients, a block of 16 bytes a line. The clinic learns the encrypted blocks, and
nothing of the key; the office learns how many there were.

    parley run pseudonyms.py -n 2 --input 0=key.csv --input 1=patients.csv
"""

from __future__ import annotations

from typing import Any

import mpc

OFFICE, CLINIC = 0, 1


async def main(ctx: Any, mine: Any) -> dict[str, Any]:
    """The pseudonyms at the clinic; `mine` is a table of bytes."""
    own = mpc.circuits.bits_of_bytes(mine) == 1 if mine is not None else None
    key, block = mpc.private(OFFICE, own), mpc.private(CLINIC, own)
    made = await mpc.garbled(ctx, mpc.circuits.aes(128), key=key, block=block)
    bits = await mpc.reveal(ctx, made, to=CLINIC)
    bytes_ = None if bits is None else mpc.circuits.bytes_of_bits(bits)
    return {"pseudonyms": bytes_}
