"""Small stores whose records are known: what the tests of the store run over."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from mpc.algebra.ring import Z64
from mpc.correlation import Correlation, Material
from mpc.prg import Seed
from mpc.store import StoreSupply, StoreWriter
from mpc.supply import Entry
from protocols.preprocessing.kinds.random_value import RandomValue

KEY = Seed(bytes(range(32)))
SESSION = b"s" * 32


def known(party: int, number: int, kind: Correlation) -> Material:
    """Material that says in each word of whom and which record it is."""
    return tuple(
        np.full(part.shape if part.sharing != "clear" or part.holder == party else (0,), 1000 * party + number, "u8")
        for part in kind.parts()
    )


def entries_of(kinds: Sequence[Correlation]) -> list[Entry]:
    return [((0, i + 1), kind) for i, kind in enumerate(kinds)]


def values(count: int, words: int = 1) -> list[Entry]:
    """`count` records of `words` words."""
    return entries_of([RandomValue(Z64, (words,))] * count)


def write(
    folder: Path,
    entries: Sequence[Entry],
    *,
    party: int = 0,
    n: int = 2,
    key: Seed | None = KEY,
    session: bytes = SESSION,
    ring: int = 64,
) -> Path:
    """A finished store of known records."""
    with StoreWriter(
        folder,
        party=party,
        n=n,
        ring=ring,
        session=session,
        maker="test",
        trust="that nobody looks",
        dealt=True,
        key=key,
    ) as writer:
        for number, (path, kind) in enumerate(entries):
            writer.add(path, kind, known(party, number, kind))
    return folder


def opened(folder: Path, key: Seed | None = KEY, *, ahead: int = 256) -> StoreSupply:
    """A store from where its own journal stands, as if the other parties stood there too."""
    supply = StoreSupply(folder, key, ahead=ahead)
    supply.begin(supply.position)
    return supply


def same(one: Material | None, other: Material) -> bool:
    return one is not None and all(a.shape == b.shape and (a == b).all() for a, b in zip(one, other, strict=True))
