"""Crews of several systems on the same work, at once: they take turns, and the machine's limits take theirs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, replace
from functools import partial
from statistics import median
from typing import Any, Generic, TypeVar

from bench.crew import Crew, seconds_of
from bench.harness import PARLEY, Failed, Making, Row, interleaved, middle

AnyCrewRow = TypeVar("AnyCrewRow", Row, Making)
Result = TypeVar("Result")
Bare = TypeVar("Bare")


@dataclass(frozen=True, slots=True)
class Contender(Generic[AnyCrewRow]):
    """A system that shall do a workload: its row without figures, and how its crew is started."""

    row: AnyCrewRow
    start: Callable[[], AbstractContextManager[Crew]]


def contest(
    contenders: Sequence[Contender[AnyCrewRow]],
    repetition: Callable[[Crew], Result],
    measured: Callable[[AnyCrewRow, list[Result]], AnyCrewRow],
    bare: Callable[[], Bare],
    repeat: int,
    warm_up: int,
) -> tuple[list[AnyCrewRow], list[Bare]]:
    """The contenders' rows, `measured` from the repetitions of each, and what `bare` gave in each of its own turns.

    A peer that fails has a row that says why. RuntimeError where one of ours fails.
    """
    rows: dict[int, AnyCrewRow] = {}
    crews: dict[int, Crew] = {}
    with ExitStack() as stack:
        for place, contender in enumerate(contenders):
            try:
                crews[place] = stack.enter_context(contender.start())
                line = crews[place].ready()
                rows[place] = replace(
                    contender.row, security=line["security"] or contender.row.security, version=line["version"]
                )
            except Failed as failure:
                crews.pop(place, None)
                rows[place] = _failed(contender.row, failure)
        works: dict[int, Callable[[], Any]] = {-1: bare}
        works |= {place: partial(repetition, crew) for place, crew in crews.items()}
        results = interleaved(works, repeat, warm_up)
    limits = results.pop(-1)
    for place, result in results.items():
        rows[place] = _failed(rows[place], result) if isinstance(result, Failed) else measured(rows[place], result)
    return [rows[place] for place in sorted(rows)], [] if isinstance(limits, Failed) else limits


def with_figures(row: Making, repetitions: Sequence[Sequence[Mapping[str, Any]]]) -> Making:
    """The row with what its repetitions come to, of each the line of every party."""
    seconds, spread = middle([seconds_of(lines) for lines in repetitions])
    sent = sum(line["bytes"] for line in repetitions[-1])
    return replace(
        row, seconds=seconds, spread=spread, per_second=row.size / seconds, bytes_each=sent / row.size,
        rounds=max(line["rounds"] for line in repetitions[-1]),
        busy=median(max(line["busy"] for line in lines) for lines in repetitions),
    )  # fmt: skip


def _failed(row: AnyCrewRow, failure: Failed) -> AnyCrewRow:
    """A row that says why there is no figure. Ours must give one: its failure ends the run."""
    if row.system == PARLEY:
        raise RuntimeError(f"{row.workload} of {row.parties} parties failed:\n{failure}")
    return replace(row, note=f"no figure: {failure}")
