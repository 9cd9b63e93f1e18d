"""Parties that deviate on purpose: each is found out by who follows the protocol, and bets are right half the time."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from fractions import Fraction
from hashlib import sha256
from typing import Any

import numpy as np
import pytest
from authenticated.executions import clear
from authenticated.test_corrupted_authentication import EXPECTED, INPUTS, TASK, ends
from nacl import bindings as sodium
from ot.pairs import run_pair

from mpc.context import Context, Spec
from mpc.errors import Abort
from mpc.testing import recording_network
from protocols.authenticated import dependent, leaky, online
from protocols.authenticated.buckets import pieces, rows_of_turned, sizes, turns
from protocols.authenticated.dependent import garble_circuit
from protocols.authenticated.ends import EVALUATOR, GARBLER, Ends
from protocols.authenticated.equality import Zeros, check_equal
from protocols.authenticated.independent import independent
from protocols.authenticated.leaky import leaky_ands
from protocols.authenticated.online import evaluate
from protocols.authenticated.random_bits import random_bits
from protocols.ot import extension_softspoken_roy22 as softspoken
from protocols.ot.correlated import CotReceiver, CotSender

Change = Callable[[str, Any, Any], None]
"""What a deviating party does between phases: told which, its garbling or ANDs, and its ends."""


def outcome(cheat: int, change: Change) -> list[Any]:
    """The ends of both parties where one changes what it holds."""
    ends()

    async def phases(ctx: Context, peer: int) -> Any:
        own, mine = deepcopy(ends()[ctx.me]), INPUTS.copy()
        mine[TASK.rows(peer)] = 0
        ands = await independent(ctx, own, TASK.size())
        if ctx.me == cheat:
            change("ands", ands, own)
        garbled = await garble_circuit(ctx, own, TASK, ands)
        if ctx.me == cheat:
            change("garbled", garbled, own)
        return await evaluate(ctx, own, garbled, mine, (0, 1))

    return run_pair(phases, phases, collect=True)


def found_out(cheat: int, change: Change) -> None:
    """Who follows the protocol stops with an Abort that names the other."""
    error = outcome(cheat, change)[1 - cheat].error
    assert isinstance(error, Abort)
    assert error.code == "authenticated-check-failed"
    assert error.party == f"party{cheat}"


@pytest.mark.parametrize("cheat", [GARBLER, EVALUATOR])
@pytest.mark.parametrize("name", ["x", "y", "z"])
@pytest.mark.parametrize("sharing", ["first", "second"])
def test_another_share_or_mac_of_an_and(cheat: int, name: str, sharing: str) -> None:
    def change(phase: str, what: Any, own: Ends) -> None:
        if phase == "ands":
            getattr(getattr(what.ands, name), sharing)[:] ^= np.array([1, 6], np.uint64)

    found_out(cheat, change)


@pytest.mark.parametrize("sharing", ["first", "second"])
@pytest.mark.parametrize("cheat", [GARBLER, EVALUATOR])
def test_another_mask_of_an_output(cheat: int, sharing: str) -> None:
    """A flipped share wants a MAC that only who knows the other's offset could make."""

    def change(phase: str, what: Any, own: Ends) -> None:
        if phase == "garbled":
            getattr(what.outputs, sharing)[0, 0] ^= np.array([1, 0], np.uint64)

    for place in (0, 1):
        runs = outcome(cheat, change)
        assert runs[1 - cheat].error is not None or (runs[1 - cheat].result == EXPECTED).all(), place


def test_labels_of_other_inputs() -> None:
    """The garbler gives labels that the evaluator has not asked for."""

    def change(phase: str, what: Any, own: Ends) -> None:
        if phase == "garbled":
            what.zeros[TASK.rows(EVALUATOR)] ^= own.delta

    found_out(GARBLER, change)


def test_tables_of_another_circuit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever rows are wrong, the masked bits that come of them fail the check; here, of all ANDs."""
    honest = dependent.garbled_block

    def garbled(*args: Any) -> Any:
        message = honest(*args)
        message[: 4 * TASK.ands : 2] ^= np.uint64(1)
        return message

    monkeypatch.setattr(dependent, "garbled_block", garbled)
    error = outcome(GARBLER, lambda *_: None)[EVALUATOR].error
    assert isinstance(error, Abort)
    assert error.party == "party0"


def test_other_masked_bits(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = online._evaluated
    monkeypatch.setattr(online, "_evaluated", lambda *args: honest(*args) ^ np.uint8(1))
    error = outcome(EVALUATOR, lambda *_: None)[GARBLER].error
    assert isinstance(error, Abort)
    assert error.party == "party1"


def test_a_bet_on_a_leaky_and_is_right_half_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """U ^ E shifts the other's sum by x E: who bets that x is 0 passes where it is, and is found out where it is 1."""
    ends()
    honest, bets, error = leaky._offered, 24, np.uint64(2)
    place = 0

    def offered(own: Ends, made: Any, wanted: slice, numbers: Any, sums: Any) -> Any:
        offer = honest(own, made, wanted, numbers, sums)
        if own.role == GARBLER:
            offer[place] ^= error
            sums[place] ^= error * (made.x.first[place, 0] & np.uint64(1))
        return offer

    async def run(ctx: Context, peer: int) -> Any:
        return await leaky_ands(ctx, deepcopy(ends()[ctx.me]), bets)

    wanted = (run_pair(run, run)[EVALUATOR].result.x.first[:, 0] & np.uint64(1)).tolist()
    monkeypatch.setattr(leaky, "_offered", offered)
    for place, bit in enumerate(wanted):  # noqa: B007 - which one is bet on
        found = run_pair(run, run, collect=True)[EVALUATOR].error
        assert (found is not None) == bool(bit)
        assert found is None or getattr(found, "code", "") == "authenticated-check-failed"
    assert 3 <= sum(wanted) <= 21


@pytest.mark.parametrize("party", [GARBLER, EVALUATOR])
def test_offsets_with_the_wrong_lowest_bit_do_not_count(party: int) -> None:
    """Transfers under an even offset of the garbler, or an odd one of the evaluator, give bits under the right ones."""
    honest = ends()
    one = np.array([1, 0], np.uint64)

    async def direction(ctx: Context, peer: int, sender: int) -> CotSender | CotReceiver:
        if ctx.me == sender:
            delta = honest[sender].delta ^ (one if sender == party else np.uint64(0))
            return await softspoken.send_setup(ctx, peer, malicious=True, delta=delta)
        return await softspoken.receive_setup(ctx, peer, malicious=True)

    async def run(ctx: Context, peer: int) -> Any:
        forth, back = await direction(ctx, peer, 0), await direction(ctx, peer, 1)
        own: Any = (forth, back) if ctx.me == GARBLER else (back, forth)
        return (await random_bits(ctx, Ends(ctx.me, honest[ctx.me].delta, *own), 200))[0]

    ours, theirs = (run.result for run in run_pair(run, run))
    values = (ours.first[:, 0] ^ theirs.first[:, 0]) & np.uint64(1)
    masks = (np.uint64(0) - values)[:, None]
    np.testing.assert_array_equal(ours.first ^ theirs.first, masks & honest[GARBLER].delta)
    np.testing.assert_array_equal(ours.second ^ theirs.second, masks & honest[EVALUATOR].delta)
    assert 60 < values.sum() < 140


@pytest.mark.parametrize("copied", [False, True])
def test_equality_names_who_holds_something_else(copied: bool) -> None:
    """Even one who sends the other's point and confirmation back."""

    async def run(ctx: Context, peer: int) -> Any:
        zeros = Zeros()
        zeros.add(np.array([1, ctx.me], np.uint64))
        if copied and ctx.me:
            call = ctx.child("check_equal")
            for _ in range(2):
                call.send(0, await call.receive(0, Spec((4,))))
            return None
        return await check_equal(ctx, zeros, "what is compared")

    runs = run_pair(run, run, collect=True)
    assert isinstance(runs[0].error, Abort)
    assert runs[0].error.party == "party1"


@pytest.mark.parametrize("point", ["01" + 31 * "00", "02" + 31 * "00", 32 * "ff"], ids=["neutral", "off", "unreduced"])
def test_what_is_no_point_is_not_equal(point: str) -> None:
    async def dishonest(ctx: Context, peer: int) -> None:
        ctx.child("check_equal").send(peer, np.frombuffer(bytes.fromhex(point), np.uint64))

    async def honest(ctx: Context, peer: int) -> None:
        await check_equal(ctx, Zeros(), "what is compared")

    (error,) = {str(run.error) for run in run_pair(honest, dishonest, collect=True)[:1]}
    assert "authenticated-check-failed" in error


def test_a_digest_cannot_be_tried_afterwards() -> None:
    """Of one offset's 63 bits the other party would know the rest. What it sees of somebody who holds another word: a
    point that each digest could have given, and a confirmation that takes the exponent of its own point to this base.
    """
    transports, record = recording_network(2)

    async def run(ctx: Context, peer: int) -> None:
        zeros = Zeros()
        zeros.add(np.array([7, ctx.me], np.uint64))
        await check_equal(ctx, zeros, "what is compared")

    runs = run_pair(run, run, collect=True, transports=lambda: transports)
    seen = [sent.message.array.tobytes() for sent in record if sent.sender == 0]
    assert [len(each) for each in seen] == [32, 32]
    words = np.array([7, 0], np.uint64)
    zeros = Zeros()
    zeros.add(words)
    for hashed in (zeros.digest().tobytes(), sha256(zeros.digest().tobytes()).digest()):
        assert hashed not in b"".join(seen)
    assert sodium.crypto_core_ed25519_is_valid_point(seen[0])
    assert all(isinstance(each.error, Abort) for each in runs)


def test_sizes_of_buckets_keep_the_bound() -> None:
    """(2^B - 1) l^(B-1) is 2^40 or more, and neither another width nor fewer ANDs would do."""
    for ands in (1, 2, 3, 10, 100, 434, 1000, 4186, 6400, 100_000, 396_325, 10**6):
        columns, length = sizes(ands)
        assert length >= ands
        assert (2**columns - 1) * length ** (columns - 1) >= 2**40
        if columns > 2:
            assert (2 ** (columns - 1) - 1) * ands ** (columns - 2) < 2**40
        assert sum(pieces(ands)) == ands
    assert sizes(6400) == (4, 6400)
    assert sizes(400_000) == (3, 400_000)
    assert pieces(0) == []


def test_batches_without_end_leak_with_no_more_than_the_bound() -> None:
    """Who bets in each batch until one leaks: the sum of what each gives, times what it takes to get there."""
    for ands in (1, 10, 6400, 396_325, 10**6):
        columns, length = sizes(ands)
        one, on = Fraction(1, 2**columns * length ** (columns - 1)), Fraction(1, 2**columns)
        assert sum(one * on**batch for batch in range(50)) < one / (1 - on) <= Fraction(1, 2**40)


def test_of_turned_columns_each_pair_of_places_meets_as_often() -> None:
    """What the bound is computed from: over all offsets, a place of the first column meets each of another once."""
    met = np.zeros((5, 5), int)
    for offset in range(5):
        beside = list(rows_of_turned(5, offset, 2))
        for places, others in beside:
            met[places, others] += np.eye(places.stop - places.start, dtype=int)
        assert sorted(i for places, _ in beside for i in range(5)[places]) == [0, 1, 2, 3, 4]
    assert (met == 1).all()
    assert all(t / 2**t <= 1 / 2 for t in range(1, 200))

    class Coins:
        def words(self, shape: Any) -> Any:
            return np.array([7, 0], np.uint64)

    assert turns(Coins(), 3, 5) == [2, 2]  # type: ignore[arg-type]


def test_no_change_is_no_deviation() -> None:
    runs = outcome(GARBLER, lambda *_: None)
    assert all((run.result == EXPECTED).all() for run in runs)
    np.testing.assert_array_equal(EXPECTED, clear(TASK.circuit, INPUTS))
