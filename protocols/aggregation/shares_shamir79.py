"""Secrets of 32 bytes in shares: Shamir, Communications of the ACM 1979, over the field of 2^64 - 2^32 + 1 elements.

A secret is five numbers of 56 bits, the lowest bytes first, of which each has a polynomial of its own of degree t - 1;
holder x, counted from 1, has their values at x: 40 bytes. Any t shares give the secret, t - 1 say nothing of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from mpc.algebra.field import FIELD64
from mpc.algebra.ring import Words
from mpc.prg import Prg

SECRET_BYTES = 32
SHARE_BYTES = 40
_PARTS, _PART_BYTES = 5, 7


def split(secrets: Sequence[bytes], points: Sequence[int], threshold: int, prg: Prg) -> Words:
    """(points, secrets, 5): the share of each secret at each point; the points are distinct and from 1 on."""
    row = np.concatenate([_elements(secret) for secret in secrets])
    noise = FIELD64.draw(prg, (threshold - 1, len(row)))
    values = FIELD64.matmul(_powers(tuple(points), threshold), np.concatenate([row[None], noise]))
    return values.reshape(len(points), len(secrets), _PARTS)


def join(points: Sequence[int], shares: Words) -> bytes | None:
    """The secret of exactly as many shares (t, 5) as its threshold says; None if no secret has these shares.

    The points are distinct. Of t shares that do not belong together it gives anything: hold it against what is known.
    """
    parts = FIELD64.matmul(_weights(tuple(points)), shares)
    content = b"".join(int(part).to_bytes(8, "little")[:_PART_BYTES] for part in parts)
    fits = not any(int(part) >> 8 * _PART_BYTES for part in parts) and not any(content[SECRET_BYTES:])
    return content[:SECRET_BYTES] if fits else None


def are_shares(words: Words) -> bool:
    """Whether all are elements of the field."""
    return bool((words < np.uint64(FIELD64.p)).all())


def _elements(secret: bytes) -> Words:
    content = secret.ljust(_PARTS * _PART_BYTES, b"\0")
    parts = [content[_PART_BYTES * i : _PART_BYTES * (i + 1)] for i in range(_PARTS)]
    return np.array([int.from_bytes(part, "little") for part in parts], np.uint64)


@lru_cache(maxsize=16)
def _powers(points: tuple[int, ...], count: int) -> Words:
    """(points, count): the powers 0 to count - 1 of each point."""
    x = np.array(points, np.uint64)
    columns = [np.ones(len(x), np.uint64)]
    for _ in range(count - 1):
        columns.append(FIELD64.mul(columns[-1], x))
    return np.stack(columns, axis=1)


@lru_cache(maxsize=256)
def _weights(points: tuple[int, ...]) -> Words:
    """Lagrange's at 0: of point i the product of x_j / (x_j - x_i) over the others."""
    x = np.array(points, np.uint64)
    above, below = np.broadcast_to(x, (len(x), len(x))).copy(), FIELD64.sub(x[None, :], x[:, None])
    np.fill_diagonal(above, 1)
    np.fill_diagonal(below, 1)
    return FIELD64.mul(_product(above), FIELD64.inverse(_product(below)))


def _product(rows: Words) -> Words:
    """The product of each row, halved until one is left."""
    while rows.shape[1] > 1:
        if rows.shape[1] % 2:
            rows = np.concatenate([rows, np.ones((len(rows), 1), np.uint64)], axis=1)
        half = rows.shape[1] // 2
        rows = FIELD64.mul(np.ascontiguousarray(rows[:, :half]), np.ascontiguousarray(rows[:, half:]))
    return rows[:, 0]
