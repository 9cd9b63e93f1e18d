"""One round of one session under one plan: its steps, and what ties every message, key and signature to it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from mpc.domain_hash import DomainHash
from mpc.errors import LocalError
from protocols.aggregation.plan import AggregationPlan

TAG_BYTES = 16
MOST_ROUNDS = 1 << 32


class Step(IntEnum):
    """The steps of a client, in their order. `CONSISTENCY` is there against a malicious server only."""

    ADVERTISE = 0
    SHARE_KEYS = 1
    MASKED_INPUT = 2
    CONSISTENCY = 3
    UNMASK = 4

    @property
    def title(self) -> str:
        """In words."""
        return self.name.lower().replace("_", " ")


@dataclass(frozen=True, slots=True)
class Terms:
    """`session` names the training, federation or study; `round` counts from 0 and is never used twice in a session.

    LocalError `aggregation-plan` for a round below 0 or from 2^32 on. `server` is what errors call the server.
    """

    plan: AggregationPlan
    session: str
    round: int
    server: str = "the server"

    def __post_init__(self) -> None:
        if not 0 <= self.round < MOST_ROUNDS:
            raise LocalError("aggregation-plan", f"rounds are numbered 0 to 2^32 - 1, not {self.round}", "count from 0")

    @property
    def steps(self) -> tuple[Step, ...]:
        """Those of this plan."""
        return tuple(step for step in Step if self.plan.malicious or step != Step.CONSISTENCY)

    @property
    def tag(self) -> bytes:
        """16 bytes of session and plan, which every message begins with."""
        return DomainHash("secure aggregation", "tag", self.session, self.plan.digest()).bytes(TAG_BYTES)

    @property
    def context(self) -> bytes:
        """32 bytes of session, plan and round, which every key and every signature is bound to."""
        return DomainHash("secure aggregation", "round", self.session, self.plan.digest(), self.round).bytes(32)
