"""The matrix product with AMX tiles: on any processor with AVX-512, the tiles emulated; and what the real build has."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from cffi import FFI
from kernel_arrays import EDGES, M, Words, guarded, ints, sample, untouched
from native_builds import NATIVE, RELEASE, compiled, compiler, run

import native

# Compiles a program of its own: nothing for builds that watch the extension.
pytestmark = pytest.mark.slow

SHIM = """
#include "kernels.h"
__attribute__((visibility("default")))
void product(uint64_t *out, const uint64_t *x, size_t x_row, size_t x_column, const uint64_t *y, size_t y_row,
             size_t y_column, size_t rows, size_t inner, size_t columns) {
    matmul_amx.matmul(out, (Matrix){x, x_row, x_column}, (Matrix){y, y_row, y_column}, rows, inner, columns);
}
"""
DECLARATION = """
void product(uint64_t *out, const uint64_t *x, size_t x_row, size_t x_column, const uint64_t *y, size_t y_row,
             size_t y_column, size_t rows, size_t inner, size_t columns);
"""
TILE_INSTRUCTIONS = ("ldtilecfg", "tilerelease", "tdpbuud", "tileloadd", "tilestored", "tilezero")
Product = Callable[[Words, Words, Words], None]


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Product:
    """out = x @ y by amx.c with emulated tiles."""
    if "avx512-ice" not in native.implementations():
        pytest.skip("the rest of the kernel needs AVX-512 with VBMI")
    folder = tmp_path_factory.mktemp("amx")
    shim = folder / "shim.c"
    shim.write_text(SHIM)
    sources = [shim, NATIVE / "matmul" / "amx.c", NATIVE / "matmul" / "avx512.c"]
    objects = compiled(folder / "objects", sources, [*RELEASE, "-fPIC", "-DPARLEY_EMULATE_TILES"])
    run([compiler(), "-shared", *objects, "-o", str(folder / "amx.so")])
    ffi = FFI()
    ffi.cdef(DECLARATION)
    library = ffi.dlopen(str(folder / "amx.so"))

    def call(out: Words, x: Words, y: Words) -> None:
        def pointer(a: Words) -> object:
            return ffi.cast("uint64_t *", a.ctypes.data)

        steps = [[s // 8 for s in a.strides] for a in (x, y)]
        library.product(pointer(out), pointer(x), *steps[0], pointer(y), *steps[1], *x.shape, y.shape[1])

    return call


SHAPES = [
    (32, 64, 32), (33, 64, 32), (32, 65, 33), (64, 127, 47), (65, 128, 65), (100, 200, 90), (40, 513, 34),
    (97, 1030, 33),
    (31, 64, 40), (40, 63, 40), (1, 70, 100), (48, 64, 1),
]  # fmt: skip


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("transposed", [(0, 0), (0, 1), (1, 0)])
def test_emulated_tiles(product: Product, shape: tuple[int, int, int], transposed: tuple[int, int]) -> None:
    rows, inner, columns = shape
    x, y = sample(rows * inner, 5).reshape(rows, inner), sample(inner * columns, 6).reshape(inner, columns)
    a, b = (np.ascontiguousarray(v.T).T if turn else v for v, turn in zip((x, y), transposed, strict=True))
    out, whole = guarded(rows * columns)
    product(out, a, b)
    assert (out.reshape(rows, columns) == x @ y).all()
    assert untouched(whole)


@pytest.mark.parametrize("value", EDGES)
def test_edge_values(product: Product, value: int) -> None:
    x, y = np.full((40, 1100), value, np.uint64), sample(1100 * 35, 3).reshape(1100, 35)
    y[:700] = M - 1
    out = np.empty((40, 35), np.uint64)
    product(out, x, y)
    expected = [value * sum(ints(column)) % M for column in y.T]
    assert (out == np.array(expected, np.uint64)).all()


def test_the_real_build_multiplies_bytes_in_tiles(tmp_path: Path) -> None:
    disassemble = shutil.which("objdump") or pytest.skip("needs objdump")
    if "avx2" not in native.implementations():
        pytest.skip("tiles are x86's")
    (target,) = compiled(tmp_path, [NATIVE / "matmul" / "amx.c"], RELEASE)
    listing = run([disassemble, "-d", target])
    count = {name: len(re.findall(rf"\b{name}\b", listing)) for name in TILE_INSTRUCTIONS}
    assert count["ldtilecfg"] == count["tilerelease"] == 1
    assert count["tdpbuud"] == count["tileloadd"] > 0 < count["tilezero"] == count["tilestored"]
