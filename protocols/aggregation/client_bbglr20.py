"""A client of one round: bytes in, bytes out, no clock and no socket. Each step is a method, in the paper's words.

Bonawitz et al., CCS 2017, figure 4; Bell et al., CCS 2020, algorithms 2 and 3. The letters are theirs: c is the
channel's key, s the masks', b the secret of the client's own mask; U1 advertised keys, U2 shared them, U3 sent a
masked vector. A step that raises ends the round for this client: nothing that it is asked later is answered.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from mpc.errors import LocalError, PeerError
from mpc.prg import Seed
from protocols.aggregation import shares_shamir79 as shamir
from protocols.aggregation.agreement import KeyPair, commitment, own_mask, pair_mask, seal, unseal
from protocols.aggregation.demands import Demands
from protocols.aggregation.directory import KEYS_DOMAIN, Directory, read_directory
from protocols.aggregation.enrolment import Credential, check_name, verifies
from protocols.aggregation.graphs_bbglr20 import random_choice
from protocols.aggregation.masks import Vector, add_masks, in_blocks, packed
from protocols.aggregation.messages import (
    Advertised,
    Reader,
    header,
    holders_bytes,
    opened,
    parcels_bytes,
    read_parcels,
    read_signatures,
    shares_bytes,
    subset_bytes,
)
from protocols.aggregation.refusals import (
    both_shares,
    out_of_order,
    split_view,
    too_few,
    unfit_vector,
    unknown,
    wrong_set,
    wrong_signature,
)
from protocols.aggregation.revocations import Revocations
from protocols.aggregation.terms import Step, Terms

MASKED_DOMAIN = "masked input"
SURVIVORS_DOMAIN = "survivors"
DEMANDS = Demands()


class Client:
    """One client's part in one round of a secure sum.

    The server learns the sum of the vectors of those that stayed and nothing else of them, as long as no more clients
    work with it than the plan says (and, unless the plan is `malicious`, it follows the protocol). A client learns who
    takes part, nothing of their vectors. `complaints` names those whose shares for this client were no shares;
    `evidence` has the server's two messages that contradict one another, where it was refused for that.

    One `Client` a name and round: a client that has lost its state joins the next round. If it took part twice in one,
    the two sums would differ by the others' vectors, or by its own.
    """

    def __init__(
        self,
        terms: Terms,
        name: str,
        vector: Vector | None = None,
        *,
        credential: Credential | None = None,
        authority: bytes | None = None,
        now: int = 0,
        revocations: Revocations | None = None,
        seed: Seed | None = None,
        demands: Demands = DEMANDS,
    ) -> None:
        """`vector`: unsigned, (length,), below 2^bits; it may come as late as `masked_input`. `demands`: what the plan
        must promise, worked out anew from its numbers: LocalError `aggregation-weak-plan`.

        Against a malicious server `credential` says who this client is, `authority` is the public key of whoever enrols
        clients and `now` the time in seconds (Unix): LocalError `aggregation-credential` if they are missing.
        `revocations`: the authority's list of keys that it has revoked, which this client has from the authority: who
        is on it is refused by name (`aggregation-revoked`), and a list past its date ends it before anything is sent
        (`aggregation-revocations`). `seed`:
        all that this client draws, for tests; fresh from the operating system otherwise.
        """
        demands.check(terms.plan)
        if terms.plan.malicious and (credential is None or authority is None):
            raise LocalError(
                "aggregation-credential", "this plan is against a malicious server, and asks who a client is",
                "give the credential that the authority enrolled, and the authority's public key",
            )  # fmt: skip
        if credential is not None and credential.certificate.name != name:
            raise LocalError("aggregation-credential", f"the credential of {name} is of another client", "give its own")
        self.terms, self.plan, self.name = terms, terms.plan, check_name(name)
        self.complaints: dict[str, str] = {}
        self.evidence: tuple[bytes, ...] = ()
        self._vector = vector
        if vector is not None:
            self.plan.check(vector)
        self._credential, self._authority, self._now = credential, authority, now
        self._revocations = revocations
        if revocations is not None:
            revocations.require(now)
        self._seed = (seed or Seed.fresh()).derive("aggregation client", terms.context, name)
        self._context = terms.context
        self._next: Step | None = Step.ADVERTISE
        self._survivors: frozenset[int] | None = None
        self._holders: list[int] = []
        self._held: dict[int, tuple[bytes, bytes, frozenset[int] | None]] = {}

    def __repr__(self) -> str:
        return (
            f"Client({self.name!r}, round {self.terms.round}, {self._next.title if self._next is not None else 'over'})"
        )

    @property
    def step(self) -> Step | None:
        """The step that comes next; None when the round is over for this client."""
        return self._next

    def answer(self, body: bytes) -> bytes:
        """The answer to the server's message, which is of the step that comes next."""
        if self._survivors is not None and self._next is None:
            return self.unmask(body)
        steps: dict[Step, Callable[[bytes], bytes]] = {
            Step.SHARE_KEYS: self.share_keys, Step.MASKED_INPUT: self.masked_input, Step.CONSISTENCY: self.consistency,
            Step.UNMASK: self.unmask,
        }  # fmt: skip
        if self._next not in steps:
            raise out_of_order("a client begins with `advertise`, and answers nothing after a step that failed")
        return steps[self._next](body)

    def advertise(self) -> bytes:
        """The first message: two public keys, signed where the plan is against a malicious server."""
        with self._taking(Step.ADVERTISE):
            self._c, self._s = (KeyPair(self._seed.derive(what).secret) for what in ("c", "s"))
            self._b = self._seed.derive("b").secret
            keys, signature, certificate = (self._c.public, self._s.public), b"", None
            if self.plan.malicious:
                assert self._credential is not None
                certificate = self._credential.certificate
                signature = self._credential.sign(KEYS_DOMAIN, self._context, *keys)
            self._own = Advertised(self.name, *keys, certificate, signature)
            return header(self.terms, Step.ADVERTISE) + self._own.encoded()

    def share_keys(self, body: bytes) -> bytes:
        """Of the directory: holders, and for each, sealed, its shares of b and s. Bell et al., algorithm 2.

        Against a malicious server this client chooses its holders itself, after the directory is fixed.
        """
        with self._taking(Step.SHARE_KEYS):
            reader = self._opened(Step.SHARE_KEYS, body)
            authority = self._authority if self.plan.malicious else None
            self._directory = read_directory(reader, self.terms, self._own, authority, self._now, self._revocations)
            self._holders = self._choose_holders(self._directory)
            points = [i + 1 for i in self._holders]
            secrets, prg = (self._b, self._s.secret), self._seed.prg("shares")
            shares = shamir.split(secrets, points, self.plan.threshold, prg).astype("<u8", copy=False)
            listed = self._holders_listed()
            parcels = {i: self._seal(i, row.tobytes() + listed) for i, row in zip(self._holders, shares, strict=True)}
            told = commitment(self._b, self.name, self._context)
            return header(self.terms, Step.SHARE_KEYS) + told + parcels_bytes(parcels)

    def masked_input(self, body: bytes, vector: Vector | None = None) -> bytes:
        """The vector under its masks: y = x + PRG(b) + sum over the neighbours of U2 of +-PRG(agreed key).

        `body` has U2 and the shares that this client holds for others. The vector may be given here at the latest:
        LocalError `aggregation-vector` if it does not fit the plan, and the round is over.
        """
        with self._taking(Step.MASKED_INPUT):
            reader = self._opened(Step.MASKED_INPUT, body)
            self._shared = self._members(reader, self.plan.least, Step.SHARE_KEYS)
            parcels = read_parcels(reader, self.plan, self._directory.n)
            reader.end()
            self._owners = frozenset(parcels)
            self._hold(parcels)
            pairs = sorted({i for i in self._holders if i in self._shared} | parcels.keys())
            if sum(i in self._shared for i in self._holders) < self.plan.threshold:
                raise too_few(self.terms.server, Step.SHARE_KEYS.title, len(pairs), self.plan.threshold)
            masked = self._masked(self._vector if vector is None else vector, pairs)
            self._vector = None
            parts = header(self.terms, Step.MASKED_INPUT), self._signed_sight(), packed(masked, self.plan.bits)
            return b"".join(parts)

    def consistency(self, body: bytes) -> bytes:
        """A signature on U3, so that all who reveal shares reveal them for one set. Bonawitz et al. 2017, figure 4."""
        if self._survivors is not None:
            self._hold_against(self._survivors_of(self._opened(Step.CONSISTENCY, body)), body)
        with self._taking(Step.CONSISTENCY):
            reader = self._opened(Step.CONSISTENCY, body)
            self._survivors, self._told = self._survivors_of(reader), body
            reader.end()
            assert self._credential is not None
            return header(self.terms, Step.CONSISTENCY) + self._credential.sign(SURVIVORS_DOMAIN, *self._view())

    def unmask(self, body: bytes) -> bytes:
        """Of each client whose shares are held here one: of b if it is in U3, of s if it vanished between U2 and U3.

        Against a malicious server only with a quorum's signatures on the same U3, and of b only where its client signed
        that it masked for the same U2, and enough of its holders are in U3. Afterwards all secrets are gone.
        """
        if self._next is None and self._survivors is not None and not self.plan.malicious:
            self._hold_against(self._survivors_of(self._opened(Step.UNMASK, body)), body)
        with self._taking(Step.UNMASK):
            reader = self._opened(Step.UNMASK, body)
            if self.plan.malicious:
                self._check_quorum(reader, body)
            else:
                self._survivors, self._told = self._survivors_of(reader), body
            reader.end()
            answer = header(self.terms, Step.UNMASK) + shares_bytes(self._revealed())
            self._held.clear()
            del self._b, self._c, self._s, self._seed
            return answer

    @contextmanager
    def _taking(self, step: Step) -> Iterator[None]:
        """A step in its turn; whatever it raises, this client does nothing more in the round."""
        if self._next != step:
            expected = "nothing" if self._next is None else f"'{self._next.title}'"
            raise out_of_order(f"{self.name} was to do '{step.title}', and {expected} comes next")
        self._next = None
        yield
        later = [other for other in self.terms.steps if other > step]
        self._next = later[0] if later else None

    def _opened(self, step: Step, body: bytes) -> Reader:
        return opened(self.terms, self.terms.server, step, body)

    def _choose_holders(self, directory: Directory) -> list[int]:
        if not self.plan.malicious:
            return sorted(directory.entries)
        count = self.plan.holders_among(directory.n)
        return random_choice(directory.n, directory.me, count, self._seed.prg("holders"))

    def _holders_listed(self) -> bytes:
        n = self._directory.n
        return subset_bytes(self._holders, n) if holders_bytes(self.plan, n) else b""

    def _seal(self, i: int, content: bytes) -> bytes:
        return seal(self._c, self._own, self._directory.entries[i], self._context, content)

    def _members(self, reader: Reader, least: int, step: Step) -> frozenset[int]:
        """A set of clients that has this one, and enough."""
        members = reader.subset(self._directory.n)
        if len(members) < least:
            raise too_few(self.terms.server, step.title, len(members), least)
        if self._directory.me not in members:
            raise unknown(self.name, step.title)
        return members

    def _survivors_of(self, reader: Reader) -> frozenset[int]:
        survivors = self._members(reader, self.plan.quorum, Step.MASKED_INPUT)
        if not survivors <= self._shared:
            raise wrong_set(self.terms.server, "lists clients that sent a vector and had shared no keys")
        return survivors

    def _hold(self, parcels: dict[int, bytes]) -> None:
        """Open what others sent; what is no share of its sender is noted, and left out."""
        if not parcels.keys() <= self._shared - {self._directory.me}:
            raise wrong_set(self.terms.server, "hands on shares of clients that shared none")
        if not self.plan.malicious and not parcels.keys() <= self._directory.entries.keys():
            raise wrong_set(self.terms.server, "hands on shares of clients that are no neighbours")
        for i, sealed in parcels.items():
            sender = self._directory.entries[i]
            content = unseal(self._c, sender, self._own, self._context, sealed)
            if content is None:
                self.complaints[sender.name] = "its shares for this client do not open"
                continue
            try:
                self._held[i] = self._shares_of(Reader(sender.name, content))
            except PeerError as error:
                self.complaints[sender.name] = error.cause

    def _shares_of(self, reader: Reader) -> tuple[bytes, bytes, frozenset[int] | None]:
        """A client's shares of b and s, and whom it chose as holders, where it chose them."""
        n = self._directory.n
        shares = reader.take(shamir.SHARE_BYTES), reader.take(shamir.SHARE_BYTES)
        return *shares, reader.subset(n) if holders_bytes(self.plan, n) else None

    def _masked(self, vector: Vector | None, pairs: list[int]) -> Vector:
        if vector is None:
            raise unfit_vector("there is no vector")
        self.plan.check(vector)
        masked = in_blocks(self.plan.length, self.plan.dtype)
        masked[:] = vector
        me, keys, negative = self._directory.me, [own_mask(self._b, self.name, self._context)], [False]
        for i in pairs:
            other = self._directory.entries[i]
            low, high = (self._own, other) if me < i else (other, self._own)
            keys.append(pair_mask(self._s, other, low, high, self._context))
            negative.append(i < me)
        add_masks(masked, keys, negative)
        return masked

    def _sight(self) -> tuple[bytes, ...]:
        """What a masked vector was made for: the round, all keys, and U2."""
        return self._context, self._directory.digest, subset_bytes(self._shared, self._directory.n)

    def _signed_sight(self) -> bytes:
        return self._credential.sign(MASKED_DOMAIN, *self._sight()) if self._credential and self.plan.malicious else b""

    def _view(self) -> tuple[bytes, ...]:
        assert self._survivors is not None
        return *self._sight(), subset_bytes(self._survivors, self._directory.n)

    def _check_quorum(self, reader: Reader, body: bytes) -> None:
        """A quorum signed this client's U3, and each client of it whose share of b is asked masked for this U2."""
        assert self._survivors is not None
        signers = reader.subset(self._directory.n)
        if len(signers) < self.plan.quorum or not signers <= self._survivors:
            raise too_few(self.terms.server, Step.CONSISTENCY.title, len(signers), self.plan.quorum)
        for i, signature in read_signatures(reader, sorted(signers)).items():
            if not self._signed_by(i, signature, SURVIVORS_DOMAIN, self._view()):
                self.evidence = self._told, body
                raise split_view(self.terms.server, self._directory.entries[i].name)
        present = sorted(self._owners & self._survivors)
        for i, signature in read_signatures(reader, present).items():
            if not self._signed_by(i, signature, MASKED_DOMAIN, self._sight()):
                raise wrong_signature(self._directory.entries[i].name, "its masked vector")

    def _signed_by(self, i: int, signature: bytes, domain: str, parts: tuple[bytes, ...]) -> bool:
        certificate = self._directory.entries[i].certificate
        assert certificate is not None
        return verifies(certificate.public_key, signature, domain, *parts)

    def _revealed(self) -> dict[int, tuple[bool, bytes]]:
        assert self._survivors is not None
        shares = {}
        for i, (of_b, of_s, holders) in self._held.items():
            if i not in self._survivors:
                shares[i] = True, of_s
            elif self._there(holders) >= self.plan.threshold:
                shares[i] = False, of_b
        return shares

    def _there(self, holders: frozenset[int] | None) -> int:
        """How many of a survivor's holders survive; all others but itself may be holders where it did not choose."""
        assert self._survivors is not None
        return len(self._survivors) - 1 if holders is None else len(holders & self._survivors)

    def _hold_against(self, asked: frozenset[int], body: bytes) -> None:
        """A second set of survivors, which an honest server never has."""
        assert self._survivors is not None
        if different := sorted(asked ^ self._survivors):
            self._next, self.evidence = None, (self._told, body)
            known = [self._directory.entries[i].name for i in different if i in self._directory.entries]
            raise both_shares(self.terms.server, ", ".join(known[:5]) or f"{len(different)} clients")
