"""Material that is made while the program computes by what its reveals took so far, and what comes of wrong guesses."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pytest
from runs.real_runs import run_parties

import mpc
from mpc.context import Context, Root
from mpc.errors import ParleyError, SupplyError
from protocols.preprocessing import from_ot
from protocols.runs.ahead import Kinds
from protocols.runs.sources import Source

VALUES = np.array([1.5, -2.0, 3.25, 7.0])
KNOWN = {"p": -VALUES * VALUES, "c": VALUES > -VALUES, "n": VALUES - VALUES}
BY_PARTIES = [("dealer", 2), ("dealer", 3), ("ot", 2), ("ot", 3), ("silent", 2)]


def program(course: str, events: list[Any] | None = None) -> Any:
    """Reveals a product (p), a comparison (c) or what takes nothing (n), one after the other; events of party 0."""

    async def main(ctx: Context, mine: Any) -> Any:
        x = await mpc.secret(ctx, 0, mine, range=(-8, 8))
        y = await mpc.secret(ctx, 1, mine, range=(-8, 8))
        await mpc.compute(ctx, x, y)
        opened = []
        for step in course:
            if events is not None and ctx.me == 0:
                events.append((step, []))
            opened.append(await mpc.reveal(ctx, {"p": x * y, "c": x > y, "n": x + y}[step]))
        return opened

    return main


def run(course: str, maker: str = "dealer", n: int = 2, *, prefetch: bool = True, events: Any = None) -> list[Any]:
    """Every party's report, where the results are right."""
    outcomes = run_parties(
        program(course, events), [VALUES, -VALUES] + [None] * (n - 2), Source(maker, prefetch=prefetch)
    )
    for outcome in outcomes:
        for got, step in zip(outcome.result, course, strict=True):
            np.testing.assert_allclose(got, KNOWN[step], atol=2.0**-12)
    return [outcome.report for outcome in outcomes]


def of_batches(batches: list[Any], *, guessed: bool) -> set[Any]:
    """The paths of the batches that were made for reveals to come, or of the reveals'."""
    return {batch for batch, _ in batches if (batch[0] == Root.AHEAD) == guessed}


@pytest.mark.parametrize(("maker", "n"), BY_PARTIES)
def test_a_loop_makes_its_own_twice_and_guesses_from_then_on(batches, maker, n):
    """What has followed once is guessed: so of five like reveals two make their own. The last guess is in vain."""
    reports = run("ppppp", maker, n)
    assert len(of_batches(batches, guessed=False)) == 2
    assert len(of_batches(batches, guessed=True)) == 4
    for report in reports:
        assert report.unused == {name: elements // 5 for name, elements in report.material.items()}


@pytest.mark.parametrize(("maker", "n"), BY_PARTIES[:-1])
@pytest.mark.parametrize("course", ["ppppp", "pcpcpc", "ppcpcc", "pnpnp"])
def test_results_rounds_and_bytes_stay_the_same(maker, n, course):
    for guessed, waited in zip(run(course, maker, n), run(course, maker, n, prefetch=False), strict=True):
        assert guessed.rounds_by_party == waited.rounds_by_party
        assert guessed.bytes_sent == waited.bytes_sent
        assert guessed.material == waited.material
        assert not waited.unused


def test_reveals_of_a_step_are_guessed_by_the_one_before(batches):
    """From the second step on each follows what it followed in the first."""
    run("pcpcpc")
    assert len(of_batches(batches, guessed=False)) == 3


def test_what_takes_nothing_is_no_reveal_to_guess_by(batches):
    run("pnpnpn")
    assert len(of_batches(batches, guessed=False)) == 2


@pytest.mark.parametrize(("maker", "n"), BY_PARTIES[:-1])
def test_a_wrong_guess_is_kept_for_the_next_like_reveal_and_not_made_twice(batches, maker, n):
    """A product is guessed twice, a comparison comes in between."""
    reports = run("pppcc", maker, n)
    assert len(of_batches(batches, guessed=True)) == 3
    product, comparison = (Counter(run(step, maker, n)[0].material) for step in "pc")
    for report in reports:
        assert Counter(report.material) == product + product + product + comparison + comparison
        assert Counter(report.unused) == product + comparison


def test_nothing_is_guessed_that_has_no_room(batches, monkeypatch):
    monkeypatch.setattr("protocols.runs.ahead.AHEAD_WORDS", 20)
    assert not run("ppppp")[0].unused
    assert not of_batches(batches, guessed=True)


def test_a_guess_is_made_while_the_program_computes(batches):
    """It is asked for before the reveal that takes it is begun."""
    asked: list[int] = []

    async def main(ctx: Context, mine: Any) -> None:
        x = await mpc.secret(ctx, 0, mine, range=(-8, 8))
        await mpc.compute(ctx, x)
        for _ in range(4):
            await mpc.reveal(ctx, x * x)
            asked.append(len(of_batches(batches, guessed=True)))

    run_parties(main, [VALUES, None], Source("ot", prefetch=True))
    assert asked == [0, 0, 1, 1, 2, 2, 3, 3]


@pytest.mark.parametrize(("room", "own", "guessed"), [(5, 1, 0), (2, 1, 2), (1, 1, 4)])
def test_a_horizon_leaves_nothing_to_guess_but_what_had_no_room(batches, monkeypatch, room, own, guessed):
    """Six were said: of the five after the first as many lie ready as have room, and none is made that was not said."""

    async def main(ctx: Context, mine: Any) -> None:
        x = await mpc.secret(ctx, 0, mine, range=(-8, 8))
        await mpc.compute(ctx, x)
        await mpc.horizon(ctx, 6)
        for _ in range(6):
            await mpc.reveal(ctx, x * x)

    run_parties(main, [VALUES, None], Source("dealer", prefetch=True))
    one = Kinds([kind for _, kind in batches[0][1]]).words // 6
    batches.clear()
    monkeypatch.setattr("protocols.runs.ahead.AHEAD_WORDS", room * one)
    outcomes = run_parties(main, [VALUES, None], Source("dealer", prefetch=True))
    assert (len(of_batches(batches, guessed=False)), len(of_batches(batches, guessed=True))) == (own, guessed)
    assert [outcome.report.unused for outcome in outcomes] == [{}, {}]


def test_more_reveals_than_were_said_are_guessed_again(batches):
    """Of five, two were said: the third makes its own, and from then on each is guessed."""

    async def main(ctx: Context, mine: Any) -> None:
        x = await mpc.secret(ctx, 0, mine, range=(-8, 8))
        await mpc.compute(ctx, x)
        await mpc.horizon(ctx, 2)
        for _ in range(5):
            await mpc.reveal(ctx, x * x)

    run_parties(main, [VALUES, None], Source("dealer", prefetch=True))
    assert len(of_batches(batches, guessed=False)) == 2
    assert len(of_batches(batches, guessed=True)) == 3


@pytest.mark.parametrize("party", [0, 1, 2])
def test_a_failure_beside_the_program_ends_it(monkeypatch, party):
    honest, calls = from_ot.make_checked, []

    async def failing(ctx: Any, *args: Any) -> Any:
        if ctx.me == party:
            calls.append(ctx)
            if len(calls) == 4:
                raise SupplyError("wrong-material", "a piece is not what it should be")
        return await honest(ctx, *args)

    monkeypatch.setattr(from_ot, "make_checked", failing)
    with pytest.raises(ParleyError) as raised:
        run("pppppp", "ot", 3)
    assert raised.value.code in ("wrong-material", "peer-failed")


@pytest.mark.parametrize("maker", ["dealer", "ot"])
@pytest.mark.parametrize("after", [1, 2, 3])
def test_a_failure_of_the_program_ends_what_is_made_beside_it(maker, after):
    async def main(ctx: Context, mine: Any) -> None:
        x = await mpc.secret(ctx, 0, mine, range=(-8, 8))
        for step in range(5):
            await mpc.reveal(ctx, x * x)
            if ctx.me == 0 and step == after:
                raise SupplyError("own", "an error of its own")

    with pytest.raises(ParleyError) as raised:
        run_parties(main, [VALUES, None], Source(maker, prefetch=True))
    assert raised.value.code in ("own", "peer-failed")
