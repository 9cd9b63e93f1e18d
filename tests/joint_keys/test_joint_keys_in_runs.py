"""Keys in shares inside a run: they are dealt and made, reveal what they should, and who deviates is named."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np
import pytest
import trio
from joint_keys.shared_keys import TINY, TINY_SAFE, full_shares, tiny_shares
from paillier.paillier_keys import key

import mpc
from mpc.algebra.bigint import limbs_for
from mpc.context import Context
from mpc.errors import LocalError, ParleyError
from mpc.network.transport import memory_network
from mpc.network.wire import Message
from mpc.simulation import PartyRun, Setting, run_in_memory
from mpc.testing import Fault, FaultyTransport
from protocols.ideal import SUITE
from protocols.joint_keys import (
    AdditiveShare,
    KeyShare,
    dealt,
    reveal,
    reveal_despite,
    share_key,
    share_sending,
)
from protocols.joint_keys.decryption_dj01 import combined, partial
from protocols.paillier.packing import numbers_in
from protocols.preprocessing.dealer import local_supplies

VALUES = np.array([[3, -7], [0, 99]])
UNSAFE = {"assuming": "low order"}
PROVED = "holds although the prover may deviate"
BEFORE = "under a key that was there before is as secret as whoever dealt or made it is honest"


def revealing(array: Any, **options: Any) -> Any:
    async def main(ctx: Context, mine: KeyShare) -> Any:
        return await reveal(ctx, mine, array, **options)

    return main


@pytest.mark.parametrize(("n", "t"), [(2, 1), (3, 1), (5, 2)])
@pytest.mark.parametrize("proved", [True, False])
def test_revealed_to_everybody_at_the_declared_cost(n: int, t: int, proved: bool) -> None:
    shares = tiny_shares(n, t)
    array = shares[0].public.encrypt(VALUES, bound=100)
    run = mpc.simulate(revealing(array, proved=proved), inputs=shares, check_costs=True)
    for numbers in run.results:
        np.testing.assert_array_equal(numbers, VALUES)
    assert run.report.rounds == (1 if t == n - 1 else 2)
    assert [reveal.to for reveal in run.report.reveals] == [tuple(range(n))]
    assert run.report.reveals[0].shape == (2, 2)


@pytest.mark.parametrize("to", [0, 2, (1, 2), (2, 2, 0), np.int64(1), np.array([0, 2])], ids=repr)
def test_revealed_to_some(to: Any) -> None:
    shares = tiny_shares(3, 1, s=2)
    array = shares[0].public.encrypt_packed([[1.5, -2], [0, 3]], bound=10, fractional_bits=1, guard_bits=2)
    run = mpc.simulate(revealing(array, to=to), inputs=shares, check_costs=True)
    for party, numbers in enumerate(run.results):
        if party in np.atleast_1d(to):
            np.testing.assert_array_equal(numbers, [[1.5, -2], [0, 3]])
        else:
            assert numbers is None


def test_whole_numbers_in_place_of_floats() -> None:
    shares = tiny_shares(2, 1)
    for array in (
        shares[0].public.encrypt([1.5, -2], bound=10, fractional_bits=3),
        shares[0].public.encrypt_packed([1.5, -2], bound=10, fractional_bits=3, guard_bits=0),
    ):
        run = mpc.simulate(revealing(array, exact=True), inputs=shares, check_costs=True)
        np.testing.assert_array_equal(run.result, [12, -16])
        assert run.result.dtype == np.int64


@pytest.mark.parametrize("places", [(0, 1), (2, 0), (3, 1, 2)])
def test_a_run_of_some_of_the_parties(places: tuple[int, ...]) -> None:
    shares = tiny_shares(4, 1)
    array = shares[0].public.encrypt(VALUES, bound=100)
    inputs = [shares[place] for place in places]
    run = mpc.simulate(revealing(array, places=places), inputs=inputs, check_costs=True)
    np.testing.assert_array_equal(run.result, VALUES)
    assert run.report.rounds == 2
    for wrong in (places[::-1], (0, 0), places[:1], (*places[:-1], 4), None):
        assert refused_with(revealing(array, places=wrong), inputs) == "joint-key-place"
    few = tiny_shares(4, 2)
    array = few[0].public.encrypt(VALUES, bound=100)
    assert refused_with(revealing(array, places=(0, 1)), few[:2]) == "joint-key-parties"


def test_nothing_is_sent_of_nothing() -> None:
    shares = tiny_shares(2, 1)
    array = shares[0].public.encrypt(np.zeros((0, 3)), bound=1, fractional_bits=2)
    run = mpc.simulate(revealing(array, to=0), inputs=shares, check_costs=True)
    assert run.results[0].shape == (0, 3)
    assert run.results[1] is None
    assert run.report.rounds == 0


def test_a_key_of_full_size_in_a_run() -> None:
    shares = full_shares(2, 1)
    array = shares[0].public.encrypt([1.25, -3e5])
    run = mpc.simulate(revealing(array * 2, to=1), inputs=shares, check_costs=True)
    np.testing.assert_array_equal(run.results[1], [2.5, -6e5])


def test_the_account_says_what_revealed_values_rest_on() -> None:
    said = []
    for primes, options in ((TINY_SAFE, {}), (TINY, UNSAFE), (TINY, {"proved": False})):
        shares = tiny_shares(2, 1, primes=primes)
        array = shares[0].public.encrypt(1, bound=1)
        said.append(mpc.simulate(revealing(array, **options), inputs=shares).report.security)
    proved, assumed, followed = ([each.rpartition(") ")[2] for each in one.split(". ")] for one in said)
    assert proved == [PROVED, BEFORE]
    assert assumed == [PROVED, BEFORE, "is right if nobody finds a number of small order modulo the key's N"]
    assert followed == [BEFORE, "is right where all parties follow the protocol"]


def test_one_line_may_rest_on_several_things() -> None:
    """Whatever is said of it last: what was said before still holds of what it revealed before."""
    shares = tiny_shares(2, 1, primes=TINY)
    array = shares[0].public.encrypt(1, bound=1)

    async def main(ctx: Context, mine: KeyShare) -> None:
        for options in ({"proved": False}, UNSAFE, UNSAFE):
            await reveal(ctx, mine, array, **options)  # type: ignore[arg-type]

    said = mpc.simulate(main, inputs=shares).report.security.split(". ")
    assert [each.rpartition(") ")[2] for each in said[1:]] == [
        BEFORE,
        "is right where all parties follow the protocol",
        "is right if nobody finds a number of small order modulo the key's N",
    ]


def test_the_account_says_what_keys_rest_on(no_generation: list[KeyShare]) -> None:
    made = mpc.simulate(sharing(TINY, 1), inputs=made_together(TINY, 2)).report.security
    assert made.startswith("Keys made in shares (test_joint_keys_in_runs.py:")
    assert made.endswith(") are right and secret where all parties follow the protocol")
    followed = mpc.simulate(dealing, inputs=[None] * 3).report.security
    assert ") are secret if their dealer, party1, is honest, and forgets them. " in followed


def refused_with(main: Any, inputs: Any) -> str:
    with pytest.raises(ParleyError) as refused:
        mpc.simulate(main, inputs=inputs)
    return refused.value.code


def test_shares_that_do_not_belong_there() -> None:
    shares, others = tiny_shares(3, 1), tiny_shares(2, 1, primes=TINY)
    array, other = shares[0].public.encrypt(1, bound=1), others[0].public.encrypt(1, bound=1)
    assert refused_with(revealing(array), [shares[1], shares[0], shares[2]]) == "joint-key-place"
    assert refused_with(revealing(array), shares[:2]) == "joint-key-place"
    assert refused_with(revealing(array), others) == "paillier-other-key"
    assert refused_with(revealing(other), others) == "weak-proof"
    for held, ciphertexts in ((shares, array), (others, other)):
        assert refused_with(revealing(ciphertexts, assuming="loworder"), held) == "wrong-choice"
    for to, code in ((3, "no-such-party"), (-1, "no-such-party"), (True, "bad-party"), (1.0, "bad-party")):
        assert refused_with(revealing(array, to=to), shares) == code
    assert refused_with(revealing(array.within(0)), shares) == "paillier-beyond-bound"


def test_parties_that_would_decrypt_something_else_are_noticed() -> None:
    shares = tiny_shares(2, 1)
    arrays = [shares[0].public.encrypt(value, bound=10) for value in (3, 4)]

    async def main(ctx: Context, mine: KeyShare) -> Any:
        return await reveal(ctx, mine, arrays[ctx.me])

    assert refused_with(main, shares) == "public-values-differ"


def ends_of(main: Any, inputs: Any, fault: Fault, liar: int) -> list[PartyRun]:
    """How each party ended, where one has a fault."""
    n = len(inputs)
    transports: list[Any] = list(memory_network(n))
    transports[liar] = struck = FaultyTransport(transports[liar], fault)
    setting = Setting(SUITE, collect_errors=True)
    runs = trio.run(lambda: run_in_memory(main, inputs, local_supplies(n), setting, transports=transports))
    assert struck.struck
    return runs


def parts_alone(to: int, message: Message) -> bool:
    """Chooses what is told of a decryption."""
    return message.array.dtype == np.uint8


@pytest.mark.parametrize(
    "fault",
    [
        Fault("flip", parts_alone, byte=3),
        Fault("flip", parts_alone, byte=130),
        Fault("flip", parts_alone, byte=-1),
        Fault("truncate", parts_alone),
        Fault("relabel", parts_alone),
    ],
    ids=lambda fault: f"{fault.action}{fault.byte}",
)
def test_a_wrong_part_is_named_and_the_others_still_learn_the_numbers(fault: Fault) -> None:
    shares = tiny_shares(3, 1)
    array = shares[0].public.encrypt(VALUES, bound=100)

    async def main(ctx: Context, mine: KeyShare) -> Any:
        return await reveal_despite(ctx, mine, array)

    runs = ends_of(main, shares, fault, liar=2)
    for run in runs[:2]:
        numbers, refused = run.result
        np.testing.assert_array_equal(numbers, VALUES)
        assert [error.party for error in refused] == ["party2"]
    assert runs[2].result[1] == []


def test_a_party_that_sends_no_part_ends_the_run_and_the_others_decrypt_without_it() -> None:
    shares = tiny_shares(3, 1)
    array = shares[0].public.encrypt(VALUES, bound=100)

    async def main(ctx: Context, mine: KeyShare) -> Any:
        return await reveal_despite(ctx, mine, array)

    ends = ends_of(main, shares, Fault("drop", parts_alone), liar=0)
    assert [getattr(end.error, "party", None) for end in ends[1:]] == ["party0"] * 2
    without = mpc.simulate(revealing(array, places=(1, 2)), inputs=shares[1:])
    np.testing.assert_array_equal(without.result, VALUES)


@pytest.mark.parametrize("chosen", [0, 1])
@pytest.mark.parametrize("byte", [0, 5, 70, 100, 140, -3])
def test_without_parties_to_spare_whoever_is_wrong_is_named(chosen: int, byte: int) -> None:
    shares = tiny_shares(3, 2)
    array = shares[0].public.encrypt(VALUES, bound=100)
    ends = ends_of(revealing(array), shares, Fault("flip", chosen, byte=byte), liar=1)
    (receiver,) = [party for party in (0, 2) if getattr(ends[party].error, "party", None) == "party1"
                   and ends[party].error.code not in ("peer-failed", "peer-lost")]  # fmt: skip
    assert ends[receiver].error.code in ("paillier-range", "paillier-not-unit", "malformed-proof", "proof-refused",
        "proof-of-another-statement", "proof-of-another-session")  # fmt: skip
    assert all(end.result is None for end in ends if end.error)


def test_without_proofs_a_wrong_part_ends_the_run() -> None:
    shares = tiny_shares(2, 1)
    array = shares[0].public.encrypt(VALUES, bound=100)
    ends = ends_of(revealing(array, proved=False), shares, Fault("flip", parts_alone), liar=1)
    assert ends[0].error.code in ("partial-decryptions-differ", "paillier-range", "paillier-not-unit")


def made_together(primes: tuple[int, int], n: int) -> list[int]:
    """Addends of phi(N), of either sign."""
    p, q = primes
    addends = [(-1) ** i * (p * q // (3 + i)) for i in range(n - 1)]
    return [*addends, (p - 1) * (q - 1) - sum(addends)]


def sharing(primes: tuple[int, int], t: int, s: int = 1) -> Any:
    async def main(ctx: Context, phi: int) -> KeyShare:
        made = AdditiveShare(primes[0] * primes[1], phi)
        return await share_key(ctx, made, parties=ctx.n, threshold=t, s=s, own=key())

    return main


@pytest.mark.parametrize(("n", "t", "s"), [(2, 1, 1), (3, 1, 2), (3, 2, 1)])
def test_a_key_of_a_modulus_that_parties_made(n: int, t: int, s: int) -> None:
    run = mpc.simulate(sharing(TINY, t, s), inputs=made_together(TINY, n), check_costs=True)
    shares: list[KeyShare] = run.results
    joint = shares[0].joint
    assert run.report.rounds == 5
    assert [share.place for share in shares] == list(range(n))
    assert all(share.joint == joint and share.fits() for share in shares)
    assert joint.threshold == t
    assert joint.theta != 1
    assert not joint.safe
    assert shares[0].public.exponent == "textbook"
    array = shares[0].public.encrypt([-5, 12], bound=20)
    for places in combinations(range(n), t + 1):
        parts = [partial(shares[place], array.words) for place in places]
        np.testing.assert_array_equal(numbers_in(array, combined(joint, places, parts), array.scale), [-5, 12])
    again = mpc.simulate(revealing(array, **UNSAFE), inputs=shares)
    np.testing.assert_array_equal(again.result, [-5, 12])


def test_addends_of_something_else_make_no_key() -> None:
    wrong = made_together(TINY, 2)
    wrong[1] += 2
    assert refused_with(sharing(TINY, 1), wrong) == "joint-key-inconsistent"
    assert refused_with(sharing(TINY, 2), made_together(TINY, 2)) == "joint-key-parties"
    assert refused_with(sharing(TINY, 1), [2**41, 0]) == "wrong-number"


@pytest.mark.parametrize("number", range(6))
def test_a_changed_message_makes_no_key(number: int) -> None:
    """A modulus, limbs, a product, a part of theta, a point, v to a share: neither party takes what comes of it."""
    ends = ends_of(sharing(TINY, 1), made_together(TINY, 2), Fault("flip", number, byte=2, bit=1), liar=1)
    errors = [end.error for end in ends]
    assert all(isinstance(error, ParleyError) for error in errors)
    codes = {error.code for error in errors}
    assert codes & {"paillier-key-factor", "paillier-range", "joint-key-malformed", "joint-key-inconsistent"}


@pytest.mark.parametrize(("number", "code"), [(4, "joint-key-malformed"), (5, "paillier-range")])
def test_numbers_beyond_what_they_can_be_name_their_sender(number: int, code: str) -> None:
    """A point, and v to a share, each with the highest bit of its words."""
    ends = ends_of(sharing(TINY, 1), made_together(TINY, 2), Fault("flip", number, byte=-1, bit=7), liar=1)
    assert isinstance(ends[0].error, ParleyError)
    assert (ends[0].error.code, getattr(ends[0].error, "party", None)) == (code, "party1")


def dealing(ctx: Context, mine: Any) -> Any:
    return dealt(ctx, 1, parties=3, threshold=1)


@pytest.fixture
def no_generation(monkeypatch: pytest.MonkeyPatch) -> list[KeyShare]:
    """The dealer has a key of full size that was made before."""
    shares = full_shares(3, 1)
    monkeypatch.setattr(share_sending, "deal", lambda *args, **options: shares)
    return shares


def test_a_dealer_of_the_run(no_generation: list[KeyShare]) -> None:
    run = mpc.simulate(dealing, inputs=[None] * 3, check_costs=True)
    assert run.report.rounds == 1
    for place, share in enumerate(run.results):
        assert share.joint == no_generation[0].joint
        assert share.place == place
        assert share.fits()
    assert refused_with(dealing, [None] * 2) == "joint-key-parties"


@pytest.mark.parametrize(
    ("number", "codes"),
    [
        (
            0,
            {"paillier-key-factor", "paillier-key-even", "paillier-key-prime", "joint-key-malformed", "paillier-range"},
        ),
        (1, {"paillier-range", "paillier-not-unit", "joint-key-malformed", "joint-key-inconsistent"}),
        (2, {"joint-key-malformed"}),
    ],
)
def test_a_wrong_share_of_a_dealer_is_noticed(number: int, codes: set[str], no_generation: list[KeyShare]) -> None:
    ends = ends_of(dealing, [None] * 3, Fault("flip", number, byte=600 if number == 1 else 3), liar=1)
    assert ends[0].error.code in codes


def test_a_share_longer_than_shares_are(no_generation: list[KeyShare]) -> None:
    ends = ends_of(dealing, [None] * 3, Fault("flip", 5, byte=8 * limbs_for(4094) - 1, bit=7), liar=1)
    assert ends[2].error.code == "joint-key-malformed"


@pytest.mark.parametrize(("dealer", "code"), [(3, "no-such-party"), (-1, "no-such-party"), (1.0, "bad-party")])
def test_a_dealer_that_there_is_not(dealer: Any, code: str) -> None:
    async def main(ctx: Context, mine: Any) -> KeyShare:
        return await dealt(ctx, dealer, parties=3, threshold=1)

    assert refused_with(main, [None] * 3) == code


def test_a_place_outside_a_party(no_generation: list[KeyShare]) -> None:
    with pytest.raises(LocalError, match="joint-key-place"):
        mpc.simulate(revealing(no_generation[0].public.encrypt(1, bound=1)), inputs=[no_generation[0]] * 3)
