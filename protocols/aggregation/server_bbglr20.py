"""The server of one round: bytes in, bytes out, no clock and no socket.

The transport hands over what clients send as it comes (`receive`) and says when a step has lasted long enough
(`advance`), which gives the next message for each client that is still there. Whoever's message is not there by then
has vanished; nobody who vanished comes back in this round. Masked vectors are added as they come, so memory does not
grow with them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from mpc.errors import LocalError
from mpc.prg import Seed
from protocols.aggregation.agreement import KeyPair
from protocols.aggregation.client_bbglr20 import MASKED_DOMAIN, SURVIVORS_DOMAIN
from protocols.aggregation.directory import directory_digest, part_bytes, prove, whole_bytes
from protocols.aggregation.enrolment import SIGNATURE_BYTES, check_name, verifies
from protocols.aggregation.graphs_bbglr20 import circle, random_order
from protocols.aggregation.masks import Vector, add_masks, in_blocks
from protocols.aggregation.messages import (
    COMMITMENT_BYTES,
    Advertised,
    Reader,
    header,
    number,
    opened,
    parcels_bytes,
    read_advertised,
    read_parcels,
    read_shares,
    read_vector,
    subset_bytes,
)
from protocols.aggregation.refusals import (
    malformed,
    out_of_order,
    too_few,
    too_late,
    twice,
    unknown,
    wrong_signature,
)
from protocols.aggregation.revocations import Revocations
from protocols.aggregation.terms import Step, Terms
from protocols.aggregation.unmasking_bbglr20 import Unmasking


class Server:
    """The server's part in one round of a secure sum.

    It learns `total`, the sum of the vectors of `survivors`, once `step` is None. PeerErrors of `receive` name the
    client whose message is refused; the round goes on without that message. A PeerError of `advance` ends the round:
    `aggregation-too-few`, or `aggregation-bad-share` if clients dealt or returned shares that do not fit. `culprits`
    names clients whose shares were wrong while the sum is right.
    """

    def __init__(
        self,
        terms: Terms,
        *,
        invited: Iterable[str] | None = None,
        authority: bytes | None = None,
        now: int = 0,
        revocations: Revocations | None = None,
        seed: Seed | None = None,
    ) -> None:
        """`invited`: the names that may take part; whoever comes, if None, up to the plan's number of clients.

        Against a malicious server clients are held against `authority` and `now` here as well, for the round's sake:
        one that is not enrolled would make all others stop. LocalError `aggregation-credential` if there is none. So
        are they against `revocations`, where that is given: LocalError `aggregation-revocations` if past its date.
        """
        if terms.plan.malicious and authority is None:
            raise LocalError(
                "aggregation-credential",
                "this plan asks who a client is",
                "give the public key of the authority that enrols them",
            )
        self.terms, self.plan = terms, terms.plan
        self.culprits: list[str] = []
        self.step: Step | None = Step.ADVERTISE
        self._invited = None if invited is None else {check_name(name) for name in invited}
        self._authority, self._now, self._context = authority, now, terms.context
        self._revocations = revocations
        if revocations is not None:
            revocations.require(now)
        self._prg = (seed or Seed.fresh()).prg("aggregation server", terms.context)
        self._trial = KeyPair(self._prg.bytes(32))
        self._heard: set[str] = set()
        self._advertised: dict[str, Advertised] = {}
        self._entries: list[Advertised] = []
        self._numbers: dict[str, int] = {}
        self._there: set[int] = set()
        self._holders: list[list[int]] = []
        self._parcels: dict[int, dict[int, bytes]] = {}
        self._commitments: dict[int, bytes] = {}
        self._shared: frozenset[int] = frozenset()
        self._owners: dict[int, list[int]] = {}
        self._digest = b""
        self._signatures: dict[int, bytes] = {}
        self._consents: dict[int, bytes] = {}
        self._unmasking: Unmasking | None = None
        self._sum = in_blocks(self.plan.length, self.plan.dtype)
        self._total: Vector | None = None

    @property
    def total(self) -> Vector:
        """The sum modulo 2^bits, (length,); LocalError `aggregation-order` before the last step is over."""
        if self._total is None:
            raise out_of_order("the sum is there when the last step is over")
        return self._total

    @property
    def survivors(self) -> list[str]:
        """The clients whose vectors are in the sum: U3."""
        if self._unmasking is None:
            raise out_of_order("who is in the sum is known after the masked vectors")
        return [self._entries[i].name for i in sorted(self._unmasking.survivors)]

    def missing(self) -> list[str]:
        """Who is expected in this step and has sent nothing that counts, in the order of their names."""
        if self.step == Step.ADVERTISE:
            return sorted((self._invited or set()) - self._heard)
        return sorted(self._entries[i].name for i in self._there if self._entries[i].name not in self._heard)

    def receive(self, client: str, step: Step, body: bytes | memoryview) -> None:
        """A client's message of a step. `client`: who sent it, as the transport knows. `body`: bytes, or a view of
        some, which may change afterwards.

        PeerError or Abort, naming the client, for whatever does not belong here; nothing of it is kept.
        """
        if self.step is None or step != self.step:
            raise too_late(client, step.title, self.step.title if self.step is not None else "over")
        self._admit(client)
        reader = opened(self.terms, client, step, body)
        readers: dict[Step, Callable[[str, Reader], None]] = {
            Step.ADVERTISE: self._take_keys, Step.SHARE_KEYS: self._take_parcels,
            Step.MASKED_INPUT: self._take_vector, Step.CONSISTENCY: self._take_signature,
            Step.UNMASK: self._take_shares,
        }  # fmt: skip
        readers[step](client, reader)
        self._heard.add(client)

    def advance(self) -> dict[str, bytes]:
        """Ends the step: the next message for each client that is there, empty when the sum is there."""
        if self.step is None:
            raise out_of_order("the round is over")
        step, self.step = self.step, None
        self._settle(step)
        answers = {
            Step.ADVERTISE: self._directories, Step.SHARE_KEYS: self._deliveries, Step.MASKED_INPUT:
            self._survivor_sets, Step.CONSISTENCY: self._quorums, Step.UNMASK: self._finish,
        }[step]()  # fmt: skip
        later = [other for other in self.terms.steps if other > step]
        self.step = later[0] if later else None
        self._heard = set()
        return answers

    def _admit(self, client: str) -> None:
        assert self.step is not None
        if client in self._heard:
            raise twice(client, self.step.title)
        if self.step == Step.ADVERTISE:
            full = len(self._advertised) >= self.plan.clients
            known = client in self._invited if self._invited is not None else not full
        else:
            known = self._numbers.get(client, -1) in self._there
        if not known or (self.step == Step.ADVERTISE and full):
            raise unknown(client, self.step.title)

    def _settle(self, step: Step) -> None:
        """Who sent nothing is gone; PeerError `aggregation-too-few` where too few are left."""
        if step == Step.ADVERTISE:
            self._entries = [self._advertised[name] for name in sorted(self._advertised)]
            self._numbers = {entry.name: i for i, entry in enumerate(self._entries)}
            self._there = set(range(len(self._entries)))
        else:
            self._there = {i for i in self._there if self._entries[i].name in self._heard}
        least = self.plan.quorum if step >= Step.CONSISTENCY else self.plan.least
        if len(self._there) < least:
            raise too_few(self.terms.server, step.title, len(self._there), least)

    def _take_keys(self, client: str, reader: Reader) -> None:
        check_name(client)
        entry = read_advertised(reader, client, signed=self.plan.malicious)
        reader.end()
        if entry.name != client:
            raise malformed(client, f"the certificate of {entry.name}")
        for key in (entry.channel_key, entry.mask_key):
            self._trial.agreed(key, client)
        if self.plan.malicious:
            assert self._authority is not None
            prove(entry, self._authority, self._now, self._context, self._revocations)
        self._advertised[client] = entry

    def _directories(self) -> dict[str, bytes]:
        n, front = len(self._entries), header(self.terms, Step.SHARE_KEYS)
        if self.plan.malicious:
            self._holders = [[] for _ in range(n)]
            whole = whole_bytes(self._entries)
            self._digest = directory_digest(self._context, n, self._entries)
            return dict.fromkeys((entry.name for entry in self._entries), front + number(n) + whole)
        if self.plan.complete:
            self._holders = [[j for j in range(n) if j != i] for i in range(n)]
        else:
            self._holders = circle(random_order(n, self._prg), self.plan.degree)
        return {
            entry.name: front + number(n) + number(i) + part_bytes({j: self._entries[j] for j in self._holders[i]})
            for i, entry in enumerate(self._entries)
        }

    def _take_parcels(self, client: str, reader: Reader) -> None:
        me, n = self._numbers[client], len(self._entries)
        told = reader.take(COMMITMENT_BYTES)
        parcels = read_parcels(reader, self.plan, n)
        reader.end()
        expected = self._holders[me] if not self.plan.malicious else parcels.keys() - {me}
        if parcels.keys() != set(expected) or len(parcels) != self.plan.holders_among(n):
            raise malformed(client, "shares for others than its holders")
        self._holders[me] = sorted(parcels)
        for holder, sealed in parcels.items():
            self._parcels.setdefault(holder, {})[me] = sealed
        self._commitments[me] = told

    def _deliveries(self) -> dict[str, bytes]:
        n = len(self._entries)
        front = header(self.terms, Step.MASKED_INPUT) + subset_bytes(self._there, n)
        present = self._there
        owners = {i: sorted(self._parcels.get(i, {}).keys() & present) for i in present}
        self._shared, self._owners = frozenset(present), owners
        answers = {
            self._entries[i].name: front + parcels_bytes({j: self._parcels[i][j] for j in owners[i]}) for i in present
        }
        self._parcels = {}
        return answers

    def _take_vector(self, client: str, reader: Reader) -> None:
        me = self._numbers[client]
        signature = reader.take(SIGNATURE_BYTES) if self.plan.malicious else b""
        vector = read_vector(reader, self.plan)
        reader.end()
        if self.plan.malicious and not self._signed(me, signature, MASKED_DOMAIN, self._sight()):
            raise wrong_signature(client, "its masked vector")
        self._consents[me] = signature
        self._sum += vector

    def _survivor_sets(self) -> dict[str, bytes]:
        following = Step.CONSISTENCY if self.plan.malicious else Step.UNMASK
        survivors = frozenset(self._there)
        self._unmasking = Unmasking(
            self.terms, self._entries, self._holders, self._commitments, self._shared, survivors
        )
        message = header(self.terms, following) + subset_bytes(survivors, len(self._entries))
        return {self._entries[i].name: message for i in self._there}

    def _take_signature(self, client: str, reader: Reader) -> None:
        me, signature = self._numbers[client], reader.take(SIGNATURE_BYTES)
        reader.end()
        assert self._unmasking is not None
        view = (*self._sight(), subset_bytes(self._unmasking.survivors, len(self._entries)))
        if not self._signed(me, signature, SURVIVORS_DOMAIN, view):
            raise wrong_signature(client, "the survivors")
        self._signatures[me] = signature

    def _quorums(self) -> dict[str, bytes]:
        assert self._unmasking is not None
        signers = sorted(self._there)[: self.plan.quorum]
        front = header(self.terms, Step.UNMASK) + subset_bytes(signers, len(self._entries))
        front += b"".join(self._signatures[i] for i in signers)
        survivors = self._unmasking.survivors
        return {
            self._entries[i].name: front + b"".join(self._consents[j] for j in self._owners[i] if j in survivors)
            for i in self._there
        }

    def _take_shares(self, client: str, reader: Reader) -> None:
        me = self._numbers[client]
        shares = read_shares(reader, len(self._entries))
        reader.end()
        assert self._unmasking is not None
        if not shares.keys() <= set(self._owners[me]):
            raise malformed(client, "shares that it was not asked for")
        self._unmasking.add(me, shares)

    def _finish(self) -> dict[str, bytes]:
        assert self._unmasking is not None
        keys, negative = self._unmasking.masks()
        self.culprits = self._unmasking.culprits
        add_masks(self._sum, keys, negative)
        if 8 * self.plan.dtype.itemsize > self.plan.bits:
            self._sum &= self.plan.dtype.type(self.plan.modulus - 1)
        self._total = self._sum
        return {}

    def _sight(self) -> tuple[bytes, ...]:
        return self._context, self._digest, subset_bytes(self._shared, len(self._entries))

    def _signed(self, i: int, signature: bytes, domain: str, parts: tuple[bytes, ...]) -> bool:
        certificate = self._entries[i].certificate
        assert certificate is not None
        return verifies(certificate.public_key, signature, domain, *parts)
