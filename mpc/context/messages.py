"""What a call sends and receives: arrays, each checked against what is expected where it arrives."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from mpc.context.call import MARKED, NAME_BITS, Call
from mpc.context.spec import Array, Spec
from mpc.errors import PeerError
from mpc.network.wire import MAX_DEPTH, Message

PACKED_BYTES = 1 << 15
"""Arrays that are added up together travel in one message up to this many bytes together."""


class Messaging(Call):
    """A call that sends and receives."""

    __slots__ = ()

    def send(self, to: int, array: Array) -> None:
        """Queue a uint64 or uint8 array for party `to`; it must not be changed afterwards."""
        self._send((to,), array)

    def _send(self, receivers: Sequence[int], array: Array) -> None:
        """One message for all receivers, where it is the same for all: then it is prepared once."""
        message, line, transport, ledger = None, self.counted_at, self.session.transport, self.session.ledger
        if self.of_program:
            ledger.by_itself = True
        for to in receivers:
            number = self._sent.get(to, 0)
            self._sent[to] = number + 1
            if message is None or message.tag[-1] != number:
                message = Message((*self.path, number), self.stamp, self.depth, array)
            ledger.sent(line, to, transport.send(to, message))
        self.payload += len(receivers) * array.nbytes

    async def receive(self, sender: int, spec: Spec) -> Array:
        """The next array that `sender` sends to this call, checked against what is expected of it."""
        number = self._received.get(sender, 0)
        self._received[sender] = number + 1
        message, ledger = await self.session.transport.receive(sender, (*self.path, number)), self.session.ledger
        array, before = message.array, self.depth
        if message.label != self.stamp:
            raise self._other_call(sender, message.label)
        if not spec.admits(array):
            got = f"{array.dtype}{list(array.shape)}"
            raise self._peer_error("unexpected-message", sender, f"sent {got}, not the {spec} this call expects")
        if message.depth >= before:
            self.depth = min(message.depth + 1, MAX_DEPTH)
            if not self.line and self.depth > before and (line := self.counted_at):
                ledger.waited(line, before, self.depth)
        if self.of_program:
            ledger.by_itself = True
        ledger.received_bytes += array.nbytes
        return array

    async def exchange(self, *arrays: Array) -> list[list[Array]]:
        """Send the same arrays to every other party; the result holds, for each array, all parties' by index."""
        self._send_all(arrays)
        specs = [Spec(a.shape, a.dtype.type) for a in arrays]
        result: list[list[Array]] = [[a] * self.n for a in arrays]
        for j in self.others:
            for k, spec in enumerate(specs):
                result[k][j] = await self.receive(j, spec)
        return result

    async def add_up(self, add: Callable[[Array, Array], Array], *arrays: Array) -> list[Array]:
        """Exchange arrays of one dtype and `add` up all parties', elementwise; small ones travel as one message."""
        if len(arrays) == 1 or sum(a.nbytes for a in arrays) > PACKED_BYTES:
            self._send_all(arrays)
            return [await self._total(add, array) for array in arrays]
        flat = np.concatenate(arrays, axis=None)
        self._send(self.session.others, flat)
        flat = await self._total(add, flat)
        totals, start = [], 0
        for a in arrays:
            totals.append(flat[start : start + a.size].reshape(a.shape))
            start += a.size
        return totals

    def _send_all(self, arrays: tuple[Array, ...]) -> None:
        for array in arrays:
            self._send(self.session.others, array)

    async def _total(self, add: Callable[[Array, Array], Array], array: Array) -> Array:
        spec = Spec(array.shape, array.dtype.type)
        for j in self.others:
            array = add(array, await self.receive(j, spec))
        return array

    async def drained(self, to: int) -> None:
        """Wait until all that was sent to party `to` has left: who sends much while it computes keeps little of it."""
        await self.session.transport.drained(to)

    def _other_call(self, peer: int, label: int) -> PeerError:
        """The peer is elsewhere in the program, or at the same call with other public numbers, as its label says."""
        if not (self.mark and label & MARKED and (label ^ self.stamp) % (1 << NAME_BITS) == 0):
            return self._peer_error("program-diverged", peer, "is at another call than this party, at the same place")
        return PeerError(
            "public-values-differ",
            f"{self.names[peer]} computes here with other public numbers than this party ({self.name})",
            "every party must compute with the same public numbers, shapes, ranges and circuits, and the same secrets "
            "in one order: read them from a file that all have, or put in as a secret what only one party has",
            party=self.names[peer],
            path=self.path,
            line=self.counted_at or None,
        )

    def _peer_error(self, code: str, peer: int, text: str) -> PeerError:
        name = self.names[peer]
        return PeerError(
            code,
            f"{name} {text} ({self.name})",
            "all parties must run the same program on inputs of the shapes they told; "
            "a program must not branch on what only one party knows",
            party=name,
            path=self.path,
            line=self.counted_at or None,
        )
