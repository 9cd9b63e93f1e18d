"""Whether one run refutes a whole claim: Mahloujifar, Melis, Chaudhuri, "Auditing f-differential privacy in one run",
ICML 2025, by the recursion `audit_rh_with_cap` there.

Canaries and guesses are as of `one_run_snj23`. A claim is a trade-off f: an event that has probability x with a canary
has at least f(x) without it, and the other way round. Of c' guesses about m canaries let r_i be the expected share of
right ones, counted where more than i are right, and h_i that of wrong ones. The claim says h_i >= f(r_i) for each i,
and counting links r_i with r_(i+1) and h_i. Were c right guesses as likely as `failure`, all shares together would
follow from the top down; where they add up to more than the c' / m that there are, the claim is refuted.

This is tighter than an epsilon with a delta for each guess, and tightest for few sure guesses, a fifth of the canaries
or less: of thousands of canaries Gaussian noise is then found within a factor of 1.5 to 2 of what it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fractions import Fraction
from math import exp
from statistics import NormalDist

from protocols.privacy.accounts import cost
from protocols.privacy.amounts import AnyNumber, positive
from protocols.privacy.events import Event
from protocols.privacy.one_run_snj23 import Guessed

TradeOff = Callable[[float], float]
"""From the probability of an event with a unit, the least that it may have without. Falls to 0 at 0."""

DELTAS = tuple(Fraction(1, 10**places) for places in range(1, 9))
"""With which a claim's epsilons are taken, where no others are asked for."""

_NORMAL = NormalDist()


def refutes(guessed: Guessed, claim: TradeOff, failure: AnyNumber = "0.05") -> bool:
    """Whether so many right guesses have a chance below `failure` under a claim: then it is false, or something rare
    has happened. Raises LocalError as `amounts.positive`."""
    chance, m = float(positive(failure, "the chance of failure")), guessed.canaries
    r, h = chance * guessed.right / m, chance * (guessed.guesses - guessed.right) / m
    for i in range(guessed.right - 1, -1, -1):
        least = max(h, claim(min(r, 1.0)))
        r += i / (guessed.guesses - i) * (least - h)
        h = least
    return r + h > guessed.guesses / m


def gaussian_trade_off(multiplier: float) -> TradeOff:
    """Of Gaussian noise of so many sensitivities: Phi(Phi^-1(x) - 1 / multiplier) (Dong, Roth, Su 2022)."""

    def least(x: float) -> float:
        return _NORMAL.cdf(_NORMAL.inv_cdf(x) - 1 / multiplier) if 0 < x < 1 else float(x >= 1)

    return least


def trade_off_of(event: Event, deltas: Iterable[AnyNumber] = DELTAS, by: str = "least") -> TradeOff:
    """Of what an accountant finds for an event: the highest of the trade-offs of its epsilons, for these deltas.

    Each is max(1 - delta - e^epsilon (1 - x), e^-epsilon (x - delta), 0) (Wasserman, Zhou 2010, theorem 2.4). Raises
    LocalError as `cost`.
    """
    pairs = [(float(one.epsilon), float(one.delta)) for one in (cost(event, delta=delta, by=by) for delta in deltas)]
    return trade_off_of_pairs(pairs)


def trade_off_of_pairs(pairs: Iterable[tuple[float, float]]) -> TradeOff:
    """The same of pairs of epsilon and delta that all hold."""
    known = [(exp(-epsilon), exp(epsilon), delta) for epsilon, delta in pairs]

    def least(x: float) -> float:
        return max(0.0, *(max(1 - d - up * (1 - x), down * (x - d)) for down, up, d in known))

    return least
