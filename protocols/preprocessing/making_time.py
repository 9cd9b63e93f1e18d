"""About how long making material will take, from the demand alone: its rounds, and the work under Paillier keys.

Bytes are those of `estimates`. Rounds are those of messages that wait for one another, within two or three for each
batch. Work is counted in products of ciphertexts, of which this machine does so many a second on one core: a party's
part of it is what the network waits for. Transfers take little beside it, and are not counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from time import perf_counter

import numpy as np

from mpc.algebra.bigint import Modulus
from mpc.algebra.montgomery_form import MontgomeryForm
from mpc.algebra.ring import U64
from mpc.planning import NETWORKS
from mpc.supply import Entry
from protocols.paillier.key_exchange import KEY_BITS
from protocols.paillier.product_form import SENDING
from protocols.preprocessing.estimates import encrypted_products, offline_bytes

SETUP_ROUNDS = {"ot": 5, "silent": 5, "paillier": 7}
"""Before the first piece is made: base transfers, extensions, keys."""

BATCH_ROUNDS = 3
"""Of a batch: party 0 announces it, and most kinds are made in two."""

KEY_PRODUCTS = 10_000
"""What the making of a party's key counts, on average."""

_AT_ONCE, _REPEATED = 64, 4


def offline_rounds(demand: Sequence[Entry], maker: str, batches: int) -> int:
    """About how many rounds it takes in so many batches, one for each reveal; 0 of a dealer, who sends ahead of it."""
    if maker not in SETUP_ROUNDS or not demand:
        return 0
    return SETUP_ROUNDS[maker] + BATCH_ROUNDS * max(batches, 1)


def products_by_each(demand: Sequence[Entry], n: int, maker: str) -> float:
    """About how many products of ciphertexts each party does; half of the work between two is either's."""
    if maker != "paillier" or not demand:
        return 0.0
    total = 0.0
    for products in encrypted_products(Counter(kind for _, kind in demand)):
        form, _ = products.form(KEY_BITS)
        done = form.work - SENDING * (form.asked + form.answered)
        total += done * sum(1 for _ in products.transfers().pairs(n))
    return total / n + KEY_PRODUCTS


def offline_seconds(demand: Sequence[Entry], n: int, maker: str, batches: int, network: str) -> float:
    """On the wire of a named network, and of a party's work on one core as fast as this machine's."""
    received = max(offline_bytes(demand, n, maker, by_call=True), default=0)
    wire = NETWORKS[network].seconds(offline_rounds(demand, maker, batches), received)
    return wire + seconds_of(products_by_each(demand, n, maker))


def seconds_of(products: float) -> float:
    """Of so many products of ciphertexts, on one core here."""
    return products / products_a_second() if products else 0.0


@lru_cache(maxsize=1)
def products_a_second() -> float:
    """Products modulo an N^2 of 4096 bits, the fastest of some rounds of a few milliseconds."""
    form = MontgomeryForm(Modulus((1 << 2 * KEY_BITS) - 1))
    x = np.ones((_AT_ONCE, form.modulus.limbs), U64)
    return _AT_ONCE / min(_seconds_of_one(form, x) for _ in range(_REPEATED))


def _seconds_of_one(form: MontgomeryForm, x: np.ndarray[tuple[int, ...], np.dtype[np.uint64]]) -> float:
    start = perf_counter()
    form.mul(x, x)
    return perf_counter() - start
