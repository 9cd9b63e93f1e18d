"""Fraud in the clear: payments that are made up, the rates by kind, and the picture of
the result.
"""

from __future__ import annotations

from typing import Any

import numpy as np

PARTIES = {"bank1": "bank1.csv", "bank2": "bank2.csv", "bank3": "bank3.csv"}
KINDS = ("grocery", "fuel", "travel", "electronics", "gambling", "antiques")
CATEGORIES = {"kind": KINDS}
FREQUENT = np.array([0.36, 0.24, 0.16, 0.14, 0.08, 0.02])
RISKY = np.array([0.02, 0.05, 0.08, 0.15, 0.25, 0.1])
USUAL = np.array([40, 60, 400, 300, 150, 500])
SIZES = (150, 120, 130)
FEWEST = 20


def data() -> dict[str, dict[str, Any]]:
    """Payments by kind, of which fraud takes twice the usual amount."""
    random = np.random.RandomState(9)
    tables = {}
    for file, size in zip(PARTIES.values(), SIZES, strict=True):
        kind = random.choice(len(KINDS), size, p=FREQUENT)
        fraud = (random.rand(size) < RISKY[kind]).astype(int)
        amount = np.clip(
            USUAL[kind] * (1 + fraud) * random.gamma(3, 1 / 3, size), 1, 5000
        ).astype(int)
        tables[file] = {
            "kind": [KINDS[place] for place in kind],
            "fraud": fraud,
            "amount": amount,
        }
    return tables


def clear(*tables: Any) -> dict[str, Any]:
    """The parts by kind; zeros of a kind with too few payments."""
    kind, fraud, amount = (
        np.concatenate([np.asarray(table[name]) for table in tables])
        for name in ("kind", "fraud", "amount")
    )
    payments, money = (
        np.bincount(kind, minlength=len(KINDS)),
        np.bincount(kind, amount, len(KINDS)),
    )
    told = payments >= FEWEST
    of_payments = np.bincount(kind, fraud, len(KINDS)) / np.maximum(payments, 1)
    of_money = np.bincount(kind, fraud * amount, len(KINDS)) / np.maximum(money, 1)
    return {
        "told": told,
        "of_payments": np.where(told, of_payments, 0),
        "of_money": np.where(told, of_money, 0),
    }


def draw(figure: Any, result: dict[str, Any]) -> None:
    """Both parts of each kind, side by side."""
    axes = figure.add_subplot()
    place = np.arange(len(KINDS))
    for shift, name, label in (
        (-0.2, "of_payments", "of the payments"),
        (0.2, "of_money", "of the money"),
    ):
        bars = axes.barh(
            place + shift, 100 * np.asarray(result[name]), height=0.36, label=label
        )
        texts = [
            f"{bar.get_width():.1f} %" if told else ""
            for bar, told in zip(bars, result["told"], strict=True)
        ]
        axes.bar_label(bars, texts, padding=3)
    labels = [
        name if told else f"{name}: too few"
        for name, told in zip(KINDS, result["told"], strict=True)
    ]
    axes.set(
        yticks=place,
        yticklabels=labels,
        xlabel="per cent that was fraud",
        title="Fraud by kind of merchant",
    )
    axes.invert_yaxis()
    axes.legend(frameon=False)
