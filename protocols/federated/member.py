"""A client of a training over a star, without a socket or a clock: the server's messages in, its own out.

A round begins with an opening and goes on with the steps of a secure sum (`protocols.aggregation`). An opening ends the
round before, whatever became of it: a client never comes back to an older round. Keys, masks, rounding and noise are
drawn afresh for each opening, from the operating system or from a count of openings that never goes back. So a server
that tells the same weights twice does not get the same noise twice. Where there is none, two sums of almost the same
clients from the same weights differ by the update of one of them, up to rounding, and no secure sum prevents that.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from time import time
from typing import Any

import numpy as np
import numpy.typing as npt

from mpc.errors import PeerError
from mpc.prg import Seed
from protocols import aggregation
from protocols.aggregation.enrolment import Credential
from protocols.aggregation.plan import AggregationPlan
from protocols.aggregation.revocations import RevocationFile
from protocols.federated.federation import FIGURES, Agreed
from protocols.federated.figures import figure_words
from protocols.federated.models import Data, Model
from protocols.federated.openings import Kind, Opening, read_opening, wrong_message
from protocols.federated.side_by_side import Elements
from protocols.federated.sites import Site
from protocols.federated.spending import Spending

Tag = tuple[int, ...]


@dataclass(slots=True, repr=False)
class Member:
    """One client. `joined`: in how many sums its vector went as far as it knows; `opened`: rounds it was asked for.

    `weights` are the common ones of the last opening, and final once `over`.
    """

    name: str
    agreed: Agreed
    model: Model
    data: Data
    held_out: Data = None
    users: npt.NDArray[Any] | None = None
    credential: Credential | None = None
    authority: bytes | None = None
    revoked: RevocationFile | None = None
    spending: Spending | None = None
    server: str = "the server"
    joined: int = 0
    opened: int = 0
    over: bool = False
    weights: npt.NDArray[np.float64] | None = None
    _site: Site = field(init=False)
    _session: bytes = b""
    _tag: Tag = (-1, 0)
    _client: aggregation.Client | None = None

    def __post_init__(self) -> None:
        layout, seed = self.agreed.terms.layout, Seed.fresh()
        travel = {place.name for place in layout.places}
        own = {name: np.array(array) for name, array in self.model.weights().items() if name not in travel}
        self._site = Site(
            self.name, self.agreed.terms, self.model, self.data, seed, self.held_out, self.users, own
        )  # fmt: skip

    def __repr__(self) -> str:
        return f"Member({self.name!r}, round {self._tag[0]}{', over' if self.over else ''})"

    @property
    def own(self) -> dict[str, npt.NDArray[Any]]:
        """What does not travel of the weights."""
        return self._site.own

    def meet(self, session: bytes) -> None:
        """A line to a server: `session` is that of the star. What was under way is over, and a session that is another
        one counts its rounds anew."""
        self._client = None
        if session != self._session:
            self._session, self._tag = session, (-1, 0)

    def answer(self, tag: Tag, content: bytes) -> bytes | None:
        """The answer to a message of the server, under the same tag; None where none is due.

        Training happens here. PeerErrors name the server: `training-message`, `training-round`, `rounds-spent`, those
        of `read_opening` and of `mpc.aggregation.Client`. LocalErrors of the model and its update (`Site.update`), of
        the ledger, and `aggregation-credential`: nothing of that round was sent, or no more of it.
        """
        if len(tag) == 2 and tag[1] == 0:
            return self._open(tag, content)
        client = self._client
        if client is None or client.step is None or tag != self._tag:
            raise wrong_message(self.server, f"a message {tag} that is not due")
        answer = client.answer(content)
        self._tag = tag[0], tag[1] + 1
        if client.step is None:
            self._client = None
            self.joined += 1
        return answer

    def _open(self, tag: Tag, content: bytes) -> bytes | None:
        if tag[0] <= self._tag[0]:
            raise PeerError(
                "training-round", f"{self.server} opens round {tag[0]} after round {self._tag[0]}",
                "rounds are numbered upwards, and never used twice; do not go on with this server", party=self.server,
            )  # fmt: skip
        self._client, self._tag = None, (tag[0], 1)
        opening = read_opening(self.agreed.terms, self.server, tag[0], content)
        self.weights = opening.weights
        if opening.kind == Kind.END:
            self.over = True
            self.model.load({**self._site.own, **self.agreed.terms.layout.unflatten(opening.weights)})
            return None
        self._client = self._contribution(opening)
        return self._client.advertise()

    def _contribution(self, opening: Opening) -> aggregation.Client:
        """The client of a sum, with this round's vector."""
        if opening.kind == Kind.EVALUATE:
            self._refuse_if_private()
            figures = self._site.evaluated(opening.weights)
            words = figure_words(figures, self.agreed.federation.clients)
            plan = self.agreed.plan_of_figures
            return self._client_of(plan, opening, FIGURES.elements([words], plan.dtype))
        self._spend()
        update = self._site.update(opening.weights, self.opened)
        parts = self.agreed.terms.coder.words(update, self._site.stream(self.opened), opening.seed)
        plan = self.agreed.plan
        return self._client_of(plan, opening, self.agreed.layout.elements(parts, plan.dtype))

    def _client_of(self, plan: AggregationPlan, opening: Opening, vector: Elements) -> aggregation.Client:
        terms = aggregation.Terms(plan, session_of(self.agreed, self._session), opening.number, self.server)
        nobody = not self.agreed.federation.corrupted
        return aggregation.Client(
            terms, self.name, vector, credential=self.credential, authority=self.authority, now=(now := int(time())),
            revocations=None if self.revoked is None else self.revoked.current(now),
            demands=aggregation.Demands(corrupted=0 if nobody else None),
        )  # fmt: skip

    def _spend(self) -> None:
        """Noise is made for so many rounds: one more is refused, and each is in the ledger before it begins."""
        self.opened += 1
        terms = self.agreed.terms
        if not terms.private:
            return
        if self.opened > terms.rounds:
            raise PeerError(
                "rounds-spent", f"{self.server} asks for more than the {terms.rounds} rounds that noise is made for",
                "a new training, with a price of its own", party=self.server,
            )  # fmt: skip
        if self.spending is not None:
            self.spending.spend()

    def _refuse_if_private(self) -> None:
        if self.agreed.terms.private:
            raise wrong_message(self.server, "a round for losses on held-out data, which have no noise")


def session_of(agreed: Agreed, session: bytes) -> str:
    """What keys are bound to: the training, and this life of the server."""
    return f"{agreed.federation.name} {session.hex()}"
