"""What parties decrypt together, each with its share of a key, of whatever cryptosystem: a round, or two.

Where fewer parties than all are enough, all compare a hash of the ciphertexts first. Then each sends its part to all
receivers, who take those that are right, and put threshold + 1 of them together.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from mpc.context import Context
from mpc.domain_hash import DomainHash
from mpc.errors import LocalError, PeerError
from protocols.outputs import Output
from protocols.ranges import Range

Part = TypeVar("Part")
Receivers = int | Sequence[int] | None
"""The index of a party, several, or with None all."""

_HASH_WORDS = 4
"""Of the hash that parties compare: 256 bits."""

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


def compared_words(parties: int, threshold: int) -> int:
    """Words that a party tells each other one before parts leave, so that all compare the ciphertexts: a hash where not
    all of a key's parties are needed, else none.

    Without it whoever gave parties different ones would have each decrypted, by the parts of those that have it. It
    counts who holds the key, not who takes part in the run: shares of those who do not may help to read what leaves.
    """
    return _HASH_WORDS if threshold < parties - 1 else 0


async def require_same(ctx: Context, said: DomainHash) -> None:
    """One round, 4 words to each other party. PeerError `public-values-differ`, without a party, unless all have
    absorbed the same: what is decrypted, how it is read, and by whom."""
    own = said.words(_HASH_WORDS)
    (told,) = await ctx.exchange(own)
    if not ctx.planning and any(not np.array_equal(one, own) for one in told):
        raise PeerError(
            "public-values-differ",
            "parties have different ciphertexts of what is to be decrypted, or one says so; nothing was decrypted",
            "see that all pass the same; else who sent the ciphertexts sent each party others",
            path=ctx.path,
            line=ctx.line or None,
        )


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
