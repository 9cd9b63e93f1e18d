"""The prover of a range: section 4.2 of Bulletproofs, with the letters of protocols/proofs/range_bbbpwm18.py."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from mpc.algebra.bigint import Modulus, RandomBytes
from mpc.algebra.group import Scalars, concatenate_points, concatenate_scalars, dot
from mpc.algebra.ring import U64, Words
from mpc.errors import LocalError
from protocols.proofs.bulletproof_bbbpwm18 import Messages, after_coefficients, after_scalars, after_vectors
from protocols.proofs.inner_product_bbbpwm18 import prove_inner_product
from protocols.proofs.range_bbbpwm18 import Range, weights
from protocols.proofs.refusals import unfit
from protocols.proofs.transcript import Bytes, Setting, Transcript


def prove_range(
    setting: Setting,
    statement: Range,
    values: npt.NDArray[Any],
    blindings: Scalars,
    source: RandomBytes = os.urandom,
) -> Bytes:
    """A proof for secret values (m,), whole numbers, and the secret blindings that open their commitments.

    LocalError `wrong-witness` if a value does not lie in the range or does not open its commitment. `source` as in
    `protocols.proofs.proof.prove`.
    """
    v = np.zeros(statement.values, U64)
    v[: len(statement.commitments)] = _fitting(statement, values, blindings)
    header = setting.header(transcript := statement.begun(setting))
    proof = _proved(transcript, statement, v, blindings, source)
    return proof.to_bytes(header)


def _fitting(statement: Range, values: npt.NDArray[Any], blindings: Scalars) -> Words:
    """The values as words, if they open the commitments and lie in the range."""
    count, order = len(statement.commitments), statement.order
    v = np.asarray(values)
    if v.dtype.kind == "i" and (v < 0).any():
        raise unfit("a value is negative, and ranges begin at 0", "commit to x - low, where low is public")
    if v.dtype.kind in "iu":
        v = v.astype(U64)
    if v.shape != (count,) or v.dtype != np.uint64 or blindings.shape != (count,):
        raise unfit(
            f"{v.dtype} values of shape {v.shape} and blindings of shape {blindings.shape} for {count} commitments",
            f"give whole numbers from 0 on, of shape ({count},), and as many blindings",
        )
    words = np.zeros((count, order.limbs), U64)
    words[:, 0] = v
    inside = (v >> np.uint64(statement.bits - 1) >> np.uint64(1) == 0).all()
    if not inside or not statement.pedersen.opens(statement.commitments, Scalars(order, words), blindings).all():
        raise LocalError(
            "wrong-witness",
            f"a value is not within [0, 2^{statement.bits}), or does not open its commitment",
            "see which numbers were committed to",
        )
    return v


@dataclass(frozen=True, slots=True)
class _Polynomials:
    """l(X) and r(X), by their coefficients (2, length); all of them secret."""

    l: Scalars
    r: Scalars

    def coefficients(self) -> Scalars:
        """t_1 and t_2 of t(X) = <l(X), r(X)>."""
        t_1 = (self.l[0] * self.r[1] + self.l[1] * self.r[0]).sum()
        return _joined(t_1, (self.l[1] * self.r[1]).sum())

    def at(self, x: Scalars) -> tuple[Scalars, Scalars]:
        """l(x) and r(x)."""
        return self.l[0] + x * self.l[1], self.r[0] + x * self.r[1]


def _proved(transcript: Transcript, statement: Range, v: Words, blindings: Scalars, source: RandomBytes) -> Messages:
    order, length = statement.order, statement.length
    g, h, q = statement.bases()
    a_l = _bits(v, statement.bits, order)
    a_r = a_l - Scalars.of(order, 1)
    s = Scalars.random(order, (2 * length,), source)
    masks, tau = (Scalars.random(order, (2,), source) for _ in range(2))
    bases = concatenate_points([statement.pedersen.h.reshape(1), g, h])
    vectors = [concatenate_scalars([masks[:1], a_l, a_r]), concatenate_scalars([masks[1:], s])]
    big_a_s = concatenate_points([dot(bases, vector).reshape(1) for vector in vectors])
    y, z = after_vectors(transcript, big_a_s, order)
    powers = y.powers(length)
    r_0 = powers * (a_r + z) + weights(statement, z)
    polynomials = _Polynomials(_stacked(a_l - z, s[:length]), _stacked(r_0, powers * s[length:]))
    big_t = statement.pedersen.committed(polynomials.coefficients(), tau)
    x = after_coefficients(transcript, big_t, order)
    l, r = polynomials.at(x)
    gammas = z.powers(statement.values + 2)[2 : 2 + len(blindings)] * blindings
    tau_x = (tau[0] + tau[1] * x) * x + gammas.sum()
    scalars = _joined(tau_x, masks[0] + masks[1] * x, (l * r).sum())
    w = after_scalars(transcript, scalars, order)
    inner = prove_inner_product(transcript, g, h * y.inverse().powers(length), q * w, l, r)
    return Messages(big_a_s, big_t, scalars, inner)


def _stacked(x: Scalars, y: Scalars) -> Scalars:
    return Scalars(x.order, np.stack([x.words, y.words]))


def _joined(*scalars: Scalars) -> Scalars:
    return concatenate_scalars([scalar.reshape(1) for scalar in scalars])


def _bits(v: Words, bits: int, order: Modulus) -> Scalars:
    """The bits of all values, lowest first, as scalars."""
    words = np.zeros((len(v), bits, order.limbs), U64)
    words[..., 0] = v[:, None] >> np.arange(bits, dtype=np.uint64) & np.uint64(1)
    return Scalars(order, words.reshape(-1, order.limbs))
