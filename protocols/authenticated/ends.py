"""The correlated transfers of both directions between garbler and evaluator.

Both are SoftSpokenOT in the version against malicious parties (Roy, CRYPTO 2022), each party the sender of one under an
offset of its own. A plan has ends that send as much and make nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from mpc.algebra.ring import Words
from mpc.context import Context, together
from mpc.errors import LocalError
from protocols.authenticated.side import EVALUATOR, GARBLER, ODD, Side
from protocols.ot.correlated import CotReceiver, CotSender
from protocols.ot.extension_softspoken_roy22 import receive_setup, send_setup
from protocols.ot.planned_softspoken import planned_receive_setup, planned_send_setup


@dataclass(frozen=True, slots=True, eq=False)
class Ends(Side):
    """A party's side with its ends of both directions.

    Calls on the same ends follow one another, at both parties in the same order.
    """

    sender: CotSender = field(repr=False)
    receiver: CotReceiver = field(repr=False)

    def rounds(self, counts: tuple[int, int]) -> int:
        """Of an extension by so many in direction 0 to 1, and in direction 1 to 0."""
        return max(self._of(direction).rounds(count) for direction, count in enumerate(counts))

    def words(self, counts: tuple[int, int]) -> int:
        """What both parties send in it together."""
        return sum(self._of(direction).words(count) for direction, count in enumerate(counts))

    def _of(self, direction: int) -> CotSender | CotReceiver:
        return self.sender if direction == self.role else self.receiver


async def set_up(ctx: Context) -> Ends:
    """Base transfers and extensions in both directions, between two parties. LocalError `unfit-session` for more.

    Abort `ot-check-failed`, PeerError `bad-point`.
    """
    if ctx.n != 2:
        raise LocalError("unfit-session", f"authenticated garbling among {ctx.n} parties", "it is for two")
    delta = ctx.prg("authenticated offset").words((2,))
    delta = (delta | ODD) if ctx.me == GARBLER else (delta & ~ODD)

    async def one_direction(call: Context, sender: int) -> CotSender | CotReceiver:
        if call.me == sender:
            if call.planning:
                return await planned_send_setup(call, 1 - sender)
            return await send_setup(call, 1 - sender, malicious=True, delta=delta)
        if call.planning:
            return await planned_receive_setup(call, sender)
        return await receive_setup(call, sender, malicious=True)

    ends = await together(ctx, (one_direction, GARBLER), (one_direction, EVALUATOR))
    return Ends(ctx.me, delta, ends[ctx.me], ends[1 - ctx.me])


async def extend(ctx: Context, ends: Ends, counts: tuple[int, int]) -> tuple[Words, Words, Words]:
    """This party's keys q, its choices, packed, and their labels t: counts[0] correlations from party 0 to party 1,
    counts[1] from party 1 to party 0."""

    async def one_direction(call: Context, sender: int) -> object:
        end = ends.sender if sender == ends.role else ends.receiver
        return await end.extend(call, counts[sender])

    made = await together(ctx, (one_direction, GARBLER), (one_direction, EVALUATOR))
    choices, labels = made[ends.peer]
    return made[ends.role], choices, labels
