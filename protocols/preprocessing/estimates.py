"""What making material will send, estimated from the demand before anything is made.

For material by oblivious transfer the bytes follow from the transfers that each kind names, those of one form taken
together as they are in a batch. Not counted are headers of messages and what a check takes. For a dealer the count is
that of its corrections.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from mpc.correlation import Correlation
from mpc.supply import Entry
from protocols.authenticated.ands import Size
from protocols.authenticated.buckets import leaky, opened
from protocols.ot.correlated import LABEL_BITS
from protocols.ot.extension_softspoken_roy22 import DEFAULT_K
from protocols.ot.folding import parts
from protocols.ot.silent_ferret_ywlzw20 import SMALL
from protocols.preprocessing.demand import correction_words
from protocols.preprocessing.kind import of_kind
from protocols.preprocessing.kinds.authenticated_and import PARTIES
from protocols.preprocessing.tools import Pair
from protocols.preprocessing.transfers import Transfers

SETUP_BYTES = {"ot": 8.2e3, "silent": 274e3}
"""Bytes that a party receives from each other one before the first piece is made."""

AUTHENTICATED_SETUP_BYTES = 11.3e3
"""And before the first authenticated bit."""

_LABEL_BYTES = LABEL_BITS // 8
_WORD_BYTES = 8


def offline_bytes(demand: Sequence[Entry], n: int, maker: str) -> list[int]:
    """About how many bytes each party receives, by index."""
    kinds = Counter(kind for _, kind in demand)
    if maker not in SETUP_BYTES:
        words = [sum(count * correction_words(kind, party, n) for kind, count in kinds.items()) for party in range(n)]
        return [_WORD_BYTES * each for each in words]
    received = [(n - 1) * SETUP_BYTES[maker] if kinds else 0.0] * n
    calls: defaultdict[Pair, list[int]] = defaultdict(list)
    for transfers in _together(kinds, n):
        for sender, receiver in transfers.pairs(n):
            calls[sender, receiver].append(transfers.count)
            received[sender] += transfers.count * transfers.chosen / 8
            received[receiver] += transfers.message_bits / 8 + _WORD_BYTES * transfers.beside
    for party, told in enumerate(_authenticated(kinds)):
        received[party] += told
    for (sender, receiver), counts in calls.items():
        to_sender, to_receiver = _EXTENSIONS[maker](counts)
        received[sender] += to_sender
        received[receiver] += to_receiver
    return [round(each) for each in received]


def _authenticated(kinds: Counter[Correlation]) -> list[float]:
    """What the two parties receive for authenticated bits, those of one kind made together, and beside them."""
    pieces: defaultdict[str, list[tuple[Size, tuple[int, int], int]]] = defaultdict(list)
    for kind, count in kinds.items():
        if (size := of_kind(kind).authenticated) is not None:
            pieces[kind.name].append((size, of_kind(kind).told(), count))
    received = [AUTHENTICATED_SETUP_BYTES if pieces else 0.0] * PARTIES
    for alike in pieces.values():
        size = Size.total(size for size, _, count in alike for _ in range(count))
        calls = sum(_checked(3 * count) for count in leaky(size.ands))
        for party in range(PARTIES):
            told = opened(size.ands) + sum(count * told[party] for _, told, count in alike)
            received[party] += _WORD_BYTES * told + calls + _checked(size.ands + size.owned[1 - party])
    return received


def _checked(count: int) -> int:
    """What a sender receives for so many correlations, of the version against malicious parties."""
    if not count:
        return 0
    mask_and_sums = (len(parts(DEFAULT_K)) - 1) * _LABEL_BYTES + (LABEL_BITS + 1) * _LABEL_BYTES
    return _softspoken([count])[0] + mask_and_sums


def _together(kinds: Counter[Correlation], n: int) -> Iterator[Transfers]:
    """The transfers of all pieces, those of one kind and form as one."""
    sizes: dict[tuple[str, Transfers], list[int]] = {}
    beside: Counter[tuple[str, Transfers]] = Counter()
    for kind, pieces in kinds.items():
        transfers = of_kind(kind).transfers(n)
        form = kind.name, replace(transfers, groups=tuple((1, bits) for _, bits in transfers.groups), beside=0)
        beside[form] += pieces * transfers.beside
        so_far = sizes.get(form, [0] * len(transfers.groups))
        sizes[form] = [had + pieces * count for had, (count, _) in zip(so_far, transfers.groups, strict=True)]
    for form, counts in sizes.items():
        alike = form[1]
        groups = ((count, bits) for count, (_, bits) in zip(counts, alike.groups, strict=True))
        yield replace(alike, groups=tuple(groups), beside=beside[form])


# what the correlations of calls of these sizes take of one direction, in bytes to the sender and to the receiver


def _softspoken(counts: Sequence[int]) -> tuple[int, int]:
    """Corrections for whole blocks."""
    blocks = sum(-(-count // LABEL_BITS) for count in counts)
    return blocks * (len(parts(DEFAULT_K)) - 1) * _LABEL_BYTES, 0


def _silent(counts: Sequence[int]) -> tuple[int, int]:
    """The sums of the trees of whole iterations, whose correlations are used up before the next one."""
    iterations = -(-sum(counts) // SMALL.fresh)
    return 0, iterations * SMALL.trees * SMALL.depth * _LABEL_BYTES


_EXTENSIONS: dict[str, Callable[[Sequence[int]], tuple[int, int]]] = {"ot": _softspoken, "silent": _silent}
