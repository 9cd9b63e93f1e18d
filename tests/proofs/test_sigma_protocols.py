"""Sigma protocols are complete, specially sound and zero-knowledge for honest verifiers; whole spaces, where tiny."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import product

import numpy as np
import pytest
from proof_cases import ALICE, CASES, GROUPS, base, code_of, either, logarithms

from mpc.algebra.group import Points, Scalars
from mpc.errors import LocalError
from mpc.testing.tiny_group import TinyGroup
from protocols.proofs.composed import All, AtLeastOne
from protocols.proofs.linear import Linear, knows_logarithm, same_logarithm
from protocols.proofs.pedersen import Pedersen, opening_witness, pedersen
from protocols.proofs.proof import holds_exactly, proof_bytes, prove, verify, verify_all
from protocols.proofs.statement import Statement


@pytest.mark.parametrize("group", GROUPS)
@pytest.mark.parametrize("case", CASES)
def test_what_is_true_is_proved(case: str, group: str) -> None:
    statement, witness = CASES[case](GROUPS[group])
    proof = prove(ALICE, statement, witness)
    assert proof.shape == (proof_bytes(statement),)
    verify(ALICE, statement, proof)


@pytest.mark.parametrize("case", CASES)
def test_a_wrong_witness_proves_nothing(case: str) -> None:
    statement, witness = CASES[case](GROUPS["ristretto255"])
    wrong = witness + Scalars.of(witness.order, [int(i == witness.size - 1) for i in range(witness.size)])
    if case.startswith("either"):  # the last part is not the known one: its witness does not count
        wrong = Scalars(witness.order, np.zeros_like(witness.words))
    assert code_of(lambda: prove(ALICE, statement, wrong)) == "wrong-witness"


@pytest.mark.parametrize("known", range(3))
def test_each_part_may_be_the_known_one(known: int) -> None:
    statement, witness = either(GROUPS["ristretto255"], known)
    verify(ALICE, statement, prove(ALICE, statement, witness))


@pytest.mark.parametrize("case", CASES)
def test_simulated_transcripts_are_accepted(case: str) -> None:
    statement, _ = CASES[case](GROUPS["tiny"])
    order = statement.group.order
    for challenge in (0, 1, 7):
        e = Scalars.of(order, challenge)
        commitments, responses = statement.simulate(e, Scalars.random(order, (statement.responses,)))
        assert holds_exactly(statement, e, commitments, responses)


@pytest.mark.parametrize("case", [case for case in CASES if not case.startswith("either")])
def test_two_transcripts_give_the_witness(case: str) -> None:
    """Special soundness: w = (z - z') / (e - e')."""
    statement, witness = CASES[case](GROUPS["ristretto255"])
    order = statement.group.order
    nonces = Scalars.random(order, (statement.nonces,))
    e, other = Scalars.random(order), Scalars.random(order)
    z, z_other = (statement.respond(nonces, witness, challenge) for challenge in (e, other))
    extracted = (z - z_other) * (e - other).inverse()
    assert extracted.to_ints() == witness.to_ints()
    commitments = statement.commit(nonces, extracted)
    assert holds_exactly(statement, e, commitments, statement.respond(nonces, extracted, e))


def test_two_transcripts_of_an_alternative_give_the_witness_of_a_part() -> None:
    """The part whose challenges differ is the known one, and its witness comes out."""
    first, _ = logarithms(GROUPS["ristretto255"], 1)
    second, w = logarithms(GROUPS["ristretto255"], 2)
    statement = AtLeastOne(first, second)
    order = w.order
    nonces, witness = Scalars.random(order, (statement.nonces,)), statement.witness(1, w)
    e, other = Scalars.random(order), Scalars.random(order)
    one, two = (statement.respond(nonces, witness, challenge) for challenge in (e, other))
    assert one[0].to_ints() == two[0].to_ints()
    difference = (e - one[0]) - (other - two[0])
    assert ((one[2:] - two[2:]) * difference.inverse()).to_ints() == w.to_ints()


def all_scalars(group: TinyGroup, count: int) -> Iterator[Scalars]:
    return (Scalars.of(group.order, list(values)) for values in product(range(group.order.n), repeat=count))


def transcript(commitments: Points, challenge: Scalars, responses: Scalars) -> bytes:
    return commitments.to_bytes().tobytes() + challenge.to_bytes().tobytes() + responses.to_bytes().tobytes()


def statements_of_three() -> Iterator[tuple[Statement, Scalars, tuple[int, ...]]]:
    """Statements, witnesses, and which nonces a prover with this witness uses."""
    group = TinyGroup(3)
    g, two = base(group), Scalars.of(group.order, 2)
    schnorr = knows_logarithm(g, g * two)
    h = g * two
    yield schnorr, two.reshape(1), (0,)
    yield same_logarithm([g, h], [g * two, h * two]), two.reshape(1), (0,)
    yield (
        Linear(Points(group, np.stack([g.words, h.words])).reshape(1, 2), (g + h + h).reshape(1)),
        Scalars.of(group.order, [1, 2]),
        (0, 1),
    )
    alternative = AtLeastOne(schnorr, knows_logarithm(h, g))
    yield alternative, alternative.witness(0, two.reshape(1)), (0, 4, 5)
    yield alternative, alternative.witness(1, two.reshape(1)), (1, 2, 3)
    yield All(schnorr, knows_logarithm(h, g)), Scalars.of(group.order, [2, 2]), (0, 1)


@pytest.mark.parametrize(("statement", "witness", "used"), list(statements_of_three()), ids=range(6))
def test_real_and_simulated_transcripts_are_distributed_alike(
    statement: Statement, witness: Scalars, used: tuple[int, ...]
) -> None:
    """Every choice of the prover against every choice of the simulator, for every challenge of a group of three."""
    group = statement.group
    assert isinstance(group, TinyGroup)
    real, simulated = Counter[bytes](), Counter[bytes]()
    for e in all_scalars(group, 1):
        for drawn in all_scalars(group, len(used)):
            words = Scalars.random(group.order, (statement.nonces,)).words
            words[list(used)] = drawn.words
            nonces = Scalars(group.order, words)
            responses = statement.respond(nonces, witness, e[0])
            real[transcript(statement.commit(nonces, witness), e, responses)] += 1
        for randomness in all_scalars(group, statement.responses):
            commitments, responses = statement.simulate(e[0], randomness)
            simulated[transcript(commitments, e, responses)] += 1
    ratio = sum(real.values()) // sum(simulated.values())
    assert real == Counter({key: count * ratio for key, count in simulated.items()})


def test_many_proofs_at_once() -> None:
    made = [case(GROUPS[group]) for case in CASES.values() for group in GROUPS]
    proofs = [(ALICE, statement, prove(ALICE, statement, witness)) for statement, witness in made]
    verify_all(proofs)
    assert proofs[2][1].group.name == "ristretto255"
    proofs[2][2][-8] ^= 1
    assert code_of(lambda: verify_all(proofs)) in ("proof-refused", "malformed-proof")


def test_commitments_are_to_what_they_open_to() -> None:
    v = Scalars.of(pedersen().group.order, [[0, 1], [2, 3]])
    commitments, r = pedersen().commit(v)
    assert pedersen().opens(commitments, v, r).all()
    assert not pedersen().opens(commitments, v + v.reshape(2, 2), r)[1].any()
    total = commitments.reshape(4).sum()
    assert pedersen().opens(total, v.reshape(4).sum(), r.reshape(4).sum())


def test_the_tiny_commitment_hides_perfectly() -> None:
    """For every value each commitment comes from exactly one blinding."""
    group = TinyGroup(11)
    scheme = Pedersen(group)
    for value in range(11):
        v = Scalars.of(group.order, [value] * 11)
        made = scheme.committed(v, Scalars.of(group.order, range(11)))
        assert len({row.tobytes() for row in made.to_bytes()}) == 11


@pytest.mark.parametrize(
    "make",
    [
        lambda g, x: Linear(g.reshape(1, 1)[:0], x.reshape(1)[:0]),
        lambda g, x: Linear(g.reshape(1, 1), x.reshape(1)[:0].reshape(0, 1)),
        lambda g, x: Linear(g.reshape(1, 1), x.broadcast((2,))),
        lambda g, x: Linear(g.broadcast((3, 1, 1)), x.broadcast((2, 1))),
        lambda g, x: Linear(g.broadcast((1, 2)), x.reshape(1), np.array([[True, False]])),
        lambda g, x: All(),
        lambda g, x: AtLeastOne(knows_logarithm(g, x)).witness(1, Scalars.of(g.group.order, [1])),
        lambda g, x: AtLeastOne(knows_logarithm(g, x)).witness(0, Scalars.of(g.group.order, [1, 2])),
        lambda g, x: prove(ALICE, knows_logarithm(g, x), Scalars.of(g.group.order, [1, 2])),
        lambda g, x: All(knows_logarithm(g, x), logarithms(GROUPS["tiny"])[0]),
        lambda g, x: same_logarithm([], []),
        lambda g, x: same_logarithm([], [x]),
        lambda g, x: same_logarithm([g], [x, x]),
        lambda g, x: same_logarithm([g, g], [x.broadcast((2,)), x.broadcast((3,))]),
        lambda g, x: same_logarithm([g, g.broadcast((5,))], [x.broadcast((3,)), x.broadcast((3,))]),
        lambda g, x: pedersen().same_value(x.broadcast((2,)), x.broadcast((3,))),
        lambda g, x: pedersen().is_public(x.broadcast((2,)), Scalars.of(g.group.order, [1, 2, 3])),
        lambda g, x: pedersen().is_public(x, Scalars.of(g.group.order, [1, 2])),
        lambda g, x: pedersen().committed(Scalars.of(g.group.order, [1, 2]), Scalars.of(g.group.order, [1])),
        lambda g, x: opening_witness(Scalars.of(g.group.order, [1, 2]), Scalars.of(g.group.order, [1])),
    ],
    ids=range(20),
)
def test_empty_statements_and_wrong_lengths_are_refused(make: object) -> None:
    g = base(GROUPS["ristretto255"])
    assert callable(make)
    with pytest.raises(LocalError, match="wrong-statement"):
        make(g, g)


def test_bases_and_public_values_broadcast() -> None:
    g, x = base(GROUPS["ristretto255"]), Scalars.of(pedersen().group.order, [3, 4])
    bases = [g, (g + g).broadcast((2,))]
    mixed = same_logarithm(bases, [b * x for b in bases])
    verify(ALICE, mixed, prove(ALICE, mixed, x))
    commitments, blindings = pedersen().commit(Scalars.of(x.order, [7, 7]))
    all_seven = pedersen().is_public(commitments, Scalars.of(x.order, 7))
    verify(ALICE, all_seven, prove(ALICE, all_seven, blindings))


def test_which_statements_there_are_is_said() -> None:
    g = base(GROUPS["ristretto255"])
    with pytest.raises(LocalError, match="one of the statements 0 to 1, "):
        AtLeastOne(*[knows_logarithm(g, g)] * 2).witness(7, Scalars.of(g.group.order, [1]))
