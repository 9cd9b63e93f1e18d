"""The prover of a circuit: section 5.2 of Bulletproofs, with the letters of protocols/proofs/circuit_bbbpwm18.py."""

from __future__ import annotations

import os
from dataclasses import dataclass

import numpy as np

from mpc.algebra.bigint import RandomBytes
from mpc.algebra.group import Points, Scalars, concatenate_points, concatenate_scalars, dot
from mpc.errors import LocalError
from protocols.proofs.bulletproof_bbbpwm18 import Messages, after_coefficients, after_scalars, after_vectors
from protocols.proofs.circuit_bbbpwm18 import POWERS, Satisfies, Weights, padded
from protocols.proofs.inner_product_bbbpwm18 import prove_inner_product
from protocols.proofs.refusals import unfit
from protocols.proofs.transcript import Bytes, Setting, Transcript


def prove_circuit(
    setting: Setting, statement: Satisfies, values: Scalars, blindings: Scalars, source: RandomBytes = os.urandom
) -> Bytes:
    """A proof for secret values (values,) and the secret blindings that open their commitments.

    LocalError `wrong-witness` if they don't satisfy the circuit or don't open the commitments. `source` as in
    `protocols.proofs.proof.prove`.
    """
    if values.shape != statement.commitments.shape or blindings.shape != values.shape:
        raise unfit(f"the statement is of {statement.circuit.values} values", "give as many, and as many blindings")
    opens = statement.pedersen.opens(statement.commitments, values, blindings).all()
    if not opens or not statement.circuit.satisfied(values):
        raise LocalError(
            "wrong-witness",
            "the values do not satisfy the circuit, or do not open their commitments",
            "see which numbers were committed to",
        )
    header = setting.header(transcript := statement.begun(setting))
    proof = _proved(transcript, statement, values, blindings, source)
    return proof.to_bytes(header)


@dataclass(frozen=True, slots=True)
class _Polynomials:
    """l(X) = l_1 X + l_2 X^2 + l_3 X^3 and r(X) = r_0 + r_1 X + r_3 X^3; all secret."""

    l_1: Scalars
    l_2: Scalars
    l_3: Scalars
    r_0: Scalars
    r_1: Scalars
    r_3: Scalars

    def coefficients(self) -> Scalars:
        """t_1, t_3, t_4, t_5, t_6 of <l(X), r(X)>."""
        sums = (
            self.l_1 * self.r_0,
            self.l_2 * self.r_1 + self.l_3 * self.r_0,
            self.l_1 * self.r_3 + self.l_3 * self.r_1,
            self.l_2 * self.r_3,
            self.l_3 * self.r_3,
        )
        return concatenate_scalars([products.sum().reshape(1) for products in sums])

    def at(self, x: Scalars) -> tuple[Scalars, Scalars]:
        """l(x) and r(x)."""
        cube = x * x * x
        return x * self.l_1 + x * x * self.l_2 + cube * self.l_3, self.r_0 + x * self.r_1 + cube * self.r_3


def _proved(
    transcript: Transcript, statement: Satisfies, values: Scalars, blindings: Scalars, source: RandomBytes
) -> Messages:
    order, length = statement.order, statement.length
    g, h, q = statement.bases()
    a_l, a_r, a_o = (padded(part, length) for part in statement.circuit.assignment(values))
    s = Scalars.random(order, (2, length), source)
    masks = Scalars.random(order, (statement.vectors,), source)
    vectors = _committed(statement, masks, [(a_l, a_r), (a_o, None), (s[0], s[1])])
    y, z = after_vectors(transcript, vectors, order)
    weights, powers, inverse_powers = Weights.of(statement, z), y.powers(length), y.inverse().powers(length)
    polynomials = _Polynomials(
        a_l + inverse_powers * weights.right, a_o, s[0],
        weights.out - powers, powers * a_r + weights.left, powers * s[1],
    )  # fmt: skip
    tau = Scalars.random(order, (len(POWERS),), source)
    big_t = statement.pedersen.committed(polynomials.coefficients(), tau)
    x = after_coefficients(transcript, big_t, order)
    of_x = x.powers(max(POWERS) + 1)
    l, r = polynomials.at(x)
    tau_x = (tau * of_x[list(POWERS)]).sum() - of_x[2] * (weights.values * blindings).sum()
    mu = (masks * of_x[1 : 1 + statement.vectors]).sum()
    scalars = concatenate_scalars([one.reshape(1) for one in (tau_x, mu, (l * r).sum())])
    w = after_scalars(transcript, scalars, order)
    inner = prove_inner_product(transcript, g, h * inverse_powers, q * w, l, r)
    return Messages(vectors, big_t, scalars, inner)


def _committed(statement: Satisfies, masks: Scalars, vectors: list[tuple[Scalars, Scalars | None]]) -> Points:
    """A mask times H, one vector under G, and another, if there is one, under the bases H."""
    g, h, _ = statement.bases()
    found = []
    for i, (under_g, under_h) in enumerate(vectors):
        bases, scalars = [statement.pedersen.h.reshape(1), g], [masks[i : i + 1], under_g]
        if under_h is not None:
            bases.append(h)
            scalars.append(under_h)
        found.append(dot(concatenate_points(bases), concatenate_scalars(scalars)).words)
    return Points(statement.group, np.stack(found))
