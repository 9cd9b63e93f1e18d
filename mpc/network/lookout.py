"""The moment in which a party has nothing to do but wait: what is queued leaves, and an answer is looked for.

An answer often comes sooner than a sleeping process wakes up, and what passes through the event loop takes longer to
hand over than to read. So a task that waits for a message, while no other task could run, reads its connection itself
for up to PATIENCE_SECONDS before it goes to sleep; less and less while that does not help, and then only for a try now
and then. A core that others want is left to them after every look.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from time import perf_counter

import trio

from mpc.network.peer import Peer
from mpc.network.wire import Tag

PATIENCE_SECONDS = 1e-3
_LEAST_PATIENCE = 10e-6
_SHORTEST_PAUSE, _LONGEST_PAUSE = 64, 4096

_leave_core: Callable[[], None] = getattr(os, "sched_yield", lambda: None)


class Lookout(trio.abc.Instrument):
    """Knows which tasks of the loop could run, and who has something to send.

    `take_in(peer)` reads what has come from a peer, `decided(sender, tag)` says whether a message need not be waited
    for. Neither waits.
    """

    def __init__(self, take_in: Callable[[Peer], None], decided: Callable[[int, Tag], bool]) -> None:
        self._take_in = take_in
        self._decided = decided
        self._dirty: dict[Peer, None] = {}
        self._runnable: set[trio.lowlevel.Task] = set()
        self._token = trio.lowlevel.current_trio_token()
        self._patience = PATIENCE_SECONDS
        self._pause = _SHORTEST_PAUSE
        self._skipped = 0
        self._held = False

    def add(self, peer: Peer) -> None:
        """Sends what is queued for `peer` once there is nothing else to do."""
        self._dirty[peer] = None

    def flush(self) -> bool:
        """Sends what is queued; True when a writer task was woken to go on."""
        woken = [peer for peer in self._dirty if peer.flush_now()]
        self._dirty.clear()
        return bool(woken)

    def look(self, peer: Peer, tag: Tag) -> None:
        """Sends what is queued, then takes in what comes from `peer` until its message under `tag` is decided.

        Gives up when another task could run, or when it takes too long.
        """
        if self._runnable:
            return
        self.flush()
        patience = self._next_patience()
        deadline = perf_counter() + patience
        while not self._runnable:
            if peer.arrivals.poll(0):
                self._take_in(peer)
                if self._decided(peer.index, tag):
                    self._patience, self._pause = PATIENCE_SECONDS, _SHORTEST_PAUSE
                    return
            if perf_counter() >= deadline:
                self._patience = min(self._patience, patience / 2)
                return
            _leave_core()

    def _next_patience(self) -> float:
        """How long to look this time. Tries that were in vain are made ever more rarely."""
        if self._patience >= _LEAST_PATIENCE:
            return self._patience
        self._skipped += 1
        if self._skipped < self._pause:
            return 0.0
        self._skipped, self._pause = 0, min(2 * self._pause, _LONGEST_PAUSE)
        return PATIENCE_SECONDS

    def task_scheduled(self, task: trio.lowlevel.Task) -> None:
        """Called by trio."""
        self._runnable.add(task)

    def before_task_step(self, task: trio.lowlevel.Task) -> None:
        """Called by trio."""
        self._runnable.discard(task)

    def before_io_wait(self, timeout: float) -> None:
        """Called by trio. What is queued waits for tasks that could run, which may have more to send, but for one pass.

        A writer task that is woken here needs another pass, which trio does not know of.
        """
        if not self._dirty:
            return
        self._held = bool(self._runnable) and not self._held
        if not self._held and self.flush():
            self._token.run_sync_soon(_nothing)


def _nothing() -> None:
    return
