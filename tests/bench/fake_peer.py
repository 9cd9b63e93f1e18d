"""A peer for tests: adds up nothing, but talks to the other party and answers orders as a real one does.

The variant says how it behaves: `sound`, `wrong` (a wrong result), `crash` (at the second repetition), `silent`.
"""

from __future__ import annotations

import socket
import time

from bench.peers.numbers import expected, same
from bench.peers.order import Order, answer

MESSAGE = bytes(1000)


class Party:
    """One of two parties; the first listens."""

    version = "1.2"

    def __init__(self, order: Order) -> None:
        print("libraries print what they like")
        self.order = order
        self.repetitions = 0
        self.line = self._listen() if order.party == 0 else self._dial()

    def _listen(self) -> socket.socket:
        with socket.create_server(("127.0.0.1", self.order.ports[0])) as listener:
            return listener.accept()[0]

    def _dial(self) -> socket.socket:
        while True:
            try:
                return socket.create_connection(("127.0.0.1", self.order.ports[0]))
            except ConnectionRefusedError:
                time.sleep(0.01)

    def barrier(self) -> None:
        self._exchange(1)

    def run(self) -> object:
        self.repetitions += 1
        if self.order.variant == "crash" and self.repetitions == 2:
            raise OSError("the peer fell over")
        if self.order.variant == "silent":
            time.sleep(60)
        self._exchange(len(MESSAGE))
        return expected(self.order) + (self.order.variant == "wrong")

    def check(self, result: object) -> None:
        same(result, self.order)

    def _exchange(self, count: int) -> None:
        self.line.sendall(MESSAGE[:count])
        while count:
            count -= len(self.line.recv(count))


if __name__ == "__main__":
    answer(Party)
