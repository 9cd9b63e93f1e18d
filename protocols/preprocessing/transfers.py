"""What parties transfer to each other for a piece of material: stated once, for estimates and for limits."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Transfers:
    """Groups of correlated transfers, (how many, bits of a message that each hides), in each direction of each pair.

    `between`: "all", each two parties in both directions; "rising", from every party to all with a higher index;
    "one", from one party to one other; "others", from all others to one. `chosen`: the receiver's choices are
    given, and it sends a bit for each; else they are what the transfers chose. `masked`: the messages are given and are
    sent; else they are what hides them.
    """

    groups: tuple[tuple[int, int], ...] = ()
    between: Literal["all", "rising", "one", "others"] = "all"
    chosen: bool = True
    masked: bool = True

    @property
    def count(self) -> int:
        """Transfers in one direction."""
        return sum(count for count, _ in self.groups)

    def bits(self, correlation: float, n: int) -> float:
        """What n parties send each other, where a correlation takes so many bits."""
        directions = {"all": n * (n - 1), "rising": n * (n - 1) // 2, "one": 1, "others": n - 1}[self.between]
        messages = sum(count * bits for count, bits in self.groups) if self.masked else 0
        return directions * (self.count * (correlation + self.chosen) + messages)


def product_groups(bits: int, choices: int, length: int) -> tuple[tuple[int, int], ...]:
    """Products modulo 2^bits of words, one of them given bit by bit: of the i-th, bits - i bits matter."""
    return tuple((choices, length * (bits - i)) for i in range(bits))


def bits_moved(count: int, widths: Iterable[int]) -> Transfers:
    """Shared bits as sums modulo 2^width: products with twice the bit, one bit narrower. Modulo 2 nothing is sent."""
    return Transfers(tuple((count, width - 1) for width in widths if width > 1), between="rising")
