"""A plan's parties in lockstep: what a reveal needs is counted for all of them at once, each kind of node run once.

A plan runs the program of every party. Where an expression is to be computed, the parties meet; one of them goes
through its nodes and counts for all, at the depth that each has reached, what a rehearsal of such a node has shown.
Nobody waits for a message between two nodes, and since one decides for all, no two go different ways: if the parties
don't come with the same nodes, as when reveals side by side share some, each computes its own, with messages.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import trio

from mpc.context import Context, Root, Session
from mpc.errors import ParleyError
from mpc.network.wire import Message, Tag
from mpc.planning import CountingSupply
from mpc.standing import StandingMaterial
from mpc.supply import Entry, Path
from protocols.array.lowering import lowering, note_way
from protocols.array.node import Node, Value
from protocols.runs.rehearsal import Rehearsal, Role, Taken, path_bytes
from protocols.shares import Share

LEADER = 0
_NOTHING = np.zeros(0, np.uint8)
_YIELD_EVERY = 256
"""Rows after which other tasks of the loop go on, as a network's: a few milliseconds."""

Row = tuple[Node, ...]
"""One node as each party has it, by index."""


Function = Callable[..., Awaitable[Any]]


@dataclass(slots=True)
class _Meeting:
    """Who has come, with which nodes (None if they stand on what others compute) or which function and arguments, and
    how it ended: `results` of a function by party, none if each has to call it."""

    calls: dict[int, Context] = field(default_factory=dict)
    nodes: dict[int, Sequence[Node] | None] = field(default_factory=dict)
    functions: dict[int, tuple[Function, tuple[Any, ...]]] = field(default_factory=dict)
    computed: bool = False
    results: list[Any] = field(default_factory=list)
    error: Exception | None = None

    @property
    def sessions(self) -> list[Session]:
        """Those of the parties, by index."""
        return [self.calls[i].session for i in sorted(self.calls)]

    def rows(self) -> list[Row] | None:
        """The nodes that all parties have come with; None if they have not come with the same."""
        columns = [self.nodes[i] for i in sorted(self.nodes)]
        try:
            rows = list(zip(*[c for c in columns if c is not None], strict=True))
        except ValueError:
            return None
        return rows if None not in columns and all(map(_alike, rows)) else None


class Lockstep:
    """The foresight of all sessions of one plan. `supplies`: theirs, by party."""

    def __init__(self, supplies: Sequence[CountingSupply]) -> None:
        self._supplies = supplies
        self._meetings: dict[Path, _Meeting] = {}
        self._rehearsal: Rehearsal | None = None
        self._moved: dict[Any, tuple[Share, ...]] = {}

    async def before(self, call: Context, nodes: Sequence[Node], *, apart: bool) -> bool:
        """Compute these nodes for all parties, where all come with the same ones."""
        meeting = self._meetings.setdefault(call.path, _Meeting())
        meeting.calls[call.me], meeting.nodes[call.me] = call, nodes if apart else None
        await self._met(call, meeting, self._compute_nodes)
        return meeting.computed

    async def before_call(self, call: Context, function: Function, args: tuple[Any, ...]) -> tuple[Any, ...]:
        """Call the function for all parties, where all come with the same one; what it has taken is counted."""
        meeting = self._meetings.setdefault(call.path, _Meeting())
        meeting.calls[call.me], meeting.functions[call.me] = call, (function, args)
        await self._met(call, meeting, self._call)
        return (meeting.results[call.me],) if meeting.computed else ()

    def horizon(self, n: int) -> None:
        """Nor ahead."""

    async def finish(self) -> None:
        """Nothing is left over."""

    async def _met(self, call: Context, meeting: _Meeting, compute: Callable[[_Meeting], Awaitable[None]]) -> None:
        """Meet the others at this call; the leader computes for all."""
        if call.me == LEADER:
            await self._lead(call, meeting, compute)
        else:
            _signal(call, LEADER)
            await _signalled(call, LEADER)
        if meeting.error is not None:
            raise meeting.error

    async def _lead(self, call: Context, meeting: _Meeting, compute: Callable[[_Meeting], Awaitable[None]]) -> None:
        """Wait for all, compute, and let the others go on however that has ended."""
        for other in call.others:
            await _signalled(call, other)
        del self._meetings[call.path]
        try:
            await compute(meeting)
        except Exception as error:
            meeting.error = error
        finally:
            for other in call.others:
                _signal(call, other)

    async def _compute_nodes(self, meeting: _Meeting) -> None:
        rows = meeting.rows()
        if rows is not None:
            await self._compute(meeting.sessions, rows)
            meeting.computed = True

    async def _call(self, meeting: _Meeting) -> None:
        calls = [meeting.calls[i] for i in sorted(meeting.calls)]
        functions, args = zip(*(meeting.functions[i] for i in sorted(meeting.functions)), strict=True)
        if len(functions) < len(calls) or any(function is not functions[LEADER] for function in functions):
            return
        rehearsal = self._rehearsal = self._rehearsal or Rehearsal(calls[LEADER].session)
        roles = await rehearsal.roles_of_call(calls, functions[LEADER], args)
        shallowest = min(call.depth for call in calls)
        for call, supply, role in zip(calls, self._supplies, roles, strict=True):
            before, call.depth = call.depth, shallowest + role.depth
            _note(call.session, call.path, call.line, role, shallowest, before)
            supply.count(_entries(call.path, role.taken))
        meeting.results, meeting.computed = [role.share for role in roles], True

    async def _compute(self, sessions: Sequence[Session], rows: Sequence[Row]) -> None:
        rehearsal = self._rehearsal = self._rehearsal or Rehearsal(sessions[LEADER])
        for number, row in enumerate(_in_order(rows)):
            if number % _YIELD_EVERY == _YIELD_EVERY - 1:
                await trio.lowlevel.checkpoint()
            node = row[LEADER]
            try:
                if lowering(node.operation, sessions[LEADER]).talks:
                    depths = [own.begins for own in row]
                    roles = await rehearsal.roles(row, depths)
                    for session, own in zip(sessions, row, strict=True):
                        note_way(session, own)
                    self._count(sessions, row, depths, roles)
                else:
                    self._run_local(row)
            except ParleyError as error:
                error.line = error.line or node.line
                raise

    def _run_local(self, row: Row) -> None:
        """A node without messages: its shares are those of the first such node."""
        key = row[LEADER].signature
        shares = self._moved.get(key)
        if shares is None:
            shares = self._moved[key] = tuple([_locally(node) for node in row])
        for node, share in zip(row, shares, strict=True):
            node.value.computed(share, node.begins)

    def _count(self, sessions: Sequence[Session], row: Row, depths: Sequence[int], roles: Sequence[Role]) -> None:
        value, line, shallowest = row[LEADER].value, row[LEADER].line, min(depths)
        entries = _entries(value.path, roles[LEADER].taken)
        for session, supply, node, role, before in zip(sessions, self._supplies, row, roles, depths, strict=True):
            _note(session, value.path, line, role, shallowest, before)
            same = role.taken is roles[LEADER].taken
            supply.count(entries if same else _entries(value.path, role.taken))
            node.value.computed(role.share, shallowest + role.depth)
            if session.on_call is not None:
                session.on_call()


def _note(session: Session, path: Path, line: str, role: Role, shallowest: int, before: int) -> None:
    """Count what a party did in a call at this path, which it began at a depth, and the shallowest at another one."""
    numbers = path_bytes(path)
    sent = [(sent.to, sent.bytes(numbers, shallowest)) for sent in role.sent]
    session.ledger.computed(line, before, shallowest + role.depth, sent, role.material)
    session.ledger.received_bytes += role.received
    if role.standing is not None:
        _adopt(session, role.standing)


def _entries(home: Path, taken: Taken) -> list[Entry]:
    return [((*home, *path), kind) for path, kind in taken]


def _adopt(session: Session, standing: StandingMaterial) -> None:
    for kind in session.standing.adopt(standing):
        session.ledger.material[kind.name] += kind.elements


def _locally(node: Node) -> Share:
    share: Share = lowering(node.operation, node.value.home.session).run(
        node.value.home, node, *[operand.value.share for operand in node.operands]
    )
    return share


def _alike(row: Row) -> bool:
    first = row[LEADER]
    here = first.operation, first.shape, first.kind, first.value.path
    return all(here == (node.operation, node.shape, node.kind, node.value.path) for node in row[1:])


def _in_order(rows: Sequence[Row]) -> list[Row]:
    """The rows so that each comes after those that it stands on."""
    places: dict[Value, int] = {row[LEADER].value: i for i, row in enumerate(rows)}
    users: list[list[int]] = [[] for _ in rows]
    missing = [0] * len(rows)
    for i, row in enumerate(rows):
        for operand in row[LEADER].operands:
            place = places.get(operand.value)
            if place is not None:
                users[place].append(i)
                missing[i] += 1
    order = [i for i, count in enumerate(missing) if not count]
    for i in order:  # grows as it is gone through
        for user in users[i]:
            missing[user] -= 1
            if not missing[user]:
                order.append(user)
    return [rows[i] for i in order]


def _signal(call: Context, to: int) -> None:
    """Nothing but a sign, which no account counts."""
    call.session.transport.send(to, Message(_place(call), 0, 0, _NOTHING))


async def _signalled(call: Context, by: int) -> None:
    await call.session.transport.receive(by, _place(call))


def _place(call: Context) -> Tag:
    return int(Root.MEETING), *call.path
