"""Where a run's material comes from: the parties themselves, a dealer, or a store that was made before."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial

from mpc.context import Root, Session
from mpc.errors import LocalError
from mpc.network.handshake import Agreement
from mpc.network.transport import Transport
from mpc.side_by_side import run_all
from mpc.store import StoreSupply
from mpc.supply import Supply
from protocols.preprocessing.checking import Check
from protocols.preprocessing.dealer import DealerLink, DealerSupply
from protocols.preprocessing.from_ot import OtMaker
from protocols.preprocessing.from_paillier import PAILLIER, PaillierMaker
from protocols.preprocessing.pairs import SILENT, SOFTSPOKEN
from protocols.preprocessing.workshop import AHEAD_WORDS, Maker, Workshop

DEALER, OT, STORE = "dealer", SOFTSPOKEN.name, "store"
MAKERS: dict[str, Callable[[Check], Maker]] = {
    **{extension.name: partial(OtMaker, extension) for extension in (SOFTSPOKEN, SILENT)},
    PAILLIER: PaillierMaker,
}
"""How the parties make material themselves, with so much of it checked."""

PREPROCESSING = (*MAKERS, DEALER)
"""Who may make material in a session: the parties themselves in one of these ways, or a dealer."""

Made = Callable[[int, int], None]


def check_preprocessing(name: str) -> None:
    """Raises LocalError `unknown-preprocessing` for a name that no supplier has."""
    if name not in PREPROCESSING:
        raise LocalError(
            "unknown-preprocessing", f"material does not come from {name}", f"choose one of {', '.join(PREPROCESSING)}"
        )


def means_of(name: str) -> str:
    """By what other means than transfers a supplier of this name makes some of its material; empty for none."""
    return MAKERS[name](Check.NOTHING).means if name in MAKERS else ""


@dataclass(frozen=True, slots=True)
class Source:
    """What all parties of a run must choose alike, each with a store of its own.

    `maker`: who makes material in the session, None for nobody. `store`: what was made before, which comes first.
    `check`: how much of what the parties make they verify. `planned`: the whole program is planned on the shapes of the
    inputs, checked, and its material made before it runs, instead of by reveals. `prefetch`: material is made while the
    program runs; of a plan in its order, else what the next reveal takes if it takes what followed the last alike one.
    """

    maker: str | None = OT
    store: StoreSupply | None = None
    check: Check = Check.NOTHING
    planned: bool = False
    prefetch: bool = False

    @property
    def plans(self) -> bool:
        """Whether the whole program is planned first; where material comes from a store it always is."""
        return self.planned or self.store is not None

    @property
    def guesses(self) -> bool:
        """Whether what a reveal is likely to take is made before it is known."""
        return self.prefetch and not self.plans

    @property
    def name(self) -> str:
        """For reports and the handshake."""
        names = [STORE] if self.store is not None else []
        return ", then ".join([*names, self.maker] if self.maker else names)

    def parties(self, transport: Transport) -> int:
        """How many endpoints compute: all but the dealer, who is the last."""
        return transport.n - (self.maker == DEALER)


class Provision:
    """A source in a session: what hands out material, and what must be done before, beside and after the program."""

    def __init__(
        self, supply: Supply, store: StoreSupply | None, link: DealerLink | None, beside: Workshop | None
    ) -> None:
        self.supply = supply
        self._store = store
        self._link = link
        self._beside = beside

    @staticmethod
    async def open(source: Source, transport: Transport, agreement: Agreement, on_made: Made) -> Provision:
        """The supplies of a source, on the session's transport. LocalError `unknown-preprocessing`."""
        link: DealerLink | None = None
        beside: Workshop | None = None
        made: DealerSupply | Workshop | None = None
        if source.maker is not None:
            check_preprocessing(source.maker)
        if source.maker == DEALER:
            link = DealerLink(transport, transport.n - 1)
            made = await link.supply()
        elif source.maker is not None:
            prefetched = source.plans and source.prefetch
            made = own = Workshop(
                transport, agreement, transport.n, MAKERS[source.maker](source.check),
                ahead=AHEAD_WORDS if prefetched else None, on_made=None if source.prefetch else on_made,
            )  # fmt: skip
            beside = own if prefetched else None
        if source.store is not None:
            source.store.fallback = made
        supply = source.store or made
        assert supply is not None
        return Provision(supply, source.store, link, beside)

    async def agree(self, session: Session) -> None:
        """Compare stores with the other parties, where material comes from stores."""
        if self._store is not None:
            await self._store.agree(session.root(Root.STORES))

    async def beside(self, program: Callable[[], Awaitable[None]]) -> None:
        """Run the program, and beside it what makes its material; the first failure of either ends both."""
        if self._beside is None:
            await program()
            return
        own = self._beside

        async def run() -> None:
            await program()
            await own.finish()

        await run_all([(own.make_ahead,), (run,)])

    def done(self) -> None:
        """Nothing more will be taken."""
        if self._link is not None:
            self._link.done()
