"""N parties in one process: the same sessions, contexts and messages as over a network, in one event loop."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from mpc.accounts.cost import Audit
from mpc.algebra.interface import Algebra
from mpc.algebra.ring import Z64
from mpc.context import Context, Foresight, Session
from mpc.network.handshake import Agreement
from mpc.network.transport import Transport, memory_network
from mpc.prg import Seed
from mpc.side_by_side import run_all
from mpc.supply import Supply
from mpc.ways import Ways

Main = Callable[[Context, Any], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class PartyRun:
    """What one simulated party ended with: its result, or the error it raised, and its session's account."""

    result: Any
    error: BaseException | None
    rounds: int
    session: Session


@dataclass(frozen=True, slots=True)
class Setting:
    """What all simulated parties have in common. `foresight`: of a party's session, where material is made before;
    `tolerance`: the largest error of an output; `keeper`: what outputs are held against; `shadows`: where values in
    floating point are kept; `ways`: as of a session."""

    suite: Any
    fractional_bits: int = 16
    ring: Algebra = Z64
    audit: bool = False
    collect_errors: bool = False
    foresight: Callable[[Session], Foresight] | None = None
    tolerance: float | None = None
    keeper: Any = None
    shadows: Any = None
    ways: Ways = field(default_factory=Ways)


async def run_in_memory(
    main: Main,
    inputs: Sequence[Any],
    supplies: Sequence[Supply],
    setting: Setting,
    *,
    transports: Sequence[Transport] | None = None,
    agreements: Sequence[Agreement] | None = None,
    private: Sequence[Seed] | None = None,
    on_call: Callable[[], None] | None = None,
) -> list[PartyRun]:
    """Run `main(ctx, inputs[i])` as party i, all side by side; their ends in order.

    The first error of any party is raised, unless the setting collects errors: then a failing party ends, tells its
    peers, and every party's error is in its PartyRun. `agreements` and `private` seeds, one for each party, are fresh
    unless a test fixes them.
    """
    n = len(inputs)
    endpoints = transports or memory_network(n)
    audit = Audit(n) if setting.audit else None
    runs: list[PartyRun | None] = [None] * n

    async def party(i: int, agreement: Agreement) -> None:
        session = Session(
            endpoints[i], supplies[i], agreement, setting.suite, n, setting.fractional_bits, setting.ring, audit=audit,
            private=private[i] if private else Seed.fresh(), on_call=on_call if i == 0 else None,
        )  # fmt: skip
        session.tolerance, session.shadows, session.ways = setting.tolerance, setting.shadows, setting.ways
        session.keeper = setting.keeper
        if setting.foresight is not None:
            session.foresight = setting.foresight(session)
        runs[i] = await _live(session, main, inputs[i], setting.collect_errors)

    await run_all([(party, i, agreement) for i, agreement in enumerate(agreements or Agreement.simulate(n))])
    if audit is not None and not any(run.error for run in runs if run):
        audit.finish()
    return [run for run in runs if run is not None]


async def _live(session: Session, main: Main, mine: Any, collect: bool) -> PartyRun:
    ctx = session.root()
    try:
        await session.start()
        result = await main(ctx, mine)
        await session.settle(ctx)
        await session.transport.finish({"rounds": ctx.depth, "bytes": session.ledger.bytes_sent})
    except Exception as error:
        session.transport.fail(getattr(error, "code", "program-failed"), type(error).__name__)
        if not collect:
            raise
        return PartyRun(None, error, ctx.depth, session)
    return PartyRun(result, None, ctx.depth, session)
