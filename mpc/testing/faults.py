"""A transport that does to chosen messages of its party what a broken or dishonest one would do."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import trio

from mpc.errors import ParleyError
from mpc.network.transport import Transport
from mpc.network.wire import Message, frame_bytes
from mpc.testing.wrapping import WrappedTransport

Chosen = Callable[[int, Message], bool]
Action = Literal["flip", "drop", "delay", "repeat", "truncate", "relabel"]


@dataclass(frozen=True, slots=True)
class Fault:
    """What happens to the messages of one party that are chosen.

    `chosen`: the number of one message, counted over everything that the party sends, or a predicate of receiver and
    message. `flip` inverts bit `bit` of byte `byte` (both modulo what there is); `drop` loses the message; `delay`
    lets every runnable task of the loop run `turns` times first, so that later messages overtake it; `repeat` sends it
    twice; `truncate` takes away the last element; `relabel` gives it the label of another call.
    """

    action: Action
    chosen: int | Chosen
    byte: int = 0
    bit: int = 0
    turns: int = 5

    def hits(self, number: int, to: int, message: Message) -> bool:
        """Whether this is one of the chosen messages."""
        return self.chosen == number if isinstance(self.chosen, int) else self.chosen(to, message)


class FaultyTransport(WrappedTransport):
    """An endpoint whose outgoing messages suffer faults; for `run_in_memory(..., transports=...)`.

    `struck` counts the messages that a fault hit: a test that wants one to happen asserts that it did.
    """

    def __init__(self, transport: Transport, *faults: Fault) -> None:
        super().__init__(transport)
        self.struck = 0
        self._faults = faults
        self._number = 0
        self._held = 0
        self._released = trio.Event()

    def send(self, to: int, message: Message) -> int:
        """Sends what the first fault that hits makes of the message."""
        number = self._number
        self._number += 1
        for fault in self._faults:
            if fault.hits(number, to, message):
                self.struck += 1
                return self._suffer(fault, to, message)
        return self.within.send(to, message)

    async def finish(self, counters: dict[str, int]) -> list[dict[str, int] | None]:
        """Says bye once every delayed message is sent."""
        while self._held:
            await self._released.wait()
        return await self.within.finish(counters)

    def _suffer(self, fault: Fault, to: int, message: Message) -> int:
        if fault.action == "drop":
            return frame_bytes(message)
        if fault.action == "delay":
            self._held += 1
            trio.lowlevel.spawn_system_task(self._send_later, fault.turns, to, message)
            return frame_bytes(message)
        if fault.action == "repeat":
            self.within.send(to, message)
            return self.within.send(to, message)
        return self.within.send(to, _damaged(fault, message))

    async def _send_later(self, turns: int, to: int, message: Message) -> None:
        with self.within.working():
            for _ in range(turns):
                await trio.lowlevel.checkpoint()
            # Where the session has failed meanwhile, its other tasks are told of it.
            with suppress(ParleyError):
                self.within.send(to, message)
        self._held -= 1
        self._released.set()
        self._released = trio.Event()


def _damaged(fault: Fault, message: Message) -> Message:
    if fault.action == "relabel":
        return replace(message, label=message.label ^ 1)
    if fault.action == "truncate":
        return replace(message, array=message.array.reshape(-1)[:-1].copy())
    return replace(message, array=_flipped(message.array, fault.byte, fault.bit))


def _flipped(array: npt.NDArray[Any], byte: int, bit: int) -> npt.NDArray[Any]:
    raw = np.frombuffer(array.tobytes(), np.uint8).copy()
    if raw.size:
        raw[byte % raw.size] ^= np.uint8(1 << bit % 8)
    return raw.view(array.dtype).reshape(array.shape)
