"""Draws the picture of the page on updates as integers: how far the mean is off over the bytes of a client's vector.

python -m docs.federated_pictures
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from docs.pictures import is_made_of, write
from mpc.algebra.narrow import packed_bytes
from mpc.prg import Seed
from protocols.federated.figures import Figures
from protocols.federated.updates import Update, Updates, weighted_mean

TARGET = Path(__file__).parent / "federated" / "pictures" / "compression.svg"
SOURCES = [Path(__file__)]
"""What it is made of."""

WEIGHTS, CLIENTS = 100_000, 10
BITS = (8, 10, 12, 14, 16, 20, 24, 32)
KEPT = (0.03, 0.1, 0.3, 1.0)

Point = tuple[float, float]


def ways() -> dict[str, list[Updates]]:
    """What is compared: each a row of points."""
    plain = Updates(clip=1.0, most_examples=1)
    return {
        "rounded": [replace(plain, bits=bits) for bits in BITS],
        "rotated and rounded": [replace(plain, bits=bits, rotate=True) for bits in BITS],
        "a random part, rotated, 12 bits": [replace(plain, bits=12, rotate=True, keep=keep) for keep in KEPT],
    }


def point(updates: Updates, weights: int = WEIGHTS) -> Point:
    """Bytes of a client's vector, and the mean's distance from the exact one, as a part of its length: updates that
    agree in a common part, which is what a mean keeps, and differ in ten times as much."""
    seed = Seed(bytes(32))
    dice = np.random.default_rng(7)
    common, coder = dice.standard_t(4, weights), weighted_mean(updates, weights, CLIENTS)
    moved = [common + 3 * dice.standard_t(4, weights) for _ in range(CLIENTS)]
    each = [u / np.linalg.norm(u) for u in moved]
    exact = sum(each[1:], each[0]) / CLIENTS
    totals = [np.zeros(count, np.uint64) for count, _ in coder.widths]
    for client, u in enumerate(each):
        for total, words in zip(
            totals, coder.words(Update(u, Figures(examples=1)), seed.prg("client", client), seed), strict=True
        ):
            total += words
    reduced = [t & np.uint64(2**bits - 1) for t, (_, bits) in zip(totals, coder.widths, strict=True)]
    off = coder.mean(reduced, CLIENTS, seed).moved - exact
    size = sum(packed_bytes(count, bits) for count, bits in coder.widths)
    return size, float(np.linalg.norm(off) / np.linalg.norm(exact))


def compression(figure: Figure) -> None:
    """Error over bytes."""
    axes = figure.add_subplot()
    for name, updates in ways().items():
        points: Iterable[Point] = map(point, updates)
        sizes, errors = zip(*points, strict=True)
        axes.plot([size / 1000 for size in sizes], errors, marker="o", markersize=3, label=name)
    axes.set(xscale="log", yscale="log", xlabel="kB a client sends", ylabel="distance of the mean, part of its length")
    axes.legend(frameon=False)


if __name__ == "__main__" and not is_made_of(TARGET, SOURCES):
    write(TARGET, compression, SOURCES)
