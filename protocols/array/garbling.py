"""The user's way to Boolean circuits: any function of bits, in constant rounds among any number of parties."""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Mapping, Sequence
from typing import Any, get_args
from weakref import finalize

import numpy as np

from mpc.context import Context
from mpc.errors import LocalError
from mpc.ways import check_scheme
from protocols.array.circuit_inputs import Source, admit, batch_of, joined, need_circuit, sources_of
from protocols.array.circuit_nodes import CIRCUIT, NUMBER, OF_YAO, Known, Origin, Owned, Truths, Whole
from protocols.array.circuit_shadows import shadows_of_outputs
from protocols.array.circuit_ways import Taken, Way, quickest
from protocols.array.lines import naming_line, user_line
from protocols.array.misuse import need_context
from protocols.array.node import Shape
from protocols.array.recording import record
from protocols.array.secret import SecretArray
from protocols.circuits.arrays import planes_of
from protocols.circuits.circuit import Circuit, Port
from protocols.circuits.kinds import Int, UInt
from protocols.ranges import Range
from protocols.suite import suite_of


async def garbled(
    ctx: Context, circuit: Circuit, values: Mapping[str, Any] | None = None, /, *, by: Way | None = None,
    scheme: str | None = None, **named: Any,
) -> Any:  # fmt: skip
    """What a Boolean circuit gives, as secrets, each input by its name: `await mpc.garbled(ctx, richer, x=a, y=b)`.

    An input is a secret (whole numbers whose range fits the width, or truth values along a last axis of the width), a
    party's own data (`mpc.private`), or a public value. Leading axes are instances and broadcast as numpy's do: one
    circuit computes all of them at once. `values` takes inputs whose names Python does not allow, or that are called
    `by` or `scheme`. Owners tell the others their shapes (one round, none without `mpc.private`); all else is computed
    when the result is needed.

    Returns one secret, or, of several outputs, a named tuple of them: of kind `int` for UInt and Int; of one bit `bit`;
    of Bits and floats truth values along a last axis, the least significant first, which `mpc.circuits.numbers_of`
    reads once they are revealed. Nobody learns anything before that.

    `by`: "yao" garbles, between two parties and in two rounds however deep the circuit is; "bmr" among any number of
    them, in three; "gmw" takes the suite's own AND, in a round for each AND of the depth. Without it Yao where that is
    possible, else GMW, or BMR if that is quicker on the network that the session is tuned for, by rounds and bytes. GMW
    takes the circuit with few ANDs one after another, as within `mpc.circuits.shallow()`, where that is quicker there
    and running the circuit's function again gives one. All are semi-honest here. Beside these rounds, secret numbers
    have to become bits, and bits numbers: a table of both is in `docs/garbled_circuits.md`. For each AND and instance
    32 bytes by Yao, from party 0 to party 1, or 25 with `scheme="three-halves"`, which computes half as much again
    ("half-gates"; without it what the session garbles by); by BMR 16 (3 n - 4) and some bits from each of n parties but
    the last to the last.

    LocalError `bad-circuit`, `bad-input` for a missing or surplus name, `bad-width`, `out-of-range`, `not-whole`,
    `not-a-number`, `no-value`, `bad-kind`, `shape-mismatch`, `bad-party`, `no-such-party`, `unknown-way`,
    `unknown-scheme`, `not-offered` where the suite does not garble that way, `unfit-session` for Yao among other than
    two, `range-exceeded` for an output that the ring does not hold; PeerError `too-many-elements`,
    `unexpected-message`.
    """
    need_context(ctx, "garbled")
    line = user_line()
    call = ctx.child("garbled", line=line)
    with naming_line():
        _check(ctx, circuit)
        way, scheme = _way(ctx, by), scheme or ctx.session.ways.scheme
        check_scheme(scheme)
        sources = await sources_of(call, circuit, joined(circuit, values or {}, named), line)
        batch = batch_of(sources)
        taken = quickest(ctx.session, by, way, circuit, batch)
    circuit = taken.circuit
    release = admit(call, circuit, sources, batch)
    ctx.join(call)
    bits = _recorded(ctx, taken, sources, batch, scheme)
    if release is not None:
        finalize(bits.node.value, release).atexit = False
    return _outputs(bits, circuit, shadows_of_outputs(call, circuit, sources, batch))


def _check(ctx: Context, circuit: Any) -> None:
    need_circuit(circuit)
    for port in circuit.outputs:
        if isinstance(port.kind, UInt | Int) and not Range(*port.kind.bounds).fits(ctx.ring.bits):
            raise LocalError(
                "range-exceeded",
                f"the output `{port}` of `{circuit.name}` does not fit numbers of {ctx.ring.bits} bits",
                f"return its bits, x.to(mpc.Bits({port.width})), or fewer; or run with --ring 128",
            )


def _way(ctx: Context, by: Any) -> Way:
    if by is None:
        return "yao" if ctx.n == OF_YAO and suite_of(ctx).garbled is not None else "gmw"
    if by not in get_args(Way):
        way = 'by="yao", by="bmr", by="gmw", or leave it out'
        raise LocalError("unknown-way", f"no circuit is computed by {by!r}", way)
    suite = suite_of(ctx)
    if by == "yao" and ctx.n != OF_YAO:
        other = "gmw" if suite.garbled_by_several is None else "bmr"
        raise LocalError("unfit-session", f"Yao's protocol among {ctx.n} parties", f'it is for two; take by="{other}"')
    chosen: Way = by
    if {"yao": suite.garbled, "bmr": suite.garbled_by_several, "gmw": ()}[chosen] is None:
        what = "has no garbling by several parties" if suite.garbled is not None else "garbles nothing"
        way = 'take by="gmw"' if suite.garbled is None else 'take by="yao"'
        raise LocalError("not-offered", f"the suite {ctx.session.factory.name} {what}", way)
    return chosen


def _recorded(ctx: Context, taken: Taken, sources: Sequence[Source], batch: Shape, scheme: str) -> SecretArray:
    """The node that gives all bits of all outputs."""
    secrets: list[SecretArray] = []
    publics: list[Any] = []
    own: list[Any] = []
    origins: list[Origin] = []
    for source in sources:
        width, rows = source.port.width, None
        if source.bits is not None:
            rows = planes_of(np.broadcast_to(source.bits, (*batch, width)))
        if source.secret is not None:
            origins.append(_of_secret(source.secret, width, len(secrets)))
            secrets.append(source.secret)
        elif source.owner is not None:
            origins.append(Owned(width, len(own), source.owner))
            own.append(rows)
        else:
            origins.append(Known(width, len(publics)))
            publics.append(rows)
    by, circuit, weighed = taken
    return record(
        CIRCUIT, *secrets, home=ctx, circuit=circuit, digest=circuit.digest, batch=batch, by=by, scheme=scheme,
        origins=tuple(origins), publics=tuple(publics), own=tuple(own), adversary=_adversary(ctx, by), weighed=weighed,
    )  # fmt: skip


def _of_secret(x: SecretArray, width: int, place: int) -> Origin:
    """How a secret becomes bits; of a number only those that its range needs are computed."""
    if x.kind == "bit":
        return Truths(width, place)
    lo, hi = x.range.lo, x.range.hi
    needed = 1 + max(hi.bit_length(), (~lo).bit_length()) if lo < 0 else max(hi.bit_length(), 1)
    return Whole(width, place, min(needed, width, x.context.ring.bits), lo < 0)


def _adversary(ctx: Context, by: Way) -> str:
    if ctx.session.factory.simulation_only:
        return "nobody"
    several = "one of two, semi-honest" if ctx.n == OF_YAO else f"any {ctx.n - 1} of {ctx.n}, semi-honest"
    return "as the suite" if by == "gmw" else several


def _outputs(bits: SecretArray, circuit: Circuit, shadows: Sequence[Any]) -> Any:
    found, start = [], 0
    for port, shadow in zip(circuit.outputs, shadows, strict=True):
        output = _output(bits[..., start : start + port.width], port)
        output.shadow = shadow
        found.append(output)
        start += port.width
    if len(found) == 1:
        return found[0]
    return namedtuple("Outputs", [port.name for port in circuit.outputs], rename=True)(*found)


def _output(bits: SecretArray, port: Port) -> SecretArray:
    if isinstance(port.kind, UInt | Int):
        return record(NUMBER, bits, signed=isinstance(port.kind, Int))
    return bits[..., 0] if port.width == 1 else bits
