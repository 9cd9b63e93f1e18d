"""What making material will send, estimated from the demand before anything is made.

For material by oblivious transfer the bytes follow from the transfers that each kind names, those of one form taken
together as they are in a batch; where products are made under Paillier keys, from their ciphertexts. Not counted are
headers of messages and what a check takes. For a dealer the count is that of its corrections.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from mpc.correlation import Correlation
from mpc.supply import Entry
from protocols.authenticated.ands import Size
from protocols.authenticated.buckets import leaky, opened
from protocols.ot.correlated import LABEL_BITS
from protocols.ot.extension_softspoken_roy22 import DEFAULT_K
from protocols.ot.folding import parts
from protocols.ot.silent_ferret_ywlzw20 import SMALL
from protocols.paillier.key_exchange import KEY_BITS
from protocols.paillier.product_form import ciphertext_bytes, traffic
from protocols.preprocessing.demand import correction_words
from protocols.preprocessing.kind import Kind, of_kind
from protocols.preprocessing.kinds.authenticated_and import PARTIES
from protocols.preprocessing.tools import Pair
from protocols.preprocessing.transfers import Products, Transfers
from protocols.preprocessing.workshop import slices_of_pieces

SETUP_BYTES = {"ot": 8.2e3, "silent": 520e3, "paillier": 8.5e3}
"""Bytes that a party receives from each other one before the first piece is made."""

AUTHENTICATED_SETUP_BYTES = 11.3e3
"""And before the first authenticated bit."""

_LABEL_BYTES = LABEL_BITS // 8
_WORD_BYTES = 8
_CIPHERTEXT_BYTES = ciphertext_bytes(KEY_BITS)


def offline_bytes(demand: Sequence[Entry], n: int, maker: str, *, by_call: bool = False) -> list[int]:
    """About how many bytes each party receives, by index.

    `by_call`: where each call's material is made just before it, as a run does it that is not told otherwise. Of
    authenticated ANDs few take more, each, than many; for other kinds the difference is not counted.
    """
    kinds = Counter(kind for _, kind in demand)
    if maker not in SETUP_BYTES:
        words = [sum(count * correction_words(kind, party, n) for kind, count in kinds.items()) for party in range(n)]
        return [_WORD_BYTES * each for each in words]
    received = [(n - 1) * SETUP_BYTES[maker] if kinds else 0.0] * n
    calls: defaultdict[Pair, list[int]] = defaultdict(list)
    encrypted = _encrypted(kinds) if maker == "paillier" else {}
    for products in _products(encrypted, kinds):
        for party, size in _of_ciphertexts(products, n):
            received[party] += size
    transferred = {kind: _transfers(of_kind(kind), n, maker) for kind in kinds if kind not in encrypted}
    for transfers in _together(transferred, kinds):
        for sender, receiver in transfers.pairs(n):
            calls[sender, receiver].append(transfers.count)
            received[sender] += transfers.count * transfers.chosen / 8
            received[receiver] += transfers.message_bits / 8 + _WORD_BYTES * transfers.beside
    for party, told in enumerate(_authenticated(demand, by_call)):
        received[party] += told
    for (sender, receiver), counts in calls.items():
        to_sender, to_receiver = _EXTENSIONS[maker](counts)
        received[sender] += to_sender
        received[receiver] += to_receiver
    return [round(each) for each in received]


def _authenticated(demand: Sequence[Entry], by_call: bool) -> list[float]:
    """What the two parties receive for authenticated bits and beside them."""
    received = [0.0] * PARTIES
    if all(of_kind(kind).authenticated is None for _, kind in demand):
        return received
    for kinds, count in _by_call(demand) if by_call else _in_slices(demand):
        size = Size.total(size for kind in kinds if (size := kind.authenticated) is not None)
        calls = sum(_checked(3 * some) for some in leaky(size.ands))
        for party in range(PARTIES):
            told = opened(size.ands) + sum(kind.told()[party] for kind in kinds)
            received[party] += count * (_WORD_BYTES * told + calls + _checked(size.ands + size.owned[1 - party]))
    return [AUTHENTICATED_SETUP_BYTES + each for each in received]


Together = tuple[Sequence[Kind], int]
"""Pieces of a kind of authenticated bits that are made at a time, and how often such are."""


def _by_call(demand: Sequence[Entry]) -> Iterator[Together]:
    for kind, count in Counter(kind for _, kind in demand).items():
        if (made := of_kind(kind)).authenticated is not None:
            yield [made], count


def _in_slices(demand: Sequence[Entry]) -> Iterator[Together]:
    for entries in slices_of_pieces(demand):
        alike: defaultdict[str, list[Kind]] = defaultdict(list)
        for _, kind in entries:
            if (made := of_kind(kind)).authenticated is not None:
                alike[kind.name].append(made)
        yield from ((kinds, 1) for kinds in alike.values())


def _checked(count: int) -> int:
    """What a sender receives for so many correlations, of the version against malicious parties."""
    if not count:
        return 0
    mask_and_sums = (len(parts(DEFAULT_K)) - 1) * _LABEL_BYTES + (LABEL_BITS + 1) * _LABEL_BYTES
    return _softspoken([count])[0] + mask_and_sums


def _products(kinds: Mapping[Correlation, Products], counts: Counter[Correlation]) -> Iterator[Products]:
    """The products of all pieces, those of one kind and form as one."""
    rows: Counter[tuple[str, Products]] = Counter()
    for kind, products in kinds.items():
        rows[kind.name, replace(products, rows=0)] += counts[kind] * products.rows
    yield from (replace(form, rows=count) for (_, form), count in rows.items())


def _of_ciphertexts(products: Products, n: int) -> Iterator[tuple[int, int]]:
    """Parties, and the bytes that each receives."""
    form, turned = products.form(KEY_BITS)
    asked, answered = traffic(form)
    for sender, receiver in products.transfers().pairs(n):
        yield receiver if not turned else sender, asked * _CIPHERTEXT_BYTES
        yield sender if not turned else receiver, answered * _CIPHERTEXT_BYTES


def encrypted_products(counts: Counter[Correlation]) -> Iterator[Products]:
    """What is made under Paillier keys of so many pieces, those of one kind and form as one."""
    return _products(_encrypted(counts), counts)


def _encrypted(kinds: Iterable[Correlation]) -> dict[Correlation, Products]:
    """The kinds that are made under Paillier keys, and of what products."""
    products = ((kind, of_kind(kind).products) for kind in kinds)
    return {kind: made for kind, made in products if made is not None and made.encrypted(KEY_BITS)}


def _transfers(kind: Kind, n: int, maker: str) -> Transfers:
    """Of products that could have been made under keys the choices are given."""
    transfers = kind.transfers(n)
    return replace(transfers, chosen=True) if maker == "paillier" and kind.products is not None else transfers


def _together(kinds: Mapping[Correlation, Transfers], pieces: Counter[Correlation]) -> Iterator[Transfers]:
    """The transfers of all pieces, those of one kind and form as one."""
    sizes: dict[tuple[str, Transfers], list[int]] = {}
    beside: Counter[tuple[str, Transfers]] = Counter()
    for kind, transfers in kinds.items():
        form = kind.name, replace(transfers, groups=tuple((1, bits) for _, bits in transfers.groups), beside=0)
        beside[form] += pieces[kind] * transfers.beside
        so_far = sizes.get(form, [0] * len(transfers.groups))
        sizes[form] = [had + pieces[kind] * count for had, (count, _) in zip(so_far, transfers.groups, strict=True)]
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


_EXTENSIONS: dict[str, Callable[[Sequence[int]], tuple[int, int]]] = {
    "ot": _softspoken, "silent": _silent, "paillier": _softspoken,
}  # fmt: skip
