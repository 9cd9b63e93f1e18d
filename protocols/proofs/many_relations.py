"""Many proofs about ciphertexts and keys, verified by one simultaneous power for each modulus.

All equations are raised to weights that the verifier draws once it has the proofs, and multiplied (Bellare, Garay,
Rabin, EUROCRYPT 1998, small exponents). In groups of hidden order that test misses elements of small order, which is
why it is done for these equations alone (docs/protocols/paillier_proofs.md, "Many at once"):

Modulo N^2, where a row has an N-th power, and N^(s + 1), where it has an N^s-th. What is off from one by an element of
an order coprime to N is off by an N-th power, and so holds the same number. Of another number a wrong row is noticed
but with a probability of 2^-128, as N has no factor below 2^128: its two proofs must hold.
Modulo parameters of safe primes, which nobody but their owner can factor. Only elements of order 2 are small there,
and what is proved is true up to these anyway.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from mpc.algebra.bigint import Modulus, from_ints, limbs_for, to_ints
from mpc.algebra.group import Group, Points, Scalars
from mpc.algebra.montgomery_form import MontgomeryForm
from mpc.algebra.ring import Words
from protocols.paillier.matrices import powers_var
from protocols.proofs.affine_cggmp21 import Affine
from protocols.proofs.encryption_cggmp21 import InRange
from protocols.proofs.factors_cggmp21 import NoSmallFactor
from protocols.proofs.hidden_order import Read, Relation, read_relation
from protocols.proofs.hidden_rows import Multiples, Number, OnePlus, OnePlusOf, Powers
from protocols.proofs.reading import require_all
from protocols.proofs.statement import Equation
from protocols.proofs.transcript import Proof, Setting
from protocols.proofs.whole_numbers import committed_parts, random_numbers, resized

AboutHidden = InRange | Affine | NoSmallFactor | Relation

WEIGHT_BITS = 128
_SHORT_BITS = 512
"""Exponents up to this length share one simultaneous power, and longer ones another if there are many."""
_LANES, _MANY = 8, 32
_FEWEST = 8
"""With fewer places every equation is checked by itself, which is as fast."""


def verify_relations(proofs: Sequence[tuple[Setting, AboutHidden, Proof]]) -> None:
    """Verify many proofs at once: of ranges, affine operations and factors, and relations as decryptions are.

    Moduli are N^2 of keys whose proofs hold, and products of safe primes, as this party's own parameters. Errors as
    `verify_relation`, for the first proof that fails.
    """
    read = [_read(*proof) for proof in proofs]
    few = sum(one.relation.count for one in read) < _FEWEST
    require_all([setting for setting, _, _ in proofs], read, _each_holds if few else _all_hold, _holds)


def _read(setting: Setting, statement: AboutHidden, proof: Proof) -> Read:
    if isinstance(statement, Relation):
        return read_relation(setting, statement, proof)
    parts, rest = committed_parts(setting, proof, statement.committed, statement.proof_bytes)
    return read_relation(setting, statement.relation(*parts), rest)


@dataclass(slots=True)
class _Sides:
    """Of one modulus: what bases are raised to on both sides of an equation, by their bytes; and one of N, likewise.

    `plain`: what 1 + N is raised to on the left. `units`: factors of the number whose N-th power stands on the left.
    """

    modulus: Modulus
    left: dict[bytes, int] = field(default_factory=dict)
    right: dict[bytes, int] = field(default_factory=dict)
    plain: dict[int, tuple[OnePlus | OnePlusOf, int]] = field(default_factory=dict)
    units: dict[int, tuple[Modulus, dict[bytes, int]]] = field(default_factory=dict)

    def holds(self) -> bool:
        """Whether both sides are the same number."""
        factors = [_product(self.modulus, self.left)]
        factors += [
            base.power(self.modulus, *_exponent(x % (self.modulus.n // n))) for n, (base, x) in self.plain.items()
        ]
        for n, bases in self.units.values():
            whole = resized(_product(n, bases), self.modulus.limbs)
            factors.append(self.modulus.power_var(whole, self.modulus.n // n.n))
        return np.array_equal(self.modulus.product(np.stack(factors)), _product(self.modulus, self.right))


def _holds(one: Read) -> bool:
    return one.relation.holds(*one.messages)


def _each_holds(read: Sequence[Read]) -> bool:
    return all(map(_holds, read))


def _all_hold(read: Sequence[Read]) -> bool:
    """Whether the weighed products of all equations hold, modulus by modulus and group by group."""
    sides: dict[int, _Sides] = {}
    equations: dict[str, Equation] = {}
    for one in read:
        for number, row in enumerate(one.relation.rows):
            weights = to_ints(random_numbers(one.relation.count, WEIGHT_BITS, os.urandom))
            if isinstance(row, Multiples):
                equation = equations.setdefault(row.points.group.name, Equation())
                _weigh_points(equation, one, row, number, weights)
            elif isinstance(row, Powers):
                _weigh(sides.setdefault(row.modulus.n, _Sides(row.modulus)), one, row, number, weights)
    return all(equation.holds() for equation in equations.values()) and all(side.holds() for side in sides.values())


def _weigh(sides: _Sides, one: Read, row: Powers, number: int, weights: Sequence[int]) -> None:
    """Adds a row's equations: bases to z times N-th powers on the left, A X^e on the right."""
    for base, column in row.powers:
        raised = [weight * z for weight, z in zip(weights, to_ints(one.numbers[column]), strict=True)]
        if isinstance(base, OnePlus | OnePlusOf):
            n = base.n.n if isinstance(base, OnePlus) else base.group.n
            sides.plain[n] = base, sides.plain.get(n, (base, 0))[1] + sum(raised)
        elif isinstance(base, Number) and base.words.ndim == 1:
            _raise(sides.left, base.words[None], [sum(raised)])
        elif isinstance(base, Number):
            _raise(sides.left, base.words, raised)
    if row.unit is not None:
        units = one.relation.units[row.unit]
        _raise(sides.units.setdefault(units.n, (units, {}))[1], one.units[row.unit], weights)
    _raise(sides.right, one.firsts[number], weights)
    _raise(sides.right, row.image, [weight * one.e for weight in weights])


def _weigh_points(equation: Equation, one: Read, row: Multiples, number: int, weights: Sequence[int]) -> None:
    """The same in a group of prime order."""
    group = row.points.group
    order = group.order
    scalars, minus = Scalars.of(order, list(weights)), Scalars.of(order, [order.n - 1])
    for base, column in enumerate(row.numbers):
        z = Scalars(order, order.reduce(one.numbers[column]))
        equation.add(row.bases[base].reshape(1), (z * scalars).sum().reshape(1))
    equation.add(_elements(group, one.firsts[number]), scalars * minus)
    equation.add(row.points, scalars * minus * Scalars.of(order, [one.e % order.n]))


def _elements(group: Group, words: Words) -> Points:
    return Points.from_bytes(group, words.view(np.uint8).reshape(len(words), group.encoding_bytes))[0]


def _raise(side: dict[bytes, int], bases: Words, exponents: Sequence[int]) -> None:
    """Bases (count, limbs) to exponents; one that is there already takes the sum."""
    for base, exponent in zip(bases, exponents, strict=True):
        name = base.tobytes()
        side[name] = side.get(name, 0) + exponent


def _product(modulus: Modulus, side: dict[bytes, int]) -> Words:
    """The product of all bases to their public exponents, (1, limbs)."""
    short = {base: x for base, x in side.items() if x.bit_length() <= _SHORT_BITS}
    long = {base: x for base, x in side.items() if x.bit_length() > _SHORT_BITS}
    if len(long) >= _MANY:
        parts = [_simultaneous(modulus, long, 1)]
    else:
        parts = [modulus.power_var(_bases(modulus, [base]), x) for base, x in long.items()]
    parts.append(from_ints([1], modulus.limbs))
    if short:
        parts.append(_simultaneous(modulus, short, _LANES if len(short) >= _MANY else 1))
    return modulus.product(np.concatenate(parts))[None]


def _simultaneous(modulus: Modulus, side: dict[bytes, int], rows: int) -> Words:
    """(rows, limbs): the same in parts, each base in one of them; the parts are computed side by side."""
    form, exponents = MontgomeryForm(modulus), list(side.values())
    entries = np.zeros((rows, len(side), limbs_for(max(x.bit_length() for x in exponents))), np.uint64)
    entries[np.arange(len(side)) % rows, np.arange(len(side))] = from_ints(exponents, entries.shape[-1])
    return form.out_of(powers_var(form, entries, form.into(_bases(modulus, list(side)))))


def _bases(modulus: Modulus, names: Sequence[bytes]) -> Words:
    return np.frombuffer(b"".join(names), np.uint64).reshape(len(names), modulus.limbs)


def _exponent(x: int) -> tuple[Words, int]:
    bits = max(1, x.bit_length())
    return from_ints([x], limbs_for(bits)), bits
