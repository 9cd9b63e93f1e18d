"""The algebra of three-halves garbling, over symbols: what an evaluator computes, and what it can know of the rest.

A half of a label or of a hash is a linear form over twelve symbols, an integer with a bit for each: the hashes of
A, A ^ D, B, B ^ D, A ^ B, A ^ B ^ D, and the halves of A, B and the offset D. A and B are of colour 0.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from itertools import product
from typing import Any

import numpy as np
import pytest
import trio
from kernel_cases import at_every

from mpc.algebra.ring import U64
from mpc.context import Context
from mpc.garbling import (
    three_halves_are_whole,
    three_halves_words,
)
from mpc.network.transport import memory_network
from mpc.network.wire import Message
from mpc.simulation import Setting, run_in_memory
from mpc.testing import (
    Fault,
    FaultyTransport,
    insecure_agreements,
    insecure_seed,
    recording_network,
    transcript_digest,
)
from protocols.beaver import SUITE, by_garbling
from protocols.circuits import UInt, circuit
from protocols.garbled.half_gates_zre15 import HALF_GATES
from protocols.garbled.three_halves_rr21 import THREE_HALVES
from protocols.garbled.walk import Scheme
from protocols.preprocessing.dealer import local_supplies
from protocols.shares import stack_planes

Pair = tuple[int, int]

BITS = list(product((0, 1), repeat=2))
SYMBOLS = [1 << place for place in range(12)]
HASH_A, HASH_B, HASH_SUM = SYMBOLS[0:2], SYMBOLS[2:4], SYMBOLS[4:6]
A, B, D = (SYMBOLS[6], SYMBOLS[7]), (SYMBOLS[8], SYMBOLS[9]), (SYMBOLS[10], SYMBOLS[11])
NOTHING = (0, 0)


def w(x: Pair) -> Pair:
    return x[1], x[0] ^ x[1]


def total(*xs: Pair) -> Pair:
    left = right = 0
    for x in xs:
        left, right = left ^ x[0], right ^ x[1]
    return left, right


def times(s: Pair, x: Pair) -> Pair:
    """The product over F_4 where x is a vector, or itself an element."""
    return total(x if s[0] else NOTHING, w(x) if s[1] else NOTHING)


def place_of(i: int, j: int) -> Pair:
    """e = i w + j w^2."""
    return j, i ^ j


def dice_of_row(s: Pair, c: Pair, i: int, j: int) -> Pair:
    return total(s, times(c, place_of(i, j)))


def operands(i: int, j: int) -> tuple[Pair, Pair]:
    return total(A, D if i else NOTHING), total(B, D if j else NOTHING)


def garbled(c: Pair, s: Pair) -> tuple[Pair, tuple[int, int, int]]:
    """C0 and the table, as the kernels compute them; c: the colours of the labels of zero, s: the dice."""
    u, other = total(A, B, w(A)), total(A, B, D)
    k, m = total(w(s), (c[0], c[0] ^ c[1])), total(s, (c[1], c[0]))
    of_pair = total(times(c, u), times(k, D), other)
    of_third = total(by_words((c[0] ^ c[1], c[0]), u), by_words(m, D), other)
    changes = HASH_A[0] ^ HASH_A[1], HASH_B[0] ^ HASH_B[1], HASH_SUM[0] ^ HASH_SUM[1]
    table = changes[0] ^ of_pair[0], changes[1] ^ of_pair[1], changes[2] ^ of_third[0] ^ of_third[1]
    return total(HASHES[0, 0], times(s, u), D if c == (1, 1) else NOTHING), table


def by_words(s: Pair, x: Pair) -> Pair:
    return s[0] * x[0], s[1] * x[1]


HASHES = {(i, j): (HASH_A[i] ^ HASH_SUM[i ^ j], HASH_B[j] ^ HASH_SUM[i ^ j]) for i, j in BITS}
"""What masks both halves of the label of a row."""


def evaluated(i: int, j: int, table: tuple[int, int, int], s: Pair) -> Pair:
    """The label from operands of colours i and j, with the dice of that row."""
    a, b = operands(i, j)
    row = (i * table[0] ^ (i ^ j) * table[2], j * table[1] ^ (i ^ j) * table[2])
    return total(HASHES[i, j], row, times(s, total(a, b, w(a))), times(place_of(i, j), total(a, b)))


def rank(forms: Iterable[int]) -> int:
    basis: list[int] = []
    for form in forms:
        for reduced in basis:
            form = min(form, form ^ reduced)
        if form:
            basis.append(form)
    return len(basis)


CASES = [(c, s, i, j) for c, s, (i, j) in product(BITS, BITS, BITS)]
"""Colours of the labels of zero, which are a truth table; dice; colours of the evaluator's labels."""


@at_every("case", CASES)
def test_every_row_gives_the_label_of_the_product(case: tuple[Pair, Pair, int, int]) -> None:
    c, s, i, j = case
    c0, table = garbled(c, s)
    value = (i ^ c[0]) & (j ^ c[1])
    assert evaluated(i, j, table, dice_of_row(s, c, i, j)) == total(c0, D if value else NOTHING)


@at_every("case", CASES)
def test_what_an_evaluator_has_says_nothing_of_the_offset(case: tuple[Pair, Pair, int, int]) -> None:
    """It spans its own label of the result, and no form of the offset, nor of another label of the result."""
    c, s, i, j = case
    (a, b), (_, table) = operands(i, j), garbled(c, s)
    held = [HASH_A[i], HASH_B[j], HASH_SUM[i ^ j], *a, *b, *table]
    result = evaluated(i, j, table, dice_of_row(s, c, i, j))
    assert rank(held) == rank([*held, *result]) == 10
    for take in BITS[1:]:
        of_offset = take[0] * D[0] ^ take[1] * D[1]
        of_result = take[0] * result[0] ^ take[1] * result[1]
        assert rank([*held, of_offset]) == rank([*held, of_offset ^ of_result]) == 11


@at_every("case", CASES)
def test_a_table_is_three_hashes_that_the_evaluator_lacks(case: tuple[Pair, Pair, int, int]) -> None:
    """Each of its words is one of them, what it knows, and one of the four linear forms of the offset's halves."""
    c, s, i, j = case
    (a, b), (_, table) = operands(i, j), garbled(c, s)
    known = [HASH_A[i], HASH_B[j], HASH_SUM[i ^ j], *a, *b]
    for word, lacked in zip(table, (HASH_A[1 - i], HASH_B[1 - j], HASH_SUM[1 ^ i ^ j]), strict=True):
        forms = [word ^ lacked ^ u * D[0] ^ v * D[1] for u, v in BITS]
        assert sum(rank([*known, form]) == len(known) for form in forms) == 1


def control_bits(c: Pair, s: Pair, hashes: tuple[int, ...]) -> tuple[int, ...]:
    """z, from one bit of each hash."""
    a0, a1, b0, b1, sum0, sum1 = hashes
    return s[0] ^ a0 ^ sum0, s[1] ^ b0 ^ sum0, c[0] ^ a0 ^ a1, c[1] ^ b0 ^ b1, c[0] ^ c[1] ^ sum0 ^ sum1


def decoded(z: tuple[int, ...], i: int, j: int, hashes: tuple[int, ...]) -> Pair:
    h_a, h_b, h_sum = hashes[i], hashes[2 + j], hashes[4 + (i ^ j)]
    third = (i ^ j) * z[4]
    return z[0] ^ h_a ^ h_sum ^ i * z[2] ^ third, z[1] ^ h_b ^ h_sum ^ j * z[3] ^ third


@pytest.mark.parametrize(("i", "j"), BITS)
def test_control_bits_are_distributed_alike_for_all_truth_tables(i: int, j: int) -> None:
    """The five of them with the hashes that the evaluator has, over all dice and hashes: uniform, as are its dice."""
    for c in BITS:
        views: Counter[Any] = Counter()
        for s, hashes in product(BITS, product((0, 1), repeat=6)):
            z = control_bits(c, s, hashes)
            dice = decoded(z, i, j, hashes)
            assert dice == dice_of_row(s, c, i, j)
            views[z, hashes[i], hashes[2 + j], hashes[4 + (i ^ j)], dice] += 1
        assert set(views.values()) == {1}
        assert Counter(view[-1] for view in views.elements()) == dict.fromkeys(BITS, 64)


def sigma_in_words(x: int) -> int:
    """That of the hash: the product by w in the halves of each word."""
    y = 0
    for place in (0, 64):
        low, high = (x >> place) % 2**32, (x >> place + 32) % 2**32
        y |= (high | (high ^ low) << 32) << place
    return y


def sigma(x: int) -> int:
    """That of half-gates: the product by w in the halves of a label."""
    low, high = x % 2**64, x >> 64
    return high | (high ^ low) << 64


def ranks(linear: Any) -> list[int]:
    """Of 65 bits of the hash's linear part with each form of the halves, over the offsets whose lowest bit is one."""
    found = []
    for u, v in BITS:
        columns = []
        for place in range(1, 128):
            x = 1 << place
            y = linear(x)
            columns.append((y ^ u * x ^ v * (x >> 64)) % 2**64 | (y >> 64 & 1) << 64)
        found.append(rank(columns))
    return found


def test_no_linear_leakage_undoes_the_feedback_of_the_hash() -> None:
    """At least 64 bits are left whatever form of the offset is added; with the sigma of half-gates none might be."""
    assert min(ranks(sigma_in_words)) >= 64
    assert min(ranks(sigma)) <= 1


@circuit(x=UInt(8), y=UInt(8))
def product_and_order(x: Any, y: Any) -> Any:
    return x * y, x > y


def transcript(scheme: Scheme) -> str:
    """The digest of all messages for 70 instances, all randomness fixed."""

    async def main(ctx: Context, mine: None) -> None:
        planes = np.arange(32, dtype=U64).reshape(16, 2)
        rows = [await ctx.suite.input_bits(ctx, 0, row if ctx.me == 0 else None, (70,)) for row in planes]
        await by_garbling.evaluate(ctx, product_and_order, stack_planes(rows), scheme)

    async def run() -> str:
        transports, record = recording_network(2)
        await run_in_memory(
            main, [None] * 2, local_supplies(2, [insecure_seed("dealt", i) for i in range(2)]), Setting(SUITE),
            transports=transports, agreements=insecure_agreements(2),
            private=[insecure_seed("private", i) for i in range(2)],
        )  # fmt: skip
        return transcript_digest(record)

    return trio.run(run)


TRANSCRIPTS = [(HALF_GATES, "52fdd2f108758ce3513b65f3a72b9ca8"), (THREE_HALVES, "6da05fc59668588b433656d59e7d616b")]


@pytest.mark.parametrize(("scheme", "committed"), TRANSCRIPTS, ids=["half-gates", "three-halves"])
def test_the_messages_under_fixed_seeds_stay_what_they_are(scheme: Scheme, committed: str) -> None:
    assert transcript(scheme)[:32] == committed


@pytest.mark.parametrize(("byte", "bit"), [(-1, 0), (-8, 7), (-9 * 8, 5)])
def test_control_bits_that_nobody_garbles_name_the_garbler(byte: int, bit: int) -> None:
    """Bits beyond five, and bytes beyond the gates."""

    async def main(ctx: Context, mine: None) -> None:
        rows = [await ctx.suite.input_bits(ctx, 0, np.zeros(1, U64) if ctx.me == 0 else None, (1,)) for _ in range(16)]
        await by_garbling.evaluate(ctx, product_and_order, stack_planes(rows), THREE_HALVES)

    def tables(receiver: int, message: Message) -> bool:
        return message.array.shape == (three_halves_words(product_and_order.ands),)

    async def run() -> list[Any]:
        transports: list[Any] = list(memory_network(2))
        transports[0] = FaultyTransport(transports[0], Fault("flip", chosen=tables, byte=byte, bit=bit))
        runs = await run_in_memory(
            main, [None, None], local_supplies(2), Setting(SUITE, collect_errors=True), transports=transports
        )  # fmt: skip
        assert transports[0].struck == 1
        return [run.error for run in runs]

    errors = trio.run(run)
    assert errors[1].code == "malformed-message"
    assert errors[1].party == "party0"


def test_padding_and_high_bits_are_no_control_bits() -> None:
    tables = np.zeros(three_halves_words(9), U64)
    assert three_halves_are_whole(tables, 9)
    tables[:27] = 2**64 - 1
    tables[27:] = 0x1F1F1F1F1F1F1F1F, 0x1F
    assert three_halves_are_whole(tables, 9)
    for word, value in ((27, 0x20), (28, 0x100)):
        wrong = tables.copy()
        wrong[word] = value
        assert not three_halves_are_whole(wrong, 9)
