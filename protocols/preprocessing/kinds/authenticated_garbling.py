"""Circuits garbled against a malicious party before any input is known: all that is left is the online phase."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import groupby
from typing import ClassVar, Self

import numpy as np

from mpc.algebra.bits import pack, unpack, words_for
from mpc.algebra.interface import Z2k
from mpc.algebra.ring import U64
from mpc.context import Context
from mpc.correlation import Material, Part
from mpc.errors import LocalError
from protocols.authenticated.ands import Independent, Size
from protocols.authenticated.bits import Bits
from protocols.authenticated.common import Common
from protocols.authenticated.dependent import garble_circuit, told_words
from protocols.authenticated.garbling import Garbled
from protocols.authenticated.side import EVALUATOR, GARBLER, Side
from protocols.authenticated.task import Task, load_of
from protocols.circuits.circuit import Circuit
from protocols.circuits.known import recall, remember
from protocols.preprocessing.kind import Kind
from protocols.preprocessing.kinds.authenticated_and import at_party, made_by_lot
from protocols.preprocessing.tools import Tools

MOST_ANDS = 1 << 22
"""Of one piece, all instances together (`Task.load`): 300 MB at the evaluator, twice as much while it is made."""
MOST_RUNS = 64
"""How often owners may change along the bits of input."""
_SORTS = 6
"""An owner (nobody, 0, 1), and whether all instances share the bit."""
_OF_BOTH = 5
"""Parts that each party has: its offset, masks of its inputs, of outputs, what checks take, masks of common inputs."""


@dataclass(frozen=True, slots=True, repr=False)
class AuthenticatedGarbling(Kind):
    """A circuit garbled for `instances` between garbler 0 and evaluator 1, once, under the offsets of its `lot`
    (`AuthenticatedAnd`). Katz, Ranellucci, Rosulek, Wang, CRYPTO 2018, both phases before the inputs.

    `digest` says which circuit it is (`protocols.circuits.known`), `owners` in runs of bits of input whose they are:
    6 times how many, and 0 for public ones, 1 and 2 for those of parties 0 and 1, 3 more where all instances share
    them. LocalError `wrong-parameter`, LookupError for a circuit that nobody holds here.
    """

    digest: tuple[int, ...]
    instances: int
    owners: tuple[int, ...]
    lot: int = 0
    task: Task = field(init=False, compare=False, repr=False)
    name: ClassVar[str] = "authenticated_garbling"
    drawn: ClassVar[int] = 0
    dealt: ClassVar[bool] = False
    of_one_run: ClassVar[bool] = True
    checked: ClassVar[bool] = True

    def __post_init__(self) -> None:
        circuit = recall(self.digest)
        bits = circuit.first_gate - 1
        whole = self.instances >= 1 and min((self.lot, *self.owners)) >= 0
        fits = self.instances * load_of(circuit) <= MOST_ANDS
        if not whole or not fits or sum(run // _SORTS for run in self.owners) != bits:
            what = f"{self.instances} garblings of {circuit.ands} ANDs with inputs of {self.owners}"
            raise LocalError("wrong-parameter", what, "each bit of input has an owner, and a piece is not too large")
        object.__setattr__(self, "task", Task(circuit, self.instances, *_of_bits(self.owners)))

    def __repr__(self) -> str:
        return f"<authenticated garbling of {self.instances} `{self.task.circuit.name}`, lot {self.lot}>"

    @classmethod
    def of(cls, ring: Z2k, task: Task) -> Self:
        """The garbling of a task."""
        common = set(task.common)
        sorts = [owner + 1 + 3 * (row in common) for row, owner in enumerate(task.owners)]
        runs = tuple(_SORTS * len(list(some)) + sort for sort, some in groupby(sorts))
        return cls(ring, remember(task.circuit), task.instances, runs)

    @staticmethod
    def fits(task: Task) -> bool:
        """Whether a task is not too large for a piece."""
        changes = sum(task.owners[i] != task.owners[i - 1] for i in range(1, len(task.owners))) + 2 * len(task.common)
        return task.load <= MOST_ANDS and changes < MOST_RUNS

    @property
    def of_circuit(self) -> Circuit:
        """The circuit that is garbled."""
        return self.task.circuit

    @property
    def authenticated(self) -> Size:
        """What it is garbled with."""
        return self.task.size()

    @property
    def elements(self) -> int:
        """One for each AND of each instance."""
        return self.task.ands

    def encoding(self) -> tuple[int | str, ...]:
        """The numbers; the circuit is in its digest."""
        return self.name, self.ring.bits, *self.digest, self.instances, self.lot, len(self.owners), *self.owners

    def told(self) -> tuple[int, int]:
        """Openings and their check to both, tables to the evaluator."""
        return told_words(self.task)

    def parts(self) -> tuple[Part, ...]:
        """Of party 0, then of party 1, what both have; then of the garbler the labels of zero of inputs, and of common
        ones; of the evaluator tables, labels that are added, and where the keys of gates start."""
        task, outputs, shared = self.task, len(self.task.circuit.ends), len(self.task.common)
        both = [
            Part(shape, "clear", party)
            for party in (GARBLER, EVALUATOR)
            for shape in (
                (2,), (words_for(task.owned[party]),), (2, outputs, task.instances, 2), (3, task.ands), (2, shared, 2)
            )
        ]  # fmt: skip
        return (
            *both,
            Part((len(task.own), task.instances, 2), "clear", GARBLER),
            Part((shared, 2), "clear", GARBLER),
            Part((task.ands, 2, 2), "clear", EVALUATOR),
            Part((task.ands, 2), "clear", EVALUATOR),
            Part((2,), "clear", EVALUATOR),
        )

    def in_run(self, run: int) -> Self:
        """The lot of this run."""
        return replace(self, lot=run)

    @classmethod
    async def make(cls, ctx: Context, tools: Tools, kinds: Sequence[Self]) -> list[Material]:
        """The ANDs of a lot together, then one circuit after the other. Abort where a check fails."""
        parts = await made_by_lot(ctx, tools, [(kind.authenticated, kind.lot) for kind in kinds])
        parts.reverse()
        return [await kind._made(ctx, *parts.pop()) for kind in kinds]

    async def _made(self, ctx: Context, side: Side, part: Independent) -> Material:
        call = ctx.child("authenticated_garbling")
        garbled = await garble_circuit(call, side, self.task, part)
        ctx.join(call)
        return self.stored(side, garbled)

    def stored(self, side: Side, garbled: Garbled) -> Material:
        """A garbling as arrays."""
        task, shared = self.task, garbled.common
        common = np.empty((2, 0, 2), U64) if shared is None else np.stack([shared.masks.first, shared.masks.second])
        outputs = np.stack([garbled.outputs.first, garbled.outputs.second])
        checks = np.stack(garbled.checks) if task.ands else np.empty((3, 0), U64)
        own = pack(garbled.inputs[task.rows(side.role)].reshape(-1))
        both = at_party(side.role, (side.delta, own, outputs, checks, common))
        nothing = np.empty(0, U64)
        if side.role == GARBLER:
            assert garbled.zeros is not None
            of_common = np.empty((0, 2), U64) if shared is None else shared.zeros
            return (*both, garbled.zeros[task.own], of_common, nothing, nothing, nothing)
        tables = garbled.tables if garbled.tables is not None else np.empty((0, 2, 2), U64)
        additions = garbled.additions if garbled.additions is not None else np.empty((0, 2), U64)
        return (*both, nothing, nothing, tables, additions, garbled.start)

    def taken(self, me: int, material: Material) -> tuple[Side, Garbled]:
        """What a party has of it."""
        task = self.task
        delta, own, outputs, checks, shared = material[_OF_BOTH * me : _OF_BOTH * (me + 1)]
        zeros, of_common, tables, additions, start = material[2 * _OF_BOTH :]
        rows = task.rows(me)
        inputs = np.zeros((len(task.owners), task.instances), np.uint8)
        inputs[rows] = unpack(own, task.owned[me]).reshape(len(rows), task.instances)
        common = Common(task.owners_of_common, Bits(*shared), of_common) if task.common else None
        made = Garbled(task, start, inputs, Bits(*outputs), (checks[0], checks[1], checks[2]), common=common)
        if me == GARBLER:
            made.zeros = np.zeros((len(task.owners), task.instances, 2), U64)
            made.zeros[task.own] = zeros
            if common is not None:
                made.zeros[list(task.common)] = common.zeros[:, None]
        else:
            made.tables, made.additions = tables, additions
        return Side(me, delta), made


@lru_cache(maxsize=16)
def _of_bits(runs: tuple[int, ...]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The owner of each bit, and which ones all instances share: the same tuples for all pieces that are alike."""
    sorts = [run % _SORTS for run in runs for _ in range(run // _SORTS)]
    return tuple(sort % 3 - 1 for sort in sorts), tuple(row for row, sort in enumerate(sorts) if sort > 2)
