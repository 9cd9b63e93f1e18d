"""The head of a ledger: which ledger, how many entries, the hash of them all, signed by the party that keeps it.

A chain alone shows that nothing in it was changed, not that its end is there. The head says where the end is; and what
a party has shown to others it can no longer deny, since they keep it.
"""

from __future__ import annotations

from dataclasses import dataclass

from mpc.network.identity import Certificate
from mpc.network.signing import MAX_SIGNATURE, Signer, is_signed

ID_BYTES, NUMBER_BYTES, HASH_BYTES = 16, 8, 32
HEAD_BYTES = ID_BYTES + NUMBER_BYTES + HASH_BYTES + 1 + MAX_SIGNATURE
NO_HEAD = bytes(HEAD_BYTES)
"""What stands where there is no ledger, or nothing is known of one."""

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
        """HEAD_BYTES bytes, the signature's length in one of them."""
        signature = bytes((len(self.signature),)) + self.signature.ljust(MAX_SIGNATURE, b"\0")
        return self.ledger + self.number.to_bytes(NUMBER_BYTES, "little") + self.hash + signature

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
    number_at, hash_at = ID_BYTES, ID_BYTES + NUMBER_BYTES
    signature_at = hash_at + HASH_BYTES
    length, signature = content[signature_at], content[signature_at + 1 :]
    head = Head(
        content[:number_at],
        int.from_bytes(content[number_at:hash_at], "little"),
        content[hash_at:signature_at],
        signature[:length],
    )
    if head.packed() != content or not 0 < head.number < 1 << 62:
        raise ValueError("no head")
    return head


def _parts(ledger: bytes, number: int, hash_: bytes) -> tuple[bytes, ...]:
    return ledger, number.to_bytes(NUMBER_BYTES, "little"), hash_
