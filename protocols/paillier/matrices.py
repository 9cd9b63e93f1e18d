"""Products of a matrix of numbers and a vector of ciphertexts: one simultaneous power for each row.

Row i of the result is the product over j of c_j^a_ij. For a public matrix, by one of two ways, whichever takes fewer
products: Straus', "Addition chains of vectors", American Mathematical Monthly 1964, with sliding windows over a table
of odd powers that all rows share; or Pippenger's buckets, "On the evaluation of powers and monomials", SIAM Journal on
Computing 1980, for few rows. Positive and negative entries make two products, and one is divided by the other.
For a secret matrix, in constant time: a table of each c_j that all rows share, read in full for every digit.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mpc.algebra.bigint import to_ints
from mpc.algebra.montgomery_form import MontgomeryForm
from mpc.algebra.powers_of_base import PowersOfBase
from mpc.algebra.ring import U64, Words
from protocols.homomorphic.encoded import Encoded
from protocols.homomorphic.offsets import raised
from protocols.paillier.group import Group
from protocols.paillier.scaling import scaled

Ints = npt.NDArray[np.int64]

_WIDEST = 9
_TABLE_NUMBERS = 1 << 18
"""The largest table of powers: 128 MiB for ciphertexts of 4096 bits."""

_ROWS_AT_ONCE = 256
FEW_ROWS = 12
"""With fewer rows a secret matrix takes a power for each entry: tables would cost more than they save."""

SECRET_WIDTH = 5


def product_var(group: Group, matrix: Encoded, ciphertexts: Words) -> Words:
    """(m, limbs) of a public matrix (m, n) and ciphertexts (n, limbs)."""
    form, entries = group.form, matrix.magnitudes
    negative = matrix.negative != 0
    if not negative.any():
        return powers_var(form, entries, ciphertexts)
    # Negative entries are rows of their own below the others, so that all share one table.
    split = [np.where((negative == sign)[..., None], entries, np.uint64(0)) for sign in (False, True)]
    above, below = np.split(powers_var(form, np.concatenate(split), ciphertexts), 2)
    return form.mul(above, form.inverse(below))


def product(group: Group, matrix: Encoded, ciphertexts: Words) -> Words:
    """The same of a secret matrix, in a time that depends on shapes and on the bits of the bound alone."""
    form, (rows, columns) = group.form, matrix.shape
    if rows < FEW_ROWS:
        return form.product(scaled(group, ciphertexts, matrix).swapaxes(0, 1))
    bits = matrix.bits + matrix.signed
    exponents = raised(matrix, matrix.bits) if matrix.signed else matrix.magnitudes
    total = np.broadcast_to(form.one, (rows, len(form.one))).copy()
    for column in range(columns):
        base = form.out_of(ciphertexts[column])
        table = PowersOfBase(group.ciphertexts, base, bits, width=SECRET_WIDTH, montgomery=True)
        total = form.mul(total, table.power(exponents[:, column]))
    if not matrix.signed:
        return total
    lowered = form.power_var(form.inverse(form.product(ciphertexts)), 1 << matrix.bits)
    return form.mul(total, lowered)


@dataclass(frozen=True, slots=True)
class _Way:
    """How to compute powers of a public matrix: by windows of so many bits, and what it costs in products."""

    straus: bool
    width: int
    products: float


def best_way(rows: int, columns: int, bits: int) -> _Way:
    """The cheaper of the two ways for a public matrix with entries of `bits` bits."""
    ways = []
    for width in range(1, _WIDEST + 1):
        if columns << width - 1 <= _TABLE_NUMBERS:
            table = columns * 2.0 ** (width - 1)
            ways.append(_Way(True, width, table + rows * bits * (columns / (width + 1) + 2)))
        windows = -(-bits // width)
        ways.append(_Way(False, width, rows * windows * (columns + 2.0 ** (width + 1) + width)))
    return min(ways, key=lambda way: way.products)


def powers_var(form: MontgomeryForm, entries: Words, numbers: Words) -> Words:
    """(m, limbs) of public entries (m, n, words) of 0 or more, and numbers (n, limbs) in the form."""
    rows, columns, words = entries.shape
    bits = max((e.bit_length() for e in to_ints(np.bitwise_or.reduce(entries.reshape(-1, words), axis=0))), default=0)
    if not bits or not columns:
        return np.broadcast_to(form.one, (rows, len(form.one))).copy()
    way = best_way(rows, columns, bits)
    if not way.straus:
        return _by_buckets(form, entries, numbers, bits, way.width)
    table = _odd_powers(form, numbers, way.width)
    parts = range(0, rows, _ROWS_AT_ONCE)
    return np.concatenate([_by_windows(form, entries[i : i + _ROWS_AT_ONCE], table, bits, way.width) for i in parts])


def _odd_powers(form: MontgomeryForm, numbers: Words, width: int) -> Words:
    """Row k is numbers^(2 k + 1): (2^(width - 1) n, limbs)."""
    powers, square = [numbers], form.square(numbers)
    while len(powers) < 1 << width - 1:
        powers.append(form.mul(powers[-1], square))
    return np.concatenate(powers)


def _by_windows(form: MontgomeryForm, entries: Words, table: Words, bits: int, width: int) -> Words:
    """Straus: what is multiplied at each bit of all rows at once, then squares and products from the top."""
    rows, columns, words = entries.shape
    indices, counts = [], []
    for word in range(words):
        left = entries[..., word].copy()
        for _ in range(min(64, bits - 64 * word)):
            row, column = np.nonzero(left & np.uint64(1))
            digit = left[row, column] & np.uint64((1 << width) - 1)
            indices.append((digit >> np.uint64(1)) * np.uint64(columns) + column.astype(U64))
            counts.append(np.bincount(row, minlength=rows))
            left[row, column] ^= digit
            left >>= np.uint64(1)
    starts = np.concatenate([[0], np.cumsum(np.concatenate(counts))]).astype(U64)
    products = form.products_var(table, np.concatenate(indices), starts).reshape(len(counts), rows, -1)
    total = products[-1]
    for at in range(len(products) - 2, -1, -1):
        total = form.mul(form.square(total), products[at])
    result: Words = total
    return result


def _by_buckets(form: MontgomeryForm, entries: Words, numbers: Words, bits: int, width: int) -> Words:
    """Pippenger: a bucket for each row, window and digit; bucket d counts d times, by running products from the top."""
    rows, columns, _ = entries.shape
    windows, digits = -(-bits // width), 1 << width
    parts = np.stack([_window(entries, i * width, width) for i in range(windows)], axis=1)  # rows, windows, columns
    place = (np.arange(rows * windows, dtype=np.int64).reshape(rows, windows, 1) * digits + parts).ravel()
    order = np.argsort(place, kind="stable")
    counts = np.bincount(place, minlength=rows * windows * digits)
    starts = np.concatenate([[0], np.cumsum(counts)]).astype(U64)
    buckets = form.products_var(numbers, (order % columns).astype(U64), starts).reshape(rows * windows, digits, -1)
    running = total = buckets[:, -1]
    for digit in range(digits - 2, 0, -1):
        running = form.mul(running, buckets[:, digit])
        total = form.mul(total, running)
    total = total.reshape(rows, windows, -1)
    result = total[:, -1]
    for window in range(windows - 2, -1, -1):
        for _ in range(width):
            result = form.square(result)
        result = form.mul(result, total[:, window])
    return result


def _window(entries: Words, start: int, width: int) -> Ints:
    """Bits start to start + width of numbers (..., words)."""
    word, shift = divmod(start, 64)
    part = entries[..., word] >> np.uint64(shift)
    if shift + width > 64 and word + 1 < entries.shape[-1]:
        part = part | entries[..., word + 1] << np.uint64(64 - shift)
    digits: Ints = (part & np.uint64((1 << width) - 1)).astype(np.int64)
    return digits
