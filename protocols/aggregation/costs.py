"""What a round costs in bytes, step by step, before it begins."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from protocols.aggregation.enrolment import KEY_BYTES, SIGNATURE_BYTES
from protocols.aggregation.masks import packed_bytes
from protocols.aggregation.messages import COMMITMENT_BYTES, HEADER_BYTES, sealed_bytes
from protocols.aggregation.plan import AggregationPlan
from protocols.aggregation.refusals import impossible, too_many
from protocols.aggregation.shares_shamir79 import SHARE_BYTES
from protocols.aggregation.terms import Step

_NUMBER = 4
_CERTIFICATE = 1 + KEY_BYTES + 2 * 8 + SIGNATURE_BYTES


@dataclass(frozen=True, slots=True)
class StepBytes:
    """Of one step: what a client sends, the mean over clients, and then what the server answers it."""

    step: Step
    sent: int
    answered: int


def step_bytes(plan: AggregationPlan, *, clients: int | None = None, name_bytes: int = 16) -> list[StepBytes]:
    """Bytes a client of each step where nobody vanishes; exact where names have `name_bytes` characters.

    `clients`: how many advertise, all of the plan's if None. The server receives and sends as many times as much. Of
    chosen holders the mean is told: how many choose a client varies. Frames and TLS come on top.
    LocalErrors `aggregation-plan`, `aggregation-impossible` for more or fewer than the plan has.
    """
    n = plan.clients if clients is None else clients
    if not plan.least <= n <= plan.clients:
        raise (
            too_many(n, plan.clients)
            if n > plan.clients
            else impossible(f"{n} clients, and {plan.least} are the least")
        )
    return [StepBytes(step, HEADER_BYTES + sent, answered) for step, sent, answered in _bodies(plan, n, name_bytes)]


def _bodies(plan: AggregationPlan, n: int, name: int) -> Iterator[tuple[Step, int, int]]:
    holders, subset = plan.holders_among(n), -(-n // 8)
    keys, parcels = 2 * KEY_BYTES, _NUMBER + holders * (_NUMBER + sealed_bytes(plan, n))
    signed = SIGNATURE_BYTES if plan.malicious else 0
    entry = keys + signed + (_CERTIFICATE + name if plan.malicious else 0)
    listed = n * entry if plan.malicious else 2 * _NUMBER + holders * (_NUMBER + 1 + name + entry)
    yield Step.ADVERTISE, entry, HEADER_BYTES + _NUMBER + listed
    yield Step.SHARE_KEYS, COMMITMENT_BYTES + parcels, HEADER_BYTES + subset + parcels
    yield Step.MASKED_INPUT, signed + packed_bytes(plan.length, plan.bits), HEADER_BYTES + subset
    if plan.malicious:
        yield Step.CONSISTENCY, signed, HEADER_BYTES + subset + (plan.quorum + holders) * signed
    yield Step.UNMASK, _NUMBER + holders * (_NUMBER + 1 + SHARE_BYTES), 0
