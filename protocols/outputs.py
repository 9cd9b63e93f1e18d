"""The one way out: everything that becomes known to a party passes here before anything of it is sent.

An output is described by what is public of it. The gate holds the description against the run (receivers, range), the
tolerance and the policies that the session carries, has the value computed and the suite settled, writes the output
into the ledger, and only then opens it. Nothing else above the suites opens a value.

What costs privacy is opened once all parties have said yes and written down that it is spent (`protocols/consent`):
they are asked before it is computed, and it is spent when nothing but opening is left.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from math import inf, isinf, log10
from typing import Any, TypeVar

from mpc.accounts.ledger import Reveal
from mpc.algebra.encoding import extremes
from mpc.algebra.interface import Algebra
from mpc.algebra.ring import Words
from mpc.context import Context, Session
from mpc.errors import LocalError, ParleyError
from protocols.consent.agreement import ASKING_ROUNDS, ask, spend
from protocols.consent.keeper import NO_KEEPER, Asked, Keeper
from protocols.ranges import Range
from protocols.suite import suite_of


@dataclass(frozen=True, slots=True)
class Output:
    """What is public of one value that is to become known.

    `range` is in units of the last place, of which 2^scale make one; `receivers` are the indices of who learns it;
    `line` is where the program says so. `tolerance` is the largest error that it may have. `privacy` is what a
    mechanism promises of it, with its `charge`; None if the value is exact. `decided`: whether it follows from
    comparisons of what is not exact, for which alone its error is bounded. `group`: of how many records the smallest
    of its figures is computed, 0 where none has a part in it; None where nobody knows, or no policy asks.
    """

    shape: tuple[int, ...]
    kind: str
    receivers: tuple[int, ...]
    line: str
    range: Range
    scale: int = 0
    privacy: Any = None
    tolerance: float | None = None
    decided: bool = False
    group: int | None = None

    @property
    def step(self) -> Any:
        """Of what was paid for beforehand, the step that it is; None where it is exact, or has a price of its own."""
        return getattr(self.privacy, "step", None)

    @property
    def costs(self) -> bool:
        """Whether it has a price of its own."""
        return self.privacy is not None and self.step is None

    @property
    def bounds(self) -> tuple[float, float]:
        """The range of every element, in the value's own unit."""
        return self.range.reals(self.scale)

    @property
    def error(self) -> float:
        """The proven bound of the error of every element, in the value's own unit; infinity where what is known is no
        use, since it is larger than the values may be."""
        return self.range.useful_error(self.scale)


def _entry(output: Output) -> Reveal:
    """What the run's account has of it."""
    noise = "" if output.privacy is None else str(output.privacy)
    return Reveal(output.line, output.shape, output.receivers, output.error, output.decided, noise)


R = TypeVar("R")

WIDE = 128
"""The bits of the wider ring that runs are offered."""

Policy = Callable[[Output], None]
"""Returns if an output may leave, and raises a LocalError with a code of its own if not."""


async def released(
    call: Context, outputs: Sequence[Output], kinds: Sequence[str], compute: Callable[[], Awaitable[Sequence[Any]]]
) -> list[Words | None]:
    """Let outputs of one reveal out: admit them, have `compute` bring them into shares, and open these.

    All have the same receivers. `compute` gives shares of these `kinds`, of which two outputs may be one. `call` is the
    reveal's own, and as deep in the end as the deepest opening. The result holds ring elements or packed bits for each
    share, None at a party that does not learn them.
    Raises LocalError `no-such-party`, `range-exceeded`, `tolerance-exceeded`, `outputs-at-once`, or what a policy
    raises, with nothing sent.
    """
    with alone(call):
        call.session.ledger.on_shares = True
        for output in outputs:
            _admit(call, output)
        asked = await _asked(call, outputs)
        shares = await compute()
        call.depth += ASKING_ROUNDS if asked is not None else 0
        await suite_of(call).settle(call)
        await _written(call, outputs, asked)
        call.entered = call.depth
        receivers = outputs[0].receivers if outputs else ()
        to_all = set(receivers) == set(call.everyone)
        opened = await (_open_to_all(call, kinds, shares) if to_all else _open_to(call, kinds, shares, receivers))
        call.session.ledger.waited(call.line, call.entered, call.depth)
        return opened


async def released_by(
    call: Context, outputs: Sequence[Output], open_: Callable[[], Awaitable[Sequence[R]]]
) -> Sequence[R]:
    """Let outputs out of a protocol that opens them itself, of shares that are no suite's: `open_` computes all of it.

    They are admitted and written into the ledger as those of `released` are, but are no elements of the ring.
    """
    with alone(call):
        for output in outputs:
            _admit(call, output, in_ring=False)
        asked = await _asked(call, outputs)
        await suite_of(call).settle(call)
        await _written(call, outputs, asked)
        call.entered = call.depth
        opened = await open_()
        call.session.ledger.waited(call.line, call.entered, call.depth)
        return opened


@contextmanager
def alone(call: Context) -> Iterator[None]:
    """Refuse a second reveal or `compute` of one caller at the same time: which has which number would be chance."""
    caller, leaving = call.path[:-1], call.session.leaving
    if caller in leaving:
        raise LocalError(
            "outputs-at-once",
            "two reveals or computations of one context at the same time: parties would take one for the other",
            "use mpc.together(ctx, (mpc.reveal, x), (mpc.reveal, y)), or give each task a context, ctx.child(name)",
            line=call.line,
        )
    leaving.add(caller)
    try:
        yield
    finally:
        leaving.discard(caller)


async def _asked(call: Context, outputs: Sequence[Output]) -> Asked | None:
    """Ask all parties whether the outputs that cost privacy may be revealed; None where there are none."""
    costly = [output for output in outputs if output.costs]
    if not costly:
        return None
    charges = [output.privacy.charge for output in costly]
    asked = Asked(call.session.agreement.session, call.path, call.line, costly, charges)
    await ask(call, keeper_of(call.session), asked)
    return asked


async def _written(call: Context, outputs: Sequence[Output], asked: Asked | None) -> None:
    """Write down outputs that are about to be opened: in the run's account, and in the ledger of who has one."""
    keeper = keeper_of(call.session)
    plain = [output for output in outputs if output.privacy is None]
    steps = [output for output in outputs if output.step is not None]
    if keeper.keeps and not call.planning:
        with _at(call.line):
            if plain:
                await call.in_thread(keeper.note, plain)
            for output in steps:
                await output.step.written(call, keeper, output)
    if asked is not None:
        await spend(call, keeper, asked)
    for output in outputs:
        call.session.ledger.reveals.append(_entry(output))
    call.session.ledger.promises += [(output.line, output.privacy) for output in outputs if output.privacy is not None]


def keeper_of(session: Session) -> Keeper:
    """What holds this party's outputs against its policy, and keeps them."""
    keeper: Keeper | None = session.keeper
    return NO_KEEPER if keeper is None else keeper


def _admit(ctx: Context, output: Output, *, in_ring: bool = True) -> None:
    for receiver in output.receivers:
        if receiver not in ctx.everyone:
            raise LocalError(
                "no-such-party", f"there is no party {receiver} among {ctx.n}", "parties count from 0", line=output.line
            )
    if in_ring and output.kind != "bit":
        check_range(ctx.session, "reveal", output.range, output.scale, output.line)
    for tolerance in (output.tolerance, ctx.session.tolerance):
        if tolerance is not None and not output.error <= tolerance:
            raise _too_inexact(output, tolerance)
    if output.step is not None:
        output.step.taken_for(ctx.session, output)
    admitting = [] if output.costs else [keeper_of(ctx.session).admit]
    for policy in [*ctx.session.policies, *admitting]:
        with _at(output.line):
            policy(output)


@contextmanager
def _at(line: str) -> Iterator[None]:
    """A refusal names the line of the output, unless it names another."""
    try:
        yield
    except ParleyError as error:
        error.line = error.line or line
        raise


def _too_inexact(output: Output, tolerance: float) -> LocalError:
    known = f"may be wrong by {output.error:.3g}" if output.error < inf else "has no useful bound of its error"
    return LocalError(
        "tolerance-exceeded",
        f"a value that is to be revealed {known}, where {tolerance:g} is tolerated",
        "declare tighter ranges where secrets come in, or x.within(lo, hi, error=...) if you know better; run with "
        "more --fractional-bits; or reveal sooner, since errors grow as one computes. Nothing of it has been computed",
        line=output.line,
    )


def refuse_false(output: Output, words: Words | None, ring: Algebra) -> None:
    """LocalError `revealed-outside-range` where a number was opened that its proven range does not hold.

    What the parties computed is then not what they meant: they took different public numbers, or a range that was
    vouched for is false. Only receivers can see that; to all parties the same numbers are opened, so all refuse.
    """
    if words is None:
        return
    numbers = ring.to_signed(words)
    lo, hi = extremes(numbers) if numbers.size else (output.range.lo, output.range.hi)
    if output.range.lo <= lo and hi <= output.range.hi:
        return
    least, most = (_shown(bound) for bound in output.bounds)
    raise LocalError(
        "revealed-outside-range",
        f"a revealed value lies outside [{least}, {most}], where it is proven to lie: a .within(lo, hi) "
        "of the program is false, or the parties computed with public numbers that differ",
        "check each .within that the value follows from; and see that what follows from ctx.me, one's own data, the "
        "clock, the environment or an unseeded generator comes in by mpc.secret or --arg. The value is not handed out; "
        "what was revealed before is what it was",
        line=output.line,
    )


def check_range(session: Session, name: str, range_: Range, scale: int, line: str) -> None:
    """Refuse a number that may leave what the ring holds, in which truncation and comparison are exact."""
    ring_bits = session.ring.bits
    if range_.fits(ring_bits):
        return
    lo, hi = range_.reals(scale)
    fraction = f" with {scale} fractional bits" if scale else ""
    wider = ", or with --ring 128" if ring_bits < WIDE and range_.fits(WIDE) else ""
    raise LocalError(
        "range-exceeded",
        f"the result of `{name}` may lie anywhere in [{_shown(lo)}, {_shown(hi)}]; that takes {range_.bits} "
        f"bits{fraction}, and {ring_bits - 1} are safe",
        "if you know better, say so with x.within(lo, hi); or declare tighter ranges where secrets come in "
        "(mpc.secret(..., range=(lo, hi))), scale the data down, np.clip on the way, use whole numbers, "
        f"or run with fewer --fractional-bits{wider}. Nothing has been computed",
        line=line,
    )


def _shown(bound: float) -> str:
    if abs(bound) < 1e6 or isinf(bound):
        return f"{bound:.6g}"
    return f"{'-' if bound < 0 else ''}10^{log10(abs(bound)):.1f}"


async def _open_to_all(call: Context, kinds: Sequence[str], shares: Sequence[Any]) -> list[Words | None]:
    """All numbers in one round, bits beside them."""
    suite = suite_of(call)
    numbers = [i for i, kind in enumerate(kinds) if kind != "bit"]
    entered, deepest = call.depth, call.depth
    opened: list[Words | None] = [None] * len(shares)
    if numbers:
        for i, words in zip(numbers, await suite.open(call, *(shares[i] for i in numbers)), strict=True):
            opened[i] = words
        deepest = call.depth
    for i, share in enumerate(shares):
        if kinds[i] == "bit":
            call.depth = entered
            opened[i] = await suite.open_bits(call, share)
            deepest = max(deepest, call.depth)
    call.depth = deepest
    return opened


async def _open_to(
    call: Context, kinds: Sequence[str], shares: Sequence[Any], receivers: Sequence[int]
) -> list[Words | None]:
    suite = suite_of(call)
    entered, deepest = call.depth, call.depth
    opened: list[Words | None] = [None] * len(shares)
    for receiver in receivers:
        for i, share in enumerate(shares):
            call.depth = entered
            opens = suite.open_bits_to if kinds[i] == "bit" else suite.open_to
            words = await opens(call, receiver, share)
            deepest = max(deepest, call.depth)
            opened[i] = words if words is not None else opened[i]
    call.depth = deepest
    return opened
