"""Secrets go out with noise that all parties draw, together or each a part, and none knows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy.typing as npt

from mpc.context import Context
from mpc.errors import LocalError
from protocols.array import revealing
from protocols.array.arithmetic import add
from protocols.array.contributions import moves_of
from protocols.array.lines import user_argument, user_line
from protocols.array.misuse import need_context
from protocols.array.node import Facts, Node, operation
from protocols.array.recording import record
from protocols.array.scales import ring_form
from protocols.array.secret import SecretArray
from protocols.privacy.amounts import positive, printed
from protocols.privacy.joint_noise import Figure, Gaussian, JointNoise, Laplace, Moves, Promise, Sampler
from protocols.privacy.prepaid import Step
from protocols.privacy.summed_noise import InParts
from protocols.ranges import ERROR_BITS, NO_BOUND, Range, shifted_up
from protocols.shares import ArithmeticShare


async def _draw(ctx: Context, node: Node) -> ArithmeticShare:
    noise: ArithmeticShare = await node.parameters["sampler"].draw(ctx)
    return noise.reshape(node.shape)


NOISE = operation("noise", lambda sampler, known: known, _draw)


async def reveal(
    ctx: Context,
    *values: SecretArray | npt.NDArray[Any],
    to: int | Sequence[int] | None = None,
    planned: Any = None,
    tolerance: float | None = None,
    privacy: JointNoise | InParts | None = None,
) -> Any:
    """Compute secrets and let parties learn them: everybody, or the party indices `to`.

    Values are secrets; numpy's own arrays are among the declared types for what `np.where` and its like are declared to
    give. Returns numpy values in order (one alone for one argument): float64 for `fixed`, int64 for `int`, or Python's
    integers in an array of objects where the range of the value has some that int64 does not hold, bool for `bit`; a
    party outside `to` gets None in their places. Everything that the values need is computed now, once.
    `tolerance` refuses values whose proven bound of the error is larger; the run's account has the bound of each.
    A plan knows no values: there the result is `planned`, a number or an array for each of the values (one alone for
    one), or without it the middle of each range, and False for a bit.

    `privacy`, an `mpc.Laplace` or `mpc.Gaussian`, or a step of what `mpc.privacy.prepaid` has paid for, adds noise to
    the one value, whose scale follows from how far one record moves it: of each element its own, drawn by all parties
    together on secret bits and known to none, as long as one of them draws its bits at random and all follow the
    protocol. An `mpc.InParts` of these or of an `mpc.Skellam` is a part of noise of each party: cheaper, and a part
    that is left out is not noticed. A second reveal draws again, and costs again.

    Raises LocalError `range-exceeded` before anything is sent if a value may not fit, `no-such-party` if a receiver
    does not compute, `tolerance-exceeded` if a bound is too large, `not-secret`, `not-awaited`, and what the session's
    policies raise; `revealed-outside-range`, once it is known, for a number that cannot be right. With `privacy`
    `wrong-privacy`, `sensitivity-unknown`, `sensitivity-too-small`, `not-bounded`, `never-moved`, `noise-out-of-range`,
    `not-in-schedule`, `too-few-honest`, and with probability below 2^-42 `too-little-noise`.
    """
    if privacy is None:
        return await revealing.reveal(ctx, *values, to=to, planned=planned, tolerance=tolerance)
    need_context(ctx, "reveal")
    line = user_line()
    if not isinstance(privacy, Laplace | Gaussian | Step | InParts) or len(values) != 1:
        raise LocalError(
            "wrong-privacy",
            f"privacy= is of type {type(privacy).__name__}, for {len(values)} values",
            "mpc.Laplace(epsilon=...), mpc.Gaussian(rho=...) or mpc.InParts of such, and one value: np.concatenate "
            "several, or reveal them one by one, each at a cost of its own",
            line=line,
        )
    try:
        noise = privacy.among(ctx.n) if isinstance(privacy, InParts) else privacy
        text = user_argument(1) if ctx.planning else ""
        noisy, promise = with_noise(revealing.checked(ctx, values[0], line), noise, text)
    except LocalError as error:
        error.line = error.line or line
        raise
    return await revealing.reveal_charged(ctx, noisy, privacy=promise, to=to, planned=planned, tolerance=tolerance)


def with_noise(
    x: SecretArray, privacy: JointNoise, text: str = "", moves: Moves | None = None
) -> tuple[SecretArray, Promise]:
    """x with noise on its own grid, and what is promised of it. Records the draw; nothing is sent.

    `moves`: how far one unit moves it, where who calls this has proved it of what is computed, rounding and all.
    """
    target = revealing.shown_form(ring_form(x))
    moves = moves or _moves(target, privacy)
    sampler = privacy.sampler(moves, target.size)
    figure = Figure(privacy, moves, target.size, target.scale, target.range.lo, target.range.hi, text)
    return noised(target, sampler), replace(privacy.promise(sampler, target.scale), figure=figure)


def noised(x: SecretArray, sampler: Sampler) -> SecretArray:
    """x, numbers, with what the sampler draws for each, in units of the last place. Records the draw."""
    known = Facts(x.shape, x.kind, x.scale, Range(-sampler.most, sampler.most))
    return add(x, record(NOISE, home=x.context, sampler=sampler, known=known))


def _moves(x: SecretArray, privacy: JointNoise) -> Moves:
    """How far one unit moves x: as the program declares it, or as it follows from the expression."""
    try:
        derived = moves_of(x.node, privacy.neighbours)
    except LocalError as error:
        if error.code != "sensitivity-unknown" or privacy.sensitivity is None:
            raise
        return _declared(x, privacy)
    if not derived.step or not derived.elements:
        raise LocalError(
            "never-moved",
            "no record moves this value: it follows from public numbers alone, or has no elements",
            "reveal it without privacy=, which costs nothing then",
        )
    if privacy.sensitivity is None:
        return derived
    declared = _declared(x, privacy)
    least = derived if derived.counted else Moves.alike(1, derived.step)
    if privacy.distance(declared) < privacy.distance(least):
        raise _too_small(x, privacy, least)
    return declared


def _too_small(x: SecretArray, privacy: JointNoise, least: Moves) -> LocalError:
    moved = "an element" if least.elements == 1 else f"{least.elements} elements, each"
    declared = printed(positive(privacy.sensitivity or 0, "the sensitivity"))
    what, remedy = f"the declared sensitivity is {declared}", "leave sensitivity= out, or clip the records"
    if isinstance(privacy, Step):
        what = f"a step was paid for with a sensitivity of {declared}, that of its noise or what clipping= makes of it"
        remedy = (
            "clip the records, or pay for what they move: clipping= so large, or half of it for substitution; what was "
            "paid stays spent, so try with `parley plan` first, which spends nothing"
        )
    return LocalError(
        "sensitivity-too-small",
        f"{what}, and the ranges that the data are held to let {privacy.neighbours} move {moved} by "
        f"{printed(Fraction(least.step, 1 << x.scale))}",
        remedy,
    )


def _declared(x: SecretArray, privacy: JointNoise) -> Moves:
    """The declared sensitivity speaks of exact arithmetic: what an element may be off by is added twice."""
    if x.range.error >= NO_BOUND:
        raise LocalError(
            "sensitivity-unknown",
            "nothing is known of how far this value is from what exact arithmetic gives, so a declared sensitivity "
            "says nothing of it",
            "declare tighter ranges where the secrets come in",
        )
    steps = positive(privacy.sensitivity or 0, "the sensitivity") * (1 << x.scale)
    return privacy.declared(steps, shifted_up(2 * x.range.error, ERROR_BITS), x.size)
