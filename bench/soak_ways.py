"""The ways that the soak goes: each computes circuits one after another in one session of simulated parties.

All randomness of a session follows from one seed, which is fresh unless a part of a soak is done again.
"""

from __future__ import annotations

import tempfile
from collections.abc import Awaitable, Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import trio

import mpc
from bench.soak_cases import RING_BITS, Case, bits_case, bits_of, blocks_case, numbers_case
from mpc.context import Context, Root
from mpc.network.transport import memory_network
from mpc.prg import Prg
from mpc.simulation import Setting, run_in_memory
from mpc.store import StoreSupply, preprocess
from mpc.supply import Entry, Supply
from mpc.testing import insecure_agreements, insecure_seed
from mpc.ways import Ways
from protocols.circuits import gmw
from protocols.circuits.circuit import Circuit
from protocols.garbled.half_gates_zre15 import HALF_GATES
from protocols.garbled.three_halves_rr21 import THREE_HALVES
from protocols.preprocessing import dealer
from protocols.preprocessing.from_ot import ot_supplies
from protocols.runs.by_reveal import ByReveal
from protocols.runs.planning import plan
from protocols.runs.suites import find_suite
from protocols.shares import BooleanShare, stack_planes
from protocols.suite import suite_of

Compute = Callable[[Context, Case], Awaitable[Any]]
"""Opens the outputs of a case, (bits, instances), numbers first, with all bits of the ring."""
OnBits = Callable[[Context, Circuit, BooleanShare], Awaitable[BooleanShare]]
DEALT, TRANSFERS, STORED = "dealt", "by transfers", "stored"


@dataclass(frozen=True)
class Way:
    """How so many parties compute cases that `draw` makes. `material`: dealt, by transfers between them, or stored."""

    name: str
    compute: Compute
    parties: int = 2
    draw: Callable[[Prg], Case] = bits_case
    suite: str = "beaver"
    garbling: str = "online"
    material: str = DEALT

    def opened(self, cases: Sequence[Case], seed: str) -> list[list[Any]]:
        """What each party learnt of each case."""

        async def main(ctx: Context, mine: None) -> list[Any]:
            return [await self.compute(ctx, case) for case in cases]

        if self.material != STORED:
            return _session(self, main, seed, self.material)
        with tempfile.TemporaryDirectory() as folder:
            return _from_stores(self, main, seed, Path(folder))


def on_shares(evaluate: OnBits) -> Compute:
    """Inputs from all parties in turn, XOR-shared, and outputs opened to all."""

    async def compute(ctx: Context, case: Case) -> Any:
        bits = await _shared_bits(ctx, case)
        opened = await suite_of(ctx).open_bits(ctx, await evaluate(ctx, case.circuit, bits))
        return None if ctx.planning else bits_of(opened, case.instances)

    return compute


def by_suite(name: str, *rest: Any) -> Compute:
    """By what the suite calls so."""
    return on_shares(lambda ctx, circuit, bits: getattr(suite_of(ctx), name)(ctx, circuit, bits, *rest))


def on_numbers(scheme: Any) -> Compute:
    """Additive shares and XOR-shared bits into labels, and labels into either."""

    async def compute(ctx: Context, case: Case) -> Any:
        suite, shares = suite_of(ctx), []
        for owner, number in enumerate(case.numbers()):
            share = await suite.input(ctx, owner, number if ctx.me == owner else None, number.shape)
            shares.append(share.modulo((7, 9)[owner]))
        made = await suite.garbled_numbers(ctx, case.joint, [*shares, await _shared_bits(ctx, case)], scheme)
        numbers = [(await suite.open(ctx, share))[0] for share in made[:2]]
        bits = await suite.open_bits(ctx, made[2])
        if ctx.planning:
            return None
        places = np.arange(RING_BITS, dtype=np.uint64)[:, None]
        rows = [(number[None] >> places & np.uint64(1)).astype(np.uint8) for number in numbers]
        return np.concatenate([*rows, bits_of(bits, case.instances)])

    return compute


async def authenticated(ctx: Context, case: Case) -> Any:
    """Inputs that party 0 and party 1 know alone, outputs to both."""
    bits, values, start = bits_of(case.planes, case.instances), {}, 0
    for i, port in enumerate(case.circuit.inputs):
        values[port.name] = mpc.private(i % 2, bits[start : start + port.width].T == 1)
        start += port.width
    opened = await mpc.authenticated(ctx, case.circuit, values, instances=case.instances)
    return opened.T


async def _shared_bits(ctx: Context, case: Case) -> Any:
    rows = []
    for i, row in enumerate(case.shared()):
        mine = row if ctx.me == i % ctx.n else None
        rows.append(await suite_of(ctx).input_bits(ctx, i % ctx.n, mine, (case.instances,)))
    return stack_planes(rows)


def _session(way: Way, main: Any, seed: str, material: str, stores: Sequence[Supply] = ()) -> list[Any]:
    """The results of all parties of one session."""
    transports, agreements = memory_network(way.parties), insecure_agreements(way.parties, seed)
    private, dealt, own = (
        [insecure_seed(seed, use, i) for i in range(way.parties)] for use in ("private", "dealt", "transfers")
    )
    supplies: Sequence[Supply] = stores
    if material == DEALT:
        supplies = dealer.local_supplies(way.parties, dealt)
    if material == TRANSFERS:
        supplies = ot_supplies(transports, agreements, private=own)
    setting = Setting(
        find_suite(way.suite), foresight=ByReveal if material == TRANSFERS else None, ways=Ways(garbling=way.garbling)
    )
    runs = trio.run(
        lambda: run_in_memory(
            main, [None] * way.parties, supplies, setting,
            transports=transports, agreements=agreements, private=private,
        )
    )  # fmt: skip
    return [run.result for run in runs]


def _from_stores(way: Way, main: Any, seed: str, folder: Path) -> list[Any]:
    """A session that finds its material in stores, which one before it has made."""
    demand: list[Entry] = list(plan(main, [None] * way.parties, garbling=way.garbling, preprocessing="ot").demand)

    async def make(ctx: Context, mine: None) -> None:
        await preprocess(ctx, folder / str(ctx.me), ctx.session.supply, demand)

    async def take(ctx: Context, mine: None) -> Any:
        store = ctx.session.supply
        assert isinstance(store, StoreSupply)
        await store.agree(ctx.session.root(Root.STORES))
        await store.prepare(demand)
        return await main(ctx, mine)

    _session(way, make, seed + " made", TRANSFERS)
    with ExitStack() as stack:
        stores = [stack.enter_context(StoreSupply(folder / str(i))) for i in range(way.parties)]
        return _session(way, take, seed, STORED, stores)


_HALF, _THREE = by_suite("garbled", HALF_GATES), by_suite("garbled", THREE_HALVES)
_BMR = by_suite("garbled_by_several")
_NUMBERS, _NUMBERS_THREE = on_numbers(HALF_GATES), on_numbers(THREE_HALVES)
LARGE = (Way("half-gates, AES", _HALF, draw=blocks_case), Way("three halves, AES", _THREE, draw=blocks_case))
"""Those whose tables are many."""
SMALL = (
    Way("half-gates", _HALF),
    Way("three halves", _THREE),
    Way("half-gates, transfers", _HALF, material=TRANSFERS),
    Way("half-gates ahead", _HALF, garbling="ahead"),
    Way("three halves ahead", _THREE, garbling="ahead"),
    Way("half-gates from stores", _HALF, garbling="ahead", material=STORED),
    Way("numbers, half-gates", _NUMBERS, draw=numbers_case),
    Way("numbers, three halves", _NUMBERS_THREE, draw=numbers_case),
    Way("numbers, transfers", _NUMBERS, draw=numbers_case, material=TRANSFERS),
    Way("numbers ahead", _NUMBERS, draw=numbers_case, garbling="ahead"),
    Way("numbers, suite yao", _NUMBERS, draw=numbers_case, suite="yao"),
    Way("BMR, 3 parties", _BMR, 3),
    Way("BMR, 5 parties", _BMR, 5),
    Way("GMW, 2 parties", on_shares(gmw.evaluate)),
    Way("GMW, 3 parties", on_shares(gmw.evaluate), 3),
    Way("GMW, suite yao", on_shares(gmw.evaluate), suite="yao"),
    Way("authenticated", authenticated),
    Way("authenticated ahead", authenticated, garbling="ahead"),
    Way("authenticated, stores", authenticated, garbling="ahead", material=STORED),
)
"""Those of random gates on few instances."""
