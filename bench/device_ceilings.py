"""What an OpenCL device can do at most: multiplications, logic, its memory; by kernels that do nothing else."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

from bench.ceiling import Ceiling
from mpc.device import first_that_works
from mpc.device.engine import Engine
from mpc.device.platforms import opencl

LOOPS = 1024
SUMS = 12
ITEMS_A_UNIT = {"CPU": 16}
"""Work-items for each compute unit: a few turns of a processor's core; elsewhere as many as hide all latency."""
MANY_ITEMS = 4096
COPIED_BYTES = 1 << 26

SOURCE = f"""
#if LANES == 4
typedef ulong4 Sum;
typedef uint4 Factor;
#define NARROW(v) convert_uint4(v)
#define WIDE(v) convert_ulong4(v)
#else
typedef ulong Sum;
typedef uint Factor;
#define NARROW(v) ((uint)(v))
#define WIDE(v) ((ulong)(v))
#endif

kernel void multiplies(global ulong *out, uint seed) {{
    Sum sums[{SUMS}];
    Factor by = (Factor)(seed | 1);
    for (int i = 0; i < {SUMS}; i++) sums[i] = (Sum)(get_global_id(0) + i);
    for (int turn = 0; turn < {LOOPS}; turn++) {{
        #pragma unroll
        for (int i = 0; i < {SUMS}; i++) sums[i] += WIDE(NARROW(sums[i])) * WIDE(by);
    }}
    for (int i = 1; i < {SUMS}; i++) sums[0] ^= sums[i];
    *(global Sum *)(out + get_global_id(0) * LANES) = sums[0];
}}

kernel void logic(global ulong *out, uint seed) {{
    Sum sums[{SUMS}];
    Sum by = (Sum)(seed | 1);
    for (int i = 0; i < {SUMS}; i++) sums[i] = (Sum)(get_global_id(0) + i);
    for (int turn = 0; turn < {LOOPS}; turn++) {{
        #pragma unroll
        for (int i = 0; i < {SUMS}; i++) sums[i] = (sums[i] & sums[(i + 5) % {SUMS}]) ^ by;
        by += 1;
    }}
    for (int i = 1; i < {SUMS}; i++) sums[0] ^= sums[i];
    *(global Sum *)(out + get_global_id(0) * LANES) = sums[0];
}}
"""


@cache
def engine() -> Engine:
    """The best device of this machine that passes its self-test, with our kernels."""
    device = first_that_works()
    assert device.engine is not None
    return device.engine


def multiplies() -> Ceiling:
    """32 x 32 -> 64 bit multiply-adds."""
    items, lanes, run = _loop("multiplies")
    return Ceiling("32-bit multiply-adds of the device", items * lanes * LOOPS * SUMS, run)


def logic() -> Ceiling:
    """AND or XOR of 64-bit words."""
    items, lanes, run = _loop("logic")
    return Ceiling("64-bit logic operations of the device", 2 * items * lanes * LOOPS * SUMS, run)


def copy() -> Ceiling:
    """Bytes copied from one buffer of the device to another."""
    cl, owner = opencl(), engine()
    to, of = owner.memory.take(COPIED_BYTES), owner.memory.take(COPIED_BYTES)

    def run() -> None:
        cl.enqueue_copy(owner.queue, to.handle, of.handle, byte_count=COPIED_BYTES)
        owner.queue.finish()

    return Ceiling("bytes copied on the device", COPIED_BYTES, run)


def _loop(name: str) -> tuple[int, int, Callable[[], object]]:
    cl, owner = opencl(), engine()
    place, lanes = owner.place, owner.lanes
    items = int(place.handle.max_compute_units) * ITEMS_A_UNIT.get(place.kind, MANY_ITEMS)
    kernel = cl.Kernel(_program(lanes), name)
    out = owner.memory.take(8 * lanes * items)

    def run() -> None:
        kernel(owner.queue, (items,), (1 if place.kind == "CPU" else 64,), out.handle, np.uint32(12345))
        owner.queue.finish()

    return items, lanes, run


@cache
def _program(lanes: int) -> Any:
    return opencl().Program(engine().context, SOURCE).build(options=[f"-DLANES={lanes}"], cache_dir=False)
