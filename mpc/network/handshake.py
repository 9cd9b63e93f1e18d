"""How n endpoints agree on one session.  No I/O here: bodies of HELLO and CONFIRM frames in, an Agreement out.

1. Everybody sends the same HELLO to everybody: its place, a fresh nonce, the terms it would work under, and a
   commitment to a fresh 32-byte contribution to the common seed.
2. Once all HELLOs are in, everybody sends each peer a CONFIRM: the hash of all HELLOs as it saw them, the opening
   of its commitment, and a contribution to the seed that only the two of them will know.

Nobody opens before everybody has committed, and a party that told two peers different HELLOs is found out by the
hash; so nobody chooses the common seed. A contribution to a pairwise seed may depend on the other's: one of the
two that will know the seed may bias it, which gives it nothing that knowing the seed does not.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from mpc.errors import LocalError, PeerError
from mpc.network.wire import CONFIRM, HELLO, MAX_HEADER, pack, printable, unpack
from mpc.prg import Seed

SEED_BYTES = 32
MAX_PARAMETERS = 128
MAX_TEXT = 200

_DIFFERENT = {
    "version": "different-version",
    "parties": "different-parties",
    "has_dealer": "different-parties",
    "program_digest": "different-program",
    "suite": "different-suite",
    "parameters": "different-parameters",
    "numpy": "different-numpy",
    "hash of texts": "different-python",
}
"""By field, or by parameter where one has a code of its own."""
_REMEDY = {
    "different-version": "install the same version of Parley at every party",
    "different-parties": "give every party the same parties.toml",
    "different-program": "give every party the same program file, the same modules beside it, the same --digest",
    "different-numpy": "install the same version of numpy at every party",
    "different-python": "run the same version of Python, by the `parley` command, at every party",
    "different-suite": "name the same suite at every party",
    "different-parameters": "give the same parameter at every party",
    "different-session": "a party told its peers different things, or two sessions were mixed: start all parties again",
}


@dataclass(frozen=True)
class Terms:
    """What all endpoints must agree on before they work together; a difference in any field ends the handshake.

    `parties`: names in order, the dealer last if there is one. `parameters`: at most 128, public, of any meaning.
    """

    version: str
    parties: tuple[str, ...]
    has_dealer: bool
    program_digest: str
    suite: str
    parameters: dict[str, str | int] = field(default_factory=dict)


_FIELDS = {part.name for part in fields(Terms)}


@dataclass(frozen=True)
class Agreement:
    """What one endpoint holds after the handshake.

    `session`: 32 public bytes that depend on a fresh nonce of every endpoint. `pairwise[j]`: a seed known to this
    endpoint and j only (None at this endpoint's own place). `common`: known to all endpoints, chosen by nobody.
    """

    session: bytes
    pairwise: tuple[Seed | None, ...]
    common: Seed

    @staticmethod
    def simulate(n: int) -> list[Agreement]:
        """Fresh agreements for `n` endpoints in one process: the real handshake, without a network."""
        terms = Terms("simulation", tuple(f"party{i}" for i in range(n)), False, "", "")
        sides = [Handshake(me, terms) for me in range(n)]
        for message in (Handshake.hello, Handshake.confirm):
            for side in sides:
                for peer in side.peers:
                    kind, body = message(side, peer)
                    sides[peer].receive(side.me, kind, body)
        return [side.agreement() for side in sides]


@dataclass(frozen=True, slots=True)
class _Hello:
    place: int
    nonce: bytes
    commitment: bytes
    terms: Terms


class Handshake:
    """One endpoint's side. For each peer: its HELLO, then its CONFIRM, nothing twice.

    Send `hello(j)` to every peer; once `greeted` is true, `confirm(j)` to every peer; once `complete`, take
    `agreement()`. `receive` raises a PeerError that names the peer, and for a difference the field and both values.
    """

    def __init__(self, me: int, terms: Terms) -> None:
        self.me = me
        self.peers = tuple(j for j in range(len(terms.parties)) if j != me)
        self._terms = terms
        self._names = terms.parties
        self._seed = os.urandom(SEED_BYTES)
        self._salt = os.urandom(SEED_BYTES)
        self._contributions = {j: os.urandom(SEED_BYTES) for j in self.peers}
        commitment = _commit(me, self._seed, self._salt)
        self._bodies = {me: _pack_hello(_Hello(me, os.urandom(SEED_BYTES), commitment, terms))}
        self._commitments = {me: commitment}
        self._confirms: dict[int, tuple[bytes, ...]] = {}
        if len(self._bodies[me]) > MAX_HEADER:
            raise LocalError(
                "different-parameters",
                f"the terms of this session take {len(self._bodies[me])} bytes, {MAX_HEADER} is the limit",
                "shorten names and parameters",
            )

    @property
    def greeted(self) -> bool:
        """Whether every peer's HELLO is in, so that this endpoint may confirm."""
        return len(self._bodies) == len(self._names)

    @property
    def complete(self) -> bool:
        """Whether every peer's HELLO and CONFIRM are in."""
        return self.greeted and len(self._confirms) == len(self.peers)

    def missing(self) -> tuple[int, ...]:
        """The peers whose HELLO or CONFIRM is not in yet."""
        return tuple(j for j in self.peers if j not in self._confirms)

    def hello(self, to: int) -> tuple[int, bytes]:
        """Frame kind and body of this endpoint's HELLO, the same for every peer."""
        return HELLO, self._bodies[self.me]

    def confirm(self, to: int) -> tuple[int, bytes]:
        """Frame kind and body of this endpoint's CONFIRM to one peer. RuntimeError before `greeted`."""
        if not self.greeted:
            raise RuntimeError("nobody opens before everybody has committed")
        return CONFIRM, pack((self._transcript(), self._seed, self._salt, self._contributions[to]))

    def receive(self, sender: int, kind: int, body: bytes) -> None:
        """Takes a HELLO or CONFIRM of `sender` (the index that its connection proved)."""
        if kind == HELLO and sender not in self._bodies:
            self._receive_hello(sender, body)
        elif kind == CONFIRM and sender in self._bodies and sender not in self._confirms:
            self._receive_confirm(sender, body)
        else:
            raise self._malformed(sender, "out of turn")
        if self.greeted:
            self._check_confirms()

    def agreement(self) -> Agreement:
        """The outcome; RuntimeError before `complete`."""
        if not self.complete:
            raise RuntimeError("the handshake is not complete")
        session = self._transcript()
        seeds = {j: confirm[1] for j, confirm in self._confirms.items()} | {self.me: self._seed}
        common = _hash("common seed", session, *(seeds[j] for j in range(len(self._names))))
        pairwise = tuple(None if j == self.me else self._pairwise(session, j) for j in range(len(self._names)))
        return Agreement(session, pairwise, Seed(common))

    def _receive_hello(self, sender: int, body: bytes) -> None:
        hello = _unpack_hello(body)
        if isinstance(hello, str):
            raise self._different("different-version", sender, "version", self._terms.version, hello)
        if hello is None:
            raise self._malformed(sender, "of another form")
        self._compare(sender, hello.terms)
        if hello.place != sender:
            raise PeerError(
                "wrong-certificate",
                f"{self._names[sender]} claims to be {self._names[hello.place]}",
                "start that party with --party and the key that belong together",
                party=self._names[sender],
            )
        self._bodies[sender] = body
        self._commitments[sender] = hello.commitment

    def _compare(self, sender: int, theirs: Terms) -> None:
        for part in fields(Terms):
            mine, other = getattr(self._terms, part.name), getattr(theirs, part.name)
            if mine == other:
                continue
            name = part.name
            if part.name == "parameters":
                name = min(k for k in mine.keys() | other.keys() if mine.get(k) != other.get(k))
                mine, other = mine.get(name, "absent"), other.get(name, "absent")
            key = name if name in _DIFFERENT else part.name
            raise self._different(_DIFFERENT[key], sender, name, mine, other)

    def _receive_confirm(self, sender: int, body: bytes) -> None:
        parts = _unpack(body)
        if type(parts) is not tuple or len(parts) != 4 or not all(_is_block(part) for part in parts):
            raise self._malformed(sender, "of another form")
        if not hmac.compare_digest(_commit(sender, parts[1], parts[2]), self._commitments[sender]):
            raise self._malformed(sender, "whose opening does not fit its commitment")
        self._confirms[sender] = parts

    def _check_confirms(self) -> None:
        mine = self._transcript()
        for sender, confirm in self._confirms.items():
            if confirm[0] != mine:
                raise self._different("different-session", sender, "session", mine.hex()[:16], confirm[0].hex()[:16])

    def _transcript(self) -> bytes:
        return _hash("session", *(self._bodies[j] for j in range(len(self._names))))

    def _pairwise(self, session: bytes, peer: int) -> Seed:
        ours = {self.me: self._contributions[peer], peer: self._confirms[peer][3]}
        low, high = sorted(ours)
        return Seed(_hash("pairwise seed", session, bytes((low, high)), ours[low], ours[high]))

    def _different(self, code: str, sender: int, name: str, mine: object, other: object) -> PeerError:
        peer = self._names[sender]
        ours, theirs = printable(repr(mine))[:MAX_TEXT], printable(repr(other))[:MAX_TEXT]
        cause = f"{peer} has another {name.replace('_', ' ')}: {theirs} there, {ours} here"
        return PeerError(code, cause, _REMEDY[code], party=peer)

    def _malformed(self, sender: int, what: str) -> PeerError:
        peer = self._names[sender]
        remedy = "see that every party runs the same version of Parley"
        return PeerError("malformed-message", f"{peer} sent a greeting {what}", remedy, party=peer)


def claimed_place(body: bytes) -> int | None:
    """The place that a HELLO claims for its sender, which proves nothing; None when there is none."""
    parts = _unpack(body)
    return parts[0] if type(parts) is tuple and parts and type(parts[0]) is int else None


def _hash(domain: str, *parts: bytes) -> bytes:
    state = hashlib.shake_256()
    for part in (b"parley handshake 1", domain.encode(), *parts):
        state.update(len(part).to_bytes(8, "little") + part)
    return state.digest(SEED_BYTES)


def _commit(place: int, seed: bytes, salt: bytes) -> bytes:
    return _hash("commitment", place.to_bytes(4, "little"), seed, salt)


def _pack_hello(hello: _Hello) -> bytes:
    terms = asdict(hello.terms)
    terms["parameters"] = dict(sorted(hello.terms.parameters.items()))
    return pack((hello.place, hello.nonce, hello.commitment, terms))


def _unpack(body: bytes) -> Any:
    try:
        return unpack(body)
    except ValueError:
        return None


def _unpack_hello(body: bytes) -> _Hello | str | None:
    """The HELLO; or the version of a peer whose HELLO has another form; or None."""
    parts = _unpack(body)
    if type(parts) is not tuple or len(parts) != 4:
        return None
    place, nonce, commitment, raw = parts
    if type(raw) is dict and raw.keys() != _FIELDS and type(raw.get("version")) is str:
        return str(raw["version"])
    terms = _checked_terms(raw)
    if terms is None or type(place) is not int or not (_is_block(nonce) and _is_block(commitment)):
        return None
    return _Hello(place, nonce, commitment, terms) if 0 <= place < len(terms.parties) else None


def _checked_terms(raw: Any) -> Terms | None:
    if type(raw) is not dict or raw.keys() != _FIELDS:
        return None
    parties, parameters = raw["parties"], raw["parameters"]
    texts = (raw["version"], raw["program_digest"], raw["suite"])
    well_formed = (
        all(type(text) is str for text in texts)
        and type(raw["has_dealer"]) is bool
        and type(parties) is tuple
        and all(type(name) is str for name in parties)
        and type(parameters) is dict
        and len(parameters) <= MAX_PARAMETERS
        and all(type(key) is str and type(value) in (str, int) for key, value in parameters.items())
    )
    return Terms(**raw) if well_formed else None


def _is_block(value: object) -> bool:
    return type(value) is bytes and len(value) == SEED_BYTES
