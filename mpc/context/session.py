"""What makes and follows a party's calls, and the context that each of them has."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

import trio

from mpc.context.endpoint import Endpoint, Root
from mpc.context.messages import Messaging
from mpc.correlation import Correlation, Material
from mpc.domain_hash import DomainHash
from mpc.errors import LocalError
from mpc.prg import DomainPart, Prg
from mpc.standing import Standing

R = TypeVar("R")

OFF_LOOP_WORK = 4_000_000
"""Multiply-adds from which a local computation leaves the event loop: about a millisecond."""


class Foresight(Protocol):
    """What is asked just before a computation: it has the material of it made in one batch, or computes it itself."""

    async def before(self, call: Context, nodes: Sequence[Any], *, apart: bool) -> bool:
        """Have everything ready that computing these nodes of an expression will take; `call` names the batch.

        `apart`: whether all that the nodes stand on is computed, or among them. True if they are computed now.
        """

    async def before_call(self, call: Context, function: Callable[..., Any], args: tuple[Any, ...]) -> tuple[Any, ...]:
        """Have everything ready that `function(call, *args)` will take; its result alone, if that is computed now."""

    def horizon(self, n: int) -> None:
        """The next of the program's own calls that takes material is the first of n that take the same."""

    async def finish(self) -> None:
        """Nothing more is taken: burn and account for what was made ahead and not used."""


class CallAudit(Protocol):
    """What compares a finished call with its declared cost."""

    def record(self, ctx: Context, declared: Any) -> None:
        """One party left a call that declares its cost."""


@dataclass(slots=True)
class Session(Endpoint):
    """What all contexts of one party share, and how its calls begin and end.

    `audit` compares calls with what they declare. `foresight` is asked before a computation; without one material is
    made on demand, or was before.
    """

    audit: CallAudit | None = None
    foresight: Foresight | None = None

    async def start(self) -> None:
        """Start the session's suite, with calls of its own; before that, nothing can be computed on shares."""
        self.suite = await self.factory.start(self.root(Root.SUITE))

    async def settle(self, program: Context) -> None:
        """Before goodbye: check what the suite has opened and not checked yet, in the program's time.

        The program is then as deep as any of its calls, joined or not, as those of tasks in a nursery are not. Material
        that was made ahead and that nobody took is burned.
        """
        program.depth = max(program.depth, self.ledger.deepest)
        ctx = self.root(Root.GOODBYE)
        ctx.depth = ctx.entered = program.depth
        await self.suite.settle(ctx)
        program.join(ctx)
        if self.foresight is not None:
            await self.foresight.finish()

    def root(self, number: int = Root.PROGRAM, line: str = "") -> Context:
        """The context a whole program runs in; `number` keeps programs of one session apart (`Root` in a run). `line`:
        what it counts for, where it is no program of a user's."""
        return Context(self, (int(number),), "program", 0, 0, line)


class Context(Messaging):
    """One call's view of its party: who it is, its peers, its material, its randomness."""

    __slots__ = ()
    session: Session

    # material and randomness

    async def take(self, kind: Correlation) -> Material:
        """This party's share of fresh material of this kind, burned as it is handed out."""
        self._taken += 1
        elements, session = kind.elements, self.session
        self.material[kind.name] = self.material.get(kind.name, 0) + elements
        session.ledger.took(self.counted_at, kind.name, elements)
        path = (*self.path, self._taken)
        material = session.supply.ready(path, kind)
        return material if material is not None else await session.supply.make(path, kind)

    async def standing(self, what: Standing) -> Material:
        """This party's share of what stands in the session: the same at every call, never burned, not to be changed.

        All parties ask for it. It counts as material of the session, not of the call that happened to be first. What
        may be done with it says `mpc.standing`. LocalError `standing-differs`, SupplyError `store-standing`.
        """
        session = self.session

        async def make() -> Material:
            session.ledger.material[what.kind.name] += what.kind.elements
            return await session.supply.standing((int(Root.STANDING), *what.address), what.kind)

        return await session.standing.get(what, make)

    def let_go(self, what: Standing) -> None:
        """Let this party forget what stands there, and what was to be done to material that stands on it.

        For what serves one call of many in a long session, once no call uses it. Local; its name stays burned.
        """
        self.session.standing.let_go(what.name)
        self.session.supply.when_made((int(Root.STANDING), *what.address), None)

    def prg(self, usage: str) -> Prg:
        """A fresh stream of randomness that only this party knows."""
        return self.session.private.prg(usage, self.path, self._stream(usage))

    def pairwise_prg(self, other: int, usage: str) -> Prg:
        """A fresh stream known to this party and `other` only; both must ask for it in the same call."""
        seed = self.session.agreement.pairwise[other]
        if seed is None:
            raise LocalError("no-pairwise-seed", "a party shares no seed with itself", "ask for the seed with a peer")
        return seed.prg(usage, self.path, self._stream((usage, other)))

    def common_prg(self, usage: str) -> Prg:
        """A fresh stream known to all parties and chosen by none: public coins."""
        return self.session.agreement.common.prg(usage, self.path, self._stream((usage, "common")))

    def hash(self, domain: str, *apart: DomainPart) -> DomainHash:
        """A hash for this use in this call of this session; `apart` tells several uses of one domain from each other.

        All parties that ask in the same call with the same arguments get the same.
        """
        return DomainHash(domain, self.session.agreement.session, self.path, *apart)

    def _stream(self, use: object) -> int:
        number = self._streams.get(use, 0)
        self._streams[use] = number + 1
        return number

    # local work

    async def in_thread(self, function: Callable[..., R], *args: Any) -> R:
        """Run slow local work beside the event loop. Peers go on hearing from this party, and know that it works."""
        with self.session.transport.working():
            return await trio.to_thread.run_sync(function, *args)

    async def off_loop(self, work: int, function: Callable[..., R], *args: Any) -> R:
        """Run a local computation of about `work` multiply-adds, in a thread where it would stop the network."""
        if work < OFF_LOOP_WORK or self.session.shapes_only:
            return function(*args)
        return await self.in_thread(function, *args)
