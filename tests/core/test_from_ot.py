"""What the parties make of oblivious transfers is right, of every kind, for any number of parties, used once."""

from collections.abc import Sequence

import numpy as np
import pytest
import trio
import trio.testing
from kinds import EXAMPLES
from material import check

from mpc.algebra.ring import Z64, Ring
from mpc.errors import LocalError, PeerError, SupplyError
from mpc.network.handshake import Agreement
from mpc.network.transport import memory_network
from mpc.side_by_side import run_all
from mpc.simulation import Setting, run_in_memory
from mpc.testing import insecure_agreements, insecure_seed, recording_network, transcript_digest
from protocols.beaver import SUITE
from protocols.preprocessing import products
from protocols.preprocessing.dealer import local_supplies
from protocols.preprocessing.from_ot import OtSupply, ot_supplies
from protocols.preprocessing.kinds.and_triple import AndTriple
from protocols.preprocessing.kinds.dabit import DaBit
from protocols.preprocessing.kinds.edabit import EdaBit
from protocols.preprocessing.kinds.input_mask import InputMask
from protocols.preprocessing.kinds.matrix_triple import MatrixTriple
from protocols.preprocessing.kinds.random_value import RandomValue
from protocols.preprocessing.kinds.square_pair import SquarePair
from protocols.preprocessing.kinds.triple import Triple
from protocols.preprocessing.kinds.truncation_pair import TruncationPair
from protocols.preprocessing.pairs import SILENT, SOFTSPOKEN, set_up
from protocols.runs.simulating import simulate


def fresh(n: int) -> list[OtSupply]:
    return ot_supplies(memory_network(n), Agreement.simulate(n))


async def side_by_side(supplies, act):
    results = [None] * len(supplies)

    async def party(i):
        results[i] = await act(i, supplies[i])

    await run_all([(party, i) for i in range(len(supplies))])
    return results


def made(kinds: Sequence, n: int):
    """Planned material of each kind: for each kind, all parties' shares."""
    plan = [((0, i), kind) for i, kind in enumerate(kinds)]

    async def act(i, supply):
        await supply.prepare(plan)
        return [supply.ready(path, kind) for path, kind in plan]

    return list(zip(*trio.run(side_by_side, fresh(n), act), strict=True))


@pytest.mark.parametrize("n", [2, 3, pytest.param(4, marks=pytest.mark.slow)])
def test_every_kind_recombines(n):
    for kind, materials in zip(EXAMPLES, made(EXAMPLES, n), strict=True):
        check(kind, materials)


@pytest.mark.parametrize("n", [2, 3])
def test_chunks_of_any_size_give_the_same(monkeypatch, n):
    """Products and bits in many small calls of the transfers, rows cut in the middle included."""
    kinds = [
        MatrixTriple(Z64, (3, 7), (7, 2)), MatrixTriple(Z64, (2, 9), (9, 5)), Triple(Z64, (5, 1), (5, 3)),
        Triple(Z64, (3,), (4, 3)), AndTriple(Z64, (2,), (3, 2)), EdaBit(Z64, 100), SquarePair(Ring(17), (9,)),
        DaBit(Z64, 130), TruncationPair(Ring(20), (70,), 3), Triple(Ring(4), (70,), (70,)), AndTriple(Z64, (5,), (5,)),
    ]  # fmt: skip
    monkeypatch.setattr(products, "CHUNK_WORDS", 256)
    monkeypatch.setattr(products, "CHUNK_LABELS", 128)
    for kind, materials in zip(kinds, made(kinds, n), strict=True):
        check(kind, materials)


@pytest.mark.parametrize("kind", EXAMPLES, ids=repr)
def test_material_is_made_when_it_is_asked_for(kind):
    async def act(i, supply):
        return await supply.make((0, 1), kind)

    check(kind, trio.run(side_by_side, fresh(2), act))


def test_parties_may_ask_in_different_orders():
    """Several calls wait at once, and no two parties reach them in the same order."""
    kinds = [Triple(Z64, (2,), (2,)), RandomValue(Z64, (3,)), AndTriple(Z64, (1,), (1,)), DaBit(Z64, 5)]

    async def act(i, supply):
        results = [None] * len(kinds)

        async def ask(k):
            for _ in range((i + 1) * k % 3):
                await trio.testing.wait_all_tasks_blocked()
            results[k] = await supply.make((0, k), kinds[k])

        await run_all([(ask, (k + i) % len(kinds)) for k in range(len(kinds))])
        return results

    for kind, materials in zip(kinds, zip(*trio.run(side_by_side, fresh(3), act), strict=True), strict=True):
        check(kind, materials)


def test_a_plan_that_foresaw_another_kind_is_topped_up():
    planned, real = Triple(Z64, (2,), (2,)), Triple(Z64, (3,), (3,))

    async def act(i, supply):
        await supply.prepare([((0,), planned)])
        assert supply.ready((0,), real) is None
        return await supply.make((0,), real)

    check(real, trio.run(side_by_side, fresh(2), act))


@pytest.mark.parametrize("first", ["ready", "make"])
@pytest.mark.parametrize("second", ["ready", "make"])
def test_material_is_burned_when_it_is_taken(first, second):
    kind = Triple(Z64, (1,), (1,))

    async def act(i, supply):
        await supply.prepare([((0,), kind)])
        for way in (first, second):
            material = supply.ready((0,), kind) if way == "ready" else await supply.make((0,), kind)
            if material is None:
                await supply.make((0,), kind)

    with pytest.raises(SupplyError, match="material-spent"):
        trio.run(side_by_side, fresh(2), act)


def test_parties_with_different_plans_are_told():
    async def act(i, supply):
        await supply.prepare([((0, k), Triple(Z64, (2,), (2,))) for k in range(3 + i)])

    with pytest.raises(PeerError, match="different-plan"):
        trio.run(side_by_side, fresh(2), act)


def test_only_the_owner_knows_a_mask():
    for kind, materials in zip(kinds := [InputMask(Z64, (4,), j) for j in range(3)], made(kinds, 3), strict=True):
        assert [m[1].size for m in materials] == [4 * (j == kind.owner) for j in range(3)]


def test_a_program_runs_on_it():
    """As a session's supply, on the session's own transport: what the plan foresaw, and all on demand."""
    transports, agreements = memory_network(3), Agreement.simulate(3)
    supplies = ot_supplies(transports, agreements)
    values = np.array([3, 5, 2**63], np.uint64)

    async def main(ctx, mine):
        x = await ctx.suite.input(ctx, 0, values if ctx.me == 0 else None, (3,))
        y = await ctx.suite.mul(ctx, x, x)
        negative = await ctx.suite.bits_to_ring(ctx, await ctx.suite.msb(ctx, y - x))
        return await ctx.suite.open(ctx, y, negative, await ctx.suite.truncate(ctx, x + x, 1))

    runs = trio.run(
        lambda: run_in_memory(main, [None] * 3, supplies, Setting(SUITE), transports=transports, agreements=agreements)
    )
    for run in runs:
        np.testing.assert_array_equal(run.result[0], values * values)
        np.testing.assert_array_equal(run.result[1], [0, 0, 1])
        assert abs(run.result[2][:2].astype(np.int64) - [3, 5]).max() <= 1
    assert all(supply.received_bytes > 0 for supply in supplies)


def test_a_simulation_needs_no_dealer():
    async def main(ctx, mine):
        x = await ctx.suite.input(ctx, 0, np.array([7], np.uint64) if ctx.me == 0 else None, (1,))
        (opened,) = await ctx.suite.open(ctx, await ctx.suite.square(ctx, x))
        return int(opened[0])

    simulation = simulate(main, [None] * 2, preprocessing="ot", check_costs=True)
    assert simulation.results == [49, 49]
    assert "dealer" not in simulation.report.security
    with pytest.raises(LocalError, match="unknown-preprocessing"):
        simulate(main, [None] * 2, preprocessing="magic")


SEEDED = [Triple(Ring(2), (4096,), (4096,)), AndTriple(Z64, (64,), (64,)), EdaBit(Ring(2), 4096)]


def seeded(n, name):
    """Supplies with fixed seeds, and the record of their messages."""
    transports, record = recording_network(n)
    private = [insecure_seed(name, i) for i in range(n)]
    return ot_supplies(transports, insecure_agreements(n, name), private=private), record


def test_fixed_seeds_give_the_same_messages():
    digests = set()
    for name in ("one", "one", "two"):
        supplies, record = seeded(2, name)
        trio.run(side_by_side, supplies, lambda i, supply: supply.make((0,), SEEDED[1]))
        digests.add(transcript_digest(record))
    assert len(digests) == 2


@pytest.mark.parametrize("kind", SEEDED, ids=repr)
def test_shares_of_one_party_say_nothing_of_the_other(kind):
    """Of what was drawn there, any bit agrees with any bit here half of the time, within five standard deviations."""
    supplies, _ = seeded(2, "views")
    mine, theirs = trio.run(side_by_side, supplies, lambda i, supply: supply.make((0,), kind))
    lanes = [_bits(part) for part in mine], [_bits(part) for part in theirs[: kind.drawn]]
    for j, there in enumerate(lanes[1]):
        for i, here in enumerate(lanes[0]):
            count = min(len(here), len(there))
            agreeing = int((here[:count] == there[:count]).sum())
            assert abs(agreeing - count / 2) < 2.5 * count**0.5, (i, j)
    for here in lanes[0]:
        assert abs(int(here.sum()) - len(here) / 2) < 2.5 * len(here) ** 0.5


def _bits(part):
    """The lowest bit of a ring's elements, or all bits of packed words."""
    if part.size == 4096:
        return part & np.uint64(1)
    return np.unpackbits(part.reshape(-1).view(np.uint8), bitorder="little")


@pytest.mark.slow
def test_silent_transfers_make_the_same_kinds():
    """Correlations by the million, and about half of the bytes a triple."""
    kinds = [Triple(Z64, (512,), (512,)), AndTriple(Z64, (64,), (64,)), EdaBit(Z64, 128)]
    plan = [((0, i), kind) for i, kind in enumerate(kinds)]
    supplies = ot_supplies(memory_network(2), Agreement.simulate(2), extension=SILENT)

    async def act(i, supply):
        await supply.prepare(plan)
        return [supply.ready(path, kind) for path, kind in plan]

    for kind, materials in zip(kinds, zip(*trio.run(side_by_side, supplies, act), strict=True), strict=True):
        check(kind, materials)


@pytest.mark.slow
@pytest.mark.parametrize("extension", [SOFTSPOKEN, SILENT], ids=lambda extension: extension.name)
def test_no_two_extensions_have_keys_of_pads_in_common(extension):
    """Both ends begin with the same; each direction, and each setup of a session, with something else."""

    async def main(ctx, mine):
        pairs = [await set_up(ctx, extension) for _ in range(2)]
        me, other = ctx.me, 1 - ctx.me
        ends = [((i, me, other), each.senders[other]) for i, each in enumerate(pairs)]
        ends += [((i, other, me), each.receivers[other]) for i, each in enumerate(pairs)]
        return {name: end.start.tobytes() for name, end in ends}

    first, second = (run.result for run in trio.run(run_in_memory, main, [None] * 2, local_supplies(2), Setting(SUITE)))
    assert first == second
    assert len(set(first.values())) == len(first) == 4
