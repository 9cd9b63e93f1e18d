"""QuickSilver over fields on evaluations that the test makes: complete, sound against every change, and silent."""

from __future__ import annotations

from itertools import product as all_of
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from proofs.relations import (
    RNG,
    WEIGHTED,
    Course,
    course,
    field_elements,
    product,
    proved,
    weighted,
    weighted_claim,
)

from mpc.algebra.field import MERSENNE61, PrimeField
from mpc.algebra.ring import Words
from mpc.errors import LocalError
from protocols.proofs import quicksilver_fields_ysww21 as quicksilver
from protocols.proofs import relation as relations
from protocols.proofs.relation import RelationClaim, relation

P = MERSENNE61.p
FIELDS = (MERSENNE61, PrimeField(2**64 - 59), PrimeField(65537))


@pytest.mark.parametrize("prime", FIELDS)
def test_what_is_true_is_proved(prime: PrimeField) -> None:
    claim = weighted_claim(insecure_prime=prime)
    made = course(claim, WEIGHTED)
    assert made.verified(claim)
    assert not made.false


def test_part_by_part(monkeypatch: pytest.MonkeyPatch) -> None:
    """A message for each, and what instances share goes with the first alone."""
    inputs = {"x": field_elements(MERSENNE61, 50, 4), "w": field_elements(MERSENNE61, 1, 4)}

    @relation(x=4, w=4)
    def made_twice(x: Any, w: Any) -> Any:
        return (x * w) @ x == x @ (w * x), (w * w).sum() == w @ w

    claim = RelationClaim(made_twice, 50, {}, frozenset({"w"}))
    whole = course(claim, inputs)
    monkeypatch.setattr(relations, "AT_ONCE", 100)
    parts = list(claim.parts())
    assert len(parts) > 3
    assert sum(part.told for part in parts) == len(whole.messages[0]) + (len(parts) - 1) * claim.counted.fresh[1]
    made = course(claim, inputs)
    assert made.verified(claim)
    made.messages[2][0] = MERSENNE61.add(made.messages[2][0], np.uint64(1))
    assert not made.verified(claim)


def replaced(made: Course, **changes: Any) -> Course:
    return Course(**(made.__dict__ | changes))


def test_no_changed_element_passes() -> None:
    """Of anything that is told of inputs, products or bits, of a challenge on its way, and of the sums."""
    claim = weighted_claim()
    made = course(claim, WEIGHTED)
    for name, sent in (("messages", made.messages[0]), ("challenges", made.challenges[0]), ("sums", made.sums)):
        for at in range(sent.size):
            changed = sent.copy()
            changed[at] = MERSENNE61.add(changed[at], field_elements(MERSENNE61))
            whole = changed if name == "sums" else [changed]
            assert not replaced(made, **{name: whole}).verified(claim), (name, at)


@pytest.mark.parametrize("name", ["x", "w", "y"])
def test_what_is_false_is_noticed_by_both(name: str) -> None:
    for at in range(WEIGHTED[name].size):
        inputs = {key: values.copy() for key, values in WEIGHTED.items()}
        inputs[name].reshape(-1)[at] += np.uint64(4)
        claim = RelationClaim(weighted, 2, {"y": inputs["y"]}, frozenset({"w"}))
        made = course(claim, inputs)
        assert made.false
        assert not made.verified(claim)


def test_another_statement_is_not_what_was_proved() -> None:
    made = course(weighted_claim(), WEIGHTED)

    @relation(x=3, w=(2, 3), y=2)
    def otherwise(x: Any, w: Any, y: Any) -> Any:
        (x * x).sum().bits(5)
        return w @ x == y, x[0] ** 3 == x[0] * x[1] * x[0]

    others = [
        RelationClaim(weighted, 2, {"y": WEIGHTED["y"][::-1].copy()}, frozenset({"w"})),
        RelationClaim(otherwise, 2, {"y": WEIGHTED["y"]}, frozenset({"w"})),
    ]
    for other in others:
        assert not made.verified(other)


def test_a_proof_said_again_proves_nothing() -> None:
    claim = weighted_claim()
    made, other = course(claim, WEIGHTED), course(claim, WEIGHTED)
    assert not replaced(made, keys=other.keys, delta=other.delta).verified(claim)


def test_a_false_product_passes_as_often_as_the_bound_says() -> None:
    """In a small field, for all offsets: where the terms that are wrong do not add up to zero, at most two of p pass,
    whatever the sums are."""
    prime = PrimeField(11)
    claim = RelationClaim(product, 1, {}, insecure_prime=prime)
    inputs = {"a": np.array([2], np.uint64), "b": np.array([3], np.uint64), "c": np.array([7], np.uint64)}
    (part,) = claim.parts()
    pairs, challenge = field_elements(prime, part.evaluations, 2), np.array([3, 5], np.uint64)
    passed = np.zeros((11, 11), np.int64)
    for delta in range(11):
        made = proved(claim, inputs, [pairs], np.array(delta, np.uint64), [challenge])
        verifying = made.verifying(claim)
        for u, v in all_of(range(11), repeat=2):
            passed[u, v] += verifying.holds(np.array([u, v], np.uint64))
    assert passed.max() <= 2
    assert passed.sum() == 11 * 11


def test_the_verifier_sees_the_same_whatever_the_witness() -> None:
    """In a field of three elements, for all randomness: both witnesses make each view equally often, and there are as
    many views as there is randomness."""
    prime = PrimeField(3)
    claim = RelationClaim(product, 1, {"c": np.array([1], np.uint64)}, insecure_prime=prime)
    (part,) = claim.parts()
    assert part.evaluations == 4
    delta, keys, challenge = np.array(2, np.uint64), field_elements(prime, 4), field_elements(prime, 2)
    views = []
    for a in (1, 2):
        inputs = {"a": np.array([a], np.uint64), "b": np.array([a], np.uint64)}
        seen: dict[bytes, int] = {}
        for random in all_of(range(3), repeat=4):
            x = np.array(random, np.uint64)
            pairs = np.stack([x, prime.mul_add(keys, x, delta)], axis=1)
            made = proved(claim, inputs, [pairs], delta, [challenge])
            assert made.verified(claim)
            view = made.messages[0].tobytes() + made.sums.tobytes()
            seen[view] = seen.get(view, 0) + 1
        assert len(seen) == 3**4
        views.append(seen)
    assert views[0] == views[1]


def test_what_is_shown_is_what_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    @relation(x=2, w=())
    def shown(x: Any, w: Any) -> Any:
        return {"product": x[0] * x[1], "sums": x + 5, "square": w * w}

    inputs = {"x": RNG.integers(0, 100, (6, 2), np.uint64), "w": np.array([9], np.uint64)}
    claim = RelationClaim(shown, 6, {}, frozenset({"w"}), shown=True)
    for at_once in (1 << 20, 20, 1):
        monkeypatch.setattr(relations, "AT_ONCE", at_once)
        made = course(claim, inputs)
        verifying = made.verifying(claim)
        assert verifying.holds(made.sums)
        products, sums, square = verifying.outputs()
        assert (products == inputs["x"].prod(axis=1)).all()
        assert (sums == inputs["x"] + np.uint64(5)).all()
        assert square.tolist() == [81]
        made.messages[0][-1] += np.uint64(1)
        assert not made.verified(claim)


WHOLE = st.integers(-20, 20)
ROWS = st.lists(WHOLE, min_size=3, max_size=3)


@settings(max_examples=20)
@given(st.lists(ROWS, min_size=1, max_size=3), ROWS, WHOLE)
def test_operators_are_numpy_s(rows: list[list[int]], public: list[int], number: int) -> None:
    """On the values that the prover has, shown."""

    def formula(x: Any, y: Any) -> list[Any]:
        m = x.reshape(3, 1) * y
        return [
            x + y, x - public, number - x, -x, x * y, public * x, number * y, x @ y, m @ x, public @ m, m @ m, m.sum(0),
            m.sum(), x**3, m[1], m[:, [0, 2]], x[::-1] * y, m[..., 0], (m + x).reshape(-1),
        ]  # fmt: skip

    @relation(x=3, y=3)
    def same(x: Any, y: Any) -> Any:
        return formula(x, y)

    x, y = np.array(rows), np.array([public])
    claim = RelationClaim(same, len(x), {"y": MERSENNE61.from_ints(y)}, shown=True)
    made = course(claim, {"x": MERSENNE61.from_ints(x)})
    verifying = made.verifying(claim)
    assert verifying.holds(made.sums)
    for i, row in enumerate(x):
        for out, expected in zip(verifying.outputs(), formula(row, y[0]), strict=True):
            assert MERSENNE61.to_signed(out[i if len(out) > 1 else 0]).tolist() == expected.tolist()


@pytest.mark.parametrize("instances", [1, 2, 3])
def test_indices_are_numpy_s(instances: int) -> None:
    """Arrays of indices with a slice between them too, whose axes numpy puts first; instances stay apart."""
    keys: list[Any] = [
        ([0, 2], slice(None), [1, 3]), (0, slice(None), [1, 1, 3]), ([[2, 0]], ..., -1), (..., np.array([1, 0])),
        (slice(None, None, -2), None, 1), np.int64(1), [True, False, True], (slice(1, 2), [3], slice(0, 3)),
    ]  # fmt: skip

    @relation(x=(3, 4, 5))
    def picked(x: Any) -> Any:
        return [x[key] for key in keys]

    x = np.arange(60 * instances, dtype=np.uint64).reshape(instances, 3, 4, 5)
    claim = RelationClaim(picked, instances, {}, shown=True)
    made = course(claim, {"x": x})
    verifying = made.verifying(claim)
    assert verifying.holds(made.sums)
    for key, out in zip(keys, verifying.outputs(), strict=True):
        np.testing.assert_array_equal(out, np.stack([own[key] for own in x]))


@pytest.mark.parametrize("number", [0, 1, 31, 2**59, 2**60 - 1])
def test_numbers_in_range_have_these_bits(number: int) -> None:
    width = max(1, number.bit_length())

    @relation(x=())
    def ranged(x: Any) -> Any:
        return x.bits(width)

    claim, inputs = RelationClaim(ranged, 1, {}, shown=True), {"x": np.array([number], np.uint64)}
    (bits,) = course(claim, inputs).verifying(claim).outputs()
    assert bits.tolist() == [[number >> i & 1 for i in range(width)]]
    assert course(claim, inputs).verified(claim)
    beyond = course(claim, {"x": np.array([number + (1 << width)], np.uint64)})
    assert beyond.false
    assert not beyond.verified(claim)


def test_what_is_told_of_bits_is_zero_or_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Other elements that sum up to the number prove nothing of its range."""
    monkeypatch.setattr(
        quicksilver, "_bits", lambda x, count: np.stack([x, *[x * np.uint64(0)] * (count - 1)], axis=-1)
    )

    @relation(x=())
    def ranged(x: Any) -> None:
        x.bits(2)

    claim = RelationClaim(ranged, 1, {})
    passed = [course(claim, {"x": np.array([number], np.uint64)}).verified(claim) for number in (0, 1, 2, 4, P - 1)]
    assert passed == [True, True, False, False, False]


def test_a_negative_number_has_no_bits() -> None:
    @relation(x=())
    def ranged(x: Any) -> Any:
        return x.bits(60).sum() == 0

    assert course(RelationClaim(ranged, 1, {}), {"x": np.array([P - 1], np.uint64)}).false


def test_no_equation_is_forgotten() -> None:
    """Also one that the function does not return."""

    @relation(x=2)
    def careless(x: Any) -> Any:
        x[0] == x[1]  # noqa: B015
        return x == x

    claim = RelationClaim(careless, 1, {})
    made = course(claim, {"x": np.array([[1, 2]], np.uint64)})
    assert made.false
    assert not made.verified(claim)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda x: x < 3, lambda x: x != 3, lambda x: bool(x[0]), lambda x: bool(x == 3), lambda x: x * 1.5,
        lambda x: x + "3", lambda x: x * 2**60, lambda x: x**0, lambda x: x.bits(61) == 0, lambda x: x.bits(0) == 0,
        lambda x: x + x[:2], lambda x: x.reshape(2, 2), lambda x: x[5], lambda x: len(x[0]), lambda x: x,
        lambda x: None, lambda x: (), lambda x: (x == 1, 5), lambda x: x @ x[:2], lambda x: x[0] @ x[1],
        lambda x: x @ 5, lambda x: x - [[1], [2, 3]], lambda x: x.sum(5), lambda x: x.sum(1.5),
        lambda x: x.reshape("3"), lambda x: x[::0], lambda x: x[x],
    ],
    ids=range(27),
)  # fmt: skip
def test_functions_that_are_no_relations(wrong: Any) -> None:
    claim = RelationClaim(relation(x=3)(lambda x: wrong(x)), 1, {})
    with pytest.raises(LocalError) as refused:
        list(claim.parts())
    assert refused.value.code in ("bad-relation", "wrong-shape")


def test_shapes_are_given_for_each_argument() -> None:
    for shapes in ({}, {"y": 3}, {"x": 3, "y": 3}, {"x": 0}, {"x": 1.5}, {"x": "3"}):
        with pytest.raises(LocalError, match="bad-relation"):
            relation(**shapes)(lambda x: x == 0)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "wrong",
    [
        {"instances": 0}, {"public": WEIGHTED}, {"public": {"z": WEIGHTED["y"]}}, {"shared": frozenset({"y"})},
        {"public": {"y": WEIGHTED["y"][:, :1]}}, {"public": {"y": np.zeros((3, 2), np.uint64)}},
    ],
)  # fmt: skip
def test_claims_that_do_not_hold_together(wrong: dict[str, Any]) -> None:
    options: dict[str, Any] = {"instances": 2, "public": {"y": WEIGHTED["y"]}, "shared": frozenset({"w"})}
    with pytest.raises(LocalError, match="wrong-statement"):
        RelationClaim(weighted, **(options | wrong))


def test_terms_are_weighed_each_by_its_own() -> None:
    """s^i r^(j + 1) for term 1024 j + i, in a field in which all of them differ."""
    from protocols.proofs.quicksilver_fields_ysww21 import _weighed

    for count in (0, 1, 1023, 1024, 1025, 2100):
        terms, (s, r) = field_elements(MERSENNE61, count), field_elements(MERSENNE61, 2)
        expected = sum(int(t) * pow(int(s), i % 1024, P) * pow(int(r), i // 1024 + 1, P) for i, t in enumerate(terms))
        challenge: Words = np.array([s, r], np.uint64)
        assert int(_weighed(MERSENNE61, terms, challenge)) == expected % P
