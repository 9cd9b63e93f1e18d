"""Functions of shares by circuits garbled ahead: what integers give, by labels of one party's numbers alone."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_of_shares import mixed

import mpc
from mpc.algebra.bits import pack, unpack, words_for
from mpc.algebra.interface import Z2k
from mpc.algebra.ring import Z64, Ring
from mpc.algebra.wide_ring import Z128
from mpc.context import Context
from protocols.beaver import by_garbling
from protocols.circuits.choosing import joined
from protocols.circuits.kinds import UInt
from protocols.garbled import ahead, ahead_numbers
from protocols.garbled.half_gates_zre15 import HALF_GATES
from protocols.garbled.joint import joint, joint_of_numbers
from protocols.garbled.schemes import SCHEMES
from protocols.runs.planning import plan
from protocols.runs.simulating import simulate


@pytest.mark.parametrize("preprocessing", ["dealer", "ot"])
@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("ring", [Z64, Ring(20), Z128], ids=str)
@pytest.mark.parametrize("count", [1, 65])
def test_numbers_and_bits_go_in_and_come_out(ring: Z2k, count: int, scheme: str, preprocessing: str) -> None:
    rng = np.random.default_rng(count)
    x, y = rng.integers(-256, 256, count), rng.integers(0, 128, count)

    async def main(ctx: Context, mine: Any) -> list[Any]:
        return await mixed(ctx, ring.from_ints(x.tolist()), ring.from_ints(y.tolist()), y, SCHEMES[scheme])

    chosen = {"ring": ring, "preprocessing": preprocessing}
    run = simulate(main, [None, None], check_costs=True, garbling="ahead", **chosen)
    for total, third, flipped, larger, rounds in run.results:
        np.testing.assert_array_equal(total.astype(int), x + y)
        np.testing.assert_array_equal(third.astype(int), y % 8)
        np.testing.assert_array_equal(flipped, np.stack([1 - (y >> i & 1) for i in range(3)]))
        np.testing.assert_array_equal(larger, x > y)
        assert rounds <= 2


def test_many_pieces_of_material(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ahead, "PIECE_WORDS", 1000)
    test_numbers_and_bits_go_in_and_come_out(Z64, 300, "three-halves", "ot")
    x, y = np.arange(70, dtype=np.uint64), np.arange(70, dtype=np.uint64)

    async def main(ctx: Context, mine: Any) -> None:
        await mixed(ctx, x, y, y)

    planned = plan(main, [None, None], garbling="ahead").report
    run = simulate(main, [None, None], garbling="ahead").report
    assert (planned.material, planned.rounds, planned.bytes_sent) == (run.material, run.rounds, run.bytes_sent)


@given(width=st.integers(1, 12), seed=st.integers(0, 2**32))
def test_every_share_of_every_element(width: int, seed: int) -> None:
    """x^2 of each element of Z_2^width under random shares."""
    square = joint_of_numbers(lambda x: x * x, {"x": UInt(width)}, "square")
    x = np.arange(1 << min(width, 6), dtype=np.uint64) * np.uint64(1 + seed % 63) % np.uint64(1 << width)

    async def main(ctx: Context, mine: Any) -> Any:
        share = await ctx.suite.input(ctx, 0, x if ctx.me == 0 else None, x.shape)
        (squared,) = await by_garbling.of_numbers(ctx, square, [share.modulo(width)])
        return (await ctx.suite.open(ctx, squared))[0]

    for found in simulate(main, [None, None], ring=Z64, check_costs=True, garbling="ahead").results:
        np.testing.assert_array_equal(found, x * x % np.uint64(1 << width))


def bits_of(values: np.ndarray, width: int) -> np.ndarray:
    return np.stack([pack((values >> np.uint64(i) & np.uint64(1)).astype(np.uint8)) for i in range(width)])


@pytest.mark.parametrize("widths", [(3, 4, 2), (3, 0, 2), (0, 4, 2), (3, 4, 0), (5, 0, 0), (0, 3, 0)], ids=str)
def test_what_each_party_knows_goes_in_as_it_is(widths: tuple[int, int, int]) -> None:
    """Bits of the garbler, of the evaluator and shared ones, joined; as bits and as a number."""
    names = [name for name, width in zip(("garbler", "evaluator", "shared"), widths, strict=True) if width]

    def function(**values: Any) -> dict[str, Any]:
        whole = joined(*[values[name] for name in names])
        return {"bits": whole & whole, "number": whole.to(UInt(sum(widths))) * 3}

    made = joint(function, **dict(zip(("garbler", "evaluator", "shared"), widths, strict=True)), name="joined")
    count = 67
    rng = np.random.default_rng(sum(widths))
    mine, theirs, both, mask = rng.integers(0, 2**64, (4, count), np.uint64)

    async def main(ctx: Context, _: Any) -> Any:
        own = bits_of(mine if ctx.me == 0 else theirs, widths[ctx.me]) if widths[ctx.me] else no_bits(count)
        shared = bits_of(mask if ctx.me else mask ^ both, widths[2]) if widths[2] else no_bits(count)
        return await ahead_numbers.evaluate(ctx, Z64, made, own, shared, count, HALF_GATES)

    first, second = simulate(main, [None, None], check_costs=True).results
    values = np.zeros(count, np.uint64)
    for part, width in reversed(list(zip((mine, theirs, both), widths, strict=True))):
        values = values << np.uint64(width) | part & np.uint64((1 << width) - 1)
    opened = np.stack([unpack(row, count) for row in first.planes ^ second.planes])
    np.testing.assert_array_equal(opened, np.stack([values >> np.uint64(i) & np.uint64(1) for i in range(sum(widths))]))
    np.testing.assert_array_equal(
        first.numbers[0] + second.numbers[0], values * np.uint64(3) % np.uint64(1 << sum(widths))
    )


def no_bits(count: int) -> np.ndarray:
    return np.zeros((0, words_for(count)), np.uint64)


def test_a_label_for_each_bit_of_a_number_is_all_that_is_sent() -> None:
    """16 k bytes from the garbler for a number modulo 2^k, and k bits back."""
    half = joint_of_numbers(lambda x: x // 3, {"x": UInt(24)}, "third")
    count = 640

    async def main(ctx: Context, mine: Any) -> None:
        planes = np.zeros((24, words_for(count)), np.uint64)
        await ahead_numbers.evaluate(ctx, Z64, half, planes, no_bits(count), count, HALF_GATES)

    garbler, evaluator = simulate(main, [None, None], check_costs=True).report.bytes_sent
    assert 16 * 24 * count <= garbler <= 16 * 24 * count + 200
    assert 3 * count <= evaluator <= 3 * count + 200


def test_numerical_functions_are_garbled_ahead() -> None:
    async def main(ctx: Any, mine: Any) -> Any:
        x = await mpc.secret(ctx, 0, mine, range=(1, 100))
        y = await mpc.secret(ctx, 1, mine, range=(1, 100))
        return await mpc.reveal(ctx, x / y, np.sqrt(x), x > y)

    inputs = [np.array([7.0, 80.5, 3.0]), np.array([2.0, 80.5, 96.0])]
    for preprocessing in ("dealer", "ot"):
        chosen = {"numeric": "yao", "compare": "yao", "garbling": "ahead", "preprocessing": preprocessing}
        run, planned = mpc.simulate(main, inputs, check_costs=True, **chosen), plan(main, inputs, **chosen)
        np.testing.assert_allclose(run.result[0], inputs[0] / inputs[1], atol=2**-15)
        np.testing.assert_allclose(run.result[1], np.sqrt(inputs[0]), atol=2**-15)
        assert run.result[2].tolist() == [True, False, False]
        assert set(run.report.material) == {"garbling"}
        assert run.report.material == planned.report.material
        assert run.report.bytes_sent == planned.report.bytes_sent
