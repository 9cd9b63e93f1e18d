"""Prime fields: products, sums of products, transforms.

The limit of a product is what its multiplications take: four `vpmuludq` on eight lanes, or seven (seventeen with two
words) `vpmadd52` in sums. From memory it is the copy of as many bytes as are read and written, half of them each way.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from importlib.util import find_spec

import numpy as np

from bench.kernels.workload import KernelWorkload
from mpc.algebra.field import FIELD64, FIELD128, LARGEST64, MERSENNE61, PrimeField
from mpc.algebra.ring import Words, pointer
from mpc.algebra.transform_tables import transform_tables
from mpc.prg import Seed
from native import lib

IN_L2 = 1 << 14
IN_MEMORY = 1 << 22
NAMED = {
    "mersenne61": MERSENNE61,
    "field64": FIELD64,
    "largest64": LARGEST64,
    "any63": PrimeField(2**63 - 25),
    "field128": FIELD128,
}

Call = Callable[[], object]


def workloads() -> list[KernelWorkload]:
    """All fields; the peers with one of them only, as they know no difference."""
    found = []
    for name, field in NAMED.items():
        found += [_product(name, field), _dot(name, field), _matmul(name, field)]
    found += [_decoded(), _column_dots(), _power_sums()]
    found += [_product_in_memory(name, NAMED[name]) for name in ("mersenne61", "field128")]
    found += [_transform(name, NAMED[name], log) for name in ("field64", "field128") for log in (16, 20)]
    return found


def _elements(field: PrimeField, n: int, which: int) -> Words:
    return field.draw(Seed(bytes(32)).prg("bench", which), n)


def _constants(field: PrimeField) -> Words:
    constants = np.zeros(8, np.uint64)
    lib.parley_field_prepare(pointer(constants), field.p % 2**64, field.p >> 64)
    return constants


def _mul(field: PrimeField, n: int) -> Call:
    x, y = (_elements(field, n, i) for i in range(2))
    out, constants = np.empty_like(x), _constants(field)
    return lambda: lib.parley_field_mul(pointer(out), pointer(x), pointer(y), n, pointer(constants))


def _matrix_product(field: PrimeField, rows: int, inner: int, columns: int) -> Call:
    x, y = _elements(field, rows * inner, 0), _elements(field, inner * columns, 1)
    out, constants = field.zeros(rows * columns), _constants(field)
    return lambda: lib.parley_field_matmul(
        pointer(out), pointer(x), pointer(y), 1, 0, 0, rows, inner, columns, pointer(constants)
    )


def _product(name: str, field: PrimeField) -> KernelWorkload:
    limit, use = ("vpmuludq", 4 / 8) if field.words == 1 else ("vpmadd52", 17 / 8)
    peers = _peers(field) if name == "mersenne61" else {}
    return KernelWorkload(f"field.mul_{name}", "products", IN_L2, _mul(field, IN_L2), limit, use, peers)


def _product_in_memory(name: str, field: PrimeField) -> KernelWorkload:
    run = _mul(field, IN_MEMORY)
    return KernelWorkload(f"field.mul_{name}_in_memory", "products", IN_MEMORY, run, "copy", 12.0 * field.words)


def _dot(name: str, field: PrimeField) -> KernelWorkload:
    run, use = _matrix_product(field, 1, IN_L2, 1), _sum_use(field)
    return KernelWorkload(f"field.dot_{name}", "products", IN_L2, run, "vpmadd52", use)


def _matmul(name: str, field: PrimeField) -> KernelWorkload:
    n = 256
    run, use = _matrix_product(field, n, n, n), _sum_use(field)
    return KernelWorkload(f"field.matmul_{name}", "products", n**3, run, "vpmadd52", use)


def _decoded() -> KernelWorkload:
    """Rows of 16 elements times a column: bits to numbers."""
    run, use = _matrix_product(FIELD128, IN_L2 // 16, 16, 1), _sum_use(FIELD128)
    return KernelWorkload("field.rows_field128", "products", IN_L2, run, "vpmadd52", use)


def _column_dots() -> KernelWorkload:
    """Two matrices multiplied place by place, and summed over the rows."""
    rows, columns = 64, IN_L2 // 64
    x, y = (_elements(FIELD128, IN_L2, i) for i in range(2))
    out, constants = FIELD128.zeros(columns), _constants(FIELD128)

    def run() -> None:
        places = pointer(out), pointer(x), pointer(y)
        lib.parley_field_column_dots(*places, 1, rows, columns, pointer(constants))

    return KernelWorkload("field.column_dots_field128", "products", IN_L2, run, "vpmadd52", _sum_use(FIELD128))


def _power_sums() -> KernelWorkload:
    """Rows under growing powers, and under weights: two sums of products and a product an element."""
    rows, columns = 32, IN_L2 // 32
    x, w, r = (_elements(FIELD128, n, i) for i, n in enumerate((IN_L2, rows, rows)))
    out, constants = FIELD128.zeros(2 * columns), _constants(FIELD128)

    def run() -> None:
        weights, bases, of = map(pointer, (w, r, constants))
        lib.parley_field_power_sums(pointer(out), pointer(x), 1, IN_L2, columns, weights, bases, of)

    return KernelWorkload("field.power_sums_field128", "elements", IN_L2, run, "vpmadd52", 3 * _sum_use(FIELD128))


def _sum_use(field: PrimeField) -> float:
    return 7 / 8 if field.words == 1 else 17 / 8


def _transform(name: str, field: PrimeField, log: int) -> KernelWorkload:
    """Counted in butterflies of two elements, a product each."""
    n = 1 << log
    x, constants, tables = _elements(field, n, 0), _constants(field), transform_tables(field, n, inverse=False)
    rows, columns, block = tables.rows, n // tables.rows, lib.parley_field_ntt_block(pointer(constants))
    out, work = np.empty_like(x), np.empty((n + block * max(rows, columns)) * field.words, np.uint64)
    roots = (tables.row_roots, tables.column_roots, tables.twiddles, constants)

    def run() -> None:
        row_roots, column_roots, twiddles, field_constants = map(pointer, roots)
        lib.parley_field_ntt(
            pointer(out),
            pointer(x),
            pointer(work),
            1,
            rows,
            columns,
            row_roots,
            column_roots,
            twiddles,
            field_constants,
        )

    limit, use = ("vpmuludq", 4 / 8) if field.words == 1 else ("vpmadd52", 17 / 8)
    return KernelWorkload(f"field.ntt_{name}_2^{log}", "butterflies", n // 2 * log, run, limit, use)


def _peers(field: PrimeField) -> Mapping[str, Call]:
    """IN_L2 products with what is installed of numpy (Python's integers), gmpy2 and galois."""
    x, y = (field.to_ints(_elements(field, IN_L2, i)) for i in range(2))
    peers: dict[str, Call] = {"numpy, objects": lambda: x * y % field.p}
    if find_spec("gmpy2"):
        mpz = import_module("gmpy2").mpz
        gx, gy, p = [mpz(v) for v in x], [mpz(v) for v in y], mpz(field.p)
        peers["gmpy2"] = lambda: [a * b % p for a, b in zip(gx, gy, strict=True)]
    if find_spec("galois"):
        group = import_module("galois").GF(field.p, primitive_element=37, verify=False)
        ax, ay = group(x), group(y)
        peers["galois"] = lambda: ax * ay
    return peers
