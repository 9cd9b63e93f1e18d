"""The account of one party: rounds of a line are those that pass while one of its calls is under way."""

from hypothesis import given
from hypothesis import strategies as st

from mpc.accounts.ledger import Ledger, LineCost, lines_of_all

calls = st.lists(st.tuples(st.integers(0, 12), st.integers(0, 6)), max_size=12)


@given(calls)
def test_rounds_of_a_line_are_the_depths_that_its_calls_cover(spans):
    ledger = Ledger(2)
    for before, rounds in spans:
        ledger.waited("program.py:1", before, before + rounds)
    covered = {depth for before, rounds in spans for depth in range(before, before + rounds)}
    assert sum(line.rounds for line in ledger.lines()) == len(covered)


def test_lines_are_kept_apart():
    ledger = Ledger(2)
    ledger.waited("program.py:1", 0, 3)
    ledger.waited("program.py:2", 0, 5)
    ledger.sent("program.py:2", 1, 40)
    assert [(line.line, line.rounds, line.bytes) for line in ledger.lines()] == [
        ("program.py:1", 3, 0),
        ("program.py:2", 5, 40),
    ]


def test_of_all_parties_bytes_are_added_up_and_rounds_are_the_most():
    first, other = Ledger(3), Ledger(3)
    for ledger, rounds, sent in ((first, 2, 8), (other, 5, 64)):
        ledger.computed("program.py:1", 0, rounds, [(2, sent)], [("triple", 3)])
    other.sent("program.py:2", 0, 24)
    assert lines_of_all([first.lines(), other.lines()]) == (
        LineCost("program.py:1", 5, 72, {"triple": 3}),
        LineCost("program.py:2", 0, 24, {}),
    )


@given(calls)
def test_a_call_written_down_at_once_counts_as_piece_by_piece(spans):
    at_once, pieces = Ledger(3), Ledger(3)
    for before, rounds in spans:
        line, after = f"program.py:{before % 3}", before + rounds
        sent, material = [(1, 40 + before), (2, rounds)], [("triple", before), ("edabit", 1)]
        at_once.computed(line, before, after, sent, material)
        pieces.waited(line, before, after)
        for to, count in sent:
            pieces.sent(line, to, count)
        for kind, elements in material:
            pieces.took(line, kind, elements)
    assert at_once.lines() == pieces.lines()
    assert at_once.bytes_to == pieces.bytes_to
    assert at_once.material == pieces.material
