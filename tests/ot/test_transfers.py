"""Transfers of all kinds: the receiver has what it chose, over every extension and every pattern of choices."""

import numpy as np
import pytest
from extensions import EXTENSIONS, IDEAL, every_extension, over, some_bits, words
from hypothesis import given
from hypothesis import strategies as st
from pairs import all_choices, chosen, digest, results, run_pair, with_fault

from mpc.algebra import bits
from mpc.errors import LocalError, PeerError
from mpc.testing import Fault
from protocols.ot import transfers

# random transfers


@every_extension
@pytest.mark.parametrize("width", [1, 2, 3, 8])
def test_random(setups, width):
    pairs, (choices, own) = results(
        *over(
            setups,
            lambda ctx, cot: transfers.random_send(ctx, cot, 70, width),
            lambda ctx, cot: transfers.random_receive(ctx, cot, 70, width),
        ),
        audit=True,
    )
    assert pairs.shape == (70, 2, width)
    picked = bits.unpack(choices, 70)
    assert (own == chosen(pairs, picked)).all()
    assert len(np.unique(pairs.reshape(140, width), axis=0)) == 140
    assert not (own == chosen(pairs, 1 - picked)).any()


def test_calls_on_one_end_are_fresh():
    async def send(ctx, cot):
        return [await transfers.random_send(ctx, cot, 5) for _ in range(3)]

    async def receive(ctx, cot):
        return [await transfers.random_receive(ctx, cot, 5) for _ in range(3)]

    sent, received = results(*over(EXTENSIONS["softspoken"], send, receive))
    for pairs, (choices, own) in zip(sent, received, strict=True):
        assert (own == chosen(pairs, bits.unpack(choices, 5))).all()
    assert len(np.unique(np.concatenate(sent).reshape(-1, 2), axis=0)) == 30


# chosen messages


def chosen_messages(setups, messages, choices, **options):
    return results(
        *over(
            setups,
            lambda ctx, cot: transfers.send(ctx, cot, messages),
            lambda ctx, cot: transfers.receive(ctx, cot, bits.pack(choices), len(choices), messages.shape[2]),
        ),
        **options,
    )


@every_extension
@pytest.mark.parametrize(("count", "width"), [(1, 1), (64, 2), (65, 3), (0, 1)])
def test_chosen_messages(setups, count, width):
    messages, choices = words((count, 2, width)), some_bits(count)
    _, got = chosen_messages(setups, messages, choices, audit=True)
    assert (got == chosen(messages, choices)).all()


def test_every_pattern_of_choices():
    messages = words((4, 2, 1))
    for choices in all_choices(4):
        assert (chosen_messages(IDEAL, messages, choices)[1] == chosen(messages, choices)).all()


@pytest.mark.parametrize("places", [(1, 0), (2, 1)])
def test_any_two_of_three_parties(places):
    messages, choices = words((9, 2, 2)), some_bits(9)
    _, got = chosen_messages(EXTENSIONS["softspoken malicious"], messages, choices, n=3, places=places)
    assert (got == chosen(messages, choices)).all()


def test_the_messages_sent_are_masked():
    """What travels depends on the messages only through pads: equal messages look different."""
    messages = np.zeros((50, 2, 2), np.uint64)
    _, got = chosen_messages(IDEAL, messages, some_bits(50))
    assert not got.any()
    # Of zeros, the offer is the pads themselves.
    pairs, _ = results(
        *over(
            IDEAL,
            lambda ctx, cot: transfers.random_send(ctx, cot, 50),
            lambda ctx, cot: transfers.random_receive(ctx, cot, 50),
        )
    )
    assert len(np.unique(pairs)) == 200


# one of many


def many(setups, messages, choices, **options):
    return results(
        *over(
            setups,
            lambda ctx, cot: transfers.many_send(ctx, cot, messages),
            lambda ctx, cot: transfers.many_receive(ctx, cot, choices, messages.shape[1], messages.shape[2]),
        ),
        **options,
    )[1]


@every_extension
@pytest.mark.parametrize(("offered", "width"), [(2, 1), (16, 1), (8, 3)])
def test_one_of_many(setups, offered, width):
    messages, choices = words((20, offered, width)), words(20, 3) % np.uint64(offered)
    assert (many(setups, messages, choices, audit=True) == chosen(messages, choices)).all()


def test_every_place_of_four():
    messages = words((16, 4, 1))
    choices = np.array([v for v in range(4) for _ in range(4)], np.uint64)
    assert (many(IDEAL, messages, choices) == chosen(messages, choices)).all()


@given(st.integers(0, 200), st.integers(1, 5), st.integers(0, 2**32))
def test_shapes_and_choices_of_all_kinds(count, width, seed):
    messages, choices = words((count, 2, width), seed), some_bits(count, seed)
    assert (chosen_messages(IDEAL, messages, choices)[1] == chosen(messages, choices)).all()


# wrong use, wrong messages


@pytest.mark.parametrize(
    ("choices", "code"),
    [
        (np.zeros(2, np.uint64), "wrong-choices"),
        (np.zeros(1, np.uint8), "wrong-choices"),
        (np.full(1, 2**5, np.uint64), "wrong-choices"),
    ],
)
def test_choices_must_be_packed(choices, code):
    roles = over(
        IDEAL,
        lambda ctx, cot: transfers.send(ctx, cot, words((5, 2, 1))),
        lambda ctx, cot: transfers.receive(ctx, cot, choices, 5, 1),
    )
    with pytest.raises(LocalError) as caught:
        results(*roles)
    assert caught.value.code == code


@pytest.mark.parametrize("offered", [1, 3, 6])
def test_offers_are_powers_of_two(offered):
    with pytest.raises(LocalError) as caught:
        many(IDEAL, words((5, offered, 1)), np.zeros(5, np.uint64))
    assert caught.value.code == "wrong-parameter"


def test_places_must_exist():
    with pytest.raises(LocalError) as caught:
        many(IDEAL, words((1, 4, 1)), np.array([4], np.uint64))
    assert caught.value.code == "wrong-choices"


def test_too_long_messages():
    with pytest.raises(LocalError) as caught:
        chosen_messages(IDEAL, np.zeros((1, 2, 2**17 + 1), np.uint64), some_bits(1))
    assert caught.value.code == "wrong-parameter"


@pytest.mark.parametrize("party", [0, 1])
def test_messages_of_another_shape_are_refused_by_name(party):
    messages, choices = words((5, 2, 1)), some_bits(5)
    runs, struck = with_fault(
        *over(
            IDEAL,
            lambda ctx, cot: transfers.send(ctx, cot, messages),
            lambda ctx, cot: transfers.receive(ctx, cot, bits.pack(choices), 5, 1),
        ),
        party, Fault("truncate", 0),
    )  # fmt: skip
    assert struck == 1
    assert isinstance(runs[1 - party].error, PeerError)
    assert runs[1 - party].error.party == f"party{party}"


def test_parties_at_different_transfers_notice():
    runs = run_pair(
        *over(
            IDEAL,
            lambda ctx, cot: transfers.send(ctx, cot, words((5, 2, 1))),
            lambda ctx, cot: transfers.many_receive(ctx, cot, np.zeros(5, np.uint64), 2, 1),
        ),
        collect=True,
    )
    assert "program-diverged" in {run.error.code for run in runs}


def test_messages_have_not_changed():
    found = {}
    for name, send, receive in (
        (
            "chosen",
            lambda ctx, cot: transfers.send(ctx, cot, words((5, 2, 3))),
            lambda ctx, cot: transfers.receive(ctx, cot, np.array([19], np.uint64), 5, 3),
        ),
        (
            "many",
            lambda ctx, cot: transfers.many_send(ctx, cot, words((3, 4, 1))),
            lambda ctx, cot: transfers.many_receive(ctx, cot, np.array([0, 3, 2], np.uint64), 4, 1),
        ),
    ):
        found[name] = digest(*over(EXTENSIONS["softspoken"], send, receive))[:16]
    assert found == {
        "chosen": "62a78bbb7c25e556",
        "many": "211df65cc3b0a864",
    }
