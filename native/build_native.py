"""The cffi builder that setup.py names: compiles the kernels into the module `native._kernels`."""

from __future__ import annotations

from pathlib import Path

from cffi import FFI

FOLDER = Path(__file__).parent


def _found(*patterns: str) -> list[Path]:
    return sorted(path for pattern in patterns for path in FOLDER.glob(pattern))


SOURCES = [path for path in _found("*.c", "*/*.c") if path.name != "_kernels.c"]
HEADERS = _found("*.h", "*/*.h")
EXPORTS = _found("process_exports.h", "*/exports.h")


def _named(paths: list[Path]) -> list[str]:
    """As setuptools wants them: from the project's folder on."""
    return [path.relative_to(FOLDER.parent).as_posix() for path in paths]


def declarations() -> str:
    """All that Python may call, as C declares it."""
    return "\n".join(path.read_text() for path in EXPORTS)


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
