"""Functions of secrets that are no sums or products: each is one protocol of `protocols/numeric`.

Ranges, error bounds and rounds stand in the docstrings of those protocols.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from mpc.context import Context
from mpc.errors import LocalError
from protocols.array.lines import user_line
from protocols.array.node import Facts, Node, Operation, operation
from protocols.array.scales import fixed
from protocols.array.secret import SecretArray, implements, record
from protocols.numeric import exponential, logarithm, square_root
from protocols.numeric import reciprocal as inverse
from protocols.numeric import sigmoid as logistic
from protocols.ranges import Range
from protocols.shares import ArithmeticShare

RangeOf = Callable[[Range, int], Range]


def _function(name: str, protocol: Callable[..., Any], range_of: RangeOf) -> Operation:
    """An operation that runs `protocol(ctx, x, range, f)` on x in fixed point.

    `range_of` says where the results lie, and refuses what is outside the function's domain.
    """

    def facts(x: Node) -> Facts:
        try:
            return Facts(x.shape, "fixed", x.scale, range_of(x.range, x.scale))
        except LocalError as error:
            error.line = error.line or user_line()
            raise

    async def run(ctx: Context, node: Node, x: ArithmeticShare) -> ArithmeticShare:
        (operand,) = node.operands
        result: ArithmeticShare = await protocol(ctx, x, operand.range, node.scale)
        return result

    return operation(name, facts, run)


RECIPROCAL = _function("reciprocal", inverse.reciprocal, inverse.reciprocal_range)
SQRT = _function("sqrt", square_root.sqrt, square_root.sqrt_range)
INVERSE_SQRT = _function("inverse_sqrt", square_root.inverse_sqrt, square_root.inverse_sqrt_range)
EXP = _function("exp", exponential.exp, exponential.exp_range)
LOG = _function("log", logarithm.log, logarithm.log_range)
SIGMOID = _function("sigmoid", logistic.sigmoid, logistic.sigmoid_range)
TANH = _function("tanh", logistic.tanh, logistic.tanh_range)


@implements(np.reciprocal)
def reciprocal(x: SecretArray) -> SecretArray:
    """1 / x, for a range without zero."""
    return record(RECIPROCAL, fixed(x))


@implements(np.sqrt)
def sqrt(x: SecretArray) -> SecretArray:
    """The square root, for a range that is nowhere negative."""
    return record(SQRT, fixed(x))


def inverse_sqrt(x: SecretArray) -> SecretArray:
    """1 / sqrt(x), for a positive range."""
    return record(INVERSE_SQRT, fixed(x))


@implements(np.exp)
def exp(x: SecretArray) -> SecretArray:
    """e to the power x, for a range whose results fit."""
    return record(EXP, fixed(x))


@implements(np.log)
def log(x: SecretArray) -> SecretArray:
    """The natural logarithm, for a positive range."""
    return record(LOG, fixed(x))


def sigmoid(x: SecretArray) -> SecretArray:
    """1 / (1 + exp(-x)), within 1e-3, for any range."""
    return record(SIGMOID, fixed(x))


@implements(np.tanh)
def tanh(x: SecretArray) -> SecretArray:
    """The hyperbolic tangent, within 1.4e-3, for any range."""
    return record(TANH, fixed(x))
