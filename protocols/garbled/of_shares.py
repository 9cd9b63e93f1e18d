"""A function of shared numbers and bits by one garbled circuit, in two rounds: A2Y, Y2A, B2Y and Y2B at once.

Demmler, Schneider, Zohner, "ABY", NDSS 2015, joins arithmetic, Boolean and Yao shares; here labels live within one
call. Going in, a party's additive share is bits that it knows alone. The labels of the garbler's own bits come from a
stream that both know: the evaluator takes a block K of it for its label, and the garbler, whose bit is x, K ^ x D for
the label of zero. K is the same random block whatever x is, and nothing is sent. Those of the evaluator's bits and of
XOR-shared ones are correlated transfers, as in `yao.py`. Going out, a bit is XOR-shared by the colours of its labels,
and a number is the sum of its bits' projections (`projection.py`), which travel behind the tables.

Semi-honest: beside what `yao.py` says the evaluator sees one ring element for each bit of a number, masked by a hash of
the label that it does not have.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple, cast

import numpy as np

from mpc.accounts.cost import cost
from mpc.algebra.bits import pack, unpack, words_for
from mpc.algebra.interface import Z2k
from mpc.algebra.ring import U64, Words
from mpc.algebra.shapes_only import blank
from mpc.context import Context, Spec
from mpc.errors import LocalError
from mpc.prg import Prg
from protocols.garbled.half_gates_zre15 import HALF_GATES
from protocols.garbled.joint import Joint, is_number
from protocols.garbled.projection import WORK_OF_LABEL, project, project_zeros, weights_of
from protocols.garbled.walk import Bytes, Execution, Scheme
from protocols.garbled.yao import EVALUATOR, GARBLER, receive_tables, rehearse_tables, send_tables, table_words
from protocols.preprocessing.kinds.labels import ODD, Labels

SLAB = 1 << 12
"""Instances that are computed at a time: what is held of them does not grow with their number."""


class Outputs(NamedTuple):
    """This party's shares: packed planes of the outputs that are bits (bits, words), and each number's elements."""

    planes: Words
    numbers: tuple[Words, ...]

    def __repr__(self) -> str:
        return f"<shares of {len(self.planes)} bits and {len(self.numbers)} numbers>"


def _slabs(instances: int) -> Iterator[slice]:
    yield from (slice(at, min(at + SLAB, instances)) for at in range(0, instances, SLAB))


def _labels(joint: Joint, own: Words, shared: Words, instances: int, scheme: Scheme = HALF_GATES) -> int:
    return joint.transferred * instances


def _words(ring: Z2k, joint: Joint, own: Words, shared: Words, instances: int, scheme: Scheme = HALF_GATES) -> int:
    """What both send together: the evaluator's corrections, tables, and an element for each bit of a number."""
    tables = sum(table_words(joint.circuit, some.stop - some.start, scheme) for some in _slabs(instances))
    return words_for(joint.transferred * instances) + tables + ring.words * joint.number_bits * instances


def _rounds(ring: Z2k, joint: Joint, own: Words, shared: Words, instances: int, scheme: Scheme = HALF_GATES) -> int:
    return (2 if joint.circuit.ands or joint.numbers else 1) if instances else 0


@cost(
    rounds=_rounds,
    to_one=_words, labels=lambda ring, *args: _labels(*args), call_name="of_shares", parties=2,
)  # fmt: skip
async def evaluate(
    ctx: Context, ring: Z2k, joint: Joint, own: Words, shared: Words, instances: int, scheme: Scheme = HALF_GATES
) -> Outputs:
    """This party's shares of what the circuit gives, numbers in `ring`.

    own: packed planes of the bits that it alone knows (bits, words); shared: of its shares of the XOR-shared ones.
    Between two parties; nobody learns anything. LocalError `wrong-shape`, `unfit-session`; PeerError as `yao.evaluate`.
    """
    check_shares(ctx, joint, own, shared, instances)
    if not instances:
        return empty(ring, joint, 0)
    material = await ctx.take(Labels(cast(Z2k, ctx.ring), joint.transferred * instances, GARBLER, EVALUATOR))
    if ctx.planning:
        return await _rehearse(ctx, ring, scheme, joint, instances)
    if ctx.me == GARBLER:
        side: _Side = _GarblerSide(ctx, ring, scheme, joint, instances, *material[:2])
    else:
        side = _EvaluatorSide(ctx, ring, scheme, joint, instances, *material[2:])
    return await side.outputs(dense(own, instances), dense(shared, instances))


class _Side(ABC):
    """What both parties do with a call's slabs."""

    def __init__(
        self, ctx: Context, ring: Z2k, scheme: Scheme, joint: Joint, instances: int, secret: Words, labels: Words
    ) -> None:
        self.ctx, self.ring, self.scheme, self.joint, self.instances = ctx, ring, scheme, joint, instances
        self.secret, self.labels = secret, labels.reshape(joint.transferred, instances, 2)
        self.weights = [weights_of(port.width, ring, signed=port.kind.bounds[0] < 0) for port in joint.numbers]
        self.planes: list[Bytes] = []
        self.sums: list[list[Words]] = [[] for _ in joint.numbers]

    async def outputs(self, own: Bytes, shared: Bytes) -> Outputs:
        """All slabs, one after another."""
        bits = await self._corrected(own, shared)
        stream = self.ctx.pairwise_prg(EVALUATOR if self.ctx.me == GARBLER else GARBLER, "own labels")
        for number, some in enumerate(_slabs(self.instances)):
            await self._slab(number, some, self._wires(some, stream), bits[:, some])
        return self._joined()

    @abstractmethod
    async def _corrected(self, own: Bytes, shared: Bytes) -> Bytes:
        """The one message about inputs, and this party's bits of them (bits, instances)."""

    @abstractmethod
    async def _slab(self, number: int, some: slice, wires: Words, bits: Bytes) -> None:
        """Garble or evaluate some instances, and keep the shares of what they give."""

    def _execution(self, number: int, some: slice) -> tuple[Execution, Words]:
        """A slab's, and the start of its projections."""
        starts = [self.ctx.hash(domain, number).words(2) for domain in (self.scheme.domain, "projected")]
        return Execution(self.joint.circuit, some.stop - some.start, starts[0]), starts[1]

    def _wires(self, some: slice, stream: Prg) -> Words:
        """A label for each input bit: those of the garbler's own from the stream, then those transferred."""
        known = stream.words((self.joint.garbler, some.stop - some.start, 2))
        return np.concatenate([known, self.labels[:, some]])

    def _parted(self, labels: Words) -> tuple[Words, list[Words]]:
        """Labels of the outputs that are bits, and of each that is a number."""
        ends = np.cumsum([0, *(port.width for port in self.joint.circuit.outputs)])
        parts = list(zip(self.joint.circuit.outputs, pairwise(ends), strict=True))
        bits = [labels[a:b] for port, (a, b) in parts if not is_number(port)]
        numbers = [labels[a:b] for port, (a, b) in parts if is_number(port)]
        return np.concatenate([labels[:0], *bits]), numbers

    def _keep(self, bits: Words, shares: list[Words]) -> None:
        """Shares of a slab: the colours, and sums of projections (bits, instances)."""
        self.planes.append((bits[..., 0] & np.uint64(1)).astype(np.uint8))
        for kept, each in zip(self.sums, shares, strict=True):
            kept.append(self.ring.sum(each, 0))

    def _joined(self) -> Outputs:
        bits = sum(port.width for port in self.joint.circuit.outputs) - self.joint.number_bits
        whole = np.concatenate([np.zeros((bits, 0), np.uint8), *self.planes], axis=1)
        planes = np.stack([pack(row) for row in whole]) if bits else np.zeros((0, words_for(self.instances)), U64)
        nothing = self.ring.zeros((0,))
        return Outputs(planes, tuple(np.concatenate([nothing, *parts]) for parts in self.sums))


class _GarblerSide(_Side):
    async def _corrected(self, own: Bytes, shared: Bytes) -> Bytes:
        """Which labels of inputs are those of one."""
        count = self.joint.transferred * self.instances
        turned = unpack(await self.ctx.receive(EVALUATOR, Spec((words_for(count),))), count)
        theirs, both = np.split(turned.reshape(self.joint.transferred, self.instances), [self.joint.evaluator])
        return np.concatenate([own, theirs, both ^ shared])

    async def _slab(self, number: int, some: slice, wires: Words, bits: Bytes) -> None:
        execution, start = self._execution(number, some)
        delta = self.secret | ODD
        zeros = await send_tables(self.ctx, self.scheme, execution, wires, delta, np.ascontiguousarray(bits))
        plain, numbers = self._parted(zeros)
        shares, first = [], 0
        for labels, weights in zip(numbers, self.weights, strict=True):
            args = labels, delta, _by_bit(weights, self.ring), self.ring, start, first
            share, sent = await self.ctx.off_loop(WORK_OF_LABEL * labels.size, project_zeros, *args)
            self.ctx.send(EVALUATOR, sent)
            shares.append(share)
            first += labels.size // 2
        self._keep(plain, shares)


class _EvaluatorSide(_Side):
    async def _corrected(self, own: Bytes, shared: Bytes) -> Bytes:
        """Tell which labels of inputs have to be exchanged."""
        bits = np.concatenate([own, shared])
        self.ctx.send(GARBLER, pack(bits) ^ self.secret)
        return bits

    async def _slab(self, number: int, some: slice, wires: Words, bits: Bytes) -> None:
        execution, start = self._execution(number, some)
        plain, numbers = self._parted(await receive_tables(self.ctx, self.scheme, execution, wires))
        shares, first = [], 0
        for labels in numbers:
            sent = await self.ctx.receive(GARBLER, Spec(self.ring.zeros(labels.shape[:-1]).shape))
            args = labels, sent, self.ring, start, first
            shares.append(await self.ctx.off_loop(WORK_OF_LABEL * labels.size, project, *args))
            first += labels.size // 2
        self._keep(plain, shares)


async def _rehearse(ctx: Context, ring: Z2k, scheme: Scheme, joint: Joint, instances: int) -> Outputs:
    """The messages of a plan."""
    corrections = blank((words_for(joint.transferred * instances),))
    if ctx.me == EVALUATOR:
        ctx.send(GARBLER, corrections)
    else:
        await ctx.receive(EVALUATOR, Spec(corrections.shape))
    for some in _slabs(instances):
        count = some.stop - some.start
        await rehearse_tables(ctx, scheme, Execution(joint.circuit, count, blank((2,))))
        for port in joint.numbers:
            sent = ring.zeros((port.width, count))
            if ctx.me == GARBLER:
                ctx.send(EVALUATOR, sent)
            else:
                await ctx.receive(GARBLER, Spec(sent.shape))
    return empty(ring, joint, instances)


def empty(ring: Z2k, joint: Joint, instances: int) -> Outputs:
    """Outputs of no content, or of nothing."""
    bits = sum(port.width for port in joint.circuit.outputs) - joint.number_bits
    return Outputs(blank((bits, words_for(instances))), tuple(ring.zeros((instances,)) for _ in joint.numbers))


def _by_bit(weights: Words, ring: Z2k) -> Words:
    """Weights (bits,) against elements (bits, instances)."""
    return ring.moved(lambda each: each[:, None], weights)


def dense(planes: Words, instances: int) -> Bytes:
    """The bits of packed planes, (bits, instances)."""
    rows = unpack(planes.reshape(-1), 64 * planes.size).reshape(planes.shape[0], 64 * planes.shape[1])
    return rows[:, :instances]


def check_shares(ctx: Context, joint: Joint, own: Words, shared: Words, instances: int) -> None:
    """LocalError `wrong-shape`, `unfit-session` for what `evaluate` does not take."""
    if ctx.n != 2:
        raise LocalError("unfit-session", f"Yao's protocol among {ctx.n} parties", "it is for two")
    mine = joint.garbler if ctx.me == GARBLER else joint.evaluator
    for planes, bits in ((own, mine), (shared, joint.shared)):
        expected = bits, words_for(instances)
        if planes.shape != expected:
            what = f"planes of shape {planes.shape} for `{joint.circuit.name}`, which takes {expected}"
            raise LocalError("wrong-shape", what, "join the planes of all inputs in the order of the circuit")
