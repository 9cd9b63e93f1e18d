"""Proofs to one verifier that a Boolean circuit holds of what the prover knows: interactive, over correlated transfers.

They convince the verifier alone, who could have made up all that it saw.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mpc.accounts.cost import cost
from mpc.algebra.bits import words_for
from mpc.algebra.ring import Words
from mpc.algebra.shapes_only import blank
from mpc.context import Context, Spec
from mpc.errors import LocalError
from protocols.ot.correlated import padded
from protocols.ot.extension_softspoken_roy22 import SoftSpokenReceiver, SoftSpokenSender
from protocols.proofs.claim import Claim, Part
from protocols.proofs.quicksilver_ysww21 import Proving, Verifying
from protocols.proofs.refusals import Prover
from protocols.proofs.standing_ends import standing_ends

Bytes = npt.NDArray[np.uint8]
_WORK = 100
"""Of an AND, in the multiply-adds of `Context.off_loop`."""


async def prove_claim(ctx: Context, to: int, claim: Claim, inputs: Bytes) -> Bytes:
    """Prove to party `to`, which calls `verify_claim` with the same claim. Returns the outputs, (bits, instances).

    inputs: (bits, instances) of 0 and 1; the rows that the claim has as secret are, and nobody learns of them more than
    what is claimed. LocalError `wrong-witness` where the claim is false with them: nothing of them has left then.
    `wrong-statement`, `calls-at-once`, `transfers-discarded`; PeerError; Abort `ot-check-failed`.
    """
    _check_inputs(claim, inputs)
    ends = standing_ends(ctx, ctx.me, to)
    with ends.for_one_proof():
        return await _prove(ctx, await ends.to_prove(ctx, to), claim, inputs)


async def verify_claim(ctx: Context, prover: int, claim: Claim) -> Bytes:
    """Verify what party `prover` proves in this call; returns the outputs, (bits, instances), only if it holds.

    A prover without such inputs passes with a chance of at most (ANDs + outputs + 4) / 2^128 beside what SoftSpokenOT
    allows, whatever it does. Abort `proof-refused`, `ot-check-failed`, PeerError `malformed-proof`, `bad-point`: each
    ends proofs of this prover to this verifier in the session (`transfers-discarded`).
    """
    ends = standing_ends(ctx, prover, ctx.me)
    with ends.for_one_proof():
        return await _verify(ctx, await ends.to_verify(ctx, prover), claim)


def _rounds(end: SoftSpokenReceiver | SoftSpokenSender, claim: Claim, *_: object) -> int:
    """Bits come with the last message of an extension; a challenge answers; in the end the sums."""
    return 1 + sum(end.rounds(part.transfers) + 1 for part in claim.parts())


def _words(end: SoftSpokenReceiver | SoftSpokenSender, claim: Claim, *_: object) -> int:
    return 4 + sum(end.words(part.transfers) + part.words + 2 for part in claim.parts())


@cost(rounds=_rounds, to_one=_words, call_name="circuit claim", parties=2)
async def _prove(ctx: Context, end: SoftSpokenReceiver, claim: Claim, inputs: Bytes) -> Bytes:
    proving = Proving(claim, inputs)
    await tell_parts(ctx, end, proving)
    ctx.send(end.peer, blank((2, 2)) if ctx.planning else proving.sums)
    return np.zeros(_shape(claim), np.uint8) if ctx.planning else proving.outputs()


async def tell_parts(ctx: Context, end: SoftSpokenReceiver, proving: Proving) -> None:
    """The prover's side of a claim, but for its sums. LocalError `wrong-witness`."""
    claim, to = proving.claim, end.peer
    for part in claim.parts():
        choices, labels = await end.extend(ctx, part.transfers)
        if ctx.planning:
            ctx.send(to, blank((part.words,)))
            await ctx.receive(to, Spec((2,)))
            continue
        message, terms = await ctx.off_loop(_WORK * part.ands, proving.told, part, choices, labels)
        if part.last:
            _check_outputs(ctx, claim, proving.outputs())
        ctx.send(to, message)
        challenge = await ctx.receive(to, Spec((2,)))
        await ctx.off_loop(_WORK * part.ands, proving.weigh, terms, challenge)


@cost(rounds=_rounds, to_one=_words, call_name="circuit claim", parties=2)
async def _verify(ctx: Context, end: SoftSpokenSender, claim: Claim) -> Bytes:
    verifying = Verifying(claim, end.delta)
    await take_parts(ctx, end, verifying)
    sums = await ctx.receive(end.peer, Spec((2, 2)))
    if not ctx.planning and not verifying.holds(sums):
        raise Prover.of(ctx, end.peer).failed()
    return verifying.shown if verifying.shown is not None else np.zeros(_shape(claim), np.uint8)


async def take_parts(ctx: Context, end: SoftSpokenSender, verifying: Verifying) -> None:
    """The verifier's side of a claim, but for the check of the sums. PeerError `malformed-proof`."""
    claim, peer = verifying.claim, end.peer
    who = Prover.of(ctx, peer)
    for part in claim.parts():
        keys = await end.extend(ctx, part.transfers)
        message = await ctx.receive(peer, Spec((part.words,)))
        challenge = ctx.prg("challenge of a proof").words((2,))
        if ctx.planning:
            ctx.send(peer, blank((2,)))
            continue
        _check_padding(who, part, message)
        ctx.send(peer, challenge)
        await ctx.off_loop(_WORK * part.ands, verifying.take, part, keys, message, challenge)


def _shape(claim: Claim) -> tuple[int, int]:
    return len(claim.circuit.ends), claim.instances


def _check_inputs(claim: Claim, inputs: Bytes) -> None:
    if inputs.shape != claim.public.shape or inputs.dtype != np.uint8 or (inputs > 1).any():
        what = f"inputs of shape {inputs.shape}, {inputs.dtype}, for a claim of {claim.public.shape}"
        raise LocalError("wrong-statement", what, "give a byte of 0 or 1 for each bit and instance")


def _check_outputs(ctx: Context, claim: Claim, outputs: Bytes) -> None:
    if claim.claimed is not None and (outputs ^ claim.claimed).any():
        raise LocalError(
            "wrong-witness",
            f"`{claim.circuit.name}` does not give of this party's data what is claimed of them",
            "a false claim can't be proved; nothing of the data has been sent",
            line=ctx.line or None,
        )


def _check_padding(who: Prover, part: Part, message: Words) -> None:
    """Bits that say nothing are zero."""
    at = 0
    for count in part.told:
        bits = message[at : at + words_for(count)]
        if len(bits) and not np.array_equal(padded(bits, count), bits):
            raise who.refused(
                "malformed-proof",
                "sent bits beyond those of its proof",
                "the same version everywhere; else that party is not to be trusted",
            )
        at += len(bits)
