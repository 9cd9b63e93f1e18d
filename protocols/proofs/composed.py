"""Statements from statements: all of them, or at least one of them.

All: every part gets the same challenge. At least one: each part has a challenge of its own, and they add up to the
verifier's, so that a prover may choose all but one (Cramer, Damgard, Schoenmakers, CRYPTO 1994). Which one the prover
knows stays secret: for every part both a real and a simulated transcript are made, and a mask takes one of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import numpy as np

from mpc.algebra.group import Group, Points, Scalars, concatenate_points, concatenate_scalars
from mpc.algebra.ring import U64, Words
from protocols.proofs.refusals import unfit
from protocols.proofs.statement import Equation, Statement, parts, point_parts
from protocols.proofs.transcript import Transcript

X = TypeVar("X", Points, Scalars)


class _Composed:
    """Parts over one group; LocalError `wrong-statement` where there are none or their groups differ."""

    def __init__(self, *statements: Statement) -> None:
        if not statements or any(part.group is not statements[0].group for part in statements):
            raise unfit("what is composed of statements needs one at least, all over one group", "give them")
        self.statements = statements

    @property
    def group(self) -> Group:
        """That of the parts."""
        return self.statements[0].group

    @property
    def commitments(self) -> int:
        """Those of all parts."""
        return sum(self._commitments)

    @property
    def _commitments(self) -> list[int]:
        return [part.commitments for part in self.statements]

    @property
    def _responses(self) -> list[int]:
        return [part.responses for part in self.statements]


class All(_Composed):
    """That the prover has a witness for each of the statements, which are independent of each other."""

    @property
    def witnesses(self) -> int:
        """Those of all parts."""
        return sum(part.witnesses for part in self.statements)

    @property
    def nonces(self) -> int:
        """Those of all parts."""
        return sum(part.nonces for part in self.statements)

    @property
    def responses(self) -> int:
        """Those of all parts."""
        return sum(self._responses)

    def absorb(self, transcript: Transcript) -> None:
        """How many parts, and each."""
        transcript.absorb("all of", len(self.statements))
        for part in self.statements:
            part.absorb(transcript)

    def commit(self, nonces: Scalars, witness: Scalars) -> Points:
        """Those of all parts."""
        shares = zip(self.statements, self._nonces(nonces), self._witnesses(witness), strict=True)
        return concatenate_points([part.commit(r, w) for part, r, w in shares])

    def respond(self, nonces: Scalars, witness: Scalars, challenge: Scalars) -> Scalars:
        """Those of all parts to the one challenge."""
        shares = zip(self.statements, self._nonces(nonces), self._witnesses(witness), strict=True)
        return concatenate_scalars([part.respond(r, w, challenge) for part, r, w in shares])

    def simulate(self, challenge: Scalars, randomness: Scalars) -> tuple[Points, Scalars]:
        """Those of all parts for the one challenge."""
        shares = zip(self.statements, parts(randomness, self._responses), strict=True)
        made = [part.simulate(challenge, r) for part, r in shares]
        return concatenate_points([a for a, _ in made]), concatenate_scalars([z for _, z in made])

    def weigh(
        self, equation: Equation, challenge: Scalars, commitments: Points, responses: Scalars, weights: Scalars
    ) -> None:
        """The equations of all parts."""
        sizes = self._commitments
        shares = (point_parts(commitments, sizes), parts(responses, self._responses), parts(weights, sizes))
        for part, a, z, rho in zip(self.statements, *shares, strict=True):
            part.weigh(equation, challenge, a, z, rho)

    def _nonces(self, nonces: Scalars) -> list[Scalars]:
        return parts(nonces, [part.nonces for part in self.statements])

    def _witnesses(self, witness: Scalars) -> list[Scalars]:
        return parts(witness, [part.witnesses for part in self.statements])


class AtLeastOne(_Composed):
    """That the prover has a witness for at least one of the statements; the verifier does not learn for which.

    `witness` lays out the one that it has. A response has the challenges of all parts but the last, whose own follows:
    the verifier computes it, so that all add up to the challenge that the transcript gives.
    """

    def witness(self, index: int, known: Scalars) -> Scalars:
        """The witness `known` (secret) of the statement number `index` (secret), and nothing of the others."""
        lengths = np.array([part.witnesses for part in self.statements])
        longest, chosen = max(lengths), np.arange(len(lengths)) == index
        if not (chosen & (lengths == known.size)).any():
            raise unfit(
                f"a witness is of one of the statements 0 to {len(lengths) - 1}, and as long as that one says",
                "give the number of the statement that holds, counted from 0, and its witness",
            )
        words = np.zeros((longest, known.order.limbs), U64)
        words[: known.size] = known.reshape(-1).words
        found = []
        for part, mask in zip(self.statements, np.uint64(0) - chosen.astype(U64), strict=True):
            flag = np.zeros((1, known.order.limbs), U64)
            flag[0, 0] = mask & np.uint64(1)
            found += [flag, words[: part.witnesses] & mask]
        return Scalars(known.order, np.concatenate(found))

    @property
    def witnesses(self) -> int:
        """For each part whether it is the known one, and its witness or zeros."""
        return sum(1 + part.witnesses for part in self.statements)

    @property
    def nonces(self) -> int:
        """For each part: nonces of a real transcript, a challenge and randomness of a simulated one."""
        return sum(part.nonces + 1 + part.responses for part in self.statements)

    @property
    def responses(self) -> int:
        """The challenges of all parts but the last, and the responses of all."""
        return len(self.statements) - 1 + sum(self._responses)

    def absorb(self, transcript: Transcript) -> None:
        """How many parts, and each."""
        transcript.absorb("at least one of", len(self.statements))
        for part in self.statements:
            part.absorb(transcript)

    def commit(self, nonces: Scalars, witness: Scalars) -> Points:
        """Real where the witness is known, simulated elsewhere."""
        made = []
        for part, (known, w, r, e, randomness) in zip(self.statements, self._secrets(nonces, witness), strict=True):
            made.append(_chosen(known, part.commit(r, w), part.simulate(e, randomness)[0]))
        return concatenate_points(made)

    def respond(self, nonces: Scalars, witness: Scalars, challenge: Scalars) -> Scalars:
        """The known part gets what the simulated challenges leave of the verifier's."""
        secrets = self._secrets(nonces, witness)
        zero = challenge - challenge
        simulated = [_chosen(known, zero, e) for known, _, _, e, _ in secrets]
        left = challenge - _total(simulated)
        challenges, responses = [], []
        for part, (known, w, r, e, randomness) in zip(self.statements, secrets, strict=True):
            challenges.append(_chosen(known, left, e).reshape(1))
            real, made = part.respond(r, w, left), part.simulate(e, randomness)[1]
            responses.append(_chosen(known, real, made))
        return concatenate_scalars([*challenges[:-1], *responses])

    def simulate(self, challenge: Scalars, randomness: Scalars) -> tuple[Points, Scalars]:
        """All challenges but the last are uniform."""
        challenges, shares = self._challenges(challenge, randomness)
        made = [part.simulate(e, r) for part, e, r in zip(self.statements, challenges, shares, strict=True)]
        own = [e.reshape(1) for e in challenges[:-1]]
        return concatenate_points([a for a, _ in made]), concatenate_scalars([*own, *(z for _, z in made)])

    def weigh(
        self, equation: Equation, challenge: Scalars, commitments: Points, responses: Scalars, weights: Scalars
    ) -> None:
        """The equations of all parts, each with its own challenge."""
        challenges, shares = self._challenges(challenge, responses)
        sizes = self._commitments
        messages = (point_parts(commitments, sizes), shares, parts(weights, sizes))
        for part, e, a, z, rho in zip(self.statements, challenges, *messages, strict=True):
            part.weigh(equation, e, a, z, rho)

    def _challenges(self, challenge: Scalars, responses: Scalars) -> tuple[list[Scalars], list[Scalars]]:
        """The challenges of all parts, which add up to the one, and the rest of the responses."""
        free = len(self.statements) - 1
        own = [responses[i] for i in range(free)]
        return [*own, challenge - _total(own) if own else challenge], parts(responses[free:], self._responses)

    def _secrets(self, nonces: Scalars, witness: Scalars) -> list[tuple[Words, Scalars, Scalars, Scalars, Scalars]]:
        """For each part: the mask of whether it is known, its witness, nonces, challenge and randomness."""
        found = []
        drawn = parts(nonces, [part.nonces + 1 + part.responses for part in self.statements])
        known = parts(witness, [1 + part.witnesses for part in self.statements])
        for part, r, w in zip(self.statements, drawn, known, strict=True):
            mask = np.uint64(0) - w.words[0, :1]
            found.append((mask, w[1:], r[: part.nonces], r[part.nonces], r[part.nonces + 1 :]))
        return found


def _chosen(mask: Words, x: X, y: X) -> X:
    """x where the mask is set, else y."""
    words = y.words ^ (mask & (x.words ^ y.words))
    return Points(x.group, words) if isinstance(x, Points) else Scalars(x.order, words)


def _total(scalars: Sequence[Scalars]) -> Scalars:
    total = scalars[0]
    for scalar in scalars[1:]:
        total = total + scalar
    return total
