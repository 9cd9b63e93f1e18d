"""The tender gives the right prices, and a bidder who deviates from its sealed bid wins nothing by it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import mpc
from examples.recipes import recipes
from examples.sealed_tender import sealed_tender
from mpc.context import Context
from mpc.errors import ParleyError

SEALED = np.array([[5, 9], [4, 9], [6, 2]], np.uint64)
CHEAT = 0


def test_prices_are_those_in_the_clear() -> None:
    recipe = next(recipe for recipe in recipes() if recipe.name == "sealed_tender")
    run, right = mpc.simulate(recipe.main, recipe.inputs(), suite="ideal"), recipe.clear.clear(*recipe.inputs())
    for result in run.results:
        assert np.array_equal(result["price"], right["price"])
        assert np.array_equal(result["winner"], right["winner"])


@pytest.mark.parametrize("bids", [[7, 2**32 - 1, 0], [2**32 - 1, 2**32 - 1, 2**32 - 1]])
def test_bids_at_the_ends_of_the_range(bids: list[int]) -> None:
    run = mpc.simulate(sealed_tender.main, [{"bid": np.array([bid], np.uint64)} for bid in bids], suite="ideal")
    assert run.result["price"].tolist() == [min(bids)]
    assert run.result["winner"].tolist() == [int(np.argmin(bids))]


@pytest.mark.parametrize("bid", [99.9, -1, float("nan")])
def test_a_bid_that_is_no_whole_number_is_not_sealed(bid: float) -> None:
    """Rounded down, 99.9 would win against 99.5, as the first of two that bid alike."""
    with pytest.raises(ValueError, match="whole euros"):
        sealed_tender.whole(np.array([99, bid]))
    assert sealed_tender.whole(np.array([99.0, 2.0**32])).tolist() == [99, 2**32]


def tender(*, computed: Any = SEALED, opened: Any = SEALED) -> dict[str, Any]:
    """The steps one by one, each with bids of its own: as sealed, unless a party deviates."""

    async def program(ctx: Context, mine: Any) -> dict[str, Any]:
        sealed = await sealed_tender.seal(ctx, SEALED[ctx.me])
        winner = await sealed_tender.lowest(ctx, computed[ctx.me])
        return {"winner": winner, "price": await sealed_tender.award(ctx, opened[ctx.me], sealed, winner)}

    return mpc.simulate(program, [None] * 3, suite="ideal").result


def instead(first: list[int]) -> Any:
    """The sealed bids, but for those of the party that deviates."""
    bids = SEALED.copy()
    bids[CHEAT] = first
    return bids


def test_all_follow() -> None:
    result = tender()
    assert (result["winner"].tolist(), result["price"].tolist()) == ([1, 2], [4, 2])


def test_who_puts_in_a_lower_bid_than_it_sealed_wins_nothing() -> None:
    """Announced as the winner it must open what it sealed; then those who are lower cannot prove that they are not."""
    with pytest.raises(ParleyError, match="wrong-witness"):
        tender(computed=instead([1, 9]))


def test_who_opens_another_bid_than_it_sealed_cannot_prove_it() -> None:
    low = instead([1, 9])
    with pytest.raises(ParleyError, match="wrong-witness"):
        tender(computed=low, opened=low)


def test_who_puts_in_a_higher_bid_than_it_sealed_cannot_prove_that_it_is_no_lower() -> None:
    """Party 1 would leave the first lot to party 0, at a price of 5 where its own sealed bid is 4."""
    high = SEALED.copy()
    high[1, 0] = 8
    with pytest.raises(ParleyError, match="wrong-witness"):
        tender(computed=high)


def test_who_proves_of_another_number_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """A winner that sends a price for which its proof was not made."""
    honest = sealed_tender.shown

    async def shown(ctx: Any, bidder: int, statement: Any, *witness: Any) -> None:
        if ctx.me == bidder == 1 and len(witness) == 1:
            points, blindings = sealed_tender.proofs.pedersen().commit(sealed_tender.proofs.scalars([4]))
            statement = sealed_tender.proofs.pedersen().is_public(points, sealed_tender.proofs.scalars([4]))
            witness = (blindings,)
        await honest(ctx, bidder, statement, *witness)

    monkeypatch.setattr(sealed_tender, "shown", shown)
    with pytest.raises(ParleyError) as ended:
        tender()
    assert (ended.value.code, ended.value.party) == ("proof-of-another-statement", "party1")
