"""What elements of a relation lack says what to write instead, at its own line, and numpy's arrays are beside them."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from proofs.relations import field_elements

import mpc
from mpc.algebra.field import MERSENNE61
from mpc.algebra.ring import Words
from mpc.errors import LocalError
from protocols.proofs.elements import Elements
from protocols.proofs.relation import Counting, RelationClaim, relation


@pytest.mark.parametrize(
    ("wrong", "named", "instead"),
    [
        (operator.lt, "< between elements", "(y - x - 1).bits(n)"),
        (operator.le, "<= between elements", "(y - x).bits(n)"),
        (operator.gt, "> between elements", "(x - y - 1).bits(n)"),
        (operator.ge, ">= between elements", "(x - y).bits(n)"),
        (operator.ne, "!= between elements", "inverse"),
        (operator.truediv, "a quotient", "q * y == x"),
        (operator.floordiv, "//", "q * m + r"),
        (operator.mod, "%", "q * m + r"),
        (divmod, "divmod", "q * m + r"),
        (lambda x, _: abs(x), "abs", "s * s == 1"),
        (lambda x, _: np.sqrt(x), "np.sqrt", "`bits`"),
        (lambda x, _: np.mean(x), "np.mean", "`bits`"),
        (lambda x, _: np.add.reduce(x), "np.add", "`bits`"),
        (lambda x, _: 2**x, "exponent", "bits"),
    ],
    ids=range(14),
)
@pytest.mark.parametrize("other", [3, np.array([1, 2, 3])], ids=["number", "array"])
def test_what_elements_lack_is_named(wrong: Callable[[Any, Any], Any], named: str, instead: str, other: Any) -> None:
    with pytest.raises(LocalError, match="bad-relation") as refused:
        list(RelationClaim(relation(x=3)(lambda x: wrong(x, other)), 1, {}).parts())
    assert named in refused.value.cause
    assert instead in refused.value.remedy


class Known(Counting):
    """A side on which elements are what they stand for."""

    def constant(self, values: Words) -> tuple[Words, ...]:
        return (values,)


def test_an_array_of_numpys_on_the_left_leaves_the_operator_to_elements() -> None:
    a, x = np.array([5, 6, 7]), Elements(Known(MERSENNE61), (field_elements(MERSENNE61, 1, 3),))
    total = np.zeros(3, np.int64)
    total += x
    field, part = MERSENNE61, x.parts[0]
    for found, wanted in (
        (a + x, field.add(field.from_ints(a), part)), (a - x, field.sub(field.from_ints(a), part)),
        (a * x, field.mul(field.from_ints(a), part)), (total, part), (np.sum(x), field.sum(part, (1,))),
        (a @ x, field.sum(field.mul(field.from_ints(a), part), (1,))),
    ):  # fmt: skip
        assert np.array_equal(found.parts[0], wanted)
    with pytest.raises(LocalError, match="< between elements"):
        a > x  # noqa: B015


@mpc.relation(x=3)
def compared(x: Any) -> Any:
    return x[0] > x[1]


def test_the_line_named_is_the_relation_s_own() -> None:
    async def program(ctx: mpc.Context, mine: Any) -> None:
        await mpc.prove(ctx, compared, to=1, x=mpc.private(0, mine))

    with pytest.raises(LocalError, match="> between elements") as refused:
        mpc.simulate(program, inputs=[[1, 2, 3], None])
    line = compared.function.__code__.co_firstlineno + 2
    assert refused.value.line == f"test_operators_of_elements.py:{line}"
