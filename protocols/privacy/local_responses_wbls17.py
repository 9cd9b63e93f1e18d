"""Answers with noise from each person: randomized response in three forms, with unbiased estimates of what is true.

Each of n people has one of k values and reports it at random, such that any two values have any report with
probabilities that are e^epsilon apart at most: whoever gathers the reports is not trusted. All three are pure protocols
(Wang, Blocki, Li, Jha, "Locally differentially private protocols for frequency estimation", USENIX Security 2017): a
report supports a value with probability p if it is the true one, else q. If C of n reports support a value,
(C - n q) / (p - q) is an unbiased estimate of how many have it; where c do, its variance is
(c p (1 - p) + (n - c) q (1 - q)) / (p - q)^2.

| | p | q | a report |
|---|---|---|---|
| `RandomizedResponse` | e^epsilon / (e^epsilon + k - 1) | 1 / (e^epsilon + k - 1) | a value |
| `UnaryEncoding` | 1 / 2 | 1 / (e^epsilon + 1) | k bits |
| `HadamardResponse` | e^epsilon / (e^epsilon + 1) | 1 / 2 | log2 k bits |
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from mpc.errors import LocalError
from mpc.prg import Prg, Seed
from protocols.privacy.amounts import AnyNumber, count_of, positive
from protocols.privacy.coins import coins_of
from protocols.privacy.events import PureEvent
from protocols.privacy.grid import Whole, unmasked
from protocols.privacy.neighbours import substitute
from protocols.privacy.probabilities import Probability, rational

Floats = npt.NDArray[np.float64]

MOST_CATEGORIES = 1 << 20


class Response:
    """One way to report. `categories`: k, from 2 to 2^20; values are 0 to k - 1. `epsilon`: above 0, larger is weaker.

    Raises LocalError: as `amounts.positive` and `amounts.count_of`; `wrong-categories`.
    """

    name: ClassVar[str]

    def __init__(self, categories: int, epsilon: AnyNumber) -> None:
        self.categories = count_of(categories, "the number of categories", 2)
        if self.categories > MOST_CATEGORIES:
            raise LocalError("wrong-categories", f"{categories} categories", "at most 2^20")
        self.epsilon = positive(epsilon, "epsilon")
        p, q = self._supports()
        self._p, self._q = (x.digits(64) / 2**64 for x in (p, q))

    @property
    def event(self) -> PureEvent:
        """What one report costs the person who gives it, whose value is substituted by another."""
        return PureEvent(self.epsilon, substitute())

    def report(self, values: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """A report for each value, drawn once: to report a value again costs again.

        Raises LocalError `wrong-categories` for what is no whole number from 0 to k - 1.
        """
        values = unmasked(values)
        if not _are_below(values, self.categories):
            raise LocalError("wrong-categories", "a value is none of the categories", "numbers from 0 to k - 1")
        return self._reports(values.astype(np.int64), Seed.fresh().prg(self.name))

    def estimate(self, reports: npt.NDArray[Any]) -> Floats:
        """How many have each value, without bias: (k,). Estimates may be negative, and need not add up to n.

        Raises LocalError `wrong-reports` for what `report` does not give: one person's must not spoil the others'.
        """
        reports = unmasked(reports)
        if not self._are_reports(reports):
            raise LocalError(
                "wrong-reports",
                f"reports of type {reports.dtype} and shape {reports.shape} are not all such as `{self.name}` gives",
                "leave out what is none, and ask everybody with the same number of categories",
            )
        return (self._supported(reports) - len(reports) * self._q) / (self._p - self._q)

    def variance(self, having: float, n: int) -> float:
        """Of the estimate, where so many of n people have the value."""
        p, q = self._p, self._q
        return (having * p * (1 - p) + (n - having) * q * (1 - q)) / (p - q) ** 2

    def _supports(self) -> tuple[Probability, Probability]:
        """p and q."""
        raise NotImplementedError

    def _reports(self, values: Whole, stream: Prg) -> npt.NDArray[Any]:
        raise NotImplementedError

    def _are_reports(self, reports: npt.NDArray[Any]) -> bool:
        """Whether each is a report that somebody may give."""
        raise NotImplementedError

    def _supported(self, reports: npt.NDArray[Any]) -> Floats:
        """How many reports support each value."""
        raise NotImplementedError


class RandomizedResponse(Response):
    """The value itself with probability p, else any other one (Warner 1965; of k values Kairouz et al., ICML 2016)."""

    name = "randomized response"

    def _supports(self) -> tuple[Probability, Probability]:
        others = self.categories - 1
        return Probability(self.epsilon, 1, 0, 1, others), Probability(self.epsilon, 0, 1, 1, others)

    def _reports(self, values: Whole, stream: Prg) -> npt.NDArray[Any]:
        others = np.zeros(len(values), np.int64)
        if self.categories > 2:
            others = stream.elements(self.categories - 1, len(values)).astype(np.int64)
        others += others >= values
        return np.where(coins_of(self._supports()[0], len(values), stream), values, others)

    def _are_reports(self, reports: npt.NDArray[Any]) -> bool:
        return _are_below(reports, self.categories)

    def _supported(self, reports: npt.NDArray[Any]) -> Floats:
        return np.bincount(reports, minlength=self.categories).astype(np.float64)


class UnaryEncoding(Response):
    """A bit for each value: the true one's is kept with probability 1/2, each other is set with probability q.

    Optimal unary encoding, section 4.3 of the paper: of all unary encodings it has the least variance for rare values.
    A value changes two bits, whose odds change by e^epsilon together.
    """

    name = "unary encoding"

    def _supports(self) -> tuple[Probability, Probability]:
        return rational(Fraction(1, 2)), Probability(self.epsilon, 0, 1, 1, 1)

    def _reports(self, values: Whole, stream: Prg) -> npt.NDArray[Any]:
        p, q = self._supports()
        bits = coins_of(q, len(values) * self.categories, stream).reshape(len(values), self.categories)
        bits[np.arange(len(values)), values] = coins_of(p, len(values), stream)
        return bits

    def _are_reports(self, reports: npt.NDArray[Any]) -> bool:
        of_bits = reports.dtype == np.bool_ or _are_below(reports.reshape(-1), 2)
        return of_bits and reports.ndim == 2 and reports.shape[1] == self.categories

    def _supported(self, reports: npt.NDArray[Any]) -> Floats:
        sums: Floats = reports.sum(axis=0, dtype=np.float64)
        return sums


class HadamardResponse(Response):
    """A random column of a Hadamard matrix in which the row of the value has +1, with probability p, or else -1.

    Acharya, Sun, Zhang, "Hadamard response", AISTATS 2019, in the form for high privacy: row x + 1 of the matrix of
    order K, the next power of two above k, whose element in column y is (-1)^<x + 1, y>. A report supports the values
    whose rows have +1 in it, which is half of the columns for any other value.
    """

    name = "hadamard response"

    @property
    def columns(self) -> int:
        """K."""
        return 1 << self.categories.bit_length()

    def _supports(self) -> tuple[Probability, Probability]:
        return Probability(self.epsilon, 1, 0, 1, 1), rational(Fraction(1, 2))

    def _reports(self, values: Whole, stream: Prg) -> npt.NDArray[Any]:
        rows, columns = values + 1, stream.elements(self.columns, len(values)).astype(np.int64)
        plus = ~_odd(rows & columns)
        wanted = coins_of(self._supports()[0], len(values), stream)
        return np.where(plus == wanted, columns, columns ^ (rows & -rows))

    def _are_reports(self, reports: npt.NDArray[Any]) -> bool:
        return _are_below(reports, self.columns)

    def _supported(self, reports: npt.NDArray[Any]) -> Floats:
        sums = np.bincount(reports, minlength=self.columns).astype(np.float64)
        for level in range(self.columns.bit_length() - 1):
            pairs = sums.reshape(-1, 2, 1 << level)
            sums = np.stack([pairs[:, 0] + pairs[:, 1], pairs[:, 0] - pairs[:, 1]], axis=1).reshape(-1)
        return (len(reports) + sums[1 : self.categories + 1]) / 2


def _are_below(x: npt.NDArray[Any], most: int) -> bool:
    """Whether these are whole numbers from 0 on, below another: (n,)."""
    return x.dtype.kind in "iu" and x.ndim == 1 and not ((x < 0) | (x >= most)).any()


def _odd(x: Whole) -> npt.NDArray[np.bool_]:
    """Whether the number of ones of numbers below 2^32 is odd."""
    for shift in (16, 8, 4, 2, 1):
        x = x ^ x >> shift
    return (x & 1).astype(np.bool_)
