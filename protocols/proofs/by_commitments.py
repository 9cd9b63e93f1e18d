"""Proofs to one verifier that a relation holds of data that the prover has committed to, interactive.

A circuit hashes the data's bits (`by_transfers`), a relation computes with them (`by_evaluations`), and
`same_bits_aorsw19` ties the one to the other. They convince the verifier alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from mpc.accounts.cost import cost
from mpc.algebra.bits import pack, unpack
from mpc.algebra.ring import Words
from mpc.algebra.shapes_only import blank
from mpc.context import Context, Spec
from mpc.errors import LocalError
from protocols.ot.extension_softspoken_roy22 import SoftSpokenReceiver, SoftSpokenSender
from protocols.proofs import by_evaluations, by_transfers
from protocols.proofs.commitment import Opening
from protocols.proofs.committed_claim import CommittedClaim
from protocols.proofs.quicksilver_fields_ysww21 import ProverSide, VerifierSide
from protocols.proofs.quicksilver_fields_ysww21 import Proving as ProvingRelation
from protocols.proofs.quicksilver_fields_ysww21 import Verifying as VerifyingRelation
from protocols.proofs.quicksilver_ysww21 import Proving, Verifying, lowest
from protocols.proofs.refusals import Prover
from protocols.proofs.same_bits_aorsw19 import SEED_WORDS, SUMS, claim_parities, subsets, sums_of_labels
from protocols.proofs.standing_ends import standing_ends
from protocols.vole.ends import FIELD, VoleReceiver, VoleSender, receive_elements

Bytes = npt.NDArray[np.uint8]
CotEnd: TypeAlias = SoftSpokenReceiver | SoftSpokenSender
VoleEnd: TypeAlias = VoleReceiver | VoleSender
_WORK = 100
"""Of a bit in 64 sums, in the multiply-adds of `Context.off_loop`."""


async def prove_committed(
    ctx: Context, to: int, claim: CommittedClaim, inputs: Mapping[str, Words], openings: Mapping[str, Opening]
) -> None:
    """Prove to party `to`, which calls `verify_committed` with the same claim.

    inputs: by name, the secret ones that are not committed to, as of `prove_relation`; openings: by name, the others.
    Nobody learns of them more than what is claimed. LocalError `wrong-witness` where an opening is not of the digest or
    the relation does not hold: nothing of them has left then. Other errors as of `prove_claim` and `prove_relation`.
    """
    if not ctx.planning:
        _check_openings(ctx, claim, openings)
    ends = standing_ends(ctx, ctx.me, to)
    with ends.for_one_proof():
        vole = await ends.to_prove_relations(ctx, to)
        await _prove(ctx, await ends.to_prove(ctx, to), vole, claim, inputs, openings)


async def verify_committed(ctx: Context, prover: int, claim: CommittedClaim) -> list[Words]:
    """Verify what party `prover` proves in this call; returns what is shown, only if it holds.

    A prover without such inputs passes with a chance below 2^-48 and 2^-50 more for each further 2^20 products, or
    where it has found a collision of SHA-256. Abort `proof-refused`, `ot-check-failed`, `vole-check-failed`, PeerError
    `malformed-proof`, `vole-malformed`, `bad-point`: each ends proofs of this prover to this verifier in the session.
    """
    ends = standing_ends(ctx, prover, ctx.me)
    with ends.for_one_proof():
        vole = await ends.to_verify_relations(ctx, prover)
        return await _verify(ctx, await ends.to_verify(ctx, prover), vole, claim)


def _rounds(cot: CotEnd, vole: VoleEnd, claim: CommittedClaim, *_: object) -> int:
    """Both claims without their sums; parities, the challenges that answer, and the sums."""
    of_bits = sum(cot.rounds(part.transfers) + 1 for part in claim.hashed.parts())
    parts = list(claim.related.parts())
    return of_bits + vole.rounds(*_evaluations(claim)) + 2 * len(parts) + 3


def _words(cot: CotEnd, vole: VoleEnd, claim: CommittedClaim, *_: object) -> int:
    of_bits = sum(cot.words(part.transfers) + part.words + 2 for part in claim.hashed.parts())
    of_elements = vole.words(*_evaluations(claim)) + sum(part.words + 2 for part in claim.related.parts())
    return of_bits + of_elements + SEED_WORDS + 1 + claim.tied.words + 4 + 6


def _evaluations(claim: CommittedClaim) -> list[int]:
    return [part.evaluations for part in (claim.tied, *claim.related.parts())]


@cost(rounds=_rounds, to_one=_words, call_name="committed claim", parties=2)
async def _prove(
    ctx: Context, cot: SoftSpokenReceiver, vole: VoleReceiver, claim: CommittedClaim, inputs: Mapping[str, Words],
    openings: Mapping[str, Opening],
) -> None:  # fmt: skip
    bits, elements = await _provers(ctx, claim, inputs, openings)
    await by_transfers.tell_parts(ctx, cot, bits)
    pairs = await vole.extend(ctx, claim.tied.evaluations)
    await by_evaluations.tell_parts(ctx, vole, elements)
    seed = await ctx.receive(vole.peer, Spec((SEED_WORDS,)))
    if ctx.planning:
        await _plan_to_prove(ctx, claim, vole.peer)
        return
    labels, side = await ctx.off_loop(_WORK * claim.bits, tell_ties, claim, bits, elements, seed, pairs)
    ctx.send(vole.peer, pack(lowest(labels)))
    ctx.send(vole.peer, side.corrections)
    bits.weigh_zeros(labels, await ctx.receive(vole.peer, Spec((2,))))
    elements.weigh(side.terms, await receive_elements(ctx, vole.peer, (2,)))
    ctx.send(vole.peer, bits.sums)
    ctx.send(vole.peer, elements.sums)


@cost(rounds=_rounds, to_one=_words, call_name="committed claim", parties=2)
async def _verify(ctx: Context, cot: SoftSpokenSender, vole: VoleSender, claim: CommittedClaim) -> list[Words]:
    bits, elements, peer = Verifying(claim.hashed, cot.delta), VerifyingRelation(claim.related, vole.delta), vole.peer
    await by_transfers.take_parts(ctx, cot, bits)
    keys = await vole.extend(ctx, claim.tied.evaluations)
    await by_evaluations.take_parts(ctx, vole, elements)
    seed = ctx.prg("subsets of bits").words((SEED_WORDS,))
    ctx.send(peer, seed)
    parities = await ctx.receive(peer, Spec((1,)))
    told = await receive_elements(ctx, peer, (claim.tied.words,))
    challenges = ctx.prg("challenge of a proof").words((2,)), FIELD.draw(ctx.prg("challenge of sums"), 2)
    for challenge in challenges:
        ctx.send(peer, challenge)
    if not ctx.planning:
        weighing = take_ties, claim, bits, elements, seed, keys, unpack(parities, SUMS), told, challenges
        await ctx.off_loop(_WORK * claim.bits, *weighing)
    sums = await ctx.receive(peer, Spec((2, 2))), await receive_elements(ctx, peer, (2,))
    if not ctx.planning and not (bits.holds(sums[0]) and elements.holds(sums[1])):
        raise Prover.of(ctx, peer).failed()
    return elements.outputs()


async def _provers(
    ctx: Context, claim: CommittedClaim, inputs: Mapping[str, Words], openings: Mapping[str, Opening]
) -> tuple[Proving, ProvingRelation]:
    """Both, on their way; false claims go no further. LocalError `wrong-witness`."""
    if ctx.planning:
        return Proving(claim.hashed, np.zeros(claim.hashed.count, np.uint8)), ProvingRelation(claim.related, {})
    masks = unpack(ctx.prg("masks of sums").words((1,)), SUMS)
    elements = ProvingRelation(claim.related, claim.inputs_to_prove(inputs, openings, masks))
    by_evaluations.check_inputs(claim.related, elements.inputs)
    await ctx.off_loop(_WORK * sum(part.terms for part in claim.related.parts()), elements.look_ahead)
    if elements.false:
        raise by_evaluations.false_claim(ctx, claim.related)
    bits = await ctx.off_loop(_WORK * claim.bits, claim.bits_to_prove, openings, masks)
    return Proving(claim.hashed, bits), elements


async def _plan_to_prove(ctx: Context, claim: CommittedClaim, to: int) -> None:
    """What follows the seed, without content."""
    for words in (1, claim.tied.words):
        ctx.send(to, blank((words,)))
    for _ in range(2):
        await ctx.receive(to, Spec((2,)))
    ctx.send(to, blank((2, 2)))
    ctx.send(to, blank((2,)))


def tell_ties(
    claim: CommittedClaim, bits: Proving, elements: ProvingRelation, seed: Words, pairs: Words
) -> tuple[Words, ProverSide]:
    """The labels of the sums, whose lowest bits are their parities, and what is proved of the elements."""
    chosen, side = subsets(seed, claim.bits), ProverSide(FIELD, claim.tied, pairs)
    labels = sums_of_labels(chosen, *claim.data_of(bits.own))
    claim_parities(chosen, *claim.elements_of(elements.shared, side), lowest(labels))
    return labels, side


def take_ties(
    claim: CommittedClaim, bits: Verifying, elements: VerifyingRelation, seed: Words, keys: Words, parities: Bytes,
    told: Words, challenges: tuple[Words, Words],
) -> None:  # fmt: skip
    """Add up B of both kinds of sums."""
    chosen, delta = subsets(seed, claim.bits), elements.delta
    of_sums = sums_of_labels(chosen, *claim.data_of(bits.own))
    of_sums[parities == 1] ^= bits.delta
    bits.take_zeros(of_sums, challenges[0])
    corrected = FIELD.sub(keys, FIELD.mul(told, delta))
    side = VerifierSide(FIELD, claim.tied, delta, corrected, told[:0])
    claim_parities(chosen, *claim.elements_of(elements.shared, side), parities)
    elements.weigh(side.terms, challenges[1])


def _check_openings(ctx: Context, claim: CommittedClaim, openings: Mapping[str, Opening]) -> None:
    for name, one in claim.committed.items():
        if name not in openings or not one.opened_by(openings[name]):
            raise LocalError(
                "wrong-witness",
                f"the data for `{name}` are not what its digest was made of, or not with this salt",
                "give what was committed to, with the salt of then; nothing of the data has been sent",
                line=ctx.line or None,
            )
