"""Noise of clients' parts under the masks of a star: enough whoever vanishes, paid before, and no round too many."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from federations import model
from privacy.ledgers import signer
from training_stars import DATA, Run, drop, federation, member

from mpc import federated
from mpc.errors import LocalError, PeerError
from mpc.prg import Seed
from protocols.federated.noise import rounds_of
from protocols.federated.openings import Kind, Opening, opening_bytes
from protocols.privacy.ledger.charges import budget
from protocols.privacy.ledger.ledger import Ledger

pytestmark = pytest.mark.filterwarnings("ignore::protocols.federated.NoiseWarning")
"""Few sites, and so noise in which updates drown."""

NOISE = federated.SiteNoise(epsilon=8, delta="1e-5", clip=1.0)


@pytest.mark.parametrize("options", [{}, {"corrupted": 0.17}, {"malicious": True, "dropouts": 0.17}])
@pytest.mark.parametrize("noise", [NOISE, replace(NOISE, skellam=True), replace(NOISE, epsilon=None, rho=1)])
def test_parts_of_those_that_must_stay_less_the_corrupted_are_enough(noise, options):
    """The variance of as few parts as an accepted sum may have of honest clients is that of the noise asked for."""
    agreed = federation(privacy=noise, **options).agreed(model())
    plan, coder = agreed.plan, agreed.terms.coder
    assert coder.sampler.honest == plan.quorum - plan.corrupted
    assert coder.sampler.parties == 6
    alone = federation(clients=6, privacy=noise, **options)
    whole = replace(alone.privacy, honest=1)
    needed = rounds_of(whole, alone.rounds, 2).sampler(coder.squared_distance, agreed.terms.layout.size)
    assert coder.sampler.honest * coder.sampler.parts.spread >= needed.parts.spread * Fraction(999, 1000)


def test_rounds_with_noise_tell_nothing_else():
    at = lambda tag: tag == (1, 2)  # noqa: E731
    run = Run(federation(rounds=3, privacy=NOISE, updates=federated.Updates(bits=24)), others={1: drop(1, at)})()
    assert [report.survivors for report in run.reports] == [6, 5, 6]
    assert [(r.examples, r.train_loss, r.held_out) for r in run.served.trained.rounds] == [(0, None, None)] * 3
    assert run.served.trained.price.ways[0].epsilon <= 8
    assert run.served.trained.held_out is None


def test_noise_moves_the_weights_as_far_as_it_says():
    """Clients without data: the sum is noise alone, whose size is the sampler's, of six parts."""
    empty = (np.empty((0, 4)), np.empty(0, int))
    agreed = federation(rounds=36, privacy=NOISE)
    run = Run(agreed, [empty] * 6)()
    coder = agreed.agreed(model()).terms.coder
    spread = 6 * float(coder.sampler.parts.spread) * coder.grid.step**2 / 36
    total = sum(report.round.moved**2 for report in run.reports)
    assert 0.6 < total / (36 * 15 * spread) < 1.6  # 540 squares: outside with a chance below 10^-14


def test_a_round_without_a_sum_is_spent():
    at = lambda tag: tag == (0, 2)  # noqa: E731
    run = Run(federation(rounds=3, privacy=NOISE), others={i: drop(i, at) for i in (0, 1, 2)})()
    assert [report.round is None for report in run.reports] == [True, False, False]
    assert len(run.served.trained.rounds) == 2
    assert run.served.begun == 3


def test_central_noise_is_the_servers():
    empty = (np.empty((0, 4)), np.empty(0, int))
    run = Run(federation(rounds=2, privacy=replace(NOISE, central=True)), [empty] * 6)()
    assert all(report.round.moved > 0 for report in run.reports)


def test_noise_for_people():
    noise = federated.PersonNoise(epsilon=8, delta="1e-5", clip=1.0, people=200)
    run = Run(federation(rounds=2, privacy=noise, updates=federated.Updates(bits=40, most_examples=100)))()
    assert len(run.served.trained.rounds) == 2
    users, waiting = [np.zeros(len(y)) for _, y in DATA], federated.Waiting(more=0.1, most=0.2)
    run = Run(federation(privacy=noise), client_options={"users": users}, waiting=waiting)()
    assert run.told[0].code == "contributions-unbounded"


def opening(one, number, kind=Kind.TRAIN):
    weights = np.zeros(one.agreed.terms.layout.size)
    return opening_bytes(one.agreed.terms, Opening(kind, number, Seed(bytes(32)), weights))


def test_a_client_takes_part_in_no_more_rounds_than_noise_is_made_for():
    one = member(federation(rounds=2, privacy=NOISE), 0)
    one.meet(b"a")
    assert one.answer((0, 0), opening(one, 0))
    one.meet(b"b")  # a server that pretends to begin anew
    assert one.answer((0, 0), opening(one, 0))
    with pytest.raises(PeerError, match="rounds-spent"):
        one.answer((1, 0), opening(one, 1))
    with pytest.raises(PeerError, match="training-message"):
        one.answer((2, 0), opening(one, 2, Kind.EVALUATE))


def test_a_round_that_is_opened_twice_has_other_noise_and_keys():
    """As a server would that wants to take the noise off: the vectors differ in almost all places."""
    one, vectors = member(federation(rounds=4, privacy=NOISE), 0, [(np.empty((0, 4)), np.empty(0, int))]), []
    for session in (b"a", b"b"):
        one.meet(session)
        one.answer((0, 0), opening(one, 0))
        vectors.append(one._client._vector.copy())
    assert (vectors[0] != vectors[1]).mean() > 0.9


def ledger_of(folder, name, rho="0.5"):
    ledger = Ledger.begin(folder / f"{name}.ledger", signer(name))
    ledger.set_budget("mine", budget(rho=rho, delta="1e-9"))
    return ledger


def test_all_rounds_are_spent_before_the_first_and_each_is_noted(tmp_path):
    ledgers = {name: ledger_of(tmp_path, name) for name in ("server", "client-0")}
    agreed = federation(rounds=2, privacy=federated.SiteNoise(rho="0.3", clip=1.0))
    spending = [federated.Spending(ledgers["client-0"], "mine"), *[None] * 5]
    run = Run(agreed, spending=federated.Spending(ledgers["server"], "mine"), client_options={"spending": spending})()
    assert len(run.served.trained.rounds) == 2
    for ledger in ledgers.values():
        ledger.catch_up()
        assert ledger.balance.account("mine").used[0] >= Fraction("0.3")
        assert not ledger.balance.prepaid
    again = Run(agreed, spending=federated.Spending(ledgers["server"], "mine"))()
    assert again.error.code == "budget-exceeded"
    assert not again.reports


def test_steps_that_are_left_are_taken_after_a_restart(tmp_path):
    ledger = ledger_of(tmp_path, "server")
    agreed = federation(rounds=3, privacy=federated.SiteNoise(rho="0.3", clip=1.0)).agreed(model())
    first = federated.Spending(ledger, "mine")
    assert first.begin(agreed, "server") == 3
    first.spend()
    second = federated.Spending(ledger, "mine")
    assert second.begin(agreed, "server") == 2
    second.spend()
    second.spend()
    with pytest.raises(LocalError, match="ledger-step"):
        second.spend()
    assert ledger.balance.account("mine").used[0] < Fraction("0.31")
    with pytest.raises(LocalError, match="no-noise"):
        second.begin(federation().agreed(model()), "server")
