"""Circuits that are garbled before their inputs are known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Self

import numpy as np

from mpc.algebra.bits import unpack, words_for
from mpc.algebra.interface import Z2k
from mpc.algebra.ring import U64, Words
from mpc.context import Context, Spec
from mpc.correlation import Material, Part
from mpc.errors import LocalError, PeerError
from mpc.prg import SEED_BYTES, Prg, Seed
from protocols.circuits.circuit import Circuit
from protocols.circuits.known import recall, remember
from protocols.garbled.schemes import SCHEMES
from protocols.garbled.walk import Execution, Scheme
from protocols.garbled.whole import LAYOUT, colours, garbled, shifted, table_words, well_formed
from protocols.preprocessing.kind import Kind
from protocols.preprocessing.kinds.labels import ODD
from protocols.preprocessing.tools import Tools
from protocols.preprocessing.transfers import Transfers

MOST_TABLE_WORDS = 1 << 27
"""Of one piece, a gibibyte: what one message carries."""
WORK_OF_AND = 50
"""An AND takes about as long as so many products."""

_NOTHING = np.empty((0,), U64)


@dataclass(frozen=True, slots=True, repr=False)
class Garbling(Kind):
    """A circuit garbled for `instances`, once, under an offset of its own: what `protocols.garbled.ahead` goes on with.

    Each input bit is the XOR of two: of a random bit c of the evaluator, who has its label, and of one that the garbler
    knows when it comes to it, of which that has the labels, the *masks*. `digest` says which circuit it is
    (`protocols.circuits.known`), `scheme` the place of the way of garbling in SCHEMES, `layout` that of the tables.
    LocalError `wrong-parameter`, LookupError for a circuit that nobody holds here.
    """

    digest: tuple[int, ...]
    instances: int
    scheme: int
    layout: int
    garbler: int
    evaluator: int
    circuit: Circuit = field(init=False, compare=False, repr=False)
    name: ClassVar[str] = "garbling"
    drawn: ClassVar[int] = 6

    def __post_init__(self) -> None:
        object.__setattr__(self, "circuit", recall(self.digest))
        whole = self.instances >= 1 and 0 <= self.scheme < len(SCHEMES) and self.layout == LAYOUT
        if self.garbler == self.evaluator or not whole:
            what = f"{self.instances} garblings by scheme {self.scheme} of party {self.garbler} for {self.evaluator}"
            raise LocalError("wrong-parameter", what, "two parties of one version of Parley take part")

    def __repr__(self) -> str:
        way = f"{self.way.name}, party {self.garbler} for {self.evaluator}"
        return f"<garbling of {self.instances} `{self.circuit.name}` by {way}, {self.ring}>"

    @classmethod
    def of(cls, ring: Z2k, circuit: Circuit, instances: int, scheme: Scheme, garbler: int, evaluator: int) -> Self:
        """The garbling of a circuit."""
        place = list(SCHEMES).index(scheme.name)
        return cls(ring, remember(circuit), instances, place, LAYOUT, garbler, evaluator)

    @property
    def of_circuit(self) -> Circuit:
        """The circuit that is garbled."""
        return self.circuit

    @property
    def way(self) -> Scheme:
        """How it is garbled."""
        return list(SCHEMES.values())[self.scheme]

    @property
    def count(self) -> int:
        """The bits of all inputs of all instances."""
        return (self.circuit.first_gate - 1) * self.instances

    @property
    def tables(self) -> int:
        """Words of the tables."""
        return table_words(self.circuit, self.instances, self.way)

    def encoding(self) -> tuple[int | str, ...]:
        """The numbers; the circuit is in its digest."""
        rest = self.instances, self.scheme, self.layout, self.garbler, self.evaluator
        return self.name, self.ring.bits, *self.digest, *rest

    def parts(self) -> tuple[Part, ...]:
        """Of the garbler the offset, the masks, a seed of dice; of the evaluator bits, their labels, the hash's start.

        Then the colours of the outputs' labels of zero, packed, at the garbler, and the tables at the evaluator.
        """
        return (
            Part((2,), "clear", self.garbler),
            Part((self.count, 2), "clear", self.garbler),
            Part((SEED_BYTES // 8,), "clear", self.garbler),
            Part((words_for(self.count),), "clear", self.evaluator),
            Part((self.count, 2), "clear", self.evaluator),
            Part((2,), "clear", self.evaluator),
            Part((len(self.circuit.ends), words_for(self.instances)), "clear", self.garbler),
            Part((self.tables,), "clear", self.evaluator),
        )

    def derive(self, *drawn: Words) -> tuple[Words, ...]:
        """The colours and the tables."""
        offset, masks, dice, bits, labels, start = drawn
        zeros = shifted(labels, unpack(bits, self.count), offset | ODD)
        return self._garbled(offset, zeros, masks, dice, start)

    @property
    def elements(self) -> int:
        """One for each AND of each instance."""
        return self.circuit.ands * self.instances

    @classmethod
    async def make(cls, ctx: Context, tools: Tools, kinds: Sequence[Self]) -> list[Material]:
        """Transfers for all of one direction together; then the garbler sends the tables of one after the other."""
        made: list[Material] = [(_NOTHING,) * 8] * len(kinds)
        for direction in sorted({(kind.garbler, kind.evaluator) for kind in kinds}):
            places = [i for i, kind in enumerate(kinds) if (kind.garbler, kind.evaluator) == direction]
            labels = await tools.own_labels(ctx, *direction, [kinds[i].count for i in places])
            for place, parts in zip(places, labels, strict=True):
                call = ctx.child("garbling")
                if ctx.me == kinds[place].garbler:
                    made[place] = await kinds[place]._send(call, *parts[:2])
                elif ctx.me == kinds[place].evaluator:
                    made[place] = await kinds[place]._receive(call, *parts[2:])
                ctx.join(call)
        return made

    def transfers(self, n: int) -> Transfers:
        """A random block for each input bit, which is told what to differ from its label by; and the tables."""
        return Transfers(
            ((self.count, 128),), "one", chosen=False, length=128, sender=self.garbler, receiver=self.evaluator,
            beside=self.tables,
        )  # fmt: skip

    async def _send(self, ctx: Context, offset: Words, zeros: Words) -> Material:
        masks, dice = ctx.prg("masks").words((self.count, 2)), ctx.prg("dice").words(SEED_BYTES // 8)
        work = WORK_OF_AND * self.elements
        made = await ctx.off_loop(work, self._garbled, offset, zeros, masks, dice, self._start(ctx))
        if self.tables:
            ctx.send(self.evaluator, made[1])
            await ctx.drained(self.evaluator)
        return offset, masks, dice, _NOTHING, _NOTHING, _NOTHING, made[0], _NOTHING

    async def _receive(self, ctx: Context, bits: Words, labels: Words) -> Material:
        tables, start = np.empty(0, U64), self._start(ctx)
        if self.tables:
            tables = await ctx.receive(self.garbler, Spec((self.tables,)))
            if not well_formed(Execution(self.circuit, self.instances, start), self.way, tables):
                raise self._malformed(ctx)
        return _NOTHING, _NOTHING, _NOTHING, bits, labels, start, _NOTHING, tables

    def _start(self, ctx: Context) -> Words:
        return ctx.hash("garbled ahead").words(2)

    def _garbled(self, offset: Words, zeros: Words, masks: Words, dice: Words, start: Words) -> tuple[Words, Words]:
        """Colours and tables; `zeros` are the labels of zero of the evaluator's bits."""
        execution = Execution(self.circuit, self.instances, start)
        stream = _stream(dice)
        inputs = (zeros ^ masks).reshape(-1, self.instances, 2)
        tables, outputs = garbled(execution, self.way, inputs, offset | ODD, stream)
        return colours(outputs), tables

    def _malformed(self, ctx: Context) -> PeerError:
        name = ctx.names[self.garbler]
        return PeerError(
            "malformed-message",
            f"{name} sent tables that no garbler of {self.way.name} makes ({ctx.name})",
            "see that both run the same version of Parley; otherwise that party is not to be trusted",
            party=name,
            path=ctx.path,
        )


def _stream(dice: Words) -> Prg:
    return Seed(dice.astype("<u8").tobytes()).prg("dice of a garbling")
