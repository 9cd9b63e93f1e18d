"""How a device is found, and that work on it changes nothing but where it is done."""

from __future__ import annotations

import numpy as np
import pytest
import trio

import mpc
from mpc.algebra.accelerator import accelerator, frozen, frozen_root, using
from mpc.algebra.bigint import Modulus, from_ints, montgomery_exponentiate, to_ints
from mpc.algebra.powers_of_base import PowersOfBase
from mpc.algebra.ring import Z64, Ring
from mpc.device import Device, put, recombine
from mpc.device.thresholds import Thresholds
from mpc.errors import LocalError
from mpc.prg import Seed

from .test_kernels import random_words


@pytest.mark.parametrize("shapes", [((40, 30), (30, 50)), ((30,), (30, 50)), ((40, 30), (30,)), ((30,), (30,))])
def test_ring_products_go_there(device: Device, shapes: tuple[tuple[int, ...], tuple[int, ...]]) -> None:
    x, y = (random_words(shape, k) for k, shape in enumerate(shapes))
    with device.in_use():
        assert (Z64.matmul(x, y) == x @ y).all()
        assert (Ring(17).matmul(x, y) == (x @ y) % np.uint64(2**17)).all()
    assert device.operations == {"matmul": 2}


def test_stacks_strides_and_shared_operands(device: Device) -> None:
    x, y = random_words((2, 3, 8, 9)), random_words((3, 9, 4), 1)
    with device.in_use():
        assert (Z64.matmul(x, y) == x @ y).all()
        assert (Z64.matmul(x[:, :, ::2], y[0]) == x[:, :, ::2] @ y[0]).all()
        assert (Z64.matmul(x.swapaxes(-1, -2), x) == x.swapaxes(-1, -2) @ x).all()
        assert Z64.matmul(x[:, :, :0], y).shape == (2, 3, 0, 4)
    assert device.operations["matmul"] == 4


def test_large_elementwise_operations_go_there(device: Device) -> None:
    c, d, b, e, a = (random_words(9000, k) for k in range(5))
    with device.in_use():
        assert (Z64.add(c, d) == c + d).all()
        assert (Z64.sub(c, d) == c - d).all()
        assert (Z64.mul(c, d) == c * d).all()
        assert (Z64.recombine(c, d, b, e, a, with_de=True) == c + d * b + e * a + d * e).all()
        assert (Z64.recombine(c, d, b, e, a, with_de=False) == c + d * b + e * a).all()
        assert (Z64.shift_right(c, 9, plus=77) == (c + np.uint64(77)) >> np.uint64(9)).all()
    assert device.operations == {"add": 1, "sub": 1, "mul": 1, "recombine": 2, "shift_right": 1}


def test_small_ones_do_not(device: Device) -> None:
    with device.in_use():
        Z64.add(random_words(10), random_words(10))
    assert not device.operations


def test_streams_are_the_same_however_they_are_divided(device: Device) -> None:
    seed = Seed(bytes(range(32)))
    here = seed.prg("test").words(5000)
    prg = seed.prg("test")
    with device.in_use():
        there = np.frombuffer(prg.bytes(7) + prg.bytes(0) + prg.bytes(20_000) + prg.words(2499).tobytes(), np.uint8)
    assert (here.view(np.uint8)[: there.size] == there).all()
    assert device.operations["aes_ctr"] >= 3


def test_nothing_goes_there_below_the_threshold(device: Device) -> None:
    device.thresholds = Thresholds(
        {"matmul": 1000, "elementwise": None, "aes_ctr": 64, "exponentiate": None, "power_of_base": None}
    )
    x = random_words((9, 9))
    limbs = np.ones((1, 1), np.uint64)
    with device.in_use():
        Z64.matmul(x, x)
        Z64.add(random_words(9000), random_words(9000))
        Seed(bytes(32)).prg("short").bytes(63)
        assert device.montgomery_exponentiate(limbs, limbs, limbs) is None
        assert not device.operations
        Z64.matmul(random_words((10, 10)), random_words((10, 10)))
        Seed(bytes(32)).prg("long").bytes(64)
    assert device.operations == {"matmul": 1, "aes_ctr": 1}


def test_a_product_that_moves_much_for_its_work_stays_here(device: Device) -> None:
    device.thresholds = Thresholds(
        {"matmul": 10**6, "elementwise": None, "aes_ctr": None, "exponentiate": None, "power_of_base": None}
    )
    vector, matrix = random_words(1000), random_words((1000, 2000))
    with device.in_use():
        Z64.matmul(vector, matrix)
        assert not device.operations
        assert (Z64.matmul(vector, frozen(matrix)) == vector @ matrix).all()
    assert device.operations == {"matmul": 1}


def test_only_the_task_that_uses_a_device_and_what_it_starts_see_it(device: Device) -> None:
    seen: dict[str, object] = {}

    async def note(name: str) -> None:
        await trio.lowlevel.checkpoint()
        seen[name] = accelerator()
        seen[f"{name}'s thread"] = await trio.to_thread.run_sync(accelerator)

    async def with_device() -> None:
        with device.in_use():
            async with trio.open_nursery() as children:
                children.start_soon(note, "child")
            await note("user")
            with using(None):
                await note("inner")
        await note("after")

    async def main() -> None:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(with_device)
            nursery.start_soon(note, "other")

    trio.run(main)
    there = {"child", "child's thread", "user", "user's thread"}
    assert {name for name, found in seen.items() if found is device} == there
    assert {found for name, found in seen.items() if name not in there} == {None}


def test_a_whole_computation_gives_the_same(device: Device) -> None:
    async def main(ctx, mine):  # type: ignore[no-untyped-def]
        x = await mpc.secret(ctx, owner=0, value=mine, range=(-9, 9))
        y = await mpc.secret(ctx, owner=1, value=mine, range=(-9, 9))
        product = x @ y
        return await mpc.reveal(ctx, product, product > 100, (product * product).sum())

    data = [np.arange(120 * 9).reshape(120, 9) % 7, np.arange(9 * 100).reshape(9, 100) % 5 - 2]
    here = mpc.simulate(main, data).result
    with device.in_use():
        there = mpc.simulate(main, data).result
    for mine, theirs in zip(here, there, strict=True):
        assert (np.asarray(mine) == np.asarray(theirs)).all()
    assert device.operations["matmul"] > 0
    assert device.operations["recombine"] > 0


# operands that stay


def test_frozen_words_are_a_copy_that_nobody_can_change() -> None:
    x = random_words((4, 5))
    kept, before = frozen(x), x.copy()
    x[:] = 0
    assert (kept == before).all()
    with pytest.raises(ValueError, match="read-only"):
        kept[0, 0] = 1
    for array in (kept, kept[1:], kept.reshape(-1), kept.base):
        with pytest.raises(ValueError, match="WRITEABLE"):
            array.flags.writeable = True
        assert frozen_root(array) is frozen_root(kept)
    assert frozen_root(kept[:, 1:]) is None


def test_arrays_that_are_only_flagged_do_not_count() -> None:
    x = random_words(10)
    view = x[:]
    x.flags.writeable = False
    assert frozen_root(x) is None
    assert frozen_root(view) is None
    shared = np.frombuffer(bytearray(80), np.uint64)
    shared.flags.writeable = False
    assert frozen_root(shared) is None


def test_frozen_operands_are_sent_once(device: Device) -> None:
    assert device.engine is not None
    memory = device.engine.memory
    weights, x = frozen(random_words((200, 100))), random_words((3, 200), 1)
    with device.in_use():
        before = memory.sent_bytes
        for _ in range(5):
            assert (Z64.matmul(x, weights) == x @ weights).all()
        assert memory.sent_bytes - before == weights.nbytes + 5 * x.nbytes
        assert (Z64.matmul(x[:, :50].copy(), weights[:50]) == x[:, :50] @ weights[:50]).all()


def test_an_array_that_changes_is_never_stale(device: Device) -> None:
    x, y = random_words((20, 20)), random_words((20, 20), 1)
    view = y[:]
    y.flags.writeable = False
    with device.in_use():
        for value in range(5):
            view[3, 3] = value
            assert (Z64.matmul(x, y) == x @ y).all()


def test_arrays_in_the_place_of_dead_ones_are_never_taken_for_them(device: Device) -> None:
    assert device.engine is not None
    x = random_words((20, 20))
    with device.in_use():
        for k in range(50):
            y = frozen(random_words((20, 20), k))
            assert (Z64.matmul(x, y) == x @ y).all()
            del y
        Z64.matmul(x, x)
    assert not device.engine.memory._kept


# words that stay


def test_words_on_the_device(device: Device) -> None:
    x, y = random_words((6, 6)), random_words((6, 6), 1)
    a, b = put(device, x), put(device, y)
    assert ((a + b) @ (a * b - b)).get().tolist() == ((x + y) @ (x * y - y)).tolist()
    assert (-a).get().tolist() == (-x).tolist()
    assert a.shift_left(3).get().tolist() == (x << np.uint64(3)).tolist()
    assert a.shift_right(3, plus=9).get().tolist() == ((x + np.uint64(9)) >> np.uint64(3)).tolist()
    assert recombine(a, b, a, b, a, with_de=True).get().tolist() == (x + y * (x + y) + y * x).tolist()
    x[:] = 0
    assert a.get().any()
    assert device.operations["matmul"] == 1


def test_chains_transfer_only_their_ends(device: Device) -> None:
    assert device.engine is not None
    x = random_words((50, 50))
    before = device.engine.memory.sent_bytes
    a = put(device, x)
    for _ in range(10):
        a = a @ a + a
        x = x @ x + x
    assert (a.get() == x).all()
    assert device.engine.memory.sent_bytes - before == x.nbytes


def test_a_long_chain_holds_no_more_room_than_a_short_one(device: Device) -> None:
    assert device.engine is not None
    x = random_words(3000)
    a = b = put(device, x)
    used = device.engine.memory.used
    for _ in range(500):
        a = a * b
        x = x * b.get()
    assert device.engine.memory.used <= used + 6 * 24576
    assert (a.get() == x).all()


def test_stacks_of_matrices_on_the_device(device: Device) -> None:
    x, y = random_words((3, 4, 5)), random_words((3, 5, 2), 1)
    assert (put(device, x) @ put(device, y)).get().tolist() == (x @ y).tolist()
    assert (put(device, x) @ put(device, y[0])).get().tolist() == (x @ y[0]).tolist()
    assert (put(device, x[:0]) @ put(device, y[0])).get().shape == (0, 4, 2)


def test_what_does_not_fit_is_refused(device: Device) -> None:
    def code(call: object) -> str:
        with pytest.raises(LocalError) as caught:
            call()  # type: ignore[operator]
        return caught.value.code

    a, b = put(device, random_words((2, 3))), put(device, random_words(3))
    assert code(lambda: a + b) == code(lambda: a @ b) == code(lambda: a @ a) == "wrong-shape"
    assert code(lambda: a.shift_left(64)) == "wrong-shift"
    assert code(lambda: put(device, np.zeros(3))) == "wrong-dtype"  # type: ignore[arg-type]


def test_powers_to_one_public_exponent_go_there_unless_it_is_short(device: Device) -> None:
    modulus = Modulus(2**521 - 1)
    bases = [3**k for k in range(1, 7)]
    numbers = from_ints(bases, modulus.limbs).reshape(2, 3, modulus.limbs)
    with device.in_use():
        for exponent in (2**63, 2**521 - 3, 2**63 - 1, 0):
            powers = modulus.power_var(numbers, exponent)
            assert powers.shape == numbers.shape
            assert to_ints(powers) == [pow(b, exponent, modulus.n) for b in bases]
        assert modulus.power_var(numbers[:0], 2**99).shape == (0, 3, modulus.limbs)
    assert device.operations == {"exponentiate": 2}


def test_secret_powers_go_there(device: Device) -> None:
    modulus = Modulus(2**521 - 1)
    bases, exponents = [3**k for k in range(1, 6)], [2**90 + k for k in range(5)]
    operands = from_ints(bases, modulus.limbs), from_ints(exponents, 2)
    expected = [pow(b, e, modulus.n) for b, e in zip(bases, exponents, strict=True)]
    with device.in_use():
        assert to_ints(montgomery_exponentiate(*operands, modulus, bits=91)) == expected
        assert to_ints(montgomery_exponentiate(*operands, [modulus] * 5)) == expected
    assert device.operations == {"exponentiate": 2}


def test_powers_of_one_base_go_there_and_its_table_is_sent_once(device: Device) -> None:
    assert device.engine is not None
    modulus, memory = Modulus(2**521 - 1), device.engine.memory
    powers = PowersOfBase(modulus, from_ints([7], modulus.limbs)[0], 91)
    exponents = from_ints([2**90 + k for k in range(6)], 2).reshape(2, 3, 2)
    with device.in_use():
        out = powers.power(exponents)
        assert out.shape == (2, 3, modulus.limbs)
        assert to_ints(out) == [pow(7, 2**90 + k, modulus.n) for k in range(6)]
        before = memory.sent_bytes
        assert (powers.power(exponents) == out).all()
        assert memory.sent_bytes - before < powers.table.nbytes
        assert powers.power(exponents[:0]).shape == (0, 3, modulus.limbs)
    assert device.operations == {"power_of_base": 2}
