"""Bulletproofs for circuits: complete, bound to the circuit, refused for numbers that do not satisfy it."""

from __future__ import annotations

import random
from collections.abc import Callable

import numpy as np
import pytest
from proof_cases import ALICE, changed, code_of

import mpc
from mpc.algebra.bigint import Modulus
from mpc.algebra.group import Scalars
from mpc.algebra.ristretto import ORDER, generator
from mpc.context import Context
from mpc.errors import LocalError
from protocols import proofs
from protocols.proofs.bulletproof_bbbpwm18 import Bulletproof
from protocols.proofs.bulletproof_verifying import verify_bulletproof, verify_bulletproofs
from protocols.proofs.circuit_bbbpwm18 import Satisfies
from protocols.proofs.circuit_proving import prove_circuit
from protocols.proofs.constraints import Circuit, added_up
from protocols.proofs.pedersen import pedersen
from protocols.proofs.range_bbbpwm18 import Range
from protocols.proofs.range_proving import prove_range
from protocols.proofs.transcript import HEADER_BYTES, Bytes, Setting

FIRST, SECOND = np.array([0]), np.array([1])
Build = Callable[[Circuit], None]


def of(*values: int) -> Scalars:
    return Scalars.of(ORDER, list(values))


def cubic(circuit: Circuit, constant: int = 5) -> None:
    """x^3 + x + 5 = y."""
    v = circuit.inputs()
    x, y = v[FIRST], v[SECOND]
    cube = circuit.multiply(circuit.multiply(x, x), x)
    circuit.require_zero(cube + x + circuit.constants(of(constant)) - y)


def one_gate(circuit: Circuit) -> None:
    """x y = 6."""
    v = circuit.inputs()
    circuit.require_zero(circuit.multiply(v[FIRST], v[SECOND]) - circuit.constants(of(6)))


def sum_in_range(circuit: Circuit) -> None:
    """x + 3 y has five bits, of which the lowest is zero."""
    v = circuit.inputs()
    bits = circuit.bits(v[FIRST] + v[SECOND] * of(3), 5)
    circuit.require_zero(bits[FIRST])


def mean_and_variance(circuit: Circuit) -> None:
    """The first of five numbers is four times the sum of squares of the others, less the square of their sum."""
    v = circuit.inputs()
    others = v[np.arange(1, 5)]
    total = others.summed(1)
    squares = circuit.multiply(others, others).summed(1)
    circuit.require_zero(squares * of(4) - circuit.multiply(total, total) - v[FIRST])


GOOD: list[tuple[Build, list[int], list[int]]] = [
    (cubic, [3, 35], [3, 36]),
    (cubic, [-1, 3], [0, 0]),
    (one_gate, [2, 3], [2, 4]),
    (sum_in_range, [2, 4], [3, 4]),
    (sum_in_range, [28, -2], [40, 0]),
    (mean_and_variance, [4 * 30 - 100, 1, 2, 3, 4], [21, 1, 2, 3, 4]),
]
CASES = pytest.mark.parametrize(("build", "good", "bad"), GOOD, ids=range(len(GOOD)))


def circuit_of(build: Build, values: int) -> Circuit:
    circuit = Circuit(values)
    build(circuit)
    return circuit


def proved(build: Build, values: list[int], setting: Setting = ALICE) -> tuple[Satisfies, Bytes]:
    commitments, blindings = pedersen().commit(of(*values))
    statement = Satisfies(pedersen(), commitments, circuit_of(build, len(values)))
    return statement, prove_circuit(setting, statement, of(*values), blindings)


@pytest.fixture(scope="module")
def made() -> tuple[Satisfies, Bytes]:
    return proved(cubic, [3, 35])


@CASES
def test_what_satisfies_is_proved(build: Build, good: list[int], bad: list[int]) -> None:
    statement, proof = proved(build, good)
    assert proof.shape == (statement.proof_bytes,)
    verify_bulletproof(ALICE, statement, proof)


@CASES
def test_what_does_not_is_not(build: Build, good: list[int], bad: list[int]) -> None:
    circuit = circuit_of(build, len(good))
    assert circuit.satisfied(of(*good))
    assert not circuit.satisfied(of(*bad))
    assert code_of(lambda: proved(build, bad)) == "wrong-witness"


@CASES
def test_a_prover_who_deviates(build: Build, good: list[int], bad: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    """It proves of numbers that don't satisfy the circuit, and skips its own check."""
    monkeypatch.setattr(Circuit, "satisfied", lambda *_: True)
    statement, proof = proved(build, bad)
    assert code_of(lambda: verify_bulletproof(ALICE, statement, proof)) == "proof-refused"


def test_a_prover_whose_gates_are_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    """All combinations hold, but a product is none."""

    def assignment(circuit: Circuit, values: Scalars) -> tuple[Scalars, Scalars, Scalars]:
        return values[FIRST], values[SECOND], of(6)

    monkeypatch.setattr(Circuit, "assignment", assignment)
    statement, proof = proved(one_gate, [2, 4])
    assert code_of(lambda: verify_bulletproof(ALICE, statement, proof)) == "proof-refused"


def test_frozen_heart(made: tuple[Satisfies, Bytes]) -> None:
    """Every number of the circuit and all commitments are in the challenge."""
    statement, proof = made
    others = [
        Satisfies(pedersen(), statement.commitments, circuit_of(lambda c: cubic(c, 6), 2)),
        Satisfies(pedersen(), statement.commitments, circuit_of(one_gate, 2)),
        Satisfies(pedersen(), statement.commitments + generator(), statement.circuit),
    ]
    for other in others:
        bent = changed(proof, 0, 0)
        if other.proof_bytes != statement.proof_bytes:
            assert code_of(lambda o=other: verify_bulletproof(ALICE, o, proof)) == "proof-length"
            continue
        assert code_of(lambda o=other: verify_bulletproof(ALICE, o, proof)) == "proof-of-another-statement"
        bent[:HEADER_BYTES] = np.frombuffer(ALICE.header(other.begun(ALICE)), np.uint8)
        assert code_of(lambda o=other, b=bent: verify_bulletproof(ALICE, o, b)) == "proof-refused"
    assert len({other.circuit.digest() for other in (*others, statement)}) == 3


def test_a_byte_of_every_field(made: tuple[Satisfies, Bytes]) -> None:
    statement, proof = made
    source = random.Random(2)
    for start in range(0, len(proof), 16):
        bent = changed(proof, start + source.randrange(16), 1 << source.randrange(8))
        found = code_of(lambda b=bent: verify_bulletproof(ALICE, statement, b))
        assert found in {"proof-refused", "malformed-proof", "proof-of-another-session", "proof-of-another-statement"}


def test_replays_and_lengths(made: tuple[Satisfies, Bytes]) -> None:
    statement, proof = made
    other = Setting.outside("alice", "another")
    assert code_of(lambda: verify_bulletproof(other, statement, proof)) == "proof-of-another-session"
    for length in (0, len(proof) - 32, len(proof) + 1):
        assert code_of(lambda n=length: verify_bulletproof(ALICE, statement, np.resize(proof, n))) == "proof-length"


def test_many_at_once_and_a_range_among_them(made: tuple[Satisfies, Bytes]) -> None:
    commitments, blindings = pedersen().commit(of(7))
    small = Range(pedersen(), commitments, 8)
    range_proof = prove_range(ALICE, small, np.array([7], np.uint64), blindings)
    several: list[tuple[Setting, Bulletproof, Bytes]] = [(ALICE, *made), (ALICE, *proved(one_gate, [1, 6]))]
    several.append((ALICE, small, range_proof))
    verify_bulletproofs(several)
    several[1][2][-1] ^= 1
    assert code_of(lambda: verify_bulletproofs(several)) in ("proof-refused", "malformed-proof")


@pytest.mark.parametrize("count", [0, 1, 5, 300])
def test_sums_by_place(count: int) -> None:
    source = random.Random(count)
    terms, places = [source.randrange(ORDER.n) for _ in range(count)], [source.randrange(7) for _ in range(count)]
    expected = [sum(t for t, place in zip(terms, places, strict=True) if place == p) % ORDER.n for p in range(7)]
    found = added_up(Scalars.of(ORDER, terms), np.array(places, np.int64), 7)
    assert found.to_ints() == expected
    largest = Scalars.of(ORDER, [-1] * 1000)
    assert added_up(largest, np.zeros(1000, np.int64), 1).to_ints() == [-1000 % ORDER.n]


@pytest.mark.parametrize(
    "build",
    [
        lambda c: c.require_zero(c.inputs()),
        lambda c: None,
        lambda c: c.bits(c.inputs(), 0),
        lambda c: c.bits(c.inputs(), 129),
        lambda c: c.inputs() + c.inputs()[FIRST],
        lambda c: c.multiply(c.inputs(), c.inputs()[FIRST]),
        lambda c: c.inputs()[np.array([2])],
        lambda c: c.inputs().summed(3),
    ],
    ids=range(8),
)
def test_circuits_that_are_none(build: Build) -> None:
    with pytest.raises(LocalError, match="wrong-statement"):
        Satisfies(pedersen(), generator().broadcast((2,)), circuit_of(build, 2)).begun(ALICE)


async def in_a_run(ctx: Context, mine: object) -> str:
    circuit = circuit_of(cubic, 2)
    if ctx.me == 0:
        values = of(3, 35)
        commitments, blindings = pedersen().commit(values, ctx.prg("blindings").bytes)
        await proofs.send_points(ctx, 1, commitments)
        await proofs.prove_circuit(ctx, 1, Satisfies(pedersen(), commitments, circuit), values, blindings)
    else:
        commitments = await proofs.receive_points(ctx, 0, (2,))
        await proofs.verify_circuit(ctx, 0, Satisfies(pedersen(), commitments, circuit))
    return "done"


def test_wires_belong_to_their_circuit() -> None:
    """Gate 0 of one circuit is another number than gate 0 of the next: a statement would say something else."""
    one, other = Circuit(2), Circuit(2)
    mine, theirs = one.multiply(one.inputs(), one.inputs()), other.multiply(other.inputs(), other.inputs())
    for mix in (
        lambda: one.require_zero(theirs),
        lambda: mine - theirs,
        lambda: one.multiply(mine, theirs),
        lambda: one.multiply(theirs, theirs),
        lambda: one.bits(theirs, 4),
    ):
        with pytest.raises(LocalError, match="wrong-statement"):
            mix()
    assert (one.gates, len(one._zeros)) == (2, 2)


def test_a_statement_ends_its_circuit() -> None:
    circuit = Circuit(2)
    one_gate(circuit)
    commitments, _ = pedersen().commit(of(2, 3))
    Satisfies(pedersen(), commitments, circuit)
    for late in (lambda: one_gate(circuit), lambda: circuit.bits(circuit.inputs(), 4)):
        with pytest.raises(LocalError, match="wrong-statement"):
            late()
    foreign = Circuit(2, order=Modulus(2**255 - 19))
    foreign.multiply(foreign.inputs(), foreign.inputs())
    with pytest.raises(LocalError, match="modulo the order"):
        Satisfies(pedersen(), commitments, foreign)


def test_between_parties_of_a_run() -> None:
    assert mpc.simulate(in_a_run, inputs=[None, None], check_costs=True).result == "done"
