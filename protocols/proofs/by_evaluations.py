"""Proofs to one verifier that a relation holds of field elements that the prover knows: interactive, over evaluations.

They convince the verifier alone, who could have made up all that it saw.
"""

from __future__ import annotations

from collections.abc import Mapping

from mpc.accounts.cost import cost
from mpc.algebra.ring import Words
from mpc.algebra.shapes_only import blank
from mpc.context import Context, Spec
from mpc.errors import LocalError
from protocols.proofs.quicksilver_fields_ysww21 import Proving, Verifying
from protocols.proofs.refusals import Prover
from protocols.proofs.relation import RelationClaim
from protocols.proofs.standing_ends import standing_ends
from protocols.vole.ends import FIELD, VoleReceiver, VoleSender, receive_elements

_WORK = 100
"""Of a term of the check, in the multiply-adds of `Context.off_loop`."""


async def prove_relation(ctx: Context, to: int, claim: RelationClaim, inputs: Mapping[str, Words]) -> None:
    """Prove to party `to`, which calls `verify_relation` with the same claim.

    inputs: by name, the secret ones, (instances, *shape) elements, (1, *shape) where shared; nobody learns of them more
    than what is claimed. LocalError `wrong-witness` where the claim is false of them: nothing of them has left then.
    `wrong-statement`, `bad-relation`, `calls-at-once`, `transfers-discarded`; PeerError; Abort `ot-check-failed`,
    `vole-check-failed`.
    """
    _check_field(claim)
    if not ctx.planning:
        check_inputs(claim, inputs)
    ends = standing_ends(ctx, ctx.me, to)
    with ends.for_one_proof():
        await _prove(ctx, await ends.to_prove_relations(ctx, to), claim, inputs)


async def verify_relation(ctx: Context, prover: int, claim: RelationClaim) -> list[Words]:
    """Verify what party `prover` proves in this call; returns what is shown, only if it holds.

    A prover without such inputs passes with a chance below 2^-48, whatever it does, and 2^-50 more for each further
    2^20 products. Abort `proof-refused`, `vole-check-failed`, `ot-check-failed`, PeerError `vole-malformed`,
    `bad-point`: each ends proofs of this prover to this verifier in the session (`transfers-discarded`).
    """
    _check_field(claim)
    ends = standing_ends(ctx, prover, ctx.me)
    with ends.for_one_proof():
        return await _verify(ctx, await ends.to_verify_relations(ctx, prover), claim)


def _rounds(end: VoleReceiver | VoleSender, claim: RelationClaim, *_: object) -> int:
    """Extensions; a part's message and its challenge; in the end the sums."""
    counts = [part.evaluations for part in claim.parts()]
    return end.rounds(*counts) + 2 * len(counts) + 1


def _words(end: VoleReceiver | VoleSender, claim: RelationClaim, *_: object) -> int:
    parts = list(claim.parts())
    return end.words(*(part.evaluations for part in parts)) + sum(part.words + 2 for part in parts) + 2


@cost(rounds=_rounds, to_one=_words, call_name="relation claim", parties=2)
async def _prove(ctx: Context, end: VoleReceiver, claim: RelationClaim, inputs: Mapping[str, Words]) -> None:
    proving = Proving(claim, inputs)
    await tell_parts(ctx, end, proving)
    ctx.send(end.peer, blank((2,)) if ctx.planning else proving.sums)


async def tell_parts(ctx: Context, end: VoleReceiver, proving: Proving) -> None:
    """The prover's side of a claim, but for its sums. LocalError `wrong-witness`."""
    claim, to, parts = proving.claim, end.peer, list(proving.claim.parts())
    if len(parts) > 1 and not ctx.planning:
        await ctx.off_loop(_WORK * sum(part.terms for part in parts), proving.look_ahead)
    for part in parts:
        pairs = await end.extend(ctx, part.evaluations)
        if ctx.planning:
            ctx.send(to, blank((part.words,)))
            await ctx.receive(to, Spec((2,)))
            continue
        message, terms = await ctx.off_loop(_WORK * part.terms, proving.told, part, pairs)
        if proving.false:
            raise false_claim(ctx, claim)
        ctx.send(to, message)
        challenge = await receive_elements(ctx, to, (2,))
        await ctx.off_loop(_WORK * part.terms, proving.weigh, terms, challenge)


@cost(rounds=_rounds, to_one=_words, call_name="relation claim", parties=2)
async def _verify(ctx: Context, end: VoleSender, claim: RelationClaim) -> list[Words]:
    verifying = Verifying(claim, end.delta)
    await take_parts(ctx, end, verifying)
    sums = await receive_elements(ctx, end.peer, (2,))
    if not ctx.planning and not verifying.holds(sums):
        raise Prover.of(ctx, end.peer).failed()
    return verifying.outputs()


async def take_parts(ctx: Context, end: VoleSender, verifying: Verifying) -> None:
    """The verifier's side of a claim, but for the check of the sums. PeerError `vole-malformed`."""
    claim, peer = verifying.claim, end.peer
    for part in claim.parts():
        keys = await end.extend(ctx, part.evaluations)
        message = await receive_elements(ctx, peer, (part.words,))
        challenge = FIELD.draw(ctx.prg("challenge of a proof"), 2)
        ctx.send(peer, challenge)
        if not ctx.planning:
            await ctx.off_loop(_WORK * part.terms, verifying.take, part, keys, message, challenge)


def _check_field(claim: RelationClaim) -> None:
    if claim.insecure_prime is not None:
        what = f"a claim modulo {claim.prime.p}"
        raise LocalError("wrong-statement", what, f"evaluations are modulo {FIELD.p}; other fields are for tests")


def check_inputs(claim: RelationClaim, inputs: Mapping[str, Words]) -> None:
    """LocalError `wrong-statement` unless all secret inputs are there, `not-in-field`."""
    for shared in (False, True):
        for name in claim.secrets(shared=shared):
            shape = (1 if shared else claim.instances, *claim.relation.inputs[name])
            if name not in inputs or inputs[name].shape != shape:
                what = f"the input `{name}` of a claim is not there in the shape {shape}"
                raise LocalError("wrong-statement", what, "give elements for each secret input and instance")
            claim.prime.check(inputs[name])


def false_claim(ctx: Context, claim: RelationClaim) -> LocalError:
    """The error of a prover that sees that a claim is false of its data."""
    return LocalError(
        "wrong-witness",
        f"`{claim.relation.name}` does not hold of this party's data",
        "a false claim can't be proved; nothing of the data has been sent",
        line=ctx.line or None,
    )
