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
from protocols.garbled.numbers import number_ports, parted, projected
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

    The circuit's first `late` input bits are the garbler's, who has labels of them, the *masks*, and tells one of each
    when it knows its bits. The `early` ones that follow are random bits of the evaluator, who has their labels. Each of
    the rest is the XOR of one of either sort. With `sums`, 0 or 1, outputs that are whole numbers become additive
    shares in `ring`; others are shared by colours. `digest` says which circuit it is (`protocols.circuits.known`),
    `scheme` the place of the way of garbling in SCHEMES, `layout` that of the tables. LocalError `wrong-parameter`,
    LookupError for a circuit that nobody holds here.
    """

    digest: tuple[int, ...]
    instances: int
    scheme: int
    layout: int
    garbler: int
    evaluator: int
    late: int = 0
    early: int = 0
    sums: int = 0
    circuit: Circuit = field(init=False, compare=False, repr=False)
    name: ClassVar[str] = "garbling"
    drawn: ClassVar[int] = 6

    def __post_init__(self) -> None:
        object.__setattr__(self, "circuit", recall(self.digest))
        whole = self.instances >= 1 and 0 <= self.scheme < len(SCHEMES) and self.layout == LAYOUT
        whole &= self.sums in (0, 1) and min(self.late, self.early, self.joint) >= 0
        if self.garbler == self.evaluator or not whole:
            what = f"{self.instances} garblings by scheme {self.scheme} of party {self.garbler} for {self.evaluator}"
            raise LocalError("wrong-parameter", what, "two parties of one version of Parley take part")

    def __repr__(self) -> str:
        way = f"{self.way.name}, {self.late} and {self.early} bits apart, party {self.garbler} for {self.evaluator}"
        return f"<garbling of {self.instances} `{self.circuit.name}` by {way}, {self.ring}{', sums' * self.sums}>"

    @classmethod
    def of(
        cls, ring: Z2k, circuit: Circuit, instances: int, scheme: Scheme, garbler: int, evaluator: int,
        *, late: int = 0, early: int = 0, sums: bool = False,
    ) -> Self:  # fmt: skip
        """The garbling of a circuit."""
        place = list(SCHEMES).index(scheme.name)
        apart = late, early, int(sums)
        return cls(ring, remember(circuit), instances, place, LAYOUT, garbler, evaluator, *apart)

    @property
    def of_circuit(self) -> Circuit:
        """The circuit that is garbled."""
        return self.circuit

    @property
    def way(self) -> Scheme:
        """How it is garbled."""
        return list(SCHEMES.values())[self.scheme]

    @property
    def joint(self) -> int:
        """Input bits that are the XOR of two."""
        return self.circuit.first_gate - 1 - self.late - self.early

    @property
    def masked(self) -> int:
        """Labels of which the garbler tells one: late and joint bits, of all instances."""
        return (self.late + self.joint) * self.instances

    @property
    def random(self) -> int:
        """Random bits of the evaluator: early and joint ones, of all instances."""
        return (self.early + self.joint) * self.instances

    @property
    def tables(self) -> int:
        """Words of the tables."""
        return table_words(self.circuit, self.instances, self.way)

    def encoding(self) -> tuple[int | str, ...]:
        """The numbers; the circuit is in its digest."""
        rest = self.instances, self.scheme, self.layout, self.garbler, self.evaluator
        return self.name, self.ring.bits, *self.digest, *rest, self.late, self.early, self.sums

    def parts(self) -> tuple[Part, ...]:
        """Of the garbler the offset, the masks, a seed of dice; of the evaluator bits, their labels, starts of hashes.

        Then of the garbler the colours of the outputs' labels of zero, packed, and its shares of numbers; of the
        evaluator the tables, and what its shares of numbers are corrected by.
        """
        numbers = number_ports(self.circuit) if self.sums else ()
        bits = sum(port.width for port in numbers)
        plain = len(self.circuit.ends) - bits
        return (
            Part((2,), "clear", self.garbler),
            Part((self.masked, 2), "clear", self.garbler),
            Part((SEED_BYTES // 8,), "clear", self.garbler),
            Part((words_for(self.random),), "clear", self.evaluator),
            Part((self.random, 2), "clear", self.evaluator),
            Part((4,), "clear", self.evaluator),
            Part((plain, words_for(self.instances)), "clear", self.garbler),
            self.of_ring((len(numbers), self.instances), "clear", self.garbler),
            Part((self.tables,), "clear", self.evaluator),
            self.of_ring((bits, self.instances), "clear", self.evaluator),
        )

    def derive(self, *drawn: Words) -> tuple[Words, ...]:
        """The outputs, the tables, the corrections."""
        offset, masks, dice, bits, labels, starts = drawn
        zeros = shifted(labels, unpack(bits, self.random), offset | ODD)
        return self._garbled(offset, zeros, masks, dice, starts)

    @property
    def elements(self) -> int:
        """One for each AND of each instance."""
        return self.circuit.ands * self.instances

    @classmethod
    async def make(cls, ctx: Context, tools: Tools, kinds: Sequence[Self]) -> list[Material]:
        """Transfers for all of one direction together; then the garbler sends the tables of one after the other."""
        made: list[Material] = [(_NOTHING,) * 10] * len(kinds)
        for direction in sorted({(kind.garbler, kind.evaluator) for kind in kinds}):
            places = [i for i, kind in enumerate(kinds) if (kind.garbler, kind.evaluator) == direction]
            labels = await tools.own_labels(ctx, *direction, [kinds[i].random for i in places])
            for place, parts in zip(places, labels, strict=True):
                call = ctx.child("garbling")
                if ctx.me == kinds[place].garbler:
                    made[place] = await kinds[place]._send(call, *parts[:2])
                elif ctx.me == kinds[place].evaluator:
                    made[place] = await kinds[place]._receive(call, *parts[2:])
                ctx.join(call)
        return made

    def transfers(self, n: int) -> Transfers:
        """A random block for each random bit, which is told what to differ from its label by; and the tables."""
        return Transfers(
            ((self.random, 128),), "one", chosen=False, length=128, sender=self.garbler, receiver=self.evaluator,
            beside=self.tables + _size(self.parts()[9]),
        )  # fmt: skip

    def inputs(self, told: Words, own: Words) -> Words:
        """Labels of all inputs (bits, instances, 2): from those of the masked bits and of the random ones, in order."""
        masked, random = (labels.reshape(-1, self.instances, 2) for labels in (told, own))
        both = masked[self.late :] ^ random[self.early :]
        return np.concatenate([masked[: self.late], random[: self.early], both])

    async def _send(self, ctx: Context, offset: Words, zeros: Words) -> Material:
        masks, dice = ctx.prg("masks").words((self.masked, 2)), ctx.prg("dice").words(SEED_BYTES // 8)
        work = WORK_OF_AND * self.elements
        bits, numbers, *sent = await ctx.off_loop(work, self._garbled, offset, zeros, masks, dice, self._starts(ctx))
        for part in sent:
            if part.size:
                ctx.send(self.evaluator, part)
        await ctx.drained(self.evaluator)
        return offset, masks, dice, _NOTHING, _NOTHING, _NOTHING, bits, numbers, _NOTHING, _NOTHING

    async def _receive(self, ctx: Context, bits: Words, labels: Words) -> Material:
        starts, sent = self._starts(ctx), []
        for part in self.parts()[8:]:
            empty = np.empty(part.shape, U64)
            sent.append(await ctx.receive(self.garbler, Spec(part.shape)) if _size(part) else empty)
        if not well_formed(self._execution(starts), self.way, sent[0]):
            raise self._malformed(ctx)
        sent[1] = self.ring.reduce(sent[1])
        return _NOTHING, _NOTHING, _NOTHING, bits, labels, starts, _NOTHING, _NOTHING, *sent

    def _starts(self, ctx: Context) -> Words:
        return ctx.hash("garbled ahead").words(4)

    def _execution(self, starts: Words) -> Execution:
        return Execution(self.circuit, self.instances, starts[:2])

    def _garbled(self, offset: Words, zeros: Words, masks: Words, dice: Words, starts: Words) -> tuple[Words, ...]:
        """The last four parts; `zeros` are the labels of zero of the evaluator's bits."""
        delta = offset | ODD
        inputs, stream = self.inputs(masks, zeros), _stream(dice)
        tables, outputs = garbled(self._execution(starts), self.way, inputs, delta, stream)
        plain, numbers = parted(self.circuit, outputs, sums=bool(self.sums))
        shares, sent = projected(self.circuit, numbers, delta, self.ring, starts[2:], self.instances)
        return colours(plain), shares, tables, sent

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


def _size(part: Part) -> int:
    return int(np.prod(part.shape, dtype=np.int64))
