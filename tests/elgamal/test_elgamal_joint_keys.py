"""Keys that parties make together: every threshold + 1 of them decrypt, and whoever deals wrongly is named."""

from __future__ import annotations

from itertools import combinations, product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from elgamal.bent_messages import bend

import mpc
from mpc import elgamal
from mpc.algebra.group import Points, Scalars, concatenate_scalars
from mpc.algebra.ristretto import ORDER, RISTRETTO, generator
from mpc.context import Context
from mpc.errors import LocalError, ParleyError
from mpc.testing.tiny_group import TinyGroup
from protocols.elgamal import joint_key_ped91
from protocols.elgamal.joint_decryption_ped91 import combined, part_of
from protocols.elgamal.plaintexts import from_points
from protocols.elgamal.sharing_shamir79 import images_of, shares_of, weights_at_zero
from protocols.proofs.hashed_bases import hashed_bases

TINY = TinyGroup(5)
DIGEST, SHARE, COMMITMENTS, PROOF, VIEWS, COMPLAINTS, FLAGS, ANSWERS = range(8)
"""The messages of one party to another while a key is made."""


async def make(ctx: Context, threshold: Any) -> elgamal.KeyShare:
    return await elgamal.generate_together(ctx, threshold)


def key_of(n: int, threshold: int | None) -> list[elgamal.KeyShare]:
    run = mpc.simulate(make, inputs=[threshold] * n, check_costs=True)
    assert run.report.rounds == (4 if n > 1 else 0)
    return run.results


def test_any_shares_give_the_secret_and_fewer_are_uniform() -> None:
    """All polynomials over a field of five, all thresholds, all subsets of three parties."""
    order, n = TINY.order, 3
    for t in range(n):
        seen: dict[tuple[int, ...], dict[int, list[tuple[int, ...]]]] = {}
        for coefficients in product(range(order.n), repeat=t + 1):
            f = Scalars.of(order, list(coefficients))
            shares = shares_of(f, n)
            values = shares.to_ints()
            assert values == [sum(a * j**k for k, a in enumerate(coefficients)) % order.n for j in range(1, n + 1)]
            for some in combinations(range(n), t + 1):
                picked = concatenate_scalars([shares[i : i + 1] for i in some])
                assert (picked * weights_at_zero(some, order)).sum().to_ints() == [coefficients[0]]
            for few in combinations(range(n), t):
                told = tuple(values[i] for i in few)
                seen.setdefault(few, {}).setdefault(coefficients[0], []).append(told)
        for views in seen.values():
            assert len({tuple(sorted(view)) for view in views.values()}) == 1


@pytest.mark.parametrize("t", [0, 1, 3])
def test_images_are_of_the_shares(t: int) -> None:
    for group in (TINY, RISTRETTO):
        g = Points(group, group.generator())
        f = Scalars.random(group.order, (2, t + 1))
        images = images_of(g * f, 4)
        for row in range(2):
            assert images[row].equals(g * shares_of(f[row], 4)).all()


@pytest.mark.parametrize(("n", "threshold"), [(2, None), (3, 0), (3, 1), (3, 2)])
def test_every_large_enough_set_of_parties_decrypts(n: int, threshold: int | None) -> None:
    shares = key_of(n, threshold)
    t = n - 1 if threshold is None else threshold
    assert {share.threshold for share in shares} == {t}
    assert len({share.public for share in shares}) == 1
    for share in shares:
        assert share.images.equals(shares[0].images).all()
        assert (generator() * share.secret_scalar).equals(share.images[share.me])
    values = np.array([3, -4, 0])
    c = shares[0].public.encrypt(values, bound=5)
    parts = [part_of(share, c.words) for share in shares]
    for some in combinations(range(n), t + 1):
        assert from_points(combined(some, [parts[i] for i in some], c.words), c.scale).tolist() == values.tolist()
    if t:
        too_few = combined(range(t), parts[:t], c.words)
        with pytest.raises(LocalError, match="elgamal-beyond-bound"):
            from_points(too_few, c.scale)


def test_parts_of_others_tell_no_more_than_the_result() -> None:
    """From its own share, the ciphertexts and the numbers a party computes what the others will send: the simulator."""
    shares = key_of(3, 1)
    c = shares[0].public.encrypt([2, -1, 7], bound=7)
    x_r = c.parts[1] - generator() * Scalars.of(ORDER, [2, -1, 7])
    for me, share in enumerate(shares):
        mine = part_of(share, c.words)
        for other in {0, 1, 2} - {me}:
            # f(j) = f(0) + (f(i) - f(0)) j / i for a line
            ratio = Scalars.of(ORDER, other + 1) * Scalars.of(ORDER, me + 1).inverse()
            assert (x_r + (mine - x_r) * ratio).equals(part_of(shares[other], c.words)).all()


def deviating(rule: Any, n: int = 3, threshold: int = 1) -> list[Any]:
    async def program(ctx: Context, mine: Any) -> elgamal.KeyShare:
        if ctx.me == 0:
            bend(ctx, rule)
        return await elgamal.generate_together(ctx, threshold)

    return mpc.simulate(program, inputs=[None] * n).results


def failure(rule: Any) -> ParleyError:
    with pytest.raises(ParleyError) as ended:
        deviating(rule)
    return ended.value


def flipped(*which: tuple[int, int]) -> Any:
    """A rule that changes a bit in each row of these messages: (receiver, number)."""

    def rule(to: int, number: int, array: Any) -> Any:
        if (to, number) not in which:
            return array
        bent = array.copy()
        bent[..., 0] ^= 1
        return bent

    return rule


@pytest.mark.parametrize(
    "rule",
    [flipped((2, SHARE)), lambda to, number, a: np.full_like(a, 255) if (to, number) == (1, SHARE) else a],
    ids=["another", "no scalar"],
)
def test_a_complaint_that_is_answered_does_not_end_the_call(rule: Any) -> None:
    """To all but the two it looks the same whether a share was wrong or the complaint is."""
    shares = deviating(rule)
    assert len({share.public for share in shares}) == 1
    for share in shares:
        assert (generator() * share.secret_scalar).equals(share.images[share.me])


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        (flipped((2, SHARE), (1, ANSWERS), (2, ANSWERS)), "wrong-key-share"),
        (flipped((2, COMMITMENTS)), "wrong-key-part"),
        (flipped((1, DIGEST), (2, DIGEST)), "wrong-key-part"),
        (flipped((1, PROOF)), "wrong-key-part"),
    ],
)
def test_who_deals_wrongly_is_named(rule: Any, code: str) -> None:
    error = failure(rule)
    assert (error.code, error.party) == (code, "party0")


@pytest.mark.parametrize("number", [VIEWS, COMPLAINTS, FLAGS])
def test_parties_that_are_told_different_things_notice(number: int) -> None:
    assert failure(flipped((2, number))).code == "different-key-views"


def rogue(monkeypatch: pytest.MonkeyPatch, deal: Any) -> ParleyError:
    """The error of a run in which party 0 deals what `deal` makes of an honest dealing."""
    honest = joint_key_ped91._dealt

    def dealt(setting: Any, coefficients: Scalars, source: Any) -> Any:
        made = honest(setting, coefficients, source)
        return deal(made) if setting.prover.name == "party0" else made

    monkeypatch.setattr(joint_key_ped91, "_dealt", dealt)
    with pytest.raises(ParleyError) as ended:
        mpc.simulate(make, inputs=[1] * 3)
    return ended.value


def test_a_part_that_its_party_does_not_know_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """As that of a rogue key would be, the difference of a chosen element and the others' parts."""

    def deal(made: Any) -> Any:
        unknown = hashed_bases(RISTRETTO, "a part of a key", 1).to_bytes()
        commitments = np.concatenate([unknown, made.commitments[1:]])
        return joint_key_ped91._Dealt(commitments, made.proof)

    error = rogue(monkeypatch, deal)
    assert (error.code, error.party) == ("proof-of-another-statement", "party0")


def test_a_commitment_of_another_party_is_none_of_ones_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who sends another's commitment again cannot open it, not even with what that one publishes."""
    honest = joint_key_ped91._Dealt.digest

    def digest(dealt: Any, ctx: Context, party: int) -> Any:
        return honest(dealt, ctx, 1 if ctx.me == party == 0 else party)

    monkeypatch.setattr(joint_key_ped91._Dealt, "digest", digest)
    error = rogue(monkeypatch, lambda made: made)
    assert (error.code, error.party) == ("wrong-key-part", "party0")


def test_a_part_that_is_no_element_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    error = rogue(monkeypatch, lambda made: joint_key_ped91._Dealt(np.full_like(made.commitments, 255), made.proof))
    assert (error.code, error.party) == ("bad-element", "party0")


@pytest.mark.parametrize(("n", "t"), [(2, 1), (3, 1), (5, 2)])
def test_bytes_are_those_of_the_page(n: int, t: int) -> None:
    declared = joint_key_ped91._generated.declared(n, t)  # type: ignore[attr-defined]
    assert (declared.rounds, 8 * declared.words) == (4, 192 + 32 * t + 80 * n)


@pytest.mark.parametrize("threshold", [-1, 3, 1.0, True])
def test_thresholds_that_cannot_be(threshold: Any) -> None:
    with pytest.raises(LocalError, match="wrong-number"):
        mpc.simulate(make, inputs=[threshold] * 3)


def test_shares_in_files(tmp_path: Path) -> None:
    share = key_of(2, None)[1]
    elgamal.new_key_file(tmp_path / "secret")
    share.save(tmp_path / "share", key_file=tmp_path / "secret")
    again = elgamal.load_share(tmp_path / "share", key_file=tmp_path / "secret")
    assert (again.public, again.threshold, again.me, again.n) == (share.public, 1, 1, 2)
    assert again.images.equals(share.images).all()
    assert again.secret_scalar.to_ints() == share.secret_scalar.to_ints()
    assert repr(share).endswith("party 1 of 2, any 2 decrypt, ...)")
    elgamal.KeyShare(share.public, share.images, 1, 0, share.secret_scalar).save(
        tmp_path / "another's", key_file=tmp_path / "secret"
    )
    with pytest.raises(LocalError, match="bad-key"):
        elgamal.load_share(tmp_path / "another's", key_file=tmp_path / "secret")
    with pytest.raises(LocalError, match="secret-key"):
        again.__reduce__()
    with pytest.raises(LocalError, match="bad-key"):
        elgamal.load(tmp_path / "share", key_file=tmp_path / "secret")
