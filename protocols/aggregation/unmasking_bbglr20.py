"""What the server takes off the sum: own masks of those who stayed, pair masks of those who vanished in between.

Bonawitz et al., CCS 2017, figure 4, the last step. Every secret that shares give is held against what its client
announced: s against its public key, b against a commitment. So holders that return wrong shares are found out, and
where one more share is there than the threshold asks for, or two more for each wrong one, the sum is right all the
same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np

from mpc.errors import PeerError
from protocols.aggregation import shares_shamir79 as shamir
from protocols.aggregation.agreement import KeyPair, commitment, own_mask, pair_mask
from protocols.aggregation.messages import Advertised
from protocols.aggregation.refusals import bad_share, malformed, no_shares, too_few
from protocols.aggregation.terms import Step, Terms
from protocols.aggregation.wrong_shares_gao03 import wrong_shares

Fits = Callable[[bytes], bool]


class Unmasking:
    """Shares as they come, and the masks that follow of them."""

    def __init__(
        self,
        terms: Terms,
        entries: Sequence[Advertised],
        holders: Sequence[Sequence[int]],
        commitments: Mapping[int, bytes],
        shared: frozenset[int],
        survivors: frozenset[int],
    ) -> None:
        self.survivors = survivors
        self._terms, self._entries, self._holders, self._commitments = terms, entries, holders, commitments
        self._shared, self._context = shared, terms.context
        self._shares: dict[int, dict[int, bytes]] = {i: {} for i in shared}
        self._wrong: set[int] = set()
        self._answered: set[int] = set()

    @property
    def culprits(self) -> list[str]:
        """Who returned shares that are not those it was given (or was given such by the share's client)."""
        return sorted(self._entries[i].name for i in self._wrong)

    def add(self, holder: int, shares: Mapping[int, tuple[bool, bytes]]) -> None:
        """One client's shares; PeerError `aggregation-malformed` for one of the wrong kind, or that is no share."""
        name = self._entries[holder].name
        for i, (gone, share) in shares.items():
            if gone == (i in self.survivors):
                raise malformed(name, "the wrong one of two shares")
            if not shamir.are_shares(_words(share)):
                raise malformed(name, "a share that is none")
        self._answered.add(holder)
        for i, (_, share) in shares.items():
            self._shares[i][holder] = share

    def masks(self) -> tuple[list[bytes], list[bool]]:
        """The keys of all masks that are left in the sum, and of each whether it is to be subtracted."""
        keys, negative = [], []
        for i in sorted(self.survivors):
            secret = self._recovered(i, self._is_b(i))
            keys.append(own_mask(secret, self._entries[i].name, self._context))
            negative.append(True)
        neighbours = self._neighbours_of_gone()
        for i, others in neighbours.items():
            pair = KeyPair(self._recovered(i, self._is_s(i)))
            for j in others:
                low, high = self._entries[min(i, j)], self._entries[max(i, j)]
                keys.append(pair_mask(pair, self._entries[j], low, high, self._context))
                negative.append(j < i)
        return keys, negative

    def _neighbours_of_gone(self) -> dict[int, list[int]]:
        """Of each client of U2 that is not in U3 those in U3 who added a mask for it, or subtracted one."""
        found: dict[int, set[int]] = {i: set(self._holders[i]) & self.survivors for i in self._shared - self.survivors}
        for j in self.survivors:
            for i in found.keys() & set(self._holders[j]):
                found[i].add(j)
        return {i: sorted(found[i]) for i in sorted(found)}

    def _is_b(self, i: int) -> Fits:
        name, told = self._entries[i].name, self._commitments[i]
        return lambda secret: commitment(secret, name, self._context) == told

    def _is_s(self, i: int) -> Fits:
        return lambda secret: KeyPair(secret).public == self._entries[i].mask_key

    def _recovered(self, i: int, fits: Fits) -> bytes:
        """The secret of client i; `aggregation-too-few` where shares are missing, `aggregation-bad-share` if wrong."""
        needed = self._terms.plan.threshold
        holders = sorted(self._shares[i], key=lambda j: (j in self._wrong, j))
        if len(holders) < needed:
            raise self._missing(i, len(holders))
        if (secret := self._joined(i, holders[:needed], fits)) is not None:
            return secret
        for wrong in self._suspects(i, holders):
            others = [j for j in holders if j not in wrong][:needed]
            if (secret := self._joined(i, others, fits)) is not None:
                self._wrong |= wrong
                return secret
        raise bad_share(self._entries[i].name, ", ".join(self._entries[j].name for j in holders[:needed][:5]))

    def _suspects(self, i: int, holders: Sequence[int]) -> Iterator[set[int]]:
        """Holders whose shares may be the wrong ones: of one share to spare each in turn, of more those that decoding
        finds."""
        needed = self._terms.plan.threshold
        if len(holders) == needed + 1:
            yield from ({suspect} for suspect in holders[:needed])
        elif len(holders) > needed:
            rows = np.stack([_words(self._shares[i][j]) for j in holders])
            places = wrong_shares([j + 1 for j in holders], rows, needed)
            if places is not None:
                yield {holders[place] for place in places}

    def _missing(self, i: int, there: int) -> PeerError:
        """Too few shares: for want of holders, or though enough of them answered."""
        name, needed = self._entries[i].name, self._terms.plan.threshold
        answered = len(self._answered.intersection(self._holders[i]))
        if answered >= needed:
            return no_shares(name, there, answered, needed)
        return too_few(self._terms.server, f"{Step.UNMASK.title}' at the holders of '{name}", there, needed)

    def _joined(self, i: int, holders: Sequence[int], fits: Fits) -> bytes | None:
        rows = np.stack([_words(self._shares[i][j]) for j in holders])
        secret = shamir.join([j + 1 for j in holders], rows)
        return secret if secret is not None and fits(secret) else None


def _words(share: bytes) -> np.ndarray[tuple[int, ...], np.dtype[np.uint64]]:
    return np.frombuffer(share, "<u8").astype(np.uint64, copy=False)
