"""What stands before a party's outputs in a run: its policy, its ledger, and the certificates of those who vote."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from mpc.errors import PeerError
from mpc.network.identity import Certificate
from mpc.network.signing import Signer, is_signed
from protocols.consent.keeper import NO_HEAD, Asked
from protocols.consent.votes import DOMAIN
from protocols.outputs import Output
from protocols.privacy.ledger.charges import together
from protocols.privacy.ledger.entries import Content
from protocols.privacy.ledger.heads import Head, unpacked
from protocols.privacy.ledger.ledger import Asker, Ledger
from protocols.privacy.policy import Policy

_OPEN = Policy()


@dataclass(slots=True)
class Guard:
    """A `protocols.consent.keeper.Keeper`. `asker` says what run this is; `certificates` are the parties', in order.

    `data` is the name that this party gives to what it puts in: all charges are to it. Without a ledger nothing is
    charged here, and with neither ledger nor policy the party says yes, signed. `met`: the heads that are held against
    what peers show, by their places: what was kept before the parties met, since they read their ledgers after that.
    What a run beside this keeps later may be ahead of what a peer has shown here by then.
    """

    me: int
    signer: Signer
    certificates: Sequence[Certificate]
    asker: Asker
    policy: Policy = _OPEN
    ledger: Ledger | None = None
    data: str = ""
    met: dict[int, Head] = field(default_factory=dict)

    @property
    def keeps(self) -> bool:
        """Whether there is a ledger."""
        return self.ledger is not None

    @property
    def asks_of_groups(self) -> bool:
        """Whether the policy has a smallest group."""
        return self.policy.smallest_group is not None

    def admit(self, output: Output) -> None:
        """Errors of the policy."""
        self.policy.check(output, self.asker.parties, self.asker.program)
        self._check_runs()

    def note(self, outputs: Sequence[Output]) -> None:
        """Errors of the ledger, and of the policy where other runs came first."""
        if self.ledger is not None:
            self.ledger.reveal(self.asker, self.data, self._plain(outputs), runs=self.policy.check_runs)

    def step(self, number: int, step: int, output: Output) -> None:
        """Errors of the ledger."""
        if self.ledger is not None:
            self.ledger.step(self.asker, number, step, self._plain([output]))

    def catch_up(self) -> None:
        """Errors of the ledger."""
        if self.ledger is not None:
            self.ledger.catch_up()

    def head(self) -> bytes:
        """Of the ledger, zeros without one."""
        return NO_HEAD if self.ledger is None else self.ledger.head.packed()

    def kept(self, party: int) -> bytes:
        """What this party's ledger has kept of a peer's."""
        head = self._kept(party)
        return NO_HEAD if head is None else head.packed()

    def meet(self, party: int, head: bytes, kept: bytes) -> None:
        """A peer's ledger must be at least as long as what it has shown before, and this party's must hold what the
        peer has kept of it. PeerError `ledger-older`, `malformed-vote`; LocalError `ledger-restored`.
        """
        shown, mine, before = self._head_of(party, head), self._unpacked(party, kept), self._before(party)
        if before is not None and (shown is None or not shown.follows(before)):
            raise self._older(party, before, shown)
        if shown is not None:
            self.met[party] = shown
        if self.ledger is not None and mine is not None:
            self.ledger.confront(mine, self.asker.parties[party])

    def consider(self, asked: Asked) -> None:
        """Errors of policy and ledger."""
        for output in asked.outputs:
            self.policy.check(output, self.asker.parties, self.asker.program)
        self.policy.check_sum(together(asked.charges), asked.outputs[0])
        self._check_runs()
        if self.ledger is not None:
            self.ledger.consider(self.data, together(asked.charges))

    def reserve(self, asked: Asked) -> int:
        """The entry of the reservation; errors of the ledger, and of the policy where other runs came first."""
        if self.ledger is None:
            return 0
        price, outputs = together(asked.charges), self._plain(asked.outputs)
        runs = self.policy.check_runs
        return self.ledger.reserve(self.asker, self.data, price, outputs, steps=asked.steps, runs=runs)

    def commit(self, number: int, heads: Sequence[bytes], votes: bytes) -> None:
        """What was reserved is spent, and the heads of the peers are kept. PeerError `ledger-older` for one that is of
        another ledger than what is kept; an older one may be that of a run beside this, and is not kept."""
        if self.ledger is None:
            return
        shown = [(party, self._head_of(party, head)) for party, head in enumerate(heads)]
        for party, head in shown:
            before = None if party == self.me else self._kept(party)
            if before is not None and (head is None or not (head.follows(before) or before.follows(head))):
                raise self._older(party, before, head)
        others = [(self.certificates[party], head) for party, head in shown if party != self.me and head is not None]
        self.ledger.commit(number, votes.hex(), others)

    def release(self, number: int, by: int, said: bytes, signature: bytes) -> None:
        """What was reserved is not spent."""
        if self.ledger is not None:
            no = {"said": said.hex(), "signature": signature.hex(), "certificate": self.certificates[by].digest.hex()}
            self.ledger.release(number, self.asker.parties[by], no)

    def sign(self, said: bytes) -> bytes:
        """With this party's key."""
        return self.signer.sign(DOMAIN, said)

    def check(self, party: int, said: bytes, signature: bytes) -> bool:
        """With a peer's certificate."""
        return is_signed(self.certificates[party], signature, DOMAIN, said)

    def _check_runs(self) -> None:
        if self.ledger is not None and self.policy.runs_a_day is not None:
            self.policy.check_runs(self.ledger.other_runs_of_day(self.asker.run))

    def _before(self, party: int) -> Head | None:
        """What a peer's ledger must hold; without one of its own a party remembers nothing."""
        return None if self.ledger is None else self.met.get(party) or self._kept(party)

    def _kept(self, party: int) -> Head | None:
        return None if self.ledger is None else self.ledger.peer(self.certificates[party])

    def _head_of(self, party: int, content: bytes) -> Head | None:
        head = self._unpacked(party, content)
        if head is not None and not head.is_of(self.certificates[party]):
            raise self._malformed(party)
        return head

    def _unpacked(self, party: int, content: bytes) -> Head | None:
        try:
            return None if content == NO_HEAD else unpacked(content)
        except ValueError:
            raise self._malformed(party) from None

    def _plain(self, outputs: Sequence[Output]) -> list[Content]:
        names = self.asker.parties
        return [
            {"line": each.line, "shape": list(each.shape), "to": [names[party] for party in each.receivers]}
            for each in outputs
        ]

    def _malformed(self, party: int) -> PeerError:
        return self._of_peer(
            party, "malformed-vote", "sent what is no head of a ledger, or not one that it signed",
            "the same version everywhere; else that party is not to be trusted. Nothing was revealed",
        )  # fmt: skip

    def _older(self, party: int, before: Head, shown: Head | None) -> PeerError:
        what = "comes without a ledger" if shown is None else f"shows a ledger of {shown.number:,} entries"
        return self._of_peer(
            party, "ledger-older", f"{what}, and has shown one of {before.number:,}, or another, before",
            "it was restored from a copy, or begun anew: what was spent would be spent again. Nothing was revealed",
        )  # fmt: skip

    def _of_peer(self, party: int, code: str, cause: str, remedy: str) -> PeerError:
        name = self.asker.parties[party]
        return PeerError(code, f"{name} {cause}", remedy, party=name)


def kept_heads(ledger: Ledger, certificates: Sequence[Certificate]) -> dict[int, Head]:
    """The heads that a ledger keeps of the parties, by their places. LocalError `ledger-edited`."""
    heads = {place: ledger.peer(certificate) for place, certificate in enumerate(certificates)}
    return {place: head for place, head in heads.items() if head is not None}
