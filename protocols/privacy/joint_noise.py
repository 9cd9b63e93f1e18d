"""Noise that is asked for when a secret is revealed, and what it promises: drawn by all parties, known to none."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, Protocol

from mpc.context import Context
from mpc.errors import LocalError
from protocols.privacy.amounts import AnyNumber, positive, printed, probability
from protocols.privacy.charging import charge_of, rho_of
from protocols.privacy.concentrated_bs16 import Concentrated
from protocols.privacy.directed import exp_up
from protocols.privacy.errors_of_noise import NoiseError, gaussian_error, laplace_error
from protocols.privacy.events import Event, GaussianEvent, LaplaceEvent, NearEvent
from protocols.privacy.joint_gaussian_cks20 import JointGaussian, joint_gaussian
from protocols.privacy.joint_laplace_dkmmn06 import JointLaplace, joint_laplace
from protocols.privacy.ledger.charges import Price, charge
from protocols.privacy.neighbours import Neighbours, substitute
from protocols.shares import ArithmeticShare

MOST_TAU = Fraction(1, 1 << 50)
"""No sampler is further from the noise that it should draw."""

DELTA = Fraction(1, 10**9)
"""With which noise that is asked for by rho is charged, unless another delta is given."""

RECORDS = substitute()
"""What neighbours are, unless others are given: how many records there are is public here, as all shapes are."""

MOST_EPSILON = 25
"""With a larger one (1 + e^epsilon) 2^-50 would be a delta that promises little."""

_HALVINGS, _COARSE = 40, 20


@dataclass(frozen=True, slots=True)
class Moves:
    """How far one unit moves a value: at most so many of its elements, none by more than `step` units of its last
    place, all together by `l1`, and by the root of `l2_squared`.

    `counted`: whether it is known how many elements it moves together; else these are all that there are.
    """

    elements: int
    step: int
    l1: int
    l2_squared: int
    counted: bool = True

    @staticmethod
    def alike(elements: int, step: int, *, counted: bool = True) -> Moves:
        """Each of so many elements by as much."""
        return Moves(elements, step, elements * step, elements * step**2, counted)


class Sampler(Protocol):
    """What draws the noise of a value, so that nobody knows it."""

    @property
    def most(self) -> int:
        """No number is larger in size."""

    @property
    def tau(self) -> Fraction:
        """A bound of the total variation distance of all numbers together from what is promised of them."""

    async def draw(self, ctx: Context) -> ArithmeticShare:
        """[x]: (count,)."""


class JointNoise(Protocol):
    """What `mpc.reveal` takes as `privacy`."""

    @property
    def neighbours(self) -> Neighbours:
        """Which data sets become hard to tell apart."""

    @property
    def sensitivity(self) -> AnyNumber | None:
        """Where the program declares it, in the value's own unit."""

    def declared(self, steps: Fraction, slack: int, elements: int) -> Moves:
        """What follows from the declared sensitivity, in units of the last place, where `slack` is what rounding may
        move each element besides."""

    def distance(self, moves: Moves) -> int:
        """What grows with the distance that its sensitivity speaks of."""

    def sampler(self, moves: Moves, count: int) -> Sampler:
        """What draws the noise of `count` elements."""

    def promise(self, sampler: Sampler, scale: int, price: Price | None = None, step: Any = None) -> Promise:
        """What a value with noise of this sampler costs, and how wrong the noise makes it; `price` and `step` where it
        was paid for beforehand."""


@dataclass(frozen=True, slots=True)
class Figure:
    """What is public of a value before its noise: the noise asked for, how far one unit moves the value, how many
    elements it has, and where they lie, in units of the last place, of which 2^scale make one. `text` is the value as
    the program writes it, "" where that is not known; it is divided by `over` once it has its noise."""

    noise: JointNoise
    moves: Moves
    size: int
    scale: int
    lo: int
    hi: int
    text: str = ""
    over: int = 1


@dataclass(frozen=True, slots=True)
class Promise:
    """What is known of a value that noise was added to: the event, what a ledger books for it, the mean of |noise| and
    the bound that |noise| is within with a chance of 95%, in the value's own unit; what it rests on besides; and of
    which figure all that is said."""

    event: Event
    charge: Price
    mean_error: float
    error: float
    step: Any = None
    """Of what was paid beforehand, the step that this is."""
    rests_on: str = ""
    figure: Figure | None = None

    def of(self, figure: Figure) -> Promise:
        """The same, of this figure and in its unit."""
        return replace(self, mean_error=self.mean_error / figure.over, error=self.error / figure.over, figure=figure)

    def __str__(self) -> str:
        paid = self.charge if self.step is None else f"{self.step}, paid for beforehand"
        said = f"{paid}, {self.event.neighbours}; noise within {self.error:.3g} in 19 of 20 cases"
        return f"{said}; {self.rests_on}" if self.rests_on else said


@dataclass(frozen=True, slots=True, kw_only=True)
class Laplace:
    """Discrete Laplace noise of scale L1 / epsilon: (epsilon, delta)-differential privacy with a delta below
    (1 + e^epsilon) 2^-50, since it is drawn on secret bits of finite precision.

    `epsilon`: above 0, taken exactly; larger is weaker. `neighbours`: by default one record is put in the place of
    another. `sensitivity`: how far one unit moves all elements of the value together (L1), in the value's own unit,
    where it does not follow from the expression. Raises LocalError as `amounts.positive`.
    """

    epsilon: AnyNumber
    neighbours: Neighbours = RECORDS
    sensitivity: AnyNumber | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "epsilon", exact_epsilon(self.epsilon))
        check_noise(self)

    @property
    def _epsilon(self) -> Fraction:
        return positive(self.epsilon, "epsilon")

    def declared(self, steps: Fraction, slack: int, elements: int) -> Moves:
        """The L1 of the encoded values, all of it in one element."""
        return Moves.alike(1, -(-steps // 1) + slack * elements)

    def distance(self, moves: Moves) -> int:
        """L1."""
        return moves.l1

    def sampler(self, moves: Moves, count: int) -> JointLaplace:
        """LocalError `noise-out-of-range`."""
        return joint_laplace(Fraction(moves.l1) / self._epsilon, count)

    @property
    def event(self) -> LaplaceEvent:
        """What it costs where it is drawn exactly."""
        return LaplaceEvent(1 / self._epsilon, self.neighbours)

    def promise(self, sampler: Sampler, scale: int, price: Price | None = None, step: Any = None) -> Promise:
        """Charged as an epsilon with its delta, unless it was paid for with others."""
        assert isinstance(sampler, JointLaplace)
        event = NearEvent(self.event, sampler.tau)
        return _promise(event, price or self.price_of(event), laplace_error(sampler.scale), scale, step)

    def price_of(self, event: NearEvent) -> Price:
        """An epsilon and the delta of what the draw is off by."""
        return Price((charge_of(event),))


@dataclass(frozen=True, slots=True, kw_only=True)
class Gaussian:
    """Discrete Gaussian noise of sigma^2 = L2^2 / (2 rho), within 2^-50 of rho-zero-concentrated privacy.

    Asked for by `rho`, or by `epsilon` and `delta`: then rho is as large as the tight conversion allows (Canonne,
    Kamath, Steinke, NeurIPS 2020, corollary 13), with the 2^-50 counted in. With `rho`, `delta` is that with which its
    epsilon is charged, 10^-9 if not given. `sensitivity` is L2; the rest as of `Laplace`. Raises LocalError as
    `amounts.positive` and `probability`; `wrong-amount` where neither or both are given; `delta-too-small`.
    """

    rho: AnyNumber | None = None
    epsilon: AnyNumber | None = None
    delta: AnyNumber | None = None
    neighbours: Neighbours = RECORDS
    sensitivity: AnyNumber | None = None

    def __post_init__(self) -> None:
        if (self.rho is None) == (self.epsilon is None) or (self.epsilon is not None and self.delta is None):
            raise LocalError(
                "wrong-amount", "noise by neither rho nor epsilon, or both", "rho=, or epsilon= and delta="
            )
        delta = DELTA if self.delta is None else probability(self.delta, "delta", below_one=True)
        rho = positive(self.rho, "rho") if self.rho is not None else _largest_rho(self.epsilon or 0, delta)
        object.__setattr__(self, "rho", rho)
        object.__setattr__(self, "delta", delta)
        check_noise(self)

    @property
    def _rho(self) -> Fraction:
        return positive(self.rho or 0, "rho")

    def declared(self, steps: Fraction, slack: int, elements: int) -> Moves:
        """The L2 of the encoded values is at most that of the exact ones and of all roundings."""
        return Moves.alike(1, -(-steps // 1) + slack * elements)

    def distance(self, moves: Moves) -> int:
        """The square of L2."""
        return moves.l2_squared

    def sampler(self, moves: Moves, count: int) -> JointGaussian:
        """LocalError `noise-out-of-range`."""
        return joint_gaussian(Fraction(moves.l2_squared) / (2 * self._rho), count)

    @property
    def event(self) -> GaussianEvent:
        """What it costs where it is drawn exactly."""
        return GaussianEvent(1 / (2 * self._rho), self.neighbours, discrete=True)

    @property
    def given_delta(self) -> Fraction:
        """With which its epsilon is charged."""
        return probability(self.delta or 0, "delta")

    def promise(self, sampler: Sampler, scale: int, price: Price | None = None, step: Any = None) -> Promise:
        """Charged as the epsilon that holds with its delta, or as its rho with the distance of its draws, unless it was
        paid for with others."""
        assert isinstance(sampler, JointGaussian)
        event = NearEvent(self.event, sampler.tau)
        of_noise = gaussian_error(Fraction(float(sampler.variance) ** 0.5))
        return _promise(event, price or self.price_of(event), of_noise, scale, step)

    def price_of(self, event: NearEvent) -> Price:
        """What was asked for, of which rho was made, else the epsilon by the best accountant; and the rho."""
        rho = rho_of(event)
        if self.epsilon is None:
            return Price((rho, charge_of(event, delta=self.delta)))
        return Price((charge(epsilon=self.epsilon, delta=self.delta or 0, neighbours=self.neighbours), rho))


def _promise(event: NearEvent, price: Price, of_noise: NoiseError, scale: int, step: Any) -> Promise:
    return Promise(event, price, of_noise.mean / 2**scale, of_noise.bound / 2**scale, step)


class _Asked(Protocol):
    """What all noise is asked for with."""

    @property
    def neighbours(self) -> Neighbours: ...

    @property
    def sensitivity(self) -> AnyNumber | None: ...


def check_noise(noise: _Asked) -> None:
    """The neighbours and the sensitivity. LocalError `wrong-neighbours`, and as `amounts.positive`."""
    if not isinstance(noise.neighbours, Neighbours):
        raise LocalError(
            "wrong-neighbours",
            f"neighbours= is of type {type(noise.neighbours).__name__}",
            "mpc.privacy.substitute() or mpc.privacy.add_or_remove()",
        )
    if noise.sensitivity is not None:
        object.__setattr__(noise, "sensitivity", positive(noise.sensitivity, "the sensitivity"))


def exact_epsilon(value: AnyNumber) -> Fraction:
    """From above 0 to MOST_EPSILON. LocalError as `amounts.positive`, and `amount-out-of-range`."""
    exact = positive(value, "epsilon")
    if exact > MOST_EPSILON:
        raise LocalError(
            "amount-out-of-range",
            f"epsilon is {printed(exact)}, for which noise that is only near what it should be is no promise",
            f"an epsilon of at most {MOST_EPSILON}; one above 10 protects hardly anything",
        )
    return exact


def _largest_rho(epsilon: AnyNumber, delta: Fraction) -> Fraction:
    """The largest rho up to 2 epsilon, less 2^-20 of it, that is (epsilon, delta) with what samplers are off by."""
    wanted = exact_epsilon(epsilon)
    rest = left_of_delta(wanted, delta)
    low, high = Fraction(0), 2 * wanted
    while low < high - high / (1 << _COARSE):
        low, high = _halved(high, wanted, rest)
    return positive(low, "rho")


def _halved(most: Fraction, wanted: Fraction, rest: Fraction) -> tuple[Fraction, Fraction]:
    """A rho that is (wanted, rest), or 0, and one 2^-40 of `most` above it, which is `most` or is not."""
    low, high = Fraction(0), most
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if Concentrated(middle).epsilon(rest) <= wanted else (low, middle)
    return low, high


def left_of_delta(epsilon: Fraction, delta: Fraction) -> Fraction:
    """What of delta is left for noise that is off by MOST_TAU. LocalError `delta-too-small`."""
    rest = delta - (1 + exp_up(epsilon)) * MOST_TAU
    if rest <= 0:
        raise LocalError(
            "delta-too-small",
            f"delta {printed(delta)} is less than what drawn noise is off by, (1 + e^epsilon) 2^-50",
            "a larger delta, 1e-9 say",
        )
    return rest
