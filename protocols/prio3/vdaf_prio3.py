"""Prio3: a client shares a measurement and a proof among aggregators, who learn the sum of valid ones and nothing else.

draft-irtf-cfrg-vdaf, 18 to 20, section 7, bit for bit; its names and encodings. Who learns what: the aggregators, that
a report is valid or not; the collector, the aggregate. Privacy holds while one aggregator is honest, against all
others and any clients; that only valid reports count holds against any clients while all aggregators are honest.
Randomness is an argument everywhere, and must be uniform and fresh; `fresh_rand` and `fresh_nonce` draw it.

Each method has a form for many reports at once (`..._batch`): one call of each kernel for all, as long as they are
small. What a batch cannot take of a report is the error in its place, and the rest goes on.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import numpy as np

from mpc.algebra.ring import Words
from mpc.errors import PeerError
from mpc.prg import Seed
from protocols.prio3.circuit import Circuit
from protocols.prio3.derivations import MOST_CTX, Derivations
from protocols.prio3.elements import encoded, stacked
from protocols.prio3.flp_bbcggi19 import decide, prove, query
from protocols.prio3.messages import Format
from protocols.prio3.reading import NONCE_SIZE, OpenedReport, Received, opened_report, received, side_by_side
from protocols.prio3.refusals import CLIENT, rejected, whole, wrong_type
from protocols.prio3.sharing import Draft
from protocols.prio3.xof_turboshake128 import SEED_SIZE

Measurement = TypeVar("Measurement")
Result = TypeVar("Result")

VERIFY_KEY_SIZE = SEED_SIZE
_ELEMENTS_AT_ONCE = 1 << 18
"""Of measurements that are computed with together."""


def _least_proofs(circuit: Circuit[Any, Any]) -> int:
    """So many proofs make forging infeasible; 256, which is too many, over fields that are too small for any."""
    bits = circuit.field.bits
    if bits < 64:
        return 256
    return 3 if circuit.joint_rand_len and bits < 128 else 1


@dataclass(frozen=True, slots=True, repr=False)
class VerifyState:
    """What an aggregator keeps of a report between `verify_init` and `verify_next`. Secret; shows nothing."""

    out_share: Words
    joint_rand_seed: bytes


class Prio3(Generic[Measurement, Result]):
    """Prio3 of one circuit. `shares`: aggregators, 2 to 255. `algorithm`: its code point. `proofs`: 1 to 255.

    A circuit with joint randomness takes FIELD128, or FIELD64 with three proofs or more, since a client may try again
    offline until a random challenge suits it (VDAF, section 9.8); else LocalError `wrong-prio3-parameters`.
    """

    def __init__(self, shares: int, circuit: Circuit[Measurement, Result], algorithm: int, proofs: int = 1) -> None:
        shares, proofs = whole(shares, "shares"), whole(proofs, "proofs")
        if not 2 <= shares <= 255 or not 1 <= proofs <= 255:
            cause = f"Prio3 has 2 to 255 aggregators and 1 to 255 proofs, not {shares} and {proofs}"
            raise wrong_type(cause, "two aggregators and one proof are usual")
        if (few := _least_proofs(circuit)) > proofs:
            cause = f"{proofs} proof(s) over a field of {circuit.field.bits} bits can be forged, where {few} hold"
            raise wrong_type(cause, "take FIELD128, or with joint randomness at least 3 proofs over FIELD64")
        self.shares, self.circuit, self.algorithm, self.proofs = shares, circuit, algorithm, proofs
        self._format = Format(circuit, shares, proofs)

    def __repr__(self) -> str:
        outputs = self.circuit.output_len
        return (
            f"<{type(self).__name__} of {self.shares} aggregators: sums of {outputs} numbers up to {self.circuit.most}>"
        )

    @property
    def rand_size(self) -> int:
        """Bytes of randomness that `shard` takes."""
        return self.shares * SEED_SIZE * (2 if self.circuit.joint_rand_len else 1)

    def share_sizes(self, agg_id: int) -> tuple[int, int]:
        """Bytes of a report's public share, and of the input share of an aggregator."""
        return self._format.public_share_size, self._format.input_share_size(agg_id)

    def fresh_rand(self) -> bytes:
        """Randomness for one call of `shard`, of the operating system."""
        return Seed.fresh().prg("prio3", "rand").bytes(self.rand_size)

    @staticmethod
    def fresh_nonce() -> bytes:
        """A report's name: 16 bytes of the operating system, never used again."""
        return Seed.fresh().prg("prio3", "nonce").bytes(NONCE_SIZE)

    def shard(self, ctx: bytes, measurement: Measurement, nonce: bytes, rand: bytes) -> tuple[bytes, list[bytes]]:
        """A report: the public share, and an input share for each aggregator, the leader's first.

        ctx: the application's context, the same for all of a task. LocalError `wrong-measurement` for a measurement
        that is not of this type, `wrong-prio3-parameters` for a nonce or randomness of another length.
        """
        return self.shard_batch(ctx, [measurement], [nonce], [rand])[0]

    def shard_batch(
        self, ctx: bytes, measurements: Sequence[Measurement], nonces: Sequence[bytes], rands: Sequence[bytes]
    ) -> list[tuple[bytes, list[bytes]]]:
        """`shard` of each, in order."""
        reports: list[tuple[bytes, list[bytes]]] = []
        _alike(measurements, nonces, rands)
        for some in self._slices(len(measurements)):
            reports += self._shard(ctx, measurements[some], nonces[some], rands[some])
        return reports

    def verify_init(
        self,
        verify_key: bytes,
        ctx: bytes,
        agg_id: int,
        nonce: bytes,
        public_share: bytes,
        input_share: bytes,
        *,
        client: str = CLIENT,
    ) -> tuple[VerifyState, bytes]:
        """What aggregator `agg_id` keeps of a report, and its verifier share for the others.

        verify_key: 32 uniform bytes that all aggregators share and no client may know, chosen before the reports.
        PeerError `malformed-report` or, with a chance of p / |F| for each gadget and proof, `rejected-report` (a test
        point that would show inputs); both name the client.
        """
        (outcome,) = self.verify_init_batch(verify_key, ctx, agg_id, [nonce], [public_share], [input_share], [client])
        if isinstance(outcome, PeerError):
            raise outcome
        return outcome

    def verify_init_batch(
        self,
        verify_key: bytes,
        ctx: bytes,
        agg_id: int,
        nonces: Sequence[bytes],
        public_shares: Sequence[bytes],
        input_shares: Sequence[bytes],
        clients: Sequence[str] | None = None,
    ) -> list[tuple[VerifyState, bytes] | PeerError]:
        """`verify_init` of each, in order; the error where a report is refused."""
        if not 0 <= agg_id < self.shares or len(verify_key) != VERIFY_KEY_SIZE:
            cause = f"aggregator {agg_id} of {self.shares} with a verify key of {len(verify_key)} bytes"
            raise wrong_type(cause, f"aggregators count from 0, and the key has {VERIFY_KEY_SIZE} bytes")
        derive, names = self._derivations(ctx), clients or [CLIENT] * len(nonces)
        _alike(nonces, public_shares, input_shares, names)
        outcomes: list[tuple[VerifyState, bytes] | PeerError] = []
        for some in self._slices(len(nonces), side_by_side(agg_id)):
            reports = zip(nonces[some], public_shares[some], input_shares[some], names[some], strict=True)
            opened = [opened_report(self._format, agg_id, *report) for report in reports]
            outcomes += self._verify(derive, verify_key, agg_id, opened)
        return outcomes

    def verifier_shares_to_message(
        self, ctx: bytes, verifier_shares: Sequence[bytes], *, client: str = CLIENT
    ) -> bytes:
        """The message of a valid report, of the verifier shares of all aggregators in order.

        PeerError `rejected-report` that names the client if the proof does not hold, `malformed-report` that names the
        aggregator whose share is none.
        """
        (outcome,) = self.verifier_shares_to_message_batch(ctx, [verifier_shares], [client])
        if isinstance(outcome, PeerError):
            raise outcome
        return outcome

    def verifier_shares_to_message_batch(
        self, ctx: bytes, verifier_shares: Sequence[Sequence[bytes]], clients: Sequence[str] | None = None
    ) -> list[bytes | PeerError]:
        """`verifier_shares_to_message` of each report, in order; the error where it is refused."""
        derive, names = self._derivations(ctx), clients or [CLIENT] * len(verifier_shares)
        _alike(verifier_shares, names)
        read = [self._unsharded(shares) for shares in verifier_shares]
        sums = [r[0] for r in read if not isinstance(r, PeerError)]
        valid = iter(self._decide(stacked(sums)) if sums else [])
        outcomes: list[bytes | PeerError] = []
        for r, name in zip(read, names, strict=True):
            if isinstance(r, PeerError):
                outcomes.append(r)
            elif not next(valid):
                outcomes.append(rejected(name, "its proof does not hold"))
            else:
                outcomes.append(derive.joint_rand_seed(r[1]) if self.circuit.joint_rand_len else b"")
        return outcomes

    def verify_next(self, ctx: bytes, state: VerifyState, verifier_message: bytes, *, client: str = CLIENT) -> Words:
        """The share to aggregate of a valid report: elements (output_len,). PeerError `rejected-report` if it is not.

        ctx is part of the draft's interface, and not used.
        """
        seed = self._format.verifier_message(verifier_message, "an aggregator")
        if not hmac.compare_digest(seed, state.joint_rand_seed):
            raise rejected(client, "its joint randomness is not of the shares that the aggregators have")
        return state.out_share

    def encode_out_share(self, out_share: Words) -> bytes:
        """The elements of an output share as bytes."""
        return encoded(out_share)

    def aggregate(self, out_shares: Sequence[Words]) -> bytes:
        """An aggregate share: the sum of output shares; of none, zeros."""
        field = self.circuit.field
        total = field.zeros(self.circuit.output_len)
        for out_share in out_shares:
            total = field.add(total, out_share)
        return encoded(total)

    def merge(
        self, agg_shares: Sequence[bytes], *, sender: str = "an aggregator", times: Sequence[int] | None = None
    ) -> bytes:
        """The sum of aggregate shares of one aggregator, each so many `times`, public whole numbers, if they are given.

        All aggregators take the same, and `unshard` counts a measurement as often as it was taken.
        """
        shares = [self._format.agg_share(share, sender) for share in agg_shares]
        if times is not None:
            field = self.circuit.field
            shares = [field.mul(share, field.from_ints(n)) for share, n in zip(shares, times, strict=True)]
        return self.aggregate(shares)

    def unshard(self, agg_shares: Sequence[bytes], num_measurements: int) -> Result:
        """The aggregate result, of the aggregate shares of all aggregators and the number of reports in each.

        PeerError `malformed-report` if a share is none. LocalError `wrong-prio3-parameters` if the number of shares is
        not that of aggregators, or so many measurements could reach p, beyond which sums are wrong; or if the shares
        add up to more than so many valid measurements can, as shares of different reports nearly always do.
        """
        num_measurements = whole(num_measurements, "num_measurements")
        if len(agg_shares) != self.shares or num_measurements < 1:
            cause = f"{len(agg_shares)} aggregate shares of {num_measurements} reports, of {self.shares} aggregators"
            raise wrong_type(cause, "give one share of each aggregator, and at least one measurement")
        if num_measurements * self.circuit.most >= self.circuit.field.p:
            cause = f"{num_measurements} numbers up to {self.circuit.most} may reach p = {self.circuit.field.p}"
            raise wrong_type(cause, "take smaller batches, or a type of a lower bound")
        shares = [self._format.agg_share(s, f"aggregator {i}") for i, s in enumerate(agg_shares)]
        total = [int(x) for x in self.circuit.field.to_ints(self._added(shares))]
        if max(total) > num_measurements * self.circuit.most:
            cause = f"the shares add up to more than {num_measurements} numbers up to {self.circuit.most} can"
            raise wrong_type(cause, "give each aggregator's share of the same reports, and their number")
        return self.circuit.decode(total, num_measurements)

    def _derivations(self, ctx: bytes) -> Derivations:
        if not isinstance(ctx, bytes) or len(ctx) > MOST_CTX:
            raise wrong_type(f"a context is bytes, at most {MOST_CTX} of them", "hash a longer one")
        return Derivations(self.algorithm, ctx, self.circuit, self.proofs)

    def _slices(self, count: int, least: int = 1) -> Iterator[slice]:
        widest = max(calls.gadget.count * calls.p for calls in self.circuit.gadgets)
        step = max(least, _ELEMENTS_AT_ONCE // max(self.circuit.meas_len, widest // 2))
        return (slice(i, i + step) for i in range(0, count, step))

    def _added(self, shares: Sequence[Words]) -> Words:
        total = shares[0]
        for share in shares[1:]:
            total = self.circuit.field.add(total, share)
        return total

    def _shard(
        self, ctx: bytes, measurements: Sequence[Measurement], nonces: Sequence[bytes], rands: Sequence[bytes]
    ) -> list[tuple[bytes, list[bytes]]]:
        derive = self._derivations(ctx)
        for nonce, rand in zip(nonces, rands, strict=True):
            if len(nonce) != NONCE_SIZE or len(rand) != self.rand_size:
                cause = f"a nonce of {len(nonce)} bytes and {len(rand)} bytes of randomness"
                raise wrong_type(cause, f"this type takes {NONCE_SIZE} and {self.rand_size}")
        drafts = [
            Draft(derive, self.shares, self.circuit.encode(m), nonce, rand)
            for m, nonce, rand in zip(measurements, nonces, rands, strict=True)
        ]
        meas = stacked([d.meas for d in drafts])
        prove_rands = stacked([derive.prove_rands(d.prove_seed) for d in drafts])
        joint_rands = stacked([derive.joint_rands(d.joint_rand_seed) for d in drafts])
        proofs = [
            prove(self.circuit, meas, prove_rand, joint_rand)
            for prove_rand, joint_rand in zip(self._each(prove_rands), self._each(joint_rands), strict=True)
        ]
        return [d.report(proof) for d, proof in zip(drafts, np.concatenate(proofs, axis=1), strict=True)]

    def _each(self, x: Words) -> list[Words]:
        """What belongs to each proof, of (batch, proofs * n)."""
        n = x.shape[1] // self.proofs
        return [x[:, i * n : (i + 1) * n] for i in range(self.proofs)]

    def _verify(
        self, derive: Derivations, verify_key: bytes, agg_id: int, opened: Sequence[OpenedReport | PeerError]
    ) -> list[tuple[VerifyState, bytes] | PeerError]:
        read = received(derive, agg_id, [r for r in opened if not isinstance(r, PeerError)])
        good = (asked for some in self._slices(len(read)) for asked in self._query(derive, verify_key, read[some]))
        return [r if isinstance(r, PeerError) else next(good) for r in opened]

    def _query(
        self, derive: Derivations, verify_key: bytes, reports: Sequence[Received]
    ) -> list[tuple[VerifyState, bytes] | PeerError]:
        meas = stacked([r.share.meas_share for r in reports])
        given = (
            stacked([r.share.proofs_share for r in reports]),
            stacked([derive.query_rands(verify_key, r.nonce) for r in reports]),
            stacked([derive.joint_rands(r.joint_rand_seed) for r in reports]),
        )
        asked = [
            query(self.circuit, meas, proof, query_rand, joint_rand, self.shares)
            for proof, query_rand, joint_rand in zip(*map(self._each, given), strict=True)
        ]
        verifiers = np.concatenate([verifier for verifier, _ in asked], axis=1)
        usable = np.logical_and.reduce([able for _, able in asked])
        out_shares = self.circuit.truncate(meas)
        return [
            (VerifyState(np.array(out), r.joint_rand_seed), encoded(verifier) + r.part)
            if able
            else rejected(r.client, "the random point of its test is one where a share would show")
            for r, out, verifier, able in zip(reports, out_shares, verifiers, usable, strict=True)
        ]

    def _unsharded(self, shares: Sequence[bytes]) -> tuple[Words, list[bytes]] | PeerError:
        if len(shares) != self.shares:
            cause = f"{len(shares)} verifier shares of {self.shares} aggregators"
            raise wrong_type(cause, "give one of each aggregator, the leader's first")
        try:
            read = [self._format.verifier_share(s, f"aggregator {i}") for i, s in enumerate(shares)]
        except PeerError as error:
            return error
        return self._added([verifier for verifier, _ in read]), [part for _, part in read]

    def _decide(self, verifiers: Words) -> list[bool]:
        each = [decide(self.circuit, verifier) for verifier in self._each(verifiers)]
        return [bool(valid) for valid in np.logical_and.reduce(each)]


def _alike(*lists: Sequence[object]) -> None:
    if len({len(each) for each in lists}) > 1:
        raise wrong_type("a batch has lists of several lengths", "give one of each a report")
