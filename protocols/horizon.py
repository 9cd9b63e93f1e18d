"""What a user's program says of what it is about to do."""

from __future__ import annotations

from mpc.context import Context
from mpc.errors import LocalError
from protocols.array.lines import user_line

MAX_HORIZON = 1 << 20
_OF_A_PROGRAM = 1
"""The length of the path of a program."""


async def horizon(ctx: Context, n: int) -> None:
    """Say that n like reveals follow, as those of n steps of a loop: their material is made with that of the first.

    The next reveal, `mpc.compute` or `mpc.prepared` of the program that takes material is the first of them; it has
    n times what it takes made, in one batch, or as many times as go into 64 MiB, and the same again when these are
    used. The program's later calls that take the same kinds in the same order find theirs ready, whatever comes between
    them. A call that takes other material has its own made, as always, and what is left at the end of the program is
    burned and reported. Said again before such a call, the last counts.

    All parties say the same, at the same place. Nothing else depends on it: results, online rounds and bytes, and plans
    stay as they are, and where material was made before the program, as from a store, or comes from a dealer in a
    simulation, it does nothing. Sends nothing.
    Raises LocalError `horizon-out-of-bounds` unless n is a whole number from 1 to 2^20, `horizon-in-a-call` in another
    context than the program's own.
    """
    line = user_line()
    if isinstance(n, bool) or not isinstance(n, int) or not 1 <= n <= MAX_HORIZON:
        raise LocalError(
            "horizon-out-of-bounds",
            f"a horizon of {n!r} reveals",
            f"say how many like reveals follow, a whole number from 1 to {MAX_HORIZON}, the same at all parties",
            line=line,
        )
    if len(ctx.path) != _OF_A_PROGRAM:
        raise LocalError(
            "horizon-in-a-call",
            f"a horizon of {ctx.name}, which is a call of the program and may have others beside it",
            "say it in the program itself, before the loop, of reveals that follow one another there",
            line=line,
        )
    if ctx.session.foresight is not None:
        ctx.session.foresight.horizon(n)
