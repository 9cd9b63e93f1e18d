"""What a party holds against outputs and keeps of them: its policy and its ledger, as the protocol sees them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Protocol

from mpc.errors import LocalError, ParleyError, PeerError

HEAD_BYTES = 200
"""Of the signed head of a ledger, as it travels; zeros where there is none."""

NO_HEAD = bytes(HEAD_BYTES)


@dataclass(frozen=True, slots=True)
class Asked:
    """Outputs of one reveal that cost privacy: what is public of them, the same at all parties.

    `session` and `path` say in which call of which run; `outputs` are `protocols.outputs.Output`s, `charges` what each
    costs. With `steps` they are paid for beforehand, so many times: then an output says what each step may be, and
    `schedule` is a plain form of all of them.
    """

    session: bytes
    path: tuple[int, ...]
    line: str
    outputs: Sequence[Any]
    charges: Sequence[Any]
    steps: int | None = None
    schedule: Any = None

    @property
    def digest(self) -> bytes:
        """SHA-256 of all that the parties must mean alike."""
        told = [[output.line, output.shape, output.kind, output.receivers] for output in self.outputs]
        plain = [charge.plain() for charge in self.charges]
        content = [self.session.hex(), self.path, told, plain, self.steps, self.schedule]
        return sha256(json.dumps(content, sort_keys=True).encode()).digest()


class Keeper(Protocol):
    """One party's. Its methods take milliseconds where they write, and are called beside the network.

    What it refuses it says by a LocalError; what is wrong with a peer, by a PeerError that names it.
    """

    @property
    def keeps(self) -> bool:
        """Whether `note` writes anything down."""

    @property
    def asks_of_groups(self) -> bool:
        """Whether it wants to know of how many records an output is computed."""

    def admit(self, output: Any) -> None:
        """Whether an output that is revealed as it is, or was paid for, may be, before it is computed."""

    def note(self, outputs: Sequence[Any]) -> None:
        """Outputs are about to be revealed as they are: on the disk when this returns."""

    def step(self, number: int, step: int, output: Any) -> None:
        """An output is about to be revealed that a commitment has paid for: on the disk when this returns."""

    def catch_up(self) -> None:
        """Take what other runs of this party have written: before a head is shown, which must not be behind one that
        those have shown."""

    def head(self) -> bytes:
        """Of its own ledger."""

    def kept(self, party: int) -> bytes:
        """The last head that a peer has shown."""

    def meet(self, party: int, head: bytes, kept: bytes) -> None:
        """A peer shows its `head`, and the one that it has `kept` of this party. PeerError, or LocalError."""

    def consider(self, asked: Asked) -> None:
        """Whether it would be allowed now; nothing is set aside."""

    def reserve(self, asked: Asked) -> int:
        """Set what it costs aside, and return the number of the reservation, 0 where nothing is kept."""

    def commit(self, number: int, heads: Sequence[bytes], votes: bytes) -> None:
        """All said yes, each with a head, and their votes have this hash: what was set aside is spent."""

    def release(self, number: int, by: int, said: bytes, signature: bytes) -> None:
        """A party said no: what was set aside is not spent."""

    def sign(self, said: bytes) -> bytes:
        """This party's signature of a vote."""

    def check(self, party: int, said: bytes, signature: bytes) -> bool:
        """Whether a peer signed a vote."""


class NoKeeper:
    """Of a party that has neither policy nor ledger nor key, as in simulations: it says yes to everything."""

    keeps = False
    asks_of_groups = False

    def admit(self, output: Any) -> None:
        """Anything may be revealed."""

    def note(self, outputs: Sequence[Any]) -> None:
        """Nothing is kept."""

    def step(self, number: int, step: int, output: Any) -> None:
        """Nothing is kept."""

    def catch_up(self) -> None:
        """Nothing is kept."""

    def head(self) -> bytes:
        """There is no ledger."""
        return NO_HEAD

    def kept(self, party: int) -> bytes:
        """Nothing is kept of peers."""
        return NO_HEAD

    def meet(self, party: int, head: bytes, kept: bytes) -> None:
        """Peers may show what they like."""

    def consider(self, asked: Asked) -> None:
        """Anything is allowed."""

    def reserve(self, asked: Asked) -> int:
        """Nothing is set aside."""
        return 0

    def commit(self, number: int, heads: Sequence[bytes], votes: bytes) -> None:
        """Nothing is spent."""

    def release(self, number: int, by: int, said: bytes, signature: bytes) -> None:
        """Nothing was set aside."""

    def sign(self, said: bytes) -> bytes:
        """There is no key."""
        return b""

    def check(self, party: int, said: bytes, signature: bytes) -> bool:
        """There are no certificates to check with."""
        return True


NO_KEEPER = NoKeeper()

REASONS = ("policy", "budget", "ledger")
"""What peers are told of a refusal, by a number from 1; its figures stay with who refuses."""


def is_refusal(error: BaseException) -> bool:
    """Whether an error says that a reveal was refused before anything of it was sent, by the policy, the budget or the
    ledger of this party or of another: at all parties alike, so that a program may catch it everywhere and go on."""
    if not isinstance(error, LocalError):
        return isinstance(error, PeerError) and error.code == "reveal-refused"
    return error.code == "other-neighbours" or error.code.startswith(("policy-", "budget-", "ledger-"))


def reason_of(error: ParleyError) -> int:
    """The number of the reason of a refusal."""
    kinds = {"policy": 1, "budget": 2, "other-neighbours": 2}
    return next((number for start, number in kinds.items() if error.code.startswith(start)), len(REASONS))
