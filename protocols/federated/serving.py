"""The server of a training over a star: rounds with whoever is there, each a secure sum of which no part shows."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from time import time

import numpy as np
import trio

from mpc.errors import LocalError, PeerError
from mpc.network.star.events import Joined
from mpc.network.star.rounds import Quorum, Rounds
from mpc.network.star.server import StarServer
from mpc.prg import SEED_BYTES, Seed
from protocols import aggregation
from protocols.aggregation.plan import AggregationPlan
from protocols.aggregation.revocations import RevocationFile
from protocols.aggregation.star_credentials import authority_key
from protocols.federated.aggregate import Total
from protocols.federated.course import Course
from protocols.federated.federation import FIGURES, Agreed, Federation
from protocols.federated.figures import figures_of
from protocols.federated.keeping import Keeping, counted
from protocols.federated.member import session_of
from protocols.federated.models import Model
from protocols.federated.noise_sizes import warn_of
from protocols.federated.noisy_means import NoisyPeople, NoisySites
from protocols.federated.openings import Kind, Opening, opening_bytes, sent_weights
from protocols.federated.outcomes import Held, Round, Trained, held_of
from protocols.federated.spending import Spending
from protocols.federated.updates import in_ring

_REMEMBERED = 64
_NAMED = 8
_LONGEST = 64
"""Rounds that a client whose shares were wrong is left out of, and the one it was in."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """When a round begins, and what is too much.

    At once with as many clients as may take part, or, after the first round, as many as were in the last; with as few
    as must stay after `more` seconds; not at all after `most` seconds: PeerError `quorum-missed`. After `failures`
    rounds in a row without a sum: PeerError `training-missed`. LocalError `wrong-amount`.
    """

    more: float = 10.0
    most: float = 600.0
    failures: int = 5

    def __post_init__(self) -> None:
        if not (0 <= self.more <= self.most and self.failures >= 1):
            raise LocalError(
                "wrong-amount", f"to wait {self.more} seconds for more, {self.most} at most, {self.failures} failures",
                "0 <= more <= most, and a whole number of failures from 1 on",
            )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reported:
    """A round as its server saw it: `number` on the wire, how many were `invited` and are in the sum, seconds, bytes
    from and to all clients. `round`: what was learnt; None where there was no sum, and `missed` says why. `lost`: those
    of the invited that did not answer in some step of the sum, or whose answer was refused, by name, and in which."""

    number: int
    invited: int
    survivors: int
    seconds: float
    received_bytes: int
    sent_bytes: int
    round: Round | None
    missed: PeerError | LocalError | None = None
    lost: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        gone = [f"{name} (in {step})" for name, step in self.lost[:_NAMED]]
        gone += [f"{len(self.lost) - _NAMED} more"] if len(self.lost) > _NAMED else []
        lost = f", lost {', '.join(gone)}" if gone else ""
        if self.round is None:
            return f"no sum of {self.invited} clients ({self.missed.code if self.missed else ''}){lost}"
        return f"{self.round}, of {self.invited} asked, {self.seconds:.2f} s{lost}"


@dataclass(frozen=True, slots=True)
class Served:
    """What came of it: `trained`, how many rounds were begun, the last of those that `missed`, and messages that did
    not count, by client and reason (`mpc.star.Rounds.refused`)."""

    trained: Trained
    begun: int
    missed: tuple[Reported, ...]
    refused: Counter[tuple[str, str]]


async def serve(
    star: StarServer,
    model: Model,
    federation: Federation,
    *,
    waiting: Waiting | None = None,
    keep: str | Path | None = None,
    authority: bytes | None = None,
    revoked: RevocationFile | None = None,
    spending: Spending | None = None,
    on_round: Callable[[Reported], object] | None = None,
) -> Served:
    """Train `model` with the clients of a star, who run `join` with the same model and `federation`.

    In a round the server tells up to `federation.clients` of those that are here, drawn by its own randomness, the
    weights; each trains from them, and the **mean** of how their weights moved, weighted by examples, moves the common
    ones. Updates, examples, losses and hits are summed under masks (`mpc.aggregation`): a client that is gone, late,
    sends what is no message, or twice, is left out by name, and the round goes on while enough stay. Where too few do,
    there is no sum and the next round begins; who comes again is in the next. Where some have held-out data their
    losses are summed in each round, and once more at the end. With `privacy` a round without a sum counts too.

    `waiting`: when a round begins. `keep`: a file from which a server that was stopped goes on, with a round of a new
    number (`keeping`). `authority`: the public key of whoever enrols clients, against a malicious server; that of
    star.toml if not given. `revoked`: its list of revoked keys, `clients.revoked` of star.toml if not given; who is on
    it is parted with by name. `spending`: the ledger that noise is charged to before the first round, and each round
    noted in before it begins.

    *The server learns* the sums of each round and who takes part, when; of an update, a count of examples or a loss
    nothing else while no more than `federation.corrupted` work with it. *Clients learn* the weights of each round that
    they are in, and at the end; not who else is in it, but for the names of the sum's neighbours. Sums of many rounds
    over changing clients tell the server more, each one's number of examples among it, and of what one client has the
    weights may tell a good deal: `privacy`, a `SiteNoise` whose unit is the client (or `PersonNoise`), bounds both,
    also against the server unless `central`; the sum is then divided by `clients`, whoever stayed. A client that does
    not follow the protocol can add any numbers that the ring holds; nothing here bounds them.

    Rounds: four messages of each client for a round, five where the server may be malicious. Bytes: the weights to
    each, and `mpc.aggregation.step_bytes`.

    NoiseWarning as of `train`. LocalError `ring-too-small` and others of `Federation.agreed`, before anything is sent;
    `training-diverged`, `training-state`, `no-held-out`, `aggregation-revocations`, errors of the ledger; PeerError
    `quorum-missed`, `training-missed`.
    """
    agreed = federation.agreed(model)
    if federation.malicious and authority is None and star.authority is not None:
        authority = authority_key(star.authority)
    if federation.malicious and authority is None:
        raise LocalError(
            "aggregation-credential", "this federation asks who a client is",
            "give authority=, and credential= to each client",
        )  # fmt: skip
    if federation.malicious and authority is not None and revoked is None and star.revoked is not None:
        revoked = RevocationFile(star.revoked, authority)
    warn_of(agreed.terms.warning)
    serving = Serving(star, agreed, model, waiting or Waiting(), authority, revoked, spending, on_round)
    if spending is not None:
        serving.begun = agreed.terms.rounds - spending.begin(agreed, star.name)
    keeping = Keeping(Path(keep), agreed.terms) if keep is not None else None
    try:
        return await serving.run(keeping)
    finally:
        if keeping is not None:
            keeping.close()


@dataclass(frozen=True, slots=True)
class _Sum:
    """A round's sum at its server, or the error that there is none for."""

    number: int
    invited: int
    seconds: float
    received_bytes: int
    sent_bytes: int
    server: aggregation.Server | None
    error: PeerError | LocalError | None
    lost: tuple[tuple[str, str], ...] = ()

    def reported(self, done: Round | None) -> Reported:
        """With what was learnt."""
        survivors = len(done.sites) if done is not None else 0
        return Reported(
            self.number, self.invited, survivors, self.seconds, self.received_bytes, self.sent_bytes, done, self.error,
            self.lost,
        )  # fmt: skip


@dataclass(slots=True)
class Serving:
    """One training at its server. Made by `serve`."""

    star: StarServer
    agreed: Agreed
    model: Model
    waiting: Waiting
    authority: bytes | None
    revoked: RevocationFile | None
    spending: Spending | None
    on_round: Callable[[Reported], object] | None
    course: Course = field(init=False)
    rounds: Rounds = field(init=False)
    begun: int = 0
    _faults: Counter[str] = field(default_factory=Counter)
    _back: dict[str, int] = field(default_factory=dict)
    _missed: deque[Reported] = field(default_factory=lambda: deque(maxlen=_REMEMBERED))
    _failures: int = 0
    _last: int = 0
    _secret: Seed = field(default_factory=Seed.fresh)

    def __post_init__(self) -> None:
        first = self.agreed.terms.layout.flatten(self.model.weights())
        self.course = Course(self.agreed.terms, first, Seed(self._secret.prg("common").bytes(SEED_BYTES)))

    async def run(self, keeping: Keeping | None) -> Served:
        """All rounds."""
        if keeping is not None and not keeping.resume(self.course):
            keeping.save(self.course)
        self.begun = max(self.begun, 0 if keeping is None else keeping.attempts)
        self.rounds = Rounds(Quorum(self.agreed.plan.quorum), 0 if keeping is None else keeping.next)
        while not self._over:
            await self._assemble()
            if keeping is not None:
                await trio.to_thread.run_sync(keeping.open_round)
            if await self._train() and keeping is not None:
                await trio.to_thread.run_sync(keeping.save, self.course)
        held = await self._judged(keeping)
        await self._say_goodbye()
        return self._served(held)

    @property
    def _over(self) -> bool:
        """Rounds that were begun count where each has its price."""
        terms = self.agreed.terms
        return self.course.over or (terms.private and self.begun >= terms.rounds)

    async def _train(self) -> bool:
        """A round; whether there was a sum."""
        if self.spending is not None:
            await trio.to_thread.run_sync(self.spending.spend)
        self.begun += 1
        found = await self._sum(Kind.TRAIN, self.agreed.plan)
        if found.server is None:
            self._miss(found)
            return False
        try:
            done = await trio.to_thread.run_sync(self._moved, found.server, found.sent_bytes)
        except LocalError as error:
            if error.code != "no-examples":
                raise
            self._miss(replace(found, error=error))
            return False
        self._failures, self._last = 0, len(done.sites)
        self._report(found.reported(done))
        return True

    def _moved(self, server: aggregation.Server, sent_bytes: int) -> Round:
        coder = self.agreed.terms.coder
        parts = self.agreed.layout.parts(server.total)
        if isinstance(coder, NoisySites | NoisyPeople) and coder.central:
            own = coder.sampler.part(self._secret.prg("central noise", self.begun))
            parts[0] = in_ring(parts[0].astype(np.int64) + own, coder.widths[0][1])
        return self.course.take(Total(parts, counted(len(server.survivors)), sent_bytes))

    async def _sum(self, kind: Kind, plan: AggregationPlan) -> _Sum:
        """The sum of a round, or why there is none."""
        number, began, counts = self.rounds.number + 1, trio.current_time(), self.star.counts
        before = counts.received_bytes, counts.sent_bytes
        members, error, server = self._members(), None, None
        opening = Opening(kind, number, self.course.seed, sent_weights(self.agreed.terms.layout, self.course.weights))
        content = await trio.to_thread.run_sync(opening_bytes, self.agreed.terms, opening)
        terms = aggregation.Terms(plan, session_of(self.agreed, self.star.session), number, self.star.name)
        federation, now = self.agreed.federation, int(time())
        revocations = None if self.revoked is None else self.revoked.current(now)
        try:
            server = await aggregation.sum_at_server(
                self.star, self.rounds, terms, seconds=federation.step_seconds,
                first_seconds=federation.training_seconds, opening=content, members=members, authority=self.authority,
                now=now, revocations=revocations,
            )  # fmt: skip
        except PeerError as missed:
            error = missed
        for name in server.culprits if server is not None else ():
            self._faults[name] += 1
            self._back[name] = number + min(1 << self._faults[name], _LONGEST)
        lost = tuple((name, terms.steps[step].title) for name, step in self.rounds.lost.items())
        return _Sum(
            number, len(members), trio.current_time() - began, counts.received_bytes - before[0],
            counts.sent_bytes - before[1], server, error, lost if self.rounds.number == number else (),
        )  # fmt: skip

    def _members(self) -> list[str]:
        """Who takes part: a random choice where more are here than may. Nobody relies on it."""
        here = self._here
        most = self.agreed.federation.clients
        if len(here) <= most:
            return here
        order = np.argsort(Seed.fresh().prg("members of a round").words(len(here)), kind="stable")
        return [here[place] for place in sorted(order[:most].tolist())]

    @property
    def _here(self) -> list[str]:
        """Who is here, but for those whose shares were wrong of late: one round, then three, and so on. Not for good,
        as it may have been who dealt the shares."""
        number = self.rounds.number + 1
        return [name for name in self.rounds.here if self._back.get(name, 0) <= number]

    async def _assemble(self) -> None:
        """Waits for clients as `Waiting` says."""
        plan, began = self.agreed.plan, trio.current_time()
        wanted = max(plan.least, min(plan.clients, self._last or plan.clients))
        while True:
            while (event := await self.star.event(0)) is not None:
                self.rounds.hear(event)
            here, waited = len(self._here), trio.current_time() - began
            if here >= wanted or (here >= plan.least and waited >= self.waiting.more):
                return
            if waited >= self.waiting.most:
                cause = f"{here} clients came within {self.waiting.most:.0f} seconds, and {plan.least} are needed"
                raise PeerError("quorum-missed", cause, "start more of them, or wait longer")
            self.star.say(f"{here} of {wanted} clients are here")
            until = self.waiting.more if here >= plan.least else self.waiting.most
            if (event := await self.star.event(until - waited)) is not None:
                self.rounds.hear(event)

    async def _judged(self, keeping: Keeping | None) -> Held | None:
        """The weights at the end, on held-out data, if any client has some: one try."""
        rounds = self.course.rounds
        if self.agreed.terms.private or not rounds or rounds[-1].held_out is None:
            return None
        await self._assemble()
        if keeping is not None:
            await trio.to_thread.run_sync(keeping.open_round)
        found = await self._sum(Kind.EVALUATE, self.agreed.plan_of_figures)
        if found.server is None:
            self._missed.append(found.reported(None))
            return None
        return held_of(figures_of(FIGURES.parts(found.server.total)[0]))

    def _miss(self, found: _Sum) -> None:
        self._missed.append(found.reported(None))
        self._report(self._missed[-1])
        self._failures += 1
        if self._failures >= self.waiting.failures:
            error = found.error
            raise PeerError(
                "training-missed",
                f"{self._failures} rounds in a row gave no sum, the last one since {error.cause if error else ''}",
                "allow more dropouts or more time, or look why clients go; with keep= the training goes on from there",
                party=None if error is None else error.party,
            )

    def _report(self, found: Reported) -> None:
        if self.on_round is not None:
            self.on_round(found)

    async def _say_goodbye(self) -> None:
        """The weights at the end, to all that are here, and who comes again while others still take them."""
        weights = sent_weights(self.agreed.terms.layout, self.course.weights)
        number, until = self.rounds.number + 1, trio.current_time() + self.waiting.more
        content = opening_bytes(
            self.agreed.terms, Opening(Kind.END, number, Seed(bytes(SEED_BYTES)), weights)
        )  # fmt: skip
        told = {name: self.star.clients[name] for name in self.star.broadcast((number, 0), content)}
        while self.star.clients and (left := until - trio.current_time()) > 0:
            event = await self.star.event(left)
            if isinstance(event, Joined) and told.get(event.client) != event.connection:
                self.star.send(event.client, (number, 0), content, connection=event.connection)
        await self.star.drained(told)

    def _served(self, held: Held | None) -> Served:
        terms = self.agreed.terms
        price = None if terms.noise is None else terms.noise.schedule.price
        travel = {place.name for place in terms.layout.places}
        own = {name: np.array(array) for name, array in self.model.weights().items() if name not in travel}
        trained = replace(self.course.ended(held, price, own), seen_by="the server")
        self.model.load(trained.weights)
        return Served(trained, self.begun, tuple(self._missed), self.rounds.refused)
