"""Circuits on shared bits and numbers by Yao's protocol, between two parties: two rounds, whatever the depth.

The session says by which scheme they are garbled where nothing else is asked for, and whether they are garbled
ahead, as material, or while they are computed.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import prod

import numpy as np

from mpc.algebra.bits import words_for
from mpc.algebra.words import Words
from mpc.context import Context
from protocols.circuits.circuit import Circuit
from protocols.garbled import ahead, ahead_numbers, of_shares, yao
from protocols.garbled.joint import Joint, is_number
from protocols.garbled.schemes import scheme_of
from protocols.garbled.walk import Scheme
from protocols.garbled.yao import OfGarbler
from protocols.one_array import OneArray, OneArrayBits, ring_of
from protocols.shares import Shape


async def evaluate(
    ctx: Context,
    circuit: Circuit,
    inputs: OneArrayBits,
    scheme: Scheme | None = None,
    of_garbler: OfGarbler = (),
) -> OneArrayBits:
    """<outputs> of <inputs>, planes of all bits of as many instances as the share has elements: `yao.evaluate`, or
    `ahead.evaluate` where the session garbles ahead."""
    scheme = scheme or scheme_of(ctx)
    if ctx.session.ways.garbling == "ahead":
        return inputs.like(await ahead.evaluate(ctx, circuit, inputs.words, inputs.size, scheme))
    return inputs.like(await yao.evaluate(ctx, circuit, inputs.words, inputs.size, scheme, of_garbler))


def garblers_bits(ctx: Context, words: Words | None, planes: int, shape: Shape) -> OneArrayBits:
    """<x> for packed bits that the garbler has: it holds them as they are, the evaluator zeros. Local.

    For `evaluate` alone, which hides what either party holds: to open something else that is made of it would show it.
    """
    if ctx.me == yao.GARBLER and words is not None:
        return OneArrayBits(ctx.bits.reduce(words), shape, ctx.bits)
    return OneArrayBits(ctx.bits.zeros((planes, words_for(prod(shape)))), shape, ctx.bits)


async def of_numbers(
    ctx: Context,
    joint: Joint,
    inputs: Sequence[OneArray | OneArrayBits],
    scheme: Scheme | None = None,
    *,
    online: bool = False,
) -> list[OneArray | OneArrayBits]:
    """The outputs of a joint circuit, elementwise, of shares of one shape: `of_shares.evaluate`.

    Numbers come with all the bits of their ring (`modulo` leaves those that matter), bits as planes, each in the order
    of the circuit. Whole numbers come out as [y] in the session's ring, others as planes. `online`: whatever the
    session says, tables travel.
    """
    numbers = [x for x in inputs if isinstance(x, OneArray)]
    bits = [x for x in inputs if isinstance(x, OneArrayBits)]
    shape, size = inputs[0].shape, inputs[0].size
    own = _rows(ctx, [x.ring.planes(x.words, x.ring.bits) for x in numbers], size)
    shared = _rows(ctx, [x.words.reshape(x.planes, x.words.shape[-1]) for x in bits], size)
    ring = ring_of(ctx)
    way = ahead_numbers if ctx.session.ways.garbling == "ahead" and not online else of_shares
    made = await way.evaluate(ctx, ring, joint, own, shared, size, scheme or scheme_of(ctx))
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
