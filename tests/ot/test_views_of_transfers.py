"""What each party sees of transfers does not depend on what it must not learn.

A lane is one transfer of an array of equal ones, so thousands of lanes sample the view under fresh randomness: the
messages that come, the labels that the party's end of the extension gave it, and what it ends with.
"""

from itertools import count

import numpy as np
import pytest
from pairs import Noted, run_pair

from mpc.algebra import bits
from mpc.algebra.ring import Z64
from mpc.context import Spec
from mpc.testing import View, ViewsDiffer, assert_same_distribution, recording_network
from protocols.ot import extension_iknp03 as iknp
from protocols.ot import extension_softspoken_roy22 as softspoken
from protocols.ot import products_alsz13 as products
from protocols.ot import silent_ferret_ywlzw20 as ferret
from protocols.ot import transfers
from protocols.ot.groups import Group

LANES = 4096
TINY = ferret.Parameters(10, 300, 5)
FAR = 2**63 - 5
SENDER, RECEIVER = 0, 1
WHOLE = [Group(64)]


async def ferret_send(ctx, peer):
    return await ferret.send_setup(ctx, peer, parameters=TINY)


async def ferret_receive(ctx, peer):
    return await ferret.receive_setup(ctx, peer, parameters=TINY)


async def malicious_send(ctx, peer):
    return await softspoken.send_setup(ctx, peer, malicious=True)


async def malicious_receive(ctx, peer):
    return await softspoken.receive_setup(ctx, peer, malicious=True)


SETUPS = {
    "iknp": (iknp.send_setup, iknp.receive_setup),
    "softspoken": (malicious_send, malicious_receive),
    "ferret": (ferret_send, ferret_receive),
}
every_extension = pytest.mark.parametrize("setups", SETUPS.values(), ids=SETUPS.keys())
seeds = count()


def view(observer, setups, send, receive):
    """The view of one end, of a run with randomness that no run had before.

    Of the messages, the last two if they are made of lanes: those of the transfer and of the extension itself.
    """

    def role(setup, act):
        async def run(ctx, peer):
            end = Noted(await setup(ctx, peer))
            return end.gave, await act(ctx, end)

        return run

    transports, record = recording_network(2)
    name = f"views {next(seeds)}"
    runs = run_pair(role(setups[0], send), role(setups[1], receive), transports=lambda: transports, seed=name)
    gave, result = runs[observer].result
    seen = View((observer,), LANES, Z64, exact=False)
    for i, array in enumerate([*gave, *([] if result is None else [result])]):
        seen.note(f"own {i}", array)
    came = [sent.message.array for sent in record if sent.to == observer]
    for i, array in enumerate(came[-2:]):
        if array.dtype == np.uint64 and array.size % bits.words_for(LANES) == 0:
            seen.note(f"message {i}", array)
    return seen


def each(*words):
    """An array (lanes, words, 1) or, of one word, (lanes, 1) of the same words in every lane."""
    rows = np.tile(np.array(words, np.uint64), (LANES, 1))
    return rows[..., None] if len(words) > 1 else rows


def packed(bit):
    return bits.pack(np.full(LANES, bit, np.uint8))


def chosen(observer, setups, pair, choice):
    return view(
        observer, setups,
        lambda ctx, cot: transfers.send(ctx, cot, each(*pair)),
        lambda ctx, cot: transfers.receive(ctx, cot, packed(choice), LANES, 1),
    )  # fmt: skip


def product(observer, setups, x, bit):
    async def send(ctx, cot):
        held = await products.given_choices_send(ctx, cot, LANES)
        return await products.product_send(ctx, cot, held, each(x), WHOLE)

    async def receive(ctx, cot):
        held = await products.given_choices_receive(ctx, cot, packed(bit), LANES)
        return await products.product_receive(ctx, cot, held, LANES, 1, WHOLE)

    return view(observer, setups, send, receive)


def one_of_four(observer, offered, place):
    return view(
        observer, SETUPS["softspoken"],
        lambda ctx, cot: transfers.many_send(ctx, cot, each(*offered)),
        lambda ctx, cot: transfers.many_receive(ctx, cot, np.full(LANES, place, np.uint64), 4, 1),
    )  # fmt: skip


@every_extension
def test_a_receiver_sees_nothing_of_the_other_message(setups):
    assert_same_distribution(*[chosen(RECEIVER, setups, (7, other), 0) for other in (0, FAR)])
    assert_same_distribution(*[chosen(RECEIVER, setups, (other, 7), 1) for other in (0, FAR)])


@every_extension
def test_a_sender_sees_nothing_of_the_choice(setups):
    assert_same_distribution(*[chosen(SENDER, setups, (1, FAR), choice) for choice in (0, 1)])


@every_extension
def test_products_hide_the_word_and_the_bit(setups):
    for bit in (0, 1):
        assert_same_distribution(*[product(RECEIVER, setups, x, bit) for x in (0, FAR)])
    assert_same_distribution(*[product(SENDER, setups, FAR, bit) for bit in (0, 1)])


@pytest.mark.parametrize("place", range(4))
def test_one_of_many_hides_the_others_and_the_place(place):
    others = [[9 if v == place else other for v in range(4)] for other in (0, FAR)]
    assert_same_distribution(*[one_of_four(RECEIVER, offered, place) for offered in others])
    assert_same_distribution(*[one_of_four(SENDER, [1, 2, 3, FAR], v) for v in (place, (place + 1) % 4)])


@pytest.mark.parametrize("observer", [SENDER, RECEIVER])
def test_random_transfers_look_random(observer):
    """Two runs are alike, and neither label nor message of either end is what it was before."""
    views = [
        view(
            observer, SETUPS["softspoken"],
            lambda ctx, cot: transfers.random_send(ctx, cot, LANES, 1),
            lambda ctx, cot: second_of(transfers.random_receive(ctx, cot, LANES, 1)),
        )
        for _ in range(2)
    ]  # fmt: skip
    assert_same_distribution(*views)
    for name in views[0].columns:
        assert (views[0].columns[name] != views[1].columns[name]).any()


async def second_of(call):
    return (await call)[1]


def test_what_is_chosen_is_seen():
    """The comparison finds what a party may see: its own message, and for a sender without masks, the choice."""
    with pytest.raises(ViewsDiffer):
        assert_same_distribution(*[chosen(RECEIVER, SETUPS["iknp"], (mine, 0), 0) for mine in (0, FAR)])

    def unmasked(choice):
        async def send(ctx, cot):
            await cot.extend(ctx, LANES)
            ctx.send(cot.peer, packed(choice))

        return send

    async def reads(ctx, cot):
        await cot.extend(ctx, LANES)
        await ctx.receive(cot.peer, Spec((bits.words_for(LANES),)))

    with pytest.raises(ViewsDiffer):
        assert_same_distribution(*[view(SENDER, SETUPS["iknp"], reads, unmasked(choice)) for choice in (0, 1)])
