"""Draws the pictures of the pages on privacy: of tests that were run on noise that was drawn, of costs and of errors.

python -m docs.privacy_pictures
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from statistics import NormalDist

import numpy as np
from matplotlib.figure import Figure

from docs.pictures import is_made_of, write
from mpc.errors import LocalError
from mpc.prg import Seed
from protocols.privacy.accounts import cost
from protocols.privacy.discrete_laplace_dkmmn06 import discrete_laplace
from protocols.privacy.errors_of_noise import epsilon_for_error, laplace_error
from protocols.privacy.events import LaplaceEvent, RepeatedEvent
from protocols.privacy.neighbours import add_or_remove
from protocols.privacy.odds import posterior_bound, power_bound

FOLDER = Path(__file__).parent / "privacy" / "pictures"
EPSILONS = (Fraction(1, 10), Fraction(1, 2), Fraction(1), Fraction(3))
DRAWS = 100_000


def tests_of_neighbours(figure: Figure) -> None:
    """How often a test on a noisy count finds the person, over how often it is wrong: drawn, and the bound."""
    axes = figure.add_subplot()
    alarms = np.linspace(0, 1, 101)
    for number, epsilon in enumerate(EPSILONS):
        bound = [float(power_bound(float(alarm), epsilon)) for alarm in alarms]
        line = axes.plot(alarms, bound, label=f"epsilon {float(epsilon):g}")[0]
        noise = discrete_laplace(1 / epsilon).draw(2 * DRAWS, Seed(bytes(32)).prg("pictures", number))
        absent, present = noise[:DRAWS], noise[DRAWS:] + 1
        thresholds = np.arange(noise.min(), noise.max() + 3)
        found = [[np.mean(sample >= t) for t in thresholds] for sample in (absent, present)]
        axes.plot(*found, "o", markersize=3, color=line.get_color())
    axes.set(xlabel="false alarms: the person is absent, and the test says present", ylabel="the person is found")
    axes.legend(frameon=False, loc="lower right")


def beliefs(figure: Figure) -> None:
    """What can be believed after one answer, over what was believed before."""
    axes = figure.add_subplot()
    before = np.linspace(0, 1, 101)
    for epsilon in EPSILONS:
        after = [float(posterior_bound(float(p), epsilon)) for p in before]
        axes.plot(before, after, label=f"epsilon {float(epsilon):g}")
    axes.set(xlabel="believed before", ylabel="at most believed after")
    axes.legend(frameon=False, loc="lower right")


def composition(figure: Figure) -> None:
    """The epsilon of many answers of 0.1 each, by accountant."""
    axes = figure.add_subplot()
    answers = [1, 2, 5, 10, 20, 50, 100, 200, 500]
    event = LaplaceEvent(10, add_or_remove())
    for by in ("basic", "advanced", "zcdp", "rdp", "pld"):
        costs = [_epsilon(RepeatedEvent(event, count), by) for count in answers]
        axes.plot(answers, costs, marker="o", markersize=3, label=by)
    axes.set(xscale="log", yscale="log", xlabel="answers of epsilon 0.1 each", ylabel="epsilon at delta 1e-6")
    axes.legend(frameon=False, loc="upper left")


def _epsilon(event: RepeatedEvent, by: str) -> float:
    try:
        return float(cost(event, delta="1e-6", by=by).epsilon)
    except LocalError:
        return float("nan")


def choosing(figure: Figure) -> None:
    """The error of a mean of so many people, by the range of a value; dots where it is that of sampling."""
    axes = figure.add_subplot()
    epsilons = np.geomspace(0.01, 10, 40)
    for people in (100, 1000, 10_000):
        errors = [laplace_error(1 / (people * epsilon), discrete=False).bound for epsilon in epsilons]
        line = axes.plot(epsilons, errors, label=f"{people:,} people")[0]
        sampling = NormalDist().inv_cdf(0.975) / (12 * people) ** 0.5  # evenly spread values deviate by 1 / sqrt(12)
        enough = epsilon_for_error(sampling, 1 / people)
        axes.plot(enough, sampling, "o", color=line.get_color())
    axes.set(xscale="log", yscale="log", xlabel="epsilon", ylabel="95% within, as a share of the range")
    axes.legend(frameon=False, loc="upper right")


PICTURES: dict[str, Callable[[Figure], None]] = {
    "tests_of_neighbours": tests_of_neighbours,
    "beliefs": beliefs,
    "composition": composition,
    "choosing": choosing,
}
SOURCES = [Path(__file__)]
"""What they are made of."""


def picture_of(name: str) -> Path:
    """Where one lies."""
    return FOLDER / f"{name}.svg"


if __name__ == "__main__":
    for each, draw in PICTURES.items():
        if not is_made_of(picture_of(each), SOURCES):
            write(picture_of(each), draw, SOURCES)
