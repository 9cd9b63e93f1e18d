"""The millionaires' problem: two people learn who is richer, and not what the other one
has.

Each has a file with one amount, in cents, below 2^63. Both learn which has more,
or that they have the same. Yao put the question in 1982; his answer, a garbled circuit,
is what computes it here.

    parley run millionaires.py -n 2 --columns cents \
        --input 0=alice.csv --input 1=bob.csv
"""

from __future__ import annotations

from typing import Any

import mpc


@mpc.circuit(a=mpc.UInt(63), b=mpc.UInt(63))
def compare(a: Any, b: Any) -> Any:
    """Whether the first has more, and whether both have the same."""
    return {"more": a > b, "same": a == b}


async def main(ctx: Any, mine: Any) -> dict[str, Any]:
    """Who is richer; `mine` is a table with this one's amount."""
    own = mine["cents"][0] if mine is not None else None
    a, b = mpc.private(0, own), mpc.private(1, own)
    more, same = await mpc.garbled(ctx, compare, a=a, b=b)
    first_has_more, alike = await mpc.reveal(ctx, more, same)
    return {"first_has_more": first_has_more, "alike": alike}
