"""Data of one party that a digest was made of, on their way into a relation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from mpc.context import Context
from mpc.errors import LocalError
from protocols.array.circuit_inputs import zeros_like
from protocols.array.misuse import refuse_unawaited
from protocols.array.node import Shape
from protocols.array.public import refuse_masked
from protocols.circuits.kinds import Bits
from protocols.party_indices import party_index
from protocols.proofs.commitment import Committed, Opening, commit


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class CommittedData:
    """What `committed` says of an input."""

    owner: Any
    value: Any
    salt: Any
    digest: Any
    kind: Any

    def __repr__(self) -> str:
        return f"<committed data of party {self.owner}>"


def committed(owner: int, value: Any = None, salt: Any = None, *, digest: bytes, kind: Bits) -> CommittedData:
    """Party `owner`'s own data as an input of a relation that `mpc.prove` takes, proved to be those of a digest that
    the other parties hold from before: `x=mpc.committed(0, mine, salt, digest=digest, kind=mpc.Int(12))`.

    value, salt: the owner's data and the `salt` that `mpc.commit` returned for them; the others' are ignored. kind:
    what each number is, as it was committed to; the shape is the input's, one for all instances. Both become part of
    what is proved, and so public. `mpc.prove` raises `wrong-witness` at the owner if the digest is not of them.
    """
    return CommittedData(owner, value, salt, digest, kind)


def opened(
    call: Context, name: str, shape: Shape, data: CommittedData, line: str
) -> tuple[int, Committed, Opening | None]:
    """Whose data an input is, what is public of them, and at the owner, but not in a plan, the data.

    LocalError `no-value`, `bad-party`, `no-such-party`, `shape-mismatch`, and as `mpc.commit`.
    """
    owner = party_index(call.everyone, data.owner, line)
    public = Committed(data.digest, data.kind, shape)
    if call.me != owner:
        return owner, public, None
    refuse_unawaited(data.value, line)
    refuse_masked(data.value)
    if data.value is None or (data.salt is None and not call.planning):
        what = f"{call.names[owner]} owns the input `{name}` but passes not both its data and their salt"
        raise LocalError("no-value", what, "give this party what it committed to, and the salt of mpc.commit")
    opening = _opening(name, data, planning=call.planning)
    if opening.shape != shape:
        what = f"the input `{name}` has the shape {opening.shape}, where {shape} is wanted"
        raise LocalError("shape-mismatch", what, "committed data are the whole input, one for all instances")
    return owner, public, None if call.planning else opening


def _opening(name: str, data: CommittedData, *, planning: bool) -> Opening:
    """In a plan of zeros, of which the shape counts."""
    try:
        if planning:
            return commit(zeros_like(data.value), data.kind)
        return commit(data.value, data.kind, salt=data.salt)
    except LocalError as error:
        raise LocalError(error.code, f"the input `{name}`: {error.cause}", error.remedy) from None
