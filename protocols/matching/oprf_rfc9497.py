"""An oblivious pseudorandom function: one party has a key, the other evaluates without showing what.

RFC 9497, OPRF(ristretto255, SHA-512), sections 3.3.1 and 4.1, after Jarecki, Kiayias, Krawczyk, ASIACRYPT 2014
(2HashDH): F_k(x) = SHA-512(x, k H(x)). Blind, evaluate and finalize as there, with a domain separation tag that is the
call's own; keys are used in one call.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha512

from mpc.algebra.bigint import RandomBytes
from mpc.algebra.group import Points, Scalars
from mpc.algebra.ristretto import ORDER
from mpc.context import Context
from protocols.matching.hash_to_group_rfc9380 import hash_to_group

OUTPUT = 64
"""Bytes of F_k(x): to be cut into parts for uses of their own."""

_PADDING = b"p"
_PADDING_BYTES = 32


def tag_of(ctx: Context) -> bytes:
    """The domain separation tag of a call: of this session and path alone, so that elements of another are no use."""
    return b"parley matching with ristretto255_XMD:SHA-512_R255MAP_RO_" + ctx.hash("matching identifiers").bytes(32)


def blinded(messages: Sequence[bytes], dst: bytes, source: RandomBytes) -> tuple[Points, Scalars]:
    """r_i H(x_i) and r_i: each uniform by itself, so that whoever sees it learns nothing, whatever it can compute."""
    blinds = Scalars.random(ORDER, (len(messages),), source)
    return hash_to_group(messages, dst) * blinds, blinds


def evaluated(messages: Sequence[bytes], dst: bytes, key: Scalars) -> list[bytes]:
    """F_k(x_i), by who has the key ()."""
    return finalized(messages, hash_to_group(messages, dst) * key)


def unblinded(messages: Sequence[bytes], blinds: Scalars, answers: Points) -> list[bytes]:
    """F_k(x_i) of k r_i H(x_i)."""
    return finalized(messages, answers * blinds.inverse()) if len(messages) else []


def finalized(messages: Sequence[bytes], elements: Points) -> list[bytes]:
    """SHA-512 of x_i and k H(x_i), as RFC 9497 hashes them; messages have fewer than 2^16 bytes."""
    encodings, width = elements.to_bytes().tobytes(), elements.group.encoding_bytes
    after = width.to_bytes(2, "big")
    return [
        sha512(
            len(message).to_bytes(2, "big") + message + after + encodings[width * i : width * i + width] + b"Finalize"
        ).digest()
        for i, message in enumerate(messages)
    ]


def padded(messages: Sequence[bytes], count: int, source: RandomBytes) -> list[bytes]:
    """The messages, and behind them random ones, to be so many: no identifier is encoded like those."""
    noise = source(_PADDING_BYTES * (count - len(messages)))
    return [*messages, *(_PADDING + noise[i : i + _PADDING_BYTES] for i in range(0, len(noise), _PADDING_BYTES))]


def part(outputs: Sequence[bytes], start: int, end: int) -> list[bytes]:
    """Bytes start to end of each output."""
    return [output[start:end] for output in outputs]
