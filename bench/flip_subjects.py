"""The small computations whose messages `bench.flips` changes. All their randomness is fixed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from copy import deepcopy
from dataclasses import dataclass
from functools import cache, partial
from itertools import count
from typing import Any

import numpy as np
import trio

import mpc
from mpc.algebra.bits import pack, unpack
from mpc.context import Context
from mpc.network.transport import Transport, memory_network
from mpc.network.wire import Tag
from mpc.simulation import PartyRun, Setting, run_in_memory
from mpc.testing import insecure_agreements, insecure_seed, recording_network
from mpc.ways import Ways
from protocols.authenticated.common import give_common
from protocols.authenticated.dependent import garble_circuit
from protocols.authenticated.ends import Ends, set_up
from protocols.authenticated.independent import independent
from protocols.authenticated.online import evaluate
from protocols.authenticated.task import Task
from protocols.beaver import SUITE
from protocols.circuits.computing import computed
from protocols.garbled.half_gates_zre15 import HALF_GATES
from protocols.garbled.three_halves_rr21 import THREE_HALVES
from protocols.preprocessing.dealer import local_supplies
from protocols.shares import stack_planes
from protocols.suite import suite_of

Program = Callable[[Context], Awaitable[Any]]
FOREVER = 600.0
X, Y = np.array([1, 3, 2]), np.array([3, 2, 2])
OWNERS = (0, 0, 1, 1)
COMMON = 2
"""One value of y that all instances share."""


@mpc.circuit(x=mpc.UInt(2), y=mpc.UInt(2))
def product(x: Any, y: Any) -> Any:
    """Of two numbers, and which is larger: six ANDs or so."""
    return {"product": x * y, "larger": x > y}


@dataclass(frozen=True)
class Subject:
    """A program of so many parties, that gives `expected` to its receivers and None to others.

    `secure`: it promises right outputs or an error, whatever one party sends. `before`: of its messages only those that
    it sends before what is all of another one.
    """

    name: str
    program: Program
    expected: Sequence[Any]
    parties: int = 2
    garbling: str = "online"
    secure: bool = False
    receivers: Sequence[int] = range(9)
    before: Subject | None = None

    def run(self, transports: Sequence[Transport], seconds: float) -> list[PartyRun]:
        """What each party ends with. TooSlowError if it takes longer."""
        _ends()
        return _run(self.program, transports, seconds, self.garbling)

    def right(self, party: int, result: Sequence[Any]) -> bool:
        """Whether these are the outputs."""
        if party not in self.receivers:
            return all(output is None for output in result)
        return all(np.array_equal(found, right) for found, right in zip(result, self.expected, strict=True))

    def messages(self) -> list[tuple[int, int, Tag, int]]:
        """(sender, receiver, tag, bytes) of each message of an honest run that is to be changed, as they are sent."""
        transports, record = recording_network(self.parties)
        runs = self.run(transports, FOREVER)
        assert all(run.error is None and self.right(i, run.result) for i, run in enumerate(runs)), self.name
        found = [(each.sender, each.to, each.message.tag, each.message.array.nbytes) for each in record]
        if self.before is None:
            return found
        senders = Counter(sender for sender, *_ in found)
        senders.subtract(sender for sender, *_ in self.before.messages())
        numbers = {sender: count() for sender in senders}
        return [each for each in found if next(numbers[each[0]]) < senders[each[0]]]


def _run(program: Program, transports: Sequence[Transport], seconds: float, garbling: str = "online") -> list[PartyRun]:
    n = len(transports)

    async def main(ctx: Context, mine: None) -> Any:
        return await program(ctx)

    async def start() -> list[PartyRun]:
        with trio.fail_after(seconds):
            return await run_in_memory(
                main, [None] * n, local_supplies(n, [insecure_seed("dealt", i) for i in range(n)]),
                Setting(SUITE, collect_errors=True, ways=Ways(garbling=garbling)), transports=transports,
                agreements=insecure_agreements(n, "flips"), private=[insecure_seed("flips", i) for i in range(n)],
            )  # fmt: skip

    return trio.run(start)


@cache
def _ends() -> list[Ends]:
    """Transfers of both parties, of which each run has a copy."""
    return [run.result for run in _run(set_up, memory_network(2), FOREVER)]


async def _phases(ctx: Context, ends: Ends, task: Task, receivers: Sequence[int]) -> Sequence[Any]:
    """All that comes after the transfers are set up."""
    bits = np.concatenate([_bits(X), _bits(np.full_like(Y, COMMON) if task.common else Y)])
    mine = np.where(np.array(task.owners)[:, None] == ctx.me, bits, np.uint8(0))
    garbled = await garble_circuit(ctx, ends, task, await independent(ctx, ends, task.size()))
    if garbled.common is not None:
        await give_common(ctx, ends, garbled.common, mine[list(task.common), 0])
    opened = await evaluate(ctx, ends, garbled, mine, receivers)
    return (None, None) if opened is None else (opened[0] + 2 * opened[1], opened[2])


async def _authenticated(ctx: Context) -> Any:
    return await _phases(ctx, await set_up(ctx), Task(product, X.size, OWNERS), (0, 1))


async def _after_set_up(ctx: Context) -> Any:
    return await _phases(ctx, deepcopy(_ends()[ctx.me]), Task(product, X.size, OWNERS), (0, 1))


async def _common_input(ctx: Context) -> Any:
    return await _phases(ctx, deepcopy(_ends()[ctx.me]), Task(product, X.size, OWNERS, (2, 3)), (1,))


def _bits(numbers: Any) -> Any:
    return (numbers >> np.arange(2)[:, None] & 1).astype(np.uint8)


async def _on_shares(ctx: Context, by: str, **options: Any) -> Any:
    """On XOR-shared bits; inputs and opened outputs travel too."""
    suite, rows = suite_of(ctx), []
    for owner, number in enumerate([X, Y]):
        mine = np.stack([pack(row) for row in _bits(number)]) if ctx.me == owner else [None, None]
        rows += [await suite.input_bits(ctx, owner, row, X.shape) for row in mine]
    out = await getattr(suite, by)(ctx, product, stack_planes(rows), **options)
    bits = np.stack([unpack(row, X.size) for row in await suite.open_bits(ctx, out)])
    return bits[0] + 2 * bits[1], bits[2]


_CLEAR = computed(product, x=X, y=Y)
_WHOLE = Subject("authenticated", _after_set_up, _CLEAR, secure=True)
_COMMON = computed(product, x=X, y=COMMON)
_HALF, _THREE = (partial(_on_shares, by="garbled", scheme=scheme) for scheme in (HALF_GATES, THREE_HALVES))
SUBJECTS = {
    subject.name: subject
    for subject in (
        _WHOLE,
        Subject("authenticated-common", _common_input, _COMMON, secure=True, receivers=[1]),
        Subject("set-up", _authenticated, _CLEAR, secure=True, before=_WHOLE),
        Subject("half-gates", _HALF, _CLEAR),
        Subject("three-halves", _THREE, _CLEAR),
        Subject("half-gates-ahead", _HALF, _CLEAR, garbling="ahead"),
        Subject("bmr", partial(_on_shares, by="garbled_by_several"), _CLEAR, parties=3),
    )
}
"""By name."""
