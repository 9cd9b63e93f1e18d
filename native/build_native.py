"""The cffi builder that setup.py names: compiles the kernels into the module `native._kernels`."""

from __future__ import annotations

from pathlib import Path

from cffi import FFI

FOLDER = Path(__file__).parent


def _found(*patterns: str) -> list[Path]:
    return sorted(path for pattern in patterns for path in FOLDER.glob(pattern))


SOURCES = [path for path in _found("*.c", "*/*.c") if path.name != "_kernels.c"]
HEADERS = _found("*.h", "*/*.h")
EXPORTS = [FOLDER / "shapes.h", *_found("process_exports.h", "*/exports.h")]


def _named(paths: list[Path]) -> list[str]:
    """As setuptools wants them: from the project's folder on."""
    return [path.relative_to(FOLDER.parent).as_posix() for path in paths]


def declarations() -> str:
    """All that Python may call, as C declares it; without the preprocessor's lines."""
    lines = [line for path in EXPORTS for line in path.read_text().splitlines()]
    return "\n".join(line for line in lines if not line.startswith("#"))


ffibuilder = FFI()
ffibuilder.cdef(declarations())
ffibuilder.set_source(
    "native._kernels",
    "\n".join(f'#include "{path.relative_to(FOLDER).as_posix()}"' for path in EXPORTS),
    sources=_named(SOURCES),
    depends=_named([*SOURCES, *HEADERS]),
    include_dirs=["native"],
    extra_compile_args=["-O3", "-std=gnu11", "-fvisibility=hidden"],
)

if __name__ == "__main__":
    ffibuilder.compile(verbose=True)
