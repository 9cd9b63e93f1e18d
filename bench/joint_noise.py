"""Noise that parties draw together and none knows, or each a part of: 10,000 numbers, of a scale that reals have."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from bench.workloads import Share, Workload
from mpc.algebra.ring import Z64, Words
from mpc.context import Context
from mpc.prg import Prg
from protocols.privacy.joint_gaussian_cks20 import joint_gaussian
from protocols.privacy.joint_laplace_dkmmn06 import joint_laplace
from protocols.privacy.joint_noise import Gaussian, Laplace, Moves
from protocols.privacy.summed_noise import InParts, Skellam

COUNT = 10_000
SCALE = Fraction(1 << 16)
"""One, with 16 fractional bits."""

_LARGE = 1 << 40
_FAR = 2.0**-16
"""48 scales are a smaller part of the values that the noise is added to."""


def _values(prg: Prg, size: int) -> list[Words]:
    return [np.full(size, _LARGE, np.uint64)]


async def _laplace(ctx: Context, shares: Sequence[Any], size: int) -> Share:
    noisy: Share = shares[0] + await joint_laplace(SCALE, size).draw(ctx)
    return noisy


async def _gaussian(ctx: Context, shares: Sequence[Any], size: int) -> Share:
    noisy: Share = shares[0] + await joint_gaussian(SCALE**2, size).draw(ctx)
    return noisy


def _summed(
    noise: Laplace | Gaussian | Skellam, moves: int
) -> Callable[[Context, Sequence[Any], int], Awaitable[Share]]:
    """With parts of which all but one suffice: of two parties all of the noise each, of three a half."""

    async def add_parts(ctx: Context, shares: Sequence[Any], size: int) -> Share:
        of = InParts(noise, honest=ctx.n - 1).among(ctx.n)
        noisy: Share = shares[0] + await of.sampler(Moves.alike(1, moves), size).draw(ctx)
        return noisy

    return add_parts


def _clear(values: Sequence[Words], size: int) -> npt.NDArray[Any]:
    return values[0].astype(np.float64)


def _decoded(words: Words) -> npt.NDArray[Any]:
    return Z64.to_signed(words).astype(np.float64)


WORKLOADS = {
    name: Workload(name, COUNT, _values, online, _clear, decoded=_decoded, precision=_FAR)
    for name, online in (
        ("joint.laplace_10k", _laplace),
        ("joint.gaussian_10k", _gaussian),
        ("summed.laplace_10k", _summed(Laplace(epsilon=1), SCALE.numerator)),
        ("summed.gaussian_10k", _summed(Gaussian(rho="1/2"), SCALE.numerator)),
        ("summed.skellam_10k", _summed(Skellam(epsilon=1, delta="1e-6"), SCALE.numerator)),
    )
}
