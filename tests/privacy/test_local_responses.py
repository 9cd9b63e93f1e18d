"""Reports of single persons: their probabilities, and estimates without bias of the variance that is stated."""

from __future__ import annotations

from math import exp, log

import numpy as np
import pytest
from privacy.tapes import fix_seeds

from mpc.errors import LocalError
from protocols.privacy.events import PureEvent
from protocols.privacy.local_responses_wbls17 import HadamardResponse, RandomizedResponse, Response, UnaryEncoding
from protocols.privacy.neighbours import substitute

SORTS = [RandomizedResponse, UnaryEncoding, HadamardResponse]


@pytest.fixture(autouse=True)
def _same_noise(monkeypatch: pytest.MonkeyPatch) -> None:
    fix_seeds(monkeypatch, "local responses")


def frequencies(response: Response, value: int, n: int) -> dict[object, float]:
    reports = response.report(np.full(n, value))
    keys, counts = np.unique(reports, axis=0, return_counts=True)
    return {tuple(np.atleast_1d(key).tolist()): c / n for key, c in zip(keys, counts, strict=True)}


@pytest.mark.parametrize("k", [2, 3, 4])
@pytest.mark.parametrize("sort", SORTS)
def test_any_two_values_are_e_to_the_epsilon_apart_and_no_further(sort: type[Response], k: int) -> None:
    """By the frequencies of all reports, of which each has a fair number."""
    response = sort(k, 1)
    of = [frequencies(response, value, 20_000) for value in range(k)]
    ratios = [log(of[a][report] / of[b].get(report, 1e-9)) for a in range(k) for b in range(k) for report in of[a]]
    assert 0.8 < max(ratios) < 1.25


@pytest.mark.parametrize("sort", SORTS)
def test_estimates_have_no_bias_and_the_variance_stated(sort: type[Response]) -> None:
    having = np.array([300, 150, 40, 0, 10])
    values, response = np.repeat(np.arange(5), having), sort(5, "1.5")
    estimates = np.array([response.estimate(response.report(values)) for _ in range(200)])
    deviations = np.array([response.variance(c, 500) for c in having]) ** 0.5
    assert (abs(estimates.mean(axis=0) - having) < 5 * deviations / 200**0.5).all()
    assert (abs(estimates.std(axis=0) / deviations - 1) < 0.25).all()


@pytest.mark.parametrize("sort", SORTS)
def test_what_supports_a_value(sort: type[Response]) -> None:
    """Of reports that are given: the p and q of the table, by counting over many."""
    response, n = sort(3, 2), 20_000
    supports = (response._supported(response.report(np.zeros(n, np.int64)))) / n
    p, q = {
        "randomized response": (exp(2) / (exp(2) + 2), 1 / (exp(2) + 2)),
        "unary encoding": (0.5, 1 / (exp(2) + 1)),
        "hadamard response": (exp(2) / (exp(2) + 1), 0.5),
    }[response.name]
    assert response._p == pytest.approx(p, abs=1e-12)
    assert response._q == pytest.approx(q, abs=1e-12)
    assert supports == pytest.approx([p, q, q], abs=0.02)


@pytest.mark.parametrize("sort", SORTS)
def test_bad_input_and_none(sort: type[Response]) -> None:
    response = sort(4, "0.5")
    assert response.event == PureEvent("0.5", substitute())
    assert len(response.report(np.array([], np.int64))) == 0
    for values in ([4], [-1]):
        with pytest.raises(LocalError) as refused:
            response.report(np.array(values))
        assert refused.value.code == "wrong-categories"
    for categories, epsilon, code in (
        (1, 1, "amount-out-of-range"),
        (2**21, 1, "wrong-categories"),
        (2, 0, "amount-out-of-range"),
    ):
        with pytest.raises(LocalError) as refused:
            sort(categories, epsilon)
        assert refused.value.code == code


@pytest.mark.parametrize(
    ("sort", "reports"),
    [
        (RandomizedResponse, [3]),
        (RandomizedResponse, [-1]),
        (RandomizedResponse, [0.5]),
        (HadamardResponse, [4]),
        (HadamardResponse, [[0]]),
        (UnaryEncoding, [[True, False]]),
        (UnaryEncoding, [[0, 0, 9]]),
        (UnaryEncoding, [[0.0, 0.0, 1e9]]),
        (UnaryEncoding, [True, False, True]),
    ],
)
def test_reports_that_nobody_may_give_are_refused(sort: type[Response], reports: list[object]) -> None:
    with pytest.raises(LocalError) as refused:
        sort(3, 1).estimate(np.array(reports))
    assert refused.value.code == "wrong-reports"
