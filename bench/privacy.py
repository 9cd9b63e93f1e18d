"""The table of differential privacy: noise a second on one core, beside OpenDP and numpy in the same run.

Ours and OpenDP's are exact; numpy's are rounded floats, which is no privacy (Mironov 2012), and show what that costs
less. The limit is the rate of AES: half a block for each coin that our samplers toss. How few random bits the
distribution itself would take, its entropy, stands in the note.

Beside them the entries of a ledger that are verified a second (`bench.ledgers`), and noise that parties draw together
or in parts, and statistics with it, in seconds (`bench.joint_noise`, `bench.joint_statistics`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import nullcontext
from importlib.util import find_spec
from math import e, log2, pi

import numpy as np

from bench import joint_noise, joint_statistics, kernels, ledgers, online
from bench.harness import Options, Row, Throughput
from bench.kernels.workload import KernelWorkload
from mpc.algebra.cores import using_cores
from mpc.prg import Seed
from native import keep_memory, using
from protocols.privacy.coins import MOST_DIGITS
from protocols.privacy.discrete_gaussian_cks20 import DiscreteGaussian, discrete_gaussian
from protocols.privacy.discrete_laplace_dkmmn06 import DiscreteLaplace, discrete_laplace

TITLE = "Exact noise on one core, numbers a second"
TABLE = "privacy"

COUNT = 1 << 13
SCALE, LARGE = 10, 1 << 20
_ACCEPTED = 0.76
"""Of Gaussian proposals: sqrt(pi / (2 e))."""
_BLOCKS_OF_A_COIN = MOST_DIGITS / 128

WORKLOADS = joint_noise.WORKLOADS | joint_statistics.WORKLOADS

Run = Callable[[], object]


def _laplace(scale: int) -> KernelWorkload:
    distribution, floats = discrete_laplace(scale), np.random.default_rng(1)
    entropy = log2(2 * e * scale)
    peers = {
        "numpy": lambda: np.rint(floats.laplace(0, scale, COUNT)),
        **_opendp("make_laplace", "l1_distance", "i64", scale),
    }
    return _workload("discrete_laplace", scale, distribution, distribution.tosses, entropy, peers)


def _gaussian(scale: int) -> KernelWorkload:
    distribution, floats = discrete_gaussian(scale**2), np.random.default_rng(1)
    entropy = log2(2 * pi * e * scale**2) / 2
    peers = {
        "numpy": lambda: np.rint(floats.normal(0, scale, COUNT)),
        **_opendp("make_gaussian", "l2_distance", "f64", scale),
    }
    return _workload("discrete_gaussian", scale, distribution, distribution.tosses / _ACCEPTED, entropy, peers)


def _workload(
    name: str,
    scale: int,
    distribution: DiscreteLaplace | DiscreteGaussian,
    coins: float,
    entropy: float,
    peers: Mapping[str, Run],
) -> KernelWorkload:
    stream = Seed.fresh().prg("benchmark")

    def alone() -> object:
        with using_cores(1):
            return distribution.draw(COUNT, stream)

    note = f"scale {scale}; {8 * coins:.0f} random bytes each, of {entropy:.1f} bits of entropy"
    name = f"sampler.{name}" if scale == SCALE else f"sampler.{name}_2_20"
    return KernelWorkload(name, "numbers", COUNT, alone, "aes", coins * _BLOCKS_OF_A_COIN, peers, note)


def _opendp(make: str, distance: str, kind: str, scale: int) -> Mapping[str, Run]:
    """OpenDP's mechanism on as many zeros, where it is installed."""
    if not find_spec("opendp"):
        return {}
    from opendp import domains, measurements, metrics, mod

    mod.enable_features("contrib", "idealized-numerics")
    space = domains.vector_domain(domains.atom_domain(T="i64"))
    measure = getattr(measurements, make)(space, getattr(metrics, distance)(T=kind), scale=float(scale))
    return {"opendp": lambda: measure([0] * COUNT)}


WORKS: dict[str, Callable[[], KernelWorkload]] = {
    "sampler.discrete_laplace": lambda: _laplace(SCALE),
    "sampler.discrete_gaussian": lambda: _gaussian(SCALE),
    "sampler.discrete_laplace_2_20": lambda: _laplace(LARGE),
    "sampler.discrete_gaussian_2_20": lambda: _gaussian(LARGE),
}


def names() -> list[str]:
    """The workloads."""
    return [*WORKS, ledgers.NAME, *WORKLOADS]


def measure(options: Options) -> Iterator[list[Throughput] | list[Row]]:
    """The rows of one workload after the other."""
    keep_memory()
    with using(options.implementation) if options.implementation else nullcontext():
        for name in options.chosen([*WORKS, ledgers.NAME]):
            if name == ledgers.NAME:
                yield list(ledgers.measure(TABLE, options))
            else:
                yield kernels.contest_of(WORKS[name](), options, TABLE)
    yield from online.measure(TABLE, WORKLOADS, (), options, with_tls=(False,))
