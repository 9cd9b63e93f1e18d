"""Circuits on shared bits and numbers by Yao's protocol, between two parties: two rounds, whatever the depth."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from mpc.algebra.words import Words
from mpc.context import Context
from protocols.circuits.circuit import Circuit
from protocols.garbled import of_shares, yao
from protocols.garbled.half_gates_zre15 import HALF_GATES
from protocols.garbled.joint import Joint, is_number
from protocols.garbled.walk import Scheme
from protocols.one_array import OneArray, OneArrayBits, ring_of


async def evaluate(ctx: Context, circuit: Circuit, inputs: OneArrayBits, scheme: Scheme = HALF_GATES) -> OneArrayBits:
    """<outputs> of <inputs>, planes of all bits of as many instances as the share has elements: `yao.evaluate`."""
    return inputs.like(await yao.evaluate(ctx, circuit, inputs.words, inputs.size, scheme))


async def of_numbers(
    ctx: Context, joint: Joint, inputs: Sequence[OneArray | OneArrayBits], scheme: Scheme = HALF_GATES
) -> list[OneArray | OneArrayBits]:
    """The outputs of a joint circuit, elementwise, of shares of one shape: `of_shares.evaluate`.

    Numbers come with all the bits of their ring (`modulo` leaves those that matter), bits as planes, each in the order
    of the circuit. Whole numbers come out as [y] in the session's ring, others as planes.
    """
    numbers = [x for x in inputs if isinstance(x, OneArray)]
    bits = [x for x in inputs if isinstance(x, OneArrayBits)]
    shape, size = inputs[0].shape, inputs[0].size
    own = _rows(ctx, [x.ring.planes(x.words, x.ring.bits) for x in numbers], size)
    shared = _rows(ctx, [x.words.reshape(x.planes, x.words.shape[-1]) for x in bits], size)
    ring = ring_of(ctx)
    made = await of_shares.evaluate(ctx, ring, joint, own, shared, size, scheme)
    planes = OneArrayBits(made.planes, shape, ctx.bits)
    plain = [port for port in joint.circuit.outputs if not is_number(port)]
    ends = pairwise(np.cumsum([0, *(port.width for port in plain)]).tolist())
    found = {port: planes.plane(slice(*end)) for port, end in zip(plain, ends, strict=True)}
    elements = {port: OneArray(x, ring).reshape(shape) for port, x in zip(joint.numbers, made.numbers, strict=True)}
    return [(found | elements)[port] for port in joint.circuit.outputs]


def _rows(ctx: Context, planes: Sequence[Words], size: int) -> Words:
    """Planes below one another."""
    nothing = ctx.bits.zeros((0, -(-size // 64)))
    return ctx.bits.moved(lambda *rows: np.concatenate(rows), nothing, *planes)
