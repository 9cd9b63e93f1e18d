"""How much a dealer holds at a time."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import trio

from mpc.network.transport import Transport


class Room:
    """For how many words there is room beside those that are being made, or on their way to a party."""

    def __init__(self, words: int) -> None:
        self._left = words
        self._changed = trio.lowlevel.ParkingLot()

    @asynccontextmanager
    async def of(self, words: int, transport: Transport) -> AsyncIterator[None]:
        """Room for so many words, when the others leave it."""
        with transport.working():
            while words > self._left:
                await self._changed.park()
            self._left -= words
            try:
                yield
            finally:
                self._left += words
                self._changed.unpark_all()
