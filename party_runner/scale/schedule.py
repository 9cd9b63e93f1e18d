"""Which part runs when: the same at all parties, since it follows from what all of them have said.

No input, no output, no clock. Each turn every party reports of each part that runs; a part is over when nobody says
any more that it runs. Where all are done, it is done; else all begin it anew, as another session, until that was tried
often enough. So no party is ever in another attempt than its peers.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from mpc.errors import LocalError, PeerError

ATTEMPTS = 3
MOST_PARTS = 4096

Reports = npt.NDArray[np.uint8]


class State(IntEnum):
    """What a party says of a part: it is not begun, runs, is done; or its worker is gone, or its session has ended by
    the fault of another party."""

    IDLE = 0
    RUNS = 1
    DONE = 2
    LOST = 3
    LEFT = 4


@dataclass(frozen=True, slots=True)
class Start:
    """One attempt at one part."""

    part: int
    attempt: int


@dataclass(slots=True)
class Schedule:
    """All parts of a computation; at most `width` run at a time."""

    parts: int
    width: int
    attempts: int = ATTEMPTS
    running: dict[int, int] = field(default_factory=dict)
    done: set[int] = field(default_factory=set)
    failed: list[tuple[Start, tuple[str, ...]]] = field(default_factory=list)
    _waiting: deque[Start] = field(init=False)

    def __post_init__(self) -> None:
        self._waiting = deque(Start(part, 0) for part in range(self.parts))

    @property
    def finished(self) -> bool:
        """Whether every part is done."""
        return len(self.done) == self.parts

    def starts(self) -> list[Start]:
        """What begins now: it runs from here on."""
        begun = []
        while self._waiting and len(self.running) < self.width:
            begun.append(self._waiting.popleft())
            self.running[begun[-1].part] = begun[-1].attempt
        return begun

    def take(self, reports: Sequence[Reports], names: Sequence[str]) -> None:
        """What every party reports in this turn, by party and part.

        PeerError `unexpected-message` of a report that is none; `part-failed`, or at the party whose fault it is
        LocalError, where a part has failed as often as is tried.
        """
        for part, attempt in sorted(self.running.items()):
            said = [_state(report[part], name) for report, name in zip(reports, names, strict=True)]
            if State.RUNS in said:
                continue
            del self.running[part]
            if all(state is State.DONE for state in said):
                self.done.add(part)
            else:
                self._again(Start(part, attempt), said, names)

    def _again(self, start: Start, said: Sequence[State], names: Sequence[str]) -> None:
        at = tuple(name for state, name in zip(said, names, strict=True) if state is State.LOST)
        self.failed.append((start, at))
        if start.attempt + 1 == self.attempts:
            raise _given_up(start, at, self.attempts)
        self._waiting.appendleft(Start(start.part, start.attempt + 1))


def _state(value: int, name: str) -> State:
    if value not in (State.RUNS, State.DONE, State.LOST, State.LEFT):
        raise PeerError(
            "unexpected-message",
            f"{name} says of a part that it was given {int(value)}, which means nothing",
            "every party must run the same version of Parley",
            party=name,
        )
    return State(value)


def _given_up(start: Start, at: Sequence[str], attempts: int) -> PeerError:
    where = f"{' and '.join(at)} lost the worker that had it" if at else "the connection between its workers broke"
    return PeerError(
        "part-failed",
        f"part {start.part} has failed {attempts} times, as a session of its own each time; the last time {where}",
        "see the log of that party's cluster: a worker that is out of memory is ended by Dask; make parts smaller, or "
        "give workers more. Nothing was revealed",
        party=at[0] if at else None,
    )


def width_of(slots: Sequence[int], names: Sequence[str]) -> int:
    """How many parts run side by side: as many as the smallest cluster has workers.

    PeerError `no-workers` names a party that has none.
    """
    for count, name in zip(slots, names, strict=True):
        if count < 1:
            raise no_workers(name)
    return min(slots)


def no_workers(name: str) -> PeerError:
    """The cluster of a party is empty."""
    return PeerError(
        "no-workers",
        f"the cluster of {name} has no worker",
        "start workers there before the parties meet: dask worker ADDRESS --nthreads 1",
        party=name,
    )


def refuse_parts(parts: int) -> None:
    """LocalError `bad-parts` for a number of parts that nobody can run."""
    if not 1 <= parts <= MOST_PARTS:
        raise LocalError(
            "bad-parts",
            f"a computation has {parts} parts; it may have 1 to {MOST_PARTS}",
            "give larger parts: each takes a session of its own, with transfers of its own to begin with",
        )
