"""What one core of this machine can do at most: memory and single instructions, by the loops of ceilings.c.

The loops are compiled on first use into build/ceilings, which needs a C compiler. A ceiling whose instruction this
processor lacks is None, and figures have no ratio to it.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shlex
import shutil
import sysconfig
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from bench import device_ceilings
from bench.ceiling import Ceiling
from mpc.errors import LocalError

SOURCE = Path(__file__).with_suffix(".c")
FOLDER = Path(__file__).resolve().parents[1] / "build" / "ceilings"
INSTRUCTIONS_A_ROUND = 512
SHORT = 2000
"""Rounds of a call: few enough for some calls to have the core to themselves on a busy machine."""
BLOCKS_A_ROUND = {"vaes": 64, "aesni": 8, "vaes_rekey": 64, "aesni_rekey": 8}
IN_MEMORY = 1 << 26
"""Bytes of an array that shall not fit into a cache: as many as the kernels' operands have."""
IN_L2 = 1 << 17
"""Bytes of each array where two shall fit into a second-level cache and not into a first."""

DECLARATIONS = """
uint64_t ceiling_copy(void *to, const void *from, size_t bytes, size_t times);
uint64_t ceiling_write(void *to, size_t bytes, size_t times);
uint64_t ceiling_read(const void *from, size_t bytes, size_t times);
uint64_t ceiling_vpmullq(size_t times);
uint64_t ceiling_vpmuludq(size_t times);
uint64_t ceiling_vpmadd52(size_t times);
uint64_t ceiling_mulx(size_t times);
uint64_t ceiling_vpclmulqdq(size_t times);
uint64_t ceiling_vaes(size_t times);
uint64_t ceiling_aesni(size_t times);
uint64_t ceiling_vaes_rekey(size_t times);
uint64_t ceiling_aesni_rekey(size_t times);
int ceiling_has_avx512(void);
int ceiling_has_ifma(void);
int ceiling_has_bmi2(void);
int ceiling_has_clmul(void);
int ceiling_has_vaes(void);
int ceiling_has_aesni(void);
"""


CEILINGS: dict[str, Callable[[], Ceiling | None]] = {
    "copy": lambda: _memory("copied", IN_MEMORY, 1, lambda lib, to, of, n: lib.ceiling_copy(to, of, len(of), n)),
    "read": lambda: _memory("read", IN_MEMORY, 1, lambda lib, to, of, n: lib.ceiling_read(of, len(of), n)),
    "write": lambda: _memory("written", IN_MEMORY, 1, lambda lib, to, of, n: lib.ceiling_write(to, len(to), n)),
    "copy_l2": lambda: _memory("copied", IN_L2, 200, lambda lib, to, of, n: lib.ceiling_copy(to, of, len(of), n)),
    "vpmullq": lambda: _instructions("vpmullq", "avx512"),
    "vpmuludq": lambda: _instructions("vpmuludq", "avx512"),
    "vpmadd52": lambda: _instructions("vpmadd52", "ifma"),
    "mulx": lambda: _instructions("mulx", "bmi2", bits=64),
    "vpclmulqdq": lambda: _instructions("vpclmulqdq", "clmul"),
    "aes": lambda: _blocks(""),
    "aes_rekey": lambda: _blocks("_rekey"),
    "opencl_mul": lambda: _device(device_ceilings.multiplies),
    "opencl_logic": lambda: _device(device_ceilings.logic),
    "opencl_copy": lambda: _device(device_ceilings.copy),
}
"""By name: bytes a second copied, read or written, the array counted once; instructions a second, of 512 bits but for
mulx; AES-128 blocks a second at the best instruction set, with one key or with a new one for every two blocks; what the
best OpenCL device does."""


@cache
def ceiling(name: str) -> Ceiling | None:
    """A ceiling by name, ready to run; None where this processor lacks the instruction."""
    return CEILINGS[name]()


def _memory(verb: str, size: int, times: int, loop: Callable[[Any, Any, Any, int], object]) -> Ceiling:
    ffi, lib = _compiled()
    to, of = (ffi.from_buffer("char[]", array) for array in _two_arrays(size))
    return Ceiling(f"bytes {verb}", size * times, lambda: loop(lib, to, of, times))


@cache
def _two_arrays(size: int) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.uint64]]:
    """Two arrays with pages of their own, on boundaries of a cache line."""
    whole = np.ones(2 * size // 8 + 8, np.uint64)
    skip = -whole.ctypes.data % 64 // 8
    return whole[skip : skip + size // 8], whole[skip + size // 8 : skip + 2 * size // 8]


def _instructions(name: str, needed: str, bits: int = 512) -> Ceiling | None:
    _, lib = _compiled()
    if not getattr(lib, f"ceiling_has_{needed}")():
        return None
    loop, times = getattr(lib, f"ceiling_{name}"), SHORT
    return Ceiling(f"{name} of {bits} bits", times * INSTRUCTIONS_A_ROUND, lambda: loop(times))


def _device(loop: Callable[[], Ceiling]) -> Ceiling | None:
    try:
        return loop()
    except LocalError:  # no driver, or not the extra
        return None


def _blocks(kind: str) -> Ceiling | None:
    _, lib = _compiled()
    best = next((name for name in ("vaes", "aesni") if getattr(lib, f"ceiling_has_{name}")()), None)
    if best is None:
        return None
    loop = getattr(lib, f"ceiling_{best}{kind}")
    blocks = BLOCKS_A_ROUND[best + kind]
    times = SHORT * 512 // blocks
    return Ceiling("AES blocks", times * blocks, lambda: loop(times))


@cache
def _compiled() -> tuple[Any, Any]:
    """cffi's `ffi` and `lib` of ceilings.c, compiled unless this very source was before."""
    source = SOURCE.read_text()
    name = "_ceilings_" + hashlib.sha256((DECLARATIONS + source).encode()).hexdigest()[:12]
    files = list(FOLDER.glob(f"{name}.*{sysconfig.get_config_var('EXT_SUFFIX').rpartition('.')[2]}"))
    file = files[0] if files else build(name, source)
    spec = importlib.util.spec_from_file_location(name, file)
    if spec is None or spec.loader is None:
        raise ImportError(f"{file} is no module that Python can load; delete it")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.ffi, module.lib


def build(name: str, source: str) -> Path:
    """Compiles `source` into a module of this name. RuntimeError where there is no C compiler."""
    from cffi import FFI

    compiler = shlex.split(os.environ.get("CC") or sysconfig.get_config_var("CC") or "cc")[0]
    if shutil.which(compiler) is None:
        raise RuntimeError(
            f"the ceilings of this machine are measured by C code, and there is no {compiler}: install it"
        )
    builder = FFI()
    builder.cdef(DECLARATIONS)
    builder.set_source(name, source, extra_compile_args=["-O3", "-std=gnu11"])
    FOLDER.mkdir(parents=True, exist_ok=True)
    return Path(builder.compile(tmpdir=str(FOLDER)))
