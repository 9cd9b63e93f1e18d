"""Proofs over linear evaluations between two parties: what they cost, and how one that deviates ends them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from ot.pairs import digest, run_pair, with_fault
from proofs.relations import WEIGHTED, weighted_claim
from vole.evaluations import TINY

from mpc.algebra.field import PrimeField
from mpc.context import Context
from mpc.errors import Abort, LocalError, ParleyError
from mpc.network.wire import Message
from mpc.simulation import PartyRun
from mpc.testing import Fault
from protocols import proofs
from protocols.proofs import relation as relations
from protocols.proofs import standing_ends
from protocols.proofs.quicksilver_fields_ysww21 import Proving
from protocols.proofs.relation import RelationClaim, relation

VERIFIER, PROVER = 0, 1
CLAIM = weighted_claim()
(PART,) = CLAIM.parts()


@pytest.fixture(autouse=True)
def tiny(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(standing_ends, "LADDER", TINY)


def ends(claim: RelationClaim = CLAIM, inputs: Any = WEIGHTED, times: int = 1) -> tuple[Any, Any]:
    """A verifier and a prover."""

    async def verify(ctx: Context, peer: int) -> Any:
        return [await proofs.verify_relation(ctx, peer, claim) for _ in range(times)]

    async def prove(ctx: Context, peer: int) -> None:
        for _ in range(times):
            await proofs.prove_relation(ctx, peer, claim, inputs)

    return verify, prove


def test_both_take_the_declared_cost() -> None:
    run_pair(*ends(times=2), audit=True, n=3, places=(2, 0))


@relation(x=40)
def squares(x: Any) -> Any:
    return x * x


def test_several_parts_take_the_declared_cost(monkeypatch: pytest.MonkeyPatch) -> None:
    """And several iterations of the evaluations."""
    monkeypatch.setattr(relations, "AT_ONCE", 800)
    x = np.arange(1200, dtype=np.uint64).reshape(30, 40)
    claim = RelationClaim(squares, 30, {}, shown=True)
    assert len(list(claim.parts())) > 3
    verified, _ = run_pair(*ends(claim, {"x": x}), audit=True)
    np.testing.assert_array_equal(verified.result[0][0], x * x)


def test_the_transcript_is_the_committed_one() -> None:
    """Of two proofs under fixed seeds, first evaluations included."""
    assert digest(*ends(times=2))[:16] == "7aaa5a6ade61c788"


def failed(runs: Sequence[PartyRun]) -> ParleyError:
    """How the verifier ends."""
    error = runs[VERIFIER].error
    assert isinstance(error, ParleyError)
    return error


def of_claim(words: int) -> Any:
    """Messages of so many words that are sent in the call of the claim itself, which ends last of all."""
    return lambda to, message: message.array.shape == (words,) and len(message.tag) == 3


def test_a_changed_byte_is_refused() -> None:
    for count, byte in ((PART.words, 0), (PART.words, 8 * PART.words - 8), (2, 0), (2, 8)):
        runs, struck = with_fault(*ends(), PROVER, Fault("flip", of_claim(count), byte=byte))
        assert struck == 1
        assert isinstance(failed(runs), Abort)
        assert (failed(runs).code, failed(runs).party) == ("proof-refused", "party1")


def test_words_that_are_no_elements_are_refused() -> None:
    for count in (PART.words, 2):
        runs, struck = with_fault(*ends(), PROVER, Fault("flip", of_claim(count), byte=7, bit=7))
        assert struck == 1
        assert (failed(runs).code, failed(runs).party) == ("vole-malformed", "party1")


def test_a_proof_cut_short_is_not_taken_in() -> None:
    runs, struck = with_fault(*ends(), PROVER, Fault("truncate", of_claim(PART.words)))
    assert struck == 1
    assert failed(runs).code == "unexpected-message"


def test_a_changed_challenge_is_noticed() -> None:
    runs, struck = with_fault(*ends(), VERIFIER, Fault("flip", of_claim(2), byte=3))
    assert struck == 1
    assert failed(runs).code == "proof-refused"


FALSE = WEIGHTED | {"x": WEIGHTED["x"] + np.uint64(1)}
FALSE_IN_THE_LAST = WEIGHTED | {"x": WEIGHTED["x"] + np.array([[0], [1]], np.uint64)}


@pytest.mark.parametrize("at_once", [1 << 20, 1])
def test_a_false_claim_sends_nothing_of_the_data(at_once: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even where only the last of several parts is false: that would say which instances hold."""
    monkeypatch.setattr(relations, "AT_ONCE", at_once)
    parts = list(CLAIM.parts())
    assert len(parts) == (1 if at_once > 1 else 2)
    sent: list[Message] = []

    def note(to: int, message: Message) -> bool:
        sent.append(message)
        return False

    runs, _ = with_fault(*ends(inputs=FALSE_IN_THE_LAST), PROVER, Fault("drop", note))
    assert isinstance(runs[PROVER].error, LocalError)
    assert runs[PROVER].error.code == "wrong-witness"
    assert sent
    assert not any(of_claim(part.words)(0, message) for message in sent for part in parts)


def test_who_claims_it_all_the_same_is_never_believed_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither by a relation nor by a circuit: all hang on one offset."""
    monkeypatch.setattr(Proving, "false", property(lambda _: False, lambda *_: None), raising=False)
    after: list[str] = []

    async def verify(ctx: Context, peer: int) -> None:
        for _ in range(2):
            with pytest.raises(ParleyError) as ended:
                await proofs.verify_relation(ctx, peer, CLAIM)
            after.append(ended.value.code)

    run_pair(verify, ends(inputs=FALSE)[1])
    assert after == ["proof-refused", "transfers-discarded"]


def test_small_fields_are_not_for_runs() -> None:
    claim = weighted_claim(insecure_prime=PrimeField(65537))

    async def refused(ctx: Context, peer: int) -> None:
        for call in (proofs.prove_relation(ctx, peer, claim, WEIGHTED), proofs.verify_relation(ctx, peer, claim)):
            with pytest.raises(LocalError, match="wrong-statement"):
                await call  # type: ignore[misc]

    run_pair(refused, refused)


def test_inputs_that_are_not_there() -> None:
    async def prove(ctx: Context, peer: int) -> None:
        wrong = [{"x": WEIGHTED["x"]}, WEIGHTED | {"x": WEIGHTED["x"][:1]}, WEIGHTED | {"w": WEIGHTED["w"][0]}]
        for inputs in wrong:
            with pytest.raises(LocalError, match="wrong-statement"):
                await proofs.prove_relation(ctx, peer, CLAIM, inputs)
        with pytest.raises(LocalError, match="not-in-field"):
            await proofs.prove_relation(ctx, peer, CLAIM, WEIGHTED | {"x": WEIGHTED["x"] - np.uint64(1)})

    async def nothing(ctx: Context, peer: int) -> None:
        pass

    run_pair(nothing, prove)
