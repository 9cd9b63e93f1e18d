"""Paillier's powers go to the device in use, at full size, and are what the processor makes of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pyopencl as cl
import pytest
from joint_keys.shared_keys import full_shares
from paillier.paillier_keys import key

from mpc import paillier
from mpc.algebra.ring import Words
from mpc.device import Device, DeviceWarning
from mpc.device.thresholds import OPERATIONS, Thresholds
from protocols.joint_keys.decryption_dj01 import combined, partial
from protocols.paillier.ciphertexts import Ciphertexts
from protocols.paillier.encryption import Encryption
from protocols.paillier.randomisers import Exponent

VALUES = np.array([3, -4, 5])
ENTRIES = np.arange(36).reshape(12, 3) - 17


def coins(length: int) -> bytes:
    """The same ones each time."""
    return np.random.default_rng(length).bytes(length)


def encrypted(exponent: Exponent = "half") -> Ciphertexts:
    return key().public.drawing(exponent).encrypt(VALUES)


def randomisers(exponent: Exponent) -> Words:
    return Encryption(key().public.group, exponent).randomisers.draw(3, coins)


@pytest.mark.parametrize(
    ("exponent", "operations"),
    [
        ("half", {"exponentiate": 1, "power_of_base": 1}),
        ("short", {"exponentiate": 1, "power_of_base": 1}),
        ("textbook", {"exponentiate": 1}),
    ],
)
def test_randomisers(device: Device, exponent: Exponent, operations: dict[str, int]) -> None:
    """The base of a table is a power too."""
    here = randomisers(exponent)
    with device.in_use():
        assert (randomisers(exponent) == here).all()
    assert device.operations == operations


@pytest.mark.parametrize(
    ("made", "operations"),
    [
        (lambda c: c * VALUES, {"exponentiate": 1}),
        (lambda c: c * paillier.public(VALUES), {"exponentiate": 1}),
        (lambda c: ENTRIES[:2] @ c, {"exponentiate": 1}),
        (lambda c: ENTRIES @ c, {"power_of_base": 3, "exponentiate": 1}),
        (lambda c: paillier.public(ENTRIES) @ c, {}),
        (lambda c: c * paillier.public(7) + c.sum(), {}),
    ],
    ids=["secret", "public", "few rows", "rows", "public matrix", "sums"],
)
def test_products(device: Device, made: Callable[[Ciphertexts], Ciphertexts], operations: dict[str, int]) -> None:
    ciphertexts = encrypted()
    with device.in_use():
        there = made(ciphertexts)
    assert (there.words == made(ciphertexts).words).all()
    assert device.operations == operations


def test_decryption_and_the_owners_encryption(device: Device) -> None:
    ciphertexts = encrypted()
    with device.in_use():
        assert (key().decrypt(ciphertexts) == VALUES).all()
        own = key().encrypt(VALUES)
    assert (key().decrypt(own) == VALUES).all()
    assert device.operations == {"exponentiate": 2}


def test_decryption_by_shares(device: Device) -> None:
    first, second, _ = full_shares(3, 1)
    ciphertexts = first.public.encrypt(VALUES)
    with device.in_use():
        parts = [partial(share, ciphertexts.words) for share in (first, second)]
        assert device.operations == {"exponentiate": 2}
        there = combined(first.joint, (0, 1), parts)
    assert np.array_equal(parts, [partial(share, ciphertexts.words) for share in (first, second)])
    assert (there == combined(first.joint, (0, 1), parts)).all()


def test_small_batches_stay_with_the_processor(device: Device) -> None:
    """From the work of four powers on: three are too few."""
    device.thresholds = Thresholds(dict.fromkeys(OPERATIONS) | {"power_of_base": 4 * 171 * 64**2})
    encryption = key().public.encryption
    with device.in_use():
        encryption.randomisers.draw(3)
        assert not device.operations
        encryption.randomisers.draw(4)
    assert device.operations == {"power_of_base": 1}


def test_a_device_lost_amid_paillier_changes_no_result(opened: Device, monkeypatch: pytest.MonkeyPatch) -> None:
    here = randomisers("half")
    engine = opened.engine
    assert engine is not None

    def run(kernel: str, *given: Any, right: Callable[..., None] = engine.run) -> None:
        if kernel == "power_of_base":
            raise cl.RuntimeError("CL_DEVICE_NOT_AVAILABLE, as a test has it")
        right(kernel, *given)

    monkeypatch.setattr(engine, "run", run)
    with opened.in_use():
        with pytest.warns(DeviceWarning, match="it failed at power_of_base"):
            assert (randomisers("half") == here).all()
        assert (key().decrypt(key().encrypt(VALUES)) == VALUES).all()
    assert opened.operations == {"exponentiate": 1}
