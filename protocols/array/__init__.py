"""The user's values: lazy, numpy-like arrays of secrets, and what turns them into protocol calls.

Importing the package fills the tables: of operations, and by which numpy's functions find their secret counterparts.
"""

from __future__ import annotations

from protocols.array import (
    arithmetic,
    counting,
    cumulative,
    eigen,
    elementary,
    extremes,
    functions,
    linear_algebra,
    logic,
    matrices,
    order_statistics,
    products,
    quotients,
    rearranging,
    rounding,
    selecting,
    series,
    shape,
    sorting,
    spellings,
    statistics,
    writing,
)
from protocols.array.activations import log_softmax, relu, softmax
from protocols.array.authenticating import authenticated
from protocols.array.bridge import compute, secret_from, share_of
from protocols.array.circuit_inputs import private
from protocols.array.committed_data import committed
from protocols.array.compaction import compress, permutation, shuffle
from protocols.array.from_ciphertexts import secret_from_ciphertexts
from protocols.array.from_joint import secret_from_joint
from protocols.array.full_rank import inv, lstsq, pinv
from protocols.array.functions import erf, inverse_sqrt, sigmoid
from protocols.array.garbling import garbled
from protocols.array.inputs import secret
from protocols.array.known_arrays import KnownArray, known, known_matmul
from protocols.array.order_statistics import topk, unique, unique_count
from protocols.array.positive_definite import cholesky, det, solve
from protocols.array.private_reveals import reveal
from protocols.array.proving import prove
from protocols.array.secret import SecretArray
from protocols.array.to_ciphertexts import ciphertexts_of

__all__ = [
    "KnownArray", "SecretArray", "arithmetic", "authenticated", "cholesky", "ciphertexts_of", "committed", "compress",
    "compute", "counting", "cumulative", "det", "eigen", "elementary", "erf", "extremes", "functions", "garbled",
    "inv", "inverse_sqrt", "known", "known_matmul", "linear_algebra", "log_softmax", "logic", "lstsq", "matrices",
    "order_statistics", "permutation", "pinv", "private", "products", "prove", "quotients", "rearranging", "relu",
    "reveal", "rounding", "secret", "secret_from", "secret_from_ciphertexts", "secret_from_joint", "selecting",
    "series", "shape", "share_of", "shuffle", "sigmoid", "softmax", "solve", "sorting", "spellings", "statistics",
    "topk", "unique", "unique_count", "writing",
]  # fmt: skip
