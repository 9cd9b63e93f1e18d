"""Boolean circuits, written once and run by everyone: from Python functions, from Bristol files, from the library.

`mpc.circuits` is this package: what the functions of circuits are written with, circuits that are made already, and
bits as numbers or bytes.
"""

from protocols.circuits.arrays import bits_of, bits_of_bytes, bytes_of_bits, numbers_of
from protocols.circuits.binding import from_bytes, to_bytes
from protocols.circuits.bristol import parse_bristol, read_bristol, write_bristol
from protocols.circuits.choosing import (
    argmax,
    argmin,
    joined,
    looked_up,
    maximum,
    minimum,
    population_count,
    sorted_values,
    square_root,
    sum_of,
    wide_product,
)
from protocols.circuits.circuit import Circuit, Port
from protocols.circuits.computing import computed
from protocols.circuits.float_values import FloatValue
from protocols.circuits.function import circuit
from protocols.circuits.kinds import Bits, Float, Float32, Int, UInt
from protocols.circuits.library import aes, fixed_point, floating_point, keccak_f, sha256_block
from protocols.circuits.shallow import shallow
from protocols.circuits.values import Number, Value, mux

__all__ = [
    "Bits",
    "Circuit",
    "Float",
    "Float32",
    "FloatValue",
    "Int",
    "Number",
    "Port",
    "UInt",
    "Value",
    "aes",
    "argmax",
    "argmin",
    "bits_of",
    "bits_of_bytes",
    "bytes_of_bits",
    "circuit",
    "computed",
    "fixed_point",
    "floating_point",
    "from_bytes",
    "joined",
    "keccak_f",
    "looked_up",
    "maximum",
    "minimum",
    "mux",
    "numbers_of",
    "parse_bristol",
    "population_count",
    "read_bristol",
    "sha256_block",
    "shallow",
    "sorted_values",
    "square_root",
    "sum_of",
    "to_bytes",
    "wide_product",
    "write_bristol",
]
