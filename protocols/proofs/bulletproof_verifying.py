"""The verifier of Bulletproofs: all equations of a proof, or of many, in one sum of products.

Buenz, Bootle, Boneh, Poelstra, Wuille, Maxwell, IEEE S&P 2018 (eprint 2017/1066), sections 6.1 and 6.2, with
its letters.
"""

from __future__ import annotations

from collections.abc import Sequence

from mpc.algebra.group import Scalars, concatenate_points, concatenate_scalars
from protocols.proofs.bulletproof_bbbpwm18 import Bulletproof, Challenges, Messages, read
from protocols.proofs.inner_product_bbbpwm18 import factors
from protocols.proofs.reading import require_all
from protocols.proofs.refusals import unfit
from protocols.proofs.statement import Equation
from protocols.proofs.transcript import Proof, Setting

Found = tuple[Bulletproof, Messages, Challenges]


def verify_bulletproof(setting: Setting, statement: Bulletproof, proof: Proof) -> None:
    """Raise unless `proof`, any bytes whatever, proves the statement; errors as in `protocols.proofs.proof.verify`."""
    verify_bulletproofs([(setting, statement, proof)])


def verify_bulletproofs(proofs: Sequence[tuple[Setting, Bulletproof, Proof]]) -> None:
    """Verify many proofs, with weights that this party draws; errors for the first that fails.

    Ranges and circuits may be mixed. All are over one group, or LocalError `wrong-statement`.
    """
    if any(statement.group is not proofs[0][1].group for _, statement, _ in proofs):
        raise unfit("proofs over several groups are not verified at once", "one batch for each group")
    found = [(statement, *read(setting, statement, proof)) for setting, statement, proof in proofs]
    require_all([setting for setting, _, _ in proofs], found, _all_hold)


def _all_hold(found: Sequence[Found]) -> bool:
    """The sum of all equations: bases that proofs have in common count once."""
    longest = max(found, key=lambda one: one[0].length)[0]
    g, h, q = longest.bases()
    order, equation = longest.order, Equation()
    shared = Scalars.of(order, [0] * (2 * longest.length + 3))
    for statement, proof, challenge in found:
        mine = _weighed(equation, statement, proof, challenge)
        shared = shared + _widened(mine, statement.length, longest.length)
    single = [point.reshape(1) for point in (longest.pedersen.g, longest.pedersen.h, q)]
    equation.add(concatenate_points([*single, g, h]), shared)
    return equation.holds()


def _widened(scalars: Scalars, length: int, longest: int) -> Scalars:
    """The factors of G, H, Q and of both vectors of bases, with zeros for the bases that a shorter proof lacks."""
    none = Scalars.of(scalars.order, [0] * (longest - length))
    return concatenate_scalars([scalars[: 3 + length], none, scalars[3 + length :], none])


def _weighed(equation: Equation, statement: Bulletproof, proof: Messages, challenge: Challenges) -> Scalars:
    """Adds what a proof must fulfil, each times a weight: that t is t(x), and that l and r are what vectors hold.

    Factors of G, H, Q and of the vectors of bases are returned, in this order.
    """
    order, public = statement.order, statement.public(challenge)
    c, d = Scalars.random(order), Scalars.random(order)
    tau_x, mu, t = (proof.scalars[i] for i in range(3))
    a, b = proof.inner.last[0], proof.inner.last[1]
    inverses = challenge.u.inverse()
    s, inverse_powers = factors(challenge.u, inverses), challenge.y.inverse().powers(statement.length)
    equation.add(statement.commitments, c * public.of_commitments)
    equation.add(proof.coefficients, c * public.of_coefficients)
    equation.add(proof.vectors, d * public.of_vectors)
    equation.add(proof.inner.left, d * challenge.u * challenge.u)
    equation.add(proof.inner.right, d * inverses * inverses)
    of_g, of_h, of_q = c * (public.constant - t), -(c * tau_x) - d * mu, d * challenge.w * (t - a * b)
    of_bases_g = d * (public.left - a * s)
    of_bases_h = d * inverse_powers * (public.right - b * s[::-1])
    return concatenate_scalars([*(one.reshape(1) for one in (of_g, of_h, of_q)), of_bases_g, of_bases_h])
