"""Every error a user of Parley can meet.

Each says what happened (`cause`), what to do (`remedy`), and where it is known: with whom (`party`), in which
call (`path`), at which line of the user's program (`line`). `code` is stable: scripts may depend on it.
No message carries a secret, a share, a key or a seed.
"""

from __future__ import annotations


class ParleyError(Exception):
    """The base of all errors that Parley raises on purpose."""

    def __init__(
        self,
        code: str,
        cause: str,
        remedy: str = "",
        *,
        party: str | None = None,
        path: tuple[int, ...] | None = None,
        line: str | None = None,
    ) -> None:
        super().__init__(code, cause, remedy)
        self.code = code
        self.cause = cause
        self.remedy = remedy
        self.party = party
        self.path = path
        self.line = line

    def __str__(self) -> str:
        place = f" (at {self.line})" if self.line else ""
        remedy = f"\n  what to do: {self.remedy}" if self.remedy else ""
        return f"[{self.code}] {self.cause}{place}{remedy}"

    def _render_traceback_(self) -> list[str]:
        """What notebooks show in place of a traceback through the library: the lines that teach."""
        lines = [f"{type(self).__name__} [{self.code}]: {self.cause}"]
        lines += [f"  at: {self.line}"] if self.line else []
        return lines + ([f"  what to do: {self.remedy}"] if self.remedy else [])


class LocalError(ParleyError):
    """The caller's own mistake: bad input, a misuse, a value that does not fit. Nothing was sent because of it."""


class PeerError(ParleyError):
    """A peer was not there, went away, or sent what it must not. `party` names it."""


class Abort(PeerError):
    """A security check failed: some party deviated from the protocol. Nothing computed since is to be trusted."""


class SupplyError(ParleyError):
    """Preprocessed material is missing, spent, or does not fit what was asked for."""
