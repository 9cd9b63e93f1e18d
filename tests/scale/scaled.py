"""Two parties whose parts are computed in threads of one process, or on clusters of Dask's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import trio
from free_ports import free_ports

from mpc.network.identity import new_identity
from party_runner.guarding import Guarding
from party_runner.join import Choices
from party_runner.options import Patience
from party_runner.program import load_parts_program
from party_runner.scale.cluster import Cluster
from party_runner.scale.whole import Computation, ports_of
from party_runner.seats import party_seat
from protocols.runs.party import Outcome

NAMES = ("north", "south")
DEFAULT = Choices()
PATIENCE = Patience(20.0, 20.0, 60.0, 1 << 20)

MEAN = """
import mpc

async def main(ctx, mine):
    x = await mpc.secret(ctx, 0, mine if ctx.me == 0 else None, range=(-100, 100))
    y = await mpc.secret(ctx, 1, mine if ctx.me == 1 else None, range=(-100, 100))
    return {"products": (x * y).sum(), "count": x.size}

async def combine(ctx, parts):
    total = sum(part["products"] for part in parts)
    return await mpc.reveal(ctx, total) / sum(part["count"] for part in parts)
"""


@dataclass(frozen=True, slots=True)
class Club:
    """Keys, a roster and a program; ports enough above each party's own."""

    folder: Path
    program: Path

    @property
    def roster(self) -> Path:
        return self.folder / "parties.toml"

    def party(self, name: str, data: Sequence[Any], cluster: Cluster, choices: Choices = DEFAULT) -> Computation:
        seat = party_seat(self.roster, name, None, PATIENCE, None, with_dealer=False)
        program, combine = load_parts_program(self.program, choices.agreed)
        return Computation(seat, program, combine, data, cluster, choices, lambda stage, done, total: None)


def club(folder: Path, program: str = MEAN, parts: int = 8) -> Club:
    """Two parties on this machine, with a program of this text."""
    sections = []
    for name, port in zip(NAMES, free_ports(2, following=ports_of(parts)), strict=True):
        new_identity(name, folder)
        sections.append(f'[[party]]\nname = "{name}"\naddress = "127.0.0.1:{port}"\ncertificate = "{name}.crt"\n')
    (folder / "parties.toml").write_text("\n".join(sections))
    (folder / "program.py").write_text(program)
    return Club(folder, folder / "program.py")


def run_all(*parties: Computation) -> list[Outcome | Exception]:
    """What each party ends with, all of them side by side."""
    ends: list[Outcome | Exception] = [RuntimeError("never ended")] * len(parties)

    async def one(place: int, whole: Computation) -> None:
        seat, material = whole.seat, whole.choices.material
        guarded = Guarding().opened(seat.roster, seat.me, seat.identity, whole.program.digest)
        try:
            with guarded as guards, material.opened(seat.identity) as source:
                ends[place] = await whole.run(source, guards)
        except Exception as error:
            ends[place] = error

    async def all_of_them() -> None:
        with trio.fail_after(60):
            async with trio.open_nursery() as nursery:
                for place, whole in enumerate(parties):
                    nursery.start_soon(one, place, whole)

    trio.run(all_of_them)
    return ends


def outcomes(*parties: Computation) -> list[Outcome]:
    """The same, where nobody fails."""
    ended = []
    for end in run_all(*parties):
        if isinstance(end, Exception):
            raise end
        ended.append(end)
    return ended
