"""One round of one session under one plan: its steps, and what ties every message, key and signature to it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from operator import index
from typing import SupportsIndex

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

    LocalError `aggregation-plan` for a round below 0 or from 2^32 on, and for a session that is no text. `server` is
    what errors call the server.
    """

    plan: AggregationPlan
    session: str
    round: int
    server: str = "the server"

    def __post_init__(self) -> None:
        if not isinstance(self.session, str):
            raise LocalError("aggregation-plan", "a session's name is a text", "give a text, the same at all of them")
        if not isinstance(self.round, SupportsIndex) or not 0 <= (number := index(self.round)) < MOST_ROUNDS:
            cause = f"rounds are numbered 0 to 2^32 - 1, not {self.round!r}"
            raise LocalError("aggregation-plan", cause, "count from 0")
        object.__setattr__(self, "round", number)

    @property
    def steps(self) -> tuple[Step, ...]:
        """Those of this plan."""
        return tuple(step for step in Step if self.plan.malicious or step != Step.CONSISTENCY)

    @property
    def tag(self) -> bytes:
        """16 bytes of session and plan, which every message begins with."""
        return DomainHash("terms of aggregation", "tag", self.session, self.plan.digest()).bytes(TAG_BYTES)

    @property
    def context(self) -> bytes:
        """32 bytes of session, plan and round, which every key and every signature is bound to."""
        return DomainHash("terms of aggregation", "round", self.session, self.plan.digest(), self.round).bytes(32)
