"""A circuit from inputs to outputs, on garblings that are made just before or long before; what stands in a session."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from mpc.context import Context, Session
from mpc.errors import LocalError
from protocols.authenticated.ands import Size
from protocols.authenticated.common import Common, give_common
from protocols.authenticated.dependent import begun
from protocols.authenticated.online import evaluate_masked, give_inputs
from protocols.authenticated.outputs import Masked, joined, open_outputs
from protocols.authenticated.side import Side
from protocols.authenticated.steps import steps_of
from protocols.authenticated.streamed import Walk, ands_of, ended, go_on, segments
from protocols.authenticated.supplied import Supplied, garbled_ahead, goes_ahead, same_offsets
from protocols.authenticated.task import Task, load_of

Bytes = npt.NDArray[np.uint8]
AT_ONCE = 1 << 19
"""ANDs that are garbled and evaluated together, or as much in bits of input and output (`load_of`): some 300 MB at
either party."""
_NAME = "authenticated garbling"


@dataclass(slots=True, eq=False)
class Standing:
    """Where a session's garblings come from; whatever a circuit that fails has left is thrown away for good."""

    supplied: Supplied = field(default_factory=Supplied, repr=False)
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
            self.supplied, self.discarded = Supplied(), True
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
    PeerError, SupplyError; after any error nothing more is computed in the session (`transfers-discarded`).
    """
    if not task.instances:
        return np.empty((len(task.circuit.ends), 0), np.uint8) if ctx.me in receivers else None
    own = standing(ctx)
    with own.in_use():
        side: Side | None = None
        common: Common | None = None
        masked = []
        ahead, parts = _parts(ctx.session, task)
        for batch in parts:
            some, given = replace(task, instances=batch.stop - batch.start), inputs[:, batch]
            if not ahead and task.circuit.ands > AT_ONCE:
                side, common, made = await _streamed(ctx, own.supplied, some, given, side, common)
                masked.append(made)
                continue
            if ahead:
                side, garbled = await garbled_ahead(ctx, some, side)
            else:
                side, garbled = await own.supplied.garbled(ctx, some, side, common)
            common = garbled.common
            await _give_once(ctx, side, common, task, given)
            masked.append(await evaluate_masked(ctx, side, garbled, given))
            del garbled
        assert side is not None
        return await open_outputs(ctx, side, joined(masked), receivers)


async def _give_once(ctx: Context, side: Side, common: Common | None, task: Task, inputs: Bytes) -> None:
    if common is not None and not common.given:
        await give_common(ctx, side, common, inputs[list(task.common), 0])


async def _streamed(
    ctx: Context, supplied: Supplied, task: Task, inputs: Bytes, side: Side | None, common: Common | None
) -> tuple[Side, Common | None, Masked]:
    """An instance that is too large to be garbled at once: some gates, then the next ones."""
    steps, walk = steps_of(task.circuit), None
    for number, part in enumerate(segments(steps, AT_ONCE // task.instances)):
        owned = task.size(common=common is None).owned if number == 0 else (0, 0)
        own, made = await supplied.independent(ctx, Size(ands_of(part) * task.instances, owned))
        same_offsets(side, own)
        side = own
        if number == 0:
            garbled, masks = begun(ctx, side, task, made, common)
            common = garbled.common
            await _give_once(ctx, side, common, task, inputs)
            masked, labels = await give_inputs(ctx, side, garbled, inputs)
            if not ctx.planning:
                walk = Walk(side, task, steps, garbled.start)
                walk.begin(masks, labels, masked)
        await go_on(ctx, side, task, part, walk, made)
        del made
    assert side is not None
    return side, common, ended(task, walk)


def is_ahead(session: Session, task: Task) -> bool:
    """Whether the tables of a circuit are material."""
    return bool(task.instances) and _parts(session, task)[0]


def _parts(session: Session, task: Task) -> tuple[bool, Sequence[slice]]:
    """Whether it is garbled ahead, and the instances that are computed together; those that share an input and are
    garbled ahead are one piece, which has the mask of it."""
    if task.common and goes_ahead(session, task):
        return True, [slice(0, task.instances)]
    parts = list(batches(task))
    largest = max(part.stop - part.start for part in parts)
    return not task.common and goes_ahead(session, replace(task, instances=largest)), parts


def batches(task: Task) -> Iterator[slice]:
    """The instances that are computed together: as few batches as may be, and alike."""
    most = max(1, AT_ONCE // load_of(task.circuit))
    count = -(-task.instances // most)
    edges = [task.instances * i // count for i in range(count + 1)]
    return (slice(begin, end) for begin, end in pairwise(edges))
