"""Proofs of committed data between two parties: what they cost, and how one that deviates ends them."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import pytest
from ot.pairs import digest, run_pair, with_fault
from proofs.committed_data import OPENINGS, W, X, claim_of, public_of, weighed
from vole.evaluations import TINY

import mpc
from mpc.context import Context
from mpc.errors import Abort, LocalError, ParleyError
from mpc.network.wire import Message
from mpc.testing import Fault, recording_network
from protocols import proofs
from protocols.circuits.kinds import Int
from protocols.proofs import by_commitments, standing_ends
from protocols.proofs.commitment import commit
from protocols.proofs.committed_claim import CommittedClaim
from protocols.proofs.same_bits_aorsw19 import SEED_WORDS
from protocols.vole.ends import FIELD
from protocols.vole.lpn_parameters import STANDARD

VERIFIER, PROVER = 0, 1
CALL = (0, 3)
"""After those that set up transfers and evaluations."""
CLAIM = claim_of()


@pytest.fixture(autouse=True)
def tiny(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(standing_ends, "LADDER", TINY)


def ends(claim: CommittedClaim = CLAIM, openings: Any = OPENINGS) -> tuple[Any, Any]:
    """A verifier and a prover."""

    async def verify(ctx: Context, peer: int) -> Any:
        return await proofs.verify_committed(ctx, peer, claim)

    async def prove(ctx: Context, peer: int) -> None:
        await proofs.prove_committed(ctx, peer, claim, {}, openings)

    return verify, prove


def test_both_take_the_declared_cost() -> None:
    run_pair(*ends(), audit=True, n=3, places=(2, 0))


def test_the_transcript_is_the_committed_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Under fixed seeds and salts, first evaluations included."""
    openings = {name: commit(x, OPENINGS[name].kind, salt=bytes(32)) for name, x in (("x", X), ("w", W))}
    assert digest(*ends(claim_of(openings), openings))[:16] == "1258cd880a373915"


def of_claim(words: int) -> Any:
    """Messages of so many words that are sent in the call of the claim itself, the third of the program."""
    return lambda to, message: message.array.size == words and message.tag[:-1] == CALL


def test_no_two_proofs_have_the_same_randomness(monkeypatch: pytest.MonkeyPatch) -> None:
    """Seeds, challenges and masks are drawn for each: two proofs of one claim have no message in common."""
    transports, record = recording_network(2)
    drawn: list[Any] = []

    def noting(claim: CommittedClaim, openings: Any, masks: Any) -> Any:
        drawn.append(masks)
        return CLAIM_BITS(claim, openings, masks)

    monkeypatch.setattr(CommittedClaim, "bits_to_prove", noting)

    async def twice(role: Any, ctx: Context, peer: int) -> None:
        for _ in range(2):
            await role(ctx, peer)

    run_pair(*(partial(twice, role) for role in ends()), transports=lambda: transports)
    calls = CALL, (0, 4)
    first, second = ([sent.message.array for sent in record if sent.message.tag[:-1] == call] for call in calls)
    assert len(first) == len(second) > 8
    for one, other in zip([*first, drawn[0]], [*second, drawn[1]], strict=True):
        assert one.shape == other.shape
        assert not np.array_equal(one, other)
    seed, *challenges = (array.tobytes() for array in first if array.shape == (SEED_WORDS,))
    assert len({seed, *challenges}) == len(challenges) + 1


@pytest.mark.parametrize("inputs", [{}, {"w": FIELD.from_ints(W)}])
def test_inputs_that_are_not_committed_are_there(inputs: Any) -> None:
    claim = CommittedClaim(weighed, 1, {"y": FIELD.from_ints(X @ W)[None]}, {"x": public_of(OPENINGS["x"])})

    async def prove(ctx: Context, peer: int) -> None:
        await proofs.prove_committed(ctx, peer, claim, inputs, OPENINGS)

    error = run_pair(ends(claim)[0], prove, collect=True)[PROVER].error
    assert isinstance(error, LocalError)
    assert error.code == "wrong-statement"


def words_of(part: str) -> int:
    """How many words the message of a part of the claim has."""
    if part == "tied":
        return CLAIM.tied.words
    (only,) = getattr(CLAIM, part).parts()
    return int(only.words)


@pytest.mark.parametrize(("words", "byte"), [("hashed", 0), ("related", 0), (1, 0), ("tied", 8), (4, 9), (2, 1)])
def test_a_changed_byte_is_refused(words: int | str, byte: int) -> None:
    """Of either proof, of the parities, of what is told of half the sums, and of the sums of either proof."""
    of_part = of_claim(words_of(words) if isinstance(words, str) else words)
    runs, struck = with_fault(*ends(), PROVER, Fault("flip", of_part, byte=byte))
    error = runs[VERIFIER].error
    assert struck == 1
    assert isinstance(error, Abort)
    assert (error.code, error.party) == ("proof-refused", "party1")


def test_other_subsets_at_the_prover_are_noticed() -> None:
    runs, struck = with_fault(*ends(), VERIFIER, Fault("flip", of_claim(2), byte=3))
    assert struck >= 1
    assert isinstance(runs[VERIFIER].error, ParleyError)


@pytest.mark.parametrize("openings", [
    OPENINGS | {"x": commit(X, Int(4))}, OPENINGS | {"x": commit(X[::-1], Int(4))}, {"w": OPENINGS["w"]},
])  # fmt: skip
def test_another_opening_sends_nothing_of_the_data(openings: Any) -> None:
    """Nor does a relation that does not hold."""
    sent = sent_by_prover(CLAIM, openings)
    assert not sent


def test_a_false_relation_sends_nothing_of_the_data() -> None:
    sent = sent_by_prover(claim_of(y=X @ W + 1), OPENINGS)
    assert sent
    words = {part.words for part in (*CLAIM.hashed.parts(), *CLAIM.related.parts(), CLAIM.tied)}
    assert not any(message.array.size in words for message in sent if message.tag[:-1] == CALL)


def sent_by_prover(claim: CommittedClaim, openings: Any) -> list[Message]:
    """What it sent before it ended with `wrong-witness`."""
    sent: list[Message] = []

    def note(to: int, message: Message) -> bool:
        sent.append(message)
        return False

    runs, _ = with_fault(*ends(claim, openings), PROVER, Fault("drop", note))
    assert isinstance(runs[PROVER].error, LocalError)
    assert runs[PROVER].error.code == "wrong-witness"
    return sent


def test_who_deviates_is_never_believed_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """A prover that has other bits in the relation than in the hash."""
    other = OPENINGS | {"x": commit(X[::-1], Int(4))}
    claim = claim_of(y=X[::-1] @ W)
    monkeypatch.setattr(by_commitments, "_check_openings", lambda *_: None)
    monkeypatch.setattr(CommittedClaim, "bits_to_prove", lambda self, _, masks: CLAIM_BITS(CLAIM, OPENINGS, masks))
    after: list[str] = []

    async def verify(ctx: Context, peer: int) -> None:
        for _ in range(2):
            with pytest.raises(ParleyError) as ended:
                await proofs.verify_committed(ctx, peer, claim)
            after.append(ended.value.code)

    run_pair(verify, ends(claim, other)[1])
    assert after == ["proof-refused", "transfers-discarded"]


CLAIM_BITS = CommittedClaim.bits_to_prove


@mpc.relation(x=(2, 2), w=2, total=())
def total_of(x: Any, w: Any, total: Any) -> Any:
    """The sum of x w, instances of w."""
    return (x @ w).sum() - total


OWN = X, OPENINGS["x"].salt
DATA = {"digest": OPENINGS["x"].digest, "kind": mpc.Int(4)}


@pytest.mark.parametrize("parties", [2, 3])
def test_committed_data_are_one_for_all_instances(parties: int) -> None:
    w = np.array([[5, 2], [1, -1], [0, 9]])

    async def program(ctx: Context, mine: Any) -> Any:
        x = mpc.committed(1, *(OWN if ctx.me == 1 else ()), **DATA)
        own = mpc.private(1, w if ctx.me == 1 else None)
        return await mpc.prove(ctx, total_of, to=0, instances=3, show=True, x=x, w=own, total=4)

    inputs = [None] * parties
    run = mpc.simulate(program, inputs=inputs, check_costs=True)
    assert run.results[0].tolist() == [int((X @ one).sum()) - 4 for one in w]
    assert run.results[1:] == [None] * (parties - 1)
    assert "proved" in run.report.security
    plan = mpc.plan(program, inputs=inputs).report
    assert (plan.rounds, plan.bytes_sent) == (run.report.rounds, run.report.bytes_sent)


def test_a_plan_knows_the_real_sets(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first proof has everything that is made ahead of it."""

    async def once(ctx: Context, mine: Any) -> None:
        x = mpc.committed(0, mine, **DATA)
        await mpc.prove(ctx, total_of, to=1, show=True, x=x, w=[1, 2], total=0)

    async def twice(ctx: Context, mine: Any) -> None:
        for _ in range(2):
            await once(ctx, mine)

    monkeypatch.setattr(standing_ends, "LADDER", STANDARD)
    plans = [mpc.plan(program, inputs=[X, None]).report for program in (once, twice)]
    assert [plan.rounds for plan in plans] == [35, 43]


@pytest.mark.parametrize(("x", "code"), [
    (mpc.committed(0, **DATA), "no-value"), (mpc.committed(0, X, OPENINGS["w"].salt, **DATA), "wrong-witness"),
    (mpc.committed(0, X, **DATA), "no-value"), (mpc.committed(7, *OWN, **DATA), "no-such-party"),
    (mpc.committed(1, *OWN, **DATA), "two-owners"),
    (mpc.committed(0, W, OWN[1], **DATA), "shape-mismatch"), (mpc.committed(0, X, b"", **DATA), "wrong-statement"),
    (mpc.committed(0, X * 9, OWN[1], **DATA), "out-of-range"),
    (mpc.committed(0, *OWN, digest=b"", kind=mpc.Int(4)), "wrong-statement"),
    (mpc.committed(0, *OWN, digest=bytes(32), kind=mpc.Int(4)), "wrong-witness"),
    (mpc.committed(0, *OWN, digest=bytes(32), kind=mpc.Int(61)), "bad-width"),
    (mpc.committed(0, *OWN, digest=bytes(32), kind=4), "bad-kind"),
    (mpc.committed(0, [[1, 2], [3]], OWN[1], **DATA), "not-a-number"),
    (mpc.committed(0, X, [[1], [2, 3]], **DATA), "wrong-statement"),
])  # fmt: skip
def test_what_is_refused(x: Any, code: str) -> None:
    with pytest.raises(LocalError, match=rf"\[{code}\]"):
        mpc.simulate(shown_total(x), inputs=[None, None])


def shown_total(x: Any) -> Any:
    """A program that proves it of x, to party 1."""

    async def program(ctx: Context, mine: Any) -> Any:
        return await mpc.prove(ctx, total_of, to=1, show=True, x=x, w=mpc.private(0, [1, 2]), total=0)

    return program


def test_bits_are_committed_to_and_given_as_bits() -> None:
    """Truth values along a last axis are the numbers' bits, in a plan as well."""
    bits = OPENINGS["x"].bits.astype(bool)
    kept = commit(bits, Int(4))
    program = shown_total(mpc.committed(0, bits, kept.salt, digest=kept.digest, kind=mpc.Int(4)))
    run = mpc.simulate(program, inputs=[None, None])
    assert run.results[1] == (X @ [1, 2]).sum()
    assert mpc.plan(program, inputs=[None, None]).report.rounds == run.report.rounds


@pytest.mark.parametrize(("x", "w", "code"), [
    (mpc.committed(0, [[1, 2], [3]], **DATA), [1, 2], "not-a-number"),
    (mpc.committed(0, X[0], **DATA), [1, 2], "shape-mismatch"),
    (mpc.committed(0, np.ma.array(X, mask=X > 0), **DATA), [1, 2], "masked-array"),
    (mpc.committed(0, X, **DATA), [[1], [1, 2]], "bad-relation"),
])  # fmt: skip
def test_a_plan_refuses_what_a_run_refuses(x: Any, w: Any, code: str) -> None:
    async def program(ctx: Context, mine: Any) -> None:
        await mpc.prove(ctx, total_of, to=1, show=True, x=x, w=mpc.private(0, w), total=0)

    with pytest.raises(LocalError, match=rf"\[{code}\]"):
        mpc.plan(program, inputs=[None, None])


def test_a_circuit_takes_no_committed_data() -> None:
    @mpc.circuit(x=mpc.Int(4))
    def negative(x: Any) -> Any:
        return x < 0

    async def program(ctx: Context, mine: Any) -> None:
        await mpc.prove(ctx, negative, to=1, x=mpc.committed(0, *OWN, **DATA))

    with pytest.raises(LocalError, match="bad-kind"):
        mpc.simulate(program, inputs=[None, None])


def test_another_digest_at_the_verifier_is_noticed() -> None:
    async def program(ctx: Context, mine: Any) -> None:
        told = OPENINGS["x"].digest if ctx.me == 0 else bytes(32)
        x = mpc.committed(0, *OWN, digest=told, kind=mpc.Int(4))
        await mpc.prove(ctx, total_of, to=1, show=True, x=x, w=[1, 2], total=0)

    with pytest.raises(ParleyError, match="public-values-differ"):
        mpc.simulate(program, inputs=[None, None])
