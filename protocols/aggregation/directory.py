"""Who takes part in a round: their public keys, and that these are of clients whom the authority has enrolled."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import dataclass

from mpc.domain_hash import DomainHash
from protocols.aggregation.enrolment import verifies
from protocols.aggregation.messages import Advertised, Reader, name_bytes, number, read_advertised, read_name
from protocols.aggregation.refusals import malformed, too_few, wrong_set, wrong_signature
from protocols.aggregation.revocations import Revocations
from protocols.aggregation.terms import Step, Terms

KEYS_DOMAIN = "public keys"


@dataclass(slots=True)
class Directory:
    """`n` clients advertised; of `entries` this client knows the keys, by number. `digest` stands for all of it."""

    n: int
    me: int
    entries: dict[int, Advertised]
    digest: bytes


def prove(
    entry: Advertised, authority: bytes, now: int, context: bytes, revocations: Revocations | None = None
) -> None:
    """Refuses keys that no enrolled client signed: `aggregation-not-enrolled`, `aggregation-revoked`,
    `aggregation-signature`."""
    assert entry.certificate is not None
    entry.certificate.check(authority, now)
    if revocations is not None:
        revocations.check(entry.certificate)
    keys = context, entry.channel_key, entry.mask_key
    if not verifies(entry.certificate.public_key, entry.signature, KEYS_DOMAIN, *keys):
        raise wrong_signature(entry.name, "its public keys of this round")


def whole_bytes(entries: Iterable[Advertised]) -> bytes:
    """All clients in the order of their names, which the certificates say."""
    return b"".join(entry.encoded() for entry in entries)


def part_bytes(entries: dict[int, Advertised]) -> bytes:
    """Some clients with their numbers."""
    rows = [number(i) + name_bytes(entry.name) + entry.encoded() for i, entry in sorted(entries.items())]
    return number(len(rows)) + b"".join(rows)


def read_directory(
    reader: Reader,
    terms: Terms,
    own: Advertised,
    authority: bytes | None,
    now: int,
    revocations: Revocations | None = None,
) -> Directory:
    """What the server tells a client of the others, held against the plan and against what this client advertised.

    Where there is an `authority`, everybody must have proven who it is, whether this client will deal with it or not:
    names that the server made up would make the honest fewer than the plan counts on.
    """
    plan = terms.plan
    n = reader.number(plan.clients + 1)
    if n < plan.least:
        raise too_few(terms.server, Step.ADVERTISE.title, n, plan.least)
    if plan.malicious:
        entries = _whole(reader, n)
        me = next((i for i, entry in entries.items() if entry == own), n)
    else:
        me = reader.number(n)
        entries = _part(reader, n, plan.holders_among(n))
    reader.end()
    if me == n:
        raise wrong_set(terms.server, f"does not list {own.name} with the keys that it advertised")
    if me in entries and not plan.malicious:
        raise malformed(terms.server, "a client's own keys among those of its neighbours")
    if authority is not None:
        for entry in entries.values():
            if entry is not entries[me]:
                prove(entry, authority, now, terms.context, revocations)
    return Directory(n, me, entries, directory_digest(terms.context, n, entries.values()))


def directory_digest(context: bytes, n: int, entries: Iterable[Advertised]) -> bytes:
    """32 bytes that stand for all of a directory."""
    return DomainHash("directory of aggregation", context, n).absorb(whole_bytes(entries)).bytes(32)


def _whole(reader: Reader, n: int) -> dict[int, Advertised]:
    entries = {i: read_advertised(reader, None, signed=True) for i in range(n)}
    names = [entry.name for entry in entries.values()]
    if any(a >= b for a, b in itertools.pairwise(names)):
        raise malformed(reader.peer, "a directory whose names are in no ascending order")
    return entries


def _part(reader: Reader, n: int, holders: int) -> dict[int, Advertised]:
    if reader.number(n) != holders:
        raise malformed(reader.peer, f"other than the {holders} neighbours that the plan has")
    return {i: read_advertised(reader, read_name(reader), signed=False) for i in reader.ascending(holders, n)}
