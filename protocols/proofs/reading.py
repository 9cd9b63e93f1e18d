"""What all proofs have in common: bytes that are read strictly, batches of which the first that fails is told."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

import numpy as np

from mpc.algebra.group import Group, Points, Scalars
from protocols.proofs.refusals import unfit
from protocols.proofs.transcript import HEADER_BYTES, Bytes, Proof, Setting, Transcript

R = TypeVar("R")


def length_of(group: Group, points: int, scalars: int) -> int:
    """Bytes of a proof of so many elements and scalars."""
    return HEADER_BYTES + points * group.encoding_bytes + scalars * 8 * group.order.limbs


def as_bytes(header: bytes, *parts: Points | Scalars) -> Bytes:
    """A proof: its header, then elements, then scalars."""
    return np.concatenate([np.frombuffer(header, np.uint8), *(part.to_bytes().ravel() for part in parts)])


def from_bytes(
    setting: Setting, group: Group, statement: Transcript, proof: Proof, points: int, scalars: int
) -> tuple[Points, Scalars]:
    """So many elements and scalars of any bytes whatever; `statement` has absorbed setting and statement.

    PeerError `proof-length`, `malformed-proof`, `proof-of-another-session` or `proof-of-another-statement`.
    """
    wanted = length_of(group, points, scalars)
    sent = setting.of_length(proof, wanted)
    setting.check_header(sent[:HEADER_BYTES].tobytes(), statement)
    middle = HEADER_BYTES + points * group.encoding_bytes
    elements, good = Points.from_bytes(group, sent[HEADER_BYTES:middle].reshape(-1, group.encoding_bytes))
    numbers, below = Scalars.from_bytes(group.order, sent[middle:].reshape(-1, 8 * group.order.limbs))
    if not good.all() or not below.all():
        raise setting.prover.malformed()
    return elements, numbers


def require_all(
    settings: Sequence[Setting],
    read: Sequence[R],
    hold: Callable[[Sequence[R]], bool],
    alone: Callable[[R], bool] | None = None,
) -> None:
    """Return if all proofs hold together; else Abort `proof-refused` for the first that does not hold `alone`.

    Of no proofs at all nothing would follow: LocalError `wrong-statement`.

    By default that is `hold` of one, with weights drawn anew: where every one holds alone, one that does not has passed
    by a chance of one in the order. The first is refused then.
    """
    if not read:
        raise unfit("there are no proofs to verify, of which nothing would follow", "give all that are asked for")
    if hold(read):
        return
    by_itself = alone or (lambda one: hold([one]))
    failed = (setting for setting, one in zip(settings, read, strict=True) if not by_itself(one))
    raise next(failed, settings[0]).prover.failed()
