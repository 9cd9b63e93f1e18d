"""Oblivious transfers between two processes over loopback: how many a second, how many bytes each, beside the limits.

    python -m bench.transfers [KIND ...] [--count N] [--cores 1] [--tls] [--json]

KIND is softspoken-K, silent-small, silent-medium or silent-large. Each party may use `--cores` cores for its local
work. SoftSpokenOT's limit is that of AES: 2^k / k blocks make a correlation, at the rate at which this core enciphers
counters in its cache, measured in the same run. On a machine that does other things too, look at the figure for a
second of processor time of the busier party.
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
from protocols.ot import silent_ferret_ywlzw20 as ferret
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
    kind: str
    malicious: bool

    async def setup(self, ctx: Context) -> Any:
        """This party's end."""
        kind, _, size = self.kind.partition("-")
        module: Any = softspoken if kind == "softspoken" else ferret
        options = {"k": int(size)} if kind == "softspoken" else {"parameters": getattr(ferret, size.upper())}
        setup = module.send_setup if self.me == 0 else module.receive_setup
        return await setup(ctx, 1 - self.me, malicious=self.malicious, **options)


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
    started = time.monotonic()
    end = await role.setup(ctx)
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
    parser.add_argument("kinds", nargs="*", default=["softspoken-2", "softspoken-4", "softspoken-8", "silent-small"])
    parser.add_argument("--count", type=int, default=1 << 23)
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--cores", type=int, default=1)
    parser.add_argument("--tls", action="store_true")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--role", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.role:
        print(json.dumps(trio.run(live, Role(**json.loads(given.role)))))
        return
    limit = blocks_a_second()
    for kind in given.kinds:
        for malicious in (False, True):
            row: dict[str, Any] = {"kind": kind, "malicious": malicious, "blocks_a_second": limit}
            if kind.startswith("softspoken"):
                k = int(kind.partition("-")[2])
                row["limit"] = limit * k / 2**k
            row["count"] = _count(kind, given.count)
            row |= measure(
                count=row["count"],
                repeat=given.repeat,
                kind=kind,
                malicious=malicious,
                cores=given.cores,
                tls=given.tls,
            )
            print(json.dumps(row) if given.json else _line(row), flush=True)


def _count(kind: str, wanted: int) -> int:
    """Whole iterations of silent transfer, so that no repetition lives on what another one left over."""
    name, _, size = kind.partition("-")
    fresh: int = 1 if name == "softspoken" else getattr(ferret, size.upper()).fresh
    return max(1, wanted // fresh) * fresh


def _line(row: dict[str, Any]) -> str:
    version = "malicious" if row["malicious"] else "semi-honest"
    limit = f", AES alone {row['limit'] / 1e6:.0f} M/s" if "limit" in row else ""
    return (
        f"{row['kind']:13} {version:11}: {row['per_second'] / 1e6:6.1f} M/s (best {row['best'] / 1e6:6.1f}; a busy "
        f"second {row['per_busy_second'] / 1e6:6.1f} M), {row['bytes_each']:6.3f} bytes each, "
        f"setup {row['setup'] * 1e3:.0f} ms{limit}"
    )


if __name__ == "__main__":
    main()
