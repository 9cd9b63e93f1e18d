"""What a ledger refuses, and what is said then: what is wrong with which file, and what to do.

A ledger that is not what its head says is never mended or guessed at. Its party stops spending, and finds the copy that
is right, or begins a new one that holds what may have been spent.
"""

from __future__ import annotations

from datetime import UTC, datetime
from shlex import quote

from mpc.errors import LocalError
from protocols.privacy.ledger.address import Where
from protocols.privacy.neighbours import Kind, Neighbours, Relation

KEEP = (
    "stop spending by it, and keep the file as it is; find who wrote into it, or a copy that `parley budget verify` "
    "accepts and whose head the other parties do not refuse"
)


def edited(file: Where, why: str) -> LocalError:
    """An entry, or what seals it, is not what was written."""
    return LocalError("ledger-edited", f"{file} was edited or damaged: {why}", KEEP)


def truncated(file: Where, entries: int, signed: int) -> LocalError:
    """The signed head counts more entries than there are."""
    return LocalError(
        "ledger-truncated",
        f"{file} has {entries:,} entries, and its signed head counts {signed:,}: the last are gone",
        KEEP,
    )


def restored(file: Where, whom: str, number: int) -> LocalError:
    """A peer has kept a head, signed with this party's key, that is not in the ledger."""
    return LocalError(
        "ledger-restored",
        f"{file} is older than what this party has shown {whom}: entry {number:,} is not there, or is another",
        "it was restored from a copy, or is one of two: find the later one; what it has spent is spent",
    )


def of_another_party(file: Where, name: str, here: str) -> LocalError:
    """It was begun with another certificate than the one at hand."""
    return LocalError(
        "ledger-of-another-party",
        f"{file} is the ledger of {name} and not of {here}: it was begun with another certificate",
        "name the ledger that belongs to this key; each party keeps its own",
    )


def clock_set_back(file: Where, last: int, now: int) -> LocalError:
    """The last entry is from the future."""
    return LocalError(
        "ledger-clock",
        f"the last entry of {file} is of {_day(last)}, and this machine's clock says {_day(now)}: it was set back, or "
        "forward before",
        "set the clock right; if the entry is of a day to come, the ledger takes none until then",
    )


def missing(file: Where, why: str) -> LocalError:
    """There is no file, or none that can be read."""
    return LocalError(
        "ledger-missing",
        f"cannot read the ledger {file}: {why}",
        "begin one with `parley budget set`, or check its path",
    )


def exists(file: Where) -> LocalError:
    """A ledger is never written over."""
    return LocalError(
        "ledger-exists", f"{file} exists, and a ledger is never begun twice", "open it, or name another file"
    )


def unwritable(file: Where, why: str) -> LocalError:
    """Nothing was written; whatever it should have allowed must not happen."""
    return LocalError(
        "ledger-unwritable",
        f"cannot write into the ledger {file}: {why}",
        "make room on the disk, allow writing, and let no other program hold the file; nothing was revealed",
    )


def too_long(file: Where, size: int, most: int) -> LocalError:
    """An entry that could not be read again is not written."""
    return LocalError(
        "ledger-unwritable",
        f"an entry of {file} would have {size:,} bytes, and the most are {most:,}",
        "reveal fewer values at once, or give the data a shorter name; nothing was revealed",
    )


def no_such_step(step: str, number: int) -> LocalError:
    """A reservation is committed or released once, and not both."""
    return LocalError(
        "ledger-step",
        f"entry {number:,} cannot be {step}: it is no open reservation",
        "reserve anew; each reservation ends once",
    )


def not_prepaid(number: int, step: int) -> LocalError:
    """A step is taken once, of a charge that its own run has spent for it."""
    return LocalError(
        "ledger-step",
        f"entry {number:,} pays for no step {step:,} that this run could still take",
        "reserve anew: each step is paid for once, beforehand, and by the run that takes it",
    )


def other_neighbours(data: str, own: Neighbours, asked: Neighbours) -> LocalError:
    """What is promised for some neighbours is no part of what may be spent for others."""
    anew = f"; or set the budget so, while nothing of it is spent: `{setting(data, '...', asked)}`"
    return LocalError(
        "other-neighbours",
        f"the budget of {data} is for {own}, and this asks for a charge for {asked}: they promise different things",
        f"ask for noise with neighbours={_written(own)}{anew * (asked.unit.together == 1)}. Nothing of it was revealed",
    )


def setting(data: str, amounts: str, neighbours: Neighbours) -> str:
    """The command that sets such a budget."""
    options = "" if neighbours.relation is Relation.SUBSTITUTE else f" --neighbours {neighbours.relation.value}"
    records = f" --user-records {neighbours.unit.records}" if neighbours.unit.kind is Kind.USER else ""
    return f"parley budget set LEDGER {quote(data)} --key NAME.key {amounts}{options}{records}"


def _written(neighbours: Neighbours) -> str:
    """As a program says it."""
    unit = neighbours.unit
    one = f"mpc.privacy.user({unit.records})" if unit.kind is Kind.USER else ""
    several = ", ".join([str(unit.together), *([one] if one else [])])
    inner = one if unit.together == 1 else f"mpc.privacy.group({several})"
    return f"mpc.privacy.{neighbours.relation.name.lower()}({inner})"


def _day(seconds: int) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M:%S} UTC"
