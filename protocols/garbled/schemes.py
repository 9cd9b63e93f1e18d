"""The ways of garbling by name."""

from __future__ import annotations

from mpc.context import Context
from mpc.ways import check_scheme
from protocols.garbled.half_gates_zre15 import HALF_GATES
from protocols.garbled.three_halves_rr21 import THREE_HALVES
from protocols.garbled.walk import Scheme

SCHEMES = {scheme.name: scheme for scheme in (HALF_GATES, THREE_HALVES)}
"""In an order that does not change: material has the place of its scheme. As `mpc.ways` has their names."""
BYTES_OF_AND = {HALF_GATES.name: 32, THREE_HALVES.name: 25}


def find_scheme(name: str) -> Scheme:
    """The scheme of this name. LocalError `unknown-scheme`."""
    check_scheme(name)
    return SCHEMES[name]


def scheme_of(ctx: Context) -> Scheme:
    """What the session garbles by."""
    return SCHEMES[ctx.session.ways.scheme]
