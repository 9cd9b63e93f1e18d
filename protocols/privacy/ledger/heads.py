"""The head of a ledger: which ledger, how many entries, the hash of them all, signed by the party that keeps it.

A chain alone shows that nothing in it was changed, not that its end is there. The head says where the end is; and what
a party has shown to others it can no longer deny, since they keep it.
"""

from __future__ import annotations

from dataclasses import dataclass

from mpc.network.identity import Certificate
from mpc.network.signing import Signer, as_field, is_signed, of_field
from protocols.consent.keeper import HEAD_BYTES

ID_BYTES, NUMBER_BYTES, HASH_BYTES = 16, 8, 32

_DOMAIN = b"parley ledger head"


@dataclass(frozen=True, slots=True)
class Head:
    """`ledger`: 16 random bytes that it was begun with. `number`: of the last entry; they count from 1. `hash`: of the
    chain up to it."""

    ledger: bytes
    number: int
    hash: bytes
    signature: bytes

    def packed(self) -> bytes:
        """HEAD_BYTES bytes."""
        return self.ledger + self.number.to_bytes(NUMBER_BYTES, "little") + self.hash + as_field(self.signature)

    def follows(self, before: Head) -> bool:
        """Whether it can be a later head of the same ledger, or is the same."""
        longer = self.number > before.number
        return self.ledger == before.ledger and (longer or (self.number, self.hash) == (before.number, before.hash))

    def is_of(self, certificate: Certificate) -> bool:
        """Whether the party of this certificate signed it."""
        return is_signed(certificate, self.signature, _DOMAIN, *_parts(self.ledger, self.number, self.hash))


def sealed(signer: Signer, ledger: bytes, number: int, hash_: bytes) -> Head:
    """A head, signed."""
    return Head(ledger, number, hash_, signer.sign(_DOMAIN, *_parts(ledger, number, hash_)))


def unpacked(content: bytes) -> Head:
    """What `packed` gave, whoever sent it; ValueError for anything that it could not have given."""
    if len(content) != HEAD_BYTES:
        raise ValueError("a head of another length")
    hash_at = ID_BYTES + NUMBER_BYTES
    field_at = hash_at + HASH_BYTES
    number = int.from_bytes(content[ID_BYTES:hash_at], "little")
    if not 0 < number < 1 << 62:
        raise ValueError("a head of nothing")
    return Head(content[:ID_BYTES], number, content[hash_at:field_at], of_field(content[field_at:]))


def _parts(ledger: bytes, number: int, hash_: bytes) -> tuple[bytes, ...]:
    return ledger, number.to_bytes(NUMBER_BYTES, "little"), hash_
