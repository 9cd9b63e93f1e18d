"""Material made reveal by reveal: exactly what an expression takes, in one batch, just before its first message.

A real run runs the user's program once. An expression is recorded before it is computed, so its nodes tell, rehearsed
on shapes, what they will take. A batch is addressed by the path of the reveal.

Where the program has said that alike reveals follow (`mpc.horizon`), their material is made with that of the first;
with `guessing`, what is likely to be taken next is made while the program computes (`protocols.runs.ahead`). Both are
for the program's own calls, one after the other.

Reveals that are under way side by side may share nodes, and which of them computes such a node is a matter of timing,
which parties see differently. So where a reveal is not one of the program's own calls, each node has a batch of its
own, by its own path, whoever computes it; the supplier makes those that wait together. One of the program's own, which
has one batch for all, is refused if a reveal beside it computes something that it needs.
"""

from __future__ import annotations

import math
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import trio

from mpc.context import Context, Session
from mpc.errors import LocalError
from mpc.side_by_side import run_all
from mpc.supply import Entry, Path
from protocols.array.node import Node
from protocols.runs.ahead import Foreseen, Kinds, Repetition, Stock
from protocols.runs.rehearsal import Rehearsal, Taken

_OF_THE_PROGRAM = 2
"""The length of the path of a call that the program itself makes."""


class ByReveal:
    """Has material made for the reveals, and the prepared calls, of one party's session."""

    def __init__(self, session: Session, on_wait: Callable[[], None] = lambda: None, *, guessing: bool = False) -> None:
        """`on_wait` is called whenever something is about to wait for material. All parties guess, or none does."""
        self._on_wait = on_wait
        self._rehearsal = Rehearsal(session)
        self._supply = session.supply
        self._stock = Stock(session.supply, session.ledger)
        self._foreseen = Foreseen()
        self._guessing = guessing
        self._guessed, self._to_make = trio.open_memory_channel[list[Repetition]](math.inf)
        self._waiting = 0
        self._since = 0.0
        self.seconds = 0.0

    async def before(self, call: Context, nodes: Sequence[Node], *, apart: bool) -> bool:
        """Have made what computing these nodes takes; `call` is the reveal's, whose path names the batch."""
        if len(call.path) == _OF_THE_PROGRAM and not apart:
            raise _computed_beside(call)
        with self._timed():
            batches = {node.value.path: await self._entries(node) for node in nodes}
            if len(call.path) == _OF_THE_PROGRAM:
                await self._have(call.path, [entry for entries in batches.values() for entry in entries])
            else:
                await run_all([(self._provide, path, entries) for path, entries in batches.items() if entries])
        return False

    async def before_call(self, call: Context, function: Callable[..., Any], args: tuple[Any, ...]) -> tuple[Any, ...]:
        """Have made what `function(call, *args)` takes."""
        with self._timed():
            entries = _under(call.path, await self._rehearsal.call(function, args))
            if len(call.path) == _OF_THE_PROGRAM:
                await self._have(call.path, entries)
            elif entries:
                await self._provide(call.path, entries)
        return ()

    def horizon(self, n: int) -> None:
        """The next of the program's own calls that takes material is the first of n that take the same."""
        self._foreseen.say(n)

    async def beside(self, program: Callable[[], Awaitable[None]]) -> None:
        """Run the program, which ends with `finish`, and beside it make what is guessed; a failure of one ends both."""
        await run_all([(self._make_guessed,), (program,)])

    async def finish(self) -> None:
        """Nothing more is taken: burn what was made ahead and not used, when what is under way is made."""
        with self._timed():
            await self._guessed.aclose()
            await self._stock.burn()

    async def _entries(self, node: Node) -> list[Entry]:
        return _under(node.value.path, await self._rehearsal.node(node))

    async def _have(self, batch: Path, entries: list[Entry]) -> None:
        """Have ready what a call of the program's own takes, as a batch of its path where it has to be made."""
        if not entries:
            return
        entries.sort(key=lambda entry: entry[0])
        kinds = Kinds([kind for _, kind in entries])
        self._foreseen.comes(kinds)
        if self._stock.has(kinds):
            await self._stock.hand_out(kinds, entries)
        else:
            self._on_wait()
            await self._make(batch, self._stock.begin(kinds, self._foreseen.left(kinds)), entries)
        self._guess()

    async def _make(self, batch: Path, repetitions: Sequence[Repetition], entries: Sequence[Entry] = ()) -> None:
        """A batch of these entries and repetitions."""
        further = [entry for repetition in repetitions for entry in repetition.entries]
        try:
            await self._supply.provide(batch, [*entries, *further])
        finally:
            for repetition in repetitions:
                repetition.made.set()

    async def _provide(self, batch: Path, entries: Sequence[Entry]) -> None:
        self._on_wait()
        await self._supply.provide(batch, entries)

    def _guess(self) -> None:
        """Have the likely material of the next reveal made from now on, unless it lies ready."""
        kinds = self._foreseen.guess
        if self._guessing and kinds is not None and not self._stock.has(kinds):
            repetitions = self._stock.begin(kinds, max(1, self._foreseen.left(kinds)))
            if repetitions:
                self._guessed.send_nowait(repetitions)

    async def _make_guessed(self) -> None:
        async for repetitions in self._to_make:
            await self._make(repetitions[0].batch, repetitions)

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


def _computed_beside(call: Context) -> LocalError:
    return LocalError(
        "outputs-at-once",
        f"the program's own {call.name} needs a value that another one beside it computes: which does so is chance",
        "give it a context too, ctx.child(name), or compute the value before: await mpc.compute(ctx, x)",
        line=call.line,
    )


def _under(home: Path, taken: Taken) -> list[Entry]:
    """What a call at this path takes, by whole paths."""
    return [((*home, *path), kind) for path, kind in taken]
