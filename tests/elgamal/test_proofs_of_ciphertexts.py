"""Proofs of what is in ciphertexts: they hold for whoever made them, and for nobody who copied or changed them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from elgamal.elgamal_keys import TINY, key, tiny_key

import mpc
from mpc import elgamal, proofs
from mpc.algebra.group import Scalars
from mpc.algebra.ristretto import ORDER
from mpc.context import Context
from mpc.errors import LocalError, ParleyError, PeerError
from protocols.proofs.pedersen import Pedersen, pedersen
from protocols.proofs.proof import prove, verify
from protocols.proofs.transcript import Setting

ALICE = Setting.outside("alice", "tests")
VALUES = np.array([[3, -4], [0, 1]])


def encrypted(values: Any = VALUES) -> elgamal.Encrypted:
    return elgamal.encrypt_to_prove(key().public, values, bound=100)


def test_whoever_encrypted_knows_what_is_in_it() -> None:
    made = encrypted()
    assert np.array_equal(key().decrypt(made.ciphertexts), VALUES)
    statement = elgamal.known_plaintexts(made.ciphertexts)
    verify(ALICE, statement, prove(ALICE, statement, made.witness()))
    arrived = key().public.ciphertexts_from(elgamal.to_bytes(made.ciphertexts), "alice")
    again = elgamal.known_plaintexts(arrived)
    verify(ALICE, again, prove(ALICE, statement, made.witness()))


@pytest.mark.parametrize(
    "change",
    [lambda c: c + elgamal.public(1), lambda c: c * elgamal.public(2), lambda c: c.rerandomised(), lambda c: c[::-1],
     lambda c: -c, lambda c: key().encrypt(VALUES, bound=100)],
    ids=["sum", "product", "rerandomised", "reversed", "negated", "others"],
)  # fmt: skip
def test_what_was_made_of_it_is_another_statement(change: Any) -> None:
    made = encrypted()
    changed = elgamal.known_plaintexts(change(made.ciphertexts))
    with pytest.raises(LocalError, match="wrong-witness"):
        prove(ALICE, changed, made.witness())
    proof = prove(ALICE, elgamal.known_plaintexts(made.ciphertexts), made.witness())
    with pytest.raises(ParleyError, match="proof-of-another-statement"):
        verify(ALICE, changed, proof)


def test_of_a_tiny_group_only_what_was_put_in_is_a_witness() -> None:
    """All messages and all randomness are tried: what the statement maps to the ciphertext is what made it."""
    order = TINY.order.n
    for m in (-3, 0, 2):
        made = elgamal.encrypt_to_prove(tiny_key(7).public, m, bound=3)
        statement = elgamal.known_plaintexts(made.ciphertexts)
        right = []
        for r in range(order):
            for message in range(order):
                witness = Scalars.of(TINY.order, [r, message])
                if statement.commit(witness, witness).equals(statement.images.reshape(-1)).all():
                    right.append((r, message))
        assert right == [(made.randomness.to_ints()[0], m % order)]


def test_what_is_encrypted_is_what_was_committed_to() -> None:
    made = encrypted()
    commitments, blindings = pedersen().commit(made.messages)
    statement = elgamal.same_as_committed(made.ciphertexts, commitments, pedersen())
    verify(ALICE, statement, prove(ALICE, statement, made.witness(blindings)))
    others, more = pedersen().commit(made.messages + Scalars.of(ORDER, 1))
    for wrong, witness in ((others, more), (commitments, more)):
        with pytest.raises(LocalError, match="wrong-witness"):
            prove(ALICE, elgamal.same_as_committed(made.ciphertexts, wrong, pedersen()), made.witness(witness))
    with pytest.raises(LocalError, match="wrong-statement"):
        elgamal.same_as_committed(made.ciphertexts[0], commitments, pedersen())


def test_both_statements_over_a_tiny_group() -> None:
    made = elgamal.encrypt_to_prove(tiny_key(3).public, [1, -2, 5], bound=5)
    commitments, blindings = Pedersen(TINY).commit(made.messages)
    for statement, witness in (
        (elgamal.known_plaintexts(made.ciphertexts), made.witness()),
        (elgamal.same_as_committed(made.ciphertexts, commitments, Pedersen(TINY)), made.witness(blindings)),
    ):
        verify(ALICE, statement, prove(ALICE, statement, witness))


@pytest.mark.parametrize("vote", [0, 1, 7, -1])
def test_a_vote_that_is_declared_to_be_1_at_most_is_proved_only_if_it_is(vote: int) -> None:
    made = elgamal.encrypt_to_prove(key().public, vote, bound=7)
    declared = elgamal.to_bytes(made.ciphertexts.within(1))
    arrived = key().public.ciphertexts_from(declared, "alice", shape=(), bound=1)
    points, blindings = pedersen().commit(made.messages)
    same = elgamal.same_as_committed(arrived, points, pedersen())
    verify(ALICE, same, prove(ALICE, same, made.witness(blindings)))
    either = proofs.AtLeastOne(*(pedersen().is_public(points, proofs.scalars(v)) for v in (0, 1)))
    for index in (0, 1):
        witness = either.witness(index, blindings.reshape(1))
        if index == vote:
            verify(ALICE, either, prove(ALICE, either, witness))
        else:
            with pytest.raises(LocalError, match="wrong-witness"):
                prove(ALICE, either, witness)


def test_a_half_is_proved_to_be_1_only_where_a_fractional_bit_is_expected() -> None:
    public = key().public
    made = elgamal.encrypt_to_prove(public, 0.5, bound=1, fractional_bits=1)
    sent = elgamal.to_bytes(made.ciphertexts)
    with pytest.raises(PeerError, match="alice sent numbers of 1 fractional bits, where 0 are expected"):
        public.ciphertexts_from(sent, "alice", shape=(), bound=1)
    arrived = public.ciphertexts_from(sent, "alice", shape=(), bound=1, fractional_bits=1)
    points, blindings = pedersen().commit(made.messages)
    one = pedersen().is_public(points, proofs.scalars(1))
    verify(ALICE, one, prove(ALICE, one, blindings.reshape(1)))
    assert arrived.fractional_bits == 1
    assert key().decrypt(arrived) == 0.5


def test_a_number_in_a_range_is_encrypted_in_a_run() -> None:
    """Party 0 encrypts numbers of 8 bits for party 1, which need not trust it that they are."""

    async def program(ctx: Context, mine: Any) -> Any:
        public, values = key().public, np.array([255, 0], np.uint64)
        made = elgamal.encrypt_to_prove(public, values, bound=255)
        points, blindings = pedersen().commit(made.messages)
        if ctx.me == 0:
            await proofs.send_points(ctx, 1, points)
            for part in made.ciphertexts.parts:
                await proofs.send_points(ctx, 1, part)
            await proofs.prove(
                ctx, 1, elgamal.same_as_committed(made.ciphertexts, points, pedersen()), made.witness(blindings)
            )
            return await proofs.prove_range(ctx, 1, values, points, blindings, bits=8)
        points, first, second = [await proofs.receive_points(ctx, 0, (2,)) for _ in range(3)]
        words = np.concatenate([first.words, second.words], axis=-1)
        got = elgamal.Ciphertexts(public.encryption, words, made.ciphertexts.scale, fresh=False)
        await proofs.verify(ctx, 0, elgamal.same_as_committed(got, points, pedersen()))
        await proofs.verify_range(ctx, 0, points, bits=8)
        return key().decrypt(got).tolist()

    assert mpc.simulate(program, inputs=[None, None], check_costs=True).results[1] == [255, 0]
