"""The correlated transfers from a verifier to a prover, and linear evaluations made of them, for all its proofs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from mpc.context import Context
from mpc.errors import LocalError
from protocols.ot.extension_softspoken_roy22 import SoftSpokenReceiver, SoftSpokenSender, receive_setup, send_setup
from protocols.ot.planned_softspoken import planned_receive_setup, planned_send_setup
from protocols.vole import planned_wykw21, silent_wykw21
from protocols.vole.lpn_parameters import STANDARD
from protocols.vole.silent_wykw21 import WolverineReceiver, WolverineSender

LADDER = STANDARD
"""What evaluations are made by."""


@dataclass(slots=True, eq=False)
class StandingEnds:
    """A party's ends of transfers for proofs of one prover to one verifier, made at the first one.

    Those of evaluations are made at the first proof of a relation between field elements.
    """

    sender: SoftSpokenSender | None = field(default=None, repr=False)
    receiver: SoftSpokenReceiver | None = field(default=None, repr=False)
    evaluating_sender: WolverineSender | None = field(default=None, repr=False)
    evaluating_receiver: WolverineReceiver | None = field(default=None, repr=False)
    proving: bool = False
    lost: bool = False

    @contextmanager
    def for_one_proof(self) -> Iterator[None]:
        """A proof that does not end well is the last: what it has told of the offset must not be asked for twice.

        LocalError `calls-at-once`, `transfers-discarded`.
        """
        if self.lost:
            raise LocalError(
                "transfers-discarded", "a proof between these two parties has failed in this session",
                "begin a new session: an offset on which somebody may have bet is not used again",
            )  # fmt: skip
        if self.proving:
            raise LocalError(
                "calls-at-once", "two proofs of one prover to one verifier at a time",
                "await one before the next; instances of one circuit are proved side by side",
            )  # fmt: skip
        self.proving = True
        try:
            yield
        except BaseException:
            self.lost = True
            raise
        finally:
            self.proving = False

    async def to_prove(self, ctx: Context, verifier: int) -> SoftSpokenReceiver:
        """The prover's end, the receiver's."""
        if self.receiver is None:
            planned = ctx.planning
            setup = planned_receive_setup(ctx, verifier) if planned else receive_setup(ctx, verifier, malicious=True)
            self.receiver = await setup
        return self.receiver

    async def to_verify(self, ctx: Context, prover: int) -> SoftSpokenSender:
        """The verifier's, the sender's, with an odd offset."""
        if self.sender is None:
            setup = planned_send_setup(ctx, prover) if ctx.planning else send_setup(ctx, prover, malicious=True)
            self.sender = await setup
        return self.sender

    async def to_prove_relations(self, ctx: Context, verifier: int) -> WolverineReceiver:
        """The prover's end of evaluations, the receiver's."""
        if self.evaluating_receiver is None:
            setup = planned_wykw21.planned_receive_setup if ctx.planning else silent_wykw21.receive_setup
            self.evaluating_receiver = await setup(ctx, await self.to_prove(ctx, verifier), LADDER)
        return self.evaluating_receiver

    async def to_verify_relations(self, ctx: Context, prover: int) -> WolverineSender:
        """The verifier's, the sender's."""
        if self.evaluating_sender is None:
            setup = planned_wykw21.planned_send_setup if ctx.planning else silent_wykw21.send_setup
            self.evaluating_sender = await setup(ctx, await self.to_verify(ctx, prover), LADDER)
        return self.evaluating_sender


def standing_ends(ctx: Context, prover: int, verifier: int) -> StandingEnds:
    """Those of this session."""
    found: StandingEnds = ctx.session.kept.setdefault(f"proofs of {prover} to {verifier}", StandingEnds())
    return found
