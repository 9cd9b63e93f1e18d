"""Material with nobody to trust: the parties make it themselves, of oblivious transfers.

Base transfers and extensions between each two parties are set up before the first piece is made, for this run only.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from mpc.context import Context
from mpc.correlation import Correlation, Material
from mpc.network.handshake import Agreement
from mpc.network.transport import Transport
from mpc.prg import Seed
from protocols.preprocessing.checking import Check, make_checked
from protocols.preprocessing.ot_tools import OtTools
from protocols.preprocessing.pairs import SOFTSPOKEN, Extension, set_up
from protocols.preprocessing.workshop import Workshop


@dataclass(frozen=True, slots=True)
class OtMaker:
    """Makes every kind that parties can make, with `OtTools`, and checks as much of it as `check` says."""

    extension: Extension = SOFTSPOKEN
    check: Check = Check.NOTHING
    trust: str = ""
    means: str = ""
    dealt: bool = False

    @property
    def name(self) -> str:
        """Of the extension."""
        return self.extension.name

    async def start(self, ctx: Context) -> OtLine:
        """Base transfers and extensions."""
        return OtLine(OtTools(await set_up(ctx, self.extension)), self.check)


@dataclass(frozen=True, slots=True)
class OtLine:
    """The transfers of a session, at work."""

    tools: OtTools
    check: Check

    async def make(self, ctx: Context, kinds: Sequence[Correlation]) -> list[Material]:
        """A piece of each kind, verified."""
        return await make_checked(ctx, self.tools, kinds, self.check)


class OtSupply(Workshop):
    """A party's end."""

    def __init__(
        self,
        transport: Transport,
        agreement: Agreement,
        n: int,
        *,
        extension: Extension = SOFTSPOKEN,
        check: Check = Check.NOTHING,
        private: Seed | None = None,
        ahead: int | None = None,
        on_made: Callable[[int, int], None] | None = None,
    ) -> None:
        """A `Workshop` with a maker from transfers; all parties use the same `extension` and `check`."""
        maker = OtMaker(extension, check)
        super().__init__(transport, agreement, n, maker, private=private, ahead=ahead, on_made=on_made)


def ot_supplies(
    transports: Sequence[Transport],
    agreements: Sequence[Agreement],
    *,
    extension: Extension = SOFTSPOKEN,
    check: Check = Check.NOTHING,
    private: Sequence[Seed] | None = None,
) -> list[OtSupply]:
    """Supplies of parties in one process: for simulation, on the transports and agreements of the sessions."""
    n = len(transports)
    return [
        OtSupply(transport, agreement, n, extension=extension, check=check, private=private[i] if private else None)
        for i, (transport, agreement) in enumerate(zip(transports, agreements, strict=True))
    ]
