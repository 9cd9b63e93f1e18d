"""A circuit from inputs to outputs, all phases one after the other, on transfers that stand in the session."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from mpc.context import Context
from mpc.errors import LocalError
from protocols.authenticated.common import Common, give_common
from protocols.authenticated.dependent import garble_circuit
from protocols.authenticated.ends import Ends, set_up
from protocols.authenticated.garbling import Garbled
from protocols.authenticated.independent import independent
from protocols.authenticated.online import evaluate_masked
from protocols.authenticated.outputs import joined, open_outputs
from protocols.authenticated.task import Task

Bytes = npt.NDArray[np.uint8]
AT_ONCE = 1 << 19
"""ANDs that are garbled and evaluated together, or those of one instance: some 300 MB at either party."""
_NAME = "authenticated garbling"


@dataclass(slots=True, eq=False)
class Standing:
    """The transfers that stand in a session: set up by the first circuit, thrown away for good when one fails."""

    ends: Ends | None = field(default=None, repr=False)
    busy: bool = False
    discarded: bool = False

    def check(self) -> None:
        """LocalError `transfers-discarded`, `calls-at-once` where a circuit cannot be computed now."""
        if self.discarded:
            raise LocalError(
                "transfers-discarded", "a circuit by authenticated garbling has failed in this session",
                "begin a new session: offsets and transfers on which somebody may have bet are not used again",
            )  # fmt: skip
        if self.busy:
            raise LocalError(
                "calls-at-once", "two circuits by authenticated garbling at a time: one would be taken for the other",
                "await one before the next; instances of one circuit are computed side by side",
            )  # fmt: skip

    @contextmanager
    def in_use(self) -> Iterator[None]:
        """One circuit at a time; whatever ends it early ends the transfers. Errors as of `check`."""
        self.check()
        self.busy = True
        try:
            yield
        except BaseException:
            self.ends, self.discarded = None, True
            raise
        finally:
            self.busy = False


def standing(ctx: Context) -> Standing:
    """What stands in this session."""
    found: Standing = ctx.session.kept.setdefault(_NAME, Standing())
    return found


async def compute(ctx: Context, task: Task, inputs: Bytes, receivers: Sequence[int]) -> Bytes | None:
    """The outputs of a circuit, (bits, instances), at the receivers, None elsewhere.

    inputs: (bits, instances), this party's own and the public ones; the other's are ignored. Of a common one the first
    instance counts. Many instances are computed so many at a time, and all outputs are opened when all are checked: no
    input can be made to depend on an output.

    Secure against either party, whatever it does. Abort `authenticated-check-failed`, `ot-check-failed`, `wrong-coins`,
    PeerError; after any error the session's transfers are gone (`transfers-discarded`).
    """
    if not task.instances:
        return np.empty((len(task.circuit.ends), 0), np.uint8) if ctx.me in receivers else None
    own = standing(ctx)
    with own.in_use():
        if own.ends is None:
            own.ends = await set_up(ctx)
        common: Common | None = None
        masked = []
        for batch in batches(task):
            some = replace(task, instances=batch.stop - batch.start)
            garbled = await _garbled(ctx, own.ends, some, common)
            common = garbled.common
            if common is not None and not common.given:
                await give_common(ctx, own.ends, common, inputs[list(task.common), 0])
            masked.append(await evaluate_masked(ctx, own.ends, garbled, inputs[:, batch]))
            del garbled
        return await open_outputs(ctx, own.ends, joined(masked), receivers)


async def _garbled(ctx: Context, ends: Ends, task: Task, common: Common | None) -> Garbled:
    made = await independent(ctx, ends, task.size(common=common is None))
    return await garble_circuit(ctx, ends, task, made, common)


def batches(task: Task) -> Iterator[slice]:
    """The instances that are computed together: as few batches as may be, and alike."""
    most = max(1, AT_ONCE // max(1, task.circuit.ands))
    count = -(-task.instances // most)
    edges = [task.instances * i // count for i in range(count + 1)]
    return (slice(begin, end) for begin, end in pairwise(edges))
