"""Proofs to all other parties: all have the same, and whoever shows parties different things is noticed."""

from __future__ import annotations

import os
from typing import Any

import numpy as np
import pytest
from paillier_proof_cases import SAFE_FACTORS, key, ring_pedersen

import mpc
from mpc.algebra.bigint import from_ints
from mpc.algebra.group import Scalars
from mpc.algebra.ristretto import ORDER, generator
from mpc.context import Context, Spec
from mpc.errors import LocalError, ParleyError, PeerError
from protocols import proofs
from protocols.paillier.keys import PrivateKey
from protocols.proofs import to_everyone
from protocols.proofs.any_statement import prove
from protocols.proofs.decryption_cggmp21 import same_exponent
from protocols.proofs.key_sending import ReceivedKey
from protocols.proofs.linear import knows_logarithm
from protocols.proofs.transcript import Setting

PROVER = 0
SEVEN, BLINDING = Scalars.of(ORDER, [7]), Scalars.of(ORDER, [11])


def logarithm() -> tuple[Any, tuple[Any, ...]]:
    return knows_logarithm(generator(), generator() * SEVEN), (SEVEN,)


def alternative() -> tuple[Any, tuple[Any, ...]]:
    first, second = (knows_logarithm(generator(), generator() * x) for x in (SEVEN, BLINDING))
    statement = proofs.AtLeastOne(first, second)
    return statement, (statement.witness(1, BLINDING),)


def in_range() -> tuple[Any, tuple[Any, ...]]:
    statement = proofs.Range(proofs.pedersen(), proofs.pedersen().committed(SEVEN, BLINDING), 8)
    return statement, (np.array([7], np.uint64), BLINDING)


def in_circuit() -> tuple[Any, tuple[Any, ...]]:
    circuit = proofs.Circuit(1)
    circuit.bits(circuit.inputs(), 4)
    return proofs.Satisfies(proofs.pedersen(), proofs.pedersen().committed(SEVEN, BLINDING), circuit), (SEVEN, BLINDING)


def relation() -> tuple[Any, tuple[Any, ...]]:
    n, share = ring_pedersen().public.modulus, from_ints([5], 1)
    base = ring_pedersen().public.t
    return same_exponent(n, [base], [n.power(base, share, bits=8)], 8), ([share], ())


CASES = {case.__name__: case for case in (logarithm, alternative, in_range, in_circuit, relation)}


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("n", [2, 4])
def test_all_verify_and_costs_are_as_declared(case: str, n: int) -> None:
    async def program(ctx: Context, mine: Any) -> str:
        statement, witness = CASES[case]()
        if ctx.me == PROVER:
            await proofs.prove_to_all(ctx, statement, *witness)
        else:
            await proofs.verify_with_all(ctx, PROVER, statement)
        return "convinced"

    run = mpc.simulate(program, inputs=[None] * n, check_costs=True)
    assert run.results == ["convinced"] * n
    assert run.report.rounds == 2


@pytest.mark.parametrize("case", CASES)
def test_between_two_every_kind_is_proved_by_one_call(case: str) -> None:
    async def program(ctx: Context, mine: Any) -> str:
        statement, witness = CASES[case]()
        if ctx.me == PROVER:
            await proofs.prove(ctx, 1, statement, *witness)
        else:
            await proofs.verify(ctx, PROVER, statement)
        return "convinced"

    assert mpc.simulate(program, inputs=[None, None], check_costs=True).result == "convinced"


@pytest.mark.parametrize("case", CASES)
def test_a_witness_that_lacks_a_part_is_refused(case: str) -> None:
    statement, witness = CASES[case]()
    for given in ((), witness[:-1], (*witness, SEVEN)):
        with pytest.raises(LocalError, match="wrong-statement"):
            prove(Setting.outside("alice"), statement, given, os.urandom)


def test_points_reach_all() -> None:
    sent = generator() * Scalars.of(ORDER, [1, 2, 3])

    async def program(ctx: Context, mine: Any) -> bool:
        if ctx.me == PROVER:
            await proofs.send_points_to_all(ctx, sent)
            return True
        got = await proofs.receive_points_with_all(ctx, PROVER, (3,))
        return bool(got.equals(sent).all())

    run = mpc.simulate(program, inputs=[None] * 3, check_costs=True)
    assert run.results == [True] * 3
    assert run.report.rounds == 2


def ends_with(program: Any, n: int = 3) -> ParleyError:
    with pytest.raises(ParleyError) as ended:
        mpc.simulate(program, inputs=[None] * n)
    return ended.value


def statement_of(number: int) -> Any:
    return knows_logarithm(generator(), generator() * Scalars.of(ORDER, [number]))


async def outcome(call: Any) -> tuple[str, str | None] | None:
    """Code and named party of the error in which a party's call ends, if it does."""
    try:
        await call
    except PeerError as error:
        return error.code, error.party
    return None


async def proves_each(ctx: Context, statements: dict[int, Any], witnesses: dict[int, int], *, admits: bool) -> None:
    """A prover who proves something to each verifier alone, and tells it the hash of that, or of something else."""
    call = ctx.child("proof to all")
    setting = Setting.of(call, PROVER)
    for j in (1, 2):
        made = prove(setting, statements[j], (Scalars.of(ORDER, [witnesses[j]]),), call.prg("test").bytes)
        call.send(j, made)
        call.send(j, np.zeros(4, np.uint64) if admits else to_everyone._hashed(setting, statements[j], made))
    for j in (1, 2):
        await call.receive(j, Spec((4,)))


@pytest.mark.parametrize("admits", [True, False])
@pytest.mark.parametrize("second", [7, 8])
def test_a_prover_who_proves_different_things_is_noticed(second: int, admits: bool) -> None:
    """Each verifier alone would be convinced, of what the prover told it, be it of one statement by two proofs. If the
    prover tells each the hash of what that one has, they see that they differ, and not who lies: none names another."""
    numbers = {1: 7, 2: second}

    async def program(ctx: Context, mine: Any) -> tuple[str, str | None] | None:
        statements = {j: statement_of(number) for j, number in numbers.items()}
        if ctx.me == PROVER:
            return await outcome(proves_each(ctx, statements, numbers, admits=admits))
        return await outcome(proofs.verify_with_all(ctx, PROVER, statements[ctx.me]))

    named = "party0" if admits else None
    assert mpc.simulate(program, inputs=[None] * 3).results == [None, *[("proofs-differ", named)] * 2]


def test_what_is_compared_has_more_than_the_digests_of_the_proof() -> None:
    """These have 128 bits: a prover could find two statements with one, in 2^64 steps, for which one proof holds."""
    setting, proof = Setting.outside("alice"), np.zeros(96, np.uint8)
    hashes = [
        to_everyone._hashed(setting, statement_of(7), proof),
        to_everyone._hashed(setting, statement_of(8), proof),
        to_everyone._hashed(setting, statement_of(7), proof + np.uint8(1)),
        to_everyone._hashed(Setting.outside("bob"), statement_of(7), proof),
    ]
    assert len({told.tobytes() for told in hashes}) == len(hashes)


def test_a_verifier_who_lies_is_named_by_the_prover_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = to_everyone._require_same

    async def program(ctx: Context, mine: Any) -> tuple[str, str | None] | None:
        if ctx.me == PROVER:
            return await outcome(proofs.prove_to_all(ctx, statement_of(7), SEVEN))
        return await outcome(proofs.verify_with_all(ctx, PROVER, statement_of(7)))

    async def lying(ctx: Context, owner: int, own: Any) -> None:
        if ctx.me == 2:
            await ctx.exchange(own + np.uint64(1))
        else:
            await honest(ctx, owner, own)

    monkeypatch.setattr(to_everyone, "_require_same", lying)
    results = mpc.simulate(program, inputs=[None] * 3).results
    assert results == [("proofs-differ", "party2"), ("proofs-differ", None), None]


def test_different_points_are_noticed() -> None:
    """Also if the sender tells each party the hash of what that one has."""

    async def program(ctx: Context, mine: Any) -> tuple[str, str | None] | None:
        if ctx.me != PROVER:
            return await outcome(proofs.receive_points_with_all(ctx, PROVER, (1,)))
        call = ctx.child("points to all")
        for j in (1, 2):
            points = generator() * Scalars.of(ORDER, [j])
            await proofs.send_points(call.child("with each"), j, points)
            call.send(j, to_everyone._hash_of(call, points))
        for j in (1, 2):
            await call.receive(j, Spec((4,)))
        return None

    assert mpc.simulate(program, inputs=[None] * 3).results == [None, *[("proofs-differ", None)] * 2]


def test_a_failed_proof_convinces_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    async def program(ctx: Context, mine: Any) -> None:
        if ctx.me == PROVER:
            call = ctx.child("proof to all")
            made = prove(Setting.of(call, PROVER), statement_of(7), (SEVEN,), call.prg("test").bytes)
            made[-1] ^= 1
            for j in (1, 2):
                call.send(j, made)
            await call.exchange(np.zeros(4, np.uint64))
        else:
            await proofs.verify_with_all(ctx, PROVER, statement_of(7))

    error = ends_with(program)
    assert error.code in ("proof-refused", "malformed-proof")
    assert error.party == "party0"


async def key_to_all(ctx: Context, mine: Any) -> Any:
    if ctx.me == PROVER:
        return sorted(await proofs.send_key_to_all(ctx, key()))
    received = await proofs.receive_key_with_all(ctx, PROVER, ring_pedersen())
    return received.key == key().public


@pytest.mark.slow
def test_a_key_reaches_all_with_its_proofs() -> None:
    run = mpc.simulate(key_to_all, inputs=[None] * 3, check_costs=True)
    assert run.results == [[1, 2], True, True]
    assert run.report.rounds == 3


def test_two_keys_for_two_parties_are_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each has its proofs, which are left out here."""
    keys = {1: key(), 2: PrivateKey.insecure_of(*SAFE_FACTORS)}

    async def send_key(ctx: Context, to: int, sent: PrivateKey) -> None:
        ctx.send(to, np.zeros(1, np.uint64))

    async def receive_key(ctx: Context, sender: int, own: Any, *, bits: int) -> ReceivedKey:
        await ctx.receive(sender, Spec((1,)))
        return ReceivedKey(keys[ctx.me].public, own)

    monkeypatch.setattr(to_everyone, "send_key", send_key)
    monkeypatch.setattr(to_everyone, "receive_key", receive_key)
    assert ends_with(key_to_all).code == "proofs-differ"
    keys[2] = key()
    assert mpc.simulate(key_to_all, inputs=[None] * 3).results == [[1, 2], True, True]
