"""The series in the clear: outputs that are made up, their moving statistics, and the
picture of the result.
"""

from __future__ import annotations

from typing import Any

import numpy as np

PARTIES = {"hydro": "hydro.csv", "solar": "solar.csv", "wind": "wind.csv"}
DAYS = 90
WINDOW = 14
FAR = 4
WITHIN = {"deviation": 1e-3}
"""How far off a result may be of which no useful bound is known."""


def data() -> dict[str, dict[str, Any]]:
    """A river that falls, days that grow longer, wind as it comes; and two days on
    which something happened.
    """
    random = np.random.RandomState(14)
    day = np.arange(DAYS)
    hydro = 260 - 0.8 * day + random.normal(0, 6, DAYS)
    solar = 60 + 1.1 * day + random.normal(0, 12, DAYS)
    wind = 110 + random.normal(0, 14, DAYS)
    hydro[40] = 20
    wind[66] = 320
    outputs = np.clip(np.round([hydro, solar, wind], 1), 0, 500)
    return {
        file: {"output": own}
        for file, own in zip(PARTIES.values(), outputs, strict=True)
    }


def clear(*tables: Any) -> dict[str, Any]:
    """Means and standard deviations of windows, and the days far from the window before
    them.
    """
    total = np.sum([table["output"] for table in tables], axis=0)
    windows = np.lib.stride_tricks.sliding_window_view(total, WINDOW)
    mean, deviation = windows.mean(axis=1), windows.std(axis=1)
    return {
        "mean": mean,
        "deviation": deviation,
        "unusual": np.abs(total[WINDOW:] - mean[:-1]) > FAR * deviation[:-1],
    }


def draw(figure: Any, result: dict[str, Any]) -> None:
    """The moving mean, a band of standard deviations around it, and marks where
    something happened.
    """
    axes = figure.add_subplot()
    mean, deviation = np.asarray(result["mean"]), np.asarray(result["deviation"])
    days = np.arange(WINDOW - 1, DAYS)
    axes.plot(days, mean, color="C0", linewidth=2, label=f"mean of {WINDOW} days")
    band = {
        "color": "C0",
        "alpha": 0.2,
        "linewidth": 0,
        "label": f"{FAR} standard deviations",
    }
    axes.fill_between(days, mean - FAR * deviation, mean + FAR * deviation, **band)
    unusual = WINDOW + np.flatnonzero(result["unusual"])
    axes.plot(
        unusual,
        np.full(len(unusual), axes.get_ylim()[0]),
        "^",
        color="C3",
        markersize=9,
        label="unusual day",
    )
    axes.set(
        xlabel="day",
        ylabel="MWh a day, all plants",
        title="What three plants feed in together",
    )
    axes.legend(frameon=False, loc="upper left")
