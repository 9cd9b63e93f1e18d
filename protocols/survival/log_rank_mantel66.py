"""Whether the curves of two or more arms differ: the log-rank test over hospitals, from secret life tables.

Mantel, Cancer Chemotherapy Reports 50, 1966; of several arms, and with strata, Kalbfleisch and Prentice, The
Statistical Analysis of Failure Time Data, section 1.4. With d_t deaths of n_t at risk, n_at of them in arm a,

    U_a  = sum of d_at - d_t n_at / n_t
    V_ab = sum of d_t (n_t - d_t) / (n_t - 1) (n_at / n_t) ([a = b] - n_bt / n_t)

over times, and over strata if there are. U^T V^-1 U, the last arm left out, is chi-squared where no curves differ.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from mpc.context import Context
from mpc.errors import LocalError
from protocols.array.bridge import compute
from protocols.array.lines import user_line
from protocols.array.logic import all_, maximum
from protocols.array.misuse import need_context
from protocols.array.private_reveals import reveal
from protocols.array.secret import SecretArray
from protocols.array.shape import concatenate
from protocols.survival.life_tables import LifeTables, need_tables
from protocols.survival.patients import Floats
from protocols.survival.small_groups import SMALLEST, smallest_of, too_small
from protocols.survival.tails import chi_squared_tail

WIDE = 256
LEAST_VARIANCE = 1 / 64
"""Below that of a death or so in the whole study there is nothing to test."""


@dataclass(frozen=True, slots=True, eq=False)
class LogRank:
    """The test of whether arms differ: `excess` deaths of all arms but the last beyond those expected if none did,
    and their covariance."""

    statistic: float
    degrees: int
    p_value: float
    excess: Floats
    covariance: Floats

    def __str__(self) -> str:
        more = ", ".join(f"{e:+.1f}" for e in self.excess)
        return (
            f"chi-squared {self.statistic:.3f} on {self.degrees} degree{'s' * (self.degrees > 1)} of freedom, "
            f"p {self.p_value:.3g}; deaths beyond those expected {more}"
        )


async def log_rank(
    ctx: Context, tables: LifeTables, *, stratified: bool = False, smallest: int = SMALLEST, to: Any = None
) -> LogRank | None:
    """The test over all sites; `stratified`: each site's patients are compared with one another only.

    Receivers learn U and V of all times, sites and arms but the last together (with k arms k - 1 numbers and a matrix),
    from which statistic and p value follow; nobody learns in which interval, or where, anybody died. Everybody learns
    whether each arm has `smallest` patients of all sites: if not, it is refused, and nothing else is learnt. Against
    whom: semi-honest parties, as of the suite. Cost: k + 1 divisions for each time and stratum. U is off by about 2^-23
    a death.
    LocalError `wrong-number`; `group-too-small`; `too-few-events` where there is nothing to test; as `mpc.reveal`.
    """
    need_context(ctx, "survival.log_rank")
    smallest_of(smallest)
    tables = need_tables(tables)
    if tables.arms < 2:
        raise LocalError("wrong-number", "a test of a single arm", "make life tables with arms= from 2 on",
                         line=user_line())  # fmt: skip
    d, n = (x if stratified else x.sum(axis=0, keepdims=True) for x in (tables.deaths, tables.at_risk))
    enough = all_(tables.at_risk.sum(axis=0)[:, 0] >= smallest)
    found = concatenate([part.reshape(-1) for part in _sums(d, n)])
    await compute(ctx, enough, found)
    if not await reveal(ctx, enough, planned=True):
        raise too_small("some arm has, over all sites,", smallest)
    k = tables.arms - 1
    values = await reveal(ctx, found, to=to, planned=np.append(np.zeros(k), np.eye(k)))
    return None if values is None else _test(np.asarray(values, np.float64), k)


def _sums(d: SecretArray, n: SecretArray) -> tuple[SecretArray, SecretArray]:
    """U and V of tables (strata, arms, times)."""
    k = d.shape[1] - 1
    deaths, all_n = d.sum(axis=1), n.sum(axis=1)
    parts = (n[:, :k] * WIDE / maximum(all_n, 1).reshape(len(d), 1, -1)).within(0, WIDE)
    expected = (deaths.reshape(len(d), 1, -1) * parts).sum(axis=(0, 2)) / WIDE
    living = ((all_n - deaths) * WIDE / maximum(all_n - 1, 1)).within(0, WIDE) / WIDE
    spread = _rows(deaths * living)
    share = _rows((parts / WIDE).swapaxes(0, 1))
    weighed = share * spread.reshape(1, -1)
    covariance = np.diag(weighed.sum(axis=1)) - weighed @ share.T
    return d[:, :k].sum(axis=(0, 2)) - expected, covariance


def _rows(x: SecretArray) -> SecretArray:
    """Strata and times as one axis."""
    return x.reshape(*x.shape[:-2], -1)


def _test(values: Floats, k: int) -> LogRank:
    """In the clear. LocalError `too-few-events`."""
    excess, covariance = values[:k], values[k:].reshape(k, k)
    least = float(np.linalg.eigvalsh((covariance + covariance.T) / 2)[0])
    if least < LEAST_VARIANCE:
        raise LocalError(
            "too-few-events",
            "hardly anybody died while more than one arm was at risk, so that there is nothing to compare",
            "observe for longer, join arms, or take a grid that reaches to where patients die", line=user_line(),
        )  # fmt: skip
    statistic = float(excess @ np.linalg.solve(covariance, excess))
    return LogRank(statistic, k, chi_squared_tail(statistic, k), excess, covariance)
