"""Parties who make a modulus together, in one process, with all their shares put together; transfers of no cost."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import numpy as np
import trio

from mpc.algebra.bigint import from_ints, to_ints
from mpc.context import Context
from mpc.network.transport import Transport
from mpc.simulation import PartyRun, Setting, run_in_memory
from mpc.testing import insecure_agreements, insecure_seed
from protocols.beaver import SUITE
from protocols.joint_keys.residue_products import ends_of
from protocols.ot.ideal import InsecureReceiver, InsecureSender
from protocols.preprocessing.dealer import local_supplies
from protocols.preprocessing.pairs import Extension


async def _sender(ctx: Context, peer: int) -> InsecureSender:
    return InsecureSender(peer)


async def _receiver(ctx: Context, peer: int) -> InsecureReceiver:
    return InsecureReceiver(peer)


INSECURE = Extension("insecure", _sender, _receiver)
"""Correlations that come from nowhere."""


def run_parties(
    main: Callable[[Context], Awaitable[Any]],
    n: int,
    *,
    seed: str = "joint",
    audit: bool = True,
    collect: bool = False,
    transports: Sequence[Transport] | None = None,
) -> list[PartyRun]:
    """What all parties end with; all seeds are fixed."""

    async def one(ctx: Context, mine: object) -> Any:
        return await main(ctx)

    async def start() -> list[PartyRun]:
        seeds = [insecure_seed("dealt", i) for i in range(n)]
        return await run_in_memory(
            one, [None] * n, local_supplies(n, seeds), Setting(SUITE, audit=audit, collect_errors=collect),
            agreements=insecure_agreements(n, seed), private=[insecure_seed(seed, i) for i in range(n)],
            transports=transports,
        )  # fmt: skip

    return trio.run(start)


def everyones(main: Callable[[Context], Awaitable[Any]], n: int, **options: Any) -> list[Any]:
    """All parties' results."""
    return [run.result for run in run_parties(main, n, **options)]


def with_ends(main: Callable[[Context, Any], Awaitable[Any]]) -> Callable[[Context], Awaitable[Any]]:
    """A program that has transfers between each two parties."""

    async def begun(ctx: Context) -> Any:
        return await main(ctx, await ends_of(ctx, INSECURE))

    return begun


def split(values: Sequence[int], n: int, seed: int = 0) -> list[np.ndarray]:
    """For each party its shares (count, 1) of whole numbers, which add up to them; none is negative."""
    rng = np.random.default_rng([seed, n])
    cuts = [np.sort(rng.integers(0, value, n - 1, endpoint=True)) for value in values]
    parts = np.array([np.diff(cut, prepend=0, append=value) for cut, value in zip(cuts, values, strict=True)])
    return [from_ints(parts[:, i].tolist(), 1) for i in range(n)]


def added(shares: Sequence[np.ndarray]) -> list[int]:
    """The numbers whose shares in words all parties have."""
    return [sum(parts) for parts in zip(*(to_ints(share) for share in shares), strict=True)]
