"""Data of one party that a digest was made of, on their way into a relation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from mpc.context import Context
from mpc.errors import LocalError
from protocols.array.node import Shape
from protocols.circuits.kinds import Bits
from protocols.party_indices import party_index
from protocols.proofs.commitment import Committed, Opening


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class CommittedData:
    """What `committed` says of an input."""

    owner: Any
    opening: Any
    digest: Any
    kind: Any

    def __repr__(self) -> str:
        return f"<committed data of party {self.owner}>"


def committed(owner: int, opening: Opening | None = None, *, digest: bytes, kind: Bits) -> CommittedData:
    """Party `owner`'s data as an input of a relation that `mpc.prove` takes, proved to be those of a digest that the
    other parties hold from before: `data=mpc.committed(0, kept, digest=digest, kind=mpc.Int(12))`.

    opening: what `mpc.commit` returned to the owner; the others' is ignored. kind: what each number is, as it was
    committed to; the shape is the input's, one for all instances. Both become part of what is proved, and so public.
    """
    return CommittedData(owner, opening, digest, kind)


def opened(
    call: Context, name: str, shape: Shape, data: CommittedData, line: str
) -> tuple[int, Committed, Opening | None]:
    """Whose data an input is, what is public of them, and at the owner the data.

    LocalError `bad-kind` for what is no kind or no opening, `bad-width`, `wrong-statement`, `no-value`, `bad-party`,
    `no-such-party`.
    """
    owner = party_index(call.everyone, data.owner, line)
    public = Committed(data.digest, data.kind, shape)
    if call.me != owner:
        return owner, public, None
    if data.opening is None:
        what = f"{call.names[owner]} owns the input `{name}` but passes no opening"
        raise LocalError("no-value", what, "give this party what mpc.commit returned")
    if not isinstance(data.opening, Opening):
        what = f"the input `{name}`: a {type(data.opening).__name__} in the place of what was committed to"
        raise LocalError("bad-kind", what, "give what mpc.commit returned, not the data themselves")
    return owner, public, data.opening
