"""Every extension as a pair of setups, and roles that stand on it: what tests of transfers run over."""

import numpy as np
import pytest

from protocols.ot import extension_iknp03 as iknp
from protocols.ot import extension_softspoken_roy22 as softspoken
from protocols.ot import silent_ferret_ywlzw20 as silent
from protocols.ot.ideal import InsecureReceiver, InsecureSender

M = 2**64


async def ideal_sender(ctx, peer):
    return InsecureSender(peer)


async def ideal_receiver(ctx, peer):
    return InsecureReceiver(peer)


async def malicious_sender(ctx, peer):
    return await softspoken.send_setup(ctx, peer, malicious=True)


async def malicious_receiver(ctx, peer):
    return await softspoken.receive_setup(ctx, peer, malicious=True)


async def silent_sender(ctx, peer):
    return await silent.send_setup(ctx, peer, parameters=FEW)


async def silent_receiver(ctx, peer):
    return await silent.receive_setup(ctx, peer, parameters=FEW)


FEW = silent.Parameters(6, 20, 6)
"""Far too small to hide anything; an iteration makes 968 correlations."""

IDEAL = (ideal_sender, ideal_receiver)
EXTENSIONS = {
    "ideal": IDEAL,
    "iknp": (iknp.send_setup, iknp.receive_setup),
    "softspoken": (softspoken.send_setup, softspoken.receive_setup),
    "softspoken malicious": (malicious_sender, malicious_receiver),
    "silent": (silent_sender, silent_receiver),
}
every_extension = pytest.mark.parametrize("setups", EXTENSIONS.values(), ids=EXTENSIONS.keys())


def over(setups, send, receive):
    """Both roles, each with its end of an extension."""

    async def sender(ctx, peer):
        return await send(ctx, await setups[0](ctx, peer))

    async def receiver(ctx, peer):
        return await receive(ctx, await setups[1](ctx, peer))

    return sender, receiver


def words(shape, seed=0):
    return np.random.default_rng(seed).integers(0, M, shape, dtype=np.uint64, endpoint=False)


def some_bits(count, seed=0):
    return np.random.default_rng([seed, count]).integers(0, 2, count, dtype=np.uint8)
