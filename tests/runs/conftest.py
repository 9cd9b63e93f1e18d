"""What was made for runs, as they were told."""

from __future__ import annotations

from typing import Any

import pytest

from mpc.supply import Entry
from protocols.preprocessing.dealer import DealerSupply
from protocols.preprocessing.workshop import Workshop


@pytest.fixture
def batches(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, list[Entry]]]:
    """What each party had made, batch by batch, and what it had made piece by piece ("piece")."""
    seen: list[tuple[Any, list[Entry]]] = []
    for cls in (DealerSupply, Workshop):
        provide, make = cls.provide, cls.make

        async def noted_batch(self: Any, batch: Any, entries: Any, provide: Any = provide) -> None:
            seen.append((batch, list(entries)))
            await provide(self, batch, entries)

        async def noted_piece(self: Any, path: Any, kind: Any, make: Any = make) -> Any:
            seen.append(("piece", [(path, kind)]))
            return await make(self, path, kind)

        monkeypatch.setattr(cls, "provide", noted_batch)
        monkeypatch.setattr(cls, "make", noted_piece)
    return seen
