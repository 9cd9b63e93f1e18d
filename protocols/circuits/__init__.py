"""Boolean circuits, written once and run by everyone: from Python functions, from Bristol files, from the library."""

from protocols.circuits.binding import from_bytes, to_bytes
from protocols.circuits.bristol import parse_bristol, read_bristol, write_bristol
from protocols.circuits.choosing import (
    joined,
    looked_up,
    maximum,
    minimum,
    population_count,
    sorted_values,
    square_root,
    wide_product,
)
from protocols.circuits.circuit import Circuit, Port
from protocols.circuits.float_values import FloatValue
from protocols.circuits.function import circuit
from protocols.circuits.kinds import Bits, Float, Float32, Int, UInt
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
    "circuit",
    "from_bytes",
    "joined",
    "looked_up",
    "maximum",
    "minimum",
    "mux",
    "parse_bristol",
    "population_count",
    "read_bristol",
    "sorted_values",
    "square_root",
    "to_bytes",
    "wide_product",
    "write_bristol",
]
