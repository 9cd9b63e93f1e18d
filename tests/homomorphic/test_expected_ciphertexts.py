"""What a program expects of ciphertexts, in both cryptosystems: shape, bound and fractional bits, and messages whose
length says nothing of them."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from homomorphic.both_systems import System, systems

import mpc
from mpc.context import Context
from mpc.errors import LocalError, PeerError

of_both = pytest.mark.parametrize("which", [0, 1], ids=["paillier", "elgamal"])


def refused(system: System, data: bytes, **expected: object) -> PeerError:
    """How a message is refused as malformed, by the name of its sender."""
    with pytest.raises(PeerError) as caught:
        system.received(data, **expected)
    assert (caught.value.code, caught.value.party) == (f"{system.name}-malformed", "bank")
    return caught.value


@of_both
def test_a_bound_is_as_close_as_the_program_says(which: int) -> None:
    """In the values' own units, rounded as the sender's is; what it declares counts, not what it encrypts."""
    system = systems()[which]
    votes = system.module.to_bytes(system.key.encrypt([0, 1], bound=1))
    for bound in (1, 1.5, 2, 2**70):
        assert system.received(votes, bound=bound).scale.bound == 1
    for bound in (0, 0.0):
        refused(system, votes, bound=bound)
    halves = system.module.to_bytes(system.key.encrypt([0.5], bound=1.25, fractional_bits=3))
    assert system.received(halves, bound=1.25, fractional_bits=3).scale.bound == 10
    refused(system, halves, bound=1.124, fractional_bits=3)
    refused(system, system.module.to_bytes(system.key.encrypt([0], bound=7)), bound=6)
    for wrong in (-1, float("nan"), True, "1"):
        with pytest.raises(LocalError, match="wrong-number"):
            system.received(votes, bound=wrong)


@of_both
def test_a_sender_does_not_choose_what_one_counts_for(which: int) -> None:
    """The same whole number with one fractional bit is a half: refused beside a bound, unless just that is expected."""
    system = systems()[which]
    half = system.module.to_bytes(system.key.encrypt(0.5, bound=0.5, fractional_bits=1))
    assert system.key.decrypt_exact(system.received(half))[0] == 1
    error = refused(system, half, bound=1)
    assert "1 fractional bits, where 0 are expected" in error.cause
    assert "fractional_bits=0" in error.remedy
    for expected in (0, 2):
        refused(system, half, fractional_bits=expected)
        refused(system, half, bound=1, fractional_bits=expected)
    for bound in ({}, {"bound": 1}):
        assert system.received(half, fractional_bits=1, **bound).fractional_bits == 1
    for wrong in (-1, 1.0, True, "1", 1 << 15):
        with pytest.raises(LocalError, match="wrong-number"):
            system.received(half, fractional_bits=wrong)


@of_both
def test_shapes_are_given_as_numpys_are(which: int) -> None:
    system = systems()[which]
    data = system.module.to_bytes(system.key.encrypt([1, 2], bound=2))
    for shape in (2, (2,), [2], np.array([2]), None):
        assert system.received(data, shape=shape).shape == (2,)
    for wrong in ("2", (2.0,), (-2,), {}, (None,)):
        with pytest.raises(LocalError, match="wrong-shape"):
            system.received(data, shape=wrong)


@of_both
def test_the_length_of_a_message_says_nothing_of_bound_or_fraction(which: int) -> None:
    system = systems()[which]
    declared: list[dict[str, Any]] = [{"bound": 0}, {"bound": 1}, {"bound": 255}, {"bound": 2**32}]
    declared += [{"bound": 2**24, "fractional_bits": f} for f in (1, 16)] + [{"bound": 0, "fractional_bits": 1000}]
    sent = [system.module.to_bytes(system.key.encrypt([0, 0], **options)) for options in declared]
    assert len({len(data) for data in sent}) == 1
    scales = {(got.scale.bound, got.fractional_bits) for got in map(system.received, sent)}
    assert len(scales) == len(declared)


@of_both
def test_parties_exchange_arrays_of_bounds_of_their_own(which: int) -> None:
    system = systems()[which]

    async def main(ctx: Context, bound: int) -> list[int]:
        own = system.module.to_bytes(system.key.encrypt(ctx.me, bound=bound))
        (all_sent,) = await ctx.exchange(np.frombuffer(own, np.uint8))
        return [system.received(bytes(data), shape=(), bound=1 << 20).scale.bound for data in all_sent]

    assert mpc.simulate(main, [1, 255, 1 << 20]).result == [1, 255, 1 << 20]


@of_both
@pytest.mark.parametrize("made", [list, tuple])
def test_concatenate_takes_what_goes_behind_each_other(which: int, made: Callable[[Any], Any]) -> None:
    system = systems()[which]
    x, y = (system.key.encrypt(np.full(shape, 3, np.int8)) for shape in ((2, 1), (2, 2)))
    joined = system.module.concatenate(made([x, y]), axis=-1)
    assert system.key.decrypt(joined).tolist() == [[3] * 3] * 2
    for wrong in ([], x, None, [x, 5], [5]):
        with pytest.raises(LocalError, match="no-ciphertexts"):
            system.module.concatenate(wrong)
    for arrays, axis in (([x, y], 0), ([x, x[0]], 0), ([x], 2), ([x], None), ([x], "0"), ([x], (0, 1))):
        with pytest.raises(LocalError, match="wrong-shape"):
            system.module.concatenate(arrays, axis)
