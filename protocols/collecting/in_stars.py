"""Reports on their way: a client joins the star of each aggregator, and sends until its report is taken.

Two stars, as no channel may carry both shares: the leader serves one, the helper the other, each under a certificate
of its own. A client is known by the name that it has there.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import trio

from mpc.errors import PeerError
from mpc.network.star import Came, StarClient, StarServer
from protocols.collecting.aggregator import Aggregator
from protocols.collecting.book import digest

TAKEN = "taken"
_REFUSALS = (
    "malformed-collecting-message", "report-replayed", "report-out-of-time", "too-many-reports",
)  # fmt: skip


async def take_reports(
    star: StarServer,
    aggregator: Aggregator,
    until: Callable[[], bool] = lambda: False,
    *,
    clock: Callable[[], float] = time.time,
) -> None:
    """Take what clients send, and tell each what became of it, until `until()` after a report.

    A report that is refused is told by its error's code alone; its client stays. LocalError `collecting-book`.
    """
    async for event in star:
        if isinstance(event, Came):
            told = await trio.to_thread.run_sync(_taken, aggregator, event, clock())
            star.send(event.client, event.tag, told.encode(), connection=event.connection)
            if until():
                return


async def deliver(star: StarClient, report: bytes, *, seconds: float = 60, tries: int = 5) -> None:
    """Send an aggregator its part of a report until it has it; over again where the line is lost, which counts once.

    PeerError `report-refused`, which names the aggregator and the code; or that of the last line, after so many tries.
    """
    for left in reversed(range(tries)):
        try:
            await star.send(_tag(report), report)
            told = await _answer(star, _tag(report), seconds)
            break
        except PeerError:
            if not left:
                raise
            await star.reconnect()
    if told != TAKEN.encode():
        code = next((code for code in _REFUSALS if code.encode() == told), "no code that is known")
        cause = f"{star.server} does not take the report: {code}"
        raise PeerError("report-refused", cause, "see the error codes of collections", party=star.server)


def _tag(report: bytes) -> tuple[int, ...]:
    """Of a report and of its answer, so that an answer that comes late is not taken for that of the next report."""
    return (0, int.from_bytes(digest(report)[:4], "big"))


async def _answer(star: StarClient, tag: tuple[int, ...], seconds: float) -> bytes:
    until = trio.current_time() + seconds
    while True:
        delivery = await star.receive(until - trio.current_time())
        if delivery.tag == tag:
            return delivery.content


def _taken(aggregator: Aggregator, event: Came, now: float) -> str:
    try:
        aggregator.upload(event.client, event.content, now)
    except PeerError as error:
        return error.code
    return TAKEN
