"""Functions of secrets that are no sums or products: each is one protocol of `protocols/numeric`.

Ranges, error bounds and rounds stand in the docstrings of those protocols.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import numpy as np

from mpc.context import Context
from mpc.errors import LocalError
from protocols.array.scales import fixed
from protocols.array.secret import SecretArray, implements, user_line
from protocols.numeric import exponential, logarithm, square_root
from protocols.numeric import reciprocal as inverse
from protocols.numeric import sigmoid as logistic
from protocols.ranges import Range
from protocols.shares import ArithmeticShare

Protocol = Callable[[Context, ArithmeticShare, Range, int], Awaitable[ArithmeticShare]]
RangeOf = Callable[[Range, int], Range]


def _applied(name: str, x: SecretArray, protocol: Protocol, range_of: RangeOf) -> SecretArray:
    """A node that runs `protocol` on x in fixed point; `range_of` refuses what is outside its domain."""
    x = fixed(x)
    bounds, f = x.range, x.context.fractional_bits
    try:
        range_ = range_of(bounds, f)
    except LocalError as error:
        error.line = error.line or user_line()
        raise

    async def run(ctx: Context, a: ArithmeticShare) -> ArithmeticShare:
        return await protocol(ctx, a, bounds, f)

    return SecretArray(x.context, name, (x,), run, shape=x.shape, kind="fixed", scale=f, range_=range_, talks=True)


@implements(np.reciprocal)
def reciprocal(x: SecretArray) -> SecretArray:
    """1 / x, for a range without zero."""
    return _applied("reciprocal", x, inverse.reciprocal, inverse.reciprocal_range)


@implements(np.sqrt)
def sqrt(x: SecretArray) -> SecretArray:
    """The square root, for a range that is nowhere negative."""
    return _applied("sqrt", x, square_root.sqrt, square_root.sqrt_range)


def inverse_sqrt(x: SecretArray) -> SecretArray:
    """1 / sqrt(x), for a positive range."""
    return _applied("inverse_sqrt", x, square_root.inverse_sqrt, square_root.inverse_sqrt_range)


@implements(np.exp)
def exp(x: SecretArray) -> SecretArray:
    """e to the power x, for a range whose results fit."""
    return _applied("exp", x, exponential.exp, exponential.exp_range)


@implements(np.log)
def log(x: SecretArray) -> SecretArray:
    """The natural logarithm, for a positive range."""
    return _applied("log", x, logarithm.log, logarithm.log_range)


def sigmoid(x: SecretArray) -> SecretArray:
    """1 / (1 + exp(-x)), within 1e-3, for any range."""
    return _applied("sigmoid", x, logistic.sigmoid, logistic.sigmoid_range)


@implements(np.tanh)
def tanh(x: SecretArray) -> SecretArray:
    """The hyperbolic tangent, within 1.4e-3, for any range."""
    return _applied("tanh", x, logistic.tanh, logistic.tanh_range)
