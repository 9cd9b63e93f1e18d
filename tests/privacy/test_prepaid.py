"""A schedule is paid for before its first step, and its steps draw on that."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from privacy.houses import NAMES, House
from privacy.ledgers import ASKER, OUTPUTS, begun, identity

import mpc
from mpc.errors import LocalError, PeerError
from protocols.privacy.events import GaussianEvent, NearEvent, RepeatedEvent
from protocols.privacy.joint_noise import MOST_TAU
from protocols.privacy.ledger.charges import budget, charge
from protocols.privacy.ledger.verifying import verify
from protocols.privacy.neighbours import substitute
from protocols.privacy.policy import Policy
from protocols.privacy.prepaid import prepaid
from protocols.privacy.schedules import schedule_of
from protocols.privacy.training import FixedBatches, PoissonBatches, training_schedule
from protocols.runs.planning import plan
from protocols.runs.simulating import simulate

IN_EPSILON = budget(epsilon=3, delta="1e-6", neighbours=substitute())
IN_RHO = budget(rho="0.1", delta="1e-12", neighbours=substitute())
NOISES = [mpc.Gaussian(rho="0.01"), mpc.Laplace(epsilon="0.1"), mpc.Gaussian(rho="0.01")]


async def own(ctx):
    """Records of party 0, whose sum one of them moves by at most 1."""
    return await mpc.secret(ctx, 0, np.ones((20, 3)) if ctx.me == 0 else None, range=(0, 1))


async def three(ctx, x, **options):
    """All steps; how much of the ledger was used before the first, and after the last."""
    async with prepaid(ctx, NOISES, elements=3, **options) as paid:
        first = ctx.session.keeper.ledger.balance.account("salaries").used
        for _ in range(3):
            await mpc.reveal(ctx, x.sum(axis=0), privacy=paid.step())
        assert paid.left == 0
    return first == ctx.session.keeper.ledger.balance.account("salaries").used, first


@pytest.mark.parametrize("n", [2, 3])
def test_one_charge_is_spent_before_the_first_step_and_none_with_the_others(tmp_path, n):
    house = House(tmp_path, (IN_EPSILON,) * n)

    async def main(ctx, _):
        same, (epsilon, delta) = await three(ctx, await own(ctx))
        return same, 0.5 < epsilon < 1.5, float(delta)

    assert house.run(main) == [(True, True, 1e-9)] * n
    account = verify(house.file(0), identity(NAMES[0]).certificate).balance.account("salaries")
    assert account.spent.count == 1


def test_each_party_keeps_the_measure_that_it_likes(tmp_path):
    house = House(tmp_path, (IN_RHO, IN_EPSILON))

    async def main(ctx, _):
        return (await three(ctx, await own(ctx)))[1]

    (rho, tau), (epsilon, delta) = house.run(main)
    assert rho == Fraction("0.025"), "0.01 + 0.1^2 / 2 + 0.01"
    assert 0 < tau <= 3 * MOST_TAU + Fraction(1, 10**30)
    assert (0.5 < epsilon < 1.5, delta) == (True, Fraction(1, 10**9))


def test_one_reveal_of_gaussian_noise_is_booked_in_the_measure_of_each_budget(tmp_path):
    house = House(tmp_path, (IN_RHO, IN_EPSILON), (Policy(most_rho=Fraction(1, 50)), Policy(most_epsilon=Fraction(1))))

    async def main(ctx, _):
        await mpc.reveal(ctx, (await own(ctx)).sum(axis=0), privacy=mpc.Gaussian(rho="0.01"))
        with pytest.raises((LocalError, PeerError), match=r"policy-amount|reveal-refused"):
            await mpc.reveal(ctx, (await own(ctx)).sum(axis=0), privacy=mpc.Gaussian(rho="0.03"))
        return ctx.session.keeper.ledger.balance.account("salaries").used

    (rho, tau), (epsilon, delta) = house.run(main)
    assert (rho, 0 < tau <= MOST_TAU + Fraction(1, 10**30)) == (Fraction(1, 100), True)
    assert (0.3 < epsilon < 1, delta) == (True, Fraction(1, 10**9))


def test_a_run_that_stops_between_has_spent_all(tmp_path):
    house = House(tmp_path, (IN_EPSILON,) * 2)

    async def stopped(ctx):
        async with prepaid(ctx, [mpc.Laplace(epsilon="0.5")] * 4, elements=3) as paid:
            await mpc.reveal(ctx, (await own(ctx)).sum(axis=0), privacy=paid.step())
            raise ZeroDivisionError

    async def main(ctx, _):
        with pytest.raises(ZeroDivisionError):
            await stopped(ctx)

    house.run(main)
    assert [spent for spent, _ in house.accounts()] == [2, 2]
    assert verify(house.file(0), identity(NAMES[0]).certificate).balance.prepaid[3].taken == {0}


WRONG = {
    "one step too many": lambda ctx, x, paid: (
        mpc.reveal(ctx, x.sum(axis=0), to=0, privacy=paid.step()) for _ in range(4)
    ),
    "a step twice": lambda ctx, x, paid: (mpc.reveal(ctx, x.sum(axis=0), to=0, privacy=s) for s in [paid.step()] * 2),
    "too many elements": lambda ctx, x, paid: [
        mpc.reveal(ctx, np.concatenate([x.sum(axis=0)] * 2), to=0, privacy=paid.step())
    ],
    "another receiver": lambda ctx, x, paid: [mpc.reveal(ctx, x.sum(axis=0), to=1, privacy=paid.step())],
}


@pytest.mark.parametrize("way", WRONG)
def test_what_is_not_in_the_schedule_is_refused_by_name_with_nothing_sent(way):
    async def all_of_it(ctx, x, paid):
        for step in WRONG[way](ctx, x, paid):
            await step

    async def main(ctx, _):
        x = await own(ctx)
        async with prepaid(ctx, NOISES, elements=3, to=0) as paid:
            with pytest.raises(LocalError, match="not-in-schedule") as caught:
                await all_of_it(ctx, x, paid)
        with pytest.raises(LocalError, match="ended with its"):
            paid.step()
        return caught.value.cause.startswith("step "), caught.value.line.split(":")[0]

    assert simulate(main, [None, None]).results == [(True, "test_prepaid.py")] * 2


def test_a_step_outlives_neither_its_block_nor_its_run():
    async def main(ctx, _):
        x = await own(ctx)
        async with prepaid(ctx, NOISES, elements=3) as paid:
            kept = paid.step()
        with pytest.raises(LocalError, match="not-in-schedule"):
            await mpc.reveal(ctx, x.sum(axis=0), privacy=kept)

    simulate(main, [None, None])


def test_a_party_without_room_refuses_before_the_first_step(tmp_path):
    house = House(tmp_path, (IN_EPSILON, budget(epsilon="0.01", delta="1e-6", neighbours=substitute())))

    async def main(ctx, _):
        try:
            async with prepaid(ctx, [mpc.Laplace(epsilon="0.5")] * 4, elements=3):
                return "entered"
        except (LocalError, PeerError) as error:
            return error.code, error.line.split(":")[0]

    here = "test_prepaid.py"
    assert house.run(main) == [("reveal-refused", here), ("budget-exceeded", here)]
    assert house.accounts() == [(0, 0), (0, 0)]


def test_a_refusal_within_a_run_is_caught_alike_at_all_parties_and_says_what_stays_spent(tmp_path):
    house = House(tmp_path, (IN_EPSILON, budget(epsilon="1.5", delta="1e-6", neighbours=substitute())))

    async def main(ctx, _):
        found = []
        for _ in range(3):
            try:
                found.append(await mpc.reveal(ctx, (await own(ctx)).sum(), privacy=mpc.Laplace(epsilon=1)))
            except mpc.ParleyError as error:
                said = "1 noisy value was opened before it in this run" in error.remedy
                return len(found), type(error), mpc.privacy.is_refusal(error), said

    assert house.run(main) == [(1, PeerError, True, True), (1, LocalError, True, True)]
    assert [spent for spent, _ in house.accounts()] == [1, 1]
    assert not mpc.privacy.is_refusal(LocalError("range-exceeded", "no"))
    assert not mpc.privacy.is_refusal(PeerError("peer-failed", "no"))
    assert not mpc.privacy.is_refusal(ValueError())


@pytest.mark.parametrize(
    ("policy", "code"),
    [
        (Policy(to=frozenset({"party1"})), "policy-receiver"),
        (Policy(most_elements=2), "policy-shape"),
        (Policy(most_epsilon=Fraction(1, 10)), "policy-amount"),
        (Policy(most_rho=Fraction(1, 100)), "policy-amount"),
    ],
)
def test_a_policy_speaks_before_the_first_step(tmp_path, policy, code):
    house = House(tmp_path, (None, None), (policy, Policy()))

    async def main(ctx, _):
        try:
            async with prepaid(ctx, NOISES, elements=3):
                return "entered"
        except (LocalError, PeerError) as error:
            return error.code

    assert house.run(main) == [code, "reveal-refused"]


def test_the_records_of_a_step_are_counted_when_it_is_taken_and_not_before(tmp_path):
    house = House(tmp_path, (None, None), (Policy(smallest_group=10), Policy()))

    async def main(ctx, _):
        x = await own(ctx)
        async with prepaid(ctx, NOISES, elements=3) as paid:
            await mpc.reveal(ctx, x.sum(axis=0), privacy=paid.step())
            with pytest.raises((LocalError, PeerError), match=r"policy-group|peer-failed"):
                await mpc.reveal(ctx, x[:9].sum(axis=0), privacy=paid.step())
            raise LocalError("as-expected", "done")

    with pytest.raises((LocalError, PeerError), match=r"as-expected|peer-failed"):
        house.run(main)


def test_what_is_no_context_is_said():
    async def main(ctx, _):
        with pytest.raises(LocalError, match=r"no-context.*prepaid is a value of type list"):
            async with prepaid(NOISES, ctx, elements=3):
                pass

    simulate(main, [None, None])


def test_steps_take_no_rounds_for_consent_and_a_plan_counts_what_is_sent():
    async def paid(ctx, _):
        x = await own(ctx)
        async with prepaid(ctx, NOISES[:1] * 2, elements=3) as prepayment:
            for _ in range(2):
                await mpc.reveal(ctx, x.sum(axis=0), privacy=prepayment.step())

    async def each(ctx, _):
        x = await own(ctx)
        for _ in range(2):
            await mpc.reveal(ctx, x.sum(axis=0), privacy=NOISES[0])

    ours, theirs, planned = (
        way(main, [None, None]).report for way, main in ((simulate, paid), (simulate, each), (plan, paid))
    )
    assert ours.rounds == theirs.rounds - 4 == planned.rounds
    assert ours.bytes_sent == planned.bytes_sent
    assert "step 1 of 2, paid for beforehand" in ours.reveals[0].privacy


OTHERS = {
    "fewer": (NOISES, NOISES[:2]),
    "in another order, for the same price": (NOISES, [NOISES[0], NOISES[2], NOISES[1]]),
    "of another sensitivity": ([mpc.Laplace(epsilon=1)], [mpc.Laplace(epsilon=1, sensitivity=2)]),
}


@pytest.mark.parametrize("way", OTHERS)
def test_parties_that_mean_other_schedules_are_noticed(tmp_path, way):
    house = House(tmp_path, (None, None))

    async def main(ctx, _):
        try:
            async with prepaid(ctx, OTHERS[way][ctx.me], elements=3):
                return "entered"
        except PeerError as error:
            return error.code

    assert house.run(main) == ["public-values-differ"] * 2


# what schedules cost


def test_a_list_of_noises_costs_what_they_cost_together():
    found = schedule_of(NOISES, 3, 16)
    epsilon, rho = found.price.booked("epsilon"), found.price.booked("rho")
    assert rho.rho == Fraction("0.025")
    assert epsilon.delta == Fraction(1, 10**9)
    alone = schedule_of(NOISES[:1], 3, 16).price.booked("epsilon").epsilon
    assert epsilon.epsilon < 2 * alone + Fraction("0.1"), "and less than one by one"
    pure = schedule_of([mpc.Laplace(epsilon="0.1")] * 10, 3, 16).price.booked("epsilon")
    assert pure.epsilon == 1, "ten times 0.1"


def test_a_training_is_charged_with_the_distance_of_its_noise():
    whole = training_schedule(FixedBatches(1), 40, 25, 1, "1e-5", neighbours=substitute())
    found = schedule_of(whole, 4, 16)
    step = GaussianEvent(whole.noisy_sum.variance, substitute(), discrete=True)
    assert found.event == NearEvent(RepeatedEvent(step, 25), 25 * MOST_TAU)
    assert found.price.booked("rho").rho == 25 * step.rho
    assert whole.cost.epsilon <= found.price.booked("epsilon").epsilon < whole.cost.epsilon + Fraction(1, 10**6)
    sampled = training_schedule(PoissonBatches(Fraction(1, 10)), 4, 25, 1, "1e-5")
    found = schedule_of(sampled, 4, 16)
    assert found.distance == Fraction(4, 16 * (4 << 16) ** 2)
    assert found.event == NearEvent(sampled.event, 25 * (MOST_TAU + found.distance))
    assert [way.measure for way in found.price.ways] == ["epsilon"], "a sample has no rho"
    assert found.price.ways[0].epsilon > sampled.cost.epsilon


def test_a_training_runs_by_its_schedule_and_noise_that_is_coarser_is_refused():
    schedule = training_schedule(PoissonBatches(Fraction(1, 2)), 8, 2, 1, "1e-5")

    async def main(ctx, _):
        x = await own(ctx)
        whole = await mpc.secret(ctx, 0, np.ones((20, 3), int) if ctx.me == 0 else None, range=(0, 1))
        async with prepaid(ctx, schedule, elements=3, secret_batches=True) as paid:
            found = await mpc.reveal(ctx, x[:, 0].sum(), privacy=paid.step())
            with pytest.raises(LocalError, match=r"not-in-schedule.*coarser"):
                await mpc.reveal(ctx, whole.sum(axis=0), privacy=paid.step())
        return abs(found - 20) < 100

    assert simulate(main, [None, None]).results == [True, True]


def test_poisson_batches_are_charged_as_such_only_where_the_program_says_that_they_are_secret():
    schedule = training_schedule(PoissonBatches(Fraction(1, 10)), 8, 1, 1, "1e-5")
    all_records = training_schedule(PoissonBatches(Fraction(1)), 8, 1, 1, "1e-5")

    async def main(ctx, _):
        x = await own(ctx)
        with pytest.raises(LocalError, match=r"batches-not-secret.*probability 1/10"):
            async with prepaid(ctx, schedule, elements=1):
                pass
        for given, secret in ((all_records, False), (schedule, True)):
            async with prepaid(ctx, given, elements=1, secret_batches=secret) as paid:
                await mpc.reveal(ctx, x[:, 0].sum(), privacy=paid.step())

    for report in (simulate(main, [None, None]).report, plan(main, [None, None]).report):
        whole, sample = (each.privacy for each in report.reveals)
        assert "secret" not in whole
        assert sample.endswith("; rests on batches that are Poisson samples with probability 1/10 and stay secret")
        assert report.security.count("probability 1/10 stay secret: who knows") == 1


@pytest.mark.parametrize(
    "noise", [mpc.Gaussian(rho="1e-17", sensitivity=1), mpc.Laplace(epsilon="1e-15", sensitivity=1)]
)
def test_noise_that_fits_no_value_is_refused_before_anything_is_spent(tmp_path, noise):
    house = House(tmp_path, (IN_EPSILON,) * 2)

    async def main(ctx, _):
        with pytest.raises(LocalError, match="noise-out-of-range") as caught:
            async with prepaid(ctx, [noise], elements=3):
                pass
        return caught.value.line.split(":")[0]

    assert house.run(main) == ["test_prepaid.py"] * 2
    assert house.accounts() == [(0, 0), (0, 0)]


def test_a_step_of_records_that_are_longer_than_the_bound_of_clipping_says_what_was_paid_for():
    schedule = training_schedule(FixedBatches(1), 8, 1, 1, "1e-5", neighbours=substitute())

    async def main(ctx, _):
        x = await mpc.secret(ctx, 0, np.ones(20) if ctx.me == 0 else None, range=(-2, 2))
        async with prepaid(ctx, schedule, elements=1) as paid:
            with pytest.raises(
                LocalError, match=r"sensitivity-too-small.*sensitivity of 2, .*clipping=.* by 4"
            ) as caught:
                await mpc.reveal(ctx, x.sum(), privacy=paid.step())
        return "parley plan" in caught.value.remedy

    assert simulate(main, [None, None]).results == [True, True]


@pytest.mark.parametrize(("wrong", "code"), [([], "wrong-privacy"), ("noise", "wrong-privacy"), ([1], "wrong-privacy")])
def test_what_is_no_schedule_is_refused(wrong, code):
    with pytest.raises(LocalError) as caught:
        schedule_of(wrong, 3, 16)
    assert caught.value.code == code
    coarse = training_schedule(PoissonBatches(Fraction(1, 10)), 1, 1, 1, "1e-5")
    with pytest.raises(LocalError, match="noise-out-of-range"):
        schedule_of(coarse, 3, 2)


# in the ledger


def test_a_step_is_taken_once_by_its_run_and_of_what_is_spent(tmp_path):
    ledger = begun(tmp_path / "a.ledger", epsilon=3)
    number = ledger.reserve(ASKER, "salaries", charge(epsilon=1), OUTPUTS, steps=2)
    with pytest.raises(LocalError, match="ledger-step"):
        ledger.step(ASKER, number, 0, OUTPUTS)
    ledger.commit(number, "00" * 32)
    ledger.step(ASKER, number, 1, OUTPUTS)
    other = type(ASKER)("ef" * 32, ASKER.program, ASKER.parties)
    for asker, step in ((ASKER, 1), (ASKER, 2), (ASKER, -1), (other, 0)):
        with pytest.raises(LocalError, match="ledger-step"):
            ledger.step(asker, number, step, OUTPUTS)
    ledger.step(ASKER, number, 0, OUTPUTS)
    assert not ledger.balance.prepaid
    single = ledger.reserve(ASKER, "salaries", charge(epsilon=1), OUTPUTS)
    ledger.commit(single, "00" * 32)
    with pytest.raises(LocalError, match="ledger-step"):
        ledger.step(ASKER, single, 0, OUTPUTS)
    assert verify(ledger.file, identity().certificate).balance.account("salaries").spent.count == 2
