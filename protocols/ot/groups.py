"""How products of bits are added up: what each counts, and in which sum."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Group:
    """Products modulo 2^width that count 2^shift times and are added up in target number `target`."""

    width: int
    shift: int = 0
    target: int = 0


def weighed(bits: int) -> tuple[Group, ...]:
    """Group i for bit i of a choice of k bits: all add up to products modulo 2^k (Gilboa, CRYPTO 1999)."""
    return tuple(Group(bits - i, i) for i in range(bits))
