"""What a proof can be refused for: each its own code, all name the prover."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from mpc.context import Context
from mpc.errors import Abort, LocalError, PeerError


@dataclass(frozen=True, slots=True)
class Prover:
    """Who proves, and where in the verifier's program."""

    name: str
    path: tuple[int, ...] | None = None
    line: str | None = None

    @classmethod
    def of(cls, ctx: Context, prover: int) -> Self:
        """A party that proves in this call."""
        return cls(ctx.names[prover], ctx.path, ctx.line or None)

    def refused(self, code: str, cause: str, remedy: str) -> PeerError:
        """A proof that is not what it should be, before anything was computed."""
        return PeerError(code, f"{self.name} {cause}", remedy, party=self.name, path=self.path, line=self.line)

    def failed(self) -> Abort:
        """A proof that proves nothing."""
        return Abort(
            "proof-refused",
            f"the proof of {self.name} does not hold",
            "that party does not follow the protocol, or proves of other numbers; trust nothing of what it proved",
            party=self.name,
            path=self.path,
            line=self.line,
        )

    def of_wrong_length(self, given: int, wanted: int) -> PeerError:
        """Cut short, or longer than a proof of the statement is."""
        return self.refused(
            "proof-length",
            f"sent a proof of {given} bytes, where this statement takes {wanted}",
            "see that both state the same, of the same shapes; else that party is not to be trusted",
        )

    def malformed(self) -> PeerError:
        """Bytes that are no element of the group or no scalar."""
        return self.refused(
            "malformed-proof",
            "sent a proof with bytes that are no element of the group, or no scalar below its order",
            "the same version everywhere; else that party is not to be trusted",
        )

    def of_another_statement(self) -> PeerError:
        """A proof, but of something else."""
        return self.refused(
            "proof-of-another-statement",
            "sent a proof of another statement than this party verifies",
            "see that both have the same bases, images and order of parts; else that party is not to be trusted",
        )

    def of_another_setting(self) -> PeerError:
        """A proof that was made for another session, call or prover."""
        return self.refused(
            "proof-of-another-session",
            "sent a proof that was made in another session, by another party or for another call",
            "a proof holds once, where it was asked for: let that party prove again; a replayed one is an attack",
        )


def require_one_shape(shapes: Sequence[tuple[int, ...]]) -> None:
    """LocalError `wrong-statement` unless there are shapes, all of them the same."""
    if len(set(shapes)) != 1:
        raise unfit(f"arrays of shapes {', '.join(map(str, shapes))} do not go together", "give them in one shape")


def broadcasts(shape: tuple[int, ...], target: tuple[int, ...]) -> bool:
    """Whether numpy makes an array of the target's shape of one."""
    try:
        return np.broadcast_shapes(shape, target) == target
    except ValueError:
        return False


def unfit(cause: str, remedy: str) -> LocalError:
    """A statement or a witness that does not fit together."""
    return LocalError("wrong-statement", cause, remedy)
