"""What one hospital knows of its own patients, in the clear and there alone, and the public grid of times."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from zlib import crc32

import numpy as np
import numpy.typing as npt

from mpc.context import Context
from mpc.errors import LocalError, PeerError
from protocols.arguments import whole_number
from protocols.array.inputs import secret_counted
from protocols.array.lines import naming_line, user_line
from protocols.array.secret import SecretArray
from protocols.party_indices import party_index

Floats = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]

MOST_TIMES = 1 << 12
MOST_ARMS = 64


class Patients:
    """One hospital's patients, a place each: how long each was observed, whether the event came then or the patient was
    last seen, in which arm of a study each is, and covariates (patients, columns).

    Nothing of it leaves the hospital but by what the functions of `mpc.survival` compute. It shows no patient: its repr
    has their number alone. LocalError `wrong-shape`, `not-a-number` for what is missing, `wrong-number` for negative
    times, events other than 0 and 1, arms that are no whole numbers below MOST_ARMS; `masked-array`.
    """

    __slots__ = ("arms", "covariates", "events", "times")

    def __init__(self, times: Any, events: Any, *, arms: Any = None, covariates: Any = None) -> None:
        self.times = _numbers(times, "times", 1)
        count = len(self.times)
        self.events = _whole(events, "events", count, most=1)
        self.arms = np.zeros(count, np.int64) if arms is None else _whole(arms, "arms", count, most=MOST_ARMS - 1)
        self.covariates = np.zeros((count, 0)) if covariates is None else _numbers(covariates, "covariates", 2)
        if len(self.covariates) != count:
            raise _unequal(count, "covariates", len(self.covariates))
        if (self.times < 0).any():
            raise LocalError("wrong-number", "some times are negative", "count from each patient's start",
                             line=user_line())  # fmt: skip

    def __len__(self) -> int:
        return len(self.times)

    def __repr__(self) -> str:
        return f"Patients({len(self)} of them)"

    def slots(self, grid: Floats) -> Whole:
        """The place in the grid of the first time that is not before each patient's; its length for later ones."""
        return np.searchsorted(grid, self.times, side="left").astype(np.int64)

    def deaths(self, grid: Floats) -> Whole:
        """(patients, times): a one where the event came."""
        seen = self.slots(grid)[:, None] == np.arange(len(grid))
        return np.asarray(seen & (self.events[:, None] == 1), np.int64)

    def at_risk(self, grid: Floats) -> Whole:
        """(patients, times): a one where the patient was still observed."""
        return np.asarray(self.slots(grid)[:, None] >= np.arange(len(grid)), np.int64)


def public_numbers(given: Any) -> Floats:
    """What a program gives as public numbers; what are none as one that is not finite."""
    try:
        return np.asarray(given, np.float64)
    except (TypeError, ValueError):
        return np.full((), np.nan)


def grid_of(grid: Any) -> Floats:
    """Public times that rise, above 0. LocalError `wrong-number`."""
    times = public_numbers(grid)
    rises = times.ndim == 1 and 0 < times.size <= MOST_TIMES and times[0] > 0 and bool((np.diff(times) > 0).all())
    if not rises or not np.isfinite(times).all():
        raise LocalError(
            "wrong-number", f"a grid that is no list of 1 to {MOST_TIMES} rising times above 0",
            "give public ends of intervals, the same at all hospitals: range(1, 37) for months", line=user_line(),
        )  # fmt: skip
    return times


def sites_of(ctx: Context, sites: Sequence[int] | None) -> list[int]:
    """The parties that have patients, all by default. LocalError `no-such-party`, `wrong-number` for none or twice."""
    line = user_line()
    named = sites if np.iterable(sites) else []
    chosen = list(ctx.everyone) if sites is None else [party_index(ctx.everyone, site, line) for site in named]
    if not chosen or len(set(chosen)) < len(chosen):
        raise LocalError("wrong-number", "no list of sites, or one twice", "name each party that has patients once: "
                         "sites=[0, 1]", line=line)  # fmt: skip
    return chosen


def need_patients(mine: Any) -> Patients | None:
    """A party's own, or None. LocalError `wrong-patients`."""
    if mine is not None and not isinstance(mine, Patients):
        raise LocalError(
            "wrong-patients", f"patients of type {type(mine).__name__}",
            "give mpc.survival.Patients(times, events), and None at a party that has none", line=user_line(),
        )  # fmt: skip
    return mine


def most_of(own: Patients | None, most: Any) -> int:
    """How many patients a site has at most, which is public. LocalError `wrong-argument`; `out-of-range` where this
    party has more."""
    with naming_line():
        most = whole_number(most, "most")
    if own is not None and len(own) > most:
        raise LocalError(
            "out-of-range", f"this party has {len(own)} patients, and most= says that no site has more than {most}",
            "a larger most=, the same at all sites", line=user_line(),
        )  # fmt: skip
    return int(most)


def count_of_arms(arms: Any, mine: Patients | None) -> int:
    """How many there are. LocalError `wrong-number` where this party's patients are in others."""
    if type(arms) is not int or not 1 <= arms <= MOST_ARMS:
        raise LocalError("wrong-number", f"arms={arms!r}", f"a whole number from 1 to {MOST_ARMS}", line=user_line())
    if mine is not None and len(mine) and int(mine.arms.max()) >= arms:
        raise LocalError("wrong-number", f"some of this party's patients are in an arm beyond {arms - 1}",
                         "arms count from 0, and arms= says how many there are", line=user_line())  # fmt: skip
    return arms


def mark_of(*terms: Floats) -> int:
    """What follows from the public numbers by which sites count: messages about what they counted carry a part of it,
    so that a site that counts by others, as by times of its own patients, is noticed. Never 0."""
    return crc32(repr([(term.shape, term.tobytes()) for term in terms]).encode()) or 1


async def told(
    ctx: Context, site: int, own: Any, shape: tuple[int | None, ...] | None, *, mark: int = 0, **how: Any
) -> SecretArray:
    """A site's numbers as a secret of a shape that all know; None for one, or a length of it, that the site tells.

    `mark`: `mark_of` what is public of how they are counted. PeerError `public-values-differ` where that is other at
    another party, `unexpected-message` for another shape; LocalError as of `mpc.secret`.
    """
    x = await secret_counted(ctx, site, own, mark=mark, **how)
    if shape is not None and not _fits(x.shape, shape):
        name = ctx.names[site]
        raise PeerError("unexpected-message", f"{name} brings numbers of shape {x.shape} where {shape} is due",
                        "run the same program, with the same grid and arms, everywhere",
                        party=name, line=user_line())  # fmt: skip
    return x


def _fits(shape: tuple[int, ...], due: tuple[int | None, ...]) -> bool:
    return len(shape) == len(due) and all(want in (None, have) for want, have in zip(due, shape, strict=True))


def _numbers(given: Any, name: str, dimensions: int) -> Floats:
    _refuse_dates_and_masks(given, name)
    try:
        values = np.array(given, np.float64)
    except (TypeError, ValueError):
        values = np.full(1, np.nan)
    if not np.isfinite(values).all():
        raise LocalError("not-a-number", f"some of the {name} are missing or no finite numbers",
                         "leave such patients out, or put a number in their place", line=user_line())  # fmt: skip
    if values.ndim != dimensions:
        raise LocalError("wrong-shape", f"{name} of shape {values.shape}",
                         f"an array of {dimensions} dimension{'s' * (dimensions > 1)}", line=user_line())  # fmt: skip
    return values


def _refuse_dates_and_masks(given: Any, name: str) -> None:
    """LocalError `not-a-number` for what numpy would count in days since 1970, or in billionths of a second;
    `masked-array` for what it would take without its mask."""
    if isinstance(given, np.ma.MaskedArray):
        raise LocalError("masked-array", f"the {name} are a masked array, in which some may be missing",
                         "leave such patients out, of all that is given", line=user_line())  # fmt: skip
    if getattr(getattr(given, "dtype", None), "kind", "") in tuple("mM"):
        raise LocalError(
            "not-a-number", f"the {name} are dates or durations",
            "count from each patient's start, in a unit that all have: (seen - start) / np.timedelta64(1, 'D')",
            line=user_line(),
        )  # fmt: skip


def _whole(given: Any, name: str, count: int, most: int) -> Whole:
    values = _numbers(given, name, 1)
    if len(values) != count:
        raise _unequal(count, name, len(values))
    if (values < 0).any() or (values != np.rint(values)).any() or (values > most).any():
        raise LocalError(
            "wrong-number", f"some of the {name} are not whole numbers from 0 to {most}",
            "1 where the event came, 0 where the patient was last seen; arms count from 0", line=user_line(),
        )  # fmt: skip
    return values.astype(np.int64)


def _unequal(count: int, name: str, other: int) -> LocalError:
    return LocalError("wrong-shape", f"{count} times beside {other} {name}", "one for each patient", line=user_line())
