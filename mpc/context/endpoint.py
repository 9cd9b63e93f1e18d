"""One party's side of a session: what it holds and has agreed on with the others, whichever call it is in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

from mpc.accounts.ledger import Ledger
from mpc.algebra.interface import Algebra, Bits
from mpc.algebra.packed_bits import PACKED
from mpc.algebra.ring import Z64
from mpc.algebra.shapes_only import SHAPES_OF_BITS, ShapesOfRing
from mpc.domain_hash import DomainHash
from mpc.intake import Intake
from mpc.network.handshake import Agreement
from mpc.network.transport import Transport
from mpc.prg import Seed
from mpc.standing import StandingMaterial
from mpc.supply import Supply
from mpc.ways import Ways


class Root(IntEnum):
    """The calls that begin a session's paths: one number each, so that what they send and draw never meets."""

    PROGRAM = 0
    SHAPES = 1
    MATERIAL = 2
    STORES = 3
    SUITE = 4
    GOODBYE = 5
    STANDING = 6
    AHEAD = 7
    MEETING = 8
    PAILLIER_KEYS = 9
    PARTS = 10


@dataclass(slots=True)
class Endpoint:
    """What all contexts of one party share, but for what makes and follows calls (`Session`).

    `factory` starts the suite (`protocols.suite.Factory`); None in a session that computes on no shares.
    `ways` says how the parties compute what there are several ways for, and for which network; `policies` are asked
    about the public description of every output before anything of it is sent (`protocols/outputs.py`), `keeper` says
    whether what costs privacy may be spent and writes it down (`protocols/consent/keeper.py`), `tolerance` is the
    largest error that one may have, and `leaving` holds the paths of the calls that have an output under way.
    `where` tells the line of the program that is running, for what a program calls by itself; `progress` is told how
    far a run is.
    `intake` counts what peers announce. `shadows` hold a simulation's values in floating point. `kept` is what
    protocols keep from call to call, by name.
    """

    transport: Transport
    supply: Supply
    agreement: Agreement
    factory: Any
    n: int
    fractional_bits: int = 16
    ring: Algebra = Z64
    private: Seed = field(default_factory=Seed.fresh)
    on_call: Callable[[], None] | None = None
    ways: Ways = field(default_factory=Ways)
    policies: tuple[Callable[[Any], None], ...] = ()
    keeper: Any = None
    tolerance: float | None = None
    shadows: Any = None
    where: Callable[[], str] | None = None
    progress: Callable[[str, int, int | None], None] | None = None
    intake: Intake = field(default_factory=Intake)
    suite: Any = field(default=None, init=False)
    leaving: set[tuple[int, ...]] = field(init=False, default_factory=set)
    others: list[int] = field(init=False)
    ledger: Ledger = field(init=False)
    standing: StandingMaterial = field(init=False, default_factory=StandingMaterial)
    kept: dict[str, Any] = field(init=False, default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        self.others = [j for j in range(self.n) if j != self.transport.me]
        self.ledger = Ledger(len(self.transport.names))

    @property
    def network(self) -> str:
        """The kind of network that the parties agreed to tune for, "" if none."""
        return self.ways.network

    @property
    def shapes_only(self) -> bool:
        """Whether this session computes with shapes alone, as plans do: its arrays have no content."""
        return isinstance(self.ring, ShapesOfRing)

    @property
    def bits(self) -> Bits:
        """The algebra of packed bits that goes with the ring."""
        return SHAPES_OF_BITS if self.shapes_only else PACKED

    def hash(self, domain: str) -> DomainHash:
        """A hash for this use in all calls of this session: what all its calls have in common, as a public key."""
        return DomainHash(domain, self.agreement.session)
