"""Functions of additive shares and of shared bits by one garbled circuit: what integers give, in two rounds."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import trio
from hypothesis import given
from hypothesis import strategies as st

from mpc.algebra.bits import pack, unpack, words_for
from mpc.algebra.interface import Z2k
from mpc.algebra.ring import Z64, Ring
from mpc.algebra.wide_ring import Z128
from mpc.context import Context
from mpc.errors import LocalError
from mpc.network.transport import memory_network
from mpc.network.wire import Message, Tag
from mpc.simulation import Setting, run_in_memory
from mpc.testing import Fault, FaultyTransport
from mpc.testing.wrapping import WrappedTransport
from protocols.beaver import SUITE, by_garbling
from protocols.circuits.kinds import Bits, Int, UInt
from protocols.garbled import ahead, of_shares
from protocols.garbled.half_gates_zre15 import HALF_GATES
from protocols.garbled.joint import Joint, joint, joint_of_numbers
from protocols.garbled.three_halves_rr21 import THREE_HALVES
from protocols.preprocessing.dealer import local_supplies
from protocols.runs.planning import plan
from protocols.runs.simulating import simulate

FALSE_ALARM = 8.5
"""Standard deviations: beyond in one of 10^16 counts, of which a test has some 3000."""


def signed_sum(x: Any, y: Any, c: Any) -> dict[str, Any]:
    """A number, a bit and a number again, of two numbers and shared bits."""
    wide = x.to(Int(12)) + y.to(Int(12))
    return {"sum": wide, "flipped": ~c, "larger": x.to(Int(12)) > y.to(Int(12)), "bits": c.to(UInt(3))}


MIXED = joint_of_numbers(signed_sum, {"x": Int(9), "y": UInt(7), "c": Bits(3)}, "mixed")


async def mixed(ctx: Context, x: np.ndarray, y: np.ndarray, c: np.ndarray, scheme: Any = HALF_GATES) -> list[Any]:
    """What the circuit gives of x from party 0, y and c from party 1."""
    suite, shape = ctx.suite, x.shape
    of_x = await suite.input(ctx, 0, x if ctx.me == 0 else None, ctx.ring.shape(x))
    of_y = await suite.input(ctx, 1, y if ctx.me == 1 else None, ctx.ring.shape(y))
    low = await suite.input(ctx, 1, y if ctx.me == 1 else None, ctx.ring.shape(y))
    bits = await suite.a2b(ctx, low, 3)
    before = ctx.depth
    found = await by_garbling.of_numbers(ctx, MIXED, [of_x.modulo(9), of_y.modulo(7), bits], scheme)
    rounds = ctx.depth - before
    (total,) = await suite.open(ctx, found[0])
    (third,) = await suite.open(ctx, found[3])
    opened = [await suite.open_bits(ctx, found[place]) for place in (1, 2)]
    if ctx.planning:
        return []
    size = int(np.prod(shape[:1]))
    rows = [[unpack(row, size) for row in planes] for planes in opened]
    return [ctx.ring.to_signed(total), ctx.ring.to_signed(third), np.stack(rows[0]), rows[1][0], rounds]


@pytest.mark.parametrize("scheme", [HALF_GATES, THREE_HALVES], ids=lambda scheme: scheme.name)
@pytest.mark.parametrize("ring", [Z64, Ring(20), Z128], ids=str)
@pytest.mark.parametrize("count", [1, 63, 65, 300])
def test_numbers_and_bits_go_in_and_come_out(ring: Z2k, count: int, scheme: Any) -> None:
    rng = np.random.default_rng(count)
    x, y = rng.integers(-256, 256, count), rng.integers(0, 128, count)

    async def main(ctx: Context, mine: Any) -> list[Any]:
        return await mixed(ctx, ring.from_ints(x.tolist()), ring.from_ints(y.tolist()), y, scheme)

    run = simulate(main, [None, None], ring=ring, check_costs=True)
    for total, third, flipped, larger, rounds in run.results:
        np.testing.assert_array_equal(total.astype(int), x + y)
        np.testing.assert_array_equal(third.astype(int), y % 8)
        np.testing.assert_array_equal(flipped, np.stack([1 - (y >> i & 1) for i in range(3)]))
        np.testing.assert_array_equal(larger, x > y)
        assert rounds <= 2


@given(width=st.integers(1, 12), seed=st.integers(0, 2**32))
def test_every_share_of_every_element(width: int, seed: int) -> None:
    """x^2 of each element of Z_2^width under random shares, in a ring as small as the number and in a large one."""
    square = joint_of_numbers(lambda x: x * x, {"x": UInt(width)}, "square")
    x = np.arange(1 << min(width, 6), dtype=np.uint64) * np.uint64(1 + seed % 63) % np.uint64(1 << width)

    async def main(ctx: Context, mine: Any) -> Any:
        share = await ctx.suite.input(ctx, 0, x if ctx.me == 0 else None, x.shape)
        (squared,) = await by_garbling.of_numbers(ctx, square, [share.modulo(width)])
        return (await ctx.suite.open(ctx, squared))[0]

    for found in simulate(main, [None, None], ring=Z64, check_costs=True).results:
        np.testing.assert_array_equal(found, x * x % np.uint64(1 << width))


def test_more_instances_than_are_computed_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(of_shares, "SLAB", 50)
    test_numbers_and_bits_go_in_and_come_out(Z64, 300, HALF_GATES)


def test_a_plan_counts_what_a_run_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(of_shares, "SLAB", 32)
    x, y = np.arange(70, dtype=np.uint64), np.arange(70, dtype=np.uint64)

    async def main(ctx: Context, mine: Any) -> None:
        await mixed(ctx, x, y, y)

    planned, run = plan(main, [None, None]).report, simulate(main, [None, None]).report
    assert (planned.material, planned.rounds, planned.bytes_sent) == (run.material, run.rounds, run.bytes_sent)


def test_what_belongs_to_the_garbler_takes_no_transfer() -> None:
    greater = joint_of_numbers(lambda x: x[15], {"x": UInt(16)}, "sign")

    async def main(ctx: Context, mine: Any) -> None:
        share = await ctx.suite.input(ctx, 0, np.zeros(10, np.uint64) if ctx.me == 0 else None, (10,))
        await by_garbling.of_numbers(ctx, greater, [share.modulo(16)])

    run = simulate(main, [None, None])
    assert run.report.material == {"labels": 160}
    assert run.report.bytes_sent[0] < 15 * 32 * 10 + 800


class Seeing(WrappedTransport):
    """An endpoint that keeps what it receives."""

    def __init__(self, within: Any) -> None:
        super().__init__(within)
        self.seen: list[np.ndarray] = []

    async def receive(self, sender: int, tag: Tag) -> Message:
        message = await super().receive(sender, tag)
        self.seen.append(message.array)
        return message


LANES = 29_504
PRODUCT = joint(lambda garbler, evaluator: garbler[:2].to(UInt(4)) * evaluator[:2].to(UInt(4)), garbler=2, evaluator=2)


def seen_of(x: int, y: int) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """What each party receives in the product of its own two bits and the other's, and its share of the result."""
    transports = [Seeing(transport) for transport in memory_network(2)]

    async def main(ctx: Context, mine: int) -> np.ndarray:
        own = np.stack([pack(np.full(LANES, mine >> i & 1, np.uint8)) for i in range(2)])
        made = await of_shares.evaluate(ctx, Z64, PRODUCT, own, np.zeros((0, words_for(LANES)), np.uint64), LANES)
        return made.numbers[0]

    async def run() -> list[Any]:
        return await run_in_memory(main, [x, y], local_supplies(2), Setting(SUITE), transports=transports)

    shares = [run.result for run in trio.run(run)]
    return [np.concatenate([array.reshape(-1) for array in end.seen]) for end in transports], shares


def unbiased(bits: np.ndarray) -> bool:
    """Whether along the last axis there are as many ones as zeros, as far as one can tell."""
    count = bits.shape[-1]
    return bool((np.abs(bits.sum(-1, dtype=np.int64) - count / 2) < FALSE_ALARM * np.sqrt(count) / 2).all())


def bits_of_words(words: np.ndarray) -> np.ndarray:
    return np.unpackbits(np.ascontiguousarray(words).view(np.uint8).reshape(-1, 8), axis=1, bitorder="little").T


@pytest.mark.parametrize(("x", "y"), [(0, 0), (3, 0), (0, 3), (3, 3), (2, 1)])
def test_messages_and_either_share_are_ones_half_the_time(x: int, y: int) -> None:
    (at_garbler, at_evaluator), shares = seen_of(x, y)
    assert unbiased(unpack(at_garbler, 2 * LANES).reshape(2, LANES))
    assert at_evaluator.size == (4 * PRODUCT.circuit.ands + 4) * LANES
    assert unbiased(bits_of_words(at_evaluator))
    for share in shares:
        assert unbiased(bits_of_words(share))
    np.testing.assert_array_equal(shares[0] + shares[1], np.full(LANES, x * y, np.uint64))


@pytest.mark.parametrize("sender", [0, 1])
def test_messages_cut_short_name_their_sender(sender: int) -> None:
    cut = {0: (4, LANES), 1: (words_for(2 * LANES),)}[sender]

    async def main(ctx: Context, mine: Any) -> Any:
        own = np.zeros((2, words_for(LANES)), np.uint64)
        return await of_shares.evaluate(ctx, Z64, PRODUCT, own, own[:0], LANES)

    async def run() -> list[Any]:
        transports: list[Any] = list(memory_network(2))
        fault = Fault("truncate", chosen=lambda receiver, message: message.array.shape in (cut, (4, of_shares.SLAB)))
        transports[sender] = FaultyTransport(transports[sender], fault)
        setting = Setting(SUITE, collect_errors=True)
        runs = await run_in_memory(main, [None, None], local_supplies(2), setting, transports=transports)
        assert transports[sender].struck
        return [run.error for run in runs]

    error = trio.run(run)[1 - sender]
    assert (error.code, error.party) == ("unexpected-message", f"party{sender}")


def test_other_widths_and_more_parties_are_refused() -> None:
    def with_rows(rows: int) -> Any:
        async def main(ctx: Context, mine: Any) -> Any:
            own = np.zeros((rows, 1), np.uint64)
            return await of_shares.evaluate(ctx, Z64, PRODUCT, own, own[:0], 5)

        return main

    with pytest.raises(LocalError, match="which takes"):
        simulate(with_rows(3), [None, None])
    with pytest.raises(LocalError, match="among 3 parties"):
        simulate(with_rows(2), [None] * 3)


def test_a_joint_circuit_says_what_it_takes() -> None:
    assert isinstance(MIXED, Joint)
    assert (MIXED.garbler, MIXED.evaluator, MIXED.shared, MIXED.number_bits) == (16, 16, 3, 15)
    assert [port.name for port in MIXED.numbers] == ["sum", "bits"]


def test_shares_are_not_shown() -> None:
    planes, numbers = np.full((1, 1), 1234567, np.uint64), np.full(1, 7654321, np.uint64)
    shown = repr(of_shares.Outputs(planes, (numbers,))) + repr(ahead.Ends(np.ones((1, 1), np.uint8), [numbers]))
    assert "1234567" not in shown
    assert "7654321" not in shown
    assert "array" not in shown
