"""A party's ledger: what was asked of its data, what it allowed, and what that has spent.

Spent before revealed: `reserve` writes that something is asked, `commit` that it is spent, and each returns when that
is on the disk. What was reserved and never committed nor released counts as spent.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock

from mpc.errors import LocalError
from mpc.network.identity import Certificate
from mpc.network.signing import Signer
from protocols.privacy.ledger.address import Where
from protocols.privacy.ledger.balance import Balance
from protocols.privacy.ledger.book import Row
from protocols.privacy.ledger.books import create_book, open_book
from protocols.privacy.ledger.chain import Chain
from protocols.privacy.ledger.charges import Asking, Budget
from protocols.privacy.ledger.entries import MOST_BYTES, START, Content, begin, chained, encoded
from protocols.privacy.ledger.heads import ID_BYTES, Head, sealed, unpacked
from protocols.privacy.ledger.refusals import (
    clock_set_back,
    edited,
    no_such_step,
    not_prepaid,
    restored,
    setting,
    too_long,
)
from protocols.privacy.neighbours import Neighbours

CLOCKS_DIFFER = 60
"""Seconds that a clock may be put back by whoever keeps it right; an entry then has the time of the last one."""

Clock = Callable[[], float]

CheckRuns = Callable[[int], None]
"""Raises where there have been too many."""


def any_number(runs: int) -> None:
    """However many."""


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks: the run (its public session, in hexadecimal), the program's digest, and the parties' names."""

    run: str
    program: str
    parties: tuple[str, ...]

    def plain(self) -> Content:
        """For an entry."""
        return {"run": self.run, "program": self.program, "with": list(self.parties)}


class Ledger:
    """Of one party, in one file or database. Threads and processes may share it; each sees what the others wrote.

    Everything is verified when it is opened, and what others append since as it is read. Errors of opening: LocalError
    `ledger-missing`, `ledger-edited`, `ledger-truncated`, `ledger-of-another-party`; of writing: `ledger-unwritable`,
    `ledger-clock`, and those of opening.
    """

    def __init__(self, file: Where, signer: Signer, *, clock: Clock = time.time) -> None:
        self._book = open_book(file)
        self._signer, self._clock, self._lock = signer, clock, Lock()
        self._chain = Chain(file)
        try:
            with self._book.reading():
                self._catch_up()
        except BaseException:
            self.close()
            raise

    @staticmethod
    def begin(file: Where, signer: Signer, *, clock: Clock = time.time) -> Ledger:
        """A new ledger of this party. LocalError `ledger-exists`, `ledger-unwritable`."""
        book = create_book(file)
        try:
            with book.transaction():
                book.lay_out()
                identity, fingerprint = os.urandom(ID_BYTES), signer.certificate.digest.hex()
                first = encoded({"time": int(clock()), **begin(identity, signer.name, fingerprint)})
                hash_ = chained(START, first)
                book.append((1, first, hash_))
                book.seal(sealed(signer, identity, 1, hash_).packed())
        finally:
            book.close()
        return Ledger(file, signer, clock=clock)

    @property
    def file(self) -> Where:
        """Where it is."""
        return self._book.file

    @property
    def balance(self) -> Balance:
        """What follows from all entries that this process knows; not to be changed."""
        return self._chain.balance

    @property
    def head(self) -> Head:
        """The last one that this process knows."""
        assert self._chain.head is not None
        return self._chain.head

    def catch_up(self) -> None:
        """Take what other processes have written meanwhile. Errors of opening."""
        with self._lock, self._book.reading():
            self._catch_up()

    def set_budget(self, data: str, budget: Budget) -> None:
        """Decide what may be spent of this data from now on, in place of what was decided before.

        LocalError `other-neighbours`, `budget-other-measure` where what was spent so far cannot be held against it.
        """
        with self._writing() as entries:
            account = self.balance.accounts.get(data)
            if account is not None and account.budget is not None and (account.spent.count or account.unknown.count):
                if budget.neighbours != account.budget.neighbours:
                    raise _others_were_spent(data, account.budget.neighbours, budget.neighbours)
                if budget.measure == "epsilon" and any(total.rho for total in (account.spent, account.unknown)):
                    raise _rho_was_spent(data)
            entries.append({"event": "budget", "data": data, "budget": budget.plain()})

    def consider(self, data: str, price: Asking) -> None:
        """Raise what `reserve` would raise now; nothing is written."""
        with self._lock, self._book.reading():
            self._catch_up()
            self._now()
            self.balance.account(data).booked(data, price)

    def other_runs_of_day(self, run: str) -> int:
        """How many runs but this one have revealed something in the last 24 hours."""
        with self._lock, self._book.reading():
            self._catch_up()
            return self.balance.other_runs(self._now(), run)

    def reserve(
        self,
        asker: Asker,
        data: str,
        price: Asking,
        outputs: Sequence[Content],
        *,
        steps: int | None = None,
        runs: CheckRuns = any_number,
    ) -> int:
        """Set a charge aside, on the disk, and return the number of its entry: of the price, what the budget is
        measured in. With `steps` it is for so many outputs that follow, each noted by `step`. `runs` is told, while no
        other process can write, how many other runs have revealed something in the last 24 hours, and may raise.

        LocalError `budget-missing`, `budget-exceeded`, `budget-other-measure`, `other-neighbours`; nothing is written.
        """
        with self._writing() as entries:
            runs(self.balance.other_runs(self._now(), asker.run))
            charge = self.balance.account(data).booked(data, price)
            asked: Content = {"data": data, "charge": charge.plain(), "outputs": list(outputs)}
            ahead = {} if steps is None else {"steps": steps}
            entries.append({"event": "reserve", **asker.plain(), **asked, **ahead})
            number = self.balance.entries + 1
        return number

    def commit(self, number: int, votes: str, heads: Sequence[tuple[Certificate, Head]] = ()) -> None:
        """What was reserved is spent; `votes` is the hash of what all parties said. With it the `heads` are kept that
        peers have shown, which were checked, each unless a later one is. LocalError `ledger-step`."""
        with self._writing() as entries:
            self._require_open(number, "committed")
            entries.append({"event": "commit", "of": number, "votes": votes})
            for certificate, head in heads:
                before = self._peer(certificate)
                if before is None or head.follows(before):
                    self._book.keep(certificate.digest, head.packed())

    def release(self, number: int, by: str, no: Content) -> None:
        """What was reserved is not spent: `by` said a signed `no` before anything left. LocalError `ledger-step`."""
        with self._writing() as entries:
            self._require_open(number, "released")
            entries.append({"event": "release", "of": number, "by": by, "no": no})

    def reveal(self, asker: Asker, data: str, outputs: Sequence[Content], *, runs: CheckRuns = any_number) -> None:
        """Note outputs that are revealed as they are, without noise: nothing is charged. `runs` as of `reserve`."""
        with self._writing() as entries:
            runs(self.balance.other_runs(self._now(), asker.run))
            entries.append({"event": "reveal", **asker.plain(), "data": data, "outputs": list(outputs)})

    def step(self, asker: Asker, number: int, step: int, outputs: Sequence[Content]) -> None:
        """Note outputs that the charge of an entry was spent for beforehand. LocalError `ledger-step` for a step that
        was taken, that there is none, or of another run."""
        with self._writing() as entries:
            paid = self.balance.prepaid.get(number)
            if paid is None or number in self.balance.open or not paid.lacks(asker.run, step):
                raise not_prepaid(number, step)
            entries.append({"event": "step", **asker.plain(), "of": number, "step": step, "outputs": list(outputs)})

    def peer(self, certificate: Certificate) -> Head | None:
        """The last head that this peer has shown. LocalError `ledger-edited` for what is no head that it signed."""
        with self._lock:
            return self._peer(certificate)

    def confront(self, kept: Head, whom: str) -> None:
        """Look whether a head that a peer has kept, and this party signed, is in the ledger.

        LocalError `ledger-restored` if not. One that this party did not sign proves nothing.
        """
        if not kept.is_of(self._signer.certificate):
            return
        with self._lock, self._book.reading():
            self._catch_up()
            known = self._book.hash_at(kept.number) if kept.number <= self.head.number else None
        if kept.ledger != self.head.ledger or known != kept.hash:
            raise restored(self.file, whom, kept.number)

    def close(self) -> None:
        """Close the file."""
        self._book.close()

    @contextmanager
    def _writing(self) -> Iterator[list[Content]]:
        """A transaction in which all entries so far are known, and those of the list are appended and sealed."""
        with self._lock:
            with self._book.transaction():
                self._catch_up()
                now, entries = self._now(), list[Content]()
                yield entries
                rows = self._rows([{"time": now, **content} for content in entries])
                head = sealed(self._signer, self.head.ledger, rows[-1][0], rows[-1][2])
                for row in rows:
                    self._book.append(row)
                self._book.seal(head.packed())
            self._chain.extend(rows)
            self._chain.head = head

    def _rows(self, contents: Sequence[Content]) -> list[Row]:
        number, hash_, rows = self.head.number, self.head.hash, list[Row]()
        for content in contents:
            text = encoded(content)
            if len(text) > MOST_BYTES:
                raise too_long(self.file, len(text), MOST_BYTES)
            number, hash_ = number + 1, chained(hash_, text)
            rows.append((number, text, hash_))
        return rows

    def _peer(self, certificate: Certificate) -> Head | None:
        kept = self._book.peer(certificate.digest)
        try:
            head = None if kept is None else unpacked(kept)
        except ValueError:
            raise edited(self.file, "what it has kept of a peer is no head") from None
        if head is not None and not head.is_of(certificate):
            raise edited(self.file, "what it has kept of a peer is not signed by that peer")
        return head

    def _require_open(self, number: int, step: str) -> None:
        if number not in self.balance.open:
            raise no_such_step(step, number)

    def _now(self) -> int:
        now, last = int(self._clock()), self.balance.time
        if now < last - CLOCKS_DIFFER:
            raise clock_set_back(self.file, last, now)
        return max(now, last)

    def _catch_up(self) -> None:
        """Take what stands in the file and is not known yet, and hold all of it against the head."""
        self._chain.extend(self._book.rows(self.balance.entries))
        self._chain.check(self._book.head(), self._signer.certificate, self._signer.name)


def _others_were_spent(data: str, own: Neighbours, asked: Neighbours) -> LocalError:
    return LocalError(
        "other-neighbours",
        f"of {data} charges were spent for {own}, and the budget would be for {asked}: they promise different things",
        f"keep to the neighbours of what was spent, `{setting(data, '...', own)}`",
    )


def _rho_was_spent(data: str) -> LocalError:
    return LocalError(
        "budget-other-measure",
        f"of {data} charges were spent that are a rho, and the budget would be an epsilon",
        "set it as a rho",
    )
