"""The nearest of many sequences to one that its owner does not show, by edit distance.

The laboratory's file has a sequence of 16 bases in one line, 0 to 3 for A, C, G and T;
the archive's file has one in each line. Both learn which line is nearest, and how many
insertions, deletions and substitutions it takes. Of equally near ones the first counts.

    parley run sequences.py -n 2 --input 0=probe.csv --input 1=archive.csv
"""

from __future__ import annotations

from typing import Any

import mpc

LENGTH = 16
BASE, BASES, DISTANCE = mpc.UInt(2), mpc.Bits(2 * LENGTH), mpc.UInt(5)


@mpc.circuit(x=BASES, y=BASES)
def edits(x: Any, y: Any) -> Any:
    """How far apart two sequences are: Wagner and Fischer's table, row by row."""
    first, second = (
        [of[2 * place : 2 * place + 2] for place in range(LENGTH)] for of in (x, y)
    )
    zero = (x[0] ^ x[0]).to(DISTANCE)
    above = [zero + place for place in range(LENGTH + 1)]
    for row in range(LENGTH):
        line = [zero + (row + 1)]
        for place in range(LENGTH):
            change = (first[row] != second[place]).to(DISTANCE)
            step = mpc.circuits.minimum(above[place + 1], line[place]) + 1
            line.append(mpc.circuits.minimum(above[place] + change, step))
        above = line
    return above[-1]


async def main(ctx: Any, mine: Any) -> dict[str, Any]:
    """The nearest line; `mine` is a table of bases, a sequence a row."""
    own = None
    if mine is not None:
        own = mpc.circuits.bits_of(BASE, mine).reshape(len(mine), -1) == 1
    x, y = mpc.private(0, own), mpc.private(1, own)
    distances = await mpc.garbled(ctx, edits, x=x, y=y)
    nearest, distance = await mpc.reveal(ctx, distances.argmin(), distances.min())
    return {"nearest": nearest, "distance": distance}
