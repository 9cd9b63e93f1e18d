"""What one endpoint has received and not yet claimed, who waits for what, and how waiting ends.

Both transports put what comes into a Mailbox and let `receive` wait in it. A message goes straight to the task
that waits for it, or waits for its task. The first failure ends everything: it wakes every task with the error. Where
it is that a peer has stopped, what had come before may still be claimed, as if the news had come later: it may be that
peer's part of a result.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from copy import copy

import outcome
import trio

from mpc.errors import LocalError, ParleyError, PeerError
from mpc.network.endings import STOPPED, gone_early, left_over
from mpc.network.wire import Limits, Message, Tag

OVERHEAD = 512
PLENTY = 1 << 26
"""So many bytes of one sender that nobody has asked for yet are enough for now."""
PAUSE_SECONDS = 0.25
_YIELD_EVERY = 64


class Mailbox:
    """The receiving half of one endpoint.

    `before_wait` is called when a task is about to wait, before it counts as waiting. `received[j]` counts the
    messages that have come from j.
    """

    def __init__(
        self,
        me: int,
        names: Sequence[str],
        before_wait: Callable[[], None] | None = None,
        limits: Limits | None = None,
    ) -> None:
        n = len(names)
        self._me = me
        self._names = tuple(names)
        self._before_wait = before_wait
        self._limit = (limits or Limits()).unclaimed_bytes
        self._room = [trio.lowlevel.ParkingLot() for _ in range(n)]
        self._arrived: list[dict[Tag, Message]] = [{} for _ in range(n)]
        self._waiting: list[dict[Tag, trio.lowlevel.Task]] = [{} for _ in range(n)]
        self._unclaimed = [0] * n
        self._left: list[dict[str, int] | None] = [None] * n
        self._gone: dict[int, PeerError] = {}
        self._gathering: set[trio.lowlevel.Task] = set()
        self._immediate = 0
        self.received = [0] * n
        self.error: ParleyError | None = None

    def put(self, sender: int, message: Message) -> None:
        """Takes a message in. PeerError when its tag is already waiting here, or too much is unclaimed."""
        self.received[sender] += 1
        tag = message.tag
        task = self._waiting[sender].pop(tag, None)
        if task is not None:
            trio.lowlevel.reschedule(task, outcome.Value(message))
            return
        arrived = self._arrived[sender]
        if tag in arrived:
            raise self._blame(sender, "unexpected-message", f"sent message {tag} twice")
        self._unclaimed[sender] += _held_by(message)
        if self._unclaimed[sender] > self._limit:
            raise self._blame(sender, "oversized-message", f"sent over {self._limit} bytes that nobody asked for yet")
        arrived[tag] = message

    def decided(self, sender: int, tag: Tag) -> bool:
        """Whether `get` would not wait: the message is here, or can never come."""
        gone = self.error is not None or sender in self._gone or self._left[sender] is not None
        return gone or tag in self._arrived[sender]

    async def get(self, sender: int, tag: Tag) -> Message:
        """The message of `sender` under `tag`, waiting for it; one receiver a tag.

        Raises what ended the session; but a message that has come is given though a peer has stopped since.
        """
        message = self._arrived[sender].pop(tag, None)
        if message is None:
            return await self._wait(sender, tag)
        self._unclaimed[sender] -= _held_by(message)
        if (room := self._room[sender]) and self._unclaimed[sender] <= PLENTY:
            room.unpark_all()
        self._immediate += 1
        if self._immediate % _YIELD_EVERY:
            await trio.lowlevel.checkpoint_if_cancelled()
        else:
            await trio.lowlevel.checkpoint()
        if self.error is not None and self.error.code not in STOPPED:
            raise copy(self.error)
        return message

    async def room(self, sender: int) -> None:
        """Waits while there is plenty of `sender` and nobody waits for more of it; for a moment at most.

        So a sender that is quicker than who computes on what it sends is slowed down, and memory stays bounded. Never
        for longer: it may have to be slow for everybody before anybody asks for its messages.
        """
        if self._unclaimed[sender] > PLENTY and not self._waiting[sender] and self.error is None:
            with trio.move_on_after(PAUSE_SECONDS):
                await self._room[sender].park()

    def leave(self, sender: int, counters: dict[str, int]) -> None:
        """`sender` has said bye. PeerError when somebody here still waits for a message of it."""
        self._left[sender] = counters
        for tag in self._waiting[sender]:
            raise gone_early(self._names[sender], tag)
        if self._all_left():
            self._wake_gathering(outcome.Value(None))

    def has_left(self, sender: int) -> bool:
        """Whether `sender` has said bye."""
        return self._left[sender] is not None

    async def everyone_left(self) -> list[dict[str, int] | None]:
        """Waits for every bye; returns the counters. PeerError when a message was never asked for."""
        if self._before_wait is not None:
            self._before_wait()
        self._check_open()
        if not self._all_left():
            task = trio.lowlevel.current_task()
            self._gathering.add(task)

            def abort(_: object) -> trio.lowlevel.Abort:
                self._gathering.discard(task)
                return trio.lowlevel.Abort.SUCCEEDED

            await trio.lowlevel.wait_task_rescheduled(abort)
        else:
            await trio.lowlevel.checkpoint()
        for sender, arrived in enumerate(self._arrived):
            for tag in arrived:
                raise left_over(self._names[sender], tag)
        return list(self._left)

    def fail(self, error: ParleyError) -> bool:
        """Ends the session with `error` and wakes everybody; False, and nothing, when it had failed before."""
        if self.error is not None:
            return False
        self.error = error
        for room in self._room:
            room.unpark_all()
        for waiting in self._waiting:
            for task in waiting.values():
                trio.lowlevel.reschedule(task, outcome.Error(copy(error)))
            waiting.clear()
        self._wake_gathering(outcome.Error(copy(error)))
        return True

    def part(self, sender: int, error: PeerError) -> None:
        """Gives up one sender: who waits for it gets the error, now and from here on; its bye is not waited for."""
        if sender in self._gone:
            return
        self._gone[sender] = error
        for task in self._waiting[sender].values():
            trio.lowlevel.reschedule(task, outcome.Error(copy(error)))
        self._waiting[sender].clear()
        if self._all_left():
            self._wake_gathering(outcome.Value(None))

    def parting(self, sender: int) -> PeerError | None:
        """Why `sender` was given up, if it was."""
        return self._gone.get(sender)

    def waiting(self) -> tuple[tuple[int, Tag], ...]:
        """For each endpoint that a task waits for: the endpoint, and one tag."""
        return tuple((sender, next(iter(tags))) for sender, tags in enumerate(self._waiting) if tags)

    def all_waits(self) -> Iterator[tuple[int, Tag | None]]:
        """Every sender and tag that a task waits for; with None, the senders whose bye is waited for."""
        for sender, tags in enumerate(self._waiting):
            yield from ((sender, tag) for tag in tags)
        if self._gathering:
            yield from ((sender, None) for sender in range(len(self._left)) if self._is_missed(sender))

    @property
    def idle(self) -> bool:
        """Whether no task waits for a message."""
        return not any(self._waiting)

    async def _wait(self, sender: int, tag: Tag) -> Message:
        if self._before_wait is not None:
            self._before_wait()
        self._check_open()
        if sender in self._gone:
            raise copy(self._gone[sender])
        waiting = self._waiting[sender]
        if tag in waiting:
            raise LocalError("unexpected-message", f"two tasks wait for message {tag} of {self._names[sender]}")
        if self._left[sender] is not None:
            raise gone_early(self._names[sender], tag)
        waiting[tag] = trio.lowlevel.current_task()
        self._room[sender].unpark_all()

        def abort(_: object) -> trio.lowlevel.Abort:
            del waiting[tag]
            return trio.lowlevel.Abort.SUCCEEDED

        message: Message = await trio.lowlevel.wait_task_rescheduled(abort)
        return message

    def _all_left(self) -> bool:
        return not any(self._is_missed(j) for j in range(len(self._left)))

    def _is_missed(self, sender: int) -> bool:
        return self._left[sender] is None and sender not in self._gone

    def _check_open(self) -> None:
        if self.error is not None:
            raise copy(self.error)

    def _wake_gathering(self, result: outcome.Outcome[None]) -> None:
        for task in self._gathering:
            trio.lowlevel.reschedule(task, result)
        self._gathering.clear()

    def _blame(self, sender: int, code: str, what: str) -> PeerError:
        name = self._names[sender]
        remedy = "see that every party runs the same program and the same version of Parley"
        return PeerError(code, f"{name} {what}", remedy, party=name)


def _held_by(message: Message) -> int:
    """The bytes that it takes here; an array without content, as plans have them, is one element however large."""
    array = message.array
    return (array.nbytes if any(array.strides) else array.itemsize) + OVERHEAD
