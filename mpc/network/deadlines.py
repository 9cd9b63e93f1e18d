"""What a peer whose heartbeats go on may not do for ever: take in nothing, hold a message back, or be waited for.

A heartbeat says that a process lives, and what it says of its sender may be untrue. Three deadlines hold whatever a
peer says, and none is extended by what goes on elsewhere:

- Bytes that are to go to a peer, of which it takes none for the stall timeout: an endpoint that lives always reads.
- Messages that a peer says it has sent, of which nothing comes for the stall timeout, while its heartbeats do: they
  travel on the same connection.
- A message, or a goodbye, that is waited for as long as the wait timeout. Honest peers may compute for long, and wait
  for others who do, and nothing that they could say of it tells them from one that has dropped the message; so this one
  is long.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mpc.errors import PeerError
from mpc.network.endings import overdue, takes_nothing, withholds
from mpc.network.mailbox import Mailbox
from mpc.network.peer import Peer
from mpc.network.wire import Heartbeat, Tag

Wait = tuple[int, Tag | None]
"""A sender and the tag of its message, or None for its goodbye."""


class Deadlines:
    """Of one endpoint. `stall` and `wait` in seconds; asked with every heartbeat what has passed."""

    def __init__(self, names: Sequence[str], stall: float, wait: float) -> None:
        self._names = names
        self._stall = stall
        self._wait = wait
        self._waits: dict[Wait, float] = {}
        self._missing: dict[int, float] = {}

    def passed(self, peers: Sequence[Peer], mailbox: Mailbox, me: int, now: float) -> Iterator[tuple[int, PeerError]]:
        """Whom this endpoint has waited for too long, and how."""
        for peer in peers:
            if peer.blocked_for(now) > self._stall:
                yield peer.index, takes_nothing(peer.name, self._stall)
            elif self._missing_for(peer, mailbox, me, now) > self._stall:
                yield peer.index, withholds(peer.name, self._stall)
        self._waits = {wait: self._waits.get(wait, now) for wait in mailbox.all_waits()}
        beats = {peer.index: peer.beat for peer in peers}
        for (sender, tag), since in self._waits.items():
            if now - since > self._wait:
                yield sender, overdue(self._names[sender], tag, self._wait, self._names[_at_the_end(sender, beats, me)])

    def _missing_for(self, peer: Peer, mailbox: Mailbox, me: int, now: float) -> float:
        """For how many seconds nothing has come of what the peer says it has sent; a heartbeat may be ahead of it."""
        if peer.beat is None or peer.beat.sent[me] <= mailbox.received[peer.index]:
            self._missing.pop(peer.index, None)
            return 0.0
        self._missing[peer.index] = max(self._missing.get(peer.index, now), peer.moved)
        return now - self._missing[peer.index]

    def postpone(self, peers: Sequence[Peer], seconds: float) -> None:
        """This process itself did not run for so long."""
        self._waits = {wait: since + seconds for wait, since in self._waits.items()}
        self._missing = {index: since + seconds for index, since in self._missing.items()}
        for peer in peers:
            peer.postpone(seconds)


def _at_the_end(sender: int, beats: dict[int, Heartbeat | None], me: int) -> int:
    """Who it hangs on: whom the sender waits for by its own account, and so on, as far as that leads away from here."""
    seen = {me}
    while sender not in seen:
        seen.add(sender)
        beat = beats.get(sender)
        if beat is None or beat.working or not beat.waiting or beat.waiting[0][0] in seen:
            break
        sender = beat.waiting[0][0]
    return sender
