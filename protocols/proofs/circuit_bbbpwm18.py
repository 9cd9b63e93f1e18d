"""That committed numbers satisfy a circuit: the statement of Bulletproofs for arithmetic circuits, and its messages.

Buenz, Bootle, Boneh, Poelstra, Wuille, Maxwell, IEEE S&P 2018 (eprint 2017/1066), section 5.2, with its letters;
constraints are written as sums that are zero: z W_V v + z W_1 + z W_L a_L + z W_R a_R + z W_O a_O = 0. A proof of n
gates is 2 log2 n + 8 elements and 5 scalars long.
"""

from __future__ import annotations

from dataclasses import dataclass

from mpc.algebra.group import Points, Scalars
from protocols.proofs.bulletproof_bbbpwm18 import Bulletproof, Challenges, Public
from protocols.proofs.constraints import Circuit
from protocols.proofs.pedersen import Pedersen
from protocols.proofs.refusals import unfit
from protocols.proofs.transcript import Setting, Transcript

MOST_GATES = 1 << 20
POWERS = (1, 3, 4, 5, 6)
"""Of X in t(X), for the coefficients that are committed to."""


class Satisfies(Bulletproof):
    """That `commitments` (values,) are to numbers that satisfy a circuit. LocalError `wrong-statement` for others."""

    vectors, coefficients = 3, len(POWERS)  # A_I, A_O, S; T_1, T_3 to T_6

    def __init__(self, pedersen: Pedersen, commitments: Points, circuit: Circuit) -> None:
        if commitments.shape != (circuit.values,) or not 1 <= circuit.gates <= MOST_GATES:
            raise unfit(
                f"commitments {commitments.shape} for a circuit of {circuit.values} values and {circuit.gates} gates",
                f"commit to as many numbers as it has, and let it have 1 to {MOST_GATES} gates",
            )
        if circuit.order.n != pedersen.group.order.n:
            raise unfit("a circuit counts modulo the order of its commitments' group", "give it that order")
        self.circuit = circuit.stated()
        super().__init__(pedersen, commitments, 1 << (circuit.gates - 1).bit_length())

    def begun(self, setting: Setting) -> Transcript:
        """The setting and all of the statement, absorbed."""
        transcript = setting.transcript()
        transcript.absorb("circuit", self.group.name, self.circuit.digest(), self.length)
        transcript.absorb("commitments", self.pedersen.g, self.pedersen.h, self.commitments)
        return transcript

    def public(self, challenge: Challenges) -> Public:
        """t_2 = delta(y, z) less what z makes of 1 and of the committed numbers."""
        y, x, weights = challenge.y, challenge.x, Weights.of(self, challenge.z)
        of_x, masked = x.powers(max(POWERS) + 1), y.inverse().powers(self.length) * weights.right
        delta = (masked * weights.left).sum()
        right = x * weights.left + weights.out - y.powers(self.length)
        return Public(
            of_x[2] * (delta - weights.one),
            -(of_x[2] * weights.values),
            of_x[list(POWERS)],
            of_x[1 : 1 + self.vectors],
            x * masked,
            right,
        )


@dataclass(frozen=True, slots=True)
class Weights:
    """The constraints weighed by z, padded to the length: of a_L, a_R, a_O; of the committed numbers; and of 1."""

    left: Scalars
    right: Scalars
    out: Scalars
    values: Scalars
    one: Scalars

    @classmethod
    def of(cls, statement: Satisfies, z: Scalars) -> Weights:
        """What z makes of the statement's circuit."""
        one, values, *of_gates = statement.circuit.weighed(z)
        left, right, out = (padded(weights, statement.length) for weights in of_gates)
        return cls(left, right, out, values, one[0])


def padded(x: Scalars, length: int) -> Scalars:
    """With zeros up to the length."""
    words = x.words
    whole = Scalars.of(x.order, [0] * length)
    whole.words[: len(words)] = words
    return whole
