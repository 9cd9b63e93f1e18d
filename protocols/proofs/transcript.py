"""What a proof is bound to, and the challenges that follow from it.

Fiat, Shamir, CRYPTO 1986, in the strong form: a challenge is a hash of the session, the call, the parties, the prover,
the whole statement with all lengths, and everything that the prover has sent so far (Bernhard, Pereira, Warinschi,
ASIACRYPT 2012). All of it is encoded injectively (`mpc.domain_hash`). What a prover could leave out, it could choose
after the challenge.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mpc.algebra.bigint import Modulus
from mpc.algebra.group import Points, Scalars
from mpc.algebra.ring import Words
from mpc.context import Context
from mpc.domain_hash import DomainHash
from mpc.prg import DomainPart
from protocols.proofs.refusals import Prover

Bytes = npt.NDArray[np.uint8]
Proof = Bytes | bytes
"""A proof as who verifies it may have it: an array, or Python's bytes."""

DIGEST_BYTES = 16
HEADER_BYTES = 2 * DIGEST_BYTES
_SPARE_WORDS = 2
"""A hash this much longer than the order, reduced, is within 2^-128 of uniform."""


class Transcript:
    """What prover and verifier have absorbed; public values only."""

    __slots__ = ("_hash",)

    def __init__(self, start: DomainHash) -> None:
        self._hash = start

    def absorb(self, label: str, *values: DomainPart | Points | Scalars) -> None:
        """Take in values under a label: elements by their encodings, which are unique, and all with their shapes."""
        self._hash.absorb(label, len(values))
        for value in values:
            if isinstance(value, Points):
                self._hash.absorb("points", value.group.name, value.shape, value.to_bytes())
            elif isinstance(value, Scalars):
                self._hash.absorb("scalars", value.shape, value.to_bytes())
            else:
                self._hash.absorb(value)

    def challenge(self, label: str, order: Modulus) -> Scalars:
        """A scalar (), within 2^-128 of uniform; the next one is another."""
        words = self._hash.absorb(label, "challenge").words(order.limbs + _SPARE_WORDS)
        return Scalars(order, order.reduce(words))

    def number(self, label: str, bits: int) -> int:
        """A uniform whole number of so many bits; the next one is another."""
        return self._hash.absorb(label).challenge("number", bits)

    def words(self, label: str, count: int) -> Words:
        """So many uniform words (count,); the next ones are others."""
        return self._hash.absorb(label, "words").words(count)

    def digest(self, label: str) -> bytes:
        """A short name of all that was absorbed so far."""
        return self._hash.copy().absorb(label, "digest").bytes(DIGEST_BYTES)


@dataclass(frozen=True, slots=True)
class Setting:
    """Whose proof it is, in which session and call: a proof made in one setting is worth nothing in another."""

    prover: Prover
    _domain: DomainHash

    @classmethod
    def of(cls, ctx: Context, prover: int) -> Setting:
        """This call of this session, all parties' names, and which of them proves; the ledger has its line."""
        if ctx.line:
            ctx.session.ledger.proofs[ctx.line] = None
        domain = ctx.hash("zero-knowledge proof", prover).absorb("parties", ctx.n, *ctx.names)
        return cls(Prover.of(ctx, prover), domain)

    @classmethod
    def outside(cls, prover: str, *domain: DomainPart) -> Setting:
        """Outside a run: the caller says in `domain` what the proof shall be bound to, fresh words of the verifier's
        among it if it shall not hold twice."""
        return cls(Prover(prover), DomainHash("zero-knowledge proof outside a run", prover, len(domain), *domain))

    @property
    def in_run(self) -> bool:
        """Whether another party is to be convinced in a run."""
        return self.prover.path is not None

    def transcript(self) -> Transcript:
        """At its beginning."""
        return Transcript(self._domain.copy())

    def header(self, statement: Transcript) -> bytes:
        """What a proof begins with, so that a refusal can say what is wrong; the challenge binds it all the same."""
        return self.transcript().digest("setting") + statement.digest("statement")

    def of_length(self, proof: Proof, wanted: int) -> Bytes:
        """A proof as an array (wanted,). PeerError `proof-length` for any other array or bytes."""
        sent = np.frombuffer(proof, np.uint8) if isinstance(proof, bytes) else np.asarray(proof)
        if sent.dtype != np.uint8 or sent.shape != (wanted,):
            raise self.prover.of_wrong_length(sent.nbytes, wanted)
        return sent

    def check_header(self, header: bytes, statement: Transcript) -> None:
        """PeerError `proof-of-another-session` or `proof-of-another-statement`."""
        wanted = self.header(statement)
        if not hmac.compare_digest(header[:DIGEST_BYTES], wanted[:DIGEST_BYTES]):
            raise self.prover.of_another_setting()
        if not hmac.compare_digest(header[DIGEST_BYTES:], wanted[DIGEST_BYTES:]):
            raise self.prover.of_another_statement()
