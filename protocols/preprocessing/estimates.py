"""What making material will send, estimated from the demand before anything is made.

For material by oblivious transfer the bytes follow from the transfers that each kind names. Not counted are headers of
messages and what a check takes. For a dealer the count is that of its corrections.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from mpc.supply import Entry
from protocols.preprocessing.demand import correction_words
from protocols.preprocessing.kind import of_kind

CORRELATION_BITS = {"ot": 31.0, "silent": 0.75}
"""What a correlated transfer takes."""

SETUP_BYTES = {"ot": 20e3, "silent": 1.0e6}
"""Bytes that each two parties exchange, both ways together, before the first piece is made."""

_WORD_BYTES = 8


def offline_bytes(demand: Sequence[Entry], n: int, maker: str) -> list[int]:
    """About how many bytes each party receives, by index."""
    kinds = Counter(kind for _, kind in demand)
    if maker not in CORRELATION_BITS:
        words = [sum(count * correction_words(kind, party, n) for kind, count in kinds.items()) for party in range(n)]
        return [_WORD_BYTES * each for each in words]
    pairs = n * (n - 1) / 2
    correlation = CORRELATION_BITS[maker]
    bits = sum(count * of_kind(kind).transfers(n).bits(correlation, n) for kind, count in kinds.items())
    return [round((bits / 8 + pairs * SETUP_BYTES[maker]) / n) if kinds else 0] * n
