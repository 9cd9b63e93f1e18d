"""Audits of one run: what is claimed is not refuted, and what is broken is, by canaries in a training and by coins."""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from math import exp, log
from statistics import NormalDist

import numpy as np
import pytest
from privacy.tapes import fix_seeds

from mpc.errors import LocalError
from protocols.privacy.accounts import cost
from protocols.privacy.canaries import canaries, guess
from protocols.privacy.clipping import Clipping
from protocols.privacy.events import GaussianEvent
from protocols.privacy.gradients_acgmmtz16 import NoisyGradients
from protocols.privacy.local_responses_wbls17 import RandomizedResponse
from protocols.privacy.neighbours import add_or_remove
from protocols.privacy.one_run_mmc25 import gaussian_trade_off, refutes, trade_off_of, trade_off_of_pairs
from protocols.privacy.one_run_snj23 import Guessed
from protocols.privacy.training import PoissonBatches, training_schedule

DELTA = "1e-5"
COUNT = 800
RUNS = 200


@pytest.fixture(autouse=True)
def _same_noise(monkeypatch: pytest.MonkeyPatch) -> None:
    fix_seeds(monkeypatch, "one run")


@pytest.mark.parametrize(("epsilon", "delta"), [(0.3, 0.0), (1.0, 1e-5), (4.0, 1e-3)])
@pytest.mark.parametrize(("guesses", "right"), [(20, 0), (20, 20), (300, 230), (1000, 640)])
def test_the_chance_is_that_of_the_formula(epsilon: float, delta: float, guesses: int, right: int) -> None:
    from scipy.stats import binom  # here, for it takes a second of every process that collects this

    tail = binom(guesses, 1 / (1 + exp(-epsilon)))
    most = max(((tail.cdf(right - 1) - tail.cdf(right - i - 1)) / i for i in range(1, right + 1)), default=0)
    formula = min(1, tail.sf(right - 1) + 2 * 1000 * delta * most)
    assert Guessed(1000, guesses, right).chance(epsilon, delta) == pytest.approx(formula, rel=1e-9, abs=1e-13)


def test_all_right_of_few_guesses_show_what_they_must() -> None:
    """All of r are right with a chance of (e^epsilon / (1 + e^epsilon))^r."""
    at = 0.05 ** (1 / 100)
    assert Guessed(100, 100, 100).epsilon() == pytest.approx(log(at / (1 - at)))
    assert Guessed(100, 100, 50).epsilon() == 0
    assert Guessed(1000, 600, 600).epsilon(DELTA) < Guessed(1000, 600, 600).epsilon()


@pytest.mark.parametrize("epsilon", [0.5, 2.0])
def test_answers_by_coins_are_found_at_what_they_are_and_not_above(epsilon: float) -> None:
    """Randomized response is the mechanism for which the bound is exact; nine audits of ten keep to it."""
    mechanism, put = RandomizedResponse(2, str(epsilon)), canaries(RUNS * COUNT).reshape(RUNS, COUNT)
    told = mechanism.report(put.ravel().astype(np.int64)).reshape(RUNS, COUNT)
    many = [Guessed(COUNT, COUNT, int(right)) for right in np.sort((told == put).sum(axis=1))]
    assert many[int(0.9 * RUNS)].epsilon() <= epsilon
    assert many[RUNS // 2].epsilon() > 0.6 * epsilon
    assert not refutes(many[int(0.9 * RUNS)], trade_off_of_pairs([(epsilon, 0.0)]))


@pytest.mark.parametrize("multiplier", [0.7, 2.0])
def test_gaussian_noise_is_found_near_what_it_is_and_not_above(multiplier: float) -> None:
    noise = np.random.default_rng(7)
    true = false = 0
    for _ in range(100):
        put = canaries(COUNT)
        guessed = guess(put + noise.normal(0, multiplier, COUNT), put, COUNT // 5)
        true += refutes(guessed, gaussian_trade_off(multiplier))
        false += refutes(guessed, gaussian_trade_off(2.5 * multiplier))
    assert true <= 10
    assert false > 60


def test_the_trade_off_of_an_accountant_is_below_the_exact_one_and_near_it() -> None:
    event = GaussianEvent.of_multiplier(2, add_or_remove())
    ours, exact = trade_off_of(event), gaussian_trade_off(2)
    for x in (1e-6, 0.01, 0.3, 0.5, 0.9, 1 - 1e-6):
        assert ours(x) <= exact(x) + 1e-12
        assert exact(x) == pytest.approx(NormalDist().cdf(NormalDist().inv_cdf(x) - 0.5))
    assert ours(0.3) > 0.7 * exact(0.3)
    assert [exact(0.0), exact(1.0), ours(0.0), ours(1.0)] == pytest.approx([0, 1, 0, 1], abs=1e-7)


def trained(noise: str, probability: Fraction, steps: int, *, clip: int = 1, again: bool = False) -> NoisyGradients:
    """A training; `clip`: how much longer than the bound gradients may be; `again`: all batches are the whole."""
    sampling = PoissonBatches(probability)
    schedule = training_schedule(sampling, noise, steps, 1, DELTA, by="rdp")
    made = NoisyGradients(schedule, sampling, COUNT, COUNT)
    made.clipping = Clipping(made.clipping.step, clip * made.clipping.radius)
    if again:
        made.sampling = PoissonBatches(Fraction(1))
    return made


@cache
def claim(noise: str, probability: Fraction, steps: int) -> tuple[float, object]:
    event = training_schedule(PoissonBatches(probability), noise, steps, 1, DELTA, by="rdp").event
    return float(cost(event, delta=DELTA, by="rdp").epsilon), trade_off_of(event, by="rdp")


def audited(training: NoisyGradients, guesses: int = COUNT // 5) -> Guessed:
    """Canaries of one coordinate each: the sum of what steps show there is what tells best whether it is in."""
    put = canaries(COUNT)
    scores = np.zeros(COUNT)
    gradients = 9.0 * np.eye(COUNT)
    for _ in range(training.schedule.steps):
        batch = training.batch()
        absent = ~put[batch]
        rows = gradients[batch]
        rows[absent] = 0
        scores += training.noisy_sum(rows)
    return guess(scores, put, guesses)


ALL = Fraction(1)
SOME = Fraction(1, 10)


@pytest.mark.parametrize(("noise", "probability", "steps"), [("4", ALL, 1), ("1.5", SOME, 8)])
def test_a_training_stays_below_what_it_costs(noise: str, probability: Fraction, steps: int) -> None:
    epsilon, trade_off = claim(noise, probability, steps)
    guessed = audited(trained(noise, probability, steps))
    assert guessed.epsilon(DELTA) < epsilon
    assert not refutes(guessed, trade_off)  # type: ignore[arg-type]


BROKEN = {
    "the unclipped used": (("4", ALL, 1), {"clip": 9}),
    "batches that are no samples": (("1.5", SOME, 8), {"again": True}),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_training_is_found_in_one_run(name: str) -> None:
    told, broken = BROKEN[name]
    epsilon, trade_off = claim(*told)
    guessed = audited(trained(*told, **broken))  # type: ignore[arg-type]
    assert guessed.epsilon() > epsilon
    assert refutes(guessed, trade_off, "1e-6")  # type: ignore[arg-type]


def test_guesses_are_of_the_highest_and_the_lowest() -> None:
    put = np.array([True, False, True, False])
    assert guess([5, 1, 3, 2], put) == Guessed(4, 4, 4)
    assert guess([5, 1, 0, 2], put, 2) == Guessed(4, 2, 1)
    assert 350 < canaries(COUNT).sum() < 450


def test_what_is_no_audit_is_refused() -> None:
    for wrong in ((4, 5, 5), (4, 4, 5), (0, 0, 0), (4, 0, 0), (4, 4, -1)):
        with pytest.raises(LocalError, match="amount-out-of-range"):
            Guessed(*wrong)
    with pytest.raises(LocalError, match="wrong-shape"):
        guess([1, 2, 3], np.array([True, False]))
    with pytest.raises(LocalError, match="infinite-amount"):
        guess([1, np.nan], np.array([True, False]))
