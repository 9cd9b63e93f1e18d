"""What a client remembers between the steps of a round, in Flower's own state: each message may meet a new process.

A client is a state machine whose every draw follows from one seed. So its seed and the server's messages so far are
all there is to remember: a new `Client` that is given them again stands where the old one stood. The state stays on
the client's machine (`Context.state`); seed and messages go when the round is over.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from mpc.prg import Seed
from protocols.aggregation import Client, Step, Terms
from protocols.flower.records import RECORD, flower_app
from protocols.flower.refusals import answered

Fresh = Callable[[Terms, Seed, int], Client]
"""Makes a client of these terms, from this seed, at this time."""


@dataclass(slots=True)
class Memory:
    """The last round that this client began, and how far it came. `seed` is empty when that round is over."""

    round: int = -1
    size: int = 0
    now: int = 0
    seed: bytes = b""
    bodies: tuple[bytes, ...] = ()

    @classmethod
    def of(cls, context: Any) -> Memory:
        """As the context has it."""
        record = context.state.config_records.get(RECORD)
        if record is None:
            return cls()
        return cls(record["round"], record["size"], record["now"], record["seed"], tuple(record["bodies"]))

    def keep(self, context: Any) -> None:
        """In the context, which Flower hands to the next message's process."""
        context.state.config_records[RECORD] = flower_app().ConfigRecord({
            "round": self.round, "size": self.size, "now": self.now, "seed": self.seed, "bodies": list(self.bodies),
        })  # fmt: skip

    def client(self, terms: Terms, fresh: Fresh) -> Client:
        """The client as it was after the last message. A vector of zeros stands in where it masked one: what it sent
        then was sent, and what this gives is dropped."""
        client = fresh(terms, Seed(self.seed), self.now)
        client.advertise()
        for body in self.bodies:
            if client.step == Step.MASKED_INPUT:
                client.masked_input(body, np.zeros(terms.plan.length, terms.plan.dtype))
            else:
                client.answer(body)
        return client


@dataclass(frozen=True, slots=True)
class Once:
    """Each step of each round is answered once, whatever becomes of Flower's state: by a file for each, on disk before
    the answer leaves. None of it without a folder."""

    folder: Path | None

    def take(self, name: str, terms: Terms, step: Step) -> None:
        """LocalError `flower-answered-before` for the second time."""
        if self.folder is None:
            return
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            with (self.folder / f"{name}.{terms.context.hex()}.{int(step)}").open("x") as file:
                os.fsync(file.fileno())
        except FileExistsError:
            raise answered(terms.round, step.title) from None
