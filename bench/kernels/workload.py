"""One kernel on prepared operands: what is counted, what bounds it, who else does the same work."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class KernelWorkload:
    """A measurement of throughput.

    `name` is FAMILY.WHAT. One call of `run` does `count` units of `unit` ("words", "blocks", "products", ...) on
    operands made beforehand. `limit` names a ceiling of the machine (`bench.ceilings`), of which each unit needs
    `limit_use`: bytes of memory, 512-bit instructions or AES blocks. `peers` do the same work in this process with
    another library. `note`: what a reader of our figure must know.
    """

    name: str
    unit: str
    count: int
    run: Callable[[], object]
    limit: str
    limit_use: float
    peers: Mapping[str, Callable[[], object]] = field(default_factory=dict)
    note: str = ""
