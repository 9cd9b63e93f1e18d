"""Proofs as bytes: made, read and verified, one by one and many at once.

A proof is a header of two digests, the first message and the response. All lengths follow from the statement.
"""

from __future__ import annotations

import os
from collections.abc import Sequence

from mpc.algebra.bigint import RandomBytes
from mpc.algebra.group import Points, Scalars
from mpc.errors import LocalError
from protocols.proofs.reading import as_bytes, from_bytes, length_of, require_all
from protocols.proofs.refusals import unfit
from protocols.proofs.statement import Equation, Statement
from protocols.proofs.transcript import Bytes, Proof, Setting, Transcript


def proof_bytes(statement: Statement) -> int:
    """The length of every proof of this statement."""
    return length_of(statement.group, statement.commitments, statement.responses)


def prove(setting: Setting, statement: Statement, witness: Scalars, source: RandomBytes = os.urandom) -> Bytes:
    """A proof that the prover knows a witness (secret) of the statement, for this setting alone.

    `source` gives uniform bytes that nobody else knows and that serve for nothing else: whoever learns them, or gets
    two proofs made with the same, has the witness. LocalError `wrong-witness` if it is none.
    """
    if witness.size != statement.witnesses:
        raise unfit(f"the statement takes {statement.witnesses} scalars, not {witness.size}", "give its whole witness")
    order = statement.group.order
    witness, nonces = witness.reshape(-1), Scalars.random(order, (statement.nonces,), source)
    transcript = begun(setting, statement)
    header = setting.header(transcript)
    commitments = statement.commit(nonces, witness)
    challenge = _challenge(transcript, commitments, statement)
    responses = statement.respond(nonces, witness, challenge)
    if not _all_hold([(statement, challenge, commitments, responses)]):
        raise LocalError(
            "wrong-witness", "what was to be proved does not hold", "see which numbers the statement is of"
        )
    return as_bytes(header, commitments, responses)


def verify(setting: Setting, statement: Statement, proof: Proof) -> None:
    """Raise unless `proof`, any bytes whatever, proves the statement in this setting.

    PeerError `proof-length`, `malformed-proof`, `proof-of-another-session` or `proof-of-another-statement`, Abort
    `proof-refused`; all name the prover.
    """
    verify_all([(setting, statement, proof)])


def verify_all(proofs: Sequence[tuple[Setting, Statement, Proof]]) -> None:
    """Verify many proofs by one sum of many products; errors as in `verify`, for the first that fails.

    All equations are added up with weights that this party draws for them: a false one is noticed but with a
    probability of one in the order of the group (Bellare, Garay, Rabin, EUROCRYPT 1998, small exponents).
    """
    read = [_read(setting, statement, proof) for setting, statement, proof in proofs]
    require_all([setting for setting, _, _ in proofs], read, _all_hold)


Read = tuple[Statement, Scalars, Points, Scalars]


def _read(setting: Setting, statement: Statement, proof: Proof) -> Read:
    """Statement, challenge, first message and response of a proof."""
    transcript = begun(setting, statement)
    sizes = (statement.commitments, statement.responses)
    commitments, responses = from_bytes(setting, statement.group, transcript, proof, *sizes)
    return statement, _challenge(transcript, commitments, statement), commitments, responses


def begun(setting: Setting, statement: Statement) -> Transcript:
    """A transcript that has absorbed setting and statement, with all lengths."""
    transcript = setting.transcript()
    transcript.absorb("sigma protocol", statement.group.name, statement.commitments, statement.responses)
    statement.absorb(transcript)
    return transcript


def _challenge(transcript: Transcript, commitments: Points, statement: Statement) -> Scalars:
    transcript.absorb("first message", commitments)
    return transcript.challenge("sigma", statement.group.order)


def _all_hold(read: Sequence[Read]) -> bool:
    """Whether the weighed sum of all equations is neutral; by groups, if there are several."""
    equations: dict[str, Equation] = {}
    for statement, challenge, commitments, responses in read:
        weights = Scalars.random(statement.group.order, (statement.commitments,))
        equation = equations.setdefault(statement.group.name, Equation())
        statement.weigh(equation, challenge, commitments, responses, weights)
    return all(equation.holds() for equation in equations.values())


def holds_exactly(statement: Statement, challenge: Scalars, commitments: Points, responses: Scalars) -> bool:
    """Whether every single equation holds: what `verify` decides by one sum, slowly and without an error."""
    order = statement.group.order
    for number in range(statement.commitments):
        weights = Scalars.of(order, [int(i == number) for i in range(statement.commitments)])
        equation = Equation()
        statement.weigh(equation, challenge, commitments, responses, weights)
        if not equation.holds():
            return False
    return True
