"""The user's values: lazy, numpy-like arrays of secrets, and what turns them into protocol calls.

Importing the package fills the tables: of operations, and by which numpy's functions find their secret counterparts.
What stands on ciphertexts, proofs and circuits of users is imported when it is asked for.
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
from protocols.array.bridge import compute, secret_from, share_of
from protocols.array.compaction import compress, permutation, shuffle
from protocols.array.full_rank import inv, lstsq, pinv
from protocols.array.functions import erf, inverse_sqrt, sigmoid
from protocols.array.inputs import secret
from protocols.array.order_statistics import topk, unique, unique_count
from protocols.array.positive_definite import cholesky, det, solve
from protocols.array.private_reveals import reveal
from protocols.array.secret import SecretArray

__all__ = [
    "SecretArray", "arithmetic", "cholesky", "compress",
    "compute", "counting", "cumulative", "det", "eigen", "elementary", "erf", "extremes", "functions",
    "inv", "inverse_sqrt", "linear_algebra", "log_softmax", "logic", "lstsq", "matrices",
    "order_statistics", "permutation", "pinv", "products", "quotients", "rearranging", "relu",
    "reveal", "rounding", "secret", "secret_from", "selecting",
    "series", "shape", "share_of", "shuffle", "sigmoid", "softmax", "solve", "sorting", "spellings", "statistics",
    "topk", "unique", "unique_count", "writing",
]  # fmt: skip
