"""Elements of ristretto255 as a peer sends them: each the one encoding of an element, none neutral, and none twice."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from mpc.accounts.cost import cost
from mpc.algebra.group import Bytes, Points
from mpc.algebra.ristretto import RISTRETTO
from mpc.context import Context, Spec
from protocols.matching.refusals import unlike_ids

ENCODING = RISTRETTO.encoding_bytes
ELEMENT_WORDS = ENCODING // 8


async def receive_elements(ctx: Context, sender: int, count: int) -> tuple[Points, Bytes]:
    """So many elements from party `sender`, and their encodings (count, 32).

    PeerError `bad-element` for what is no encoding (RFC 9496, 4.3.1), or that of the neutral element, under which every
    key is alike; `repeated-elements` where two are the same, as those of different identifiers never are.
    """
    sent = await ctx.receive(sender, Spec((count, ENCODING), np.uint8))
    if ctx.planning:
        return Points.neutral(RISTRETTO, (count,)), sent
    return await ctx.in_thread(_checked, ctx, sender, sent), sent


def _checked(ctx: Context, sender: int, sent: Bytes) -> Points:
    points, good = Points.from_bytes(RISTRETTO, sent)
    if not (good & sent.any(axis=-1)).all():
        raise unlike_ids(
            ctx, "bad-element", sender, f"bytes that are no element of {RISTRETTO.name}, or the neutral one"
        )
    if len(set(rows_of(sent))) < len(sent):
        raise unlike_ids(
            ctx, "repeated-elements", sender, "the same element twice, where each stands for an identifier"
        )
    return points


def rows_of(array: Bytes) -> list[bytes]:
    """The rows (n, width) of bytes, each by itself."""
    width, whole = array.shape[-1], np.ascontiguousarray(array).tobytes()
    return [whole[i : i + width] for i in range(0, len(whole), width)]


def ascending(rows: list[bytes], width: int) -> Bytes:
    """(n, width): rows of this width in ascending order, which tells nothing of where they came from."""
    return np.frombuffer(b"".join(sorted(rows)), np.uint8).reshape(len(rows), width)


async def receive_ascending(ctx: Context, sender: int, count: int, width: int) -> list[bytes]:
    """Values (count, width) that must come in ascending order.

    PeerError `repeated-elements` where they don't, or one comes twice.
    """
    rows = rows_of(await ctx.receive(sender, Spec((count, width), np.uint8)))
    if not ctx.planning and any(a >= b for a, b in pairwise(rows)):
        raise unlike_ids(ctx, "repeated-elements", sender, "values that do not ascend, or one of them twice")
    return rows


@cost(rounds=1, to_one=lambda peer, encodings: encodings.size // 8, call_name="elements of identifiers", parties=2)
async def send_elements(ctx: Context, to: int, encodings: Bytes) -> None:
    """Encodings (count, 32) to party `to`, which calls `take_elements`."""
    ctx.send(to, encodings)


@cost(rounds=1, to_one=lambda peer, count: ELEMENT_WORDS * count, call_name="elements of identifiers", parties=2)
async def take_elements(ctx: Context, sender: int, count: int) -> tuple[Points, Bytes]:
    """The other half: as `receive_elements`."""
    return await receive_elements(ctx, sender, count)
