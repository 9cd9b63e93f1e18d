"""Functions of shared numbers and bits by circuits that were garbled ahead: `of_shares.py` without tables online.

A number is x = x_0 + x_1 modulo 2^k. The evaluator has labels of the bits of a random number r from before. It tells
u = x_1 - r, and the garbler, who then has v = x_0 + u, tells the labels of v: the circuit adds v and r. So k labels go
for a number, and nothing for the evaluator's part; XOR-shared bits go as in `ahead.py`. Where a circuit takes either
party's own bits otherwise than to add them up, those of the garbler take a label each, and those of the evaluator are
XOR-shared ones. What makes additive shares of the outputs is material too.

Semi-honest: beside what `ahead.py` says, u is masked by the uniform r.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mpc.accounts.cost import cost
from mpc.algebra.bits import words_for
from mpc.algebra.interface import Z2k
from mpc.algebra.ring import Words
from mpc.algebra.shapes_only import blank
from mpc.context import Context
from mpc.garbling import Bytes
from protocols.garbled.ahead import Ends, answer, ask, joined_planes, rehearse, take
from protocols.garbled.half_gates_zre15 import HALF_GATES
from protocols.garbled.joint import Joint
from protocols.garbled.of_shares import Outputs, check_shares, dense, empty
from protocols.garbled.walk import Scheme
from protocols.garbled.yao import GARBLER


def _masked(joint: Joint) -> int:
    """Labels that the garbler tells of an instance."""
    return joint.garbler + joint.shared + (0 if joint.sums else joint.evaluator)


def _words(ring: Z2k, joint: Joint, own: Words, shared: Words, instances: int, scheme: Scheme = HALF_GATES) -> int:
    return words_for(joint.transferred * instances) + 2 * _masked(joint) * instances


def _rounds(ring: Z2k, joint: Joint, own: Words, shared: Words, instances: int, scheme: Scheme = HALF_GATES) -> int:
    return 2 if instances and joint.transferred else 1 if instances and joint.garbler else 0


def _ands(ring: Z2k, joint: Joint, own: Words, shared: Words, instances: int, scheme: Scheme = HALF_GATES) -> int:
    return joint.circuit.ands * instances


@cost(rounds=_rounds, to_one=_words, garbling=_ands, call_name="ahead_of_shares", parties=2)
async def evaluate(
    ctx: Context, ring: Z2k, joint: Joint, own: Words, shared: Words, instances: int, scheme: Scheme = HALF_GATES
) -> Outputs:
    """As `of_shares.evaluate`, on material of the kind `garbling`. LocalError `garbling-too-large` besides."""
    check_shares(ctx, joint, own, shared, instances)
    if not instances:
        return empty(ring, joint, 0)
    early = joint.evaluator if joint.sums else 0
    garblings = await take(ctx, joint.circuit, instances, scheme, late=joint.garbler, early=early, sums=True)
    if ctx.planning:
        await rehearse(ctx, garblings)
        return empty(ring, joint, instances)
    mine, both = dense(own, instances), dense(shared, instances)
    if ctx.me == GARBLER:
        ends = await answer(ctx, garblings, lambda told: _known(joint, told, mine, both))
    else:
        ends = await ask(ctx, garblings, lambda random: _hidden(joint, random, mine, both))
    return _outputs(ring, joint, ends, instances)


def _known(joint: Joint, told: Bytes, own: Bytes, shared: Bytes) -> Bytes:
    """The garbler's masked bits, from its own and its shares: sums of numbers, or as they are; then XORs."""
    if joint.sums:
        numbers, bits = np.split(told, [joint.evaluator])
        return np.concatenate([_added(own, numbers, joint.sums), bits ^ shared])
    theirs, bits = np.split(told, [joint.evaluator])
    return np.concatenate([own, theirs, bits ^ shared])


def _hidden(joint: Joint, random: Bytes, own: Bytes, shared: Bytes) -> Bytes:
    """What the evaluator tells of its own and its shares."""
    numbers, bits = np.split(random, [joint.evaluator])
    told = _subtracted(own, numbers, joint.sums) if joint.sums else own ^ numbers
    return np.concatenate([told, bits ^ shared])


def _outputs(ring: Z2k, joint: Joint, ends: Sequence[Ends], instances: int) -> Outputs:
    parts = zip(*[end.numbers for end in ends], strict=True)
    numbers = [ring.moved(lambda *each: np.concatenate(each), *part) for part in parts]
    bits = len(ends[0].bits)
    planes = joined_planes([end.bits for end in ends]) if bits else blank((0, words_for(instances)))
    return Outputs(planes, tuple(numbers))


def _added(x: Bytes, y: Bytes, widths: Sequence[int]) -> Bytes:
    """x + y modulo 2^k of numbers of these widths, bit rows below one another, the lowest first."""
    total, at = np.empty_like(x), 0
    for width in widths:
        carry = np.zeros_like(x[0])
        for row in range(at, at + width):
            differ = x[row] ^ y[row]
            total[row] = differ ^ carry
            carry = x[row] & y[row] | differ & carry
        at += width
    return total


def _subtracted(x: Bytes, y: Bytes, widths: Sequence[int]) -> Bytes:
    """x - y, the same: ~(~x + y)."""
    return 1 - _added(1 - x, y, widths)
