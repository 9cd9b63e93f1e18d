"""Weights by name, of the shapes that an architecture has: each is read when it is asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from protocols.models.architectures import Shapes
from protocols.models.refusals import Unsupported, named, unreadable

FloatArray: TypeAlias = npt.NDArray[np.floating]
Read: TypeAlias = Callable[[], FloatArray]


class Tensors(Mapping[str, FloatArray]):
    """Weights of a file, float32, (inputs, outputs). `[name]` reads one and keeps nothing, so that whoever takes them
    one after the other has one of them in memory. LocalError `unreadable-model` where one is no finite number.
    """

    def __init__(self, subject: str, reads: Mapping[str, Read], shapes: Shapes) -> None:
        self._subject, self._reads, self.shapes = subject, dict(reads), dict(shapes)

    def __getitem__(self, name: str) -> FloatArray:
        array = self._reads[name]()
        if array.shape != self.shapes[name]:
            raise unreadable(self._subject, f"{name} is of shape {array.shape}, not {self.shapes[name]}")
        if not np.isfinite(array).all():
            raise unreadable(self._subject, f"{name} has numbers that are not finite")
        return array.astype(np.float32, copy=False)

    def __iter__(self) -> Iterator[str]:
        return iter(self._reads)

    def __len__(self) -> int:
        return len(self._reads)

    def __repr__(self) -> str:
        return f"Tensors({self._subject!r}, {len(self)} of them)"


def matched(subject: str, found: Mapping[str, tuple[int, ...]], wanted: Shapes, unknown: list[str]) -> None:
    """LocalError `unsupported-model` where weights are missing, of another shape, or where there are more.

    `found` and `wanted`: shapes by the house's names; `unknown`: what the file calls that has no such name.
    """
    problems = Unsupported(subject)
    missing = [name for name in wanted if name not in found]
    if missing:
        problems.add(f"{len(missing)} weights missing: {named(missing)}", "the whole model in one file")
    wrong = [f"{name} {found[name]} for {shape}" for name, shape in wanted.items() if found.get(name, shape) != shape]
    if wrong:
        problems.add(f"weights of other shapes: {named(wrong)}", "a config that belongs to the weights")
    more = [*unknown, *(name for name in found if name not in wanted)]
    if more:
        problems.add(
            f"{len(more)} weights that the architecture has not: {named(more)}",
            "the architecture without heads, adapters and shifts of its own; a classifier of its own on its output",
        )
    problems.refuse()
