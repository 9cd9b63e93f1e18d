"""What stands in a session: made once, the same at every call, shared or known to its owner, never in a store."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest
import trio
from makers import insecure_workshops
from material import check

from mpc.algebra.ring import Z64
from mpc.context import Context, together
from mpc.correlation import Correlation, Part
from mpc.errors import LocalError, SupplyError
from mpc.network.handshake import Agreement
from mpc.network.transport import memory_network
from mpc.simulation import PartyRun, Setting, run_in_memory
from mpc.standing import Standing
from mpc.store import StoreSupply, StoreWriter
from protocols.beaver import SUITE
from protocols.preprocessing.dealer import local_supplies
from protocols.preprocessing.from_ot import ot_supplies
from protocols.preprocessing.kind import Kind
from protocols.preprocessing.kinds.random_value import RandomValue
from protocols.preprocessing.kinds.triple import Triple
from protocols.runs.planning import plan


@dataclass(frozen=True, slots=True)
class Offset(Kind):
    """128 random bits that `owner` knows: a garbler's offset."""

    owner: int
    name: ClassVar[str] = "offset"
    drawn: ClassVar[int] = 1

    def parts(self) -> tuple[Part, ...]:
        """The offset."""
        return (Part((2,), "clear", self.owner),)


KEY = Standing("mac key", RandomValue(Z64, ()))
OFFSET = Standing("offset of party 1", Offset(Z64, 1))


def run(main: Any, supplier: str, n: int = 2) -> list[PartyRun]:
    if supplier == "dealer":
        return trio.run(run_in_memory, main, [None] * n, local_supplies(n), Setting(SUITE))
    transports, agreements = memory_network(n), Agreement.simulate(n)
    supplies = ot_supplies(transports, agreements)
    return trio.run(
        lambda: run_in_memory(
            main, [None] * n, supplies, Setting(SUITE), transports=transports, agreements=agreements
        )
    )  # fmt: skip


@pytest.mark.parametrize("supplier", ["dealer", "ot"])
@pytest.mark.parametrize("n", [2, 3])
def test_every_call_gets_the_same_first_ones_side_by_side(supplier: str, n: int) -> None:
    async def ask(ctx: Context, what: Standing) -> Any:
        return await ctx.standing(what)

    async def main(ctx: Context, mine: Any) -> Any:
        first = await together(ctx, (ask, KEY), (ask, OFFSET), (ask, KEY), (ask, OFFSET))
        again = await ctx.child("later").standing(KEY), await ctx.child("later").standing(OFFSET)
        for one, other in zip([*first, *first[:2]], [*first[2:], *again, *again], strict=False):
            assert all(np.array_equal(x, y) for x, y in zip(one, other, strict=True))
        return again, ctx.material, dict(ctx.session.ledger.material)

    runs = run(main, supplier, n)
    check(KEY.kind, [run.result[0][0] for run in runs])
    offsets = [run.result[0][1][0] for run in runs]
    assert [offset.size for offset in offsets] == [2 * (i == 1) for i in range(n)]
    assert offsets[1].all()
    for one in runs:
        assert one.result[1:] == ({}, {"random_value": 1, "offset": 2})


def test_who_knows_it() -> None:
    assert (KEY.owners, OFFSET.owners) == (None, (1,))


def test_sessions_have_their_own_and_names_too() -> None:
    async def main(ctx: Context, mine: Any) -> Any:
        other = Standing("another key", KEY.kind)
        return [int((await ctx.standing(what))[0]) for what in (KEY, other)]

    drawn = [word for _ in range(2) for word in run(main, "dealer")[0].result]
    assert len(set(drawn)) == 4


def test_nobody_can_change_it() -> None:
    async def main(ctx: Context, mine: Any) -> None:
        (key,) = await ctx.standing(KEY)
        key[...] = 0

    with pytest.raises(ValueError, match="read-only"):
        run(main, "dealer")


def test_one_name_is_one_kind() -> None:
    async def main(ctx: Context, mine: Any) -> None:
        await ctx.standing(KEY)
        await ctx.standing(Standing(KEY.name, RandomValue(Z64, (2,))))

    with pytest.raises(LocalError, match="standing-differs"):
        run(main, "dealer")


def test_what_was_let_go_never_stands_again() -> None:
    """Under its name, of this kind or of another: a mask drawn anew could hide what the first one did not."""

    async def main(ctx: Context, mine: Any) -> None:
        await ctx.standing(KEY)
        ctx.let_go(KEY)
        assert len(ctx.session.standing) == 0
        for what in (KEY, Standing(KEY.name, RandomValue(Z64, (2,)))):
            with pytest.raises(LocalError, match="standing-gone"):
                await ctx.standing(what)
        assert len(ctx.session.standing) == 0

    run(main, "dealer")


def test_plans_do_not_list_it_and_count_it_as_a_run_does() -> None:
    async def main(ctx: Context, mine: Any) -> None:
        await ctx.standing(KEY)
        await ctx.take(Triple(Z64, (1,), (1,)))

    planned = plan(main, [None, None])
    assert [kind.name for _, kind in planned.demand] == ["triple"]
    assert planned.report.material == dict(run(main, "dealer")[0].session.ledger.material)


def test_a_store_has_none_of_it(tmp_path: Path) -> None:
    """Without somebody who makes it in the session that is said; with one, it is made there."""
    with StoreWriter(
        tmp_path / "store", party=0, n=2, ring=64, session=bytes(32), maker="", trust="", dealt=True
    ) as writer:
        writer.add((1,), KEY.kind, (np.zeros((), np.uint64),))
    kind: Correlation = KEY.kind
    with StoreSupply(tmp_path / "store") as alone:
        alone.begin(0)
        with pytest.raises(SupplyError, match="store-standing"):
            trio.run(alone.standing, (1,), kind)
    fallback = local_supplies(2)[0]
    with StoreSupply(tmp_path / "store", fallback=fallback) as supply:
        supply.begin(0)
        before = supply.position
        (words,) = trio.run(supply.standing, (1,), kind)
        assert words != 0
        assert supply.position == before


def test_an_error_while_it_is_made_reaches_who_asks() -> None:
    async def main(ctx: Context, mine: Any) -> None:
        await ctx.standing(Standing("odd", Correlation(Z64)))

    with pytest.raises(TypeError, match="has no parts"):
        run(main, "dealer")


def test_a_workshop_of_any_maker_makes_it() -> None:
    async def act(i: int) -> Any:
        return await workshops[i].standing((4, 1), KEY.kind)

    workshops = insecure_workshops(2)
    results: list[Any] = [None, None]

    async def party(i: int) -> None:
        results[i] = await act(i)

    async def both() -> None:
        async with trio.open_nursery() as nursery:
            for i in range(2):
                nursery.start_soon(party, i)

    trio.run(both)
    check(KEY.kind, results)
