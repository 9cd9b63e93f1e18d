"""A call's place among the calls of a program, and what it has cost."""

from __future__ import annotations

from typing import Any, Self
from zlib import crc32

from mpc.algebra.interface import Algebra, Bits
from mpc.context.endpoint import Endpoint, Root

NAME_BITS, MARKED = 12, 1 << 31
MARKS = MARKED >> NAME_BITS
"""Messages of a marked call carry in 32 bits that it is marked, a part of the mark, and a part of the names' label."""


class Call:
    """One call of one party: its path, its name, its depth, and what it takes over of the calls it made."""

    __slots__ = (
        "_children", "_received", "_sent", "_streams", "_taken", "depth", "entered", "label", "line", "mark",
        "material", "me", "n", "name", "own", "path", "payload", "session", "stamp",
    )  # fmt: skip

    def __init__(
        self, session: Endpoint, path: tuple[int, ...], name: str, label: int, depth: int, line: str, mark: int = 0
    ) -> None:
        self.session = session
        self.me = session.transport.me
        self.n = session.n
        self.path = path
        self.name = name
        self.label = self.stamp = crc32(name.encode(), label)
        self.mark = mark
        if mark:
            self.remark(mark)
        self.depth = self.entered = depth
        self.line = line
        self.own = False
        self.payload = 0
        self.material: dict[str, int] = {}
        self._children = self._taken = 0
        self._sent: dict[int, int] = {}
        self._received: dict[int, int] = {}
        self._streams: dict[object, int] = {}

    def __repr__(self) -> str:
        return f"<Context of {self.names[self.me]}, {self.name} {'.'.join(map(str, self.path))}>"

    @property
    def names(self) -> tuple[str, ...]:
        """The parties' names, by index."""
        return self.session.transport.names

    @property
    def everyone(self) -> range:
        """The indices of all computing parties."""
        return range(self.n)

    @property
    def others(self) -> list[int]:
        """The indices of all computing parties but this one."""
        return self.session.others

    @property
    def suite(self) -> Any:
        """The arithmetic suite of this session; `protocols.suite.suite_of` is the same with types."""
        return self.session.suite

    @property
    def ring(self) -> Algebra:
        """The ring or field of shared numbers."""
        return self.session.ring

    @property
    def bits(self) -> Bits:
        """The algebra of packed bits."""
        return self.session.bits

    @property
    def fractional_bits(self) -> int:
        """Fractional bits of fixed-point values."""
        return self.session.fractional_bits

    @property
    def planning(self) -> bool:
        """True where the program only runs to be counted: on the shapes of its inputs, with nothing sent."""
        return self.session.shapes_only

    def child(
        self,
        name: str,
        *,
        line: str | None = None,
        depth: int | None = None,
        place: tuple[int, ...] = (),
        mark: int = 0,
        own: bool = False,
    ) -> Self:
        """The context of the next call this one makes, or of one whose `place` among its calls is known.

        `own`: the program itself runs there, though it counts for a line; so it does in calls of that one without one.

        `mark` follows from all public numbers that the call computes with: messages of it and of its calls carry a part
        of it, and a party with other numbers is noticed. It is not 0; a call without one has its caller's.
        """
        path = (*self.path, *place) if place else (*self.path, self.reserve())
        depth = self.depth if depth is None else depth
        made = type(self)(self.session, path, name, self.label, depth, line or self.line, mark or self.mark)
        made.own = own or (line is None and self.own)
        return made

    @property
    def counted_at(self) -> str:
        """The line that what this call does counts for: its own, or of a program's own calls the one that runs."""
        if self.line:
            return self.line
        where = self.session.where
        return where() if where is not None and self.path[0] == Root.PROGRAM else ""

    def progress(self, what: str, done: int, expected: int) -> None:
        """Tell whoever watches the run how far long work in the program's time is: so many of so many, on average."""
        if self.session.progress is not None:
            self.session.progress(f"online: {what}, {done:,} of about {expected:,}", done, max(done, expected))

    @property
    def of_program(self) -> bool:
        """Whether the program that is running makes this call, and no protocol."""
        return (not self.line or self.own) and self.session.where is not None and self.path[0] == Root.PROGRAM

    def remark(self, mark: int) -> None:
        """Give the call the mark of what it has computed, for all messages from here on."""
        self.mark = mark
        self.stamp = MARKED | mark % MARKS << NAME_BITS | self.label % (1 << NAME_BITS)

    def reserve(self) -> int:
        """The number of the next call this one makes, taken now for a call that is made later."""
        self._children += 1
        return self._children

    def join(self, child: Call) -> None:
        """Take over what a finished call cost; the rounds of one that the program made are those of its line."""
        if child.line and not self.line and child.depth > child.entered:
            self.session.ledger.waited(child.line, child.entered, child.depth)
        if child.depth > self.depth:
            self.depth = child.depth
        self.payload += child.payload
        for kind, elements in child.material.items():
            self.material[kind] = self.material.get(kind, 0) + elements
