"""Parley: secure multi-party computation in Python. Users write `import mpc` and nothing else."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from mpc._installed import installed_version as _installed_version
from mpc.context import Context, together
from mpc.errors import Abort, LocalError, ParleyError, PeerError, SupplyError

if TYPE_CHECKING:
    from mpc.network import star
    from protocols import (
        aggregation,
        circuits,
        collecting,
        elgamal,
        federated,
        flower,
        joint_keys,
        learning,
        matching,
        paillier,
        prio3,
        privacy,
        proofs,
        statistics,
        survival,
        synthetic,
    )
    from protocols.array import (
        SecretArray,
        cholesky,
        compress,
        compute,
        det,
        erf,
        inv,
        inverse_sqrt,
        log_softmax,
        lstsq,
        permutation,
        pinv,
        relu,
        reveal,
        secret_from,
        share_of,
        shuffle,
        sigmoid,
        softmax,
        solve,
        topk,
        unique,
        unique_count,
    )
    from protocols.array.authenticating import authenticated
    from protocols.array.circuit_inputs import private
    from protocols.array.committed_data import committed
    from protocols.array.from_ciphertexts import secret_from_ciphertexts
    from protocols.array.from_joint import secret_from_joint
    from protocols.array.garbling import garbled
    from protocols.array.inputs import secret
    from protocols.array.known_arrays import KnownArray, known, known_matmul
    from protocols.array.proving import prove
    from protocols.array.to_ciphertexts import ciphertexts_of
    from protocols.circuits import Bits, Float32, Int, UInt, circuit, mux, read_bristol, write_bristol
    from protocols.horizon import horizon
    from protocols.prepared import prepared
    from protocols.privacy.joint_noise import Gaussian, Laplace
    from protocols.privacy.summed_noise import InParts, Skellam
    from protocols.proofs.commitment import commit
    from protocols.proofs.relation import relation
    from protocols.runs.planning import Plan, plan
    from protocols.runs.simulating import Simulation, simulate, simulate_async

    __version__: str

__all__ = [
    "Abort",
    "Bits",
    "Context",
    "Float32",
    "Gaussian",
    "InParts",
    "Int",
    "KnownArray",
    "Laplace",
    "LocalError",
    "ParleyError",
    "PeerError",
    "Plan",
    "SecretArray",
    "Simulation",
    "Skellam",
    "SupplyError",
    "UInt",
    "__version__",
    "aggregation",
    "authenticated",
    "cholesky",
    "ciphertexts_of",
    "circuit",
    "circuits",
    "collecting",
    "commit",
    "committed",
    "compress",
    "compute",
    "det",
    "elgamal",
    "erf",
    "federated",
    "flower",
    "garbled",
    "horizon",
    "inv",
    "inverse_sqrt",
    "joint_keys",
    "known",
    "known_matmul",
    "learning",
    "log_softmax",
    "lstsq",
    "matching",
    "mux",
    "paillier",
    "permutation",
    "pinv",
    "plan",
    "prepared",
    "prio3",
    "privacy",
    "private",
    "proofs",
    "prove",
    "read_bristol",
    "relation",
    "relu",
    "reveal",
    "secret",
    "secret_from",
    "secret_from_ciphertexts",
    "secret_from_joint",
    "share_of",
    "shuffle",
    "sigmoid",
    "simulate",
    "simulate_async",
    "softmax",
    "solve",
    "star",
    "statistics",
    "survival",
    "synthetic",
    "together",
    "topk",
    "unique",
    "unique_count",
    "write_bristol",
]

_MODULES = (
    "aggregation", "circuits", "collecting", "elgamal", "federated", "flower", "joint_keys", "learning", "matching",
    "paillier", "prio3", "privacy", "proofs", "statistics", "survival", "synthetic",
)  # fmt: skip
_OF_THIS_PACKAGE = {"star": "mpc.network.star"}
_OF_CIRCUITS = ("Bits", "Float32", "Int", "UInt", "circuit", "mux", "read_bristol", "write_bristol")
_ELSEWHERE = {
    "authenticated": "protocols.array.authenticating",
    "private": "protocols.array.circuit_inputs",
    "committed": "protocols.array.committed_data",
    "secret_from_ciphertexts": "protocols.array.from_ciphertexts",
    "secret_from_joint": "protocols.array.from_joint",
    "garbled": "protocols.array.garbling",
    **dict.fromkeys(("KnownArray", "known", "known_matmul"), "protocols.array.known_arrays"),
    "prove": "protocols.array.proving",
    "ciphertexts_of": "protocols.array.to_ciphertexts",
    **dict.fromkeys(_OF_CIRCUITS, "protocols.circuits"),
    "commit": "protocols.proofs.commitment",
    "horizon": "protocols.horizon",
    "prepared": "protocols.prepared",
    "relation": "protocols.proofs.relation",
    **dict.fromkeys(("Gaussian", "Laplace"), "protocols.privacy.joint_noise"),
    **dict.fromkeys(("InParts", "Skellam"), "protocols.privacy.summed_noise"),
    **dict.fromkeys(("Plan", "plan"), "protocols.runs.planning"),
    **dict.fromkeys(("Simulation", "simulate", "simulate_async"), "protocols.runs.simulating"),
}
"""Where names lie that `protocols.array` has not itself: what most programs do without is not imported by them."""


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        """What lies in `protocols` is imported when it is asked for, since `protocols` itself imports this package."""
        if name == "__version__":
            return _installed_version()
        if name not in __all__:
            raise AttributeError(f"module 'mpc' has no attribute {name!r}")
        if name in _MODULES or name in _OF_THIS_PACKAGE:
            value: Any = import_module(_OF_THIS_PACKAGE.get(name, f"protocols.{name}"))
        else:
            value = getattr(import_module(_ELSEWHERE.get(name, "protocols.array")), name)
        globals()[name] = value
        return value
