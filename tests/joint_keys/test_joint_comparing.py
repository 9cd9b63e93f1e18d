"""Who gives parties different ciphertexts has none of them decrypted: all compare them before a part leaves."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import trio
from joint_keys.shared_keys import tiny_shares

import mpc
from mpc.context import Context, Spec
from mpc.domain_hash import DomainHash
from mpc.simulation import PartyRun, Setting, run_in_memory
from protocols.ideal import SUITE
from protocols.joint_decryption import compared_words, require_same
from protocols.joint_keys import KeyShare, reveal, reveal_despite, revealing
from protocols.paillier.packing import Packed
from protocols.preprocessing.dealer import local_supplies


@pytest.fixture
def parts(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Places of those who made a part."""
    places: list[int] = []
    made = revealing._own_part

    def noted(setting: Any, share: KeyShare, *rest: Any) -> Any:
        places.append(share.place)
        return made(setting, share, *rest)

    monkeypatch.setattr(revealing, "_own_part", noted)
    return places


def ends_of(main: Any, shares: list[KeyShare]) -> list[PartyRun]:
    setting = Setting(SUITE, collect_errors=True)
    return trio.run(lambda: run_in_memory(main, shares, local_supplies(len(shares)), setting))


@pytest.mark.parametrize("reveals", [reveal, reveal_despite], ids=["reveal", "despite"])
@pytest.mark.parametrize(("n", "threshold"), [(3, 1), (4, 1), (4, 2)])
def test_who_says_to_each_party_that_it_has_the_same_reads_none(
    reveals: Any, n: int, threshold: int, parts: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """By its own share and a part of each alone it would read what each has."""
    shares, liar, everyone = tiny_shares(n, threshold), n - 1, tuple(range(n))
    arrays = [shares[0].public.encrypt([3 + j], bound=100) for j in everyone]

    words = compared_words(n, threshold)

    async def lying(ctx: Context, said: DomainHash) -> None:
        if ctx.me != liar:
            return await require_same(ctx, said)
        for j in ctx.others:
            told = revealing._said(ctx, shares[j].joint, arrays[j], everyone, everyone)
            ctx.send(j, told.words(words))
        for j in ctx.others:
            await ctx.receive(j, Spec((words,), np.uint64))

    async def main(ctx: Context, mine: KeyShare) -> Any:
        return await reveals(ctx, mine, arrays[ctx.me])

    monkeypatch.setattr(revealing, "require_same", lying)
    *honest, caught = ends_of(main, shares)
    assert [(end.error.code, end.error.party) for end in honest] == [("public-values-differ", None)] * (n - 1)
    assert caught.error is not None
    assert set(parts) <= {liar}


def rerandomised(share: KeyShare, array: Any) -> dict[str, Any]:
    return {"array": array.rerandomised()}


def of_a_closer_bound(share: KeyShare, array: Any) -> dict[str, Any]:
    return {"array": array.within(50)}


def of_another_shape(share: KeyShare, array: Any) -> dict[str, Any]:
    return {"array": array.reshape(1, 2)}


def to_one(share: KeyShare, array: Any) -> dict[str, Any]:
    return {"array": array, "to": 1}


@pytest.mark.parametrize("other", [rerandomised, of_a_closer_bound, of_another_shape, to_one])
def test_whatever_differs_at_a_party_ends_it_before_a_part_is_made(other: Callable[..., Any], parts: list[int]) -> None:
    shares = tiny_shares(3, 1)
    array = shares[0].public.encrypt([3, 4], bound=100)

    async def main(ctx: Context, mine: KeyShare) -> Any:
        return await reveal(ctx, mine, **(other(mine, array) if ctx.me == 1 else {"array": array}))

    assert [(end.error.code, end.error.party) for end in ends_of(main, shares)] == [("public-values-differ", None)] * 3
    assert parts == []


@pytest.mark.parametrize("places", [(0, 1), (2, 0, 3)])
def test_a_run_of_some_of_the_parties_compares_too(places: tuple[int, ...], parts: list[int]) -> None:
    """Its parties are all needed, but whoever holds the others' shares needs fewer."""
    shares = tiny_shares(4, len(places) - 1)
    array = shares[0].public.encrypt([3, 4], bound=100)

    async def main(ctx: Context, mine: KeyShare) -> Any:
        own = array.rerandomised() if ctx.me else array
        return await reveal(ctx, mine, own, places=places)

    ends = ends_of(main, [shares[place] for place in places])
    assert {end.error.code for end in ends} == {"public-values-differ"}
    assert parts == []


def test_the_page_has_what_comparing_costs() -> None:
    for n, threshold, rounds, words in ((2, 1, 1, 0), (3, 2, 1, 0), (3, 1, 2, 4), (4, 2, 2, 4)):
        share = tiny_shares(n, threshold)[0]
        array = share.public.encrypt([1, 2], bound=5)
        for reveals in (reveal, reveal_despite):
            declared = reveals.declared(share, array)  # type: ignore[attr-defined]
            assert (declared.rounds, declared.words) == (rounds, words)
            assert reveals.declared(share, array[:0]).rounds == 0  # type: ignore[attr-defined]


def test_packed_numbers_are_compared_with_their_slots(parts: list[int]) -> None:
    shares = tiny_shares(3, 1, s=2)
    array = shares[0].public.encrypt_packed([1, 2, 3], bound=7, guard_bits=1)
    other = shares[0].public.encrypt_packed([1, 2, 3], bound=7, guard_bits=2)

    async def main(ctx: Context, mine: KeyShare) -> Any:
        own = Packed(array.ciphertexts, other.layout) if ctx.me == 1 else array
        return await reveal(ctx, mine, own)

    assert array.ciphertexts.shape == other.ciphertexts.shape
    assert [end.error.code for end in ends_of(main, shares)] == ["public-values-differ"] * 3
    assert parts == []
    same = mpc.simulate(lambda ctx, mine: reveal(ctx, mine, array), inputs=shares, check_costs=True)
    np.testing.assert_array_equal(same.result, [1, 2, 3])
