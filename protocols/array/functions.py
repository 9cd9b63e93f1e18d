"""Functions of secrets that are no sums or products: each is one protocol of `protocols/numeric`.

Ranges, error bounds and rounds stand in the docstrings of those protocols.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from mpc.context import Context
from mpc.errors import LocalError
from protocols.array.arithmetic import add, multiply, negative, subtract
from protocols.array.implementations import implements
from protocols.array.lines import naming_line, user_line
from protocols.array.logic import is_negative, where
from protocols.array.losses import allowed_loss, check_loss
from protocols.array.lowering import garble
from protocols.array.node import Facts, Node, Operation, operation
from protocols.array.peaks import Peak
from protocols.array.quotients import divide, reciprocal
from protocols.array.recording import record
from protocols.array.scales import fixed
from protocols.array.secret import SecretArray, need_secret
from protocols.array.shadows import in_floats
from protocols.array.signs import from_zero_on
from protocols.numeric import error_function, exponential, garbled, logarithm, sine, square_root
from protocols.numeric import sigmoid as logistic
from protocols.numeric.continuity import (
    through_erf,
    through_exp,
    through_inverse_sqrt,
    through_log,
    through_sigmoid,
    through_sine,
    through_sqrt,
    through_tanh,
)
from protocols.numeric.fixed_point import room_of
from protocols.numeric.powers_of_two import largest_exp
from protocols.ranges import Range
from protocols.shares import ArithmeticShare

RangeOf = Callable[[Range, int, int], Range]
LossOf = Callable[[Range, int, int], int]
ErrorOf = Callable[[Range, int], int]


def _function(
    name: str,
    protocol: Callable[..., Any],
    range_of: RangeOf,
    loss_of: LossOf,
    through: ErrorOf,
    circuit: Callable[[Range, int], garbled.Function] | None = None,
) -> Operation:
    """An operation that runs `protocol(ctx, x, range, f)` on x in fixed point, or `circuit` where it is to be garbled.

    `range_of` says where the results lie, and refuses what is outside the function's domain; `loss_of` bounds the
    protocol's own error, and `through` what it makes of the operand's.
    """

    def facts(x: Node) -> Facts:
        room = room_of(x.value.home)
        with naming_line():
            range_ = range_of(x.range.off_by(0), x.scale, room)
        loss = loss_of(x.range, x.scale, room)
        check_loss(name, loss, range_, x.scale, x.scale)
        return Facts(x.shape, "fixed", x.scale, range_.off_by(loss + through(x.range, x.scale)))

    async def run(ctx: Context, node: Node, x: ArithmeticShare) -> ArithmeticShare:
        (operand,) = node.operands
        result: ArithmeticShare = await protocol(ctx, x, operand.range, node.scale)
        return result

    made = operation(name, facts, run)
    if circuit is not None:
        garble(made, "numeric", lambda node: circuit(node.operands[0].range, node.scale))
    return made


def _through_exp(r: Range, f: int) -> int:
    return through_exp(r, f, largest_exp(r, f))


SQRT = _function("sqrt", square_root.sqrt, square_root.sqrt_range, square_root.sqrt_loss, through_sqrt, garbled.sqrt)
INVERSE_SQRT = _function(
    "inverse_sqrt", square_root.inverse_sqrt, square_root.inverse_sqrt_range, square_root.inverse_sqrt_loss,
    through_inverse_sqrt, garbled.inverse_sqrt,
)  # fmt: skip
EXP = _function("exp", exponential.exp, exponential.exp_range, exponential.exp_loss, _through_exp, garbled.exp)
LOG = _function("log", logarithm.log, logarithm.log_range, logarithm.log_loss, through_log, garbled.log)
SIGMOID = _function(
    "sigmoid", logistic.sigmoid, logistic.sigmoid_range, logistic.sigmoid_loss, through_sigmoid, garbled.sigmoid
)
TANH = _function("tanh", logistic.tanh, logistic.tanh_range, logistic.tanh_loss, through_tanh, garbled.tanh)
SIN = _function("sin", sine.sin, sine.sin_range, sine.sin_loss, through_sine, garbled.sin)
COS = _function("cos", sine.cos, sine.cos_range, sine.sin_loss, through_sine, garbled.cos)
ERF = _function(
    "erf", error_function.erf, error_function.erf_range, error_function.erf_loss, through_erf
)  # fmt: skip


@implements(np.sqrt)
def sqrt(x: SecretArray) -> SecretArray:
    """The square root, for a range that is nowhere negative, or that is so but for rounding (`array/signs.py`)."""
    return record(SQRT, from_zero_on(fixed(x)))


@in_floats(lambda x: 1 / np.sqrt(x))
def inverse_sqrt(x: SecretArray) -> SecretArray:
    """1 / sqrt(x), for a positive range."""
    return record(INVERSE_SQRT, fixed(need_secret(x, "inverse_sqrt")))


@implements(np.exp)
def exp(x: SecretArray) -> SecretArray:
    """e to the power x, for a range whose results fit."""
    y = record(EXP, fixed(x))
    if isinstance(x.together, Peak) and x.together.least <= 0:
        least = Range(x.together.least, x.together.least)
        y.together = Peak(x.together.axes, exponential.exp_range(least, y.scale, room_of(y.context)).lo)
    return y


@implements(np.log)
def log(x: SecretArray) -> SecretArray:
    """The natural logarithm, for a positive range."""
    return record(LOG, fixed(x))


@in_floats(lambda x: 1 / (1 + np.exp(-x)))
def sigmoid(x: SecretArray) -> SecretArray:
    """1 / (1 + exp(-x)), for any range: a spline within 1.1e-4 where that is no more than 16 units of the last place,
    else from exp and a reciprocal, within 4 units."""
    x = fixed(need_secret(x, "sigmoid"))
    if _fine(x, logistic.sigmoid_loss):
        return record(SIGMOID, x)
    return _by_exp(x)


@implements(np.tanh)
def tanh(x: SecretArray) -> SecretArray:
    """The hyperbolic tangent, for any range: as `sigmoid`, with twice its error."""
    x = fixed(x)
    if _fine(x, logistic.tanh_loss):
        return record(TANH, x)
    return subtract(multiply(_by_exp(multiply(x, 2)), 2), 1)


@implements(np.sin)
def sin(x: SecretArray) -> SecretArray:
    """The sine of x in radians, for any range up to 2^40 or so: within a unit of the last place."""
    return record(SIN, fixed(x))


@implements(np.cos)
def cos(x: SecretArray) -> SecretArray:
    """The cosine of x in radians: as `sin`."""
    return record(COS, fixed(x))


@implements(np.tan)
def tan(x: SecretArray) -> SecretArray:
    """The tangent of x in radians, sin(x) / cos(x), for a range between two of its poles."""
    below = cos(x)
    if not below.range.nearest:
        lo, hi = x.bounds
        raise LocalError(
            "domain", f"tan of a value that may lie anywhere in [{lo:g}, {hi:g}] needs a range without its poles, "
            "which are pi / 2 and all that lie whole multiples of pi from it",
            "declare the range that the values really have, with .within(lo, hi)", line=user_line(),
        )  # fmt: skip
    return divide(sin(x), below)


def _erf_of_floats(x: Any) -> Any:
    return np.vectorize(math.erf, otypes=[np.float64])(x)


@in_floats(_erf_of_floats)
def erf(x: SecretArray) -> SecretArray:
    """The error function, 2 / sqrt(pi) times the integral of exp(-t^2) from 0 to x, for any range, within a unit of the
    last place or little more. The normal distribution is (1 + mpc.erf(x / 2**0.5)) / 2, and GELU x times that."""
    return record(ERF, fixed(need_secret(x, "erf")))


def _fine(x: SecretArray, loss_of: LossOf) -> bool:
    """Whether a function with results of at most 1 loses little enough."""
    one = Range(0, 1 << x.scale)
    return loss_of(x.range, x.scale, room_of(x.context)) <= allowed_loss(one, x.scale, x.scale)


def _by_exp(x: SecretArray) -> SecretArray:
    """sigmoid(|x|) = 1 / (1 + exp(-|x|)), and 1 less that for negative x."""
    below = is_negative(x)
    size = where(below, negative(x), x).in_range(x.range.absolute())
    upper = reciprocal(add(exp(negative(size)), 1))
    return where(below, subtract(1, upper), upper)
