"""The trial in the clear: patients that are made up, the same figures as textbooks have
them, and the picture of the result.
"""

from __future__ import annotations

from math import erfc, exp, pi, sqrt
from typing import Any

import numpy as np

from examples.clinical_trial.trial import (
    COVARIATES,
    LAST,
    TOLD,
    TREATMENTS,
    own_features,
    own_kinds,
    own_patients,
)

PARTIES = {"north": "north.csv", "south": "south.csv", "west": "west.csv"}
SIZES = (130, 100, 70)
GRID = range(3, LAST + 1, 3)
STEPS = 6
WITHIN = {
    "curves": 1e-3,
    "excess": 0.02,
    "coefficients": 2e-3,
    "concordance": 0.01,
    "statistic": 0.02,
    "hazard_ratios": 5e-3,
    "intervals": 0.02,
}
"""How far off a result may be of which no useful bound is known."""

NOISE = {"concordance": 0.01, "statistic": 0.02, "diagnosis": 40.0}
"""How far off what follows from revealed numbers may be, and what noise does to six
steps, many times over.
"""


def data() -> dict[str, dict[str, Any]]:
    """Patients as those of trials of the nineties, whose risk depends on the treatment
    and on CD4 cells.
    """
    random = np.random.RandomState(175)
    tables = {}
    for file, size in zip(PARTIES.values(), SIZES, strict=True):
        arm = random.randint(0, len(TREATMENTS), size)
        age = np.clip(random.normal(35, 9, size), 18, 75).round().astype(int)
        cd4 = np.clip(random.normal(350, 120, size), 5, 1100).round().astype(int)
        cd8 = np.clip(random.lognormal(6.8, 0.45, size), 90, 4000).round().astype(int)
        symptoms = (random.rand(size) < 0.2).astype(int)
        hazard = 0.02 * np.exp(-0.6 * (arm > 0) - (cd4 - 350) / 200 + 0.4 * symptoms)
        life, seen = (
            np.ceil(random.exponential(1 / hazard)),
            random.randint(8, 43, size),
        )
        later = np.clip(cd4 + random.normal(20, 90, size), 0, 1300)
        tables[file] = {
            "months": np.minimum(life, seen).astype(int),
            "progressed": (life <= seen).astype(int),
            "arm": arm,
            "age": age,
            "cd4": cd4,
            "cd8": cd8,
            "symptoms": symptoms,
            "cd4_later": later.round().astype(int),
        }
    return tables


def clear(*tables: Any) -> dict[str, Any]:
    """All of it, of all hospitals' patients put together."""
    return figures(GRID, *tables)


def figures(grid: Any, *tables: Any) -> dict[str, Any]:
    """The same where what happens counts at other times."""
    sites = [own_patients(table) for table in tables]
    slots = np.searchsorted(grid, np.concatenate([site.times for site in sites]))
    events = np.concatenate([site.events for site in sites]) * (slots < len(grid))
    arms = np.concatenate([site.arms for site in sites])
    x = np.concatenate([site.covariates for site in sites])
    where = np.repeat(np.arange(len(sites)), [len(site) for site in sites])
    curves, told = kaplan_meier(grid, slots, events, arms)
    excess, covariance = log_rank(slots, events, arms, where)
    coefficients, deviations = cox(slots, events, x)
    agreeing, pairs = concordance(slots, events, x @ coefficients)
    kinds = np.sum([own_kinds(table) for table in tables], axis=0)
    features, low = zip(*(own_features(table) for table in tables), strict=True)
    statistic = excess @ np.linalg.solve(covariance, excess)
    return {
        "curves": np.where(told, curves, 0),
        "told": told,
        "excess": excess,
        "compared": True,
        "progressed": events.sum(),
        "coefficients": coefficients,
        "settled": True,
        "concordance": agreeing / pairs,
        "pairs": pairs,
        "kinds": np.where(kinds >= 5, kinds, 0),
        "shown": kinds >= 5,
        "statistic": statistic,
        "p_value": tail_of_three(statistic),
        "hazard_ratios": np.exp(coefficients),
        "intervals": np.exp(
            coefficients[:, None] + deviations[:, None] * [-1.96, 1.96]
        ),
        "diagnosis": logistic(np.concatenate(features), np.concatenate(low)),
    }


def kaplan_meier(grid: Any, slots: Any, events: Any, arms: Any) -> tuple[Any, Any]:
    """The curves, and where five are at risk; slots are places in the grid."""
    k = len(TREATMENTS)
    living, curves, told = np.ones(k), [], []
    for time in range(len(grid)):
        at_risk = np.bincount(arms[slots >= time], minlength=k)
        now = np.bincount(arms[(slots == time) & (events == 1)], minlength=k)
        living = living * (1 - now / np.maximum(at_risk, 1))
        curves.append(living)
        told.append(at_risk >= 5)
    places = np.searchsorted(grid, TOLD)
    return np.array(curves).T[:, places], np.array(told).T[:, places]


def log_rank(slots: Any, events: Any, arms: Any, where: Any) -> tuple[Any, Any]:
    """Excess of all treatments but the last and its covariance, each hospital's
    patients compared with one another.
    """
    k = len(TREATMENTS)
    excess, covariance = np.zeros(k), np.zeros((k, k))
    for site in range(where.max() + 1):
        for time in np.unique(slots):
            at_risk = (where == site) & (slots >= time)
            now = at_risk & (slots == time) & (events == 1)
            n, d = at_risk.sum(), now.sum()
            if n > 1:
                part = np.bincount(arms[at_risk], minlength=k) / n
                excess += np.bincount(arms[now], minlength=k) - d * part
                spread = np.diag(part) - np.outer(part, part)
                covariance += d * (n - d) / (n - 1) * spread
    return excess[:-1], covariance[:-1, :-1]


def tail_of_three(x: float) -> float:
    """The chance that a chi-squared number of three degrees of freedom is larger."""
    return erfc(sqrt(x / 2)) + sqrt(2 * x / pi) * exp(-x / 2)


def cox(slots: Any, events: Any, x: Any) -> tuple[Any, Any]:
    """Newton's steps on Breslow's likelihood, and standard errors."""
    b = np.zeros(x.shape[1])
    for _ in range(12):
        gradient, information = np.zeros(len(b)), np.zeros((len(b), len(b)))
        for time in np.unique(slots[events == 1]):
            risk, now = slots >= time, (slots == time) & (events == 1)
            w = np.exp(x[risk] @ b)
            mean = w @ x[risk] / w.sum()
            square = (x[risk].T * w) @ x[risk] / w.sum()
            gradient += x[now].sum(axis=0) - now.sum() * mean
            information += now.sum() * (square - np.outer(mean, mean))
        b = b + np.linalg.solve(information, gradient)
    return b, np.sqrt(np.diag(np.linalg.inv(information)))


def concordance(slots: Any, events: Any, score: Any) -> tuple[float, int]:
    """Pairs in the right order, and all of which it is known who was first."""
    first, then = slots[:, None], slots
    later = (then > first) | ((then == first) & (events == 0))
    pairs = later & (events[:, None] == 1)
    right = (score[:, None] > score) + 0.5 * (score[:, None] == score)
    return float(right[pairs].sum()), int(pairs.sum())


def logistic(x: Any, y: Any) -> Any:
    """The model without noise: as many steps of the same length."""
    rows = x / np.maximum(np.linalg.norm(x, axis=1, keepdims=True), 2.0)
    rows = np.column_stack([rows, np.ones(len(x))])
    w = np.zeros(rows.shape[1])
    for _ in range(STEPS):
        w = w - 4 * rows.T @ (1 / (1 + np.exp(-rows @ w)) - y) / len(y)
    return np.append(w[:-1] / 2.0, w[-1])


def draw(figure: Any, result: dict[str, Any]) -> None:
    """The curves as far as they are told, and hazard ratios with intervals."""
    left, right = figure.subplots(1, 2, width_ratios=[3, 2])
    months = np.array([0, *TOLD])
    for arm, name in enumerate(TREATMENTS):
        known = np.concatenate([[True], np.asarray(result["told"])[arm]])
        curve = np.concatenate([[1.0], np.asarray(result["curves"])[arm]])
        left.step(months[known], curve[known], where="post", label=name)
    left.set(ylim=(0, 1.03), xticks=months, xlabel="months")
    left.set_title(f"Without progression; p {float(result['p_value']):.2g}")
    left.legend(frameon=False, loc="lower left")
    places = np.arange(len(COVARIATES))
    right.hlines(places, *np.asarray(result["intervals"]).T, color="0.5")
    right.plot(np.asarray(result["hazard_ratios"]), places, "o", color="C0")
    right.axvline(1, color="0.5", linestyle=":")
    right.set(yticks=places, yticklabels=COVARIATES, ylim=(3.5, -0.5), xlim=(0, None))
    right.set_title("Hazard ratios")
