"""Contexts: paths that do not depend on timing, causal rounds, and parties that take other turns."""

from random import Random

import numpy as np
import pytest
import trio
from hypothesis import given, settings
from hypothesis import strategies as st

from mpc.accounts.cost import cost
from mpc.context import Spec, together
from mpc.errors import LocalError, PeerError
from mpc.network.transport import memory_network
from mpc.simulation import Setting, run_in_memory
from mpc.testing import (
    Fault,
    FaultyTransport,
    insecure_agreements,
    insecure_seed,
    recording_network,
    transcript_digest,
)
from protocols.beaver import SUITE, BeaverSuite
from protocols.preprocessing.dealer import local_supplies

ONE = np.ones(3, np.uint64)


def run(main, n=2, *, transports=None, audit=False, collect=False, private=None, agreements=None, seeds=None):
    setting = Setting(SUITE, audit=audit, collect_errors=collect)

    async def start():
        return await run_in_memory(
            main, list(range(n)), local_supplies(n, seeds), setting, transports=transports and transports(),
            agreements=agreements, private=private,
        )  # fmt: skip

    return trio.run(start)


def rounds(main, n=2):
    return [party.rounds for party in run(main, n)]


@cost(rounds=1, words=3)
async def hop(ctx, x=ONE):
    """One exchange."""
    await ctx.exchange(x)
    return x


async def three_hops(ctx):
    for _ in range(3):
        await hop(ctx)


def test_a_chain_counts_every_link():
    assert rounds(lambda ctx, mine: three_hops(ctx)) == [3, 3]


def test_side_by_side_counts_once_and_a_join_takes_the_longest():
    async def main(ctx, mine):
        await together(ctx, (hop,), (three_hops,), (hop,))
        await hop(ctx)

    assert rounds(main, 3) == [4, 4, 4]


def test_an_input_counts_for_who_waits_for_it():
    """Party 0 tells, the others hear: their next message is deeper, and so is what party 0 gets back."""

    async def tell(ctx):
        if ctx.me == 0:
            for j in (1, 2):
                ctx.send(j, ONE)
        else:
            await ctx.receive(0, Spec((3,)))

    async def main(ctx, mine):
        call = ctx.child("tell")
        await tell(call)
        ctx.join(call)
        depth = ctx.depth
        await hop(ctx)
        return depth

    runs = run(main, 3)
    assert [r.result for r in runs] == [0, 1, 1]
    assert [r.rounds for r in runs] == [2, 2, 2]


def test_several_arrays_of_one_exchange_are_one_round_whatever_their_size():
    async def main(ctx, mine):
        small = [np.full((2, 2), ctx.me, np.uint64), np.full((), ctx.me, np.uint64), np.zeros(0, np.uint64)]
        large = [np.full(5000, ctx.me, np.uint64), np.full((2, 3000), ctx.me, np.uint64)]
        first = await ctx.exchange(*small)
        second = await ctx.exchange(*large)
        for arrays, received in ((small, first), (large, second)):
            for array, parts in zip(arrays, received, strict=True):
                assert [p.shape for p in parts] == [array.shape] * ctx.n
                assert all(np.all(p == j) for j, p in enumerate(parts))

    assert rounds(main, 3) == [2, 2, 2]


@settings(max_examples=20)
@given(order=st.randoms(use_true_random=False))
def test_the_transcript_does_not_depend_on_timing(order):
    """Messages held back at random, and calls that begin late: the same paths, bytes and rounds."""

    async def work(ctx, k):
        for _ in range(order.randrange(4)):
            await trio.lowlevel.checkpoint()
        x = await ctx.suite.random(ctx, (k + 1,))
        y = await ctx.suite.mul(ctx, x, x)
        return await ctx.suite.open(ctx, await ctx.suite.truncate(ctx, y, 3))

    async def main(ctx, mine):
        results = await together(ctx, *((work, k) for k in range(4)))
        await hop(ctx)
        return [r[0].tolist() for r in results]

    def one(random):
        networks, record = recording_network(3)

        def transports():
            def often(to, message):
                return random.random() < 0.5

            delays = [Fault("delay", often, turns=random.randrange(1, 9)) for _ in range(3)]
            return [FaultyTransport(t, delay) for t, delay in zip(networks, delays, strict=True)]

        runs = run(
            main, 3, transports=transports, agreements=insecure_agreements(3),
            private=[insecure_seed("private", i) for i in range(3)],
            seeds=[insecure_seed("dealt", i) for i in range(3)],
        )  # fmt: skip
        return transcript_digest(record), [(r.result, r.rounds) for r in runs]

    assert one(order) == one(Random(7))


@pytest.mark.parametrize("failing", [(0,), (2,), (0, 1, 2)])
def test_of_calls_side_by_side_a_failure_ends_the_others_and_is_raised_alone(failing):
    ended = []

    async def call(ctx, i):
        if i in failing:
            await trio.lowlevel.checkpoint()
            raise ZeroDivisionError(i)
        try:
            await trio.sleep_forever()
        finally:
            ended.append(i)

    async def main(ctx, mine):
        with pytest.raises(ZeroDivisionError):
            await together(ctx, *((call, i) for i in range(3)))
        return await together(ctx), await together(ctx, (hop,)), await together(ctx, (hop,), (hop,))

    for done in run(main):
        assert [len(results) for results in done.result] == [0, 1, 2]
    assert sorted(ended) == sorted(2 * [i for i in range(3) if i not in failing])


def test_a_party_whose_program_takes_another_turn_is_noticed_by_label():
    async def other(ctx, x):
        return await ctx.exchange(x)

    async def main(ctx, mine):
        call = ctx.child("left" if ctx.me == 0 else "right")
        await other(call, ONE)

    with pytest.raises(PeerError, match="program-diverged") as caught:
        run(main)
    assert caught.value.party in ("party0", "party1")
    assert caught.value.path == (0, 1)


def test_a_party_that_leaves_early_is_noticed():
    async def main(ctx, mine):
        if ctx.me:
            await hop(ctx)

    with pytest.raises(PeerError) as caught:
        run(main)
    assert caught.value.code in ("program-diverged", "unexpected-message")


def test_parties_that_wait_for_each_other_are_told():
    async def main(ctx, mine):
        await ctx.receive(1 - ctx.me, Spec((3,)))

    with pytest.raises(PeerError, match="program-diverged"):
        run(main)


def test_a_party_that_calls_something_else_first_is_noticed():
    async def main(ctx, mine):
        x = await ctx.suite.random(ctx, (3,))
        if ctx.me == 1:
            await ctx.suite.msb(ctx, x)
        await ctx.suite.open(ctx, x)

    with pytest.raises(PeerError) as caught:
        run(main)
    assert caught.value.code == "program-diverged"


@pytest.mark.parametrize(
    "array",
    [np.zeros(4, np.uint64), np.zeros((3, 1), np.uint64), np.zeros(3, np.uint8), np.zeros((), np.uint64)],
    ids=lambda a: f"{a.dtype}{a.shape}",
)
def test_an_array_of_another_shape_or_type_is_refused(array):
    async def main(ctx, mine):
        if ctx.me == 1:
            ctx.send(0, array)
        else:
            await ctx.receive(1, Spec((3,)))

    with pytest.raises(PeerError, match="unexpected-message") as caught:
        run(main)
    assert caught.value.party == "party1"


def test_a_bounded_array_of_any_length_is_taken_up_to_its_limit():
    spec = Spec(None, np.uint8, 10)
    assert spec.admits(np.zeros(10, np.uint8))
    assert spec.admits(np.zeros(0, np.uint8))
    assert not spec.admits(np.zeros(11, np.uint8))
    assert not spec.admits(np.zeros((2, 2), np.uint8))
    assert not spec.admits(np.zeros(3, np.uint64))
    assert (str(spec), str(Spec((19, 32), np.uint8))) == ("flat uint8 of at most 10", "uint8[19, 32]")


@pytest.mark.parametrize("action", ["drop", "truncate", "relabel", "repeat"])
@pytest.mark.parametrize("number", [0, 1, 2])
def test_a_damaged_message_ends_every_party_with_an_error_that_names_a_peer(action, number):
    faulty: list[FaultyTransport] = []

    def transports():
        first, *others = memory_network(3)
        faulty.append(FaultyTransport(first, Fault(action, number)))
        return [faulty[0], *others]

    async def main(ctx, mine):
        await three_hops(ctx)

    runs = run(main, 3, transports=transports, collect=True)
    assert faulty[0].struck == 1
    errors = [r.error for r in runs if r.error is not None]
    # A message too many changes nothing for who does not get it: the others may have ended well before it is found.
    assert len(errors) == 3 or (errors and action == "repeat")
    assert all(isinstance(e, PeerError) and e.party in ("party0", "party1", "party2") for e in errors)


def test_a_flipped_bit_goes_unnoticed_by_a_semi_honest_suite_but_changes_the_result():
    async def main(ctx, mine):
        x = await ctx.suite.input(ctx, 0, np.full(4, 5, np.uint64) if ctx.me == 0 else None, (4,))
        (opened,) = await ctx.suite.open(ctx, x)
        return opened.tolist()

    def transports():
        first, *others = memory_network(2)
        return [FaultyTransport(first, Fault("flip", 0, byte=8, bit=0)), *others]

    assert [r.result for r in run(main)] == [[5, 5, 5, 5]] * 2
    kept, fooled = (r.result for r in run(main, transports=transports))
    assert kept == [5, 5, 5, 5]
    assert fooled[0] == 5
    assert abs(fooled[1] - 5) == 1


def test_streams_of_one_call_and_of_two_calls_differ_and_pairs_agree():
    async def draw(ctx):
        common = [ctx.common_prg("x").words(2).tolist() for _ in range(2)]
        pair = ctx.pairwise_prg(1 - ctx.me, "x").words(2).tolist()
        own = ctx.prg("x").words(2).tolist()
        return common, pair, own

    async def main(ctx, mine):
        return await together(ctx, (draw,), (draw,))

    first, second = (r.result for r in run(main))
    for k in range(2):
        assert first[k][0] == second[k][0]
        assert first[k][1] == second[k][1]
        assert first[k][2] != second[k][2]
    drawn = [*first[0][0], *first[1][0], first[0][1], first[1][1], first[0][2], first[1][2]]
    assert len({tuple(words) for words in drawn}) == len(drawn)


def test_a_party_has_no_seed_with_itself():
    async def main(ctx, mine):
        ctx.pairwise_prg(ctx.me, "x")

    with pytest.raises(LocalError, match="no-pairwise-seed"):
        run(main)


def test_a_representation_shows_the_place_and_nothing_secret():
    async def main(ctx, mine):
        x = await ctx.suite.random(ctx, (3,))
        return repr(ctx), repr(x), str(int(x.words[0]))

    for shown, share, secret in (r.result for r in run(main)):
        assert "program 0" in shown
        assert secret not in share


def test_work_off_the_loop_gives_the_same_result():
    async def main(ctx, mine):
        return [await ctx.off_loop(work, int.__add__, 2, 3) for work in (1, 10**9)]

    assert [r.result for r in run(main)] == [[5, 5]] * 2


@cost(rounds=2)
async def boasts_rounds(ctx):
    """Declares two rounds, takes one."""
    await ctx.exchange(np.zeros(0, np.uint64))


@cost(rounds=1, words=2)
async def hides_bytes(ctx):
    """Declares two words, sends three."""
    await ctx.exchange(ONE)


@cost(rounds=1, words=3, triple=1)
async def forgets_material(ctx):
    """Declares a triple, takes none."""
    await ctx.exchange(ONE)


@cost(rounds=1, words=lambda k: k)
async def depends_on_the_party(ctx, k):
    """Declares something else at each party."""
    await ctx.exchange(ONE)


@pytest.mark.parametrize("wrong", [boasts_rounds, hides_bytes, forgets_material])
def test_a_wrong_declaration_is_found(wrong):
    with pytest.raises(LocalError, match="cost-mismatch"):
        run(lambda ctx, mine: wrong(ctx), audit=True)


def test_declarations_that_differ_between_parties_are_found():
    with pytest.raises(LocalError, match="cost-mismatch"):
        run(lambda ctx, mine: depends_on_the_party(ctx, ctx.me), audit=True)


@cost(rounds=1, to_one=3, call_name="pass_on", parties=2)
async def pass_on(ctx, to):
    """The first half of a call between two parties."""
    ctx.send(to, ONE)


@cost(rounds=1, to_one=3, call_name="pass_on", parties=2)
async def take_in(ctx, sender):
    """Its second half."""
    await ctx.receive(sender, Spec((3,)))


@cost(rounds=1, to_one=4, call_name="pass_on", parties=2)
async def takes_less(ctx, sender):
    """Declares another cost than its other half."""
    await ctx.receive(sender, Spec((3,)))


def pair(half):
    async def main(ctx, mine):
        if ctx.me == 2:
            await pass_on(ctx, 0)
        if ctx.me == 0:
            await half(ctx, 2)

    return main


def test_the_halves_of_a_call_between_two_of_three_parties():
    run(pair(take_in), 3, audit=True)
    with pytest.raises(LocalError, match="cost-mismatch"):
        run(pair(takes_less), 3, audit=True)


def test_a_right_declaration_passes():
    run(lambda ctx, mine: three_hops(ctx), 3, audit=True)


def test_every_communicating_function_of_the_suite_declares_its_cost():
    from protocols.beaver.convert import ROUTES, Route
    from protocols.suite import Required, Suite

    for name, member in [*vars(Required).items(), *vars(Suite).items()]:
        if hasattr(member, "__code__") and member.__code__.co_flags & 0x80:
            holders = ROUTES.values() if hasattr(Route, name) else [BeaverSuite]
            assert all(hasattr(getattr(holder, name), "declared") for holder in holders), name
