"""Any course of opening, taking, preparing, crashing and opening again, against a model: no record comes out twice."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
import trio
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from mpc.errors import SupplyError
from mpc.store import StoreSupply
from store.stores import KEY, known, same, values, write

COUNT = 12
ENTRIES = values(COUNT)
numbers = st.integers(0, COUNT - 1)


class Life(RuleBasedStateMachine):
    """`start`: where the open run began; `position`: what the journal must say; `handed_out`: ever."""

    def __init__(self) -> None:
        super().__init__()
        self.place = tempfile.TemporaryDirectory()
        self.folder = write(Path(self.place.name) / "store", ENTRIES)
        self.supply: StoreSupply | None = None
        self.start = self.position = 0
        self.handed_out: set[int] = set()

    def teardown(self) -> None:
        if self.supply:
            self.supply.close()
        self.place.cleanup()

    @precondition(lambda self: self.supply is None)
    @rule(ahead=st.integers(1, 5), agreed=st.integers(0, COUNT))
    def open(self, ahead: int, agreed: int) -> None:
        self.supply = StoreSupply(self.folder, KEY, ahead=ahead)
        assert self.supply.position == self.position
        self.supply.begin(agreed)
        self.start = self.position = max(agreed, self.position)

    @precondition(lambda self: self.supply)
    @rule(number=numbers)
    def take(self, number: int) -> None:
        if number in self.handed_out and number >= self.start:
            with pytest.raises(SupplyError, match="material-spent"):
                self.supply.ready(*ENTRIES[number])
            return
        material = self.supply.ready(*ENTRIES[number])
        assert (material is None) == (number < self.start)
        if material is not None:
            assert same(material, known(0, number, ENTRIES[number][1]))
            assert number not in self.handed_out
            self.handed_out.add(number)
            self.position = max(self.position, self.supply.position)

    @precondition(lambda self: self.supply)
    @rule(first=numbers, count=st.integers(0, COUNT))
    def prepare(self, first: int, count: int) -> None:
        demand = ENTRIES[first : first + count]
        if demand and first < self.start:
            with pytest.raises(SupplyError, match="store-exhausted"):
                trio.run(self.supply.prepare, demand)
        else:
            trio.run(self.supply.prepare, demand)
            self.position = max(self.position, first + len(demand) if demand else 0)

    @precondition(lambda self: self.supply)
    @rule()
    def somebody_else_opens(self) -> None:
        with pytest.raises(SupplyError, match="store-locked"):
            StoreSupply(self.folder, KEY)

    @precondition(lambda self: self.supply)
    @rule()
    def end(self) -> None:
        """Closing writes nothing, so this is also a crash between two calls."""
        self.supply.close()
        self.supply = None

    @invariant()
    def the_disk_is_ahead(self) -> None:
        if self.supply:
            assert self.supply.position == self.position
        assert all(number < self.position for number in self.handed_out)


Life.TestCase.settings = settings(max_examples=25, stateful_step_count=25, deadline=None)
TestLife = Life.TestCase
