"""exp and log of all 2^32 floats: the circuit's gates as C, each gate on 256 floats, beside the C library in double.

`PYTHONPATH=. python tests/circuits/every_float.py`; it takes minutes, and a C compiler, so it is no test. It ends with
the largest error in units of the last place, and with 1 where a special value is not what it should be.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from protocols.circuits.circuit import Circuit
from protocols.circuits.function import circuit
from protocols.circuits.kinds import Float32
from protocols.circuits.library import floating_point

FUNCTIONS = {"exp": floating_point.exp, "log": floating_point.log}
PARTS = 2
"""Processes side by side."""

PROGRAM = r"""
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef uint64_t V __attribute__((vector_size(32)));
static const V NONE = {0, 0, 0, 0}, ALL = {-1, -1, -1, -1};

static void computed(const V *in, V *out) {
@GATES@
}

/* Columns of 64 words become rows: Hacker's Delight, 7-3. */
static void transpose(uint64_t a[64]) {
    uint64_t mask = 0xFFFFFFFFull;
    for (int j = 32; j; j >>= 1, mask ^= mask << j)
        for (int k = 0; k < 64; k = (k + j + 1) & ~j) {
            uint64_t t = ((a[k] >> j) ^ a[k + j]) & mask;
            a[k] ^= t << j;
            a[k + j] ^= t;
        }
}

static double worst, sum;
static uint32_t worst_at;
static uint64_t wrong, right, compared;

static void compare(uint32_t x, uint32_t y) {
    float given, found;
    memcpy(&given, &x, 4);
    memcpy(&found, &y, 4);
    double exact = @NAME@((double)given);
    float nearest = (float)exact;
    if (isnan(exact) || isinf(nearest) || isinf(found) || isnan(found) || exact == 0) {
        uint32_t bits;
        memcpy(&bits, &nearest, 4);
        if (isnan(exact)) bits = 0x7fc00000;
        if (bits != y && !wrong++) printf("wrong: %08x gives %08x, not %08x\n", x, y, bits);
        return;
    }
    int power;
    frexp(exact, &power);
    double off = fabs(found - exact) / ldexp(1.0, power - 24 < -149 ? -149 : power - 24);
    compared++;
    right += found == nearest;
    if (off > worst) { worst = off; worst_at = x; }
}

int main(int count, char **arguments) {
    uint64_t part = atoi(arguments[1]), parts = atoi(arguments[2]), every = 1ull << 32;
    for (uint64_t base = part * 256; base < every; base += parts * 256) {
        V in[32], out[32];
        static const uint64_t LOW[6] = {0xAAAAAAAAAAAAAAAAull, 0xCCCCCCCCCCCCCCCCull, 0xF0F0F0F0F0F0F0F0ull,
                                        0xFF00FF00FF00FF00ull, 0xFFFF0000FFFF0000ull, 0xFFFFFFFF00000000ull};
        for (int i = 0; i < 6; i++) in[i] = (V){LOW[i], LOW[i], LOW[i], LOW[i]};
        in[6] = (V){0, -1, 0, -1};
        in[7] = (V){0, 0, -1, -1};
        for (int i = 8; i < 32; i++) in[i] = base >> i & 1 ? ALL : NONE;
        computed(in, out);
        for (int word = 0; word < 4; word++) {
            uint64_t rows[64] = {0};
            for (int i = 0; i < 32; i++) rows[i] = out[i][word];
            transpose(rows);
            for (int i = 0; i < 64; i++) compare(base + 64 * word + i, rows[i]);
        }
    }
    printf("%a %08x %llu %llu %llu\n", worst, worst_at, (unsigned long long)wrong, (unsigned long long)right,
           (unsigned long long)compared);
}
"""


def gates_of(made: Circuit) -> str:
    """The circuit as statements."""

    def literal(number: int) -> str:
        name = "NONE" if number < 2 else f"w{number >> 1}"
        return f"~{name}" if number & 1 else name

    lines = [f"    V w{i + 1} = in[{i}];" for i in range(made.first_gate - 1)]
    gates = zip(made.is_and.tolist(), made.left.tolist(), made.right.tolist(), strict=True)
    for wire, (is_and, left, right) in enumerate(gates, made.first_gate):
        lines.append(f"    V w{wire} = {literal(left)} {'&' if is_and else '^'} {literal(right)};")
    lines += [f"    out[{i}] = {literal(end)};" for i, end in enumerate(made.ends.tolist())]
    return "\n".join(lines)


def main() -> None:
    """The command."""
    sound = True
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(PARTS) as threads:
        for name, function in FUNCTIONS.items():
            made = circuit(x=Float32)(function)
            source, program = Path(folder, f"{name}.c"), str(Path(folder, name))
            source.write_text(PROGRAM.replace("@GATES@", gates_of(made)).replace("@NAME@", name))
            subprocess.run(["cc", "-O1", "-march=native", str(source), "-o", program, "-lm"], check=True)
            parts = [[program, str(i), str(PARTS)] for i in range(PARTS)]
            told = list(threads.map(lambda part: subprocess.check_output(part, text=True), parts))
            *remarks, _ = "\n".join(told).strip().splitlines()
            found = [each.strip().splitlines()[-1].split() for each in told]
            worst, at = max((float.fromhex(each[0]), each[1]) for each in found)
            wrong, right, finite = (sum(int(each[i]) for each in found) for i in (2, 3, 4))
            print(
                f"{name}: off by {worst:.4f} units at most, at {at}; {right / finite:.2%} of {finite:,} are the nearest"
            )
            print(f"{name}: {wrong:,} special values wrong", *(each for each in remarks if "wrong" in each), flush=True)
            sound &= not wrong
    sys.exit(not sound)


if __name__ == "__main__":
    main()
