"""The sum of those that stay is right, whoever vanishes in whatever step, and what it costs is what was said."""

from __future__ import annotations

from hashlib import sha256
from itertools import combinations

import numpy as np
import pytest
from aggregation_rounds import AUTHORITY, FIXED, NOW, Round, a_round, small_plan, vectors

from mpc.errors import LocalError, PeerError
from protocols.aggregation import SigningKey, Step, Terms, plan, simulate, step_bytes


def expected(rows: np.ndarray, survivors: list[int], bits: int) -> np.ndarray:
    return np.array([sum(int(v) for v in rows[survivors, j]) % 2**bits for j in range(rows.shape[1])], rows.dtype)


@pytest.mark.parametrize("malicious", [False, True])
@pytest.mark.parametrize("bits", [8, 13, 16, 32, 40, 64])
def test_sums_in_every_ring(bits: int, malicious: bool) -> None:
    rows = vectors(5, 70, bits)
    given = plan(5, 70, bits=bits, dropouts=0.4, malicious=malicious, corrupted=0)
    done = simulate(rows, given, vanish={Step.MASKED_INPUT: [1], Step.UNMASK: [4]}, seed=FIXED)
    assert done.survivors == (0, 2, 3, 4)
    assert np.array_equal(done.total, expected(rows, [0, 2, 3, 4], bits))


def gone_patterns(clients: int) -> list[set[str]]:
    names = [f"c{i}" for i in range(clients)]
    return [set(gone) for size in range(clients + 1) for gone in combinations(names, size)]


@pytest.mark.slow
@pytest.mark.parametrize("step", [Step.ADVERTISE, Step.SHARE_KEYS, Step.MASKED_INPUT, Step.UNMASK])
def test_masks_cancel_for_every_pattern_of_eight_that_vanish_in_a_step(step: Step) -> None:
    given = plan(8, 2, dropouts=0.5, corrupted=0.1)
    before = Round(Terms(given, "tests", 0), vectors(8, 2)).until(step)
    for gone in gone_patterns(8):
        everybody = before.again()
        if len(gone) > given.dropouts:
            with pytest.raises(PeerError, match=r"aggregation-too-few") as refused:
                everybody.until(None, {step: gone})
            assert refused.value.party == "the server"
            continue
        everybody.until(None, {step: gone})
        late = step == Step.UNMASK
        stay = [i for i in range(8) if late or f"c{i}" not in gone]
        assert everybody.server.survivors == [f"c{i}" for i in stay]
        assert np.array_equal(everybody.server.total, expected(everybody.rows, stay, 32))


@pytest.mark.parametrize("malicious", [False, True])
def test_some_vanish_in_every_step(malicious: bool) -> None:
    everybody = a_round(12, malicious=malicious, dropouts=0.4, corrupted=0.1)
    steps = everybody.terms.steps
    everybody.until(None, {step: [f"c{2 * k}"] for k, step in enumerate(steps[-4:])})
    known = {f"c{2 * k}" for k, step in enumerate(steps[-4:]) if step <= Step.MASKED_INPUT}
    stay = [i for i in range(12) if f"c{i}" not in known]
    assert np.array_equal(everybody.server.total, expected(everybody.rows, stay, 32))


@pytest.mark.parametrize(("malicious", "dropouts"), [(False, 0.2), (True, 0.1)])
def test_a_sparse_graph_gives_the_same_sum(malicious: bool, dropouts: float) -> None:
    given = plan(40, 4, dropouts=dropouts, corrupted=0.03, malicious=malicious, failure=2**-6, incorrect=2**-6)
    assert 0 < given.degree < 30
    rows = vectors(40, 4)
    vanish = {Step.ADVERTISE: [0], Step.SHARE_KEYS: [7, 8], Step.MASKED_INPUT: [20], Step.UNMASK: [30]}
    done = simulate(rows, given, vanish=vanish, seed=FIXED)
    stay = [i for i in range(40) if i not in (0, 7, 8, 20)]
    assert np.array_equal(done.total, expected(rows, stay, 32))


@pytest.mark.parametrize("malicious", [False, True])
def test_bytes_are_those_that_were_told_before(malicious: bool) -> None:
    given = small_plan(6, 100, bits=13, malicious=malicious)
    done = simulate(vectors(6, 100, 13), given, seed=FIXED)
    told = step_bytes(given, name_bytes=len("client-000000000"))
    assert [6 * step.sent for step in told] == [step.received for step in done.steps]
    assert [6 * step.answered for step in told] == [step.answered for step in done.steps]


def test_what_is_no_vector_of_the_plan() -> None:
    everybody = a_round(5, bits=13)
    for wrong in (np.zeros(4, np.uint16), np.zeros(3, np.int64), np.full(3, 2**13, np.uint16), [0, 0, 0]):
        with pytest.raises(LocalError, match="aggregation-vector"):
            everybody.terms.plan.check(wrong)  # type: ignore[arg-type]
    with pytest.raises(LocalError, match="aggregation-vector"):
        everybody.terms.plan.check(np.ma.array([1, 2, 3], dtype=np.uint16, mask=[False, True, False]))
    with pytest.raises(LocalError, match="aggregation-vector"):
        simulate(vectors(6, 3, 13), everybody.terms.plan)


def test_a_vector_may_come_as_late_as_it_is_masked() -> None:
    everybody = a_round(5)
    for client in everybody.clients.values():
        client._vector = None
    everybody.until(Step.MASKED_INPUT)
    with pytest.raises(LocalError, match="there is no vector"):
        everybody.clients["c0"].masked_input(everybody.told["c0"])
    told = everybody.told
    for i in range(1, 5):
        body = everybody.clients[f"c{i}"].masked_input(told[f"c{i}"], everybody.rows[i])
        everybody.server.receive(f"c{i}", Step.MASKED_INPUT, body)
    everybody.told = everybody.server.advance()
    everybody.until(None)
    assert np.array_equal(everybody.server.total, expected(everybody.rows, [1, 2, 3, 4], 32))


def test_missing_names_those_who_have_not_sent() -> None:
    everybody = a_round(5).until(Step.SHARE_KEYS)
    body = everybody.clients["c3"].answer(everybody.told["c3"])
    everybody.server.receive("c3", Step.SHARE_KEYS, body)
    assert everybody.server.missing() == ["c0", "c1", "c2", "c4"]


def test_a_whole_directory_is_held_once_for_all_clients() -> None:
    """Of a thousand clients it has a quarter of a megabyte."""
    everybody = a_round(5, malicious=True)
    everybody.step()
    assert len({id(body) for body in everybody.told.values()}) == 1


def test_nothing_secret_in_a_repr() -> None:
    client = a_round(5).clients["c0"]
    client.advertise()
    assert repr(client) == "Client('c0', round 0, share keys)"


# What is sent, from fixed randomness: a change of the wire shows. Regenerate by looking at the failure.
TRANSCRIPTS = {
    False: "dc116bcbbe3d71a17bb66474e6f954d0c4a92714dd13591f6daf18d49d9e3677",
    True: "7865b49df6a792f1f5ff70629ed6708a2ed6d543b093d3a7056f8b692facc4d1",
}


@pytest.mark.parametrize("malicious", [False, True])
def test_the_bytes_of_a_round_are_what_they_were(malicious: bool) -> None:
    given, text = small_plan(5, malicious=malicious), sha256()
    keys = {f"c{i}": SigningKey(bytes([i + 1] * 32)) for i in range(5)}
    credentials = {
        name: key.credential(AUTHORITY.enrol(name, key.public_key, not_before=NOW, not_after=NOW))
        for name, key in keys.items()
    }
    everybody = Round(Terms(given, "tests", 3), vectors(5), credentials)
    while everybody.server.step is not None:
        everybody.step(["c1"] if everybody.server.step == Step.MASKED_INPUT else [])
        for name in sorted(everybody.said):
            text.update(everybody.said[name] + everybody.told.get(name, b""))
    assert text.hexdigest() == TRANSCRIPTS[malicious]


def test_what_cannot_be_simulated_or_told_the_cost_of() -> None:
    given = small_plan(5)
    with pytest.raises(LocalError, match="row 5 vanishes"):
        simulate(vectors(5), given, vanish={Step.UNMASK: [5]})
    with pytest.raises(LocalError, match="aggregation-vector"):
        simulate([[1, 2, 3]], given)  # type: ignore[arg-type]
    for clients, code in ((6, "aggregation-plan"), (2, "aggregation-impossible")):
        with pytest.raises(LocalError, match=code):
            step_bytes(given, clients=clients)
