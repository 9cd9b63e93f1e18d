"""FaultyTransport does what it says, to the messages it is told, and nothing to the others."""

import numpy as np
import pytest
import trio

from mpc.errors import PeerError
from mpc.network.transport import memory_network
from mpc.network.wire import Message, frame_bytes
from mpc.testing import Fault, FaultyTransport


def message(tag, *values, dtype=np.uint64):
    return Message((tag,), 7, 0, np.array(values, dtype))


async def exchanged(fault, messages):
    """What party 1 receives of the messages that party 0 sends through a faulty endpoint; and the sizes told."""
    first, second = memory_network(2)
    faulty = FaultyTransport(first, fault)
    sizes = [faulty.send(1, m) for m in messages]
    assert sizes == [frame_bytes(m) for m in messages] or fault.action == "truncate"
    received = [await second.receive(0, m.tag) for m in messages]
    return received, faulty.struck


def values(received):
    return [m.array.tolist() for m in received]


def test_a_flip_changes_one_bit_of_the_chosen_message():
    received, struck = trio.run(exchanged, Fault("flip", 1, byte=8, bit=3), [message(0, 1, 2), message(1, 1, 2)])
    assert values(received) == [[1, 2], [1, 2 ^ 8]]
    assert struck == 1


def test_a_flip_of_nothing_is_nothing():
    received, struck = trio.run(exchanged, Fault("flip", 0), [message(0)])
    assert values(received) == [[]]
    assert struck == 1


def test_messages_are_chosen_by_predicate():
    chosen = Fault("truncate", lambda to, m: to == 1 and m.array[0] == 9)
    received, struck = trio.run(exchanged, chosen, [message(0, 8, 8), message(1, 9, 9), message(2, 9, 1)])
    assert values(received) == [[8, 8], [9], [9]]
    assert struck == 2


def test_a_relabelled_message_belongs_to_another_call():
    received, _ = trio.run(exchanged, Fault("relabel", 0), [message(0, 1)])
    assert received[0].label != 7


def test_a_delayed_message_is_overtaken_and_comes():
    async def main():
        first, second = memory_network(2)
        faulty = FaultyTransport(first, Fault("delay", 0, turns=5))
        order = []

        async def wait_for(tag):
            await second.receive(0, (tag,))
            order.append(tag)

        async with trio.open_nursery() as nursery:
            nursery.start_soon(wait_for, 0)
            nursery.start_soon(wait_for, 1)
            await trio.testing.wait_all_tasks_blocked()
            faulty.send(1, message(0, 1))
            faulty.send(1, message(1, 1))
        async with trio.open_nursery() as nursery:
            nursery.start_soon(faulty.finish, {})
            nursery.start_soon(second.finish, {})
        return order

    assert trio.run(main) == [1, 0]


def test_a_bye_waits_for_delayed_messages():
    async def main():
        first, second = memory_network(2)
        faulty = FaultyTransport(first, Fault("delay", 0, turns=20))
        faulty.send(1, message(0, 1))

        async def read():
            await second.receive(0, (0,))
            await second.finish({})

        async with trio.open_nursery() as nursery:
            nursery.start_soon(faulty.finish, {})
            nursery.start_soon(read)

    trio.run(main)


@pytest.mark.parametrize("action", ["drop", "repeat"])
def test_lost_and_repeated_messages_are_noticed_at_the_end_at_the_latest(action):
    async def main():
        first, second = memory_network(2)
        faulty = FaultyTransport(first, Fault(action, 0))
        faulty.send(1, message(0, 1))

        async def read():
            await second.receive(0, (0,))
            await second.finish({})

        async with trio.open_nursery() as nursery:
            nursery.start_soon(faulty.finish, {})
            nursery.start_soon(read)

    with pytest.raises(BaseExceptionGroup) as caught:
        trio.run(main)
    leaves = caught.value.split(PeerError)[0]
    assert leaves is not None
