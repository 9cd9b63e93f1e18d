"""Two processes that read their connection themselves lose nothing, whatever the sizes of what they send."""

from __future__ import annotations

import multiprocessing
from pathlib import Path

import numpy as np
import pytest
import trio

from mpc.network import transport_tls

from .meshes import Town, message

STEPS = 80
SIZES = (0, 1, 2, 2047, 2048, 2049, 16_383, 16_385, 131_072, 131_073, 300_000)
"""In words: around a record of TLS, the space that frames are read into, and the pieces of a long array."""


def exchange(town: Town, me: int, plain: bool) -> None:
    """In every step both send some arrays, each of its own sizes, and wait for the other's."""
    drawn = np.random.default_rng(7).choice(SIZES, (STEPS, 2, 3))

    def arrays(step: int, sender: int) -> list[np.ndarray]:
        return [np.arange(step, step + size, dtype=np.uint64) for size in drawn[step, sender]]

    async def live() -> None:
        async with town.join(me, insecure_plaintext=plain, stall_timeout=300) as (transport, _):
            for step in range(STEPS):
                for i, array in enumerate(arrays(step, me)):
                    transport.send(1 - me, message(step, i, array=array))
                for i, array in enumerate(arrays(step, 1 - me)):
                    got = await transport.receive(1 - me, (step, i))
                    assert np.array_equal(got.array, array)
            await transport.finish({})

    trio.run(live)


@pytest.mark.parametrize("plain", [False, True], ids=["TLS", "plain"])
def test_what_arrives_is_taken_in_though_no_heartbeat_ever_wakes_its_reader(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, plain: bool
) -> None:
    monkeypatch.setattr(transport_tls, "HEARTBEAT_SECONDS", 3600.0)
    town, context = Town(2, tmp_path), multiprocessing.get_context("fork")
    processes = [context.Process(target=exchange, args=(town, me, plain)) for me in range(2)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    ended = [process.exitcode for process in processes]
    for process in processes:
        process.kill()
    town.forget()
    assert ended == [0, 0]
