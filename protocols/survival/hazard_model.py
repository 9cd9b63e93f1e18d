"""What a regression of survival finds: hazard ratios, how sure they are, and when there are none."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

import numpy as np

from mpc.errors import LocalError
from protocols.array.lines import user_line
from protocols.survival.cohort import Scale
from protocols.survival.newton_steps import LONGEST
from protocols.survival.patients import Floats
from protocols.survival.tails import two_sided

BRESLOW = "breslow"
"""How deaths at one time count: each as if all of them were still at risk."""


@dataclass(frozen=True, slots=True, eq=False)
class HazardModel:
    """Log hazard ratios for one unit of each covariate, (columns,), and their standard errors; of how many deaths."""

    coefficients: Floats
    standard_errors: Floats
    events: int
    patients: int

    @property
    def hazard_ratios(self) -> Floats:
        """By which a unit more multiplies the hazard."""
        return np.exp(self.coefficients)

    @property
    def p_values(self) -> Floats:
        """Of each being 0, by Wald's test."""
        return np.array([two_sided(z) for z in self.coefficients / self.standard_errors])

    def intervals(self, confidence: float = 0.95) -> Floats:
        """Of the hazard ratios, (columns, 2)."""
        away = NormalDist().inv_cdf((1 + confidence) / 2) * self.standard_errors
        return np.exp(np.stack([self.coefficients - away, self.coefficients + away], axis=1))

    def __str__(self) -> str:
        rows = zip(self.hazard_ratios, self.intervals(), self.p_values, strict=True)
        shown = "; ".join(f"hazard ratio {h:.3f} ({lo:.3f} to {hi:.3f}), p {p:.2g}" for h, (lo, hi), p in rows)
        return f"{shown}; {self.events} deaths of {self.patients}"


def in_own_units(figures: Floats, scale: Scale, events: int, patients: int) -> HazardModel:
    """Of coefficients and variances times the number of deaths, (2, columns), on the common scale. In the clear."""
    b, variances = figures
    errors = np.sqrt(np.maximum(variances, 0) / events)
    return HazardModel(b / scale.half, errors / scale.half, events, patients)


def not_settled(steps: int) -> LocalError:
    """The refusal that all receivers raise alike, since all have learnt that bit and nothing else of the estimates."""
    return LocalError(
        "not-settled",
        f"after {steps} of Newton's steps the coefficients still move, or hazards of patients are more than "
        f"e^{2 * LONGEST:g} apart",
        "leave out covariates that tell who dies (nobody with one of its values did) or that follow from others; "
        "declare ranges= no wider than values are; or take more steps=", line=user_line(),
    )  # fmt: skip


def ties_of(ties: Any) -> str:
    """LocalError `wrong-word` for another way than Breslow's."""
    if ties != BRESLOW:
        raise LocalError(
            "wrong-word",
            f"ties={ties!r}: deaths at one time count as Breslow has them, and no other way is computed on secrets "
            "(Efron's takes as many terms for a time as there are deaths, which nobody is to know)",
            'ties="breslow", on a finer grid: the fewer die at one time, the nearer both are to each other',
            line=user_line(),
        )
    return BRESLOW
