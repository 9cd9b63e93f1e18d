"""What goes into a circuit: secrets of the program, data of one party, public numbers, each by the name of an input."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import prod
from operator import index
from typing import Any

import msgpack
import numpy as np

from mpc.algebra.encoding import as_numbers
from mpc.context import Context, Spec
from mpc.errors import LocalError, PeerError
from protocols.array.inputs import HEADER_BYTES, checked_shape
from protocols.array.lines import user_line
from protocols.array.misuse import refuse_unawaited
from protocols.array.node import Shape
from protocols.array.public import refuse_masked
from protocols.array.revealing import checked
from protocols.array.secret import SecretArray
from protocols.circuits.arrays import Bytes, bits_of
from protocols.circuits.binding import check_names
from protocols.circuits.circuit import Circuit, Port
from protocols.circuits.kinds import Float
from protocols.party_indices import party_index
from protocols.proofs.relation import Relation


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Private:
    """Data of one party, on their way into a circuit."""

    owner: Any
    value: Any
    shape: Shape | None = None

    def __repr__(self) -> str:
        return f"<data of party {self.owner}>"


def private(owner: int, value: Any = None, *, shape: int | Sequence[int] | None = None) -> Private:
    """Party `owner`'s own data as an input of `mpc.garbled` or `mpc.authenticated`; the others' `value` is ignored.

    Numbers within the input's width, one or an array of them, or their bits: truth values along a last axis of the
    input's width, the least significant first; or bytes. Only the shape becomes known to the others. `shape`: that of
    the instances, the leading axes, if the program fixes it; `()` is one value for all. The owner's data must have it
    (`shape-mismatch`). LocalError `bad-shape`.
    """
    return Private(owner, value, None if shape is None else fixed_shape(shape))


def fixed_shape(shape: Any) -> Shape:
    """A shape that a program says, a whole number for one axis. LocalError `bad-shape`."""
    axes = (shape,) if isinstance(shape, int | np.integer) else shape
    try:
        return checked_shape([int(index(axis)) for axis in axes])
    except (TypeError, ValueError):
        raise LocalError(
            "bad-shape", f"{shape!r} as a shape of instances", "give a whole number, or one for each axis: (10, 3)"
        ) from None


@dataclass(slots=True, repr=False)
class Source:
    """Where an input comes from: a secret, or an owner who alone has `bits` (..., width), or bits that all have.

    shape: that of the instances; unknown until its owner has told it, unless it is `fixed` by the program. place: the
    path by which a shadow is found.
    """

    port: Port
    owner: int | None = None
    secret: SecretArray | None = None
    bits: Bytes | None = None
    shape: Shape = ()
    fixed: bool = False
    place: tuple[int, ...] = ()


def need_circuit(circuit: Any) -> None:
    """LocalError `bad-circuit` for anything but a circuit that has inputs."""
    if not isinstance(circuit, Circuit):
        what = f"a {type(circuit).__name__} where a circuit belongs"
        raise LocalError("bad-circuit", what, "write @mpc.circuit(x=mpc.UInt(32), ...) above a function of its inputs")
    if not circuit.inputs:
        raise LocalError(
            "bad-circuit", f"`{circuit.name}` takes no input, so that all it gives is public", "compute it"
        )


def joined(circuit: Circuit | Relation, values: Mapping[str, Any], named: Mapping[str, Any]) -> dict[str, Any]:
    """All inputs by name. LocalError `bad-input` for one that is given twice."""
    for name in values.keys() & named.keys():
        raise LocalError("bad-input", f"`{circuit.name}` gets `{name}` twice", "give it by name or in the dictionary")
    return {**values, **named}


async def sources_of(call: Context, circuit: Circuit, values: Mapping[str, Any], line: str) -> list[Source]:
    """The sources of a circuit's inputs, in its order; owners of data tell the others the shapes that the program does
    not fix, in one round.

    LocalError and PeerError as `local_sources`, and PeerError `unexpected-message`.
    """
    sources = local_sources(call, circuit, values, line)
    await _tell_shapes(call, [source for source in sources if not source.fixed])
    return sources


def local_sources(
    call: Context, circuit: Circuit, values: Mapping[str, Any], line: str, instances: Shape | None = None
) -> list[Source]:
    """The sources of a circuit's inputs as this party knows them. `instances`: the shape of data without one of their
    own; nobody has to tell a shape then.

    LocalError `bad-input` for a missing or surplus name, `no-value`, `bad-party`, `no-such-party`, `bad-kind`,
    `bad-width`, `out-of-range`, `not-whole`, `not-a-number`, `masked-array`, `shape-mismatch`.
    """
    check_names(circuit, values)
    sources = [_source(call, port, values[port.name], line, instances) for port in circuit.inputs]
    for number, source in enumerate(sources):
        source.place = (*call.path, number)
        if source.owner == call.me and call.session.shadows is not None:
            call.session.shadows.of_input(source.place, source.bits == 1)
    return sources


def batch_of(sources: Sequence[Source]) -> Shape:
    """The instances of all inputs together, by numpy's rules. LocalError `shape-mismatch`."""
    try:
        return np.broadcast_shapes(*(source.shape for source in sources))
    except ValueError:
        shapes = ", ".join(f"{source.port.name} {source.shape}" for source in sources)
        raise LocalError(
            "shape-mismatch",
            f"the instances of a circuit's inputs do not broadcast: {shapes}",
            "give each input as many leading axes, or one value for all",
        ) from None


def _source(call: Context, port: Port, value: Any, line: str, instances: Shape | None) -> Source:
    given = value.value if isinstance(value, Private) else value
    refuse_unawaited(given, line)
    refuse_masked(given)
    if isinstance(given, SecretArray):
        if isinstance(value, Private):
            raise _at(port, LocalError("bad-kind", "a secret is nobody's own data", "give the secret as it is"))
        return _of_secret(port, checked(call, given, line))
    if isinstance(value, Private):
        shape = instances if value.shape is None else value.shape
        return _of_owner(call, port, party_index(call.everyone, value.owner, line), given, shape)
    if given is None:
        way = f"give a public value, a secret, or a party's data: {port.name}=mpc.private(owner=0, value=...)"
        raise LocalError("no-value", f"the input `{port.name}` is None", way)
    bits = _bits(port, given)
    return Source(port, bits=bits, shape=bits.shape[:-1])


def _of_owner(call: Context, port: Port, owner: int, value: Any, shape: Shape | None) -> Source:
    source = Source(port, owner, shape=shape or (), fixed=shape is not None)
    if call.me != owner:
        return source
    if value is None:
        raise LocalError(
            "no-value",
            f"{call.names[owner]} owns the input `{port.name}` but passes no value",
            "give this party an input (--input), or let the program pass a value where it is the owner",
        )
    source.bits = _bits(port, zeros_like(value) if call.planning else value)
    held = source.bits.shape[:-1]
    if shape is not None and held != shape:
        raise LocalError(
            "shape-mismatch",
            f"the input `{port.name}`: {call.names[owner]} gives instances of shape {held}, the program says {shape}",
            f"let the program say it, alike at all parties: instances={held}, or shape={held} of this mpc.private",
        )
    source.shape = held
    return source


def zeros_like(value: Any) -> Any:
    """Zeros in the place of a value of a plan, where only shapes count; what has none stays."""
    if isinstance(value, bytes | bytearray):
        return bytes(len(value))
    try:
        array = as_numbers(value)
    except ValueError:
        return value
    return np.zeros(array.shape, np.int64 if array.dtype.kind == "O" else array.dtype)


def _bits(port: Port, value: Any) -> Bytes:
    try:
        return bits_of(port.kind, value)
    except LocalError as error:
        raise _at(port, error) from None


def _at(port: Port, error: LocalError) -> LocalError:
    return LocalError(error.code, f"the input `{port.name}`: {error.cause}", error.remedy)


def _of_secret(port: Port, x: SecretArray) -> Source:
    """Bits lie along the last axis; a number must be known to fit."""
    if x.kind == "bit":
        if port.width > 1 and x.shape[-1:] != (port.width,):
            what = f"truth values of shape {x.shape} for the {port.width} bits of `{port.name}`"
            raise LocalError("bad-width", what, f"give {port.width} along the last axis, the least significant first")
        return Source(port, secret=x, shape=x.shape[:-1] if port.width > 1 else x.shape)
    if x.kind == "fixed" or isinstance(port.kind, Float):
        what = f"a secret of kind {x.kind} for the input `{port}`"
        way = "whole numbers go into UInt and Int, reals with f fractional bits as (x * 2**f).astype(int)"
        raise LocalError("bad-kind", what, f"{way}; floats come from mpc.private, or as bits")
    low, high = port.kind.bounds
    if not low <= x.range.lo <= x.range.hi <= high:
        lo, hi = x.range.lo, x.range.hi
        what = f"a secret in [{lo}, {hi}] for the input `{port}`, which holds {low} to {high}"
        raise LocalError(
            "out-of-range", what, f"say what you know, x.within({max(lo, low)}, {min(hi, high)}), or widen it"
        )
    return Source(port, secret=x, shape=x.shape)


async def _tell_shapes(call: Context, sources: Sequence[Source]) -> None:
    """One message from each owner to all others: the shapes of its data, in the circuit's order."""
    owned: dict[int, list[Source]] = {}
    for source in sources:
        if source.owner is not None:
            owned.setdefault(source.owner, []).append(source)
    if call.me in owned:
        header = np.frombuffer(msgpack.packb([list(source.shape) for source in owned[call.me]]), np.uint8)
        for other in call.others:
            call.send(other, header)
    for owner in sorted(owned.keys() - {call.me}):
        data = await call.receive(owner, Spec(None, np.uint8, HEADER_BYTES * len(owned[owner])))
        for source, shape in zip(owned[owner], _parsed(call, owner, data.tobytes(), len(owned[owner])), strict=True):
            source.shape = shape


def _parsed(call: Context, owner: int, data: bytes, count: int) -> list[Shape]:
    try:
        shapes = msgpack.unpackb(data)
        if not isinstance(shapes, list) or len(shapes) != count:
            raise ValueError("number of inputs")
        return [checked_shape(shape) for shape in shapes]
    except (ValueError, TypeError, msgpack.UnpackException) as error:
        name = call.names[owner]
        what = f"{name} sent a description of its circuit's inputs that cannot be read"
        raise PeerError(
            "unexpected-message", what, "run the same program everywhere", party=name, line=call.line
        ) from error


def admit(call: Context, circuit: Circuit, sources: Sequence[Source], batch: Shape) -> Any:
    """Let in what others' shapes make this party hold, a label for each bit of an input; what lets go of it, or None.

    PeerError `too-many-elements`.
    """
    others = [source.owner for source in sources if source.owner not in (None, call.me)]
    if not others or others[0] is None:
        return None
    bits = prod(batch) * (circuit.first_gate - 1)
    told = f"inputs of a circuit for {prod(batch)} instances"
    return call.session.intake.admit(bits, call.names[others[0]], told, call.line or user_line())
