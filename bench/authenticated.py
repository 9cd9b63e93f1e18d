"""Authenticated garbling between two processes, phase by phase: rows beside those of `bench.garbled`, and a process.

`python -m bench.authenticated ROLE`, ROLE in JSON (`bench.party.Role`): a party that goes through all phases for each
line that it reads. Beside what all parties say, a line has `phases`, the seconds of the function-independent, the
function-dependent and the online phase. Base transfers are made once, before.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import trio

from bench import launch, limits
from bench.contest import Contender, contest, with_figures
from bench.crew import Crew
from bench.harness import PARLEY, Making, Options
from bench.party import Role, connected, say, steady, told
from bench.preprocessing import Bare, Lines, typical
from bench.workloads import Workload
from mpc.algebra.bits import pack, unpack
from mpc.context import Context, Session
from mpc.network.handshake import Agreement
from mpc.network.transport import Transport
from mpc.supply import Supply
from native import keep_memory
from protocols.authenticated.dependent import garble_circuit
from protocols.authenticated.ends import Ends, set_up
from protocols.authenticated.independent import independent
from protocols.authenticated.online import evaluate_masked
from protocols.authenticated.outputs import joined, open_outputs
from protocols.authenticated.session import batches
from protocols.authenticated.task import Task
from protocols.beaver import SUITE
from protocols.circuits.library import aes
from protocols.circuits.plain import evaluate as plain

TABLE, TABLE_OF_ROWS = "authenticated", "garbled"
"""Where the process finds its workload, and where its rows stand."""
SIZES = {"authenticated.aes_1k": 1000, "authenticated.aes_1": 1}
PHASES = ("independent", "dependent", "online")
SECURITY = "One of two, malicious"
WORKLOADS: dict[str, Workload] = {}
"""None that compute on shares."""
_WARM_UP = 1
_SETUP, _START = 1 << 20, 2 << 20


def rows(name: str, options: Options) -> Iterator[Sequence[Making]]:
    """The rows of a workload: plain, and over TLS."""
    for size in options.sizes or (max(1, round(SIZES[name] * options.scale)),):
        contenders = list(_contenders(name, size, options))
        found, bare = contest(contenders, Crew.lines, _measured, _bare, options.repeat, _WARM_UP)
        yield [_beside(row, typical(bare)) for row in found]


def _contenders(name: str, size: int, options: Options) -> Iterator[Contender[Making]]:
    for tls in (True,) if options.tls else (False, True):
        setup = launch.Setup(
            TABLE, name, size, 2, tls, options.network, program="bench.authenticated", supplier="ot"
        )  # fmt: skip
        unit = "blocks of AES-128"
        row = Making(TABLE_OF_ROWS, name, PARLEY, "ot", 2, tls, 0, size, unit, network=options.network)
        yield Contender(row, partial(launch.ours, setup))


def _measured(row: Making, repetitions: list[Lines]) -> Making:
    each = [max(lines, key=lambda line: line["ended"])["phases"] for lines in repetitions]
    phases = np.median(np.array(each), axis=0).tolist()
    told_ = ", ".join(f"{name} {1000 * part:.4g} ms" for name, part in zip(PHASES, phases, strict=True))
    return replace(with_figures(row, repetitions), offline=phases[0] + phases[1], note=told_)


def _beside(row: Making, bare: Bare) -> Making:
    """The row with the limit of its bytes."""
    if not row.per_second or row.bytes_each is None:
        return row
    wire = bare.loopback.bandwidth / row.bytes_each
    return replace(row, bandwidth_limit=wire, part_of_limit=row.per_second / wire)


def _bare() -> Bare:
    return Bare(None, limits.measure())


async def live(role: Role) -> None:
    """Connect, set up, a repetition for every line, goodbye."""
    keep_memory()
    async with connected(role) as (transport, agreement, _):
        ends = await set_up(_session(transport, agreement).root(_SETUP))
        say({"security": SECURITY, "version": ""})
        number = 0
        while await told(transport):
            say(await _repetition(role, transport, agreement, ends, number))
            number += 1
        await transport.finish({})


async def _repetition(
    role: Role, transport: Transport, agreement: Agreement, ends: Ends, number: int
) -> dict[str, Any]:
    """One party's repetition; every result of the first is compared with the clear."""
    circuit = aes()
    words = agreement.common.prg("inputs", number).words((circuit.first_gate - 1, -(-role.size // 64)))
    inputs = np.stack([unpack(row, role.size) for row in words])
    task = Task(circuit, role.size, (0,) * 128 + (1,) * 128)
    ctx = _session(transport, agreement).root(number)
    await _session(transport, agreement).root(_START + number).exchange(np.zeros(1, np.uint64))
    with steady():
        busy, began = time.process_time(), time.monotonic()
        found, phases = await _computed(ctx, ends, task, inputs)
        ended, busy = time.monotonic(), time.process_time() - busy
    if number == 0 and not np.array_equal(found, _clear(circuit, inputs)):
        raise RuntimeError("the outputs are not those of the circuit")
    sent = ctx.session.ledger.bytes_sent
    return {"began": began, "ended": ended, "busy": busy, "bytes": sent, "rounds": ctx.depth, "phases": phases}


async def _computed(
    ctx: Context, ends: Ends, task: Task, inputs: npt.NDArray[np.uint8]
) -> tuple[npt.NDArray[np.uint8], list[float]]:
    """Both learn the outputs; the seconds of each phase, all batches together."""
    phases, found = np.zeros(len(PHASES)), []
    for batch in batches(task):
        part = replace(task, instances=batch.stop - batch.start)
        times = [time.monotonic()]
        ands = await independent(ctx, ends, part.size())
        times.append(time.monotonic())
        garbled = await garble_circuit(ctx, ends, part, ands)
        times.append(time.monotonic())
        found.append(await evaluate_masked(ctx, ends, garbled, inputs[:, batch]))
        times.append(time.monotonic())
        phases += np.diff(times)
    began = time.monotonic()
    outputs = await open_outputs(ctx, ends, joined(found), (0, 1))
    phases[-1] += time.monotonic() - began
    assert outputs is not None
    return outputs, phases.tolist()


def _clear(circuit: Any, inputs: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    outputs = plain(circuit, np.stack([pack(np.ascontiguousarray(row)) for row in inputs]))
    return np.stack([unpack(row, inputs.shape[1]) for row in outputs])


def _session(transport: Transport, agreement: Agreement) -> Session:
    """A session that takes no material."""
    return Session(transport, cast(Supply, None), agreement, SUITE, 2)


if __name__ == "__main__":
    trio.run(live, Role(**json.loads(sys.argv[1])))
