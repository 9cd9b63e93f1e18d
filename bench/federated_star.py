"""The star over TLS on loopback: one model to many clients, and what a client costs that only waits.

The clients live in a second process, which reads and checks what comes. Beside the broadcast stand two limits of the
same run, on one core: copying the model once for each client, and encrypting it once for each client with AES-128-GCM
as TLS does. Decryption is the other process's, on another core where there is one.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import numpy.typing as npt
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bench.harness import PARLEY, Making, Options, Row, clocked, interleaved, middle
from bench.star_town import Town, joined, resident
from mpc.network.star.events import Came
from mpc.network.star.server import StarServer
from native import keep_memory

BROADCAST, IDLE = "star.broadcast", "star.idle"
NAMES = (IDLE, BROADCAST)
CLIENTS, MODEL = 100, 4 << 20
IDLE_CLIENTS = 200
COPIES, CIPHER = "limit:copies", "limit:aes_gcm"
SECURITY = "TLS 1.3, both sides with certificates"
_RECORD = 1 << 14

Bytes = npt.NDArray[np.uint8]


def measure(table: str, options: Options) -> Iterator[list[Row] | list[Making]]:
    """Ours beside its limits."""
    keep_memory()
    chosen = options.chosen(NAMES)
    if IDLE in chosen:
        yield [_idle(table, options)]
    if BROADCAST in chosen:
        yield _broadcast(table, options)


def _broadcast(table: str, options: Options) -> list[Row]:
    """Seconds until all clients have the model and have said so; bytes are those of the model, for all clients."""
    clients, size = max(2, round(CLIENTS * options.scale)), MODEL
    model = np.random.default_rng(1).integers(0, 256, size, np.uint8)
    with tempfile.TemporaryDirectory() as folder:
        town = Town(Path(folder), clients)
        seconds = town.run(partial(_broadcasts, model=model, repeat=1 + options.repeat))[1:]
    works: dict[str, Callable[[], object]] = {
        COPIES: partial(_copies, model, clients),
        CIPHER: _encryptions(model, clients),
    }
    limits = interleaved({name: clocked(work) for name, work in works.items()}, options.repeat, 1)
    rows = []
    for system, times in ({PARLEY: seconds} | limits).items():
        assert isinstance(times, list)
        median, spread = middle(times)
        ours = system == PARLEY
        note = f"{clients * size / median / 1e6:.0f} MB/s to {clients} clients of one process, {size} bytes each"
        rows.append(
            Row(table, BROADCAST, system, clients + 1, ours, median, spread, clients * size if ours else None,
                2 if ours else None, SECURITY if ours else "", size, note=note)
        )  # fmt: skip
    return rows


def _idle(table: str, options: Options) -> Making:
    """What the server's process holds more when so many clients are connected and silent; how fast they came."""
    clients = max(2, round(IDLE_CLIENTS * options.scale))
    # In a process of its own: memory that others have left free would hide what a client takes.
    with ProcessPoolExecutor(1, get_context("spawn")) as alone:
        seconds, held = alone.submit(_waiting, clients).result()
    note = f"{held / clients / 1000:.1f} kB a client in the server, with TLS and two tasks; kernel buffers left out"
    return Making(
        table, IDLE, PARLEY, "", clients + 1, True, 1, clients, "clients", seconds=seconds,
        per_second=clients / seconds, memory=round(held), security=SECURITY, note=note,
    )  # fmt: skip


def _waiting(clients: int) -> list[float]:
    keep_memory()
    with tempfile.TemporaryDirectory() as folder:
        return Town(Path(folder), clients).run(_waits)


async def _broadcasts(
    server: StarServer, clients: int, go: Callable[[], None], model: Bytes, repeat: int
) -> list[float]:
    await joined(server, clients, go)
    seconds = []
    for turn in range(repeat):
        began = time.perf_counter()
        server.broadcast((turn,), model)
        left = clients
        while left:
            event = await server.event()
            assert isinstance(event, Came), event
            assert event.array[0] == model[0]
            left -= 1
        seconds.append(time.perf_counter() - began)
    return seconds


async def _waits(server: StarServer, clients: int, go: Callable[[], None]) -> list[float]:
    before = resident()
    seconds = await joined(server, clients, go)
    return [seconds, resident() - before]


def _copies(model: Bytes, clients: int) -> None:
    target = np.empty_like(model)
    for _ in range(clients):
        np.copyto(target, model)


def _encryptions(model: Bytes, clients: int) -> Callable[[], None]:
    """Records of 16 KiB, as TLS makes them."""
    cipher, nonce = AESGCM(bytes(16)), bytes(12)
    parts = [model[start : start + _RECORD].tobytes() for start in range(0, len(model), _RECORD)]

    def work() -> None:
        for _ in range(clients):
            for part in parts:
                cipher.encrypt(nonce, part, None)

    return work
