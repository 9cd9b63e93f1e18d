"""Circuits as constraints: products of linear combinations, and combinations that must be zero; arrays of each at once.

Wires are arrays of linear combinations, over a prime field, of what is committed to and of what gates have on their
left, right and as their product. What stands here is public: the same circuit is written down by prover and verifier.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from mpc.algebra.bigint import Modulus
from mpc.algebra.group import Scalars, concatenate_scalars
from mpc.algebra.ring import U64
from mpc.algebra.ristretto import ORDER
from mpc.domain_hash import DomainHash
from protocols.proofs.refusals import unfit

Places = npt.NDArray[np.int64]
Hint = Callable[[Scalars], tuple[Scalars, Scalars]]
"""From the (secret) values of wires to what gates have on their left and right."""

KINDS = ONE, VALUE, LEFT, RIGHT, OUT = range(5)
_KIND = 1 << 32
_LIMB = 32


@dataclass(frozen=True, slots=True)
class Wires:
    """`count` linear combinations: term i adds coefficients[i] times variable codes[i] to combination rows[i].

    Variables are those of `circuit`: wires of two circuits together are LocalError `wrong-statement`.
    """

    circuit: Circuit = field(repr=False, compare=False)
    count: int
    rows: Places
    codes: Places
    coefficients: Scalars

    def __add__(self, other: Wires) -> Wires:
        self._fits(other)
        coefficients = concatenate_scalars([self.coefficients, other.coefficients])
        rows, codes = np.concatenate([self.rows, other.rows]), np.concatenate([self.codes, other.codes])
        return Wires(self.circuit, self.count, rows, codes, coefficients)

    def __neg__(self) -> Wires:
        return Wires(self.circuit, self.count, self.rows, self.codes, -self.coefficients)

    def __sub__(self, other: Wires) -> Wires:
        return self + -other

    def __mul__(self, factors: Scalars) -> Wires:
        """Each combination times a public number, or all times one."""
        own = factors.broadcast((self.count,))
        return Wires(self.circuit, self.count, self.rows, self.codes, self.coefficients * own[self.rows])

    def __getitem__(self, places: npt.NDArray[np.int64]) -> Wires:
        """The combinations at these places, each of them once or more often."""
        if not ((places >= 0) & (places < self.count)).all():
            raise unfit(f"there are {self.count} wires, numbered from 0", "name some of them")
        order = np.argsort(self.rows, kind="stable")
        first, end = (np.searchsorted(self.rows[order], places, side) for side in ("left", "right"))
        lengths = end - first
        within = np.arange(lengths.sum()) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        terms = order[np.repeat(first, lengths) + within]
        wanted = np.repeat(np.arange(len(places)), lengths)
        return Wires(self.circuit, len(places), wanted, self.codes[terms], self.coefficients[terms])

    def summed(self, groups: int) -> Wires:
        """The sums of so many runs of combinations, all of one length."""
        if groups < 1 or self.count % groups:
            raise unfit(f"{self.count} wires are not {groups} runs of one length", "give a divisor")
        return Wires(self.circuit, groups, self.rows // (self.count // groups), self.codes, self.coefficients)

    def require_of(self, circuit: Circuit) -> None:
        """LocalError `wrong-statement` for wires of another circuit, whose numbers mean other variables."""
        if self.circuit is not circuit:
            raise unfit("wires of another circuit stand for other numbers", "take them from this circuit's calls")

    def _fits(self, other: Wires) -> None:
        other.require_of(self.circuit)
        if self.count != other.count:
            raise unfit(f"{self.count} wires and {other.count} do not fit together", "give as many")


@dataclass(slots=True)
class Circuit:
    """Gates l r = o and combinations that must be zero, over `values` committed numbers.

    Build it by calls of `multiply`, `bits` and `require_zero` on `inputs()`; prover and verifier do the same. A
    statement ends that.
    """

    values: int
    order: Modulus = ORDER
    gates: int = field(default=0, init=False)
    _steps: list[tuple[int, int, Wires, Hint | None, Wires | None]] = field(default_factory=list, init=False)
    _zeros: list[Wires] = field(default_factory=list, init=False)
    _stated: bool = field(default=False, init=False)

    def inputs(self) -> Wires:
        """The committed numbers."""
        return self._variables(VALUE, 0, self.values)

    def constants(self, numbers: Scalars) -> Wires:
        """Public numbers (count,)."""
        count = len(numbers)
        return Wires(self, count, np.arange(count), np.zeros(count, np.int64), numbers)

    def multiply(self, left: Wires, right: Wires) -> Wires:
        """The products, one gate each."""
        left._fits(right)
        start = self._gates(left.count, left, None, right)
        for kind, wires in ((LEFT, left), (RIGHT, right)):
            self.require_zero(self._variables(kind, start, left.count) - wires)
        return self._variables(OUT, start, left.count)

    def bits(self, wires: Wires, count: int) -> Wires:
        """The bits of numbers below 2^count, count <= 128, one run after the other; others don't satisfy the circuit.

        Each bit b is a gate b (1 - b) = 0.
        """
        order, n = self.order, wires.count * count
        if not 1 <= count <= min(128, order.bits - 2):
            raise unfit(f"numbers of {count} bits are not taken apart here", "name 1 to 128 bits")

        def taken_apart(values: Scalars) -> tuple[Scalars, Scalars]:
            i = np.arange(count)
            found = np.zeros((len(values), count, order.limbs), U64)
            found[..., 0] = values.words[:, i // 64] >> (i % 64).astype(np.uint64) & np.uint64(1)
            b = Scalars(order, found.reshape(n, order.limbs))
            return b, Scalars.of(order, 1) - b

        start = self._gates(n, wires, taken_apart, None)
        b, complement = (self._variables(kind, start, n) for kind in (LEFT, RIGHT))
        self.require_zero(b + complement - self.constants(Scalars.of(order, [1] * n)))
        self.require_zero(self._variables(OUT, start, n))
        weights = Scalars.of(order, [1 << i % count for i in range(n)])
        self.require_zero((b * weights).summed(wires.count) - wires)
        return b

    def require_zero(self, wires: Wires) -> None:
        """All of these combinations must be zero."""
        self._open_for(wires)
        self._zeros.append(wires)

    def stated(self) -> Circuit:
        """Itself, which nothing is added to any more: a statement is made of it."""
        self._stated = True
        return self

    def assignment(self, values: Scalars) -> tuple[Scalars, Scalars, Scalars]:
        """Left, right and product (gates,) of every gate, for secret committed numbers (values,)."""
        order = self.order
        known = [Scalars.of(order, [1]), values, *(Scalars.of(order, [0] * self.gates) for _ in (LEFT, RIGHT, OUT))]
        for start, count, wires, hint, other in self._steps:
            first = evaluated(wires, known)
            left, right = hint(first) if hint else (first, evaluated(other or wires, known))
            for kind, made in ((LEFT, left), (RIGHT, right), (OUT, left * right)):
                known[kind].words[start : start + count] = made.words
        return known[LEFT], known[RIGHT], known[OUT]

    def satisfied(self, values: Scalars) -> bool:
        """Whether secret numbers, with what follows from them, fulfil everything; tells no more than that."""
        known = [Scalars.of(self.order, [1]), values, *self.assignment(values)]
        total = [evaluated(wires, known).words for wires in self._zeros]
        return not any(int(np.bitwise_or.reduce(words, axis=None)) for words in total if words.size)

    def weighed(self, z: Scalars) -> list[Scalars]:
        """For each kind of variable the sum over all combinations q = 1, 2, ... of z^q times its coefficients there."""
        rows, codes, coefficients = self._constraints()
        weights = z.powers(int(rows.max(initial=-1)) + 2)[1:]
        terms = weights[rows] * coefficients if len(rows) else coefficients
        sizes = (1, self.values, self.gates, self.gates, self.gates)
        found = []
        for kind, size in zip(KINDS, sizes, strict=True):
            mine = np.flatnonzero(codes // _KIND == kind)
            found.append(added_up(terms[mine], codes[mine] % _KIND, size))
        return found

    def digest(self) -> bytes:
        """What sets the circuit apart from all others."""
        rows, codes, coefficients = self._constraints()
        sizes = (self.values, self.gates, len(self._zeros))
        return DomainHash("constraints").absorb(sizes, rows, codes, coefficients.to_bytes()).bytes(32)

    def _constraints(self) -> tuple[Places, Places, Scalars]:
        """All terms of all combinations that must be zero, numbered through."""
        if not self._zeros or not self.gates:
            raise unfit("a circuit needs a gate and a combination that must be zero", "write down what is to hold")
        starts = np.cumsum([0, *(wires.count for wires in self._zeros)])
        rows = np.concatenate([wires.rows + start for wires, start in zip(self._zeros, starts[:-1], strict=True)])
        codes = np.concatenate([wires.codes for wires in self._zeros])
        return rows, codes, concatenate_scalars([wires.coefficients for wires in self._zeros])

    def _open_for(self, wires: Wires) -> None:
        wires.require_of(self)
        if self._stated:
            raise unfit("a statement was made of this circuit", "write all of it down before, or make another")

    def _gates(self, count: int, wires: Wires, hint: Hint | None, other: Wires | None) -> int:
        self._open_for(wires)
        start = self.gates
        self._steps.append((start, count, wires, hint, other))
        self.gates += count
        return start

    def _variables(self, kind: int, start: int, count: int) -> Wires:
        codes = kind * _KIND + np.arange(start, start + count)
        return Wires(self, count, np.arange(count), codes, Scalars.of(self.order, [1] * count))


def evaluated(wires: Wires, known: list[Scalars]) -> Scalars:
    """The values (count,) of combinations, for the values of every kind of variable."""
    starts = np.cumsum([0, *(len(values) for values in known)])
    every = concatenate_scalars(known)
    places = starts[wires.codes // _KIND] + wires.codes % _KIND
    return added_up(every[places] * wires.coefficients, wires.rows, wires.count)


def added_up(terms: Scalars, places: Places, count: int) -> Scalars:
    """(count,): the sum of the terms at each place. Places are public, terms may be secret.

    Numbers are added in pieces of 32 bits, which leave room for 2^32 of them, and reduced once.
    """
    order = terms.order
    pieces = terms.words[..., None] >> np.array([0, _LIMB], np.uint64) & np.uint64((1 << _LIMB) - 1)
    sums = np.zeros((count, 2 * order.limbs), U64)
    np.add.at(sums, places, pieces.reshape(-1, 2 * order.limbs))
    low, high = sums & np.uint64((1 << _LIMB) - 1), sums >> np.uint64(_LIMB)
    return _number(order, low, 0) + _number(order, high, 1)


def _number(order: Modulus, pieces: npt.NDArray[np.uint64], shift: int) -> Scalars:
    """Numbers of pieces of 32 bits, the lowest first, moved up by `shift` pieces; modulo the order."""
    moved = np.zeros((len(pieces), pieces.shape[1] + 2), U64)
    moved[:, shift : shift + pieces.shape[1]] = pieces
    return Scalars(order, order.reduce(moved[:, 0::2] | moved[:, 1::2] << np.uint64(_LIMB)))
