"""What goes into a store comes out once, and parties agree where they are."""

from __future__ import annotations

import os
import stat
from typing import Any

import numpy as np
import pytest
import trio
from core.kinds import DEALT

from mpc.algebra.ring import Z64, Ring
from mpc.context import Context
from mpc.correlation import together
from mpc.errors import LocalError, ParleyError, PeerError, SupplyError
from mpc.simulation import Setting, run_in_memory
from mpc.store import StoreSupply, StoreWriter, plan_digest
from mpc.store.files import CHUNK
from mpc.supply import Entry
from protocols.beaver import SUITE
from protocols.preprocessing.dealer import local_supplies
from protocols.preprocessing.kinds.random_value import RandomValue
from protocols.preprocessing.kinds.triple import Triple
from store.stores import KEY, SESSION, entries_of, known, opened, same, values, write

WHOLE_CHUNK = CHUNK // 8


@pytest.mark.parametrize("party", [0, 1])
def test_every_kind_comes_out_as_it_went_in(tmp_path, party):
    entries = entries_of(DEALT)
    write(tmp_path / "store", entries, party=party)
    with opened(tmp_path / "store") as supply:
        for number, (path, kind) in reversed(list(enumerate(entries))):
            material = supply.ready(path, kind)
            assert same(material, known(party, number, kind))
            assert material is not None
            assert all(words.dtype == np.uint64 and words.flags.writeable for words in material)


@pytest.mark.parametrize("sizes", [[], [0], [WHOLE_CHUNK], [WHOLE_CHUNK - 1, 2, 0], [3, 3 * WHOLE_CHUNK + 5, 1, 0]])
def test_records_of_all_sizes_straddle_chunks(tmp_path, sizes):
    entries = entries_of([RandomValue(Z64, (size,)) for size in sizes])
    write(tmp_path / "store", entries)
    with opened(tmp_path / "store") as supply:
        assert all(same(supply.ready(*entry), known(0, i, entry[1])) for i, entry in enumerate(entries))


def test_a_second_use_is_refused_now_and_after_reopening(tmp_path):
    entries = values(3)
    write(tmp_path / "store", entries)
    with opened(tmp_path / "store", ahead=1) as supply:
        assert supply.ready(*entries[0]) is not None
        with pytest.raises(SupplyError, match="material-spent"):
            supply.ready(*entries[0])
    with opened(tmp_path / "store") as supply:
        assert supply.position == 1
        assert supply.ready(*entries[0]) is None
        with pytest.raises(SupplyError, match="store-exhausted"):
            trio.run(supply.make, *entries[0])
        assert same(supply.ready(*entries[1]), known(0, 1, entries[1][1]))


def test_what_was_passed_over_or_reserved_is_lost_to_the_next_run(tmp_path):
    entries = values(10)
    write(tmp_path / "store", entries)
    with opened(tmp_path / "store", ahead=2) as supply:
        assert supply.ready(*entries[4]) is not None
        assert supply.position == 6
        assert supply.ready(*entries[1]) is not None
        assert supply.position == 6
    with opened(tmp_path / "store") as supply:
        assert [supply.ready(*entry) is not None for entry in entries] == [False] * 6 + [True] * 4


def test_the_material_of_several_runs(tmp_path):
    once = values(4)
    write(tmp_path / "store", once * 3)
    for run in range(3):
        with opened(tmp_path / "store") as supply:
            trio.run(supply.prepare, once)
            assert supply.position == 4 * run + 4
            taken = [supply.ready(*entry) for entry in reversed(once)]
            assert all(same(got, known(0, 4 * run + 3 - i, once[0][1])) for i, got in enumerate(taken))
    with opened(tmp_path / "store") as supply, pytest.raises(SupplyError, match="store-exhausted"):
        trio.run(supply.prepare, once)


def test_one_open_store_serves_one_run_after_the_other(tmp_path):
    once = values(2)
    write(tmp_path / "store", once * 2)
    with opened(tmp_path / "store", ahead=1) as supply:
        first = [supply.ready(*entry) for entry in once]
        supply.begin(supply.position)
        second = [supply.ready(*entry) for entry in once]
        numbers = [material[0][0] for material in first + second if material]
        assert numbers == [0, 1, 2, 3]


def test_another_plan_is_told_from_an_exhausted_store(tmp_path):
    write(tmp_path / "store", values(2))
    with opened(tmp_path / "store") as supply:
        for entry in [
            ((0, 1), RandomValue(Z64, (2,))),
            ((0, 1), RandomValue(Ring(63), (1,))),
            ((0, 3), values(1)[0][1]),
        ]:
            assert supply.ready(*entry) is None
            for way in (lambda e=entry: supply.make(*e), lambda e=entry: supply.prepare([e])):
                with pytest.raises(SupplyError, match="store-other-plan") as caught:
                    trio.run(way)
                assert "mpc.reveal(..., planned=)" in caught.value.remedy
        assert supply.position == 0


def test_a_fallback_makes_what_the_store_has_not(tmp_path):
    entries = values(3)
    write(tmp_path / "store", entries[:2])

    async def run() -> None:
        (dealer, _) = local_supplies(2)
        supply = StoreSupply(tmp_path / "store", KEY, fallback=dealer)
        with supply:
            supply.begin(1)
            await supply.prepare(entries)
            assert supply.ready(*entries[0]) is not None
            assert same(supply.ready(*entries[1]), known(0, 1, entries[1][1]))
            assert supply.ready(*entries[2]) is not None
            for entry in entries:
                with pytest.raises(SupplyError, match="material-spent"):
                    supply.ready(*entry) or await supply.make(*entry)
            extra = (9, 9), entries[0][1]
            assert len(await supply.make(*extra)) == 1
            assert supply.trust == f"that nobody looks, and {dealer.trust}"
            assert supply.received_bytes == dealer.received_bytes

    trio.run(run)


def test_files_are_their_owners_alone(tmp_path):
    before = os.umask(0)
    try:
        write(tmp_path / "store", values(3), key=None)
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "store").stat().st_mode) == 0o700
    assert {p.name: stat.S_IMODE(p.stat().st_mode) for p in (tmp_path / "store").iterdir()} == dict.fromkeys(
        ("header", "index", "material", "journal.sqlite", "key"), 0o600
    )


def test_material_is_not_readable_in_the_files(tmp_path):
    kind = RandomValue(Z64, (64,))
    write(tmp_path / "store", entries_of([kind] * 4))
    content = b"".join(p.read_bytes() for p in (tmp_path / "store").iterdir())
    assert np.full(2, 3, "<u8").tobytes() not in content


def test_the_header_says_what_is_there(tmp_path):
    entries = [((0, 1), Triple(Z64, (3,), (3,))), ((0, 2), RandomValue(Z64, (5,)))]
    write(tmp_path / "store", entries, party=1)
    with StoreSupply(tmp_path / "store", KEY) as supply:
        header = supply.header
        assert (header.party, header.n, header.ring, header.maker) == (1, 2, 64, "test")
        assert (header.records, header.words, header.kinds) == (2, 14, {"triple": 3, "random_value": 5})
        assert header.session == SESSION
        assert header.plan == plan_digest(entries) != plan_digest(entries[::-1])


def test_wrong_material_is_not_stored(tmp_path):
    kind = Triple(Z64, (2,), (2,))
    good = known(0, 1, kind)
    wrong = [good[:2], (*good, good[0]), (good[0], good[1], good[2][:1]), tuple(w.astype(np.int64) for w in good)]
    with StoreWriter(
        tmp_path / "store", party=0, n=2, ring=64, session=SESSION, maker="test", trust="", dealt=True, key=KEY
    ) as writer:
        for material in wrong:
            with pytest.raises(LocalError, match="store-material"):
                writer.add((0,), kind, material)
        writer.add((0,), kind, good)
    with opened(tmp_path / "store") as supply:
        assert supply.header.records == 1


async def in_simulation(main: Any, supplies: Any, n: int = 2) -> list[Any]:
    setting = Setting(SUITE, collect_errors=True)
    runs = await run_in_memory(main, [None] * n, supplies, setting)
    return [run.error or run.result for run in runs]


def test_parties_that_stand_apart_go_on_from_the_latest(tmp_path):
    entries = values(9)
    supplies = []
    for party, taken in enumerate([2, 5, 0]):
        folder = write(tmp_path / str(party), entries, party=party, n=3)
        with opened(folder, ahead=1) as supply:
            assert all(supply.ready(*entry) is not None for entry in entries[:taken])
        supplies.append(StoreSupply(folder, KEY))

    async def main(ctx: Context, mine: None) -> list[int | None]:
        supply = ctx.session.supply
        await supply.agree(ctx)
        assert supply.position == 5
        assert ctx.depth == 1
        return [None if (m := supply.ready(*entry)) is None else int(m[0][0]) % 1000 for entry in entries]

    assert trio.run(in_simulation, main, supplies, 3) == [[None] * 5 + [5, 6, 7, 8]] * 3


async def agree(ctx: Context, mine: None) -> None:
    await ctx.session.supply.agree(ctx)


@pytest.mark.parametrize(("session", "count"), [(b"t" * 32, 3), (SESSION, 4)], ids=["another session", "another plan"])
def test_stores_of_different_makings_are_refused_by_name(tmp_path, session, count):
    write(tmp_path / "0", values(3), party=0)
    write(tmp_path / "1", values(count), party=1, session=session)
    supplies = [StoreSupply(tmp_path / str(party), KEY) for party in range(2)]
    errors = trio.run(in_simulation, agree, supplies)
    assert all(isinstance(error, PeerError) for error in errors)
    found = next(error for error in errors if error.code == "different-store")
    assert found.party in found.cause
    assert [supply.position for supply in supplies] == [0, 0]


def test_a_position_beyond_the_end_is_refused(tmp_path):
    class Boaster(StoreSupply):
        position = 2**64 - 1

    supplies = [
        kind(write(tmp_path / str(i), values(3), party=i), KEY) for i, kind in enumerate([StoreSupply, Boaster])
    ]
    error = trio.run(in_simulation, agree, supplies)[0]
    assert isinstance(error, ParleyError)
    assert error.code == "different-store"
    assert supplies[0].position == 0


@pytest.mark.parametrize("change", [{"party": 1}, {"n": 3}], ids=str)
def test_a_store_of_another_place_is_foreign(tmp_path, change):
    write(tmp_path / "0", values(1), **{"party": 0, **change})
    write(tmp_path / "1", values(1), party=1)
    errors = trio.run(in_simulation, agree, [StoreSupply(tmp_path / str(i), KEY) for i in range(2)])
    assert errors[0].code == "store-foreign"
    assert errors[0].remedy == "give each party the folder that was made for it"


def test_a_store_for_another_ring_says_which(tmp_path):
    write(tmp_path / "0", values(1), party=0, ring=128)
    write(tmp_path / "1", values(1), party=1)
    errors = trio.run(in_simulation, agree, [StoreSupply(tmp_path / str(i), KEY) for i in range(2)])
    assert errors[0].code == "store-foreign"
    assert errors[0].remedy.startswith("run with --ring 128; or plan with --ring 64")


def refuses_to_hand_out(supply: StoreSupply, entry: Entry) -> bool:
    for way in (lambda: supply.ready(*entry), lambda: trio.run(supply.prepare, [entry])):
        with pytest.raises(LocalError, match="store-not-agreed"):
            way()
    return True


def test_nothing_before_the_parties_agreed_or_after_closing(tmp_path):
    (entry,) = values(1)
    write(tmp_path / "store", [entry])
    supply = StoreSupply(tmp_path / "store", KEY)
    assert refuses_to_hand_out(supply, entry)
    supply.begin(0)
    supply.close()
    assert refuses_to_hand_out(supply, entry)
    with opened(tmp_path / "store") as again:
        assert again.ready(*entry) is not None


def test_a_copy_of_the_process_gets_nothing(tmp_path):
    (entry,) = values(1)
    write(tmp_path / "store", [entry])
    with opened(tmp_path / "store") as supply:
        supply._process += 1
        assert refuses_to_hand_out(supply, entry)


def test_a_store_is_open_once(tmp_path):
    write(tmp_path / "store", values(1))
    with StoreSupply(tmp_path / "store", KEY), pytest.raises(SupplyError, match="store-locked"):
        StoreSupply(tmp_path / "store", KEY)
    opened(tmp_path / "store").close()


def test_a_dealers_material_through_stores_computes(tmp_path):
    entries = [((0, i + 1), kind) for i, kind in enumerate(DEALT)]

    async def run() -> list[Any]:
        for party, supply in enumerate(local_supplies(2)):
            with StoreWriter(
                tmp_path / str(party),
                party=party,
                n=2,
                ring=64,
                session=SESSION,
                maker=supply.name,
                trust=supply.trust,
                dealt=True,
            ) as writer:
                await writer.add_from(supply, entries)
        shares = []
        for party in range(2):
            with opened(tmp_path / str(party), None) as supply:
                await supply.prepare(entries)
                shares.append([supply.ready(path, kind) for path, kind in entries])
        return shares

    for (_, kind), *shares in zip(entries, *trio.run(run), strict=True):
        drawn = []
        for i, part in enumerate(kind.parts()):
            held = [share[i] for share in shares]
            drawn.append(held[part.holder] if part.sharing == "clear" else together(part, kind.ring, *held))
        derived = kind.derive(*drawn[: kind.drawn])
        assert all((a == b).all() for a, b in zip(drawn[kind.drawn :], derived, strict=True))
