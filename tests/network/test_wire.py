"""Any bytes a peer can send give events or a PeerError that names it."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mpc.errors import LocalError, PeerError
from mpc.network.decoder import SCRATCH, Decoder
from mpc.network.wire import (
    CHUNK,
    CONFIRM,
    HELLO,
    MAX_CAUSE,
    MAX_DEPTH,
    MESSAGE,
    PREFIX,
    Bye,
    Encoder,
    Event,
    Failure,
    Greeting,
    Heartbeat,
    Limits,
    Message,
    frame_bytes,
    pack,
    packed_bytes,
    prepare,
)

CODES = {"malformed-message", "oversized-message", "duplicate-message"}
words = st.integers(0, 2**32 - 1)
depths = st.integers(0, MAX_DEPTH)
tags = st.lists(words, max_size=64).map(tuple)
shapes = st.lists(st.integers(0, 5), max_size=8).map(tuple)


def opened(limits: Limits | None = None) -> tuple[Encoder, Decoder]:
    """Both ends of a stream on which the greetings have gone."""
    encoder, decoder = Encoder(), Decoder("south", limits)
    decoder.feed(encoder.greeting(HELLO, b"hello") + encoder.greeting(CONFIRM, b"confirm"))
    return encoder, decoder


def stream() -> bytes:
    """A short stream with every kind of frame."""
    encoder = Encoder()
    message = prepare(Message((1, 300), 5, 6, np.arange(3, dtype=np.uint64)))
    return b"".join(
        (
            encoder.greeting(HELLO, b"hello"),
            encoder.heartbeat(Heartbeat(True, (), (0, 0), (0, 0))),
            encoder.greeting(CONFIRM, b"confirm"),
            encoder.small(message),
            encoder.heartbeat(Heartbeat(False, ((1, (2, 3)),), (1, 2), (3, 4))),
            encoder.bye({"rounds": 3}),
            encoder.failure(Failure("bad-input", 1, "nothing works")),
        )
    )


def read(data: bytes, step: int = 0, limits: Limits | None = None) -> list[Event]:
    """The events of `data`, fed in steps of `step` bytes."""
    decoder, events = Decoder("south", limits), []
    for start in range(0, len(data), step or max(1, len(data))):
        events += decoder.feed(data[start : start + (step or len(data))])
    return events


def survives(data: bytes) -> None:
    """Reads `data`; fails on any other exception than a PeerError that names the peer."""
    gives_events_or_an_error(Decoder("south"), data)


def gives_events_or_an_error(decoder: Decoder, data: bytes) -> None:
    """Feeds `data`; fails on any other exception than a PeerError that names the peer."""
    try:
        decoder.feed(data)
    except PeerError as caught:
        error = caught
    else:
        return
    assert error.code in CODES
    assert error.party == "south"


@given(tags, words, depths, shapes, st.sampled_from([np.uint64, np.uint8]), st.integers(1, 40))
def test_a_message_is_read_as_it_was_written(
    tag: tuple[int, ...], label: int, depth: int, shape: tuple[int, ...], dtype: Any, step: int
) -> None:
    array = np.random.default_rng(1).integers(0, 256, shape).astype(dtype)
    encoder, decoder = opened()
    message = Message(tag, label, depth, array)
    data = encoder.small(prepare(message))
    assert len(data) == frame_bytes(message) == prepare(message).size
    events = [event for i in range(0, len(data), step) for event in decoder.feed(data[i : i + step])]
    assert len(events) == 1
    got = events[0]
    assert isinstance(got, Message)
    assert (got.tag, got.label, got.depth, got.array.shape, got.array.dtype) == (tag, label, depth, shape, dtype)
    np.testing.assert_array_equal(got.array, array)


@pytest.mark.parametrize("size", [CHUNK, CHUNK + 1, 2 * CHUNK, 3 * CHUNK + 17])
@pytest.mark.parametrize("step", [1000, SCRATCH, 1 << 30])
def test_large_arrays_go_in_pieces_with_heartbeats_between(size: int, step: int) -> None:
    array = np.random.default_rng(2).integers(0, 256, size).astype(np.uint8)
    encoder, decoder = opened()
    message = Message((1,), 2, 3, array)
    beat = Heartbeat(False, (), (1,), (2,))
    frames, heartbeats = [], 0
    for prefix, part in encoder.pieces(prepare(message)):
        frames += [prefix, bytes(part)]
        frames.append(encoder.heartbeat(beat))
        heartbeats += len(frames[-1])
    data = b"".join(frames)
    assert len(data) - heartbeats == frame_bytes(message)
    events = [event for i in range(0, len(data), step) for event in decoder.feed(data[i : i + step])]
    got = [event for event in events if isinstance(event, Message)]
    assert len(got) == 1
    np.testing.assert_array_equal(got[0].array, array)
    assert sum(event == beat for event in events if isinstance(event, Heartbeat)) == len(events) - 1


def test_every_event_is_read_whatever_the_steps() -> None:
    for step in (0, 1, 2, 7, 33):
        events = read(stream(), step)
        assert [type(event) for event in events] == [Greeting, Heartbeat, Greeting, Message, Heartbeat, Bye, Failure]
        assert events[4] == Heartbeat(False, ((1, (2, 3)),), (1, 2), (3, 4))
        assert events[5:] == [Bye({"rounds": 3}), Failure("bad-input", 1, "nothing works")]


@pytest.mark.parametrize("step", [1, 7, 40_000])
def test_decoders_that_share_their_space_read_as_those_that_have_their_own(step: int) -> None:
    encoder = Encoder()
    whole = encoder.greeting(HELLO, b"hello") + encoder.greeting(CONFIRM, b"confirm")
    whole += encoder.small(prepare(Message((1,), 2, 3, np.arange(5, dtype=np.uint64))))
    large = prepare(Message((2,), 2, 3, (np.arange(70_000 + step) % 251).astype(np.uint8)))
    whole += b"".join(head + bytes(part) for head, part in encoder.pieces(large)) + encoder.bye({"rounds": 1})
    scratch, bytewise = memoryview(bytearray(SCRATCH)), 200
    decoders = [Decoder(f"peer{i}", scratch=scratch) for i in range(3)]
    found: list[list[Event]] = [[], [], []]
    cuts = [*range(0, bytewise, min(step, bytewise)), *range(bytewise, len(whole), max(step, 5000)), len(whole)]
    for start, end in pairwise(cuts):
        for decoder, events in zip(decoders, found, strict=True):
            events += decoder.feed(whole[start:end])
            assert decoder.filling in (0, 40, 70_000 + step)
    for events in found:
        assert [type(event) for event in events] == [Greeting, Greeting, Message, Message, Bye]
        for event, sent in zip(events[2:4], (np.arange(5), np.arange(70_000 + step) % 251), strict=True):
            assert isinstance(event, Message)
            np.testing.assert_array_equal(event.array, sent)


@given(st.binary(max_size=300))
def test_random_bytes(data: bytes) -> None:
    survives(data)


@given(st.binary(max_size=60), st.sampled_from(range(1, 9)), st.booleans())
def test_random_headers(header: bytes, kind: int, greeted: bool) -> None:
    encoder = Encoder()
    start = encoder.greeting(HELLO, b"") + encoder.greeting(CONFIRM, b"") if greeted else b""
    survives(start + PREFIX.pack(kind, 1, len(header), 0, 2 * greeted) + header)


values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.text(max_size=5) | st.binary(max_size=5),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=12,
)


@given(values, st.sampled_from(range(3, 8)), st.integers(0, 64))
def test_headers_of_any_form(value: Any, kind: int, payload: int) -> None:
    header = pack(value)
    gives_events_or_an_error(opened()[1], PREFIX.pack(kind, 1, len(header), payload, 2) + header + bytes(payload))


@given(st.lists(values, min_size=5, max_size=5), st.integers(0, 64))
def test_message_headers_of_any_content(parts: list[Any], payload: int) -> None:
    header = pack(parts)
    _, decoder = opened(Limits(message_bytes=1 << 20))
    gives_events_or_an_error(decoder, PREFIX.pack(MESSAGE, 1, len(header), payload, 2) + header + bytes(payload))


def test_every_single_byte_change() -> None:
    data = stream()
    for i in range(len(data)):
        for value in range(256):
            survives(data[:i] + bytes([value]) + data[i + 1 :])


def test_every_truncation_gives_a_prefix_of_the_events() -> None:
    data, whole = stream(), [type(event) for event in read(stream())]
    for end in range(len(data)):
        kinds = [type(event) for event in read(data[:end])]
        assert kinds == whole[: len(kinds)]


@given(st.data())
@settings(max_examples=200)
def test_deletions_insertions_and_swaps(data: st.DataObject) -> None:
    raw = stream()
    i, j = sorted((data.draw(st.integers(0, len(raw))), data.draw(st.integers(0, len(raw)))))
    survives(raw[:i] + raw[j:])
    survives(raw[:i] + data.draw(st.binary(max_size=20)) + raw[i:])
    survives(raw[i:j] + raw[:i] + raw[j:])


def test_a_repeated_frame_is_a_duplicate() -> None:
    encoder, decoder = opened()
    frame = encoder.small(prepare(Message((1,), 2, 3, np.zeros(1, np.uint64))))
    decoder.feed(frame)
    with pytest.raises(PeerError) as caught:
        decoder.feed(frame)
    assert (caught.value.code, caught.value.party) == ("duplicate-message", "south")
    with pytest.raises(PeerError):
        decoder.feed(b"anything")


def test_a_missing_frame_is_noticed() -> None:
    encoder, decoder = opened()
    encoder.bye({})
    with pytest.raises(PeerError, match="malformed-message"):
        decoder.feed(encoder.bye({}))


@pytest.mark.parametrize("shape", [(129,), (2, 65), (0, 2**63, 2**63), (2**63, 2**63)])
def test_a_message_beyond_the_limit_takes_no_memory(shape: tuple[int, ...]) -> None:
    _, decoder = opened(Limits(message_bytes=1024))
    header = pack(((1,), 2, 3, 8, shape))
    with pytest.raises(PeerError, match="oversized-message"):
        decoder.feed(PREFIX.pack(MESSAGE, 1, len(header), 0, 2) + header)


@pytest.mark.parametrize(("header", "payload"), [(1 << 15, CHUNK + 1), ((1 << 15) + 1, 0)])
def test_a_frame_beyond_the_limit_is_refused_at_its_prefix(header: int, payload: int) -> None:
    _, decoder = opened()
    with pytest.raises(PeerError, match="oversized-message"):
        decoder.feed(PREFIX.pack(MESSAGE, 1, header, payload, 2))


def test_nothing_but_the_end_of_the_session_after_bye() -> None:
    encoder, decoder = opened()
    decoder.feed(encoder.bye({}) + encoder.heartbeat(Heartbeat(False, (), (), ())))
    assert decoder.ended
    with pytest.raises(PeerError, match="out of turn"):
        decoder.feed(encoder.small(prepare(Message((1,), 2, 3, np.zeros(1, np.uint64)))))


def test_no_payload_in_errors() -> None:
    encoder, decoder = opened()
    secret = np.full(4, 0x5EC2E75EC2E7, np.uint64)
    frame = encoder.small(prepare(Message((1,), 2, 3, secret)))
    with pytest.raises(PeerError) as caught:
        decoder.feed(frame + frame)
    assert "5ec2e7" not in repr(caught.value).lower()
    assert str(0x5EC2E75EC2E7) not in repr(caught.value)


def test_what_a_failing_peer_says_is_cut_and_made_printable() -> None:
    encoder, decoder = opened()
    events = decoder.feed(encoder.failure(Failure("x" * 99, 0, "\x1b[31mred\n" + "y" * 999)))
    failure = events[0]
    assert isinstance(failure, Failure)
    assert failure.cause.isprintable()
    assert len(failure.cause) <= MAX_CAUSE


def test_a_control_frame_too_large_to_send() -> None:
    with pytest.raises(LocalError):
        Encoder().bye({f"counter {i:060}": i for i in range(1000)})


@pytest.mark.parametrize("limit", [1 << 7, 1 << 8, 1 << 16])
def test_the_bytes_of_a_packed_number(limit):
    for value in (0, limit - 1, limit, limit + 1, (1 << 32) - 1):
        assert packed_bytes(value) == len(pack((value,))) - len(pack(()))


def test_a_message_for_which_there_is_no_memory_is_the_sender_s_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_memory(*_: Any) -> None:
        raise MemoryError

    encoder, decoder = opened()
    data = encoder.small(prepare(message_of(1000)))
    monkeypatch.setattr(np, "empty", no_memory)
    with pytest.raises(PeerError, match="oversized-message") as caught:
        decoder.feed(data[:100])
    assert caught.value.party == "south"


def test_a_depth_that_leaves_no_room_for_answers_is_refused() -> None:
    for depth, refused in ((MAX_DEPTH, False), (MAX_DEPTH + 1, True)):
        header = pack(((1,), 2, depth, 8, (0,)))
        _, decoder = opened()
        frame = PREFIX.pack(MESSAGE, 1, len(header), 0, 2) + header
        if refused:
            with pytest.raises(PeerError, match="malformed-message"):
                decoder.feed(frame)
        else:
            assert len(decoder.feed(frame)) == 1


def message_of(size: int) -> Message:
    return Message((1,), 2, 3, np.zeros(size, np.uint64))
