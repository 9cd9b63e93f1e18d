"""Whatever a peer sends instead: the right answer, less of it, or an error that names the peer."""

from __future__ import annotations

import tracemalloc
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from matching.matching_runs import ends, recorded, with_faults

import mpc
from mpc import matching
from mpc.algebra.group import Scalars
from mpc.algebra.ristretto import ORDER, generator
from mpc.context import Context
from mpc.errors import ParleyError, PeerError
from mpc.network.transport import memory_network
from mpc.network.wire import Message
from mpc.testing import Fault, insecure_seed, transcript_digest
from mpc.testing.wrapping import WrappedTransport
from protocols.matching import among_several_kmprt17
from protocols.matching.hash_to_group_rfc9380 import hash_to_group
from protocols.matching.one_key_cp92 import prove_one_key, verify_one_key
from protocols.matching.programmed_kmprt17 import Layout
from protocols.proofs.transcript import Setting

COLUMNS = [[3, 5, 8, 13], [5, 13, 21, 34, 55]]
COMMON = [5, 13]
"""Party 0 has fewer, so it asks."""


async def program(ctx: Context, mine: Any) -> Any:
    return (await matching.common(ctx, mine)).ids.tolist()  # type: ignore[union-attr]


class Lying(WrappedTransport):
    """Sends what a rule makes of the messages of one shape."""

    def __init__(self, within: Any, width: int, rule: Callable[[Any], Any], number: int = 0) -> None:
        super().__init__(within)
        self.width, self.rule, self.number, self.seen = width, rule, number, Counter[int]()

    def send(self, to: int, message: Message) -> int:
        """Sends the changed message."""
        array = message.array
        if array.ndim == 2 and array.dtype == np.uint8 and array.shape[1] == self.width:
            self.seen[to] += 1
            if self.seen[to] == self.number + 1:
                message = replace(message, array=np.ascontiguousarray(self.rule(array.copy())))
        return self.within.send(to, message)


def lied_to(liar: int, width: int, rule: Callable[[Any], Any], number: int = 0, columns: Any = COLUMNS) -> Any:
    transports: list[Any] = list(memory_network(len(columns)))
    transports[liar] = Lying(transports[liar], width, rule, number)
    return ends(program, columns, transports)


def honest_messages(columns: Any) -> list[tuple[int, int, int]]:
    """(party, number among its messages, bytes) of each."""
    _, record = recorded(program, columns)
    found = []
    for party in range(len(columns)):
        own = [sent.message for sent in record if sent.sender == party]
        found += [(party, number, message.array.nbytes) for number, message in enumerate(own)]
    return found


@pytest.mark.parametrize("columns", [COLUMNS, [*COLUMNS, [5, 8, 13]]], ids=["two", "three"])
def test_every_message_changed_in_some_byte_ends_well_or_with_an_error(columns: Any) -> None:
    """Between two: never a wrong answer but one that leaves out what is common. The tag of an identifier that is
    changed is another identifier; what is asked with another element is another question."""
    common = set(COMMON)
    for party, number, size in honest_messages(columns):
        for byte in sorted({0, 9, size // 2, size - 1}):
            runs, struck = with_faults(program, columns, party, Fault("flip", number, byte, byte % 8))
            assert struck <= 1
            for run in runs:
                if run.error is None:
                    assert set(run.result) <= common
                else:
                    assert isinstance(run.error, ParleyError), run.error


@pytest.mark.parametrize("action", ["truncate", "relabel"])
def test_messages_of_other_shapes_and_places_are_refused(action: Any) -> None:
    for party, number, _ in honest_messages(COLUMNS):
        runs, _ = with_faults(program, COLUMNS, party, Fault(action, number))
        assert isinstance(runs[1 - party].error, PeerError)
        assert runs[1 - party].error.party == runs[0].session.transport.names[party]


def neutral(array: Any) -> Any:
    array[1] = 0
    return array


def repeated(array: Any) -> Any:
    array[1] = array[0]
    return array


def descending(array: Any) -> Any:
    return array[::-1]


def not_canonical(array: Any) -> Any:
    array[0] = np.frombuffer((2**255 - 19 + 2).to_bytes(32, "little"), np.uint8)
    return array


@pytest.mark.parametrize(
    ("liar", "number", "rule", "code"),
    [
        (0, 0, neutral, "bad-element"),
        (0, 0, not_canonical, "bad-element"),
        (0, 0, repeated, "repeated-elements"),
        (1, 1, descending, "repeated-elements"),
        (1, 1, repeated, "repeated-elements"),
        (1, 2, neutral, "bad-element"),
        (1, 2, repeated, "repeated-elements"),
        (1, 2, descending, "proof-of-another-statement"),
    ],
)
def test_what_cannot_come_from_identifiers_is_refused_by_name(liar: int, number: int, rule: Any, code: str) -> None:
    runs = lied_to(liar, 32, rule, number)
    error = runs[1 - liar].error
    assert isinstance(error, PeerError)
    assert (error.code, error.party) == (code, runs[0].session.transport.names[liar])


def test_a_neutral_key_is_refused() -> None:
    error = lied_to(1, 32, lambda array: array * 0, 0)[0].error
    assert error.code == "bad-element"


def test_answers_by_two_keys_are_refused() -> None:
    """With them the offerer would learn, from what becomes of its claims, which answers were about what it has."""

    setting, key, nonces = Setting.outside("bob"), Scalars.of(ORDER, 7), insecure_seed("nonces").prg("proof").bytes
    image, asked = generator() * key, hash_to_group([b"a", b"b", b"c"], b"a tag")
    slip = generator() * Scalars.of(ORDER, [[0, 0, 0], [1, 0, 0], [1, ORDER.n - 1, 0], [5, 5, 5]])
    for errors in range(4):
        answers = asked * key + slip[errors]
        question, told = (asked, asked.to_bytes()), (answers, answers.to_bytes())
        proof = prove_one_key(setting, key, image, question, told[1], nonces)
        if errors:
            with pytest.raises(PeerError, match="proof-"):
                verify_one_key(setting, image, question, told, proof)
        else:
            verify_one_key(setting, image, question, told, proof)


def test_the_finder_cannot_claim_what_it_did_not_ask_about() -> None:
    """Answers made of anything that it has seen are none of the offerer's."""
    runs = lied_to(0, 16, lambda array: np.sort(np.random.default_rng(1).integers(0, 255, array.shape, np.uint8), 0))
    assert runs[1].error is None or runs[1].error.code == "repeated-elements"
    assert runs[1].error is not None or runs[1].result == []


@pytest.mark.parametrize("party", [1, 2])
def test_hints_of_numbers_beyond_the_field_are_refused(party: int) -> None:
    class Beyond(WrappedTransport):
        def send(self, to: int, message: Message) -> int:
            """Sends the largest words in place of a hint."""
            if message.array.ndim == 3:
                message = replace(message, array=np.full_like(message.array, 2**64 - 1))
            return self.within.send(to, message)

    columns = [*COLUMNS, [5, 8, 13, 14]]
    leader = 0 if party else 1
    transports: list[Any] = list(memory_network(3))
    transports[party] = Beyond(transports[party])
    runs = ends(program, columns, transports)
    assert runs[leader].error.code == "malformed-message"
    assert runs[leader].error.party == runs[0].session.transport.names[party]


def test_more_than_a_party_told_is_no_hint_of_it() -> None:
    """Its hint has room for more than it told: whoever is answered as many as the smallest set has would get more."""
    told, has = 128, 140

    class Modest(WrappedTransport):
        def send(self, to: int, message: Message) -> int:
            """Tells fewer."""
            if message.array.shape == (2,) and message.array.tolist() == [1, has]:
                message = replace(message, array=np.array([1, told], np.uint64))
            return self.within.send(to, message)

    class Roomy(Layout):
        @classmethod
        def of(cls, count: int) -> Layout:
            """The layout that was told, whatever it has."""
            return Layout.of(told if count == has else count)

    async def learn(ctx: Context, mine: Any) -> Any:
        return len((await matching.common(ctx, mine, to=(0, 1))) or [])

    transports: list[Any] = list(memory_network(3))
    transports[2] = Modest(transports[2])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(among_several_kmprt17, "Layout", Roomy)
        runs = ends(learn, [range(150), range(151), range(has)], transports)
    error = runs[0].error
    assert isinstance(error, PeerError)
    assert (error.code, error.party) == ("malformed-message", runs[0].session.transport.names[2])


def test_who_does_not_match_holds_nothing_of_what_others_announce() -> None:
    class Boasting(WrappedTransport):
        def send(self, to: int, message: Message) -> int:
            """Announces a million, to the party that does not match: 11 MB of bins."""
            if to == 2 and message.array.shape == (2,) and message.array.tolist() == [1, 3]:
                message = replace(message, array=np.array([1, 1 << 20], np.uint64))
            return self.within.send(to, message)

    async def learn(ctx: Context, mine: Any) -> Any:
        found = await matching.members(ctx, mine, holder=0, among=(0, 1), with_values=False)
        return await mpc.reveal(ctx, found.there.sum())

    transports: list[Any] = list(memory_network(3))
    transports[0] = Boasting(transports[0])
    tracemalloc.start()
    try:
        runs = ends(learn, [[1, 2, 3], [2, 3, 4], None], transports)
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert [run.result for run in runs] == [2, 2, 2]
    assert most < 5_000_000


def test_the_finder_may_keep_what_it_has_found_to_itself() -> None:
    """The page says so: this is what it can do, and all."""

    def one_less(array: Any) -> Any:
        array[0] = 0
        return array

    runs = lied_to(0, 16, one_less)
    assert runs[0].result == COMMON
    assert set(runs[1].result) <= set(COMMON)


@pytest.mark.parametrize("columns", [COLUMNS, [*COLUMNS, [5, 8, 13]]], ids=["two", "three"])
def test_the_order_of_rows_and_how_often_one_comes_show_nowhere(columns: Any) -> None:
    """With fixed randomness: every message is the same, byte for byte."""
    others = [[*reversed(column), column[0]] for column in columns]
    digests = {transcript_digest(recorded(program, given)[1]) for given in (columns, others)}
    assert len(digests) == 1


TRANSCRIPTS = {"two": "ffaadda20e434073", "three": "94d685b845533650"}


@pytest.mark.parametrize("name", TRANSCRIPTS)
def test_transcripts_are_those_that_were_committed(name: str) -> None:
    columns = COLUMNS if name == "two" else [*COLUMNS, [5, 8, 13]]
    runs, record = recorded(program, columns)
    assert [run.result for run in runs] == [[5, 13]] * len(columns)
    assert transcript_digest(record)[:16] == TRANSCRIPTS[name]
