"""Products that are sent with their proofs: right, as dear as declared, refused from who deviates."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from paillier_proof_cases import SAFE_FACTORS, flipped, key, ring_pedersen

import mpc
from mpc.algebra.group import Scalars
from mpc.algebra.ristretto import ORDER
from mpc.context import Context
from mpc.errors import ParleyError
from protocols import proofs
from protocols.paillier.keys import PrivateKey
from protocols.proofs import product_sending
from protocols.proofs.affine_cggmp21 import commit_to_prove
from protocols.proofs.encryption_cggmp21 import encrypt_to_prove
from protocols.proofs.pedersen import pedersen

C, X, Y = np.array([[3, -4]]), np.array([[5, 6]]), np.array([[2**400, -1]], object)


def others_key() -> PrivateKey:
    return PrivateKey.insecure_of(*SAFE_FACTORS)


def fixed() -> Any:
    """Ciphertexts that both parties have: of c, and of x with the secrets of who encrypted it."""
    return encrypt_to_prove(key().public, C, bound=4), encrypt_to_prove(key().public, X, bound=6)


async def multiplication(ctx: Context, mine: Any) -> Any:
    """Party 1 multiplies what party 0 encrypted by its own encrypted numbers."""
    if ctx.me == 0:
        c, x = mine
        return key().decrypt(await proofs.receive_multiplied(ctx, 1, x.ciphertexts, c.ciphertexts)).tolist()
    await proofs.send_multiplied(ctx, 0, mine[1], mine[0].ciphertexts)
    return None


@pytest.mark.parametrize("form", ["encrypted", "committed", "in the group"])
def test_an_affine_operation(form: str) -> None:
    c = encrypt_to_prove(key().public, C, bound=4).ciphertexts
    own, to = others_key(), ring_pedersen().public
    blinded = form == "committed"
    x = (
        encrypt_to_prove(own.public, X, bound=6)
        if form == "encrypted"
        else commit_to_prove(c, X, bound=6, blinded=blinded)
    )

    async def program(ctx: Context, mine: Any) -> Any:
        if ctx.me == 1:
            y = proofs.encrypt_to_prove(own.public, Y, bound=2**500)
            return await proofs.send_affine(ctx, 0, c, x, y, to)
        stated = 6 if form == "encrypted" else x.elements
        found = await proofs.receive_affine(ctx, 1, c, own.public, to, x=stated, y_bound=2**500)
        assert found.d.scale.bound == found.proved_bound > 2**700
        assert own.decrypt(found.y).tolist() == Y.tolist()
        return key().decrypt(found.d).tolist()

    run = mpc.simulate(program, inputs=[None, None], check_costs=True)
    assert run.result == (C * X + Y).tolist()
    assert run.report.rounds == 1


def test_a_multiplication() -> None:
    run = mpc.simulate(multiplication, inputs=[shared := fixed(), shared], check_costs=True)
    assert run.result == (C * X).tolist()
    assert run.report.rounds == 1


def test_a_product_by_other_numbers_is_refused() -> None:
    shared, other = fixed(), encrypt_to_prove(key().public, X + 1, bound=9)
    with pytest.raises(ParleyError) as ended:
        mpc.simulate(multiplication, inputs=[shared, (shared[0], other)])
    assert ended.value.code == "proof-of-another-statement"
    assert ended.value.party == "party1"


@pytest.mark.parametrize("name", ["prove_multiplied", "prove_affine"])
def test_a_bent_proof_names_its_prover(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    honest = getattr(product_sending, name)
    monkeypatch.setattr(product_sending, name, lambda *args: flipped(honest(*args), -64))
    shared, own = fixed(), others_key()

    async def program(ctx: Context, mine: Any) -> None:
        if name == "prove_multiplied":
            await multiplication(ctx, shared)
        elif ctx.me == 1:
            y = encrypt_to_prove(own.public, Y, bound=2**500)
            await proofs.send_affine(ctx, 0, shared[0].ciphertexts, shared[0], y, ring_pedersen().public)
        else:
            c = shared[0].ciphertexts
            await proofs.receive_affine(ctx, 1, c, own.public, ring_pedersen().public, x=4, y_bound=2**500)

    if name == "prove_affine":
        shared = (encrypt_to_prove(key().public, C, bound=4), None)
        own = key()
    with pytest.raises(ParleyError) as ended:
        mpc.simulate(program, inputs=[None, None])
    assert ended.value.code in ("proof-refused", "malformed-proof")
    assert ended.value.party == "party1"


@pytest.mark.parametrize(("word", "code"), [(0, "paillier-not-unit"), (2**64 - 1, "paillier-range")])
def test_numbers_that_are_no_ciphertexts_name_their_sender(
    word: int, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = product_sending._numbers
    monkeypatch.setattr(product_sending, "_numbers", lambda sent: np.full_like(honest(sent), word))
    with pytest.raises(ParleyError) as ended:
        mpc.simulate(multiplication, inputs=[shared := fixed(), shared])
    assert (ended.value.code, ended.value.party) == (code, "party1")


@pytest.mark.parametrize("right", [True, False])
def test_encrypted_numbers_are_those_that_were_committed_to(right: bool) -> None:
    commitments, blindings = pedersen().commit(Scalars.of(ORDER, [[3, ORDER.n - 4]]))
    to = ring_pedersen().public

    async def program(ctx: Context, mine: Any) -> Any:
        if ctx.me == 1:
            values = C if right else C + 1
            opening = {"commitments": commitments, "blindings": blindings}
            await proofs.send_encrypted(ctx, 0, key().public, values, to, bound=9, **opening)
            return None
        made = await proofs.receive_encrypted(ctx, 1, key().public, to, C.shape, bound=9, commitments=commitments)
        return key().decrypt(made).tolist()

    if right:
        assert mpc.simulate(program, inputs=[None, None], check_costs=True).result == C.tolist()
    else:
        with pytest.raises(ParleyError) as ended:
            mpc.simulate(program, inputs=[None, None])
        assert ended.value.code in ("wrong-witness", "peer-failed")
