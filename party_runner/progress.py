"""A progress bar on the terminal: how far the slowest party is. Nothing is drawn when stderr is not a terminal."""

from __future__ import annotations

from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

STAGES = ("connecting", "planning", "offline", "online")


class ProgressBar:
    """One bar for the whole run; `update` tells how far one party is. Use it as a context manager."""

    def __init__(self, parties: int) -> None:
        self.console = Console(stderr=True)
        self._at: list[tuple[int, int, int | None]] = [(0, 0, None)] * parties
        self._words = [""] * parties
        columns = (
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            TaskProgressColumn(),
            TimeElapsedColumn(),
        )
        hidden = not self.console.is_terminal
        self._bar = Progress(*columns, console=self.console, transient=True, disable=hidden)
        self._task = self._bar.add_task(STAGES[0], total=None)

    def update(self, party: int, stage: str, done: int, total: int | None) -> None:
        """`party` has done this much of this stage, which may go on after a colon: "connecting: to whom",
        "online: what it is at"; the words of the slowest are shown.

        A stage unknown to the bar is not shown.
        """
        name, _, words = stage.partition(": ")
        if name not in STAGES:
            return
        self._at[party] = (STAGES.index(name), done, total)
        self._words[party] = words
        slowest = min(range(len(self._at)), key=lambda one: _key(self._at[one]))
        (place, least, of), words = self._at[slowest], self._words[slowest]
        self._bar.update(self._task, description=f"{STAGES[place]} {words}".rstrip(), completed=least, total=of)

    def finished(self, party: int) -> None:
        """`party` is done; the bar goes on with the others."""
        self._at[party], self._words[party] = (len(STAGES) - 1, 1, 1), ""

    def __enter__(self) -> ProgressBar:
        self._bar.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.__exit__(kind, error, trace)


def _key(at: tuple[int, int, int | None]) -> tuple[int, float]:
    stage, done, total = at
    return stage, done / total if total else 0.0
