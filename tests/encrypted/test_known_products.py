"""A matrix that one party has times a secret: numpy's product, and nobody sees either."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from encrypted_cases import refusal_of, small_keys
from hypothesis import given, settings
from hypothesis import strategies as st

import mpc
from mpc.algebra.ring import Z64
from mpc.algebra.wide_ring import Z128
from mpc.errors import LocalError
from protocols.encrypted import products
from protocols.encrypted.products import Factor
from protocols.homomorphic.encoding import encode
from protocols.paillier.plaintexts import to_messages
from protocols.preprocessing.estimates import offline_bytes

small = pytest.mark.usefixtures("small_session_keys")


@pytest.fixture
def small_session_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sessions whose keys are small and fast, without any security."""
    monkeypatch.setattr("protocols.encrypted.session_keys.make_keys", small_keys)


def product(a: Any, x: Any, *, n: int = 2, owner: int = 0, other: int = 1, range: Any = (-8, 8), **run: Any) -> Any:
    """The run of a program that reveals a @ x."""

    async def main(ctx: mpc.Context, mine: Any) -> Any:
        own = await mpc.known(ctx, owner, a if ctx.me == owner else None, range=range)
        secret = await mpc.secret(ctx, other, x if ctx.me == other else None, range=range)
        return await mpc.reveal(ctx, await mpc.known_matmul(ctx, own, secret))

    return mpc.simulate(main, [None] * n, check_costs=True, **run)


SHAPES = [
    ((3,), (3,)),
    ((2, 3), (3,)),
    ((3,), (3, 2)),
    ((13, 2), (2, 3)),
    ((1, 1), (1, 1)),
    ((0, 3), (3,)),
    ((2, 0), (0,)),
]


@small
@settings(max_examples=15, deadline=None)
@given(st.data())
def test_a_known_matrix_times_a_secret_is_numpys_product(data: st.DataObject) -> None:
    n, suite, ring = data.draw(
        st.sampled_from([(2, "beaver", 64), (3, "beaver", 64), (3, "ideal", 128), (2, "yao", 64), (2, "beaver", 128)])
    )
    owner, other = data.draw(st.integers(0, n - 1)), data.draw(st.integers(0, n - 1))
    of_a, of_x = data.draw(st.sampled_from(SHAPES))
    random = np.random.default_rng(data.draw(st.integers(0, 1000)))
    a, x = random.integers(-8, 9, of_a), random.integers(-8, 9, of_x)
    found = product(a, x, n=n, owner=owner, other=other, suite=suite, ring=ring).result
    assert np.array_equal(found, a @ x)


@small
def test_fractions_are_as_exact_as_the_run_says() -> None:
    random = np.random.default_rng(3)
    a, x = random.uniform(-8, 8, (20, 5)), random.uniform(-8, 8, 5)
    run = product(a, x)
    error = run.report.reveals[0].error
    assert np.abs(run.result - a @ x).max() <= error < 2e-3


@small
def test_rows_and_transposes_of_what_a_party_has() -> None:
    a, x = np.arange(12).reshape(4, 3) - 5, np.array([1, -2])

    async def main(ctx: mpc.Context, mine: Any) -> Any:
        own = await mpc.known(ctx, 1, a if ctx.me == 1 else None, range=(-8, 8))
        secret = await mpc.secret(ctx, 0, x if ctx.me == 0 else None, range=(-8, 8))
        assert (own.shape, own.T.shape, own[::2].shape, len(own)) == ((4, 3), (3, 4), (2, 3), 4)
        return await mpc.reveal(ctx, await mpc.known_matmul(ctx, own[::2].T, secret))

    assert np.array_equal(mpc.simulate(main, [None, None]).result, a[::2].T @ x)


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        (lambda w, x: w @ x, "@"), (lambda w, x: x @ w, "@"), (lambda w, x: np.ones(2) @ w, "@"), (np.dot, "an array"),
        (lambda w, x: np.dot(x, w), "an array"), (lambda w, x: w * x, "*"), (lambda w, x: x - w, "-"),
    ],
    ids=range(7),
)  # fmt: skip
def test_operators_are_refused_by_name(wrong: Any, named: str) -> None:
    async def main(ctx: mpc.Context, mine: Any) -> None:
        w, x = await mpc.known(ctx, 1, mine, range=(0, 8)), await mpc.secret(ctx, 0, mine, range=(0, 8))
        wrong(w, x)

    with pytest.raises(mpc.LocalError, match="unsupported-operation") as refused:
        mpc.simulate(main, [[1, 2], [3, 4]])
    assert named in refused.value.cause
    assert "await mpc.known_matmul(ctx, w, x)" in refused.value.remedy


@small
def test_two_products_beside_each_other_ask_for_keys_once() -> None:
    async def main(ctx: mpc.Context, mine: Any) -> Any:
        owns = [await mpc.known(ctx, j, [[j + 1, 2]] if ctx.me == j else None, range=(0, 8)) for j in ctx.everyone]
        x = await mpc.secret(ctx, 0, [3, 4] if ctx.me == 0 else None, range=(0, 8))
        parts = await mpc.together(ctx, *((mpc.known_matmul, own, x) for own in owns))
        return await mpc.reveal(ctx, sum(parts))

    assert mpc.simulate(main, [None] * 3, check_costs=True).result.tolist() == [3 * 6 + 4 * 6]


def test_keys_of_full_size_are_made_and_sent_once() -> None:
    a, x = np.array([[1.5, -2.0], [0.25, 3.0]]), np.array([4.0, -1.0])
    run = product(a, x)
    np.testing.assert_allclose(run.result, a @ x, atol=1e-3)
    assert run.report.rounds == 5  # shapes beside keys, what is asked, what is answered, truncation, the reveal
    key, asked, answered = 256, 2 * 512, 512
    assert min(run.report.bytes_sent) > key + min(asked, answered)
    assert max(run.report.bytes_sent) < key + asked + 400


@small
def test_a_plan_counts_what_a_run_takes() -> None:
    async def main(ctx: mpc.Context, mine: Any) -> Any:
        own = await mpc.known(ctx, 0, mine, range=(-8, 8))
        x = await mpc.secret(ctx, 1, mine, range=(-8, 8))
        return await mpc.reveal(ctx, await mpc.known_matmul(ctx, own, x))

    inputs = [np.ones((20, 3)), np.ones(3), None]
    plan, run = mpc.plan(main, inputs).report, mpc.simulate(main, inputs).report
    assert (plan.rounds, plan.bytes_sent) == (run.rounds, run.bytes_sent)


def test_it_sends_a_fraction_of_what_a_triple_by_transfers_takes() -> None:
    async def known(ctx: mpc.Context, mine: Any) -> None:
        own, x = await mpc.known(ctx, 0, mine, range=(-8, 8)), await mpc.secret(ctx, 1, mine)
        await mpc.known_matmul(ctx, own, x)

    async def secret(ctx: mpc.Context, mine: Any) -> None:
        await mpc.compute(ctx, await mpc.secret(ctx, 0, mine) @ await mpc.secret(ctx, 1, mine))

    inputs = [np.ones((100, 20)), np.ones(20)]
    made = offline_bytes(mpc.plan(secret, inputs, preprocessing="ot").demand, 2, "ot", by_call=True)
    assert sum(mpc.plan(known, inputs).report.bytes_sent) < 16_000
    assert sum(made) > 1_000_000


@pytest.mark.parametrize("ring", [Z64, Z128], ids=["64", "128"])
def test_encoded_numbers_are_elements_of_the_ring(ring: Any) -> None:
    numbers = np.array([[0, 1, -1], [2**62, -(2**62), -7]])
    found = Factor(0, encode(numbers)).elements(ring)
    assert ring.to_signed(found).tolist() == numbers.tolist()


@small
def test_masks_of_a_secret_are_new_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the owner learns of the secret is the secret less masks, which a second product must not repeat."""
    seen: list[Any] = []
    honest = products.open_known

    async def open_known(ctx: mpc.Context, to: int, x: Any) -> Any:
        found = await honest(ctx, to, x)
        if ctx.me == to:
            seen.append(found.whole)
        return found

    monkeypatch.setattr(products, "open_known", open_known)

    async def main(ctx: mpc.Context, mine: Any) -> None:
        own = await mpc.known(ctx, 0, [1] if ctx.me == 0 else None)
        x = await mpc.secret(ctx, 1, [5] if ctx.me == 1 else None)
        for _ in range(4):
            await mpc.known_matmul(ctx, own, x)

    mpc.simulate(main, [None, None])
    assert len({int(words[0, 0]) for words in seen}) == 4
    assert max(int(words[0, 0]) for words in seen) > 2**40


def test_a_modulus_that_is_no_key_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    send = mpc.Context.send

    def other(ctx: mpc.Context, to: int, array: Any) -> None:
        send(ctx, to, array * np.uint64(2) if ctx.me == 1 and ctx.name == "make_keys" else array)

    monkeypatch.setattr(mpc.Context, "send", other)

    async def main(ctx: mpc.Context, mine: Any) -> None:
        own = await mpc.known(ctx, 0, [1] if ctx.me == 0 else None)
        await mpc.known_matmul(ctx, own, await mpc.secret(ctx, 1, [5] if ctx.me == 1 else None))

    refused = refusal_of(main)
    assert refused.code.startswith("paillier-key-")
    assert refused.party == "party1"


@small
@pytest.mark.parametrize("wrong", ["ask", "masked ciphertexts"])
def test_a_number_that_is_no_ciphertext_is_refused_by_name(wrong: str, monkeypatch: pytest.MonkeyPatch) -> None:
    send = mpc.Context.send

    def other(ctx: mpc.Context, to: int, array: Any) -> None:
        send(ctx, to, np.zeros_like(array) if ctx.name == wrong else array)

    monkeypatch.setattr(mpc.Context, "send", other)

    async def main(ctx: mpc.Context, mine: Any) -> None:
        own = await mpc.known(ctx, 0, [1] if ctx.me == 0 else None)
        await mpc.known_matmul(ctx, own, await mpc.secret(ctx, 1, [5] if ctx.me == 1 else None))

    refused = refusal_of(main)
    assert refused.code == "paillier-not-unit"
    assert refused.party == ("party1" if wrong == "ask" else "party0")


@small
def test_what_does_not_fit_is_refused_before_anything_is_sent() -> None:
    with pytest.raises(LocalError, match="out-of-range"):
        product([9.0], [1.0])
    with pytest.raises(LocalError, match="wrong-shape"):
        product(np.zeros((1, 1, 1)), [1.0])
    with pytest.raises(LocalError, match="shape-mismatch"):
        product([1.0, 2.0], [1.0])
    with pytest.raises(LocalError, match="wrong-shape"):
        product(np.zeros((2, 3)), np.zeros((2, 3, 2)))
    with pytest.raises(LocalError, match="range-exceeded"):
        product([1.0], [2.0], range=(-(2**20), 2**20))


async def announced(ctx: mpc.Context, mine: Any) -> Any:
    return await mpc.known(ctx, 0, [[1, 2]] if ctx.me == 0 else None, range=(-8, 8))


def test_what_is_multiplied_was_announced_in_the_same_run() -> None:
    elsewhere = mpc.simulate(announced, [None, None]).results

    async def foreign(ctx: mpc.Context, mine: Any) -> Any:
        x = await mpc.secret(ctx, 1, [3, 4] if ctx.me == 1 else None)
        return await mpc.known_matmul(ctx, elsewhere[ctx.me], x)

    async def public(ctx: mpc.Context, mine: Any) -> Any:
        matrix: Any = np.array([[1, 2]])
        return await mpc.known_matmul(ctx, matrix, await mpc.secret(ctx, 1, [3, 4] if ctx.me == 1 else None))

    async def no_row(ctx: mpc.Context, mine: Any) -> Any:
        return (await announced(ctx, mine))[3]

    async def no_kind(ctx: mpc.Context, mine: Any) -> Any:
        kind: Any = "float"
        return await mpc.known(ctx, 0, [1.5], kind=kind)

    codes = [refusal_of(main).code for main in (foreign, public, no_row, no_kind)]
    assert codes == ["foreign-secret", "not-known", "shape-mismatch", "unknown-kind"]


@small
def test_parties_that_declare_different_ranges_are_told() -> None:
    """They would take masks of different lengths, and see another number than the product."""

    async def main(ctx: mpc.Context, mine: Any) -> Any:
        own = await mpc.known(ctx, 0, [[1, 2]] if ctx.me == 0 else None, range=(-8, 8 + 1000 * ctx.me))
        return await mpc.known_matmul(ctx, own, await mpc.secret(ctx, 1, [3, 4] if ctx.me == 1 else None))

    assert refusal_of(main).code == "public-values-differ"


def test_a_shape_that_a_party_told_takes_no_memory_elsewhere() -> None:
    """2^32 elements, of which rows are taken, and a product that is longer than a party is willing to hold."""

    async def main(ctx: mpc.Context, mine: Any) -> Any:
        own = await mpc.known(ctx, 0, np.broadcast_to(np.int8(1), (1 << 31, 2)), range=(0, 1))
        assert own[::8, 0].T[None].shape == (1, 1 << 28)
        ctx.session.intake.limit = 1000
        return await mpc.known_matmul(ctx, own, await mpc.secret(ctx, 1, [1, 2]))

    with pytest.raises(mpc.PeerError, match="too-many-elements") as refused:
        mpc.plan(main, [None, None])
    assert refused.value.party == "party0"


@small
def test_masks_of_a_secret_are_sent_in_no_ciphertext_that_can_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a random power a ciphertext is its number for everybody."""
    seen: list[bool] = []
    honest = products._encrypted

    def kept(key: Any, plain: Any, source: Any) -> Any:
        sent = honest(key, plain, source)
        seen.append(np.array_equal(sent, key.group.form.out_of(key.group.powers_of_g(to_messages(plain, key.group)))))
        return sent

    monkeypatch.setattr(products, "_encrypted", kept)
    product([[1, 2]], [3, 4], n=3)
    assert seen == [False, False]
