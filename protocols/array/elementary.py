"""Functions that follow from the exponential, the logarithm and the square root by one public factor or sum.

With f the run's number of fractional bits, E(y) = 2^-f + 2^-24 y the bound of `exp` at a result y, L = 2^-f + 2^-21
that of `log`.
"""

from __future__ import annotations

from math import log as ln
from typing import Any

import numpy as np

from protocols.array.arithmetic import add, scale_by, subtract
from protocols.array.functions import exp, log
from protocols.array.implementations import implements
from protocols.array.logic import absolute, maximum
from protocols.array.scales import fixed
from protocols.array.secret import SecretArray


@implements(np.log2)
def log2(x: SecretArray) -> SecretArray:
    """The logarithm to base 2, for a positive range, within 1.45 L + 2^(1-f)."""
    return fixed(scale_by(log(x), np.asarray(1 / ln(2)), rounded=True))


@implements(np.log10)
def log10(x: SecretArray) -> SecretArray:
    """The logarithm to base 10, for a positive range, within L + 2^(1-f)."""
    return fixed(scale_by(log(x), np.asarray(1 / ln(10)), rounded=True))


@implements(np.log1p)
def log1p(x: SecretArray) -> SecretArray:
    """log(1 + x), for a range above -1, within L of that of the encoded x."""
    return log(add(x, 1.0))


@implements(np.expm1)
def expm1(x: SecretArray) -> SecretArray:
    """exp(x) - 1, within E(exp(x))."""
    return subtract(exp(x), 1.0)


@implements(np.exp2)
def exp2(x: SecretArray) -> SecretArray:
    """2 to the power x, within E(2^x) + 2^(1-f) 2^x: the exponent x log 2 is rounded."""
    return exp(fixed(scale_by(x, np.asarray(ln(2)), rounded=True)))


@implements(np.logaddexp)
def logaddexp(x: Any, y: Any) -> SecretArray:
    """log(exp(x) + exp(y)) without leaving their range, within L + 2^(1-f)."""
    apart = fixed(absolute(subtract(x, y)))
    closeness = exp(-apart)
    whole = 1 << closeness.scale
    return add(maximum(x, y), log(add(closeness.narrowed(0, max(closeness.range.hi, whole)), 1.0)))
