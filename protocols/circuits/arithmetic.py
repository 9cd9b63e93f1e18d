"""Whole numbers in circuits: lists of literals, the least significant first, of unsigned numbers unless said.

Costs in ANDs are for secret operands of k bits; constants fold, so that a public operand costs less.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from protocols.circuits import shallow
from protocols.circuits.builder import Builder
from protocols.circuits.circuit import FALSE, TRUE

Word = list[int]

KARATSUBA_FROM = 20
"""Products of fewer bits are cheaper by the schoolbook (by the count of ANDs)."""


def add(b: Builder, x: Sequence[int], y: Sequence[int], carry: int = FALSE) -> Word:
    """x + y + carry mod 2^k: k - 1 ANDs, one on each way from bit to bit (the full adder of one AND)."""
    if shallow.is_wanted():
        return shallow.add(b, x, y, carry)
    total = []
    for i, (u, v) in enumerate(zip(x, y, strict=True)):
        total.append(b.xor(b.xor(u, v), carry))
        if i + 1 < len(x):
            carry = _carry(b, u, v, carry)
    return total


def add_all(b: Builder, x: Sequence[int], y: Sequence[int], carry: int = FALSE) -> Word:
    """x + y + carry with its carry out, k + 1 bits: k ANDs."""
    return add(b, [*x, FALSE], [*y, FALSE], carry)


def negate(b: Builder, x: Sequence[int]) -> Word:
    """-x mod 2^k: k - 2 ANDs."""
    return add(b, [FALSE] * len(x), [u ^ 1 for u in x], TRUE)


def subtract(b: Builder, x: Sequence[int], y: Sequence[int]) -> Word:
    """x - y mod 2^k: k - 1 ANDs."""
    return add(b, x, [v ^ 1 for v in y], TRUE)


def less(b: Builder, x: Sequence[int], y: Sequence[int]) -> int:
    """x < y: k ANDs, the borrow of x - y."""
    if shallow.is_wanted():
        return shallow.less(b, x, y)
    borrow = FALSE
    for u, v in zip(x, y, strict=True):
        borrow = b.xor(v, b.and_(b.xor(v, u) ^ 1, b.xor(v, borrow)))
    return borrow


def less_signed(b: Builder, x: Sequence[int], y: Sequence[int]) -> int:
    """x < y of two's complement: k ANDs."""
    return less(b, [*x[:-1], x[-1] ^ 1], [*y[:-1], y[-1] ^ 1])


def equal(b: Builder, x: Sequence[int], y: Sequence[int]) -> int:
    """x == y: k - 1 ANDs, ceil(log2 k) deep."""
    return all_of(b, [b.xor(u, v) ^ 1 for u, v in zip(x, y, strict=True)])


def all_of(b: Builder, x: Sequence[int]) -> int:
    """Whether all bits are 1: k - 1 ANDs, ceil(log2 k) deep."""
    layer = list(x) or [TRUE]
    while len(layer) > 1:
        odd = layer[len(layer) & ~1 :]
        layer = [b.and_(u, v) for u, v in zip(layer[::2], layer[1::2], strict=False)] + odd
    return layer[0]


def any_of(b: Builder, x: Sequence[int]) -> int:
    """Whether a bit is 1: k - 1 ANDs, ceil(log2 k) deep."""
    return all_of(b, [u ^ 1 for u in x]) ^ 1


def select(b: Builder, c: int, x: Sequence[int], y: Sequence[int]) -> Word:
    """x where c, else y: k ANDs."""
    return [b.select(c, u, v) for u, v in zip(x, y, strict=True)]


def multiply(b: Builder, x: Sequence[int], y: Sequence[int], width: int) -> Word:
    """x y mod 2^width: about width^2 ANDs by the schoolbook, fewer by Karatsuba's method where both are long."""
    if not x or not y:
        return [FALSE] * width
    x, y = x[:width], y[:width]
    if min(len(x), len(y)) >= KARATSUBA_FROM and not shallow.is_wanted():
        if width >= len(x) + len(y):
            return fitted(_karatsuba(b, list(x), list(y)), width)
        if width < 2 * min(len(x), len(y)) and width >= 2 * KARATSUBA_FROM:
            return _low_product(b, x, y, width)
    rows = ((i, [b.and_(u, v) for u in x[: width - i]]) for i, v in enumerate(y))
    return sum_of_rows(b, rows, [FALSE] * width)


def sum_of_rows(b: Builder, rows: Iterable[tuple[int, Word]], total: Word) -> Word:
    """The total plus 2^place row for each (place, row), mod 2^(width of the total).

    Each row must end above the one before, or at the end of the total, and what the total is at the start must leave
    room for the carry of the first: then each row's carry goes into the bit above it. Rows are asked for one after
    another, so that few of their bits wait.
    """
    if shallow.is_wanted():
        columns = [[bit] if bit != FALSE else [] for bit in total]
        for place, row in rows:
            for column, bit in zip(columns[place:], row, strict=False):
                column += [bit] if bit != FALSE else []
        return shallow.total(b, columns)
    total = list(total)
    for place, row in rows:
        end = min(place + len(row) + 1, len(total))
        total[place:end] = add(b, total[place:end], fitted(row, end - place))
    return total


def multiply_cut(b: Builder, x: Sequence[int], y: Sequence[int], skipped: int) -> Word:
    """The bits of x y from the one of place `skipped` on: 2 j k ANDs, and skipped^2 fewer.

    Columns below are left out, with what they would carry: the result is at most `skipped` units of its last place
    below x y, never above.
    """

    def row(i: int) -> tuple[int, Word]:
        first = max(skipped - i, 0)
        return i + first, [b.and_(u, y[i]) for u in x[first:]]

    return sum_of_rows(b, map(row, range(len(y))), [FALSE] * (len(x) + len(y)))[skipped:]


def multiply_signed(b: Builder, x: Sequence[int], y: Sequence[int], skipped: int = 0) -> Word:
    """The bits of x y from the one of place `skipped` on, of two's complement: 2 j k - max(j, k) ANDs for all j + k.

    Columns below are left out, with what they would carry: the result is at most `skipped` units of its last place
    below x y, never above. Baugh and Wooley, IEEE Transactions on Computers 1973: what stands for a negative part is
    negated bit by bit, and three constants set that right.
    """
    x, y = (x, y) if len(x) >= len(y) else (y, x)
    j, k = len(x), len(y)
    assert skipped < k

    def row(i: int) -> tuple[int, Word]:
        first = max(skipped - i, 0)
        last = i == k - 1
        return i + first, [b.and_(u, y[i]) ^ ((at == j - 1) != last) for at, u in enumerate(x) if at >= first]

    total = sum_of_rows(b, map(row, range(k)), _constant((1 << j - 1) + (1 << k - 1), j + k))
    return [*total[skipped:-1], total[-1] ^ 1]


def shifted(b: Builder, x: Sequence[int], amount: Sequence[int], fill: int, *, left: bool) -> Word:
    """x moved by a secret amount, `fill` coming in: k ANDs for each bit of the amount that matters."""
    word = list(x)
    k = len(word)
    steps = max(k - 1, 1).bit_length()
    for i, c in enumerate(amount[:steps]):
        by = min(1 << i, k)
        moved = [fill] * by + word[: k - by] if left else word[by:] + [fill] * by
        word = select(b, c, moved, word)
    beyond = any_of(b, amount[steps:])
    return select(b, beyond, [fill] * k, word)


def normalised(b: Builder, x: Sequence[int]) -> tuple[Word, Word]:
    """x moved up until its highest bit is set, and by how much; not of 0. About k log2(k) + k ANDs."""
    word, places = list(x), list[int]()
    for step in (1 << i for i in range((len(word) - 1).bit_length() - 1, -1, -1)):
        empty = any_of(b, word[-step:]) ^ 1
        word = select(b, empty, [FALSE] * step + word[:-step], word)
        places = [empty, *places]
    return word, places


def population_count(b: Builder, x: Sequence[int]) -> Word:
    """How many bits are 1: fewer than k ANDs, by full adders of three bits into two (Boyar, Peralta)."""
    columns: list[Word] = [list(x)]
    count: Word = []
    for column in columns:
        carries: Word = []
        while len(column) > 1:  # what came first goes first, so that the adders are a tree
            (u, v, w), column = [*column, FALSE][:3], column[3:]
            column.append(b.xor(b.xor(u, v), w))
            carries.append(_carry(b, u, v, w))
        count.append(column[0] if column else FALSE)
        if carries:
            columns.append(carries)
    return count


def looked_up(b: Builder, index: Sequence[int], table: Sequence[int], width: int) -> Word:
    """table[index] of public numbers, beyond the end the last of them.

    Each bit of an entry is a sum of products of the index's bits, so that all share 2^k - k - 1 products of k bits; or
    the products of a few low bits alone, and an AND for each bit of an entry and product of the high ones, where that
    is less.
    """
    table = table[: 1 << len(index)]
    k = (len(table) - 1).bit_length()
    weights = _products_of_bits([*table, *[table[-1]] * ((1 << k) - len(table))])
    low = min(range(k + 1), key=lambda a: (1 << a) - a + (1 << k - a) - (k - a) + width * ((1 << k - a) - 1))
    products = _monomials(b, index[:low])
    found = [FALSE] * width
    for high, factor in enumerate(_monomials(b, index[low:k])):
        part = _sums(b, products, weights[high << low : high + 1 << low], width)
        found = [b.xor(u, b.and_(factor, v)) for u, v in zip(found, part, strict=True)]
    return select(b, any_of(b, index[k:]), _constant(table[-1], width), found)


def _products_of_bits(table: list[int]) -> list[int]:
    """The table of a function as its coefficients: f(x) is the sum of those whose places' bits are all set in x."""
    for step in (1 << i for i in range((len(table) - 1).bit_length())):
        table = [value ^ (table[place ^ step] if place & step else 0) for place, value in enumerate(table)]
    return table


def _monomials(b: Builder, bits: Sequence[int]) -> Word:
    """The products of all subsets of bits, that of place i of those set in i: 2^k - k - 1 ANDs, log2 k deep."""
    if len(bits) < 2:
        return [TRUE, *bits]
    half = len(bits) // 2
    low, high = _monomials(b, bits[:half]), _monomials(b, bits[half:])
    return [b.and_(u, v) for v in high for u in low]


def _sums(b: Builder, products: Word, weights: Sequence[int], width: int) -> Word:
    """For each bit of the weights the sum of the products whose weight has it."""
    sums = [FALSE] * width
    for literal, weight in zip(products, weights, strict=True):
        for place in range(width):
            if weight >> place & 1:
                sums[place] = b.xor(sums[place], literal)
    return sums


def _carry(b: Builder, u: int, v: int, w: int) -> int:
    """Whether two of three bits are 1: one AND."""
    return b.xor(w, b.and_(b.xor(u, w), b.xor(v, w)))


def _karatsuba(b: Builder, x: Word, y: Word) -> Word:
    """All bits of x y: (x1 + x0)(y1 + y0) - x1 y1 - x0 y0 is the middle."""
    h = max(len(x), len(y)) // 2
    x0, x1, y0, y1 = x[:h], x[h:], y[:h], y[h:]
    low = multiply(b, x0, y0, len(x0) + len(y0))
    high = multiply(b, x1, y1, len(x1) + len(y1))
    wide = max(len(x0), len(x1), len(y0), len(y1))
    x01 = add_all(b, fitted(x0, wide), fitted(x1, wide))
    y01 = add_all(b, fitted(y0, wide), fitted(y1, wide))
    k = 2 * wide + 2
    middle = multiply(b, x01, y01, k)
    middle = subtract(b, subtract(b, middle, fitted(low, k)), fitted(high, k))
    total = low + [FALSE] * (2 * h - len(low)) + high
    room = len(total) - h
    return total[:h] + add(b, total[h:], fitted(middle, room))


def _low_product(b: Builder, x: Sequence[int], y: Sequence[int], width: int) -> Word:
    """The low half of a product: of the four quarters one is needed whole, and it is cheaper by Karatsuba's method."""
    h = (width + 1) // 2
    total = multiply(b, x[:h], y[:h], 2 * h)[:width]
    for u, v in ((x[:h], y[h:]), (x[h:], y[:h])):
        total = total[:h] + add(b, total[h:], multiply(b, u, v, width - h))
    return total


def fitted(x: Sequence[int], width: int) -> Word:
    """x cut, or filled up with zeros, to `width` bits."""
    return [*x[:width], *[FALSE] * (width - len(x))]


def _constant(value: int, width: int) -> Word:
    return [value >> i & 1 for i in range(width)]
