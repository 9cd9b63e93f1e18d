"""Choices by joint noise: the odds of every choice on neighbours, exactly; what is sent, promised and refused."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import numpy as np
import pytest

import mpc
from mpc.errors import LocalError
from protocols.array.noisy_choices import noisy_argmax
from protocols.array.revealing import reveal_charged
from protocols.privacy.joint_choice import Choice
from protocols.privacy.joint_geometric_dkmmn06 import joint_geometric
from protocols.privacy.neighbours import add_or_remove
from protocols.runs.simulating import simulate

A = Fraction(1, 2)


def odds(scores, most=16):
    """The chance of each place with noise of P[G >= g] = A^g, exactly but for less than A^most."""
    found = [Fraction(0)] * len(scores)
    for place, score in enumerate(scores):
        for g in range(most):
            chance = (1 - A) * A**g
            for other, theirs in enumerate(scores):
                if other != place:  # strictly below an earlier place's, at most a later one's
                    t = score + g - theirs + (0 if other < place else 1)
                    chance *= 1 - A**t if t > 0 else 0
            found[place] += chance
    return found


def test_no_choice_is_much_likelier_on_a_neighbour():
    """Over scores of three candidates, each moved by one unit: e^epsilon is A^-2, and some come near."""
    worst = Fraction(0)
    for scores, moves in product(product(range(2), range(3), [1]), product((-1, 1), repeat=3)):
        here, there = odds(scores), odds([s + m for s, m in zip(scores, moves, strict=True)])
        worst = max(worst, *(x / y for x, y in zip(here, there, strict=True)))
        assert all(x <= y / A**2 + A**14 for x, y in zip(here, there, strict=True))
    assert worst > Fraction(3)


def chosen(scores, epsilon, suite="ideal", runs=1, **options):
    async def main(ctx, mine):
        secret = await mpc.secret(ctx, 0, mine, range=(0, 100))
        found = []
        for _ in range(runs):
            choice = Choice(Fraction(epsilon), add_or_remove())
            place, sampler = noisy_argmax(secret, 1, choice)
            promise = choice.promise(sampler, 0)
            found.append(int(await reveal_charged(ctx, place, privacy=promise)))
        return found, promise

    return simulate(main, [np.array(scores), None, None], suite=suite, **options)


def test_choices_fall_as_the_odds_say():
    """With a scale of 1 / ln 2, within 10^-6."""
    first = chosen([1, 0], Fraction(1386294, 10**6), runs=120).result[0].count(0)
    assert abs(first - 120 * float(odds([1, 0])[0])) < 33  # of a binomial number, further by chance below 2^-40


@pytest.mark.parametrize("scores", [[3, 9, 1], [0, 0, 50, 0, 2, 0]])
def test_the_best_is_told_where_noise_is_small(scores):
    run = chosen(scores, 20, "beaver", check_costs=True)
    (place,), promise = run.result
    assert place == int(np.argmax(scores))
    assert promise.event.event.epsilon == 20
    assert promise.event.tau < Fraction(1, 1 << 51)
    assert [reveal.privacy for reveal in run.report.reveals] == [str(promise)]
    assert "epsilon 20 with delta" in str(promise)
    assert str(promise).endswith("adding or removing one record; a choice by noisy scores")


def test_a_choice_is_noise_that_can_be_asked_for():
    choice = Choice(Fraction(1, 2), add_or_remove())
    moves = choice.declared(Fraction(5, 2), 1, 9)
    assert choice.distance(moves) == 4
    assert choice.sampler(moves, 9) == joint_geometric(Fraction(16), 9)


def test_noise_beyond_what_the_ring_holds_is_refused():
    with pytest.raises(LocalError) as refused:
        chosen([1, 2], Fraction(1, 1 << 60))
    assert refused.value.code == "noise-out-of-range"
