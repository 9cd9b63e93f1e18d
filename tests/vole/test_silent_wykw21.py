"""Silent linear evaluations hold over many iterations of tiny codes, and whoever deviates is found out."""

from __future__ import annotations

from math import log2
from typing import Any

import numpy as np
import pytest
from ot import regular_noise
from ot.pairs import digest, results, run_pair, with_fault
from vole.evaluations import TINY, check_evaluations, roles

from mpc.algebra.ring import Words
from mpc.context import Context
from mpc.errors import Abort, LocalError, ParleyError, PeerError
from mpc.network.wire import Message
from mpc.simulation import PartyRun
from mpc.testing import Fault
from protocols.vole import base_kos16, iteration, silent_wykw21
from protocols.vole.ends import FIELD, receive_elements
from protocols.vole.iteration import words_of
from protocols.vole.lpn_parameters import STANDARD, Ladder, Parameters

SENDER, RECEIVER = 0, 1
TOP = TINY.top


def check(sent: Any, received: Any) -> None:
    (sender, ks), (_, pairs) = sent, received
    for k, own in zip(ks, pairs, strict=True):
        check_evaluations(sender.delta, k, own)


def test_evaluations_hold_at_the_declared_cost() -> None:
    counts = [1, 300, 0, TOP.fresh, 3 * TOP.fresh + 1, 64]
    sent, received = results(*roles(counts), audit=True)
    check(sent, received)
    assert [len(k) for k in sent[1]] == counts
    assert len(np.unique(np.concatenate(received[1])[:, 1])) == sum(counts)


@pytest.mark.parametrize(
    "ladder",
    [Ladder((TOP,)), Ladder((Parameters(1, 40, 1), Parameters(5, 8, 7))), Ladder((Parameters(3, 300, 2),))],
)
def test_other_ladders(ladder: Ladder) -> None:
    check(*results(*roles([ladder.top.fresh + 5, 3], ladder), audit=True))


@pytest.mark.parametrize("places", [(1, 0), (2, 0)])
def test_any_two_of_three_parties(places: tuple[int, int]) -> None:
    check(*results(*roles([100]), n=3, places=places))


def test_what_comes_next_may_be_asked_in_advance() -> None:
    """Rounds and words of several calls, before the first of them."""
    counts = [10, TOP.fresh, 1, 2 * TOP.fresh]
    told: dict[int, Any] = {}
    send, _ = roles([])

    async def foretelling(ctx: Context, peer: int) -> None:
        end, _ = await send(ctx, peer)
        told[0] = end.rounds(*counts), end.words(*counts)
        told[1] = [0, 0]
        for count in counts:
            told[1] = [told[1][0] + end.rounds(count), told[1][1] + end.words(count)]
            await end.extend(ctx, count)

    run_pair(foretelling, roles(counts)[1])
    assert told[0] == tuple(told[1])


def test_the_mask_of_a_check_is_handed_out_to_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor is any evaluation that makes others: all are of the call that gave them, in order."""
    made, iterate = list[Words](), silent_wykw21.iterate_receiver

    async def noted(*arguments: Any) -> Words:
        made.append(await iterate(*arguments))
        return made[-1].copy()

    monkeypatch.setattr(silent_wykw21, "iterate_receiver", noted)
    _, (end, pairs) = results(*roles([7, TOP.fresh, 2 * TOP.fresh]))
    fresh = np.concatenate([own[: TOP.fresh] for own in made[len(TINY.steps) :]])
    np.testing.assert_array_equal(np.concatenate([*pairs, end.spare]), fresh)
    np.testing.assert_array_equal(end.base, made[-1][TOP.fresh : -1])


def test_messages_have_not_changed() -> None:
    assert digest(*roles([TOP.fresh + 1]))[:16] == "86eb6b0d095e3e8a"


# whoever deviates


def struck(party: int, shape: tuple[int, ...], byte: int, nth: int = 0) -> list[PartyRun]:
    """Both ends where one bit of the nth message of a shape that a party sends is another."""
    seen: list[Message] = []

    def chosen(to: int, message: Message) -> bool:
        seen.extend([message] * (message.array.shape == shape))
        return message.array.shape == shape and len(seen) == nth + 1

    runs, count = with_fault(*roles([TOP.fresh]), party, Fault("flip", chosen, byte=byte, bit=byte % 5))
    assert count == 1
    return runs


def error_of(run: PartyRun) -> ParleyError:
    assert isinstance(run.error, ParleyError)
    return run.error


@pytest.fixture
def careless(monkeypatch: pytest.MonkeyPatch) -> None:
    """A sender that opens its commitment whatever the receiver tells: it knows that it has deviated."""

    async def check_sender(ctx: Context, end: Any, k: Words, delta: Words) -> None:
        s, r, x = await receive_elements(ctx, end.peer, (3,))
        v, nonce = FIELD.mul_add(iteration._combined(k, s, r), x, delta), ctx.prg("opening").words(4)
        ctx.send(end.peer, iteration._commitment(ctx, end, v, nonce))
        await receive_elements(ctx, end.peer, (1,))
        ctx.send(end.peer, nonce)

    monkeypatch.setattr(iteration, "_check_sender", check_sender)


@pytest.mark.usefixtures("careless")
@pytest.mark.parametrize("parameters", TINY.sets)
def test_a_change_of_any_tree_is_noticed(parameters: Parameters) -> None:
    for shape, changes in (((parameters.trees, parameters.depth, 2), 5), ((parameters.trees,), 3)):
        size = 8 * int(np.prod(shape))
        for byte in range(size // 9 | 1, size, size // changes):
            error = error_of(struck(SENDER, shape, byte)[RECEIVER])
            assert isinstance(error, Abort)
            assert (error.code, error.party) == ("vole-check-failed", "party0")


@pytest.mark.usefixtures("careless")
def test_an_unchanged_careless_sender_passes() -> None:
    check(*results(*roles([TOP.fresh + 1])))


COMMITMENT_OR_OPENING, CHALLENGE, COMPARED = (4,), (3,), (1,)


@pytest.mark.parametrize("nth", [0, 1])
def test_a_change_of_a_commitment_or_its_opening_is_noticed(nth: int) -> None:
    assert error_of(struck(SENDER, COMMITMENT_OR_OPENING, 9, nth)[RECEIVER]).code == "vole-check-failed"


@pytest.mark.parametrize(("shape", "byte"), [(CHALLENGE, 0), (CHALLENGE, 8), (CHALLENGE, 16), (COMPARED, 0)])
def test_a_receiver_who_is_not_consistent_is_noticed(shape: tuple[int, ...], byte: int) -> None:
    """Before the sender has opened anything that depends on delta."""
    error = error_of(struck(RECEIVER, shape, byte)[SENDER])
    assert isinstance(error, Abort)
    assert (error.code, error.party) == ("vole-check-failed", "party1")


def test_words_that_are_no_elements_are_refused() -> None:
    for party, shape in ((RECEIVER, CHALLENGE), (RECEIVER, COMPARED), (SENDER, (TOP.trees,))):
        runs, _ = with_fault(*roles([1]), party, Fault("flip", lambda _, m, s=shape: m.array.shape == s, byte=7, bit=7))
        error = error_of(runs[1 - party])
        assert isinstance(error, PeerError)
        assert (error.code, error.party) == ("vole-malformed", f"party{party}")


def test_a_false_sum_is_one_guess_at_delta(monkeypatch: pytest.MonkeyPatch) -> None:
    """A receiver whose x is off by one passes where its M is off by delta, and by nothing else."""
    delta, combined = results(*roles([]))[SENDER][0].delta, iteration._combined

    def off_by(guess: Words) -> list[PartyRun]:
        def off(rows: Words, s: Words, r: Words) -> Words:
            total = combined(rows, s, r)
            return FIELD.add(total, np.array([1, guess], np.uint64)) if rows.ndim == 3 else total

        monkeypatch.setattr(iteration, "_combined", off)
        return run_pair(*roles([5]), collect=True)

    assert not any(run.error for run in off_by(delta))
    assert error_of(off_by(FIELD.add(delta, np.uint64(1)))[SENDER]).code == "vole-check-failed"


@pytest.mark.parametrize("side", [SENDER, RECEIVER])
def test_an_end_that_has_found_its_peer_out_is_of_no_use(side: int) -> None:
    codes: list[str] = []

    async def failing(ctx: Context, peer: int) -> None:
        end, _ = await roles([])[side](ctx, peer)
        end.found_out(ctx)
        for _ in range(2):
            with pytest.raises(Abort) as ended:
                await end.extend(ctx, 1)
            codes.append(ended.value.code)

    run_pair(*(failing if own == side else role for own, role in enumerate(roles([]))))
    assert codes == ["vole-check-failed"] * 2


# the first evaluations


def base(count: int) -> tuple[Any, Any]:
    async def send(ctx: Context, peer: int) -> Any:
        delta = FIELD.draw(ctx.prg("delta"), ())
        return delta, await base_kos16.send(ctx, peer, count, delta)

    async def receive(ctx: Context, peer: int) -> Any:
        return await base_kos16.receive(ctx, peer, count)

    return send, receive


def test_first_evaluations_hold_at_the_declared_cost() -> None:
    (delta, k), pairs = results(*base(50), audit=True)
    check_evaluations(delta, k, pairs)
    assert len(np.unique(pairs)) == 100


def test_another_x_in_some_bits_of_delta_is_noticed_where_these_are_one() -> None:
    """A bet on a bit: the receiver that tells another x in its row is found out exactly when the bit is 1."""
    (delta, _), _ = results(*base(3))
    for row in range(0, base_kos16.BITS, 6):
        fault = Fault("flip", lambda _, m: m.array.shape == (base_kos16.BITS, 4), byte=8 * (4 * row + 2))
        (sent, _), count = with_fault(*base(3), RECEIVER, fault)
        assert count == 1
        assert (sent.error is None) == (int(delta) >> row & 1 == 0)


def test_a_change_of_what_the_check_compares_is_noticed() -> None:
    for byte in (0, 8):
        runs, _ = with_fault(*base(3), RECEIVER, Fault("flip", lambda _, m: m.array.shape == (2,), byte=byte))
        assert error_of(runs[SENDER]).code == "vole-check-failed"


# parameters


@pytest.mark.parametrize("wrong", [(0, 20, 5), (22, 20, 5), (4, 20, 0), (7, 4, 5), (4, 17, 1)])
def test_parameters_out_of_range(wrong: tuple[int, int, int]) -> None:
    with pytest.raises(LocalError, match="wrong-parameter"):
        Parameters(*wrong)


def test_ladders_whose_steps_are_too_high() -> None:
    for sets in ((), (Parameters(2, 5, 2), TOP), (TOP, TOP, Parameters(10, 100, 5))):
        with pytest.raises(LocalError, match="wrong-parameter"):
            Ladder(sets)


@pytest.mark.parametrize(
    ("parameters", "costs"),
    [
        (STANDARD.sets[0], (210.2, 202.8, 220.7, 195.5)),
        (STANDARD.sets[1], (167.1, 157.6, 154.5, 141.4)),
        (STANDARD.sets[2], (203.0, 142.8, 156.5, 158.6)),
    ],
)
def test_the_sets_are_hard(parameters: Parameters, costs: tuple[float, ...]) -> None:
    """As hard as where each error's value is told, which is the case that the formulas are for: 2^141 operations."""
    noise = parameters.made, parameters.k, parameters.trees
    decoding = regular_noise.prange(*noise) + log2(10 * parameters.k**2)
    sparse = regular_noise.few_columns(*noise, regular_noise.share_of_columns(parameters.made / parameters.k))
    found = decoding, sparse, regular_noise.algebraic(*noise), regular_noise.hybrid(*noise)
    assert found == pytest.approx(costs, abs=0.06)
    assert min(found) >= 141


def test_the_sets_are_cheap() -> None:
    """Bytes of trees, and of the transfers with 31 bits each."""
    top = STANDARD.top
    assert [parameters.base for parameters in STANDARD.sets] == [2388, 5222, 35_968]
    assert top.fresh == 783_231
    assert (8 * words_of(top) + 31 / 8 * top.transfers) / top.fresh == pytest.approx(0.685, abs=0.01)


@pytest.mark.slow
def test_a_whole_iteration_of_real_parameters() -> None:
    check(*results(*roles([STANDARD.top.fresh + 1000], STANDARD)))
