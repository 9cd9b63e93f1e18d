"""A report while its client makes it: shares of the measurement, then of the proofs (VDAF, section 7.2.1)."""

from __future__ import annotations

from mpc.algebra.ring import Words
from protocols.prio3 import messages
from protocols.prio3.derivations import Derivations
from protocols.prio3.messages import LeaderShare
from protocols.prio3.xof_turboshake128 import SEED_SIZE


class Draft:
    """A report that has no proof yet: `meas` (meas_len,), its leader's share, and the seeds of all else.

    Of `rand`, with joint randomness: a seed and a blind a helper, the leader's blind, the prover's seed; without, a
    seed a helper and the prover's.
    """

    def __init__(self, derive: Derivations, shares: int, meas: Words, nonce: bytes, rand: bytes) -> None:
        seeds = [rand[i : i + SEED_SIZE] for i in range(0, len(rand), SEED_SIZE)]
        helpers, joint = shares - 1, bool(derive.circuit.joint_rand_len)
        self.derive, self.meas, self.prove_seed = derive, meas, seeds[-1]
        self.seeds = seeds[: 2 * helpers : 2] if joint else seeds[:helpers]
        self.blinds = [seeds[2 * helpers], *seeds[1 : 2 * helpers : 2]] if joint else [b""] * shares
        self.parts: list[bytes] = []
        self.leader_meas = self._leader_meas(nonce, joint)
        self.joint_rand_seed = derive.joint_rand_seed(self.parts) if joint else b""

    def _leader_meas(self, nonce: bytes, joint: bool) -> Words:
        """The leader's share, which is what the helpers' leave; and the parts of the joint randomness."""
        leader = self.meas
        for agg_id, (seed, blind) in enumerate(zip(self.seeds, self.blinds[1:], strict=True), start=1):
            share, part = self.derive.helper_meas_share(agg_id, seed, blind, nonce)
            leader = self.derive.circuit.field.sub(leader, share)
            if joint:
                self.parts.append(part)
        if joint:
            self.parts.insert(0, self.derive.joint_rand_part(0, self.blinds[0], leader, nonce))
        return leader

    def report(self, proofs: Words) -> tuple[bytes, list[bytes]]:
        """Public share and input shares, with its proofs (proofs * proof_len,)."""
        for agg_id, seed in enumerate(self.seeds, start=1):
            proofs = self.derive.circuit.field.sub(proofs, self.derive.helper_proofs_share(agg_id, seed))
        leader = LeaderShare(self.leader_meas, proofs, self.blinds[0]).encode()
        helpers = [messages.helper_share(s, b) for s, b in zip(self.seeds, self.blinds[1:], strict=True)]
        return messages.public_share(self.parts), [leader, *helpers]
