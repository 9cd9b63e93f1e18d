"""Whether a model's values stay in the ranges that a private pass declares: what an owner looks at before anybody asks.

A value that leaves its range gives a wrong answer, and nobody sees it: ranges are public, values are not.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from mpc.errors import LocalError
from protocols.arguments import instance_of
from protocols.models.architectures import Bert
from protocols.models.calibrating import Calibration
from protocols.models.fixed_point import Extent
from protocols.transformer.fractions import (
    DECODERS_SCORES,
    DECODERS_SQUARES,
    ENCODERS_SCORES,
    ENCODERS_SQUARES,
    GELU,
    LAST_SQUARES,
    SILU,
    WEIGHT,
)
from protocols.transformer.layers import of_scores
from protocols.transformer.weights import MOST

QUERIES, STREAMS = 2.0**13, 2.0**17
"""What queries, keys and values, and the residual stream stay below."""

_SIZES = {
    "attention.query": QUERIES,
    "attention.key": QUERIES,
    "attention.value": QUERIES,
    "attention.sum": STREAMS,
    "feed_forward.sum": STREAMS,
}
_OF_ENCODERS = {"attention.scores": ENCODERS_SCORES, "feed_forward.up": float(GELU)}
_OF_DECODERS = {"attention.scores": DECODERS_SCORES, "feed_forward.gate": float(SILU)}
_SQUARES = ("variance", "mean_square")


def beyond_ranges(found: Calibration, *, margin: float = 1.0) -> list[str]:
    """Values that leave what a private pass declares, each with its layer, its extent and what is declared, where all
    are `margin` times as large as they were measured by `mpc.learning.calibrate`. An empty list: all texts fitted.

    Weights that are too large to take part, for which `private_model` refuses the model, are named as well, without a
    margin. A margin of 1.05 and hundreds of texts of the kind that will be asked are a start: what was not measured
    may be larger. LocalError `wrong-argument`.
    """
    instance_of(found, "found", Calibration, "what mpc.learning.calibrate gives")
    if isinstance(margin, bool) or not isinstance(margin, int | float) or not 1 <= margin < 1e6:
        raise LocalError("wrong-argument", f"margin={margin!r}", "a factor from 1 on")
    encoder = isinstance(found.architecture, Bert)
    values = [line for name, extent in found.extents.items() for line in _of(name, extent, margin, encoder)]
    return values + _weights(found)


def _weights(found: Calibration) -> list[str]:
    """Those that do not fit into the integers that weights take part as, whatever the texts."""
    root, most = of_scores(found.architecture.head), MOST / 2.0**WEIGHT
    taken = {n: size * root if n.endswith("query.weight") else size for n, size in found.weights.items()}
    return [
        f"{n}: a weight of {size:.3g} of {most:.3g}" for n, size in taken.items() if np.rint(size * 2.0**WEIGHT) > MOST
    ]


def _of(name: str, extent: Extent, margin: float, encoder: bool) -> Iterator[str]:
    part = name.split(".", 2)[2] if name.startswith("layers.") else name
    if part.rsplit(".", 1)[-1] in _SQUARES:
        least, most = ENCODERS_SQUARES if encoder else LAST_SQUARES if part == name else DECODERS_SQUARES
        if extent.least / margin < least or extent.most * margin > most:
            yield f"{name}: {extent.least:.3g} to {extent.most:.3g} of {least:.3g} to {most:.3g}"
        return
    sizes = _SIZES | (_OF_ENCODERS if encoder else _OF_DECODERS)
    size = max(-extent.least, extent.most)
    if size * margin >= sizes.get(part, float("inf")):
        yield f"{name}: {size:.3g} of {sizes[part]:.3g}"
