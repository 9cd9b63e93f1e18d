"""What a mechanism emits when it draws: an event, from which every accountant computes what it costs.

A mechanism does not say "epsilon": it says what it did, with which noise beside which sensitivity, on which sample. One
event can then be charged in several ways, and what was not drawn cannot be claimed: a sample is Poisson if a Poisson
sampler emitted it. Events are immutable, their numbers exact, and their plain form fits files and messages.

Each holds against whoever sees the output and all that the adversary knows of the data but one unit.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from fractions import Fraction
from typing import TYPE_CHECKING, Any, ClassVar

from mpc.errors import LocalError
from protocols.privacy.amounts import AnyNumber, amount, count_of, positive, printed, probability
from protocols.privacy.neighbours import Neighbours, require_same

DEEPEST = 8
"""Events within events, and no more: a peer's bytes are read by a bounded recursion."""

MOST_PARTS = 1 << 16


class Event:
    """What one mechanism did. `neighbours` are those that all its numbers are meant for."""

    __slots__ = ()
    kind: ClassVar[str]

    if TYPE_CHECKING:  # at run time a field of the same name would take this for its default

        @property
        def neighbours(self) -> Neighbours: ...

    def plain(self) -> list[Any]:
        """Text, integers and lists of such: what msgpack and JSON hold. Equal events have equal plain forms."""
        return [self.kind, *(_plain(getattr(self, field.name)) for field in fields(self))]  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class PureEvent(Event):
    """A mechanism of (epsilon, 0)-differential privacy: no output is e^epsilon times as likely on a neighbour."""

    epsilon: Fraction
    neighbours: Neighbours
    kind: ClassVar[str] = "pure"

    def __post_init__(self) -> None:
        _set(self, "epsilon", amount(self.epsilon, "epsilon"))

    def __str__(self) -> str:
        return f"epsilon {printed(self.epsilon)}, {self.neighbours}"


@dataclass(frozen=True, slots=True)
class ApproximateEvent(Event):
    """(epsilon, delta)-differential privacy: P[S] <= e^epsilon Q[S] + delta for all sets S of outputs."""

    epsilon: Fraction
    delta: Fraction
    neighbours: Neighbours
    kind: ClassVar[str] = "approximate"

    def __post_init__(self) -> None:
        _set(self, "epsilon", amount(self.epsilon, "epsilon"))
        _set(self, "delta", probability(self.delta, "delta", below_one=True))

    def __str__(self) -> str:
        return f"epsilon {printed(self.epsilon)} with delta {printed(self.delta)}, {self.neighbours}"


@dataclass(frozen=True, slots=True)
class ZcdpEvent(Event):
    """rho-zero-concentrated privacy: the Renyi divergence of every order a is at most rho a (Bun, Steinke 2016)."""

    rho: Fraction
    neighbours: Neighbours
    kind: ClassVar[str] = "zcdp"

    def __post_init__(self) -> None:
        _set(self, "rho", amount(self.rho, "rho"))

    def __str__(self) -> str:
        return f"rho {printed(self.rho)}, {self.neighbours}"


@dataclass(frozen=True, slots=True)
class LaplaceEvent(Event):
    """Laplace noise, discrete or not, of `scale` times the L1 sensitivity: pure, with epsilon = 1/scale."""

    scale: Fraction
    neighbours: Neighbours
    kind: ClassVar[str] = "laplace"

    def __post_init__(self) -> None:
        _set(self, "scale", positive(self.scale, "the scale of Laplace noise"))

    @property
    def epsilon(self) -> Fraction:
        """What it costs."""
        return 1 / self.scale

    def __str__(self) -> str:
        return f"Laplace noise of {printed(self.scale, down=True)} sensitivities, {self.neighbours}"


@dataclass(frozen=True, slots=True)
class GaussianEvent(Event):
    """Gaussian noise whose variance is `variance` times the squared L2 sensitivity. (1/(2 variance))-zCDP.

    The variance is kept, not its root, which no fraction is when the noise is made for a rho. `discrete` noise on
    integers has the same zCDP (Canonne, Kamath, Steinke 2020, theorem 4) but another distribution of losses, so that
    what is proved of continuous noise alone, amplification by formula and PLD, is not used for it.
    """

    variance: Fraction
    neighbours: Neighbours
    discrete: bool = False
    kind: ClassVar[str] = "gaussian"

    def __post_init__(self) -> None:
        _set(self, "variance", positive(self.variance, "the variance of Gaussian noise"))
        _set(self, "discrete", _truth(self.discrete))

    @staticmethod
    def of_multiplier(noise_multiplier: AnyNumber, neighbours: Neighbours, *, discrete: bool = False) -> GaussianEvent:
        """Of a standard deviation in sensitivities, as papers on training give it."""
        multiplier = positive(noise_multiplier, "the noise multiplier")
        return GaussianEvent(multiplier**2, neighbours, discrete)

    @property
    def rho(self) -> Fraction:
        """What it costs in zCDP."""
        return 1 / (2 * self.variance)

    def __str__(self) -> str:
        sort = "discrete Gaussian" if self.discrete else "Gaussian"
        return f"{sort} noise of {printed(self.variance, down=True)} squared sensitivities, {self.neighbours}"


@dataclass(frozen=True, slots=True)
class PoissonEvent(Event):
    """`event` on a sample in which each unit is independently with `probability`, known to nobody who sees the output.

    The size of the sample is random, and may be 0; it is not released, and nothing is divided by it. The members
    of a group would be sampled apart from one another, so that no formula for one unit holds of them: it is refused.
    Under substitution a unit alone moves what is asked by at most half of the sensitivity, as it does a clipped sum.
    """

    probability: Fraction
    event: Event
    kind: ClassVar[str] = "poisson"

    def __post_init__(self) -> None:
        _set(self, "probability", probability(self.probability, "the probability of a sample"))
        _set(self, "event", _event(self.event))
        if self.neighbours.unit.together > 1:
            raise _malformed("a Poisson sample is of records or users, not of groups")

    @property
    def neighbours(self) -> Neighbours:
        """Those of the event."""
        return self.event.neighbours

    def __str__(self) -> str:
        return f"on a Poisson sample with probability {printed(self.probability)}: {self.event}"


@dataclass(frozen=True, slots=True)
class RepeatedEvent(Event):
    """`event` so many times on the same data, each with fresh noise; what is asked may depend on earlier outputs."""

    event: Event
    count: int
    kind: ClassVar[str] = "repeated"

    def __post_init__(self) -> None:
        _set(self, "event", _event(self.event))
        _set(self, "count", count_of(self.count, "how often an event is repeated"))

    @property
    def neighbours(self) -> Neighbours:
        """Those of the event."""
        return self.event.neighbours

    def __str__(self) -> str:
        return f"{self.count} times: {self.event}"


@dataclass(frozen=True, slots=True)
class ComposedEvent(Event):
    """Several events on the same data, one after another, each with fresh noise."""

    events: tuple[Event, ...]
    kind: ClassVar[str] = "composed"

    def __post_init__(self) -> None:
        _set(self, "events", tuple(map(_event, self.events)))
        if not 0 < len(self.events) <= MOST_PARTS:
            raise _malformed(f"{len(self.events)} events do not go together: from 1 to {MOST_PARTS}")
        for event in self.events:
            require_same(self.events[0].neighbours, event.neighbours)

    @property
    def neighbours(self) -> Neighbours:
        """Those of all the events."""
        return self.events[0].neighbours

    def __str__(self) -> str:
        return "; ".join(map(str, self.events))


@dataclass(frozen=True, slots=True)
class NearEvent(Event):
    """Drawn within total variation distance `tau` of `event`, as a joint sampler on secret bits is.

    What is (epsilon, delta)-private of the event is (epsilon, delta + (1 + e^epsilon) tau)-private of this: P[S] is at
    most tau above the event's and Q[S] at most tau below. Distances of composed outputs add up.
    """

    event: Event
    tau: Fraction
    kind: ClassVar[str] = "near"

    def __post_init__(self) -> None:
        _set(self, "event", _event(self.event))
        _set(self, "tau", probability(self.tau, "the distance tau", below_one=True))

    @property
    def neighbours(self) -> Neighbours:
        """Those of the event."""
        return self.event.neighbours

    def __str__(self) -> str:
        return f"within {printed(self.tau)} of: {self.event}"


KINDS: dict[str, type[Event]] = {
    sort.kind: sort
    for sort in (
        PureEvent,
        ApproximateEvent,
        ZcdpEvent,
        LaplaceEvent,
        GaussianEvent,
        PoissonEvent,
        RepeatedEvent,
        ComposedEvent,
        NearEvent,
    )
}
"""By the names that files hold."""


def event_of_plain(plain: object, depth: int = DEEPEST) -> Event:
    """The event whose plain form this is, and of no other bytes: its own plain form is equal.

    Raises LocalError `wrong-event` for whatever else; who read it from a peer says whom it is from.
    """
    if not (isinstance(plain, list | tuple) and plain and isinstance(plain[0], str) and plain[0] in KINDS and depth):
        raise _malformed("it is of no known kind, or nested too deep")
    sort, parts = KINDS[plain[0]], plain[1:]
    names = [field.name for field in fields(sort)]  # type: ignore[arg-type]
    if len(parts) != len(names):
        raise _malformed(f"{plain[0]} has {len(names)} parts, not {len(parts)}")
    try:
        return sort(**{name: _part(name, part, depth) for name, part in zip(names, parts, strict=True)})
    except LocalError as error:
        raise _malformed(error.cause) from None


def _part(name: str, part: object, depth: int) -> object:
    if name == "neighbours":
        return Neighbours.of_plain(part)
    if name == "event":
        return event_of_plain(part, depth - 1)
    if name == "events" and isinstance(part, list | tuple):
        return tuple(event_of_plain(each, depth - 1) for each in part[: MOST_PARTS + 1])
    if name in ("count", "discrete") and isinstance(part, int):
        return part
    if isinstance(part, str) and str(exact := amount(part, name)) == part:
        return exact
    raise _malformed(f"{name} is not written as it should be")


def _plain(value: object) -> object:
    match value:
        case Fraction():
            return str(value)
        case Neighbours() | Event():
            return value.plain()
        case tuple():
            return [_plain(each) for each in value]
    return value


def _event(value: object) -> Event:
    if not isinstance(value, Event):
        raise LocalError("wrong-event", f"a {type(value).__name__} is no event", "what a mechanism emitted")
    return value


def _truth(value: object) -> bool:
    if not isinstance(value, bool):
        raise _malformed("discrete is true or false")
    return value


def _malformed(cause: str) -> LocalError:
    return LocalError("wrong-event", f"this is no event of privacy: {cause}", "an event as it was written")


def _set(event: Event, name: str, value: object) -> None:
    object.__setattr__(event, name, value)
