"""What `mpc.prove` does with a relation between field elements: inputs by name, the claim, what is shown of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from math import prod
from typing import Any
from zlib import crc32

import numpy as np

from mpc.accounts.ledger import CircuitRun
from mpc.algebra.field import MERSENNE61
from mpc.algebra.ring import Words
from mpc.context import Context
from mpc.errors import LocalError
from protocols.array.circuit_inputs import Private, zeros_like
from protocols.array.committed_data import CommittedData, opened
from protocols.array.misuse import refuse_unawaited
from protocols.array.node import Shape
from protocols.array.public import refuse_masked
from protocols.circuits.binding import check_given
from protocols.outputs import Output
from protocols.party_indices import party_index
from protocols.proofs.by_commitments import prove_committed, verify_committed
from protocols.proofs.by_evaluations import prove_relation, verify_relation
from protocols.proofs.commitment import Committed, Opening
from protocols.proofs.committed_claim import CommittedClaim
from protocols.proofs.elements import public_elements
from protocols.proofs.relation import Relation, RelationClaim
from protocols.ranges import Range

FIELD = MERSENNE61
AnyClaim = RelationClaim | CommittedClaim


@dataclass(slots=True)
class Given:
    """An input of a relation: public elements, or an owner, who alone has them, or the opening of what they are
    `committed` by; one for all instances if `shared`."""

    name: str
    owner: int | None
    shared: bool
    elements: Words | None = field(repr=False)
    committed: Committed | None = None
    opening: Opening | None = field(default=None, repr=False)


def given_inputs(call: Context, relation: Relation, values: Mapping[str, Any], batch: Shape, line: str) -> list[Given]:
    """All inputs of a relation, in its order, as this party knows them.

    LocalError `bad-input` for a missing or surplus name, `no-value`, `bad-party`, `no-such-party`, `shape-mismatch`,
    `bad-relation` for what is no whole number of the field.
    """
    check_given(relation.name, list(relation.inputs), values)
    return [_given(call, name, shape, values[name], batch, line) for name, shape in relation.inputs.items()]


def claim_of(relation: Relation, given: Sequence[Given], batch: Shape, show: bool) -> AnyClaim:
    """The claim that is made of them."""
    committed = {one.name: one.committed for one in given if one.committed is not None}
    public = {one.name: one.elements for one in given if one.owner is None and one.elements is not None}
    shared = frozenset(one.name for one in given if one.owner is not None and one.shared) - committed.keys()
    if committed:
        return CommittedClaim(relation, prod(batch), public, committed, shared, show)
    return RelationClaim(relation, prod(batch), public, shared, show)


def mark_of(claim: AnyClaim, given: Sequence[Given], batch: Shape, parties: tuple[int, int]) -> int:
    """What all that is public here gives: another at a party whose program says otherwise."""
    counted = claim.counted
    who = [(one.name, one.owner, one.shared, one.committed) for one in given]
    said = claim.relation.name, claim.relation.inputs, counted.fresh, counted.terms, counted.outputs
    mark = crc32(repr((said, who, batch, parties, claim.shown)).encode())
    for values in claim.public.values():
        mark = crc32(np.ascontiguousarray(values).tobytes(), mark)
    return mark or 1


def account_of(claim: AnyClaim, line: str, by: str, against: str) -> CircuitRun:
    """For the summary; it has no ANDs."""
    hashed = f", {claim.hashed.instances:,} blocks of SHA-256" if isinstance(claim, CommittedClaim) else ""
    name, elements = f"{claim.relation.name}{hashed}", sum(claim.counted.fresh)
    return CircuitRun(line, name, 0, claim.instances, by, against, elements=elements)


def outputs_of(claim: AnyClaim, batch: Shape, verifier: int, line: str) -> list[Output]:
    """What is public of what the verifier learns: elements that are shown, or that the relation holds."""
    bound = FIELD.p // 2
    shown = [Output((*batch, *s), "int", (verifier,), line, Range(-bound, bound)) for s in claim.counted.outputs]
    return shown or [Output(batch, "bit", (verifier,), line, Range(1, 1))]


async def one_side(call: Context, claim: AnyClaim, given: Sequence[Given], parties: tuple[int, int]) -> list[Words]:
    """Prove, or verify and return what is shown, (instances or 1, *shape)."""
    prover, verifier = parties
    if call.me == prover:
        secret = {one.name: one.elements for one in given if one.owner is not None and one.elements is not None}
        if isinstance(claim, RelationClaim):
            await prove_relation(call, verifier, claim, secret)
        else:
            openings = {one.name: one.opening for one in given if one.opening is not None}
            await prove_committed(call, verifier, claim, secret, openings)
    if call.me != verifier:
        return []
    verify = (
        verify_relation(call, prover, claim)
        if isinstance(claim, RelationClaim)
        else verify_committed(call, prover, claim)
    )
    return await verify


def shown_values(claim: AnyClaim, found: Sequence[Words], batch: Shape) -> Any:
    """What is shown as numpy's integers, several as a tuple; None for each at a party that does not learn them."""
    shapes = claim.counted.outputs
    values = (
        [_signed(x, (*batch, *shape)) for x, shape in zip(found, shapes, strict=True)]
        if found
        else [None] * len(shapes)
    )
    return values[0] if len(values) == 1 else tuple(values)


def _signed(elements: Words, shape: Shape) -> Any:
    spread = np.broadcast_to(elements, (prod(shape) // max(1, elements[0].size), *elements.shape[1:]))
    return FIELD.to_signed(np.ascontiguousarray(spread)).astype(np.int64).reshape(shape)


def _given(call: Context, name: str, shape: Shape, value: Any, batch: Shape, line: str) -> Given:
    if isinstance(value, CommittedData):
        owner, committed, opening = opened(call, name, shape, value, line)
        return Given(name, owner, True, None, committed, opening)
    own = value.value if isinstance(value, Private) else value
    refuse_unawaited(own, line)
    refuse_masked(own)
    at = partial(_elements, name, shape, batch)
    if not isinstance(value, Private):
        if own is None:
            way = f"give whole numbers, or a party's data: {name}=mpc.private(owner=0, value=...)"
            raise LocalError("no-value", f"the input `{name}` is None", way)
        elements = at(own, None)
        return Given(name, None, len(elements) == 1, elements)
    owner = party_index(call.everyone, value.owner, line)
    instances = batch if value.shape is None else value.shape
    if instances not in ((), batch):
        what = f"the input `{name}`: instances of shape {instances} in a proof of {batch}"
        raise LocalError("shape-mismatch", what, "data are of all instances, or one for all: shape=()")
    shared = prod(instances) == 1
    if call.me != owner:
        return Given(name, owner, shared, None)
    if own is None:
        what = f"{call.names[owner]} owns the input `{name}` but passes no value"
        raise LocalError("no-value", what, "give this party an input (--input), or let the program pass a value")
    return Given(name, owner, shared, at(_planned(own) if call.planning else own, instances))


def _planned(value: Any) -> Any:
    """Whole numbers in the place of a value of a plan."""
    zeros = zeros_like(value)
    return zeros.astype(np.int64) if isinstance(zeros, np.ndarray) and zeros.dtype.kind in "fb" else zeros


def _elements(name: str, shape: Shape, batch: Shape, value: Any, instances: Shape | None) -> Words:
    """Elements (instances, *shape), or (1, *shape) of one for all. `instances`: the shape that they must have."""
    try:
        elements = public_elements(FIELD, value)
    except LocalError as error:
        raise LocalError(error.code, f"the input `{name}`: {error.cause}", error.remedy) from None
    fitting = [(), batch] if instances is None else [instances]
    for leading in fitting:
        if elements.shape == (*leading, *shape):
            return elements.reshape(prod(leading), *shape)
    wanted = " or ".join(str((*leading, *shape)) for leading in dict.fromkeys(fitting))
    raise LocalError(
        "shape-mismatch", f"the input `{name}` has the shape {elements.shape}, where {wanted} is wanted",
        "give the input's own shape, with that of the instances in front where each has its own",
    )  # fmt: skip
