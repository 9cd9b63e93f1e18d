"""Neighbours are a part of what an amount says, and two kinds are never added."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mpc.errors import LocalError
from protocols.privacy.neighbours import (
    Kind,
    Neighbours,
    Relation,
    Unit,
    add_or_remove,
    group,
    require_same,
    substitute,
    user,
)

units = st.one_of(
    st.builds(group, st.integers(1, 9)), st.builds(group, st.integers(1, 9), st.builds(user, st.integers(1, 9)))
)
neighbours = st.builds(Neighbours, st.sampled_from(Relation), units)


@given(neighbours, neighbours)
def test_two_kinds_are_the_same_only_if_they_are(first, second):
    if first == second:
        assert require_same(first, second) == first
    else:
        with pytest.raises(LocalError, match="other-neighbours"):
            require_same(first, second)


@given(neighbours)
def test_the_plain_form_is_read_back(some):
    assert Neighbours.of_plain(some.plain()) == some


@pytest.mark.parametrize(
    "plain",
    [
        None,
        [],
        ["add-or-remove", "record", 1],
        ["swap", "record", 1, 1],
        ["substitute", "family", 1, 1],
        ["substitute", "record", 2, 1],
        ["substitute", "user", 0, 1],
        ["substitute", "user", True, 1],
        ["substitute", "user", 1, 1 << 63],
    ],
)
def test_other_plain_forms_are_refused(plain):
    with pytest.raises(LocalError, match="wrong-event"):
        Neighbours.of_plain(plain)


@given(neighbours, st.integers(1, 9), st.integers(1, 9))
def test_groups_of_groups_are_groups_of_all(some, inner, outer):
    assert some.groups_of(inner).groups_of(outer) == some.groups_of(inner * outer)
    assert some.groups_of(outer).unit.most_records == outer * some.unit.most_records


def test_a_record_is_one_record():
    with pytest.raises(LocalError, match="wrong-neighbours"):
        Unit(Kind.RECORD, 2)


def test_they_say_what_they_are():
    texts = map(str, (add_or_remove(), substitute(user(3)), substitute(group(2)), add_or_remove(group(2, user(1)))))
    assert list(texts) == [
        "adding or removing one record",
        "substituting one user with at most 3 records",
        "substituting a group of 2 records",
        "adding or removing a group of 2 users with at most 1 record each",
    ]


@pytest.mark.parametrize("unit", [3, None, "user"])
def test_neighbours_differ_by_records_or_users(unit: object) -> None:
    for make in (substitute, add_or_remove):
        with pytest.raises(LocalError, match=r"wrong-neighbours.*[\s\S]*privacy.user\(3\)"):
            make(unit)  # type: ignore[arg-type]
