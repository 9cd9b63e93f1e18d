"""One file that nobody knows of is a kind: dealt, made by the parties, planned, stored, estimated and checked."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import trio
from material import check

from mpc.algebra.ring import Z64
from mpc.context import Context
from mpc.correlation import Correlation, Material
from mpc.errors import SupplyError
from mpc.network.handshake import Agreement
from mpc.network.transport import memory_network
from mpc.side_by_side import run_all
from mpc.simulation import Setting, run_in_memory
from mpc.store import StoreSupply, StoreWriter
from protocols.beaver import SUITE
from protocols.preprocessing import kinds
from protocols.preprocessing.checking import Check
from protocols.preprocessing.dealer import local_supplies
from protocols.preprocessing.demand import pack_demand, parse_demand
from protocols.preprocessing.estimates import offline_bytes
from protocols.preprocessing.from_ot import OtSupply
from protocols.preprocessing.pairs import SILENT, SOFTSPOKEN, Extension
from protocols.runs.planning import plan
from protocols.runs.simulating import simulate

FILE = '''
"""Cubes: [a], [a^2], [a^3]."""

from dataclasses import dataclass
from math import prod
from typing import ClassVar

from mpc.correlation import Part
from protocols.preprocessing.kind import Kind, Opening, own_draws
from protocols.preprocessing.tools import Rows
from protocols.preprocessing.transfers import Transfers, product_groups


@dataclass(frozen=True, slots=True)
class CubeTriple(Kind):
    shape: tuple[int, ...]
    name: ClassVar[str] = "cube_triple"
    drawn: ClassVar[int] = 1

    def parts(self):
        return (Part(self.shape, "sum"),) * 3

    def derive(self, a):
        square = self.ring.mul(a, a)
        return square, self.ring.mul(square, a)

    @classmethod
    async def make(cls, ctx, tools, kinds):
        made = []
        for kind in kinds:
            (a,) = own_draws(ctx, kind)
            square = await _product(ctx, tools, kind.ring, a, a)
            made.append((a, square, await _product(ctx, tools, kind.ring, square, a)))
        return made

    def transfers(self, n):
        return Transfers(2 * product_groups(self.ring.bits, prod(self.shape), 1))

    def spare(self):
        return self

    def masks(self, piece, spare, t):
        return [Opening(self.ring.sub(piece[0], spare[0]), self.ring)]

    def residue(self, piece, spare, t, opened, first):
        """With d = a - f: a^3 is f^3 + 3 f^2 d + 3 f d^2 + d^3."""
        ring, (d,) = self.ring, opened
        dd, three = ring.mul(d, d), ring.add(spare[0], ring.add(spare[0], spare[0]))
        squares = ring.add(spare[1], ring.add(spare[1], spare[1]))
        expected = ring.add(ring.add(spare[2], ring.mul(squares, d)), ring.mul(three, dd))
        expected = ring.add(expected, ring.mul(dd, d)) if first else expected
        return Opening(ring.sub(piece[2], expected), ring)


async def _product(ctx, tools, ring, x, y):
    local = ring.mul(x, y)
    _, cross = await tools.cross_products(ctx, ring, x.reshape(-1, 1), Rows(y.reshape(-1, 1, 1)))
    return ring.add(local, cross.reshape(x.shape))
'''


@pytest.fixture(autouse=True)
def folder(tmp_path: Path) -> Iterator[None]:
    """The file in a folder of its own, known while a test runs."""
    (tmp_path / "kinds").mkdir()
    (tmp_path / "kinds" / "cube_triple.py").write_text(FILE)
    kinds.add_folder(tmp_path / "kinds")
    yield
    kinds.__path__.pop()
    kinds.names.cache_clear()


def cubes(count: int) -> Correlation:
    """Found by its name, as everybody finds it who reads a demand."""
    kind: Correlation = kinds.find_kind("cube_triple")(Z64, (count,))  # type: ignore[call-arg]
    return kind


async def cube(ctx: Context, mine: Any) -> list[int]:
    """A protocol with it: x^3 from one opening."""
    x = await ctx.suite.input(ctx, 0, np.array([3, 5], np.uint64) if ctx.me == 0 else None, (2,))
    a, square, third = await ctx.take(cubes(2))
    (d,) = await ctx.add_up(np.add, x.words - a)
    share = third + np.uint64(3) * (square * d + a * d * d) + (d ** np.uint64(3) if ctx.me == 0 else np.uint64(0))
    (total,) = await ctx.add_up(np.add, share)
    return [int(value) for value in total]


def made(n: int, check_material: Check, extension: Extension = SOFTSPOKEN) -> tuple[list[Material], list[int]]:
    """A batch of 100 by the parties, and what each received for it."""
    supplies = [
        OtSupply(transport, agreement, n, extension=extension, check=check_material)
        for transport, agreement in zip(memory_network(n), Agreement.simulate(n), strict=True)
    ]
    results: list[Any] = [None] * n

    async def party(i: int) -> None:
        await supplies[i].provide((0,), [((0,), cubes(100))])
        results[i] = supplies[i].ready((0,), cubes(100))

    trio.run(run_all, [(party, i) for i in range(n)])
    return results, [supply.received_bytes for supply in supplies]


def test_it_is_found_and_has_bytes() -> None:
    assert "cube_triple" in kinds.names()
    assert parse_demand(pack_demand([((1,), cubes(3))])) == [((1,), cubes(3))]


def test_a_dealer_deals_it_and_a_program_takes_it() -> None:
    runs = trio.run(run_in_memory, cube, [None] * 3, local_supplies(3), Setting(SUITE))
    assert [run.result for run in runs] == [[27, 125]] * 3


@pytest.mark.parametrize("preprocessing", ["dealer", "ot"])
def test_a_plan_names_it_and_a_simulation_runs_on_it(preprocessing: str) -> None:
    planned = plan(cube, [None] * 2, preprocessing=preprocessing)
    assert planned.report.material == {"cube_triple": 2}
    assert simulate(cube, [None] * 2, preprocessing=preprocessing).results == [[27, 125]] * 2


@pytest.mark.parametrize("n", [2, 3])
@pytest.mark.parametrize("check_material", list(Check))
def test_the_parties_make_and_check_it(n: int, check_material: Check) -> None:
    check(cubes(100), made(n, check_material)[0])


@pytest.mark.slow
def test_silent_transfers_make_it() -> None:
    check(cubes(100), made(2, Check.NOTHING, SILENT)[0])


def test_a_wrong_one_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    kind = kinds.find_kind("cube_triple")
    honest = kind.make.__func__  # type: ignore[attr-defined]

    async def spoilt(cls: Any, ctx: Context, tools: Any, wanted: Any) -> Any:
        pieces = await honest(cls, ctx, tools, wanted)
        pieces[0][2][0] += np.uint64(ctx.me)
        return pieces

    monkeypatch.setattr(kind, "make", classmethod(spoilt))
    with pytest.raises(SupplyError, match="wrong-material"):
        made(2, Check.ALL)


@pytest.mark.parametrize("n", [2, 3])
def test_its_transfers_are_what_is_estimated(n: int) -> None:
    received = made(n, Check.NOTHING)[1]
    expected = offline_bytes([((0,), cubes(100))], n, "ot")
    assert expected == pytest.approx(received, rel=0.01)
    assert offline_bytes([((0,), cubes(100))], n, "dealer") == [0] * (n - 1) + [1600]


def test_a_store_keeps_it(tmp_path: Path) -> None:
    materials = [trio.run(supply.make, (1,), cubes(4)) for supply in local_supplies(2)]
    taken = []
    for party, material in enumerate(materials):
        place = tmp_path / str(party)
        with StoreWriter(
            place, party=party, n=2, ring=64, session=bytes(32), maker="dealer", trust="", dealt=True
        ) as writer:
            writer.add((1,), cubes(4), material)
        with StoreSupply(place) as store:
            store.begin(0)
            trio.run(store.provide, (0,), [((1,), cubes(4))])
            taken.append(store.ready((1,), cubes(4)))
    check(cubes(4), taken)
