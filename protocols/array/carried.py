"""Secrets that go from one session to another of the same parties, and stay secret between them.

A share is good in its own session only: a suite may hold keys and offsets that end with it. What is carried is the
value in parts, one a party, that add up to it in the ring: all parties but party 0 draw theirs uniformly, and party 0
learns the rest, x - r_1 - ... - r_{n-1}. Without the part of one party, the others are uniform and say nothing of x.
In the other session each puts its part in, and the sum is x again, shared anew.

Like all that this library computes with shares of semi-honest suites, this holds against parties that follow the
protocol: a party that puts in another part than it holds changes x by what it likes, unseen.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from operator import add
from typing import Any

from mpc.algebra.words import Words
from mpc.context import Context, together
from mpc.errors import LocalError
from protocols.array.bridge import given, share_of
from protocols.array.lines import user_line
from protocols.array.node import Facts, Kind, Shape
from protocols.array.revealing import checked, shown_form
from protocols.array.secret import SecretArray
from protocols.known import known, open_known, share_known
from protocols.ranges import Range
from protocols.shares import ArithmeticShare


@dataclass(frozen=True, slots=True)
class Carried:
    """One party's part of a secret between two sessions: `own`, in a ring of `ring` bits; the rest is public.

    Secret is `own`; all parties' together are the value. Never shown. `decided`: whether the value follows from
    comparisons of what was not exact.
    """

    shape: Shape
    kind: Kind
    scale: int
    range: Range
    decided: bool
    ring: int
    own: Words

    @property
    def public(self) -> tuple[Any, ...]:
        """What all parties must hold alike."""
        bounds = (self.range.lo, self.range.hi, self.range.error)
        return (self.shape, self.kind, self.scale, bounds, self.decided, self.ring)

    def __repr__(self) -> str:
        return f"<part of a secret {self.kind} of shape {self.shape}>"


async def carried(ctx: Context, x: SecretArray) -> Carried:
    """This party's part of x, to be taken to another session of the same parties; x is computed if it was not yet.

    Party 0 learns a number that is uniform whatever x is, the others nothing. One round; to party 0, from each other
    party, the words of x. LocalError `carried-bits` for truth values, and what computing x raises.
    """
    if x.kind == "bit":
        raise LocalError(
            "carried-bits",
            "truth values are to be carried to another session, which takes numbers",
            "return b.astype(int), and compare with 0 there",
            line=x.line,
        )
    x = shown_form(checked(ctx, x, user_line()))
    share: Any = await share_of(ctx, x)
    node, call = x.node, ctx.child("carried", line=x.line)
    words = await _parted(call, share)
    ctx.join(call)
    return Carried(node.shape, node.kind, node.scale, node.range, node.value.decided, ctx.ring.bits, words)


async def _parted(call: Context, share: ArithmeticShare) -> Words:
    """r_me, or at party 0 what is left of x."""
    ring, shape = call.ring, share.shape
    own = ring.zeros(shape) if call.me == 0 else ring.draw(call.prg("carried"), shape)
    parts = [(share_known, known(call, j, own if call.me == j else None, shape)) for j in call.everyone if j]
    rest = reduce(lambda left, part: left - part, await together(call, *parts), share)
    whole = await open_known(call, 0, rest)
    return whole.value(call) if call.me == 0 else own


async def secret_carried(ctx: Context, part: Carried, line: str = "") -> SecretArray:
    """The secret of which every party passes its part, in this session; no round where inputs take none. It counts for
    `line`, that of the program if not given.

    LocalError `carried-ring` where the run's ring has other bits than the one that the parts are of, or another number
    of fractional bits than a value with some.
    """
    scale = ctx.fractional_bits if part.kind == "fixed" else 0
    if part.ring != ctx.ring.bits or part.scale != scale:
        raise LocalError(
            "carried-ring",
            f"a secret comes from a session with a ring of {part.ring} bits and {part.scale} fractional bits to one "
            f"with {ctx.ring.bits} and {scale}",
            "give all sessions the same --ring and --fractional-bits",
        )
    call = ctx.child("secret carried", line=line or user_line())
    parts = [(share_known, known(call, j, part.own if call.me == j else None, part.shape)) for j in call.everyone]
    share = reduce(add, await together(call, *parts))
    ctx.join(call)
    x = given(ctx, share, Facts(part.shape, part.kind, part.scale, part.range))
    x.node.value.decided = x.node.value.decided or part.decided
    return x
