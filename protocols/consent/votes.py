"""Votes as they travel: what a party says of a reveal, with the head of its ledger, signed.

Every message has a fixed size, so that its length says nothing, and is read as if somebody hostile had written it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mpc.algebra.words import U64, Words
from mpc.network.signing import FIELD_BYTES, as_field, framed, of_field
from protocols.consent.keeper import HEAD_BYTES, REASONS, Asked

VOTE_WORDS = (8 + HEAD_BYTES + FIELD_BYTES) // 8
DOMAIN = b"parley vote"


@dataclass(frozen=True, slots=True)
class Vote:
    """`reason`: 0 for a yes, else the number of why not. `signature` is of `said(asked, party, vote)`."""

    reason: int
    head: bytes
    signature: bytes

    def packed(self) -> Words:
        """VOTE_WORDS words."""
        return words_of(self.reason.to_bytes(8, "little") + self.head + as_field(self.signature))


def unpacked(words: Words) -> Vote:
    """What `packed` gave; ValueError for anything else."""
    content = bytes_of(words)
    reason, head_ends = int.from_bytes(content[:8], "little"), 8 + HEAD_BYTES
    if reason > len(REASONS):
        raise ValueError("no reason")
    return Vote(reason, content[8:head_ends], of_field(content[head_ends:]))


def said(asked: Asked, party: int, reason: int, head: bytes) -> bytes:
    """What a party signs: to which reveal of which run it says what, and where its ledger stands."""
    path = b"".join(number.to_bytes(8, "little") for number in asked.path)
    numbers = party.to_bytes(8, "little") + reason.to_bytes(8, "little")
    return framed(asked.session, path, asked.digest, numbers, head)


def words_of(content: bytes) -> Words:
    """Bytes, a multiple of 8, as they travel."""
    return np.frombuffer(content, "<u8").astype(U64)


def bytes_of(words: Words) -> bytes:
    """The same bytes again."""
    return words.astype("<u8").tobytes()
