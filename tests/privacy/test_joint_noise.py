"""Noise that parties draw together: its distribution, exactly on few bits and sampled; what a party sees of it."""

from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from math import exp

import numpy as np
import pytest
from goodness import RARE, p_value
from hypothesis import given, settings
from hypothesis import strategies as st

from mpc.algebra import bits
from mpc.algebra.ring import Ring
from mpc.errors import LocalError
from mpc.testing import ViewsDiffer, assert_same_distribution, exact_view
from protocols.beaver import SUITE
from protocols.prefix import borrow_out
from protocols.privacy.concentrated_bs16 import Concentrated
from protocols.privacy.joint_coins_csu19 import JointCoins, distance, joint_coins
from protocols.privacy.joint_gaussian_cks20 import JointGaussian, _proposed, chance_of_acceptance, joint_gaussian
from protocols.privacy.joint_laplace_dkmmn06 import JointLaplace, joint_laplace
from protocols.privacy.joint_noise import Gaussian, left_of_delta
from protocols.privacy.probabilities import exponential, rational
from protocols.runs.simulating import simulate
from protocols.suite import suite_of


def drawn(sampler, suite="ideal", n=2, **options):
    """So many numbers of a sampler, opened."""

    async def main(ctx, mine):
        (words,) = await suite_of(ctx).open(ctx, await sampler.draw(ctx))
        return ctx.ring.to_signed(words)

    return simulate(main, [None] * n, suite=suite, **options).result


@pytest.mark.parametrize(("precision", "suite"), [(1, "ideal"), (3, "beaver"), (5, "ideal")])
def test_of_all_random_numbers_as_many_as_the_threshold_give_a_one(precision, suite):
    every = np.arange(1 << precision)
    coins = JointCoins(tuple(every.tolist()), precision)
    digits = np.stack(
        [np.repeat(bits.pack((every >> i & 1).astype(np.uint8))[None], every.size, 0) for i in range(precision)]
    )

    async def main(ctx, mine):
        r = suite_of(ctx).constant_bits(ctx, digits, every.shape)
        return await suite_of(ctx).open_bits(ctx, await borrow_out(ctx, coins._compared(ctx, r)))

    tossed = simulate(main, [None, None], suite=suite, check_costs=True).result
    ones = [int(bits.unpack(row, every.size).sum()) for row in tossed]
    assert ones == every.tolist()


@dataclass(frozen=True)
class AllOutcomes:
    """Coins that have each outcome once."""

    coins: int

    async def toss(self, ctx, count):
        """The digits of the numbers of the draws."""
        rows = [bits.pack((np.arange(count) >> i & 1).astype(np.uint8)) for i in range(self.coins)]
        return suite_of(ctx).constant_bits(ctx, np.stack(rows), (count,))


@pytest.mark.parametrize("suite", ["ideal", "beaver"])
def test_a_size_is_its_digits_and_a_one_or_nothing(suite):
    sampler = JointLaplace(Fraction(1), 16, 3, AllOutcomes(4), Fraction(0))

    async def main(ctx, mine):
        (words,) = await suite_of(ctx).open(ctx, await sampler.sizes(ctx))
        return ctx.ring.to_signed(words)

    assert simulate(main, [None, None], suite=suite).result.tolist() == [0] * 8 + list(range(1, 9))


def of_coins(sampler):
    """The probability of each size, by the sampler's coins."""
    chances = [Fraction(t, 1 << sampler.coins.precision) for t in sampler.coins.thresholds]
    masses = {0: 1 - chances[-1]}
    for digits in product((0, 1), repeat=sampler.digits):
        mass = chances[-1]
        for digit, chance in zip(digits, chances, strict=False):
            mass *= chance if digit else 1 - chance
        masses[1 + sum(digit << i for i, digit in enumerate(digits))] = mass
    return masses


@pytest.mark.parametrize("scale", [Fraction(1, 5), Fraction(1), Fraction(7, 4)])
def test_the_distance_from_discrete_laplace_noise_is_below_tau(scale):
    sampler = joint_laplace(scale, 1000)
    a = Fraction(exponential(1 / scale, 200)[0], 1 << 200)
    masses = of_coins(sampler)
    ideal = {x: (1 - a) / (1 + a) * a**x * (1 + (x > 0)) for x in masses}
    apart = sum(abs(masses[x] - ideal[x]) for x in masses) + 1 - sum(ideal.values())
    assert sum(masses.values()) == 1
    assert 0 < 1000 * apart / 2 < sampler.tau < Fraction(1, 1 << 51)


@settings(max_examples=20, deadline=None)
@given(st.fractions(Fraction(1, 1000), 10**6), st.integers(1, 10**6))
def test_every_sampler_is_near_enough(variance, count):
    assert joint_laplace(variance, count).tau < Fraction(1, 1 << 51)
    assert joint_gaussian(variance, count).tau < Fraction(1, 1 << 50)


@pytest.mark.parametrize(("suite", "n"), [("ideal", 2), ("beaver", 3)])
def test_joint_laplace_noise_is_discrete_laplace_noise(suite, n):
    a = exp(-1 / 3)
    sample = drawn(joint_laplace(Fraction(3), 30_000), suite, n)
    assert p_value(sample, lambda x: (1 - a) / (1 + a) * a ** abs(x), 20) > RARE


@pytest.mark.parametrize(("suite", "n", "variance"), [("ideal", 2, "1/4"), ("ideal", 2, "30"), ("beaver", 3, "30")])
def test_joint_gaussian_noise_is_discrete_gaussian_noise(suite, n, variance):
    s = Fraction(variance)
    total = sum(exp(-(x**2) / (2 * float(s))) for x in range(-200, 201))
    sample = drawn(joint_gaussian(s, 7500), suite, n)
    assert p_value(sample, lambda x: exp(-(x**2) / (2 * float(s))) / total, 20) > RARE


@pytest.mark.parametrize("sampler", [joint_laplace(Fraction(40), 5), joint_gaussian(Fraction(40), 5)])
@pytest.mark.parametrize("n", [2, 3])
def test_what_is_sent_is_what_is_declared(sampler, n):
    assert drawn(sampler, "beaver", n, check_costs=True).shape == (5,)


@pytest.mark.parametrize("variance", [Fraction(1, 60_000), Fraction(1, 4), Fraction(2), Fraction(100)])
def test_proposals_are_accepted_as_often_as_is_proved(variance):
    sampler = joint_gaussian(variance, 1)
    t, s = float(sampler.proposals.scale), float(variance)
    shift = sampler.f / sampler.g
    sizes = np.arange(0, 2000)
    proposed = np.where(sizes > 0, 2, 1) * np.exp(-sizes / t)
    chance = (proposed * np.exp(-((sizes - shift) ** 2) / (2 * s))).sum() / proposed.sum()
    assert 0.2 < chance_of_acceptance(sampler.f, sampler.g, variance) <= chance


def test_so_many_are_proposed_that_enough_are_accepted():
    for count, chance in product((1, 10, 10_000), (Fraction(1, 4), Fraction(3, 4))):
        proposed = _proposed(count, chance)
        assert exp(-2 * (proposed * float(chance) - count) ** 2 / proposed) < 2.0**-42
        assert proposed < 2 * count / chance + 400


def test_too_few_proposals_end_the_run():
    found = joint_gaussian(Fraction(9), 10)
    few = JointGaussian(
        found.variance, 10, found.f, found.g, joint_laplace(found.proposals.scale, 8), found.coins, found.tau
    )
    with pytest.raises(LocalError) as caught:
        drawn(few)
    assert caught.value.code == "too-little-noise"


def test_noise_that_the_ring_has_no_room_for_is_refused():
    with pytest.raises(LocalError) as caught:
        drawn(joint_gaussian(Fraction(1 << 60), 1))
    assert caught.value.code == "noise-out-of-range"
    with pytest.raises(LocalError) as caught:
        joint_laplace(Fraction(1 << 50), 1)
    assert caught.value.code == "noise-out-of-range"


def test_coins_are_rounded_down_by_less_than_is_said():
    coins = joint_coins([rational(Fraction(1, 3)), rational(Fraction(5, 7))], 100)
    exact = (Fraction(1, 3), Fraction(5, 7))
    off = [p - Fraction(t, 1 << coins.precision) for p, t in zip(exact, coins.thresholds, strict=True)]
    assert all(0 <= each < Fraction(1, 1 << coins.precision) for each in off)
    assert 100 * sum(off) < distance(coins, 100) <= Fraction(1, 1 << 53)


def under_a_bit(threshold):
    """A coin of two digits, with a bit of party 1's own on it, for party 0."""

    async def protocol(ctx, mine, lanes):
        packed = bits.pack(mine[0].astype("uint8")) if ctx.me == 1 else None
        own = await ctx.suite.input_bits(ctx, 1, packed, (lanes,))
        tossed = await JointCoins((threshold,), 2).toss(ctx, lanes)
        return await ctx.suite.open_bits_to(ctx, 0, tossed.plane(0) ^ own)

    return [exact_view(protocol, [[0], [x]], suite=SUITE, observers=0, ring=Ring(1)) for x in (0, 1)]


def test_a_fair_coin_hides_a_bit_from_who_sees_all_of_its_toss():
    assert_same_distribution(*under_a_bit(2))


def test_a_biased_coin_does_not():
    with pytest.raises(ViewsDiffer):
        assert_same_distribution(*under_a_bit(1))


@pytest.mark.parametrize("epsilon", ["1e-12", "1e-9", "1e-4", "1"])
def test_of_rho_an_epsilon_gets_all_but_a_millionth_however_small_it_is(epsilon):
    """It is found by halves, from a start that is many times larger."""
    asked = Gaussian(epsilon=epsilon, delta="1e-14")
    rho, rest = Fraction(asked.rho), left_of_delta(Fraction(epsilon), asked.delta)
    assert Concentrated(rho).epsilon(rest) <= Fraction(epsilon)
    assert Concentrated(rho * (1 + Fraction(1, 10**6))).epsilon(rest) > Fraction(epsilon)
