"""Products modulo many small numbers: shares add up over every extension, and each alone is uniform."""

import numpy as np
import pytest
from extensions import EXTENSIONS, IDEAL, every_extension, over
from hypothesis import given, settings
from hypothesis import strategies as st
from pairs import results, run_pair, with_fault

from mpc.algebra.residues import Residues
from mpc.testing import Fault
from protocols.ot.small_products import small_product_receive, small_product_send

SMALL, MIXED = Residues((3, 5)), Residues((729, 625, 343, 11, 1021))


def multiplied(setups, modulo, x, y, **options):
    return results(
        *over(
            setups,
            lambda ctx, cot: small_product_send(ctx, cot, modulo, x),
            lambda ctx, cot: small_product_receive(ctx, cot, modulo, y),
        ),
        **options,
    )


def residues(modulo, shape, seed=0):
    rng = np.random.default_rng(seed)
    return rng.integers(0, modulo.moduli, (*shape, len(modulo.moduli)), np.uint64)


@every_extension
@pytest.mark.parametrize("shape", [(), (0,), (13,), (2, 3)], ids=str)
def test_shares_add_up_to_the_products(setups, shape):
    x, y = residues(MIXED, shape), residues(MIXED, shape, 1)
    sent, received = multiplied(setups, MIXED, x, y, audit=True)
    assert sent.shape == received.shape == x.shape
    assert (MIXED.add(sent, received) == MIXED.mul(x, y)).all()


@settings(max_examples=20)
@given(st.data())
def test_all_pairs_of_small_residues(data):
    seed = data.draw(st.integers(0, 2**32))
    pairs = np.array([(a, b) for a in range(15) for b in range(15)])
    x, y = (np.stack([pairs[:, i] % 3, pairs[:, i] % 5], axis=-1).astype(np.uint64) for i in (0, 1))
    sent, received = multiplied(IDEAL, SMALL, x, y, seed=f"pairs {seed}")
    assert (SMALL.add(sent, received) == SMALL.mul(x, y)).all()
    assert SMALL.fits(sent)
    assert SMALL.fits(received)


@pytest.mark.parametrize("party", [0, 1])
def test_an_end_sees_uniform_shares_whatever_the_other_has(party):
    """Counts of one end's shares for extreme inputs of the other: within five deviations of an even spread."""
    own = residues(SMALL, (4000,))
    for other in (0, 2):
        theirs = np.full_like(own, other)
        x, y = (own, theirs) if party == 0 else (theirs, own)
        share = multiplied(EXTENSIONS["softspoken"], SMALL, x, y)[party]
        for column, m in enumerate(SMALL.moduli):
            counts = np.bincount(share[:, column].astype(np.intp), minlength=m)
            assert abs(counts - 4000 / m).max() < 5 * (4000 / m) ** 0.5


def test_corrections_that_are_no_residues_name_their_sender():
    async def sender(ctx, cot):
        return await small_product_send(ctx, cot, Residues((7, 5)), residues(SMALL, (50,)))

    async def receiver(ctx, cot):
        return await small_product_receive(ctx, cot, SMALL, residues(SMALL, (50,)))

    _, received = run_pair(*over(IDEAL, sender, receiver), collect=True)
    assert received.error.code == "malformed-residues"
    assert received.error.party == "party0"


def test_a_message_of_another_size_names_its_sender():
    def role(call, shape):
        return lambda ctx, cot: call(ctx, cot, SMALL, residues(SMALL, shape))

    roles = over(IDEAL, role(small_product_send, (3,)), role(small_product_receive, (3,)))
    runs, struck = with_fault(*roles, 0, Fault("truncate", lambda to, message: message.array.ndim == 3))
    assert struck
    assert {run.error.code for run in runs} & {"unexpected-message"}
