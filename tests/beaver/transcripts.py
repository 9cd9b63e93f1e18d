"""One small call of every function of the suites, and of draws of joint noise, all randomness fixed.

    python tests/beaver/transcripts.py

run as a program, writes `transcripts.json`: the digest of all messages of each call, of Beaver's suite with 2 and 3
parties, and without a dealer where that makes a difference, of what the suite yao does in its own way, and of
replicated3, in both of its ways to read. A change there is a change to the wire: say so in CHANGELOG under "Wire".
"""

import json
from collections.abc import Awaitable, Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import trio

from mpc.algebra import bits
from mpc.algebra.ring import Z64
from mpc.context import Context
from mpc.simulation import Setting, run_in_memory
from mpc.standing import Standing
from mpc.testing import insecure_agreements, insecure_seed, recording_network, transcript_digest
from protocols.beaver import SUITE
from protocols.beaver.past import keep_rows, times_past
from protocols.circuits.function import circuit
from protocols.circuits.kinds import UInt
from protocols.garbled.joint import joint_of_numbers
from protocols.kept_past import KeptPast
from protocols.piecewise import Grid, Pieces
from protocols.preprocessing.dealer import local_supplies
from protocols.preprocessing.kinds.random_value import RandomValue
from protocols.privacy.joint_coins_csu19 import JointCoins
from protocols.privacy.joint_gaussian_cks20 import joint_gaussian
from protocols.privacy.joint_laplace_dkmmn06 import joint_laplace, random_signs, signed
from protocols.replicated3 import SUITE as REPLICATED3
from protocols.replicated3 import by_points, reading
from protocols.suite import Factory
from protocols.weights.product import product
from protocols.weights.standing import stand
from protocols.yao import SUITE as YAO

WITHOUT_DEALER = ("msb", "below", "is_zero", "a2b")
COMMITTED = Path(__file__).with_name("transcripts.json")
PARTIES = (2, 3)
OF_TWO = ("garbled", "garbled_numbers", "times_masked", "look_up")
GARBLED = ("mul", "square", "matmul", "and_", "a2b", "b2a", "bits_to_ring", "msb", "below", "is_zero", "truncate")
"""What the suite yao does in its own way; what is derived of these sends the same."""
OF_BEAVER = ("by_pieces", "and_many", "reached", "times_masked", "keep_rows", "times_past", "look_up")
"""What Beaver's suite alone has, with a dealer."""
OF_SUMMANDS = ("mul_truncate", "matmul_truncate", "by_summands", "weighted_bits", "choose")
"""What the suite replicated3 alone has."""
BY_READING = ("a2b", "b2a", "bits_to_ring", "msb", "below", "is_zero", "select", "truncate", *OF_SUMMANDS)
"""What the suite replicated3 does by reading, in one round or in two."""
VALUES = np.array([0, 1, 2**64 - 1, 2**40 + 17, 2**61], np.uint64)
BY_KEYS = ("msb", "below", "is_zero")
"""What it does of few numbers by keys of points."""
Script = Callable[[Context], Awaitable[Any]]


async def _x(ctx: Context, owner: int = 0) -> Any:
    return await ctx.suite.input(ctx, owner, VALUES if ctx.me == owner else None, VALUES.shape)


async def _bits(ctx: Context, owner: int = 0) -> Any:
    packed = bits.pack((VALUES & np.uint64(1)).astype(np.uint8))
    return await ctx.suite.input_bits(ctx, owner, packed if ctx.me == owner else None, VALUES.shape)


async def _many_bits(ctx: Context) -> Any:
    return await ctx.suite.a2b(ctx, await _x(ctx), 5)


async def _matrices(ctx: Context) -> Any:
    x, y = await _x(ctx, 0), await _x(ctx, 1)
    return await ctx.suite.matmul(ctx, x.reshape((1, 5)), y.reshape((5, 1)))


async def _mul(ctx: Context) -> Any:
    return await ctx.suite.mul(ctx, await _x(ctx, 0), await _x(ctx, 1))


async def _inner(ctx: Context) -> Any:
    return await ctx.suite.inner(ctx, await _x(ctx, 0), await _x(ctx, 1))


async def _and(ctx: Context) -> Any:
    return await ctx.suite.and_(ctx, await _bits(ctx, 0), await _bits(ctx, 1))


async def _or(ctx: Context) -> Any:
    return await ctx.suite.or_(ctx, await _bits(ctx, 0), await _bits(ctx, 1))


async def _select(ctx: Context) -> Any:
    c = await ctx.suite.bits_to_ring(ctx, await _bits(ctx))
    return await ctx.suite.select(ctx, c, await _x(ctx, 0), await _x(ctx, 1))


async def _random(ctx: Context) -> Any:
    return await ctx.suite.open(ctx, await ctx.suite.random(ctx, (3,)))


async def _then(ctx: Context, function: Callable[..., Awaitable[Any]], *arguments: Any) -> Any:
    return await function(ctx, await _x(ctx), *arguments)


async def _then_bits(ctx: Context, function: Callable[..., Awaitable[Any]]) -> Any:
    return await function(ctx, await _bits(ctx))


async def _open_two(ctx: Context) -> Any:
    return await ctx.suite.open(ctx, await _x(ctx, 0), await _x(ctx, 1))


async def _open_to(ctx: Context) -> Any:
    return await ctx.suite.open_to(ctx, 1, await _x(ctx))


async def _open_bits_to(ctx: Context) -> Any:
    return await ctx.suite.open_bits_to(ctx, 1, await _bits(ctx))


async def _shuffled(ctx: Context) -> Any:
    return await ctx.suite.shuffle(ctx, await _x(ctx, 0), await _x(ctx, 1))


async def _back(ctx: Context) -> Any:
    return await ctx.suite.b2a(ctx, await _many_bits(ctx))


async def _shortened(ctx: Context) -> Any:
    plus = (await _x(ctx, 2)).sum()
    return await ctx.suite.mul_truncate(ctx, await _x(ctx, 0), await _x(ctx, 1), 16, plus, True)


async def _shortened_matrices(ctx: Context) -> Any:
    x = (await _x(ctx))[:4].reshape((2, 2))
    return await ctx.suite.matmul_truncate(ctx, x, x, 16)


async def _chosen(ctx: Context) -> Any:
    return await ctx.suite.choose(ctx, await _bits(ctx), await _x(ctx, 1))


async def _by_summands(ctx: Context) -> Any:
    return await ctx.suite.by_summands(ctx, await _x(ctx), 1, lambda w: w[None], lambda u: u[None], 1)


async def _in_pieces(ctx: Context) -> Any:
    table = Pieces(Grid(56, 6), (-8, 8), ((0,), (1, 2, 3), (4, 5, 6)), 0, 0)
    return await ctx.suite.by_pieces(ctx, await _x(ctx), (table,))


async def _weighed(ctx: Context) -> Any:
    bits = await _many_bits(ctx)
    weights = ctx.ring.from_ints(np.arange(2 * bits.planes).reshape(2, -1))
    return await ctx.suite.weighted_bits(ctx, bits, weights)


async def _and_many(ctx: Context) -> Any:
    return await ctx.suite.and_many(ctx, await _many_bits(ctx))


async def _reached(ctx: Context) -> Any:
    shown = np.array([[True, True, False, True, True]])
    return await ctx.suite.reached(ctx, (await _x(ctx)).reshape((1, 5)), 12, 7, shown)


async def _looked_up(ctx: Context) -> Any:
    table = VALUES.repeat(2)[:8]
    return await ctx.suite.look_up(ctx, (await _x(ctx)).modulo(3), table, 9)


async def _garbled(ctx: Context) -> Any:
    product = circuit(x=UInt(5))(lambda x: x * x)
    return await ctx.suite.garbled(ctx, product, await _many_bits(ctx))


async def _garbled_by_several(ctx: Context) -> Any:
    product = circuit(x=UInt(5))(lambda x: x * x)
    return await ctx.suite.garbled_by_several(ctx, product, await _many_bits(ctx))


async def _garbled_numbers(ctx: Context) -> Any:
    square = joint_of_numbers(lambda x: x * x, {"x": UInt(9)}, "square")
    return await ctx.suite.garbled_numbers(ctx, square, [(await _x(ctx)).modulo(9)])


async def _kept(ctx: Context) -> Any:
    """A row kept under the last row of a mask."""
    return await keep_rows(ctx, (await _x(ctx)).reshape((1, 1, 5)), Standing("a text", RandomValue(Z64, (1, 3, 5))), 2)


async def _by_past(ctx: Context) -> Any:
    """Two rows kept in turn, and products by them and by what they are turned into."""
    mask = Standing("a text", RandomValue(Z64, (2, 3, 5)))
    rows = [(await _x(ctx, seed)).reshape((1, 1, 5)).broadcast_to((2, 1, 5)) for seed in (0, 1)]
    kept = [await keep_rows(ctx, row, mask, first) for first, row in enumerate(rows)]
    past = KeptPast(mask, np.concatenate([*kept, np.zeros((2, 1, 5), np.uint64)], 1))
    return await times_past(ctx, await times_past(ctx, rows[0], past, True), past, False)


async def _by_weights(ctx: Context) -> Any:
    """The weights under their mask, and a product by them and one by their transpose."""
    w = await stand(ctx, "layer", 0, np.arange(-7, 8).reshape(5, 3) if ctx.me == 0 else None, (5, 3))
    return await product(ctx, await product(ctx, await _x(ctx, 1), w), w, True)


async def _noise_signed(ctx: Context) -> Any:
    sizes, signs = await ctx.suite.bits_to_ring(ctx, await _bits(ctx)), await random_signs(ctx, VALUES.size)
    return await signed(ctx, sizes, signs)


SCRIPTS: dict[str, Script] = {
    "open": lambda ctx: _then(ctx, ctx.suite.open),
    "open_two": _open_two,
    "open_bits": lambda ctx: _then_bits(ctx, ctx.suite.open_bits),
    "open_to": _open_to,
    "open_bits_to": _open_bits_to,
    "random": _random,
    "mul": _mul,
    "square": lambda ctx: _then(ctx, ctx.suite.square),
    "matmul": _matrices,
    "inner": _inner,
    "and_": _and,
    "or_": _or,
    "a2b": _many_bits,
    "b2a": _back,
    "bits_to_ring": lambda ctx: _then_bits(ctx, ctx.suite.bits_to_ring),
    "msb": lambda ctx: _then(ctx, ctx.suite.msb),
    "below": lambda ctx: _then(ctx, ctx.suite.below, VALUES[1:3]),
    "is_zero": lambda ctx: _then(ctx, ctx.suite.is_zero),
    "select": _select,
    "shuffle": _shuffled,
    "truncate": lambda ctx: _then(ctx, ctx.suite.truncate, 16),
    "mul_truncate": _shortened,
    "matmul_truncate": _shortened_matrices,
    "by_summands": _by_summands,
    "by_pieces": _in_pieces,
    "weighted_bits": _weighed,
    "choose": _chosen,
    "and_many": _and_many,
    "reached": _reached,
    "look_up": _looked_up,
    "garbled": _garbled,
    "garbled_numbers": _garbled_numbers,
    "garbled_by_several": _garbled_by_several,
    "times_masked": _by_weights,
    "keep_rows": _kept,
    "times_past": _by_past,
    "noise coins": lambda ctx: JointCoins((5, 12), 4).toss(ctx, 70),
    "noise signed": _noise_signed,
    "noise laplace": lambda ctx: joint_laplace(Fraction(40), 3).draw(ctx),
    "noise gaussian": lambda ctx: joint_gaussian(Fraction(9, 4), 3).draw(ctx),
}


def digest(script: Script, n: int, *, dealt: bool = True, suite: Factory = SUITE) -> str:
    """The digest of all messages of one call among n parties under fixed seeds.

    Not `dealt`: as if no dealer made the material.
    """

    async def run() -> str:
        transports, record = recording_network(n)
        supplies = local_supplies(n, [insecure_seed("dealt", i) for i in range(n)])
        for supply in supplies:
            supply.dealt = dealt

        async def main(ctx: Context, mine: None) -> None:
            await script(ctx)

        await run_in_memory(
            main, [None] * n, supplies, Setting(suite), transports=transports,
            agreements=insecure_agreements(n), private=[insecure_seed("private", i) for i in range(n)],
        )  # fmt: skip
        return transcript_digest(record)

    return trio.run(run)


def digests() -> dict[str, str]:
    """All digests, by name and number of parties."""
    numbers = {name: (2,) if name in OF_TWO else PARTIES for name in SCRIPTS if name not in OF_SUMMANDS}
    dealt = {f"{name}, {n} parties": digest(SCRIPTS[name], n) for name, several in numbers.items() for n in several}
    made = {f"{name}, 2 parties, no dealer": digest(SCRIPTS[name], 2, dealt=False) for name in WITHOUT_DEALER}
    garbled = {f"{name}, suite yao": digest(SCRIPTS[name], 2, suite=YAO) for name in GARBLED}
    return dealt | made | garbled | digests_of_three()


def digests_of_three() -> dict[str, str]:
    """All digests of the suite replicated3."""
    scripts = {name: script for name, script in SCRIPTS.items() if "garbled" not in name and name not in OF_BEAVER}
    found = {f"{name}, by keys, suite replicated3": digest(scripts[name], 3, suite=REPLICATED3) for name in BY_KEYS}
    at_once, most = reading.AT_ONCE, by_points.MOST_LABELS
    by_points.MOST_LABELS = 0
    try:
        for name, script in scripts.items():
            found[f"{name}, suite replicated3"] = digest(script, 3, suite=REPLICATED3)
        reading.AT_ONCE = -1
        for name in BY_READING:
            found[f"{name}, suite replicated3, in two rounds"] = digest(scripts[name], 3, suite=REPLICATED3)
    finally:
        reading.AT_ONCE, by_points.MOST_LABELS = at_once, most
    return found


if __name__ == "__main__":
    COMMITTED.write_text(json.dumps(digests(), indent=2) + "\n")
