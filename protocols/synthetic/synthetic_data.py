"""What everybody learns: noisy marginals along a tree, those that fit together, and as many rows as are asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt

import numpy as np
import numpy.typing as npt

from mpc.errors import LocalError
from protocols.privacy.amounts import count_of
from protocols.privacy.events import Event
from protocols.privacy.in_words import InWords
from protocols.privacy.ledger.charges import Price
from protocols.synthetic.domain import Domain
from protocols.synthetic.fitting import Measured, fit
from protocols.synthetic.sampling import rows_of
from protocols.synthetic.splitting import Split

MOST_ROWS = 1 << 31
Names = tuple[str, ...]
Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, repr=False)
class SyntheticData(InWords):
    """Synthetic data, public: all that follows from it is post-processing, and costs nothing more.

    `tree`: its edges, pairs of names, in the order in which they were chosen. `noisy`: marginals as they were revealed,
    by the names of their attributes, (categories,) or (categories, categories). `marginals`: of the same, what rows are
    made of; they fit together and are nowhere negative. `deviations`: of the noise in a cell of `noisy`, of one
    attribute and of two. `event` and `price`: what all of it cost.
    """

    domain: Domain
    tree: tuple[Names, ...]
    noisy: Mapping[Names, npt.NDArray[np.int64]]
    marginals: Mapping[Names, Numbers]
    deviations: tuple[float, float]
    event: Event
    price: Price

    @property
    def size(self) -> int:
        """About how many rows the parties have."""
        return round(float(self.marginals[self.domain.names[:1]].sum()))

    def rows(self, count: int | None = None, *, draw: int = 0) -> dict[str, npt.NDArray[np.generic]]:
        """So many synthetic rows, or about as many as there are: a column of categories by the name of each attribute.

        The same at all parties and in every run. `draw`, a whole number from 0 on, is another table of the same kind.
        Raises LocalError `wrong-amount`, `amount-out-of-range`, beyond MOST_ROWS rows too.
        """
        wanted = count_of(self.size if count is None else count, "how many rows")
        if wanted > MOST_ROWS:
            raise LocalError("amount-out-of-range", f"{wanted:,} rows", f"at most {MOST_ROWS:,} at once")
        numbers = {tuple(map(self.domain.names.index, names)): table for names, table in self.marginals.items()}
        tree = [marginal for marginal in numbers if len(marginal) > 1]
        found = rows_of(numbers, tree, wanted, count_of(draw, "the draw", 0))
        categories = zip(self.domain.names, self.domain.categories, found, strict=True)
        return {name: np.array(values)[codes] for name, values, codes in categories}

    def __str__(self) -> str:
        edges = ", ".join(" - ".join(edge) for edge in self.tree)
        return (
            f"synthetic data of about {self.size:,} rows along {edges}: {self.price}, {self.event.neighbours}; "
            f"deviations of cells {self.deviations[0]:.3g} and {self.deviations[1]:.3g}"
        )


def fitted(domain: Domain, measured: Measured, budget: Split) -> SyntheticData:
    """What follows from what was revealed."""
    noisy = {**measured.ones, **measured.twos}
    shapes = {marginal: tuple(domain.sizes[i] for i in marginal) for marginal in noisy}
    return SyntheticData(
        domain,
        tuple(_names(domain, edge) for edge in measured.twos),
        {_names(domain, m): cells.reshape(shapes[m]) for m, cells in noisy.items()},
        {_names(domain, m): cells for m, cells in fit(domain, measured).items()},
        (sqrt(measured.variance_of_ones), sqrt(measured.variance_of_twos)),
        budget.schedule.event,
        budget.schedule.price,
    )


def _names(domain: Domain, marginal: tuple[int, ...]) -> Names:
    return tuple(domain.names[i] for i in marginal)
