"""All parties, and a dealer if there is one, as processes of this machine, over mutual TLS on loopback.

The launcher makes keys and certificates for this run in a private folder that it removes, binds every listening socket
itself and hands it on as a file descriptor, and has each party run the same command that a real party uses, in a fork
of itself where that is as good as a new process. It never opens an input: each process reads only its own. If one fails
the others are ended, and the one to blame is named.
"""

from __future__ import annotations

import signal
import socket
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from pathlib import Path
from typing import Any

import trio
from rich.text import Text

from mpc.errors import LocalError
from mpc.network.identity import new_identity
from party_runner.blame import blame
from party_runner.children import Child, follow, start
from party_runner.failures import INTERRUPTED, PEER
from party_runner.forked import ForkedProcess, can_fork, fork_all
from party_runner.progress import ProgressBar
from party_runner.summary import Summary

DEALER = "dealer"
GRACE = 6.0  # seconds for the others to find out by themselves who failed
TO_TERMINATE = 2.0  # seconds from SIGINT to SIGTERM, and from that to SIGKILL


class RunFailed(Exception):
    """A local run that failed: the exit code, and who ended how; of those whose programs had returned, the results."""

    def __init__(self, exit_code: int, text: str, returned: Mapping[str, Sequence[Any]] | None = None) -> None:
        super().__init__(text)
        self.exit_code = exit_code
        self.returned = returned or {}


@dataclass(frozen=True, slots=True)
class LocalRun:
    """What to start: `party(place, name, roster)` and `dealer(roster)` are the commands of the processes, without keys.

    `dealer`: None where no process is one.
    """

    names: tuple[str, ...]
    party: Callable[[int, str, str], Sequence[str]]
    dealer: Callable[[str], Sequence[str]] | None = None

    @property
    def endpoints(self) -> tuple[str, ...]:
        """The names of all processes, the dealer's last."""
        return (*self.names, DEALER) if self.dealer else self.names


@dataclass(slots=True)
class Crew:
    """The processes of a run and what ended it."""

    bar: ProgressBar
    children: list[Child] = field(default_factory=list)
    failed: trio.Event = field(default_factory=trio.Event)
    parties_done: trio.Event = field(default_factory=trio.Event)
    interrupted: bool = False

    @property
    def parties(self) -> list[Child]:
        """The processes that compute."""
        return [child for child in self.children if child.name != DEALER]

    def end(self, how: signal.Signals) -> None:
        """Send a signal to all processes."""
        for child in self.children:
            child.end(how)

    def on_event(self, child: Child, event: dict[str, Any]) -> None:
        """A process reports."""
        if child.name == DEALER:
            return  # it waits for the parties, so its progress says nothing
        place = self.children.index(child)
        if event["event"] == "progress":
            self.bar.update(place, event["stage"], event["done"], event["total"])
        elif event["event"] == "done":
            self.bar.finished(place)

    def on_line(self, child: Child, line: str) -> None:
        """A process prints."""
        self.bar.console.print(Text(f"{child.name} | {line}"), soft_wrap=True)

    def on_end(self, child: Child) -> None:
        """A process has ended."""
        if child.failed:
            self.failed.set()
        if all(c.ended for c in self.parties):
            self.parties_done.set()


def launch(run: LocalRun) -> list[Summary]:
    """Run all parties to their end and return their accounts. Raises RunFailed, which names who failed."""
    waiting = fork_all(len(run.endpoints)) if can_fork() else []
    try:
        return trio.run(_launch, run, waiting)
    finally:
        for process in waiting:
            process.let_go()


async def _launch(run: LocalRun, waiting: list[ForkedProcess]) -> list[Summary]:
    with private_folder() as folder, ProgressBar(len(run.names)) as bar:
        crew = Crew(bar)
        async with trio.open_nursery() as nursery:
            await nursery.start(interrupts, crew)
            await _start_all(run, Path(folder), crew, waiting)
            await follow_all(crew)
            nursery.cancel_scope.cancel()
    return _verdict(crew)


def private_folder() -> tempfile.TemporaryDirectory[str]:
    """For the keys of this run. LocalError `no-temporary-folder`."""
    try:
        return tempfile.TemporaryDirectory(prefix="parley-")
    except OSError as error:
        remedy = "Make room there, or name another folder in the environment variable TMPDIR."
        raise LocalError("no-temporary-folder", f"the keys of this run have no place: {error}", remedy) from None


async def interrupts(crew: Crew, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
    """Ctrl-C, SIGTERM or a closed terminal ends every process of the run, which may say first what its program had
    returned; a second one at once. A closed terminal does not where `nohup` says so."""
    with trio.open_signal_receiver(*_heeded()) as signals:
        task_status.started()
        how = signal.SIGINT
        async for _ in signals:
            crew.interrupted = True
            crew.failed.set()
            crew.end(how)
            how = signal.SIGKILL


def _heeded() -> list[signal.Signals]:
    closed = [signal.SIGHUP] if hasattr(signal, "SIGHUP") and signal.getsignal(signal.SIGHUP) != signal.SIG_IGN else []
    return [signal.SIGINT, signal.SIGTERM, *closed]


async def _start_all(run: LocalRun, folder: Path, crew: Crew, waiting: list[ForkedProcess]) -> None:
    sockets = [listening_socket() for _ in run.endpoints]
    roster = _write_roster(folder, run.endpoints, [s.getsockname()[1] for s in sockets])
    try:
        for place, (name, process) in enumerate(zip_longest(run.endpoints, waiting)):
            arguments = _arguments(run, place, name, roster)
            crew.children.append(await start(name, arguments, sockets[place], process))
    finally:
        for opened in sockets:
            opened.close()


def _arguments(run: LocalRun, place: int, name: str, roster: Path) -> list[str]:
    if place == len(run.names) and run.dealer is not None:
        words = run.dealer(str(roster))
    else:
        words = run.party(place, name, str(roster))
    return [*words, "--key", str(roster.parent / f"{name}.key")]


def listening_socket() -> socket.socket:
    """A socket that listens on a free port of loopback."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(64)
    return listener


def _write_roster(folder: Path, names: Sequence[str], ports: Sequence[int]) -> Path:
    """Keys, certificates and parties.toml of this run."""
    sections = []
    for name, port in zip(names, ports, strict=True):
        new_identity(name, folder)
        heading = "[dealer]" if name == DEALER else "[[party]]"
        lines = (f'name = "{name}"', f'address = "127.0.0.1:{port}"', f'certificate = "{name}.crt"')
        sections.append("\n".join((heading, *lines)))
    path = folder / "parties.toml"
    path.write_text("\n\n".join(sections) + "\n")
    return path


async def follow_all(crew: Crew) -> None:
    """Read what all processes print and report until they have ended, and end those that do not do so by themselves."""
    async with trio.open_nursery() as nursery:
        nursery.start_soon(_end_the_others, crew)
        async with trio.open_nursery() as followers:
            for child in crew.children:
                followers.start_soon(_follow, crew, child)
        nursery.cancel_scope.cancel()


async def _follow(crew: Crew, child: Child) -> None:
    await follow(child, crew.on_event, crew.on_line)
    crew.on_end(child)


async def _end_the_others(crew: Crew) -> None:
    """Once one has failed, or all parties are done: give the others time to end by themselves, then end them."""
    async with trio.open_nursery() as nursery:
        for event in (crew.failed, crew.parties_done):
            nursery.start_soon(_cancel_after, nursery.cancel_scope, event)
    if crew.interrupted:
        await trio.sleep(TO_TERMINATE)
    elif not _hopeless(crew):
        await trio.sleep(GRACE)
    crew.end(signal.SIGTERM)
    await trio.sleep(TO_TERMINATE)
    crew.end(signal.SIGKILL)


async def _cancel_after(scope: trio.CancelScope, event: trio.Event) -> None:
    await event.wait()
    scope.cancel()


def _hopeless(crew: Crew) -> bool:
    """Nobody else can find out who failed: it was before they met."""
    return any(
        child.failed and not child.connected and (child.killed or child.exit_code() != PEER) for child in crew.children
    )


def _verdict(crew: Crew) -> list[Summary]:
    """The accounts of the parties of a run in which every process did its part; else RunFailed."""
    failed = sorted((c for c in crew.children if c.failed), key=Child.rank)
    if crew.interrupted:
        raise RunFailed(INTERRUPTED, "interrupted: all parties were ended", _returned(crew))
    if failed:
        raise RunFailed(failed[0].exit_code(), blame(failed[0], failed[1:]), _returned(crew))
    return [child.account for child in crew.parties if child.account is not None]


def _returned(crew: Crew) -> dict[str, list[Any]]:
    """What the programs of some had returned before the run failed, each in a list of one: it was revealed to them."""
    had = {child.name: child.returned for child in crew.parties if child.returned}
    return had | {child.name: [child.account["result"]] for child in crew.parties if child.account}
