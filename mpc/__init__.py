"""Parley: secure multi-party computation in Python. Users write `import mpc` and nothing else."""

from mpc.context import Context, together
from mpc.errors import Abort, LocalError, ParleyError, PeerError, SupplyError
from protocols.array import SecretArray, inverse_sqrt, reveal, secret, sigmoid
from protocols.execution import Plan, Simulation, plan, simulate

__all__ = [
    "Abort",
    "Context",
    "LocalError",
    "ParleyError",
    "PeerError",
    "Plan",
    "SecretArray",
    "Simulation",
    "SupplyError",
    "inverse_sqrt",
    "plan",
    "reveal",
    "secret",
    "sigmoid",
    "simulate",
    "together",
]
