"""What a Flower server and its clients must have alike: who may take part, and how updates become whole numbers."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

from protocols import aggregation
from protocols.federated.side_by_side import SideBySide
from protocols.federated.updates import Updates, WeightedMean, weighted_mean


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowerTerms:
    """Public terms, the same in the ServerApp and in every ClientApp. Each side has them in its own code: a client
    takes none from the server.

    `clients` take part in a round at most. `dropouts`, `corrupted`, `malicious`: as of `aggregation.plan`. `updates`:
    clipping, rounding, the ring. `by_examples`: whether clients weigh as their examples, up to
    `updates.most_examples`; all alike otherwise. `examples` and `loss` are what the app calls these metrics.
    LocalError as of `aggregation.plan` and `ring-too-small`, when the size of the model is known.
    """

    clients: int
    dropouts: float | Fraction = Fraction(1, 3)
    corrupted: float | Fraction = Fraction(1, 5)
    malicious: bool = False
    updates: Updates = field(default_factory=Updates)
    by_examples: bool = True
    examples: str = "num-examples"
    loss: str = "train_loss"

    @property
    def demands(self) -> aggregation.Demands:
        """What a client asks of a plan: these terms, no less."""
        return aggregation.Demands(corrupted=self.corrupted, malicious=self.malicious)

    def coder(self, size: int) -> WeightedMean:
        """For a model of so many numbers: from updates to words, and from their sum to the mean."""
        return weighted_mean(self.updates, size, self.clients, by_examples=self.by_examples)

    def ring(self, size: int) -> SideBySide:
        """From words to the vector that is summed."""
        return SideBySide(self.coder(size).widths)

    def round(self, size: int, run: int, number: int) -> aggregation.Terms:
        """Of one round of one of Flower's runs."""
        ring = self.ring(size)
        plan = aggregation.plan(
            self.clients, ring.length, bits=ring.bits, dropouts=self.dropouts, corrupted=self.corrupted,
            malicious=self.malicious,
        )  # fmt: skip
        return aggregation.Terms(plan, f"flower run {run}", number, "the Flower server")
