"""`python -m bench.flips [COMPUTATION ...]`: any byte of any message changed, one run for each change, all told.

A small circuit is computed by two or three simulated parties, and one byte of one of their messages is replaced on its
way. Whatever comes of it is counted: the right outputs, wrong ones, an error by its code, or none of these. No change
may hang a party, end it with a foreign error, or be blamed on somebody else than its sender. By authenticated garbling
none may make an output wrong; a semi-honest protocol does not promise that.

`--masks N` tries so many other values of each byte, up to all 255, drawn from the seed. Several processes may share the
work (`--part 0/2`), and a stopped one goes on where it was (`--first`).
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any, NamedTuple

import numpy as np
import trio

from bench.flip_subjects import SUBJECTS, Subject
from mpc.domain_hash import DomainHash
from mpc.errors import ParleyError, PeerError
from mpc.network.transport import Transport, memory_network
from mpc.network.wire import Message, Tag
from mpc.testing.wrapping import WrappedTransport

WITHIN = 60
"""Seconds until a run counts as hanging; most take some milliseconds."""
SECONDS = 30.0
WRONG, HANGS, FOREIGN, MISNAMED = "WRONG", "HANGS", "FOREIGN ERROR", "SENDER NOT NAMED"
TOLD = "stopped by the sender"
"""Who got an answer to what it never asked, found that, and told the other."""


class Place(NamedTuple):
    """One message of a computation: who sends it to whom, its tag, its bytes."""

    sender: int
    to: int
    tag: Tag
    size: int


class Change(NamedTuple):
    """One byte of a message, XORed with a mask that is not zero."""

    place: Place
    byte: int
    mask: int


class ChangedTransport(WrappedTransport):
    """An endpoint of which one message is changed on its way."""

    def __init__(self, transport: Transport, change: Change) -> None:
        super().__init__(transport)
        self.struck = 0
        self._change = change

    def send(self, to: int, message: Message) -> int:
        """Sends it, or what the change makes of it."""
        place = self._change.place
        if (to, message.tag) == (place.to, place.tag):
            self.struck += 1
            message = replace(message, array=_changed(message.array, self._change))
        return self.within.send(to, message)


def _changed(array: Any, change: Change) -> Any:
    raw = np.frombuffer(array.tobytes(), np.uint8).copy()
    raw[change.byte] ^= np.uint8(change.mask)
    return raw.view(array.dtype).reshape(array.shape)


def outcome(subject: Subject, change: Change) -> str:
    """What comes of one change: right, an error's code, or what must not come of it, in capitals."""
    transports: list[Any] = list(memory_network(subject.parties))
    sender = change.place.sender
    transports[sender] = ChangedTransport(transports[sender], change)
    try:
        runs = subject.run(transports, WITHIN)
    except trio.TooSlowError:
        return HANGS
    assert transports[sender].struck == 1, change
    if any(run.error is None and not subject.right(i, run.result) for i, run in enumerate(runs)):
        return WRONG
    if any(run.error is not None and not isinstance(run.error, ParleyError) for run in runs):
        return FOREIGN
    error = runs[change.place.to].error
    if error is None:
        return "right" if all(run.error is None for run in runs) else "right, though the sender stops"
    assert isinstance(error, ParleyError)
    if not isinstance(error, PeerError) or error.party != f"party{sender}":
        return MISNAMED
    if error.code != "peer-failed":
        return error.code
    return TOLD if isinstance(runs[sender].error, PeerError) else MISNAMED


def changes(places: Sequence[Place], masks: int, seed: str) -> Iterator[Change]:
    """Message after message, byte after byte, so many masks each."""
    for number, place in enumerate(places):
        for byte in range(place.size):
            for mask in masks_of((seed, number, byte), masks):
                yield Change(place, byte, mask)


def masks_of(place: tuple[str | int, ...], count: int) -> list[int]:
    """So many of the numbers 1 to 255, each once, drawn for this place."""
    drawn = DomainHash("flips", *place).words(255)
    return [1 + int(i) for i in np.argsort(drawn)[:count]]


class Tally:
    """Outcomes by message."""

    def __init__(self, subject: Subject) -> None:
        self._subject = subject
        self._found: dict[Place, Counter[str]] = {}
        self._told = time.monotonic()

    def add(self, number: int, change: Change, found: str) -> None:
        """One change. What must not be is told at once, with what does it again."""
        self._found.setdefault(change.place, Counter())[found] += 1
        if found.isupper() and not (found == WRONG and not self._subject.secure):
            print(f"{found}: {self._subject.name}, change {number}: {change}", flush=True)
        if time.monotonic() - self._told > SECONDS:
            self._told = time.monotonic()
            print(f"{self._subject.name}: up to change {number}: {self._total()}", flush=True)

    @property
    def sound(self) -> bool:
        """Whether nothing came of it that must not."""
        kinds = {kind for kind in self._all() if kind.isupper()}
        return kinds <= (set() if self._subject.secure else {WRONG})

    def table(self) -> None:
        """One line for each message, and all of them together."""
        for number, (place, found) in enumerate(self._found.items()):
            way = f"party {place.sender} to {place.to}, {place.size} bytes"
            print(f"{self._subject.name}, message {number:3}, {way:28} {_told(found)}")
        print(f"{self._subject.name}: {self._total()}", flush=True)

    def _total(self) -> str:
        found = self._all()
        return f"{found.total():,} changes of {len(self._found)} messages: {_told(found)}"

    def _all(self) -> Counter[str]:
        return sum(self._found.values(), Counter())


def _told(found: Counter[str]) -> str:
    return ", ".join(f"{kind} {count:,}" for kind, count in sorted(found.items()))


def go_through(subject: Subject, chosen: argparse.Namespace, until: float) -> Tally:
    """All changes of one computation, or those of a part of the work, until a time."""
    part, parts = (int(number) for number in chosen.part.split("/"))
    tally = Tally(subject)
    numbered = enumerate(changes([Place(*each) for each in subject.messages()], chosen.masks, chosen.seed))
    for number, change in islice(numbered, chosen.first + part, None, parts):
        tally.add(number, change, outcome(subject, change))
        if time.monotonic() > until:
            print(f"{subject.name}: stopped before change {number + parts}; go on with --first {number + parts - part}")
            break
    return tally


def main(arguments: Sequence[str] | None = None) -> None:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m bench.flips", description=__doc__)
    parser.add_argument("computations", nargs="*", metavar="COMPUTATION", help=f"of {', '.join(SUBJECTS)}; all of them")
    parser.add_argument("--masks", type=int, choices=range(1, 256), default=1, metavar="N", help="changes of each byte")
    parser.add_argument("--seed", default="0", help="of which byte is changed how")
    parser.add_argument("--minutes", type=float, default=float("inf"), help="at most so long")
    parser.add_argument("--first", type=int, default=0, help="the change to begin with")
    parser.add_argument("--part", default="0/1", help="0/2 and 1/2 are the halves of the work")
    chosen = parser.parse_args(arguments)
    if unknown := set(chosen.computations) - set(SUBJECTS):
        parser.error(f"there is no {', '.join(sorted(unknown))}")
    until = time.monotonic() + 60 * chosen.minutes
    tallies = [go_through(SUBJECTS[name], chosen, until) for name in chosen.computations or SUBJECTS]
    for tally in tallies:
        tally.table()
    if not all(tally.sound for tally in tallies):
        sys.exit(1)


if __name__ == "__main__":
    main()
