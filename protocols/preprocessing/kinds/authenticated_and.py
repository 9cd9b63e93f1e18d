"""Authenticated ANDs, and authenticated bits for the masks of wires: garbling's part that knows of no circuit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, Self

from mpc.context import Context
from mpc.correlation import Material, Part
from mpc.errors import LocalError
from protocols.authenticated.ands import Independent, Size
from protocols.authenticated.side import Side
from protocols.preprocessing.kind import Kind
from protocols.preprocessing.tools import Tools

PARTIES = 2


@dataclass(frozen=True, slots=True)
class AuthenticatedAnd(Kind):
    """`count` authenticated ANDs x y = z of random bits between parties 0 and 1, a random bit for the result of each,
    and bits that either alone knows, `owned`, under the offset of both in this `lot`. Katz, Ranellucci, Rosulek, Wang,
    CRYPTO 2018.

    A lot is what one run of a store takes: pieces of a lot have the offsets in common, those of two have not. Made with
    checks of its own against either party; a dealer makes none, who would know both offsets. LocalError
    `wrong-parameter`.
    """

    count: int
    owned: tuple[int, int] = (0, 0)
    lot: int = 0
    name: ClassVar[str] = "authenticated_and"
    drawn: ClassVar[int] = 0
    dealt: ClassVar[bool] = False
    of_one_run: ClassVar[bool] = True
    checked: ClassVar[bool] = True

    def __post_init__(self) -> None:
        if len(self.owned) != PARTIES or min(self.count, self.lot, *self.owned) < 0:
            what = f"{self.count} authenticated ANDs, with {self.owned} bits"
            raise LocalError("wrong-parameter", what, "two parties take part")

    @property
    def size(self) -> Size:
        """How much of each sort."""
        return Size(self.count, self.owned)

    @property
    def elements(self) -> int:
        """One for each AND."""
        return self.count

    def parts(self) -> tuple[Part, ...]:
        """Of party 0 and of party 1: the offset, labels as `Independent` has them."""
        shapes = (2,), (2, self.size.bits, 2)
        return tuple(Part(shape, "clear", party) for party in range(PARTIES) for shape in shapes)

    def in_run(self, run: int) -> Self:
        """The lot of this run."""
        return replace(self, lot=run)

    @classmethod
    async def make(cls, ctx: Context, tools: Tools, kinds: Sequence[Self]) -> list[Material]:
        """All of a lot together. Abort where a check fails; then all of the lot is gone."""
        parts = await made_by_lot(ctx, tools, [(kind.size, kind.lot) for kind in kinds])
        return [at_party(ctx.me, (side.delta, part.labels)) for side, part in parts]

    @property
    def authenticated(self) -> Size:
        """All of it."""
        return self.size

    def taken(self, me: int, material: Material) -> tuple[Side, Independent]:
        """What a party has of it."""
        delta, labels = material[2 * me : 2 * me + 2]
        return Side(me, delta), Independent(self.size, labels)


async def made_by_lot(
    ctx: Context, tools: Tools, pieces: Sequence[tuple[Size, int]]
) -> list[tuple[Side, Independent]]:  # fmt: skip
    """Pieces of these sizes, each of a lot; those of one lot are made together, under its offsets."""
    made: dict[int, tuple[Side, Independent]] = {}
    for lot in sorted({lot for _, lot in pieces}):
        places = [place for place, (_, own) in enumerate(pieces) if own == lot]
        side, parts = await tools.authenticated(ctx, [pieces[place][0] for place in places], lot)
        made |= {place: (side, part) for place, part in zip(places, parts, strict=True)}
    return [made[place] for place in range(len(pieces))]


def at_party(me: int, own: Material) -> Material:
    """Parts of a party, of two that have as many; the other's are empty."""
    nothing = tuple(words.reshape(-1)[:0] for words in own)
    return own + nothing if me == 0 else nothing + own
