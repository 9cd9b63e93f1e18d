"""What one site does in a round: train from the common weights, and make words of how its own moved."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from mpc.errors import LocalError
from mpc.prg import Prg, Seed
from protocols.federated.aggregate import Parts
from protocols.federated.figures import Figures, with_loss
from protocols.federated.layout import Vector, Weights
from protocols.federated.models import Data, Fitted, GradientModel, Model, ShiftedModel, by_place, rows_of
from protocols.federated.noisy_means import NoisyPeople, NoisySites
from protocols.federated.strategies import FedNova
from protocols.federated.terms import Terms
from protocols.federated.updates import Update, in_ring

Indices = npt.NDArray[np.int64]
Whole = npt.NDArray[np.int64]

_AT_ONCE = 1 << 24
"""Numbers of gradients that are held at a time."""


@dataclass(slots=True, repr=False)
class Site:
    """One site or client: its model, its data, its seed. What does not travel of its weights stays in `own`."""

    name: str
    terms: Terms
    model: Model
    data: Data
    seed: Seed
    held_out: Data = None
    users: npt.NDArray[Any] | None = None
    own: dict[str, npt.NDArray[Any]] = field(default_factory=dict)
    _noise: Callable[[], Whole] | None = field(init=False, default=None)
    _groups: Indices | None = field(init=False, default=None)
    _control: Vector | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self.data = by_place(self.data)
        rows = rows_of(self.data)
        if self.held_out is not None:
            self.held_out = by_place(self.held_out)
        coder = self.terms.coder
        if isinstance(coder, NoisyPeople):
            _require_gradients(self.model, self.name)
            self.users = None if self.users is None else _numbered(self.users, rows, self.name)
            people = rows if self.users is None else int(self.users.max(initial=-1)) + 1
            if people > coder.most_examples:
                raise LocalError(
                    "too-many-examples",
                    f"{self.name} has {people:,} people, and sums are sized for {coder.most_examples:,} at a site",
                    "Updates(most_examples=...) as large as the largest site, at all parties alike",
                )

            if coder.correlated is not None:
                self._groups = coder.correlated.correlated.groups(people, self.seed.prg("groups of people"))
        if isinstance(coder, NoisySites | NoisyPeople) and coder.correlated is not None and not coder.central:
            self._noise = coder.correlated.stream(coder.sampler, self.seed.prg("correlated noise"))

    def __repr__(self) -> str:
        return f"Site({self.name!r})"

    @property
    def has_held_out(self) -> bool:
        """Whether there is a row of held-out data."""
        return self.held_out is not None and rows_of(self.held_out) > 0

    def contribute(
        self, weights: Vector, number: int, common: Seed, *, chosen: bool = True, control: Vector | None = None
    ) -> Parts:
        """This site's words for a round that begins with these weights; of who is not chosen, a vector of zeros.
        `control`: the mean of all sites' control variates, where the strategy has any.

        Errors as of `update`.
        """
        found = self.update(weights, number, chosen=chosen, control=control)
        parts = self.terms.coder.words(found, self.stream(number), common)
        if self._noise is None:
            return parts
        bits = self.terms.coder.widths[0][1]
        return [in_ring(parts[0].astype(np.int64) + self._noise(), bits)]

    def stream(self, number: int) -> Prg:
        """What this site rounds by, and draws its noise from, in a round."""
        return self.seed.prg("federated update", number)

    def update(self, weights: Vector, number: int, *, chosen: bool = True, control: Vector | None = None) -> Update:
        """How this site's weights move in a round that begins with these.

        LocalError `update-not-finite`, `wrong-shape`, `wrong-dtype`, naming the site; what the model raises.
        """
        self._load(weights)
        try:
            return self._update(weights, number, control, chosen=chosen)
        except LocalError as error:
            error.party = error.party or self.name
            raise

    def evaluated(self, weights: Vector) -> Figures:
        """How good these weights are on this site's held-out data."""
        self._load(weights)
        return self._held_out()

    def _update(self, weights: Vector, number: int, control: Vector | None, *, chosen: bool) -> Update:
        figures = Figures() if self.terms.private else self._held_out()
        rows = rows_of(self.data)
        if not chosen or not rows:
            return Update(np.zeros(len(weights) + (0 if control is None else len(control))), figures)
        if isinstance(self.terms.coder, NoisyPeople):
            return Update(self._gradients(self.terms.coder, number), figures)
        local = self.terms.strategy.local
        if control is not None:
            local = replace(local, shift=self._shift(control))
        fitted = self.model.fit(self.data, local, self.seed.prg("federated training", number))
        moved = self._travelling(self.model.weights()) - weights
        if not np.isfinite(moved).all():
            raise _not_finite(self.name, int(np.count_nonzero(~np.isfinite(moved))))
        told = with_loss(figures, fitted.examples, fitted.loss)
        if isinstance(self.terms.strategy, FedNova):
            return self._by_steps(moved, told, _steps_of(fitted, self.name, self.model))
        if control is not None:
            return self._controlled(moved, told, control, _steps_of(fitted, self.name, self.model))
        return Update(moved, told)

    def _shift(self, control: Vector) -> Weights:
        """What a step is corrected by: this site's control variate less the mean of all."""
        if not (isinstance(self.model, ShiftedModel) and self.model.takes_shift):
            raise LocalError(
                "unsuitable-model",
                f"{self.name}: Scaffold corrects each step, and a model of type {type(self.model).__name__} does not "
                "take a correction",
                "ArrayModel or torch_model; or FedAvg, FedNova",
            )
        own = np.zeros(len(control)) if self._control is None else self._control
        return self.terms.layout.unflatten(own - control)

    def _controlled(self, moved: Vector, told: Figures, control: Vector, steps: int) -> Update:
        """With how this site's control variate moves: to the mean of what its steps would have been uncorrected."""
        own = np.zeros(len(control)) if self._control is None else self._control
        change = np.where(self.terms.layout.running, 0.0, -control - moved / steps)
        both = np.concatenate([moved, change])
        length = float(np.linalg.norm(both))
        self._control = own + change * min(1.0, self.terms.updates.clip / length if length else 1.0)
        return Update(both, told)

    def _by_steps(self, moved: Vector, told: Figures, steps: int) -> Update:
        """An update divided by its steps, but for running statistics, which no step makes."""
        return Update(np.where(self.terms.layout.running, moved, moved / steps), told, steps)

    def _load(self, weights: Vector) -> None:
        self.model.load({**self.own, **self.terms.layout.unflatten(weights)})

    def _travelling(self, weights: Weights) -> Vector:
        """The weights that travel, as a vector; the others are kept."""
        travel = {place.name for place in self.terms.layout.places}
        self.own = {name: np.asarray(array) for name, array in weights.items() if name not in travel}
        try:
            return self.terms.layout.flatten(weights)
        except LocalError as error:
            error.cause = f"{self.name}: {error.cause}"
            raise

    def _held_out(self) -> Figures:
        if not self.has_held_out:
            return Figures()
        found = self.model.evaluate(self.held_out)
        judged = 0 if found.correct is None else found.examples
        return Figures(
            held_out=found.examples, held_out_loss=found.loss * found.examples, held_out_judged=judged,
            held_out_correct=found.correct or 0,
        )  # fmt: skip

    def _gradients(self, coder: NoisyPeople, number: int) -> Vector:
        """The sum of this site's people's clipped gradients, in steps; of a group of them, where there are groups."""
        total = np.zeros(coder.size, np.int64)
        taken = self._taken(number)
        whose = None if self.users is None else self.users[taken]
        for block, users in _blocks(len(taken), whose, max(1, _AT_ONCE // coder.size)):
            rows = taken[block]
            gradients = self.model.gradients(tuple(part[rows] for part in self.data))  # type: ignore[attr-defined]
            total += coder.summed(self._flat(gradients, len(rows)), users)
        return total.astype(np.float64)

    def _taken(self, number: int) -> Indices:
        """The rows of the people who are in a round."""
        rows = np.arange(rows_of(self.data))
        if self._groups is None:
            return rows
        group = self._groups if self.users is None else self._groups[self.users]
        return rows[group == (number - 1) % self.terms.coder.noise.groups]  # type: ignore[attr-defined]

    def _flat(self, gradients: Weights, rows: int) -> npt.NDArray[np.float64]:
        """(rows, size). A weight without gradients would be moved by noise alone."""
        out = []
        for place in self.terms.layout.places:
            found = gradients.get(place.name)
            if found is None:
                raise LocalError(
                    "no-gradients",
                    f"{self.name}: the model tells no gradients of {place.name!r}, which noise alone would move",
                    "leave out what is not trained: federated.adapters_of(model, patterns of what is)",
                )
            if np.shape(found) != (rows, *place.shape):
                raise LocalError(
                    "wrong-shape",
                    f"{self.name}: the gradients of {place.name!r} for {rows} rows are of shape {np.shape(found)}",
                    "a gradient of the weight's shape for each row",
                )
            out.append(np.reshape(found, (rows, place.size)))
        return np.ascontiguousarray(np.concatenate(out, axis=1, dtype=np.float64))


def _blocks(rows: int, users: Indices | None, most: int) -> Iterator[tuple[Indices, Indices | None]]:
    """Rows in blocks of about so many, no user in two of them; and whose each is, by number in the block."""
    if users is None:
        for start in range(0, rows, most):
            yield np.arange(start, min(start + most, rows)), None
        return
    order = np.argsort(users, kind="stable")
    sorted_users = users[order]
    start = 0
    while start < rows:
        end = int(np.searchsorted(sorted_users, sorted_users[min(start + most, rows) - 1], side="right"))
        yield order[start:end], sorted_users[start:end] - sorted_users[start]
        start = end


def _numbered(users: Any, rows: int, name: str) -> Indices:
    """Users by number, from 0 without gaps."""
    ids = np.asarray(users)
    if ids.shape != (rows,):
        raise LocalError("wrong-shape", f"{name}: users of shape {ids.shape} for {rows} rows", "one user for each row")
    return np.unique(ids, return_inverse=True)[1].astype(np.int64)


def _require_gradients(model: Model, name: str) -> None:
    if not isinstance(model, GradientModel):
        raise LocalError(
            "no-gradients",
            f"{name}: a model of type {type(model).__name__} tells no gradients of single rows, which noise for a "
            "person is added to",
            "a model with gradients(data), as ArrayModel and torch_model have it; or SiteNoise",
        )


def _steps_of(fitted: Fitted, name: str, model: Model) -> int:
    """LocalError `no-steps` where the model does not say in how many it trained."""
    if fitted.steps is None or fitted.steps < 1:
        raise LocalError(
            "no-steps",
            f"{name}: a model of type {type(model).__name__} does not say how many steps it took, and the strategy "
            "divides by them",
            "Fitted(examples, loss, steps), as ArrayModel, torch_model and sklearn_model tell it; or FedAvg",
        )
    return fitted.steps


def _not_finite(name: str, count: int) -> LocalError:
    return LocalError(
        "update-not-finite",
        f"{count:,} numbers of the update of {name} are NaN or infinite",
        "a smaller rate, and data without NaN or infinities at that site. Nothing of this round was sent by it",
        party=name,
    )
