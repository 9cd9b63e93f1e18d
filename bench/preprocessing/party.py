"""One process of a measurement of preprocessing: a party that makes material, or the dealer that makes it.

`python -m bench.preprocessing.party ROLE`, ROLE in JSON (`bench.party.Role`); `bench.crew` is the other side. Beside
what all parties say, a line has `depths`, the rounds before the repetition and after it; `setup`, the seconds from the
first message to where material can be made; `offline`, those of a repetition in which no value was known yet; and
`memory`, the peak of the first repetition.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, Protocol

import numpy as np
import trio

from bench.counted import CountedTransport
from bench.memory import Peak
from bench.party import Role, connected, deal, say, steady, told
from bench.preprocessing.subjects import CORRELATIONS, EXAMPLES, TOTALS, Correlations
from bench.preprocessing.totals import Totals
from bench.suppliers import DEALER, MAKERS
from mpc.algebra import bits
from mpc.algebra.cores import using_cores
from mpc.algebra.ring import U64, Z64, Words
from mpc.context import Context, Session, Spec
from mpc.correlation import Correlation, Material, Part
from mpc.network.handshake import Agreement
from mpc.supply import Supply
from native import keep_memory
from protocols.beaver import SUITE
from protocols.ot.correlated import CotReceiver, CotSender, bit_masks
from protocols.preprocessing.dealer import DealerLink, local_supplies
from protocols.preprocessing.kind import of_kind
from protocols.preprocessing.kinds.random_value import RandomValue
from protocols.preprocessing.workshop import Workshop
from protocols.runs.suites import security_sentence

_START, _CHECK, _CORRELATIONS = 1 << 20, 2 << 20, 3 << 20
_SETUP_PATH = (0,)
SEMI_HONEST = "Correlations, semi-honest, nobody trusted"
MALICIOUS = (
    "Correlations, malicious: who deviates is found out, unless it guesses bits of an offset or a choice, and right"
)
_COMPARED = 1 << 16


class Work(Protocol):
    """What is repeated over one connection."""

    security: str

    @property
    def depths(self) -> tuple[int, int]:
        """The rounds before the last repetition and after it."""

    async def set_up(self) -> None:
        """All that is done once."""

    async def repeat(self, number: int) -> None:
        """What is timed."""

    async def check(self, ctx: Context) -> bool:
        """Whether what the last repetition made is right."""

    def done(self) -> None:
        """Nothing more is made."""


class MaterialWork:
    """A piece of material by a supply, which then hands it out."""

    def __init__(self, role: Role, transport: CountedTransport, agreement: Agreement, n: int) -> None:
        self.security = ""
        self.depths = 0, 0
        self._kind = EXAMPLES[role.workload].piece(role.size)
        self._role, self._transport, self._agreement, self._n = role, transport, agreement, n
        self._link: DealerLink | None = None
        self._supply: Supply | None = None
        self._made: Material = ()

    async def set_up(self) -> None:
        """A seed from the dealer, or base transfers and extensions: what the first piece waits for."""
        if self._role.supplier == DEALER:
            self._link = DealerLink(self._transport, self._n)
            self._supply = await self._link.supply()
        else:
            self._supply = Workshop(self._transport, self._agreement, self._n, MAKERS[self._role.supplier])
            await self._prepared(RandomValue(Z64, (1,)), *_SETUP_PATH)
        self.security = security_sentence(SUITE, self._n, self._supply)

    async def repeat(self, number: int) -> None:
        """Prepare one piece."""
        self._made = ()
        before = self._depth()
        self._made = await self._prepared(self._kind, number + 1)
        self.depths = before, self._depth()

    async def check(self, ctx: Context) -> bool:
        """Everything opened."""
        return await _is_sound(ctx, self._kind, self._made)

    def done(self) -> None:
        """Tell the dealer."""
        if self._link:
            self._link.done()

    async def _prepared(self, kind: Correlation, number: int) -> Material:
        assert self._supply
        await self._supply.provide((number,), [((number,), kind)])
        made = self._supply.ready((number,), kind)
        assert made is not None
        return made

    def _depth(self) -> int:
        """A request to the dealer and its answer are two rounds."""
        return self._supply.rounds if isinstance(self._supply, Workshop) else 2 * self._transport.answers


async def _is_sound(ctx: Context, kind: Correlation, material: Material) -> bool:
    """Whether the derived parts are what follows from the drawn ones; everything is opened."""
    whole = [await _whole(ctx, kind, part, share) for part, share in zip(kind.parts(), material, strict=True)]
    if of_kind(kind).checked:  # by the parties as they made it, and it would have ended there
        return True
    derived = zip(whole[kind.drawn :], kind.derive(*whole[: kind.drawn]), strict=True)
    return all(np.array_equal(found, expected) for found, expected in derived)


async def _whole(ctx: Context, kind: Correlation, part: Part, share: Words) -> Words:
    if part.sharing != "clear":
        (words,) = await ctx.add_up(kind.ring.add if part.sharing == "sum" else bits.bit_xor, share)
        return words
    assert part.holder is not None
    if ctx.me != part.holder:
        return await ctx.receive(part.holder, Spec(part.shape))
    for j in ctx.others:
        ctx.send(j, share)
    return share


class CorrelationWork:
    """Correlations from party 0 to party 1."""

    def __init__(self, of: Correlations, role: Role, session: Session) -> None:
        self.security = MALICIOUS if of.malicious else SEMI_HONEST
        self.depths = 0, 0
        self._of, self._role, self._session = of, role, session
        self._end: CotSender | CotReceiver | None = None
        self._choices, self._labels = np.zeros(0, U64), np.zeros((0, 2), U64)

    async def set_up(self) -> None:
        """Base transfers and trees of seeds."""
        self._end = await self._of.set_up(self._session.root())

    async def repeat(self, number: int) -> None:
        """Extend."""
        assert self._end
        self._choices, self._labels = np.zeros(0, U64), np.zeros((0, 2), U64)
        ctx = self._session.root(_CORRELATIONS + number)
        made = await self._end.extend(ctx, self._role.size)
        self._choices, self._labels = made if isinstance(made, tuple) else (self._choices, made)
        self.depths = 0, ctx.depth

    async def check(self, ctx: Context) -> bool:
        """Both labels of the first ones, opened: t = q ^ c delta."""
        own = self._labels[:_COMPARED]
        ((labels_0, labels_1),) = await ctx.exchange(own)
        if ctx.me == 0:
            assert self._end
            (delta,) = await ctx.exchange(self._end.delta)  # type: ignore[union-attr]
            return bool(delta[0].any())
        (delta,) = await ctx.exchange(np.zeros(2, U64))
        turned = bit_masks(self._choices, len(own))[:, None] & delta[0]
        return np.array_equal(labels_1, labels_0 ^ turned)

    def done(self) -> None:
        """Nobody waits."""


async def repeated(role: Role) -> None:
    """A connection for all repetitions, each made from a common start; the first is checked."""
    async with connected(role) as (inner, agreement, n):
        if role.me == n:
            await deal(inner, n)
            return
        transport = CountedTransport(inner, n)
        session = Session(transport, local_supplies(n)[role.me], agreement, SUITE, n)
        await session.start()
        of = CORRELATIONS.get(role.workload)
        work: Work = CorrelationWork(of, role, session) if of else MaterialWork(role, transport, agreement, n)
        await _answer(work, transport, session)
        work.done()
        await transport.finish({})


async def _answer(work: Work, transport: CountedTransport, session: Session) -> None:
    peak = Peak()
    await session.root(_START).exchange(np.zeros(1, U64))
    began = time.monotonic()
    await work.set_up()
    constant: dict[str, Any] = {"setup": time.monotonic() - began, "offline": None, "memory": 0}
    say({"security": work.security, "version": ""})
    number = 0
    while await told(transport):
        number += 1
        with steady():
            await session.root(_START + number).exchange(np.zeros(1, U64))
            sent, busy, began = transport.bytes, time.process_time(), time.monotonic()
            await work.repeat(number)
            ended, busy = time.monotonic(), time.process_time() - busy
        sent = transport.bytes - sent
        if number == 1:
            constant["memory"] = peak.bytes()
            if not await work.check(session.root(_CHECK)):
                raise ArithmeticError("what was made is not what it should be")
        line = {"began": began, "ended": ended, "busy": busy, "bytes": sent, "depths": work.depths}
        say({**line, "rounds": work.depths[1] - work.depths[0], **constant})


async def main(role: Role) -> None:
    """This process's part, on as many cores as the role says."""
    keep_memory()
    async with AsyncExitStack() as stack:
        if role.cores:
            await stack.enter_async_context(_pinned(role))
        if role.workload in TOTALS:
            await Totals(TOTALS[role.workload], role).live()
        else:
            await repeated(role)


@asynccontextmanager
async def _pinned(role: Role) -> AsyncIterator[None]:
    """The party's cores: the next ones after those of the party before it, from the start again when they run out."""
    if hasattr(os, "sched_setaffinity"):
        cores = sorted(os.sched_getaffinity(0))
        first = role.me * role.cores
        os.sched_setaffinity(0, {cores[i % len(cores)] for i in range(first, first + role.cores)})
    with using_cores(role.cores):
        yield


if __name__ == "__main__":
    trio.run(main, Role(**json.loads(sys.argv[1])))
