"""That committed values lie in [0, 2^n): the statement of Bulletproofs, for one value or for many, and its messages.

Buenz, Bootle, Boneh, Poelstra, Wuille, Maxwell, IEEE S&P 2018 (eprint 2017/1066), section 4.2, with its letters, made
non-interactive as in its section 4.4, over everything that was absorbed. Commitments are Pedersen's: V = v G + gamma H.
A proof of m values of n bits is 2 log2(n m) + 4 elements and 5 scalars long.
"""

from __future__ import annotations

from mpc.algebra.group import Points, Scalars
from protocols.proofs.bulletproof_bbbpwm18 import Bulletproof, Challenges, Public
from protocols.proofs.pedersen import Pedersen
from protocols.proofs.refusals import unfit
from protocols.proofs.transcript import Setting, Transcript

BITS = (8, 16, 32, 64)
MOST_VALUES = 1 << 10


class Range(Bulletproof):
    """That each of `commitments` (m,) is to a value below 2^bits.

    bits is 8, 16, 32 or 64; m from 1 to 1024, made a power of two with commitments to zero that everybody knows.
    Anything else is LocalError `wrong-statement`.
    """

    vectors, coefficients = 2, 2  # A, S; T_1, T_2

    def __init__(self, pedersen: Pedersen, commitments: Points, bits: int) -> None:
        if type(bits) is not int or bits not in BITS:
            raise unfit(f"a range proof of {bits!r} bits", f"take one of {', '.join(map(str, BITS))}")
        if len(commitments.shape) != 1 or not 1 <= len(commitments) <= MOST_VALUES:
            raise unfit(
                f"a range proof is of 1 to {MOST_VALUES} values, not of shape {commitments.shape}",
                "commit to a flat array of them",
            )
        self.bits, self.values = bits, 1 << (len(commitments) - 1).bit_length()
        super().__init__(pedersen, commitments, self.values * bits)

    def begun(self, setting: Setting) -> Transcript:
        """The setting and all of the statement, absorbed."""
        transcript = setting.transcript()
        sizes = (self.bits, self.values, len(self.commitments))
        transcript.absorb("range", self.group.name, sizes, self.pedersen.g, self.pedersen.h, self.commitments)
        return transcript

    def public(self, challenge: Challenges) -> Public:
        """t_0 = z^2 v + delta(y, z); l and r have -z and y^n z + z^2 2^n."""
        y, z, x = challenge.y, challenge.z, challenge.x
        powers, twos = y.powers(self.length), weights(self, z)
        delta = (z - z * z) * powers.sum() - (z * twos).sum()
        of_values = z.powers(len(self.commitments) + 2)[2:]
        left = (-z).broadcast((self.length,))
        return Public(delta, of_values, x.powers(3)[1:], x.powers(2), left, powers * z + twos)


def weights(statement: Range, z: Scalars) -> Scalars:
    """z^(1 + j) 2^i for bit i of value j = 1, 2, ...: (length,)."""
    twos = Scalars.of(statement.order, 2).powers(statement.bits).reshape(1, statement.bits)
    return (z.powers(statement.values + 2)[2:].reshape(statement.values, 1) * twos).reshape(-1)
