"""Material made reveal by reveal: exactly what an expression takes, in one batch, just before its first message.

A real run runs the user's program once. An expression is recorded before it is computed, so its nodes tell, rehearsed
on shapes, what they will take. A batch is addressed by the path of the reveal.

Reveals that are under way side by side may share nodes, and which of them computes such a node is a matter of timing,
which parties see differently. So where a reveal is not one of the program's own calls, one after the other, each node
has a batch of its own, by its own path, whoever computes it; the supplier makes those that wait together.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from mpc.context import Context, Session, run_all
from mpc.supply import Entry, Path
from protocols.array.node import Node
from protocols.runs.rehearsal import Rehearsal, Taken

_OF_THE_PROGRAM = 2
"""The length of the path of a call that the program itself makes."""


class ByReveal:
    """Has material made for the reveals, and the prepared calls, of one party's session."""

    def __init__(self, session: Session, on_wait: Callable[[], None]) -> None:
        """`on_wait` is called whenever something is about to wait for material."""
        self._on_wait = on_wait
        self._rehearsal = Rehearsal(session)
        self._supply = session.supply
        self._waiting = 0
        self._since = 0.0
        self.seconds = 0.0

    async def before(self, call: Context, nodes: Sequence[Node], *, apart: bool) -> bool:
        """Have made what computing these nodes takes; `call` is the reveal's, whose path names the batch."""
        with self._timed():
            batches = {node.value.path: await self._entries(node) for node in nodes}
            if len(call.path) == _OF_THE_PROGRAM:
                batches = {call.path: [entry for entries in batches.values() for entry in entries]}
            await run_all([(self._provide, path, entries) for path, entries in batches.items() if entries])
        return False

    async def before_call(self, call: Context, function: Callable[..., Any], args: tuple[Any, ...]) -> None:
        """Have made what `function(call, *args)` takes."""
        with self._timed():
            taken = await self._rehearsal.call(function, args)
            if taken:
                await self._provide(call.path, _under(call.path, taken))

    async def _entries(self, node: Node) -> list[Entry]:
        return _under(node.value.path, await self._rehearsal.node(node))

    async def _provide(self, batch: Path, entries: list[Entry]) -> None:
        self._on_wait()
        await self._supply.provide(batch, sorted(entries, key=lambda entry: entry[0]))

    @contextmanager
    def _timed(self) -> Iterator[None]:
        """Count into `seconds` the time in which anything waits for material."""
        if not self._waiting:
            self._since = time.perf_counter()
        self._waiting += 1
        try:
            yield
        finally:
            self._waiting -= 1
            if not self._waiting:
                self.seconds += time.perf_counter() - self._since


def _under(home: Path, taken: Taken) -> list[Entry]:
    """What a call at this path takes, by whole paths."""
    return [((*home, *path), kind) for path, kind in taken]
