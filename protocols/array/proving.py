"""The user's way to prove what a circuit gives of data that only the prover has, or that a relation holds of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import prod
from typing import Any
from zlib import crc32

import numpy as np

from mpc.accounts.ledger import CircuitRun
from mpc.algebra.ring import Words
from mpc.context import Context
from mpc.errors import LocalError
from protocols.array.circuit_inputs import Source, fixed_shape, joined, local_sources, need_circuit
from protocols.array.circuit_rows import check_public, common_rows, described, parts_of, rows_of
from protocols.array.committed_data import CommittedData
from protocols.array.lines import naming_line, user_line
from protocols.array.misuse import need_context
from protocols.array.node import Shape
from protocols.array.relations import (
    account_of,
    claim_of,
    given_inputs,
    mark_of,
    one_side,
    outputs_of,
    shown_values,
)
from protocols.array.secret import SecretArray
from protocols.assurances import EITHER_OF_TWO, PROVED
from protocols.circuits.arrays import Bytes
from protocols.circuits.circuit import Circuit
from protocols.circuits.computing import as_outputs
from protocols.outputs import Output, released_by
from protocols.party_indices import party_index
from protocols.proofs.by_transfers import prove_claim, verify_claim
from protocols.proofs.claim import Claim
from protocols.proofs.relation import Relation
from protocols.ranges import Range


async def prove(
    ctx: Context,
    circuit: Circuit | Relation,
    values: Mapping[str, Any] | None = None,
    /,
    *,
    to: int,
    instances: int | Sequence[int] = (),
    show: bool = False,
    **named: Any,
) -> Any:
    """One party proves to party `to` that a Boolean circuit gives 1 in every bit of its output, of data that only it
    has: `await mpc.prove(ctx, in_range, to=1, salary=mpc.private(0, mine), low=20_000, high=60_000)`. In the place of
    a circuit may be an `mpc.relation` between field elements, whole numbers, whose equations hold.

    Each input by its name: data of the prover (`mpc.private`, all of one owner), or a public value, which must be the
    same at all parties. `values` takes inputs whose names Python does not allow, or that are called as an option is.
    All parties make the call; only prover and verifier talk. `instances`: how often the circuit holds side by side, a
    number or a shape, which the program says; data have these leading axes, or none where the program says
    `mpc.private(owner, value, shape=())`: one value for all instances.

    `show`: instead of 1, the outputs are what they are, and the verifier learns them: numpy values as of
    `mpc.authenticated`, several as a named tuple. None elsewhere, and without `show`. A plan gives zeros.

    Holds against a prover that does whatever it likes: false claims pass with a chance of at most
    (ANDs + outputs + 4) / 2^128 beside what SoftSpokenOT allows. The verifier, whatever it does, learns the claim and
    nothing else of the data, and can convince nobody else of it. A false claim by a relation passes with a chance below
    2^-48, and 2^-50 more for each further 2^20 products. Data are what the prover says they are: bind them to
    something that is known, a hash that the circuit computes, or of a relation's inputs what `mpc.committed` says.
    QuickSilver (Yang, Sarkar, Weng, Wang, CCS 2021): for each AND and instance a bit, and 31 for the transfer behind
    it; of a relation eight bytes for each product of secret arrays' results, and a part of one; rounds do not depend
    on the circuit's depth.

    LocalError `wrong-witness` at the prover where the claim is false of its data, which have not left then; as
    `mpc.garbled`, `two-owners`, `wrong-statement`, `not-private`, `calls-at-once`, `transfers-discarded`. Abort
    `proof-refused`, `ot-check-failed`; PeerError `malformed-proof`: these end proofs between the two in the session.
    """
    need_context(ctx, "prove")
    line = user_line()
    verifier = party_index(ctx.everyone, to, line)
    call = ctx.child("prove", line=line)
    with naming_line():
        if not isinstance(circuit, Relation):
            need_circuit(circuit)
        given, batch = joined(circuit, values or {}, named), fixed_shape(instances)
        _refuse_secrets(given)
        if isinstance(circuit, Relation):
            proved = await _prove_relation(call, circuit, given, batch, verifier, show)
        else:
            proved = await _prove_circuit(call, circuit, given, batch, verifier, show)
    ctx.join(call)
    return proved


async def _prove_circuit(
    call: Context, circuit: Circuit, given: Mapping[str, Any], batch: Shape, verifier: int, show: bool
) -> Any:
    """Of bits."""
    _refuse_committed(given)
    sources = local_sources(call, circuit, given, call.line, batch)
    check_public(sources, batch)
    prover = _prover(call, [source.owner for source in sources], verifier)
    inputs = rows_of(sources, batch)
    claim = _claim(circuit, sources, batch, inputs, show)
    call.remark(_mark(claim, sources, batch, (prover, verifier)))
    account = CircuitRun(call.line, circuit.name, circuit.ands, prod(batch), PROVED, EITHER_OF_TWO)
    call.session.ledger.circuit(call.path, account)

    async def open_() -> Sequence[Bytes | None]:
        return [await _one_side(call, claim, inputs, prover, verifier)]

    outputs = [_described(port, batch, verifier, call.line, show) for port in circuit.outputs]
    (bits,) = await released_by(call, outputs, open_)
    return as_outputs(circuit, parts_of(circuit, bits, batch)) if show else None


async def _prove_relation(
    call: Context, relation: Relation, values: Mapping[str, Any], batch: Shape, verifier: int, show: bool
) -> Any:
    """Of field elements. What is shown are whole numbers, several as a tuple."""
    given = given_inputs(call, relation, values, batch, call.line)
    parties = _prover(call, [one.owner for one in given], verifier), verifier
    claim = claim_of(relation, given, batch, show)
    call.remark(mark_of(claim, given, batch, parties))
    call.session.ledger.circuit(call.path, account_of(claim, call.line, PROVED, EITHER_OF_TWO))

    async def open_() -> Sequence[list[Words]]:
        return [await one_side(call, claim, given, parties)]

    (found,) = await released_by(call, outputs_of(claim, batch, verifier, call.line), open_)
    return shown_values(claim, found, batch) if show else None


async def _one_side(call: Context, claim: Claim, inputs: Bytes, prover: int, verifier: int) -> Bytes | None:
    """The outputs at the verifier."""
    if call.me == prover:
        await prove_claim(call, verifier, claim, inputs)
    return await verify_claim(call, prover, claim) if call.me == verifier else None


def _refuse_secrets(given: Mapping[str, Any]) -> None:
    for name, value in given.items():
        if isinstance(value, SecretArray):
            raise LocalError(
                "not-private",
                f"the input `{name}` is a secret of the run, which no party knows",
                f"a proof is of data that the prover has, {name}=mpc.private(prover, value)",
            )


def _refuse_committed(given: Mapping[str, Any]) -> None:
    for name, value in given.items():
        if isinstance(value, CommittedData):
            what = f"the input `{name}` of a Boolean circuit as committed data"
            raise LocalError("bad-kind", what, "let an mpc.relation take them, or let the circuit compute the hash")


def _prover(call: Context, of_inputs: Sequence[int | None], verifier: int) -> int:
    owners = sorted({owner for owner in of_inputs if owner is not None})
    if not owners:
        raise LocalError("wrong-statement", "nothing in it is secret, so that nothing is to prove", "compute it")
    if len(owners) > 1:
        names = " and ".join(call.names[owner] for owner in owners)
        raise LocalError("two-owners", f"data of {names} in one proof", "compute it by mpc.authenticated")
    if owners[0] == verifier:
        what = f"{call.names[verifier]} would prove to itself"
        raise LocalError("wrong-statement", what, "let `to` be another party than the owner of the data")
    return owners[0]


def _claim(circuit: Circuit, sources: Sequence[Source], batch: Shape, inputs: Bytes, show: bool) -> Claim:
    secret = np.repeat([source.owner is not None for source in sources], [source.port.width for source in sources])
    shared = np.zeros_like(secret)
    shared[list(common_rows(sources, batch))] = True
    instances = prod(batch)
    claimed = None if show else np.ones((len(circuit.ends), instances), np.uint8)
    return Claim(circuit, instances, secret, np.where(secret[:, None], np.uint8(0), inputs), claimed, shared)


def _mark(claim: Claim, sources: Sequence[Source], batch: Shape, parties: tuple[int, int]) -> int:
    """What all that is public here gives: another at a party whose program says otherwise."""
    shapes = [(source.owner, source.shape) for source in sources]
    said = claim.circuit.digest, shapes, batch, parties, claim.claimed is None
    return crc32(repr(said).encode(), crc32(np.packbits(claim.public).tobytes())) or 1


def _described(port: Any, batch: Shape, verifier: int, line: str, show: bool) -> Output:
    if show:
        return described(port, batch, (verifier,), line)
    return Output(batch if port.width == 1 else (*batch, port.width), "bit", (verifier,), line, Range(1, 1))
