"""Proofs over transfers between two parties: what they cost, and how a prover or verifier that deviates ends them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from authenticated.executions import clear
from ot.pairs import digest, run_pair, with_fault
from proofs.claimed_circuits import OF_FOUR

from mpc.algebra.bits import words_for
from mpc.context import Context
from mpc.errors import Abort, LocalError, ParleyError
from mpc.network.wire import Message
from mpc.simulation import PartyRun
from mpc.testing import Fault
from protocols import proofs
from protocols.proofs import by_transfers
from protocols.proofs import claim as claims
from protocols.proofs.claim import Claim
from protocols.proofs.standing_ends import StandingEnds

Bytes = npt.NDArray[np.uint8]
VERIFIER, PROVER = 0, 1
CIRCUIT = OF_FOUR
INPUTS = np.array([[1, 0], [1, 1], [0, 1], [0, 1]], np.uint8)
SECRET = np.array([True, True, True, False])
PUBLIC = np.where(SECRET[:, None], np.uint8(0), INPUTS)
TRUE = clear(CIRCUIT, INPUTS)
CLAIM = Claim(CIRCUIT, 2, SECRET, PUBLIC, TRUE)


def ends(claim: Claim = CLAIM, inputs: Bytes = INPUTS, times: int = 1) -> tuple[Any, Any]:
    """A verifier and a prover."""

    async def verify(ctx: Context, peer: int) -> list[Bytes]:
        return [await proofs.verify_claim(ctx, peer, claim) for _ in range(times)]

    async def prove(ctx: Context, peer: int) -> list[Bytes]:
        return [await proofs.prove_claim(ctx, peer, claim, inputs) for _ in range(times)]

    return verify, prove


@pytest.mark.parametrize("claimed", [TRUE, None])
def test_both_know_what_was_proved_at_the_declared_cost(claimed: Bytes | None) -> None:
    claim = Claim(CIRCUIT, 2, SECRET, PUBLIC, claimed)
    for run in run_pair(*ends(claim, times=2), audit=True, n=3, places=(2, 0)):
        for outputs in run.result:
            np.testing.assert_array_equal(outputs, TRUE)


def test_the_cost_of_several_parts_is_as_declared(monkeypatch: pytest.MonkeyPatch) -> None:
    inputs = np.repeat(INPUTS, 3000, axis=1)
    public = np.repeat(PUBLIC, 3000, axis=1)
    claim = Claim(CIRCUIT, 6000, SECRET, public, np.repeat(TRUE, 3000, axis=1))
    monkeypatch.setattr(claims, "AT_ONCE", 1000)
    assert len(list(claim.parts())) > 1
    run_pair(*ends(claim, inputs), audit=True)


def test_the_transcript_is_the_committed_one() -> None:
    """Of two proofs under fixed seeds, base transfers included."""
    assert digest(*ends(times=2)) == "438f1103eadfca39918e3c4932a4b5b9de768dd14ef42ca82fbd0a3483d97667"


def failed(runs: Sequence[PartyRun]) -> ParleyError:
    """How the verifier ends."""
    error = runs[0].error
    assert isinstance(error, ParleyError)
    return error


def of_claim(array_words: int) -> Any:
    """Messages of so many words that are sent in the call of the claim itself, which ends last of all."""
    return lambda to, message: message.array.size == array_words and len(message.tag) == 3


def test_a_changed_byte_is_refused() -> None:
    (part,) = CLAIM.parts()
    for count, byte in ((part.words, 0), (part.words, 8), (4, 0), (4, 17), (4, 31)):
        runs, struck = with_fault(*ends(), PROVER, Fault("flip", of_claim(count), byte=byte))
        assert struck == 1
        assert isinstance(failed(runs), Abort)
        assert failed(runs).code == "proof-refused"
        assert failed(runs).party == "party1"


def test_bits_beyond_the_proof_are_refused() -> None:
    (part,) = CLAIM.parts()
    assert words_for(part.inputs) == 1
    runs, struck = with_fault(*ends(), PROVER, Fault("flip", of_claim(part.words), byte=7, bit=7))
    assert struck == 1
    assert failed(runs).code == "malformed-proof"


def test_a_proof_cut_short_is_not_taken_in() -> None:
    runs, struck = with_fault(*ends(), PROVER, Fault("truncate", of_claim(4)))
    assert struck == 1
    assert failed(runs).code == "unexpected-message"


def test_a_changed_challenge_is_noticed() -> None:
    runs, struck = with_fault(*ends(), VERIFIER, Fault("flip", of_claim(2), byte=3))
    assert struck == 1
    assert failed(runs).code == "proof-refused"


def false_inputs() -> Bytes:
    for at in range(3):
        inputs = INPUTS.copy()
        inputs[at, 0] ^= 1
        if (clear(CIRCUIT, inputs) != TRUE).any():
            return inputs
    raise AssertionError


def test_a_false_claim_sends_nothing_of_the_data() -> None:
    sent: list[Message] = []

    def note(to: int, message: Message) -> bool:
        sent.append(message)
        return False

    runs, _ = with_fault(*ends(inputs=false_inputs()), PROVER, Fault("drop", note))
    assert isinstance(runs[1].error, LocalError)
    assert runs[1].error.code == "wrong-witness"
    (part,) = CLAIM.parts()
    assert not any(of_claim(part.words)(0, message) for message in sent)


def test_who_claims_it_all_the_same_is_never_believed_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(by_transfers, "_check_outputs", lambda *_: None)
    _, prove = ends(inputs=false_inputs())
    after: list[str] = []

    async def verify(ctx: Context, peer: int) -> None:
        for _ in range(2):
            with pytest.raises(ParleyError) as ended:
                await proofs.verify_claim(ctx, peer, CLAIM)
            after.append(ended.value.code)

    run_pair(verify, prove)
    assert after == ["proof-refused", "transfers-discarded"]


def test_one_at_a_time() -> None:
    ends = StandingEnds()
    for _ in range(2):
        with ends.for_one_proof(), pytest.raises(LocalError, match="calls-at-once"), ends.for_one_proof():
            pass
    with pytest.raises(KeyboardInterrupt), ends.for_one_proof():
        raise KeyboardInterrupt
    with pytest.raises(LocalError, match="transfers-discarded"), ends.for_one_proof():
        pass


@pytest.mark.parametrize(
    "wrong",
    [
        {"instances": 0},
        {"secret": SECRET[1:]},
        {"public": PUBLIC[:, :1]},
        {"public": PUBLIC + 2},
        {"public": INPUTS | SECRET[:, None].astype(np.uint8)},
        {"claimed": TRUE[1:]},
    ],
)
def test_claims_that_do_not_hold_together(wrong: dict[str, Any]) -> None:
    given: dict[str, Any] = {"instances": 2, "secret": SECRET, "public": PUBLIC, "claimed": TRUE}
    with pytest.raises(LocalError, match="wrong-statement"):
        Claim(CIRCUIT, **(given | wrong))


def test_inputs_that_are_no_bits() -> None:
    async def prove(ctx: Context, peer: int) -> None:
        for wrong in (INPUTS[1:], INPUTS + 2, INPUTS.astype(np.int64)):
            with pytest.raises(LocalError, match="wrong-statement"):
                await proofs.prove_claim(ctx, peer, CLAIM, wrong)

    async def nothing(ctx: Context, peer: int) -> None:
        pass

    run_pair(nothing, prove)
