"""Material of any kind straight from the seeds of all parties, in one place: what views are made of."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

from mpc.algebra.ring import Words
from mpc.correlation import Correlation, Material, Part, apart, draw, holds, together
from mpc.prg import Seed
from mpc.supply import Path


def pieces(kind: Correlation, path: Path, seeds: Sequence[Seed]) -> list[Material]:
    """Every party's material: all draw their shares, of derived parts all but the last, who gets what is left."""
    streams = [seed.prg("material", path, *kind.encoding()) for seed in seeds]
    made: list[list[Words]] = [[] for _ in seeds]
    clear: list[Words] = []
    for i, part in enumerate(kind.parts()):
        holders = [party for party in range(len(seeds)) if holds(part, party)]
        if i < kind.drawn:
            shares = [draw(streams[party], part, kind.ring) for party in holders]
            clear.append(_total(kind, part, shares))
        else:
            value = kind.derive(*clear[: kind.drawn])[i - kind.drawn]
            shares = [draw(streams[party], part, kind.ring) for party in holders[:-1]]
            shares.append(_rest(kind, part, value, shares))
        given = dict(zip(holders, shares, strict=True))
        for party, parts in enumerate(made):
            parts.append(given.get(party, kind.ring.zeros((0,))))
    return [tuple(parts) for parts in made]


def _total(kind: Correlation, part: Part, shares: Sequence[Words]) -> Words:
    return reduce(lambda x, y: together(part, kind.ring, x, y), shares)


def _rest(kind: Correlation, part: Part, value: Words, shares: Sequence[Words]) -> Words:
    return reduce(lambda x, y: apart(part, kind.ring, x, y), shares, value)
