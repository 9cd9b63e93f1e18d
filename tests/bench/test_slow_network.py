"""The transport that imitates a network, by a clock that jumps ahead: delays and rates come out exactly."""

from __future__ import annotations

import numpy as np
import pytest
import trio
from trio.testing import MockClock

from bench.slow_network import exactly, slowed
from mpc.network.transport import Transport, memory_network
from mpc.network.wire import Message, frame_bytes
from mpc.planning import NETWORKS, Network

SLOW = Network("test", 1000.0, 0.5)


def message(number: int, count: int = 1) -> Message:
    return Message((number,), 1, 0, np.arange(count, dtype=np.uint64))


async def arrivals(network: Network, sent: list[tuple[int, Message]], parties: int) -> list[float]:
    """When endpoint 0's messages reach their receivers, in seconds after they were all sent at once."""
    ends = memory_network(3)
    times = [0.0] * len(sent)

    async def wait(place: int, to: int, expected: Message) -> None:
        arrived = await ends[to].receive(0, expected.tag)
        times[place] = trio.current_time() - began
        assert np.array_equal(arrived.array, expected.array)

    async with slowed(ends[0], network, parties, trio.sleep_until) as transport:
        began = trio.current_time()
        async with trio.open_nursery() as nursery:
            for place, (to, each) in enumerate(sent):
                assert transport.send(to, each) == frame_bytes(each)
                nursery.start_soon(wait, place, to, each)
    return times


def run(network: Network, sent: list[tuple[int, Message]], parties: int = 3) -> list[float]:
    return trio.run(arrivals, network, sent, parties, clock=MockClock(autojump_threshold=0))


def test_a_small_message_takes_the_delay() -> None:
    (seconds,) = run(NETWORKS["wan"], [(1, message(0))])
    assert seconds == pytest.approx(NETWORKS["wan"].delay, rel=0.01)


def test_bulk_takes_its_bytes_over_the_rate_and_the_delay() -> None:
    large = message(0, 1000)
    (seconds,) = run(SLOW, [(1, large)])
    assert seconds == pytest.approx(frame_bytes(large) / SLOW.bandwidth + SLOW.delay)


def test_messages_to_all_share_the_link_and_pay_the_delay_once() -> None:
    messages = [(1, message(0, 100)), (2, message(1, 100)), (1, message(2))]
    rate_times = np.cumsum([frame_bytes(each) for _, each in messages]) / SLOW.bandwidth
    assert run(SLOW, messages) == pytest.approx(rate_times + SLOW.delay)


def test_what_goes_to_the_dealer_does_not_wait() -> None:
    assert run(SLOW, [(2, message(0, 1000))], parties=2) == [0.0]


def test_loopback_is_the_transport_itself() -> None:
    async def main() -> None:
        end, _ = memory_network(2)
        async with slowed(end, NETWORKS["loopback"], 2) as transport:
            assert transport is end

    trio.run(main)


def test_a_dependent_chain_takes_a_delay_each() -> None:
    async def party(transport: Transport, me: int) -> None:
        for i in range(10):
            transport.send(1 - me, message(i))
            await transport.receive(1 - me, (i,))

    async def main() -> float:
        ends = memory_network(2)
        async with (
            slowed(ends[0], NETWORKS["wan"], 2, trio.sleep_until) as one,
            slowed(ends[1], NETWORKS["wan"], 2, trio.sleep_until) as other,
        ):
            began = trio.current_time()
            async with trio.open_nursery() as nursery:
                nursery.start_soon(party, one, 0)
                nursery.start_soon(party, other, 1)
            return trio.current_time() - began

    seconds = trio.run(main, clock=MockClock(autojump_threshold=0))
    assert seconds == pytest.approx(10 * NETWORKS["wan"].delay, rel=0.01)


def test_delays_below_a_millisecond_are_kept_on_a_real_clock() -> None:
    async def main() -> float:
        due = trio.current_time() + 0.0003
        await exactly(due)
        return trio.current_time() - due

    late = min(trio.run(main) for _ in range(20))
    assert late >= 0


def test_goodbye_waits_for_what_is_under_way() -> None:
    async def main() -> None:
        ends = memory_network(2)
        async with slowed(ends[0], SLOW, 2, trio.sleep_until) as transport:
            transport.send(1, message(0))
            began = trio.current_time()
            async with trio.open_nursery() as nursery:
                nursery.start_soon(transport.finish, {})
                await ends[1].receive(0, (0,))
                assert trio.current_time() - began >= SLOW.delay
                nursery.start_soon(ends[1].finish, {})

    trio.run(main, clock=MockClock(autojump_threshold=0))
