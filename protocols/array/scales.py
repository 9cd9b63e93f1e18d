"""Fractional bits of secrets: bringing values to a scale, and public numbers among secrets."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from mpc.algebra import bits
from mpc.algebra.encoding import extremes
from mpc.context import Context
from protocols.array.lowering import stands_between
from protocols.array.node import Facts, Node, operation
from protocols.array.public import Constant, Public, encoded, is_integral, public
from protocols.array.recording import form, form_place, record
from protocols.array.secret import SecretArray
from protocols.numeric import garbled_between
from protocols.ranges import Range, scaled
from protocols.shares import ArithmeticShare, BooleanShare
from protocols.suite import suite_of

BIT = Range(0, 1)


def _lifted(x: Node, shift: int) -> Facts:
    return Facts(x.shape, "fixed", x.scale + shift, x.range.shift_left(shift))


def _shortened(x: Node, shift: int) -> Facts:
    return Facts(x.shape, "fixed", x.scale - shift, x.range.truncate(shift))


async def _truncate(ctx: Context, node: Node, x: ArithmeticShare) -> ArithmeticShare:
    return await suite_of(ctx).truncate(ctx, x, node.parameters["shift"])


def _constant_bits(ctx: Context, node: Node) -> BooleanShare:
    return suite_of(ctx).constant_bits(ctx, node.parameters["words"], node.shape)


async def _bits_to_ring(ctx: Context, node: Node, x: BooleanShare) -> ArithmeticShare:
    return await suite_of(ctx).bits_to_ring(ctx, x)


def _constant(constant: Constant, scale: int) -> Facts:
    return Facts(constant.shape, "fixed" if scale else "int", scale, constant.range)


def _share_of_constant(ctx: Context, node: Node) -> ArithmeticShare:
    return suite_of(ctx).constant(ctx, node.parameters["constant"].elements)


LIFT = operation("lift", _lifted, lambda ctx, node, x: x.scale(1 << node.parameters["shift"]), keeps_signs=True)
TRUNCATE = operation("truncate", _shortened, _truncate, keeps_signs=True)
stands_between(LIFT, lambda node: garbled_between.lifted(node.operands[0].range, node.parameters["shift"]))
stands_between(TRUNCATE, lambda node: garbled_between.truncated(node.operands[0].range, node.parameters["shift"]))
BIT_TO_RING = operation("bit to ring", lambda x: Facts(x.shape, "int", 0, BIT), _bits_to_ring)
stands_between(BIT_TO_RING, lambda node: garbled_between.NUMBER)
CONSTANT = operation("constant", _constant, _share_of_constant)
CONSTANT_BITS = operation("constant bits", lambda words, shape: Facts(shape, "bit", 0, BIT), _constant_bits)


def constant_bits(context: Context, values: npt.NDArray[np.bool_]) -> SecretArray:
    """Public truth values as a secret, where only a secret will do."""
    return record(CONSTANT_BITS, home=context, words=bits.pack(values), shape=values.shape)


def at_scale(x: SecretArray, scale: int) -> SecretArray:
    """x with this many fractional bits: lifting is local, shortening costs one truncation, done once for each value."""
    x = ring_form(x)
    if x.scale == scale:
        return x
    if scale > x.scale:
        return form(x, scale, LIFT, shift=scale - x.scale)
    if x.moved is not None:
        return _shortened_before(x, scale)
    return form(x, scale, TRUNCATE, shift=x.scale - scale)


def _shortened_before(x: SecretArray, scale: int) -> SecretArray:
    """x of elements that were moved about: shortened where they came from, once for all that is made of them, which
    is one value for all aliases of x, whoever asks for it first."""
    made = x.forms.setdefault(scale, {})
    if x.range not in made:
        first = next(iter(made.values()), None)
        short = _moved_after(x, scale) if first is None else first
        made[x.range] = short.in_range(x.range.truncate(x.scale - scale), vouched=x.node.vouched)
    return made[x.range]


def _moved_after(x: SecretArray, scale: int) -> SecretArray:
    base, moves = x.moved or (x, ())
    short = at_scale(base, scale)
    for i, (move, parameters) in enumerate(moves):
        short = record(move, short, home=x.context, place=(*form_place(x, scale), i), **parameters)
    return short


def fixed(x: SecretArray) -> SecretArray:
    """x with the run's number of fractional bits."""
    return at_scale(x, x.context.fractional_bits)


def short(x: SecretArray) -> SecretArray:
    """x with at most the run's number of fractional bits: what a product may take."""
    x = ring_form(x)
    return fixed(x) if x.scale > x.context.fractional_bits else x


def aligned(x: SecretArray, y: SecretArray, *, to_add: bool = False) -> tuple[SecretArray, SecretArray]:
    """Both at one scale: the larger of the two if they fit the ring with it, else the smaller, but at least the run's
    own, else that. With `to_add` their sum and their difference must fit too."""
    x, y = ring_form(x), ring_form(y)
    most, least, f = max(x.scale, y.scale), min(x.scale, y.scale), x.context.fractional_bits
    scales = (most, min(max(least, f), most), min(f, most))
    scale = next((s for s in scales if _fit(x, y, s, to_add=to_add)), scales[-1] if most > least or to_add else most)
    return at_scale(x, scale), at_scale(y, scale)


def _fit(x: SecretArray, y: SecretArray, scale: int, *, to_add: bool) -> bool:
    left, right = (_range_at(v, scale) for v in (x, y))
    tried = (left, right, left + right, left - right) if to_add else (left, right)
    return all(range_.fits(x.context.ring.bits) for range_ in tried)


def _range_at(x: SecretArray, scale: int) -> Range:
    lift = scale - x.scale
    return x.range.shift_left(lift) if lift >= 0 else x.range.truncate(-lift)


def ring_form(x: SecretArray) -> SecretArray:
    """A bit as an integer 0 or 1, converted once for each value; numbers as they are."""
    return form(x, "ring", BIT_TO_RING) if x.kind == "bit" else x


def constant(context: Context, values: Any, scale: int) -> SecretArray:
    """A public array as a secret of that scale, where only a secret will do."""
    return record(CONSTANT, home=context, constant=encoded(context, values, scale), scale=scale)


def has_room(context: Context, values: Public, scale: int) -> bool:
    """Whether public numbers fit the ring with so many fractional bits."""
    lo, hi = extremes(values) if values.size else (0, 0)
    return scaled(max(-lo, hi), scale) < 1 << (context.ring.bits - 2)


def as_secret(context: Context, value: Any, scale: int) -> SecretArray:
    """A secret as it is, a public value as a constant of this scale."""
    return value if isinstance(value, SecretArray) else constant(context, public(value), scale)


def common_scale(*values: Any) -> tuple[SecretArray, ...]:
    """Secrets and public values at one scale; at least one must be secret."""
    secrets = [ring_form(v) for v in values if isinstance(v, SecretArray)]
    others = [public(v) for v in values if not isinstance(v, SecretArray)]
    scale = max(s.scale for s in secrets)
    f = secrets[0].context.fractional_bits
    if not all(is_integral(v) for v in others):
        scale = max(scale, f)
    if not all(s.range.shift_left(max(scale - s.scale, 0)).fits(s.context.ring.bits) for s in secrets) or not all(
        has_room(secrets[0].context, v, scale) for v in others
    ):
        scale = f
    return tuple(at_scale(as_secret(secrets[0].context, v, scale), scale) for v in values)
