"""Protocol functions of a user's program, with their material made beforehand."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from mpc.context import Context
from mpc.errors import LocalError
from protocols.array.lines import user_line
from protocols.array.secret import SecretArray

R = TypeVar("R")


async def prepared(ctx: Context, function: Callable[..., Awaitable[R]], *args: Any) -> R:
    """`await function(ctx, *args)`, with all the material that it takes made in one batch before its first message.

    What it takes is found by running it on shapes alone, for every party, once for arguments that are alike: so its
    course must follow from the shapes of its arguments (shares, public arrays), from the other public values among
    them, alone or in lists and tuples, and from nothing else; and these must be alike at all parties. Where material is
    not made by reveals, as in simulations and runs from a store, this only runs the function. Without it material is
    made piece by piece, on demand. LocalError `wrong-parameter` for secrets, which are shares only when computed.
    """
    if any(isinstance(arg, SecretArray) for arg in args):
        raise LocalError(
            "wrong-parameter",
            f"a secret for {getattr(function, '__name__', 'a function')}, whose shares are not known yet",
            "give it shares, `await mpc.share_of(ctx, x)`; a function of secrets is awaited as it is",
            line=user_line(),
        )
    call = ctx.child(getattr(function, "__name__", "prepared"), line=user_line())
    foresight = ctx.session.foresight
    computed = () if foresight is None else await foresight.before_call(call, function, args)
    result: R = computed[0] if computed else await function(call, *args)
    ctx.join(call)
    return result
