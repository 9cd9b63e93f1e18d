"""Which two data sets a mechanism must make hard to tell apart: the neighbours that its epsilon speaks of.

An epsilon alone says nothing. It bounds what changes in the output when the data change by one unit: a record is added
or removed, or one is put in the place of another; the unit is a record, all records of a user, or those of a group.
Every sensitivity, event and budget carries its neighbours, and those of two kinds are never added up.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from mpc.errors import LocalError
from protocols.privacy.amounts import count_of


class Relation(Enum):
    """How two neighbours differ by one unit. The values are stable: files hold them."""

    ADD_OR_REMOVE = "add-or-remove"
    """The one has a unit more than the other. Whether somebody is in the data at all is protected."""

    SUBSTITUTE = "substitute"
    """Both have as many units, of which one differs. The number of units is public."""


class Kind(Enum):
    """Whose data one unit is. The values are stable: files hold them."""

    RECORD = "record"
    USER = "user"


@dataclass(frozen=True, slots=True)
class Unit:
    """What two neighbours differ by: one record or one user, or so many of them `together`, a group.

    `records` bounds what one user contributes; the data must be cut to it before anything is computed. Of a record it
    is 1. Two users of two records each are no group of four
    records: any four records may be of four users.
    """

    kind: Kind
    records: int = 1
    together: int = 1

    def __post_init__(self) -> None:
        object.__setattr__(self, "records", count_of(self.records, "the records of a user"))
        object.__setattr__(self, "together", count_of(self.together, "the members of a group"))
        if self.kind is Kind.RECORD and self.records != 1:
            raise LocalError("wrong-neighbours", "a record is one record", "user(...) or group(...) for several")

    @property
    def most_records(self) -> int:
        """How many records of neighbours may differ."""
        return self.records * self.together

    def __str__(self) -> str:
        held = f" with at most {self.records} record{'s' * (self.records > 1)}" if self.kind is Kind.USER else ""
        if self.together == 1:
            return f"one {self.kind.value}{held}"
        return f"a group of {self.together} {self.kind.value}s{held}{' each' * bool(held)}"


RECORD = Unit(Kind.RECORD)


def user(records: int) -> Unit:
    """All that one user contributes, at most so many records. Raises LocalError as `count_of`."""
    return Unit(Kind.USER, records)


def group(members: int, unit: Unit = RECORD) -> Unit:
    """Any so many records, or users, together. Raises LocalError as `count_of`."""
    return Unit(unit.kind, unit.records, count_of(members, "the members of a group") * unit.together)


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Two data sets are neighbours if they differ so. A part of the type of all that an epsilon is said of."""

    relation: Relation = Relation.ADD_OR_REMOVE
    unit: Unit = RECORD

    def __post_init__(self) -> None:
        if not isinstance(self.unit, Unit):
            raise LocalError(
                "wrong-neighbours",
                f"neighbours that differ by {self.unit!r}, which says neither records nor users",
                "nothing for one record; mpc.privacy.user(3) for all that a user has, or mpc.privacy.group(3)",
            )

    def __str__(self) -> str:
        verb = "adding or removing" if self.relation is Relation.ADD_OR_REMOVE else "substituting"
        return f"{verb} {self.unit}"

    def groups_of(self, units: int) -> Neighbours:
        """The neighbours that differ by so many of these units at once."""
        return Neighbours(self.relation, group(units, self.unit))

    def plain(self) -> list[str | int]:
        """Text and integers, for a file or a message."""
        return [self.relation.value, self.unit.kind.value, self.unit.records, self.unit.together]

    @staticmethod
    def of_plain(plain: object) -> Neighbours:
        """What `plain` wrote. Raises LocalError `wrong-event` for anything else."""
        match plain:
            case [str(relation), str(kind), int(records), int(together)]:
                try:
                    return Neighbours(Relation(relation), Unit(Kind(kind), records, together))
                except (ValueError, LocalError):
                    pass
        raise LocalError(
            "wrong-event", "what should say which data sets are neighbours does not", "an entry as written"
        )


def add_or_remove(unit: Unit = RECORD) -> Neighbours:
    """One has a unit more than the other."""
    return Neighbours(Relation.ADD_OR_REMOVE, unit)


def substitute(unit: Unit = RECORD) -> Neighbours:
    """One has another unit in the place of one of the other's; their number is public."""
    return Neighbours(Relation.SUBSTITUTE, unit)


def require_same(first: Neighbours, second: Neighbours) -> Neighbours:
    """The neighbours of both. Raises LocalError `other-neighbours` where they differ."""
    if first != second:
        raise LocalError(
            "other-neighbours",
            f"amounts for {first} and for {second} cannot be added: they promise different things",
            "state one kind of neighbours for all of a budget; `for_groups` says what one promises of another",
        )
    return first
