"""Products made under Paillier keys are right, of every kind, for any number of parties; what is no ciphertext is
refused with its sender's name."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pytest
import trio
from kinds import EXAMPLES
from material import check
from paillier.paillier_keys import key_of

from mpc.algebra.bigint import from_ints
from mpc.algebra.ring import Z64, Ring
from mpc.algebra.wide_ring import Z128, WideRing
from mpc.errors import LocalError, PeerError
from mpc.network.handshake import Agreement
from mpc.network.transport import Transport, memory_network
from mpc.network.wire import Message
from mpc.side_by_side import run_all
from mpc.testing import insecure_agreements, insecure_seed, recording_network, transcript_digest
from mpc.testing.wrapping import WrappedTransport
from protocols.paillier import product_form
from protocols.paillier.product_form import traffic
from protocols.preprocessing.checking import Check
from protocols.preprocessing.estimates import SETUP_BYTES, offline_bytes
from protocols.preprocessing.from_paillier import PaillierMaker
from protocols.preprocessing.kind import of_kind
from protocols.preprocessing.kinds.and_triple import AndTriple
from protocols.preprocessing.kinds.dabit import DaBit
from protocols.preprocessing.kinds.edabit import EdaBit
from protocols.preprocessing.kinds.input_mask import InputMask
from protocols.preprocessing.kinds.matrix_triple import MatrixTriple
from protocols.preprocessing.kinds.random_value import RandomValue
from protocols.preprocessing.kinds.square_pair import SquarePair
from protocols.preprocessing.kinds.triple import Triple
from protocols.preprocessing.kinds.truncation_pair import TruncationPair
from protocols.preprocessing.transfers import Products
from protocols.preprocessing.workshop import Workshop, workshops
from protocols.runs.simulating import simulate

PRODUCTS = [kind for kind in EXAMPLES if of_kind(kind).products is not None]
PRODUCTS.remove(Triple(WideRing(96), (70,), (70,)))
TRIPLE = Triple(Z64, (3,), (3,))


def supplies(
    n: int, mode: Check = Check.NOTHING, transports: Sequence | None = None, seeded: str = "", always: bool = True
) -> list[Workshop]:
    """Each party's, with a key that it has had before; of ciphertexts even where transfers take less."""
    agreements = insecure_agreements(n, seeded) if seeded else Agreement.simulate(n)
    return [
        Workshop(
            transport, agreement, n, PaillierMaker(mode, key=key_of(i), always=always),
            private=insecure_seed(seeded, i) if seeded else None,
        )
        for i, (transport, agreement) in enumerate(zip(transports or memory_network(n), agreements, strict=True))
    ]  # fmt: skip


def made(kinds: Sequence, n: int, parties: Sequence[Workshop] | None = None) -> list:
    """Planned material of each kind: for each kind, all parties' shares."""
    plan = [((0, i), kind) for i, kind in enumerate(kinds)]
    parties = parties or supplies(n)
    results: list = [None] * n

    async def party(i: int) -> None:
        await parties[i].prepare(plan)
        results[i] = [parties[i].ready(path, kind) for path, kind in plan]

    trio.run(run_all, [(party, i) for i in range(n)])
    return list(zip(*results, strict=True))


def test_every_kind_recombines():
    """Those of products, and the others beside them."""
    kinds = [*PRODUCTS, DaBit(Z64, 70), EdaBit(Z64, 3), TruncationPair(Z64, (3, 2), 16), InputMask(Z64, (4,), 0)]
    assert len(PRODUCTS) > 12
    for kind, materials in zip(kinds, made(kinds, 2), strict=True):
        check(kind, materials)


def test_three_parties_multiply_two_by_two():
    kinds = [Triple(Ring(5), (2, 1), (3,)), MatrixTriple(Z64, (1, 3), (3, 2)), SquarePair(Z128, (2,)), DaBit(Z64, 3)]
    for kind, materials in zip(kinds, made(kinds, 3), strict=True):
        check(kind, materials)


def test_small_pieces_give_the_same(monkeypatch):
    """Terms, columns and rows cut in the middle, and replies in several messages."""
    monkeypatch.setattr(product_form, "MOST_CIPHERTEXTS", 2)
    kinds = [Triple(Z64, (6,), (6,)), MatrixTriple(Z64, (2, 3), (3, 11)), MatrixTriple(Ring(7), (2, 13, 1), (1, 1))]
    for kind, materials in zip(kinds, made(kinds, 2), strict=True):
        check(kind, materials)


@pytest.mark.parametrize(
    ("products", "turned"),
    [
        (Products(64, 128 * 128, 128, 128, 128), False),
        (Products(64, 1, 1000, 1000), True),
        (Products(64, 64, 64, 1000, 64), True),
        (Products(64, 2, 3, 4, 2), False),
    ],
    ids=["square", "vector by matrix", "wide", "small"],
)
def test_that_operand_is_encrypted_which_takes_less(products, turned):
    form, way = products.form(2048)
    assert way == turned
    assert form.work <= form.turned.work


def test_both_ways_round_give_the_same(monkeypatch):
    """Whichever operand is encrypted."""
    kinds = [Triple(Z64, (2,), (3, 2)), MatrixTriple(Z64, (2, 3), (3, 4)), MatrixTriple(Z128, (2, 2, 3), (3, 1))]
    form = Products.form
    for _ in range(2):
        for kind, materials in zip(kinds, made(kinds, 2), strict=True):
            check(kind, materials)
        monkeypatch.setattr(Products, "form", lambda self, bits: (form(self, bits)[0].turned, not form(self, bits)[1]))


@pytest.mark.parametrize(
    ("kind", "pieces", "figures"),
    [
        (Triple(Z64, (10_000,), (10_000,)), 10_000, (1127, 1018, 556)),
        (Triple(Z128, (10_000,), (10_000,)), 10_000, (1195, 3066, 2108)),
        (SquarePair(Z64, (10_000,)), 10_000, (563, 505, 278)),
        (MatrixTriple(Z64, (128, 128), (128, 128)), 1, (3.41e6, 1.1e9, 1.09e9)),
        (MatrixTriple(Z64, (1000, 64), (64, 1)), 1, (168e3, 33.3e6, 33.6e6)),
        (MatrixTriple(Z64, (1, 1000), (1000, 1000)), 1, (1.126e6, 521e6, 520e6)),
    ],
    ids=["triple", "wide triple", "square pair", "matrices", "column", "row"],
)
def test_bytes_of_the_page(kind, pieces, figures):
    """Of ciphertexts alone, and of transfers without base transfers; matrices take ciphertexts, single numbers not."""
    directions = len(kind.products.transfers().pairs(2))
    ciphertexts = sum(traffic(kind.products.form(2048)[0])) * directions
    assert 512 * ciphertexts / pieces == pytest.approx(figures[0], rel=0.005)
    for maker, figure in zip(("ot", "silent"), figures[1:], strict=True):
        total = sum(offline_bytes([((0,), kind)], 2, maker)) - 2 * SETUP_BYTES[maker]
        assert total / pieces == pytest.approx(figure, rel=0.005)
    total = sum(offline_bytes([((0,), kind)], 2, "paillier")) - 2 * SETUP_BYTES["paillier"]
    assert kind.products.encrypted(2048) == isinstance(kind, MatrixTriple) == (total == 512 * ciphertexts)


@pytest.mark.parametrize(
    ("kind", "encrypted"),
    [
        (Triple(Z64, (100,), (50, 100)), False),
        (MatrixTriple(Z64, (1, 1000), (1000, 1)), False),
        (MatrixTriple(Z64, (4, 4), (4, 4)), True),
        (MatrixTriple(Z64, (2, 100), (100, 2)), True),
        (MatrixTriple(Z64, (0, 3), (3, 2)), False),
    ],
    ids=["repeated", "inner product", "small matrices", "thin matrices", "nothing"],
)
def test_that_way_is_taken_which_takes_less(kind, encrypted):
    """The same for any number of pieces, which may be made together."""
    assert kind.products.encrypted(2048) == encrypted
    assert replace(kind.products, rows=kind.products.rows * 7).encrypted(2048) == encrypted


@pytest.mark.parametrize(
    ("kinds", "n"),
    [
        ([RandomValue(Z64, (5,))], 2),
        ([MatrixTriple(Z64, (1, 4), (4, 25)), MatrixTriple(Z64, (2, 1, 4), (4, 25)), Triple(Z64, (9,), (9,))], 2),
        (
            [
                MatrixTriple(Z64, (4, 4), (4, 4)),
                TRIPLE,
                DaBit(Z64, 3),
                SquarePair(Z64, (11,)),
                MatrixTriple(Z64, (0, 3), (3, 2)),
            ],
            3,
        ),
    ],
    ids=["nothing", "two", "three"],
)
def test_a_plan_knows_what_parties_receive(kinds, n):
    """Pieces of one kind and form are counted as they are made, together."""
    parties = supplies(n, always=False)
    for kind, materials in zip(kinds, made(kinds, n, parties), strict=True):
        check(kind, materials)
    foreseen = offline_bytes([((i,), kind) for i, kind in enumerate(kinds)], n, "paillier")
    assert foreseen == pytest.approx([party.received_bytes for party in parties], rel=0.01)


@pytest.mark.parametrize(("pieces", "rounds"), [(1, 2), (2, 2), (3, 4)])
def test_two_pieces_take_two_rounds(monkeypatch, pieces, rounds):
    monkeypatch.setattr(product_form, "MOST_CIPHERTEXTS", 1)

    def taken(kind):
        parties = supplies(2)
        made([kind], 2, parties)
        return max(party.rounds for party in parties)

    assert taken(Triple(Z64, (pieces,), (pieces,))) - taken(RandomValue(Z64, (1,))) == rounds


def test_sacrifices_find_nothing_wrong():
    kinds = [TRIPLE, MatrixTriple(Z64, (1, 2), (2, 2)), AndTriple(Z64, (2,), (2,))]
    for kind, materials in zip(kinds, made(kinds, 2, supplies(2, Check.ALL)), strict=True):
        check(kind, materials)


def test_a_program_runs_on_it():
    """Its matrices by ciphertexts, single products and bits by transfers."""
    values = np.arange(16, dtype=np.uint64).reshape(4, 4)

    async def main(ctx, mine):
        x = await ctx.suite.input(ctx, 0, values if ctx.me == 0 else None, (4, 4))
        y = await ctx.suite.mul(ctx, await ctx.suite.matmul(ctx, x, x), x)
        opened, small = await ctx.suite.open(ctx, y, await ctx.suite.bits_to_ring(ctx, await ctx.suite.msb(ctx, x - y)))
        return opened.tolist(), small.tolist()

    simulation = simulate(main, [None] * 2, preprocessing="paillier", check_costs=True)
    product = (values @ values) * values
    assert simulation.results == [(product.tolist(), (values < product).astype(int).tolist())] * 2
    assert "nobody else is trusted" in simulation.report.security
    assert simulation.report.security.endswith(PaillierMaker().means)
    assert simulation.report.preprocessing == "paillier"


def test_fixed_seeds_give_the_same_messages():
    digests = []
    for name in ("one", "one", "two"):
        transports, record = recording_network(2)
        made([TRIPLE], 2, supplies(2, transports=transports, seeded=name))
        digests.append(transcript_digest(record))
    assert digests[0] == digests[1] != digests[2]


class Replacing(WrappedTransport):
    """Sends something else in place of one of its messages with so many words a row: the first of them is number 0."""

    def __init__(self, transport: Transport, words: int, number: int, change: Callable) -> None:
        super().__init__(transport)
        self.words, self.left, self.change = words, number, change

    def send(self, to: int, message: Message) -> int:
        if message.array.dtype == np.uint64 and message.array.shape[-1:] == (self.words,):
            self.left -= 1
            if self.left == -1:
                message = replace(message, array=self.change(message.array.copy()))
        return self.within.send(to, message)


def put(number: int) -> Callable:
    """A number in the last row."""

    def change(rows):
        rows.reshape(-1, rows.shape[-1])[-1] = from_ints([number], rows.shape[-1])
        return rows

    return change


def refusal(words: int, number: int, change: Callable) -> str:
    """What party 0 says of such a message of party 1."""
    transports = list(memory_network(2))
    transports[1] = dishonest = Replacing(transports[1], words, number, change)
    with pytest.raises(PeerError) as caught:
        made([TRIPLE], 2, supplies(2, transports=transports))
    assert dishonest.left < 0
    assert caught.value.party == dishonest.names[1]
    return caught.value.code


@pytest.mark.parametrize("number", [0, 1], ids=["asked", "answered"])
@pytest.mark.parametrize(
    ("change", "code"),
    [
        (put(2**4096 - 1), "paillier-range"),
        (put(0), "paillier-not-unit"),
        (lambda rows: rows[:-1], "unexpected-message"),
        (lambda rows: rows[:, :-1].copy(), "unexpected-message"),
        (lambda rows: rows.view(np.uint8), "unexpected-message"),
    ],
    ids=["too large", "no unit", "too few", "too short", "bytes"],
)
def test_what_is_no_ciphertext_is_refused(change, code, number):
    assert refusal(64, number, change) == code


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (2**2047 - 1, "paillier-key-size"),
        (2**2047, "paillier-key-even"),
        (3 * (2**2046 + 1), "paillier-key-factor"),
    ],
    ids=["short", "even", "small factor"],
)
def test_what_is_no_key_is_refused(number, code):
    assert refusal(32, 0, put(number)) == code


def test_keys_have_one_length():
    """A maker's own word, so that all lay out their numbers alike; what is shorter than 2048 bits is not made."""
    assert refusal(32, 0, lambda row: np.concatenate([row, row[:16]])) == "unexpected-message"
    with pytest.raises(LocalError, match="paillier-key-size"):
        made([TRIPLE], 2, workshops(memory_network(2), Agreement.simulate(2), PaillierMaker(bits=1024)))
