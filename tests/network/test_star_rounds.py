"""Rounds: who counts, who is refused and why, when a step is over. No network here."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import numpy as np
import pytest

from mpc.errors import LocalError, PeerError
from mpc.network.star.events import Came, Joined, Left
from mpc.network.star.rounds import REASONS, Quorum, Refused, Rounds

NAMES = ("anna", "bert", "carl")


def message(client: str, *tag: int, connection: int | None = None) -> Came:
    number = NAMES.index(client) + 1 if connection is None else connection
    return Came(client, number, tag, np.zeros(1, np.uint64))


def begun(quorum: Quorum | None = None) -> Rounds:
    """Three clients in step 0 of round 0, due at 10."""
    rounds = Rounds(quorum)
    for i, name in enumerate(NAMES):
        rounds.hear(Joined(name, i + 1))
    assert rounds.begin(0.0, 10.0) == NAMES
    return rounds


def refused(verdict: object) -> str:
    assert isinstance(verdict, Refused)
    return verdict.reason


def test_a_step_is_due_when_all_have_answered_or_at_its_deadline() -> None:
    rounds = begun()
    assert not rounds.due(0.0)
    assert rounds.due(10.0)
    for name in NAMES:
        assert rounds.missing[0] == name
        assert isinstance(rounds.hear(message(name, 0, 0)), Came)
    assert rounds.due(0.0)
    assert rounds.close() == NAMES


def _do(rounds: Rounds, client: str, what: str) -> Iterator[str]:
    """What a client does in a step; what is refused of it."""
    number = NAMES.index(client) + 1
    if what in ("answers", "twice"):
        assert isinstance(rounds.hear(message(client, 0, 0)), Came)
    if what == "twice":
        yield refused(rounds.hear(message(client, 0, 0)))
    if what == "ahead":
        yield refused(rounds.hear(message(client, 0, 1)))
    if what == "another round":
        yield refused(rounds.hear(message(client, 1, 0)))
    if what in ("leaves", "comes again"):
        assert rounds.hear(Left(client, number, None)) is None
    if what == "comes again":
        rounds.hear(Joined(client, number + 10))
        yield refused(rounds.hear(message(client, 0, 0, connection=number + 10)))


DEEDS = {
    "answers": [], "twice": ["duplicate"], "ahead": ["other-round"], "another round": ["other-round"], "leaves": [],
    "comes again": ["reconnected"], "says nothing": [],
}  # fmt: skip


@pytest.mark.parametrize("first", DEEDS)
def test_whatever_three_clients_do_those_that_answered_once_count(first: str) -> None:
    for others in product(DEEDS, repeat=2):
        check_deeds((first, *others))


def check_deeds(deeds: tuple[str, ...]) -> None:
    rounds = begun()
    for client, deed in zip(NAMES, deeds, strict=True):
        assert list(_do(rounds, client, deed)) == DEEDS[deed]
    answered = tuple(name for name, deed in zip(NAMES, deeds, strict=True) if deed in ("answers", "twice"))
    absent = {name for name, deed in zip(NAMES, deeds, strict=True) if deed in ("leaves", "comes again")}
    assert rounds.answered == answered
    assert set(rounds.gone) == absent
    assert set(rounds.missing) == set(NAMES) - set(answered) - absent
    assert rounds.due(1.0) == (not rounds.missing)
    assert sum(rounds.refused.values()) == sum(len(DEEDS[deed]) for deed in deeds)
    if not answered:
        with pytest.raises(PeerError, match="quorum-missed"):
            rounds.close()
        return
    assert rounds.close() == answered
    assert rounds.next_step(2.0, 5.0) == answered
    for name in answered:
        assert isinstance(rounds.hear(message(name, 0, 1)), Came)
    assert rounds.close() == answered
    everybody = [name for name, deed in zip(NAMES, deeds, strict=True) if deed != "leaves"]
    assert set(rounds.begin(3.0, 5.0)) == set(everybody)
    assert rounds.number == 1


def test_a_client_that_comes_during_a_round_waits_for_the_next_one() -> None:
    rounds = begun()
    rounds.hear(Joined("dora", 9))
    late = Came("dora", 9, (0, 0), np.zeros(1, np.uint64))
    assert refused(rounds.hear(late)) == "not-a-member"
    for name in NAMES:
        rounds.hear(message(name, 0, 0))
    rounds.close()
    assert "dora" in rounds.begin(1.0, 1.0)


def test_messages_of_closed_steps_and_rounds_are_late() -> None:
    rounds = begun()
    rounds.hear(message("anna", 0, 0))
    rounds.hear(message("bert", 0, 0))
    rounds.close()
    assert refused(rounds.hear(message("carl", 0, 0))) == "late"
    assert rounds.next_step(1.0, 1.0) == ("anna", "bert")
    assert refused(rounds.hear(message("carl", 0, 0))) == "late"
    assert refused(rounds.hear(message("carl", 0, 1))) == "not-a-member"
    rounds.hear(message("anna", 0, 1))
    rounds.close()
    rounds.begin(2.0, 1.0)
    assert refused(rounds.hear(message("bert", 0, 1))) == "late"
    assert refused(rounds.hear(message("bert"))) == "untagged"
    assert rounds.refused["carl", "late"] == 2
    assert {reason for _, reason in rounds.refused} <= set(REASONS)


def test_a_missed_quorum_names_the_missing_and_the_next_round_goes_on() -> None:
    rounds = begun(Quorum(1, 1.0))
    rounds.hear(message("anna", 0, 0))
    rounds.hear(Left("carl", 3, None))
    with pytest.raises(PeerError) as caught:
        rounds.close()
    assert caught.value.party == "bert"
    assert "1 of 3" in caught.value.cause
    assert "bert, carl" in caught.value.cause
    assert rounds.begin(1.0, 1.0) == ("anna", "bert")


def test_what_is_left_of_a_round_is_shown() -> None:
    rounds = begun()
    rounds.hear(message("bert", 0, 0))
    assert rounds.line() == "round 0, step 0: 1 of 3, waiting for anna, carl"
    rounds.hear(Left("carl", 3, None))
    assert rounds.line() == "round 0, step 0: 1 of 3, 1 gone, waiting for anna"


@pytest.mark.parametrize(("quorum", "members", "needed"), [
    (Quorum(), 10, 1), (Quorum(3), 10, 3), (Quorum(3, 0.5), 10, 5), (Quorum(1, 0.8), 10, 8), (Quorum(1, 0.8), 11, 9),
    (Quorum(1, 0.1), 30, 3), (Quorum(5, 1.0), 2, 5),
])  # fmt: skip
def test_a_quorum_is_a_number_and_a_share(quorum: Quorum, members: int, needed: int) -> None:
    assert quorum.of(members) == needed


def test_too_few_begin_no_round() -> None:
    rounds = Rounds(Quorum(2), number=7)
    rounds.hear(Joined("anna", 1))
    with pytest.raises(PeerError, match="quorum-missed"):
        rounds.begin(0.0, 1.0)
    assert rounds.number == 6
    rounds.hear(Joined("bert", 2))
    rounds.begin(0.0, 1.0, members=["anna", "bert", "nobody"])
    assert rounds.number == 7


def test_steps_are_closed_before_the_next_one() -> None:
    with pytest.raises(LocalError, match="no-round"):
        Rounds().next_step(0.0, 1.0)
    with pytest.raises(LocalError, match="no-round"):
        begun().next_step(0.0, 1.0)
    for least, share in ((0, 0.5), (1, 1.5)):
        with pytest.raises(LocalError, match="bad-quorum"):
            Quorum(least, share)
