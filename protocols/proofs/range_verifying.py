"""The verifier of ranges: section 4.2 of Bulletproofs, all equations in one sum, as its section 6.1 and 6.2 have it.

The letters are those of protocols/proofs/range_bbbpwm18.py.
"""

from __future__ import annotations

from collections.abc import Sequence

from mpc.algebra.group import Scalars, concatenate_points, concatenate_scalars
from protocols.proofs.bulletproof_bbbpwm18 import Challenges, Messages, read
from protocols.proofs.inner_product_bbbpwm18 import factors
from protocols.proofs.range_bbbpwm18 import Range, weights
from protocols.proofs.reading import require_all
from protocols.proofs.statement import Equation
from protocols.proofs.transcript import Bytes, Setting

Read = tuple[Range, Messages, Challenges]


def verify_range(setting: Setting, statement: Range, proof: Bytes) -> None:
    """Raise unless `proof`, any bytes whatever, proves the statement; errors as in `protocols.proofs.proof.verify`."""
    verify_ranges([(setting, statement, proof)])


def verify_ranges(proofs: Sequence[tuple[Setting, Range, Bytes]]) -> None:
    """Verify many proofs by one sum of products, with weights that this party draws; errors for the first that fails.

    All commitments are over one group.
    """
    found = [(statement, *read(setting, statement, proof)) for setting, statement, proof in proofs]
    require_all([setting for setting, _, _ in proofs], found, _all_hold)


def _all_hold(found: Sequence[Read]) -> bool:
    """The sum of all equations: bases that proofs have in common count once."""
    longest = max(found, key=lambda one: one[0].length)[0]
    g, h, q = longest.bases()
    order, equation = longest.order, Equation()
    shared = Scalars.of(order, [0] * (2 * longest.length + 3))
    for statement, proof, challenge in found:
        mine = _weighed(equation, statement, proof, challenge)
        shared = shared + _widened(mine, statement.length, longest.length)
    pedersen = longest.pedersen
    common = [pedersen.g.reshape(1), pedersen.h.reshape(1), q.reshape(1), g, h]
    equation.add(concatenate_points(common), shared)
    return equation.holds()


def _widened(scalars: Scalars, length: int, longest: int) -> Scalars:
    """The factors of G, H, Q and of both vectors of bases, with zeros for the bases that a shorter proof lacks."""
    none = Scalars.of(scalars.order, [0] * (longest - length))
    return concatenate_scalars([scalars[: 3 + length], none, scalars[3 + length :], none])


def _weighed(equation: Equation, statement: Range, proof: Messages, challenge: Challenges) -> Scalars:
    """Adds what a proof must fulfil, each times a weight: that t is t(x), and that l and r are what A and S commit to.

    Factors of G, H, Q and of the vectors of bases are returned, in this order.
    """
    order, length = statement.order, statement.length
    y, z, x, w, u = challenge.y, challenge.z, challenge.x, challenge.w, challenge.u
    c, d = Scalars.random(order), Scalars.random(order)
    tau_x, mu, t = (proof.scalars[i] for i in range(3))
    a, b = proof.inner.last[0], proof.inner.last[1]
    powers, inverse_powers, twos = y.powers(length), y.inverse().powers(length), weights(statement, z)
    inverses = u.inverse()
    s = factors(u, inverses)
    s_inverse = s[::-1]
    of_values = z.powers(statement.values + 2)[2:]
    delta = (z - z * z) * powers.sum() - (z * twos).sum()
    equation.add(statement.commitments, c * of_values[: len(statement.commitments)])
    equation.add(proof.vectors, d * x.powers(2))
    equation.add(proof.coefficients, c * x.powers(3)[1:])
    equation.add(proof.inner.left, d * u * u)
    equation.add(proof.inner.right, d * inverses * inverses)
    of_g, of_h, of_q = c * (delta - t), -(c * tau_x) - d * mu, d * w * (t - a * b)
    of_bases_g = d * (-z - a * s)
    of_bases_h = d * (z + inverse_powers * (twos - b * s_inverse))
    return concatenate_scalars([of_g.reshape(1), of_h.reshape(1), of_q.reshape(1), of_bases_g, of_bases_h])
