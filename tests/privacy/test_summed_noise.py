"""Noise in parts: the honest parts add up to what is promised, exactly or as near as is said; who sees what of it."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from math import exp, lgamma, log, pi, sqrt

import numpy as np
import pytest
from privacy.audit import epsilon_at_least
from privacy.goodness import p_value
from privacy.houses import House
from privacy.tapes import stream

import mpc
from mpc.algebra.ring import Ring
from mpc.errors import LocalError
from mpc.testing import assert_same_distribution, exact_view
from protocols.beaver import SUITE
from protocols.privacy.errors_of_noise import NoiseError, laplace_error, skellam_error, summed_laplace_error
from protocols.privacy.events import ZcdpEvent
from protocols.privacy.joint_noise import MOST_TAU, Moves
from protocols.privacy.ledger.charges import budget
from protocols.privacy.neighbours import add_or_remove, substitute
from protocols.privacy.partial_gaussian_kls21 import part_variance, root_of_rho_up, tau_of_sum
from protocols.privacy.partial_laplace_gx15 import PartialLaplace, _one_over_one_plus, missed
from protocols.privacy.sensitivity import Sensitivity
from protocols.privacy.skellam_akl21 import Skellam, variance_for
from protocols.privacy.summed_noise import InParts, Parts, SummedNoise
from protocols.runs.simulating import simulate

FAR = 400
X = np.arange(-FAR, FAR + 1)
ONE_STEP = Moves.alike(1, 1)


def laplace_pmf(scale: float) -> np.ndarray:
    a = exp(-1 / scale)
    return (1 - a) / (1 + a) * a ** np.abs(X)


def part_pmf(scale: float, count: int) -> np.ndarray:
    """Of the difference of two negative binomial numbers of shape 1 / count, by their own probabilities."""
    r, a = 1 / count, exp(-1 / scale)
    polya = np.array([exp(lgamma(k + r) - lgamma(r) - lgamma(k + 1)) * (1 - a) ** r * a**k for k in range(FAR + 1)])
    return np.convolve(polya, polya[::-1])


def summed(pmf: np.ndarray, count: int) -> np.ndarray:
    return reduce(lambda x, y: np.convolve(x, y)[FAR:-FAR], [pmf] * count)


def gaussian_pmf(variance: float) -> np.ndarray:
    masses = np.exp(-(X**2) / (2 * variance))
    return masses / masses.sum()


@pytest.mark.parametrize("count", [1, 2, 3, 5])
@pytest.mark.parametrize("scale", [0.4, 3.0])
def test_parts_of_the_polya_distribution_add_up_to_discrete_laplace_noise(scale: float, count: int) -> None:
    assert summed(part_pmf(scale, count), count) == pytest.approx(laplace_pmf(scale), abs=1e-13)


@pytest.mark.parametrize("digits_at_once", [2, 64])
@pytest.mark.parametrize(("scale", "count"), [("1/3", 2), ("3", 1), ("3", 2), ("5/2", 5)])
def test_a_part_is_drawn_of_its_distribution(scale: str, count: int, digits_at_once: int) -> None:
    s, size = Fraction(scale), 20_000 if digits_at_once == 64 else 2000
    sample = PartialLaplace(s, count, 8, digits_at_once).draw(size, stream("parts", scale, count))
    masses = part_pmf(float(s), count)
    assert p_value(sample, lambda x: masses[x + FAR], 20) > 1e-6


def test_parts_of_a_large_scale_add_up() -> None:
    scale = Fraction(1 << 16)
    drawn = sum(PartialLaplace(scale, 3, 22).draw(20_000, stream("large", part)) for part in range(3))
    sixteenths = np.floor_divide(drawn, 1 << 15)
    a = exp(-(2.0**-16))

    def pmf(cell: int) -> float:
        low, high = cell << 15, (cell + 1) << 15
        return (a**low - a**high) / (1 + a) if low >= 0 else (a ** (1 - high) - a ** (1 - low)) / (1 + a)

    assert p_value(sixteenths, pmf, 12) > 1e-6


@pytest.mark.parametrize(("v", "m"), [(0, 1), (1, 2), (3, 4), (7, 8)])
def test_a_coin_of_one_over_one_and_more(v: int, m: int) -> None:
    lanes = np.full(20_000, v, np.uint64)
    ones = _one_over_one_plus(lanes, np.full(20_000, m, np.uint64), stream("coin", v))
    assert abs(ones.mean() - 1 / (1 + v / m)) < 5 / sqrt(20_000)


@pytest.mark.parametrize(("scale", "count", "digits"), [(1, 2, 3), (3, 2, 4), (3, 5, 6)])
def test_what_is_cut_off_is_less_than_is_said(scale: int, count: int, digits: int) -> None:
    a, size = exp(-1 / scale), 1 << digits
    points = sum(2 * a**k / (count * k) for k in range(size, FAR))
    beyond = part_pmf(scale, count)[np.abs(X) > size].sum()
    assert count * (points + beyond) <= missed(Fraction(scale), count, size)


@pytest.mark.parametrize("count", [2, 3, 6])
@pytest.mark.parametrize("part", [Fraction(1, 4), Fraction(1, 2), Fraction(1)])
def test_a_sum_of_discrete_gaussian_numbers_is_as_near_to_one_as_is_said(part: Fraction, count: int) -> None:
    """And the bound is below the published one, whose constant is 10."""
    reach = np.abs(X) <= 6 * sqrt(count * part)
    one, other = summed(gaussian_pmf(float(part)), count), gaussian_pmf(float(count * part))
    off, tau = np.abs(np.log(one[reach] / other[reach])).max(), tau_of_sum(part, count)
    published = 10 * sum(exp(-2 * pi**2 * part * k / (k + 1)) for k in range(1, count))
    assert off <= tau <= published
    assert count > 2 or tau < 2 * off


@pytest.mark.parametrize("count", [1, 2, 4])
@pytest.mark.parametrize("rho", ["1/50", "1/2", "3"])
def test_no_divergence_of_the_sum_is_above_its_rho(rho: str, count: int) -> None:
    part = part_variance(Fraction(rho), count, 1, 1)
    p = summed(gaussian_pmf(float(part)), count)[FAR - 100 : FAR + 101]
    q = np.roll(p, 1)
    use = (p > 1e-200) & (q > 1e-200)
    p, q = np.log(p[use]), np.log(q[use])
    for order in (1.25, 2, 8):
        found = log(np.exp(order * p + (1 - order) * q).sum()) / (order - 1)
        assert found <= order * float(Fraction(rho)) * (1 + 1e-6)


@pytest.mark.parametrize(
    ("rho", "count", "l2", "figures"), [("1/2", 2, 1, 1), ("4", 5, 9, 1000), ("1/8", 3, 1 << 40, 7)]
)
def test_a_part_is_not_much_larger_than_its_bound_needs(rho: str, count: int, l2: int, figures: int) -> None:
    part, most = part_variance(Fraction(rho), count, l2, figures), 2 * Fraction(rho)
    assert root_of_rho_up(part, count, l2, figures) ** 2 <= most
    least = max(l2 / (most * count), Fraction(1, 4))
    smaller = least + (part - least) * Fraction(98, 100)
    assert root_of_rho_up(smaller, count, l2, figures) ** 2 > most or part < least * (1 + Fraction(1, 1 << 39))


def test_skellam_noise_has_the_least_variance_for_its_epsilon() -> None:
    moved, delta = Sensitivity(6, 18, substitute()), Fraction(1, 10**6)
    variance = variance_for(Fraction(1, 2), delta, moved)
    assert Skellam(variance, delta).event(moved).epsilon <= Fraction(1, 2)
    assert Skellam(variance * Fraction(99, 100), delta).event(moved).epsilon > Fraction(1, 2)


NOISES = {
    "laplace": mpc.Laplace(epsilon=1),
    "gaussian": mpc.Gaussian(rho="1/2"),
    "skellam": mpc.Skellam(epsilon=1, delta="0.127"),
}


def drawn_parts(name: str, honest: int, added: int, runs: int) -> np.ndarray:
    each = InParts(NOISES[name], honest=honest).among(honest + 1).sampler(ONE_STEP, 1).parts.each
    return sum(each.draw(runs, stream(name, honest, part, added)) for part in range(added))


@pytest.mark.parametrize("name", NOISES)
@pytest.mark.parametrize("honest", [1, 2, 3])
def test_the_honest_parts_alone_keep_what_is_promised(name: str, honest: int) -> None:
    """rho = 1/2 is (1, 0.127)-private (Balle, Wang, ICML 2018, theorem 8)."""
    delta = 0.0 if name == "laplace" else 0.127
    one, other = (f + drawn_parts(name, honest, honest, 20_000) for f in (0, 1))
    other = 1 + drawn_parts(name, honest, honest, 40_000)[20_000:]
    assert max(epsilon_at_least(one, other, delta), epsilon_at_least(other, one, delta)) <= 1


@pytest.mark.parametrize("name", ["laplace", "gaussian"])
def test_a_part_that_is_left_out_breaks_the_promise(name: str) -> None:
    delta = 0.0 if name == "laplace" else 0.127
    noise = drawn_parts(name, 3, 1, 40_000)
    assert epsilon_at_least(noise[:20_000], 1 + noise[20_000:], delta) > 1.2


def revealed(privacy: InParts, n: int, *, kind: str = "int", runs=simulate, **options):  # type: ignore[no-untyped-def]
    async def main(ctx, mine):  # type: ignore[no-untyped-def]
        a, b = [await mpc.secret(ctx, owner, mine, range=(0, 4), kind=kind) for owner in (0, 1)]
        return await mpc.reveal(ctx, np.stack([a.sum(), b.sum()]), privacy=privacy)

    return runs(main, [np.array([1, 2]), np.array([4, 0])] + [None] * (n - 2), **options)


@pytest.mark.parametrize("name", NOISES)
@pytest.mark.parametrize(("n", "honest"), [(2, 1), (3, 1), (3, 2), (4, 3)])
def test_values_leave_with_noise_and_the_account_says_what_it_rests_on(name: str, n: int, honest: int) -> None:
    privacy = InParts(NOISES[name], honest=honest)
    run = revealed(privacy, n, check_costs=True)
    among = privacy.among(n)
    bound = among.promise(among.sampler(Moves.alike(2, 4), 2), 0).error
    assert np.abs(run.result - [3, 4]).max() < 12 * bound + 12
    (reveal,) = run.report.reveals
    said = f"in parts, of which {honest} of {n} must be put in and kept secret; one that is left out is not noticed"
    assert reveal.privacy.endswith(said)
    assert f"at least {honest} of the {n} parties add their part" in run.report.security
    assert "All else: semi-honest" in run.report.security
    planned = revealed(privacy, n, runs=mpc.plan).report
    assert (planned.rounds, planned.bytes_sent) == (run.report.rounds, run.report.bytes_sent)


@pytest.mark.parametrize(
    ("n", "suite", "said"), [(3, "replicated3", True), (3, "beaver", False), (2, "yao", False), (3, "ideal", False)]
)
def test_the_account_says_where_two_read_the_parts_of_the_others(n: int, suite: str, said: bool) -> None:
    security = revealed(InParts(NOISES["laplace"]), n, suite=suite).report.security
    assert "1 of the " in security
    assert ("tell nobody and no two of all put together what they see" in security) == said


@pytest.mark.parametrize("options", [{"suite": "ideal"}, {"suite": "yao"}, {"ring": 128}])
def test_in_every_suite_and_ring(options) -> None:  # type: ignore[no-untyped-def]
    found = revealed(InParts(mpc.Laplace(epsilon=10)), 2, check_costs=True, **options).result
    assert np.abs(found - [3, 4]).max() < 60


def test_parts_take_no_material_and_no_round_of_their_own() -> None:
    alone = revealed(None, 3).report
    noisy = revealed(InParts(mpc.Laplace(epsilon=10)), 3).report
    assert noisy.material == alone.material
    assert noisy.rounds == alone.rounds + 4  # two to ask all parties, two to write the charge down: as for all noise


@pytest.mark.parametrize("name", NOISES)
def test_the_charge_is_that_of_the_noise(name: str) -> None:
    privacy = InParts(NOISES[name], honest=2).among(3)
    promise = privacy.promise(privacy.sampler(ONE_STEP, 1), 0)
    assert promise.event.tau < MOST_TAU
    assert promise.charge == NOISES[name].price_of(promise.event)
    if name == "gaussian":
        assert promise.event.event == ZcdpEvent(Fraction(1, 2), substitute())
    else:
        assert 1 <= promise.charge.booked("epsilon").epsilon < 1 + Fraction(1, 10**20)


def test_each_partys_ledger_books_it_and_an_overspent_one_refuses_by_name(tmp_path) -> None:  # type: ignore[no-untyped-def]
    house = House(tmp_path, (budget(epsilon="1.5", delta="1e-9", neighbours=substitute()),) * 2)

    async def main(ctx, x):  # type: ignore[no-untyped-def]
        a = await mpc.secret(ctx, 0, np.ones(5) if ctx.me == 0 else None, range=(0, 1))
        await mpc.reveal(ctx, a.sum(), privacy=InParts(mpc.Laplace(epsilon=1)))
        with pytest.raises(mpc.ParleyError) as refused:
            await mpc.reveal(ctx, a.sum(), privacy=InParts(mpc.Skellam(epsilon=1, delta="1e-10")))
        return refused.value.code

    assert set(house.run(main)) <= {"budget-exceeded", "not-consented"}
    assert [spent for spent, _ in house.accounts()] == [1, 1]


@pytest.mark.parametrize("name", NOISES)
def test_all_parts_together_are_as_far_off_as_is_said(name: str) -> None:
    sampler = InParts(NOISES[name], honest=2).among(4).sampler(Moves.alike(1, 3), 1)
    total = np.abs(sum(sampler.parts.each.draw(20_000, stream(name, "all", part)) for part in range(4)))
    assert total.mean() == pytest.approx(sampler.parts.error.mean, rel=0.05)
    assert (total <= sampler.parts.error.bound).mean() >= 0.95 - 0.01


def test_errors_of_sums_are_those_of_their_distributions() -> None:
    for scale in (Fraction(1, 3), Fraction(5)):
        alone, one = laplace_error(scale), summed_laplace_error(scale, 1)
        assert (one.mean, one.bound) == pytest.approx((alone.mean, alone.bound))
    pair = np.convolve(laplace_pmf(5), laplace_pmf(5))[FAR:-FAR]
    assert summed_laplace_error(5, 2).mean == pytest.approx((pair * np.abs(X)).sum())
    assert summed_laplace_error(5000, 2).mean == pytest.approx(1000 * (pair * np.abs(X)).sum(), rel=0.01)
    assert skellam_error(4000).mean == pytest.approx(skellam_error(4100).mean, rel=0.02)


@dataclass(frozen=True)
class Given:
    """A part that a test decides."""

    words: np.ndarray

    def draw(self, size: int, source: object) -> np.ndarray:
        """It."""
        return self.words.astype(np.int64)


def test_a_party_sees_of_the_others_parts_the_sum_alone() -> None:
    async def protocol(ctx, mine, lanes):  # type: ignore[no-untyped-def]
        parts = Parts(
            Given(mine[0]), Fraction(1), 1, Fraction(0), ZcdpEvent(Fraction(1), add_or_remove()), NoiseError(0, 0)
        )
        noise = await SummedNoise(parts, 1, 3, lanes).draw(ctx)
        return await ctx.suite.open_to(ctx, 0, noise)

    views = [exact_view(protocol, [[1], [x], [x]], suite=SUITE, observers=0, ring=Ring(1)) for x in (0, 1)]
    assert_same_distribution(*views)


@pytest.mark.parametrize(
    ("privacy", "code"),
    [
        (lambda: InParts(mpc.Laplace(epsilon=1), honest=2), "too-few-honest"),
        (lambda: InParts(mpc.Laplace(epsilon=1), honest=0), "amount-out-of-range"),
        (lambda: InParts(mpc.Laplace(epsilon=1), honest=True), "wrong-amount"),
        (lambda: InParts(0.5), "wrong-privacy"),
        (lambda: mpc.Skellam(epsilon=1, delta="1e-6"), "wrong-privacy"),
        (lambda: InParts(mpc.Skellam(epsilon="1e-15", delta="1e-6")), "noise-out-of-range"),
        (lambda: InParts(mpc.Laplace(epsilon="1e-20")), "noise-out-of-range"),
        (lambda: mpc.Skellam(epsilon=1, delta=0), "amount-out-of-range"),
        (lambda: mpc.Skellam(epsilon=1, delta="1e-16"), "delta-too-small"),
        (lambda: mpc.Skellam(epsilon=1, delta="1e-6", neighbours="rows"), "wrong-neighbours"),
        (lambda: InParts(mpc.Skellam(epsilon=1, delta="1e-6", sensitivity=1)), "sensitivity-too-small"),
    ],
)
def test_wrong_use_is_refused(privacy, code: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(LocalError) as caught:
        revealed(privacy(), 2)
    assert caught.value.code == code
