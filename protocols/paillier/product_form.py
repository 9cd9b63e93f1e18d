"""How products of two parties' matrices lie in ciphertexts: how many numbers each holds, and in what pieces they go.

One party's matrix is encrypted, several numbers of a row in a ciphertext; the other party multiplies it by its own.
Replies of short rows hold several rows. All of it follows from shapes and from the key's length, which are public.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from protocols.paillier.matrices import FEW_ROWS, SECRET_WIDTH
from protocols.paillier.randomisers import TABLE_WIDTH
from protocols.paillier.slots import SPARE_BITS

HIDING_BITS = 64
"""By so many bits a mask is longer than what it hides: each number that is decrypted is within 2^-64 of one that says
nothing of it, and 2^24 of them together within 2^-40."""

MOST_CIPHERTEXTS = 1 << 11
"""In one message: 1 MiB under a key of 2048 bits."""

SENDING = 400
"""What a ciphertext sent counts beside products of ciphertexts: the time of so many is 4 ms or less."""

_POWER_WINDOW = 4
_REPLYING = 4 / 3
"""Products for each bit of the key: a square for each to hide a reply, and what decrypts it."""


def ciphertext_bytes(key_bits: int) -> int:
    """Of one ciphertext in a message."""
    return 2 * key_bits // 8


@dataclass(frozen=True, slots=True)
class Form:
    """`groups` products of a matrix (rows, terms) by an encrypted one (terms, columns), of numbers of `bits` bits.

    `key_bits`: the length of the modulus. Sums of products are masked, so a slot takes the bits of a sum, those that
    hide it, and one for the carry.
    """

    key_bits: int
    bits: int
    groups: int
    rows: int
    terms: int
    columns: int

    @property
    def mask_bits(self) -> int:
        """Of a mask: a sum of products is below 2^(2 bits) terms."""
        return 2 * self.bits + max(self.terms - 1, 0).bit_length() + HIDING_BITS

    @property
    def width(self) -> int:
        """Bits of a slot: a masked sum never reaches the next one."""
        return self.mask_bits + 1

    @property
    def slots(self) -> int:
        """That a plaintext has, which stays below half of any modulus of so many bits."""
        return (self.key_bits - SPARE_BITS) // self.width

    @property
    def across(self) -> int:
        """Numbers of a row in a ciphertext."""
        return max(1, min(self.columns, self.slots))

    @property
    def packs(self) -> int:
        """Ciphertexts of a row."""
        return -(-self.columns // self.across)

    @property
    def down(self) -> int:
        """Rows of results in a reply."""
        return self.slots // self.across if self.packs == 1 else 1

    @property
    def replies(self) -> int:
        """Ciphertexts of a column of replies."""
        return -(-self.groups * self.rows // self.down)

    @property
    def asked(self) -> int:
        """Ciphertexts that are sent to be multiplied."""
        return self.groups * self.terms * self.packs

    @property
    def answered(self) -> int:
        """Ciphertexts that come back."""
        return self.replies * self.packs

    @property
    def work(self) -> float:
        """About how many products of ciphertexts all of it takes, those that sending counts for included."""
        entries = self.groups * self.rows * self.terms * self.packs
        if self.rows < FEW_ROWS:
            powers = entries * (self.bits + self.bits / _POWER_WINDOW + (1 << _POWER_WINDOW))
        else:
            powers = (entries + (self.asked << SECRET_WIDTH)) * self.bits / SECRET_WIDTH
        joining = self.groups * self.rows * self.packs * self.width * self.across if self.down > 1 else 0
        encrypting = self.asked * self.key_bits / 2 / TABLE_WIDTH
        replying = self.answered * _REPLYING * self.key_bits
        return powers + joining + encrypting + replying + SENDING * (self.asked + self.answered)

    @property
    def turned(self) -> Form:
        """The transposed products, for which the other party's matrix is encrypted."""
        return replace(self, rows=self.columns, columns=self.rows)


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of the products, of `form`, that is asked for in one message."""

    groups: slice
    terms: slice
    columns: slice
    form: Form

    def answers(self) -> Iterator[tuple[slice, Form]]:
        """The rows that are answered in one message, and their form."""
        for rows in _cuts(self.form.rows, max(1, MOST_CIPHERTEXTS // self.form.packs) * self.form.down):
            yield rows, replace(self.form, rows=rows.stop - rows.start)


def pieces(form: Form) -> Iterator[Piece]:
    """All of them: of several products, or parts of one. None where there is nothing to multiply."""
    if not form.groups * form.rows * form.terms * form.columns:
        return
    cut = replace(form, terms=min(form.terms, MOST_CIPHERTEXTS))
    packs = min(cut.packs, max(1, MOST_CIPHERTEXTS // cut.terms))
    groups = max(1, MOST_CIPHERTEXTS // (packs * max(cut.terms, -(-form.rows // cut.down))))
    for group in _cuts(form.groups, groups):
        for term in _cuts(form.terms, cut.terms):
            for column in _cuts(form.columns, packs * cut.across):
                sides = (side.stop - side.start for side in (group, term, column))
                yield Piece(group, term, column, replace(form, **dict(zip(_SIDES, sides, strict=True))))


def traffic(form: Form) -> tuple[int, int]:
    """Ciphertexts asked and answered, in all pieces."""
    asked = answered = 0
    for piece in pieces(form):
        asked += piece.form.asked
        answered += sum(part.answered for _, part in piece.answers())
    return asked, answered


_SIDES = ("groups", "terms", "columns")


def _cuts(length: int, step: int) -> Iterator[slice]:
    for start in range(0, length, step):
        yield slice(start, min(length, start + step))
