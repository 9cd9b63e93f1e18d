"""Amounts of privacy: exact rational numbers, from whatever a program or a file writes them as.

A budget is a promise over years of small charges, so ten charges of 0.1 must be 1. A float is therefore taken as the
shortest decimal that names it, which is what its author wrote, and every sum is exact. What can only be computed
approximately is rounded up to a grid before it becomes an amount: a charge is never too small.
"""

from __future__ import annotations

import re
from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal
from fractions import Fraction

import numpy as np

from mpc.errors import LocalError

GRID = Fraction(1, 10**30)
"""What charges are rounded up to: decimals of up to 30 places stay, and a delta of 2^-80 is a million of its steps."""

MOST_BITS = 4096
"""Of numerator and denominator: no text makes a number whose arithmetic takes long."""

LONGEST_TEXT = 1024
_NOT_FINITE = re.compile(r"\s*[+-]?(s?nan|inf)", re.IGNORECASE)
_EXPONENT = re.compile(r"[eE][+-]?0*[0-9]{5,}")

AnyNumber = int | str | Decimal | Fraction | float
"""What an amount may be written as."""


def amount(value: AnyNumber, what: str = "an amount") -> Fraction:
    """The number, exactly, at least 0. A float is taken as its shortest decimal: 0.1 is 1/10.

    `what` names it in errors. Text may be a decimal ("1e-5") or a quotient ("1/3").

    Raises LocalError: `wrong-amount` for booleans, other types, text that is no number, and numbers of more than
    MOST_BITS bits; `infinite-amount` for NaN and infinities; `negative-amount`.
    """
    exact = _exact(value, what)
    if max(exact.numerator.bit_length(), exact.denominator.bit_length()) > MOST_BITS:
        raise _wrong(what, f"has more than {MOST_BITS} bits")
    if exact < 0:
        raise LocalError("negative-amount", f"{what} is {printed(exact)}, below 0", "an amount of 0 or more")
    return exact


def positive(value: AnyNumber, what: str) -> Fraction:
    """The number, exactly, above 0.

    Raises LocalError: as `amount`, and `amount-out-of-range` for 0.
    """
    exact = amount(value, what)
    if exact == 0:
        raise _out_of_range(what, exact, "above 0")
    return exact


def probability(value: AnyNumber, what: str, *, below_one: bool = False) -> Fraction:
    """The number, exactly, from 0 to 1; below 1 where a delta of 1 would promise nothing.

    Raises LocalError: as `amount`, and `amount-out-of-range`.
    """
    exact = amount(value, what)
    if exact > 1 or (below_one and exact == 1):
        raise _out_of_range(what, exact, "from 0 to below 1" if below_one else "from 0 to 1")
    return exact


def count_of(value: int, what: str, least: int = 1) -> int:
    """A whole number of at least `least` and below 2^63, so that every format holds it.

    Raises LocalError `wrong-amount` for other types, `amount-out-of-range` for other numbers.
    """
    if isinstance(value, bool | np.bool_) or not isinstance(value, int | np.integer):
        raise _wrong(what, f"is of type {type(value).__name__}, not a whole number")
    if not least <= value < 1 << 63:
        raise _out_of_range(what, Fraction(int(value)), f"a whole number from {least} to below 2^63")
    return int(value)


def rounded_up(value: Fraction, grid: Fraction = GRID) -> Fraction:
    """The smallest multiple of `grid` that is not below the value."""
    return -(-value // grid) * grid


def printed(value: Fraction, digits: int = 6, *, down: bool = False) -> str:
    """A decimal for people: exact where so many digits suffice, else rounded up, or down for what is left."""
    context = Context(prec=digits, rounding=ROUND_FLOOR if down else ROUND_CEILING)
    decimal = context.divide(Decimal(value.numerator), Decimal(value.denominator)).normalize(context)
    small = decimal.adjusted() < -4 or decimal.adjusted() >= digits
    return f"{decimal:e}".replace("e+", "e") if small and decimal else f"{decimal:f}"


def _exact(value: AnyNumber, what: str) -> Fraction:
    match value:
        case bool() | np.bool_():
            raise _wrong(what, "is a truth value")
        case int() | np.integer():
            return Fraction(int(value))
        case Fraction():
            return value
        case float() | np.floating() | Decimal():
            return _of_text(str(value), what)
        case str():
            return _of_text(value, what)
    raise _wrong(what, f"is of type {type(value).__name__}")


def _of_text(text: str, what: str) -> Fraction:
    if len(text) > LONGEST_TEXT or _EXPONENT.search(text):
        raise _wrong(what, f"has more than {MOST_BITS} bits")
    if _NOT_FINITE.match(text):
        raise _infinite(what, text.strip())
    try:
        if not text.isascii():
            raise ValueError
        return Fraction(text)
    except (ValueError, ZeroDivisionError):
        raise _wrong(what, f"is the text {text[:40]!r}, which is no number") from None


def _wrong(what: str, why: str) -> LocalError:
    return LocalError("wrong-amount", f"{what} {why}", "a number, as 0.1, Decimal('1e-5') or '1/3'")


def _infinite(what: str, shown: str) -> LocalError:
    return LocalError("infinite-amount", f"{what} is {shown}", "a finite number: an endless budget is none")


def _out_of_range(what: str, value: Fraction, allowed: str) -> LocalError:
    return LocalError("amount-out-of-range", f"{what} is {printed(value)}", f"give one {allowed}")
