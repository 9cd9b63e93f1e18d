"""A server's training in a file of SQLite, so that one that is stopped in the middle of a round goes on with the next.

The number of a round is on the disk before it is told to anybody, and is never used again, whatever became of the
round: clients refuse it twice. After a round the weights, the optimiser's state, the figures and what early stopping
remembers are written in one transaction. The file has nothing that clients do not see, but for that.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from hashlib import sha256
from math import inf
from pathlib import Path
from typing import Any

import numpy as np

from mpc.errors import LocalError
from mpc.prg import Seed
from protocols.federated.course import Course, Kept
from protocols.federated.layout import Vector
from protocols.federated.outcomes import Held, Round
from protocols.federated.terms import Terms

_SCHEMA = """
CREATE TABLE training (terms TEXT NOT NULL, next INTEGER NOT NULL, attempts INTEGER NOT NULL, stopped INTEGER NOT NULL,
    common BLOB, least REAL, best_at INTEGER);
CREATE TABLE vectors (name TEXT, part INTEGER, content BLOB, PRIMARY KEY (name, part));
CREATE TABLE rounds (number INTEGER PRIMARY KEY, content TEXT NOT NULL);
"""
_PART = 1 << 26
"""Bytes of a vector in one row."""


class Keeping:
    """The file of one training. `next`: the number of the next round on the wire; `attempts`: rounds that were begun.

    LocalError `training-state` where the file is of another training, in use, damaged, or cannot be written.
    """

    def __init__(self, file: Path, terms: Terms) -> None:
        self.file = file
        self.next: int = 0
        self.attempts: int = 0
        with self._telling():
            self._connection = sqlite3.connect(file, timeout=0, isolation_level=None, check_same_thread=False)
        try:
            with self._telling():
                self._begin(sha256(terms.text.encode()).hexdigest())
        except BaseException:
            self.close()
            raise

    def open_round(self) -> int:
        """The number of a round that begins now, on the disk when this returns."""
        number, self.next, self.attempts = self.next, self.next + 1, self.attempts + 1
        with self._telling():
            self._connection.execute("UPDATE training SET next = ?, attempts = ?", (self.next, self.attempts))
        return number

    def save(self, course: Course) -> None:
        """A round is over, or the first is about to begin."""
        kept = course.kept()
        with self._telling(), self._transaction() as run:
            run(
                "UPDATE training SET stopped = ?, common = ?, least = ?, best_at = ?",
                (int(kept.stopped), kept.common.secret, None if kept.least == inf else kept.least, kept.best_at),
            )
            for number, vector in enumerate(kept.optimiser):
                self._put(run, f"optimiser {number}", vector)
            self._put(run, "weights", kept.weights)
            if kept.best is not None and kept.best_at == len(kept.rounds):
                self._put(run, "best", kept.best)
            for found in kept.rounds[-1:]:
                plain = {**asdict(found), "sites": len(found.sites)}
                run("INSERT OR REPLACE INTO rounds VALUES (?, ?)", (found.number, json.dumps(plain)))

    def resume(self, course: Course) -> bool:
        """Brings a course to where the file is; whether there was anything."""
        with self._telling():
            row = self._one("SELECT stopped, common, least, best_at FROM training")
            if row is None or row[1] is None:
                return False
            stopped, common, least, best_at = row
            rounds = [_round_of(text) for (text,) in self._all("SELECT content FROM rounds ORDER BY number")]
            optimiser = [self._vector(f"optimiser {number}") for number in range(len(course.kept().optimiser))]
            best = self._vector("best") if best_at else None
            weights = self._vector("weights")
            if any(len(vector) != course.terms.layout.size for vector in (weights, *optimiser)):
                raise ValueError("vectors of another length")
            course.resume(
                Kept(weights, optimiser, Seed(common), rounds, bool(stopped), inf if least is None else least, best,
                     best_at)
            )  # fmt: skip
        return True

    def close(self) -> None:
        """Lets go of the file."""
        self._connection.close()

    def _begin(self, digest: str) -> None:
        for setting in ("locking_mode = EXCLUSIVE", "synchronous = FULL"):
            self._connection.execute(f"PRAGMA {setting}")
        self._connection.execute("BEGIN EXCLUSIVE")
        if not self._one("SELECT count(*) FROM sqlite_master")[0]:
            for statement in _SCHEMA.split(";"):
                self._connection.execute(statement)
            first = "INSERT INTO training (terms, next, attempts, stopped) VALUES (?, 0, 0, 0)"
            self._connection.execute(first, (digest,))
        self._connection.execute("COMMIT")
        terms, self.next, self.attempts = self._one("SELECT terms, next, attempts FROM training")
        if terms != digest:
            raise _unfit(self.file, "is of a training with other terms")

    def _put(self, run: Any, name: str, vector: Vector) -> None:
        content = np.ascontiguousarray(vector, "<f8").view(np.uint8).data
        run("DELETE FROM vectors WHERE name = ?", (name,))
        for part, start in enumerate(range(0, len(content), _PART)):
            run("INSERT INTO vectors VALUES (?, ?, ?)", (name, part, content[start : start + _PART]))

    def _vector(self, name: str) -> Vector:
        parts = self._all("SELECT content FROM vectors WHERE name = ? ORDER BY part", (name,))
        return np.frombuffer(b"".join(part for (part,) in parts), "<f8").astype(np.float64)

    def _one(self, query: str) -> Any:
        return self._connection.execute(query).fetchone()

    def _all(self, query: str, values: Sequence[object] = ()) -> list[Any]:
        return self._connection.execute(query, values).fetchall()

    @contextmanager
    def _transaction(self) -> Iterator[Any]:
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield self._connection.execute
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")

    @contextmanager
    def _telling(self) -> Iterator[None]:
        """Errors of SQLite, and of what is not what this writes, as of the house."""
        try:
            yield
        except sqlite3.Error as error:
            raise _unfit(self.file, f"cannot be used: {error}") from None
        except (ValueError, TypeError, KeyError):
            raise _unfit(self.file, "holds what no training has written") from None


def _round_of(text: str) -> Round:
    plain = json.loads(text)
    held = plain["held_out"]
    plain["sites"] = counted(plain["sites"])
    return Round(**{**plain, "held_out": None if held is None else Held(**held)})


_COUNTED: dict[int, tuple[int, ...]] = {}


def counted(clients: int) -> tuple[int, ...]:
    """So many clients by number: a star's server keeps no list of names for each round."""
    return _COUNTED.setdefault(clients, tuple(range(clients)))


def _unfit(file: Path, what: str) -> LocalError:
    return LocalError(
        "training-state", f"{file} {what}", "give the file of this training, which no other server uses, or a new one"
    )
