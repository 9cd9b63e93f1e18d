"""Functions of fixed-point numbers in circuits: whole numbers that stand for x / 2^f, with errors that are proved.

`mpc.circuits.fixed_point` in programs. The functions are used inside of a circuit, on values `UInt(k)` and `Int(k)`.
"""

from protocols.circuits.library.fixed_point.division import (
    inverse_root,
    product,
    quotient,
    reciprocal,
    root,
    rounded,
)
from protocols.circuits.library.fixed_point.elementary import cosine, exp, log, sigmoid, sine, tanh

__all__ = [
    "cosine",
    "exp",
    "inverse_root",
    "log",
    "product",
    "quotient",
    "reciprocal",
    "root",
    "rounded",
    "sigmoid",
    "sine",
    "tanh",
]
