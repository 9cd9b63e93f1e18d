"""Proofs between parties of a run: they cost what they declare, and a prover who deviates is named at the verifier."""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import mpc
from mpc.algebra.group import Points, Scalars
from mpc.algebra.ristretto import ORDER, generator
from mpc.context import Context, Spec
from mpc.domain_hash import DomainHash
from mpc.errors import ParleyError
from protocols import proofs
from protocols.proofs import any_statement, sending
from protocols.proofs.linear import knows_logarithm
from protocols.proofs.pedersen import opening_witness, pedersen
from protocols.proofs.proof import prove
from protocols.proofs.transcript import HEADER_BYTES, Setting

PROVER, VERIFIER = 0, 1


async def honest(ctx: Context, mine: Any) -> str:
    """Party 0 commits to its numbers, opens none, and proves that it could, and that they are small."""
    if ctx.me == PROVER:
        values = np.asarray(mine, np.uint64)
        secrets = Scalars.of(ORDER, values.tolist())
        commitments, blindings = pedersen().commit(secrets, ctx.prg("blindings").bytes)
        await proofs.send_points(ctx, VERIFIER, commitments)
        await proofs.prove(ctx, VERIFIER, pedersen().opening(commitments), opening_witness(secrets, blindings))
        await proofs.prove_range(ctx, VERIFIER, values, commitments, blindings, bits=8)
    elif ctx.me == VERIFIER:
        commitments = await proofs.receive_points(ctx, PROVER, (3,))
        await proofs.verify(ctx, PROVER, pedersen().opening(commitments))
        await proofs.verify_range(ctx, PROVER, commitments, bits=8)
    return "done"


@pytest.mark.parametrize("n", [2, 3])
def test_what_is_proved_holds_and_costs_what_it_declares(n: int) -> None:
    run = mpc.simulate(honest, inputs=[[3, 255, 0], *[None] * (n - 1)], check_costs=True)
    assert run.result == "done"
    assert run.report.rounds == 1


def test_the_account_has_the_lines_of_proofs_and_what_they_hold_against() -> None:
    report = mpc.simulate(honest, inputs=[[3, 255, 0], None]).report
    lines = [cost.line for cost in report.lines]
    assert len(lines) == 4, "three of the prover, and that at which the verifier waits for what comes first"
    assert all(re.fullmatch(r"test_proofs_in_runs\.py:\d+", line) for line in lines)
    proved, rest = report.security.split(". All else: semi-honest ")
    assert proved == f"What was proved ({', '.join(lines[1:3])}) holds although the prover may deviate"
    assert rest.endswith("; nobody else is trusted")


def test_what_a_program_sends_by_itself_counts_for_its_line() -> None:
    async def main(ctx: Context, mine: Any) -> None:
        call = ctx.child("apart")
        if ctx.me == 1:
            call.send(0, np.zeros(3, np.uint64))
        else:
            await call.receive(1, Spec((3,)))

    lines = mpc.simulate(main, inputs=[None, None]).report.lines
    assert all(line.line.startswith("test_proofs_in_runs.py:") for line in lines)
    assert {(line.bytes > 0, line.rounds) for line in lines} == {(True, 0), (False, 1)}


def x_of(ctx: Context) -> Scalars:
    return Scalars.of(ORDER, [17])


def ends_with(program: Any) -> ParleyError:
    """The error of a run in which party 0 deviates: the verifier names it."""
    with pytest.raises(ParleyError) as ended:
        mpc.simulate(program, inputs=[None, None])
    assert ended.value.party == "party0"
    return ended.value


def bent(make: Any) -> Any:
    """A program in which party 0 sends, where a proof is due, the bytes that `make` says."""

    async def program(ctx: Context, mine: Any) -> None:
        statement = knows_logarithm(generator(), generator() * x_of(ctx))
        if ctx.me == PROVER:
            call = ctx.child("proof")
            call.send(VERIFIER, make(call, statement))
        else:
            await proofs.verify(ctx, PROVER, statement)

    return program


def test_a_proof_for_another_call_is_a_replay() -> None:
    def make(call: Context, statement: Any) -> Any:
        return prove(Setting.of(call.child("elsewhere"), PROVER), statement, x_of(call))

    assert ends_with(bent(make)).code == "proof-of-another-session"


def test_a_proof_by_another_party_is_a_replay() -> None:
    def make(call: Context, statement: Any) -> Any:
        return prove(Setting.of(call, VERIFIER), statement, x_of(call))

    assert ends_with(bent(make)).code == "proof-of-another-session"


def test_a_proof_that_is_cut_short_is_not_taken_in() -> None:
    def make(call: Context, statement: Any) -> Any:
        return prove(Setting.of(call, PROVER), statement, x_of(call))[:-8].copy()

    assert ends_with(bent(make)).code == "unexpected-message"


def test_zeros_are_no_proof() -> None:
    assert ends_with(bent(lambda call, statement: np.zeros(96, np.uint8))).code == "proof-of-another-session"


def test_a_response_of_another_proof_is_refused() -> None:
    def make(call: Context, statement: Any) -> Any:
        one, two = (prove(Setting.of(call, PROVER), statement, x_of(call)) for _ in range(2))
        one[-32:] = two[-32:]
        return one

    error = ends_with(bent(make))
    assert isinstance(error, mpc.Abort)
    assert error.code == "proof-refused"


def test_bytes_that_are_no_elements() -> None:
    async def program(ctx: Context, mine: Any) -> None:
        if ctx.me == PROVER:
            call = ctx.child("points")
            call.send(VERIFIER, np.full((2, 32), 255, np.uint8))
        else:
            await proofs.receive_points(ctx, PROVER, (2,))

    assert ends_with(program).code == "bad-element"


def test_a_statement_that_is_false_sends_nothing() -> None:
    async def program(ctx: Context, mine: Any) -> None:
        statement = knows_logarithm(generator(), Points.neutral(generator().group, (1,)))
        if ctx.me == PROVER:
            await proofs.prove(ctx, VERIFIER, statement, x_of(ctx))
        else:
            await proofs.verify(ctx, PROVER, statement)

    with pytest.raises(ParleyError) as ended:
        mpc.simulate(program, inputs=[None, None])
    assert ended.value.code in ("wrong-witness", "peer-failed")


def test_no_two_proofs_share_their_nonces(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of one statement by one witness, by calls or parties: from equal first messages anybody has the witness."""
    first_messages = []

    def seen(verify: Any, count: int) -> Any:
        def verify_and_keep(setting: Setting, statement: Any, proof: Any) -> None:
            first_messages.extend(proof[HEADER_BYTES : HEADER_BYTES + 32 * count].reshape(count, 32))
            verify(setting, statement, proof)

        return verify_and_keep

    monkeypatch.setattr(any_statement.sigma, "verify", seen(any_statement.sigma.verify, 1))
    monkeypatch.setattr(sending, "verify_bulletproof", seen(sending.verify_bulletproof, 2))
    secret, blinding = Scalars.of(ORDER, [3]), Scalars.of(ORDER, [4])
    commitment = pedersen().committed(secret, blinding)
    circuit = proofs.Circuit(1)
    circuit.bits(circuit.inputs(), 2)
    statement, holds = (
        knows_logarithm(generator(), generator() * secret),
        proofs.Satisfies(pedersen(), commitment, circuit),
    )

    async def program(ctx: Context, mine: Any) -> None:
        for prover in (0, 1, 0):
            other = 1 - prover
            if ctx.me == prover:
                await proofs.prove(ctx, other, statement, secret)
                await proofs.prove_range(ctx, other, np.array([3], np.uint64), commitment, blinding, bits=8)
                await proofs.prove_circuit(ctx, other, holds, secret, blinding)
            else:
                await proofs.verify(ctx, prover, statement)
                await proofs.verify_range(ctx, prover, commitment, bits=8)
                await proofs.verify_circuit(ctx, prover, holds)

    mpc.simulate(program, inputs=[None, None])
    assert len(first_messages) == 15
    assert len({message.tobytes() for message in first_messages}) == 15


def test_the_parties_are_in_the_challenge() -> None:
    """The same session and call between others is another setting."""

    def header(*names: str) -> bytes:
        ctx = SimpleNamespace(hash=DomainHash, names=names, n=len(names), path=(1,), line="")
        setting = Setting.of(ctx, 0)  # type: ignore[arg-type]
        return setting.header(setting.transcript())

    groups = [("a", "b"), ("a", "c"), ("a", "b", "c"), ("ab", "")]
    assert len({header(*names) for names in groups}) == len(groups)
