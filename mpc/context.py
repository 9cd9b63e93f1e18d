"""The context: everything a protocol function sees.

A context belongs to one call. Its `path` is structural: each call takes its parent's next number, before anything is
scheduled, so that all parties give the same call the same path whatever their timing. The path addresses messages and
material and separates random streams. `depth` is the causal round count: a message carries its sender's depth, its
receiver is at least one deeper, a join takes the largest of its children.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any, Protocol, TypeVar
from zlib import crc32

import numpy as np
import numpy.typing as npt
import trio

from mpc.accounts.ledger import Ledger
from mpc.algebra.interface import Algebra, Bits
from mpc.algebra.packed_bits import PACKED
from mpc.algebra.ring import Z64
from mpc.algebra.shapes_only import SHAPES_OF_BITS, ShapesOfRing
from mpc.correlation import Correlation, Material
from mpc.domain_hash import DomainHash
from mpc.errors import LocalError, PeerError
from mpc.intake import Intake
from mpc.network.handshake import Agreement
from mpc.network.transport import Transport
from mpc.network.wire import MAX_DEPTH, Message
from mpc.prg import DomainPart, Prg, Seed
from mpc.side_by_side import run_all
from mpc.standing import Standing, StandingMaterial
from mpc.supply import Supply
from mpc.ways import Ways

R = TypeVar("R")
Array = npt.NDArray[Any]

OFF_LOOP_WORK = 4_000_000
"""Multiply-adds from which a local computation leaves the event loop: about a millisecond."""

PACKED_BYTES = 4096
"""Arrays that are added up together travel in one message up to this many bytes together."""


@dataclass(frozen=True, slots=True)
class Spec:
    """What a receiver accepts: exactly this dtype, and this shape; shape None is a flat array of at most `limit`."""

    shape: tuple[int, ...] | None
    dtype: type[np.generic] = np.uint64
    limit: int = 0

    def __str__(self) -> str:
        """As messages to people say it: uint8[19, 32], or at most so many of a kind in a row."""
        kind = np.dtype(self.dtype).name
        return f"{kind}{list(self.shape)}" if self.shape is not None else f"flat {kind} of at most {self.limit}"

    def admits(self, array: Array) -> bool:
        """Whether an array is what was announced."""
        if array.dtype != self.dtype:
            return False
        return array.shape == self.shape if self.shape is not None else array.ndim == 1 and array.size <= self.limit


class Root(IntEnum):
    """The calls that begin a session's paths: one number each, so that what they send and draw never meets."""

    PROGRAM = 0
    SHAPES = 1
    MATERIAL = 2
    STORES = 3
    SUITE = 4
    GOODBYE = 5
    STANDING = 6
    AHEAD = 7
    MEETING = 8
    PAILLIER_KEYS = 9


class Foresight(Protocol):
    """What is asked just before a computation: it has the material of it made in one batch, or computes it itself."""

    async def before(self, call: Context, nodes: Sequence[Any], *, apart: bool) -> bool:
        """Have everything ready that computing these nodes of an expression will take; `call` names the batch.

        `apart`: whether all that the nodes stand on is computed, or among them. True if they are computed now.
        """

    async def before_call(self, call: Context, function: Callable[..., Any], args: tuple[Any, ...]) -> None:
        """Have everything ready that `function(call, *args)` will take."""

    def horizon(self, n: int) -> None:
        """The next of the program's own calls that takes material is the first of n that take the same."""

    async def finish(self) -> None:
        """Nothing more is taken: burn and account for what was made ahead and not used."""


class CallAudit(Protocol):
    """What compares a finished call with its declared cost."""

    def record(self, ctx: Context, declared: Any) -> None:
        """One party left a call that declares its cost."""


@dataclass(slots=True)
class Session:
    """What all contexts of one party share.

    `factory` starts the suite (`protocols.suite.Factory`); None in a session that computes on no shares.
    `foresight` is asked before a computation; without one material is made on demand, or was before.
    `ways` says how the parties compute what there are several ways for, and for which network; `policies` are asked
    about the public description of every output before anything of it is sent (`protocols/outputs.py`), `keeper` says
    whether what costs privacy may be spent and writes it down (`protocols/consent/keeper.py`), `tolerance` is the
    largest error that one may have, and `leaving` holds the paths of the calls that have an output under way.
    `where` tells the line of the program that is running, for what a program calls by itself.
    `intake` counts what peers announce. `shadows` hold a simulation's values in floating point. `kept` is what
    protocols keep from call to call, by name.
    """

    transport: Transport
    supply: Supply
    agreement: Agreement
    factory: Any
    n: int
    fractional_bits: int = 16
    ring: Algebra = Z64
    audit: CallAudit | None = None
    private: Seed = field(default_factory=Seed.fresh)
    on_call: Callable[[], None] | None = None
    foresight: Foresight | None = None
    ways: Ways = field(default_factory=Ways)
    policies: tuple[Callable[[Any], None], ...] = ()
    keeper: Any = None
    tolerance: float | None = None
    shadows: Any = None
    where: Callable[[], str] | None = None
    intake: Intake = field(default_factory=Intake)
    suite: Any = field(default=None, init=False)
    leaving: set[tuple[int, ...]] = field(init=False, default_factory=set)
    others: list[int] = field(init=False)
    ledger: Ledger = field(init=False)
    standing: StandingMaterial = field(init=False, default_factory=StandingMaterial)
    kept: dict[str, Any] = field(init=False, default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        self.others = [j for j in range(self.n) if j != self.transport.me]
        self.ledger = Ledger(len(self.transport.names))

    async def start(self) -> None:
        """Start the session's suite, with calls of its own; before that, nothing can be computed on shares."""
        self.suite = await self.factory.start(self.root(Root.SUITE))

    async def settle(self, program: Context) -> None:
        """Before goodbye: check what the suite has opened and not checked yet, in the program's time.

        The program is then as deep as any of its calls, joined or not, as those of tasks in a nursery are not. Material
        that was made ahead and that nobody took is burned.
        """
        program.depth = max(program.depth, self.ledger.deepest)
        ctx = self.root(Root.GOODBYE)
        ctx.depth = ctx.entered = program.depth
        await self.suite.settle(ctx)
        program.join(ctx)
        if self.foresight is not None:
            await self.foresight.finish()

    @property
    def network(self) -> str:
        """The kind of network that the parties agreed to tune for, "" if none."""
        return self.ways.network

    @property
    def shapes_only(self) -> bool:
        """Whether this session computes with shapes alone, as plans do: its arrays have no content."""
        return isinstance(self.ring, ShapesOfRing)

    @property
    def bits(self) -> Bits:
        """The algebra of packed bits that goes with the ring."""
        return SHAPES_OF_BITS if self.shapes_only else PACKED

    def hash(self, domain: str) -> DomainHash:
        """A hash for this use in all calls of this session: what all its calls have in common, as a public key."""
        return DomainHash(domain, self.agreement.session)

    def root(self, number: int = Root.PROGRAM) -> Context:
        """The context a whole program runs in; `number` keeps programs of one session apart (`Root` in a run)."""
        return Context(self, (int(number),), "program", 0, 0, "")


NAME_BITS, MARKED = 12, 1 << 31
MARKS = MARKED >> NAME_BITS
"""Messages of a marked call carry in 32 bits that it is marked, a part of the mark, and a part of the names' label."""


class Context:
    """One call's view of its party: who it is, its peers, its material, its randomness."""

    __slots__ = (
        "_children", "_received", "_sent", "_streams", "_taken", "depth", "entered", "label", "line", "mark",
        "material", "me", "n", "name", "path", "payload", "session", "stamp",
    )  # fmt: skip

    def __init__(
        self, session: Session, path: tuple[int, ...], name: str, label: int, depth: int, line: str, mark: int = 0
    ) -> None:
        self.session = session
        self.me = session.transport.me
        self.n = session.n
        self.path = path
        self.name = name
        self.label = self.stamp = crc32(name.encode(), label)
        self.mark = mark
        if mark:
            self.remark(mark)
        self.depth = self.entered = depth
        self.line = line
        self.payload = 0
        self.material: dict[str, int] = {}
        self._children = self._taken = 0
        self._sent: dict[int, int] = {}
        self._received: dict[int, int] = {}
        self._streams: dict[object, int] = {}

    def __repr__(self) -> str:
        return f"<Context of {self.names[self.me]}, {self.name} {'.'.join(map(str, self.path))}>"

    @property
    def names(self) -> tuple[str, ...]:
        """The parties' names, by index."""
        return self.session.transport.names

    @property
    def everyone(self) -> range:
        """The indices of all computing parties."""
        return range(self.n)

    @property
    def others(self) -> list[int]:
        """The indices of all computing parties but this one."""
        return self.session.others

    @property
    def suite(self) -> Any:
        """The arithmetic suite of this session; `protocols.suite.suite_of` is the same with types."""
        return self.session.suite

    @property
    def ring(self) -> Algebra:
        """The ring or field of shared numbers."""
        return self.session.ring

    @property
    def bits(self) -> Bits:
        """The algebra of packed bits."""
        return self.session.bits

    @property
    def fractional_bits(self) -> int:
        """Fractional bits of fixed-point values."""
        return self.session.fractional_bits

    @property
    def planning(self) -> bool:
        """True where the program only runs to be counted: on the shapes of its inputs, with nothing sent."""
        return self.session.shapes_only

    # calls

    def child(
        self,
        name: str,
        *,
        line: str | None = None,
        depth: int | None = None,
        place: tuple[int, ...] = (),
        mark: int = 0,
    ) -> Context:
        """The context of the next call this one makes, or of one whose `place` among its calls is known.

        `mark` follows from all public numbers that the call computes with: messages of it and of its calls carry a part
        of it, and a party with other numbers is noticed. It is not 0; a call without one has its caller's.
        """
        path = (*self.path, *(place or (self.reserve(),)))
        depth = self.depth if depth is None else depth
        return Context(self.session, path, name, self.label, depth, line or self.line, mark or self.mark)

    @property
    def counted_at(self) -> str:
        """The line that what this call does counts for: its own, or of a program's own calls the one that runs."""
        if self.line:
            return self.line
        where = self.session.where
        return where() if where is not None and self.path[0] == Root.PROGRAM else ""

    def remark(self, mark: int) -> None:
        """Give the call the mark of what it has computed, for all messages from here on."""
        self.mark = mark
        self.stamp = MARKED | mark % MARKS << NAME_BITS | self.label % (1 << NAME_BITS)

    def reserve(self) -> int:
        """The number of the next call this one makes, taken now for a call that is made later."""
        self._children += 1
        return self._children

    def join(self, child: Context) -> None:
        """Take over what a finished call cost."""
        self.depth = max(self.depth, child.depth)
        self.payload += child.payload
        for kind, elements in child.material.items():
            self.material[kind] = self.material.get(kind, 0) + elements

    # messages

    def send(self, to: int, array: Array) -> None:
        """Queue a uint64 or uint8 array for party `to`; it must not be changed afterwards."""
        self._send((to,), array)

    def _send(self, receivers: Sequence[int], array: Array) -> None:
        """One message for all receivers, where it is the same for all: then it is prepared once."""
        message, session, line = None, self.session, self.counted_at
        for to in receivers:
            number = self._sent.get(to, 0)
            self._sent[to] = number + 1
            if message is None or message.tag[-1] != number:
                message = Message((*self.path, number), self.stamp, self.depth, array)
            session.ledger.sent(line, to, session.transport.send(to, message))
        self.payload += len(receivers) * array.nbytes

    async def receive(self, sender: int, spec: Spec) -> Array:
        """The next array that `sender` sends to this call, checked against what is expected of it."""
        number = self._received.get(sender, 0)
        self._received[sender] = number + 1
        message = await self.session.transport.receive(sender, (*self.path, number))
        if message.label != self.stamp:
            raise self._other_call(sender, message.label)
        if not spec.admits(message.array):
            got = f"{message.array.dtype}{list(message.array.shape)}"
            raise self._peer_error("unexpected-message", sender, f"sent {got}, not the {spec} this call expects")
        before, self.depth = self.depth, max(self.depth, min(message.depth + 1, MAX_DEPTH))
        if not self.line and self.depth > before and (line := self.counted_at):
            self.session.ledger.waited(line, before, self.depth)
        self.session.ledger.received_bytes += message.array.nbytes
        return message.array

    async def exchange(self, *arrays: Array) -> list[list[Array]]:
        """Send the same arrays to every other party; the result holds, for each array, all parties' by index."""
        self._send_all(arrays)
        specs = [Spec(a.shape, a.dtype.type) for a in arrays]
        result: list[list[Array]] = [[a] * self.n for a in arrays]
        for j in self.others:
            for k, spec in enumerate(specs):
                result[k][j] = await self.receive(j, spec)
        return result

    async def add_up(self, add: Callable[[Array, Array], Array], *arrays: Array) -> list[Array]:
        """Exchange arrays of one dtype and `add` up all parties', elementwise; small ones travel as one message."""
        if len(arrays) == 1 or sum(a.nbytes for a in arrays) > PACKED_BYTES:
            self._send_all(arrays)
            return [await self._total(add, array) for array in arrays]
        flat = np.concatenate(arrays, axis=None)
        self._send(self.session.others, flat)
        flat = await self._total(add, flat)
        totals, start = [], 0
        for a in arrays:
            totals.append(flat[start : start + a.size].reshape(a.shape))
            start += a.size
        return totals

    def _send_all(self, arrays: tuple[Array, ...]) -> None:
        for array in arrays:
            self._send(self.session.others, array)

    async def _total(self, add: Callable[[Array, Array], Array], array: Array) -> Array:
        spec = Spec(array.shape, array.dtype.type)
        for j in self.others:
            array = add(array, await self.receive(j, spec))
        return array

    async def drained(self, to: int) -> None:
        """Wait until all that was sent to party `to` has left: who sends much while it computes keeps little of it."""
        await self.session.transport.drained(to)

    # material and randomness

    async def take(self, kind: Correlation) -> Material:
        """This party's share of fresh material of this kind, burned as it is handed out."""
        self._taken += 1
        elements, session = kind.elements, self.session
        self.material[kind.name] = self.material.get(kind.name, 0) + elements
        session.ledger.took(self.counted_at, kind.name, elements)
        path = (*self.path, self._taken)
        material = session.supply.ready(path, kind)
        return material if material is not None else await session.supply.make(path, kind)

    async def standing(self, what: Standing) -> Material:
        """This party's share of what stands in the session: the same at every call, never burned, not to be changed.

        All parties ask for it. It counts as material of the session, not of the call that happened to be first. What
        may be done with it says `mpc.standing`. LocalError `standing-differs`, SupplyError `store-standing`.
        """
        session = self.session

        async def make() -> Material:
            session.ledger.material[what.kind.name] += what.kind.elements
            return await session.supply.standing((int(Root.STANDING), *what.address), what.kind)

        return await session.standing.get(what, make)

    def prg(self, usage: str) -> Prg:
        """A fresh stream of randomness that only this party knows."""
        return self.session.private.prg(usage, self.path, self._stream(usage))

    def pairwise_prg(self, other: int, usage: str) -> Prg:
        """A fresh stream known to this party and `other` only; both must ask for it in the same call."""
        seed = self.session.agreement.pairwise[other]
        if seed is None:
            raise LocalError("no-pairwise-seed", "a party shares no seed with itself", "ask for the seed with a peer")
        return seed.prg(usage, self.path, self._stream((usage, other)))

    def common_prg(self, usage: str) -> Prg:
        """A fresh stream known to all parties and chosen by none: public coins."""
        return self.session.agreement.common.prg(usage, self.path, self._stream((usage, "common")))

    def hash(self, domain: str, *apart: DomainPart) -> DomainHash:
        """A hash for this use in this call of this session; `apart` tells several uses of one domain from each other.

        All parties that ask in the same call with the same arguments get the same.
        """
        return DomainHash(domain, self.session.agreement.session, self.path, *apart)

    def _stream(self, use: object) -> int:
        number = self._streams.get(use, 0)
        self._streams[use] = number + 1
        return number

    # local work

    async def in_thread(self, function: Callable[..., R], *args: Any) -> R:
        """Run slow local work beside the event loop. Peers go on hearing from this party, and know that it works."""
        with self.session.transport.working():
            return await trio.to_thread.run_sync(function, *args)

    async def off_loop(self, work: int, function: Callable[..., R], *args: Any) -> R:
        """Run a local computation of about `work` multiply-adds, in a thread where it would stop the network."""
        if work < OFF_LOOP_WORK or self.session.shapes_only:
            return function(*args)
        return await self.in_thread(function, *args)

    def _other_call(self, peer: int, label: int) -> PeerError:
        """The peer is elsewhere in the program, or at the same call with other public numbers, as its label says."""
        if not (self.mark and label & MARKED and (label ^ self.stamp) % (1 << NAME_BITS) == 0):
            return self._peer_error("program-diverged", peer, "is at another call than this party, at the same place")
        return PeerError(
            "public-values-differ",
            f"{self.names[peer]} computes here with other public numbers than this party ({self.name})",
            "every party must compute with the same public numbers, shapes, ranges and circuits, and the same secrets "
            "in one order: read them from a file that all have, or put in as a secret what only one party has",
            party=self.names[peer],
            path=self.path,
            line=self.counted_at or None,
        )

    def _peer_error(self, code: str, peer: int, text: str) -> PeerError:
        name = self.names[peer]
        return PeerError(
            code,
            f"{name} {text} ({self.name})",
            "all parties must run the same program on inputs of the shapes they told; "
            "a program must not branch on what only one party knows",
            party=name,
            path=self.path,
            line=self.counted_at or None,
        )


_beside: ContextVar[Context | None] = ContextVar("call of this task", default=None)


def beside(home: Context) -> Context:
    """The call whose next number a value recorded from one of `home` takes.

    That is `home`, except in one of several calls side by side: there it is that call, since which of them comes first
    to take a number of a context that they have in common would depend on timing.
    """
    own = _beside.get()
    return home if own is None or own.session is not home.session else own


def line_of_task() -> str:
    """The line for which this task counts, where it is one of several calls side by side: of whoever began them."""
    own = _beside.get()
    return "" if own is None else own.line


async def together(ctx: Context, *calls: tuple[Any, ...]) -> list[Any]:
    """Run calls (function, argument, ...) side by side, each in a child context; their results in order.

    The rounds of calls side by side overlap: the caller is as deep as the deepest of them.
    """
    line = ctx.counted_at
    children = [ctx.child(getattr(call[0], "__name__", "call"), line=line) for call in calls]
    results: list[Any] = [None] * len(calls)

    async def run(i: int) -> None:
        function, *args = calls[i]
        token = _beside.set(children[i])
        try:
            results[i] = await function(children[i], *args)
        finally:
            _beside.reset(token)

    if len(calls) == 1:
        await run(0)
    else:
        await run_all([(run, i) for i in range(len(calls))])
    for child in children:
        ctx.join(child)
    return results
