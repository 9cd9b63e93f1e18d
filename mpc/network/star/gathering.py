"""Rounds on a real star: events in, messages that count out, as they come. Nothing is kept: a sum can be streamed."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import aclosing

import trio

from mpc.errors import PeerError
from mpc.network.star.events import Came
from mpc.network.star.rounds import Refused, Rounds
from mpc.network.star.server import StarServer


async def assemble(star: StarServer, rounds: Rounds, clients: int, seconds: float) -> tuple[str, ...]:
    """Waits until so many clients are here; who they are. PeerError `quorum-missed` after `seconds` without them."""
    until = trio.current_time() + seconds
    while len(rounds.here) < clients:
        star.say(f"{len(rounds.here)} of {clients} clients are here")
        event = await star.event(until - trio.current_time())
        if event is None:
            raise _too_few(star, rounds, clients, seconds)
        rounds.hear(event)
    return rounds.here


def _too_few(star: StarServer, rounds: Rounds, clients: int, seconds: float) -> PeerError:
    """Clients that came and went, or were refused, are another fault than clients that were never started."""
    counts = star.counts
    cause = f"{len(rounds.here)} clients are here after {seconds:.0f} seconds, and {clients} are needed"
    for what, by_code in (("went again", counts.lost), ("refused", counts.refused)):
        if by_code:
            cause += f"; {what}: " + ", ".join(f"{count} {code}" for code, count in sorted(by_code.items()))
    if counts.goodbyes:
        cause += f"; {counts.goodbyes} said goodbye"
    return PeerError("quorum-missed", cause, "start more of them, or wait longer; see what those say that went")


async def answers(
    star: StarServer, rounds: Rounds, on_refused: Callable[[Refused], None] | None = None
) -> AsyncIterator[Came]:
    """The messages that count in the step that `begin` or `next_step` has opened, each as it comes, until it is due.

    Close the step afterwards: `rounds.close()` says who has answered, or that they were too few. `on_refused` hears of
    messages that do not count. Cost: one message of each member; none is kept here.
    """
    while not rounds.due(trio.current_time()):
        star.say(rounds.line())
        event = await star.event(rounds.deadline - trio.current_time())
        if event is None:
            continue
        verdict = rounds.hear(event)
        if isinstance(verdict, Came):
            yield verdict
        elif verdict is not None and on_refused is not None:
            on_refused(verdict)


async def gather(star: StarServer, rounds: Rounds, take: Callable[[Came], None]) -> tuple[str, ...]:
    """Hands each message that counts to `take`, and closes the step: who has answered. PeerError `quorum-missed`."""
    async with aclosing(answers(star, rounds)) as coming:  # type: ignore[type-var]
        async for came in coming:
            take(came)
    return rounds.close()
