"""Who takes part in a round, whose messages count, and when it is over.  No I/O and no clock here: events and times in.

A round has steps. In each, every member of the round that is left sends one message, whose tag begins with the numbers
of the round and the step. A step is due when all have answered, or at its deadline; then it is closed with those who
have answered, or fails if they are fewer than the quorum. Who answered is who goes on to the next step.

The members of a round are fixed when it begins, each with its connection. A client that comes later, or comes again on
another connection, waits for the next round: what it sends is refused, with everything else that is late, twice, or of
another round, by name, and counted. Nothing of that ends a round.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from math import ceil

from mpc.errors import LocalError, PeerError
from mpc.network.star.events import Came, Event, Joined, Left

REASONS = ("duplicate", "late", "other-round", "not-a-member", "reconnected", "untagged")
_NAMED = 8


@dataclass(frozen=True, slots=True)
class Quorum:
    """How many must answer in each step: `least` of them, and this `share` of the round's members (0 to 1).

    LocalError `bad-quorum`.
    """

    least: int = 1
    share: float = 0.0

    def __post_init__(self) -> None:
        if self.least < 1 or not 0 <= self.share <= 1:
            cause = f"{self.least} clients, and {self.share} of the members, are no quorum"
            raise LocalError("bad-quorum", cause, "give a least number of 1 or more, and a share from 0 to 1")

    def of(self, members: int) -> int:
        """How many of so many members."""
        return max(self.least, ceil(self.share * members - 1e-9))


@dataclass(frozen=True, slots=True)
class Refused:
    """A message that does not count. `reason`: one of REASONS."""

    client: str
    reason: str
    tag: tuple[int, ...]


class Rounds:
    """The rounds of one server, one after the other. `refused` counts by client and reason; `number` and `step` are
    those that are under way, -1 before the first. `lost`: members of the round that did not answer in some step, or
    were gone when the next one began, and in which."""

    def __init__(self, quorum: Quorum | None = None, number: int = 0) -> None:
        """`number`: of the first round; a server that restarts goes on where it was."""
        self.quorum = quorum or Quorum()
        self.number = number - 1
        self.step = -1
        self.refused: Counter[tuple[str, str]] = Counter()
        self.members: dict[str, int] = {}
        self.deadline = 0.0
        self._here: dict[str, int] = {}
        self._left: dict[str, int] = {}
        self._answered: dict[str, None] = {}
        self._under_way = False
        self.lost: dict[str, int] = {}

    @property
    def here(self) -> tuple[str, ...]:
        """The clients that are connected now, members or not."""
        return tuple(self._here)

    @property
    def answered(self) -> tuple[str, ...]:
        """Who has answered in this step, in that order."""
        return tuple(self._answered)

    @property
    def missing(self) -> tuple[str, ...]:
        """Members of the step that have not answered and are still here."""
        return tuple(name for name in self._left if name not in self._answered and self._is_here(name))

    @property
    def gone(self) -> tuple[str, ...]:
        """Members of the step that went without an answer."""
        return tuple(name for name in self._left if name not in self._answered and not self._is_here(name))

    def begin(self, now: float, seconds: float, members: Iterable[str] | None = None) -> tuple[str, ...]:
        """Begins the next round and its step 0, due in `seconds`, with these members, or with all that are here.

        PeerError `quorum-missed` where they are too few; then no round has begun.
        """
        chosen = list(self._here) if members is None else [name for name in members if name in self._here]
        if len(chosen) < self.quorum.of(len(chosen)):
            cause = f"{len(chosen)} clients are here for round {self.number + 1}, and {self.quorum.least} are needed"
            raise PeerError("quorum-missed", cause, "wait for more of them", party=None)
        self.number += 1
        self.members = {name: self._here[name] for name in chosen}
        self.lost = {}
        self._left = dict(self.members)
        self._open(0, now, seconds)
        return tuple(chosen)

    def next_step(self, now: float, seconds: float) -> tuple[str, ...]:
        """Begins the next step of the round, with those who answered in the one before and are still here.

        LocalError `no-round` where that was not closed.
        """
        if self._under_way or self.step < 0:
            raise LocalError("no-round", "the step before is not closed", "begin a round, and close each of its steps")
        self._left = {name: self.members[name] for name in self._answered if self._is_here(name)}
        for name in self._answered:
            if name not in self._left:
                self.lose(name)
        self._open(self.step + 1, now, seconds)
        return tuple(self._left)

    def hear(self, event: Event) -> Came | Refused | None:
        """Takes an event: the message if it counts, why not, or None for who comes and goes."""
        if isinstance(event, Joined):
            self._here[event.client] = event.connection
        elif isinstance(event, Left):
            if self._here.get(event.client) == event.connection:
                del self._here[event.client]
        elif (reason := self._reason(event)) is not None:
            self.refused[event.client, reason] += 1
            return Refused(event.client, reason, event.tag)
        else:
            self._answered[event.client] = None
            return event
        return None

    def lose(self, name: str) -> None:
        """This member is lost in the step that is under way, or was last, unless it was before: also one whose answer a
        program refuses."""
        self.lost.setdefault(name, self.step)

    def due(self, now: float) -> bool:
        """Whether nothing more is to be waited for."""
        return not self._under_way or not self.missing or now >= self.deadline

    def close(self) -> tuple[str, ...]:
        """Ends the step: who has answered. PeerError `quorum-missed`, which names some of those that did not."""
        self._under_way = False
        for name in self._left:
            if name not in self._answered:
                self.lose(name)
        needed = self.quorum.of(len(self.members))
        if len(self._answered) >= needed:
            return self.answered
        absent = (*self.missing, *self.gone)
        named = ", ".join(absent[:_NAMED]) + (f" and {len(absent) - _NAMED} more" if len(absent) > _NAMED else "")
        cause = (
            f"{len(self._answered)} of {len(self.members)} clients answered in {self._place()}, and {needed} are needed"
        )
        remedy = "look whether they run; a longer deadline or a smaller quorum lets the round go on without them"
        party = absent[0] if absent else None
        raise PeerError("quorum-missed", f"{cause}; missing: {named or 'nobody who began it'}", remedy, party=party)

    def line(self) -> str:
        """How far the step is, for people: the missing by name."""
        missing = self.missing
        named = ", ".join(missing[:_NAMED]) + (" ..." if len(missing) > _NAMED else "")
        text = f"{self._place()}: {len(self._answered)} of {len(self._left)}"
        if self.gone:
            text += f", {len(self.gone)} gone"
        return text + (f", waiting for {named}" if missing else "")

    def _open(self, step: int, now: float, seconds: float) -> None:
        self.step, self.deadline, self._under_way = step, now + seconds, True
        self._answered = {}

    def _place(self) -> str:
        return f"round {self.number}, step {self.step}"

    def _is_here(self, name: str) -> bool:
        return self._here.get(name) == self.members.get(name)

    def _reason(self, came: Came) -> str | None:
        """Why a message does not count."""
        if len(came.tag) < 2:
            return "untagged"
        at = came.tag[0], came.tag[1]
        if at > (self.number, self.step):
            return "other-round"
        if came.client not in self.members:
            return "not-a-member" if at[0] == self.number else "late"
        if self.members[came.client] != came.connection:
            return "reconnected"
        if at < (self.number, self.step) or not self._under_way:
            return "late"
        if came.client in self._answered:
            return "duplicate"
        return None if came.client in self._left else "not-a-member"
