"""The one way out: everything that becomes known to a party passes here before anything of it is sent.

An output is described by what is public of it. The gate holds the description against the run (receivers, range) and
against the policies that the session carries, has the value computed, writes the output into the ledger, and only then
lets it be opened.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from math import log10
from typing import Any, TypeVar

from mpc.accounts.ledger import Reveal
from mpc.context import Context, Session
from mpc.errors import LocalError, ParleyError
from protocols.ranges import Range

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Output:
    """What is public of one value that is to become known.

    `range` is in units of the last place, of which 2^scale make one; `receivers` are the indices of who learns it;
    `line` is where the program says so. `privacy` is what a mechanism promises of it, None if the value is exact.
    """

    shape: tuple[int, ...]
    kind: str
    receivers: tuple[int, ...]
    line: str
    range: Range
    scale: int = 0
    privacy: Any = None

    @property
    def bounds(self) -> tuple[float, float]:
        """The range of every element, in the value's own unit."""
        return self.range.reals(self.scale)


Policy = Callable[[Output], None]
"""Returns if an output may leave, and raises a LocalError with a code of its own if not."""


async def passed(
    ctx: Context, outputs: Sequence[Output], compute: Callable[[], Awaitable[None]], open_: Callable[[], Awaitable[R]]
) -> R:
    """Pass outputs through the gate: `compute` brings them into shares, `open_` sends them; the result is its result.

    Nothing is sent by either before all outputs are admitted. Raises LocalError `no-such-party`, `range-exceeded`, or
    what a policy raises.
    """
    for output in outputs:
        _admit(ctx, output)
    await compute()
    for output in outputs:
        ctx.session.ledger.reveals.append(Reveal(output.line, output.shape, output.receivers))
    return await open_()


def _admit(ctx: Context, output: Output) -> None:
    for receiver in output.receivers:
        if receiver not in ctx.everyone:
            raise LocalError(
                "no-such-party", f"there is no party {receiver} among {ctx.n}", "parties count from 0", line=output.line
            )
    if output.kind != "bit":
        check_range(ctx.session, "reveal", output.range, output.scale, output.line)
    for policy in ctx.session.policies:
        try:
            policy(output)
        except ParleyError as error:
            error.line = error.line or output.line
            raise


def check_range(session: Session, name: str, range_: Range, scale: int, line: str) -> None:
    """Refuse a number that may leave what the ring holds, in which truncation and comparison are exact."""
    ring_bits = session.ring.bits
    if range_.fits(ring_bits):
        return
    lo, hi = range_.reals(scale)
    fraction = f" with {scale} fractional bits" if scale else ""
    raise LocalError(
        "range-exceeded",
        f"the result of `{name}` may lie anywhere in [{_shown(lo)}, {_shown(hi)}]; that takes {range_.bits} "
        f"bits{fraction}, and {ring_bits - 1} are safe",
        "if you know better, say so with x.within(lo, hi); or declare tighter ranges where secrets come in "
        "(mpc.secret(..., range=(lo, hi))), scale the data down, np.clip on the way, use whole numbers, "
        "or run with fewer --fractional-bits. Nothing has been computed",
        line=line,
    )


def _shown(bound: float) -> str:
    return f"{bound:.6g}" if abs(bound) < 1e6 else f"{'-' if bound < 0 else ''}10^{log10(abs(bound)):.1f}"
