"""Any bytes as elements of ristretto255 whose logarithms nobody knows: `ristretto255_XMD:SHA-512_R255MAP_RO_`.

RFC 9380: `expand_message_xmd` (section 5.3.1) with SHA-512 gives 64 bytes, which RFC 9496's map (section 4.3.4) takes
to an element (RFC 9380, appendix B). In the random oracle model the element is uniform. Both steps take a time that
depends on the lengths of messages alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha512

import numpy as np

from mpc.algebra.group import Bytes, Points
from mpc.algebra.ristretto import RISTRETTO

_BLOCK, _DIGEST = 128, 64
"""Bytes of a block of SHA-512 and of what it gives: s_in_bytes and b_in_bytes."""

MOST_DST = 255


def hash_to_group(messages: Sequence[bytes], dst: bytes) -> Points:
    """(messages,) elements, for a domain separation tag of 1 to 255 bytes."""
    uniform = np.frombuffer(b"".join(expanded(messages, dst)), np.uint8).reshape(len(messages), _DIGEST)
    return Points(RISTRETTO, RISTRETTO.from_uniform(uniform))


def expanded(messages: Sequence[bytes], dst: bytes, length: int = _DIGEST) -> list[bytes]:
    """expand_message_xmd(message, dst, length) of each, length from 1 to 255 * 64.

    The first block, which is the same for all messages, is hashed once.
    """
    assert 0 < len(dst) <= MOST_DST
    assert 0 < length <= 255 * _DIGEST
    dst_prime = dst + bytes([len(dst)])
    after_message = length.to_bytes(2, "big") + b"\0" + dst_prime
    z_pad = sha512(bytes(_BLOCK))
    first = b"\1" + dst_prime
    made = []
    for message in messages:
        state = z_pad.copy()
        state.update(message + after_message)
        b_0 = state.digest()
        b_1 = sha512(b_0 + first).digest()
        made.append(b_1 if length == _DIGEST else _further(b_0, b_1, dst_prime, length))
    return made


def _further(b_0: bytes, b_1: bytes, dst_prime: bytes, length: int) -> bytes:
    blocks = [b_1]
    while len(blocks) * _DIGEST < length:
        mixed = bytes(np.frombuffer(b_0, np.uint8) ^ np.frombuffer(blocks[-1], np.uint8))
        blocks.append(sha512(mixed + bytes([len(blocks) + 1]) + dst_prime).digest())
    return b"".join(blocks)[:length]


def random_elements(uniform: bytes) -> Points:
    """Elements of uniform bytes, 64 of each."""
    array: Bytes = np.frombuffer(uniform, np.uint8).reshape(-1, RISTRETTO.uniform_bytes)
    return Points(RISTRETTO, RISTRETTO.from_uniform(array))
