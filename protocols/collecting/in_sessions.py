"""Leader and helper as two parties of a session: what one waits for, the other sends, until the leader is done.

Two rounds a job, one for a closing, and one message at the end. The books decide, so a session that ends in the middle
costs nothing: in the next one the leader begins with what was open.
"""

from __future__ import annotations

import numpy as np

from mpc.context import Context
from mpc.context.spec import Spec
from protocols.collecting.helper import Helper
from protocols.collecting.leader import Leader
from protocols.collecting.refusals import malformed
from protocols.collecting.task import Selector

MOST_BYTES = 1 << 28
"""Of a message: 256 verifier shares of the longest types are below it."""
_END, _JOB, _CONFIRMATION, _CLOSING = range(4)


async def lead(
    ctx: Context,
    helper: int,
    leader: Leader,
    *,
    batch: bytes = b"",
    most: int | None = None,
    close: Selector | None = None,
) -> bytes | None:
    """Verify all that waits with party `helper`, which calls `help_with`; then close a batch, if one is named.

    Returns this party's part of the batch, for the collector; the helper's `part` gives the other. LocalError and
    PeerError as `Leader`; a PeerError names the helper.
    """
    name = ctx.names[helper]
    for job in leader.open_jobs():
        await _carry(ctx, helper, leader, job)
    for confirmation in leader.open_confirmations():
        leader.on_acknowledgement(await _ask(ctx, helper, _CONFIRMATION, confirmation), name)
    for _ in range(-(-leader.waiting // (most or leader.task.reports_at_once))):
        if (job_now := await ctx.in_thread(leader.next_job, batch, most)) is not None:
            await _carry(ctx, helper, leader, job_now)
    part = None
    if close is not None:
        leader.on_closed(await _ask(ctx, helper, _CLOSING, leader.close(close)), name)
        part = leader.part(close)
    _tell(ctx, helper, _END, b"")
    return part


async def help_with(ctx: Context, leader: int, helper: Helper) -> None:
    """Answer party `leader`, which calls `lead`, until it is done. PeerErrors as `Helper`, naming it."""
    name = ctx.names[leader]
    steps = {_JOB: helper.on_job, _CONFIRMATION: helper.on_confirmation, _CLOSING: helper.on_closing}
    while True:
        data = (await ctx.receive(leader, Spec(None, np.uint8, MOST_BYTES))).tobytes()
        if data == bytes([_END]):
            return
        if not data or data[0] not in steps:
            raise malformed(name, "message of a collection")
        answer = await ctx.in_thread(steps[data[0]], data[1:], name)
        ctx.send(leader, np.frombuffer(answer, np.uint8))


async def _carry(ctx: Context, helper: int, leader: Leader, job: bytes) -> None:
    name = ctx.names[helper]
    confirmation = await ctx.in_thread(leader.on_reply, await _ask(ctx, helper, _JOB, job), name)
    leader.on_acknowledgement(await _ask(ctx, helper, _CONFIRMATION, confirmation), name)


async def _ask(ctx: Context, helper: int, kind: int, data: bytes) -> bytes:
    _tell(ctx, helper, kind, data)
    return bytes((await ctx.receive(helper, Spec(None, np.uint8, MOST_BYTES))).tobytes())


def _tell(ctx: Context, to: int, kind: int, data: bytes) -> None:
    ctx.send(to, np.frombuffer(bytes([kind]) + data, np.uint8))
