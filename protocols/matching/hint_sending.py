"""Evaluations of a function and the hint that programs it: one message of each, from who has the key."""

from __future__ import annotations

from mpc.accounts.cost import cost
from mpc.algebra.group import Bytes, Points
from mpc.algebra.ring import Words
from mpc.context import Context, Spec
from mpc.errors import LocalError
from protocols.matching.elements import ENCODING, receive_elements
from protocols.matching.programmed_kmprt17 import FIELD, Layout
from protocols.matching.refusals import unlike_ids


@cost(
    rounds=1,
    to_one=lambda peer, answers, hint: (answers.size + hint.nbytes) // 8,
    call_name="hint of identifiers",
    parties=2,
)
async def give_hint(ctx: Context, to: int, answers: Bytes, hint: Words) -> None:
    """Encodings (count, 32) of what was asked, times the key, and a hint, to party `to`, which calls `take_hint`."""
    ctx.send(to, answers)
    ctx.send(to, hint)


@cost(
    rounds=1,
    to_one=lambda peer, count, layout: ENCODING // 8 * count + layout.words,
    call_name="hint of identifiers",
    parties=2,
)
async def take_hint(ctx: Context, sender: int, count: int, layout: Layout) -> tuple[Points, Words]:
    """The other half. PeerError as of `receive_elements`; `malformed-message` for a hint of numbers not below p."""
    answers, _ = await receive_elements(ctx, sender, count)
    hint = await ctx.receive(sender, Spec(layout.shape))
    if not ctx.planning:
        try:
            FIELD.check(hint)
        except LocalError:
            raise unlike_ids(ctx, "malformed-message", sender, "a hint of numbers that are too large") from None
    return answers, hint
