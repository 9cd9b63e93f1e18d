"""SoftSpokenOT: correlated transfers for 128 / k - 1 bits each, by vector evaluations over GF(2^k).

Roy, CRYPTO 2022 (eprint 2022/192), with the repetition code. The letters are the paper's: u and v are the extension
receiver's, delta and w the sender's, and in part i of a label w_i = v_i ^ u_i delta_i until corrections make all u_i
the same. docs/algorithms/softspoken.md explains how, docs/protocols/oblivious_transfer.md why it is private.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from mpc.accounts.cost import cost
from mpc.algebra.binary_field import GF2_128
from mpc.algebra.ring import U64, Words
from mpc.context import Context, Spec
from mpc.errors import Abort
from protocols.ot.correlated import LABEL_BITS, bit_masks, check_failed, need_unbroken, pad_start, padded
from protocols.ot.folding import Streams, parts, summed_labels
from protocols.ot.seeds_roy22 import receive_seeds, send_seeds

DEFAULT_K = 4

BATCH_BLOCKS = 1 << 11
"""Blocks of 128 correlations in a batch: 2^18 correlations, about a megabyte of corrections for k = 4."""

WINDOW = 3
"""Batches that a receiver may be ahead of its sender."""

_BLOCK_WORK = 128 * 50
"""What making a block takes, in the multiply-adds of `Context.off_loop`."""

_GO_ON: Words = np.empty(0, U64)
_ONE: Words = np.array([[1, 0]], U64)


async def send_setup(
    ctx: Context, peer: int, *, k: int = DEFAULT_K, malicious: bool = False, delta: Words | None = None
) -> SoftSpokenSender:
    """The sender's end of an extension with `peer`, which calls `receive_setup` with the same k and `malicious`.

    k from 1 to 8: 128 / k - 1 bits and 2^k / k blocks of AES a correlation. `delta`: a random odd one if not given.
    Semi-honest security, or, if `malicious`, security against a dishonest peer, which may guess bits of delta and is
    found out when it guesses wrong. LocalError `wrong-parameter`, PeerError `bad-point`, Abort `ot-check-failed`.
    """
    if delta is None:
        delta = ctx.prg("softspoken delta").words((2,)) | np.array([1, 0], U64)
    streams = await send_seeds(ctx, peer, k, malicious, delta)
    return SoftSpokenSender(peer, k, malicious, streams, pad_start(ctx, ctx.me, peer), delta)


async def receive_setup(ctx: Context, peer: int, *, k: int = DEFAULT_K, malicious: bool = False) -> SoftSpokenReceiver:
    """The receiver's end of an extension with `peer`, which calls `send_setup`."""
    streams = await receive_seeds(ctx, peer, k, malicious)
    return SoftSpokenReceiver(peer, k, malicious, streams, pad_start(ctx, peer, ctx.me))


@dataclass(slots=True)
class _End:
    """What both ends have. `position` counts the blocks of 128 correlations that its streams have given."""

    peer: int
    k: int
    malicious: bool
    streams: Streams
    start: Words
    made: int = field(default=0, init=False)
    failed: Abort | None = field(default=None, init=False, repr=False)
    position: int = field(default=0, init=False)

    @property
    def last_to_receiver(self) -> bool:
        """No."""
        return False

    def rounds(self, count: int) -> int:
        """One, two for the check, and two for each time that the receiver waits for its sender."""
        batches = -(-count // (LABEL_BITS * BATCH_BLOCKS))
        return 1 + 2 * ((batches - 1) // WINDOW) + 2 * self.malicious if count else 0

    def words(self, count: int) -> int:
        """Corrections for each block, the mask's with them, challenges, and what the check compares."""
        plan = _Plan(count, 0, self.malicious)
        corrections = 2 * (len(parts(self.k)) - 1)
        check = corrections + 2 * len(list(plan.batches())) + 2 * (LABEL_BITS + 1) if plan.checked else 0
        return corrections * plan.blocks + check

    def take(self, count: int) -> _Plan:
        """The blocks of a call, taken from the streams."""
        mask = 1 if self.malicious and count else 0
        plan = _Plan(count, self.position + mask, self.malicious)
        self.position += mask + plan.blocks
        self.made += count
        return plan


@dataclass(frozen=True, slots=True)
class _Batch:
    """Blocks `start` to `start + blocks` of a call; they are the streams' from `first` on."""

    start: int
    blocks: int
    first: int

    def of(self, labels: Words) -> Words:
        """The batch's own part of all labels."""
        return labels[LABEL_BITS * self.start : LABEL_BITS * (self.start + self.blocks)]


@dataclass(frozen=True, slots=True)
class _Plan:
    """The blocks of one call of `count` correlations; they are the streams' from `first` on."""

    count: int
    first: int
    malicious: bool

    @property
    def blocks(self) -> int:
        """How many they are."""
        return -(-self.count // LABEL_BITS)

    @property
    def checked(self) -> bool:
        """Whether there is something to check."""
        return self.malicious and self.count > 0

    @property
    def mask(self) -> _Batch:
        """The block before the others, which hides what the check opens and is thrown away."""
        return _Batch(0, 1, self.first - 1)

    def batches(self) -> Iterator[_Batch]:
        """The blocks in batches."""
        for start in range(0, self.blocks, BATCH_BLOCKS):
            yield _Batch(start, min(BATCH_BLOCKS, self.blocks - start), self.first + start)

    def answered(self, number: int) -> bool:
        """Whether the sender answers batch `number`: with a challenge, or so that the receiver goes on."""
        return self.malicious or number + WINDOW < -(-self.blocks // BATCH_BLOCKS)


@dataclass(slots=True)
class SoftSpokenSender(_End):
    """`protocols.ot.correlated.CotSender`."""

    delta: Words = field(repr=False)

    async def extend(self, ctx: Context, count: int) -> Words:
        """Fresh correlations: the labels q, (count, 2). Malicious version: Abort `ot-check-failed`."""
        need_unbroken(self)
        return await _send(ctx, self, count)


@dataclass(slots=True)
class SoftSpokenReceiver(_End):
    """`protocols.ot.correlated.CotReceiver`."""

    async def extend(self, ctx: Context, count: int) -> tuple[Words, Words]:
        """Fresh correlations: random choices, packed, and the labels t, (count, 2)."""
        need_unbroken(self)
        return await _receive(ctx, self, count)


@cost(
    rounds=lambda end, count: end.rounds(count),
    to_one=lambda end, count: end.words(count),
    call_name="softspoken_extend",
    parties=2,
)
async def _send(ctx: Context, end: SoftSpokenSender, count: int) -> Words:
    plan = end.take(count)
    sending = _Sending(ctx, end, plan)
    if plan.checked:
        await sending.mask(plan.mask)
    for number, batch in enumerate(plan.batches()):
        await sending.batch(batch, answered=plan.answered(number))
    if plan.checked:
        await sending.check()
    return sending.labels[:count]


@cost(
    rounds=lambda end, count: end.rounds(count),
    to_one=lambda end, count: end.words(count),
    call_name="softspoken_extend",
    parties=2,
)
async def _receive(ctx: Context, end: SoftSpokenReceiver, count: int) -> tuple[Words, Words]:
    plan = end.take(count)
    receiving = _Receiving(ctx, end, plan)
    if plan.checked:
        receiving.mask(plan.mask)
    batches = list(plan.batches())
    for number, batch in enumerate(batches):
        if number >= WINDOW:
            await receiving.answer(batches[number - WINDOW])
        await receiving.batch(batch)
    if plan.checked:
        for batch in batches[-WINDOW:]:
            await receiving.answer(batch)
        receiving.check()
    return padded(receiving.choices.reshape(-1), count), receiving.labels[:count]


class _Sending:
    """A sender's call: its labels, and the sums of its rows w for the check."""

    def __init__(self, ctx: Context, end: SoftSpokenSender, plan: _Plan) -> None:
        self.ctx = ctx
        self.end = end
        self.labels = np.empty((LABEL_BITS * plan.blocks, 2), U64)
        self._malicious = plan.malicious
        self._sums = np.zeros((LABEL_BITS, 2), U64)
        self._challenges = ctx.prg("softspoken challenges")

    async def mask(self, batch: _Batch) -> None:
        """The block that hides what the check opens. It is fixed before any challenge is known."""
        self._make(batch, np.empty((LABEL_BITS, 2), U64), await self._corrections(batch), _ONE)

    async def batch(self, batch: _Batch, *, answered: bool) -> None:
        """Take corrections, challenge them, make labels."""
        corrections = await self._corrections(batch)
        challenge = self._challenges.words((2,)) if self._malicious else None
        if answered:
            self.ctx.send(self.end.peer, _GO_ON if challenge is None else challenge)
        work = batch.blocks * _BLOCK_WORK
        await self.ctx.off_loop(work, self._challenged, batch, corrections, challenge)

    async def check(self) -> None:
        """R w = R v ^ (R u) delta in every row."""
        told = await self.ctx.receive(self.end.peer, Spec((LABEL_BITS + 1, 2)))
        expected = told[1:] ^ (bit_masks(self.end.delta, LABEL_BITS)[:, None] & told[0])
        if np.bitwise_or.reduce(expected ^ self._sums, axis=None):
            self.end.failed = check_failed(self.ctx, self.end.peer, "the corrections")
            raise self.end.failed

    async def _corrections(self, batch: _Batch) -> Words:
        spec = Spec((len(parts(self.end.k)) - 1, batch.blocks, 2))
        return await self.ctx.receive(self.end.peer, spec)

    def _challenged(self, batch: _Batch, corrections: Words, challenge: Words | None) -> None:
        factors = None if challenge is None else _factors(challenge, batch)
        self._make(batch, batch.of(self.labels), corrections, factors)

    def _make(self, batch: _Batch, labels: Words, corrections: Words, factors: Words | None) -> None:
        self._sums ^= self.end.streams.sender_labels(labels, corrections, self.end.delta, batch.first, factors)


class _Receiving:
    """A receiver's call: its choices and labels, and the sums of its rows u and v for the check.

    In the malicious version rows wait for the challenge that comes once their corrections are known.
    """

    def __init__(self, ctx: Context, end: SoftSpokenReceiver, plan: _Plan) -> None:
        self.ctx = ctx
        self.end = end
        self.labels = np.empty((LABEL_BITS * plan.blocks, 2), U64)
        self.choices = np.empty((plan.blocks, 2), U64)
        self._malicious = plan.malicious
        self._sums = np.zeros((LABEL_BITS, 2), U64)
        self._choice_sum = np.zeros(2, U64)
        self._rows: deque[Words] = deque()

    def mask(self, batch: _Batch) -> None:
        """The block that hides what the check opens; its labels are thrown away."""
        rows, choices, corrections = self.end.streams.rows(batch.first, 1)
        self.ctx.send(self.end.peer, corrections)
        self._choice_sum ^= choices[0]
        self._sums ^= summed_labels(np.empty((LABEL_BITS, 2), U64), rows, _ONE)

    async def batch(self, batch: _Batch) -> None:
        """Make rows, or labels at once, and send corrections."""
        work = batch.blocks * _BLOCK_WORK
        self.ctx.send(self.end.peer, await self.ctx.off_loop(work, self._made, batch))

    async def answer(self, batch: _Batch) -> None:
        """Hear that the sender has taken the corrections up; in the malicious version, with a challenge."""
        challenge = await self.ctx.receive(self.end.peer, Spec((2 if self._malicious else 0,)))
        if self._malicious:
            await self.ctx.off_loop(batch.blocks * _BLOCK_WORK, self._challenged, batch, challenge)

    def check(self) -> None:
        """Send R u and R v."""
        self.ctx.send(self.end.peer, np.concatenate([self._choice_sum[None], self._sums]))

    def _made(self, batch: _Batch) -> Words:
        own = slice(batch.start, batch.start + batch.blocks)
        if self._malicious:
            rows, self.choices[own], corrections = self.end.streams.rows(batch.first, batch.blocks)
            self._rows.append(rows)
        else:
            self.choices[own], corrections = self.end.streams.labels(batch.of(self.labels), batch.first)
        return corrections

    def _challenged(self, batch: _Batch, challenge: Words) -> None:
        factors = _factors(challenge, batch)
        self._choice_sum ^= GF2_128.inner(self.choices[batch.start : batch.start + batch.blocks], factors)
        self._sums ^= summed_labels(batch.of(self.labels), self._rows.popleft(), factors)


def _factors(challenge: Words, batch: _Batch) -> Words:
    """The batch's part of the hash R: s, s^2, s^3, ... for its blocks. The mask's factor is 1."""
    return GF2_128.powers(challenge, batch.blocks + 1)[1:]
