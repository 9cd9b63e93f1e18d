"""What an aggregator makes of its part of a report before it verifies: its shares, and the joint randomness."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mpc.errors import PeerError
from protocols.prio3.derivations import Derivations
from protocols.prio3.messages import Format, LeaderShare
from protocols.prio3.refusals import malformed
from protocols.prio3.sponge import FOUR, TWO

NONCE_SIZE = 16


def side_by_side(agg_id: int) -> int:
    """So many reports are read at once, however large: a leader only hashes its shares, a helper draws them too."""
    return TWO if agg_id else FOUR


@dataclass(frozen=True, slots=True, repr=False)
class OpenedReport:
    """A report whose messages have the right form. `share`: the leader's, or a helper's seed and blind."""

    client: str
    nonce: bytes
    parts: list[bytes]
    share: LeaderShare | tuple[bytes, bytes]


@dataclass(frozen=True, slots=True, repr=False)
class Received:
    """An aggregator's part of one report."""

    client: str
    nonce: bytes
    share: LeaderShare
    part: bytes
    joint_rand_seed: bytes


def opened_report(
    form: Format, agg_id: int, nonce: bytes, public: bytes, data: bytes, client: str
) -> OpenedReport | PeerError:
    """The parts of a report, or PeerError `malformed-report` that names the client."""
    try:
        if not isinstance(nonce, bytes) or len(nonce) != NONCE_SIZE:
            raise malformed(client, f"a nonce that is not {NONCE_SIZE} bytes")
        parts = form.public_share(public, client)
        share = form.helper_share(data, client) if agg_id else form.leader_share(data, client)
    except PeerError as error:
        return error
    return OpenedReport(client, nonce, parts, share)


def received(derive: Derivations, agg_id: int, reports: Sequence[OpenedReport]) -> list[Received]:
    """The shares of several reports at one aggregator. Its own part of the joint randomness replaces what was sent."""
    shares, parts = _shares(derive, agg_id, reports)
    return [
        Received(report.client, report.nonce, share, part, _joint_rand_seed(derive, agg_id, report.parts, part))
        for report, share, part in zip(reports, shares, parts, strict=True)
    ]


def _shares(derive: Derivations, agg_id: int, reports: Sequence[OpenedReport]) -> tuple[list[LeaderShare], list[bytes]]:
    nonces = [report.nonce for report in reports]
    shares = [report.share for report in reports if isinstance(report.share, LeaderShare)]
    if shares:
        if not derive.circuit.joint_rand_len:
            return shares, [b""] * len(shares)
        meas = [share.meas_share for share in shares]
        return shares, derive.joint_rand_parts(agg_id, [share.blind for share in shares], meas, nonces)
    keys = [report.share for report in reports if isinstance(report.share, tuple)]
    seeds, blinds = [seed for seed, _ in keys], [blind for _, blind in keys]
    drawn = derive.helper_meas_shares(agg_id, seeds, blinds, nonces)
    helped = [
        LeaderShare(meas, derive.helper_proofs_share(agg_id, seed), blind)
        for (meas, _), seed, blind in zip(drawn, seeds, blinds, strict=True)
    ]
    return helped, [part for _, part in drawn]


def _joint_rand_seed(derive: Derivations, agg_id: int, parts: Sequence[bytes], own: bytes) -> bytes:
    if not parts:
        return b""
    return derive.joint_rand_seed([*parts[:agg_id], own, *parts[agg_id + 1 :]])
