"""`mpc.garbled`: what the clear says, whoever brings the inputs, by Yao and by GMW; refusals that say what to do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import msgpack
import numpy as np
import pytest
import trio
from hypothesis import given
from hypothesis import strategies as st
from random_circuits import random_circuit

import mpc
from mpc.errors import LocalError, ParleyError, PeerError
from mpc.intake import Intake
from mpc.network.transport import memory_network
from mpc.network.wire import Message
from mpc.simulation import Main, Setting, run_in_memory
from mpc.testing.wrapping import WrappedTransport
from protocols.beaver import SUITE
from protocols.circuits.arrays import bits_of, planes_of
from protocols.circuits.circuit import Circuit
from protocols.circuits.plain import evaluate
from protocols.preprocessing.dealer import local_supplies
from protocols.runs.shadowing import shadow
from protocols.runs.simulating import Simulation, simulate

RUNS = {
    "yao, dealer": {"n": 2, "preprocessing": "dealer", "check_costs": True},
    "yao, ot": {"n": 2, "preprocessing": "ot"},
    "gmw, dealer": {"n": 3, "preprocessing": "dealer", "check_costs": True},
    "gmw of two": {"n": 2, "by": "gmw"},
    "bmr, dealer": {"n": 3, "by": "bmr", "preprocessing": "dealer", "check_costs": True},
    "bmr of two": {"n": 2, "by": "bmr"},
    "ideal": {"n": 2, "suite": "ideal"},
    "ideal bmr": {"n": 3, "suite": "ideal", "by": "bmr"},
}
each_way = pytest.mark.parametrize("how", RUNS)


@mpc.circuit(x=mpc.Int(12), y=mpc.UInt(9), z=mpc.Bits(3))
def mixed(x: Any, y: Any, z: Any) -> Any:
    wide = y.to(mpc.Int(12))
    return {
        "total": x + wide, "less": x < wide, "top": z.rotated(1), "unsigned": (y * y) ^ z.to(mpc.UInt(9)),
        "chosen": mpc.mux(z[0], x, wide),
    }  # fmt: skip


@mpc.circuit(x=mpc.UInt(8), y=mpc.UInt(8))
def larger(x: Any, y: Any) -> Any:
    return x > y


@mpc.circuit(x=mpc.Float32, y=mpc.Float32)
def ratio(x: Any, y: Any) -> Any:
    return x / y


def run(main: Main, how: str, *inputs: Any) -> Simulation:
    """The program among as many parties as the way is for; all must end with the same."""
    options = dict(RUNS[how])
    n = options.pop("n")
    options.pop("by", None)
    done = simulate(main, [*inputs, *[None] * n][:n], **options)
    for result in done.results[1:]:
        for mine, first in zip(result, done.result, strict=True):
            np.testing.assert_array_equal(mine, first)
    return done


def by(how: str) -> dict[str, Any]:
    return {"by": RUNS[how]["by"]} if "by" in RUNS[how] else {}


def clear(made: Circuit, **values: Any) -> dict[str, Any]:
    """The outputs in the clear, bits along the last axis."""
    bits = [bits_of(port.kind, values[port.name]) for port in made.inputs]
    batch = np.broadcast_shapes(*(array.shape[:-1] for array in bits))
    planes = [planes_of(np.broadcast_to(array, (*batch, array.shape[-1]))) for array in bits]
    out = evaluate(made, np.concatenate(planes))
    size = int(np.prod(batch))
    rows = np.unpackbits(out.view(np.uint8), axis=1, bitorder="little")[:, :size].T.reshape(*batch, len(made.ends))
    edges = np.cumsum([port.width for port in made.outputs])[:-1]
    parts = np.split(rows, edges, axis=-1)
    return {port.name: part for port, part in zip(made.outputs, parts, strict=True)}


@pytest.mark.parametrize("how", [how for how in RUNS if how != "yao, ot"])
@given(seed=st.integers(0, 10**6), batch=st.sampled_from([(), (1,), (3,), (2, 33), (0,)]))
def test_random_circuits(how: str, seed: int, batch: tuple[int, ...]) -> None:
    random_circuits_agree(how, seed, batch)


@pytest.mark.parametrize("seed", range(2))
def test_random_circuits_of_parties_that_trust_nobody(seed: int) -> None:
    random_circuits_agree("yao, ot", seed, (5,))


def random_circuits_agree(how: str, seed: int, batch: tuple[int, ...]) -> None:
    """One input from each party, and one that is a secret."""
    rng = np.random.default_rng(seed)
    widths = rng.integers(1, 9, 3)
    made = random_circuit(seed, tuple(map(int, widths)), (1, 5), 30)
    x0, x1, x2 = (rng.integers(0, 1 << width, batch) for width in widths)

    async def main(ctx: Any, mine: Any) -> Any:
        secret = await mpc.secret(ctx, 1, x2, range=(0, (1 << int(widths[2])) - 1))
        inputs = {"x0": mpc.private(0, mine), "x1": mpc.private(1, mine), "x2": secret}
        return await mpc.reveal(ctx, *await mpc.garbled(ctx, made, inputs, **by(how)))

    one, five = run(main, how, x0, x1).result
    assert (np.shape(one), np.shape(five)) == (batch, (*batch, 5))
    expected = clear(made, x0=x0, x1=x1, x2=x2)
    np.testing.assert_array_equal(one, expected["r0"][..., 0])
    np.testing.assert_array_equal(five, expected["r1"])


@each_way
def test_outputs_are_what_their_kinds_say(how: str) -> None:
    x, y, z = np.array([-2048, 5, 2047]), np.array([[0], [300]]), np.array([1, 6, 3])

    async def main(ctx: Any, mine: Any) -> Any:
        given = await mpc.garbled(ctx, mixed, x=mpc.private(1, mine), y=y, z=mpc.private(0, mine), **by(how))
        assert {name: value.kind for name, value in given._asdict().items()} == {
            "total": "int", "less": "bit", "top": "bit", "unsigned": "int", "chosen": "int",
        }  # fmt: skip
        assert given.total.bounds == (-2048, 2047)
        assert given.unsigned.bounds == (0, 511)
        return await mpc.reveal(ctx, *given)

    total, less, top, unsigned, chosen = run(main, how, z, x).result
    np.testing.assert_array_equal(total, (x + y + 2048) % 4096 - 2048)
    np.testing.assert_array_equal(less, x < y)
    np.testing.assert_array_equal(mpc.circuits.numbers_of(mpc.Bits(3), top), np.broadcast_to([2, 5, 6], (2, 3)))
    np.testing.assert_array_equal(unsigned, y * y % 512 ^ z)
    np.testing.assert_array_equal(chosen, np.where(z & 1, x, y + 0 * x))


@each_way
def test_secrets_go_in_and_come_out(how: str) -> None:
    """Numbers of narrow ranges, negative ones, truth values; and what comes out goes on in an expression."""

    async def main(ctx: Any, mine: Any) -> Any:
        x = await mpc.secret(ctx, 0, mine, range=(-300, 300))
        made = await mpc.garbled(
            ctx, mixed, x=x + 1, y=(x * x).within(0, 511), z=[x > 0][0].reshape(4, 1) & ONES, **by(how)
        )
        again = await mpc.garbled(ctx, larger, x=9, y=made.unsigned % 256, **by(how))
        return await mpc.reveal(ctx, made.total * 2 + 1, made.less, made.unsigned, again)

    ONES = np.ones(3, bool)
    x = np.array([-20, -1, 0, 22])
    total, less, unsigned, again = run(main, how, x).result
    z = 7 * (x > 0)
    np.testing.assert_array_equal(total, 2 * (x + 1 + x * x) + 1)
    np.testing.assert_array_equal(less, x + 1 < x * x)
    np.testing.assert_array_equal(unsigned, (x * x) ** 2 % 512 ^ z)
    np.testing.assert_array_equal(again, unsigned % 256 < 9)


@pytest.mark.parametrize("how", ["yao, dealer", "ideal"])
def test_floats_are_their_bits(how: str) -> None:
    x, y = np.array([1.5, -7, 1e30, 1]), np.array([3, 0.3, 1e-30, 0])

    async def main(ctx: Any, mine: Any) -> Any:
        first = await mpc.garbled(ctx, ratio, x=mpc.private(0, mine), y=mpc.private(1, mine))
        again = await mpc.garbled(ctx, ratio, x=first, y=first)
        return await mpc.reveal(ctx, first, again)

    first, again = (mpc.circuits.numbers_of(mpc.Float32, bits) for bits in run(main, how, x, y).result)
    with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
        expected = x.astype(np.float32) / y.astype(np.float32)
        np.testing.assert_array_equal(first, expected)
        np.testing.assert_array_equal(again, expected / expected)


def test_shadows_are_what_the_circuit_gives_in_the_clear() -> None:
    async def main(ctx: Any, mine: Any) -> Any:
        secret = await mpc.secret(ctx, 1, mine, range=(0, 300))
        made = await mpc.garbled(ctx, mixed, x=P(0, mine), y=secret, z=[True, False, True])
        return await mpc.reveal(ctx, *made)

    compared = shadow(main, [np.array([-5, 2047]), np.array([7, 300])])
    assert [found.off for found in compared] == [0.0] * 5
    assert compared[0].largest == 1749


@pytest.mark.parametrize("to", [0, 1, (0, 1)])
def test_some_learn_what_others_do_not(to: Any) -> None:
    async def main(ctx: Any, mine: Any) -> Any:
        above = await mpc.garbled(ctx, larger, x=mpc.private(0, mine), y=mpc.private(1, mine))
        return await mpc.reveal(ctx, above, to=to)

    learnt = [place in np.atleast_1d(to) for place in (0, 1)]
    results = simulate(main, [np.array([3, 9]), np.array([5, 5])], check_costs=True).results
    assert [result is not None for result in results] == learnt
    assert next(result for result in results if result is not None).tolist() == [False, True]


@pytest.mark.parametrize("parties", [2, 3])
def test_reports_and_plans_say_what_was_computed_and_how(parties: int) -> None:
    async def main(ctx: Any, mine: Any) -> Any:
        outputs = []
        for _ in range(2):
            outputs.append(await mpc.garbled(ctx, larger, x=mpc.private(0, mine), y=mpc.private(1, mine)))
        await mpc.garbled(ctx, ratio, x=1, y=2)  # is not needed, and costs nothing
        return await mpc.reveal(ctx, *outputs)

    inputs = [np.arange(70), np.arange(70)[::-1], None][:parties]
    done, planned = simulate(main, inputs), mpc.plan(main, inputs)
    (computed,) = done.report.circuits
    assert (computed.circuit, computed.ands, computed.instances) == ("larger", larger.ands, 140)
    expected = {2: ("yao", "one of two, semi-honest"), 3: ("gmw", "as the suite")}
    assert (computed.by, computed.adversary) == expected[parties]
    assert computed.line.startswith("test_named_inputs.py:")
    for name in ("circuits", "rounds", "bytes_sent", "material", "lines"):
        assert getattr(planned.report, name) == getattr(done.report, name), name
    assert "larger" in repr(done.report)
    assert done.report.to_json()["circuits"][0]["ands"] == larger.ands


def test_a_deep_circuit_takes_two_rounds_of_two_parties() -> None:
    """The shapes are told in one, the tables take two, the opening one."""
    long = mpc.circuit(x=mpc.UInt(16), y=mpc.UInt(16))(lambda x, y: x // y)

    async def main(ctx: Any, mine: Any) -> Any:
        bits = await mpc.garbled(ctx, long, x=mpc.private(0, mine), y=mpc.private(1, mine))
        await mpc.compute(ctx, bits)

    assert long.and_depth > 100
    rounds = simulate(main, [np.arange(9), np.arange(9) + 1]).report.rounds
    assert rounds == 1 + 2 + 1  # the last one brings bits into the ring


def test_aes_takes_bytes_and_hexadecimal() -> None:
    key, block = bytes(range(16)), bytes.fromhex("00112233445566778899aabbccddeeff")
    blocks = np.stack([np.frombuffer(block, np.uint8), np.zeros(16, np.uint8)])

    async def main(ctx: Any, mine: Any) -> Any:
        bits = mpc.circuits.bits_of_bytes(mine) == 1 if ctx.me == 1 else None
        made = await mpc.garbled(ctx, mpc.circuits.aes(), key=mpc.private(0, mine), block=mpc.private(1, bits))
        return await mpc.reveal(ctx, made)

    found = mpc.circuits.bytes_of_bits(simulate(main, [key, blocks]).result)
    assert bytes(found[0]).hex() == "69c4e0d86a7b0430d8cdb78070b4c55a"
    assert bytes(found[1]).hex() == "c6a13b37878f5b826f4f8162a1c8d879"


async def _secret(ctx: Any, value: Any, **options: Any) -> Any:
    return await mpc.secret(ctx, 0, value, **options)


Call = Callable[[Any], Any]
P, garbled = mpc.private, mpc.garbled
REFUSED: dict[str, tuple[str, str, Call]] = {
    "missing": ("bad-input", "gets no `y`", lambda c: garbled(c, larger, x=1)),
    "surplus": ("bad-input", "no input `z`", lambda c: garbled(c, larger, x=1, y=2, z=3)),
    "too large": ("out-of-range", "`x`: values outside UInt.8.*row 1,", lambda c: garbled(c, larger, x=[1, 256], y=2)),
    "negative": ("out-of-range", "holds 0 to 255", lambda c: garbled(c, larger, x=P(0, -1), y=2)),
    "NaN": ("not-a-number", "NaN", lambda c: garbled(c, ratio, x=P(1, float("nan")), y=2)),
    "NaN as a whole": ("not-a-number", "NaN", lambda c: garbled(c, larger, x=float("nan"), y=2)),
    "too large a float": ("out-of-range", "too large", lambda c: garbled(c, ratio, x=1e39, y=2)),
    "fraction": ("not-whole", "fraction", lambda c: garbled(c, larger, x=1.5, y=2)),
    "text": ("not-a-number", "dtype", lambda c: garbled(c, larger, x="one", y=2)),
    "bits": ("bad-width", "3 bits for UInt.8", lambda c: garbled(c, larger, x=[True, False, True], y=2)),
    "bytes": ("bad-width", "2 bytes for UInt.8", lambda c: garbled(c, larger, x=P(0, b"ab"), y=2)),
    "nothing": ("no-value", "is None", lambda c: garbled(c, larger, x=None, y=2)),
    "no own data": ("no-value", "party1 owns", lambda c: garbled(c, larger, x=P(1), y=2)),
    "no party": ("no-such-party", "no party 5", lambda c: garbled(c, larger, x=P(5, 1), y=2)),
    "a name as party": ("bad-party", "str", lambda c: garbled(c, larger, x=P("north", 1), y=2)),
    "instances": ("shape-mismatch", r"x \(2,\), y \(3,\)", lambda c: garbled(c, larger, x=[1, 2], y=P(1, [1, 2, 3]))),
    "a function": ("bad-circuit", "where a circuit belongs", lambda c: garbled(c, mpc.circuits.aes, key=1, block=2)),
    "way": ("unknown-way", "by 'magic'", lambda c: garbled(c, larger, x=1, y=2, by="magic")),
    "wide": ("range-exceeded", "UInt.64", lambda c: garbled(c, WIDE, x=1)),
    "unawaited": ("not-awaited", "never awaited", lambda c: garbled(c, larger, x=_secret(c, 1), y=2)),
}  # fmt: skip
WIDE = mpc.circuit(x=mpc.UInt(64))(lambda x: x + 1)


@pytest.mark.parametrize("name", REFUSED)
def test_refused(name: str) -> None:
    code, message, call = REFUSED[name]

    async def main(ctx: Any, mine: Any) -> Any:
        await call(ctx)

    with pytest.raises(LocalError, match=message) as caught:
        simulate(main, [None, None])
    assert caught.value.code == code
    assert caught.value.remedy
    assert caught.value.line.startswith("test_named_inputs.py:")
    assert "-1" not in caught.value.cause


SECRETS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "range": ("out-of-range", "within.0, 255.", {"value": np.array([3])}),
    "real": ("bad-kind", "kind fixed", {"value": 1.5}),
    "truth values": ("bad-width", "8 along the last axis", {"value": np.array([True])}),
}


@pytest.mark.parametrize("name", SECRETS)
def test_secrets_that_do_not_fit(name: str) -> None:
    code, message, given = SECRETS[name]

    async def main(ctx: Any, mine: Any) -> Any:
        await mpc.garbled(ctx, larger, x=await mpc.secret(ctx, 0, **given), y=2)

    with pytest.raises(LocalError, match=message) as caught:
        simulate(main, [None, None])
    assert caught.value.code == code


def test_numbers_of_parties() -> None:
    async def main(ctx: Any, mine: Any) -> Any:
        await mpc.garbled(ctx, larger, x=1, y=2, by="yao")

    with pytest.raises(LocalError, match="among 3 parties") as caught:
        simulate(main, [None] * 3)
    assert caught.value.code == "unfit-session"


def test_another_circuit_at_one_party_is_noticed() -> None:
    other = mpc.circuit(x=mpc.UInt(8), y=mpc.UInt(8))(lambda x, y: x >= y)

    async def main(ctx: Any, mine: Any) -> Any:
        made = await mpc.garbled(ctx, other if ctx.me else larger, x=P(0, mine), y=P(1, mine))
        return await mpc.reveal(ctx, made)

    with pytest.raises(ParleyError) as caught:
        simulate(main, [3, 4])
    assert isinstance(caught.value, PeerError)


def test_a_suite_of_two_says_how_it_does_not_garble() -> None:
    async def main(ctx: Any, mine: Any) -> Any:
        await mpc.garbled(ctx, larger, x=1, y=2, by="bmr")

    with pytest.raises(LocalError, match=r"(?s)yao has no garbling by several parties.*yao") as caught:
        simulate(main, [None, None], suite="yao")
    assert caught.value.code == "not-offered"


@pytest.mark.parametrize("way", ["yao", "bmr", "gmw"])
def test_other_public_values_are_noticed(way: Any) -> None:
    async def main(ctx: Any, mine: Any) -> Any:
        return await mpc.reveal(ctx, await mpc.garbled(ctx, larger, x=P(0, mine), y=5 + ctx.me, by=way))

    with pytest.raises(PeerError) as caught:
        simulate(main, [3, 4])
    assert caught.value.code == "public-values-differ"


@pytest.mark.parametrize("header", [[], [[1], [2]], [[-1]], [["3"]], [[1 << 40]], [[1] * 9], 7, {"x": [3]}, None])
def test_descriptions_that_make_no_sense_name_their_sender(header: Any) -> None:
    class Lying(WrappedTransport):
        def send(self, to: int, message: Message) -> int:
            if message.array.dtype == np.uint8:
                data = b"\xc1" if header is None else msgpack.packb(header)
                message = replace(message, array=np.frombuffer(data, np.uint8))
            return super().send(to, message)

    async def main(ctx: Any, mine: Any) -> Any:
        return await mpc.reveal(ctx, await mpc.garbled(ctx, larger, x=P(0, mine), y=2))

    async def run() -> list[Any]:
        first, second = memory_network(2)
        setting = Setting(SUITE, collect_errors=True)
        return await run_in_memory(
            main, [np.arange(3), None], local_supplies(2), setting, transports=[Lying(first), second]
        )

    error = trio.run(run)[1].error
    assert (error.code, error.party) == ("unexpected-message", "party0")
    assert error.line.startswith("test_named_inputs.py:")


def test_what_others_announce_is_bounded() -> None:
    async def main(ctx: Any, mine: Any) -> Any:
        ctx.session.intake = Intake(16 * 100)
        for _ in range(3):
            made = await mpc.garbled(ctx, larger, x=P(0, mine), y=2)
            await mpc.reveal(ctx, made)
        if mine is not None:
            mine = np.zeros(101, int)
        await mpc.garbled(ctx, larger, x=P(0, mine), y=2)

    with pytest.raises(PeerError, match="101 instances") as caught:
        simulate(main, [np.zeros(100, int), None])
    assert (caught.value.code, caught.value.party) == ("too-many-elements", "party0")
