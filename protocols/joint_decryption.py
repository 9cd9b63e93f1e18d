"""What parties decrypt together, each with its share of a key, of whatever cryptosystem: one round.

Each sends its part to all receivers, who take those that are right, and put threshold + 1 of them together.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

import numpy.typing as npt

from mpc.context import Context
from mpc.errors import LocalError, PeerError
from protocols.outputs import Output
from protocols.ranges import Range

Part = TypeVar("Part")
Receivers = int | Sequence[int] | None
"""The index of a party, several, or with None all."""

_LARGEST = 1 << 1000
"""Bounds beyond it are told as this one, since floats end soon after."""


def require_place(ctx: Context, place: int, parties: int, places: Sequence[int] | None = None) -> tuple[int, ...]:
    """The places in a key of `parties` of all parties of the run, by their indices: all in order, or as `places` says.

    LocalError `joint-key-place` unless these are as many different ones as the run has parties, this one's among them
    where its share is.
    """
    found = tuple(range(parties)) if places is None else tuple(places)
    if len(found) != ctx.n or len(set(found) & set(range(parties))) != ctx.n or found[ctx.me] != place:
        raise LocalError(
            "joint-key-place",
            f"this share is that of party {place} of {parties}; here it is party {ctx.me} of {ctx.n}",
            "give each party its own share; in a run of some of the key's parties, `places` says which these are",
            line=ctx.line or None,
        )
    return found


def output_of(
    ctx: Context, shape: tuple[int, ...], bound: int, fractional_bits: int, receivers: tuple[int, ...]
) -> Output:
    """What is public of numbers that become known, of a bound in units of the last place."""
    bound = min(bound, _LARGEST)
    kind = "fixed" if fractional_bits else "int"
    return Output(shape, kind, receivers, ctx.line, Range(-bound, bound), fractional_bits)


async def right_parts(
    ctx: Context,
    receivers: Sequence[int],
    threshold: int,
    own: tuple[Part, npt.NDArray[Any]],
    part_from: Callable[[int], Awaitable[Part]],
    refused: list[PeerError],
) -> dict[int, Part] | None:
    """threshold + 1 parts that are right, by their parties' indices; None at a party that does not receive.

    own: this party's part, and the message that tells it. part_from: receives that of a party, and checks it. Why parts
    were not taken is appended to `refused`; where too few are left, the first of these errors is raised.
    """
    part, message = own
    for receiver in receivers:
        if receiver != ctx.me:
            ctx.send(receiver, message)
    if ctx.me not in receivers:
        return None
    right = {ctx.me: part}
    for sender in ctx.others:
        try:
            right[sender] = await part_from(sender)
        except PeerError as error:
            refused.append(error)
    parties = sorted(right)[: threshold + 1]
    if len(parties) <= threshold:
        raise refused[0]
    return {party: right[party] for party in parties}
