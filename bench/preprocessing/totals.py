"""One party of whole runs without a dealer: `bench.preprocessing.party` for work that makes its own material."""

from __future__ import annotations

import time
from typing import Any

import numpy as np

from bench.counted import CountedTransport
from bench.memory import Peak
from bench.party import Role, connected, opened, say, steady, told
from bench.workloads import Workload
from mpc.algebra.ring import Words
from mpc.context import Context
from mpc.network.identity import Roster
from protocols.beaver import SUITE
from protocols.prepared import prepared
from protocols.preprocessing.workshop import Workshop
from protocols.runs.party import run_party
from protocols.suite import suite_of


class Totals:
    """Runs as `parley join` makes them, each over a connection of its own, timed from the first message after it."""

    def __init__(self, workload: Workload, role: Role) -> None:
        self._workload = workload
        self._role = role
        self._peak = Peak()
        self._memory = 0
        self._checked = False

    async def live(self) -> None:
        """A run for every line that comes; the first is checked."""
        roster = Roster.load(self._role.roster)
        say({"security": f"{SUITE.security(roster.parties)}; nobody else is trusted", "version": ""})
        while await told():
            with steady():
                say(await self._run())

    async def _run(self) -> dict[str, Any]:
        role, line = self._role, dict[str, Any]()
        async with connected(role) as (inner, agreement, n):
            transport = CountedTransport(inner, n)
            values = self._workload.values(agreement.common.prg("values"), role.size)

            async def main(ctx: Context, mine: Words | None) -> None:
                shares = [
                    await suite_of(ctx).input(ctx, 0, None if mine is None else mine[i], words.shape)
                    for i, words in enumerate(values)
                ]
                result = await prepared(ctx, self._workload.online, shares, role.size)
                supply = ctx.session.supply
                rounds = ctx.depth + (supply.rounds if isinstance(supply, Workshop) else 0)
                line.update(ended=time.monotonic(), bytes=transport.bytes, rounds=rounds, depths=(0, rounds))
                line["busy"] = time.process_time() - busy
                await self._check(ctx, result, values)

            busy, began = time.process_time(), time.monotonic()
            outcome = await run_party(
                main, np.stack(values) if role.me == 0 else None,
                transport=transport, agreement=agreement, program=role.workload, preprocessing=role.supplier,
            )  # fmt: skip
        return {**line, "began": began, "offline": outcome.report.seconds["offline"], "memory": self._memory}

    async def _check(self, ctx: Context, result: Any, values: list[Words]) -> None:
        if self._checked:
            return
        self._checked, self._memory = True, self._peak.bytes()
        if not np.array_equal(await opened(ctx, result), self._workload.clear(values, self._role.size)):
            raise ArithmeticError(f"{self._workload.name} gave a wrong result")
