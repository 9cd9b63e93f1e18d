"""Statistics on what several parties have together, released with noise that nobody knows."""

from __future__ import annotations

from protocols.statistics.averages import mean, std, variance
from protocols.statistics.choices import Least, least
from protocols.statistics.clipped import ClippedMean, clipped_mean
from protocols.statistics.columns import AnyColumn, Column, column
from protocols.statistics.estimate import Estimate
from protocols.statistics.quantiles import Quantile, median, quantile
from protocols.statistics.tables import crosstab, histogram, mean_by, sum_by, value_counts
from protocols.statistics.thresholded_keys import PrivateKeys, private_keys
from protocols.statistics.totals import count
from protocols.statistics.totals import sum_ as sum

__all__ = [
    "AnyColumn",
    "ClippedMean",
    "Column",
    "Estimate",
    "Least",
    "PrivateKeys",
    "Quantile",
    "clipped_mean",
    "column",
    "count",
    "crosstab",
    "histogram",
    "least",
    "mean",
    "mean_by",
    "median",
    "private_keys",
    "quantile",
    "std",
    "sum",
    "sum_by",
    "value_counts",
    "variance",
]
