"""Products of bits with words and with bits: shares add up, over every extension, choices random or given."""

import numpy as np
import pytest
from extensions import EXTENSIONS, IDEAL, every_extension, over, some_bits, words
from pairs import all_choices, digest, results, run_pair

from mpc.algebra import bits
from mpc.algebra.wide_ring import Z128
from mpc.errors import LocalError
from protocols.ot import products_alsz13 as products
from protocols.ot.groups import Group, weighed
from protocols.ot.pads import pad_planes, sender_products
from protocols.ot.wide_products import wide_sender_products


def given(choices):
    """Roles that take correlations with these choices, or with random ones for a count."""
    if isinstance(choices, int):
        return (
            lambda ctx, cot: products.random_choices_send(ctx, cot, choices),
            lambda ctx, cot: products.random_choices_receive(ctx, cot, choices),
        )
    return (
        lambda ctx, cot: products.given_choices_send(ctx, cot, len(choices)),
        lambda ctx, cot: products.given_choices_receive(ctx, cot, bits.pack(choices), len(choices)),
    )


def then(setups, choices, send, receive, **options):
    """Both ends' results of a call on correlations; the receiver's with its choices."""
    send_choices, receive_choices = given(choices)

    async def sender(ctx, cot):
        return await send(ctx, cot, await send_choices(ctx, cot))

    async def receiver(ctx, cot):
        held = await receive_choices(ctx, cot)
        return bits.unpack(held.choices, len(held.labels)), await receive(ctx, cot, held)

    sent, (found, received) = results(*over(setups, sender, receiver), **options)
    if not isinstance(choices, int):
        assert (found == choices).all()
    return found, sent, received


def multiplied(setups, choices, x, groups, targets=1, words=1, **options):
    count, length = x.shape[-2:] if words == 1 else x.shape[-3:-1]
    return then(
        setups, choices,
        lambda ctx, cot, held: products.product_send(ctx, cot, held, x, groups, targets, words),
        lambda ctx, cot, held: products.product_receive(ctx, cot, held, count, length, groups, targets, words),
        **options,
    )  # fmt: skip


def total(choices, x, groups, targets):
    """The sums of 2^shift b x, by target, on integers; and modulo what each is right."""
    count, length = x.shape[-2:]
    sums = np.zeros((targets, count, length), object)
    for g, group in enumerate(groups):
        own = x if x.ndim == 2 else x[g]
        chosen = choices[g * count : (g + 1) * count].astype(object)
        sums[group.target] += (chosen[:, None] * own.astype(object)) << group.shift
    return sums


START = np.array([1, 2], np.uint64)
GROUPS = (Group(64), Group(1, 0, 1), Group(17, 3, 2))


@every_extension
@pytest.mark.parametrize("random", [False, True])
@pytest.mark.parametrize(("count", "length", "same"), [(64, 1, True), (2, 3, False), (65, 2, True), (3, 1, False)])
def test_products(setups, random, count, length, same):
    x = words((count, length) if same else (len(GROUPS), count, length))
    choices = 3 * count if random else some_bits(3 * count)
    found, sent, received = multiplied(setups, choices, x, GROUPS, 3, audit=True)
    expected = total(found, x, GROUPS, 3)
    for group in GROUPS:
        modulus = 2 ** (group.width + group.shift)
        both = sent[group.target].astype(object) + received[group.target].astype(object)
        assert ((both - expected[group.target]) % modulus == 0).all()


@pytest.mark.parametrize("k", [1, 5, 64])
def test_products_of_words_by_gilboa(k):
    """x y mod 2^k from one product for each bit of y, of which k - i bits travel for bit i."""
    x, y = words(10, 1), words(10, 2)
    y_bits = np.concatenate([(y >> np.uint64(i)) & np.uint64(1) for i in range(k)]).astype(np.uint8)
    _, sent, received = multiplied(IDEAL, y_bits, x[:, None], weighed(k), audit=True)
    assert ((sent + received - (x * y)[:, None]) << np.uint64(64 - k) == 0).all()


def test_every_product_of_few_bits():
    for choices in all_choices(3):
        for value in range(8):
            x = np.full((3, 1), value, np.uint64)
            _, sent, received = multiplied(IDEAL, choices, x, (Group(3),))
            assert ((sent + received)[0] % 8 == x * choices[:, None] % 8).all()


def test_rows_of_more_words_than_a_hash_has_blocks_in_a_register():
    x = words((2, 4100))
    found, sent, received = multiplied(EXTENSIONS["softspoken"], 4, x, (Group(60, 4), Group(64)), audit=True)
    assert ((sent + received)[0] == found[:2, None] * (x << np.uint64(4)) + found[2:, None] * x).all()


WIDE_GROUPS = (Group(128), Group(1, 0, 1), Group(70, 5, 2), Group(1, 127, 0))


@every_extension
@pytest.mark.parametrize("random", [False, True])
@pytest.mark.parametrize(("count", "length", "same"), [(64, 1, True), (2, 3, False), (65, 2, True)])
def test_products_of_two_words(setups, random, count, length, same):
    x = words((count, length, 2) if same else (len(WIDE_GROUPS), count, length, 2))
    whole = Z128.to_signed(x)
    choices = 4 * count if random else some_bits(4 * count)
    found, sent, received = multiplied(setups, choices, x, WIDE_GROUPS, 3, 2, audit=True)
    expected, both = total(found, whole, WIDE_GROUPS, 3), Z128.to_signed(Z128.add(sent, received))
    for group in WIDE_GROUPS[1:]:
        modulus = 2 ** (group.width + group.shift)
        assert ((both - expected)[group.target] % modulus == 0).all()


def test_products_of_two_words_by_gilboa():
    x, y = words((10, 2), 1), words((10, 2), 2)
    y_bits = np.concatenate([bits.unpack(plane, 10) for plane in Z128.planes(y, 128)])
    _, sent, received = multiplied(IDEAL, y_bits, x[:, None], weighed(128), 1, 2, audit=True)
    assert (Z128.add(sent, received)[0, :, 0] == Z128.mul(x, y)).all()


def test_what_is_too_wide_for_the_words_is_refused():
    for groups, of in (((Group(65),), 1), ((Group(128, 1),), 2)):
        x = np.zeros((1, 1) if of == 1 else (1, 1, 2), np.uint64)
        with pytest.raises(LocalError, match="wrong-parameter"):
            multiplied(IDEAL, 1, x, groups, 1, of)


@pytest.mark.parametrize("value", [0, 2**64 - 1])
@pytest.mark.parametrize("turned", [False, True])
def test_corrections_of_two_words_say_nothing_of_what_is_multiplied(value, turned):
    count, groups = 2**13, (Group(128),)
    labels, delta, shares = words((count, 2)), words(2, 1), Z128.zeros((1, count, 1))
    turns = np.full(count // 64, 2**64 - 1, np.uint64) if turned else None
    x = np.full((count, 1, 2), value, np.uint64)
    sent = wide_sender_products(labels, turns, delta, x, START, 0, groups, shares).reshape(128, -1)
    for plane in sent:
        assert abs(int(bits.unpack(plane, count).sum()) - count / 2) < 2.5 * count**0.5


@pytest.mark.parametrize("value", [0, 2**64 - 1])
@pytest.mark.parametrize("turned", [False, True])
def test_corrections_say_nothing_of_what_is_multiplied(value, turned):
    """Where the receiver lacks a pad, every bit of a correction is one half of the time, whatever x is."""
    count, groups = 2**14, (Group(64),)
    labels, delta, shares = words((count, 2)), words(2, 1), np.zeros((1, count, 1), np.uint64)
    turns = np.full(count // 64, 2**64 - 1, np.uint64) if turned else None
    x = np.full((count, 1), value, np.uint64)
    sent = sender_products(labels, turns, delta, x, START, 0, groups, shares).reshape(64, -1)
    for plane in sent:
        assert abs(int(bits.unpack(plane, count).sum()) - count / 2) < 2.5 * count**0.5
    # The receiver's pad for choice 0 is the sender's share, for choice 1 the other one; the other is what hides x.
    known, hidden = (delta, np.zeros(2, np.uint64)) if turned else (np.zeros(2, np.uint64), delta)
    p, q = (pad_planes(labels, offset, START, 0, 64) for offset in (known, hidden))
    own, other = (bits.from_planes(planes, count) for planes in (p, q))
    assert (bits.from_planes(sent, count) == x[:, 0] + own - other).all()
    assert (shares[0, :, 0] == np.uint64(0) - own).all()


# products of bits


@every_extension
@pytest.mark.parametrize("words_of_choices", [1, 3])
@pytest.mark.parametrize("rows", [1, 2, 64])
def test_products_of_given_bits(setups, words_of_choices, rows):
    x, choices = words((rows, words_of_choices)), some_bits(64 * words_of_choices)
    _, sent, received = then(
        setups, choices,
        lambda ctx, cot, held: products.and_send(ctx, cot, held, x),
        lambda ctx, cot, held: products.and_receive(ctx, cot, held, rows),
        audit=True,
    )  # fmt: skip
    assert (sent ^ received == x & bits.pack(choices)).all()


@every_extension
@pytest.mark.parametrize("rows", [1, 2, 64])
def test_products_of_random_bits(setups, rows):
    """No message but the correlations'; the bits look random and are different in each row."""
    found, (x, sent), received = then(
        setups, 512,
        lambda ctx, cot, held: products.random_ands_send(ctx, cot, held, rows),
        lambda ctx, cot, held: products.random_ands_receive(ctx, cot, held, rows),
        audit=True,
    )  # fmt: skip
    assert (sent ^ received == x & bits.pack(found)).all()
    for row in (*x, *sent):
        assert abs(int(bits.unpack(row, 512).sum()) - 256) < 80
    assert len(np.unique(x, axis=0)) == rows


# wrong use


@pytest.mark.parametrize("groups", [(Group(0),), (Group(65),), (Group(64, 1),), (Group(1, -1),), (Group(1, 0, 1),)])
def test_groups_must_fit(groups):
    with pytest.raises(LocalError) as caught:
        multiplied(IDEAL, 5, words((5, 1)), groups)
    assert caught.value.code == "wrong-parameter"


@pytest.mark.parametrize(("count", "length"), [(4, 1), (5, 2**17 + 1)])
def test_labels_and_rows_must_fit(count, length):
    with pytest.raises(LocalError) as caught:
        multiplied(IDEAL, 5, np.zeros((count, length), np.uint64), (Group(64),))
    assert caught.value.code == "wrong-parameter"


@pytest.mark.parametrize("rows", [-1, 65])
def test_a_choice_has_64_bits_at_most(rows):
    with pytest.raises(LocalError) as caught:
        then(
            IDEAL, 64,
            lambda ctx, cot, held: products.random_ands_send(ctx, cot, held, rows),
            lambda ctx, cot, held: products.random_ands_receive(ctx, cot, held, 1),
        )  # fmt: skip
    assert caught.value.code == "wrong-parameter"


@pytest.mark.parametrize("choices", [np.zeros(2, np.uint64), np.zeros(1, np.uint8), np.full(1, 2**5, np.uint64)])
def test_choices_must_be_packed(choices):
    roles = over(
        IDEAL,
        lambda ctx, cot: products.given_choices_send(ctx, cot, 5),
        lambda ctx, cot: products.given_choices_receive(ctx, cot, choices, 5),
    )
    with pytest.raises(LocalError) as caught:
        results(*roles)
    assert caught.value.code == "wrong-choices"


def test_parties_at_different_products_notice():
    async def send(ctx, cot):
        return await products.and_send(ctx, cot, await products.random_choices_send(ctx, cot, 64), words((1, 1)))

    async def receive(ctx, cot):
        held = await products.random_choices_receive(ctx, cot, 64)
        return await products.product_receive(ctx, cot, held, 64, 1, (Group(1),))

    runs = run_pair(*over(IDEAL, send, receive), collect=True)
    assert "program-diverged" in {run.error.code for run in runs if run.error}


def test_messages_have_not_changed():
    async def send(ctx, cot):
        await products.product_send(
            ctx, cot, await products.given_choices_send(ctx, cot, 12), words((6, 1)), (Group(64), Group(7))
        )
        await products.product_send(
            ctx, cot, await products.random_choices_send(ctx, cot, 6), words((3, 5)), (Group(9, 1), Group(3))
        )
        await products.and_send(ctx, cot, await products.given_choices_send(ctx, cot, 64), words((2, 1)))

    async def receive(ctx, cot):
        held = await products.given_choices_receive(ctx, cot, np.array([19], np.uint64), 12)
        await products.product_receive(ctx, cot, held, 6, 1, (Group(64), Group(7)))
        held = await products.random_choices_receive(ctx, cot, 6)
        await products.product_receive(ctx, cot, held, 3, 5, (Group(9, 1), Group(3)))
        held = await products.given_choices_receive(ctx, cot, np.array([19], np.uint64), 64)
        await products.and_receive(ctx, cot, held, 2)

    assert digest(*over(EXTENSIONS["softspoken"], send, receive))[:16] == "7b346aa3cc2e252b"
