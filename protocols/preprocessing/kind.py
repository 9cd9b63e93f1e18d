"""A kind of material as those see it who make and check it: the base of the one class in each file of `kinds/`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import ClassVar, Self

from mpc.algebra.interface import Z2k
from mpc.algebra.words import Words
from mpc.context import Context
from mpc.correlation import Correlation, Material, draw, holds
from mpc.errors import LocalError
from protocols.authenticated.ands import Size
from protocols.circuits.circuit import Circuit
from protocols.preprocessing.tools import Tools
from protocols.preprocessing.transfers import Products, Transfers

_WORDS_OF_AND = 32
"""Of an authenticated AND with a result's bit, at both parties."""


@dataclass(frozen=True, slots=True)
class Opening:
    """A share of something that a check opens: additive in a ring, or without one bitwise."""

    share: Words = field(repr=False)
    ring: Z2k | None = None


@dataclass(frozen=True, slots=True)
class Kind(Correlation):
    """Beside its parts, how a kind is made by the parties themselves, what that sends, and how it is checked.

    A kind of random parts alone needs to say nothing of all this. A dealer makes any kind from its parts alone, but for
    what is not `dealt`. `checked`: the parties check what they make as they make it, and nothing of it is ever opened.
    """

    checked: ClassVar[bool] = False

    @property
    def of_circuit(self) -> Circuit | None:
        """The circuit that the material is of, which whoever makes it must have; None if it is of none."""
        return None

    @classmethod
    async def make(cls, ctx: Context, tools: Tools, kinds: Sequence[Self]) -> list[Material]:
        """This party's share of a piece of each, all made together, in order. All parties call it alike."""
        if any(len(kind.parts()) > kind.drawn for kind in kinds):
            raise LocalError(
                "no-maker", f"only a dealer makes {cls.name}", "give the kind a `make`, or take material from a dealer"
            )
        return [tuple(own_draws(ctx, kind)) for kind in kinds]

    def transfers(self, n: int) -> Transfers:
        """What n parties transfer for one piece."""
        return Transfers()

    @property
    def products(self) -> Products | None:
        """The products of what different parties hold that a piece is made of, where they are its only transfers.

        A kind that is made by `Tools.cross_products` says it, for estimates of makers that do them by other means.
        """
        return None

    @property
    def authenticated(self) -> Size | None:
        """The authenticated ANDs and bits between two parties that a piece is made of; None if of none."""
        return None

    @property
    def weight(self) -> int:
        """Of authenticated ANDs as many as fill slices of half a million, since more at a time take fewer leaky ones
        each (`protocols.authenticated.buckets`): 300 MB at either party while they are made."""
        own, size = super(Kind, self).weight, self.authenticated
        return own if size is None else max(size.ands, own // _WORDS_OF_AND)

    def told(self) -> tuple[int, int]:
        """Words that parties 0 and 1 receive beyond transfers and what authenticated bits take."""
        return 0, 0

    def spare(self) -> Kind | None:
        """What is made beside a piece and thrown away when that is checked; None if samples are all its check."""
        return None

    @property
    def checker(self) -> int | None:
        """The party that alone compares an opened piece, so that what it holds of it stays secret, as an offset which
        other pieces have too; None where everybody compares, and learns it all."""
        return None

    def masks(self, piece: Material, spare: Material, t: Words) -> list[Opening]:
        """What is opened first: the piece, `t` times with a random `t` in the ring, masked by its spare."""
        return []

    def residue(self, piece: Material, spare: Material, t: Words, opened: Sequence[Words], first: bool) -> Opening:
        """A share of zero if piece and spare are what they should be. `first`, one party, adds what is public."""
        raise TypeError(f"{self.name} has no spare")


async def make_material(ctx: Context, tools: Tools, kinds: Sequence[Correlation]) -> list[Material]:
    """This party's share of a piece of each kind, in order. All parties call it with the same kinds.

    Semi-honest, any number of parties; what up to n - 1 of them see together says nothing of the others' shares. All
    pieces of one kind are made together.
    """
    made: list[Material] = [()] * len(kinds)
    order = sorted(range(len(kinds)), key=lambda i: kinds[i].name)
    for _, group in groupby(order, key=lambda i: kinds[i].name):
        places = list(group)
        alike = [of_kind(kinds[i]) for i in places]
        for place, material in zip(places, await type(alike[0]).make(ctx, tools, alike), strict=True):
            made[place] = material
    return made


def of_kind(correlation: Correlation) -> Kind:
    """The same, if parties can make it. LocalError `no-maker`."""
    if not isinstance(correlation, Kind):
        raise LocalError("no-maker", f"parties cannot make {correlation.name}", "derive it from Kind, with a `make`")
    return correlation


def own_draws(ctx: Context, kind: Correlation) -> list[Words]:
    """This party's random share of each drawn part, empty where another party holds it."""
    stream = ctx.prg(kind.name)
    return [
        draw(stream, part, kind.ring) if holds(part, ctx.me) else kind.ring.zeros((0,))
        for part in kind.parts()[: kind.drawn]
    ]
