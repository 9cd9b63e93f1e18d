"""Geometric noise that parties draw together: its distance from the ideal, exactly, and a sample."""

from fractions import Fraction
from itertools import product
from math import exp

import numpy as np
import pytest
from goodness import RARE, p_value

from mpc.errors import LocalError
from protocols.privacy.joint_geometric_dkmmn06 import joint_geometric
from protocols.privacy.probabilities import exponential
from protocols.runs.simulating import simulate
from protocols.suite import suite_of


@pytest.mark.parametrize("scale", [Fraction(1, 5), Fraction(1), Fraction(7, 4)])
def test_the_distance_from_geometric_noise_is_below_tau(scale):
    sampler = joint_geometric(scale, 1000)
    a = Fraction(exponential(1 / scale, 200)[0], 1 << 200)
    chances = [Fraction(t, 1 << sampler.coins.precision) for t in sampler.coins.thresholds]
    apart = 1 - sum((1 - a) * a**x for x in range(1 << sampler.digits))
    for digits in product((0, 1), repeat=sampler.digits):
        mass = Fraction(1)
        for digit, chance in zip(digits, chances, strict=True):
            mass *= chance if digit else 1 - chance
        apart += abs(mass - (1 - a) * a ** sum(digit << i for i, digit in enumerate(digits)))
    assert 0 < 1000 * apart / 2 < sampler.tau < Fraction(1, 1 << 51)


@pytest.mark.parametrize(("suite", "n"), [("ideal", 2), ("beaver", 3)])
def test_a_sample_is_geometric(suite, n):
    sampler = joint_geometric(Fraction(3), 15_000)

    async def main(ctx, mine):
        (words,) = await suite_of(ctx).open(ctx, await sampler.draw(ctx))
        return ctx.ring.to_signed(words)

    a = exp(-1 / 3)
    sample = simulate(main, [None] * n, suite=suite, check_costs=True).result
    assert 0 <= sample.min() <= sample.max() <= sampler.most
    assert p_value(sample, lambda x: (1 - a) * a**x * (x >= 0), 20) > RARE


def test_a_scale_out_of_range_is_refused():
    with pytest.raises(LocalError) as caught:
        joint_geometric(Fraction(1 << 50), 1)
    assert caught.value.code == "noise-out-of-range"


def test_its_most_is_all_digits_set():
    sampler = joint_geometric(Fraction(2), 5)
    assert sampler.most == np.sum(1 << np.arange(sampler.digits))
