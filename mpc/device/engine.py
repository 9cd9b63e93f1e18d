"""One device's kernels on arrays of the host: sends operands, runs, brings the result. No choice, no fallback.

Errors of pyopencl, and `NoRoom`, pass through. One thread at a time.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from mpc.algebra.accelerator import Product, Words
from mpc.algebra.bigint import from_ints, to_ints
from mpc.device.limbs import LIMB_BITS, MOST_LIMBS, Limbs, join, limbs_for, split
from mpc.device.memory import Memory, Scope
from mpc.device.platforms import Place, opencl
from mpc.device.program import compiled, kernels_of, lanes_of, ready_made
from mpc.errors import LocalError

KERNELS = (
    "add", "sub", "mul", "neg", "recombine", "shift_right", "shift_left", "matmul", "row_product", "column_product",
    "exponentiate", "power_of_base", "aes_ctr",
)  # fmt: skip
GROUP, TILE, DOT = 16, 64, 64
WORDS_A_GROUP = 256
WINDOW, WINDOW_ENTRIES = 4, 16
STREAM_BYTES = 1 << 26
ALL_ONES = 2**64 - 1


class Engine:
    """The program of one device, its queue and its memory."""

    def __init__(self, place: Place, binary: bytes | None = None, budget: int | None = None) -> None:
        """Compiles the kernels, or takes them from `binary`. `budget`: bytes on the device, by default half of all."""
        cl = self._cl = opencl()
        self.place = place
        self.context = cl.Context([place.handle])
        self.queue = cl.CommandQueue(self.context, place.handle)
        program = ready_made(self.context, place, binary) if binary is not None else compiled(self.context, place)
        self.lanes = lanes_of(self.context, self.queue, program)
        self._kernels = kernels_of(program, KERNELS)
        self._items = 1 if place.kind == "CPU" else 64
        self.largest = int(place.handle.max_mem_alloc_size)
        self.memory = Memory(self.context, self.queue, budget or int(place.handle.global_mem_size) // 2)

    def run(self, kernel: str, size: tuple[int, ...], group: tuple[int, ...], *arguments: Any) -> None:
        """Queue a kernel; integers among its arguments are words. `size` is rounded up to whole groups."""
        rounded = tuple(-(-s // g) * g for s, g in zip(size, group, strict=True))
        given = [np.uint64(a) if isinstance(a, int) else a for a in arguments]
        self._kernels[kernel](self.queue, rounded, group, *given)

    def fetch(self, out: npt.NDArray[Any], buffer: Any, offset: int = 0) -> None:
        """Copy the buffer's bytes from `offset` on to a contiguous array, and wait for all that was queued."""
        if out.nbytes:
            self._cl.enqueue_copy(self.queue, out, buffer, src_offset=offset)
        self.queue.finish()

    def matmul(self, out: Words, x: Words, y: Words, product: Product) -> None:
        """out = x @ y for all matrices of the batch."""
        if not out.size:
            return
        with Scope(self.memory) as scope:
            result, left, right = scope.new(out.nbytes), scope.hold(x), scope.hold(y)
            self.run_matmul(result, left, right, product)
            self.fetch(out, result)

    def run_matmul(self, out: Any, x: Any, y: Any, p: Product) -> None:
        """The same on buffers."""
        steps = (p.x_step, p.y_step)
        if p.columns == 1:
            self.run("column_product", (DOT, p.rows, p.batch), (DOT, 1, 1), out, x, y, *steps, p.rows, p.inner)
        elif p.rows == 1:
            self.run("row_product", (p.columns, 1, p.batch), (TILE, 1, 1), out, x, y, *steps, p.inner, p.columns)
        else:
            size = (-(-p.columns // TILE) * GROUP, -(-p.rows // TILE) * GROUP, p.batch)
            self.run("matmul", size, (GROUP, GROUP, 1), out, x, y, *steps, p.rows, p.inner, p.columns)

    def elementwise(self, name: str, out: Words, operands: tuple[Words, ...], scalars: tuple[int, ...]) -> None:
        """out = a kernel of words.cl on arrays of one shape."""
        if not out.size:
            return
        with Scope(self.memory) as scope:
            result = scope.new(out.nbytes)
            self.run_elementwise(name, result, [scope.hold(x) for x in operands], scalars, out.size)
            self.fetch(out, result)

    def run_elementwise(self, name: str, out: Any, operands: list[Any], scalars: tuple[int, ...], size: int) -> None:
        """The same on buffers."""
        words = (ALL_ONES if scalars[0] else 0,) if name == "recombine" else scalars
        self.run(name, (size,), (WORDS_A_GROUP,), out, *operands, *words, size)

    def aes_ctr(self, out: npt.NDArray[np.uint8], round_keys: bytearray, block: int, skip: int) -> None:
        """out = the key stream from byte `skip` of block `block` on."""
        with Scope(self.memory) as scope:
            keys = scope.hold(key_planes(round_keys))
            stream = scope.new(min(skip + out.size, STREAM_BYTES) + 64 * self.lanes)
            while out.size:
                now = min(out.size, STREAM_BYTES - skip)
                groups = -(-(skip + now) // (64 * self.lanes))
                self.run_aes_ctr(stream, keys, 0, block, groups)
                self.fetch(out[:now], stream, skip)
                out, block, skip = out[now:], block + (skip + now) // 16, 0

    def run_aes_ctr(self, out: Any, planes: Any, high: int, low: int, groups: int) -> None:
        """4 * lanes blocks for each group, on buffers."""
        self.run("aes_ctr", (groups,), (self._items,), out, planes, high, low, groups)

    def aes_block(self, round_keys: bytearray, high: int, low: int) -> bytes:
        """The encryption of one block, the big-endian counter (high, low)."""
        out = np.empty(16, np.uint8)
        with Scope(self.memory) as scope:
            stream, keys = scope.new(64 * self.lanes), scope.hold(key_planes(round_keys))
            self.run_aes_ctr(stream, keys, high, low, 1)
            self.fetch(out, stream)
        return out.tobytes()

    def exponentiate(self, bases: Words, exponents: Words, moduli: Words, bits: int | None = None) -> Words:
        """bases ** exponents mod moduli for checked operands, as many at a time as there is room for.

        Only the lowest `bits` of the exponents count, by default all.
        """
        bits = 64 * exponents.shape[1] if bits is None else bits
        exponents = lowest_bits(exponents, bits)
        (count, words), limbs = bases.shape, limbs_for(bases.shape[1])
        at_once = self._at_once(4 * limbs * (WINDOW_ENTRIES + 6) + 8 * exponents.shape[1])
        start = 64 * (words - 1) if count and bool((moduli[:, -1] != 0).all()) else 0
        parts = [
            self._exponentiate(
                bases[i : i + at_once], exponents[i : i + at_once], moduli[i : i + at_once], start, -(-bits // WINDOW)
            )
            for i in range(0, count, at_once)
        ]
        return np.concatenate(parts) if parts else np.empty_like(bases)

    def _exponentiate(self, bases: Words, exponents: Words, moduli: Words, start: int, windows: int) -> Words:
        (count, words), rows = bases.shape, self._filled(len(bases))
        limbs, filled = limbs_for(words), len(rows)
        out = np.empty((limbs, filled), np.uint32)
        with Scope(self.memory) as scope:
            result, room = scope.new(out.nbytes), scope.new(out.nbytes * (WINDOW_ENTRIES + 3))
            numbers = [scope.hold(split(moduli[rows], limbs)), scope.hold(split(bases[rows], limbs))]
            powers = scope.hold(np.ascontiguousarray(exponents[rows].T))
            step = filled // self.lanes
            self.run(
                "exponentiate", (step,), (self._items,), result, numbers[1], powers, numbers[0], room, start,
                windows, limbs, step,
            )  # fmt: skip
            self.fetch(out, result)
        return join(out, words)[:count]

    def power_of_base(self, table: Words, exponents: Words, modulus: Words, bits: int, shift: int) -> Words:
        """As `Accelerator.power_of_base`, as many powers at a time as there is room for."""
        rows, words, entries = table.shape
        limbs = limbs_for(words)
        # A product divides by 2^(27 limbs), and there is one for each row.
        first = pow(2, LIMB_BITS * limbs * rows + shift, to_ints(modulus)[0])
        shared = np.ascontiguousarray(split(np.stack([modulus, from_ints([first], words)[0]]), limbs).T)
        digits = split(lowest_bits(exponents, bits), rows, entries.bit_length() - 1)
        at_once = self._at_once(4 * limbs * 5 + 4 * rows)
        parts = [
            self._power_of_base(table, digits[:, i : i + at_once], shared) for i in range(0, len(exponents), at_once)
        ]
        return np.concatenate(parts) if parts else np.empty((0, words), np.uint64)

    def _power_of_base(self, table: Words, digits: Limbs, shared: Limbs) -> Words:
        (rows, words, entries), limbs = table.shape, shared.shape[1]
        filled = self._filled(digits.shape[1])
        out = np.empty((limbs, len(filled)), np.uint32)
        with Scope(self.memory) as scope:
            result, room = scope.new(out.nbytes), scope.new(out.nbytes * 4)
            given = [scope.hold(table), scope.hold(np.ascontiguousarray(digits[:, filled])), scope.hold(shared)]
            step = len(filled) // self.lanes
            self.run("power_of_base", (step,), (self._items,), result, *given, room, entries, rows, words, limbs, step)
            self.fetch(out, result)
        return join(out, words)[: digits.shape[1]]

    def _at_once(self, bytes_each: int) -> int:
        """How many numbers there is room for, in whole lanes."""
        room = min(self.largest, self.memory.budget // 4)
        return max(room // bytes_each // self.lanes * self.lanes, self.lanes)

    def _filled(self, count: int) -> npt.NDArray[np.int64]:
        """The places of `count` numbers, the last one over again where lanes are left."""
        return np.minimum(np.arange(-(-count // self.lanes) * self.lanes), count - 1)

    def close(self) -> None:
        """Wipe and return the device's memory."""
        self.memory.close()


def lowest_bits(exponents: Words, bits: int) -> Words:
    """The words of the exponents that hold their lowest `bits`, with nothing above these."""
    words = -(-bits // 64)
    kept = exponents[:, :words].copy()
    if bits % 64:
        kept[:, -1] &= np.uint64(2 ** (bits % 64) - 1)
    return kept


def checked_exponentiation(
    bases: Words, exponents: Words, moduli: Words, bits: int | None
) -> tuple[Words, Words, Words]:
    """The operands of an exponentiation, all of shape (count, words). LocalError for what cannot be computed."""
    for operand in (bases, exponents, moduli):
        if not isinstance(operand, np.ndarray) or operand.dtype != np.uint64:
            raise LocalError("wrong-dtype", "limbs are numpy arrays of uint64", "use np.uint64")
    if bases.ndim != 2 or not bases.shape[1] or limbs_for(bases.shape[1]) > MOST_LIMBS:
        most = 27 * MOST_LIMBS // 64
        raise LocalError("wrong-shape", f"bases of shape {bases.shape}", f"give (count, words), 1 to {most} words")
    try:
        moduli = np.broadcast_to(moduli, bases.shape)
        exponents = np.broadcast_to(exponents, (bases.shape[0], exponents.shape[-1] if exponents.ndim else 0))
    except ValueError:
        raise LocalError(
            "wrong-shape",
            f"moduli and exponents do not fit bases of shape {bases.shape}",
            "give one for all, or one for each row; moduli as long as bases",
        ) from None
    if bits is not None and not 0 <= bits <= 64 * exponents.shape[1]:
        words = exponents.shape[1]
        raise LocalError("wrong-shape", f"{bits} bits of exponents of {words} words", "give as many words as bits take")
    if not bool((moduli[:, 0] & np.uint64(1)).all()):
        raise LocalError("even-modulus", "Montgomery multiplication needs an odd modulus", "give an odd one")
    return bases, exponents, moduli


def key_planes(round_keys: bytearray) -> Words:
    """The 11 round keys as the planes of aes.cl: (11, 8) words, the same for all four blocks."""
    columns = np.frombuffer(bytes(round_keys), np.uint8).reshape(11, 4, 4)
    places = columns.transpose(0, 2, 1).reshape(11, 1, 16).astype(np.uint64)
    bits = places >> np.arange(8, dtype=np.uint64)[:, None] & np.uint64(1)
    nibbles = bits * np.uint64(15) << np.uint64(4) * np.arange(16, dtype=np.uint64)
    return np.ascontiguousarray(np.bitwise_or.reduce(nibbles, axis=2))
