"""The cffi builder that setup.py names: compiles the kernels into the module `native._kernels`."""

from __future__ import annotations

from pathlib import Path

from cffi import FFI

FOLDER = Path(__file__).parent
SOURCES = ["dispatch.c", "memory.c", "kernels_portable.c", "kernels_avx2.c", "kernels_avx512.c"]
HEADERS = ["kernels.h", "exports.h", "matmul_blocks.h", "bit_planes.h", "target_end.h"]

ffibuilder = FFI()
ffibuilder.cdef((FOLDER / "exports.h").read_text())
ffibuilder.set_source(
    "native._kernels",
    '#include "exports.h"',
    sources=[f"native/{name}" for name in SOURCES],
    depends=[f"native/{name}" for name in [*SOURCES, *HEADERS]],
    include_dirs=["native"],
    extra_compile_args=["-O3", "-std=gnu11"],
)

if __name__ == "__main__":
    ffibuilder.compile(verbose=True)
