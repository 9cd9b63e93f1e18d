"""Silent linear evaluations modulo 2^61 - 1, for less than a byte each: from sparse noise and a random sparse code.

Weng, Yang, Katz, Wang, Wolverine, IEEE S&P 2021 (eprint 2020/925), figure 8: an iteration (`iteration.py`) turns k
evaluations, and one for each of t trees, into t 2^depth new ones, of which the next iteration takes its own. Iterations
of smaller sets make the first ones. Secure against either party, whatever it does; docs/protocols/vole.md says why.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from mpc.accounts.cost import cost
from mpc.algebra.ring import Words
from mpc.context import Context
from protocols.ot.correlated import CotReceiver, CotSender, coloured_receiver, coloured_sender, need_unbroken
from protocols.vole import base_kos16
from protocols.vole.ends import FIELD
from protocols.vole.iteration import ROUNDS, Code, Iterating, iterate_receiver, iterate_sender, words_of
from protocols.vole.lpn_parameters import STANDARD, Ladder, Parameters


@dataclass(slots=True)
class _End(Iterating):
    """What both ends have: what an iteration takes, and fresh evaluations that nobody has asked for yet."""

    cot: CotSender | CotReceiver
    ladder: Ladder
    spare: Words = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.spare = self.base[:0]

    def needed(self, *counts: int) -> Iterator[list[Parameters]]:
        """The iterations of the next calls."""
        top, spare = self.ladder.top, len(self.spare)
        for count in counts:
            iterations = -(-max(0, count - spare) // top.fresh)
            spare += iterations * top.fresh - count
            yield [top] * iterations

    def rounds(self, *counts: int) -> int:
        """Those of transfers, and five for each iteration."""
        return sum(_rounds(self.cot, sets) for sets in self.needed(*counts))

    def words(self, *counts: int) -> int:
        """Transfers; of each level its sum, of each tree a difference; the check."""
        return sum(_words(self.cot, sets) for sets in self.needed(*counts))

    def keep(self, made: Words, count: int) -> Words:
        """The last `count` evaluations before the mask are those of the next iteration; returns what is before them."""
        edge = len(made) - 1 - count
        self.base = made[edge:-1].copy()
        return made[:edge]

    def handed_out(self, fresh: list[Words], count: int) -> Words:
        """The evaluations of a call; the end keeps the rest."""
        before, last = ([self.spare, *fresh[:-1]], fresh[-1]) if fresh else ([], self.spare)
        taken = count - sum(map(len, before))
        self.spare = last[taken:]
        return np.concatenate([*before, last[:taken]]) if before else last[:taken]


@dataclass(slots=True)
class WolverineSender(_End):
    """`protocols.vole.ends.VoleSender`. offset: that of the transfers; delta: that of the evaluations."""

    cot: CotSender
    delta: Words = field(repr=False)

    async def extend(self, ctx: Context, count: int) -> Words:
        """K of `count` fresh evaluations: (count,). PeerError `vole-malformed`; Abort `vole-check-failed`."""
        need_unbroken(self)
        return await _send(ctx, self, count)


@dataclass(slots=True)
class WolverineReceiver(_End):
    """`protocols.vole.ends.VoleReceiver`."""

    cot: CotReceiver

    async def extend(self, ctx: Context, count: int) -> Words:
        """x and M of `count` fresh evaluations: (count, 2). Errors as the sender's."""
        need_unbroken(self)
        return await _receive(ctx, self, count)


def _rounds(cot: CotSender | CotReceiver, sets: list[Parameters]) -> int:
    return cot.rounds(sum(p.transfers for p in sets)) + ROUNDS * len(sets)


def _words(cot: CotSender | CotReceiver, sets: list[Parameters]) -> int:
    return cot.words(sum(p.transfers for p in sets)) + sum(map(words_of, sets))


def setup_rounds(cot: CotSender | CotReceiver, ladder: Ladder = STANDARD) -> int:
    """Those of the first evaluations, and what the steps of the ladder take."""
    return base_kos16.ROUNDS + _rounds(cot, ladder.steps)


def setup_words(cot: CotSender | CotReceiver, ladder: Ladder = STANDARD) -> int:
    """What both parties send in a setup together."""
    return base_kos16.words(cot.peer, ladder.sets[0].base) + _words(cot, ladder.steps)


@cost(rounds=setup_rounds, to_one=setup_words, call_name="vole_setup", parties=2)
async def send_setup(ctx: Context, cot: CotSender, ladder: Ladder = STANDARD) -> WolverineSender:
    """The sender's end, with the receiver of these correlated transfers, which calls `receive_setup`.

    `cot`: secure against a dishonest receiver, with an odd offset. Delta is random. Either party may deviate. PeerError
    `bad-point`, `vole-malformed`; Abort `vole-check-failed`, `ot-check-failed`.
    """
    delta = FIELD.draw(ctx.prg("vole delta"), ())
    base = await base_kos16.send(ctx, cot.peer, ladder.sets[0].base, delta)
    end = WolverineSender(cot.peer, Code.of(ctx, ctx.me, cot.peer), base, cot, ladder, delta)
    labels = await _sender_labels(ctx, cot, ladder.steps)
    for step, (parameters, own) in enumerate(zip(ladder.steps, labels, strict=True)):
        end.keep(await iterate_sender(ctx, end, parameters, own, cot.delta, delta), ladder.sets[step + 1].base)
    return end


@cost(rounds=setup_rounds, to_one=setup_words, call_name="vole_setup", parties=2)
async def receive_setup(ctx: Context, cot: CotReceiver, ladder: Ladder = STANDARD) -> WolverineReceiver:
    """The receiver's end, with the sender of these correlated transfers, which calls `send_setup`."""
    base = await base_kos16.receive(ctx, cot.peer, ladder.sets[0].base)
    end = WolverineReceiver(cot.peer, Code.of(ctx, cot.peer, ctx.me), base, cot, ladder)
    labels = await _receiver_labels(ctx, cot, ladder.steps)
    for step, (parameters, own) in enumerate(zip(ladder.steps, labels, strict=True)):
        end.keep(await iterate_receiver(ctx, end, parameters, own), ladder.sets[step + 1].base)
    return end


def _extension_rounds(end: _End, count: int) -> int:
    return end.rounds(count)


def _extension_words(end: _End, count: int) -> int:
    return end.words(count)


@cost(rounds=_extension_rounds, to_one=_extension_words, call_name="vole_extend", parties=2)
async def _send(ctx: Context, end: WolverineSender, count: int) -> Words:
    (sets,), fresh = end.needed(count), list[Words]()
    for parameters, own in zip(sets, await _sender_labels(ctx, end.cot, sets), strict=True):
        made = await iterate_sender(ctx, end, parameters, own, end.cot.delta, end.delta)
        fresh.append(end.keep(made, parameters.base))
    return end.handed_out(fresh, count)


@cost(rounds=_extension_rounds, to_one=_extension_words, call_name="vole_extend", parties=2)
async def _receive(ctx: Context, end: WolverineReceiver, count: int) -> Words:
    (sets,), fresh = end.needed(count), list[Words]()
    for parameters, own in zip(sets, await _receiver_labels(ctx, end.cot, sets), strict=True):
        fresh.append(end.keep(await iterate_receiver(ctx, end, parameters, own), parameters.base))
    return end.handed_out(fresh, count)


async def _sender_labels(ctx: Context, cot: CotSender, sets: list[Parameters]) -> list[Words]:
    count = sum(p.transfers for p in sets)
    return list(_divided(await coloured_sender(ctx, cot, count), sets)) if sets else []


async def _receiver_labels(ctx: Context, cot: CotReceiver, sets: list[Parameters]) -> list[Words]:
    count = sum(p.transfers for p in sets)
    return list(_divided(await coloured_receiver(ctx, cot, count), sets)) if sets else []


def _divided(labels: Words, sets: list[Parameters]) -> Iterator[Words]:
    """Those of each iteration's trees: (trees, depth, 2)."""
    for p in sets:
        own, labels = labels[: p.transfers], labels[p.transfers :]
        yield own.reshape(p.trees, p.depth, 2)
