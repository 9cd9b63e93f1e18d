"""Keys that nobody knows beforehand: the chance that one unit's alone is told, exactly on small supports."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from math import exp, pi, sqrt
from typing import Any

import numpy as np
import pytest
from private_statistics.survey import SURE

import mpc
from mpc.errors import LocalError
from protocols import statistics
from protocols.privacy.joint_gaussian_cks20 import joint_gaussian
from protocols.privacy.joint_laplace_dkmmn06 import joint_laplace
from protocols.privacy.neighbours import add_or_remove
from protocols.privacy.thresholds_kkmn09 import tail, threshold_for, told_alone
from protocols.runs.simulating import simulate
from protocols.statistics import thresholded_keys
from protocols.statistics.columns import Column

FAR = 400
SAMPLERS = {
    "laplace": (joint_laplace(Fraction(2), 100), lambda x: exp(-abs(x) / 2)),
    "narrow laplace": (joint_laplace(Fraction(1, 5), 100), lambda x: exp(-abs(x) * 5)),
    "gaussian": (joint_gaussian(Fraction(9), 100), lambda x: exp(-(x**2) / 18)),
    "narrow gaussian": (joint_gaussian(Fraction(1, 4), 100), lambda x: exp(-2 * x**2)),
}


def masses(weight: Any) -> dict[int, float]:
    total = sum(weight(x) for x in range(-FAR, FAR + 1))
    return {x: weight(x) / total for x in range(-FAR, FAR + 1)}


@pytest.mark.parametrize("name", SAMPLERS)
def test_tails_are_bounded_from_above_and_nearly_met(name):
    sampler, weight = SAMPLERS[name]
    of = masses(weight)
    for least in (1, 2, 6, 7, 8):
        exactly = sum(of[x] for x in range(least, FAR + 1))
        assert exactly * (1 - 1e-9) <= tail(sampler, least) <= max(exactly * 1.3, least <= 2)
    assert sqrt(628 / 100) < sqrt(2 * pi)


@pytest.mark.parametrize("name", SAMPLERS)
@pytest.mark.parametrize("records", [1, 2, 3])
def test_the_chance_that_a_units_own_keys_are_told_is_below_what_is_charged(name, records):
    """By all ways in which its records may be of keys that nobody else has."""
    sampler, weight = SAMPLERS[name]
    of = masses(weight)
    threshold = records + 4

    def told(counts: tuple[int, ...]) -> float:
        silent = 1.0
        for count in counts:
            silent *= sum(of[x] for x in of if x + count < threshold)
        return 1 - silent

    ways = [c for parts in range(1, records + 1) for c in product(range(1, records + 1), repeat=parts)]
    worst = max(told(counts) for counts in ways if sum(counts) <= records)
    assert worst <= told_alone(sampler, records, False, threshold) * (1 + 1e-9) + 1e-15


@pytest.mark.parametrize(
    ("one", "other"), [((3, 1), (3, 0)), ((3, 0), (3, 1)), ((3, 2, 0), (2, 2, 1)), ((1, 0), (0, 1))]
)
def test_outputs_of_neighbours_are_as_near_as_is_claimed(one, other):
    """Noisy counts of keys, or nothing below the threshold, all of them, on a support that holds all but 10^-8."""
    moved = sum(abs(a - b) for a, b in zip(one, other, strict=True))
    epsilon, scale, threshold = Fraction(1), Fraction(moved), 5
    sampler = joint_laplace(scale, 3)
    of = {x: p for x, p in masses(lambda x: exp(-abs(x) / scale)).items() if abs(x) < 40}

    def outputs(count: int) -> dict[int, float]:
        noisy = {x + count: p for x, p in of.items() if count and x + count >= threshold}
        return noisy | {-1: 1 - sum(noisy.values())}

    p, q = [[outputs(count) for count in counts] for counts in (one, other)]
    changed = [i for i, (a, b) in enumerate(zip(one, other, strict=True)) if a != b]
    delta = 0.0
    for output in product(*[sorted(p[i].keys() | q[i].keys()) for i in changed]):
        first, second = (np.prod([each[i].get(o, 0) for i, o in zip(changed, output, strict=True)]) for each in (p, q))
        delta += max(first - exp(epsilon) * second, 0)
    claimed = told_alone(sampler, 1, moved > 1, threshold)
    assert delta <= claimed + Fraction(1, 10**12)


@pytest.mark.parametrize("name", SAMPLERS)
@pytest.mark.parametrize("delta", ["1e-3", "1e-9"])
def test_the_threshold_is_the_least_that_is_allowed(name, delta):
    sampler = SAMPLERS[name][0]
    for records, both in product((1, 3), (False, True)):
        least = threshold_for(sampler, records, both, Fraction(delta))
        assert told_alone(sampler, records, both, least) <= Fraction(delta)
        assert least == records + 1 or told_alone(sampler, records, both, least - 1) > Fraction(delta)


KEYS = np.repeat([7, -3, 1000, 5, 40], [120, 90, 100, 2, 1])
THERE = np.arange(KEYS.size) % 3 > 0
RARE = "1e-14"
"""The chance that keys of one record are told: of all of a test together below 2^-40."""


@pytest.mark.parametrize(("suite", "n"), [("ideal", 2), ("beaver", 3)])
@pytest.mark.parametrize(
    "noise", [mpc.Laplace(epsilon=5), mpc.Gaussian(epsilon=8, delta="1e-7")], ids=["laplace", "gaussian"]
)
def test_keys_that_enough_have_are_told_with_their_counts(suite, n, noise):
    order = np.random.default_rng(3).permutation(KEYS.size)

    async def main(ctx: mpc.Context, mine: Any) -> Any:
        k = await mpc.secret(ctx, 0, mine, range=(-10, 2000))
        v = await mpc.secret(ctx, 0, THERE[order])
        by: dict[str, Any] = {"privacy": noise, "delta": RARE, "confidence": SURE}
        return await statistics.private_keys(ctx, k, **by), await statistics.private_keys(ctx, Column(k, v), **by)

    found, of_some = simulate(main, [KEYS[order], None, None][:n], suite=suite, check_costs=suite == "beaver").result
    for told, keys in ((found, KEYS), (of_some, KEYS[THERE])):
        wanted = {key: np.sum(keys == key) for key in (-3, 7, 1000)}
        assert told.keys.tolist() == list(wanted)
        assert np.all(told.counts.low <= list(wanted.values()))
        assert np.all(list(wanted.values()) <= told.counts.high)
        assert np.all(told.counts.values >= told.threshold)
        of_noise = noise.delta if isinstance(noise, mpc.Gaussian) else 0
        assert 0 < told.counts.charge.ways[0].delta - of_noise < 2 * Fraction(RARE)
    assert str(found).startswith("{-3: ")


def test_of_keys_that_are_not_told_nothing_is_opened(monkeypatch: pytest.MonkeyPatch):
    opens, seen = thresholded_keys.reveal_charged, list[Any]()

    async def opened(ctx: mpc.Context, x: Any, **options: Any) -> Any:
        seen.append(await opens(ctx, x, **options))
        return seen[-1]

    monkeypatch.setattr(thresholded_keys, "reveal_charged", opened)

    async def main(ctx: mpc.Context, mine: Any) -> Any:
        k = await mpc.secret(ctx, 0, mine, range=(-10, 2000))
        return await statistics.private_keys(ctx, k, privacy=mpc.Laplace(epsilon=5), delta=RARE)

    told = simulate(main, [KEYS, None]).result.keys.size
    assert told == 3
    assert not np.any(seen[0][told:])


def test_where_no_key_is_common_none_is_told():
    async def main(ctx: mpc.Context, mine: Any) -> Any:
        k = await mpc.secret(ctx, 0, mine, range=(0, 50))
        none = Column(k, await mpc.secret(ctx, 0, mine < 0))
        by: dict[str, Any] = {"privacy": mpc.Laplace(epsilon=1, neighbours=add_or_remove()), "delta": RARE}
        return await statistics.private_keys(ctx, k, **by), await statistics.private_keys(ctx, none, **by)

    for found in simulate(main, [np.arange(50)] * 2).result:
        assert found.keys.size == found.counts.values.size == 0


@pytest.mark.parametrize(("delta", "code"), [(0, "amount-out-of-range"), (1, "amount-out-of-range")])
def test_a_chance_that_is_none_is_refused(delta, code):
    async def main(ctx: mpc.Context, mine: Any) -> Any:
        k = await mpc.secret(ctx, 0, mine, range=(0, 50))
        with pytest.raises(LocalError) as caught:
            await statistics.private_keys(ctx, k, privacy=mpc.Laplace(epsilon=1), delta=delta)
        return caught.value.code

    assert simulate(main, [np.arange(5)] * 2).result == code


@pytest.mark.parametrize(("keys", "code"), [(np.ones(3), "bad-kind"), (np.zeros(0, np.int64), "never-moved")])
def test_keys_of_reals_and_of_nobody_are_refused(keys, code):
    async def main(ctx: mpc.Context, mine: Any) -> Any:
        k = await mpc.secret(ctx, 0, mine, range=(0, 50))
        with pytest.raises(LocalError) as caught:
            await statistics.private_keys(ctx, k, privacy=mpc.Laplace(epsilon=1), delta="1e-6")
        return caught.value.code

    assert simulate(main, [keys] * 2).result == code
