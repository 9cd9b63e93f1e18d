"""The ways of garbling by name."""

from __future__ import annotations

from mpc.errors import LocalError
from protocols.garbled.half_gates_zre15 import HALF_GATES
from protocols.garbled.three_halves_rr21 import THREE_HALVES
from protocols.garbled.walk import Scheme

SCHEMES = {scheme.name: scheme for scheme in (HALF_GATES, THREE_HALVES)}
"""In an order that does not change: material has the place of its scheme."""


def find_scheme(name: str) -> Scheme:
    """The scheme of this name. LocalError `unknown-scheme`."""
    if name not in SCHEMES:
        raise LocalError("unknown-scheme", f"no circuit is garbled by {name!r}", f"choose {' or '.join(SCHEMES)}")
    return SCHEMES[name]
