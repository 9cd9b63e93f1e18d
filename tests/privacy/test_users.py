"""Whose rows are whose: the first so many of each user count, and what is not known is refused."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from mpc.errors import LocalError
from protocols.privacy.users import Users

IDS = ["b", "a", "b", "b", "a", "c"]


def test_the_first_rows_of_each_user_count() -> None:
    rows = np.arange(12).reshape(6, 2)
    assert Users(IDS, most_records=2).first_rows(rows)[:, 0].tolist() == [0, 2, 4, 8, 10]
    assert Users(np.zeros(3), most_records=1).first_rows(np.array([7, 8, 9])).tolist() == [7]
    assert Users([], most_records=1).first_rows(np.empty((0, 3))).shape == (0, 3)


def test_names_of_users_are_not_shown() -> None:
    assert repr(Users(IDS, most_records=2)) == "Users(most_records=2)"


@pytest.mark.parametrize(
    ("code", "make"),
    [
        ("contributions-unbounded", lambda: Users(None, most_records=2).first_rows(np.ones(6))),
        ("wrong-shape", lambda: Users(IDS, most_records=2).first_rows(np.ones(5))),
        ("wrong-shape", lambda: Users(IDS, most_records=2).first_rows(np.array(1))),
        ("wrong-shape", lambda: Users([IDS], most_records=2)),
        ("missing-values", lambda: Users([1.0, np.nan], most_records=2)),
        ("missing-values", lambda: Users(["a", np.nan], most_records=2)),
        ("missing-values", lambda: Users(("a", None), most_records=2)),
        ("missing-values", lambda: Users(np.ma.masked_array([1, 2, 1], [False, True, False]), most_records=2)),
        ("wrong-dtype", lambda: Users(np.array(["a", None]), most_records=2)),
        ("amount-out-of-range", lambda: Users(IDS, most_records=0)),
        ("wrong-amount", lambda: Users(IDS, most_records=1.5)),
    ],
)
def test_what_is_refused(code: str, make: Callable[[], object]) -> None:
    with pytest.raises(LocalError) as refused:
        make()
    assert refused.value.code == code
