"""`parley kernels`: what this processor runs of each family of kernels, and what one kernel of each does a second."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from math import log10
from statistics import median

import numpy as np
import numpy.typing as npt
from rich.console import Console
from rich.table import Table

from mpc import label_hash
from mpc.algebra import bits
from mpc.algebra.bigint import Modulus
from mpc.algebra.binary_field import GF2_128
from mpc.algebra.cores import using_cores
from mpc.algebra.field import FIELD64, FIELD128, LARGEST64, MERSENNE61, PrimeField
from mpc.algebra.group import Scalars
from mpc.algebra.powers_of_masks import polynomials
from mpc.algebra.ring import Z64, Words
from mpc.algebra.ristretto import ORDER, generator
from mpc.algebra.weights import weight_product
from mpc.algebra.wide_ring import Z128
from mpc.errors import LocalError
from mpc.prg import Prg, Seed
from native import implementations, selected, sources, using
from protocols.function_sharing.points_gywzxlz23 import deal
from protocols.ot.folding import Streams, parts
from protocols.ot.pads import pad_planes
from protocols.prio3.sponge import Sponge
from protocols.privacy.coins import LANES, Coins
from protocols.privacy.probabilities import exp_of_minus
from protocols.vole.products import prove_products

REPETITIONS = 5
SECONDS = 0.01
WORDS = 1 << 15
SIDE = 128
TRANSFERS = 1 << 12
POINT_BITS = 16


@dataclass(frozen=True, slots=True)
class Sample:
    """One kernel of a family: what one call does, how many of them, the call."""

    unit: str
    count: int
    run: Callable[[], object]


def list_kernels(console: Console, compare: str | None = None) -> None:
    """Print each family's implementation and speed on one core; beside it those of the implementation `compare`.

    An unknown one raises LocalError `unknown-kernels`.
    """
    if compare is not None and compare not in implementations():
        raise LocalError(
            "unknown-kernels",
            f"this processor has no kernels named {compare}",
            f"choose one of {', '.join(implementations())}",
        )
    names = [selected(), *([compare] if compare else [])]
    console.print(f"This processor runs {', '.join(implementations())}; in use: {selected()}.", highlight=False)
    made = Table(box=None, pad_edge=False, padding=(0, 1, 0, 1), header_style="dim")
    for column in ("family", "of what", *("from", "a second") * len(names), *(["times"] if compare else [])):
        made.add_column(column, no_wrap=True)
    found = [_measured(name) for name in names]
    for family, sample in samples().items():
        cells = [cell for of in found for cell in (of[family][0], _rate(of[family][1]))]
        ratio = [f"{found[0][family][1] / found[1][family][1]:.1f}"] if compare else []
        made.add_row(family, sample.unit, *cells, *ratio)
    console.print(made)


def samples() -> dict[str, Sample]:
    """A kernel of every family on random operands that fit into a core's cache.

    Elementwise products for the rings and fields, 32 rows by weights, values of functions in pieces, bit planes, powers
    modulo 1024 bits with exponents of 64, products of points by secret scalars, a random stream, hashes under a fixed
    key, correlated transfers of SoftSpokenOT with k = 2, bits of AND triples, products of authenticated elements, keys
    of points of 16 bits, coins of one probability, bytes of TurboSHAKE128.
    """
    prg = Seed.fresh().prg("kernels")
    x, y = prg.words((WORDS,)), prg.words((WORDS,))
    pairs = x.reshape(-1, 2), y.reshape(-1, 2)
    left, right = prg.words((SIDE, SIDE)), prg.words((SIDE, SIDE))
    fields = {"mersenne61": MERSENNE61, "field64": FIELD64, "pseudo": LARGEST64, "general": PrimeField(2**61 - 31)}
    streams = Streams(2, prg.bytes(16 * sum(1 << width for width in parts(2))))
    modulus = Modulus(2**1024 - 105)
    bases, exponents = modulus.random(8), prg.words((8, 1))
    points, scalars = generator() * Scalars.random(ORDER, (8,)), Scalars.random(ORDER, (8,))
    coins, integers = Coins([exp_of_minus(Fraction(1))]), x.view(np.int16)[:WORDS].reshape(SIDE, -1)
    roots = prg.words((TRANSFERS, 2)), prg.words((TRANSFERS, 2))
    return {
        "ring": Sample("products", WORDS, partial(Z64.mul, x, y)),
        "wide": Sample("products", WORDS // 2, partial(Z128.mul, *pairs)),
        "matmul": Sample("products", SIDE**3, partial(Z64.matmul, left, right)),
        "weights": Sample("products", 32 * WORDS, partial(weight_product, left[:32], integers)),
        "pieces": _values_in_pieces(prg),
        "bits": Sample("words", WORDS, partial(bits.planes, x)),
        "binary_field": Sample("products", WORDS // 2, partial(GF2_128.mul, *pairs)),
        **{name: _product(field, x, y, WORDS) for name, field in fields.items()},
        "field128": _product(FIELD128, *pairs, WORDS // 2),
        "bignum": Sample("powers", 8, partial(modulus.power, bases, exponents)),
        "curve": Sample("products", 8, partial(points.__mul__, scalars)),
        "aes": Sample("bytes", 8 * WORDS, partial(prg.words, (WORDS,))),
        "labels": Sample("hashes", WORDS // 2, partial(label_hash.hash_ccr, pairs[0])),
        "ot": Sample("transfers", TRANSFERS, partial(streams.labels, prg.words((TRANSFERS, 2)), 0)),
        "products": Sample("labels", WORDS // 2, partial(pad_planes, pairs[0], None, x[:2], 0, 1)),
        "vole": _authenticated_products(MERSENNE61.reduce(x), MERSENNE61.reduce(y)),
        "function_sharing": Sample("keys", TRANSFERS, partial(deal, x[:TRANSFERS], roots, x[:2], POINT_BITS)),
        "coins": Sample("coins", WORDS, partial(coins.toss, WORDS // LANES, prg)),
        "sponge": Sample("bytes", 8 * WORDS, partial(_squeezed, prg.words((WORDS,)).view(np.uint8))),
    }


def _squeezed(out: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    sponge = Sponge()
    sponge.finish()
    sponge.read_into(out)
    return out


def _product(field: PrimeField, x: Words, y: Words, count: int) -> Sample:
    return Sample("products", count, partial(field.mul, field.reduce(x), field.reduce(y)))


def _values_in_pieces(prg: Prg) -> Sample:
    """Polynomials of degree 4 chosen by eight bits."""
    steps, opened = prg.words((1, 8, 5)), prg.words((8, bits.words_for(TRANSFERS)))
    of_masks = prg.words((5, TRANSFERS)), prg.words((8, 5, TRANSFERS))
    values = partial(polynomials, steps[:, 0], steps, prg.words((TRANSFERS,)), opened, *of_masks)
    return Sample("values", TRANSFERS, values)


def _authenticated_products(x: Words, y: Words) -> Sample:
    pairs, told = np.stack([x, y], axis=1), [np.empty(len(x), np.uint64) for _ in range(3)]
    return Sample("products", len(x), partial(prove_products, x, y, y, x, pairs, *told))


def _measured(name: str) -> dict[str, tuple[str, float]]:
    """For each family, the implementation it uses when `name` is selected, and units a second."""
    with using(name), using_cores(1):
        of = sources()
        return {family: (of[family], _per_second(sample)) for family, sample in samples().items()}


def _per_second(sample: Sample) -> float:
    sample.run()
    return median(_timed(sample) for _ in range(REPETITIONS))


def _timed(sample: Sample) -> float:
    calls, started = 0, time.perf_counter()
    while (seconds := time.perf_counter() - started) < SECONDS:
        sample.run()
        calls += 1
    return calls * sample.count / seconds


def _rate(per_second: float) -> str:
    """Three digits and the unit that suits them."""
    power = min(max(int(log10(per_second)) // 3, 0), 3)
    return f"{per_second / 1000**power:.3g} {('', 'k', 'M', 'G')[power]}".strip()
