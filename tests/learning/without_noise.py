"""Training whose noise is taken away: what it opens is held against the clear, and its distances are measured."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

import mpc
from protocols.learning.noisy_sums import NoisySums
from protocols.privacy.joint_gaussian_cks20 import JointGaussian
from protocols.suite import suite_of

PRIVACY = mpc.Gaussian(rho="1/2", delta="1e-6")


@dataclass
class Opened:
    """What party 0 saw, in units of the last place, and how far a record was said to move it."""

    vectors: list[Any] = field(default_factory=list)
    moved: int = 0


def without_noise(monkeypatch: pytest.MonkeyPatch) -> Opened:
    """Have joint noise be zero from here on."""
    found, reveal = Opened(), NoisySums.reveal

    async def draw(self: JointGaussian, ctx: mpc.Context) -> Any:
        return suite_of(ctx).constant(ctx, ctx.ring.from_signed(np.zeros(self.count, np.int64)))

    async def seen(self: NoisySums, ctx: mpc.Context, x: mpc.SecretArray) -> Any:
        shown = await reveal(self, ctx, x)
        if ctx.me == 0:
            found.vectors.append(np.rint(shown * 2**self.fractional_bits).astype(object))
            found.moved = self.moved
        return shown

    monkeypatch.setattr(JointGaussian, "draw", draw)
    monkeypatch.setattr(NoisySums, "reveal", seen)
    return found


def distances(first: list[Any], second: list[Any]) -> list[int]:
    """Squared, of the vectors of two runs."""
    return [int(((x - y) ** 2).sum()) for x, y in zip(first, second, strict=True)]
