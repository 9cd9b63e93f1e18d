"""What is encrypted under a joint key is revealed by all parties together; a wrong part is refused and named."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from elgamal.bent_messages import bend

import mpc
from mpc import elgamal
from mpc.algebra.group import Points, Scalars
from mpc.algebra.ristretto import RISTRETTO, generator
from mpc.context import Context, Spec
from mpc.errors import LocalError, ParleyError
from protocols.elgamal import revealing
from protocols.elgamal.joint_decryption_ped91 import is_right, part_of
from protocols.proofs.proof import prove
from protocols.proofs.transcript import Setting

VALUES = np.array([[3, -4], [0, 100]])
PARTS = 32 * VALUES.size
"""Bytes of a message before its proof."""


async def share_and_ciphertexts(ctx: Context, threshold: int | None = None) -> tuple[Any, elgamal.Ciphertexts]:
    """A joint key, and what party 0 encrypts under it for all."""
    share = await elgamal.generate_together(ctx, threshold)
    if ctx.me == 0:
        sent = np.frombuffer(elgamal.to_bytes(share.public.encrypt(VALUES, bound=100)), np.uint8)
        for j in ctx.others:
            ctx.send(j, sent)
    else:
        sent = await ctx.receive(0, Spec(None, np.uint8, limit=1 << 12))
    return share, share.public.ciphertexts_from(bytes(sent), ctx.names[0])


@pytest.mark.parametrize(("n", "threshold"), [(2, None), (4, 1)])
def test_all_learn_sums_and_products(n: int, threshold: int | None) -> None:
    async def program(ctx: Context, mine: Any) -> Any:
        share, c = await share_and_ciphertexts(ctx, threshold)
        total = c.sum(0) * elgamal.public([1, -2]) + elgamal.public(0.5)
        return await elgamal.reveal(ctx, share, total), await elgamal.reveal(ctx, share, c[1, 1])

    run = mpc.simulate(program, inputs=[None] * n, check_costs=True)
    for row, one in run.results:
        assert row.tolist() == [3.5, -191.5]
        assert int(one) == 100
    assert [(reveal.shape, reveal.to) for reveal in run.report.reveals] == [
        ((2,), tuple(range(n))),
        ((), tuple(range(n))),
    ]
    assert run.report.rounds == 4 + 1 + 2 * (1 if threshold is None else 2)


def one_party() -> tuple[elgamal.PrivateKey, elgamal.KeyShare]:
    """A key, and its one share."""
    key = elgamal.generate()
    return key, elgamal.KeyShare(key.public, key.public.encryption.key.reshape(1), 0, 0, key.secret_scalar)


def test_weights_follow_from_all_that_is_claimed() -> None:
    """From weights that a party knows before it chooses its part it would choose one whose errors cancel."""
    (_, share), (_, other) = one_party(), one_party()
    flat = share.public.encrypt([3, -4], bound=4).words
    again = np.concatenate([flat[:, : flat.shape[1] // 2], share.public.encrypt([3, -4], bound=4).parts[1].words], -1)
    part, alice, bob = part_of(share, flat), Setting.outside("alice"), Setting.outside("bob")
    cases = [
        (alice, share.images[0], flat, part),
        (bob, share.images[0], flat, part),
        (alice, other.images[0], flat, part),
        (alice, share.images[0], again, part),
        (alice, share.images[0], flat, part_of(other, flat)),
    ]
    bases = {is_right(*case).bases[1, 0].to_bytes().tobytes() for case in cases}
    assert len(bases) == len(cases)


def test_errors_of_two_parts_do_not_cancel() -> None:
    """Neither by being opposite nor by whatever the weights of the right parts are."""
    _, share = one_party()
    flat = share.public.encrypt([3, -4], bound=4).words
    part, alice = part_of(share, flat), Setting.outside("alice")
    slip = generator() * Scalars.of(RISTRETTO.order, [1, RISTRETTO.order.n - 1])
    bent = is_right(alice, share.images[0], flat, part + slip)
    with pytest.raises(LocalError, match="wrong-witness"):
        prove(alice, bent, share.secret_scalar.reshape(1))


def test_what_holds_zero_without_randomness_is_revealed_as_zero() -> None:
    """Neutral elements throughout, whose weighed sum is a base of the proof all the same."""

    async def program(ctx: Context, mine: Any) -> Any:
        share, c = await share_and_ciphertexts(ctx)
        return await elgamal.reveal(ctx, share, c * elgamal.public(0))

    assert mpc.simulate(program, inputs=[None] * 2).result.tolist() == [[0, 0], [0, 0]]


def test_bytes_are_those_of_the_page() -> None:
    key = elgamal.generate()
    points = Points(RISTRETTO, np.stack([generator().words] * 3))
    share = elgamal.KeyShare(key.public, points, 1, 0, key.secret_scalar)
    c = key.encrypt(VALUES, bound=100)
    declared = elgamal.reveal.declared(share, c, to=[0, 1])  # type: ignore[attr-defined]
    assert (declared.rounds, 8 * declared.words) == (2, 32)
    assert 8 * declared.to_one == 2 * (128 + 32 * VALUES.size)
    alone = elgamal.KeyShare(key.public, points, 2, 0, key.secret_scalar)
    declared = elgamal.reveal.declared(alone, c, to=[0, 1])  # type: ignore[attr-defined]
    assert (declared.rounds, declared.words) == (1, 0)
    assert 0 < len(elgamal.to_bytes(c)) - 64 * VALUES.size < 150


@pytest.mark.parametrize("to", [1, [2], [0, 2], []])
def test_receivers_alone_learn(to: Any) -> None:
    async def program(ctx: Context, mine: Any) -> Any:
        share, c = await share_and_ciphertexts(ctx)
        return await elgamal.reveal(ctx, share, c, to=to), await elgamal.reveal(ctx, share, c[:0], to=to)

    learn = [to] if isinstance(to, int) else to
    for me, (numbers, none) in enumerate(mpc.simulate(program, inputs=[None] * 3, check_costs=True).results):
        assert (numbers is not None) == (none is not None) == (me in learn)
        if me in learn:
            assert np.array_equal(numbers, VALUES)
            assert none.shape == (0, 2)


def run_against(rule: Any, *, threshold: int = 1, despite: bool = False) -> list[Any]:
    async def program(ctx: Context, mine: Any) -> Any:
        share, c = await share_and_ciphertexts(ctx, threshold)
        if ctx.me == 0:
            bend(ctx, lambda to, number, array: rule(to, number, array) if array.dtype == np.uint8 else array)
        return await (elgamal.reveal_despite if despite else elgamal.reveal)(ctx, share, c)

    return mpc.simulate(program, inputs=[None] * 3).results


def another_element(to: int, number: int, array: Any) -> Any:
    points, _ = Points.from_bytes(RISTRETTO, array[:PARTS].reshape(-1, 32))
    return np.concatenate([(points + generator()).to_bytes().ravel(), array[PARTS:]])


def one_element_of_many(to: int, number: int, array: Any) -> Any:
    last = PARTS - 32
    return np.concatenate([array[:last], another_element(to, number, array)[last:]])


def no_element(to: int, number: int, array: Any) -> Any:
    return np.concatenate([np.full_like(array[:PARTS], 255), array[PARTS:]])


def another_response(to: int, number: int, array: Any) -> Any:
    bent = array.copy()
    bent[-32] ^= 1
    return bent


def too_short(to: int, number: int, array: Any) -> Any:
    return array[:-1].copy()


WRONG = {
    another_element: "proof-of-another-statement",
    one_element_of_many: "proof-of-another-statement",
    no_element: "bad-element",
    another_response: "proof-refused",
    too_short: "unexpected-message",
}


@pytest.mark.parametrize("rule", WRONG, ids=lambda rule: rule.__name__)
def test_a_wrong_part_is_refused_and_named(rule: Any) -> None:
    with pytest.raises(ParleyError) as ended:
        run_against(rule)
    assert (ended.value.code, ended.value.party) == (WRONG[rule], "party0")


@pytest.mark.parametrize("rule", [another_element, another_response], ids=lambda rule: rule.__name__)
def test_enough_right_parts_give_the_numbers_all_the_same(rule: Any) -> None:
    for me, (numbers, refused) in enumerate(run_against(rule, despite=True)):
        assert np.array_equal(numbers, VALUES)
        assert [error.party for error in refused] == (["party0"] if me else [])


def test_too_few_right_parts_give_nothing() -> None:
    with pytest.raises(ParleyError) as ended:
        run_against(another_element, threshold=2, despite=True)
    assert ended.value.party == "party0"


def test_parties_with_other_ciphertexts_notice() -> None:
    async def program(ctx: Context, mine: Any) -> Any:
        share, c = await share_and_ciphertexts(ctx)
        return await elgamal.reveal(ctx, share, c.rerandomised() if ctx.me else c)

    with pytest.raises(ParleyError, match="public-values-differ"):
        mpc.simulate(program, inputs=[None] * 2)


@pytest.mark.parametrize("threshold", [0, 1])
def test_who_sends_parties_different_ciphertexts_has_none_decrypted(
    threshold: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the part of each alone it would read what each has. Nobody is named, as a hash may be a lie."""
    parts, honest = [], revealing._own_part
    monkeypatch.setattr(revealing, "_own_part", lambda *args: parts.append(args) or honest(*args))

    async def program(ctx: Context, mine: Any) -> Any:
        share, c = await share_and_ciphertexts(ctx, threshold)
        return await elgamal.reveal(ctx, share, c.rerandomised() if ctx.me == 2 else c)

    with pytest.raises(ParleyError) as ended:
        mpc.simulate(program, inputs=[None] * 3)
    assert (ended.value.code, ended.value.party, parts) == ("public-values-differ", None, [])


def test_a_share_of_another_place_or_key() -> None:
    async def program(ctx: Context, other: bool) -> Any:
        share, c = await share_and_ciphertexts(ctx)
        if other:
            return await elgamal.reveal(ctx, share, elgamal.generate().encrypt([1], bound=1))
        moved = elgamal.KeyShare(share.public, share.images, 1, 1 - ctx.me, share.secret_scalar)
        return await elgamal.reveal(ctx, moved, c)

    for other, code in ((True, "elgamal-other-key"), (False, "joint-key-place")):
        with pytest.raises(LocalError, match=code):
            mpc.simulate(program, inputs=[other] * 2)
