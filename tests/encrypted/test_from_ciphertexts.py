"""Encrypted numbers become secrets: the same numbers, in any suite, and nobody sees them on the way."""

from __future__ import annotations

from dataclasses import replace
from math import prod
from typing import Any

import numpy as np
import pytest
from encrypted_cases import refusal_of, small_key
from hypothesis import given, settings
from hypothesis import strategies as st

import mpc
from mpc.algebra.ring import Z64
from mpc.algebra.wide_ring import Z128
from mpc.errors import LocalError
from protocols.encrypted import masking, to_shares
from protocols.encrypted.description import Description
from protocols.encrypted.masking import Masking, masking_for, slack
from protocols.homomorphic.public_factors import public
from protocols.homomorphic.scale import Scale
from protocols.paillier.ciphertexts import Ciphertexts
from protocols.paillier.encryption import Encryption
from protocols.paillier.group import Group
from protocols.paillier.packing import Layout, layout_for, raised_fields

BOUND = 100


def converted(values: Any, *, n: int = 2, holder: int = 0, owner: int = 1, suite: str = "beaver", **how: Any) -> Any:
    """What the parties reveal of numbers that were encrypted, and the run."""
    guard_bits, error, revealed = how.pop("guard_bits", None), how.pop("error", None), how.pop("revealed", True)

    async def main(ctx: mpc.Context, mine: Any) -> Any:
        key = small_key()
        held: Any = None
        if ctx.me == holder:
            held = (
                key.public.encrypt(mine, **how)
                if guard_bits is None
                else key.public.encrypt_packed(mine, guard_bits=guard_bits, **how)
            )
        x = await mpc.secret_from_ciphertexts(
            ctx, held, holder=holder, owner=owner, key=key if ctx.me == owner else None, error=error
        )
        return (await mpc.reveal(ctx, x), x.kind, x.bounds) if revealed else None

    inputs = [values if j == holder else None for j in range(n)]
    return mpc.simulate(main, inputs, suite=suite, check_costs=True)


@settings(max_examples=20, deadline=None)
@given(st.data())
def test_a_secret_has_the_numbers_that_were_encrypted(data: st.DataObject) -> None:
    n, suite = data.draw(st.sampled_from([(2, "beaver"), (3, "beaver"), (3, "ideal"), (2, "yao")]))
    holder, owner = data.draw(st.permutations(range(n)))[:2]
    shape = data.draw(st.sampled_from([(), (0,), (1,), (7,), (2, 3)]))
    numbers = data.draw(st.lists(st.integers(-BOUND, BOUND), min_size=prod(shape), max_size=prod(shape)))
    values = np.array(numbers, np.int64).reshape(shape)
    found, kind, bounds = converted(values, n=n, holder=holder, owner=owner, suite=suite, bound=BOUND).result
    assert kind == "int"
    assert bounds == (-BOUND, BOUND)
    assert np.array_equal(found, values)


@settings(max_examples=10, deadline=None)
@given(st.lists(st.floats(-BOUND, BOUND), min_size=1, max_size=5), st.sampled_from([3, 16, 20, 40]))
def test_fractions_are_shortened_to_those_of_the_run(numbers: list[float], fractional_bits: int) -> None:
    off_by = 2.0 ** -(fractional_bits + 1)
    run = converted(np.array(numbers), fractional_bits=fractional_bits, bound=BOUND, error=off_by)
    found, kind, _ = run.result
    assert kind == "fixed"
    error = run.report.reveals[0].error
    assert error <= off_by + 2.0**-16
    assert np.abs(found - np.array(numbers)).max() <= error


def test_packed_numbers_with_room_for_masks_are_taken_as_they_are() -> None:
    values = np.arange(-6, 6).reshape(2, 6)
    assert np.array_equal(converted(values, bound=BOUND, guard_bits=slack(12) + 2).result[0], values)
    with pytest.raises(LocalError, match="paillier-overflow") as refused:
        converted(values, bound=BOUND, guard_bits=32)
    assert refused.value.line.startswith("test_from_ciphertexts.py:")


def test_encrypted_numbers_compare_once_they_are_secret() -> None:
    async def main(ctx: mpc.Context, mine: Any) -> Any:
        key = small_key()
        total = key.public.encrypt(mine, bound=BOUND) * public(3) - public(1) if ctx.me == 0 else None
        x = await mpc.secret_from_ciphertexts(ctx, total, holder=0, owner=1, key=key)
        return await mpc.reveal(ctx, x > 7, np.max(x))

    above, largest = mpc.simulate(main, [np.array([1, 2, 3, 4], np.int8), None]).result
    assert above.tolist() == [False, False, True, True]
    assert largest == 11


@pytest.mark.parametrize("ring", [Z64, Z128], ids=["64", "128"])
def test_both_parts_add_up_to_a_neighbour_whatever_the_mask(ring: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """All numbers of a small bound, all masks that are short."""
    monkeypatch.setattr(masking, "STATISTICAL", 2)
    key, bound, shift = small_key(2), 9, 2
    numbers = np.arange(-bound, bound + 1)
    how = masking_for(Scale(0, bound), numbers.shape, None, key.public.group)
    held = key.public.encrypt(numbers, bound=bound)
    for r in range(0, 1 << how.bits, 37):
        masks = np.full((len(numbers), 1), r, np.uint64)
        hidden = how.hide(held, masks, np.random.default_rng(r).bytes)
        messages = key.decrypt_words(Ciphertexts(key.public.encryption, hidden, Scale(0, 0), fresh=False))
        parts = how.mask_part(ring, masks, shift), how.masked_part(ring, messages, key.public.group, shift)
        found = np.array(ring.to_signed(ring.add(*parts)).tolist())
        assert set(found - numbers // 4) <= {0, 1}


def test_what_the_owner_decrypts_depends_on_the_number_as_little_as_is_said() -> None:
    """All masks of 7 bits, for two numbers as far apart as the bound allows: the distance of the two views."""
    key, bound, bits = small_key(2), 9, 7
    count, group = 1 << bits, key.public.group
    how = Masking(layout_for(Scale(0, bound + count), count, 0, group), bits, ())
    masks, views = np.arange(count, dtype=np.uint64)[:, None], []
    for number in (-bound, bound):
        held = key.public.encrypt(np.full(count, number), bound=bound)
        hidden = how.hide(held, masks, np.random.default_rng(1).bytes)
        messages = key.decrypt_words(Ciphertexts(key.public.encryption, hidden, Scale(0, 0), fresh=False))
        seen = raised_fields(messages, how.layout, group)[..., 0]
        views.append(np.bincount(seen.astype(np.int64), minlength=1 << how.layout.width) / count)
    assert np.abs(views[0] - views[1]).sum() / 2 == 2 * bound / count


def test_masked_numbers_are_as_close_to_random_ones_as_is_said() -> None:
    """x + r is x / 2^b away from r, for the largest x there is and r below 2^b: that, for all numbers together."""
    for count in (1, 7, 1000):
        for bound in (1, 100, 2**40):
            how = masking_for(Scale(0, bound), (count,), None, small_key(12).public.group)
            assert count * bound * 2**masking.STATISTICAL <= 1 << how.bits
            assert bound + (1 << how.bits) <= 1 << how.layout.width - 1


def test_a_thousand_numbers_of_63_bits_go_into_59_ciphertexts_of_2048_bits() -> None:
    how = masking_for(Scale(0, 2**63), (1000,), None, Group((1 << 2048) - 1))
    assert how.groups == (59,)


def test_what_is_sent_is_rerandomised_by_uniformly_random_powers() -> None:
    group = small_key().public.group
    how = masking_for(Scale(0, BOUND), (3,), None, group)
    ones = group.in_form([1, 1, 1])
    held = Ciphertexts(Encryption(group, "short"), ones, Scale(0, BOUND), fresh=True)
    masks = how.draw(np.random.default_rng(1).bytes)
    assert len(set(masks[:, 0].tolist())) == 3
    hidden = how.hide(held, masks, np.random.default_rng(2).bytes)
    bare = how.hide(held, np.zeros_like(masks), np.random.default_rng(2).bytes)
    drawn = Encryption(group, "textbook").rerandomise(group.in_form([1] * len(hidden)), np.random.default_rng(2).bytes)
    assert np.array_equal(bare, drawn)
    assert not np.array_equal(hidden, bare)


async def three(ctx: mpc.Context, mine: Any) -> Any:
    held = small_key().public.encrypt([1, 2, 3], bound=BOUND)
    return await mpc.secret_from_ciphertexts(ctx, held, holder=0, owner=1, key=small_key())


@pytest.mark.parametrize(("number", "code"), [(-1, "paillier-range"), (0, "paillier-not-unit")])
def test_a_number_that_is_no_ciphertext_is_refused_by_name(
    number: int, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = to_shares._hidden

    def other(*args: Any) -> Any:
        return np.full_like(honest(*args), np.uint64(number % 2**64))

    monkeypatch.setattr(to_shares, "_hidden", other)
    refused = refusal_of(three)
    assert (refused.code, refused.party) == (code, "party0")


def described_as(monkeypatch: pytest.MonkeyPatch, **other: Any) -> None:
    """Let the holder tell the others something else than it has."""
    written = Description.message.fget
    monkeypatch.setattr(Description, "message", property(lambda honest: written(replace(honest, **other))))


LONGER = Layout(100, 4, 3)
"""Slots for which plaintexts of the key have no room."""


@pytest.mark.parametrize(
    ("told", "code"),
    [
        ({"key": b"k" * 32}, "paillier-other-key"),
        ({"key": b"k"}, "paillier-malformed"),
        ({"shape": (2,) * 9}, "paillier-malformed"),
        ({"shape": (1 << 31, 4)}, "paillier-malformed"),
        ({"shape": (0, *(2**32 - 1,) * 3)}, "paillier-malformed"),
        ({"scale": Scale(0, 1 << 8000)}, "range-exceeded"),
        ({"scale": Scale(1 << 20, 1)}, "paillier-malformed"),
        ({"scale": Scale(0, 1 << 9000)}, "paillier-malformed"),
        ({"layout": LONGER}, "paillier-malformed"),
    ],
    ids=["key", "short key", "axes", "sides", "empty and huge", "no float", "fraction", "bytes", "slots"],
)
def test_a_description_that_makes_no_sense_is_refused_by_name(
    told: dict[str, Any], code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    described_as(monkeypatch, **told)
    refused = refusal_of(three)
    assert refused.code == code
    assert code == "range-exceeded" or refused.party == "party0"


@pytest.mark.parametrize("data", [b"", b"\xc1", b"\x90", b"\x95\xc4\x00\x90\x00\xc4\x00\x90", bytes(40)])
def test_bytes_that_describe_nothing_are_a_value_error(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        Description.parsed(data)


def test_a_description_is_read_as_it_was_told() -> None:
    for held in (small_key().public.encrypt([[1.5], [2.5]]), small_key().public.encrypt_packed([1, 2], bound=9)):
        assert Description.parsed(Description.of(held).message.tobytes()) == Description.of(held)


def test_a_number_beyond_its_bound_is_refused_by_who_decrypts() -> None:
    """The bound is what the program vouched for by `within`; it runs over all slots."""

    async def main(ctx: mpc.Context, mine: Any) -> Any:
        held = small_key().public.encrypt([10**93], bound=10**94).within(1)
        return await mpc.secret_from_ciphertexts(ctx, held, holder=0, owner=1, key=small_key())

    assert refusal_of(main).code == "paillier-beyond-bound"


def test_who_takes_part_brings_what_the_call_is_of() -> None:
    async def nothing(ctx: mpc.Context, mine: Any) -> Any:
        return await mpc.secret_from_ciphertexts(ctx, holder=0, owner=1, key=small_key())

    async def alone(ctx: mpc.Context, mine: Any) -> Any:
        return await mpc.secret_from_ciphertexts(ctx, holder=1, owner=1, key=small_key())

    async def other(ctx: mpc.Context, mine: Any) -> Any:
        held: Any = [1, 2] if ctx.me == 0 else None
        return await mpc.secret_from_ciphertexts(ctx, held, holder=0, owner=1, key=small_key())

    async def no_key(ctx: mpc.Context, mine: Any) -> Any:
        key: Any = small_key().public
        return await mpc.secret_from_ciphertexts(ctx, key.encrypt([1], bound=BOUND), holder=0, owner=1, key=key)

    assert [refusal_of(main).code for main in (nothing, other, no_key)] == ["no-value"] * 3
    assert refusal_of(alone).code == "same-party"


def test_any_error_that_is_vouched_for_is_a_bound_or_refused() -> None:
    for error in (2.0**-30, np.float32(0.5), 1e300, 10**400, 0):
        fine = converted(np.array([0.0]), fractional_bits=1000, bound=0, error=error, revealed=False)
        assert fine.result is None
    for error in (-1, float("nan"), float("inf"), "0.1"):
        with pytest.raises(LocalError, match="bad-error"):
            converted([1.5], bound=BOUND, error=error)


def test_parties_that_vouch_for_different_errors_are_told() -> None:
    async def main(ctx: mpc.Context, mine: Any) -> Any:
        held = small_key().public.encrypt([1.5], bound=BOUND)
        return await mpc.secret_from_ciphertexts(ctx, held, holder=0, owner=1, key=small_key(), error=1.0 + ctx.me)

    assert refusal_of(main).code == "public-values-differ"


def test_a_bound_that_the_ring_does_not_hold_is_refused() -> None:
    """That of products by secret numbers, say, which count with all bits of their type."""

    async def main(ctx: mpc.Context, mine: Any) -> Any:
        held = small_key().public.encrypt([1, 2], bound=BOUND) * np.array([3, 4])
        return await mpc.secret_from_ciphertexts(ctx, held, holder=0, owner=1, key=small_key())

    assert refusal_of(main).code == "range-exceeded"


def test_a_plan_counts_what_a_run_takes() -> None:
    async def main(ctx: mpc.Context, mine: Any) -> Any:
        held = small_key().public.encrypt(mine, bound=BOUND) if ctx.me == 0 else None
        x = await mpc.secret_from_ciphertexts(ctx, held, holder=0, owner=2, key=small_key())
        return await mpc.reveal(ctx, x + 1)

    inputs = [np.arange(5), None, None]
    plan, run = mpc.plan(main, inputs).report, mpc.simulate(main, inputs).report
    assert (plan.rounds, plan.bytes_sent) == (run.rounds, run.bytes_sent)
    assert run.rounds == 2


def test_masks_are_drawn_anew_in_each_call(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[int] = []
    honest = to_shares._hidden

    def kept(how: Any, held: Any, masks: Any, source: Any) -> Any:
        drawn.extend(masks.ravel().tolist())
        return honest(how, held, masks, source)

    monkeypatch.setattr(to_shares, "_hidden", kept)
    for _ in range(2):
        converted(np.array([1, 2, 3]), bound=BOUND)
    assert len(set(drawn)) == len(drawn) == 6
    assert max(drawn) > 2**42  # six of 49 bits are below by chance in one run of 2^42
