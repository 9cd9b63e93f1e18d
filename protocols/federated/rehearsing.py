"""A whole star in one process: the server, its clients, and every message that they would send, without a network.

Beside `simulate`, which adds vectors up and is for experiments with models, this is the real thing in memory: the same
frames, keys, masks and steps as between machines, and clients that lose their lines where a script says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import trio

from mpc.errors import PeerError
from mpc.network.star.limits import StarLimits
from mpc.network.star.memory import MemoryStar
from mpc.network.star.server import StarServer
from protocols.federated.federation import Federation
from protocols.federated.joining import take_part
from protocols.federated.member import Member, Tag
from protocols.federated.models import Data, Model
from protocols.federated.serving import Reported, Served, Waiting, serve

_LIMITS = StarLimits(clients=1 << 16, joins_per_minute=1e9, messages_per_minute=1e9, stall_seconds=600.0)
_THREADS = 4
"""In which clients train: each holds a model meanwhile."""

Leaves = Callable[[int, Tag], bool]


def rehearse(
    make_model: Callable[[], Model],
    partitions: Sequence[Data],
    federation: Federation,
    *,
    held_out: Sequence[Data] | None = None,
    leaves: Leaves | None = None,
    waiting: Waiting | None = None,
    keep: str | Path | None = None,
    on_round: Callable[[Reported], object] | None = None,
) -> Served:
    """What `serve` gives, with clients of these data that `join`, named client-0 and so on.

    `make_model`: called for the server and for each client. `leaves(client, tag)`: whether a client loses its line in
    the place of answering a message, of the tag (round, step); it is in the next round. Only federations whose server
    is semi-honest, since nobody is enrolled here; no ledger is charged. Not within a running trio loop. The first error
    of any of them ends it.
    """
    held = held_out or [None] * len(partitions)
    agreed = federation.agreed(make_model())

    async def client(place: MemoryStar, number: int) -> None:
        name = f"client-{number}"
        member = Member(name, agreed, make_model(), partitions[number], held[number])
        try:
            async with place.dial(name) as star:
                await take_part(star, member, leaves=None if leaves is None else lambda tag: leaves(number, tag))
        except PeerError as error:
            if error.code != "star-ended":  # it was away when the weights at the end were told
                raise

    async def main() -> Served:
        trio.to_thread.current_default_thread_limiter().total_tokens = _THREADS
        place = MemoryStar(limits=_LIMITS)
        async with trio.open_nursery() as nursery:
            async with place.serve() as star:
                for number in range(len(partitions)):
                    nursery.start_soon(client, place, number)
                served = await _served(star)
            nursery.cancel_scope.cancel()  # clients that were away at the end dial in vain
        return served

    async def _served(star: StarServer) -> Served:
        return await serve(star, make_model(), federation, waiting=waiting, keep=keep, on_round=on_round)

    try:
        return trio.run(main)
    except BaseExceptionGroup as group:
        raise _first(group) from None


def _first(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """The error that the others follow from: what a server or client raised of itself, not what it was told."""
    leaves = list(_leaves(group))
    return next((error for error in leaves if not isinstance(error, PeerError)), leaves[-1])


def _leaves(group: BaseExceptionGroup[BaseException]) -> Iterator[BaseException]:
    for error in group.exceptions:
        if isinstance(error, BaseExceptionGroup):
            yield from _leaves(error)
        else:
            yield error
