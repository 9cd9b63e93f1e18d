"""Oblivious transfers between two processes over loopback: how many a second, how many bytes each, beside the limits.

    python -m bench.transfers [--count N] [--k 2 4 8] [--cores 1] [--tls] [--json]

Each party may use `--cores` cores for its local work. The limit is that of AES: 2^k / k blocks make a correlation, at
the rate at which this core enciphers counters in its cache, measured in the same run. On a machine that does other
things too, look at the figure for a second of processor time of the busier party.
"""

from __future__ import annotations

import argparse
import json
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import trio

from mpc.context import Context, Session
from mpc.cores import using_cores
from mpc.handshake import Terms
from mpc.identity import Roster, load_identity, new_identity
from mpc.prg import Seed
from mpc.supply import Supply
from mpc.transport import connect
from native import keep_memory
from protocols.beaver import SUITE
from protocols.ot import extension_softspoken_roy22 as softspoken
from protocols.preprocessing.dealer import local_supplies

NAMES = ("sender", "receiver")
_MASKS = 1 << 13


@dataclass(frozen=True, slots=True)
class Role:
    """What a process is told."""

    roster: str
    me: int
    listener: int
    tls: bool
    cores: int
    count: int
    repeat: int
    k: int
    malicious: bool


async def live(role: Role) -> dict[str, Any]:
    """Connect, set up, extend `repeat` times; when each extension began and ended, and the bytes of all."""
    roster = Roster.load(role.roster)
    identity = load_identity(NAMES[role.me], Path(role.roster).parent)
    terms = Terms("bench", NAMES, False, "transfers", SUITE.name)
    keep_memory()
    async with connect(
        roster, role.me, identity, terms,
        listener=socket.socket(fileno=role.listener), insecure_plaintext=not role.tls,
    ) as (transport, agreement):  # fmt: skip
        supply: Supply = local_supplies(2)[role.me]
        session = Session(transport, supply, agreement, SUITE, 2)
        account = await _measured(session.root(), session, role)
        await transport.finish({})
        return account


async def _measured(ctx: Context, session: Session, role: Role) -> dict[str, Any]:
    setup = softspoken.send_setup if role.me == 0 else softspoken.receive_setup
    started = time.monotonic()
    end = await setup(ctx, 1 - role.me, k=role.k, malicious=role.malicious)
    account: dict[str, Any] = {"setup": time.monotonic() - started, "spans": [], "busy": []}
    with using_cores(role.cores):
        for _ in range(role.repeat + 1):
            await ctx.exchange(np.zeros(1, np.uint64))
            before, began, busy = session.ledger.bytes_sent, time.monotonic(), time.process_time()
            made = await end.extend(ctx, role.count)
            account["spans"].append((began, time.monotonic()))
            account["busy"].append(time.process_time() - busy)
            account["bytes"] = session.ledger.bytes_sent - before
            del made
    return account


def measure(**options: Any) -> dict[str, float]:
    """Both processes of one measurement: correlations a second, bytes each, seconds of the setup."""
    with tempfile.TemporaryDirectory(prefix="parley-bench-") as folder:
        listeners = [socket.create_server(("127.0.0.1", 0)) for _ in NAMES]
        roster = _write_roster(Path(folder), [listener.getsockname()[1] for listener in listeners])
        roles = [Role(str(roster), me, listener.fileno(), **options) for me, listener in enumerate(listeners)]
        processes = [
            subprocess.Popen(
                [sys.executable, "-m", "bench.transfers", "--role", json.dumps(asdict(role))],
                stdout=subprocess.PIPE, text=True, pass_fds=[role.listener],
            )
            for role in roles
        ]  # fmt: skip
        accounts = [json.loads(process.communicate()[0]) for process in processes]
        for listener in listeners:
            listener.close()
    spans = list(zip(*(account["spans"] for account in accounts), strict=True))[1:]
    seconds = sorted(max(end for _, end in span) - min(began for began, _ in span) for span in spans)
    return {
        "per_second": options["count"] / seconds[len(seconds) // 2],
        "best": options["count"] / seconds[0],
        "per_busy_second": options["count"] / max(min(account["busy"][1:]) for account in accounts),
        "bytes_each": sum(account["bytes"] for account in accounts) / options["count"],
        "setup": max(account["setup"] for account in accounts),
    }


def _write_roster(folder: Path, ports: list[int]) -> Path:
    sections = []
    for name, port in zip(NAMES, ports, strict=True):
        new_identity(name, folder)
        sections.append(f'[[party]]\nname = "{name}"\naddress = "127.0.0.1:{port}"\ncertificate = "{name}.crt"\n')
    roster = folder / "parties.toml"
    roster.write_text("\n".join(sections))
    return roster


def blocks_a_second() -> float:
    """AES-128 blocks a second of this core, counters under one key, in the cache."""
    stream = Seed(bytes(32)).prg("limit")
    best = 0.0
    for _ in range(20):
        began = time.perf_counter()
        for _ in range(16):
            stream.bytes(16 * _MASKS)
        best = max(best, 16 * _MASKS / (time.perf_counter() - began))
    return best


def main() -> None:
    """Measure what the command line asks for; or be one party of a measurement."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=1 << 24)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--k", type=int, nargs="+", default=[2, 4, 8])
    parser.add_argument("--cores", type=int, default=1)
    parser.add_argument("--tls", action="store_true")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--role", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.role:
        print(json.dumps(trio.run(live, Role(**json.loads(given.role)))))
        return
    limit = blocks_a_second()
    for k in given.k:
        for malicious in (False, True):
            row = measure(
                count=given.count, repeat=given.repeat, k=k, malicious=malicious, cores=given.cores, tls=given.tls
            )
            row |= {"k": k, "malicious": malicious, "limit": limit * k / 2**k, "blocks_a_second": limit}
            print(json.dumps(row) if given.json else _line(row))


def _line(row: dict[str, Any]) -> str:
    version = "malicious" if row["malicious"] else "semi-honest"
    million = {name: row[name] / 1e6 for name in ("per_second", "best", "per_busy_second", "limit")}
    return (
        f"k = {row['k']}, {version:11}: {million['per_second']:6.1f} M/s (best {million['best']:6.1f}; a busy second "
        f"{million['per_busy_second']:6.1f} M), {row['bytes_each']:5.2f} bytes each, "
        f"setup {row['setup'] * 1e3:.0f} ms, AES alone {million['limit']:.0f} M/s"
    )


if __name__ == "__main__":
    main()
