"""What parties transfer to each other for a piece of material: stated once, for estimates and for limits."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from mpc.algebra.bits import words_for
from protocols.paillier.product_form import SENDING, Form, ciphertext_bytes
from protocols.preprocessing.tools import Pair

_WORD_BITS = 64
_TRANSFER_BITS = 32
"""What a correlation and a choice send."""


@dataclass(frozen=True, slots=True)
class Transfers:
    """Groups of correlated transfers, (how many, bits of a message that each hides), in each direction of each pair.

    `between`: "all", each two parties in both directions; "rising", from every party to all with a higher index;
    "one", from one party to one other; "others", from all others to one: `sender` and `receiver` say which. `chosen`:
    the receiver's choices are given, and it sends a bit for each; else they are what the transfers chose. `masked`: the
    messages are given and are sent; else they are what hides them. A message is of `length` numbers, whose bits are
    sent plane by plane, each a whole number of words. `beside`: words that the sender sends with them, of other sorts.
    """

    groups: tuple[tuple[int, int], ...] = ()
    between: Literal["all", "rising", "one", "others"] = "all"
    chosen: bool = True
    masked: bool = True
    length: int = 1
    sender: int = 0
    receiver: int = 1
    beside: int = 0

    @property
    def count(self) -> int:
        """Transfers in one direction."""
        return sum(count for count, _ in self.groups)

    def pairs(self, n: int) -> list[Pair]:
        """The directions (sender, receiver) between n parties."""
        if self.between == "one":
            return [(self.sender, self.receiver)]
        every = [(i, j) for i in range(n) for j in range(n) if i != j]
        if self.between == "others":
            return [(i, j) for i, j in every if j == self.receiver]
        return every if self.between == "all" else [(i, j) for i, j in every if i < j]

    @property
    def message_bits(self) -> int:
        """What a sender sends for the messages of one direction."""
        if not self.masked or not self.length:
            return 0
        planes = ((bits // self.length, count * self.length) for count, bits in self.groups)
        return sum(width * _WORD_BITS * words_for(size) for width, size in planes)


@dataclass(frozen=True, slots=True)
class Products:
    """Products modulo 2^bits of a (rows, terms) and b (rows, terms, length), summed over terms, in all directions.

    As `Tools.cross_products` makes them: `each` rows of a in turn have the same b.
    """

    bits: int
    rows: int
    terms: int
    length: int
    each: int = 1
    between: Literal["all", "rising"] = "all"

    def transfers(self, *, chosen: bool = True) -> Transfers:
        """A choice for each bit of a; a message is a row of b."""
        groups = product_groups(self.bits, self.rows * self.terms, self.length)
        return Transfers(groups, self.between, chosen, length=self.length)

    def form(self, key_bits: int) -> tuple[Form, bool]:
        """How they lie in ciphertexts under keys of so many bits; and whether it is a that is encrypted, which is done
        where it takes less work."""
        groups = self.rows // self.each if self.each else 0
        form = Form(key_bits, self.bits, groups, self.each, self.terms, self.length)
        return (form.turned, True) if form.turned.work < form.work else (form, False)

    def encrypted(self, key_bits: int) -> bool:
        """Whether ciphertexts take less than transfers do, work and sending together.

        Of the products with one b alone, so that it does not depend on what is made together.
        """
        one = replace(self, rows=self.each)
        bits = sum(count * (_TRANSFER_BITS + size) for count, size in one.transfers().groups)
        return one.form(key_bits)[0].work < SENDING * bits / (8 * ciphertext_bytes(key_bits))


def product_groups(bits: int, choices: int, length: int) -> tuple[tuple[int, int], ...]:
    """Products modulo 2^bits of words, one of them given bit by bit: of the i-th, bits - i bits matter."""
    return tuple((choices, length * (bits - i)) for i in range(bits))


def bits_moved(count: int, widths: Iterable[int]) -> Transfers:
    """Shared bits as sums modulo 2^width: products with twice the bit, one bit narrower. Modulo 2 nothing is sent.

    The bits are packed, and padding is moved with them.
    """
    padded = _WORD_BITS * words_for(count)
    return Transfers(tuple((padded, width - 1) for width in widths if width > 1), between="rising")
