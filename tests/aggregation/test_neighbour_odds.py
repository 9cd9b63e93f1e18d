"""Probabilities of failure are those of counting, and a plan's graph is the sparsest that keeps to them."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import combinations, permutations
from math import comb, inf, log2

import numpy as np
import pytest

from mpc.errors import LocalError
from mpc.prg import Seed
from protocols.aggregation import Terms, plan
from protocols.aggregation.graphs_bbglr20 import (
    circle,
    cut_assigned,
    cut_chosen,
    exposed,
    lost,
    random_choice,
    random_order,
)
from protocols.aggregation.odds import log2_sum, tail
from protocols.aggregation.plan import log2_exposed


def exact_tail(population: int, marked: int, drawn: int, at_least: int) -> Fraction:
    ways = sum(comb(marked, j) * comb(population - marked, drawn - j) for j in range(max(at_least, 0), drawn + 1))
    return Fraction(ways, comb(population, drawn))


@pytest.mark.parametrize("population", [1, 2, 5, 9, 40])
def test_tails_are_exact(population: int) -> None:
    for drawn in {0, 1, population // 2, population}:
        for at_least in range(-1, drawn + 2):
            found = tail(population, np.arange(population + 1), drawn, at_least)
            for marked in range(population + 1):
                exact = exact_tail(population, marked, drawn, at_least)
                assert found[marked] == pytest.approx(log2(exact) if exact else -inf, abs=1e-9)


@pytest.mark.parametrize("population", [9999, 65535])
def test_a_large_tail(population: int) -> None:
    exact = exact_tail(population, population // 5, 200, 90)
    wanted = log2(exact.numerator) - log2(exact.denominator)
    assert tail(population, population // 5, 200, 90)[0] == pytest.approx(wanted, abs=1e-6)


def test_sets_that_are_cut_off_are_counted_size_by_size() -> None:
    """As the sum over all sizes says, though ranges of sizes that add next to nothing are counted by their last one."""
    for n, corrupted, degree, threshold in ((700, 70, 60, 38), (701, 70, 12, 9), (400, 0, 40, 26), (9, 1, 4, 3)):
        honest = n - corrupted
        sizes = range(1, honest // 2 + 1)
        chances = [(x, exact_tail(n - 1, x - 1 + corrupted, degree, threshold)) for x in sizes]
        terms = [log2(comb(honest, x)) + x * (log2(p.numerator) - log2(p.denominator)) for x, p in chances if p]
        exact, found = float(log2_sum(np.array(terms))), cut_chosen(n, corrupted, degree, threshold)
        assert found == pytest.approx(exact, abs=1e-6) if exact > -110 else exact <= found < -110


def test_what_shows_at_the_worst_number_of_clients() -> None:
    """The worst is at neither end here: 31 clients of 21 to 80."""
    at = [cut_chosen(n, 3, 15, 11) for n in range(21, 81)]
    assert max(at) > max(at[0], at[-1]) + 4
    assert log2_exposed(80, 59, 3, True, 15, 11) >= max(at)


def test_sums_of_powers() -> None:
    assert log2_sum(np.array([-1.0, -1.0, -inf])) == 0
    assert log2_sum(np.array([-inf])) == -inf
    assert log2_sum(np.empty((2, 0))).tolist() == [-inf, -inf]
    assert log2_sum(np.array([-2000.0, -2000.0])) == -1999


def test_the_chance_that_holders_are_corrupted_or_gone() -> None:
    assert 2 ** exposed(9, 3, 4, 3) == pytest.approx(6 * float(exact_tail(8, 3, 4, 3)))
    assert 2 ** lost(9, 3, 4, 3) == pytest.approx(9 * float(exact_tail(8, 3, 4, 2)))
    assert exposed(9, 2, 4, 3) == -inf


def connected(vertices: set[int], neighbours: list[list[int]]) -> bool:
    found, todo = set[int](), {min(vertices)}
    while todo:
        found |= todo
        todo = {j for i in todo for j in neighbours[i] if j in vertices} - found
    return found == vertices


@pytest.mark.parametrize(("n", "removed", "degree"), [(8, 4, 2), (8, 5, 4), (9, 5, 4), (10, 4, 2), (10, 6, 6)])
def test_how_often_a_circle_falls_apart(n: int, removed: int, degree: int) -> None:
    """The bound holds, counted over all sets that are removed; the order is the removed sets' symmetry."""
    neighbours = circle(range(n), degree)
    apart = [gone for gone in combinations(range(n), removed) if not connected(set(range(n)) - set(gone), neighbours)]
    assert 0 < len(apart) / comb(n, removed) <= 2 ** cut_assigned(n, removed - 1, 1, degree)
    assert cut_assigned(n, degree - 1, 0, degree) == -inf


def test_how_often_chosen_neighbours_fall_apart() -> None:
    """Five clients, one corrupted, each other one choosing two holders: all choices, and the worst that a server drops.

    A set of at most two honest is cut off if all of `threshold` holders of each that stay are in it or corrupted.
    """
    honest, choices = range(4), [list(combinations([j for j in range(5) if j != i], 2)) for i in range(4)]
    cut = 0
    for chosen in np.ndindex(*(len(c) for c in choices)):
        holders = [set(choices[i][chosen[i]]) for i in honest]
        sets = [set(s) for size in (1, 2) for s in combinations(honest, size)]
        cut += any(all(len(holders[i] & (s | {4})) >= 2 for i in s) for s in sets)
    assert 0 < cut / 6**4 <= 2 ** cut_chosen(5, 1, 2, 2)


@pytest.mark.parametrize("malicious", [False, True])
def test_a_plan_keeps_to_what_was_asked_at_every_number_of_clients(malicious: bool) -> None:
    given = plan(90, 1, dropouts=0.1, corrupted=0.1, malicious=malicious, failure=2**-20, incorrect=2**-15)
    assert given.degree
    for n in range(given.least, 91):
        known = exposed(n, given.corrupted, given.degree, given.threshold)
        gone = n - given.least
        cut = (
            cut_chosen(n, given.corrupted, given.degree, given.threshold)
            if malicious
            else cut_assigned(n, given.corrupted, gone, given.degree)
        )
        assert np.logaddexp2(known, cut) <= -20
        assert lost(n, gone, given.degree, given.threshold) <= -15
    stated = [odds.log2_probability for odds in given.odds]
    assert stated[0] <= -20
    assert stated[-1] <= -15


def test_with_two_holders_fewer_the_plan_would_fail() -> None:
    given = plan(90, 1, dropouts=0.1, corrupted=0.1, failure=2**-20, incorrect=2**-15)
    k = given.degree - 2
    for threshold in range(1, k + 1):
        private = max(exposed(n, given.corrupted, k, threshold) for n in (given.least, 90)) <= -20
        assert not (private and lost(90, given.dropouts, k, threshold) <= -15)


def test_everybody_for_everybody_where_nothing_sparser_does() -> None:
    given = plan(20, 1, dropouts=1 / 3, corrupted=1 / 5, malicious=True)
    assert given.complete
    assert {odds.log2_probability for odds in given.odds} == {-inf}
    assert given.corrupted < given.threshold <= given.least - 1
    assert plan(10, 1, dropouts=0.3).dropouts == 3


def test_somebody_is_corrupted_unless_nobody_is_said_to_be() -> None:
    for clients in (4, 5, 9):
        assert plan(clients, 1).corrupted == plan(clients, 1, malicious=True).corrupted == 1
    assert plan(11, 1).corrupted == 2
    assert plan(1000, 1, corrupted=1e-4).corrupted == 1
    assert plan(4, 1, corrupted=0).corrupted == 0
    with pytest.raises(LocalError, match="a sum of 1 honest ones hides nothing"):
        plan(3, 1)


def test_numbers_of_numpy_are_numbers_and_others_are_refused() -> None:
    given = plan(np.int64(20), np.int32(2), bits=np.uint8(16), dropouts=np.float32(0.25), corrupted=np.float16(0.125))  # type: ignore[arg-type]
    assert given == plan(20, 2, bits=16, dropouts=1 / 4, corrupted=1 / 8)
    assert given.digest() == plan(20, 2, bits=16, dropouts=1 / 4, corrupted=1 / 8).digest()
    assert Terms(given, "tests", np.int64(3)).context == Terms(given, "tests", 3).context  # type: ignore[arg-type]
    for wrong in (
        {"clients": 20.0},
        {"clients": "20"},
        {"length": 2.0},
        {"bits": 32.0},
        {"failure": Fraction(1, 2**4000)},
    ):
        with pytest.raises(LocalError, match="aggregation-plan"):
            plan(**{"clients": 20, "length": 1, **wrong})  # type: ignore[arg-type]
    for session, number in (("tests", 1.0), ("tests", -1), (b"tests", 1)):
        with pytest.raises(LocalError, match="aggregation-plan"):
            Terms(given, session, number)  # type: ignore[arg-type]


def test_quorums_cannot_both_be_there() -> None:
    for clients in range(8, 60, 9):
        given = plan(clients, 1, malicious=True, dropouts=0.2, corrupted=0.2)
        assert 2 * given.quorum > clients + given.corrupted
        assert given.quorum <= given.least


def test_every_term_is_in_the_digest() -> None:
    given = plan(20, 1)
    changed = [
        replace(given, **{name: getattr(given, name) + 1})
        for name in ("clients", "length", "bits", "corrupted", "dropouts", "degree", "threshold", "quorum")
    ]
    assert len({p.digest() for p in [given, *changed, replace(given, malicious=True)]}) == 10


def test_orders_and_choices_are_uniform() -> None:
    prg = Seed(bytes(32)).prg("test")
    orders = [tuple(random_order(4, prg)) for _ in range(4800)]
    counts = [orders.count(order) for order in permutations(range(4))]
    assert sum((c - 200) ** 2 / 200 for c in counts) < 60  # chi squared of 23: exceeded once in 30,000
    chosen = [tuple(random_choice(5, 2, 2, prg)) for _ in range(1200)]
    pairs = list(combinations([0, 1, 3, 4], 2))
    assert set(chosen) == set(pairs)
    assert sum((chosen.count(pair) - 200) ** 2 / 200 for pair in pairs) < 30
    assert random_choice(3, 1, 9, prg) == [0, 2]
