"""Quotients of secrets and public numbers."""

from __future__ import annotations

from typing import Any

import numpy as np

from mpc.context import Context
from mpc.errors import LocalError
from protocols.array.arithmetic import divide_by
from protocols.array.facts import joint_shape
from protocols.array.implementations import implements
from protocols.array.lines import naming_line, user_line
from protocols.array.losses import allowed_loss, check_loss
from protocols.array.lowering import garble
from protocols.array.missing import missing
from protocols.array.node import Facts, Node, operation
from protocols.array.public import is_integral, public
from protocols.array.recording import record
from protocols.array.scales import as_secret, fixed, short
from protocols.array.secret import SecretArray
from protocols.numeric import garbled
from protocols.numeric.continuity import through_quotient, through_reciprocal
from protocols.numeric.division import divide as divide_shares
from protocols.numeric.division import quotient_loss, quotient_range
from protocols.numeric.fixed_point import room_of
from protocols.numeric.reciprocal import reciprocal as invert_shares
from protocols.numeric.reciprocal import reciprocal_loss, reciprocal_range
from protocols.ranges import Range
from protocols.shares import ArithmeticShare


def _quotient(x: Node, y: Node, scale: int) -> Facts:
    extra, room = scale + y.scale - x.scale, room_of(x.value.home)
    with naming_line():
        range_ = quotient_range(x.range, y.range, extra, y.scale, room)
    loss = quotient_loss(x.range, y.range, extra, room)
    check_loss("/", loss, range_, scale, scale)
    error = loss + through_quotient(x.range, y.range, extra)
    return Facts(joint_shape("/", x.shape, y.shape), "fixed", scale, range_.off_by(error))


def _inverse(x: Node) -> Facts:
    room = room_of(x.value.home)
    with naming_line():
        range_ = reciprocal_range(x.range, x.scale, room)
    error = reciprocal_loss(x.range, x.scale, room) + through_reciprocal(x.range, x.scale)
    return Facts(x.shape, "fixed", x.scale, range_.off_by(error))


async def _divide(ctx: Context, node: Node, x: ArithmeticShare, y: ArithmeticShare) -> ArithmeticShare:
    dividend, divisor = node.operands
    extra = node.scale + divisor.scale - dividend.scale
    return await divide_shares(ctx, x, y, dividend.range, divisor.range, extra)


async def _invert(ctx: Context, node: Node, x: ArithmeticShare) -> ArithmeticShare:
    (operand,) = node.operands
    return await invert_shares(ctx, x, operand.range, node.scale)


def _quotient_circuit(node: Node) -> garbled.Function:
    dividend, divisor = node.operands
    return garbled.quotient(dividend.range, divisor.range, node.scale + divisor.scale - dividend.scale)


DIVIDE = operation("/", _quotient, _divide, keeps_signs=True)
RECIPROCAL = operation("reciprocal", _inverse, _invert)
garble(DIVIDE, "numeric", _quotient_circuit)
garble(RECIPROCAL, "numeric", lambda node: garbled.reciprocal(node.operands[0].range, node.scale))


@implements(np.divide)
def divide(x: Any, y: Any) -> SecretArray:
    """x / y: by a public number a scaling, by a secret its reciprocal, a product, and a correction where that loses
    much; for a divisor whose range is without zero."""
    if isinstance(y, SecretArray):
        f = y.context.fractional_bits
        if not isinstance(x, SecretArray):
            x = public(x)
            if x.shape == () and x == 1:
                return reciprocal(y)
            x = as_secret(y.context, x, 0 if is_integral(x) else f)
        return record(DIVIDE, short(x), short(y), scale=f)
    divisor = public(y)
    if not np.all(divisor):
        raise LocalError(
            "division-by-zero", "division of a secret by a public zero", "leave zeros out", line=user_line()
        )
    return fixed(divide_by(x, divisor))


@implements(np.reciprocal)
def reciprocal_of_reals(x: SecretArray) -> SecretArray:
    """1 / x, for a range without zero. Of whole numbers refused: numpy gives a whole number, which is mostly 0."""
    if x.kind != "fixed":
        raise missing("np.reciprocal of whole numbers", "1 / x, which is a real number")
    return reciprocal(x)


def reciprocal(x: SecretArray) -> SecretArray:
    """1 / x, for a range without zero; with a correction where the reciprocal alone loses much."""
    x = short(x)
    f = x.context.fractional_bits
    if _alone_is_enough(x.range.shift_left(f - x.scale), f, room_of(x.context)):
        return record(RECIPROCAL, fixed(x))
    return record(DIVIDE, as_secret(x.context, 1, 0), x, scale=f)


def _alone_is_enough(r: Range, f: int, room: int) -> bool:
    """Whether the protocol for 1 / x has a form for this range, and loses little."""
    try:
        range_ = reciprocal_range(r, f, room)
    except LocalError:
        return False
    return reciprocal_loss(r, f, room) <= allowed_loss(range_, f, f)
