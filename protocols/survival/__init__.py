"""How long patients of several hospitals live, and on what that depends, from data that stay with each of them."""

from __future__ import annotations

from protocols.survival.concordance_harrell82 import Concordance, concordance
from protocols.survival.cox_breslow74 import cox
from protocols.survival.cox_with_open_steps import cox_with_open_steps
from protocols.survival.hazard_model import HazardModel
from protocols.survival.kaplan_meier58 import Curves, kaplan_meier
from protocols.survival.life_tables import LifeTables, life_tables
from protocols.survival.log_rank_mantel66 import LogRank, log_rank
from protocols.survival.noisy_curves import NoisyCurves, noisy_curves
from protocols.survival.patients import Patients
from protocols.survival.small_groups import counts

__all__ = [
    "Concordance",
    "Curves",
    "HazardModel",
    "LifeTables",
    "LogRank",
    "NoisyCurves",
    "Patients",
    "concordance",
    "counts",
    "cox",
    "cox_with_open_steps",
    "kaplan_meier",
    "life_tables",
    "log_rank",
    "noisy_curves",
]
