"""What the parties make next: party 0 says so, and the others follow when their programs have come as far.

An announcement names batches, and for each a digest of its entries, so that a party whose program took another turn is
told before anything is made. A party that is told of a batch which its program has not asked for yet waits for that,
and says to the network that it waits for party 0: if the program never comes to it, the session ends with an error.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256

import numpy as np
import trio

from mpc.algebra.ring import Words
from mpc.context import Context, Spec
from mpc.errors import PeerError, SupplyError
from mpc.side_by_side import run_all
from mpc.supply import Entry, Path
from protocols.preprocessing.demand import pack_demand

Key = tuple[int, ...]
"""What a batch is announced by: the paths of batches, and of calls that take a piece, are numbered apart."""

_LEADER = 0
_MAX_ANNOUNCED = 1 << 20
_DIGEST_WORDS = 4


def batch_key(batch: Path) -> Key:
    """Of a batch that was asked for as such."""
    return (1, *batch)


def piece_key(path: Path) -> Key:
    """Of the batch that is one piece, for the call of this path."""
    return (0, *path)


@dataclass(frozen=True, slots=True)
class Asked:
    """A batch that this party's program has asked for."""

    entries: Sequence[Entry] = field(repr=False)

    @property
    def digest(self) -> Words:
        """What stands for its entries."""
        digest: Words = np.frombuffer(sha256(pack_demand(self.entries)).digest(), np.uint64)
        return digest


class Batches:
    """What was asked for and is not made yet, at this party. `busy`: some call sees to what is made next."""

    def __init__(self, ctx: Context) -> None:
        """`ctx`: of the works that make them."""
        self.asked: dict[Key, Asked] = {}
        self.busy = False
        self.changed = trio.lowlevel.ParkingLot()
        self._ctx = ctx
        self._known: set[Key] = set()
        self._asked_more = trio.Event()

    def ask(self, key: Key, entries: Sequence[Entry]) -> None:
        """Note what the program asks for. SupplyError `material-spent` if it has asked for this batch before."""
        if key in self._known:
            raise SupplyError(
                "material-spent",
                f"batch {'.'.join(map(str, key[1:]))} of material was asked for twice",
                "a batch has a path of its own: that of the call that needs it",
                path=key[1:],
            )
        self._known.add(key)
        self.asked[key] = Asked(entries)
        self._asked_more.set()

    def finished(self, keys: Sequence[Key]) -> None:
        """Let go of batches that are made, and wake who waits for them."""
        for key in keys:
            del self.asked[key]
        self.changed.unpark_all()

    async def next(self) -> list[Key]:
        """The batches that are made next, in order; when it returns, this party's program has asked for all of them.

        PeerError `different-plan` if party 0 has asked for other entries.
        """
        ctx = self._ctx.child("what is made next")
        if ctx.me == _LEADER:
            keys = list(self.asked)
            _tell(ctx, {key: self.asked[key].digest for key in keys})
        else:
            told = _read(ctx, await ctx.receive(_LEADER, Spec(None, limit=_MAX_ANNOUNCED)))
            await self._until_asked(ctx, told)
            for key, digest in told.items():
                _compare(ctx, self.asked[key].digest, digest)
            keys = list(told)
        self._ctx.join(ctx)
        return keys

    async def compare(self, plan: Asked) -> None:
        """See that all parties have the same plan. PeerError `different-plan`."""
        ctx = self._ctx.child("plan")
        (digests,) = await ctx.exchange(plan.digest)
        for party, digest in enumerate(digests):
            _compare(ctx, plan.digest, digest, party)
        self._ctx.join(ctx)

    async def _until_asked(self, ctx: Context, told: dict[Key, Words]) -> None:
        if all(key in self.asked for key in told):
            return

        async def wait(scope: trio.CancelScope) -> None:
            while not all(key in self.asked for key in told):
                self._asked_more = trio.Event()
                await self._asked_more.wait()
            scope.cancel()

        async def show(child: Context) -> None:
            await child.receive(_LEADER, Spec((0,)))
            raise _malformed(ctx, "sent a message where there is none")

        with trio.CancelScope() as scope:
            await run_all([(wait, scope), (show, ctx.child("waiting for the program"))])


def _tell(ctx: Context, asked: dict[Key, Words]) -> None:
    flat = [np.array([len(key), *key, *digest.tolist()], np.uint64) for key, digest in asked.items()]
    for j in ctx.others:
        ctx.send(j, np.concatenate(flat))


def _read(ctx: Context, flat: Words) -> dict[Key, Words]:
    """What party 0 announced. PeerError `malformed-message` for anything else."""
    told: dict[Key, Words] = {}
    at = 0
    while at < flat.size:
        end = at + 1 + int(flat[at])
        key, digest = tuple(flat[at + 1 : end].tolist()), flat[end : end + _DIGEST_WORDS]
        if not key or digest.size != _DIGEST_WORDS or key in told:
            raise _malformed(ctx, "sent an announcement that cannot be read")
        told[key] = digest
        at = end + _DIGEST_WORDS
    return told


def _compare(ctx: Context, own: Words, theirs: Words, party: int = _LEADER) -> None:
    if not np.array_equal(own, theirs):
        name = ctx.names[party]
        raise PeerError(
            "different-plan",
            f"{name} is about to make other material than this party",
            "start all parties with the same program, suite and shapes of inputs",
            party=name,
        )


def _malformed(ctx: Context, what: str) -> PeerError:
    name = ctx.names[_LEADER]
    return PeerError("malformed-message", f"{name} {what}", "use the same version of Parley", party=name)
