"""Statements with their witnesses, over any group."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pytest

from mpc.algebra.group import Group, Points, Scalars, concatenate_scalars
from mpc.algebra.ristretto import RISTRETTO
from mpc.errors import ParleyError
from mpc.testing.tiny_group import TinyGroup
from protocols.proofs.composed import All, AtLeastOne
from protocols.proofs.linear import Linear, knows_logarithm, same_logarithm
from protocols.proofs.pedersen import Pedersen, opening_witness
from protocols.proofs.statement import Statement
from protocols.proofs.transcript import Setting

TINY = TinyGroup(11)
ALICE = Setting.outside("alice", "tests")


def base(group: Group) -> Points:
    return Points(group, group.generator())


def other_base(group: Group) -> Points:
    return Pedersen(group).h


def logarithms(group: Group, count: int = 3) -> tuple[Statement, Scalars]:
    x = Scalars.random(group.order, (count,))
    return knows_logarithm(base(group), base(group) * x), x


def equal_logarithms(group: Group) -> tuple[Statement, Scalars]:
    x = Scalars.random(group.order, (2,))
    bases = [base(group), other_base(group)]
    return same_logarithm(bases, [b * x for b in bases]), x


def openings(group: Group) -> tuple[Statement, Scalars]:
    v = Scalars.random(group.order, (2, 2))
    commitments, r = Pedersen(group).commit(v)
    return Pedersen(group).opening(commitments), opening_witness(v, r)


def same_values(group: Group) -> tuple[Statement, Scalars]:
    v = Scalars.random(group.order, (2,))
    (first, r), (second, s) = (Pedersen(group).commit(v) for _ in range(2))
    return Pedersen(group).same_value(first, second), opening_witness(v, r, s)


def public_value(group: Group) -> tuple[Statement, Scalars]:
    v = Scalars.random(group.order, (2,))
    commitments, r = Pedersen(group).commit(v)
    return Pedersen(group).is_public(commitments, v), r


def bases_of_their_own(group: Group) -> tuple[Statement, Scalars]:
    """A matrix for each of two places."""
    nonzero = Scalars.of(group.order, [[[1, 2], [3, 4]], [[5, 6], [7, 8]]])
    bases, w = base(group) * nonzero, Scalars.random(group.order, (2, 2))
    return Linear(bases, (bases * w.reshape(2, 1, 2)).sum(2)), w.reshape(-1)


def both(group: Group) -> tuple[Statement, Scalars]:
    (first, v), (second, w) = logarithms(group), same_values(group)
    return All(first, second), concatenate_scalars([v, w])


def either(group: Group, known: int = 1) -> tuple[Statement, Scalars]:
    made = [logarithms(group, 1), openings(group), equal_logarithms(group)]
    statement = AtLeastOne(*(part for part, _ in made))
    return statement, statement.witness(known, made[known][1])


def either_of_both(group: Group) -> tuple[Statement, Scalars]:
    """Composed of what is composed."""
    (first, v), (second, _) = either(group), logarithms(group)
    (third, w), (fourth, _) = both(group), either(group)
    outer = AtLeastOne(All(third, first), All(second, fourth))
    return outer, outer.witness(0, concatenate_scalars([w, v]))


CASES: dict[str, Callable[[Group], tuple[Statement, Scalars]]] = {
    case.__name__: case
    for case in (
        logarithms, equal_logarithms, openings, same_values, public_value, bases_of_their_own, both, either,
        either_of_both,
    )
}  # fmt: skip

GROUPS: dict[str, Group] = {"ristretto255": RISTRETTO, "tiny": TINY}


def code_of(call: Callable[[], object]) -> str:
    """The code of the error that a call ends with; whoever proves is named."""
    with pytest.raises(ParleyError) as refused:
        call()
    assert refused.value.party in (None, "alice")
    return refused.value.code


def changed(proof: npt.NDArray[np.uint8], place: int, by: int = 1) -> npt.NDArray[np.uint8]:
    copy = proof.copy()
    copy[place] ^= by
    return copy
