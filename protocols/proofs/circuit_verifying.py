"""The verifier of circuits: section 5.2 of Bulletproofs, all equations in one sum.

The letters are those of protocols/proofs/circuit_bbbpwm18.py.
"""

from __future__ import annotations

from collections.abc import Sequence

from mpc.algebra.group import Scalars, concatenate_points, concatenate_scalars
from protocols.proofs.bulletproof_bbbpwm18 import Challenges, Messages, read
from protocols.proofs.circuit_bbbpwm18 import POWERS, Satisfies, Weights
from protocols.proofs.inner_product_bbbpwm18 import factors
from protocols.proofs.reading import require_all
from protocols.proofs.statement import Equation
from protocols.proofs.transcript import Bytes, Setting

Read = tuple[Satisfies, Messages, Challenges]


def verify_circuit(setting: Setting, statement: Satisfies, proof: Bytes) -> None:
    """Raise unless `proof`, any bytes whatever, proves the statement; errors as in `protocols.proofs.proof.verify`."""
    verify_circuits([(setting, statement, proof)])


def verify_circuits(proofs: Sequence[tuple[Setting, Satisfies, Bytes]]) -> None:
    """Verify many proofs by one sum of products, with weights that this party draws; errors for the first that fails.

    All commitments are over one group.
    """
    found = [(statement, *read(setting, statement, proof)) for setting, statement, proof in proofs]
    require_all([setting for setting, _, _ in proofs], found, _all_hold)


def _all_hold(found: Sequence[Read]) -> bool:
    equation = Equation()
    for statement, proof, challenge in found:
        _weigh(equation, statement, proof, challenge)
    return equation.holds()


def _weigh(equation: Equation, statement: Satisfies, proof: Messages, challenge: Challenges) -> None:
    """Adds what a proof must fulfil, each times a weight: that t is t(x), and that l and r are what vectors hold."""
    order, length = statement.order, statement.length
    y, z, x, w, u = challenge.y, challenge.z, challenge.x, challenge.w, challenge.u
    c, d = Scalars.random(order), Scalars.random(order)
    tau_x, mu, t = (proof.scalars[i] for i in range(3))
    a, b = proof.inner.last[0], proof.inner.last[1]
    weights, inverse_powers, inverses = Weights.of(statement, z), y.inverse().powers(length), u.inverse()
    s, of_x = factors(u, inverses), x.powers(max(POWERS) + 1)
    delta = (inverse_powers * weights.right * weights.left).sum()
    equation.add(statement.commitments, -(c * of_x[2]) * weights.values)
    equation.add(proof.coefficients, c * of_x[list(POWERS)])
    equation.add(proof.vectors, d * of_x[1 : 1 + statement.vectors])
    equation.add(proof.inner.left, d * u * u)
    equation.add(proof.inner.right, d * inverses * inverses)
    of_g, of_h = c * (of_x[2] * (delta - weights.one) - t), -(c * tau_x) - d * mu
    of_bases_g = d * (x * inverse_powers * weights.right - a * s)
    of_bases_h = d * (inverse_powers * (x * weights.left + weights.out - b * s[::-1]) - Scalars.of(order, 1))
    g, h, q = statement.bases()
    bases = [one.reshape(1) for one in (statement.pedersen.g, statement.pedersen.h, q)]
    single = [one.reshape(1) for one in (of_g, of_h, d * w * (t - a * b))]
    equation.add(concatenate_points([*bases, g, h]), concatenate_scalars([*single, of_bases_g, of_bases_h]))
