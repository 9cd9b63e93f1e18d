"""The proof system on small fields, where everything can be tried: completeness, soundness, what is seen."""

from collections import Counter
from itertools import product

import numpy as np
import plain_flp
import pytest
from Crypto.Hash import TurboSHAKE128

from mpc.algebra.field import FIELD64, FIELD128, PrimeField
from protocols.prio3.elements import decoded, encoded, shaped, zero_at
from protocols.prio3.flp_bbcggi19 import decide, prove, query
from protocols.prio3.norms import BoundedL2, L1BoundSum
from protocols.prio3.points_faz25 import in_turn, interleaved, last_value, odd_values, roots, twist, weights_at
from protocols.prio3.range_checks import powers
from protocols.prio3.scalars import Count, Sum
from protocols.prio3.vectors import Histogram, MultihotCountVec, SumVec
from protocols.prio3.xof_turboshake128 import XofTurboShake128, derive_seed, derive_seeds, vectors_into

F17 = PrimeField(17)


def elements(field, rows):
    return field.from_ints(np.array(rows, object))


@pytest.mark.parametrize("field", [F17, FIELD64, FIELD128])
def test_values_at_points(field):
    rng = np.random.default_rng(1)
    coefficients = elements(field, rng.integers(0, 17, (3, 4)))
    values = field.ntt(coefficients)
    padded = np.zeros_like(np.concatenate([coefficients] * 2, axis=1))
    padded[:, :4] = coefficients
    odd = in_turn(odd_values(field, values, twist(field, field.shape(values)[-1])))
    assert np.array_equal(interleaved(field, values, odd), field.ntt(padded))
    padded[:, 3] = 0
    low = field.ntt(padded[:, :4])
    assert np.array_equal(last_value(field, low[:, :-1]), low[:, -1])
    inside = [int(x) for x in field.to_ints(roots(field, 4))]
    for t in [0, 2, 3, 5, *inside]:
        point = elements(field, [t] * 3)
        weighted = field.sum(field.mul(values, weights_at(field, point, 4)), axis=1)
        assert np.array_equal(weighted, field.evaluate(coefficients, field.from_ints(t)))


def test_powers_of_several_elements():
    r = elements(F17, [[2, 3], [5, 0]])
    expected = [[[pow(x, j, 17) for j in range(1, 6)] for x in row] for row in ([2, 3], [5, 0])]
    assert F17.to_ints(powers(F17, r, 5)).tolist() == expected


@pytest.mark.parametrize("field", [F17, FIELD64, FIELD128])
def test_only_canonical_elements_of_the_right_number_are_read(field):
    good = encoded(elements(field, [0, 1, field.p - 1]))
    assert field.to_ints(decoded(field, good, 3)).tolist() == [0, 1, field.p - 1]
    size = len(good) // 3
    for bad in (good[:-1], good + b"\0", good[:-size], good[: 2 * size] + field.p.to_bytes(size, "little")):
        assert decoded(field, bad, 3) is None


def test_draws_that_are_not_below_p_are_dropped():
    field = PrimeField(5)
    words = XofTurboShake128(bytes(32), b"dst", b"binder").words(200)
    kept = [int(w & np.uint64(7)) for w in words if int(w & np.uint64(7)) < 5]
    assert XofTurboShake128(bytes(32), b"dst", b"bin", b"der").vector(field, 50).tolist() == kept[:50]


@pytest.mark.parametrize("field", [PrimeField(2**63 + 29), FIELD64, FIELD128])
@pytest.mark.parametrize("length", [0, 1, 20, 21, 100])
@pytest.mark.parametrize("binders", [(900,), (900, 900, 900), (5, 20)])
def test_vectors_that_are_hashed_as_they_are_drawn(field, length, binders):
    """Also where draws are dropped, as nearly half of them are in the first field; and where heads have two lengths."""
    seeds, names = [bytes([i]) * 32 for i in range(len(binders))], [b"b" * n for n in binders]
    streams = [XofTurboShake128(seed, b"dst") for seed in seeds]
    for seed, name, (vector, hashed) in zip(
        seeds, names, vectors_into(streams, field, length, seeds, b"tag", names), strict=True
    ):
        plain = XofTurboShake128(seed, b"dst").vector(field, length)
        assert np.array_equal(vector, plain)
        assert hashed == derive_seed(seed, b"tag", name, encoded(plain))


@pytest.mark.parametrize("lengths", [(0, 0), (1,), (130, 130, 130), (131,) * 4, (1000,) * 5, (7, 9), (168, 400, 400)])
def test_seeds_side_by_side_are_each_by_itself(lengths):
    seeds, last = [bytes([i]) * 32 for i in range(len(lengths))], [bytes([i]) * n for i, n in enumerate(lengths)]
    names = [b"name" + bytes(i == 6) for i in range(len(lengths))]
    together = derive_seeds(seeds, b"tag", names, [memoryview(each) for each in last])
    assert together == [derive_seed(s, b"tag", n, each) for s, n, each in zip(seeds, names, last, strict=True)]


@pytest.mark.parametrize("pieces", [(0,), (1, 166, 1), (168, 168), (167, 400, 1), (336, 0, 5)])
def test_a_stream_is_turboshake_however_it_is_read(pieces):
    parts = [bytes([i]) * n for i, n in enumerate(pieces)]
    expected = TurboSHAKE128.new(data=b"\3\0dst\x20" + bytes(32) + b"".join(parts), domain=1)
    stream = XofTurboShake128(bytes(32), b"dst", *parts)
    assert "..." in repr(stream)
    assert b"".join(stream.next(n) for n in (0, 1, 167, 168, 500, 3)) == expected.read(839)


def test_every_measurement_of_a_count_at_every_point():
    """x of Z_17 with an honest proof passes at a usable point exactly if it is 0 or 1."""
    circuit = Count(F17)
    cases = list(product(range(17), range(17), range(3), range(3)))
    meas, prove_rand = elements(F17, [[x] for x, *_ in cases]), elements(F17, [[a, b] for *_, a, b in cases])
    t, none = elements(F17, [[t] for _, t, *_ in cases]), F17.zeros((len(cases), 0))
    proof = prove(circuit, meas, prove_rand, none)
    verifier, usable = query(circuit, meas, proof, t, none, 1)
    assert [bool(u) for u in usable] == [t not in (1, 16) for _, t, *_ in cases]
    passed = decide(circuit, verifier)
    assert all(p == (x < 2) for (x, *_), p, u in zip(cases, passed, usable, strict=True) if u)


def test_no_proof_of_a_false_count_passes_at_more_points_than_its_degree():
    """Every gadget polynomial for x = 2 over Z_17, seeds 0: at most 2 of 15 usable points accept (BBCGGI19, 4.3)."""
    circuit, none = Count(F17), F17.zeros((17**3, 0))
    polynomials = list(product(range(17), repeat=3))
    proof = elements(F17, [[0, 0, *polynomial] for polynomial in polynomials])
    meas, passed = elements(F17, [[2]] * 17**3), Counter()
    for t in range(17):
        verifier, usable = query(circuit, meas, proof, elements(F17, [[t]] * 17**3), none, 1)
        passed.update(i for i, ok in enumerate(decide(circuit, verifier) & usable) if ok)
    assert max(passed.values()) == 2


@pytest.mark.parametrize("p", [5, 17])
def test_a_verifier_is_distributed_alike_for_every_valid_measurement(p):
    """What aggregators see together of a Count, over all seeds: with a share that is uniform, one's whole view."""
    field = PrimeField(p)
    circuit, seeds = Count(field), elements(field, list(product(range(p), repeat=2)))
    none, seen = field.zeros((p * p, 0)), {}
    for x, t in product(range(2), range(p)):
        meas = elements(field, [[x]] * p**2)
        proof = prove(circuit, meas, seeds, none)
        verifier, usable = query(circuit, meas, proof, elements(field, [[t]] * p**2), none, 1)
        if usable.all():
            seen[t, x] = Counter(map(tuple, field.to_ints(verifier).tolist()))
    assert len(seen) == 2 * (p - 2)
    assert all(seen[t, 0] == seen[t, 1] for t, x in seen)
    assert all(len(views) == p * p for views in seen.values())


CIRCUITS = {
    "sum": Sum(F17, 5),
    "sum_vec": SumVec(F17, 2, 2, 3),
    "histogram": Histogram(F17, 3, 2),
    "multihot": MultihotCountVec(F17, 3, 2, 2),
}


@pytest.mark.parametrize("name", CIRCUITS)
def test_all_small_vectors_pass_exactly_if_valid(name):
    """Every vector over {-1, 0, 1, 2}: valid ones pass with any randomness, others fail with some."""
    circuit = CIRCUITS[name]
    field, rng = F17, np.random.default_rng(3)
    vectors = list(product((-1, 0, 1, 2), repeat=circuit.meas_len))
    meas, passed = elements(field, vectors), np.ones(len(vectors), bool)
    for _ in range(8):
        draw = lambda n: field.from_ints(rng.integers(0, 17, (len(vectors), n)))  # noqa: E731
        joint_rand, query_rand = draw(circuit.joint_rand_len), draw(circuit.query_rand_len)
        proof = prove(circuit, meas, draw(circuit.prove_rand_len), joint_rand)
        verifier, usable = query(circuit, meas, proof, query_rand, joint_rand, 1)
        passed &= decide(circuit, verifier) | ~usable
    valid = [set(v) <= {0, 1} and also_valid(name, v) for v in vectors]
    assert passed[valid].all()
    assert not passed[~np.array(valid)].any()


def also_valid(name, v):
    if name == "histogram":
        return sum(v) == 1
    return name != "multihot" or sum(v[:3]) == v[3] + v[4]


def test_shares_of_a_proof_give_shares_of_its_verifier():
    circuit, rng = SumVec(FIELD128, 2, 3, 3), np.random.default_rng(4)
    field = circuit.field
    draw = lambda n: field.from_ints(rng.integers(0, 2**60, (1, n)))  # noqa: E731
    meas = circuit.encode([1, 3])[None]
    joint_rand, query_rand = draw(circuit.joint_rand_len), draw(circuit.query_rand_len)
    proof = prove(circuit, meas, draw(circuit.prove_rand_len), joint_rand)
    whole, _ = query(circuit, meas, proof, query_rand, joint_rand, 1)
    masks = draw(circuit.meas_len), draw(circuit.proof_len)
    mine, _ = query(circuit, *masks, query_rand, joint_rand, 2)
    rest = field.sub(meas, masks[0]), field.sub(proof, masks[1])
    theirs, _ = query(circuit, *rest, query_rand, joint_rand, 2)
    assert zero_at(field, field.sub(field.add(mine, theirs), whole)).all()


ALIKE = {
    "count": lambda: Count(FIELD64),
    "sum": lambda: Sum(FIELD64, 5),
    "sum_vec": lambda: SumVec(FIELD128, 2, 6, 4),
    "histogram": lambda: Histogram(FIELD64, 5, 3),
    "multihot": lambda: MultihotCountVec(FIELD128, 4, 3, 1),
    "l1": lambda: L1BoundSum(FIELD64, 3, 5, 5),
    "l2": lambda: BoundedL2(FIELD128, 5, 3, 4),
}


@pytest.mark.parametrize("name", ALIKE)
def test_proofs_and_verifiers_are_those_of_plain_integers(name):
    """For any elements, two at a time, whether they are a measurement or not."""
    circuit, rng = ALIKE[name](), np.random.default_rng(5)

    def draw(n):
        return [[int(x) for x in row] for row in rng.integers(0, 2**62, (2, n))]

    meas, prove_rand, query_rand = draw(circuit.meas_len), draw(circuit.prove_rand_len), draw(circuit.query_rand_len)
    joint_rand = draw(circuit.joint_rand_len)
    field = circuit.field
    given = [shaped(field, elements(field, rows), 2, len(rows[0])) for rows in (meas, prove_rand, joint_rand)]
    proofs = prove(circuit, *given)
    plain = [plain_flp.prove(circuit, *rows) for rows in zip(meas, prove_rand, joint_rand, strict=True)]
    assert field.to_ints(proofs).tolist() == plain
    verifiers, _ = query(circuit, given[0], proofs, elements(field, query_rand), given[2], 3)
    rows = zip(meas, plain, query_rand, joint_rand, strict=True)
    assert field.to_ints(verifiers).tolist() == [plain_flp.query(circuit, *row, 3) for row in rows]
