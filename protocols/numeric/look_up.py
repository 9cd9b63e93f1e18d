"""Public tables read at shared numbers: any function of few bits, exactly.

Where two parties are served by a dealer and the suite has a way of its own (`Suite.look_up`), the whole tree of a key
of a point is added up under the table; else each number is compared with every entry's place.
"""

from __future__ import annotations

from collections.abc import Sequence

from mpc.context import Context
from mpc.errors import LocalError
from protocols.numeric.fixed_point import plus
from protocols.shares import ArithmeticShare
from protocols.suite import suite_of

MAX_WIDTH = 16
"""Of a place: 65,536 entries."""


async def look_up(ctx: Context, x: ArithmeticShare, table: Sequence[int]) -> ArithmeticShare:
    """[table[x]], elementwise, any shape, for 0 <= x < len(table), 1 to 65,536 public integers.

    Entries may differ by less than 2^(k - 1). Exact. An x outside gives an entry of another place, or that of the last.
    Rounds: 2 between two parties with a dealer, for a key of a point and a daBit for each bit of an entry. What a party
    works is in proportion to the table: a quarter of a second for 1,000 numbers and 65,536 entries of 16 bits, 20 ms
    for 256. Else those of `below` and `bits_to_ring`, for as many comparisons as there are entries.
    Nobody learns anything; adversary and threshold are the suite's. LocalError `wrong-parameter` for another table.
    """
    width = _width(table, x.ring.bits)
    if not width:
        return plus(ctx, x.scale(0), table[0])
    suite, lowest = suite_of(ctx), min(table)
    bits = max((max(table) - lowest).bit_length(), 1)
    if suite.look_up is None or ctx.n != 2 or not ctx.session.supply.dealt or x.ring.words > 1:
        return await _by_comparisons(ctx, x, table, width)
    padded = [value - lowest for value in table] + [table[-1] - lowest] * ((1 << width) - len(table))
    small = x.modulo(width)
    planes = await suite.look_up(ctx, small, x.ring.from_ints(padded), bits)
    return plus(ctx, await suite.b2a(ctx, planes), lowest)


def _width(table: Sequence[int], ring_bits: int) -> int:
    width = (len(table) - 1).bit_length() if table else 0
    if not table or width > MAX_WIDTH or width + 2 > ring_bits or max(table) - min(table) >= 1 << ring_bits - 1:
        raise LocalError(
            "wrong-parameter", f"a table of {len(table)} entries in a ring of {ring_bits} bits",
            f"give 1 to {1 << MAX_WIDTH} integers that differ by less than half of the ring",
        )  # fmt: skip
    return width


async def _by_comparisons(ctx: Context, x: ArithmeticShare, table: Sequence[int], width: int) -> ArithmeticShare:
    """The last entry, and [x < t] times what the entry before t differs from that at t."""
    suite, small = suite_of(ctx), x.reshape((x.size,)).modulo(width + 1)
    below = await suite.below(ctx, small, small.ring.from_ints(range(1, len(table))))
    steps = [[table[t - 1] - table[t]] for t in range(1, len(table))]
    weighed = (await suite.bits_to_ring(ctx, below)).scale(x.ring.from_ints(steps))
    return plus(ctx, weighed.sum(0), table[-1]).reshape(x.shape)
