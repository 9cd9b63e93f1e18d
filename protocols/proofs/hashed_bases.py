"""Elements whose logarithms nobody knows: hashed from a public name, so that nobody had a choice."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from mpc.algebra.group import Group, Points
from mpc.domain_hash import DomainHash


@lru_cache(maxsize=64)
def hashed_bases(group: Group, name: str, count: int) -> Points:
    """(count,) elements: those of a smaller count are the first of them. Not to be changed."""
    size = group.uniform_bytes
    uniform = DomainHash("bases without known logarithms", name, group.name).bytes(size * count)
    words = group.from_uniform(np.frombuffer(uniform, np.uint8).reshape(count, size))
    return Points(group, words)
