"""Hashes under a named domain: what goes in differs if anything differs, and what comes out differs by its name."""

from __future__ import annotations

from hashlib import shake_256

import numpy as np
import pytest
import trio
from hypothesis import given
from hypothesis import strategies as st

from mpc.algebra.ring import U64
from mpc.context import Context
from mpc.domain_hash import DomainHash
from mpc.errors import LocalError
from mpc.prg import encode_domain
from mpc.simulation import Setting, run_in_memory
from protocols.beaver import SUITE
from protocols.preprocessing.dealer import local_supplies

scalars = st.one_of(st.integers(), st.text(max_size=3), st.binary(max_size=3), st.tuples(st.integers(0, 3)))
values = st.lists(scalars, max_size=4)


def same(x: object, y: object) -> bool:
    """Equal in type as well."""
    return type(x) is type(y) and x == y


@given(one=values, other=values)
def test_sequences_that_differ_have_different_hashes(one: list[object], other: list[object]) -> None:
    digests = [DomainHash("test").absorb(*sequence).bytes(32) for sequence in (one, other)]
    equal = len(one) == len(other) and all(same(x, y) for x, y in zip(one, other, strict=True))
    assert (digests[0] == digests[1]) == equal


def test_absorbing_at_once_or_one_by_one_is_the_same() -> None:
    assert DomainHash("test").absorb(1, b"x").bytes(8) == DomainHash("test").absorb(1).absorb(b"x").bytes(8)


def test_arrays_differ_by_content_shape_and_dtype() -> None:
    base = np.arange(6, dtype=U64)
    arrays = [
        base, base.reshape(2, 3), base.reshape(3, 2), base.astype(np.uint8), base.view(np.int64), base[:5],
        base.reshape(6, 1), base + np.uint64(1), base.view(np.uint8), np.zeros(0, U64), np.zeros((0, 2), U64),
    ]  # fmt: skip
    hashes = {DomainHash("test").absorb(array).bytes(32) for array in arrays}
    assert len(hashes) == len(arrays)
    turned = np.asfortranarray(base.reshape(2, 3))
    assert DomainHash("test").absorb(turned).bytes(8) == DomainHash("test").absorb(base.reshape(2, 3)).bytes(8)
    assert DomainHash("test").absorb(base.astype(">u8")).bytes(8) == DomainHash("test").absorb(base).bytes(8)


def test_it_is_shake_256_of_the_encoded_domain() -> None:
    expected = shake_256(encode_domain(("test", (1, 2), 5)) + b"abc").digest(20)
    assert DomainHash("test", (1, 2), 5).absorb_fixed(b"abc").bytes(20) == expected


def test_a_copy_goes_its_own_way() -> None:
    base = DomainHash("test").absorb(1)
    before = base.bytes(8)
    assert base.copy().absorb(2).bytes(8) != before
    assert base.bytes(8) == before


def test_what_is_squeezed_by_name_is_new_each_time() -> None:
    transcript = DomainHash("test").absorb(b"statement")
    drawn = [transcript.challenge("e", 128) for _ in range(3)] + [transcript.challenge("f", 128)]
    assert len(set(drawn)) == 4
    assert all(0 <= each < 1 << 128 for each in drawn)
    assert {DomainHash("test").absorb(k).challenge("bit", 1) for k in range(40)} == {0, 1}


def test_field_elements_are_below_the_modulus() -> None:
    drawn = DomainHash("test").elements("x", 17, (1000,))
    assert set(drawn.tolist()) == set(range(17))
    again = DomainHash("test").elements("x", 17, (1000,))
    np.testing.assert_array_equal(drawn, again)


def test_what_is_no_value_is_refused() -> None:
    with pytest.raises(LocalError, match="wrong-domain"):
        DomainHash("test").absorb(1.5)  # type: ignore[arg-type]


def test_a_context_separates_session_call_domain_and_use() -> None:
    async def main(ctx: Context, mine: object) -> list[bytes]:
        child = ctx.child("call")
        hashes = [
            ctx.hash("a"), ctx.hash("b"), ctx.hash("a", 1), ctx.hash("a", "1"), child.hash("a"), ctx.session.hash("a")
        ]  # fmt: skip
        assert ctx.hash("a").bytes(8) == hashes[0].bytes(8)
        return [each.bytes(32) for each in hashes]

    runs = [trio.run(run_in_memory, main, [None] * 2, local_supplies(2), Setting(SUITE)) for _ in range(2)]
    assert runs[0][0].result == runs[0][1].result
    assert len({digest for run in runs for digest in run[0].result}) == 12
