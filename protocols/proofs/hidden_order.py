"""Knowledge of whole numbers and units that multiply to elements of groups whose order the verifier may not know.

An image is the product of bases, each to a secret whole number w_j, times the N-th power of a secret unit rho, modulo
N, N^2 or the modulus of ring-Pedersen parameters; in the scheme of Damgard and Jurik, the N^s-th modulo N^(s + 1). The
prover sends the same of masks, gets e and answers z_j = r_j + e w_j, over the integers, and u rho^e. That is Schnorr's
protocol for homomorphisms (Cramer, Damgard, CRYPTO 1998) over groups of unknown order (Fujisaki, Okamoto, CRYPTO 1997).
Most proofs of Canetti, Gennaro, Goldfeder, Makriyannis, Peled, eprint 2021/060, are instances.

A number w_j of b bits is masked by one of b + epsilon: its response shows it with a probability of about
2^-(epsilon - challenge_bits), and what is proved is that it has at most b + epsilon bits: the *widened range*. A proof
without the check of z_j, or without the slack, proves or hides nothing.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mpc.algebra.bigint import Modulus, RandomBytes, limbs_for
from mpc.algebra.ring import Words
from mpc.errors import LocalError
from protocols.proofs.hidden_rows import Row
from protocols.proofs.refusals import unfit
from protocols.proofs.strength import STANDARD, Strength, require_secure
from protocols.proofs.transcript import Bytes, Proof, Setting, Transcript
from protocols.proofs.whole_numbers import (
    Field,
    absorb_modulus,
    absorb_numbers,
    masked,
    proof_length,
    proof_of,
    proof_parts,
    random_numbers,
    resized,
)


@dataclass(frozen=True, slots=True)
class Relation:
    """`count` places, each with secret numbers of these `bits` and units modulo `units`, that fit to all rows.

    Places share one challenge. `about`: what else the proof is bound to. No places, no rows, a number or
    unit that no row has, images of another shape, an image that is no unit: LocalError `wrong-statement`.
    """

    name: str
    bits: Sequence[int]
    rows: Sequence[Row]
    units: Sequence[Modulus] = ()
    strength: Strength = STANDARD
    about: Sequence[bytes] = ()

    def __post_init__(self) -> None:
        if not self.rows or not self.count:
            raise unfit("a statement needs rows and places, at least one of each", "give both")
        named = {column for row in self.rows for column in row.columns}
        taken = {row.unit for row in self.rows} - {None}
        if named != set(range(len(self.bits))) or taken != set(range(len(self.units))):
            raise unfit("every secret number and unit has a part in a row", "leave out those without")
        for row in self.rows:
            if row.image.ndim != 2 or len(row.image) != self.count:
                raise unfit(f"images {row.image.shape} do not fit to {self.count} places", "one image for each place")
            if not row.good():
                raise unfit(
                    "an image is no unit below its modulus, or a base is neutral", "find out who gave it, and refuse it"
                )

    @property
    def count(self) -> int:
        """Places."""
        return len(self.rows[0].image) if self.rows else 0

    def mask_bits(self, column: int) -> int:
        """Of the mask of a secret number; what is proved of it is that it is no longer."""
        return self.bits[column] + self.strength.epsilon

    @property
    def fields(self) -> list[Field]:
        """First messages by rows, responses by columns, responses of units."""
        firsts = [row.field(self.count) for row in self.rows]
        numbers = [Field(self.count, self.mask_bits(column)) for column in range(len(self.bits))]
        return [*firsts, *numbers, *(Field.units(n, self.count) for n in self.units)]

    @property
    def proof_bytes(self) -> int:
        """The length of every proof of this statement."""
        return proof_length(self.fields)

    def begun(self, setting: Setting) -> Transcript:
        """A transcript that has absorbed setting and statement, with all lengths."""
        require_secure(setting, self.strength)
        transcript = setting.transcript()
        transcript.absorb("hidden order", self.name, self.count, self.strength.described(), tuple(self.bits))
        transcript.absorb("about", *self.about)
        transcript.absorb("rows and units", len(self.rows), len(self.units))
        for n in self.units:
            absorb_modulus(transcript, "unit", n.n)
        for row in self.rows:
            row.absorb(transcript)
        return transcript

    def challenge(self, transcript: Transcript, firsts: Sequence[Words]) -> int:
        """e, from all first messages."""
        absorb_numbers(transcript, "first messages", *firsts)
        return transcript.number("e", self.strength.challenge_bits)

    def mapped(self, numbers: Sequence[Words], units: Sequence[Words]) -> list[Words]:
        """The images of numbers as long as masks and of units, row by row."""
        bits = [self.mask_bits(column) for column in range(len(self.bits))]
        return [row.mapped(numbers, bits, self._power(row, units)) for row in self.rows]

    def _power(self, row: Row, units: Sequence[Words]) -> Words | None:
        if row.unit is None:
            return None
        n, of_row = self.units[row.unit], row.field(self.count).modulus
        return None if of_row is None else of_row.power_var(resized(units[row.unit], of_row.limbs), of_row.n // n.n)

    def responses(
        self, e: int, masks: Sequence[Words], numbers: Sequence[Words], fresh: Sequence[Words], units: Sequence[Words]
    ) -> tuple[list[Words], list[Words]]:
        """z_j = r_j + e w_j, and u rho^e."""
        answers = [masked(mask, e, number) for mask, number in zip(masks, numbers, strict=True)]
        of_units = [n.mul(u, n.power_var(rho, e)) for n, u, rho in zip(self.units, fresh, units, strict=True)]
        return answers, of_units

    def holds(self, e: int, firsts: Sequence[Words], numbers: Sequence[Words], units: Sequence[Words]) -> bool:
        """Whether the images of the responses are A X^e in every row."""
        return all(
            np.array_equal(found, row.combined(first, e))
            for row, first, found in zip(self.rows, firsts, self.mapped(numbers, units), strict=True)
        )


def prove_relation(
    setting: Setting,
    relation: Relation,
    numbers: Sequence[Words],
    units: Sequence[Words] = (),
    source: RandomBytes = os.urandom,
) -> Bytes:
    """A proof for secret numbers, (count, words) for each of `relation.bits`, and secret units (count, limbs).

    `source` gives uniform bytes that serve for nothing else. LocalError `wrong-witness` if these do not fit to the
    images, or are longer than is stated.
    """
    _check_witness(relation, numbers, units)
    count, transcript = relation.count, relation.begun(setting)
    header = setting.header(transcript)
    masks = [random_numbers(count, relation.mask_bits(j), source) for j in range(len(relation.bits))]
    fresh = [n.random_units(count, source) for n in relation.units]
    firsts = relation.mapped(masks, fresh)
    e = relation.challenge(transcript, firsts)
    z, z_units = relation.responses(e, masks, numbers, fresh, units)
    if not relation.holds(e, firsts, z, z_units):
        raise _wrong_witness("what was to be proved does not hold")
    return proof_of(header, [*firsts, *z, *z_units])


@dataclass(frozen=True, slots=True)
class Read:
    """A proof that is well formed: its challenge, first messages by rows, responses by columns and by units."""

    relation: Relation
    e: int
    firsts: list[Words]
    numbers: list[Words]
    units: list[Words]

    @property
    def messages(self) -> tuple[int, list[Words], list[Words], list[Words]]:
        """What `Relation.holds` takes."""
        return self.e, self.firsts, self.numbers, self.units


def read_relation(setting: Setting, relation: Relation, proof: Proof) -> Read:
    """What any bytes whatever say; errors as in `verify_relation`, but that equations may not hold."""
    transcript = relation.begun(setting)
    parts = proof_parts(setting, transcript, proof, relation.fields)
    rows, columns = len(relation.rows), len(relation.bits)
    firsts, z, z_units = parts[:rows], parts[rows : rows + columns], parts[rows + columns :]
    return Read(relation, relation.challenge(transcript, firsts), firsts, z, z_units)


def verify_relation(setting: Setting, relation: Relation, proof: Proof) -> None:
    """Raise unless `proof`, any bytes whatever, proves the relation in this setting.

    PeerError `proof-length`, `malformed-proof` (a response beyond the widened range, too), `proof-of-another-session`
    or `proof-of-another-statement`, Abort `proof-refused`; all name the prover.
    """
    if not relation.holds(*read_relation(setting, relation, proof).messages):
        raise setting.prover.failed()


def _check_witness(relation: Relation, numbers: Sequence[Words], units: Sequence[Words]) -> None:
    if len(numbers) != len(relation.bits) or len(units) != len(relation.units):
        raise unfit("the witness has not as many numbers and units as the statement", "give one array for each")
    for number, bits in zip(numbers, relation.bits, strict=True):
        if number.shape != (relation.count, limbs_for(bits)):
            raise unfit(f"numbers {number.shape} do not fit", "as many as there are places, in the words of their bits")
        if not Field(relation.count, bits).fits(number):
            raise _wrong_witness("a number is longer than is stated")
    for unit, n in zip(units, relation.units, strict=True):
        if unit.shape != (relation.count, n.limbs):
            raise unfit(f"units {unit.shape} do not fit", "as many as there are places")


def _wrong_witness(cause: str) -> LocalError:
    return LocalError("wrong-witness", cause, "see which numbers the statement is of")
