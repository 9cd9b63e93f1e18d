"""The user's way to circuits that are secure although either of two parties may deviate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import prod
from typing import Any
from zlib import crc32

import numpy as np

from mpc.accounts.ledger import CircuitRun
from mpc.context import Context
from mpc.errors import LocalError
from protocols.array.circuit_inputs import Private, Source, fixed_shape, joined, local_sources, need_circuit
from protocols.array.circuit_rows import check_public, common_rows, described, parts_of, rows_of
from protocols.array.lines import naming_line, user_line
from protocols.array.misuse import need_context
from protocols.array.node import Shape
from protocols.array.secret import SecretArray
from protocols.assurances import AUTHENTICATED, ONE_OF_TWO
from protocols.authenticated.session import compute, is_ahead, standing
from protocols.authenticated.task import PUBLIC, Task
from protocols.circuits.arrays import Bytes
from protocols.circuits.circuit import Circuit
from protocols.circuits.computing import as_outputs
from protocols.outputs import released_by
from protocols.party_indices import receivers_of

PARTIES = 2


async def authenticated(
    ctx: Context,
    circuit: Circuit,
    values: Mapping[str, Any] | None = None,
    /,
    *,
    instances: int | Sequence[int] = (),
    to: int | Sequence[int] | None = None,
    **named: Any,
) -> Any:
    """What a Boolean circuit gives, revealed, between two parties either of whom may deviate from the protocol:
    `await mpc.authenticated(ctx, richer, x=mpc.private(0, a), y=mpc.private(1, b))`. `to`: who learns it, or everybody.

    Each input by its name: a party's own data (`mpc.private`) or a public value, as `mpc.garbled` takes them. Secrets
    of a program are refused: they are as secure as the run's suite, which is against parties that follow the protocol.
    `values` takes inputs whose names Python does not allow, or that are called `to` or `instances`.

    `instances`: how often the circuit is computed side by side, a number or a shape; once without it. The program says
    it, never a party's data: who chose it alone could put 1,000 questions to one number of the other's. Each party's
    data have just these leading axes, or none where the program says `mpc.private(owner, value, shape=())`: one value
    for all instances. Public values broadcast.

    Returns numpy values, of several outputs a named tuple: whole numbers for UInt and Int, floats for floats, truth
    values for Bits, along a last axis, the least significant first, where there are several. Who is not in `to` gets
    None for each output. Whoever deviates is found out but for a chance of 2^-40, before anything is learnt by it; then
    Abort names it, and nothing more can be computed this way in the session. A party may always give other data of its
    own than it has, and may end the run when it knows its outputs and the other does not.

    Constant rounds; for each AND and instance about 64 bytes each way, of few up to several times as many, which are
    material (`authenticated_and`), and 32 from party 0. With `--garbling ahead` tables are material as well
    (`authenticated_garbling`), and a bit for each AND is left. Where a dealer makes material, the parties make this in
    the call. A plan gives zeros.

    LocalError as `mpc.garbled` and `not-private`, `unfit-session` among other than two parties, `calls-at-once`,
    `transfers-discarded`, `bad-shape`; SupplyError `mixed-offsets`, and as of all material; Abort
    `authenticated-check-failed`, `ot-check-failed`, `wrong-coins`; PeerError.
    """
    need_context(ctx, "authenticated")
    line = user_line()
    receivers = receivers_of(ctx.everyone, to, line)
    call = ctx.child("authenticated", line=line)
    with naming_line():
        need_circuit(circuit)
        given, batch = joined(circuit, values or {}, named), fixed_shape(instances)
        _check(ctx, given, batch)
        standing(ctx).check()
        sources = local_sources(call, circuit, given, line, batch)
        check_public(sources, batch)
    task = Task(circuit, prod(batch), _owners(sources), common_rows(sources, batch))
    inputs = rows_of(sources, batch)
    call.remark(_mark(inputs, task, batch, [source.shape for source in sources], receivers))
    outputs = [described(port, batch, receivers, line) for port in circuit.outputs]
    call.session.ledger.circuit(call.path, _account(call, line, task))

    async def open_() -> Sequence[Bytes | None]:
        return [await compute(call, task, inputs, receivers)]

    with naming_line():
        (bits,) = await released_by(call, outputs, open_)
    ctx.join(call)
    return as_outputs(circuit, parts_of(circuit, bits, batch))


def _account(call: Context, line: str, task: Task) -> CircuitRun:
    circuit, garbling = task.circuit, "ahead" if is_ahead(call.session, task) else ""
    return CircuitRun(line, circuit.name, circuit.ands, task.instances, AUTHENTICATED, ONE_OF_TWO, garbling=garbling)


def _check(ctx: Context, given: Mapping[str, Any], batch: Shape) -> None:
    if ctx.n != PARTIES:
        raise LocalError("unfit-session", f"authenticated garbling among {ctx.n} parties", "it is for two")
    for name, value in given.items():
        if isinstance(value, SecretArray):
            raise LocalError(
                "not-private",
                f"the input `{name}` is a secret of the run, which is secure against parties that follow the protocol; "
                "this circuit would be as secure as that, and not against others",
                f"give data where they are, {name}=mpc.private(owner, value), or compute it by mpc.garbled",
            )
        if isinstance(value, Private) and value.shape not in (None, (), batch):
            raise LocalError(
                "shape-mismatch",
                f"the input `{name}` is said to be of shape {value.shape}, where there are instances of shape {batch}",
                "data have the shape of `instances=`, or shape=() for one value that all instances share",
            )


def _owners(sources: Sequence[Source]) -> tuple[int, ...]:
    return tuple(
        PUBLIC if source.owner is None else source.owner for source in sources for _ in range(source.port.width)
    )


def _mark(inputs: Bytes, task: Task, batch: Shape, shapes: Sequence[Shape], receivers: Sequence[int]) -> int:
    """What all that is public here gives: another at a party whose program says otherwise."""
    public = np.packbits(inputs[task.rows(PUBLIC)]).tobytes()
    said = task.circuit.digest, task.owners, batch, tuple(shapes), tuple(receivers)
    return crc32(repr(said).encode(), crc32(public)) or 1
