"""Noisy reveals that are paid for together before the first of them, in every party's ledger.

One charge is spent for a whole schedule, in the two phases of `protocols.consent.agreement`: all parties say yes, all
write down that it is spent. Then each step is a reveal like one without noise: no further rounds, and a line in the
ledgers of who has one. Nothing comes back for steps that are not taken, be it that the program ended or the machine.

The parties agree on the schedule's price, on the noise of each step, on who learns them and how large they are. That a
step keeps to that, each honest party looks itself before it sends a part of it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from fractions import Fraction
from math import prod

from mpc.context import Context, Session
from mpc.errors import LocalError
from protocols.assurances import BATCHES, assure
from protocols.consent.agreement import ask, spend
from protocols.consent.keeper import Asked, Keeper
from protocols.outputs import Output, alone, keeper_of
from protocols.party_indices import receivers_of
from protocols.privacy.amounts import AnyNumber, count_of
from protocols.privacy.joint_gaussian_cks20 import JointGaussian
from protocols.privacy.joint_noise import MOST_TAU, Gaussian, JointNoise, Laplace, Moves, Promise, Sampler
from protocols.privacy.ledger.charges import Price
from protocols.privacy.neighbours import Neighbours
from protocols.privacy.parts import taken_apart
from protocols.privacy.schedules import Noise, Schedule, schedule_of
from protocols.privacy.training import TrainingSchedule
from protocols.ranges import Range


@asynccontextmanager
async def prepaid(
    ctx: Context,
    schedule: Schedule | TrainingSchedule | Sequence[Noise],
    *,
    elements: int,
    to: int | Sequence[int] | None = None,
    secret_batches: bool = False,
) -> AsyncIterator[Prepaid]:
    """Pay for noisy reveals before the first of them: one charge in each party's ledger, and steps that draw on it.

        async with mpc.privacy.prepaid(ctx, schedule, elements=4) as paid:
            for _ in range(schedule.steps):
                total = await mpc.reveal(ctx, gradients.sum(axis=0), privacy=paid.step())

    `schedule`: a `TrainingSchedule`, each of whose steps is Gaussian noise on a sum of clipped gradients, its
    sensitivity declared; or the noises of the steps in their order, `mpc.Laplace` and `mpc.Gaussian`; or a `Schedule`
    that says itself what all of it costs. `elements`: the most that one step's value has; `to`: who may learn them.
    Charged is what all steps cost together, by the accountant of the schedule or the best one, with the distance of all
    draws. Steps that are not taken are spent all the same.

    A schedule of Poisson batches is cheap only where nobody who learns a step, but the owner of a record, knows whether
    that record is in its batch. Parley draws no such batches and cannot see that the program does: it has to say so by
    `secret_batches=True`, and what is revealed, the run's account and a plan say that the charge rests on it. Against
    parties that follow the protocol, as of `mpc.reveal` with `privacy`.

    Cost: four rounds for all steps; a step has the rounds of a reveal without noise, and those of drawing its noise.

    LocalError `no-context`, `wrong-privacy`, `noise-out-of-range`, `no-such-party`, `amount-out-of-range`,
    `batches-not-secret`; errors of `accounts.cost`; those of `protocols.consent.agreement`, by name of who refuses:
    then nothing is spent.
    """
    if not isinstance(ctx, Context):
        raise _no_context(ctx)
    line = ctx.counted_at
    call = ctx.child("prepaid", line=line)
    try:
        most = count_of(elements, "the elements of a step")
        found = schedule_of(schedule, most, ctx.fractional_bits)
        samples = _samples(found)
        if samples and secret_batches is not True:
            raise _batches_not_secret(samples)
        _require_fits(found, most, ctx.ring.bits)
    except LocalError as error:
        error.line = error.line or line
        raise
    paid = Prepaid(found, most, receivers_of(ctx.everyone, to, line), ctx, samples)
    if samples:
        assure(call, BATCHES, f"is private as said while batches that are {samples} stay secret: {_UNSEEN}")
    with alone(call):
        await paid.pay(call)
    ctx.join(call)
    try:
        yield paid
    finally:
        paid.close()


@dataclass(frozen=True, slots=True)
class _Whole:
    """What stands for all steps where the parties ask whether they may be."""

    charge: Price


class Prepaid:
    """A schedule that is spent, and the steps of it that are not taken yet. Made by `prepaid`."""

    def __init__(
        self, schedule: Schedule, elements: int, receivers: tuple[int, ...], ctx: Context, samples: str = ""
    ) -> None:
        self.schedule, self.elements, self.receivers, self._ctx = schedule, elements, receivers, ctx
        self.rests_on = f"rests on batches that are {samples} and stay secret" if samples else ""
        self._given, self._number, self._open = 0, 0, True

    @property
    def left(self) -> int:
        """How many steps there still are."""
        return len(self.schedule) - self._given

    def step(self) -> Step:
        """The next step, which one reveal may take as its `privacy`. LocalError `not-in-schedule` after the last."""
        name, line = f"step {self._given + 1}", self._ctx.counted_at or None
        if not self._open:
            raise _not_in(name, "what was paid for has ended with its `async with`", line)
        if not self.left:
            raise _not_in(name, f"{len(self.schedule)} steps were paid for, and all are taken", line)
        self._given += 1
        return Step(self, self._given - 1, self.schedule.noises[self._given - 1])

    async def pay(self, call: Context) -> None:
        """Have all parties spend the charge."""
        session, price, event = call.session.agreement.session, self.schedule.price, self.schedule.event
        known = Range(0, 0)
        whole = Output((self.elements,), "fixed", self.receivers, call.line, known, privacy=_Whole(price), group=0)
        steps, plain = len(self.schedule), [event.plain(), self.schedule.plain(), str(self.schedule.distance)]
        asked = Asked(session, call.path, call.line, [whole], [price], steps, plain)
        keeper = keeper_of(call.session)
        await ask(call, keeper, asked)
        self._number = await spend(call, keeper, asked)

    def close(self) -> None:
        """No step is taken any more."""
        self._open = False

    async def written(self, call: Context, keeper: Keeper, number: int, output: Output) -> None:
        """A step, noted in the ledger."""
        await call.in_thread(keeper.step, self._number, number, output)

    def check(self, name: str, session: Session, output: Output) -> None:
        """LocalError `not-in-schedule` unless a step may be this output."""
        if not self._open or session is not self._ctx.session:
            raise _not_in(name, "what was paid for has ended with its `async with`, or is of another run", output.line)
        if prod(output.shape) > self.elements:
            cause = f"its value has {prod(output.shape):,} elements, and {self.elements:,} were paid for"
            raise _not_in(name, cause, output.line)
        if others := set(output.receivers) - set(self.receivers):
            cause = f"{session.transport.names[min(others)]} would learn it, and was not named with `to=`"
            raise _not_in(name, cause, output.line)


class Step:
    """Noise that was paid for: what one reveal takes as `privacy`. Its value has the promise of the whole schedule."""

    __slots__ = ("_noise", "_number", "_paid", "_taken")

    def __init__(self, paid: Prepaid, number: int, noise: JointNoise) -> None:
        self._paid, self._number, self._noise, self._taken = paid, number, noise, False

    def __str__(self) -> str:
        return f"step {self._number + 1} of {len(self._paid.schedule)}"

    @property
    def noise(self) -> JointNoise:
        """That is added."""
        return self._noise

    @property
    def paid(self) -> Prepaid:
        """What all steps were paid for with."""
        return self._paid

    @property
    def neighbours(self) -> Neighbours:
        return self._noise.neighbours

    @property
    def sensitivity(self) -> AnyNumber | None:
        return self._noise.sensitivity

    def declared(self, steps: Fraction, slack: int, elements: int) -> Moves:
        return self._noise.declared(steps, slack, elements)

    def distance(self, moves: Moves) -> int:
        return self._noise.distance(moves)

    def sampler(self, moves: Moves, count: int) -> Sampler:
        return self._noise.sampler(moves, count)

    def promise(self, sampler: Sampler, scale: int, price: Price | None = None, step: object = None) -> Promise:
        """The price is that of all steps. LocalError `not-in-schedule` where the noise is further from what was charged
        than was charged."""
        allowed = self._paid.schedule.distance
        coarse = isinstance(sampler, JointGaussian) and Fraction(sampler.count) / (16 * sampler.variance)
        if allowed is not None and coarse > allowed:
            raise _not_in(str(self), "its noise is coarser, in units of the last place, than what was charged")
        if sampler.tau > MOST_TAU:
            raise _not_in(str(self), "its noise is drawn less exactly than was charged")
        promise = self._noise.promise(sampler, scale, self._paid.schedule.price, self)
        return replace(promise, rests_on="; ".join(filter(None, (promise.rests_on, self._paid.rests_on))))

    def taken_for(self, session: Session, output: Output) -> None:
        """By this output and no other. LocalError `not-in-schedule`."""
        if self._taken:
            raise _not_in(str(self), "it was taken before, and each is for one reveal", output.line)
        self._paid.check(str(self), session, output)
        self._taken = True

    async def written(self, call: Context, keeper: Keeper, output: Output) -> None:
        """That it is about to be opened, noted in the ledger."""
        await self._paid.written(call, keeper, self._number, output)


_UNSEEN = "who knows whether a record is in a step is promised less, and nothing in the run shows who knows"


def _samples(schedule: Schedule) -> str:
    """What samples the charge is amplified for, as "Poisson samples with probability 1/10"; "" for none."""
    chances = {part.probability for part, _ in taken_apart(schedule.event).counts if part.is_sampled}
    shown = " and ".join(map(str, sorted(chances)))
    return f"Poisson samples with probability {shown}" if chances else ""


def _require_fits(schedule: Schedule, elements: int, ring_bits: int) -> None:
    """LocalError `noise-out-of-range` where noise of a declared sensitivity does not fit the ring, even of a value of
    whole numbers: one with fractional bits has more, as its step finds."""
    for noise in set(schedule.noises):
        if isinstance(noise, Laplace | Gaussian) and noise.sensitivity is not None:
            whole = noise.declared(Fraction(noise.sensitivity), 0, elements)
            sampler = noise.sampler(whole, elements)
            if isinstance(sampler, JointGaussian):
                sampler.require_fits(ring_bits)


def _batches_not_secret(samples: str) -> LocalError:
    return LocalError(
        "batches-not-secret",
        f"this schedule is charged as if its batches were {samples} that nobody knows; what is revealed of all "
        "records, or of batches that somebody knows, costs many times as much",
        "mpc.privacy.FixedBatches(1) or PoissonBatches(1) for steps over all records; secret_batches=True only if the "
        "program draws each record's part in each step by secret coins, which nobody but the owner of that record sees",
    )


def _no_context(given: object) -> LocalError:
    return LocalError(
        "no-context",
        f"the first argument of mpc.privacy.prepaid is a value of type {type(given).__name__}, not the context",
        "write mpc.privacy.prepaid(ctx, ...)",
    )


def _not_in(name: str, why: str, line: str | None = None) -> LocalError:
    return LocalError(
        "not-in-schedule",
        f"{name} is not what was paid for beforehand: {why}",
        "reveal what the schedule holds, each step once; or ask for noise with a charge of its own",
        line=line,
    )
