"""What travelled in a simulated run: recorded, and as one digest that shows when a refactoring changes the wire."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

from mpc.network.handshake import Agreement
from mpc.network.transport import Transport, memory_network
from mpc.network.wire import Message
from mpc.prg import Seed
from mpc.testing.wrapping import WrappedTransport


@dataclass(frozen=True, slots=True)
class Sent:
    """One message of a run and its way."""

    sender: int
    to: int
    message: Message


class RecordingTransport(WrappedTransport):
    """An endpoint that writes what it sends into `record`."""

    def __init__(self, transport: Transport, record: list[Sent]) -> None:
        super().__init__(transport)
        self._record = record

    def send(self, to: int, message: Message) -> int:
        """Sends and records."""
        self._record.append(Sent(self.me, to, message))
        return self.within.send(to, message)


def recording_network(n: int) -> tuple[list[RecordingTransport], list[Sent]]:
    """n connected endpoints in one process, and the list that all their messages go to."""
    record: list[Sent] = []
    return [RecordingTransport(transport, record) for transport in memory_network(n)], record


def transcript_digest(record: Iterable[Sent]) -> str:
    """SHA-256 over all messages: sender, receiver, tag, label, depth, dtype, shape and bytes of each.

    Messages are sorted by sender, receiver and tag: the digest does not depend on timing.
    """
    state = sha256()
    for sent in sorted(record, key=lambda s: (s.sender, s.to, s.message.tag)):
        message = sent.message
        array = message.array
        head = (sent.sender, sent.to, message.tag, message.label, message.depth, array.dtype.str, array.shape)
        for part in (repr(head).encode(), array.tobytes()):
            state.update(len(part).to_bytes(8, "little") + part)
    return state.hexdigest()


def insecure_seed(*names: str | int) -> Seed:
    """A seed that everybody can work out, the same for the same names: for tests that fix all randomness."""
    return Seed(sha256(repr(("insecure", *names)).encode()).digest())


def insecure_agreements(n: int, name: str = "agreement") -> list[Agreement]:
    """Consistent agreements of n endpoints, the same at every call: for tests that fix all randomness."""
    pairs = {(i, j): insecure_seed(name, i, j) for i in range(n) for j in range(i + 1, n)}
    return [
        Agreement(
            sha256(name.encode()).digest(),
            tuple(None if i == j else pairs[min(i, j), max(i, j)] for j in range(n)),
            insecure_seed(name, "common"),
        )
        for i in range(n)
    ]
